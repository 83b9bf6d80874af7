/* test_table.c - names among thousands, and columns that are loaded on first use, from a source of
 * the test's own that counts what it is asked and can fail. */
#include <stdio.h>

#include "data/table.h"

#include "handle_fixture.h"

static struct column *numbers(size_t rows, double first) {
  struct column *c = NULL;
  double *values = mem_array(&b->mem, rows, sizeof *values);
  assert_non_null(values);
  for (size_t i = 0; i < rows; i++) values[i] = first + (double)i;
  assert_int_equal(column_numbers(b, &c, rows, values, NULL), BILAN_OK);
  return c;
}

/* ---- names ---------------------------------------------------------------------------------- */

static struct text name_of(size_t i) {
  static char name[24];
  return (struct text){name, (size_t)snprintf(name, sizeof name, "item %zu", i * 7919 % 32766)};
}

static void a_name_is_found_among_thousands(void **state) {
  struct table *t = NULL;
  struct column *c = numbers(2, 1);
  (void)state;
  assert_int_equal(table_new(b, &t, 2), BILAN_OK);
  for (size_t i = 0; i < 32766; i++) {
    assert_int_equal(table_find(t, name_of(i)), SIZE_MAX);
    assert_int_equal(table_add(b, t, name_of(i), BILAN_NUMBER, column_hold(c)), BILAN_OK);
    if (i > 20) continue; /* both sides of where the index begins */
    for (size_t j = 0; j <= i; j++) assert_int_equal(table_find(t, name_of(j)), j);
  }
  for (size_t i = 0; i < 32766; i++) assert_int_equal(table_find(t, name_of(i)), i);
  assert_int_equal(table_find(t, TEXT("item")), SIZE_MAX);
  assert_int_equal(table_add(b, t, name_of(17), BILAN_NUMBER, column_hold(c)), BILAN_USAGE);
  column_free(c);
  table_free(t);
}

static void names_of_any_bytes_differ_in_any_byte(void **state) {
  static const struct text names[] = {{"a\0b", 3}, {"a\0c", 3}, {"a", 1}, {"", 0}, {"A", 1}};
  struct table *t = NULL;
  (void)state;
  assert_int_equal(table_new(b, &t, 1), BILAN_OK);
  for (size_t i = 0; i < 40; i++) {
    char filler[8] = {'f', (char)(i + 1)};
    assert_int_equal(table_add(b, t, (struct text){filler, 2}, BILAN_NUMBER, numbers(1, 0)), 0);
  }
  for (size_t i = 0; i < 5; i++)
    assert_int_equal(table_add(b, t, names[i], BILAN_NUMBER, numbers(1, 0)), BILAN_OK);
  for (size_t i = 0; i < 5; i++) assert_int_equal(table_find(t, names[i]), 40 + i);
  table_free(t);
}

/* ---- later ---------------------------------------------------------------------------------- */

struct made {
  struct table_source base;
  size_t loads, closes, rows;
  bilan_status fails; /* with this; 0: it does not */
};

static bilan_status load_made(bilan *handle, struct column **out, struct table_source *base,
                              size_t item) {
  struct made *m = (struct made *)base;
  m->loads++;
  if (m->fails) return (fail)(handle, m->fails, "item %zu is damaged", item);
  *out = numbers(m->rows, (double)item);
  return BILAN_OK;
}

static void close_made(struct table_source *base) { ((struct made *)base)->closes++; }

/* A table of `count` items "a", "b"... that come later; the test keeps no hold of the source. */
static struct table *later(struct made *m, size_t count) {
  struct table *t = NULL;
  *m = (struct made){.base = {1, load_made, close_made}, .rows = 3};
  assert_int_equal(table_new(b, &t, 3), BILAN_OK);
  for (size_t i = 0; i < count; i++) {
    char name = (char)('a' + i);
    assert_int_equal(table_add_later(b, t, (struct text){&name, 1}, BILAN_NUMBER, &m->base, i), 0);
  }
  table_source_free(&m->base);
  return t;
}

static void a_column_is_loaded_when_it_is_asked_for(void **state) {
  struct made m;
  (void)state;
  struct table *t = later(&m, 3);
  assert_int_equal(table_count(t), 3);
  assert_int_equal(table_kind(t, 1), BILAN_NUMBER);
  assert_int_equal(table_find(t, TEXT("c")), 2);
  assert_int_equal(m.loads, 0);
  assert_false(table_is_loaded(t, 1));
  struct column *c = table_column(t, 1);
  assert_true(c->numbers[2] == 3);
  assert_true(table_is_loaded(t, 1));
  assert_ptr_equal(table_column(t, 1), c);
  assert_int_equal(m.loads, 1);
  assert_int_equal(table_load(b, t), BILAN_OK);
  assert_int_equal(m.loads, 3);
  assert_int_equal(m.closes, 1); /* nobody needs it any more */
  table_free(t);
  assert_int_equal(m.closes, 1);
}

static void tables_share_what_is_loaded(void **state) {
  static const size_t places[] = {2, 0};
  struct made m;
  struct table *chosen = NULL, *more = NULL, *taken = NULL;
  (void)state;
  struct table *t = later(&m, 3);
  assert_int_equal(table_select(b, &chosen, t, places, NULL, 2), BILAN_OK);
  assert_int_equal(table_with(b, &more, t, TEXT("b"), BILAN_NUMBER, numbers(3, 50)), BILAN_OK);
  assert_int_equal(m.loads, 0);
  struct column *c = table_column(chosen, 0);
  assert_ptr_equal(table_column(t, 2), c);
  assert_ptr_equal(table_column(more, 2), c);
  assert_true(table_column(more, 1)->numbers[0] == 50);
  assert_int_equal(m.loads, 1);
  table_free(t);
  assert_int_equal(m.closes, 0); /* "a" may still be asked for */
  assert_int_equal(table_take(b, &taken, chosen, places, 1), BILAN_OK);
  assert_int_equal(m.loads, 2);
  assert_true(table_column(taken, 0)->numbers[0] == 4);
  assert_int_equal(m.closes, 1);
  table_free(chosen);
  table_free(more);
  table_free(taken);
}

static void what_cannot_be_loaded_is_told_each_time(void **state) {
  struct made m;
  struct column *c = NULL;
  struct table *taken = NULL;
  size_t row = 0;
  (void)state;
  struct table *t = later(&m, 2);
  m.fails = BILAN_DATA;
  assert_null(table_column(t, 1));
  assert_string_equal(b->message, "item 1 is damaged");
  assert_int_equal(table_get(b, &c, t, 0), BILAN_DATA);
  assert_int_equal(table_load(b, t), BILAN_DATA);
  assert_int_equal(table_take(b, &taken, t, &row, 1), BILAN_DATA);
  assert_null(c);
  m.fails = BILAN_OK;
  assert_int_equal(table_get(b, &c, t, 0), BILAN_OK);
  assert_true(c->numbers[1] == 1);
  m.rows = 2; /* a source that gives other rows is at fault itself */
  assert_int_equal(table_get(b, &c, t, 1), BILAN_INTERNAL);
  table_free(t);
  assert_int_equal(m.closes, 1);
}

static void a_name_stands_once_loaded_or_not(void **state) {
  struct made m;
  (void)state;
  struct table *t = later(&m, 2);
  struct made other = {.base = {1, load_made, close_made}, .rows = 3};
  assert_int_equal(table_add_later(b, t, TEXT("b"), BILAN_NUMBER, &other.base, 0), BILAN_USAGE);
  assert_int_equal(table_add(b, t, TEXT("a"), BILAN_NUMBER, numbers(3, 0)), BILAN_USAGE);
  table_source_free(&other.base);
  assert_int_equal(other.closes, 1);
  table_free(t);
}

static void memory_may_fail_at_every_request(void **state) {
  struct made m;
  (void)state;
  for (uint64_t k = 1; k < 100; k++) {
    struct table *t = NULL;
    m = (struct made){.base = {1, load_made, close_made}, .rows = 3};
    b->mem.fail_at = b->mem.requests + k;
    bilan_status status = table_new(b, &t, 3);
    for (size_t i = 0; !status && i < 20; i++) {
      char name = (char)('a' + i);
      status = table_add_later(b, t, (struct text){&name, 1}, BILAN_NUMBER, &m.base, i);
    }
    bool reached = b->mem.requests >= b->mem.fail_at;
    b->mem.fail_at = 0;
    assert_int_equal(status, reached ? BILAN_NOMEM : BILAN_OK);
    table_free(t);
    assert_int_equal(m.base.owners, 1);
    table_source_free(&m.base);
    assert_int_equal(m.closes, 1);
    if (!reached) return;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_name_is_found_among_thousands),
      cmocka_unit_test(names_of_any_bytes_differ_in_any_byte),
      cmocka_unit_test(a_column_is_loaded_when_it_is_asked_for),
      cmocka_unit_test(tables_share_what_is_loaded),
      cmocka_unit_test(what_cannot_be_loaded_is_told_each_time),
      cmocka_unit_test(a_name_stands_once_loaded_or_not),
      cmocka_unit_test(memory_may_fail_at_every_request),
  };
  return cmocka_run_group_tests(tests, open_handle, close_handle);
}

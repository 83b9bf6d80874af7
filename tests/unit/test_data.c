/* test_data.c - dictionaries, columns, tables, recodes, sets, stacking and joining. */
#include "data/recode.h"
#include "fixture.h"

#include <stdio.h>

static bilan handle;

static int setup(void **state) {
  (void)state;
  handle_init(&handle);
  return 0;
}

/* Every test frees what it made: the allocator says so. */
static int teardown(void **state) {
  (void)state;
  return handle.mem.used ? -1 : 0;
}

static struct text label_at(const struct column *c, size_t row) { return column_label(c, row); }

static void expect_text(struct text got, const char *want) {
  assert_int_equal(got.n, strlen(want));
  assert_memory_equal(got.s, want, got.n);
}

/* A SINGLE column from labels; NULL means no answer. */
static struct column *labels(const char *const *values, size_t rows) {
  struct codes_builder k;
  struct column *c = NULL;
  if (codes_builder_open(&handle, &k, NULL)) return NULL;
  for (size_t i = 0; i < rows; i++) {
    if (values[i] ? codes_builder_add_label(&k, text_of(values[i])) : codes_builder_add(&k, 0)) {
      codes_builder_close(&k);
      return NULL;
    }
  }
  return codes_builder_finish(&k, &c) ? NULL : c;
}

static void dictionary_keeps_order_of_first_appearance(void **state) {
  (void)state;
  struct dict *d;
  uint32_t code;
  char name[16];
  assert_int_equal(dict_new(&handle, &d), BILAN_OK);
  for (uint32_t i = 0; i < 1000; i++) {
    snprintf(name, sizeof name, "level %u", (unsigned)i * 7919u % 1000u);
    assert_int_equal(dict_add(&handle, d, &code, text_of(name)), BILAN_OK);
    assert_int_equal(code, i + 1);
  }
  for (uint32_t i = 0; i < 1000; i++) {
    snprintf(name, sizeof name, "level %u", (unsigned)i * 7919u % 1000u);
    assert_int_equal(dict_find(d, text_of(name)), i + 1);
    expect_text(dict_level(d, i + 1)->label, name);
  }
  assert_int_equal(dict_find(d, TEXT("absent")), 0);
  assert_int_equal(dict_level(d, 0)->missing, BILAN_NO_ANSWER);
  dict_free(d);
}

static void dictionary_holds_the_empty_label_and_refuses_a_second_one(void **state) {
  (void)state;
  struct dict *d;
  uint32_t code;
  assert_int_equal(dict_new(&handle, &d), BILAN_OK);
  assert_int_equal(dict_add(&handle, d, &code, TEXT("")), BILAN_OK);
  assert_int_equal(dict_add(&handle, d, &code, TEXT("b")), BILAN_OK);
  assert_int_equal(dict_find(d, TEXT("")), 1);
  assert_int_equal(dict_add_level(&handle, d, &code, &(struct level){.label = TEXT("b")}),
                   BILAN_USAGE);
  dict_free(d);
}

static void codes_widen_when_levels_outgrow_a_byte(void **state) {
  (void)state;
  struct codes_builder k;
  struct column *c;
  char name[16];
  enum { ROWS = 70000 };
  assert_int_equal(codes_builder_open(&handle, &k, NULL), BILAN_OK);
  for (unsigned i = 0; i < ROWS; i++) {
    snprintf(name, sizeof name, "%u", i);
    assert_int_equal(codes_builder_add_label(&k, text_of(name)), BILAN_OK);
  }
  assert_int_equal(codes_builder_finish(&k, &c), BILAN_OK);
  assert_int_equal(c->width, 4);
  for (uint32_t i = 0; i < ROWS; i++) assert_int_equal(column_code(c, i), i + 1);
  column_free(c);
}

static void numbers_become_levels_in_rising_order(void **state) {
  (void)state;
  const double values[] = {3, NAN, -1.5, 3, 0.1, -0.0, 0};
  struct column *numbers = make_numbers(&handle, 7, values), *codes;
  assert_int_equal(column_to_codes(&handle, &codes, numbers, 0), BILAN_OK);
  const char *const want[] = {"3", "", "-1.5", "3", "0.1", "0", "0"};
  for (size_t i = 0; i < 7; i++) expect_text(label_at(codes, i), want[i]);
  assert_int_equal(column_missing(codes, 1), BILAN_NO_ANSWER);
  assert_true(column_is_numeric(codes));
  assert_true(column_number(codes, 2) == -1.5);
  for (uint32_t code = 2; code < dict_count(codes->dict); code++)
    assert_true(dict_level(codes->dict, code - 1)->value < dict_level(codes->dict, code)->value);
  column_free(codes);
  assert_int_equal(column_to_codes(&handle, &codes, numbers, 3), BILAN_LIMIT);
  column_free(numbers);
}

static void kinds_of_missing_stay_apart_when_numbers_become_levels(void **state) {
  (void)state;
  struct numbers_builder k;
  struct column *numbers, *codes;
  numbers_builder_open(&handle, &k);
  for (int kind = 0; kind < BILAN_MISSING_KINDS; kind++)
    assert_int_equal(numbers_builder_add(&k, 5, (bilan_missing)kind), BILAN_OK);
  assert_int_equal(numbers_builder_finish(&k, &numbers), BILAN_OK);
  assert_int_equal(column_to_codes(&handle, &codes, numbers, 0), BILAN_OK);
  for (size_t i = 0; i < BILAN_MISSING_KINDS; i++) {
    assert_int_equal(column_missing(numbers, i), i);
    assert_int_equal(column_missing(codes, i), i);
  }
  column_free(codes);
  column_free(numbers);
}

static void an_answer_that_reads_like_a_kind_of_missing_stays_an_answer(void **state) {
  (void)state;
  struct text_builder k;
  struct column *c, *codes;
  text_builder_open(&handle, &k);
  assert_int_equal(text_builder_add(&k, TEXT("refused"), BILAN_PRESENT), BILAN_OK);
  assert_int_equal(text_builder_add(&k, TEXT(""), BILAN_REFUSED), BILAN_OK);
  assert_int_equal(text_builder_finish(&k, &c), BILAN_OK);
  assert_int_equal(column_to_codes(&handle, &codes, c, 0), BILAN_OK);
  assert_int_equal(column_missing(codes, 0), BILAN_PRESENT);
  assert_int_equal(column_missing(codes, 1), BILAN_REFUSED);
  expect_text(label_at(codes, 1), "refused (no answer)");
  column_free(codes);
  column_free(c);
}

static void text_keeps_nul_bytes_and_absence(void **state) {
  (void)state;
  struct text_builder k;
  struct column *c;
  text_builder_open(&handle, &k);
  assert_int_equal(text_builder_add(&k, (struct text){"a\0b", 3}, BILAN_PRESENT), BILAN_OK);
  assert_int_equal(text_builder_add(&k, TEXT(""), BILAN_REFUSED), BILAN_OK);
  assert_int_equal(text_builder_add(&k, TEXT(""), BILAN_PRESENT), BILAN_OK);
  assert_int_equal(text_builder_finish(&k, &c), BILAN_OK);
  assert_int_equal(column_label(c, 0).n, 3);
  assert_int_equal(column_missing(c, 1), BILAN_REFUSED);
  assert_int_equal(column_missing(c, 2), BILAN_PRESENT);
  column_free(c);
}

/* A table of one labelled column "g" and one number column "x". */
static struct table *small_table(void) {
  const char *const g[] = {"a", "b", NULL, "a"};
  const double x[] = {1, 2, 3, NAN};
  struct table *t;
  assert_int_equal(table_new(&handle, &t, 4), BILAN_OK);
  assert_int_equal(table_add(&handle, t, TEXT("g"), BILAN_SINGLE, labels(g, 4)), BILAN_OK);
  assert_int_equal(table_add(&handle, t, TEXT("x"), BILAN_NUMBER, make_numbers(&handle, 4, x)),
                   BILAN_OK);
  return t;
}

static void tables_share_columns_and_keep_places(void **state) {
  (void)state;
  struct table *t = small_table(), *with, *chosen;
  const double y[] = {9, 9, 9, 9};
  assert_int_equal(table_with(&handle, &with, t, TEXT("g"), BILAN_NUMBER,
                              make_numbers(&handle, 4, y)), BILAN_OK);
  assert_int_equal(table_find(with, TEXT("g")), 0);
  assert_int_equal(table_kind(with, 0), BILAN_NUMBER);
  assert_ptr_equal(table_column(with, 1), table_column(t, 1));
  const size_t places[] = {1};
  const struct text names[] = {TEXT("new")};
  assert_int_equal(table_select(&handle, &chosen, t, places, names, 1), BILAN_OK);
  expect_text(table_name(chosen, 0), "new");
  table_free(t);
  assert_true(column_number(table_column(with, 1), 1) == 2);
  table_free(with);
  table_free(chosen);
}

static void tables_refuse_second_names_and_other_lengths(void **state) {
  (void)state;
  struct table *t = small_table();
  const double y[] = {1, 2, 3, 4, 5};
  assert_int_equal(table_add(&handle, t, TEXT("x"), BILAN_NUMBER, make_numbers(&handle, 4, y)),
                   BILAN_USAGE);
  assert_int_equal(table_add(&handle, t, TEXT("y"), BILAN_NUMBER, make_numbers(&handle, 5, y)),
                   BILAN_USAGE);
  assert_int_equal(table_no_item(&handle, t, TEXT("G")), BILAN_USAGE);
  assert_string_equal(handle.message, "no item \"G\"; did you mean \"g\"?");
  table_free(t);
}

static void take_gives_the_rows_in_the_order_asked(void **state) {
  (void)state;
  struct table *t = small_table(), *taken;
  const size_t rows[] = {3, 1, 1};
  assert_int_equal(table_take(&handle, &taken, t, rows, 3), BILAN_OK);
  expect_text(label_at(table_column(taken, 0), 0), "a");
  expect_text(label_at(table_column(taken, 0), 2), "b");
  assert_int_equal(column_missing(table_column(taken, 1), 0), BILAN_NO_ANSWER);
  assert_true(column_number(table_column(taken, 1), 2) == 2);
  table_free(t);
  table_free(taken);
}

static void relevel_joins_levels_by_look_up(void **state) {
  (void)state;
  const char *const values[] = {"a", "b", "c", NULL};
  struct column *c = labels(values, 4), *new;
  struct dict *d;
  uint32_t code;
  const uint32_t map[] = {0, 2, 1, 2};
  assert_int_equal(dict_new(&handle, &d), BILAN_OK);
  assert_int_equal(dict_add(&handle, d, &code, TEXT("B")), BILAN_OK);
  assert_int_equal(dict_add(&handle, d, &code, TEXT("AC")), BILAN_OK);
  assert_int_equal(column_relevel(&handle, &new, c, map, d), BILAN_OK);
  const char *const want[] = {"AC", "B", "AC", ""};
  for (size_t i = 0; i < 4; i++) expect_text(label_at(new, i), want[i]);
  column_free(c);
  column_free(new);
}

static void declared_values_become_their_kind_of_missing(void **state) {
  (void)state;
  const double values[] = {12, 99, 98, NAN};
  const double marks[] = {98, 99};
  const bilan_missing kinds[] = {BILAN_REFUSED, BILAN_DONT_KNOW};
  struct column *c = make_numbers(&handle, 4, values), *new;
  assert_int_equal(column_declare_missing(&handle, &new, c, marks, kinds, 2), BILAN_OK);
  assert_int_equal(column_missing(new, 0), BILAN_PRESENT);
  assert_int_equal(column_missing(new, 1), BILAN_DONT_KNOW);
  assert_int_equal(column_missing(new, 2), BILAN_REFUSED);
  assert_int_equal(column_missing(new, 3), BILAN_NO_ANSWER);
  column_free(c);
  column_free(new);
}

static void blanks_outside_the_universe_were_not_asked(void **state) {
  (void)state;
  const char *const values[] = {"a", NULL, NULL, "a"};
  const double numbers[] = {1, NAN, NAN, 1};
  struct column *both[] = {labels(values, 4), make_numbers(&handle, 4, numbers)}, *new;
  struct domain *inside;
  size_t strays;
  assert_int_equal(domain_new(&handle, &inside, 4), BILAN_OK);
  domain_set(inside, 0);
  domain_set(inside, 1);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(column_universe(&handle, &new, &strays, both[i], inside), BILAN_OK);
    assert_int_equal(strays, 1);
    assert_int_equal(column_missing(new, 1), BILAN_NO_ANSWER);
    assert_int_equal(column_missing(new, 2), BILAN_NOT_ASKED);
    assert_int_equal(column_missing(new, 3), BILAN_PRESENT);
    column_free(new);
    column_free(both[i]);
  }
  domain_free(inside);
}

static bool ticked(const struct column *set, const char *option, size_t row) {
  uint32_t code = dict_find(set->dict, text_of(option));
  return code && column_code(set->options[code - 1], row) == SET_TICKED;
}

static void three_shapes_of_one_answer_list_are_one_item(void **state) {
  (void)state;
  const char *const field[] = {"maths; bio", "bio;bio", NULL, "maths"};
  const char *const maths[] = {"Oui", "Non", NULL, "Oui"};
  const char *const bio[] = {"Oui", "Oui", NULL, "Non"};
  struct column *one = labels(field, 4), *many[] = {labels(maths, 4), labels(bio, 4)};
  struct column *split, *grouped;
  const struct text names[] = {TEXT("maths"), TEXT("bio")}, yes[] = {TEXT("Oui")};
  assert_int_equal(column_split(&handle, &split, one, TEXT(";"), NULL, true), BILAN_OK);
  assert_int_equal(column_group(&handle, &grouped, many, names, 2,
                                (struct tick_rule){yes, 1, false, false}), BILAN_OK);
  for (size_t row = 0; row < 4; row++) {
    assert_int_equal(ticked(split, "maths", row), ticked(grouped, "maths", row));
    assert_int_equal(ticked(split, "bio", row), ticked(grouped, "bio", row));
    assert_int_equal(column_missing(split, row), column_missing(grouped, row));
  }
  assert_true(ticked(split, "bio", 1) && !ticked(split, "maths", 1));
  assert_int_equal(column_missing(split, 2), BILAN_NO_ANSWER);
  struct column *all[] = {one, many[0], many[1], split, grouped};
  for (size_t i = 0; i < 5; i++) column_free(all[i]);
}

static void an_undeclared_option_is_an_error_by_name(void **state) {
  (void)state;
  const char *const field[] = {"maths;chimie"};
  struct column *one = labels(field, 1), *split;
  struct dict *d;
  uint32_t code;
  assert_int_equal(dict_new(&handle, &d), BILAN_OK);
  assert_int_equal(dict_add(&handle, d, &code, TEXT("maths")), BILAN_OK);
  assert_int_equal(column_split(&handle, &split, one, TEXT(";"), d, false), BILAN_DATA);
  assert_string_equal(handle.message, "\"chimie\" is not among the options declared");
  column_free(one);
}

static void stacking_marks_what_a_wave_did_not_ask(void **state) {
  (void)state;
  struct table *above = small_table(), *below, *t;
  const char *const g[] = {"c", "a"}, *const h[] = {"new", NULL};
  assert_int_equal(table_new(&handle, &below, 2), BILAN_OK);
  assert_int_equal(table_add(&handle, below, TEXT("h"), BILAN_SINGLE, labels(h, 2)), BILAN_OK);
  assert_int_equal(table_add(&handle, below, TEXT("g"), BILAN_SINGLE, labels(g, 2)), BILAN_OK);
  assert_int_equal(table_stack(&handle, &t, above, below), BILAN_OK);
  assert_int_equal(table_rows(t), 6);
  const struct column *tg = table_column(t, table_find(t, TEXT("g")));
  const struct column *th = table_column(t, table_find(t, TEXT("h")));
  const struct column *tx = table_column(t, table_find(t, TEXT("x")));
  expect_text(label_at(tg, 4), "c");
  assert_int_equal(column_code(tg, 5), column_code(tg, 0));
  assert_int_equal(column_missing(th, 0), BILAN_NOT_ASKED);
  assert_int_equal(column_missing(th, 5), BILAN_NO_ANSWER);
  assert_int_equal(column_missing(tx, 4), BILAN_NOT_ASKED);
  table_free(above);
  table_free(below);
  table_free(t);
}

static void joining_matches_by_answer_and_refuses_a_repeated_key(void **state) {
  (void)state;
  struct table *left = small_table(), *right, *t;
  const char *const g[] = {"b", "a"}, *const twice[] = {"a", "a"};
  const double z[] = {20, 10};
  assert_int_equal(table_new(&handle, &right, 2), BILAN_OK);
  assert_int_equal(table_add(&handle, right, TEXT("g"), BILAN_SINGLE, labels(g, 2)), BILAN_OK);
  assert_int_equal(table_add(&handle, right, TEXT("z"), BILAN_NUMBER,
                             make_numbers(&handle, 2, z)), BILAN_OK);
  assert_int_equal(table_join(&handle, &t, left, right, TEXT("g")), BILAN_OK);
  const struct column *tz = table_column(t, table_find(t, TEXT("z")));
  assert_true(column_number(tz, 0) == 10 && column_number(tz, 1) == 20);
  assert_int_equal(column_missing(tz, 2), BILAN_NOT_ASKED);
  table_free(t);
  table_free(right);
  assert_int_equal(table_new(&handle, &right, 2), BILAN_OK);
  assert_int_equal(table_add(&handle, right, TEXT("g"), BILAN_SINGLE, labels(twice, 2)),
                   BILAN_OK);
  assert_int_equal(table_join(&handle, &t, left, right, TEXT("g")), BILAN_DATA);
  table_free(left);
  table_free(right);
}

static void domains_intersect_and_count(void **state) {
  (void)state;
  struct domain *x, *y, *both;
  assert_int_equal(domain_new(&handle, &x, 200), BILAN_OK);
  assert_int_equal(domain_new(&handle, &y, 200), BILAN_OK);
  for (size_t row = 0; row < 200; row += 2) domain_set(x, row);
  for (size_t row = 0; row < 200; row += 3) domain_set(y, row);
  assert_int_equal(domain_and(&handle, &both, x, y), BILAN_OK);
  assert_int_equal(both->count, 34);
  for (size_t row = 0; row < 200; row++) assert_int_equal(domain_has(both, row), row % 6 == 0);
  domain_free(both);
  assert_int_equal(domain_and(&handle, &both, NULL, x), BILAN_OK);
  assert_ptr_equal(both, x);
  domain_free(both);
  domain_free(x);
  domain_free(y);
}

static void a_domain_follows_the_rows_that_are_kept(void **state) {
  (void)state;
  struct domain *inner, *kept, *left;
  assert_int_equal(domain_new(&handle, &inner, 130), BILAN_OK);
  assert_int_equal(domain_new(&handle, &kept, 130), BILAN_OK);
  for (size_t row = 0; row < 130; row += 3) domain_set(inner, row);
  for (size_t row = 1; row < 130; row++) domain_set(kept, row); /* all but row 0 */
  assert_int_equal(domain_among(&handle, &left, inner, kept), BILAN_OK);
  assert_int_equal(left->rows, 129);
  assert_int_equal(left->count, 43);
  for (size_t row = 0; row < 129; row++)
    assert_int_equal(domain_has(left, row), (row + 1) % 3 == 0);
  domain_free(left);
  domain_free(inner);
  domain_free(kept);
}

/* One walk through most of the floor; returns the first failure. */
static bilan_status walk(void) {
  const char *const field[] = {"maths; bio", "bio", NULL, "maths"};
  const double numbers[] = {2, 1, NAN, 2};
  struct column *one = labels(field, 4), *split = NULL, *x = NULL, *codes = NULL;
  struct table *t = NULL, *stacked = NULL, *taken = NULL;
  const size_t rows[] = {2, 0};
  bilan_status status = one ? BILAN_OK : BILAN_NOMEM;
  if (!status) x = make_numbers(&handle, 4, numbers);
  if (!x) status = BILAN_NOMEM;
  if (!status) status = column_split(&handle, &split, one, TEXT(";"), NULL, true);
  if (!status) status = column_to_codes(&handle, &codes, x, 0);
  if (!status) status = table_new(&handle, &t, 4);
  if (!status) status = table_add(&handle, t, TEXT("set"), BILAN_MULTIPLE, column_hold(split));
  if (!status) status = table_add(&handle, t, TEXT("x"), BILAN_NUMBER, column_hold(x));
  if (!status) status = table_add(&handle, t, TEXT("c"), BILAN_SINGLE, column_hold(codes));
  if (!status) status = table_stack(&handle, &stacked, t, t);
  if (!status) status = table_take(&handle, &taken, stacked, rows, 2);
  table_free(t);
  table_free(stacked);
  table_free(taken);
  column_free(one);
  column_free(split);
  column_free(x);
  column_free(codes);
  return status;
}

static void every_failing_allocation_is_reported_and_leaks_nothing(void **state) {
  (void)state;
  for (int forever = 0; forever < 2; forever++) {
    bilan_status status = BILAN_NOMEM;
    uint64_t k;
    for (k = 1; status && k < 1000; k++) {
      handle.mem.requests = 0;
      handle.mem.fail_at = k;
      handle.mem.fail_on = forever;
      status = walk();
      assert_true(status == BILAN_OK || status == BILAN_NOMEM);
      assert_int_equal(handle.mem.used, 0);
    }
    assert_true(k > 20 && k < 1000);
    handle.mem.fail_at = 0;
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(dictionary_keeps_order_of_first_appearance),
      TEST(dictionary_holds_the_empty_label_and_refuses_a_second_one),
      TEST(codes_widen_when_levels_outgrow_a_byte),
      TEST(numbers_become_levels_in_rising_order),
      TEST(kinds_of_missing_stay_apart_when_numbers_become_levels),
      TEST(an_answer_that_reads_like_a_kind_of_missing_stays_an_answer),
      TEST(text_keeps_nul_bytes_and_absence),
      TEST(tables_share_columns_and_keep_places),
      TEST(tables_refuse_second_names_and_other_lengths),
      TEST(take_gives_the_rows_in_the_order_asked),
      TEST(relevel_joins_levels_by_look_up),
      TEST(declared_values_become_their_kind_of_missing),
      TEST(blanks_outside_the_universe_were_not_asked),
      TEST(three_shapes_of_one_answer_list_are_one_item),
      TEST(an_undeclared_option_is_an_error_by_name),
      TEST(stacking_marks_what_a_wave_did_not_ask),
      TEST(joining_matches_by_answer_and_refuses_a_repeated_key),
      TEST(domains_intersect_and_count),
      TEST(a_domain_follows_the_rows_that_are_kept),
      TEST(every_failing_allocation_is_reported_and_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

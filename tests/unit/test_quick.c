/* test_quick.c - rows as bits, and expressions over whole columns by them, against the plain way:
 * one row after the other, counted here, or `ways.plain` of the handle.
 *
 * test_expr.c compares the two ways on thousands of random expressions over a few rows; here
 * tables have many blocks, wide codes, several threads, several answers, and numbers at the edges
 * of what the quick way can do.
 */
#include <math.h>
#include <stdio.h>

#include "column_fixture.h"
#include "data/bitmap.h"
#include "data/recode.h"
#include "expr/expr.h"
#include "handle_fixture.h"
#include "stat/derive.h"

/* ---- tables ----------------------------------------------------------------------------- */

/* Codes of so many levels "l1", "l2", ...; level 2 is a "don't know". */
static struct column *codes_column(uint64_t *seed, size_t rows, uint32_t levels) {
  struct dict *d;
  struct codes_builder k;
  struct column *c;
  assert_int_equal(dict_new(b, &d), 0);
  for (uint32_t i = 1; i <= levels; i++) {
    char label[16];
    uint32_t code;
    snprintf(label, sizeof label, "l%u", i);
    struct level level = {text_of(label), i % 3 ? NAN : (double)i, i == 2 ? BILAN_DONT_KNOW : 0};
    assert_int_equal(dict_add_level(b, d, &code, &level), 0);
  }
  assert_int_equal(codes_builder_open(b, &k, d), 0);
  dict_free(d);
  for (size_t i = 0; i < rows; i++)
    assert_int_equal(codes_builder_add(&k, draw_below(seed, levels + 1)), 0);
  assert_int_equal(codes_builder_finish(&k, &c), 0);
  return c;
}

enum edges { NO_EDGES, SOME_EDGES };

static struct column *numbers_column(uint64_t *seed, size_t rows, double step, enum edges edges) {
  static const double odd[] = {-0.0, 1e15, -1e16, 9007199254740993.0, 1e300, 0.1, 5e-324};
  struct numbers_builder k;
  struct column *c;
  numbers_builder_open(b, &k);
  for (size_t i = 0; i < rows; i++) {
    double v = ((double)draw_below(seed, 120) - 40) * step;
    if (edges == SOME_EDGES && !draw_below(seed, 900)) v = odd[draw_below(seed, 7)];
    bilan_missing kind = draw_below(seed, 9) ? 0 : 1 + (bilan_missing)draw_below(seed, 4);
    assert_int_equal(numbers_builder_add(&k, kind ? 0 : v, kind), 0);
  }
  assert_int_equal(numbers_builder_finish(&k, &c), 0);
  return c;
}

/* Several answers, from four columns of which some are blank. */
static struct column *set_column(uint64_t *seed, size_t rows) {
  struct column *boxes[4], *set;
  struct text labels[4] = {TEXT("one"), TEXT("two"), TEXT("three"), TEXT("four")};
  struct text yes = TEXT("l1");
  for (size_t i = 0; i < 4; i++) boxes[i] = codes_column(seed, rows, 3);
  struct tick_rule rule = {.ticked = &yes, .count = 1};
  assert_int_equal(column_group(b, &set, boxes, labels, 4, rule), 0);
  for (size_t i = 0; i < 4; i++) column_free(boxes[i]);
  return set;
}

static void add(struct table *t, const char *name, bilan_kind kind, struct column *c) {
  assert_int_equal(table_add(b, t, text_of(name), kind, c), 0);
}

static struct table *make_table(uint64_t seed, size_t rows) {
  struct table *t;
  assert_int_equal(table_new(b, &t, rows), 0);
  add(t, "q", BILAN_SINGLE, codes_column(&seed, rows, 5));
  add(t, "r", BILAN_SINGLE, codes_column(&seed, rows, 200));
  add(t, "u", BILAN_SINGLE, codes_column(&seed, rows, 700));
  add(t, "n", BILAN_NUMBER, numbers_column(&seed, rows, 1, NO_EDGES));
  add(t, "x", BILAN_NUMBER, numbers_column(&seed, rows, 0.25, NO_EDGES));
  add(t, "z", BILAN_NUMBER, numbers_column(&seed, rows, 1, SOME_EDGES));
  add(t, "s", BILAN_MULTIPLE, set_column(&seed, rows));
  return t;
}

/* ---- expressions ------------------------------------------------------------------------ */

static const char *const expressions[] = {
    "q = 'l1'", "q in ('l1', 'l3') and r <> 'l7'", "u like '%1'", "u = 'l699' or q is null",
    "not (q = 'l1' or n > 3)", "n between -3 and 20", "x in (0.25, 1, n)", "n is null",
    "s is not null", "missing(s) is null", "missing(n) is not null", "answered(s) + ticked(s)",
    "has(s, 'two') and not has(s, 'one')", "ticked(s) > 1 is true", "(q = 'l1') is not false",
    "x is n", "x is not n / 2", "n + x", "n * x", "n / 7", "x / 2", "(x + x) / 2", "n % 5", "x % 3",
    "n / x", "x / 0", "-n", "n * -1", "0 - x * 0", "z", "z + 1", "z / 3", "z * z", "z % 7",
    "z > 1000000000000000", "-z", "z = 0.1", "value(r) + n", "value(q)", "value(n) / 4",
    "case when n > 20 then 1 when x < 0 then n / 2 end", "case n when 3 then x when x then 2 end",
    "case when n > 20 then 'old' when n > 5 then 'young' end", "case when n > 3 then q else r end",
    "case when n > 3 then q when x > 1 then 4 else 2.5 end", "case when z > 2 then 'a' else u end",
    "case when q = 'l1' then 'l3' when q is null then null else q end", "q || '!'", "u", "r", "'a'",
    "3", "null", "case when s is null then 'none' when ticked(s) = 0 then 'zero' end",
    "case x when 1 then 'one' when n then 'same' else 'other' end", "n > 3 and x", "n or 0",
    "lower(q) = 'l1' and abs(n) > 3", "case when q = 'l9' then q end", "s", "s like '%two%'",
};
enum { EXPRESSIONS = sizeof expressions / sizeof expressions[0] };

static bilan_status both(struct table *t, const char *source, struct column **c, bilan_kind *kind,
                         struct domain **d) {
  struct expr *e;
  assert_int_equal(expr_parse(b, &e, text_of(source)), 0);
  bilan_status status = expr_derive(b, c, kind, e, t);
  if (!status) status = expr_filter(b, d, e, t);
  if (status) print_error("%s: %s\n", source, b->message);
  expr_free(e);
  return status;
}

/* How many of `threads` and instructions give another answer than the plain way. */
static int other_answers(struct table *t, const char *source) {
  static const struct {
    int threads;
    enum simd simd;
  } ways[] = {{1, SIMD_BEST}, {2, SIMD_BEST}, {8, SIMD_SCALAR}};
  struct column *plain, *quick;
  struct domain *rows, *inside;
  bilan_kind kind, quick_kind;
  int wrong = 0;
  b->ways.plain = true;
  assert_int_equal(both(t, source, &plain, &kind, &rows), 0);
  b->ways.plain = false;
  for (size_t i = 0; i < 3; i++) {
    b->threads = ways[i].threads;
    b->ways.simd = ways[i].simd;
    assert_int_equal(both(t, source, &quick, &quick_kind, &inside), 0);
    bool same = same_column(plain, quick) && kind == quick_kind && same_domain(rows, inside);
    if (!same) print_error("way %zu differs: %s\n", i, source);
    wrong += !same;
    column_free(quick);
    domain_free(inside);
  }
  b->threads = 1;
  b->ways.simd = SIMD_BEST;
  column_free(plain);
  domain_free(rows);
  return wrong;
}

static void quick_way_gives_the_plain_answer_in_every_block(void **state) {
  static const size_t sizes[] = {0, 1, 63, 64, 511, 512, 513, 3000, 100000};
  int wrong = 0;
  (void)state;
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    struct table *t = make_table(91 + i, sizes[i]);
    for (size_t k = 0; k < EXPRESSIONS; k++) wrong += other_answers(t, expressions[k]);
    table_free(t);
  }
  assert_int_equal(wrong, 0);
}

/* ---- bits ------------------------------------------------------------------------------- */

static void bits_of_codes_are_those_of_a_look_up(void **state) {
  uint64_t seed = 5;
  (void)state;
  for (uint32_t levels = 1; levels < 70000; levels = levels * 5 + 3) {
    struct column *c = codes_column(&seed, 1000, levels);
    size_t words = bitmap_choice_words(levels + 1);
    uint64_t *choice = mem_zero(&b->mem, words, sizeof *choice), out[16];
    for (uint32_t k = 0; k <= levels; k++)
      if (draw_below(&seed, 2)) bitmap_set(choice, k);
    for (size_t first = 0; first < 300; first += 37) {
      size_t count = 1 + draw_below(&seed, 700);
      for (int simd = 0; simd < 2; simd++) {
        b->ways.simd = simd ? SIMD_BEST : SIMD_SCALAR;
        memset(out, 0, sizeof out);
        bitmap_of_codes(bitmap_simd(b), out, c, first, count, choice);
        for (size_t i = 0; i < bitmap_words(count) * 64; i++) {
          bool want = i < count && bitmap_has(choice, column_code(c, first + i));
          assert_int_equal(bitmap_has(out, i), want);
        }
      }
    }
    mem_free(&b->mem, choice);
    column_free(c);
  }
}

static void bits_are_counted_alike_by_all_instructions(void **state) {
  enum { WORDS = 300 };
  uint64_t seed = 8, bits[WORDS];
  size_t want = 0;
  (void)state;
  for (size_t i = 0; i < WORDS; i++) {
    bits[i] = draw(&seed) & draw(&seed);
    for (size_t row = 0; row < BITMAP_WORD; row++) want += bitmap_has(bits + i, row);
  }
  for (int simd = 0; simd < 2; simd++) {
    b->ways.simd = simd ? SIMD_BEST : SIMD_SCALAR;
    assert_int_equal(bitmap_count(bitmap_simd(b), bits, WORDS), want);
  }
}

/* Any of some options, and the states of a SET, row by row. */
static void several_answers_join_as_their_rows_say(void **state) {
  enum { ROWS = 17000 };
  uint64_t seed = 13;
  struct column *set = set_column(&seed, ROWS), *ticks, *joined;
  static const size_t options[] = {3, 1, 3};
  (void)state;
  assert_int_equal(derive_ticks(b, &ticks, set), 0);
  assert_int_equal(derive_any(b, &joined, set, options, 3), 0);
  for (size_t row = 0; row < ROWS; row++) {
    uint32_t one = column_code(set->options[1], row), three = column_code(set->options[3], row);
    assert_int_equal(column_code(joined, row), one > three ? one : three);
    bool some = false;
    for (size_t i = 0; i < 4; i++) some |= column_code(set->options[i], row) == SET_TICKED;
    bilan_missing kind = column_missing(set, row);
    assert_int_equal(column_missing(ticks, row), kind);
    if (!kind) assert_int_equal(column_code(ticks, row), some ? STATE_TICKED : STATE_ANSWERED);
  }
  column_free(set);
  column_free(ticks);
  column_free(joined);
}

/* An option column knows its highest code: cells are sized by it. */
static void options_know_their_highest_code(void **state) {
  uint64_t seed = 21;
  struct column *set = set_column(&seed, 400);
  (void)state;
  for (size_t i = 0; i < 4; i++) assert_int_equal(set->options[i]->highest, SET_TICKED);
  column_free(set);
}

static void recoded_bytes_are_those_of_the_builder(void **state) {
  uint64_t seed = 34;
  struct column *c = codes_column(&seed, 70001, 250), *quick, *plain;
  uint32_t map[251] = {0};
  (void)state;
  for (uint32_t i = 1; i < 251; i++) map[i] = draw_below(&seed, 9);
  for (int plainly = 0; plainly < 2; plainly++) {
    struct dict *d;
    uint32_t code;
    assert_int_equal(dict_new(b, &d), 0);
    for (char label = 'a'; label < 'i'; label++)
      assert_int_equal(dict_add(b, d, &code, (struct text){&label, 1}), 0);
    b->ways.plain = plainly;
    b->threads = 2;
    assert_int_equal(column_relevel(b, plainly ? &plain : &quick, c, map, d), 0);
  }
  assert_true(same_column(quick, plain));
  column_free(c);
  column_free(quick);
  column_free(plain);
}

/* ---- faults ----------------------------------------------------------------------------- */

/* Every allocation of the quick way fails in turn; nothing is left behind. */
static void every_failed_allocation_is_reported(void **state) {
  static const char *const some[] = {"q = 'l1' and n > 3", "n / 2", "case when n > 3 then q end"};
  struct table *t = make_table(77, 2000);
  (void)state;
  for (size_t k = 0; k < 3; k++) {
    for (uint64_t nth = 1;; nth++) {
      struct expr *e = NULL;
      struct column *c = NULL;
      struct domain *d = NULL;
      bilan_kind kind;
      b->mem.fail_at = b->mem.requests + nth;
      bilan_status status = expr_parse(b, &e, text_of(some[k]));
      if (!status) status = expr_derive(b, &c, &kind, e, t);
      if (!status) status = expr_filter(b, &d, e, t);
      b->mem.fail_at = 0;
      expr_free(e);
      column_free(c);
      domain_free(d);
      if (!status) break;
      assert_int_equal(status, BILAN_NOMEM);
    }
  }
  table_free(t);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_handle, close_handle)
  const struct CMUnitTest tests[] = {
      TEST(quick_way_gives_the_plain_answer_in_every_block),
      TEST(bits_of_codes_are_those_of_a_look_up),
      TEST(bits_are_counted_alike_by_all_instructions),
      TEST(several_answers_join_as_their_rows_say),
      TEST(options_know_their_highest_code),
      TEST(recoded_bytes_are_those_of_the_builder),
      TEST(every_failed_allocation_is_reported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

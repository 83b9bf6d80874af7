/* test_whole.c - which weights are whole numbers, and what their units are: decimals made of
 * known digits. */
#include "data/whole.h"

#include "fixture.h"

enum { ROWS = 1000 };

static const struct whole *look(bilan *b, struct column *c) {
  const struct whole *w;
  assert_int_equal(whole_weights(b, &w, c), BILAN_OK);
  return w;
}

/* One column of the numbers given; its kind, and its scale where it has units. */
static void expect_kind(const double *values, size_t rows, enum whole_kind kind, double scale) {
  bilan b;
  handle_init(&b);
  struct column *c = make_numbers(&b, rows, values);
  const struct whole *w = look(&b, c);
  assert_int_equal(w->kind, kind);
  assert_true(kind != WHOLE_UNITS || w->scale == scale);
  assert_ptr_equal(look(&b, c), w); /* kept with the column */
  column_free(c);
  assert_int_equal(b.mem.used, 0);
}

static void kinds_of_weights_are_told(void **state) {
  (void)state;
  expect_kind((double[]){1, 1, 1}, 3, WHOLE_ONES, 1);
  expect_kind((double[]){1, NAN, 1}, 3, WHOLE_UNITS, 1); /* missing weighs 0 */
  expect_kind((double[]){3, 0, 7}, 3, WHOLE_UNITS, 1);
  expect_kind((double[]){1.5, 0.25, NAN}, 3, WHOLE_UNITS, 100);
  expect_kind((double[]){2.358831, 4.5}, 2, WHOLE_UNITS, 1e6);
  expect_kind((double[]){0.1 + 0.2, 1}, 2, WHOLE_NONE, 1); /* not the double of 0.3 */
  expect_kind((double[]){1.0 / 3}, 1, WHOLE_NONE, 1);
  expect_kind((double[]){-1}, 1, WHOLE_NONE, 1);
  expect_kind((double[]){INFINITY}, 1, WHOLE_NONE, 1);
  expect_kind((double[]){2147483647}, 1, WHOLE_UNITS, 1);
  expect_kind((double[]){2147483648.0}, 1, WHOLE_NONE, 1);
  expect_kind((double[]){2.147483647}, 1, WHOLE_UNITS, 1e9);
  expect_kind((double[]){2.147483648}, 1, WHOLE_NONE, 1);
  expect_kind((double[]){0.000000001}, 1, WHOLE_UNITS, 1e9);
  expect_kind((double[]){0.0000000001}, 1, WHOLE_NONE, 1);
  expect_kind(NULL, 0, WHOLE_UNITS, 1);
}

static void nobody_s_weights_are_ones(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  assert_int_equal(look(&b, NULL)->kind, WHOLE_ONES);
  b.ways.plain = true;
  assert_int_equal(look(&b, NULL)->kind, WHOLE_ONES);
  struct column *c = make_numbers(&b, 2, (double[]){1.5, 2});
  assert_int_equal(look(&b, c)->kind, WHOLE_NONE); /* the plain way knows doubles alone */
  b.ways.plain = false;
  assert_int_equal(look(&b, c)->kind, WHOLE_UNITS);
  column_free(c);
}

/* Random decimals m / 10^k: units are m, or m without the zeros that all have at the end. */
static void units_are_the_digits(void **state) {
  (void)state;
  static const double tens[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
  uint64_t seed = 3;
  for (unsigned digits = 0; digits <= 9; digits++) {
    static double values[ROWS];
    static uint32_t m[ROWS];
    bilan b;
    handle_init(&b);
    for (size_t i = 0; i < ROWS; i++) {
      m[i] = draw_below(&seed, INT32_MAX);
      values[i] = (double)m[i] / tens[digits];
    }
    struct column *c = make_numbers(&b, ROWS, values);
    const struct whole *w = look(&b, c);
    uint32_t highest = 0, lowest = UINT32_MAX;
    assert_int_equal(w->kind, WHOLE_UNITS);
    assert_true(w->scale == tens[digits]);
    for (size_t i = 0; i < ROWS; i++) {
      assert_int_equal(w->units[i], m[i]);
      highest = m[i] > highest ? m[i] : highest;
      lowest = m[i] < lowest ? m[i] : lowest;
    }
    assert_int_equal(w->highest, highest);
    assert_int_equal(w->lowest, lowest);
    column_free(c);
  }
}

/* One weight with more digits, late among many with fewer: the walk begins anew. */
static void a_late_weight_may_have_more_digits(void **state) {
  (void)state;
  static double values[ROWS];
  bilan b;
  handle_init(&b);
  for (size_t i = 0; i < ROWS; i++) values[i] = (double)(i % 7) / 2;
  values[ROWS - 3] = 0.125;
  struct column *c = make_numbers(&b, ROWS, values);
  const struct whole *w = look(&b, c);
  assert_int_equal(w->kind, WHOLE_UNITS);
  assert_true(w->scale == 1000);
  for (size_t i = 0; i < ROWS; i++)
    assert_int_equal(w->units[i], i == ROWS - 3 ? 125 : (i % 7) * 500);
  column_free(c);
}

/* Weights that are the numbers of levels. */
static void levels_with_numbers_have_units(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  struct column *numbers = make_numbers(&b, 4, (double[]){0.5, 2, NAN, 0.5}), *codes;
  assert_int_equal(column_to_codes(&b, &codes, numbers, 0), BILAN_OK);
  const struct whole *w = look(&b, codes);
  assert_int_equal(w->kind, WHOLE_UNITS);
  assert_true(w->scale == 10);
  assert_int_equal(w->units[0], 5);
  assert_int_equal(w->units[1], 20);
  assert_int_equal(w->units[2], 0);
  assert_int_equal(w->units[3], 5);
  column_free(codes);
  column_free(numbers);
  assert_int_equal(b.mem.used, 0);
}

static void sums_of_units_are_sums_of_weights(void **state) {
  (void)state;
  const struct whole w = {.kind = WHOLE_UNITS, .scale = 100};
  assert_true(whole_sum(&w, 175) == 1.75);
  assert_true(whole_squares(&w, 0, 23125) == 2.3125);
  /* 3 * 2^32 + 2^32 + 1, over 10^4; and beyond 2^64 */
  assert_true(whole_squares(&w, 3, 4294967297u) == 17179869185.0 / 1e4);
  assert_true(whole_squares(&w, (uint64_t)1 << 40, 0) == 0x1p72 / 1e4);
}

/* One more than the highest absolute value; every double beyond 2^52 is whole, so none is. */
static void a_column_knows_its_highest_whole_number(void **state) {
  (void)state;
  bilan b;
  double many[1000];
  handle_init(&b);
  const double cases[][4] = {{3, -7, 0, 8}, {3, 2.5, 1, -1}, {0, 0, 0, 1}, {5, NAN, 2, 6},
                             {1e17, 1, 1, -1}, {INFINITY, 1, 1, -1}, {0x1p51, 1, 2, 0x1p51 + 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct column *c = make_numbers(&b, 3, cases[i]); /* NaN: missing */
    assert_true(whole_most(c) == cases[i][3]);
    assert_true(whole_most(c) == cases[i][3]);
    column_free(c);
  }
  for (size_t i = 0; i < 1000; i++) many[i] = (double)i;
  many[999] = 0.5; /* behind the first chunks */
  struct column *c = make_numbers(&b, 1000, many), *codes;
  assert_true(whole_most(c) == -1);
  column_free(c);
  c = make_numbers(&b, 3, (double[]){4, -9, 2});
  assert_int_equal(column_to_codes(&b, &codes, c, 0), BILAN_OK);
  assert_true(whole_most(codes) == 10);
  column_free(codes);
  column_free(c);
  assert_int_equal(b.mem.used, 0);
}

/* One block for the units, one for the numbers of levels. */
static void running_out_of_memory_notes_nothing(void **state) {
  (void)state;
  bilan b;
  const struct whole *w;
  handle_init(&b);
  struct column *numbers = make_numbers(&b, 3, (double[]){1.5, 2, 3}), *c;
  assert_int_equal(column_to_codes(&b, &c, numbers, 0), BILAN_OK);
  column_free(numbers);
  for (uint64_t nth = 1; nth <= 2; nth++) {
    b.mem.requests = 0;
    b.mem.fail_at = nth;
    assert_int_equal(whole_weights(&b, &w, c), BILAN_NOMEM);
    assert_null(c->whole);
  }
  b.mem.fail_at = 0;
  assert_int_equal(look(&b, c)->kind, WHOLE_UNITS);
  column_free(c);
  assert_int_equal(b.mem.used, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_column_knows_its_highest_whole_number),
      cmocka_unit_test(kinds_of_weights_are_told),
      cmocka_unit_test(nobody_s_weights_are_ones),
      cmocka_unit_test(units_are_the_digits),
      cmocka_unit_test(a_late_weight_may_have_more_digits),
      cmocka_unit_test(levels_with_numbers_have_units),
      cmocka_unit_test(sums_of_units_are_sums_of_weights),
      cmocka_unit_test(running_out_of_memory_notes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

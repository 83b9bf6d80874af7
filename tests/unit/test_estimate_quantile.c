/* test_estimate_quantile.c - quantile rules and Woodruff's interval against R's svyquantile
 * (see estimate_fixture.h), R's quantile, and hand-worked ties. */
#include "stat/quantile.h"

#include "estimate_fixture.h"

static const double asked[] = {0.1, 0.25, 0.5, 0.9};

/* D <- svydesign(ids = ~1, weights = ~1, data = d[!is.na(d$y), ])
 * svyquantile(~y, D, c(.1, .25, .5, .9), qrule = rule, ci = TRUE). Below F(x_1)
 * version 4.1-1 gives x_2 for math and school, and goes under the minimum for hf4; there the
 * definition's x_1 stands (low of .1, and of .25 for hf4) and the se that follows from it. */
static const struct {
  enum quantile_rule rule;
  double value[4], low[4], high[4], se[4]; /* NaN: not estimable */
} from_r[] = {
    {RULE_MATH,
     {9, 11, 14, 20},
     {7, 9, 12, 18},
     {12, 14, 17, NAN},
     {1.2021462572669921, 1.2021462572669921, 1.2021462572669921, NAN}},
    {RULE_SCHOOL,
     {9, 11, 14, 20},
     {7, 9, 12, 18},
     {12, 14, 17, NAN},
     {1.2021462572669921, 1.2021462572669921, 1.2021462572669921, NAN}},
    {RULE_HF4,
     {8.1999999999999993, 10.5, 14, 19.800000000000001},
     {NAN, 7, 11.028772072827168, 16},
     {9.8701397819562207, 12.183911750017124, 16.97122792717283, NAN},
     {NAN, 1.2463640216570937, 1.4287402128551925, NAN}},
    {RULE_HF5,
     {8.6999999999999993, 11, 14, 20.300000000000001},
     {NAN, 8.8498420762392129, 11.528772072827168, 17.629860218043781},
     {10.370139781956221, 14.150157923760785, 17.47122792717283, NAN},
     {NAN, 1.2743509716861967, 1.4287402128551925, NAN}},
    {RULE_HF6,
     {8.3000000000000007, 10.75, 14, 20.700000000000003},
     {NAN, 7, 11.348261712501129, 17.908490227954861},
     {10.091509772045141, 12.601362284108813, 17.742647378407959, NAN},
     {NAN, 1.3467313410875799, 1.5373973591583197, NAN}},
    {RULE_HF7,
     {9, 11, 14, 19.900000000000002},
     {7.1425168871366038, 9, 11.709282433153206, 16},
     {12, 14.120605290862567, 17.199808475937704, NAN},
     {1.1678810287732699, 1.2311432970703984, 1.3200830665520666, NAN}},
    {RULE_HF8,
     {8.5666666666666664, 10.916666666666666, 14, 20.43333333333333},
     {NAN, 7.1617865568007968, 11.468601952718489, 17.72273688801414},
     {10.27726311198586, 12.65639526138102, 17.561701077584541, NAN},
     {NAN, 1.3210646578715501, 1.4649592616229019, NAN}},
    {RULE_HF9,
     {8.5999999999999996, 10.9375, 14, 20.399999999999999},
     {NAN, 7.2003619800963161, 11.483644482745659, 17.699517720521552},
     {10.30048227947845, 12.663274383540047, 17.539082789981613, NAN},
     {NAN, 1.3134439399154618, 1.4559044994309744, NAN}},
    {RULE_SHAHVAISH,
     {8, 10, 14, 20},
     {NAN, 7, 11, 17},
     {10, 12, 17, NAN},
     {NAN, 1.2021462572669921, 1.4425755087203904, NAN}},
};

static void expect_or_absent(const struct estimate *e, enum figure f, double want) {
  if (isnan(want)) assert_false(estimate_has(e, f));
  else expect_figure(e, f, want);
}

static void rules_and_intervals_agree_with_r(void **state) {
  (void)state;
  for (size_t r = 0; r < sizeof from_r / sizeof *from_r; r++) {
    double y[PEOPLE];
    size_t rows = 0;
    bilan b;
    struct estimates out;
    handle_init(&b);
    estimates_open(&b, &out);
    for (size_t i = 0; i < PEOPLE; i++)
      if (!isnan(people_y[i])) y[rows++] = people_y[i];
    struct sample sample = {.rows = rows};
    struct column *c = make_numbers(&b, rows, y);
    struct quantile_options o = {asked, 4, from_r[r].rule, TIES_ROWS, 0.95};
    assert_int_equal(quantile_estimate(&b, &out, &sample, c, &alone, &o), BILAN_OK);
    assert_int_equal(out.count, 4);
    for (size_t i = 0; i < 4; i++) {
      const struct estimate *e = &out.rows[i].e;
      expect_figure(e, FIGURE_P, asked[i]);
      expect_figure(e, FIGURE_VALUE, from_r[r].value[i]);
      expect_or_absent(e, FIGURE_LOW, from_r[r].low[i]);
      expect_or_absent(e, FIGURE_HIGH, from_r[r].high[i]);
      expect_or_absent(e, FIGURE_SE, from_r[r].se[i]);
      bool whole = !isnan(from_r[r].low[i]) && !isnan(from_r[r].high[i]);
      assert_int_equal(e->notes, whole ? 0 : NOTE_NOT_ESTIMABLE);
    }
    estimates_free(&out);
    column_free(c);
    assert_int_equal(b.mem.used, 0);
  }
}

/* The definitions of hf1 and hf4 to hf9 on order statistics, straight from Hyndman and Fan:
 * with m of the rule, j = floor(n p + m), g = n p + m - j, (1 - g) x_j + g x_(j+1). */
static double by_definition(const double *sorted, size_t n, double p, double m) {
  double at = (double)n * p + m, below = floor(at + 1e-12);
  double g = fabs(at - below) < 1e-9 ? 0 : at - below;
  size_t j = below < 1 ? 1 : below > (double)n ? n : (size_t)below;
  size_t next = below < 1 ? 1 : below >= (double)n ? n : (size_t)below + 1;
  return (1 - g) * sorted[j - 1] + g * sorted[next - 1];
}

static void line_rules_follow_their_definition_on_ties(void **state) {
  (void)state;
  static const double sorted[] = {1, 2, 2, 2, 3, 3, 5, 8, 8, 9, 9, 9, 9, 12};
  static const double x[] = {1, 2, 3, 5, 8, 9, 12}, w[] = {1, 3, 2, 1, 2, 4, 1};
  static const int64_t rows[] = {1, 3, 2, 1, 2, 4, 1};
  const struct distribution d = {7, x, w, rows, 1e-15};
  for (int i = 0; i <= 100; i++) {
    double p = i / 100.0;
    struct {
      enum quantile_rule rule;
      double m;
    } rules[] = {{RULE_HF4, 0},           {RULE_HF5, 0.5},         {RULE_HF6, p},
                 {RULE_HF7, 1 - p},       {RULE_HF8, (p + 1) / 3}, {RULE_HF9, p / 4 + 0.375}};
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
      expect_close(distribution_quantile(&d, p, rules[r].rule, TIES_ROWS),
                   by_definition(sorted, 14, p, rules[r].m), 1e-9);
  }
}

/* x = 1, 2, 2, 3, 4; w = 1, 5, 1, 2, 1; p = 1/4. As one point of weight 6, hf4 has points
 * (.1, 1) and (.7, 2): 1 + .15 / .6. As two of 3, (.1, 1) and (.4, 2): 1 + .15 / .3. */
static void ties_are_summed_before_the_rule(void **state) {
  (void)state;
  static const double x[] = {1, 2, 3, 4}, w[] = {1, 6, 2, 1};
  static const int64_t rows[] = {1, 2, 1, 1};
  const struct distribution d = {4, x, w, rows, 1e-15};
  expect_close(distribution_quantile(&d, 0.25, RULE_HF4, TIES_SUMMED), 1.25, 1e-12);
  expect_close(distribution_quantile(&d, 0.25, RULE_HF4, TIES_ROWS), 1.5, 1e-12);
  /* hf7: places 0, 1/9, 7/9, 1 and x at 2.5 = 1/9 .. 7/9 of 9 */
  expect_close(distribution_quantile(&d, 0.25, RULE_HF7, TIES_SUMMED), 2 + 1.25 / 6, 1e-12);
  expect_close(distribution_quantile(&d, 0.25, RULE_MATH, TIES_ROWS), 2, 0);
}

/* Midpoints and parities where F(x) = p exactly: F(2) = 1/2 of 1, 2, 3, 4. */
static void exact_hits_take_the_named_neighbour(void **state) {
  (void)state;
  static const double x[] = {1, 2, 3, 4}, w[] = {1, 1, 1, 1};
  static const int64_t rows[] = {1, 1, 1, 1};
  const struct distribution d = {4, x, w, rows, 1e-15};
  assert_true(distribution_quantile(&d, 0.5, RULE_MATH, TIES_ROWS) == 2);
  assert_true(distribution_quantile(&d, 0.5, RULE_SCHOOL, TIES_ROWS) == 2.5);
  assert_true(distribution_quantile(&d, 0.5, RULE_HF3, TIES_ROWS) == 2);
  assert_true(distribution_quantile(&d, 0.25, RULE_HF3, TIES_ROWS) == 2);
  assert_true(distribution_quantile(&d, 0.75, RULE_HF3, TIES_ROWS) == 4);
  assert_true(distribution_quantile(&d, 0, RULE_MATH, TIES_ROWS) == 1);
  assert_true(distribution_quantile(&d, 1, RULE_SCHOOL, TIES_ROWS) == 4);
}

/* 0.7 * 10 is 7.000000000000001 in binary; the seventh of ten is meant. */
static void a_decimal_p_is_met_exactly(void **state) {
  (void)state;
  double x[20];
  bilan b;
  struct estimates out;
  struct sample sample = {.rows = 20};
  const double p[] = {0.55, 0.35, 0.7, 0.1};
  struct quantile_options o = {p, 4, RULE_MATH, TIES_ROWS, 0.95};
  handle_init(&b);
  estimates_open(&b, &out);
  for (size_t i = 0; i < 20; i++) x[i] = (double)i + 1;
  struct column *c = make_numbers(&b, 20, x);
  assert_int_equal(quantile_estimate(&b, &out, &sample, c, &alone, &o), BILAN_OK);
  for (size_t i = 0; i < 4; i++)
    assert_true(figure(&out.rows[i].e, FIGURE_VALUE) == round(p[i] * 20));
  estimates_free(&out);
  column_free(c);
}

static void the_order_of_rows_does_not_matter(void **state) {
  (void)state;
  struct people p;
  double turned[PEOPLE];
  people_open(&p);
  for (size_t i = 0; i < PEOPLE; i++) turned[i] = people_y[PEOPLE - 1 - i];
  struct column *c = make_numbers(&p.b, PEOPLE, turned);
  for (int rule = 0; rule < QUANTILE_RULES; rule++) {
    struct quantile_options o = {asked, 4, (enum quantile_rule)rule, TIES_ROWS, 0.95};
    assert_int_equal(quantile_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &o), BILAN_OK);
    assert_int_equal(quantile_estimate(&p.b, &p.out, &p.sample, c, &alone, &o), BILAN_OK);
    for (size_t i = 0; i < 4; i++)
      expect_same(&p.out.rows[(size_t)rule * 8 + i].e, &p.out.rows[(size_t)rule * 8 + 4 + i].e);
  }
  column_free(c);
  people_close(&p);
}

static void groups_without_answers_have_words(void **state) {
  (void)state;
  static const uint32_t codes[] = {1, 1, 1};
  static const double values[] = {4, 2, 9};
  static const char *const labels[] = {"full", "empty"};
  static const double half[] = {0.5};
  struct quantile_options o = {half, 1, RULE_MATH, TIES_ROWS, 0.95};
  bilan b;
  struct estimates out;
  struct sample sample = {.rows = 3};
  handle_init(&b);
  estimates_open(&b, &out);
  struct column *g = make_codes(&b, 3, codes, labels, 2), *v = make_numbers(&b, 3, values);
  struct by by = by_of(g);
  assert_int_equal(quantile_estimate(&b, &out, &sample, v, &by, &o), BILAN_OK);
  assert_int_equal(out.count, 2);
  assert_true(figure(&out.rows[0].e, FIGURE_VALUE) == 4);
  assert_true(out.rows[1].e.notes == NOTE_EMPTY);
  assert_false(estimate_has(&out.rows[1].e, FIGURE_VALUE));
  estimates_free(&out);
  column_free(g);
  column_free(v);
}

static bilan_status quantile_by(struct people *p) {
  struct by by = by_of(p->g);
  struct quantile_options o = {asked, 4, RULE_HF7, TIES_ROWS, 0.95};
  return quantile_estimate(&p->b, &p->out, &p->sample, p->y, &by, &o);
}
static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  survive_without_memory(quantile_by);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rules_and_intervals_agree_with_r),
      cmocka_unit_test(line_rules_follow_their_definition_on_ties),
      cmocka_unit_test(ties_are_summed_before_the_rule),
      cmocka_unit_test(exact_hits_take_the_named_neighbour),
      cmocka_unit_test(a_decimal_p_is_met_exactly),
      cmocka_unit_test(the_order_of_rows_does_not_matter),
      cmocka_unit_test(groups_without_answers_have_words),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

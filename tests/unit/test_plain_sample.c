/* test_plain_sample.c - means, ranks, effect sizes, planning and percentages, against R 4.2.2
 * and against enumeration. */
#include "plain_fixture.h"

/* R's sleep$extra: ten patients under two drugs. */
static const double drug1[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
static const double drug2[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

/* ---- means ---- */

/* t.test(extra ~ group), and with var.equal = TRUE, conf.level = .9, mu = .5. */
static void two_means_agree_with_r(void **state) {
  (void)state;
  struct plain_sample a = plain_sample_of(drug1, 10), b = plain_sample_of(drug2, 10);
  struct plain_t_test t = plain_t_two(a, b, 0, false, 0.95);
  close_to(t.statistic, -1.86081346748685, 1e-12);
  close_to(t.df, 17.7764735161785, 1e-12);
  close_to(t.p_value, 0.0793941401873582, 1e-11);
  close_to(t.low, -3.36548323071171, 1e-11);
  close_to(t.high, 0.20548323071171, 1e-11);
  close_to(t.se, 0.849091017238762, 1e-12);
  t = plain_t_two(a, b, 0.5, true, 0.9);
  close_to(t.statistic, -2.44967848884345, 1e-12);
  close_to(t.p_value, 0.0247599029275431, 1e-11);
  close_to(t.low, -3.0523778316996, 1e-11);
  close_to(t.high, -0.107622168300398, 1e-11);
  assert_true(t.df == 18);
}

/* t.test(drug1 - drug2); t.test(extra, mu = 1). */
static void one_mean_agrees_with_r(void **state) {
  (void)state;
  double d[10], all[20];
  for (int i = 0; i < 10; i++) d[i] = drug1[i] - drug2[i];
  memcpy(all, drug1, sizeof drug1);
  memcpy(all + 10, drug2, sizeof drug2);
  struct plain_t_test t = plain_t_one(plain_sample_of(d, 10), 0, 0.95);
  close_to(t.statistic, -4.06212768338204, 1e-12);
  close_to(t.p_value, 0.00283289019738427, 1e-11);
  close_to(t.low, -2.45988576327698, 1e-11);
  close_to(t.high, -0.700114236723018, 1e-11);
  t = plain_t_one(plain_sample_of(all, 20), 1, 0.95);
  close_to(t.statistic, 1.19675395938043, 1e-12);
  close_to(t.p_value, 0.246122418040226, 1e-11);
  assert_true(t.df == 19);
}

static void values_that_do_not_vary_have_a_mean_but_no_test(void **state) {
  (void)state;
  const double same[] = {2, 2, 2};
  struct plain_t_test t = plain_t_one(plain_sample_of(same, 3), 0, 0.95);
  assert_true(t.estimate == 2 && isnan(t.p_value) && isnan(t.low));
  assert_int_equal(t.notes, NOTE_NO_VARIANCE);
  t = plain_t_one(plain_sample_of(same, 1), 0, 0.95);
  assert_true(t.estimate == 2 && t.notes == NOTE_NO_VARIANCE);
  assert_int_equal(plain_t_one(plain_sample_of(same, 0), 0, 0.95).notes, NOTE_EMPTY);
}

/* 1e9 + {4, 7, 13, 16}: variance 30 (Higham 2002, sec. 1.9). */
static void large_means_do_not_eat_the_deviation(void **state) {
  (void)state;
  const double x[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
  close_to(plain_sample_of(x, 4).sd, sqrt(30), 1e-15);
}

/* By hand: means 5 and 3, both sd 2, n 10: d = 1; g = d (1 - 3/(4*18 - 1)) nearly, exactly
 * gamma(9)/(3 gamma(8.5)). h: 2*asin(sqrt(.6)) - 2*asin(sqrt(.45)) in R. */
static void effect_sizes_follow_their_formulas(void **state) {
  (void)state;
  struct plain_sample a = {10, 5, 2}, b = {10, 3, 2}, flat = {5, 1, 0};
  close_to(plain_cohen_d(a, b), 1, 1e-14);
  close_to(plain_hedges_g(a, b), 40320 / (3 * 14034.407293483414), 1e-12);
  close_to(plain_cohen_h(0.6, 0.45), 0.301525341951891, 1e-13);
  assert_true(isnan(plain_cohen_d(flat, flat)) && isnan(plain_cohen_h(1.2, 0)));
}

/* ---- ranks ---- */

/* Tabulates two samples and runs the rank-sum test. */
static struct plain_rank sum_test(const double *x, size_t n, const double *y, size_t m,
                                  enum plain_exact exact, bool no_correction) {
  double values[256], *value, *cells;
  size_t group[256], distinct;
  bilan b;
  handle_init(&b);
  for (size_t i = 0; i < n + m; i++) {
    values[i] = i < n ? x[i] : y[i - n];
    group[i] = i >= n;
  }
  assert_int_equal(plain_tabulate(&b, &value, &cells, &distinct, values, group, n + m, 2), 0);
  struct plain_counts t = {cells, distinct, 2};
  struct plain_rank r = plain_rank_sum(t, (struct plain_rank_options){exact, no_correction});
  close_to(plain_cliff_delta(t), r.effect, 1e-15);
  mem_free(&b.mem, value);
  mem_free(&b.mem, cells);
  assert_int_equal(b.mem.used, 0);
  return r;
}

static const double tendon_x[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
static const double tendon_y[] = {1.15, 0.88, 0.90, 0.74, 1.21};

/* wilcox.test(x, y), (exact = FALSE), (exact = FALSE, correct = FALSE). */
static void rank_sum_agrees_with_r(void **state) {
  (void)state;
  struct plain_rank r = sum_test(tendon_x, 10, tendon_y, 5, EXACT_WHEN_SMALL, false);
  assert_true(r.statistic == 35 && r.exact && isnan(r.z));
  close_to(r.p_value, 0.254412254412254, 1e-12);
  r = sum_test(tendon_x, 10, tendon_y, 5, EXACT_NEVER, false);
  assert_true(!r.exact && r.notes == NOTE_NORMAL);
  close_to(r.p_value, 0.244623605126983, 1e-12);
  r = sum_test(tendon_x, 10, tendon_y, 5, EXACT_NEVER, true);
  close_to(r.p_value, 0.220671361919847, 1e-12);
}

/* wilcox.test(c(1,2,2,3,5,5,4), c(2,3,3,5,5,4,5,1)). */
static void tied_rank_sum_agrees_with_r(void **state) {
  (void)state;
  const double a[] = {1, 2, 2, 3, 5, 5, 4}, b[] = {2, 3, 3, 5, 5, 4, 5, 1};
  struct plain_rank r = sum_test(a, 7, b, 8, EXACT_ALWAYS, false);
  assert_true(r.statistic == 24 && !r.exact);
  close_to(r.p_value, 0.677152386489418, 1e-12);
  assert_true(isnan(sum_test(a + 1, 2, a + 1, 2, EXACT_WHEN_SMALL, false).p_value));
}

static struct plain_rank sign_test(const double *d, size_t n,
                                   struct plain_rank_options options) {
  double *value, *cells;
  size_t group[256] = {0}, distinct;
  bilan b;
  handle_init(&b);
  assert_int_equal(plain_tabulate(&b, &value, &cells, &distinct, d, group, n, 1), 0);
  struct plain_rank r = plain_signed_rank(value, cells, distinct, options);
  mem_free(&b.mem, value);
  mem_free(&b.mem, cells);
  return r;
}

/* wilcox.test((1:60)*1.5, (1:60)*1.9+.01, exact = TRUE); of (1:90) with every third negative,
 * exact = TRUE. Beyond what the exact laws reach the normal answers, whatever is asked. */
static void large_samples_are_exact_on_demand_up_to_a_limit(void **state) {
  (void)state;
  double a[101], b[101], d[101];
  for (int i = 0; i < 101; i++) {
    a[i] = (i + 1) * 1.5;
    b[i] = (i + 1) * 1.9 + .01;
    d[i] = (i + 1) % 3 ? i + 1 : -(i + 1);
  }
  struct plain_rank r = sum_test(a, 60, b, 60, EXACT_ALWAYS, false);
  assert_true(r.exact);
  close_to(r.p_value, 0.0422050899348399, 1e-12);
  close_to(sum_test(a, 60, b, 60, EXACT_WHEN_SMALL, false).p_value, 0.0424991606648788, 1e-12);
  r = sum_test(a, 65, b, 60, EXACT_ALWAYS, false);
  assert_true(!r.exact && r.notes == NOTE_NORMAL && r.p_value < 1);
  struct plain_rank_options always = {EXACT_ALWAYS, false};
  close_to(sign_test(d, 90, always).p_value, 0.0082636217390954, 1e-12);
  r = sign_test(d, 101, always);
  assert_true(!r.exact && r.p_value > 0 && r.p_value < 1);
}

/* All pairs counted one by one: P(x > y) - P(x < y). */
static void cliff_delta_counts_pairs(void **state) {
  (void)state;
  double wins = 0;
  for (int i = 0; i < 10; i++)
    for (int j = 0; j < 5; j++)
      wins += (tendon_x[i] > tendon_y[j]) - (tendon_x[i] < tendon_y[j]);
  close_to(sum_test(tendon_x, 10, tendon_y, 5, EXACT_NEVER, false).effect, wins / 50, 1e-14);
}

/* wilcox.test(x, y, paired = TRUE) on the Hamilton depression scores of R's help page, and
 * wilcox.test(c(-3,-1,-1,0,0,1,2,2,2,3,4,5)). */
static void signed_rank_agrees_with_r(void **state) {
  (void)state;
  const double x[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const double y[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  const double tied[] = {-3, -1, -1, 0, 0, 1, 2, 2, 2, 3, 4, 5};
  double d[9];
  for (int i = 0; i < 9; i++) d[i] = x[i] - y[i];
  struct plain_rank r = sign_test(d, 9, (struct plain_rank_options){0});
  assert_true(r.statistic == 40 && r.exact);
  close_to(r.p_value, 0.0390625, 1e-13);
  r = sign_test(tied, 12, (struct plain_rank_options){0});
  assert_true(r.statistic == 43.5 && !r.exact && (r.notes & NOTE_ZEROS));
  close_to(r.p_value, 0.11201045073823, 1e-12);
  const double zeros[] = {0, 0, 0};
  assert_true(sign_test(zeros, 3, (struct plain_rank_options){0}).notes & NOTE_NO_VARIANCE);
}

/* kruskal.test(list(x, y, z)), and of rep(1:5, counts) for three groups. */
static void kruskal_agrees_with_r(void **state) {
  (void)state;
  const double x[] = {2.9, 3.0, 2.5, 2.6, 3.2, 3.8, 2.7, 4.0, 2.4, 2.8, 3.4, 3.7, 2.2, 2.0};
  const size_t group[] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2};
  double *value, *cells;
  size_t distinct;
  bilan b;
  handle_init(&b);
  assert_int_equal(plain_tabulate(&b, &value, &cells, &distinct, x, group, 14, 3), BILAN_OK);
  struct plain_rank r = plain_kruskal((struct plain_counts){cells, distinct, 3});
  mem_free(&b.mem, value);
  mem_free(&b.mem, cells);
  close_to(r.statistic, 0.771428571428572, 1e-12);
  close_to(r.p_value, 0.679964773578894, 1e-12);
  const double tied[] = {3, 5, 1, 4, 5, 2, 5, 4, 6, 6, 2, 8, 2, 1, 6};
  r = plain_kruskal((struct plain_counts){tied, 5, 3});
  close_to(r.statistic, 10.6429981972627, 1e-12);
  close_to(r.p_value, 0.00488542449981454, 1e-11);
  assert_true(r.df == 2);
}

/* With two groups H is the square of the uncorrected z of the rank sum. */
static void kruskal_of_two_groups_is_the_rank_sum(void **state) {
  (void)state;
  const double cells[] = {3, 5, 4, 5, 5, 4, 6, 2, 2.5, 1};
  struct plain_counts t = {cells, 5, 2};
  double z = plain_rank_sum(t, (struct plain_rank_options){EXACT_NEVER, true}).z;
  close_to(plain_kruskal(t).statistic, z * z, 1e-12);
}

static void empty_groups_are_left_out_or_said(void **state) {
  (void)state;
  const double cells[] = {3, 0, 5, 4, 0, 5, 5, 0, 4}, one[] = {3, 0, 5, 0};
  struct plain_rank r = plain_kruskal((struct plain_counts){cells, 3, 3});
  assert_true(r.df == 1 && (r.notes & NOTE_DROPPED));
  r = plain_rank_sum((struct plain_counts){one, 2, 2}, (struct plain_rank_options){0});
  assert_true(isnan(r.p_value) && r.notes == NOTE_EMPTY);
}

static void tabulation_sorts_and_merges(void **state) {
  (void)state;
  const double x[] = {2, -0.0, 5, 0.0, 2, 2};
  const size_t group[] = {1, 0, 0, 1, 1, 0};
  const double want_value[] = {0, 2, 5}, want_cells[] = {1, 1, 1, 2, 1, 0};
  double *value, *cells;
  size_t distinct;
  bilan b;
  handle_init(&b);
  assert_int_equal(plain_tabulate(&b, &value, &cells, &distinct, x, group, 6, 2), BILAN_OK);
  assert_int_equal(distinct, 3);
  list_close_to(value, want_value, 3, 0);
  list_close_to(cells, want_cells, 6, 0);
  mem_free(&b.mem, value);
  mem_free(&b.mem, cells);
  const double bad[] = {1, NAN};
  assert_int_equal(plain_tabulate(&b, &value, &cells, &distinct, bad, group + 1, 2, 2),
                   BILAN_USAGE);
}

/* ---- planning ---- */

static const struct plain_field anybody = {0, 0, 0};

/* z^2 / (4 m^2): 385 for 5 points, the textbook figure; 278 of 1000 (Krejcie and Morgan
 * 1970); twice that for a design effect of 2; invited at a response of 1 in 2. */
static void sizes_for_a_margin_are_the_textbook_ones(void **state) {
  (void)state;
  assert_true(plain_size_proportion(0.05, 0.5, 0.95, anybody).n == 385);
  struct plain_field field = {1000, 0, 0.5};
  struct plain_size s = plain_size_proportion(0.05, 0.5, 0.95, field);
  assert_true(s.n == 278 && s.invited == 556);
  close_to(s.exact, 384.145882069412 / (1 + 0.383145882069412), 1e-12);
  field = (struct plain_field){0, 2, 0};
  close_to(plain_size_proportion(0.05, 0.5, 0.95, field).exact, 2 * 384.145882069412, 1e-12);
  close_to(plain_size_mean(2, 10, 0.95, anybody).exact, 96.0364705173531, 1e-12);
  field = (struct plain_field){100, 0, 0.6};
  s = plain_size_proportion(0.05, 0.5, 0.95, field);
  assert_true(s.n == 80 && s.invited == 100 && s.notes == NOTE_POPULATION);
}

/* power.prop.test(p1 = .5, p2 = .75, power = .9, tol = 1e-13)$n, (n = 50, ...)$power. */
static void power_of_shares_agrees_with_r(void **state) {
  (void)state;
  struct plain_size s = plain_size_proportions(0.5, 0.75, 0.9, 0.05, 1, anybody);
  close_to(s.exact, 76.7069284517774, 1e-12);
  assert_true(s.n == 77 && s.n2 == 77);
  close_to(plain_power_proportions(50, 0.5, 0.75, 0.05, 1), 0.740165901331388, 1e-12);
  /* Twice as many in group 2, by hand: pooled share (.2 + 2 * .3)/3, variances .16 and .21. */
  double root = normal_quantile(0.025, UPPER) * sqrt(0.8 / 3 * (2.2 / 3) * 1.5) +
                normal_quantile(0.8, LOWER) * sqrt(0.16 + 0.21 / 2);
  close_to(plain_size_proportions(0.2, 0.3, 0.8, 0.05, 2, anybody).exact, root * root / 0.01,
           1e-12);
  for (double r = 0.25; r <= 4; r *= 2) {
    s = plain_size_proportions(0.2, 0.3, 0.8, 0.01, r, anybody);
    close_to(plain_power_proportions(s.exact, 0.2, 0.3, 0.01, r), 0.8, 1e-11);
  }
  assert_int_equal(plain_size_proportions(0.2, 0.2, 0.8, 0.05, 1, anybody).notes, NOTE_BEYOND);
}

/* power.t.test(delta = 1, sd = 2, power = .9, tol = 1e-13)$n; (n = 20, delta = 1, sd = 1)$power;
 * (delta = 5, sd = 1, power = .8, tol = 1e-13)$n; (delta = .02, sd = 1, power = .8, ...)$n. */
static void power_of_means_agrees_with_r(void **state) {
  (void)state;
  close_to(plain_size_means(1, 2, 0.9, 0.05, 1, anybody).exact, 85.0313133114993, 1e-11);
  close_to(plain_power_means(20, 1, 1, 0.05, 1), 0.868952801692498, 1e-11);
  close_to(plain_size_means(5, 1, 0.8, 0.05, 1, anybody).exact, 2.11721991170738, 1e-11);
  close_to(plain_size_means(0.02, 1, 0.8, 0.05, 1, anybody).exact, 39245.3590605332, 1e-10);
  struct plain_size s = plain_size_means(-0.4, 1, 0.85, 0.05, 2, anybody);
  close_to(plain_power_means(s.exact, 0.4, 1, 0.05, 2), 0.85, 1e-9);
  assert_true(s.n2 == ceil(2 * s.exact));
  assert_int_equal(plain_size_means(0, 1, 0.8, 0.05, 1, anybody).notes, NOTE_BEYOND);
}

/* ---- percentages ---- */

static void expect_percent(const int64_t *k, size_t count, int decimals,
                           enum plain_rounding rule, const int64_t *want) {
  int64_t out[8];
  bilan b;
  handle_init(&b);
  assert_int_equal(plain_percentages(&b, out, k, count, decimals, rule), BILAN_OK);
  for (size_t i = 0; i < count; i++) assert_int_equal(out[i], want[i]);
  assert_int_equal(b.mem.used, 0);
}

/* 1 of 8 is 12.5 %; thirds; worked by hand. */
static void percentages_follow_their_rule(void **state) {
  (void)state;
  const int64_t eighths[] = {1, 7}, thirds[] = {1, 1, 1}, mixed[] = {335, 335, 330};
  expect_percent(eighths, 2, 0, PERCENT_HALF_UP, (int64_t[]){13, 88});
  expect_percent(eighths, 2, 0, PERCENT_HALF_EVEN, (int64_t[]){12, 88});
  expect_percent(eighths, 2, 0, PERCENT_HALF_DOWN, (int64_t[]){12, 87});
  expect_percent(eighths, 2, 0, PERCENT_LARGEST_REMAINDER, (int64_t[]){12, 88});
  expect_percent(thirds, 3, 0, PERCENT_LARGEST_REMAINDER, (int64_t[]){34, 33, 33});
  expect_percent(thirds, 3, 1, PERCENT_LARGEST_REMAINDER, (int64_t[]){334, 333, 333});
  expect_percent(mixed, 3, 0, PERCENT_LARGEST_REMAINDER, (int64_t[]){34, 33, 33});
  expect_percent(eighths, 2, 1, PERCENT_HALF_UP, (int64_t[]){125, 875});
}

static void largest_remainder_adds_up_and_stays_near(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  uint64_t seed = 3;
  for (int round = 0; round < 500; round++) {
    int64_t k[8], out[8], n = 0, sum = 0;
    for (int i = 0; i < 8; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      n += k[i] = (int64_t)(seed >> 54);
    }
    if (n == 0) continue;
    int decimals = round % 3;
    double units = 100 * pow(10, decimals);
    assert_int_equal(plain_percentages(&b, out, k, 8, decimals, 0), BILAN_OK);
    for (int i = 0; i < 8; i++) {
      sum += out[i];
      assert_true(fabs((double)out[i] - units * (double)k[i] / (double)n) < 1);
    }
    assert_int_equal(sum, (int64_t)units);
  }
}

static void percentages_refuse_what_they_cannot_do(void **state) {
  (void)state;
  const int64_t none[] = {0, 0}, less[] = {1, -1}, big[] = {INT64_MAX, INT64_MAX};
  int64_t out[2];
  bilan b;
  handle_init(&b);
  assert_int_equal(plain_percentages(&b, out, none, 2, 0, 0), BILAN_USAGE);
  assert_int_equal(plain_percentages(&b, out, less, 2, 0, 0), BILAN_USAGE);
  assert_int_equal(plain_percentages(&b, out, big, 2, 0, 0), BILAN_LIMIT);
  assert_int_equal(plain_percentages(&b, out, big, 1, 6, 0), BILAN_LIMIT);
}

/* ---- memory ---- */

static bilan_status everything(bilan *b) {
  const double x[] = {2, 1, 2, 3};
  const size_t group[] = {0, 1, 0, 1};
  const int64_t k[] = {1, 2};
  int64_t out[2];
  double *value, *cells;
  size_t distinct;
  bilan_status status = plain_tabulate(b, &value, &cells, &distinct, x, group, 4, 2);
  if (status) return status;
  mem_free(&b->mem, value);
  mem_free(&b->mem, cells);
  return plain_percentages(b, out, k, 2, 1, PERCENT_LARGEST_REMAINDER);
}

static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  fails_cleanly(everything);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_means_agree_with_r),
      cmocka_unit_test(one_mean_agrees_with_r),
      cmocka_unit_test(values_that_do_not_vary_have_a_mean_but_no_test),
      cmocka_unit_test(large_means_do_not_eat_the_deviation),
      cmocka_unit_test(effect_sizes_follow_their_formulas),
      cmocka_unit_test(rank_sum_agrees_with_r),
      cmocka_unit_test(tied_rank_sum_agrees_with_r),
      cmocka_unit_test(large_samples_are_exact_on_demand_up_to_a_limit),
      cmocka_unit_test(cliff_delta_counts_pairs),
      cmocka_unit_test(signed_rank_agrees_with_r),
      cmocka_unit_test(kruskal_agrees_with_r),
      cmocka_unit_test(kruskal_of_two_groups_is_the_rank_sum),
      cmocka_unit_test(empty_groups_are_left_out_or_said),
      cmocka_unit_test(tabulation_sorts_and_merges),
      cmocka_unit_test(sizes_for_a_margin_are_the_textbook_ones),
      cmocka_unit_test(power_of_shares_agrees_with_r),
      cmocka_unit_test(power_of_means_agrees_with_r),
      cmocka_unit_test(percentages_follow_their_rule),
      cmocka_unit_test(largest_remainder_adds_up_and_stays_near),
      cmocka_unit_test(percentages_refuse_what_they_cannot_do),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

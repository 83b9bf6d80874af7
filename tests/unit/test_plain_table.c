/* test_plain_table.c - tests of cross-tables and adjusted p-values, against R 4.2.2 and, where
 * tables can be listed, against the list. */
#include "plain_fixture.h"

#define TABLE(cells, rows, cols) ((struct plain_counts){cells, rows, cols})

static struct plain_chi_squared pearson(const double *n, size_t rows, size_t cols,
                                        bool correct) {
  bilan b;
  handle_init(&b);
  struct plain_chi_squared r;
  struct plain_cells none = {NULL, NULL, NULL};
  assert_int_equal(plain_chi_squared(&b, &r, none, TABLE(n, rows, cols), correct), BILAN_OK);
  assert_int_equal(b.mem.used, 0);
  return r;
}

/* ---- chi-squared ---- */

static const double nine[] = {12, 3, 7, 5, 14, 2, 9, 8, 20};

/* chisq.test(m): statistic, p.value, expected, residuals, stdres; G by its formula. */
static void chi_squared_agrees_with_r(void **state) {
  (void)state;
  const double expected[] = {7.15,   6.875,  7.975,   6.825,  6.5625,
                             7.6125, 12.025, 11.5625, 13.4125};
  const double residual[] = {1.81379716061641,  -1.47786701333067, -0.345254438000799,
                             -0.698572589645244, 2.90330271702189, -2.03419555597153,
                             -0.872334073601815, -1.04768083648368, 1.79872909985092};
  const double adjusted[] = {2.59279289540007,  -2.09329290308677, -0.507843820171122,
                             -0.99009904632772, 4.07732149709246,  -2.96668608308662,
                             -1.4482439261062,  -1.72346875566107, 3.07281512529435};
  double e[9], r[9], a[9];
  bilan b;
  handle_init(&b);
  struct plain_chi_squared t;
  struct plain_cells cells = {e, r, a};
  assert_int_equal(plain_chi_squared(&b, &t, cells, TABLE(nine, 3, 3), true), BILAN_OK);
  close_to(t.statistic, 23.7423018112673, 1e-13);
  close_to(t.p_value, 8.99584678418981e-05, 1e-12);
  close_to(t.g_statistic, 23.2557028108482, 1e-13);
  close_to(t.g_p_value, 0.000112568728611059, 1e-12);
  close_to(t.cramer_v, 0.385213429569143, 1e-13);
  close_to(t.cramer_v_corrected, 0.355344382424925, 1e-13);
  assert_true(t.df == 4 && t.n == 80 && t.correction == 0 && isnan(t.phi) && !t.notes);
  list_close_to(e, expected, 9, 1e-13);
  list_close_to(r, residual, 9, 1e-13);
  list_close_to(a, adjusted, 9, 1e-13);
}

/* chisq.test(matrix(c(254,179,89,140),2)), and matrix(c(10,10,10,11),2), where Yates's
 * correction is cut to |O - E|. */
static void yates_agrees_with_r(void **state) {
  (void)state;
  const double big[] = {254, 89, 179, 140}, near[] = {10, 10, 10, 11};
  struct plain_chi_squared t = pearson(big, 2, 2, true);
  close_to(t.statistic, 22.7234574685967, 1e-13);
  close_to(t.p_value, 1.87070242066531e-06, 1e-12);
  assert_true(t.correction == 0.5);
  t = pearson(near, 2, 2, true);
  assert_true(t.statistic == 0 && t.p_value == 1 && t.correction < 0.5);
}

/* phi is the correlation of the two 0/1 variables, by hand: (ad - bc)/sqrt(prod margins). */
static void phi_has_a_sign(void **state) {
  (void)state;
  const double up[] = {3, 1, 1, 3}, down[] = {1, 3, 3, 1};
  close_to(pearson(up, 2, 2, false).phi, 0.5, 1e-14);
  close_to(pearson(down, 2, 2, false).phi, -0.5, 1e-14);
}

static void empty_lines_count_in_no_df(void **state) {
  (void)state;
  const double padded[] = {12, 3, 0, 7, 0, 0, 0, 0, 5, 14, 0, 2, 9, 8, 0, 20};
  struct plain_chi_squared t = pearson(padded, 4, 4, false), want = pearson(nine, 3, 3, false);
  close_to(t.statistic, want.statistic, 1e-14);
  close_to(t.cramer_v, want.cramer_v, 1e-14);
  assert_true(t.df == 4 && t.rows == 3 && t.cols == 3 && (t.notes & NOTE_DROPPED));
}

static void a_line_alone_is_no_test(void **state) {
  (void)state;
  const double line[] = {4, 0, 6, 0}, nothing[] = {0, 0, 0, 0};
  struct plain_chi_squared t = pearson(line, 2, 2, true);
  assert_true(isnan(t.statistic) && isnan(t.p_value) && (t.notes & NOTE_NO_TABLE) && t.df == 0);
  assert_true(pearson(nothing, 2, 2, false).notes & NOTE_NO_TABLE);
}

static void small_expected_counts_are_said(void **state) {
  (void)state;
  const double small[] = {3, 1, 1, 3};
  assert_true(pearson(small, 2, 2, false).notes & NOTE_SMALL);
  assert_true(pearson(small, 2, 2, false).smallest_expected == 2);
}

static void negative_counts_are_refused(void **state) {
  (void)state;
  const double bad[] = {3, 1, -1, 3};
  bilan b;
  handle_init(&b);
  struct plain_chi_squared t;
  struct plain_cells none = {NULL, NULL, NULL};
  assert_int_equal(plain_chi_squared(&b, &t, none, TABLE(bad, 2, 2), false), BILAN_USAGE);
  assert_non_null(strstr(b.message, "row 2, column 1"));
}

/* ---- Fisher ---- */

static struct plain_fisher exact(const double *n, size_t rows, size_t cols) {
  bilan b;
  handle_init(&b);
  struct plain_fisher r;
  struct plain_fisher_options options = plain_fisher_defaults();
  assert_int_equal(plain_fisher(&b, &r, TABLE(n, rows, cols), &options), BILAN_OK);
  assert_int_equal(b.mem.used, 0);
  return r;
}

/* fisher.test(matrix(cells, ncol), workspace = 2e8)$p.value; cells column by column in R, and
 * the p-value is the same for the table turned. */
static const struct {
  double n[20];
  size_t rows, cols;
  double p;
} fisher_from_r[] = {
    {{8, 2, 5, 1, 9, 4, 3, 3, 7}, 3, 3, 0.0166796294808687},
    {{0, 3, 4, 2, 6, 1, 5, 5, 2, 7, 1, 3}, 4, 3, 0.0283274870753901},
    {{4, 2, 6, 1, 3, 5, 7, 2, 4, 3, 8, 2, 1, 6, 5, 9}, 4, 4, 0.164871998562214},
    {{20, 15, 10, 8, 12, 25, 9, 14, 22}, 3, 3, 0.00681310413041131},
    {{1, 2, 1, 0, 3, 3, 6, 1, 10, 10, 14, 9, 6, 7, 12, 11}, 4, 4, 0.782684938965693},
    {{5, 0, 3, 2, 8, 1, 4, 4, 6, 2, 0, 7, 3, 5, 1}, 3, 5, 0.00201117665319893},
};

static void fisher_agrees_with_r(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof fisher_from_r / sizeof *fisher_from_r; i++) {
    struct plain_fisher f =
        exact(fisher_from_r[i].n, fisher_from_r[i].rows, fisher_from_r[i].cols);
    close_to(f.p_value, fisher_from_r[i].p, 1e-9);
    assert_true(isnan(f.odds_ratio));
  }
}

static double log_weight(const double *n, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum -= gamma_log(n[i] + 1);
  return sum;
}

/* Adds up all 3 x 3 tables with the margins of `n`, four nested loops and no shortcut. */
static double listed_p(const double *n) {
  double r[3], c[3], seen = log_weight(n, 9), all = 0, tail = 0;
  for (int i = 0; i < 3; i++) {
    r[i] = n[3 * i] + n[3 * i + 1] + n[3 * i + 2];
    c[i] = n[i] + n[3 + i] + n[6 + i];
  }
  for (double a = 0; a <= r[0]; a++)
    for (double b = 0; a + b <= r[0]; b++)
      for (double d = 0; d <= r[1]; d++)
        for (double e = 0; d + e <= r[1]; e++) {
          double t[9] = {a, b, r[0] - a - b, d, e, r[1] - d - e, c[0] - a - d, c[1] - b - e, 0};
          t[8] = r[2] - t[6] - t[7];
          if (t[6] < 0 || t[7] < 0 || t[8] < 0) continue;
          double w = log_weight(t, 9);
          all += exp(w - seen);
          if (w <= seen + 1e-7) tail += exp(w - seen);
        }
  return tail / all;
}

static uint64_t draw(uint64_t *s) {
  *s = *s * 6364136223846793005u + 1442695040888963407u;
  return *s >> 33;
}

static void fisher_counts_all_tables(void **state) {
  (void)state;
  uint64_t seed = 20;
  for (int round = 0; round < 60; round++) {
    double n[9];
    for (int i = 0; i < 9; i++) n[i] = (double)(draw(&seed) % 7);
    n[0]++, n[4]++, n[8]++;
    close_to(exact(n, 3, 3).p_value, listed_p(n), 1e-10);
  }
}

/* The definition in the 2 x 2 table: densities compared one by one, for all tables of 18. */
static double listed_p_2x2(const double *n) {
  double white = n[0] + n[1], black = n[2] + n[3], drawn = n[0] + n[2], sum = 0;
  double seen = hypergeometric_density(n[0], white, black, drawn);
  for (double k = 0; k <= drawn; k++) {
    double d = hypergeometric_density(k, white, black, drawn);
    if (d <= seen * (1 + 1e-7)) sum += d;
  }
  return sum;
}

static void two_by_two_p_values_follow_the_definition(void **state) {
  (void)state;
  for (double a = 0; a <= 6; a++)
    for (double b = 0; b <= 6; b++)
      for (double c = 0; c <= 6; c++)
        for (double d = 0; d <= 6; d++) {
          const double n[] = {a, b, c, d};
          struct plain_fisher f = plain_fisher_2x2(n, 0.95, true);
          bool fixed = a + b == 0 || c + d == 0 || a + c == 0 || b + d == 0;
          if (fixed) assert_true(isnan(f.p_value) && f.notes == NOTE_NO_TABLE);
          else close_to(f.p_value, listed_p_2x2(n), 1e-11);
        }
}

/* Mean and tails of the noncentral law, summed over the whole support. */
static void noncentral(const double *n, double w, double *mean, double *low, double *high) {
  double white = n[0] + n[1], black = n[2] + n[3], drawn = n[0] + n[2];
  double all = 0, first = 0;
  *low = *high = 0;
  for (double k = fmax(0, drawn - black); k <= fmin(white, drawn); k++) {
    double d = hypergeometric_density(k, white, black, drawn) * pow(w, k - n[0]);
    all += d;
    first += k * d;
    if (k <= n[0]) *low += d;
    if (k >= n[0]) *high += d;
  }
  *mean = first / all;
  *low /= all;
  *high /= all;
}

static void precise_odds_ratios_solve_their_equations(void **state) {
  (void)state;
  const double tables[][4] = {{3, 1, 1, 3}, {10, 2, 3, 8}, {254, 89, 179, 140}, {1, 30, 40, 2}};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    struct plain_fisher f = plain_fisher_2x2(tables[i], 0.95, true);
    double mean, low, high;
    noncentral(tables[i], f.odds_ratio, &mean, &low, &high);
    close_to(mean, tables[i][0], 1e-10);
    noncentral(tables[i], f.low, &mean, &low, &high);
    close_to(high, 0.025, 1e-10);
    noncentral(tables[i], f.high, &mean, &low, &high);
    close_to(low, 0.025, 1e-10);
  }
}

/* fisher.test(matrix(c(3,1,1,3),2)), matrix(c(10,3,2,8),2) at conf.level .9. */
static void odds_ratios_agree_with_r(void **state) {
  (void)state;
  const double tea[] = {3, 1, 1, 3}, other[] = {10, 2, 3, 8};
  struct plain_fisher f = plain_fisher_2x2(tea, 0.95, false);
  close_to(f.p_value, 0.485714285714286, 1e-13);
  close_to(f.odds_ratio, 6.40830886700579, 1e-6);
  close_to(f.low, 0.211732915305503, 1e-6);
  close_to(f.high, 621.933750545417, 1e-6);
  f = plain_fisher_2x2(other, 0.9, false);
  close_to(f.low, 1.73955142180653, 1e-6);
  close_to(f.high, 114.365654260692, 1e-6);
  close_to(plain_fisher_2x2(tea, 0.95, true).high, 626.2435, 1e-6);
}

/* R's tolerance would put the lower limit above the estimate in both. */
static void limits_hold_the_estimate_whatever_the_tolerance(void **state) {
  (void)state;
  const double tables[][4] = {{400964, 108188, 20482, 890985}, {62626, 448, 20680, 67069}};
  for (size_t i = 0; i < 2; i++) {
    struct plain_fisher f = plain_fisher_2x2(tables[i], 0.5, false);
    assert_true(f.low < f.odds_ratio && f.odds_ratio < f.high);
  }
}

static void odds_ratios_may_be_infinite(void **state) {
  (void)state;
  const double top[] = {5, 0, 2, 4}, bottom[] = {0, 5, 4, 2};
  struct plain_fisher f = plain_fisher_2x2(top, 0.95, false);
  assert_true(isinf(f.odds_ratio) && isinf(f.high) && f.low > 0);
  f = plain_fisher_2x2(bottom, 0.95, false);
  assert_true(f.odds_ratio == 0 && f.low == 0 && f.high < INFINITY);
}

/* fisher.test(matrix(c(300,20,10,250),2))$p.value: far tails keep their digits; and 4e6
 * answers take no time. */
static void large_two_by_two_tables_work(void **state) {
  (void)state;
  const double big[] = {300, 10, 20, 250}, huge[] = {1000000, 1001000, 999000, 1000000};
  close_to(plain_fisher_2x2(big, 0.95, false).p_value, 2.81620135034273e-124, 1e-9);
  struct plain_fisher f = plain_fisher_2x2(huge, 0.95, true);
  assert_true(f.low < 1 && f.odds_ratio > f.low && f.high > f.odds_ratio);
  close_to(f.odds_ratio, 1e6 * 1e6 / (1001000.0 * 999000.0), 1e-4);
}

static void hopeless_tables_suggest_simulation(void **state) {
  (void)state;
  const double n[] = {90, 80, 70, 95, 60, 75, 85, 65, 88, 72, 91, 83, 77, 69,
                      94, 81, 73, 66, 87, 79, 92, 64, 71, 86, 78, 93, 68, 74, 82, 76};
  bilan b;
  handle_init(&b);
  struct plain_fisher r;
  struct plain_fisher_options options = plain_fisher_defaults();
  options.limit = 20000;
  assert_int_equal(plain_fisher(&b, &r, TABLE(n, 5, 6), &options), BILAN_LIMIT);
  assert_non_null(strstr(b.message, "simulate"));
  assert_int_equal(b.mem.used, 0);
  options.simulate = true;
  assert_int_equal(plain_fisher(&b, &r, TABLE(n, 5, 6), &options), BILAN_OK);
  assert_true(r.p_value > 0 && r.p_value <= 1 && r.notes == NOTE_SIMULATED);
}

static void simulation_repeats_and_nears_the_exact_value(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  struct plain_fisher first, again;
  struct plain_fisher_options options = plain_fisher_defaults();
  options.simulate = true;
  options.replicates = 20000;
  struct plain_counts t = TABLE(fisher_from_r[2].n, 4, 4);
  assert_int_equal(plain_fisher(&b, &first, t, &options), BILAN_OK);
  assert_int_equal(plain_fisher(&b, &again, t, &options), BILAN_OK);
  assert_true(first.p_value == again.p_value);
  const double even[] = {1, 0, 0, 1}; /* both tables are equally likely: a tie */
  struct plain_fisher tie;
  assert_int_equal(plain_fisher(&b, &tie, TABLE(even, 2, 2), &options), BILAN_OK);
  assert_true(tie.p_value == 1);
  double p = fisher_from_r[2].p; /* four standard errors of the simulation */
  assert_true(fabs(first.p_value - p) < 4 * sqrt(p * (1 - p) / 20000));
}

static void fisher_wants_whole_counts(void **state) {
  (void)state;
  const double half[] = {3.5, 1, 1, 3};
  bilan b;
  handle_init(&b);
  struct plain_fisher r;
  struct plain_fisher_options options = plain_fisher_defaults();
  assert_int_equal(plain_fisher(&b, &r, TABLE(half, 2, 2), &options), BILAN_USAGE);
}

/* ---- McNemar, trend, Mantel-Haenszel ---- */

/* mcnemar.test(m), (m, correct = FALSE), binom.test(86, 236): Agresti's approval table. */
static void mcnemar_agrees_with_r(void **state) {
  (void)state;
  const double m[] = {794, 86, 150, 570}, few[] = {5, 1, 6, 5};
  struct plain_mcnemar t = plain_mcnemar(TABLE(m, 2, 2), MCNEMAR_CORRECTED, 0.95);
  close_to(t.statistic, 16.8177966101695, 1e-13);
  close_to(t.p_value, 4.11456228134594e-05, 1e-11);
  t = plain_mcnemar(TABLE(m, 2, 2), MCNEMAR_PLAIN, 0.95);
  close_to(t.statistic, 17.3559322033898, 1e-13);
  close_to(t.p_value, 3.09929344104522e-05, 1e-11);
  close_to(t.estimate, -64.0 / 1600, 1e-14);
  assert_true(t.low < t.estimate && t.estimate < t.high && t.high < 0);
  close_to(plain_mcnemar(TABLE(m, 2, 2), MCNEMAR_EXACT, 0.95).p_value, 3.71593613957143e-05,
           1e-11);
  close_to(plain_mcnemar(TABLE(few, 2, 2), MCNEMAR_EXACT, 0.95).p_value, 0.125, 1e-13);
}

static void nobody_changed_is_p_1_with_an_interval(void **state) {
  (void)state;
  const double same[] = {7, 0, 0, 5};
  for (int kind = MCNEMAR_PLAIN; kind <= MCNEMAR_EXACT; kind++) {
    struct plain_mcnemar t =
        plain_mcnemar(TABLE(same, 2, 2), (enum plain_mcnemar_kind)kind, 0.95);
    assert_true(t.p_value == 1 && t.notes == NOTE_NO_PAIRS && t.estimate == 0);
    assert_true(t.low < 0 && t.high > 0);
  }
}

/* mcnemar.test(matrix(c(20,3,5,10,30,4,2,8,25),3), correct = FALSE); and with one pair of
 * levels between which nobody moved, which R gives no figure for, one df less. */
static void symmetry_agrees_with_r(void **state) {
  (void)state;
  const double m[] = {20, 10, 2, 3, 30, 8, 5, 4, 25}, still[] = {20, 10, 0, 3, 30, 8, 0, 4, 25};
  struct plain_mcnemar t = plain_mcnemar(TABLE(m, 3, 3), MCNEMAR_PLAIN, 0.95);
  close_to(t.statistic, 6.38827838827839, 1e-13);
  close_to(t.p_value, 0.0941742043454755, 1e-11);
  assert_true(t.df == 3 && isnan(t.estimate));
  t = plain_mcnemar(TABLE(still, 3, 3), MCNEMAR_PLAIN, 0.95);
  assert_true(t.df == 2);
  close_to(t.statistic, 49.0 / 13 + 16.0 / 12, 1e-13);
}

/* prop.trend.test(c(83,90,129,70), c(86,93,136,82)), and with scores c(0,0,1,2). */
static void trend_agrees_with_r(void **state) {
  (void)state;
  const double x[] = {83, 90, 129, 70}, n[] = {86, 93, 136, 82}, scores[] = {0, 0, 1, 2};
  struct plain_test t = plain_trend(x, n, NULL, 4);
  close_to(t.statistic, 8.22492228519771, 1e-12);
  close_to(t.p_value, 0.00413189747764149, 1e-11);
  close_to(plain_trend(x, n, scores, 4).statistic, 10.4705144016717, 1e-12);
  const double years[] = {2021, 2022, 2023, 2024};
  close_to(plain_trend(x, n, years, 4).statistic, t.statistic, 1e-11);
  assert_true(isnan(plain_trend(n, n, NULL, 4).statistic));
  assert_int_equal(plain_trend(n, n, NULL, 4).notes, NOTE_NO_VARIANCE);
}

/* Berkeley admissions: mantelhaen.test(UCBAdmissions); Breslow-Day by uniroot on the
 * cell. Each stratum row after row: admitted men, women, rejected men, women. */
static const double berkeley[] = {512, 89, 313, 19,  353, 17,  207, 8,  120, 202, 205, 391,
                                  138, 131, 279, 244, 53,  94, 138, 299, 22,  24,  351, 317};

static void mantel_haenszel_agrees_with_r(void **state) {
  (void)state;
  struct plain_mantel_haenszel t = plain_mantel_haenszel(berkeley, 6, true, 0.95);
  close_to(t.statistic, 1.42694622858669, 1e-12);
  close_to(t.p_value, 0.232263462817048, 1e-11);
  close_to(t.odds_ratio, 0.904696828258623, 1e-13);
  close_to(t.low, 0.77190736175935, 1e-12);
  close_to(t.high, 1.06032976443666, 1e-12);
  close_to(t.homogeneity, 18.8255012520527, 1e-9);
  close_to(t.homogeneity_p, 0.00207140139788128, 1e-8);
  t = plain_mantel_haenszel(berkeley, 6, false, 0.95);
  close_to(t.statistic, 1.52460666044344, 1e-12);
  close_to(t.p_value, 0.216923697055518, 1e-11);
}

static void strata_without_information_are_left_out(void **state) {
  (void)state;
  double padded[32];
  const double useless[] = {5, 6, 0, 0, 3, 0, 8, 0};
  memcpy(padded, berkeley, sizeof berkeley);
  memcpy(padded + 24, useless, sizeof useless);
  struct plain_mantel_haenszel t = plain_mantel_haenszel(padded, 8, false, 0.95);
  close_to(t.statistic, 1.52460666044344, 1e-12);
  assert_true(t.strata == 6 && t.homogeneity_df == 5);
  t = plain_mantel_haenszel(useless, 2, false, 0.95);
  assert_true(isnan(t.odds_ratio) && t.notes == NOTE_NO_INFORMATION);
}

/* ---- p-values ---- */

/* p.adjust(p, method) for each method. */
static void adjusted_p_values_agree_with_r(void **state) {
  (void)state;
  const double p[] = {.01, .02, .03, .04, .05, .5, .0004, .9, .03};
  const double want[ADJUSTMENTS][9] = {
      [ADJUST_NONE] = {.01, .02, .03, .04, .05, .5, .0004, .9, .03},
      [ADJUST_BONFERRONI] = {0.09, 0.18, 0.27, 0.36, 0.45, 1, 0.0036, 1, 0.27},
      [ADJUST_HOLM] = {0.08, 0.14, 0.18, 0.18, 0.18, 1, 0.0036, 1, 0.18},
      [ADJUST_HOCHBERG] = {0.08, 0.14, 0.15, 0.15, 0.15, 0.9, 0.0036, 0.9, 0.15},
      [ADJUST_HOMMEL] = {0.07, 0.0833333333333333, 0.1, 0.12, 0.15, 0.9, 0.0036, 0.9, 0.1},
      [ADJUST_BH] = {0.045, 0.054, 0.054, 0.06, 0.0642857142857143, 0.5625, 0.0036, 0.9, 0.054},
      [ADJUST_BY] = {0.127303571428571, 0.152764285714286, 0.152764285714286,
                     0.169738095238095, 0.181862244897959, 1, 0.0101842857142857, 1,
                     0.152764285714286},
  };
  bilan b;
  handle_init(&b);
  for (int how = 0; how < ADJUSTMENTS; how++) {
    double out[9];
    assert_int_equal(plain_p_adjust(&b, out, p, 9, (enum plain_adjustment)how), BILAN_OK);
    list_close_to(out, want[how], 9, 1e-13);
  }
  assert_int_equal(b.mem.used, 0);
}

/* Adjusted values keep the order, never fall below the raw ones, and the methods are ranked
 * bh <= hommel <= hochberg <= holm <= bonferroni. */
static void methods_are_ranked(void **state) {
  (void)state;
  static const enum plain_adjustment ranked[] = {ADJUST_NONE, ADJUST_BH, ADJUST_HOMMEL,
                                                 ADJUST_HOCHBERG, ADJUST_HOLM,
                                                 ADJUST_BONFERRONI};
  uint64_t seed = 7;
  bilan b;
  handle_init(&b);
  for (size_t m = 1; m <= 40; m++) {
    double p[40], last[40], out[40];
    for (size_t i = 0; i < m; i++) p[i] = pow((double)(draw(&seed) % 1000) / 999, 3);
    memset(last, 0, sizeof last);
    for (size_t k = 0; k < 6; k++) {
      assert_int_equal(plain_p_adjust(&b, out, p, m, ranked[k]), BILAN_OK);
      for (size_t i = 0; i < m; i++) {
        assert_true(out[i] >= last[i] * (1 - 1e-12) && out[i] <= 1);
        for (size_t j = 0; j < m; j++)
          if (p[i] <= p[j]) assert_true(out[i] <= out[j] * (1 + 1e-12));
      }
      memcpy(last, out, sizeof out);
    }
  }
}

static void p_values_outside_the_unit_are_refused(void **state) {
  (void)state;
  const double bad[] = {.5, 1.2}, nan[] = {NAN};
  double out[2];
  bilan b;
  handle_init(&b);
  assert_int_equal(plain_p_adjust(&b, out, bad, 2, ADJUST_HOLM), BILAN_USAGE);
  assert_non_null(strstr(b.message, "value 2"));
  assert_int_equal(plain_p_adjust(&b, out, nan, 1, ADJUST_HOLM), BILAN_USAGE);
  assert_int_equal(plain_p_adjust(&b, out, nan, 0, ADJUST_HOLM), BILAN_OK);
}

/* ---- ordered items ---- */

/* cor(method = "kendall"), cor(method = "spearman") of the expanded rows; pairs by two loops. */
static void ordinal_measures_agree_with_r(void **state) {
  (void)state;
  const double m[] = {8, 4, 2, 1, 3, 9, 6, 2, 1, 5, 12, 7};
  struct plain_ordinal o = plain_ordinal(TABLE(m, 3, 4));
  assert_true(o.concordant == 739 && o.discordant == 169);
  close_to(o.tau_b, 0.458382445989914, 1e-13);
  close_to(o.gamma, 0.627753303964758, 1e-13);
  close_to(o.somers_d, 0.485106382978723, 1e-13);
  close_to(o.spearman, 0.512233234345004, 1e-13);
  const double flat[] = {3, 4, 0, 0};
  assert_true(isnan(plain_ordinal(TABLE(flat, 2, 2)).tau_b));
  assert_int_equal(plain_ordinal(TABLE(flat, 2, 2)).notes, NOTE_NO_VARIANCE);
}

/* ---- memory ---- */

static bilan_status everything(bilan *b) {
  struct plain_chi_squared c;
  struct plain_fisher f;
  struct plain_cells none = {NULL, NULL, NULL};
  struct plain_fisher_options options = plain_fisher_defaults();
  const double p[] = {.1, .2, .01};
  double out[3];
  struct plain_counts t = TABLE(fisher_from_r[2].n, 4, 4);
  bilan_status status = plain_chi_squared(b, &c, none, t, false);
  if (!status) status = plain_fisher(b, &f, t, &options);
  options.simulate = true;
  options.replicates = 10;
  if (!status) status = plain_fisher(b, &f, t, &options);
  if (!status) status = plain_p_adjust(b, out, p, 3, ADJUST_HOMMEL);
  return status;
}

static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  fails_cleanly(everything);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(chi_squared_agrees_with_r),
      cmocka_unit_test(yates_agrees_with_r),
      cmocka_unit_test(phi_has_a_sign),
      cmocka_unit_test(empty_lines_count_in_no_df),
      cmocka_unit_test(a_line_alone_is_no_test),
      cmocka_unit_test(small_expected_counts_are_said),
      cmocka_unit_test(negative_counts_are_refused),
      cmocka_unit_test(fisher_agrees_with_r),
      cmocka_unit_test(fisher_counts_all_tables),
      cmocka_unit_test(two_by_two_p_values_follow_the_definition),
      cmocka_unit_test(precise_odds_ratios_solve_their_equations),
      cmocka_unit_test(odds_ratios_agree_with_r),
      cmocka_unit_test(limits_hold_the_estimate_whatever_the_tolerance),
      cmocka_unit_test(odds_ratios_may_be_infinite),
      cmocka_unit_test(large_two_by_two_tables_work),
      cmocka_unit_test(hopeless_tables_suggest_simulation),
      cmocka_unit_test(simulation_repeats_and_nears_the_exact_value),
      cmocka_unit_test(fisher_wants_whole_counts),
      cmocka_unit_test(mcnemar_agrees_with_r),
      cmocka_unit_test(nobody_changed_is_p_1_with_an_interval),
      cmocka_unit_test(symmetry_agrees_with_r),
      cmocka_unit_test(trend_agrees_with_r),
      cmocka_unit_test(mantel_haenszel_agrees_with_r),
      cmocka_unit_test(strata_without_information_are_left_out),
      cmocka_unit_test(adjusted_p_values_agree_with_r),
      cmocka_unit_test(methods_are_ranked),
      cmocka_unit_test(p_values_outside_the_unit_are_refused),
      cmocka_unit_test(ordinal_measures_agree_with_r),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

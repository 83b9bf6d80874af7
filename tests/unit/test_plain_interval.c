/* test_plain_interval.c - intervals of one proportion and of two, against R 4.2.2, against the
 * equations that define them, and against the properties every one of them has. */
#include "plain_fixture.h"

static struct plain_interval ask(double x, double n, enum plain_method m) {
  return plain_proportion(x, n, 0.95, m);
}

static void expect_limits(struct plain_interval i, double low, double high, double tolerance) {
  close_to(i.low, low, tolerance);
  close_to(i.high, high, tolerance);
}

/* ---- one proportion ---- */

/* prop.test(x, n, correct =)$conf.int, binom.test(x, n)$conf.int, qbeta, uniroot on pbinom and
 * on the log-likelihood, asin and qlogis as written in interval.c. */
static const struct {
  double x, n;
  enum plain_method method;
  double low, high;
} from_r[] = {
    {1, 10, METHOD_WALD, 0, 0.28593850969136847},
    {1, 10, METHOD_WILSON, 0.017876213095072892, 0.40415002679523837},
    {1, 10, METHOD_WILSON_CC, 0.0052423015696777282, 0.4588460161566561},
    {1, 10, METHOD_AGRESTI_COULL, 0, 0.42596773739483207},
    {1, 10, METHOD_CLOPPER_PEARSON, 0.0025285785444617865, 0.44501611702819543},
    {1, 10, METHOD_JEFFREYS, 0.011011673763161155, 0.38131477106661638},
    {1, 10, METHOD_MID_P, 0.0050014752824399733, 0.40347615573769446},
    {1, 10, METHOD_LIKELIHOOD, 0.0059911200674590895, 0.37163580936829121},
    {1, 10, METHOD_ARCSINE, 0.000140487936175908, 0.34866148566119},
    {3, 7, METHOD_ARCSINE, 0.113313593554956, 0.781267680382285},
    {3, 7, METHOD_LOGIT, 0.143732451014155, 0.770168899503252},
    {0, 10, METHOD_WILSON, 0, 0.27753279986288915},
    {0, 10, METHOD_CLOPPER_PEARSON, 0, 0.30849710781876083},
    {0, 10, METHOD_LIKELIHOOD, 0, 0.17475332804982982},
};

static void limits_agree_with_r(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof from_r / sizeof *from_r; i++)
    expect_limits(ask(from_r[i].x, from_r[i].n, from_r[i].method), from_r[i].low,
                  from_r[i].high, from_r[i].method == METHOD_MID_P ||
                  from_r[i].method == METHOD_LIKELIHOOD ? 1e-7 : 1e-11);
}

/* prop.test(5, 10, correct = TRUE) is prop.test(5, 10, correct = FALSE): |x - n/2| is 0. */
static void correction_shrinks_near_a_half(void **state) {
  (void)state;
  struct plain_interval plain = ask(5, 10, METHOD_WILSON);
  expect_limits(ask(5, 10, METHOD_WILSON_CC), plain.low, plain.high, 1e-15);
}

/* Newcombe 1998 (Statistics in Medicine 17, 857-872), table I: 81 of 263, methods 3 and 5. */
static void limits_agree_with_newcombe(void **state) {
  (void)state;
  struct plain_interval wilson = ask(81, 263, METHOD_WILSON);
  struct plain_interval exact = ask(81, 263, METHOD_CLOPPER_PEARSON);
  assert_int_equal(lround(wilson.low * 1e4), 2553);
  assert_int_equal(lround(wilson.high * 1e4), 3662);
  assert_int_equal(lround(exact.low * 1e4), 2527);
  assert_int_equal(lround(exact.high * 1e4), 3676);
}

/* Clopper-Pearson and mid-P from the binomial itself, not from the beta function. */
static void tails_at_the_limits_are_alpha_halves(void **state) {
  (void)state;
  for (double n = 1; n <= 40; n += 3)
    for (double x = 1; x < n; x++) {
      struct plain_interval cp = ask(x, n, METHOD_CLOPPER_PEARSON), mid = ask(x, n, METHOD_MID_P);
      close_to(binomial_cdf(x - 1, n, cp.low, UPPER), 0.025, 1e-10);
      close_to(binomial_cdf(x, n, cp.high, LOWER), 0.025, 1e-10);
      close_to(binomial_cdf(x, n, mid.low, UPPER) + binomial_density(x, n, mid.low) / 2, 0.025,
               1e-10);
      close_to(binomial_cdf(x - 1, n, mid.high, LOWER) + binomial_density(x, n, mid.high) / 2,
               0.025, 1e-10);
    }
}

static void whole_shares_give_real_intervals_or_say_so(void **state) {
  (void)state;
  for (int m = 0; m < METHODS; m++)
    for (double n = 1; n < 1e7; n *= 7) {
      struct plain_interval none = ask(0, n, (enum plain_method)m);
      struct plain_interval all = ask(n, n, (enum plain_method)m);
      assert_true(none.estimate == 0 && none.low == 0);
      assert_true(all.estimate == 1 && all.high == 1);
      close_to(1 - all.low, none.high, 1e-9);
      if (m == METHOD_WALD) assert_true(none.high == 0 && none.notes == NOTE_POINT);
      else assert_true(none.high > 0 && none.high <= 1 && all.low < 1);
      bool replaced = m == METHOD_ARCSINE || m == METHOD_LOGIT;
      assert_int_equal((none.notes & NOTE_EXACT) != 0, replaced);
    }
}

static void no_base_gives_no_estimate(void **state) {
  (void)state;
  struct plain_interval i = ask(0, 0, METHOD_WILSON);
  assert_true(isnan(i.estimate) && i.low == 0 && i.high == 1 && i.notes == NOTE_EMPTY);
  assert_string_equal(plain_note_text(i.notes), "the base is 0");
}

static void arguments_outside_the_domain_are_refused(void **state) {
  (void)state;
  const double bad[][3] = {{3, 2, .95}, {-1, 2, .95}, {1, -1, .95}, {1, 2, 0},
                           {1, 2, 1},   {NAN, 2, .95}, {1, NAN, .95}, {1, INFINITY, .95}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct plain_interval r = plain_proportion(bad[i][0], bad[i][1], bad[i][2], METHOD_WILSON);
    assert_true(isnan(r.low) && isnan(r.high) && r.notes == NOTE_DOMAIN);
  }
}

/* Symmetry, order, nesting in conf and monotony in x, for all methods on a grid. */
static void check_share(double x, double n, enum plain_method m, double last_low,
                        double last_high) {
  struct plain_interval i = ask(x, n, m), mirror = ask(n - x, n, m);
  struct plain_interval wide = plain_proportion(x, n, 0.99, m);
  close_to(i.low, 1 - mirror.high, 1e-10);
  assert_true(0 <= i.low && i.low <= x / n && x / n <= i.high && i.high <= 1);
  assert_true(wide.low <= i.low + 1e-14 && wide.high >= i.high - 1e-14);
  bool comparable = m != METHOD_WALD && m != METHOD_LOGIT && m != METHOD_ARCSINE;
  if (comparable) assert_true(i.low >= last_low - 1e-13 && i.high >= last_high - 1e-13);
}

static void limits_are_ordered_mirrored_nested_and_monotone(void **state) {
  (void)state;
  for (int m = 0; m < METHODS; m++)
    for (double n = 1; n <= 45; n += 4) {
      double low = 0, high = 0;
      for (double x = 0; x <= n; x++) {
        check_share(x, n, (enum plain_method)m, low, high);
        low = ask(x, n, (enum plain_method)m).low;
        high = ask(x, n, (enum plain_method)m).high;
      }
    }
}

static void weighted_counts_lie_between_whole_ones(void **state) {
  (void)state;
  for (int m = METHOD_WILSON; m < METHOD_BLAKER; m++) {
    struct plain_interval a = ask(30, 100, (enum plain_method)m);
    struct plain_interval b = ask(30.5, 100, (enum plain_method)m);
    struct plain_interval c = ask(31, 100, (enum plain_method)m);
    assert_true(a.low < b.low && b.low < c.low && a.high < b.high && b.high < c.high);
  }
  assert_int_equal(ask(30.5, 100, METHOD_BLAKER).notes, NOTE_WHOLE);
}

/* ---- Blaker, by brute force ---- */

/* Blaker's acceptability of p by its definition, over all counts. */
static double acceptability(double x, double n, double p) {
  double up = x > 0 ? binomial_cdf(x - 1, n, p, UPPER) : 1, down = binomial_cdf(x, n, p, LOWER);
  double least = fmin(up, down), other = 0;
  for (double k = 0; k <= n; k++) {
    double tail = up <= down ? binomial_cdf(k, n, p, LOWER)
                  : k > 0    ? binomial_cdf(k - 1, n, p, UPPER)
                             : 1;
    if (tail <= least * (1 + 1e-12)) other = fmax(other, tail);
  }
  return least + other;
}

/* No p outside the limits is acceptable, and right inside each limit one is. */
static void check_blaker(double x, double n) {
  struct plain_interval i = ask(x, n, METHOD_BLAKER), cp = ask(x, n, METHOD_CLOPPER_PEARSON);
  assert_true(i.low >= cp.low - 1e-12 && i.high <= cp.high + 1e-12);
  for (double p = 0.0005; p < 1; p += 0.001)
    if (p < i.low - 1e-9 || p > i.high + 1e-9) assert_true(acceptability(x, n, p) < 0.05);
  if (x > 0) assert_true(acceptability(x, n, i.low + 1e-9) >= 0.05 - 1e-7);
  if (x < n) assert_true(acceptability(x, n, i.high - 1e-9) >= 0.05 - 1e-7);
}

static void blaker_limits_bound_the_acceptable_shares(void **state) {
  (void)state;
  for (double n = 1; n <= 30; n = floor(1.6 * n) + 1)
    for (double x = 0; x <= n; x++) check_blaker(x, n);
}

/* Grid of 2e-5 in R over the same definition: hull of {p : acceptability >= 0.05}. */
static void blaker_agrees_with_a_grid_in_r(void **state) {
  (void)state;
  const double grid[][4] = {{1, 10, 0.00512, 0.44444},
                            {3, 7, 0.12876, 0.77466},
                            {5, 10, 0.22246, 0.77754},
                            {18, 19, 0.74834, 0.9973},
                            {0, 10, 0, 0.28292}};
  for (size_t i = 0; i < sizeof grid / sizeof *grid; i++) {
    struct plain_interval b = ask(grid[i][0], grid[i][1], METHOD_BLAKER);
    assert_true(fabs(b.low - grid[i][2]) <= 2.1e-5 && fabs(b.high - grid[i][3]) <= 2.1e-5);
  }
}

/* At n = 1e6 the binomial is all but continuous: Blaker lies within mid-P's neighbourhood and
 * inside Clopper-Pearson, and is nested in conf. */
static void blaker_works_for_a_million(void **state) {
  (void)state;
  for (double x = 1; x < 1e6; x = floor(x * 9.7) + 3) {
    struct plain_interval i = ask(x, 1e6, METHOD_BLAKER);
    struct plain_interval cp = ask(x, 1e6, METHOD_CLOPPER_PEARSON);
    struct plain_interval wide = plain_proportion(x, 1e6, 0.99, METHOD_BLAKER);
    assert_true(cp.low <= i.low * (1 + 1e-9) && i.high <= cp.high * (1 + 1e-9));
    assert_true(i.low < x / 1e6 && x / 1e6 < i.high);
    assert_true(wide.low < i.low && i.high < wide.high);
    assert_true(i.high - i.low > 0.9 * (cp.high - cp.low) || x < 50);
  }
}

/* ---- two proportions ---- */

static struct plain_interval gap(double x1, double n1, double x2, double n2,
                                 enum plain_difference_method m) {
  return plain_difference((struct plain_share){x1, n1}, (struct plain_share){x2, n2}, 0.95, m);
}

/* Newcombe 1998 (Statistics in Medicine 17, 873-890), table II: methods 1, 6, 10, 11. */
static const struct {
  double x1, n1, x2, n2;
  enum plain_difference_method method;
  double low, high;
} published[] = {
    {56, 70, 48, 80, DIFFERENCE_WALD, 0.0575, 0.3425},
    {56, 70, 48, 80, DIFFERENCE_MIETTINEN_NURMINEN, 0.0528, 0.3382},
    {56, 70, 48, 80, DIFFERENCE_NEWCOMBE, 0.0524, 0.3339},
    {56, 70, 48, 80, DIFFERENCE_NEWCOMBE_CC, 0.0428, 0.3422},
    {9, 10, 3, 10, DIFFERENCE_NEWCOMBE, 0.1705, 0.8090},
    {9, 10, 3, 10, DIFFERENCE_MIETTINEN_NURMINEN, 0.1700, 0.8406},
    {5, 56, 0, 29, DIFFERENCE_MIETTINEN_NURMINEN, -0.0326, 0.1933},
    {5, 56, 0, 29, DIFFERENCE_NEWCOMBE, -0.0381, 0.1926},
};

static void differences_agree_with_newcombe(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
    struct plain_interval d = gap(published[i].x1, published[i].n1, published[i].x2,
                                  published[i].n2, published[i].method);
    assert_int_equal(lround(d.low * 1e4), lround(published[i].low * 1e4));
    assert_int_equal(lround(d.high * 1e4), lround(published[i].high * 1e4));
  }
}

/* The score equation solved in R with optimize() for the restricted shares and uniroot(). */
static void score_differences_agree_with_r(void **state) {
  (void)state;
  enum plain_difference_method mn = DIFFERENCE_MIETTINEN_NURMINEN;
  expect_limits(gap(56, 70, 48, 80, mn), 0.0528297132332527, 0.338172940048521, 1e-6);
  expect_limits(gap(9, 10, 3, 10, mn), 0.17002501735371, 0.840649544208176, 1e-6);
  expect_limits(gap(254, 343, 179, 319, mn), 0.107226381540873, 0.250143474133774, 1e-6);
  expect_limits(gap(5, 56, 0, 29, mn), -0.0325965626997911, 0.193330982777349, 1e-6);
}

/* ((x1+1)/(n1+2) - (x2+1)/(n2+2)) -+ qnorm(.975) se, in R; cut at 1. */
static void agresti_caffo_agrees_with_r(void **state) {
  (void)state;
  expect_limits(gap(56, 70, 48, 80, DIFFERENCE_AGRESTI_CAFFO), 0.0524529266380537,
                0.335758455475767, 1e-12);
  expect_limits(gap(10, 10, 0, 20, DIFFERENCE_AGRESTI_CAFFO), 0.692243237883191, 1, 1e-12);
}

static void check_difference(double x1, double n1, double x2, double n2,
                             enum plain_difference_method m) {
  struct plain_interval d = gap(x1, n1, x2, n2, m), back = gap(x2, n2, x1, n1, m);
  struct plain_interval mirror = gap(n1 - x1, n1, n2 - x2, n2, m);
  assert_true(-1 <= d.low && d.low <= d.high && d.high <= 1);
  if (m != DIFFERENCE_AGRESTI_CAFFO)
    assert_true(d.low <= d.estimate + 1e-15 && d.estimate <= d.high + 1e-15);
  close_to(d.low, -back.high, 1e-9);
  close_to(d.high, -mirror.low, 1e-9);
  bool point = d.high - d.low < 1e-9;
  assert_int_equal(point, m == DIFFERENCE_WALD && (d.notes & NOTE_POINT));
}

static void differences_are_bounded_and_mirrored(void **state) {
  (void)state;
  for (int m = 0; m < DIFFERENCE_METHODS; m++)
    for (double x1 = 0; x1 <= 7; x1++)
      for (double x2 = 0; x2 <= 11; x2++)
        check_difference(x1, 7, x2, 11, (enum plain_difference_method)m);
}

static void empty_groups_have_no_difference(void **state) {
  (void)state;
  struct plain_interval d = gap(0, 0, 3, 10, DIFFERENCE_NEWCOMBE);
  assert_true(isnan(d.estimate) && d.low == -1 && d.high == 1 && d.notes == NOTE_EMPTY);
}

/* exp(log ratio -+ qnorm(.975) se) in R. */
static void ratios_agree_with_r(void **state) {
  (void)state;
  struct plain_share a = {56, 70}, b = {48, 80}, none = {0, 80};
  struct plain_interval risk = plain_risk_ratio(a, b, 0.95);
  struct plain_interval odds = plain_odds_ratio(a, b, 0.95);
  close_to(risk.estimate, 4.0 / 3, 1e-14);
  expect_limits(risk, 1.07662642276319, 1.65124851126639, 1e-12);
  close_to(odds.estimate, 8.0 / 3, 1e-14);
  expect_limits(odds, 1.27621787053643, 5.57201969607438, 1e-12);
  risk = plain_risk_ratio(a, none, 0.95);
  assert_int_equal(risk.notes, NOTE_HALF);
  close_to(risk.estimate, 56.5 / 71 / (0.5 / 81), 1e-13);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(limits_agree_with_r),
      cmocka_unit_test(correction_shrinks_near_a_half),
      cmocka_unit_test(limits_agree_with_newcombe),
      cmocka_unit_test(tails_at_the_limits_are_alpha_halves),
      cmocka_unit_test(whole_shares_give_real_intervals_or_say_so),
      cmocka_unit_test(no_base_gives_no_estimate),
      cmocka_unit_test(arguments_outside_the_domain_are_refused),
      cmocka_unit_test(limits_are_ordered_mirrored_nested_and_monotone),
      cmocka_unit_test(weighted_counts_lie_between_whole_ones),
      cmocka_unit_test(blaker_limits_bound_the_acceptable_shares),
      cmocka_unit_test(blaker_agrees_with_a_grid_in_r),
      cmocka_unit_test(blaker_works_for_a_million),
      cmocka_unit_test(differences_agree_with_newcombe),
      cmocka_unit_test(score_differences_agree_with_r),
      cmocka_unit_test(agresti_caffo_agrees_with_r),
      cmocka_unit_test(differences_are_bounded_and_mirrored),
      cmocka_unit_test(empty_groups_have_no_difference),
      cmocka_unit_test(ratios_agree_with_r),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

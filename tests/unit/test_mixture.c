/* test_mixture.c - sums of weighted chi-squareds: against closed forms, and R's survey package for
 * the two approximations.
 *
 * Closed forms. Equal weights are a chi-squared (an F with a denominator). Weights in pairs a_j
 * are a sum of exponentials with means 2 a_j, whose tail is sum_j c_j exp(-x / (2 a_j)), c_j =
 * product over the others of a_j / (a_j - a_i). With a denominator Y of ddf degrees the same sum
 * is the mean over Y of the tail at x Y / ddf, (1 + x / (a_j ddf))^(-ddf/2) in place of exp.
 */
#include "stat/dist/mixture.h"

#include "stat/dist/dist.h"

#include "fixture.h"

static void expect_relative(double got, double want, double tolerance) {
  if (fabs(got - want) <= tolerance * fabs(want)) return;
  print_error("got %.17g, expected %.17g\n", got, want);
  fail();
}

/* Number of weights, ddf and x over ten decades: the F distribution. */
static void equal_weights_are_an_f(void **state) {
  (void)state;
  static const size_t counts[] = {1, 2, 3, 7, 40};
  static const double ddfs[] = {INFINITY, 0.7, 1, 2.5, 14, 199, 5000};
  double lambda[40];
  for (size_t i = 0; i < 40; i++) lambda[i] = 0.25;
  for (size_t c = 0; c < 5; c++)
    for (size_t d = 0; d < 7; d++)
      for (double f = 1e-4; f < 1e4; f *= 2.7) {
        struct mixture m = {lambda, counts[c], ddfs[d]};
        double k = (double)counts[c], want = f_cdf(f, k, ddfs[d], UPPER);
        if (want > 1e-280) expect_relative(mixture_exact(&m, 0.25 * k * f), want, 1e-11);
      }
}

/* Weights that differ by as much as the tail is deep. */
static void pairs_are_a_sum_of_exponentials(void **state) {
  (void)state;
  static const double a[] = {1, 5, 0.01};
  static const double lambda[] = {1, 1, 5, 5, 0.01, 0.01};
  for (int d = 0; d < 2; d++)
    for (double x = 1e-3; x < 3000; x *= 3) {
      struct mixture m = {lambda, 6, d ? 11.3 : INFINITY};
      double want = 0;
      for (size_t j = 0; j < 3; j++) {
        double c = 1;
        for (size_t i = 0; i < 3; i++)
          if (i != j) c *= a[j] / (a[j] - a[i]);
        want += c * (d ? pow(1 + x / (a[j] * 11.3), -11.3 / 2) : exp(-x / (2 * a[j])));
      }
      expect_relative(mixture_exact(&m, x), want, 1e-11);
    }
}

/* survey:::pchisqsum(x, rep(1, 3), c(2.1, 1.3, .4), lower = FALSE, method = ...) and pFsum with
 * ddf = 15; R finds the saddlepoint to 1e-8. */
static void approximations_agree_with_r(void **state) {
  (void)state;
  static const double lambda[] = {2.1, 1.3, 0.4};
  struct mixture m = {lambda, 3, INFINITY};
  expect_relative(mixture_satterthwaite(&m, 7.3), 0.13929844959158189, 1e-12);
  expect_relative(mixture_saddlepoint(&m, 7.3), 0.1313347397239539, 1e-7);
  expect_relative(mixture_saddlepoint(&m, 40), 2.6003995965515313e-05, 1e-7);
  m.ddf = 15;
  expect_relative(mixture_satterthwaite(&m, 7.3), 0.17741559399921727, 1e-12);
  expect_relative(mixture_saddlepoint(&m, 7.3), 0.16901720759408731, 1e-7);
  expect_relative(mixture_saddlepoint(&m, 40), 0.0011600368952790526, 1e-7);
  expect_relative(mixture_saddlepoint(&m, 1), 0.81782721596979421, 1e-7);
}

/* At the mean R's formula is 0/0; the limit joins the values beside it. */
static void saddlepoint_is_smooth_at_the_mean(void **state) {
  (void)state;
  static const double lambda[] = {2, 1, 0.5};
  struct mixture m = {lambda, 3, INFINITY};
  double at = mixture_saddlepoint(&m, 3.5);
  for (double h = 1e-3; h > 1e-9; h /= 10) {
    expect_close(mixture_saddlepoint(&m, 3.5 + h), at, h);
    expect_close(mixture_saddlepoint(&m, 3.5 - h), at, h);
  }
  expect_close(at, mixture_exact(&m, 3.5), 0.01);
}

/* lambda and x by the same factor; weights of 0; the order of weights. */
static void scale_and_order_change_nothing(void **state) {
  (void)state;
  static const double one[] = {3, 0.2, 1}, other[] = {1e-3, 0, 2e-4, 3e-3};
  for (double x = 0.1; x < 100; x *= 4) {
    struct mixture m = {one, 3, 9}, n = {other, 4, 9};
    expect_relative(mixture_exact(&n, x / 1000), mixture_exact(&m, x), 1e-11);
    expect_relative(mixture_saddlepoint(&n, x / 1000), mixture_saddlepoint(&m, x), 1e-9);
    expect_relative(mixture_satterthwaite(&n, x / 1000), mixture_satterthwaite(&m, x), 1e-12);
  }
}

static void ends_and_nonsense(void **state) {
  (void)state;
  static const double lambda[] = {1, 2}, none[] = {0, 0}, negative[] = {1, -1};
  struct mixture m = {lambda, 2, INFINITY}, zero = {none, 2, 5}, bad = {negative, 2, 5};
  struct mixture no_df = {lambda, 2, 0};
  assert_true(mixture_exact(&m, 0) == 1 && mixture_saddlepoint(&m, -1) == 1);
  assert_true(mixture_exact(&m, INFINITY) == 0);
  assert_true(isnan(mixture_exact(&m, NAN)) && isnan(mixture_exact(&zero, 1)));
  assert_true(isnan(mixture_saddlepoint(&bad, 1)) && isnan(mixture_satterthwaite(&no_df, 1)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equal_weights_are_an_f),
      cmocka_unit_test(pairs_are_a_sum_of_exponentials),
      cmocka_unit_test(approximations_agree_with_r),
      cmocka_unit_test(saddlepoint_is_smooth_at_the_mean),
      cmocka_unit_test(scale_and_order_change_nothing),
      cmocka_unit_test(ends_and_nonsense),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* t_test.c - Student's t on means, from n, mean and standard deviation alone.
 *
 *   one      t = (mean - mu)/se, se = sd/sqrt n, df = n - 1; paired: the same on differences
 *   Welch    se^2 = v1 + v2 with v = sd^2/n,
 *            df = (v1 + v2)^2 / (v1^2/(n1 - 1) + v2^2/(n2 - 1))        [Welch 1947]
 *   pooled   s^2 = ((n1-1) sd1^2 + (n2-1) sd2^2)/(n1 + n2 - 2), se = s sqrt(1/n1 + 1/n2)
 * Interval: estimate -+ t_df se. Fewer than two values, or none that differ: the estimate
 * stands, without error, test or interval (NOTE_NO_VARIANCE). Pure, O(1); plain_sample_of
 * takes two passes over its values, so that a large mean does not eat the deviation.
 */
#include <math.h>

#include "stat/dist/dist.h"
#include "stat/plain/plain.h"

struct plain_sample plain_sample_of(const double *values, size_t count) {
  struct plain_sample s = {(double)count, NAN, NAN};
  if (count == 0) return s;
  double sum = 0, squares = 0, rest = 0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  double mean = sum / s.n;
  for (size_t i = 0; i < count; i++) rest += values[i] - mean;
  s.mean = mean + rest / s.n;
  for (size_t i = 0; i < count; i++) squares += (values[i] - s.mean) * (values[i] - s.mean);
  if (count > 1) s.sd = sqrt(squares / (s.n - 1));
  return s;
}

/* Somebody, a finite mean, no negative deviation (that of one person is NaN). */
static bool described(struct plain_sample s) {
  return s.n > 0 && s.n < INFINITY && isfinite(s.mean) && !(s.sd < 0);
}

/* The estimate alone, and why. */
static struct plain_t_test without_test(double estimate, unsigned note) {
  return (struct plain_t_test){estimate, NAN, NAN, NAN, NAN, NAN, NAN, note};
}

/* The test of estimate = mu and the interval, from the standard error and its df. */
static struct plain_t_test test(double estimate, double se, double df, double mu, double conf) {
  if (!(se > 0 && df > 0)) return without_test(estimate, NOTE_NO_VARIANCE);
  double half = student_quantile((1 - conf) / 2, df, UPPER) * se;
  double t = (estimate - mu) / se;
  return (struct plain_t_test){estimate, se, estimate - half, estimate + half, t, df,
                               fmin(1, 2 * student_cdf(fabs(t), df, UPPER)), 0};
}

/* One sample, or the differences of a paired one. */
struct plain_t_test plain_t_one(struct plain_sample s, double mu, double conf) {
  if (s.n == 0) return without_test(NAN, NOTE_EMPTY);
  if (!described(s) || !isfinite(mu) || !(conf > 0 && conf < 1))
    return without_test(NAN, NOTE_DOMAIN);
  return test(s.mean, s.sd / sqrt(s.n), s.n - 1, mu, conf);
}

/* x^2. */
static double square(double x) { return x * x; }

/* Pooled variance; a group of one person adds no deviation. */
static double pooled_variance(struct plain_sample a, struct plain_sample b) {
  double first = a.n > 1 ? (a.n - 1) * square(a.sd) : 0;
  double second = b.n > 1 ? (b.n - 1) * square(b.sd) : 0;
  return (first + second) / (a.n + b.n - 2);
}

/* Difference of means of independent samples, a less b; Welch unless pooled. */
struct plain_t_test plain_t_two(struct plain_sample a, struct plain_sample b, double mu,
                                bool pooled, double conf) {
  if (a.n == 0 || b.n == 0) return without_test(NAN, NOTE_EMPTY);
  if (!described(a) || !described(b) || !isfinite(mu) || !(conf > 0 && conf < 1))
    return without_test(NAN, NOTE_DOMAIN);
  double d = a.mean - b.mean, v = square(a.sd) / a.n, w = square(b.sd) / b.n;
  if (pooled)
    return test(d, sqrt(pooled_variance(a, b) * (1 / a.n + 1 / b.n)), a.n + b.n - 2, mu, conf);
  double df = square(v + w) / (square(v) / (a.n - 1) + square(w) / (b.n - 1));
  return test(d, sqrt(v + w), df, mu, conf);
}

/* ---- effect sizes of means ---- */

/* (mean a - mean b) in pooled deviations; NaN where nothing varies. */
double plain_cohen_d(struct plain_sample a, struct plain_sample b) {
  double v = a.n + b.n > 2 ? pooled_variance(a, b) : NAN;
  return v > 0 ? (a.mean - b.mean) / sqrt(v) : NAN;
}

/* d without its bias: times Gamma(m/2) / (sqrt(m/2) Gamma((m - 1)/2)), m = n1 + n2 - 2
 * (Hedges 1981, eq. 6e). */
double plain_hedges_g(struct plain_sample a, struct plain_sample b) {
  double m = a.n + b.n - 2;
  if (!(m > 1)) return NAN;
  return plain_cohen_d(a, b) * exp(gamma_log(m / 2) - gamma_log((m - 1) / 2) - log(m / 2) / 2);
}

/* 2 asin(sqrt p1) - 2 asin(sqrt p2): equal steps of h are equally easy to find. */
double plain_cohen_h(double p1, double p2) {
  if (!(p1 >= 0 && p1 <= 1 && p2 >= 0 && p2 <= 1)) return NAN;
  return 2 * asin(sqrt(p1)) - 2 * asin(sqrt(p2));
}

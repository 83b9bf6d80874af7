/* interval_exact.c - intervals for one proportion that invert a tail or the likelihood.
 *
 * Tails of the binomial for real x and n, by the incomplete beta function:
 *   P(X >= x | p) = I_p(x, n - x + 1),   P(X <= x | p) = 1 - I_p(x + 1, n - x).
 *   clopper_pearson  low: P(X >= x | p) = alpha/2                     [Clopper-Pearson 1934]
 *   mid_p            low: (P(X >= x | p) + P(X > x | p)) / 2 = alpha/2   [Lancaster 1961]
 *   jeffreys         quantiles of Beta(x + 1/2, n - x + 1/2); closed at 0 and n
 *   likelihood       2 (l(x/n) - l(p)) = chi-squared(1) point of conf
 *   blaker           hull of {p : a(p) >= alpha}                       [Blaker 2000]
 * where Blaker's acceptability a(p) is the smaller tail at x plus the largest tail on the
 * other side that is not larger than it (Canadian J. of Statistics 28, 783-798).
 *
 * Only lower limits are written out; the upper one for x is 1 minus the lower one for n - x.
 * Where the upper limit is near 0 that subtraction would lose digits, so that tails are taken
 * on the side of the limit itself for all but Blaker. Pure; a few dozen beta functions each.
 */
#include "stat/plain/interval.h"

#include <math.h>

#include "stat/dist/dist.h"
#include "stat/plain/root.h"

/* P(X >= x) and P(X <= x) at share p; x <= 0 and x >= n are certain. */
static double at_least(double x, double n, double p) {
  return x <= 0 ? 1 : x > n ? 0 : beta_cdf(p, x, n - x + 1, LOWER);
}

/* P(X <= x) at share p. */
static double at_most(double x, double n, double p) {
  return x < 0 ? 0 : x >= n ? 1 : beta_cdf(p, x + 1, n - x, UPPER);
}

/* Never too short at any p, hence rather long: beta quantiles. */
struct limits limits_clopper_pearson(const struct ask *a) {
  double x = a->x, n = a->n, tail = a->alpha / 2;
  return (struct limits){x == 0 ? 0 : beta_quantile(tail, x, n - x + 1, LOWER),
                         x == n ? 1 : beta_quantile(tail, x + 1, n - x, UPPER)};
}

/* The equal-tailed posterior interval under Beta(1/2, 1/2). */
struct limits limits_jeffreys(const struct ask *a) {
  double x = a->x + 0.5, y = a->n - a->x + 0.5, tail = a->alpha / 2;
  return (struct limits){a->x == 0 ? 0 : beta_quantile(tail, x, y, LOWER),
                         a->x == a->n ? 1 : beta_quantile(tail, x, y, UPPER)};
}

/* ---- mid-P ---- */

/* Zero at the lower limit; rises in p. */
static double mid_low(double p, const void *context) {
  const struct ask *a = context;
  double beyond = a->x == a->n ? 0 : beta_cdf(p, a->x + 1, a->n - a->x, LOWER);
  return (at_least(a->x, a->n, p) + beyond) / 2 - a->alpha / 2;
}

/* Zero at the upper limit; falls in p. */
static double mid_high(double p, const void *context) {
  const struct ask *a = context;
  double beyond = a->x == 0 ? 0 : beta_cdf(p, a->x, a->n - a->x + 1, UPPER);
  return (at_most(a->x, a->n, p) + beyond) / 2 - a->alpha / 2;
}

/* Two roots; an end at which nobody is left is closed. */
struct limits limits_mid_p(const struct ask *a) {
  return (struct limits){a->x == 0 ? 0 : root_find(mid_low, a, 0, 1),
                         a->x == a->n ? 1 : root_find(mid_high, a, 0, 1)};
}

/* ---- likelihood ratio ---- */

/* ln L(p) - ln L(x/n) + cut-off, written in d = p - x/n so that nothing cancels at n = 1e7. */
static double deviance(double p, const void *context) {
  const struct ask *a = context;
  double y = a->n - a->x, d = p - a->x / a->n, sum = chi_squared_quantile(a->alpha, 1, UPPER) / 2;
  if (a->x > 0) sum += p <= 0 ? -INFINITY : a->x * log1p(d * a->n / a->x);
  if (y > 0) sum += p >= 1 ? -INFINITY : y * log1p(-d * a->n / y);
  return sum;
}

/* The likelihood falls on both sides of x/n: one root on each. */
struct limits limits_likelihood(const struct ask *a) {
  double p = a->x / a->n;
  return (struct limits){a->x == 0 ? 0 : root_find(deviance, a, 0, p),
                         a->x == a->n ? 1 : root_find(deviance, a, p, 1)};
}

/* ---- Blaker ----
 *
 * Below x/n the smaller tail is U(p) = P(X >= x | p), rising in p, and a(p) = U(p) +
 * P(X <= k | p) with k the largest for which P(X <= k | p) <= U(p). Between two values of p
 * where k changes, a is first falling, then rising (one sign change of its derivative); where
 * k grows, at U(p) = P(X <= k + 1 | p), a jumps up to 2 U(p). At the Clopper-Pearson limit c,
 * 2 U(c) = alpha, and a <= 2 U, so that no p below c is acceptable; and after the first jump
 * beyond c, a = 2 U > alpha. The limit is therefore that jump, or lies in the piece between c
 * and the jump where U(p) + P(X <= k | p) rises through alpha: one piece is all there is to
 * look at, whatever n. */

/* One piece of the acceptability, between two of its jumps: the far tail ends at k there. */
struct blaker_piece {
  double x, n, k, alpha;
};

/* Acceptability less alpha in the piece with this k. */
static double tails_less_alpha(double p, const void *context) {
  const struct blaker_piece *b = context;
  return at_least(b->x, b->n, p) + at_most(b->k, b->n, p) - b->alpha;
}

/* Zero where k grows by one. */
static double tails_apart(double p, const void *context) {
  const struct blaker_piece *b = context;
  return at_least(b->x, b->n, p) - at_most(b->k + 1, b->n, p);
}

/* The largest k with P(X <= k | p) <= tail; -1 if there is none. */
static double last_below(double tail, double n, double p) {
  double k = binomial_quantile(tail, n, p);
  return at_most(k, n, p) <= tail ? k : k - 1;
}

/* The lower limit of the hull, by the argument above. */
static double blaker_low(double x, double n, double alpha) {
  if (x == 0) return 0;
  double c = beta_quantile(alpha / 2, x, n - x + 1, LOWER);
  struct blaker_piece b = {x, n, last_below(alpha / 2, n, c), alpha};
  double jump = root_find(tails_apart, &b, c, 1);
  if (tails_less_alpha(jump, &b) <= 0) return jump;
  return root_find(tails_less_alpha, &b, c, jump);
}

/* Upper limits are mirrored lower ones: exact, since the definition is symmetric. */
struct limits limits_blaker(const struct ask *a) {
  return (struct limits){blaker_low(a->x, a->n, a->alpha),
                         1 - blaker_low(a->n - a->x, a->n, a->alpha)};
}

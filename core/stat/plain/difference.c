/* difference.c - intervals for two independent proportions: difference, ratio, odds ratio.
 *
 * With p_i = x_i / n_i, d = p1 - p2, [l_i, u_i] a one-sample interval and z the normal point:
 *   newcombe     d - sqrt((p1 - l1)^2 + (u2 - p2)^2), d + sqrt((u1 - p1)^2 + (p2 - l2)^2) with
 *                Wilson's limits; newcombe_cc with the limits corrected by the whole 1/(2 n)
 *                (methods 10 and 11 of Newcombe, Statistics in Medicine 17 (1998) 873-890)
 *   miettinen_nurminen   {D : (d - D)^2 <= z^2 V(D)}, V(D) = (P1 Q1/n1 + P2 Q2/n2) N/(N - 1)
 *                at the P_i of greatest likelihood with P1 - P2 = D
 *                (Miettinen and Nurminen, Statistics in Medicine 4 (1985) 213-226)
 *   agresti_caffo        Wald after one success and one failure are added to each group
 *                (American Statistician 54 (2000) 280-288)
 *   wald         d -+ z sqrt(p1 q1/n1 + p2 q2/n2), cut; a point when both variances are 0
 *   ratios       exp(ln ratio -+ z se): Katz et al. 1978 for risks, Woolf 1955 for odds
 *
 * All limits of differences lie in [-1, 1]. Pure.
 *
 * 56 of 70 against 48 of 80 (Newcombe's first example), conf 0.95: difference 0.2; newcombe
 * 0.0524 to 0.3339, miettinen_nurminen 0.0528 to 0.3382, wald 0.0575 to 0.3425.
 */
#include <math.h>

#include "stat/dist/dist.h"
#include "stat/plain/plain.h"
#include "stat/plain/root.h"

const char *const plain_difference_names[DIFFERENCE_METHODS + 1] = {
    "newcombe", "newcombe_cc", "miettinen_nurminen", "agresti_caffo", "wald", NULL};

/* Two shares, the level of their interval and its normal point. */
struct pair {
  struct plain_share a, b;
  double conf, z;
};

/* x / n; n > 0. */
static double share(struct plain_share s) { return s.x / s.n; }

/* p q / n of one group, Wald's. */
static double variance(struct plain_share s) { return share(s) * (1 - share(s)) / s.n; }

/* 0 <= x <= n, finite; refuses NaN too. */
static bool valid(struct plain_share s) {
  return s.n >= 0 && s.n < INFINITY && s.x >= 0 && s.x <= s.n;
}

/* An interval of a difference, cut to [-1, 1]. */
static struct plain_interval around(double middle, double below, double above) {
  return (struct plain_interval){middle, fmax(-1, middle - below), fmin(1, middle + above), 0};
}

/* The textbook interval; a point, and said to be one, when both variances are 0. */
static struct plain_interval wald(const struct pair *q) {
  double half = q->z * sqrt(variance(q->a) + variance(q->b));
  struct plain_interval out = around(share(q->a) - share(q->b), half, half);
  if (half == 0) out.notes = NOTE_POINT;
  return out;
}

/* Wald on (x + 1) of (n + 2) in each group, about the shares of those; the estimate stays the
 * difference of the shares seen. */
static struct plain_interval agresti_caffo(const struct pair *q) {
  struct pair more = *q;
  more.a = (struct plain_share){q->a.x + 1, q->a.n + 2};
  more.b = (struct plain_share){q->b.x + 1, q->b.n + 2};
  struct plain_interval out = wald(&more);
  out.estimate = share(q->a) - share(q->b);
  return out;
}

/* ---- Newcombe ---- */

/* Newcombe's combination of two one-sample intervals: each limit uses the two limits that
 * make the difference smaller (low) or larger (high). */
static struct plain_interval square_and_add(const struct pair *q, struct plain_interval a,
                                            struct plain_interval b) {
  double p = share(q->a), r = share(q->b);
  return around(p - r, hypot(p - a.low, b.high - r), hypot(a.high - p, r - b.low));
}

/* Method 10: uncorrected Wilson limits. */
static struct plain_interval newcombe(const struct pair *q) {
  return square_and_add(q, plain_proportion(q->a.x, q->a.n, q->conf, METHOD_WILSON),
                        plain_proportion(q->b.x, q->b.n, q->conf, METHOD_WILSON));
}

/* A Wilson limit with the whole correction of half a person on side -1 or 1. */
static double corrected_limit(struct plain_share s, double z, int side) {
  double p = share(s) + side * 0.5 / s.n, half = z * z / (2 * s.n);
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  return (p + half + side * z * sqrt(p * (1 - p) / s.n + half / (2 * s.n))) / (1 + 2 * half);
}

/* Wilson's interval with the whole continuity correction, as Newcombe's method 11 has it; R's
 * prop.test shrinks it, so that METHOD_WILSON_CC is another one. */
static struct plain_interval corrected(struct plain_share s, double z) {
  return (struct plain_interval){share(s), corrected_limit(s, z, -1), corrected_limit(s, z, 1),
                                 0};
}

/* Method 11: corrected Wilson limits. */
static struct plain_interval newcombe_cc(const struct pair *q) {
  return square_and_add(q, corrected(q->a, q->z), corrected(q->b, q->z));
}

/* ---- Miettinen and Nurminen ---- */

/* count / p, where nobody adds nothing even at p = 0. */
static double slope_part(double count, double p) { return count > 0 ? count / p : 0; }

/* Slope of the log-likelihood in P1 when P2 = P1 - D; falls from left to right. */
static double slope(const struct pair *q, double p1, double D) {
  double p2 = p1 - D;
  return slope_part(q->a.x, p1) - slope_part(q->a.n - q->a.x, 1 - p1) +
         slope_part(q->b.x, p2) - slope_part(q->b.n - q->b.x, 1 - p2);
}

/* The most likely P1 given the difference D. Bisection: the slope may be infinite at the
 * ends, and the closed form of the cubic loses half the digits there. */
static double restricted_share(const struct pair *q, double D) {
  double low = fmax(0, D), high = fmin(1, 1 + D);
  for (int i = 0; i < 80 && low < high; i++) {
    double middle = low + (high - low) / 2;
    if (middle == low || middle == high) break;
    if (slope(q, middle, D) > 0) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}

/* The score equation of Miettinen and Nurminen as a root to find. */
struct score_ask {
  const struct pair *q;
  double z; /* signed: positive finds the lower limit */
};

/* (d - D) / sqrt(V(D)) - z: falls in D, is +infinite at -1 and -infinite at 1. */
static double score(double D, const void *context) {
  const struct score_ask *s = context;
  const struct pair *q = s->q;
  double gap = share(q->a) - share(q->b) - D, total = q->a.n + q->b.n;
  if (gap == 0) return -s->z;
  double p1 = restricted_share(q, D), p2 = p1 - D;
  double v = p1 * (1 - p1) / q->a.n + fmax(0, p2 * (1 - p2)) / q->b.n;
  return gap / sqrt(v * total / (total - 1)) - s->z;
}

/* The score falls from plus infinity at -1 to minus infinity at 1 and is 0 at d: each limit
 * is the one root on its side of d. */
static struct plain_interval miettinen_nurminen(const struct pair *q) {
  struct score_ask low = {q, q->z}, high = {q, -q->z};
  double d = share(q->a) - share(q->b);
  return (struct plain_interval){d, d <= -1 ? -1 : root_find(score, &low, -1, d),
                                 d >= 1 ? 1 : root_find(score, &high, d, 1), 0};
}

typedef struct plain_interval method_function(const struct pair *q);

static method_function *const methods[DIFFERENCE_METHODS] = {
    newcombe, newcombe_cc, miettinen_nurminen, agresti_caffo, wald};

/* Are both groups and conf in their domain? An empty group is; it has no estimate. */
static bool askable(struct plain_share a, struct plain_share b, double conf) {
  return valid(a) && valid(b) && conf > 0 && conf < 1;
}

/* Checks, then the chosen method; NaN limits only outside the domain. */
struct plain_interval plain_difference(struct plain_share a, struct plain_share b, double conf,
                                       enum plain_difference_method m) {
  if (!askable(a, b, conf) || (unsigned)m >= DIFFERENCE_METHODS)
    return (struct plain_interval){NAN, NAN, NAN, NOTE_DOMAIN};
  if (a.n == 0 || b.n == 0) return (struct plain_interval){NAN, -1, 1, NOTE_EMPTY};
  struct pair q = {a, b, conf, normal_quantile((1 - conf) / 2, UPPER)};
  return methods[m](&q);
}

/* ---- ratios ---- */

/* Half a person in each of the four cells when one is empty; says whether it was done. */
static bool add_half(struct plain_share *a, struct plain_share *b) {
  if (a->x > 0 && a->x < a->n && b->x > 0 && b->x < b->n) return false;
  *a = (struct plain_share){a->x + 0.5, a->n + 1};
  *b = (struct plain_share){b->x + 0.5, b->n + 1};
  return true;
}

/* exp(log_ratio -+ z se): limits of a ratio, above 0. */
static struct plain_interval ratio_around(double log_ratio, double se, double conf, bool half) {
  double width = normal_quantile((1 - conf) / 2, UPPER) * se;
  return (struct plain_interval){exp(log_ratio), exp(log_ratio - width),
                                 exp(log_ratio + width), half ? NOTE_HALF : 0};
}

/* A ratio without a figure: of an empty group anything from 0 up is possible. */
static struct plain_interval no_ratio(bool empty) {
  return (struct plain_interval){NAN, empty ? 0 : NAN, empty ? INFINITY : NAN,
                                 empty ? NOTE_EMPTY : NOTE_DOMAIN};
}

/* Needs somebody in both numerators; else half a person is added everywhere, and said. */
struct plain_interval plain_risk_ratio(struct plain_share a, struct plain_share b, double conf) {
  if (!askable(a, b, conf)) return no_ratio(false);
  if (a.n == 0 || b.n == 0) return no_ratio(true);
  bool half = (a.x == 0 || b.x == 0) && add_half(&a, &b);
  double se = sqrt(1 / a.x - 1 / a.n + 1 / b.x - 1 / b.n);
  return ratio_around(log(share(a)) - log(share(b)), se, conf, half);
}

/* Needs somebody in all four cells; else half a person is added everywhere, and said. */
struct plain_interval plain_odds_ratio(struct plain_share a, struct plain_share b, double conf) {
  if (!askable(a, b, conf)) return no_ratio(false);
  if (a.n == 0 || b.n == 0) return no_ratio(true);
  bool half = add_half(&a, &b);
  double fail_a = a.n - a.x, fail_b = b.n - b.x;
  double se = sqrt(1 / a.x + 1 / fail_a + 1 / b.x + 1 / fail_b);
  return ratio_around(log(a.x / fail_a) - log(b.x / fail_b), se, conf, half);
}

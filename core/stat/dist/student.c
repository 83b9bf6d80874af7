/* student.c - Student's t with real degrees of freedom; df infinite is the normal.
 *
 *   P(|T| > t) = I_x(df/2, 1/2),  x = df/(df + t^2),  1 - x = t^2/(df + t^2)
 * (Johnson, Kotz & Balakrishnan 1995, ch. 28; DLMF 8.17). One beta ratio gives both tails.
 *
 * Quantile: t^2 = df exp(-logit of the beta). Near the median P(|T| < t) = 1 - 2p is solved, far
 * from it P(|T| > t) = 2p, so neither loses digits. The start is the expansion of t around the
 * normal quantile z (Fisher & Cornish 1960; Abramowitz & Stegun 26.7.5) where z^2 is small
 * against df: for df in the hundreds it is good to ten digits and one step does. */
#include "stat/dist/special.h"

#include <math.h>

/* Tails of T^2 in terms of the beta: lower = P(|T| > t). */
static tails two_sided(wide t, wide df) {
  wide square = t * t, sum = df + square;
  return special_beta(df / sum, square / sum, df / 2, 0.5L);
}

/* P(T <= t) or P(T > t); NaN unless df > 0. The tail beyond t is the beta ratio halved, the
 * other one its complement. */
double student_cdf(double t, double df, enum tail tail) {
  if (isnan(t) || !(df > 0)) return (double)NAN;
  if (isinf(df)) return normal_cdf(t, tail);
  if (t == 0) return 0.5;
  int far = (t > 0) == (tail == UPPER);
  if (isinf(t)) return far ? 0 : 1;
  wide half = two_sided(t, df).lower / 2;
  return (double)(far ? half : 1 - half);
}

/* ln(df/t^2) by four terms of the expansion around the normal; NaN where it is no good. */
static wide expansion_start(double p, wide df) {
  if (df < 4) return (wide)NAN;
  wide z = normal_quantile(p, UPPER), s = z * z;
  if (s > df / 2) return (wide)NAN;
  wide g1 = (s + 1) / 4;
  wide g2 = ((5 * s + 16) * s + 3) / 96;
  wide g3 = (((3 * s + 19) * s + 17) * s - 15) / 384;
  wide g4 = ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) / 92160;
  wide t = z * (1 + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df);
  return logl(df / (t * t));
}

/* The t > 0 with P(T > t) = p, 0 < p < 1/2. */
static wide upper_quantile(double p, wide df) {
  wide start = expansion_start(p, df);
  wide logit = p < 0.25 ? special_beta_logit(2 * p, LOWER, df / 2, 0.5L, start)
                        : special_beta_logit(1 - 2 * p, UPPER, df / 2, 0.5L, start);
  return sqrtl(df) * expl(-logit / 2);
}

/* The t with the given tail, 0 <= p <= 1; infinite when it exceeds the range of a double (small
 * df have such tails). */
double student_quantile(double p, double df, enum tail tail) {
  if (!(p >= 0 && p <= 1) || !(df > 0)) return (double)NAN;
  if (isinf(df)) return normal_quantile(p, tail);
  if (p == 0.5) return 0;
  wide sign = tail == LOWER ? -1 : 1;
  if (p > 0.5) {
    sign = -sign;
    p = 1 - p;
  }
  wide t = p == 0 ? (wide)INFINITY : upper_quantile(p, df);
  return (double)(sign * t);
}

/* student.c - Student's t with real degrees of freedom; df infinite is the normal.
 *
 *   P(|T| > t) = I_x(df/2, 1/2),  x = df/(df + t^2),  1 - x = t^2/(df + t^2)
 * (Johnson, Kotz & Balakrishnan 1995, ch. 28; DLMF 8.17). One beta ratio gives both tails.
 *
 * Quantile: t^2 = df exp(-logit of the beta). Near the median P(|T| < t) = 1 - 2p is solved, far
 * from it P(|T| > t) = 2p, so neither loses digits.
 */
#include "stat/dist/special.h"

#include <math.h>

/* Tails of T^2 in terms of the beta: lower = P(|T| > t). */
static tails two_sided(wide t, wide df) {
  wide square = t * t, sum = df + square;
  return special_beta(df / sum, square / sum, df / 2, 0.5L);
}

double student_cdf(double t, double df, enum tail tail) {
  if (isnan(t) || !(df > 0)) return (double)NAN;
  if (isinf(df)) return normal_cdf(t, tail);
  if (t == 0) return 0.5;
  int far = (t > 0) == (tail == UPPER);
  if (isinf(t)) return far ? 0 : 1;
  wide half = two_sided(t, df).lower / 2;
  return (double)(far ? half : 1 - half);
}

/* The t > 0 with P(T > t) = p, 0 < p < 1/2. */
static wide upper_quantile(double p, wide df) {
  wide logit = p < 0.25 ? special_beta_logit(2 * p, LOWER, df / 2, 0.5L)
                        : special_beta_logit(1 - 2 * p, UPPER, df / 2, 0.5L);
  return sqrtl(df) * expl(-logit / 2);
}

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

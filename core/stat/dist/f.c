/* f.c - Fisher's F with real degrees of freedom, either of them possibly infinite.
 *
 * If X is F(d1, d2) then d1 X / (d1 X + d2) is beta(d1/2, d2/2) (Johnson, Kotz & Balakrishnan
 * 1995, ch. 27), so X = (d2/d1) exp(logit of the beta). Both x and 1 - x of that beta are
 * computed as ratios, without subtraction. With d2 infinite d1 X is chi-squared(d1); with d1
 * infinite d2/X is chi-squared(d2).
 */
#include "stat/dist/special.h"

#include <math.h>

/* One tail of chi-squared at x; `x` stays wide, for rounding it would cost digits. */
static double chi_tail(wide x, double df, enum tail tail) {
  tails t = special_gamma(x / 2, (wide)df / 2);
  return (double)(tail == LOWER ? t.lower : t.upper);
}

/* P(F > x) with (df1, df2) is P(F' < 1/x) with (df2, df1): tails change places. */
static enum tail other(enum tail tail) {
  return tail == LOWER ? UPPER : LOWER;
}

/* P(X <= x) or P(X > x); NaN unless both degrees of freedom are positive. With both infinite
 * all mass is at 1. */
double f_cdf(double x, double df1, double df2, enum tail tail) {
  if (isnan(x) || !(df1 > 0 && df2 > 0)) return (double)NAN;
  if (x <= 0) return tail == LOWER ? 0 : 1;
  if (isinf(x)) return tail == LOWER ? 1 : 0;
  if (isinf(df1) && isinf(df2)) return (x >= 1) == (tail == LOWER) ? 1 : 0;
  if (isinf(df2)) return chi_tail((wide)df1 * x, df1, tail);
  if (isinf(df1)) return chi_tail((wide)df2 / x, df2, other(tail));
  wide top = (wide)df1 * x, sum = top + df2;
  tails t = special_beta(top / sum, df2 / sum, (wide)df1 / 2, (wide)df2 / 2);
  return (double)(tail == LOWER ? t.lower : t.upper);
}

/* The x with the given tail, 0 <= p <= 1; infinite when it exceeds the range of a double. */
double f_quantile(double p, double df1, double df2, enum tail tail) {
  if (!(p >= 0 && p <= 1) || !(df1 > 0 && df2 > 0)) return (double)NAN;
  if (p == 0 || p == 1) return (p == 0) == (tail == LOWER) ? 0 : (double)INFINITY;
  if (isinf(df1) && isinf(df2)) return 1;
  if (isinf(df2)) return chi_squared_quantile(p, df1, tail) / df1;
  if (isinf(df1)) return df2 / chi_squared_quantile(p, df2, other(tail));
  wide logit = special_beta_logit(p, tail, (wide)df1 / 2, (wide)df2 / 2, (wide)NAN);
  return (double)((wide)df2 / df1 * expl(logit));
}

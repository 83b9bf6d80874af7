/* chi_squared.c - chi-squared with real degrees of freedom df > 0.
 *
 * A sum of df squared standard normals is twice a gamma variable of shape df/2 and scale 1
 * (Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, 2nd ed., 1994, ch. 18):
 *   P(X <= x) = P(df/2, x/2), the regularised incomplete gamma function,
 *   quantile  = 2 times the gamma quantile.
 * Halving and doubling are exact, so accuracy, tails and domain are those of gamma.c: NaN when
 * df is not above 0, and all probability above x = 0. Pure, O(1).
 */
#include "stat/dist/dist.h"

/* From 0 to 1; the upper tail is computed as such, so that small p-values keep their digits. */
double chi_squared_cdf(double x, double df, enum tail tail) {
  return gamma_cdf(x / 2, df / 2, tail);
}

/* The x with the given tail; 0 and infinity at the ends. */
double chi_squared_quantile(double p, double df, enum tail tail) {
  return 2 * gamma_quantile(p, df / 2, tail);
}

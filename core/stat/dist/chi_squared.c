/* chi_squared.c - chi-squared with real degrees of freedom: twice a gamma of shape df/2
 * (Johnson, Kotz & Balakrishnan 1994, ch. 18). Halving and doubling are exact. */
#include "stat/dist/dist.h"

double chi_squared_cdf(double x, double df, enum tail tail) {
  return gamma_cdf(x / 2, df / 2, tail);
}

double chi_squared_quantile(double p, double df, enum tail tail) {
  return 2 * gamma_quantile(p, df / 2, tail);
}

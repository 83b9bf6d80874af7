/* poisson.c - the Poisson distribution.
 *
 *   P(X = k) = m^k e^-m / k! = exp(-deviance(k; m) - s(k)) / sqrt(2 pi k)    (Loader 2000)
 *   P(X <= k) = Q(k + 1, m), the upper gamma ratio                          (DLMF 8.4.10)
 *
 * k is cut down to a whole number in the cdf; the density of a fraction is 0.
 */
#include "stat/dist/special.h"

#include <math.h>

/* Probability of exactly k; NaN when the mean is negative or not finite. */
double poisson_density(double k, double mean) {
  if (isnan(k) || !(mean >= 0) || isinf(mean)) return (double)NAN;
  if (k < 0 || k != floor(k) || isinf(k)) return 0;
  if (mean == 0) return k == 0 ? 1 : 0;
  if (k == 0) return (double)expl(-(wide)mean);
  wide w = k, m = mean;
  wide deviance = -w * special_log_rest((m - w) / w, m / w);
  return (double)(expl(-deviance - special_stirling(w)) / (WIDE_SQRT_2PI * sqrtl(w)));
}

/* P(X <= k) or P(X > k) for any real k, which counts as its whole part; mean 0 puts all at 0. */
double poisson_cdf(double k, double mean, enum tail tail) {
  if (isnan(k) || !(mean >= 0) || isinf(mean)) return (double)NAN;
  if (k < 0) return tail == LOWER ? 0 : 1;
  if (mean == 0 || isinf(k)) return tail == LOWER ? 1 : 0;
  tails t = special_gamma(mean, floorl(k) + 1);
  return (double)(tail == LOWER ? t.upper : t.lower);
}

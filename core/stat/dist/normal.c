/* normal.c - the standard normal distribution.
 *
 *   density  exp(-z^2/2) / sqrt(2 pi)         cdf  erfc(-z/sqrt 2) / 2
 *
 * erfcl of the C library keeps relative accuracy in its tail, and the wide argument keeps the
 * rounding of z/sqrt 2 from being amplified by z^2 (up to 1400 times).
 *
 * Quantile: start from Hastings' rational function of t = sqrt(-2 ln p) (Abramowitz & Stegun
 * 26.2.23, error 4.5e-4 for every p), then Halley steps on ln P. Near the median the lower tail
 * has no digits of z; there erf(z/sqrt 2) = 2p - 1 is solved instead.
 */
#include "stat/dist/special.h"

#include <math.h>

/* The density at z; 0 at both infinities. */
double normal_density(double z) {
  wide w = z;
  return (double)(expl(-w * w / 2) / WIDE_SQRT_2PI);
}

/* P(Z > z) */
static wide upper(wide z) {
  return erfcl(z * WIDE_SQRT_HALF) / 2;
}

/* P(Z <= z) or P(Z > z); the upper tail is the lower one mirrored. */
double normal_cdf(double z, enum tail tail) {
  if (isnan(z)) return z;
  return (double)upper(tail == UPPER ? (wide)z : -(wide)z);
}

/* The z > 0 with P(Z > z) = p, to 4.5e-4. */
static wide hastings(wide log_p) {
  wide t = sqrtl(-2 * log_p);
  wide top = 2.515517L + t * (0.802853L + t * 0.010328L);
  wide bottom = 1 + t * (1.432788L + t * (0.189269L + t * 0.001308L));
  return t - top / bottom;
}

/* P(Z > z) = p for p < 1/4, on the log scale: F = ln Q - ln p, F' = -h, F'' = h (z - h). */
static wide far_quantile(double p) {
  wide log_p = logl(p), z = hastings(log_p);
  for (int i = 0; i < 3; i++) {
    wide q = upper(z), h = expl(-z * z / 2) / (WIDE_SQRT_2PI * q);
    wide newton = (logl(q) - log_p) / h;
    wide step = newton / (1 - newton * (z - h) / 2);
    z += step;
    if (fabsl(step) < 1e-7L) break;
  }
  return z;
}

/* P(0 < Z < z) = half for 0 <= half <= 1/4: Halley on erf itself, F''/F' = -z. */
static wide near_quantile(wide half) {
  wide z = half * WIDE_SQRT_2PI;
  z += z * z * z / 6;
  for (int i = 0; i < 4; i++) {
    wide newton = (half - erfl(z * WIDE_SQRT_HALF) / 2) * WIDE_SQRT_2PI * expl(z * z / 2);
    wide step = newton / (1 - newton * z / 2);
    z += step;
    if (fabsl(step) < 1e-7L * z) break;
  }
  return z;
}

/* The z with the given tail; the infinities for p = 0 and 1, NaN outside [0, 1]. The half of the
 * line is chosen so that p <= 1/2: 1 - p is exact above. */
double normal_quantile(double p, enum tail tail) {
  if (!(p >= 0 && p <= 1)) return (double)NAN;
  wide sign = tail == LOWER ? -1 : 1;
  if (p > 0.5) {
    sign = -sign;
    p = 1 - p;
  }
  if (p == 0) return (double)(sign * (wide)INFINITY);
  wide z = p < 0.25 ? far_quantile(p) : near_quantile(0.5L - p);
  return z == 0 ? 0 : (double)(sign * z);
}

/* special.c - logarithms of the gamma function and what is left of them after Stirling.
 *
 * Products of gamma functions with large arguments are never formed as differences of ln Gamma:
 * the leading terms are paired by hand into a deviance (Loader 2000) and only the small rests
 * below are subtracted.
 *
 *   special_log_rest   ln(1+m) - m = -r m + 2 r^3 (1/3 + r^2/5 + r^4/7 + ...),  r = m/(2+m)
 *                      (the series of atanh; Abramowitz & Stegun 4.1.29)
 *   special_stirling   s(a) = 1/(12 a) - 1/(360 a^3) + 1/(1260 a^5) - ...  (DLMF 5.11.1),
 *                      carried down from a >= 16 by Gamma(a + m) = a (a+1) ... (a+m-1) Gamma(a)
 *   special_log_gamma  around 2:  ln Gamma(2+z) = z (1-g) + sum (-1)^k (zeta(k)-1) z^k / k
 *                      (DLMF 5.7.3), which keeps relative accuracy at the zeros 1 and 2
 *
 * Source: C. Loader, Fast and accurate computation of binomial probabilities, 2000.
 * Cost: one or two logarithms and at most 16 products each. No state: unlike lgamma of the C
 * library, nothing here writes a global sign.
 */
#include "stat/dist/special.h"

#include <float.h>
#include <math.h>

/* Above this the asymptotic series of Stirling's rest is exact to 20 digits. */
#define STIRLING_FROM 16.0L

/* (zeta(k) - 1) / k for k = 2, 3, ... */
static const wide zeta_rest[] = {
  0.3224670334241132182362L,     0.06735230105319809513325L,    0.020580808427784547879L,
  0.007385551028673985266273L,   0.002890510330741523285753L,   0.001192753911703260977114L,
  0.0005096695247430424223357L,  0.0002231547584535793797614L,  0.0000994575127818085337146L,
  0.00004492623673813314170021L, 0.00002050721277567069155317L, 0.000009439488275268395903987L,
  0.000004374866789907487804182L, 0.000002039215753801366236782L, 9.551412130407419832857e-7L,
  4.492469198764566043294e-7L,   2.120718480555466586923e-7L,   1.004322482396809960872e-7L,
  4.76981016936398056576e-8L,    2.271109460894316491032e-8L,   1.083865921489695409107e-8L,
  5.183475041970046655121e-9L,   2.483674543802478317185e-9L,   1.192140140586091207443e-9L,
  5.73136724167886201333e-10L,   2.759522885124233145178e-10L,  1.33047643742444894815e-10L,
  6.422964563838100022082e-11L,  3.104424774732227276239e-11L,  1.502138408075414217093e-11L,
  7.275974480239079662505e-12L,  3.527742476575915083615e-12L,
};
enum { ZETA_RESTS = sizeof zeta_rest / sizeof zeta_rest[0] };

#define ONE_MINUS_EULER 0.4227843350984671393934879L

/* Far from 0 the logarithm itself is good enough: at most one digit cancels. */
wide special_log_rest(wide mu, wide ratio) {
  if (mu < -0.3L || mu > 0.4L) return logl(ratio) - mu;
  wide r = mu / (2 + mu), r2 = r * r, sum = 0, power = 1;
  for (int k = 3; k < 41; k += 2) {
    wide term = power / (wide)k;
    sum += term;
    if (term < LDBL_EPSILON * sum) break;
    power *= r2;
  }
  return 2 * r * r2 * sum - r * mu;
}

/* The asymptotic series of s(a) for a >= 16. */
static wide stirling_series(wide a) {
  wide v = 1 / (a * a);
  wide sum = -3617.0L / 122400;
  sum = sum * v + 1.0L / 156;
  sum = sum * v - 691.0L / 360360;
  sum = sum * v + 1.0L / 1188;
  sum = sum * v - 1.0L / 1680;
  sum = sum * v + 1.0L / 1260;
  sum = sum * v - 1.0L / 360;
  sum = sum * v + 1.0L / 12;
  return sum / a;
}

/* Below 16 the product of the steps up is taken relative to a, so that it can not overflow. */
wide special_stirling(wide a) {
  if (a >= STIRLING_FROM) return stirling_series(a);
  wide top = a, product = 1, inverse = 1 / a;
  while (top < STIRLING_FROM) {
    product *= top * inverse;
    top += 1;
  }
  return stirling_series(top) + (top - 0.5L) * logl(top / a) - (top - a) - logl(product);
}

/* ln Gamma(2 + z) for |z| <= 1/2: the terms fall by 4 each. */
static wide log_gamma_2p(wide z) {
  wide sum = 0;
  for (int k = ZETA_RESTS - 1; k >= 0; k--) sum = zeta_rest[k] - z * sum;
  return z * (ONE_MINUS_EULER + z * sum);
}

/* ln Gamma(1 + x) = ln Gamma(2 + x) - ln(1 + x): both terms vanish with x, so the result is
 * accurate relative to x. */
wide special_log_gamma_1p(wide x) {
  if (x <= 0.5L) return log_gamma_2p(x) - log1pl(x);
  return special_log_gamma(1 + x);
}

/* ln Gamma(x) for x > 0: Stirling from 16 on, the series below 2.5, between them steps down to
 * [1.5, 2.5] whose product is taken as one logarithm. */
static wide log_gamma_positive(wide x) {
  if (x >= STIRLING_FROM)
    return (x - 0.5L) * (logl(x) - 1) - 0.5L + WIDE_LN_SQRT_2PI + stirling_series(x);
  if (x < 0.5L) return special_log_gamma_1p(x) - logl(x);
  if (x < 1.5L) return log_gamma_2p(x - 1) - log1pl(x - 1);
  wide product = 1;
  while (x > 2.5L) {
    x -= 1;
    product *= x;
  }
  return logl(product) + log_gamma_2p(x - 2);
}

/* Negative x by reflection: Gamma(x) Gamma(1-x) = pi / sin(pi x). Infinite at 0, -1, -2, ... */
wide special_log_gamma(wide x) {
  if (isnan(x)) return x;
  if (isinf(x)) return (wide)INFINITY;
  if (x > 0) return log_gamma_positive(x);
  wide part = x - floorl(x);
  if (part == 0) return (wide)INFINITY;
  wide sine = sinl(WIDE_PI * (part <= 0.5L ? part : 1 - part));
  return logl(WIDE_PI / sine) - log_gamma_positive(1 - x);
}

/* ln |Gamma(x)|, infinite at 0, -1, -2, ...; absolute accuracy only near its other zeros. */
double gamma_log(double x) {
  return (double)special_log_gamma(x);
}

/* ln(Gamma(a+b) / Gamma(b)), accurate relative to a when a is small and b large. */
static wide log_rising(wide a, wide b) {
  if (b < STIRLING_FROM) return special_log_gamma(a + b) - special_log_gamma(b);
  return (a + b - 0.5L) * log1pl(a / b) + a * (logl(b) - 1) + stirling_series(a + b)
         - stirling_series(b);
}

/* a B(a, b) = Gamma(1+a) Gamma(b) / Gamma(a+b) tends to 1 with a; its logarithm keeps digits. */
wide special_log_a_beta(wide a, wide b) {
  return special_log_gamma_1p(a) - log_rising(a, b);
}

/* ln B(a, b): by Stirling's rests when both are large, else through the smaller shape. */
wide special_log_beta(wide a, wide b) {
  if (a > b) return special_log_beta(b, a);
  if (a < STIRLING_FROM) return special_log_a_beta(a, b) - logl(a);
  wide r = a + b;
  wide rest = stirling_series(a) + stirling_series(b) - stirling_series(r);
  return rest + 0.5L * (logl(r / a) - logl(b)) + WIDE_LN_SQRT_2PI - a * logl(r / a)
         - b * log1pl(a / b);
}

/* ln B(a, b) for a, b >= 0; NaN below. Absolute accuracy 1e-17 near its zero a = b = 1. */
double beta_log(double a, double b) {
  if (!(a >= 0 && b >= 0)) return (double)NAN;
  if (a == 0 || b == 0) return (double)INFINITY;
  if (isinf(a) || isinf(b)) return -(double)INFINITY;
  return (double)special_log_beta(a, b);
}

/* C(n, k) = 1 / ((n+1) B(n-k+1, k+1)). Real n, k with 0 <= k <= n; outside: ln 0, or NaN. */
double choose_log(double n, double k) {
  if (!(n >= 0) || isnan(k)) return (double)NAN;
  if (k < 0 || k > n) return -(double)INFINITY;
  if (k == 0 || k == n) return 0;
  wide small = k < n - k ? (wide)k : (wide)n - k;
  wide value = -(special_log_beta((wide)n - small + 1, small + 1) + logl((wide)n + 1));
  return (double)fmaxl(value, 0);
}

/* gamma.c - the gamma distribution with scale 1: P(a, x) and Q(a, x), both to full accuracy.
 *
 *   P(a, x) = 1/Gamma(a) integral_0^x t^(a-1) e^(-t) dt,   Q = 1 - P.
 *
 * Four methods, each where it converges quickly and the wanted tail does not cancel:
 *   a >= 20, within |z| <= 1 of the mean   uniform expansion (uniform.c)
 *   a < 1, x < 1.5                         Taylor series; Q through expm1, so that a tiny Q of
 *                                          a tiny shape keeps its digits (DLMF 8.7.1)
 *   x < a + 1                              P = x^a e^-x / Gamma(a+1) sum x^n/((a+1)...(a+n))
 *                                          (DLMF 8.11.4)
 *   else                                   Legendre's continued fraction for Q (DLMF 8.9.2),
 *                                          summed by Lentz's method
 *
 * The factor x^a e^-x / Gamma(a) is sqrt(a/(2 pi)) exp(-deviance - s(a)) for a >= 1 (Loader
 * 2000): its relative error does not grow with a.
 * Cost: at most some 100 terms for any shape.
 */
#include "stat/dist/special.h"

#include <float.h>
#include <math.h>

#define UNIFORM_FROM 20.0L
enum { MAX_TERMS = 500 };

/* deviance a (w - ln(1+w)), x = a (1 + w): the distance from the mean in log-likelihood. */
static wide deviance(wide x, wide a) {
  return -a * special_log_rest((x - a) / a, x / a);
}

/* x^a e^-x / Gamma(a), the density along ln x. Below a = 1 the direct form is the shorter one;
 * its exponents are small. */
static wide slope(wide x, wide a) {
  if (a < 1) return a * expl(a * logl(x) - x - special_log_gamma_1p(a));
  return sqrtl(a) / WIDE_SQRT_2PI * expl(-deviance(x, a) - special_stirling(a));
}

/* Small shape and argument, where a term-by-term integral converges:
 * P = u (1 + a S), u = x^a/Gamma(1+a), S = sum (-x)^n/(n! (a+n)). */
static void small_shape(tails *t, wide x, wide a) {
  wide sum = 0, term = 1;
  for (int n = 1; n < MAX_TERMS; n++) {
    term *= -x / (wide)n;
    wide add = term / (a + (wide)n);
    sum += add;
    if (fabsl(add) < LDBL_EPSILON * fabsl(sum)) break;
  }
  wide exponent = a * logl(x) - special_log_gamma_1p(a);
  wide u = expl(exponent);
  t->lower = fmaxl(u * (1 + a * sum), 0);
  t->upper = fmaxl(-expm1l(exponent) - u * a * sum, 0);
}

/* The series of P with positive terms; at x <= a + 1 the complement does not cancel. */
static void lower_series(tails *t, wide x, wide a) {
  wide sum = 1, term = 1;
  for (int n = 1; n < MAX_TERMS; n++) {
    term *= x / (a + (wide)n);
    sum += term;
    if (term < LDBL_EPSILON * sum) break;
  }
  t->lower = t->slope / a * sum;
  t->upper = 1 - t->lower;
}

/* Legendre's fraction of Q = slope / (x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ...))), by the
 * modified Lentz method: c and d are the ratios of successive numerators and denominators. */
static void upper_fraction(tails *t, wide x, wide a) {
  wide b = x + 1 - a, c = 1 / LDBL_MIN, d = 1 / b, value = d;
  for (int n = 1; n < MAX_TERMS; n++) {
    wide numerator = (wide)n * (a - (wide)n);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    value *= c * d;
    if (fabsl(c * d - 1) < 2 * LDBL_EPSILON) break;
  }
  t->upper = t->slope * value;
  t->lower = 1 - t->upper;
}

/* Chooses the method; x > 0 and a > 0, both finite. */
tails special_gamma(wide x, wide a) {
  tails t = { .slope = slope(x, a), .pull = a - x };
  wide distance = a >= UNIFORM_FROM ? deviance(x, a) : 0;
  if (a >= UNIFORM_FROM && 2 * distance <= a) {
    tails near = special_uniform(distance, x > a, a, 0);
    t.lower = near.lower;
    t.upper = near.upper;
  } else if (a < 1 && x < 1.5L) {
    small_shape(&t, x, a);
  } else if (x < a + 1) {
    lower_series(&t, x, a);
  } else {
    upper_fraction(&t, x, a);
  }
  return t;
}

/* P(X <= x) or P(X > x); NaN unless the shape is finite and positive. */
double gamma_cdf(double x, double shape, enum tail tail) {
  if (isnan(x) || !(shape > 0) || isinf(shape)) return (double)NAN;
  if (x <= 0) return tail == LOWER ? 0 : 1;
  if (isinf(x)) return tail == LOWER ? 1 : 0;
  tails t = special_gamma(x, shape);
  return (double)(tail == LOWER ? t.lower : t.upper);
}

/* The gamma seen on the line xi = ln x. */
static tails gamma_curve(wide xi, wide shape, wide unused) {
  (void)unused;
  return special_gamma(expl(xi), shape);
}

/* Wilson and Hilferty (1931): the cube root of a gamma variable is nearly normal. */
static wide wilson_hilferty(double p, wide a, enum tail tail) {
  wide z = normal_quantile(p, tail);
  wide root = 1 - 1 / (9 * a) + z / (3 * sqrtl(a));
  return root > 0.1L ? logl(a) + 3 * logl(root) : -(wide)INFINITY;
}

/* Lower tail: the power law x^a/Gamma(1+a) = p where it holds; upper tail of a small shape:
 * e^-x x^(a-1)/Gamma(a) = p, iterated once; else Wilson-Hilferty. Returns ln x. */
wide special_gamma_start(double p, wide a, enum tail tail) {
  wide lower = tail == LOWER ? logl(p) : log1pl(-(wide)p);
  wide power = (lower + special_log_gamma_1p(a)) / a;
  if (power < logl(a + 1) - 2) return power;
  if (tail == UPPER && a < 1) {
    wide first = -logl(p) - special_log_gamma(a);
    if (first > 2) return logl(first - (1 - a) * logl(first));
  }
  wide middle = wilson_hilferty(p, a, tail);
  return a < 0.3L || middle < power ? fminl(power, logl(a + 1)) : middle;
}

/* The smaller tail is solved, so that 1 - p is exact. A root below the least double is 0. */
double gamma_quantile(double p, double shape, enum tail tail) {
  if (!(p >= 0 && p <= 1) || !(shape > 0) || isinf(shape)) return (double)NAN;
  if (p == 0 || p == 1) return (p == 0) == (tail == LOWER) ? 0 : (double)INFINITY;
  if (p > 0.5) {
    p = 1 - p;
    tail = tail == LOWER ? UPPER : LOWER;
  }
  wide start = special_gamma_start(p, shape, tail);
  if (start < -800) return 0;
  return (double)expl(special_solve(gamma_curve, shape, 0, p, tail, start));
}

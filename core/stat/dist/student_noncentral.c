/* student_noncentral.c - the noncentral t: T = (Z + delta) / S, S = sqrt(chi^2_df / df).
 *
 * Both tails are integrals of positive functions over u = ln s, so neither cancels, whatever the
 * sign of delta (the usual series of incomplete betas loses all digits of a small tail).
 * For t > 0 (t < 0 by symmetry), with f the density and F the cdf of S:
 *
 *   df >= 1   P(T > t) = integral Phi(delta - t s) f(s) ds,  P(T <= t) = integral Phi(t s - delta) f
 *   df < 1    f has a heavy tail at s = 0; by parts instead
 *             P(T > t) = integral t phi(t s - delta) F(s) ds,
 *             P(T <= t) = Phi(-delta) + integral t phi(t s - delta) (1 - F(s)) ds
 *
 * The integrands decay exponentially at both ends, where the plain trapezoidal rule converges
 * faster than any power of the step (Trefethen & Weideman, SIAM Review 56, 2014): from the peak
 * outwards until the terms vanish, halving the step until two sums agree.
 * df infinite is the normal with mean delta. Cost: some hundred evaluations, 20 to 100 us.
 */
#include "stat/dist/special.h"

#include <math.h>

enum { MAX_HALVINGS = 8, MAX_POINTS = 20000 };

typedef struct problem {
  wide t, df, delta; /* t > 0 */
  wide scale;        /* ln of the constant of f */
  enum tail tail;
} problem;

/* P(Z <= z) */
static wide phi_cdf(wide z) {
  return erfcl(-z * WIDE_SQRT_HALF) / 2;
}

/* s f(s) = 2 (df/2)^(df/2) / Gamma(df/2) s^df exp(-df s^2/2): written around s = 1. */
static wide chi_density(wide u, const problem *p) {
  wide w = expm1l(2 * u); /* s^2 - 1 */
  return expl(p->scale - p->df / 2 * (w - 2 * u));
}

/* The integrand over u = ln s. */
static wide integrand(wide u, const problem *p) {
  wide s = expl(u), z = p->t * s - p->delta;
  if (p->df >= 1) return phi_cdf(p->tail == LOWER ? z : -z) * chi_density(u, p);
  wide density = expl(-z * z / 2) / WIDE_SQRT_2PI;
  if (density == 0) return 0;
  tails f = special_gamma(p->df * s * s / 2, p->df / 2);
  return p->t * s * density * (p->tail == LOWER ? f.upper : f.lower);
}

/* The peak of a log-concave integrand between two ends, by golden section on its log. */
static wide find_peak(const problem *p, wide low, wide high) {
  const wide golden = 0.6180339887498948482L;
  for (int i = 0; i < 60 && high - low > 1e-9L * (1 + fabsl(low)); i++) {
    wide left = high - golden * (high - low), right = low + golden * (high - low);
    if (integrand(left, p) > integrand(right, p)) high = right;
    else low = left;
  }
  return low + (high - low) / 2;
}

/* One arm of the trapezoidal sum: peak + first, peak + first + step, ... outwards. */
static wide arm(const problem *p, wide peak, wide first, wide step, wide floor_value) {
  wide sum = 0;
  for (int i = 0; i < MAX_POINTS; i++) {
    wide value = integrand(peak + first + (wide)i * step, p);
    sum += value;
    if (value <= floor_value) break;
  }
  return sum;
}

/* The integral, by halving the step: each halving adds the points in between. */
static wide integrate(const problem *p, wide peak, wide width) {
  wide top = integrand(peak, p), small = top * 1e-19L, step = width;
  wide sum = top + arm(p, peak, step, step, small) + arm(p, peak, -step, -step, small);
  wide result = sum * step;
  for (int i = 0; i < MAX_HALVINGS; i++) {
    wide half = step / 2;
    sum += arm(p, peak, half, step, small) + arm(p, peak, -half, -step, small);
    step = half;
    wide better = sum * step;
    wide change = fabsl(better - result);
    result = better;
    if (change <= 1e-13L * better) break;
  }
  return result;
}

/* The distance from the peak at which the integrand has fallen to about e^-1/2 on one side. */
static wide find_width(const problem *p, wide peak) {
  wide top = integrand(peak, p), width = 1;
  while (width > 1e-12L && integrand(peak + width, p) < 0.3L * top) width /= 2;
  return width;
}

/* P(T > t) or P(T <= t) for t > 0. */
static wide positive_side(problem *p) {
  wide a = p->df / 2;
  p->scale = logl(2 * a) - WIDE_LN_SQRT_2PI - logl(a) / 2 - special_stirling(a);
  wide at = p->delta > 0 ? logl(p->delta / p->t) : 0;
  wide low = fminl(at, 0) - 50, high = fmaxl(at, 0) + 5;
  wide peak = find_peak(p, low, high);
  wide sum = integrate(p, peak, find_width(p, peak));
  return p->df < 1 && p->tail == LOWER ? sum + phi_cdf(-p->delta) : sum;
}

double student_noncentral_cdf(double t, double df, double delta, enum tail tail) {
  if (isnan(t) || !(df > 0) || isnan(delta) || isinf(delta)) return (double)NAN;
  wide sign = tail == LOWER ? 1 : -1;
  if (isinf(t)) return (t > 0) == (tail == LOWER) ? 1 : 0;
  if (isinf(df) || t == 0) return (double)phi_cdf(sign * ((wide)t - delta));
  if (delta == 0) return student_cdf(t, df, tail);
  int mirrored = t < 0;
  problem p = { .t = mirrored ? -(wide)t : t, .df = df, .delta = mirrored ? -delta : delta };
  p.tail = mirrored == (tail == LOWER) ? UPPER : LOWER;
  return (double)positive_side(&p);
}

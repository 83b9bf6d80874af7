/* beta.c - the beta distribution: I_x(a, b) and its complement, both to full accuracy.
 *
 *   I_x(a, b) = 1/B(a, b) integral_0^x t^(a-1) (1-t)^(b-1) dt,    1 - I_x(a, b) = I_y(b, a).
 *
 * Three methods:
 *   both shapes >= 20, near the mean   uniform expansion (uniform.c)
 *   a < 1, x <= 1/2, b x <= 1.5        power series; the complement through expm1, so that the
 *                                      small upper tail of a tiny a keeps its digits
 *                                      (DLMF 8.17.7; the same with (y, b) for (x, a))
 *   else                               continued fraction on the side away from the mean, in
 *                                      the contracted form of DiDonato & Morris (ACM TOMS 18,
 *                                      1992, 360-373) that needs only a y - b x, never 1 - x
 *
 * The factor x^a y^b / B(a, b) is sqrt(a b / (2 pi (a+b))) exp(-deviance + s(a+b) - s(a) - s(b))
 * (Loader 2000). The caller passes y = 1 - x as it knows it best (Student and F know both).
 * Cost: some 30 terms typically, about 150 at worst, for any shapes.
 */
#include "stat/dist/special.h"

#include <float.h>
#include <math.h>

#define UNIFORM_FROM 20.0L
enum { MAX_TERMS = 500 };

/* a ln(x0/x) + b ln(y0/y), x0 = a/(a+b), as two rests that can not cancel; pull = a y - b x. */
static wide deviance(wide x, wide y, wide a, wide b, wide pull) {
  wide r = a + b;
  return -a * special_log_rest(-pull / a, x / a * r) - b * special_log_rest(pull / b, y / b * r);
}

/* x^a y^b / B(a, b), the density along ln(x/y): at the mean x0 the three Gammas leave only
 * Stirling's rests, away from it exp(-deviance). */
static wide slope(wide distance, wide a, wide b) {
  wide rest = special_stirling(a + b) - special_stirling(a) - special_stirling(b);
  return sqrtl(a / (a + b) * b) / WIDE_SQRT_2PI * expl(rest - distance);
}

/* A small shape a. I_x = u (1 + a S), with u = x^a / (a B) and
 * S = sum (1-b)(2-b)...(n-b) x^n / (n! (a+n)). */
static void small_shape(tails *t, wide x, wide a, wide b) {
  wide sum = 0, term = 1;
  for (int n = 1; n < MAX_TERMS; n++) {
    term *= ((wide)n - b) * x / (wide)n;
    wide add = term / (a + (wide)n);
    sum += add;
    if (fabsl(add) <= LDBL_EPSILON * fabsl(sum)) break;
  }
  wide exponent = a * logl(x) - special_log_a_beta(a, b);
  wide u = expl(exponent);
  t->lower = fmaxl(u * (1 + a * sum), 0);
  t->upper = fmaxl(-expm1l(exponent) - u * a * sum, 0);
}

/* The continued fraction I_x = slope / (b1 + a2/(b2 + a3/(b3 + ...))), returned without slope.
 * With c = a + 2n - 1:
 *   a_{n+1} = (a+n-1)(a+b+n-1) n (b-n) x^2 / c^2
 *   b_{n+1} = n + n (b-n) x / c + (a+n)/(a+2n+1) (pull + 1 + n (1+y)),    pull = a y - b x
 * Forward recurrence p/q; every fourth step is scaled to q = 1 and compared with the last. */
static wide fraction(wide x, wide y, wide a, wide b, wide pull) {
  wide inverse = 1 / (a + 1); /* 1 / (a + 2n - 1) of the next n */
  wide beta = a * inverse * (pull + 1);
  wide p0 = 0, p1 = 1, q0 = 1, q1 = beta, value = 0;
  for (int n = 1; n < MAX_TERMS; n++) {
    wide k = (wide)n, last = inverse, product = k * (b - k) * x * last;
    inverse = 1 / (a + 2 * k + 1);
    wide alpha = (a + k - 1) * (a + b + k - 1) * last * x * product;
    beta = k + product + (a + k) * inverse * (pull + 1 + k * (1 + y));
    wide p = beta * p1 + alpha * p0, q = beta * q1 + alpha * q0;
    p0 = p1;
    q0 = q1;
    p1 = p;
    q1 = q;
    if (n % 4) continue;
    wide scale = 1 / q;
    p0 *= scale;
    q0 *= scale;
    p1 *= scale;
    q1 = 1;
    if (fabsl(p1 - value) <= 2 * LDBL_EPSILON * fabsl(p1)) break;
    value = p1;
  }
  return p1 / q1;
}

/* Fills the tails from the fraction; x below the mean or thereabouts, so that the lower tail is
 * the smaller or at least not near 1. */
static void far_tail(tails *t, wide x, wide y, wide a, wide b, wide pull) {
  t->lower = t->slope * fraction(x, y, a, b, pull);
  t->upper = 1 - t->lower;
}

/* The same point seen from the other end: x and y, a and b exchanged. */
static tails swapped(tails t) {
  tails s = { .lower = t.upper, .upper = t.lower, .slope = t.slope, .pull = -t.pull };
  return s;
}

/* Is the power series the method of choice at (x, a, b)? */
static int is_small(wide x, wide a, wide b) {
  return a < 1 && x <= 0.5L && b * x <= 1.5L;
}

/* One orientation only: the caller has exchanged the ends if y is the small one or x is far
 * above the mean. */
static tails below_mean(wide x, wide y, wide a, wide b, wide distance) {
  tails t = { .slope = slope(distance, a, b), .pull = a * y - b * x };
  if (is_small(x, a, b)) small_shape(&t, x, a, b);
  else far_tail(&t, x, y, a, b, t.pull);
  return t;
}

/* Chooses method and orientation. The fraction is taken at x when x <= (a+1)/(a+b+2), where it
 * converges fastest (DLMF 8.17.22), which is pull + y >= x. */
tails special_beta(wide x, wide y, wide a, wide b) {
  wide pull = a * y - b * x, distance = deviance(x, y, a, b, pull);
  wide least = a < b ? a : b;
  if (least >= UNIFORM_FROM && 2 * distance <= least) {
    int above = a <= b ? pull < 0 : pull > 0;
    tails t = special_uniform(distance, above, least, least / (a + b));
    if (a > b) t = swapped(t);
    t.slope = slope(distance, a, b);
    t.pull = pull;
    return t;
  }
  int flip = is_small(y, b, a) || (!is_small(x, a, b) && pull + y < x);
  return flip ? swapped(below_mean(y, x, b, a, distance)) : below_mean(x, y, a, b, distance);
}

/* P(X <= x) or P(X > x). NaN unless both shapes are finite and positive. */
double beta_cdf(double x, double a, double b, enum tail tail) {
  if (isnan(x) || !(a > 0 && b > 0) || isinf(a) || isinf(b)) return (double)NAN;
  if (x <= 0) return tail == LOWER ? 0 : 1;
  if (x >= 1) return tail == LOWER ? 1 : 0;
  tails t = special_beta(x, 1 - (wide)x, a, b);
  return (double)(tail == LOWER ? t.lower : t.upper);
}

/* The beta seen on the line xi = ln(x/y). */
static tails beta_curve(wide xi, wide a, wide b) {
  wide e = expl(-fabsl(xi)), large = 1 / (1 + e), small = e * large;
  return xi < 0 ? special_beta(small, large, a, b) : special_beta(large, small, a, b);
}

/* ln(x/(1-x)) from ln x, x < 1. */
static wide logit_of_log(wide log_x) {
  return log_x - logl(-expm1l(log_x));
}

/* Where the tail of p would be if the power law x^a / (a B) held up to 1. */
static wide power_start(double p, wide a, wide b) {
  wide log_x = (logl(p) + special_log_a_beta(a, b)) / a;
  return log_x < -1e-3L ? logit_of_log(log_x) : logl(a / b);
}

/* Carter's approximation (Biometrika 34, 1947; Abramowitz & Stegun 26.5.22), a, b > 1. */
static wide carter_start(double p, enum tail tail, wide a, wide b) {
  wide z = normal_quantile(p, tail == LOWER ? UPPER : LOWER);
  wide la = 1 / (2 * a - 1), lb = 1 / (2 * b - 1), h = 2 / (la + lb), l = (z * z - 3) / 6;
  wide w = z * sqrtl(h + l) / h - (lb - la) * (l + 5.0L / 6 - 2 / (3 * h));
  return h + l > 0 ? logl(a / b) - 2 * w : logl(a / b);
}

/* A small shape a against a large b: the variable is nearly a gamma over b. */
static wide gamma_start(double p, enum tail tail, wide a, wide b) {
  wide g = expl(special_gamma_start(p, a, tail));
  return logl(g) - logl(fmaxl(b + (a - 1) / 2 - g / 2, b / 8));
}

/* The first guess by the sizes of the shapes; a is made the smaller one. */
static wide beta_start(double p, enum tail tail, wide a, wide b) {
  enum tail other = tail == LOWER ? UPPER : LOWER;
  if (a > b) return -beta_start(p, other, b, a);
  if (a > 1) return carter_start(p, tail, a, b);
  if (b > 4) return gamma_start(p, tail, a, b);
  return tail == LOWER ? power_start(p, a, b) : -power_start(p, b, a);
}

/* `start` is a guess of the result, or NaN for none. The tail that is at most 1/2 is solved: its
 * complement is exact. Beyond |5000| the power law of the start is the answer itself. */
wide special_beta_logit(double p, enum tail tail, wide a, wide b, wide start) {
  if (p > 0.5) {
    p = 1 - p;
    tail = tail == LOWER ? UPPER : LOWER;
  }
  if (isnan(start)) start = beta_start(p, tail, a, b);
  if (fabsl(start) > 5000) return start;
  return special_solve(beta_curve, a, b, p, tail, start);
}

/* The x with the given tail; 0 and 1 when it is nearer to an end than a double can say. */
double beta_quantile(double p, double a, double b, enum tail tail) {
  if (!(p >= 0 && p <= 1) || !(a > 0 && b > 0) || isinf(a) || isinf(b)) return (double)NAN;
  if (p == 0 || p == 1) return (p == 0) == (tail == LOWER) ? 0 : 1;
  return (double)(1 / (1 + expl(-special_beta_logit(p, tail, a, b, (wide)NAN))));
}

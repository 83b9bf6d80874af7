/* mixture.c - see mixture.h: an integral through the saddlepoint.
 *
 * P(Q / (Y / ddf) > x) = P(Q - (x / ddf) Y > 0), so with and without a denominator what is asked
 * for is P(R > a) of a sum R of weighted chi-squareds: a = 0 with one, a = x without. Its
 * cumulant generating function
 *
 *   K(s) = -1/2 sum log(1 - 2 lambda_i s) - ddf/2 log(1 + 2 x s / ddf)
 *
 * is analytic off the real axis and between its branch points, -ddf/(2x) and 1/(2 max lambda).
 * For c between them,
 *
 *   1/(2 pi i) * integral over Re s = c of exp(K(s) - a s)/s ds = P(R > a)    for c > 0
 *                                                               = -P(R <= a)  for c < 0
 *
 * (Imhof, Biometrika 48, 1961, and Davies, Applied Statistics 29, 1980, take lines at c = 0).
 * Through the saddlepoint, where K'(c) = a, the integrand has nothing to cancel, so tails of
 * 1e-100 keep their digits. The line is bent to the right, into the hyperbola
 *
 *   s(u) = z + m (sin(t) cosh(u) + i cos(t) sinh(u)),   s(0) = c,
 *
 * along which exp(-a s) falls double exponentially; the trapezoidal rule in u then converges
 * geometrically (Weideman & Trefethen, Mathematics of Computation 76, 2007). z + m is the nearest
 * singularity to the right (branch point, or the pole at 0 where c < 0), z stays right of the
 * nearest to the left. The step is halved until two answers agree, or differ by rounding alone.
 * Where c is nearer to the pole than 1/sqrt(K''(0)) it is moved away from it, at the cost of a
 * factor below e^(1/2).
 *
 * Saddlepoint approximation: Lugannani & Rice, Advances in Applied Probability 12, 1980, in
 * Barndorff-Nielsen's form; Kuonen, Biometrika 86, 1999. At the mean the formula is 0/0 and the
 * limit, K'''(0) / (6 K''(0)^(3/2)), stands for it.
 *
 * Satterthwaite, Biometrics Bulletin 2, 1946: f = (sum lambda)^2 / sum lambda^2 degrees of
 * freedom, scale sum lambda^2 / sum lambda.
 *
 * Worked example: lambda = (1.5, 0.5), no denominator, x = 5. K'(c) = 5 at c = 0.2187, right of 0
 * and left of 1/3. exact 0.08963; saddlepoint w = 0.934, v = 1.363, so P(Z > w + ln(v / w) / w) =
 * 0.0904; satterthwaite f = 1.6, scale 1.25: P(chi2_1.6 > 4) = 0.0943.
 *
 * Cost: a few hundred to a few thousand evaluations of K, each of `count` logarithms.
 */
#include "stat/dist/mixture.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>

#include "stat/dist/dist.h"

/* Of the step: 1000 times finer than the first. Of the bracket: more than a double has bits. */
enum { HALVINGS = 10, BISECTIONS = 200 };
static const double pi = 3.14159265358979323846;
static const double quarter = 0.78539816339744830962; /* pi / 4 */

/* R of the file head. */
struct sum {
  const double *lambda; /* lent */
  size_t count;
  double ddf;         /* infinite: no denominator */
  double x;           /* of the question */
  double a;           /* of R: x, or 0 */
  double left, right; /* branch points of K */
};

/* Is there a distribution at all? Weights at least 0 and finite, one of them above 0; ddf above 0,
 * infinite too. */
static bool valid(const struct mixture *m) {
  double most = 0;
  for (size_t i = 0; i < m->count; i++) {
    if (!(m->lambda[i] >= 0) || isinf(m->lambda[i])) return false;
    most = fmax(most, m->lambda[i]);
  }
  return most > 0 && m->ddf > 0;
}

/* The question as one about R. x > 0 and finite. */
static struct sum sum_of(const struct mixture *m, double x) {
  double most = 0;
  for (size_t i = 0; i < m->count; i++) most = fmax(most, m->lambda[i]);
  bool plain = isinf(m->ddf);
  return (struct sum){m->lambda, m->count, m->ddf, x, plain ? x : 0,
                      plain ? -(double)INFINITY : -m->ddf / (2 * x), 1 / (2 * most)};
}

/* Derivatives of K at a real s between the branch points: of order 1, 2 or 3. That of order j is
 * 2^(j-1) (j-1)! times the sum of (lambda / (1 - 2 lambda s))^j, a chi-squared having cumulants
 * 1, 2, 8. The denominator adds ddf variables of weight -x / ddf. */
static double derivative(const struct sum *q, double s, int order) {
  double total = 0, factor = order == 1 ? 1 : order == 2 ? 2 : 8;
  for (size_t i = 0; i < q->count; i++)
    total += pow(q->lambda[i] / (1 - 2 * q->lambda[i] * s), order);
  if (isinf(q->ddf)) return factor * total;
  double other = -q->x / q->ddf;
  return factor * (total + q->ddf * pow(other / (1 - 2 * other * s), order));
}

/* K at a real s between the branch points; 0 at s = 0. */
static double cumulant(const struct sum *q, double s) {
  double total = 0;
  for (size_t i = 0; i < q->count; i++) total += log1p(-2 * q->lambda[i] * s);
  if (!isinf(q->ddf)) total += q->ddf * log1p(2 * q->x * s / q->ddf);
  return -total / 2;
}

/* Where K' = a. K' rises from minus to plus infinity between the branch points (from 0 where
 * there is none to the left), so halving the bracket always ends. */
static double saddle(const struct sum *q) {
  double low = q->left, high = q->right;
  if (isinf(low)) low = -(double)q->count / q->a - q->right;
  for (int i = 0; i < BISECTIONS; i++) {
    double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (derivative(q, middle, 1) < q->a) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}

/* ---- exact ------------------------------------------------------------------------------- */

/* A hyperbola: see the file head. */
struct path {
  double z, m;  /* centre and size */
  double angle; /* t, in (0, pi / 2): how steeply it rises from the axis */
  double c;     /* where it crosses the axis */
};

/* Through c, right of `left` and left of `right`. */
static struct path path_through(double c, double left, double right) {
  struct path p = {.c = c, .angle = quarter};
  p.m = (right - c) / (1 - sin(p.angle));
  p.z = right - p.m;
  double nearest = c - (c - left) / 2;
  if (isinf(left) || p.z >= nearest) return p;
  p.z = nearest;
  p.m = right - p.z;
  p.angle = asin((c - p.z) / p.m);
  return p;
}

/* What is added up at u: the imaginary part, and its modulus in *size. Everything is relative to
 * the height at c, `top`, so that nothing underflows. */
static double height(const struct sum *q, const struct path *p, double u, double top,
                     double *size) {
  double sine = p->m * sin(p->angle), cosine = p->m * cos(p->angle);
  double complex s = p->z + sine * cosh(u) + cosine * sinh(u) * I;
  double complex slope = sine * sinh(u) + cosine * cosh(u) * I;
  double complex k = 0;
  for (size_t i = 0; i < q->count; i++) k += clog(1 - 2 * q->lambda[i] * s);
  if (!isinf(q->ddf)) k += q->ddf * clog(1 + 2 * q->x / q->ddf * s);
  double complex value = cexp(-k / 2 - q->a * s - top) * slope / s;
  *size = cabs(value);
  return cimag(value);
}

/* The sum over u = first, first + step, ... until what comes is lost in rounding. */
static double run(const struct sum *q, const struct path *p, double first, double step,
                  double top) {
  double total = 0, size, most = 0;
  for (double u = first; u < 700; u += step) {
    total += height(q, p, u, top, &size);
    most = fmax(most, size);
    if (!(size > 1e-18 * most)) break;
  }
  return total;
}

/* The integral along the path, relative to exp(top). */
static double integral(const struct sum *q, const struct path *p, double top) {
  double size, step = fmin(p->angle, 2 * quarter - p->angle);
  double total = height(q, p, 0, top, &size) / 2 + run(q, p, step, step, top);
  double value = step * total, change = INFINITY;
  for (int i = 0; i < HALVINGS; i++) {
    total += run(q, p, step / 2, step, top);
    step /= 2;
    double before = value, last = change;
    value = step * total;
    change = fabs(value - before);
    if (change <= 1e-13 * fabs(value)) break;
    if (change <= 1e-9 * fabs(value) && change > last / 8) break; /* nothing left but rounding */
  }
  return value / pi;
}

/* The tail on the side of the saddlepoint by the integral, the other as its complement. */
double mixture_exact(const struct mixture *m, double x) {
  if (isnan(x) || !valid(m)) return (double)NAN;
  if (x <= 0) return 1;
  if (isinf(x)) return 0;
  struct sum q = sum_of(m, x);
  double c = saddle(&q), away = 1 / sqrt(derivative(&q, 0, 2));
  bool upper = c >= 0;
  if (upper) c = fmax(c, fmin(away, q.right / 2));
  else c = fmin(c, fmax(-away, q.left / 2));
  struct path p = upper ? path_through(c, 0, q.right) : path_through(c, q.left, 0);
  double top = cumulant(&q, c) - q.a * c;
  double value = exp(top) * integral(&q, &p, top);
  value = upper ? value : 1 + value;
  return fmin(1, fmax(0, value));
}

/* ---- approximations ---------------------------------------------------------------------- */

/* From the height at the saddlepoint and the curvature there. */
double mixture_saddlepoint(const struct mixture *m, double x) {
  if (isnan(x) || !valid(m)) return (double)NAN;
  if (x <= 0) return 1;
  if (isinf(x)) return 0;
  struct sum q = sum_of(m, x);
  double c = saddle(&q), spread = derivative(&q, 0, 2);
  if (fabs(c) * sqrt(spread) < 1e-5)
    return normal_cdf(derivative(&q, 0, 3) / (6 * spread * sqrt(spread)), UPPER);
  double w = copysign(sqrt(fmax(0, 2 * (c * q.a - cumulant(&q, c)))), c);
  double v = c * sqrt(derivative(&q, c, 2));
  return normal_cdf(w + log(v / w) / w, UPPER);
}

/* Two moments of the numerator; the denominator is taken as it is. */
double mixture_satterthwaite(const struct mixture *m, double x) {
  if (isnan(x) || !valid(m)) return (double)NAN;
  double sum = 0, squares = 0;
  for (size_t i = 0; i < m->count; i++) {
    sum += m->lambda[i];
    squares += m->lambda[i] * m->lambda[i];
  }
  return f_cdf(x / sum, sum * sum / squares, m->ddf, UPPER);
}

/* root.c - see root.h: where a function changes its sign.
 *
 * root_find is Chandrupatla's method (Advances in Engineering Software 28 (1997) 145-149): `at`
 * is the newest point, `other` the end across the root, `old` the point that was thrown out
 * last. The next point comes from the parabola x(f) through the three where that curve is tame
 * enough for it (the test on xi and phi), else from halving; it never leaves the bracket and
 * needs no derivative. It goes on until two neighbouring doubles enclose the root.
 *
 * root_brent is Brent's method (Algorithms for Minimization without Derivatives, 1973, ch. 4)
 * with a tolerance. It stands here because some figures are compared with programs that stop
 * there: same bracket, same tolerance, same steps give the same digits.
 *
 * Both need f(low) and f(high) of different signs; without that, the end that is nearer to 0 is
 * the answer. Deterministic; the number of steps is bounded.
 */
#include "stat/plain/root.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* A point of the curve. */
struct point {
  double x, f;
};

/* Where to go between `at` (0) and `other` (1): inverse quadratic interpolation, or the middle. */
static double next_step(struct point at, struct point other, struct point old) {
  double xi = (at.x - other.x) / (old.x - other.x);
  double phi = (at.f - other.f) / (old.f - other.f);
  if (!(phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi)) return 0.5;
  return at.f / (other.f - at.f) * (old.f / (other.f - old.f)) +
         (old.x - at.x) / (other.x - at.x) * (at.f / (old.f - at.f)) *
             (other.f / (old.f - other.f));
}

/* t, but within [low, high]. */
static double clamp(double t, double low, double high) {
  return t < low ? low : t > high ? high : t;
}

/* Keeps `at` and `other` on different sides of the root; stops when they are neighbours. The
 * width is relative, so that roots near 0 keep their digits too. */
double root_find(root_function *f, const void *context, double low, double high) {
  struct point at = {low, f(low, context)}, other = {high, f(high, context)};
  struct point best = fabs(at.f) < fabs(other.f) ? at : other;
  if ((at.f > 0) == (other.f > 0)) return best.x;
  double step = 0.5;
  for (int i = 0; i < 400 && best.f != 0; i++) {
    struct point new = {at.x + step * (other.x - at.x), 0}, old = at;
    new.f = f(new.x, context);
    if ((new.f > 0) != (at.f > 0)) {
      old = other;
      other = at;
    }
    at = new;
    best = fabs(at.f) < fabs(other.f) ? at : other;
    double width = (2 * DBL_EPSILON * fabs(best.x) + DBL_MIN) / fabs(other.x - at.x);
    if (!(width <= 0.5)) break;
    step = clamp(next_step(at, other, old), width, 1 - width);
  }
  return best.x;
}

/* ---- Brent ---- */

/* The step that interpolation suggests from `now`, given the point before and the point
 * across; 0 when it would be a bad one. */
static double brent_step(struct point before, struct point now, struct point across,
                         double last_step, double tolerance) {
  double gap = across.x - now.x, p, q, ratio = now.f / before.f;
  if (before.x == across.x) {
    p = gap * ratio;
    q = 1 - ratio;
  } else {
    double s = before.f / across.f, t = now.f / across.f;
    p = ratio * (gap * s * (s - t) - (now.x - before.x) * (t - 1));
    q = (s - 1) * (t - 1) * (ratio - 1);
  }
  if (p > 0) q = -q;
  else p = -p;
  bool inside = p < 0.75 * gap * q - fabs(tolerance * q) / 2;
  return inside && p < fabs(last_step * q / 2) ? p / q : 0;
}

/* Keeps the root between `now`, the best point, and `across`. */
double root_brent(root_function *f, const void *context, double low, double high,
                  double tolerance) {
  struct point before = {low, f(low, context)}, now = {high, f(high, context)}, across = before;
  for (int i = 0; i < 1000; i++) {
    double last_step = now.x - before.x;
    if (fabs(across.f) < fabs(now.f)) {
      before = now;
      now = across;
      across = before;
    }
    double least = 2 * DBL_EPSILON * fabs(now.x) + tolerance / 2;
    double half = (across.x - now.x) / 2, step = 0;
    if (fabs(half) <= least || now.f == 0) break;
    if (fabs(last_step) >= least && fabs(before.f) > fabs(now.f))
      step = brent_step(before, now, across, last_step, least);
    if (step == 0) step = half;
    if (fabs(step) < least) step = step > 0 ? least : -least;
    before = now;
    now.x += step;
    now.f = f(now.x, context);
    if ((now.f > 0) == (across.f > 0)) across = before;
  }
  return now.x;
}

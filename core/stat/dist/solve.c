/* solve.c - quantiles: where a tail takes a given value.
 *
 * On the line xi (special.h) the log of each tail is concave, so a Newton step from any point
 * lands on the side where the tail is too small, and from there the steps never cross the root
 * again: convergence is global. The second derivative is known in closed form,
 *
 *   F = ln tail - ln p,   F' = +-h,   F'' = +-h pull - h^2,   h = slope / tail,
 *
 * so Halley's third-order step is used (E. Halley 1694; Traub, Iterative Methods, 1964), fenced
 * by the bracket found so far. Three to six evaluations from a fair start.
 */
#include "stat/dist/special.h"

#include <math.h>

enum { MAX_STEPS = 100 };

/* Newton's step times Halley's factor; the factor is kept within [1/2, 2]. */
static wide halley_step(wide f, wide first, wide second) {
  wide newton = -f / first;
  wide brake = 1 + newton * second / (2 * first);
  if (!(brake > 0.5L)) brake = 0.5L;
  if (brake > 2) brake = 2;
  return newton / brake;
}

/* Keeps `next` strictly between the ends known so far. */
static wide fence(wide next, wide low, wide high, wide here) {
  if (next > low && next < high) return next;
  if (isinf(low)) return here - 2 - fabsl(here) / 2;
  if (isinf(high)) return here + 2 + fabsl(here) / 2;
  return low + (high - low) / 2;
}

/* The xi at which the tail equals p, 0 < p < 1. The caller passes the smaller tail (p <= 1/2)
 * and a finite start. */
wide special_solve(special_curve *curve, wide a, wide b, double p, enum tail tail, wide start) {
  wide low = -(wide)INFINITY, high = (wide)INFINITY, xi = start, goal = logl(p);
  wide sign = tail == LOWER ? 1 : -1;
  for (int i = 0; i < MAX_STEPS; i++) {
    tails t = curve(xi, a, b);
    wide value = tail == LOWER ? t.lower : t.upper;
    wide f = value > 0 ? logl(value) - goal : -(wide)INFINITY;
    if (f == 0) break;
    if ((f < 0) == (tail == LOWER)) low = xi;
    else high = xi;
    wide h = t.slope / value;
    wide step = value > 0 && h > 0 ? halley_step(f, sign * h, sign * h * t.pull - h * h)
                                   : (f < 0 ? sign : -sign) * (wide)INFINITY;
    wide size = fabsl(step) * (1 + h + fabsl(t.pull));
    if (xi + step == xi) break;
    xi = fence(xi + step, low, high, xi);
    if (size < 3e-6L) break; /* the next error is of the order of its cube */
  }
  return xi;
}

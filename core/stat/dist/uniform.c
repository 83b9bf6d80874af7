/* uniform.c - both tails of the gamma and beta ratios near the mean, for large shapes.
 *
 * Idea (N. M. Temme, SIAM J. Math. Anal. 10, 1979, 757-766; DLMF 8.12 and 8.18): bend the axis
 * until the density is a normal one,
 *
 *   gamma  x = a (1 + w):                    z^2/2 = w - ln(1 + w)
 *   beta   x = x0 (1 + w), x0 = a/(a+b):     z^2/2 = -ln(1 + w) - (y0/x0) ln(1 - w x0/y0)
 *
 * with z of the sign of w (beta: a <= b, y0 = 1 - x0; the gamma is its limit x0 -> 0). Then
 *
 *   P(X > x) = 1/2 erfc(z sqrt(a/2)) + exp(-a z^2/2) / sqrt(2 pi a) * T(z) / G
 *
 * and differentiating gives  z T - T'/a = f(z) - G  with f(z) = sqrt(y0) z / w. Writing f and T
 * as power series (coefficients f_n, t_n) this is, from the top down,
 *
 *   t_{n-1} = f_n + (n+1)/a t_{n+1}        and        G = 1 + t_1 / a.
 *
 * f_n follow from the differential equation w w' = z (1+w)(y0 - x0 w): with w = sqrt(y0) z g,
 * G = g^2 and p = (y0 - x0)/sqrt(y0):   (k+2)/2 G_k = [k=0] + p g_{k-1} - x0 G_{k-2}.
 * The nearest singularity is at |z| = 2 sqrt(pi) = 3.54; we use |z| <= 1 and a >= 20.
 *
 * The series only feeds the small correction, so its coefficients are plain doubles.
 * Cost: at most TERMS^2 multiplications (about half a microsecond), whatever the shapes.
 */
#include "stat/dist/special.h"

#include <math.h>

enum { TERMS = 34 };

/* How many terms reach 1e-17: by the distance from the mean and by the size of the shape. */
static int terms_needed(double z, double a) {
  int by_shape = a < 100 ? 28 : a < 1000 ? 20 : 12;
  int by_distance = z < 0.02 ? 8 : (int)(39.0 / log(3.5 / z)) + 2;
  int n = by_shape > by_distance ? by_shape : by_distance;
  return n < TERMS ? n : TERMS;
}

/* sum_{i=1}^{k-1} g_i h_{k-i} */
static double convolve(const double *g, const double *h, int k) {
  double sum = 0;
  for (int i = 1; i < k; i++) sum += g[i] * h[k - i];
  return sum;
}

/* The first n coefficients of f(z) = sqrt(y0) z / w(z). */
static void coefficients(double *f, int n, double x0) {
  double g[TERMS], square[TERMS];
  double y0 = 1 - x0, p = (y0 - x0) / sqrt(y0);
  f[0] = g[0] = square[0] = 1;
  for (int k = 1; k < n; k++) {
    square[k] = p * g[k - 1] - (k > 1 ? x0 * square[k - 2] : 0);
    square[k] *= 2.0 / (k + 2);
    g[k] = (square[k] - convolve(g, g, k)) / 2;
    f[k] = -g[k] - convolve(g, f, k);
  }
}

/* T(z)/G by the recursion from the top. */
static double correction(const double *f, int n, double z, double a) {
  double above = 0, here = 0, sum = 0; /* t_{k+1}, t_k going down */
  for (int k = n - 1; k >= 1; k--) {
    double below = f[k] + (k + 1) / a * above; /* t_{k-1} */
    above = here;
    here = below;
    sum = sum * z + below;
  }
  return sum / (1 + above / a);
}

/* deviance = a z^2/2; above: x is over the mean; small = a; share = x0 = a/(a+b), 0 for the
 * gamma. Sets only the two tails. */
tails special_uniform(wide deviance, int above, wide small, wide share) {
  double f[TERMS];
  double z = (double)sqrtl(2 * deviance / small), a = (double)small;
  int n = terms_needed(z, a);
  coefficients(f, n, (double)share);
  wide root = sqrtl(deviance);
  wide rest = expl(-deviance) / (WIDE_SQRT_2PI * sqrtl(small))
              * (wide)correction(f, n, above ? z : -z, a);
  wide far = erfcl(root) / 2, near = erfcl(-root) / 2;
  tails t = { .lower = above ? near - rest : far - rest,
              .upper = above ? far + rest : near + rest };
  return t;
}

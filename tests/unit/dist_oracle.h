/* dist_oracle.h - a slow, independent referee for the distribution functions.
 *
 * Where the engine and libRmath disagree somebody has to decide. This referee shares nothing
 * with either: it works in 113-bit arithmetic (__float128, with its own exp, log and ln Gamma
 * below, as the C library has none) and integrates the density itself, panel by panel with a
 * 24-point Gauss-Legendre rule, on the line xi = ln x (gamma) or ln(x/(1-x)) (beta). The
 * integrand is exp of a concave function, panels are at most three of its local scales wide, so
 * some twenty of them give 20 digits for any shapes. About a millisecond a value.
 *
 * The same method, at 50 digits in Python's mpmath with 40-point panels, made dist_reference.h.
 */
#ifndef TEST_DIST_ORACLE_H
#define TEST_DIST_ORACLE_H

#include <math.h>

#include "stat/dist/dist.h"

__extension__ typedef __float128 quad;

enum { NODES = 24, EXP_TERMS = 18, PANELS = 4000 };

static struct {
  quad ln2, ln_sqrt_2pi, inverse[EXP_TERMS + 1];
  quad node[NODES], weight[NODES];
} tables;

/* e^x: x = k ln 2 + 256 r, Taylor for e^r, eight squarings. */
static quad quad_exp(quad x) {
  if (x < -11300) return 0;
  long k = lrintl((long double)(x / tables.ln2));
  quad r = (x - (quad)k * tables.ln2) / 256, sum = 1;
  for (int i = EXP_TERMS; i >= 1; i--) sum = 1 + sum * r * tables.inverse[i];
  for (int i = 0; i < 8; i++) sum *= sum;
  return sum * (quad)ldexpl(1, (int)k);
}

/* ln x by one third-order step from the library's logarithm. */
static quad quad_log(quad x) {
  quad y = (quad)logl((long double)x), e = quad_exp(y);
  return y + 2 * (x - e) / (x + e);
}

/* 2 atanh(1/n) or 2 atan(1/n) by their series. */
static quad arc_series(int n, int sign) {
  quad power = (quad)2 / n, sum = 0;
  for (int k = 1; k < 160; k += 2) {
    sum += power / k;
    power *= (quad)sign / ((quad)n * n);
  }
  return sum;
}

/* Nodes and weights of Gauss-Legendre by Newton's method on the three-term recursion. */
static void make_rule(void) {
  for (int i = 0; i < NODES; i++) {
    quad x = (quad)cos(3.14159265358979 * (i + 0.75) / (NODES + 0.5)), slope = 1;
    for (int round = 0; round < 8; round++) {
      quad before = 1, here = x;
      for (int k = 2; k <= NODES; k++) {
        quad next = ((2 * k - 1) * x * here - (k - 1) * before) / k;
        before = here;
        here = next;
      }
      slope = NODES * (x * here - before) / (x * x - 1);
      x -= here / slope;
    }
    tables.node[i] = x;
    tables.weight[i] = 2 / ((1 - x * x) * slope * slope);
  }
}

static void oracle_open(void) {
  for (int i = 1; i <= EXP_TERMS; i++) tables.inverse[i] = (quad)1 / i;
  tables.ln2 = arc_series(3, 1);
  quad pi = 8 * arc_series(5, -1) - 2 * arc_series(239, -1); /* Machin */
  tables.ln_sqrt_2pi = (tables.ln2 + quad_log(pi)) / 2;
  make_rule();
}

/* ln Gamma by Stirling's series from 40 up. */
static quad quad_log_gamma(quad x) {
  static const double top[] = { 1, -1, 1, -1, 5, -691, 7, -3617, 43867, -174611, 854513,
                                -236364091 };
  static const double bottom[] = { 6, 30, 42, 30, 66, 2730, 6, 510, 798, 330, 138, 2730 };
  quad product = 1, sum = 0;
  for (; x < 40; x += 1) product *= x;
  quad power = 1 / x;
  for (int k = 0; k < 12; k++) {
    sum += (quad)top[k] / ((quad)bottom[k] * (2 * k + 2) * (2 * k + 1)) * power;
    power /= x * x;
  }
  return (x - (quad)0.5) * quad_log(x) - x + tables.ln_sqrt_2pi + sum - quad_log(product);
}

/* A gamma (b = 0) or beta density along the line. */
struct line {
  quad a, b, norm;
};

static quad line_log(const struct line *l, quad t) {
  if (l->b == 0) return l->a * t - quad_exp(t) - l->norm;
  quad rest = (l->a + l->b) * quad_log(1 + quad_exp(t < 0 ? t : -t));
  return (t < 0 ? l->a * t : -l->b * t) - rest - l->norm;
}

/* Three local scales, and not across the bend of the density in one stride. */
static double line_width(const struct line *l, double t) {
  double a = (double)l->a, b = (double)l->b, x, y, bend, outer;
  if (l->b == 0) {
    x = exp(t);
    y = sqrt((a - x) * (a - x) + x);
    outer = -50 - t;
  } else {
    x = 1 / (1 + exp(-t));
    bend = (a + b) * x / (1 + exp(t));
    y = a / (1 + exp(t)) - b * x;
    y = sqrt(y * y + bend);
    outer = fabs(t) - 50 - log(a + b + 2);
  }
  return fmin(3 / y, fmax(1.5, outer));
}

/* The integral from t outwards; direction +1 or -1. */
static quad line_tail(const struct line *l, quad t, int direction) {
  quad total = 0;
  for (int i = 0; i < PANELS; i++) {
    quad half = (quad)(direction * line_width(l, (double)t) / 2), middle = t + half, part = 0;
    for (int k = 0; k < NODES; k++)
      part += tables.weight[k] * quad_exp(line_log(l, middle + half * tables.node[k]));
    part *= half * direction;
    total += part;
    if (part < total * (quad)1e-22) break;
    t = middle + half;
  }
  return total;
}

/* The gamma tail at x. */
static quad oracle_gamma(quad x, quad a, enum tail tail) {
  struct line l = { a, 0, quad_log_gamma(a) };
  return line_tail(&l, quad_log(x), tail == LOWER ? -1 : 1);
}

/* The beta tail at x / (x + y). */
static quad oracle_beta(quad x, quad y, quad a, quad b, enum tail tail) {
  struct line l = { a, b, quad_log_gamma(a) + quad_log_gamma(b) - quad_log_gamma(a + b) };
  return line_tail(&l, quad_log(x / y), tail == LOWER ? -1 : 1);
}

/* ln C(n, k) */
static quad oracle_choose_log(quad n, quad k) {
  return quad_log_gamma(n + 1) - quad_log_gamma(k + 1) - quad_log_gamma(n - k + 1);
}

#endif

/* mantel_haenszel.c - one odds ratio over several 2 x 2 tables, and the test that it is 1.
 *
 * Stratum [a b; c d] of n, margins r1 = a + b, r2, c1 = a + c, c2; R = ad/n, S = bc/n,
 * P = (a + d)/n, Q = (b + c)/n:
 *   odds ratio  w = sum R / sum S                                  [Mantel-Haenszel 1959]
 *   var ln w    sum PR / (2 (sum R)^2) + sum (PS + QR) / (2 sum R sum S) + sum QS / (2 (sum S)^2)
 *               (Robins, Breslow and Greenland, Biometrics 42 (1986) 311-323)
 *   statistic   (|sum (a - r1 c1/n)| - k)^2 / sum r1 r2 c1 c2 / (n^2 (n - 1)), 1 df;
 *               k = 1/2 when corrected and the sum is at least 1/2, else 0
 *   homogeneity Breslow-Day 1980 at w, with Tarone's term (Biometrika 72 (1985) 91-95):
 *               sum (a - A)^2 / v - (sum (a - A))^2 / sum v, where A is the first cell that
 *               the margins have under w, and 1/v = 1/A + 1/(r1-A) + 1/(c1-A) + 1/(r2-c1+A)
 * Strata with an empty margin carry nothing and count in no df. Pure, O(strata).
 */
#include <math.h>

#include "stat/dist/dist.h"
#include "stat/plain/plain.h"

/* The sums over strata, in the letters of the head. */
struct mh_sums {
  double R, S, PR, QS, PS_QR, gap, variance;
};

/* Four finite counts, none below 0. */
static bool valid(const double *t) {
  for (int i = 0; i < 4; i++)
    if (!(t[i] >= 0 && t[i] < INFINITY)) return false;
  return true;
}

/* Both groups and both answers are there; else nothing can be learnt from the stratum. */
static bool informative(const double *t) {
  return t[0] + t[1] > 0 && t[2] + t[3] > 0 && t[0] + t[2] > 0 && t[1] + t[3] > 0;
}

/* Adds the stratum's terms to all sums. */
static void add_stratum(struct mh_sums *s, const double *t) {
  double n = t[0] + t[1] + t[2] + t[3], r1 = t[0] + t[1], c1 = t[0] + t[2];
  double R = t[0] * t[3] / n, S = t[1] * t[2] / n;
  double P = (t[0] + t[3]) / n, Q = (t[1] + t[2]) / n;
  s->R += R;
  s->S += S;
  s->PR += P * R;
  s->QS += Q * S;
  s->PS_QR += P * S + Q * R;
  s->gap += t[0] - r1 * c1 / n;
  if (n > 1) s->variance += r1 / n * (n - r1) * (c1 / n) * (n - c1) / (n - 1);
}

/* The first cell of [A, r1 - A; c1 - A, r2 - c1 + A] whose odds ratio is w: the root within
 * the margins of (1 - w) A^2 + (r2 - c1 + w (r1 + c1)) A - w r1 c1 = 0, in the form that does
 * not cancel. */
static double expected_cell(const double *t, double w) {
  double r1 = t[0] + t[1], r2 = t[2] + t[3], c1 = t[0] + t[2];
  double a = 1 - w, b = r2 - c1 + w * (r1 + c1), c = -w * r1 * c1;
  double root = sqrt(fmax(0, b * b - 4 * a * c));
  return b >= 0 ? -2 * c / (b + root) : (root - b) / (2 * a);
}

/* One stratum's (a - A) and 1 / (1/A + ...). */
static void breslow_day(const double *t, double w, double *gap, double *variance) {
  double A = expected_cell(t, w), r1 = t[0] + t[1], c1 = t[0] + t[2], r2 = t[2] + t[3];
  *gap = t[0] - A;
  *variance = 1 / (1 / A + 1 / (r1 - A) + 1 / (c1 - A) + 1 / (r2 - c1 + A));
}

/* Breslow-Day needs two strata and a common odds ratio within (0, infinity); else NaN stays. */
static void homogeneity(struct plain_mantel_haenszel *out, const double *cells,
                        size_t strata) {
  double sum = 0, gaps = 0, variances = 0;
  if (out->strata < 2 || !(out->odds_ratio > 0 && out->odds_ratio < INFINITY)) return;
  for (size_t i = 0; i < strata; i++) {
    double gap, variance;
    if (!informative(cells + 4 * i)) continue;
    breslow_day(cells + 4 * i, out->odds_ratio, &gap, &variance);
    sum += gap * gap / variance;
    gaps += gap;
    variances += variance;
  }
  out->homogeneity = fmax(0, sum - gaps * gaps / variances);
  out->homogeneity_df = (double)out->strata - 1;
  out->homogeneity_p = chi_squared_cdf(out->homogeneity, out->homogeneity_df, UPPER);
}

/* The common odds ratio; at 0 or infinity its interval is open on both sides. */
static void common_odds(struct plain_mantel_haenszel *out, const struct mh_sums *s,
                        double conf) {
  out->odds_ratio = s->S > 0 ? s->R / s->S : s->R > 0 ? INFINITY : NAN;
  out->low = 0;
  out->high = INFINITY;
  if (!(s->R > 0 && s->S > 0)) return;
  double variance = s->PR / (2 * s->R * s->R) + s->PS_QR / (2 * s->R * s->S) +
                    s->QS / (2 * s->S * s->S);
  double half = normal_quantile((1 - conf) / 2, UPPER) * sqrt(variance);
  out->low = out->odds_ratio * exp(-half);
  out->high = out->odds_ratio * exp(half);
}

/* The test that the common odds ratio is 1; corrected only from a gap of 1/2 on. */
static void cochran(struct plain_mantel_haenszel *out, const struct mh_sums *s, bool correct) {
  double gap = fabs(s->gap), left = correct && gap >= 0.5 ? gap - 0.5 : gap;
  out->df = 1;
  if (!(s->variance > 0)) return;
  out->statistic = left * left / s->variance;
  out->p_value = chi_squared_cdf(out->statistic, 1, UPPER);
}

/* One pass for the odds ratio and the test, one more for homogeneity. */
struct plain_mantel_haenszel plain_mantel_haenszel(const double *cells, size_t strata,
                                                   bool correct, double conf) {
  struct plain_mantel_haenszel out = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, 0};
  struct mh_sums s = {0};
  if (!(conf > 0 && conf < 1)) out.notes = NOTE_DOMAIN;
  for (size_t i = 0; i < strata; i++) {
    if (!valid(cells + 4 * i)) out.notes = NOTE_DOMAIN;
    if (!informative(cells + 4 * i)) continue;
    out.strata++;
    add_stratum(&s, cells + 4 * i);
  }
  if (out.notes) return out;
  if (out.strata == 0) {
    out.notes = NOTE_NO_INFORMATION;
    return out;
  }
  common_odds(&out, &s, conf);
  cochran(&out, &s, correct);
  homogeneity(&out, cells, strata);
  return out;
}

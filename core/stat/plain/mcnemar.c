/* mcnemar.c - the same people asked twice: did their answers change in one direction?
 *
 * [n11 n12; n21 n22], b = n12, c = n21:
 *   statistic  (|b - c| - k)^2 / (b + c), k = 0, or 1 when corrected       [McNemar 1947]
 *   exact      2 P(X <= min(b, c)), X binomial(b + c, 1/2), at most 1
 *   change     d = (n12 - n21)/n: share of the first level before, less after; interval of
 *              Bonett and Price (J. Educ. Behav. Statistics 37 (2012) 479-488): Wald with one
 *              person added to b and to c, so that it has width at b = c = 0 too
 * k levels: Bowker's symmetry, sum over i < j of (n_ij - n_ji)^2 / (n_ij + n_ji) (k = 1 off
 * each |n_ij - n_ji| when corrected, as R does); df = pairs with any answer, since an empty
 * pair says nothing. Nobody changed: statistic 0, p = 1 and NOTE_NO_PAIRS. Pure, O(k^2).
 *
 * [10 2; 7 5]: b = 2, c = 7, statistic 25/9 = 2.778 (p = 0.0956), exact 2 P(X <= 2 of 9) =
 * 0.1797; the share of the first level rose from 12/24 to 17/24, d = -0.2083, interval -0.4311
 * to 0.0465.
 */
#include <math.h>

#include "stat/dist/dist.h"
#include "stat/plain/plain.h"

/* Square, at least 2 x 2, finite; exact: 2 x 2 and whole. */
static bool valid(struct plain_counts t, enum plain_mcnemar_kind kind) {
  if (t.rows != t.cols || t.rows < 2) return false;
  if (kind == MCNEMAR_EXACT && t.rows != 2) return false;
  for (size_t i = 0; i < t.rows * t.cols; i++) {
    if (!(t.n[i] >= 0 && t.n[i] < INFINITY)) return false;
    if (kind == MCNEMAR_EXACT && t.n[i] != floor(t.n[i])) return false;
  }
  return true;
}

/* Adds (|b - c| - k)^2 / (b + c) and a df for one pair of levels; an empty pair adds nothing. */
static void add_pair(struct plain_mcnemar *out, double b, double c, bool correct) {
  if (b + c == 0) return;
  double gap = fmax(0, fabs(b - c) - (correct ? 1 : 0));
  if (b == c) gap = 0;
  out->statistic += gap * gap / (b + c);
  out->df++;
}

/* The net change of the first level with its interval, in shares of all pairs. */
static void change(struct plain_mcnemar *out, const double *n, double conf) {
  double all = n[0] + n[1] + n[2] + n[3], z = normal_quantile((1 - conf) / 2, UPPER);
  double b = (n[1] + 1) / (all + 2), c = (n[2] + 1) / (all + 2), d = b - c;
  double half = z * sqrt((b + c - d * d) / (all + 2));
  out->estimate = all > 0 ? (n[1] - n[2]) / all : NAN;
  out->low = fmax(-1, d - half);
  out->high = fmin(1, d + half);
}

/* Two-sided binomial p at 1/2: the law is symmetric, so twice the smaller tail. */
static double exact_p(double b, double c) {
  double p = 2 * binomial_cdf(fmin(b, c), b + c, 0.5, LOWER);
  return p > 1 ? 1 : p;
}

/* Statistic over all pairs of levels, p by the law asked for. */
struct plain_mcnemar plain_mcnemar(struct plain_counts t, enum plain_mcnemar_kind kind,
                                   double conf) {
  struct plain_mcnemar out = {0, 0, 1, NAN, NAN, NAN, 0};
  if (!valid(t, kind) || !(conf > 0 && conf < 1))
    return (struct plain_mcnemar){NAN, NAN, NAN, NAN, NAN, NAN, NOTE_DOMAIN};
  for (size_t i = 0; i < t.rows; i++)
    for (size_t j = i + 1; j < t.cols; j++)
      add_pair(&out, t.n[i * t.cols + j], t.n[j * t.cols + i], kind == MCNEMAR_CORRECTED);
  if (t.rows == 2) change(&out, t.n, conf);
  if (out.df == 0) out.notes = NOTE_NO_PAIRS;
  else if (kind == MCNEMAR_EXACT) out.p_value = exact_p(t.n[1], t.n[2]);
  else out.p_value = chi_squared_cdf(out.statistic, out.df, UPPER);
  return out;
}

/* letters.c - see letters.h.
 *
 * Plain: the z-test of two independent shares with the pooled variance (Fleiss, Levin & Paik,
 * Statistical Methods for Rates and Proportions, 2003, section 3.3), whose square is Pearson's
 * chi-squared of the 2 x 2 table. By design: Wald's test of the contrast of two domains
 * (Lumley, Complex Surveys, 2010, 2.4). All pairs of one row are one family for the adjustment.
 *
 * Worked example of a family: three columns of 100 with 50, 30 and 45 %. z = 2.887, 0.708, 2.191
 * for the pairs 01, 02, 12, p = 0.0039, 0.479, 0.0285. At 0.05 column 0 gets the letter of 1,
 * column 2 that of 1; by Bonferroni (times 3) 2 loses it: 0.085. larger[0 * 3 + 1] is true, all
 * else false.
 *
 * Two shares that are both 0 or both 1 have no variance (se = 0); their p-value is 1. The
 * caller never lets them in, but the function stands on its own.
 */
#include "stat/letters.h"

#include <math.h>
#include <string.h>

#include "base/handle.h"
#include "stat/dist/dist.h"

/* Two-sided p-value for the difference of two independent shares, of Fleiss, Levin and Paik's
 * z: 50 % of 100 against 30 % of 100 is 0.0039. 1 where there is no variance. */
static double pair_p(const struct letters_share *a, const struct letters_share *c) {
  double p = (a->base * a->p + c->base * c->p) / (a->base + c->base);
  double se = sqrt(p * (1 - p) * (1 / a->base + 1 / c->base));
  return se > 0 ? fmin(1, 2 * normal_cdf(fabs(a->p - c->p) / se, UPPER)) : 1;
}

/* The same from a variance, which is 0 (within rounding) for columns of the same respondents: then
 * the columns are one, and the p-value 1. df above 0. */
static double contrast_p(double difference, double v1, double v2, double covariance, double df) {
  double variance = v1 + v2 - 2 * covariance;
  if (!(variance > 1e-14 * (v1 + v2))) return 1;
  return fmin(1, 2 * student_cdf(fabs(difference) / sqrt(variance), df, UPPER));
}

/* The p-values of all pairs that are compared, in the order 01, 02, .., 12, ..; returns how
 * many. `p` has room for count^2. */
static size_t list_pairs(double *p, const struct letters_share *shares, size_t count,
                         const struct letters_spread *spread) {
  size_t pairs = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t j = i + 1; j < count; j++) {
      if (!shares[i].compared || !shares[j].compared) continue;
      const double *v = spread ? spread->cov : NULL;
      p[pairs++] = v ? contrast_p(shares[i].p - shares[j].p, v[i * count + i], v[j * count + j],
                                  v[i * count + j], spread->df)
                     : pair_p(&shares[i], &shares[j]);
    }
  return pairs;
}

/* Says of every pair that differs which of the two is larger, in the order of list_pairs.
 * Invariant: `pair` counts compared pairs only, exactly as list_pairs does. */
static void mark(bool *larger, const double *p, const struct letters_share *shares, size_t count,
                 double alpha) {
  size_t pair = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t j = i + 1; j < count; j++) {
      if (!shares[i].compared || !shares[j].compared || !(p[pair++] < alpha)) continue;
      if (shares[i].p > shares[j].p) larger[i * count + j] = true;
      else larger[j * count + i] = true;
    }
}

/* Lists, adjusts, marks: O(count^2) for a row of a table. On failure `larger` is all false. */
bilan_status letters_compare(bilan *b, bool *larger, const struct letters_share *shares,
                             size_t count, const struct letters_spread *spread,
                             const struct letters_options *options) {
  memset(larger, 0, count * count * sizeof *larger);
  double *p = mem_array(&b->mem, count * count, sizeof *p);
  double *adjusted = mem_array(&b->mem, count * count, sizeof *adjusted);
  bilan_status status = p && adjusted ? BILAN_OK : fail_nomem(b);
  if (!status)
    status = plain_p_adjust(b, adjusted, p, list_pairs(p, shares, count, spread), options->adjust);
  if (!status) mark(larger, adjusted, shares, count, options->alpha);
  mem_free(&b->mem, p);
  mem_free(&b->mem, adjusted);
  return status;
}

/* Counting in letters without a zero: after Z comes AA.
 * i = 0 is A, 25 is Z, 26 is AA, 701 is ZZ, 702 is AAA. */
void letters_name(char out[LETTER_ROOM], size_t i) {
  char reversed[LETTER_ROOM];
  size_t n = 0;
  for (i++; i && n + 1 < LETTER_ROOM; i = (i - 1) / 26) reversed[n++] = (char)('A' + (i - 1) % 26);
  for (size_t k = 0; k < n; k++) out[k] = reversed[n - 1 - k];
  out[n] = '\0';
}

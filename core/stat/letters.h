/* letters.h - which columns of a cross-table differ: pairwise tests of two shares.
 *
 *   z = (p1 - p2) / sqrt(p (1 - p) (1/e1 + 1/e2)),   p = (e1 p1 + e2 p2) / (e1 + e2)
 * with e the base; two-sided normal p-values, adjusted over the pairs of one row. Columns share
 * no respondents. By a declared design, and for columns that do share respondents,
 *   t = (p1 - p2) / sqrt(V1 + V2 - 2 C)
 * on the design's degrees of freedom, with V and the covariance C of share_target.h. A column at
 * 0 % or 100 %, or with a base under the threshold, is not compared; the caller says so in words.
 *
 * Worked example: 50 % of 100 against 30 % of 100: p = 0.4, z = 0.2 / sqrt(0.24 * 0.02) =
 * 2.887, p-value 0.0039. At alpha 0.05 column A gets the letter of B. z^2 = 8.33 is Pearson's
 * chi-squared of the same four counts.
 *
 * Cost: pairs of columns; with Bonferroni or Holm the p-values of a row are one family.
 */
#ifndef STAT_LETTERS_H
#define STAT_LETTERS_H

#include "stat/plain/plain.h"

/* One column of a row. base > 0 where `compared`. */
struct letters_share {
  double p, base;
  bool compared;
};

/* alpha: the significance under which a letter is given, after the adjustment. */
struct letters_options {
  double alpha;
  enum plain_adjustment adjust;
};

/* Variances by design. */
struct letters_spread {
  const double *cov; /* count * count; NaN for columns that are not compared */
  double df;         /* > 0 */
};

/* larger[i * count + j] = share i is larger than share j, significantly.
 * `larger` has room for count * count. Both larger[i][j] and larger[j][i] are false where the
 * difference is not significant or one of them is not compared. spread NULL: the pooled z of
 * independent columns. BILAN_NOMEM. */
bilan_status letters_compare(bilan *b, bool *larger, const struct letters_share *shares,
                             size_t count, const struct letters_spread *spread,
                             const struct letters_options *options);

/* The letter of column i: A to Z, then AA, AB, ...
 * Bytes of a name with its NUL: seven letters name more columns than any table has. */
enum { LETTER_ROOM = 8 };
void letters_name(char out[LETTER_ROOM], size_t i);

#endif

/* letters.h - which columns of a cross-table differ: pairwise tests of two shares.
 *
 *   z = (p1 - p2) / sqrt(p (1 - p) (1/e1 + 1/e2)),   p = (e1 p1 + e2 p2) / (e1 + e2)
 * with e the effective base (sum w)^2 / sum w^2, which is n without weights; two-sided normal
 * p-values, adjusted over the pairs of one row. Columns share no respondents. A column at 0 %
 * or 100 %, or with a base under the threshold, is not compared; the caller says so in words.
 */
#ifndef STAT_LETTERS_H
#define STAT_LETTERS_H

#include "stat/plain/plain.h"

struct letters_share {
  double p, base; /* effective base */
  bool compared;
};

struct letters_options {
  double alpha;
  enum plain_adjustment adjust;
};

/* larger[i * count + j] = share i is larger than share j, significantly. */
bilan_status letters_compare(bilan *b, bool *larger, const struct letters_share *shares,
                             size_t count, const struct letters_options *options);

/* The letter of column i: A to Z, then AA, AB, ... */
enum { LETTER_ROOM = 8 };
void letters_name(char out[LETTER_ROOM], size_t i);

#endif

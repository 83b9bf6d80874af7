/* whole.h - weights as whole numbers: decimals of few digits summed without rounding.
 *
 * Weights are nearly always decimals: 1.25, 0.83, 2.358831. Where every weight of a column times
 * 10^k is a whole number below 2^31 for some k <= 9, sums are made of those numbers, exactly, and
 * divided once:
 *
 *   sum of w   = (double)(sum of w 10^k) / 10^k
 *   sum of w^2 = (double)(sum of (w 10^k)^2) / 10^2k
 *
 * so they depend neither on the order of rows nor on threads or blocks. 2.358831 is
 * the double nearest to 2358831 / 10^6, which is how a decimal is told: w is one where
 * (double)m / 10^k == w for the m nearest to w 10^k. (Both m and 10^k are exact in a double, and
 * the quotient is rounded once, so the test means "w is how m / 10^k is written in binary".)
 *
 * What a column is, is found out at the first request and kept with it; a weight that is missing
 * weighs 0. Memory: 4 bytes a row, none where all weights are 1. Cost: one pass, and one
 * more for each k that fails, which mostly happens at one of the first rows.
 *
 * Worked example: weights 1.5, 0.25, missing: k = 2, units 150, 25, 0; sum 175 / 100 = 1.75, sum
 * of squares (22500 + 625) / 10^4 = 2.3125.
 */
#ifndef DATA_WHOLE_H
#define DATA_WHOLE_H

#include "data/column.h"

enum whole_kind {
  WHOLE_NONE, /* not decimals of so few digits: sums are of doubles */
  WHOLE_ONES, /* every weight is 1: sums are counts */
  WHOLE_UNITS /* whole multiples of 10^-k */
};

struct whole {
  enum whole_kind kind;
  const uint32_t *units; /* UNITS: [row] w * 10^k, 0 where missing; ONES: NULL */
  uint32_t highest;      /* the highest of units; ONES: 1 */
  uint32_t lowest;       /* the lowest of units; 0: some row weighs nothing */
  double scale;          /* 10^k */
};

/* Exact weights of a column of numbers, or of nobody (NULL: all 1). *out is lent: by the column,
 * for as long as it lives, or for ever. Under ways.plain the kind is WHOLE_NONE but for NULL.
 * BILAN_NOMEM. */
bilan_status whole_weights(bilan *b, const struct whole **out, const struct column *weight);

/* The highest absolute value, plus 1, of a column with numbers that are all whole; -1 where one of
 * them is not. A column of numbers notes it at the first look, which takes a pass. */
double whole_most(const struct column *c);

/* A sum of units as a sum of weights. Rounded twice at most: where it is beyond 2^53, and once by
 * the division; the same for every order of rows. */
static inline double whole_sum(const struct whole *w, uint64_t units) {
  return (double)units / w->scale;
}

/* A sum of squared units, high * 2^32 + low, as a sum of squared weights. */
static inline double whole_squares(const struct whole *w, uint64_t high, uint64_t low) {
  high += low >> 32;
  low &= UINT32_MAX;
  double units = high >> 32 ? (double)high * 4294967296.0 + (double)low
                            : (double)(high << 32 | low);
  return units / (w->scale * w->scale);
}

#endif

/* many_weights.h - the sums of one request under many columns of weights, in one pass.
 *
 * Replicate weights that are given in the data are a hundred columns of doubles. A pass for each
 * reads keys and measures a hundred times over; here a chunk of rows has its cells and values
 * worked out once, then each column goes by, two at a time: one addition of 16 bytes a row.
 *
 * Traffic of a row: 8 bytes a column of weights, once. At a million rows and 100 columns those are
 * 800 MB, which the memory gives in 50 ms to two threads; the additions take about as long.
 *
 * Blocks of rows depend on sizes alone and are added in order: the same bits on any number of
 * threads.
 */
#ifndef KERNEL_MANY_WEIGHTS_H
#define KERNEL_MANY_WEIGHTS_H

#include "kernel/rows.h"

/* Numbers of a column of weights: its sums of w by cell, then of w and of w * y by cell for each
 * measure: [cell], [cells + 2 m cells + cell], [cells + (2 m + 1) cells + cell]. */
static inline size_t many_weights_numbers(size_t cells, size_t measures) {
  return cells * (2 * measures + 1);
}

/* sums[column * numbers + place] of `count` columns (NUMBERS, none missing, of as many rows as the
 * request). The request's own weight and units are not looked at; what it leaves out for its domain
 * or as incomplete is left out. BILAN_NOMEM; what rows_check refuses. */
bilan_status many_weights(bilan *b, double *sums, const struct cells_request *request,
                          struct column *const *weights, size_t count);

#endif

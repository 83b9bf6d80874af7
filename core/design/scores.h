/* scores.h - what each row adds to each statistic: its weighted influence, row by row.
 *
 *   z_k = w (sum over the row's slots of coefficient * value)          forms.h
 * and, for every calibration in the order in which they were made,
 *   z_k = z_k - w_after x' B_k,   B from sums of q x z / w_after over all rows (calibration.h)
 *
 * Scores are never kept for all rows: readers take them a few rows at a time. Finding B takes
 * one pass over the rows for each calibration.
 *
 * Internal to the design floor: linear.c alone uses it.
 */
#ifndef DESIGN_SCORES_H
#define DESIGN_SCORES_H

#include "design/calibration.h"
#include "design/forms.h"
#include "kernel/rows.h"

/* Ready to be read by several workers. */
struct scores {
  struct rows_plan rows;
  const struct forms *forms;
  const struct design *design;
  size_t statistics;
  double **slopes; /* of each calibration that is ready: B, coefficients x statistics */
  size_t ready;
};

/* Finds the slopes of all calibrations of the design. scores_close in any case. */
bilan_status scores_open(bilan *b, struct scores *s, const struct design *design,
                         const struct cells_request *request, const struct forms *forms);
void scores_close(bilan *b, struct scores *s);

/* Adds what the scores of a few rows come to: z[i * statistics + k] of row from + i, i < count.
 * Runs on any worker, several at a time: reads its context only. */
typedef void scores_add(const void *context, double *sums, const double *z, size_t from,
                        size_t count);

/* One pass over all rows, block by block: total[numbers] gets, besides what it holds, what `add`
 * makes of the scores. The bits do not depend on the number of threads. BILAN_NOMEM. */
bilan_status scores_pass(bilan *b, const struct scores *s, double *total, size_t numbers,
                         scores_add *add, const void *context);

#endif

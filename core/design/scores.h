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

/* Rows that are read at a time: as many as keep their scores near the processor. */
size_t scores_rows(const struct scores *s);

/* z[i * statistics + k] of the rows from .. from + count - 1, count <= scores_rows. */
void scores_read(const struct scores *s, double *z, size_t from, size_t count);

#endif

/* cells.h - cells are asked for, not computed on the spot.
 *
 * An estimator describes what it needs as a plain request: the keys that cross-classify the
 * rows, the measures to sum, the domain, the weight, the sampling unit. It gets back sufficient
 * statistics per cell, and per unit and cell where it asked for that. Every estimate, variance,
 * interval and test is computed from such an answer and from nothing else, so the question
 * can be answered by a pass over columns in memory (cells_tabulate) or, one day, by a
 * database, with the same result.
 *
 * Cells are dense: with keys of s1, s2, ... codes, the cell of codes (c1, c2, ...) is number
 * (c1 * s2 + c2) * s3 + ... Missing answers are codes too, so nothing is left out: the
 * estimator decides what is in the base by looking at the levels' kinds of missing.
 *
 * Determinism: rows are cut into blocks of a fixed size; a block is summed in row order and
 * blocks are added in block order, whatever the number of threads.
 *
 * Worked example: keys genre (codes 0 none, 1 girl, 2 boy) and niveau (codes 0 none, 1 low, 2
 * high) make 9 cells; a girl of high level is in cell 1 * 3 + 2 = 5. With one measure y and
 * rows (w, y) = (2, 10), (1, 4) in that cell
 *
 *   n 2   weight 3   weight2 5   sums: n 2, weight 3, y 24, yy 216
 *
 * so the mean is 24 / 3 = 8. Cost: one pass over rows * (keys + measures). Memory: 24 bytes a
 * cell, 32 more a measure and cell, 8 a unit and cell and 8 more a measure of those, and at
 * most two partial results of that size per worker.
 */
#ifndef KERNEL_CELLS_H
#define KERNEL_CELLS_H

#include "kernel/rows.h"

/* What one measure sums to in one cell. y stands for value minus centre. */
struct cells_sums {
  int64_t n;     /* rows with a value and a weight that is not 0 */
  double weight; /* sum of w over them */
  double y;      /* sum of w * y */
  double yy;     /* sum of w * y * y */
};

/* The answer. All arrays are parts of one run of memory, freed by cells_free. */
struct cells {
  struct mem *mem;
  size_t key_count;
  size_t sizes[CELLS_KEYS]; /* codes of each key */
  size_t count;             /* product of sizes: cells */
  size_t measure_count;
  bool exact;               /* sums of y are whole numbers, or such by a scale: rounded once */
  int64_t *n;               /* count: rows of a weight that is not 0 (all when unweighted) */
  double *weight;           /* count: sum of w */
  double *weight2;          /* count: sum of w * w */
  struct cells_sums *sums;  /* [measure * count + cell] */
  size_t unit_count;        /* 0 when no units were given */
  double *unit_weight;      /* [unit * count + cell]: sum of w */
  double *unit_y;           /* [(measure * unit_count + unit) * count + cell]: sum of w * y */
};

/* Answers a request: from an open plan (plan.h), by a kernel for whole tables (unit_tables.h,
 * joint_tables.h), or by cells_pass. BILAN_LIMIT beyond 2^26 cells, with the names of nothing but
 * the sizes in the message; BILAN_NOMEM. */
bilan_status cells_tabulate(bilan *b, struct cells *out, const struct cells_request *request);

/* The same by one pass over columns in memory, whatever the request: the reference for all others,
 * and all there is under ways.plain. */
bilan_status cells_pass(bilan *b, struct cells *out, const struct cells_request *request);

/* out[i] answers requests[i] as cells_tabulate would, all of one pass over the rows where the same
 * kernel can answer them. Free each; none is left on failure. */
bilan_status cells_tabulate_all(bilan *b, struct cells *out, const struct cells_request *requests,
                                size_t count);

void cells_free(struct cells *c); /* idempotent */

#endif

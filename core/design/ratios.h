/* ratios.h - influences of PSUs on ratios of sums of cells: the short way of shares.
 *
 * A share is p = A / B with A and B sums of cells of one request. To first order a PSU with totals
 * a and b of those sums adds (a - p b) / B to it (Sarndal, Swensson & Wretman, 1992, 5.6). General
 * forms (forms.h) say the same with a coefficient a cell and statistic: of 6 levels in 4 groups 24
 * times 7 terms. Here a PSU's sums are made once, then each share takes two numbers.
 *
 *   values of a PSU      its cells, then the sums of several cells
 *   z of share k         (value[over] - share * value[base]) * inverse
 *
 * Worked example: cells 0 yes, 1 no with totals 8 and 12 over all, p = 0.4, 1 / B = 0.05. Values
 * are the two cells and their sum, place 2; a PSU of 3 and 1 adds (3 - 0.4 * 4) * 0.05 = 0.07.
 *
 * Owner: ratios_close. Cost: PSUs x (cells + statistics).
 */
#ifndef DESIGN_RATIOS_H
#define DESIGN_RATIOS_H

#include "kernel/cells.h"

/* One statistic. */
struct ratio {
  size_t over, base;     /* places among the values */
  double share, inverse; /* share 0: no base, the statistic is a total */
};

struct ratios {
  struct mem *mem;
  size_t cells;             /* of the request */
  size_t *first, sums;      /* [sums + 1] where the cells of each sum begin */
  size_t *list, listed;     /* cells of all sums */
  size_t sum_room, list_room;
  struct ratio *ratio;      /* [count] filled by the caller */
  size_t count;
};

bilan_status ratios_open(bilan *b, struct ratios *r, size_t cells, size_t count);
void ratios_close(struct ratios *r); /* idempotent */

/* A sum is told cell by cell, in the order in which it is to be added up; ratios_place then ends it
 * and gives its place among the values: that of the cell where it is one. BILAN_NOMEM. */
bilan_status ratios_cell(bilan *b, struct ratios *r, size_t cell);
bilan_status ratios_place(bilan *b, struct ratios *r, size_t *place);

/* z[unit * count + k] of all PSUs. BILAN_NOMEM. */
bilan_status ratios_influence(bilan *b, double *z, const struct ratios *r,
                              const struct cells *totals);

#endif

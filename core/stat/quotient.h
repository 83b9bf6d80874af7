/* quotient.h - statistics that are sums of quotients of totals, as targets of a design.
 *
 * Means, totals, ratios and their contrasts are all of one form: with T the totals of a request
 * by slot (design/forms.h),
 *   theta = sum over the parts of  factor * (offset + T_over / T_under)
 * whose gradient is
 *   d theta / d T_over  = factor / T_under
 *   d theta / d T_under = -factor * (T_over / T_under) / T_under
 * (Taylor; Sarndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992, section 5.5). A
 * part without `under` is a total: the divisor is 1. The offset is what was taken off a measure
 * before it was summed (its centre), so that large means lose no digits: it has no variance.
 *
 * Worked example, mean of 2, 4, 9 about the centre 4: T_over = 3, T_under = 3, offset 4: theta
 * = 5; the gradient is 1/3 and -1/3, so the influences are (y - 4 - 1) / 3 = -1, -1/3, 4/3.
 *
 * Owner: quotients_free. Parts of a statistic add up in the order in which they came.
 */
#ifndef STAT_QUOTIENT_H
#define STAT_QUOTIENT_H

#include "design/target.h"

#define NO_SLOT SIZE_MAX

/* One term of a statistic; slots are those of the request (design/forms.h). */
struct quotient_part {
  size_t statistic, over;
  size_t under;          /* NO_SLOT: a total */
  double offset, factor; /* what the measure was centred on; what the term counts for */
};

/* A list that grows; zeroed or opened before it is freed. */
struct quotients {
  struct mem *mem;
  struct quotient_part *parts;
  size_t count, room;
  size_t statistics;     /* one more than the largest that was named */
};

void quotients_open(bilan *b, struct quotients *q);
/* BILAN_NOMEM. */
bilan_status quotients_add(bilan *b, struct quotients *q, struct quotient_part part);
void quotients_free(struct quotients *q); /* idempotent */

/* Values and variances (block 1) from the request's totals; free with target_free. A quotient by
 * 0 makes its statistic NaN. known: see target.h, or NULL. Without statistics the answer is
 * empty. */
bilan_status quotients_estimate(bilan *b, struct target_answer *out, const struct design *design,
                                const struct cells_request *request, struct quotients *q,
                                const struct cells *known);

#endif

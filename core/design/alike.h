/* alike.h - the variance of a stage whose units are rows that differ within a cell by their weight
 * alone: no measure, no calibration. Strata by cells then stand for the rows.
 *
 * This is the usual case of a share in a survey of persons without clusters: a million rows, a few
 * hundred pairs of a stratum and a cell. The sums are those of linear.c in another order, so the
 * result is the same to rounding, not to the bit; which of the two is taken depends on sizes alone.
 */
#ifndef DESIGN_ALIKE_H
#define DESIGN_ALIKE_H

#include "design/design.h"
#include "design/forms.h"
#include "kernel/rows.h"

/* Can cells stand for the rows of this stage, and is that less work than looking at the rows? */
bool alike_rows(const struct design *d, const struct stage *s,
                const struct cells_request *request, size_t cells);

/* Adds the variance of the stage to cov (blocks as in linear.h). The request has the design's
 * weight, which is a column of numbers without a missing one. BILAN_NOMEM. */
bilan_status alike_variance(bilan *b, double *cov, const struct stage *s,
                            const struct cells_request *request, const struct forms *f,
                            size_t block);

#endif

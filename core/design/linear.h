/* linear.h - the design variance of linear forms: Taylor linearisation's last step.
 *
 * The forms give each row k an influence u_k; z_i = sum of w_k u_k over the rows of unit i; the
 * variance is that of design.h. Covariances come with it from the same unit totals, so those of
 * domains, of overlapping columns and of years that share PSUs need no rule of their own.
 *
 * Calibrated designs (calibration.h) replace u_k by its residual on the calibration variables,
 * in all rows of the sample, also those outside the domain.
 *
 * Statistics come in blocks of equal size: covariances are wanted within a block only, and the
 * answer is one square matrix a block, `block` by `block`, row by row. block = 1 gives variances
 * alone; block = forms->statistics the full matrix.
 *
 * Replicates are not looked at here: see target.h, which chooses.
 *
 * Cost: one pass over the rows (two where rows are units); then units x statistics x block.
 * Memory: units x statistics for stages whose units are clusters, strata x statistics where they
 * are rows: never rows x statistics. The bits do not depend on the number of threads.
 */
#ifndef DESIGN_LINEAR_H
#define DESIGN_LINEAR_H

#include "design/design.h"
#include "design/forms.h"
#include "kernel/cells.h"

/* cov: statistics / block matrices of block * block. The request's weight and unit are set here
 * from the design; its keys, measures, centres and domain are those that the forms were made
 * for. design NULL: rows are a simple random sample. BILAN_NOMEM, BILAN_LIMIT; what
 * cells_tabulate refuses. */
bilan_status linear_variance(bilan *b, double *cov, const struct design *design,
                             const struct cells_request *request, const struct forms *forms,
                             size_t block);

/* The same where the answer to the request, made as linear_request says, is known already: that
 * saves a pass over the rows. */
bilan_status linear_variance_of(bilan *b, double *cov, const struct design *design,
                                const struct cells_request *request, const struct forms *forms,
                                size_t block, const struct cells *known);

/* Can the variance of a function of totals by PSU (`totals`, as linear_request asks for them) be
 * had from those alone? Not where later stages add to it. */
bool linear_by_units(const struct design *design, const struct cells *totals);

/* The variance of statistics whose influences add up to z[unit * statistics + k] in the PSUs: the
 * last step of the above. BILAN_NOMEM. */
bilan_status linear_units(bilan *b, double *cov, const struct design *design, const double *z,
                          size_t statistics, size_t block);

/* Sets weight and, where the variance will need totals by PSU, unit of a request. */
void linear_request(struct cells_request *request, const struct design *design);

#endif

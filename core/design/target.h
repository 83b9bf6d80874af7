/* target.h - estimates with their covariances, by whichever method the design has.
 *
 * An estimator describes its statistics once: the request whose totals they are functions of, how
 * they follow from the totals, and their gradient. The design then answers with values and
 * covariances, by linearisation (linear.h) or by working them out again under every set of
 * replicate weights (replicates.h). No estimator knows which.
 *
 * Worked example, the mean of y: the request has one measure; solve gives y / weight of the cell;
 * the gradient is 1 / W at the measure's slot and -mean / W at the weight's.
 */
#ifndef DESIGN_TARGET_H
#define DESIGN_TARGET_H

#include "design/linear.h"

/* Filled by the estimator, lent for the call. */
struct target {
  struct cells_request request; /* weight and unit are set by the design */
  size_t count;                 /* statistics */
  size_t block;                 /* see linear.h; divides count */
  void *context;                /* for the two functions */
  const struct cells *known;    /* the answer to the request as linear_request makes it, where the
                                   estimator has it already; NULL */
  /* theta[count] from totals: only weight, sums[].weight and sums[].y of the cells may be read.
   * NaN for a statistic that does not exist. Deterministic; may not fail. */
  void (*solve)(const void *context, double *theta, const struct cells *totals);
  /* The gradient at these totals; NaN statistics have none. */
  bilan_status (*gradient)(bilan *b, const void *context, struct forms *forms,
                           const struct cells *totals, const double *theta);
  /* Where there is a shorter way from totals by PSU to their influences: z[unit * count + k], what
   * the gradient makes of the unit's totals; NaN statistics any number. NULL: the gradient. */
  bilan_status (*influence)(bilan *b, const void *context, double *z, const struct cells *totals,
                            const double *theta);
};

/* Owned by the caller: target_free. */
struct target_answer {
  struct mem *mem;
  struct cells cells; /* of the full sample, with counts and squares; lent where it was known */
  double *theta;      /* [count] */
  double *cov;        /* [count / block] matrices of block * block; NaN rows and columns for a
                         statistic that is NaN */
  size_t block;
  size_t lost;        /* replicates in which some statistic did not exist: left out */
};

/* What cells_tabulate and linear_variance refuse; BILAN_NOMEM. */
bilan_status target_estimate(bilan *b, struct target_answer *out, const struct design *design,
                             const struct target *target);
void target_free(struct target_answer *a); /* idempotent */

/* Covariance of two statistics of one block. */
static inline double target_cov(const struct target_answer *a, size_t i, size_t j) {
  return a->cov[(i / a->block * a->block + i % a->block) * a->block + j % a->block];
}

#endif

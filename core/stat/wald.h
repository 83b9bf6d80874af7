/* wald.h - what all regressions share: covariances of coefficients, intervals, Wald tests.
 *
 * A regression solves sum over rows of w psi(row, theta) = 0. Its estimate has the influence
 * u = A^-1 psi, A = - sum w d psi / d theta, so its design covariance is that of totals of u: the
 * sandwich (Binder, International Statistical Review 51, 1983). A design with replicates is
 * solved again under each set of weights.
 *
 * Degrees of freedom: those of the design among the rows that are in the model, plus 1, minus
 * the coefficients (as R's svyglm); svyolr, which has no intercept, comes to the same.
 *
 * Wald's test of k coefficients: F = b' V^-1 b / k on k and those degrees of freedom (Korn &
 * Graubard, American Statistician 44, 1990).
 *
 * Owner: regression_free.
 */
#ifndef STAT_WALD_H
#define STAT_WALD_H

#include "stat/glm_model.h"

/* x'y, summed in order: the same on every machine. */
static inline double regression_dot(const double *x, const double *y, size_t count) {
  double sum = 0;
  for (size_t k = 0; k < count; k++) sum += x[k] * y[k];
  return sum;
}

/* What a kind of regression tells of itself; the context is its own state. */
struct estimating {
  void *context;
  size_t count; /* parameters */
  /* u[count] of complete row i at the full-sample estimate. */
  void (*influence)(void *context, double *u, size_t i);
  /* theta[count] under other weights (of the complete rows), from the full-sample estimate on;
   * NaN where there is no solution. */
  bilan_status (*refit)(bilan *b, void *context, double *theta, const double *weights);
};

/* Are all coefficients of a term 0? */
struct wald_test {
  size_t columns;               /* df of the numerator; 0: the term has none */
  double statistic, ddf, p_value; /* NaN: no test */
};

/* The answer of glm_estimate and ordinal_estimate. */
struct regression {
  struct mem *mem;
  struct model model;
  size_t count;             /* parameters: kept columns, then thresholds */
  double *theta;            /* [count] */
  double *cov;              /* [count^2] */
  struct wald_test *tests;  /* [term] */
  double ddf;               /* of all t and Wald tests of the model; may be 0 or less */
  size_t lost;              /* replicates without a solution */
  struct model_levels response; /* ordinal: levels of the response */
  double dispersion;        /* see glm.h; NaN for ordinal */
  bool exact;               /* the model leaves no residual: no standard errors */
  double deviance;          /* weights of mean 1 */
  size_t iterations;        /* steps of the full-sample fit */
};

/* Covariances into r->cov, degrees of freedom, tests; r->theta and the model are there. */
bilan_status regression_finish(bilan *b, struct regression *r, const struct sample *sample,
                               const struct estimating *e);
/* The row of parameter k: value, se, interval, t; n and missing of the model. */
struct estimate regression_row(const struct regression *r, size_t k, double conf);
void regression_free(struct regression *r); /* idempotent */

#endif

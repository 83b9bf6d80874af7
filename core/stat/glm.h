/* glm.h - generalised linear models with design-based standard errors.
 *
 * g(E y) = x' beta + offset, solved by sum w (y - mu) mu' / V(mu) x = 0, mu' = d mu / d eta
 * (pseudo-likelihood; Binder, 1983; Lumley, Complex Surveys, 2010, ch. 5), by iteratively
 * reweighted least squares (Nelder & Wedderburn, JRSS A 135, 1972). Every step is a QR of the
 * weighted rows, block by block. Weights are scaled to mean 1, which moves no estimate.
 *
 * The influence of a row is u = (X' W X)^-1 x (y - mu) mu' / V, W = w mu'^2 / V; see wald.h.
 *
 * Dispersion: the weighted variance of Pearson's residuals (y - mu) / sqrt(V), with n / (n - 1), as
 * R's summary of svyglm. It is told, and enters no standard error.
 *
 * Worked example: y = 0, 0, 1, 1, 1, 0 with x = 0, 0, 0, 1, 1, 1: the logits are ln(1/2) and
 * ln(2), so beta = (-0.6931, 1.3863).
 */
#ifndef STAT_GLM_H
#define STAT_GLM_H

#include "stat/glm_family.h"
#include "stat/wald.h"

/* Lent while the fit is at work and its answer lives. */
struct glm_request {
  struct model_spec model; /* the response is numeric */
  enum family family;
  enum link link;
  double epsilon; /* relative change of the deviance to stop at: 1e-8 is usual; 0: to rounding */
};

/* BILAN_DATA: an answer the family cannot have (row), perfect separation (the coefficient that
 * grows without end), no convergence; what model_open refuses. `out` is to be freed only when
 * this succeeded. */
bilan_status glm_estimate(bilan *b, struct regression *out, const struct sample *sample,
                          const struct glm_request *request);

#endif

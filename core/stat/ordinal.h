/* ordinal.h - proportional odds: cumulative logits of an answer in order.
 *
 *   logit P(Y <= k) = zeta_k - x' beta,   k = 1 .. K - 1,   zeta rising
 *
 * (McCullagh, JRSS B 42, 1980), by the weighted likelihood and Newton's method; the likelihood is
 * concave in (beta, zeta) (Pratt, JASA 76, 1981), so a halved step always leads up. A positive
 * coefficient goes with later levels. The influence of a row is H^-1 times its score, H the
 * observed information; see wald.h.
 *
 * Parameters: the columns of the model (no intercept), then the thresholds, called "low|middle",
 * "middle|high" after the levels they part.
 *
 * Worked example: without columns the thresholds are the logits of the cumulative shares: shares
 * 0.2, 0.3, 0.5 give ln(0.2 / 0.8) = -1.386 and ln(0.5 / 0.5) = 0.
 */
#ifndef STAT_ORDINAL_H
#define STAT_ORDINAL_H

#include "stat/wald.h"

/* Lent while the fit is at work and its answer lives. */
struct ordinal_request {
  struct model_spec model; /* the response is CODES; intercept true, for the coding */
  bool sorted;             /* levels of the response by number or label, else by dictionary */
};

/* BILAN_DATA: fewer than three levels have answers, separation, no convergence; what model_open
 * refuses. `out` is to be freed only when this succeeded. */
bilan_status ordinal_estimate(bilan *b, struct regression *out, const struct sample *sample,
                              const struct ordinal_request *request);

#endif

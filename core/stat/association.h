/* association.h - tests of levels with a design: independence of two items, shares against known
 * ones.
 *
 * Pearson's X2 of the weighted table, scaled to n respondents, is no chi-squared variable when
 * respondents come in clusters or have unequal weights. With V the design covariance of the
 * cells' shares p, D their diagonal matrix and C the contrasts that independence sets to 0,
 *
 *   Delta = (C' D^-1 C / n)^-1 (C' D^-1 V D^-1 C)
 *
 * its distribution is that of sum lambda_i chi2_1, lambda the eigenvalues of Delta, the
 * generalised design effects (Rao & Scott, JASA 76, 1981; Annals of Statistics 12, 1984; 15,
 * 1987). With k = (r - 1)(c - 1), t = trace of Delta, f = t^2 / trace(Delta^2), and nu the degrees
 * of freedom of the design:
 *
 *   F            X2 / t on F(f, f nu): second order; the default
 *   Chisq        X2 is shown; X2 / (t / k) on chi2_k: first order
 *   Wald         W / k on F(k, nu), W from the deviations of counts from independence
 *   adjWald      W (nu - k + 1) / (nu k) on F(k, nu - k + 1)
 *   lincom       X2, the whole mixture over an estimated variance of f nu degrees of freedom
 *   saddlepoint  the same by the saddlepoint approximation, f nu cut to a whole number as R's
 *                survey does: p is a little larger
 *
 * With replicate weights lincom and saddlepoint take the mixture alone, without the denominator.
 * Rows and columns in which nobody is drop from r and c; empty cells stay. Counts are never
 * rounded. A factor common to all weights changes nothing but the weighted n.
 *
 * Figures: statistic, df and ddf as the test has them, p_value, effect (Cramer's V of the weighted
 * table; goodness: Cohen's w), deff (t / k, the mean generalised design effect), weighted_n, n.
 * Owner: `out` is the caller's, untouched on failure. Cost: one pass (two for
 * goodness), and rows * cells^2 at most in the covariance.
 */
#ifndef STAT_ASSOCIATION_H
#define STAT_ASSOCIATION_H

#include "stat/estimate.h"

/* Mean generalised design effects below this are 0 but for rounding: a design that fixes what it
 * is asked about, as the sizes of its strata, leaves nothing to test against. */
#define EFFECTS_LEAST 1e-20

/* In the order of association_names. */
enum association_statistic {
  ASSOCIATION_F,
  ASSOCIATION_CHISQ,
  ASSOCIATION_WALD,
  ASSOCIATION_ADJUSTED_WALD,
  ASSOCIATION_LINCOM,
  ASSOCIATION_SADDLEPOINT,
  ASSOCIATION_STATISTICS
};
extern const char *const association_names[ASSOCIATION_STATISTICS + 1]; /* "F", "Chisq", ... */

/* Are the answers to two items (CODES) independent? With or without a declared design: without
 * one the rows are a simple random sample. Notes: NOTE_EMPTY, NOTE_NO_TABLE, NOTE_NO_DEGREES,
 * NOTE_FEW_DEGREES. BILAN_LIMIT beyond 2^24 pairs of cells. */
bilan_status association_test(bilan *b, struct estimate *out, const struct sample *sample,
                              const struct column *row, const struct column *col,
                              enum association_statistic statistic);

/* second: X2 on a scaled chi-squared of f degrees of freedom (Satterthwaite); first: X2 / (t / k)
 * on chi2_k; F: X2 / t on F(f, f nu). */
enum goodness_order { GOODNESS_SECOND, GOODNESS_FIRST, GOODNESS_F, GOODNESS_ORDERS };
extern const char *const goodness_names[GOODNESS_ORDERS + 1]; /* "second", "first", "F" */

/* Lent for the call. */
struct goodness_request {
  const struct column *item;  /* CODES */
  const double *shares;       /* [code] of the levels in question, > 0; 0 for a code left out;
                                 any sum: they are divided by it */
  enum goodness_order order;  /* of a declared design; without one Pearson's X2 on chi2_k */
};

/* Does the item have these shares in the population? BILAN_USAGE: a level with respondents has
 * no share, fewer than two levels have one. */
bilan_status goodness_test(bilan *b, struct estimate *out, const struct sample *sample,
                           const struct goodness_request *request);

/* theta' V^-1 theta of `count` statistics (cov: count * count); *rank is that of V. */
bilan_status association_wald(bilan *b, double *statistic, size_t *rank, const double *theta,
                              const double *cov, size_t count);

/* statistic, df, ddf and p_value of F(df, ddf); NOTE_FEW_DEGREES unless ddf > 0. */
void association_set_f(struct estimate *e, double f, double df, double ddf);

/* Of so many statistics, W adjusted: W (nu - k + 1) / (nu k) on F(k, nu - k + 1), into statistic,
 * df, ddf and p_value; NOTE_FEW_DEGREES where nu or the rank does not reach k. */
bilan_status association_adjusted(bilan *b, struct estimate *e, const double *theta,
                                  const double *cov, size_t count, double nu);

#endif

/* compare_design.h - tests by design: means, ranks, paired answers, trends.
 *
 * The requests are those of compare.h; here the sample has a declared design, and every test is a
 * contrast with the covariance that the design gives it, so that groups which share PSUs, and
 * answers of the same respondents, are compared as what they are. All take the degrees of freedom
 * nu of the rows that are compared (PSUs minus strata, sample_degrees).
 *
 *   means     difference of two domain means, t on nu - 1; one mean, or the mean change, t on nu
 *   ranks     scores of the estimated population ranks; two groups: difference of their mean
 *             scores, t on nu - 1; more: Wald's chi-squared, F on g - 1 and nu - g + 1 (Lumley &
 *             Scott, Biometrika 100, 2013)
 *   mcnemar   share after minus share before, t on nu; more than two levels: symmetry of the
 *             square table, Wald adjusted
 *   trend     slope of the level's indicator on the scores of the groups, t on nu - 1
 *
 * Worked example. Two clusters of a girl and a boy each, scores 10 12 and 14 18: difference of
 * the means 3, and since both clusters agree on its sign, the variance is that of the clusters'
 * own differences.
 *
 * Figures: value, se, low, high, conf of the difference; statistic, df (and ddf), p_value, n,
 * weighted_n, missing. A variance of 0 gives NOTE_NO_VARIANCE, nu that does not suffice
 * NOTE_NO_DEGREES; then no test and no interval.
 */
#ifndef STAT_COMPARE_DESIGN_H
#define STAT_COMPARE_DESIGN_H

#include "stat/compare.h"

bilan_status compare_design_means(bilan *b, struct estimate *out, const struct sample *sample,
                          const struct t_request *request);

/* What a rank is turned into; N is the estimated population, r the rank in it. */
enum rank_score {
  SCORE_WILCOXON,  /* r / N */
  SCORE_NORMAL,    /* van der Waerden's: normal quantile of r / N */
  SCORE_MEDIAN,    /* above the middle or not */
  SCORE_KRUSKAL,   /* as Wilcoxon, by another name */
  RANK_SCORES
};
extern const char *const rank_score_names[RANK_SCORES + 1]; /* "wilcoxon", "vanderWaerden", ... */

/* Ranks of equal values with unequal weights: the middle of the weight they cover together, or, as
 * R's survey has it, the mean of the ranks they would have in the order of the file. */
enum rank_ties { TIES_FILE, TIES_SHARED, RANK_TIES };
extern const char *const rank_ties_names[RANK_TIES + 1]; /* "file", "shared" */

/* *groups gets the number of groups compared. BILAN_USAGE: pairs (take t_test, or mcnemar). */
bilan_status compare_design_ranks(bilan *b, struct estimate *out, size_t *groups,
                          const struct sample *sample, const struct rank_request *request,
                          enum rank_score score, enum rank_ties ties);

/* *levels gets the number of levels: 2 for a share. */
bilan_status compare_design_mcnemar(bilan *b, struct estimate *out, size_t *levels,
                            const struct sample *sample, const struct mcnemar_request *request);

/* value is the slope a unit of the score. */
bilan_status compare_design_trend(bilan *b, struct estimate *out, const struct sample *sample,
                          const struct column *item, uint32_t level, const struct column *by,
                          double conf);

#endif

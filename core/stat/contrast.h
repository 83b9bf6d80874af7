/* contrast.h - differences, and any other combination, of the means or shares of groups.
 *
 *   theta = sum over groups of c_g mean_g,    u = c_g (y - mean_g) / W_g in group g
 *
 * The variance is the design's of sum w u (design/linear.h), or that under replicates. No
 * covariance need be asked for: the influences of all groups meet in the same sampling units, so
 * that of groups that share them (girls and boys of one school, two years of one school) is in
 * the variance already (Woodruff, JASA 66, 1971; Lumley, Complex Surveys, 2010, section 2.2).
 * t = theta / se on the degrees of freedom of the groups together: of those with c_g not 0.
 *
 * A share is the mean of 1 for those who gave the level and 0 for the others of its base.
 *
 * Worked example. Mean 16 of girls and 11 of boys with c = 1 and -1: 5. Standard errors of 2 and
 * 1 with a covariance of 1.5, since both vary with the school: sqrt(4 + 1 - 3) = 1.41, where
 * independent samples would have 2.24.
 *
 * Each adds one row without a level to `out`, with value, se, interval, statistic, df, p_value;
 * its base and missing are those of the groups together. A group without respondents, or with
 * one, has no contrast, or none with a variance, and a note. Failure: BILAN_USAGE for a measure
 * without numbers, BILAN_LIMIT, BILAN_NOMEM. Cost: as moments.h.
 */
#ifndef STAT_CONTRAST_H
#define STAT_CONTRAST_H

#include "stat/moments.h"
#include "stat/tally.h"

/* What is combined; lent. */
struct contrast {
  const struct column *group;   /* CODES */
  const double *coefficients;   /* [code]; 0: the group is not in it */
};

/* Of means of numbers. */
bilan_status contrast_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                               const struct column *measure, const struct contrast *contrast,
                               double conf);

/* Of shares of a level of an item, CODES or SET; `base` is read for a SET alone, of whose bases
 * `answers` is BILAN_USAGE. */
bilan_status contrast_shares(bilan *b, struct estimates *out, const struct sample *sample,
                             const struct column *item, uint32_t level, enum tally_base base,
                             const struct contrast *contrast, double conf);

/* Mean in level `to` of the grouping item minus mean in level `from`. The variance is that of two
 * domains of one sample, not Welch's: see compare_means for the t-test. */
bilan_status difference_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                 const struct column *measure, const struct column *group,
                                 uint32_t from, uint32_t to, double conf);

#endif

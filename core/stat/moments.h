/* moments.h - means, totals, ratios and differences of means of a simple random sample.
 *
 * With u_k the influence of row k (0 outside the group) and N rows in the sample,
 *   mean        u = (y - ybar) / n                V = N/(N-1) sum u^2
 *   total       u = y                             V = N/(N-1) (sum u^2 - (sum u)^2 / N)
 *   ratio       u = (y - R x) / sum x             Taylor's linearisation
 *   difference  u = (y - yb)/nb in b, -(y - ya)/na in a   (sums of both, no covariance term:
 *               a row is in one group only; Cov = 0 exactly since both sums are 0)
 * Sums of squares are taken about the group's mean in a second pass (two-pass algorithm with
 * correction; Chan, Golub & LeVeque, American Statistician 37, 1983).
 *
 * Measures are numbers, or items whose levels carry a score; BILAN_USAGE otherwise. Missing
 * answers leave the base and are counted by kind. All list one row a group, in the order of
 * the by-variables' dictionaries. `out` is opened by the caller.
 *
 * Worked example: y = 2, 4, 9 in a group of 3, N = 5 rows in the sample.
 *
 *   mean 5, squares 9 + 1 + 16 = 26, V = 5/4 * 26/9 = 3.61, se 1.90, df 4
 *   total 15, 101 - 15^2 / 5 = 56,   V = 5/4 * 56 = 70,     se 8.37
 *
 * Cost: two passes over the rows, whatever the number of groups. Failure: BILAN_USAGE for a
 * measure without numbers, BILAN_LIMIT for too many groups, BILAN_NOMEM; rows added before
 * the failure stay in `out`.
 */
#ifndef STAT_MOMENTS_H
#define STAT_MOMENTS_H

#include "stat/estimate.h"

/* Weighted means have a value and no standard error: that takes a design. */
bilan_status mean_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                           const struct column *measure, const struct by *by, double conf);

/* The sum over the rows of the sample (nothing is scaled up: there are no weights). */
bilan_status total_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                            const struct column *measure, const struct by *by, double conf);

/* The number of respondents at each level of an item of codes, as a total. */
bilan_status total_levels(bilan *b, struct estimates *out, const struct sample *sample,
                          const struct column *item, const struct by *by, double conf);

/* sum(numerator) / sum(denominator) over rows that have both: a ratio of sums, not a mean of
 * ratios. */
bilan_status ratio_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                            const struct column *numerator, const struct column *denominator,
                            const struct by *by, double conf);

/* Mean in level `to` of the grouping item minus mean in level `from`, with t and its p-value.
 * One row, without a level. */
bilan_status difference_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                 const struct column *measure, const struct column *group,
                                 uint32_t from, uint32_t to, double conf);

/* ---- for tests of means: moments per group ---------------------------------------------- */

/* Filled by moments_open; owns its cells and centres. */
struct moments {
  size_t groups;
  struct cells cells;  /* by ... x presence, sums about the means */
  double *centres;     /* the means the second pass was taken about; one a cell */
};

/* Both passes over keys by x presence of the measure; free with moments_free. */
bilan_status moments_open(bilan *b, struct moments *m, const struct sample *sample,
                          const struct column *measure, const struct by *by);
void moments_free(bilan *b, struct moments *m);

/* n, mean and sum of squared deviations of one group; mean is NaN for n = 0. */
struct moment {
  int64_t n;
  double weight, mean, squares;
};
/* `group` counts combinations of codes as by_codes does. squares / (n - 1) is the variance. */
struct moment moments_of(const struct moments *m, size_t group);

/* Adds a group's base and missing to an estimate. */
void moments_add_base(struct estimate *e, const struct moments *m, size_t group);

#endif

/* moments.h - means, totals and ratios of numbers, by the sample's design.
 *
 * With w the weights, W their sum over the group's answers and u_k the influence of row k (0
 * outside the group and where the answer is missing: all rows stay in the variance),
 *   mean        sum w y / W               u = (y - mean) / W
 *   total       sum w y                   u = y
 *   ratio R     sum w y / sum w x         u = (y - R x) / sum w x
 * and the variance is the design's of sum w u (design/linear.h), or that under replicates.
 * Without a design the rows are a simple random sample with replacement (stat/estimate.h).
 * Intervals use Student's t on the degrees of freedom of the group (sample_degrees).
 *
 * Measures are numbers, or items whose levels carry a score; BILAN_USAGE otherwise. Missing
 * answers leave the base and are counted by kind. All list one row a group, in the order of
 * the by-variables' dictionaries. `out` is opened by the caller.
 *
 * Worked example: y = 2, 4, 9 in a group of 3, N = 5 rows in the sample, no design.
 *
 *   mean 5, squares 9 + 1 + 16 = 26, V = 5/4 * 26/9 = 3.61, se 1.90, df 4
 *   total 15, 101 - 15^2 / 5 = 56,   V = 5/4 * 56 = 70,     se 8.37
 *
 * Cost: a pass over the rows for the centres and those of the target, whatever the number of
 * groups. Failure: BILAN_USAGE for a measure without numbers, BILAN_LIMIT for too many groups,
 * BILAN_NOMEM; rows added before the failure stay in `out`.
 */
#ifndef STAT_MOMENTS_H
#define STAT_MOMENTS_H

#include "stat/estimate.h"

/* How the figures of numbers are made. */
struct moment_options {
  double conf;    /* in (0, 1) */
  enum deff deff;
};

bilan_status mean_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                           const struct column *measure, const struct by *by,
                           const struct moment_options *o);

/* Estimates the population's total where weights do; else the sum over the sample. */
bilan_status total_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                            const struct column *measure, const struct by *by,
                            const struct moment_options *o);

/* The number of people at each level of an item of codes, as a total. */
bilan_status total_levels(bilan *b, struct estimates *out, const struct sample *sample,
                          const struct column *item, const struct by *by,
                          const struct moment_options *o);

/* sum(numerator) / sum(denominator) over rows that have both: a ratio of sums, not a mean of
 * ratios. */
bilan_status ratio_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                            const struct column *numerator, const struct column *denominator,
                            const struct by *by, const struct moment_options *o);

/* ---- shared with quantiles and tests ---------------------------------------------------- */

/* The by-variables, then a last key (the item, its bands, its presence; NULL: none), with measures
 * (lent). */
struct cells_request moments_request(const struct sample *sample, const struct by *by,
                                     const struct column *last,
                                     const struct column *const *measures, size_t count);

/* Labels without numbers are BILAN_USAGE. */
bilan_status moments_check(bilan *b, const struct column *measure);

/* The first pass: totals, and the means by measure and cell (0 for an empty one), to be the
 * centres of the next; freed with mem_free. */
bilan_status moments_first(bilan *b, struct cells *out, double **centres,
                           const struct cells_request *request);

/* Adds base and missing of one group from the cells of by x presence: n, weighted n, and Kish's
 * effective n where `weighted`. */
void moments_add_states(struct estimate *e, const struct cells *c, size_t group, bool weighted);

/* The same from the cells of by x item (CODES). */
void moments_add_item(struct estimate *e, const struct column *item, const struct cells *c,
                      size_t from, bool weighted);

/* What an interval is made from. */
struct moment_variance {
  double variance, df;
  int64_t least; /* base under which there is no variance */
  double scale;  /* the size of what was added up */
  bool varies;   /* the values do: a variance of 0 is the design's doing (NOTE_FIXED) */
};
/* Standard error, df and interval of an estimate with a value and a base; says in words why there
 * is none. By a declared design a single respondent has the design's standard error (0 for a
 * mean), and a group without degrees of freedom that of a total, if any: with a note, and without
 * an interval. */
void moments_finish(struct estimate *e, const struct sample *sample, double conf,
                    const struct moment_variance *v);

/* Filled by moments_open; owns its cells and centres. */
struct moments {
  size_t groups;
  struct cells cells;  /* by ... x presence, sums about the means */
  double *centres;     /* the means the second pass was taken about; one a cell */
  bool weighted;
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

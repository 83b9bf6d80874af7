/* share.h - one share as an estimate: value, standard error, interval, what the base is worth.
 *
 * Without a declared design V = N / (N - 1) * p (1 - p) / n (estimate.h: what the design of a
 * simple random sample would give, in closed form) and the interval is the plain one of k of n.
 * By a declared design V comes from share_target.h, the interval from share_interval.h with
 * Student's t on the degrees of freedom of the group, and Kish's effective n stands beside n.
 *
 * At 0 % and 100 % the standard error is 0 (all that the sample shows), the interval is not.
 *
 * Worked example: 8 of 20, no design, 20 rows: value 0.4, se 0.1124, Wilson 0.219 to 0.613. The
 * same by weights that make V = 0.02 on 19 degrees of freedom: se 0.1414, logit limits 0.163 to
 * 0.696.
 */
#ifndef STAT_SHARE_H
#define STAT_SHARE_H

#include "stat/estimate.h"
#include "stat/share_interval.h"

/* What a share is made from. */
struct share {
  double count, base;           /* unweighted */
  double weight, base_weight;   /* weighted */
  double base_weight2;          /* sum of squared weights of the base; 0: not known */
  double weight2;               /* those of the share itself */
  double respondents;           /* in the base: fewer than `base` where a row counts often */
  double rows;                  /* of the group, those without an answer too */
  double variance, df;          /* by a declared design; NaN: no variance */
  bool bare;                    /* a row counts several times in the base: no sample of its own,
                                   so without a variance the value alone */
  double quantile;              /* Student's for that df and level; 0: to be found */
};

/* How. */
struct share_options {
  double conf;
  unsigned method; /* a place in share_method_names, or SHARE_USUAL */
  enum deff deff;
};

/* BILAN_USAGE: a method that knows no design, with a declared one; the message says which to
 * take instead. */
bilan_status share_check(bilan *b, const struct sample *sample, unsigned method);

/* Is the sample one of rows that were drawn one by one, each with its weight: one stratum, no
 * clusters, nothing calibrated? What variances need is then in the counts. */
bool share_is_simple(const struct sample *sample);
/* The variance of such a share, of a base that is a sum of rows and holds it; and of the weighted
 * count itself. Degrees of freedom of a group of so many rows. */
double share_simple_variance(const struct sample *sample, const struct share *s);
double share_simple_count(const struct sample *sample, const struct share *s);
static inline double share_simple_df(int64_t rows) { return rows > 0 ? (double)rows - 1 : 0; }

/* Fills an estimate that has n, count and missing; what does not exist is absent, with a note. */
void share_fill(struct estimate *e, const struct sample *sample, const struct share *s,
                const struct share_options *o);

#endif

/* quantile.h - quantiles by named rules, with Woodruff's interval.
 *
 * A distribution is its distinct values in rising order with the weight of each. With S_k the
 * weight up to and including point k and S the total, the rules are
 *   math, hf1  the smallest x with F(x) >= p
 *   school, hf2  the same, but the midpoint of the two neighbours where F(x) = p exactly
 *   hf3        the same, but the lower neighbour where F(x) = p and k is even, the upper where
 *              it is odd
 *   hf4..hf9   straight lines between the points (p_k, x_k), flat outside them, with
 *              hf4 S_k / S                      hf5 (S_k - w_k/2) / S
 *              hf6 S_k / (S + w_n)              hf7 S_(k-1) / S_(n-1)
 *              hf8 (S_k - w_k/3) / (S + w_n/3)  hf9 (S_k - 3 w_k/8) / (S + w_n/4)
 *   shahvaish  steps at (S_k + 1/2 - w_k/2) / (n + 1), weights scaled to sum to n
 * (Hyndman & Fan, American Statistician 50, 1996; Shah & Vaish, JSM Proceedings, 2006.)
 *
 * Ties. hf3 looks at distinct values. For the rules from hf4 on, each row is a point of its own
 * as in the definitions; the rows that share a value share its weight equally, so the result
 * cannot depend on the order of rows. TIES_SUMMED makes one point of each distinct value.
 *
 * Interval (Woodruff, JASA 47, 1952): a t interval for F(q), with the design's standard error
 * and the group's degrees of freedom, taken back to the values by the same rule. A limit outside
 * [0, 1], or one with no width because F(q) = 1, is not estimable. se = width / (2 t).
 *
 * Worked example, values 1 2 3 4 once each:
 *
 *   p      hf1  hf2  hf3  hf4  hf5  hf6   hf7
 *   0.25   1    1.5  2    1    1.5  1.25  1.75
 *   0.50   2    2.5  2    2    2.5  2.5   2.5
 *
 * Failure: BILAN_USAGE, BILAN_LIMIT, BILAN_NOMEM. Cost: a few passes over the rows, then count of
 * distinct values for each p. Memory: a byte a row, two numbers a group and distinct value.
 */
#ifndef STAT_QUANTILE_H
#define STAT_QUANTILE_H

#include "stat/estimate.h"

/* In the order of quantile_rule_names; RULE_MATH is the usual one, steps up to RULE_HF3. */
enum quantile_rule {
  RULE_MATH,
  RULE_SCHOOL,
  RULE_HF1,
  RULE_HF2,
  RULE_HF3,
  RULE_HF4,
  RULE_HF5,
  RULE_HF6,
  RULE_HF7,
  RULE_HF8,
  RULE_HF9,
  RULE_SHAHVAISH,
  QUANTILE_RULES
};

extern const char *const quantile_rule_names[QUANTILE_RULES + 1];

/* ROWS: every row is a point; SUMMED: every distinct value is one. */
enum quantile_ties { TIES_ROWS, TIES_SUMMED, QUANTILE_TIES };

extern const char *const quantile_ties_names[QUANTILE_TIES + 1]; /* "rows", "summed" */

/* A distribution; lent arrays of `count` distinct values with positive weight and rows. */
struct distribution {
  size_t count;
  const double *x;     /* rising */
  const double *w;     /* summed weight of the value */
  const int64_t *rows; /* that have it */
  double fuzz;         /* F(x) this close to p, relatively, is p (0.1 * 30 is not 3.0); 0 where
                          rows weigh otherwise than 1 */
};

/* Where a distribution cuts at p; 0 <= p <= 1. NaN for an empty one. O(count). */
double distribution_quantile(const struct distribution *d, double p, enum quantile_rule rule,
                             enum quantile_ties ties);

/* p_count numbers in [0, 1], lent; conf in (0, 1). */
struct quantile_options {
  const double *p;
  size_t p_count;
  enum quantile_rule rule;
  enum quantile_ties ties;
  double conf;
};

/* Rows: groups in dictionary order, within them p in the order given. The measure is a number
 * or an item with scores. BILAN_USAGE otherwise. */
bilan_status quantile_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                               struct column *measure, const struct by *by,
                               const struct quantile_options *options);

#endif

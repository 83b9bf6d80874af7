/* proportion.h - the share of each level of an item, by up to three by-variables.
 *
 * value = k / n with k rows of the level among n with an answer (weighted by a design); standard
 * errors and intervals as share.h has them: Wilson's (1927) unless told, by a declared design the
 * logit one on the degrees of freedom of the group. A level nobody gave stays in the list, 0 of n;
 * a declared group without respondents stays with n = 0 and a note.
 *
 * Worked example: 8 of 20 yes: value 0.4, se 0.1124 (estimate.h), Wilson's 95 % interval
 * 0.219 to 0.613:
 *
 *   (p + z^2/2n -+ z sqrt(p (1-p)/n + z^2/4n^2)) / (1 + z^2/n)   with z = 1.96
 *
 * Failure: as tally_open. Cost: that of the tally, then a row each; by a declared design that of
 * share_spread_open too.
 */
#ifndef STAT_PROPORTION_H
#define STAT_PROPORTION_H

#include "stat/share_target.h"

/* How shares become rows. */
struct proportion_options {
  double conf;
  unsigned method; /* a place in share_method_names, or SHARE_USUAL */
  uint32_t level;  /* only this one; NO_LEVEL for all */
  enum deff deff;
};

/* Rows with their figures: groups in dictionary order, within them levels in dictionary order, then
 * nets.
 * BILAN_USAGE: a method that knows no design, with a declared one. */
bilan_status proportion_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                 const struct tally_request *request,
                                 const struct proportion_options *options);

/* What shares are read from: counts and, by a declared design, variances. Request and options
 * are lent for as long as it lives. */
struct proportions {
  const struct sample *sample;
  const struct tally_request *request;
  const struct proportion_options *options;
  struct tally tally;
  bool simple;                /* share_is_simple, and the item has one answer: no spread, no df */
  struct share_spread spread; /* by a declared design */
  double *df;                 /* [group]; NULL without one */
  double *quantile;           /* [group] Student's for them; 0 without degrees of freedom */
};

bilan_status proportions_open(bilan *b, struct proportions *out, const struct sample *sample,
                              const struct tally_request *request,
                              const struct proportion_options *options);
void proportions_free(struct proportions *p); /* idempotent */

/* Appends the rows of one group that are asked for, in the order of the tally or as `order` has its
 * places, without their figures. Nothing for a group that is not shown. */
bilan_status proportion_rows(bilan *b, struct estimates *out, const struct proportions *p,
                             size_t group, const size_t *order);

/* The rows of all groups. */
bilan_status proportion_list(bilan *b, struct estimates *out, const struct proportions *p);

/* The figures of such a row, made once. Cannot fail: what does not exist is absent,
 * with a note. */
void proportion_look(struct estimate_row *row, const struct proportions *p);

/* All rows of a list that were added from place `from` on. */
void proportion_look_all(struct estimates *list, const struct proportions *p, size_t from);

#endif

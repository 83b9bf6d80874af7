/* crosstab_banner.h - one banner of a cross-table: the counts of its columns and, by a design,
 * their variances.
 *
 * The columns of an item with one answer are its levels, groups of one tally. Those of an item
 * with several answers are its options, which share respondents: each has a tally of its own, of
 * those who ticked it, and the tally by group is then by what a respondent ticked at all (the
 * states of derive.h), so that the banner's total counts everybody once.
 *
 * Internal to crosstab.c. Owner: the caller; banner_free.
 */
#ifndef STAT_CROSSTAB_BANNER_H
#define STAT_CROSSTAB_BANNER_H

#include "stat/share_target.h"

/* Zeroed it is an empty one; after a failure banner_free takes what is there. */
struct banner {
  const struct column *item;    /* lent */
  struct by by;                 /* of `tally` */
  struct column *state;         /* several answers: what a row ticked at all; owned */
  struct tally tally;
  struct tally *options;        /* several answers: [option] */
  size_t columns;               /* groups of the tally, or options; not all are shown */
  struct share_spread *spreads; /* NULL without variances; [0], or [level] where both items have
                                   several answers */
  size_t spread_count;
  double *df, df_all;           /* [column]; of the total */
};

/* The counts. */
bilan_status banner_open(bilan *b, struct banner *out, const struct sample *sample,
                         const struct tally_request *row, const struct column *item,
                         bool declared);
void banner_free(struct banner *n); /* idempotent */

/* Degrees of freedom of its columns and their total, variances of all shares of one kind,
 * covariances where joint. Base `answers` under overlapping columns has no variances. */
bilan_status banner_spread(bilan *b, struct banner *n, const struct sample *sample,
                           const struct tally_request *row, enum share_of of, bool joint);

/* Does a group of the tally belong to the total: an answer, or a respondent who was asked? */
bool banner_has(const struct banner *n, size_t group);

/* Is the column part of the table? Its level, tally, and group there. */
bool banner_column(const struct banner *n, size_t column, uint32_t *code, size_t *group);
const struct tally *banner_tally(const struct banner *n, size_t column);

/* Covariance of two columns at a level (places in the tallies), variance when they are the same;
 * column n->columns is the total. NaN for what does not exist. */
double banner_covariance(const struct banner *n, size_t level, size_t column, size_t other);

#endif

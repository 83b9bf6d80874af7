/* share_target.h - variances and covariances of the shares of a tally, by the design.
 *
 * Every share is a ratio of two sums of totals, p = A / B. A adds up cells of a level, B those of
 * what the share is a share of; to first order p changes by (dA - p dB) / B (Hajek's linearised
 * ratio; Sarndal, Swensson & Wretman, 1992, 5.6). Which totals belong to A and B:
 *
 *   one answer a row      cells of groups x levels; a net is the sum of its levels
 *   several answers       cells of groups x what a row ticked at all; a level's A is the total of
 *                         the measure "ticked" (1, 0) in the cell of rows with a tick. With base
 *                         `answers`, B is the sum of those of all options
 *   columns that overlap  (a banner with several answers) each column is a measure, so the same
 *                         respondents stand in several
 *
 * One request holds all columns, so their covariances come from the same unit totals, whether
 * they share respondents, PSUs or nothing.
 *
 * Worked example: 8 of 12 in one group, 3 of 8 in another, a simple random sample of 20: V of the
 * first share is 20/19 * 8 * 4 / 12^3, its covariance with the second 0 less rounding.
 *
 * Cost: those of target_estimate, with levels x columns statistics, columns of neighbours in a
 * block when they are joint. Owner: the caller; share_spread_free.
 */
#ifndef STAT_SHARE_TARGET_H
#define STAT_SHARE_TARGET_H

#include "stat/tally.h"

/* What a share is a share of: its column, its level over all columns, the whole table, or
 * nothing: then it is the weighted count, A itself. */
enum share_of { SHARE_OF_COLUMN, SHARE_OF_ROW, SHARE_OF_TABLE, SHARE_OF_NOTHING };

/* Which shares. Lent for the call. */
struct share_plan {
  const struct tally_request *request;
  const struct tally *tally;   /* of that request: its levels, and which groups have rows */
  const struct column *banner; /* SET: its options are the columns, in place of the by-groups of
                                  the request; an item with several answers then takes one
                                  level a call, and no base `answers` */
  enum share_of of;
  bool joint;     /* covariances between the columns of a level are wanted */
  bool pooled;    /* one more column, behind the others: all groups with an answer */
  uint32_t level; /* this one only; NO_LEVEL for all */
};

/* Values and covariances of the shares, statistic row * columns + column. Owns its arrays. */
struct share_spread {
  struct mem *mem;
  size_t *column; /* [group or option]: its place among the columns, SIZE_MAX for none */
  size_t *row;    /* [level of the tally]: its place among the rows, SIZE_MAX for none */
  size_t columns;
  size_t pooled;  /* place of that column */
  struct target_answer answer;
};

/* BILAN_NOMEM, BILAN_LIMIT; what target_estimate refuses. Without a design: a simple random
 * sample. */
bilan_status share_spread_open(bilan *b, struct share_spread *out, const struct sample *sample,
                               const struct share_plan *plan);
void share_spread_free(struct share_spread *s); /* idempotent */

/* Places: of levels in the tally, of columns as in `column` or `pooled`. NaN for shares that do
 * not exist or were not asked for; covariances only where they are joint. */
double share_variance(const struct share_spread *s, size_t level, size_t column);
double share_covariance(const struct share_spread *s, size_t level, size_t column, size_t other);

#endif

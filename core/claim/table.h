/* table.h - the published shares of one item as one system of whole numbers.
 *
 * The model. Group 0 is the whole population, the others are parts of it. Groups of the same
 * `part` (1, 2, ...: one for each way of dividing, such as gender or class) do not overlap; a
 * rest belongs to no named group ("gender not stated"). Unknown whole numbers are
 *     base[g]        how many of group g answered,
 *     count[g][c]    how many of them gave the answers of column c.
 * With s(f) the interval of figure f (share.h), the system is
 *     base[0]     = sum over the groups of a part of base[g] + base[rest]      for each part
 *     count[0][c] = sum over the groups of a part of count[g][c] + count[rest][c]
 *     sum over levels c of count[g][c] <= base[g]        one answer each; a net is the sum
 *     count[g][c] <= base[g]                             several answers each: see below
 *     low * base[g] <= den * count[g][c] <= high * base[g]    for each figure of column c
 *     base[g] <= size[g];  base[rest] <= size[0] - sum of size[g]              where known
 * A column is a level or a net ("a or b"). A group that has a figure has a base of 1 or more.
 *
 * Several answers each (`multiple`): a net of a and b is a column u with
 * max(a, b) <= u <= a + b (Frechet's bounds), which is exact for a net and its own levels and
 * necessary otherwise: with overlapping nets "yes" may be too kind, "no" is still proved.
 *
 * Helping rows, implied by the others, that let propagation see far (no solution is lost):
 *     (sum of low of figures without a common level - 1) * base[g] <= 0
 *     low[g] * base[g] <= count[g][c] <= high[g] * base[g]   for every column, where low sums
 *         the figures within c and high is what a wider figure or the other levels leave
 *     sum over g of (low[0] - high[g]) * base[g] + (low[0] - 1) * base[rest] <= 0, and its
 *         mirror image: the share of the whole lies between those of its parts
 *
 * Limits. GROUPS, PARTS, LEVELS, COLUMNS and FIGURES below; bases to SHARE_BASE_LIMIT (10^7).
 * A row has at most COLUMNS + 1 terms of at most 2 * 10^8 * 10^7: below 2^58.
 */
#ifndef CLAIM_TABLE_H
#define CLAIM_TABLE_H

#include "claim/share.h"
#include "claim/solve.h"

enum {
  CLAIM_GROUPS = 48,
  CLAIM_PARTS = 16,
  CLAIM_LEVELS = 60,
  CLAIM_COLUMNS = 100,
  CLAIM_FIGURES = 400,
  CLAIM_ROWS = CLAIM_GROUPS + CLAIM_PARTS /* groups, then the rest of each part */
};

enum { CLAIM_UNKNOWN = -1, CLAIM_STEPS = 1000000 }; /* row visits a question may cost */

/* Whom shares are taken of. */
struct claim_group {
  int64_t base;    /* how many answered, or CLAIM_UNKNOWN */
  int64_t size;    /* how many there are, or CLAIM_UNKNOWN; bases are not above it */
  int64_t aim;     /* a base to look near to first, or CLAIM_UNKNOWN */
  size_t part;     /* 0 for group 0 only; else 1 to parts */
};

/* One published share. */
struct claim_figure {
  size_t group;
  uint64_t levels; /* bit l: level l is in it; several bits: a net */
  struct share share;
};

/* One item of one population. Fill it with zeros first; all members are plain values, so that
 * a table can be copied and lives wherever its maker likes. */
struct claim_table {
  bool multiple;      /* several answers each */
  bool no_rest;       /* the groups of a part are all there is */
  bool spread;        /* aim at what the shares say, not at anything */
  size_t groups, parts, levels, figures;
  struct claim_group group[CLAIM_GROUPS];
  struct claim_figure figure[CLAIM_FIGURES];
};

/* What was found. Rows are the groups, then the rest of part 1, part 2, ... A column is one
 * level or a net; with one answer each the levels of a row are disjoint, and base less their
 * sum is how many gave an answer that no figure names. A solution is one of many: bases and
 * counts that nothing fixes are near the aims, and say nothing about the real ones. */
struct claim_solution {
  enum solve_verdict verdict;
  uint64_t steps;
  size_t rows, columns;
  uint64_t column[CLAIM_COLUMNS]; /* the levels of each column */
  int64_t base[CLAIM_ROWS];
  int64_t count[CLAIM_ROWS][CLAIM_COLUMNS];
};

enum { CLAIM_NO_ROW = CLAIM_ROWS };

/* Is there a whole-number solution? With `smallest` a row (not CLAIM_NO_ROW), the one found
 * has the smallest base possible in that row. BILAN_USAGE when a limit above is broken;
 * otherwise out->verdict answers, and bases and counts are set after SOLVE_YES. */
bilan_status claim_solve(bilan *b, struct claim_solution *out, const struct claim_table *t,
                         size_t smallest, uint64_t steps);

/* The smallest base from `from` to `limit` that gives all figures of group `group` together
 * (the other groups left aside); 0 when none does. SOLVE_LIMIT in *verdict: not known. */
bilan_status claim_smallest_base(bilan *b, int64_t *out, enum solve_verdict *verdict,
                                 const struct claim_table *t, size_t group, int64_t from,
                                 int64_t limit);

#endif

/* tally.h - how often each level of an item was given, in each group: the common ground of
 * proportions, frequencies and cross-tables.
 *
 * An item with one answer a row is crossed with the by-variables in one request. An item with
 * several answers (a SET) takes a table an option, since a row may count in many levels;
 * what its share is a share of has four names:
 *   asked     respondents to whom the question was put (the default)
 *   answered  of them, those who gave any answer, "none" included
 *   ticked    those with at least one option
 *   answers   all ticks, so that shares sum to 1
 * Nets are sets of levels counted by union: a row counts once however many of its levels it
 * has. They follow the item's own levels and have the codes dict_count(item->dict) + i.
 *
 * Worked example. Five respondents, an item with options a and b: {a, b}, {a}, {} (answered,
 * none ticked), no answer, not asked. The share of a:
 *
 *   base asked      2 of 4     base ticked    2 of 2
 *   base answered   2 of 3     base answers   2 of 3 ticks
 *
 * A net {a, b} has 2 respondents, not 3. Cost: one pass over the rows, and one more to say
 * what a row with several answers is (and one a net).
 */
#ifndef STAT_TALLY_H
#define STAT_TALLY_H

#include "stat/share.h"

/* What a share of an item with several answers is a share of; in the order of
 * tally_base_names. */
enum tally_base { BASE_ASKED, BASE_ANSWERED, BASE_TICKED, BASE_ANSWERS, TALLY_BASES };

extern const char *const tally_base_names[TALLY_BASES + 1]; /* "asked", ..., NULL */

/* Lent by the caller for as long as the tally is made and read. */
struct net {
  struct text name;
  const uint32_t *codes; /* levels of the item; one that is named twice counts once */
  size_t count;
};

/* Was the i-th level of a net named before? Then it is passed over: a respondent counts once. Nets
 * are short, so a walk back costs nothing next to the pass over the rows. */
static inline bool net_repeats(const struct net *net, size_t i) {
  for (size_t j = 0; j < i; j++)
    if (net->codes[j] == net->codes[i]) return true;
  return false;
}

/* What to count; everything in it is lent. `by` may have a count of 0, never be NULL. */
struct tally_request {
  const struct column *item;  /* CODES or SET */
  const struct by *by;
  enum tally_base base;       /* SET only: of the others, every base is `answered` */
  bool missing_levels;        /* CODES: kinds of missing are levels of the base, except
                                 "not asked" */
  const struct net *nets;
  size_t net_count;
  bool variances;             /* shares will have variances by a declared design: the cells that
                                 those of one answer a row need are kept with the counts */
};

/* The base of one group. */
struct tally_group {
  int64_t n;                            /* base */
  int64_t respondents;                  /* in it; n but for the base `answers` */
  double weight, weight2;               /* of the base: sums of w and w * w; `answers`: 0 */
  int64_t missing[BILAN_MISSING_KINDS]; /* left out, by kind; [0] is their sum */
};

/* Counts of all groups. Owns its arrays; tally_free gives them back. */
struct tally {
  struct mem *mem;
  size_t groups, levels;      /* levels with nets */
  uint32_t *codes;            /* of each level, in dictionary order, then nets */
  int64_t *count;             /* [group * levels + level]: rows */
  double *weight, *weight2;   /* the same: sums of w and w * w */
  struct tally_group *bases;  /* [group] */
  struct cells cells;         /* the answer to linear_request that was counted; count 0: not kept.
                                 May be lent by a plan: not for longer than that is open */
};

/* BILAN_USAGE: the item is neither CODES nor SET. Free with tally_free.
 * BILAN_LIMIT: groups times levels beyond CELLS_MOST. BILAN_NOMEM. */
bilan_status tally_open(bilan *b, struct tally *out, const struct sample *sample,
                        const struct tally_request *request);
/* Its room and levels, all counts 0. */
bilan_status tally_empty(bilan *b, struct tally *out, const struct tally_request *request);
void tally_free(struct tally *t); /* idempotent */

/* Degrees of freedom of every group, as sample_degrees has them: from the cells by PSU where the
 * tally has kept them, else by a pass over the rows. */
bilan_status tally_degrees(bilan *b, double *df, const struct tally *t,
                           const struct sample *sample, const struct by *by);

/* Rows of a group: base and missing. */
static inline int64_t tally_rows(const struct tally *t, size_t group) {
  return t->bases[group].n + t->bases[group].missing[BILAN_PRESENT];
}

/* n, count, weighted_n and missing of a level as an estimate that has no share yet.
 * `group` and `level` are places (0 .. groups - 1, 0 .. levels - 1), not codes. */
struct estimate tally_estimate(const struct tally *t, size_t group, size_t level);

/* That share as share.h takes it: of the level in its group, of the group's base. */
struct share tally_share(const struct tally *t, size_t group, size_t level,
                         const struct tally_request *request);

/* Does a row in a STATE_ (derive.h) belong to the base of an item with several answers? */
bool tally_in_base(enum tally_base base, size_t state);

#endif

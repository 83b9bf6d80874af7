/* crosstab_banner.c - see crosstab_banner.h.
 *
 * Counts cost one pass for an item with one answer, one an option for several (times the options
 * of the item down, where that has several answers too). Variances come from share_target.h in
 * one call, or one a level where both items have several answers.
 *
 * Where things are, for a banner with one answer and one with several:
 *
 *                  one answer                  several answers
 *   columns        levels, groups of tally     options, a tally each in options[]
 *   by of tally    the item                    what a row ticked at all (state)
 *   in the total   groups with an answer       states but "not asked"
 *   spreads        [0], all levels             [0], or [level] under an item with several
 *   df[column]     of the group                of those who ticked the option
 *   df_all         of those with an answer     of the domain
 *
 * Degrees of freedom are those of a column's respondents, item missing or not, as R's degf of a
 * subset; the total's are those of everybody with an answer to the banner.
 *
 * Worked example of several answers. Item radio, tv; respondents {radio, tv}, {radio}, {} and one
 * who was not asked:
 *
 *   columns    radio: 2 respondents, tally options[0], group SET_TICKED
 *              tv:    1 respondent,  tally options[1], group SET_TICKED
 *   tally      by state: ticked 2, answered 1, not asked 1
 *   total      the three who were asked: fewer than the columns and the empty answer add up to
 *
 * Invariants: all tallies of a banner have the same levels in the same places; a failure leaves
 * what was made to banner_free. Failure: BILAN_LIMIT, BILAN_NOMEM.
 */
#include "stat/crosstab_banner.h"

#include <math.h>

#include "stat/derive.h"

/* ---- counts -------------------------------------------------------------------------------- */

/* The tallies of the options, one after the other. Each is by its option's own codes (blank, not
 * ticked, ticked), of which only the group of those who ticked is read. */
static bilan_status open_options(bilan *b, struct banner *n, const struct sample *sample,
                                 struct tally_request row) {
  bilan_status status = BILAN_OK;
  n->columns = n->item->option_count;
  n->options = mem_zero(&b->mem, n->columns, sizeof *n->options);
  if (!n->options) return fail_nomem(b);
  for (size_t i = 0; !status && i < n->columns; i++) {
    const struct by by = {1, {n->item->options[i]}, {true}};
    row.by = &by;
    status = tally_open(b, &n->options[i], sample, &row);
  }
  return status;
}

/* Also for options the tally by state is made: the base of the total, and of percentages of the
 * table, is there. After a failure banner_free releases what was got. */
bilan_status banner_open(bilan *b, struct banner *out, const struct sample *sample,
                         const struct tally_request *row, const struct column *item,
                         bool declared) {
  struct tally_request by_group = *row;
  bool set = item->type == COLUMN_SET;
  *out = (struct banner){.item = item, .df_all = NAN};
  bilan_status status = set ? derive_ticks(b, &out->state, item) : BILAN_OK;
  if (status) return status;
  out->by = (struct by){1, {set ? out->state : item}, {declared}};
  by_group.by = &out->by;
  status = tally_open(b, &out->tally, sample, &by_group);
  if (status) return status;
  out->columns = out->tally.groups;
  return set ? open_options(b, out, sample, *row) : BILAN_OK;
}

/* As if there had never been any. */
static void free_spreads(struct mem *mem, struct banner *n) {
  for (size_t i = 0; n->spreads && i < n->spread_count; i++) share_spread_free(&n->spreads[i]);
  mem_free(mem, n->spreads);
  mem_free(mem, n->df);
  n->spreads = NULL;
  n->df = NULL;
  n->spread_count = 0;
}

/* A zeroed banner is fine. What hangs on the tally was made after it, so there is nothing else to
 * free where the tally has no memory. */
void banner_free(struct banner *n) {
  struct mem *mem = n->tally.mem;
  if (mem) {
    for (size_t i = 0; n->options && i < n->columns; i++) tally_free(&n->options[i]);
    free_spreads(mem, n);
    mem_free(mem, n->options);
  }
  tally_free(&n->tally);
  column_free(n->state);
  *n = (struct banner){0};
}

/* States other than "not asked" of several answers: don't know and refused were asked too; groups
 * with an answer otherwise. */
bool banner_has(const struct banner *n, size_t group) {
  uint32_t codes[BY_MOST];
  return n->options ? group != STATE_NOT_ASKED : by_codes(&n->by, group, codes);
}

/* Options are always shown, their codes being places from 1 behind the blank; levels by the rule of
 * by-groups. *code and *group are set in any case. */
bool banner_column(const struct banner *n, size_t column, uint32_t *code, size_t *group) {
  uint32_t codes[BY_MOST];
  if (n->options) {
    *code = (uint32_t)column + 1;
    *group = SET_TICKED;
    return true;
  }
  bool answered = by_codes(&n->by, column, codes);
  *code = codes[0];
  *group = column;
  return answered && by_shows(&n->by, tally_rows(&n->tally, column));
}

/* Of a column that is shown. */
const struct tally *banner_tally(const struct banner *n, size_t column) {
  return n->options ? &n->options[column] : &n->tally;
}

/* ---- variances ----------------------------------------------------------------------------- */

/* Of an option: the group of those who ticked it. The three codes of an option are the engine's own
 * (data/column.h), so other ones are a fault of it: BILAN_INTERNAL. */
static bilan_status option_degrees(bilan *b, double *df, const struct sample *sample,
                                   const struct column *option) {
  const struct by by = {1, {option}, {true}};
  double groups[SET_TICKED + 1];
  if (dict_count(option->dict) != SET_TICKED + 1)
    return fail(b, BILAN_INTERNAL, "an option of %zu codes", dict_count(option->dict));
  bilan_status status = sample_degrees(b, groups, sample, &by);
  *df = status ? NAN : groups[SET_TICKED];
  return status;
}

/* Of the total of one banner: those with an answer to it, whatever it is; of several answers, the
 * domain, as some who ticked nothing belong to the total. */
static bilan_status total_degrees(bilan *b, struct banner *n, const struct sample *sample) {
  struct column *presence;
  double groups[STATES];
  if (n->options) return sample_degrees(b, &n->df_all, sample, &no_by);
  bilan_status status = derive_presence(b, &presence, n->item, NULL);
  if (status) return status;
  const struct by by = {1, {presence}, {true}};
  status = sample_degrees(b, groups, sample, &by);
  if (!status) n->df_all = groups[STATE_ANSWERED];
  column_free(presence);
  return status;
}

/* All columns, then the total. Groups of a missing answer have some too, which nobody reads. */
static bilan_status find_degrees(bilan *b, struct banner *n, const struct sample *sample) {
  bilan_status status = BILAN_OK;
  n->df = mem_array(&b->mem, n->columns, sizeof *n->df);
  if (!n->df) return fail_nomem(b);
  for (size_t i = 0; !status && n->options && i < n->columns; i++)
    status = option_degrees(b, &n->df[i], sample, n->item->options[i]);
  if (!status && !n->options) status = sample_degrees(b, n->df, sample, &n->by);
  return status ? status : total_degrees(b, n, sample);
}

/* All shares in one call; `each`: level by level, where both items have several answers, since the
 * banner's options already take the measures of the request. spread_count rises with every one that
 * is there, so banner_free frees no more than that. */
static bilan_status open_spreads(bilan *b, struct banner *n, const struct sample *sample,
                                 struct share_plan plan, bool each) {
  bilan_status status = BILAN_OK;
  size_t count = each ? n->tally.levels : 1;
  n->spreads = mem_zero(&b->mem, count, sizeof *n->spreads);
  if (!n->spreads) return fail_nomem(b);
  for (; !status && n->spread_count < count; n->spread_count++) {
    if (each) plan.level = n->tally.codes[n->spread_count];
    status = share_spread_open(b, &n->spreads[n->spread_count], sample, &plan);
  }
  return status;
}

/* All or nothing, so that it may be tried again. */
bilan_status banner_spread(bilan *b, struct banner *n, const struct sample *sample,
                           const struct tally_request *row, enum share_of of, bool joint) {
  struct tally_request request = *row;
  bool each = n->options && row->item->type == COLUMN_SET;
  request.by = &n->by;
  bilan_status status = find_degrees(b, n, sample);
  bool bare = each && row->base == BASE_ANSWERS;
  const struct share_plan plan = {.request = &request,
                                  .tally = &n->tally,
                                  .banner = n->options ? n->item : NULL,
                                  .of = of,
                                  .joint = joint,
                                  .pooled = true,
                                  .level = NO_LEVEL};
  if (!status && !bare) status = open_spreads(b, n, sample, plan, each);
  if (status) free_spreads(&b->mem, n);
  return status;
}

/* The place of a column among those of a spread; SIZE_MAX, so no variance, for a group without a
 * base. n->columns stands for the total. */
static size_t spread_column(const struct banner *n, const struct share_spread *s, size_t column) {
  return column == n->columns ? s->pooled : s->column[column];
}

/* A variance is asked for alone: it exists where covariances were not wanted, too. One spread that
 * holds all levels is asked by the level; one a level is, as well, since its rows are numbered as
 * the tally's. */
double banner_covariance(const struct banner *n, size_t level, size_t column, size_t other) {
  if (!n->spreads) return NAN;
  const struct share_spread *s = &n->spreads[n->spread_count > 1 ? level : 0];
  size_t first = spread_column(n, s, column);
  if (column == other) return share_variance(s, level, first);
  return share_covariance(s, level, first, spread_column(n, s, other));
}

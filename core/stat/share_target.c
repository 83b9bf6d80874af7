/* share_target.c - see share_target.h.
 *
 * A part is a place among the cells of one group and the measure it is read from (0: the weight
 * itself). Lists of parts say what a level and the base are made of; a column says in which
 * groups, and for overlapping columns through which measure, its parts are read. With C cells,
 *   slot = (measure of the column + measure of the part) * C + group * cells of a group + place
 *
 * Statistics lie level by level, the columns of a level side by side: those of a block.
 *
 * What a share of level i in column j is made of:
 *
 *   of         A              B
 *   column     level i in j   base in j
 *   row        level i in j   level i in all groups; of the pooled column the base there
 *   table      level i in j   base in all groups
 *   nothing    level i in j   1
 *
 * Layout for a by-item of codes 0, 1, 2 and an item of codes 0, 1, 2 with a net of both levels:
 * cells of a group 3; parts of the levels {1}, {2}, {1, 2}; of the base {1, 2}.
 *
 * The same for an item with options a, b and a net of both, base `asked`, by-item of codes 0, 1:
 *
 *   measures   1: a ticked, 2: b ticked, 3: a or b ticked     (0 is the weight)
 *   cells      6 states a group: 0 no answer, 1 none, 2 ticked, 3 not asked, 4, 5
 *   levels     a {(1, 2)}, b {(2, 2)}, net {(3, 2)}           (measure, place)
 *   base       {(0, 0) (0, 1) (0, 2) (0, 4) (0, 5)}: all weights but of "not asked"
 *   slot of a in group 1: 1 * 12 + 1 * 6 + 2 = 20, with C = 12
 *
 * And under a banner with options x, y, the level a alone: keys are the state of the banner, that
 * of the item and a itself, so a group has 6 * 3 cells, measures 1 and 2 are "x ticked", "y
 * ticked", and the column x reads A at measure 1 + 0, place 2 * 3 + 2 (ticked any, ticked a).
 *
 * Invariants: A and B of a share of 100 % add the same numbers in the same order, so that its
 * influences, and with them V, are exactly 0. The views of ticks borrow the codes of an option
 * under a dictionary that says 0 and 1; they own nothing.
 */
#include "stat/share_target.h"

#include <math.h>
#include <string.h>

#include "design/ratios.h"
#include "stat/derive.h"

/* One total of a group. */
struct part {
  size_t measure; /* 0: the weight; m: the m-th of the request */
  size_t place;   /* cell within its group, below the stride */
};

/* A list of parts in the array of all: first .. first + count - 1. A count of 0 is a sum of 0. */
struct parts {
  size_t first, count;
};

/* Where a column is read: one group of the cells, or all, and through which measure. The
 * columns of a by-item are {0, group}, options of a banner {option + 1, STATE_TICKED}, the
 * pooled {0, POOLED}. */
struct place {
  size_t measure; /* overlapping columns; 0: the weights */
  size_t group;   /* POOLED: all groups that are valid */
};

#define POOLED SIZE_MAX

/* All that solve and gradient look at, and what has to be freed. */
struct work {
  bilan *b;
  const struct share_plan *plan; /* lent */
  size_t groups, stride;   /* cells of a group */
  bool *valid;             /* [group] has an answer */
  struct part *parts;      /* [part_count] of all lists */
  size_t part_count;
  struct parts *levels;    /* [rows] what A is made of */
  struct parts base;       /* what B is made of, but for shares of rows */
  struct place *columns;   /* [column_count], the pooled one last */
  size_t rows, column_count; /* statistics: rows * column_count */
  struct dict *ticks;      /* 0 and 1 */
  struct column *state;    /* of the item, several answers */
  struct column *across;   /* of the banner, several answers */
  struct column **unions;  /* of nets over several answers */
  struct column *views;    /* [measure_count] options under the dictionary of ticks */
  const struct column **measures; /* [measure_count] -> views */
  size_t measure_count;
  struct cells_request request;   /* of the target: keys and measures */
};

/* ---- measures of ticks ------------------------------------------------------------------- */

/* Numbers for the three codes of an option: the blank (none, so missing), 0 not ticked, 1 ticked. A
 * measure then sums the weights of those who ticked. The caller frees *out. */
static bilan_status tick_numbers(bilan *b, struct dict **out) {
  struct dict *d;
  uint32_t code;
  bilan_status status = dict_new(b, &d);
  if (status) return status;
  status = dict_add_level(b, d, &code, &(struct level){TEXT("0"), 0, BILAN_PRESENT});
  if (!status) status = dict_add_level(b, d, &code, &(struct level){TEXT("1"), 1, BILAN_PRESENT});
  if (status) dict_free(d);
  else *out = d;
  return status;
}

/* One more measure, 1 where the option is ticked; returns its number, from 1. The view is a copy of
 * the column's struct that borrows its codes: never freed, and no longer there than the work. */
static size_t add_measure(struct work *w, const struct column *option) {
  struct column *view = &w->views[w->measure_count];
  *view = *option;
  view->dict = w->ticks;
  w->measures[w->measure_count] = view;
  return ++w->measure_count;
}

/* The union of a net over several answers, as an option of its own: w->unions[net], freed by
 * work_free. BILAN_NOMEM. */
static bilan_status make_union(struct work *w, size_t net) {
  const struct tally_request *r = w->plan->request;
  const struct net *n = &r->nets[net];
  size_t *options = mem_array(&w->b->mem, n->count, sizeof *options);
  if (!options) return fail_nomem(w->b);
  for (size_t i = 0; i < n->count; i++) options[i] = n->codes[i] - 1;
  bilan_status status = derive_any(w->b, &w->unions[net], r->item, options, n->count);
  mem_free(&w->b->mem, options);
  return status;
}

/* The column of ticks of a level of several answers: the option, or the union that is made for a
 * net. Lent by the item, or by w->unions. */
static bilan_status ticks_of(struct work *w, const struct column **out, size_t level) {
  const struct column *item = w->plan->request->item;
  bool option = level < item->option_count;
  bilan_status status = option ? BILAN_OK : make_union(w, level - item->option_count);
  if (!status) *out = option ? item->options[level] : w->unions[level - item->option_count];
  return status;
}

/* ---- what levels and the base are made of ------------------------------------------------- */

/* Lists are made one after the other, so each is a run of the array of all parts. */
static void add_part(struct work *w, struct parts *to, size_t measure, size_t place) {
  if (!to->count++) to->first = w->part_count;
  w->parts[w->part_count++] = (struct part){measure, place};
}

/* Is this level of the tally (a place, nets too) asked for? */
static bool is_wanted(const struct work *w, size_t level) {
  return w->plan->level == NO_LEVEL || w->plan->level == w->plan->tally->codes[level];
}

/* A level of one answer is its cell, a net the cells of its levels, which exclude each other: the
 * union is their sum. Codes from dict_count on are nets (tally.h). */
static void add_code(struct work *w, struct parts *level, uint32_t code) {
  const struct tally_request *r = w->plan->request;
  size_t codes = dict_count(r->item->dict);
  if (code < codes) {
    add_part(w, level, 0, code);
    return;
  }
  const struct net *net = &r->nets[code - codes];
  for (size_t j = 0; j < net->count; j++)
    if (!net_repeats(net, j)) add_part(w, level, 0, net->codes[j]);
}

/* One answer: the base is every code that is a level of the tally. The only key besides the
 * columns is the item itself. */
static bilan_status plan_codes(struct work *w) {
  const struct tally_request *r = w->plan->request;
  const struct tally *t = w->plan->tally;
  size_t codes = dict_count(r->item->dict), row = 0;
  for (size_t i = 0; i < t->levels; i++)
    if (is_wanted(w, i)) add_code(w, &w->levels[row++], t->codes[i]);
  for (size_t i = 0; i < t->levels; i++)
    if (t->codes[i] < codes) add_part(w, &w->base, 0, t->codes[i]);
  w->stride = codes;
  w->request.keys[w->request.key_count++] = r->item;
  return BILAN_OK;
}

/* The states of several answers that are in the base; `width` cells each, where an option is a
 * key behind the state. */
static void base_of_states(struct work *w, size_t width) {
  for (size_t state = 0; state < STATES; state++)
    for (size_t i = 0; tally_in_base(w->plan->request->base, state) && i < width; i++)
      add_part(w, &w->base, 0, state * width + i);
}

/* Several answers: a measure an option and net. With base `answers` all options are needed,
 * whichever level is asked for, and they come first: option i is measure i + 1. */
static bilan_status plan_ticks(struct work *w) {
  const struct tally_request *r = w->plan->request;
  const struct tally *t = w->plan->tally;
  size_t options = r->item->option_count, row = 0;
  bool answers = r->base == BASE_ANSWERS;
  const struct column *ticks;
  for (size_t i = 0; i < t->levels; i++) {
    if (!is_wanted(w, i) && !(answers && i < options)) continue;
    bilan_status status = ticks_of(w, &ticks, i);
    if (status) return status;
    size_t measure = add_measure(w, ticks);
    if (is_wanted(w, i)) add_part(w, &w->levels[row++], measure, STATE_TICKED);
  }
  if (!answers) base_of_states(w, 1);
  for (size_t i = 0; answers && i < options; i++) add_part(w, &w->base, i + 1, STATE_TICKED);
  w->stride = STATES;
  w->request.keys[w->request.key_count++] = w->state;
  return BILAN_OK;
}

/* Several answers under overlapping columns: the columns are the measures, so the level (one a
 * call) is a key, and its A the cell of those who ticked it. */
static bilan_status plan_tick_key(struct work *w) {
  const struct column *key;
  size_t level = 0;
  while (!is_wanted(w, level)) level++;
  bilan_status status = ticks_of(w, &key, level);
  if (status) return status;
  size_t width = dict_count(key->dict);
  add_part(w, &w->levels[0], 0, STATE_TICKED * width + SET_TICKED);
  base_of_states(w, width);
  w->stride = STATES * width;
  w->request.keys[w->request.key_count++] = w->state;
  w->request.keys[w->request.key_count++] = key;
  return BILAN_OK;
}

/* ---- columns ------------------------------------------------------------------------------ */

/* By-groups that have a base. Groups of a missing by-item are neither columns nor part of the
 * pooled one; groups without a base have no share, so they are no statistics either. */
static void plan_groups(struct work *w, struct share_spread *s) {
  const struct share_plan *p = w->plan;
  uint32_t codes[BY_MOST];
  for (size_t g = 0; g < w->groups; g++) {
    s->column[g] = SIZE_MAX;
    w->valid[g] = by_codes(p->request->by, g, codes);
    if (!w->valid[g] || !p->tally->bases[g].n) continue;
    s->column[g] = w->column_count;
    w->columns[w->column_count++] = (struct place){0, g};
  }
}

/* Options of the banner: measures over those who ticked any. The groups are the states of the
 * banner; all who were asked are the table. */
static void plan_options(struct work *w, struct share_spread *s) {
  for (size_t state = 0; state < STATES; state++) w->valid[state] = state != STATE_NOT_ASKED;
  for (size_t i = 0; i < w->plan->banner->option_count; i++) {
    s->column[i] = w->column_count;
    w->columns[w->column_count++] =
        (struct place){add_measure(w, w->plan->banner->options[i]), STATE_TICKED};
  }
}

/* ---- sums --------------------------------------------------------------------------------- */

/* One total of a target: measure 0 is the weight of the cell, m the m-th measure's, at
 * (m - 1) * cells + cell of the sums. */
static double total_of(const struct cells *c, size_t measure, size_t cell) {
  return measure ? c->sums[(measure - 1) * c->count + cell].y : c->weight[cell];
}

/* All groups of a column, in turn: the next after `group`, from SIZE_MAX; false at the end. */
static bool next_group(const struct work *w, struct place column, size_t *group) {
  size_t g = *group == SIZE_MAX ? 0 : *group + 1;
  if (column.group != POOLED) {
    *group = column.group;
    return g <= column.group;
  }
  while (g < w->groups && !w->valid[g]) g++;
  *group = g;
  return g < w->groups;
}

/* A or B: the parts of a list over the groups of a column, in the order of the lists, so that
 * equal lists give equal sums to the last bit. */
static double sum_of(const struct work *w, const struct cells *c, struct parts parts,
                     struct place column) {
  double sum = 0;
  for (size_t g = SIZE_MAX; next_group(w, column, &g);)
    for (size_t i = parts.first; i < parts.first + parts.count; i++)
      sum += total_of(c, column.measure + w->parts[i].measure, g * w->stride + w->parts[i].place);
  return sum;
}

/* B of a column: where it is read. The pooled column is its own whole. */
static struct place whole_of(const struct work *w, struct place column) {
  return w->plan->of == SHARE_OF_COLUMN ? column : (struct place){0, POOLED};
}

/* B of a row: what it is made of. Of the pooled column every row is a share of the table. */
static struct parts whole_parts(const struct work *w, size_t row, struct place column) {
  bool level = w->plan->of == SHARE_OF_ROW && column.group != POOLED;
  return level ? w->levels[row] : w->base;
}

/* B itself, in units of weight; of counts it is 1, so that A / B is the count. */
static double base_sum(const struct work *w, const struct cells *c, size_t row,
                        struct place column) {
  if (w->plan->of == SHARE_OF_NOTHING) return 1;
  return sum_of(w, c, whole_parts(w, row, column), whole_of(w, column));
}

/* The function `solve` of a target: theta[row * columns + column] = A / B, NaN where nobody is
 * in the base. B is that of the column but for shares of rows, so it is summed once a column. */
static void solve(const void *context, double *theta, const struct cells *totals) {
  const struct work *w = context;
  for (size_t j = 0; j < w->column_count; j++) {
    struct place column = w->columns[j];
    double base = 0;
    for (size_t i = 0; i < w->rows; i++) {
      if (!i || w->plan->of == SHARE_OF_ROW) base = base_sum(w, totals, i, column);
      double over = sum_of(w, totals, w->levels[i], column);
      theta[i * w->column_count + j] = base > 0 ? over / base : NAN;
    }
  }
}

/* Adds `factor` to the coefficient of every total of some parts in a column: the same slots, in the
 * same order, as sum_of adds up. `cells` is the C of the file head. */
static bilan_status add_terms(bilan *b, const struct work *w, struct forms *f, size_t cells,
                              struct parts parts, struct place column, size_t statistic,
                              double factor) {
  bilan_status status = BILAN_OK;
  for (size_t g = SIZE_MAX; !status && next_group(w, column, &g);)
    for (size_t i = parts.first; !status && i < parts.first + parts.count; i++) {
      size_t measure = column.measure + w->parts[i].measure;
      size_t slot = measure * cells + g * w->stride + w->parts[i].place;
      status = forms_add(b, f, slot, statistic, factor);
    }
  return status;
}

/* The function `gradient` of a target: dA / B - p dB / B. For 8 of 12, p = 2/3: each total of
 * the level has 1/12 - 2/3 / 12 = 1/36, the others of the base -2/3 / 12 = -1/18. A slot that
 * is in both lists has two terms, which the forms add up in that order. */
static bilan_status gradient(bilan *b, const void *context, struct forms *f,
                             const struct cells *totals, const double *theta) {
  const struct work *w = context;
  bilan_status status = BILAN_OK;
  for (size_t k = 0; !status && k < w->rows * w->column_count; k++) {
    size_t row = k / w->column_count;
    struct place column = w->columns[k % w->column_count];
    if (isnan(theta[k])) continue;
    double base = base_sum(w, totals, row, column);
    status = add_terms(b, w, f, totals->count, w->levels[row], column, k, 1 / base);
    if (!status && w->plan->of != SHARE_OF_NOTHING)
      status = add_terms(b, w, f, totals->count, whole_parts(w, row, column),
                         whole_of(w, column), k, -theta[k] / base);
  }
  return status;
}

/* ---- the short way ------------------------------------------------------------------------ */

/* The cells of some parts in a column as a sum, in the order of sum_of. One answer a row only: all
 * parts are weights of cells. */
static bilan_status list_sum(bilan *b, struct ratios *r, size_t *place, const struct work *w,
                             struct parts parts, struct place column) {
  bilan_status status = BILAN_OK;
  for (size_t g = SIZE_MAX; !status && next_group(w, column, &g);)
    for (size_t i = parts.first; !status && i < parts.first + parts.count; i++)
      status = ratios_cell(b, r, g * w->stride + w->parts[i].place);
  return status ? status : ratios_place(b, r, place);
}

/* All shares of one column. As in solve the base is that of the column but for shares of rows; a
 * share that does not exist has any influence: it is blanked afterwards. */
static bilan_status list_column(bilan *b, struct ratios *r, const struct work *w,
                                const struct cells *totals, const double *theta, size_t j) {
  struct place column = w->columns[j];
  struct ratio ratio = {0};
  bilan_status status = BILAN_OK;
  for (size_t i = 0; !status && i < w->rows; i++) {
    size_t k = i * w->column_count + j;
    if (w->plan->of != SHARE_OF_NOTHING && (!i || w->plan->of == SHARE_OF_ROW))
      status = list_sum(b, r, &ratio.base, w, whole_parts(w, i, column), whole_of(w, column));
    if (!status) status = list_sum(b, r, &ratio.over, w, w->levels[i], column);
    if (!i || w->plan->of == SHARE_OF_ROW) ratio.inverse = 1 / base_sum(w, totals, i, column);
    ratio.share = w->plan->of == SHARE_OF_NOTHING ? 0 : theta[k];
    r->ratio[k] = ratio;
  }
  return status;
}

/* The function `influence` of a target: (a - p b) / B of every PSU. */
static bilan_status influence(bilan *b, const void *context, double *z,
                              const struct cells *totals, const double *theta) {
  const struct work *w = context;
  struct ratios r;
  bilan_status status = ratios_open(b, &r, totals->count, w->rows * w->column_count);
  for (size_t j = 0; !status && j < w->column_count; j++)
    status = list_column(b, &r, w, totals, theta, j);
  if (!status) status = ratios_influence(b, z, &r, totals);
  ratios_close(&r);
  return status;
}

/* ---- the whole ---------------------------------------------------------------------------- */

/* Releases everything that is only needed while the answer is made; what was not got is NULL. The
 * views are not column_free'd: they own nothing. */
static void work_free(struct work *w) {
  struct mem *mem = &w->b->mem;
  for (size_t i = 0; w->unions && i < w->plan->request->net_count; i++) column_free(w->unions[i]);
  mem_free(mem, w->unions);
  mem_free(mem, w->valid);
  mem_free(mem, w->parts);
  mem_free(mem, w->levels);
  mem_free(mem, w->columns);
  mem_free(mem, w->views);
  mem_free(mem, w->measures);
  column_free(w->state);
  column_free(w->across);
  dict_free(w->ticks);
}

/* The most parts there can be: those of every level and net, and of the base (all levels, or states
 * times the codes of an option, of which there are fewer than states). */
static size_t most_parts(const struct tally_request *r) {
  size_t most = 2 * dict_count(r->item->dict) + 2 * (size_t)STATES * STATES + r->net_count;
  for (size_t i = 0; i < r->net_count; i++) most += r->nets[i].count;
  return most;
}

/* Room for the lists, by what the plan can need at most. Nothing grows later, so pointers into
 * views and measures hold. On failure work_free and share_spread_free release what was got. */
static bilan_status reserve(struct work *w, struct share_spread *s) {
  struct mem *mem = &w->b->mem;
  const struct tally_request *r = w->plan->request;
  const struct column *banner = w->plan->banner;
  size_t columns = banner ? banner->option_count : w->groups;
  size_t measures = r->item->option_count + r->net_count + (banner ? banner->option_count : 0);
  w->valid = mem_zero(mem, w->groups, sizeof *w->valid);
  w->parts = mem_array(mem, most_parts(r), sizeof *w->parts);
  w->levels = mem_zero(mem, w->plan->tally->levels, sizeof *w->levels);
  w->columns = mem_array(mem, columns + 1, sizeof *w->columns);
  w->unions = mem_zero(mem, r->net_count, sizeof *w->unions);
  w->views = mem_array(mem, measures, sizeof *w->views);
  w->measures = mem_array(mem, measures, sizeof *w->measures);
  s->column = mem_array(mem, columns, sizeof *s->column);
  s->row = mem_array(mem, w->plan->tally->levels, sizeof *s->row);
  bool all = w->valid && w->parts && w->levels && w->columns && w->unions && w->views &&
             w->measures && s->column && s->row;
  return all ? BILAN_OK : fail_nomem(w->b);
}

/* The columns that say what a row of an item with several answers is, and the numbers of ticks.
 * Made for the item, for the banner, for both or for neither. */
static bilan_status derive_states(struct work *w) {
  const struct share_plan *p = w->plan;
  bilan_status status = tick_numbers(w->b, &w->ticks);
  if (!status && p->request->item->type == COLUMN_SET)
    status = derive_ticks(w->b, &w->state, p->request->item);
  if (!status && p->banner) status = derive_ticks(w->b, &w->across, p->banner);
  return status;
}

/* Keys: the columns first, so that the cells of a group are neighbours. */
static bilan_status plan_all(struct work *w, struct share_spread *s) {
  const struct share_plan *p = w->plan;
  const struct by *by = p->request->by;
  bool set = p->request->item->type == COLUMN_SET;
  for (size_t i = 0; i < by->count && !p->banner; i++)
    w->request.keys[w->request.key_count++] = by->keys[i];
  if (p->banner) w->request.keys[w->request.key_count++] = w->across;
  for (size_t i = 0; i < p->tally->levels; i++) s->row[i] = is_wanted(w, i) ? w->rows++ : SIZE_MAX;
  if (p->banner) plan_options(w, s);
  else plan_groups(w, s);
  s->pooled = w->column_count;
  if (p->pooled) w->columns[w->column_count++] = (struct place){0, POOLED};
  if (!set) return plan_codes(w);
  return p->banner ? plan_tick_key(w) : plan_ticks(w);
}

/* The tally's own cells, where it has kept them: those of one answer a row under by-groups, with
 * the same keys as the request of this file. */
static const struct cells *known_of(const struct work *w) {
  const struct cells *cells = &w->plan->tally->cells;
  bool same = cells->count && !w->plan->banner && !w->measure_count;
  return same && cells->count == w->groups * w->stride ? cells : NULL;
}

/* The plan as a target; nothing to estimate (no group with a base, no such level) is an empty
 * answer. Not joint: a block of 1, so that memory is one number a statistic. */
static bilan_status estimate(struct work *w, struct share_spread *s, const struct sample *sample) {
  size_t count = w->rows * w->column_count;
  s->columns = w->column_count;
  if (!count) return BILAN_OK;
  w->request.rows = sample->rows;
  w->request.domain = sample->domain;
  w->request.measures = w->measures;
  w->request.measure_count = w->measure_count;
  struct target target = {.request = w->request,
                          .count = count,
                          .block = w->plan->joint ? w->column_count : 1,
                          .context = w,
                          .known = known_of(w),
                          .solve = solve,
                          .gradient = gradient,
                          .influence = w->measure_count ? NULL : influence};
  bilan_status status = target_estimate(w->b, &s->answer, sample->design, &target);
  if (!status) cells_free(&s->answer.cells); /* units x cells that nobody asks for again */
  s->answer.cells = (struct cells){0};
  return status;
}

/* `out` is untouched on failure. */
bilan_status share_spread_open(bilan *b, struct share_spread *out, const struct sample *sample,
                               const struct share_plan *plan) {
  struct work w = {.b = b, .plan = plan};
  struct share_spread s = {.mem = &b->mem};
  w.groups = plan->banner ? (size_t)STATES : plan->tally->groups;
  bilan_status status = reserve(&w, &s);
  if (!status) status = derive_states(&w);
  if (!status) status = plan_all(&w, &s);
  if (!status) status = estimate(&w, &s, sample);
  work_free(&w);
  if (status) share_spread_free(&s);
  else *out = s;
  return status;
}

/* Idempotent; a zeroed one is fine. */
void share_spread_free(struct share_spread *s) {
  if (!s->mem) return;
  mem_free(s->mem, s->column);
  mem_free(s->mem, s->row);
  target_free(&s->answer);
  *s = (struct share_spread){0};
}

/* The diagonal of the block of its level; see the header for what is NaN. */
double share_variance(const struct share_spread *s, size_t level, size_t column) {
  if (column >= s->columns || s->row[level] == SIZE_MAX) return NAN;
  size_t statistic = s->row[level] * s->columns + column;
  return target_cov(&s->answer, statistic, statistic);
}

/* Both columns stand in the block of their level. A plan that was not joint has blocks of one
 * statistic, which hold no covariance: ask for variances alone then. */
double share_covariance(const struct share_spread *s, size_t level, size_t column, size_t other) {
  if (column >= s->columns || other >= s->columns || s->row[level] == SIZE_MAX) return NAN;
  size_t first = s->row[level] * s->columns;
  return target_cov(&s->answer, first + column, first + other);
}

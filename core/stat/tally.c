/* tally.c - see tally.h.
 *
 * Single answer: one request over by-variables x item holds everything; base, missing and nets
 * are sums over its cells. Several answers: what a row is (not asked, no answer, answered
 * without a tick, ticked) is one derived column, whose cells give the four bases and the
 * missing; each option is a table of its own, because options overlap; one pass over the rows makes
 * them all. A net is a derived column "any of these is ticked": adding up options would count a
 * respondent twice.
 *
 * Counts and weights are kept apart: n is always respondents, weight the sum of their weights,
 * equal to n without weights. Memory: groups x levels numbers, three times.
 *
 * Layout for a by-variable of codes 0, 1, 2 and an item of codes 0 (none), 1, 2 with one net:
 * groups 3, levels 3,
 *
 *   codes   1 2 3              two levels, then the net as code dict_count + 0 = 3
 *   count   [group 0: 1 2 net] [group 1: 1 2 net] [group 2: 1 2 net]
 *
 * Worked example of one answer, without by: counts of the codes blank 4, yes 5, no 3 and a net
 * {yes, no}: base 8, missing 4 (no answer), counts 5 3 8.
 *
 * Worked example of several answers, the five respondents of tally.h ({a, b}, {a}, {}, no answer,
 * not asked), a net of both and base `asked`: states are ticked 2, answered 1, no answer 1, not
 * asked 1, so n is 4 and missing 1; codes 1 2 3, count 2 1 2. With base `answers` n is 2 + 1 = 3
 * ticks, respondents stay the 2 who ticked, and the three others are in no base: two are missing
 * by their kind, the empty answer is neither.
 *
 * Group 0 is that of rows without an answer in the by-variable: it is counted like any other
 * and passed over by those who read (by_codes). Failure: BILAN_USAGE, BILAN_LIMIT,
 * BILAN_NOMEM; nothing is left behind.
 */
#include "stat/tally.h"

#include <math.h>

#include "design/replicates.h"
#include "stat/derive.h"

const char *const tally_base_names[TALLY_BASES + 1] = {"asked", "answered", "ticked", "answers",
                                                       NULL};

/* ---- levels ------------------------------------------------------------------------------ */

/* Is this code a level of the table?
 * For a SET every option; otherwise answers, and with missing_levels kinds of missing but
 * "not asked". */
static bool is_level(const struct tally_request *r, uint32_t code) {
  if (r->item->type == COLUMN_SET) return code > 0;
  bilan_missing kind = dict_level(r->item->dict, code)->missing;
  return !kind || (r->missing_levels && kind != BILAN_NOT_ASKED);
}

/* Kinds of missing as levels come last in a table; a SET has none, its options are answers. */
static bool is_missing(const struct tally_request *r, uint32_t code) {
  return r->item->type != COLUMN_SET && dict_level(r->item->dict, code)->missing;
}

/* Answers in dictionary order, then kinds of missing where they are levels, nets last.
 * Two passes keep answers before kinds of missing, each in the order of the dictionary. */
static void list_levels(struct tally *t, const struct tally_request *r) {
  uint32_t count = (uint32_t)dict_count(r->item->dict);
  for (int missing = 0; missing < 2; missing++)
    for (uint32_t code = 0; code < count; code++)
      if (is_level(r, code) && is_missing(r, code) == (missing == 1))
        t->codes[t->levels++] = code;
  for (uint32_t net = 0; net < r->net_count; net++) t->codes[t->levels++] = count + net;
}

/* Groups times levels, checked before anything of that size is asked for. The product is kept below
 * CELLS_MOST at every step, so it cannot wrap round. BILAN_LIMIT, with the two numbers. */
static bilan_status check_size(bilan *b, const struct tally_request *r) {
  size_t cells = dict_count(r->item->dict) + r->net_count;
  for (size_t i = 0; i < r->by->count; i++) {
    size_t levels = dict_count(r->by->keys[i]->dict);
    if (cells > CELLS_MOST / levels)
      return fail(b, BILAN_LIMIT, "more than %zu cells: %zu by %zu", (size_t)CELLS_MOST, cells,
                  levels);
    cells *= levels;
  }
  return BILAN_OK;
}

/* Room for counts, all 0, in one run, and the list of levels; sizes were checked. On failure
 * tally_free releases what was got.
 * The blank is left out of an item's levels unless missing_levels has it in. */
static bilan_status reserve(bilan *b, struct tally *t, const struct tally_request *r) {
  *t = (struct tally){.mem = &b->mem, .groups = by_groups(r->by)};
  t->codes = mem_array(&b->mem, dict_count(r->item->dict) + r->net_count, sizeof *t->codes);
  if (!t->codes) return fail_nomem(b);
  list_levels(t, r);
  size_t counts = t->groups * t->levels;
  t->bases = mem_zero(&b->mem, 1, t->groups * sizeof *t->bases + 3 * counts * sizeof *t->count);
  if (!t->bases) return fail_nomem(b);
  t->count = (int64_t *)(void *)(t->bases + t->groups);
  t->weight = (double *)(void *)(t->count + counts);
  t->weight2 = t->weight + counts;
  return BILAN_OK;
}

/* The request for by-variables x one more key: cell = group * codes of the key + code. By-variables
 * come first, so that the cells of a group are neighbours. With `variances` also by PSU, where the
 * design has use for that. */
static struct cells_request cross(const struct sample *sample, const struct by *by,
                                  const struct column *key, bool variances) {
  struct cells_request r = {
      .rows = sample->rows, .domain = sample->domain, .weight = sample_weight(sample)};
  if (variances) linear_request(&r, sample->design);
  for (size_t i = 0; i < by->count; i++) r.keys[r.key_count++] = by->keys[i];
  r.keys[r.key_count++] = key;
  return r;
}

/* n rows left out of the base of a group, by kind and in the sum of all kinds. */
static void add_missing(struct tally_group *g, bilan_missing kind, int64_t n) {
  g->missing[kind] += n;
  g->missing[BILAN_PRESENT] += n;
}

/* The rows of a cell into the base of a group; base and respondents part only for `answers`. */
static void add_base(struct tally_group *g, const struct cells *c, size_t cell) {
  g->n += c->n[cell];
  g->respondents += c->n[cell];
  g->weight += c->weight[cell];
  g->weight2 += c->weight2[cell];
}

/* ---- one answer a row -------------------------------------------------------------------- */

/* Adds a cell to the count `to` (group * levels + level): rows, weight and squared weights. */
static void count_cell(struct tally *t, size_t to, const struct cells *c, size_t cell) {
  t->count[to] += c->n[cell];
  t->weight[to] += c->weight[cell];
  t->weight2[to] += c->weight2[cell];
}

/* One group: base, missing, levels, nets. Levels of one answer exclude each other, so the
 * union of a net is a sum.
 * `from` is the first cell of the group, `to` its first count. */
static void codes_group(struct tally *t, const struct tally_request *r, const struct cells *c,
                        size_t group) {
  uint32_t count = (uint32_t)dict_count(r->item->dict);
  size_t from = group * count, to = group * t->levels;
  for (uint32_t code = 0; code < count; code++) {
    if (is_level(r, code)) add_base(&t->bases[group], c, from + code);
    else add_missing(&t->bases[group], dict_level(r->item->dict, code)->missing,
                     c->n[from + code]);
  }
  for (size_t level = 0; level < t->levels; level++) {
    if (t->codes[level] < count) {
      count_cell(t, to + level, c, from + t->codes[level]);
      continue;
    }
    const struct net *net = &r->nets[t->codes[level] - count];
    for (size_t i = 0; i < net->count; i++)
      if (!net_repeats(net, i)) count_cell(t, to + level, c, from + net->codes[i]);
  }
}

/* One request for everything: by-variables x item. On failure the tally's arrays are the
 * caller's to release. The plain way asks once for counts and once more for variances. */
static bilan_status tally_codes(bilan *b, struct tally *t, const struct sample *sample,
                                const struct tally_request *r) {
  struct cells c;
  bool variances = r->variances && sample_designed(sample) && !b->ways.plain;
  struct cells_request request = cross(sample, r->by, r->item, variances);
  bilan_status status = cells_tabulate(b, &c, &request);
  if (status) return status;
  for (size_t group = 0; group < t->groups; group++) codes_group(t, r, &c, group);
  if (variances) t->cells = c;
  else cells_free(&c);
  return BILAN_OK;
}

/* ---- several answers a row --------------------------------------------------------------- */

/* Does a row in this state belong to the base?
 * A row whose kind of missing is "don't know" or "refused" was asked, so BASE_ASKED has it. */
bool tally_in_base(enum tally_base base, size_t state) {
  if (base == BASE_ASKED) return state != STATE_NOT_ASKED;
  if (base == BASE_ANSWERED) return state == STATE_ANSWERED || state == STATE_TICKED;
  return state == STATE_TICKED;
}

/* What the tables of an item with several answers are made of: one of what rows are, then one a
 * level. */
struct set_tables {
  struct column *ticks;            /* what a row is (derive.h) */
  struct column **unions;          /* [net_count] of nets; NULL where not made */
  struct cells_request *requests;  /* [1 + levels] */
  struct cells *cells;             /* their answers */
  size_t made;                     /* answers there are */
};

/* Groups by what a row ticked at all. A state outside the base that is no kind of missing (answered
 * without a tick, base `ticked`) is in neither count: it was answered. */
static void set_bases(struct tally *t, const struct tally_request *r, const struct cells *c,
                      const struct column *ticks) {
  for (size_t cell = 0; cell < t->groups * STATES; cell++) {
    struct tally_group *g = &t->bases[cell / STATES];
    bilan_missing kind = dict_level(ticks->dict, (uint32_t)(cell % STATES))->missing;
    if (tally_in_base(r->base, cell % STATES)) add_base(g, c, cell);
    else if (kind) add_missing(g, kind, c->n[cell]);
  }
}

/* Counts one level of all groups: an option, or the union of several.
 * Free of the item's own type: a net comes in as a column made for it. */
static void set_level(struct tally *t, size_t level, const struct cells *c) {
  size_t codes = c->sizes[c->key_count - 1];
  for (size_t group = 0; group < t->groups; group++)
    if (SET_TICKED < codes) /* a dictionary without that code has nothing to count */
      count_cell(t, group * t->levels + level, c, group * codes + SET_TICKED);
}

/* The union of options is a column of its own, tabulated like an option. The codes of a net are
 * those of the SET's dictionary, whose code 0 is the blank: option i has code i + 1. */
static bilan_status make_union(bilan *b, struct column **out, const struct tally_request *r,
                               const struct net *net) {
  size_t *options = mem_array(&b->mem, net->count, sizeof *options);
  if (!options) return fail_nomem(b);
  for (size_t i = 0; i < net->count; i++) options[i] = net->codes[i] - 1;
  bilan_status status = derive_any(b, out, r->item, options, net->count);
  mem_free(&b->mem, options);
  return status;
}

/* Room, columns and requests; on failure close_tables releases what was made. */
static bilan_status open_tables(bilan *b, struct set_tables *s, const struct tally *t,
                                const struct sample *sample, const struct tally_request *r) {
  size_t options = r->item->option_count;
  s->unions = mem_zero(&b->mem, r->net_count, sizeof *s->unions);
  s->requests = mem_array(&b->mem, 1 + t->levels, sizeof *s->requests);
  s->cells = mem_zero(&b->mem, 1 + t->levels, sizeof *s->cells);
  if (!s->unions || !s->requests || !s->cells) return fail_nomem(b);
  bilan_status status = derive_ticks(b, &s->ticks, r->item);
  for (size_t i = 0; !status && i < r->net_count; i++)
    status = make_union(b, &s->unions[i], r, &r->nets[i]);
  if (status) return status;
  s->requests[0] = cross(sample, r->by, s->ticks, false);
  for (size_t i = 0; i < t->levels; i++)
    s->requests[1 + i] =
        cross(sample, r->by, i < options ? r->item->options[i] : s->unions[i - options], false);
  return BILAN_OK;
}

/* Also what open_tables left half made. */
static void close_tables(bilan *b, struct set_tables *s, const struct tally_request *r) {
  for (size_t i = 0; i < s->made; i++) cells_free(&s->cells[i]);
  for (size_t i = 0; s->unions && i < r->net_count; i++) column_free(s->unions[i]);
  column_free(s->ticks);
  mem_free(&b->mem, s->unions);
  mem_free(&b->mem, s->requests);
  mem_free(&b->mem, s->cells);
}

/* With base `answers`, the base of a group is the sum of its ticks.
 * Nets are left out: their respondents are in the options already. */
static void base_of_answers(struct tally *t, size_t options) {
  for (size_t group = 0; group < t->groups; group++) {
    struct tally_group *g = &t->bases[group];
    g->n = 0;
    g->weight = 0;
    for (size_t level = 0; level < options; level++) {
      g->n += t->count[group * t->levels + level];
      g->weight += t->weight[group * t->levels + level];
    }
    g->weight2 = 0; /* ticks are no respondents: they have no effective number */
  }
}

/* One table for the bases, one a level: options first, then nets; all of one pass over the rows.
 * Options overlap, so their joint table would have two to the number of options cells. */
static bilan_status tally_set(bilan *b, struct tally *t, const struct sample *sample,
                              const struct tally_request *r) {
  struct set_tables s = {0};
  bilan_status status = open_tables(b, &s, t, sample, r);
  if (!status) status = cells_tabulate_all(b, s.cells, s.requests, 1 + t->levels);
  if (!status) {
    s.made = 1 + t->levels;
    set_bases(t, r, &s.cells[0], s.ticks);
    for (size_t i = 0; i < t->levels; i++) set_level(t, i, &s.cells[1 + i]);
    if (r->base == BASE_ANSWERS) base_of_answers(t, r->item->option_count);
  }
  close_tables(b, &s, r);
  return status;
}

/* ---- the whole --------------------------------------------------------------------------- */

/* `out` is untouched on failure.
 * Sizes are checked before anything of that size is asked for. */
bilan_status tally_open(bilan *b, struct tally *out, const struct sample *sample,
                        const struct tally_request *request) {
  enum column_type type = request->item->type;
  struct tally t;
  if (type != COLUMN_CODES && type != COLUMN_SET)
    return fail(b, BILAN_USAGE, "an item without levels has no shares");
  bilan_status status = check_size(b, request);
  if (status) return status;
  status = reserve(b, &t, request);
  if (!status)
    status = type == COLUMN_SET ? tally_set(b, &t, sample, request)
                                : tally_codes(b, &t, sample, request);
  if (status) tally_free(&t);
  else *out = t;
  return status;
}

/* Room alone: for sums over the groups of other tallies. `out` is untouched on failure. */
bilan_status tally_empty(bilan *b, struct tally *out, const struct tally_request *request) {
  struct tally t;
  bilan_status status = reserve(b, &t, request);
  if (status) tally_free(&t);
  else *out = t;
  return status;
}

/* Degrees of freedom of a group from its number of rows: those of a set of replicates, or where
 * rows are units of one stratum all rows but one. */
static double degrees_of_rows(const struct design *d, int64_t rows) {
  if (!rows) return 0;
  return d->replicates ? d->replicates->df : (double)(rows - 1);
}

/* See tally.h. */
bilan_status tally_degrees(bilan *b, double *df, const struct tally *t,
                           const struct sample *sample, const struct by *by) {
  const struct design *d = sample->design;
  bool whole = sample->degrees == DEGREES_DESIGN || (!sample->domain && !by->count);
  if (whole || !t->cells.count) return sample_degrees(b, df, sample, by);
  bool counted = d->replicates || (!d->stages[0].unit && d->stages[0].strata == 1);
  if (!counted && !t->cells.unit_count) return sample_degrees(b, df, sample, by);
  if (!counted)
    return design_degrees_of(b, df, d, sample->domain, by->keys, by->count, &t->cells, t->groups);
  for (size_t g = 0; g < t->groups; g++) df[g] = degrees_of_rows(d, tally_rows(t, g));
  return BILAN_OK;
}

/* A zeroed tally is fine, and one that reserve left half made. */
void tally_free(struct tally *t) {
  if (!t->mem) return;
  mem_free(t->mem, t->codes);
  mem_free(t->mem, t->bases); /* where the run of bases and counts begins */
  cells_free(&t->cells);
  *t = (struct tally){0};
}

/* Counts only: shares come from share_fill. The base is that of the group, the same for all
 * levels. */
struct estimate tally_estimate(const struct tally *t, size_t group, size_t level) {
  const struct tally_group *g = &t->bases[group];
  struct estimate e = estimate_none();
  e.n = g->n;
  e.count = t->count[group * t->levels + level];
  for (size_t kind = 0; kind < BILAN_MISSING_KINDS; kind++) e.missing[kind] = g->missing[kind];
  estimate_set(&e, FIGURE_WEIGHTED_N, g->weight);
  return e;
}

/* `bare`: with a base of answers a respondent counts many times, so no binomial interval. */
struct share tally_share(const struct tally *t, size_t group, size_t level,
                         const struct tally_request *request) {
  const struct tally_group *g = &t->bases[group];
  return (struct share){
      .count = (double)t->count[group * t->levels + level],
      .base = (double)g->n,
      .weight = t->weight[group * t->levels + level],
      .weight2 = t->weight2[group * t->levels + level],
      .base_weight = g->weight,
      .base_weight2 = g->weight2,
      .respondents = (double)g->respondents,
      .rows = (double)(g->respondents + g->missing[BILAN_PRESENT]),
      .variance = NAN,
      .df = NAN,
      .bare = request->item->type == COLUMN_SET && request->base == BASE_ANSWERS,
  };
}

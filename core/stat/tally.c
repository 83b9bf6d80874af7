/* tally.c - see tally.h.
 *
 * Single answer: one request over by-variables x item holds everything; base, missing and nets
 * are sums over its cells. Several answers: what a row is (not asked, no answer, answered
 * without a tick, ticked) is one derived column, whose cells give the four bases and the
 * missing; each option is a request of its own, because options overlap. A net is a derived
 * column "any of these is ticked": adding up options would count a respondent twice.
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

/* Room for counts, all 0, and the list of levels; on failure tally_free releases what was got.
 * The blank is left out of an item's levels unless missing_levels has it in. */
static bilan_status reserve(bilan *b, struct tally *t, const struct tally_request *r) {
  *t = (struct tally){.mem = &b->mem, .groups = by_groups(r->by)};
  t->codes = mem_array(&b->mem, dict_count(r->item->dict) + r->net_count, sizeof *t->codes);
  if (!t->codes) return fail_nomem(b);
  list_levels(t, r);
  t->count = mem_zero(&b->mem, t->groups * t->levels, sizeof *t->count);
  t->weight = mem_zero(&b->mem, t->groups * t->levels, sizeof *t->weight);
  t->weight2 = mem_zero(&b->mem, t->groups * t->levels, sizeof *t->weight2);
  t->bases = mem_zero(&b->mem, t->groups, sizeof *t->bases);
  return t->count && t->weight && t->weight2 && t->bases ? BILAN_OK : fail_nomem(b);
}

/* The request for by-variables x one more key: cell = group * codes of the key + code. By-variables
 * come first, so that the cells of a group are neighbours. Free *out with cells_free. */
static bilan_status cross(bilan *b, struct cells *out, const struct sample *sample,
                          const struct by *by, const struct column *key) {
  struct cells_request r = {
      .rows = sample->rows, .domain = sample->domain, .weight = sample_weight(sample)};
  for (size_t i = 0; i < by->count; i++) r.keys[r.key_count++] = by->keys[i];
  r.keys[r.key_count++] = key;
  return cells_tabulate(b, out, &r);
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
 * caller's to release. */
static bilan_status tally_codes(bilan *b, struct tally *t, const struct sample *sample,
                                const struct tally_request *r) {
  struct cells c;
  bilan_status status = cross(b, &c, sample, r->by, r->item);
  if (status) return status;
  for (size_t group = 0; group < t->groups; group++) codes_group(t, r, &c, group);
  cells_free(&c);
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

/* One request: groups by what a row ticked at all. A state outside the base that is no kind of
 * missing (answered without a tick, base `ticked`) is in neither count: it was answered. */
static bilan_status set_bases(bilan *b, struct tally *t, const struct sample *sample,
                              const struct tally_request *r) {
  struct column *ticks;
  struct cells c;
  bilan_status status = derive_ticks(b, &ticks, r->item);
  if (status) return status;
  status = cross(b, &c, sample, r->by, ticks);
  for (size_t cell = 0; !status && cell < t->groups * STATES; cell++) {
    struct tally_group *g = &t->bases[cell / STATES];
    bilan_missing kind = dict_level(ticks->dict, (uint32_t)(cell % STATES))->missing;
    if (tally_in_base(r->base, cell % STATES)) add_base(g, &c, cell);
    else if (kind) add_missing(g, kind, c.n[cell]);
  }
  if (!status) cells_free(&c);
  column_free(ticks);
  return status;
}

/* Counts one level of all groups: an option, or the union of several.
 * Free of the item's own type: a net comes in as a column made for it. */
static bilan_status set_level(bilan *b, struct tally *t, const struct sample *sample,
                              const struct tally_request *r, size_t level,
                              const struct column *option) {
  struct cells c;
  bilan_status status = cross(b, &c, sample, r->by, option);
  if (status) return status;
  size_t codes = dict_count(option->dict);
  for (size_t group = 0; group < t->groups; group++)
    if (SET_TICKED < codes) /* a dictionary without that code has nothing to count */
      count_cell(t, group * t->levels + level, &c, group * codes + SET_TICKED);
  cells_free(&c);
  return BILAN_OK;
}

/* The union of options is a column of its own, tabulated like an option. The codes of a net are
 * those of the SET's dictionary, whose code 0 is the blank: option i has code i + 1. */
static bilan_status set_net(bilan *b, struct tally *t, const struct sample *sample,
                            const struct tally_request *r, size_t level,
                            const struct net *net) {
  struct column *any = NULL;
  size_t *options = mem_array(&b->mem, net->count, sizeof *options);
  if (!options) return fail_nomem(b);
  for (size_t i = 0; i < net->count; i++) options[i] = net->codes[i] - 1;
  bilan_status status = derive_any(b, &any, r->item, options, net->count);
  if (!status) status = set_level(b, t, sample, r, level, any);
  column_free(any);
  mem_free(&b->mem, options);
  return status;
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

/* One request for the bases, one a level: options first, then nets. Cost: options times rows;
 * options overlap, so their joint table would have two to the number of options cells. */
static bilan_status tally_set(bilan *b, struct tally *t, const struct sample *sample,
                              const struct tally_request *r) {
  size_t options = r->item->option_count;
  bilan_status status = set_bases(b, t, sample, r);
  for (size_t level = 0; !status && level < t->levels; level++) {
    if (level < options) status = set_level(b, t, sample, r, level, r->item->options[level]);
    else status = set_net(b, t, sample, r, level, &r->nets[level - options]);
  }
  if (!status && r->base == BASE_ANSWERS) base_of_answers(t, options);
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

/* A zeroed tally is fine, and one that reserve left half made. */
void tally_free(struct tally *t) {
  if (!t->mem) return;
  mem_free(t->mem, t->codes);
  mem_free(t->mem, t->count);
  mem_free(t->mem, t->weight);
  mem_free(t->mem, t->weight2);
  mem_free(t->mem, t->bases);
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
      .base_weight = g->weight,
      .base_weight2 = g->weight2,
      .respondents = (double)g->respondents,
      .rows = (double)(g->respondents + g->missing[BILAN_PRESENT]),
      .variance = NAN,
      .df = NAN,
      .bare = request->item->type == COLUMN_SET && request->base == BASE_ANSWERS,
  };
}

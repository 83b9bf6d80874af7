/* l_estimate.c - core.estimate: shares, means, totals, quantiles as lists of records.
 *
 * core.estimate.proportion(table, domain, { item =, by = {..}, level =, ci =, conf =, base =,
 * missing = "include", nets = }), freq (also sort), mean, total, ratio (numerator,
 * denominator), difference (item, by, from, to), contrast (item, by, coefficients, level),
 * quantile (p, rule, ties). Cross-tables are in l_crosstab.c, tests in l_compare.c, the reading of
 * arguments in l_estimate_read.c. Each returns an answer, a list of records: by, level, figures, n,
 * count, missing, missing_kinds, note; a figure that does not exist is nil. A record is made when
 * it is asked for: most of a script's are never looked at.
 *
 * Example: proportion(t, nil, { item = "avis", by = "genre" })[1] ->
 *   { by = { genre = "fille" }, level = "oui", value = 0.4, se = 0.1124, low = 0.219,
 *     high = 0.613, conf = 0.95, df = 19, n = 20, count = 8, weighted_n = 20,
 *       missing = 0, missing_kinds = {} }
 *
 * What a record has beyond by, value, se, low, high, conf, df, n, weighted_n, missing and note:
 *
 *   proportion, freq       level (net = true for a net), count; freq also cumulative
 *   total                  of an item with levels: level, count
 *   quantile               p
 *   difference, contrast   statistic, p_value
 *   with a design          effective_n; with deff also deff
 *
 * How every verb goes: l_read_call and the readers of l_estimate_read.c fill a struct call and
 * leave what it borrows on the stack; a userdata is made for the answer, which keeps all of that
 * and releases the rows whatever happens; the engine fills it. Nothing is computed here.
 *
 *   stack   1 table   2 domain   3 options   4 .. names, levels, columns made   answer
 *
 * Raised: unknown options, items, levels and words, each with the nearest right one; items
 * without numbers where numbers are needed; limits. An estimate the data do not allow is no
 * error: its record has n and a note.
 */
#include "binding/l_estimate.h"

#include <string.h>

#include "binding/l_data.h"
#include "binding/l_stat.h"
#include "stat/contrast.h"
#include "stat/frequency.h"
#include "stat/quantile.h"

/* ---- pushing ----------------------------------------------------------------------------- */

/* A blank has no label of its own: it is called by its kind of missing. */
struct text l_level_text(const struct column *item, uint32_t code) {
  const struct level *level = dict_level(item->dict, code);
  return !level->label.n && level->missing ? text_of(missing_names[level->missing]) : level->label;
}

/* Labels are text in Lua, of numeric levels, too. */
void l_push_level(lua_State *L, const struct column *item, uint32_t code) {
  l_push_text(L, l_level_text(item, code));
}

/* Codes behind the item's own levels are its nets. */
bool l_answer_text(struct text *label, const struct call *call, uint32_t code) {
  const struct column *item = call->tally.item;
  if (code == NO_LEVEL || !item) return false;
  if (code < dict_count(item->dict)) *label = l_level_text(item, code);
  else *label = call->tally.nets[code - dict_count(item->dict)].name;
  return true;
}

/* Counts are integers in Lua too, never 12.0: field `key` of the table on top. */
void l_set_count(lua_State *L, const char *key, int64_t count) {
  lua_pushinteger(L, (lua_Integer)count);
  lua_setfield(L, -2, key);
}

/* missing = all that are left out; missing_kinds = { ["no answer"] = 3, ... }, kinds that
 * occur. */
void l_set_missing(lua_State *L, const int64_t missing[BILAN_MISSING_KINDS]) {
  int kinds = 0;
  for (int kind = BILAN_NO_ANSWER; kind < BILAN_MISSING_KINDS; kind++) kinds += missing[kind] != 0;
  l_set_count(L, "missing", missing[BILAN_PRESENT]);
  lua_createtable(L, 0, kinds);
  for (int kind = BILAN_NO_ANSWER; kind < BILAN_MISSING_KINDS; kind++) {
    if (!missing[kind]) continue;
    l_push_missing(L, (bilan_missing)kind);
    lua_pushinteger(L, (lua_Integer)missing[kind]);
    lua_rawset(L, -3);
  }
  lua_setfield(L, -2, "missing_kinds");
}

/* All notes in one line, in the order of their bits: "one respondent in the base: no variance;
 * ...". No field without a note. */
static void set_notes(lua_State *L, unsigned notes) {
  luaL_Buffer words;
  bool first = true;
  if (!notes) return;
  luaL_buffinit(L, &words);
  for (unsigned bit = 1; bit; bit <<= 1) {
    if (!(notes & bit)) continue;
    if (!first) luaL_addstring(&words, "; ");
    luaL_addstring(&words, estimate_note_text(bit));
    first = false;
  }
  luaL_pushresult(&words);
  lua_setfield(L, -2, "note");
}

/* Every figure that is there under its name; one that is absent is nil, with the note saying
 * why. Nothing is computed here. */
void l_set_estimate(lua_State *L, const struct estimate *e) {
  for (int f = 0; f < FIGURES; f++) {
    if (!estimate_has(e, (enum figure)f)) continue;
    if (f == FIGURE_DF || f == FIGURE_WEIGHTED_N) l_push_count(L, e->figures[f]);
    else lua_pushnumber(L, e->figures[f]);
    lua_setfield(L, -2, figure_name((enum figure)f));
  }
  l_set_count(L, "n", e->n);
  if (e->count >= 0) l_set_count(L, "count", e->count);
  l_set_missing(L, e->missing);
  set_notes(L, e->notes);
}

/* The label of a level of call->tally.item, or the name of a net. */
void l_set_level(lua_State *L, const struct call *call, uint32_t code) {
  struct text label;
  if (!l_answer_text(&label, call, code)) return;
  if (code >= dict_count(call->tally.item->dict)) {
    lua_pushboolean(L, true);
    lua_setfield(L, -2, "net");
  }
  l_push_text(L, label);
  lua_setfield(L, -2, "level");
}

/* by = { item = label of its level, ... }; empty without by-variables.
 * Labels, not codes: records are for people and reports. */
void l_set_by(lua_State *L, const struct call *call, const uint32_t codes[BY_MOST]) {
  lua_createtable(L, 0, (int)call->by.count);
  for (size_t i = 0; i < call->by.count; i++) {
    l_push_text(L, call->by_names[i]);
    l_push_level(L, call->by.keys[i], codes[i]);
    lua_settable(L, -3);
  }
  lua_setfield(L, -2, "by");
}

/* ---- answers ----------------------------------------------------------------------------- */

/* Name of the metatable of an answer. */
static const char answer_type[] = "bilan.answer";

/* __gc of an answer; idempotent, as Lua may call it on one that failed half way. */
static int free_answer(lua_State *L) {
  struct answer *a = luaL_checkudata(L, 1, answer_type);
  proportions_free(&a->shares);
  estimates_free(&a->list);
  return 0;
}

/* Places count from 1 in Lua; what is no place of a row is none. */
size_t l_row_asked(lua_State *L, int index, size_t count) {
  int whole;
  lua_Integer at = lua_tointegerx(L, index, &whole);
  return whole && at >= 1 && (lua_Unsigned)at <= count ? (size_t)at - 1 : SIZE_MAX;
}

/* The method that the key at 2 names, or nil. */
int l_push_method(lua_State *L, const luaL_Reg *methods) {
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  while (methods->name && strcmp(methods->name, name) != 0) methods++;
  if (methods->name) lua_pushcfunction(L, methods->func);
  else lua_pushnil(L);
  return 1;
}

/* The labels of a row: by, level, p. */
static void push_head(lua_State *L, const struct answer *a, const struct estimate_row *row) {
  lua_createtable(L, 0, 16);
  l_set_by(L, &a->call, row->by);
  l_set_level(L, &a->call, row->level);
  if (estimate_has(&row->e, FIGURE_P)) {
    lua_pushnumber(L, row->e.figures[FIGURE_P]);
    lua_setfield(L, -2, figure_name(FIGURE_P));
  }
}

/* answer:head(i) -> the labels of row i, for those who look for one. */
static int answer_head(lua_State *L) {
  const struct answer *a = luaL_checkudata(L, 1, answer_type);
  size_t at = l_row_asked(L, 2, a->list.count);
  if (at == SIZE_MAX) return 0;
  push_head(L, a, &a->list.rows[at]);
  return 1;
}

/* ---- finding one row --------------------------------------------------------------------- */

/* Does a row have the label that a query asks for? The order in which a key is looked for among
 * groups, level and item is that of the engine's Lua: a group called "level" hides the level, by
 * that name and by the item's. */
static bool row_has(const struct answer *a, const struct estimate_row *row, struct asked asked) {
  const struct call *c = &a->call;
  bool hidden = false;
  for (size_t i = 0; i < c->by.count; i++) {
    if (text_equal(c->by_names[i], asked.key))
      return text_equal(l_level_text(c->by.keys[i], row->by[i]), asked.value);
    hidden = hidden || text_equal(c->by_names[i], TEXT("level"));
  }
  if (hidden) return false;
  if (!text_equal(asked.key, TEXT("level")) && !text_equal(asked.key, c->item_name)) return false;
  struct text label;
  return l_answer_text(&label, c, row->level) && text_equal(label, asked.value);
}

/* answer:find(query) -> the place of the one row that has all the labels of the query, all of them
 * texts; nil where there is none, or several, or a key or value that it does not know: answers to
 * these are the engine's Lua's. O(rows), and nothing is made. */
static int answer_find(lua_State *L) {
  const struct answer *a = luaL_checkudata(L, 1, answer_type);
  struct asked asked[ASKED_MOST];
  size_t pairs = l_read_asked(L, 2, asked), found = 0, place = 0;
  if (pairs == SIZE_MAX) return 0;
  for (size_t i = 0; i < a->list.count; i++) {
    size_t held = 0;
    while (held < pairs && row_has(a, &a->list.rows[i], asked[held])) held++;
    if (held < pairs) continue;
    if (found++) return 0;
    place = i;
  }
  if (!found) return 0;
  lua_pushinteger(L, (lua_Integer)place + 1);
  return 1;
}

/* answer:make() computes an answer that was left for later: nothing, or why it could not. */
static int answer_make(lua_State *L) {
  struct answer *a = luaL_checkudata(L, 1, answer_type);
  bilan *b = l_handle(L);
  bilan_status status = a->make ? a->make(b, a) : BILAN_OK;
  a->make = NULL;
  if (!status) return 0;
  lua_pushstring(L, b->message);
  return 1;
}

static const luaL_Reg methods[] = {
    {"find", answer_find}, {"head", answer_head}, {"make", answer_make}, {NULL, NULL}};

/* answer[i] -> a new record of row i, with the figures it did not have yet; its methods. */
static int answer_index(lua_State *L) {
  struct answer *a = luaL_checkudata(L, 1, answer_type);
  size_t at = l_row_asked(L, 2, a->list.count);
  if (at == SIZE_MAX) return l_push_method(L, methods);
  struct estimate_row *row = &a->list.rows[at];
  proportion_look(row, &a->shares);
  push_head(L, a, row);
  l_set_estimate(L, &row->e);
  return 1;
}

/* #answer: its rows. */
static int answer_count(lua_State *L) {
  const struct answer *a = luaL_checkudata(L, 1, answer_type);
  lua_pushinteger(L, (lua_Integer)a->list.count);
  return 1;
}

/* What stands on the stack is kept by user values, one each: names, labels and columns are lent by
 * it for as long as the userdata lives. */
void *l_new_keeper(lua_State *L, size_t size) {
  int kept = lua_gettop(L);
  luaL_checkstack(L, 2, "a result");
  void *keeper = lua_newuserdatauv(L, size, kept);
  memset(keeper, 0, size);
  for (int i = 1; i <= kept; i++) {
    lua_pushvalue(L, i);
    lua_setiuservalue(L, -2, i);
  }
  return keeper;
}

/* Made and empty before the engine fills it: an error in between leaks nothing. The tally request
 * points to the groups of the call that it is part of. */
struct answer *l_new_answer(lua_State *L, const struct call *call) {
  static const luaL_Reg events[] = {{"__gc", free_answer},
                                    {"__index", answer_index},
                                    {"__len", answer_count},
                                    {NULL, NULL}};
  struct answer *a = l_new_keeper(L, sizeof *a);
  estimates_open(l_handle(L), &a->list);
  a->call = *call;
  a->call.tally.by = &a->call.by;
  l_set_type(L, answer_type, events);
  return a;
}

/* ---- shares ------------------------------------------------------------------------------ */

/* "replace" is R's word for "wr", true its TRUE: without replacement. Anything else is raised with
 * the nearest of the four words. */
enum deff l_read_deff(lua_State *L, const struct call *call) {
  static const char *const names[] = {"none", "wor", "wr", "replace", NULL};
  enum deff deff = DEFF_NONE;
  if (lua_getfield(L, ARG_OPTIONS, "deff") == LUA_TBOOLEAN) {
    deff = lua_toboolean(L, -1) ? DEFF_WOR : DEFF_NONE;
  } else {
    int choice = stat_option_choice(L, ARG_OPTIONS, call->verb, "deff", names, DEFF_NONE);
    deff = choice > DEFF_WR ? DEFF_WR : (enum deff)choice;
  }
  lua_pop(L, 1);
  return deff;
}

/* A place in the list of all methods of a share; the usual one without the option. */
unsigned l_read_interval(lua_State *L, const struct call *call) {
  return (unsigned)stat_option_choice(L, ARG_OPTIONS, call->verb, "ci", share_method_names,
                                      SHARE_USUAL);
}

/* Interval, confidence and the one level that is asked for, which l_read_levels has read. */
static struct proportion_options proportion_options(lua_State *L, const struct call *call) {
  return (struct proportion_options){call->conf, l_read_interval(L, call), call->level,
                                     l_read_deff(L, call)};
}

/* What every verb ends with: the answer on top of the stack, made unless it is left for later. */
static int made(lua_State *L, struct answer *a, bilan_status (*make)(bilan *, struct answer *)) {
  a->make = make;
  if (a->call.later) return 1;
  l_check(L, make(l_handle(L), a));
  a->make = NULL;
  return 1;
}

/* An answer whose rows are read from counts and variances. A method that knows no design is refused
 * here, whenever it is made. */
static struct answer *new_shares(lua_State *L, const struct call *call,
                                 struct proportion_options o) {
  struct answer *a = l_new_answer(L, call);
  a->options.share = o;
  l_check(L, share_check(l_handle(L), &call->sample, o.method));
  return a;
}

static bilan_status make_proportion(bilan *b, struct answer *a) {
  bilan_status status = proportions_open(b, &a->shares, &a->call.sample, &a->call.tally,
                                         &a->options.share);
  return status ? status : proportion_list(b, &a->list, &a->shares);
}

static bilan_status make_freq(bilan *b, struct answer *a) {
  bilan_status status = proportions_open(b, &a->shares, &a->call.sample, &a->call.tally,
                                         &a->options.share);
  return status ? status : frequency_list(b, &a->list, &a->shares, a->sort);
}

/* proportion(table, domain, options) -> list of records: the share of each level.
 *   item     item, several answers included; numbers and texts: their distinct values
 *   by       a name or a list of at most three
 *   level    only this one (a number may be one that nobody gave)
 *   ci       interval, one of share_method_names: "wilson" unless told, "logit" by a declared
 *            design; conf, 0.95 unless told
 *   deff     design effect: true or "wor" (against a simple random sample without replacement),
 *            "wr" or "replace" (with)
 *   base     of several answers: "asked" (default), "answered", "ticked", "answers"
 *   nets     { name = { levels } }: records with net = true after the levels
 *   missing  "include": kinds of missing are levels of the base, "not asked" excepted
 *   design, df  as for every estimate (l_estimate.h) */
static int l_proportion(lua_State *L) {
  static const char *const known[] = {"item", "by",   "level",   "ci",   "conf",
                                      "base", "nets", "missing", "deff", NULL};
  struct call call;
  l_read_call(L, &call, "proportion", known);
  l_read_levels(L, &call, "item");
  struct proportion_options o = proportion_options(L, &call);
  return made(L, new_shares(L, &call, o), make_proportion);
}

/* freq(table, domain, options) -> the same records with `cumulative` where levels exclude each
 * other, in the order of `sort`: "level" (default), "descending", "ascending". */
static int l_freq(lua_State *L) {
  static const char *const known[] = {"item", "by",   "ci",      "conf",    "base",
                                      "nets", "sort", "missing", "deff", NULL};
  struct call call;
  l_read_call(L, &call, "freq", known);
  l_read_levels(L, &call, "item");
  struct proportion_options o = proportion_options(L, &call);
  enum level_sort sort = (enum level_sort)stat_option_choice(L, ARG_OPTIONS, "freq", "sort",
                                                             level_sort_names, SORT_LEVEL);
  struct answer *a = new_shares(L, &call, o);
  a->sort = sort;
  return made(L, a, make_freq);
}

/* ---- numbers ----------------------------------------------------------------------------- */

/* Confidence and design effect: the options that verbs of numbers share. */
static struct moment_options moment_options(lua_State *L, const struct call *call) {
  return (struct moment_options){call->conf, l_read_deff(L, call)};
}

static bilan_status make_mean(bilan *b, struct answer *a) {
  return mean_estimate(b, &a->list, &a->call.sample, a->measure, &a->call.by, &a->options.moment);
}

/* Of levels where the tally has an item, else of numbers. */
static bilan_status make_total(bilan *b, struct answer *a) {
  const struct call *c = &a->call;
  if (c->tally.item)
    return total_levels(b, &a->list, &c->sample, c->tally.item, &c->by, &a->options.moment);
  return total_estimate(b, &a->list, &c->sample, a->measure, &c->by, &a->options.moment);
}

/* mean(table, domain, { item, by, conf, deff }) -> one record a group. An item whose levels
 * have scores is a number here; other labels are refused. `by` takes up to three items: a
 * record for each combination that occurs, or that dictionaries declare. */
static int l_mean(lua_State *L) {
  static const char *const known[] = {"item", "by", "conf", "deff", NULL};
  struct call call;
  l_read_call(L, &call, "mean", known);
  const struct moment_options o = moment_options(L, &call);
  const struct column *measure = l_read_measure(L, &call, "item");
  struct answer *a = l_new_answer(L, &call);
  a->measure = measure;
  a->options.moment = o;
  return made(L, a, make_mean);
}

/* Of a number its sum; of an item with levels the respondents at each: their weights, that is, so
 * that with the weights of a survey it is people of the population.
 * total(table, domain, { item, by, conf, deff }) -> one record a group, or a group and
 * level. */
static int l_total(lua_State *L) {
  static const char *const known[] = {"item", "by", "conf", "deff", NULL};
  struct call call;
  l_read_call(L, &call, "total", known);
  const struct moment_options o = moment_options(L, &call);
  const struct column *item = l_read_item(L, &call, "item");
  bool levels = !column_is_numeric(item), declared;
  if (levels) call.tally.item = l_read_codes(L, &call, "item", &declared);
  struct answer *a = l_new_answer(L, &call);
  a->measure = item;
  a->options.moment = o;
  return made(L, a, make_total);
}

/* ratio(table, domain, { numerator, denominator, by, conf, deff }) -> one record a group: the
 * ratio of the sums over those who have both, not the mean of their ratios. Pupils 20, 30 and
 * teachers 1, 2: 50 / 3 = 16.7 pupils a teacher, where the mean of 20 and 15 would be 17.5. */
static int l_ratio(lua_State *L) {
  static const char *const known[] = {"numerator", "denominator", "by", "conf", "deff",
                                      NULL};
  struct call call;
  l_read_call(L, &call, "ratio", known);
  const struct moment_options o = moment_options(L, &call);
  const struct column *numerator = l_read_measure(L, &call, "numerator");
  const struct column *denominator = l_read_measure(L, &call, "denominator");
  struct answer *a = l_new_answer(L, &call);
  l_check(L, ratio_estimate(l_handle(L), &a->list, &call.sample, numerator, denominator, &call.by,
                            &o));
  return 1;
}

/* The one item of `by` whose levels are compared; lent by the call. */
static const struct column *read_group(lua_State *L, const struct call *call) {
  if (call->by.count != 1) l_refuse(L, call, "by: one item makes the groups%.*s", text_of(""));
  return call->by.keys[0];
}

/* difference(table, domain, { item, by, from, to, conf }) -> one record: the mean in
 * `to` minus the mean in `from`, two levels of `by`; with t and its p-value.
 * conf is 0.95 unless told. The record has no `by`: it is of both groups together. */
static int l_difference(lua_State *L) {
  static const char *const known[] = {"item", "by", "from", "to", "conf", NULL};
  struct call call;
  l_read_call(L, &call, "difference", known);
  const struct column *measure = l_read_measure(L, &call, "item");
  const struct column *group = read_group(L, &call);
  uint32_t from = l_read_level(L, &call, "from", group, true);
  uint32_t to = l_read_level(L, &call, "to", group, true);
  if (from == NO_LEVEL || to == NO_LEVEL)
    l_refuse(L, &call, "from and to: name two levels of \"%.*s\"", call.by_names[0]);
  if (from == to)
    l_refuse(L, &call, "from and to are the same level of \"%.*s\"", call.by_names[0]);
  struct answer *a = l_new_answer(L, &call);
  l_check(L, difference_estimate(l_handle(L), &a->list, &call.sample, measure, group, from, to,
                                 call.conf));
  a->call.by.count = 0;
  return 1;
}

/* coefficients = { number, ... }: one for each level of the groups that is an answer, in their
 * order. In scratch memory, by code.
 * Groups low, mid, high and { -1, 0, 1 } give codes 0 (blank) .. 3 the numbers 0 -1 0 1. */
static const double *read_coefficients(lua_State *L, const struct call *call,
                                       const struct column *group) {
  size_t count, used = 0, codes = dict_count(group->dict);
  lua_getfield(L, ARG_OPTIONS, "coefficients");
  const double *list =
      stat_list(L, lua_gettop(L), call->verb, "coefficients", &range_any, &count);
  double *coefficients = l_scratch(L, codes, sizeof *coefficients);
  for (size_t code = 0; code < codes; code++) {
    bool answers = !dict_level(group->dict, (uint32_t)code)->missing;
    coefficients[code] = answers && used < count ? list[used] : 0;
    used += answers;
  }
  if (used != count)
    l_refuse(L, call, "coefficients: expected a number for each level of \"%.*s\"",
             call->by_names[0]);
  return coefficients;
}

/* contrast(table, domain, options) -> one record: the sum over the levels of `by` of coefficients
 * times the mean of the item in that level, or times the share of `level`; with t and its p-value.
 *   item          numbers; with `level` any item, several answers included
 *   by            one item
 *   coefficients  a list of numbers in the order of its levels; 0 leaves a group out
 *   level, base   as for proportion
 * coefficients = { -1, 0, 1 } over low, mid, high is the mean of high minus that of low; { 0.5,
 * 0.5, -1 } the mean of the first two means minus the third. */
static int l_contrast(lua_State *L) {
  static const char *const known[] = {"item", "by", "coefficients", "level", "base", "conf", NULL};
  struct call call;
  l_read_call(L, &call, "contrast", known);
  const struct column *group = read_group(L, &call), *measure = NULL;
  lua_getfield(L, ARG_OPTIONS, "level");
  bool shares = !lua_isnil(L, -1);
  lua_pop(L, 1);
  if (shares) l_read_levels(L, &call, "item");
  else measure = l_read_measure(L, &call, "item");
  const struct contrast contrast = {group, read_coefficients(L, &call, group)};
  struct answer *a = l_new_answer(L, &call);
  if (shares)
    l_check(L, contrast_shares(l_handle(L), &a->list, &call.sample, call.tally.item, call.level,
                               call.tally.base, &contrast, call.conf));
  else
    l_check(L, contrast_estimate(l_handle(L), &a->list, &call.sample, measure, &contrast,
                                 call.conf));
  a->call.by.count = 0;
  return 1;
}

/* p = 0.5 or { 0.25, 0.5, 0.75 }; in scratch memory, which a slot of the stack keeps. Absent: 0.5.
 * One number is a list of one. Raises outside [0, 1]. */
static const double *read_p(lua_State *L, size_t *count) {
  int type = lua_getfield(L, ARG_OPTIONS, "p");
  if (type == LUA_TTABLE)
    return stat_list(L, lua_gettop(L), "quantile", "p", &range_share, count);
  double *p = l_scratch(L, 1, sizeof *p);
  *p = stat_option(L, ARG_OPTIONS, "quantile", "p", &range_share, 0.5);
  *count = 1;
  return p;
}

/* quantile(table, domain, options) -> one record a group and p.
 *   p        a number or a list of numbers from 0 to 1; 0.5 unless told
 *   rule     "math" unless told, "school", "hf1" to "hf9", "shahvaish"
 *   ties     "rows" (default: each respondent is a point) or "summed" (each value is one)
 *   item, by, conf as for mean
 * { item = "age", p = { 0.25, 0.75 } } gives two records, with p = 0.25 and 0.75 as their keys. */
static int l_quantile(lua_State *L) {
  static const char *const known[] = {"item", "by",   "p",       "rule",
                                      "ties", "conf", NULL};
  struct call call;
  l_read_call(L, &call, "quantile", known);
  struct column *measure = l_read_measure(L, &call, "item");
  struct quantile_options o = {.conf = call.conf};
  o.rule = (enum quantile_rule)stat_option_choice(L, ARG_OPTIONS, "quantile", "rule",
                                                  quantile_rule_names, RULE_MATH);
  o.ties = (enum quantile_ties)stat_option_choice(L, ARG_OPTIONS, "quantile", "ties",
                                                  quantile_ties_names, TIES_ROWS);
  o.p = read_p(L, &o.p_count);
  struct answer *a = l_new_answer(L, &call);
  l_check(L, quantile_estimate(l_handle(L), &a->list, &call.sample, measure, &call.by, &o));
  return 1;
}

/* ---- registration ------------------------------------------------------------------------ */

/* The verbs of this file; a name here is one that scripts may call. */
static const luaL_Reg functions[] = {
    {"proportion", l_proportion}, {"freq", l_freq},
    {"mean", l_mean},             {"total", l_total},
    {"ratio", l_ratio},           {"difference", l_difference},
    {"contrast", l_contrast},     {"quantile", l_quantile},
    {NULL, NULL},
};

/* core.estimate: these functions and those of l_crosstab.c, l_compare.c and l_glm.c; pushes the
 * table. */
int l_estimate_open(lua_State *L) {
  luaL_newlib(L, functions);
  l_crosstab_add(L);
  l_compare_add(L);
  l_glm_add(L);
  return 1;
}

/* l_estimate.c - core.estimate: shares, means, totals, quantiles as lists of records.
 *
 * core.estimate.proportion(table, domain, { item =, by = {..}, level =, ci =, conf =, base =,
 * missing = "include", nets =, weights = }), freq (also sort), mean, total, ratio (numerator,
 * denominator), difference (item, by, from, to), quantile (p, rule, ties). Cross-tables are in
 * l_crosstab.c, tests in l_compare.c, the reading of arguments in l_estimate_read.c. Each
 * returns a list of records: by, level, figures, n, count, missing, missing_kinds, note; a
 * figure that does not exist is nil.
 *
 * Example: proportion(t, nil, { item = "avis", by = "genre" })[1] ->
 *   { by = { genre = "fille" }, level = "oui", value = 0.4, se = 0.1124, low = 0.219,
 *     high = 0.613, conf = 0.95, df = 19, n = 20, count = 8, weighted_n = 20,
 *       missing = 0, missing_kinds = {} }
 *
 * Raised: unknown options, items, levels and words, each with the nearest right one; items
 * without numbers where numbers are needed; limits. An estimate the data do not allow is no
 * error: its record has n and a note.
 */
#include "binding/l_estimate.h"

#include "binding/l_data.h"
#include "binding/l_stat.h"
#include "stat/frequency.h"
#include "stat/moments.h"
#include "stat/quantile.h"

/* ---- pushing
 * ------------------------------------------------------------------------------- */

static const char estimates_type[] = "bilan.estimates";

/* __gc of a list of estimates; idempotent. */
static int free_estimates(lua_State *L) {
  estimates_free(luaL_checkudata(L, 1, estimates_type));
  return 0;
}

/* The userdata is made and empty before the engine fills it: an error in between leaks
 * nothing. */
struct estimates *l_new_estimates(lua_State *L) {
  struct estimates *list = lua_newuserdatauv(L, sizeof *list, 0);
  estimates_open(l_handle(L), list);
  if (luaL_newmetatable(L, estimates_type)) {
    lua_pushcfunction(L, free_estimates);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  return list;
}

/* A blank has no label of its own: it is called by its kind of missing. */
void l_push_level(lua_State *L, const struct column *item, uint32_t code) {
  const struct level *level = dict_level(item->dict, code);
  if (!level->label.n && level->missing) l_push_missing(L, level->missing);
  else l_push_text(L, level->label);
}

/* Counts are integers in Lua too, never 12.0. */
void l_set_count(lua_State *L, const char *key, int64_t count) {
  lua_pushinteger(L, (lua_Integer)count);
  lua_setfield(L, -2, key);
}

/* missing = all that are left out; missing_kinds = { ["no answer"] = 3, ... }, kinds that
 * occur. */
void l_set_missing(lua_State *L, const int64_t missing[BILAN_MISSING_KINDS]) {
  l_set_count(L, "missing", missing[BILAN_PRESENT]);
  lua_newtable(L);
  for (int kind = BILAN_NO_ANSWER; kind < BILAN_MISSING_KINDS; kind++) {
    if (!missing[kind]) continue;
    l_push_missing(L, (bilan_missing)kind);
    lua_pushinteger(L, (lua_Integer)missing[kind]);
    lua_settable(L, -3);
  }
  lua_setfield(L, -2, "missing_kinds");
}

/* All notes in one line, in the order of their bits. */
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
  const struct column *item = call->tally.item;
  if (code == NO_LEVEL || !item) return;
  if (code < dict_count(item->dict)) {
    l_push_level(L, item, code);
  } else {
    lua_pushboolean(L, true);
    lua_setfield(L, -2, "net");
    l_push_text(L, call->tally.nets[code - dict_count(item->dict)].name);
  }
  lua_setfield(L, -2, "level");
}

/* by = { item = label of its level, ... }; empty without by-variables.
 * Labels, not codes: records are for people and reports. */
static void set_by(lua_State *L, const struct call *call, const uint32_t codes[BY_MOST]) {
  lua_createtable(L, 0, (int)call->by.count);
  for (size_t i = 0; i < call->by.count; i++) {
    l_push_text(L, call->by_names[i]);
    l_push_level(L, call->by.keys[i], codes[i]);
    lua_settable(L, -3);
  }
  lua_setfield(L, -2, "by");
}

/* The list in the order in which the engine made it. */
void l_push_estimates(lua_State *L, const struct call *call, const struct estimates *list) {
  lua_createtable(L, (int)list->count, 0);
  for (size_t i = 0; i < list->count; i++) {
    lua_createtable(L, 0, 16);
    set_by(L, call, list->rows[i].by);
    l_set_level(L, call, list->rows[i].level);
    l_set_estimate(L, &list->rows[i].e);
    lua_seti(L, -2, (lua_Integer)i + 1);
  }
}

/* ---- shares
 * -------------------------------------------------------------------------------- */

/* Interval, confidence and the one level that is asked for. */
static struct proportion_options proportion_options(lua_State *L, const struct call *call) {
  int method = stat_option_choice(L, ARG_OPTIONS, call->verb, "ci", plain_method_names,
                                  METHOD_WILSON);
  return (struct proportion_options){call->conf, (enum plain_method)method, call->level};
}

/* proportion(table, domain, options) -> list of records: the share of each level.
 *   item     item, several answers included; numbers and texts: their distinct values
 *   by       a name or a list of at most three
 *   level    only this one (a number may be one that nobody gave)
 *   ci       interval, "wilson" unless told; conf, 0.95 unless told
 *   base     of several answers: "asked" (default), "answered", "ticked", "answers"
 *   nets     { name = { levels } }: records with net = true after the levels
 *   missing  "include": kinds of missing are levels of the base, "not asked" excepted
 *   weights  an item: shares are weighted; without a design there is no se then */
static int l_proportion(lua_State *L) {
  static const char *const known[] = {"item", "by",   "level",   "ci",   "conf",
                                      "base", "nets", "missing", "weights", NULL};
  struct call call;
  l_read_call(L, &call, "proportion", known);
  l_read_levels(L, &call, "item");
  struct proportion_options o = proportion_options(L, &call);
  struct estimates *list = l_new_estimates(L);
  l_check(L, proportion_estimate(l_handle(L), list, &call.sample, &call.tally, &o));
  l_push_estimates(L, &call, list);
  return 1;
}

/* freq(table, domain, options) -> the same records with `cumulative` where levels exclude each
 * other, in the order of `sort`: "level" (default), "descending", "ascending". */
static int l_freq(lua_State *L) {
  static const char *const known[] = {"item", "by",   "ci",      "conf",    "base",
                                      "nets", "sort", "missing", "weights", NULL};
  struct call call;
  l_read_call(L, &call, "freq", known);
  l_read_levels(L, &call, "item");
  struct proportion_options o = proportion_options(L, &call);
  enum level_sort sort = (enum level_sort)stat_option_choice(L, ARG_OPTIONS, "freq", "sort",
                                                             level_sort_names, SORT_LEVEL);
  struct estimates *list = l_new_estimates(L);
  l_check(L, frequency_estimate(l_handle(L), list, &call.sample, &call.tally, &o, sort));
  l_push_estimates(L, &call, list);
  return 1;
}

/* ---- numbers
 * ------------------------------------------------------------------------------- */

/* mean(table, domain, { item, by, conf, weights }) -> one record a group. An item whose levels
 * have scores is a number here; other labels are refused. */
static int l_mean(lua_State *L) {
  static const char *const known[] = {"item", "by", "conf", "weights", NULL};
  struct call call;
  l_read_call(L, &call, "mean", known);
  const struct column *measure = l_read_measure(L, &call, "item");
  struct estimates *list = l_new_estimates(L);
  l_check(L, mean_estimate(l_handle(L), list, &call.sample, measure, &call.by, call.conf));
  l_push_estimates(L, &call, list);
  return 1;
}

/* Of a number its sum; of an item with levels the respondents at each.
 * total(table, domain, { item, by, conf, weights }) -> one record a group, or a group and
 * level. */
static int l_total(lua_State *L) {
  static const char *const known[] = {"item", "by", "conf", "weights", NULL};
  struct call call;
  l_read_call(L, &call, "total", known);
  const struct column *item = l_read_item(L, &call, "item");
  bool levels = !column_is_numeric(item), declared;
  if (levels) call.tally.item = l_read_codes(L, &call, "item", &declared);
  struct estimates *list = l_new_estimates(L);
  if (levels)
    l_check(L, total_levels(l_handle(L), list, &call.sample, call.tally.item, &call.by,
                            call.conf));
  else
    l_check(L, total_estimate(l_handle(L), list, &call.sample, item, &call.by, call.conf));
  l_push_estimates(L, &call, list);
  return 1;
}

/* ratio(table, domain, { numerator, denominator, by, conf, weights }) -> one record a group: the
 * ratio of the sums over those who have both, not the mean of their ratios. */
static int l_ratio(lua_State *L) {
  static const char *const known[] = {"numerator", "denominator", "by", "conf", "weights", NULL};
  struct call call;
  l_read_call(L, &call, "ratio", known);
  const struct column *numerator = l_read_measure(L, &call, "numerator");
  const struct column *denominator = l_read_measure(L, &call, "denominator");
  struct estimates *list = l_new_estimates(L);
  l_check(L, ratio_estimate(l_handle(L), list, &call.sample, numerator, denominator, &call.by,
                            call.conf));
  l_push_estimates(L, &call, list);
  return 1;
}

/* difference(table, domain, { item, by, from, to, conf, weights }) -> one record: the mean in
 * `to` minus the mean in `from`, two levels of `by`; with t and its p-value. */
static int l_difference(lua_State *L) {
  static const char *const known[] = {"item", "by", "from", "to", "conf", "weights", NULL};
  struct call call;
  l_read_call(L, &call, "difference", known);
  const struct column *measure = l_read_measure(L, &call, "item");
  if (call.by.count != 1) l_refuse(L, &call, "by: one item makes the groups%.*s", text_of(""));
  const struct column *group = call.by.keys[0];
  uint32_t from = l_read_level(L, &call, "from", group, true);
  uint32_t to = l_read_level(L, &call, "to", group, true);
  if (from == NO_LEVEL || to == NO_LEVEL)
    l_refuse(L, &call, "from and to: name two levels of \"%.*s\"", call.by_names[0]);
  if (from == to)
    l_refuse(L, &call, "from and to are the same level of \"%.*s\"", call.by_names[0]);
  struct estimates *list = l_new_estimates(L);
  l_check(L, difference_estimate(l_handle(L), list, &call.sample, measure, group, from, to,
                                 call.conf));
  call.by.count = 0;
  l_push_estimates(L, &call, list);
  return 1;
}

/* p = 0.5 or { 0.25, 0.5, 0.75 }; in scratch memory.
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
 *   item, by, conf, weights as for mean */
static int l_quantile(lua_State *L) {
  static const char *const known[] = {"item", "by",   "p",       "rule",
                                      "ties", "conf", "weights", NULL};
  struct call call;
  l_read_call(L, &call, "quantile", known);
  struct column *measure = l_read_measure(L, &call, "item");
  struct quantile_options o = {.conf = call.conf};
  o.rule = (enum quantile_rule)stat_option_choice(L, ARG_OPTIONS, "quantile", "rule",
                                                  quantile_rule_names, RULE_MATH);
  o.ties = (enum quantile_ties)stat_option_choice(L, ARG_OPTIONS, "quantile", "ties",
                                                  quantile_ties_names, TIES_ROWS);
  o.p = read_p(L, &o.p_count);
  struct estimates *list = l_new_estimates(L);
  l_check(L, quantile_estimate(l_handle(L), list, &call.sample, measure, &call.by, &o));
  l_push_estimates(L, &call, list);
  return 1;
}

/* ---- registration
 * -------------------------------------------------------------------------- */

static const luaL_Reg functions[] = {
    {"proportion", l_proportion}, {"freq", l_freq},
    {"mean", l_mean},             {"total", l_total},
    {"ratio", l_ratio},           {"difference", l_difference},
    {"quantile", l_quantile},     {NULL, NULL},
};

/* core.estimate: these functions and those of the two other files. */
int l_estimate_open(lua_State *L) {
  luaL_newlib(L, functions);
  l_crosstab_add(L);
  l_compare_add(L);
  return 1;
}

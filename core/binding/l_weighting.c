/* l_weighting.c - core.design: weights that meet known totals, trimmed weights, and what weights
 * are like.
 *
 *   rake(design, table, spec), poststratify(...), calibrate(...) -> design, receipt
 *     margins     { { item = "genre", levels = { "fille", ... }, totals = { 52000, ... } },
 *                   { item = "age", total = 1.4e6 }, { total = 104000 } }: an item with
 *                   levels, a number, or all rows
 *     distance    of calibrate: "linear" (default), "raking", "logit"
 *     low, high   of calibrate: bounds of weight after / weight before
 *     epsilon     relative tolerance of every total; iterations  the most
 *   trim(design, { low, high, strict }) -> design, receipt       bounds of the weights themselves
 *   weight_facts(design, domain) -> { n, zero, sum, least, most, mean, cv, effective_n, deff }
 *
 * A receipt is a table:
 *
 *   iterations, change     rounds or steps; largest relative distance to a total at the end
 *   least, most            of weight after / weight before
 *   effective_n, deff      Kish's, after
 *   trimmed, negative      rows at a bound; rows with a weight below 0
 *   failed                 replicates that could not be adjusted
 *   lines                  { { item, level, n, before, target, reached }, ... }, a total each, in
 *                          the order of margins and levels; item and level nil for all rows
 *
 * Example: rake(d, t, { margins = { { item = "genre", levels = { "fille", "garçon" },
 *   totals = { 60, 40 } } } })  ->  design, { iterations = 1, lines = { { item = "genre", level =
 *   "fille", n = 12, before = 50, target = 60, reached = 60 }, ... } }
 *
 * How a margin is read, item "genre" with the codes 0 none, 1 fille, 2 garçon:
 *
 *   levels = { "garçon", "fille" }   place   -, 1, 0     by code; - is UINT32_MAX
 *   totals = { 40, 60 }              totals  40, 60      by place
 *
 * Owner: a receipt of the engine is a userdata until it is pushed; labels and places are Lua's
 * memory. Failure: raised; margins and levels are named by the engine.
 */
#include <math.h>

#include "binding/l_design.h"
#include "binding/l_stat.h"
#include "design/calibration.h"

static const char receipt_type[] = "bilan.receipt";

/* __gc of a receipt; idempotent. The script never sees one: it gets the table made of it. */
static int free_receipt(lua_State *L) {
  receipt_free(luaL_checkudata(L, 1, receipt_type));
  return 0;
}

/* Pushes a receipt, empty before the engine fills it: an error in between leaks nothing. */
static struct receipt *new_receipt(lua_State *L) {
  static const luaL_Reg events[] = {{"__gc", free_receipt}, {NULL, NULL}};
  struct receipt *r = lua_newuserdatauv(L, sizeof *r, 0);
  *r = (struct receipt){.mem = &l_handle(L)->mem};
  l_set_type(L, receipt_type, events);
  return r;
}

/* ---- margins ----------------------------------------------------------------------------- */

/* The item of a margin as levels; a hold of it stays on the stack. Ages given level by level are
 * coded on the way; more than LEVELS_MOST distinct ones are no levels. */
static struct column *margin_codes(lua_State *L, const char *verb, struct column *c,
                                   struct text name) {
  enum { LEVELS_MOST = 10000 };
  if (c->type == COLUMN_SET)
    l_refuse_item(L, verb, NULL, name, "has several answers a respondent");
  struct column **slot = l_new_column(L);
  l_check(L, column_to_codes(l_handle(L), slot, c, LEVELS_MOST));
  return *slot;
}

/* Places by code and totals by place, from the lists `levels` and `totals` of the margin at
 * `index`. Labels that the item does not have are refused by the engine's Lua beforehand. */
static void read_levels(lua_State *L, const char *verb, struct margin *m, int index) {
  size_t codes = dict_count(m->item->dict);
  lua_getfield(L, index, "levels");
  int levels = lua_gettop(L);
  lua_getfield(L, index, "totals");
  m->totals = stat_list(L, levels + 1, verb, "totals", &range_any, &m->count);
  m->place = l_scratch(L, codes, sizeof *m->place);
  for (size_t i = 0; i < codes; i++) m->place[i] = UINT32_MAX;
  for (size_t i = 0; i < m->count; i++) {
    lua_geti(L, levels, (lua_Integer)i + 1);
    uint32_t code = dict_find(m->item->dict, l_check_text(L, -1));
    if (!code) l_refuse_item(L, verb, NULL, l_check_text(L, -1), "is no level");
    m->place[code] = (uint32_t)i;
    lua_pop(L, 1);
  }
}

/* The one total of a number or of all rows, in the table at `index`; 0 when it is not there. */
static void read_total(lua_State *L, const char *verb, struct margin *m, int index) {
  double *total = l_scratch(L, 1, sizeof *total);
  *total = stat_option(L, index, verb, "total", &range_any, 0);
  m->totals = total;
  m->count = 1;
}

/* One margin from the table at `index`; what it lends stays on the stack. The survey's table is
 * at 2. Without an item it is all rows, with levels it is of levels (also numbers: ages one by
 * one), else it is the sum of a number. */
static void read_margin(lua_State *L, const char *verb, struct margin *m, int index) {
  *m = (struct margin){.name = TEXT("")};
  if (lua_getfield(L, index, "item") == LUA_TNIL) {
    m->ones = true;
    read_total(L, verb, m, index);
    return;
  }
  int name = lua_gettop(L);
  m->name = l_check_text(L, name);
  m->item = l_check_item(L, 2, name);
  if (lua_getfield(L, index, "levels") != LUA_TNIL) {
    m->item = margin_codes(L, verb, m->item, m->name);
    read_levels(L, verb, m, index);
    return;
  }
  if (!column_is_numeric(m->item))
    l_refuse_item(L, verb, NULL, m->name, "has no numbers: give a total for each of its levels");
  read_total(L, verb, m, index);
}

/* The spec at 3. What it lends (lists, places, items) stays on the stack until the function
 * returns. */
static struct adjustment read_adjustment(lua_State *L, const char *verb) {
  static const char *const known[] = {"margins", "distance", "low",       "high",
                                      "epsilon", "iterations", NULL};
  luaL_checktype(L, 3, LUA_TTABLE);
  l_check_options(L, 3, known);
  struct adjustment a = {0};
  a.distance = (enum distance)stat_option_choice(L, 3, verb, "distance", distance_names,
                                                 DISTANCE_LINEAR);
  a.low = stat_option(L, 3, verb, "low", &range_count, 0);
  a.high = stat_option(L, 3, verb, "high", &range_positive, INFINITY);
  a.epsilon = stat_option(L, 3, verb, "epsilon", &range_inside, 1e-7);
  a.iterations = (size_t)stat_option(L, 3, verb, "iterations", &range_whole, 100);
  lua_getfield(L, 3, "margins");
  luaL_checktype(L, -1, LUA_TTABLE);
  int list = lua_gettop(L);
  a.margin_count = (size_t)luaL_len(L, list);
  a.margins = l_scratch(L, a.margin_count, sizeof *a.margins);
  for (size_t i = 0; i < a.margin_count; i++) {
    luaL_checkstack(L, 12, "margins");
    lua_geti(L, list, (lua_Integer)i + 1);
    read_margin(L, verb, &a.margins[i], lua_gettop(L));
  }
  return a;
}

/* ---- receipts ---------------------------------------------------------------------------- */

/* Sets item and level of the line on top; nothing for `ones`, no level for a number. Of several
 * codes with one place the last is named. */
static void set_place(lua_State *L, const struct margin *m, size_t place) {
  if (m->ones) return;
  l_push_text(L, m->name);
  lua_setfield(L, -2, "item");
  for (uint32_t code = 0; m->place && code < dict_count(m->item->dict); code++) {
    if (m->place[code] != place) continue;
    l_push_text(L, dict_level(m->item->dict, code)->label);
    lua_setfield(L, -2, "level");
  }
}

/* Pushes a receipt as a table; counts are integers. margins are those of the adjustment, NULL
 * when there were none. */
static void push_receipt(lua_State *L, const struct receipt *r, const struct margin *margins) {
  lua_createtable(L, 0, 9);
  stat_set_count(L, "iterations", (double)r->iterations);
  stat_set(L, "change", r->change);
  stat_set(L, "least", r->least);
  stat_set(L, "most", r->most);
  stat_set(L, "effective_n", r->effective);
  stat_set(L, "deff", r->deff);
  stat_set_count(L, "trimmed", (double)r->trimmed);
  stat_set_count(L, "negative", (double)r->negative);
  stat_set_count(L, "failed", (double)r->failed);
  lua_createtable(L, (int)r->count, 0);
  for (size_t i = 0; i < r->count; i++) {
    const struct receipt_line *line = &r->lines[i];
    lua_createtable(L, 0, 6);
    if (margins) set_place(L, &margins[line->margin], line->place);
    stat_set_count(L, "n", (double)line->n);
    stat_set(L, "before", line->before);
    stat_set(L, "target", line->target);
    stat_set(L, "reached", line->reached);
    lua_seti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "lines");
}

/* ---- the verbs --------------------------------------------------------------------------- */

/* One of the engine's three verbs; they differ in the method alone. */
typedef bilan_status (*adjust_fn)(bilan *b, struct design **out, struct receipt *receipt,
                                  const struct design *d, const struct adjustment *a);

/* VERB(design, table, spec) -> design, receipt. The table is the one whose rows the design is of:
 * items are looked up in it. Both userdata are made before the engine runs, so that what it makes
 * has an owner from the start; the engine's receipt stays below the design and is left to the
 * collector, its table comes on top. */
static int run(lua_State *L, const char *verb, adjust_fn adjust) {
  const struct design *d = l_check_design(L, 1);
  const struct table *t = l_check_table(L, 2);
  if (table_rows(t) != d->rows) luaL_argerror(L, 2, "is another table than the design's");
  struct adjustment a = read_adjustment(L, verb);
  struct receipt *receipt = new_receipt(L);
  struct design **slot = l_new_design(L);
  l_check_verb(L, verb, adjust(l_handle(L), slot, receipt, d, &a));
  luaL_checkstack(L, 10, verb);
  push_receipt(L, receipt, a.margins);
  return 2;
}

/* Each is the function of its name in core.design. */
static int l_rake(lua_State *L) { return run(L, "rake", design_rake); }
static int l_poststratify(lua_State *L) { return run(L, "poststratify", design_poststratify); }
static int l_calibrate(lua_State *L) { return run(L, "calibrate", design_calibrate); }

/* trim(design, { low, high, strict }) -> design, receipt. */
static int l_trim(lua_State *L) {
  static const char *const known[] = {"low", "high", "strict", NULL};
  const struct design *d = l_check_design(L, 1);
  l_check_options(L, 2, known);
  double low = stat_option(L, 2, "trim", "low", &range_count, 0);
  double high = stat_option(L, 2, "trim", "high", &range_positive, INFINITY);
  bool strict = stat_flag(L, 2, "trim", "strict", true);
  struct receipt *receipt = new_receipt(L);
  struct design **slot = l_new_design(L);
  l_check_verb(L, "trim", design_trim(l_handle(L), slot, receipt, d, low, high, strict));
  push_receipt(L, receipt, NULL);
  return 2;
}

/* weight_facts(design, domain) -> what the weights of the domain's rows are like; without a
 * domain, those of all rows. */
static int l_weight_facts(lua_State *L) {
  const struct design *d = l_check_design(L, 1);
  struct weight_facts facts;
  design_weight_facts(&facts, d, l_opt_domain(L, 2));
  lua_createtable(L, 0, 9);
  stat_set_count(L, "n", (double)facts.n);
  stat_set_count(L, "zero", (double)facts.zero);
  stat_set_count(L, "sum", facts.sum);
  stat_set_count(L, "least", facts.least);
  stat_set_count(L, "most", facts.most);
  stat_set_count(L, "mean", facts.mean);
  stat_set(L, "cv", facts.cv);
  stat_set_count(L, "effective_n", facts.effective);
  stat_set(L, "deff", facts.deff);
  return 1;
}

/* Into the table of core.design. */
void l_weighting_add(lua_State *L) {
  static const luaL_Reg functions[] = {{"rake", l_rake},
                                       {"poststratify", l_poststratify},
                                       {"calibrate", l_calibrate},
                                       {"trim", l_trim},
                                       {"weight_facts", l_weight_facts},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}

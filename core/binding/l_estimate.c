/* l_estimate.c - core.estimate: reading arguments, and shares, means, totals, quantiles.
 *
 * core.estimate.proportion(table, domain, { item =, by = {..}, level =, ci =, conf =, base =,
 * missing = "include", nets =, weights = }), freq (also sort), mean, total, ratio (numerator,
 * denominator), difference (item, by, from, to), quantile (p, rule, ties). Cross-tables are in
 * l_crosstab.c, tests in l_compare.c. Each returns a list of records: by, level, figures, n,
 * count, missing, missing_kinds, note; a figure that does not exist is nil.
 */
#include "binding/l_estimate.h"

#include <math.h>
#include <string.h>

#include "base/names.h"
#include "base/number.h"
#include "binding/l_data.h"
#include "binding/l_stat.h"
#include "stat/frequency.h"
#include "stat/moments.h"
#include "stat/quantile.h"

/* ---- reading: columns ------------------------------------------------------------------------ */

/* Raises "VERB: TEXT". */
static void refuse(lua_State *L, const struct call *call, const char *format, struct text name) {
  char text[256];
  bilan *b = l_handle(L);
  fail(b, BILAN_USAGE, format, (int)(name.n < 100 ? name.n : 100), name.s ? name.s : "");
  memcpy(text, b->message, sizeof text - 1);
  text[sizeof text - 1] = '\0';
  stat_raise(L, call->verb, text);
}

struct column *l_read_item_or_none(lua_State *L, const struct call *call, const char *key) {
  int type = lua_getfield(L, ARG_OPTIONS, key);
  if (type != LUA_TNIL && type != LUA_TSTRING)
    refuse(L, call, "%.*s: expected the name of an item", text_of(key));
  struct column *c = type == LUA_TNIL ? NULL : l_check_item(L, ARG_TABLE, lua_gettop(L));
  lua_pop(L, 1);
  return c;
}

struct column *l_read_item(lua_State *L, const struct call *call, const char *key) {
  struct column *c = l_read_item_or_none(L, call, key);
  if (!c) refuse(L, call, "%.*s is missing: name an item", text_of(key));
  return c;
}

/* The name that an option holds; lent by the options. */
static struct text name_of(lua_State *L, const char *key) {
  lua_getfield(L, ARG_OPTIONS, key);
  struct text name = lua_isstring(L, -1) ? l_check_text(L, -1) : text_of(key);
  lua_pop(L, 1);
  return name;
}

/* A column as codes; leaves a value that holds it on the stack. */
static struct column *to_codes(lua_State *L, const struct call *call, struct column *c,
                               struct text name, bool *declared) {
  *declared = c->type == COLUMN_CODES;
  if (*declared) {
    lua_pushnil(L);
    return c;
  }
  if (c->type == COLUMN_SET)
    refuse(L, call, "\"%.*s\" has several answers a respondent: it cannot make groups", name);
  struct column **slot = l_new_column(L);
  bilan_status status = column_to_codes(l_handle(L), slot, c, BY_CATEGORIES);
  if (status == BILAN_LIMIT)
    refuse(L, call, "\"%.*s\" has more than 10000 different answers: recode it into classes", name);
  l_check(L, status);
  return *slot;
}

struct column *l_read_codes(lua_State *L, const struct call *call, const char *key,
                            bool *declared) {
  struct column *c = l_read_item(L, call, key);
  return to_codes(L, call, c, name_of(L, key), declared);
}

struct column *l_read_measure(lua_State *L, const struct call *call, const char *key) {
  struct column *c = l_read_item(L, call, key);
  if (!column_is_numeric(c))
    refuse(L, call, "\"%.*s\" has no numbers: give its levels a score in the codebook, or ask "
                    "for proportion", name_of(L, key));
  return c;
}

/* ---- reading: by, weights, conf ---------------------------------------------------------------- */

static void read_by_name(lua_State *L, struct call *call, int name) {
  if (call->by.count == BY_MOST) refuse(L, call, "by: at most 3 items%.*s", text_of(""));
  if (lua_type(L, name) != LUA_TSTRING)
    refuse(L, call, "%.*s: expected names of items", text_of("by"));
  size_t i = call->by.count;
  struct text text = l_check_text(L, name);
  struct column *c = l_check_item(L, ARG_TABLE, name);
  call->by.keys[i] = to_codes(L, call, c, text, &call->by.declared[i]);
  call->by_names[i] = text;
  call->by.count++;
}

/* by = "genre" or { "genre", "niveau" }. Names and columns stay on the stack. */
static void read_by(lua_State *L, struct call *call) {
  int type = lua_getfield(L, ARG_OPTIONS, "by");
  int list = lua_gettop(L);
  if (type == LUA_TNIL) return;
  if (type != LUA_TTABLE) {
    read_by_name(L, call, list);
    return;
  }
  lua_Integer count = luaL_len(L, list);
  for (lua_Integer i = 1; i <= count; i++) {
    luaL_checkstack(L, 4, "by");
    lua_geti(L, list, i);
    read_by_name(L, call, lua_gettop(L));
  }
}

void l_read_call(lua_State *L, struct call *call, const char *verb, const char *const *known) {
  struct table *t = l_check_table(L, ARG_TABLE);
  *call = (struct call){.verb = verb, .level = NO_LEVEL};
  call->sample.rows = table_rows(t);
  call->sample.domain = l_opt_domain(L, ARG_DOMAIN);
  luaL_checktype(L, ARG_OPTIONS, LUA_TTABLE);
  lua_settop(L, ARG_OPTIONS);
  l_check_options(L, ARG_OPTIONS, known);
  call->conf = stat_option(L, ARG_OPTIONS, verb, "conf", &range_inside, 0.95);
  call->sample.weight = l_read_item_or_none(L, call, "weights");
  if (call->sample.weight && !column_is_numeric(call->sample.weight))
    refuse(L, call, "\"%.*s\" has no numbers: it cannot be a weight", name_of(L, "weights"));
  read_by(L, call);
}

/* ---- reading: levels --------------------------------------------------------------------------- */

/* A label as typed: a text, or a number as the engine writes it. Lives on the stack. */
static struct text label_at(lua_State *L, const struct call *call, int index, const char *key) {
  if (lua_type(L, index) == LUA_TNUMBER) {
    char digits[NUMBER_ROOM];
    size_t n = number_print(digits, lua_tonumber(L, index));
    lua_pushlstring(L, digits, n);
    lua_replace(L, index);
  }
  if (lua_type(L, index) != LUA_TSTRING)
    refuse(L, call, "%.*s: expected the name of a level", text_of(key));
  return l_check_text(L, index);
}

enum { NAMED_LEVELS = 256 };

static void no_level(lua_State *L, const struct call *call, const struct column *item,
                     struct text label) {
  struct text names[NAMED_LEVELS];
  size_t count = 0, best[NAMES_BEST];
  bilan *b = l_handle(L);
  for (uint32_t code = 1; code < dict_count(item->dict) && count < NAMED_LEVELS; code++)
    names[count++] = dict_level(item->dict, code)->label;
  int n = (int)(label.n < 200 ? label.n : 200);
  if (names_nearest(&b->mem, names, count, label, best))
    fail(b, BILAN_USAGE, "%s: no level \"%.*s\"; did you mean \"%.*s\"?", call->verb, n, label.s,
         (int)names[best[0]].n, names[best[0]].s);
  else if (count)
    fail(b, BILAN_USAGE, "%s: no level \"%.*s\"; the first is \"%.*s\"", call->verb, n, label.s,
         (int)names[0].n, names[0].s);
  else fail(b, BILAN_USAGE, "%s: no level \"%.*s\"", call->verb, n, label.s);
  l_check(L, BILAN_USAGE);
}

/* The code of a label. Levels met while reading are no closed list: a number nobody gave is a
 * level of 0 respondents. */
static uint32_t find_level(lua_State *L, const struct call *call, const struct column *item,
                           struct text label, bool declared) {
  uint32_t code = dict_find(item->dict, label);
  struct level level = {label, 0, BILAN_PRESENT};
  if (code) return code;
  if (declared || !number_parse(&level.value, label)) no_level(L, call, item, label);
  l_check(L, dict_add_level(l_handle(L), item->dict, &code, &level));
  return code;
}

uint32_t l_read_level(lua_State *L, const struct call *call, const char *key,
                      const struct column *item, bool declared) {
  uint32_t code = NO_LEVEL;
  if (lua_getfield(L, ARG_OPTIONS, key) != LUA_TNIL) {
    struct text label = label_at(L, call, lua_gettop(L), key);
    code = find_level(L, call, item, label, declared);
  }
  lua_pop(L, 1);
  return code;
}

/* ---- reading: nets ----------------------------------------------------------------------------- */

/* Reads the list of levels on top of the stack into a net; its codes stay in scratch memory. */
static void read_net(lua_State *L, const struct call *call, struct net *net, int list,
                     bool declared) {
  if (lua_type(L, list) != LUA_TTABLE)
    refuse(L, call, "net \"%.*s\": expected a list of levels", net->name);
  size_t count = (size_t)luaL_len(L, list);
  if (!count) refuse(L, call, "net \"%.*s\" has no levels", net->name);
  uint32_t *codes = l_scratch(L, count, sizeof *codes);
  for (size_t i = 0; i < count; i++) {
    lua_geti(L, list, (lua_Integer)i + 1);
    struct text label = label_at(L, call, lua_gettop(L), "nets");
    codes[i] = find_level(L, call, call->tally.item, label, declared);
    lua_pop(L, 1);
  }
  net->codes = codes;
  net->count = count;
}

static void sort_nets(struct net *nets, size_t count) {
  for (size_t i = 1; i < count; i++) {
    struct net net = nets[i];
    size_t j = i;
    for (; j && text_compare(nets[j - 1].name, net.name) > 0; j--) nets[j] = nets[j - 1];
    nets[j] = net;
  }
}

/* nets = { name = { levels }, ... }: in the order of their names, whatever Lua's is. */
static void read_nets(lua_State *L, struct call *call, bool declared) {
  if (lua_getfield(L, ARG_OPTIONS, "nets") == LUA_TNIL) return;
  int list = lua_gettop(L);
  luaL_checktype(L, list, LUA_TTABLE);
  size_t count = 0;
  for (lua_pushnil(L); lua_next(L, list); lua_pop(L, 1)) count++;
  struct net *nets = l_scratch(L, count, sizeof *nets);
  size_t i = 0;
  for (lua_pushnil(L); i < count && lua_next(L, list); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      refuse(L, call, "%.*s: expected { name = { levels } }", text_of("nets"));
    nets[i++] = (struct net){.name = l_check_text(L, -2)};
  }
  sort_nets(nets, count);
  for (i = 0; i < count; i++) {
    luaL_checkstack(L, 8, "nets");
    lua_pushlstring(L, nets[i].name.s, nets[i].name.n);
    lua_gettable(L, list);
    read_net(L, call, &nets[i], lua_gettop(L), declared);
  }
  call->tally.nets = nets;
  call->tally.net_count = count;
}

static bool reads_missing(lua_State *L, const struct call *call) {
  static const char *const names[] = {"exclude", "include", NULL};
  return stat_option_choice(L, ARG_OPTIONS, call->verb, "missing", names, 0) == 1;
}

void l_read_levels(lua_State *L, struct call *call, const char *key) {
  struct column *c = l_read_item(L, call, key);
  bool declared = true;
  if (c->type != COLUMN_SET) c = to_codes(L, call, c, name_of(L, key), &declared);
  call->tally = (struct tally_request){.item = c, .by = &call->by};
  call->tally.base = (enum tally_base)stat_option_choice(L, ARG_OPTIONS, call->verb, "base",
                                                         tally_base_names, BASE_ASKED);
  call->tally.missing_levels = reads_missing(L, call);
  call->level = l_read_level(L, call, "level", c, declared);
  read_nets(L, call, declared);
}

/* ---- pushing ----------------------------------------------------------------------------------- */

static const char estimates_type[] = "bilan.estimates";

static int free_estimates(lua_State *L) {
  estimates_free(luaL_checkudata(L, 1, estimates_type));
  return 0;
}

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

void l_push_level(lua_State *L, const struct column *item, uint32_t code) {
  const struct level *level = dict_level(item->dict, code);
  if (!level->label.n && level->missing) l_push_missing(L, level->missing);
  else l_push_text(L, level->label);
}

static void set_count(lua_State *L, const char *key, int64_t count) {
  lua_pushinteger(L, (lua_Integer)count);
  lua_setfield(L, -2, key);
}

static void set_missing(lua_State *L, const struct estimate *e) {
  set_count(L, "missing", e->missing[BILAN_PRESENT]);
  lua_newtable(L);
  for (int kind = BILAN_NO_ANSWER; kind < BILAN_MISSING_KINDS; kind++) {
    if (!e->missing[kind]) continue;
    l_push_missing(L, (bilan_missing)kind);
    lua_pushinteger(L, (lua_Integer)e->missing[kind]);
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

void l_set_estimate(lua_State *L, const struct estimate *e) {
  for (int f = 0; f < FIGURES; f++) {
    if (!estimate_has(e, (enum figure)f)) continue;
    if (f == FIGURE_DF || f == FIGURE_WEIGHTED_N) l_push_count(L, e->figures[f]);
    else lua_pushnumber(L, e->figures[f]);
    lua_setfield(L, -2, figure_name((enum figure)f));
  }
  set_count(L, "n", e->n);
  if (e->count >= 0) set_count(L, "count", e->count);
  set_missing(L, e);
  set_notes(L, e->notes);
}

/* The label of a level of call->tally.item, or the name of a net. */
static void set_level(lua_State *L, const struct call *call, uint32_t code) {
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

static void set_by(lua_State *L, const struct call *call, const uint32_t codes[BY_MOST]) {
  lua_createtable(L, 0, (int)call->by.count);
  for (size_t i = 0; i < call->by.count; i++) {
    l_push_text(L, call->by_names[i]);
    l_push_level(L, call->by.keys[i], codes[i]);
    lua_settable(L, -3);
  }
  lua_setfield(L, -2, "by");
}

void l_push_estimates(lua_State *L, const struct call *call, const struct estimates *list) {
  lua_createtable(L, (int)list->count, 0);
  for (size_t i = 0; i < list->count; i++) {
    lua_createtable(L, 0, 16);
    set_by(L, call, list->rows[i].by);
    set_level(L, call, list->rows[i].level);
    l_set_estimate(L, &list->rows[i].e);
    lua_seti(L, -2, (lua_Integer)i + 1);
  }
}

/* ---- shares ------------------------------------------------------------------------------------ */

static struct proportion_options proportion_options(lua_State *L, const struct call *call) {
  int method = stat_option_choice(L, ARG_OPTIONS, call->verb, "ci", plain_method_names,
                                  METHOD_WILSON);
  return (struct proportion_options){call->conf, (enum plain_method)method, call->level};
}

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

/* ---- numbers ----------------------------------------------------------------------------------- */

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

/* Of a number its sum; of an item with levels the respondents at each. */
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

static int l_difference(lua_State *L) {
  static const char *const known[] = {"item", "by", "from", "to", "conf", "weights", NULL};
  struct call call;
  l_read_call(L, &call, "difference", known);
  const struct column *measure = l_read_measure(L, &call, "item");
  if (call.by.count != 1) refuse(L, &call, "by: one item makes the groups%.*s", text_of(""));
  const struct column *group = call.by.keys[0];
  uint32_t from = l_read_level(L, &call, "from", group, true);
  uint32_t to = l_read_level(L, &call, "to", group, true);
  if (from == NO_LEVEL || to == NO_LEVEL)
    refuse(L, &call, "from and to: name two levels of \"%.*s\"", call.by_names[0]);
  if (from == to) refuse(L, &call, "from and to are the same level of \"%.*s\"", call.by_names[0]);
  struct estimates *list = l_new_estimates(L);
  l_check(L, difference_estimate(l_handle(L), list, &call.sample, measure, group, from, to,
                                 call.conf));
  call.by.count = 0;
  l_push_estimates(L, &call, list);
  return 1;
}

/* p = 0.5 or { 0.25, 0.5, 0.75 }; in scratch memory. */
static const double *read_p(lua_State *L, size_t *count) {
  int type = lua_getfield(L, ARG_OPTIONS, "p");
  if (type == LUA_TTABLE)
    return stat_list(L, lua_gettop(L), "quantile", "p", &range_share, count);
  double *p = l_scratch(L, 1, sizeof *p);
  *p = stat_option(L, ARG_OPTIONS, "quantile", "p", &range_share, 0.5);
  *count = 1;
  return p;
}

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

/* ---- registration ------------------------------------------------------------------------------ */

static const luaL_Reg functions[] = {
    {"proportion", l_proportion}, {"freq", l_freq},
    {"mean", l_mean},             {"total", l_total},
    {"ratio", l_ratio},           {"difference", l_difference},
    {"quantile", l_quantile},     {NULL, NULL},
};

int l_estimate_open(lua_State *L) {
  luaL_newlib(L, functions);
  l_crosstab_add(L);
  l_compare_add(L);
  return 1;
}

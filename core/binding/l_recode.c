/* l_recode.c - levels, kinds of missing, sets and waves for the engine's Lua (part of
 * core.data).
 *
 * The words of a codebook become plain C lists in scratch memory of Lua's, checked to the last
 * entry, before anything of the engine's is made; then one call of data/recode.h does the work
 * and puts the new column into a slot that was made beforehand. Dictionaries are made after the
 * last call of Lua that can raise an error and are taken over by the call that follows.
 *
 * Example: relevel(c, { { label = "oui", value = 1 }, { label = "non", value = 0 } }, { 1, 1,
 * 2 }) makes levels 1 and 2 of the column one level "oui" and level 3 "non". Columns that
 * come in are never changed.
 *
 *   relevel  declare_missing  universe  split  group  without_option  stack  join
 *
 * Failure: raised; wrong shapes by Lua's "bad argument", faults of the data by the engine
 * with item or row.
 */
#include <math.h>

#include "binding/l_data.h"
#include "data/recode.h"

/* The field of the table on top as text; false when nil. The table keeps the string alive.
 * A field of another type counts as absent. */
static bool field_text(lua_State *L, const char *name, struct text *out) {
  bool there = lua_getfield(L, -1, name) == LUA_TSTRING;
  if (there) *out = l_check_text(L, -1);
  lua_pop(L, 1);
  return there;
}

/* The i-th entry of a list of levels: { label =, value =, missing = }. The label points into a
 * string that the list keeps alive. */
static struct level level_at(lua_State *L, int list, lua_Integer i) {
  struct level level = {TEXT(""), NAN, BILAN_PRESENT};
  lua_rawgeti(L, list, i);
  luaL_checktype(L, -1, LUA_TTABLE);
  field_text(L, "label", &level.label);
  if (lua_getfield(L, -1, "value") == LUA_TNUMBER) level.value = lua_tonumber(L, -1);
  if (lua_getfield(L, -2, "missing") == LUA_TSTRING) level.missing = l_check_missing(L, -1);
  lua_pop(L, 3);
  return level;
}

/* A dictionary of the levels described at `list`: { {label, value, missing}, ... }. */
static bilan_status dict_from(lua_State *L, struct dict **out, const struct level *levels,
                              size_t count) {
  struct dict *d;
  bilan *b = l_handle(L);
  bilan_status status = dict_new(b, &d);
  if (status) return status;
  for (size_t i = 0; !status && i < count; i++) {
    uint32_t code;
    status = dict_add_level(b, d, &code, &levels[i]);
  }
  if (status) dict_free(d);
  else *out = d;
  return status;
}

/* All of them, in scratch memory. */
static struct level *check_levels(lua_State *L, int list, size_t *count) {
  luaL_checktype(L, list, LUA_TTABLE);
  *count = (size_t)luaL_len(L, list);
  struct level *levels = l_scratch(L, *count, sizeof *levels);
  for (size_t i = 0; i < *count; i++) levels[i] = level_at(L, list, (lua_Integer)i + 1);
  return levels;
}

/* relevel(column of codes, levels, map) -> column: levels = { {label, value, missing}, ... },
 * map[old code] = place in levels, 0 = no answer.
 * map has one entry a level of the column (codes from 1); the blank stays the blank. */
static int l_relevel(lua_State *L) {
  struct column *c = l_check_column(L, 1);
  size_t count;
  struct level *levels = check_levels(L, 2, &count);
  luaL_checktype(L, 3, LUA_TTABLE);
  luaL_argcheck(L, c->type == COLUMN_CODES, 1, "codes expected");
  size_t codes = dict_count(c->dict);
  uint32_t *map = l_scratch(L, codes, sizeof *map);
  map[0] = 0;
  for (size_t i = 1; i < codes; i++) {
    lua_rawgeti(L, 3, (lua_Integer)i);
    lua_Integer to = luaL_checkinteger(L, -1);
    luaL_argcheck(L, to >= 0 && (size_t)to <= count, 3, "no such level");
    map[i] = (uint32_t)to;
    lua_pop(L, 1);
  }
  struct column **slot = l_new_column(L);
  struct dict *dict;
  l_check(L, dict_from(L, &dict, levels, count));
  l_check(L, column_relevel(l_handle(L), slot, c, map, dict));
  return 1;
}

/* declare_missing(numeric column, { {value, kind}, ... }) -> column.
 * Every answer equal to one of the values becomes the kind of missing beside it: { { 99,
 * "don't know" } }. */
static int l_declare_missing(lua_State *L) {
  struct column *c = l_check_column(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_argcheck(L, column_is_numeric(c), 1, "numbers expected");
  size_t count = (size_t)luaL_len(L, 2);
  double *values = l_scratch(L, count, sizeof *values);
  bilan_missing *kinds = l_scratch(L, count, sizeof *kinds);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 2, (lua_Integer)i + 1);
    lua_rawgeti(L, -1, 1);
    lua_rawgeti(L, -2, 2);
    values[i] = luaL_checknumber(L, -2);
    kinds[i] = l_check_missing(L, -1);
    lua_pop(L, 3);
  }
  struct column **slot = l_new_column(L);
  l_check(L, column_declare_missing(l_handle(L), slot, c, values, kinds, count));
  return 1;
}

/* universe(column, domain) -> column, answers outside the domain.
 * Rows outside the domain become "not asked"; the number of answers that stood there is the
 * second result. */
static int l_universe(lua_State *L) {
  struct column *c = l_check_column(L, 1);
  struct domain *d = l_opt_domain(L, 2);
  size_t strays;
  struct column **slot = l_new_column(L);
  l_check(L, column_universe(l_handle(L), slot, &strays, c, d));
  lua_pushinteger(L, (lua_Integer)strays);
  return 2;
}

/* split(column, separator, levels or nil, open) -> set column.
 * levels: the options there are, or nil; open: texts that are none of them become options
 * too. */
static int l_split(lua_State *L) {
  struct column *c = l_check_column(L, 1);
  struct text separator = l_check_text(L, 2);
  struct dict *options = NULL;
  bool open = lua_toboolean(L, 4);
  size_t count = 0;
  struct level *levels = lua_isnoneornil(L, 3) ? NULL : check_levels(L, 3, &count);
  struct column **slot = l_new_column(L);
  if (levels) l_check(L, dict_from(L, &options, levels, count));
  l_check(L, column_split(l_handle(L), slot, c, separator, options, open));
  return 1;
}

/* group({ columns }, { labels }, { labels that mean ticked }, blank_is_no,
 * empty_is_none) -> set column.
 * One column and one label an option; a text among the third list ticks the option.
 * blank_is_no: a blank counts as not ticked; empty_is_none: and so do all boxes of a row. */
static int l_group(lua_State *L) {
  for (int i = 1; i <= 3; i++) luaL_checktype(L, i, LUA_TTABLE);
  size_t count = (size_t)luaL_len(L, 1), yes = (size_t)luaL_len(L, 3);
  bool blank_is_no = lua_toboolean(L, 4), empty_is_none = lua_toboolean(L, 5);
  struct column **columns = l_scratch(L, count, sizeof(struct column *));
  struct text *labels = l_scratch(L, count, sizeof *labels);
  struct text *ticked = l_scratch(L, yes, sizeof *ticked);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 1, (lua_Integer)i + 1);
    lua_rawgeti(L, 2, (lua_Integer)i + 1);
    columns[i] = l_check_column(L, -2);
    labels[i] = l_check_text(L, -1);
    lua_pop(L, 2);
  }
  for (size_t i = 0; i < yes; i++) {
    lua_rawgeti(L, 3, (lua_Integer)i + 1);
    ticked[i] = l_check_text(L, -1);
    lua_pop(L, 1);
  }
  struct column **slot = l_new_column(L);
  struct tick_rule rule = {ticked, yes, blank_is_no, empty_is_none};
  l_check(L, column_group(l_handle(L), slot, columns, labels, count, rule));
  return 1;
}

/* without_option(set column, option) -> set column. */
static int l_without_option(lua_State *L) {
  struct column *c = l_check_column(L, 1);
  struct text option = l_check_text(L, 2);
  luaL_argcheck(L, c->type == COLUMN_SET, 1, "a set expected");
  struct column **slot = l_new_column(L);
  l_check(L, column_without_option(l_handle(L), slot, c, option));
  return 1;
}

/* stack(table above, table below) -> table.
 * Rows of the second table below those of the first. */
static int l_stack(lua_State *L) {
  struct table *above = l_check_table(L, 1), *below = l_check_table(L, 2);
  struct table **slot = l_new_table(L);
  l_check(L, table_stack(l_handle(L), slot, above, below));
  return 1;
}

/* join(left, right, key) -> table.
 * Items of `right` beside those of `left`, matched by the item `key`. */
static int l_join(lua_State *L) {
  struct table *left = l_check_table(L, 1), *right = l_check_table(L, 2);
  struct text key = l_check_text(L, 3);
  struct table **slot = l_new_table(L);
  l_check(L, table_join(l_handle(L), slot, left, right, key));
  return 1;
}

/* Adds the functions to the table on top of the stack. */
void l_recode_add(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"relevel", l_relevel}, {"declare_missing", l_declare_missing},
      {"universe", l_universe}, {"split", l_split}, {"group", l_group},
      {"without_option", l_without_option},
      {"stack", l_stack}, {"join", l_join}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}

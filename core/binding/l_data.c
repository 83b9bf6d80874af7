/* l_data.c - tables for the engine's Lua (core.data): making one from lists, looking inside,
 * selecting.
 *
 * Values cross in both directions as they are: numbers as numbers, answers as their labels,
 * ticked options as lists. A kind of missing is a light userdata whose address is the kind,
 * which no script can make and no number or text can be mistaken for.
 *
 * Lists are read with raw access: no metamethod runs while a builder of the engine is open, so
 * no error of Lua's can lose it.
 *
 * Functions, by what they give:
 *
 *   making     column(list, rows)   table(rows)      with(table, name, kind, column)
 *              missing_mark(kind)   to_codes(column [, most])
 *   looking    rows  names  has  check  item  kind  values  levels  summary  type
 *   choosing   select(table, names [, new names])    take(table, domain)    both(d, e)
 *              among(d, kept)
 *
 * Owner: tables and columns are userdata that share what lies below by counted holds; nothing
 * here changes an object that exists. Failure: raised at the script's line; unknown items
 * with the nearest name.
 */
#include <math.h>
#include <string.h>

#include "binding/l_data.h"
#include "data/summary.h"

/* Lua names of the kinds of item, in the order of the enum. */
static const char *const kind_names[] = {"single", "multiple", "scale", "number",
                                         "text",   "date",     "id",    NULL};

/* Raises with the names there are for any other word. */
bilan_kind l_check_kind(lua_State *L, int index) {
  return (bilan_kind)luaL_checkoption(L, index, NULL, kind_names);
}

/* Likewise; BILAN_PRESENT goes by the name "present". */
bilan_missing l_check_missing(lua_State *L, int index) {
  return (bilan_missing)luaL_checkoption(L, index, NULL, missing_names);
}

/* The same word back. */
void l_push_missing(lua_State *L, bilan_missing missing) {
  lua_pushstring(L, missing_names[missing]);
}

/* ---- making ------------------------------------------------------------------------------- */

/* What a list of values holds: "number", "text", "mixed" or "empty". A kind of missing is a
 * light userdata whose address is the kind; nil is no answer.
 * What column() looks for before it decides between numbers and levels. */
enum content { EMPTY, NUMBERS, STRINGS, MIXED };

/* Why there is no value at `index`; BILAN_PRESENT for one that is there.
 * The addresses are 1 to 4, which no pointer has. */
static bilan_missing missing_at(lua_State *L, int index) {
  if (lua_isnil(L, index)) return BILAN_NO_ANSWER;
  if (!lua_islightuserdata(L, index)) return BILAN_PRESENT;
  return (bilan_missing)(uintptr_t)lua_touserdata(L, index);
}

/* Looks at entries 1 to `rows`; true and false count as numbers, 1 and 0. */
static enum content content_of(lua_State *L, int list, lua_Integer rows) {
  enum content seen = EMPTY;
  for (lua_Integer i = 1; i <= rows && seen != MIXED; i++) {
    int type = lua_rawgeti(L, list, i);
    if (!missing_at(L, -1)) {
      enum content one = type == LUA_TNUMBER || type == LUA_TBOOLEAN ? NUMBERS
                         : type == LUA_TSTRING                       ? STRINGS
                                                                     : MIXED;
      seen = seen == EMPTY || seen == one ? one : MIXED;
    }
    lua_pop(L, 1);
  }
  return seen;
}

/* Entries 1 to `rows`. NaN is no answer: a column holds none.
 * Nothing here can raise: types were looked at before. */
static bilan_status add_numbers(lua_State *L, int list, struct numbers_builder *k,
                                lua_Integer rows) {
  bilan_status status = BILAN_OK;
  for (lua_Integer i = 1; !status && i <= rows; i++) {
    int type = lua_rawgeti(L, list, i);
    double value = type == LUA_TBOOLEAN ? lua_toboolean(L, -1) : lua_tonumber(L, -1);
    bilan_missing why = missing_at(L, -1);
    if (!why && isnan(value)) why = BILAN_NO_ANSWER;
    status = numbers_builder_add(k, value, why);
    lua_pop(L, 1);
  }
  return status;
}

/* A list without any value is a column of numbers too: nothing says otherwise. */
static bilan_status numbers_from(lua_State *L, struct column **out, int list,
                                 lua_Integer rows) {
  struct numbers_builder k;
  numbers_builder_open(l_handle(L), &k);
  bilan_status status = add_numbers(L, list, &k, rows);
  if (!status) return numbers_builder_finish(&k, out);
  numbers_builder_close(&k);
  return status;
}

/* A label that is new becomes a level, in the order of the rows; so does a kind of missing
 * other than the blank, under its name. A label that reads like such a kind finds that level.
 * 0 is the blank's code, so "no answer" needs no level. */
static bilan_status add_code(struct codes_builder *k, struct text label, bilan_missing why) {
  uint32_t code = 0;
  bilan_status status = BILAN_OK;
  struct level level = {why ? text_of(missing_names[why]) : label, NAN, why};
  if (why == BILAN_NO_ANSWER) return codes_builder_add(k, 0);
  code = dict_find(k->dict, level.label);
  if (!code) status = dict_add_level(k->b, k->dict, &code, &level);
  return status ? status : codes_builder_add(k, code);
}

/* Entries 1 to `rows`; the strings stay where they are while they are copied. */
static bilan_status add_strings(lua_State *L, int list, struct codes_builder *k,
                                lua_Integer rows) {
  bilan_status status = BILAN_OK;
  for (lua_Integer i = 1; !status && i <= rows; i++) {
    struct text t = TEXT("");
    lua_rawgeti(L, list, i);
    bilan_missing why = missing_at(L, -1);
    if (!why) t.s = lua_tolstring(L, -1, &t.n);
    status = add_code(k, t, why);
    lua_pop(L, 1);
  }
  return status;
}

/* Levels by first appearance.
 * The builder is finished or closed on every path. */
static bilan_status codes_from(lua_State *L, struct column **out, int list, lua_Integer rows) {
  struct codes_builder k;
  bilan_status status = codes_builder_open(l_handle(L), &k, NULL);
  if (status) return status;
  status = add_strings(L, list, &k, rows);
  if (!status) return codes_builder_finish(&k, out);
  codes_builder_close(&k);
  return status;
}

/* column(list, rows) -> column, kind ("number" or "single"), or nil and why when the values
 * are of several types.
 * `rows` entries are read, absent ones as "no answer"; the list is raw, its length is not
 * asked. */
static int l_column(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer rows = luaL_checkinteger(L, 2);
  enum content content = content_of(L, 1, rows);
  if (content == MIXED) {
    lua_pushnil(L);
    lua_pushliteral(L, "its values are neither all numbers nor all text");
    return 2;
  }
  struct column **slot = l_new_column(L);
  l_check(L, content == STRINGS ? codes_from(L, slot, 1, rows) : numbers_from(L, slot, 1, rows));
  lua_pushstring(L, content == STRINGS ? "single" : "number");
  return 2;
}

/* table(rows) -> an empty table.
 * Items are added by with. */
static int l_table(lua_State *L) {
  lua_Integer rows = luaL_checkinteger(L, 1);
  struct table **slot = l_new_table(L);
  l_check(L, table_new(l_handle(L), slot, (size_t)rows));
  return 1;
}

/* with(table, name, kind, column) -> a table with the column replaced or appended.
 * The column must have the table's number of rows, which table_with checks. */
static int l_with(lua_State *L) {
  struct table *t = l_check_table(L, 1);
  struct text name = l_check_text(L, 2);
  bilan_kind kind = l_check_kind(L, 3);
  struct column *c = l_check_column(L, 4);
  struct table **slot = l_new_table(L);
  l_check(L, table_with(l_handle(L), slot, t, name, kind, column_hold(c)));
  return 1;
}

/* missing_mark(kind) -> the value that stands for a kind of missing in lists. */
static int l_missing_mark(lua_State *L) {
  lua_pushlightuserdata(L, (void *)(uintptr_t)l_check_missing(L, 1));
  return 1;
}

/* ---- looking inside ----------------------------------------------------------------------- */

/* rows(table [, domain]) -> rows (in the domain).
 * An integer from 0. */
static int l_rows(lua_State *L) {
  const struct table *t = l_check_table(L, 1);
  const struct domain *d = l_opt_domain(L, 2);
  lua_pushinteger(L, (lua_Integer)(d ? d->count : table_rows(t)));
  return 1;
}

/* names(table) -> the names of its items, in order. */
static int l_names(lua_State *L) {
  const struct table *t = l_check_table(L, 1);
  lua_createtable(L, (int)table_count(t), 0);
  for (size_t i = 0; i < table_count(t); i++) {
    l_push_text(L, table_name(t, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* has(table, name) -> is there such an item? */
static int l_has(lua_State *L) {
  const struct table *t = l_check_table(L, 1);
  lua_pushboolean(L, table_find(t, l_check_text(L, 2)) != SIZE_MAX);
  return 1;
}

/* check(table, name): raises "no item ...; did you mean ...?" */
static int l_check_name(lua_State *L) {
  l_check_item(L, 1, 2);
  return 0;
}

/* item(table, name) -> the column; raises when there is none. */
static int l_item(lua_State *L) {
  struct column *c = l_check_item(L, 1, 2);
  struct column **slot = l_new_column(L);
  *slot = column_hold(c);
  return 1;
}

/* kind(table, name) -> "single", "number", ... */
static int l_kind(lua_State *L) {
  const struct table *t = l_check_table(L, 1);
  l_check_item(L, 1, 2);
  lua_pushstring(L, kind_names[table_kind(t, table_find(t, l_check_text(L, 2)))]);
  return 1;
}

/* The options ticked in one row, as a list. */
static void push_ticked(lua_State *L, const struct column *c, size_t row) {
  lua_Integer n = 0;
  lua_createtable(L, 2, 0);
  for (size_t i = 0; i < c->option_count; i++) {
    if (column_code(c->options[i], row) != SET_TICKED) continue;
    l_push_text(L, dict_level(c->dict, (uint32_t)i + 1)->label);
    lua_rawseti(L, -2, ++n);
  }
}

/* The answer of one row as Lua sees it: a mark for a kind of missing, a list of ticked options,
 * a number, or a label.
 * `numeric`: numbers are shown, not labels. */
static void push_value(lua_State *L, const struct column *c, size_t row, bool numeric) {
  bilan_missing why = column_missing(c, row);
  if (why) lua_pushlightuserdata(L, (void *)(uintptr_t)why);
  else if (c->type == COLUMN_SET) push_ticked(L, c, row);
  else if (numeric) l_push_count(L, column_number(c, row));
  else l_push_text(L, column_label(c, row));
}

/* values(table, domain, name [, most]) -> list of the answers of the rows in the domain, at
 * most so many: numbers, labels, lists of ticked options, or missing marks.
 * In the order of rows. Numbers are integers where they are whole. */
static int l_values(lua_State *L) {
  const struct domain *d = l_opt_domain(L, 2);
  const struct table *t = l_check_table(L, 1);
  struct column *c = l_check_item(L, 1, 3);
  bilan_kind kind = table_kind(t, table_find(t, l_check_text(L, 3)));
  lua_Integer most = luaL_optinteger(L, 4, LUA_MAXINTEGER), n = 0;
  bool numeric = column_shows_numbers(c, kind);
  lua_newtable(L);
  for (size_t row = 0; row < c->rows && n < most; row++) {
    if (!domain_has(d, row)) continue;
    push_value(L, c, row, numeric);
    lua_rawseti(L, -2, ++n);
  }
  return 1;
}

/* levels(column) -> list of { label, value, missing }, in the order of codes from 1: the levels
 * of coded answers or the options of a set; nil for numbers and text.
 * value is absent for a level without a number, missing for an answer. */
static int l_levels(lua_State *L) {
  const struct column *c = l_check_column(L, 1);
  if (!c->dict) return 0;
  lua_createtable(L, (int)dict_count(c->dict), 0);
  for (uint32_t code = 1; code < dict_count(c->dict); code++) {
    const struct level *level = dict_level(c->dict, code);
    lua_createtable(L, 0, 3);
    l_push_text(L, level->label);
    lua_setfield(L, -2, "label");
    if (!isnan(level->value)) {
      l_push_count(L, level->value);
      lua_setfield(L, -2, "value");
    }
    if (level->missing) {
      l_push_missing(L, level->missing);
      lua_setfield(L, -2, "missing");
    }
    lua_rawseti(L, -2, code);
  }
  return 1;
}

/* A field of the table on top: an integer when it is whole. */
static void set_number(lua_State *L, const char *name, double value) {
  l_push_count(L, value);
  lua_setfield(L, -2, name);
}

/* summary(table, domain, name) -> { answered, missing, kinds = { [kind] = n }, low, high,
 * example }.
 * low and high exist for numbers, example (a value) where anybody answered. */
static int l_summary(lua_State *L) {
  const struct domain *d = l_opt_domain(L, 2);
  const struct table *t = l_check_table(L, 1);
  const struct column *c = l_check_item(L, 1, 3);
  bilan_kind kind = table_kind(t, table_find(t, l_check_text(L, 3)));
  struct summary s;
  column_summary(&s, c, d);
  lua_createtable(L, 0, 6);
  set_number(L, "answered", (double)s.answered);
  set_number(L, "missing", (double)s.missing[BILAN_PRESENT]);
  lua_newtable(L);
  for (int why = 1; why < BILAN_MISSING_KINDS; why++)
    if (s.missing[why]) set_number(L, missing_names[why], (double)s.missing[why]);
  lua_setfield(L, -2, "kinds");
  if (s.numeric && s.answered) {
    set_number(L, "low", s.low);
    set_number(L, "high", s.high);
  }
  if (s.answered) {
    push_value(L, c, s.example, column_shows_numbers(c, kind));
    lua_setfield(L, -2, "example");
  }
  return 1;
}

/* type(column) -> "codes", "numbers", "text" or "set". */
static int l_type(lua_State *L) {
  static const char *const names[] = {"codes", "numbers", "text", "set"};
  lua_pushstring(L, names[l_check_column(L, 1)->type]);
  return 1;
}

/* to_codes(column [, most]) -> the same answers as levels.
 * most: how many different answers are allowed, 0 for any number; more are raised. */
static int l_to_codes(lua_State *L) {
  struct column *c = l_check_column(L, 1);
  lua_Integer most = luaL_optinteger(L, 2, 0);
  struct column **slot = l_new_column(L);
  l_check(L, column_to_codes(l_handle(L), slot, c, (size_t)most));
  return 1;
}

/* ---- choosing ----------------------------------------------------------------------------- */

/* select(table, { names }, { new names } or nil) -> a table of those items.
 * In the order of the names given; a name may be changed on the way by the entry of the
 * second list. */
static int l_select(lua_State *L) {
  const struct table *t = l_check_table(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  bool renamed = !lua_isnoneornil(L, 3);
  if (renamed) luaL_checktype(L, 3, LUA_TTABLE);
  size_t count = (size_t)luaL_len(L, 2);
  size_t *places = l_scratch(L, count, sizeof *places);
  struct text *names = l_scratch(L, count, sizeof *names);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 2, (lua_Integer)i + 1);
    lua_pushvalue(L, 1);
    l_check_item(L, lua_gettop(L), lua_gettop(L) - 1);
    places[i] = table_find(t, l_check_text(L, -2));
    names[i] = table_name(t, places[i]);
    lua_pop(L, 2);
    if (!renamed) continue;
    lua_rawgeti(L, 3, (lua_Integer)i + 1);
    names[i] = l_check_text(L, -1); /* the list keeps the string alive */
    lua_pop(L, 1);
  }
  struct table **slot = l_new_table(L);
  l_check(L, table_select(l_handle(L), slot, t, places, names, count));
  return 1;
}

/* take(table, domain) -> a table of the rows in the domain alone.
 * Rows keep their order. Without a domain it is a copy of all rows. */
static int l_take(lua_State *L) {
  const struct table *t = l_check_table(L, 1);
  const struct domain *d = l_opt_domain(L, 2);
  size_t count = d ? d->count : table_rows(t), n = 0;
  size_t *rows = l_scratch(L, count, sizeof *rows);
  for (size_t row = 0; row < table_rows(t); row++)
    if (domain_has(d, row)) rows[n++] = row;
  struct table **slot = l_new_table(L);
  l_check(L, table_take(l_handle(L), slot, t, rows, count));
  return 1;
}

/* both(domain or nil, domain or nil) -> the rows of both.
 * nil stands for all rows; nil and nil give nothing. */
static int l_both(lua_State *L) {
  struct domain *x = l_opt_domain(L, 1), *y = l_opt_domain(L, 2), *made = NULL;
  if (!x && !y) return 0;
  struct domain **slot = l_new_domain(L);
  l_check(L, domain_and(l_handle(L), &made, x, y));
  *slot = made;
  return 1;
}

/* among(domain or nil, kept) -> the domain among the rows that `kept` keeps; nil stays nil. */
static int l_among(lua_State *L) {
  const struct domain *d = l_opt_domain(L, 1), *kept = l_opt_domain(L, 2);
  luaL_argcheck(L, kept, 2, "a domain expected");
  if (!d) return 0;
  struct domain **slot = l_new_domain(L);
  l_check(L, domain_among(l_handle(L), slot, d, kept));
  return 1;
}

/* Pushes the functions of this file and of l_recode.c as one table. */
int l_data_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"column", l_column},   {"table", l_table},       {"with", l_with},
      {"rows", l_rows},       {"names", l_names},       {"has", l_has},
      {"check", l_check_name}, {"item", l_item},        {"kind", l_kind},
      {"values", l_values},   {"levels", l_levels},     {"type", l_type},
      {"to_codes", l_to_codes}, {"summary", l_summary}, {"select", l_select},   {"take", l_take},
      {"both", l_both}, {"among", l_among},       {"missing_mark", l_missing_mark}, {NULL, NULL}};
  luaL_newlib(L, functions);
  l_recode_add(L);
  return 1;
}

/* l_sheet.c - what a released table needs of all its records at once (core.sheet).
 *
 * A table on a page is made column by column: the texts of one field of all records, then their
 * cells. Lua says what is to be written and how (output/format.lua, output/layout.lua); the walks
 * over records, which are most of the work, are here:
 *
 *   only_figures(records, {n = true})      a NaN or an infinite n leaves the records
 *   fields(records)                        {value = true, n = true, ...}: what any record has
 *   texts(records, "value", "share", {decimals = 1}, style)        {"12.5%", false, ...}
 *   text("share", {decimals = 1}, style, 0.125)                    "12.5%"
 *   absent(records, "share", texts)            {2, ...}: places without a figure
 *   cells(records, "value", "share", texts, {[2] = "withheld"})
 *                                              {{type =, n =, count =, shown =, text =, ...}, ...}
 *   rows({column, column, ...}, count)     {{cell, cell, ...}, ...}
 *
 * Sorts of texts: share, points, interval, number, count. Records are read, and but for
 * only_figures never changed. Cost: a few hundred instructions for a cell.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "binding/binding.h"

/* ---- names of fields ------------------------------------------------------------------------ */

/* Names that are asked for at every cell. The functions below hold them as upvalues: a look-up by a
 * string that Lua has already is the quickest there is. */
static const char *const names[] = {"n",      "count", "value", "low",   "high",
                                    "reason", "flag",  "type",  "shown", "text"};
enum name { N = 1, CASES, VALUE, LOW, HIGH, REASON, FLAG, TYPE, SHOWN, WORDS }; /* upvalues */

/* Pushes the field of a plain table; returns its type. */
static int get_name(lua_State *L, int table, enum name name) {
  lua_pushvalue(L, lua_upvalueindex((int)name));
  return lua_rawget(L, table);
}

/* ---- records -------------------------------------------------------------------------------- */

/* Is the value at the top a number that can be shown? */
static bool is_figure(lua_State *L) {
  return lua_type(L, -1) == LUA_TNUMBER && isfinite(lua_tonumber(L, -1));
}

/* only_figures({records}, {names}): takes away what is no figure from the named fields. */
static int l_only_figures(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_Integer count = luaL_len(L, 1);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 1, i);
    for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1)) {
      if (is_figure(L)) continue;
      lua_pushvalue(L, 4);
      if (lua_rawget(L, 2) != LUA_TNIL) { /* a field that is there may be emptied on the way */
        lua_pushvalue(L, 4);
        lua_pushnil(L);
        lua_rawset(L, 3);
      }
      lua_pop(L, 1);
    }
    lua_settop(L, 2);
  }
  return 0;
}

/* fields({records}) -> the set of fields that some record has; an empty text is none. */
static int l_fields(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer count = luaL_len(L, 1);
  lua_createtable(L, 0, 16);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 1, i);
    for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1)) {
      if (lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) == 0) continue;
      lua_pushvalue(L, 4);
      lua_pushboolean(L, true);
      lua_rawset(L, 2);
    }
    lua_settop(L, 2);
  }
  return 1;
}

/* ---- texts ---------------------------------------------------------------------------------- */

#define NONE LUA_MININTEGER /* no decimals are named */

enum sort { SHARE, POINTS, INTERVAL, NUMBER, COUNT };
static const char *const sorts[] = {"share", "points", "interval", "number", "count", NULL};

/* How the texts of a column are written. Its texts are lent by the tables they come from. */
struct form {
  enum sort sort;
  struct figure_style style;
  struct text after;       /* %, points */
  struct text between[3];  /* before, between and behind the ends of an interval */
  bool counted;            /* a share is known to be count / n */
  bool whole;              /* a count has no decimals whatever its size */
  lua_Integer asked;       /* decimals, as they were given */
};

/* The text of a field, empty where there is none. */
static struct text text_field(lua_State *L, int table, const char *name) {
  struct text t = {"", 0};
  if (lua_getfield(L, table, name) == LUA_TSTRING) t.s = lua_tolstring(L, -1, &t.n);
  lua_pop(L, 1);
  return t;
}

static bool true_field(lua_State *L, int table, const char *name) {
  lua_getfield(L, table, name);
  bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

/* Is it there, and false? */
static bool false_field(lua_State *L, int table, const char *name) {
  bool value = lua_getfield(L, table, name) == LUA_TBOOLEAN && !lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

/* A whole number, `none` where nothing stands. */
static lua_Integer whole_field(lua_State *L, int table, const char *name, lua_Integer none) {
  int is_whole = 1, type = lua_getfield(L, table, name);
  lua_Integer value = type == LUA_TNIL ? none : lua_tointegerx(L, -1, &is_whole);
  lua_pop(L, 1);
  if (type != LUA_TNIL && type != LUA_TNUMBER)
    luaL_argerror(L, table, lua_pushfstring(L, "number expected, got %s", lua_typename(L, type)));
  luaL_argcheck(L, is_whole, table, "number has no integer representation");
  return value;
}

static int clamp(lua_Integer value, int least, int most) {
  return value < least ? least : value > most ? most : (int)value;
}

static enum number_rounding rule_field(lua_State *L, int table) {
  struct text rule = text_field(L, table, "rule");
  if (text_equal(rule, TEXT("half_even"))) return ROUND_HALF_EVEN;
  return text_equal(rule, TEXT("half_down")) ? ROUND_HALF_DOWN : ROUND_HALF_UP;
}

/* What stands behind a figure of the sort, by the unit of an interval. */
static struct text text_after(lua_State *L, enum sort sort, int opts, int words) {
  struct text unit = text_field(L, opts, "unit");
  bool interval = sort == INTERVAL, is_share = sort == SHARE, is_points = sort == POINTS;
  if (interval) is_points = text_equal(unit, TEXT("points"));
  if (interval) is_share = !unit.n || text_equal(unit, TEXT("share"));
  if (true_field(L, opts, "bare") || !(is_share || is_points)) return TEXT("");
  return text_field(L, words, is_share ? "percent" : "points");
}

/* The three pieces of "low to high" from the list `between` of a language's words. */
static void read_between(lua_State *L, struct form *f, int words) {
  lua_getfield(L, words, "between");
  luaL_checktype(L, -1, LUA_TTABLE);
  for (int i = 0; i < 3; i++) {
    lua_rawgeti(L, -1, i + 1);
    f->between[i] = l_check_text(L, -1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* Reads a sort's options at `opts` (decimals, shift, rule, sign, bare, unit, weighted, whole, most)
 * and the words of the language at `words`. */
static void form_read(lua_State *L, struct form *f, enum sort sort, int opts, int words) {
  luaL_checktype(L, opts, LUA_TTABLE);
  luaL_checktype(L, words, LUA_TTABLE);
  bool plain = sort == NUMBER;
  if (sort == INTERVAL) plain = text_equal(text_field(L, opts, "unit"), TEXT("number"));
  lua_Integer decimals = sort == COUNT ? 0 : whole_field(L, opts, "decimals", plain ? NONE : 0);
  lua_Integer shift = plain ? whole_field(L, opts, "shift", 0) : sort == COUNT ? 0 : 2;
  *f = (struct form){.sort = sort, .asked = decimals, .after = text_after(L, sort, opts, words)};
  f->style = (struct figure_style){.most = clamp(whole_field(L, opts, "most", 2), 0, FIGURE_PLACES),
    .decimals = decimals == NONE ? -1 : clamp(decimals, 0, FIGURE_PLACES),
    .shift = clamp(shift, -FIGURE_PLACES, FIGURE_PLACES), .rule = rule_field(L, opts),
    .point = text_field(L, words, "decimal"), .group = text_field(L, words, "thousands")};
  if (sort == POINTS) f->style.plus = !false_field(L, opts, "sign");
  else if (sort != INTERVAL && sort != COUNT) f->style.plus = true_field(L, opts, "sign");
  f->counted = false_field(L, opts, "weighted");
  f->whole = true_field(L, opts, "whole");
  if (sort == INTERVAL) read_between(L, f, words);
  luaL_argcheck(L, f->style.point.n <= FIGURE_MARK && f->style.group.n <= FIGURE_MARK, words,
                "a mark of at most 8 bytes");
}

static struct text put_figure(char room[FIGURE_ROOM], lua_State *L, int at, const struct form *f) {
  struct text t = {room, 0};
  if (lua_type(L, at) != LUA_TNUMBER) return t;
  if (lua_isinteger(L, at)) t.n = number_figure_whole(room, lua_tointeger(L, at), &f->style);
  else t.n = number_figure(room, lua_tonumber(L, at), &f->style);
  return t;
}

/* The whole number at a place; false when there is none. */
static bool whole_at(lua_State *L, int at, lua_Integer *value) {
  int is_whole = 0;
  if (lua_type(L, at) == LUA_TNUMBER) *value = lua_tointegerx(L, at, &is_whole);
  return is_whole;
}

/* A share that its count and base give is rounded on them: on whole numbers. false: it is no such
 * share. */
static bool put_exact(struct text *out, char room[FIGURE_ROOM], lua_State *L, const struct form *f,
                      int value, int opts) {
  lua_Integer k = 0, n = 0;
  int64_t units;
  if (!whole_at(L, value + 1, &k) || !whole_at(L, value + 2, &n) || n <= 0) return false;
  bool given = !lua_isnil(L, value) && !f->counted;
  if (given && !(fabs(luaL_checknumber(L, value) - (double)k / (double)n) <= 1e-12)) return false;
  luaL_argcheck(L, f->asked >= 0 && f->asked <= 6, opts, "decimals from 0 to 6");
  if (!number_percent(&units, k, n, (int)f->asked, f->style.rule))
    luaL_error(L, "the counts are too large");
  struct figure_style style = f->style;
  style.shift = -style.decimals;
  out->s = room;
  out->n = number_figure_whole(room, units, &style);
  return true;
}

/* Pushes what stands for an interval of the ends at `low` and behind; false (and nothing) where an
 * end is missing. */
static bool push_interval(lua_State *L, const struct form *f, int low) {
  char from[FIGURE_ROOM], to[FIGURE_ROOM];
  struct text first = put_figure(from, L, low, f), last = put_figure(to, L, low + 1, f);
  if (!first.n || !last.n) return false;
  luaL_Buffer out;
  luaL_buffinit(L, &out);
  const struct text parts[] = {f->between[0], first, f->between[1], last, f->between[2], f->after};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    luaL_addlstring(&out, parts[i].s, parts[i].n);
  luaL_pushresult(&out);
  return true;
}

/* Decimals of a count: one below a hundred where it is no whole number. */
static void choose_decimals(lua_State *L, struct form *f, int at) {
  double size = fabs(lua_tonumber(L, at));
  f->style.decimals = f->whole || size >= 100 || size == floor(size) ? 0 : 1;
}

/* Pushes the text of the value at `at`, with the count and the base of a share, or the upper end of
 * an interval, behind it; false (and nothing) where there is no figure. */
static bool push_text(lua_State *L, struct form *f, int at, int opts) {
  char room[FIGURE_ROOM + 64];
  if (f->sort == INTERVAL) return push_interval(L, f, at);
  if (f->sort == COUNT && lua_type(L, at) == LUA_TNUMBER) choose_decimals(L, f, at);
  struct text t;
  if (f->sort != SHARE || !put_exact(&t, room, L, f, at, opts)) t = put_figure(room, L, at, f);
  if (!t.n) return false;
  if (f->after.n > 64) luaL_error(L, "words of more than 64 bytes behind a figure");
  memcpy(room + t.n, f->after.s, f->after.n);
  lua_pushlstring(L, room, t.n + f->after.n);
  return true;
}

/* text(sort, opts, words, value [, count, n]) -> its text, or nil; of an interval the ends are
 * given. */
static int l_text(lua_State *L) {
  struct form f;
  form_read(L, &f, (enum sort)luaL_checkoption(L, 1, NULL, sorts), 2, 3);
  lua_settop(L, 6);
  return push_text(L, &f, 4, 2);
}

/* texts({records}, key, sort, opts, words) -> the text of a field of each record, false where there
 * is none. Only `value` is the share of a count. */
static int l_texts(lua_State *L) {
  struct form f;
  luaL_checktype(L, 1, LUA_TTABLE);
  const char *key = luaL_checkstring(L, 2);
  form_read(L, &f, (enum sort)luaL_checkoption(L, 3, NULL, sorts), 4, 5);
  bool ends = f.sort == INTERVAL;
  lua_Integer count = luaL_len(L, 1);
  bool counted = f.sort == SHARE && strcmp(key, "value") == 0;
  lua_settop(L, 5);
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 1, i);
    luaL_checktype(L, 7, LUA_TTABLE);
    lua_pushvalue(L, ends ? lua_upvalueindex(LOW) : 2);
    lua_rawget(L, 7);
    if (ends || counted) get_name(L, 7, ends ? HIGH : CASES);
    else lua_pushnil(L);
    if (counted) get_name(L, 7, N);
    else lua_pushnil(L);
    if (!push_text(L, &f, 8, 4)) lua_pushboolean(L, false);
    lua_rawseti(L, 6, i);
    lua_settop(L, 6);
  }
  return 1;
}

/* ---- cells ---------------------------------------------------------------------------------- */

/* Where things stand while cells are made. */
enum { RECORDS = 1, FIELD, SORT, TEXTS, WHY, CELLS, WHY_AT, RECORD, CELL };

/* Gives the cell the value at the top under a name, and takes it away. */
static void put_top(lua_State *L, enum name name) {
  lua_pushvalue(L, lua_upvalueindex((int)name));
  lua_insert(L, -2);
  lua_rawset(L, CELL);
}

/* Gives the cell a field of the record, where it has that. */
static void copy_name(lua_State *L, enum name name) {
  if (get_name(L, RECORD, name) == LUA_TNIL) lua_pop(L, 1);
  else put_top(L, name);
}

/* May the record at `record` show this type of figure? What is withheld has a reason; display
 * rules, which leave a flag, leave bases. */
static bool is_open(lua_State *L, int record, bool count) {
  get_name(L, record, REASON);
  bool open = !lua_toboolean(L, -1);
  lua_pop(L, 1);
  if (open || !count) return open;
  get_name(L, record, FLAG);
  open = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return open;
}

/* absent({records}, type, {texts}) -> the places of the records without a figure of this type, in
 * order: those that have no text, or may not show it. */
static int l_absent(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  bool is_count = strcmp(luaL_checkstring(L, 2), "count") == 0;
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_Integer count = luaL_len(L, 1), absent = 0;
  lua_settop(L, 3);
  lua_newtable(L);
  for (lua_Integer i = 1; i <= count; i++) {
    bool shown = lua_rawgeti(L, 3, i) == LUA_TSTRING;
    lua_rawgeti(L, 1, i);
    luaL_checktype(L, 6, LUA_TTABLE);
    shown = shown && is_open(L, 6, is_count);
    lua_settop(L, 4);
    if (shown) continue;
    lua_pushinteger(L, i);
    lua_rawseti(L, 4, ++absent);
  }
  return 1;
}

/* Fills the cell from the record: a figure, or why there is none. */
static void fill_cell(lua_State *L, lua_Integer at, bool ends) {
  bool shown = lua_isnil(L, WHY_AT);
  lua_pushvalue(L, SORT);
  put_top(L, TYPE);
  copy_name(L, N);
  copy_name(L, CASES);
  lua_pushboolean(L, shown);
  put_top(L, SHOWN);
  lua_rawgeti(L, TEXTS, at);
  put_top(L, WORDS);
  lua_pushvalue(L, shown ? FIELD : WHY_AT);
  if (!shown) put_top(L, REASON);
  else if (lua_rawget(L, RECORD) == LUA_TNIL) lua_pop(L, 1);
  else put_top(L, VALUE);
  if (!shown || !ends) return;
  copy_name(L, LOW);
  copy_name(L, HIGH);
}

/* cells({records}, key, type, {texts}, {words}) -> a cell of each record with its text; one that
 * has words at its place has no figure. */
static int l_cells(lua_State *L) {
  luaL_checktype(L, RECORDS, LUA_TTABLE);
  luaL_checkstring(L, FIELD);
  bool has_ends = strcmp(luaL_checkstring(L, SORT), "interval") == 0;
  for (int i = TEXTS; i <= WHY; i++) luaL_checktype(L, i, LUA_TTABLE);
  lua_Integer count = luaL_len(L, RECORDS);
  lua_settop(L, WHY);
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, WHY, i);
    lua_rawgeti(L, RECORDS, i);
    luaL_checktype(L, RECORD, LUA_TTABLE);
    lua_createtable(L, 0, 6);
    fill_cell(L, i, has_ends);
    lua_rawseti(L, CELLS, i);
    lua_settop(L, CELLS);
  }
  return 1;
}

/* rows({columns}, count) -> the cells of each of so many rows, from those of the columns. */
static int l_rows(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer count = luaL_checkinteger(L, 2), columns = luaL_len(L, 1);
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_createtable(L, (int)columns, 0);
    for (lua_Integer at = 1; at <= columns; at++) {
      lua_rawgeti(L, 1, at);
      luaL_checktype(L, -1, LUA_TTABLE);
      lua_rawgeti(L, -1, i);
      lua_rawseti(L, 4, at);
      lua_pop(L, 1);
    }
    lua_rawseti(L, 3, i);
  }
  return 1;
}

/* Pushes the table of functions. */
int l_sheet_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"only_figures", l_only_figures}, {"fields", l_fields},
    {"text", l_text}, {"texts", l_texts}, {"absent", l_absent}, {"cells", l_cells},
    {"rows", l_rows}, {NULL, NULL}};
  luaL_newlibtable(L, functions);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) lua_pushstring(L, names[i]);
  luaL_setfuncs(L, functions, (int)(sizeof names / sizeof names[0]));
  return 1;
}

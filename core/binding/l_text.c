/* l_text.c - text and numbers for the engine's Lua (core.text): width, folding, nearest names,
 * decimals.
 *
 * Lua's own tostring, tonumber and string.format follow the process's locale where they meet a
 * decimal point, and its string.lower knows ASCII alone; the engine's Lua comes here instead.
 *
 * Examples:
 *
 *   width("école") = 5         is_utf8("a\xFF") = false, 2     fold("École") = "ecole"
 *   nearest({"genre", "age"}, "gendre") = "genre"              number(0.1) = "0.1"
 *   fixed(2.5, 0) = "3"        digits(1234.5, 3) = "1.23e+03"
 *   parse("1 234,5", ",", " ") = 1234.5
 *   percent(1, 3, 1) = 333     in tenths of a percent
 *
 * All are pure functions of their arguments; wrong types are raised. Nothing depends on the
 * locale.
 */
#include <math.h>
#include <string.h>

#include "base/names.h"
#include "base/number.h"
#include "binding/binding.h"

/* width(s) -> columns on a terminal.
 * As base/text counts them, for tables of a fixed width. */
static int l_width(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)text_width(l_check_text(L, 1)));
  return 1;
}

/* is_utf8(s) -> true, or false and the offset (from 1) of the first bad byte. */
static int l_is_utf8(lua_State *L) {
  size_t bad = 0;
  bool good = text_is_utf8(l_check_text(L, 1), &bad);
  lua_pushboolean(L, good);
  if (good) return 1;
  lua_pushinteger(L, (lua_Integer)bad + 1);
  return 2;
}

/* Folds `t` into `out`; an error leaves nothing behind. */
static void fold(lua_State *L, struct buffer *out, struct text t) {
  buffer_init(out, &l_handle(L)->mem);
  text_fold(out, t);
  if (!out->failed) return;
  buffer_free(out);
  l_check(L, fail_nomem(l_handle(L)));
}

/* fold(s) -> s without case and accents. Folded twice: the first time tells how much memory
 * of Lua's the answer takes, which must be there before anything of the engine's is held. */
static int l_fold(lua_State *L) {
  struct text t = l_check_text(L, 1);
  struct buffer out;
  fold(L, &out, t);
  size_t n = out.n;
  buffer_free(&out);
  char *s = l_scratch(L, n + 1, 1);
  fold(L, &out, t);
  if (n) memcpy(s, out.s, n);
  buffer_free(&out);
  lua_pushlstring(L, s, n);
  return 1;
}

/* nearest({names}, typed) -> up to three of the names, the nearest first.
 * Nothing when no name is near. names: a list of strings, read raw. */
static int l_nearest(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  struct text typed = l_check_text(L, 2);
  size_t count = (size_t)luaL_len(L, 1), best[3];
  struct text *names = l_scratch(L, count, sizeof *names);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 1, (lua_Integer)i + 1);
    names[i] = l_check_text(L, -1); /* the list keeps the string alive */
    lua_pop(L, 1);
  }
  size_t found = names_nearest(&l_handle(L)->mem, names, count, typed, best);
  for (size_t i = 0; i < found; i++) lua_rawgeti(L, 1, (lua_Integer)best[i] + 1);
  return (int)found;
}

/* number(x) -> the shortest decimal that reads back the same.
 * Integers are printed as they are, floats by the shortest digits: the point is a point in
 * every locale. */
static int l_number(lua_State *L) {
  char out[NUMBER_ROOM];
  if (lua_isinteger(L, 1)) {
    lua_pushfstring(L, "%I", (LUAI_UACINT)lua_tointeger(L, 1));
    return 1;
  }
  size_t n = number_print(out, luaL_checknumber(L, 1));
  lua_pushlstring(L, out, n);
  return 1;
}

/* fixed(x, decimals) -> rounded half away from zero on the exact value.
 * decimals from 0 to 20. */
static int l_fixed(lua_State *L) {
  char out[NUMBER_ROOM];
  double value = luaL_checknumber(L, 1);
  lua_Integer decimals = luaL_checkinteger(L, 2);
  luaL_argcheck(L, decimals >= 0 && decimals <= 20, 2, "decimals from 0 to 20");
  size_t n = number_print_fixed(out, value, (int)decimals);
  lua_pushlstring(L, out, n);
  return 1;
}

/* digits(x, significant) -> as %g.
 * significant from 1 to 17; 17 always reads back the same. */
static int l_digits(lua_State *L) {
  char out[NUMBER_ROOM];
  double value = luaL_checknumber(L, 1);
  lua_Integer digits = luaL_checkinteger(L, 2);
  luaL_argcheck(L, digits >= 1 && digits <= 17, 2, "digits from 1 to 17");
  size_t n = number_print_digits(out, value, (int)digits);
  lua_pushlstring(L, out, n);
  return 1;
}

/* parse(s [, decimal [, thousands]]) -> the number, or nil.
 * decimal and thousands are one character each; without thousands no grouping is accepted. */
static int l_parse(lua_State *L) {
  struct text t = l_check_text(L, 1);
  struct number_style style = {*luaL_optstring(L, 2, "."), *luaL_optstring(L, 3, "")};
  double value;
  if (number_parse_style(&value, t, style)) lua_pushnumber(L, value);
  else lua_pushnil(L);
  return 1;
}

/* percent(k, n, decimals [, rule]) -> 100 k / n in units of 10^-decimals, rounded once on whole
 * numbers; rule is "half_up" (default), "half_even" or "half_down".
 * 1/3 with decimals 1 is 333. Integers only, so no binary fraction is ever rounded. n > 0,
 * decimals 0 to 6. */
static int l_percent(lua_State *L) {
  static const char *const rules[] = {"half_up", "half_even", "half_down", NULL};
  int64_t out;
  lua_Integer k = luaL_checkinteger(L, 1), n = luaL_checkinteger(L, 2);
  lua_Integer decimals = luaL_optinteger(L, 3, 0);
  int rule = luaL_checkoption(L, 4, "half_up", rules);
  luaL_argcheck(L, n > 0, 2, "the base must be positive");
  luaL_argcheck(L, decimals >= 0 && decimals <= 6, 3, "decimals from 0 to 6");
  if (!number_percent(&out, k, n, (int)decimals, (enum number_rounding)rule))
    return luaL_error(L, "the counts are too large");
  lua_pushinteger(L, out);
  return 1;
}

/* Pushes the table of functions. */
int l_text_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"width", l_width},   {"is_utf8", l_is_utf8}, {"fold", l_fold},   {"nearest", l_nearest},
      {"number", l_number}, {"fixed", l_fixed},     {"digits", l_digits}, {"parse", l_parse},
      {"percent", l_percent}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}

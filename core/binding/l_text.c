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
 *   figure(1234.56, 1, 0, "half_up", ",", " ") = "1 234,6"     html("a<b") = "a&lt;b"
 *
 * All are pure functions of their arguments; wrong types are raised. Nothing depends on the
 * locale.
 */
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

/* figure(x, decimals, shift, rule, point, group [, plus [, most]]) -> x * 10^shift with so many
 * decimals (nil: as many as it has, at most `most`), rounded once by the rule on the digits of its
 * shortest text; nil for what is no finite number. U+2212 is the minus; `plus`: a sign before what
 * is above 0, too. What rounds to nothing has no sign. decimals 0 to 20, shift -20 to 20. */
static int l_figure(lua_State *L) {
  static const char *const rules[] = {"half_up", "half_even", "half_down", NULL};
  char out[FIGURE_ROOM];
  if (lua_type(L, 1) != LUA_TNUMBER) return 0;
  lua_Integer decimals = luaL_optinteger(L, 2, -1), shift = luaL_checkinteger(L, 3);
  lua_Integer most = luaL_optinteger(L, 8, 2);
  struct figure_style style = {.point = l_check_text(L, 5), .group = l_check_text(L, 6)};
  style.rule = (enum number_rounding)luaL_checkoption(L, 4, "half_up", rules);
  style.plus = lua_toboolean(L, 7);
  luaL_argcheck(L, decimals >= -1 && decimals <= FIGURE_PLACES, 2, "decimals from 0 to 20");
  luaL_argcheck(L, shift >= -FIGURE_PLACES && shift <= FIGURE_PLACES, 3, "from -20 to 20");
  luaL_argcheck(L, style.point.n <= FIGURE_MARK, 5, "a mark of at most 8 bytes");
  luaL_argcheck(L, style.group.n <= FIGURE_MARK, 6, "a mark of at most 8 bytes");
  luaL_argcheck(L, most >= 0 && most <= FIGURE_PLACES, 8, "decimals from 0 to 20");
  style.decimals = (int)decimals;
  style.shift = (int)shift;
  style.most = (int)most;
  size_t n = lua_isinteger(L, 1) ? number_figure_whole(out, lua_tointeger(L, 1), &style)
                                 : number_figure(out, lua_tonumber(L, 1), &style);
  if (!n) return 0;
  lua_pushlstring(L, out, n);
  return 1;
}

/* mark(s) -> "c" and 16 hexadecimal digits: FNV-1a on 64 bits, eight bytes (little end first, zeros
 * behind the last) at a step with the upper half folded in. An identifier that depends on the text
 * alone; not for secrets. */
static int l_mark(lua_State *L) {
  struct text t = l_check_text(L, 1);
  uint64_t hash = UINT64_C(14695981039346656037);
  for (size_t at = 0; at < t.n; at += 8) {
    uint64_t word = 0;
    for (size_t i = at; i < t.n && i < at + 8; i++)
      word |= (uint64_t)(unsigned char)t.s[i] << (8 * (i - at));
    hash = (hash ^ word) * UINT64_C(1099511628211);
    hash ^= hash >> 32;
  }
  char out[17];
  out[0] = 'c';
  for (int i = 16; i > 0; i--, hash >>= 4) out[i] = "0123456789abcdef"[hash & 15];
  lua_pushlstring(L, out, sizeof out);
  return 1;
}

/* ---- HTML ----------------------------------------------------------------------------------- */

/* Bytes that a text between tags may not hold as they are. */
static bool is_marked(char c) { return c == '&' || c == '<' || c == '>'; }

/* Is there a control character (but tab and line feed), or a mark that escape.lua replaces? C1
 * controls are C2 80..9F; U+202A..202E, U+2066..2069, U+FFFE and U+FFFF have three bytes. */
static bool is_unclean(const unsigned char *s, size_t n, size_t i) {
  unsigned char c = s[i], d = i + 1 < n ? s[i + 1] : 0, e = i + 2 < n ? s[i + 2] : 0;
  if (c < 0x20) return c != '\t' && c != '\n';
  if (c == 0xC2) return d < 0xA0;
  if (c == 0xE2 && d == 0x80) return e >= 0xAA && e <= 0xAE;
  if (c == 0xE2 && d == 0x81) return e >= 0xA6 && e <= 0xA9;
  return c == 0x7F || (c == 0xEF && d == 0xBF && e >= 0xBE);
}

/* Is there nothing to clean? Bad UTF-8, control characters and marks that reorder are. */
static bool is_clean(struct text t) {
  const unsigned char *s = (const unsigned char *)t.s;
  size_t bad = 0;
  bool ascii = true;
  for (size_t i = 0; i < t.n; i++) {
    if (s[i] >= 0x20 && s[i] < 0x7F) continue;
    if (is_unclean(s, t.n, i)) return false;
    ascii = ascii && s[i] < 0x80;
  }
  return ascii || text_is_utf8(t, &bad);
}

/* is_clean(s) -> may any format have the text as it is, but for its own marks? */
static int l_is_clean(lua_State *L) {
  lua_pushboolean(L, is_clean(l_check_text(L, 1)));
  return 1;
}

/* html(s) -> s as text between tags: & < > as entities; nil for a text that is to be cleaned first.
 * A text without any of these is given back as it is. */
static int l_html(lua_State *L) {
  struct text t = l_check_text(L, 1);
  size_t marks = 0;
  if (!is_clean(t)) return 0;
  for (size_t i = 0; i < t.n; i++) marks += is_marked(t.s[i]);
  lua_settop(L, 1);
  if (!marks) return 1;
  luaL_Buffer out;
  luaL_buffinit(L, &out);
  for (size_t i = 0; i < t.n; i++) {
    if (!is_marked(t.s[i])) luaL_addchar(&out, t.s[i]);
    else luaL_addstring(&out, t.s[i] == '&' ? "&amp;" : t.s[i] == '<' ? "&lt;" : "&gt;");
  }
  luaL_pushresult(&out);
  return 1;
}

/* Pushes the table of functions. */
int l_text_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"width", l_width},   {"is_utf8", l_is_utf8}, {"fold", l_fold},   {"nearest", l_nearest},
      {"number", l_number}, {"fixed", l_fixed},     {"digits", l_digits}, {"parse", l_parse},
      {"percent", l_percent}, {"figure", l_figure}, {"html", l_html},
      {"is_clean", l_is_clean}, {"mark", l_mark}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}

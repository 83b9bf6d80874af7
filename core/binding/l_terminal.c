/* l_terminal.c - tables on a terminal (core.terminal): what texts look like there, and their lines.
 *
 * A terminal counts in columns, not bytes: combining marks take none, wide characters two
 * (base/text). The layout is Lua's (output/text_table.lua); what is done to every cell is here:
 *
 *   shown("école") = "école", 5                    nil for what must be escaped first
 *   measure(strips, {true, false}, escape, rows)   {{"a", "1.5%", columns = {1, 4}}, ...}
 *   lines({{"a", "1"}}, {1, 2}, {2, 3}, {true}, 2) = {"a      1"}
 *   wrap("a long text", 6) = {"a long", "text"}    widest("a long text") = 4
 *   cut("text", 2) = "te"
 *
 * Pure functions of their arguments. Cost: linear in the bytes.
 */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "binding/binding.h"

/* ---- texts ---------------------------------------------------------------------------------- */

/* Characters that a terminal is not given as they are: controls, marks that reorder text, what is
 * blank or invisible, what is no character (escape.lua names them). */
static bool is_hidden(uint32_t c) {
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x061C || c == 0xFEFF) return true;
  if (c < 0x2000) return false;
  if (c < 0x2070) {
    if (c >= 0x200B && c <= 0x200F) return c != 0x200C && c != 0x200D;
    return (c >= 0x2028 && c <= 0x202E) || c >= 0x2060;
  }
  return c == 0xFFFE || c == 0xFFFF || (c >= 0xE0000 && c <= 0xE007F);
}

/* May a terminal have the text as it is? Then also its columns. Figures are ASCII for the most
 * part: those need no decoding. */
static bool is_shown(struct text t, size_t *columns) {
  size_t at = 0, bad = 0;
  while (at < t.n && t.s[at] >= 0x20 && t.s[at] < 0x7F) at++;
  *columns = at;
  if (at == t.n) return true;
  if (!text_is_utf8(t, &bad)) return false;
  *columns = text_width(t);
  while (at < t.n)
    if (is_hidden(text_next(t, &at))) return false;
  return true;
}

/* shown(s) -> s and its columns, where a terminal may have it as it is; nothing otherwise. */
static int l_shown(lua_State *L) {
  struct text t;
  size_t columns;
  t.s = luaL_checklstring(L, 1, &t.n);
  if (!is_shown(t, &columns)) return 0;
  lua_settop(L, 1);
  lua_pushinteger(L, (lua_Integer)columns);
  return 2;
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* The next word of a text from *at on, which ends behind it; false when there is none. */
static bool next_word(struct text *word, struct text t, size_t *at) {
  while (*at < t.n && is_blank(t.s[*at])) ++*at;
  size_t from = *at;
  while (*at < t.n && !is_blank(t.s[*at])) ++*at;
  *word = (struct text){t.s + from, *at - from};
  return word->n > 0;
}

/* widest(s) -> the columns of its widest word. */
static int l_widest(lua_State *L) {
  struct text t = l_check_text(L, 1), word;
  size_t most = 0;
  for (size_t at = 0; next_word(&word, t, &at);) {
    size_t columns = text_width(word);
    if (columns > most) most = columns;
  }
  lua_pushinteger(L, (lua_Integer)most);
  return 1;
}

/* ---- wrapping ------------------------------------------------------------------------------- */

/* Bytes of the longest start of a text that fits; at least one character. */
static size_t fitting(struct text t, lua_Integer room) {
  lua_Integer columns = 0;
  size_t at = 0;
  while (at < t.n) {
    size_t next = at;
    text_next(t, &next);
    columns += (lua_Integer)text_width((struct text){t.s + at, next - at});
    if (columns > room) return at ? at : next;
    at = next;
  }
  return t.n;
}

/* cut(s, room) -> its longest start of at most `room` columns; one character in any case. */
static int l_cut(lua_State *L) {
  struct text t = l_check_text(L, 1);
  l_push_text(L, (struct text){t.s, fitting(t, luaL_checkinteger(L, 2))});
  return 1;
}

/* Lines that are being made: a list at the top of the stack, and the line that is not in it yet. */
struct wrapping {
  lua_State *L;
  lua_Integer room, count, width;
  char *line;
  size_t n;
};

static void push_line(struct wrapping *w, struct text t) {
  l_push_text(w->L, t);
  lua_rawseti(w->L, -2, ++w->count);
}

/* A word that does not fit behind the line begins one of its own, and is cut where it is wider. */
static void begin_line(struct wrapping *w, struct text word, lua_Integer columns) {
  if (w->n) push_line(w, (struct text){w->line, w->n});
  while (columns > w->room && word.n) {
    size_t stop = fitting(word, w->room);
    push_line(w, (struct text){word.s, stop});
    word = (struct text){word.s + stop, word.n - stop};
    columns = (lua_Integer)text_width(word);
  }
  memcpy(w->line, word.s, word.n);
  w->n = word.n;
  w->width = columns;
}

static void add_word(struct wrapping *w, struct text word) {
  lua_Integer columns = (lua_Integer)text_width(word);
  lua_Integer joined = w->n ? w->width + 1 + columns : columns;
  if (joined > w->room) {
    begin_line(w, word, columns);
    return;
  }
  if (w->n) w->line[w->n++] = ' ';
  memcpy(w->line + w->n, word.s, word.n);
  w->n += word.n;
  w->width = joined;
}

/* Of the list at the top only the first `most` lines stay; the last of them ends in an ellipsis. */
static void cut_lines(struct wrapping *w, lua_Integer most) {
  lua_State *L = w->L;
  lua_rawgeti(L, -1, most);
  struct text last = l_check_text(L, -1);
  bool fits = (lua_Integer)text_width(last) <= w->room - 1;
  l_push_text(L, (struct text){last.s, fits ? last.n : fitting(last, w->room - 1)});
  lua_pushliteral(L, "\xE2\x80\xA6");
  lua_concat(L, 2);
  lua_rawseti(L, -3, most);
  lua_pop(L, 1);
  for (lua_Integer i = w->count; i > most; i--) {
    lua_pushnil(L);
    lua_rawseti(L, -2, i);
  }
}

/* wrap(s, room [, most]) -> lines of at most `room` columns, broken at blanks; a last line that had
 * to be cut ends in an ellipsis when there are more than `most`. The line in the making is never
 * longer than the text. */
static int l_wrap(lua_State *L) {
  struct text t = l_check_text(L, 1), word;
  lua_Integer most = luaL_optinteger(L, 3, 0);
  double room = luaL_checknumber(L, 2);
  luaL_argcheck(L, fabs(room) < 1e9, 2, "a width in columns");
  luaL_argcheck(L, most >= 0, 3, "a number of lines");
  struct wrapping w = {.L = L, .room = (lua_Integer)floor(room)};
  w.line = l_scratch(L, t.n + 1, 1);
  lua_newtable(L);
  for (size_t at = 0; next_word(&word, t, &at);) add_word(&w, word);
  if (w.n || !w.count) push_line(&w, (struct text){w.line, w.n});
  if (most && w.count > most) cut_lines(&w, most);
  return 1;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* Would wrapping take blanks out of a text? */
static bool is_loose(struct text t) {
  if (t.n && (t.s[0] == ' ' || t.s[t.n - 1] == ' ')) return true;
  for (size_t i = 1; i < t.n; i++)
    if (t.s[i] == ' ' && t.s[i - 1] == ' ') return true;
  return false;
}

/* Replaces the text at the top by what a terminal shows of it; returns the columns of that. The
 * function at `escape` is asked where it cannot have it as it is. */
static size_t show_top(lua_State *L, int escape) {
  size_t columns;
  if (is_shown(l_check_text(L, -1), &columns)) return columns;
  lua_pushvalue(L, escape);
  lua_insert(L, -2);
  lua_call(L, 1, 1);
  return text_width(l_check_text(L, -1));
}

/* Keeps a whole number at a place of the list at `list`, which the columns of a table have. */
static void put_whole(lua_State *L, int list, lua_Integer place, lua_Integer value) {
  lua_pushinteger(L, value);
  lua_rawseti(L, list, place);
}

enum { STRIPS = 1, LEFT, ESCAPE, ROWS, TEXTS, ALL_COLUMNS, FIGURES, WORDS, STRIP, FROM, WHY,
       ROW, COLUMNS };

/* One text of a strip into its row; returns its columns. The row is loose where wrapping would
 * change a label. */
static lua_Integer measure_text(lua_State *L, lua_Integer row, lua_Integer place, bool left) {
  lua_rawgeti(L, TEXTS, row);
  lua_rawgeti(L, ALL_COLUMNS, row);
  lua_rawgeti(L, FROM, row);
  lua_Integer columns = (lua_Integer)show_top(L, ESCAPE);
  if (left && is_loose(l_check_text(L, -1))) {
    lua_pushboolean(L, true);
    lua_setfield(L, ROW, "loose");
  }
  lua_rawseti(L, ROW, place);
  put_whole(L, COLUMNS, place, columns);
  lua_settop(L, WHY);
  return columns;
}

/* The texts of a strip into all rows, and the most columns that its figures and its words take. */
static void measure_strip(lua_State *L, lua_Integer rows, lua_Integer place) {
  lua_Integer most[2] = {0, 0}; /* of figures, of words */
  lua_rawgeti(L, LEFT, place);
  bool left = lua_toboolean(L, -1);
  lua_settop(L, WORDS);
  lua_rawgeti(L, STRIPS, place);
  luaL_checktype(L, STRIP, LUA_TTABLE);
  lua_getfield(L, STRIP, "texts");
  lua_getfield(L, STRIP, "words");
  for (int i = FROM; i <= WHY; i++) luaL_checktype(L, i, LUA_TTABLE);
  for (lua_Integer row = 1; row <= rows; row++) {
    bool is_words = lua_rawgeti(L, WHY, row) != LUA_TNIL;
    lua_settop(L, WHY);
    lua_Integer columns = measure_text(L, row, place, left);
    if (columns > most[is_words]) most[is_words] = columns;
  }
  for (int i = 0; i < 2; i++)
    if (most[i]) put_whole(L, i ? WORDS : FIGURES, place, most[i]);
  lua_settop(L, WORDS);
}

/* Adds an empty row for so many texts. */
static void add_row(lua_State *L, lua_Integer row, int count) {
  lua_createtable(L, count, 1);
  lua_createtable(L, count, 0);
  lua_pushvalue(L, -1);
  lua_rawseti(L, ALL_COLUMNS, row);
  lua_setfield(L, -2, "columns");
  lua_rawseti(L, TEXTS, row);
}

/* measure({strips}, {left}, escape, rows) -> of each row { text, ..., columns = { of each },
 * loose = true where wrapping would change a label }; with `figures` and `words`, the most columns
 * that figures and labels, and words in place of a figure, take in each column of the table. A
 * strip is { texts, words } of a column; words[row] is there where a text is no figure. */
static int l_measure(lua_State *L) {
  for (int i = STRIPS; i <= LEFT; i++) luaL_checktype(L, i, LUA_TTABLE);
  luaL_checktype(L, ESCAPE, LUA_TFUNCTION);
  lua_Integer rows = luaL_checkinteger(L, ROWS), count = luaL_len(L, STRIPS);
  luaL_argcheck(L, rows >= 0 && rows <= INT_MAX, ROWS, "a number of rows");
  lua_settop(L, ROWS);
  lua_createtable(L, (int)rows, 2);
  lua_createtable(L, (int)rows, 0);
  for (int i = FIGURES; i <= WORDS; i++) lua_createtable(L, (int)count, 0);
  for (lua_Integer row = 1; row <= rows; row++) add_row(L, row, (int)count);
  for (lua_Integer place = 1; place <= count; place++) measure_strip(L, rows, place);
  lua_setfield(L, TEXTS, "words");
  lua_setfield(L, TEXTS, "figures");
  lua_settop(L, TEXTS);
  return 1;
}

enum { WIDEST_GAP = 16 };

/* Appends so many blanks. */
static void add_blanks(luaL_Buffer *out, size_t count) {
  static const char blanks[] = "                                ";
  for (; count >= sizeof blanks; count -= sizeof blanks - 1)
    luaL_addlstring(out, blanks, sizeof blanks - 1);
  luaL_addlstring(out, blanks, count);
}

/* A column of a line: its place in the lists of texts and columns. */
struct place {
  lua_Integer at;
  size_t room;
  bool left; /* blanks go behind the text */
};

/* The whole number at a place of the list at `list`, at least 0. */
static size_t whole_at(lua_State *L, int list, lua_Integer place) {
  lua_rawgeti(L, list, place);
  lua_Integer value = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return value > 0 ? (size_t)value : 0;
}

/* The columns of the lines, from the arguments of `lines`; their memory is left at the top. */
static struct place *read_places(lua_State *L, size_t count) {
  struct place *places = l_scratch(L, count, sizeof *places);
  for (size_t i = 0; i < count; i++) {
    lua_Integer at = (lua_Integer)whole_at(L, 2, (lua_Integer)i + 1);
    lua_rawgeti(L, 4, at);
    places[i] = (struct place){at, whole_at(L, 3, at), lua_toboolean(L, -1)};
    lua_pop(L, 1);
  }
  return places;
}

/* Does the row of `measure` at the top, with its columns at `columns`, take one line as it is? */
static bool takes_one_line(lua_State *L, int columns, const struct place *places, size_t count) {
  bool loose = lua_getfield(L, -1, "loose") != LUA_TNIL;
  lua_pop(L, 1);
  for (size_t i = 0; !loose && i < count; i++)
    loose = whole_at(L, columns, places[i].at) > places[i].room;
  return !loose;
}

/* Pushes the line of the texts at `row`; `columns` is 0 where they have not been measured. */
static void push_row(lua_State *L, int row, int columns, const struct place *places, size_t count,
                     size_t gap) {
  size_t blanks = 0; /* that are due before the next text */
  luaL_Buffer out;
  luaL_buffinit(L, &out);
  for (size_t i = 0; i < count; i++) {
    struct text t;
    lua_rawgeti(L, row, places[i].at); /* the list keeps the text alive */
    t.s = lua_tolstring(L, -1, &t.n);
    lua_pop(L, 1);
    if (!t.s) luaL_error(L, "no text at a place of a line");
    size_t wide = columns ? whole_at(L, columns, places[i].at) : text_width(t);
    size_t rest = wide < places[i].room ? places[i].room - wide : 0, full = t.n;
    while (t.n && t.s[t.n - 1] == ' ') t.n--;
    if (!places[i].left) blanks += rest;
    if (t.n) {
      add_blanks(&out, blanks);
      luaL_addlstring(&out, t.s, t.n);
      blanks = 0;
    }
    blanks += full - t.n + (places[i].left ? rest : 0) + gap;
  }
  luaL_pushresult(&out);
}

/* lines({rows}, {places}, {widths}, {left}, gap) -> a line of a table on a terminal for each row:
 * the texts at these places, filled up with blanks to their widths, behind a text where `left` is
 * true, before it otherwise; `gap` blanks between two, none at the end. false for a row of
 * `measure` where a text is wider than its place or is to be wrapped. */
static int l_lines(lua_State *L) {
  enum { MADE = 7, LINE_ROW, LINE_COLUMNS };
  for (int i = 1; i <= 4; i++) luaL_checktype(L, i, LUA_TTABLE);
  lua_Integer gap = luaL_checkinteger(L, 5), rows = luaL_len(L, 1);
  luaL_argcheck(L, gap >= 0 && gap <= WIDEST_GAP, 5, "a gap from 0 to 16");
  lua_settop(L, 5);
  size_t count = (size_t)luaL_len(L, 2);
  const struct place *places = read_places(L, count);
  lua_createtable(L, (int)rows, 0);
  for (lua_Integer i = 1; i <= rows; i++) {
    lua_rawgeti(L, 1, i);
    luaL_checktype(L, LINE_ROW, LUA_TTABLE);
    bool measured = lua_getfield(L, LINE_ROW, "columns") == LUA_TTABLE;
    lua_pushvalue(L, LINE_ROW);
    if (measured && !takes_one_line(L, LINE_COLUMNS, places, count)) lua_pushboolean(L, false);
    else push_row(L, LINE_ROW, measured ? LINE_COLUMNS : 0, places, count, (size_t)gap);
    lua_rawseti(L, MADE, i);
    lua_settop(L, MADE);
  }
  return 1;
}

/* Pushes the table of functions. */
int l_terminal_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"shown", l_shown}, {"widest", l_widest}, {"cut", l_cut},
    {"wrap", l_wrap}, {"measure", l_measure}, {"lines", l_lines}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}

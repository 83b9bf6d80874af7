/* l_claim.c - published shares and the whole-number solver, for Lua.
 *
 *   share(text [, rule])                 -> what the text says, or nil and a message
 *   counts(text, n [, rule])             -> lowest, highest count; nil when there is none
 *   bases(text, from, limit, most [, rule]) -> the first `most` bases that the share fits
 *   solve(spec)                          -> "yes", "no" or "limit", solution or nil, steps
 *   smallest(spec, group, from, limit)   -> smallest base (nil: none), "yes", "no" or "limit"
 *
 *   limits                               -> { groups, parts, levels, columns, figures }
 *
 * spec = { levels = how many, multiple = , no_rest = , spread = , parts = , rule = , steps = ,
 *   smallest = row, groups = { {base =, size =, aim =, part =}, ... }, the first the whole,
 *   figures = { {group =, levels = {1, 2}, share = "65%", decimals = }, ... } }
 * A solution is { bases = {...}, counts = { {...}, ... }, columns = { {levels}, ... } }; its
 * rows are the groups, then the rest of each part. Numbers in Lua count from 1.
 *
 * An example, the smallest number of pupils outside both groups:
 *     core.solve {
 *       levels = 1, parts = 1, smallest = 4,
 *       groups = { {base = 665, size = 696}, {size = 343, part = 1}, {size = 319, part = 1} },
 *       figures = { {group = 1, levels = {1}, share = "65%"},
 *                   {group = 2, levels = {1}, share = "74%"},
 *                   {group = 3, levels = {1}, share = "56%"} } }
 *     --> "yes", { bases = {665, ..., 3}, counts = { {...}, ... }, columns = { {1} } }, steps
 *
 * All tables (struct claim_table, struct claim_solution) live in userdata, so that an error
 * raised while they are read leaks nothing.
 */
#include "binding/binding.h"

#include <string.h>

#include "claim/table.h"

static const char *const RULES[] = {"any", "half_up", "half_even", "half_down", NULL};
static const char *const VERDICTS[] = {"no", "yes", "limit"};

/* The rounding rule named at `index`; nil is "any". Another word raises an error.
 * "any" accepts whatever rounding makes the published figure possible. */
static enum share_rounding check_rule(lua_State *L, int index) {
  return (enum share_rounding)luaL_checkoption(L, index, "any", RULES);
}

/* Sets a field of the table on top. */
static void set_integer(lua_State *L, const char *name, int64_t value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, name);
}

/* Sets a field of the table on top. */
static void set_boolean(lua_State *L, const char *name, bool value) {
  lua_pushboolean(L, value);
  lua_setfield(L, -2, name);
}

/* A relation as Lua sees it.
 * In the order of enum share_relation. */
static const char *relation_name(enum share_relation relation) {
  static const char *const NAMES[] = {"=", ">", ">=", "<", "<=", "about"};
  return NAMES[relation];
}

/* A share as a table of whole numbers: low / den to high / den. */
static void push_share(lua_State *L, const struct share *s) {
  lua_createtable(L, 0, 8);
  set_integer(L, "low", s->low);
  set_integer(L, "high", s->high);
  set_integer(L, "den", s->den);
  set_boolean(L, "low_open", s->low_open);
  set_boolean(L, "high_open", s->high_open);
  set_integer(L, "digits", s->digits);
  set_integer(L, "decimals", s->decimals);
  lua_pushstring(L, relation_name(s->relation));
  lua_setfield(L, -2, "relation");
}

/* share(text [, rule]): a bad share is no Lua error but nil and the message, so that the
 * caller can add file and line. */
static int claim_share(lua_State *L) {
  struct text t = l_check_text(L, 1);
  struct share s;
  bilan *b = l_handle(L);
  if (share_parse(b, &s, t, check_rule(L, 2)) != BILAN_OK) {
    lua_pushnil(L);
    lua_pushstring(L, b->message);
    return 2;
  }
  push_share(L, &s);
  return 1;
}

/* counts(text, n [, rule]) -> lowest, highest; nothing when no whole count gives the share. */
static int claim_counts(lua_State *L) {
  struct text t = l_check_text(L, 1);
  lua_Integer n = luaL_checkinteger(L, 2);
  struct share s;
  int64_t lo, hi;
  l_check(L, share_parse(l_handle(L), &s, t, check_rule(L, 3)));
  if (!share_counts(&lo, &hi, &s, n)) return 0;
  lua_pushinteger(L, lo);
  lua_pushinteger(L, hi);
  return 2;
}

/* bases(text, from, limit, most [, rule]) -> list of bases, ascending.
 * `from` is the least base looked at, `limit` the greatest (cut at SHARE_BASE_LIMIT), `most`
 * the length of the list. */
static int claim_bases(lua_State *L) {
  struct text t = l_check_text(L, 1);
  int64_t from = luaL_checkinteger(L, 2), limit = luaL_checkinteger(L, 3);
  lua_Integer most = luaL_checkinteger(L, 4);
  struct share s;
  l_check(L, share_parse(l_handle(L), &s, t, check_rule(L, 5)));
  if (limit > SHARE_BASE_LIMIT) limit = SHARE_BASE_LIMIT;
  lua_newtable(L);
  for (lua_Integer i = 1; i <= most; i++) {
    int64_t n = share_next_base(&s, from, limit);
    if (n == 0) break;
    lua_pushinteger(L, n);
    lua_rawseti(L, -2, i);
    from = n + 1;
  }
  return 1;
}

/* ---- reading a spec -------------------------------------------------------------------- */

/* The whole number in field `name` of the table on top, or `absent` when it is nil. A float
 * with a whole value counts as whole; anything else raises an error. */
static int64_t get_integer(lua_State *L, const char *name, int64_t absent) {
  int whole;
  lua_getfield(L, -1, name);
  int64_t value = lua_tointegerx(L, -1, &whole);
  if (lua_isnil(L, -1)) value = absent;
  else if (!whole) luaL_error(L, "field '%s' is not a whole number", name);
  lua_pop(L, 1);
  return value;
}

/* Is field `name` of the table on top set and not false? */
static bool get_boolean(lua_State *L, const char *name) {
  lua_getfield(L, -1, name);
  bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

/* The whole number in field `name`, from 0 to `most`; anything else raises an error. */
static size_t get_size(lua_State *L, const char *name, int64_t absent, size_t most) {
  int64_t value = get_integer(L, name, absent);
  if (value < 0 || (uint64_t)value > most)
    luaL_error(L, "field '%s' is not within 0 to %I", name, (LUAI_UACINT)most);
  return (size_t)value;
}

/* Pushes the list in field `name` of the table on top; returns its length, at most `most`. The
 * caller pops it. Lists are read raw: no metamethod runs while a table is half filled.
 * Raises for anything but a table, and for a list that is too long. */
static size_t open_list(lua_State *L, const char *name, size_t most) {
  if (lua_getfield(L, -1, name) != LUA_TTABLE) luaL_error(L, "field '%s' is not a list", name);
  size_t n = (size_t)lua_rawlen(L, -1);
  if (n > most) luaL_error(L, "field '%s' has more than %I entries", name, (LUAI_UACINT)most);
  return n;
}

/* Pushes entry i (from 1) of the list on top, which must be a table. */
static void open_entry(lua_State *L, size_t i) {
  if (lua_rawgeti(L, -1, (lua_Integer)i) != LUA_TTABLE)
    luaL_error(L, "entry %I is not a table", (LUAI_UACINT)i);
}

/* Reads spec.groups into t; the spec is on top of the stack, before and after.
 * base, size and aim may be absent (CLAIM_UNKNOWN); part is 0 for the first group and 1 for
 * others unless told. */
static void read_groups(lua_State *L, struct claim_table *t) {
  t->groups = open_list(L, "groups", CLAIM_GROUPS);
  for (size_t g = 0; g < t->groups; g++) {
    open_entry(L, g + 1);
    t->group[g].base = get_integer(L, "base", CLAIM_UNKNOWN);
    t->group[g].size = get_integer(L, "size", CLAIM_UNKNOWN);
    t->group[g].aim = get_integer(L, "aim", CLAIM_UNKNOWN);
    t->group[g].part = get_size(L, "part", g > 0, CLAIM_PARTS);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* The levels of the figure on top as bits: level 1 is bit 0. An empty list gives no bits, which
 * claim_solve refuses. */
static uint64_t read_levels(lua_State *L) {
  uint64_t levels = 0;
  size_t n = open_list(L, "levels", CLAIM_LEVELS);
  for (size_t i = 1; i <= n; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i);
    lua_Integer level = lua_tointeger(L, -1);
    if (level < 1 || level > CLAIM_LEVELS) luaL_error(L, "no level %I", (LUAI_UACINT)level);
    levels |= (uint64_t)1 << (level - 1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return levels;
}

/* Reads the figure on top. Its share's text is used only while it is on the stack.
 * `decimals` says how the share was rounded when its text does not show it. */
static void read_figure(lua_State *L, struct claim_figure *f, enum share_rounding rule) {
  struct text t;
  f->group = get_size(L, "group", 1, CLAIM_GROUPS) - 1;
  f->levels = read_levels(L);
  lua_getfield(L, -1, "share");
  t.s = lua_tolstring(L, -1, &t.n);
  if (!t.s) luaL_error(L, "a figure has no share");
  l_check(L, share_parse(l_handle(L), &f->share, t, rule));
  lua_pop(L, 1);
  int decimals = (int)get_size(L, "decimals", 0, SHARE_DECIMALS);
  f->share = share_sharpen(&f->share, decimals, rule);
}

/* The field `rule` of the table on top. */
static enum share_rounding get_rule(lua_State *L) {
  lua_getfield(L, -1, "rule");
  enum share_rounding rule = check_rule(L, lua_gettop(L));
  lua_pop(L, 1);
  return rule;
}

/* Reads spec.figures into t; the spec is on top of the stack, before and after. */
static void read_figures(lua_State *L, struct claim_table *t, enum share_rounding rule) {
  t->figures = open_list(L, "figures", CLAIM_FIGURES);
  for (size_t i = 0; i < t->figures; i++) {
    open_entry(L, i + 1);
    read_figure(L, &t->figure[i], rule);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* Makes a claim_table of the spec at stack index 1, in a new userdata on top. Numbers that do
 * not fit together (a figure of a group that is not there) are left to claim_solve, which
 * names them.
 * Field by field: levels is how many answers there are (1 to CLAIM_LEVELS), multiple whether
 * a respondent may have several, parts how many ways the whole is divided. */
static struct claim_table *check_spec(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  struct claim_table *t = lua_newuserdatauv(L, sizeof *t, 0);
  memset(t, 0, sizeof *t);
  lua_pushvalue(L, 1);
  t->multiple = get_boolean(L, "multiple");
  t->no_rest = get_boolean(L, "no_rest");
  t->spread = get_boolean(L, "spread");
  t->parts = get_size(L, "parts", 0, CLAIM_PARTS);
  t->levels = get_size(L, "levels", 1, CLAIM_LEVELS);
  read_groups(L, t);
  read_figures(L, t, get_rule(L));
  lua_pop(L, 1);
  return t;
}

/* ---- solving --------------------------------------------------------------------------- */

/* Pushes a list of n whole numbers. */
static void push_integers(lua_State *L, const int64_t *values, size_t n) {
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    lua_pushinteger(L, values[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* Pushes the levels of a set, counted from 1, ascending. */
static void push_levels(lua_State *L, uint64_t levels) {
  lua_Integer n = 0;
  lua_newtable(L);
  for (int l = 0; l < CLAIM_LEVELS; l++)
    if (levels >> l & 1) {
      lua_pushinteger(L, l + 1);
      lua_rawseti(L, -2, ++n);
    }
}

/* Pushes { bases, counts, columns } of a solution that was found. */
static void push_solution(lua_State *L, const struct claim_solution *found) {
  lua_createtable(L, 0, 3);
  push_integers(L, found->base, found->rows);
  lua_setfield(L, -2, "bases");
  lua_createtable(L, (int)found->rows, 0);
  for (size_t r = 0; r < found->rows; r++) {
    push_integers(L, found->count[r], found->columns);
    lua_rawseti(L, -2, (lua_Integer)r + 1);
  }
  lua_setfield(L, -2, "counts");
  lua_createtable(L, (int)found->columns, 0);
  for (size_t c = 0; c < found->columns; c++) {
    push_levels(L, found->column[c]);
    lua_rawseti(L, -2, (lua_Integer)c + 1);
  }
  lua_setfield(L, -2, "columns");
}

/* solve(spec): both tables are userdata made before the search, so nothing leaks when
 * reading the spec or pushing the solution raises an error.
 * `steps` bounds the search, CLAIM_STEPS unless told: beyond it the verdict is "limit", which
 * says nothing either way. */
static int claim_run(lua_State *L) {
  const struct claim_table *t = check_spec(L);
  lua_pushvalue(L, 1);
  size_t smallest = get_size(L, "smallest", CLAIM_NO_ROW + 1, CLAIM_NO_ROW + 1);
  size_t steps = get_size(L, "steps", CLAIM_STEPS, SIZE_MAX / 2);
  struct claim_solution *found = lua_newuserdatauv(L, sizeof *found, 0);
  l_check(L, claim_solve(l_handle(L), found, t, smallest - 1, steps));
  lua_pushstring(L, VERDICTS[found->verdict]);
  if (found->verdict == SOLVE_YES) push_solution(L, found);
  else lua_pushnil(L);
  lua_pushinteger(L, (lua_Integer)found->steps);
  return 3;
}

/* smallest(spec, group, from, limit) -> base or nil, verdict.
 * Bases from..limit of the group are tried; base is nil when none fits or the search gave up,
 * which the verdict tells. */
static int claim_smallest(lua_State *L) {
  lua_Integer group = luaL_checkinteger(L, 2);
  int64_t from = luaL_checkinteger(L, 3), limit = luaL_checkinteger(L, 4), n = 0;
  const struct claim_table *t = check_spec(L);
  luaL_argcheck(L, group >= 1 && (size_t)group <= t->groups, 2, "no such group");
  enum solve_verdict verdict = SOLVE_LIMIT;
  l_check(L, claim_smallest_base(l_handle(L), &n, &verdict, t, (size_t)group - 1, from, limit));
  if (n > 0) lua_pushinteger(L, n);
  else lua_pushnil(L);
  lua_pushstring(L, VERDICTS[verdict]);
  return 2;
}

static const luaL_Reg FUNCTIONS[] = {
    {"share", claim_share}, {"counts", claim_counts},     {"bases", claim_bases},
    {"solve", claim_run},   {"smallest", claim_smallest}, {NULL, NULL},
};

/* How much a spec may hold. */
static void push_limits(lua_State *L) {
  lua_createtable(L, 0, 5);
  set_integer(L, "groups", CLAIM_GROUPS);
  set_integer(L, "parts", CLAIM_PARTS);
  set_integer(L, "levels", CLAIM_LEVELS);
  set_integer(L, "columns", CLAIM_COLUMNS);
  set_integer(L, "figures", CLAIM_FIGURES);
}

/* Pushes the table of functions, with the limits in it. */
int l_claim_open(lua_State *L) {
  luaL_newlib(L, FUNCTIONS);
  push_limits(L);
  lua_setfield(L, -2, "limits");
  return 1;
}

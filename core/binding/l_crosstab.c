/* l_crosstab.c - core.estimate.crosstab(table, domain, { row =, columns = "genre" or {..},
 * percent = "col|row|total|none", sort =, nets =, base =, test =, letters =, alpha =, adjust =,
 * smallest =, total =, ci =, conf =, deff = }).
 *
 *   row       item, several answers included, with nets, base, missing as for proportion
 *   columns   the banners, at most 32: items with one answer, or several (options are columns)
 *   percent   what a share is of: "col" (default), "row", "total", "none" for counts
 *   sort      rows by "level" (default), "descending", "ascending" share in the total
 *   test      false: no test; letters = true: compare columns, with alpha (0.05), adjust
 *             ("none", "bonferroni", "holm", ...) and smallest (30: least base compared)
 *   total     false: no total column
 *   ci, conf, deff   intervals and design effects of the shares, as for proportion
 *
 * Returns { rows, levels, banners = { { name, levels } }, bases, tests, percent }. A record of
 * rows has level (also as row), col and banner (nil for the total column), by = { banner =
 * col }, the figures of an estimate, letters, column_letter.
 *
 * Example: crosstab(t, nil, { row = "avis", columns = "genre" }).rows[1] ->
 *   { level = "oui", row = "oui", by = {}, value = 0.61, n = 412, count = 251, ... }
 * the total of the first level; rows[2] has banner = "genre", col = "fille", by = { genre =
 * "fille" }.
 *
 * Example of what stands beside the rows, banner genre alone:
 *
 *   levels  = { "oui", "non" }
 *   banners = { { name = "genre", levels = { "fille", "garçon" } } }
 *   bases   = { { n = 675, ... }, { banner = "genre", col = "fille", n = 331, ... }, ... }
 *   tests   = { { banner = "genre", name = "chi-squared", statistic = .., df = 1, .. } }
 *   percent = "col"
 *
 * rows[(i - 1) * #bases + j] is level i in column j.
 *
 * Owner: the cross-table of the engine is a userdata until all is pushed. Failure: raised,
 * with the nearest name; too many cells are a limit that says how many.
 */
#include "binding/l_data.h"
#include "binding/l_estimate.h"
#include "binding/l_stat.h"

/* Columns side by side: each costs a pass over the rows. */
enum { BANNERS = 32 };

/* ---- reading ----------------------------------------------------------------------------- */

/* Columns are lent by the table or by userdata on the stack; names by strings there. */
struct banners {
  const struct column *columns[BANNERS];
  bool declared[BANNERS];     /* levels of a dictionary: a column of nobody stays */
  struct text names[BANNERS]; /* of the items */
  size_t count;
};

/* The columns option is read as `by` is, but may be longer.
 * Names and columns stay on the stack. nil is no banner: the total alone.
 * Two slots a banner, its name and what holds its column (nil for one of the table). */
static void read_banners(lua_State *L, struct call *call, struct banners *out) {
  int type = lua_getfield(L, ARG_OPTIONS, "columns");
  int list = lua_gettop(L);
  if (type == LUA_TNIL) return;
  if (type != LUA_TTABLE) {
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, list);
    lua_seti(L, -2, 1);
    list = lua_gettop(L);
  }
  lua_Integer count = luaL_len(L, list);
  if (count > BANNERS) l_refuse(L, call, "columns: at most 32 items%.*s", text_of(""));
  for (lua_Integer i = 0; i < count; i++) {
    luaL_checkstack(L, 4, "columns");
    lua_geti(L, list, i + 1);
    if (lua_type(L, -1) != LUA_TSTRING)
      l_refuse(L, call, "%.*s: expected names of items", text_of("columns"));
    struct text name = l_check_text(L, -1);
    struct column *c = l_check_item(L, ARG_TABLE, lua_gettop(L));
    if (c->type == COLUMN_SET) {
      out->columns[i] = c;
      out->declared[i] = true;
      lua_pushnil(L);
    } else {
      out->columns[i] = l_to_codes(L, call, c, name, &out->declared[i]);
    }
    out->names[i] = name;
    out->count++;
  }
}

/* Everything but the items; the defaults are those of crosstab.h and a threshold of 30.
 * Read in the order of the fields, so the first fault reported is always the same. */
static struct crosstab_options read_options(lua_State *L, const struct call *call) {
  const char *verb = call->verb;
  struct crosstab_options o = {.conf = call->conf};
  o.percent = (enum crosstab_percent)stat_option_choice(L, ARG_OPTIONS, verb, "percent",
                                                        crosstab_percent_names, PERCENT_COLUMN);
  o.sort = (enum level_sort)stat_option_choice(L, ARG_OPTIONS, verb, "sort", level_sort_names,
                                               SORT_LEVEL);
  o.method = l_read_interval(L, call);
  o.deff = l_read_deff(L, call);
  o.test = stat_flag(L, ARG_OPTIONS, verb, "test", true);
  o.letters = stat_flag(L, ARG_OPTIONS, verb, "letters", false);
  o.total = stat_flag(L, ARG_OPTIONS, verb, "total", true);
  o.letter.alpha = stat_option(L, ARG_OPTIONS, verb, "alpha", &range_inside, 0.05);
  o.letter.adjust = (enum plain_adjustment)stat_option_choice(
      L, ARG_OPTIONS, verb, "adjust", plain_adjustment_names, ADJUST_NONE);
  o.smallest = (int64_t)stat_option(L, ARG_OPTIONS, verb, "smallest", &range_whole, 30);
  return o;
}

/* ---- pushing ----------------------------------------------------------------------------- */

/* Name of the metatable of a cross-table. */
static const char crosstab_type[] = "bilan.crosstab";

/* __gc of a cross-table; idempotent, as Lua may call it on one that was never filled. */
static int free_crosstab(lua_State *L) {
  crosstab_free(luaL_checkudata(L, 1, crosstab_type));
  return 0;
}

/* Closed until the engine fills it, so that an error in between leaks nothing; a zeroed table
 * is what crosstab_free takes for released. */
static struct crosstab *new_crosstab(lua_State *L) {
  struct crosstab *x = lua_newuserdatauv(L, sizeof *x, 0);
  *x = (struct crosstab){0};
  if (luaL_newmetatable(L, crosstab_type)) {
    lua_pushcfunction(L, free_crosstab);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  return x;
}

/* banner and col of a column, and by in a record; nothing for the total.
 * `by`: records have it, bases do not.
 * For the column girl of genre: by = { genre = "girl" }, banner = "genre", col = "girl",
 * column_letter = "A". */
static void set_column(lua_State *L, const struct banners *banners,
                       const struct crosstab_column *c, bool by) {
  if (by) lua_createtable(L, 0, 1);
  if (by && c->banner != NO_BANNER) {
    l_push_text(L, banners->names[c->banner]);
    l_push_level(L, banners->columns[c->banner], c->code);
    lua_settable(L, -3);
  }
  if (by) lua_setfield(L, -2, "by");
  if (c->banner == NO_BANNER) return;
  l_push_text(L, banners->names[c->banner]);
  lua_setfield(L, -2, "banner");
  l_push_level(L, banners->columns[c->banner], c->code);
  lua_setfield(L, -2, "col");
  lua_pushstring(L, c->letter);
  lua_setfield(L, -2, "column_letter");
}

/* One record; letters only where they were asked for, "" when no column is beaten.
 * About twenty fields; absent figures leave theirs out. */
static void push_cell(lua_State *L, const struct call *call, const struct banners *banners,
                      const struct crosstab *x, size_t level, size_t column, bool letters) {
  const struct crosstab_cell *cell = &x->cells[level * x->column_count + column];
  lua_createtable(L, 0, 20);
  l_set_level(L, call, x->levels[level]);
  lua_getfield(L, -1, "level");
  lua_setfield(L, -2, "row");
  set_column(L, banners, &x->columns[column], true);
  l_set_estimate(L, &cell->e);
  if (!letters || x->columns[column].banner == NO_BANNER) return;
  lua_pushlstring(L, cell->letter_count ? x->letters.s + cell->letters : "", cell->letter_count);
  lua_setfield(L, -2, "letters");
}

/* Row by row, in each the total first, then banner by banner: one flat list, as a reader prints it.
 * Lua tables count in ints; limits of cells keep the product far below. */
static void set_rows(lua_State *L, const struct call *call, const struct banners *banners,
                     const struct crosstab *x, bool letters) {
  lua_createtable(L, (int)(x->level_count * x->column_count), 0);
  lua_Integer at = 0;
  for (size_t i = 0; i < x->level_count; i++)
    for (size_t j = 0; j < x->column_count; j++) {
      push_cell(L, call, banners, x, i, j, letters);
      lua_seti(L, -2, ++at);
    }
  lua_setfield(L, -2, "rows");
}

/* The labels of the rows in their order, nets last: kinds of missing, where they are levels, by
 * their words. A level's words are those that l_set_level gives a record. */
static void set_levels(lua_State *L, const struct call *call, const struct crosstab *x) {
  lua_createtable(L, (int)x->level_count, 0);
  for (size_t i = 0; i < x->level_count; i++) {
    lua_createtable(L, 0, 2);
    l_set_level(L, call, x->levels[i]);
    lua_getfield(L, -1, "level");
    lua_remove(L, -2);
    lua_seti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "levels");
}

/* banners = { { name =, levels = { ... } }, ... }, in the order of the option `columns`; levels are
 * those of the columns that are shown. */
static void set_banners(lua_State *L, const struct banners *banners, const struct crosstab *x) {
  lua_createtable(L, (int)banners->count, 0);
  for (size_t i = 0; i < banners->count; i++) {
    lua_Integer at = 0;
    lua_createtable(L, 0, 2);
    l_push_text(L, banners->names[i]);
    lua_setfield(L, -2, "name");
    lua_newtable(L);
    for (size_t j = 0; j < x->column_count; j++) {
      if (x->columns[j].banner != i) continue;
      l_push_level(L, banners->columns[i], x->columns[j].code);
      lua_seti(L, -2, ++at);
    }
    lua_setfield(L, -2, "levels");
    lua_seti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "banners");
}

/* bases = { { banner, col, n, weighted_n, effective_n, missing, missing_kinds }, ... }: the base
 * of each column, that of the total without banner and col; effective_n (Kish's) with weights. */
static void set_bases(lua_State *L, const struct call *call, const struct banners *banners,
                      const struct crosstab *x) {
  bool weighted = sample_weight(&call->sample) != NULL;
  lua_createtable(L, (int)x->column_count, 0);
  for (size_t j = 0; j < x->column_count; j++) {
    const struct crosstab_column *c = &x->columns[j];
    lua_createtable(L, 0, 7);
    set_column(L, banners, c, false);
    l_set_count(L, "n", c->base.n);
    if (weighted && c->base.weight2 > 0)
      stat_set(L, "effective_n", c->base.weight * c->base.weight / c->base.weight2);
    l_push_count(L, c->base.weight);
    lua_setfield(L, -2, "weighted_n");
    l_set_missing(L, c->base.missing);
    lua_seti(L, -2, (lua_Integer)j + 1);
  }
  lua_setfield(L, -2, "bases");
}

/* tests = { { banner, name, statistic, df, p_value, effect, n, note }, ... }: none, one or two a
 * banner (Fisher's beside chi-squared); effect is Cramer's V. */
static void set_tests(lua_State *L, const struct banners *banners, const struct crosstab *x) {
  lua_createtable(L, (int)x->test_count, 0);
  for (size_t i = 0; i < x->test_count; i++) {
    const struct crosstab_test *t = &x->tests[i];
    lua_createtable(L, 0, 8);
    l_push_text(L, banners->names[t->banner]);
    lua_setfield(L, -2, "banner");
    lua_pushstring(L, crosstab_method_names[t->method]);
    lua_setfield(L, -2, "name");
    l_set_estimate(L, &t->e);
    lua_seti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "tests");
}

/* crosstab(table, domain, options) -> the table described above.
 * Nothing is computed before all options are read; nothing is pushed before all is computed. The
 * stack keeps names and columns below x until the answer is made. */
static int l_crosstab(lua_State *L) {
  static const char *const known[] = {"row",     "columns", "percent", "sort",     "nets",
                                      "base",    "test",    "letters", "alpha",    "adjust",
                                      "missing", "ci",      "conf",    "smallest", "total",
                                      "deff",    NULL};
  struct call call;
  struct banners banners = {.count = 0};
  l_read_call(L, &call, "crosstab", known);
  l_read_levels(L, &call, "row");
  read_banners(L, &call, &banners);
  struct crosstab_options o = read_options(L, &call);
  struct crosstab *x = new_crosstab(L);
  struct crosstab_request request = {call.tally, banners.columns, banners.declared,
                                     banners.count};
  l_check(L, crosstab_open(l_handle(L), x, &call.sample, &request, &o));
  luaL_checkstack(L, 10, "crosstab");
  lua_createtable(L, 0, 6);
  set_rows(L, &call, &banners, x, o.letters && o.percent == PERCENT_COLUMN);
  set_levels(L, &call, x);
  set_banners(L, &banners, x);
  set_bases(L, &call, &banners, x);
  set_tests(L, &banners, x);
  lua_pushstring(L, crosstab_percent_names[o.percent]);
  lua_setfield(L, -2, "percent");
  return 1;
}

/* Into the table of functions on top. */
void l_crosstab_add(lua_State *L) {
  lua_pushcfunction(L, l_crosstab);
  lua_setfield(L, -2, "crosstab");
}

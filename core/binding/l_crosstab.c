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
 * Returns a list of records, made as they are asked for, with fields levels, banners = { { name,
 * levels } }, bases, tests, percent. A record has level (also as row), col and banner (nil for the
 * total column), by = { banner = col }, the figures of an estimate, letters, column_letter.
 *
 * Example: crosstab(t, nil, { row = "avis", columns = "genre" })[1] ->
 *   { level = "oui", row = "oui", by = {}, value = 0.61, n = 412, count = 251, ... }
 * the total of the first level; [2] has banner = "genre", col = "fille", by = { genre =
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
 * Record (i - 1) * #bases + j is level i in column j.
 *
 * Owner: the cross-table of the engine is a userdata, which keeps what it borrows. Failure: raised,
 * with the nearest name; too many cells are a limit that says how many.
 */
#include <string.h>

#include "binding/l_data.h"
#include "binding/l_estimate.h"
#include "binding/l_stat.h"

/* Columns side by side: each costs a pass over the rows. Variances of fewer rows than AGAIN_ROWS
 * are left to the first look at a cell; those of more are made with the counts, from one plan. */
enum { BANNERS = 32, AGAIN_ROWS = 65536 };

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

/* A cross-table with what its records are named by. */
struct crosstab_answer {
  struct call call;
  struct banners banners;
  struct crosstab_options options;
  bool made;
  struct crosstab table;
};

/* banner and col of a column, and by in a record; nothing for the total.
 * `by`: records have it, bases do not.
 * For the column girl of genre: by = { genre = "girl" }, banner = "genre", col = "girl",
 * column_letter = "A". */
static void set_column(lua_State *L, const struct banners *banners,
                       const struct crosstab_column *c, bool by) {
  int record = lua_gettop(L), name = record + 1, label = record + 2;
  bool total = c->banner == NO_BANNER;
  if (!total) {
    l_push_text(L, banners->names[c->banner]);
    l_push_level(L, banners->columns[c->banner], c->code);
  }
  if (by) {
    lua_createtable(L, 0, !total);
    if (!total) {
      lua_pushvalue(L, name);
      lua_pushvalue(L, label);
      lua_rawset(L, -3);
    }
    lua_setfield(L, record, "by");
  }
  if (total) return;
  lua_pushvalue(L, name);
  lua_setfield(L, record, "banner");
  lua_setfield(L, record, "col");
  lua_pushstring(L, c->letter);
  lua_setfield(L, record, "column_letter");
  lua_settop(L, record);
}

/* The labels of a cell: level, row, by, banner, col, column_letter. */
static void push_head(lua_State *L, const struct crosstab_answer *a, size_t cell) {
  const struct crosstab *x = &a->table;
  lua_createtable(L, 0, 20);
  l_set_level(L, &a->call, x->levels[cell / x->column_count]);
  lua_getfield(L, -1, "level");
  lua_setfield(L, -2, "row");
  set_column(L, &a->banners, &x->columns[cell % x->column_count], true);
}

static bool has_letters(const struct crosstab_options *o) {
  return o->letters && o->percent == PERCENT_COLUMN;
}

/* One record; letters only where they were asked for, "" when no column is beaten.
 * About twenty fields; absent figures leave theirs out. */
static void push_cell(lua_State *L, struct crosstab_answer *a, size_t at) {
  l_check(L, crosstab_look(l_handle(L), &a->table, at));
  const struct crosstab_cell *cell = &a->table.cells[at];
  push_head(L, a, at);
  l_set_estimate(L, &cell->e);
  bool total = a->table.columns[at % a->table.column_count].banner == NO_BANNER;
  if (total || !has_letters(&a->options)) return;
  lua_pushlstring(L, cell->letter_count ? a->table.letters.s + cell->letters : "",
                  cell->letter_count);
  lua_setfield(L, -2, "letters");
}

/* The labels of the rows in their order, nets last: kinds of missing, where they are levels, by
 * their words. A level's words are those that l_set_level gives a record. */
static void push_levels(lua_State *L, const struct crosstab_answer *a) {
  const struct crosstab *x = &a->table;
  lua_createtable(L, (int)x->level_count, 0);
  for (size_t i = 0; i < x->level_count; i++) {
    lua_createtable(L, 0, 2);
    l_set_level(L, &a->call, x->levels[i]);
    lua_getfield(L, -1, "level");
    lua_remove(L, -2);
    lua_seti(L, -2, (lua_Integer)i + 1);
  }
}

/* banners = { { name =, levels = { ... } }, ... }, in the order of the option `columns`; levels are
 * those of the columns that are shown. */
static void push_banners(lua_State *L, const struct crosstab_answer *a) {
  const struct banners *banners = &a->banners;
  const struct crosstab *x = &a->table;
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
}

/* bases = { { banner, col, n, weighted_n, effective_n, missing, missing_kinds }, ... }: the base
 * of each column, that of the total without banner and col; effective_n (Kish's) with weights. */
static void push_bases(lua_State *L, const struct crosstab_answer *a) {
  const struct crosstab *x = &a->table;
  bool weighted = sample_weight(&a->call.sample) != NULL;
  lua_createtable(L, (int)x->column_count, 0);
  for (size_t j = 0; j < x->column_count; j++) {
    const struct crosstab_column *c = &x->columns[j];
    lua_createtable(L, 0, 7);
    set_column(L, &a->banners, c, false);
    l_set_count(L, "n", c->base.n);
    if (weighted && c->base.weight2 > 0)
      stat_set(L, "effective_n", c->base.weight * c->base.weight / c->base.weight2);
    l_push_count(L, c->base.weight);
    lua_setfield(L, -2, "weighted_n");
    l_set_missing(L, c->base.missing);
    lua_seti(L, -2, (lua_Integer)j + 1);
  }
}

/* tests = { { banner, name, statistic, df, p_value, effect, n, note }, ... }: none, one or two a
 * banner (Fisher's beside chi-squared); effect is Cramer's V. */
static void push_tests(lua_State *L, const struct crosstab_answer *a) {
  const struct crosstab *x = &a->table;
  lua_createtable(L, (int)x->test_count, 0);
  for (size_t i = 0; i < x->test_count; i++) {
    const struct crosstab_test *t = &x->tests[i];
    lua_createtable(L, 0, 8);
    l_push_text(L, a->banners.names[t->banner]);
    lua_setfield(L, -2, "banner");
    lua_pushstring(L, crosstab_method_names[t->method]);
    lua_setfield(L, -2, "name");
    l_set_estimate(L, &t->e);
    lua_seti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_percent(lua_State *L, const struct crosstab_answer *a) {
  lua_pushstring(L, crosstab_percent_names[a->options.percent]);
}

/* ---- the answer -------------------------------------------------------------------------- */

/* __gc of a cross-table; idempotent, as Lua may call it on one that was never filled. */
static int free_crosstab(lua_State *L) {
  struct crosstab_answer *a = luaL_checkudata(L, 1, crosstab_type);
  crosstab_free(&a->table);
  return 0;
}

/* #answer: its cells. */
static int count_cells(lua_State *L) {
  const struct crosstab_answer *a = luaL_checkudata(L, 1, crosstab_type);
  lua_pushinteger(L, (lua_Integer)(a->table.level_count * a->table.column_count));
  return 1;
}

/* answer:head(i) -> the labels of record i, for those who look for one. */
static int cell_head(lua_State *L) {
  const struct crosstab_answer *a = luaL_checkudata(L, 1, crosstab_type);
  size_t at = l_row_asked(L, 2, a->table.level_count * a->table.column_count);
  if (at == SIZE_MAX) return 0;
  push_head(L, a, at);
  return 1;
}

/* What a key of a query is about: the label of a row, that of a column, the banner of a column, or
 * the label of a column of the banner that the key names. */
enum asked_part { ASKED_ROW, ASKED_COLUMN, ASKED_BANNER, ASKED_NAMED, ASKED_UNKNOWN };

/* The order in which a key is looked for is that of the engine's Lua, for items that are named like
 * one another or like a part. */
static enum asked_part part_of(const struct crosstab_answer *a, struct text key) {
  if (text_equal(key, TEXT("level")) || text_equal(key, TEXT("row"))) return ASKED_ROW;
  if (text_equal(key, TEXT("col"))) return ASKED_COLUMN;
  if (text_equal(key, TEXT("banner"))) return ASKED_BANNER;
  for (size_t i = 0; i < a->banners.count; i++)
    if (text_equal(key, a->banners.names[i])) return ASKED_NAMED;
  return text_equal(key, a->call.item_name) ? ASKED_ROW : ASKED_UNKNOWN;
}

/* A pair of a query with what it is about. */
struct part_asked {
  enum asked_part part;
  struct asked text;
};

/* Do the pairs that are about rows hold for the level of this code? */
static bool row_has(const struct crosstab_answer *a, uint32_t code, const struct part_asked *asked,
                    size_t pairs) {
  struct text label;
  if (!l_answer_text(&label, &a->call, code)) return false;
  for (size_t i = 0; i < pairs; i++)
    if (asked[i].part == ASKED_ROW && !text_equal(label, asked[i].text.value)) return false;
  return true;
}

/* The same of a column. The total has no labels: it holds where nothing is asked of columns. */
static bool column_has(const struct crosstab_answer *a, const struct crosstab_column *c,
                       const struct part_asked *asked, size_t pairs) {
  for (size_t i = 0; i < pairs; i++) {
    const struct asked *text = &asked[i].text;
    if (asked[i].part == ASKED_ROW) continue;
    if (c->banner == NO_BANNER) return false;
    struct text name = a->banners.names[c->banner];
    if (asked[i].part == ASKED_NAMED && !text_equal(text->key, name)) return false;
    if (asked[i].part != ASKED_BANNER) name = l_level_text(a->banners.columns[c->banner], c->code);
    if (!text_equal(text->value, name)) return false;
  }
  return true;
}

/* answer:find(query), as that of an answer (l_estimate.c): the place of the one cell that has all
 * the labels of the query. A cell is found where one row and one column are; where nothing is asked
 * of columns, the total is meant, which is the first. */
static int cell_find(lua_State *L) {
  const struct crosstab_answer *a = luaL_checkudata(L, 1, crosstab_type);
  const struct crosstab *x = &a->table;
  struct asked texts[ASKED_MOST];
  struct part_asked asked[ASKED_MOST];
  size_t pairs = l_read_asked(L, 2, texts), rows = 0, columns = 0, row = 0, column = 0;
  if (pairs == SIZE_MAX) return 0;
  for (size_t i = 0; i < pairs; i++) {
    asked[i] = (struct part_asked){part_of(a, texts[i].key), texts[i]};
    if (asked[i].part == ASKED_UNKNOWN) return 0;
  }
  for (size_t i = 0; i < x->level_count; i++)
    if (row_has(a, x->levels[i], asked, pairs) && !rows++) row = i;
  for (size_t j = 0; j < x->column_count; j++)
    if (column_has(a, &x->columns[j], asked, pairs) && !columns++) column = j;
  if (rows != 1 || (columns != 1 && !(columns && x->columns[column].banner == NO_BANNER))) return 0;
  lua_pushinteger(L, (lua_Integer)(row * x->column_count + column) + 1);
  return 1;
}

static bilan_status make_crosstab(bilan *b, struct crosstab_answer *a) {
  struct crosstab_request request = {a->call.tally, a->banners.columns, a->banners.declared,
                                     a->banners.count};
  if (a->made) return BILAN_OK;
  a->made = true;
  return crosstab_open(b, &a->table, &a->call.sample, &request, &a->options);
}

/* answer:make() computes a table that was left for later: nothing, or why it could not. */
static int crosstab_make(lua_State *L) {
  struct crosstab_answer *a = luaL_checkudata(L, 1, crosstab_type);
  bilan *b = l_handle(L);
  if (!make_crosstab(b, a)) return 0;
  lua_pushstring(L, b->message);
  return 1;
}

static const luaL_Reg methods[] = {
    {"find", cell_find}, {"head", cell_head}, {"make", crosstab_make}, {NULL, NULL}};

static void push_rows(lua_State *L, const struct crosstab_answer *a) {
  (void)a;
  lua_pushvalue(L, 1);
}

/* What stands beside the records, by its name; rows is the answer itself. */
static const struct {
  const char *name;
  void (*push)(lua_State *L, const struct crosstab_answer *a);
} parts[] = {{"rows", push_rows},   {"levels", push_levels}, {"banners", push_banners},
             {"bases", push_bases}, {"tests", push_tests},   {"percent", push_percent}};

/* answer[i] -> a new record; answer.levels and the other parts; its methods. */
static int crosstab_index(lua_State *L) {
  struct crosstab_answer *a = luaL_checkudata(L, 1, crosstab_type);
  size_t at = l_row_asked(L, 2, a->table.level_count * a->table.column_count);
  luaL_checkstack(L, 10, "crosstab");
  if (at != SIZE_MAX) {
    push_cell(L, a, at);
    return 1;
  }
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (strcmp(name, parts[i].name) == 0) {
      parts[i].push(L, a);
      return 1;
    }
  return l_push_method(L, methods);
}

/* Closed until the engine fills it, so that an error in between leaks nothing; a zeroed table
 * is what crosstab_free takes for released. */
static struct crosstab_answer *new_crosstab(lua_State *L, const struct call *call,
                                            const struct banners *banners) {
  static const luaL_Reg events[] = {{"__gc", free_crosstab},
                                    {"__index", crosstab_index},
                                    {"__len", count_cells},
                                    {NULL, NULL}};
  struct crosstab_answer *a = l_new_keeper(L, sizeof *a);
  a->call = *call;
  a->call.tally.by = &a->call.by;
  a->banners = *banners;
  l_set_type(L, crosstab_type, events);
  return a;
}

/* crosstab(table, domain, options) -> the list described above.
 * Nothing is computed before all options are read; cells are filled when they are looked at. */
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
  o.later = true;
  o.again = call.sample.rows < AGAIN_ROWS;
  l_check(L, share_check(l_handle(L), &call.sample, o.method));
  struct crosstab_answer *a = new_crosstab(L, &call, &banners);
  a->options = o;
  if (!call.later) l_check(L, make_crosstab(l_handle(L), a));
  return 1;
}

/* Into the table of functions on top. */
void l_crosstab_add(lua_State *L) {
  lua_pushcfunction(L, l_crosstab);
  lua_setfield(L, -2, "crosstab");
}

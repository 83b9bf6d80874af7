/* l_stat_table.c - bilan.stat: tests of cross-tables of counts.
 *
 * A table is a list of rows of counts: {{12, 5}, {3, 9}}. chi_squared(rows, {correct}),
 * fisher(rows, {conf, precise, simulate, replicates, seed, limit}), mcnemar(rows, {exact,
 * correct, conf}), trend(x, n, {scores}), mantel_haenszel(list of 2 x 2 tables, {correct,
 * conf}), ordinal(rows). No correction is made unless `correct` asks for it.
 *
 * Every result is a table of figures; one that does not exist for the data (the odds ratio of a
 * 3 x 3 table, a test without answers) has no field, and `note` says why. Options are read
 * before the counts, so that a misspelt one is told even when the table is wrong as well;
 * counts are read into scratch memory of Lua's, so nothing of the engine's is held while Lua
 * may raise an error.
 *
 * Example: chi_squared({{10, 20}, {30, 40}}) -> statistic 0.794, df 1, p_value 0.373,
 * cramer_v 0.089, smallest_expected 12, expected {{12, 18}, {28, 42}}.
 */
#include <math.h>

#include "base/handle.h"
#include "binding/l_stat.h"

/* Sets key = list of rows on the table on top, in the shape of the table given.
 * `cell` has t.rows * t.cols numbers, row by row. */
static void set_rows(lua_State *L, const char *key, const double *cell, struct plain_counts t) {
  lua_createtable(L, (int)t.rows, 0);
  for (size_t i = 0; i < t.rows; i++) {
    lua_createtable(L, (int)t.cols, 0);
    for (size_t j = 0; j < t.cols; j++) {
      lua_pushnumber(L, cell[i * t.cols + j]);
      lua_rawseti(L, -2, (lua_Integer)j + 1);
    }
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, key);
}

/* Everything but the cells; without a test df is 0 and the figures are absent.
 * The cells are set by the caller. */
static void push_chi_squared(lua_State *L, const struct plain_chi_squared *r) {
  bool tested = !(r->notes & NOTE_NO_TABLE);
  lua_createtable(L, 0, 18);
  stat_set(L, "statistic", r->statistic);
  stat_set_count(L, "df", tested ? r->df : 0);
  stat_set(L, "p_value", r->p_value);
  stat_set(L, "g_statistic", r->g_statistic);
  stat_set(L, "g_p_value", r->g_p_value);
  stat_set_count(L, "n", r->n);
  stat_set(L, "phi", r->phi);
  stat_set(L, "cramer_v", r->cramer_v);
  stat_set(L, "cramer_v_corrected", r->cramer_v_corrected);
  stat_set(L, "smallest_expected", r->smallest_expected);
  stat_set(L, "correction", r->correction);
  stat_set_count(L, "rows", (double)r->rows);
  stat_set_count(L, "cols", (double)r->cols);
  stat_set_string(L, "method", r->correction > 0 ? "pearson_yates" : "pearson");
  stat_set_notes(L, r->notes);
}

/* chi_squared(rows, {correct = false}) -> { statistic, df, p_value, g_statistic, g_p_value, n,
 * phi, cramer_v, cramer_v_corrected, smallest_expected, correction, rows, cols, method,
 * expected, residuals, adjusted, note }; rows and cols count those that hold anybody, and the
 * last three tables have the shape of the one given. */
static int chi_squared(lua_State *L) {
  lua_settop(L, 2);
  static const char *const known[] = {"correct", NULL};
  static const char name[] = "chi_squared";
  l_check_options(L, 2, known);
  bool correct = stat_flag(L, 2, name, "correct", false);
  struct plain_counts t = stat_table(L, 1, name, &range_count);
  size_t size = t.rows * t.cols;
  double *cell = l_scratch(L, size, 3 * sizeof *cell);
  struct plain_cells cells = {cell, cell + size, cell + 2 * size};
  struct plain_chi_squared r;
  l_check(L, plain_chi_squared(l_handle(L), &r, cells, t, correct));
  push_chi_squared(L, &r);
  set_rows(L, "expected", cells.expected, t);
  set_rows(L, "residuals", cells.residual, t);
  set_rows(L, "adjusted", cells.adjusted, t);
  return 1;
}

/* Reads the options over the engine's defaults; all are checked even where they have no
 * effect. */
static struct plain_fisher_options fisher_options(lua_State *L, const char *name) {
  static const struct range some = {1, 1e9, false, true, "a whole number from 1 to 1e9"};
  static const struct range seed = {0, 9e15, false, true, "a whole number of 0 or more"};
  struct plain_fisher_options o = plain_fisher_defaults();
  o.conf = stat_option(L, 2, name, "conf", &range_inside, o.conf);
  o.precise = stat_flag(L, 2, name, "precise", false);
  o.simulate = stat_flag(L, 2, name, "simulate", false);
  o.replicates = (size_t)stat_option(L, 2, name, "replicates", &some, (double)o.replicates);
  o.seed = (uint64_t)stat_option(L, 2, name, "seed", &seed, (double)o.seed);
  o.limit = (size_t)stat_option(L, 2, name, "limit", &some, (double)o.limit);
  return o;
}

/* fisher(rows, {conf = 0.95, precise, simulate, replicates = 2000, seed = 1, limit}) -> {
 * p_value, odds_ratio, low, high, conf, replicates, method, note }. The odds ratio and its
 * interval exist for 2 x 2 tables; `simulate` draws `replicates` tables from `seed`, else a
 * table that would take more than `limit` steps is an error that says so. */
static int fisher(lua_State *L) {
  lua_settop(L, 2);
  static const char *const known[] = {"conf",  "precise", "simulate", "replicates",
                                      "seed",  "limit",   NULL};
  static const char name[] = "fisher";
  l_check_options(L, 2, known);
  struct plain_fisher_options options = fisher_options(L, name);
  struct plain_counts t = stat_table(L, 1, name, &range_whole);
  struct plain_fisher r;
  l_check(L, plain_fisher(l_handle(L), &r, t, &options));
  lua_createtable(L, 0, 7);
  stat_set(L, "p_value", r.p_value);
  stat_set(L, "odds_ratio", r.odds_ratio);
  stat_set(L, "low", r.low);
  stat_set(L, "high", r.high);
  if (!isnan(r.odds_ratio)) stat_set(L, "conf", options.conf);
  if (r.replicates > 0) stat_set_count(L, "replicates", r.replicates);
  stat_set_string(L, "method", r.replicates > 0 ? "simulated" : "exact");
  stat_set_notes(L, r.notes);
  return 1;
}

/* The exact test has no statistic and no degrees of freedom. */
static void push_mcnemar(lua_State *L, const struct plain_mcnemar *r,
                         enum plain_mcnemar_kind kind) {
  static const char *const methods[] = {"mcnemar", "mcnemar_corrected", "exact"};
  lua_createtable(L, 0, 8);
  if (kind != MCNEMAR_EXACT) {
    stat_set(L, "statistic", r->statistic);
    stat_set_count(L, "df", r->df);
  }
  stat_set(L, "p_value", r->p_value);
  stat_set(L, "estimate", r->estimate);
  stat_set(L, "low", r->low);
  stat_set(L, "high", r->high);
  stat_set_string(L, "method", methods[kind]);
  stat_set_notes(L, r->notes);
}

/* mcnemar(rows, {exact, correct, conf = 0.95}) -> { statistic, df, p_value, estimate, low,
 * high, method, note }: rows are answers before, columns the same answers after; estimate is
 * the change of the first level's share. More than two levels are Bowker's test. */
static int mcnemar(lua_State *L) {
  lua_settop(L, 2);
  static const char *const known[] = {"exact", "correct", "conf", NULL};
  static const char name[] = "mcnemar";
  l_check_options(L, 2, known);
  bool exact = stat_flag(L, 2, name, "exact", false);
  bool correct = stat_flag(L, 2, name, "correct", false);
  double conf = stat_option(L, 2, name, "conf", &range_inside, 0.95);
  struct plain_counts t = stat_table(L, 1, name, exact ? &range_whole : &range_count);
  if (t.rows != t.cols || t.rows < 2)
    stat_raise(L, name, "expected as many rows as columns, and at least two");
  if (exact && t.rows != 2) stat_raise(L, name, "the exact test needs a 2 x 2 table");
  if (exact && correct) stat_raise(L, name, "correct does not go with exact");
  enum plain_mcnemar_kind kind = exact     ? MCNEMAR_EXACT
                                 : correct ? MCNEMAR_CORRECTED
                                           : MCNEMAR_PLAIN;
  struct plain_mcnemar r = plain_mcnemar(t, kind, conf);
  push_mcnemar(L, &r, kind);
  return 1;
}

/* The scores option as a list of `groups` numbers, or NULL; leaves its scratch on the stack.
 * Any finite numbers, not necessarily rising. */
static const double *scores_of(lua_State *L, const char *name, size_t groups) {
  size_t count;
  if (lua_isnoneornil(L, 3) || lua_getfield(L, 3, "scores") == LUA_TNIL) return NULL;
  const double *scores = stat_list(L, -1, name, "scores", &range_any, &count);
  if (count != groups) stat_raise(L, name, "expected one score for each group");
  return scores;
}

/* trend(x, n, {scores}) -> { statistic, df, p_value, note }: x of n in ordered groups; scores
 * are 1, 2, 3, ... unless given.
 * Lists x and n of the same length, x[i] <= n[i]; one score a group. */
static int trend(lua_State *L) {
  lua_settop(L, 3);
  static const char *const known[] = {"scores", NULL};
  static const char name[] = "trend";
  size_t groups, others;
  l_check_options(L, 3, known);
  const double *x = stat_list(L, 1, name, "x", &range_count, &groups);
  const double *n = stat_list(L, 2, name, "n", &range_count, &others);
  if (groups != others || groups < 2)
    stat_raise(L, name, "expected lists x and n of the same length, at least 2");
  for (size_t i = 0; i < groups; i++)
    if (x[i] > n[i]) stat_refuse(L, name, "an entry of x", x[i], "at most that of n");
  struct plain_test r = plain_trend(x, n, scores_of(L, name, groups), groups);
  lua_createtable(L, 0, 4);
  stat_set(L, "statistic", r.statistic);
  stat_set_count(L, "df", r.df);
  stat_set(L, "p_value", r.p_value);
  stat_set_notes(L, r.notes);
  return 1;
}

/* Reads a list of 2 x 2 tables into 4 counts each, row by row; *strata of them.
 * Each table's own scratch is popped again: only the block of all stays. */
static double *strata_of(lua_State *L, const char *name, size_t *strata) {
  luaL_checktype(L, 1, LUA_TTABLE);
  *strata = lua_rawlen(L, 1);
  if (*strata == 0) stat_raise(L, name, "expected a list of 2 x 2 tables");
  double *cells = l_scratch(L, *strata, 4 * sizeof *cells);
  for (size_t s = 0; s < *strata; s++) {
    lua_rawgeti(L, 1, (lua_Integer)s + 1);
    struct plain_counts t = stat_table(L, -1, name, &range_count);
    if (t.rows != 2 || t.cols != 2) stat_raise(L, name, "expected a list of 2 x 2 tables");
    for (size_t i = 0; i < 4; i++) cells[4 * s + i] = t.n[i];
    lua_pop(L, 2);
  }
  return cells;
}

/* The common odds ratio is given as `estimate` too. */
static void push_mantel_haenszel(lua_State *L, const struct plain_mantel_haenszel *r) {
  lua_createtable(L, 0, 12);
  stat_set(L, "odds_ratio", r->odds_ratio);
  stat_set(L, "estimate", r->odds_ratio);
  stat_set(L, "low", r->low);
  stat_set(L, "high", r->high);
  stat_set(L, "statistic", r->statistic);
  stat_set_count(L, "df", r->df);
  stat_set(L, "p_value", r->p_value);
  stat_set(L, "homogeneity", r->homogeneity);
  stat_set_count(L, "homogeneity_df", r->homogeneity_df);
  stat_set(L, "homogeneity_p_value", r->homogeneity_p);
  stat_set_count(L, "strata", (double)r->strata);
  stat_set_notes(L, r->notes);
}

/* mantel_haenszel({rows, rows, ...}, {correct = false, conf = 0.95}) -> { odds_ratio, estimate,
 * low, high, conf, statistic, df, p_value, homogeneity, homogeneity_df, homogeneity_p_value,
 * strata, note }; strata counts those that carry information. */
static int mantel_haenszel(lua_State *L) {
  lua_settop(L, 2);
  static const char *const known[] = {"correct", "conf", NULL};
  static const char name[] = "mantel_haenszel";
  size_t strata;
  l_check_options(L, 2, known);
  bool correct = stat_flag(L, 2, name, "correct", false);
  double conf = stat_option(L, 2, name, "conf", &range_inside, 0.95);
  const double *cells = strata_of(L, name, &strata);
  struct plain_mantel_haenszel r = plain_mantel_haenszel(cells, strata, correct, conf);
  push_mantel_haenszel(L, &r);
  stat_set(L, "conf", conf);
  return 1;
}

/* ordinal(rows) -> { concordant, discordant, tau_b, gamma, somers_d, spearman, note }: both
 * items in their order, from low to high.
 * All measures lie from -1 to 1; somers_d takes the columns as depending on the rows. */
static int ordinal(lua_State *L) {
  lua_settop(L, 1);
  struct plain_ordinal r = plain_ordinal(stat_table(L, 1, "ordinal", &range_count));
  lua_createtable(L, 0, 7);
  stat_set_count(L, "concordant", r.concordant);
  stat_set_count(L, "discordant", r.discordant);
  stat_set(L, "tau_b", r.tau_b);
  stat_set(L, "gamma", r.gamma);
  stat_set(L, "somers_d", r.somers_d);
  stat_set(L, "spearman", r.spearman);
  stat_set_notes(L, r.notes);
  return 1;
}

const luaL_Reg stat_table_functions[] = {{"chi_squared", chi_squared},
                                         {"fisher", fisher},
                                         {"mcnemar", mcnemar},
                                         {"trend", trend},
                                         {"mantel_haenszel", mantel_haenszel},
                                         {"ordinal", ordinal},
                                         {NULL, NULL}};

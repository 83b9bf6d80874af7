/* l_stat_sample.c - bilan.stat: tests of values: means and ranks.
 *
 * A sample is a list of numbers, or for means {n =, mean =, sd =}. t_test(a, b or nil, {pooled,
 * paired, mu, conf}), cohen_d(a, b), hedges_g(a, b), rank_sum(a, b, {exact, correct}),
 * signed_rank(a, b or nil, {exact, correct}), kruskal(list of lists), cliff_delta(a, b).
 * Tabulated values come as rows of counts, one row a distinct value in order and one column a
 * group: rank_sum_table(rows, opts), kruskal_table(rows).
 *
 * Lists are copied into scratch memory of Lua's, entry by entry, each a finite number. The rank
 * tests work on distinct values and how often each group has them; the engine makes that table
 * from the list, and gives it back before the result is pushed.
 *
 * Example: rank_sum({1, 2, 3}, {4, 5, 6}) -> statistic 0, p_value 0.1, cliff_delta -1, method
 * "exact": of the 20 ways to choose 3 of 6 ranks, one is as low and one as high.
 *
 * Failure: raised, with the function and the entry of the list. A figure that does not exist
 * (one value, no variance) is absent and `note` says why.
 */
#include <math.h>

#include "base/handle.h"
#include "binding/l_stat.h"

/* ---- means ---- */

/* {n =, mean =, sd =}: all three must be there, and nothing else. */
static struct plain_sample described(lua_State *L, int index, const char *name) {
  static const char *const known[] = {"n", "mean", "sd", NULL};
  static const struct range size = {1, 9e15, false, false, "a number of at least 1"};
  static const struct range spread = {0, 1e308, false, false, "a number of 0 or more"};
  l_check_options(L, index, known);
  struct plain_sample s = {stat_option(L, index, name, "n", &size, NAN),
                           stat_option(L, index, name, "mean", &range_any, NAN),
                           stat_option(L, index, name, "sd", &spread, NAN)};
  if (isnan(s.n) || isnan(s.mean) || isnan(s.sd))
    stat_raise(L, name, "expected a list of numbers, or {n =, mean =, sd =}");
  return s;
}

/* Does the table describe a sample, rather than list it? */
static bool is_described(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TTABLE) return false;
  bool there = lua_getfield(L, index, "n") != LUA_TNIL;
  lua_pop(L, 1);
  return there;
}

/* A sample from either form; lists leave a scratch block on the stack. */
static struct plain_sample sample_at(lua_State *L, int index, const char *name) {
  size_t count;
  if (is_described(L, index)) return described(L, index, name);
  const double *values = stat_list(L, index, name, "a sample", &range_any, &count);
  return plain_sample_of(values, count);
}

/* The differences of two lists of the same length, in the block of the first.
 * a - b, pair by pair. The second block stays below on the stack. */
static double *differences(lua_State *L, const char *name, size_t *count) {
  size_t others;
  double *a = stat_list(L, 1, name, "the first sample", &range_any, count);
  const double *b = stat_list(L, 2, name, "the second sample", &range_any, &others);
  if (*count != others) stat_raise(L, name, "paired samples have the same length");
  for (size_t i = 0; i < *count; i++) a[i] -= b[i];
  return a;
}

/* Which of the four tests the arguments ask for.
 * Samples at 1 and 2, options at 3. */
static struct plain_t_test run_t_test(lua_State *L, const char *name, double mu, double conf) {
  bool pooled = stat_flag(L, 3, name, "pooled", false);
  bool paired = stat_flag(L, 3, name, "paired", false);
  if (lua_isnoneornil(L, 2)) {
    if (paired || pooled) stat_raise(L, name, "paired and pooled need two samples");
    return plain_t_one(sample_at(L, 1, name), mu, conf);
  }
  if (paired) {
    size_t count;
    if (is_described(L, 1) || is_described(L, 2))
      stat_raise(L, name, "paired needs two lists of values");
    const double *d = differences(L, name, &count);
    return plain_t_one(plain_sample_of(d, count), mu, conf);
  }
  struct plain_sample a = sample_at(L, 1, name), b = sample_at(L, 2, name);
  return plain_t_two(a, b, mu, pooled, conf);
}

/* t_test(a, b or nil, {pooled, paired, mu = 0, conf = 0.95}) -> { estimate, se, low, high,
 * statistic, df, p_value, conf, note }: estimate is the mean, or the difference of means a - b;
 * Welch's test unless pooled. */
static int t_test(lua_State *L) {
  lua_settop(L, 3);
  static const char *const known[] = {"pooled", "paired", "mu", "conf", NULL};
  static const char name[] = "t_test";
  l_check_options(L, 3, known);
  double mu = stat_option(L, 3, name, "mu", &range_any, 0);
  double conf = stat_option(L, 3, name, "conf", &range_inside, 0.95);
  struct plain_t_test r = run_t_test(L, name, mu, conf);
  lua_createtable(L, 0, 9);
  stat_set(L, "estimate", r.estimate);
  stat_set(L, "se", r.se);
  stat_set(L, "low", r.low);
  stat_set(L, "high", r.high);
  stat_set(L, "statistic", r.statistic);
  stat_set_count(L, "df", r.df);
  stat_set(L, "p_value", r.p_value);
  stat_set(L, "conf", conf);
  stat_set_notes(L, r.notes);
  return 1;
}

/* A number, or nil where it does not exist. */
static int push_effect(lua_State *L, double effect) {
  if (isnan(effect)) lua_pushnil(L);
  else lua_pushnumber(L, effect);
  return 1;
}

/* cohen_d(a, b) -> the difference of means in pooled standard deviations, or nil. */
static int cohen_d(lua_State *L) {
  lua_settop(L, 2);
  struct plain_sample a = sample_at(L, 1, "cohen_d");
  return push_effect(L, plain_cohen_d(a, sample_at(L, 2, "cohen_d")));
}

/* hedges_g(a, b) -> the same without its bias in small samples, or nil. */
static int hedges_g(lua_State *L) {
  lua_settop(L, 2);
  struct plain_sample a = sample_at(L, 1, "hedges_g");
  return push_effect(L, plain_hedges_g(a, sample_at(L, 2, "hedges_g")));
}

/* ---- ranks ---- */

/* Values and groups in scratch blocks, as plain_tabulate wants them.
 * `count` values so far; group[i] is the sample, from 0, that x[i] belongs to. */
struct values {
  double *x;
  size_t *group;
  size_t count, groups;
};

/* Makes room for `count` values of `groups` groups; leaves two blocks on the stack. */
static struct values new_values(lua_State *L, size_t count, size_t groups) {
  struct values v = {l_scratch(L, count + 1, sizeof *v.x), NULL, 0, groups};
  v.group = l_scratch(L, count + 1, sizeof *v.group);
  return v;
}

/* Appends one sample as group `group`; the room was made before. */
static void add_values(struct values *v, const double *x, size_t count, size_t group) {
  for (size_t i = 0; i < count; i++) {
    v->x[v->count] = x[i];
    v->group[v->count++] = group;
  }
}

/* Two lists as groups 0 and 1. */
static struct values two_samples(lua_State *L, const char *name) {
  size_t n, m;
  const double *a = stat_list(L, 1, name, "the first sample", &range_any, &n);
  const double *b = stat_list(L, 2, name, "the second sample", &range_any, &m);
  struct values v = new_values(L, n + m, 2);
  add_values(&v, a, n, 0);
  add_values(&v, b, m, 1);
  return v;
}

/* exact = true or false decides; absent, small samples without ties are exact. */
static struct plain_rank_options rank_options(lua_State *L, int index, const char *name) {
  static const char *const known[] = {"exact", "correct", NULL};
  struct plain_rank_options o = {EXACT_WHEN_SMALL, false};
  l_check_options(L, index, known);
  o.no_correction = !stat_flag(L, index, name, "correct", true);
  bool exact = stat_flag(L, index, name, "exact", false);
  if (exact) o.exact = EXACT_ALWAYS;
  else if (!stat_flag(L, index, name, "exact", true)) o.exact = EXACT_NEVER;
  return o;
}

/* The three tests that share their way from values to a table.
 * What run_rank chooses between. */
enum rank_kind { RANK_SUM, SIGNED_RANK, KRUSKAL };

/* The test of this kind; `value` is only for differences. */
static struct plain_rank run_rank(struct plain_counts t, const double *value,
                                  enum rank_kind kind, struct plain_rank_options o) {
  if (kind == RANK_SUM) return plain_rank_sum(t, o);
  if (kind == KRUSKAL) return plain_kruskal(t);
  return plain_signed_rank(value, t.n, t.rows, o);
}

/* Tabulates and tests; nothing of Lua is called while the engine's blocks live.
 * BILAN_NOMEM is raised before any block of the engine's is held. */
static struct plain_rank test_values(lua_State *L, const struct values *v, enum rank_kind kind,
                                     struct plain_rank_options o) {
  bilan *b = l_handle(L);
  double *value, *n;
  size_t distinct;
  l_check(L, plain_tabulate(b, &value, &n, &distinct, v->x, v->group, v->count, v->groups));
  struct plain_counts t = {n, distinct, v->groups};
  struct plain_rank r = run_rank(t, value, kind, o);
  mem_free(&b->mem, n);
  mem_free(&b->mem, value);
  return r;
}

/* The result; its effect goes by the name it has for this test.
 * Figures that a test does not have are NaN in `r` and leave no field. */
static int push_rank(lua_State *L, const struct plain_rank *r, const char *effect) {
  lua_createtable(L, 0, 7);
  stat_set(L, "statistic", r->statistic);
  stat_set_count(L, "df", r->df);
  stat_set(L, "z", r->z);
  stat_set(L, "p_value", r->p_value);
  stat_set(L, effect, r->effect);
  if (!isnan(r->p_value)) stat_set_string(L, "method", r->exact ? "exact" : "asymptotic");
  stat_set_notes(L, r->notes);
  return 1;
}

/* rank_sum(a, b, {exact, correct = true}) -> { statistic, z, p_value, cliff_delta, method, note
 * }: statistic is W of the first sample; method says "exact" or "asymptotic". */
static int rank_sum(lua_State *L) {
  lua_settop(L, 3);
  struct plain_rank_options o = rank_options(L, 3, "rank_sum");
  struct values v = two_samples(L, "rank_sum");
  struct plain_rank r = test_values(L, &v, RANK_SUM, o);
  return push_rank(L, &r, "cliff_delta");
}

/* rank_sum_table(rows of two counts, {exact, correct = true}): the same from tabulated
 * values. */
static int rank_sum_table(lua_State *L) {
  lua_settop(L, 2);
  struct plain_rank_options o = rank_options(L, 2, "rank_sum_table");
  struct plain_counts t = stat_table(L, 1, "rank_sum_table", &range_count);
  if (t.cols != 2) stat_raise(L, "rank_sum_table", "expected rows of two counts");
  struct plain_rank r = plain_rank_sum(t, o);
  return push_rank(L, &r, "cliff_delta");
}

/* signed_rank(differences, nil, opts) or signed_rank(a, b, {exact, correct = true}) -> {
 * statistic, z, p_value, rank_biserial, method, note }: statistic is V, the ranks of positive
 * differences. */
static int signed_rank(lua_State *L) {
  lua_settop(L, 3);
  static const char name[] = "signed_rank";
  size_t count;
  struct plain_rank_options o = rank_options(L, 3, name);
  const double *d = lua_isnoneornil(L, 2)
                        ? stat_list(L, 1, name, "the sample", &range_any, &count)
                        : differences(L, name, &count);
  struct values v = new_values(L, count, 1);
  add_values(&v, d, count, 0);
  struct plain_rank r = test_values(L, &v, SIGNED_RANK, o);
  return push_rank(L, &r, "rank_biserial");
}

/* Reads a list of lists as groups. Their lengths are added up first, for the room; raw access,
 * so that no list can change its length in between. */
static struct values samples(lua_State *L, const char *name) {
  luaL_checktype(L, 1, LUA_TTABLE);
  size_t groups = lua_rawlen(L, 1), total = 0, count;
  if (groups < 2) stat_raise(L, name, "expected a list of at least two samples");
  for (size_t g = 0; g < groups; g++) {
    lua_rawgeti(L, 1, (lua_Integer)g + 1);
    luaL_checktype(L, -1, LUA_TTABLE);
    total += lua_rawlen(L, -1);
    lua_pop(L, 1);
  }
  struct values v = new_values(L, total, groups);
  for (size_t g = 0; g < groups; g++) {
    lua_rawgeti(L, 1, (lua_Integer)g + 1);
    const double *x = stat_list(L, -1, name, "a sample", &range_any, &count);
    add_values(&v, x, count, g);
    lua_pop(L, 2);
  }
  return v;
}

/* kruskal{list, list, ...} -> { statistic, df, p_value, epsilon_squared, method, note }
 * Two samples at least; ties are corrected for. The p-value is that of chi-squared on groups
 * - 1. */
static int kruskal(lua_State *L) {
  lua_settop(L, 1);
  struct values v = samples(L, "kruskal");
  struct plain_rank r =
      test_values(L, &v, KRUSKAL, (struct plain_rank_options){EXACT_NEVER, false});
  return push_rank(L, &r, "epsilon_squared");
}

/* kruskal_table(rows of counts, a column each group)
 * The same result; counts may be fractions, in order of the values. */
static int kruskal_table(lua_State *L) {
  lua_settop(L, 1);
  struct plain_rank r = plain_kruskal(stat_table(L, 1, "kruskal_table", &range_count));
  return push_rank(L, &r, "epsilon_squared");
}

/* cliff_delta(a, b) -> P(a above b) - P(a below b) from -1 to 1, or nil for an empty sample. */
static int cliff_delta(lua_State *L) {
  lua_settop(L, 2);
  struct values v = two_samples(L, "cliff_delta");
  struct plain_rank r =
      test_values(L, &v, RANK_SUM, (struct plain_rank_options){EXACT_NEVER, false});
  return push_effect(L, r.effect);
}

const luaL_Reg stat_sample_functions[] = {{"t_test", t_test},
                                          {"cohen_d", cohen_d},
                                          {"hedges_g", hedges_g},
                                          {"rank_sum", rank_sum},
                                          {"rank_sum_table", rank_sum_table},
                                          {"signed_rank", signed_rank},
                                          {"kruskal", kruskal},
                                          {"kruskal_table", kruskal_table},
                                          {"cliff_delta", cliff_delta},
                                          {NULL, NULL}};

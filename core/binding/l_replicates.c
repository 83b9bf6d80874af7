/* l_replicates.c - core.design: replicate weights given in the data or made from a design.
 *
 *   replicates(table, { weights, columns = { item, ... }, kind, rho, scale, rscales = { number,
 *     ... }, mse, factors, df }) -> design
 *   to_replicates(design, { kind, replicates, rho, mse, seed, df }) -> design
 *
 *   kind      "brr", "fay", "jk1", "jkn", "jk2", "bootstrap", "sdr", "other": never guessed
 *   mse       true: around the full-sample estimate; false: around the mean of the replicates;
 *             nil: as is usual for the kind
 *   factors   true: the columns are to be multiplied by the weight
 *   df        "rank" (default: of the matrix of weights, less 1), "replicates" (R - 1)
 *
 * Examples. Half-samples with rho that came with the data, and a jackknife made here:
 *
 *   replicates(t, { weights = "w", columns = { "w1", "w2", ... "w80" }, kind = "fay", rho = 0.5 })
 *   to_replicates(d, { kind = "jkn" })
 *
 * Five PSUs in two strata give the second 5 replicates and 3 degrees of freedom.
 *
 * What a script leaves out is said to the engine in its own way: scale NaN, mse -1, rscales NULL,
 * count 0. Which kind needs or refuses what is settled there (replicate_given.c,
 * replicate_make.c).
 *
 * Owner: columns are lent by the table while the design is made; lists are Lua's memory.
 * Failure: raised; the column and row of a weight that is missing or negative.
 */
#include <math.h>

#include "binding/l_design.h"
#include "binding/l_stat.h"
#include "design/replicates.h"

/* What both functions read. */
struct common {
  enum replicate_kind kind;
  enum replicate_degrees rule; /* of the degrees of freedom */
  double rho;                  /* 0 .. 1; 0 when it is not given */
  int mse;                     /* 0, 1; -1: as is usual for the kind */
};

/* mse = true or false, in the spec at 2; -1 when it is nil, for only the engine knows what is
 * usual. */
static int read_mse(lua_State *L, const char *verb) {
  int type = lua_getfield(L, 2, "mse");
  lua_pop(L, 1);
  return type == LUA_TNIL ? -1 : stat_flag(L, 2, verb, "mse", false);
}

/* The kind is required: a scale that was guessed would be wrong without a sign of it. */
static struct common read_common(lua_State *L, const char *verb) {
  struct common c = {.mse = read_mse(L, verb)};
  int type = lua_getfield(L, 2, "kind");
  lua_pop(L, 1);
  if (type == LUA_TNIL)
    stat_raise(L, verb, "kind is missing: \"brr\", \"fay\", \"jk1\", \"jkn\", \"jk2\", "
                        "\"bootstrap\", \"sdr\" or \"other\"");
  c.kind = (enum replicate_kind)stat_option_choice(L, 2, verb, "kind", replicate_kind_names, 0);
  c.rule = (enum replicate_degrees)stat_option_choice(L, 2, verb, "df",
                                                      replicate_degrees_names, DEGREES_RANK);
  c.rho = stat_option(L, 2, verb, "rho", &range_share, 0);
  return c;
}

/* A column of numbers by the string on top, which is popped; lent by the table at 1. */
static const struct column *numbers_on_top(lua_State *L, const char *key) {
  struct text name = l_check_text(L, -1);
  struct column *c = l_check_item(L, 1, lua_gettop(L));
  if (!column_is_numeric(c)) l_refuse_item(L, "replicates", key, name, "has no numbers");
  lua_pop(L, 1);
  return c;
}

/* The list of columns, in scratch memory that stays on the stack. The engine names a column by
 * its place in the list: 1 is the first. */
static void read_columns(lua_State *L, struct replicates_spec *spec) {
  lua_getfield(L, 2, "columns");
  luaL_checktype(L, -1, LUA_TTABLE);
  int list = lua_gettop(L);
  spec->count = (size_t)luaL_len(L, list);
  const struct column **columns = l_scratch(L, spec->count, sizeof *columns);
  for (size_t i = 0; i < spec->count; i++) {
    lua_geti(L, list, (lua_Integer)i + 1);
    columns[i] = numbers_on_top(L, "replicate_weights");
  }
  spec->columns = columns;
}

/* One number a replicate; after read_columns, whose count it has to match. */
static void read_rscales(lua_State *L, struct replicates_spec *spec) {
  size_t count;
  if (lua_getfield(L, 2, "rscales") == LUA_TNIL) return;
  spec->rscales = stat_list(L, lua_gettop(L), "replicates", "rscales", &range_count, &count);
  if (count != spec->count)
    l_check(L, fail(l_handle(L), BILAN_USAGE,
                    "replicates: rscales: %zu numbers for %zu replicate weights", count,
                    spec->count));
}

/* replicates(table, spec) -> design. */
static int l_replicates(lua_State *L) {
  static const char *const known[] = {"weights", "columns", "kind",    "rho", "scale",
                                      "rscales", "mse",     "factors", "df",  NULL};
  const struct table *t = l_check_table(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  l_check_options(L, 2, known);
  struct common c = read_common(L, "replicates");
  struct replicates_spec spec = {.kind = c.kind, .rho = c.rho, .mse = c.mse, .rule = c.rule};
  spec.scale = stat_option(L, 2, "replicates", "scale", &range_positive, NAN);
  spec.factors = stat_flag(L, 2, "replicates", "factors", false);
  if (lua_getfield(L, 2, "weights") != LUA_TNIL) spec.weight = numbers_on_top(L, "weights");
  read_columns(L, &spec);
  read_rscales(L, &spec);
  struct design **slot = l_new_design(L);
  l_check_verb(L, "replicates", replicates_declare(l_handle(L), slot, table_rows(t), &spec));
  return 1;
}

/* to_replicates(design, spec) -> design. The seed is 1 unless given: the same script gives the
 * same figures, and who wants others says so. */
static int l_to_replicates(lua_State *L) {
  static const char *const known[] = {"kind", "replicates", "rho", "mse", "seed", "df", NULL};
  const char *verb = "to_replicates";
  const struct design *d = l_check_design(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  l_check_options(L, 2, known);
  struct common c = read_common(L, verb);
  struct replicates_plan plan = {.kind = c.kind, .rho = c.rho, .mse = c.mse, .rule = c.rule};
  plan.count = (size_t)stat_option(L, 2, verb, "replicates", &range_whole, 0);
  plan.seed = (uint64_t)stat_option(L, 2, verb, "seed", &range_whole, 1);
  struct design **slot = l_new_design(L);
  l_check_verb(L, verb, replicates_make(l_handle(L), slot, d, &plan));
  return 1;
}

/* Into the table of core.design. */
void l_replicates_add(lua_State *L) {
  lua_pushcfunction(L, l_replicates);
  lua_setfield(L, -2, "replicates");
  lua_pushcfunction(L, l_to_replicates);
  lua_setfield(L, -2, "to_replicates");
}

/* l_design.c - core.design: how a sample was drawn, as a userdata that estimates are given.
 *
 * A design belongs to the rows of one table. It holds the columns it needs, so the items it was
 * declared with may leave the table.
 *
 *   declare(table, spec) -> design
 *     weights   an item; nil: from the fpc, or 1 for every row
 *     clusters  { item, ... } of each stage, the PSUs first; none: every row is a PSU
 *     strata    { item or false, ... } of each stage
 *     fpc       { item or false, ... } of each stage: population sizes or sampling fractions
 *     nest      labels of PSUs begin anew in each stratum
 *     lonely    "fail" (default), "adjust", "certainty", "average"
 *     sampling  "probability" (default), "nonprobability", "census"
 *   facts(design) -> { rows, weighted, strata, psus, stages, df, lonely, lonely_strata, sampling,
 *     fpc, collisions, adjustments, replicates = { kind, count, scale, df, mse, rho, rule } }
 *   take(design, domain) -> the design of those rows alone
 *   weight(design) -> its final weights as a column
 *   stage(design, i) -> units, strata, population sizes of a stage as columns, for stacking
 *
 * Example: three schools of two rows each, in one stratum:
 *
 *   facts(declare(t, { clusters = { "school" } }))  ->  psus = 3, strata = 1, df = 2, ...
 *
 * Two stages, strata at the first, sizes of both populations:
 *
 *   declare(t, { clusters = { "school", "pupil" }, strata = { "region", false },
 *                fpc = { "schools_of_region", "pupils_of_school" } })
 *
 * where false holds the place of a stage (nil would end the list), and weights follow from the
 * fpc.
 *
 * Owner: the userdata, for the collector and <close>. Failure: raised at the script's line, with
 * the option and the nearest name; what the data do not allow in the words of design.h.
 */
#include "design/design.h"

#include <math.h>

#include "binding/l_design.h"
#include "binding/l_stat.h"
#include "design/replicates.h"

static const char verb[] = "design";

/* ---- declaring --------------------------------------------------------------------------- */

/* As in: design: weights: "name" has no numbers. */
void l_refuse_item(lua_State *L, const char *by, const char *key, struct text name,
                   const char *why) {
  l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: %s%s\"%.*s\" %s", by, key ? key : "",
                  key ? ": " : "", (int)(name.n < 100 ? name.n : 100), name.s, why));
}

/* The column that the string on top of the stack names; pops it. Lent by the table.
 * `numbers`: labels are refused. Several answers a respondent are no label of anything. */
static struct column *item_on_top(lua_State *L, const char *key, bool numbers) {
  if (lua_type(L, -1) != LUA_TSTRING)
    l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: %s: expected the name of an item", verb, key));
  struct text name = l_check_text(L, -1);
  struct column *c = l_check_item(L, 1, lua_gettop(L));
  if (c->type == COLUMN_SET)
    l_refuse_item(L, verb, key, name, "has several answers a respondent");
  if (numbers && !column_is_numeric(c)) l_refuse_item(L, verb, key, name, "has no numbers");
  lua_pop(L, 1);
  return c;
}

/* Reads { item or false, ... } of the spec at 2 into columns; gives how many places there are,
 * those of false included: their columns stay NULL. More than STAGES_MOST would not fit and are
 * refused. */
static size_t read_stages(lua_State *L, const char *key, bool numbers,
                          struct column *columns[STAGES_MOST]) {
  if (lua_getfield(L, 2, key) == LUA_TNIL) {
    lua_pop(L, 1);
    return 0;
  }
  luaL_checktype(L, -1, LUA_TTABLE);
  lua_Integer count = luaL_len(L, -1);
  if (count > STAGES_MOST)
    l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: %s: %d stages, at most %d", verb, key,
                    (int)count, STAGES_MOST));
  for (lua_Integer i = 0; i < count; i++) {
    if (lua_geti(L, -1, i + 1) == LUA_TBOOLEAN) lua_pop(L, 1);
    else columns[i] = item_on_top(L, key, numbers);
  }
  lua_pop(L, 1);
  return (size_t)count;
}

/* All that a script says of a design; columns are lent by the table. The list of clusters says
 * how many stages there are. */
static struct design_spec read_spec(lua_State *L) {
  struct design_spec spec = {0};
  struct column *fpc[STAGES_MOST] = {NULL};
  if (lua_getfield(L, 2, "weights") == LUA_TNIL) lua_pop(L, 1);
  else spec.weight = item_on_top(L, "weights", true);
  spec.cluster_count = read_stages(L, "clusters", false, spec.clusters);
  read_stages(L, "strata", false, spec.strata);
  spec.fpc_count = read_stages(L, "fpc", true, fpc);
  for (size_t i = 0; i < spec.fpc_count; i++) spec.fpc[i] = fpc[i];
  spec.nest = stat_flag(L, 2, verb, "nest", false);
  spec.lonely = (enum lonely)stat_option_choice(L, 2, verb, "lonely", lonely_names, LONELY_FAIL);
  spec.sampling = (enum sampling)stat_option_choice(L, 2, verb, "sampling", sampling_names,
                                                    SAMPLING_PROBABILITY);
  return spec;
}

/* declare(table, spec) -> design. Strata beyond the last stage are refused by the engine. */
static int l_declare(lua_State *L) {
  static const char *const known[] = {"weights", "clusters", "strata",   "fpc",
                                      "nest",    "lonely",   "sampling", NULL};
  const struct table *t = l_check_table(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  l_check_options(L, 2, known);
  struct design_spec spec = read_spec(L);
  struct design **slot = l_new_design(L);
  l_check_verb(L, verb, design_declare(l_handle(L), slot, table_rows(t), &spec));
  return 1;
}

/* ---- looking inside ---------------------------------------------------------------------- */

/* key = word in the table on top. */
static void set_word(lua_State *L, const char *key, const char *word) {
  lua_pushstring(L, word);
  lua_setfield(L, -2, key);
}

/* key = true or false in the table on top. */
static void set_flag(lua_State *L, const char *key, bool value) {
  lua_pushboolean(L, value);
  lua_setfield(L, -2, key);
}

/* Strata of the first stage with one PSU that is not all there is: a population of 1 is a census.
 * An infinite one passes the comparison. */
static size_t lonely_strata(const struct stage *s) {
  size_t count = 0;
  for (size_t h = 0; h < s->strata; h++) count += s->sampled[h] == 1 && !(s->population[h] <= 1);
  return count;
}

/* Does a stage have a finite population? */
static bool has_fpc(const struct stage *s) {
  for (size_t h = 0; h < s->strata; h++)
    if (isfinite(s->population[h])) return true;
  return false;
}

/* replicates = { kind, count, scale, df, mse, rho, rule } in the table on top. */
static void set_replicates(lua_State *L, const struct replicates *r) {
  lua_createtable(L, 0, 7);
  set_word(L, "kind", replicate_kind_names[r->kind]);
  set_word(L, "rule", replicate_degrees_names[r->rule]);
  stat_set_count(L, "count", (double)r->count);
  stat_set(L, "scale", r->scale);
  stat_set_count(L, "df", r->df);
  stat_set(L, "rho", r->rho);
  set_flag(L, "mse", r->mse);
  lua_setfield(L, -2, "replicates");
}

/* facts(design) -> what it is, for notes and reports. Of the stages the first alone is described:
 * its PSUs and strata are what degrees of freedom stand on. */
static int l_facts(lua_State *L) {
  const struct design *d = l_check_design(L, 1);
  const struct stage *first = &d->stages[0];
  double df = 0;
  l_check(L, design_degrees(l_handle(L), &df, d, NULL, NULL, 0));
  lua_createtable(L, 0, 12);
  stat_set_count(L, "rows", (double)d->rows);
  set_flag(L, "weighted", d->weight != NULL);
  stat_set_count(L, "strata", (double)first->strata);
  stat_set_count(L, "psus", (double)first->units);
  set_flag(L, "clustered", first->unit != NULL);
  stat_set_count(L, "stages", (double)d->stage_count);
  stat_set_count(L, "df", df);
  set_flag(L, "fpc", has_fpc(first));
  set_word(L, "lonely", lonely_names[d->lonely]);
  stat_set_count(L, "lonely_strata", (double)lonely_strata(first));
  set_word(L, "sampling", sampling_names[d->sampling]);
  stat_set_count(L, "collisions", (double)d->collisions);
  stat_set_count(L, "adjustments", (double)d->calibration_count);
  if (d->replicates) set_replicates(L, d->replicates);
  return 1;
}

/* take(design, domain) -> the design of the rows in the domain alone, for rows that are deleted
 * from the sample. A calibrated design is refused. */
static int l_take(lua_State *L) {
  const struct design *d = l_check_design(L, 1);
  const struct domain *kept = l_opt_domain(L, 2);
  size_t count = kept ? kept->count : d->rows, n = 0;
  if (kept && kept->rows != d->rows) luaL_argerror(L, 2, "is of another table");
  size_t *rows = l_scratch(L, count, sizeof *rows);
  for (size_t row = 0; row < d->rows; row++)
    if (domain_has(kept, row)) rows[n++] = row;
  struct design **slot = l_new_design(L);
  l_check_verb(L, "drop_rows", design_take(l_handle(L), slot, d, rows, count));
  return 1;
}

/* The final weights as numbers, 1 where the design has none.
 * The builder is finished or closed on every path. */
static bilan_status weight_column(bilan *b, struct column **out, const struct design *d) {
  struct numbers_builder k;
  bilan_status status = BILAN_OK;
  numbers_builder_open(b, &k);
  for (size_t row = 0; !status && row < d->rows; row++)
    status = numbers_builder_add(&k, design_weight(d, row), BILAN_PRESENT);
  if (!status) return numbers_builder_finish(&k, out);
  numbers_builder_close(&k);
  return status;
}

/* weight(design) -> its final weights as a column, after all adjustments, for export or a table
 * of its own. A copy: what a script does to it does not reach the design. */
static int l_weight(lua_State *L) {
  const struct design *d = l_check_design(L, 1);
  struct column **slot = l_new_column(L);
  l_check(L, weight_column(l_handle(L), slot, d));
  return 1;
}

/* What stage() gives of a row. */
enum stage_part { STAGE_UNIT, STAGE_STRATUM, STAGE_POPULATION, STAGE_PARTS };

/* Numbers of units and strata as in design.h, from 0; a population that is not finite is no
 * answer. */
static double stage_value(const struct stage *s, size_t row, enum stage_part part) {
  size_t unit = s->unit ? s->unit[row] : row;
  size_t stratum = s->stratum ? s->stratum[unit] : 0;
  if (part == STAGE_UNIT) return (double)unit;
  return part == STAGE_STRATUM ? (double)stratum : s->population[stratum];
}

/* One of the three columns. The builder is finished or closed on every path. */
static bilan_status stage_column(bilan *b, struct column **out, const struct design *d,
                                 const struct stage *s, enum stage_part part) {
  struct numbers_builder k;
  bilan_status status = BILAN_OK;
  numbers_builder_open(b, &k);
  for (size_t row = 0; !status && row < d->rows; row++) {
    double value = stage_value(s, row, part);
    bool known = isfinite(value);
    status = numbers_builder_add(&k, known ? value : 0, known ? BILAN_PRESENT : BILAN_NO_ANSWER);
  }
  if (!status) return numbers_builder_finish(&k, out);
  numbers_builder_close(&k);
  return status;
}

/* stage(design, i from 1) -> units, strata, populations: columns of numbers, by which designs of
 * several years are put on top of each other. */
static int l_stage(lua_State *L) {
  const struct design *d = l_check_design(L, 1);
  lua_Integer i = luaL_checkinteger(L, 2);
  luaL_argcheck(L, i >= 1 && (size_t)i <= d->stage_count, 2, "no such stage");
  for (int part = 0; part < STAGE_PARTS; part++) {
    struct column **slot = l_new_column(L);
    l_check(L, stage_column(l_handle(L), slot, d, &d->stages[i - 1], (enum stage_part)part));
  }
  return STAGE_PARTS;
}

/* ---- registration ------------------------------------------------------------------------ */

/* core.design: these functions and those of the two other files. */
int l_design_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"declare", l_declare},
                                       {"facts", l_facts},
                                       {"take", l_take},
                                       {"weight", l_weight},
                                       {"stage", l_stage},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  l_weighting_add(L);
  l_replicates_add(L);
  return 1;
}

/* take.c - the design of a physical subset of the rows.
 *
 * Deleting respondents is not estimating in a domain: units without a row left are gone, n_h is
 * counted anew, and a stratum may be left with one unit, where the rule for lonely units decides
 * again. Populations N_h stay what was declared. Weights are those of the rows, not rescaled.
 *
 * Units and strata that are left keep their order, so that a subset of all rows in any order is the
 * same design bit for bit. A row that is named twice is two rows of one unit. Where every row is a
 * unit of its own they go by the rows' new order.
 *
 * Replicates are taken along: where they are factors of units the factors stay and only the rows'
 * units change; where they are columns every column is taken. Their degrees of freedom stay.
 *
 * Worked example: rows 5, 1, 2 of the table (from 0) are kept, in that order.
 *
 *   new row  old row   old unit, stratum   new unit, stratum    maps, by old number
 *      0        5           2, 1                1, 1           units    0 -> 0, 1 -> -, 2 -> 1
 *      1        1           0, 0                0, 0           strata   0 -> 0, 1 -> 1
 *      2        2           0, 0                0, 0           n_h      1, 1: both lonely now
 *
 * Where the parts come from:
 *
 *   weight, drawn          column_take: the rows' own values
 *   unit, stratum          new numbers, by the maps
 *   population             copied, stratum by stratum
 *   sampled, factor, df    counted and weighed anew
 *   lonely, sampling, collisions, and of replicates kind, scale, rscales, df: as they were
 *
 * Owner: the result is new and shares nothing but numbers. Cost: a pass over the rows a stage.
 */
#include <math.h>
#include <string.h>

#include "design/calibration.h"
#include "design/replicates.h"
#include "design/stages.h"

/* Rows kept, and the two designs. */
struct taking {
  const struct design *from;
  struct design *to;  /* as far as it has come; what is not there yet is NULL */
  const size_t *rows; /* [to->rows] rows of `from` */
};

/* ---- stages --------------------------------------------------------------------------------- */

/* Old numbers to new ones; NONE: not met yet. */
static const uint32_t NONE = UINT32_MAX;

/* NULL when memory runs out; all places NONE. */
static uint32_t *make_map(bilan *b, size_t count) {
  uint32_t *map = mem_array(&b->mem, count, sizeof *map);
  if (map) memset(map, 0xFF, count * sizeof *map);
  return map;
}

/* The new number of an old one, the next (*count, which then rises) where it has none. */
static uint32_t renumber(uint32_t *map, size_t old, size_t *count) {
  if (map[old] == NONE) map[old] = (uint32_t)(*count)++;
  return map[old];
}

/* New numbers in the order of the old ones. */
static void sort_map(uint32_t *map, size_t old) {
  uint32_t next = 0;
  for (size_t i = 0; i < old; i++)
    if (map[i] != NONE) map[i] = next++;
}

/* First who is left, by first rows; then, unless every row is a unit of its own, in order. */
static void map_units(const struct taking *t, size_t at, uint32_t *units, uint32_t *strata) {
  const struct stage *from = &t->from->stages[at];
  struct stage *to = &t->to->stages[at];
  for (size_t i = 0; i < t->to->rows; i++) {
    renumber(units, stage_unit(from, t->rows[i]), &to->units);
    renumber(strata, stage_stratum(from, t->rows[i]), &to->strata);
  }
  sort_map(strata, from->strata);
  if (to->units < t->to->rows) sort_map(units, from->units);
}

/* Numbers of units and strata, and their populations, once there is room for all. Writing the
 * stratum of a unit again and again is cheaper than asking whether it is new. */
static void number_rows(const struct taking *t, size_t at, uint32_t *units, uint32_t *strata) {
  const struct stage *from = &t->from->stages[at];
  struct stage *to = &t->to->stages[at];
  map_units(t, at, units, strata);
  for (size_t i = 0; i < t->to->rows; i++) {
    size_t h = stage_stratum(from, t->rows[i]);
    uint32_t unit = units[stage_unit(from, t->rows[i])], stratum = strata[h];
    to->unit[i] = unit;
    to->stratum[unit] = stratum;
    to->population[stratum] = from->population[h];
  }
}

/* One stage: room for at most as many units as rows, then the numbers, then n_h. Strata of which
 * no row is left keep their places in `population`, behind those that count. */
static bilan_status take_stage(bilan *b, const struct taking *t, size_t at) {
  const struct stage *from = &t->from->stages[at];
  struct stage *to = &t->to->stages[at];
  size_t rows = t->to->rows, strata = from->strata;
  uint32_t *unit_map = make_map(b, from->units), *stratum_map = make_map(b, strata);
  to->unit = mem_array(&b->mem, rows, sizeof *to->unit);
  to->stratum = mem_array(&b->mem, rows, sizeof *to->stratum);
  to->population = mem_array(&b->mem, strata, sizeof *to->population);
  bool ok = unit_map && stratum_map && to->unit && to->stratum && to->population;
  if (ok) {
    for (size_t h = 0; h < strata; h++) to->population[h] = INFINITY;
    number_rows(t, at, unit_map, stratum_map);
  }
  mem_free(&b->mem, unit_map);
  mem_free(&b->mem, stratum_map);
  if (!ok) return fail_nomem(b);
  if (to->strata <= 1) {
    to->strata = 1;
    mem_free(&b->mem, to->stratum);
    to->stratum = NULL;
  }
  return stage_count(b, t->to, at);
}

/* ---- replicates ----------------------------------------------------------------------------- */

/* A copy of `count` doubles; NULL stays NULL. On failure *out is NULL. */
static bilan_status copy_doubles(bilan *b, double **out, const double *from, size_t count) {
  *out = NULL;
  if (!from) return BILAN_OK;
  *out = mem_array(&b->mem, count, sizeof **out);
  if (!*out) return fail_nomem(b);
  memcpy(*out, from, count * sizeof **out);
  return BILAN_OK;
}

/* Factors of units: the same, with the units of the rows that are left. Units without a row keep
 * their factors, which no row looks at: R follows from all PSUs that were drawn, and a replicate
 * that leaves out one of those is still part of the variance. */
static bilan_status take_factors(bilan *b, struct replicates *r, const struct replicates *from,
                                 const struct taking *t) {
  bilan_status status = copy_doubles(b, &r->factor, from->factor, from->units * from->count);
  if (status) return status;
  r->unit = mem_array(&b->mem, t->to->rows, sizeof *r->unit);
  if (!r->unit) return fail_nomem(b);
  for (size_t i = 0; i < t->to->rows; i++)
    r->unit[i] = from->unit ? from->unit[t->rows[i]] : (uint32_t)t->rows[i];
  return BILAN_OK;
}

/* Every column of weights, R of them. Places that were not filled are NULL, which column_free
 * takes. */
static bilan_status take_columns(bilan *b, struct replicates *r, const struct replicates *from,
                                 const struct taking *t) {
  bilan_status status = BILAN_OK;
  r->weights = mem_zero(&b->mem, from->count, sizeof(struct column *));
  if (!r->weights) return fail_nomem(b);
  for (size_t i = 0; !status && i < from->count; i++)
    status = column_take(b, &r->weights[i], from->weights[i], t->rows, t->to->rows);
  return status;
}

/* Kind, scales and degrees are copied as they are. The set belongs to the new design from the
 * start, so that freeing that frees what there is. */
static bilan_status take_replicates(bilan *b, const struct taking *t) {
  const struct replicates *from = t->from->replicates;
  struct replicates *r = mem_zero(&b->mem, 1, sizeof *r);
  if (!r) return fail_nomem(b);
  *r = *from;
  r->owners = 1;
  r->mem = &b->mem;
  r->rscales = NULL;
  r->unit = NULL;
  r->psus = false; /* they keep their numbers, where PSUs are numbered anew */
  r->factor = NULL;
  r->weights = NULL;
  t->to->replicates = r;
  bilan_status status = copy_doubles(b, &r->rscales, from->rscales, from->count);
  if (!status && from->weights) status = take_columns(b, r, from, t);
  else if (!status) status = take_factors(b, r, from, t);
  return status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Columns, stages, replicates; then factors, since n_h are others. */
static bilan_status take_all(bilan *b, const struct taking *t) {
  const struct design *from = t->from;
  bilan_status status = BILAN_OK;
  if (from->weight) status = column_take(b, &t->to->weight, from->weight, t->rows, t->to->rows);
  if (!status && from->drawn)
    status = column_take(b, &t->to->drawn, from->drawn, t->rows, t->to->rows);
  for (size_t s = 0; !status && s < from->stage_count; s++) status = take_stage(b, t, s);
  if (!status && from->replicates) status = take_replicates(b, t);
  return status ? status : stages_weigh(b, t->to, NULL);
}

/* A design of the rows named. Its count of collisions is the old one: whether a label stands in
 * several strata still was said when it was declared. On failure *out is untouched. */
bilan_status design_take(bilan *b, struct design **out, const struct design *d,
                         const size_t *rows, size_t count) {
  if (d->calibration_count)
    return fail(b, BILAN_USAGE, "rows of a design with calibrated weights cannot be deleted: the "
                "totals would no longer be met; drop rows first, then rake, poststratify or "
                "calibrate");
  struct taking t = {.from = d, .rows = rows};
  bilan_status status = design_new(b, &t.to, count, d->stage_count);
  if (status) return status;
  t.to->lonely = d->lonely;
  t.to->sampling = d->sampling;
  t.to->declared = d->declared;
  t.to->collisions = d->collisions;
  status = take_all(b, &t);
  bool all_weigh = !status && (!t.to->weight || weights_look(t.to->weight->numbers, count).all);
  if (!status) status = design_count(b, t.to, all_weigh);
  if (status) design_free(t.to);
  else *out = t.to;
  return status;
}

/* degrees.c - degrees of freedom: sampled units minus strata, group by group.
 *
 * The variance of a design is a sum over strata of n_h - 1 independent squares, so an estimate
 * has units - strata degrees of freedom (Korn & Graubard, Analysis of Health Surveys, 1999,
 * section 5.2). A domain that lives in few units has few: units and strata count where a row of
 * the domain and group has a weight that is not 0, whether or not it answered.
 *
 * Worked example: schools 1, 2 in stratum A and 3, 4, 5 in B; girls in 1, 3 and 4: 3 - 2 = 1.
 *
 * Cost: a bit or two a row of the domain. Memory: a bit for every pair of a group and a unit or
 * stratum. With replicates the set of them has its own number.
 */
#include "design/design.h"
#include "design/replicates.h"
#include "design/stages.h"
#include "kernel/cells.h"

/* The most pairs: half a gigabyte of bits. */
static const size_t MARKS_MOST = (size_t)1 << 32;

/* Which rows count, and for which group. */
struct groups {
  const struct design *d;
  const struct domain *domain;
  const struct column *const *keys;
  size_t key_count;
  size_t count;
};

/* The product of the keys' codes, as cells are counted: `df` has that many places. What
 * cells_tabulate refuses is refused here in the same words. */
static bilan_status open_groups(bilan *b, struct groups *g) {
  g->count = 1;
  for (size_t i = 0; i < g->key_count; i++) {
    const struct column *key = g->keys[i];
    if (key->type != COLUMN_CODES) return fail(b, BILAN_USAGE, "a key must be an item with levels");
    if (key->rows != g->d->rows)
      return fail(b, BILAN_INTERNAL, "a key of %zu rows in a design of %zu", key->rows,
                  g->d->rows);
    size_t codes = dict_count(key->dict);
    if (g->count > CELLS_MOST / codes)
      return fail(b, BILAN_LIMIT, "more than %zu cells: %zu by %zu", (size_t)CELLS_MOST, g->count,
                  codes);
    g->count *= codes;
  }
  return BILAN_OK;
}

/* A weight of 0 stands for nobody: such a row gives no information on the domain. */
static bool row_counts(const struct groups *g, size_t row) {
  return domain_has(g->domain, row) && design_weight(g->d, row) != 0;
}

/* The cell of a row: the first key runs slowest. */
static size_t row_group(const struct groups *g, size_t row) {
  size_t group = 0;
  for (size_t i = 0; i < g->key_count; i++)
    group = group * dict_count(g->keys[i]->dict) + column_code(g->keys[i], row);
  return group;
}

/* Marks a pair (group, unit or stratum); true the first time. */
static bool mark(uint64_t *bits, size_t group, size_t count, size_t what) {
  size_t at = group * count + what;
  uint64_t bit = (uint64_t)1 << (at & 63);
  if (bits[at >> 6] & bit) return false;
  bits[at >> 6] |= bit;
  return true;
}

/* A bit for every pair of a group and one of `count` things. BILAN_LIMIT, BILAN_NOMEM. */
static bilan_status open_marks(bilan *b, uint64_t **bits, const struct groups *g, size_t count) {
  if (g->count > MARKS_MOST / count)
    return fail(b, BILAN_LIMIT, "more than %zu pairs: %zu groups by %zu clusters or strata",
                MARKS_MOST, g->count, count);
  *bits = mem_zero(&b->mem, g->count * count / 64 + 1, sizeof **bits);
  return *bits ? BILAN_OK : fail_nomem(b);
}

/* One pass: a unit adds one the first time it is seen, a stratum takes one away. A row that is a
 * unit of its own is new by nature. df counts in whole numbers, exact in a double. */
static bilan_status count_rows(bilan *b, double *df, const struct groups *g) {
  const struct stage *s = &g->d->stages[0];
  uint64_t *units = NULL, *strata = NULL;
  bilan_status status = open_marks(b, &strata, g, s->strata);
  if (!status && s->unit) status = open_marks(b, &units, g, s->units);
  for (size_t row = 0; !status && row < g->d->rows; row++) {
    if (!row_counts(g, row)) continue;
    size_t group = row_group(g, row);
    if (s->unit && !mark(units, group, s->units, s->unit[row])) continue;
    df[group]++;
    if (mark(strata, group, s->strata, stage_stratum(s, row))) df[group]--;
  }
  mem_free(&b->mem, units);
  mem_free(&b->mem, strata);
  return status;
}

/* On failure df holds nothing of use. */
bilan_status design_degrees(bilan *b, double *df, const struct design *d,
                            const struct domain *domain, const struct column *const *keys,
                            size_t key_count) {
  struct groups g = {.d = d, .domain = domain, .keys = keys, .key_count = key_count};
  bilan_status status = open_groups(b, &g);
  if (status) return status;
  for (size_t i = 0; i < g.count; i++) df[i] = 0;
  if (!d->replicates) return count_rows(b, df, &g);
  for (size_t row = 0; row < d->rows; row++)
    if (row_counts(&g, row)) df[row_group(&g, row)] = d->replicates->df;
  return BILAN_OK;
}

/* degrees.c - degrees of freedom: sampled units minus strata, group by group.
 *
 * The variance of a design is a sum over strata of n_h - 1 independent squares, so an estimate
 * has units - strata degrees of freedom (Korn & Graubard, Analysis of Health Surveys, 1999,
 * section 5.2). A domain that lives in few units has few: units and strata count where a row of
 * the domain and group has a weight that is not 0, whether or not it answered.
 *
 * Worked example: schools 1, 2 in stratum A and 3, 4, 5 in B; girls in 1, 3 and 4: 3 - 2 = 1.
 *
 *   row   group  unit  stratum   adds               the marks, a bit a pair (group, thing):
 *    1    girl    1      A       1 - 1 = 0            girl: units 1 3 4, strata A B
 *    2    girl    1      A       0, seen already      boy:  units 2, strata A
 *    3    boy     2      A       1 - 1 = 0
 *    4    girl    3      B       1 - 1 = 0          in the end girl 1, boy 0: no interval for the
 *    5    girl    4      B       1                  boys, of whom one school tells
 *
 * Cost: a bit or two a row of the domain. Memory: a bit for every pair of a group and a unit or
 * stratum. With replicates the set of them has its own number.
 *
 * A report asks for the same by-variables once an item, and the item has no part in the answer: a
 * design keeps what it found from totals by PSU, for a few lists of by-variables over all rows.
 * The columns are held, so that an address stands for one column as long as it is compared.
 */
#include <math.h>
#include <string.h>

#include "base/two.h"
#include "design/design.h"
#include "design/replicates.h"
#include "design/stages.h"
#include "kernel/cells.h"

/* Answers that are kept, and groups of one at most. */
enum { KEPT = 8, KEPT_GROUPS = 256 };

struct degrees_kept {
  size_t next; /* where the next answer goes, modulo KEPT */
  struct degrees_answer {
    double *df; /* [groups] NULL: no answer here */
    size_t groups, key_count;
    struct column *keys[CELLS_KEYS]; /* held */
  } list[KEPT];
};

/* The most pairs: half a gigabyte of bits. */
static const size_t MARKS_MOST = (size_t)1 << 32;

/* Which rows count, and for which group: those that a request with these keys reads. The plan
 * points to the request beside it, so a filled struct may not be copied. */
struct groups {
  const struct design *d;
  struct cells_request request;
  struct rows_plan rows;
};

/* Groups are counted as cells are: `df` has that many places. What cells_tabulate refuses is
 * refused here in the same words. */
static bilan_status open_groups(bilan *b, struct groups *g, const struct design *d,
                                const struct domain *domain, const struct column *const *keys,
                                size_t key_count) {
  *g = (struct groups){.d = d};
  g->request = (struct cells_request){
      .rows = d->rows, .domain = domain, .weight = d->weight, .key_count = key_count};
  for (size_t i = 0; i < key_count && i < CELLS_KEYS; i++) g->request.keys[i] = keys[i];
  return rows_check(b, &g->rows, &g->request);
}

/* Marks a pair (group, unit or stratum), bit number group * count + what; true the first time. */
static bool mark(uint64_t *bits, size_t group, size_t count, size_t what) {
  size_t at = group * count + what;
  uint64_t bit = (uint64_t)1 << (at & 63);
  if (bits[at >> 6] & bit) return false;
  bits[at >> 6] |= bit;
  return true;
}

/* A bit for every pair of a group and one of `count` things. BILAN_LIMIT, BILAN_NOMEM. */
static bilan_status open_marks(bilan *b, uint64_t **bits, const struct groups *g, size_t count) {
  if (g->rows.cells > MARKS_MOST / count)
    return fail(b, BILAN_LIMIT, "more than %zu pairs: %zu groups by %zu clusters or strata",
                MARKS_MOST, g->rows.cells, count);
  *bits = mem_zero(&b->mem, g->rows.cells * count / 64 + 1, sizeof **bits);
  return *bits ? BILAN_OK : fail_nomem(b);
}

/* What a pass marks: units and strata by group. */
struct marks {
  const struct stage *stage; /* of the PSUs: later stages have no part in degrees of freedom */
  uint64_t *units, *strata;  /* bits; units NULL where rows are units */
};

/* A chunk of rows: a unit adds one the first time it is seen in a group, a stratum takes one
 * away. A row that is a unit of its own is new by nature. */
static void count_chunk(double *df, const struct rows *k, const struct marks *m) {
  const struct stage *s = m->stage;
  for (size_t i = 0; i < k->count; i++) {
    size_t row = k->from + i, group = k->cell[i];
    if (k->weight[i] == 0) continue;
    if (s->unit && !mark(m->units, group, s->units, s->unit[row])) continue;
    df[group]++;
    if (mark(m->strata, group, s->strata, stage_stratum(s, row))) df[group]--;
  }
}

/* One pass, added to df, which the caller has zeroed. It counts in whole numbers, exact in a
 * double, and on one thread: marks are shared, and the pass costs less than one of sums. */
static bilan_status count_rows(bilan *b, double *df, const struct groups *g) {
  struct marks m = {.stage = &g->d->stages[0]};
  struct rows k;
  bilan_status status = open_marks(b, &m.strata, g, m.stage->strata);
  if (!status && m.stage->unit) status = open_marks(b, &m.units, g, m.stage->units);
  for (size_t from = 0; !status && from < g->d->rows; from += k.count) {
    size_t left = g->d->rows - from;
    rows_read(&k, &g->rows, from, left < ROWS_CHUNK ? left : ROWS_CHUNK);
    count_chunk(df, &k, &m);
  }
  mem_free(&b->mem, m.units);
  mem_free(&b->mem, m.strata);
  return status;
}

/* Those of a set of replicates, for every group that has a row: a rank says nothing of groups. */
static void give_rows(double *df, const struct groups *g, double given) {
  struct rows k;
  for (size_t from = 0; from < g->d->rows; from += k.count) {
    size_t left = g->d->rows - from;
    rows_read(&k, &g->rows, from, left < ROWS_CHUNK ? left : ROWS_CHUNK);
    for (size_t i = 0; i < k.count; i++)
      if (k.weight[i] != 0) df[k.cell[i]] = given;
  }
}

/* What comparing two doubles gives: all bits of its half, or none. */
typedef long long yes __attribute__((vector_size(16)));

/* See stages.h. One pass, 8 bytes a row; NaN is no comparison's yes. */
struct weights_seen weights_look(const double *weight, size_t rows) {
  const two none = {0, 0}, end = {INFINITY, INFINITY};
  yes fine = {-1, -1}, any = {0, 0}, all = {-1, -1};
  size_t row = 0;
  for (; row + 2 <= rows; row += 2) {
    two w = *(const two *)(weight + row);
    yes some = w > none;
    fine &= (w >= none) & (w < end);
    any |= some;
    all &= some;
  }
  struct weights_seen seen = {fine[0] && fine[1], any[0] || any[1], all[0] && all[1]};
  if (row == rows) return seen;
  seen.fine = seen.fine && weight[row] >= 0 && weight[row] < INFINITY;
  seen.any = seen.any || weight[row] > 0;
  seen.all = seen.all && weight[row] > 0;
  return seen;
}

/* All rows are asked for so often that the design keeps the answer. Every unit and stratum has a
 * row: where all weigh something there is nothing to search. */
bilan_status design_count(bilan *b, struct design *d, bool all_weigh) {
  struct groups g;
  double df = 0;
  if (d->rows && all_weigh) {
    d->df = (double)d->stages->units - (double)d->stages->strata;
    return BILAN_OK;
  }
  bilan_status status = open_groups(b, &g, d, NULL, NULL, 0);
  if (!status) status = count_rows(b, &df, &g);
  d->df = df;
  return status;
}

/* On failure df holds nothing of use. The whole sample of a declared design is known already;
 * that of a plain one is not counted until somebody asks. */
bilan_status design_degrees(bilan *b, double *df, const struct design *d,
                            const struct domain *domain, const struct column *const *keys,
                            size_t key_count) {
  struct groups g;
  if (!domain && !key_count && d->declared) {
    *df = d->replicates ? d->replicates->df : d->df;
    return BILAN_OK;
  }
  bilan_status status = open_groups(b, &g, d, domain, keys, key_count);
  if (status) return status;
  for (size_t i = 0; i < g.rows.cells; i++) df[i] = 0;
  if (!d->replicates) return count_rows(b, df, &g);
  give_rows(df, &g, d->replicates->df);
  return BILAN_OK;
}

/* ---- answers that are kept ------------------------------------------------------------------- */

/* See stages.h. */
struct degrees_kept *degrees_new(struct mem *mem) {
  return mem_zero(mem, 1, sizeof(struct degrees_kept));
}

/* Gives one answer back; a zeroed one is fine. */
static void drop_answer(struct mem *mem, struct degrees_answer *a) {
  for (size_t i = 0; i < a->key_count; i++) column_free(a->keys[i]);
  mem_free(mem, a->df);
  *a = (struct degrees_answer){0};
}

/* See stages.h. */
void degrees_free(struct mem *mem, struct degrees_kept *kept) {
  for (size_t i = 0; kept && i < KEPT; i++) drop_answer(mem, &kept->list[i]);
  mem_free(mem, kept);
}

/* The answer for these keys; NULL: not kept. */
static const struct degrees_answer *find_answer(const struct degrees_kept *kept,
                                                const struct column *const *keys,
                                                size_t key_count, size_t groups) {
  for (size_t i = 0; i < KEPT; i++) {
    const struct degrees_answer *a = &kept->list[i];
    size_t same = 0;
    if (!a->df || a->key_count != key_count || a->groups != groups) continue;
    while (same < key_count && a->keys[same] == keys[same]) same++;
    if (same == key_count) return a;
  }
  return NULL;
}

/* Keeps an answer in the place of the oldest. It is done without where memory runs out. */
static void keep_answer(const struct design *d, const double *df,
                        const struct column *const *keys, size_t key_count, size_t groups) {
  double *copy = mem_array(d->mem, groups, sizeof *copy);
  if (!copy) return;
  struct degrees_answer *a = &d->kept->list[d->kept->next++ % KEPT];
  drop_answer(d->mem, a);
  memcpy(copy, df, groups * sizeof *copy);
  *a = (struct degrees_answer){.df = copy, .groups = groups, .key_count = key_count};
  for (size_t i = 0; i < key_count; i++)
    a->keys[i] = column_hold((struct column *)(uintptr_t)keys[i]);
}

/* ---- from totals by PSU ---------------------------------------------------------------------- */

/* Has a PSU anybody in these cells? Weights are not negative where totals by PSU are used, so that
 * a sum of 0 says that all are 0. */
static inline bool any_weight(const double *weight, size_t cells) {
  two sum = {0, 0};
  size_t c = 0;
  for (; c + 2 <= cells; c += 2) sum += *(const two *)(weight + c);
  return sum[0] + sum[1] + (c < cells ? weight[c] : 0) != 0;
}

/* Units less strata, as count_rows has them, group by group. */
static bilan_status count_totals(bilan *b, double *df, const struct design *d,
                                 const struct cells *totals, size_t groups) {
  const struct stage *s = &d->stages[0];
  size_t width = groups ? totals->count / groups : 0;
  bool *seen = mem_zero(&b->mem, s->strata * groups, sizeof *seen);
  if (!seen) return fail_nomem(b);
  for (size_t g = 0; g < groups; g++) df[g] = 0;
  for (size_t u = 0; u < totals->unit_count; u++) {
    const double *weight = totals->unit_weight + u * totals->count;
    bool *stratum = seen + unit_stratum(s, u) * groups;
    for (size_t g = 0; g < groups; g++, weight += width) {
      if (!any_weight(weight, width)) continue;
      df[g] += stratum[g];
      stratum[g] = true;
    }
  }
  mem_free(&b->mem, seen);
  return BILAN_OK;
}

/* See design.h. A domain is of one call as a rule: nothing is kept of it. */
bilan_status design_degrees_of(bilan *b, double *df, const struct design *d,
                               const struct domain *domain, const struct column *const *keys,
                               size_t key_count, const struct cells *totals, size_t groups) {
  bool keeps = d->kept && !domain && groups && groups <= KEPT_GROUPS && key_count <= CELLS_KEYS;
  const struct degrees_answer *known = keeps ? find_answer(d->kept, keys, key_count, groups) : NULL;
  if (known) {
    memcpy(df, known->df, groups * sizeof *df);
    return BILAN_OK;
  }
  bilan_status status = count_totals(b, df, d, totals, groups);
  if (!status && keeps) keep_answer(d, df, keys, key_count, groups);
  return status;
}

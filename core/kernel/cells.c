/* cells.c - see cells.h: one pass over columns in memory.
 *
 * Totals lie in one run of memory: first the doubles (weights, sums, totals per unit), then the
 * counts. The answer and each partial result have that same layout, so adding a block is one
 * walk over an array.
 *
 * A block is read in chunks that stay near the processor: the cell number of every row
 * (key by key), its weight (0 outside the domain), then each measure. Cost: rows * (keys +
 * measures) plus cells * blocks; a block grows with the number of cells so that the second
 * term stays below the first.
 *
 * Layout of a run for 9 cells, 2 measures and no units, in numbers of eight bytes:
 *
 *   weight 0..8 | weight2 9..17 | n 18..26 | sums 27..62 (measure 0) 63..98 (measure 1)
 *
 * and with 4 units of 9 cells and the same 2 measures (unit_weight before the counts):
 *
 *   weight 0..8 | weight2 9..17 | unit_weight 18..53 | unit_y 54..89 (measure 0) 90..125
 *   n 126..134 | sums 135..170 (measure 0) 171..206
 *
 * Invariants: k->cell[i] < cells for every row, since rows_check compared codes with their
 * dictionaries; k->weight[i] is 0 for every row that is not in, so "in" is one comparison.
 * Weights that are missing or zero leave a row out of every sum and count; negative ones, which a
 * linear calibration may give, count as they are. Owner: the answer owns the run; `weight` is its
 * first byte. Failure: BILAN_USAGE and BILAN_LIMIT tell what is wrong with the request,
 * BILAN_INTERNAL that columns do not fit together, BILAN_NOMEM; workers cannot fail.
 */
#include "kernel/cells.h"

#include <string.h>

#include "kernel/blocks.h"
#include "kernel/one_cell.h"

/* A struct cells_sums is counted as four numbers of eight bytes. */
enum { SUMS_NUMBERS = sizeof(struct cells_sums) / sizeof(double) };

/* Where the parts of a run of totals begin, in numbers of eight bytes. */
struct layout {
  size_t weight, weight2, unit_weight, unit_y; /* doubles */
  size_t doubles;                            /* how many of them */
  size_t n, sums;                            /* counts, then sums (a count and three doubles) */
  size_t numbers;                            /* all */
};

/* One pass: read by every worker, `total` written only by `add`. */
struct pass {
  const struct cells_request *request;
  struct rows_plan rows;
  size_t cells, units; /* cells: those of `rows`; units: 0 without totals by unit */
  struct layout at;
  void *total;         /* at.numbers of eight bytes: the answer in the making */
};

/* Views into a run of totals: places count numbers of eight bytes, whatever their type.
 * The caller knows which type lies at a place; the layout keeps each of them aligned to eight
 * bytes. */
static double *doubles_at(void *run, size_t at) { return (double *)run + at; }
static int64_t *counts_at(void *run, size_t at) { return (int64_t *)run + at; }

/* Sums are counted in numbers too: SUMS_NUMBERS of them each. */
static struct cells_sums *sums_at(void *run, size_t at) {
  return (struct cells_sums *)(void *)((double *)run + at);
}

/* ---- a chunk ----------------------------------------------------------------------------- */

/* Where the sums of one measure go: its parts of a run. */
struct sums_place {
  struct cells_sums *sums; /* [cell] */
  double *unit_y;          /* [unit * cells + cell]; NULL without units */
};

/* Rows of a cell; without weights and units that is all there is to know. */
static void count_chunk(const struct rows *k, int64_t *n) {
  for (size_t i = 0; i < k->count; i++) n[k->cell[i]] += k->weight[i] != 0;
}

/* n, sum of w and of w^2 per cell, in row order; with units the sum of w goes to them alone, and
 * cells get it from there (add_units). One loop: sums that differ do not wait for each other. */
static void weigh_chunk(const struct pass *p, const struct rows *k, void *run) {
  int64_t *n = counts_at(run, p->at.n);
  double *weight2 = doubles_at(run, p->at.weight2);
  const uint32_t *unit = p->request->unit ? p->request->unit + k->from : NULL;
  double *weight = doubles_at(run, unit ? p->at.unit_weight : p->at.weight);
  for (size_t i = 0; i < k->count; i++) {
    double w = k->weight[i];
    size_t cell = k->cell[i];
    if (w == 0) continue;
    n[cell]++;
    weight2[cell] += w * w;
    weight[unit ? unit[i] * p->cells + cell : cell] += k->mass[i];
  }
}

/* What sums of y are weighed by: exact sums by the mass of rows (of which scale_weights makes
 * weights), else by the weight of those who answered. */
static const double *weights_of_y(const struct pass *p, const struct rows *k) {
  return p->rows.exact ? k->mass : k->part;
}

/* Sums of w y and w y^2 of one measure per cell, in row order; with units that of w y goes to them
 * alone. `value` and `part` are set. */
static void measure_chunk(const struct pass *p, const struct rows *k, struct sums_place to) {
  const uint32_t *unit = p->request->unit ? p->request->unit + k->from : NULL;
  const double *mass = weights_of_y(p, k);
  for (size_t i = 0; i < k->count; i++) {
    double w = k->part[i], y = k->value[i], wy = mass[i] * y;
    size_t cell = k->cell[i];
    if (w == 0) continue;
    to.sums[cell].yy += w * y * y;
    if (unit) to.unit_y[unit[i] * p->cells + cell] += wy;
    else to.sums[cell].y += wy;
  }
}

/* n and sum of w of one measure per cell. */
static void answers_chunk(const struct rows *k, struct cells_sums *sums) {
  for (size_t i = 0; i < k->count; i++) {
    struct cells_sums *s = &sums[k->cell[i]];
    s->n += k->part[i] != 0;
    s->weight += k->part[i] != 0 ? k->mass[i] : 0;
  }
}

/* The same as weigh_chunk and measure_chunk for a request of one cell with units (one_cell.h). */
static void sum_one_cell(const struct pass *p, struct rows *k, void *run) {
  const uint32_t *unit = p->request->unit + k->from;
  one_cell_weigh(k, unit, counts_at(run, p->at.n), doubles_at(run, p->at.weight2),
                 doubles_at(run, p->at.unit_weight));
  for (size_t m = 0; m < p->request->measure_count; m++) {
    struct cells_sums *sums = sums_at(run, p->at.sums) + m;
    rows_measure(k, &p->rows, m);
    if (!p->request->complete) answers_chunk(k, sums);
    one_cell_measure(k, weights_of_y(p, k), unit, &sums->yy,
                     doubles_at(run, p->at.unit_y) + m * p->units);
  }
}

/* Everything that a chunk adds to a run of totals. Without weights and units the sums of weights
 * are left at 0: weigh_counts makes them of the counts. */
static void sum_chunk(const struct pass *p, struct rows *k, void *run) {
  const struct cells_request *request = p->request;
  if (request->weight || request->unit) weigh_chunk(p, k, run);
  else count_chunk(k, counts_at(run, p->at.n));
  for (size_t m = 0; m < request->measure_count; m++) {
    struct sums_place to = {sums_at(run, p->at.sums) + m * p->cells,
                            doubles_at(run, p->at.unit_y) + m * p->units * p->cells};
    rows_measure(k, &p->rows, m);
    if (!request->complete) answers_chunk(k, to.sums);
    measure_chunk(p, k, to);
  }
}

/* ---- a block ----------------------------------------------------------------------------- */

/* Rows begin..end-1 into a run, chunk by chunk; the chunk size leaves no trace in the sums. */
static void sum_rows(const struct pass *p, void *run, size_t begin, size_t end) {
  struct rows k;
  for (size_t from = begin; from < end; from += k.count) {
    rows_read(&k, &p->rows, from, end - from < ROWS_CHUNK ? end - from : ROWS_CHUNK);
    if (p->request->unit && p->cells == 1) sum_one_cell(p, &k, run);
    else sum_chunk(p, &k, run);
  }
}

/* The work of a block (see blocks.h): a partial result from nothing. */
static void sum_block(const void *context, void *partial, size_t begin, size_t end) {
  const struct pass *p = context;
  memset(partial, 0, p->at.numbers * sizeof(double));
  sum_rows(p, partial, begin, end);
}

/* Adds a partial result to the total: doubles first, then counts, then sums, each as its own
 * type: an integer added as a double would be nonsense. Called for one block at a time, in their
 * order. */
static void add_block(void *context, const void *partial) {
  struct pass *p = context;
  const double *from = partial;
  double *to = p->total;
  for (size_t i = 0; i < p->at.doubles; i++) to[i] += from[i];
  const int64_t *counts = (const int64_t *)partial + p->at.n;
  int64_t *n = counts_at(p->total, p->at.n);
  for (size_t i = 0; i < p->cells; i++) n[i] += counts[i];
  const struct cells_sums *more =
      (const struct cells_sums *)(const void *)((const double *)partial + p->at.sums);
  struct cells_sums *sums = sums_at(p->total, p->at.sums);
  for (size_t i = 0; i < p->cells * p->request->measure_count; i++) {
    sums[i].n += more[i].n;
    sums[i].weight += more[i].weight;
    sums[i].y += more[i].y;
    sums[i].yy += more[i].yy;
  }
}

/* ---- checking a request ------------------------------------------------------------------ */

/* The sampling units and the number of totals they ask for. Unit numbers are the caller's own
 * and trusted: a design checked them when it was made. */
static bilan_status check_units(bilan *b, struct pass *p) {
  if (!p->request->unit) return BILAN_OK;
  p->units = p->request->unit_count;
  if (p->units > CELLS_MOST / p->cells)
    return fail(b, BILAN_LIMIT, "more than %zu totals: %zu clusters by %zu cells",
                (size_t)CELLS_MOST, p->units, p->cells);
  return BILAN_OK;
}

/* All that can be wrong with a request, before memory is asked for; p->cells and p->units are
 * set. */
static bilan_status check_request(bilan *b, struct pass *p) {
  bilan_status status = rows_check(b, &p->rows, p->request);
  if (status) return status;
  p->cells = p->rows.cells;
  return check_units(b, p);
}

/* ---- the answer -------------------------------------------------------------------------- */

/* Cells and totals are at most 2^26 each, so only the measures can make this overflow. */
static bilan_status lay_out(bilan *b, struct pass *p) {
  size_t measures = p->request->measure_count, totals = p->units * p->cells;
  if (measures > CELLS_MOST / (p->cells + totals))
    return fail(b, BILAN_LIMIT, "more than %zu sums: %zu measures by %zu cells",
                (size_t)CELLS_MOST, measures, p->cells + totals);
  p->at.weight = 0;
  p->at.weight2 = p->cells;
  p->at.unit_weight = 2 * p->cells;
  p->at.unit_y = p->at.unit_weight + totals;
  p->at.doubles = p->at.unit_y + measures * totals;
  p->at.n = p->at.doubles;
  p->at.sums = p->at.n + p->cells;
  p->at.numbers = p->at.sums + measures * p->cells * SUMS_NUMBERS;
  return BILAN_OK;
}

/* With units, what cells sum to is what their units do, in the order of the units. */
static void add_units(const struct pass *p) {
  size_t totals = p->units * p->cells;
  const double *weight = doubles_at(p->total, p->at.unit_weight);
  const double *y = doubles_at(p->total, p->at.unit_y);
  for (size_t i = 0; i < totals; i++) doubles_at(p->total, p->at.weight)[i % p->cells] += weight[i];
  for (size_t m = 0; m < p->request->measure_count; m++) {
    struct cells_sums *sums = sums_at(p->total, p->at.sums) + m * p->cells;
    for (size_t i = 0; i < totals; i++) sums[i % p->cells].y += y[m * totals + i];
  }
}

/* Exact sums of y, of cells and of units. */
static void scale_measures(const struct pass *p, double scale) {
  double *unit_y = doubles_at(p->total, p->at.unit_y);
  for (size_t i = 0; i < p->cells * p->request->measure_count; i++)
    sums_at(p->total, p->at.sums)[i].y /= scale;
  for (size_t i = 0; i < p->units * p->cells * p->request->measure_count; i++) unit_y[i] /= scale;
}

/* Sums of units as sums of weights; of y those that were made of units. */
static void scale_weights(const struct pass *p) {
  if (!p->rows.whole) return;
  const double scale = p->rows.whole->scale;
  double *weight = doubles_at(p->total, p->at.weight);
  double *unit_weight = doubles_at(p->total, p->at.unit_weight);
  for (size_t i = 0; i < p->cells; i++) weight[i] /= scale;
  for (size_t i = 0; i < p->units * p->cells; i++) unit_weight[i] /= scale;
  for (size_t i = 0; i < p->cells * p->request->measure_count; i++)
    sums_at(p->total, p->at.sums)[i].weight /= scale;
  if (p->rows.exact) scale_measures(p, scale);
}

/* Without weights every row weighs 1, so that the sums of weights are the counts. */
static void weigh_counts(const struct pass *p) {
  const int64_t *n = counts_at(p->total, p->at.n);
  double *weight = doubles_at(p->total, p->at.weight);
  double *weight2 = doubles_at(p->total, p->at.weight2);
  for (size_t i = 0; i < p->cells; i++) weight[i] = weight2[i] = (double)n[i];
}

/* A complete request has the answers of every measure in the cells themselves. */
static void add_answers(const struct pass *p) {
  const double *weight = doubles_at(p->total, p->at.weight);
  const int64_t *n = counts_at(p->total, p->at.n);
  for (size_t i = 0; i < p->request->measure_count * p->cells; i++) {
    sums_at(p->total, p->at.sums)[i].n = n[i % p->cells];
    sums_at(p->total, p->at.sums)[i].weight = weight[i % p->cells];
  }
}

/* Hands the run over as an answer. */
static void fill_answer(bilan *b, struct cells *out, const struct pass *p) {
  *out = (struct cells){
      .mem = &b->mem,
      .key_count = p->request->key_count,
      .count = p->cells,
      .measure_count = p->request->measure_count,
      .exact = p->rows.exact,
      .n = counts_at(p->total, p->at.n),
      .weight = p->total,
      .weight2 = doubles_at(p->total, p->at.weight2),
      .sums = sums_at(p->total, p->at.sums),
      .unit_count = p->units,
      .unit_weight = p->units ? doubles_at(p->total, p->at.unit_weight) : NULL,
      .unit_y = p->units ? doubles_at(p->total, p->at.unit_y) : NULL,
  };
  memcpy(out->sizes, p->rows.sizes, sizeof p->rows.sizes);
}

/* One block needs no partial result: it is summed where the answer will lie. The bits are those
 * of blocks_run all the same, 0 + x being x. */
static bilan_status sum_all(bilan *b, struct pass *p) {
  struct blocks_job job = {
      .rows = p->request->rows,
      .block = blocks_rows_for(p->at.numbers),
      .partial = p->at.numbers * sizeof(double),
      .context = p,
      .sum = sum_block,
      .add = add_block,
  };
  if (job.rows > job.block || b->ways.block) return blocks_run(b, &job);
  sum_rows(p, p->total, 0, job.rows);
  return BILAN_OK;
}

/* Checks, lays out one run of memory, sums. `out` is untouched on failure. */
bilan_status cells_pass(bilan *b, struct cells *out, const struct cells_request *request) {
  struct pass p = {.request = request};
  bilan_status status = check_request(b, &p);
  if (!status) status = rows_by_units(b, &p.rows);
  if (!status) status = lay_out(b, &p);
  if (status) return status;
  p.total = mem_zero(&b->mem, p.at.numbers, sizeof(double));
  if (!p.total) return fail_nomem(b);
  status = sum_all(b, &p);
  if (status) {
    mem_free(&b->mem, p.total);
    return status;
  }
  add_units(&p);
  scale_weights(&p);
  if (!request->weight) weigh_counts(&p);
  if (request->complete) add_answers(&p);
  fill_answer(b, out, &p);
  return BILAN_OK;
}

/* One block holds all: it begins with the weights. What a plan lent is not ours. */
void cells_free(struct cells *c) {
  if (!c->mem) return;
  mem_free(c->mem, c->weight); /* where the one run of totals begins */
  *c = (struct cells){0};
}

/* replicate_totals.c - see replicates.h: the totals of a request under each replicate.
 *
 * Where a replicate is one factor a unit, the totals of units are summed once (cells.h) and each
 * replicate is a sum of factor times unit total: units x cells numbers instead of a pass over the
 * rows. A measure's own sum of weights is that of the cell unless answers are missing; then a
 * column of ones, missing where the measure is, is summed beside it.
 *
 *   total_r = sum over units u of factor[u][r] * total of u
 *
 * Nothing but the weights differs among replicates, so counts, sums of squares and the sums of
 * squared weights stay those of the full sample: whoever asks for totals under a replicate wants
 * a statistic again, and statistics are functions of weights and weighted sums alone (target.h).
 *
 * Where weights are columns, all are summed in one pass (many_weights.h); where units x cells are
 * many beside the rows (a jackknife of single rows), each replicate is a pass with its own weights.
 *
 * Worked example: two units with weights 3 and 5 and factors (0, 2) and (2, 0): the weight of the
 * replicates is 10 and 6, that of the full sample 8.
 *
 * A measure y with a missing answer, and the ones that go with it (w = 1, 1, 1; unit 0, 0, 1):
 *
 *   y      4  ?  6          sum of w y by unit      4, 6
 *   ones   1  ?  1          its sum of weights      1, 1       the cell's own would be 2, 1
 *
 * so that under factors (0, 2) the measure has weight 2 and y 12, and its mean is 6.
 *
 * Invariant: units are added in their order, rows as cells.h does it: the same bits whatever the
 * number of threads. Memory: at most 4 numbers a row and measure.
 */
#include <string.h>

#include "base/two.h"
#include "design/replicates.h"
#include "kernel/many_weights.h"

/* Totals by unit are used while units x cells is at most this many times the rows: beyond that a
 * pass over the rows costs less than a sum over the units. */
enum { UNITS_WORTH = 8 };

/* Sums of all replicates of a group: 4 MiB a worker and slot. */
enum { GROUP_NUMBERS = 1 << 19 };

/* One question under all replicates. */
struct run {
  const struct design *design;         /* with replicates */
  const struct cells_request *request; /* its weight and units are not looked at */
  const struct cells *full;            /* the answer under the weights of the full sample */
  struct cells totals; /* of the replicate at hand; weight and sums are its own */
  void (*each)(void *context, size_t r, const struct cells *totals);
  void *context;
};

/* The full sample's totals, with own room for what changes. BILAN_NOMEM; run_close is due in any
 * case. */
static bilan_status run_open(bilan *b, struct run *p) {
  size_t count = p->full->count, sums = count * p->full->measure_count;
  p->totals = *p->full;
  p->totals.weight = mem_array(&b->mem, count, sizeof(double));
  p->totals.sums = mem_array(&b->mem, sums, sizeof(struct cells_sums));
  if (!p->totals.weight || !p->totals.sums) return fail_nomem(b);
  if (sums) memcpy(p->totals.sums, p->full->sums, sums * sizeof(struct cells_sums));
  return BILAN_OK;
}

/* The rest of `totals` belongs to the full sample. */
static void run_close(bilan *b, struct run *p) {
  mem_free(&b->mem, p->totals.weight);
  mem_free(&b->mem, p->totals.sums);
}

/* ---- a pass a replicate -------------------------------------------------------------------- */

/* What a pass with the replicate's weights found: weights and weighted sums, of the same cells
 * and measures. */
static void take_totals(struct run *p, const struct cells *found) {
  memcpy(p->totals.weight, found->weight, found->count * sizeof(double));
  for (size_t i = 0; i < found->count * found->measure_count; i++) {
    p->totals.sums[i].weight = found->sums[i].weight;
    p->totals.sums[i].y = found->sums[i].y;
  }
}

/* One replicate by a pass over the rows with its weights as the request's; the request's units
 * are of no use here. Rows of weight 0 in the full sample may weigh. */
static bilan_status pass_replicate(bilan *b, struct run *p, size_t r) {
  struct column *weight;
  struct cells found;
  struct cells_request q = *p->request;
  bilan_status status = replicate_weight(b, &weight, p->design, r);
  if (status) return status;
  q.weight = weight;
  q.unit = NULL;
  q.unit_count = 0;
  status = cells_tabulate(b, &found, &q);
  column_free(weight);
  if (status) return status;
  take_totals(p, &found);
  cells_free(&found);
  p->each(p->context, r, &p->totals);
  return BILAN_OK;
}

/* One after the other: each pass uses all threads by itself. */
static bilan_status pass_each(bilan *b, struct run *p) {
  bilan_status status = BILAN_OK;
  for (size_t r = 0; !status && r < p->design->replicates->count; r++)
    status = pass_replicate(b, p, r);
  return status;
}

/* ---- columns ------------------------------------------------------------------------------- */

/* Sums of one replicate as many_weights has them. */
static void take_sums(struct run *p, const double *sums) {
  size_t cells = p->full->count;
  memcpy(p->totals.weight, sums, cells * sizeof *sums);
  for (size_t m = 0; m < p->full->measure_count; m++, sums += 2 * cells)
    for (size_t c = 0; c < cells; c++) {
      p->totals.sums[m * cells + c].weight = sums[cells + c];
      p->totals.sums[m * cells + c].y = sums[2 * cells + c];
    }
}

/* Replicates that are columns, in groups whose sums stay within GROUP_NUMBERS. */
static bilan_status columns_each(bilan *b, struct run *p) {
  const struct replicates *r = p->design->replicates;
  size_t numbers = many_weights_numbers(p->full->count, p->full->measure_count);
  size_t most = GROUP_NUMBERS / numbers + 1, group = most < r->count ? most : r->count;
  double *sums = mem_array(&b->mem, group * numbers, sizeof *sums);
  bilan_status status = sums ? BILAN_OK : fail_nomem(b);
  for (size_t first = 0; !status && first < r->count; first += group) {
    size_t count = r->count - first < group ? r->count - first : group;
    status = many_weights(b, sums, p->request, r->weights + first, count);
    for (size_t i = 0; !status && i < count; i++) {
      take_sums(p, sums + i * numbers);
      p->each(p->context, first + i, &p->totals);
    }
  }
  mem_free(&b->mem, sums);
  return status;
}

/* ---- by units ------------------------------------------------------------------------------ */

/* The request with units, and a column of ones for each measure that lacks answers. Everything is
 * NULL until it is made, so units_close may come at any time. */
struct by_units {
  struct cells_request request;
  const struct column **measures; /* [2 * measures] those of the request, then the ones */
  size_t *ones;                   /* [measure] which measure has its ones; itself: none needed */
  struct column *columns;         /* [measure] of ones on shared numbers; never held */
  double *numbers;                /* [row] 1, 1, ...: what all columns of ones share */
  double *centres;                /* [measure of the larger request * cells] */
  uint32_t *unit;                 /* made when rows are units */
  struct cells cells;             /* the answer: totals by unit */
};

/* Are there rows of a cell's base without an answer to measure m? Rows of weight 0 do not count:
 * a factor leaves them at 0. */
static bool lacks_answers(const struct cells *full, size_t m) {
  for (size_t c = 0; c < full->count; c++)
    if (full->sums[m * full->count + c].n != full->n[c]) return true;
  return false;
}

/* The columns of ones share their numbers and are no counted columns: only what is missing in
 * them is theirs. */
static void units_close(bilan *b, struct by_units *u) {
  cells_free(&u->cells);
  for (size_t m = 0; u->columns && m < u->request.measure_count; m++)
    mem_free(&b->mem, u->columns[m].missing);
  mem_free(&b->mem, u->columns);
  mem_free(&b->mem, u->measures);
  mem_free(&b->mem, u->ones);
  mem_free(&b->mem, u->numbers);
  mem_free(&b->mem, u->centres);
  mem_free(&b->mem, u->unit);
}

/* Ones for a measure, at the end of the list: the same rows are missing, so that its sum of w y
 * is the measure's sum of weights. BILAN_NOMEM. */
static bilan_status add_ones(bilan *b, struct by_units *u, const struct column *measure,
                             size_t m) {
  size_t rows = measure->rows;
  struct column *c = &u->columns[m];
  if (!u->numbers) {
    u->numbers = mem_array(&b->mem, rows, sizeof *u->numbers);
    for (size_t row = 0; u->numbers && row < rows; row++) u->numbers[row] = 1;
  }
  uint8_t *missing = mem_array(&b->mem, rows, 1);
  *c = (struct column){1, &b->mem, COLUMN_NUMBERS, rows, .numbers = u->numbers,
                       .missing = missing};
  if (!u->numbers || !missing) return fail_nomem(b);
  for (size_t row = 0; row < rows; row++) missing[row] = (uint8_t)column_missing(measure, row);
  u->ones[m] = u->request.measure_count;
  u->measures[u->request.measure_count++] = c;
  return BILAN_OK;
}

/* Centres of the measures, and 0 for the ones; none where the request has none. */
static bilan_status extend_centres(bilan *b, struct by_units *u, const struct run *p) {
  size_t cells = p->full->count, known = p->request->measure_count * cells;
  if (!p->request->centres) return BILAN_OK;
  u->centres = mem_zero(&b->mem, u->request.measure_count * cells, sizeof *u->centres);
  if (!u->centres) return fail_nomem(b);
  if (known) memcpy(u->centres, p->request->centres, known * sizeof *u->centres);
  u->request.centres = u->centres;
  return BILAN_OK;
}

/* Rows are units: cells.h wants that said row by row. */
static bilan_status number_rows(bilan *b, struct by_units *u, size_t rows) {
  u->unit = mem_array(&b->mem, rows, sizeof *u->unit);
  if (!u->unit) return fail_nomem(b);
  for (size_t row = 0; row < rows; row++) u->unit[row] = (uint32_t)row;
  u->request.unit = u->unit;
  return BILAN_OK;
}

/* Room for the measures and as many ones; all NULL or zero before. Columns never move, as the
 * list of measures points to them. */
static bilan_status units_room(bilan *b, struct by_units *u, size_t measures) {
  u->measures = mem_zero(&b->mem, 2 * measures, sizeof(struct column *));
  u->ones = mem_zero(&b->mem, measures, sizeof *u->ones);
  u->columns = mem_zero(&b->mem, 2 * measures, sizeof *u->columns);
  return u->measures && u->ones && u->columns ? BILAN_OK : fail_nomem(b);
}

/* Has the answer of the full sample the totals of these very units, and all that is needed? The
 * plain way asks for them again. */
static bool full_serves(const bilan *b, const struct run *p) {
  const struct replicates *r = p->design->replicates;
  if (b->ways.plain || !r->psus || p->full->unit_count != r->units) return false;
  for (size_t m = 0; m < p->request->measure_count; m++)
    if (lacks_answers(p->full, m)) return false;
  return true;
}

/* Those totals, lent. */
static void lend_units(struct by_units *u, const struct run *p) {
  for (size_t m = 0; m < p->request->measure_count; m++) u->ones[m] = m;
  u->cells = *p->full;
  u->cells.mem = NULL;
}

/* The totals of all units in one pass. On failure too, units_close is due. */
static bilan_status units_open(bilan *b, struct by_units *u, const struct run *p) {
  const struct replicates *r = p->design->replicates;
  size_t measures = p->request->measure_count;
  *u = (struct by_units){.request = *p->request};
  u->request.weight = p->design->weight;
  u->request.unit = r->unit;
  u->request.unit_count = r->units;
  u->request.order = r->psus ? p->design->stages[0].order : NULL;
  bilan_status status = units_room(b, u, measures);
  if (!status && full_serves(b, p)) {
    lend_units(u, p);
    return BILAN_OK;
  }
  for (size_t m = 0; !status && m < measures; m++) {
    u->measures[m] = p->request->measures[m];
    u->ones[m] = m;
    if (lacks_answers(p->full, m)) status = add_ones(b, u, u->measures[m], m);
  }
  u->request.measures = u->measures;
  if (!status) status = extend_centres(b, u, p);
  if (!status && !r->unit) status = number_rows(b, u, p->request->rows);
  return status ? status : cells_tabulate(b, &u->cells, &u->request);
}

/* out[cell] = sum over units, in their order, of their factor in replicate `at` times their
 * total. */
static void sum_units(double *out, const double *totals, const struct replicates *r, size_t at,
                      size_t cells) {
  memset(out, 0, cells * sizeof *out);
  for (size_t u = 0; u < r->units; u++, totals += cells) {
    double factor = r->factor[u * r->count + at];
    size_t c = 0;
    for (; c + 2 <= cells; c += 2) *(two *)(out + c) += factor * *(const two *)(totals + c);
    for (; c < cells; c++) out[c] += factor * totals[c];
  }
}

/* Weight and y of one measure; `row` is room for the cells. The weights of the cells are set
 * already: they are the measure's where all have answered. */
static void sum_measure(struct run *p, const struct by_units *u, size_t at, size_t m,
                        double *row) {
  const struct replicates *r = p->design->replicates;
  size_t cells = p->full->count, size = r->units * cells;
  struct cells_sums *sums = p->totals.sums + m * cells;
  sum_units(row, u->cells.unit_y + m * size, r, at, cells);
  for (size_t c = 0; c < cells; c++) sums[c].y = row[c];
  const double *weight = p->totals.weight;
  if (u->ones[m] != m) {
    sum_units(row, u->cells.unit_y + u->ones[m] * size, r, at, cells);
    weight = row;
  }
  for (size_t c = 0; c < cells; c++) sums[c].weight = weight[c];
}

/* Every replicate from the totals of units. `each` sees one and the same struct, filled anew. */
static bilan_status units_each(bilan *b, struct run *p) {
  struct by_units u;
  const struct replicates *r = p->design->replicates;
  double *row = mem_array(&b->mem, p->full->count, sizeof *row);
  if (!row) return fail_nomem(b);
  bilan_status status = units_open(b, &u, p);
  for (size_t at = 0; !status && at < r->count; at++) {
    sum_units(p->totals.weight, u.cells.unit_weight, r, at, p->full->count);
    for (size_t m = 0; m < p->request->measure_count; m++) sum_measure(p, &u, at, m, row);
    p->each(p->context, at, &p->totals);
  }
  units_close(b, &u);
  mem_free(&b->mem, row);
  return status;
}

/* The cells of a request; CELLS_MOST + 1 for more than may be asked for. */
static size_t cells_of(const struct cells_request *request) {
  size_t cells = 1;
  for (size_t i = 0; i < request->key_count; i++) {
    size_t size = dict_count(request->keys[i]->dict);
    if (cells > CELLS_MOST / size) return (size_t)CELLS_MOST + 1;
    cells *= size;
  }
  return cells;
}

/* Few totals by unit beside the rows, within what cells.h sums (a measure may need ones). 10,000
 * rows in 20 cells: up to 8 * 501 units. */
bool replicates_by_units(const struct replicates *r, const struct cells_request *request) {
  size_t cells = cells_of(request), measures = 2 * request->measure_count + 1;
  return r->units && r->units <= UNITS_WORTH * (request->rows / cells + 1) &&
         r->units + 1 <= (size_t)CELLS_MOST / cells / measures;
}

/* Which way is taken depends on sizes alone, never on threads. */
bilan_status replicates_totals(bilan *b, const struct design *d,
                               const struct cells_request *request, const struct cells *full,
                               void (*each)(void *context, size_t r, const struct cells *totals),
                               void *context) {
  struct run p = {.design = d, .request = request, .full = full, .each = each,
                  .context = context};
  bilan_status status = run_open(b, &p);
  bool units = replicates_by_units(d->replicates, request);
  bool columns = !d->replicates->units && !b->ways.plain;
  if (!status)
    status = units ? units_each(b, &p) : columns ? columns_each(b, &p) : pass_each(b, &p);
  run_close(b, &p);
  return status;
}

/* many_weights.c - see many_weights.h.
 *
 * Two columns are summed into cells of two doubles. An addition to a cell waits for the one before
 * it, so rows go to SUBS copies of the cells in turn, which are added up at the end of a chunk;
 * beyond SUBS_CELLS cells rows rarely meet, and there is one copy.
 *
 *   chunk of 2048 rows     cell[i], `cells` where the row is not in     (rows.h)
 *   columns a, b           sub[i % 4][cell[i]] += (a[i], b[i])
 *   measure                sub[i % 4][cell[i]] += (a[i], b[i]) * y[i]
 *
 * The cell behind the last takes the rows that are not in, so that no row asks a question.
 *
 * Layout of a partial result: sums as in the header, of all columns, then room for the copies. Odd
 * numbers of columns: the last goes by twice, and its second sum nowhere.
 */
#include "kernel/many_weights.h"

#include <string.h>

#include "base/two.h"
#include "kernel/blocks.h"

enum { SUBS = 4, SUBS_CELLS = 512 };

/* One pass; read only but for `total`. */
struct pass {
  struct cells_request request;
  struct rows_plan rows;
  struct column *const *weights;
  size_t count, numbers; /* columns; numbers of one */
  size_t subs;           /* copies of the cells */
  double *total;
};

/* What a worker has beside its sums. */
struct scratch {
  struct rows rows;
  uint32_t cell[ROWS_CHUNK]; /* cells for a row that is not in */
  double value[ROWS_CHUNK];
  two sub[];                 /* [subs * (cells + 1)] */
};

/* Two columns of weights from row `from` of the table on. */
struct columns {
  const double *a, *b;
};

/* Sums of weights by cell. */
static void add_weights(struct scratch *k, size_t step, struct columns c) {
  const uint32_t *cell = k->cell;
  size_t i = 0, count = k->rows.count;
  for (; step && i + SUBS <= count; i += SUBS)
    for (size_t s = 0; s < SUBS; s++)
      k->sub[s * step + cell[i + s]] += (two){c.a[i + s], c.b[i + s]};
  for (; i < count; i++) k->sub[cell[i]] += (two){c.a[i], c.b[i]};
}

/* Sums of weights times values. */
static void add_values(struct scratch *k, size_t step, struct columns c) {
  const uint32_t *cell = k->cell;
  const double *v = k->value;
  size_t i = 0, count = k->rows.count;
  for (; step && i + SUBS <= count; i += SUBS)
    for (size_t s = 0; s < SUBS; s++)
      k->sub[s * step + cell[i + s]] += (two){c.a[i + s], c.b[i + s]} * v[i + s];
  for (; i < count; i++) k->sub[cell[i]] += (two){c.a[i], c.b[i]} * v[i];
}

/* Copies added up, into the sums of both columns. */
static void spread(const struct pass *p, const struct scratch *k, double *a, double *b) {
  size_t cells = p->rows.cells;
  for (size_t c = 0; c < cells; c++) {
    two sum = k->sub[c];
    for (size_t s = 1; s < p->subs; s++) sum += k->sub[s * (cells + 1) + c];
    a[c] += sum[0];
    if (b) b[c] += sum[1];
  }
}

/* One part of the numbers, that begins at `at`, of all columns. */
static void sum_part(const struct pass *p, struct scratch *k, double *sums, size_t at,
                     bool values) {
  size_t cells = p->rows.cells, step = p->subs > 1 ? cells + 1 : 0;
  for (size_t r = 0; r < p->count; r += 2) {
    bool last = r + 1 == p->count;
    struct columns c = {p->weights[r]->numbers + k->rows.from,
                        p->weights[last ? r : r + 1]->numbers + k->rows.from};
    double *a = sums + r * p->numbers + at;
    memset(k->sub, 0, p->subs * (cells + 1) * sizeof *k->sub);
    if (values) add_values(k, step, c);
    else add_weights(k, step, c);
    spread(p, k, a, last ? NULL : a + p->numbers);
  }
}

/* Cells of rows with a part other than 0, the one behind the last for the others. */
static void place_rows(const struct pass *p, struct scratch *k, const double *part) {
  for (size_t i = 0; i < k->rows.count; i++)
    k->cell[i] = part[i] != 0 ? k->rows.cell[i] : (uint32_t)p->rows.cells;
}

/* A chunk: weights of cells, then both sums of each measure. A value of a row that is not in may be
 * anything: its cell is not read. */
static void sum_chunk(const struct pass *p, struct scratch *k, double *sums) {
  size_t cells = p->rows.cells;
  place_rows(p, k, k->rows.weight);
  sum_part(p, k, sums, 0, false);
  for (size_t m = 0; m < p->request.measure_count; m++) {
    rows_measure(&k->rows, &p->rows, m);
    place_rows(p, k, k->rows.part);
    memcpy(k->value, k->rows.value, k->rows.count * sizeof *k->value);
    sum_part(p, k, sums, (2 * m + 1) * cells, false);
    sum_part(p, k, sums, (2 * m + 2) * cells, true);
  }
}

/* The work of a block (blocks.h). */
static void sum_block(const void *context, void *partial, size_t begin, size_t end) {
  const struct pass *p = context;
  struct scratch *k = partial;
  double *sums = (double *)(k->sub + p->subs * (p->rows.cells + 1));
  memset(sums, 0, p->count * p->numbers * sizeof *sums);
  for (size_t from = begin; from < end; from += k->rows.count) {
    rows_read(&k->rows, &p->rows, from, end - from < ROWS_CHUNK ? end - from : ROWS_CHUNK);
    sum_chunk(p, k, sums);
  }
}

/* One block's sums into those of all. */
static void add_block(void *context, const void *partial) {
  struct pass *p = context;
  const struct scratch *k = partial;
  const double *sums = (const double *)(k->sub + p->subs * (p->rows.cells + 1));
  for (size_t i = 0; i < p->count * p->numbers; i++) p->total[i] += sums[i];
}

/* See many_weights.h. */
bilan_status many_weights(bilan *b, double *sums, const struct cells_request *request,
                          struct column *const *weights, size_t count) {
  struct pass p = {.request = *request, .weights = weights, .count = count, .total = sums};
  p.request.weight = NULL;
  p.request.unit = NULL;
  bilan_status status = rows_check(b, &p.rows, &p.request);
  if (status) return status;
  p.numbers = many_weights_numbers(p.rows.cells, request->measure_count);
  p.subs = p.rows.cells <= SUBS_CELLS ? SUBS : 1;
  memset(sums, 0, count * p.numbers * sizeof *sums);
  size_t scratch = sizeof(struct scratch) + p.subs * (p.rows.cells + 1) * sizeof(two);
  struct blocks_job job = {
      .rows = request->rows,
      .block = blocks_rows_for(count * p.numbers),
      .partial = (scratch + count * p.numbers * sizeof(double) + 15) / 16 * 16,
      .context = &p,
      .sum = sum_block,
      .add = add_block,
  };
  return blocks_run(b, &job);
}

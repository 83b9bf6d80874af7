/* alike.c - see alike.h.
 *
 * With n rows of a stratum in a cell, their weights summing to W and squared to W2, and `a` the
 * cell's row of the forms, the rows' scores are w a and
 *
 *   sum (w a - c)(w a - c)' = n (m a - c)(m a - c)' + (W2 - W m) a a',   m = W / n
 *
 * which keeps the precision of squares about means: where all weights of a cell are equal the
 * last term is 0, and where the strata fix a share the first is too. W2 - W m below 1e-12 of W2
 * is the rounding of equal weights, and counts as 0.
 *
 * Rows outside the domain have score 0: what is missing from n_h.
 *
 * Worked example. A stratum of 4 rows (n_h = 4, factor 4/3), weights 1, 1, 2, 2; the first three
 * in the cell, whose coefficient is a = 1: scores 1, 1, 2, 0, total 4, mean c = 1. With n = 3, W
 * = 4, W2 = 6: m = 4/3, the cell adds 3 (4/3 - 1)^2 + (6 - 16/3) = 1/3 + 2/3 = 1, the row outside
 * it (0 - 1)^2 = 1; variance 4/3 * 2 = 8/3. By rows: 0 + 0 + 1 + 1 = 2, the same.
 *
 * One pass of the kernel gives n, W and W2 by stratum and cell: the strata are its units, weights
 * and their squares its measures. Memory: strata x cells, and 8 bytes a row for the squares.
 */
#include "design/alike.h"

#include <string.h>

#include "design/squares.h"
#include "kernel/cells.h"

/* What the kernel counted. With several strata they are the units of the request, and n, W and W2
 * of stratum h in a cell are its totals by unit; with one stratum they are those of the cell, rows
 * of weight 0 left out, whose score is that of a row outside. */
struct counts {
  struct cells cells;
  struct column *squares;           /* [row] w * w; owned; NULL without weights */
  const struct column *measures[2]; /* the weights and their squares, as if they were answers */
  bool weighted;                    /* false: every row weighs 1, n is all there is to know */
};

/* w * w of every row. */
static bilan_status square_weights(bilan *b, struct column **out, const struct column *weight) {
  double *squares = mem_array(&b->mem, weight->rows, sizeof *squares);
  if (!squares) return fail_nomem(b);
  for (size_t i = 0; i < weight->rows; i++)
    squares[i] = weight->numbers[i] * weight->numbers[i];
  return column_numbers(b, out, weight->rows, squares, NULL);
}

/* Counts by stratum and cell. One stratum is what the request itself asks, and somebody asked that
 * before for the estimate. With several it is asked without a weight: its "sum of weights" is then
 * the number of rows, and weights come in as a measure. counts_close in any case. */
static bilan_status counts_open(bilan *b, struct counts *c, const struct stage *s,
                                const struct cells_request *request) {
  struct cells_request r = *request;
  *c = (struct counts){.weighted = request->weight != NULL};
  bilan_status status = BILAN_OK;
  r.unit = NULL;
  r.unit_count = 0;
  if (!s->stratum) return cells_tabulate(b, &c->cells, &r);
  if (c->weighted) status = square_weights(b, &c->squares, request->weight);
  c->measures[0] = request->weight;
  c->measures[1] = c->squares;
  r.weight = NULL;
  r.measures = c->measures;
  r.measure_count = c->weighted ? 2 : 0;
  r.unit = s->stratum;
  r.unit_count = s->strata;
  return status ? status : cells_tabulate(b, &c->cells, &r);
}

static void counts_close(struct counts *c) {
  column_free(c->squares);
  cells_free(&c->cells);
}

/* n, W and W2 of one stratum in one cell. */
struct sums {
  double n, w, w2;
};

/* Read where counts_open had them put: by unit [stratum * cells + cell], the squares one whole
 * measure (units x cells) behind the weights; or by cell. Without weights all three are n. */
static struct sums sums_of(const struct counts *c, size_t stratum, size_t cell) {
  const struct cells *k = &c->cells;
  size_t at = stratum * k->count + cell, all = k->unit_count * k->count;
  double n = k->unit_count ? k->unit_weight[at] : (double)k->n[cell];
  if (!c->weighted) return (struct sums){n, n, n};
  if (k->unit_count) return (struct sums){n, k->unit_y[at], k->unit_y[all + at]};
  return (struct sums){n, k->weight[cell], k->weight2[cell]};
}

/* `factor` times the forms of a cell, over all statistics. */
static void form_cell(double *z, const struct forms *f, size_t cell, double factor) {
  memset(z, 0, f->statistics * sizeof *z);
  for (size_t t = f->first[cell]; t < f->first[cell + 1]; t++)
    z[f->terms[t].statistic] += factor * f->terms[t].coefficient;
}

/* Sums of scores by stratum, sum[stratum * statistics]: the cell's row of the forms times W. */
static void sum_strata(double *sum, const struct counts *c, const struct stage *s,
                       const struct forms *f) {
  for (size_t h = 0; h < s->strata; h++)
    for (size_t cell = 0; cell < c->cells.count; cell++) {
      double w = sums_of(c, h, cell).w;
      for (size_t t = f->first[cell]; w != 0 && t < f->first[cell + 1]; t++)
        sum[h * f->statistics + f->terms[t].statistic] += w * f->terms[t].coefficient;
    }
}

/* Adds the squares of one stratum about its centre, cell by cell as in the head, then the rows
 * that are in no cell of the domain. z is room for the statistics with as many zeros behind them:
 * the second square of a cell is of a itself, about 0, and the score of a row outside is 0. */
static void add_stratum(double *cov, double *z, const double *centre, const struct counts *c,
                        const struct stage *s, size_t h, const struct forms *f, size_t block) {
  const double *none = z + f->statistics;
  double outside = (double)s->sampled[h], factor = s->factor[h];
  for (size_t cell = 0; cell < c->cells.count; cell++) {
    struct sums k = sums_of(c, h, cell);
    if (k.n == 0) continue;
    double mean = k.w / k.n, spread = k.w2 - k.w * mean;
    outside -= k.n;
    form_cell(z, f, cell, mean);
    squares_add(cov, z, centre, factor * k.n, f->statistics, block);
    if (spread <= 1e-12 * k.w2) continue;
    form_cell(z, f, cell, 1);
    squares_add(cov, z, none, factor * spread, f->statistics, block);
  }
  squares_add(cov, none, centre, factor * outside, f->statistics, block);
}

/* Does it cost less than a pass over scores? With as many cells as a stratum has rows, or more,
 * most cells of a stratum would hold one row or none. */
bool alike_rows(const struct design *d, const struct stage *s,
                const struct cells_request *request, size_t cells) {
  return !s->unit && !request->measure_count && !d->calibration_count &&
         cells <= request->rows / (s->strata ? s->strata : 1) + 1;
}

/* Sums, centres, squares. One run of memory: [strata x statistics] sums that become centres, then
 * z and its zeros. */
bilan_status alike_variance(bilan *b, double *cov, const struct stage *s,
                            const struct cells_request *request, const struct forms *f,
                            size_t block) {
  struct counts c;
  double *room = mem_zero(&b->mem, s->strata + 2, f->statistics * sizeof *room);
  if (!room) return fail_nomem(b);
  double *z = room + s->strata * f->statistics; /* then as many zeros */
  bilan_status status = counts_open(b, &c, s, request);
  if (!status) {
    sum_strata(room, &c, s, f);
    squares_centre(room, s, f->statistics);
    for (size_t h = 0; h < s->strata; h++)
      if (s->factor[h] != 0)
        add_stratum(cov, z, room + h * f->statistics, &c, s, h, f, block);
  }
  counts_close(&c);
  mem_free(&b->mem, room);
  return status;
}

/* scores.c - see scores.h.
 *
 * A row is in one cell, so of the many terms of the forms only those of its own slots touch it:
 * its weight's, and one for each measure it has. Calibrations come after, on every row of the
 * sample: a row outside the domain has influence 0 but a residual all the same.
 *
 * Worked example. A request with two cells and one measure y; a row in cell 1, w = 2, y = 5,
 * centre 3. The statistic is the mean of y in cell 1, with coefficients 0.1 in the measure's slot
 * and 0 in the weight's (centred): z = 2 * 0.1 * (5 - 3) = 0.4. Calibrated on the row's level,
 * with w_after 2 and slope B = 0.15: z = 0.4 - 2 * 0.15 = 0.1. A row of the same level in cell 0,
 * w_after 3: z = 0 - 3 * 0.15 = -0.45.
 *
 * Layout, K statistics:
 *
 *   z         [i * K + k]                 rows from + i of the few at hand
 *   slopes    [c][place * K + k]          place: coefficient of the c-th calibration
 *   partial   coefficients * K sums, then scores_rows * K for z
 *
 * Several calibrations: slopes of the second are of the residuals of the first, for its weights
 * came out of those the first had made. So each needs its own pass, with those before it applied.
 *
 * Invariants: after calibration c, the sum over rows of q x z / w_after is 0, to rounding with
 * SWEEP_REGRESSION, nearly with ten rounds of SWEEP_MARGINS; rows of weight 0 at that time take
 * no part in it. Workers write to their partial result only.
 */
#include "design/scores.h"

#include <string.h>

#include "kernel/blocks.h"

/* Scores of this many numbers at a time (256 KiB); rows in it, at least a few. */
enum { SCORES_ROOM = 1 << 15, SCORES_LEAST = 16 };

/* Depends on the number of statistics alone, so that a sum's order does not depend on anything
 * that two runs may differ in: 32,768 / statistics, from 16 rows to a chunk. */
size_t scores_rows(const struct scores *s) {
  size_t rows = SCORES_ROOM / (s->statistics ? s->statistics : 1);
  if (rows < SCORES_LEAST) rows = SCORES_LEAST;
  return rows < ROWS_CHUNK ? rows : ROWS_CHUNK;
}

/* Adds `amount` of a slot to the statistics that have a term there. */
static inline void add_slot(const struct forms *f, double *z, size_t slot, double amount) {
  for (size_t t = f->first[slot]; t < f->first[slot + 1]; t++)
    z[f->terms[t].statistic] += amount * f->terms[t].coefficient;
}

/* Weighted influences before any calibration, z[i * statistics + k] for the rows of the chunk. A
 * row that is not in, or has no answer, has weight or part 0 and no term. */
static void read_plain(const struct scores *s, struct rows *k, double *z) {
  size_t cells = s->rows.cells, statistics = s->statistics;
  memset(z, 0, k->count * statistics * sizeof *z);
  for (size_t i = 0; i < k->count; i++)
    if (k->weight[i] != 0) add_slot(s->forms, z + i * statistics, k->cell[i], k->weight[i]);
  for (size_t m = 0; m < s->rows.request->measure_count; m++) {
    rows_measure(k, &s->rows, m);
    for (size_t i = 0; i < k->count; i++)
      if (k->part[i] != 0)
        add_slot(s->forms, z + i * statistics, (m + 1) * cells + k->cell[i],
                 k->part[i] * k->value[i]);
  }
}

/* z - w_after x' B for one calibration, in place: all rows, in the domain or not, but those that
 * the adjustment left at weight 0. */
static void take_off(const struct scores *s, const struct calibration *c, const double *slopes,
                     double *z, size_t from, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double after = c->after[from + i], x;
    for (size_t m = 0; after != 0 && m < c->margin_count; m++) {
      uint32_t place = calibration_place(&c->margins[m], from + i, &x);
      if (place == UINT32_MAX) continue;
      const double *slope = slopes + place * s->statistics;
      for (size_t k = 0; k < s->statistics; k++) z[i * s->statistics + k] -= after * x * slope[k];
    }
  }
}

/* Plain influences, then the residuals of every calibration that is ready. */
void scores_read(const struct scores *s, double *z, size_t from, size_t count) {
  struct rows k;
  rows_read(&k, &s->rows, from, count);
  read_plain(s, &k, z);
  for (size_t c = 0; c < s->ready; c++)
    take_off(s, s->design->calibrations[c], s->slopes[c], z, from, count);
}

/* ---- slopes ---------------------------------------------------------------------------------- */

/* One pass for one calibration. A partial result is the sums, then room for scores. */
struct slope_pass {
  const struct scores *scores;
  const struct calibration *calibration;
  size_t numbers; /* coefficients x statistics */
  double *sums;
};

/* Sums of q x z / after over the rows of a chunk: z / after takes the weight off the influence,
 * which was put on with the weights of today; q is the weight of the regression. */
static void add_products(const struct slope_pass *p, double *sums, const double *z, size_t from,
                         size_t count) {
  const struct calibration *c = p->calibration;
  size_t statistics = p->scores->statistics;
  double x;
  for (size_t i = 0; i < count; i++) {
    double after = c->after[from + i];
    for (size_t m = 0; after != 0 && m < c->margin_count; m++) {
      uint32_t place = calibration_place(&c->margins[m], from + i, &x);
      if (place == UINT32_MAX) continue;
      double factor = (c->q ? c->q[from + i] : 1) * x / after;
      for (size_t k = 0; k < statistics; k++)
        sums[place * statistics + k] += factor * z[i * statistics + k];
    }
  }
}

/* The work of a block (blocks.h), a few rows at a time. Scores are read with the calibrations
 * that are ready: those before this one. */
static void sum_products(const void *context, void *partial, size_t begin, size_t end) {
  const struct slope_pass *p = context;
  double *sums = partial, *z = sums + p->numbers;
  size_t step = scores_rows(p->scores);
  memset(sums, 0, p->numbers * sizeof *sums);
  for (size_t from = begin; from < end; from += step) {
    size_t count = end - from < step ? end - from : step;
    scores_read(p->scores, z, from, count);
    add_products(p, sums, z, from, count);
  }
}

/* One block's sums into those of all. */
static void add_sums(void *context, const void *partial) {
  struct slope_pass *p = context;
  const double *from = partial;
  for (size_t i = 0; i < p->numbers; i++) p->sums[i] += from[i];
}

/* B of the next calibration, from the scores as those before it leave them. */
static bilan_status find_slopes(bilan *b, struct scores *s, const struct calibration *c) {
  struct slope_pass p = {s, c, c->coefficients * s->statistics, NULL};
  p.sums = mem_zero(&b->mem, p.numbers, sizeof *p.sums);
  if (!p.sums) return fail_nomem(b);
  struct blocks_job job = {
      .rows = s->design->rows,
      .block = blocks_rows_for(p.numbers),
      .partial = (p.numbers + scores_rows(s) * s->statistics) * sizeof(double),
      .context = &p,
      .sum = sum_products,
      .add = add_sums,
  };
  bilan_status status = blocks_run(b, &job);
  if (!status) status = calibration_solve(b, c, p.sums, s->statistics);
  if (status) {
    mem_free(&b->mem, p.sums);
    return status;
  }
  s->slopes[s->ready++] = p.sums;
  return BILAN_OK;
}

/* Checks the request, then one pass a calibration, in the order of their making. What was found
 * before a failure is freed by scores_close. */
bilan_status scores_open(bilan *b, struct scores *s, const struct design *design,
                         const struct cells_request *request, const struct forms *forms) {
  *s = (struct scores){.forms = forms, .design = design, .statistics = forms->statistics};
  bilan_status status = rows_check(b, &s->rows, request);
  if (status || !design->calibration_count) return status;
  s->slopes = mem_zero(&b->mem, design->calibration_count, sizeof *s->slopes);
  if (!s->slopes) return fail_nomem(b);
  for (size_t c = 0; !status && c < design->calibration_count; c++)
    status = find_slopes(b, s, design->calibrations[c]);
  return status;
}

/* Takes one that was opened in part; the forms and the design were lent. */
void scores_close(bilan *b, struct scores *s) {
  for (size_t c = 0; c < s->ready; c++) mem_free(&b->mem, s->slopes[c]);
  mem_free(&b->mem, s->slopes);
  *s = (struct scores){0};
}

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
static size_t rows_at_a_time(const struct scores *s) {
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
static void read_scores(const struct scores *s, double *z, size_t from, size_t count) {
  struct rows k;
  rows_read(&k, &s->rows, from, count);
  read_plain(s, &k, z);
  for (size_t c = 0; c < s->ready; c++)
    take_off(s, s->design->calibrations[c], s->slopes[c], z, from, count);
}

/* ---- passes ------------------------------------------------------------------------------- */

/* One pass (blocks.h). A partial result is `numbers` sums, then room for the scores of a few
 * rows, which are scratch. */
struct pass {
  const struct scores *scores;
  scores_add *add;
  const void *context;
  size_t numbers;
  double *total;
};

/* The work of a block: scores of a few rows at a time, never those of the whole block. */
static void sum_block(const void *context, void *partial, size_t begin, size_t end) {
  const struct pass *p = context;
  double *sums = partial, *z = sums + p->numbers;
  size_t step = rows_at_a_time(p->scores);
  memset(sums, 0, p->numbers * sizeof *sums);
  for (size_t from = begin; from < end; from += step) {
    size_t count = end - from < step ? end - from : step;
    read_scores(p->scores, z, from, count);
    p->add(p->context, sums, z, from, count);
  }
}

/* One block's sums into those of all. */
static void add_block(void *context, const void *partial) {
  struct pass *p = context;
  const double *from = partial;
  for (size_t i = 0; i < p->numbers; i++) p->total[i] += from[i];
}

/* See scores.h. */
bilan_status scores_pass(bilan *b, const struct scores *s, double *total, size_t numbers,
                         scores_add *add, const void *context) {
  struct pass p = {s, add, context, numbers, total};
  struct blocks_job job = {
      .rows = s->design->rows,
      .block = blocks_rows_for(numbers),
      .partial = (numbers + rows_at_a_time(s) * s->statistics) * sizeof(double),
      .context = &p,
      .sum = sum_block,
      .add = add_block,
  };
  return blocks_run(b, &job);
}

/* ---- slopes ------------------------------------------------------------------------------- */

/* What one calibration is found from. */
struct products {
  const struct calibration *calibration;
  size_t statistics;
};

/* Sums of q x z / after over a few rows, sums[coefficient * statistics + k]: z / after takes the
 * weight off the influence, which was put on with the weights of today; q is the weight of the
 * regression. */
static void add_products(const void *context, double *sums, const double *z, size_t from,
                         size_t count) {
  const struct products *p = context;
  const struct calibration *c = p->calibration;
  double x;
  for (size_t i = 0; i < count; i++) {
    double after = c->after[from + i];
    for (size_t m = 0; after != 0 && m < c->margin_count; m++) {
      uint32_t place = calibration_place(&c->margins[m], from + i, &x);
      if (place == UINT32_MAX) continue;
      double factor = (c->q ? c->q[from + i] : 1) * x / after;
      for (size_t k = 0; k < p->statistics; k++)
        sums[place * p->statistics + k] += factor * z[i * p->statistics + k];
    }
  }
}

/* B of the next calibration, from the scores as those before it leave them. */
static bilan_status find_slopes(bilan *b, struct scores *s, const struct calibration *c) {
  struct products p = {c, s->statistics};
  size_t numbers = c->coefficients * s->statistics;
  double *sums = mem_zero(&b->mem, numbers, sizeof *sums);
  if (!sums) return fail_nomem(b);
  bilan_status status = scores_pass(b, s, sums, numbers, add_products, &p);
  if (!status) status = calibration_solve(b, c, sums, s->statistics);
  if (status) {
    mem_free(&b->mem, sums);
    return status;
  }
  s->slopes[s->ready++] = sums;
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

/* rake.c - raking, and post-stratification as its case of one margin.
 *
 * Iterative proportional fitting (Deming & Stephan, Annals of Math. Statistics 11, 1940; as
 * weighting: Deville, Sarndal & Sautory, JASA 88, 1993): for each margin in turn the weights of
 * each level are multiplied by
 *
 *   total of the level / sum of the weights in it
 *
 * and so on in rounds, until at the end of a round every margin (not only the last) is within
 * the tolerance. The final weight is the weight before times the product of the factors.
 *
 * Rows that have the same level in every margin get the same factor, so fitting is done on those
 * cells: one pass over the rows to sum cells, rounds over the cells, one pass to multiply. The
 * cells are found once, also for the replicates. Should there be nearly as many of them as rows,
 * every row is its own cell.
 *
 * Worked example: weights 1, 1, 1, 1 in cells (a,x) (a,y) (b,x) (b,y), totals a 6, b 2, x 4, y 4:
 * the first margin gives 3, 3, 1, 1; the second changes nothing; one round. With weights 1, 1, 1,
 * 3 and totals a 4, b 4, x 4, y 4 the rounds go on:
 *
 *   cell      (a,x)   (a,y)   (b,x)   (b,y)     sums       misses by
 *   before    1       1       1       3
 *   fit a, b  2       2       1       3         x 3, y 5
 *   fit x, y  2.667   1.6     1.333   2.4       a 4.267    0.067, then 0.0047, 0.00034 ...
 *
 * towards 2.536, 1.464, 1.464, 2.536: the odds ratio (a,x)(b,y) / (a,y)(b,x) stays 3.
 *
 * Numbering of cells, margin by margin, for rows with levels (a, y), (b, x), (a, y), (a, x):
 *
 *   margin 1   table [cell 0 * 2 + level]           cells 0 1 0 0      a is 0, b is 1
 *   margin 2   table [cell * 2 + level]             cells 0 1 0 2      (a,y) 0, (b,x) 1, (a,x) 2
 *   place      [cell * 2 + margin], coefficients    0 3 | 1 2 | 0 2    a 0, b 1, x 2, y 3
 *
 * Invariants: cells are numbered by their first row; sums go over rows, then cells, in order.
 * Cost: two passes over the rows, and rounds * cells * margins. Memory: 4 bytes a row.
 */
#include <math.h>

#include "design/margins.h"

static const uint32_t NO_CELL = UINT32_MAX;

/* The cross-classification of the rows by all margins. */
struct fitting {
  uint32_t *cell;  /* [row]; NO_CELL where the row has no place in some margin */
  size_t cells;    /* at most as many as rows */
  uint32_t *place; /* [cell * margins + margin]: coefficient */
  double *before;  /* [cell] sums of the weights that are being fitted */
  double *factor;  /* [cell] product of the factors so far */
  double *reached; /* [coefficient] sums of before * factor */
};

/* Takes a zeroed one, and one that was opened in part. */
static void fitting_free(struct mem *mem, struct fitting *f) {
  mem_free(mem, f->cell);
  mem_free(mem, f->place);
  mem_free(mem, f->before);
  mem_free(mem, f->factor);
  mem_free(mem, f->reached);
}

/* ---- cells ------------------------------------------------------------------------------- */

/* Splits the cells by one more margin: (cell, level) pairs get numbers in the order of their
 * first row. `table` has cells * levels entries, all NO_CELL. Returns how many there are. */
static size_t split_cells(struct fitting *f, const struct method *m, const struct margin *margin,
                          uint32_t *table) {
  size_t count = 0;
  for (size_t row = 0; row < m->rows; row++) {
    double x;
    uint32_t at = calibration_place(margin, row, &x);
    if (f->cell[row] == NO_CELL || at == UINT32_MAX) {
      f->cell[row] = NO_CELL;
      continue;
    }
    uint32_t *number = &table[f->cell[row] * margin->count + (at - margin->first)];
    if (*number == NO_CELL) *number = (uint32_t)count++;
    f->cell[row] = *number;
  }
  return count;
}

/* Every row its own cell, but for those without a place in some margin (their weight is 0, or
 * margins_prepare would have refused them). */
static size_t split_rows(struct fitting *f, const struct method *m) {
  for (size_t row = 0; row < m->rows; row++) {
    f->cell[row] = (uint32_t)row;
    for (size_t i = 0; i < m->adjustment->margin_count; i++) {
      double x;
      if (calibration_place(&m->adjustment->margins[i], row, &x) == UINT32_MAX)
        f->cell[row] = NO_CELL;
    }
  }
  return m->rows;
}

/* Margin by margin. Where the next table would be much larger than the rows, or there are so many
 * cells already that little is won, rows are their own cells. BILAN_NOMEM. */
static bilan_status find_cells(bilan *b, struct fitting *f, const struct method *m) {
  f->cells = 1;
  for (size_t row = 0; row < m->rows; row++) f->cell[row] = 0;
  for (size_t i = 0; i < m->adjustment->margin_count; i++) {
    const struct margin *margin = &m->adjustment->margins[i];
    size_t entries = f->cells * margin->count; /* cells <= rows < 2^32, count by dictionary */
    if (f->cells > m->rows / 2 + 1 || entries > m->rows + (1u << 20)) {
      f->cells = split_rows(f, m);
      return BILAN_OK;
    }
    uint32_t *table = mem_array(&b->mem, entries, sizeof *table);
    if (!table) return fail_nomem(b);
    for (size_t e = 0; e < entries; e++) table[e] = NO_CELL;
    f->cells = split_cells(f, m, margin, table);
    mem_free(&b->mem, table);
  }
  return BILAN_OK;
}

/* The place of each cell in every margin: that of any of its rows, since they are the same. */
static void place_cells(struct fitting *f, const struct method *m) {
  size_t margins = m->adjustment->margin_count;
  for (size_t c = 0; c < f->cells * margins; c++) f->place[c] = 0;
  for (size_t row = 0; row < m->rows; row++)
    for (size_t i = 0; f->cell[row] != NO_CELL && i < margins; i++) {
      double x;
      f->place[f->cell[row] * margins + i] =
          calibration_place(&m->adjustment->margins[i], row, &x);
    }
}

/* Finds the cells and their places. On failure the caller frees. BILAN_LIMIT, BILAN_NOMEM. */
static bilan_status fitting_open(bilan *b, struct fitting *f, const struct method *m) {
  size_t margins = m->adjustment->margin_count;
  if (m->rows >= NO_CELL) return fail(b, BILAN_LIMIT, "%s: at most 2^32 - 2 rows", m->verb);
  f->cell = mem_array(&b->mem, m->rows, sizeof *f->cell);
  if (!f->cell) return fail_nomem(b);
  bilan_status status = find_cells(b, f, m);
  if (status) return status;
  f->place = mem_array(&b->mem, f->cells, margins * sizeof *f->place);
  f->before = mem_array(&b->mem, f->cells, sizeof *f->before);
  f->factor = mem_array(&b->mem, f->cells, sizeof *f->factor);
  f->reached = mem_array(&b->mem, m->coefficients, sizeof *f->reached);
  if (!f->place || !f->before || !f->factor || !f->reached) return fail_nomem(b);
  place_cells(f, m);
  return BILAN_OK;
}

/* ---- fitting ----------------------------------------------------------------------------- */

/* Sums of one margin's levels over the cells, as weighted now, into its part of reached. */
static void sum_margin(const struct fitting *f, const struct method *m, size_t i) {
  const struct margin *margin = &m->adjustment->margins[i];
  size_t margins = m->adjustment->margin_count;
  for (size_t place = 0; place < margin->count; place++) f->reached[margin->first + place] = 0;
  for (size_t c = 0; c < f->cells; c++)
    f->reached[f->place[c * margins + i]] += f->before[c] * f->factor[c];
}

/* One margin of a round. Multiplies each cell by its level's factor; a level without weight is
 * left as it is, and is found to be far from its total at the end of the round. */
static void fit_margin(const struct fitting *f, const struct method *m, size_t i) {
  const struct margin *margin = &m->adjustment->margins[i];
  size_t margins = m->adjustment->margin_count;
  sum_margin(f, m, i);
  for (size_t c = 0; c < f->cells; c++) {
    size_t at = f->place[c * margins + i];
    if (f->reached[at] > 0) f->factor[c] *= margin->totals[at - margin->first] / f->reached[at];
  }
}

/* Rounds over the cells. The tolerance is looked at after a whole round, with all margins summed
 * anew: the last one alone is always met. */
static void fit_rounds(const struct fitting *f, const struct method *m, struct outcome *o) {
  const struct adjustment *a = m->adjustment;
  do {
    for (size_t i = 0; i < a->margin_count; i++) fit_margin(f, m, i);
    for (size_t i = 0; i < a->margin_count; i++) sum_margin(f, m, i);
    o->worst = margins_worst(m, f->reached);
    o->iterations++;
  } while (o->worst.distance > a->epsilon && o->iterations < a->iterations);
}

/* Sums cells, fits, multiplies. The state is set anew, so one fitting serves the sample and all
 * of its replicates. */
static bilan_status rake_run(bilan *b, const struct method *m, double *weight,
                             struct outcome *o) {
  (void)b;
  const struct fitting *f = m->state;
  *o = (struct outcome){0};
  for (size_t c = 0; c < f->cells; c++) f->before[c] = 0;
  for (size_t c = 0; c < f->cells; c++) f->factor[c] = 1;
  for (size_t row = 0; row < m->rows; row++)
    if (f->cell[row] != NO_CELL) f->before[f->cell[row]] += weight[row];
  fit_rounds(f, m, o);
  for (size_t row = 0; row < m->rows; row++)
    if (f->cell[row] != NO_CELL) weight[row] *= f->factor[f->cell[row]];
  return BILAN_OK;
}

/* ---- verbs ------------------------------------------------------------------------------- */

/* Levels only, or the population as a whole: a number has no level to multiply. */
static bilan_status check_levels(bilan *b, const struct method *m) {
  for (size_t i = 0; i < m->adjustment->margin_count; i++) {
    const struct margin *margin = &m->adjustment->margins[i];
    if (!margin->place && !margin->ones)
      return fail(b, BILAN_USAGE, "%s takes items with levels, and \"%.*s\" is a number: use "
                  "calibrate", m->verb, (int)margin->name.n, margin->name.s);
  }
  return BILAN_OK;
}

/* Prepares the margins, finds the cells, fits the sample and its replicates. */
static bilan_status fit_design(bilan *b, struct design **out, struct receipt *receipt,
                               const struct design *d, struct method m) {
  struct fitting f = {0};
  double *weight = NULL;
  bilan_status status = check_levels(b, &m);
  if (status) return status;
  status = design_presence(b, &weight, d);
  if (!status) status = margins_prepare(b, &m, weight);
  if (!status) status = fitting_open(b, &f, &m);
  m.state = &f;
  if (!status) status = adjust_design(b, out, receipt, d, &m);
  fitting_free(&b->mem, &f);
  mem_free(&b->mem, weight);
  return status;
}

/* The variance sweeps means margin by margin, as it is done for raked designs in R. */
bilan_status design_rake(bilan *b, struct design **out, struct receipt *receipt,
                         const struct design *d, const struct adjustment *a) {
  struct method m = {.verb = "raking", .sweep = SWEEP_MARGINS, .adjustment = a,
                     .rows = d->rows, .run = rake_run};
  return fit_design(b, out, receipt, d, m);
}

/* One margin, one round; the variance takes off weighted means, the weights being those
 * before. */
bilan_status design_poststratify(bilan *b, struct design **out, struct receipt *receipt,
                                 const struct design *d, const struct adjustment *a) {
  struct adjustment once = *a;
  struct method m = {.verb = "post-stratification", .sweep = SWEEP_REGRESSION,
                     .adjustment = &once, .rows = d->rows, .run = rake_run};
  once.iterations = 1;
  once.epsilon = 1e-9; /* met by the one division */
  if (a->margin_count != 1)
    return fail(b, BILAN_USAGE, "post-stratification takes one margin, here are %zu: cross them "
                "in one item, or use rake", a->margin_count);
  return fit_design(b, out, receipt, d, m);
}

/* residual.c - see calibration.h: the record of an adjustment, and the regression that the
 * variance takes off.
 *
 * An estimate under calibrated weights varies, to first order, as the residuals of its influence
 * on the calibration variables do (Deville & Sarndal, JASA 87, 1992, result 5). With z the
 * weighted influence of a row and `after` the calibrated weight, the residual is
 *
 *   z - after * x' B      B solves (sum q x x') B = sum q x (z / after)
 *
 * For post-stratification and calibration q is the weight before: weighted least squares. Raked
 * designs take off the plain means of z / after margin by margin, ten rounds over; by coefficient
 * that is ten rounds of Gauss and Seidel's on the same equations with q = 1: margin i's means of
 * what is left are (S_i - sum_j N_ij B_j) / N_ii, and they are added to B_i.
 *
 * Worked example. One margin of two levels, weights before (q) 2, 2 in level a and 3 in b, after
 * 3, 3 and 3; y = 1, 5, 4. The influences on a total are u = z / after = y, S = (2 * 1 + 2 * 5,
 * 12) = (12, 12), normal = diag(4, 3), B = (3, 4): the residuals are y minus the weighted mean of
 * its level, -2, 2 and 0, times the weights after. What the levels explain has no variance any
 * more.
 *
 * Layout of normal, margin 1 with two levels, margin 2 a number: n = 3, symmetric,
 *
 *   sum q [a]    0           sum q x [a]        [a], [b]: over the rows of the level
 *   0            sum q [b]   sum q x [b]
 *   sum q x [a]  sum q x [b] sum q x^2
 *
 * Rows of weight 0 after the adjustment have q = 0 and stand in no sum.
 *
 * Invariants: `normal` is symmetric; one margin of levels alone has a diagonal one, and only the
 * diagonal is kept then, so that post-stratification into many cells costs what its cells cost.
 * Owner: counted. Cost: making one takes a pass over rows * margins^2; solving is of order
 * coefficients^3 once and coefficients^2 a statistic.
 */
#include <math.h>
#include <string.h>

#include "design/margins.h"
#include "kernel/matrix.h"

enum { SWEEP_ROUNDS = 10 };

/* Pivots below this share of the largest, of a matrix scaled to a diagonal of ones, are 0. Two
 * margins of levels always make one: each sums to the intercept. */
static const double SINGULAR = 1e-12;

/* ---- owners ------------------------------------------------------------------------------ */

/* One more owner: designs with later adjustments share the records of the earlier ones. */
struct calibration *calibration_hold(struct calibration *c) {
  c->owners++;
  return c;
}

/* A hold of each item, and the copies of the places; names and totals were never taken along. */
static void margins_free(struct mem *mem, struct margin *margins, size_t count) {
  for (size_t m = 0; margins && m < count; m++) {
    column_free(margins[m].item);
    mem_free(mem, margins[m].place);
  }
  mem_free(mem, margins);
}

/* The last owner gives everything back; NULL is fine, and so is a record that was never
 * filled. */
void calibration_free(struct calibration *c) {
  if (!c || --c->owners) return;
  margins_free(c->mem, c->margins, c->margin_count);
  mem_free(c->mem, c->q);
  mem_free(c->mem, c->after);
  mem_free(c->mem, c->normal);
  mem_free(c->mem, c);
}

/* Called for every row and margin of every pass, so nothing is looked up by name here. With
 * levels x is 1 at the coefficient of the row's level; a number is missing where its coefficient
 * is none. */
uint32_t calibration_place(const struct margin *m, size_t row, double *value) {
  *value = 1;
  if (m->ones) return (uint32_t)m->first;
  if (m->place) {
    uint32_t place = m->place[column_code(m->item, row)];
    return place == UINT32_MAX ? UINT32_MAX : (uint32_t)m->first + place;
  }
  if (column_missing(m->item, row) != BILAN_PRESENT) return UINT32_MAX;
  *value = column_number(m->item, row);
  return (uint32_t)m->first;
}

/* ---- making one ------------------------------------------------------------------------ */

/* Is only the diagonal of the normal matrix kept? A row has one level of the one margin, so all
 * other products are 0: 10,000 cells take 80 kB and not 800 MB. */
static bool is_diagonal(const struct calibration *c) {
  return c->margin_count == 1 && (c->margins[0].place || c->margins[0].ones);
}

/* What of a margin is needed after the adjustment: neither name nor totals. BILAN_NOMEM leaves a
 * margin that margins_free can take. */
static bilan_status copy_margin(bilan *b, struct margin *to, const struct margin *from) {
  *to = (struct margin){.first = from->first, .count = from->count, .ones = from->ones};
  if (from->item) to->item = column_hold(from->item);
  if (!from->place) return BILAN_OK;
  size_t codes = dict_count(from->item->dict);
  to->place = mem_array(&b->mem, codes, sizeof *to->place);
  if (!to->place) return fail_nomem(b);
  for (size_t i = 0; i < codes; i++) to->place[i] = from->place[i];
  return BILAN_OK;
}

/* See margins.h. */
void margins_read(const struct margin *margins, size_t count, size_t row, uint32_t *at,
                  double *x) {
  for (size_t i = 0; i < count; i++) at[i] = calibration_place(&margins[i], row, &x[i]);
}

/* Margins are numbered in order, so at[i] < at[j] for i < j, and only the upper half is touched;
 * levels of one margin never meet. */
void normal_add(double *normal, size_t n, const uint32_t *at, const double *x, size_t count,
                double q) {
  for (size_t i = 0; i < count; i++) {
    if (at[i] == UINT32_MAX) continue;
    double *line = normal + at[i] * n, qx = q * x[i];
    for (size_t j = i; j < count; j++)
      if (at[j] != UINT32_MAX) line[at[j]] += qx * x[j];
  }
}

/* The other half, once for all rows: adding both for each would double the work of the pass. */
void normal_mirror(double *normal, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) normal[i * n + j] = normal[j * n + i];
}

/* Sums the normal matrix over all rows of the sample, row by row; at and x have room for a row's
 * terms. Rows whose weight came out as 0 are left out: their influence is 0, and they may not
 * pull means towards it. */
static void sum_normal(struct calibration *c, const double *q, size_t rows, uint32_t *at,
                       double *x) {
  bool diagonal = is_diagonal(c);
  for (size_t row = 0; row < rows; row++) {
    double factor = q ? q[row] : 1;
    if (c->after[row] == 0) continue;
    margins_read(c->margins, c->margin_count, row, at, x);
    if (!diagonal)
      normal_add(c->normal, c->coefficients, at, x, c->margin_count, factor);
    else if (at[0] != UINT32_MAX)
      c->normal[at[0]] += factor;
  }
  if (!diagonal) normal_mirror(c->normal, c->coefficients);
}

/* The record's own copies of both weights, as the variance will ask for them long after. */
static bilan_status copy_weights(bilan *b, struct calibration *c, const double *q,
                                 const double *after, size_t rows) {
  c->after = mem_array(&b->mem, rows, sizeof *c->after);
  if (!c->after) return fail_nomem(b);
  memcpy(c->after, after, rows * sizeof *c->after);
  if (!q) return BILAN_OK;
  c->q = mem_array(&b->mem, rows, sizeof *c->q);
  if (!c->q) return fail_nomem(b);
  for (size_t row = 0; row < rows; row++) c->q[row] = after[row] != 0 ? q[row] : 0;
  return BILAN_OK;
}

/* Copies the weights and sums the normal matrix. */
static bilan_status fill(bilan *b, struct calibration *c, const double *q, const double *after,
                         size_t rows) {
  size_t n = c->coefficients, size = is_diagonal(c) ? 1 : n;
  bilan_status status = copy_weights(b, c, q, after, rows);
  if (status) return status;
  uint32_t *at = mem_array(&b->mem, c->margin_count, sizeof *at);
  double *x = mem_array(&b->mem, c->margin_count, sizeof *x);
  c->normal = mem_zero(&b->mem, n, size * sizeof *c->normal);
  bool room = at && x && c->normal;
  if (room) sum_normal(c, q, rows, at, x);
  mem_free(&b->mem, x);
  mem_free(&b->mem, at);
  return room ? BILAN_OK : fail_nomem(b);
}

/* One owner. The count of margins rises before its margin is copied, so that a copy which fails
 * half way is freed with the others. BILAN_NOMEM. */
bilan_status calibration_make(bilan *b, struct calibration **out, const struct method *m,
                              const double *q, const double *after) {
  const struct adjustment *a = m->adjustment;
  bilan_status status = BILAN_OK;
  struct calibration *c = mem_zero(&b->mem, 1, sizeof *c);
  if (!c) return fail_nomem(b);
  *c = (struct calibration){.owners = 1, .mem = &b->mem, .sweep = m->sweep};
  c->coefficients = m->coefficients;
  c->margins = mem_zero(&b->mem, a->margin_count, sizeof *c->margins);
  if (!c->margins) status = fail_nomem(b);
  while (!status && c->margin_count < a->margin_count) {
    size_t at = c->margin_count++;
    status = copy_margin(b, &c->margins[at], &a->margins[at]);
  }
  if (!status) status = fill(b, c, q, after, m->rows);
  if (status)
    calibration_free(c);
  else
    *out = c;
  return status;
}

/* ---- solving --------------------------------------------------------------------------- */

/* B = S / N, coefficient by coefficient: the level's mean. 0 for a level that has no rows any
 * more, and then none takes it off. */
static void solve_diagonal(const struct calibration *c, double *sums, size_t count) {
  for (size_t i = 0; i < c->coefficients; i++)
    for (size_t s = 0; s < count; s++)
      sums[i * count + s] = c->normal[i] > 0 ? sums[i * count + s] / c->normal[i] : 0;
}

/* Ten rounds over the coefficients of one statistic; those of one margin do not meet, so taking
 * them one by one is taking the margin as a whole. left[i] = S_i - sum_j N_ij B_j. */
static void sweep_margins(const struct calibration *c, double *left, double *taken) {
  size_t n = c->coefficients;
  for (size_t i = 0; i < n; i++) taken[i] = 0;
  for (int round = 0; round < SWEEP_ROUNDS; round++)
    for (size_t i = 0; i < n; i++) {
      const double *row = c->normal + i * n;
      if (!(row[i] > 0)) continue;
      double mean = left[i] / row[i];
      taken[i] += mean;
      for (size_t j = 0; j < n; j++) left[j] -= row[j] * mean;
    }
}

/* Each statistic by itself, over columns of the sums. The second half of `left` takes B. Ten
 * rounds are not until convergence: they are what R's survey does, and two programs should give
 * one standard error. */
static bilan_status solve_margins(bilan *b, const struct calibration *c, double *sums,
                                  size_t count) {
  size_t n = c->coefficients;
  double *left = mem_array(&b->mem, n, 2 * sizeof *left);
  if (!left) return fail_nomem(b);
  for (size_t s = 0; s < count; s++) {
    for (size_t i = 0; i < n; i++) left[i] = sums[i * count + s];
    sweep_margins(c, left, left + n);
    for (size_t i = 0; i < n; i++) sums[i * count + s] = left[n + i];
  }
  mem_free(&b->mem, left);
  return BILAN_OK;
}

/* The matrix scaled to a diagonal of ones, so that a measure of millions beside a rare level
 * does not make the level look like nothing. scale[i] = 1 / sqrt(N_ii), 0 where N_ii is 0. */
static void scale_normal(double *scaled, double *scale, const double *normal, size_t n) {
  for (size_t i = 0; i < n; i++)
    scale[i] = normal[i * n + i] > 0 ? 1 / sqrt(normal[i * n + i]) : 0;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) scaled[i * n + j] = normal[i * n + j] * scale[i] * scale[j];
}

/* LAPACK has columns where the sums have rows. What B is in a singular direction does not matter:
 * x' B is the same for any solution. */
bilan_status normal_solve(bilan *b, const double *normal, size_t n, double *sums,
                          size_t count) {
  bilan_status status = BILAN_OK;
  size_t rank;
  double *scaled = mem_array(&b->mem, n, n * sizeof *scaled);
  double *scale = mem_array(&b->mem, n, sizeof *scale);
  double *x = mem_array(&b->mem, n, count * sizeof *x);
  if (!scaled || !scale || !x) {
    status = fail_nomem(b);
    goto cleanup;
  }
  scale_normal(scaled, scale, normal, n);
  for (size_t i = 0; i < n; i++)
    for (size_t s = 0; s < count; s++) x[i + s * n] = sums[i * count + s] * scale[i];
  status = matrix_solve(b, &rank, scaled, n, x, count, SINGULAR);
  for (size_t i = 0; i < n && !status; i++)
    for (size_t s = 0; s < count; s++) sums[i * count + s] = x[i + s * n] * scale[i];
cleanup:
  mem_free(&b->mem, x);
  mem_free(&b->mem, scale);
  mem_free(&b->mem, scaled);
  return status;
}

/* A diagonal needs neither rounds nor LAPACK: both give S / N. `sums` has one row of `count`
 * numbers a coefficient, as the passes over scores add them up. */
bilan_status calibration_solve(bilan *b, const struct calibration *c, double *sums,
                               size_t count) {
  if (!count || !c->coefficients) return BILAN_OK;
  if (is_diagonal(c)) {
    solve_diagonal(c, sums, count);
    return BILAN_OK;
  }
  if (c->sweep == SWEEP_MARGINS) return solve_margins(b, c, sums, count);
  return normal_solve(b, c->normal, c->coefficients, sums, count);
}

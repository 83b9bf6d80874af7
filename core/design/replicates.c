/* replicates.c - see replicates.h: their life, their weights, the variance, the degrees.
 *
 * Variance. With d_r = theta_r - theta and m the mean of d over the replicates that count,
 *
 *   V = scale * sum over r of rscale_r (d_r - m) (d_r - m)'        m = 0 with `mse`
 *
 * which is the formula of replicates.h, written around the full-sample estimate: statistics that
 * are large beside their spread lose no digits.
 *
 * Rank. The columns of a matrix of weights W (rows x R) are as independent as those of W'W, which
 * is summed row by row in R x R numbers instead of keeping W. Columns are brought to length 1
 * first; a pivot of W'W is the square of one of W, so the tolerance is squared as well: 1e-10,
 * far above the rounding of a sum of products (1e-15). Most sets of adjusted weights have full
 * rank, which some of the rows already show: those are tried first.
 *
 * Worked example: thetas 9, 10, 14 around theta = 10, scale 1 / 3: m = 1, deviations -2, -1, 3,
 * V = 14 / 3; with mse -1, 0, 4 and V = 17 / 3.
 *
 * Two statistics of a block in R = 3 replicates, thetas[r * 2 + k], the block's answer row by
 * row:
 *
 *   r    theta_0  theta_1         cov  v00 c01
 *   0       9        2                 c10 v11
 *   1      10        -         theta_1 does not exist in replicate 1: the replicate is left out of
 *   2      14        5         the whole block (lost = 1), so that the matrix stays one of squares
 *
 * Rank of the jackknife of two strata of two units, units by replicates (factors), R = 4:
 *
 *   0 2 1 1     columns 0 and 1 sum to (2, 2, 2, 2), as 2 and 3 do: rank 3, so df = 2, which is
 *   2 0 1 1     units minus strata
 *   1 1 0 2
 *   1 1 2 0
 *
 * Owner: counted references. Cost of a rank: rows x R x R / 2 at most.
 */
#include "design/replicates.h"

#include <math.h>

#include "kernel/matrix.h"

/* Relative tolerance of a rank, as R's survey has it: degrees of freedom are whole numbers, and
 * two programs should give the same. */
static const double rank_tolerance = 1e-5;

/* Rows whose products are added together: R x R numbers are walked through once for so many. */
enum { GROUP = 4 };

const char *const replicate_kind_names[REPLICATE_KINDS + 1] = {
    "brr", "fay", "jk1", "jkn", "jk2", "bootstrap", "sdr", "other", NULL};
const char *const replicate_degrees_names[REPLICATE_DEGREES + 1] = {"rank", "replicates", NULL};

/* ---- life ---------------------------------------------------------------------------------- */

/* Everything at its neutral value: scale and rscales 1, no weights. A df below 0 is one that is
 * yet to be counted. Whoever makes a set fills in its kind, its scales and either factors or
 * columns. BILAN_NOMEM. */
bilan_status replicates_new(bilan *b, struct replicates **out, size_t count) {
  struct replicates *r = mem_zero(&b->mem, 1, sizeof *r);
  if (!r) return fail_nomem(b);
  *r = (struct replicates){.owners = 1, .mem = &b->mem, .count = count, .scale = 1, .df = -1};
  r->rscales = mem_array(&b->mem, count, sizeof *r->rscales);
  if (!r->rscales) {
    replicates_free(r);
    return fail_nomem(b);
  }
  for (size_t i = 0; i < count; i++) r->rscales[i] = 1;
  *out = r;
  return BILAN_OK;
}

/* One more owner: designs that differ in other things share their replicates. */
struct replicates *replicates_hold(struct replicates *r) {
  r->owners++;
  return r;
}

/* column_free takes NULL. */
void replicate_columns_free(struct mem *mem, struct column **columns, size_t count) {
  for (size_t r = 0; columns && r < count; r++) column_free(columns[r]);
  mem_free(mem, columns);
}

/* One owner less, the last frees. A set may be half made. */
void replicates_free(struct replicates *r) {
  if (!r || --r->owners) return;
  replicate_columns_free(r->mem, r->weights, r->count);
  mem_free(r->mem, r->factor);
  mem_free(r->mem, r->unit);
  mem_free(r->mem, r->rscales);
  mem_free(r->mem, r);
}

/* ---- weights ------------------------------------------------------------------------------- */

/* The weight of the full sample times the factor of the row's unit, as a new column; none is
 * missing. BILAN_NOMEM. */
static bilan_status weigh_rows(bilan *b, struct column **out, const struct design *d, size_t at) {
  const struct replicates *r = d->replicates;
  double *numbers = mem_array(&b->mem, d->rows, sizeof *numbers);
  if (!numbers) return fail_nomem(b);
  for (size_t row = 0; row < d->rows; row++) {
    size_t unit = r->unit ? r->unit[row] : row;
    numbers[row] = design_weight(d, row) * r->factor[unit * r->count + at];
  }
  return column_numbers(b, out, d->rows, numbers, NULL);
}

/* A column of its own is shared, one by factor is made: 8 bytes a row, for as long as the caller
 * keeps it. `r` is below the number of replicates. */
bilan_status replicate_weight(bilan *b, struct column **out, const struct design *d, size_t r) {
  if (d->replicates->units) return weigh_rows(b, out, d, r);
  *out = column_hold(d->replicates->weights[r]);
  return BILAN_OK;
}

/* ---- degrees of freedom -------------------------------------------------------------------- */

/* See replicates.h. In a sample of many rows a unit the first few hundred show nearly all. */
void replicates_mark_live(bool *live, const struct design *d, const uint32_t *unit, size_t units) {
  size_t found = 0;
  for (size_t row = 0; row < d->rows && found < units; row++) {
    bool *is = &live[unit ? unit[row] : row];
    if (*is || !(design_weight(d, row) > 0)) continue;
    *is = true;
    found++;
  }
}

/* Rank of the factors of the units that weigh, as they stand (the others are rows of zeros in the
 * matrix of weights): weights multiply rows of the matrix
 * by numbers above 0, which leaves its rank. Column by column, as LAPACK wants it. 0 where no
 * unit weighs. BILAN_NOMEM; what matrix_rank refuses. */
static bilan_status rank_factors(bilan *b, size_t *rank, const struct replicates *r,
                                 const bool *live) {
  size_t kept = 0, place = 0;
  double *a = mem_array(&b->mem, r->units * r->count, sizeof *a);
  if (!a) return fail_nomem(b);
  for (size_t u = 0; u < r->units; u++) kept += live[u];
  for (size_t u = 0; u < r->units; u++) {
    if (!live[u]) continue;
    for (size_t i = 0; i < r->count; i++) a[place + i * kept] = r->factor[u * r->count + i];
    place++;
  }
  *rank = 0;
  bilan_status status =
      kept ? matrix_rank(b, rank, a, kept, r->count, rank_tolerance) : BILAN_OK;
  mem_free(&b->mem, a);
  return status;
}

/* The matrix whose rank is wanted: weights of the rows, or factors of the units that weigh. */
struct weighing {
  const struct replicates *replicates;
  const bool *live; /* [unit]; NULL: weights are columns */
  size_t rows;      /* of the matrix: rows of the table, or units */
};

/* One row of it, R numbers; zeros beyond the last (rows are read four at a time), and for a unit
 * that does not weigh. */
static void read_weights(double *w, const struct weighing *m, size_t row) {
  const struct replicates *r = m->replicates;
  bool none = row >= m->rows || (m->live && !m->live[row]);
  for (size_t i = 0; i < r->count; i++) {
    if (none) w[i] = 0;
    else w[i] = m->live ? r->factor[row * r->count + i] : r->weights[i]->numbers[row];
  }
}

/* gram += the products w w' of four rows (w[0 .. n - 1] the first, and so on), lower
 * triangle: one walk over it for the four, since reading and writing R x R numbers is what
 * takes the time. */
static void add_products(double *gram, const double *w, size_t n) {
  const double *w1 = w + n, *w2 = w1 + n, *w3 = w2 + n;
  for (size_t i = 0; i < n; i++) {
    double a = w[i], c = w1[i], d = w2[i], e = w3[i], *line = gram + i * n;
    for (size_t j = 0; j <= i; j++) line[j] += a * w[j] + c * w1[j] + d * w2[j] + e * w3[j];
  }
}

/* Products of every step-th row, four such rows at a time; both triangles. `w` is room for four
 * rows. */
static void sum_products(double *gram, double *w, const struct weighing *m, size_t step) {
  size_t n = m->replicates->count;
  for (size_t i = 0; i < n * n; i++) gram[i] = 0;
  for (size_t row = 0; row < m->rows; row += GROUP * step) {
    for (size_t k = 0; k < GROUP; k++) read_weights(w + k * n, m, row + k * step);
    add_products(gram, w, n);
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) gram[j * n + i] = gram[i * n + j];
}

/* Columns of length 1 (a column of zeros stays), so that the tolerance means the same whatever a
 * replicate's weights sum to: the products become cosines. */
static void scale_products(double *gram, double *length, size_t n) {
  for (size_t i = 0; i < n; i++) length[i] = gram[i * n + i] > 0 ? sqrt(gram[i * n + i]) : 1;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) gram[i * n + j] /= length[i] * length[j];
}

/* Rank by products: of some rows (about four a replicate, evenly spaced), and of all when those
 * leave it open, that is when their rank is below R. Rows can only add to a rank. */
static bilan_status rank_products(bilan *b, size_t *rank, const struct weighing *m) {
  size_t n = m->replicates->count, step = m->rows / (4 * n);
  double *gram = mem_array(&b->mem, n * n, sizeof *gram);
  double *w = mem_array(&b->mem, n, GROUP * sizeof *w);
  bilan_status status = gram && w ? BILAN_OK : fail_nomem(b);
  if (step < 1) step = 1;
  for (*rank = 0; !status && step; step = step > 1 && *rank < n ? 1 : 0) {
    sum_products(gram, w, m, step);
    scale_products(gram, w, n);
    status = matrix_rank(b, rank, gram, n, n, rank_tolerance * rank_tolerance);
  }
  mem_free(&b->mem, w);
  mem_free(&b->mem, gram);
  return status;
}

/* Few units are looked at as they are; many units, and rows, by their products, which take R x R
 * numbers however many they are. */
static bilan_status count_rank(bilan *b, size_t *rank, const struct replicates *r,
                               const struct design *d) {
  if (!r->units) return rank_products(b, rank, &(struct weighing){r, NULL, d->rows});
  bool *live = mem_zero(&b->mem, r->units, sizeof *live);
  if (!live) return fail_nomem(b);
  replicates_mark_live(live, d, r->unit, r->units);
  bilan_status status = r->units / 4 <= r->count
                            ? rank_factors(b, rank, r, live)
                            : rank_products(b, rank, &(struct weighing){r, live, r->units});
  mem_free(&b->mem, live);
  return status;
}

/* df by the set's rule, into the set; `d` lends the weights of the full sample. Never below 0. A
 * rank of 1 says that the replicates do not differ but by a factor: no degrees of freedom, and no
 * interval for whoever asks. */
static bilan_status count_degrees(bilan *b, struct replicates *r, const struct design *d) {
  size_t rank = r->count;
  bilan_status status = BILAN_OK;
  if (r->rule == DEGREES_RANK) status = count_rank(b, &rank, r, d);
  if (!status) r->df = rank > 1 ? (double)(rank - 1) : 0;
  return status;
}

/* ---- in a design --------------------------------------------------------------------------- */

/* The copy shares everything else with `d`, whose weights the degrees are counted with; df may
 * have been set by a maker who knows it. `r` is freed on failure. */
bilan_status replicates_attach(bilan *b, struct design **out, const struct design *d,
                               struct replicates *r) {
  struct design *copy = NULL;
  bilan_status status = r->df < 0 ? count_degrees(b, r, d) : BILAN_OK;
  if (!status) status = design_copy(b, &copy, d);
  if (status) {
    replicates_free(r);
    return status;
  }
  replicates_free(copy->replicates);
  copy->replicates = r;
  *out = copy;
  return BILAN_OK;
}

/* A set like `from` without weights. The scales stay: an adjustment changes the weights, not how
 * the replicates were drawn. The rank is counted anew. */
static bilan_status adjusted_set(bilan *b, struct replicates **out, const struct replicates *from) {
  bilan_status status = replicates_new(b, out, from->count);
  if (status) return status;
  struct replicates *r = *out;
  r->kind = from->kind;
  r->scale = from->scale;
  r->mse = from->mse;
  r->rho = from->rho;
  r->rule = from->rule;
  for (size_t i = 0; i < r->count; i++) r->rscales[i] = from->rscales[i];
  return BILAN_OK;
}

/* `weights` is an array of the handle's allocator with a hold of each of its R columns, which
 * must be NUMBERS without missing ones; the set owns both from here on. What was taken over is
 * freed on failure too. Degrees are counted from the new columns. */
bilan_status replicates_adjusted(bilan *b, struct design **out, const struct design *d,
                                 struct column *weight, struct column **weights) {
  struct replicates *r;
  struct design *made;
  bilan_status status = adjusted_set(b, &r, d->replicates);
  if (status) {
    replicate_columns_free(&b->mem, weights, d->replicates->count);
  } else {
    r->weights = weights;
    status = replicates_attach(b, &made, d, r);
  }
  if (status) {
    column_free(weight);
    return status;
  }
  design_set_weight(made, weight);
  *out = made;
  return BILAN_OK;
}

/* ---- variance ------------------------------------------------------------------------------ */

/* One block of statistics in all replicates. */
struct spread {
  const struct replicates *replicates;
  const double *theta;  /* [block] */
  const double *thetas; /* [replicate * stride + statistic of the block] */
  size_t stride, block;
};

/* A ratio over a domain that a replicate leaves out is 0 / 0 there. Has replicate r every
 * statistic of the block that the full sample has? One that the full sample lacks has no variance
 * to spoil. */
static bool spread_has(const struct spread *s, size_t r) {
  for (size_t i = 0; i < s->block; i++)
    if (isfinite(s->theta[i]) && !isfinite(s->thetas[r * s->stride + i])) return false;
  return true;
}

/* d of the head, in units of the statistic; NaN for one that the full sample lacks. */
static double deviation(const struct spread *s, size_t r, size_t i) {
  return s->thetas[r * s->stride + i] - s->theta[i];
}

/* Mean deviation of a statistic over the replicates that count: those of a positive rscale that
 * have the block. 0 with mse, and where none counts. */
static double spread_centre(const struct spread *s, size_t i) {
  double sum = 0, n = 0;
  for (size_t r = 0; !s->replicates->mse && r < s->replicates->count; r++) {
    if (!(s->replicates->rscales[r] > 0) || !spread_has(s, r)) continue;
    sum += deviation(s, r, i);
    n++;
  }
  return n > 0 ? sum / n : 0;
}

/* Products of the deviations of different statistics, both triangles. The diagonal of cov holds
 * the centres meanwhile, so that no memory is needed: this function cannot fail. */
static void spread_products(double *cov, const struct spread *s) {
  size_t n = s->block;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) cov[i * n + j] = 0;
  for (size_t r = 0; n > 1 && r < s->replicates->count; r++) {
    double scale = s->replicates->scale * s->replicates->rscales[r];
    if (!spread_has(s, r)) continue;
    for (size_t i = 0; i < n; i++) {
      double part = scale * (deviation(s, r, i) - cov[i * n + i]);
      for (size_t j = 0; j < i; j++)
        cov[i * n + j] += part * (deviation(s, r, j) - cov[j * n + j]);
    }
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) cov[j * n + i] = cov[i * n + j];
}

/* Variance of a statistic around its centre; the last thing to go into the diagonal. A sum of
 * squares of its own: never below 0, which a difference of products might be. */
static double spread_square(const struct spread *s, size_t i, double centre) {
  double sum = 0;
  for (size_t r = 0; r < s->replicates->count; r++) {
    if (!spread_has(s, r)) continue;
    double d = deviation(s, r, i) - centre;
    sum += s->replicates->rscales[r] * (d * d);
  }
  return s->replicates->scale * sum;
}

/* One block; the number of replicates that had to be left out. When none is left there is no
 * variance, which is not a variance of 0. */
static size_t spread_block(double *cov, const struct spread *s) {
  size_t n = s->block, lost = 0;
  for (size_t r = 0; r < s->replicates->count; r++) lost += !spread_has(s, r);
  for (size_t i = 0; i < n; i++) cov[i * n + i] = spread_centre(s, i);
  spread_products(cov, s);
  for (size_t i = 0; i < n; i++) cov[i * n + i] = spread_square(s, i, cov[i * n + i]);
  for (size_t i = 0; lost == s->replicates->count && i < n * n; i++) cov[i] = NAN;
  return lost;
}

/* Block by block, in pieces of `block` statistics; *lost is the most that any block had to leave
 * out. What `count` leaves over beyond whole blocks is not looked at. */
void replicates_variance(double *cov, size_t *lost, const struct replicates *r,
                         const double *theta, const double *thetas, size_t count, size_t block) {
  *lost = 0;
  for (size_t first = 0; first + block <= count && block; first += block) {
    struct spread s = {r, theta + first, thetas + first, count, block};
    size_t missed = spread_block(cov + first * block, &s);
    if (missed > *lost) *lost = missed;
  }
}

/* association.c - see association.h.
 *
 * The contrasts. C spans the tables whose rows and columns sum to 0; any basis gives the same
 * traces and eigenvalues, and here it is, for a = 1 .. r-1 and b = 1 .. c-1,
 *
 *   c_ab = e_ab - e_a0 - e_0b + e_00
 *
 * so that with q = 1/p (0 for an empty cell, which then takes no part) every entry of C' D^-1 C is
 * a sum of at most four q, and of C' D^-1 V D^-1 C of sixteen products.
 *
 * Contrasts of a 2 x 3 table, cells row by row, k = 0 and 1:
 *
 *   c_11 =  1 -1  0      c_12 =  1  0 -1      so C is 6 x 2 and never stored: a contrast is its
 *          -1  1  0             -1  0  1      four corners and their signs
 *
 * One pass: its counts find the rows and columns that hold somebody, its totals serve the target.
 * Shares are of the whole base, so p has the gradient (delta_kj - p_k) / W at the weight of cell j.
 *
 * Wald's statistic is on counts, Y_ab = W_ab - R_a C_b / W, a, b >= 1, as their deviation from
 * independence (Koch, Freeman & Freeman, International Statistical Review 43, 1975); adjusted for
 * the few PSUs that V stands on after Fellegi, JASA 75, 1980, and Thomas & Rao, JASA 82, 1987.
 *
 * Worked example without weights: counts 10 20 / 30 40 as a simple random sample with
 * replacement. p = 0.1 0.2 / 0.3 0.4, expected 0.12 0.18 / 0.28 0.42, every cell off by 0.02:
 *
 *   X2      100 * 0.0004 (1/0.12 + 1/0.18 + 1/0.28 + 1/0.42) = 0.794
 *   under   C' D^-1 C / n = (10 + 5 + 3.33 + 2.5) / 100 = 0.20833, one contrast
 *   over    the same sum / 99 = 0.21044, as V = (D - p p') / 99 and the signs of c sum to 0
 *   lambda  over / under = 100/99, so F = 0.794 * 99/100 = 0.786 on 1 and 99, p = 0.378
 *
 * Wald's one deviation is Y_11 = 40 - 70 * 60 / 100 = -2 respondents.
 *
 * Owner: every structure here is made and released within one test.
 */
#include "stat/association.h"

#include <math.h>

#include "kernel/matrix.h"
#include "stat/derive.h"
#include "stat/dist/dist.h"
#include "stat/dist/mixture.h"

const char *const association_names[ASSOCIATION_STATISTICS + 1] = {
    "F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint", NULL};

/* Covariances of one table: 2^24 doubles are 128 MB, 4096 cells by 4096. */
enum { PAIRS_MOST = 1 << 24 };

/* Pivots of a covariance below this share of the largest count as 0. */
static const double pivot_tolerance = 1e-12;

/* ---- Wald -------------------------------------------------------------------------------- */

/* One system of equations, V x = theta, by a Cholesky decomposition that stops at pivots of 0:
 * directions without variance add nothing to the statistic, and *rank tells how many had one.
 * `statistic` and `rank` are untouched on failure. BILAN_NOMEM, BILAN_INTERNAL (a cov that is not
 * finite). O(count^3). */
bilan_status association_wald(bilan *b, double *statistic, size_t *rank, const double *theta,
                              const double *cov, size_t count) {
  double *x = mem_array(&b->mem, count, sizeof *x);
  if (!x) return fail_nomem(b);
  for (size_t i = 0; i < count; i++) x[i] = theta[i];
  bilan_status status = matrix_solve(b, rank, cov, count, x, 1, pivot_tolerance);
  if (!status) *statistic = 0;
  for (size_t i = 0; !status && i < count; i++) *statistic += theta[i] * x[i];
  mem_free(&b->mem, x);
  return status;
}

/* The figures of a test on F(df, ddf). Without degrees of freedom left, or with a statistic that
 * is not finite (a covariance of 0), there are none, and a note. */
void association_set_f(struct estimate *e, double f, double df, double ddf) {
  if (!(ddf > 0) || !isfinite(f)) {
    e->notes |= NOTE_FEW_DEGREES;
    return;
  }
  estimate_set(e, FIGURE_STATISTIC, f);
  estimate_set(e, FIGURE_DF, df);
  estimate_set(e, FIGURE_DDF, ddf);
  estimate_set(e, FIGURE_P_VALUE, f_cdf(f, df, ddf, UPPER));
}

/* A covariance on fewer degrees of freedom than statistics cannot be inverted: the rank tells,
 * whatever nu is, since PSUs may agree in a direction. */
bilan_status association_adjusted(bilan *b, struct estimate *e, const double *theta,
                                  const double *cov, size_t count, double nu) {
  double w = 0, k = (double)count;
  size_t rank = 0;
  bilan_status status = association_wald(b, &w, &rank, theta, cov, count);
  if (status) return status;
  if (rank < count) e->notes |= NOTE_FEW_DEGREES;
  else association_set_f(e, w * (nu - k + 1) / (nu * k), k, nu - k + 1);
  return BILAN_OK;
}

/* ---- the table --------------------------------------------------------------------------- */

/* The request is by row x column with all their codes, kinds of missing among them; a crossing
 * picks from it. With rows blank, yes, no and columns blank, a, b, c, of which nobody gave b:
 *
 *   codes of the request      kept: r = 2, c = 2, row = {1, 2}, col = {1, 3}, stride = 4
 *        0  1  2  3
 *   0    .  .  .  .           cell_at(0, 0) = 1 * 4 + 1 = 5
 *   1    .  5  .  7           cell_at(0, 1) = 7
 *   2    .  9  .  11          cell_at(1, 1) = 11 */
/* Rows and columns that hold somebody, and where their cells are in the request. */
struct crossing {
  size_t r, c;       /* levels that hold somebody */
  size_t *row, *col; /* [r], [c]: codes */
  size_t stride;     /* codes of the column item */
};

/* Releases both lists; NULL is fine, so it may follow a crossing_fill that failed. */
static void crossing_free(bilan *b, struct crossing *x) {
  mem_free(&b->mem, x->row);
  mem_free(&b->mem, x->col);
}

/* The number of a cell of the request: that of the i-th row and the j-th column that are kept,
 * i < r and j < c. */
static size_t cell_at(const struct crossing *x, size_t i, size_t j) {
  return x->row[i] * x->stride + x->col[j];
}

/* Has a level of one item anybody, of positive weight, who answered the other? The cells of the
 * level begin at `first` and lie `step` apart, one for each code of `across`; kinds of missing of
 * the other item do not count. */
static bool holds(const struct cells *c, size_t first, size_t step, const struct column *across) {
  for (size_t code = 0; code < dict_count(across->dict); code++)
    if (level_answers(across, code) && c->n[first + code * step] > 0) return true;
  return false;
}

/* Finds the levels by the counts of the first pass, in the order of the dictionaries. Under
 * replicate weights the same rows and columns stay, though one of them may then be empty. On
 * failure crossing_free releases what was got. */
static bilan_status crossing_fill(bilan *b, struct crossing *x, const struct cells *c,
                                  const struct column *row, const struct column *col) {
  size_t rows = c->sizes[0], cols = c->sizes[1];
  *x = (struct crossing){.row = mem_array(&b->mem, rows, sizeof *x->row),
                         .col = mem_array(&b->mem, cols, sizeof *x->col),
                         .stride = cols};
  if (!x->row || !x->col) return fail_nomem(b);
  for (size_t i = 0; i < rows; i++)
    if (level_answers(row, i) && holds(c, i * cols, 1, col)) x->row[x->r++] = i;
  for (size_t j = 0; j < cols; j++)
    if (level_answers(col, j) && holds(c, j, cols, row)) x->col[x->c++] = j;
  return BILAN_OK;
}

/* Base, its weight, and the missing by kind: that of the row item first, as contingency_cross
 * counts them. */
static void add_base(struct estimate *e, const struct cells *c, const struct column *row,
                     const struct column *col) {
  double weight = 0;
  for (size_t cell = 0; cell < c->count; cell++) {
    bilan_missing kind = dict_level(row->dict, (uint32_t)(cell / c->sizes[1]))->missing;
    if (!kind) kind = dict_level(col->dict, (uint32_t)(cell % c->sizes[1]))->missing;
    estimate_add_missing(e, kind, c->n[cell]);
    if (kind) continue;
    e->n += c->n[cell];
    weight += c->weight[cell];
  }
  estimate_set(e, FIGURE_WEIGHTED_N, weight);
}

/* The request of a table: two keys, no measure; weight and, where variances take totals by PSU,
 * units as target_estimate would set them, so that one answer serves counts and variances. */
static struct cells_request table_of(const struct sample *s, const struct column *row,
                                     const struct column *col) {
  struct cells_request r = {.rows = s->rows,
                            .domain = s->domain,
                            .keys = {row, col},
                            .key_count = 2,
                            .weight = sample_weight(s)};
  if (s->design) linear_request(&r, s->design);
  return r;
}

/* ---- shares and deviations as targets ---------------------------------------------------- */

/* Weight of all cells of the table: N-hat of those with both answers. Summed in the order of the
 * cells, so that replicates and the full sample round alike. */
static double whole(const struct crossing *x, const struct cells *t) {
  double sum = 0;
  for (size_t i = 0; i < x->r; i++)
    for (size_t j = 0; j < x->c; j++) sum += t->weight[cell_at(x, i, j)];
  return sum;
}

/* Shares of all cells, row by row: statistic i * c + j is p_ij. NaN for all where nobody has
 * weight, as in a replicate that leaves out the only PSU of a domain. */
static void solve_shares(const void *context, double *theta, const struct cells *totals) {
  const struct crossing *x = context;
  double sum = whole(x, totals);
  for (size_t k = 0; k < x->r * x->c; k++)
    theta[k] = sum > 0 ? totals->weight[cell_at(x, k / x->c, k % x->c)] / sum : (double)NAN;
}

/* d p_k / d W_j = ([j = k] - p_k) / W: the ratio of two totals, centred: its influence
 * is that of (dW_k - p_k dW) / W. Every statistic has a term in every cell. */
static bilan_status shares_gradient(bilan *b, const void *context, struct forms *forms,
                                    const struct cells *totals, const double *theta) {
  const struct crossing *x = context;
  size_t count = x->r * x->c;
  double sum = whole(x, totals);
  bilan_status status = BILAN_OK;
  for (size_t j = 0; j < count; j++)
    for (size_t k = 0; !status && k < count; k++)
      status = forms_add(b, forms, cell_at(x, j / x->c, j % x->c), k, ((j == k) - theta[k]) / sum);
  return status;
}

/* R_i: the weight of the i-th row that is kept, over the columns that are. */
static double row_weight(const struct crossing *x, const struct cells *t, size_t i) {
  double sum = 0;
  for (size_t j = 0; j < x->c; j++) sum += t->weight[cell_at(x, i, j)];
  return sum;
}

/* C_j: that of the j-th column. */
static double col_weight(const struct crossing *x, const struct cells *t, size_t j) {
  double sum = 0;
  for (size_t i = 0; i < x->r; i++) sum += t->weight[cell_at(x, i, j)];
  return sum;
}

/* Y_ij = W_ij - R_i C_j / W, without the first row and column, which follow from the others. They
 * are totals, not shares: their variance knows that W is estimated too, as in R's survey.
 * Place (i - 1) (c - 1) + j - 1 of theta, i and j from 1: row by row. */
static void solve_deviations(const void *context, double *theta, const struct cells *totals) {
  const struct crossing *x = context;
  double sum = whole(x, totals);
  for (size_t i = 1; i < x->r; i++)
    for (size_t j = 1; j < x->c; j++)
      *theta++ = sum > 0 ? totals->weight[cell_at(x, i, j)] -
                               row_weight(x, totals, i) * col_weight(x, totals, j) / sum
                         : (double)NAN;
}

/* dY_ab / dW_ij = [ab = ij] - [a = i] C_b / W - [b = j] R_a / W + R_a C_b / W^2. In the example of
 * the file head: 1 - 0.6 - 0.7 + 0.42 = 0.12 at its own cell, 0.42 at the one opposite. */
static bilan_status deviations_gradient(bilan *b, const void *context, struct forms *forms,
                                        const struct cells *totals, const double *theta) {
  const struct crossing *x = context;
  double sum = whole(x, totals);
  bilan_status status = BILAN_OK;
  (void)theta;
  for (size_t i = 1; i < x->r; i++)
    for (size_t j = 1; j < x->c; j++) {
      double row = row_weight(x, totals, i) / sum, col = col_weight(x, totals, j) / sum;
      size_t k = (i - 1) * (x->c - 1) + j - 1;
      for (size_t m = 0; !status && m < x->r * x->c; m++) {
        bool same_row = m / x->c == i, same_col = m % x->c == j;
        status = forms_add(b, forms, cell_at(x, m / x->c, m % x->c), k,
                           (same_row && same_col) - same_row * col - same_col * row + row * col);
      }
    }
  return status;
}

/* ---- Rao and Scott ----------------------------------------------------------------------- */

/* What the tests of Pearson's statistic stand on. */
struct effects {
  double x2;       /* Pearson's, scaled to n respondents */
  size_t count;    /* k = (r - 1)(c - 1) contrasts */
  double *delta;   /* k * k, column by column; not symmetric */
  double *lambda;  /* k; filled for lincom and saddlepoint */
  double trace, f; /* of Delta; trace^2 / trace(Delta^2): from 1 (one lambda has it all) to k */
};

/* Releases both arrays; NULL is fine, so it may follow an effects_open that failed. */
static void effects_free(bilan *b, struct effects *e) {
  mem_free(&b->mem, e->delta);
  mem_free(&b->mem, e->lambda);
}

/* Pearson's X2 of shares, for n respondents: n times the sum of (p_ij - p_i p_j)^2 / (p_i p_j).
 * It does not depend on the scale of the weights. For n = 1 it is phi^2, the square of Cramer's V
 * times (least of r and c) - 1. Rows or columns that are empty in p (a replicate) add nothing. */
static double pearson(const struct crossing *x, const double *p, double n) {
  double x2 = 0;
  for (size_t i = 0; i < x->r; i++)
    for (size_t j = 0; j < x->c; j++) {
      double row = 0, col = 0;
      for (size_t k = 0; k < x->c; k++) row += p[i * x->c + k];
      for (size_t k = 0; k < x->r; k++) col += p[k * x->c + j];
      double expected = row * col, off = p[i * x->c + j] - expected;
      if (expected > 0) x2 += off * off / expected;
    }
  return n * x2;
}

/* The four cells of contrast k, and their signs. */
struct corners {
  size_t cell[4];
};
/* In the order of corners_at: own cell, its row's first, its column's first, the first of all. */
static const double signs[4] = {1, -1, -1, 1};

/* The corners of contrast k, of rows 0 and i and columns 0 and j: the order of deviations.
 * Of a 3 x 3 table: k = 0 .. 3 are the cells 4, 5, 7, 8 of 0 .. 8. */
static struct corners corners_at(const struct crossing *x, size_t k) {
  size_t i = k / (x->c - 1) + 1, j = k % (x->c - 1) + 1;
  return (struct corners){{i * x->c + j, i * x->c, j, 0}};
}

/* q of the file head: an empty cell takes no part. */
static double inverse_share(double p) { return p > 0 ? 1 / p : 0; }

/* Entries (k, l) of C' D^-1 C / n and of C' D^-1 V D^-1 C: sums over the four corners of each.
 * D is diagonal, so the first has a term only where the two have a corner in common. Both are
 * symmetric in k and l. */
static void entry(double *under, double *over, const struct crossing *x,
                  const struct target_answer *a, size_t k, size_t l, double n) {
  struct corners one = corners_at(x, k), two = corners_at(x, l);
  *under = *over = 0;
  for (size_t i = 0; i < 4; i++)
    for (size_t j = 0; j < 4; j++) {
      double qi = signs[i] * inverse_share(a->theta[one.cell[i]]);
      double qj = signs[j] * inverse_share(a->theta[two.cell[j]]);
      if (one.cell[i] == two.cell[j]) *under += signs[j] * qi / n;
      *over += qi * qj * target_cov(a, one.cell[i], two.cell[j]);
    }
}

/* X2, Delta by solving for its columns, its trace and f. trace(Delta^2) is the sum of products
 * of entries across the diagonal: Delta itself is not symmetric. On failure effects_free releases
 * what was got. O(k^3). */
static bilan_status effects_open(bilan *b, struct effects *e, const struct crossing *x,
                                 const struct target_answer *a, double n) {
  size_t k = (x->r - 1) * (x->c - 1), rank;
  double *under = mem_array(&b->mem, k, k * sizeof *under);
  *e = (struct effects){.x2 = pearson(x, a->theta, n), .count = k};
  e->delta = mem_array(&b->mem, k, k * sizeof *e->delta);
  e->lambda = mem_array(&b->mem, k, sizeof *e->lambda);
  bilan_status status = under && e->delta && e->lambda ? BILAN_OK : fail_nomem(b);
  for (size_t i = 0; !status && i < k * k; i++)
    entry(&under[i], &e->delta[i], x, a, i % k, i / k, n);
  if (!status) status = matrix_solve(b, &rank, under, k, e->delta, k, pivot_tolerance);
  mem_free(&b->mem, under);
  if (status) return status;
  double squares = 0;
  for (size_t i = 0; i < k; i++) {
    e->trace += e->delta[i * k + i];
    for (size_t j = 0; j < k; j++) squares += e->delta[i * k + j] * e->delta[j * k + i];
  }
  e->f = e->trace * e->trace / squares;
  return BILAN_OK;
}

/* The eigenvalues of Delta: real in exact arithmetic, as those of a product of two symmetric
 * matrices of which one is positive; what rounding leaves below 0 is 0. */
static bilan_status effects_lambda(bilan *b, struct effects *e) {
  double *imaginary = mem_array(&b->mem, e->count, sizeof *imaginary);
  if (!imaginary) return fail_nomem(b);
  bilan_status status =
      matrix_eigenvalues_general(b, e->lambda, imaginary, e->delta, e->count);
  for (size_t i = 0; !status && i < e->count; i++) e->lambda[i] = fmax(0, e->lambda[i]);
  mem_free(&b->mem, imaginary);
  return status;
}

/* The saddlepoint approximation as R's survey has it: of the ddf variables of the denominator, each
 * of weight x / ddf, it takes the whole ones, so p errs to the larger side. */
static double saddlepoint(const struct effects *x, double ddf) {
  struct mixture m = {x->lambda, x->count, ddf};
  if (isinf(ddf)) return mixture_saddlepoint(&m, x->x2);
  m.ddf = fmax(1, floor(ddf * (1 + 1e-12)));
  return mixture_saddlepoint(&m, x->x2 * fmin(1, m.ddf / ddf));
}

/* The p-value of X2 as a mixture; it has no degrees of freedom of its own to show. ddf: infinite
 * with replicate weights. */
static bilan_status test_mixture(bilan *b, struct estimate *e, struct effects *x,
                                 enum association_statistic statistic, double ddf) {
  bilan_status status = effects_lambda(b, x);
  struct mixture m = {x->lambda, x->count, ddf};
  if (status) return status;
  estimate_set(e, FIGURE_STATISTIC, x->x2);
  estimate_set(e, FIGURE_P_VALUE, statistic == ASSOCIATION_LINCOM ? mixture_exact(&m, x->x2)
                                                                  : saddlepoint(x, ddf));
  return BILAN_OK;
}

/* The tests that refer X2 to its generalised design effects (lambda of the header): X2 is the
 * same for all of them, and so are effect and deff. A design without variance in what is asked
 * has no test, and a note. */
static bilan_status test_pearson(bilan *b, struct estimate *e, const struct sample *s,
                                 const struct crossing *x, const struct target_answer *a,
                                 enum association_statistic statistic, double nu) {
  struct effects f;
  double least = (double)(x->r < x->c ? x->r : x->c) - 1, n = (double)e->n;
  bilan_status status = effects_open(b, &f, x, a, n);
  double k = (double)f.count;
  if (!status) estimate_set(e, FIGURE_EFFECT, sqrt(f.x2 / n / least));
  if (!status && !(f.trace > EFFECTS_LEAST * k)) {
    e->notes |= NOTE_CONSTANT;
  } else if (!status) {
    estimate_set(e, FIGURE_DEFF, f.trace / k);
    if (statistic == ASSOCIATION_F) {
      association_set_f(e, f.x2 / f.trace, f.f, f.f * nu);
    } else if (statistic == ASSOCIATION_CHISQ) {
      estimate_set(e, FIGURE_STATISTIC, f.x2);
      estimate_set(e, FIGURE_DF, k);
      estimate_set(e, FIGURE_P_VALUE, chi_squared_cdf(f.x2 / (f.trace / k), k, UPPER));
    } else {
      bool replicated = s->design && s->design->replicates;
      status = test_mixture(b, e, &f, statistic, replicated ? (double)INFINITY : f.f * nu);
    }
  }
  effects_free(b, &f);
  return status;
}

/* Wald's test, adjusted or not; Cramer's V from the shares, as the other tests have it. The two
 * differ in the factor that the few degrees of freedom of V call for: with nu far above k they
 * agree. */
static bilan_status test_wald(bilan *b, struct estimate *e, const struct crossing *x,
                              const struct target_answer *a, enum association_statistic statistic,
                              double nu) {
  size_t k = (x->r - 1) * (x->c - 1), rank = 0, least = (x->r < x->c ? x->r : x->c) - 1;
  double *p = mem_array(&b->mem, x->r * x->c, sizeof *p), w = 0;
  if (!p) return fail_nomem(b);
  solve_shares(x, p, &a->cells);
  estimate_set(e, FIGURE_EFFECT, sqrt(pearson(x, p, 1) / (double)least));
  mem_free(&b->mem, p);
  if (statistic == ASSOCIATION_ADJUSTED_WALD)
    return association_adjusted(b, e, a->theta, a->cov, k, nu);
  bilan_status status = association_wald(b, &w, &rank, a->theta, a->cov, k);
  if (!status && rank < k) e->notes |= NOTE_FEW_DEGREES;
  else if (!status) association_set_f(e, w / (double)k, (double)k, nu);
  return status;
}

/* What a test asks the design for: (r - 1)(c - 1) deviations of counts for Wald's, else all r c
 * shares. `x` and what the request names are lent to it. */
static struct target target_of(struct crossing *x, const struct cells_request *request, bool wald) {
  size_t count = wald ? (x->r - 1) * (x->c - 1) : x->r * x->c;
  return (struct target){.request = *request,
                         .count = count,
                         .block = count,
                         .context = x,
                         .solve = wald ? solve_deviations : solve_shares,
                         .gradient = wald ? deviations_gradient : shares_gradient};
}

/* Shares or deviations with their covariances, then the test. One block: all covariances are
 * wanted. BILAN_LIMIT where the covariance would not fit; without degrees of freedom nothing is
 * estimated. */
static bilan_status test_table(bilan *b, struct estimate *e, const struct sample *s,
                               struct crossing *x, const struct cells_request *request,
                               const struct cells *known,
                               enum association_statistic statistic) {
  bool wald = statistic == ASSOCIATION_WALD || statistic == ASSOCIATION_ADJUSTED_WALD;
  struct target t = target_of(x, request, wald);
  t.known = b->ways.plain ? NULL : known;
  struct target_answer a = {0};
  double nu;
  if (t.count > PAIRS_MOST / t.count)
    return fail(b, BILAN_LIMIT, "a test of %zu x %zu levels is too large: recode them", x->r,
                x->c);
  bilan_status status = sample_degrees(b, &nu, s, &no_by);
  if (!status && !(nu > 0)) {
    e->notes |= NOTE_NO_DEGREES;
    return BILAN_OK;
  }
  if (!status) status = target_estimate(b, &a, s->design, &t);
  if (status) return status;
  status = wald ? test_wald(b, e, x, &a, statistic, nu)
                : test_pearson(b, e, s, x, &a, statistic, nu);
  target_free(&a);
  return status;
}

/* See association.h. A table without respondents, or of one row or column, has a base and a note,
 * no test. */
bilan_status association_test(bilan *b, struct estimate *out, const struct sample *sample,
                              const struct column *row, const struct column *col,
                              enum association_statistic statistic) {
  struct cells cells;
  struct crossing x = {0};
  struct estimate e = estimate_none();
  struct cells_request request = table_of(sample, row, col);
  bilan_status status = cells_tabulate(b, &cells, &request);
  if (status) return status;
  add_base(&e, &cells, row, col);
  status = crossing_fill(b, &x, &cells, row, col);
  if (!status && !e.n) e.notes |= NOTE_EMPTY;
  else if (!status && (x.r < 2 || x.c < 2)) e.notes |= NOTE_NO_TABLE;
  else if (!status) status = test_table(b, &e, sample, &x, &request, &cells, statistic);
  crossing_free(b, &x);
  cells_free(&cells);
  if (!status) *out = e;
  return status;
}

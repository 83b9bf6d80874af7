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
 * Two passes: the first finds the rows and columns that hold somebody, the second is the target's.
 * Shares are of the whole base, so p has the gradient (delta_kj - p_k) / W at the weight of cell j.
 *
 * Wald's statistic is on counts, Y_ab = W_ab - R_a C_b / W, a, b >= 1, as their deviation from
 * independence (Koch, Freeman & Freeman, International Statistical Review 43, 1975); adjusted for
 * the few PSUs that V stands on after Fellegi, JASA 75, 1980, and Thomas & Rao, JASA 82, 1987.
 *
 * Goodness of fit: theta_i = (O_i - E_i) / sqrt(E_i) on weighted counts, E_i = share_i * W, so X2
 * is the sum of their squares and its lambdas are the eigenvalues of their covariance; both are
 * scaled by n / W.
 *
 * Worked example without weights: counts 10 20 / 30 40 as a simple random sample with
 * replacement: X2 = 0.794, one lambda near 1, so F is near 0.794 on 1 and 99 degrees.
 *
 * Owner: every structure here is made and released within one test.
 */
#include "stat/association.h"

#include <math.h>
#include <string.h>

#include "kernel/matrix.h"
#include "stat/derive.h"
#include "stat/dist/dist.h"
#include "stat/dist/mixture.h"

const char *const association_names[ASSOCIATION_STATISTICS + 1] = {
    "F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint", NULL};
const char *const goodness_names[GOODNESS_ORDERS + 1] = {"second", "first", "F", NULL};

enum { PAIRS_MOST = 1 << 24 };

/* Pivots of a covariance below this share of the largest count as 0. */
static const double pivot_tolerance = 1e-12;

/* Mean generalised design effects below this are 0 but for rounding: a design that fixes what it
 * is asked about, as the sizes of its strata. */
static const double effects_least = 1e-20;

static const struct by no_by = {0};

/* ---- Wald -------------------------------------------------------------------------------- */

/* One system of equations. */
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

/* statistic, df, ddf and the p-value of F. */
static void set_f(struct estimate *e, double f, double df, double ddf) {
  if (!(ddf > 0) || !isfinite(f)) {
    e->notes |= NOTE_FEW_DEGREES;
    return;
  }
  estimate_set(e, FIGURE_STATISTIC, f);
  estimate_set(e, FIGURE_DF, df);
  estimate_set(e, FIGURE_DDF, ddf);
  estimate_set(e, FIGURE_P_VALUE, f_cdf(f, df, ddf, UPPER));
}

/* A covariance on fewer degrees of freedom than statistics cannot be inverted. */
bilan_status association_adjusted(bilan *b, struct estimate *e, const double *theta, const double *cov,
                       size_t count, double nu) {
  double w = 0, k = (double)count;
  size_t rank = 0;
  bilan_status status = association_wald(b, &w, &rank, theta, cov, count);
  if (status) return status;
  if (rank < count) e->notes |= NOTE_FEW_DEGREES;
  else set_f(e, w * (nu - k + 1) / (nu * k), k, nu - k + 1);
  return BILAN_OK;
}

/* ---- the table --------------------------------------------------------------------------- */

/* Rows and columns that hold somebody, and where their cells are in the request. */
struct crossing {
  size_t r, c;
  size_t *row, *col; /* [r], [c]: codes */
  size_t stride;     /* codes of the column item */
};

static void crossing_free(bilan *b, struct crossing *x) {
  mem_free(&b->mem, x->row);
  mem_free(&b->mem, x->col);
}

/* The cell of the i-th row and the j-th column. */
static size_t cell_at(const struct crossing *x, size_t i, size_t j) {
  return x->row[i] * x->stride + x->col[j];
}

/* Has a level of one item anybody who answered the other? step and across: from cell to cell of
 * the level, and how many. */
static bool holds(const struct cells *c, size_t first, size_t step, const struct column *across) {
  for (size_t code = 0; code < dict_count(across->dict); code++)
    if (level_answers(across, code) && c->n[first + code * step] > 0) return true;
  return false;
}

/* Finds the levels; on failure crossing_free releases what was got. */
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

/* Base and missing, the kind of the row item first. */
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

/* The request of a table; weight by the design. */
static struct cells_request table_of(const struct sample *s, const struct column *row,
                                     const struct column *col) {
  return (struct cells_request){.rows = s->rows,
                                .domain = s->domain,
                                .keys = {row, col},
                                .key_count = 2,
                                .weight = sample_weight(s)};
}

/* ---- shares and deviations as targets ---------------------------------------------------- */

/* Weight of all cells of the table. */
static double whole(const struct crossing *x, const struct cells *t) {
  double sum = 0;
  for (size_t i = 0; i < x->r; i++)
    for (size_t j = 0; j < x->c; j++) sum += t->weight[cell_at(x, i, j)];
  return sum;
}

/* Shares of all cells, row by row. */
static void solve_shares(const void *context, double *theta, const struct cells *totals) {
  const struct crossing *x = context;
  double sum = whole(x, totals);
  for (size_t k = 0; k < x->r * x->c; k++)
    theta[k] = sum > 0 ? totals->weight[cell_at(x, k / x->c, k % x->c)] / sum : (double)NAN;
}

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

/* Sum of a row (of the table) or a column of it. */
static double row_weight(const struct crossing *x, const struct cells *t, size_t i) {
  double sum = 0;
  for (size_t j = 0; j < x->c; j++) sum += t->weight[cell_at(x, i, j)];
  return sum;
}

static double col_weight(const struct crossing *x, const struct cells *t, size_t j) {
  double sum = 0;
  for (size_t i = 0; i < x->r; i++) sum += t->weight[cell_at(x, i, j)];
  return sum;
}

/* Counts less what independence expects, without the first row and column. */
static void solve_deviations(const void *context, double *theta, const struct cells *totals) {
  const struct crossing *x = context;
  double sum = whole(x, totals);
  for (size_t i = 1; i < x->r; i++)
    for (size_t j = 1; j < x->c; j++)
      *theta++ = sum > 0 ? totals->weight[cell_at(x, i, j)] -
                               row_weight(x, totals, i) * col_weight(x, totals, j) / sum
                         : (double)NAN;
}

/* dY_ab / dW_ij = [ab = ij] - [a = i] C_b / W - [b = j] R_a / W + R_a C_b / W^2. */
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
  double x2;
  size_t count;    /* k */
  double *delta;   /* k * k */
  double *lambda;  /* k; filled for lincom and saddlepoint */
  double trace, f; /* of Delta; trace^2 / trace(Delta^2) */
};

static void effects_free(bilan *b, struct effects *e) {
  mem_free(&b->mem, e->delta);
  mem_free(&b->mem, e->lambda);
}

/* Pearson's X2 of shares, for n respondents. */
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
static const double signs[4] = {1, -1, -1, 1};

static struct corners corners_at(const struct crossing *x, size_t k) {
  size_t i = k / (x->c - 1) + 1, j = k % (x->c - 1) + 1;
  return (struct corners){{i * x->c + j, i * x->c, j, 0}};
}

static double inverse_share(double p) { return p > 0 ? 1 / p : 0; }

/* Entries of C' D^-1 C / n and of C' D^-1 V D^-1 C for contrasts k and l. */
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

/* Delta, its trace and f. */
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

/* The p-value of X2 as a mixture. */
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

/* The tests that refer X2 to its generalised design effects. */
static bilan_status test_pearson(bilan *b, struct estimate *e, const struct sample *s,
                                 const struct crossing *x, const struct target_answer *a,
                                 enum association_statistic statistic, double nu) {
  struct effects f;
  double least = (double)(x->r < x->c ? x->r : x->c) - 1, n = (double)e->n;
  bilan_status status = effects_open(b, &f, x, a, n);
  double k = (double)f.count;
  if (!status) estimate_set(e, FIGURE_EFFECT, sqrt(f.x2 / n / least));
  if (!status && !(f.trace > effects_least * k)) {
    e->notes |= NOTE_CONSTANT;
  } else if (!status) {
    estimate_set(e, FIGURE_DEFF, f.trace / k);
    if (statistic == ASSOCIATION_F) {
      set_f(e, f.x2 / f.trace, f.f, f.f * nu);
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

/* Wald's test, adjusted or not; Cramer's V from the shares. */
static bilan_status test_wald(bilan *b, struct estimate *e, const struct crossing *x,
                              const struct target_answer *a, enum association_statistic statistic,
                              double nu) {
  size_t k = (x->r - 1) * (x->c - 1), rank = 0, least = (x->r < x->c ? x->r : x->c) - 1;
  double *p = mem_array(&b->mem, x->r * x->c, sizeof *p), w = 0;
  if (!p) return fail_nomem(b);
  solve_shares(x, p, &a->cells);
  estimate_set(e, FIGURE_EFFECT, sqrt(pearson(x, p, 1) / (double)least));
  mem_free(&b->mem, p);
  if (statistic == ASSOCIATION_ADJUSTED_WALD) return association_adjusted(b, e, a->theta, a->cov, k, nu);
  bilan_status status = association_wald(b, &w, &rank, a->theta, a->cov, k);
  if (!status && rank < k) e->notes |= NOTE_FEW_DEGREES;
  else if (!status) set_f(e, w / (double)k, (double)k, nu);
  return status;
}

/* Shares or deviations with their covariances, then the test. */
static bilan_status test_table(bilan *b, struct estimate *e, const struct sample *s,
                               struct crossing *x, const struct cells_request *request,
                               enum association_statistic statistic) {
  bool wald = statistic == ASSOCIATION_WALD || statistic == ASSOCIATION_ADJUSTED_WALD;
  size_t count = wald ? (x->r - 1) * (x->c - 1) : x->r * x->c;
  struct target t = {.request = *request, .count = count, .block = count, .context = x};
  t.solve = wald ? solve_deviations : solve_shares;
  t.gradient = wald ? deviations_gradient : shares_gradient;
  struct target_answer a = {0};
  double nu;
  if (count > PAIRS_MOST / count)
    return fail(b, BILAN_LIMIT, "a test of %zu x %zu levels is too large: recode them", x->r, x->c);
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

/* A table of one row or column has no test, and a note. */
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
  cells_free(&cells);
  if (!status && !e.n) e.notes |= NOTE_EMPTY;
  else if (!status && (x.r < 2 || x.c < 2)) e.notes |= NOTE_NO_TABLE;
  else if (!status) status = test_table(b, &e, sample, &x, &request, statistic);
  crossing_free(b, &x);
  if (!status) *out = e;
  return status;
}

/* ---- goodness of fit --------------------------------------------------------------------- */

/* The levels in question: their codes and shares, which sum to 1. */
struct known {
  size_t *code;
  double *share;
  size_t count;
};

static void known_free(bilan *b, struct known *k) {
  mem_free(&b->mem, k->code);
  mem_free(&b->mem, k->share);
}

/* Everybody who answered must be somewhere. */
static bilan_status known_fill(bilan *b, struct known *k, const struct cells *c,
                               const struct goodness_request *r) {
  double sum = 0;
  *k = (struct known){.code = mem_array(&b->mem, c->count, sizeof *k->code),
                      .share = mem_array(&b->mem, c->count, sizeof *k->share)};
  if (!k->code || !k->share) return fail_nomem(b);
  for (size_t code = 0; code < c->count; code++) {
    if (!level_answers(r->item, code)) continue;
    struct text label = dict_level(r->item->dict, (uint32_t)code)->label;
    if (!(r->shares[code] > 0) && c->n[code] > 0)
      return fail(b, BILAN_USAGE, "shares: the level \"%.*s\" has respondents and no share",
                  (int)(label.n < 200 ? label.n : 200), label.s);
    if (!(r->shares[code] > 0)) continue;
    k->code[k->count] = code;
    k->share[k->count++] = r->shares[code];
    sum += r->shares[code];
  }
  if (k->count < 2) return fail(b, BILAN_USAGE, "shares: name two levels or more");
  for (size_t i = 0; i < k->count; i++) k->share[i] /= sum;
  return BILAN_OK;
}

static double known_weight(const struct known *k, const struct cells *t) {
  double sum = 0;
  for (size_t i = 0; i < k->count; i++) sum += t->weight[k->code[i]];
  return sum;
}

/* (O - E) / sqrt(E). */
static void solve_residuals(const void *context, double *theta, const struct cells *totals) {
  const struct known *k = context;
  double sum = known_weight(k, totals);
  for (size_t i = 0; i < k->count; i++) {
    double expected = k->share[i] * sum;
    theta[i] = expected > 0 ? (totals->weight[k->code[i]] - expected) / sqrt(expected)
                            : (double)NAN;
  }
}

/* d theta_i / dW_j = ([i = j] - share_i (1 + (O_i - E_i) / (2 E_i))) / sqrt(E_i). */
static bilan_status residuals_gradient(bilan *b, const void *context, struct forms *forms,
                                       const struct cells *totals, const double *theta) {
  const struct known *k = context;
  double sum = known_weight(k, totals);
  bilan_status status = BILAN_OK;
  for (size_t j = 0; j < k->count; j++)
    for (size_t i = 0; !status && i < k->count; i++) {
      double root = sqrt(k->share[i] * sum), pull = k->share[i] * (1 + theta[i] / (2 * root));
      status = forms_add(b, forms, k->code[j], i, ((i == j) - pull) / root);
    }
  return status;
}

/* From X2 and its lambdas, both for n respondents, to the p-value of the order asked for. */
static void set_goodness(struct estimate *e, double x2, const double *lambda, size_t count,
                         enum goodness_order order, double nu) {
  double trace = 0, squares = 0, k = (double)count - 1;
  for (size_t i = 0; i < count; i++) {
    trace += lambda[i];
    squares += lambda[i] * lambda[i];
  }
  estimate_set(e, FIGURE_EFFECT, sqrt(x2 / (double)e->n));
  if (!(trace > effects_least * k)) {
    e->notes |= NOTE_CONSTANT;
    return;
  }
  double f = trace * trace / squares;
  estimate_set(e, FIGURE_DEFF, trace / k);
  if (order == GOODNESS_F) {
    set_f(e, x2 / trace, f, f * nu);
    return;
  }
  bool second = order == GOODNESS_SECOND;
  estimate_set(e, FIGURE_STATISTIC, x2);
  estimate_set(e, FIGURE_DF, second ? f : k);
  estimate_set(e, FIGURE_P_VALUE, second ? chi_squared_cdf(x2 * f / trace, f, UPPER)
                                         : chi_squared_cdf(x2 * k / trace, k, UPPER));
}

/* By design: residuals with their covariance. */
static bilan_status goodness_designed(bilan *b, struct estimate *e, const struct sample *s,
                                      const struct cells_request *request, struct known *k,
                                      enum goodness_order order) {
  struct target t = {.request = *request, .count = k->count, .block = k->count, .context = k,
                     .solve = solve_residuals, .gradient = residuals_gradient};
  struct target_answer a = {0};
  double nu, x2 = 0, *lambda = NULL;
  bilan_status status = sample_degrees(b, &nu, s, &no_by);
  if (!status && !(nu > 0)) {
    e->notes |= NOTE_NO_DEGREES;
    return BILAN_OK;
  }
  if (!status) status = target_estimate(b, &a, s->design, &t);
  if (status) return status;
  double scale = (double)e->n / known_weight(k, &a.cells);
  lambda = mem_array(&b->mem, k->count, sizeof *lambda);
  if (!lambda) status = fail_nomem(b);
  if (!status) status = matrix_eigenvalues(b, lambda, a.cov, k->count);
  for (size_t i = 0; !status && i < k->count; i++) {
    lambda[i] = scale * fmax(0, lambda[i]);
    x2 += scale * a.theta[i] * a.theta[i];
  }
  if (!status) set_goodness(e, x2, lambda, k->count, order, nu);
  mem_free(&b->mem, lambda);
  target_free(&a);
  return status;
}

/* Without a design: Pearson's X2 of the counts. */
static void goodness_plain(struct estimate *e, const struct known *k, const struct cells *c) {
  double x2 = 0, n = (double)e->n, df = (double)k->count - 1;
  for (size_t i = 0; i < k->count; i++) {
    double expected = n * k->share[i], off = (double)c->n[k->code[i]] - expected;
    x2 += off * off / expected;
    if (expected < 5) e->notes |= NOTE_SMALL;
  }
  estimate_set(e, FIGURE_EFFECT, sqrt(x2 / n));
  estimate_set(e, FIGURE_STATISTIC, x2);
  estimate_set(e, FIGURE_DF, df);
  estimate_set(e, FIGURE_P_VALUE, chi_squared_cdf(x2, df, UPPER));
}

/* One count, then the test. */
bilan_status goodness_test(bilan *b, struct estimate *out, const struct sample *sample,
                           const struct goodness_request *r) {
  struct cells cells;
  struct known known;
  struct estimate e = estimate_none();
  struct cells_request request = {.rows = sample->rows, .domain = sample->domain,
                                  .keys = {r->item}, .key_count = 1,
                                  .weight = sample_weight(sample)};
  bilan_status status = cells_tabulate(b, &cells, &request);
  if (status) return status;
  for (uint32_t code = 0; code < cells.count; code++) {
    bilan_missing kind = dict_level(r->item->dict, code)->missing;
    estimate_add_missing(&e, kind, cells.n[code]);
    if (!kind) e.n += cells.n[code];
  }
  status = known_fill(b, &known, &cells, r);
  if (!status) estimate_set(&e, FIGURE_WEIGHTED_N, known_weight(&known, &cells));
  if (!status && !e.n) e.notes |= NOTE_EMPTY;
  else if (!status && !sample_designed(sample)) goodness_plain(&e, &known, &cells);
  else if (!status) status = goodness_designed(b, &e, sample, &request, &known, r->order);
  known_free(b, &known);
  cells_free(&cells);
  if (!status) *out = e;
  return status;
}

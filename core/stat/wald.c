/* wald.c - see wald.h.
 *
 * Worked example of a test: b = (1, 2), V = (1, 0; 0, 4): b' V^-1 b = 1 + 1 = 2, so F = 1 on 2 and
 * the model's degrees of freedom; with 30 of them p = 0.380.
 *
 * Worked example of those: 20 PSUs in 5 strata, three coefficients: 15 + 1 - 3 = 13. An ordinal
 * model of two columns has no intercept among its kept columns, but pays for one: 15 + 1 - 2 - 1 =
 * 13.
 *
 * Layout of theta and cov: kept columns, then thresholds, so a column that is aliased has no place
 * in either. With columns (Intercept), a, b, c of which b is aliased, theta = (Intercept), a, c;
 * entry (i, j) of cov is at i * 3 + j, and that of a and c at 1 * 3 + 2.
 *
 * How an answer comes about, whatever the kind of regression:
 *
 *   model_open          rows, levels, columns              glm_model.c
 *   fit                 theta, and the state of the fit    glm.c, ordinal.c
 *   linearise           influences as columns, their design covariance
 *    or replicate       theta again under each set of weights, and how they scatter
 *   find_degrees        those of the complete rows, less the coefficients
 *   test_terms          Wald's test of every term
 *   regression_row      one parameter as an estimate, when somebody asks
 *
 * A test does not change when a column is measured in other units, and its rank must not either:
 * b and V are first divided by the standard errors, then one tolerance fits all.
 *
 * Influences stand in one column of numbers a parameter, as measures of a request, so memory is
 * 8 bytes a row and parameter while a variance is at work.
 */
#include "stat/wald.h"

#include <math.h>
#include <string.h>

#include "design/replicates.h"
#include "kernel/matrix.h"
#include "stat/dist/dist.h"

/* A direction of the covariances below this share of the largest has no variance. */
#define FLAT 1e-12

/* A standard error below this part of its coefficient is what rounding leaves of 0. */
#define ROUNDING 1e-12

/* ---- by linearisation -------------------------------------------------------------------- */

/* Columns of 0 for all rows of the sample, to be filled. columns[i] stays NULL beyond a
 * failure; the caller frees those that are there. */
static bilan_status open_columns(bilan *b, struct column **columns, size_t count, size_t rows) {
  for (size_t k = 0; k < count; k++) {
    double *numbers = mem_zero(&b->mem, rows, sizeof *numbers);
    if (!numbers) return fail_nomem(b);
    bilan_status status = column_numbers(b, &columns[k], rows, numbers, NULL);
    if (status) return status;
  }
  return BILAN_OK;
}

/* Influences row by row into columns, at the places of the complete rows; 0 elsewhere. `u` is room
 * for those of one row. */
static void fill_columns(struct column **columns, double *u, const struct model *m,
                         const struct estimating *e) {
  for (size_t i = 0; i < m->row_count; i++) {
    e->influence(e->context, u, i);
    for (size_t k = 0; k < e->count; k++) columns[k]->numbers[m->rows[i]] = u[k];
  }
}

/* Without keys the request has one cell, 0: slot 0 is its weight, slot k + 1 the total of
 * measure k, which is statistic k. The domain is that of the complete rows; all of the sample's
 * rows stay in the variance. */
static bilan_status variance_of_columns(bilan *b, double *cov, const struct sample *s,
                                        const struct domain *domain,
                                        struct column *const *columns, size_t count) {
  struct cells_request request = {.rows = s->rows, .domain = domain, .measure_count = count};
  request.measures = (const struct column *const *)columns;
  struct forms forms;
  bilan_status status = BILAN_OK;
  forms_open(b, &forms, count + 1, count);
  for (size_t k = 0; !status && k < count; k++) status = forms_add(b, &forms, k + 1, k, 1);
  if (!status) status = forms_close(b, &forms);
  if (!status) status = linear_variance(b, cov, s->design, &request, &forms, count);
  forms_free(&forms);
  return status;
}

/* Influences as measures, then the variance of their totals: r->cov, count * count, all pairs. The
 * columns live only here. */
static bilan_status linearise(bilan *b, struct regression *r, const struct sample *s,
                              const struct estimating *e) {
  struct column **columns = mem_zero(&b->mem, e->count, sizeof *columns);
  double *u = mem_array(&b->mem, e->count, sizeof *u);
  bilan_status status = columns && u ? open_columns(b, columns, e->count, s->rows) : fail_nomem(b);
  if (!status) {
    fill_columns(columns, u, &r->model, e);
    status = variance_of_columns(b, r->cov, s, r->model.domain, columns, e->count);
  }
  for (size_t k = 0; columns && k < e->count; k++) column_free(columns[k]);
  mem_free(&b->mem, columns);
  mem_free(&b->mem, u);
  return status;
}

/* ---- by replicates ----------------------------------------------------------------------- */

/* The weights of replicate r at the complete rows, on the scale of the model's: deviances and the
 * test for convergence then mean what they mean in the full sample. */
static bilan_status read_weights(bilan *b, double *weights, const struct model *m,
                                 const struct design *d, size_t r) {
  struct column *column;
  bilan_status status = replicate_weight(b, &column, d, r);
  if (status) return status;
  for (size_t i = 0; i < m->row_count; i++)
    weights[i] = column_number(column, m->rows[i]) / m->mean_weight;
  column_free(column);
  return BILAN_OK;
}

/* theta of every replicate, then their scatter about the full-sample one, which is also each one's
 * start. A replicate without a solution is left out
 * by replicates_variance, which counts it. */
static bilan_status replicate(bilan *b, struct regression *r, const struct sample *s,
                              const struct estimating *e) {
  size_t replicates = s->design->replicates->count;
  double *weights = mem_array(&b->mem, r->model.row_count, sizeof *weights);
  double *thetas = mem_array(&b->mem, replicates, e->count * sizeof *thetas);
  bilan_status status = weights && thetas ? BILAN_OK : fail_nomem(b);
  for (size_t k = 0; !status && k < replicates; k++) {
    status = read_weights(b, weights, &r->model, s->design, k);
    if (!status) status = e->refit(b, e->context, thetas + k * e->count, weights);
  }
  if (!status)
    replicates_variance(r->cov, &r->lost, s->design->replicates, r->theta, thetas, e->count,
                        e->count);
  mem_free(&b->mem, thetas);
  mem_free(&b->mem, weights);
  return status;
}

/* ---- degrees of freedom and tests -------------------------------------------------------- */

/* Degrees of the design among the complete rows, + 1 - columns. Without a declared design each
 * complete row is a PSU of one stratum: n - 1 + 1 - columns, the classical n - p. */
static bilan_status find_degrees(bilan *b, struct regression *r, const struct sample *s) {
  struct sample complete = *s;
  struct by none = {0};
  double df = s->degrees == DEGREES_DESIGN ? sample_df(s) : (double)r->model.n - 1;
  complete.domain = r->model.domain;
  bilan_status status = BILAN_OK;
  if (sample_designed(s)) status = sample_degrees(b, &df, &complete, &none);
  r->ddf = df + 1 - (double)r->model.kept_count;
  if (r->response.count) r->ddf -= 1; /* thresholds stand for the intercept, which is not kept */
  return status;
}

/* Fills b and V of the kept columns of a term; returns how many there are. Of the columns 2, 3 of
 * theta: beta = theta[2], theta[3], v = cov(2, 2) cov(3, 2) cov(2, 3) cov(3, 3). */
static size_t gather(double *beta, double *v, const struct regression *r, size_t term) {
  const struct model *m = &r->model;
  size_t count = 0, at = 0;
  for (size_t k = 0; k < m->kept_count; k++)
    if (m->columns[m->kept[k]].term == (int)term) count++;
  for (size_t k = 0; k < m->kept_count; k++) {
    if (m->columns[m->kept[k]].term != (int)term) continue;
    size_t other = 0;
    beta[at] = r->theta[k];
    for (size_t j = 0; j < m->kept_count; j++)
      if (m->columns[m->kept[j]].term == (int)term)
        v[at + other++ * count] = r->cov[k * r->count + j];
    at++;
  }
  return count;
}

/* b' V^-1 b; NaN where V is not positive definite. `solved` is room for the vector V^-1 b. */
static bilan_status quadratic(bilan *b, double *out, const double *beta, double *solved,
                              const double *v, size_t count) {
  size_t rank;
  *out = NAN;
  memcpy(solved, beta, count * sizeof *beta);
  bilan_status status = matrix_solve(b, &rank, v, count, solved, 1, 0);
  if (status || rank < count) return status;
  *out = 0;
  for (size_t i = 0; i < count; i++) *out += beta[i] * solved[i];
  return BILAN_OK;
}

/* V and b in units of the standard errors, so that one tolerance fits all columns; false where
 * a column has no variance. V becomes the correlations: of b = (1, 20), V = (1, 5; 5, 100) they
 * are b = (1, 2), V = (1, 0.5; 0.5, 1). b' V^-1 b stays what it was. */
static bool standardise(double *beta, double *v, double *scale, size_t count) {
  for (size_t i = 0; i < count; i++) {
    scale[i] = sqrt(v[i + i * count]);
    if (!(scale[i] > 0)) return false;
    beta[i] /= scale[i];
  }
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++) v[i + j * count] /= scale[i] * scale[j];
  return true;
}

/* One term's test. It has none where all its columns are aliased, a coefficient has no variance, or
 * there are fewer independent units than coefficients, so that V is singular. */
static bilan_status test_term(bilan *b, struct regression *r, size_t term, double *work) {
  struct wald_test *t = &r->tests[term];
  double *beta = work, *solved = beta + r->count, *v = solved + r->count, form = NAN;
  *t = (struct wald_test){.statistic = NAN, .ddf = r->ddf, .p_value = NAN};
  t->columns = gather(beta, v, r, term);
  if (t->columns == 0 || !standardise(beta, v, solved, t->columns)) return BILAN_OK;
  size_t rank;
  bilan_status status = matrix_rank(b, &rank, v, t->columns, t->columns, FLAT);
  if (status || rank < t->columns) return status;
  status = quadratic(b, &form, beta, solved, v, t->columns);
  t->statistic = form / (double)t->columns;
  if (r->ddf > 0 && !isnan(form))
    t->p_value = f_cdf(t->statistic, (double)t->columns, r->ddf, UPPER);
  return status;
}

/* The tests of all terms, with one work space: two vectors and a matrix, as large as all parameters
 * would need. */
static bilan_status test_terms(bilan *b, struct regression *r) {
  size_t terms = r->model.spec.term_count;
  r->tests = mem_zero(r->mem, terms, sizeof *r->tests);
  double *work = mem_array(r->mem, r->count + 2, r->count * sizeof *work);
  bilan_status status = r->tests && work ? BILAN_OK : fail_nomem(b);
  for (size_t t = 0; !status && t < terms; t++) status = test_term(b, r, t, work);
  mem_free(r->mem, work);
  return status;
}

/* ---- the answer -------------------------------------------------------------------------- */

/* Withholds the covariances of a coefficient whose variance is rounding, as where a group has as
 * many coefficients as respondents; of all where the fit leaves no residual. */
static void withhold_rounding(struct regression *r) {
  for (size_t k = 0; k < r->count; k++) {
    double least = ROUNDING * fabs(r->theta[k]);
    if (!r->exact && r->cov[k * r->count + k] > least * least) continue;
    for (size_t j = 0; j < r->count; j++)
      r->cov[k * r->count + j] = r->cov[j * r->count + k] = NAN;
  }
}

/* Everything that follows from the estimate and its influences. A covariance of rounding is
 * withheld, so no test comes of it. */
bilan_status regression_finish(bilan *b, struct regression *r, const struct sample *sample,
                               const struct estimating *e) {
  r->cov = mem_zero(r->mem, r->count, r->count * sizeof *r->cov);
  if (!r->cov) return fail_nomem(b);
  bool replicated = sample->design && sample->design->replicates;
  bilan_status status = replicated ? replicate(b, r, sample, e) : linearise(b, r, sample, e);
  if (!status) withhold_rounding(r);
  if (!status) status = find_degrees(b, r, sample);
  if (!status) status = test_terms(b, r);
  return status;
}

/* Without degrees of freedom a value and its standard error are all there is; without a variance
 * the value alone. */
struct estimate regression_row(const struct regression *r, size_t k, double conf) {
  struct estimate e = estimate_none();
  double value = r->theta[k], se = sqrt(r->cov[k * r->count + k]);
  e.n = r->model.n;
  memcpy(e.missing, r->model.missing, sizeof e.missing);
  estimate_set(&e, FIGURE_VALUE, value);
  if (!(se > 0)) return e; /* no interval of width 0 */
  estimate_set(&e, FIGURE_SE, se);
  estimate_set(&e, FIGURE_STATISTIC, value / se);
  estimate_set(&e, FIGURE_DF, r->ddf);
  if (!(r->ddf > 0)) return e;
  estimate_set_t(&e, value / se, r->ddf);
  estimate_interval(&e, conf);
  return e;
}

/* Frees what is there: an answer that failed half way too. A zeroed one is fine. */
void regression_free(struct regression *r) {
  if (!r->mem) return;
  model_free(&r->model);
  mem_free(r->mem, r->theta);
  mem_free(r->mem, r->cov);
  mem_free(r->mem, r->tests);
  mem_free(r->mem, r->response.codes);
  mem_free(r->mem, r->response.place);
  *r = (struct regression){0};
}

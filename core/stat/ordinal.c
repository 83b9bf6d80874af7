/* ordinal.c - see ordinal.h: Newton's method for cumulative logits.
 *
 * A row that answers k lies between two cut points on the logistic scale,
 *
 *   upper a = zeta_k - eta (infinite for the last level),  lower c = zeta_(k-1) - eta
 *   p = F(a) - F(c),  dl/da = f(a) / p,  dl/dc = - f(c) / p
 *
 * and both are linear in the parameters: a = v_a' theta with v_a = (-x, 1 at zeta_k). So its score
 * is dl/da v_a + dl/dc v_c, and its second derivatives are those of l in (a, c) on v_a and v_c.
 * p is taken as F(a) (1 - F(c)) (1 - e^(c - a)), which does not cancel in the tails.
 *
 * Worked example: three levels, no columns, shares 0.2, 0.3, 0.5. A row of the middle level has
 * a = zeta_2 = 0, c = zeta_1 = -1.386, F(a) = 0.5, F(c) = 0.2, so p = 0.3 and dl/dc = -0.16 / 0.3;
 * one of the lowest has dl/da = 0.16 / 0.2. In their shares these make the score of zeta_1, which
 * is 0: 0.2 * 0.16 / 0.2 - 0.3 * 0.16 / 0.3.
 *
 * Layout with two columns x1, x2 and levels low, middle, high (p = 2, q = 2):
 *
 *   theta           beta1  beta2  zeta1  zeta2
 *   low     upper   -x1    -x2    1      0        no lower cut point: F(c) = 0
 *   middle  upper   -x1    -x2    0      1
 *           lower   -x1    -x2    1      0
 *   high    lower   -x1    -x2    0      1        no upper cut point: F(a) = 1
 *
 * Second derivatives of l = log(F(a) - F(c)), by f' = f (1 - 2 F):
 *   d2l/da2 = l_a (1 - 2 F(a)) - l_a^2,  d2l/dc2 = l_c (1 - 2 F(c)) - l_c^2,  d2l/dadc = - l_a l_c
 *
 * Why Newton's method with all second derivatives and not BFGS with differences: it is done in five
 * or six passes, and the information matrix of the sandwich is exact, not good to four digits.
 *
 * The order of things in one step, at theta:
 *
 *   cut_at        v_a, v_c, p and the derivatives of l of one row
 *   pass          loss = - sum w log p, score = sum w dl, hessian = - sum w d2l
 *   invert        hessian^-1 by its scaled form (1 on the diagonal), so units do not matter
 *   take_step     theta += hessian^-1 score; halved by pass_downhill while the loss is worse
 *
 * Invariant: thresholds rise strictly wherever the loss is finite.
 *
 * Cost: (columns + levels)^2 a row and step.
 */
#include "stat/ordinal.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernel/matrix.h"

/* As in glm.c: steps before a fit is lost, after which it should be calm, halvings of one. */
enum { STEPS_MOST = 100, STEPS_CALM = 15, HALVINGS_MOST = 40 };
#define SETTLED 1e-10     /* move of a cut point, in logits: the estimate is there */
#define STILL_MOVING 0.02 /* the same: on the way to infinity, once the fit should be calm */

/* How a fit ends: at its estimate, on the way to infinity, or without either. */
enum outcome { FOUND, SEPARATED, LOST };

/* A fit at work; p columns, q thresholds, theta = (beta, zeta). */
struct newton {
  bilan *b;
  struct model *model;    /* lent; writable for its scratch alone */
  const double *weights;  /* [row_count] of mean 1, or those of a replicate on that scale */
  uint32_t *y;            /* [row_count] place of the level, 0 .. q */
  size_t p, q, count;     /* count = p + q */
  double *theta, *before; /* [count] */
  double *inverse;        /* count^2: hessian^-1, symmetric */
  double *hessian;        /* count^2: minus the second derivatives; invert rescales it */
  double *score, *step;   /* [count] first derivatives; scratch of invert */
  double *upper, *lower;  /* [count] v_a and v_c of a row */
  double *x;              /* [p] */
  double *reach;          /* [count] largest |v|: tells which column is to blame */
  double loss, moved;     /* minus the log-likelihood; largest move of a cut point */
  size_t steps;           /* taken so far */
};

/* All arrays of doubles are one block that begins at theta: eight vectors of n, two matrices. y and
 * theta are to be filled. To be closed in any case. */
static bilan_status newton_open(bilan *b, struct newton *f, struct model *m, size_t q) {
  size_t n = m->kept_count + q;
  *f = (struct newton){.b = b, .model = m, .weights = m->weights, .p = m->kept_count, .q = q,
                       .count = n};
  f->y = mem_array(&b->mem, m->row_count, sizeof *f->y);
  f->theta = mem_zero(&b->mem, 9 * n + 2 * n * n, sizeof *f->theta);
  if (!f->y || !f->theta) return fail_nomem(b);
  double *next = f->theta + n;
  double **const arrays[] = {&f->before, &f->score, &f->step, &f->upper,
                             &f->lower,  &f->x,     &f->reach};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++, next += n) *arrays[i] = next;
  f->inverse = next;
  f->hessian = next + n * n;
  return BILAN_OK;
}

/* Frees what newton_open got, all of it or a part. */
static void newton_close(struct newton *f) {
  mem_free(&f->b->mem, f->y);
  mem_free(&f->b->mem, f->theta);
}

/* ---- one row ----------------------------------------------------------------------------- */

/* F of the file head; 0 or 1 far out, never NaN. */
static double logistic(double t) { return 1 / (1 + exp(-t)); }

/* A row's probability, and what the likelihood does along its two cut points. */
struct cut {
  double p;              /* of the answer */
  double a, c;           /* dl/da, dl/dc */
  double aa, ac, cc;     /* second derivatives */
};

/* One level above: upper alone is there when it is the first, lower alone when the last. */
static struct cut cut_of(double upper, double lower, bool first, bool last) {
  double fa = last ? 1 : logistic(upper), fc = first ? 0 : logistic(lower);
  double beyond = first ? 1 : logistic(-lower); /* 1 - F(c) */
  double da = last ? 0 : fa * logistic(-upper), dc = first ? 0 : fc * beyond;
  struct cut k = {.p = fa * beyond * (first || last ? 1 : -expm1(lower - upper))};
  k.a = da / k.p;
  k.c = -dc / k.p;
  k.aa = k.a * (1 - 2 * fa) - k.a * k.a;
  k.cc = k.c * (1 - 2 * fc) - k.c * k.c;
  k.ac = -k.a * k.c;
  return k;
}

/* The two vectors of row i; one that has no cut point is all 0. */
static void put_vectors(struct newton *f, size_t i) {
  memset(f->upper, 0, f->count * sizeof *f->upper);
  memset(f->lower, 0, f->count * sizeof *f->lower);
  model_row(f->model, f->x, i);
  if (f->y[i] < f->q) {
    for (size_t k = 0; k < f->p; k++) f->upper[k] = -f->x[k];
    f->upper[f->p + f->y[i]] = 1;
  }
  if (f->y[i] > 0) {
    for (size_t k = 0; k < f->p; k++) f->lower[k] = -f->x[k];
    f->lower[f->p + f->y[i] - 1] = 1;
  }
}

/* Row i at theta: probability of its answer and derivatives; its vectors stay in f->upper,
 * lower. */
static struct cut cut_at(struct newton *f, size_t i) {
  put_vectors(f, i);
  return cut_of(regression_dot(f->upper, f->theta, f->count),
                regression_dot(f->lower, f->theta, f->count), f->y[i] == 0, f->y[i] == f->q);
}

/* ---- one pass over the rows -------------------------------------------------------------- */

/* hessian -= w d2l of one row: the outer products of v_a and v_c with their second derivatives.
 * Most entries of the threshold rows are 0 and skipped. */
static void add_curvature(struct newton *f, const struct cut *k, double w) {
  for (size_t i = 0; i < f->count; i++) {
    double a = w * (k->aa * f->upper[i] + k->ac * f->lower[i]);
    double c = w * (k->ac * f->upper[i] + k->cc * f->lower[i]);
    if (a == 0 && c == 0) continue;
    double *column = f->hessian + i * f->count;
    for (size_t j = 0; j < f->count; j++) column[j] -= a * f->upper[j] + c * f->lower[j];
  }
}

/* How far the cut points of a row have moved since `before`: what is invariant when a column is
 * measured in other units, as the coefficients are not. */
static void watch(struct newton *f) {
  double a = 0, c = 0;
  for (size_t k = 0; k < f->count; k++) {
    double d = f->theta[k] - f->before[k];
    a += d * f->upper[k];
    c += d * f->lower[k];
    f->reach[k] = fmax(f->reach[k], fmax(fabs(f->upper[k]), fabs(f->lower[k])));
  }
  f->moved = fmax(f->moved, fmax(fabs(a), fabs(c)));
}

/* Loss, score and second derivatives at theta; loss is infinite where thresholds do not rise. */
static void pass(struct newton *f) {
  f->loss = f->moved = 0;
  memset(f->score, 0, f->count * sizeof *f->score);
  memset(f->hessian, 0, f->count * f->count * sizeof *f->hessian);
  for (size_t k = 1; k < f->q; k++)
    if (!(f->theta[f->p + k] > f->theta[f->p + k - 1])) f->loss = INFINITY;
  for (size_t i = 0; i < f->model->row_count && isfinite(f->loss); i++) {
    double w = f->weights[i];
    if (!(w > 0)) continue;
    struct cut k = cut_at(f, i);
    f->loss = k.p > DBL_MIN ? f->loss - w * log(k.p) : INFINITY;
    if (!isfinite(f->loss)) return;
    watch(f);
    for (size_t j = 0; j < f->count; j++)
      f->score[j] += w * (k.a * f->upper[j] + k.c * f->lower[j]);
    add_curvature(f, &k, w);
  }
}

/* Passes at theta, going back half the way to `before` while that is worse than `loss`. */
static void pass_downhill(struct newton *f, double loss) {
  for (size_t halvings = 0;; halvings++) {
    pass(f);
    if (halvings == HALVINGS_MOST || f->steps == 0) return;
    if (isfinite(f->loss) && f->loss <= loss + 1e-9 * (fabs(loss) + 0.1)) return;
    for (size_t k = 0; k < f->count; k++) f->theta[k] = (f->theta[k] + f->before[k]) / 2;
  }
}

/* inverse = hessian^-1, on the scale of its diagonal; *rank tells whether it has one. */
static bilan_status invert(struct newton *f, size_t *rank) {
  size_t n = f->count;
  double *scale = f->step;
  *rank = 0;
  for (size_t k = 0; k < n; k++) {
    scale[k] = sqrt(f->hessian[k + k * n]);
    if (!(scale[k] > 0)) return BILAN_OK;
  }
  for (size_t j = 0; j < n; j++)
    for (size_t i = 0; i < n; i++) f->hessian[i + j * n] /= scale[i] * scale[j];
  bilan_status status = matrix_invert(f->b, rank, f->inverse, f->hessian, n, 1e-13);
  for (size_t j = 0; j < n; j++)
    for (size_t i = 0; i < n; i++) f->inverse[i + j * n] /= scale[i] * scale[j];
  return status;
}

/* ---- the steps --------------------------------------------------------------------------- */

/* Logits of the cumulative shares, no coefficients: the estimate of the empty model. `score` holds
 * the weight of every level on the way. */
static void start(struct newton *f) {
  double total = 0, sum = 0;
  memset(f->score, 0, f->count * sizeof *f->score);
  for (size_t i = 0; i < f->model->row_count; i++) {
    total += f->weights[i];
    if (f->y[i] < f->q) f->score[f->p + f->y[i]] += f->weights[i];
  }
  for (size_t k = 0; k < f->q; k++) {
    sum += f->score[f->p + k];
    f->theta[f->p + k] = log(sum / (total - sum));
  }
}

/* theta += H^-1 score, from where the pass has been. */
static void take_step(struct newton *f) {
  memcpy(f->before, f->theta, f->count * sizeof *f->theta);
  for (size_t k = 0; k < f->count; k++)
    f->theta[k] += regression_dot(f->inverse + k * f->count, f->score, f->count);
}

/* Newton's steps from theta until no cut point moves. The inverse is taken once more at the end, so
 * influences stand on the information at the estimate. *outcome stays LOST where the loss is
 * infinite after all halvings, or the information singular. */
static bilan_status newton_run(struct newton *f, enum outcome *outcome) {
  double loss = INFINITY;
  size_t rank;
  *outcome = LOST;
  for (f->steps = 0; f->steps < STEPS_MOST; f->steps++) {
    pass_downhill(f, loss);
    if (!isfinite(f->loss)) return BILAN_OK;
    *outcome = f->steps > STEPS_CALM && f->moved > STILL_MOVING ? SEPARATED : LOST;
    if (*outcome == SEPARATED) return BILAN_OK;
    bool last = f->steps > 0 && f->moved <= SETTLED;
    loss = f->loss;
    bilan_status status = invert(f, &rank);
    if (status || rank < f->count) return status;
    if (last) {
      *outcome = FOUND;
      return BILAN_OK;
    }
    take_step(f);
  }
  return BILAN_OK;
}

/* ---- what wald.h asks -------------------------------------------------------------------- */

/* inverse times the score of row i, on the scale of the design's weights. */
static void influence(void *context, double *u, size_t i) {
  struct newton *f = context;
  struct cut k = cut_at(f, i);
  for (size_t j = 0; j < f->count; j++)
    f->score[j] = (k.a * f->upper[j] + k.c * f->lower[j]) / f->model->mean_weight;
  for (size_t j = 0; j < f->count; j++)
    u[j] = regression_dot(f->inverse + j * f->count, f->score, f->count);
}

/* From the full-sample estimate under other weights. A level that no row of positive weight has
 * would send its thresholds to infinity: no solution. */
static bilan_status refit(bilan *b, void *context, double *theta, const double *weights) {
  const struct newton *f = context;
  struct newton again;
  enum outcome outcome = LOST;
  bilan_status status = newton_open(b, &again, f->model, f->q);
  if (!status) {
    again.weights = weights;
    memcpy(again.y, f->y, f->model->row_count * sizeof *f->y);
    memcpy(again.theta, f->theta, f->count * sizeof *f->theta);
    status = newton_run(&again, &outcome);
  }
  for (size_t k = 0; !status && k < f->count; k++)
    theta[k] = outcome == FOUND ? again.theta[k] : NAN;
  newton_close(&again);
  return status;
}

/* ---- the answer -------------------------------------------------------------------------- */

/* Why there is no estimate: the column whose part of the predictor moves most is to blame. */
static bilan_status refuse(const struct newton *f, enum outcome outcome) {
  size_t culprit = 0;
  double most = -1;
  for (size_t k = 0; k < f->p; k++) {
    double move = f->reach[k] * fabs(f->theta[k] - f->before[k]);
    if (!(move > most)) continue;
    most = move;
    culprit = k;
  }
  if (outcome == LOST || f->p == 0)
    return fail(f->b, BILAN_DATA, "the proportional odds model does not converge");
  struct text name = f->model->columns[f->model->kept[culprit]].name;
  return fail(f->b, BILAN_DATA,
              "\"%.*s\" separates the answers: its coefficient has no finite estimate",
              (int)name.n, name.s);
}

/* The levels of the response, at least three: two are a binomial, which glm.h has. BILAN_DATA. */
static bilan_status read_levels(bilan *b, struct regression *r, const struct ordinal_request *o) {
  const struct column *response = o->model.response;
  bilan_status status = model_levels_of(b, &r->response, &r->model, response, o->sorted, 0);
  if (!status && r->response.count < 3)
    status = fail(b, BILAN_DATA, "the response has %zu levels with answers: a model of ordered "
                  "answers takes three or more", r->response.count);
  return status;
}

/* Thresholds stand for the intercept: it made the coding and is not kept. */
static void drop_intercept(struct model *m) {
  m->kept_count--;
  memmove(m->kept, m->kept + 1, m->kept_count * sizeof *m->kept);
}

/* Start, steps, answer; then what all regressions share. The deviance is minus twice the
 * log-likelihood; there is no dispersion. On failure regression_free releases what r got. */
static bilan_status fit(bilan *b, struct regression *r, struct newton *f,
                        const struct sample *sample) {
  enum outcome outcome;
  const struct column *response = r->model.spec.response;
  for (size_t i = 0; i < r->model.row_count; i++)
    f->y[i] = r->response.place[column_code(response, r->model.rows[i])];
  start(f);
  bilan_status status = newton_run(f, &outcome);
  if (status) return status;
  if (outcome != FOUND) return refuse(f, outcome);
  r->count = f->count;
  r->theta = mem_array(r->mem, f->count, sizeof *r->theta);
  if (!r->theta) return fail_nomem(b);
  memcpy(r->theta, f->theta, f->count * sizeof *r->theta);
  r->deviance = 2 * f->loss;
  r->dispersion = NAN;
  r->iterations = f->steps;
  struct estimating e = {f, f->count, influence, refit};
  return regression_finish(b, r, sample, &e);
}

/* The intercept is in the model until levels are coded and dependences known: an item then gets
 * contrasts, and a column that is constant is aliased, as the thresholds stand for it. */
bilan_status ordinal_estimate(bilan *b, struct regression *out, const struct sample *sample,
                              const struct ordinal_request *request) {
  struct regression r = {.mem = &b->mem};
  struct newton f = {.b = b};
  struct model_spec spec = request->model;
  spec.intercept = true;
  bilan_status status = model_open(b, &r.model, sample, &spec);
  if (status) return status;
  status = read_levels(b, &r, request);
  if (!status) drop_intercept(&r.model);
  if (!status) status = newton_open(b, &f, &r.model, r.response.count - 1);
  if (!status) status = fit(b, &r, &f, sample);
  newton_close(&f);
  if (status) regression_free(&r);
  else *out = r;
  return status;
}

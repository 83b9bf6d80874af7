/* glm.c - see glm.h: iteratively reweighted least squares, and what it tells wald.h.
 *
 * One pass over the rows at given coefficients gives the deviance, the triangle R of the next
 * least squares and how far the linear predictor has moved; the triangle gives the next
 * coefficients. It has converged when the deviance moves by less than epsilon of itself, as in R's
 * glm, whose last step this then is: the information is that of the weights the last least squares
 * had, the residuals are those at its solution. It has converged too, whatever epsilon, when no
 * row's predictor moves by more than 1e-10 of itself: Newton's steps square their error, so the
 * coefficients are then good to rounding. Replicates go on to that. A step that makes the deviance
 * worse, or a mean impossible, is halved.
 *
 * Layout of a pass with p = 2 columns and a block of 3 rows, all by columns:
 *
 *   block      sqrt(W1) x11   sqrt(W1) x12   sqrt(W1) z1      stacked below R, block on block:
 *              sqrt(W2) x21   sqrt(W2) x22   sqrt(W2) z2      triangle  r11 r12 q1
 *              sqrt(W3) x31   sqrt(W3) x32   sqrt(W3) z3                  0  r22 q2
 *                                                                         0   0  rest
 *
 * The coefficients solve r11 b1 + r12 b2 = q1, r22 b2 = q2; rest^2 is the sum of squares left.
 *
 * Separation: a coefficient that has no finite estimate (Albert & Anderson, Biometrika 71, 1984)
 * goes on by about 1 a step while the deviance no longer falls, so a predictor that still moves
 * after 15 steps is taken for one.
 */
#include "stat/glm.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "kernel/matrix.h"

enum {
  BLOCK_ROWS = 256,  /* rows of a QR: memory of a block, not of the table */
  STEPS_MOST = 100,  /* then the fit is lost */
  STEPS_CALM = 15,   /* after so many nothing moves any more, unless it is on its way to infinity */
  HALVINGS_MOST = 40 /* of one step: 2^-40 of it is no step */
};
#define SETTLED 1e-10     /* move of every row's predictor, relative to 1 + |eta| */
#define STILL_MOVING 0.02 /* the same: above it a fit is not calm */
#define DEPENDENT 1e-13   /* of a column's length: model_open has set the dependent ones aside */
#define EDGE 1e-4 /* steps creep up to an edge: nearer than this no share of a survey stays */
#define EXACT 1e-26 /* of the squares of the answers */

/* The order of things in one step, at coefficients b:
 *
 *   eta = offset + x'b,  mu = mean(eta),  s = slope(eta)     point_of
 *   deviance, largest move of eta, reach of x               watch
 *   W = w s^2 / V(mu),  z = eta - offset + (y - mu) / s      put_row
 *   QR of sqrt(W) (x, z), block on block                     matrix_stack
 *   b = R^-1 Q'z,  (X'WX)^-1 = (R'R)^-1                      solve
 *
 * Worked example, a share of 3 in 8 with weights of 1: means to begin with are 0.25 and 0.75. There
 * W = 0.1875 for all, z = -1.0986 - 1.3333 or 1.0986 + 1.3333, so b = 2.4319 (3 - 5) / 8 = -0.608;
 * the next steps give -0.50949 and -0.51083 = ln(3/5). */

/* ---- the state --------------------------------------------------------------------------- */

/* How a fit ends: at its estimate; on the way to infinity; without either after STEPS_MOST steps or
 * at a singular system. */
enum outcome { FOUND, SEPARATED, LOST };

/* A fit at work; arrays are the handle's, p = kept columns. */
struct irls {
  bilan *b;
  const struct glm_request *request; /* lent, as is the model */
  struct model *model;               /* writable for its scratch alone */
  const double *weights; /* [row_count] of mean 1, or those of a replicate on that scale */
  double *y;             /* [row_count] answers */
  size_t p;              /* kept columns: coefficients */
  double *beta, *before; /* [p] now, one step ago */
  double *inverse;       /* p^2: (X'WX)^-1 at beta */
  double *triangle;      /* (p + 1)^2, by columns: R of the weighted rows and working answers */
  double *block;         /* rows x (p + 1), by columns: (x, z) sqrt(W) of up to BLOCK_ROWS rows */
  double *x;             /* [p] the row point_of has read last */
  double *reach;         /* [p] largest |x| of each column */
  double *score;         /* [p] */
  double deviance, moved; /* at beta; largest move of a predictor since `before` */
  bool possible;         /* all means are inside their range */
  bool edge;             /* one of them is at the end of it */
  bool halved;           /* the last step was: it would lead out of the range, or up */
  double epsilon;        /* see glm.h; 0 for replicates: their differences are the variance */
  bool warm;             /* beta was given: else the first pass starts from the answers */
  size_t steps;          /* least squares solved so far */
  size_t culprit;        /* SEPARATED: the kept column that grows */
};

/* All arrays, empty of meaning but for the zeros of beta, before and reach. To be closed in any
 * case. */
static bilan_status irls_open(bilan *b, struct irls *f, const struct glm_request *request,
                              struct model *m) {
  size_t p = m->kept_count;
  *f = (struct irls){.b = b, .request = request, .model = m, .weights = m->weights, .p = p,
                    .epsilon = request->epsilon};
  f->y = mem_array(&b->mem, m->row_count, sizeof *f->y);
  f->beta = mem_zero(&b->mem, p, sizeof *f->beta);
  f->before = mem_zero(&b->mem, p, sizeof *f->before);
  f->inverse = mem_array(&b->mem, p, p * sizeof *f->inverse);
  f->triangle = mem_array(&b->mem, p + 1, (p + 1) * sizeof *f->triangle);
  f->block = mem_array(&b->mem, p + 1, BLOCK_ROWS * sizeof *f->block);
  f->x = mem_array(&b->mem, p, sizeof *f->x);
  f->reach = mem_zero(&b->mem, p, sizeof *f->reach);
  f->score = mem_array(&b->mem, p, sizeof *f->score);
  if (f->y && f->beta && f->before && f->inverse && f->triangle && f->block && f->x && f->reach &&
      f->score)
    return BILAN_OK;
  return fail_nomem(b);
}

/* Frees what irls_open got, all of it or a part; a state of zeros too, but for its handle. */
static void irls_close(struct irls *f) {
  double *const blocks[] = {f->y,     f->beta, f->before, f->inverse, f->triangle,
                            f->block, f->x,    f->reach,  f->score};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mem_free(&f->b->mem, blocks[i]);
}

/* Answers that leave nothing to explain: all 0, or all 1 of a binomial. A mean at the edge of the
 * range has no finite coefficients. */
static bilan_status check_range(const struct irls *f) {
  enum family family = f->request->family;
  double least = INFINITY, most = -INFINITY;
  for (size_t i = 0; i < f->model->row_count; i++) {
    if (!(f->weights[i] > 0)) continue;
    least = fmin(least, f->y[i]);
    most = fmax(most, f->y[i]);
  }
  bool edge = most == 0 || (least == 1 && (family == BINOMIAL || family == QUASIBINOMIAL));
  if (family == GAUSSIAN || !edge) return BILAN_OK;
  return fail(f->b, BILAN_DATA, "every answer is %d: there is nothing to explain", (int)least);
}

/* The answers of the complete rows; BILAN_DATA for one that the family cannot have. */
static bilan_status read_answers(struct irls *f) {
  const struct column *response = f->model->spec.response;
  enum family family = f->request->family;
  for (size_t i = 0; i < f->model->row_count; i++) {
    f->y[i] = column_number(response, f->model->rows[i]);
    if (family_accepts(family, f->y[i])) continue;
    char digits[NUMBER_ROOM];
    int n = (int)number_print(digits, f->y[i]);
    return fail(f->b, BILAN_DATA, "row %zu answers %.*s: a %s model takes %s",
                f->model->rows[i] + 1, n, digits, family_names[family],
                family == BINOMIAL || family == QUASIBINOMIAL ? "0 and 1" : "counts from 0 on");
  }
  return check_range(f);
}

/* ---- one pass over the rows -------------------------------------------------------------- */

/* What a row is at the coefficients of now. */
struct point {
  double weight, y, offset;
  double eta;   /* linear predictor, offset included */
  double mu;    /* mean: in the units of y */
  double slope; /* d mu / d eta */
};

/* The row in f->x and where it stands. The first pass of a cold start has no coefficients yet: it
 * stands at a mean near each answer (family_start), the usual way into the range of every link. */
static struct point point_of(const struct irls *f, size_t i) {
  enum link link = f->request->link;
  struct point p = {.weight = f->weights[i], .y = f->y[i], .offset = model_offset(f->model, i)};
  model_row(f->model, f->x, i);
  p.eta = f->warm || f->steps ? p.offset + regression_dot(f->x, f->beta, f->p)
                   : link_eta(link, family_start(f->request->family, p.y, p.weight));
  p.mu = link_mean(link, p.eta);
  p.slope = link_slope(link, p.eta);
  return p;
}

/* Is a mean at the end of a range that the link does not keep to? Log and identity lead beyond 1,
 * or below 0: the best coefficients there do not solve the equations. */
static bool at_edge(const struct glm_request *g, double mu) {
  bool shares = g->family == BINOMIAL || g->family == QUASIBINOMIAL;
  if (g->family == GAUSSIAN || (g->link != LINK_LOG && g->link != LINK_IDENTITY)) return false;
  return (shares && mu > 1 - EDGE) || (g->link == LINK_IDENTITY && mu < EDGE);
}

/* What a row says of the pass: deviance, the largest move of a predictor relative to 1 + |eta|, the
 * reach of each column, and whether its mean is inside the range or at the end of it. Rows of
 * weight 0 say nothing: a replicate fits without them. */
static void watch(struct irls *f, const struct point *p) {
  if (!(p->weight > 0)) return;
  if (!family_inside(f->request->family, p->mu)) f->possible = false;
  if (at_edge(f->request, p->mu)) f->edge = true;
  f->deviance += p->weight * family_deviance(f->request->family, p->y, p->mu);
  double move = fabs(p->eta - p->offset - regression_dot(f->x, f->before, f->p));
  move /= 1 + fabs(p->eta);
  f->moved = fmax(f->moved, move);
  for (size_t k = 0; k < f->p; k++) f->reach[k] = fmax(f->reach[k], fabs(f->x[k]));
}

/* sqrt(W) (x, z) into row i of a block of `rows`; z is the working answer. Rows of weight 0 are
 * rows of 0, which a QR does not see: their z may be anything, infinite too. */
static void put_row(struct irls *f, const struct point *p, size_t i, size_t rows) {
  double v = family_variance(f->request->family, p->mu);
  double root = p->weight > 0 && f->possible ? p->slope * sqrt(p->weight / v) : 0;
  double z = p->eta - p->offset + (p->y - p->mu) / p->slope;
  for (size_t k = 0; k < f->p; k++) f->block[i + k * rows] = root * f->x[k];
  f->block[i + f->p * rows] = root > 0 ? root * z : 0;
}

/* Deviance, moves and the triangle at the coefficients of now, in blocks of rows. Stops early, with
 * `possible` off, where a row's mean is out of range: the step will be halved. */
static bilan_status pass(struct irls *f) {
  size_t all = f->model->row_count;
  f->deviance = f->moved = 0;
  f->possible = true;
  f->edge = false;
  memset(f->triangle, 0, (f->p + 1) * (f->p + 1) * sizeof *f->triangle);
  for (size_t from = 0; from < all; from += BLOCK_ROWS) {
    size_t rows = all - from < BLOCK_ROWS ? all - from : BLOCK_ROWS;
    for (size_t i = 0; i < rows; i++) {
      struct point p = point_of(f, from + i);
      watch(f, &p);
      put_row(f, &p, i, rows);
    }
    if (!f->possible) return BILAN_OK;
    bilan_status status = matrix_stack(f->b, f->triangle, f->p + 1, f->block, rows);
    if (status) return status;
  }
  return BILAN_OK;
}

/* Where the first step comes from: the mean of all answers, which is inside every range, when the
 * model has an intercept. Starts from the answers themselves have no coefficients. */
static void put_mean(struct irls *f) {
  double sum = 0, weight = 0;
  if (f->model->columns[f->model->kept[0]].term != NO_TERM) return;
  for (size_t i = 0; i < f->model->row_count; i++) {
    sum += f->weights[i] * f->y[i];
    weight += f->weights[i];
  }
  f->beta[0] = link_eta(f->request->link, sum / weight);
}

/* Coefficients and inverse from the triangle; *rank of them. `before` is what it came from: the
 * coefficients whose weights W the inverse is of. */
static bilan_status solve(struct irls *f, size_t *rank) {
  size_t n = f->p + 1;
  if (!f->warm && f->steps == 0) put_mean(f);
  memcpy(f->before, f->beta, f->p * sizeof *f->beta);
  return matrix_least_squares(f->b, rank, f->beta, f->inverse, f->triangle, f->triangle + f->p * n,
                              n, f->p, DEPENDENT);
}

/* ---- the steps --------------------------------------------------------------------------- */

/* Did the step lead out of the range, or up by more than rounding? The deviance of the first one is
 * that of a start that had no coefficients: nothing to compare with. */
static bool is_worse(const struct irls *f, double deviance) {
  if (!f->possible || !isfinite(f->deviance)) return true;
  bool first = f->steps + f->warm < 2;
  return !first && f->deviance > deviance + 1e-7 * (fabs(deviance) + 0.1);
}

/* Passes at beta, going back half the way to `before` while that is worse than `deviance`. A start
 * is taken as it is. */
static bilan_status pass_downhill(struct irls *f, double deviance) {
  for (size_t halvings = 0;; halvings++) {
    bilan_status status = pass(f);
    if (status || halvings == HALVINGS_MOST || f->steps == 0) return status;
    bool worse = is_worse(f, deviance);
    f->halved = worse || halvings > 0;
    if (!worse) return BILAN_OK;
    for (size_t k = 0; k < f->p; k++) f->beta[k] = (f->beta[k] + f->before[k]) / 2;
  }
}

/* The column whose part of the predictor moved most, the intercept last of all. */
static size_t find_culprit(const struct irls *f) {
  size_t found = 0;
  double most = -1;
  for (size_t k = 0; k < f->p; k++) {
    double move = f->reach[k] * fabs(f->beta[k] - f->before[k]);
    if (f->model->columns[f->model->kept[k]].term == NO_TERM) move = 0;
    if (!(move > most)) continue;
    most = move;
    found = k;
  }
  return found;
}

/* Does the last step leave the deviance, or every row, where it was? One that was halved may only
 * stand at the edge of the range, where the equations do not hold. */
static bool settled(const struct irls *f, double deviance) {
  if (f->steps == 0 || f->halved || f->edge) return false;
  if (f->request->link == LINK_IDENTITY && f->request->family == GAUSSIAN) return true;
  if (f->moved <= SETTLED) return true;
  double change = fabs(f->deviance - deviance) / (fabs(f->deviance) + 0.1);
  return f->steps > 1 && f->moved <= STILL_MOVING && change < f->epsilon;
}

/* Does the fit end here? `deviance` is that of the step before. */
static enum outcome outcome_of(struct irls *f, double deviance) {
  if (settled(f, deviance)) return FOUND;
  if (!(f->steps > STEPS_CALM && f->moved > STILL_MOVING)) return LOST;
  f->culprit = find_culprit(f);
  return SEPARATED;
}

/* Steps until nothing moves. *outcome stays LOST where there is no way on: a mean that is
 * impossible after all halvings, a system that is singular under these weights. */
static bilan_status irls_run(struct irls *f, enum outcome *outcome) {
  double deviance = INFINITY;
  size_t rank;
  *outcome = LOST;
  for (f->steps = 0; f->steps < STEPS_MOST; f->steps++) {
    bilan_status status = pass_downhill(f, deviance);
    if (status) return status;
    if (!f->possible || !isfinite(f->deviance)) return BILAN_OK;
    *outcome = outcome_of(f, deviance);
    if (*outcome != LOST) return BILAN_OK;
    deviance = f->deviance;
    status = solve(f, &rank);
    if (status || rank < f->p) return status;
  }
  return BILAN_OK;
}

/* ---- what wald.h asks -------------------------------------------------------------------- */

/* mu'^2 / V of the row in f->x at the coefficients that the last least squares started from. */
static double curvature_before(const struct irls *f, double offset) {
  enum link link = f->request->link;
  enum family family = f->request->family;
  if (family == GAUSSIAN && link == LINK_IDENTITY) return 1;
  double eta = offset + regression_dot(f->x, f->before, f->p);
  double slope = link_slope(link, eta);
  return slope * slope / family_variance(family, link_mean(link, eta));
}

/* u = inverse x W (y - mu) / mu', on the scale of the design's weights: W has the model's weight of
 * mean 1 taken out again, as the design multiplies by its own. W and inverse are of the same step,
 * as R's: curvature_before. */
static void influence(void *context, double *u, size_t i) {
  struct irls *f = context;
  struct point p = point_of(f, i);
  double residual = curvature_before(f, p.offset) * (p.y - p.mu) / p.slope;
  residual /= f->model->mean_weight;
  for (size_t k = 0; k < f->p; k++)
    u[k] = residual * regression_dot(f->inverse + k * f->p, f->x, f->p);
}

/* From the full-sample estimate under other weights; the state is left as it was. NaN for all
 * coefficients where these weights have no estimate: the replicate is then left out, and
 * counted. */
static bilan_status refit(bilan *b, void *context, double *theta, const double *weights) {
  const struct irls *f = context;
  struct irls again;
  enum outcome outcome;
  bilan_status status = irls_open(b, &again, f->request, f->model);
  if (!status) {
    again.weights = weights;
    again.warm = true;
    again.epsilon = 0;
    memcpy(again.y, f->y, f->model->row_count * sizeof *f->y);
    memcpy(again.beta, f->beta, f->p * sizeof *f->beta);
    status = irls_run(&again, &outcome);
  }
  if (!status)
    for (size_t k = 0; k < f->p; k++) theta[k] = outcome == FOUND ? again.beta[k] : NAN;
  irls_close(&again);
  return status;
}

/* Weighted variance of Pearson's residuals (y - mu) / sqrt(V), with n / (n - 1), in one pass: mean
 * and squares are brought up to date row by row (Welford, Technometrics 4, 1962; with weights West,
 * CACM 22, 1979). */
static double dispersion(struct irls *f) {
  double weight = 0, mean = 0, squares = 0, n = (double)f->model->n;
  for (size_t i = 0; i < f->model->row_count; i++) {
    struct point p = point_of(f, i);
    if (!(p.weight > 0)) continue;
    double r = (p.y - p.mu) / sqrt(family_variance(f->request->family, p.mu)), d = r - mean;
    weight += p.weight;
    mean += d * p.weight / weight;
    squares += p.weight * d * (r - mean);
  }
  return n > 1 ? squares / weight * n / (n - 1) : NAN;
}

/* Does a gaussian model leave nothing but rounding? Its standard errors would be made of that.
 * Of y = 2 x with x = 1, 2, 3 the squares of the answers are 56, so a deviance up to 5.6e-25 is
 * exact. */
static bool fits_exactly(const struct irls *f) {
  double squares = 0;
  for (size_t i = 0; i < f->model->row_count; i++)
    squares += f->weights[i] * f->y[i] * f->y[i];
  return f->request->family == GAUSSIAN && f->deviance <= EXACT * squares;
}

/* Why there is no estimate: BILAN_DATA, with the name of the coefficient that is on its way to
 * infinity, or of the model that does not converge. */
static bilan_status refuse(const struct irls *f, enum outcome outcome) {
  const struct model *m = f->model;
  struct text name = m->columns[m->kept[outcome == SEPARATED ? f->culprit : 0]].name;
  if (outcome == SEPARATED)
    return fail(f->b, BILAN_DATA,
                "\"%.*s\" separates the answers: its coefficient has no finite estimate",
                (int)name.n, name.s);
  return fail(f->b, BILAN_DATA, "the %s model with a %s link does not converge",
              family_names[f->request->family], link_names[f->request->link]);
}

/* The fit of all rows into the answer. On failure regression_free releases what r got; BILAN_DATA
 * for answers that cannot be and for fits without an estimate. */
static bilan_status fit(bilan *b, struct regression *r, struct irls *f,
                        const struct sample *sample) {
  enum outcome outcome;
  bilan_status status = read_answers(f);
  if (!status) status = irls_run(f, &outcome);
  if (status) return status;
  if (outcome != FOUND) return refuse(f, outcome);
  r->count = f->p;
  r->theta = mem_array(r->mem, f->p, sizeof *r->theta);
  if (!r->theta) return fail_nomem(b);
  memcpy(r->theta, f->beta, f->p * sizeof *r->theta);
  r->deviance = f->deviance;
  r->iterations = f->steps;
  r->dispersion = dispersion(f);
  r->exact = fits_exactly(f);
  struct estimating e = {f, f->p, influence, refit};
  return regression_finish(b, r, sample, &e);
}

/* The model first: what is wrong with the rows is said before what is wrong with the fit. */
bilan_status glm_estimate(bilan *b, struct regression *out, const struct sample *sample,
                          const struct glm_request *request) {
  struct regression r = {.mem = &b->mem};
  struct irls f = {.b = b};
  bilan_status status = model_open(b, &r.model, sample, &request->model);
  if (status) return status;
  status = irls_open(b, &f, request, &r.model);
  if (!status) status = fit(b, &r, &f, sample);
  irls_close(&f);
  if (status) regression_free(&r);
  else *out = r;
  return status;
}

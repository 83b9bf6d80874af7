/* calibrate.c - calibration to totals of levels and numbers: linear, raking, logit, with bounds.
 *
 * The weights nearest to those before, in one of three distances, that meet the totals t are
 * w_k = d_k F(x_k' lambda) (Deville & Sarndal, JASA 87, 1992), with
 *
 *   linear   F(u) = 1 + u
 *   raking   F(u) = exp(u)
 *   logit    F(u) = (L (U - 1) + U (1 - L) e^(A u)) / (U - 1 + (1 - L) e^(A u))
 *            A = (U - L) / ((1 - L) (U - 1)),  L < 1 < U
 *
 * Bounds cut F of the first two to L .. U; logit keeps within them by itself. lambda solves
 * sum w x = t by Newton's steps on the dual:
 *
 *   (sum d F'(x'lambda) x x') step = t - sum d F(x'lambda) x
 *
 * A step that does not bring the totals nearer (sum of squared relative distances) is halved, up
 * to HALVINGS times; if that does not help the whole step is taken, for on a cut F the way may
 * lead over a corner. Linear without bounds is met by the first step.
 *
 * Worked example: d = 1, 1, x = 1, 2, t = 4: step (4 - 3) / 5 = 0.2, weights 1.2 and 1.4, total
 * 1.2 + 2.8 = 4. Raking: the same first step gives e^0.2 + 2 e^0.4 = 4.205; the second is (4 -
 * 4.205) / (1.221 + 4 * 1.492) = -0.0285; after a few lambda = 0.1707, weights 1.186 and 1.407.
 *
 * Layout of a solution, n coefficients, one block of doubles:
 *
 *   lambda n | trial n | step n | reached n | normal n * n | x margins
 *
 * Rows of weight 0 stay so. Invariants: sums go row by row. Cost: each step a pass over rows *
 * margins^2 and a matrix of coefficients^2, and a pass over rows * margins each halving.
 */
#include <math.h>
#include <string.h>

#include "design/margins.h"

const char *const distance_names[DISTANCES + 1] = {"linear", "raking", "logit", NULL};

enum { HALVINGS = 12, HALVINGS_MOST = 60 };

/* Working space of one solution; one set of weights at a time. */
struct dual {
  const struct method *method;
  double *start;           /* [row] weights before: d of the head */
  double *lambda, *trial;  /* [coefficient] where we are, where a step would lead */
  double *step;            /* [coefficient] misfits t - reached, then the step solved from them */
  double *reached;         /* [coefficient] totals at lambda or at trial, whichever came last */
  double *normal;          /* coefficients^2: sum d F' x x' */
  uint32_t *at;            /* [margin] coefficients of the row at hand, UINT32_MAX for none */
  double *x;               /* [margin] their values in that row */
  double *block;           /* the memory of all but start and at */
};

/* Idempotent for a zeroed one. */
static void dual_free(struct mem *mem, struct dual *s) {
  mem_free(mem, s->start);
  mem_free(mem, s->at);
  mem_free(mem, s->block);
}

/* Room for everything, in one block but for the arrays of other types. BILAN_LIMIT for more
 * totals than can be solved for; BILAN_NOMEM leaves nothing. */
static bilan_status dual_open(bilan *b, struct dual *s, const struct method *m) {
  size_t n = m->coefficients, margins = m->adjustment->margin_count;
  *s = (struct dual){.method = m};
  if (n > COEFFICIENTS_MOST)
    return fail(b, BILAN_LIMIT, "%s to %zu totals: at most %d can be met together", m->verb, n,
                COEFFICIENTS_MOST);
  s->start = mem_array(&b->mem, m->rows, sizeof *s->start);
  s->at = mem_array(&b->mem, margins, sizeof *s->at);
  s->block = mem_array(&b->mem, n * (n + 4) + margins, sizeof *s->block);
  if (!s->start || !s->at || !s->block) {
    dual_free(&b->mem, s);
    return fail_nomem(b);
  }
  s->lambda = s->block;
  s->trial = s->lambda + n;
  s->step = s->trial + n;
  s->reached = s->step + n;
  s->normal = s->reached + n;
  s->x = s->normal + n * n;
  return BILAN_OK;
}

/* ---- the distances ----------------------------------------------------------------------- */

/* 0 and INFINITY are no bounds: linear weights below 0 are then refused, not cut. */
static bool is_bounded(const struct adjustment *a) {
  return a->low > 0 || a->high < INFINITY;
}

/* F(0) = 1, F falls to L and rises to U. Written with e^(-|A u|), which cannot overflow. F' = (F
 * - L)(U - F) / ((1 - L)(U - 1)), as for any logistic curve; 1 at F = 1. */
static double logit_response(const struct adjustment *a, double u, double *slope) {
  double low = a->low, high = a->high;
  double z = (high - low) / ((1 - low) * (high - 1)) * u, e = exp(-fabs(z));
  double up = z > 0 ? 1 : e, down = z > 0 ? e : 1;
  double g = (low * (high - 1) * down + high * (1 - low) * up) /
             ((high - 1) * down + (1 - low) * up);
  *slope = (g - low) * (high - g) / ((1 - low) * (high - 1));
  return g;
}

/* F(u) and F'(u). Where F is cut it does not move: F' = 0, and such rows leave the equations. */
static double respond(const struct adjustment *a, double u, double *slope) {
  if (a->distance == DISTANCE_LOGIT) return logit_response(a, u, slope);
  double g = a->distance == DISTANCE_RAKING ? exp(u) : 1 + u;
  *slope = a->distance == DISTANCE_RAKING ? g : 1;
  if (!is_bounded(a) || (g >= a->low && g <= a->high)) return g;
  *slope = 0;
  return g < a->low ? a->low : a->high;
}

/* ---- sums -------------------------------------------------------------------------------- */

/* Reads a row's x and gives F at x' lambda. */
static double read_row(const struct dual *s, size_t row, const double *lambda, double *slope) {
  const struct adjustment *a = s->method->adjustment;
  double u = 0;
  margins_read(a->margins, a->margin_count, row, s->at, s->x);
  for (size_t i = 0; i < a->margin_count; i++)
    if (s->at[i] != UINT32_MAX) u += s->x[i] * lambda[s->at[i]];
  return respond(a, u, slope);
}

/* Totals at lambda, into s->reached. Rows of weight 0 before have none after, at any lambda. */
static void sum_totals(const struct dual *s, const double *lambda) {
  const struct method *m = s->method;
  memset(s->reached, 0, m->coefficients * sizeof *s->reached);
  for (size_t row = 0; row < m->rows; row++) {
    double slope;
    if (!(s->start[row] > 0)) continue;
    double w = s->start[row] * read_row(s, row, lambda, &slope);
    for (size_t i = 0; i < m->adjustment->margin_count; i++)
      if (s->at[i] != UINT32_MAX) s->reached[s->at[i]] += w * s->x[i];
  }
}

/* sum d F' x x' at s->lambda: how fast the totals move with it, hence the matrix of a Newton
 * step. A row has one term a margin, so a pass costs margins^2 a row, not coefficients^2. */
static void sum_normal(const struct dual *s) {
  const struct method *m = s->method;
  size_t n = m->coefficients, margins = m->adjustment->margin_count;
  memset(s->normal, 0, n * n * sizeof *s->normal);
  for (size_t row = 0; row < m->rows; row++) {
    double slope;
    if (!(s->start[row] > 0)) continue;
    read_row(s, row, s->lambda, &slope);
    normal_add(s->normal, n, s->at, s->x, margins, s->start[row] * slope);
  }
  normal_mirror(s->normal, n);
}

/* Sum of squared relative distances of s->reached; the misfits go to `misfit` unless NULL.
 * Relative, so that a total of millions (an income) does not drown one of hundreds (a level). */
static double distance_of(const struct dual *s, double *misfit) {
  const struct adjustment *a = s->method->adjustment;
  double sum = 0;
  for (size_t i = 0; i < a->margin_count; i++)
    for (size_t place = 0; place < a->margins[i].count; place++) {
      size_t at = a->margins[i].first + place;
      double target = a->margins[i].totals[place];
      double relative = margins_distance(s->reached[at], target);
      if (misfit) misfit[at] = target - s->reached[at];
      sum += relative * relative;
    }
  return sum;
}

/* ---- Newton ------------------------------------------------------------------------------ */

/* s->trial and its totals at lambda + length * step; their distance, infinite where exp
 * overflows: margins_distance sees to that. */
static double try_step(const struct dual *s, double length) {
  for (size_t i = 0; i < s->method->coefficients; i++)
    s->trial[i] = s->lambda[i] + length * s->step[i];
  sum_totals(s, s->trial);
  return distance_of(s, NULL);
}

/* Halves the step until it helps; false when there is nowhere to go. Lengths at which F is beyond
 * all numbers are not counted as tries: raking far from its totals has first steps of hundreds,
 * where exp overflows, and a tenth halving may be the first that can be judged at all. */
static bool search_step(const struct dual *s, double distance) {
  double length = 1;
  for (int tried = 0, halving = 0; tried < HALVINGS && halving < HALVINGS_MOST; halving++) {
    double found = try_step(s, length);
    if (found < distance) return true;
    tried += isfinite(found);
    length /= 2;
  }
  return isfinite(try_step(s, 1));
}

/* s->step goes in as the misfits and comes out of normal_solve as the step. One step from
 * s->lambda, whose totals are in s->reached; afterwards those of the new lambda are. *moved is
 * false when there was nowhere to go. */
static bilan_status take_step(bilan *b, const struct dual *s, bool *moved) {
  double distance = distance_of(s, s->step);
  sum_normal(s);
  bilan_status status = normal_solve(b, s->normal, s->method->coefficients, s->step, 1);
  if (status) return status;
  *moved = search_step(s, distance);
  if (*moved)
    for (size_t i = 0; i < s->method->coefficients; i++) s->lambda[i] = s->trial[i];
  return BILAN_OK;
}

/* The weights at lambda, in place; counts those below 0, which linear without bounds may give. */
static void apply(const struct dual *s, double *weight, struct outcome *o) {
  for (size_t row = 0; row < s->method->rows; row++) {
    double slope;
    if (!(s->start[row] > 0)) continue;
    weight[row] = s->start[row] * read_row(s, row, s->lambda, &slope);
    o->negative += weight[row] < 0;
  }
}

/* Newton from lambda = 0, where the weights are those before. Stops when every total is within
 * the tolerance, after the most iterations, or where no step leads on. */
static bilan_status calibrate_run(bilan *b, const struct method *m, double *weight,
                                  struct outcome *o) {
  struct dual s;
  bool moved = true;
  *o = (struct outcome){0};
  bilan_status status = dual_open(b, &s, m);
  if (status) return status;
  memset(s.lambda, 0, m->coefficients * sizeof *s.lambda);
  memcpy(s.start, weight, m->rows * sizeof *s.start);
  sum_totals(&s, s.lambda);
  o->worst = margins_worst(m, s.reached);
  while (!status && moved && o->worst.distance > m->adjustment->epsilon &&
         o->iterations < m->adjustment->iterations) {
    status = take_step(b, &s, &moved);
    o->iterations++;
    if (!status && moved) o->worst = margins_worst(m, s.reached);
  }
  if (!status) apply(&s, weight, o);
  dual_free(&b->mem, &s);
  return status;
}

/* ---- the verb ---------------------------------------------------------------------------- */

/* At lambda = 0 all weights must be within the bounds with room to move: 1 lies between them. NaN
 * is refused with the rest. */
static bilan_status check_bounds(bilan *b, const struct adjustment *a) {
  bool logit = a->distance == DISTANCE_LOGIT;
  if (!(a->low >= 0) || !(a->high > a->low))
    return fail(b, BILAN_USAGE, "calibration: bounds are two numbers, 0 <= low < high");
  if (logit && !(a->high < INFINITY))
    return fail(b, BILAN_USAGE, "calibration: the distance logit needs bounds, low < 1 < high");
  if ((logit || is_bounded(a)) && !(a->low < 1 && a->high > 1))
    return fail(b, BILAN_USAGE, "calibration: bounds are of the weight after over the weight "
                "before, so 1 lies between them");
  return BILAN_OK;
}

/* Checks bounds and margins, then adjusts sample and replicates. The variance takes off a
 * regression weighted by the weights before, whatever the distance: all distances have the same
 * residuals to first order (Deville & Sarndal, result 5). */
bilan_status design_calibrate(bilan *b, struct design **out, struct receipt *receipt,
                              const struct design *d, const struct adjustment *a) {
  struct method m = {.verb = "calibration", .sweep = SWEEP_REGRESSION, .adjustment = a,
                     .rows = d->rows, .run = calibrate_run};
  double *weight = NULL;
  bilan_status status = check_bounds(b, a);
  if (!status) status = design_presence(b, &weight, d);
  if (!status) status = margins_prepare(b, &m, weight);
  if (!status) status = adjust_design(b, out, receipt, d, &m);
  mem_free(&b->mem, weight);
  return status;
}

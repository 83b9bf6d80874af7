/* goodness.c - see association.h: the shares of an item against known ones.
 *
 * On weighted counts, with E_i = share_i * W and W the weight of all who answered,
 *
 *   theta_i = (O_i - E_i) / sqrt(E_i),   X2 = sum theta_i^2,   lambda = eigenvalues of cov(theta)
 *
 * (Rao & Scott, JASA 76, 1981, section 2). One lambda is 0 but for rounding, since the O_i and the
 * E_i have the same sum. Multiplying all weights by c multiplies X2 and every lambda by c, so no
 * p-value changes; both are shown for n respondents, times n / W.
 *
 * With k = levels - 1, t the sum of the lambdas and f = t^2 / sum lambda^2:
 *
 *   second   X2 f / t on chi2(f)     Satterthwaite, Biometrics Bulletin 2, 1946
 *   first    X2 k / t on chi2(k)     the mean design effect alone
 *   F        X2 / t on F(f, f nu)    second order, with what few PSUs know of the lambdas
 *
 * Without a declared design it is Pearson's own test of counts (Philosophical Magazine 50, 1900).
 *
 * Worked example, without a design: 30 girls and 20 boys against shares of a half: X2 = 25/25 +
 * 25/25 = 2 on 1 degree of freedom, p = 0.157, w = sqrt(2/50) = 0.2.
 *
 * The same as a declared simple random sample: theta = (1, -1), gradients (0.09, -0.11) and
 * (-0.09, 0.11), so V = 50/49 (30 * 0.0081 + 20 * 0.0121 - 50 * 0.01^2) = 0.4898 and lambda =
 * 0.9796, 0. (It is 0.24 / 0.25 * 50/49: V stands on the shares that were found, Pearson's on those
 * asked about.) second: 2 / 0.9796 = 2.04 on 1, p = 0.153; deff 0.98.
 *
 * Owner: everything is made and released within one test. Cost: two passes; levels^2 covariances.
 */
#include <math.h>

#include "kernel/matrix.h"
#include "stat/association.h"
#include "stat/derive.h"
#include "stat/dist/dist.h"

const char *const goodness_names[GOODNESS_ORDERS + 1] = {"second", "first", "F", NULL};

/* The levels in question: their codes and shares, which sum to 1. */
struct known {
  size_t *code;  /* [count], in the order of the dictionary */
  double *share; /* [count], each above 0 */
  size_t count;  /* k + 1, at least 2 */
};

/* Releases both lists; NULL is fine, so it may follow a known_fill that failed. */
static void known_free(bilan *b, struct known *k) {
  mem_free(&b->mem, k->code);
  mem_free(&b->mem, k->share);
}

/* One level into the lists, if it has a share. Everybody who answered must be somewhere: a level
 * with respondents and no share would have an E of 0 and is BILAN_USAGE, by its name. One with a
 * share and no respondents stays: that nobody gave it counts against the shares. */
static bilan_status known_add(bilan *b, struct known *k, const struct goodness_request *r,
                              size_t code, int64_t respondents) {
  struct text label = dict_level(r->item->dict, (uint32_t)code)->label;
  if (r->shares[code] > 0) {
    k->code[k->count] = code;
    k->share[k->count++] = r->shares[code];
  } else if (respondents > 0) {
    return fail(b, BILAN_USAGE, "shares: the level \"%.*s\" has respondents and no share",
                (int)(label.n < 200 ? label.n : 200), label.s);
  }
  return BILAN_OK;
}

/* All levels that are answers; shares 1, 1, 2 become 0.25, 0.25, 0.5. BILAN_USAGE: see known_add,
 * and fewer than two levels. On failure known_free releases what was got. */
static bilan_status known_fill(bilan *b, struct known *k, const struct cells *c,
                               const struct goodness_request *r) {
  double sum = 0;
  *k = (struct known){.code = mem_array(&b->mem, c->count, sizeof *k->code),
                      .share = mem_array(&b->mem, c->count, sizeof *k->share)};
  if (!k->code || !k->share) return fail_nomem(b);
  for (size_t code = 0; code < c->count; code++) {
    if (!level_answers(r->item, code)) continue;
    bilan_status status = known_add(b, k, r, code, c->n[code]);
    if (status) return status;
  }
  if (k->count < 2) return fail(b, BILAN_USAGE, "shares: name two levels or more");
  for (size_t i = 0; i < k->count; i++) sum += k->share[i];
  for (size_t i = 0; i < k->count; i++) k->share[i] /= sum;
  return BILAN_OK;
}

/* W: the weight of the levels in question, in their order, so that it rounds alike in every set of
 * replicate weights. */
static double known_weight(const struct known *k, const struct cells *t) {
  double sum = 0;
  for (size_t i = 0; i < k->count; i++) sum += t->weight[k->code[i]];
  return sum;
}

/* (O - E) / sqrt(E) of every level, in the order of the lists: 1 and -1 in the example. NaN where
 * nobody has weight, as in a replicate without the domain. */
static void solve_residuals(const void *context, double *theta, const struct cells *totals) {
  const struct known *k = context;
  double sum = known_weight(k, totals);
  for (size_t i = 0; i < k->count; i++) {
    double expected = k->share[i] * sum;
    theta[i] = expected > 0 ? (totals->weight[k->code[i]] - expected) / sqrt(expected)
                            : (double)NAN;
  }
}

/* E_i moves with the weight of every level:
 *   d theta_i / dW_j = ([i = j] - share_i (1 + (O_i - E_i) / (2 E_i))) / sqrt(E_i)
 * where (O_i - E_i) / E_i is theta_i / sqrt(E_i). */
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

/* From X2 and its lambdas, both for n respondents, to the p-value of the order asked for. count:
 * lambdas, one more than k. A design that fixes the shares (strata of the item itself) has lambdas
 * of 0 and no test. */
static void set_goodness(struct estimate *e, double x2, const double *lambda, size_t count,
                         enum goodness_order order, double nu) {
  double trace = 0, squares = 0, k = (double)count - 1;
  for (size_t i = 0; i < count; i++) {
    trace += lambda[i];
    squares += lambda[i] * lambda[i];
  }
  estimate_set(e, FIGURE_EFFECT, sqrt(x2 / (double)e->n));
  if (!(trace > EFFECTS_LEAST * k)) {
    e->notes |= NOTE_CONSTANT;
    return;
  }
  double f = trace * trace / squares;
  estimate_set(e, FIGURE_DEFF, trace / k);
  if (order == GOODNESS_F) {
    association_set_f(e, x2 / trace, f, f * nu);
    return;
  }
  bool second = order == GOODNESS_SECOND;
  estimate_set(e, FIGURE_STATISTIC, x2);
  estimate_set(e, FIGURE_DF, second ? f : k);
  estimate_set(e, FIGURE_P_VALUE, second ? chi_squared_cdf(x2 * f / trace, f, UPPER)
                                         : chi_squared_cdf(x2 * k / trace, k, UPPER));
}

/* By design: residuals with their covariance, then its eigenvalues; what rounding leaves below 0
 * is 0. All is scaled to n respondents, n / W, before it is shown: with weights that sum to a
 * population X2 would be that of so many respondents. */
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

/* Without a design: Pearson's X2 of the counts (every row counts 1), with a note where a level
 * expects fewer than five, too few for its distribution. */
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

/* Base and missing from the cells of the item; its weight is that of the levels in question. */
static void count_base(struct estimate *e, const struct cells *c, const struct column *item) {
  for (uint32_t code = 0; code < c->count; code++) {
    bilan_missing kind = dict_level(item->dict, code)->missing;
    estimate_add_missing(e, kind, c->n[code]);
    if (!kind) e->n += c->n[code];
  }
}

/* See association.h. One count for base and levels, then the test. */
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
  count_base(&e, &cells, r->item);
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

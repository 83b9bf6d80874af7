/* target.c - see target.h: totals once, then covariances by the method of the design.
 *
 * Worked example: two means of one request, K = 2 statistics in blocks of 2, R = 3 replicates:
 *
 *   linearisation   theta 5, 8; gradient -> forms -> cov
 *   replicates      thetas 5.2 7.9 | 4.9 8.3 | - 8.1     replicate 2 lacks the first: lost = 1, cov
 *                   from the two that are whole
 *   theta 5, NaN    cov v00 NaN | NaN NaN                what does not exist varies with nothing
 *
 * Invariant: a statistic that does not exist (NaN) has a row and a column of NaN and disturbs no
 * other. Memory: the cells; replicates x statistics while replicates are at work.
 */
#include "design/target.h"

#include <math.h>

#include "design/replicates.h"

/* The gradient as forms, then their variance. Where the totals were asked for by PSU
 * (linear_request) they serve here too, and the variance needs no pass of its own for the first
 * stage. */
static bilan_status linearise(bilan *b, struct target_answer *a, const struct design *d,
                              const struct target *t) {
  struct forms forms;
  size_t slots = a->cells.count * (t->request.measure_count + 1);
  forms_open(b, &forms, slots, t->count);
  bilan_status status = t->gradient(b, t->context, &forms, &a->cells, a->theta);
  if (!status) status = forms_close(b, &forms);
  if (!status) status = linear_variance_of(b, a->cov, d, &t->request, &forms, t->block,
                                            &a->cells);
  forms_free(&forms);
  return status;
}

/* The influences of PSUs as the estimator has them, then their variance. */
static bilan_status influence(bilan *b, struct target_answer *a, const struct design *d,
                              const struct target *t) {
  double *z = mem_array(&b->mem, a->cells.unit_count, t->count * sizeof *z);
  if (!z) return fail_nomem(b);
  bilan_status status = t->influence(b, t->context, z, &a->cells, a->theta);
  if (!status) status = linear_units(b, a->cov, d, z, t->count, t->block);
  mem_free(&b->mem, z);
  return status;
}

/* Where the statistics of each replicate go. */
struct replication {
  const struct target *target; /* whose solve is called once a replicate */
  double *thetas; /* [replicate * count + statistic] */
};

/* Called for each replicate by replicates_totals; `totals` are gone after that. */
static void solve_replicate(void *context, size_t r, const struct cells *totals) {
  struct replication *p = context;
  p->target->solve(p->target->context, p->thetas + r * p->target->count, totals);
}

/* The same statistics under every replicate, then their spread about theta or their mean. */
static bilan_status replicate(bilan *b, struct target_answer *a, const struct design *d,
                              const struct target *t) {
  struct replication p = {t, mem_array(&b->mem, d->replicates->count, t->count * sizeof(double))};
  if (!p.thetas) return fail_nomem(b);
  bilan_status status = replicates_totals(b, d, &t->request, &a->cells, solve_replicate, &p);
  if (!status)
    replicates_variance(a->cov, &a->lost, d->replicates, a->theta, p.thetas, t->count, t->block);
  mem_free(&b->mem, p.thetas);
  return status;
}

/* By whichever method the design has; the plain way knows no shorter one. */
static bilan_status vary(bilan *b, struct target_answer *a, const struct design *d,
                         const struct target *t) {
  if (d->replicates) return replicate(b, a, d, t);
  bool shorter = t->influence && !b->ways.plain && linear_by_units(d, &a->cells);
  return shorter ? influence(b, a, d, t) : linearise(b, a, d, t);
}

/* No covariance with what does not exist: linearisation has no terms for it, which would read as
 * a variance of 0. */
static void blank_missing(struct target_answer *a, size_t count) {
  for (size_t k = 0; k < count; k++)
    for (size_t j = 0; j < a->block; j++)
      if (isnan(a->theta[k]) || isnan(a->theta[k / a->block * a->block + j]))
        a->cov[k * a->block + j] = NAN;
}

/* Totals, values, covariances. `out` is to be freed only when this succeeded. Totals that were
 * known are lent to the answer: without an allocator cells_free leaves them alone. */
bilan_status target_estimate(bilan *b, struct target_answer *out, const struct design *design,
                             const struct target *target) {
  struct design_plain plain;
  struct target t = *target;
  struct target_answer a = {.mem = &b->mem, .block = t.block};
  if (!design) design = design_plain(&plain, t.request.rows);
  linear_request(&t.request, design);
  bilan_status status = BILAN_OK;
  if (t.known) a.cells = *t.known;
  else status = cells_tabulate(b, &a.cells, &t.request);
  if (status) return status;
  if (t.known) a.cells.mem = NULL; /* not to be freed here */
  a.theta = mem_array(&b->mem, t.count, sizeof *a.theta);
  a.cov = mem_array(&b->mem, t.count, t.block * sizeof *a.cov);
  if (!a.theta || !a.cov) status = fail_nomem(b);
  if (!status) {
    t.solve(t.context, a.theta, &a.cells);
    status = vary(b, &a, design, &t);
  }
  if (status) {
    target_free(&a);
    return status;
  }
  blank_missing(&a, t.count);
  *out = a;
  return BILAN_OK;
}

/* A zeroed one is fine. */
void target_free(struct target_answer *a) {
  if (!a->mem) return;
  cells_free(&a->cells);
  mem_free(a->mem, a->theta);
  mem_free(a->mem, a->cov);
  *a = (struct target_answer){0};
}

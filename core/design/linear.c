/* linear.c - see linear.h.
 *
 * Three ways to the same sums, by what a unit of the stage is:
 *   clusters   the kernel adds up totals by unit and slot; the forms turn each unit's totals
 *              into its z. One pass, whatever the number of statistics.
 *   rows       z of a row is its score (scores.h). Units are as many as rows, so z is not kept:
 *              a first pass adds up the strata's sums, a second the squares about their means.
 *   alike      rows that are units and differ within a cell by their weight alone: strata by
 *              cells stand for them (alike.h).
 *
 * Which way a stage goes:
 *
 *   units are clusters, not calibrated    form_clusters     slots by unit from the kernel
 *   units are clusters, calibrated        run_pass by unit  scores added up by unit
 *   units are rows, no measure, few cells alike_variance    strata by cells
 *   units are rows, else                  add_rows          two passes over scores
 *
 * Calibrated designs have scores that no total by slot can give: clusters then add up scores.
 *
 * Squares are taken about means known beforehand (two passes), so that a statistic that is the
 * same in all units of a stratum has variance 0 and not the rounding of large squares.
 *
 * Worked example: units z = 1, 2, 6 in one stratum with factor 3/2: mean 3, squares 4 + 1 + 9 =
 * 14, variance 21. With a second statistic of the same block, z = 0, 3, 3 (mean 2): products
 * (-2)(-2) + (-1)(1) + (3)(1) = 6, covariance 9; its own squares 4 + 1 + 1 = 6, variance 9: the
 * block's answer is (21, 9; 9, 9).
 *
 * Layout for 4 statistics in blocks of 2: cov[k * block + j] is the covariance of statistic k
 * with the j-th of its block,
 *
 *   c00 c01 | c10 c11 | c22 c23 | c32 c33        k = 0, 1, 2, 3 in rows of two
 *
 * Owner: everything here is of one call; what is known (the PSUs' totals) is lent. Failure:
 * BILAN_NOMEM, BILAN_LIMIT.
 */
#include "design/linear.h"

#include <string.h>

#include "data/bitmap.h"
#include "design/alike.h"
#include "design/replicates.h"
#include "design/scores.h"
#include "design/squares.h"
#include "design/stages.h"

/* What all parts of one call share; read only but for cov. */
struct work {
  bilan *b;
  const struct design *design;
  const struct cells_request *request; /* with the design's weight */
  const struct forms *forms;
  size_t statistics, block;  /* block divides statistics */
  double *cov;               /* [statistics * block], added to stage by stage */
  const struct cells *known; /* totals by PSU; NULL */
};

/* ---- units ------------------------------------------------------------------------------- */

/* Adds the variance of one stage from the z of all its units, z[unit * statistics + k]. */
static bilan_status add_units(const struct work *w, const struct stage *s, const double *z) {
  double *centre = mem_zero(&w->b->mem, s->strata * w->statistics, sizeof *centre);
  if (!centre) return fail_nomem(w->b);
  enum simd simd = bitmap_simd(w->b);
  squares_sum(centre, z, s, w->statistics, simd);
  squares_centre(centre, s, w->statistics);
  if (w->block == 1) squares_units(w->cov, z, centre, s, w->statistics, simd);
  for (size_t u = 0; w->block > 1 && u < s->units; u++) {
    size_t h = unit_stratum(s, u);
    if (s->factor[h] != 0)
      squares_add(w->cov, z + u * w->statistics, centre + h * w->statistics, s->factor[h],
                  w->statistics, w->block);
  }
  mem_free(&w->b->mem, centre);
  return BILAN_OK;
}

/* ---- clusters -------------------------------------------------------------------------------- */

/* z of one unit from its totals: slot by slot, in the order in which forms.c has sorted the
 * terms. A slot nobody looks at, and a total of 0, add nothing. */
static void form_unit(double *z, const struct forms *f, const struct cells *c, size_t unit) {
  for (size_t slot = 0; slot < f->slots; slot++) {
    if (f->first[slot] == f->first[slot + 1]) continue;
    size_t m = slot / c->count, cell = slot % c->count;
    double total = m ? c->unit_y[((m - 1) * c->unit_count + unit) * c->count + cell]
                     : c->unit_weight[unit * c->count + cell];
    if (total == 0) continue;
    for (size_t t = f->first[slot]; t < f->first[slot + 1]; t++)
      z[f->terms[t].statistic] += total * f->terms[t].coefficient;
  }
}

/* z of all units of a stage, which the caller has zeroed. */
static void form_units(const struct work *w, const struct cells *c, double *z) {
  for (size_t u = 0; u < c->unit_count; u++)
    form_unit(z + u * w->statistics, w->forms, c, u);
}

/* Totals by unit and slot, then their forms. Those of PSUs may be known: the answer that the
 * estimate was computed from, where it was asked for by PSU. */
static bilan_status form_clusters(const struct work *w, const struct stage *s, double *z) {
  struct cells cells;
  if (s == w->design->stages && w->known && w->known->unit_count) {
    form_units(w, w->known, z);
    return BILAN_OK;
  }
  struct cells_request request = *w->request;
  request.unit = s->unit;
  request.unit_count = s->units;
  request.order = s->order;
  bilan_status status = cells_tabulate(w->b, &cells, &request);
  if (status) return status;
  form_units(w, &cells, z);
  cells_free(&cells);
  return BILAN_OK;
}

/* ---- passes over scores ---------------------------------------------------------------------- */

/* What a pass adds up: scores by unit or stratum, or their squares about centres. */
struct score_pass {
  const struct work *work;
  const struct stage *stage;
  const double *centre; /* NULL: sums of scores by group */
  bool by_unit;         /* groups are units: a stage of clusters; else strata */
};

/* Where the sums of a row go: its unit, or its stratum where rows are units. */
static inline size_t group_of(const struct score_pass *p, size_t row) {
  return p->by_unit ? stage_unit(p->stage, row) : unit_stratum(p->stage, row);
}

/* Scores of a few rows into sums (centre NULL) or squares. Rows of a stratum with factor 0 have
 * no squares to add, but their sums count in the mean of all units, which an adjusted stratum is
 * measured by. */
static void add_scores(const void *context, double *sums, const double *z, size_t from,
                       size_t count) {
  const struct score_pass *p = context;
  size_t statistics = p->work->statistics;
  for (size_t i = 0; i < count; i++, z += statistics) {
    size_t group = group_of(p, from + i);
    if (p->centre) {
      double factor = p->stage->factor[group];
      if (factor != 0)
        squares_add(sums, z, p->centre + group * statistics, factor, statistics, p->work->block);
      continue;
    }
    for (size_t k = 0; k < statistics; k++) sums[group * statistics + k] += z[k];
  }
}

/* ---- the stages ------------------------------------------------------------------------------ */

/* A stage of clusters: z of all units, then their squares. Units of a domain's outside are in z
 * too, with 0. */
static bilan_status add_clusters(const struct work *w, const struct scores *scores,
                                 const struct stage *s) {
  size_t numbers = s->units * w->statistics;
  double *z = mem_zero(&w->b->mem, numbers, sizeof *z);
  bilan_status status = BILAN_OK;
  if (!z) return fail_nomem(w->b);
  if (w->design->calibration_count) {
    struct score_pass pass = {.work = w, .stage = s, .by_unit = true};
    status = scores_pass(w->b, scores, z, numbers, add_scores, &pass);
  } else {
    status = form_clusters(w, s, z);
  }
  if (!status) status = add_units(w, s, z);
  mem_free(&w->b->mem, z);
  return status;
}

/* A stage whose units are rows: sums by stratum, then squares about their means, which go
 * straight into cov: it is the total of the second pass. */
static bilan_status add_rows(const struct work *w, const struct scores *scores,
                             const struct stage *s) {
  size_t numbers = s->strata * w->statistics;
  double *centre = mem_zero(&w->b->mem, numbers, sizeof *centre);
  if (!centre) return fail_nomem(w->b);
  struct score_pass pass = {.work = w, .stage = s};
  bilan_status status = scores_pass(w->b, scores, centre, numbers, add_scores, &pass);
  if (!status) {
    squares_centre(centre, s, w->statistics);
    pass.centre = centre;
    status = scores_pass(w->b, scores, w->cov, w->statistics * w->block, add_scores, &pass);
  }
  mem_free(&w->b->mem, centre);
  return status;
}

/* Does a stage add anything at all? Below a stage drawn with replacement none does. */
static bool stage_counts(const struct stage *s) {
  for (size_t h = 0; h < s->strata; h++)
    if (s->factor[h] != 0) return true;
  return false;
}

/* Stage by stage. Scores are opened once, for stages that need them; that is where the slopes of
 * a calibrated design are found, a pass each. */
static bilan_status add_stages(const struct work *w) {
  struct scores scores;
  bilan_status status = scores_open(w->b, &scores, w->design, w->request, w->forms);
  for (size_t i = 0; !status && i < w->design->stage_count; i++) {
    const struct stage *s = &w->design->stages[i];
    if (!stage_counts(s)) continue;
    if (s->unit) status = add_clusters(w, &scores, s);
    else if (alike_rows(w->design, s, w->request, w->forms->slots))
      status = alike_variance(w->b, w->cov, s, w->request, w->forms, w->block);
    else status = add_rows(w, &scores, s);
  }
  scores_close(w->b, &scores);
  return status;
}

/* Rounding leaves the two halves of a covariance a bit apart: one is taken. */
static void make_symmetric(double *cov, size_t statistics, size_t block) {
  for (size_t k = 0; k < statistics; k++)
    for (size_t j = 0; j < k % block; j++)
      cov[k * block + j] = cov[(k / block * block + j) * block + k % block];
}

/* See linear.h. Where scores take the place of totals nothing by unit is needed; of replicates only
 * those that are factors of PSUs go by their totals. */
void linear_request(struct cells_request *request, const struct design *design) {
  const struct stage *psus = &design->stages[0];
  const struct replicates *r = design->replicates;
  bool totals = psus->unit && !design->calibration_count;
  if (r) totals = totals && r->psus && replicates_by_units(r, request);
  request->weight = design->weight;
  request->unit = totals ? psus->unit : NULL;
  request->unit_count = totals ? psus->units : 0;
  request->order = totals ? psus->order : NULL;
}

/* See linear.h. */
bool linear_by_units(const struct design *design, const struct cells *totals) {
  if (!totals->unit_count || design->calibration_count || design->replicates) return false;
  for (size_t i = 1; i < design->stage_count; i++)
    if (stage_counts(&design->stages[i])) return false;
  return true;
}

/* See linear.h. */
bilan_status linear_units(bilan *b, double *cov, const struct design *design, const double *z,
                          size_t statistics, size_t block) {
  struct work w = {.b = b, .design = design, .statistics = statistics, .block = block, .cov = cov};
  memset(cov, 0, statistics * block * sizeof *cov);
  bilan_status status = add_units(&w, &design->stages[0], z);
  if (!status) make_symmetric(cov, statistics, block);
  return status;
}

/* See linear.h. `cov` is untouched on failure only by chance. Units of the request are not needed
 * here: each stage sets its own. */
bilan_status linear_variance_of(bilan *b, double *cov, const struct design *design,
                                const struct cells_request *request, const struct forms *forms,
                                size_t block, const struct cells *known) {
  struct design_plain plain;
  struct cells_request weighted = *request;
  if (!design) design = design_plain(&plain, request->rows);
  weighted.weight = design->weight;
  weighted.unit = NULL;
  weighted.order = NULL;
  struct work w = {b, design, &weighted, forms, forms->statistics, block, cov, known};
  memset(cov, 0, forms->statistics * block * sizeof *cov);
  bilan_status status = add_stages(&w);
  if (!status) make_symmetric(cov, forms->statistics, block);
  return status;
}

/* Nothing is known. */
bilan_status linear_variance(bilan *b, double *cov, const struct design *design,
                             const struct cells_request *request, const struct forms *forms,
                             size_t block) {
  return linear_variance_of(b, cov, design, request, forms, block, NULL);
}

/* lifetime.c - see design.h: names, owners, copies, and the design of a table without one.
 *
 * A design is immutable, so that two designs may share columns, stages, calibrations and
 * replicates: each of those is counted, and design_copy takes one hold of every part. The copy
 * is changed by its maker before anybody else sees it. Degrees of freedom by group hang on the
 * weights, so that a copy begins without those that were found.
 *
 * design_plain is for tables without a declared design: one stage, every row a unit of one
 * stratum, with replacement, so factor = n / (n - 1) and degrees of freedom n - 1. It lives in
 * the caller's own memory (mem is NULL), costs nothing per row, and may not be held or copied.
 *
 * What two designs share after design_copy, B being about to get other weights:
 *
 *   A --> weight w0 <-- B     design_set_weight(B, w1):   B --> drawn w0, weight w1
 *   A --> stages    <-- B     (one block, counted)        A --> weight w0 as before
 *   A --> calibrations [c1]   B --> calibrations [c1]: its own list, c1 with two owners
 *
 * A second design_set_weight(B, w2) lets go of w1 and keeps w0: `drawn` is always the weight that
 * the sample came with; that it is there tells that weights were adjusted.
 *
 * Owner: whoever declared or copied; design_free gives it back. Failure: BILAN_NOMEM, and then
 * every hold taken so far is given back.
 */
#include <math.h>

#include "design/calibration.h"
#include "design/replicates.h"
#include "design/stages.h"

const char *const lonely_names[LONELIES + 1] = {"fail", "adjust", "certainty", "average", NULL};
const char *const sampling_names[SAMPLINGS + 1] = {"probability", "nonprobability", "census",
                                                   NULL};

/* ---- without a declaration ------------------------------------------------------------------ */

/* Fewer than two rows have no variance of their own: factor 0, and no degrees of freedom. Weights
 * are 1, and nothing is lonely: the reader is told of one respondent instead. */
const struct design *design_plain(struct design_plain *p, size_t rows) {
  *p = (struct design_plain){.sampled = rows, .population = INFINITY};
  if (rows > 1) p->factor = (double)rows / ((double)rows - 1);
  p->stage = (struct stage){
      .units = rows,
      .strata = 1,
      .sampled = &p->sampled,
      .population = &p->population,
      .factor = &p->factor,
  };
  p->design = (struct design){
      .owners = 1,
      .rows = rows,
      .stages = &p->stage,
      .stage_count = 1,
      .lonely = LONELY_CERTAINTY,
  };
  return &p->design;
}

/* ---- owners --------------------------------------------------------------------------------- */

/* Room for a design; whoever calls fills in weights, units and strata. Half filled it can be
 * freed at any time, since what is not there yet is NULL. */
bilan_status design_new(bilan *b, struct design **out, size_t rows, size_t stage_count) {
  if (rows >= UINT32_MAX)
    return fail(b, BILAN_LIMIT, "a design of %zu rows: at most %zu", rows,
                (size_t)UINT32_MAX - 1);
  struct design *d = mem_zero(&b->mem, 1, sizeof *d);
  if (!d) return fail_nomem(b);
  *d = (struct design){.owners = 1, .mem = &b->mem, .rows = rows, .stage_count = stage_count};
  d->stages = stages_new(&b->mem, stage_count);
  d->kept = degrees_new(&b->mem);
  if (!d->stages || !d->kept) {
    design_free(d);
    return fail_nomem(b);
  }
  *out = d;
  return BILAN_OK;
}

/* One more owner; design_free takes one away. */
struct design *design_hold(struct design *d) {
  d->owners++;
  return d;
}

/* The last owner gives back a hold of every part. The allocator is the design's own, so that a
 * result may outlive the call that made it. */
void design_free(struct design *d) {
  if (!d || --d->owners) return;
  column_free(d->weight);
  column_free(d->drawn);
  stages_free(d->mem, d->stages, d->stage_count);
  for (size_t i = 0; i < d->calibration_count; i++) calibration_free(d->calibrations[i]);
  mem_free(d->mem, d->calibrations);
  if (d->replicates) replicates_free(d->replicates);
  degrees_free(d->mem, d->kept);
  mem_free(d->mem, d);
}

/* ---- copies --------------------------------------------------------------------------------- */

/* A column of ones: what no weight means, written out. 8 bytes a row; owned by the caller. */
static bilan_status make_ones(bilan *b, struct column **out, size_t rows) {
  double *ones = mem_array(&b->mem, rows, sizeof *ones);
  if (!ones) return fail_nomem(b);
  for (size_t i = 0; i < rows; i++) ones[i] = 1;
  return column_numbers(b, out, rows, ones, NULL);
}

/* The list of calibrations of a copy: its own array, one more hold of each. The count is set
 * last: a failure must not have design_free look at places that were not filled. */
static bilan_status copy_calibrations(bilan *b, struct design *to, const struct design *d) {
  if (!d->calibration_count) return BILAN_OK;
  to->calibrations = mem_array(&b->mem, d->calibration_count, sizeof *to->calibrations);
  if (!to->calibrations) return fail_nomem(b);
  for (size_t i = 0; i < d->calibration_count; i++)
    to->calibrations[i] = calibration_hold(d->calibrations[i]);
  to->calibration_count = d->calibration_count;
  return BILAN_OK;
}

/* A copy has its weights written out even where they are all 1: `drawn` would otherwise have no
 * way to say so once the weights change. */
bilan_status design_copy(bilan *b, struct design **out, const struct design *d) {
  if (!d->mem) return fail(b, BILAN_INTERNAL, "a copy of a design that was not declared");
  struct design *copy = mem_zero(&b->mem, 1, sizeof *copy);
  if (!copy) return fail_nomem(b);
  *copy = *d;
  copy->owners = 1;
  copy->calibrations = NULL;
  copy->calibration_count = 0;
  copy->kept = degrees_new(&b->mem);
  copy->stages = stages_hold(d->stages);
  if (d->drawn) column_hold(d->drawn);
  if (d->replicates) replicates_hold(d->replicates);
  bilan_status status = BILAN_OK;
  if (d->weight) column_hold(d->weight);
  else status = make_ones(b, &copy->weight, d->rows);
  if (!status && !copy->kept) status = fail_nomem(b);
  if (!status) status = copy_calibrations(b, copy, d);
  if (status) design_free(copy);
  else *out = copy;
  return status;
}

/* The first change of weights keeps those of the draw. */
void design_set_weight(struct design *d, struct column *weight) {
  if (d->drawn) column_free(d->weight);
  else d->drawn = d->weight;
  d->weight = weight;
}

/* 1 where none were declared. Never missing: a declaration refuses that. Negative only where a
 * linear calibration without bounds made it so. */
double design_weight(const struct design *d, size_t row) {
  return d->weight ? d->weight->numbers[row] : 1;
}

/* adjust.c - one adjustment carried through: the full sample, every replicate, the receipt, and
 * the new design.
 *
 * A replicate stands for a sample that might have been drawn, so it is adjusted as that sample
 * would have been: the same totals, from its own weights (Wolter, Introduction to Variance
 * Estimation, 2nd ed., 2007, section 1.4). A design without replicates gets a record for the
 * variance in its place (residual.c).
 *
 * The way of one call, d with R replicates or with none:
 *
 *   weights of d  --> before
 *                 --> run --> after              refused where a target is missed
 *   replicate r   --> run --> weights[r]         r = 0 .. R - 1
 *   before, after --> record                     only where R = 0
 *   before, after --> receipt
 *   after + (weights | record) --> the new design
 *
 * One replicate that cannot be adjusted makes the set useless: the adjustment then fails, and
 * tells in how many and where the first of them is furthest off.
 *
 * Worked example. Four rows of weight 1, two girls and two boys, totals 6 and 2: after 3, 3, 1,
 * 1. The receipt has the lines (girls: n 2, before 2, target 6, reached 6), (boys: 2, 2, 2, 2),
 * least 1, most 3, effective n 8^2 / (9 + 9 + 1 + 1) = 3.2 and deff 4 / 3.2 = 1.25.
 *
 * Invariants: out-parameters are written at the end (but receipt->failed, as said above). Weights
 * may be negative where a linear calibration without bounds makes them so. Cost: the method's,
 * times one and the number of replicates; memory 8 bytes a row and replicate.
 */
#include <math.h>

#include "base/number.h"
#include "design/margins.h"
#include "design/replicates.h"

/* A zeroed receipt owns nothing, and may be freed again. */
void receipt_free(struct receipt *r) {
  if (r->mem) mem_free(r->mem, r->lines);
  *r = (struct receipt){0};
}

/* ---- weights ----------------------------------------------------------------------------- */

/* Row by row, so that methods need not know how a design keeps them: 1 for every row where it
 * keeps none. 8 bytes a row. BILAN_NOMEM. */
bilan_status design_weights(bilan *b, double **out, const struct design *d) {
  double *weight = mem_array(&b->mem, d->rows, sizeof *weight);
  if (!weight) return fail_nomem(b);
  for (size_t row = 0; row < d->rows; row++) weight[row] = design_weight(d, row);
  *out = weight;
  return BILAN_OK;
}

/* A replicate's weights are a column that others may share: methods write, so they get a copy. */
bilan_status replicate_weights(bilan *b, double **out, const struct design *d, size_t r) {
  struct column *start;
  bilan_status status = replicate_weight(b, &start, d, r);
  if (status) return status;
  double *weight = mem_array(&b->mem, d->rows, sizeof *weight);
  for (size_t row = 0; weight && row < d->rows; row++) weight[row] = start->numbers[row];
  column_free(start);
  if (!weight) return fail_nomem(b);
  *out = weight;
  return BILAN_OK;
}

/* Replicates that are factors of the weight are 0 where it is; only columns can be more: a row
 * that the full sample does not use may be used in a replicate, and then needs an answer in each
 * margin. */
bilan_status design_presence(bilan *b, double **out, const struct design *d) {
  double *weight;
  bilan_status status = design_weights(b, &weight, d);
  if (status) return status;
  const struct replicates *r = d->replicates;
  for (size_t i = 0; r && r->weights && i < r->count; i++)
    for (size_t row = 0; row < d->rows; row++)
      weight[row] = fmax(weight[row], r->weights[i]->numbers[row]);
  *out = weight;
  return BILAN_OK;
}

/* Row by row, in order: the sums have the same bits whatever was done in between. Negative
 * weights (calibrate: linear without bounds) are left out with those of 0: Kish's n is of a
 * sample that each row belongs to more or less, and less than nothing has no meaning there. */
struct kish kish_of(const double *weight, size_t rows) {
  struct kish k = {0};
  for (size_t row = 0; row < rows; row++) {
    if (!(weight[row] > 0)) continue;
    k.n++;
    k.sum += weight[row];
    k.squares += weight[row] * weight[row];
  }
  return k;
}

/* Both arrays are given back or have an owner, whatever happens: column_numbers and
 * replicates_adjusted take theirs over also when they fail. Without replicates the copy of d
 * keeps the weights of the draw beside the new ones (design_set_weight). */
bilan_status design_reweighted(bilan *b, struct design **out, const struct design *d,
                               double *weight, struct column **weights) {
  struct column *column;
  struct design *made;
  bilan_status status = column_numbers(b, &column, d->rows, weight, NULL);
  if (d->replicates) {
    if (!status) return replicates_adjusted(b, out, d, column, weights);
    replicate_columns_free(&b->mem, weights, d->replicates->count);
    return status;
  }
  if (status) return status;
  status = design_copy(b, &made, d);
  if (status) {
    column_free(column);
    return status;
  }
  design_set_weight(made, column);
  *out = made;
  return BILAN_OK;
}

/* ---- outcomes ---------------------------------------------------------------------------- */

/* Is some target further off than the tolerance? Negative weights are no failure: the totals are
 * met, and the receipt says how many there are. A distance of -1 (no targets) passes. */
static bool has_failed(const struct method *m, const struct outcome *o) {
  return o->worst.distance > m->adjustment->epsilon;
}

/* Says why, by the target that is furthest off: raking did not converge in 100 iterations:
 * "genre", level "fille" is at 51987.25, expected 52000. `where` goes in front: "" or "in 3 of 80
 * replicates (first: 17) ". Nine digits are enough to see a gap above any tolerance that is in
 * use. */
static bilan_status refuse_outcome(bilan *b, const struct method *m, const struct outcome *o,
                                   const char *where) {
  const struct margin *margin = &m->adjustment->margins[o->worst.margin];
  struct text label = margin_label(margin, o->worst.place);
  struct text name = margin_name(margin);
  char reached[NUMBER_ROOM], target[NUMBER_ROOM];
  number_print_digits(reached, o->worst.reached, 9);
  number_print(target, margin->totals[o->worst.place]);
  return fail(b, BILAN_DATA, "%s%s did not converge in %zu iteration%s: \"%.*s\"%s%.*s%s is at %s, "
              "expected %s", where, m->verb, o->iterations, o->iterations == 1 ? "" : "s",
              (int)name.n, name.s, label.n ? ", level \"" : "", (int)label.n,
              label.n ? label.s : "", label.n ? "\"" : "", reached, target);
}

/* ---- replicates -------------------------------------------------------------------------- */

/* Adjusts replicate r, from its own weights, into a new column; `o` tells how far it got, and is
 * for the caller to judge. A row that the replicate leaves out has weight 0 and keeps it; a level
 * whose rows are all left out cannot be met, which is the usual way for a replicate to fail. */
static bilan_status adjust_replicate(bilan *b, struct column **out, const struct design *d,
                                     const struct method *m, size_t r, struct outcome *o) {
  double *weight;
  bilan_status status = replicate_weights(b, &weight, d, r);
  if (status) return status;
  status = m->run(b, m, weight, o);
  if (!status) return column_numbers(b, out, d->rows, weight, NULL);
  mem_free(&b->mem, weight);
  return status;
}

/* The message of the first replicate that failed, with how many did. */
static bilan_status refuse_replicates(bilan *b, const struct method *m, const struct outcome *o,
                                      size_t first, size_t failed, size_t count) {
  struct buffer where;
  buffer_init(&where, &b->mem);
  buffer_format(&where, "in %zu of %zu replicates (first: %zu) ", failed, count, first + 1);
  bilan_status status = refuse_outcome(b, m, o, where.failed ? "in replicates " : where.s);
  buffer_free(&where);
  return status;
}

/* All of them; where some fail, *failed counts them (the rest is tried all the same, so that the
 * message can say how many), and the message is that of the first. One after the other: each
 * costs passes over the rows, and the first failure has to be the same on every machine. */
static bilan_status adjust_replicates(bilan *b, struct column ***out, size_t *failed,
                                      const struct design *d, const struct method *m) {
  size_t count = d->replicates->count, first = 0;
  struct outcome first_outcome = {0};
  struct column **weights = mem_zero(&b->mem, count, sizeof *weights);
  bilan_status status = weights ? BILAN_OK : fail_nomem(b);
  *failed = 0;
  for (size_t r = 0; r < count && !status; r++) {
    struct outcome o = {0};
    status = adjust_replicate(b, &weights[r], d, m, r, &o);
    if (status || !has_failed(m, &o)) continue;
    if (!(*failed)++) first_outcome = o, first = r;
  }
  if (!status && *failed) status = refuse_replicates(b, m, &first_outcome, first, *failed, count);
  if (status)
    replicate_columns_free(&b->mem, weights, count);
  else
    *out = weights;
  return status;
}

/* ---- receipts ---------------------------------------------------------------------------- */

/* One line a coefficient: rows of positive weight, and sums of w x before and after, added up row
 * by row, not taken from the method: a receipt is a check of it. lines[first + place] is the line
 * of a place of its margin, the same number that the coefficient has. A row without a place in a
 * margin (a missing number) is in none of that margin's lines. */
static void fill_lines(struct receipt *receipt, const struct method *m, const double *before,
                       const double *after) {
  const struct margin *margins = m->adjustment->margins;
  for (size_t i = 0; i < m->adjustment->margin_count; i++)
    for (size_t place = 0; place < margins[i].count; place++)
      receipt->lines[margins[i].first + place] =
          (struct receipt_line){.margin = i, .place = place, .target = margins[i].totals[place]};
  for (size_t row = 0; row < m->rows; row++)
    for (size_t i = 0; i < m->adjustment->margin_count && before[row] > 0; i++) {
      double x;
      uint32_t at = calibration_place(&margins[i], row, &x);
      if (at == UINT32_MAX) continue;
      receipt->lines[at].n++;
      receipt->lines[at].before += before[row] * x;
      receipt->lines[at].reached += after[row] * x;
    }
}

/* The range of after / before, and Kish's measures after. Rows that did not count before have no
 * ratio. A sample in which no row has weight gets the range 1 to 1, an effective n of 0 and a
 * deff of 1: a receipt holds no NaN. */
void receipt_weights(struct receipt *receipt, const double *before, const double *after,
                     size_t rows) {
  struct kish k = kish_of(after, rows);
  receipt->least = INFINITY;
  receipt->most = -INFINITY;
  for (size_t row = 0; row < rows; row++) {
    if (!(before[row] > 0)) continue;
    receipt->least = fmin(receipt->least, after[row] / before[row]);
    receipt->most = fmax(receipt->most, after[row] / before[row]);
  }
  if (receipt->least > receipt->most) receipt->least = receipt->most = 1;
  receipt->effective = k.n ? k.sum * k.sum / k.squares : 0;
  receipt->deff = k.n ? (double)k.n / receipt->effective : 1;
}

/* Lines, then the figures of the whole; `change` is the distance of the worst target. `receipt`
 * may be freed when this fails. */
static bilan_status make_receipt(bilan *b, struct receipt *receipt, const struct method *m,
                                 const struct outcome *o, const double *before,
                                 const double *after) {
  *receipt = (struct receipt){.mem = &b->mem, .count = m->coefficients};
  receipt->lines = mem_zero(&b->mem, m->coefficients, sizeof *receipt->lines);
  if (!receipt->lines) return fail_nomem(b);
  receipt->iterations = o->iterations;
  receipt->change = o->worst.distance;
  receipt->negative = o->negative;
  fill_lines(receipt, m, before, after);
  receipt_weights(receipt, before, after, m->rows);
  return BILAN_OK;
}

/* ---- the new design ---------------------------------------------------------------------- */

/* Appends the record of this adjustment, taking it over in every case. Order matters: the
 * variance takes residuals in the order in which weights were adjusted. */
static bilan_status add_calibration(bilan *b, struct design *d, struct calibration *c) {
  struct calibration **grown =
      mem_resize_array(&b->mem, d->calibrations, d->calibration_count + 1, sizeof(void *));
  if (!grown) {
    calibration_free(c);
    return fail_nomem(b);
  }
  d->calibrations = grown;
  d->calibrations[d->calibration_count++] = c;
  return BILAN_OK;
}

/* Runs the method on the full sample, in place: `after` holds the weights before. One that does
 * not get there is refused, before any replicate is tried. */
static bilan_status adjust_sample(bilan *b, double *after, const struct method *m,
                                  struct outcome *o) {
  bilan_status status = m->run(b, m, after, o);
  if (!status && has_failed(m, o)) status = refuse_outcome(b, m, o, "");
  return status;
}

/* What an adjustment comes to; NULL, 0 and {0} until it is there. */
struct fitted {
  double *before, *after;      /* [row] weights of the full sample */
  struct column **weights;     /* [R] of the replicates; NULL for a design without them */
  struct calibration *record;  /* for the variance; NULL for a design with replicates */
  struct receipt receipt;
  size_t failed;               /* replicates that could not be adjusted */
};

/* What was handed over is NULL by then. */
static void fitted_free(bilan *b, struct fitted *f, const struct design *d) {
  receipt_free(&f->receipt);
  calibration_free(f->record);
  if (f->weights) replicate_columns_free(&b->mem, f->weights, d->replicates->count);
  mem_free(&b->mem, f->after);
  mem_free(&b->mem, f->before);
}

/* The sample, then its replicates or the record for the variance, then the receipt. */
static bilan_status fit_weights(bilan *b, struct fitted *f, const struct design *d,
                                const struct method *m) {
  struct outcome o = {0};
  bilan_status status = design_weights(b, &f->before, d);
  if (!status) status = design_weights(b, &f->after, d);
  if (!status) status = adjust_sample(b, f->after, m, &o);
  if (status) return status;
  const double *q = m->sweep == SWEEP_REGRESSION ? f->before : NULL;
  status = d->replicates ? adjust_replicates(b, &f->weights, &f->failed, d, m)
                         : calibration_make(b, &f->record, m, q, f->after);
  return status ? status : make_receipt(b, &f->receipt, m, &o, f->before, f->after);
}

/* The new design takes over weights and record, also when it comes to nothing. */
static bilan_status make_adjusted(bilan *b, struct design **out, struct fitted *f,
                                  const struct design *d) {
  struct design *made;
  bilan_status status = design_reweighted(b, &made, d, f->after, f->weights);
  f->after = NULL;
  f->weights = NULL;
  if (status) return status;
  if (f->record) status = add_calibration(b, made, f->record);
  f->record = NULL;
  if (status) design_free(made);
  else *out = made;
  return status;
}

/* The design is made last, so that nothing is handed out by halves. */
bilan_status adjust_design(bilan *b, struct design **out, struct receipt *receipt,
                           const struct design *d, struct method *m) {
  struct fitted f = {0};
  bilan_status status = fit_weights(b, &f, d, m);
  if (f.failed) *receipt = (struct receipt){.failed = f.failed};
  if (!status) status = make_adjusted(b, out, &f, d);
  if (!status) {
    *receipt = f.receipt;
    f.receipt = (struct receipt){0};
  }
  fitted_free(b, &f, d);
  return status;
}

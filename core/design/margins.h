/* margins.h - what raking, post-stratification and calibration share: margins that are checked,
 * their totals, replicates, receipts, and the record that the variance needs. Known to
 * core/design alone.
 *
 * Weights here are plain arrays by row. A row of weight 0 takes no part: its answers may be
 * missing, its weight stays 0, and the variance leaves it out.
 *
 * Who calls whom:
 *
 *   design_rake, design_calibrate       options, design_presence
 *     margins_prepare                   numbers coefficients, refuses what cannot be met
 *     adjust_design                     sample, then each replicate:
 *       m->run                            weights in place, and how far it got
 *       calibration_make                the record (designs without replicates)
 *       design_reweighted               the new design
 *
 * A method (rake.c, calibrate.c) turns one array of weights into another and tells how far it
 * got; adjust_design runs it on the weights of the design and on those of every replicate.
 */
#ifndef DESIGN_MARGINS_H
#define DESIGN_MARGINS_H

#include "design/calibration.h"

enum { COEFFICIENTS_MOST = 4096 }; /* of margins that are solved together */

/* The worst of all targets: its relative distance, margin and place, and what was reached. */
struct worst {
  double distance, reached;
  size_t margin, place;
};

/* How far a method got with one set of weights. */
struct outcome {
  size_t iterations;  /* rounds or steps that were taken */
  struct worst worst; /* at the end */
  size_t negative; /* rows whose weight came out below 0 */
};

/* One way of adjusting, and its state. */
struct method {
  const char *verb; /* for messages: "raking" */
  enum sweep sweep;  /* how the variance will take residuals */
  const struct adjustment *adjustment;
  size_t rows;
  size_t coefficients; /* of all margins; margins_prepare sets it */
  void *state;         /* of the method, lent for the call; NULL where it needs none */
  /* Adjusts weight[row] in place. Fails for lack of memory alone. */
  bilan_status (*run)(bilan *b, const struct method *m, double *weight, struct outcome *o);
};

/* Numbers the coefficients, and refuses (see calibration.h) what cannot be met, before anything
 * is computed; fills m->coefficients. `weight` tells which rows take part. BILAN_USAGE for
 * options out of range. */
bilan_status margins_prepare(bilan *b, struct method *m, const double *weight);

/* Relative distance to a target; absolute where the target is 0; infinite where there is none. */
double margins_distance(double reached, double target);
struct worst margins_worst(const struct method *m, const double *reached);

/* The weights of a design as an array, for the caller to free. */
bilan_status design_weights(bilan *b, double **out, const struct design *d);

/* The weights of its replicate r as an array, for the caller to free. BILAN_NOMEM. */
bilan_status replicate_weights(bilan *b, double **out, const struct design *d, size_t r);

/* The weights of the design, or a row's largest replicate weight where that is larger: which rows
 * take part in any of the adjustments. */
bilan_status design_presence(bilan *b, double **out, const struct design *d);

/* Of the positive weights: how many, their sum and the sum of their squares. */
struct kish {
  int64_t n;
  double sum, squares;
};
struct kish kish_of(const double *weight, size_t rows);

/* Sets least, most, effective and deff of a receipt. */
void receipt_weights(struct receipt *receipt, const double *before, const double *after,
                     size_t rows);

/* The new design and its receipt. */
bilan_status adjust_design(bilan *b, struct design **out, struct receipt *receipt,
                           const struct design *d, struct method *m);

/* A design like `d` with this array (taken over) as its weights, and replicate weights
 * weights[R] (taken over) where d has replicates. */
bilan_status design_reweighted(bilan *b, struct design **out, const struct design *d,
                               double *weight, struct column **weights);

/* The record for the variance: margins are copied (items held), q and after too. `q` NULL for
 * SWEEP_MARGINS. */
bilan_status calibration_make(bilan *b, struct calibration **out, const struct method *m,
                              const double *q, const double *after);

/* The terms of one row: coefficient (UINT32_MAX for none) and x of each margin. */
void margins_read(const struct margin *margins, size_t count, size_t row, uint32_t *at,
                  double *x);

/* Adds q x x' of one row to the upper half of a normal matrix; when all rows are in, the lower
 * half follows from it. */
void normal_add(double *normal, size_t n, const uint32_t *at, const double *x, size_t count,
                double q);
void normal_mirror(double *normal, size_t n);

/* Solves N B = S for a symmetric N (n x n) of sums of squares and products; S (n x count, row by
 * row) becomes B; what depends on other rows gets 0. BILAN_NOMEM. */
bilan_status normal_solve(bilan *b, const double *normal, size_t n, double *sums, size_t count);

/* A margin in a message: its item, or what `ones` is the total of. */
struct text margin_name(const struct margin *m);

/* The label of a coefficient's level; nothing where the margin has one total. */
struct text margin_label(const struct margin *m, size_t place);

#endif

/* replicates.h - replicate weights: the same estimate under many sets of weights.
 *
 *   V = scale * sum over r of rscale_r (theta_r - c) (theta_r - c)'
 * with c the mean of the replicates whose rscale is not 0, or the full-sample estimate (`mse`).
 * (Wolter, Introduction to Variance Estimation, 2nd ed., 2007; Rust & Rao, Stat. Methods in Med.
 * Research 5, 1996.) Usual scales, R replicates:
 *   brr        1 / R                          fay     1 / (R (1 - rho)^2)
 *   jk1        (R - 1) / R                    jkn     1, rscale_r (n_h - 1) / n_h
 *   jk2        1                              bootstrap   1 / (R - 1), or as declared
 *   sdr, acs   4 / R, mse                     other   as declared
 *
 * Weights of a replicate are either one factor a unit (made by the engine: constant within the
 * PSU), times the design's weight, or a column of their own (given in the data, or adjusted after
 * they were made). Never rows x replicates where units will do.
 *
 * Worked example, jk1 of three PSUs with totals 2, 3, 7 (sum 12), R = 3, scale 2/3: replicates
 * 15, 13.5, 7.5, mean 12, V = 2/3 (9 + 2.25 + 20.25) = 21; linearised 3/2 (4 + 1 + 9) = 21.
 *
 * Layout of both kinds of weights, two units of two rows and one, R = 2:
 *
 *   factor   [unit * 2 + r]   0 2 | 2 0       unit    [row]   0 0 1
 *   weights  [r]              columns of 3 rows each: 0 0 2w, 2w 2w 0
 *
 * Degrees of freedom: rank of the matrix of replicate weights minus 1 ("rank"; relative tolerance
 * 1e-5, as in R's survey), or R - 1 ("replicates").
 */
#ifndef DESIGN_REPLICATES_H
#define DESIGN_REPLICATES_H

#include "design/design.h"
#include "kernel/cells.h"

enum replicate_kind {
  REPLICATE_BRR,
  REPLICATE_FAY,
  REPLICATE_JK1,
  REPLICATE_JKN,
  REPLICATE_JK2,
  REPLICATE_BOOTSTRAP,
  REPLICATE_SDR,
  REPLICATE_OTHER,
  REPLICATE_KINDS
};
extern const char *const replicate_kind_names[REPLICATE_KINDS + 1]; /* "brr", "fay", ... */

enum replicate_degrees { DEGREES_RANK, DEGREES_REPLICATES, REPLICATE_DEGREES };
extern const char *const replicate_degrees_names[REPLICATE_DEGREES + 1];

struct replicates {
  size_t owners;
  struct mem *mem;
  enum replicate_kind kind;
  size_t count;            /* R */
  double scale;
  double *rscales;         /* [R] */
  bool mse;
  double rho;
  enum replicate_degrees rule;
  double df;
  size_t units;            /* of `factor`; 0: weights are columns */
  uint32_t *unit;          /* [row]; NULL: unit = row */
  bool psus;               /* units are the PSUs of the design, by the same numbers */
  double *factor;          /* [unit * R + r] */
  struct column **weights; /* [R] NUMBERS; NULL: by factor */
};

/* ---- given in the data ------------------------------------------------------------------ */

struct replicates_spec {
  const struct column *weight;          /* full-sample weights */
  const struct column *const *columns;  /* replicate weights, numbers */
  const struct text *names;             /* [count] of the columns, for messages; NULL: numbers */
  size_t count;
  enum replicate_kind kind;
  double rho;                           /* fay: in [0, 1); else 0 or NaN */
  double scale;                         /* NaN: the kind's; BILAN_USAGE where it has none */
  const double *rscales;                /* [count]; NULL: all 1; jkn: must be given */
  int mse;                              /* 0, 1; -1: the kind's (true for sdr, else false) */
  bool factors;                         /* columns are factors, to be multiplied by the weight */
  enum replicate_degrees rule;
};

/* A design of replicates alone: rows are PSUs of one stratum in name only. BILAN_DATA names the
 * column and row of a missing or negative weight (a row of weight 0 may weigh in a replicate),
 * and tells factors that were taken for weights or weights taken for factors: sums of replicates
 * five times as large or small as that of the full sample, unless `other`. BILAN_USAGE names
 * options that the kind lacks or needs. */
bilan_status replicates_declare(bilan *b, struct design **out, size_t rows,
                                const struct replicates_spec *spec);

/* ---- made from a design ----------------------------------------------------------------- */

struct replicates_plan {
  enum replicate_kind kind; /* jk1, jkn, brr, fay, bootstrap */
  size_t count;             /* bootstrap: R, at least 2; brr and fay: the fewest (0: as few as
                               will do); else not looked at */
  double rho;               /* fay: in [0, 1); else 0 or NaN */
  int mse;                  /* 0, 1; -1: false */
  uint64_t seed;            /* bootstrap */
  enum replicate_degrees rule;
};

/* A new design with replicates of the PSUs of `d`; R follows from the PSUs but for bootstrap.
 * BILAN_USAGE: strata with jk1, other than two PSUs a stratum with brr or fay, one PSU in a
 * stratum (unless lonely ones count 0 or as the average), the whole population, replicates that
 * are there already, weights that were adjusted (make replicates first: the adjustment is then
 * carried into each). BILAN_LIMIT: more than 2^26 factors. What each kind does: the head of
 * replicate_make.c. */
bilan_status replicates_make(bilan *b, struct design **out, const struct design *d,
                             const struct replicates_plan *plan);

/* The rows and columns of a Hadamard matrix of order at least `least` (a multiple of 4, or 1, 2):
 * signs[i * order + j] is +1 or -1, first column all +1. BILAN_LIMIT beyond what is known. */
bilan_status hadamard_make(bilan *b, signed char **signs, size_t *order, size_t least);

/* ---- parts of both ---------------------------------------------------------------------- */

/* `count` replicates without weights: scale 1, rscales all 1, by rank. One owner. */
bilan_status replicates_new(bilan *b, struct replicates **out, size_t count);

/* live[u]: has unit u a row of positive weight? `unit` of each row, NULL: rows are units. Looks at
 * rows until every unit has one. */
void replicates_mark_live(bool *live, const struct design *d, const uint32_t *unit, size_t units);

/* A copy of `d` with replicates `r` (taken over, also on failure) in place of its own. The
 * degrees of freedom are those of `rule`, unless `df` is already set (not negative). */
bilan_status replicates_attach(bilan *b, struct design **out, const struct design *d,
                               struct replicates *r);

/* ---- used ------------------------------------------------------------------------------- */

struct replicates *replicates_hold(struct replicates *r);
void replicates_free(struct replicates *r); /* NULL is fine */

/* Gives back one hold of each of `count` columns and the array itself, which is of `mem`; NULL,
 * and places that were not filled yet, are fine. */
void replicate_columns_free(struct mem *mem, struct column **columns, size_t count);

/* The weights of replicate r as a column; one hold for the caller. */
bilan_status replicate_weight(bilan *b, struct column **out, const struct design *d, size_t r);

/* A design like `d` whose replicate weights are these columns (taken over, `count` = its R),
 * whose full-sample weight is `weight` (taken over): after an adjustment of each. */
bilan_status replicates_adjusted(bilan *b, struct design **out, const struct design *d,
                                 struct column *weight, struct column **weights);

/* Totals of the request under each replicate in turn: weight, sums[].weight and sums[].y of
 * `totals` are those of replicate r, all else that of the full sample. One pass over the rows
 * where replicates are factors of units, none where `full` has the totals of those units, and
 * one for groups of replicates otherwise. `each` may not keep `totals`. */
bilan_status replicates_totals(bilan *b, const struct design *d,
                               const struct cells_request *request, const struct cells *full,
                               void (*each)(void *context, size_t r, const struct cells *totals),
                               void *context);

/* Will replicates_totals go by totals of units for such a request: are they few beside the rows? */
bool replicates_by_units(const struct replicates *r, const struct cells_request *request);

/* cov as in linear.h from thetas[r * count + k]. Replicates in which a statistic of the block is
 * NaN while theta is not are left out of that block; *lost counts them (the most of any
 * block). */
void replicates_variance(double *cov, size_t *lost, const struct replicates *r,
                         const double *theta, const double *thetas, size_t count, size_t block);

#endif

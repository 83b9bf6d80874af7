/* calibration.h - weights that meet known totals: post-stratification, raking, calibration,
 * trimming; and what the variance has to know of it.
 *
 * Calibrated weights w minimise a distance to the weights d before subject to sum w x = known
 * totals (Deville & Sarndal, JASA 87, 1992; Deville, Sarndal & Sautory, JASA 88, 1993). To first
 * order the estimate then varies as the residuals of its influence on x do, so a variance
 * replaces u_k by u_k - x_k' B (linear.h).
 *
 * The calibration variables of a row are one term a margin: an item with levels is one margin
 * (the row's level, x = 1), a number is a margin of its own (x = its value). Coefficients are
 * numbered margin by margin.
 *
 * How B comes about, for influences u with sums S = sum over all rows of q x u:
 *   SWEEP_REGRESSION   solves (sum q x x') B = S      q: weights before the calibration
 *   SWEEP_MARGINS      ten rounds of taking off each margin's mean in turn (q = 1), as R's
 *                      survey does for raked designs
 *
 * Receipts say what was asked, what was reached and what it cost: see struct receipt.
 */
#ifndef DESIGN_CALIBRATION_H
#define DESIGN_CALIBRATION_H

#include "design/design.h"

/* One margin. With `place` it is of levels, without a number (also where the numbers are stored
 * as codes that carry them); count is 1 for a number and for `ones`. */
struct margin {
  struct text name;      /* for messages and receipts; lent while calibrating */
  struct column *item;   /* CODES: levels; numeric: one coefficient; held */
  size_t first, count;   /* its coefficients; levels: one a level with a total */
  uint32_t *place;       /* levels: [code] -> coefficient from first, UINT32_MAX for none */
  const double *totals;  /* [count] known totals, while calibrating */
  bool ones;             /* an intercept: x = 1 for every row; item is NULL */
};

enum sweep { SWEEP_REGRESSION, SWEEP_MARGINS };

/* What the variance knows of one adjustment; counted. */
struct calibration {
  size_t owners;
  struct mem *mem;
  enum sweep sweep;
  struct margin *margins;
  size_t margin_count;
  size_t coefficients;
  double *q;               /* [row] weights of the regression, 0 where after is; NULL: 1 */
  double *after;           /* [row] weights when it was done; rows of 0 stand in no sum S */
  double *normal;          /* coefficients^2: sum over rows of q x x', row by row; of a single
                              margin of levels the diagonal alone: coefficients */
};

struct calibration *calibration_hold(struct calibration *c);
void calibration_free(struct calibration *c);

/* Turns S (coefficients x count, row by row) into B in place. BILAN_NOMEM; singular directions get
 * coefficient 0. */
bilan_status calibration_solve(bilan *b, const struct calibration *c, double *sums,
                               size_t count);

/* x of a row in one margin: its coefficient, or UINT32_MAX where the row has none; *value gets
 * x. */
uint32_t calibration_place(const struct margin *m, size_t row, double *value);

/* ---- the verbs -------------------------------------------------------------------------- */

enum distance { DISTANCE_LINEAR, DISTANCE_RAKING, DISTANCE_LOGIT, DISTANCES };
extern const char *const distance_names[DISTANCES + 1];

/* One line of a receipt: a target. */
struct receipt_line {
  size_t margin, place;  /* which coefficient of which margin */
  int64_t n;             /* rows of positive weight in it */
  double before, target, reached;
};

/* What an adjustment did. receipt_free. */
struct receipt {
  struct mem *mem;
  struct receipt_line *lines;
  size_t count;
  size_t iterations;
  double change;         /* largest relative distance to a target at the end */
  double least, most;    /* smallest and largest weight after / weight before */
  double effective;      /* Kish's n after: (sum w)^2 / sum w^2 */
  double deff;           /* Kish's: n / effective */
  size_t trimmed;        /* trim: rows at a bound */
  size_t negative;       /* rows with a weight below 0: linear without bounds may give them */
  size_t failed;         /* replicates whose own adjustment failed */
};
void receipt_free(struct receipt *r); /* idempotent */

struct adjustment {
  struct margin *margins;     /* all lent; `first` is set here, all else by the caller */
  size_t margin_count;
  enum distance distance;     /* calibrate only */
  double low, high;           /* bounds of after / before; 0 and INFINITY: none */
  double epsilon;             /* relative tolerance of every target */
  size_t iterations;          /* the most */
};

/* Each makes a new design with adjusted weights that its variance knows of, and the receipt; with
 * replicates, every replicate is adjusted the same way. BILAN_DATA, naming the margin and level:
 * a level of the data without a total, a total whose level nobody has, a missing answer in a
 * margin (row), no convergence, margins that contradict each other. */
bilan_status design_rake(bilan *b, struct design **out, struct receipt *receipt,
                         const struct design *d, const struct adjustment *a);
/* One margin; iterations 1. */
bilan_status design_poststratify(bilan *b, struct design **out, struct receipt *receipt,
                                 const struct design *d, const struct adjustment *a);
bilan_status design_calibrate(bilan *b, struct design **out, struct receipt *receipt,
                              const struct design *d, const struct adjustment *a);

/* Cuts weights to low .. high (absolute) and spreads what was cut over the others in proportion to
 * their weights, within the bounds, until none is outside (`strict`) or once; the sum of weights
 * stays. The variance knows nothing of it. BILAN_DATA when the bounds cannot hold the sum. */
bilan_status design_trim(bilan *b, struct design **out, struct receipt *receipt,
                         const struct design *d, double low, double high, bool strict);

/* Of the weights of a domain: n, sum, smallest, largest, Kish's effective n and deff, coefficient
 * of variation. */
struct weight_facts {
  int64_t n, zero;
  double sum, least, most, mean, cv, effective, deff;
};
void design_weight_facts(struct weight_facts *out, const struct design *d,
                         const struct domain *domain);

#endif

/* contingency.h - a table of counts of two items, and the plain tests on it.
 *
 * Rows and columns are levels that are answers; rows of the data where either is missing are
 * counted by kind and left out.
 */
#ifndef STAT_CONTINGENCY_H
#define STAT_CONTINGENCY_H

#include "stat/estimate.h"

struct contingency {
  size_t rows, cols;
  double *n;                   /* [row * cols + col] */
  double *expected, *adjusted; /* filled by contingency_chi_squared */
};

bilan_status contingency_open(bilan *b, struct contingency *out, size_t rows, size_t cols);
void contingency_free(bilan *b, struct contingency *c);

/* Crosses two columns of codes within the sample. `base` gets n and the missing, the kind of
 * the row item first. */
bilan_status contingency_cross(bilan *b, struct contingency *out, struct estimate *base,
                               const struct sample *sample, const struct column *row,
                               const struct column *col);

/* Pearson: statistic, df, p_value, effect (Cramer's V), n, notes. */
bilan_status contingency_chi_squared(bilan *b, struct estimate *e, struct contingency *c,
                                     bool correct);
/* Likelihood ratio (G) in the same fields. */
bilan_status contingency_likelihood(bilan *b, struct estimate *e, struct contingency *c);
/* Fisher: p_value, and for 2 x 2 the odds ratio with its interval. Simulated, with a fixed
 * seed, where counting takes too much. */
bilan_status contingency_fisher(bilan *b, struct estimate *e, bool *simulated,
                                const struct contingency *c, double conf);

#endif

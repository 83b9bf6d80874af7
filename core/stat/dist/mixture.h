/* mixture.h - sums of weighted chi-squared variables, and their ratio to one that is estimated.
 *
 * A Pearson statistic of a complex sample is distributed as Q = sum of lambda_i X_i, the X_i
 * independent chi-squared of 1 degree of freedom and the lambda_i generalised design effects
 * (Rao & Scott, JASA 76, 1981; Annals of Statistics 12, 1984). With a variance estimated on few
 * PSUs it is rather Q over an independent chi-squared of ddf degrees of freedom, divided by ddf
 * (Thomas & Rao, JASA 82, 1987). All functions give P(Q > x), or P(Q / (Y / ddf) > x).
 *
 *   exact          to about 1e-11 relative, in both tails
 *   saddlepoint    relative error of some per cent at most, also far out; cheap
 *   satterthwaite  a scaled chi-squared (or F) of the same two moments
 *
 * ddf may be any real number > 0; infinite: no denominator. Weights that are 0 take no part;
 * NaN where all are 0, one is negative or NaN, or x is NaN. Pure functions.
 *
 * Worked example: lambda = (1, 1), so Q is exponential with mean 2: P(Q > 2) = exp(-1) = 0.3679.
 */
#ifndef STAT_DIST_MIXTURE_H
#define STAT_DIST_MIXTURE_H

#include <stddef.h>

/* Q over Y / ddf. */
struct mixture {
  const double *lambda; /* [count], lent */
  size_t count;
  double ddf;
};

double mixture_exact(const struct mixture *m, double x);
double mixture_saddlepoint(const struct mixture *m, double x);
double mixture_satterthwaite(const struct mixture *m, double x);

#endif

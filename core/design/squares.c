/* squares.c - see squares.h. Plain loops over statistics; no memory, no failure. */
#include "design/squares.h"

#include "base/two.h"

/* Blocks of one: variances alone, two at a time in one instruction, without a jump. */
static void add_variances(double *cov, const double *z, const double *centre, double factor,
                          size_t statistics) {
  size_t k = 0;
  for (; k + 2 <= statistics; k += 2) {
    two d = *(const two *)(z + k) - *(const two *)(centre + k);
    *(two *)(cov + k) += factor * d * d;
  }
  for (; k < statistics; k++) {
    double d = z[k] - centre[k];
    cov[k] += factor * d * d;
  }
}

/* Most scores of a row are 0 and most centres small: a statistic at its centre
 * exactly has a row of zeros, which is skipped. */
void squares_add(double *cov, const double *z, const double *centre, double factor,
                 size_t statistics, size_t block) {
  if (block == 1) {
    add_variances(cov, z, centre, factor, statistics);
    return;
  }
  for (size_t k = 0; k < statistics; k++) {
    size_t first = k / block * block;
    double d = factor * (z[k] - centre[k]);
    if (d == 0) continue;
    double *row = cov + k * block;
    for (size_t j = 0; j < block; j++) row[j] += d * (z[first + j] - centre[first + j]);
  }
}

/* Means are over n_h, not over the units that have a row in the domain: a unit
 * without one is a z of 0, and counts. */
void squares_centre(double *sums, const struct stage *s, size_t statistics) {
  for (size_t k = 0; s->centre_all && k < statistics; k++) {
    double all = 0;
    for (size_t h = 0; h < s->strata; h++) all += sums[h * statistics + k];
    for (size_t h = 0; h < s->strata; h++)
      if (s->centre_all[h]) sums[h * statistics + k] = all / (double)s->units;
  }
  for (size_t h = 0; h < s->strata; h++) {
    double *sum = sums + h * statistics, sampled = (double)s->sampled[h];
    for (size_t k = 0; !(s->centre_all && s->centre_all[h]) && k < statistics; k++)
      sum[k] /= sampled;
  }
}

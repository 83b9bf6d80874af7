/* squares.c - see squares.h. Plain loops over statistics; no memory, no failure. */
#include "design/squares.h"

#include "base/twice.h"
#include "base/two.h"
#include "design/stages.h"

/* Blocks of one: variances alone, four at a time, without a jump. */
INTO_BOTH void add_variances(double *cov, const double *z, const double *centre, double factor,
                             size_t statistics) {
  size_t k = 0;
  for (; k + 4 <= statistics; k += 4) {
    four d = *(const four *)(z + k) - *(const four *)(centre + k);
    *(four *)(cov + k) += factor * d * d;
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

/* ---- all units of a stage ----------------------------------------------------------------- */

INTO_BOTH void sum_units(double *sums, const double *z, const struct stage *s,
                         size_t statistics) {
  for (size_t u = 0; u < s->units; u++, z += statistics) {
    double *sum = sums + unit_stratum(s, u) * statistics;
    size_t k = 0;
    for (; k + 4 <= statistics; k += 4) *(four *)(sum + k) += *(const four *)(z + k);
    for (; k < statistics; k++) sum[k] += z[k];
  }
}

WITH_AVX2 static void sum_units_avx2(double *sums, const double *z, const struct stage *s,
                                     size_t statistics) {
  sum_units(sums, z, s, statistics);
}

/* See squares.h. */
void squares_sum(double *sums, const double *z, const struct stage *s, size_t statistics,
                 enum simd simd) {
  if (simd == SIMD_AVX2) sum_units_avx2(sums, z, s, statistics);
  else sum_units(sums, z, s, statistics);
}

INTO_BOTH void square_units(double *cov, const double *z, const double *centre,
                            const struct stage *s, size_t statistics) {
  for (size_t u = 0; u < s->units; u++, z += statistics) {
    size_t h = unit_stratum(s, u);
    if (s->factor[h] != 0)
      add_variances(cov, z, centre + h * statistics, s->factor[h], statistics);
  }
}

WITH_AVX2 static void square_units_avx2(double *cov, const double *z, const double *centre,
                                        const struct stage *s, size_t statistics) {
  square_units(cov, z, centre, s, statistics);
}

/* See squares.h. */
void squares_units(double *cov, const double *z, const double *centre, const struct stage *s,
                   size_t statistics, enum simd simd) {
  if (simd == SIMD_AVX2) square_units_avx2(cov, z, centre, s, statistics);
  else square_units(cov, z, centre, s, statistics);
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

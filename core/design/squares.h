/* squares.h - squares of unit totals about their centres: the last step of every linearised
 * variance.
 *
 *   cov += factor_h * (z - centre_h)(z - centre_h)'        unit by unit, within blocks
 * Centres are known before the first square is taken (two passes), so that what is the same in all
 * units of a stratum has variance 0. For the files of this floor alone.
 *
 * Worked example, block 2: z = (1, 4), centre (3, 3), factor 1.5: d = (-2, 1), and cov gets 6, -3,
 * -3, 1.5.
 */
#ifndef DESIGN_SQUARES_H
#define DESIGN_SQUARES_H

#include "design/design.h"

/* One unit, or `factor` standing for several alike. cov: see linear.h. */
void squares_add(double *cov, const double *z, const double *centre, double factor,
                 size_t statistics, size_t block);

/* The z of all units of a stage, z[unit * statistics + k], into sums by stratum; and their squares
 * about centres in blocks of one: what squares_add makes unit by unit, to the last bit. */
void squares_sum(double *sums, const double *z, const struct stage *s, size_t statistics,
                 enum simd simd);
void squares_units(double *cov, const double *z, const double *centre, const struct stage *s,
                   size_t statistics, enum simd simd);

/* Turns sums by stratum [stratum * statistics] into the centres of squares: means of the stratum,
 * or of all units where the stratum is lonely and adjusted. */
void squares_centre(double *sums, const struct stage *s, size_t statistics);

#endif

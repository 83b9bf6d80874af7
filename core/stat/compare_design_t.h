/* compare_design_t.h - between the compare_design*.c files: Student's t of one statistic on the
 * degrees of freedom of a design.
 *
 * t = (value - mu) / se, the interval value -+ t_df se. Where a design fixes what it is asked, a
 * standard error of 0 comes out as rounding, in proportion to the numbers it was made of: whatever
 * is below 1e-14 of their size counts as 0, so that no p-value is made of rounding.
 *
 * Worked example: a mean change of 0.5 with a variance of 0.04 on 9 degrees of freedom, mu = 0:
 * se 0.2, t = 2.5, p = 0.034, interval 0.5 -+ 2.262 * 0.2 = 0.048 to 0.952.
 */
#ifndef STAT_COMPARE_DESIGN_T_H
#define STAT_COMPARE_DESIGN_T_H

#include "stat/estimate.h"

/* What is tested: an estimate, its variance, and the size of the numbers it was made of. */
struct tested {
  double value, variance, size;
};

/* Sets value, se, df, statistic, p_value and the interval; NOTE_NO_DEGREES or NOTE_NO_VARIANCE
 * in their place. */
void compare_set_t(struct estimate *e, struct tested t, double df, double mu, double conf);

/* The mean of a measure against mu, on the degrees of freedom of the domain; adds its base to e.
 * BILAN_USAGE for a measure without numbers. */
bilan_status compare_one_mean(bilan *b, struct estimate *e, const struct sample *s,
                              const struct column *measure, double mu, double conf);

#endif

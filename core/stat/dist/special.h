/* special.h - what the distributions share: both tails of the incomplete gamma and beta ratios.
 *
 * Internal to stat/dist. Everything works in `wide` (long double) so that the double results
 * keep 1e-12 even where exponents near 700 or shapes near 1e9 eat digits. Where long double is
 * only a double the formulas still hold and give about 1e-12 for shapes up to 1e6, less above.
 *
 * A distribution with one shape or two is seen on a line xi: xi = ln x for the gamma and
 * xi = ln(x / (1 - x)) for the beta. On that line both log tails are concave, so Newton's
 * method can not be trapped; `tails` carries what it needs.
 */
#ifndef STAT_DIST_SPECIAL_H
#define STAT_DIST_SPECIAL_H

#include "stat/dist/dist.h"

typedef long double wide;

#define WIDE_LN_SQRT_2PI 0.9189385332046727417803297L
#define WIDE_SQRT_2PI 2.506628274631000502415765L
#define WIDE_SQRT_HALF 0.7071067811865475244008444L
#define WIDE_PI 3.141592653589793238462643L

/* A point of a continuous distribution, seen on the line xi. */
typedef struct tails {
  wide lower; /* P(X <= x) */
  wide upper; /* P(X > x) */
  wide slope; /* the density along xi: d lower / d xi */
  wide pull;  /* d ln(slope) / d xi */
} tails;

/* ln(1 + mu) - mu; `ratio` is 1 + mu as the caller knows it best. Range mu > -1. */
wide special_log_rest(wide mu, wide ratio);

/* ln Gamma(a) - ((a - 1/2) ln a - a + ln sqrt(2 pi)), for a > 0. */
wide special_stirling(wide a);

wide special_log_gamma(wide x);    /* ln |Gamma(x)| */
wide special_log_gamma_1p(wide x); /* ln Gamma(1 + x), relative accuracy near 0; x >= 0 */
wide special_log_beta(wide a, wide b);
wide special_log_a_beta(wide a, wide b); /* ln(a B(a, b)), accurate for small a */

/* Both tails near the mean for large shapes (see uniform.c). */
tails special_uniform(wide deviance, int above, wide small, wide share);

/* Both tails; x > 0 and x + y = 1 with each given to full relative accuracy. */
tails special_gamma(wide x, wide shape);
tails special_beta(wide x, wide y, wide a, wide b);

/* Solves tail(xi) = p by Newton-Halley on the log scale (see solve.c). */
typedef tails special_curve(wide xi, wide a, wide b);
wide special_solve(special_curve *curve, wide a, wide b, double p, enum tail tail, wide start);

/* A cheap first guess of ln x for the gamma quantile. */
wide special_gamma_start(double p, wide shape, enum tail tail);

/* ln(x / (1 - x)) of the beta quantile, 0 < p < 1, from a guess or NaN. */
wide special_beta_logit(double p, enum tail tail, wide a, wide b, wide start);

/* ln P(X = k) of the binomial; over = k - n p given to full accuracy, q = 1 - p. */
wide special_binomial_log(wide k, wide n, wide p, wide q, wide over);

#endif

/* interval.h - between interval.c and interval_exact.c: one question and its two limits. */
#ifndef PLAIN_INTERVAL_H
#define PLAIN_INTERVAL_H

#include "stat/plain/plain.h"

/* x of n, 0 <= x <= n, n > 0; alpha = 1 - conf in (0, 1). */
struct ask {
  double x, n, alpha;
};

struct limits {
  double low, high;
};

struct limits limits_cut(double centre, double half); /* centre -+ half within [0, 1] */
struct limits limits_clopper_pearson(const struct ask *a);
struct limits limits_jeffreys(const struct ask *a);
struct limits limits_mid_p(const struct ask *a);
struct limits limits_likelihood(const struct ask *a);
struct limits limits_blaker(const struct ask *a); /* whole x and n */

#endif

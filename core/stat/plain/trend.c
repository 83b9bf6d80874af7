/* trend.c - Cochran-Armitage: do shares rise or fall along an order of groups?
 *
 *   T = sum s_i (x_i - n_i p),   V = p q (sum n_i s_i^2 - (sum n_i s_i)^2 / N),   p = X / N
 *   statistic = T^2 / V on 1 df   (Cochran 1954; Armitage 1955), as R's prop.trend.test.
 * Scores are centred on their mean first, so that V does not cancel for years such as 2023.
 * No figure when everybody or nobody has the property, or all scores are equal. Pure.
 *
 * 1, 4 and 7 of 10 each: statistic 7.5 on 1 degree of freedom, p = 0.0062.
 */
#include <math.h>

#include "stat/dist/dist.h"
#include "stat/plain/plain.h"

/* The score of group i: the caller's, or 1, 2, 3, ... */
static double score_of(const double *scores, size_t i) {
  return scores ? scores[i] : (double)i + 1;
}

/* A test without a figure, and why. */
static struct plain_test no_trend(unsigned note) {
  return (struct plain_test){NAN, 1, NAN, note};
}

/* Two passes: totals and the mean score, then T and V about it. */
struct plain_test plain_trend(const double *x, const double *n, const double *scores,
                              size_t groups) {
  double X = 0, N = 0, mean = 0, T = 0, V = 0;
  for (size_t i = 0; i < groups; i++) {
    if (!(n[i] >= 0 && n[i] < INFINITY && x[i] >= 0 && x[i] <= n[i]))
      return no_trend(NOTE_DOMAIN);
    X += x[i];
    N += n[i];
    mean += n[i] * score_of(scores, i);
  }
  if (N == 0) return no_trend(NOTE_EMPTY);
  mean /= N;
  for (size_t i = 0; i < groups; i++) {
    double s = score_of(scores, i) - mean;
    T += s * (x[i] - n[i] * (X / N));
    V += n[i] * s * s;
  }
  V *= X / N * ((N - X) / N);
  if (!(V > 0)) return no_trend(NOTE_NO_VARIANCE);
  double statistic = T * T / V;
  return (struct plain_test){statistic, 1, chi_squared_cdf(statistic, 1, UPPER), 0};
}

/* size.c - how many people to ask, and what a planned sample can find.
 *
 * Precision (Cochran, Sampling Techniques, 3rd ed., ch. 4), z the normal point of conf:
 *   share   n0 = z^2 p (1 - p) / margin^2,    mean   n0 = z^2 sd^2 / margin^2
 * Field work, in this order: times the design effect; then in a finite population of N
 * n = n0 / (1 + (n0 - 1)/N); rounded up; invited = n / response rate, rounded up.
 * Comparison of two groups of n and r n people at level alpha (both sides, the chance of a
 * wrong-sided finding left out, as R's power.prop.test and power.t.test):
 *   shares  power = Phi((sqrt n |p1 - p2| - z sqrt(P (1 - P)(1 + 1/r)))
 *                       / sqrt(p1 q1 + p2 q2/r)),  P = (p1 + r p2)/(1 + r)
 *   means   power = P(T' > t), T' noncentral t with df = n + r n - 2 and noncentrality
 *           delta/sd sqrt(n r/(1 + r)), t the upper alpha/2 point of Student's t
 * The size for shares is the solution in closed form, for means it is found on log n. Pure.
 *
 * A share to within 5 points when nothing is known (p = 1/2), conf 0.95: n0 = 384.15, so 385;
 * of 696 pupils 248. To find 40 % against 50 % with power 0.8: 387.3, so 388 in each group.
 */
#include <math.h>

#include "stat/dist/dist.h"
#include "stat/plain/plain.h"
#include "stat/plain/root.h"

/* Strictly between 0 and 1; NaN is not. */
static bool open_unit(double p) { return p > 0 && p < 1; }

/* Absent parts are 0; a response rate is at most 1. */
static bool field_is_valid(struct plain_field f) {
  return f.population >= 0 && f.deff >= 0 && f.response >= 0 && f.response <= 1;
}

/* A plan without a figure, and why. */
static struct plain_size no_size(unsigned note) {
  return (struct plain_size){NAN, NAN, NAN, NAN, note};
}

/* Up to the next whole person; an excess that is only rounding error does not count. */
static double round_up(double n) {
  double nearest = floor(n + 0.5);
  return fabs(n - nearest) <= 1e-9 * fmax(1, n) ? nearest : ceil(n);
}

/* Applies the field to n0 people in group 1 and ratio * n0 in group 2 (0 = no such group). */
static struct plain_size in_field(double n0, double ratio, struct plain_field f) {
  struct plain_size s = {.exact = n0 * (f.deff > 0 ? f.deff : 1)};
  if (f.population > 0) s.exact = s.exact / (1 + (s.exact - 1) / f.population);
  s.n = fmax(1, round_up(s.exact));
  s.n2 = ratio > 0 ? fmax(1, round_up(s.exact * ratio)) : 0;
  s.invited = round_up((s.n + s.n2) / (f.response > 0 ? f.response : 1));
  if (f.population > 0 && s.invited >= f.population) {
    s.invited = floor(f.population);
    s.n = fmin(s.n, s.invited);
    s.notes = NOTE_POPULATION;
  }
  return s;
}

/* The normal point for an interval at conf. */
static double two_sided_z(double conf) { return normal_quantile((1 - conf) / 2, UPPER); }

/* Half-width `margin` as a share (0.05 = 5 points). p = 1/2 is the largest need. */
struct plain_size plain_size_proportion(double margin, double p, double conf,
                                        struct plain_field field) {
  if (!open_unit(margin) || !(p >= 0 && p <= 1) || !open_unit(conf) || !field_is_valid(field))
    return no_size(NOTE_DOMAIN);
  double z = two_sided_z(conf);
  return in_field(z / margin * (z / margin) * p * (1 - p), 0, field);
}

/* Half-width in the unit of sd. */
struct plain_size plain_size_mean(double margin, double sd, double conf,
                                  struct plain_field field) {
  if (!(margin > 0 && margin < INFINITY && sd >= 0 && sd < INFINITY) || !open_unit(conf) ||
      !field_is_valid(field))
    return no_size(NOTE_DOMAIN);
  double n = two_sided_z(conf) * sd / margin;
  return in_field(n * n, 0, field);
}

/* ---- two groups ---- */

/* A comparison of two means in standardised form, as the root finder sees it. */
struct plan {
  double gap, alpha, ratio, power; /* gap = delta / sd */
};

/* sqrt(n) times the standard error of p1 - p2 when both equal their pooled share. */
static double null_spread(double p1, double p2, double ratio) {
  double p = (p1 + ratio * p2) / (1 + ratio);
  return sqrt(p * (1 - p) * (1 + 1 / ratio));
}

/* sqrt(n) times the standard error of p1 - p2 at the planned shares. */
static double spread(double p1, double p2, double ratio) {
  return sqrt(p1 * (1 - p1) + p2 * (1 - p2) / ratio);
}

/* n: people in group 1. In [0, 1]; NaN outside the domain. */
double plain_power_proportions(double n, double p1, double p2, double alpha, double ratio) {
  bool shares = p1 >= 0 && p1 <= 1 && p2 >= 0 && p2 <= 1;
  if (!(n > 0) || !shares || !open_unit(alpha) || !(ratio > 0)) return NAN;
  double z = normal_quantile(alpha / 2, UPPER), s = spread(p1, p2, ratio);
  double over = sqrt(n) * fabs(p1 - p2) - z * null_spread(p1, p2, ratio);
  if (s == 0) return p1 == p2 ? alpha / 2 : over > 0;
  return normal_cdf(over / s, LOWER);
}

/* Solves the power formula for sqrt(n): it is linear in it. */
struct plain_size plain_size_proportions(double p1, double p2, double power, double alpha,
                                         double ratio, struct plain_field field) {
  bool shares = p1 >= 0 && p1 <= 1 && p2 >= 0 && p2 <= 1;
  if (!shares || !open_unit(power) || !open_unit(alpha) || !(ratio > 0 && ratio < INFINITY) ||
      !field_is_valid(field))
    return no_size(NOTE_DOMAIN);
  if (p1 == p2) return no_size(NOTE_BEYOND);
  double root = normal_quantile(alpha / 2, UPPER) * null_spread(p1, p2, ratio) +
                normal_quantile(power, LOWER) * spread(p1, p2, ratio);
  root = fmax(0, root) / fabs(p1 - p2);
  return in_field(root * root, ratio, field);
}

/* Power with n people in group 1: the noncentral t beyond the critical point. */
static double power_at(double n, const struct plan *q) {
  double df = n + q->ratio * n - 2;
  double shift = fabs(q->gap) * sqrt(n * q->ratio / (1 + q->ratio));
  return student_noncentral_cdf(student_quantile(q->alpha / 2, df, UPPER), df, shift, UPPER);
}

/* n: people in group 1; more than two people in all. NaN outside the domain. */
double plain_power_means(double n, double delta, double sd, double alpha, double ratio) {
  if (!(sd > 0 && isfinite(delta) && ratio > 0 && n + ratio * n > 2) || !open_unit(alpha))
    return NAN;
  struct plan q = {delta / sd, alpha, ratio, 0};
  return power_at(n, &q);
}

/* Zero where n, given by its logarithm, is enough; rises. */
static double power_less_wanted(double log_n, const void *context) {
  const struct plan *q = context;
  return power_at(exp(log_n), q) - q->power;
}

/* Doubles up from the smallest sample with a df until the power is there, then solves. */
struct plain_size plain_size_means(double delta, double sd, double power, double alpha,
                                   double ratio, struct plain_field field) {
  if (!(sd > 0 && sd < INFINITY && isfinite(delta)) || !open_unit(power) ||
      !open_unit(alpha) || !(ratio > 0 && ratio < INFINITY) || !field_is_valid(field))
    return no_size(NOTE_DOMAIN);
  struct plan q = {delta / sd, alpha, ratio, power};
  /* From just above 2 people in all, to where the normal bound is far exceeded. */
  double few = log(2 / (1 + ratio) * (1 + 1e-6)), reach = fabs(q.gap);
  if (reach < 1e-6) return no_size(NOTE_BEYOND);
  if (power_less_wanted(few, &q) >= 0) return in_field(exp(few), ratio, field);
  double many = few + 1;
  while (many < 60 && power_less_wanted(many, &q) < 0) many++;
  if (many >= 60) return no_size(NOTE_BEYOND);
  return in_field(exp(root_find(power_less_wanted, &q, few, many)), ratio, field);
}

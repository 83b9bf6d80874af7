/* one_cell.c - see one_cell.h. Four rows at a time, one for each running sum; what is left of a
 * chunk goes to the first. */
#include "kernel/one_cell.h"

/* Adds one row: its mass to the total of its unit, the weight's square to a running sum. A weight
 * of 0 adds nothing by being added. */
static inline void weigh_row(double w, double mass, double *unit_weight, double *squares) {
  *unit_weight += mass;
  *squares += w * w;
}

/* See one_cell.h. */
void one_cell_weigh(const struct rows *k, const uint32_t *unit, int64_t *n, double *weight2,
                    double *unit_weight) {
  const double *w = k->weight, *m = k->mass;
  double a = 0, b = 0, c = 0, d = 0;
  int64_t rows = 0;
  size_t i = 0;
  for (; i + 4 <= k->count; i += 4) {
    weigh_row(w[i], m[i], &unit_weight[unit[i]], &a);
    weigh_row(w[i + 1], m[i + 1], &unit_weight[unit[i + 1]], &b);
    weigh_row(w[i + 2], m[i + 2], &unit_weight[unit[i + 2]], &c);
    weigh_row(w[i + 3], m[i + 3], &unit_weight[unit[i + 3]], &d);
  }
  for (; i < k->count; i++) weigh_row(w[i], m[i], &unit_weight[unit[i]], &a);
  for (i = 0; i < k->count; i++) rows += w[i] != 0;
  *n += rows;
  *weight2 += a + b + (c + d);
}

/* Adds one row of a measure; where its part is 0, not even 0 times what stands in its place. */
static inline void measure_row(double part, double value, double mass, double *unit_y,
                               double *yy) {
  double y = part != 0 ? value : 0;
  *unit_y += mass * y;
  *yy += part * y * y;
}

/* See one_cell.h. */
void one_cell_measure(const struct rows *k, const double *mass, const uint32_t *unit, double *yy,
                      double *unit_y) {
  const double *w = k->part, *v = k->value;
  double a = 0, b = 0, c = 0, d = 0;
  size_t i = 0;
  for (; i + 4 <= k->count; i += 4) {
    measure_row(w[i], v[i], mass[i], &unit_y[unit[i]], &a);
    measure_row(w[i + 1], v[i + 1], mass[i + 1], &unit_y[unit[i + 1]], &b);
    measure_row(w[i + 2], v[i + 2], mass[i + 2], &unit_y[unit[i + 2]], &c);
    measure_row(w[i + 3], v[i + 3], mass[i + 3], &unit_y[unit[i + 3]], &d);
  }
  for (; i < k->count; i++) measure_row(w[i], v[i], mass[i], &unit_y[unit[i]], &a);
  *yy += a + b + (c + d);
}

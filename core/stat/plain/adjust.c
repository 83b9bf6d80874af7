/* adjust.c - p-values of several tests, adjusted for their number.
 *
 * With p(1) <= ... <= p(m), the adjusted value of the i-th smallest is, at most 1,
 *   bonferroni  m p(i)
 *   holm        max over j <= i of (m - j + 1) p(j)                       [Holm 1979]
 *   hochberg    min over j >= i of (m - j + 1) p(j)                       [Hochberg 1988]
 *   bh          min over j >= i of m p(j) / j                 [Benjamini-Hochberg 1995]
 *   by          bh times 1 + 1/2 + ... + 1/m                  [Benjamini-Yekutieli 2001]
 *   hommel      the smallest level at which Hommel's closed Simes test rejects; Wright's
 *               algorithm (Biometrics 48 (1992) 1005-1013), O(m^2)
 * Equal p-values get equal adjusted ones. Scratch: an order and a few arrays of m.
 *
 * p = 0.01 0.04 0.03: holm takes 3 * 0.01, max with 2 * 0.03, max with 1 * 0.04: 0.03 0.06
 * 0.06; hochberg the minima from the other end: 0.03 0.04 0.04; bonferroni 0.03 0.12 0.09.
 */
#include <math.h>
#include <string.h>

#include "base/handle.h"
#include "stat/plain/plain.h"

const char *const plain_adjustment_names[ADJUSTMENTS + 1] = {
    "none", "bonferroni", "holm", "hochberg", "hommel", "bh", "by", NULL};

/* The values in ascending order and where each came from. */
struct sorted {
  double *p;    /* ascending */
  size_t *from; /* p[i] is value from[i] */
  double *out;  /* adjusted, in this order */
  double *work;
  size_t *spare;
};

/* Merges the sorted runs low..middle and middle..high of indices; of equal values the
 * earlier comes first. */
static void merge(size_t *to, const size_t *from, const double *p, size_t low, size_t middle,
                  size_t high) {
  size_t i = low, j = middle;
  for (size_t k = low; k < high; k++)
    to[k] = i < middle && (j >= high || p[from[i]] <= p[from[j]]) ? from[i++] : from[j++];
}

/* Stable, bottom up; the result is in s->from. */
static void sort_indices(struct sorted *s, const double *p, size_t m) {
  for (size_t i = 0; i < m; i++) s->from[i] = i;
  for (size_t width = 1; width < m; width *= 2) {
    for (size_t low = 0; low < m; low += 2 * width) {
      size_t middle = low + width < m ? low + width : m;
      size_t high = low + 2 * width < m ? low + 2 * width : m;
      merge(s->spare, s->from, p, low, middle, high);
    }
    size_t *swap = s->from;
    s->from = s->spare;
    s->spare = swap;
  }
  for (size_t i = 0; i < m; i++) s->p[i] = p[s->from[i]];
}

/* holm: running maxima from the smallest p upwards. */
static void step_down(struct sorted *s, size_t m) {
  double most = 0;
  for (size_t i = 0; i < m; i++) {
    most = fmax(most, (double)(m - i) * s->p[i]);
    s->out[i] = fmin(1, most);
  }
}

/* hochberg, bh and by: minima from the largest p downwards; the factor of the i-th smallest
 * is m - i + 1, or scale m / i. */
static void step_up(struct sorted *s, size_t m, bool rate, double scale) {
  double least = 1;
  for (size_t i = m; i-- > 0;) {
    double factor = rate ? scale * (double)m / ((double)i + 1) : (double)(m - i);
    least = fmin(least, factor * s->p[i]);
    s->out[i] = least;
  }
}

/* 1 + 1/2 + ... + 1/m, the small terms first. */
static double harmonic(size_t m) {
  double sum = 0;
  for (size_t i = m; i > 0; i--) sum += 1 / (double)i;
  return sum;
}

/* Wright: for sizes k = m - 1 .. 2 of the closed test, raise `out` to what size k demands. */
static void hommel(struct sorted *s, size_t m) {
  double least = INFINITY;
  for (size_t i = 0; i < m; i++) least = fmin(least, (double)m * s->p[i] / ((double)i + 1));
  for (size_t i = 0; i < m; i++) s->out[i] = s->work[i] = least;
  for (size_t k = m - 1; k >= 2 && k < m; k--) {
    size_t split = m - k + 1; /* the k - 1 largest start here */
    double c = INFINITY;
    for (size_t i = split; i < m; i++)
      c = fmin(c, (double)k * s->p[i] / (double)(i - split + 2));
    for (size_t i = 0; i < split; i++) s->work[i] = fmin((double)k * s->p[i], c);
    for (size_t i = split; i < m; i++) s->work[i] = s->work[split - 1];
    for (size_t i = 0; i < m; i++) s->out[i] = fmax(s->out[i], s->work[i]);
  }
  for (size_t i = 0; i < m; i++) s->out[i] = fmin(1, fmax(s->out[i], s->p[i]));
}

/* Fills s->out from s->p; methods that look at one value only are written out here. */
static void adjust(struct sorted *s, size_t m, enum plain_adjustment how) {
  switch (how) {
  case ADJUST_HOLM: step_down(s, m); break;
  case ADJUST_HOCHBERG: step_up(s, m, false, 1); break;
  case ADJUST_BH: step_up(s, m, true, 1); break;
  case ADJUST_BY: step_up(s, m, true, harmonic(m)); break;
  case ADJUST_HOMMEL: hommel(s, m); break;
  case ADJUST_BONFERRONI:
    for (size_t i = 0; i < m; i++) s->out[i] = fmin(1, (double)m * s->p[i]);
    break;
  default: memcpy(s->out, s->p, m * sizeof *s->p);
  }
}

/* BILAN_USAGE names the first value that is not a p-value; NaN is none. */
static bilan_status check(bilan *b, const double *p, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!(p[i] >= 0 && p[i] <= 1))
      return fail(b, BILAN_USAGE, "p_adjust: value %zu: expected a p-value from 0 to 1", i + 1);
  return BILAN_OK;
}

/* Sorts, adjusts, and puts the results back where the values came from. O(m log m); hommel
 * O(m^2). Scratch is freed on every path. */
bilan_status plain_p_adjust(bilan *b, double *out, const double *p, size_t count,
                            enum plain_adjustment how) {
  bilan_status status = check(b, p, count);
  if (status || count == 0) return status;
  double *numbers = mem_array(&b->mem, count, 3 * sizeof *numbers);
  size_t *order = mem_array(&b->mem, count, 2 * sizeof *order);
  if (numbers && order) {
    struct sorted s = {numbers, order, numbers + count, numbers + 2 * count, order + count};
    sort_indices(&s, p, count);
    adjust(&s, count, how);
    for (size_t i = 0; i < count; i++) out[s.from[i]] = s.out[i];
  } else {
    status = fail_nomem(b);
  }
  mem_free(&b->mem, order);
  mem_free(&b->mem, numbers);
  return status;
}

/* tabulate.c - from raw values and group numbers to counts per distinct value and group, the
 * form in which the rank tests want their data.
 *
 * A stable merge sort, bottom up, of the values with their groups brings equal ones together;
 * -0 and 0 are one value, infinities are values, NaN is refused with its place. Time O(n log
 * n), one block of 2 n entries as scratch; the two results belong to the caller.
 *
 *   x      5 3 3 5 -0 0     value  0 3 5      n  row 0: 2 0   (groups 0 and 1)
 *   group  0 1 0 0  0 0                          row 1: 1 1
 *                                                row 2: 2 0
 */
#include <math.h>

#include "base/handle.h"
#include "stat/plain/plain.h"

/* A value and who gave it. */
struct entry {
  double x;
  size_t group;
};

/* Merges two sorted runs, [low, middle) and [middle, high); of equal values the earlier comes
 * first. */
static void merge(struct entry *to, const struct entry *from, size_t low, size_t middle,
                  size_t high) {
  size_t i = low, j = middle;
  for (size_t k = low; k < high; k++)
    to[k] = i < middle && (j >= high || from[i].x <= from[j].x) ? from[i++] : from[j++];
}

/* Sorts `a`, using `spare`; returns whichever of the two holds the result. */
static struct entry *sort(struct entry *a, struct entry *spare, size_t n) {
  for (size_t width = 1; width < n; width *= 2) {
    for (size_t low = 0; low < n; low += 2 * width) {
      size_t middle = low + width < n ? low + width : n;
      merge(spare, a, low, middle, low + 2 * width < n ? low + 2 * width : n);
    }
    struct entry *swap = a;
    a = spare;
    spare = swap;
  }
  return a;
}

/* Distinct values among sorted entries. */
static size_t count_distinct(const struct entry *a, size_t n) {
  size_t distinct = 0;
  for (size_t i = 0; i < n; i++) distinct += i == 0 || a[i].x != a[i - 1].x;
  return distinct;
}

/* Writes each distinct value once and counts its groups; adding 0.0 makes -0 into 0. */
static void fill(double *value, double *n, const struct entry *a, size_t count,
                 size_t groups) {
  size_t row = 0;
  for (size_t i = 0; i < count; i++) {
    row += i > 0 && a[i].x != a[i - 1].x;
    value[row] = a[i].x + 0.0;
    n[row * groups + a[i].group]++;
  }
}

/* Names the first value that has no place in an order, or no group. */
static bilan_status check(bilan *b, const double *x, const size_t *group, size_t count,
                          size_t groups) {
  for (size_t i = 0; i < count; i++)
    if (isnan(x[i]) || group[i] >= groups)
      return fail(b, BILAN_USAGE, "value %zu: expected a number and a known group", i + 1);
  return BILAN_OK;
}

/* Allocates the results for sorted entries and fills them. */
static bilan_status give(bilan *b, double **value, double **n, size_t *distinct,
                         const struct entry *a, size_t count, size_t groups) {
  size_t rows = count_distinct(a, count);
  double *v = mem_array(&b->mem, rows, sizeof *v);
  double *cells = groups && rows > SIZE_MAX / groups
                      ? NULL
                      : mem_zero(&b->mem, rows * groups, sizeof *cells);
  if (!v || !cells) {
    mem_free(&b->mem, v);
    mem_free(&b->mem, cells);
    return fail_nomem(b);
  }
  fill(v, cells, a, count, groups);
  *value = v;
  *n = cells;
  *distinct = rows;
  return BILAN_OK;
}

/* `*value` (ascending) and `*n` are given to the caller only on success. */
bilan_status plain_tabulate(bilan *b, double **value, double **n, size_t *distinct,
                            const double *x, const size_t *group, size_t count,
                            size_t groups) {
  bilan_status status = check(b, x, group, count, groups);
  if (status) return status;
  struct entry *a = mem_array(&b->mem, count, 2 * sizeof *a);
  if (!a) return fail_nomem(b);
  for (size_t i = 0; i < count; i++) a[i] = (struct entry){x[i], group[i]};
  status = give(b, value, n, distinct, sort(a, a + count, count), count, groups);
  mem_free(&b->mem, a);
  return status;
}

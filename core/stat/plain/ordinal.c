/* ordinal.c - association of two ordered items, from their cross-table.
 *
 * Pairs of people are concordant (C) when both items order them alike, discordant (D) when
 * they order them oppositely; with P0 = n (n - 1)/2 pairs, Tx and Ty pairs tied on rows and
 * on columns:
 *   tau_b = (C - D) / sqrt((P0 - Tx)(P0 - Ty))      [Kendall 1945]
 *   gamma = (C - D) / (C + D)                       [Goodman-Kruskal 1954]
 *   somers_d = (C - D) / (P0 - Tx)                  [Somers 1962], columns given rows
 *   spearman = correlation of mid-ranks
 * Counts may be weighted: pairs are then products of weights. Pure. O(rows^2 cols), no memory.
 *
 * [5 2; 1 4]: C = 5 * 4 = 20 pairs, D = 2 * 1 = 2, gamma = 18/22 = 0.8182, tau_b = 0.5071.
 */
#include <math.h>

#include "stat/plain/plain.h"

/* Finite counts, none below 0. */
static bool valid(struct plain_counts t) {
  for (size_t i = 0; i < t.rows * t.cols; i++)
    if (!(t.n[i] >= 0 && t.n[i] < INFINITY)) return false;
  return true;
}

/* People in row i. */
static double row_sum(struct plain_counts t, size_t i) {
  double sum = 0;
  for (size_t j = 0; j < t.cols; j++) sum += t.n[i * t.cols + j];
  return sum;
}

/* People in column j. */
static double col_sum(struct plain_counts t, size_t j) {
  double sum = 0;
  for (size_t i = 0; i < t.rows; i++) sum += t.n[i * t.cols + j];
  return sum;
}

/* Pairs between an upper row `a` and a lower row `b`. */
static void add_rows(struct plain_ordinal *out, const double *a, const double *b, size_t cols) {
  double left = 0, b_left = 0;
  for (size_t j = 0; j < cols; j++) {
    out->concordant += b[j] * left; /* lower row, further right */
    out->discordant += a[j] * b_left;
    left += a[j];
    b_left += b[j];
  }
}

/* What the mid-ranks of both items give: sums of squares and products about the mean, which
 * is (n + 1)/2 on both. */
struct moments {
  double n, xx, yy, xy;
};

/* Adds the products of row i, whose centred mid-rank is x, with all columns. */
static void add_row_moments(struct moments *m, struct plain_counts t, size_t i, double x) {
  double before = 0;
  for (size_t j = 0; j < t.cols; j++) {
    double tied = col_sum(t, j), y = before + (tied - m->n) / 2;
    m->xy += t.n[i * t.cols + j] * x * y;
    m->yy += t.n[i * t.cols + j] * y * y;
    before += tied;
  }
}

/* All moments of the mid-ranks, centred on (n + 1)/2 so that nothing cancels. */
static struct moments moments_of(struct plain_counts t) {
  struct moments m = {0, 0, 0, 0};
  double before = 0;
  for (size_t i = 0; i < t.rows; i++) m.n += row_sum(t, i);
  for (size_t i = 0; i < t.rows; i++) {
    double tied = row_sum(t, i), x = before + (tied - m.n) / 2;
    m.xx += tied * x * x;
    add_row_moments(&m, t, i, x);
    before += tied;
  }
  return m;
}

/* n^2/2 less the sum of t^2/2: pairs that a margin tells apart. */
static double apart(struct plain_counts t, bool rows, double n) {
  double tied = 0;
  for (size_t i = 0; i < (rows ? t.rows : t.cols); i++) {
    double margin = rows ? row_sum(t, i) : col_sum(t, i);
    tied += margin * margin;
  }
  return (n * n - tied) / 2;
}

/* Each figure stands alone: what an item without variation leaves undefined is NaN. */
struct plain_ordinal plain_ordinal(struct plain_counts t) {
  struct plain_ordinal out = {0, 0, NAN, NAN, NAN, NAN, 0};
  if (!valid(t)) {
    out.notes = NOTE_DOMAIN;
    return out;
  }
  for (size_t i = 0; i < t.rows; i++)
    for (size_t k = i + 1; k < t.rows; k++)
      add_rows(&out, t.n + i * t.cols, t.n + k * t.cols, t.cols);
  struct moments m = moments_of(t);
  double gap = out.concordant - out.discordant, x = apart(t, true, m.n),
         y = apart(t, false, m.n);
  if (m.n == 0) out.notes |= NOTE_EMPTY;
  else if (!(x > 0 && y > 0)) out.notes |= NOTE_NO_VARIANCE;
  if (x > 0) out.somers_d = gap / x;
  if (x > 0 && y > 0) {
    out.tau_b = gap / sqrt(x) / sqrt(y);
    out.spearman = m.xy / sqrt(m.xx) / sqrt(m.yy);
  }
  if (out.concordant + out.discordant > 0)
    out.gamma = gap / (out.concordant + out.discordant);
  return out;
}

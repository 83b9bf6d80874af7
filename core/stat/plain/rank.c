/* rank.c - rank tests on tabulated values: row = distinct value in order, column = group.
 *
 * A distinct value held by t people, after s smaller ones, has mid-rank s + (t + 1)/2; so the
 * rank sums come from counts alone. With T = sum (t^3 - t):
 *   rank sum     W = R_1 - n1 (n1 + 1)/2                        [Mann-Whitney 1947]
 *                mean n1 n2/2, variance n1 n2/12 (N + 1 - T/(N (N - 1)))
 *   signed rank  V = sum of ranks of |d| over d > 0; zeros are left out
 *                mean n(n + 1)/4, variance n(n + 1)(2n + 1)/24 - T/48
 *   Kruskal      H = (12/(N(N + 1)) sum R_g^2/n_g - 3(N + 1)) / (1 - T/(N^3 - N)), df = g - 1
 * Exact p-values without ties (and, for differences, zeros) below 50 per group, as R does;
 * else the normal, with 1/2 taken off |W - mean| unless told not to. Effects: Cliff's delta
 * 2 W/(n1 n2) - 1; rank-biserial 4 V/(n (n + 1)) - 1; epsilon^2 = H/(N - 1).
 * The table is O(values * groups); nothing is sorted or allocated here.
 *
 * {1, 2, 5} against {3, 4, 6}: the first wins 2 of 9 pairs (5 over 3 and 4), so W = 2; of the 20
 * divisions into threes 4 have W <= 2, so p = 2 * 4/20, and Cliff's delta is 2 * 2/9 - 1 = -0.556.
 */
#include <math.h>

#include "stat/dist/dist.h"
#include "stat/plain/plain.h"

/* A result in which everything is NaN, and why. */
static struct plain_rank no_test(unsigned note) {
  return (struct plain_rank){NAN, NAN, NAN, NAN, NAN, false, note};
}

/* Finite counts, none below 0. */
static bool valid(const double *n, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!(n[i] >= 0 && n[i] < INFINITY)) return false;
  return true;
}

/* What t tied people take from the variance: t^3 - t. */
static double cube_less(double t) { return t * t * t - t; }

/* Is it a whole count? */
static bool whole(double n) { return n == floor(n); }

/* Two-sided p of a statistic from the normal. */
static void by_normal(struct plain_rank *out, double gap, double variance,
                      struct plain_rank_options options) {
  double shift = options.no_correction ? 0 : fmin(0.5, fabs(gap));
  out->notes |= NOTE_NORMAL;
  out->z = (gap > 0 ? gap - shift : gap + shift) / sqrt(variance);
  out->p_value = fmin(1, 2 * normal_cdf(fabs(out->z), UPPER));
}

/* Is the exact law to be used, when `possible` (no ties, whole counts) and `small`? */
static bool use_exact(bool possible, bool small, enum plain_exact how) {
  return possible && (how == EXACT_ALWAYS || (how == EXACT_WHEN_SMALL && small));
}

/* ---- two groups ---- */

/* Sums over a table of two groups: sizes, W, the ties' term; `whole` when all counts are. */
struct two {
  double n1, n2, W, T;
  bool whole;
};

/* Sizes, tie sum, and W = pairs that group 0 wins, a tie being half a pair. */
static struct two sum_two(struct plain_counts t) {
  struct two s = {0, 0, 0, 0, true};
  for (size_t i = 0; i < t.rows; i++) {
    double a = t.n[2 * i], b = t.n[2 * i + 1];
    s.W += a * (s.n2 + b / 2);
    s.n1 += a;
    s.n2 += b;
    s.T += cube_less(a + b);
    s.whole = s.whole && whole(a) && whole(b);
  }
  return s;
}

/* What the exact laws reach; larger samples are normal, whatever is asked for. */
enum { MOST_RANK_SUM = 64, MOST_SIGNED_RANK = 100 };

/* Two-sided p of W: twice the tail on its side of the mean. */
static double exact_rank_sum(const struct two *s) {
  int m = (int)s->n1, n = (int)s->n2;
  double p = s->W > s->n1 * s->n2 / 2 ? rank_sum_cdf(s->W - 1, m, n, UPPER)
                                      : rank_sum_cdf(s->W, m, n, LOWER);
  return 2 * p > 1 ? 1 : 2 * p;
}

/* W counts the pairs that group 0 wins; the variance is 0 only when all values are equal. */
struct plain_rank plain_rank_sum(struct plain_counts t, struct plain_rank_options options) {
  if (t.cols != 2 || !valid(t.n, 2 * t.rows)) return no_test(NOTE_DOMAIN);
  struct two s = sum_two(t);
  if (s.n1 == 0 || s.n2 == 0) return no_test(NOTE_EMPTY);
  struct plain_rank out = no_test(0);
  double N = s.n1 + s.n2, pairs = s.n1 * s.n2;
  double variance = pairs / 12 * (N + 1 - s.T / (N * (N - 1)));
  out.statistic = s.W;
  out.effect = 2 * s.W / pairs - 1;
  double larger = fmax(s.n1, s.n2);
  bool small = larger < 50, possible = s.T == 0 && s.whole && larger <= MOST_RANK_SUM;
  out.exact = use_exact(possible, small, options.exact);
  if (out.exact) out.p_value = exact_rank_sum(&s);
  else if (variance > 0) by_normal(&out, s.W - pairs / 2, variance, options);
  else out.notes |= NOTE_NO_VARIANCE;
  return out;
}

/* P(group 0 above) less P(group 0 below), from -1 to 1. */
double plain_cliff_delta(struct plain_counts t) {
  return plain_rank_sum(t, (struct plain_rank_options){EXACT_NEVER, true}).effect;
}

/* ---- differences ---- */

/* Sums over differences: how many, V, the ties' term, and how many were 0 and left out. */
struct signs {
  double n, V, T, zeros;
  bool whole;
};

/* Walks outwards from zero: `up` at the next positive value, `down` past the next negative. */
static struct signs sum_signs(const double *value, const double *n, size_t count) {
  struct signs s = {0, 0, 0, 0, true};
  size_t down = 0, up;
  while (down < count && value[down] < 0) down++;
  for (up = down; up < count && value[up] == 0; up++) s.zeros += n[up];
  while (down > 0 || up < count) {
    double left = down > 0 ? -value[down - 1] : INFINITY;
    double right = up < count ? value[up] : INFINITY;
    double plus = right <= left ? n[up++] : 0, minus = left <= right ? n[--down] : 0;
    double tied = plus + minus;
    s.V += plus * (s.n + (tied + 1) / 2);
    s.n += tied;
    s.T += cube_less(tied);
    s.whole = s.whole && whole(plus) && whole(minus);
  }
  return s;
}

/* Finite, distinct and in order, as the walk from zero needs. */
static bool ascending(const double *value, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!isfinite(value[i]) || (i > 0 && !(value[i - 1] < value[i]))) return false;
  return true;
}

/* Two-sided p of V: twice the tail on its side of the mean. */
static double exact_signed_rank(const struct signs *s) {
  int n = (int)s->n;
  double p = s->V > s->n * (s->n + 1) / 4 ? signed_rank_cdf(s->V - 1, n, UPPER)
                                          : signed_rank_cdf(s->V, n, LOWER);
  return 2 * p > 1 ? 1 : 2 * p;
}

/* V over the differences that are not 0; the rest as for the rank sum. */
struct plain_rank plain_signed_rank(const double *value, const double *n, size_t count,
                                    struct plain_rank_options options) {
  if (!valid(n, count) || !ascending(value, count)) return no_test(NOTE_DOMAIN);
  struct signs s = sum_signs(value, n, count);
  unsigned zeros = s.zeros > 0 ? NOTE_ZEROS : 0;
  if (s.n == 0) return no_test((s.zeros > 0 ? NOTE_NO_VARIANCE : NOTE_EMPTY) | zeros);
  struct plain_rank out = no_test(zeros);
  double most = s.n * (s.n + 1) / 2, variance = most * (2 * s.n + 1) / 12 - s.T / 48;
  out.statistic = s.V;
  out.effect = 2 * s.V / most - 1;
  bool possible = s.T == 0 && s.zeros == 0 && s.whole && s.n <= MOST_SIGNED_RANK;
  out.exact = use_exact(possible, s.n < 50, options.exact);
  if (out.exact) out.p_value = exact_signed_rank(&s);
  else if (variance > 0) by_normal(&out, s.V - most / 2, variance, options);
  else out.notes |= NOTE_NO_VARIANCE;
  return out;
}

/* ---- several groups ---- */

/* What the Kruskal-Wallis statistic needs of one group. */
struct group {
  double n, ranks; /* size, and its sum of mid-ranks less their mean */
};

/* Size of group g and its centred rank sum; walks the table once. */
static struct group sum_group(struct plain_counts t, size_t g, double N) {
  struct group s = {0, 0};
  double before = 0;
  for (size_t i = 0; i < t.rows; i++) {
    double tied = 0;
    for (size_t j = 0; j < t.cols; j++) tied += t.n[i * t.cols + j];
    s.n += t.n[i * t.cols + g];
    s.ranks += t.n[i * t.cols + g] * (before + (tied - N) / 2);
    before += tied;
  }
  return s;
}

/* N and the tie sum of all groups. */
static void sum_all(struct plain_counts t, double *N, double *T) {
  *N = *T = 0;
  for (size_t i = 0; i < t.rows; i++) {
    double tied = 0;
    for (size_t j = 0; j < t.cols; j++) tied += t.n[i * t.cols + j];
    *N += tied;
    *T += cube_less(tied);
  }
}

/* H over the groups that hold anybody; O(values * groups^2). */
struct plain_rank plain_kruskal(struct plain_counts t) {
  if (t.cols == 0 || !valid(t.n, t.rows * t.cols)) return no_test(NOTE_DOMAIN);
  double N, T, sum = 0, groups = 0;
  sum_all(t, &N, &T);
  for (size_t g = 0; g < t.cols; g++) {
    struct group s = sum_group(t, g, N);
    if (s.n == 0) continue;
    groups++;
    sum += s.ranks * s.ranks / s.n;
  }
  struct plain_rank out = no_test(groups < (double)t.cols ? NOTE_DROPPED : 0);
  double ties = 1 - T / cube_less(N);
  if (N == 0) out.notes |= NOTE_EMPTY;
  else if (groups < 2 || !(ties > 0)) out.notes |= NOTE_NO_VARIANCE;
  else {
    out.statistic = 12 * sum / (N * (N + 1)) / ties;
    out.df = groups - 1;
    out.p_value = chi_squared_cdf(out.statistic, out.df, UPPER);
    out.effect = out.statistic / (N - 1);
  }
  return out;
}

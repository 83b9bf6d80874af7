/* ranks.c - exact null distributions of the rank-sum (Mann-Whitney U) and signed-rank statistics.
 *
 * Without ties every arrangement of ranks is equally likely, so both are counting problems with
 * a product for generating function:
 *
 *   rank sum     number of arrangements with U = u is the coefficient of x^u in
 *                prod_{i=1..m} (1 - x^(n+i)) / (1 - x^i)       (Mann & Whitney 1947; the
 *                Gaussian binomial, Andrews, The Theory of Partitions, 1976, ch. 3)
 *   signed rank  number of subsets of {1..n} with sum v is the coefficient of x^v in
 *                prod_{i=1..n} (1 + x^i)                       (Wilcoxon 1945)
 *
 * The coefficients are whole numbers below 2^128 up to the limits here and are kept exactly in
 * two 64-bit words; the subtractions of the product wrap around harmlessly. Both distributions
 * are symmetric, so only the lower half is ever built, on the stack (at most 40 kB).
 * Beyond the limits the functions give NaN: the caller takes the normal approximation.
 * Cost: O(m u) and O(n v) additions, below half a millisecond.
 */
#include "stat/dist/special.h"

#include <math.h>
#include <string.h>

enum {
  RANK_SUM_MOST = 64,     /* C(128, 64) < 2^125 */
  SIGNED_RANK_MOST = 100, /* 2^100 arrangements */
  RANK_SUM_CELLS = RANK_SUM_MOST * RANK_SUM_MOST / 2 + 1,
  SIGNED_RANK_CELLS = SIGNED_RANK_MOST * (SIGNED_RANK_MOST + 1) / 4 + 1,
};

/* A number of arrangements below 2^128, in two halves. */
typedef struct count {
  uint64_t high, low;
} count;

/* a += b and a -= b modulo 2^128. */
static void count_add(count *a, const count *b) {
  a->low += b->low;
  a->high += b->high + (a->low < b->low);
}

/* a -= b modulo 2^128: a borrow from the low half goes to the high one. */
static void count_subtract(count *a, const count *b) {
  a->high -= b->high + (a->low < b->low);
  a->low -= b->low;
}

/* As a wide number, rounded once. */
static wide count_value(const count *c) {
  return ldexpl((wide)c->high, 64) + (wide)c->low;
}

/* c(x) *= 1 - x^k up to the power `top`. */
static void multiply(count *c, int top, int k) {
  for (int i = top; i >= k; i--) count_subtract(&c[i], &c[i - k]);
}

/* c(x) /= 1 - x^k up to the power `top`. */
static void divide(count *c, int top, int k) {
  for (int i = k; i <= top; i++) count_add(&c[i], &c[i - k]);
}

/* c(x) *= 1 + x^k up to the power `top`. */
static void include(count *c, int top, int k) {
  for (int i = top; i >= k; i--) count_add(&c[i], &c[i - k]);
}

/* The sum of cells 0..top as an ordinary number. */
static wide total(const count *c, int top) {
  count sum = { 0, 0 };
  for (int i = 0; i <= top; i++) count_add(&sum, &c[i]);
  return count_value(&sum);
}

/* P(U <= u) for 0 <= u <= mn/2. */
static wide rank_sum_half(int u, int m, int n) {
  count c[RANK_SUM_CELLS];
  memset(c, 0, sizeof c);
  c[0].low = 1;
  wide arrangements = 1;
  for (int i = 1; i <= m; i++) {
    multiply(c, u, n + i);
    divide(c, u, i);
    arrangements *= (wide)(n + i) / (wide)i;
  }
  return total(c, u) / arrangements;
}

/* P(V <= v) for 0 <= v <= n(n+1)/4. */
static wide signed_rank_half(int v, int n) {
  count c[SIGNED_RANK_CELLS];
  memset(c, 0, sizeof c);
  c[0].low = 1;
  for (int i = 1; i <= n; i++) include(c, v, i);
  return ldexpl(total(c, v), -n);
}

/* Symmetry: P(X > k) = P(X <= most - k - 1). Says which half-sum answers, and whether it is the
 * answer or its complement. Returns the k to sum to. */
static int fold(int k, int most, enum tail tail, int *complement) {
  int mirror = most - k - 1;
  int use_mirror = mirror < k;
  *complement = use_mirror == (tail == LOWER);
  return use_mirror ? mirror : k;
}

/* P(U <= u) or P(U > u) for samples of m and n without ties, 1 <= m, n <= 64; else NaN. */
double rank_sum_cdf(double u, int m, int n, enum tail tail) {
  if (isnan(u) || m < 1 || n < 1 || m > RANK_SUM_MOST || n > RANK_SUM_MOST) return (double)NAN;
  if (u < 0) return tail == LOWER ? 0 : 1;
  if (u >= m * n) return tail == LOWER ? 1 : 0;
  int complement, k = fold((int)u, m * n, tail, &complement);
  wide sum = rank_sum_half(k, m, n);
  return (double)(complement ? 1 - sum : sum);
}

/* P(V <= v) or P(V > v) for n differences without ties or zeros, 1 <= n <= 100; else NaN. */
double signed_rank_cdf(double v, int n, enum tail tail) {
  if (isnan(v) || n < 1 || n > SIGNED_RANK_MOST) return (double)NAN;
  int most = n * (n + 1) / 2;
  if (v < 0) return tail == LOWER ? 0 : 1;
  if (v >= most) return tail == LOWER ? 1 : 0;
  int complement, k = fold((int)v, most, tail, &complement);
  wide sum = signed_rank_half(k, n);
  return (double)(complement ? 1 - sum : sum);
}

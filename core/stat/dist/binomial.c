/* binomial.c - the binomial distribution.
 *
 *   P(X = k) = sqrt(n/(2 pi k (n-k))) exp(s(n) - s(k) - s(n-k) - D(k; np) - D(n-k; nq))
 *   with D(x; m) = x ln(x/m) + m - x and s Stirling's rest            (Loader 2000)
 *   P(X <= k) = I_q(n - k, k + 1)                                     (DLMF 8.17.24)
 *
 * k is cut down to a whole number in the cdf; the density of a fraction is 0. n must be whole.
 * Quantile: a Cornish-Fisher guess, a bracket by doubling, then bisection on whole numbers.
 */
#include "stat/dist/special.h"

#include <math.h>

/* ln P(X = k), 0 <= k <= n, 0 < p < 1. The two deviances are given the excess `over` = k - n p,
 * which is k - E(X) and also E(n - X) - (n - k). */
wide special_binomial_log(wide k, wide n, wide p, wide q, wide over) {
  if (k == 0) return n * (p < 0.5L ? log1pl(-p) : logl(q));
  if (k == n) return n * (q < 0.5L ? log1pl(-q) : logl(p));
  wide rest = n - k;
  wide d = -k * special_log_rest(-over / k, n / k * p)
           - rest * special_log_rest(over / rest, n / rest * q);
  wide s = special_stirling(n) - special_stirling(k) - special_stirling(rest);
  return s - d - WIDE_LN_SQRT_2PI - logl(k / n * rest) / 2;
}

/* Are (n, p) the parameters of a binomial? */
static int is_valid(double n, double p) {
  return n >= 0 && !isinf(n) && n == floor(n) && p >= 0 && p <= 1;
}

/* k - n p, through whichever of p and q is small. */
static wide excess(wide k, wide n, wide p, wide q) {
  return p < 0.5L ? k - n * p : n * q - (n - k);
}

/* P(X = k); 0 for a k that is no whole number or outside 0..n. */
double binomial_density(double k, double n, double p) {
  if (isnan(k) || !is_valid(n, p)) return (double)NAN;
  if (k < 0 || k > n || k != floor(k)) return 0;
  if (p == 0) return k == 0 ? 1 : 0;
  if (p == 1) return k == n ? 1 : 0;
  wide q = 1 - (wide)p;
  return (double)expl(special_binomial_log(k, n, p, q, excess(k, n, p, q)));
}

/* P(X <= k) or P(X > k) through the beta ratio with x = q: both shapes are whole numbers. */
double binomial_cdf(double k, double n, double p, enum tail tail) {
  if (isnan(k) || !is_valid(n, p)) return (double)NAN;
  k = floor(k);
  if (k < 0) return tail == LOWER ? 0 : 1;
  if (k >= n || p == 0) return tail == LOWER ? 1 : 0;
  if (p == 1) return tail == LOWER ? 0 : 1;
  tails t = special_beta(1 - (wide)p, p, (wide)n - k, (wide)k + 1);
  return (double)(tail == LOWER ? t.lower : t.upper);
}

/* Is P(X <= k) >= q? Above the median the upper tails are compared: 1 - q is exact. */
static int reaches(double k, double n, double p, double q) {
  if (q <= 0.5) return binomial_cdf(k, n, p, LOWER) >= q;
  return binomial_cdf(k, n, p, UPPER) <= 1 - q;
}

/* Normal guess with the skewness term (Cornish & Fisher 1937), within 0..n. */
static double first_guess(double n, double p, double q) {
  double z = normal_quantile(q, LOWER), sd = sqrt(n * p * (1 - p));
  double k = floor(n * p + sd * z + (1 - 2 * p) * (z * z - 1) / 6 + 0.5);
  return k < 0 ? 0 : k > n ? n : k;
}

/* The smallest k with P(X <= k) >= q. About six evaluations near the middle; a poor guess in a
 * far tail costs a few doublings more. NaN when the parameters are none of a binomial. */
double binomial_quantile(double q, double n, double p) {
  if (!(q >= 0 && q <= 1) || !is_valid(n, p)) return (double)NAN;
  if (q == 0 || p == 0 || n == 0) return 0;
  if (q == 1 || p == 1) return n;
  double guess = first_guess(n, p, q), step = 1;
  double low = guess, high = guess; /* goal: low fails (or is -1), high reaches */
  while (high < n && !reaches(high, n, p, q)) {
    low = high;
    high = fmin(high + step, n);
    step *= 2;
  }
  if (low == high) low -= 1;
  while (low >= 0 && reaches(low, n, p, q)) {
    high = low;
    low = fmax(low - step, -1);
    step *= 2;
  }
  while (high - low > 1) {
    double middle = low + floor((high - low) / 2);
    if (middle <= low || middle >= high) break; /* n beyond 2^53: no whole numbers between */
    if (reaches(middle, n, p, q)) high = middle;
    else low = middle;
  }
  return high;
}

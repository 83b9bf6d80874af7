/* hypergeometric.c - k white balls among `drawn` from an urn, without replacement.
 *
 *   P(X = k) = C(w, k) C(b, d-k) / C(w+b, d)
 *            = bin(k; w, p) bin(d-k; b, p) / bin(d; w+b, p),   p = d/(w+b)   (Loader 2000)
 *
 * The three binomials share one excess e = k - w p = (k (w+b) - w d)/(w+b): the second has -e and
 * the third 0, so nothing large cancels. The cdf sums the ratio recursion away from the mode,
 *
 *   P(k-1)/P(k) = k (b - d + k) / ((w - k + 1)(d - k + 1))
 *
 * until a term no longer counts: about ten standard deviations of terms at the most. The smaller
 * tail is always summed itself (between mean - 1 and mean, where either may be small, the wanted
 * one is).
 */
#include "stat/dist/special.h"

#include <float.h>
#include <math.h>

/* The urn in wide numbers: all whole and >= 0, drawn <= white + black. */
typedef struct urn {
  wide white, black, drawn;
} urn;

/* A whole number of 0 or more, however large. */
static int is_count(double v) {
  return v >= 0 && v == floor(v) && !isinf(v);
}

/* No more balls are drawn than there are. */
static int is_valid(double white, double black, double drawn) {
  return is_count(white) && is_count(black) && is_count(drawn) && drawn <= white + black;
}

/* The fewest white balls that can be drawn: the black ones run out first. */
static wide least(const urn *u) {
  return u->drawn > u->black ? u->drawn - u->black : 0;
}

/* The most: all that are drawn, or all white ones. */
static wide most(const urn *u) {
  return u->drawn < u->white ? u->drawn : u->white;
}

/* P(X = k) for a k within the support. */
static wide density(wide k, const urn *u) {
  wide total = u->white + u->black;
  if (u->drawn == 0 || u->drawn == total || u->white == 0 || u->black == 0) return 1;
  wide p = u->drawn / total, q = (total - u->drawn) / total;
  wide excess = (k * total - u->white * u->drawn) / total;
  return expl(special_binomial_log(k, u->white, p, q, excess)
              + special_binomial_log(u->drawn - k, u->black, p, q, -excess)
              - special_binomial_log(u->drawn, total, p, q, 0));
}

/* P(X <= k) by terms k, k-1, ... */
static wide sum_down(wide k, const urn *u) {
  wide end = least(u), term = 1, sum = 1, start = density(k, u);
  for (; k > end; k -= 1) {
    term *= k * (u->black - u->drawn + k) / ((u->white - k + 1) * (u->drawn - k + 1));
    sum += term;
    if (term < LDBL_EPSILON * sum) break;
  }
  return start * sum;
}

/* P(X >= k) by terms k, k+1, ... */
static wide sum_up(wide k, const urn *u) {
  wide end = most(u), term = 1, sum = 1, start = density(k, u);
  for (; k < end; k += 1) {
    term *= (u->white - k) * (u->drawn - k) / ((k + 1) * (u->black - u->drawn + k + 1));
    sum += term;
    if (term < LDBL_EPSILON * sum) break;
  }
  return start * sum;
}

/* P(X = k); NaN when the urn is impossible, 0 outside the support. */
double hypergeometric_density(double k, double white, double black, double drawn) {
  if (isnan(k) || !is_valid(white, black, drawn)) return (double)NAN;
  urn u = { white, black, drawn };
  if (k != floor(k) || (wide)k < least(&u) || (wide)k > most(&u)) return 0;
  return (double)density(k, &u);
}

/* P(X <= k) or P(X > k). Linear in the standard deviation: 1e9 balls take half a millisecond. */
double hypergeometric_cdf(double k, double white, double black, double drawn, enum tail tail) {
  if (isnan(k) || !is_valid(white, black, drawn)) return (double)NAN;
  urn u = { white, black, drawn };
  wide at = floorl(k);
  if (at < least(&u)) return tail == LOWER ? 0 : 1;
  if (at >= most(&u)) return tail == LOWER ? 1 : 0;
  wide mean = u.white / (u.white + u.black) * u.drawn;
  int down = at < mean - 1 || (at <= mean && tail == LOWER);
  wide sum = down ? sum_down(at, &u) : sum_up(at + 1, &u);
  return (double)(down == (tail == LOWER) ? sum : 1 - sum);
}

/* number_percent.c - shares as whole numbers, rounded once.
 *
 * 100 k / n is never computed in floating point: 28.5 % as a double product is
 * 28.499999999999996 and would print as 28. Long division of |k| by n gives one decimal
 * digit a step and an exact remainder, which alone decides the rounding:
 *
 *   floor(10^(2+d) |k| / n), then up if 2 r > n, and by the rule if 2 r = n.
 *
 * Cost: 3 + decimals integer divisions.
 */
#include "base/number.h"

/* Is the quotient to be raised for what is left of n? rest < n; no doubling, which could
 * overflow. */
static bool goes_up(uint64_t rest, uint64_t n, uint64_t quotient, enum number_rounding rule) {
  if (rest > n - rest) return true;
  if (rest < n - rest) return false;
  return rule == ROUND_HALF_UP || (rule == ROUND_HALF_EVEN && quotient % 2 == 1);
}

/* The size of k as an unsigned number: the least int64_t has one too. */
bool number_percent(int64_t *out, int64_t k, int64_t n, int decimals,
                    enum number_rounding rule) {
  if (n <= 0 || decimals < 0 || decimals > 6) return false;
  uint64_t size = k < 0 ? ~(uint64_t)k + 1 : (uint64_t)k, base = (uint64_t)n;
  uint64_t quotient = size / base, rest = size % base;
  if (base > UINT64_MAX / 10) return false;
  for (int i = 0; i < decimals + 2; i++) {
    rest *= 10;
    if (quotient > (INT64_MAX - rest / base) / 10) return false;
    quotient = quotient * 10 + rest / base;
    rest %= base;
  }
  if (goes_up(rest, base, quotient, rule)) quotient++;
  if (quotient > INT64_MAX) return false;
  *out = k < 0 ? -(int64_t)quotient : (int64_t)quotient;
  return true;
}

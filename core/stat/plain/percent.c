/* percent.c - percentages of counts as whole numbers of 10^-d percent, without floats.
 *
 * Half-up and its kin round each share on its own, once, from the integers (number_percent);
 * such columns may add up to 99 or 101. largest_remainder (Hamilton's rule) makes them add up
 * to exactly 100: every share is cut, and the units still missing go to the largest
 * remainders; equal remainders: to the larger count, then to the earlier one. Each printed
 * share is then less than one unit from the true one. O(count * units missing), at most
 * O(count^2); scratch: one remainder and one flag each.
 *
 * 1, 1, 1 of 3: half-up prints 33 33 33, largest_remainder 34 33 33. 2, 3, 6 of 11 are 18.18,
 * 27.27, 54.55: cut 18 27 54, one unit is missing, the largest remainder is the third's: 55.
 */
#include "base/handle.h"
#include "base/number.h"
#include "stat/plain/plain.h"

const char *const plain_rounding_names[PERCENT_RULES + 1] = {
    "largest_remainder", "half_up", "half_even", "half_down", NULL};

/* The base; refuses negative counts, nobody at all, and sums beyond 63 bits. */
static bilan_status sum_of(bilan *b, int64_t *out, const int64_t *k, size_t count) {
  int64_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    if (k[i] < 0)
      return fail(b, BILAN_USAGE, "percentages: count %zu: expected 0 or more", i + 1);
    if (sum > INT64_MAX - k[i]) return fail(b, BILAN_LIMIT, "percentages: counts too large");
    sum += k[i];
  }
  if (sum == 0) return fail(b, BILAN_USAGE, "percentages: the counts sum to 0");
  *out = sum;
  return BILAN_OK;
}

/* 100 % in units of 10^-decimals percent. */
static int64_t units_of(int decimals) {
  int64_t units = 100;
  while (decimals-- > 0) units *= 10;
  return units;
}

/* What cutting took off one share, and whether it has had its unit back. */
struct leftover {
  int64_t remainder;
  bool served;
};

/* Who gets the next unit. */
static size_t neediest(const struct leftover *left, const int64_t *k, size_t count) {
  size_t best = count;
  for (size_t i = 0; i < count; i++) {
    if (left[i].served) continue;
    if (best == count || left[i].remainder > left[best].remainder ||
        (left[i].remainder == left[best].remainder && k[i] > k[best]))
      best = i;
  }
  return best;
}

/* Hamilton's rule. Fewer units are missing than there are counts, so nobody is served twice. */
static bilan_status share_out(bilan *b, int64_t *out, const int64_t *k, size_t count,
                              int64_t sum, int decimals) {
  int64_t units = units_of(decimals), missing = units;
  if (sum > INT64_MAX / units) return fail(b, BILAN_LIMIT, "percentages: counts too large");
  struct leftover *left = mem_zero(&b->mem, count, sizeof *left);
  if (!left) return fail_nomem(b);
  for (size_t i = 0; i < count; i++) {
    out[i] = units * k[i] / sum;
    left[i].remainder = units * k[i] % sum;
    missing -= out[i];
  }
  for (; missing > 0; missing--) {
    size_t i = neediest(left, k, count);
    left[i].served = true;
    out[i]++;
  }
  mem_free(&b->mem, left);
  return BILAN_OK;
}

/* The rule in the words of base/number.h. */
static enum number_rounding rounding_of(enum plain_rounding rule) {
  return rule == PERCENT_HALF_EVEN   ? ROUND_HALF_EVEN
         : rule == PERCENT_HALF_DOWN ? ROUND_HALF_DOWN
                                     : ROUND_HALF_UP;
}

/* Checks, then one of the two ways. */
bilan_status plain_percentages(bilan *b, int64_t *out, const int64_t *k, size_t count,
                               int decimals, enum plain_rounding rule) {
  int64_t sum = 0;
  bilan_status status = sum_of(b, &sum, k, count);
  if (status) return status;
  if (decimals < 0 || decimals > 6)
    return fail(b, BILAN_USAGE, "percentages: expected 0 to 6 decimals");
  if (rule == PERCENT_LARGEST_REMAINDER) return share_out(b, out, k, count, sum, decimals);
  for (size_t i = 0; i < count; i++)
    if (!number_percent(&out[i], k[i], sum, decimals, rounding_of(rule)))
      return fail(b, BILAN_LIMIT, "percentages: counts too large");
  return BILAN_OK;
}

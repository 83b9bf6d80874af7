/* big.c - see big.h.
 *
 * Limbs of 32 bits, least first, in a fixed array: reading and printing doubles needs a few
 * thousand bits and may not allocate. The sums and products are the schoolbook ones with 64-bit
 * intermediate values (D. E. Knuth, The Art of Computer Programming 2, section 4.3.1). The
 * numbers are bounded by the callers (big.h says by what), so no carry leaves the array.
 */
#include "base/big.h"

#include <string.h>

/* Restores the rule that the top limb is not zero; zero itself has no limbs. */
static void trim(struct big *a) {
  while (a->n && !a->limb[a->n - 1]) a->n--;
}

/* Two limbs at most. */
void big_set(struct big *a, uint64_t value) {
  a->limb[0] = (uint32_t)value;
  a->limb[1] = (uint32_t)(value >> 32);
  a->n = 2;
  trim(a);
}

/* a = a * factor + add, for reading digits. The carry is below 2^32 throughout: (2^32 - 1)^2 +
 * 2 (2^32 - 1) < 2^64. */
void big_multiply(struct big *a, uint32_t factor, uint32_t add) {
  uint64_t carry = add;
  for (size_t i = 0; i < a->n; i++) {
    carry += (uint64_t)a->limb[i] * factor;
    a->limb[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry) a->limb[a->n++] = (uint32_t)carry;
}

/* 10^k = 5^k 2^k; 5^13 is the largest power of five in a limb. */
void big_power10(struct big *a, unsigned exponent) {
  static const uint32_t five[] = {1,     5,      25,      125,     625,      3125,     15625,
                                  78125, 390625, 1953125, 9765625, 48828125, 244140625};
  for (unsigned left = exponent; left; ) {
    unsigned step = left < 13 ? left : 13;
    big_multiply(a, step == 13 ? 1220703125u : five[step], 0);
    left -= step;
  }
  big_shift(a, exponent);
}

/* a = a * 2^bits. From the top down, in place; each new limb takes bits of two old ones, and
 * none is overwritten before both its uses. */
void big_shift(struct big *a, unsigned bits) {
  if (!a->n || !bits) return;
  size_t limbs = bits / 32;
  unsigned rest = bits % 32;
  a->limb[a->n] = 0;
  for (size_t i = a->n + 1; i-- > 0; ) {
    uint64_t pair = (uint64_t)a->limb[i] << 32 | (i ? a->limb[i - 1] : 0);
    a->limb[i + limbs] = (uint32_t)(pair >> (32 - rest));
  }
  memset(a->limb, 0, limbs * sizeof a->limb[0]);
  a->n += limbs + 1;
  trim(a);
}

/* Schoolbook addition, a grown to b's length first. */
void big_add(struct big *a, const struct big *b) {
  uint64_t carry = 0;
  while (a->n < b->n) a->limb[a->n++] = 0;
  for (size_t i = 0; i < a->n; i++) {
    carry += (uint64_t)a->limb[i] + (i < b->n ? b->limb[i] : 0);
    a->limb[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry) a->limb[a->n++] = (uint32_t)carry;
}

/* No zero limbs at the top: the longer one is larger. */
int big_compare(const struct big *a, const struct big *b) {
  if (a->n != b->n) return a->n < b->n ? -1 : 1;
  for (size_t i = a->n; i-- > 0; )
    if (a->limb[i] != b->limb[i]) return a->limb[i] < b->limb[i] ? -1 : 1;
  return 0;
}

/* The sum is made in a copy, of the limbs in use only. */
int big_compare_sum(const struct big *a, const struct big *b, const struct big *c) {
  struct big sum;
  sum.n = a->n;
  memcpy(sum.limb, a->limb, a->n * sizeof a->limb[0]);
  big_add(&sum, b);
  return big_compare(&sum, c);
}

/* Halves the interval: 5 steps for 32 bits. */
static unsigned limb_bits(uint32_t limb) {
  unsigned bits = 0;
  for (unsigned step = 16; step; step /= 2)
    if (limb >> step) {
      bits += step;
      limb >>= step;
    }
  return bits + (limb != 0);
}

/* 0 for zero. */
unsigned big_bits(const struct big *a) {
  return a->n ? (unsigned)(a->n - 1) * 32 + limb_bits(a->limb[a->n - 1]) : 0;
}

/* The divisor is not zero. */
unsigned big_slack(const struct big *divisor) {
  return 32 - limb_bits(divisor->limb[divisor->n - 1]);
}

/* a = a - q * d over the limbs of d and one more; returns 1 when that borrowed. */
static uint32_t subtract_product(struct big *a, const struct big *d, uint32_t q) {
  uint64_t product = 0, borrow = 0;
  for (size_t i = 0; i <= d->n; i++) {
    product += (uint64_t)(i < d->n ? d->limb[i] : 0) * q;
    uint64_t take = (product & UINT32_MAX) + borrow;
    borrow = a->limb[i] < take;
    a->limb[i] = (uint32_t)(a->limb[i] - take);
    product >>= 32;
  }
  return (uint32_t)borrow;
}

/* a = a + d over the limbs of d and one more; returns the carry out of it. */
static uint32_t add_back(struct big *a, const struct big *d) {
  uint64_t carry = 0;
  for (size_t i = 0; i <= d->n; i++) {
    carry += (uint64_t)a->limb[i] + (i < d->n ? d->limb[i] : 0);
    a->limb[i] = (uint32_t)carry;
    carry >>= 32;
  }
  return (uint32_t)carry;
}

/* The quotient of the two top limbs by the top limb of a normalised divisor is at most 2 too
 * large (Knuth, theorem 4.3.1B); each excess shows as a borrow and is added back. */
uint32_t big_divide(struct big *a, const struct big *d) {
  if (a->n < d->n) return 0;
  while (a->n <= d->n) a->limb[a->n++] = 0;
  uint64_t top = (uint64_t)a->limb[d->n] << 32 | a->limb[d->n - 1];
  uint64_t guess = top / d->limb[d->n - 1];
  uint32_t q = guess > UINT32_MAX ? UINT32_MAX : (uint32_t)guess;
  uint32_t borrow = subtract_product(a, d, q);
  while (borrow) {
    q--;
    borrow -= add_back(a, d);
  }
  trim(a);
  return q;
}

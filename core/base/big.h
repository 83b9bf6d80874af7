/* big.h - unsigned integers of up to 4608 bits on the stack, for exact decimal conversion.
 *
 * A value is sum limb[i] * 2^(32 i), with no zero limb at the top; zero has no limb at all.
 * The room is what reading a double can need: the tie between two doubles has at most 767
 * significant digits, so parsing keeps 780 of them (2592 bits), and the divisor of the
 * smallest magnitudes is 10^1110 (3688 bits), to which a normalising shift and one more
 * limb are added. No operation checks the room: the callers' ranges are proved, not tested.
 *
 * Method: schoolbook multiplication by a limb, and the long division of D. E. Knuth (TAOCP
 * vol. 2, 4.3.1, algorithm D) reduced to quotients of one limb. Cost: linear in the limbs.
 */
#ifndef BASE_BIG_H
#define BASE_BIG_H

#include <stddef.h>
#include <stdint.h>

enum { BIG_LIMBS = 144 };

/* A whole number of 0 or more; `limb[n - 1]` is not zero. */
struct big {
  size_t n;
  uint32_t limb[BIG_LIMBS];
};

void big_set(struct big *a, uint64_t value);
void big_multiply(struct big *a, uint32_t factor, uint32_t add); /* a = a * factor + add */
void big_power10(struct big *a, unsigned exponent);              /* a = a * 10^exponent */
void big_shift(struct big *a, unsigned bits);                    /* a = a * 2^bits */
void big_add(struct big *a, const struct big *b);                /* a = a + b */
int big_compare(const struct big *a, const struct big *b);       /* -1, 0, 1 */
int big_compare_sum(const struct big *a, const struct big *b, const struct big *c); /* a+b : c */
unsigned big_bits(const struct big *a); /* position of the highest bit, counted from 1 */

/* The shift that fills the top limb of a divisor, as big_divide requires. */
unsigned big_slack(const struct big *divisor);

/* a = a mod d; returns the quotient, which must fit a limb: a < d * 2^32, slack of d 0. */
uint32_t big_divide(struct big *a, const struct big *d);

#endif

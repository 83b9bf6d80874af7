/* two.h - two doubles side by side, or four: an instruction where the processor has vectors of that
 * size, several where it has shorter ones.
 *
 * They may lie anywhere in an array of doubles. Each part is added and multiplied as a double of
 * its own, so sums have the bits that separate ones would have.
 */
#ifndef BASE_TWO_H
#define BASE_TWO_H

typedef double two __attribute__((vector_size(16), aligned(8), may_alias));
typedef double four __attribute__((vector_size(32), aligned(8), may_alias));

#endif

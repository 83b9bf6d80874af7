/* two.h - two doubles side by side: one instruction where the processor has vectors.
 *
 * They may lie anywhere in an array of doubles. Each half is added and multiplied as a double of
 * its own, so sums have the bits that two separate ones would have.
 */
#ifndef BASE_TWO_H
#define BASE_TWO_H

typedef double two __attribute__((vector_size(16), aligned(8), may_alias));

#endif

/* numbering.h - consecutive numbers for pairs, in the order in which they first come, and then in
 * the order of the pairs themselves.
 *
 * A sampling unit is a pair (unit it lies in, its label); a stratum is a pair (unit it lies in,
 * its label); what counts for degrees of freedom is a pair (group, unit). Each needs a number,
 * or to be counted once, and the numbers may not depend on how a table is hashed: the first pair
 * that comes is 0, the next new one is 1.
 *
 * Method: where few pairs are possible a table with a place for each; else a table of slots, a
 * power of two of them and at most half full, looked up by linear probing (Knuth, The Art of
 * Computer Programming 3, section 6.4). Cost: a look-up or two a pair; memory 4 bytes a possible
 * pair, or 32 to 64 a distinct one. Owner: numbering_close.
 *
 * Numbers by coming depend on the order of the rows, and so would the last bit of a sum over
 * units. numbering_sort gives the numbers that stand in the order of the pairs instead.
 *
 * Worked example: (0, 7), (1, 7), (0, 7), (0, 2) get 0, 1, 0, 2; in the order of the pairs the
 * three are 1, 2, 0.
 */
#ifndef DESIGN_NUMBERING_H
#define DESIGN_NUMBERING_H

#include "base/handle.h"

struct numbering_slot {
  size_t first;
  uint32_t second, number; /* number + 1; 0: the slot is free */
};

struct numbering {
  struct mem *mem;
  struct numbering_slot *slots;
  size_t room; /* slots, a power of two */
  uint32_t *direct;      /* [first * seconds + second] number + 1; NULL: slots */
  size_t firsts, seconds;
  uint32_t count; /* numbers given */
};

bilan_status numbering_open(bilan *b, struct numbering *n);
/* The same where `first` stays below firsts and `second` below seconds. */
bilan_status numbering_open_below(bilan *b, struct numbering *n, size_t firsts, size_t seconds);
void numbering_close(struct numbering *n); /* idempotent */

/* The number of a pair; it is new when that was n->count before. At most 2^32 - 2 distinct pairs:
 * callers have no more rows. BILAN_NOMEM. */
bilan_status numbering_get(bilan *b, struct numbering *n, uint32_t *number, size_t first,
                           uint32_t second);

/* The number of a pair that has one already where there is a place for each; false: numbering_get
 * has to be asked. */
static inline bool numbering_known(const struct numbering *n, uint32_t *number, size_t first,
                                   uint32_t second) {
  uint32_t found = n->direct ? n->direct[first * n->seconds + second] : 0;
  *number = found - 1;
  return found != 0;
}

/* The pairs by number: first and second have n->count places. */
void numbering_pairs(const struct numbering *n, size_t *first, uint32_t *second);

/* to[number] is the place of that pair when all are sorted by place_of_first[first] and, where
 * these are equal, by place_of_second[second]; either may be NULL: the value itself. BILAN_NOMEM.
 */
bilan_status numbering_sort(bilan *b, uint32_t *to, const struct numbering *n,
                            const uint32_t *place_of_first, const uint32_t *place_of_second);

#endif

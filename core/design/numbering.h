/* numbering.h - consecutive numbers for pairs, in the order in which they first come.
 *
 * A sampling unit is a pair (unit it lies in, its label); a stratum is a pair (unit it lies in,
 * its label); what counts for degrees of freedom is a pair (group, unit). Each needs a number,
 * or to be counted once, and the numbers may not depend on how a table is hashed: the first pair
 * that comes is 0, the next new one is 1.
 *
 * Method: a table of slots, a power of two of them and at most half full, looked up by linear
 * probing (Knuth, The Art of Computer Programming 3, section 6.4). Cost: a look-up or two a pair;
 * memory 32 to 64 bytes a distinct pair. Owner: numbering_close.
 *
 * Worked example: (0, 7), (1, 7), (0, 7), (0, 2) get 0, 1, 0, 2.
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
  uint32_t count; /* numbers given */
};

bilan_status numbering_open(bilan *b, struct numbering *n);
void numbering_close(struct numbering *n); /* idempotent */

/* The number of a pair; it is new when that was n->count before. At most 2^32 - 2 distinct pairs:
 * callers have no more rows. BILAN_NOMEM. */
bilan_status numbering_get(bilan *b, struct numbering *n, uint32_t *number, size_t first,
                           uint32_t second);

#endif

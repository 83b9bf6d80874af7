/* names.h - "did you mean": the names nearest to one that is not there. */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include "base/text.h"

enum { NAMES_BEST = 3 };

/* Writes the indices of up to three names near to `typed`, the nearest first, and returns how
 * many there are. Case and accents do not count. Near is: at most 2 edits (a third of a
 * longer name, 1 of a short one); or one begins with the other; or, from 4 letters on, one
 * holds the other. Ties keep the order of `names`. Out of memory gives 0. */
size_t names_nearest(struct mem *mem, const struct text *names, size_t count,
                     struct text typed, size_t best[NAMES_BEST]);

#endif

/* sort.h - stable ranks: an order of places by their keys.
 *
 * Ranks, quantiles and medians all sort places rather than values, since a weight or a group
 * hangs on each place. A stable order makes their answers independent of the machine and of
 * the C library's own qsort, which need not be stable.
 */
#ifndef KERNEL_SORT_H
#define KERNEL_SORT_H

#include <stddef.h>

/* Sorts `order` (count places into `key`) by rising key; places of equal keys keep their
 * order. `spare` is room for count places. Keys are never NaN. O(count log count). */
void sort_places(size_t *order, size_t *spare, const double *key, size_t count);

#endif

/* sort.c - see sort.h: bottom-up merge sort between two arrays.
 *
 * Stable because the left run wins ties; no recursion, no allocation, the same comparisons on
 * every machine.
 *
 * Worked example, keys 3 1 2 1 at places 0 1 2 3:
 *
 *   width 1   [1 0] [3 2]      pairs: 1 < 3, 1 < 2
 *   width 2   [1 3 2 0]        1 and 3 have equal keys and keep their order
 *
 * See D. E. Knuth, "The Art of Computer Programming", vol. 3, 2nd ed., section 5.2.4. O(n log
 * n) comparisons at worst, n places of spare room, which the caller owns; cannot fail.
 */
#include "kernel/sort.h"

#include <stdbool.h>
#include <string.h>

/* Merges the runs low..middle-1 and middle..high-1; the left one wins ties. */
static void merge(size_t *to, const size_t *from, const double *key, size_t low, size_t middle,
                  size_t high) {
  size_t i = low, j = middle;
  for (size_t k = low; k < high; k++) {
    bool left = i < middle && (j >= high || key[from[i]] <= key[from[j]]);
    to[k] = left ? from[i++] : from[j++];
  }
}

/* The smaller of two. */
static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Runs of 1, 2, 4, ... are merged to and fro; the result is copied back when it ends in
 * `spare`. */
void sort_places(size_t *order, size_t *spare, const double *key, size_t count) {
  size_t *from = order, *to = spare;
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t low = 0; low < count; low += 2 * width)
      merge(to, from, key, low, least(low + width, count), least(low + 2 * width, count));
    size_t *swap = from;
    from = to;
    to = swap;
  }
  if (from != order) memcpy(order, from, count * sizeof *order);
}

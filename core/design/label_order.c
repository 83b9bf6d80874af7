/* label_order.c - see label_order.h: texts are sorted by bytes, then all by value, stably.
 *
 * A label that is no number has the value infinity, which puts texts behind all numbers and leaves
 * them in the order of their bytes. Labels 10, b, 9, a:
 *
 *   by bytes    10  9  a  b         values  10  9  inf  inf
 *   by value    9  10  a  b
 *
 * Owner: all room is given back. Failure: BILAN_NOMEM.
 */
#include "design/label_order.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "kernel/sort.h"

/* Merges two runs of codes by the bytes of their labels; the left one wins ties. */
static void merge(size_t *to, const size_t *from, const struct dict *dict, size_t low,
                  size_t middle, size_t high) {
  size_t i = low, j = middle;
  for (size_t k = low; k < high; k++) {
    bool left = i < middle;
    if (left && j < high)
      left = text_compare(dict_level(dict, (uint32_t)from[i])->label,
                          dict_level(dict, (uint32_t)from[j])->label) <= 0;
    to[k] = left ? from[i++] : from[j++];
  }
}

/* Codes by the bytes of their labels, as kernel/sort.c sorts numbers. */
static void sort_labels(size_t *order, size_t *spare, const struct dict *dict, size_t count) {
  size_t *from = order, *to = spare;
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t low = 0; low < count; low += 2 * width) {
      size_t middle = low + width < count ? low + width : count;
      merge(to, from, dict, low, middle, middle + width < count ? middle + width : count);
    }
    size_t *swap = from;
    from = to;
    to = swap;
  }
  if (from != order) memcpy(order, from, count * sizeof *order);
}

/* Places by value; of equal values the order by the bytes of a dictionary, where there is one. */
static bilan_status sort_all(bilan *b, uint32_t *place, const double *value,
                             const struct dict *dict, size_t count) {
  size_t *order = mem_array(&b->mem, count, sizeof *order);
  size_t *spare = mem_array(&b->mem, count, sizeof *spare);
  bool all = order && spare;
  for (size_t i = 0; all && i < count; i++) order[i] = i;
  if (all && dict) sort_labels(order, spare, dict, count);
  if (all) sort_places(order, spare, value, count);
  for (size_t i = 0; all && i < count; i++) place[order[i]] = (uint32_t)i;
  mem_free(&b->mem, order);
  mem_free(&b->mem, spare);
  return all ? BILAN_OK : fail_nomem(b);
}

/* See label_order.h. */
bilan_status value_places(bilan *b, uint32_t *place, const double *value, size_t count) {
  return sort_all(b, place, value, NULL, count);
}

/* See label_order.h. */
bilan_status label_places(bilan *b, uint32_t *place, const struct dict *dict) {
  size_t count = dict_count(dict);
  double *value = mem_array(&b->mem, count, sizeof *value);
  if (!value) return fail_nomem(b);
  for (size_t code = 0; code < count; code++)
    if (!number_parse(&value[code], dict_level(dict, (uint32_t)code)->label))
      value[code] = INFINITY;
  bilan_status status = sort_all(b, place, value, dict, count);
  mem_free(&b->mem, value);
  return status;
}

/* unit_order.h - rows by their sampling units, and copies of columns in that order.
 *
 * The table keeps its own order; a design keeps this one beside it, 4 bytes a row, made by
 * counting when it is declared. Rows of a unit follow each other, in the order of the table.
 *
 *   row      0  1  2  3  4          start   0  2  3  5
 *   unit     2  0  1  0  2          row     1  3 | 2 | 0  4
 *
 * A column that is read in this order is read all over the place, 10 ns a row where several columns
 * compete for the cache; a copy in the order is made column by column, 1 to 2 ns a row, and then
 * costs nothing. So copies are kept for the next reader: an item of a byte costs a byte a row.
 * Copies of a design take at most 40 bytes a row (never more than 512 MiB; up to 64 MiB in any
 * case); the one not used for the longest time goes first. A copy holds its column, so that a
 * column found here is the one that was copied.
 *
 * Owner: who opened it (a design's stages, which designs share). One thread at a time, as with the
 * handle.
 */
#ifndef KERNEL_UNIT_ORDER_H
#define KERNEL_UNIT_ORDER_H

#include "kernel/rows.h"

/* What is copied of a column: its codes as they are stored; its numbers, 0 where missing; its
 * numbers as whole multiples of a decimal place (data/whole.h), 4 bytes each. */
enum unit_copy_kind { COPY_CODES, COPY_NUMBERS, COPY_UNITS };

struct unit_copy {
  struct column *column; /* held */
  enum unit_copy_kind kind;
  bool filled;           /* always, but between unit_copy and unit_copies_fill */
  size_t size;           /* bytes of a row: 1, 2, 4 or 8 */
  void *data;            /* [rows]; NULL: no copy */
  uint64_t used;         /* the call that used it last */
};

/* BILAN_NOMEM. */
bilan_status unit_order_open(bilan *b, struct unit_order **out, const uint32_t *unit, size_t rows,
                             size_t units);
void unit_order_free(struct unit_order *o); /* NULL is fine */

/* Use: unit_copies_begin; unit_copy for every column; unit_copies_fill; then copies are read,
 * until the next begin. Copies of a call are not thrown out for others of the same call. */
void unit_copies_begin(const struct unit_order *o);

/* The copy of a column, yet to be filled where nobody had it before; `data` is NULL where there is
 * no memory for it, then the column has to be read where it is. COPY_UNITS: whole_weights has
 * found the column to be of units. */
struct unit_copy unit_copy(const struct unit_order *o, const struct column *c,
                           enum unit_copy_kind kind);

/* Fills those that are not yet; on failure they are given back. BILAN_NOMEM. */
bilan_status unit_copies_fill(bilan *b, const struct unit_order *o);

#endif

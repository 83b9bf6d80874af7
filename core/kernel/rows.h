/* rows.h - the rows of a request, a chunk at a time: which cell each is in, what it weighs, the
 * values of a measure.
 *
 * Everything that sums over rows reads them here, so that there is one rule of what is in: a row
 * outside the domain, or without a weight, weighs 0; a missing value of a measure leaves the row
 * out of that measure alone. A chunk is small enough to stay near the processor while
 * its cells, weights and measures are summed in turn.
 *
 * Worked example. Keys of 3 and 4 codes, a weight, one measure y with centre 10 in every cell:
 *
 *   row   codes   domain  w     y       cell  weight  value  part
 *    0    2, 1    in      2     13       9     2       3      2
 *    1    0, 3    in      1.5   ?        3     1.5     -      0      no answer
 *    2    2, 1    out     2     11       9     0       1      0
 *    3    1, 0    in      ?     12       4     0       2      0      no weight
 *
 * A complete request leaves out rows that lack any measure, as a domain would: row 1 weighs 0.
 *
 * Use: rows_check once; then per chunk rows_read, and rows_measure for each measure in turn.
 * Readers share the request and own their chunk, so several may read at a time. What a column
 * already holds as it is needed is not copied: arrays of a chunk are lent by the column or by
 * the chunk's own room, so a filled chunk may not be copied either.
 */
#ifndef KERNEL_ROWS_H
#define KERNEL_ROWS_H

#include "data/column.h"
#include "data/domain.h"
#include "data/whole.h"

/* The most keys of a request; the most cells, totals or sums of an answer. */
enum { CELLS_KEYS = 8, CELLS_MOST = 1 << 26 };

/* Rows by their units, those of a unit in the order of the table (unit_order.h). */
struct unit_order {
  const uint32_t *row;  /* [rows] */
  const size_t *start;  /* [units + 1]: rows row[start[u]] .. row[start[u + 1] - 1] are of unit u */
  struct unit_copies *copies; /* of columns, in this order; NULL: none are kept */
};

/* Columns, domain and arrays are lent for the length of the call. Every column has `rows`
 * rows. */
struct cells_request {
  size_t rows;
  const struct domain *domain;                  /* NULL: all rows */
  const struct column *keys[CELLS_KEYS];        /* CODES */
  size_t key_count;                             /* 0: one cell */
  const struct column *const *measures;         /* numeric; a missing one leaves the row out of
                                                   that measure alone */
  size_t measure_count;
  bool complete;                                /* rows that lack a measure weigh 0 */
  const double *centres;                        /* measure x cell, subtracted before summing,
                                                   for two-pass variances; NULL: 0 */
  const struct column *weight;                  /* numeric; NULL: 1 for every row; a
                                                   missing weight counts as 0 */
  const uint32_t *unit;                         /* of each row; NULL: no totals by unit */
  size_t unit_count;
  const struct unit_order *order;               /* of `unit`; NULL: not known */
};

/* Rows of a chunk: its arrays take 72 KiB. Blocks (blocks.h) are a whole number of chunks. */
enum { ROWS_CHUNK = 2048 };

struct rows {
  size_t from, count;   /* rows from .. from + count - 1 of the table; row from + i is at i */
  const double *weight; /* 0: the row is not in */
  const double *mass;   /* what weights are summed by: the weight itself, or its units (rows_plan);
                           0 where the weight is */
  const double *value;  /* of the measure read last, its centre taken off */
  const double *part;   /* its weight, 0 also where the measure is missing; `weight` itself when
                           the chunk lacks no answer */
  uint32_t cell[ROWS_CHUNK];         /* below the plan's cells */
  double weight_room[ROWS_CHUNK], value_room[ROWS_CHUNK], part_room[ROWS_CHUNK];
  double mass_room[ROWS_CHUNK];
};

/* What is known of a request once it was checked. */
struct rows_plan {
  const struct cells_request *request; /* lent: outlives the plan */
  size_t sizes[CELLS_KEYS];            /* codes of each key */
  size_t cells;                        /* their product, at most 2^26 */
  const struct whole *whole;           /* sum the units of weights (whole.h), which fit 2^53; NULL:
                                          the weights */
  bool exact;                          /* measures are whole numbers about 0: sums of value times
                                          mass are exact in a double */
};

/* All that can be wrong with keys, measures, weight and domain of a request: BILAN_USAGE,
 * BILAN_LIMIT (too many cells), BILAN_INTERNAL (columns that do not fit together). */
bilan_status rows_check(bilan *b, struct rows_plan *plan, const struct cells_request *request);

/* From now on rows have the units of their weights as mass, where those are whole numbers whose sum
 * is exact in a double, and `exact` tells if sums of mass times value are. To be called behind
 * rows_check, by those who divide by the scale at the end. BILAN_NOMEM. */
bilan_status rows_by_units(bilan *b, struct rows_plan *plan);

/* Cell and weight of the rows from .. from + count - 1; count <= ROWS_CHUNK. */
void rows_read(struct rows *k, const struct rows_plan *plan, size_t from, size_t count);

/* value and part of measure m for the rows that were read. */
void rows_measure(struct rows *k, const struct rows_plan *plan, size_t m);

/* May rows from .. from + count - 1 lack a value of a column of NUMBERS or CODES? A quick look:
 * codes of more than a byte are not searched, and may. */
bool rows_may_lack(const struct column *c, size_t from, size_t count);

#endif

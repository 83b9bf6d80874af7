/* unit_rows.h - rows in the order of their units, a chunk at a time: codes and weights.
 *
 * The counterpart of rows.h for readers that go by unit_order.h: the same rule of what is in (a row
 * outside the domain, or without a weight, weighs 0), other arrays. A column is read from its copy
 * in that order, where there is one, else gathered from the table.
 *
 * Weights that are decimals of few digits come as whole numbers (data/whole.h), and in pairs that
 * one addition of 16 bytes adds up. With w a whole weight and q its square:
 *
 *   narrow   n << 48 | w,        q                     w up to 2^25
 *   wide     n << 48 | q >> 32,  q & (2^32 - 1)        w up to 2^31
 *
 * n is 1, or 0 for a row that is not in. Fields of a sum over one chunk, 2^13 rows, do not run into
 * each other: w 2^38, q 2^63; halves of q 2^43 and 2^45.
 */
#ifndef KERNEL_UNIT_ROWS_H
#define KERNEL_UNIT_ROWS_H

#include "data/whole.h"
#include "kernel/unit_order.h"

/* Rows of a chunk; the bit of a pair that counts; the highest weight of narrow pairs. */
enum { UNIT_ROWS_CHUNK = 8192, UNIT_ROWS_N = 48, UNIT_ROWS_NARROW = 1 << 25 };

/* Two sums in one addition. */
typedef uint64_t pair __attribute__((vector_size(16)));

/* Sums of a cell over a block. Doubles: squares are w^2 itself, low is 0. */
struct unit_sums {
  int64_t n;
  double weight; /* whole weights: a whole number */
  union {
    uint64_t high; /* squares of whole weights, by 2^32 and below */
    double squares;
  };
  uint64_t low;
};

/* For loops that are worth turning into vector instructions, which gcc does from -O3 on. */
#if defined(__GNUC__) && !defined(__clang__)
#define UNIT_ROWS_LOOPS __attribute__((optimize("O3")))
#else
#define UNIT_ROWS_LOOPS
#endif

/* A key, of at most 65,536 codes. Made by unit_source_open; copies are filled before it is read. */
struct unit_source {
  const struct column *column;
  size_t size;      /* codes of its dictionary */
  size_t low, span; /* codes that there are: low .. low + span - 1 */
  struct unit_copy copy;
};

/* Whose rows: lent for the length of a pass. */
struct unit_reader {
  const struct cells_request *request; /* any of those that are answered together */
  const struct whole *whole;           /* kind NONE: weights are doubles */
  struct unit_copy weights;            /* of doubles or of units */
  enum simd simd;                      /* SIMD_AVX2 or not */
};

/* Finds out what the weights are, and their copy. BILAN_NOMEM. */
bilan_status unit_reader_open(bilan *b, struct unit_reader *r, const struct cells_request *request);
void unit_source_open(struct unit_source *s, const struct column *key, const struct unit_order *o);

/* Are weights whole numbers? Are their pairs narrow? */
static inline bool unit_reader_whole(const struct unit_reader *r) {
  return r->whole->kind != WHOLE_NONE;
}
static inline bool unit_reader_narrow(const struct unit_reader *r) {
  return unit_reader_whole(r) && r->whole->highest <= UNIT_ROWS_NARROW;
}

/* Rows from .. from + count - 1 of the order, count <= UNIT_ROWS_CHUNK. Workers read different
 * rows at a time. unit_bytes gives codes of a byte where they lie in order already, else NULL. */
void unit_read_codes(uint16_t *code, const struct unit_source *s, const struct unit_order *o,
                     size_t from, size_t count);
const uint8_t *unit_bytes(const struct unit_source *s, size_t from);

/* Whole weights, 0 for a row that is not in: where they lie, or read into `room`; their pairs;
 * weights that are not whole. */
const uint32_t *unit_read_units(uint32_t *room, const struct unit_reader *r, size_t from,
                                size_t count);
void unit_make_pairs(pair *both, const struct unit_reader *r, const uint32_t *units, size_t count);
void unit_read_weights(double *weight, const struct unit_reader *r, size_t from, size_t count);

/* Pairs added up over a chunk, taken apart and added to the sums of as many cells. */
void unit_spread_pairs(const struct unit_reader *r, struct unit_sums *to, const pair *from,
                       size_t cells);

#endif

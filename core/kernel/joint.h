/* joint.h - how many tables are arranged into few passes: the parts of joint_tables.
 *
 *   axis     a column of codes as a direction of a table: codes low .. low + span - 1
 *   sheet    banners that share one joint code: the number of a row's cell in the table of all of
 *            them, the last axis running fastest. Rows outside the domain have the code `cells`
 *   item     an axis counted against a sheet: its totals are [code - low][joint cell]
 *   bundle   items of a sheet taken together: one addition a row for all of them, into a table of
 *            [last item] .. [second][first][joint cell], as long as it stays in the first cache
 *
 * Three banners of 4, 5 and 3 codes are one sheet of 60 cells; items of 6 and 5 codes a bundle of
 * 5 * 6 * 60 = 1800 cells. What was asked for are margins of totals: sums over cells.
 *
 * A cell is one of three sizes, all sums of whole numbers (lanes of 64 bits, but for counts):
 *
 *   COUNT    32 bits   rows                                    no weights
 *   NARROW   2 lanes   rows * 2^shift + w | w^2                units of up to 24 bits or so
 *   WIDE     4 lanes   rows * 2^shift + w high | w low | w^2 high | w^2 low
 *
 * Overflow is impossible by counting rows: a worker empties its tables into totals before `room`
 * rows have been added, and room * highest w < 2^shift, room < 2^(64 - shift), room * (highest
 * square) < 2^64. Any sum over cells of one table is a sum over those rows too, so margins may be
 * taken of packed lanes.
 *
 * A table that is asked for alone, of few cells, has two quicker ways:
 *
 *   bits     without weights: bitmaps of levels, and bits in common (joint_bits.c)
 *   pairs    NARROW: two rows make one place in the table of all pairs of cells, and one addition
 *            of four lanes: row | other row | square | other square (joint_pairs.c)
 */
#ifndef KERNEL_JOINT_H
#define KERNEL_JOINT_H

#include "data/whole.h"
#include "kernel/cells.h"

enum joint_size { JOINT_COUNT, JOINT_NARROW, JOINT_WIDE };

enum {
  JOINT_BANNERS = 8,      /* axes of a sheet */
  JOINT_BUNDLE = 4,       /* items of a bundle */
  JOINT_CELLS = 32767,    /* of a bundle or a single item: halves of cells have 16 bits */
  JOINT_ANSWER = 65536,   /* of an answer, by its dictionaries */
  JOINT_SLICE = 4096,     /* rows at a time, at most */
  JOINT_SUBS = 4,         /* copies of a small table, for rows in turn */
  JOINT_BITS_WORDS = JOINT_SLICE / 64, /* of a bitmap of a slice */
  JOINT_BITS_LEVELS = 40  /* bitmaps of a slice, at most */
};

struct axis {
  const struct column *column;
  uint32_t low;
  size_t span; /* at least 1 */
  size_t size; /* codes of its dictionary */
};

/* Everything that a cell sums to, in whole numbers; w = high * 2^32 + low, likewise squares. */
struct joint_total {
  uint64_t n, high, low, square_high, square_low;
};

struct joint_item {
  struct axis axis;
  size_t totals; /* place of its [span * cells] totals among all */
};

struct joint_bundle {
  size_t first, count; /* items of the sheet */
  size_t cells;        /* of its table, joint cells and those of rows outside among them */
  size_t subs;         /* copies of the table: 1 or JOINT_SUBS */
  size_t table, bytes; /* place and size of its tables in a worker's memory */
};

struct joint_sheet {
  struct axis axes[JOINT_BANNERS];
  size_t axis_count;
  size_t cells;        /* product of spans; 1 without axes */
  size_t width;        /* cells, and one more for rows outside the domain */
  size_t widest;       /* span of its widest item */
  struct joint_item *items;
  size_t item_count;
  struct joint_bundle *bundles;
  size_t bundle_count;
};

/* All that workers share; nobody writes to it while they run. */
struct joint {
  size_t rows;
  const struct domain *domain;
  const struct whole *weights;
  enum simd simd;           /* SIMD_AVX2 or not */
  bool avx512;              /* besides, for joint_bits.c */
  enum joint_size size;
  unsigned shift;           /* where rows begin in the first lane */
  bool bits, pairs;         /* the one table there is: how rows are added */
  size_t room;              /* rows that tables hold before they must be emptied */
  size_t slice;             /* rows at a time */
  const struct cells_request *const *requests;
  size_t count;             /* requests */
  struct joint_sheet *sheets;
  size_t sheet_count;
  struct joint_item *items; /* all sheets' */
  struct joint_bundle *bundles;
  size_t bundle_count;
  size_t *sheet_of, *item_of; /* of each request; items are counted within their sheet */
  size_t totals;            /* of all items */
  size_t table_bytes;       /* of all bundles */
  size_t margin;            /* cells of the largest [span * width] of an item */
};

/* What one worker has for itself. */
struct joint_worker {
  const struct joint *joint;
  size_t pending;             /* rows in the tables */
  uint16_t *code;             /* [slice] joint codes */
  uint16_t *index, *spare;    /* [slice] cells of a bundle, in the making */
  uint64_t *weights;          /* [slice * lanes] what rows add to their cells; or bitmaps */
  uint64_t *margin;           /* [margin * lanes] scratch of joint_empty */
  char *tables;               /* all bundles' */
  struct joint_total *totals; /* all items' */
};

/* Steps of an index from cell to cell. Two where cells have lanes: so a processor that scales an
 * index by 8 bytes at most finds a cell of 16 without reckoning. */
static inline size_t joint_unit(enum joint_size size) { return size == JOINT_COUNT ? 1 : 2; }

/* Bytes and lanes of a cell. */
static inline size_t joint_bytes(enum joint_size size) {
  return size == JOINT_COUNT ? 4 : size == JOINT_NARROW ? 16 : 32;
}
static inline size_t joint_lanes(enum joint_size size) {
  return size == JOINT_COUNT ? 1 : size == JOINT_NARROW ? 2 : 4;
}

/* joint_arrange.c: an axis of a request's key; sheets, items and bundles of all requests of `j`,
 * whose rows, domain, weights, requests and count are set. joint_release in every case. */
struct axis joint_axis(const struct column *key);
bilan_status joint_arrange(bilan *b, struct joint *j);
void joint_release(bilan *b, struct joint *j);

/* joint_slice.c: to = from + first * stride + second * other + add, mod 2^16, for codes of bytes;
 * `to` is another array than `from`. */
struct joint_steps {
  const uint8_t *first, *second; /* second NULL: none */
  uint16_t stride, other;        /* of the first, of the second */
  uint16_t add;                  /* undoes the lowest codes of both */
};
void joint_place(enum simd simd, uint16_t *to, const uint16_t *from, const struct joint_steps *s,
                 size_t count);
/* Rows from .. from + count - 1 into all tables of a worker; count <= slice. */
void joint_slice(struct joint_worker *w, size_t from, size_t count);

/* joint_bits.c: may the one item of a sheet be counted by bitmaps? Rows from .. from + count - 1
 * into its table; count <= JOINT_SLICE. */
bool joint_bits_fit(const struct joint *j, const struct joint_sheet *s);
void joint_bits_add(struct joint_worker *w, const struct joint_sheet *s, uint32_t *table,
                    size_t from, size_t count);
bool joint_bits_avx512(const bilan *b);

/* joint_weigh.c: the lanes of rows from their units; `row` is 1 << shift. */
void joint_weigh_narrow(enum simd simd, uint64_t *to, const uint32_t *units, size_t count,
                        uint64_t row);
void joint_weigh_wide(uint64_t *to, const uint32_t *units, size_t count, uint64_t row);

/* joint_add.c: adds what each row weighs to the cell at its index (times joint_unit), rows in turn
 * to the copies of a table that lie `step` cells apart (0: one copy). */
void joint_add_counts(uint32_t *table, size_t step, const uint16_t *index, size_t count);
void joint_add_narrow(uint64_t *table, size_t step, const uint16_t *index,
                      const uint64_t *weights, size_t count);
void joint_add_wide(uint64_t *table, size_t step, const uint16_t *index, const uint64_t *weights,
                    size_t count);
/* joint_pairs.c: adds rows i of units and of other as pairs to the table at their indices (as
 * above), i < count; other has count rows, or one less. */
struct joint_pairs {
  const uint16_t *index;
  const uint32_t *units, *other;
  size_t count, others;
  uint64_t row; /* 1 << shift */
};
void joint_pairs_add(enum simd simd, uint64_t *table, const struct joint_pairs *p);

/* joint_margins.c: tables of a worker into its totals; the tables are 0 afterwards. */
void joint_empty(struct joint_worker *w);
/* The answer to request i from the totals of all workers. BILAN_NOMEM. */
bilan_status joint_answer(bilan *b, struct cells *out, const struct joint *j,
                          const struct joint_total *totals, size_t i);

#endif

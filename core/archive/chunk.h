/* chunk.h - a piece of a column as bytes: how it is packed, and its checksum. No SQL here.
 *
 * A column is cut into chunks of at most 2^18 rows, so that one is decoded while it is still in
 * the processor's cache; chunks of texts, and of sets with many options, have fewer rows and
 * about 8 MB. Whole numbers are little-endian.
 *
 *   encoding   bytes, behind one byte a row for its kind of missing when `missing` is set
 *   constant   the code of all rows (4 bytes), or their number (a double, 8 bytes)
 *   codes8     a code a row in 1 byte; codes16 in 2, codes32 in 4
 *   int8       a number a row: (base + u) / 10^scale, u in 1 byte; int16 in 2, int32 in 4
 *   float64    a number a row as IEEE 754 double
 *   text       rows + 1 offsets of 4 bytes, from 0, then the texts one after the other
 *   ticks      for each option of a set, rows in fours: a byte with 2 bits a row, the first row
 *              lowest (0 blank, 1 not ticked, 2 ticked), ended to a whole byte with zeros
 *
 * int8 to int32 are used when each number is exactly recovered: the quotient of two exact
 * doubles is the double nearest to the decimal, which is what reading "3.25" gives as well.
 * A row that is missing stands as u = 0 and is loaded as 0.
 *
 * The checksum runs over 64-bit words, first those that say what the chunk is (place, part,
 * first, rows, encoding, missing, scale, base, bytes), then its bytes, the last word filled with
 * zeros. With sums modulo 2^64
 *
 *   a = w1 + ... + wn,   s = n w1 + (n - 1) w2 + ... + wn,   checksum = a + K s,  K even
 *
 * so each word has an odd factor, 1 + K (n - i + 1): no change of one word goes unnoticed. It
 * finds damage, it does not keep out who can compute it (J. G. Fletcher, "An Arithmetic
 * Checksum for Serial Transmissions", IEEE Transactions on Communications 30, 1982).
 */
#ifndef ARCHIVE_CHUNK_H
#define ARCHIVE_CHUNK_H

#include "data/column.h"

enum chunk_encoding {
  CHUNK_CONSTANT, CHUNK_CODES8, CHUNK_CODES16, CHUNK_CODES32,
  CHUNK_INT8, CHUNK_INT16, CHUNK_INT32, CHUNK_FLOAT64,
  CHUNK_TEXT, CHUNK_TICKS,
  CHUNK_ENCODINGS
};

enum {
  CHUNK_ROWS = 1 << 18,      /* at most; a multiple of 4 */
  CHUNK_FULL_BYTES = 8 << 20,   /* a chunk of texts or ticks ends there, or after its first rows */
  CHUNK_TEXT_MOST = 128 << 20,  /* bytes of one text */
  CHUNK_MOST_BYTES = 192 << 20, /* of any chunk that is read: below SQLite's limit, see file.c */
  CHUNK_SCALE_MOST = 9,         /* decimals; 10^9 and every power below is an exact double */
};

/* All of a chunk but its bytes. What it says of itself is under the checksum as well. */
struct chunk {
  int64_t id;        /* rowid in the archive; 0 before it is stored */
  size_t place;      /* of its item, from 1 */
  size_t part;       /* of the column, from 0 */
  size_t first;      /* its first row, from 0: the rows of all parts before it */
  size_t rows;       /* 1 to CHUNK_ROWS */
  enum chunk_encoding encoding;
  bool missing;      /* the bytes begin with a kind of missing for each row; never for codes */
  int scale;         /* int8 to int32: 0 to CHUNK_SCALE_MOST; -1 stands for any other in a file */
  int64_t base;      /* int8 to int32: the least number, in units of 10^-scale */
  size_t bytes;      /* length, the kinds of missing included */
  uint64_t checksum; /* stored as the signed number with the same bits */
};

/* The words of format.md: kinds of item, columns, encodings, in the order of their enums. */
extern const char *const chunk_kind_names[];     /* of bilan_kind; NULL behind */
extern const char *const chunk_type_names[];     /* of enum column_type; NULL behind */
extern const char *const chunk_encoding_names[]; /* NULL behind */

/* The two sums on their way over a chunk. */
struct checksum {
  uint64_t a, s;       /* as above, over the words so far */
  uint64_t held;       /* the bytes of a word that is not full yet, the first lowest */
  unsigned held_bytes; /* 0 to 7 */
};

/* Started with all that `k` says but its checksum; then the bytes in pieces of any size. */
void checksum_start(struct checksum *c, const struct chunk *k);
void checksum_add(struct checksum *c, const void *bytes, size_t n);
uint64_t checksum_finish(struct checksum *c);

/* Packs the rows of `c` from k->first on (place and part are set as well) into `out`, which is
 * emptied, and fills the rest of `k`. BILAN_LIMIT: a text too long; BILAN_DATA: a text that is
 * not UTF-8; BILAN_USAGE: a number that is not finite. */
bilan_status chunk_encode(bilan *b, struct buffer *out, struct chunk *k, const struct column *c);

/* Has a chunk of a column of this type the size that its rows and encoding say? Of k only rows
 * have been looked at before: at most CHUNK_ROWS. */
bool chunk_fits(const struct chunk *k, enum column_type type, size_t options);

/* Is each of these texts UTF-8? Of the texts between offsets[0] and offsets[rows] of the arena,
 * offsets rising. What a chunk holds must be: both halves ask, since a text that went in and did
 * not come out would be lost. */
bool chunk_is_utf8(const uint64_t *offsets, size_t rows, const char *arena);

/* The numbers of a column of int8 to int32, all of one scale, in units of 10^-scale. */
struct chunk_units {
  uint32_t *to;            /* [row] of the column */
  int32_t highest, lowest; /* so far; to begin with 0 and INT32_MAX */
  bool beyond;             /* some are none, being below 0 or from 2^31 on */
  bool finest;             /* some are no multiple of 10: of a coarser scale they would be none */
};

/* ---- unpacking: `from` has passed chunk_fits, without the bytes of `missing` ---- */

/* All of them give false for what no packing makes; what they have filled is then of no use.
 * Codes are not compared with the levels here, only with what `width` bytes (1, 2, 4) hold. */
bool decode_codes(void *to, unsigned width, const struct chunk *k, const unsigned char *from);
/* `units` are filled for the chunk's rows where they are wanted; NULL: they are not. */
bool decode_numbers(double *to, struct chunk_units *units, const struct chunk *k,
                    const unsigned char *from);
bool decode_ticks(uint8_t *to, size_t rows, const unsigned char *from);
/* offsets[0] is given; offsets 1 to rows are filled, rising from it. */
bool decode_offsets(uint64_t *offsets, const struct chunk *k, const unsigned char *from,
                    size_t text_bytes);
bool decode_missing(const uint8_t *missing, size_t rows); /* are all of them kinds? */

/* ---- bytes and numbers ---- */

static inline uint32_t load32(const unsigned char *p) {
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load64(const unsigned char *p) {
  return load32(p) | (uint64_t)load32(p + 4) << 32;
}

static inline void store16(unsigned char *p, uint16_t x) {
  p[0] = (unsigned char)x;
  p[1] = (unsigned char)(x >> 8);
}

static inline void store32(unsigned char *p, uint32_t x) {
  store16(p, (uint16_t)x);
  store16(p + 2, (uint16_t)(x >> 16));
}

static inline void store64(unsigned char *p, uint64_t x) {
  store32(p, (uint32_t)x);
  store32(p + 4, (uint32_t)(x >> 32));
}

extern const double chunk_power[CHUNK_SCALE_MOST + 1]; /* 10^0 to 10^9, exact */

#endif

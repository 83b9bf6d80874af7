/* bitmap.h - rows as bits, 64 to a word: which rows have one of some codes, how many there are.
 *
 * Row r is bit r % 64 of word r / 64, as in a domain; bits beyond the last row are 0. Bitmaps are
 * plain arrays of their owner's, so that three-valued logic, filters and items with several
 * answers combine them with & | ~ in loops that every compiler turns into vector instructions.
 *
 * The one step that is not such a loop is the first: codes into bits. A choice of codes is a
 * bitmap too, over the codes, and a row's bit is the choice's bit at its code:
 *
 *   codes   3 1 0 2 1     choice {1, 2} = 0110     bits 0 1 0 1 1
 *
 * Memory traffic: a byte of codes a row is read, an eighth of a byte written. Measured on one
 * thread, 1e6 codes of one byte: 0.08 ns a row with AVX2, which is what reading them takes (a
 * filter looks up twice, for true and for unknown: 0.16); about 1 without.
 *
 * Every function takes the instructions it may use, as bitmap_simd resolves them; none of them
 * changes a result, takes memory or fails.
 */
#ifndef DATA_BITMAP_H
#define DATA_BITMAP_H

#include "data/column.h"

enum { BITMAP_WORD = 64 /* rows of a word */ };

static inline size_t bitmap_words(size_t rows) {
  return rows / BITMAP_WORD + (rows % BITMAP_WORD != 0);
}

static inline bool bitmap_has(const uint64_t *bits, size_t row) {
  return bits[row / BITMAP_WORD] >> (row % BITMAP_WORD) & 1;
}

static inline void bitmap_set(uint64_t *bits, size_t row) {
  bits[row / BITMAP_WORD] |= (uint64_t)1 << (row % BITMAP_WORD);
}

/* The bits of the last word that are rows; all of them when the last word is full. */
static inline uint64_t bitmap_last(size_t rows) {
  return rows % BITMAP_WORD ? ((uint64_t)1 << (rows % BITMAP_WORD)) - 1 : UINT64_MAX;
}

/* What b->ways.simd asks for, as far as the processor has it: SIMD_SCALAR or SIMD_AVX2. */
enum simd bitmap_simd(const bilan *b);

/* Bits set in so many words. */
size_t bitmap_count(enum simd simd, const uint64_t *bits, size_t words);

/* The rows first .. first + count - 1 of a column of CODES whose code is in `choice` (a bit for
 * each of its codes, in whole groups of four words): bit 0 of out[0] is row `first`. */
void bitmap_of_codes(enum simd simd, uint64_t *out, const struct column *codes, size_t first,
                     size_t count, const uint64_t *choice);

/* The same from bytes: bit i says that byte i is `wanted`. */
void bitmap_of_bytes(enum simd simd, uint64_t *out, const uint8_t *bytes, size_t count,
                     uint8_t wanted);

/* Words of a choice over so many codes: bitmap_of_codes reads four at a time. */
static inline size_t bitmap_choice_words(size_t codes) { return (codes / 256 + 1) * 4; }

#endif

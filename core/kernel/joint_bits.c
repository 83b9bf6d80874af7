/* joint_bits.c - counts of few cells by bitmaps (joint.h): one table without weights, of an item
 * alone or by one banner, codes of a byte.
 *
 * Every level that a slice may have becomes a bitmap of its rows, 64 to a word; a cell is the rows
 * that two bitmaps have in common, and its n the bits of those:
 *
 *   n[x][y] = sum over words k of the bits in (item x)[k] & (banner y)[k]
 *
 * The domain is one more bitmap, which those of the item are cut down to. With 7 levels by 4 that
 * is 11 comparisons and 28 intersections of 64 rows, where a row by itself costs an addition
 * in memory. So it pays up to FEW_CELLS, and where a processor compares many bytes at once:
 * AVX2, and AVX-512, which counts the bits of eight words at once. Bitmaps of a slice stay in the
 * first cache.
 *
 * Traffic of a row: a byte for each axis. Measured (tests/bench/kernels.c), one thread, AVX-512: an
 * item alone 0.14 to 0.18 ns a row, 78 to 92 % of a plain read of its bytes in the same run; by a
 * banner of 4 codes 0.28 to 0.34, 67 to 80 %, where an addition for two rows took 0.67.
 */
#include "kernel/joint.h"

#include "data/bitmap.h"
#include "data/domain.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define WITH_AVX512 __attribute__((target("avx512f,avx512bw,avx512vpopcntdq")))
#define WITH_POPCNT __attribute__((target("popcnt")))

enum {
  FEW_CELLS = 64,
  WORDS = JOINT_BITS_WORDS,                         /* of a bitmap */
  FOUR = 4,                                         /* words made at a time with AVX-512 */
  LANES = 2 * sizeof(__m512i) / sizeof(uint64_t)    /* words counted at a time */
};

/* ---- levels ---------------------------------------------------------------------------------- */

/* Bitmaps of all levels of an axis, four words of each while their rows are at hand; returns how
 * many rows that were. */
WITH_AVX512 static size_t levels_avx512(uint64_t *bits, const struct axis *a, const uint8_t *codes,
                                        size_t count) {
  const __m512i one = _mm512_set1_epi8(1);
  size_t i = 0;
  for (; i + FOUR * BITMAP_WORD <= count; i += FOUR * BITMAP_WORD) {
    const __m512i *code = (const __m512i *)(const void *)(codes + i);
    __m512i c0 = _mm512_loadu_si512(code), c1 = _mm512_loadu_si512(code + 1);
    __m512i c2 = _mm512_loadu_si512(code + 2), c3 = _mm512_loadu_si512(code + 3);
    __m512i level = _mm512_set1_epi8((char)a->low);
    uint64_t *to = bits + i / BITMAP_WORD;
    for (size_t x = 0; x < a->span; x++, to += WORDS) {
      to[0] = _mm512_cmpeq_epi8_mask(c0, level);
      to[1] = _mm512_cmpeq_epi8_mask(c1, level);
      to[2] = _mm512_cmpeq_epi8_mask(c2, level);
      to[3] = _mm512_cmpeq_epi8_mask(c3, level);
      level = _mm512_add_epi8(level, one);
    }
  }
  return i;
}

/* Bitmaps of the rows from .. from + count - 1, one a level; words behind the last are 0 up to
 * a whole number of LANES. */
static void make_levels(uint64_t *bits, const struct joint *j, const struct axis *a, size_t from,
                        size_t count) {
  const uint8_t *codes = (const uint8_t *)a->column->codes + from;
  size_t done = j->avx512 ? levels_avx512(bits, a, codes, count) : 0;
  for (size_t x = 0; x < a->span; x++, bits += WORDS) {
    if (done < count)
      bitmap_of_bytes(SIMD_AVX2, bits + done / BITMAP_WORD, codes + done, count - done,
                      (uint8_t)(a->low + x));
    for (size_t k = bitmap_words(count); k % LANES; k++) bits[k] = 0;
  }
}

/* Leaves the rows of the domain in a bitmap. A slice may begin within a word. */
static void cut_level(uint64_t *bits, const struct domain *d, size_t from, size_t count) {
  size_t last = bitmap_words(d->rows), at = from / BITMAP_WORD, shift = from % BITMAP_WORD;
  for (size_t k = 0; k < bitmap_words(count); k++, at++) {
    uint64_t word = d->bits[at] >> shift;
    if (shift && at + 1 < last) word |= d->bits[at + 1] << (BITMAP_WORD - shift);
    bits[k] &= word;
  }
}

/* ---- cells ----------------------------------------------------------------------------------- */

/* How many rows two bitmaps have in common. */
WITH_AVX512 static uint32_t common_avx512(const uint64_t *x, const uint64_t *y, size_t words) {
  __m512i even = _mm512_setzero_si512(), odd = even;
  for (size_t k = 0; k < words; k += LANES) {
    __m512i a = _mm512_and_si512(_mm512_loadu_si512(x + k), _mm512_loadu_si512(y + k));
    __m512i b = _mm512_and_si512(_mm512_loadu_si512(x + k + LANES / 2),
                                 _mm512_loadu_si512(y + k + LANES / 2));
    even = _mm512_add_epi64(even, _mm512_popcnt_epi64(a));
    odd = _mm512_add_epi64(odd, _mm512_popcnt_epi64(b));
  }
  return (uint32_t)_mm512_reduce_add_epi64(_mm512_add_epi64(even, odd));
}
WITH_POPCNT static uint32_t common_popcnt(const uint64_t *x, const uint64_t *y, size_t words) {
  uint64_t n = 0;
  for (size_t k = 0; k < words; k++) n += (uint64_t)__builtin_popcountll(x[k] & y[k]);
  return (uint32_t)n;
}

/* ---- a slice --------------------------------------------------------------------------------- */

/* See joint.h. */
bool joint_bits_fit(const struct joint *j, const struct joint_sheet *s) {
  const struct axis *item = &s->items->axis;
  if (j->size != JOINT_COUNT || j->simd != SIMD_AVX2 || s->axis_count > 1) return false;
  if (item->column->width != 1 || (s->axis_count && s->axes->column->width != 1)) return false;
  return item->span * s->cells <= FEW_CELLS && item->span + s->cells <= JOINT_BITS_LEVELS;
}

/* See joint.h. */
void joint_bits_add(struct joint_worker *w, const struct joint_sheet *s, uint32_t *n, size_t from,
                    size_t count) {
  const struct joint *j = w->joint;
  const struct axis *item = &s->items->axis;
  uint64_t *items = w->weights, *banners = items + item->span * WORDS;
  size_t words = bitmap_words(count);
  make_levels(items, j, item, from, count);
  for (size_t x = 0; j->domain && x < item->span; x++)
    cut_level(items + x * WORDS, j->domain, from, count);
  if (s->axis_count) make_levels(banners, j, s->axes, from, count);
  for (size_t x = 0; x < item->span; x++, items += WORDS)
    for (size_t y = 0; y < s->cells; y++) {
      const uint64_t *other = s->axis_count ? banners + y * WORDS : items;
      n[x * s->width + y] +=
          j->avx512 ? common_avx512(items, other, words) : common_popcnt(items, other, words);
    }
}

/* See joint.h. */
bool joint_bits_avx512(const bilan *b) {
  return b->ways.simd == SIMD_BEST && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vpopcntdq");
}

#else

/* Without such instructions an addition a row is as good. */
bool joint_bits_fit(const struct joint *j, const struct joint_sheet *s) {
  (void)j, (void)s;
  return false;
}

/* Never called. */
void joint_bits_add(struct joint_worker *w, const struct joint_sheet *s, uint32_t *n, size_t from,
                    size_t count) {
  (void)w, (void)s, (void)n, (void)from, (void)count;
}

bool joint_bits_avx512(const bilan *b) {
  (void)b;
  return false;
}
#endif

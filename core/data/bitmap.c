/* bitmap.c - see bitmap.h.
 *
 * Codes of one byte with AVX2: the choice is a table of 32 bytes, of which a code's upper five
 * bits name the byte and its lower three the bit. Looking 32 codes up takes two shuffles of 16
 * bytes each (the sign bit of the code says which one counts), a third one makes 1 << (code & 7),
 * and the comparison's signs are 32 bits of the result (W. Mula, "SIMD-ized check which bytes are
 * in a set", 2018, has this table). Codes of two or four bytes, and processors without AVX2, take
 * one load and one shift a row.
 *
 * Bits are counted by the processor's own instruction where it has one, else by adding halves of
 * growing width (H. S. Warren, "Hacker's Delight", 2nd ed., 2012, section 5-1).
 */
#include "data/bitmap.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAS_X86 1
#endif

/* ---- counting ------------------------------------------------------------------------------ */

/* Pairs, nibbles, bytes, and a multiplication that adds the eight bytes into the highest. */
static size_t bits_in(uint64_t w) {
  w -= w >> 1 & 0x5555555555555555u;
  w = (w & 0x3333333333333333u) + (w >> 2 & 0x3333333333333333u);
  w = (w + (w >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
  return (size_t)(w * 0x0101010101010101u >> 56);
}

#ifdef HAS_X86
/* AVX2 and the count of bits came to processors together, but for emulators: both are asked. */
enum simd bitmap_simd(const bilan *b) {
  enum simd asked = b->ways.simd;
  bool may = asked == SIMD_BEST || asked == SIMD_AVX2;
  return may && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") ? SIMD_AVX2
                                                                                    : SIMD_SCALAR;
}

/* One instruction a word. */
__attribute__((target("popcnt"))) static size_t count_fast(const uint64_t *bits, size_t words) {
  size_t n = 0;
  for (size_t i = 0; i < words; i++) n += (size_t)__builtin_popcountll(bits[i]);
  return n;
}
#else
/* None but the portable code. */
enum simd bitmap_simd(const bilan *b) {
  (void)b;
  return SIMD_SCALAR;
}
#endif

/* Bits beyond the last row are 0, so whole words are counted. */
size_t bitmap_count(enum simd simd, const uint64_t *bits, size_t words) {
#ifdef HAS_X86
  if (simd == SIMD_AVX2) return count_fast(bits, words);
#endif
  (void)simd;
  size_t n = 0;
  for (size_t i = 0; i < words; i++) n += bits_in(bits[i]);
  return n;
}

/* ---- codes into bits ----------------------------------------------------------------------- */

#define WORD_OF(type)                                                                   \
  do {                                                                                  \
    const type *code = (const type *)codes->codes + first;                              \
    for (size_t i = 0; i < count; i++)                                                  \
      word |= (choice[code[i] / BITMAP_WORD] >> (code[i] % BITMAP_WORD) & 1) << i;      \
  } while (0)

/* Up to 64 rows of any width, one after the other. */
static uint64_t word_of(const struct column *codes, size_t first, size_t count,
                        const uint64_t *choice) {
  uint64_t word = 0;
  if (codes->width == 1) WORD_OF(uint8_t);
  else if (codes->width == 2) WORD_OF(uint16_t);
  else WORD_OF(uint32_t);
  return word;
}

#ifdef HAS_X86
/* The bits of 32 codes; t0 and t1 hold the halves of the choice, each in both lanes. */
__attribute__((target("avx2"))) static inline uint64_t bits_of_32(const uint8_t *codes, __m256i t0,
                                                                  __m256i t1) {
  const __m256i one = _mm256_set1_epi64x((int64_t)0x8040201008040201);
  __m256i code = _mm256_loadu_si256((const __m256i *)(const void *)codes);
  __m256i bit = _mm256_shuffle_epi8(one, _mm256_and_si256(code, _mm256_set1_epi8(7)));
  __m256i byte = _mm256_and_si256(_mm256_srli_epi16(code, 3), _mm256_set1_epi8(15));
  __m256i found = _mm256_blendv_epi8(_mm256_shuffle_epi8(t0, byte), _mm256_shuffle_epi8(t1, byte),
                                     code);
  __m256i hit = _mm256_cmpeq_epi8(_mm256_and_si256(found, bit), bit);
  return (uint32_t)_mm256_movemask_epi8(hit);
}

/* Whole words of codes of one byte. */
__attribute__((target("avx2"))) static void words_of_bytes(uint64_t *out, const uint8_t *codes,
                                                           size_t words, const uint64_t *choice) {
  __m256i t0 = _mm256_set_epi64x((int64_t)choice[1], (int64_t)choice[0], (int64_t)choice[1],
                                 (int64_t)choice[0]);
  __m256i t1 = _mm256_set_epi64x((int64_t)choice[3], (int64_t)choice[2], (int64_t)choice[3],
                                 (int64_t)choice[2]);
  for (size_t i = 0; i < words; i++, codes += BITMAP_WORD)
    out[i] = bits_of_32(codes, t0, t1) | bits_of_32(codes + 32, t0, t1) << 32;
}

/* Whole words of bytes that are `wanted`. */
__attribute__((target("avx2"))) static void words_of_equal(uint64_t *out, const uint8_t *bytes,
                                                           size_t words, uint8_t wanted) {
  const __m256i all = _mm256_set1_epi8((char)wanted);
  for (size_t i = 0; i < words; i++, bytes += BITMAP_WORD) {
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 32));
    uint64_t x = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all));
    uint64_t y = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all));
    out[i] = x | y << 32;
  }
}
#endif

/* Whole words by vectors where that is possible; the rest, or all, a row at a time. */
void bitmap_of_codes(enum simd simd, uint64_t *out, const struct column *codes, size_t first,
                     size_t count, const uint64_t *choice) {
  size_t done = 0;
#ifdef HAS_X86
  if (simd == SIMD_AVX2 && codes->width == 1) {
    done = count / BITMAP_WORD;
    words_of_bytes(out, (const uint8_t *)codes->codes + first, done, choice);
  }
#endif
  (void)simd;
  for (size_t at = done * BITMAP_WORD; at < count; at += BITMAP_WORD) {
    size_t left = count - at < BITMAP_WORD ? count - at : BITMAP_WORD;
    out[at / BITMAP_WORD] = word_of(codes, first + at, left, choice);
  }
}

/* Whole words by vectors, the rest row by row. */
void bitmap_of_bytes(enum simd simd, uint64_t *out, const uint8_t *bytes, size_t count,
                     uint8_t wanted) {
  size_t done = 0;
#ifdef HAS_X86
  if (simd == SIMD_AVX2) {
    done = count / BITMAP_WORD;
    words_of_equal(out, bytes, done, wanted);
  }
#endif
  (void)simd;
  for (size_t at = done * BITMAP_WORD; at < count; at += BITMAP_WORD) {
    uint64_t word = 0;
    for (size_t i = 0; i < BITMAP_WORD && at + i < count; i++)
      word |= (uint64_t)(bytes[at + i] == wanted) << i;
    out[at / BITMAP_WORD] = word;
  }
}

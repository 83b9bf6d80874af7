/* joint_weigh.c - what a row adds to its cells: units as the lanes of a cell (joint.h).
 *
 * Four bytes of units a row become 16 or 32, once a slice for all tables: the row itself and its
 * units in one lane, the square beside it. Rows that weigh nothing (also: have no weight) add 0 to
 * every lane, so they count for nothing without a branch. Written by hand where every processor of
 * the kind has vectors of two lanes: compilers do not find the interleaving by themselves, and
 * twice the time of the additions is spent without it.
 */
#include "kernel/joint.h"

#if defined(__SSE2__)
#include <immintrin.h>

/* Two rows: units in the low halves of two lanes, and a mask of those that are 0. */
static inline void weigh_two(uint64_t *to, __m128i units, __m128i nothing, __m128i one) {
  __m128i rows = _mm_add_epi64(units, _mm_andnot_si128(nothing, one));
  __m128i squares = _mm_mul_epu32(units, units);
  _mm_storeu_si128((__m128i *)(void *)to, _mm_unpacklo_epi64(rows, squares));
  _mm_storeu_si128((__m128i *)(void *)(to + 2), _mm_unpackhi_epi64(rows, squares));
}

/* Four rows at a time; returns how many of `count` that were. */
static size_t weigh_fours(uint64_t *to, const uint32_t *units, size_t count, uint64_t row) {
  const __m128i none = _mm_setzero_si128(), one = _mm_set1_epi64x((long long)row);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    __m128i u = _mm_loadu_si128((const __m128i *)(const void *)(units + i));
    __m128i nothing = _mm_cmpeq_epi32(u, none);
    weigh_two(to + 2 * i, _mm_unpacklo_epi32(u, none), _mm_unpacklo_epi32(nothing, nothing), one);
    weigh_two(to + 2 * i + 4, _mm_unpackhi_epi32(u, none), _mm_unpackhi_epi32(nothing, nothing),
              one);
  }
  return i;
}

/* The same with registers twice as wide: rows 0, 2 and 1, 3 come out side by side. */
__attribute__((target("avx2"))) static size_t weigh_wide_fours(uint64_t *to, const uint32_t *units,
                                                              size_t count, uint64_t row) {
  const __m256i none = _mm256_setzero_si256(), one = _mm256_set1_epi64x((long long)row);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    __m256i u = _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(const void *)(units + i)));
    __m256i rows = _mm256_add_epi64(u, _mm256_andnot_si256(_mm256_cmpeq_epi64(u, none), one));
    __m256i squares = _mm256_mul_epu32(u, u);
    __m256i even = _mm256_unpacklo_epi64(rows, squares), odd = _mm256_unpackhi_epi64(rows, squares);
    _mm256_storeu_si256((__m256i *)(void *)(to + 2 * i),
                        _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256((__m256i *)(void *)(to + 2 * i + 4),
                        _mm256_permute2x128_si256(even, odd, 0x31));
  }
  return i;
}
#else
/* Elsewhere the loop over single rows does them all. */
static size_t weigh_fours(uint64_t *to, const uint32_t *units, size_t count, uint64_t row) {
  (void)to, (void)units, (void)count, (void)row;
  return 0;
}
#define weigh_wide_fours weigh_fours
#endif

/* See joint.h. */
void joint_weigh_narrow(enum simd simd, uint64_t *to, const uint32_t *units, size_t count,
                        uint64_t row) {
  size_t i = simd == SIMD_AVX2 ? weigh_wide_fours(to, units, count, row)
                               : weigh_fours(to, units, count, row);
  for (; i < count; i++) {
    uint64_t u = units[i];
    to[2 * i] = u ? u + row : 0;
    to[2 * i + 1] = u * u;
  }
}

/* See joint.h. */
void joint_weigh_wide(uint64_t *to, const uint32_t *units, size_t count, uint64_t row) {
  for (size_t i = 0; i < count; i++, to += 4) {
    uint64_t u = units[i], square = u * u;
    to[0] = u ? row : 0;
    to[1] = u;
    to[2] = square >> 32;
    to[3] = square & UINT32_MAX;
  }
}

/* joint_pairs.c - two rows with weights in one addition (joint.h): one table of few cells.
 *
 * With K cells the pair of a row in cell a and another in cell b has the place b K + a of a table
 * of K^2 places, four lanes each. What a row adds is made of its units in registers and not stored:
 *
 *   units u, other units v        u + row | v + row | u^2 | v^2       (0, not row, where u is 0)
 *
 * so a row costs half an addition. The totals of a cell are taken from both sides of the table when
 * it is emptied (joint_margins.c). 28 cells make 784 places, 25 KB.
 *
 * Traffic of a row: 4 bytes of units, a byte for each axis. Measured (tests/bench/kernels.c), one
 * thread: 0.96 to 1.2 ns a row, 57 to 67 % of a plain read in the same run (an addition a row:
 * 51 %); nine rows of ten in one answer cost the same, where single additions waited.
 */
#include "kernel/joint.h"

#include "base/twice.h"

/* One pair. */
static inline void add_pair(uint64_t *place, uint64_t u, uint64_t v, uint64_t row) {
  place[0] += u ? u + row : 0;
  place[1] += v ? v + row : 0;
  place[2] += u * u;
  place[3] += v * v;
}

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>

/* Four rows of units in lanes of 64 bits. */
WITH_AVX2 static inline __m256i four_units(const uint32_t *units) {
  return _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(const void *)units));
}

/* The same with the row itself, where it weighs something. */
WITH_AVX2 static inline __m256i four_rows(__m256i units, __m256i one) {
  __m256i nothing = _mm256_cmpeq_epi64(units, _mm256_setzero_si256());
  return _mm256_add_epi64(units, _mm256_andnot_si256(nothing, one));
}

WITH_AVX2 static inline void add_four(uint64_t *place, __m256i lanes) {
  __m256i *to = (__m256i *)(void *)place;
  _mm256_storeu_si256(to, _mm256_add_epi64(_mm256_loadu_si256(to), lanes));
}

/* Four pairs at a time; returns how many that were. */
WITH_AVX2 static size_t add_fours(uint64_t *t, const struct joint_pairs *p) {
  const __m256i one = _mm256_set1_epi64x((long long)p->row);
  size_t i = 0;
  for (; i + 4 <= p->others; i += 4) {
    const uint16_t *at = p->index + i;
    __m256i u = four_units(p->units + i), v = four_units(p->other + i);
    __m256i rows = four_rows(u, one), others = four_rows(v, one);
    __m256i squares = _mm256_mul_epu32(u, u), more = _mm256_mul_epu32(v, v);
    __m256i even = _mm256_unpacklo_epi64(rows, others), odd = _mm256_unpackhi_epi64(rows, others);
    __m256i even2 = _mm256_unpacklo_epi64(squares, more);
    __m256i odd2 = _mm256_unpackhi_epi64(squares, more);
    add_four(t + 2 * (size_t)at[0], _mm256_permute2x128_si256(even, even2, 0x20));
    add_four(t + 2 * (size_t)at[1], _mm256_permute2x128_si256(odd, odd2, 0x20));
    add_four(t + 2 * (size_t)at[2], _mm256_permute2x128_si256(even, even2, 0x31));
    add_four(t + 2 * (size_t)at[3], _mm256_permute2x128_si256(odd, odd2, 0x31));
  }
  return i;
}
#else
/* None: one by one. */
static size_t add_fours(uint64_t *t, const struct joint_pairs *p) {
  (void)t, (void)p;
  return 0;
}
#endif

/* See joint.h. */
void joint_pairs_add(enum simd simd, uint64_t *table, const struct joint_pairs *p) {
  size_t i = simd == SIMD_AVX2 ? add_fours(table, p) : 0;
  for (; i < p->count; i++)
    add_pair(table + 2 * (size_t)p->index[i], p->units[i], i < p->others ? p->other[i] : 0, p->row);
}

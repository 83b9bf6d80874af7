/* csv_marks.c - see csv_marks.h.
 *
 * Idea: three compares a vector, their bits packed into 64-bit words; the rest is the same for
 * all kernels. Places are written four at a time without asking whether there are as many: what
 * is written too much is overwritten by the next. With AVX-512 a block's are packed as bytes by
 * one instruction and widened sixteen at a time, so hardly a branch is mistaken.
 *
 * Traffic a byte: 1 read; 4 bytes written a field. Measured on one core of a busy machine, 16 kB
 * windows of 2.3 bytes a field: AVX-512 0.3 ns a field (7 GB/s), AVX2 1.1, SSE2 1.8, scalar 2.6;
 * the best are three quarters of what the core reads from memory (9 GB/s), the others a quarter,
 * bound by writing places. AVX-512 is the processor's best only, AVX2 can be forced.
 *
 *   text    a , " b , c " , d \n        quote    ..1....1...
 *   inside  ..11111...                  ends     .1......1.1      (the comma in quotes is none)
 */
#include "io/csv_marks.h"

#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#define HAVE_X86 1
#elif defined(__aarch64__)
#include <arm_neon.h>
#define HAVE_NEON 1
#endif

/* What 64 bytes look like: one bit each. */
struct masks {
  uint64_t quote, delimiter, feed;
};

#define INLINE static inline __attribute__((always_inline))

/* ---- the same for all ------------------------------------------------------------------- */

/* Bit i of the result: the exclusive or of bits 0 to i. */
INLINE uint64_t prefix_xor(uint64_t x) {
  for (unsigned shift = 1; shift < 64; shift *= 2) x ^= x << shift;
  return x;
}

/* Appends the places of the bits. The highest bit is set for counting zeros only, which is not
 * defined for none. */
INLINE void put_ends(struct csv_marks *m, uint64_t bits, uint32_t base) {
  uint32_t *to = m->ends + m->count;
  m->count += (size_t)__builtin_popcountll(bits);
  while (bits) {
    for (unsigned i = 0; i < 4; i++, bits &= bits - 1)
      to[i] = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
    to += 4;
  }
}

/* Line ends are noted by their number among the ends. */
INLINE void put_lines(struct csv_marks *m, uint64_t ends, uint64_t feeds) {
  for (; feeds; feeds &= feeds - 1) {
    uint64_t below = (feeds & -feeds) - 1;
    m->lines[m->line_count++] = (uint32_t)(m->count + (size_t)__builtin_popcountll(ends & below));
  }
}

/* One block: which bytes are within quotes, and what is left of the marks. `inside` has a bit
 * for each byte from an opening quote to the byte before the closing one. Line ends are put,
 * all ends handed back. */
INLINE uint64_t count_block(struct csv_marks *m, struct masks x, uint64_t inside) {
  inside ^= m->inside;
  m->inside = (uint64_t)0 - (inside >> 63);
  uint64_t feeds = x.feed & ~inside, ends = (x.delimiter | x.feed) & ~inside;
  put_lines(m, ends, feeds);
  return ends;
}

INLINE void put_block(struct csv_marks *m, struct masks x, uint32_t base) {
  put_ends(m, count_block(m, x, x.quote ? prefix_xor(x.quote) : 0), base);
}

/* ---- plain C: eight bytes at a time ----------------------------------------------------- */

/* Bit i: byte i of the word equals the byte that `pattern` repeats. The zero bytes of the
 * difference get their high bit (H. S. Warren, Hacker's Delight, 6-1, the exact form), which a
 * multiplication gathers. */
INLINE uint64_t equal_bytes(uint64_t word, uint64_t pattern) {
  const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F);
  uint64_t x = word ^ pattern;
  uint64_t zero = ~(((x & low) + low) | x | low);
  return ((zero >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

/* The byte eight times. */
INLINE uint64_t repeat(char c) { return UINT64_C(0x0101010101010101) * (unsigned char)c; }

/* Eight bytes, the first lowest whatever the machine's order. */
INLINE uint64_t load_word(const char *s) {
  uint64_t word;
  memcpy(&word, s, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/* 64 bytes in eight steps. */
INLINE struct masks masks_scalar(const char *s, char delimiter) {
  struct masks x = {0, 0, 0};
  for (unsigned i = 0; i < MARK_BLOCK; i += 8) {
    uint64_t word = load_word(s + i);
    x.quote |= equal_bytes(word, repeat('"')) << i;
    x.delimiter |= equal_bytes(word, repeat(delimiter)) << i;
    x.feed |= equal_bytes(word, repeat('\n')) << i;
  }
  return x;
}

static void mark_scalar(struct csv_marks *m, const char *text, size_t from, size_t to) {
  for (size_t at = from; at < to; at += MARK_BLOCK) {
    struct masks x = masks_scalar(text + at, m->delimiter);
    put_block(m, x, (uint32_t)at);
  }
}

static bool odd_scalar(const char *text, size_t n) {
  uint64_t all = 0;
  size_t at = 0;
  bool odd = false;
  for (; n - at >= 8; at += 8) all ^= equal_bytes(load_word(text + at), repeat('"'));
  for (; at < n; at++) odd ^= text[at] == '"';
  return odd ^ (__builtin_parityll(all) != 0);
}

/* ---- x86 -------------------------------------------------------------------------------- */

#ifdef HAVE_X86
/* Which of 64 bytes equal c, by SSE2. */
__attribute__((target("sse2"))) INLINE uint64_t equal_sse2(const char *s, char c) {
  __m128i pattern = _mm_set1_epi8(c);
  uint64_t bits = 0;
  for (unsigned i = 0; i < MARK_BLOCK; i += 16) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s + i));
    bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, pattern)) << i;
  }
  return bits;
}

__attribute__((target("sse2"))) static void mark_sse2(struct csv_marks *m, const char *text,
                                                      size_t from, size_t to) {
  for (size_t at = from; at < to; at += MARK_BLOCK) {
    struct masks x = {equal_sse2(text + at, '"'), equal_sse2(text + at, m->delimiter),
                      equal_sse2(text + at, '\n')};
    put_block(m, x, (uint32_t)at);
  }
}

/* Compare results are only ever exclusive-ored: their parity is asked for once. */
__attribute__((target("sse2"))) static bool odd_sse2(const char *text, size_t n) {
  __m128i pattern = _mm_set1_epi8('"'), all = _mm_setzero_si128();
  size_t at = 0;
  for (; n - at >= 16; at += 16)
    all = _mm_xor_si128(all, _mm_cmpeq_epi8(
        _mm_loadu_si128((const __m128i *)(const void *)(text + at)), pattern));
  return odd_scalar(text + at, n - at) ^
         (__builtin_parity((unsigned)_mm_movemask_epi8(all)) != 0);
}

#define AVX2 __attribute__((target("avx2,pclmul,bmi,popcnt")))

/* Which of 64 bytes equal c, by AVX2. */
AVX2 INLINE uint64_t equal_avx2(__m256i low, __m256i high, char c) {
  __m256i pattern = _mm256_set1_epi8(c);
  uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, pattern));
  uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, pattern));
  return (uint64_t)second << 32 | first;
}

/* prefix_xor by one carry-less multiplication with all ones. */
AVX2 INLINE uint64_t prefix_clmul(uint64_t x) {
  __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)x), _mm_set1_epi8(-1), 0);
  uint64_t low;
  memcpy(&low, &product, sizeof low);
  return low;
}

/* put_ends with the instruction that counts the zeros of none as well. */
AVX2 INLINE void put_ends_avx2(struct csv_marks *m, uint64_t bits, uint32_t base) {
  uint32_t *to = m->ends + m->count;
  m->count += (size_t)__builtin_popcountll(bits);
  while (bits) {
    for (unsigned i = 0; i < 4; i++, bits = _blsr_u64(bits))
      to[i] = base + (uint32_t)_tzcnt_u64(bits);
    to += 4;
  }
}

AVX2 static void mark_avx2(struct csv_marks *m, const char *text, size_t from, size_t to) {
  for (size_t at = from; at < to; at += MARK_BLOCK) {
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(text + at));
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(text + at + 32));
    struct masks x = {equal_avx2(low, high, '"'), equal_avx2(low, high, m->delimiter),
                      equal_avx2(low, high, '\n')};
    put_ends_avx2(m, count_block(m, x, prefix_clmul(x.quote)), (uint32_t)at);
  }
}

AVX2 static bool odd_avx2(const char *text, size_t n) {
  __m256i pattern = _mm256_set1_epi8('"'), all = _mm256_setzero_si256();
  size_t at = 0;
  for (; n - at >= 32; at += 32)
    all = _mm256_xor_si256(all, _mm256_cmpeq_epi8(
        _mm256_loadu_si256((const __m256i *)(const void *)(text + at)), pattern));
  return odd_scalar(text + at, n - at) ^
         (__builtin_parity((unsigned)_mm256_movemask_epi8(all)) != 0);
}

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,popcnt")))

/* Which of 64 bytes equal c, by AVX-512. */
AVX512 INLINE uint64_t equal_avx512(__m512i v, char c) {
  return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c));
}

/* put_ends without a loop over bits: the numbers of the set ones are moved together as bytes,
 * then widened sixteen at a time. No more than 64 places are written a block, which is as many
 * as it has bytes, so there is room. */
AVX512 INLINE void put_ends_avx512(struct csv_marks *m, uint64_t bits, __m512i numbers,
                                   uint32_t base) {
  uint32_t *to = m->ends + m->count;
  size_t count = (size_t)__builtin_popcountll(bits);
  __m512i places = _mm512_maskz_compress_epi8(bits, numbers), first = _mm512_set1_epi32((int)base);
  m->count += count;
#define PUT_16(i)                                                                             \
  _mm512_storeu_si512(to + 16 * (i), _mm512_add_epi32(first, _mm512_cvtepu8_epi32(            \
                                         _mm512_extracti32x4_epi32(places, i))))
  PUT_16(0);
  PUT_16(1);
  if (count > 32) {
    PUT_16(2);
    PUT_16(3);
  }
#undef PUT_16
}

AVX512 static void mark_avx512(struct csv_marks *m, const char *text, size_t from, size_t to) {
  char number[MARK_BLOCK];
  for (int i = 0; i < MARK_BLOCK; i++) number[i] = (char)i;
  __m512i numbers = _mm512_loadu_si512(number);
  for (size_t at = from; at < to; at += MARK_BLOCK) {
    __m512i v = _mm512_loadu_si512(text + at);
    struct masks x = {equal_avx512(v, '"'), equal_avx512(v, m->delimiter),
                      equal_avx512(v, '\n')};
    uint64_t inside = x.quote ? prefix_xor(x.quote) : 0;
    put_ends_avx512(m, count_block(m, x, inside), numbers, (uint32_t)at);
  }
}

static bool has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
         __builtin_cpu_supports("popcnt");
}

static bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
}
#endif

/* ---- ARM -------------------------------------------------------------------------------- */

#ifdef HAVE_NEON
/* Which of 64 bytes equal c: each byte keeps the bit of its place, pairs are added until 64
 * bytes have become 64 bits. */
INLINE uint64_t equal_neon(const uint8x16_t v[4], char c) {
  const uint8x16_t place = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t pattern = vdupq_n_u8((uint8_t)c), bit[4];
  for (unsigned i = 0; i < 4; i++) bit[i] = vandq_u8(vceqq_u8(v[i], pattern), place);
  uint8x16_t sum = vpaddq_u8(vpaddq_u8(bit[0], bit[1]), vpaddq_u8(bit[2], bit[3]));
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

static void mark_neon(struct csv_marks *m, const char *text, size_t from, size_t to) {
  for (size_t at = from; at < to; at += MARK_BLOCK) {
    uint8x16_t v[4];
    for (unsigned i = 0; i < 4; i++) v[i] = vld1q_u8((const uint8_t *)text + at + 16 * i);
    struct masks x = {equal_neon(v, '"'), equal_neon(v, m->delimiter), equal_neon(v, '\n')};
    put_block(m, x, (uint32_t)at);
  }
}
#endif

/* ---- choosing --------------------------------------------------------------------------- */

/* What the processor lacks becomes the best that it has. */
struct csv_marker csv_marker_for(enum simd asked) {
  struct csv_marker scalar = {mark_scalar, odd_scalar};
  if (asked == SIMD_SCALAR) return scalar;
#ifdef HAVE_X86
  if (asked == SIMD_BEST && has_avx2() && has_avx512())
    return (struct csv_marker){mark_avx512, odd_avx2};
  if (asked != SIMD_SSE2 && has_avx2()) return (struct csv_marker){mark_avx2, odd_avx2};
  if (__builtin_cpu_supports("sse2")) return (struct csv_marker){mark_sse2, odd_sse2};
#elif defined(HAVE_NEON)
  return (struct csv_marker){mark_neon, odd_scalar};
#endif
  return scalar;
}

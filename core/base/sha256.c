/* sha256.c - see sha256.h.
 *
 * The message is cut into blocks of 16 big-endian words. Each block is stretched to 64 words
 *
 *   W[t] = s1(W[t-2]) + W[t-7] + s0(W[t-15]) + W[t-16]
 *
 * and stirred into eight words of state in 64 rounds. The round constants are the first 32
 * bits of the fractional parts of the cube roots of the first 64 primes, the initial state
 * those of the square roots of the first 8.
 */
#include "base/sha256.h"

#include <string.h>

const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

/* The initial state is the one of section 5.3.3 of the standard. */
void sha256_start(struct sha256 *h) {
  static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memset(h, 0, sizeof *h);
  memcpy(h->state, initial, sizeof initial);
}

/* Rotation to the right; `by` is within 1 to 31. */
static uint32_t turn(uint32_t x, unsigned by) { return x >> by | x << (32 - by); }

/* Four bytes as a word, whatever the byte order of the machine. */
static uint32_t big_endian(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The 64 words of the message schedule. */
static void stretch(uint32_t w[64], const unsigned char *block) {
  for (size_t t = 0; t < 16; t++) w[t] = big_endian(block + 4 * t);
  for (size_t t = 16; t < 64; t++) {
    uint32_t a = w[t - 15], e = w[t - 2];
    uint32_t s0 = turn(a, 7) ^ turn(a, 18) ^ a >> 3;
    uint32_t s1 = turn(e, 17) ^ turn(e, 19) ^ e >> 10;
    w[t] = s1 + w[t - 7] + s0 + w[t - 16];
  }
}

/* One round on v = {a, b, ..., h}, the letters of the standard. `v` turns by one place from
 * round to round instead of being moved: a of this round is at v[-round mod 8]. */
static inline void round_of(uint32_t v[8], unsigned round, uint32_t addend) {
  unsigned at = 0u - round;
  uint32_t a = v[at & 7], b = v[(at + 1) & 7], c = v[(at + 2) & 7], e = v[(at + 4) & 7];
  uint32_t choose = (e & v[(at + 5) & 7]) ^ (~e & v[(at + 6) & 7]);
  uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
  uint32_t t1 = v[(at + 7) & 7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choose + addend;
  v[(at + 3) & 7] += t1;
  v[(at + 7) & 7] = t1 + (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority;
}

/* One block of 64 bytes into the state. Eight rounds a step, so that all places in `v` are
 * known to the compiler. */
static void stir(uint32_t state[8], const unsigned char *block) {
  uint32_t w[64], v[8];
  stretch(w, block);
  memcpy(v, state, sizeof v);
  for (size_t t = 0; t < 64; t += 8) {
    round_of(v, 0, sha256_constants[t] + w[t]);
    round_of(v, 1, sha256_constants[t + 1] + w[t + 1]);
    round_of(v, 2, sha256_constants[t + 2] + w[t + 2]);
    round_of(v, 3, sha256_constants[t + 3] + w[t + 3]);
    round_of(v, 4, sha256_constants[t + 4] + w[t + 4]);
    round_of(v, 5, sha256_constants[t + 5] + w[t + 5]);
    round_of(v, 6, sha256_constants[t + 6] + w[t + 6]);
    round_of(v, 7, sha256_constants[t + 7] + w[t + 7]);
  }
  for (size_t i = 0; i < 8; i++) state[i] += v[i];
}

/* Pieces shorter than this are not worth asking the processor what it is. */
enum { LONG_PIECE = 1024 };

void sha256_choose(struct sha256 *h, enum simd simd) {
  h->way = simd != SIMD_SCALAR && sha256_x86_is_there() ? SHA256_X86 : SHA256_PLAIN;
}

/* Whole blocks by the best way there is. */
static void stir_blocks(struct sha256 *h, const unsigned char *blocks, size_t count) {
  if (h->way == SHA256_OPEN && count >= LONG_PIECE / 64) sha256_choose(h, SIMD_BEST);
  if (h->way == SHA256_X86) {
    sha256_x86_stir(h->state, blocks, count);
    return;
  }
  for (size_t i = 0; i < count; i++) stir(h->state, blocks + 64 * i);
}

/* A tail that is waiting is filled up first; whole blocks are then taken from where they are;
 * what is left waits. */
void sha256_add(struct sha256 *h, const void *bytes, size_t n) {
  const unsigned char *p = bytes;
  size_t held = (size_t)(h->length % 64);
  h->length += n;
  if (held && n >= 64 - held) {
    memcpy(h->block + held, p, 64 - held);
    stir_blocks(h, h->block, 1);
    p += 64 - held;
    n -= 64 - held;
    held = 0;
  }
  if (!held && n >= 64) {
    stir_blocks(h, p, n / 64);
    p += n & ~(size_t)63;
    n %= 64;
  }
  if (n) memcpy(h->block + held, p, n);
}

/* Padding: a one bit, zeros, and the length in bits as 64 bits, to a multiple of 64 bytes. */
void sha256_finish(struct sha256 *h, unsigned char digest[SHA256_BYTES]) {
  static const unsigned char one[64] = {0x80};
  uint64_t bits = h->length * 8;
  size_t held = (size_t)(h->length % 64);
  unsigned char tail[8];
  for (size_t i = 0; i < 8; i++) tail[i] = (unsigned char)(bits >> (56 - 8 * i));
  sha256_add(h, one, (held < 56 ? 56 : 120) - held);
  sha256_add(h, tail, sizeof tail);
  for (size_t i = 0; i < SHA256_BYTES; i++)
    digest[i] = (unsigned char)(h->state[i / 4] >> (24 - 8 * (i % 4)));
}

/* One call for a whole text. */
void sha256_hex(char out[SHA256_HEX], const void *bytes, size_t n) {
  unsigned char digest[SHA256_BYTES];
  struct sha256 h;
  sha256_start(&h);
  sha256_add(&h, bytes, n);
  sha256_finish(&h, digest);
  sha256_print(out, digest);
}

void sha256_print(char out[SHA256_HEX], const unsigned char digest[SHA256_BYTES]) {
  static const char digit[] = "0123456789abcdef";
  for (size_t i = 0; i < SHA256_BYTES; i++) {
    out[2 * i] = digit[digest[i] >> 4];
    out[2 * i + 1] = digit[digest[i] & 15];
  }
  out[SHA256_HEX - 1] = '\0';
}

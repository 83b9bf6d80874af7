/* fingerprint.c - see fingerprint.h.
 *
 * Each block of 4096 bytes, as 512 little-endian words m (the last one filled with zeros), is
 * folded twice to 128 bits by the function NH,
 *
 *   NH(m) = sum over pairs i = 0, 2, 4 ...:  (m[i] + k[i]) (m[i+1] + k[i+1])   modulo 2^128
 *
 * with additions modulo 2^64, the second time with the key shifted by two words (Toeplitz). For a
 * key drawn at random two blocks that differ collide in one NH with a chance of 2^-64, in both with
 * 2^-128 (J. Black, S. Halevi, H. Krawczyk, T. Krovetz, P. Rogaway, "UMAC: Fast and Secure Message
 * Authentication", CRYPTO 1999, theorems 4.2 and 4.3). The fingerprint is the first half of the
 * SHA-256 of all folds, in order, and the length.
 *
 * The key is that of SHA-256 over a counter, the same everywhere: contents do not depend on it, so
 * it is as good as random against accidents, and no secret against people.
 *
 * Cost: two multiplications for 16 bytes, which do not wait for each other: the speed of memory.
 */
#include "base/fingerprint.h"

#include <string.h>

/* A number of 128 bits; two words where the compiler has none. */
struct wide {
  uint64_t low, high;
};

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 uint128;

static inline void add_product(struct wide *sum, uint64_t x, uint64_t y) {
  uint128 total = ((uint128)sum->high << 64 | sum->low) + (uint128)x * y;
  sum->low = (uint64_t)total;
  sum->high = (uint64_t)(total >> 64);
}

#else

/* By halves, as on paper. */
static inline void add_product(struct wide *sum, uint64_t x, uint64_t y) {
  uint64_t x0 = (uint32_t)x, x1 = x >> 32, y0 = (uint32_t)y, y1 = y >> 32;
  uint64_t low = x0 * y0, middle = x1 * y0 + (low >> 32), other = x0 * y1 + (uint32_t)middle;
  uint64_t product = other << 32 | (uint32_t)low;
  uint64_t high = x1 * y1 + (middle >> 32) + (other >> 32);
  sum->low += product;
  sum->high += high + (sum->low < product);
}

#endif

/* Eight bytes as a word, whatever the order of the machine; compilers make one load of it. */
static inline uint64_t word_at(const unsigned char *p) {
  uint32_t low = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
  uint32_t high = p[4] | (uint32_t)p[5] << 8 | (uint32_t)p[6] << 16 | (uint32_t)p[7] << 24;
  return low | (uint64_t)high << 32;
}

static void put_word(unsigned char *p, uint64_t word) {
  for (unsigned i = 0; i < 8; i++) p[i] = (unsigned char)(word >> 8 * i);
}

/* Both folds of a block into the SHA-256. */
static void fold(struct fingerprint *f, const unsigned char *block) {
  const uint64_t *k = f->key;
  struct wide one = {0, 0}, two = {0, 0};
  unsigned char folds[32];
  for (size_t i = 0; i < FINGERPRINT_BLOCK / 8; i += 2) {
    uint64_t a = word_at(block + 8 * i), c = word_at(block + 8 * i + 8);
    add_product(&one, a + k[i], c + k[i + 1]);
    add_product(&two, a + k[i + 2], c + k[i + 3]);
  }
  put_word(folds, one.low);
  put_word(folds + 8, one.high);
  put_word(folds + 16, two.low);
  put_word(folds + 24, two.high);
  sha256_add(&f->folds, folds, sizeof folds);
}

/* Four words of the key from each count. */
void fingerprint_start(struct fingerprint *f) {
  static const char name[] = "bilan fingerprint 1";
  sha256_start(&f->folds);
  sha256_choose(&f->folds, SIMD_BEST);
  for (size_t i = 0; i < FINGERPRINT_KEYS; i += 4) {
    unsigned char count[8], digest[SHA256_BYTES];
    struct sha256 h;
    put_word(count, i);
    sha256_start(&h);
    h.way = f->folds.way;
    sha256_add(&h, name, sizeof name);
    sha256_add(&h, count, sizeof count);
    sha256_finish(&h, digest);
    for (size_t j = 0; j < 4 && i + j < FINGERPRINT_KEYS; j++)
      f->key[i + j] = word_at(digest + 8 * j);
  }
  f->length = 0;
}

/* As sha256_add: the tail first, whole blocks from where they are, the rest waits. */
void fingerprint_add(struct fingerprint *f, const void *bytes, size_t n) {
  const unsigned char *p = bytes;
  size_t held = (size_t)(f->length % FINGERPRINT_BLOCK);
  f->length += n;
  if (held && n >= FINGERPRINT_BLOCK - held) {
    memcpy(f->block + held, p, FINGERPRINT_BLOCK - held);
    fold(f, f->block);
    p += FINGERPRINT_BLOCK - held;
    n -= FINGERPRINT_BLOCK - held;
    held = 0;
  }
  for (; !held && n >= FINGERPRINT_BLOCK; p += FINGERPRINT_BLOCK, n -= FINGERPRINT_BLOCK)
    fold(f, p);
  if (n) memcpy(f->block + held, p, n);
}

/* The length tells zeros at the end from what fills the last block. */
void fingerprint_finish(struct fingerprint *f, char out[FINGERPRINT_HEX]) {
  unsigned char digest[SHA256_BYTES], length[8];
  char hex[SHA256_HEX];
  size_t held = (size_t)(f->length % FINGERPRINT_BLOCK);
  if (held) {
    memset(f->block + held, 0, FINGERPRINT_BLOCK - held);
    fold(f, f->block);
  }
  put_word(length, f->length);
  sha256_add(&f->folds, length, sizeof length);
  sha256_finish(&f->folds, digest);
  sha256_print(hex, digest);
  memcpy(out, hex, FINGERPRINT_HEX - 1);
  out[FINGERPRINT_HEX - 1] = '\0';
}

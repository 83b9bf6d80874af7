/* sha256.h - the SHA-256 digest of bytes: which file a figure was computed from.
 *
 * FIPS 180-4 (NIST, "Secure Hash Standard", 2015), sections 4.1.2, 5.1.1 and 6.2. Used to
 * name data, never to protect secrets. No memory is allocated and nothing can fail; bytes may
 * be added in pieces of any size.
 *
 * Processors that have instructions for it (x86 SHA extensions) are used from the first long piece
 * on: 1.5 GB/s instead of 0.25. The digest is the same; sha256_choose forces either for tests.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "base/handle.h"

/* Whose instructions stir the blocks. */
enum sha256_way { SHA256_OPEN, SHA256_PLAIN, SHA256_X86 };

struct sha256 {
  enum sha256_way way;      /* open until the first long piece */
  uint32_t state[8];
  uint64_t length;          /* bytes added so far */
  unsigned char block[64];  /* the tail that does not fill a block yet */
};

enum { SHA256_BYTES = 32, SHA256_HEX = 65 };

void sha256_start(struct sha256 *h);
/* After sha256_start: SIMD_SCALAR for the portable code, anything else for the best there is. */
void sha256_choose(struct sha256 *h, enum simd simd);
void sha256_add(struct sha256 *h, const void *bytes, size_t n);
void sha256_finish(struct sha256 *h, unsigned char digest[SHA256_BYTES]);

/* All of it at once: 64 lower-case hexadecimal digits and a NUL. */
void sha256_hex(char out[SHA256_HEX], const void *bytes, size_t n);

/* A digest in those digits. */
void sha256_print(char out[SHA256_HEX], const unsigned char digest[SHA256_BYTES]);

/* ---- for sha256.c: sha256_x86.c ---- */

extern const uint32_t sha256_constants[64];

/* Has the processor the instructions? */
bool sha256_x86_is_there(void);
/* `count` blocks of 64 bytes into the state. Only where they are there. */
void sha256_x86_stir(uint32_t state[8], const unsigned char *blocks, size_t count);

#endif

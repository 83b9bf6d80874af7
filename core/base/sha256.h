/* sha256.h - the SHA-256 digest of bytes: which file a figure was computed from.
 *
 * FIPS 180-4 (NIST, "Secure Hash Standard", 2015), sections 4.1.2, 5.1.1 and 6.2. Used to
 * name data, never to protect secrets. No memory is allocated and nothing can fail; bytes may
 * be added in pieces of any size.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
  uint32_t state[8];
  uint64_t length;          /* bytes added so far */
  unsigned char block[64];  /* the tail that does not fill a block yet */
};

enum { SHA256_BYTES = 32, SHA256_HEX = 65 };

void sha256_start(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *bytes, size_t n);
void sha256_finish(struct sha256 *h, unsigned char digest[SHA256_BYTES]);

/* All of it at once: 64 lower-case hexadecimal digits and a NUL. */
void sha256_hex(char out[SHA256_HEX], const void *bytes, size_t n);

#endif

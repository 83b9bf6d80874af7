/* fingerprint.h - 128 bits that tell one content from another, at the speed of reading it.
 *
 * For finding a file's content again in a folder of one's own, where SHA-256 would take longer
 * than the work that is saved. Two contents that differ have the same fingerprint by accident
 * with a chance of about 2^-128. It does not keep out who wants to make two on purpose: where
 * trust matters there is sha256.h.
 */
#ifndef BASE_FINGERPRINT_H
#define BASE_FINGERPRINT_H

#include "base/sha256.h"

enum {
  FINGERPRINT_BLOCK = 4096,                     /* bytes folded at once */
  FINGERPRINT_KEYS = FINGERPRINT_BLOCK / 8 + 2, /* words of the key */
  FINGERPRINT_HEX = 33
};

struct fingerprint {
  uint64_t key[FINGERPRINT_KEYS];
  struct sha256 folds;  /* over the length-free sequence of folded blocks */
  uint64_t length;      /* bytes added so far */
  unsigned char block[FINGERPRINT_BLOCK]; /* the tail that does not fill a block yet */
};

void fingerprint_start(struct fingerprint *f);
void fingerprint_add(struct fingerprint *f, const void *bytes, size_t n); /* pieces of any size */
void fingerprint_finish(struct fingerprint *f, char out[FINGERPRINT_HEX]);

#endif

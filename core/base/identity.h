/* identity.h - is a file still the one it was? By what the system says of it, without reading it.
 *
 * Device, inode, bytes, and the times of the last change of content and of anything, in
 * nanoseconds: a file that was written to, replaced or put back to an old date has another. Two
 * changes within one tick of the file system's clock look like one, so an identity that was taken
 * within two seconds of a change is "racy" and proves nothing later; git's index is careful in the
 * same way.
 */
#ifndef BASE_IDENTITY_H
#define BASE_IDENTITY_H

#include "base/fingerprint.h"

struct identity {
  uint64_t device, inode;
  int64_t bytes, modified, changed; /* times in nanoseconds since 1970 */
  bool racy;                        /* changed within 2 s of when this was asked */
};

/* Of a regular file, links followed. BILAN_IO: absent; BILAN_DATA: no regular file. */
bilan_status identity_of(bilan *b, struct identity *out, const char *path);
/* The same file, not changed in between? Racy ones are compared like others. */
bool identity_same(const struct identity *x, const struct identity *y);

/* Hashes of a file that must be `expected` before and after (NULL: any that does not change
 * meanwhile): BILAN_IO "PATH has changed since it was read" else. Read in pieces: the memory is 256
 * KB for a file of any size. */
bilan_status identity_sha256(bilan *b, char out[SHA256_HEX], const char *path,
                             const struct identity *expected);
bilan_status identity_fingerprint(bilan *b, char out[FINGERPRINT_HEX], const char *path,
                                  const struct identity *expected);

#endif

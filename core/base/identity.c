/* identity.c - see identity.h. */
#include "base/identity.h"

#include <fcntl.h>
#include <time.h>

#include "base/io.h"

static const int64_t SECOND = 1000000000, RACY_SECONDS = 2;

enum { PIECE = 256 << 10 };

/* Since 1970. */
static int64_t nanoseconds(struct timespec t) { return (int64_t)t.tv_sec * SECOND + t.tv_nsec; }

/* Racy by the clock of now: a clock that is set back makes identities racy, never trusted. */
static struct identity identity_from(const struct stat *info) {
  struct timespec now = {0};
  clock_gettime(CLOCK_REALTIME, &now);
  struct identity i = {.device = (uint64_t)info->st_dev, .inode = (uint64_t)info->st_ino,
                       .bytes = (int64_t)info->st_size, .modified = nanoseconds(info->st_mtim),
                       .changed = nanoseconds(info->st_ctim)};
  int64_t last = i.modified > i.changed ? i.modified : i.changed;
  i.racy = last > nanoseconds(now) - RACY_SECONDS * SECOND;
  return i;
}

/* One system call. */
bilan_status identity_of(bilan *b, struct identity *out, const char *path) {
  struct stat info;
  if (sys_stat(&b->io, AT_FDCWD, path, &info, 0) < 0) return io_fail(b, "read", path);
  bilan_status status = io_check_regular(b, path, &info);
  if (!status) *out = identity_from(&info);
  return status;
}

/* Inodes are given anew, so times count too. */
bool identity_same(const struct identity *x, const struct identity *y) {
  return x->device == y->device && x->inode == y->inode && x->bytes == y->bytes &&
         x->modified == y->modified && x->changed == y->changed;
}

/* What is fed: one of the two is not NULL. */
struct hashes {
  struct sha256 *sha256;
  struct fingerprint *fingerprint;
};

/* All bytes of an open file, from where it stands. */
static bilan_status feed(bilan *b, const struct hashes *h, const char *path, int fd) {
  char *piece = mem_alloc(&b->mem, PIECE);
  long n = 1;
  if (!piece) return fail_nomem(b);
  while ((n = sys_read(&b->io, fd, piece, PIECE)) > 0) {
    if (h->sha256) sha256_add(h->sha256, piece, (size_t)n);
    if (h->fingerprint) fingerprint_add(h->fingerprint, piece, (size_t)n);
  }
  mem_free(&b->mem, piece);
  return n < 0 ? io_fail(b, "read", path) : BILAN_OK;
}

/* The descriptor's identity, so that a file put in the other's place is seen. */
static bilan_status check_identity(bilan *b, struct identity *now, const char *path, int fd,
                                   const struct identity *expected) {
  struct stat info;
  if (sys_fstat(&b->io, fd, &info) < 0) return io_fail(b, "read", path);
  *now = identity_from(&info);
  bilan_status status = io_check_regular(b, path, &info);
  if (status || !expected || identity_same(now, expected)) return status;
  return fail(b, BILAN_IO, "\"%s\" has changed since it was read; run this again", path);
}

/* One reading, between two looks at the identity. */
static bilan_status hash_file(bilan *b, const struct hashes *h, const char *path,
                              const struct identity *expected) {
  struct identity before, after;
  int fd = sys_open(&b->io, AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  if (fd < 0) return io_fail(b, "read", path);
  bilan_status status = check_identity(b, &before, path, fd, expected);
  if (!status) status = feed(b, h, path, fd);
  if (!status) status = check_identity(b, &after, path, fd, &before);
  sys_close(&b->io, fd);
  return status;
}

/* By the best instructions, unless none are wanted. */
bilan_status identity_sha256(bilan *b, char out[SHA256_HEX], const char *path,
                             const struct identity *expected) {
  unsigned char digest[SHA256_BYTES];
  struct sha256 h;
  sha256_start(&h);
  if (b->ways.simd == SIMD_SCALAR) sha256_choose(&h, SIMD_SCALAR);
  bilan_status status = hash_file(b, &(struct hashes){&h, NULL}, path, expected);
  if (status) return status;
  sha256_finish(&h, digest);
  sha256_print(out, digest);
  return BILAN_OK;
}

/* Its key is larger than a stack frame should be: taken from the handle. */
bilan_status identity_fingerprint(bilan *b, char out[FINGERPRINT_HEX], const char *path,
                                  const struct identity *expected) {
  struct fingerprint *f = mem_alloc(&b->mem, sizeof *f);
  if (!f) return fail_nomem(b);
  fingerprint_start(f);
  bilan_status status = hash_file(b, &(struct hashes){NULL, f}, path, expected);
  if (!status) fingerprint_finish(f, out);
  mem_free(&b->mem, f);
  return status;
}

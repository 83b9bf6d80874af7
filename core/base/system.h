/* system.h - the system calls that touch files, and a switch that makes them fail.
 *
 * Each call is counted and may be told to fail with a chosen errno, once or from then on, so
 * that tests walk through every fault. A call that a signal interrupts (EINTR) is made again,
 * at most a thousand times. Results and errno are those of the call of the same name; paths
 * are relative to the open folder `folder` (AT_FDCWD: the current one). Files are opened with
 * O_CLOEXEC | O_NOCTTY.
 */
#ifndef BASE_SYSTEM_H
#define BASE_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct io {
  uint64_t calls;   /* system calls made so far */
  uint64_t fail_at; /* the call that fails; 0 = none */
  int fail_errno;   /* with this errno */
  bool fail_on;     /* fail all calls after fail_at too */
  size_t chunk;     /* at most so many bytes a read or write; 0 = no limit (short I/O tests) */
};

int sys_open(struct io *io, int folder, const char *path, int flags, mode_t mode);
long sys_read(struct io *io, int fd, char *bytes, size_t n);        /* may do less than n */
/* At a place of the file, whatever was read before; may do less than n. */
long sys_read_at(struct io *io, int fd, char *bytes, size_t n, size_t at);
long sys_write(struct io *io, int fd, const char *bytes, size_t n); /* may do less than n */
int sys_fsync(struct io *io, int fd);
int sys_close(struct io *io, int fd); /* closes in any case; -1: what was written may be lost */
int sys_fstat(struct io *io, int fd, struct stat *out);
int sys_stat(struct io *io, int folder, const char *path, struct stat *out, int flags);
int sys_chmod(struct io *io, int fd, mode_t mode);
int sys_rename(struct io *io, int folder, const char *from, const char *to);
int sys_link(struct io *io, const char *from, const char *to);
int sys_unlink(struct io *io, int folder, const char *path);
int sys_mkdir(struct io *io, const char *path);
int sys_real_path(struct io *io, char *resolved, const char *path); /* PATH_MAX bytes of room */

/* The usual English words for an errno, whatever the locale; NULL for an unusual one. */
const char *sys_error_name(int number);

#endif

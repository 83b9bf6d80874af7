/* system.c - see system.h.
 *
 * Every wrapper has the same shape: count, perhaps fail, call, and again while the call was
 * interrupted. A fault made on purpose is indistinguishable from one of the system: -1 and
 * errno, EINTR included, so a single EINTR must go unnoticed and an endless row of them must
 * end. Closing is the exception, see sys_close.
 *
 * errno of a refused call is set last, so that the caller sees the fault's and not a leftover.
 */
#define _XOPEN_SOURCE 700 /* realpath; says POSIX 2008 as well */

#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
  INTERRUPTIONS = 1000,   /* a call that is interrupted more often than that has failed */
  LARGEST_STEP = 1 << 30, /* bytes a read or write; what more gives is up to the system */
};

/* Counts a call; true when it is told to fail, errno set. */
static bool refused(struct io *io) {
  io->calls++;
  if (!io->fail_at || io->calls < io->fail_at) return false;
  if (io->calls > io->fail_at && !io->fail_on) return false;
  errno = io->fail_errno;
  return true;
}

/* After a call returned `result`: is it to be made again? */
static bool again(long result, int *interruptions) {
  return result < 0 && errno == EINTR && ++*interruptions < INTERRUPTIONS;
}

/* The bytes to ask for in one call. */
static size_t step(const struct io *io, size_t n) {
  if (io->chunk && n > io->chunk) return io->chunk;
  return n > LARGEST_STEP ? LARGEST_STEP : n;
}

/* Never inherited by children, never a controlling terminal. `folder` may be AT_FDCWD. */
int sys_open(struct io *io, int folder, const char *path, int flags, mode_t mode) {
  int fd, interruptions = 0;
  do fd = refused(io) ? -1 : openat(folder, path, flags | O_CLOEXEC | O_NOCTTY, mode);
  while (again(fd, &interruptions));
  return fd;
}

/* Fewer bytes than asked is no fault; 0 is the end of the file. */
long sys_read(struct io *io, int fd, char *bytes, size_t n) {
  long done;
  int interruptions = 0;
  do done = refused(io) ? -1 : (long)read(fd, bytes, step(io, n));
  while (again(done, &interruptions));
  return done;
}

/* As sys_read. A place that a file cannot have is beyond its end. */
long sys_read_at(struct io *io, int fd, char *bytes, size_t n, size_t at) {
  long done;
  int interruptions = 0;
  if (at > INT64_MAX) return 0;
  do done = refused(io) ? -1 : (long)pread(fd, bytes, step(io, n), (off_t)at);
  while (again(done, &interruptions));
  return done;
}

/* Fewer bytes than asked is no fault: the caller goes on with the rest. */
long sys_write(struct io *io, int fd, const char *bytes, size_t n) {
  long done;
  int interruptions = 0;
  do done = refused(io) ? -1 : (long)write(fd, bytes, step(io, n));
  while (again(done, &interruptions));
  return done;
}

/* After it the bytes are on the disk, as far as the system knows. */
int sys_fsync(struct io *io, int fd) {
  int result, interruptions = 0;
  do result = refused(io) ? -1 : fsync(fd);
  while (again(result, &interruptions));
  return result;
}

/* Never made again after an interruption: the file is closed then, its number may be reused. */
int sys_close(struct io *io, int fd) {
  bool fails = refused(io);
  int number = errno;
  int result = close(fd);
  if (!fails) return result < 0 && errno != EINTR ? -1 : 0;
  errno = number;
  return errno == EINTR ? 0 : -1;
}

/* Of the open file, whatever its name means by now. */
int sys_fstat(struct io *io, int fd, struct stat *out) {
  int result, interruptions = 0;
  do result = refused(io) ? -1 : fstat(fd, out);
  while (again(result, &interruptions));
  return result;
}

/* AT_SYMLINK_NOFOLLOW in `flags` looks at a link itself. */
int sys_stat(struct io *io, int folder, const char *path, struct stat *out, int flags) {
  int result, interruptions = 0;
  do result = refused(io) ? -1 : fstatat(folder, path, out, flags);
  while (again(result, &interruptions));
  return result;
}

/* By descriptor, so that a file exchanged under its name is not hit. */
int sys_chmod(struct io *io, int fd, mode_t mode) {
  int result, interruptions = 0;
  do result = refused(io) ? -1 : fchmod(fd, mode);
  while (again(result, &interruptions));
  return result;
}

/* Within one open folder: replaces the target in one step or not at all. */
int sys_rename(struct io *io, int folder, const char *from, const char *to) {
  int result, interruptions = 0;
  do result = refused(io) ? -1 : renameat(folder, from, folder, to);
  while (again(result, &interruptions));
  return result;
}

/* A second name for a file; a name that is taken is EEXIST, whatever it leads to. */
int sys_link(struct io *io, const char *from, const char *to) {
  int result, interruptions = 0;
  do result = refused(io) ? -1 : link(from, to);
  while (again(result, &interruptions));
  return result;
}

/* Also used to take a temporary file away after a fault; its own fault is then not told. */
int sys_unlink(struct io *io, int folder, const char *path) {
  int result, interruptions = 0;
  do result = refused(io) ? -1 : unlinkat(folder, path, 0);
  while (again(result, &interruptions));
  return result;
}

/* The process's mask takes its part of 0777. */
int sys_mkdir(struct io *io, const char *path) {
  int result, interruptions = 0;
  do result = refused(io) ? -1 : mkdir(path, 0777);
  while (again(result, &interruptions));
  return result;
}

/* No link and no ".." is left in `resolved`; ENOENT when a part does not exist. */
int sys_real_path(struct io *io, char *resolved, const char *path) {
  int result, interruptions = 0;
  do result = refused(io) || !realpath(path, resolved) ? -1 : 0;
  while (again(result, &interruptions));
  return result;
}

/* strerror would do but for the locale, and it is not safe in threads. */
const char *sys_error_name(int number) {
  static const struct {
    int number;
    const char *name;
  } names[] = {{ENOENT, "No such file or directory"},
               {EACCES, "Permission denied"},
               {EPERM, "Operation not permitted"},
               {ENOSPC, "No space left on device"},
               {EDQUOT, "Disk quota exceeded"},
               {EROFS, "Read-only file system"},
               {EISDIR, "Is a directory"},
               {ENOTDIR, "Not a directory"},
               {EEXIST, "File exists"},
               {ELOOP, "Too many levels of symbolic links"},
               {ENAMETOOLONG, "File name too long"},
               {EMFILE, "Too many open files"},
               {ENFILE, "Too many open files in system"},
               {EFBIG, "File too large"},
               {EIO, "Input/output error"},
               {EINTR, "Interrupted system call"},
               {EAGAIN, "Resource temporarily unavailable"},
               {EBUSY, "Device or resource busy"},
               {ETXTBSY, "Text file busy"},
               {ENOMEM, "Cannot allocate memory"},
               {EINVAL, "Invalid argument"}};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (names[i].number == number) return names[i].name;
  return NULL;
}

/* io.c - files, read whole and written atomically. See io.h.
 *
 * A read or write that did less than asked is continued. Writing opens the target's folder
 * once and names everything relative to it, so that a folder exchanged meanwhile changes
 * nothing:
 *
 *   open folder - look at the target - create temporary - write - mode - fsync - close
 *   - rename over the target - fsync folder
 *
 * (the order that keeps the old file until the new one is on the disk: T. S. Pillai et al.,
 * "All File Systems Are Not Created Equal", OSDI 2014). A crash leaves at worst a file named
 * .bilan-PROCESS-N.tmp beside an untouched target.
 */
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/handle.h"

enum {
  TEMPORARIES = 100, /* names tried for the temporary file */
  TEMPORARY_ROOM = 64,
};

/* ---- messages ---------------------------------------------------------------------------- */

/* The number is said where the system's words for it are not known. */
bilan_status io_fail(bilan *b, const char *verb, const char *path) {
  int number = errno;
  const char *name = sys_error_name(number);
  if (name) return fail(b, BILAN_IO, "cannot %s \"%s\": %s", verb, path, name);
  return fail(b, BILAN_IO, "cannot %s \"%s\": system error %d", verb, path, number);
}

/* What a path leads to, in words. */
static const char *kind_name(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return S_ISSOCK(mode) ? "a socket" : "no regular file";
}

/* "cannot write "out": it is a folder, not a regular file". */
static bilan_status fail_kind(bilan *b, bilan_status code, const char *verb, const char *path,
                              mode_t mode) {
  return fail(b, code, "cannot %s \"%s\": it is %s, not a regular file", verb, path,
              kind_name(mode));
}

bilan_status io_check_regular(bilan *b, const char *path, const struct stat *info) {
  return S_ISREG(info->st_mode) ? BILAN_OK : fail_kind(b, BILAN_DATA, "read", path, info->st_mode);
}

/* The only one of its kind that is BILAN_LIMIT: the file is there and readable. */
static bilan_status fail_size(bilan *b, const char *path, size_t limit) {
  return fail(b, BILAN_LIMIT, "cannot read \"%s\": it is larger than the limit of %zu bytes",
              path, limit);
}

/* ---- reading ----------------------------------------------------------------------------- */

/* Reads to the end into *bytes, which grows when the file turns out longer than *room. Two
 * bytes of the room are kept: one to notice the end with, one for the NUL. */
static bilan_status read_all(bilan *b, int fd, char **bytes, size_t *size, size_t room,
                             const char *path, size_t limit) {
  size_t n = 0;
  for (;;) {
    if (n + 1 >= room) {
      char *more = room > SIZE_MAX / 2 ? NULL : mem_resize(&b->mem, *bytes, room * 2);
      if (!more) return fail_nomem(b);
      *bytes = more;
      room *= 2;
    }
    long done = sys_read(&b->io, fd, *bytes + n, room - n - 1);
    if (done < 0) return io_fail(b, "read", path);
    n += (size_t)done;
    if (limit && n > limit) return fail_size(b, path, limit);
    if (done == 0) break;
  }
  (*bytes)[n] = '\0';
  *size = n;
  return BILAN_OK;
}

/* Not blocking: a pipe without a writer must be refused, not waited for. */
bilan_status io_read_file(bilan *b, char **out, size_t *size, const char *path, size_t limit) {
  struct stat info;
  bilan_status status = BILAN_OK;
  char *bytes = NULL;
  size_t n = 0, expected;
  int fd = sys_open(&b->io, AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  if (fd < 0) return io_fail(b, "read", path);
  if (sys_fstat(&b->io, fd, &info) < 0) {
    status = io_fail(b, "read", path);
    goto cleanup;
  }
  if ((status = io_check_regular(b, path, &info))) goto cleanup;
  expected = (size_t)info.st_size;
  if ((limit && expected > limit) || expected > SIZE_MAX - 2) {
    status = fail_size(b, path, limit ? limit : SIZE_MAX - 2);
    goto cleanup;
  }
  bytes = mem_alloc(&b->mem, expected + 2);
  status = bytes ? read_all(b, fd, &bytes, &n, expected + 2, path, limit) : fail_nomem(b);
cleanup:
  sys_close(&b->io, fd); /* nothing was written: its result says nothing */
  if (status) {
    mem_free(&b->mem, bytes);
    return status;
  }
  *out = bytes;
  *size = n;
  return BILAN_OK;
}

/* Pieces may come short; the end of the file is a short answer and no error. */
bilan_status io_read_head(bilan *b, char *out, size_t *got, const char *path, size_t most) {
  struct stat info;
  bilan_status status = BILAN_OK;
  long n = 1;
  size_t done = 0;
  int fd = sys_open(&b->io, AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  if (fd < 0) return io_fail(b, "read", path);
  if (sys_fstat(&b->io, fd, &info) < 0) status = io_fail(b, "read", path);
  else status = io_check_regular(b, path, &info);
  while (!status && n > 0 && done < most) {
    n = sys_read(&b->io, fd, out + done, most - done);
    if (n < 0) status = io_fail(b, "read", path);
    else done += (size_t)n;
  }
  sys_close(&b->io, fd);
  if (!status) *got = done;
  return status;
}

/* ---- writing ----------------------------------------------------------------------------- */

/* Where a file is to be written. */
struct target {
  const char *path; /* as the caller gave it, for messages */
  const char *name; /* its last part */
  int folder;       /* the open folder that it is in */
  int fd;           /* of the temporary file; -1 when there is none */
  mode_t mode;      /* of the finished file; 0 = that of a new file */
  char temporary[TEMPORARY_ROOM];
};

/* Opens the folder that the path names, "." when it names none, and finds the last part. */
static bilan_status open_folder(bilan *b, struct target *t) {
  const char *slash = strrchr(t->path, '/');
  t->name = slash ? slash + 1 : t->path;
  if (!*t->name) {
    errno = *t->path ? EISDIR : ENOENT;
    return io_fail(b, "write", t->path);
  }
  size_t n = slash ? (size_t)(slash - t->path) : 0;
  char *folder = slash ? mem_copy(&b->mem, n ? t->path : "/", n ? n : 1)
                       : mem_copy(&b->mem, ".", 1);
  if (!folder) return fail_nomem(b);
  t->folder = sys_open(&b->io, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, 0);
  int number = errno;
  mem_free(&b->mem, folder);
  errno = number;
  return t->folder < 0 ? io_fail(b, "write", t->path) : BILAN_OK;
}

/* Refuses what is there and is not a regular file; notes the mode of one that is. */
static bilan_status look_at_target(bilan *b, struct target *t) {
  struct stat info;
  t->mode = 0;
  if (sys_stat(&b->io, t->folder, t->name, &info, AT_SYMLINK_NOFOLLOW) < 0)
    return errno == ENOENT ? BILAN_OK : io_fail(b, "write", t->path);
  if (!S_ISREG(info.st_mode)) return fail_kind(b, BILAN_IO, "write", t->path, info.st_mode);
  t->mode = info.st_mode & 07777;
  return BILAN_OK;
}

/* Creates the temporary file. The mode of a new file is what the process's mask leaves of
 * 0666, which only creating a file tells without a change of the mask; the file is closed to
 * others again before it holds anything. */
static bilan_status create_temporary(bilan *b, struct target *t) {
  struct stat info;
  int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  for (int i = 0; i < TEMPORARIES; i++) {
    snprintf(t->temporary, sizeof t->temporary, ".bilan-%ld-%d.tmp", (long)getpid(), i);
    t->fd = sys_open(&b->io, t->folder, t->temporary, flags, t->mode ? 0600 : 0666);
    if (t->fd >= 0 || errno != EEXIST) break;
  }
  if (t->fd < 0) return io_fail(b, "write", t->path);
  if (t->mode) return BILAN_OK;
  if (sys_fstat(&b->io, t->fd, &info) < 0 || sys_chmod(&b->io, t->fd, 0600) < 0)
    return io_fail(b, "write", t->path);
  t->mode = info.st_mode & 07777;
  return BILAN_OK;
}

/* Writes all bytes, in as many calls as it takes. */
static bilan_status write_all(bilan *b, const struct target *t, const char *bytes, size_t n) {
  for (size_t at = 0; at < n; ) {
    long done = sys_write(&b->io, t->fd, bytes + at, n - at);
    if (done == 0) errno = ENOSPC;
    if (done <= 0) return io_fail(b, "write", t->path);
    at += (size_t)done;
  }
  return BILAN_OK;
}

/* Everything that must be on the disk before the rename. */
static bilan_status finish_temporary(bilan *b, struct target *t) {
  if (sys_chmod(&b->io, t->fd, t->mode) < 0 || sys_fsync(&b->io, t->fd) < 0)
    return io_fail(b, "write", t->path);
  int fd = t->fd;
  t->fd = -1;
  return sys_close(&b->io, fd) < 0 ? io_fail(b, "write", t->path) : BILAN_OK;
}

/* A file system that cannot sync folders (EINVAL) has done what it can. */
static bilan_status put_in_place(bilan *b, struct target *t) {
  if (sys_rename(&b->io, t->folder, t->temporary, t->name) < 0)
    return io_fail(b, "write", t->path);
  t->temporary[0] = '\0';
  if (sys_fsync(&b->io, t->folder) < 0 && errno != EINVAL)
    return io_fail(b, "write", t->path);
  return BILAN_OK;
}

/* One way in, one way out: whatever happened, nothing stays open and no temporary stays. */
bilan_status io_write_file(bilan *b, const char *path, const void *bytes, size_t size) {
  struct target t = {.path = path, .folder = -1, .fd = -1};
  bilan_status status = open_folder(b, &t);
  if (status) return status;
  if ((status = look_at_target(b, &t))) goto cleanup;
  if ((status = create_temporary(b, &t))) goto cleanup;
  if ((status = write_all(b, &t, bytes, size))) goto cleanup;
  if ((status = finish_temporary(b, &t))) goto cleanup;
  status = put_in_place(b, &t);
cleanup:
  if (t.fd >= 0) sys_close(&b->io, t.fd);
  if (t.temporary[0]) sys_unlink(&b->io, t.folder, t.temporary);
  sys_close(&b->io, t.folder);
  return status;
}

/* ---- folders and questions --------------------------------------------------------------- */

/* Both ask after following links; a fault on the way is a no. */
bool io_is_folder(bilan *b, const char *path) {
  struct stat info;
  return sys_stat(&b->io, AT_FDCWD, path, &info, 0) == 0 && S_ISDIR(info.st_mode);
}

/* A regular file, after following links; a fault on the way is a no. */
bool io_is_file(bilan *b, const char *path) {
  struct stat info;
  return sys_stat(&b->io, AT_FDCWD, path, &info, 0) == 0 && S_ISREG(info.st_mode);
}

/* Makes the last part of a path unless it is there. Looks first: making a folder that exists
 * on a file system that cannot be written may fail for another reason than that it exists. */
static bilan_status make_one_folder(bilan *b, const char *path) {
  struct stat info;
  if (sys_stat(&b->io, AT_FDCWD, path, &info, 0) == 0) {
    if (S_ISDIR(info.st_mode)) return BILAN_OK;
    return fail(b, BILAN_IO, "cannot make the folder \"%s\": a file has that name", path);
  }
  if (errno != ENOENT) return io_fail(b, "make the folder", path);
  if (sys_mkdir(&b->io, path) == 0) return BILAN_OK;
  int number = errno; /* another process may have been faster */
  if (number == EEXIST && io_is_folder(b, path)) return BILAN_OK;
  errno = number;
  return io_fail(b, "make the folder", path);
}

/* Makes the folders of "a/b/c" from the left: "a", "a/b", "a/b/c". */
bilan_status io_make_folder(bilan *b, const char *path) {
  bilan_status status = BILAN_OK;
  size_t n = strlen(path);
  char *part = mem_copy(&b->mem, path, n);
  if (!part) return fail_nomem(b);
  for (size_t i = 1; i < n && !status; i++) {
    if (part[i] != '/' || part[i - 1] == '/') continue;
    part[i] = '\0';
    status = make_one_folder(b, part);
    part[i] = '/';
  }
  if (!status) status = make_one_folder(b, part);
  mem_free(&b->mem, part);
  return status;
}

/* For qsort: names of a folder are all different, so its order of equals does not matter. */
static int compare_names(const void *x, const void *y) {
  const char *const *a = x, *const *c = y;
  return strcmp(*a, *c);
}

/* One name as io_list_folder gives it, to be freed; NULL when memory runs out. A link to a folder
 * is a folder. */
static char *listed_name(bilan *b, int folder, const char *name) {
  struct stat info;
  size_t n = strlen(name);
  bool is = sys_stat(&b->io, folder, name, &info, 0) == 0 && S_ISDIR(info.st_mode);
  char *copy = mem_alloc(&b->mem, n + 2);
  if (!copy) return NULL;
  memcpy(copy, name, n);
  strcpy(copy + n, is ? "/" : "");
  return copy;
}

/* All names, in the order of the file system; *list and each name are the caller's. */
static bilan_status read_names(bilan *b, DIR *folder, char ***list, size_t *count) {
  const struct dirent *entry;
  while ((entry = readdir(folder))) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    char **more = mem_resize_array(&b->mem, *list, *count + 1, sizeof *more);
    if (!more) return fail_nomem(b);
    *list = more;
    more[*count] = listed_name(b, dirfd(folder), entry->d_name);
    if (!more[*count]) return fail_nomem(b);
    ++*count;
  }
  return BILAN_OK;
}

bilan_status io_list_folder(bilan *b, struct buffer *names, const char *path) {
  char **list = NULL;
  size_t count = 0;
  int fd = sys_open(&b->io, AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
  DIR *folder = fd < 0 ? NULL : fdopendir(fd);
  if (!folder) {
    bilan_status status = io_fail(b, "list", path);
    if (fd >= 0) sys_close(&b->io, fd);
    return status;
  }
  bilan_status status = read_names(b, folder, &list, &count);
  closedir(folder);
  if (!status && count) qsort(list, count, sizeof *list, compare_names);
  for (size_t i = 0; !status && i < count; i++) buffer_add(names, list[i], strlen(list[i]) + 1);
  for (size_t i = 0; i < count; i++) mem_free(&b->mem, list[i]);
  mem_free(&b->mem, list);
  return !status && names->failed ? fail_nomem(b) : status;
}

/* PATH_MAX bounds what the system resolves; a longer path is its error. */
bilan_status io_real_path(bilan *b, char **out, const char *path) {
  char resolved[PATH_MAX];
  if (sys_real_path(&b->io, resolved, path) < 0) return io_fail(b, "find", path);
  char *copy = mem_copy(&b->mem, resolved, strlen(resolved));
  if (!copy) return fail_nomem(b);
  *out = copy;
  return BILAN_OK;
}

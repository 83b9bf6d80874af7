/* fresh.c - a new archive: made under another name, then put in its place; see store.h.
 *
 *   fresh_name       .bilan-archive-PROCESS-N.tmp in the folder of the archive
 *   (filled)         SQLite, without syncing
 *   fresh_publish    fsync, link to the final name, fsync of the folder, unlink of the other
 *
 * A link, unlike a rename, never takes the place of a file: when two programs make the same
 * archive, the second is told. Killed at any moment, the final name is not there, or leads to a
 * whole archive (T. S. Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014).
 *
 *   killed               left in the folder
 *   while it is filled   the temporary file
 *   before the link      the temporary file, whole
 *   after the link       the archive, and the temporary name for the same file
 *
 * What a killed program leaves, the next one that makes an archive in the folder removes: a file
 * of that pattern whose process is gone and that nobody has locked, as SQLite has its file while
 * it is filled (the process may be one of another machine, or of another container, on a shared
 * folder). A second name of a good archive goes without harm to the first.
 *
 * Owner: a->temporary, the name, from fresh_name to fresh_publish or fresh_discard. Failure:
 * BILAN_IO with the path and the system's reason, BILAN_NOMEM; nothing is left then, as far as
 * the system lets us remove it. After a failed sync of the folder alone the archive is there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/store.h"
#include "base/number.h"

static const char PREFIX[] = ".bilan-archive-", SUFFIX[] = ".tmp";

enum { NAMES = 1000 }; /* tried for the temporary file: archives one process makes at once */

/* "cannot make "x.bilan": Permission denied", from errno. */
static bilan_status fail_make(bilan *b, const struct archive *a) {
  int number = errno;
  const char *name = sys_error_name(number);
  if (number == EEXIST)
    return fail(b, BILAN_IO, "%s: another program has made it meanwhile; nothing was written",
                a->path);
  if (name) return fail(b, BILAN_IO, "cannot make \"%s\": %s", a->path, name);
  return fail(b, BILAN_IO, "cannot make \"%s\": system error %d", a->path, number);
}

/* The length of the folder's part of an absolute path, its last "/" included. */
static size_t folder_length(const char *path) {
  return (size_t)(strrchr(path, '/') - path) + 1;
}

/* ---- what killed programs left ------------------------------------------------------------- */

/* The process that a name of our pattern belongs to; 0 for other names. */
static long process_of(const char *name) {
  size_t prefix = sizeof PREFIX - 1, suffix = sizeof SUFFIX - 1, n = strlen(name);
  int64_t process;
  if (n < prefix + suffix || memcmp(name, PREFIX, prefix) || strcmp(name + n - suffix, SUFFIX))
    return 0;
  struct text digits = {name + prefix, strcspn(name + prefix, "-")};
  return number_parse_int(&process, digits) && process > 0 && process <= INT32_MAX
             ? (long)process : 0;
}

/* Has somebody locked the file, as SQLite does while it writes? What cannot be looked at counts as
 * locked. Closing drops no lock of ours: the file's process is gone, so it is none of our own. */
static bool is_locked(bilan *b, int folder, const char *name) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  int fd = sys_open(&b->io, folder, name, O_RDWR | O_NONBLOCK | O_NOFOLLOW, 0);
  if (fd < 0) return true;
  bool locked = fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type != F_UNLCK;
  sys_close(&b->io, fd);
  return locked;
}

/* A fault here is nobody's concern: what stays does no harm. */
static void remove_left(bilan *b, const struct archive *a) {
  const struct dirent *entry;
  char *folder = mem_copy(&b->mem, a->real, folder_length(a->real));
  DIR *list = folder ? opendir(folder) : NULL;
  mem_free(&b->mem, folder);
  if (!list) return;
  while ((entry = readdir(list))) {
    long process = process_of(entry->d_name);
    if (!process || kill((pid_t)process, 0) == 0 || errno != ESRCH) continue;
    if (!is_locked(b, dirfd(list), entry->d_name))
      sys_unlink(&b->io, dirfd(list), entry->d_name);
  }
  closedir(list);
}

/* ---- making -------------------------------------------------------------------------------- */

/* The file is created empty, so that its name is ours: O_EXCL tells two archives that one process
 * makes at once apart. Its mode is what the process's mask leaves of 0666, as for any new file. */
bilan_status fresh_name(bilan *b, struct archive *a) {
  size_t folder = folder_length(a->real), room = folder + 64;
  int fd = -1;
  a->temporary = mem_alloc(&b->mem, room);
  if (!a->temporary) return fail_nomem(b);
  remove_left(b, a);
  for (int i = 0; fd < 0 && i < NAMES; i++) {
    snprintf(a->temporary, room, "%.*s%s%ld-%d%s", (int)folder, a->real, PREFIX, (long)getpid(),
             i, SUFFIX);
    fd = sys_open(&b->io, AT_FDCWD, a->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
    if (fd < 0 && errno != EEXIST) break;
  }
  if (fd >= 0) {
    sys_close(&b->io, fd);
    return BILAN_OK;
  }
  bilan_status status = fail_make(b, a);
  mem_free(&b->mem, a->temporary);
  a->temporary = NULL;
  return status;
}

/* On the disk before it has its name. A file system that cannot sync folders (EINVAL) has done
 * what it can. */
static bool sync_path(bilan *b, const char *path, int flags) {
  int fd = sys_open(&b->io, AT_FDCWD, path, flags, 0);
  if (fd < 0) return false;
  bool done = sys_fsync(&b->io, fd) == 0 || errno == EINVAL;
  int number = errno;
  sys_close(&b->io, fd);
  errno = number;
  return done;
}

/* The name as well must be on the disk. */
static bool sync_folder(bilan *b, const struct archive *a) {
  char *folder = mem_copy(&b->mem, a->real, folder_length(a->real));
  bool done = folder && sync_path(b, folder, O_RDONLY | O_DIRECTORY);
  int number = errno;
  mem_free(&b->mem, folder);
  errno = folder ? number : ENOMEM;
  return done;
}

/* Where there are no links (some foreign file systems), a rename, if the name is still free. */
static bool give_name(bilan *b, const struct archive *a) {
  struct stat info;
  if (sys_link(&b->io, a->temporary, a->real) == 0) return true;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return false;
  if (sys_stat(&b->io, AT_FDCWD, a->real, &info, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return false;
  }
  return sys_rename(&b->io, AT_FDCWD, a->temporary, a->real) == 0;
}

/* Each step only when the one before is done; the temporary name goes in every case. */
bilan_status fresh_publish(bilan *b, struct archive *a) {
  bool done = sync_path(b, a->temporary, O_RDWR) && give_name(b, a) && sync_folder(b, a);
  bilan_status status = done ? BILAN_OK : fail_make(b, a);
  fresh_discard(a);
  return status;
}

/* Harmless when there is none. */
void fresh_discard(struct archive *a) {
  if (!a->temporary) return;
  sys_unlink(&a->b->io, AT_FDCWD, a->temporary);
  mem_free(&a->b->mem, a->temporary);
  a->temporary = NULL;
}

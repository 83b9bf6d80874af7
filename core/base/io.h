/* io.h - the one way to the file system: open, read, write, fsync, rename, close.
 *
 * All system calls go through system.h, which can make any of them fail. Reading is of
 * regular files, whole; writing is atomic: a temporary file beside the target (mode 0600
 * until it is complete), fsync, rename, fsync of the folder. A target that exists and is not
 * a regular file (device, FIFO, folder, symlink) is refused.
 * Reading follows symbolic links, so that what may be read is decided on io_real_path. A
 * process that is killed while it writes leaves a file .bilan-*.tmp beside the target.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/text.h"
#include "bilan.h"

/* BILAN_IO: "cannot VERB "PATH": Permission denied", from errno. */
bilan_status io_fail(bilan *b, const char *verb, const char *path);

/* BILAN_DATA "cannot read "PATH": it is a folder, not a regular file", unless it is one. */
bilan_status io_check_regular(bilan *b, const char *path, const struct stat *info);

/* Reads a whole regular file into a block of the handle's allocator (`*out`, freed by the
 * caller with mem_free; one NUL byte follows the `*size` bytes). `limit` in bytes, 0 = none.
 * Errors name the path: BILAN_IO (absent, unreadable), BILAN_DATA (not a regular file),
 * BILAN_LIMIT (larger than the limit), BILAN_NOMEM. */
bilan_status io_read_file(bilan *b, char **out, size_t *size, const char *path, size_t limit);

/* The first `most` bytes of a regular file, or as many as it has. Errors as above. */
bilan_status io_read_head(bilan *b, char *out, size_t *got, const char *path, size_t most);

/* Writes `size` bytes to `path` atomically: afterwards the file is the old one or the new
 * one, whole. A file that was there keeps its mode. Errors are BILAN_IO (also for a target
 * that is refused) or BILAN_NOMEM and name the path. */
bilan_status io_write_file(bilan *b, const char *path, const void *bytes, size_t size);

/* Makes a folder and the folders above it; one that is there is fine. */
bilan_status io_make_folder(bilan *b, const char *path);

/* Is there a regular file, a folder? Symbolic links are followed; unreachable is false. */
bool io_is_file(bilan *b, const char *path);
bool io_is_folder(bilan *b, const char *path);

/* Appends the names in a folder, in the order of their bytes, each with a NUL behind it, and a
 * folder's with "/" before that; "." and ".." are left out. BILAN_IO with the path. */
bilan_status io_list_folder(bilan *b, struct buffer *names, const char *path);

/* The absolute path without links and dots of something that exists; mem_free it. */
bilan_status io_real_path(bilan *b, char **out, const char *path);

#endif

/* cache.h - the folder .bilan-cache: large files of data as they were read, one archive each.
 *
 * An entry is named by what it holds, so that finding it needs no index that could disagree:
 *
 *   READING-BYTES-CONTENT-IDENTITY.bilan
 *     READING   16 digits: how it was read: options, and which engine read it
 *     BYTES     size of the source
 *     CONTENT   32 digits: its fingerprint (fingerprint.h)
 *     IDENTITY  32 digits: what the system said of the source (identity.h)
 *
 * The folder is used when it is ours alone: a folder and no link, of this user, with mode 0700; so
 * are entries: regular files of this user. What is in it is a copy: it may be removed at any time,
 * with no effect on a result.
 *
 * Owner: the caller owns lists and names. Failure: BILAN_IO, BILAN_NOMEM; callers of a cache go on
 * without it.
 */
#ifndef ARCHIVE_CACHE_H
#define ARCHIVE_CACHE_H

#include "base/identity.h"
#include "base/text.h"

#define CACHE_FOLDER ".bilan-cache"

enum { CACHE_ID = 33, CACHE_READING = 17 };

struct cache_entry {
  char name[160];
  int64_t bytes; /* of the entry */
  int64_t used;  /* when it was made or used last, nanoseconds since 1970 */
};

/* Is there a folder that may be used? */
bool cache_is_ours(bilan *b, const char *folder);
/* Makes it, with a mark for programs of backup and one for git. False when that cannot be done, or
 * what is there is not ours. */
bool cache_make(bilan *b, const char *folder);

/* Entries in the order of their names; *out is the caller's (mem_free). Temporary files that a
 * killed process left are removed on the way. */
bilan_status cache_list(bilan *b, struct cache_entry **out, size_t *count, const char *folder);
/* Is it an entry's name, and a file of ours? */
bool cache_has(bilan *b, const char *folder, const char *name);
void cache_touch(bilan *b, const char *folder, const char *name); /* used just now */
bool cache_remove(bilan *b, const char *folder, const char *name);
bool cache_rename(bilan *b, const char *folder, const char *from, const char *to);

/* IDENTITY of a file. */
void cache_identity(char out[CACHE_ID], const struct identity *i);
/* READING: of these options, by this engine: its version, and the file of the program that runs,
 * where the system tells. */
void cache_reading(bilan *b, char out[CACHE_READING], struct text options);

#endif

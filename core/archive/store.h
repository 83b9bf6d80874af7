/* store.h - what the files of the archive share: the open file and its statements.
 *
 * Only this folder and io/sqlite_* see sqlite3.h. A statement of ours is a constant text;
 * values are bound, never pasted.
 */
#ifndef ARCHIVE_STORE_H
#define ARCHIVE_STORE_H

#include <sqlite3.h>

#include "archive/archive.h"

enum {
  APPLICATION_ID = 0x62696C6E, /* "biln", in the header of the file */
  FORMAT_VERSION = 1,          /* user_version in the header */
  BUSY_MILLISECONDS = 5000,
  ARCHIVE_ROWS = 1 << 30,      /* of a table, at most */
};

/* An open archive. While it is new, the file has the name `temporary` and `real` is where it
 * will be. */
struct archive {
  size_t owners;   /* the caller, until archive_close, and tables that load from it later */
  bilan *b;
  sqlite3 *db;
  sqlite3_stmt *undo; /* ROLLBACK, made when the file is opened: to end needs no memory */
  char *path;      /* as the caller gave it, for messages */
  char *real;      /* absolute, without links */
  char *temporary; /* absolute; NULL once the archive is in its place */
  bool write;      /* opened with ARCHIVE_WRITE */
  bool changing;   /* from archive_begin to the end of its transaction, however that comes */
  struct query *queries; /* that are open; see query.c */
};

/* SQLite's last error as a status, the path in front. */
bilan_status store_fail(bilan *b, const struct archive *a, int code);

/* BILAN_DATA, "PATH: damaged: ..." with what is wrong. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
bilan_status store_damaged(bilan *b, const struct archive *a, const char *format, ...);

/* Ends a transaction that is open; what it changed is not kept. A reader's has no other end. One
 * that could not be ended for want of memory would keep writers out for as long as a table loads
 * from the archive. */
void store_undo(struct archive *a);

/* Statements of ours without parameters or rows, one after the other. */
bilan_status store_exec(bilan *b, const struct archive *a, const char *sql);
/* A statement, finalized by the caller. */
bilan_status store_prepare(bilan *b, const struct archive *a, sqlite3_stmt **out,
                           const char *sql);
/* One step of a statement that has been bound: *row says whether there is one. */
bilan_status store_step(bilan *b, const struct archive *a, sqlite3_stmt *s, bool *row);
/* A text with its length; "" for NULL. */
struct text store_text(sqlite3_stmt *s, int column);

/* Ends the statements of all open queries: before the connection closes. */
void store_end_queries(struct archive *a);

/* One more owner, and one less: the last closes the file. */
struct archive *store_share(struct archive *a);
void store_leave(struct archive *a);

/* ---- schema.c ---- */
bilan_status schema_make(bilan *b, const struct archive *a);  /* in an empty database */
bilan_status schema_check(bilan *b, const struct archive *a); /* BILAN_DATA: not ours */

/* ---- fresh.c ---- */

/* Names the temporary file of an archive that is to be made, after removing what killed
 * processes left in its folder. */
bilan_status fresh_name(bilan *b, struct archive *a);
/* Puts the closed temporary file in its place, for good. BILAN_IO: somebody else was faster. */
bilan_status fresh_publish(bilan *b, struct archive *a);
void fresh_discard(struct archive *a); /* removes it */

#endif

/* file.c - the file of an archive: opened, checked, changed in transactions; see archive.h.
 *
 * What is looked at before anything is believed ("Defense Against The Dark Arts",
 * sqlite.org/security.html; "How To Corrupt An SQLite Database File",
 * sqlite.org/howtocorrupt.html):
 *
 *   a regular file; its header: SQLite 3, our application id, a version we know, no write-ahead
 *   log; a journal beside it that names no other file; then, with triggers, extensions and
 *   changes to the schema off, the schema letter by letter
 *
 * The header is read through SQLite's own file layer: on POSIX systems a process that closes any
 * descriptor of a file loses all its locks on it, those of another connection included.
 *
 * An archive is in one of three states, which `db` and `temporary` tell apart:
 *
 *   new        db, temporary    opened for writing where nothing is; readers see no file
 *   in place   db               opened where it is, or after its first commit
 *   closed     neither          its first commit could not put it in its place
 *
 * Calls on a closed one are BILAN_USAGE; closing is right in every state, and removes the file of
 * a new one. `changing` is true from archive_begin until its transaction has ended, by commit, by
 * rollback, or by SQLite itself after a fault: what changes rows asks for it.
 *
 * A journal may say that it is part of a change to several files and name a list of them, which
 * SQLite deletes when it is done. We make no such journals, so one that does comes from a
 * stranger and would have us delete a file of his choice.
 *
 * When a commit returns, its content is on the disk: the journal is synced before the file, the
 * file before the journal goes, and (synchronous=EXTRA) the folder after that. With FULL alone
 * the name of the journal may come back after a power cut and take back what was committed.
 *
 * Reading opens the file for writing where that is possible, for the journal of a process that
 * was killed must be rolled back before anything is read; query_only then forbids changes.
 *
 * Locks are SQLite's: many readers beside a writer until that one's changes outgrow its cache
 * (1 MB) or it commits; then it waits for the readers, and new readers for it, 5 seconds at most.
 * They do not work on every network file system, which SQLite's page on corruption says as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/store.h"
#include "base/io.h"

enum { HEADER = 100 }; /* bytes of SQLite's header, as its file format has them */

/* ---- errors -------------------------------------------------------------------------------- */

/* What the analyst can do about it decides the status: wait or make room (BILAN_IO), take
 * another file (BILAN_DATA), or tell us that a statement of ours is wrong (BILAN_USAGE). */
bilan_status store_fail(bilan *b, const struct archive *a, int code) {
  const char *words = a->db ? sqlite3_errmsg(a->db) : sqlite3_errstr(code);
  if (code == SQLITE_NOMEM || (a->db && sqlite3_errcode(a->db) == SQLITE_NOMEM))
    return fail_nomem(b);
  switch (code & 0xFF) {
  case SQLITE_BUSY: case SQLITE_LOCKED:
    return fail(b, BILAN_IO, "%s: in use by another program for more than %d seconds; try again "
                "when it has finished", a->path, BUSY_MILLISECONDS / 1000);
  case SQLITE_CORRUPT: case SQLITE_NOTADB:
    return fail(b, BILAN_DATA, "%s: damaged: %s", a->path, words);
  case SQLITE_READONLY:
    return fail(b, BILAN_IO, "%s: cannot be written: %s", a->path,
                a->write ? words : "a change that was cut short must be undone first");
  case SQLITE_CANTOPEN: case SQLITE_IOERR: case SQLITE_FULL: case SQLITE_PERM:
    return fail(b, BILAN_IO, "%s: %s", a->path, words);
  case SQLITE_TOOBIG: return fail(b, BILAN_LIMIT, "%s: %s", a->path, words);
  default: return fail(b, BILAN_USAGE, "%s: %s", a->path, words);
  }
}

/* The formats of our own messages have no floating point. */
bilan_status store_damaged(bilan *b, const struct archive *a, const char *format, ...) {
  char what[512];
  va_list args;
  va_start(args, format);
  vsnprintf(what, sizeof what, format, args);
  va_end(args);
  return fail(b, BILAN_DATA, "%s: damaged: %s", a->path, what);
}

/* ---- the header ---------------------------------------------------------------------------- */

/* Numbers of SQLite's header. */
static uint32_t big_endian(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The first bytes of a regular file through SQLite's layer, in SQLite's codes: those of a file that
 * is shorter are SQLITE_IOERR_SHORT_READ and zeros behind it. errno says more of SQLITE_CANTOPEN.
 * `path` is absolute. */
static int read_header(bilan *b, const char *path, unsigned char header[HEADER]) {
  sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
  int opened = 0;
  sqlite3_file *file = vfs ? mem_zero(&b->mem, 1, (size_t)vfs->szOsFile) : NULL;
  const char *name = file ? sqlite3_create_filename(path, "", "", 0, NULL) : NULL;
  int code = name ? vfs->xOpen(vfs, name, file, flags, &opened) : SQLITE_NOMEM;
  int number = errno;
  if (!code) code = file->pMethods->xRead(file, header, HEADER, 0);
  if (file && file->pMethods) file->pMethods->xClose(file);
  if (name) sqlite3_free_filename(name);
  mem_free(&b->mem, file);
  errno = number;
  return code;
}

/* SQLite's first 16 bytes, and bytes 68 to 71 as its file format has them. */
static bool is_ours(const unsigned char header[HEADER]) {
  return !memcmp(header, "SQLite format 3", 16) && big_endian(header + 68) == APPLICATION_ID;
}

/* A fault on the way is a no, since nobody is told of it here. */
bool archive_is(bilan *b, const char *path) {
  unsigned char header[HEADER];
  char *real = NULL;
  bool read = io_is_file(b, path) && !sqlite3_initialize() && !io_real_path(b, &real, path) &&
              !read_header(b, real, header);
  mem_free(&b->mem, real);
  return read && is_ours(header);
}

/* Why the header could not be read, when it is not that the file is too short. */
static bilan_status fail_header(bilan *b, const struct archive *a, int code) {
  const char *reason = (code & 0xFF) == SQLITE_CANTOPEN ? sys_error_name(errno) : NULL;
  if (!reason) return store_fail(b, a, code);
  return fail(b, BILAN_IO, "cannot read \"%s\": %s", a->path, reason);
}

/* Bytes 18 and 19 are 2 in write-ahead mode; user_version is at 60. */
static bilan_status check_header(bilan *b, const struct archive *a) {
  unsigned char header[HEADER];
  int code = read_header(b, a->real, header);
  if (code && code != SQLITE_IOERR_SHORT_READ) return fail_header(b, a, code);
  if (code || !is_ours(header))
    return fail(b, BILAN_DATA, "%s: not a bilan archive", a->path);
  uint32_t version = big_endian(header + 60);
  if (version != FORMAT_VERSION)
    return fail(b, BILAN_DATA, "%s: an archive of version %u; this program reads version %d",
                a->path, (unsigned)version, FORMAT_VERSION);
  if (header[18] != 1 || header[19] != 1)
    return fail(b, BILAN_DATA, "%s: not as an archive is made: it is in write-ahead mode; set "
                "PRAGMA journal_mode=DELETE with sqlite3", a->path);
  return BILAN_OK;
}

/* The last 8 bytes of `path` into `tail`; false when it has none. */
static bool read_tail(bilan *b, const char *path, char tail[8]) {
  struct stat info;
  long got = -1;
  if (!io_is_file(b, path)) return false;
  int fd = sys_open(&b->io, AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  if (fd >= 0 && sys_fstat(&b->io, fd, &info) == 0 && info.st_size >= 8 &&
      lseek(fd, info.st_size - 8, SEEK_SET) >= 0)
    got = sys_read(&b->io, fd, tail, 8);
  if (fd >= 0) sys_close(&b->io, fd);
  return got == 8;
}

/* A journal that ends with SQLite's mark names another file before it. */
static bilan_status check_journal(bilan *b, const struct archive *a) {
  static const unsigned char mark[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
  struct buffer journal;
  char tail[8];
  buffer_init(&journal, &b->mem);
  buffer_format(&journal, "%s-journal", a->real);
  bilan_status status = journal.failed ? fail_nomem(b) : BILAN_OK;
  if (!status && read_tail(b, journal.s, tail) && !memcmp(tail, mark, sizeof mark))
    status = fail(b, BILAN_DATA, "%s: its journal %s-journal is part of a change to other files, "
                  "which no archive makes", a->path, a->path);
  buffer_free(&journal);
  return status;
}

/* ---- connections --------------------------------------------------------------------------- */

/* A text may be long and a codebook's JSON longer; nothing else is more than our own statements
 * need. The limit of length is above CHUNK_MOST_BYTES, so that a chunk fits with its row. Double
 * quotes are names only (DQS): a misspelt column is an error and no text. */
static void harden(sqlite3 *db) {
  static const int limits[][2] = {{SQLITE_LIMIT_LENGTH, 200 << 20},
                                  {SQLITE_LIMIT_ATTACHED, 0},
                                  {SQLITE_LIMIT_TRIGGER_DEPTH, 10},
                                  {SQLITE_LIMIT_WORKER_THREADS, 0}};
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
    sqlite3_limit(db, limits[i][0], limits[i][1]);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
}

/* `file` is absolute and without links, so never read as a URI, and never followed elsewhere.
 * Memory-mapped reading is off: a file that is cut while it is mapped would end the process.
 * What is deleted is overwritten (secure_delete): answers that were dropped are gone. */
static bilan_status connect(bilan *b, struct archive *a, const char *file, int flags) {
  int code = sqlite3_open_v2(file, &a->db, flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                             SQLITE_OPEN_NOFOLLOW, NULL);
  if (code) return store_fail(b, a, code);
  harden(a->db);
  sqlite3_busy_timeout(a->db, BUSY_MILLISECONDS);
  bilan_status status = store_prepare(b, a, &a->undo, "ROLLBACK");
  return status ? status
                : store_exec(b, a, "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON;"
                                   "PRAGMA mmap_size=0; PRAGMA foreign_keys=ON;"
                                   "PRAGMA secure_delete=ON; PRAGMA cache_size=-1024");
}

/* Its queries first: a connection with open statements does not close. */
static void disconnect(struct archive *a) {
  store_end_queries(a);
  sqlite3_finalize(a->undo);
  a->undo = NULL;
  sqlite3_close(a->db);
  a->db = NULL;
}

/* SQLite reports a schema it cannot read as an error of the statement. Whatever is wrong while an
 * archive is opened, the caller did not do it: it is the file. */
static bilan_status not_usage(bilan *b, bilan_status status) {
  char before[MESSAGE_ROOM];
  if (status != BILAN_USAGE) return status;
  memcpy(before, b->message, sizeof before);
  return fail(b, BILAN_DATA, "%s", before);
}

/* An archive in its place: header, journal, then SQLite, then the schema. Nothing before the last
 * of them has passed is handed to a caller. */
static bilan_status open_existing(bilan *b, struct archive *a) {
  bilan_status status = check_header(b, a);
  if (!status) status = check_journal(b, a);
  if (!status) status = connect(b, a, a->real, 0);
  if (!status) status = schema_check(b, a);
  if (status) return not_usage(b, status);
  if (!a->write) return store_exec(b, a, "PRAGMA query_only=ON");
  if (sqlite3_db_readonly(a->db, "main"))
    return fail(b, BILAN_IO, "%s: cannot be written", a->path);
  return store_exec(b, a, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA");
}

/* A new archive under its temporary name. It is worth nothing before it is whole, so it needs
 * neither a journal on disk nor syncing until fresh_publish. */
static bilan_status open_fresh(bilan *b, struct archive *a) {
  static const char set_up[] =
      "PRAGMA page_size=16384; PRAGMA auto_vacuum=NONE; PRAGMA encoding='UTF-8';"
      "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
      "PRAGMA application_id=0x62696C6E; PRAGMA user_version=1; BEGIN";
  bilan_status status = fresh_name(b, a);
  if (!status) status = connect(b, a, a->temporary, SQLITE_OPEN_CREATE);
  if (!status) status = store_exec(b, a, set_up);
  if (!status) status = schema_make(b, a);
  if (!status) status = store_exec(b, a, "COMMIT");
  return status;
}

/* ---- opening and closing ------------------------------------------------------------------- */

/* The absolute name of a file that is not there yet, in a folder that is. */
static bilan_status name_new(bilan *b, struct archive *a) {
  const char *slash = strrchr(a->path, '/'), *name = slash ? slash + 1 : a->path;
  struct buffer real;
  char *found = NULL;
  if (!*name) return fail(b, BILAN_IO, "\"%s\" is a folder, not a file", a->path);
  char *folder = slash ? mem_copy(&b->mem, a->path, (size_t)(slash - a->path) + 1)
                       : mem_copy(&b->mem, ".", 1);
  bilan_status status = folder ? io_real_path(b, &found, folder) : fail_nomem(b);
  buffer_init(&real, &b->mem);
  if (!status) buffer_format(&real, "%s/%s", strcmp(found, "/") ? found : "", name);
  if (!status && real.failed) status = fail_nomem(b);
  mem_free(&b->mem, folder);
  mem_free(&b->mem, found);
  a->real = real.s;
  return status;
}

/* An archive where nothing is yet. A symbolic link that leads nowhere is something: making its
 * target would write where the caller did not say. */
static bilan_status open_new(bilan *b, struct archive *a) {
  struct stat info;
  bilan_status status = name_new(b, a);
  if (!status && sys_stat(&b->io, AT_FDCWD, a->real, &info, AT_SYMLINK_NOFOLLOW) == 0)
    status = fail(b, BILAN_IO, "%s: a symbolic link that leads nowhere", a->path);
  return status ? status : open_fresh(b, a);
}

/* What the path leads to decides between an archive that is there and one to be made. */
static bilan_status open_path(bilan *b, struct archive *a) {
  struct stat info;
  bool there = sys_stat(&b->io, AT_FDCWD, a->path, &info, 0) == 0;
  if (!there && errno == ENOENT && a->write) return open_new(b, a);
  bilan_status status = io_real_path(b, &a->real, a->path);
  if (!status && there && !S_ISREG(info.st_mode))
    status = fail(b, BILAN_DATA, "%s: not a regular file", a->path);
  return status ? status : open_existing(b, a);
}

/* One way out: archive_close takes what is half open. */
bilan_status archive_open(bilan *b, struct archive **out, const char *path,
                          enum archive_mode mode) {
  struct archive *a = mem_zero(&b->mem, 1, sizeof *a);
  if (!a) return fail_nomem(b);
  a->owners = 1;
  a->b = b;
  a->write = mode == ARCHIVE_WRITE;
  a->path = mem_copy(&b->mem, path, strlen(path));
  bilan_status status = a->path ? BILAN_OK : fail_nomem(b);
  if (!status && sqlite3_initialize()) status = fail_nomem(b);
  if (!status) status = open_path(b, a);
  if (status) archive_close(a);
  else *out = a;
  return status;
}

struct archive *store_share(struct archive *a) {
  a->owners++;
  return a;
}

/* A temporary file that is still there was never committed, so it goes. */
void store_leave(struct archive *a) {
  if (!a || --a->owners) return;
  disconnect(a);
  fresh_discard(a);
  mem_free(&a->b->mem, a->path);
  mem_free(&a->b->mem, a->real);
  mem_free(&a->b->mem, a);
}

/* The caller's queries and transaction end here, whoever else has the archive. */
void archive_close(struct archive *a) {
  if (!a) return;
  archive_rollback(a);
  store_end_queries(a);
  store_leave(a);
}

/* ---- transactions -------------------------------------------------------------------------- */

/* BILAN_USAGE where no transaction can begin. */
static bilan_status check_idle(bilan *b, const struct archive *a) {
  if (!a->db) return fail(b, BILAN_USAGE, "%s: is closed", a->path);
  if (sqlite3_get_autocommit(a->db)) return BILAN_OK;
  return fail(b, BILAN_USAGE, "%s: a transaction is open already", a->path);
}

/* IMMEDIATE: a second writer is told now, not after its work. */
bilan_status archive_begin(bilan *b, struct archive *a) {
  if (!a->write) return fail(b, BILAN_USAGE, "%s: is open for reading only", a->path);
  bilan_status status = check_idle(b, a);
  if (!status) status = store_exec(b, a, "BEGIN IMMEDIATE");
  if (!status) a->changing = true;
  return status;
}

/* BEGIN alone takes no lock: the moment is that of the first statement, which is made here. */
bilan_status archive_hold(bilan *b, struct archive *a) {
  bilan_status status = check_idle(b, a);
  if (status) return status; /* a transaction that is open is the caller's */
  status = store_exec(b, a, "BEGIN; SELECT 1 FROM data LIMIT 1");
  if (status) archive_rollback(a);
  return status;
}

/* The first commit of a new archive puts it in its place and opens it there. */
bilan_status archive_commit(bilan *b, struct archive *a) {
  bilan_status status = store_exec(b, a, "COMMIT");
  if (!status) a->changing = false;
  if (status || !a->temporary) return status;
  disconnect(a);
  status = fresh_publish(b, a);
  return status ? status : open_existing(b, a);
}

/* SQLite ends a transaction by itself on some faults (a full disk); this says so. */
bool archive_in_transaction(const struct archive *a) {
  return a->db && !sqlite3_get_autocommit(a->db);
}

void store_undo(struct archive *a) {
  sqlite3_step(a->undo);
  sqlite3_reset(a->undo);
}

/* After a fault of the disk SQLite has dropped the transaction but not undone it: the journal is
 * played back by the next statement, which is made here, so that a full disk gets its room back
 * at once. When that fails too, the next to open the file plays it back. */
void archive_rollback(struct archive *a) {
  if (archive_in_transaction(a)) store_undo(a);
  if (a->db && a->changing) sqlite3_exec(a->db, "SELECT 1 FROM data LIMIT 1", NULL, NULL, NULL);
  a->changing = false;
}

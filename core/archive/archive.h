/* archive.h - the archive of a survey: one SQLite file, *.bilan, that holds waves, codebooks,
 * runs and figures for years. docs/format.md describes it for those who write other readers.
 *
 *   archive_open(b, &a, "itd.bilan", ARCHIVE_WRITE)
 *   archive_begin(b, a)
 *   archive_put(b, a, &id, sha256, table)        a table, once: it is found by its content
 *   archive_commit(b, a)                         all of it is on the disk, or nothing
 *   archive_get(b, &table, a, id, NULL, 0)       at the speed of memory
 *   archive_get_later(b, &table, a, id)          each column when it is first used
 *   query_open(b, &q, a, "SELECT ... WHERE wave = ?1")      all that is not answers is plain SQL
 *
 * A file that does not exist yet is made under another name beside its place and put there by
 * the first commit; it is never there in part. Later changes are transactions with a rollback
 * journal and full syncing: a process that is killed leaves the content before or after, and
 * the next one to open the file puts it right.
 *
 * Nothing in a file is believed: its schema must be the one we make, each chunk has a checksum,
 * and codes, offsets and sizes are checked as they are loaded. Damage is BILAN_DATA with the
 * path; a file in use by another program for more than 5 seconds is BILAN_IO.
 *
 * Owner: an archive is the caller's until archive_close and used by one thread at a time, as
 * its handle is; its queries have no more rows then. *out is untouched on failure.
 */
#ifndef ARCHIVE_ARCHIVE_H
#define ARCHIVE_ARCHIVE_H

#include "base/sha256.h"
#include "data/table.h"

struct archive;

/* Reading never makes or changes an archive, but for undoing a change that was cut short. */
enum archive_mode { ARCHIVE_READ, ARCHIVE_WRITE };

/* Is the file an archive, by its first 100 bytes? No for what is absent or unreadable. */
bool archive_is(bilan *b, const char *path);

/* Opens an archive; for writing also one that is not there yet. BILAN_IO: absent, not to be
 * read or written, in use. BILAN_DATA: no archive, one of a later version, or damaged. */
bilan_status archive_open(bilan *b, struct archive **out, const char *path,
                          enum archive_mode mode);

/* Rolls back what is open and closes. A new archive without any commit leaves no file. Tables whose
 * columns are still to be loaded keep the file open. NULL is fine. */
void archive_close(struct archive *a);

/* One transaction at a time; BILAN_USAGE for a second, or on an archive open for reading. */
bilan_status archive_begin(bilan *b, struct archive *a);
/* The first commit of a new archive ends its queries. On failure the transaction is still open:
 * roll it back. A new archive whose file got its place, but could not be opened there again, is
 * closed and whole; one that did not get there is closed and gone. */
bilan_status archive_commit(bilan *b, struct archive *a);
/* From here to archive_rollback all that is read is of one moment, whatever others commit. Nothing
 * can be changed meanwhile. Writers wait for it, so it is for the length of a few statements.
 * BILAN_USAGE: a transaction is open. */
bilan_status archive_hold(bilan *b, struct archive *a);
void archive_rollback(struct archive *a); /* ends either; harmless without one */
bool archive_in_transaction(const struct archive *a);

/* Every page and row looked through, checksums of all chunks included: BILAN_DATA names the
 * first fault. Reads the whole file. */
bilan_status archive_check(bilan *b, struct archive *a);

/* ---- tables -------------------------------------------------------------------------------- */

/* The hash of a table's content: names, kinds, levels, answers (docs/format.md); of `items`,
 * one for each column where it is not NULL. Independent of how the answers are stored. The columns
 * are loaded (table_load). */
void archive_sha256(char out[SHA256_HEX], char (*items)[SHA256_HEX], const struct table *t);

/* Stores a table, or finds the one with the same content. *id names it in this archive. Needs a
 * transaction, which is as it was before when this fails. BILAN_DATA: a name, label or text that
 * is not UTF-8. BILAN_LIMIT: more than 2^30 rows, a text of more than 128 MB. BILAN_USAGE: a
 * number that is not finite. */
bilan_status archive_put(bilan *b, struct archive *a, int64_t *id, char sha256[SHA256_HEX],
                         const struct table *t);

/* Loads a table, or the `count` items named of it, in that order (NULL: all). BILAN_USAGE: no
 * such table, no such item, or an item named twice. */
bilan_status archive_get(bilan *b, struct table **out, struct archive *a, int64_t id,
                         const struct text *names, size_t count);

/* The same with all items, whose answers are loaded when they are first used, so that it costs the
 * same for ten rows and for ten million. The table keeps the file open until then; between two
 * loads it holds no lock, so writers go on. An answer is never of another table: a table that was
 * dropped or replaced meanwhile is BILAN_IO at that moment, with the file and the item, and so is
 * BILAN_DATA for damage. An archive open for writing gives the whole table, as archive_get. */
bilan_status archive_get_later(bilan *b, struct table **out, struct archive *a, int64_t id);

/* Forgets a table. BILAN_USAGE: a wave or a source still has it. Needs a transaction. */
bilan_status archive_drop(bilan *b, struct archive *a, int64_t id);

/* ---- SQL of the engine's own ------------------------------------------------------------ */

struct query;

/* The type of one value: SQLite's are the values', not the columns'. */
enum query_type { QUERY_NULL, QUERY_INTEGER, QUERY_NUMBER, QUERY_TEXT };

/* Compiles one statement, never text that a stranger wrote. Close it with query_close, also
 * when later calls fail, before or after its archive; NULL is fine. */
bilan_status query_open(bilan *b, struct query **out, struct archive *a, struct text sql);
void query_close(struct query *q);

/* The parameters ?1, ?2... are places 1 to query_parameters; unbound ones are NULL. Texts are
 * copied. */
int query_parameters(const struct query *q);
bilan_status query_bind_null(bilan *b, struct query *q, int place);
bilan_status query_bind_integer(bilan *b, struct query *q, int place, int64_t value);
bilan_status query_bind_number(bilan *b, struct query *q, int place, double value);
bilan_status query_bind_text(bilan *b, struct query *q, int place, struct text value);

/* *row: is there another row? Its values are at columns 0 to query_columns - 1; a text is lent
 * until the next step, and stands for bytes (a BLOB) as well. */
bilan_status query_step(bilan *b, struct query *q, bool *row);
int query_columns(const struct query *q);
const char *query_name(const struct query *q, int column);
enum query_type query_type_of(const struct query *q, int column);
int64_t query_integer(const struct query *q, int column);
double query_number(const struct query *q, int column);
struct text query_text(const struct query *q, int column);

/* What the last statement of the archive changed, and the rowid it gave last. */
int64_t archive_changes(const struct archive *a);
int64_t archive_last_id(const struct archive *a);

#endif

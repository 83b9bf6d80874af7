/* sqlite_table.h - SQLite as a guest: queries over a survey, and SQLite files in and out.
 *
 * SQLite never touches the file system here: a file is read and written whole through
 * base/io, so the engine's own rules on paths, atomic writing and injected faults hold. No
 * connection outlives a call.
 *
 *   sql_query(b, &out, t, NULL, text_of("select zone, avg(age) from survey group by zone"))
 *   sqlite_read(b, &out, "enquete.db", text_of("reponses"))        a table by name
 *   sqlite_read(b, &out, "enquete.db", text_of("select * from reponses where age > 20"))
 *
 * Owner: the caller owns tables and bytes; *out is untouched on failure.
 */
#ifndef IO_SQLITE_TABLE_H
#define IO_SQLITE_TABLE_H

#include "data/domain.h"
#include "data/table.h"

/* Runs one SELECT over the table, called `survey`, and its rows inside the domain (NULL: all).
 * Items are columns; rowid is the row from 1. A column of the result is numeric when all its
 * values are numbers or NULL, else it has levels by first appearance; a name that comes twice
 * gets " 2" behind it.
 * Only reading is possible. BILAN_USAGE: the query is at fault, with SQLite's message;
 * BILAN_LIMIT: too many steps, too long; BILAN_DATA: a value is bytes (a BLOB). */
bilan_status sql_query(bilan *b, struct table **out, const struct table *t,
                       const struct domain *domain, struct text query);

/* Reads a table, or the result of a SELECT, from an SQLite file. `what` may be empty when the
 * file holds one table. The file is checked before anything in it is believed. A file with
 * changes that are not folded in yet (a journal or write-ahead log beside it) is refused. */
bilan_status sqlite_read(bilan *b, struct table **out, const char *path, struct text what);

/* The names of the tables of a file, each followed by a NUL, appended to `names`. */
bilan_status sqlite_names(bilan *b, struct buffer *names, const char *path);

/* The table as an SQLite file with one table `survey`; kinds of missing become NULL. The
 * bytes are freed with mem_free. */
bilan_status sqlite_bytes(bilan *b, char **out, size_t *size, const struct table *t);
/* Written as a whole or not at all (io_write_file). BILAN_IO with the path. */
bilan_status sqlite_write(bilan *b, const char *path, const struct table *t);

/* The version of the SQLite library that runs, "3.40.1". */
const char *sqlite_version(void);

#endif

/* query.c - statements with bound parameters, for rows that are not answers; see archive.h.
 *
 * The text of a statement is always the engine's own; what a person or a file said is bound as
 * a parameter and never becomes SQL. A statement that changes something needs a transaction, so
 * that no change stands alone that belongs to others.
 *
 * Owner: a query belongs to the caller, its statement to it for as long as the archive is open.
 * The archive keeps a list of its queries and ends their statements when it closes, for Lua's
 * collector frees both in an order of its own; such a query has no rows and can only be closed.
 */
#include "archive/store.h"

#include <string.h>

struct query {
  bilan *b;
  struct archive *archive; /* NULL once it was closed */
  sqlite3_stmt *statement;
  struct query *next;      /* of the archive's list */
};

/* ---- for the files of this folder ---------------------------------------------------------- */

/* Rows, if there are any, are passed over. */
bilan_status store_exec(bilan *b, const struct archive *a, const char *sql) {
  int code = sqlite3_exec(a->db, sql, NULL, NULL, NULL);
  return code ? store_fail(b, a, code) : BILAN_OK;
}

/* *out is NULL on failure, which finalizing accepts. */
bilan_status store_prepare(bilan *b, const struct archive *a, sqlite3_stmt **out,
                           const char *sql) {
  int code = sqlite3_prepare_v2(a->db, sql, -1, out, NULL);
  return code ? store_fail(b, a, code) : BILAN_OK;
}

/* An error of SQLite's is told here once, so callers look at the status alone. */
bilan_status store_step(bilan *b, const struct archive *a, sqlite3_stmt *s, bool *row) {
  int code = sqlite3_step(s);
  *row = code == SQLITE_ROW;
  return *row || code == SQLITE_DONE ? BILAN_OK : store_fail(b, a, code);
}

/* Out of memory while a number is turned into text gives "" as well; our columns are texts. */
struct text store_text(sqlite3_stmt *s, int column) {
  const char *bytes = sqlite3_column_blob(s, column);
  size_t n = (size_t)sqlite3_column_bytes(s, column);
  return bytes ? (struct text){bytes, n} : TEXT("");
}

/* ---- opening ------------------------------------------------------------------------------- */

/* One statement, with nothing behind it, and a change only inside a transaction of archive_begin:
 * in one of archive_hold it would be rolled back without a word. */
static bilan_status check_statement(bilan *b, const struct query *q, const char *tail,
                                    struct text sql) {
  struct text rest = {tail, (size_t)(sql.s + sql.n - tail)};
  if (!q->statement) return fail(b, BILAN_USAGE, "%s: no statement", q->archive->path);
  if (text_trim(rest).n)
    return fail(b, BILAN_USAGE, "%s: expected one statement, found \"%.*s\" behind it",
                q->archive->path, (int)(rest.n > 60 ? 60 : rest.n), rest.s);
  if (sqlite3_stmt_readonly(q->statement)) return BILAN_OK;
  if (q->archive->changing && archive_in_transaction(q->archive)) return BILAN_OK;
  return fail(b, BILAN_USAGE, "%s: a change needs a transaction", q->archive->path);
}

/* The query is on the archive's list before it can fail, so query_close is always right. */
bilan_status query_open(bilan *b, struct query **out, struct archive *a, struct text sql) {
  const char *tail = sql.s;
  struct query *q;
  if (!a->db) return fail(b, BILAN_USAGE, "%s: is closed", a->path);
  if (sql.n > 1 << 20) return fail(b, BILAN_LIMIT, "%s: a statement of %zu bytes", a->path, sql.n);
  q = mem_zero(&b->mem, 1, sizeof *q);
  if (!q) return fail_nomem(b);
  q->b = b;
  q->archive = a;
  q->next = a->queries;
  a->queries = q;
  int code = sqlite3_prepare_v2(a->db, sql.s, (int)sql.n, &q->statement, &tail);
  bilan_status status = code ? store_fail(b, a, code) : check_statement(b, q, tail, sql);
  if (status) query_close(q);
  else *out = q;
  return status;
}

/* Takes the query off its archive's list: few are open at a time. */
static void leave(struct query *q) {
  struct query **link = &q->archive->queries;
  while (*link != q) link = &(*link)->next;
  *link = q->next;
}

/* Before or after its archive. */
void query_close(struct query *q) {
  if (!q) return;
  if (q->archive) leave(q);
  sqlite3_finalize(q->statement);
  mem_free(&q->b->mem, q);
}

/* What is left of the queries is theirs to free; they no longer know the archive. */
void store_end_queries(struct archive *a) {
  while (a->queries) {
    struct query *q = a->queries;
    a->queries = q->next;
    sqlite3_finalize(q->statement);
    q->statement = NULL;
    q->archive = NULL;
  }
}

/* ---- parameters ---------------------------------------------------------------------------- */

/* 0 for a query whose archive is closed. */
int query_parameters(const struct query *q) { return sqlite3_bind_parameter_count(q->statement); }

/* What became of binding one parameter; a place out of range is BILAN_USAGE. */
static bilan_status bound(bilan *b, const struct query *q, int code) {
  if (!q->archive) return fail(b, BILAN_USAGE, "the archive of the query is closed");
  return code ? store_fail(b, q->archive, code) : BILAN_OK;
}

/* As it is before any binding: to take a value back. */
bilan_status query_bind_null(bilan *b, struct query *q, int place) {
  return bound(b, q, sqlite3_bind_null(q->statement, place));
}

/* All 64 bits are kept. */
bilan_status query_bind_integer(bilan *b, struct query *q, int place, int64_t value) {
  return bound(b, q, sqlite3_bind_int64(q->statement, place, value));
}

/* SQLite has no NaN: it would become NULL, which callers ask for by name. */
bilan_status query_bind_number(bilan *b, struct query *q, int place, double value) {
  return bound(b, q, sqlite3_bind_double(q->statement, place, value));
}

/* Copied, since the caller's text may go before the statement runs. Any bytes. */
bilan_status query_bind_text(bilan *b, struct query *q, int place, struct text value) {
  return bound(b, q, sqlite3_bind_text64(q->statement, place, value.n ? value.s : "", value.n,
                                         SQLITE_TRANSIENT, SQLITE_UTF8));
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* After the last row a further step starts again: callers stop there. */
bilan_status query_step(bilan *b, struct query *q, bool *row) {
  if (!q->archive) return fail(b, BILAN_USAGE, "the archive of the query is closed");
  return store_step(b, q->archive, q->statement, row);
}

/* 0 for a statement without rows. */
int query_columns(const struct query *q) { return sqlite3_column_count(q->statement); }

/* Lent by the query; the same for all rows. */
const char *query_name(const struct query *q, int column) {
  const char *name = sqlite3_column_name(q->statement, column);
  return name ? name : ""; /* out of memory */
}

/* Of the value in the row at hand, not of the column: SQLite's types are the values'. */
enum query_type query_type_of(const struct query *q, int column) {
  switch (sqlite3_column_type(q->statement, column)) {
  case SQLITE_NULL: return QUERY_NULL;
  case SQLITE_INTEGER: return QUERY_INTEGER;
  case SQLITE_FLOAT: return QUERY_NUMBER;
  default: return QUERY_TEXT;
  }
}

/* 0 for NULL. */
int64_t query_integer(const struct query *q, int column) {
  return sqlite3_column_int64(q->statement, column);
}

/* 0 for NULL; a whole number is converted. */
double query_number(const struct query *q, int column) {
  return sqlite3_column_double(q->statement, column);
}

/* Empty for NULL; numbers as SQLite writes them. */
struct text query_text(const struct query *q, int column) {
  return store_text(q->statement, column);
}

/* 0 when the archive is closed. */
int64_t archive_changes(const struct archive *a) { return a->db ? sqlite3_changes64(a->db) : 0; }

/* 0 when there was none. */
int64_t archive_last_id(const struct archive *a) {
  return a->db ? sqlite3_last_insert_rowid(a->db) : 0;
}

/* sqlite_table.c - see sqlite_table.h.
 *
 * Three ways, one middle:
 *
 *   sql_query      survey -> virtual table `survey` -> guarded SELECT -> gather -> table
 *   sqlite_read    file -> bytes -> database in memory -> checked -> SELECT -> gather -> table
 *   sqlite_bytes   table -> INSERTs into a database in memory -> serialized bytes
 *
 * Values are gathered column by column (data/gather.h), which decides between numbers and
 * levels once all are seen. Nothing of a file is believed before quick_check has been through
 * it, and even then the guard holds: a schema is text that a stranger wrote
 * (sqlite.org/security.html).
 *
 * Cost: a file is in memory whole, and its rows once more as a table. Failure: BILAN_USAGE
 * (the query, or which table), BILAN_DATA (the file), BILAN_IO, BILAN_LIMIT, BILAN_NOMEM;
 * messages about a file begin with its path.
 */
#include "io/sqlite_table.h"

#include <string.h>

#include "base/io.h"
#include "base/names.h"
#include "data/gather.h"
#include "io/sqlite_guard.h"
#include "io/sqlite_survey.h"

/* ---- rows into a table ------------------------------------------------------------------ */

/* One value of the result; its storage class is SQLite's, row by row. */
static bilan_status gather_cell(bilan *b, struct gather *g, sqlite3_stmt *s, int i) {
  switch (sqlite3_column_type(s, i)) {
    case SQLITE_NULL: return gather_missing(g, BILAN_NO_ANSWER);
    case SQLITE_INTEGER: case SQLITE_FLOAT: return gather_number(g, sqlite3_column_double(s, i));
    case SQLITE_TEXT: {
      const char *text = (const char *)sqlite3_column_text(s, i);
      if (!text) return fail_nomem(b);
      return gather_text(g, (struct text){text, (size_t)sqlite3_column_bytes(s, i)});
    }
    default:
      return fail(b, BILAN_DATA, "column %s holds bytes (a BLOB), not a number or a text",
                  sqlite3_column_name(s, i));
  }
}

/* Steps through the result, all columns side by side.
 * *rows is the number of rows so far, also on failure. Errors are SQLite's at the step. */
static bilan_status gather_rows(bilan *b, sqlite3 *db, const struct guard *guard,
                                sqlite3_stmt *s, struct gather *columns, size_t *rows) {
  int count = sqlite3_column_count(s), code;
  bilan_status status = BILAN_OK;
  *rows = 0;
  while (!status && (code = sqlite3_step(s)) != SQLITE_DONE) {
    if (code != SQLITE_ROW) return guard_fail(b, db, guard, code);
    for (int i = 0; i < count && !status; i++) status = gather_cell(b, &columns[i], s, i);
    ++*rows;
  }
  return status;
}

/* Adds a column under its name, or under the name and " 2", " 3", ... when it is taken.
 * `c` is taken over, also on failure. A result may have two columns "n". */
static bilan_status add_named(bilan *b, struct table *t, const char *name, bilan_kind kind,
                              struct column *c) {
  struct buffer unique;
  buffer_init(&unique, &b->mem);
  buffer_string(&unique, name ? name : "");
  for (size_t k = 2; !unique.failed && table_find(t, (struct text){unique.s, unique.n}) != SIZE_MAX;
       k++) {
    unique.n = 0;
    buffer_format(&unique, "%s %zu", name ? name : "", k);
  }
  struct text text = {unique.n ? unique.s : "", unique.n};
  bilan_status status = unique.failed ? fail_nomem(b) : table_add(b, t, text, kind, c);
  if (unique.failed) column_free(c);
  buffer_free(&unique);
  return status;
}

/* The gathered columns under the names of the result.
 * What was gathered and not yet finished is closed by the caller. */
static bilan_status make_table(bilan *b, struct table **out, sqlite3_stmt *s,
                               struct gather *columns, size_t rows) {
  struct table *t;
  bilan_status status = table_new(b, &t, rows);
  if (status) return status;
  for (int i = 0; i < sqlite3_column_count(s) && !status; i++) {
    struct column *c;
    bilan_kind kind;
    status = gather_finish(&columns[i], &c, &kind);
    if (!status) status = add_named(b, t, sqlite3_column_name(s, i), kind, c);
  }
  if (status) table_free(t);
  else *out = t;
  return status;
}

/* Runs the statement to its end and finalizes it.
 * `s` is finalized on every path; the number of columns is SQLite's and fixed. */
static bilan_status result_table(bilan *b, struct table **out, sqlite3 *db,
                                 const struct guard *guard, sqlite3_stmt *s) {
  size_t count = (size_t)sqlite3_column_count(s), rows;
  struct gather *columns = mem_array(&b->mem, count, sizeof *columns);
  bilan_status status = columns ? BILAN_OK : fail_nomem(b);
  for (size_t i = 0; columns && i < count; i++) gather_open(b, &columns[i]);
  if (!status) status = gather_rows(b, db, guard, s, columns, &rows);
  if (!status) status = make_table(b, out, s, columns, rows);
  for (size_t i = 0; columns && i < count; i++) gather_close(&columns[i]);
  mem_free(&b->mem, columns);
  sqlite3_finalize(s);
  return status;
}

/* ---- queries over a survey -------------------------------------------------------------- */

/* "no such column: agee" gets the nearest item behind it.
 * Without memory for the search the message stays without its hint. Returns `status`. */
static bilan_status hint_item(bilan *b, const struct table *t, bilan_status status) {
  static const char phrase[] = "no such column: ";
  const char *at = status == BILAN_USAGE ? strstr(b->message, phrase) : NULL;
  size_t best[NAMES_BEST], count = table_count(t);
  if (!at) return status;
  struct text *names = mem_array(&b->mem, count, sizeof *names);
  for (size_t i = 0; names && i < count; i++) names[i] = table_name(t, i);
  if (names &&
      names_nearest(&b->mem, names, count, text_of(at + sizeof phrase - 1), best)) {
    char before[MESSAGE_ROOM];
    memcpy(before, b->message, sizeof before);
    fail(b, status, "%s; did you mean \"%.*s\"?", before, (int)names[best[0]].n,
         names[best[0]].s);
  }
  mem_free(&b->mem, names);
  return status;
}

/* Makes the table known. Tables without storage are set up on first use, which is a kind of
 * CREATE to the authorizer: it happens here, before the guard is locked. */
static bilan_status show_survey(bilan *b, sqlite3 *db, struct survey_source *source) {
  int code = survey_register(db, source);
  if (code) return guard_fail(b, db, NULL, code);
  return guard_exec(b, db, "SELECT 1 FROM survey, json_each('[]'), json_tree('[]') WHERE 0");
}

/* A connection of its own for each query: nothing one query does reaches another. */
bilan_status sql_query(bilan *b, struct table **out, const struct table *t,
                       const struct domain *domain, struct text query) {
  struct survey_source source;
  struct guard guard;
  sqlite3 *db = NULL;
  sqlite3_stmt *s = NULL;
  bilan_status status = survey_source_open(b, &source, t, domain, true);
  if (!status) status = guard_open(b, &db, &guard);
  if (!status) status = show_survey(b, db, &source);
  if (!status) {
    guard.only = "survey";
    guard_lock(db, &guard);
    status = hint_item(b, t, guard_prepare(b, db, &guard, query, &s));
  }
  if (!status) status = result_table(b, out, db, &guard, s);
  sqlite3_close(db);
  survey_source_close(&source);
  return status;
}

/* ---- files ------------------------------------------------------------------------------ */

/* A journal or log beside the file that holds changes: reading the file alone would lose or
 * mix them. */
static bilan_status check_beside(bilan *b, const char *path, const char *suffix) {
  struct buffer beside;
  char *bytes = NULL;
  size_t size = 0;
  buffer_init(&beside, &b->mem);
  buffer_string(&beside, path);
  buffer_string(&beside, suffix);
  bilan_status status = beside.failed ? fail_nomem(b) : BILAN_OK;
  if (!status && io_is_file(b, beside.s)) {
    bilan_status found = io_read_file(b, &bytes, &size, beside.s, 1);
    status = found;
    if (found == BILAN_LIMIT || size)
      status = fail(b, BILAN_DATA, "%s: %s holds changes that are not written yet; close the "
                    "program that uses the file", path, beside.s);
  }
  mem_free(&b->mem, bytes);
  buffer_free(&beside);
  return status;
}

/* Reads the bytes of a database. A database in write-ahead mode is marked so in bytes 18 and
 * 19 of its header; in memory there is no log, so our copy is marked as plain.
 * *out is the caller's. 100 bytes are the header of every database file
 * (sqlite.org/fileformat.html). */
static bilan_status read_bytes(bilan *b, const char *path, char **out, size_t *size) {
  bilan_status status = check_beside(b, path, "-wal");
  if (!status) status = check_beside(b, path, "-journal");
  if (!status) status = io_read_file(b, out, size, path, 0);
  if (status) return status;
  if (*size < 100 || memcmp(*out, "SQLite format 3", 16) != 0) {
    mem_free(&b->mem, *out);
    *out = NULL;
    return fail(b, BILAN_DATA, "%s: not an SQLite file", path);
  }
  if ((*out)[18] == 2) (*out)[18] = 1;
  if ((*out)[19] == 2) (*out)[19] = 1;
  return BILAN_OK;
}

/* Looks through the whole file for damage before it is queried.
 * One fault is enough: (1) is the most that are listed. */
static bilan_status quick_check(bilan *b, sqlite3 *db) {
  sqlite3_stmt *s = NULL;
  int code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &s, NULL);
  bilan_status status = code ? guard_fail(b, db, NULL, code) : BILAN_OK;
  if (!status) {
    code = sqlite3_step(s);
    const unsigned char *text = code == SQLITE_ROW ? sqlite3_column_text(s, 0) : NULL;
    if (code != SQLITE_ROW) status = guard_fail(b, db, NULL, code);
    else if (!text || strcmp((const char *)text, "ok") != 0)
      status = fail(b, BILAN_DATA, "damaged: %s", text ? (const char *)text : "");
  }
  sqlite3_finalize(s);
  return status;
}

/* The names are our copies, const only to readers. */
static void free_names(bilan *b, struct text *names, size_t count) {
  for (size_t i = 0; i < count; i++) mem_free(&b->mem, (void *)(uintptr_t)names[i].s);
  mem_free(&b->mem, names);
}

/* The names of the tables, in the order in which they were made; free_names in every case. */
static bilan_status table_names(bilan *b, sqlite3 *db, struct text **names, size_t *count) {
  sqlite3_stmt *s = NULL;
  struct text *list = NULL;
  size_t n = 0;
  int code = sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND "
                                "name NOT GLOB 'sqlite_*' ORDER BY rowid", -1, &s, NULL);
  bilan_status status = code ? guard_fail(b, db, NULL, code) : BILAN_OK;
  while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(s, 0);
    size_t length = (size_t)sqlite3_column_bytes(s, 0);
    struct text *more = mem_resize_array(&b->mem, list, n + 1, sizeof *list);
    char *copy = name ? mem_copy(&b->mem, name, length) : NULL;
    if (more) list = more;
    if (more && copy) list[n++] = (struct text){copy, length};
    else status = fail_nomem(b);
    if (!more) mem_free(&b->mem, copy);
  }
  if (!status && code != SQLITE_DONE) status = guard_fail(b, db, NULL, code);
  sqlite3_finalize(s);
  *names = list;
  *count = n;
  return status;
}

/* Does it begin like a query? A table called "select" has no blank behind it.
 * select, with or values, whatever the case, with a blank or a parenthesis behind. */
static bool is_query(struct text what) {
  static const char *const starts[] = {"select", "with", "values"};
  what = text_trim(what);
  for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
    size_t n = strlen(starts[i]);
    if (what.n > n && !sqlite3_strnicmp(what.s, starts[i], (int)n)) {
      char next = what.s[n];
      if (next == ' ' || next == '\n' || next == '\t' || next == '\r' || next == '(') return true;
    }
  }
  return false;
}

/* Which table is meant: the one named, or the only one. Names in the message are few.
 * *chosen is lent by `names`. */
static bilan_status choose_table(bilan *b, const struct text *names, size_t count,
                                 struct text what, struct text *chosen) {
  size_t best[NAMES_BEST];
  for (size_t i = 0; i < count; i++)
    if (what.n ? text_equal(names[i], what) : count == 1) {
      *chosen = names[i];
      return BILAN_OK;
    }
  if (!count) return fail(b, BILAN_DATA, "no table in the file");
  if (!what.n)
    return fail(b, BILAN_USAGE, "%zu tables in the file, among them \"%.*s\" and \"%.*s\"; say "
                "which", count, (int)names[0].n, names[0].s, (int)names[1].n, names[1].s);
  if (names_nearest(&b->mem, names, count, what, best))
    return fail(b, BILAN_USAGE, "no table \"%.*s\"; did you mean \"%.*s\"?", (int)what.n, what.s,
                (int)names[best[0]].n, names[best[0]].s);
  return fail(b, BILAN_USAGE, "no table \"%.*s\" in the file", (int)what.n, what.s);
}

/* SELECT * FROM "name" for what is meant. */
static bilan_status select_all(bilan *b, sqlite3 *db, struct text what, struct buffer *query) {
  struct text *names = NULL, chosen = {0};
  size_t count = 0;
  bilan_status status = table_names(b, db, &names, &count);
  if (!status) status = choose_table(b, names, count, what, &chosen);
  if (!status) {
    buffer_string(query, "SELECT * FROM \"");
    for (size_t i = 0; i < chosen.n; i++) {
      if (chosen.s[i] == '"') buffer_char(query, '"');
      buffer_char(query, chosen.s[i]);
    }
    buffer_char(query, '"');
    if (query->failed) status = fail_nomem(b);
  }
  free_names(b, names, count);
  return status;
}

/* Reads `what` from a database that is in the connection already. */
static bilan_status read_from(bilan *b, struct table **out, sqlite3 *db, struct guard *guard,
                              struct text what) {
  struct buffer query;
  sqlite3_stmt *s = NULL;
  buffer_init(&query, &b->mem);
  bilan_status status = BILAN_OK;
  if (is_query(what)) buffer_text(&query, what);
  else status = select_all(b, db, what, &query);
  if (!status && query.failed) status = fail_nomem(b);
  if (!status) {
    guard_lock(db, guard);
    status = guard_prepare(b, db, guard, (struct text){query.s, query.n}, &s);
  }
  if (!status) status = result_table(b, out, db, guard, s);
  buffer_free(&query);
  return status;
}

/* Puts the path in front of the message. */
static bilan_status name_path(bilan *b, const char *path, bilan_status status) {
  char before[MESSAGE_ROOM];
  if (!status || status == BILAN_NOMEM) return status;
  memcpy(before, b->message, sizeof before);
  return fail(b, status, "%s: %s", path, before);
}

/* A file as a database in memory, behind the guard. */
struct opened {
  sqlite3 *db;
  struct guard guard;
  char *bytes; /* SQLite reads them in place */
};

/* The connection first: it reads the bytes in place. */
static void close_file(bilan *b, struct opened *f) {
  sqlite3_close(f->db);
  mem_free(&b->mem, f->bytes);
}

/* Close with close_file in every case.
 * READONLY: SQLite neither grows nor frees the bytes. */
static bilan_status open_file(bilan *b, struct opened *f, const char *path) {
  size_t size = 0;
  *f = (struct opened){0};
  bilan_status status = read_bytes(b, path, &f->bytes, &size);
  if (!status) status = guard_open(b, &f->db, &f->guard);
  if (status) return status;
  int code = sqlite3_deserialize(f->db, "main", (unsigned char *)f->bytes, (sqlite3_int64)size,
                                 (sqlite3_int64)size, SQLITE_DESERIALIZE_READONLY);
  status = code ? guard_fail(b, f->db, NULL, code) : quick_check(b, f->db);
  return name_path(b, path, status);
}

/* The connection is closed before the table is handed over; its texts are copies. */
bilan_status sqlite_read(bilan *b, struct table **out, const char *path, struct text what) {
  struct opened f;
  bilan_status status = open_file(b, &f, path);
  if (!status) status = name_path(b, path, read_from(b, out, f.db, &f.guard, what));
  close_file(b, &f);
  return status;
}

/* In the order in which the tables were made; SQLite's own are left out. */
bilan_status sqlite_names(bilan *b, struct buffer *names, const char *path) {
  struct opened f;
  struct text *list = NULL;
  size_t count = 0;
  bilan_status status = open_file(b, &f, path);
  if (!status) status = table_names(b, f.db, &list, &count);
  for (size_t i = 0; i < count; i++) {
    buffer_text(names, list[i]);
    buffer_char(names, '\0');
  }
  if (!status && names->failed) status = fail_nomem(b);
  free_names(b, list, count);
  close_file(b, &f);
  return status;
}

const char *sqlite_version(void) { return sqlite3_libversion(); }

/* ---- writing ---------------------------------------------------------------------------- */

/* Numbers are bound as numbers, never as text: SQLite's decimals are not exact. */
static int bind_cell(sqlite3_stmt *s, int at, const struct cell *cell) {
  switch (cell->type) {
    case CELL_INTEGER: return sqlite3_bind_int64(s, at, cell->integer);
    case CELL_REAL: return sqlite3_bind_double(s, at, cell->real);
    case CELL_TEXT:
      return sqlite3_bind_text64(s, at, cell->text.s, cell->text.n, SQLITE_TRANSIENT,
                                 SQLITE_UTF8);
    default: return sqlite3_bind_null(s, at);
  }
}

/* One row through the prepared INSERT. */
static bilan_status insert_row(bilan *b, sqlite3 *db, sqlite3_stmt *s,
                               const struct survey_source *source, size_t row,
                               struct buffer *room) {
  int code = SQLITE_OK;
  for (size_t i = 0; i < source->count && !code; i++) {
    struct cell cell;
    bilan_status status = survey_cell(b, &cell, &source->shown[i], row, room);
    if (status) return status;
    code = bind_cell(s, (int)i + 1, &cell);
  }
  if (!code && (code = sqlite3_step(s)) == SQLITE_DONE) code = sqlite3_reset(s);
  return code ? guard_fail(b, db, NULL, code) : BILAN_OK;
}

/* INSERT with one parameter per column. */
static bilan_status prepare_insert(bilan *b, sqlite3 *db, size_t count, sqlite3_stmt **out) {
  struct buffer sql;
  buffer_init(&sql, &b->mem);
  buffer_string(&sql, "INSERT INTO survey VALUES(?");
  for (size_t i = 1; i < count; i++) buffer_string(&sql, ",?");
  buffer_char(&sql, ')');
  bilan_status status = sql.failed ? fail_nomem(b) : BILAN_OK;
  int code = status ? 0 : sqlite3_prepare_v2(db, sql.s, (int)sql.n, out, NULL);
  if (code) status = guard_fail(b, db, NULL, code);
  buffer_free(&sql);
  return status;
}

/* All rows in one transaction; the schema is the one that queries see.
 * A failure leaves a transaction open, which closing the connection ends. */
static bilan_status fill_database(bilan *b, sqlite3 *db, const struct survey_source *source) {
  sqlite3_stmt *s = NULL;
  struct buffer room;
  size_t rows = table_rows(source->table);
  buffer_init(&room, &b->mem);
  bilan_status status = guard_exec(b, db, source->schema.s);
  if (!status) status = guard_exec(b, db, "BEGIN");
  if (!status) status = prepare_insert(b, db, source->count, &s);
  for (size_t row = 0; row < rows && !status; row++)
    status = insert_row(b, db, s, source, row, &room);
  sqlite3_finalize(s);
  if (!status) status = guard_exec(b, db, "COMMIT");
  buffer_free(&room);
  return status;
}

/* The database in the connection as bytes of our own.
 * Copied, since SQLite's own block is not the handle's. */
static bilan_status take_bytes(bilan *b, sqlite3 *db, char **out, size_t *size) {
  sqlite3_int64 n = 0;
  unsigned char *bytes = sqlite3_serialize(db, "main", &n, 0);
  char *copy = bytes ? mem_copy(&b->mem, (const char *)bytes, (size_t)n) : NULL;
  sqlite3_free(bytes);
  if (!copy) return fail_nomem(b);
  *out = copy;
  *size = (size_t)n;
  return BILAN_OK;
}

/* Built in memory without the guard: every statement here is our own. */
bilan_status sqlite_bytes(bilan *b, char **out, size_t *size, const struct table *t) {
  struct survey_source source;
  sqlite3 *db = NULL;
  bilan_status status = survey_source_open(b, &source, t, NULL, false);
  if (status) return status;
  int code = sqlite3_open_v2(":memory:", &db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                             NULL);
  status = code ? guard_fail(b, db, NULL, code) : fill_database(b, db, &source);
  if (!status) status = take_bytes(b, db, out, size);
  sqlite3_close(db);
  survey_source_close(&source);
  return status;
}

/* The bytes are made first, so a failure to make them leaves the file as it was. */
bilan_status sqlite_write(bilan *b, const char *path, const struct table *t) {
  char *bytes = NULL;
  size_t size = 0;
  bilan_status status = sqlite_bytes(b, &bytes, &size, t);
  if (!status) status = io_write_file(b, path, bytes, size);
  mem_free(&b->mem, bytes);
  return status;
}

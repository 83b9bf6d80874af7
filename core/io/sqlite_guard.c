/* sqlite_guard.c - see sqlite_guard.h.
 *
 * The walls, after SQLite's own advice for untrusted SQL and files ("Defense Against The Dark
 * Arts", sqlite.org/security.html):
 *   - defensive mode, untrusted schema, no triggers, no views, no extensions
 *   - an authorizer that grants SELECT, READ, FUNCTION and RECURSIVE and nothing else, so there
 *     is no ATTACH, no PRAGMA, no writing, and with `only` no other table
 *   - no functions that draw at random or ask the clock: a query gives the same answer twice
 *   - limits on lengths, depth, operands; a limit on the instructions executed
 *   - temporary tables stay in memory: no file is opened
 * The limits are those of that page where a survey allows it. More generous: columns (surveys
 * have hundreds), expression depth, compound terms and arguments (reports list many levels).
 * The date functions still know 'now' when a query names it: that is the analyst's choice.
 *
 * Example: "SELECT * FROM survey; DROP TABLE survey" fails with BILAN_USAGE, "expected one
 * SELECT, found a second statement"; "SELECT random()" with "function random is not allowed";
 * a recursive query without an end with BILAN_LIMIT after 4 * 10^9 instructions.
 *
 * Failure: BILAN_USAGE (the query), BILAN_DATA (a damaged file), BILAN_LIMIT (steps,
 * lengths), BILAN_NOMEM.
 */
#include "io/sqlite_guard.h"

#include <string.h>

#include "base/letter_case.h"

/* ---- what is granted -------------------------------------------------------------------- */

/* Everything but what draws, asks the clock, loads or allocates at will. */
static bool function_allowed(const char *name) {
  static const char *const denied[] = {"load_extension", "random", "randomblob",
                                       "current_date", "current_time", "current_timestamp",
                                       "fts3_tokenizer", "sqlite_log", "zeroblob"};
  for (size_t i = 0; name && i < sizeof denied / sizeof denied[0]; i++)
    if (!sqlite3_stricmp(name, denied[i])) return false;
  return name != NULL;
}

/* With one table to read, JSON's row makers are fine as well: they see only their argument. */
static bool table_allowed(const struct guard *g, const char *name) {
  if (!g->only) return true;
  return name && (!sqlite3_stricmp(name, g->only) || !sqlite3_stricmp(name, "json_each") ||
                  !sqlite3_stricmp(name, "json_tree"));
}

/* Notes for the message what was refused. */
static int deny(struct guard *g, const char *kind, const char *what) {
  sqlite3_snprintf(sizeof g->denied, g->denied, "%s%s", kind, what ? what : "");
  return SQLITE_DENY;
}

/* SQLite asks here while it compiles; what is not granted does not compile.
 * A read of a table that is allowed covers all its columns. `second` is the function's name. */
static int authorize(void *guard, int action, const char *a, const char *second,
                     const char *database, const char *trigger) {
  struct guard *g = guard;
  (void)database;
  (void)trigger;
  switch (action) {
    case SQLITE_SELECT: case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_READ: return table_allowed(g, a) ? SQLITE_OK : deny(g, "table ", a);
    case SQLITE_FUNCTION:
      return function_allowed(second) ? SQLITE_OK : deny(g, "function ", second);
    default: return deny(g, "a statement other than SELECT", NULL);
  }
}

/* Called every GUARD_STEP instructions; not zero stops the query. */
static int count_steps(void *guard) {
  struct guard *g = guard;
  return ++g->steps > GUARD_STEPS_MOST;
}

/* ---- letters ---------------------------------------------------------------------------- */

/* The answer of lower(x) or upper(x); the function's user data is the handle. */
static void change_case(sqlite3_context *context, sqlite3_value *value,
                        void (*change)(struct buffer *, struct text)) {
  struct buffer out;
  bilan *b = sqlite3_user_data(context);
  const unsigned char *s = sqlite3_value_text(value);
  if (!s) return;
  buffer_init(&out, &b->mem);
  change(&out, (struct text){(const char *)s, (size_t)sqlite3_value_bytes(value)});
  if (out.failed) sqlite3_result_error_nomem(context);
  else sqlite3_result_text(context, out.n ? out.s : "", (int)out.n, SQLITE_TRANSIENT);
  buffer_free(&out);
}

/* NULL stays NULL: change_case then sets no result. */
static void call_lower(sqlite3_context *context, int count, sqlite3_value **args) {
  (void)count;
  change_case(context, args[0], text_lower);
}

static void call_upper(sqlite3_context *context, int count, sqlite3_value **args) {
  (void)count;
  change_case(context, args[0], text_upper);
}

/* ---- opening ---------------------------------------------------------------------------- */

/* See the head for where they come from. */
static void set_limits(sqlite3 *db) {
  static const int limits[][2] = {
      {SQLITE_LIMIT_LENGTH, GUARD_LENGTH},   {SQLITE_LIMIT_SQL_LENGTH, GUARD_SQL},
      {SQLITE_LIMIT_EXPR_DEPTH, 100},        {SQLITE_LIMIT_COMPOUND_SELECT, 20},
      {SQLITE_LIMIT_VDBE_OP, 100000},        {SQLITE_LIMIT_FUNCTION_ARG, 32},
      {SQLITE_LIMIT_ATTACHED, 0},            {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 500},
      {SQLITE_LIMIT_VARIABLE_NUMBER, 10},    {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
      {SQLITE_LIMIT_WORKER_THREADS, 0}};
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
    sqlite3_limit(db, limits[i][0], limits[i][1]);
}

/* "..." is never a text here: a misspelt name is an error, not a constant. */
static void harden(sqlite3 *db) {
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  set_limits(db);
}

/* The owner's own set-up, before anything of a stranger's is read. */
static bilan_status prepare_connection(bilan *b, sqlite3 *db) {
  const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  harden(db);
  int code = sqlite3_create_function(db, "lower", 1, flags, b, call_lower, NULL, NULL);
  if (!code) code = sqlite3_create_function(db, "upper", 1, flags, b, call_upper, NULL, NULL);
  if (code) return guard_fail(b, db, NULL, code);
  return guard_exec(b, db, "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; "
                           "PRAGMA mmap_size=0");
}

/* Without a mutex of SQLite's own: a connection is used by one thread. Nothing is left open
 * on failure. */
bilan_status guard_open(bilan *b, sqlite3 **db, struct guard *guard) {
  sqlite3 *opened = NULL;
  *guard = (struct guard){.b = b};
  int code = sqlite3_open_v2(":memory:", &opened,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY |
                                 SQLITE_OPEN_NOMUTEX,
                             NULL);
  bilan_status status = code ? guard_fail(b, opened, NULL, code) : prepare_connection(b, opened);
  if (status) sqlite3_close(opened);
  else *db = opened;
  return status;
}

void guard_lock(sqlite3 *db, struct guard *guard) {
  sqlite3_set_authorizer(db, authorize, guard);
  sqlite3_progress_handler(db, GUARD_STEP, count_steps, guard);
}

/* ---- statements and errors -------------------------------------------------------------- */

/* No rows are wanted. `sql` is the engine's own text, never a stranger's. */
bilan_status guard_exec(bilan *b, sqlite3 *db, const char *sql) {
  int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
  return code ? guard_fail(b, db, NULL, code) : BILAN_OK;
}

/* Damage to a file is BILAN_DATA, a fault in the query BILAN_USAGE. */
bilan_status guard_fail(bilan *b, sqlite3 *db, const struct guard *guard, int code) {
  /* Some calls answer a plain error when memory was the reason. */
  if (sqlite3_errcode(db) == SQLITE_NOMEM) code = SQLITE_NOMEM;
  switch (code & 0xFF) {
    case SQLITE_NOMEM: return fail_nomem(b);
    case SQLITE_INTERRUPT:
      return fail(b, BILAN_LIMIT, "query: stopped after %d million steps",
                  (int)(GUARD_STEPS_MOST / 1000000.0 * GUARD_STEP));
    case SQLITE_TOOBIG: return fail(b, BILAN_LIMIT, "query: %s", sqlite3_errmsg(db));
    case SQLITE_CORRUPT: case SQLITE_NOTADB: case SQLITE_CANTOPEN: case SQLITE_IOERR:
      return fail(b, BILAN_DATA, "%s", sqlite3_errmsg(db));
    default: break;
  }
  if (guard && guard->denied[0])
    return fail(b, BILAN_USAGE, "query: %s is not allowed; a query reads the survey and gives "
                "the same answer every time", guard->denied);
  int offset = sqlite3_error_offset(db);
  if (offset >= 0)
    return fail(b, BILAN_USAGE, "query: byte %d: %s", offset + 1, sqlite3_errmsg(db));
  return fail(b, BILAN_USAGE, "query: %s", sqlite3_errmsg(db));
}

/* Refuses anything but blanks, semicolons and comments behind the query. */
static bilan_status check_tail(bilan *b, sqlite3 *db, const char *s, size_t n) {
  sqlite3_stmt *rest = NULL;
  int code = sqlite3_prepare_v2(db, s, (int)n, &rest, NULL);
  sqlite3_finalize(rest);
  if (code == SQLITE_NOMEM) return fail_nomem(b);
  if (!code && !rest) return BILAN_OK;
  return fail(b, BILAN_USAGE, "query: expected one SELECT, found a second statement");
}

/* *out is the caller's to finalize. The query may end in a semicolon or a comment. */
bilan_status guard_prepare(bilan *b, sqlite3 *db, struct guard *guard, struct text query,
                           sqlite3_stmt **out) {
  sqlite3_stmt *s = NULL;
  const char *tail = NULL;
  if (query.n > GUARD_SQL)
    return fail(b, BILAN_LIMIT, "query: %zu bytes; the limit is %d", query.n, (int)GUARD_SQL);
  if (query.n && memchr(query.s, '\0', query.n))
    return fail(b, BILAN_USAGE, "query: a query cannot hold a NUL byte");
  guard->denied[0] = '\0';
  int code = sqlite3_prepare_v2(db, query.s, (int)query.n, &s, &tail);
  if (code) return guard_fail(b, db, guard, code);
  bilan_status status = s && sqlite3_column_count(s)
                            ? check_tail(b, db, tail, (size_t)(query.s + query.n - tail))
                            : fail(b, BILAN_USAGE, "query: expected a SELECT");
  if (status) sqlite3_finalize(s);
  else *out = s;
  return status;
}

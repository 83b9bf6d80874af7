/* sqlite_guard.h - a database connection that can read and do nothing else. Only the sqlite_*
 * files of this folder see sqlite3.h.
 *
 *   guard_open      a fresh database in memory; the owner fills or attaches what may be read
 *   guard_lock      from here on: SELECT alone, one table when `only` names it, steps counted
 *   guard_prepare   a stranger's query, compiled under the guard
 *   sqlite3_close   the owner's; no connection outlives a call of sqlite_table.h
 *
 * Owner: the connection is the caller's, who closes it before the guard goes out of scope.
 */
#ifndef IO_SQLITE_GUARD_H
#define IO_SQLITE_GUARD_H

#include <sqlite3.h>

#include "base/handle.h"
#include "base/text.h"

/* What a guarded connection may still do; lives as long as the connection. */
struct guard {
  bilan *b;
  const char *only; /* the one table that may be read; NULL: any */
  uint64_t steps;   /* of SQLite's machine, in units of GUARD_STEP */
  char denied[64];  /* what was refused last */
};

enum {
  GUARD_STEP = 10000,        /* instructions between two looks at the clock of steps */
  GUARD_STEPS_MOST = 400000, /* units: 4 * 10^9 instructions */
  GUARD_LENGTH = 1000000,    /* bytes of a text */
  GUARD_SQL = 100000         /* bytes of a query */
};

/* A connection to a database in memory, hardened, with lower and upper for all letters. It is
 * open for the owner's own set-up until guard_lock. */
bilan_status guard_open(bilan *b, sqlite3 **db, struct guard *guard);
/* `guard` stays where it is until the connection is closed: SQLite keeps its address. */
void guard_lock(sqlite3 *db, struct guard *guard);

/* A statement of the owner's own. */
bilan_status guard_exec(bilan *b, sqlite3 *db, const char *sql);

/* Compiles one query that gives rows. Errors are BILAN_USAGE with SQLite's message and the
 * column of the query. */
bilan_status guard_prepare(bilan *b, sqlite3 *db, struct guard *guard, struct text query,
                           sqlite3_stmt **out);

/* SQLite's last error as a status with a message. */
bilan_status guard_fail(bilan *b, sqlite3 *db, const struct guard *guard, int code);

#endif

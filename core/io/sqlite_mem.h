/* sqlite_mem.h - SQLite's memory out of a handle's allocator.
 *
 * The memory of queries is otherwise out of sight: SQLite would take it from the system, and
 * neither the cap nor the switch that makes the n-th request fail would see it.
 */
#ifndef IO_SQLITE_MEM_H
#define IO_SQLITE_MEM_H

#include "base/handle.h"

/* Routes every allocation of SQLite, in the whole process, through the handle's allocator, so
 * that its cap and its failure switch hold for queries as well. SQLite has one allocator per
 * process, so this is for programs (main), never for the library: call it once, before any
 * other use of SQLite, from the one thread that uses it; the handle outlives all use.
 * BILAN_USAGE: SQLite is running already. */
bilan_status sqlite_use_memory(bilan *b);

/* Gives SQLite's memory back and its own allocator to it again (for tests, and at exit). */
bilan_status sqlite_release_memory(bilan *b);

#endif

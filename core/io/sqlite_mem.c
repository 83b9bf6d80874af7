/* sqlite_mem.c - see sqlite_mem.h.
 *
 * SQLite hands its configured methods no context but in xInit, so the allocator they use must
 * be remembered for the process: the one mutable global of the engine, set only by a program
 * that asks for it.
 *
 * Order of calls: sqlite_use_memory, then any use of SQLite, then sqlite_release_memory, then
 * the handle may go. Blocks know their size (mem_size), as SQLite's xSize needs. No locking:
 * one thread. Failure: BILAN_USAGE when SQLite runs already, BILAN_NOMEM; SQLite then keeps
 * the methods it had.
 */
#include "io/sqlite_mem.h"

#include <sqlite3.h>
#include <string.h>

/* The allocator in use, and SQLite's own methods as they were before. */
static struct mem *memory;
static sqlite3_mem_methods before;

/* The methods of sqlite3_mem_methods, one line each; NULL is SQLite's sign for "out of
 * memory". */
static void *method_malloc(int size) { return mem_alloc(memory, (size_t)size); }
static void method_free(void *block) { mem_free(memory, block); }
static void *method_realloc(void *block, int size) {
  return mem_resize(memory, block, (size_t)size);
}
/* SQLite keeps count of its memory by this; it is what was asked for. */
static int method_size(void *block) { return block ? (int)mem_size(block) : 0; }
/* Blocks are aligned for any type anyway; eight keeps SQLite's sums small. */
static int method_roundup(int size) { return (size + 7) & ~7; }
/* Nothing to set up or to take down: the handle's allocator is there already. */
static int method_init(void *unused) {
  (void)unused;
  return SQLITE_OK;
}
static void method_shutdown(void *unused) { (void)unused; }

/* The former methods are kept, to be put back. */
bilan_status sqlite_use_memory(bilan *b) {
  static const sqlite3_mem_methods methods = {
      method_malloc, method_free, method_realloc, method_size, method_roundup, method_init,
      method_shutdown, NULL};
  memory = &b->mem;
  int code = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &before);
  if (!code) code = sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
  if (!code) code = sqlite3_initialize();
  if (code == SQLITE_NOMEM) return fail_nomem(b);
  return code ? fail(b, BILAN_USAGE, "SQLite is in use already: %s", sqlite3_errstr(code))
              : BILAN_OK;
}

/* Without a call of sqlite_use_memory before, there are no former methods and only SQLite is
 * shut down. */
bilan_status sqlite_release_memory(bilan *b) {
  int code = sqlite3_shutdown();
  if (!code && before.xMalloc) code = sqlite3_config(SQLITE_CONFIG_MALLOC, &before);
  return code ? fail(b, BILAN_INTERNAL, "SQLite: %s", sqlite3_errstr(code)) : BILAN_OK;
}

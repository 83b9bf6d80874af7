/* host.h - what a script may reach: files to read, a folder to write, time and memory.
 *
 * The host is a struct of the program (or of a stock Lua, where nothing is guarded). Engine
 * Lua reads and writes through core.host only, so one check guards every verb.
 *
 * What a guarded script may do, and what it may not:
 *
 *   read     files below the granted folders, links resolved   else one error for all
 *   write    below `out`, by plain relative paths              no "..", no link out of it
 *   neither  in the folder of the cache, be it below these
 *   print    standard output, counted against written_cap      beyond it an error for good
 *   run      instruction_cap, timeout, the handle's memory cap sticky: cannot be caught
 *
 * Owner: the program (or, for a stock Lua, the state) owns the struct; the grants are copies
 * of the handle's allocator, freed by l_host_close. One host a state.
 */
#ifndef BINDING_HOST_H
#define BINDING_HOST_H

#include <signal.h>

#include "binding/binding.h"
#include "binding/progress.h"

/* The most grants; bytes of a path, of the script's place, with their NULs. */
enum { HOST_GRANTS = 64, HOST_PATH = 4096, HOST_PLACE = 160 };

/* Zeroed means: nothing guarded, nothing limited. `expired` and `limit` are written by a
 * signal handler or a hook. */
struct host {
  bool guarded;                       /* false: a stock Lua, or --trusted */
  bool standard_input;                /* may "-" be read? */
  bool lost_output;                   /* writing to standard output failed */
  char out[HOST_PATH];                /* the folder that may be written below */
  char *grants[HOST_GRANTS];          /* absolute, resolved folders and files to read */
  char cache[HOST_PATH];              /* the folder of cache.h, absolute; "": there is none. The
                                         engine's own: no script reads or writes in it */
  size_t cache_damaged;               /* entries that were of no use when they were asked */
  size_t grant_count;
  size_t written, written_cap;        /* bytes printed and written so far; 0 = no cap */
  size_t files, files_cap;
  uint64_t instructions, instruction_cap;
  volatile sig_atomic_t expired;      /* set by the alarm */
  volatile sig_atomic_t limit;        /* a limit was hit: errors can no longer be caught */
  int timeout;                        /* seconds; 0 = none */
  lua_State *watched;                 /* while a script runs under limits */
  struct progress progress;
  char place[HOST_PLACE];             /* its line when memory was refused last: "file:line: " */
};

/* l_host never gives NULL after l_set_host or l_host_plain. */
struct host *l_host(lua_State *L);
void l_set_host(lua_State *L, struct host *h);
void l_host_plain(lua_State *L); /* an unguarded host that lives in the state */
int l_host_open(lua_State *L);   /* pushes the functions of core.host */
/* Raises unless the path may be read. */
void l_check_readable(lua_State *L, const char *path);
/* Notes where the script is, for a message after memory has run out. Allocates nothing, so an
 * allocator may call it. */
void l_host_note_place(struct host *h);
/* A limit was hit: lets the script that runs notice. May be called by a signal's handler. */
void l_host_interrupt(struct host *h);
/* Before the handle is closed; idempotent. */
void l_host_close(struct host *h, bilan *b);

#endif

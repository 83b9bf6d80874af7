/* l_gnuplot.c - core.gnuplot: draws a script of the engine with one gnuplot process.
 *
 *   run(script, { "a.svg", ... } [, seconds]) -> { ["a.svg"] = bytes, ... }, messages
 *
 * A file that was not drawn is absent from the table; messages is gnuplot's standard error.
 * A script of a user never gets hold of this part (sandbox.lua gives out bilan alone).
 *
 * Example: run(script, { "fig1.svg" }, 10) -> { ["fig1.svg"] = "<?xml ..." }, "". Names are
 * plain file names (io/gnuplot.h). Raises when gnuplot is not installed, takes longer than
 * `seconds` (60 unless told, 3600 at most) or the run is stopped by the host's time limit.
 * The process, its folder and its files are gone when the call returns.
 */
#include <string.h>

#include "base/handle.h"
#include "binding/host.h"
#include "io/gnuplot.h"

static const char run_type[] = "bilan.gnuplot";
/* The usual and the longest time; the most files of a run. */
enum { SECONDS = 60, MOST_SECONDS = 3600, MOST_FILES = 10000 };

/* What a run holds, freed by the collector when an error passes by. The files lie in the same
 * block: a block of their own could be gone before this one is finalized. */
struct held {
  bilan *b;
  struct gnuplot_run run;
  struct gnuplot_file files[];
};

/* `b` is NULL until there is something to free, and again when it was freed. */
static int free_held(lua_State *L) {
  struct held *held = luaL_checkudata(L, 1, run_type);
  if (held->b) gnuplot_free(held->b, &held->run);
  held->b = NULL;
  return 0;
}

/* The names in the table at `index`, each kept on the stack by the table itself. */
static void read_names(lua_State *L, int index, struct gnuplot_run *run) {
  for (size_t i = 0; i < run->count; i++) {
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    run->files[i] = (struct gnuplot_file){.name = l_check_text(L, -1)};
    lua_pop(L, 1);
  }
}

/* run(script, names [, seconds]) -> files, messages; see the head. Everything the run holds
 * belongs to a userdata before the first file is read. */
static int l_run(lua_State *L) {
  struct text script = l_check_text(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_Integer seconds = luaL_optinteger(L, 3, SECONDS);
  luaL_argcheck(L, seconds >= 1 && seconds <= MOST_SECONDS, 3, "seconds from 1 to 3600");
  size_t count = lua_rawlen(L, 2);
  luaL_argcheck(L, count <= MOST_FILES, 2, "at most 10000 files");
  struct held *held = lua_newuserdatauv(L, sizeof *held + count * sizeof held->files[0], 0);
  struct gnuplot_file *files = held->files;
  memset(held, 0, sizeof *held);
  luaL_setmetatable(L, run_type);
  struct gnuplot_run *run = &held->run;
  *run = (struct gnuplot_run){.script = script, .files = files, .count = count,
                              .timeout = (int)seconds * 1000, .stop = &l_host(L)->expired};
  read_names(L, 2, run);
  held->b = l_handle(L);
  buffer_init(&run->messages, &held->b->mem);
  l_check(L, gnuplot_draw(held->b, run));
  lua_createtable(L, 0, (int)count);
  for (size_t i = 0; i < count; i++) {
    if (!files[i].bytes) continue;
    l_push_text(L, files[i].name);
    lua_pushlstring(L, files[i].bytes, files[i].size);
    lua_rawset(L, -3);
  }
  lua_pushlstring(L, run->messages.n ? run->messages.s : "", run->messages.n);
  gnuplot_free(held->b, run);
  held->b = NULL;
  return 2;
}

/* Pushes the one function; a script of a user never sees it. */
int l_gnuplot_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"run", l_run}, {NULL, NULL}};
  luaL_newmetatable(L, run_type);
  lua_pushcfunction(L, free_held);
  lua_setfield(L, -2, "__gc");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
  luaL_newlib(L, functions);
  return 1;
}

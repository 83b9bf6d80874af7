/* module.c - `require "bilan"`: the C parts and the embedded Lua files as one module.
 *
 * The Lua files of the engine are compiled in (embedded.c, made by lua/embed.lua) and loaded
 * on first use, so that an empty script pays for nothing but the start. Their chunk names
 * start with "=bilan", which is how an error message finds the analyst's own line. They load
 * from bytecode where the Lua that runs is shown to compile as the build's did, else from their
 * text: same functions, same messages.
 *
 * What `require` finds, and from where:
 *
 *   bilan            lua/bilan.lua as an array of bytes    preload, run at once
 *   bilan.NAME       lua/bilan/NAME.lua, likewise          preload, run when asked for
 *   bilan.core       open_core: where, version, parts      each part made on first use
 *
 * Owner: the arrays are constants of the program; the parts are tables of the state. Failure:
 * a Lua error (memory, or a part that is not there).
 */
#include "binding/module.h"

#include <string.h>

#include "base/number.h"
#include "binding/embedded.h"
#include "binding/host.h"

/* lua_Alloc on the handle's allocator, which keeps the sizes itself.
 * `after` of 0 frees, as lua_Alloc has it; NULL means that memory is refused and Lua raises. */
static void *allocate(void *mem, void *block, size_t before, size_t after) {
  (void)before;
  if (after) return mem_resize(mem, block, after);
  mem_free(mem, block);
  return NULL;
}

/* One allocator for state and engine: its cap, its count and its switch hold for both. */
lua_State *l_new_state(bilan *b) { return lua_newstate(allocate, &b->mem); }

/* How far a dump agrees with the bytes that are expected. */
struct comparison {
  const char *bytes;
  size_t left;
};

/* lua_Writer: other than 0 stops the dump. */
static int compare_piece(lua_State *L, const void *piece, size_t size, void *data) {
  struct comparison *c = data;
  (void)L;
  if (size > c->left || memcmp(piece, c->bytes, size) != 0) return 1;
  c->bytes += size;
  c->left -= size;
  return 0;
}

/* Does this Lua compile the probe to the bytes that the build's Lua made of it? Releases of Lua 5.4
 * have one number in the head of their bytecode, so the head alone says too little. */
static bool code_fits(lua_State *L) {
  const struct embedded *probe = &embedded_probe;
  struct comparison c = {probe->code, probe->code_size};
  if (luaL_loadbufferx(L, probe->text, probe->text_size, "=bilan.probe", "t") != LUA_OK)
    return lua_error(L);
  bool fits = lua_dump(L, compare_piece, &c, 0) == 0 && c.left == 0;
  lua_pop(L, 1);
  return fits;
}

/* Loader of one embedded file: upvalues are its entry, and whether its bytecode may be used. */
static int load_embedded(lua_State *L) {
  const struct embedded *file = lua_touserdata(L, lua_upvalueindex(1));
  bool code = lua_toboolean(L, lua_upvalueindex(2));
  const char *chunk = lua_pushfstring(L, "=%s", file->name);
  if (luaL_loadbufferx(L, code ? file->code : file->text, code ? file->code_size : file->text_size,
                       chunk, code ? "b" : "t") != LUA_OK)
    return lua_error(L);
  lua_pushstring(L, file->name);
  lua_call(L, 1, 1);
  return 1;
}

/* package.preload[name], when nothing is there: the loader of an embedded file, or nil. One
 * function that knows all names, for most of them are never asked for. The upvalue tells
 * load_embedded about bytecode. */
static int find_embedded(lua_State *L) {
  const char *name = lua_tostring(L, 2);
  for (const struct embedded *file = embedded_files; name && file->name; file++) {
    if (strcmp(file->name, name) != 0) continue;
    lua_pushlightuserdata(L, (void *)(uintptr_t)file);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, load_embedded, 2);
    return 1;
  }
  return 0;
}

/* where() -> "file:line: " of the analyst's line that is running, or "". */
static int l_where(lua_State *L) {
  l_push_where(L);
  return 1;
}

/* ways{ plain = bool, libcsv = bool, simd = word, block = rows, chunk = bytes, threads = n }: how
 * this handle computes from now on; what is absent is the engine's choice again (threads: as they
 * were). For tests and measurements. */
static int l_ways(lua_State *L) {
  static const char *const simds[SIMDS + 1] = {"best", "scalar", "sse2", "avx2", "neon", NULL};
  luaL_checktype(L, 1, LUA_TTABLE);
  struct ways ways = {0};
  ways.plain = lua_getfield(L, 1, "plain") != LUA_TNIL && lua_toboolean(L, -1);
  ways.libcsv = lua_getfield(L, 1, "libcsv") != LUA_TNIL && lua_toboolean(L, -1);
  lua_getfield(L, 1, "simd");
  ways.simd = (enum simd)luaL_checkoption(L, -1, "best", simds);
  lua_getfield(L, 1, "block");
  ways.block = (size_t)luaL_optinteger(L, -1, 0);
  lua_getfield(L, 1, "chunk");
  ways.chunk = (size_t)luaL_optinteger(L, -1, 0);
  lua_getfield(L, 1, "threads");
  int threads = (int)luaL_optinteger(L, -1, l_handle(L)->threads);
  luaL_argcheck(L, threads >= 1, 1, "threads: at least 1");
  l_handle(L)->ways = ways;
  l_handle(L)->threads = threads;
  return 0;
}

static const struct {
  const char *name;
  lua_CFunction open;
/* In no particular order: names are looked up one by one, once. */
} parts[] = {
    {"data", l_data_open}, {"csv", l_csv_open},           {"expr", l_expr_open},
    {"sql", l_sql_open},   {"estimate", l_estimate_open}, {"stat", l_stat_open},
    {"claim", l_claim_open}, {"text", l_text_open},       {"host", l_host_open},
    {"gnuplot", l_gnuplot_open}, {"design", l_design_open},
    {"archive", l_archive_open}, {"plan", l_plan_open},
    {"sheet", l_sheet_open}, {"terminal", l_terminal_open},
};

/* A part of the core is made when it is first asked for: core.stat, core.csv, ...
 * core[name]: index 1 is core, 2 the name. Stored, so that __index is asked once a part.
 * Raises for an unknown one. */
static int core_index(lua_State *L) {
  const char *name = luaL_checkstring(L, 2);
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    if (strcmp(parts[i].name, name) != 0) continue;
    parts[i].open(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, 1, name);
    return 1;
  }
  return luaL_error(L, "no part \"%s\" in the engine's core", name);
}

/* The table core: where, ways, version, and an index that makes the other parts on demand. */
static int open_core(lua_State *L) {
  lua_createtable(L, 0, 12);
  lua_pushcfunction(L, l_where);
  lua_setfield(L, -2, "where");
  lua_pushcfunction(L, l_ways);
  lua_setfield(L, -2, "ways");
  lua_pushliteral(L, BILAN_VERSION);
  lua_setfield(L, -2, "version");
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, core_index);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  return 1;
}

/* Makes Lua's growing buffers ready. Lua 5.4 registers the metatable of their boxes before it
 * is filled: when memory runs out in between, on the first long text, every later one fails
 * ("non-closable value"). Here the same fault only ends the start. */
static void prepare_buffers(lua_State *L) {
  luaL_Buffer buffer;
  luaL_buffinitsize(L, &buffer, LUAL_BUFFERSIZE + 1);
  luaL_pushresultsize(&buffer, 0);
  lua_pop(L, 1);
}

/* Lets `require` find every embedded file by its name, then runs the first, "bilan", and leaves
 * its table. */
void l_open_bilan(lua_State *L) {
  prepare_buffers(L);
  l_new_types(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_createtable(L, 0, 1);
  lua_pushboolean(L, code_fits(L));
  lua_pushcclosure(L, find_embedded, 1);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua_pushcfunction(L, open_core);
  lua_setfield(L, -2, "bilan.core");
  lua_getfield(L, -1, "bilan");
  lua_remove(L, -2);
  lua_call(L, 0, 1);
}

/* Entry of the C module under a stock lua5.4. The handle lives in a userdata of the state, so
 * it is there until every other object of the state has gone. */
BILAN_API int luaopen_bilan(lua_State *L);
/* A stock Lua brings its own allocator for the state; the engine's memory is the handle's. */
int luaopen_bilan(lua_State *L) {
  bilan *b = lua_newuserdatauv(L, sizeof *b, 0);
  handle_init(b);
  luaL_ref(L, LUA_REGISTRYINDEX);
  l_set_handle(L, b);
  l_host_plain(L);
  l_open_bilan(L);
  return 1;
}

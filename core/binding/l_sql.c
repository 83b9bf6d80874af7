/* l_sql.c - SQLite for the engine's Lua:
 *   sql(table, domain or nil, query)   -> table
 *   sqlite_read(path, table or query)  -> table, names of the tables in the file
 *   sqlite_bytes(table)                -> the bytes of an SQLite file with one table, survey
 *   version()                          -> of the library
 * Whether a path may be read is the host's business (core.host.check_read).
 *
 * Example: sql(t, nil, "select genre, avg(age) as m from survey group by genre") -> a table
 * with items genre and m. The survey is the only table a query sees, and only reading is
 * possible (io/sqlite_guard.h).
 *
 * Failure: raised with SQLite's own words and the byte of the query; a file that is damaged
 * or no database is told by its path. Owner: results are userdata; bytes on their way into a
 * Lua string belong to one.
 */
#include <string.h>

#include "binding/binding.h"
#include "io/sqlite_table.h"

/* sql(table, domain or nil, query) -> table
 * With a domain the query sees its rows alone; rowid is the row of the whole survey all the
 * same. */
static int l_sql(lua_State *L) {
  struct table *t = l_check_table(L, 1);
  struct domain *d = l_opt_domain(L, 2);
  struct text query = l_check_text(L, 3);
  struct table **slot = l_new_table(L);
  l_check(L, sql_query(l_handle(L), slot, t, d, query));
  return 1;
}

/* Bytes of the engine's that a string of Lua's is made of; a userdata owns them meanwhile. */
struct bytes {
  struct mem *mem;
  char *s;
};

/* The collector's way; the functions below free earlier when all goes well. */
static int free_bytes(lua_State *L) {
  struct bytes *k = luaL_checkudata(L, 1, "bilan.sql.bytes");
  if (k->mem) mem_free(k->mem, k->s);
  k->s = NULL;
  return 0;
}

/* The owner of bytes that an error of Lua's must not lose. */
static struct bytes *new_bytes(lua_State *L) {
  static const luaL_Reg events[] = {{"__gc", free_bytes}, {NULL, NULL}};
  struct bytes *k = lua_newuserdatauv(L, sizeof *k, 0);
  *k = (struct bytes){&l_handle(L)->mem, NULL};
  l_set_type(L, "bilan.sql.bytes", events);
  return k;
}

/* A path, which cannot hold a NUL byte. */
static const char *check_path(lua_State *L, int index) {
  struct text path = l_check_text(L, index);
  luaL_argcheck(L, strlen(path.s) == path.n, index, "the path holds a NUL byte");
  return path.s;
}

/* Pushes the list of names that stand one after the other, each with a NUL behind it. */
static void push_names(lua_State *L, const char *names, size_t n) {
  lua_newtable(L);
  for (size_t at = 0, i = 1; at < n; at += strlen(names + at) + 1) {
    lua_pushstring(L, names + at);
    lua_rawseti(L, -2, (lua_Integer)i++);
  }
}

/* sqlite_read(path, what) -> table, names. The names are read from the file again.
 * `what` is the name of a table, a SELECT, or nil when the file holds one table; names is the
 * list of all its tables. */
static int l_sqlite_read(lua_State *L) {
  bilan *b = l_handle(L);
  const char *path = check_path(L, 1);
  struct text what = lua_isnoneornil(L, 2) ? TEXT("") : l_check_text(L, 2);
  struct table **slot = l_new_table(L);
  struct bytes *owner = new_bytes(L);
  struct buffer names;
  l_check(L, sqlite_read(b, slot, path, what));
  buffer_init(&names, &b->mem);
  bilan_status status = sqlite_names(b, &names, path);
  owner->s = names.s; /* the buffer's block; nothing else of the buffer needs freeing */
  l_check(L, status);
  lua_pushvalue(L, -2);
  push_names(L, owner->s, names.n);
  return 2;
}

/* sqlite_bytes(table) -> string
 * All rows and items; kinds of missing become NULL, items with several answers their labels
 * joined by ";". */
static int l_sqlite_bytes(lua_State *L) {
  const struct table *t = l_check_table(L, 1);
  struct bytes *owner = new_bytes(L);
  size_t size = 0;
  l_check(L, sqlite_bytes(l_handle(L), &owner->s, &size, t));
  lua_pushlstring(L, owner->s, size);
  mem_free(owner->mem, owner->s);
  owner->s = NULL;
  return 1;
}

/* version() -> "3.40.1" */
static int l_version(lua_State *L) {
  lua_pushstring(L, sqlite_version());
  return 1;
}

/* Pushes the table of functions. */
int l_sql_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"sql", l_sql},
                                       {"sqlite_read", l_sqlite_read},
                                       {"sqlite_bytes", l_sqlite_bytes},
                                       {"version", l_version},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}

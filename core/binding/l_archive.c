/* l_archive.c - the archive for the engine's Lua (core.archive); scripts never see it.
 *
 *   open(path, "read" | "write") -> archive      is(path) -> boolean      null
 *   sha256(table) -> hash, { hash of each item, in order }        cache: see l_cache.c
 *   load(table)
 *   archive:query(sql, params) -> { { column = value, ... }, ... }
 *   archive:exec(sql, params) -> changes, last id
 *   archive:transaction(f, ...) -> what f returns
 *   archive:reading(f, ...) -> what f returns; all that it reads is of one moment
 *   archive:put(table) -> id, sha256             archive:get(id [, names]) -> table
 *   archive:drop(id)      archive:check()        archive:close()
 *
 * Parameters are a list for ?1, ?2...: booleans become 0 and 1, null is NULL, and so is a gap in
 * the list. In rows NULL is absent. `exec` and `put` outside a transaction are one of their own.
 * `transaction` commits when f returns and rolls back when it raises; the error goes on.
 *
 * Reading obeys the rules of the host; the path to write to comes from the command line alone.
 * Each method raises at the script's line with the path and what is wrong.
 *
 * Owner: an archive and a running query are each a userdata, closed by the collector, by
 * <close>, or by their end.
 */
#include <string.h>

#include "archive/archive.h"
#include "binding/host.h"
#include "binding/l_cache.h"

static const char archive_type[] = "bilan.archive";
static const char query_type[] = "bilan.archive.query";

/* ---- userdata ------------------------------------------------------------------------------ */

/* Harmless when called again. */
static int close_archive(lua_State *L) {
  struct archive **slot = luaL_checkudata(L, 1, archive_type);
  archive_close(*slot);
  *slot = NULL;
  return 0;
}

/* A query that ran to its end was closed there. */
static int close_query(lua_State *L) {
  struct query **slot = luaL_checkudata(L, 1, query_type);
  query_close(*slot);
  *slot = NULL;
  return 0;
}

/* A closed userdata on top of the stack. */
static void *new_slot(lua_State *L, const char *type) {
  void **slot = lua_newuserdatauv(L, sizeof *slot, 1);
  *slot = NULL;
  luaL_setmetatable(L, type);
  return slot;
}

struct archive **l_new_archive(lua_State *L) { return new_slot(L, archive_type); }

/* The archive at 1, open; lent by its userdata. */
static struct archive *check_archive(lua_State *L) {
  struct archive **slot = luaL_checkudata(L, 1, archive_type);
  if (!*slot) luaL_argerror(L, 1, "the archive is closed");
  return *slot;
}

/* A path as C wants it. */
static const char *check_path(lua_State *L, int index) {
  struct text path = l_check_text(L, index);
  luaL_argcheck(L, strlen(path.s) == path.n, index, "the path holds a NUL byte");
  return path.s;
}

/* ---- opening ------------------------------------------------------------------------------- */

/* open(path [, mode]) -> archive. Reading is the usual mode, and the one that the host's rules
 * are for. */
static int l_open(lua_State *L) {
  static const char *const modes[] = {"read", "write", NULL};
  const char *path = check_path(L, 1);
  enum archive_mode mode = (enum archive_mode)luaL_checkoption(L, 2, "read", modes);
  if (mode == ARCHIVE_READ) l_check_readable(L, path);
  struct archive **slot = new_slot(L, archive_type);
  l_check(L, archive_open(l_handle(L), slot, path, mode));
  return 1;
}

/* is(path) -> boolean. Raises for a path that may not be read, as reading it would. */
static int l_is(lua_State *L) {
  const char *path = check_path(L, 1);
  l_check_readable(L, path);
  lua_pushboolean(L, archive_is(l_handle(L), path));
  return 1;
}

/* ---- statements ---------------------------------------------------------------------------- */

/* One parameter from the value on top of the stack. */
static bilan_status bind_value(lua_State *L, struct query *q, int place) {
  bilan *b = l_handle(L);
  switch (lua_type(L, -1)) {
  case LUA_TBOOLEAN: return query_bind_integer(b, q, place, lua_toboolean(L, -1));
  case LUA_TNUMBER:
    if (lua_isinteger(L, -1)) return query_bind_integer(b, q, place, lua_tointeger(L, -1));
    return query_bind_number(b, q, place, lua_tonumber(L, -1));
  case LUA_TSTRING: return query_bind_text(b, q, place, l_check_text(L, -1));
  case LUA_TNIL: return query_bind_null(b, q, place);
  default: break;
  }
  if (lua_islightuserdata(L, -1) && !lua_touserdata(L, -1)) return query_bind_null(b, q, place);
  luaL_error(L, "parameter %d: a %s cannot be stored", place, luaL_typename(L, -1));
  return BILAN_USAGE;
}

/* Compiles the SQL at 2, binds the list at 3, and leaves the query's userdata on top. */
static struct query *start_query(lua_State *L) {
  struct archive *a = check_archive(L);
  struct text sql = l_check_text(L, 2);
  if (!lua_isnoneornil(L, 3)) luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 3);
  struct query **slot = new_slot(L, query_type);
  l_check(L, query_open(l_handle(L), slot, a, sql));
  int count = query_parameters(*slot);
  for (int place = 1; lua_istable(L, 3) && place <= count + 1; place++) {
    bool there = lua_rawgeti(L, 3, place) != LUA_TNIL;
    if (place <= count) l_check(L, bind_value(L, *slot, place));
    else if (there) luaL_error(L, "more parameters than the %d of the statement", count);
    lua_pop(L, 1);
  }
  return *slot;
}

/* The value of a column of the row at hand; NULL is nil, which leaves the field out. */
static void push_value(lua_State *L, struct query *q, int column) {
  switch (query_type_of(q, column)) {
  case QUERY_NULL: lua_pushnil(L); break;
  case QUERY_INTEGER: lua_pushinteger(L, query_integer(q, column)); break;
  case QUERY_NUMBER: lua_pushnumber(L, query_number(q, column)); break;
  case QUERY_TEXT: l_push_text(L, query_text(q, column)); break;
  }
}

/* Ended at once rather than by the collector: an open statement holds a lock. */
static void end_query(lua_State *L, int index) {
  struct query **slot = luaL_checkudata(L, index, query_type);
  query_close(*slot);
  *slot = NULL;
}

/* query(sql, params) -> rows */
static int l_query(lua_State *L) {
  struct query *q = start_query(L);
  bool row = false;
  lua_newtable(L);
  for (lua_Integer n = 1;; n++) {
    l_check(L, query_step(l_handle(L), q, &row));
    if (!row) break;
    lua_createtable(L, 0, query_columns(q));
    for (int i = 0; i < query_columns(q); i++) {
      push_value(L, q, i);
      lua_setfield(L, -2, query_name(q, i));
    }
    lua_rawseti(L, -2, n);
  }
  end_query(L, 4);
  return 1;
}

/* The body of exec: rows, if there are any, are passed over. */
static int run_exec(lua_State *L) {
  struct query *q = start_query(L);
  const struct archive *a = check_archive(L);
  bool row = true;
  while (row) l_check(L, query_step(l_handle(L), q, &row));
  end_query(L, 4);
  lua_pushinteger(L, archive_changes(a));
  lua_pushinteger(L, archive_last_id(a));
  return 2;
}

/* put(table) -> id, sha256 */
static int run_put(lua_State *L) {
  struct archive *a = check_archive(L);
  char sha256[SHA256_HEX];
  int64_t id = 0;
  l_check(L, archive_put(l_handle(L), a, &id, sha256, l_check_table(L, 2)));
  lua_pushinteger(L, id);
  lua_pushstring(L, sha256);
  return 2;
}

/* drop(id). Raises while a wave or a source has the table. */
static int run_drop(lua_State *L) {
  struct archive *a = check_archive(L);
  l_check(L, archive_drop(l_handle(L), a, luaL_checkinteger(L, 2)));
  return 0;
}

/* ---- transactions -------------------------------------------------------------------------- */

/* The error is on top, or what f gave from `first` on; what is open is closed first, so that an
 * error of the commit finds nothing half done. */
static int finish_transaction(lua_State *L, struct archive *a, int failed, int first) {
  bilan *b = l_handle(L);
  if (failed) {
    archive_rollback(a);
    return lua_error(L);
  }
  bilan_status status = archive_commit(b, a);
  if (status) archive_rollback(a);
  l_check(L, status);
  return lua_gettop(L) - first + 1;
}

/* transaction(f, ...) -> what f(...) returns. The archive cannot be closed by f: it would take
 * the transaction away from below us. */
static int l_transaction(lua_State *L) {
  struct archive **slot = luaL_checkudata(L, 1, archive_type), *a = check_archive(L);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  l_check(L, archive_begin(l_handle(L), a));
  int failed = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
  if (!*slot) return luaL_error(L, "the archive was closed inside its transaction");
  return finish_transaction(L, a, failed, 2);
}

/* reading(f, ...) -> what f(...) returns. Others may change the archive between two queries, but
 * not while f runs. Inside a transaction f is just called. */
static int l_reading(lua_State *L) {
  struct archive **slot = luaL_checkudata(L, 1, archive_type), *a = check_archive(L);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  bool own = !archive_in_transaction(a);
  if (own) l_check(L, archive_hold(l_handle(L), a));
  int failed = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
  if (own && *slot) archive_rollback(a); /* f may have closed it */
  return failed ? lua_error(L) : lua_gettop(L) - 1;
}

/* Calls a body with the arguments there are, in the open transaction or in one of its own. */
static int in_transaction(lua_State *L, lua_CFunction body) {
  struct archive *a = check_archive(L);
  if (archive_in_transaction(a)) return body(L);
  lua_pushcfunction(L, body);
  lua_insert(L, 1);
  lua_pushvalue(L, 2); /* keeps the archive on the stack, below the function */
  lua_insert(L, 1);
  l_check(L, archive_begin(l_handle(L), a));
  int failed = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
  return finish_transaction(L, a, failed, 2);
}

/* The three that change something, each alone when no transaction is open. */
static int l_exec(lua_State *L) { return in_transaction(L, run_exec); }
static int l_put(lua_State *L) { return in_transaction(L, run_put); }
static int l_drop(lua_State *L) { return in_transaction(L, run_drop); }

/* ---- tables -------------------------------------------------------------------------------- */

/* get(id [, names]) -> table; without names each item is loaded when it is first used. The names
 * are lent by their list, which stays on the stack. */
static int l_get(lua_State *L) {
  struct archive *a = check_archive(L);
  lua_Integer id = luaL_checkinteger(L, 2);
  struct text *names = NULL;
  size_t count = 0;
  lua_settop(L, 3);
  if (!lua_isnil(L, 3)) {
    luaL_checktype(L, 3, LUA_TTABLE);
    count = lua_rawlen(L, 3);
    names = l_scratch(L, count ? count : 1, sizeof *names);
    for (size_t i = 0; i < count; i++) {
      lua_rawgeti(L, 3, (lua_Integer)i + 1);
      names[i] = l_check_text(L, -1);
      lua_pop(L, 1);
    }
  }
  struct table **slot = l_new_table(L);
  l_check(L, names ? archive_get(l_handle(L), slot, a, id, names, count)
                   : archive_get_later(l_handle(L), slot, a, id));
  return 1;
}

/* check(): raises with the first fault; reads all of the file. */
static int l_check_all(lua_State *L) {
  l_check(L, archive_check(l_handle(L), check_archive(L)));
  return 0;
}

/* load(table): all items that are not loaded yet. Raises with the first that cannot be. */
static int l_load(lua_State *L) {
  l_check(L, table_load(l_handle(L), l_check_table(L, 1)));
  return 0;
}

/* sha256(table) -> hash, hashes of the items */
static int l_sha256(lua_State *L) {
  const struct table *t = l_check_table(L, 1);
  char sha256[SHA256_HEX];
  size_t count = table_count(t);
  char (*items)[SHA256_HEX] = l_scratch(L, count ? count : 1, sizeof *items);
  l_check(L, table_load(l_handle(L), t));
  archive_sha256(sha256, items, t);
  lua_pushstring(L, sha256);
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    lua_pushstring(L, items[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 2;
}

/* ---- the part of the core ------------------------------------------------------------------ */

/* Pushes the table of functions. */
int l_archive_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"open", l_open}, {"is", l_is}, {"sha256", l_sha256}, {"load", l_load}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"query", l_query}, {"exec", l_exec}, {"transaction", l_transaction},
      {"put", l_put},     {"get", l_get},   {"drop", l_drop}, {"reading", l_reading},
      {"check", l_check_all}, {"close", close_archive}, {NULL, NULL}};
  l_new_type(L, archive_type, close_archive, methods);
  l_new_type(L, query_type, close_query, NULL);
  luaL_newlib(L, functions);
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
  l_cache_open(L);
  lua_setfield(L, -2, "cache");
  return 1;
}

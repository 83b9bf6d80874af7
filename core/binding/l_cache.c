/* l_cache.c - the cache of large files for the engine's Lua (core.archive.cache); see
 * archive/cache.h. lua/bilan/cache.lua says what is kept and when it is used.
 *
 *   folder() -> path or nil                prepare() -> boolean: there is a folder of ours now
 *   identity(path) -> id, bytes, racy      fingerprint(path) -> 32 digits
 *   sha256(path, id) -> 64 digits          reading(options) -> 16 digits
 *   list() -> { { name, bytes, used }, ... }
 *   open(name) -> archive                  create(name) -> archive for writing
 *   remove(name) -> done?                  rename(from, to) -> done?
 *   rescue(cached table, path, options, id, name) -> table, or nil when the file is another by now
 *   damaged() -> entries of this run that were of no use
 *
 * Without folder() the others but identity and sha256 are not to be called. The paths of sources
 * are checked against the host's grants, as those of any file that a script names; the folder
 * itself is out of scripts' reach.
 */
#include "binding/l_cache.h"

#include <string.h>

#include "archive/cache.h"
#include "base/io.h"
#include "binding/rescue.h"

/* A path as C wants it, which the script may read. */
static const char *check_source(lua_State *L, int index) {
  struct text path = l_check_text(L, index);
  luaL_argcheck(L, strlen(path.s) == path.n, index, "the path holds a NUL byte");
  l_check_readable(L, path.s);
  return path.s;
}

/* The folder, which use_cache of the host has set. */
static const char *check_folder(lua_State *L) {
  const char *folder = l_host(L)->cache;
  if (!*folder) luaL_error(L, "there is no cache");
  return folder;
}

/* The identity of the source at `index`; its id is that of the string at `id`: else false. */
static bool check_identity(lua_State *L, struct identity *out, const char *path, int id) {
  char now[CACHE_ID];
  l_check(L, identity_of(l_handle(L), out, path));
  cache_identity(now, out);
  return !strcmp(now, luaL_checkstring(L, id));
}

/* ---- the folder ------------------------------------------------------------------------------ */

static int l_folder(lua_State *L) {
  const char *folder = l_host(L)->cache;
  if (!*folder || !cache_is_ours(l_handle(L), folder)) lua_pushnil(L);
  else lua_pushstring(L, folder);
  return 1;
}

/* prepare() -> may entries be written? Makes the folder. */
static int l_prepare(lua_State *L) {
  const char *folder = l_host(L)->cache;
  lua_pushboolean(L, *folder && cache_make(l_handle(L), folder));
  return 1;
}

/* The list is copied into scratch memory before Lua can raise. */
static int l_list(lua_State *L) {
  bilan *b = l_handle(L);
  struct cache_entry *entries = NULL;
  size_t count = 0;
  l_check(L, cache_list(b, &entries, &count, check_folder(L)));
  struct cache_entry *kept = count ? l_scratch(L, count, sizeof *kept) : NULL;
  if (count) memcpy(kept, entries, count * sizeof *kept);
  mem_free(&b->mem, entries);
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    lua_createtable(L, 0, 3);
    lua_pushstring(L, kept[i].name);
    lua_setfield(L, -2, "name");
    lua_pushinteger(L, (lua_Integer)kept[i].bytes);
    lua_setfield(L, -2, "bytes");
    lua_pushinteger(L, (lua_Integer)kept[i].used);
    lua_setfield(L, -2, "used");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* remove(name) -> done? */
static int l_remove(lua_State *L) {
  lua_pushboolean(L, cache_remove(l_handle(L), check_folder(L), luaL_checkstring(L, 1)));
  return 1;
}

/* rename(from, to) -> done? */
static int l_rename(lua_State *L) {
  lua_pushboolean(L, cache_rename(l_handle(L), check_folder(L), luaL_checkstring(L, 1),
                                  luaL_checkstring(L, 2)));
  return 1;
}

/* Opens an entry; the path is scratch memory of Lua's, so that an error frees it. */
static int open_entry(lua_State *L, enum archive_mode mode) {
  bilan *b = l_handle(L);
  const char *folder = check_folder(L), *name = luaL_checkstring(L, 1);
  if (mode == ARCHIVE_READ && !cache_has(b, folder, name)) return luaL_error(L, "no such entry");
  struct archive **slot = l_new_archive(L);
  const char *path = lua_pushfstring(L, "%s/%s", folder, name);
  l_check(L, archive_open(b, slot, path, mode));
  if (mode == ARCHIVE_READ) cache_touch(b, folder, name);
  lua_pop(L, 1);
  return 1;
}

/* open(name), create(name) -> archive. */
static int l_open(lua_State *L) { return open_entry(L, ARCHIVE_READ); }
static int l_create(lua_State *L) { return open_entry(L, ARCHIVE_WRITE); }

/* ---- sources --------------------------------------------------------------------------------- */

static int l_identity(lua_State *L) {
  struct identity identity;
  char id[CACHE_ID];
  l_check(L, identity_of(l_handle(L), &identity, check_source(L, 1)));
  cache_identity(id, &identity);
  lua_pushstring(L, id);
  lua_pushinteger(L, (lua_Integer)identity.bytes);
  lua_pushboolean(L, identity.racy);
  return 3;
}

/* fingerprint(path) -> 32 digits of its content. Raises. */
static int l_fingerprint(lua_State *L) {
  char hex[FINGERPRINT_HEX];
  l_check(L, identity_fingerprint(l_handle(L), hex, check_source(L, 1), NULL));
  lua_pushstring(L, hex);
  return 1;
}

/* Raises when the file is not the one that had this id. */
static int l_sha256(lua_State *L) {
  struct identity identity;
  char hex[SHA256_HEX];
  bilan *b = l_handle(L);
  const char *path = check_source(L, 1);
  if (!check_identity(L, &identity, path, 2))
    l_check(L, fail(b, BILAN_IO, "\"%s\" has changed since it was read; run this again", path));
  l_check(L, identity_sha256(b, hex, path, &identity));
  lua_pushstring(L, hex);
  return 1;
}

/* reading(options) -> 16 digits of how a file is read: options and engine. */
static int l_reading(lua_State *L) {
  char reading[CACHE_READING];
  cache_reading(l_handle(L), reading, l_check_text(L, 1));
  lua_pushstring(L, reading);
  return 1;
}

/* The options at 3 are read last: they stay lent on the stack. */
static int l_rescue(lua_State *L) {
  struct identity identity;
  struct csv_options options;
  struct table *cached = l_check_table(L, 1);
  const char *path = check_source(L, 2), *name = luaL_checkstring(L, 5);
  lua_settop(L, 5);
  if (!check_identity(L, &identity, path, 4)) {
    lua_pushnil(L);
    return 1;
  }
  l_csv_options(L, &options);
  struct table **slot = l_new_table(L);
  l_check(L, rescue_table(l_handle(L), slot, cached, l_host(L), name, path, &identity, &options));
  return 1;
}

/* damaged() -> how many entries of this run were. */
static int l_damaged(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)l_host(L)->cache_damaged);
  return 1;
}

/* The part core.archive.cache. */
int l_cache_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"folder", l_folder},     {"prepare", l_prepare}, {"list", l_list},
      {"remove", l_remove},     {"rename", l_rename},   {"open", l_open},
      {"create", l_create},     {"identity", l_identity}, {"fingerprint", l_fingerprint},
      {"sha256", l_sha256},     {"reading", l_reading}, {"rescue", l_rescue},
      {"damaged", l_damaged},   {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}

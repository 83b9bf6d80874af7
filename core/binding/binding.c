/* binding.c - the shared part of the Lua floor; see binding.h.
 *
 * The handle is found in the registry under the address of a variable, a key that no script can
 * make. A userdata is one pointer, its slot: NULL while it is closed. Its metatable closes it
 * when it is collected or goes out of a <close> scope, and hides itself from scripts
 * (__metatable).
 *
 * An error carries the position of the analyst's line, found by walking the call stack past the
 * engine's own chunks, whose names start with "=bilan".
 *
 * Worked example of an error raised deep in the engine, for line 12 of a script enquete.lua:
 *
 *   bilan.c (C)  <-  "=bilan.estimate" (engine Lua)  <-  "@enquete.lua" line 12
 *   message:  enquete.lua:12: no item "gendre"; did you mean "genre"?
 *
 * Invariants: a slot is NULL or holds one hold of an object; a metatable's __gc and __close
 * are the same function. Cost: a look-up in the registry for each l_handle; an error walks at
 * most 700 levels of the stack.
 */
#include "binding/binding.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/names.h"
#include "design/design.h"

/* ---- the handle --------------------------------------------------------------------------- */

static const char handle_key = 'h'; /* its address is the key in the registry */

/* A look-up in the registry: a few nanoseconds, so functions ask when they need it. */
bilan *l_handle(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &handle_key);
  bilan *b = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return b;
}

/* The state does not own it.
 * A second call replaces the first; objects made before keep their own handle. */
void l_set_handle(lua_State *L, bilan *b) {
  lua_pushlightuserdata(L, b);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &handle_key);
}

/* ---- errors ------------------------------------------------------------------------------- */

/* Is the frame at this level a line of a script's? */
static bool script_frame(lua_State *L, lua_Debug *frame, int level) {
  if (!lua_getstack(L, level, frame)) return false;
  lua_getinfo(L, "Sl", frame);
  return frame->currentline > 0 && strncmp(frame->source, "=bilan", 6) != 0;
}

/* One more than the last level of the stack: by doubling, then by halving.
 * O(log depth) calls, each of which Lua answers by walking the stack. */
static int stack_depth(lua_State *L) {
  lua_Debug frame;
  int low = 0, high = 1;
  while (lua_getstack(L, high, &frame)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    int middle = low + (high - low) / 2;
    if (lua_getstack(L, middle, &frame)) low = middle;
    else high = middle;
  }
  return high;
}

/* Lua finds a level by counting from the top, so a walk over a deep recursion of the engine's
 * would take the square of its depth: of a deep stack only both ends are looked at. */
bool l_find_script(lua_State *L, lua_Debug *frame) {
  /* Levels looked at from the top and from the bottom of a deep stack. */
  enum { NEAR = 500, FAR = 200 };
  int level = 0, depth = stack_depth(L);
  for (; level < depth; level++) {
    if (level == NEAR && depth - FAR > NEAR) level = depth - FAR;
    if (script_frame(L, frame, level)) return true;
  }
  return false;
}

/* Pushes a string in any case, so that callers can put their message behind it. */
void l_push_where(lua_State *L) {
  lua_Debug frame;
  if (l_find_script(L, &frame)) lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
  else lua_pushliteral(L, "");
}

/* The message is the handle's; pushing it may fail for memory, which is then the error
 * instead. */
void l_check(lua_State *L, bilan_status status) {
  if (!status) return;
  l_push_where(L);
  lua_pushstring(L, l_handle(L)->message);
  lua_concat(L, 2);
  lua_error(L);
}

/* Memory that ran out is nobody's fault, so it has no verb. */
void l_check_verb(lua_State *L, const char *verb, bilan_status status) {
  const char *message = l_handle(L)->message;
  size_t n = strlen(verb);
  if (!status) return;
  if (status == BILAN_NOMEM || (strncmp(message, verb, n) == 0 && message[n] == ':'))
    l_check(L, status);
  l_push_where(L);
  lua_pushfstring(L, "%s: %s", verb, message);
  lua_concat(L, 2);
  lua_error(L);
}

/* Raises `text` (a string on top of the stack) at the caller's line. */
static void raise_top(lua_State *L) {
  l_push_where(L);
  lua_insert(L, -2);
  lua_concat(L, 2);
  lua_error(L);
}

/* ---- userdata ----------------------------------------------------------------------------- */

static const char table_type[] = "bilan.table";
static const char domain_type[] = "bilan.domain";
static const char column_type[] = "bilan.column";
static const char design_type[] = "bilan.design";

/* Closed first, then given its metatable: at no point could the collector meet a wild
 * pointer. */
static void **new_slot(lua_State *L, const char *type) {
  void **slot = lua_newuserdatauv(L, sizeof *slot, 0);
  *slot = NULL;
  luaL_setmetatable(L, type);
  return slot;
}

/* The four kinds of slot, each to be filled by one call of the engine. */
struct table **l_new_table(lua_State *L) { return (struct table **)new_slot(L, table_type); }
struct domain **l_new_domain(lua_State *L) {
  return (struct domain **)new_slot(L, domain_type);
}
struct column **l_new_column(lua_State *L) {
  return (struct column **)new_slot(L, column_type);
}
struct design **l_new_design(lua_State *L) {
  return (struct design **)new_slot(L, design_type);
}

/* What the slot holds; raises for another type and for one that was closed. */
static void *check_slot(lua_State *L, int index, const char *type) {
  void **slot = luaL_checkudata(L, index, type);
  if (!*slot) luaL_argerror(L, index, "is closed");
  return *slot;
}

/* The getters of binding.h. */
struct table *l_check_table(lua_State *L, int index) { return check_slot(L, index, table_type); }
struct column *l_check_column(lua_State *L, int index) {
  return check_slot(L, index, column_type);
}
struct domain *l_opt_domain(lua_State *L, int index) {
  return lua_isnoneornil(L, index) ? NULL : check_slot(L, index, domain_type);
}
struct design *l_check_design(lua_State *L, int index) {
  return check_slot(L, index, design_type);
}
struct design *l_opt_design(lua_State *L, int index) {
  return lua_isnoneornil(L, index) ? NULL : l_check_design(L, index);
}

/* Raises through table_no_item, with the nearest name. */
struct column *l_check_item(lua_State *L, int table, int name) {
  struct table *t = l_check_table(L, table);
  struct text wanted = l_check_text(L, name);
  size_t place = table_find(t, wanted);
  if (place == SIZE_MAX) l_check(L, table_no_item(l_handle(L), t, wanted));
  struct column *c = NULL;
  l_check(L, table_get(l_handle(L), &c, t, place));
  return c;
}

/* The four closers, for the collector and for <close>: harmless when called again. */
static int free_table(lua_State *L) {
  struct table **slot = luaL_checkudata(L, 1, table_type);
  table_free(*slot);
  *slot = NULL;
  return 0;
}

static int free_domain(lua_State *L) {
  struct domain **slot = luaL_checkudata(L, 1, domain_type);
  domain_free(*slot);
  *slot = NULL;
  return 0;
}

static int free_column(lua_State *L) {
  struct column **slot = luaL_checkudata(L, 1, column_type);
  column_free(*slot);
  *slot = NULL;
  return 0;
}

static int free_design(lua_State *L) {
  struct design **slot = luaL_checkudata(L, 1, design_type);
  design_free(*slot);
  *slot = NULL;
  return 0;
}

/* Pushes the metatable of a type, made when it is not there; `methods` may be NULL. It is
 * registered only when it is whole: where memory runs out in between, the next one starts anew. */
static void push_type(lua_State *L, const char *type, const luaL_Reg *events,
                      const luaL_Reg *methods) {
  if (luaL_getmetatable(L, type) != LUA_TNIL) return;
  lua_pop(L, 1);
  lua_newtable(L);
  luaL_setfuncs(L, events, 0);
  if (methods) {
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
  }
  lua_pushstring(L, type);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, type);
}

void l_new_type(lua_State *L, const char *type, lua_CFunction close, const luaL_Reg *methods) {
  const luaL_Reg events[] = {{"__gc", close}, {"__close", close}, {NULL, NULL}};
  push_type(L, type, events, methods);
  lua_pop(L, 1);
}

/* When memory runs out midway the state is not set up: main and luaopen_bilan both give up. */
void l_new_types(lua_State *L) {
  l_new_type(L, table_type, free_table, NULL);
  l_new_type(L, domain_type, free_domain, NULL);
  l_new_type(L, column_type, free_column, NULL);
  l_new_type(L, design_type, free_design, NULL);
}

void l_set_type(lua_State *L, const char *type, const luaL_Reg *events) {
  push_type(L, type, events, NULL);
  lua_setmetatable(L, -2);
}

/* ---- values ------------------------------------------------------------------------------- */

/* Strings only: a number that passes for a name is a slip. May hold any byte. */
struct text l_check_text(lua_State *L, int index) {
  struct text t;
  luaL_checktype(L, index, LUA_TSTRING);
  t.s = lua_tolstring(L, index, &t.n);
  return t;
}

/* Lua wants an address even for no bytes. */
void l_push_text(lua_State *L, struct text t) { lua_pushlstring(L, t.n ? t.s : "", t.n); }

/* 2^53 is the end of exact doubles. */
void l_push_count(lua_State *L, double value) {
  if (value == floor(value) && fabs(value) < 9007199254740992.0)
    lua_pushinteger(L, (lua_Integer)value);
  else
    lua_pushnumber(L, value);
}

/* A userdata without metatable: an error frees it, since it is Lua's. At least aligned for any
 * type, like every userdata. */
void *l_scratch(lua_State *L, size_t count, size_t size) {
  if (size && count > SIZE_MAX / size) luaL_error(L, "too large");
  return lua_newuserdatauv(L, count * size, 0);
}

/* ---- options ------------------------------------------------------------------------------ */

/* Exactly one of the names. */
static bool is_known(const char *name, const char *const *known) {
  for (; *known; known++)
    if (*name == **known && strcmp(name, *known) == 0) return true;
  return false;
}

/* More names than any function has; what is beyond is not offered as the nearest. */
enum { MOST_OPTIONS = 64 };

/* Does not return. Without memory for the search the message lacks its hint. */
static void unknown_option(lua_State *L, const char *name, const char *const *known) {
  struct text names[MOST_OPTIONS];
  size_t count = 0, best[3];
  for (; known[count] && count < MOST_OPTIONS; count++) names[count] = text_of(known[count]);
  size_t found = names_nearest(&l_handle(L)->mem, names, count, text_of(name), best);
  if (found) lua_pushfstring(L, "unknown option \"%s\"; did you mean \"%s\"?", name,
                             known[best[0]]);
  else lua_pushfstring(L, "unknown option \"%s\"", name);
  raise_top(L);
}

/* Keys that are not strings are passed over: they are nobody's option. Of several unknown ones
 * the first in byte order is named, since Lua's own order changes from run to run. */
void l_check_options(lua_State *L, int index, const char *const *known) {
  const char *first = NULL;
  if (lua_isnoneornil(L, index)) return;
  luaL_checktype(L, index, LUA_TTABLE);
  index = lua_absindex(L, index);
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
    if (name && !is_known(name, known) && (!first || strcmp(name, first) < 0)) first = name;
  }
  if (first) unknown_option(L, first, known);
}

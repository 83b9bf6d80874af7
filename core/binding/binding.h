/* binding.h - what the Lua-facing files share: the handle, userdata, errors.
 *
 * The rules of this floor: all arguments are checked before anything is allocated; what the
 * engine gives is put at once into a userdata that was made, closed, beforehand, so that an
 * error raised by Lua can leak nothing; a pure-C call does the work; results are pushed.
 * Nothing here computes statistics.
 *
 * The shape of every function of this floor, with l_take of l_data.c as the example:
 *
 *   check      l_check_table, l_opt_domain, l_check_options   may raise: nothing is held yet
 *   scratch    l_scratch                                      Lua's memory: an error frees it
 *   slot       l_new_table                                    a userdata with NULL in it
 *   work       l_check(L, table_take(b, slot, ...))           the engine fills the slot
 *   return     the userdata is on top                         or figures are pushed
 *
 * Errors are Lua errors, strings of one line with the analyst's "file:line: " in front; the
 * statuses of the engine never reach a script. Nothing in the engine calls back into Lua.
 */
#ifndef BINDING_BINDING_H
#define BINDING_BINDING_H

#include <lauxlib.h>
#include <lua.h>

#include "data/domain.h"
#include "data/table.h"

struct design;

/* The engine handle of this Lua state (kept in the registry; lives as long as the state).
 * Never NULL once l_set_handle was called. */
bilan *l_handle(lua_State *L);
void l_set_handle(lua_State *L, bilan *b); /* before anything else of this floor */

/* Raises the handle's last message as a Lua error with the position of the caller's line;
 * returns nothing when status is BILAN_OK.
 * The status itself is not told apart in Lua: the message is all there is. Uses two slots of
 * the stack. */
void l_check(lua_State *L, bilan_status status);

/* The same with "VERB: " in front of the message, unless it stands there already. */
void l_check_verb(lua_State *L, const char *verb, bilan_status status);

/* Pushes "file:line: " of the first running Lua line outside the engine, or "". */
void l_push_where(lua_State *L);

/* The nearest running Lua line outside the engine in `frame`; false when there is none. Allocates
 * nothing. */
bool l_find_script(lua_State *L, lua_Debug *frame);

/* ---- userdata: a slot is made closed (NULL), then filled ------------------------------- */

void l_new_types(lua_State *L); /* their metatables; once, when the state is set up */

/* Makes the metatable of a type beforehand: `close`, which must be harmless when called again,
 * serves the collector and <close>; methods, or NULL for none. */
void l_new_type(lua_State *L, const char *type, lua_CFunction close, const luaL_Reg *methods);

/* Gives the userdata on top the metatable of its type, made of `events` for the first one. */
void l_set_type(lua_State *L, const char *type, const luaL_Reg *events);

/* Each pushes one userdata and returns the place to be filled. Closed by the collector or by
 * <close>. */
struct table **l_new_table(lua_State *L);
struct domain **l_new_domain(lua_State *L);
struct column **l_new_column(lua_State *L);
struct design **l_new_design(lua_State *L);
/* Raise for another type and for a closed object. What they return is lent by the userdata at
 * `index`. */
struct table *l_check_table(lua_State *L, int index);
struct domain *l_opt_domain(lua_State *L, int index); /* nil or none: NULL */
struct column *l_check_column(lua_State *L, int index);
struct design *l_check_design(lua_State *L, int index);
struct design *l_opt_design(lua_State *L, int index); /* nil or none: NULL */

/* The column called by the string at `name` in the table at `table`; raises "no item ..., did
 * you mean ...". Lent. */
struct column *l_check_item(lua_State *L, int table, int name);

/* Raises for anything but a string. Any bytes may be in it; there is a NUL behind the last. */
struct text l_check_text(lua_State *L, int index);   /* lives while the string is on the stack */
/* A copy of the bytes, which need not end with a NUL. */
void l_push_text(lua_State *L, struct text t);
void l_push_count(lua_State *L, double value); /* an integer when whole and exact, else a float */

/* Scratch memory that dies with the Lua stack slot it leaves on top. */
void *l_scratch(lua_State *L, size_t count, size_t size);

/* ---- options: a table of named fields, unknown names refused --------------------------- */

/* Raises `unknown option "cis"; did you mean "ci"?` when the table at `index` (nil is fine)
 * has a string key that is not in the NULL-terminated list. */
void l_check_options(lua_State *L, int index, const char *const *known);

/* ---- parts of the module: each pushes one table of functions ---------------------------- */
int l_data_open(lua_State *L);
int l_csv_open(lua_State *L);
int l_expr_open(lua_State *L);
int l_sql_open(lua_State *L);
int l_design_open(lua_State *L);
int l_estimate_open(lua_State *L);
int l_stat_open(lua_State *L);
int l_claim_open(lua_State *L);
int l_text_open(lua_State *L);
int l_sheet_open(lua_State *L);
int l_terminal_open(lua_State *L);
int l_gnuplot_open(lua_State *L);
int l_archive_open(lua_State *L);
int l_plan_open(lua_State *L);

#endif

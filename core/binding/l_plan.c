/* l_plan.c - core.plan: tables that estimates are about to ask for, answered in one pass.
 *
 *   open(table, domain, design, wants) -> how many of the wants are answered
 *     wants   { { item = name, by = { name, ... }, counts = true or nil }, ... }, of items as they
 *             stand in the table; counts: no variances will be asked for
 *   close()
 *
 * For each want the requests are made that shares and cross-tables of the item will make: counts
 * and weights (stat/tally.c) and, by a design of clusters, totals by PSU (stat/share_target.c).
 * An estimate asked for between open and close finds them; others are made as if there were no
 * plan. What a plan does not know (several answers, numbers, names that are not there) is passed
 * over: it counts as answered, and the estimate itself says what is wrong with it.
 *
 * The answers lend columns, domain and design of the arguments, which stay in the registry until
 * close. A state that ends without close leaves the store to be released with the handle's memory,
 * so hosts call plan_close after lua_close.
 */
#include "kernel/plan.h"

#include "binding/l_stat.h"
#include "design/linear.h"
#include "stat/estimate.h"

enum { ARG_TABLE = 1, ARG_DOMAIN, ARG_DESIGN, ARG_WANTS };

/* Key of the registry: the arguments of the plan that is open. */
static const char open_plan = 0;

/* Keeps the arguments that an open plan lends, or lets them go (`count` 0). */
static void keep_arguments(lua_State *L, int count) {
  if (count) lua_createtable(L, count, 0);
  else lua_pushnil(L);
  for (int i = 1; i <= count; i++) {
    lua_pushvalue(L, i);
    lua_rawseti(L, -2, i);
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &open_plan);
}

/* The column of codes that the string on top of the stack names; NULL for anything else. Pops. */
static const struct column *codes_on_top(lua_State *L, const struct table *table) {
  const struct column *c = NULL;
  if (lua_type(L, -1) == LUA_TSTRING) {
    size_t place = table_find(table, l_check_text(L, -1));
    if (place != SIZE_MAX) c = table_column(table, place);
  }
  lua_pop(L, 1);
  return c && c->type == COLUMN_CODES ? c : NULL;
}

/* Keys of the want on top of the stack: its by-items, then the item. False: none that a plan
 * knows. Leaves the stack as it was. */
static bool read_keys(lua_State *L, struct cells_request *r, const struct table *table) {
  int type = lua_getfield(L, -1, "by");
  lua_Integer count = type == LUA_TTABLE ? luaL_len(L, -1) : 0;
  bool known = (type == LUA_TTABLE || type == LUA_TNIL) && count <= BY_MOST;
  for (lua_Integer i = 1; known && i <= count; i++) {
    lua_geti(L, -1, i);
    known = (r->keys[r->key_count++] = codes_on_top(L, table)) != NULL;
  }
  lua_pop(L, 1);
  lua_getfield(L, -1, "item");
  return (r->keys[r->key_count++] = codes_on_top(L, table)) != NULL && known;
}

/* The requests of all wants, one or two each; places[want] is where those behind it begin. */
static size_t read_wants(lua_State *L, struct cells_request *requests, size_t *places,
                         size_t wants) {
  const struct table *table = l_check_table(L, ARG_TABLE);
  const struct design *design = l_opt_design(L, ARG_DESIGN);
  size_t count = 0;
  if (design && design->rows != table_rows(table))
    luaL_error(L, "plan: the design is of another table");
  for (size_t i = 0; i < wants; i++) {
    struct cells_request r = {.rows = table_rows(table), .domain = l_opt_domain(L, ARG_DOMAIN)};
    lua_geti(L, ARG_WANTS, (lua_Integer)i + 1);
    luaL_checktype(L, -1, LUA_TTABLE);
    if (read_keys(L, &r, table)) {
      if (design) linear_request(&r, design);
      if (lua_getfield(L, -1, "counts") != LUA_TNIL && lua_toboolean(L, -1)) r.unit = NULL;
      lua_pop(L, 1);
      if (r.unit) requests[count++] = r;
      r.unit = NULL;
      r.unit_count = 0;
      r.order = NULL;
      requests[count++] = r;
    }
    places[i] = count;
    lua_pop(L, 1);
  }
  return count;
}

/* open(table, domain, design, wants). Wants whose requests are all answered; the first one always
 * counts, so that whoever asks for the rest comes to an end. */
static int open_plan_of(lua_State *L) {
  bilan *b = l_handle(L);
  luaL_checktype(L, ARG_WANTS, LUA_TTABLE);
  size_t wants = (size_t)luaL_len(L, ARG_WANTS), answered = 0, done = 0;
  struct cells_request *requests = l_scratch(L, 2 * wants + 1, sizeof *requests);
  size_t *places = l_scratch(L, wants + 1, sizeof *places);
  size_t count = read_wants(L, requests, places, wants);
  keep_arguments(L, ARG_DESIGN);
  l_check(L, plan_open(b, &answered, requests, count));
  while (done < wants && (places[done] <= answered || !done)) done++;
  lua_pushinteger(L, (lua_Integer)done);
  return 1;
}

/* close(). */
static int close_plan(lua_State *L) {
  plan_close(l_handle(L));
  keep_arguments(L, 0);
  return 0;
}

/* The part core.plan. */
int l_plan_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"open", open_plan_of}, {"close", close_plan}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}

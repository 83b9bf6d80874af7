/* l_expr.c - SQL expressions for the engine's Lua:
 *   filter(table, expression [, word]) -> domain of the rows where it is true
 *   derive(table, name, expression)    -> table with one more column, or one replaced
 *   items(table, expression)           -> the items of the table that it names
 *   names()                            -> the functions of the language
 * Errors say which verb the expression was given to ("where: column 12: ...").
 *
 * Example: filter(t, "age >= 15 and genre = 'fille'") gives a domain; derive(t, "adulte",
 * "age >= 18") a table whose item "adulte" is 1, 0 or missing. The language is described in
 * expr/expr.h. Tables and domains are never changed: what comes back is new and shares the
 * other columns.
 *
 * Failure: BILAN_USAGE points at the place in the expression with a caret; BILAN_LIMIT;
 * memory. All are raised at the line of the script.
 */
#include <string.h>

#include "binding/binding.h"
#include "expr/expr.h"

/* A parsed expression belongs to a userdata, so that an error of Lua's cannot lose it. */
static const char expr_type[] = "bilan.expr";

/* Closing twice is harmless, as for every userdata of the engine. */
static int free_expr(lua_State *L) {
  struct expr **slot = luaL_checkudata(L, 1, expr_type);
  expr_free(*slot);
  *slot = NULL;
  return 0;
}

/* An owner for the expression, made before it is parsed. */
static struct expr **new_expr(lua_State *L) {
  static const luaL_Reg events[] = {{"__gc", free_expr}, {NULL, NULL}};
  struct expr **slot = lua_newuserdatauv(L, sizeof *slot, 0);
  *slot = NULL;
  l_set_type(L, expr_type, events);
  return slot;
}

/* l_check with the verb, and for derive the new item, in front of the message. */
static void check_as(lua_State *L, bilan_status status, const char *word) {
  bilan *b = l_handle(L);
  if (status == BILAN_USAGE || status == BILAN_LIMIT) {
    const char *message = lua_pushfstring(L, "%s: %s", word, b->message);
    fail(b, status, "%s", message);
  }
  l_check(L, status);
}

/* filter(table, expression [, word]) -> domain
 * `word` is the verb for messages, "where" unless told. NULL and false rows are out. The
 * expression is freed before an error can be raised. */
static int l_filter(lua_State *L) {
  bilan *b = l_handle(L);
  struct table *t = l_check_table(L, 1);
  struct text source = l_check_text(L, 2);
  const char *word = luaL_optstring(L, 3, "where");
  struct expr **e = new_expr(L);
  struct domain **slot = l_new_domain(L);
  bilan_status status = expr_parse(b, e, source);
  if (!status) status = expr_filter(b, slot, *e, t);
  expr_free(*e);
  *e = NULL;
  check_as(L, status, word);
  return 1;
}

/* derive(table, name, expression) -> table
 * The kind of the item follows from its values (expr_derive). `c` is taken over by
 * table_with, failure included. */
static int l_derive(lua_State *L) {
  bilan *b = l_handle(L);
  struct table *t = l_check_table(L, 1);
  struct text name = l_check_text(L, 2), source = l_check_text(L, 3);
  struct expr **e = new_expr(L);
  struct table **slot = l_new_table(L);
  struct column *c = NULL;
  bilan_kind kind = BILAN_NUMBER;
  bilan_status status = expr_parse(b, e, source);
  if (!status) status = expr_derive(b, &c, &kind, *e, t);
  expr_free(*e);
  *e = NULL;
  check_as(L, status, "derive");
  l_check(L, table_with(b, slot, t, name, kind, c));
  return 1;
}

/* items(table, expression) -> list of names, in the order of the table.
 * Raises only for what cannot be parsed. */
static int l_items(lua_State *L) {
  const struct table *t = l_check_table(L, 1);
  struct text source = l_check_text(L, 2);
  struct expr **e = new_expr(L);
  bool *used = l_scratch(L, table_count(t), sizeof *used);
  bilan_status status = expr_parse(l_handle(L), e, source);
  memset(used, 0, table_count(t) * sizeof *used);
  if (!status) expr_items(*e, t, used);
  check_as(L, status, "items");
  lua_newtable(L);
  for (size_t i = 0, n = 0; i < table_count(t); i++) {
    if (!used[i]) continue;
    l_push_text(L, table_name(t, i));
    lua_rawseti(L, -2, (lua_Integer)++n);
  }
  return 1;
}

/* names() -> list
 * In alphabetical order, survey words included. */
static int l_names(lua_State *L) {
  const char *const *names = expr_function_names();
  lua_newtable(L);
  for (lua_Integer i = 0; names[i]; i++) {
    lua_pushstring(L, names[i]);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* Pushes the table of functions. */
int l_expr_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"filter", l_filter}, {"derive", l_derive}, {"items", l_items}, {"names", l_names},
      {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}

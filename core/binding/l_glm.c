/* l_glm.c - core.estimate: regressions.
 *
 * glm(table, domain, { response, atoms, terms, intercept, family, link, offset, epsilon, conf,
 *     design, df })
 * ordinal(table, domain, { response, sorted, atoms, terms, conf, design, df })
 *
 *   response  name of an item: numbers for glm, levels in order for ordinal
 *   atoms     { { item =, name =, factor =, sorted =, reference = }, ... }: what terms are made of;
 *             name is what columns are called by (the item unless told), factor takes levels
 *             where an item has numbers, sorted puts them in order, reference names the first
 *   terms     { { name = "a:b", 1, 2 }, ... }: places of atoms, rising
 *
 * Each returns { rows = { record, ... }, tests = { ... }, n, missing, missing_kinds, ddf, deviance,
 * dispersion, iterations, lost }. A record has `term` and the figures; one whose column depends on
 * earlier ones has `aliased` and no figures, a threshold has `threshold`. A test has `term`,
 * `statistic`, `df`, `ddf`, `p_value`.
 *
 * Example, api00 ~ ell * stype, where item stype has the levels E, H, M:
 *
 *   { response = "api00",
 *     atoms = { { item = "ell" }, { item = "stype" } },
 *     terms = { { name = "ell", 1 }, { name = "stype", 2 }, { name = "ell:stype", 1, 2 } } }
 *
 *   rows   (Intercept), ell, stypeH, stypeM, ell:stypeH, ell:stypeM
 *   tests  ell on 1 degree of freedom, stype on 2, ell:stype on 2
 *
 * A record of rows, one of an aliased column, one of a threshold, and a test:
 *
 *   { term = "ell", value = .., se = .., low = .., high = .., conf = 0.95, statistic = ..,
 *     p_value = .., df = 9, n = 183, missing = 0, missing_kinds = {} }
 *   { term = "zhigh", aliased = true, n = 183, missing = 0, missing_kinds = {} }
 *   { term = "low|middle", threshold = true, value = .., ... }
 *   { term = "stype", statistic = .., df = 2, ddf = 9, p_value = .. }
 *
 * Who owns: columns made from an item stand on the Lua stack above the three arguments, lists of
 * atoms and terms are scratch memory of the call, names are strings of the options; the answer is a
 * userdata until its table is pushed. Failure: raised, from the verb or from the engine; a fit that
 * has no estimate says which coefficient is to blame.
 */
#include <math.h>

#include "binding/l_estimate.h"
#include "binding/l_stat.h"
#include "stat/glm.h"
#include "stat/ordinal.h"

/* ---- reading ----------------------------------------------------------------------------- */

/* The text in a field of the table on top, which keeps it alive; `otherwise` when absent. */
static struct text field_text(lua_State *L, const char *key, struct text otherwise) {
  struct text t = otherwise;
  if (lua_getfield(L, -1, key) != LUA_TNIL) t = l_check_text(L, -1);
  lua_pop(L, 1);
  return t;
}

/* A flag of the table on top; nil is false. */
static bool field_flag(lua_State *L, const char *key) {
  lua_getfield(L, -1, key);
  bool on = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return on;
}

/* The code of the level called so, which must be there: code 0, the blank, is no reference. */
static uint32_t reference_of(lua_State *L, const struct call *call, const struct column *c,
                             struct text label) {
  uint32_t code = dict_find(c->dict, label);
  if (!code) l_refuse(L, call, "reference: no level \"%.*s\"", label);
  return code;
}

/* Does an item explain by its levels, when nobody says so? Where it shows no numbers. */
static bool has_levels(lua_State *L, const struct column *c, struct text item) {
  struct table *t = l_check_table(L, ARG_TABLE);
  return !column_is_numeric(c) || !column_shows_numbers(c, table_kind(t, table_find(t, item)));
}

/* The atom from its record, at the absolute place `record`. Columns that are made here stay on
 * the stack above it.
 * The order of reading is that of the faults reported: sorted, reference, item, name, factor. */
static struct model_atom read_atom(lua_State *L, const struct call *call, int record) {
  bool declared;
  lua_pushvalue(L, record);
  struct model_atom a = {.sorted = field_flag(L, "sorted")};
  struct text label = field_text(L, "reference", text_of(""));
  lua_getfield(L, -1, "item");
  struct text item = l_check_text(L, -1);
  struct column *c = l_check_item(L, ARG_TABLE, lua_gettop(L));
  lua_pop(L, 1);
  a.name = field_text(L, "name", item);
  a.factor = field_flag(L, "factor") || has_levels(L, c, item);
  if (a.factor) c = l_to_codes(L, call, c, item, &declared);
  else if (label.n)
    l_refuse(L, call, "reference: \"%.*s\" is a number; write factor(...) for its levels", item);
  if (label.n) a.reference = reference_of(L, call, c, label);
  a.column = c;
  return a;
}

/* The list in the option `key`: its place on the stack, where it stays; *count of its entries.
 * These options come from bilan's own Lua, so a wrong type is plainly raised. */
static int read_list(lua_State *L, const char *key, size_t *count) {
  lua_getfield(L, ARG_OPTIONS, key);
  luaL_checktype(L, -1, LUA_TTABLE);
  *count = (size_t)luaL_len(L, -1);
  return lua_gettop(L);
}

/* The atoms in scratch memory; columns made for them stay on the stack, up to eight slots an
 * atom. */
static void read_atoms(lua_State *L, const struct call *call, struct model_spec *s) {
  int list = read_list(L, "atoms", &s->atom_count);
  struct model_atom *atoms = l_scratch(L, s->atom_count, sizeof *atoms);
  for (size_t i = 0; i < s->atom_count; i++) {
    luaL_checkstack(L, 8, "atoms");
    lua_geti(L, list, (lua_Integer)i + 1);
    atoms[i] = read_atom(L, call, lua_gettop(L));
  }
  s->atoms = atoms;
}

/* The term in the table on top. Places count from 1 as Lua's do, the engine's from 0; the caller's
 * Lua has put them in rising order. */
static struct model_term read_term(lua_State *L, const struct call *call, size_t atoms) {
  struct model_term t = {.name = field_text(L, "name", text_of(""))};
  t.count = (size_t)luaL_len(L, -1);
  if (t.count > TERM_ATOMS) l_refuse(L, call, "\"%.*s\" has more than 6 parts", t.name);
  for (size_t i = 0; i < t.count; i++) {
    lua_geti(L, -1, (lua_Integer)i + 1);
    lua_Integer place = luaL_checkinteger(L, -1);
    lua_pop(L, 1);
    if (place < 1 || (size_t)place > atoms) l_refuse(L, call, "\"%.*s\": no such atom", t.name);
    t.atoms[i] = (size_t)place - 1;
  }
  return t;
}

/* The terms in scratch memory; their names are kept alive by the options. To be read after the
 * atoms, whose number bounds their places. */
static void read_terms(lua_State *L, const struct call *call, struct model_spec *s) {
  int list = read_list(L, "terms", &s->term_count);
  struct model_term *terms = l_scratch(L, s->term_count, sizeof *terms);
  for (size_t i = 0; i < s->term_count; i++) {
    lua_geti(L, list, (lua_Integer)i + 1);
    terms[i] = read_term(L, call, s->atom_count);
    lua_pop(L, 1);
  }
  s->terms = terms;
}

/* ---- pushing ----------------------------------------------------------------------------- */

/* Name of the metatable of an answer. */
static const char regression_type[] = "bilan.regression";

/* __gc of an answer; idempotent, as Lua may call it on one that was never filled. */
static int free_regression(lua_State *L) {
  regression_free(luaL_checkudata(L, 1, regression_type));
  return 0;
}

/* Made empty before the engine fills it: an error in between finds nothing to free, one after it
 * leaves the answer to __gc. */
static struct regression *new_regression(lua_State *L) {
  static const luaL_Reg events[] = {{"__gc", free_regression}, {NULL, NULL}};
  struct regression *r = lua_newuserdatauv(L, sizeof *r, 0);
  *r = (struct regression){0};
  l_set_type(L, regression_type, events);
  return r;
}

/* key = true in the table on top. */
static void set_flag(lua_State *L, const char *key) {
  lua_pushboolean(L, true);
  lua_setfield(L, -2, key);
}

/* The record of a column: figures, or that it is aliased. `k` counts the kept ones. */
static void push_column(lua_State *L, const struct regression *r, size_t column, size_t *k,
                        double conf) {
  const struct model_column *c = &r->model.columns[column];
  bool kept = *k < r->model.kept_count && r->model.kept[*k] == column;
  struct estimate e = regression_row(r, kept ? *k : 0, conf);
  lua_createtable(L, 0, 16);
  l_push_text(L, c->name);
  lua_setfield(L, -2, "term");
  if (!kept) {
    e.has = 0;
    set_flag(L, "aliased");
  }
  l_set_estimate(L, &e);
  *k += kept;
}

/* The record of threshold q, called after the two levels it parts: "low|middle". Its parameter is
 * behind those of the kept columns. */
static void push_threshold(lua_State *L, const struct regression *r, size_t q, double conf) {
  const struct column *response = r->model.spec.response;
  struct estimate e = regression_row(r, r->model.kept_count + q, conf);
  lua_createtable(L, 0, 16);
  l_push_level(L, response, r->response.codes[q]);
  lua_pushliteral(L, "|");
  l_push_level(L, response, r->response.codes[q + 1]);
  lua_concat(L, 3);
  lua_setfield(L, -2, "term");
  set_flag(L, "threshold");
  l_set_estimate(L, &e);
}

/* All records: columns in the order of the model, then thresholds. The intercept of an ordinal
 * model has no record: thresholds stand for it. */
static void push_rows(lua_State *L, const struct regression *r, double conf) {
  const struct model *m = &r->model;
  lua_Integer at = 1;
  size_t k = 0;
  lua_newtable(L);
  for (size_t column = 0; column < m->count; column++) {
    if (r->response.count && m->columns[column].term == NO_TERM) continue;
    push_column(L, r, column, &k, conf);
    lua_seti(L, -2, at++);
  }
  for (size_t q = 0; q + 1 < r->response.count; q++) {
    push_threshold(L, r, q, conf);
    lua_seti(L, -2, at++);
  }
}

/* Tests in the order of the terms; figures that do not exist are nil. A term all of whose columns
 * are aliased has df 0 and nothing else. */
static void push_tests(lua_State *L, const struct regression *r) {
  lua_newtable(L);
  for (size_t t = 0; t < r->model.spec.term_count; t++) {
    const struct wald_test *test = &r->tests[t];
    lua_createtable(L, 0, 6);
    l_push_text(L, r->model.spec.terms[t].name);
    lua_setfield(L, -2, "term");
    stat_set(L, "statistic", test->statistic);
    stat_set_count(L, "df", (double)test->columns);
    stat_set_count(L, "ddf", test->ddf);
    stat_set(L, "p_value", test->p_value);
    lua_seti(L, -2, (lua_Integer)t + 1);
  }
}

/* The whole answer as one table, on top of the userdata that holds it; 1, as a Lua function
 * returns. */
static int push_regression(lua_State *L, const struct regression *r, double conf) {
  lua_createtable(L, 0, 12);
  push_rows(L, r, conf);
  lua_setfield(L, -2, "rows");
  push_tests(L, r);
  lua_setfield(L, -2, "tests");
  l_set_count(L, "n", r->model.n);
  l_set_missing(L, r->model.missing);
  stat_set_count(L, "ddf", r->ddf);
  stat_set(L, "deviance", r->deviance);
  stat_set(L, "dispersion", r->dispersion);
  l_set_count(L, "iterations", (int64_t)r->iterations);
  l_set_count(L, "lost", (int64_t)r->lost);
  return 1;
}

/* ---- the verbs --------------------------------------------------------------------------- */

/* glm: see the head. family "gaussian" unless told, link the family's own (family_link), epsilon
 * 1e-8 in [0, 1], an intercept unless it is switched off. */
static int l_glm(lua_State *L) {
  static const char *const known[] = {"response", "atoms",  "terms", "intercept", "family",
                                      "link",     "offset", "conf",  "epsilon", NULL};
  struct call call;
  struct glm_request g = {0};
  l_read_call(L, &call, "glm", known);
  g.model.response = l_read_measure(L, &call, "response");
  g.model.intercept = stat_flag(L, ARG_OPTIONS, call.verb, "intercept", true);
  g.family = (enum family)stat_option_choice(L, ARG_OPTIONS, call.verb, "family", family_names,
                                             GAUSSIAN);
  g.link = (enum link)stat_option_choice(L, ARG_OPTIONS, call.verb, "link", link_names,
                                         (int)family_link(g.family));
  if (!family_takes(g.family, g.link))
    l_refuse(L, &call, "link: a %.*s model takes identity or log",
             text_of(family_names[g.family]));
  g.epsilon = stat_option(L, ARG_OPTIONS, call.verb, "epsilon", &range_share, 1e-8);
  if (l_read_item_or_none(L, &call, "offset"))
    g.model.offset = l_read_measure(L, &call, "offset");
  read_atoms(L, &call, &g.model);
  read_terms(L, &call, &g.model);
  struct regression *r = new_regression(L);
  l_check(L, glm_estimate(l_handle(L), r, &call.sample, &g));
  return push_regression(L, r, call.conf);
}

/* ordinal: see the head. The response is read as levels, whatever its type; `sorted` puts them by
 * number or label. */
static int l_ordinal(lua_State *L) {
  static const char *const known[] = {"response", "sorted", "atoms", "terms", "conf", NULL};
  struct call call;
  struct ordinal_request o = {0};
  bool declared;
  l_read_call(L, &call, "ordinal", known);
  o.model.response = l_read_codes(L, &call, "response", &declared);
  o.sorted = stat_flag(L, ARG_OPTIONS, call.verb, "sorted", false);
  read_atoms(L, &call, &o.model);
  read_terms(L, &call, &o.model);
  struct regression *r = new_regression(L);
  l_check(L, ordinal_estimate(l_handle(L), r, &call.sample, &o));
  return push_regression(L, r, call.conf);
}

/* Into the table of functions on top. */
void l_glm_add(lua_State *L) {
  static const luaL_Reg functions[] = {{"glm", l_glm}, {"ordinal", l_ordinal}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}

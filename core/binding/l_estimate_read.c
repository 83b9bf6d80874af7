/* l_estimate_read.c - what the functions of core.estimate have in common: reading the table, the
 * domain and the options, with errors that name the item or level; see l_estimate.h.
 *
 * What is lent lives on the Lua stack: names and labels are strings of the options or copies
 * pushed there, converted columns stay in userdata at the slots where they were made. So no
 * reader pops what a `struct call` points to, and an error at any point leaks nothing. The
 * order in which options are read is fixed, so the first fault reported is always the same.
 *
 * What of the options ends up where in a struct call:
 *
 *   design, df        sample.design (held by the options), sample.degrees
 *   by                by.keys, by.declared, by_names
 *   conf              conf, 0.95 unless told
 *   item or row       tally.item, base, missing_levels     l_read_levels; NULL for verbs of numbers
 *                     item_name                            likewise
 *   level             level, NO_LEVEL unless told
 *   nets              tally.nets, in scratch memory
 *
 * Example: { item = "avi" } raises  enquete.lua:3: no item "avi"; did you mean "avis"?
 *
 * Invariant: after l_read_call the stack has the three arguments and above them what was
 * read; functions push their result last, so nothing needs popping before they return.
 */
#include <string.h>

#include "base/names.h"
#include "base/number.h"
#include "binding/l_estimate.h"
#include "binding/l_stat.h"

/* ---- reading: columns -------------------------------------------------------------------- */

/* The message is built in the handle, copied, and raised again with the verb in front:
 * stat_raise builds its own in the handle, over this one. A name is cut at 100 bytes. Does not
 * return. A format that has no name to show takes an empty one. */
void l_refuse(lua_State *L, const struct call *call, const char *format, struct text name) {
  char text[256];
  bilan *b = l_handle(L);
  fail(b, BILAN_USAGE, format, (int)(name.n < 100 ? name.n : 100), name.s ? name.s : "");
  memcpy(text, b->message, sizeof text - 1);
  text[sizeof text - 1] = '\0';
  stat_raise(L, call->verb, text);
}

/* nil is no item; anything but a name is refused before the table is looked at. The table holds the
 * column, and the caller's stack the table, so nothing stays on the stack. */
struct column *l_read_item_or_none(lua_State *L, const struct call *call, const char *key) {
  int type = lua_getfield(L, ARG_OPTIONS, key);
  if (type != LUA_TNIL && type != LUA_TSTRING)
    l_refuse(L, call, "%.*s: expected the name of an item", text_of(key));
  struct column *c = type == LUA_TNIL ? NULL : l_check_item(L, ARG_TABLE, lua_gettop(L));
  lua_pop(L, 1);
  return c;
}

/* An option that must be there; see l_read_item_or_none. */
struct column *l_read_item(lua_State *L, const struct call *call, const char *key) {
  struct column *c = l_read_item_or_none(L, call, key);
  if (!c) l_refuse(L, call, "%.*s is missing: name an item", text_of(key));
  return c;
}

/* The name that an option holds; lent by the options.
 * For messages only; the key itself where there is no text. */
static struct text name_of(lua_State *L, const char *key) {
  lua_getfield(L, ARG_OPTIONS, key);
  struct text name = lua_isstring(L, -1) ? l_check_text(L, -1) : text_of(key);
  lua_pop(L, 1);
  return name;
}

/* Levels of the table are declared; those of numbers and texts are met while reading, at most
 * 10000 of them.
 * The value left on the stack (nil, or a userdata) keeps the column alive as long as the
 * call. */
struct column *l_to_codes(lua_State *L, const struct call *call, struct column *c,
                               struct text name, bool *declared) {
  *declared = c->type == COLUMN_CODES;
  if (*declared) {
    lua_pushnil(L);
    return c;
  }
  if (c->type == COLUMN_SET)
    l_refuse(L, call, "\"%.*s\" has several answers a respondent: it cannot make groups", name);
  struct column **slot = l_new_column(L);
  bilan_status status = column_to_codes(l_handle(L), slot, c, BY_CATEGORIES);
  if (status == BILAN_LIMIT)
    l_refuse(L, call, "\"%.*s\" has more than 10000 different answers: recode it into classes",
             name);
  l_check(L, status);
  return *slot;
}

/* An item as levels, whatever its type, several answers excepted. Leaves one value on the stack, as
 * l_to_codes does. */
struct column *l_read_codes(lua_State *L, const struct call *call, const char *key,
                            bool *declared) {
  struct column *c = l_read_item(L, call, key);
  return l_to_codes(L, call, c, name_of(L, key), declared);
}

/* Refuses labels with a message that says what to do instead. An item whose levels have scores is a
 * number: its codes are read as those. Leaves nothing on the stack. */
struct column *l_read_measure(lua_State *L, const struct call *call, const char *key) {
  struct column *c = l_read_item(L, call, key);
  if (!column_is_numeric(c))
    l_refuse(L, call, "\"%.*s\" has no numbers: give its levels a score in the codebook, or ask "
                    "for proportion", name_of(L, key));
  return c;
}

/* ---- reading: by, design, conf ----------------------------------------------------------- */

/* One by-variable from the name at `name`, which stays on the stack: its text is borrowed.
 * `name` is a place on the stack. */
static void read_by_name(lua_State *L, struct call *call, int name) {
  if (call->by.count == BY_MOST) l_refuse(L, call, "by: at most 3 items%.*s", text_of(""));
  if (lua_type(L, name) != LUA_TSTRING)
    l_refuse(L, call, "%.*s: expected names of items", text_of("by"));
  size_t i = call->by.count;
  struct text text = l_check_text(L, name);
  struct column *c = l_check_item(L, ARG_TABLE, name);
  call->by.keys[i] = l_to_codes(L, call, c, text, &call->by.declared[i]);
  call->by_names[i] = text;
  call->by.count++;
}

/* by = "genre" or { "genre", "niveau" }: groups in that order, the last running fastest. Names and
 * columns stay on the stack, two slots an item. */
static void read_by(lua_State *L, struct call *call) {
  int type = lua_getfield(L, ARG_OPTIONS, "by");
  int list = lua_gettop(L);
  if (type == LUA_TNIL) return;
  if (type != LUA_TTABLE) {
    read_by_name(L, call, list);
    return;
  }
  lua_Integer count = luaL_len(L, list);
  for (lua_Integer i = 1; i <= count; i++) {
    luaL_checkstack(L, 4, "by");
    lua_geti(L, list, i);
    read_by_name(L, call, lua_gettop(L));
  }
}

/* The verb's own options and those that all verbs have, in one list: a misspelt one is raised with
 * the nearest of them all. No verb has 40 of its own. */
static void check_options(lua_State *L, const char *const *known) {
  enum { OPTIONS_MOST = 40 };
  const char *all[OPTIONS_MOST + 3];
  size_t count = 0;
  while (count < OPTIONS_MOST && known[count]) {
    all[count] = known[count];
    count++;
  }
  all[count++] = "design";
  all[count++] = "df";
  all[count] = NULL;
  l_check_options(L, ARG_OPTIONS, all);
}

/* The design is held by the options as long as the call lasts.
 * One that was made for another table is a fault of the engine's Lua, so there is no advice. */
static void read_design(lua_State *L, struct call *call) {
  lua_getfield(L, ARG_OPTIONS, "design");
  call->sample.design = l_opt_design(L, lua_gettop(L));
  lua_pop(L, 1);
  if (call->sample.design && call->sample.design->rows != call->sample.rows)
    l_refuse(L, call, "%.*s: it belongs to another table", text_of("design"));
  call->sample.degrees = (enum degrees_rule)stat_option_choice(
      L, ARG_OPTIONS, call->verb, "df", degrees_rule_names, DEGREES_DOMAIN);
}

/* Reads in a fixed order (table, domain, options, conf, design, df, by), and raises before anything
 * is computed. Afterwards the stack is the three arguments, then two slots an item of `by`.
 * Options that are known to nobody are refused with the nearest. */
void l_read_call(lua_State *L, struct call *call, const char *verb, const char *const *known) {
  struct table *t = l_check_table(L, ARG_TABLE);
  *call = (struct call){
      .verb = verb, .level = NO_LEVEL, .later = lua_toboolean(L, ARG_LATER)};
  call->sample.rows = table_rows(t);
  call->sample.domain = l_opt_domain(L, ARG_DOMAIN);
  luaL_checktype(L, ARG_OPTIONS, LUA_TTABLE);
  lua_settop(L, ARG_OPTIONS);
  check_options(L, known);
  call->conf = stat_option(L, ARG_OPTIONS, verb, "conf", &range_inside, 0.95);
  read_design(L, call);
  read_by(L, call);
}

/* ---- reading: levels --------------------------------------------------------------------- */

/* A label as typed: a text, or a number as the engine writes it (3 and 3.0 are "3" in any locale),
 * whose text takes its place on the stack. Lives there: to be used before that slot is popped. */
struct text l_read_label(lua_State *L, const struct call *call, int index, const char *key) {
  if (lua_type(L, index) == LUA_TNUMBER) {
    char digits[NUMBER_ROOM];
    size_t n = number_print(digits, lua_tonumber(L, index));
    lua_pushlstring(L, digits, n);
    lua_replace(L, index);
  }
  if (lua_type(L, index) != LUA_TSTRING)
    l_refuse(L, call, "%.*s: expected the name of a level", text_of(key));
  return l_check_text(L, index);
}

/* Levels that are looked through for one that is near: more would be a long wait for a message. */
enum { NAMED_LEVELS = 256 };

/* Raises with the nearest level, or with the first as an example: "mean: no level "fill"; did you
 * mean "fille"?". An item without levels gets neither. Labels are shown by 200 bytes at most. */
static void no_level(lua_State *L, const struct call *call, const struct column *item,
                     struct text label) {
  struct text names[NAMED_LEVELS];
  size_t count = 0, best[NAMES_BEST];
  bilan *b = l_handle(L);
  for (uint32_t code = 1; code < dict_count(item->dict) && count < NAMED_LEVELS; code++)
    names[count++] = dict_level(item->dict, code)->label;
  int n = (int)(label.n < 200 ? label.n : 200);
  if (names_nearest(&b->mem, names, count, label, best))
    fail(b, BILAN_USAGE, "%s: no level \"%.*s\"; did you mean \"%.*s\"?", call->verb, n, label.s,
         (int)names[best[0]].n, names[best[0]].s);
  else if (count)
    fail(b, BILAN_USAGE, "%s: no level \"%.*s\"; the first is \"%.*s\"", call->verb, n, label.s,
         (int)names[0].n, names[0].s);
  else fail(b, BILAN_USAGE, "%s: no level \"%.*s\"", call->verb, n, label.s);
  l_check(L, BILAN_USAGE);
}

/* The code of a label. Levels met while reading are no closed list: a number nobody gave is a
 * level of 0 respondents.
 * The dictionary that grows is the converted column's own, never the table's: `declared` sees
 * to that. */
uint32_t l_find_level(lua_State *L, const struct call *call, const struct column *item,
                           struct text label, bool declared) {
  uint32_t code = dict_find(item->dict, label);
  struct level level = {label, 0, BILAN_PRESENT};
  if (code) return code;
  if (declared || !number_parse(&level.value, label)) no_level(L, call, item, label);
  l_check(L, dict_add_level(l_handle(L), item->dict, &code, &level));
  return code;
}

/* The label is only looked up, never kept; so the stack is as it was. */
uint32_t l_read_level(lua_State *L, const struct call *call, const char *key,
                      const struct column *item, bool declared) {
  uint32_t code = NO_LEVEL;
  if (lua_getfield(L, ARG_OPTIONS, key) != LUA_TNIL) {
    struct text label = l_read_label(L, call, lua_gettop(L), key);
    code = l_find_level(L, call, item, label, declared);
  }
  lua_pop(L, 1);
  return code;
}

/* ---- reading: nets ----------------------------------------------------------------------- */

/* Reads the list of levels on top of the stack into a net; its codes stay in scratch memory.
 * `list` is a place on the stack; an empty net would be a share of nobody. */
static void read_net(lua_State *L, const struct call *call, struct net *net, int list,
                     bool declared) {
  if (lua_type(L, list) != LUA_TTABLE)
    l_refuse(L, call, "net \"%.*s\": expected a list of levels", net->name);
  size_t count = (size_t)luaL_len(L, list);
  if (!count) l_refuse(L, call, "net \"%.*s\" has no levels", net->name);
  uint32_t *codes = l_scratch(L, count, sizeof *codes);
  for (size_t i = 0; i < count; i++) {
    lua_geti(L, list, (lua_Integer)i + 1);
    struct text label = l_read_label(L, call, lua_gettop(L), "nets");
    codes[i] = l_find_level(L, call, call->tally.item, label, declared);
    lua_pop(L, 1);
  }
  net->codes = codes;
  net->count = count;
}

/* By bytes of their names: the order of a Lua table is not one. Insertion, as nets are few; two
 * cannot have the same name, being keys. */
static void sort_nets(struct net *nets, size_t count) {
  for (size_t i = 1; i < count; i++) {
    struct net net = nets[i];
    size_t j = i;
    for (; j && text_compare(nets[j - 1].name, net.name) > 0; j--) nets[j] = nets[j - 1];
    nets[j] = net;
  }
}

/* Three slots of the stack each, which a result keeps as user values: Lua has 65535 of them. */
enum { NETS_MOST = 10000 };

/* nets = { name = { levels }, ... }: in the order of their names, whatever Lua's is. Two walks over
 * the table: one counts, one takes the names; the lists are then fetched by name, so that the first
 * fault reported is always the same. Names stay on the stack: the script may change its table. */
static void read_nets(lua_State *L, struct call *call, bool declared) {
  if (lua_getfield(L, ARG_OPTIONS, "nets") == LUA_TNIL) return;
  int list = lua_gettop(L);
  luaL_checktype(L, list, LUA_TTABLE);
  size_t count = 0;
  for (lua_pushnil(L); lua_next(L, list); lua_pop(L, 1)) count++;
  if (count > NETS_MOST) l_refuse(L, call, "nets: more than 10000%.*s", text_of(""));
  struct net *nets = l_scratch(L, count, sizeof *nets);
  size_t i = 0;
  for (lua_pushnil(L); i < count && lua_next(L, list); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      l_refuse(L, call, "%.*s: expected { name = { levels } }", text_of("nets"));
    nets[i++] = (struct net){.name = l_check_text(L, -2)};
  }
  sort_nets(nets, count);
  for (i = 0; i < count; i++) {
    luaL_checkstack(L, 8, "nets");
    lua_pushlstring(L, nets[i].name.s, nets[i].name.n);
    nets[i].name = l_check_text(L, -1);
    lua_pushvalue(L, -1);
    lua_gettable(L, list);
    read_net(L, call, &nets[i], lua_gettop(L), declared);
  }
  call->tally.nets = nets;
  call->tally.net_count = count;
}

/* missing = "include" makes kinds of missing levels of the base, "exclude" (the usual) leaves them
 * out and counts them. */
static bool reads_missing(lua_State *L, const struct call *call) {
  static const char *const names[] = {"exclude", "include", NULL};
  return stat_option_choice(L, ARG_OPTIONS, call->verb, "missing", names, 0) == 1;
}

/* The item of shares: several answers are welcome here. Its name stays on the stack.
 * key is "item" or "row". Order of reading: item, base, missing, level, nets. */
void l_read_levels(lua_State *L, struct call *call, const char *key) {
  struct column *c = l_read_item(L, call, key);
  bool declared = true;
  lua_getfield(L, ARG_OPTIONS, key);
  call->item_name = l_check_text(L, -1);
  if (c->type != COLUMN_SET) c = l_to_codes(L, call, c, call->item_name, &declared);
  call->tally = (struct tally_request){.item = c, .by = &call->by};
  call->tally.base = (enum tally_base)stat_option_choice(L, ARG_OPTIONS, call->verb, "base",
                                                         tally_base_names, BASE_ASKED);
  call->tally.missing_levels = reads_missing(L, call);
  call->level = l_read_level(L, call, "level", c, declared);
  read_nets(L, call, declared);
}

/* ---- reading: queries -------------------------------------------------------------------- */

/* Raw access: a query with a metatable may have fields that are not in it, so it is not read. */
size_t l_read_asked(lua_State *L, int index, struct asked asked[ASKED_MOST]) {
  size_t count = 0;
  if (lua_type(L, index) != LUA_TTABLE) return SIZE_MAX;
  if (lua_getmetatable(L, index)) return SIZE_MAX;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (count == ASKED_MOST || lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
      return SIZE_MAX;
    asked[count++] = (struct asked){l_check_text(L, -2), l_check_text(L, -1)};
  }
  return count;
}

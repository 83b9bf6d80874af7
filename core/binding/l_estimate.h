/* l_estimate.h - between the l_estimate*.c files: reading the arguments of an estimate, pushing
 * its rows.
 *
 * Every function is called with (table, domain or nil, options); options name columns of the
 * table. What the engine gives is held by userdata on the Lua stack that were made, closed,
 * beforehand, so that an error raised by Lua leaks nothing.
 */
#ifndef BINDING_L_ESTIMATE_H
#define BINDING_L_ESTIMATE_H

#include "binding/binding.h"
#include "stat/crosstab.h"
#include "stat/moments.h"

enum { ARG_TABLE = 1, ARG_DOMAIN = 2, ARG_OPTIONS = 3, BY_CATEGORIES = 10000 };

/* The arguments of a call. */
struct call {
  const char *verb;   /* for messages */
  struct sample sample;
  struct by by;
  struct text by_names[BY_MOST];
  struct tally_request tally; /* after l_read_levels */
  struct text item_name;      /* likewise */
  uint32_t level;             /* the one asked for, NO_LEVEL */
  double conf;
  bool later;                 /* read and check, compute when told to */
};

/* Checks the arguments and the names of options, reads domain, design, df, by and conf. `known`
 * are the verb's own options: `design` (userdata of core.design; nil: a simple random sample) and
 * `df` ("domain", "design") are known to all. */
void l_read_call(lua_State *L, struct call *call, const char *verb, const char *const *known);

/* Raises "VERB: TEXT"; `format` has one %.*s, for `name`. */
void l_refuse(lua_State *L, const struct call *call, const char *format, struct text name);

/* The column that the option `key` names; raises when it is absent. Lent by the table. */
struct column *l_read_item(lua_State *L, const struct call *call, const char *key);
/* NULL when the option is absent. */
struct column *l_read_item_or_none(lua_State *L, const struct call *call, const char *key);
/* The same as codes: numbers and texts get their distinct values as levels; a hold of it stays
 * on the Lua stack. *declared: the levels are those of the table. */
struct column *l_read_codes(lua_State *L, const struct call *call, const char *key,
                            bool *declared);
/* A column called `name` as codes; leaves one value on the stack that holds it. */
struct column *l_to_codes(lua_State *L, const struct call *call, struct column *c,
                          struct text name, bool *declared);
/* A column that must have numbers. */
struct column *l_read_measure(lua_State *L, const struct call *call, const char *key);

/* The code of the level that the option `key` names (text or number); NO_LEVEL when absent;
 * raises "no level ...; did you mean ...". */
uint32_t l_read_level(lua_State *L, const struct call *call, const char *key,
                      const struct column *item, bool declared);
/* A label as typed at a place on the stack (text, or a number as the engine writes it, which
 * replaces it there), and its code among the levels of an item, as l_read_level finds it. */
struct text l_read_label(lua_State *L, const struct call *call, int index, const char *key);
uint32_t l_find_level(lua_State *L, const struct call *call, const struct column *item,
                      struct text label, bool declared);
/* Fills call->tally and call->level: item, base, missing, level, nets = { name = {levels} }
 * in the order of their names. */
void l_read_levels(lua_State *L, struct call *call, const char *key);

/* The option `deff`: nil or false, true or "wor", "wr" or "replace". */
enum deff l_read_deff(lua_State *L, const struct call *call);
/* The option `ci` of shares: a place in share_method_names, SHARE_USUAL when absent. */
unsigned l_read_interval(lua_State *L, const struct call *call);

/* What a verb answers: figures as the engine has them. Lua sees a list: #answer is the number of
 * rows, answer[i] a new record of row i, answer:head(i) its labels without figures, answer:find(
 * query) the place of the one row of these labels. Names, levels and columns are lent by the values
 * that stood on the stack when it was opened: it keeps them.
 *
 * A verb called with a fourth argument that is true reads and checks all it was given and computes
 * nothing: answer:make() does, and returns the message when that fails. */
struct answer {
  struct call call;
  bilan_status (*make)(bilan *b, struct answer *a); /* NULL once it was made */
  union {
    struct proportion_options share;
    struct moment_options moment;
  } options;
  enum level_sort sort;
  const struct column *measure;
  struct estimates list;
  struct proportions shares; /* rows that come later get their figures from it */
};

enum { ARG_LATER = 4 };

/* A closed answer on top of the stack, to be filled by the engine; released by the collector. */
struct answer *l_new_answer(lua_State *L, const struct call *call);

/* Pushes the function that the key at 2 names, or nil. */
int l_push_method(lua_State *L, const luaL_Reg *methods);

/* A userdata of `size` bytes, zeroed, that keeps all values on the stack. */
void *l_new_keeper(lua_State *L, size_t size);
/* Sets by = { item = label of its level, ... } of the record on top. */
void l_set_by(lua_State *L, const struct call *call, const uint32_t codes[BY_MOST]);

/* One pair of a query, { level = "oui", genre = "fille" }: both lent by its table. */
struct asked {
  struct text key, value;
};

enum { ASKED_MOST = 8 };

/* Pairs of the query at `index`; SIZE_MAX where it holds anything but texts, or more than
 * ASKED_MOST pairs: then only the engine's Lua knows what it means. */
size_t l_read_asked(lua_State *L, int index, struct asked asked[ASKED_MOST]);

/* The place that a row of an answer is asked by, from 0; SIZE_MAX beyond `count`. */
size_t l_row_asked(lua_State *L, int index, size_t count);
/* Sets the fields of an estimate in the table on top. */
void l_set_estimate(lua_State *L, const struct estimate *e);
/* The label of a level of an item, or the words of a kind of missing; lent by the column. */
struct text l_level_text(const struct column *item, uint32_t code);
void l_push_level(lua_State *L, const struct column *item, uint32_t code);
/* The same of call->tally.item, whose nets are levels, too: their names. False: none (NO_LEVEL). */
bool l_answer_text(struct text *label, const struct call *call, uint32_t code);
/* Sets `net` and `level` of the record on top. */
void l_set_level(lua_State *L, const struct call *call, uint32_t code);
/* Sets missing and missing_kinds of the record on top, from counts by kind ([0]: their sum). */
void l_set_missing(lua_State *L, const int64_t missing[BILAN_MISSING_KINDS]);
void l_set_count(lua_State *L, const char *key, int64_t count);

void l_crosstab_add(lua_State *L); /* add their functions to the table on top */
void l_compare_add(lua_State *L);
void l_glm_add(lua_State *L);

#endif

/* l_stat.h - between the l_stat*.c files: reading arguments, pushing results.
 *
 * Everything read from Lua lands in userdata on the Lua stack (l_scratch), so that an error
 * raised later leaks nothing. Every reader raises one line, "FUNCTION: what is wrong", at the
 * caller's line. A figure that is NaN is left out of the result; its `note` says why.
 *
 * Example of an error:  proportion_ci: conf is 95: expected a number between 0 and 1
 *
 * `index` is a place on the stack, `function` and `what` or `key` are words for the message.
 * Options at `index` may be nil.
 */
#ifndef BINDING_L_STAT_H
#define BINDING_L_STAT_H

#include "binding/binding.h"
#include "stat/plain/plain.h"

/* A set of numbers: at least `low`, at most `high`, the ends left out when `open`, whole when
 * `whole`; `words` describe it ("a share from 0 to 1"). */
struct range {
  double low, high;
  bool open, whole;
  const char *words;
};

extern const struct range range_count, range_whole, range_share, range_inside, range_positive,
    range_any;

/* Raises "FUNCTION: WHAT is VALUE: expected WORDS". */
void stat_refuse(lua_State *L, const char *function, const char *what, double value,
                 const char *words);
/* Raises "FUNCTION: TEXT". */
void stat_raise(lua_State *L, const char *function, const char *text);

/* A positional number, or a field of the options at `index` (or `otherwise` if absent).
 * NaN is in no range. Strings are not numbers, even "3". */
double stat_number(lua_State *L, int index, const char *function, const char *what,
                   const struct range *range);
double stat_option(lua_State *L, int index, const char *function, const char *key,
                   const struct range *range, double otherwise);
bool stat_flag(lua_State *L, int index, const char *function, const char *key, bool otherwise);

/* Which of `names` the string at `index` (nil: `otherwise`) is; else "did you mean". */
int stat_choice(lua_State *L, int index, const char *function, const char *what,
                const char *const *names, int otherwise);
int stat_option_choice(lua_State *L, int index, const char *function, const char *key,
                       const char *const *names, int otherwise);

/* Lists: a scratch block is left on the stack. Tables are read row after row and must be
 * rectangular, of numbers in `range`. */
double *stat_list(lua_State *L, int index, const char *function, const char *what,
                  const struct range *range, size_t *count);
struct plain_counts stat_table(lua_State *L, int index, const char *function,
                               const struct range *range);

/* Sets a field of the table on top: a number (NaN: nothing), a whole count, the notes.
 * Each leaves the table on top. */
void stat_set(lua_State *L, const char *key, double value);
void stat_set_count(lua_State *L, const char *key, double value);
void stat_set_string(lua_State *L, const char *key, const char *value);
void stat_set_notes(lua_State *L, unsigned notes);
void stat_set_interval(lua_State *L, const struct plain_interval *interval);

/* The functions of the other files; each list ends with {NULL, NULL}. */
extern const luaL_Reg stat_table_functions[], stat_sample_functions[];
void stat_add_distributions(lua_State *L); /* into the table on top */

#endif

/* l_stat.c - bilan.stat: readers and pushers, and the statistics of shares and p-values.
 *
 * bilan.stat.proportion_ci(x, n, {method, conf}), difference_ci, risk_ratio, odds_ratio,
 * p_adjust, sample_size, power, cohen_h, round_percentages. Cross-tables are in
 * l_stat_table.c, values and ranks in l_stat_sample.c, distributions in l_stat_dist.c.
 *
 * Examples, results as tables:
 *
 *   proportion_ci(8, 20)                  estimate 0.4, low 0.219, high 0.613, conf 0.95, n 20
 *   cohen_h(0.5, 0.3)                     0.4115
 *   p_adjust({0.01, 0.04}, "bonferroni")  0.02, 0.08
 *   round_percentages({1, 1, 1})          34, 33, 33
 *   sample_size{margin = 0.05}            n 385
 *
 * All take plain numbers, none a survey. Failure: raised, "FUNCTION: what is wrong". Figures
 * that do not exist are absent and `note` says why. Owner: lists are scratch memory of Lua's.
 */
#include "binding/l_stat.h"

#include <math.h>

#include "base/handle.h"
#include "base/names.h"
#include "base/number.h"

/* The ranges that arguments are checked against: low, high, both ends left out, whole numbers
 * only, and the words for the message. 9e15 is just below 2^53, up to which doubles count
 * exactly. */
const struct range range_count = {0, 9e15, false, false, "a count of 0 or more"};
const struct range range_whole = {0, 9e15, false, true, "a whole count of 0 or more"};
const struct range range_share = {0, 1, false, false, "a number from 0 to 1"};
const struct range range_inside = {0, 1, true, false, "a number between 0 and 1"};
const struct range range_positive = {0, HUGE_VAL, true, false, "a number above 0"};
const struct range range_any = {-HUGE_VAL, HUGE_VAL, true, false, "a finite number"};

/* ---- errors ---- */

/* Does not return. */
void stat_raise(lua_State *L, const char *function, const char *text) {
  l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: %s", function, text));
}

/* Does not return; the number is printed whatever the locale. */
void stat_refuse(lua_State *L, const char *function, const char *what, double value,
                 const char *words) {
  char digits[NUMBER_ROOM];
  number_print(digits, value);
  l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: %s is %s: expected %s", function, what, digits,
                  words));
}

/* ---- reading ---- */

/* Is x in the range? NaN never is.
 * -0 counts as 0. */
static bool within(double x, const struct range *r) {
  if (!(x >= r->low && x <= r->high)) return false;
  if (r->open && (x == r->low || x == r->high)) return false;
  return !r->whole || x == floor(x);
}

/* The number at `index`, of any name, in range.
 * Raises for a type other than number, also for a string of digits. */
static double check_number(lua_State *L, int index, const char *function, const char *what,
                           const struct range *range) {
  if (lua_type(L, index) != LUA_TNUMBER)
    l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: %s is a %s: expected %s", function, what,
                    luaL_typename(L, index), range->words));
  double x = lua_tonumber(L, index);
  if (!within(x, range)) stat_refuse(L, function, what, x, range->words);
  return x;
}

/* Positional arguments are never optional and never converted from strings. */
double stat_number(lua_State *L, int index, const char *function, const char *what,
                   const struct range *range) {
  return check_number(L, index, function, what, range);
}

/* A wrong type or value names the key.
 * `index` may hold nil: then every option is absent. */
double stat_option(lua_State *L, int index, const char *function, const char *key,
                   const struct range *range, double otherwise) {
  if (lua_isnoneornil(L, index)) return otherwise;
  double x = otherwise;
  if (lua_getfield(L, index, key) != LUA_TNIL) x = check_number(L, -1, function, key, range);
  lua_pop(L, 1);
  return x;
}

/* Only true and false are flags: 1 or "no" would be read the wrong way round. */
bool stat_flag(lua_State *L, int index, const char *function, const char *key, bool otherwise) {
  if (lua_isnoneornil(L, index)) return otherwise;
  int type = lua_getfield(L, index, key);
  bool set = type == LUA_TNIL ? otherwise : lua_toboolean(L, -1);
  if (type != LUA_TNIL && type != LUA_TBOOLEAN)
    l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: %s is a %s: expected true or false", function,
                    key, lua_typename(L, type)));
  lua_pop(L, 1);
  return set;
}

/* More than any list of names has. */
enum { MOST_NAMES = 32 };

/* Leaves "a, b, c" of the names on the stack, and gives it. */
static const char *push_listed(lua_State *L, const char *const *known) {
  luaL_Buffer list;
  luaL_buffinit(L, &list);
  for (size_t i = 0; known[i]; i++) {
    if (i > 0) luaL_addstring(&list, ", ");
    luaL_addstring(&list, known[i]);
  }
  luaL_pushresult(&list);
  return lua_tostring(L, -1);
}

/* Does not return: names the nearest known name, or else all of them. */
static void unknown_name(lua_State *L, const char *function, const char *what,
                         const char *typed, const char *const *known) {
  struct text names[MOST_NAMES];
  size_t count = 0, best[NAMES_BEST];
  bilan *b = l_handle(L);
  for (; known[count] && count < MOST_NAMES; count++) names[count] = text_of(known[count]);
  size_t found = names_nearest(&b->mem, names, count, text_of(typed), best);
  if (found)
    l_check(L, fail(b, BILAN_USAGE, "%s: no %s \"%s\"; did you mean \"%s\"?", function, what,
                    typed, known[best[0]]));
  l_check(L, fail(b, BILAN_USAGE, "%s: no %s \"%s\"; known are %s", function, what, typed,
                  push_listed(L, known)));
}

/* An index into `names`, which is the enum's value.
 * Names are compared byte by byte. Raises for another type and for an unknown name. */
int stat_choice(lua_State *L, int index, const char *function, const char *what,
                const char *const *names, int otherwise) {
  if (lua_isnoneornil(L, index)) return otherwise;
  if (lua_type(L, index) != LUA_TSTRING)
    l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: %s is a %s: expected a name", function, what,
                    luaL_typename(L, index)));
  struct text typed = l_check_text(L, index);
  for (int i = 0; names[i]; i++)
    if (text_equal(text_of(names[i]), typed)) return i;
  unknown_name(L, function, what, typed.s, names);
  return otherwise;
}

/* The same for a field of the options. */
int stat_option_choice(lua_State *L, int index, const char *function, const char *key,
                       const char *const *names, int otherwise) {
  if (lua_isnoneornil(L, index)) return otherwise;
  lua_getfield(L, index, key);
  int choice = stat_choice(L, -1, function, key, names, otherwise);
  lua_pop(L, 1);
  return choice;
}

/* Refuses what is not a table, naming what it should be.
 * Raises for anything but a Lua table. */
static void check_list(lua_State *L, int index, const char *function, const char *what) {
  if (lua_type(L, index) != LUA_TTABLE)
    l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: %s is a %s: expected a list", function, what,
                    luaL_typename(L, index)));
}

/* Entry i (from 0) of the list at `index` as a number in range.
 * The entry is named from 1, as in Lua. */
static double entry(lua_State *L, int index, size_t i, const char *function, const char *what,
                    const struct range *range) {
  bool number = lua_rawgeti(L, index, (lua_Integer)i + 1) == LUA_TNUMBER;
  double x = number ? lua_tonumber(L, -1) : NAN;
  if (!number || !within(x, range)) {
    char digits[NUMBER_ROOM];
    number_print(digits, x);
    l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: %s, entry %zu is %s: expected %s", function,
                    what, i + 1, number ? digits : luaL_typename(L, -1), range->words));
  }
  lua_pop(L, 1);
  return x;
}

/* Raw access: no metamethod runs while the list is read.
 * One entry more is allotted than there are, so an empty list has a block too. */
double *stat_list(lua_State *L, int index, const char *function, const char *what,
                  const struct range *range, size_t *count) {
  check_list(L, index, function, what);
  index = lua_absindex(L, index);
  *count = lua_rawlen(L, index);
  double *list = l_scratch(L, *count + 1, sizeof *list);
  for (size_t i = 0; i < *count; i++) list[i] = entry(L, index, i, function, what, range);
  return list;
}

/* The width of the table at `index`: all its rows are lists of that length.
 * 0 for a table without rows; the caller refuses that. */
static size_t check_rows(lua_State *L, int index, const char *function, size_t rows) {
  size_t cols = 0;
  for (size_t i = 0; i < rows; i++) {
    if (lua_rawgeti(L, index, (lua_Integer)i + 1) != LUA_TTABLE)
      stat_raise(L, function, "expected a table of rows, each a list of counts");
    size_t length = lua_rawlen(L, -1);
    if (i > 0 && length != cols)
      l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: row %zu has %zu cells: expected %zu",
                      function, i + 1, length, cols));
    cols = length;
    lua_pop(L, 1);
  }
  return cols;
}

/* The cells stay in userdata on top of the stack as long as the caller leaves it there. */
struct plain_counts stat_table(lua_State *L, int index, const char *function,
                               const struct range *range) {
  check_list(L, index, function, "the table");
  index = lua_absindex(L, index);
  size_t rows = lua_rawlen(L, index), cols = check_rows(L, index, function, rows);
  if (rows == 0 || cols == 0) stat_raise(L, function, "the table is empty");
  double *cell = l_scratch(L, rows, cols * sizeof *cell);
  for (size_t i = 0; i < rows; i++) {
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    int row = lua_absindex(L, -1);
    for (size_t j = 0; j < cols; j++)
      cell[i * cols + j] = entry(L, row, j, function, "a row", range);
    lua_pop(L, 1);
  }
  return (struct plain_counts){cell, rows, cols};
}

/* ---- pushing ---- */

/* A figure that does not exist leaves no field. */
void stat_set(lua_State *L, const char *key, double value) {
  if (isnan(value)) return;
  lua_pushnumber(L, value);
  lua_setfield(L, -2, key);
}

/* Whole counts arrive in Lua as integers. */
void stat_set_count(lua_State *L, const char *key, double value) {
  if (isnan(value)) return;
  l_push_count(L, value);
  lua_setfield(L, -2, key);
}

/* Copies the string into Lua. */
void stat_set_string(lua_State *L, const char *key, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, key);
}

/* All notes of a result as one string, `note`; no field when there is none.
 * In the order of their bits, "; " between them. */
void stat_set_notes(lua_State *L, unsigned notes) {
  int said = 0;
  if (!notes) return;
  luaL_checkstack(L, 2 * 20, NULL);
  for (unsigned bit = 1; bit && bit <= NOTE_LAST; bit <<= 1) {
    if (!(notes & bit)) continue;
    if (said++) lua_pushliteral(L, "; ");
    lua_pushstring(L, plain_note_text(bit));
  }
  lua_concat(L, 2 * said - 1);
  lua_setfield(L, -2, "note");
}

/* The three figures of an interval and its note. */
void stat_set_interval(lua_State *L, const struct plain_interval *interval) {
  stat_set(L, "estimate", interval->estimate);
  stat_set(L, "low", interval->low);
  stat_set(L, "high", interval->high);
  stat_set_notes(L, interval->notes);
}

/* ---- shares ---- */

/* x and n at two places of the stack, 0 <= x <= n.
 * Counts may be fractions (effective bases). */
static struct plain_share share_at(lua_State *L, int index, const char *function,
                                   const char *x_name, const char *n_name) {
  struct plain_share s;
  s.x = stat_number(L, index, function, x_name, &range_count);
  s.n = stat_number(L, index + 1, function, n_name, &range_count);
  if (s.x > s.n) {
    char x[NUMBER_ROOM], n[NUMBER_ROOM];
    number_print(x, s.x);
    number_print(n, s.n);
    l_check(L, fail(l_handle(L), BILAN_USAGE, "%s: %s is %s, more than %s, which is %s",
                    function, x_name, x, n_name, n));
  }
  return s;
}

/* proportion_ci(x, n, {method = "wilson", conf = 0.95}) -> { estimate, low, high, conf, n,
 * method, note }: shares from 0 to 1. x may be a weighted count, but for blaker. */
static int proportion_ci(lua_State *L) {
  static const char *const known[] = {"method", "conf", NULL};
  static const char name[] = "proportion_ci";
  struct plain_share s = share_at(L, 1, name, "x", "n");
  l_check_options(L, 3, known);
  int m = stat_option_choice(L, 3, name, "method", plain_method_names, METHOD_WILSON);
  double conf = stat_option(L, 3, name, "conf", &range_inside, 0.95);
  if (m == METHOD_BLAKER && (s.x != floor(s.x) || s.n != floor(s.n)))
    stat_raise(L, name, "blaker needs whole counts");
  struct plain_interval i = plain_proportion(s.x, s.n, conf, (enum plain_method)m);
  lua_createtable(L, 0, 7);
  stat_set_interval(L, &i);
  stat_set(L, "conf", conf);
  stat_set_count(L, "n", s.n);
  stat_set_string(L, "method", plain_method_names[m]);
  return 1;
}

/* difference_ci(x1, n1, x2, n2, {method = "newcombe", conf = 0.95}) -> { estimate, low, high,
 * conf, method, note }: of x1/n1 - x2/n2, from -1 to 1. */
static int difference_ci(lua_State *L) {
  static const char *const known[] = {"method", "conf", NULL};
  static const char name[] = "difference_ci";
  struct plain_share a = share_at(L, 1, name, "x1", "n1"), b = share_at(L, 3, name, "x2", "n2");
  l_check_options(L, 5, known);
  int m = stat_option_choice(L, 5, name, "method", plain_difference_names, 0);
  double conf = stat_option(L, 5, name, "conf", &range_inside, 0.95);
  struct plain_interval i = plain_difference(a, b, conf, (enum plain_difference_method)m);
  lua_createtable(L, 0, 6);
  stat_set_interval(L, &i);
  stat_set(L, "conf", conf);
  stat_set_string(L, "method", plain_difference_names[m]);
  return 1;
}

/* What both ratios look like in the engine. */
typedef struct plain_interval ratio_function(struct plain_share a, struct plain_share b,
                                             double conf);

/* Both ratios: they differ in the engine's function and in the name of the method.
 * `method` is the name of the interval. Zero counts give a note, not a continuity correction
 * of our own. */
static int ratio(lua_State *L, const char *name, const char *method, ratio_function *of) {
  static const char *const known[] = {"conf", NULL};
  struct plain_share a = share_at(L, 1, name, "x1", "n1"), b = share_at(L, 3, name, "x2", "n2");
  l_check_options(L, 5, known);
  double conf = stat_option(L, 5, name, "conf", &range_inside, 0.95);
  struct plain_interval i = of(a, b, conf);
  lua_createtable(L, 0, 6);
  stat_set_interval(L, &i);
  stat_set(L, "conf", conf);
  stat_set_string(L, "method", method);
  return 1;
}

/* risk_ratio(x1, n1, x2, n2, {conf = 0.95}) -> { estimate, low, high, conf, method, note }: of
 * (x1/n1) / (x2/n2). */
static int risk_ratio(lua_State *L) { return ratio(L, "risk_ratio", "katz", plain_risk_ratio); }

/* odds_ratio(x1, n1, x2, n2, {conf = 0.95}): the same fields, of the odds. */
static int odds_ratio(lua_State *L) { return ratio(L, "odds_ratio", "woolf", plain_odds_ratio); }

/* cohen_h(p1, p2) -> number: 2 asin sqrt p1 - 2 asin sqrt p2, an effect size for shares. */
static int cohen_h(lua_State *L) {
  double p = stat_number(L, 1, "cohen_h", "p1", &range_share);
  lua_pushnumber(L, plain_cohen_h(p, stat_number(L, 2, "cohen_h", "p2", &range_share)));
  return 1;
}

/* ---- p-values, percentages ---- */

/* Pushes a list of numbers.
 * In the same order, from 1. */
static void push_list(lua_State *L, const double *list, size_t count) {
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    lua_pushnumber(L, list[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* p_adjust(list, method = "holm") -> list in the same order. The engine's result goes into
 * scratch memory of Lua's, so nothing is left to free when pushing it fails. */
static int p_adjust(lua_State *L) {
  lua_settop(L, 2);
  size_t count;
  int how = stat_choice(L, 2, "p_adjust", "method", plain_adjustment_names, ADJUST_HOLM);
  double *p = stat_list(L, 1, "p_adjust", "the list", &range_share, &count);
  double *out = l_scratch(L, count + 1, sizeof *out);
  l_check(L, plain_p_adjust(l_handle(L), out, p, count, (enum plain_adjustment)how));
  push_list(L, out, count);
  return 1;
}

/* round_percentages(counts, {decimals = 0, rule = "largest_remainder"}) -> list of percentages
 * that add up to 100 under the default rule; integers when there are no decimals. */
static int round_percentages(lua_State *L) {
  lua_settop(L, 2);
  static const char *const known[] = {"decimals", "rule", NULL};
  static const char name[] = "round_percentages";
  static const struct range places = {0, 6, false, true, "a whole number from 0 to 6"};
  size_t count;
  l_check_options(L, 2, known);
  int decimals = (int)stat_option(L, 2, name, "decimals", &places, 0);
  int rule = stat_option_choice(L, 2, name, "rule", plain_rounding_names, 0);
  double *counts = stat_list(L, 1, name, "the list", &range_whole, &count);
  int64_t *k = l_scratch(L, count + 1, 2 * sizeof *k), *out = k + count + 1;
  for (size_t i = 0; i < count; i++) k[i] = (int64_t)counts[i];
  l_check(L, plain_percentages(l_handle(L), out, k, count, decimals,
                               (enum plain_rounding)rule));
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    if (decimals == 0) lua_pushinteger(L, out[i]);
    else lua_pushnumber(L, (double)out[i] / pow(10, decimals));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* ---- planning ---- */

/* Is the field there in the one table that planning functions take? nil is not there. */
static bool has(lua_State *L, const char *key) {
  bool there = lua_getfield(L, 1, key) != LUA_TNIL;
  lua_pop(L, 1);
  return there;
}

/* A field that must be there: its absence is reported as the wrong type, nil. */
static double need(lua_State *L, const char *function, const char *key,
                   const struct range *range) {
  lua_getfield(L, 1, key);
  double x = check_number(L, -1, function, key, range);
  lua_pop(L, 1);
  return x;
}

/* Raises when fields of another kind of plan are given: `allowed` is for this one. */
static void only(lua_State *L, const char *const *allowed) { l_check_options(L, 1, allowed); }

/* What the field work needs: all parts optional.
 * 0 stands for "not given": no correction for it. */
static struct plain_field field_of(lua_State *L, const char *name) {
  static const struct range people = {0, 9e15, true, false, "a number of people above 0"};
  static const struct range part = {0, 1.0000000001, true, false, "a rate up to 1"};
  return (struct plain_field){stat_option(L, 1, name, "population", &people, 0),
                              stat_option(L, 1, name, "deff", &range_positive, 0),
                              stat_option(L, 1, name, "response", &part, 0)};
}

/* Fields p1 and p2 plan shares, delta and sd plan means; fields of the other kind are
 * refused.
 * n is that of the first group, n2 of the second. */
static struct plain_size two_group_size(lua_State *L, const char *name) {
  static const char *const shares[] = {"p1",         "p2",   "power",    "alpha", "ratio",
                                       "population", "deff", "response", NULL};
  static const char *const means[] = {"delta",      "sd",   "power",    "alpha", "ratio",
                                      "population", "deff", "response", NULL};
  double power = stat_option(L, 1, name, "power", &range_inside, 0.8);
  double alpha = stat_option(L, 1, name, "alpha", &range_inside, 0.05);
  double r = stat_option(L, 1, name, "ratio", &range_positive, 1);
  if (!has(L, "delta")) {
    only(L, shares);
    double p1 = need(L, name, "p1", &range_share), p2 = need(L, name, "p2", &range_share);
    return plain_size_proportions(p1, p2, power, alpha, r, field_of(L, name));
  }
  only(L, means);
  double delta = need(L, name, "delta", &range_any), sd = need(L, name, "sd", &range_positive);
  return plain_size_means(delta, sd, power, alpha, r, field_of(L, name));
}

/* With sd a mean, else a share.
 * A share is planned with p = 0.5 unless told: the widest case. */
static struct plain_size one_group_size(lua_State *L, const char *name) {
  static const char *const share[] = {"margin",     "p",    "conf",
                                      "population", "deff", "response", NULL};
  static const char *const mean[] = {"margin",     "sd",   "conf",
                                     "population", "deff", "response", NULL};
  double conf = stat_option(L, 1, name, "conf", &range_inside, 0.95);
  if (has(L, "sd")) {
    only(L, mean);
    double margin = need(L, name, "margin", &range_positive);
    return plain_size_mean(margin, need(L, name, "sd", &range_positive), conf,
                           field_of(L, name));
  }
  only(L, share);
  double margin = need(L, name, "margin", &range_inside);
  double p = stat_option(L, 1, name, "p", &range_share, 0.5);
  return plain_size_proportion(margin, p, conf, field_of(L, name));
}

/* sample_size{margin, p | sd, conf} or {p1, p2 | delta, sd, power, alpha, ratio}; with both
 * {population, deff, response} -> { n, n2, exact, invited, note }: people to have, in the
 * second group, before rounding up, and to invite at the response rate. Which kind of plan it
 * is follows from the fields given; those of another kind are refused. */
static int sample_size(lua_State *L) {
  static const char *const known[] = {"margin", "p",     "sd",    "conf",       "p1",
                                      "p2",     "delta", "power", "alpha",      "ratio",
                                      "deff",   "response", "population", NULL};
  static const char name[] = "sample_size";
  luaL_checktype(L, 1, LUA_TTABLE);
  l_check_options(L, 1, known);
  bool one = has(L, "margin"), two = has(L, "p1") || has(L, "p2") || has(L, "delta");
  if (one == two)
    stat_raise(L, name, "expected margin (precision), or p1 and p2, or delta and sd");
  struct plain_size s = one ? one_group_size(L, name) : two_group_size(L, name);
  lua_createtable(L, 0, 5);
  stat_set_count(L, "n", s.n);
  if (s.n2 > 0) stat_set_count(L, "n2", s.n2);
  stat_set(L, "exact", s.exact);
  stat_set_count(L, "invited", s.invited);
  stat_set_notes(L, s.notes);
  return 1;
}

/* Fields p1 and p2, or delta and sd. */
static double power_of(lua_State *L, const char *name, double n, double alpha, double r) {
  static const char *const shares[] = {"n", "p1", "p2", "alpha", "ratio", NULL};
  static const char *const means[] = {"n", "delta", "sd", "alpha", "ratio", NULL};
  if (!has(L, "delta")) {
    only(L, shares);
    double p1 = need(L, name, "p1", &range_share), p2 = need(L, name, "p2", &range_share);
    return plain_power_proportions(n, p1, p2, alpha, r);
  }
  only(L, means);
  double delta = need(L, name, "delta", &range_any), sd = need(L, name, "sd", &range_positive);
  return plain_power_means(n, delta, sd, alpha, r);
}

/* power{n, p1, p2 | delta, sd, alpha, ratio} -> { power, n }: the chance to find the difference
 * with n people in the first group.
 * alpha is 0.05, ratio (second group to first) 1 unless told. Raises for 2 people or fewer. */
static int power(lua_State *L) {
  static const char *const known[] = {"n", "p1", "p2", "delta", "sd", "alpha", "ratio", NULL};
  static const char name[] = "power";
  luaL_checktype(L, 1, LUA_TTABLE);
  l_check_options(L, 1, known);
  double n = need(L, name, "n", &range_positive);
  double alpha = stat_option(L, 1, name, "alpha", &range_inside, 0.05);
  double r = stat_option(L, 1, name, "ratio", &range_positive, 1);
  double value = power_of(L, name, n, alpha, r);
  if (isnan(value)) stat_raise(L, name, "expected more than 2 people in all");
  lua_createtable(L, 0, 2);
  stat_set(L, "power", value);
  stat_set_count(L, "n", n);
  return 1;
}

/* ---- the module table ---- */

static const luaL_Reg share_functions[] = {{"proportion_ci", proportion_ci},
                                           {"difference_ci", difference_ci},
                                           {"risk_ratio", risk_ratio},
                                           {"odds_ratio", odds_ratio},
                                           {"cohen_h", cohen_h},
                                           {"p_adjust", p_adjust},
                                           {"round_percentages", round_percentages},
                                           {"sample_size", sample_size},
                                           {"power", power},
                                           {NULL, NULL}};

/* Pushes the module table. */
int l_stat_open(lua_State *L) {
  lua_newtable(L);
  luaL_setfuncs(L, share_functions, 0);
  luaL_setfuncs(L, stat_table_functions, 0);
  luaL_setfuncs(L, stat_sample_functions, 0);
  stat_add_distributions(L);
  return 1;
}

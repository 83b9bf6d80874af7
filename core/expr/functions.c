/* functions.c - the functions of the expression language, one value at a time.
 *
 * They follow SQLite's core and mathematical functions (sqlite.org/lang_corefunc.html,
 * lang_mathfunc.html), with the differences that expr.h states. Common rules: a NULL argument
 * gives NULL except where the function is about NULL; a number given where text is wanted
 * counts as its text; a mathematical function of something that is not a number, or outside
 * its domain, is NULL.
 *
 * No function reads or changes anything but its arguments: no clock, no randomness.
 *
 * Worked examples:
 *
 *   coalesce(NULL, 2) = 2     nullif(9, 9) = NULL       iif(NULL, 'a', 'b') = 'b'
 *   round(2.5) = 3.0          round(2.675, 2) = 2.67 (the double lies below 2.675)
 *   length('école') = 5       substr('bilan', -2) = 'an'  instr('bilan', 'la') = 3
 *   replace('a-b', '-', '') = 'ab'   concat('a', NULL, 1) = 'a1'   trim('..a.', '.') = 'a'
 *
 * Owner: texts that a function makes lie in the run's arena until the block is done; a part
 * of an argument's own text is lent, not copied. Failure: memory and BILAN_LIMIT for a text
 * over EXPR_VALUE_MOST, nothing else; a wrong type gives NULL. Cost: the length of the
 * arguments; replace and instr at worst length of text times length of what is looked for.
 */
#include "expr/functions.h"

#include <math.h>
#include <string.h>

#include "base/letter_case.h"
#include "expr/lex.h"

#define ARGS struct run *run, struct value *out, const struct value *args, size_t count
#define UNUSED(x) ((void)(x))

/* Is one of the arguments NULL? */
static bool any_null(const struct value *args, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (args[i].type == VALUE_NULL) return true;
  return false;
}

/* ---- NULL and choice -------------------------------------------------------------------- */

/* The first argument that is not NULL. ifnull is the same with two.
 * coalesce(x, y, ...). */
static bilan_status call_coalesce(ARGS) {
  UNUSED(run);
  *out = value_null();
  for (size_t i = 0; i < count && out->type == VALUE_NULL; i++) *out = args[i];
  return BILAN_OK;
}

/* NULL when both arguments are equal, else the first.
 * nullif(x, y): nullif(revenu, 9999) takes out a code for "no answer". */
static bilan_status call_nullif(ARGS) {
  bool same = !any_null(args, count) && value_compare(args[0], args[1], run->collation) == 0;
  *out = same ? value_null() : args[0];
  return BILAN_OK;
}

/* The second argument when the first is true, else (false or NULL) the third.
 * iif(condition, x, y). All three are worked out beforehand: nothing in the language has side
 * effects. */
static bilan_status call_iif(ARGS) {
  UNUSED(run);
  UNUSED(count);
  *out = value_truth(args[0]) == TRUTH_TRUE ? args[1] : args[2];
  return BILAN_OK;
}

/* Of equal arguments the last, as SQLite has it: min(2, 2.0) is 2.0. */
static bilan_status call_min(ARGS) {
  *out = any_null(args, count) ? value_null() : args[0];
  for (size_t i = 1; i < count && out->type != VALUE_NULL; i++)
    if (value_compare(args[i], *out, run->collation) <= 0) *out = args[i];
  return BILAN_OK;
}

/* Of equal arguments the first: max(2, 2.0) is 2. */
static bilan_status call_max(ARGS) {
  *out = any_null(args, count) ? value_null() : args[0];
  for (size_t i = 1; i < count && out->type != VALUE_NULL; i++)
    if (value_compare(args[i], *out, run->collation) > 0) *out = args[i];
  return BILAN_OK;
}

/* The storage class: 'null', 'integer', 'real', 'text'.
 * As the expression sees it: a whole number of a survey is 'integer'. */
static bilan_status call_typeof(ARGS) {
  static const char *const names[] = {"null", "integer", "real", "text"};
  UNUSED(run);
  UNUSED(count);
  *out = value_text(text_of(names[args[0].type]));
  return BILAN_OK;
}

/* ---- numbers ---------------------------------------------------------------------------- */

/* Fails over to real numbers for the one integer without a positive counterpart.
 * NULL for NULL; a text counts as its numeric prefix, as a real. */
static bilan_status call_abs(ARGS) {
  UNUSED(run);
  UNUSED(count);
  if (args[0].type == VALUE_NULL) *out = value_null();
  else if (args[0].type == VALUE_INTEGER && args[0].as.i > INT64_MIN)
    *out = value_integer(args[0].as.i < 0 ? -args[0].as.i : args[0].as.i);
  else *out = value_real(fabs(value_to_double(args[0])));
  return BILAN_OK;
}

/* round(x [, decimals]): a real, ties away from zero on the exact binary value. Numbers of
 * 2^52 and more have no decimals to round. */
static bilan_status call_round(ARGS) {
  char room[NUMBER_ROOM];
  UNUSED(run);
  *out = value_null();
  if (any_null(args, count)) return BILAN_OK;
  int64_t decimals = count > 1 ? value_to_int(args[1]) : 0;
  double x = value_to_double(args[0]);
  decimals = decimals < 0 ? 0 : decimals > 20 ? 20 : decimals;
  if (fabs(x) < 4503599627370496.0) {
    size_t n = number_print_fixed(room, x, (int)decimals);
    number_parse(&x, (struct text){room, n});
  }
  *out = value_real(x == 0 ? 0 : x);
  return BILAN_OK;
}

/* The number that an argument is, as a whole; false for NULL and other texts.
 * '12' and ' 12 ' are numbers, '12 ans' is none: unlike in arithmetic. */
static bool as_number(struct value *number, struct value v) {
  *number = value_apply_numeric(v);
  return number->type == VALUE_INTEGER || number->type == VALUE_REAL;
}

/* out = f(x), or NULL when x is no number or the result none.
 * A NaN becomes NULL in value_real. */
static bilan_status of_real(struct value *out, struct value x, double (*f)(double)) {
  struct value number;
  *out = as_number(&number, x) ? value_real(f(value_to_double(number))) : value_null();
  return BILAN_OK;
}

/* The same for functions under which integers stay as they are.
 * ceil(3) is the integer 3, ceil(2.1) the real 3.0. */
static bilan_status of_whole(struct value *out, struct value x, double (*f)(double)) {
  struct value number;
  if (!as_number(&number, x)) *out = value_null();
  else if (number.type == VALUE_INTEGER) *out = number;
  else *out = value_real(f(number.as.r));
  return BILAN_OK;
}

/* f(x) where logarithms are defined, else no number. */
static double positive(double x, double (*f)(double)) { return x > 0 ? f(x) : (double)NAN; }
static double log_natural(double x) { return positive(x, log); }
static double log_ten(double x) { return positive(x, log10); }
static double log_two(double x) { return positive(x, log2); }

#define CALL(name, via, f)                        \
  static bilan_status name(ARGS) {                \
    UNUSED(run);                                  \
    UNUSED(count);                                \
    return via(out, args[0], f);                  \
  }
/* Rows of the table that are one function of the mathematical library applied to a checked
 * number. A result that is no number, as sqrt(-1), becomes NULL in value_real. */
CALL(call_ceil, of_whole, ceil)
CALL(call_floor, of_whole, floor)
CALL(call_trunc, of_whole, trunc)
CALL(call_sqrt, of_real, sqrt)
CALL(call_exp, of_real, exp)
CALL(call_ln, of_real, log_natural)
CALL(call_log10, of_real, log_ten)
CALL(call_log2, of_real, log_two)

/* log(x) is the decimal logarithm, log(base, x) the one of any base above 1.
 * NULL for x <= 0 and for a base of 1 or less. */
static bilan_status call_log(ARGS) {
  struct value base, x;
  if (count == 1) return call_log10(run, out, args, count);
  *out = value_null();
  if (!as_number(&base, args[0]) || !as_number(&x, args[1])) return BILAN_OK;
  double b = log_natural(value_to_double(base));
  if (b > 0) *out = value_real(log_natural(value_to_double(x)) / b);
  return BILAN_OK;
}

/* f(x, y) for two numbers, NULL when one is none. */
static bilan_status of_two(struct value *out, const struct value *args,
                           double (*f)(double, double)) {
  struct value x, y;
  bool numbers = as_number(&x, args[0]) && as_number(&y, args[1]);
  *out = numbers ? value_real(f(value_to_double(x), value_to_double(y))) : value_null();
  return BILAN_OK;
}

/* power(x, y) = x^y as a real; NULL where it is no number, as power(-8, 1.0 / 3). */
static bilan_status call_power(ARGS) {
  UNUSED(run);
  UNUSED(count);
  return of_two(out, args, pow);
}

/* The remainder of real division, with the sign of the first argument.
 * mod(7.5, 2) is 1.5; by 0 it is NULL. */
static bilan_status call_mod(ARGS) {
  UNUSED(run);
  UNUSED(count);
  return of_two(out, args, fmod);
}

/* -1, 0 or 1. */
static bilan_status call_sign(ARGS) {
  struct value x;
  UNUSED(run);
  UNUSED(count);
  *out = value_null();
  if (!as_number(&x, args[0])) return BILAN_OK;
  double r = value_to_double(x);
  *out = value_integer(r > 0 ? 1 : r < 0 ? -1 : 0);
  return BILAN_OK;
}

/* ---- texts ------------------------------------------------------------------------------ */

/* Bytes of the first `characters` characters of t.
 * All of t when it has fewer. */
static size_t bytes_of(struct text t, uint64_t characters) {
  size_t at = 0;
  while (at < t.n && characters--) text_next(t, &at);
  return at;
}

/* Characters of a text; an invalid byte counts as one. */
static int64_t characters_of(struct text t) {
  int64_t n = 0;
  for (size_t at = 0; at < t.n; n++) text_next(t, &at);
  return n;
}

/* out = a part of t; t may stand in `room`, so the part of a number is copied. */
static bilan_status part_of(struct run *run, struct value *out, struct value source,
                            struct text part) {
  if (source.type != VALUE_TEXT) return run_text(run, out, part.s, part.n);
  *out = value_text(part);
  return BILAN_OK;
}

/* out = what `b` collected; closes it.
 * Copies into the run's arena, where texts live; BILAN_LIMIT when it is too long. */
static bilan_status take_buffer(struct run *run, struct value *out, struct buffer *b) {
  bilan_status status = b->failed ? fail_nomem(run->b) : run_text(run, out, b->s, b->n);
  buffer_free(b);
  return status;
}

/* The value as text with its letters changed; NULL stays NULL. */
static bilan_status change_case(struct run *run, struct value *out, struct value v,
                                void (*change)(struct buffer *, struct text)) {
  char room[NUMBER_ROOM];
  struct buffer b;
  *out = v;
  if (v.type == VALUE_NULL) return BILAN_OK;
  buffer_init(&b, &run->b->mem);
  change(&b, value_as_text(v, room));
  return take_buffer(run, out, &b);
}

/* lower(x) and upper(x): letters of any alphabet that base/letter_case knows, unlike SQLite's
 * own. */
static bilan_status call_lower(ARGS) {
  UNUSED(count);
  return change_case(run, out, args[0], text_lower);
}

static bilan_status call_upper(ARGS) {
  UNUSED(count);
  return change_case(run, out, args[0], text_upper);
}

/* In characters, not bytes. */
static bilan_status call_length(ARGS) {
  char room[NUMBER_ROOM];
  UNUSED(run);
  UNUSED(count);
  bool null = args[0].type == VALUE_NULL;
  *out = null ? value_null() : value_integer(characters_of(value_as_text(args[0], room)));
  return BILAN_OK;
}

/* Does the set of characters hold `c`? */
static bool holds(struct text set, uint32_t c) {
  for (size_t at = 0; at < set.n;)
    if (text_next(set, &at) == c) return true;
  return false;
}

/* The offset of the last character of t. */
static size_t last_character(struct text t) {
  size_t at = t.n - 1;
  while (at && ((unsigned char)t.s[at] & 0xC0) == 0x80) at--;
  return at;
}

/* Removes characters of args[1] (a blank when absent) at the left, the right or both.
 * `count` is 1 or 2. A set that is empty removes nothing. NULL when an argument is. */
static bilan_status trim(struct run *run, struct value *out, const struct value *args,
                         size_t count, bool left, bool right) {
  char room[NUMBER_ROOM], set_room[NUMBER_ROOM];
  *out = value_null();
  if (any_null(args, count)) return BILAN_OK;
  struct text t = value_as_text(args[0], room);
  struct text set = count > 1 ? value_as_text(args[1], set_room) : TEXT(" ");
  while (left && t.n) {
    size_t at = 0;
    if (!holds(set, text_next(t, &at))) break;
    t.s += at;
    t.n -= at;
  }
  while (right && t.n) {
    size_t last = last_character(t), at = last;
    if (!holds(set, text_next(t, &at))) break;
    t.n = last;
  }
  return part_of(run, out, args[0], t);
}

/* trim, ltrim, rtrim (x [, set]): `set` is a set of characters, not a text to be removed. */
static bilan_status call_trim(ARGS) { return trim(run, out, args, count, true, true); }
static bilan_status call_ltrim(ARGS) { return trim(run, out, args, count, true, false); }
static bilan_status call_rtrim(ARGS) { return trim(run, out, args, count, false, true); }

/* x between -limit and limit. */
static int64_t clamp(int64_t x, int64_t limit) {
  return x < -limit ? -limit : x > limit ? limit : x;
}

/* From `start` (1 = first character, negative = from the end) `length` characters, to the
 * left of it when negative: SQLite's rule, also for a start of 0, which stands before the
 * first character. *from and *n are characters.
 * Examples over 5 characters: (2, 3) is from 1, 3 of them; (-2, far) from 3; (0, 2) from 0,
 * 1; (4, -2) from 1, 2. */
static void substr_range(int64_t start, int64_t length, int64_t total, int64_t *from,
                         int64_t *n) {
  bool leftward = length < 0;
  *n = leftward ? -length : length;
  if (start < 0) {
    start += total;
    if (start < 0) {
      *n = *n + start < 0 ? 0 : *n + start;
      start = 0;
    }
  } else if (start > 0) {
    start--;
  } else if (*n > 0) {
    --*n;
  }
  if (leftward) {
    start -= *n;
    if (start < 0) {
      *n += start;
      start = 0;
    }
  }
  *from = start;
}

/* Counts are cut at 2^40, far beyond any text, so that sums cannot overflow. */
static bilan_status call_substr(ARGS) {
  const int64_t far = INT64_C(1) << 40;
  char room[NUMBER_ROOM];
  int64_t from, n;
  *out = value_null();
  if (any_null(args, count)) return BILAN_OK;
  struct text t = value_as_text(args[0], room);
  int64_t length = count > 2 ? clamp(value_to_int(args[2]), far) : far;
  substr_range(clamp(value_to_int(args[1]), far), length, characters_of(t), &from, &n);
  size_t skip = bytes_of(t, (uint64_t)from);
  struct text rest = {t.s + skip, t.n - skip};
  rest.n = bytes_of(rest, (uint64_t)n);
  return part_of(run, out, args[0], rest);
}

/* The offset of `what` in t from `at` on, SIZE_MAX when it is not there.
 * `what` is not empty. memchr finds candidates, memcmp decides. */
static size_t find(struct text t, size_t at, struct text what) {
  for (; at + what.n <= t.n; at++) {
    const char *hit = memchr(t.s + at, what.s[0], t.n - what.n - at + 1);
    if (!hit) return SIZE_MAX;
    at = (size_t)(hit - t.s);
    if (!memcmp(hit, what.s, what.n)) return at;
  }
  return SIZE_MAX;
}

/* Counts characters, from 1; 0: not there.
 * An empty text is found at 1. */
static bilan_status call_instr(ARGS) {
  char room[NUMBER_ROOM], what_room[NUMBER_ROOM];
  UNUSED(run);
  *out = value_null();
  if (any_null(args, count)) return BILAN_OK;
  struct text t = value_as_text(args[0], room), what = value_as_text(args[1], what_room);
  size_t at = what.n ? find(t, 0, what) : 0;
  *out = value_integer(at == SIZE_MAX ? 0 : characters_of((struct text){t.s, at}) + 1);
  return BILAN_OK;
}

/* Nothing to look for leaves the value as it is, type included, whatever it is replaced by.
 * From left to right, hits do not overlap. */
static bilan_status call_replace(ARGS) {
  char room[3][NUMBER_ROOM];
  struct buffer b;
  *out = any_null(args, 2) ? value_null() : args[0];
  struct text t = value_as_text(args[0], room[0]), what = value_as_text(args[1], room[1]);
  struct text by = value_as_text(args[2], room[2]);
  if (out->type == VALUE_NULL || !what.n) return BILAN_OK;
  *out = value_null();
  if (any_null(args, count)) return BILAN_OK;
  buffer_init(&b, &run->b->mem);
  size_t at = 0;
  for (size_t hit; (hit = find(t, at, what)) != SIZE_MAX; at = hit + what.n) {
    buffer_add(&b, t.s + at, hit - at);
    buffer_text(&b, by);
    /* Over the limit already: run_text refuses it below, so there is no point in going on. */
    if (b.n > EXPR_VALUE_MOST) break;
  }
  buffer_add(&b, t.s + at, t.n - at);
  return take_buffer(run, out, &b);
}

/* All arguments in a row; NULL counts as nothing.
 * Unlike ||, which gives NULL. */
static bilan_status call_concat(ARGS) {
  char room[NUMBER_ROOM];
  struct buffer b;
  buffer_init(&b, &run->b->mem);
  for (size_t i = 0; i < count && b.n <= EXPR_VALUE_MOST; i++)
    buffer_text(&b, value_as_text(args[i], room));
  return take_buffer(run, out, &b);
}

/* ---- names ------------------------------------------------------------------------------ */

/* In alphabetical order.
 * Name, least and most arguments, the function. */
static const struct function functions[] = {
    {"abs", 1, 1, call_abs},
    {"ceil", 1, 1, call_ceil},
    {"ceiling", 1, 1, call_ceil},
    {"coalesce", 2, ARGUMENTS_MOST, call_coalesce},
    {"concat", 1, ARGUMENTS_MOST, call_concat},
    {"exp", 1, 1, call_exp},
    {"floor", 1, 1, call_floor},
    {"ifnull", 2, 2, call_coalesce},
    {"iif", 3, 3, call_iif},
    {"instr", 2, 2, call_instr},
    {"length", 1, 1, call_length},
    {"ln", 1, 1, call_ln},
    {"log", 1, 2, call_log},
    {"log10", 1, 1, call_log10},
    {"log2", 1, 1, call_log2},
    {"lower", 1, 1, call_lower},
    {"ltrim", 1, 2, call_ltrim},
    {"max", 2, ARGUMENTS_MOST, call_max},
    {"min", 2, ARGUMENTS_MOST, call_min},
    {"mod", 2, 2, call_mod},
    {"nullif", 2, 2, call_nullif},
    {"pow", 2, 2, call_power},
    {"power", 2, 2, call_power},
    {"replace", 3, 3, call_replace},
    {"round", 1, 2, call_round},
    {"rtrim", 1, 2, call_rtrim},
    {"sign", 1, 1, call_sign},
    {"sqrt", 1, 1, call_sqrt},
    {"substr", 2, 3, call_substr},
    {"substring", 2, 3, call_substr},
    {"trim", 1, 2, call_trim},
    {"trunc", 1, 1, call_trunc},
    {"typeof", 1, 1, call_typeof},
    {"upper", 1, 1, call_upper},
};

/* In the order of enum word. */
static const char *const words[WORDS] = {"answered", "missing", "has", "ticked", "label",
                                         "value"};

/* A short list: a look through it costs less than a hash table's upkeep. */
const struct function *function_find(struct text name) {
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
    if (lex_same_word(name, text_of(functions[i].name))) return &functions[i];
  return NULL;
}

/* Case aside, as for functions. WORDS stands for "none". */
enum word word_find(struct text name) {
  size_t i = 0;
  while (i < WORDS && !lex_same_word(name, text_of(words[i]))) i++;
  return (enum word)i;
}

/* Functions and survey words in one alphabetical list. */
const char *const *expr_function_names(void) {
  static const char *const names[] = {
      "abs",   "answered", "ceil",  "ceiling", "coalesce", "concat", "exp",    "floor",
      "has",   "ifnull",   "iif",   "instr",   "label",    "length", "ln",     "log",
      "log10", "log2",     "lower", "ltrim",   "max",      "min",    "missing", "mod",
      "nullif", "pow",     "power", "replace", "round",    "rtrim",  "sign",   "sqrt",
      "substr", "substring", "ticked", "trim", "trunc",    "typeof", "upper",  "value",
      NULL};
  return names;
}

/* value.c - see value.h.
 *
 * Three parts: text as a number, a number as text, order and arithmetic. The delicate points
 * are those where a naive conversion loses something:
 *
 *   CAST('9223372036854775808' AS INTEGER)   clamped to 2^63 - 1
 *   9007199254740993 > 9007199254740992.0    compared exactly: 1
 *   -9223372036854775808 / -1                does not fit: a real, 2^63
 *   -9223372036854775808 % -1                0; the machine's own remainder would trap
 *
 * Cost: constant, or the length of a text.
 */
#include "expr/value.h"

#include <math.h>
#include <string.h>

#define TWO_63 9223372036854775808.0

/* A double as a whole number, towards zero, clamped at both ends. */
static int64_t clamp_to_int(double r) {
  if (r >= TWO_63) return INT64_MAX;
  if (r <= -TWO_63) return INT64_MIN;
  return (int64_t)r;
}

/* ---- text as a number ------------------------------------------------------------------- */

/* The longest beginning of a text that reads as a number, after blanks. */
struct prefix {
  struct text digits; /* with its sign; empty when there is no digit */
  bool integer;       /* neither point nor exponent */
  bool all;           /* nothing but blanks follows */
};

/* SQLite's blanks: ASCII's, nothing wider. */
static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* The offset of the first byte at or after `at` that is no digit. */
static size_t skip_digits(struct text t, size_t at) {
  while (at < t.n && t.s[at] >= '0' && t.s[at] <= '9') at++;
  return at;
}

/* The end of an exponent that begins at `at`, or `at` when there is none. */
static size_t skip_exponent(struct text t, size_t at) {
  if (at >= t.n || (t.s[at] != 'e' && t.s[at] != 'E')) return at;
  size_t sign = at + 1 < t.n && (t.s[at + 1] == '-' || t.s[at + 1] == '+');
  size_t end = skip_digits(t, at + 1 + sign);
  return end > at + 1 + sign ? end : at;
}

/* Digits may stand on either side of the point, or on both.
 * Grammar: blanks [sign] digits [. digits] [e [sign] digits]. An exponent without digits is
 * not part of the prefix, so '1e' is 1. Never fails: no digit at all gives an empty prefix. */
static struct prefix scan_prefix(struct text t) {
  size_t start = 0;
  while (start < t.n && is_blank(t.s[start])) start++;
  size_t at = start + (start < t.n && (t.s[start] == '-' || t.s[start] == '+'));
  size_t whole = skip_digits(t, at), end = whole, digits = whole - at;
  if (whole < t.n && t.s[whole] == '.') {
    end = skip_digits(t, whole + 1);
    digits += end - whole - 1;
  }
  if (!digits) return (struct prefix){{t.s, 0}, true, false};
  end = skip_exponent(t, end);
  size_t rest = end;
  while (rest < t.n && is_blank(t.s[rest])) rest++;
  return (struct prefix){{t.s + start, end - start}, end == whole, rest == t.n};
}

/* A prefix as a double. The one form that number_parse refuses is a point without a digit
 * behind it, "5." or "5.e3".
 * An overlong text of that form loses what stands behind the point, an exponent at most. */
static double prefix_double(struct text t) {
  double value = 0;
  if (!t.n || number_parse(&value, t)) return value;
  char copy[NUMBER_ROOM];
  const char *point = memchr(t.s, '.', t.n);
  size_t before = point ? (size_t)(point - t.s) : t.n;
  if (before + 1 >= t.n || t.n > sizeof copy) {
    number_parse(&value, (struct text){t.s, before});
    return value;
  }
  memcpy(copy, t.s, before);
  memcpy(copy + before, point + 1, t.n - before - 1);
  number_parse(&value, (struct text){copy, t.n - 1});
  return value;
}

/* An integer when it is written as one and fits, else a real; nothing at all is 0. */
static struct value prefix_value(struct prefix p) {
  int64_t i = 0;
  if (!p.digits.n || (p.integer && number_parse_int(&i, p.digits))) return value_integer(i);
  return value_real(prefix_double(p.digits));
}

/* '12abc' is 12, '1.5e1' is 15.0 (a real: it was written with a point), '' is 0. */
struct value value_numeric(struct value v) {
  if (v.type != VALUE_TEXT) return v;
  return prefix_value(scan_prefix((struct text){v.as.s, v.n}));
}

/* Text: its leading digits alone, so that '1e3' is 1, as SQLite has it. */
int64_t value_to_int(struct value v) {
  if (v.type == VALUE_INTEGER) return v.as.i;
  if (v.type == VALUE_REAL) return clamp_to_int(v.as.r);
  if (v.type == VALUE_NULL) return 0;
  struct text t = scan_prefix((struct text){v.as.s, v.n}).digits;
  size_t sign = t.n && (t.s[0] == '-' || t.s[0] == '+');
  int64_t i = 0;
  t.n = skip_digits(t, sign);
  if (t.n == sign || number_parse_int(&i, t)) return i;
  return t.s[0] == '-' ? INT64_MIN : INT64_MAX;
}

/* An integer beyond 2^53 is rounded to the nearest double, as the cast of C does. */
double value_to_double(struct value v) {
  if (v.type == VALUE_REAL) return v.as.r;
  if (v.type == VALUE_INTEGER) return (double)v.as.i;
  if (v.type == VALUE_NULL) return 0;
  return prefix_double(scan_prefix((struct text){v.as.s, v.n}).digits);
}

/* A real keeps its fraction here: 0.5 is true, where CAST AS INTEGER would make it 0. */
enum truth value_truth(struct value v) {
  if (v.type == VALUE_NULL) return TRUTH_UNKNOWN;
  if (v.type == VALUE_INTEGER) return v.as.i ? TRUTH_TRUE : TRUTH_FALSE;
  return value_to_double(v) != 0 ? TRUTH_TRUE : TRUTH_FALSE;
}

/* ' 12 ' becomes 12, '12abc' stays a text: the difference between affinity and arithmetic. */
struct value value_apply_numeric(struct value v) {
  if (v.type != VALUE_TEXT) return v;
  struct prefix p = scan_prefix((struct text){v.as.s, v.n});
  return p.all ? prefix_value(p) : v;
}

/* ---- a number as text ------------------------------------------------------------------- */

/* 15 digits as %g writes them, with ".0" put in where there is no point.
 * Examples: 3 is "3.0", 1e20 "1.0e+20", 0.1 "0.1", -0 "0.0". */
static size_t print_real(char room[NUMBER_ROOM], double r) {
  if (isinf(r)) {
    memcpy(room, r < 0 ? "-Inf" : "Inf", r < 0 ? 5 : 4);
    return r < 0 ? 4 : 3;
  }
  size_t n = number_print_digits(room, r == 0 ? 0 : r, 15);
  if (memchr(room, '.', n)) return n;
  const char *exponent = memchr(room, 'e', n);
  size_t at = exponent ? (size_t)(exponent - room) : n;
  memmove(room + at + 2, room + at, n - at + 1);
  memcpy(room + at, ".0", 2);
  return n + 2;
}

/* Digits are made backwards, on the magnitude, which holds INT64_MIN as well. */
static size_t print_integer(char room[NUMBER_ROOM], int64_t i) {
  char digits[24];
  size_t n = 0, at = 0;
  uint64_t rest = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
  do digits[n++] = (char)('0' + rest % 10);
  while (rest /= 10);
  if (i < 0) room[at++] = '-';
  while (n) room[at++] = digits[--n];
  room[at] = '\0';
  return at;
}

/* The answer points into `room` or into the value's own text: it lives no longer than
 * either. */
struct text value_as_text(struct value v, char room[NUMBER_ROOM]) {
  if (v.type == VALUE_TEXT) return (struct text){v.as.s, v.n};
  if (v.type == VALUE_NULL) return (struct text){"", 0};
  size_t n = v.type == VALUE_INTEGER ? print_integer(room, v.as.i) : print_real(room, v.as.r);
  return (struct text){room, n};
}

/* ---- order ------------------------------------------------------------------------------ */

/* Exact, although a double cannot hold every integer: the whole part decides, then the
 * fraction. */
static int compare_int_real(int64_t i, double r) {
  if (r < -TWO_63) return 1;
  if (r >= TWO_63) return -1;
  int64_t whole = (int64_t)r;
  if (i != whole) return i < whole ? -1 : 1;
  double rest = r - (double)whole;
  return rest > 0 ? -1 : rest < 0;
}

/* Integers and reals in any mixture, exactly. */
static int compare_numbers(struct value a, struct value b) {
  if (a.type == VALUE_INTEGER && b.type == VALUE_INTEGER)
    return a.as.i < b.as.i ? -1 : a.as.i > b.as.i;
  if (a.type == VALUE_REAL && b.type == VALUE_REAL)
    return a.as.r < b.as.r ? -1 : a.as.r > b.as.r;
  if (a.type == VALUE_INTEGER) return compare_int_real(a.as.i, b.as.r);
  return -compare_int_real(b.as.i, a.as.r);
}

/* NOCASE folds A to Z only. */
static unsigned char fold_ascii(char c) {
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* By bytes, ASCII case aside. */
static int compare_nocase(struct text a, struct text b) {
  size_t n = a.n < b.n ? a.n : b.n;
  for (size_t i = 0; i < n; i++) {
    int difference = fold_ascii(a.s[i]) - fold_ascii(b.s[i]);
    if (difference) return difference < 0 ? -1 : 1;
  }
  return a.n < b.n ? -1 : a.n > b.n;
}

/* RTRIM ignores blanks at the end. */
static int compare_texts(struct text a, struct text b, enum collation collation) {
  if (collation == COLLATE_NOCASE) return compare_nocase(a, b);
  if (collation == COLLATE_RTRIM) {
    while (a.n && a.s[a.n - 1] == ' ') a.n--;
    while (b.n && b.s[b.n - 1] == ' ') b.n--;
  }
  int order = text_compare(a, b);
  return order < 0 ? -1 : order > 0;
}

/* Preconditions: neither is NULL. Numbers stand before texts whatever they are. */
int value_compare(struct value a, struct value b, enum collation collation) {
  bool a_text = a.type == VALUE_TEXT, b_text = b.type == VALUE_TEXT;
  if (a_text != b_text) return a_text ? 1 : -1;
  if (!a_text) return compare_numbers(a, b);
  return compare_texts((struct text){a.as.s, a.n}, (struct text){b.as.s, b.n}, collation);
}

/* Rooms are on the stack: a text made here lives as long as the comparison. */
int value_compare_as(struct value a, struct value b, enum affinity affinity,
                     enum collation collation) {
  bool mixed = (a.type == VALUE_TEXT) != (b.type == VALUE_TEXT);
  char room_a[NUMBER_ROOM], room_b[NUMBER_ROOM];
  if (affinity == AFFINITY_NUMERIC && (mixed || a.type == VALUE_TEXT)) {
    a = value_apply_numeric(a);
    b = value_apply_numeric(b);
  } else if (affinity == AFFINITY_TEXT) {
    a = value_text(value_as_text(a, room_a));
    b = value_text(value_as_text(b, room_b));
  }
  return value_compare(a, b, collation);
}

/* ---- arithmetic ------------------------------------------------------------------------- */

/* Whole numbers; false when the result does not fit. Precondition: b is not 0 for / and %.
 * C's division is towards zero, as SQL's. */
static bool integer_arithmetic(int64_t *out, char op, int64_t a, int64_t b) {
  switch (op) {
    case '+': return !__builtin_add_overflow(a, b, out);
    case '-': return !__builtin_sub_overflow(a, b, out);
    case '*': return !__builtin_mul_overflow(a, b, out);
    case '/':
      if (a == INT64_MIN && b == -1) return false;
      *out = a / b;
      return true;
    default:
      *out = b == -1 ? 0 : a % b;
      return true;
  }
}

/* As doubles; the remainder is that of the whole parts.
 * `a` and `b` may be texts: they count as their numeric prefix. */
static struct value real_arithmetic(char op, struct value a, struct value b) {
  double x = value_to_double(a), y = value_to_double(b);
  switch (op) {
    case '+': return value_real(x + y);
    case '-': return value_real(x - y);
    case '*': return value_real(x * y);
    case '/': return y == 0 ? value_null() : value_real(x / y);
    default: break;
  }
  int64_t whole = 0, divisor = value_to_int(b);
  if (!divisor) return value_null();
  integer_arithmetic(&whole, '%', value_to_int(a), divisor);
  return value_real((double)whole);
}

/* Text operands count as numbers first; only then NULL, overflow and zero are looked at. */
struct value value_arithmetic(char op, struct value a, struct value b) {
  int64_t whole;
  struct value x = value_numeric(a), y = value_numeric(b);
  if (x.type == VALUE_NULL || y.type == VALUE_NULL) return value_null();
  if (x.type == VALUE_INTEGER && y.type == VALUE_INTEGER) {
    if (y.as.i == 0 && (op == '/' || op == '%')) return value_null();
    if (integer_arithmetic(&whole, op, x.as.i, y.as.i)) return value_integer(whole);
  }
  return real_arithmetic(op, a, b); /* a remainder takes '1e3' as 1, as CAST does */
}

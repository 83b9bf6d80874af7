/* number_parse.c - decimal text to double, correctly rounded.
 *
 * A number is w * 10^e. Three ways, the first that applies:
 *   1. w <= 2^53 and |e| <= 22: both are exact doubles, one IEEE multiplication or division
 *      rounds once and is right (W. D. Clinger, "How to read floating point numbers
 *      accurately", PLDI 1990).
 *   2. Far out of range: 0 or infinity.
 *   3. Otherwise the exact fraction A / B of two big integers is divided to 64 bits and a
 *      remainder, which is rounded once to the 53 bits (fewer below 2^-1022) of a double.
 * Digits after the 780th cannot decide more than a tie does (a tie has at most 767): they
 * are replaced by one non-zero digit when any of them is not zero.
 *
 * Cost: way 1, one pass over the text; way 3, about half a microsecond for usual exponents.
 */
#include <math.h>
#include <string.h>

#include "base/big.h"
#include "base/number.h"

enum {
  EXACT_DIGITS = 19, /* as many digits always fit a uint64_t */
  KEPT_DIGITS = 780,
};
#define EXPONENT_LIMIT INT64_C(1000000000000000)

/* What the scanner finds: (-1)^negative * w * 10^exponent while `count` <= EXACT_DIGITS; else
 * the digits are read again from `mantissa`. Nothing is copied, so a number may be of any
 * length. */
struct decimal {
  struct text mantissa; /* from the first significant digit; may hold points and separators */
  uint64_t w;           /* the first EXACT_DIGITS significant digits */
  uint64_t count;       /* significant digits, without leading zeros */
  int64_t exponent;     /* of the last digit of the mantissa */
  bool negative;
};

/* ASCII digits only; false at the end of the text. */
static bool is_digit(struct text t, size_t at) {
  return at < t.n && t.s[at] >= '0' && t.s[at] <= '9';
}

/* Counts the digit and keeps it while w has room; leading zeros do not count. */
static void take_digit(struct decimal *d, struct text t, size_t at) {
  unsigned digit = (unsigned)(t.s[at] - '0');
  if (!d->count && !digit) return;
  if (!d->count) d->mantissa.s = t.s + at;
  if (d->count < EXACT_DIGITS) d->w = d->w * 10 + digit;
  d->count++;
}

/* Takes the digits at *at and steps over them; returns how many there were. */
static size_t take_digits(struct decimal *d, struct text t, size_t *at) {
  size_t start = *at;
  for (; is_digit(t, *at); ++*at) take_digit(d, t, *at);
  return *at - start;
}

/* The length of the thousands separator at t.s[at], 0 when there is none. Blanks are U+0020,
 * U+00A0, U+2009 and U+202F; apostrophes are ' and U+2019. */
static size_t separator_at(struct text t, size_t at, char thousands) {
  static const char *const blank[] = {" ", "'", "\xC2\xA0", "\xE2\x80\x89", "\xE2\x80\xAF",
                                      "\xE2\x80\x99"};
  if (at >= t.n || !thousands) return 0;
  if (thousands != ' ') return t.s[at] == thousands;
  for (size_t i = 0; i < sizeof blank / sizeof blank[0]; i++) {
    size_t n = strlen(blank[i]);
    if (t.n - at >= n && !memcmp(t.s + at, blank[i], n)) return n;
  }
  return 0;
}

/* Takes the whole part, in groups of three when there is a separator, which must be the same
 * each time. false: malformed groups. */
static bool take_whole(struct decimal *d, struct text t, size_t *at, char thousands) {
  size_t first = take_digits(d, t, at), length = separator_at(t, *at, thousands);
  if (!length) return true;
  if (first == 0 || first > 3) return false;
  const char *separator = t.s + *at;
  while (separator_at(t, *at, thousands) == length && !memcmp(t.s + *at, separator, length)) {
    *at += length;
    if (take_digits(d, t, at) != 3) return false;
  }
  return true;
}

/* Adds the exponent at *at, "e+12", to the decimal's, saturating. false: no digits. */
static bool take_exponent(struct decimal *d, struct text t, size_t *at) {
  bool negative = ++*at < t.n && t.s[*at] == '-';
  if (*at < t.n && (t.s[*at] == '-' || t.s[*at] == '+')) ++*at;
  if (!is_digit(t, *at)) return false;
  int64_t value = 0;
  for (; is_digit(t, *at); ++*at)
    if (value < EXPONENT_LIMIT) value = value * 10 + (t.s[*at] - '0');
  d->exponent += negative ? -value : value;
  return true;
}

/* Takes the decimal mark at *at and the digits after it, when there is one. false: a mark
 * without digits. */
static bool take_decimals(struct decimal *d, struct text t, size_t *at, char mark) {
  if (*at == t.n || t.s[*at] != mark) return true;
  ++*at;
  size_t decimals = take_digits(d, t, at);
  d->exponent -= (int64_t)decimals;
  return decimals > 0;
}

/* Reads the whole of t: sign, whole part, decimals, exponent. Either of the two middle parts
 * may be absent, not both. false: not a number. */
static bool scan(struct decimal *d, struct text t, struct number_style style) {
  size_t at = 0;
  *d = (struct decimal){.mantissa = {t.s, 0}};
  if (t.n && (t.s[0] == '-' || t.s[0] == '+')) d->negative = t.s[at++] == '-';
  size_t start = at;
  if (!take_whole(d, t, &at, style.thousands)) return false;
  if (!take_decimals(d, t, &at, style.decimal) || at == start) return false;
  d->mantissa.n = d->count ? (size_t)(t.s + at - d->mantissa.s) : 0;
  if (at < t.n && (t.s[at] == 'e' || t.s[at] == 'E') && !take_exponent(d, t, &at)) return false;
  return at == t.n;
}

/* The kept digits as a big integer, its exponent in *exponent. */
static void digits_as_big(struct big *a, int64_t *exponent, const struct decimal *d) {
  size_t taken = 0, kept = d->count < KEPT_DIGITS ? (size_t)d->count : KEPT_DIGITS;
  bool rest = false;
  big_set(a, d->count <= EXACT_DIGITS ? d->w : 0);
  *exponent = d->exponent;
  if (d->count <= EXACT_DIGITS) return;
  for (size_t i = 0; i < d->mantissa.n; i++) {
    char c = d->mantissa.s[i];
    if (c < '0' || c > '9') continue;
    if (taken++ < kept) big_multiply(a, 10, (uint32_t)(c - '0'));
    else rest = rest || c != '0';
  }
  *exponent += (int64_t)(d->count - kept);
  if (!rest) return;
  big_multiply(a, 10, 1);
  --*exponent;
}

/* q * 2^scale (q of 63 or 64 bits, `more`: and a positive remainder below one unit) -> the
 * nearest double, ties to even. */
static double round_quotient(uint64_t q, int scale, bool more) {
  int bits = q >> 63 ? 64 : 63;
  int drop = bits - 53;
  if (scale + drop < -1074) drop = -1074 - scale;
  if (drop > bits) return 0.0;
  uint64_t kept = drop == 64 ? 0 : q >> drop, half = UINT64_C(1) << (drop - 1);
  uint64_t rest = q & (half | (half - 1));
  if (rest > half || (rest == half && (more || kept & 1))) kept++;
  return ldexp((double)kept, scale + drop);
}

/* a * 10^exponent by exact division; a is used up. With the scale below, a / (b 2^scale) is
 * between 2^30 and 2^32 since each operand is known to a factor of two. */
static double divide_exactly(struct big *a, int64_t exponent) {
  struct big b;
  big_set(&b, 1);
  if (exponent >= 0) big_power10(a, (unsigned)exponent);
  else big_power10(&b, (unsigned)-exponent);
  int scale = (int)big_bits(a) - (int)big_bits(&b) - 31;
  if (scale < 0) big_shift(a, (unsigned)-scale);
  else big_shift(&b, (unsigned)scale);
  unsigned slack = big_slack(&b);
  big_shift(&b, slack);
  big_shift(a, slack);
  uint64_t q = big_divide(a, &b);
  big_shift(a, 32);
  q = q << 32 | big_divide(a, &b);
  return round_quotient(q, scale - 32, a->n != 0);
}

/* The double nearest to w * 10^exponent when both parts are exact doubles (way 1). */
static bool quick(double *out, const struct decimal *d) {
  static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (d->count > EXACT_DIGITS || d->w > UINT64_C(1) << 53) return false;
  if (d->exponent < -22 || d->exponent > 22) return false;
  double w = (double)d->w;
  *out = d->exponent < 0 ? w / power[-d->exponent] : w * power[d->exponent];
  return true;
}

/* The value without its sign, by the first of the three ways that applies. */
static double magnitude(const struct decimal *d) {
  double value;
  if (!d->count) return 0.0;
  if (quick(&value, d)) return value;
  int64_t order = (int64_t)d->count + d->exponent; /* value < 10^order */
  if (order > 310) return HUGE_VAL;
  if (order < -330) return 0.0;
  struct big a;
  int64_t exponent;
  digits_as_big(&a, &exponent, d);
  return divide_exactly(&a, exponent);
}

/* Leaves *out alone when t is no number. */
static bool parse(double *out, struct text t, struct number_style style) {
  struct decimal d;
  if (!scan(&d, t, style)) return false;
  double value = magnitude(&d);
  *out = d.negative ? -value : value;
  return true;
}

/* The plain form is the style of a point and no separators. */
bool number_parse(double *out, struct text t) {
  return parse(out, t, (struct number_style){'.', 0});
}

/* A mark cannot mean two things: as decimal mark it separates no thousands. */
bool number_parse_style(double *out, struct text t, struct number_style style) {
  if (style.thousands == style.decimal) style.thousands = 0;
  return parse(out, text_trim(t), style);
}

/* On unsigned values: the least int64_t has no positive counterpart. */
bool number_parse_int(int64_t *out, struct text t) {
  bool negative = t.n && t.s[0] == '-';
  size_t at = t.n && (t.s[0] == '-' || t.s[0] == '+');
  uint64_t value = 0, limit = (uint64_t)INT64_MAX + negative;
  if (at == t.n) return false;
  for (; is_digit(t, at); at++) {
    unsigned digit = (unsigned)(t.s[at] - '0');
    if (value > (limit - digit) / 10) return false;
    value = value * 10 + digit;
  }
  if (at != t.n) return false;
  if (!negative) *out = (int64_t)value;
  else *out = value ? -(int64_t)(value - 1) - 1 : 0;
  return true;
}

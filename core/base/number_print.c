/* number_print.c - double to decimal text, exactly.
 *
 * A finite double is m * 2^e with whole m, so it is a fraction r / s of two big integers. It
 * is scaled by the power of ten that brings it into [1/10, 1); then each step "r = 10 r;
 * digit = r div s; r = r mod s" gives the next digit, without any rounding. What differs is
 * where to stop:
 *   shortest   when what is left is inside the half-gaps to the neighbouring doubles, so
 *              that reading rounds back to the value (G. L. Steele Jr and J. L. White, "How
 *              to print floating-point numbers accurately", PLDI 1990, algorithm (FP)^3);
 *              the ends of the gap count when m is even, because parsing rounds ties to even
 *   n digits   after n digits, rounding on the exact remainder.
 * Values of few decimals take a short cut that is exact too: see print_short.
 *
 * Cost: short cut, tens of nanoseconds; otherwise of the order of a microsecond.
 */
#include <math.h>
#include <string.h>

#include "base/big.h"
#include "base/number.h"

enum { DIGITS_ROOM = 344 }; /* 309 before the point and 20 after it, and some */

/* 0.d1 d2 d3 ... * 10^point; no digit: zero. */
struct digits {
  char d[DIGITS_ROOM];
  int n;
  int point;
};

/* A positive value as a fraction: value = r / s * 10^point, s normalised for big_divide,
 * `gap` the distance to the next double above, on the scale of s, times one half. */
struct fraction {
  struct big r, s, gap;
  int point;
  bool even;    /* the significand is even */
  bool narrow;  /* the gap below is half as wide: the value is a power of two */
};

/* Splits a positive finite value into m * 2^*e. */
static uint64_t split(double value, int *e) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint64_t m = bits & ((UINT64_C(1) << 52) - 1);
  int biased = (int)(bits >> 52 & 0x7FF);
  *e = (biased ? biased : 1) - 1075;
  return biased ? m | UINT64_C(1) << 52 : m;
}

/* floor(bits * log10(2)) for |bits| < 5000, or one less: 78913 / 2^18 < log10(2) < 78914 /
 * 2^18, each used where it errs downwards. */
static int decimal_order(int bits) {
  if (bits >= 0) return (int)((uint32_t)bits * 78913u >> 18);
  return -(int)(((uint32_t)-bits * 78914u >> 18) + 1);
}

/* Sets f to a positive finite value. All is doubled, so that half a gap is whole. */
static void fraction_set(struct fraction *f, double value) {
  int e;
  uint64_t m = split(value, &e);
  f->even = !(m & 1);
  f->narrow = m == UINT64_C(1) << 52 && e > -1074;
  big_set(&f->r, m << 1);
  big_set(&f->s, 2);
  big_set(&f->gap, 1);
  if (e > 0) {
    big_shift(&f->r, (unsigned)e);
    big_shift(&f->gap, (unsigned)e);
  } else {
    big_shift(&f->s, (unsigned)-e);
  }
  /* 2^(b-1) <= value < 2^b: point comes out one or two too small. */
  int b = (int)big_bits(&f->r) - (int)big_bits(&f->s) + 1;
  f->point = decimal_order(b - 1);
  if (f->point > 0) big_power10(&f->s, (unsigned)f->point);
  if (f->point < 0) {
    big_power10(&f->r, (unsigned)-f->point);
    big_power10(&f->gap, (unsigned)-f->point);
  }
  while (big_compare(&f->r, &f->s) >= 0) {
    big_multiply(&f->s, 10, 0);
    f->point++;
  }
  unsigned slack = big_slack(&f->s);
  big_shift(&f->r, slack);
  big_shift(&f->s, slack);
  big_shift(&f->gap, slack);
}

/* r < s always: the quotient of 10 r is one digit. */
static char next_digit(struct fraction *f) {
  big_multiply(&f->r, 10, 0);
  return (char)('0' + big_divide(&f->r, &f->s));
}

/* -1, 0, 1: what is left is below, at, above half a unit of the last digit. */
static int half_left(const struct fraction *f) { return big_compare_sum(&f->r, &f->r, &f->s); }

/* Adds one unit to the last digit; all nines (or no digit) become a one, one place up. */
static void round_up(struct digits *out) {
  while (out->n && out->d[out->n - 1] == '9') out->n--;
  if (out->n) {
    out->d[out->n - 1]++;
    return;
  }
  out->d[out->n++] = '1';
  out->point++;
}

/* Rounds what is left to the nearest, a tie to the even digit or away from zero. */
static void round_rest(struct digits *out, const struct fraction *f, bool away) {
  int half = half_left(f);
  bool odd = out->n && (out->d[out->n - 1] & 1);
  if (half > 0 || (half == 0 && (away || odd))) round_up(out);
}

/* The fewest digits within the gap around the value; of these the nearest. */
static void shortest_digits(struct digits *out, double value) {
  struct fraction f;
  bool down = false, up = false;
  fraction_set(&f, value);
  out->n = 0;
  out->point = f.point;
  while (!down && !up) {
    out->d[out->n++] = next_digit(&f);
    big_multiply(&f.gap, 10, 0);
    int high = big_compare_sum(&f.r, &f.gap, &f.s);
    int low = f.narrow ? big_compare_sum(&f.r, &f.r, &f.gap) : big_compare(&f.r, &f.gap);
    down = low < 0 || (low == 0 && f.even);
    up = high > 0 || (high == 0 && f.even);
  }
  if (up && !down) round_up(out);
  if (up && down) round_rest(out, &f, false);
}

/* The first n digits, rounded on the exact rest. n < 0: the value is below a tenth of the
 * last place and rounds to nothing. */
static void first_digits(struct digits *out, struct fraction *f, int n, bool away) {
  out->n = 0;
  out->point = f->point;
  while (out->n < n) out->d[out->n++] = next_digit(f);
  if (n >= 0) round_rest(out, f, away);
}

/* What is not finite: "nan" whatever its sign bit, "inf", "-inf". */
static size_t print_word(char *out, double value) {
  const char *word = isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
  strcpy(out, word);
  return strlen(word);
}

/* Digits number `from` to `to`, exclusive; zeros where there are none. Returns the end. */
static char *put_digits(char *p, const struct digits *d, int from, int to) {
  for (int i = from; i < to; i++) *p++ = i >= 0 && i < d->n ? d->d[i] : '0';
  return p;
}

/* 0.00123, 12.3, 1230: `decimals` places, which may be 0. */
static char *put_positional(char *p, const struct digits *d, int decimals) {
  if (d->point <= 0) *p++ = '0';
  else p = put_digits(p, d, 0, d->point);
  if (!decimals) return p;
  *p++ = '.';
  return put_digits(p, d, d->point, d->point + decimals);
}

/* 1.23e-05: an exponent of two digits or more, as C prints it. */
static char *put_scientific(char *p, const struct digits *d) {
  int exponent = d->point - 1, size = exponent < 0 ? -exponent : exponent;
  *p++ = d->d[0];
  if (d->n > 1) *p++ = '.';
  p = put_digits(p, d, 1, d->n);
  *p++ = 'e';
  *p++ = exponent < 0 ? '-' : '+';
  if (size >= 100) *p++ = (char)('0' + size / 100);
  *p++ = (char)('0' + size / 10 % 10);
  *p++ = (char)('0' + size % 10);
  return p;
}

/* Chooses between the two forms: an exponent below 0.0001, and from 10^limit on. */
static size_t put_general(char *out, const struct digits *d, bool negative, int limit) {
  char *p = out;
  if (negative) *p++ = '-';
  if (d->point < -3 || d->point > limit) p = put_scientific(p, d);
  else p = put_positional(p, d, d->n > d->point ? d->n - d->point : 0);
  *p = '\0';
  return (size_t)(p - out);
}

/* whole * 10^-decimals, zeros at the end left out. */
static void digits_of_whole(struct digits *out, uint64_t whole, int decimals) {
  char reversed[20];
  int n = 0, zeros = 0;
  for (; whole; whole /= 10) reversed[n++] = (char)('0' + whole % 10);
  out->point = n - decimals;
  while (zeros < n - 1 && reversed[zeros] == '0') zeros++;
  out->n = 0;
  while (n > zeros) out->d[out->n++] = reversed[--n];
}

/* The short cut for at most 15 digits. If w / 10^k (one IEEE division of exact doubles)
 * gives the value back, then reading the decimal w * 10^-k does; and it is the shortest,
 * because two different decimals of 15 digits never read as the same normal double. */
static bool print_short(struct digits *out, double value) {
  double power = 1;
  if (value < 1e-6) return false;
  for (int k = 0; k <= 22; k++, power *= 10) {
    double scaled = value * power;
    if (scaled >= 1e15) return false;
    uint64_t w = (uint64_t)(scaled + 0.5);
    if ((double)w / power != value) continue;
    digits_of_whole(out, w, k);
    return true;
  }
  return false;
}

/* Zero has no digits to find: it is one digit 0 with its sign. */
size_t number_print(char out[NUMBER_ROOM], double value) {
  struct digits d = {.n = 1, .point = 1};
  if (!isfinite(value)) return print_word(out, value);
  double size = fabs(value);
  d.d[0] = '0';
  if (size > 0 && !print_short(&d, size)) shortest_digits(&d, size);
  /* Zeros are not made up: from 10^15 on, only digits that are there are printed. */
  return put_general(out, &d, signbit(value), d.n > 15 ? d.n : 15);
}

/* The whole part has at most 309 digits: all fits NUMBER_ROOM. */
size_t number_print_fixed(char out[NUMBER_ROOM], double value, int decimals) {
  struct digits d = {.n = 0, .point = 0};
  struct fraction f;
  if (!isfinite(value)) return print_word(out, value);
  decimals = decimals < 0 ? 0 : decimals > 20 ? 20 : decimals;
  if (value != 0) {
    fraction_set(&f, fabs(value));
    first_digits(&d, &f, f.point + decimals, true);
  }
  char *p = out;
  if (!d.n) d.point = 0;
  else if (value < 0) *p++ = '-';
  p = put_positional(p, &d, decimals);
  *p = '\0';
  return (size_t)(p - out);
}

/* As C's %.{n}g: zeros at the end are left out. */
size_t number_print_digits(char out[NUMBER_ROOM], double value, int significant) {
  struct digits d = {.n = 1, .point = 1};
  struct fraction f;
  if (!isfinite(value)) return print_word(out, value);
  significant = significant < 1 ? 1 : significant > 17 ? 17 : significant;
  d.d[0] = '0';
  if (value != 0) {
    fraction_set(&f, fabs(value));
    first_digits(&d, &f, significant, false);
  }
  while (d.n > 1 && d.d[d.n - 1] == '0') d.n--;
  return put_general(out, &d, signbit(value), significant);
}

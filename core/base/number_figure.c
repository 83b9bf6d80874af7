/* number_figure.c - a figure as a reader sees it: rounded once, grouped, signed.
 *
 * What is rounded is the shortest decimal that reads back as the number (number_print), the one a
 * reader would write: 0.285 is 28.5 %, not 28.499999999999996. Two ways give the same digits:
 *
 *   by digits   the shortest decimal is taken apart and cut after its last place, by the rule
 *   by units    y = |x| 10^p, one multiplication, p = decimals + shift; floor(y), or one more
 *
 * The second is taken where nothing can hang on the difference. Let s be the shortest decimal. It
 * reads back as x, so |s - x| <= 2^-53 |x|; for 0 <= p <= 22 the power is an exact double and the
 * product is off by 2^-53 y at most. So s 10^p is within 2^-51 y of y: where y lies further than
 * 2^-50 y from the nearest half, both round to the same side of it, no rule for ties is asked, and
 * below 10^15 the error is under a quarter, too small to reach another half.
 *
 * Cost: by units about a hundred instructions; by digits those of number_print.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"

/* The digits of |x| without leading zeros, and where the point stands: 0.D * 10^point. */
struct decimal {
  char digits[NUMBER_ROOM];
  int count, point;
};

/* Takes apart what number_print (or an integer) wrote: digits, perhaps a point, perhaps an
 * exponent. */
static void decimal_read(struct decimal *d, const char *s) {
  int exponent = 0, whole = -1, sign = 1;
  d->count = d->point = 0;
  if (*s == '-') s++;
  for (; *s && *s != 'e'; s++) {
    if (*s == '.') whole = d->count;
    else d->digits[d->count++] = *s;
  }
  if (whole < 0) whole = d->count;
  if (*s == 'e' && *++s == '-') sign = -1;
  for (; *s; s++)
    if (*s >= '0' && *s <= '9') exponent = 10 * exponent + (*s - '0');
  int zeros = 0;
  while (zeros < d->count && d->digits[zeros] == '0') zeros++;
  d->count -= zeros;
  memmove(d->digits, d->digits + zeros, (size_t)d->count);
  d->point = whole + sign * exponent - zeros;
}

/* The digits of a whole number, at least `places` of them: zeros are put in front. */
static void decimal_units(struct decimal *d, uint64_t units, int places) {
  char reversed[24];
  int n = 0;
  for (; units; units /= 10) reversed[n++] = (char)('0' + units % 10);
  while (n < places) reversed[n++] = '0';
  for (d->count = 0; n;) d->digits[d->count++] = reversed[--n];
}

/* Decimals that the number has, at most `most`. */
static int decimal_places(const struct decimal *d, int most) {
  int count = d->count;
  while (count && d->digits[count - 1] == '0') count--;
  int places = count - d->point < most ? count - d->point : most;
  return places > 0 ? places : 0;
}

/* Does what follows the first `keep` digits push the last of them up? */
static bool decimal_rounds_up(const struct decimal *d, int keep, enum number_rounding rule) {
  if (keep >= d->count || d->digits[keep] < '5') return false;
  if (d->digits[keep] > '5') return true;
  for (int i = keep + 1; i < d->count; i++)
    if (d->digits[i] != '0') return true;
  if (rule == ROUND_HALF_EVEN) return keep && (d->digits[keep - 1] - '0') % 2 == 1;
  return rule == ROUND_HALF_UP;
}

/* Rounds to `keep` digits (below 0: to none): pads with zeros, or cuts and carries; a carry out of
 * the first digit makes one more. */
static void decimal_round(struct decimal *d, int keep, enum number_rounding rule) {
  bool up = keep >= 0 && decimal_rounds_up(d, keep, rule);
  if (keep < 0) keep = 0;
  while (d->count < keep) d->digits[d->count++] = '0';
  d->count = keep;
  for (int i = keep - 1; up && i >= 0; i--) {
    up = d->digits[i] == '9';
    d->digits[i] = up ? '0' : (char)(d->digits[i] + 1);
  }
  if (!up) return;
  memmove(d->digits + 1, d->digits, (size_t)d->count);
  d->digits[0] = '1';
  d->count++;
}

static char *put_text(char *p, struct text t) {
  memcpy(p, t.s, t.n);
  return p + t.n;
}

/* Writes whole units of 10^-decimals with their sign; what is all zeros has none. */
static size_t put_figure(char *out, const struct decimal *d, bool negative, int decimals,
                         const struct figure_style *style) {
  char *p = out;
  int first = 0;
  while (first < d->count && d->digits[first] == '0') first++;
  int places = d->count - first;
  if (places && negative) p = put_text(p, TEXT("\xE2\x88\x92"));
  else if (places && style->plus) *p++ = '+';
  if (places < decimals + 1) places = decimals + 1;
  for (int left = places; left > 0; left--) {
    int at = d->count - left, whole = left - decimals;
    *p++ = at < 0 ? '0' : d->digits[at];
    if (whole > 1 && whole % 3 == 1) p = put_text(p, style->group);
    if (whole == 1 && decimals) p = put_text(p, style->point);
  }
  return (size_t)(p - out);
}

/* By units (see above): false where the digits have to be looked at. size >= 0. */
static bool round_units(uint64_t *units, double size, int power) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (power < 0 || power > 22) return false;
  double y = size * powers[power];
  if (!(y < 1e15)) return false;
  double whole = floor(y), rest = y - whole;
  if (fabs(rest - 0.5) <= y * 0x1p-50) return false;
  *units = (uint64_t)whole + (rest > 0.5);
  return true;
}

/* By digits; `printed` is the shortest text of x. */
static size_t figure_of_digits(char *out, const char *printed, bool negative,
                               const struct figure_style *style) {
  struct decimal d;
  decimal_read(&d, printed);
  int decimals = style->decimals < 0 ? decimal_places(&d, style->most) : style->decimals;
  decimal_round(&d, d.point + style->shift + decimals, style->rule);
  return put_figure(out, &d, negative, decimals, style);
}

/* A whole number has no decimals of its own. */
static bool figure_of_units(size_t *n, char *out, double x, const struct figure_style *style) {
  struct decimal d;
  uint64_t units;
  int decimals = style->decimals;
  if (decimals < 0 && x == floor(x)) decimals = 0;
  if (decimals < 0 || !round_units(&units, fabs(x), style->shift + decimals)) return false;
  decimal_units(&d, units, decimals + 1);
  *n = put_figure(out, &d, x < 0, decimals, style);
  return true;
}

/* By units where that is exact. */
size_t number_figure(char out[FIGURE_ROOM], double x, const struct figure_style *style) {
  char printed[NUMBER_ROOM];
  size_t n;
  if (!isfinite(x)) return 0;
  if (figure_of_units(&n, out, x, style)) return n;
  number_print(printed, x);
  return figure_of_digits(out, printed, x < 0, style);
}

/* Above 2^53 a double would lose digits. */
size_t number_figure_whole(char out[FIGURE_ROOM], int64_t x, const struct figure_style *style) {
  char printed[24], *p = printed + sizeof printed;
  uint64_t size = x < 0 ? ~(uint64_t)x + 1 : (uint64_t)x;
  size_t n;
  if (size <= UINT64_C(1) << 53 && figure_of_units(&n, out, (double)x, style)) return n;
  *--p = '\0';
  do *--p = (char)('0' + size % 10);
  while (size /= 10);
  return figure_of_digits(out, p, x < 0, style);
}

/* test_number.c - decimals and doubles, against the C library (exact in the C locale) with
 * more than a million random values, and against values worked out by hand. */
#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base_fixture.h"

enum { MANY = 1000000, SOME = 100000, FEW = 3000, LONG_ROOM = 2400 };

static bool same_bits(double a, double b) { return !memcmp(&a, &b, sizeof a); }

/* Any finite double, all exponents alike: subnormals are one in 2047. */
static double draw_double(uint64_t *state) {
  double value;
  do {
    uint64_t bits = draw(state);
    memcpy(&value, &bits, sizeof value);
  } while (!isfinite(value));
  return value;
}

static double draw_subnormal(uint64_t *state) {
  uint64_t bits = draw(state) >> (12 + draw_below(state, 52));
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* What a survey holds: counts, shares, weights, amounts. */
static double draw_plain(uint64_t *state) {
  static const double unit[] = {1, 10, 100, 1000, 10000, 1e6, 1e9};
  double whole = (double)(draw(state) >> (11 + draw_below(state, 52)));
  double value = whole / unit[draw_below(state, 7)];
  return draw_below(state, 2) ? -value : value;
}

static double draw_any(uint64_t *state) {
  uint32_t kind = draw_below(state, 4);
  return kind == 0 ? draw_subnormal(state) : kind == 1 ? draw_plain(state) : draw_double(state);
}

static void expect_parse(const char *s) {
  double got = -1, want = strtod(s, NULL);
  if (!number_parse(&got, text_of(s))) fail_msg("refused: %.60s", s);
  if (!same_bits(got, want)) fail_msg("%.80s: got %a, expected %a", s, got, want);
}

/* ---- parsing ----------------------------------------------------------------------------- */

static void parse_is_nearest_on_random_decimals(void **state) {
  (void)state;
  uint64_t seed = 1;
  char s[80];
  for (int i = 0; i < MANY; i++) {
    size_t n = 0, digits = 1 + draw_below(&seed, draw_below(&seed, 8) ? 20 : 45);
    size_t point = draw_below(&seed, (uint32_t)digits) + 1;
    if (draw_below(&seed, 3) == 0) s[n++] = "+-"[draw_below(&seed, 2)];
    for (size_t j = 0; j < digits; j++) {
      if (j == point) s[n++] = '.';
      s[n++] = (char)('0' + draw_below(&seed, 10));
    }
    s[n] = '\0';
    if (draw_below(&seed, 4))
      snprintf(s + n, sizeof s - n, "e%d", (int)draw_below(&seed, 700) - 370);
    expect_parse(s);
  }
}

static void parse_reads_back_what_printf_wrote(void **state) {
  (void)state;
  uint64_t seed = 2;
  char s[60];
  for (int i = 0; i < SOME; i++) {
    snprintf(s, sizeof s, "%.*e", (int)draw_below(&seed, 22), draw_any(&seed));
    expect_parse(s);
  }
}

/* The exact middle of two neighbouring doubles, then a hair above and below it. A long double
 * has the bit more that the middle needs. */
static void parse_decides_ties_exactly(void **state) {
  (void)state;
  uint64_t seed = 3;
  char s[LONG_ROOM];
  for (int i = 0; i < FEW; i++) {
    double low = fabs(i % 2 ? draw_double(&seed) : draw_subnormal(&seed));
    long double middle = ((long double)low + (long double)nextafter(low, INFINITY)) / 2;
    if (!isfinite((double)middle)) continue;
    snprintf(s, sizeof s - 8, "%.1100Lf", middle);
    if (low == 0) snprintf(s, sizeof s - 8, "%.1100Lf", middle = 0x1p-1075L);
    expect_parse(s);
    strcat(s, "1");
    expect_parse(s);
    size_t n = strlen(s) - 2;
    while (s[n] == '0') n--;
    if (s[n] == '.') continue;
    s[n]--;
    strcpy(s + n + 1, "9999");
    expect_parse(s);
  }
}

static void parse_handles_the_ends_of_the_range(void **state) {
  (void)state;
  static const char *const ends[] = {
      "0", "-0", "0e999999999999999999999", "1e999999999999999999999", "-1e400", "1e-400",
      "1e-999999999999999999999", "1.7976931348623157e308", "1.7976931348623158e308",
      "1.7976931348623159e308", "179769313486231580793728971405303415079934132710037826936173"
      "7789804449682927647509466490179775872070963302864166928879109465555478519404026306574886"
      "7150582068190890200070838367627385484581771153176447573027006985557136695962284291481986"
      "0834936475292719074168444365510704342711559699508093042880", "2.2250738585072014e-308",
      "2.2250738585072011e-308", "2.2250738585072012e-308", "4.9406564584124654e-324",
      "2.4703282292062327e-324", "2.4703282292062328e-324", "1e22", "1e23", "9007199254740993",
      "9007199254740992.999", "0.000000000000000000000000000000000000000001e42", "1e310",
      "0.1e309", "9.999999999999999e308", "00000000000000000000000012.500"};
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) expect_parse(ends[i]);
}

static void parse_takes_any_number_of_digits(void **state) {
  (void)state;
  enum { DIGITS = 100000 };
  char *s = malloc(DIGITS + 40);
  assert_non_null(s);
  memset(s, '0', DIGITS);
  memcpy(s, "0.", 2);
  snprintf(s + DIGITS, 40, "15e%d", DIGITS - 2);
  expect_parse(s);
  memset(s, '7', DIGITS);
  snprintf(s + DIGITS, 40, "e-%d", DIGITS + 5);
  expect_parse(s);
  free(s);
}

/* The largest integers that an exact division meets: all kept digits and one more, at both
 * ends of the range of a double. */
static void parse_has_room_for_the_longest_fractions(void **state) {
  (void)state;
  char s[1000];
  for (size_t digits = 770; digits < 800; digits += 3)
    for (int order = -335; order < 320; order += order == -315 ? 610 : 1) {
      memset(s, '9', digits);
      snprintf(s + digits, 20, "e%d", order - (int)digits);
      expect_parse(s);
      memset(s + 1, '0', digits - 2);
      s[0] = s[digits - 1] = '1';
      expect_parse(s);
    }
}

static void parse_refuses_what_is_no_plain_number(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "", "+", "-", ".", "-.", "e5", "1e", "1e+", "1.", "1.e5", " 1", "1 ", "1,5", "0x10",
      "nan", "inf", "-inf", "Infinity", "1.2.3", "1e5.0", "--1", "+-1", "1_000", "1 000", "1f",
      "\xD9\xA1", "1e 5", "1-", "NA"};
  double untouched = 42;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    if (number_parse(&untouched, text_of(wrong[i]))) fail_msg("accepted: \"%s\"", wrong[i]);
  assert_false(number_parse(&untouched, (struct text){"1\0" "2", 3}));
  assert_true(untouched == 42);
}

static void parse_accepts_no_zero_before_the_point(void **state) {
  (void)state;
  expect_parse(".5");
  expect_parse("-.25e1");
}

static void parse_looks_at_the_slice_alone(void **state) {
  (void)state;
  double got = 0;
  assert_true(number_parse(&got, (struct text){"12345", 3}));
  assert_true(got == 123);
}

static void expect_style(const char *s, char decimal, char thousands, double want) {
  double got = -1;
  if (!number_parse_style(&got, text_of(s), (struct number_style){decimal, thousands}))
    fail_msg("refused: %s", s);
  if (!same_bits(got, want)) fail_msg("%s: got %.17g", s, got);
}

static void style_reads_declared_separators(void **state) {
  (void)state;
  expect_style("1 234,5", ',', ' ', 1234.5);
  expect_style("1\xC2\xA0" "234\xC2\xA0" "567,25", ',', ' ', 1234567.25);
  expect_style("-12\xE2\x80\xAF" "345", ',', ' ', -12345);
  expect_style("1'234.5", '.', ' ', 1234.5);
  expect_style("1\xE2\x80\x99" "234.5", '.', ' ', 1234.5);
  expect_style("1,234,567.5", '.', ',', 1234567.5);
  expect_style("1.234.567,5", ',', '.', 1234567.5);
  expect_style("1234,5", ',', ' ', 1234.5);
  expect_style(" 12,5\xC2\xA0", ',', 0, 12.5);
  expect_style("3,5e2", ',', 0, 350);
  expect_style("123 456 789 012 345 678 901 234,5", ',', ' ', 123456789012345678901234.5);
}

static void style_refuses_malformed_groups(void **state) {
  (void)state;
  static const char *const wrong[] = {"1 23,5", "12 3456", "1234 567", " ", "1 234 56", "1  234",
                                      "1 234'567", "1,234 567", "1,5,5", "1.5", ",", "1 ,5"};
  double untouched = 42;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    if (number_parse_style(&untouched, text_of(wrong[i]), (struct number_style){',', ' '}))
      fail_msg("accepted: \"%s\"", wrong[i]);
  assert_false(number_parse_style(&untouched, TEXT("1 234"), (struct number_style){',', 0}));
  assert_true(untouched == 42);
}

static void int_reads_its_whole_range_and_no_more(void **state) {
  (void)state;
  int64_t got = 0;
  assert_true(number_parse_int(&got, TEXT("9223372036854775807")) && got == INT64_MAX);
  assert_true(number_parse_int(&got, TEXT("-9223372036854775808")) && got == INT64_MIN);
  assert_true(number_parse_int(&got, TEXT("+007")) && got == 7);
  assert_true(number_parse_int(&got, TEXT("-0")) && got == 0);
  static const char *const wrong[] = {"9223372036854775808", "-9223372036854775809", "", "-",
                                      "99999999999999999999", "1.0", "1e3", " 1", "1a"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    if (number_parse_int(&got, text_of(wrong[i]))) fail_msg("accepted: \"%s\"", wrong[i]);
}

/* ---- printing ---------------------------------------------------------------------------- */

/* The significant digits of a printed number, zeros at both ends left out. */
static size_t digits_of(char *out, const char *s) {
  size_t n = 0;
  for (; *s && *s != 'e'; s++)
    if (*s >= '0' && *s <= '9' && (n || *s != '0')) out[n++] = *s;
  while (n && out[n - 1] == '0') n--;
  out[n] = '\0';
  return n;
}

/* It reads back; one digit less does not; and as long as the nearest decimal of so many
 * digits reads back, it is that one. */
static void expect_shortest(double value) {
  char s[NUMBER_ROOM], e[40], digits[NUMBER_ROOM], nearest[40];
  double back = 0;
  size_t length = number_print(s, value);
  assert_int_equal(length, strlen(s));
  if (!same_bits(strtod(s, NULL), value)) fail_msg("%a printed as %s", value, s);
  if (!number_parse(&back, text_of(s)) || !same_bits(back, value)) fail_msg("not read: %s", s);
  int n = (int)digits_of(digits, s);
  if (!n) return;
  if (n > 1) snprintf(e, sizeof e, "%.*e", n - 2, value);
  if (n > 1 && same_bits(strtod(e, NULL), value)) fail_msg("%s is longer than %s", s, e);
  snprintf(e, sizeof e, "%.*e", n - 1, value);
  digits_of(nearest, e);
  if (same_bits(strtod(e, NULL), value) && strcmp(digits, nearest))
    fail_msg("%s is not as near as %s", s, e);
}

static void print_is_shortest_and_nearest(void **state) {
  (void)state;
  uint64_t seed = 4;
  for (int i = 0; i < SOME * 2; i++) expect_shortest(draw_any(&seed));
}

static void print_is_shortest_at_powers_of_two(void **state) {
  (void)state;
  for (int e = -1074; e < 1024; e++) {
    double power = ldexp(1, e);
    expect_shortest(power);
    expect_shortest(nextafter(power, 0));
    expect_shortest(nextafter(power, INFINITY));
  }
}

static void print_is_shortest_at_powers_of_ten(void **state) {
  (void)state;
  char s[20];
  for (int e = -323; e < 309; e++) {
    snprintf(s, sizeof s, "1e%d", e);
    double power = strtod(s, NULL);
    expect_shortest(power);
    expect_shortest(nextafter(power, 0));
    expect_shortest(nextafter(power, INFINITY));
  }
}

static void expect_print(double value, const char *want) {
  char s[NUMBER_ROOM];
  number_print(s, value);
  assert_string_equal(s, want);
}

static void print_has_the_promised_forms(void **state) {
  (void)state;
  expect_print(0.1, "0.1");
  expect_print(0.1 + 0.2, "0.30000000000000004");
  expect_print(1e300, "1e+300");
  expect_print(0.0, "0");
  expect_print(-0.0, "-0");
  expect_print(NAN, "nan");
  expect_print(-NAN, "nan");
  expect_print(INFINITY, "inf");
  expect_print(-INFINITY, "-inf");
  expect_print(100, "100");
  expect_print(-12.5, "-12.5");
  expect_print(999999999999999, "999999999999999");
  expect_print(1e15, "1e+15");
  expect_print(9007199254740992, "9007199254740992");
  expect_print(0.0001, "0.0001");
  expect_print(0.00001, "1e-05");
  expect_print(5e-324, "5e-324");
  expect_print(DBL_MAX, "1.7976931348623157e+308");
  expect_print(123456.789, "123456.789");
  expect_print(9007199254740993.0 * 2, "18014398509481984");
}

static void digits_agree_with_printf(void **state) {
  (void)state;
  uint64_t seed = 5;
  char got[NUMBER_ROOM], want[NUMBER_ROOM];
  for (int i = 0; i < SOME * 2; i++) {
    double value = draw_any(&seed);
    int n = 1 + (int)draw_below(&seed, 17);
    size_t length = number_print_digits(got, value, n);
    snprintf(want, sizeof want, "%.*g", n, value);
    if (strcmp(got, want) || length != strlen(want)) fail_msg("%d: %s, not %s", n, got, want);
  }
}

static void digits_round_ties_to_even(void **state) {
  (void)state;
  char s[NUMBER_ROOM];
  number_print_digits(s, 12.5, 2);
  assert_string_equal(s, "12");
  number_print_digits(s, 3.125, 3);
  assert_string_equal(s, "3.12");
  number_print_digits(s, 0.375, 2);
  assert_string_equal(s, "0.38");
  number_print_digits(s, 99.5, 2);
  assert_string_equal(s, "1e+02");
}

/* The oracle: printf's exact expansion, cut and rounded away from zero as a string. */
static void round_string(char *s, int decimals) {
  char *point = strchr(s, '.'), *end = point + 1 + decimals;
  bool up = *end >= '5';
  *(decimals ? end : point) = '\0';
  if (up) {
    char *p = s + strlen(s);
    while (p-- > s) {
      if (*p == '.') continue;
      if (*p == '-') break;
      if ((*p = *p == '9' ? '0' : (char)(*p + 1)) != '0') break;
    }
    char *first = s + (*s == '-');
    if (p < first) {
      memmove(first + 1, first, strlen(first) + 1);
      *first = '1';
    }
  }
  if (!strpbrk(s, "123456789") && *s == '-') memmove(s, s + 1, strlen(s));
}

static void expect_fixed(double value, int decimals) {
  char got[NUMBER_ROOM], want[LONG_ROOM];
  size_t length = number_print_fixed(got, value, decimals);
  snprintf(want, sizeof want, "%.1080f", value);
  round_string(want, decimals);
  if (strcmp(got, want) || length != strlen(want))
    fail_msg("%a at %d: %s, not %s", value, decimals, got, want);
}

static void fixed_rounds_the_exact_value_away_from_zero(void **state) {
  (void)state;
  uint64_t seed = 6;
  for (int i = 0; i < SOME / 5; i++)
    expect_fixed(draw_below(&seed, 4) ? draw_plain(&seed) : draw_double(&seed),
                 (int)draw_below(&seed, 21));
  for (int i = -4000; i < 4000; i++) /* exact ties at 0 to 4 decimals */
    for (int decimals = 0; decimals < 5; decimals++) expect_fixed(i / 32.0, decimals);
}

static void expect_fixed_text(double value, int decimals, const char *want) {
  char s[NUMBER_ROOM];
  number_print_fixed(s, value, decimals);
  assert_string_equal(s, want);
}

static void fixed_has_the_promised_forms(void **state) {
  (void)state;
  expect_fixed_text(12.5, 0, "13");
  expect_fixed_text(-12.5, 0, "-13");
  expect_fixed_text(0.5, 0, "1");
  expect_fixed_text(0.49999999999999994, 0, "0");
  expect_fixed_text(3.125, 2, "3.13");
  expect_fixed_text(1.005, 2, "1.00"); /* the double is below 1.005 */
  expect_fixed_text(999.95, 1, "1000.0"); /* and this one above 999.95 */
  expect_fixed_text(-0.001, 2, "0.00"); /* nothing has no sign */
  expect_fixed_text(0, 3, "0.000");
  expect_fixed_text(NAN, 1, "nan");
  expect_fixed_text(-INFINITY, 1, "-inf");
  expect_fixed_text(0.1, 20, "0.10000000000000000555");
}

static void fixed_fits_its_room(void **state) {
  (void)state;
  char s[NUMBER_ROOM];
  assert_int_equal(number_print_fixed(s, -DBL_MAX, 20), 1 + 309 + 1 + 20);
  assert_int_equal(number_print_fixed(s, 5e-324, 20), 22);
}

/* ---- figures for readers ----------------------------------------------------------------- */

/* A value by a half of some decimal place: a few doubles to either side, or on it. */
static double draw_near_half(uint64_t *state) {
  double value = ((double)draw_below(state, 2000000) + 0.5) / pow(10, draw_below(state, 9));
  for (uint32_t i = draw_below(state, 4); i > 0; i--)
    value = nextafter(value, draw_below(state, 2) ? INFINITY : 0);
  return value;
}

/* The oracle: the shortest text with its point moved two places, zeros behind, rounded as a
 * string. */
static void expect_percent_figure(double value, int decimals) {
  char got[FIGURE_ROOM], want[NUMBER_ROOM + 64];
  struct figure_style style = {.decimals = decimals, .shift = 2, .point = TEXT("."),
                               .group = TEXT("")};
  number_print(want, value);
  if (strchr(want, 'e')) return;
  if (!strchr(want, '.')) strcat(want, ".");
  strcat(want, "000000000000000000000000");
  char *point = strchr(want, '.');
  memmove(point, point + 1, 2);
  point[2] = '.';
  char *first = want;
  while (*first == '0' && first[1] != '.') first++;
  round_string(first, decimals);
  got[number_figure(got, value, &style)] = '\0';
  if (strcmp(got, first)) fail_msg("%.17g at %d: %s, not %s", value, decimals, got, first);
}

static void figure_rounds_the_shortest_text(void **state) {
  (void)state;
  uint64_t seed = 11;
  for (int i = 0; i < MANY / 4; i++) {
    expect_percent_figure(draw_near_half(&seed), (int)draw_below(&seed, 9));
    expect_percent_figure(fabs(draw_plain(&seed)), (int)draw_below(&seed, 9));
  }
}

static void expect_figure(double value, struct figure_style style, const char *want) {
  char got[FIGURE_ROOM];
  style.point = TEXT(",");
  style.group = TEXT(" ");
  got[number_figure(got, value, &style)] = '\0';
  assert_string_equal(got, want);
}

static void figure_has_the_promised_forms(void **state) {
  (void)state;
  char got[FIGURE_ROOM];
  expect_figure(0.285, (struct figure_style){.shift = 2}, "29"); /* the product is below 28.5 */
  expect_figure(0.125, (struct figure_style){.shift = 2, .rule = ROUND_HALF_EVEN}, "12");
  expect_figure(0.125, (struct figure_style){.shift = 2, .rule = ROUND_HALF_DOWN}, "12");
  expect_figure(0.135, (struct figure_style){.shift = 2, .rule = ROUND_HALF_EVEN}, "14");
  expect_figure(-1234567.25, (struct figure_style){.decimals = 1}, "\xE2\x88\x92" "1 234 567,3");
  expect_figure(-0.04, (struct figure_style){.decimals = 1, .plus = true}, "0,0");
  expect_figure(0.05, (struct figure_style){.decimals = 1, .plus = true}, "+0,1");
  expect_figure(2.5, (struct figure_style){.decimals = -1, .most = 2}, "2,5");
  expect_figure(3, (struct figure_style){.decimals = -1, .most = 2}, "3");
  expect_figure(1e22, (struct figure_style){.decimals = 0}, "10 000 000 000 000 000 000 000");
  expect_figure(NAN, (struct figure_style){.decimals = 0}, "");
  struct figure_style wide = {.decimals = 20, .shift = 20, .point = TEXT(",,,,,,,,"),
                              .group = TEXT("........")};
  assert_int_equal(number_figure(got, -DBL_MAX, &wide), 3 + 329 + 109 * 8 + 8 + 20);
  struct figure_style whole = {.decimals = 0, .point = TEXT(","), .group = TEXT("")};
  got[number_figure_whole(got, INT64_MIN, &whole)] = '\0';
  assert_string_equal(got, "\xE2\x88\x92" "9223372036854775808");
}

/* ---- shares ------------------------------------------------------------------------------ */

static int64_t percent(int64_t k, int64_t n, int decimals, enum number_rounding rule) {
  int64_t out = -999;
  if (!number_percent(&out, k, n, decimals, rule)) fail_msg("overflow");
  return out;
}

static void percent_rounds_once_by_the_named_rule(void **state) {
  (void)state;
  assert_int_equal(percent(1, 8, 0, ROUND_HALF_UP), 13); /* 12.5 */
  assert_int_equal(percent(1, 8, 0, ROUND_HALF_EVEN), 12);
  assert_int_equal(percent(1, 8, 0, ROUND_HALF_DOWN), 12);
  assert_int_equal(percent(57, 200, 0, ROUND_HALF_UP), 29); /* 28.5, 0.285 * 100 < 28.5 */
  assert_int_equal(percent(57, 200, 0, ROUND_HALF_EVEN), 28);
  assert_int_equal(percent(57, 200, 1, ROUND_HALF_UP), 285);
  assert_int_equal(percent(2845, 10000, 0, ROUND_HALF_UP), 28); /* 28.45: not 28.5, 29 */
  assert_int_equal(percent(2845, 10000, 1, ROUND_HALF_UP), 285);
  assert_int_equal(percent(2845, 10000, 1, ROUND_HALF_EVEN), 284);
  assert_int_equal(percent(-1, 8, 0, ROUND_HALF_UP), -13);
  assert_int_equal(percent(-1, 8, 0, ROUND_HALF_EVEN), -12);
  assert_int_equal(percent(3, 8, 0, ROUND_HALF_EVEN), 38); /* 37.5 */
  assert_int_equal(percent(3, 8, 0, ROUND_HALF_DOWN), 37);
  assert_int_equal(percent(2, 3, 6, ROUND_HALF_UP), 66666667);
  assert_int_equal(percent(0, 7, 2, ROUND_HALF_UP), 0);
  assert_int_equal(percent(7, 7, 2, ROUND_HALF_UP), 10000);
}

/* floor((2 * 100 * 10^d k + n) / (2n)) in integers, for all small shares. */
static void percent_agrees_with_the_formula(void **state) {
  (void)state;
  int64_t scale = 100;
  for (int d = 0; d <= 3; d++, scale *= 10)
    for (int64_t n = 1; n <= 300; n++)
      for (int64_t k = 0; k <= n; k++) {
        int64_t up = (2 * scale * k + n) / (2 * n), down = (2 * scale * k + n - 1) / (2 * n);
        if (percent(k, n, d, ROUND_HALF_UP) != up) fail_msg("up: %d of %d", (int)k, (int)n);
        if (percent(k, n, d, ROUND_HALF_DOWN) != down) fail_msg("down: %d of %d", (int)k, (int)n);
        if (percent(k, n, d, ROUND_HALF_EVEN) != (up % 2 ? down : up))
          fail_msg("even: %d of %d", (int)k, (int)n);
        if (percent(-k, n, d, ROUND_HALF_UP) != -up) fail_msg("-: %d of %d", (int)k, (int)n);
      }
}

static void percent_refuses_overflow_and_no_base(void **state) {
  (void)state;
  int64_t out = 7;
  assert_false(number_percent(&out, 1, 0, 0, ROUND_HALF_UP));
  assert_false(number_percent(&out, 1, -5, 0, ROUND_HALF_UP));
  assert_false(number_percent(&out, 1, 2, 7, ROUND_HALF_UP));
  assert_false(number_percent(&out, 1, 2, -1, ROUND_HALF_UP));
  assert_false(number_percent(&out, INT64_MAX, 1, 0, ROUND_HALF_UP));
  assert_false(number_percent(&out, INT64_MIN, 1, 0, ROUND_HALF_UP));
  assert_false(number_percent(&out, INT64_MAX / 100, 1, 1, ROUND_HALF_UP));
  assert_int_equal(out, 7);
  assert_int_equal(percent(INT64_MAX / 100, 1, 0, ROUND_HALF_UP), INT64_MAX / 100 * 100);
  assert_int_equal(percent(1000000000000000000, 1000000000000000000, 6, ROUND_HALF_UP),
                   100000000);
}

/* ---- locale ------------------------------------------------------------------------------ */

static void nothing_depends_on_the_locale(void **state) {
  (void)state;
  static const char *const names[] = {"fr_FR.UTF-8", "fr_FR.utf8", "de_DE.UTF-8"};
  char s[NUMBER_ROOM];
  double back = 0;
  uint64_t seed = 7;
  bool found = false;
  for (size_t i = 0; i < sizeof names / sizeof names[0] && !found; i++)
    found = setlocale(LC_ALL, names[i]) != NULL;
  if (!found) {
    print_message("no locale with a decimal comma here: skipped\n");
    skip();
  }
  snprintf(s, sizeof s, "%.1f", 3.5);
  bool comma = !strcmp(s, "3,5");
  bool good = number_parse(&back, TEXT("3.5")) && back == 3.5;
  good = good && !number_parse(&back, TEXT("3,5"));
  number_print(s, 3.5);
  good = good && !strcmp(s, "3.5");
  number_print_fixed(s, 1234567.25, 1);
  good = good && !strcmp(s, "1234567.3");
  number_print_digits(s, 2.5e-7, 3);
  good = good && !strcmp(s, "2.5e-07");
  for (int i = 0; i < SOME && good; i++) {
    double value = draw_double(&seed);
    number_print(s, value);
    good = number_parse(&back, text_of(s)) && same_bits(back, value);
  }
  setlocale(LC_ALL, "C");
  assert_true(comma);
  assert_true(good);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parse_is_nearest_on_random_decimals),
      cmocka_unit_test(parse_reads_back_what_printf_wrote),
      cmocka_unit_test(parse_decides_ties_exactly),
      cmocka_unit_test(parse_handles_the_ends_of_the_range),
      cmocka_unit_test(parse_takes_any_number_of_digits),
      cmocka_unit_test(parse_has_room_for_the_longest_fractions),
      cmocka_unit_test(parse_refuses_what_is_no_plain_number),
      cmocka_unit_test(parse_accepts_no_zero_before_the_point),
      cmocka_unit_test(parse_looks_at_the_slice_alone),
      cmocka_unit_test(style_reads_declared_separators),
      cmocka_unit_test(style_refuses_malformed_groups),
      cmocka_unit_test(int_reads_its_whole_range_and_no_more),
      cmocka_unit_test(print_is_shortest_and_nearest),
      cmocka_unit_test(print_is_shortest_at_powers_of_two),
      cmocka_unit_test(print_is_shortest_at_powers_of_ten),
      cmocka_unit_test(print_has_the_promised_forms),
      cmocka_unit_test(digits_agree_with_printf),
      cmocka_unit_test(digits_round_ties_to_even),
      cmocka_unit_test(fixed_rounds_the_exact_value_away_from_zero),
      cmocka_unit_test(fixed_has_the_promised_forms),
      cmocka_unit_test(fixed_fits_its_room),
      cmocka_unit_test(figure_rounds_the_shortest_text),
      cmocka_unit_test(figure_has_the_promised_forms),
      cmocka_unit_test(percent_rounds_once_by_the_named_rule),
      cmocka_unit_test(percent_agrees_with_the_formula),
      cmocka_unit_test(percent_refuses_overflow_and_no_base),
      cmocka_unit_test(nothing_depends_on_the_locale),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

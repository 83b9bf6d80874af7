/* share.c - reads the text of a share and finds the whole counts that give it.
 *
 * The reader is a cursor on bytes: relation, blanks, digits, one point or comma, digits,
 * blanks, "%". It allocates nothing and does not depend on the locale. The counts for a base n
 * are ceil(low * n / den) to floor(high * n / den), one step further in at an open end.
 *
 * An example. "91.3%" has digits 913 and decimals 1: the interval is 1825/2000 to 1827/2000.
 *     n = 22: 1825 * 22 / 2000 = 20.08, 1827 * 22 / 2000 = 20.10: no whole number between
 *     n = 23: 20.99 to 21.01: k = 21, the first base that fits
 * and with a tie, 12.5 % of 8 printed without decimals:
 *     "13%" is 25/200 to 27/200: 1.0 to 1.08 of 8: k = 1 at the closed lower end (half up)
 *     "12%" is 23/200 to 25/200: 0.92 to 1.0 of 8: k = 1 at the closed upper end (half even)
 * Both are accepted while no rule is named; under SHARE_HALF_UP the upper end is open.
 *
 * Invariant of every struct share made here: 0 <= low <= high <= den, den = 200 * 10^decimals.
 * Denominators of two shares therefore divide each other, which table.c relies on.
 */
#include "claim/share.h"

#include <string.h>

/* A word before the number and what it says. Longer words come before their own beginnings. */
static const struct {
  const char *word;
  enum share_relation relation;
} RELATIONS[] = {
    {">=", SHARE_AT_LEAST},          {"<=", SHARE_AT_MOST},
    {"=>", SHARE_AT_LEAST},          {"=<", SHARE_AT_MOST},
    {"\xE2\x89\xA5", SHARE_AT_LEAST}, {"\xE2\x89\xA4", SHARE_AT_MOST},
    {"\xE2\xA9\xBE", SHARE_AT_LEAST}, {"\xE2\xA9\xBD", SHARE_AT_MOST},
    {">", SHARE_OVER},               {"<", SHARE_UNDER},
    {"=", SHARE_EQUAL},              {"~", SHARE_ABOUT},
    {"\xE2\x89\x88", SHARE_ABOUT},    {"\xE2\x89\x83", SHARE_ABOUT},
    {"more than ", SHARE_OVER},      {"plus de ", SHARE_OVER},
    {"over ", SHARE_OVER},           {"above ", SHARE_OVER},
    {"at least ", SHARE_AT_LEAST},   {"au moins ", SHARE_AT_LEAST},
    {"less than ", SHARE_UNDER},     {"moins de ", SHARE_UNDER},
    {"under ", SHARE_UNDER},         {"below ", SHARE_UNDER},
    {"at most ", SHARE_AT_MOST},     {"au plus ", SHARE_AT_MOST},
    {"up to ", SHARE_AT_MOST},       {"about ", SHARE_ABOUT},
    {"around ", SHARE_ABOUT},        {"approximately ", SHARE_ABOUT},
    {"nearly ", SHARE_ABOUT},        {"almost ", SHARE_ABOUT},
    {"environ ", SHARE_ABOUT},       {"presque ", SHARE_ABOUT},
    {"pr\xC3\xA8s de ", SHARE_ABOUT}, {"circa ", SHARE_ABOUT},
    {"ca. ", SHARE_ABOUT},           {"ca ", SHARE_ABOUT},
};

/* Does t begin with these n bytes? */
static bool begins(struct text t, const char *s, size_t n) {
  return t.n >= n && memcmp(t.s, s, n) == 0;
}

/* t without its first n bytes (n at most its length). */
static struct text after(struct text t, size_t n) {
  return (struct text){t.s + n, t.n - n};
}

/* Steps over blank, tab, no-break space and narrow no-break space. */
static struct text skip_blanks(struct text t) {
  for (;;) {
    if (begins(t, " ", 1) || begins(t, "\t", 1)) t = after(t, 1);
    else if (begins(t, "\xC2\xA0", 2)) t = after(t, 2);
    else if (begins(t, "\xE2\x80\xAF", 3)) t = after(t, 3);
    else return t;
  }
}

/* Does t begin with `word`, capital letters A to Z read as small? */
static bool begins_word(struct text t, const char *word) {
  size_t n = strlen(word);
  if (t.n < n) return false;
  for (size_t i = 0; i < n; i++) {
    char c = t.s[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    if (c != word[i]) return false;
  }
  return true;
}

/* Takes the relation off the front of *t; equality when nothing is said. */
static enum share_relation take_relation(struct text *t) {
  for (size_t i = 0; i < sizeof RELATIONS / sizeof RELATIONS[0]; i++) {
    if (!begins_word(*t, RELATIONS[i].word)) continue;
    *t = skip_blanks(after(*t, strlen(RELATIONS[i].word)));
    return RELATIONS[i].relation;
  }
  return SHARE_EQUAL;
}

/* Is the next byte an ASCII digit? */
static bool is_digit(struct text t) { return t.n > 0 && t.s[0] >= '0' && t.s[0] <= '9'; }

/* Takes digits off *t onto *value; returns how many, at most 12 (more cannot be a share). */
static int take_digits(struct text *t, int64_t *value) {
  int count = 0;
  while (is_digit(*t) && count < 12) {
    *value = *value * 10 + (t->s[0] - '0');
    *t = after(*t, 1);
    count++;
  }
  return count;
}

/* Takes "28.7" or "28,7" off *t. false: no number, or a point with nothing after it. */
static bool take_number(struct text *t, int64_t *digits, int *decimals) {
  *digits = 0;
  *decimals = 0;
  if (take_digits(t, digits) == 0 || *digits > 100) return false;
  if (!begins(*t, ".", 1) && !begins(*t, ",", 1)) return true;
  *t = after(*t, 1);
  *decimals = take_digits(t, digits);
  return *decimals > 0 && *decimals <= SHARE_DECIMALS;
}

/* 10^n for n from 0 to SHARE_DECIMALS. */
static int64_t power_of_ten(int n) {
  int64_t p = 1;
  while (n-- > 0) p *= 10;
  return p;
}

/* Sets the ends of an interval `half` half-units wide on each side of the printed number. */
static void set_around(struct share *s, int64_t half) {
  s->low = 2 * s->digits - half;
  s->high = 2 * s->digits + half;
}

/* Which ends a rounding rule leaves out. An even last digit keeps both under half-even. */
static void set_ties(struct share *s, enum share_rounding rule) {
  bool odd = s->digits % 2 != 0;
  s->low_open = rule == SHARE_HALF_DOWN || (rule == SHARE_HALF_EVEN && odd);
  s->high_open = rule == SHARE_HALF_UP || (rule == SHARE_HALF_EVEN && odd);
}

/* Keeps the interval within 0 to 1; an end moved there is closed. */
static void clamp(struct share *s) {
  if (s->low < 0) {
    s->low = 0;
    s->low_open = false;
  }
  if (s->high > s->den) {
    s->high = s->den;
    s->high_open = false;
  }
}

/* Fills the interval from digits, decimals and relation. */
static void set_interval(struct share *s, enum share_rounding rule) {
  s->den = 200 * power_of_ten(s->decimals);
  s->low_open = s->high_open = false;
  set_around(s, 0);
  switch (s->relation) {
  case SHARE_EQUAL:
    set_around(s, 1);
    set_ties(s, rule);
    break;
  case SHARE_ABOUT: set_around(s, 10); break;
  case SHARE_OVER: s->low_open = true; /* fall through */
  case SHARE_AT_LEAST: s->high = s->den; break;
  case SHARE_UNDER: s->high_open = true; /* fall through */
  case SHARE_AT_MOST: s->low = 0; break;
  }
  clamp(s);
}

/* One pass over the text; every part that is missing or left over makes it no share. Digits
 * above 100 before the point are refused early, so that no product overflows. */
bilan_status share_parse(bilan *b, struct share *out, struct text t, enum share_rounding rule) {
  struct share s = {.relation = SHARE_EQUAL};
  struct text rest = skip_blanks(t);
  s.relation = take_relation(&rest);
  bool good = take_number(&rest, &s.digits, &s.decimals);
  rest = skip_blanks(rest);
  good = good && begins(rest, "%", 1) && skip_blanks(after(rest, 1)).n == 0;
  good = good && s.digits <= 100 * power_of_ten(s.decimals);
  if (!good)
    return fail(b, BILAN_DATA,
                "share \"%.*s\" is not a percentage from 0%% to 100%% such as 65%% or >35%%",
                (int)(t.n > 60 ? 60 : t.n), t.s);
  set_interval(&s, rule);
  *out = s;
  return BILAN_OK;
}

/* "40%" taken as "40.0%": the digits grow, the interval shrinks tenfold a decimal. */
struct share share_sharpen(const struct share *s, int decimals, enum share_rounding rule) {
  struct share sharp = *s;
  if (s->relation != SHARE_EQUAL || decimals <= s->decimals || decimals > SHARE_DECIMALS)
    return sharp;
  sharp.digits *= power_of_ten(decimals - s->decimals);
  sharp.decimals = decimals;
  set_interval(&sharp, rule);
  return sharp;
}

/* ceil(low n / den) and floor(high n / den), one step in where an open end is hit exactly.
 * All products are below 2 * 10^8 * 10^7 < 2^51. */
bool share_counts(int64_t *lo, int64_t *hi, const struct share *s, int64_t n) {
  if (n < 1 || n > SHARE_BASE_LIMIT) return false;
  int64_t low = s->low * n, high = s->high * n;
  int64_t first = low / s->den, last = high / s->den;
  if (low % s->den != 0 || s->low_open) first++;
  if (high % s->den == 0 && s->high_open) last--;
  if (first > last) return false;
  *lo = first;
  *hi = last;
  return true;
}

/* Tries one base after the other: a share with d decimals fits every base from 10^(d + 2)
 * on, so the loop ends there at the latest. */
int64_t share_next_base(const struct share *s, int64_t from, int64_t limit) {
  int64_t lo, hi;
  for (int64_t n = from < 1 ? 1 : from; n <= limit; n++)
    if (share_counts(&lo, &hi, s, n)) return n;
  return 0;
}

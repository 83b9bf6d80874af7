/* test_claim.c - published shares on whole numbers, against counting everything there is.
 *
 * The oracles are brute force: a share is printed by integer division for every k of every n,
 * and small tables are enumerated completely. Larger tables are made from whole respondents,
 * printed, and must then be found possible. All random numbers come from a seeded generator.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include "claim/table.h"

#undef fail
#include <cmocka.h>

static uint64_t random_state;

/* A whole number from 0 to n - 1 (splitmix64). */
static int64_t random_below(int64_t n) {
  uint64_t z = random_state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (int64_t)((z ^ (z >> 31)) % (uint64_t)n);
}

static struct share share_of(const char *text, enum share_rounding rule) {
  bilan b;
  struct share s;
  handle_init(&b);
  struct text t = {text, strlen(text)};
  if (share_parse(&b, &s, t, rule) != BILAN_OK) fail_msg("%s", b.message);
  return s;
}

static int64_t tenfold(int decimals) {
  int64_t p = 1;
  while (decimals-- > 0) p *= 10;
  return p;
}

/* 100 k / n in units of 10^-decimals percent, rounded by a rule, by long division. */
static int64_t printed(int64_t k, int64_t n, int decimals, enum share_rounding rule) {
  int64_t whole = 100 * tenfold(decimals) * k, q = whole / n, twice = 2 * (whole % n);
  if (twice != n) return q + (twice > n);
  if (rule == SHARE_HALF_UP) return q + 1;
  if (rule == SHARE_HALF_EVEN) return q + q % 2;
  return q;
}

static void write_share(char *out, size_t room, int64_t digits, int decimals) {
  int64_t p = tenfold(decimals);
  if (decimals)
    snprintf(out, room, "%lld.%0*lld%%", (long long)(digits / p), decimals,
             (long long)(digits % p));
  else snprintf(out, room, "%lld%%", (long long)digits);
}

/* ---- shares ---------------------------------------------------------------------------- */

static const struct {
  const char *text;
  int64_t low, high, den;
  bool low_open, high_open;
} READ[] = {
    {"65%", 129, 131, 200, false, false},
    {"28.7%", 573, 575, 2000, false, false},
    {"28,7 %", 573, 575, 2000, false, false},
    {"28,7\xC2\xA0%", 573, 575, 2000, false, false},
    {" 28,7\xE2\x80\xAF% ", 573, 575, 2000, false, false},
    {"28.0%", 559, 561, 2000, false, false},
    {"28%", 55, 57, 200, false, false},
    {"0%", 0, 1, 200, false, false},
    {"100%", 199, 200, 200, false, false},
    {"100.0%", 1999, 2000, 2000, false, false},
    {">35%", 70, 200, 200, true, false},
    {">= 35 %", 70, 200, 200, false, false},
    {"\xE2\x89\xA5" "35%", 70, 200, 200, false, false},
    {"<10%", 0, 20, 200, false, true},
    {"\xE2\x89\xA4 10%", 0, 20, 200, false, false},
    {"plus de 35 %", 70, 200, 200, true, false},
    {"More than 35%", 70, 200, 200, true, false},
    {"au moins 35 %", 70, 200, 200, false, false},
    {"about 65%", 120, 140, 200, false, false},
    {"~28.7%", 564, 584, 2000, false, false},
    {"12.345678%", 24691355, 24691357, 200000000, false, false},
};

static void share_text_is_an_interval_of_fractions(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof READ / sizeof READ[0]; i++) {
    struct share s = share_of(READ[i].text, SHARE_ANY);
    if (s.low != READ[i].low || s.high != READ[i].high || s.den != READ[i].den ||
        s.low_open != READ[i].low_open || s.high_open != READ[i].high_open)
      fail_msg("%s: %lld to %lld of %lld", READ[i].text, (long long)s.low, (long long)s.high,
               (long long)s.den);
  }
}

static void what_is_no_share_is_refused(void **state) {
  (void)state;
  static const char *const BAD[] = {"",      "65",     "%",     "101%",       "100.1%", "-5%",
                                    "65%%",  "6 5%",   "abc%",  "12.3456789%", "65.%",   ".5%",
                                    "> >5%", "65% of", "1e1%",  "nan%",        "\xFF%",
                                    "99999999999999999999%",    "more than %"};
  for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
    bilan b;
    struct share s = {.den = 7};
    handle_init(&b);
    struct text t = {BAD[i], strlen(BAD[i])};
    assert_int_equal(share_parse(&b, &s, t, SHARE_ANY), BILAN_DATA);
    assert_int_equal(s.den, 7);
    assert_non_null(strstr(b.message, "is not a percentage"));
  }
}

/* Is k of n printed as `digits`? Under SHARE_ANY: by one of the rules. */
static bool prints(int64_t k, int64_t n, int decimals, int64_t digits, enum share_rounding rule) {
  if (rule != SHARE_ANY) return printed(k, n, decimals, rule) == digits;
  return printed(k, n, decimals, SHARE_HALF_UP) == digits ||
         printed(k, n, decimals, SHARE_HALF_DOWN) == digits;
}

/* Compares the counts of one share with all k of n. */
static void check_counts(int64_t n, int decimals, int64_t digits, enum share_rounding rule) {
  char text[40];
  write_share(text, sizeof text, digits, decimals);
  struct share s = share_of(text, rule);
  int64_t lo = 1, hi = 0;
  bool some = share_counts(&lo, &hi, &s, n);
  for (int64_t k = 0; k <= n; k++) {
    bool in = some && k >= lo && k <= hi;
    if (in != prints(k, n, decimals, digits, rule))
      fail_msg("%lld of %lld as %s, rule %d", (long long)k, (long long)n, text, (int)rule);
  }
}

static void counts_are_those_that_print_so(void **state) {
  (void)state;
  random_state = 1;
  for (int rule = SHARE_ANY; rule <= SHARE_HALF_DOWN; rule++) {
    for (int64_t n = 1; n <= 60; n++)
      for (int64_t digits = 0; digits <= 100; digits++)
        check_counts(n, 0, digits, (enum share_rounding)rule);
    for (int i = 0; i < 4000; i++) {
      int decimals = (int)random_below(3);
      int64_t n = 1 + random_below(800);
      int64_t digits = printed(random_below(n + 1), n, decimals, SHARE_HALF_EVEN);
      if (random_below(3) == 0) digits = random_below(100 * tenfold(decimals) + 1);
      check_counts(n, decimals, digits, (enum share_rounding)rule);
    }
  }
}

static void comparators_are_strict_or_not(void **state) {
  (void)state;
  int64_t lo, hi;
  struct share over = share_of(">50%", SHARE_ANY), least = share_of(">=50%", SHARE_ANY);
  struct share under = share_of("<50%", SHARE_ANY), most = share_of("<=50%", SHARE_ANY);
  assert_true(share_counts(&lo, &hi, &over, 10) && lo == 6 && hi == 10);
  assert_true(share_counts(&lo, &hi, &least, 10) && lo == 5 && hi == 10);
  assert_true(share_counts(&lo, &hi, &under, 10) && lo == 0 && hi == 4);
  assert_true(share_counts(&lo, &hi, &most, 10) && lo == 0 && hi == 5);
  over = share_of(">100%", SHARE_ANY);
  assert_false(share_counts(&lo, &hi, &over, 10));
}

static void bases_outside_the_limit_have_no_counts(void **state) {
  (void)state;
  int64_t lo, hi;
  struct share s = share_of("50%", SHARE_ANY);
  assert_false(share_counts(&lo, &hi, &s, 0));
  assert_false(share_counts(&lo, &hi, &s, -4));
  assert_false(share_counts(&lo, &hi, &s, (int64_t)SHARE_BASE_LIMIT + 1));
  assert_true(share_counts(&lo, &hi, &s, SHARE_BASE_LIMIT));
}

/* The published shares of teachers and speakers, and what they can be shares of. */
static void next_base_lists_the_bases_of_a_share(void **state) {
  (void)state;
  struct share teachers = share_of("91.3%", SHARE_ANY), speakers = share_of("94.7%", SHARE_ANY);
  assert_int_equal(share_next_base(&teachers, 1, 1000), 23);
  assert_int_equal(share_next_base(&teachers, 24, 1000), 46);
  assert_int_equal(share_next_base(&speakers, 1, 1000), 19);
  assert_int_equal(share_next_base(&speakers, 20, 1000), 38);
  assert_int_equal(share_next_base(&speakers, 39, 1000), 57);
  assert_int_equal(share_next_base(&teachers, 1, 22), 0);
}

/* ---- tables ---------------------------------------------------------------------------- */

static struct claim_table blank_table(size_t groups, size_t parts, size_t levels) {
  struct claim_table t;
  memset(&t, 0, sizeof t);
  t.groups = groups;
  t.parts = parts;
  t.levels = levels;
  for (size_t g = 0; g < groups; g++)
    t.group[g] = (struct claim_group){CLAIM_UNKNOWN, CLAIM_UNKNOWN, CLAIM_UNKNOWN, g > 0};
  return t;
}

static void add_figure(struct claim_table *t, size_t group, uint64_t levels, const char *text,
                       enum share_rounding rule) {
  t->figure[t->figures++] = (struct claim_figure){group, levels, share_of(text, rule)};
}

static struct claim_solution solve(const struct claim_table *t, size_t smallest) {
  bilan b;
  static struct claim_solution found;
  handle_init(&b);
  if (claim_solve(&b, &found, t, smallest, CLAIM_STEPS) != BILAN_OK) fail_msg("%s", b.message);
  assert_int_equal(b.mem.used, 0);
  return found;
}

static int64_t smallest_base(const struct claim_table *t, size_t group) {
  bilan b;
  int64_t n = -1;
  enum solve_verdict verdict;
  handle_init(&b);
  assert_int_equal(claim_smallest_base(&b, &n, &verdict, t, group, 1, 10000), BILAN_OK);
  assert_int_equal(b.mem.used, 0);
  return n;
}

static void four_specialities_fit_no_base_under_108(void **state) {
  (void)state;
  struct claim_table t = blank_table(1, 0, 4);
  static const char *const PRINTED[] = {"40%", "28.7%", "16.7%", "10%"};
  for (size_t i = 0; i < 4; i++) add_figure(&t, 0, (uint64_t)1 << i, PRINTED[i], SHARE_ANY);
  assert_int_equal(smallest_base(&t, 0), 108);
  for (size_t i = 0; i < 4; i++) t.figure[i].share = share_sharpen(&t.figure[i].share, 1, SHARE_ANY);
  assert_int_equal(smallest_base(&t, 0), 150);
  t.multiple = true;
  assert_int_equal(smallest_base(&t, 0), 150);
}

static void levels_over_100_percent_fit_no_base(void **state) {
  (void)state;
  struct claim_table t = blank_table(1, 0, 2);
  add_figure(&t, 0, 1, "60%", SHARE_ANY);
  add_figure(&t, 0, 2, "45%", SHARE_ANY);
  assert_int_equal(smallest_base(&t, 0), 0);
  assert_int_equal(solve(&t, CLAIM_NO_ROW).verdict, SOLVE_NO);
  t.multiple = true;
  assert_int_equal(smallest_base(&t, 0), 20);
}

static struct claim_table jobs_table(void) {
  struct claim_table t = blank_table(3, 1, 1);
  t.group[0].size = 95;
  t.group[1].size = t.group[1].base = 40;
  t.group[2].size = 48;
  add_figure(&t, 0, 1, "59%", SHARE_ANY);
  add_figure(&t, 1, 1, "48%", SHARE_ANY);
  add_figure(&t, 2, 1, "71%", SHARE_ANY);
  return t;
}

static void mixture_names_the_bases_that_fit(void **state) {
  (void)state;
  struct claim_table t = jobs_table();
  t.no_rest = true;
  for (int64_t n = 1; n <= 48; n++) {
    t.group[2].base = n;
    bool fits = n == 35 || n == 38 || n == 41;
    assert_int_equal(solve(&t, CLAIM_NO_ROW).verdict, fits ? SOLVE_YES : SOLVE_NO);
  }
  t = jobs_table();
  t.group[2].base = 48;
  assert_int_equal(solve(&t, CLAIM_NO_ROW).verdict, SOLVE_YES);
}

/* 665 answers from at most 343 girls and 319 boys: three at least are from neither. */
static void rest_is_as_small_as_it_can_be(void **state) {
  (void)state;
  struct claim_table t = blank_table(3, 1, 1);
  t.group[0].size = 696;
  t.group[0].base = 665;
  t.group[1].size = 343;
  t.group[2].size = 319;
  add_figure(&t, 0, 1, "65%", SHARE_ANY);
  add_figure(&t, 1, 1, "74%", SHARE_ANY);
  add_figure(&t, 2, 1, "56%", SHARE_ANY);
  struct claim_solution found = solve(&t, 3);
  assert_int_equal(found.verdict, SOLVE_YES);
  assert_int_equal(found.base[3], 3);
  t.figure[0].share = share_of("76%", SHARE_ANY);
  assert_int_equal(solve(&t, CLAIM_NO_ROW).verdict, SOLVE_NO);
}

/* ---- every table there is ---------------------------------------------------------------- */

/* Answers of one row of a small table: its base and counts of up to 3 columns. */
struct cells {
  int64_t base, count[3];
};

/* A small table is at most 3 rows: groups 1 and 2, the rest; row 0 is their sum. */
static bool holds(const struct claim_table *t, const struct cells rows[4]) {
  for (size_t i = 0; i < t->figures; i++) {
    const struct claim_figure *f = &t->figure[i];
    const struct cells *row = &rows[f->group];
    int64_t k = 0, lo, hi;
    if (t->multiple) k = row->count[f->levels - 1]; /* columns: a, b, a or b */
    else for (size_t l = 0; l < t->levels; l++)
      if (f->levels >> l & 1) k += row->count[l];
    if (!share_counts(&lo, &hi, &f->share, row->base) || k < lo || k > hi) return false;
  }
  return true;
}

/* All possible rows with a base up to `most`: one answer each to `levels` levels, or (multiple)
 * any ticks of a and b, from the four cells neither, a, b, both. */
static size_t all_rows(struct cells *out, int64_t most, size_t levels, bool multiple) {
  size_t n = 0;
  for (int64_t base = 0; base <= most; base++)
    for (int64_t a = 0; a <= base; a++)
      for (int64_t b = 0; a + b <= base; b++)
        for (int64_t c = 0; a + b + c <= base; c++) {
          if (!multiple && ((levels < 3 && c > 0) || (levels < 2 && b > 0))) continue;
          out[n++] = multiple ? (struct cells){base, {a + c, b + c, a + b + c}}
                              : (struct cells){base, {a, b, c}};
        }
  return n;
}

/* The largest base a row may have in the enumeration. */
static int64_t most_of(const struct claim_table *t, size_t row) {
  if (row < t->groups) return t->group[row].size;
  int64_t left = t->group[0].size;
  for (size_t g = 1; g < t->groups; g++) left -= t->group[g].size;
  return left;
}

static bool base_fits(const struct claim_table *t, size_t row, int64_t base) {
  return t->group[row].base == CLAIM_UNKNOWN || t->group[row].base == base;
}

/* Smallest base of the rest over all solutions; -1 when there is no solution. */
static int64_t enumerate(const struct claim_table *t) {
  static struct cells lists[3][400];
  size_t n[3];
  int64_t best = -1;
  for (size_t r = 1; r <= 3; r++)
    n[r - 1] = all_rows(lists[r - 1], most_of(t, r), t->levels, t->multiple);
  for (size_t i = 0; i < n[0]; i++)
    for (size_t j = 0; j < n[1]; j++)
      for (size_t k = 0; k < n[2]; k++) {
        struct cells rows[4] = {{0, {0}}, lists[0][i], lists[1][j], lists[2][k]};
        for (size_t r = 1; r < 4; r++) {
          rows[0].base += rows[r].base;
          for (size_t c = 0; c < 3; c++) rows[0].count[c] += rows[r].count[c];
        }
        bool fits = true;
        for (size_t g = 0; g < 3; g++) fits = fits && base_fits(t, g, rows[g].base);
        if (!fits || (best >= 0 && rows[3].base >= best) || !holds(t, rows)) continue;
        best = rows[3].base;
      }
  return best;
}

/* A random small table: sizes up to 4, some bases known, 2 to 4 figures at random. */
static struct claim_table random_small_table(bool multiple) {
  static const char *const SHARES[] = {"0%",  "25%", "33%", "33.3%", "40%", "50%", "50.0%",
                                       "67%", "66%", "75%", "100%",  ">35%", "<60%", "43%"};
  int64_t most = multiple ? 3 : 4;
  struct claim_table t = blank_table(3, 1, multiple ? 2 : 1 + (size_t)random_below(3));
  t.multiple = multiple;
  t.group[1].size = 1 + random_below(most);
  t.group[2].size = 1 + random_below(most);
  t.group[0].size = t.group[1].size + t.group[2].size + random_below(3);
  for (size_t g = 0; g < 3; g++)
    if (random_below(3) == 0) t.group[g].base = 1 + random_below(t.group[g].size);
  int64_t figures = 2 + random_below(3), nets = ((int64_t)1 << t.levels) - 1;
  for (int64_t i = 0; i < figures; i++)
    add_figure(&t, (size_t)random_below(3), (uint64_t)(1 + random_below(nets)),
               SHARES[random_below(sizeof SHARES / sizeof SHARES[0])], SHARE_ANY);
  return t;
}

static void compare_with_enumeration(const struct claim_table *t, int i, int *yes) {
  int64_t best = enumerate(t);
  struct claim_solution found = solve(t, CLAIM_NO_ROW);
  if (found.verdict != (best < 0 ? SOLVE_NO : SOLVE_YES))
    fail_msg("table %d: found %d, rest %lld", i, (int)found.verdict, (long long)best);
  if (best < 0) return;
  (*yes)++;
  found = solve(t, 3);
  assert_int_equal(found.verdict, SOLVE_YES);
  if (found.base[3] != best)
    fail_msg("table %d: rest %lld, not %lld", i, (long long)found.base[3], (long long)best);
}

static void answers_agree_with_counting_all_tables(void **state) {
  (void)state;
  int yes = 0, tables = 600;
  random_state = 2;
  for (int i = 0; i < tables; i++) {
    struct claim_table t = random_small_table(false);
    compare_with_enumeration(&t, i, &yes);
  }
  assert_in_range(yes, tables / 20, tables - tables / 20); /* both answers are tested */
}

static void several_answers_agree_with_counting_all_tables(void **state) {
  (void)state;
  int yes = 0, tables = 400;
  random_state = 3;
  for (int i = 0; i < tables; i++) {
    struct claim_table t = random_small_table(true);
    compare_with_enumeration(&t, i, &yes);
  }
  assert_in_range(yes, tables / 20, tables - tables / 20);
}

/* ---- larger tables made from respondents ------------------------------------------------- */

enum { BIG_GROUPS = 4, BIG_LEVELS = 5 };

struct survey {
  size_t groups, levels;                         /* groups: 0 the whole, then the named ones */
  int64_t base[BIG_GROUPS + 1];                  /* the last row is the rest */
  int64_t size[BIG_GROUPS + 1];
  int64_t count[BIG_GROUPS + 1][BIG_LEVELS];
};

/* Draws one row and adds it to the whole. */
static void draw_row(struct survey *s, size_t row, int64_t most) {
  s->size[row] = 1 + random_below(most);
  s->base[row] = s->size[row] - random_below(1 + s->size[row] / 4);
  int64_t left = s->base[row];
  for (size_t l = 0; l < s->levels; l++) {
    s->count[row][l] = l + 1 < s->levels ? random_below(left + 1) : random_below(2) * left;
    left -= s->count[row][l];
    s->count[0][l] += s->count[row][l];
  }
  s->size[0] += s->size[row];
  s->base[0] += s->base[row];
}

static struct survey random_survey(int64_t most) {
  struct survey s;
  memset(&s, 0, sizeof s);
  s.groups = 3 + (size_t)random_below(BIG_GROUPS - 2);
  s.levels = 2 + (size_t)random_below(BIG_LEVELS - 1);
  for (size_t g = 1; g < s.groups; g++) draw_row(&s, g, most);
  draw_row(&s, s.groups, 1 + most / 10);
  return s;
}

static void print_figure(struct claim_table *t, const struct survey *s, size_t group,
                         uint64_t levels, int decimals, enum share_rounding rule) {
  char text[40];
  int64_t k = 0;
  for (size_t l = 0; l < s->levels; l++)
    if (levels >> l & 1) k += s->count[group][l];
  write_share(text, sizeof text, printed(k, s->base[group], decimals, rule), decimals);
  add_figure(t, group, levels, text, SHARE_ANY);
}

/* What a report prints of a survey: some bases, sizes mostly, levels and nets of some groups. */
static struct claim_table published(const struct survey *s) {
  struct claim_table t = blank_table(s->groups, 1, s->levels);
  int decimals = (int)random_below(3);
  enum share_rounding rule = random_below(2) ? SHARE_HALF_UP : SHARE_HALF_EVEN;
  bool sizes = random_below(4) > 0;
  for (size_t g = 0; g < s->groups; g++) {
    if (sizes) t.group[g].size = s->size[g];
    if (random_below(2)) t.group[g].base = s->base[g];
  }
  uint64_t net = 1 + (uint64_t)random_below(((int64_t)1 << s->levels) - 1);
  for (size_t g = 0; g < s->groups; g++) {
    for (size_t l = 0; l < s->levels; l++)
      if (random_below(4)) print_figure(&t, s, g, (uint64_t)1 << l, decimals, rule);
    if (random_below(2)) print_figure(&t, s, g, net, decimals, rule);
  }
  return t;
}

static void what_respondents_give_is_never_refused(void **state) {
  (void)state;
  int limits = 0;
  random_state = 4;
  for (int i = 0; i < 3000; i++) {
    struct survey s = random_survey(i % 3 == 0 ? 12 : i % 3 == 1 ? 300 : 3000);
    struct claim_table t = published(&s);
    enum solve_verdict verdict = solve(&t, CLAIM_NO_ROW).verdict;
    if (verdict == SOLVE_NO) fail_msg("survey %d refused", i);
    limits += verdict == SOLVE_LIMIT;
  }
  if (limits > 15) fail_msg("%d of 3000 undecided", limits);
}

/* With all bases known and no rest, a whole below what the groups allow is refused. */
static void shares_moved_out_of_reach_are_refused(void **state) {
  (void)state;
  int refused = 0;
  random_state = 5;
  for (int i = 0; i < 1000; i++) {
    struct claim_table t = blank_table(3, 1, 1);
    int64_t least = 0, most = 0, lo, hi, digits = random_below(101);
    char text[40];
    t.no_rest = true;
    for (size_t g = 1; g < 3; g++) {
      t.group[g].base = 5 + random_below(200);
      write_share(text, sizeof text, random_below(101), 0);
      add_figure(&t, g, 1, text, SHARE_ANY);
      if (!share_counts(&lo, &hi, &t.figure[g - 1].share, t.group[g].base)) lo = 1000, hi = -1000;
      least += lo;
      most += hi;
    }
    t.group[0].base = t.group[1].base + t.group[2].base;
    write_share(text, sizeof text, digits, 0);
    add_figure(&t, 0, 1, text, SHARE_ANY);
    bool possible = least <= most && share_counts(&lo, &hi, &t.figure[2].share, t.group[0].base) &&
                    lo <= most && hi >= least && least < 1000 && most >= 0;
    assert_int_equal(solve(&t, CLAIM_NO_ROW).verdict, possible ? SOLVE_YES : SOLVE_NO);
    refused += !possible;
  }
  assert_in_range(refused, 300, 990);
}

/* ---- limits and faults ------------------------------------------------------------------ */

static void too_few_steps_give_no_verdict(void **state) {
  (void)state;
  bilan b;
  static struct claim_solution found;
  struct claim_table t = jobs_table();
  handle_init(&b);
  assert_int_equal(claim_solve(&b, &found, &t, CLAIM_NO_ROW, 3), BILAN_OK);
  assert_int_equal(found.verdict, SOLVE_LIMIT);
}

static void broken_tables_are_refused(void **state) {
  (void)state;
  bilan b;
  static struct claim_solution found;
  struct claim_table t = jobs_table();
  handle_init(&b);
  t.figure[0].group = 3;
  assert_int_equal(claim_solve(&b, &found, &t, CLAIM_NO_ROW, 100), BILAN_USAGE);
  t = jobs_table();
  t.figure[0].levels = 2;
  assert_int_equal(claim_solve(&b, &found, &t, CLAIM_NO_ROW, 100), BILAN_USAGE);
  t = jobs_table();
  t.group[1].part = 0;
  assert_int_equal(claim_solve(&b, &found, &t, CLAIM_NO_ROW, 100), BILAN_USAGE);
  t = jobs_table();
  t.group[0].base = (int64_t)SHARE_BASE_LIMIT + 1;
  assert_int_equal(claim_solve(&b, &found, &t, CLAIM_NO_ROW, 100), BILAN_USAGE);
  t = jobs_table();
  t.levels = CLAIM_LEVELS + 1;
  assert_int_equal(claim_solve(&b, &found, &t, CLAIM_NO_ROW, 100), BILAN_USAGE);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state) {
  (void)state;
  static struct claim_solution found;
  struct claim_table t = jobs_table();
  bilan_status status = BILAN_NOMEM;
  for (uint64_t nth = 1; status == BILAN_NOMEM && nth < 1000; nth++) {
    bilan b;
    handle_init(&b);
    b.mem.fail_at = nth;
    status = claim_solve(&b, &found, &t, CLAIM_NO_ROW, CLAIM_STEPS);
    assert_int_equal(b.mem.used, 0);
    if (nth == 1) assert_int_equal(status, BILAN_NOMEM);
  }
  assert_int_equal(status, BILAN_OK);
}

/* 10,000 respondents, 6 groups, 8 levels with one decimal: a fraction of the steps allowed. */
static void large_tables_are_quick(void **state) {
  (void)state;
  struct claim_table t = blank_table(7, 1, 8);
  t.group[0].size = t.group[0].base = 10000;
  for (size_t g = 1; g < 7; g++) t.group[g].size = 1700;
  for (size_t g = 0; g < 7; g++)
    for (size_t l = 0; l < 8; l++)
      add_figure(&t, g, (uint64_t)1 << l, l < 4 ? "12.5%" : "11.9%", SHARE_ANY);
  struct claim_solution found = solve(&t, CLAIM_NO_ROW);
  assert_int_equal(found.verdict, SOLVE_YES);
  assert_true(found.steps < CLAIM_STEPS / 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(share_text_is_an_interval_of_fractions),
      cmocka_unit_test(what_is_no_share_is_refused),
      cmocka_unit_test(counts_are_those_that_print_so),
      cmocka_unit_test(comparators_are_strict_or_not),
      cmocka_unit_test(bases_outside_the_limit_have_no_counts),
      cmocka_unit_test(next_base_lists_the_bases_of_a_share),
      cmocka_unit_test(four_specialities_fit_no_base_under_108),
      cmocka_unit_test(levels_over_100_percent_fit_no_base),
      cmocka_unit_test(mixture_names_the_bases_that_fit),
      cmocka_unit_test(rest_is_as_small_as_it_can_be),
      cmocka_unit_test(answers_agree_with_counting_all_tables),
      cmocka_unit_test(several_answers_agree_with_counting_all_tables),
      cmocka_unit_test(what_respondents_give_is_never_refused),
      cmocka_unit_test(shares_moved_out_of_reach_are_refused),
      cmocka_unit_test(too_few_steps_give_no_verdict),
      cmocka_unit_test(broken_tables_are_refused),
      cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
      cmocka_unit_test(large_tables_are_quick),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* api_fixture.h - what the tests of the public interface share: calls that must succeed or must
 * be refused, figures, a small survey from CSV, another from arrays. */
#ifndef TESTS_API_FIXTURE_H
#define TESTS_API_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bilan.h"

#include <cmocka.h>

/* ---- help -------------------------------------------------------------------------------- */

/* The status of a call that must succeed; its message when it does not. */
static inline void must_at(bilan *b, bilan_status status, const char *call, int line) {
  if (!status) return;
  print_error("line %d: %s: %s (%s)\n", line, call, bilan_message(b), bilan_status_name(status));
  fail();
}
#define must(b, call) must_at((b), (call), #call, __LINE__)

/* The call must fail with this status, and its message must hold the words. */
static inline void refused_at(bilan *b, bilan_status status, bilan_status want, const char *words,
                       int line) {
  if (status == want && strstr(bilan_message(b), words)) return;
  print_error("line %d: got %s \"%s\", expected %s \"%s\"\n", line, bilan_status_name(status),
              bilan_message(b), bilan_status_name(want), words);
  fail();
}
#define refused(b, call, want, words) refused_at((b), (call), (want), (words), __LINE__)

static inline double figure_at(const bilan_result *r, size_t row, bilan_figure f, int line) {
  double value = NAN;
  if (bilan_result_figure(r, &value, row, f)) return value;
  print_error("line %d: row %zu has no %s\n", line, row, bilan_figure_name(f));
  fail();
  return NAN;
}
#define figure(r, row, name) figure_at((r), (row), BILAN_FIGURE_##name, __LINE__)

static inline void near_at(double got, double want, int line) {
  if (fabs(got - want) <= 1e-12 * (fabs(want) > 1 ? fabs(want) : 1)) return;
  print_error("line %d: got %.17g, expected %.17g\n", line, got, want);
  fail();
}
#define near(got, want) near_at((got), (want), __LINE__)

static inline bilan *open_handle(void) {
  bilan *b = NULL;
  assert_int_equal(bilan_open(&b), BILAN_OK);
  return b;
}

/* Everything was given back. */
static inline void close_handle(bilan *b) {
  assert_int_equal(bilan_memory_used(b), 0);
  bilan_close(b);
}

/* Eight respondents of two schools; one did not answer, one refused (99), one is unmatched. */
static const char answers[] =
    "school,answer,hours,topics\n"
    "a,yes,1,maths;physics\n"
    "a,no,2,physics\n"
    "a,yes,3,\n"
    "b,yes,4,maths\n"
    "b,,5,maths; biology\n"
    "b,no,6,biology\n"
    "b,yes,,physics\n"
    "b,99,8,maths\n";

static inline bilan_survey *read_answers(bilan *b) {
  static const bilan_missing_word words[] = {{"99", BILAN_REFUSED}};
  bilan_read_options o = BILAN_READ_OPTIONS;
  bilan_survey *s = NULL;
  o.missing = words;
  o.missing_count = 1;
  must(b, bilan_read_csv_bytes(b, &s, answers, sizeof answers - 1, &o));
  return s;
}

static inline size_t item_of(bilan *b, const bilan_survey *s, const char *name) {
  size_t item = 0;
  must(b, bilan_survey_find(b, &item, s, name));
  return item;
}

static inline bilan_value value_of(bilan *b, const bilan_survey *s, const char *name, size_t row) {
  bilan_value v;
  must(b, bilan_survey_value(b, &v, s, item_of(b, s, name), row));
  return v;
}

static inline void text_is(bilan_text t, const char *want) {
  assert_int_equal(t.length, strlen(want));
  assert_memory_equal(t.s, want, t.length);
}

/* Wilson 1927: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n). */
static inline double wilson(double k, double n, double sign) {
  double z = 1.959963984540054, p = k / n, square = z * z / n;
  return (p + square / 2 + sign * z * sqrt(p * (1 - p) / n + square / (4 * n))) / (1 + square);
}

/* ---- surveys from memory ----------------------------------------------------------------- */

static const double sizes[] = {1.5, NAN, 3, 4};
static const uint32_t codes[] = {1, 2, 0, 2};
static const char *const agree[] = {"no", "yes"};
static const double scores[] = {0, 1};
static const char *const words[] = {"a text", NULL, "", "more"};
static const char *const dates[] = {"2024-01-31", "2024-02-29", NULL, "2024-01-31"};
static const unsigned char ticks[] = {1, 0, 1, 1, 0, 0, 0, 0};
static const unsigned char why[] = {0, 0, 0, BILAN_NOT_ASKED};

static inline bilan_column column(const char *name, bilan_kind kind) {
  bilan_column c = BILAN_COLUMN;
  c.name = name;
  c.kind = kind;
  c.missing = why;
  return c;
}

static inline bilan_column scale_column(void) {
  bilan_column c = column("agrees", BILAN_SCALE);
  c.codes = codes;
  c.levels = agree;
  c.scores = scores;
  c.level_count = 2;
  c.wording = "Do you agree?";
  return c;
}

static inline bilan_column ticks_column(void) {
  bilan_column c = column("chosen", BILAN_MULTIPLE);
  c.ticks = ticks;
  c.levels = agree;
  c.level_count = 2;
  return c;
}

static inline bilan_survey *make_survey(bilan *b) {
  bilan_survey *s = NULL;
  bilan_column columns[5] = {column("size", BILAN_NUMBER), scale_column(),
                             column("said", BILAN_TEXT), column("day", BILAN_DATE),
                             ticks_column()};
  columns[0].numbers = sizes;
  columns[2].texts = words;
  columns[3].texts = dates;
  must(b, bilan_survey_new(b, &s, 4, columns, 5));
  return s;
}

#endif

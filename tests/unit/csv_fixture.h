/* csv_fixture.h - what the tests of CSV share: a handle, reading from a literal, looking. */
#ifndef TESTS_CSV_FIXTURE_H
#define TESTS_CSV_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "io/csv.h"

#include "base_fixture.h"

static bilan b;
static struct table *table;
static struct csv_report report;

static int reset(void **state) {
  (void)state;
  handle_init(&b);
  table = NULL;
  memset(&report, 0, sizeof report);
  return 0;
}

static inline void drop(void) {
  table_free(table);
  csv_report_free(&report);
  table = NULL;
}

/* Every byte has been given back. */
static int no_leak(void **state) {
  (void)state;
  drop();
  return b.mem.used != 0;
}

static inline bilan_status read_bytes(const char *bytes, size_t n, const struct csv_options *o) {
  drop();
  return csv_read(&b, &table, &report, "f.csv", bytes, n, o);
}

static inline void expect_read(const char *text, const struct csv_options *o) {
  if (read_bytes(text, strlen(text), o)) fail_msg("%s", b.message);
}

/* The reading is refused with `status` and a message that starts with `start`. */
static inline void expect_refused(const char *text, const struct csv_options *o,
                                  bilan_status status, const char *start) {
  bilan_status got = read_bytes(text, strlen(text), o);
  if (got != status || strncmp(b.message, start, strlen(start)) != 0)
    fail_msg("status %d \"%s\" instead of %d \"%s\"", (int)got, b.message, (int)status, start);
}

static inline const struct column *column_named(const char *name) {
  size_t place = table_find(table, text_of(name));
  if (place == SIZE_MAX) fail_msg("no column \"%s\"", name);
  return table_column(table, place);
}

static inline bilan_kind kind_named(const char *name) {
  return table_kind(table, table_find(table, text_of(name)));
}

/* The cell as text: numbers as number_print writes them, "-" for a blank, "?K" for missing
 * of kind K. */
static inline const char *cell(const char *name, size_t row) {
  static char room[4][NUMBER_ROOM];
  static unsigned turn;
  char *out = room[turn++ % 4];
  const struct column *c = column_named(name);
  bilan_missing missing = column_missing(c, row);
  if (missing == BILAN_NO_ANSWER) return "-";
  if (missing) {
    snprintf(out, NUMBER_ROOM, "?%d", (int)missing);
  } else if (column_is_numeric(c)) {
    number_print(out, column_number(c, row));
  } else {
    struct text t = column_label(c, row);
    snprintf(out, NUMBER_ROOM, "%.*s", (int)t.n, t.s);
  }
  return out;
}

static inline void expect_cells(const char *name, const char *const *expected, size_t count) {
  assert_int_equal(table_rows(table), count);
  for (size_t i = 0; i < count; i++)
    if (strcmp(cell(name, i), expected[i]) != 0)
      fail_msg("%s, row %zu: \"%s\" instead of \"%s\"", name, i, cell(name, i), expected[i]);
}
#define CELLS(name, ...)                                                       \
  expect_cells(name, (const char *const[]){__VA_ARGS__},                       \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static inline bool warned(const char *part) {
  for (size_t i = 0; i < report.warnings; i++)
    if (strstr(report.warning[i], part)) return true;
  return false;
}

#endif

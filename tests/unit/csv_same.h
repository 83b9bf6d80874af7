/* csv_same.h - are two readings of CSV the same: table, kinds, dictionaries, report, error? */
#ifndef TESTS_CSV_SAME_H
#define TESTS_CSV_SAME_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/csv.h"

/* One reading. */
struct csv_seen {
  bilan_status status;
  struct table *table;
  struct csv_report report;
  char message[MESSAGE_ROOM];
};

static inline void csv_see(bilan *b, struct csv_seen *out, const char *bytes, size_t n,
                           const struct csv_options *options) {
  memset(out, 0, sizeof *out);
  b->message[0] = '\0';
  out->status = csv_read(b, &out->table, &out->report, "f", bytes, n, options);
  if (out->status) memcpy(out->message, b->message, sizeof out->message);
}

static inline void csv_forget(struct csv_seen *seen) {
  table_free(seen->table);
  csv_report_free(&seen->report);
  seen->table = NULL;
}

/* Numbers by their bits: -0 is not 0. */
static inline bool csv_same_number(double x, double y) {
  return !memcmp(&x, &y, sizeof x);
}

static inline bool csv_same_level(const struct level *x, const struct level *y) {
  bool numbers = csv_same_number(x->value, y->value) || (isnan(x->value) && isnan(y->value));
  return numbers && x->missing == y->missing && text_equal(x->label, y->label);
}

static inline bool csv_same_column(const struct column *x, const struct column *y,
                                   char why[100]) {
  if (x->type != y->type || x->width != y->width || x->highest != y->highest) {
    snprintf(why, 100, "type %d %d width %u %u highest %u %u", (int)x->type, (int)y->type,
             x->width, y->width, x->highest, y->highest);
    return false;
  }
  if (x->dict && dict_count(x->dict) != dict_count(y->dict)) {
    snprintf(why, 100, "%zu levels, %zu", dict_count(x->dict), dict_count(y->dict));
    return false;
  }
  for (uint32_t i = 0; x->dict && i < dict_count(x->dict); i++)
    if (!csv_same_level(dict_level(x->dict, i), dict_level(y->dict, i))) {
      snprintf(why, 100, "level %u", i);
      return false;
    }
  if (!x->missing != !y->missing) {
    snprintf(why, 100, "missing kinds");
    return false;
  }
  for (size_t row = 0; row < x->rows; row++) {
    bool same = column_missing(x, row) == column_missing(y, row);
    if (x->type == COLUMN_CODES) same = same && column_code(x, row) == column_code(y, row);
    if (x->type == COLUMN_NUMBERS) same = same && csv_same_number(x->numbers[row], y->numbers[row]);
    if (x->type == COLUMN_TEXT)
      same = same && x->offsets[row] == y->offsets[row] &&
             x->offsets[row + 1] == y->offsets[row + 1] &&
             text_equal(column_label(x, row), column_label(y, row));
    if (same) continue;
    snprintf(why, 100, "row %zu", row);
    return false;
  }
  return true;
}

static inline bool csv_same_table(const struct table *x, const struct table *y, char why[200]) {
  char column[100];
  if (table_rows(x) != table_rows(y) || table_count(x) != table_count(y)) {
    snprintf(why, 200, "%zu rows, %zu", table_rows(x), table_rows(y));
    return false;
  }
  for (size_t i = 0; i < table_count(x); i++) {
    if (!text_equal(table_name(x, i), table_name(y, i)) || table_kind(x, i) != table_kind(y, i)) {
      snprintf(why, 200, "column %zu: name or kind %d %d", i, (int)table_kind(x, i),
               (int)table_kind(y, i));
      return false;
    }
    if (csv_same_column(table_column(x, i), table_column(y, i), column)) continue;
    snprintf(why, 200, "column %zu: %s", i, column);
    return false;
  }
  return true;
}

#define CSV_SAME_FACT(field) \
  if (x->field != y->field) { \
    snprintf(why, 200, "report: " #field); \
    return false; \
  }

static inline bool csv_same_report(const struct csv_report *x, const struct csv_report *y,
                                   char why[200]) {
  CSV_SAME_FACT(delimiter)
  CSV_SAME_FACT(quotes)
  CSV_SAME_FACT(encoding_guessed)
  CSV_SAME_FACT(bom)
  CSV_SAME_FACT(decimal)
  CSV_SAME_FACT(thousands)
  CSV_SAME_FACT(rows)
  CSV_SAME_FACT(columns)
  CSV_SAME_FACT(header_line)
  CSV_SAME_FACT(blank_lines)
  CSV_SAME_FACT(short_rows)
  CSV_SAME_FACT(padded_cells)
  CSV_SAME_FACT(trimmed_cells)
  CSV_SAME_FACT(inner_marks)
  CSV_SAME_FACT(replaced_bytes)
  CSV_SAME_FACT(renamed)
  CSV_SAME_FACT(warnings)
  CSV_SAME_FACT(warnings_dropped)
  bool same = !strcmp(x->encoding, y->encoding) && !strcmp(x->newline, y->newline) &&
              !strcmp(x->profile, y->profile) && !strcmp(x->sha256, y->sha256);
  for (size_t i = 0; i < x->warnings; i++)
    if (strcmp(x->warning[i], y->warning[i]) != 0) {
      snprintf(why, 200, "warning %zu: %.80s / %.80s", i, x->warning[i], y->warning[i]);
      return false;
    }
  for (size_t i = 0; same && i < x->columns; i++)
    same = !strcmp(x->heading[i].name, y->heading[i].name) &&
           !strcmp(x->heading[i].label, y->heading[i].label);
  if (!same) snprintf(why, 200, "report: texts");
  return same;
}

/* Both readings in all that they say. */
static inline bool csv_same(const struct csv_seen *x, const struct csv_seen *y, char why[200]) {
  if (x->status != y->status) {
    snprintf(why, 200, "status %d %d: %.80s / %.80s", (int)x->status, (int)y->status,
             x->message, y->message);
    return false;
  }
  if (x->status && strcmp(x->message, y->message) != 0) {
    snprintf(why, 200, "%.90s / %.90s", x->message, y->message);
    return false;
  }
  if (x->status) return true;
  return csv_same_table(x->table, y->table, why) && csv_same_report(&x->report, &y->report, why);
}

#endif

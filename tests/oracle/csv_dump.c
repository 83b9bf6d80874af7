/* csv_dump.c - reads a CSV file and writes what the engine made of it, for other programs to
 * compare: `csv_dump FILE [keep] [fill] [delimiter=;] [decimal=,] [encoding=NAME]`.
 *
 * Output, one line each: `report KEY VALUE`, then per column `column KIND SHAPE NAME-IN-HEX`
 * followed by one line a row: `n NUMBER`, `t HEX` (the bytes of a text), `-` (no answer).
 * Status 1 and the message on stderr when the file is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"

static void put_hex(struct text t) {
  for (size_t i = 0; i < t.n; i++) printf("%02x", (unsigned char)t.s[i]);
  putchar('\n');
}

static void put_cell(const struct column *c, size_t row) {
  char number[NUMBER_ROOM];
  if (column_missing(c, row)) {
    puts("-");
  } else if (column_is_numeric(c)) {
    number_print(number, column_number(c, row));
    printf("n %s\n", number);
  } else {
    printf("t ");
    put_hex(column_label(c, row));
  }
}

static void put_report(const struct csv_report *r) {
  printf("report delimiter %d\nreport encoding %s\nreport rows %zu\nreport columns %zu\n",
         r->delimiter, r->encoding, r->rows, r->columns);
  printf("report blank_lines %zu\nreport trimmed %zu\nreport marks %zu\nreport renamed %zu\n",
         r->blank_lines, r->trimmed_cells, r->inner_marks, r->renamed);
  printf("report profile %s\nreport newline %s\nreport sha256 %s\n", r->profile, r->newline,
         r->sha256);
  printf("report decimal %d\nreport thousands %d\n", r->decimal, r->thousands);
  for (size_t i = 0; i < r->warnings; i++) printf("report warning %s\n", r->warning[i]);
}

static void put_table(const struct table *t) {
  for (size_t place = 0; place < table_count(t); place++) {
    const struct column *c = table_column(t, place);
    printf("column %d %d ", (int)table_kind(t, place), (int)c->type);
    put_hex(table_name(t, place));
    for (size_t row = 0; row < table_rows(t); row++) put_cell(c, row);
  }
}

static char *read_all(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  char *bytes = malloc((size_t)1 << 26);
  *size = f ? fread(bytes, 1, (size_t)1 << 26, f) : 0;
  if (f) fclose(f);
  return bytes;
}

int main(int argc, char **argv) {
  struct csv_options o = {0};
  struct csv_report report = {0};
  struct table *table = NULL;
  size_t size;
  bilan b;
  for (int i = 2; i < argc; i++) {
    if (!strcmp(argv[i], "keep")) o.keep_blanks = true;
    else if (!strcmp(argv[i], "fill")) o.fill = true;
    else if (!strncmp(argv[i], "delimiter=", 10)) o.delimiter = argv[i][10];
    else if (!strncmp(argv[i], "decimal=", 8)) o.decimal = argv[i][8];
    else if (!strncmp(argv[i], "encoding=", 9)) o.encoding = argv[i] + 9;
  }
  handle_init(&b);
  char *bytes = read_all(argv[1], &size);
  bilan_status status = csv_read(&b, &table, &report, argv[1], bytes, size, &o);
  if (status) fprintf(stderr, "%d %s\n", (int)status, b.message);
  if (!status) put_report(&report);
  if (!status) put_table(table);
  csv_report_free(&report);
  table_free(table);
  free(bytes);
  if (b.mem.used) fprintf(stderr, "leak: %zu bytes\n", b.mem.used);
  return status || b.mem.used ? 1 : 0;
}

/* fuzz_csv.c - any bytes as a CSV file: read or refused, and then
 *   - read and refused alike, to the same table, in pieces of 1, 7 and 4096 bytes;
 *   - written and read again, the table is the same;
 *   - every byte of memory is given back.
 * All bytes together choose the options, so that seeds are real files. A fault traps, so that
 * the fuzzer keeps the input.
 *
 *   clang -fsanitize=fuzzer,address,undefined -D_POSIX_C_SOURCE=200809L -Icore \
 *     tests/fuzz/fuzz_csv.c core/base/?*.c core/data/?*.c core/io/csv*.c core/io/decode.c \
 *     core/io/sniff.c core/io/headings.c core/io/encode.c -lcsv -lm -o fuzz_csv
 *   ./fuzz_csv -max_len=4096 -timeout=1 tests/fuzz/seeds/csv
 */
#include <stddef.h>
#include <stdint.h>

#include "io/csv.h"
#include "io/csv_write.h"
#include "io/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(holds) \
  do { \
    if (!(holds)) __builtin_trap(); \
  } while (0)

static bool same_cell(const struct column *c, const struct column *d, size_t row) {
  if (column_missing(c, row) != column_missing(d, row)) return false;
  if (column_missing(c, row)) return true;
  if (column_is_numeric(c) != column_is_numeric(d)) return false;
  if (column_is_numeric(c)) return column_number(c, row) >= column_number(d, row) &&
                                   column_number(c, row) <= column_number(d, row);
  return text_equal(column_label(c, row), column_label(d, row));
}

static bool same_column(const struct column *c, const struct column *d, size_t rows) {
  for (size_t row = 0; row < rows; row++)
    if (!same_cell(c, d, row)) return false;
  return true;
}

static bool same_table(const struct table *x, const struct table *y) {
  if (table_rows(x) != table_rows(y) || table_count(x) != table_count(y)) return false;
  for (size_t i = 0; i < table_count(x); i++)
    if (!text_equal(table_name(x, i), table_name(y, i)) ||
        !same_column(table_column(x, i), table_column(y, i), table_rows(x)))
      return false;
  return true;
}

static void in_pieces(bilan *b, const struct table *whole, bilan_status status,
                      struct text bytes, struct csv_options options) {
  static const size_t chunks[] = {1, 7, 4096};
  for (size_t i = 0; i < 3; i++) {
    struct table *table = NULL;
    options.chunk = chunks[i];
    CHECK(csv_read(b, &table, NULL, "f", bytes.s, bytes.n, &options) == status);
    CHECK(status || same_table(whole, table));
    table_free(table);
  }
}

/* What each column is, so that "1,5" kept as text is not a number when it is read again. */
static void types_of(struct csv_type *types, const struct table *t) {
  for (size_t i = 0; i < table_count(t); i++) {
    bool number = column_is_numeric(table_column(t, i));
    types[i] = (struct csv_type){table_name(t, i), number ? CSV_NUMBER : CSV_SINGLE};
  }
}

static void written_and_read(bilan *b, const struct table *t) {
  struct csv_write_options how = {.raw = true};
  struct csv_type *types = mem_zero(&b->mem, table_count(t), sizeof *types);
  struct csv_options options = {.delimiter = ',', .decimal = '.', .keep_blanks = true,
                                .types = types, .type_count = table_count(t)};
  struct table *again = NULL;
  struct buffer text;
  buffer_init(&text, &b->mem);
  CHECK(types);
  types_of(types, t);
  CHECK(!csv_write_table(b, &text, t, NULL, &how, NULL));
  if (!sniff_other_format((struct text){text.s, text.n})) {
    CHECK(!csv_read(b, &again, NULL, "f", text.s, text.n, &options));
    CHECK(same_table(t, again));
  }
  table_free(again);
  buffer_free(&text);
  mem_free(&b->mem, types);
}

static unsigned choose(const uint8_t *data, size_t size) {
  unsigned choice = (unsigned)size;
  for (size_t i = 0; i < size; i++) choice ^= data[i];
  return choice;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const encodings[] = {NULL, "latin1", "utf-16le", NULL};
  bilan b;
  struct table *table = NULL;
  unsigned choice = choose(data, size);
  struct csv_options options = {.keep_blanks = choice & 1, .fill = choice & 2,
                                .replace = choice & 4, .encoding = encodings[choice >> 3 & 3],
                                .decimal = choice & 32 ? ',' : 0,
                                .delimiter = choice & 64 ? ',' : 0};
  struct text bytes = {size ? (const char *)data : "", size};
  handle_init(&b);
  b.mem.cap = (size_t)256 << 20;
  bilan_status status = csv_read(&b, &table, NULL, "f", bytes.s, bytes.n, &options);
  CHECK(status != BILAN_INTERNAL && status != BILAN_NOMEM);
  in_pieces(&b, table, status, bytes, options);
  if (!status) written_and_read(&b, table);
  table_free(table);
  CHECK(b.mem.used == 0);
  return 0;
}

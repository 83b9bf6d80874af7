/* test_csv_scan_fast.c - large CSV files read in chunks: the same answer as libcsv gives, for
 * every kernel, chunk size and number of threads; see core/io/csv_fast.h. The oracle is the
 * other way of reading, or a walk byte by byte. */
#include <stdlib.h>
#include <unistd.h>

#include "io/csv_marks.h"

#include "csv_random.h"
#include "csv_same.h"

#include "base_fixture.h"

static const enum simd simds[] = {SIMD_SCALAR, SIMD_SSE2, SIMD_AVX2, SIMD_NEON, SIMD_BEST};
enum { SIMD_COUNT = sizeof simds / sizeof *simds };

static struct random_csv file;

/* ---- marks ------------------------------------------------------------------------------ */

/* Bytes in which marks are frequent. */
static void random_bytes(char *out, size_t n) {
  static const char often[] = {',', '"', '\n', 'a', '\xC3', '\r', ';', '\xAC'};
  for (size_t i = 0; i < n; i++) out[i] = often[random_below(&file, sizeof often)];
}

/* Byte by byte. */
static size_t count_by_hand(const char *s, size_t n, uint32_t *ends, size_t *lines) {
  bool inside = false;
  size_t count = 0;
  *lines = 0;
  for (size_t i = 0; i < n; i++) {
    if (s[i] == '"') inside = !inside;
    if (inside || (s[i] != ',' && s[i] != '\n')) continue;
    *lines += s[i] == '\n';
    ends[count++] = (uint32_t)i;
  }
  return count;
}

static void every_kernel_marks_the_same_places(void **state) {
  (void)state;
  enum { BYTES = 1024 };
  static char text[BYTES];
  static uint32_t expected[BYTES], ends[BYTES + 16], lines[BYTES + 16];
  for (uint64_t seed = 1; seed <= 200; seed++) {
    size_t line_count;
    file.state = seed;
    random_bytes(text, BYTES);
    size_t count = count_by_hand(text, BYTES, expected, &line_count);
    for (size_t i = 0; i < SIMD_COUNT; i++) {
      struct csv_marks m = {.ends = ends, .lines = lines, .delimiter = ','};
      struct csv_marker marker = csv_marker_for(simds[i]);
      marker.mark(&m, text, 0, 512);
      marker.mark(&m, text, 512, BYTES);
      assert_int_equal(m.count, count);
      assert_memory_equal(ends, expected, count * sizeof *ends);
      assert_int_equal(m.line_count, line_count);
      for (size_t k = 0; k < line_count; k++) assert_int_equal(text[ends[lines[k]]], '\n');
    }
  }
}

static void every_kernel_counts_quotes(void **state) {
  (void)state;
  char text[200];
  for (size_t n = 0; n < sizeof text; n++) {
    bool odd = false;
    file.state = n;
    random_bytes(text, n);
    for (size_t i = 0; i < n; i++) odd ^= text[i] == '"';
    for (size_t i = 0; i < SIMD_COUNT; i++)
      assert_int_equal(csv_marker_for(simds[i]).odd_quotes(text, n), odd);
  }
}

/* ---- both ways -------------------------------------------------------------------------- */

/* Reads one text by libcsv, then in chunks in the way given; fails where they differ. */
static void expect_same(const char *text, size_t n, const struct csv_options *options,
                        struct ways ways, int threads) {
  struct csv_seen plain, fast;
  char why[200] = "";
  bilan b;
  handle_init(&b);
  b.ways.libcsv = true;
  csv_see(&b, &plain, text, n, options);
  b.ways = ways;
  b.threads = threads;
  csv_see(&b, &fast, text, n, options);
  bool same = csv_same(&plain, &fast, why);
  csv_forget(&plain);
  csv_forget(&fast);
  if (!same) fail_msg("%s (chunk %zu, simd %d, threads %d)", why, ways.chunk, (int)ways.simd,
                      threads);
  assert_int_equal(b.mem.used, 0);
}

static const char *const nasty[] = {
    "a,b\n1,2\n", "a,b\n1,2", "a,b\n", "a,b", "", "\n\n", "a,b\r\n1,2\r\n", "a,b\r\n1,2\r",
    "a,b\r1,2\r", "a,b\n1,2\n\n\n3,4\n", "a,b\n1,2\n \n3,4\n", "a,b\n\"x\ny\",2\n\"z\r\nw\",3\n",
    "a,b\n\"x\"\"y\",2\n\"\"\"\",\"\"\n", "a,b\n\"x,y\",\"1\"\n1,x\n", "a,b\n x , y\nx,y \n",
    "a,b\n\xC2\xA0x,y\xE2\x80\xAF\n", "a,b\n\"x\" ,y\n", "a,b\nx\"y,2\n", "a,b\n\"x\"y,2\n",
    "a,b\n\"x,2\n", "a,b\n1\n", "a,b\n1,2,3\n", "a,b\n1,2\n3\n", "\xEF\xBB\xBF" "a,b\n1,2\n",
    "a,b\n\xEF\xBB\xBF" "1,2\n", "a,b\n\xFF,2\n", "a,b\n\xE9t\xE9,2\n", "a;b\n1,5;2\n2,25;3\n",
    "sep=;\na;b\n1;2\n", "a\n1\n2\n", "a,a\n1,2\n", "a,b\n1,2\n3,\"4\"\n", "a,b\n,\n,\n",
    "a,b\n\"\",\"\"\n", "a,b\n-0,007\n0,7\n", "a,b\n1.0,1\n1,01\n", "a,b\n1,234\n5,678\n",
    "a\tb\n1\t2\n \t3\n", "a|b\n1|2\n", "a,b\n2024-01-31,x\n2024-02-01,y\n",
    "a,b\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaXbbbbbbbbbbbbbbbbb,1\n"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaYbbbbbbbbbbbbbbbbb,2\n",
    "a,b\n1,1.5\n2,2.5\n3,x\n4,3.5\n5,4.5\n", "a,b\n1,1.5\n2,\n3,NA\n4,3.5\n5,4.5\n",
    "a,b\n1,1.234\n2,2.345\n3,3.456\n", "a,b\n1,1 234\n2,2\xC2\xA0" "345\n3,3\n4,4\n",
};

/* Chunks of all sizes up to two blocks of the scanner, so that every byte is once the first of
 * a chunk; a limit of two levels, so that columns change their form at once. */
static void nasty_files_are_read_alike(void **state) {
  (void)state;
  struct csv_options options = {0};
  for (size_t i = 0; i < sizeof nasty / sizeof *nasty; i++)
    for (size_t chunk = 1; chunk <= 130; chunk += chunk < 70 ? 1 : 7) {
      struct ways ways = {.chunk = chunk, .simd = simds[(chunk + i) % SIMD_COUNT]};
      options.spill = chunk % 3 ? 0 : 2;
      expect_same(nasty[i], strlen(nasty[i]), &options, ways, chunk % 5 ? 1 : 2);
    }
}

/* More words for missing answers than a column may have values, and nothing else: it can still be
 * anything that is asked for. */
static void columns_of_missing_words_are_read_alike(void **state) {
  (void)state;
  static const char text[] = "a,b\nNSP,1\nNA,2\n99,3\nNSP,4\n";
  static const enum csv_want wants[] = {CSV_FOUND_OUT, CSV_NUMBER, CSV_TEXT, CSV_SINGLE, CSV_ID};
  const struct missing_word words[] = {{TEXT("NSP"), BILAN_DONT_KNOW}, {TEXT("NA"), BILAN_NO_ANSWER},
                                       {TEXT("99"), BILAN_REFUSED}};
  for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
    struct csv_type type = {TEXT("a"), wants[i]};
    struct csv_options options = {.missing = words, .missing_count = 3, .spill = 2,
                                  .types = &type, .type_count = wants[i] != CSV_FOUND_OUT};
    for (size_t chunk = 1; chunk <= 30; chunk++)
      expect_same(text, sizeof text - 1, &options, (struct ways){.chunk = chunk}, 1);
  }
}

static void nul_bytes_are_refused_alike(void **state) {
  (void)state;
  expect_same("a,b\n1\0,2\n1,2\n", 13, NULL, (struct ways){.chunk = 5}, 1);
  expect_same("a,b\nx\0\0\0\0\0\0\0\0y,2\n1,2\n", 22, NULL, (struct ways){.chunk = 5}, 1);
}

static void random_files_are_read_alike(void **state) {
  (void)state;
  struct csv_options options;
  for (uint64_t seed = 1; seed <= 1500; seed++) {
    random_csv_make(&file, seed);
    random_csv_options(&file, &options);
    expect_same(file.bytes, file.size, &options, random_csv_ways(&file), file.threads);
  }
}

static void threads_and_kernels_change_nothing(void **state) {
  (void)state;
  static const int threads[] = {1, 2, 8};
  static const size_t chunks[] = {100, 1001, 5000};
  struct csv_options options;
  for (uint64_t seed = 5000; seed < 5012; seed++) {
    random_csv_make(&file, seed);
    random_csv_options(&file, &options);
    for (size_t i = 0; i < 3; i++)
      for (size_t k = 0; k < SIMD_COUNT; k++)
        expect_same(file.bytes, file.size, &options,
                    (struct ways){.chunk = chunks[(i + k) % 3], .simd = simds[k]}, threads[i]);
  }
}

/* ---- rows enough for real limits -------------------------------------------------------- */

/* 12,000 rows: ids, decimals, towns that return, a late word; more values than one byte, and
 * than the limit of levels, can hold. */
static char *many_rows(size_t *n, bool late_word) {
  enum { ROWS = 12000, WIDTH = 80 };
  char *out = malloc((size_t)ROWS * WIDTH);
  assert_non_null(out);
  *n = (size_t)snprintf(out, WIDTH, "id,weight,town,few,late\n");
  for (unsigned i = 0; i < ROWS; i++)
    *n += (size_t)snprintf(out + *n, WIDTH, "R%08u,%u.%06u,ville %u,%u,%s%u\n", i * 7919u % 99991u,
                           i % 5, i * 7919u % 999983u, i * 31u % 3000u, i % 9,
                           late_word && i == 11900 ? "x" : "", i);
  return out;
}

static void many_values_are_read_alike(void **state) {
  (void)state;
  for (int late = 0; late < 2; late++) {
    size_t n;
    char *text = many_rows(&n, late);
    expect_same(text, n, NULL, (struct ways){0}, 2);
    expect_same(text, n, NULL, (struct ways){.chunk = 4000}, 8);
    expect_same(text, n, &(struct csv_options){.decimal = ','}, (struct ways){.chunk = 9999}, 2);
    free(text);
  }
}

/* ---- files ------------------------------------------------------------------------------ */

static const char path[] = "/tmp/bilan_test_csv_scan_fast.csv";

static void write_file(const char *text, size_t n) {
  FILE *out = fopen(path, "wb");
  assert_non_null(out);
  assert_int_equal(fwrite(text, 1, n, out), n);
  fclose(out);
}

/* The digest is not made for a file that is not held in memory: how it was read shows. */
static void large_files_are_not_held_in_memory(void **state) {
  (void)state;
  size_t n;
  struct csv_seen plain, fast = {BILAN_OK, NULL, {0}, ""};
  char why[200] = "", *text = many_rows(&n, true);
  bilan b;
  handle_init(&b);
  write_file(text, n);
  b.ways.libcsv = true;
  csv_see(&b, &plain, text, n, &(struct csv_options){.name = "f"});
  b.ways.libcsv = false;
  b.threads = 2;
  fast.status = csv_read_file(&b, &fast.table, &fast.report, path,
                              &(struct csv_options){.name = "f"});
  assert_int_equal(fast.status, BILAN_OK);
  assert_string_equal(fast.report.sha256, "");
  memcpy(fast.report.sha256, plain.report.sha256, SHA256_HEX);
  assert_true(plain.report.warnings > 0); /* of the late word, with its line */
  if (!csv_same(&plain, &fast, why)) fail_msg("%s", why);
  csv_forget(&plain);
  csv_forget(&fast);
  assert_int_equal(b.mem.used, 0);
  free(text);
  unlink(path);
}

static void files_that_are_not_there_are_named(void **state) {
  (void)state;
  struct table *table = NULL;
  bilan b;
  handle_init(&b);
  assert_int_equal(csv_read_file(&b, &table, NULL, "/tmp/no/such.csv", NULL), BILAN_IO);
  assert_string_equal(b.message, "cannot read \"/tmp/no/such.csv\": No such file or directory");
  assert_int_equal(csv_read_file(&b, &table, NULL, "/tmp", NULL), BILAN_DATA);
}

static void files_beyond_the_limit_are_refused(void **state) {
  (void)state;
  struct table *table = NULL;
  struct csv_options options = {.most_bytes = 5};
  bilan b;
  handle_init(&b);
  b.ways.chunk = 64;
  write_file("a,b\n1,2\n", 8);
  assert_int_equal(csv_read_file(&b, &table, NULL, path, &options), BILAN_LIMIT);
  unlink(path);
}

/* ---- out of memory, faults of the system -------------------------------------------------- */

static void every_failed_allocation_is_told(void **state) {
  (void)state;
  static const char text[] = "id,w,late,t\nR1,1.5,1,abcdefghij\nR2,2.5,2,\"a, b\"\n"
                             "R3,3.25,3,x\nR4,4.5,4,y\nR5,5.5,x,z\nR6,6.5,5,w\n";
  struct csv_options options = {.spill = 3};
  bool done = false;
  for (uint64_t at = 1; !done; at++) {
    struct table *table = NULL;
    struct csv_report report = {0};
    bilan b;
    handle_init(&b);
    b.ways.chunk = 20;
    b.mem.fail_at = at;
    bilan_status status =
        csv_read(&b, &table, &report, "f", text, sizeof text - 1, &options);
    done = b.mem.requests < at;
    if (!done && status) assert_int_equal(status, BILAN_NOMEM);
    if (done) assert_int_equal(status, BILAN_OK);
    table_free(table);
    csv_report_free(&report);
    assert_int_equal(b.mem.used, 0);
  }
}

static void every_failed_read_is_survived(void **state) {
  (void)state;
  bool done = false;
  write_file(nasty[11], strlen(nasty[11]));
  for (uint64_t at = 1; !done; at++) {
    struct table *table = NULL;
    bilan b;
    handle_init(&b);
    b.ways.chunk = 7;
    b.io.fail_at = at;
    b.io.fail_errno = 5;
    bilan_status status = csv_read_file(&b, &table, NULL, path, NULL);
    done = b.io.calls < at;
    assert_true(status == BILAN_OK || status == BILAN_IO);
    table_free(table);
    assert_int_equal(b.mem.used, 0);
  }
  unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_kernel_marks_the_same_places),
      cmocka_unit_test(every_kernel_counts_quotes),
      cmocka_unit_test(nasty_files_are_read_alike),
      cmocka_unit_test(columns_of_missing_words_are_read_alike),
      cmocka_unit_test(nul_bytes_are_refused_alike),
      cmocka_unit_test(random_files_are_read_alike),
      cmocka_unit_test(threads_and_kernels_change_nothing),
      cmocka_unit_test(many_values_are_read_alike),
      cmocka_unit_test(large_files_are_not_held_in_memory),
      cmocka_unit_test(files_that_are_not_there_are_named),
      cmocka_unit_test(files_beyond_the_limit_are_refused),
      cmocka_unit_test(every_failed_allocation_is_told),
      cmocka_unit_test(every_failed_read_is_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_csv_write.c - writing CSV: quoting (RFC 4180), formulas, decimal marks, and that what is
 * written reads back the same; the fuzz target's seeds and random files are replayed here. */
#include <dirent.h>

#include "../fuzz/fuzz_csv.c" /* first: the fixture's globals would shadow its names */

#include "csv_fixture.h"

static void expect_written(const char *text, const struct csv_write_options *options,
                           const char *expected) {
  struct buffer out;
  struct csv_options keep = {.keep_blanks = true};
  expect_read(text, &keep);
  buffer_init(&out, &b.mem);
  assert_int_equal(csv_write_table(&b, &out, table, NULL, options, NULL), BILAN_OK);
  assert_string_equal(out.s, expected);
  buffer_free(&out);
}

static const struct csv_write_options standard;

static void fields_are_quoted_when_they_must_be(void **state) {
  (void)state;
  expect_written("a,\"b \"\"x\"\"\",c\n\"1,5\",\"x\ny\",\n y,\"\"\"\",z\n", &standard,
                 "a,\"b \"\"x\"\"\",c\r\n\"1,5\",\"x\ny\",\r\n\" y\",\"\"\"\",z\r\n");
  expect_written("a\nx\n\"\"\n", &standard, "a\r\nx\r\n\"\"\r\n");
}

static void numbers_follow_the_decimal_mark(void **state) {
  (void)state;
  struct csv_write_options french = {.delimiter = ';', .decimal = ',', .lf = true, .bom = true};
  expect_written("a,b\n1.50,x;y\n-2,\n", &french, "\xEF\xBB\xBF" "a;b\n1,5;\"x;y\"\n-2;\n");
  struct csv_write_options comma = {.decimal = ','};
  expect_written("a,b\n1.5,x\n", &comma, "a,b\r\n\"1,5\",x\r\n");
}

/* Every start that a spreadsheet runs, in cells and names; numbers stay numbers. */
static void formulas_are_neutralised(void **state) {
  (void)state;
  size_t count = 0;
  struct buffer out;
  struct csv_write_options raw = {.raw = true};
  struct csv_options keep = {.keep_blanks = true, .delimiter = ','};
  const char *text = "=n,m,t\n=1+1,-5,@x\n+33,-4,-y\n\"\tq\",2,\"\rz\"\nok,1,\xEF\xBC\x9D" "1\n";
  expect_read(text, &keep);
  buffer_init(&out, &b.mem);
  assert_int_equal(csv_write_table(&b, &out, table, NULL, &standard, &count), BILAN_OK);
  assert_string_equal(out.s, "'=n,m,t\r\n'=1+1,-5,'@x\r\n'+33,-4,'-y\r\n'\tq,2,\"'\rz\"\r\n"
                             "ok,1,'\xEF\xBC\x9D" "1\r\n");
  assert_int_equal(count, 8);
  buffer_free(&out);
  expect_written("a,b\n=1+1,-x\n", &raw, "a,b\r\n=1+1,-x\r\n");
}

static void a_domain_leaves_out_rows(void **state) {
  (void)state;
  struct domain *domain;
  struct buffer out;
  expect_read("a,b\n1,x\n2,y\n3,z\n", NULL);
  assert_int_equal(domain_new(&b, &domain, 3), BILAN_OK);
  domain_set(domain, 1);
  buffer_init(&out, &b.mem);
  assert_int_equal(csv_write_table(&b, &out, table, domain, &standard, NULL), BILAN_OK);
  assert_string_equal(out.s, "a,b\r\n2,y\r\n");
  buffer_free(&out);
  domain_free(domain);
}

/* A SET of two options over three rows: ticked, not ticked, no answer at all. */
static void several_answers_become_columns(void **state) {
  (void)state;
  struct dict *names, *ticks;
  uint32_t code;
  assert_int_equal(table_new(&b, &table, 3), BILAN_OK);
  assert_int_equal(dict_new(&b, &names), BILAN_OK);
  assert_int_equal(dict_new(&b, &ticks), BILAN_OK);
  dict_add(&b, names, &code, TEXT("sea"));
  dict_add(&b, names, &code, TEXT("land"));
  dict_add(&b, ticks, &code, TEXT("no"));
  dict_add(&b, ticks, &code, TEXT("yes"));
  struct column **options = mem_zero(&b.mem, 2, sizeof *options), *set;
  static const uint8_t codes[2][3] = {{SET_TICKED, SET_NOT_TICKED, SET_BLANK},
                                      {SET_NOT_TICKED, SET_NOT_TICKED, SET_BLANK}};
  for (size_t i = 0; i < 2; i++) {
    uint8_t *block = (uint8_t *)mem_copy(&b.mem, (const char *)codes[i], 3);
    assert_int_equal(column_codes(&b, &options[i], 3, 1, block, dict_hold(ticks)), BILAN_OK);
  }
  uint8_t *missing = mem_zero(&b.mem, 3, 1);
  missing[2] = BILAN_NO_ANSWER;
  assert_int_equal(column_set(&b, &set, 3, options, 2, names, missing), BILAN_OK);
  assert_int_equal(table_add(&b, table, TEXT("likes"), BILAN_MULTIPLE, set), BILAN_OK);
  dict_free(ticks);
  struct buffer out;
  buffer_init(&out, &b.mem);
  assert_int_equal(csv_write_table(&b, &out, table, NULL, &standard, NULL), BILAN_OK);
  assert_string_equal(out.s, "likes[sea],likes[land]\r\n1,0\r\n0,0\r\n,\r\n");
  buffer_free(&out);
}

static void options_out_of_range_are_refused(void **state) {
  (void)state;
  struct buffer out;
  struct csv_write_options bad = {.delimiter = 'x'}, mark = {.decimal = ';'};
  expect_read("a\n1\n", NULL);
  buffer_init(&out, &b.mem);
  assert_int_equal(csv_write_table(&b, &out, table, NULL, &bad, NULL), BILAN_USAGE);
  assert_int_equal(csv_write_table(&b, &out, table, NULL, &mark, NULL), BILAN_USAGE);
  buffer_free(&out);
}

static void every_failing_allocation_is_clean(void **state) {
  (void)state;
  struct buffer out;
  expect_read("=a,b\n\"x\ny\",=z\n=long enough to make the buffer grow beyond its start,1\n",
              NULL);
  size_t before = b.mem.used;
  bilan_status status = BILAN_NOMEM;
  for (uint64_t k = 1; status; k++) {
    buffer_init(&out, &b.mem);
    b.mem.fail_at = b.mem.requests + k;
    status = csv_write_table(&b, &out, table, NULL, &standard, NULL);
    buffer_free(&out);
    assert_int_equal(b.mem.used, before);
    assert_true(status == BILAN_OK || status == BILAN_NOMEM);
    assert_true(k < 100);
  }
  b.mem.fail_at = 0;
}

/* ---- the fuzz target without a fuzzer --------------------------------------------------- */

static void seeds_hold_the_fuzzers_invariants(void **state) {
  (void)state;
  static const char folder[] = "tests/fuzz/seeds/csv";
  DIR *d = opendir(folder);
  size_t seeds = 0;
  if (!d) skip();
  for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
    static uint8_t bytes[65536];
    char path[600];
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    LLVMFuzzerTestOneInput(bytes, n);
    seeds++;
  }
  closedir(d);
  assert_true(seeds >= 50);
}

static void random_files_hold_the_fuzzers_invariants(void **state) {
  (void)state;
  static const char *const pieces[] = {
      ",",  ",",   ";",   "\n",  "\n",   "\r\n",  "\"",         "\"\"",         "\"a\nb\"",
      "a",  "b",   "1",   "2.5", "1,5",  "1.234", " ",          "\xC3\xA9",     "\xEF\xBB\xBF",
      "-0", "007", "NA",  "=x",  "sep=", "q1. W", "2018-01-31", "\xE2\x80\xAF", "1e+20",
      "\t", "|",   "._.", "[x]", "\"\"", "x y",   "\xE9",       "0,25",         "1 234"};
  uint64_t seed = 21;
  for (int round = 0; round < 200000; round++) {
    char text[200] = "";
    uint32_t n = draw_below(&seed, 20);
    for (uint32_t i = 0; i < n; i++)
      strcat(text, pieces[draw_below(&seed, sizeof pieces / sizeof pieces[0])]);
    LLVMFuzzerTestOneInput((const uint8_t *)text, strlen(text));
  }
}

#define TEST_OF(f) cmocka_unit_test_setup_teardown(f, reset, no_leak)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST_OF(fields_are_quoted_when_they_must_be),
      TEST_OF(numbers_follow_the_decimal_mark),
      TEST_OF(formulas_are_neutralised),
      TEST_OF(a_domain_leaves_out_rows),
      TEST_OF(several_answers_become_columns),
      TEST_OF(options_out_of_range_are_refused),
      TEST_OF(every_failing_allocation_is_clean),
      TEST_OF(seeds_hold_the_fuzzers_invariants),
      TEST_OF(random_files_hold_the_fuzzers_invariants),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_sniff.c - what is found out about a file, and what is left to the analyst. */
#include "io/sniff.h"

#include <stdio.h>

#include "base/handle.h"

#include "base_fixture.h"

static bilan b;

static int reset(void **state) {
  (void)state;
  handle_init(&b);
  return 0;
}

static void expect_delimiter(const char *text, char expected) {
  char found = 0;
  if (sniff_delimiter(&b, &found, "f.csv", text_of(text))) fail_msg("%s", b.message);
  if (found != expected) fail_msg("\"%s\": %d instead of %d", text, found, expected);
}

static void expect_uncertain(const char *text) {
  char found = 0;
  assert_int_equal(sniff_delimiter(&b, &found, "f.csv", text_of(text)), BILAN_DATA);
  assert_non_null(strstr(b.message, "say delimiter = "));
}

static void each_delimiter_is_found(void **state) {
  (void)state;
  expect_delimiter("a,b\n1,2\n", ',');
  expect_delimiter("a;b\r\n1,5;2\r\n", ';');
  expect_delimiter("a\tb\n1 000\t2,5\n", '\t');
  expect_delimiter("a|b\r1|2\r", '|');
  expect_delimiter("a;b;c;d\n1,5;2,5;3,5;4\n", ';');
}

static void quotes_hide_delimiters(void **state) {
  (void)state;
  expect_delimiter("\"a;b;c\",\"d;e;f\"\n\"1;2;3\",\"4;5;6\"\n", ',');
  expect_delimiter("\"x, y\";\"z\n,,,\"\n\"1,2\";3\n", ';');
}

static void one_column_needs_no_delimiter(void **state) {
  (void)state;
  expect_delimiter("name\nAnna\nBo\n", ',');
  expect_delimiter("name", ',');
  expect_delimiter("", ',');
}

static void a_clear_lead_decides_between_two(void **state) {
  (void)state;
  expect_delimiter("a,b,c;d\n1,2,3;4\n", ',');
  expect_uncertain("a,b;c\n1,2;3\n");
  expect_uncertain("a,b,c;d;e\n1,2,3;4;5\n");
}

static void ragged_files_go_by_their_header(void **state) {
  (void)state;
  expect_delimiter("a;b;c\n1;2\n1;2;3\n", ';');
  expect_delimiter("a,b\n1,2,3\n", ',');
}

/* A sample that is cut in mid-record must not count that record. */
static void a_long_file_is_judged_by_its_start(void **state) {
  (void)state;
  static char text[600000];
  size_t n = 0;
  char cell[2000];
  memset(cell, 'x', sizeof cell);
  cell[sizeof cell - 1] = 0;
  n += (size_t)sprintf(text, "a;b\n");
  while (n < 590000) n += (size_t)sprintf(text + n, "\"%s,\n\";2\n", cell);
  expect_delimiter(text, ';');
}

static void expect_other(const char *bytes, size_t n, const char *part) {
  const char *found = sniff_other_format((struct text){bytes, n});
  if (!found || !strstr(found, part)) fail_msg("\"%s\" found as %s", part, found);
}
#define OTHER(bytes, part) expect_other(bytes, sizeof(bytes) - 1, part)

static void other_formats_are_named(void **state) {
  (void)state;
  OTHER("PK\x03\x04\x14\0\x06\0[Content_Types].xml", "Excel workbook");
  OTHER("PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument");
  OTHER("PK\x03\x04\x14\0data.csv", "zip archive");
  OTHER("  <!DOCTYPE html><html>", "web page");
  OTHER("<HTML><body>", "web page");
  OTHER("SQLite format 3\0\x10", "SQLite");
  OTHER("$FL2@(#) SPSS", "SPSS");
  OTHER("%PDF-1.7", "PDF");
  OTHER("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", ".xls");
  OTHER("\x1F\x8B\x08", "gzip");
  OTHER("<stata_dta><header>", "Stata");
  OTHER("[{\"a\": 1}]", "JSON");
  assert_null(sniff_other_format(TEXT("a,b\n1,2\n")));
  assert_null(sniff_other_format(TEXT("")));
  assert_null(sniff_other_format(TEXT("PK,b\n")));
}

static void expect_styles(const char *text, unsigned styles) {
  unsigned found = sniff_number(text_of(text));
  if (found != styles) fail_msg("\"%s\": styles %#x instead of %#x", text, found, styles);
}

#define POINT (1u << STYLE_POINT)
#define COMMA (1u << STYLE_COMMA)
#define COMMA_POINT (1u << STYLE_COMMA_POINT)
#define POINT_COMMA (1u << STYLE_POINT_COMMA)
#define BLANK_POINT (1u << STYLE_BLANK_POINT)
#define BLANK_COMMA (1u << STYLE_BLANK_COMMA)
#define ANY_POINT (POINT | COMMA_POINT | BLANK_POINT)
#define ANY_COMMA (COMMA | POINT_COMMA | BLANK_COMMA)

static void numbers_have_the_styles_that_fit(void **state) {
  (void)state;
  expect_styles("0", STYLES_ALL);
  expect_styles("-12345", STYLES_ALL);
  expect_styles("1.5", ANY_POINT);
  expect_styles("1,5", ANY_COMMA);
  expect_styles(".5", ANY_POINT);
  expect_styles("0,125", ANY_COMMA);
  expect_styles("1234,567", ANY_COMMA);
  expect_styles("1,234", ANY_COMMA | COMMA_POINT);
  expect_styles("1.234", ANY_POINT | POINT_COMMA);
  expect_styles("1,234.5", COMMA_POINT);
  expect_styles("1.234,5", POINT_COMMA);
  expect_styles("1,234,567", COMMA_POINT);
  expect_styles("1.234.567", POINT_COMMA);
  expect_styles("1 234", BLANK_POINT | BLANK_COMMA);
  expect_styles("1\xC2\xA0" "234,5", BLANK_COMMA);
  expect_styles("12\xE2\x80\xAF" "345\xE2\x80\xAF" "678,25", BLANK_COMMA);
  expect_styles("1'234.5", BLANK_POINT);
  expect_styles("1.5e-07", ANY_POINT);
  expect_styles("1e+16", STYLES_ALL);
}

static void texts_that_would_lose_something_are_no_numbers(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",      "007",   "00",     "-01",        "+33612345678", "6E1",  "1e5",   "12 34",
      "1.",    "1,",    "1..2",   "1,2,3",      "1.234,567.8",  "1,23.4", "0,123,456", "1 23",
      "15 ans", "12%",  "--1",    "-",          ".",            "1.2.3",  "NaN",   "inf",
      "0x10",  "1234567890123456", "1.234 567", "1,234,56",     "1 ",     " 1",    "e+5",
      "1234,567,890", "1'234 567.x", "1.5e", "1.5e+"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) expect_styles(texts[i], 0);
}

/* A styled number parses under each of its styles, and no other style gives it silently
 * another reading than the sign of its marks says. */
static void sniffed_styles_parse(void **state) {
  (void)state;
  static const char alphabet[] = "00112345679..,,  -e+'";
  uint64_t seed = 3;
  for (int round = 0; round < 300000; round++) {
    char text[12];
    size_t n = 1 + draw_below(&seed, 10);
    for (size_t i = 0; i < n; i++) text[i] = alphabet[draw_below(&seed, sizeof alphabet - 1)];
    struct text t = {text, n};
    unsigned styles = sniff_number(t);
    for (unsigned style = 0; style < STYLES; style++) {
      double value;
      if (styles >> style & 1 && !number_parse_style(&value, t, sniff_style(1u << style)))
        fail_msg("\"%.*s\" does not parse under style %u", (int)n, text, style);
    }
  }
}

static void dates_are_checked_by_the_calendar(void **state) {
  (void)state;
  static const char *const good[] = {"2018-01-31", "2016-02-29", "2000-02-29", "2023-12-01T10:00",
                                     "2023-12-01 23:59:60", "2023-12-01T10:00:00.25Z",
                                     "2023-12-01T10:00:00+02:00"};
  static const char *const bad[] = {"2018-02-29", "1900-02-29", "2018-13-01", "2018-00-10",
                                    "2018-04-31", "18-01-01", "2018/01/01", "2018-1-1",
                                    "2018-01-01x", "2018-01-01T", "2018-01-01 25:00",
                                    "2018-01-01 10:60", "", "2018-01-01 10:00 ", "20180101"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    if (!sniff_date(text_of(good[i]))) fail_msg("%s is a date", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (sniff_date(text_of(bad[i]))) fail_msg("%s is no date", bad[i]);
}

#define TEST_OF(f) cmocka_unit_test_setup(f, reset)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST_OF(each_delimiter_is_found),
      TEST_OF(quotes_hide_delimiters),
      TEST_OF(one_column_needs_no_delimiter),
      TEST_OF(a_clear_lead_decides_between_two),
      TEST_OF(ragged_files_go_by_their_header),
      TEST_OF(a_long_file_is_judged_by_its_start),
      TEST_OF(other_formats_are_named),
      TEST_OF(numbers_have_the_styles_that_fit),
      TEST_OF(texts_that_would_lose_something_are_no_numbers),
      TEST_OF(sniffed_styles_parse),
      TEST_OF(dates_are_checked_by_the_calendar),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

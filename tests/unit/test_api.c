/* test_api.c - the public C interface: handles, surveys, verbs, as a program uses them. The
 * fixture's survey is small enough to check every cell by eye.
 */
#include <errno.h>
#include <unistd.h>

#include "api_fixture.h"

/* ---- handles ----------------------------------------------------------------------------- */

static void a_fresh_handle_is_empty(void **state) {
  (void)state;
  bilan *b = open_handle();
  assert_string_equal(bilan_message(b), "");
  assert_int_equal(bilan_memory_used(b), 0);
  assert_int_equal(bilan_memory_peak(b), 0);
  close_handle(b);
}

static void null_is_freed_without_harm(void **state) {
  (void)state;
  bilan_close(NULL);
  bilan_survey_free(NULL);
  bilan_result_free(NULL);
  assert_string_equal(bilan_message(NULL), "out of memory");
}

static void objects_outlive_the_closing_of_their_handle(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  bilan_result *r = NULL;
  must(b, bilan_mean(b, &r, s, "hours", NULL));
  bilan_close(b);
  assert_int_equal(bilan_survey_rows(s), 8);
  bilan_survey_free(s);
  near(figure(r, 0, VALUE), 29.0 / 7);
  bilan_result_free(r);
}

static void words_have_names(void **state) {
  (void)state;
  assert_string_equal(bilan_status_name(BILAN_OK), "ok");
  assert_string_equal(bilan_status_name(BILAN_INTERNAL), "internal");
  assert_null(bilan_status_name((bilan_status)99));
  assert_string_equal(bilan_kind_name(BILAN_SINGLE), "single");
  assert_string_equal(bilan_kind_name(BILAN_ID), "id");
  assert_null(bilan_kind_name((bilan_kind)99));
  assert_string_equal(bilan_missing_name(BILAN_REFUSED), "refused");
  assert_null(bilan_missing_name(BILAN_MISSING_KINDS));
  assert_string_equal(bilan_figure_name(BILAN_FIGURE_P_VALUE), "p_value");
  assert_null(bilan_figure_name(BILAN_FIGURES));
  assert_string_equal(bilan_version(), BILAN_VERSION);
}

static void a_survey_of_another_handle_is_refused(void **state) {
  (void)state;
  bilan *b = open_handle(), *other = open_handle();
  bilan_survey *s = read_answers(b), *made = NULL;
  bilan_result *r = NULL;
  refused(other, bilan_where(other, &made, s, "hours > 2"), BILAN_USAGE, "another handle");
  refused(other, bilan_mean(other, &r, s, "hours", NULL), BILAN_USAGE, "another handle");
  refused(other, bilan_mean(other, &r, NULL, "hours", NULL), BILAN_USAGE, "NULL");
  assert_null(made);
  assert_null(r);
  bilan_survey_free(s);
  close_handle(other);
  close_handle(b);
}

/* ---- surveys from CSV -------------------------------------------------------------------- */

static void csv_bytes_become_a_survey(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  assert_int_equal(bilan_survey_rows(s), 8);
  assert_int_equal(bilan_survey_items(s), 4);
  assert_int_equal(bilan_survey_selected(s), 8);
  assert_string_equal(bilan_survey_item(s, 1), "answer");
  assert_null(bilan_survey_item(s, 4));
  assert_null(bilan_survey_wording(s, 4));
  assert_int_equal(bilan_survey_kind(s, 0), BILAN_SINGLE);
  assert_int_equal(bilan_survey_kind(s, item_of(b, s, "hours")), BILAN_NUMBER);
  assert_int_equal(bilan_survey_kind(s, 4), BILAN_TEXT);
  bilan_survey_free(s);
  close_handle(b);
}

static void values_keep_answers_and_kinds_of_missing_apart(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  bilan_value v = value_of(b, s, "answer", 1);
  assert_int_equal(v.missing, BILAN_PRESENT);
  assert_int_equal(v.has_number, 0);
  text_is(v.text, "no");
  v = value_of(b, s, "answer", 4);
  assert_int_equal(v.missing, BILAN_NO_ANSWER);
  assert_int_equal(v.code, 0);
  text_is(v.text, "");
  v = value_of(b, s, "answer", 7);
  assert_int_equal(v.missing, BILAN_REFUSED);
  text_is(v.text, "");
  v = value_of(b, s, "hours", 7);
  assert_int_equal(v.has_number, 1);
  near(v.number, 8);
  v = value_of(b, s, "hours", 6);
  assert_int_equal(v.missing, BILAN_NO_ANSWER);
  assert_int_equal(v.has_number, 0);
  bilan_survey_free(s);
  close_handle(b);
}

static void levels_stand_in_order_of_appearance(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  size_t item = item_of(b, s, "answer");
  bilan_level level;
  assert_int_equal(bilan_survey_codes(s, item), 4);
  must(b, bilan_survey_level(b, &level, s, item, 0));
  assert_int_equal(level.missing, BILAN_NO_ANSWER);
  text_is(level.label, "");
  must(b, bilan_survey_level(b, &level, s, item, 1));
  text_is(level.label, "yes");
  assert_int_equal(level.missing, BILAN_PRESENT);
  must(b, bilan_survey_level(b, &level, s, item, 3));
  assert_int_equal(level.missing, BILAN_REFUSED);
  refused(b, bilan_survey_level(b, &level, s, item, 4), BILAN_USAGE, "no code 4");
  bilan_survey_free(s);
  close_handle(b);
}

static void places_that_are_not_there_are_refused(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  bilan_value v = {.code = 77};
  size_t item = 77;
  int ticked = 77;
  refused(b, bilan_survey_value(b, &v, s, 4, 0), BILAN_USAGE, "no item 4: the survey has 4");
  refused(b, bilan_survey_value(b, &v, s, 0, 8), BILAN_USAGE, "no row 8: the survey has 8");
  refused(b, bilan_survey_find(b, &item, s, "anwser"), BILAN_USAGE, "did you mean \"answer\"?");
  refused(b, bilan_survey_find(b, &item, s, NULL), BILAN_USAGE, "NULL");
  refused(b, bilan_survey_ticked(b, &ticked, s, 0, 0, 1), BILAN_USAGE, "one answer");
  assert_int_equal(v.code, 77);
  assert_int_equal(item, 77);
  assert_int_equal(ticked, 77);
  bilan_survey_free(s);
  close_handle(b);
}

static void faults_in_a_file_have_a_place(void **state) {
  (void)state;
  static const char broken[] = "a,b\n1,2\n1,\"2\n";
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  bilan_read_options o = BILAN_READ_OPTIONS;
  o.name = "form.csv";
  refused(b, bilan_read_csv_bytes(b, &s, broken, sizeof broken - 1, &o), BILAN_DATA,
          "form.csv:3:3");
  refused(b, bilan_read_csv(b, &s, "/nowhere/form.csv", NULL), BILAN_IO, "/nowhere/form.csv");
  refused(b, bilan_read_csv(b, &s, NULL, NULL), BILAN_USAGE, "NULL");
  assert_null(s);
  close_handle(b);
}

static void options_of_reading_are_obeyed(void **state) {
  (void)state;
  static const char text[] = "code;size\n007;1,5\n008;2,5\n";
  static const bilan_item_type types[] = {{"code", BILAN_ID}};
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  bilan_read_options o = BILAN_READ_OPTIONS;
  o.delimiter = ';';
  o.decimal = ',';
  o.types = types;
  o.type_count = 1;
  must(b, bilan_read_csv_bytes(b, &s, text, sizeof text - 1, &o));
  assert_int_equal(bilan_survey_kind(s, 0), BILAN_ID);
  text_is(value_of(b, s, "code", 0).text, "007");
  near(value_of(b, s, "size", 1).number, 2.5);
  bilan_survey_free(s);
  close_handle(b);
}

/* The number in the only cell of a file, read with the decimal mark. */
static double number_read_with(bilan *b, char decimal) {
  bilan_survey *s = NULL;
  bilan_read_options o = BILAN_READ_OPTIONS;
  o.delimiter = ';';
  o.decimal = decimal;
  must(b, bilan_read_csv_bytes(b, &s, "size\n1,234\n", 11, &o));
  double number = value_of(b, s, "size", 0).number;
  bilan_survey_free(s);
  return number;
}

static void the_decimal_mark_decides(void **state) {
  (void)state;
  bilan *b = open_handle();
  near(number_read_with(b, ','), 1.234);
  near(number_read_with(b, '.'), 1234);
  close_handle(b);
}

static void short_rows_are_filled_when_asked(void **state) {
  (void)state;
  static const char text[] = "a,b\n1\n2,3\n";
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  bilan_read_options o = BILAN_READ_OPTIONS;
  refused(b, bilan_read_csv_bytes(b, &s, text, sizeof text - 1, &o), BILAN_DATA, ":2:");
  o.fill = 1;
  must(b, bilan_read_csv_bytes(b, &s, text, sizeof text - 1, &o));
  assert_int_equal(value_of(b, s, "b", 0).missing, BILAN_NO_ANSWER);
  bilan_survey_free(s);
  o.most_rows = 1;
  refused(b, bilan_read_csv_bytes(b, &s, text, sizeof text - 1, &o), BILAN_LIMIT, "1");
  close_handle(b);
}

static void headers_of_survey_tools_give_wordings(void **state) {
  (void)state;
  static const char text[] =
      "\"q1. Your school?\",\"q2. Your class?\",\"q3. Any remark?\"\na,1,x\n";
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  must(b, bilan_read_csv_bytes(b, &s, text, sizeof text - 1, NULL));
  assert_string_equal(bilan_survey_item(s, 0), "q1");
  assert_string_equal(bilan_survey_wording(s, 0), "Your school?");
  assert_string_equal(bilan_survey_wording(s, 2), "Any remark?");
  bilan_survey_free(s);
  close_handle(b);
}

static void a_number_that_means_missing_is_no_number(void **state) {
  (void)state;
  static const bilan_missing_word reasons[] = {{"99", BILAN_DONT_KNOW}};
  static const char text[] = "n\n1\n99\n2\n";
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  bilan_level level;
  bilan_read_options o = BILAN_READ_OPTIONS;
  o.missing = reasons;
  o.missing_count = 1;
  must(b, bilan_read_csv_bytes(b, &s, text, sizeof text - 1, &o));
  bilan_value v = value_of(b, s, "n", 1);
  assert_int_equal(v.missing, BILAN_DONT_KNOW);
  assert_int_equal(v.has_number, 0);
  must(b, bilan_survey_level(b, &level, s, 0, v.code));
  assert_int_equal(level.missing, BILAN_DONT_KNOW);
  assert_int_equal(level.has_number, 0);
  must(b, bilan_survey_level(b, &level, s, 0, value_of(b, s, "n", 2).code));
  assert_int_equal(level.has_number, 1);
  near(level.number, 2);
  bilan_survey_free(s);
  close_handle(b);
}

static void wrong_options_of_reading_are_refused(void **state) {
  (void)state;
  static const bilan_item_type scale[] = {{"a", BILAN_SCALE}}, absent[] = {{"b", BILAN_NUMBER}};
  static const bilan_missing_word present[] = {{"99", BILAN_PRESENT}};
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  bilan_read_options zero, o = BILAN_READ_OPTIONS;
  memset(&zero, 0, sizeof zero);
  refused(b, bilan_read_csv_bytes(b, &s, "a\n1\n", 4, &zero), BILAN_USAGE, "BILAN_READ_OPTIONS");
  o.most_bytes = 3;
  refused(b, bilan_read_csv_bytes(b, &s, "a\n1\n", 4, &o), BILAN_LIMIT, "limit is 3");
  o.most_bytes = 0;
  o.type_count = 1;
  o.types = scale;
  refused(b, bilan_read_csv_bytes(b, &s, "a\n1\n", 4, &o), BILAN_USAGE, "\"a\"");
  o.types = absent;
  refused(b, bilan_read_csv_bytes(b, &s, "a\n1\n", 4, &o), BILAN_USAGE, "b");
  o.type_count = 0;
  o.missing = present;
  o.missing_count = 1;
  refused(b, bilan_read_csv_bytes(b, &s, "a\n1\n", 4, &o), BILAN_USAGE, "missing");
  refused(b, bilan_read_csv_bytes(b, &s, NULL, 4, NULL), BILAN_USAGE, "NULL");
  assert_null(s);
  close_handle(b);
}

static void what_reading_noticed_is_told(void **state) {
  (void)state;
  static const char text[] = "a,a\n1,2\n";
  bilan *b = open_handle();
  bilan_survey *s = NULL, *part = NULL;
  must(b, bilan_read_csv_bytes(b, &s, text, sizeof text - 1, NULL));
  assert_string_equal(bilan_survey_item(s, 1), "a_2");
  must(b, bilan_where(b, &part, s, "a = 1"));
  assert_true(bilan_survey_warnings(s) > 0);
  bilan_survey_free(s);
  assert_true(bilan_survey_warnings(part) > 0);
  assert_non_null(strstr(bilan_survey_warning(part, 0), "a_2"));
  assert_null(bilan_survey_warning(part, bilan_survey_warnings(part)));
  bilan_survey_free(part);
  close_handle(b);
}

static void a_file_is_read_as_its_bytes_are(void **state) {
  (void)state;
  char path[] = "/tmp/bilan_api_XXXXXX";
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  int file = mkstemp(path);
  assert_true(file >= 0);
  assert_int_equal(write(file, answers, sizeof answers - 1), sizeof answers - 1);
  close(file);
  must(b, bilan_read_csv(b, &s, path, NULL));
  assert_int_equal(bilan_survey_rows(s), 8);
  text_is(value_of(b, s, "answer", 7).text, "99");
  bilan_survey_free(s);
  bilan_fail_io(b, 1, EACCES, 0);
  refused(b, bilan_read_csv(b, &s, path, NULL), BILAN_IO, path);
  bilan_fail_io(b, 0, 0, 0);
  unlink(path);
  close_handle(b);
}

/* ---- surveys from memory ------------------------------------------------------------------ */

static void arrays_become_a_survey(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = make_survey(b);
  assert_int_equal(bilan_survey_items(s), 5);
  assert_int_equal(bilan_survey_rows(s), 4);
  near(value_of(b, s, "size", 0).number, 1.5);
  assert_int_equal(value_of(b, s, "size", 1).missing, BILAN_NO_ANSWER);
  text_is(value_of(b, s, "agrees", 1).text, "yes");
  near(value_of(b, s, "agrees", 1).number, 1);
  assert_int_equal(value_of(b, s, "agrees", 2).missing, BILAN_NO_ANSWER);
  text_is(value_of(b, s, "said", 0).text, "a text");
  assert_int_equal(value_of(b, s, "said", 2).missing, BILAN_NO_ANSWER);
  text_is(value_of(b, s, "day", 1).text, "2024-02-29");
  for (size_t item = 0; item < 5; item++)
    assert_int_equal(value_of(b, s, bilan_survey_item(s, item), 3).missing, BILAN_NOT_ASKED);
  assert_string_equal(bilan_survey_wording(s, 1), "Do you agree?");
  assert_string_equal(bilan_survey_wording(s, 0), "");
  assert_int_equal(bilan_survey_warnings(s), 0);
  bilan_survey_free(s);
  close_handle(b);
}

static void ticks_become_an_item_with_several_answers(void **state) {
  (void)state;
  static const int want[4][2] = {{1, 0}, {1, 1}, {0, 0}, {0, 0}};
  bilan *b = open_handle();
  bilan_survey *s = make_survey(b);
  size_t item = item_of(b, s, "chosen");
  bilan_result *r = NULL;
  int ticked;
  assert_int_equal(bilan_survey_kind(s, item), BILAN_MULTIPLE);
  for (size_t row = 0; row < 4; row++)
    for (uint32_t option = 1; option <= 2; option++) {
      must(b, bilan_survey_ticked(b, &ticked, s, item, row, option));
      assert_int_equal(ticked, want[row][option - 1]);
    }
  refused(b, bilan_survey_ticked(b, &ticked, s, item, 0, 0), BILAN_USAGE, "no option 0");
  refused(b, bilan_survey_ticked(b, &ticked, s, item, 0, 3), BILAN_USAGE, "no option 3");
  must(b, bilan_proportion(b, &r, s, "chosen", NULL)); /* of the three who were asked */
  near(figure(r, 0, VALUE), 2.0 / 3);
  near(figure(r, 1, VALUE), 1.0 / 3);
  assert_int_equal(bilan_result_missing(r, 0, BILAN_NOT_ASKED), 1);
  bilan_result_free(r);
  bilan_survey_free(s);
  close_handle(b);
}

static void a_survey_of_the_column(bilan *b, const bilan_column *c, const char *message) {
  bilan_survey *s = NULL;
  refused(b, bilan_survey_new(b, &s, 4, c, 1), BILAN_USAGE, message);
  assert_null(s);
}

static void wrong_arrays_are_refused_by_name(void **state) {
  (void)state;
  static const double infinite[] = {1, 2, INFINITY, 4};
  static const uint32_t beyond[] = {0, 1, 3, 0};
  static const unsigned char strange[] = {0, 9, 0, 0};
  static const char *const twice[] = {"no", "no"};
  static const char *const latin[] = {"\xE9", "a", "b", "c"};
  bilan *b = open_handle();
  bilan_column c = column("x", BILAN_NUMBER);
  a_survey_of_the_column(b, &c, "\"x\": expected one of numbers");
  c.numbers = infinite;
  a_survey_of_the_column(b, &c, "\"x\", row 2: the number is infinite");
  c.kind = BILAN_SINGLE;
  a_survey_of_the_column(b, &c, "kind BILAN_NUMBER");
  c = scale_column();
  c.codes = beyond;
  a_survey_of_the_column(b, &c, "row 2: the code is beyond");
  c = scale_column();
  c.levels = twice;
  a_survey_of_the_column(b, &c, "\"no\" stands twice");
  c = scale_column();
  c.missing = strange;
  a_survey_of_the_column(b, &c, "row 1: no such kind of missing");
  c = column("", BILAN_TEXT);
  a_survey_of_the_column(b, &c, "item 0 has no name");
  c = column("x", BILAN_TEXT);
  c.texts = latin;
  a_survey_of_the_column(b, &c, "not UTF-8");
  c.kind = BILAN_DATE;
  c.texts = words;
  a_survey_of_the_column(b, &c, "expected a date");
  c = ticks_column();
  c.kind = BILAN_SINGLE;
  a_survey_of_the_column(b, &c, "BILAN_MULTIPLE");
  close_handle(b);
}

static void a_name_is_given_once(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  bilan_column two[] = {scale_column(), scale_column()};
  refused(b, bilan_survey_new(b, &s, 4, two, 2), BILAN_USAGE, "\"agrees\" stands twice");
  close_handle(b);
}

static void a_level_may_be_called_like_a_kind_of_missing(void **state) {
  (void)state;
  static const char *const labels[] = {"refused", "given"};
  static const unsigned char reasons[] = {0, 0, BILAN_REFUSED, 0};
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  bilan_column c = scale_column();
  c.levels = labels;
  c.missing = reasons;
  must(b, bilan_survey_new(b, &s, 4, &c, 1));
  assert_int_equal(value_of(b, s, "agrees", 0).missing, BILAN_PRESENT);
  text_is(value_of(b, s, "agrees", 0).text, "refused");
  assert_int_equal(value_of(b, s, "agrees", 2).missing, BILAN_REFUSED);
  bilan_survey_free(s);
  close_handle(b);
}

/* ---- verbs ------------------------------------------------------------------------------- */

static void where_selects_and_keeps_the_rows(void **state) {
  (void)state;
  static const int in[] = {0, 0, 0, 1, 1, 0, 0, 0};
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b), *school = NULL, *part = NULL;
  must(b, bilan_where(b, &school, s, "school = 'b'"));
  must(b, bilan_where(b, &part, school, "hours < 6"));
  bilan_survey_free(school);
  assert_int_equal(bilan_survey_rows(part), 8);
  assert_int_equal(bilan_survey_selected(part), 2);
  for (size_t row = 0; row < 8; row++)
    assert_int_equal(bilan_survey_is_selected(part, row), in[row]);
  assert_int_equal(bilan_survey_is_selected(part, 8), 0);
  assert_int_equal(bilan_survey_selected(s), 8);
  bilan_survey_free(part);
  bilan_survey_free(s);
  close_handle(b);
}

static void derive_adds_or_replaces_an_item(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = make_survey(b), *more = NULL, *other = NULL;
  must(b, bilan_derive(b, &more, s, "double", "size * 2"));
  assert_int_equal(bilan_survey_items(more), 6);
  near(value_of(b, more, "double", 0).number, 3);
  assert_int_equal(value_of(b, more, "double", 3).missing, BILAN_NOT_ASKED);
  assert_string_equal(bilan_survey_wording(more, 5), "");
  assert_string_equal(bilan_survey_wording(more, 1), "Do you agree?");
  must(b, bilan_derive(b, &other, more, "agrees",
                       "case when size > 2 then 'big' else 'small' end"));
  assert_int_equal(bilan_survey_items(other), 6);
  assert_int_equal(item_of(b, other, "agrees"), 1);
  text_is(value_of(b, other, "agrees", 2).text, "big");
  assert_string_equal(bilan_survey_wording(other, 1), "");
  bilan_survey_free(s);
  bilan_survey_free(more);
  bilan_survey_free(other);
  close_handle(b);
}

static void select_keeps_items_in_the_order_named(void **state) {
  (void)state;
  static const char *const names[] = {"chosen", "said", "agrees"};
  static const char *const again[] = {"size", "size"};
  bilan *b = open_handle();
  bilan_survey *s = make_survey(b), *part = NULL, *none = NULL;
  must(b, bilan_select(b, &part, s, names, 3));
  assert_int_equal(bilan_survey_items(part), 3);
  assert_string_equal(bilan_survey_item(part, 0), "chosen");
  assert_string_equal(bilan_survey_wording(part, 2), "Do you agree?");
  assert_string_equal(bilan_survey_wording(part, 1), "");
  refused(b, bilan_select(b, &none, s, again, 2), BILAN_USAGE, "\"size\" stands twice");
  refused(b, bilan_select(b, &none, part, again, 1), BILAN_USAGE, "no item \"size\"");
  assert_null(none);
  bilan_survey_free(s);
  bilan_survey_free(part);
  close_handle(b);
}

static void verbs_keep_the_selection(void **state) {
  (void)state;
  static const char *const names[] = {"hours", "topics"};
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b), *part = NULL, *made[3] = {NULL};
  must(b, bilan_where(b, &part, s, "school = 'a'"));
  must(b, bilan_derive(b, &made[0], part, "x", "hours + 1"));
  must(b, bilan_select(b, &made[1], part, names, 2));
  must(b, bilan_split(b, &made[2], part, "topics", ";"));
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(bilan_survey_selected(made[i]), 3);
    assert_int_equal(bilan_survey_rows(made[i]), 8);
    bilan_survey_free(made[i]);
  }
  bilan_survey_free(part);
  bilan_survey_free(s);
  close_handle(b);
}

static void split_makes_several_answers(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b), *made = NULL, *none = NULL;
  bilan_result *r = NULL;
  must(b, bilan_split(b, &made, s, "topics", ";"));
  assert_int_equal(bilan_survey_kind(made, 3), BILAN_MULTIPLE);
  must(b, bilan_proportion(b, &r, made, "topics", NULL));
  assert_int_equal(bilan_result_rows(r), 3);
  assert_string_equal(bilan_result_key(r, 0, "level"), "maths");
  assert_int_equal(bilan_result_count(r, 0), 4);
  assert_int_equal(bilan_result_count(r, 1), 3);
  assert_string_equal(bilan_result_key(r, 2, "level"), "biology");
  assert_int_equal(bilan_result_count(r, 2), 2);
  refused(b, bilan_split(b, &none, s, "topics", ""), BILAN_USAGE, "separator");
  refused(b, bilan_split(b, &none, s, "topic", ";"), BILAN_USAGE, "did you mean \"topics\"?");
  bilan_result_free(r);
  bilan_survey_free(made);
  bilan_survey_free(s);
  close_handle(b);
}

static void faults_in_expressions_show_the_place(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b), *made = NULL;
  refused(b, bilan_where(b, &made, s, "hours > "), BILAN_USAGE, "where: column");
  refused(b, bilan_where(b, &made, s, "hour > 2"), BILAN_USAGE, "did you mean \"hours\"?");
  refused(b, bilan_where(b, &made, s, NULL), BILAN_USAGE, "NULL");
  refused(b, bilan_derive(b, &made, s, "x", "hours +* 2"), BILAN_USAGE, "derive: column");
  refused(b, bilan_derive(b, &made, s, "", "hours"), BILAN_USAGE, "no name");
  assert_null(made);
  bilan_survey_free(s);
  close_handle(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_fresh_handle_is_empty),
      cmocka_unit_test(null_is_freed_without_harm),
      cmocka_unit_test(objects_outlive_the_closing_of_their_handle),
      cmocka_unit_test(words_have_names),
      cmocka_unit_test(a_survey_of_another_handle_is_refused),
      cmocka_unit_test(csv_bytes_become_a_survey),
      cmocka_unit_test(values_keep_answers_and_kinds_of_missing_apart),
      cmocka_unit_test(levels_stand_in_order_of_appearance),
      cmocka_unit_test(places_that_are_not_there_are_refused),
      cmocka_unit_test(faults_in_a_file_have_a_place),
      cmocka_unit_test(options_of_reading_are_obeyed),
      cmocka_unit_test(the_decimal_mark_decides),
      cmocka_unit_test(short_rows_are_filled_when_asked),
      cmocka_unit_test(headers_of_survey_tools_give_wordings),
      cmocka_unit_test(a_number_that_means_missing_is_no_number),
      cmocka_unit_test(wrong_options_of_reading_are_refused),
      cmocka_unit_test(what_reading_noticed_is_told),
      cmocka_unit_test(a_file_is_read_as_its_bytes_are),
      cmocka_unit_test(arrays_become_a_survey),
      cmocka_unit_test(ticks_become_an_item_with_several_answers),
      cmocka_unit_test(wrong_arrays_are_refused_by_name),
      cmocka_unit_test(a_name_is_given_once),
      cmocka_unit_test(a_level_may_be_called_like_a_kind_of_missing),
      cmocka_unit_test(where_selects_and_keeps_the_rows),
      cmocka_unit_test(derive_adds_or_replaces_an_item),
      cmocka_unit_test(select_keeps_items_in_the_order_named),
      cmocka_unit_test(verbs_keep_the_selection),
      cmocka_unit_test(split_makes_several_answers),
      cmocka_unit_test(faults_in_expressions_show_the_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

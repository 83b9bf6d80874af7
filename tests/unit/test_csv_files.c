/* test_csv_files.c - real survey files, read whole. The files are the public exports of the
 * International Research Software Engineer surveys 2016 to 2018 (doi:10.5281/zenodo.1194668,
 * 10.5281/zenodo.2574123, 10.5281/zenodo.2585783; CC BY 2.5 Scotland, The University of
 * Edinburgh on behalf of the Software Sustainability Institute), which are not part of this
 * project: BILAN_RSE names the folder that holds them; without it the tests are skipped. Rows,
 * columns and counts are those published with the data. */
#include "csv_fixture.h"

static bool find(const char *name, char *path, size_t room) {
  const char *folder = getenv("BILAN_RSE");
  if (!folder) return false;
  snprintf(path, room, "%s/%s.csv", folder, name);
  return true;
}

/* Reads one of the files into `table`; skips the test where there is none. */
static void read_file(const char *name) {
  char path[600];
  if (!find(name, path, sizeof path)) skip();
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  size_t room = (size_t)1 << 24;
  char *bytes = malloc(room);
  assert_non_null(bytes);
  size_t n = fread(bytes, 1, room, f);
  fclose(f);
  bilan_status status = read_bytes(bytes, n, NULL);
  free(bytes);
  if (status) fail_msg("%s", b.message);
}

static void all_files_are_read_whole(void **state) {
  (void)state;
  static const struct {
    const char *name;
    size_t rows, columns, marks;
  } files[] = {{"2016-uk", 273, 67, 0},   {"2017-uk", 253, 245, 0},
               {"2017-de", 325, 248, 530}, {"2017-us", 164, 242, 0},
               {"2017-ca", 110, 62, 0},   {"2017-nl", 77, 131, 0},
               {"2017-za", 22, 277, 0},   {"2018-world", 997, 707, 2721},
               {"2017-2018-merged", 1838, 332, 3103}};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    read_file(files[i].name);
    assert_int_equal(table_rows(table), files[i].rows);
    assert_int_equal(table_count(table), files[i].columns);
    assert_int_equal(report.inner_marks, files[i].marks);
    assert_string_equal(report.profile, "limesurvey");
    assert_string_equal(report.encoding, "UTF-8");
    assert_int_equal(report.blank_lines, 0);
    assert_string_equal(table_name(table, 0).s, "column_1");
    assert_int_equal(table_kind(table, 0), BILAN_NUMBER);
  }
}

/* How many rows have the label; "" counts the blanks. */
static size_t count_of(const char *name, const char *label) {
  size_t count = 0;
  for (size_t row = 0; row < table_rows(table); row++)
    count += strcmp(cell(name, row), *label ? label : "-") == 0;
  return count;
}

static void gender_counts_are_the_published_ones(void **state) {
  (void)state;
  read_file("2016-uk");
  assert_int_equal(count_of("socio2", "Male"), 232);
  assert_int_equal(count_of("socio2", "Female"), 30);
  assert_int_equal(count_of("socio2", "Other"), 1);
  assert_int_equal(count_of("socio2", ""), 10);
  read_file("2017-uk");
  assert_int_equal(count_of("socio2", "Male"), 183);
  assert_int_equal(count_of("socio2", "Female"), 33);
  assert_int_equal(count_of("socio2", ""), 36);
  read_file("2017-de");
  assert_int_equal(count_of("socio2", "Male"), 219);
  assert_int_equal(count_of("socio2", "Female"), 34);
  assert_int_equal(count_of("socio2", ""), 62);
}

static void countries_of_2018_are_the_published_ones(void **state) {
  (void)state;
  read_file("2018-world");
  assert_int_equal(count_of("socio1", "Germany"), 333);
  assert_int_equal(count_of("socio1", "United States") +
                   count_of("socio1", "United States of America"), 147);
  assert_int_equal(count_of("socio1", "Australia"), 99);
  assert_int_equal(count_of("socio1", "New Zealand"), 37);
}

static void marks_and_blanks_no_longer_split_answers(void **state) {
  (void)state;
  read_file("2017-2018-merged");
  for (size_t i = 0; i < table_count(table); i++) {
    const struct column *c = table_column(table, i);
    for (uint32_t code = 1; c->dict && code < dict_count(c->dict); code++) {
      struct text label = dict_level(c->dict, code)->label;
      assert_int_equal(text_trim(label).n, label.n);
    }
  }
}

#define TEST_OF(f) cmocka_unit_test_setup_teardown(f, reset, no_leak)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST_OF(all_files_are_read_whole),
      TEST_OF(gender_counts_are_the_published_ones),
      TEST_OF(countries_of_2018_are_the_published_ones),
      TEST_OF(marks_and_blanks_no_longer_split_answers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_sql.c - SQLite as a guest: what queries see and give, what they may not do, files. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/number.h"
#include "data/recode.h"
#include "handle_fixture.h"
#include "io/sqlite_mem.h"
#include "io/sqlite_table.h"

static void add(struct table *t, const char *name, bilan_kind kind, struct column *c) {
  assert_non_null(c);
  assert_int_equal(table_add(b, t, text_of(name), kind, c), 0);
}

static struct column *set_column(void) {
  static const uint32_t codes[] = {1, 2, 0, 3, 2};
  static const char *const labels[] = {"foot;judo", "judo", "natation"};
  struct column *list = make_codes(b, 5, codes, labels, 3), *set = NULL;
  assert_int_equal(column_split(b, &set, list, TEXT(";"), NULL, true), 0);
  column_free(list);
  return set;
}

/* Five respondents. Two names differ in case alone; one holds a blank and a quote. */
static struct table *small_table(void) {
  static const double ages[] = {14, 15.5, NAN, 15, 16}, weights[] = {1, 2, 1, 0.5, 1};
  static const uint32_t genres[] = {1, 2, 1, 3, 0};
  static const char *const labels[] = {"fille", "garçon", "?nsp"};
  struct table *t;
  assert_int_equal(table_new(b, &t, 5), 0);
  add(t, "age", BILAN_NUMBER, make_numbers(b, 5, ages));
  add(t, "genre", BILAN_SINGLE, make_codes(b, 5, genres, labels, 3));
  add(t, "AGE", BILAN_NUMBER, make_numbers(b, 5, weights));
  add(t, "le \"poids\"", BILAN_NUMBER, make_numbers(b, 5, weights));
  add(t, "sports", BILAN_MULTIPLE, set_column());
  return t;
}

/* The result as text: columns by ",", rows by ";", numbers shortest, no answer as "-". */
static void put_result(struct buffer *out, const struct table *t) {
  char room[NUMBER_ROOM];
  for (size_t row = 0; row < table_rows(t); row++) {
    if (row) buffer_char(out, ';');
    for (size_t i = 0; i < table_count(t); i++) {
      const struct column *c = table_column(t, i);
      if (i) buffer_char(out, ',');
      if (column_missing(c, row)) buffer_char(out, '-');
      else if (c->type != COLUMN_NUMBERS) buffer_text(out, column_label(c, row));
      else buffer_add(out, room, number_print(room, column_number(c, row)));
    }
  }
}

static void expect_table(struct table *t, const char *want) {
  struct buffer got;
  buffer_init(&got, &b->mem);
  put_result(&got, t);
  assert_string_equal(got.s ? got.s : "", want);
  buffer_free(&got);
}

static void expect_query(struct table *t, struct domain *d, const char *query,
                         const char *want) {
  struct table *result;
  bilan_status status = sql_query(b, &result, t, d, text_of(query));
  if (status) print_error("%s: %s\n", query, b->message);
  assert_int_equal(status, BILAN_OK);
  expect_table(result, want);
  table_free(result);
}

static void queries_see_numbers_labels_and_no_answers(void **state) {
  (void)state;
  struct table *t = small_table();
  expect_query(t, NULL, "SELECT age, genre FROM survey", "14,fille;15.5,garçon;-,fille;15,-;16,-");
  expect_query(t, NULL, "SELECT typeof(age), count(*) FROM survey GROUP BY 1 ORDER BY 1",
               "integer,3;null,1;real,1");
  expect_query(t, NULL, "SELECT genre, avg(age), sum(age_2) FROM survey GROUP BY genre "
               "HAVING genre IS NOT NULL ORDER BY genre", "fille,14,2;garçon,15.5,2");
  expect_query(t, NULL, "SELECT sum(\"le \"\"poids\"\"\") AS w FROM survey", "5.5");
  expect_query(t, NULL, "SELECT upper(genre) FROM survey WHERE rowid = 2", "GARÇON");
  expect_query(t, NULL, "SELECT age / 2 FROM survey WHERE age = '15'", "7");
  table_free(t);
}

static void several_answers_are_text_and_hidden_columns(void **state) {
  (void)state;
  struct table *t = small_table();
  expect_query(t, NULL, "SELECT sports FROM survey", "foot;judo;judo;-;natation;judo");
  expect_query(t, NULL, "SELECT sum(\"sports:judo\"), count(\"sports:foot\") FROM survey", "3,4");
  struct table *all;
  assert_int_equal(sql_query(b, &all, t, NULL, TEXT("SELECT * FROM survey")), 0);
  assert_int_equal(table_count(all), 5);
  table_free(all);
  table_free(t);
}

static void queries_see_the_domain_only(void **state) {
  struct domain *d;
  (void)state;
  struct table *t = small_table();
  assert_int_equal(domain_new(b, &d, 5), 0);
  domain_set(d, 1);
  domain_set(d, 4);
  expect_query(t, d, "SELECT rowid, age FROM survey", "2,15.5;5,16");
  expect_query(t, d, "WITH a AS (SELECT * FROM survey) SELECT count(*) FROM a, survey", "4");
  domain_free(d);
  assert_int_equal(domain_new(b, &d, 5), 0);
  expect_query(t, d, "SELECT age FROM survey", "");
  domain_free(d);
  table_free(t);
}

static void columns_take_the_type_of_their_values(void **state) {
  (void)state;
  struct table *t = small_table(), *result;
  const char *query = "SELECT 1 AS a, 0.1 AS b, 'x' AS a, NULL AS n, "
                      "CASE rowid WHEN 1 THEN 2.5 WHEN 2 THEN 'oui' END AS m FROM survey";
  assert_int_equal(sql_query(b, &result, t, NULL, text_of(query)), 0);
  assert_int_equal(table_kind(result, 0), BILAN_NUMBER);
  assert_true(column_number(table_column(result, 1), 0) == 0.1);
  assert_true(text_equal(table_name(result, 2), TEXT("a 2")));
  assert_int_equal(table_kind(result, 2), BILAN_SINGLE);
  assert_int_equal(column_missing(table_column(result, 3), 0), BILAN_NO_ANSWER);
  assert_true(text_equal(column_label(table_column(result, 4), 0), TEXT("2.5")));
  assert_true(text_equal(column_label(table_column(result, 4), 1), TEXT("oui")));
  assert_int_equal(column_missing(table_column(result, 4), 2), BILAN_NO_ANSWER);
  table_free(result);
  table_free(t);
}

static void expect_refusal(struct table *t, const char *query, bilan_status want,
                           const char *message) {
  struct table *result;
  bilan_status status = sql_query(b, &result, t, NULL, text_of(query));
  if (status == BILAN_OK) table_free(result);
  if (status != want || !strstr(b->message, message))
    print_error("%s gives %d: %s\n", query, (int)status, b->message);
  assert_int_equal(status, want);
  assert_non_null(strstr(b->message, message));
}

static void queries_can_only_read_the_survey(void **state) {
  static const char *const refused[] = {
      "ATTACH '/tmp/x.db' AS x", "DETACH main", "CREATE TABLE x(a)", "CREATE TEMP TABLE x(a)",
      "DROP TABLE survey", "DELETE FROM survey", "INSERT INTO survey(age) VALUES(1)",
      "UPDATE survey SET age = 1", "PRAGMA writable_schema = 1", "PRAGMA table_info(survey)",
      "SELECT * FROM pragma_database_list", "SELECT sql FROM sqlite_master", "VACUUM INTO '/tmp/x'",
      "SELECT load_extension('x')", "SELECT random()", "SELECT hex(randomblob(4))",
      "SELECT current_timestamp", "BEGIN", "REINDEX", "ANALYZE", "EXPLAIN DELETE FROM survey",
      "CREATE VIRTUAL TABLE x USING fts5(a)", "SELECT * FROM dbstat", "SELECT * FROM sqlite_stmt",
      "SELECT count(*) FROM sqlite_schema", "SELECT fts3_tokenizer('simple')", "", ";",
      "SELECT 1; DROP TABLE survey", "SELECT 1; SELECT 2"};
  (void)state;
  struct table *t = small_table();
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
    expect_refusal(t, refused[i], BILAN_USAGE, "query: ");
  expect_query(t, NULL, "SELECT 1; -- done\n ;", "1");
  expect_query(t, NULL, "SELECT value FROM json_each('[1,2]')", "1;2");
  table_free(t);
}

static void errors_speak_sqlites_words_and_name_the_nearest(void **state) {
  (void)state;
  struct table *t = small_table();
  expect_refusal(t, "SELECT agee FROM survey", BILAN_USAGE,
                 "query: byte 8: no such column: agee; did you mean \"age\"?");
  expect_refusal(t, "SELECT FROM survey", BILAN_USAGE, "near \"FROM\": syntax error");
  expect_refusal(t, "SELECT \"fille\" FROM survey", BILAN_USAGE, "no such column");
  expect_refusal(t, "SELECT x'00ff' AS f FROM survey", BILAN_DATA, "column f holds bytes");
  table_free(t);
}

static void queries_are_bounded(void **state) {
  (void)state;
  struct table *t = small_table();
  expect_refusal(t, "SELECT replace(printf('%.*c', 900000, 'x'), 'x', 'yy')", BILAN_LIMIT,
                 "too big");
  b->mem.cap = b->mem.used + 2000000;
  expect_refusal(t, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
                 "SELECT x FROM n", BILAN_NOMEM, "out of memory");
  b->mem.cap = 0;
  char *longer = calloc(1, 200001);
  assert_non_null(longer);
  memset(longer, ' ', 200000);
  memcpy(longer, "SELECT 1", 8);
  expect_refusal(t, longer, BILAN_LIMIT, "the limit is 100000");
  free(longer);
  table_free(t);
}

/* ---- files ------------------------------------------------------------------------------ */

static char folder[] = "/tmp/bilan_test_sql_XXXXXX";
static char path[80];

static int make_folder(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return 1;
  snprintf(path, sizeof path, "%s/a.sqlite", folder);
  return 0;
}

static int remove_folder(void **state) {
  (void)state;
  return rmdir(folder);
}

static void make_file(const char *sql) {
  sqlite3 *db;
  unlink(path);
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

static void expect_read(const char *what, const char *want) {
  struct table *t;
  bilan_status status = sqlite_read(b, &t, path, text_of(what));
  if (status) print_error("%s\n", b->message);
  assert_int_equal(status, BILAN_OK);
  expect_table(t, want);
  table_free(t);
}

static void expect_unread(const char *what, bilan_status want, const char *message) {
  struct table *t;
  bilan_status status = sqlite_read(b, &t, path, text_of(what));
  if (status != want || !strstr(b->message, message)) print_error("%s\n", b->message);
  assert_int_equal(status, want);
  assert_non_null(strstr(b->message, message));
  assert_non_null(strstr(b->message, path));
}

static void tables_and_queries_are_read_from_files(void **state) {
  (void)state;
  make_file("CREATE TABLE \"les \"\"eleves\"\"\"(n, nom TEXT); "
            "INSERT INTO \"les \"\"eleves\"\"\" VALUES(1, 'Zoé'), (2.5, NULL)");
  expect_read("", "1,Zoé;2.5,-");
  expect_read("les \"eleves\"", "1,Zoé;2.5,-");
  expect_read(" select sum(n) from [les \"eleves\"]", "3.5");
  expect_unread("les elves", BILAN_USAGE, "did you mean \"les \"eleves\"\"?");
  expect_unread("SELECT 1; SELECT 2", BILAN_USAGE, "one SELECT");
  expect_unread("SELECT random()", BILAN_USAGE, "not allowed");
  make_file("CREATE TABLE a(x); CREATE TABLE b(y)");
  expect_unread("", BILAN_USAGE, "2 tables in the file, among them \"a\" and \"b\"");
  struct buffer names;
  buffer_init(&names, &b->mem);
  assert_int_equal(sqlite_names(b, &names, path), 0);
  assert_int_equal(names.n, 4);
  assert_memory_equal(names.s, "a\0b", 4);
  buffer_free(&names);
  make_file("PRAGMA user_version = 1; CREATE TABLE a(x); DROP TABLE a");
  expect_unread("", BILAN_DATA, "no table in the file");
  unlink(path);
}

static void a_file_in_log_mode_is_read_when_it_is_at_rest(void **state) {
  char log[100];
  (void)state;
  make_file("PRAGMA journal_mode = WAL; CREATE TABLE a(x); INSERT INTO a VALUES(3)");
  expect_read("", "3");
  snprintf(log, sizeof log, "%s-wal", path);
  assert_int_equal(io_write_file(b, log, "xxxx", 4), 0);
  expect_unread("", BILAN_DATA, "holds changes that are not written yet");
  unlink(log);
  unlink(path);
}

static void files_that_are_no_database_are_refused(void **state) {
  char bytes[4096] = "SQLite format 3";
  (void)state;
  assert_int_equal(io_write_file(b, path, "age;genre\n1;2\n", 14), 0);
  expect_unread("", BILAN_DATA, "not an SQLite file");
  assert_int_equal(io_write_file(b, path, bytes, sizeof bytes), 0);
  expect_unread("", BILAN_DATA, "file is not a database");
  unlink(path);
}

/* Every byte of a small file damaged, one at a time: an error or a table, never a crash. */
static void damaged_files_never_crash(void **state) {
  char *bytes;
  size_t size;
  uint64_t seed = 7;
  (void)state;
  make_file("PRAGMA page_size = 512; CREATE TABLE a(x, y); CREATE VIEW v AS SELECT * FROM a; "
            "INSERT INTO a VALUES(1, 'abc'), (2, 'def'), (NULL, 4.5)");
  assert_int_equal(io_read_file(b, &bytes, &size, path, 0), 0);
  for (int i = 0; i < 1200; i++) {
    struct table *t;
    size_t at = draw_below(&seed, (uint32_t)size);
    char before = bytes[at];
    bytes[at] = (char)draw_below(&seed, 256);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    fclose(f);
    if (sqlite_read(b, &t, path, TEXT("a")) == BILAN_OK) table_free(t);
    bytes[at] = before;
  }
  mem_free(&b->mem, bytes);
  unlink(path);
}

static void a_table_survives_writing_and_reading(void **state) {
  (void)state;
  struct table *t = small_table(), *back;
  assert_int_equal(sqlite_write(b, path, t), 0);
  assert_int_equal(sqlite_read(b, &back, path, TEXT("survey")), 0);
  expect_table(back, "14,fille,1,1,foot;judo;15.5,garçon,2,2,judo;-,fille,1,1,-;15,-,0.5,0.5,"
               "natation;16,-,1,1,judo");
  assert_true(text_equal(table_name(back, 2), TEXT("AGE_2")));
  assert_true(text_equal(table_name(back, 3), TEXT("le \"poids\"")));
  table_free(back);
  table_free(t);
  unlink(path);
}

/* ---- memory ----------------------------------------------------------------------------- */

static bilan_status query_once(struct table *t) {
  struct table *result;
  bilan_status status = sql_query(b, &result, t, NULL,
                                  TEXT("SELECT genre, upper(sports), age AS a, 'x' || age AS a "
                                       "FROM survey ORDER BY age"));
  if (!status) table_free(result);
  return status;
}

/* Makes a file's bytes, and reads the file that is there. */
static bilan_status file_once(struct table *t) {
  struct table *back;
  char *bytes = NULL;
  size_t size;
  bilan_status status = sqlite_bytes(b, &bytes, &size, t);
  mem_free(&b->mem, bytes);
  if (!status) status = sqlite_read(b, &back, path, TEXT("survey"));
  if (!status) table_free(back);
  return status;
}

/* With SQLite on the same allocator, every allocation of either fails once, then for good. */
static void every_failed_allocation_is_reported(void **state) {
  static bilan_status (*const tries[])(struct table *) = {query_once, file_once};
  (void)state;
  sqlite3_shutdown();
  assert_int_equal(sqlite_use_memory(b), 0);
  struct table *t = small_table();
  assert_int_equal(sqlite_write(b, path, t), 0);
  for (size_t i = 0; i < 2; i++) {
    for (int on = 0; on < 2; on++) {
      bilan_status status = BILAN_NOMEM;
      size_t before = b->mem.used;
      for (uint64_t n = 1; status && n < 6000; n++) {
        b->mem.requests = 0;
        b->mem.fail_at = n;
        b->mem.fail_on = on;
        status = tries[i](t);
        b->mem.fail_at = 0;
        if (status != BILAN_OK && status != BILAN_NOMEM) print_error("%s\n", b->message);
        assert_true(status == BILAN_OK || status == BILAN_NOMEM);
        assert_int_equal(b->mem.used, before);
      }
      assert_int_equal(status, BILAN_OK);
    }
  }
  table_free(t);
  unlink(path);
  assert_int_equal(sqlite_release_memory(b), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_handle, close_handle)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(queries_see_numbers_labels_and_no_answers),
      TEST(several_answers_are_text_and_hidden_columns),
      TEST(queries_see_the_domain_only),
      TEST(columns_take_the_type_of_their_values),
      TEST(queries_can_only_read_the_survey),
      TEST(errors_speak_sqlites_words_and_name_the_nearest),
      TEST(queries_are_bounded),
      TEST(tables_and_queries_are_read_from_files),
      TEST(a_file_in_log_mode_is_read_when_it_is_at_rest),
      TEST(files_that_are_no_database_are_refused),
      TEST(damaged_files_never_crash),
      TEST(a_table_survives_writing_and_reading),
      TEST(every_failed_allocation_is_reported),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

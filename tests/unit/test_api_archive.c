/* test_api_archive.c - a C program reads a wave of an archive: bilan_read_archive. The archives
 * are made by the engine's own functions out of the fixture's survey. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "api/api.h"
#include "archive/archive.h"

#include "api_fixture.h"

static char path[64];

static int name_archive(void **state) {
  (void)state;
  snprintf(path, sizeof path, "/tmp/bilan-api-%ld.bilan", (long)getpid());
  unlink(path);
  return 0;
}

static int remove_archive(void **state) {
  (void)state;
  return unlink(path);
}

static void run_sql(bilan *b, struct archive *a, const char *sql) {
  struct query *q = NULL;
  bool row;
  must(b, query_open(b, &q, a, text_of(sql)));
  must(b, query_step(b, q, &row));
  query_close(q);
}

/* An archive of `waves` waves, all with the fixture's answers and a codebook of one item. */
static void make_archive(bilan *b, int waves) {
  static const char *const names[] = {"2022-2023", "2023-2024"};
  struct archive *a = NULL;
  char sha256[SHA256_HEX], sql[200];
  int64_t id;
  bilan_survey *s = read_answers(b);
  must(b, archive_open(b, &a, path, ARCHIVE_WRITE));
  must(b, archive_begin(b, a));
  must(b, archive_put(b, a, &id, sha256, s->table));
  run_sql(b, a, "INSERT INTO codebook(id, sha256, json) VALUES(1, 'c', '{}')");
  run_sql(b, a, "INSERT INTO codebook_item(codebook, place, id, question) "
                "VALUES(1, 1, 'answer', 'Do you agree?')");
  for (int i = 0; i < waves; i++) {
    snprintf(sql, sizeof sql, "INSERT INTO wave(name, place, data, codebook) VALUES('%s', %d, 1, 1)",
             names[i], i + 1);
    run_sql(b, a, sql);
  }
  must(b, archive_commit(b, a));
  archive_close(a);
  bilan_survey_free(s);
}

static void the_only_wave_is_read_with_its_wordings(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  make_archive(b, 1);
  must(b, bilan_read_archive(b, &s, path, NULL));
  assert_int_equal(bilan_survey_rows(s), 8);
  assert_int_equal(bilan_survey_items(s), 4);
  text_is(value_of(b, s, "answer", 1).text, "no");
  assert_int_equal(value_of(b, s, "answer", 7).missing, BILAN_REFUSED);
  near(value_of(b, s, "hours", 4).number, 5);
  assert_string_equal(bilan_survey_wording(s, item_of(b, s, "answer")), "Do you agree?");
  assert_string_equal(bilan_survey_wording(s, item_of(b, s, "hours")), "");
  bilan_survey_free(s);
  close_handle(b);
}

static void of_several_waves_one_is_named(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  make_archive(b, 2);
  refused(b, bilan_read_archive(b, &s, path, NULL), BILAN_USAGE,
          "2 waves in the archive, among them \"2022-2023\" and \"2023-2024\"; say which");
  refused(b, bilan_read_archive(b, &s, path, "2023-2025"), BILAN_USAGE,
          "no wave \"2023-2025\"; did you mean \"2023-2024\"?");
  must(b, bilan_read_archive(b, &s, path, "2023-2024"));
  bilan_survey_free(s);
  close_handle(b);
}

static void what_is_no_archive_is_refused(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  make_archive(b, 0);
  refused(b, bilan_read_archive(b, &s, path, NULL), BILAN_DATA, "no wave in the archive");
  refused(b, bilan_read_archive(b, &s, "Makefile", NULL), BILAN_DATA, "not a bilan archive");
  refused(b, bilan_read_archive(b, &s, "absent.bilan", NULL), BILAN_IO, "absent.bilan");
  refused(b, bilan_read_archive(b, &s, NULL, NULL), BILAN_USAGE, "NULL");
  close_handle(b);
}

/* Every request for memory of the engine's own in turn; SQLite has its own allocator here. */
static void memory_may_run_out_anywhere(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  bilan_status status = BILAN_NOMEM;
  make_archive(b, 1);
  for (uint64_t k = 1; status; k++) {
    bilan_fail_memory(b, k, 0);
    status = bilan_read_archive(b, &s, path, NULL);
    bilan_fail_memory(b, 0, 0);
    assert_true(status == BILAN_OK || status == BILAN_NOMEM);
  }
  bilan_survey_free(s);
  close_handle(b);
}

/* What a thread has: its own handle. NULL when all its readings are right. */
static void *read_often(void *wave) {
  bilan *b = NULL;
  bilan_value value;
  void *wrong = bilan_open(&b) ? wave : NULL;
  for (int i = 0; !wrong && i < 40; i++) {
    bilan_survey *s = NULL;
    size_t item;
    if (bilan_read_archive(b, &s, path, wave) || bilan_survey_rows(s) != 8 ||
        bilan_survey_find(b, &item, s, "answer") || bilan_survey_value(b, &value, s, item, 1) ||
        value.text.length != 2 || memcmp(value.text.s, "no", 2))
      wrong = wave;
    bilan_survey_free(s);
  }
  bilan_close(b);
  return wrong;
}

static void threads_read_with_a_handle_each(void **state) {
  static char waves[2][16] = {"2022-2023", "2023-2024"};
  pthread_t threads[4];
  void *wrong;
  (void)state;
  bilan *b = open_handle();
  make_archive(b, 2);
  for (int i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, read_often, waves[i % 2]), 0);
  for (int i = 0; i < 4; i++) {
    assert_int_equal(pthread_join(threads[i], &wrong), 0);
    assert_null(wrong);
  }
  close_handle(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_only_wave_is_read_with_its_wordings, name_archive,
                                      remove_archive),
      cmocka_unit_test_setup_teardown(of_several_waves_one_is_named, name_archive,
                                      remove_archive),
      cmocka_unit_test_setup_teardown(what_is_no_archive_is_refused, name_archive,
                                      remove_archive),
      cmocka_unit_test_setup_teardown(memory_may_run_out_anywhere, name_archive,
                                      remove_archive),
      cmocka_unit_test_setup_teardown(threads_read_with_a_handle_each, name_archive,
                                      remove_archive)};
  return cmocka_run_group_tests_name("api archive", tests, NULL, NULL);
}

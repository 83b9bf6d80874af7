/* test_archive_file.c - the file of an archive: made whole or not at all, refused when it is
 * none, in use, damaged in any byte; memory and files that fail at every moment; threads. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "archive_fixture.h"
#include "io/sqlite_mem.h"

static void write_bytes(const char *path, const void *bytes, size_t n) {
  must(io_write_file(b, path, bytes, n));
}

/* Our bytes at an offset of a file. */
static void poke(const char *path, long offset, const void *bytes, size_t n) {
  int fd = open(path, O_WRONLY);
  assert_true(fd >= 0);
  assert_int_equal(pwrite(fd, bytes, n, offset), (ssize_t)n);
  close(fd);
}

/* A statement on the file as sqlite3 would make it, without the archive's rules. */
static void as_a_stranger(const char *path, const char *sql) {
  sqlite3 *db = NULL;
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  if (sqlite3_exec(db, sql, NULL, NULL, NULL)) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  sqlite3_close(db);
}

static int64_t make(const char *path, uint64_t seed, size_t rows) {
  struct table *t = draw_table_of(seed, rows, 260);
  struct archive *a = open_archive(path, ARCHIVE_WRITE);
  int64_t id = store(a, t);
  archive_close(a);
  table_free(t);
  return id;
}

/* ---- making ------------------------------------------------------------------------------- */

static void a_new_archive_appears_with_its_first_commit(void **state) {
  (void)state;
  const char *path = in_folder("new.bilan");
  struct archive *a = open_archive(path, ARCHIVE_WRITE);
  assert_false(io_is_file(b, path));
  archive_close(a);
  assert_int_equal(files_in_folder(), 0);
  a = open_archive(path, ARCHIVE_WRITE);
  must(archive_begin(b, a));
  must(run_sql(a, "INSERT INTO wave(name) VALUES('2024')"));
  archive_rollback(a);
  archive_close(a);
  assert_int_equal(files_in_folder(), 0);
  a = open_archive(path, ARCHIVE_WRITE);
  must(archive_begin(b, a));
  must(run_sql(a, "INSERT INTO wave(name) VALUES('2024')"));
  assert_false(archive_is(b, path));
  must(archive_commit(b, a));
  assert_true(archive_is(b, path));
  assert_int_equal(files_in_folder(), 1);
  assert_int_equal(count_sql(a, "SELECT count(*) FROM waves"), 1);
  archive_close(a);
}

static void the_second_maker_of_an_archive_is_told(void **state) {
  (void)state;
  const char *path = in_folder("new.bilan");
  struct archive *first = open_archive(path, ARCHIVE_WRITE);
  struct archive *second = open_archive(path, ARCHIVE_WRITE);
  must(archive_begin(b, first));
  must(run_sql(first, "INSERT INTO wave(name) VALUES('first')"));
  must(archive_begin(b, second));
  must(archive_commit(b, first));
  refused(archive_commit(b, second), BILAN_IO, "another program has made it");
  refused(archive_begin(b, second), BILAN_USAGE, "closed");
  archive_close(second);
  assert_int_equal(count_sql(first, "SELECT count(*) FROM wave"), 1);
  archive_close(first);
  assert_int_equal(files_in_folder(), 1);
}

/* What a killed process leaves goes with the next archive made there; files of processes that
 * live, and of other names, stay. */
static void what_a_killed_maker_left_is_removed(void **state) {
  char left[64], living[64];
  (void)state;
  pid_t child = fork();
  if (!child) _exit(0);
  waitpid(child, NULL, 0);
  snprintf(left, sizeof left, ".bilan-archive-%ld-0.tmp", (long)child);
  snprintf(living, sizeof living, ".bilan-archive-%ld-7.tmp", (long)getppid());
  write_bytes(in_folder(left), "x", 1);
  write_bytes(in_folder(living), "x", 1);
  write_bytes(in_folder(".bilan-archive-x-0.tmp"), "x", 1);
  make(in_folder("new.bilan"), 1, 3);
  assert_false(io_is_file(b, in_folder(left)));
  assert_true(io_is_file(b, in_folder(living)));
  assert_true(io_is_file(b, in_folder(".bilan-archive-x-0.tmp")));
}

static void folders_that_are_not_there_are_named(void **state) {
  struct archive *a;
  (void)state;
  refused(archive_open(b, &a, in_folder("no/new.bilan"), ARCHIVE_WRITE), BILAN_IO, "no/");
  refused(archive_open(b, &a, in_folder("new.bilan"), ARCHIVE_READ), BILAN_IO, "new.bilan");
  refused(archive_open(b, &a, "", ARCHIVE_WRITE), BILAN_IO, "folder");
}

/* ---- what is no archive ------------------------------------------------------------------- */

static void expect_refusal(const char *path, const char *words) {
  struct archive *a;
  refused(archive_open(b, &a, path, ARCHIVE_READ), BILAN_DATA, words);
  refused(archive_open(b, &a, path, ARCHIVE_WRITE), BILAN_DATA, words);
}

static void other_files_are_refused(void **state) {
  (void)state;
  write_bytes(in_folder("empty"), "", 0);
  write_bytes(in_folder("text"), "a,b\n1,2\n", 8);
  as_a_stranger(in_folder("other.db"), "CREATE TABLE t(x)");
  assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
  expect_refusal(in_folder("empty"), "not a bilan archive");
  expect_refusal(in_folder("text"), "not a bilan archive");
  expect_refusal(in_folder("other.db"), "not a bilan archive");
  expect_refusal(in_folder("pipe"), "not a regular file");
  expect_refusal(folder, "not a regular file");
  assert_false(archive_is(b, in_folder("text")));
  assert_false(archive_is(b, in_folder("pipe")));
  assert_false(archive_is(b, folder));
}

static void other_versions_and_schemas_are_refused(void **state) {
  const char *path = in_folder("a.bilan");
  (void)state;
  make(path, 1, 3);
  as_a_stranger(path, "PRAGMA user_version=2");
  expect_refusal(path, "an archive of version 2; this program reads version 1");
  as_a_stranger(path, "PRAGMA user_version=1; CREATE TABLE extra(x)");
  expect_refusal(path, "its schema is another at \"extra\"");
  as_a_stranger(path, "DROP TABLE extra; CREATE TRIGGER t AFTER INSERT ON wave "
                      "BEGIN SELECT 1; END");
  expect_refusal(path, "its schema is another at \"t\"");
  as_a_stranger(path, "DROP TRIGGER t; DROP VIEW history");
  expect_refusal(path, "its schema is not complete");
  unlink(path);
  make(path, 1, 3);
  as_a_stranger(path, "PRAGMA journal_mode=WAL");
  expect_refusal(path, "write-ahead");
}

/* A journal that names a list of other files would have SQLite delete it. */
static void a_journal_that_names_another_file_is_refused(void **state) {
  static const unsigned char mark[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
  char journal[600];
  (void)state;
  make(in_folder("a.bilan"), 1, 3);
  memset(journal, 0, sizeof journal);
  memcpy(journal + sizeof journal - sizeof mark, mark, sizeof mark);
  write_bytes(in_folder("a.bilan-journal"), journal, sizeof journal);
  expect_refusal(in_folder("a.bilan"), "part of a change to other files");
}

/* A name that SQLite might take for a URI is a name. */
static void odd_names_are_names(void **state) {
  char before[4096];
  (void)state;
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(folder), 0);
  make("file:a.bilan?mode=memory", 1, 3);
  assert_true(archive_is(b, "file:a.bilan?mode=memory"));
  assert_int_equal(files_in_folder(), 1);
  assert_int_equal(chdir(before), 0);
}

/* ---- writers and readers ------------------------------------------------------------------ */

static void a_second_writer_waits_and_is_told(void **state) {
  const char *path = in_folder("a.bilan");
  (void)state;
  make(path, 1, 3);
  struct archive *first = open_archive(path, ARCHIVE_WRITE);
  struct archive *second = open_archive(path, ARCHIVE_WRITE);
  must(archive_begin(b, first));
  struct table *t = load(second, 1); /* readers go on */
  table_free(t);
  refused(archive_begin(b, second), BILAN_IO, "a.bilan: in use by another program for more than "
                                              "5 seconds");
  archive_rollback(first);
  must(archive_begin(b, second));
  archive_close(first);
  archive_close(second);
}

static void reading_changes_nothing(void **state) {
  const char *path = in_folder("a.bilan");
  (void)state;
  make(path, 1, 3);
  struct archive *a = open_archive(path, ARCHIVE_READ);
  refused(archive_begin(b, a), BILAN_USAGE, "open for reading only");
  must(run_sql(a, "BEGIN"));
  assert_int_not_equal(run_sql(a, "DELETE FROM data"), BILAN_OK);
  archive_close(a);
}

/* ---- damage ------------------------------------------------------------------------------- */

enum { MUTATIONS = 3000 };

/* Opens, loads, checks: whatever happens is an error with the path, or all is well. */
static void look_through(const char *path, size_t *fine) {
  struct archive *a = NULL;
  struct table *t = NULL;
  bilan_status status = archive_open(b, &a, path, ARCHIVE_READ);
  if (!status) status = archive_get(b, &t, a, 1, NULL, 0);
  table_free(t);
  if (!status) status = archive_check(b, a);
  archive_close(a);
  *fine += !status;
  if (!status) return;
  if (status != BILAN_DATA && status != BILAN_USAGE && status != BILAN_IO)
    fail_msg("status %d: %s", (int)status, b->message);
  assert_non_null(strstr(b->message, "a.bilan"));
}

/* Seeded: one to three bytes of the file are changed, mostly ones that are not zero, looked
 * through, and put back. */
static void damage_is_an_error_never_a_crash(void **state) {
  const char *path = in_folder("a.bilan");
  uint64_t s = 2024;
  char *bytes;
  size_t size, fine = 0;
  (void)state;
  make(path, 1, 40);
  must(io_read_file(b, &bytes, &size, path, 0));
  b->mem.cap = (size_t)256 << 20;
  for (int i = 0; i < MUTATIONS; i++) {
    size_t at[3], count = 1 + draw_below(&s, 3);
    for (size_t j = 0; j < count; j++) {
      do at[j] = draw_below(&s, (uint32_t)size);
      while (!bytes[at[j]] && draw_below(&s, 40));
      unsigned char byte = (unsigned char)draw(&s);
      poke(path, (long)at[j], &byte, 1);
    }
    look_through(path, &fine);
    for (size_t j = 0; j < count; j++) poke(path, (long)at[j], &bytes[at[j]], 1);
  }
  look_through(path, &fine);
  mem_free(&b->mem, bytes);
  b->mem.cap = 0;
  assert_in_range(fine, 1, MUTATIONS / 3);
}

/* A file that ends early: what is gone may be the unused end of its last page, no more. */
static void a_cut_file_is_an_error(void **state) {
  const char *path = in_folder("a.bilan");
  size_t fine = 0;
  struct stat info;
  (void)state;
  make(path, 1, 40);
  assert_int_equal(stat(path, &info), 0);
  for (off_t size = info.st_size - 1000; size > 0; size -= 9000) {
    assert_int_equal(truncate(path, size), 0);
    look_through(path, &fine);
  }
  assert_in_range(fine, 0, 2);
}

/* Answers changed as a program would change them, checksum and all, are found by the hash. */
static void a_changed_answer_is_found_by_its_hash(void **state) {
  const char *path = in_folder("a.bilan");
  (void)state;
  make(path, 1, 40);
  as_a_stranger(path, "UPDATE level SET label = 'another' WHERE place = 1 AND code = 1");
  struct archive *a = open_archive(path, ARCHIVE_READ);
  struct table *t = load(a, 1);
  refused(archive_check(b, a), BILAN_DATA, "table 1 is not what its hash says");
  table_free(t);
  archive_close(a);
}

/* What the rows of a hostile file may say, one after the other. */
static void rows_that_lie_are_damage(void **state) {
  static const char *const lies[] = {
      "UPDATE data SET rows = 1000000000", "UPDATE data SET rows = -1",
      "UPDATE data SET items = 3", "UPDATE item SET kind = 'x' WHERE place = 2",
      "UPDATE item SET type = 'text' WHERE place = 2", "UPDATE item SET place = 99 WHERE place = 2",
      "UPDATE item SET name = CAST(x'ff' AS TEXT) WHERE place = 2",
      "UPDATE item SET name = 'genre' WHERE place = 2",
      "DELETE FROM level WHERE place = 2 AND code = 5",
      "UPDATE level SET code = 4000000000 WHERE place = 2 AND code = 300",
      "UPDATE level SET label = 'é2' WHERE place = 2 AND code = 1",
      "UPDATE level SET missing = 'perhaps' WHERE place = 2 AND code = 1",
      "DELETE FROM level WHERE place = 2 AND code > 20",
      "UPDATE chunk SET rows = rows + 1", "UPDATE chunk SET first = 1", "UPDATE chunk SET part = 1",
      "UPDATE chunk SET encoding = 'constant'", "UPDATE chunk SET encoding = 'float64'",
      "UPDATE chunk SET missing = 1 - missing", "UPDATE chunk SET scale = scale + 1",
      "UPDATE chunk SET base = 1 << 60", "UPDATE chunk SET checksum = 0",
      "UPDATE chunk SET bytes = zeroblob(1000000000)", "UPDATE chunk SET bytes = 'text'",
      "UPDATE chunk SET bytes = NULL", "DELETE FROM chunk WHERE place = 3",
      "UPDATE chunk SET place = 14 - place"};
  const char *path = in_folder("a.bilan");
  char *bytes;
  size_t size;
  (void)state;
  make(path, 1, 40);
  must(io_read_file(b, &bytes, &size, path, 0));
  for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
    struct archive *a = NULL;
    struct table *t = NULL;
    sqlite3 *db = NULL;
    write_bytes(path, bytes, size);
    sqlite3_open(path, &db);
    sqlite3_exec(db, lies[i], NULL, NULL, NULL); /* some are refused by the schema */
    int changed = sqlite3_changes(db);
    sqlite3_close(db);
    must(archive_open(b, &a, path, ARCHIVE_READ));
    bilan_status status = archive_get(b, &t, a, 1, NULL, 0);
    if (changed && status != BILAN_DATA) fail_msg("%s: %d %s", lies[i], status, b->message);
    if (!status) table_free(t);
    archive_close(a);
  }
  mem_free(&b->mem, bytes);
}

/* ---- faults ------------------------------------------------------------------------------- */

/* Makes an archive, stores a table, loads it; what is left on failure is nothing or an archive. */
static bilan_status make_and_load(const char *path, const struct table *t) {
  struct archive *a = NULL;
  struct table *again = NULL;
  char sha256[SHA256_HEX];
  int64_t id = 0;
  bilan_status status = archive_open(b, &a, path, ARCHIVE_WRITE);
  if (!status) status = archive_begin(b, a);
  if (!status) status = archive_put(b, a, &id, sha256, t);
  if (!status) status = archive_commit(b, a);
  if (!status) status = archive_get(b, &again, a, id, NULL, 0);
  if (!status) same_table(t, again);
  table_free(again);
  archive_close(a);
  return status;
}

/* Whatever failed: no temporary file, and what has the name is a whole archive. */
static void expect_whole(const char *path) {
  bool there = io_is_file(b, path);
  assert_int_equal(files_in_folder(), there);
  if (!there) return;
  struct archive *a = open_archive(path, ARCHIVE_READ);
  must(archive_check(b, a));
  archive_close(a);
  unlink(path);
}

static void memory_may_fail_at_every_request(void **state) {
  (void)state;
  sqlite3_shutdown();
  must(sqlite_use_memory(b));
  const char *path = in_folder("a.bilan");
  struct table *t = draw_table_of(1, 20, 12);
  uint64_t step = 1;
  for (uint64_t k = 1;; k += step, step = k / 40 + 1) {
    for (int on = 0; on < 2; on++) {
      b->mem.fail_at = b->mem.requests + k;
      b->mem.fail_on = on;
      bilan_status status = make_and_load(path, t);
      bool reached = b->mem.requests >= b->mem.fail_at;
      b->mem.fail_at = 0;
      expect_whole(path);
      if (status && status != BILAN_NOMEM) fail_msg("request %d: %s", (int)k, b->message);
      if (!reached) goto through;
    }
  }
through:
  table_free(t);
  must(sqlite_release_memory(b));
}

static void system_calls_may_fail_at_every_call(void **state) {
  (void)state;
  char path[128];
  struct table *t = draw_table_of(1, 20, 12);
  bilan_status status = BILAN_IO;
  snprintf(path, sizeof path, "%s/a.bilan", folder);
  for (uint64_t k = 1; status; k++) {
    b->io.fail_at = b->io.calls + k;
    b->io.fail_errno = k % 2 ? EIO : ENOSPC;
    status = make_and_load(path, t);
    bool reached = b->io.calls >= b->io.fail_at;
    b->io.fail_at = 0;
    if (status && status != BILAN_IO && status != BILAN_DATA) fail_msg("%s", b->message);
    if (!reached && status) fail_msg("call %d: %s", (int)k, b->message);
    if (reached && !status) status = BILAN_IO; /* the fault was one that does not matter */
    if (!io_is_file(b, path)) assert_true(files_in_folder() <= 1); /* unlink itself failed */
    unlink(path);
    for (int i = 0; i < 3; i++) {
      char left[64];
      snprintf(left, sizeof left, ".bilan-archive-%ld-%d.tmp", (long)getpid(), i);
      unlink(in_folder(left));
    }
  }
  table_free(t);
}

/* ---- threads ------------------------------------------------------------------------------ */

static void *read_often(void *path) {
  bilan own;
  handle_init(&own);
  for (int i = 0; i < 50; i++) {
    struct archive *a = NULL;
    struct table *t = NULL;
    if (!archive_is(&own, path) || archive_open(&own, &a, path, ARCHIVE_READ) ||
        archive_get(&own, &t, a, 1, NULL, 0) || table_rows(t) != 40)
      return path;
    table_free(t);
    archive_close(a);
  }
  return own.mem.used ? path : NULL;
}

static void threads_have_handles_of_their_own(void **state) {
  char path[256];
  pthread_t threads[3];
  (void)state;
  strcpy(path, in_folder("a.bilan"));
  make(path, 1, 40);
  for (size_t i = 0; i < 3; i++) pthread_create(&threads[i], NULL, read_often, path);
  struct archive *a = open_archive(path, ARCHIVE_WRITE);
  for (int i = 0; i < 10; i++) {
    must(archive_begin(b, a));
    must(run_sql(a, "INSERT OR REPLACE INTO wave(name) VALUES('x')"));
    must(archive_commit(b, a));
  }
  archive_close(a);
  for (size_t i = 0; i < 3; i++) {
    void *result;
    pthread_join(threads[i], &result);
    assert_null(result);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_new_archive_appears_with_its_first_commit, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(the_second_maker_of_an_archive_is_told, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(what_a_killed_maker_left_is_removed, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(folders_that_are_not_there_are_named, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(other_files_are_refused, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(other_versions_and_schemas_are_refused, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(a_journal_that_names_another_file_is_refused, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(odd_names_are_names, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(a_second_writer_waits_and_is_told, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(reading_changes_nothing, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(damage_is_an_error_never_a_crash, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(a_cut_file_is_an_error, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(a_changed_answer_is_found_by_its_hash, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(rows_that_lie_are_damage, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(memory_may_fail_at_every_request, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(system_calls_may_fail_at_every_call, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(threads_have_handles_of_their_own, open_handle,
                                      close_handle)};
  return cmocka_run_group_tests_name("archive file", tests, NULL, NULL);
}

/* test_archive_later.c - tables whose columns are loaded when they are first used: equal to those
 * loaded at once; damage told at its use; never answers of two tables, whatever others do to the
 * file meanwhile; writers not held up.
 */
#include <sqlite3.h>

#include "archive_fixture.h"

/* A statement as sqlite3 would make it on the file. */
static void as_a_stranger(const char *path, const char *sql) {
  sqlite3 *db = NULL;
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  if (sqlite3_exec(db, sql, NULL, NULL, NULL)) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  sqlite3_close(db);
}

static int64_t make(const char *path, const struct table *t) {
  struct archive *a = open_archive(path, ARCHIVE_WRITE);
  int64_t id = store(a, t);
  archive_close(a);
  return id;
}

/* The table of a file, nothing of it loaded; the archive is closed by its caller already. */
static struct table *later(const char *path, int64_t id) {
  struct table *t = NULL;
  struct archive *a = open_archive(path, ARCHIVE_READ);
  must(archive_get_later(b, &t, a, id));
  archive_close(a);
  for (size_t i = 0; i < table_count(t); i++) assert_false(table_is_loaded(t, i));
  return t;
}

static void all_columns_come_as_they_were(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed < 6; seed++) {
    char name[16];
    snprintf(name, sizeof name, "a%d.bilan", (int)seed);
    struct table *t = draw_table_of(seed, 500 * seed, 300);
    struct table *again = later(in_folder(name), make(in_folder(name), t));
    size_t last = table_count(t) - 1;
    same_column(table_column(again, last), table_column(t, last));
    assert_false(table_is_loaded(again, 0));
    same_table(t, again);
    table_free(t);
    table_free(again);
  }
}

/* What writes a table again loads all of it; hashes are the same. */
static void an_unloaded_table_can_be_stored(void **state) {
  char before[SHA256_HEX], after[SHA256_HEX];
  int64_t id = 0;
  (void)state;
  struct table *t = draw_table(9, 300);
  struct table *again = later(in_folder("a.bilan"), make(in_folder("a.bilan"), t));
  struct archive *a = open_archive(in_folder("b.bilan"), ARCHIVE_WRITE);
  must(archive_begin(b, a));
  must(archive_put(b, a, &id, after, again));
  must(archive_commit(b, a));
  archive_close(a);
  archive_sha256(before, NULL, t);
  assert_string_equal(before, after);
  table_free(t);
  table_free(again);
}

static void an_archive_being_written_gives_all_at_once(void **state) {
  (void)state;
  struct table *t = draw_table(2, 50), *again = NULL;
  struct archive *a = open_archive(in_folder("a.bilan"), ARCHIVE_WRITE);
  int64_t id = store(a, t);
  must(archive_get_later(b, &again, a, id));
  assert_true(table_is_loaded(again, 0));
  refused(archive_get_later(b, &again, a, id + 1), BILAN_USAGE, "no table 2");
  archive_close(a);
  same_table(t, again);
  table_free(t);
  table_free(again);
}

/* ---- damage --------------------------------------------------------------------------------- */

static void damage_is_told_when_it_is_used(void **state) {
  struct column *c = NULL;
  char words[100];
  (void)state;
  struct table *t = draw_table(1, 200);
  const char *path = in_folder("a.bilan");
  int64_t id = make(path, t);
  as_a_stranger(path, "UPDATE chunk SET bytes = zeroblob(length(bytes)) WHERE place = 2");
  struct table *again = later(path, id);
  same_column(table_column(again, 0), table_column(t, 0));
  snprintf(words, sizeof words, "a.bilan: damaged: item \"%s\": a wrong checksum",
           table_name(t, 1).s);
  refused(table_get(b, &c, again, 1), BILAN_DATA, words);
  assert_null(table_column(again, 1));
  same_column(table_column(again, 2), table_column(t, 2));
  refused(table_load(b, again), BILAN_DATA, words);
  table_free(again);
  table_free(t);
}

static void levels_and_items_that_lie_are_told_too(void **state) {
  static const char *const lies[] = {
      "UPDATE level SET code = 99 WHERE place = 1 AND code = 1",
      "UPDATE item SET type = 'text' WHERE place = 1",
      "UPDATE chunk SET rows = 0 WHERE place = 1",
      "DELETE FROM chunk WHERE place = 1", "DELETE FROM item WHERE place = 1",
      "UPDATE data SET rows = 3", "UPDATE data SET items = 1",
      "UPDATE data SET sha256 = 'none'"};
  char *bytes;
  size_t size;
  (void)state;
  const char *path = in_folder("a.bilan");
  struct table *t = draw_table(1, 40), *again = NULL;
  int64_t id = make(path, t);
  must(io_read_file(b, &bytes, &size, path, 0));
  for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
    must(io_write_file(b, path, bytes, size));
    as_a_stranger(path, lies[i]);
    struct archive *a = open_archive(path, ARCHIVE_READ);
    again = NULL;
    bilan_status status = archive_get_later(b, &again, a, id);
    archive_close(a);
    if (!status) status = table_load(b, again);
    if (status != BILAN_DATA) fail_msg("%s: %d %s", lies[i], (int)status, b->message);
    table_free(again);
  }
  mem_free(&b->mem, bytes);
  table_free(t);
}

/* ---- others write --------------------------------------------------------------------------- */

/* Drops table `id` and stores another, which gets its number. */
static void replace(const char *path, int64_t id, const struct table *other) {
  char sha256[SHA256_HEX];
  int64_t fresh = 0;
  struct archive *a = open_archive(path, ARCHIVE_WRITE);
  must(archive_begin(b, a));
  must(archive_drop(b, a, id));
  must(archive_put(b, a, &fresh, sha256, other));
  must(archive_commit(b, a));
  assert_int_equal(fresh, id);
  archive_close(a);
}

static void a_replaced_table_is_never_mixed_with_the_old(void **state) {
  struct column *c = NULL;
  (void)state;
  const char *path = in_folder("a.bilan");
  struct table *t = draw_table(1, 100), *other = draw_table(2, 100);
  int64_t id = make(path, t);
  struct table *again = later(path, id);
  same_column(table_column(again, 0), table_column(t, 0));
  replace(path, id, other);
  refused(table_get(b, &c, again, 1), BILAN_IO, "a.bilan: the wave was replaced or taken out");
  same_column(table_column(again, 0), table_column(t, 0));
  struct table *fresh = later(path, id);
  same_table(other, fresh);
  replace(path, id, t); /* the old content is back: it is known by its hash */
  same_table(t, again);
  table_free(fresh);
  table_free(again);
  table_free(other);
  table_free(t);
}

static void a_table_under_another_number_is_found(void **state) {
  (void)state;
  const char *path = in_folder("a.bilan");
  struct table *t = draw_table(1, 100), *other = draw_table(2, 100);
  int64_t id = make(path, t);
  struct table *again = later(path, id);
  replace(path, id, other);
  assert_int_equal(make(path, t), id + 1);
  same_table(t, again);
  table_free(again);
  table_free(other);
  table_free(t);
}

static void a_file_put_in_its_place_changes_nothing(void **state) {
  char path[100];
  (void)state;
  snprintf(path, sizeof path, "%s", in_folder("a.bilan"));
  struct table *t = draw_table(1, 100), *other = draw_table(2, 100);
  struct table *again = later(path, make(path, t));
  make(in_folder("b.bilan"), other);
  assert_int_equal(rename(in_folder("b.bilan"), path), 0);
  same_table(t, again);
  struct table *fresh = later(path, 1);
  assert_int_equal(unlink(path), 0);
  same_table(other, fresh);
  table_free(fresh);
  table_free(again);
  table_free(other);
  table_free(t);
}

static void writers_are_not_held_up(void **state) {
  (void)state;
  const char *path = in_folder("a.bilan");
  struct table *t = draw_table(1, 100), *other = draw_table(2, 5000);
  struct table *again = later(path, make(path, t));
  same_column(table_column(again, 0), table_column(t, 0));
  struct archive *a = open_archive(path, ARCHIVE_WRITE);
  add_wave(a, 1, other);
  archive_close(a);
  same_table(t, again);
  table_free(again);
  table_free(other);
  table_free(t);
}

/* Inside the caller's transaction of reading as well. */
static void a_moment_that_is_held_is_used(void **state) {
  struct table *again = NULL;
  (void)state;
  const char *path = in_folder("a.bilan");
  struct table *t = draw_table(1, 100);
  int64_t id = make(path, t);
  struct archive *a = open_archive(path, ARCHIVE_READ);
  must(archive_hold(b, a));
  must(archive_get_later(b, &again, a, id));
  same_column(table_column(again, 0), table_column(t, 0));
  assert_true(archive_in_transaction(a));
  archive_close(a);
  same_table(t, again);
  table_free(again);
  table_free(t);
}

/* ---- faults --------------------------------------------------------------------------------- */

static void memory_may_fail_at_every_request(void **state) {
  (void)state;
  const char *path = in_folder("a.bilan");
  struct table *t = draw_table(1, 60);
  int64_t id = make(path, t);
  struct archive *a = open_archive(path, ARCHIVE_READ);
  bool reached = true;
  for (uint64_t k = 1; reached && k < 5000; k++) {
    struct table *again = NULL;
    b->mem.fail_at = b->mem.requests + k;
    bilan_status status = archive_get_later(b, &again, a, id);
    if (!status) status = table_load(b, again);
    reached = b->mem.requests >= b->mem.fail_at;
    b->mem.fail_at = 0;
    if (reached) assert_int_equal(status, BILAN_NOMEM);
    if (again) same_table(t, again); /* the next attempt goes well */
    table_free(again);
  }
  assert_false(reached);
  archive_close(a);
  table_free(t);
}

int main(void) {
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_handle, close_handle)
  const struct CMUnitTest tests[] = {
      IN_FOLDER(all_columns_come_as_they_were),
      IN_FOLDER(an_unloaded_table_can_be_stored),
      IN_FOLDER(an_archive_being_written_gives_all_at_once),
      IN_FOLDER(damage_is_told_when_it_is_used),
      IN_FOLDER(levels_and_items_that_lie_are_told_too),
      IN_FOLDER(a_replaced_table_is_never_mixed_with_the_old),
      IN_FOLDER(a_table_under_another_number_is_found),
      IN_FOLDER(a_file_put_in_its_place_changes_nothing),
      IN_FOLDER(writers_are_not_held_up),
      IN_FOLDER(a_moment_that_is_held_is_used),
      IN_FOLDER(memory_may_fail_at_every_request),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

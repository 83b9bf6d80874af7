/* test_archive_hostile.c - archives in bad company: files that pretend, links and folders, odd
 * paths, disks that are full, folders that cannot be written, many processes at once. Each time
 * a right answer, or an error that says what is wrong and an archive that is as it was.
 */
#define _DEFAULT_SOURCE /* usleep */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "archive_fixture.h"

enum { NOBODY = 65534, WRITERS = 4, WAVES_EACH = 5 };

/* A statement as sqlite3 would make it on the file, whatever it says of the schema. */
static void as_a_stranger(const char *path, const char *sql) {
  sqlite3 *db = NULL;
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
  if (sqlite3_exec(db, sql, NULL, NULL, NULL)) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  sqlite3_close(db);
}

static void make(const char *path, uint64_t seed, size_t rows) {
  struct table *t = draw_table_of(seed, rows, 260);
  struct archive *a = open_archive(path, ARCHIVE_WRITE);
  add_wave(a, 1, t);
  archive_close(a);
  table_free(t);
}

static void not_opened(const char *path, bilan_status want, const char *words) {
  struct archive *a;
  refused(archive_open(b, &a, path, ARCHIVE_READ), want, words);
  refused(archive_open(b, &a, path, ARCHIVE_WRITE), want, words);
}

/* ---- files that pretend -------------------------------------------------------------------- */

/* The header of an archive with something else behind it: zeros, noise, nothing. */
static void a_header_is_not_an_archive(void **state) {
  const char *path = in_folder("a.bilan");
  char *bytes;
  size_t size;
  uint64_t s = 3;
  struct archive *a;
  (void)state;
  make(path, 1, 30);
  must(io_read_file(b, &bytes, &size, path, 0));
  for (size_t i = 100; i < size; i++) bytes[i] = (char)draw(&s);
  must(io_write_file(b, path, bytes, size));
  not_opened(path, BILAN_DATA, "a.bilan: ");
  memset(bytes + 100, 0, size - 100);
  must(io_write_file(b, path, bytes, size));
  not_opened(path, BILAN_DATA, "a.bilan: ");
  must(io_write_file(b, path, bytes, 100));
  not_opened(path, BILAN_DATA, "a.bilan: ");
  memset(bytes, 0, size);
  must(io_write_file(b, path, bytes, size));
  not_opened(path, BILAN_DATA, "not a bilan archive");
  for (size_t i = 0; i < size; i++) bytes[i] = (char)draw(&s); /* as an encrypted one looks */
  must(io_write_file(b, path, bytes, size));
  not_opened(path, BILAN_DATA, "not a bilan archive");
  for (size_t n = 0; n < 100; n++) {
    must(io_write_file(b, path, bytes, n));
    refused(archive_open(b, &a, path, ARCHIVE_READ), BILAN_DATA, "not a bilan archive");
  }
  mem_free(&b->mem, bytes);
}

/* All that a stranger can do to the schema: what is looked at is its text and its order. */
static void a_schema_that_was_changed_is_refused(void **state) {
  static const char *const changes[] = {
      "DROP VIEW waves; CREATE VIEW waves AS SELECT name AS wave, 1 AS rows FROM wave",
      "ALTER TABLE wave ADD COLUMN more TEXT",
      "CREATE INDEX i ON wave(added)",
      "CREATE VIRTUAL TABLE v USING fts5(x)",
      "PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql = replace(sql, 'REAL', 'TEXT') "
      "WHERE name = 'level'",
      "PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql = 'CREATE VIEW runs AS SELECT "
      "load_extension(''x'')' WHERE name = 'runs'",
      "PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql = NULL WHERE name = 'runs'",
      "PRAGMA writable_schema=1; UPDATE sqlite_schema SET name = 'sqlite_autoindex_x_1', "
      "tbl_name = 'sqlite_autoindex_x_1', sql = NULL, type = 'index' WHERE name = 'runs'",
      "PRAGMA application_id=0x62696C6F",
      "PRAGMA encoding='UTF-8'; PRAGMA user_version=-1"};
  const char *path = in_folder("a.bilan");
  char *bytes;
  size_t size;
  (void)state;
  make(path, 1, 5);
  must(io_read_file(b, &bytes, &size, path, 0));
  for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
    must(io_write_file(b, path, bytes, size));
    as_a_stranger(path, changes[i]);
    not_opened(path, BILAN_DATA, "a.bilan: ");
  }
  mem_free(&b->mem, bytes);
}

/* Two tables on the same pages: the rows of one are read as the other's. */
static void tables_that_share_their_pages_are_damage(void **state) {
  const char *path = in_folder("a.bilan");
  struct table *t = NULL;
  (void)state;
  make(path, 1, 5);
  as_a_stranger(path, "PRAGMA writable_schema=1; UPDATE sqlite_schema SET rootpage = (SELECT "
                      "rootpage FROM sqlite_schema WHERE name = 'item') WHERE name = 'level'");
  struct archive *a = open_archive(path, ARCHIVE_READ);
  refused(archive_get(b, &t, a, 1, NULL, 0), BILAN_DATA, "a.bilan: damaged: ");
  refused(archive_check(b, a), BILAN_DATA, "a.bilan: damaged: ");
  archive_close(a);
}

/* More of what rows may say than test_archive_file.c has; the schema takes all of these. */
static void rows_of_any_type_and_size_are_damage(void **state) {
  static const char *const lies[] = {
      "UPDATE data SET rows = 1 << 62", "UPDATE data SET rows = -(1 << 62)",
      "UPDATE data SET rows = 'many'", "UPDATE data SET rows = x'00', items = x'01'",
      "UPDATE data SET items = 1 << 62", "UPDATE item SET place = -1 WHERE place = 2",
      "UPDATE item SET place = 1 << 40 WHERE place = 2", "UPDATE item SET name = ''",
      "UPDATE item SET name = x'00ff' WHERE place = 1",
      "UPDATE level SET value = 9e999 WHERE place = 1 AND code = 1",
      "UPDATE level SET value = 'ten' WHERE place = 1 AND code = 1",
      "UPDATE level SET value = x'31' WHERE place = 1 AND code = 1",
      "UPDATE level SET code = -1 WHERE place = 1 AND code = 1",
      "UPDATE level SET missing = 'present ' WHERE place = 1",
      "UPDATE level SET label = x'c328' WHERE place = 1 AND code = 1",
      "UPDATE chunk SET rows = 1 << 62", "UPDATE chunk SET rows = -1", "UPDATE chunk SET rows = 0",
      "UPDATE chunk SET first = -(1 << 62)", "UPDATE chunk SET part = -1",
      "INSERT INTO chunk SELECT NULL, data, place, 1, first, rows, encoding, missing, scale, base,"
      " checksum, bytes FROM chunk", /* rows twice */
      "INSERT INTO chunk SELECT NULL, data, place, 2, rows, rows, encoding, missing, scale, base,"
      " checksum, bytes FROM chunk", /* a part is absent */
      "UPDATE chunk SET encoding = 'CODES8' WHERE encoding = 'codes8'",
      "UPDATE chunk SET encoding = x'00'", "UPDATE chunk SET scale = 1 << 33",
      "UPDATE chunk SET missing = 1 << 33", "UPDATE chunk SET bytes = x''",
      "UPDATE chunk SET bytes = bytes || x'00'", "UPDATE chunk SET bytes = 12",
      "UPDATE chunk SET checksum = checksum + 1 << 32"};
  const char *path = in_folder("a.bilan");
  char *bytes;
  size_t size;
  (void)state;
  make(path, 1, 40);
  must(io_read_file(b, &bytes, &size, path, 0));
  b->mem.cap = b->mem.used + ((size_t)64 << 20); /* no lie makes us ask for much */
  for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
    struct table *t = NULL;
    must(io_write_file(b, path, bytes, size));
    as_a_stranger(path, lies[i]);
    struct archive *a = open_archive(path, ARCHIVE_READ);
    bilan_status status = archive_get(b, &t, a, 1, NULL, 0);
    if (status != BILAN_DATA) fail_msg("%s: %d %s", lies[i], (int)status, b->message);
    refused(archive_check(b, a), BILAN_DATA, "a.bilan: damaged: ");
    status = archive_get_later(b, &t, a, 1); /* at the latest when all has been used */
    if (!status) status = table_load(b, t);
    if (status != BILAN_DATA) fail_msg("later: %s: %d %s", lies[i], (int)status, b->message);
    table_free(t);
    archive_close(a);
  }
  b->mem.cap = 0;
  mem_free(&b->mem, bytes);
}

/* The hash of an item is what receipts quote. */
static void a_changed_hash_of_an_item_is_found(void **state) {
  const char *path = in_folder("a.bilan");
  (void)state;
  make(path, 1, 5);
  as_a_stranger(path, "UPDATE item SET sha256 = replace(sha256, '0', '1') WHERE place = 3");
  struct archive *a = open_archive(path, ARCHIVE_READ);
  refused(archive_check(b, a), BILAN_DATA, "item 3 of table 1 is not what its hash says");
  archive_close(a);
}

/* ---- paths --------------------------------------------------------------------------------- */

static void any_name_is_a_name(void **state) {
  static const char *const names[] = {
      "a?mode=ro.bilan", "a#b.bilan", "a%41.bilan", "a b.bilan", "été.bilan", "a\nb.bilan",
      "-a.bilan", ":memory:", "'\".bilan", "a&vfs=none&cache=shared"};
  size_t count = sizeof names / sizeof names[0];
  (void)state;
  for (size_t i = 0; i < count; i++) {
    make(in_folder(names[i]), i, 3);
    assert_true(archive_is(b, in_folder(names[i])));
    assert_int_equal(last_wave(in_folder(names[i])), 1);
  }
  assert_int_equal(files_in_folder(), count);
}

/* A link is followed to the archive, whose journal is beside it; one to nothing is not filled. */
static void links_lead_to_archives_or_nowhere(void **state) {
  char path[128], there[128];
  struct archive *a;
  struct table *t = draw_table_of(2, 5, 12);
  (void)state;
  snprintf(path, sizeof path, "%s/link.bilan", folder);
  snprintf(there, sizeof there, "%s/there.bilan", folder);
  make(there, 1, 5);
  assert_int_equal(symlink("there.bilan", path), 0);
  a = open_archive(path, ARCHIVE_WRITE);
  add_wave(a, 2, t);
  archive_close(a);
  assert_int_equal(last_wave(there), 2);
  unlink(there);
  refused(archive_open(b, &a, path, ARCHIVE_WRITE), BILAN_IO, "a symbolic link that leads nowhere");
  refused(archive_open(b, &a, path, ARCHIVE_READ), BILAN_IO, "link.bilan");
  unlink(path);
  assert_int_equal(symlink("link.bilan", path), 0);
  refused(archive_open(b, &a, path, ARCHIVE_WRITE), BILAN_IO, "link.bilan");
  unlink(path);
  table_free(t);
  assert_int_equal(files_in_folder(), 0);
}

static void what_is_no_file_is_refused(void **state) {
  struct archive *a;
  char deep[700];
  (void)state;
  not_opened("/dev/zero", BILAN_DATA, "/dev/zero: not a regular file");
  not_opened("/", BILAN_DATA, "/: not a regular file");
  refused(archive_open(b, &a, in_folder("new/"), ARCHIVE_WRITE), BILAN_IO, "is a folder");
  make(in_folder("a.bilan"), 1, 3);
  refused(archive_open(b, &a, in_folder("a.bilan/b.bilan"), ARCHIVE_WRITE), BILAN_IO, "a.bilan");
  memset(deep, 'x', sizeof deep); /* longer than a file system takes */
  memcpy(deep, "/tmp/", 5);
  deep[sizeof deep - 1] = '\0';
  refused(archive_open(b, &a, deep, ARCHIVE_WRITE), BILAN_IO, "xxx");
}

/* ---- no room, no right --------------------------------------------------------------------- */

/* In a child process: 0 when `act` did what it should. */
static void in_a_child(void (*act)(const char *path), const char *path) {
  int status = -1;
  pid_t child = fork();
  assert_true(child >= 0);
  if (!child) {
    act(path);
    _exit(0);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
}

/* Files may have 300 kB from here on, as if the disk were full. */
static void fill_the_disk(void) {
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){300000, 300000}), 0);
}

/* Says no with the path and leaves the handle and the archive open, as after any error. */
static void store_too_much(const char *path) {
  struct table *t = draw_table_of(9, 60000, 260);
  struct archive *a;
  char sha256[SHA256_HEX];
  int64_t id;
  fill_the_disk();
  must(archive_open(b, &a, path, ARCHIVE_WRITE));
  must(archive_begin(b, a));
  bilan_status status = archive_put(b, a, &id, sha256, t);
  if (!status) status = archive_commit(b, a);
  refused(status, BILAN_IO, "full.bilan");
  archive_close(a);
  table_free(t);
}

static void a_full_disk_leaves_nothing_or_the_old(void **state) {
  char path[128];
  (void)state;
  snprintf(path, sizeof path, "%s/full.bilan", folder);
  in_a_child(store_too_much, path);
  assert_int_equal(files_in_folder(), 0);
  make(path, 1, 5);
  in_a_child(store_too_much, path);
  assert_int_equal(files_in_folder(), 1); /* undone at once, not by the next one */
  assert_int_equal(last_wave(path), 1);
}

static void write_as_nobody(const char *path) {
  struct archive *a;
  if (!geteuid()) assert_int_equal(seteuid(NOBODY), 0);
  refused(archive_open(b, &a, path, ARCHIVE_WRITE), BILAN_IO, "old.bilan");
  refused(archive_open(b, &a, in_folder("new.bilan"), ARCHIVE_WRITE), BILAN_IO,
          "new.bilan\": Permission denied");
  assert_int_equal(last_wave(path), 1); /* reading goes on */
  refused(archive_open(b, &a, in_folder("closed.bilan"), ARCHIVE_READ), BILAN_IO,
          "cannot read \"");
  refused(archive_open(b, &a, in_folder("closed.bilan"), ARCHIVE_READ), BILAN_IO,
          "closed.bilan\": Permission denied");
}

static void a_folder_that_cannot_be_written_can_be_read(void **state) {
  char path[128];
  (void)state;
  snprintf(path, sizeof path, "%s/old.bilan", folder);
  make(path, 1, 5);
  make(in_folder("closed.bilan"), 1, 5);
  assert_int_equal(chmod(in_folder("closed.bilan"), 0), 0);
  assert_int_equal(chmod(path, 0444), 0);
  assert_int_equal(chmod(folder, 0555), 0);
  in_a_child(write_as_nobody, path);
  assert_int_equal(chmod(folder, 0755), 0);
}

/* Changes half of the file and is killed with its journal on the disk. */
static void die_half_way(const char *path) {
  struct table *t = draw_table_of(9, 60000, 260);
  struct archive *a = open_archive(path, ARCHIVE_WRITE);
  char sha256[SHA256_HEX];
  int64_t id;
  must(archive_begin(b, a));
  must(archive_put(b, a, &id, sha256, t)); /* more than the cache: written already */
  _exit(0);
}

static void read_as_nobody(const char *path) {
  struct archive *a;
  if (!geteuid()) assert_int_equal(seteuid(NOBODY), 0);
  refused(archive_open(b, &a, path, ARCHIVE_READ), BILAN_IO, "old.bilan: ");
}

/* Who may not write cannot undo what was cut short, and is told so; who may, does. */
static void a_change_cut_short_needs_a_writer(void **state) {
  char path[128];
  (void)state;
  snprintf(path, sizeof path, "%s/old.bilan", folder);
  make(path, 1, 5);
  in_a_child(die_half_way, path);
  assert_int_equal(files_in_folder(), 2);
  assert_int_equal(chmod(path, 0444), 0);
  assert_int_equal(chmod(folder, 0555), 0);
  in_a_child(read_as_nobody, path);
  assert_int_equal(chmod(folder, 0755), 0);
  assert_int_equal(chmod(path, 0644), 0);
  assert_int_equal(last_wave(path), 1);
  assert_int_equal(files_in_folder(), 1);
}

/* ---- many at once --------------------------------------------------------------------------- */

/* Rows of its own, each in a transaction of its own. */
static void add_rows(const char *path) {
  for (int i = 0; i < WAVES_EACH; i++) {
    char sql[120];
    struct archive *a = open_archive(path, ARCHIVE_WRITE);
    must(archive_begin(b, a));
    snprintf(sql, sizeof sql, "INSERT INTO source(path, name) VALUES('%d', '%d')",
             (int)getpid(), i);
    must(run_sql(a, sql));
    must(archive_commit(b, a));
    archive_close(a);
  }
}

static void processes_that_write_wait_for_each_other(void **state) {
  const char *path = in_folder("a.bilan");
  pid_t children[WRITERS];
  int status;
  (void)state;
  make(path, 1, 40);
  for (int i = 0; i < WRITERS; i++) {
    children[i] = fork();
    if (children[i]) continue;
    add_rows(path);
    _exit(0);
  }
  for (int i = 0; i < 10; i++) assert_int_equal(last_wave(path), 1); /* readers go on */
  for (int i = 0; i < WRITERS; i++) {
    assert_int_equal(waitpid(children[i], &status, 0), children[i]);
    assert_int_equal(status, 0);
  }
  struct archive *a = open_archive(path, ARCHIVE_READ);
  assert_int_equal(count_sql(a, "SELECT count(DISTINCT path || name) FROM source"),
                   WRITERS * WAVES_EACH);
  must(archive_check(b, a));
  archive_close(a);
}

/* Takes the wave and its answers out as soon as it is told to. */
static void remove_when_told(const char *path, int told) {
  char byte;
  if (read(told, &byte, 1) != 1) _exit(1);
  struct archive *a = open_archive(path, ARCHIVE_WRITE);
  must(archive_begin(b, a));
  must(run_sql(a, "DELETE FROM wave"));
  must(archive_drop(b, a, 1));
  must(archive_commit(b, a));
  archive_close(a);
  _exit(0);
}

/* Another process removes what we read while we hold the archive: nothing moves until we let go.
 * It is begun before the archive is open, since SQLite's files do not survive a fork. */
static void what_is_held_is_of_one_moment(void **state) {
  const char *path = in_folder("a.bilan");
  int status, tell[2];
  (void)state;
  make(path, 1, 40);
  assert_int_equal(pipe(tell), 0);
  pid_t child = fork();
  if (!child) remove_when_told(path, tell[0]);
  struct archive *a = open_archive(path, ARCHIVE_READ);
  must(archive_hold(b, a));
  refused(archive_hold(b, a), BILAN_USAGE, "open already");
  assert_int_equal(write(tell[1], "", 1), 1);
  for (int i = 0; i < 30; i++) {
    assert_int_equal(count_sql(a, "SELECT data FROM wave"), 1);
    table_free(load(a, 1));
    usleep(5000);
  }
  assert_int_equal(waitpid(child, &status, WNOHANG), 0); /* it waits */
  archive_rollback(a);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  assert_int_equal(count_sql(a, "SELECT count(*) FROM wave"), 0);
  archive_close(a);
  close(tell[0]);
  close(tell[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_header_is_not_an_archive, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(a_schema_that_was_changed_is_refused, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(tables_that_share_their_pages_are_damage, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(rows_of_any_type_and_size_are_damage, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(a_changed_hash_of_an_item_is_found, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(any_name_is_a_name, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(links_lead_to_archives_or_nowhere, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(what_is_no_file_is_refused, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(a_full_disk_leaves_nothing_or_the_old, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_written_can_be_read, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(a_change_cut_short_needs_a_writer, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(processes_that_write_wait_for_each_other, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(what_is_held_is_of_one_moment, open_handle, close_handle)};
  return cmocka_run_group_tests_name("archive hostile", tests, NULL, NULL);
}

/* test_io.c - files under faults: every system call fails once, or from then on, and the
 * target is still the old file or the new one, whole. */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <dirent.h>

#include "base/handle.h"

#include "base_fixture.h"

enum { PATH_ROOM = 512, BYTES = 1000 };

static char folder[64];
static char old_bytes[BYTES / 2], new_bytes[BYTES];

static const char *at(const char *name) {
  static char path[4][PATH_ROOM];
  static int turn;
  char *p = path[turn++ % 4];
  snprintf(p, PATH_ROOM, "%s/%s", folder, name);
  return p;
}

/* The test's own reading and writing, without the code under test. */
static void put(const char *path, const char *bytes, size_t n) {
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, n, f), n);
  fclose(f);
}

static bool holds(const char *path, const char *bytes, size_t n) {
  char got[BYTES * 2];
  FILE *f = fopen(path, "rb");
  if (!f) return false;
  size_t size = fread(got, 1, sizeof got, f);
  fclose(f);
  return size == n && !memcmp(got, bytes, n);
}

/* Entries of the folder but for "." and "..". */
static int entries(void) {
  int n = 0;
  DIR *d = opendir(folder);
  assert_non_null(d);
  while (readdir(d)) n++;
  closedir(d);
  return n - 2;
}

static int open_files(void) {
  int n = 0;
  for (int fd = 0; fd < 100; fd++) n += fcntl(fd, F_GETFD) >= 0;
  return n;
}

static void remove_temporaries(void) {
  DIR *d = opendir(folder);
  struct dirent *e;
  while ((e = readdir(d)))
    if (strstr(e->d_name, ".bilan-")) unlink(at(e->d_name));
  closedir(d);
}

static int group_setup(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof new_bytes; i++) new_bytes[i] = (char)(i * 7 + i / 256);
  memset(old_bytes, 'o', sizeof old_bytes);
  strcpy(folder, "/dev/shm/bilan-test-XXXXXX"); /* in memory: thousands of fsync are quick */
  if (mkdtemp(folder)) return 0;
  strcpy(folder, "/tmp/bilan-test-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static int group_teardown(void **state) {
  (void)state;
  char command[PATH_ROOM];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static void expect_message(const bilan *b, const char *format, const char *path) {
  char want[PATH_ROOM * 2];
  snprintf(want, sizeof want, format, path);
  assert_string_equal(b->message, want);
}

/* ---- writing ----------------------------------------------------------------------------- */

static void write_then_read_gives_the_bytes(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 7, 8, 999, BYTES};
  for (size_t chunk = 0; chunk < 9; chunk += 1 + chunk)
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      bilan b;
      char *out = NULL;
      size_t n = 999999;
      handle_init(&b);
      b.io.chunk = chunk;
      assert_int_equal(io_write_file(&b, at("round"), new_bytes, sizes[i]), BILAN_OK);
      assert_int_equal(io_read_file(&b, &out, &n, at("round"), 0), BILAN_OK);
      assert_int_equal(n, sizes[i]);
      assert_memory_equal(out, new_bytes, n);
      assert_int_equal(out[n], '\0');
      mem_free(&b.mem, out);
      assert_int_equal(b.mem.used, 0);
    }
  unlink(at("round"));
  assert_int_equal(entries(), 0);
}

/* One write with the given fault. Returns false when the fault was not reached. */
static bool write_with_fault(uint64_t fail_at, int number, bool on, size_t chunk, bool exists) {
  bilan b;
  const char *path = at("target");
  int files = open_files();
  handle_init(&b);
  b.io = (struct io){.fail_at = fail_at, .fail_errno = number, .fail_on = on, .chunk = chunk};
  unlink(path);
  if (exists) put(path, old_bytes, sizeof old_bytes);
  bilan_status status = io_write_file(&b, path, new_bytes, sizeof new_bytes);
  bool is_new = holds(path, new_bytes, sizeof new_bytes);
  bool is_old = exists ? holds(path, old_bytes, sizeof old_bytes) : access(path, F_OK) != 0;
  if (!is_new && !is_old) fail_msg("call %d: torn", (int)fail_at);
  if (status == BILAN_OK && !is_new) fail_msg("call %d: said done", (int)fail_at);
  if (status && !strstr(b.message, path)) fail_msg("call %d: %s", (int)fail_at, b.message);
  if (!on && entries() != (is_new || exists)) fail_msg("call %d: left a file", (int)fail_at);
  assert_int_equal(open_files(), files);
  assert_int_equal(b.mem.used, 0);
  remove_temporaries();
  return b.io.calls >= fail_at;
}

static void each_failing_call_leaves_the_old_or_the_new_file(void **state) {
  (void)state;
  static const int numbers[] = {ENOSPC, EIO, EDQUOT, EINTR, EACCES, EAGAIN};
  static const size_t chunks[] = {0, 1000, 300, 37};
  for (int exists = 0; exists < 2; exists++)
    for (int on = 0; on < 2; on++)
      for (size_t e = 0; e < sizeof numbers / sizeof numbers[0]; e++)
        for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; c++) {
          uint64_t call = 1;
          while (write_with_fault(call, numbers[e], on, chunks[c], exists)) call++;
          assert_true(call > 8);
        }
  unlink(at("target"));
}

static void each_failing_request_leaves_the_old_file(void **state) {
  (void)state;
  put(at("target"), old_bytes, sizeof old_bytes);
  bilan b;
  handle_init(&b);
  b.mem.fail_at = 1;
  assert_int_equal(io_write_file(&b, at("target"), "x", 1), BILAN_NOMEM);
  assert_true(holds(at("target"), old_bytes, sizeof old_bytes));
  b.mem.fail_at = b.mem.requests + 1;
  assert_int_equal(io_make_folder(&b, at("never")), BILAN_NOMEM);
  unlink(at("target"));
  assert_int_equal(entries(), 0);
}

static void an_interruption_is_overcome(void **state) {
  (void)state;
  for (uint64_t call = 1;; call++) {
    bilan b;
    handle_init(&b);
    b.io = (struct io){.fail_at = call, .fail_errno = EINTR, .chunk = 300};
    assert_int_equal(io_write_file(&b, at("target"), new_bytes, BYTES), BILAN_OK);
    if (b.io.calls < call) break;
  }
  unlink(at("target"));
}

/* Closing can be what reports that the bytes did not reach the disk. */
static void a_failing_close_is_reported(void **state) {
  (void)state;
  put(at("target"), old_bytes, sizeof old_bytes);
  bilan b;
  handle_init(&b);
  /* open folder, look, create, write, mode, fsync, close */
  b.io = (struct io){.fail_at = 7, .fail_errno = EDQUOT};
  assert_int_equal(io_write_file(&b, at("target"), new_bytes, BYTES), BILAN_IO);
  expect_message(&b, "cannot write \"%s\": Disk quota exceeded", at("target"));
  assert_true(holds(at("target"), old_bytes, sizeof old_bytes));
  unlink(at("target"));
}

/* The order that io.c documents, call by call, over a file that exists: an fsync left out
 * would be seen in no other way than by its number. */
static void the_file_and_the_folder_are_synced(void **state) {
  (void)state;
  enum { OPEN_FOLDER = 1, LOOK, CREATE, WRITE, MODE, SYNC, CLOSE, RENAME, SYNC_FOLDER, END };
  for (uint64_t call = OPEN_FOLDER; call <= END; call++) {
    bilan b;
    handle_init(&b);
    put(at("target"), old_bytes, sizeof old_bytes);
    b.io = (struct io){.fail_at = call, .fail_errno = EINVAL};
    bilan_status status = io_write_file(&b, at("target"), new_bytes, BYTES);
    /* a folder that cannot be synced (EINVAL) is the file system's affair */
    assert_int_equal(status, call >= SYNC_FOLDER ? BILAN_OK : BILAN_IO);
    assert_int_equal(holds(at("target"), new_bytes, BYTES), call > RENAME);
    if (call >= SYNC_FOLDER) assert_int_equal(b.io.calls, END);
  }
  unlink(at("target"));
}

static void a_full_disk_is_said_in_one_line(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  b.io = (struct io){.fail_at = 6, .fail_errno = ENOSPC};
  assert_int_equal(io_write_file(&b, at("x.html"), new_bytes, BYTES), BILAN_IO);
  expect_message(&b, "cannot write \"%s\": No space left on device", at("x.html"));
  assert_int_equal(entries(), 0);
}

static void targets_that_are_no_files_are_refused(void **state) {
  (void)state;
  bilan b;
  struct stat info;
  handle_init(&b);
  put(at("real"), old_bytes, sizeof old_bytes);
  assert_int_equal(mkfifo(at("pipe"), 0600), 0);
  assert_int_equal(mkdir(at("dir"), 0700), 0);
  assert_int_equal(symlink(at("real"), at("link")), 0);
  assert_int_equal(symlink(at("nowhere"), at("dangling")), 0);
  static const char *const names[] = {"pipe", "dir", "link", "dangling"};
  static const char *const kinds[] = {"a pipe", "a folder", "a symbolic link",
                                      "a symbolic link"};
  for (size_t i = 0; i < 4; i++) {
    char want[PATH_ROOM * 2];
    assert_int_equal(io_write_file(&b, at(names[i]), "x", 1), BILAN_IO);
    snprintf(want, sizeof want, "cannot write \"%s\": it is %s, not a regular file",
             at(names[i]), kinds[i]);
    assert_string_equal(b.message, want);
  }
  assert_true(lstat(at("pipe"), &info) == 0 && S_ISFIFO(info.st_mode));
  assert_true(lstat(at("link"), &info) == 0 && S_ISLNK(info.st_mode));
  assert_true(holds(at("real"), old_bytes, sizeof old_bytes));
  assert_int_not_equal(access(at("nowhere"), F_OK), 0);
  assert_int_equal(entries(), 5);
  for (size_t i = 0; i < 4; i++) i == 1 ? rmdir(at(names[i])) : unlink(at(names[i]));
  unlink(at("real"));
}

/* Refused before anything is created: a rename over it would replace the device. */
static void a_device_is_refused(void **state) {
  (void)state;
  bilan b;
  struct stat info;
  handle_init(&b);
  assert_int_equal(io_write_file(&b, "/dev/full", "x", 1), BILAN_IO);
  assert_string_equal(b.message,
                      "cannot write \"/dev/full\": it is a device, not a regular file");
  assert_true(stat("/dev/full", &info) == 0 && S_ISCHR(info.st_mode));
  assert_true(b.io.calls <= 3); /* open folder, look, close */
}

static void paths_that_cannot_be_written_are_named(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  assert_int_equal(io_write_file(&b, at("no/file"), "x", 1), BILAN_IO);
  expect_message(&b, "cannot write \"%s\": No such file or directory", at("no/file"));
  assert_int_equal(io_write_file(&b, "", "x", 1), BILAN_IO);
  assert_int_equal(io_write_file(&b, at(""), "x", 1), BILAN_IO);
  assert_int_equal(io_write_file(&b, at("."), "x", 1), BILAN_IO);
  char name[400];
  memset(name, 'n', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  assert_int_equal(io_write_file(&b, name, "x", 1), BILAN_IO);
  assert_non_null(strstr(b.message, "File name too long"));
  memset(name + 255, 0, 1); /* the longest name there is needs no longer temporary one */
  char path[PATH_ROOM * 2];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  assert_int_equal(io_write_file(&b, path, "x", 1), BILAN_OK);
  unlink(path);
}

static mode_t mode_of(const char *path) {
  struct stat info;
  assert_int_equal(stat(path, &info), 0);
  return info.st_mode & 07777;
}

static void modes_are_kept_or_follow_the_mask(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  mode_t mask = umask(027);
  assert_int_equal(io_write_file(&b, at("target"), "x", 1), BILAN_OK);
  assert_int_equal(mode_of(at("target")), 0640);
  assert_int_equal(chmod(at("target"), 0604), 0);
  assert_int_equal(io_write_file(&b, at("target"), "y", 1), BILAN_OK);
  assert_int_equal(mode_of(at("target")), 0604);
  umask(mask);
  unlink(at("target"));
}

/* A process of the same number may have left its temporary files. */
static void stale_temporaries_are_stepped_over(void **state) {
  (void)state;
  bilan b;
  char name[3][64];
  handle_init(&b);
  for (int i = 0; i < 3; i++) {
    snprintf(name[i], sizeof name[i], ".bilan-%ld-%d.tmp", (long)getpid(), i);
    put(at(name[i]), "stale", 5);
  }
  assert_int_equal(io_write_file(&b, at("target"), "x", 1), BILAN_OK);
  assert_true(holds(at("target"), "x", 1));
  for (int i = 0; i < 3; i++) assert_true(holds(at(name[i]), "stale", 5));
  remove_temporaries();
  unlink(at("target"));
}

/* ---- reading ----------------------------------------------------------------------------- */

static void each_failing_call_of_reading_is_reported(void **state) {
  (void)state;
  put(at("source"), new_bytes, BYTES);
  for (int on = 0; on < 2; on++)
    for (uint64_t call = 1;; call++) {
      bilan b;
      char *out = (char *)&b;
      size_t n = 77;
      int files = open_files();
      handle_init(&b);
      b.io = (struct io){.fail_at = call, .fail_errno = EIO, .fail_on = on, .chunk = 300};
      bilan_status status = io_read_file(&b, &out, &n, at("source"), 0);
      assert_int_equal(open_files(), files);
      if (status) {
        assert_int_equal(status, BILAN_IO);
        expect_message(&b, "cannot read \"%s\": Input/output error", at("source"));
        assert_true(out == (char *)&b && n == 77);
      } else {
        assert_int_equal(n, BYTES);
        mem_free(&b.mem, out);
      }
      assert_int_equal(b.mem.used, 0);
      if (b.io.calls < call) break;
    }
  unlink(at("source"));
}

static void each_failing_request_of_reading_is_reported(void **state) {
  (void)state;
  bilan b;
  char *out = NULL;
  size_t n = 0;
  put(at("source"), new_bytes, BYTES);
  handle_init(&b);
  b.mem.fail_at = 1;
  assert_int_equal(io_read_file(&b, &out, &n, at("source"), 0), BILAN_NOMEM);
  /* a file whose size is not known beforehand grows its block */
  b.mem = (struct mem){.fail_at = 2};
  assert_int_equal(io_read_file(&b, &out, &n, "/proc/self/maps", 0), BILAN_NOMEM);
  assert_null(out);
  assert_int_equal(b.mem.used, 0);
  unlink(at("source"));
}

static void a_file_of_unknown_size_is_read_whole(void **state) {
  (void)state;
  bilan b;
  char *out = NULL;
  size_t n = 0;
  handle_init(&b);
  assert_int_equal(io_read_file(&b, &out, &n, "/proc/self/maps", 0), BILAN_OK);
  assert_true(n > 500 && out[n] == '\0');
  mem_free(&b.mem, out);
  assert_int_equal(io_read_file(&b, &out, &n, "/proc/self/maps", 100), BILAN_LIMIT);
}

static void the_limit_is_exact(void **state) {
  (void)state;
  bilan b;
  char *out = NULL;
  size_t n = 0;
  handle_init(&b);
  put(at("source"), new_bytes, 100);
  assert_int_equal(io_read_file(&b, &out, &n, at("source"), 99), BILAN_LIMIT);
  expect_message(&b, "cannot read \"%s\": it is larger than the limit of 99 bytes",
                 at("source"));
  assert_int_equal(io_read_file(&b, &out, &n, at("source"), 100), BILAN_OK);
  mem_free(&b.mem, out);
  unlink(at("source"));
}

static void sources_that_are_no_files_are_refused(void **state) {
  (void)state;
  bilan b;
  char *out = NULL;
  size_t n = 0;
  handle_init(&b);
  assert_int_equal(mkfifo(at("pipe"), 0600), 0);
  assert_int_equal(io_read_file(&b, &out, &n, at("pipe"), 0), BILAN_DATA); /* does not wait */
  expect_message(&b, "cannot read \"%s\": it is a pipe, not a regular file", at("pipe"));
  assert_int_equal(io_read_file(&b, &out, &n, folder, 0), BILAN_DATA);
  assert_int_equal(io_read_file(&b, &out, &n, "/dev/zero", 0), BILAN_DATA);
  assert_int_equal(io_read_file(&b, &out, &n, at("none.csv"), 0), BILAN_IO);
  expect_message(&b, "cannot read \"%s\": No such file or directory", at("none.csv"));
  assert_null(out);
  unlink(at("pipe"));
}

/* ---- folders ----------------------------------------------------------------------------- */

static void folders_are_made_with_those_above(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  assert_int_equal(io_make_folder(&b, at("a//b/c/")), BILAN_OK);
  assert_true(io_is_folder(&b, at("a/b/c")));
  assert_int_equal(io_make_folder(&b, at("a/b/c")), BILAN_OK);
  assert_int_equal(io_make_folder(&b, "/"), BILAN_OK);
  put(at("a/file"), "x", 1);
  assert_true(io_is_file(&b, at("a/file")));
  assert_false(io_is_folder(&b, at("a/file")));
  assert_false(io_is_file(&b, at("a")));
  assert_int_equal(io_make_folder(&b, at("a/file")), BILAN_IO);
  expect_message(&b, "cannot make the folder \"%s\": a file has that name", at("a/file"));
  assert_int_equal(io_make_folder(&b, at("a/file/d")), BILAN_IO);
  assert_int_equal(io_make_folder(&b, ""), BILAN_IO);
  assert_int_equal(b.mem.used, 0);
}

static void each_failing_call_of_a_folder_is_reported(void **state) {
  (void)state;
  for (uint64_t call = 1;; call++) {
    bilan b;
    char path[PATH_ROOM];
    handle_init(&b);
    snprintf(path, sizeof path, "%s/f%d/g/h", folder, (int)call);
    b.io = (struct io){.fail_at = call, .fail_errno = EROFS, .fail_on = true};
    bilan_status status = io_make_folder(&b, path);
    if (b.io.calls < call) {
      assert_int_equal(status, BILAN_OK);
      break;
    }
    assert_int_equal(status, BILAN_IO);
    assert_non_null(strstr(b.message, "Read-only file system"));
  }
}

static void real_paths_have_no_links(void **state) {
  (void)state;
  bilan b;
  char *out = NULL, *want = NULL;
  handle_init(&b);
  put(at("real"), "x", 1);
  assert_int_equal(symlink("real", at("link")), 0);
  assert_int_equal(io_real_path(&b, &want, at("real")), BILAN_OK);
  assert_int_equal(io_real_path(&b, &out, at("../././link")), BILAN_IO);
  assert_int_equal(io_real_path(&b, &out, at("./link")), BILAN_OK);
  assert_string_equal(out, want);
  mem_free(&b.mem, out);
  mem_free(&b.mem, want);
  b.mem.fail_at = b.mem.requests + 1;
  assert_int_equal(io_real_path(&b, &out, at("link")), BILAN_NOMEM);
  assert_int_equal(b.mem.used, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(write_then_read_gives_the_bytes),
      cmocka_unit_test(each_failing_call_leaves_the_old_or_the_new_file),
      cmocka_unit_test(each_failing_request_leaves_the_old_file),
      cmocka_unit_test(an_interruption_is_overcome),
      cmocka_unit_test(a_failing_close_is_reported),
      cmocka_unit_test(the_file_and_the_folder_are_synced),
      cmocka_unit_test(a_full_disk_is_said_in_one_line),
      cmocka_unit_test(targets_that_are_no_files_are_refused),
      cmocka_unit_test(a_device_is_refused),
      cmocka_unit_test(paths_that_cannot_be_written_are_named),
      cmocka_unit_test(modes_are_kept_or_follow_the_mask),
      cmocka_unit_test(stale_temporaries_are_stepped_over),
      cmocka_unit_test(each_failing_call_of_reading_is_reported),
      cmocka_unit_test(each_failing_request_of_reading_is_reported),
      cmocka_unit_test(a_file_of_unknown_size_is_read_whole),
      cmocka_unit_test(the_limit_is_exact),
      cmocka_unit_test(sources_that_are_no_files_are_refused),
      cmocka_unit_test(folders_are_made_with_those_above),
      cmocka_unit_test(each_failing_call_of_a_folder_is_reported),
      cmocka_unit_test(real_paths_have_no_links),
  };
  return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

/* test_identity.c - fingerprints against a reference in another language (NH by its formula in
 * whole numbers of any size, and another SHA-256), in pieces; identities of files that change. */
#define _DEFAULT_SOURCE /* mkdtemp, utimes */
#include "base/identity.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base_fixture.h"

static bilan b_;
static bilan *const b = &b_;

static void fingerprint(char out[FINGERPRINT_HEX], const unsigned char *bytes, size_t n,
                        size_t piece) {
  static struct fingerprint f;
  fingerprint_start(&f);
  for (size_t at = 0; at < n; at += piece)
    fingerprint_add(&f, bytes + at, n - at < piece ? n - at : piece);
  fingerprint_finish(&f, out);
}

static void expect(const unsigned char *bytes, size_t n, const char *hex) {
  static const size_t pieces[] = {1, 7, 4095, 4096, 4097, 100000};
  char got[FINGERPRINT_HEX];
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
    fingerprint(got, bytes, n, pieces[i]);
    assert_string_equal(got, hex);
  }
}

static void fingerprints_are_those_of_the_formula(void **state) {
  static unsigned char bytes[10000], zeros[4097];
  (void)state;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 7 + 1);
  expect(bytes, 0, "af5570f5a1810b7af78caf4bc70a660f");
  expect((const unsigned char *)"abc", 3, "b0d9119b748bfa5fbccc4c5ed88aa8df");
  expect(bytes, sizeof bytes, "7d518c4699070b51b8471f1c0306793b");
  expect(zeros, 4096, "853c823107c63862d58dd02bd7f7f779");
  expect(zeros, 4097, "2a7368b2cf19c9339e4adb5d9b0d4de2");
}

/* Each single bit of two blocks matters. */
static void every_bit_counts(void **state) {
  static unsigned char bytes[5000];
  char whole[FINGERPRINT_HEX], changed[FINGERPRINT_HEX];
  (void)state;
  fingerprint(whole, bytes, sizeof bytes, sizeof bytes);
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit += 97) {
    bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    fingerprint(changed, bytes, sizeof bytes, sizeof bytes);
    assert_string_not_equal(whole, changed);
    bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
  }
}

/* ---- files ---------------------------------------------------------------------------------- */

static char folder[64], path[100];

static int open_folder(void **state) {
  (void)state;
  handle_init(b);
  strcpy(folder, "/tmp/bilan-identity-XXXXXX");
  if (!mkdtemp(folder)) return 1;
  snprintf(path, sizeof path, "%s/file", folder);
  return 0;
}

static int close_folder(void **state) {
  (void)state;
  unlink(path);
  rmdir(folder);
  return b->mem.used != 0;
}

static void write_file(const char *content, time_t when) {
  struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, content, strlen(content)), (long)strlen(content));
  assert_int_equal(futimens(fd, times), 0);
  close(fd);
}

static struct identity look(void) {
  struct identity i;
  assert_int_equal(identity_of(b, &i, path), BILAN_OK);
  return i;
}

static void an_old_date_does_not_hide_a_change(void **state) {
  (void)state;
  write_file("one", 1000);
  struct identity before = look();
  assert_true(before.racy); /* the date is old, the change is not */
  assert_int_equal(before.bytes, 3);
  struct identity again = look();
  assert_true(identity_same(&before, &again));
  usleep(20000);
  write_file("two", 1000);
  struct identity after = look();
  assert_int_equal(after.modified, before.modified);
  assert_false(identity_same(&before, &after));
}

static void another_file_of_the_same_name_is_another(void **state) {
  char other[110];
  (void)state;
  write_file("one", 1000);
  struct identity before = look();
  snprintf(other, sizeof other, "%s.2", path);
  assert_int_equal(rename(path, other), 0);
  write_file("one", 1000);
  struct identity after = look();
  assert_int_not_equal(before.inode, after.inode);
  assert_false(identity_same(&before, &after));
  unlink(other);
}

static void hashes_are_those_of_the_file_that_was_meant(void **state) {
  char hex[SHA256_HEX], print[FINGERPRINT_HEX];
  (void)state;
  write_file("abc", 1000);
  struct identity before = look();
  assert_int_equal(identity_sha256(b, hex, path, &before), BILAN_OK);
  assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  b->ways.simd = SIMD_SCALAR;
  assert_int_equal(identity_sha256(b, hex, path, NULL), BILAN_OK);
  b->ways.simd = SIMD_BEST;
  assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_int_equal(identity_fingerprint(b, print, path, &before), BILAN_OK);
  assert_string_equal(print, "b0d9119b748bfa5fbccc4c5ed88aa8df");
  usleep(20000);
  write_file("abd", 1000);
  assert_int_equal(identity_sha256(b, hex, path, &before), BILAN_IO);
  assert_non_null(strstr(b->message, "has changed since it was read"));
}

static void what_is_no_file_has_no_identity(void **state) {
  struct identity i;
  char hex[SHA256_HEX];
  (void)state;
  assert_int_equal(identity_of(b, &i, "/nonexistent"), BILAN_IO);
  assert_int_equal(identity_of(b, &i, folder), BILAN_DATA);
  assert_non_null(strstr(b->message, "it is a folder, not a regular file"));
  assert_int_equal(identity_sha256(b, hex, "/nonexistent", NULL), BILAN_IO);
  assert_int_equal(identity_sha256(b, hex, folder, NULL), BILAN_DATA);
}

/* Each memory request and each system call in turn. */
static void faults_are_told(void **state) {
  char hex[SHA256_HEX];
  (void)state;
  write_file("abc", 1000);
  for (uint64_t k = 1; k < 20; k++) {
    b->io.fail_at = b->io.calls + k;
    b->io.fail_errno = 5;
    bilan_status status = identity_sha256(b, hex, path, NULL);
    bool reached = b->io.calls >= b->io.fail_at;
    b->io.fail_at = 0;
    assert_true(!status || (reached && status == BILAN_IO));
  }
  b->mem.fail_at = b->mem.requests + 1;
  assert_int_equal(identity_sha256(b, hex, path, NULL), BILAN_NOMEM);
  b->mem.fail_at = 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fingerprints_are_those_of_the_formula),
      cmocka_unit_test(every_bit_counts),
      cmocka_unit_test(an_old_date_does_not_hide_a_change),
      cmocka_unit_test(another_file_of_the_same_name_is_another),
      cmocka_unit_test(hashes_are_those_of_the_file_that_was_meant),
      cmocka_unit_test(what_is_no_file_has_no_identity),
      cmocka_unit_test(faults_are_told),
  };
  return cmocka_run_group_tests(tests, open_folder, close_folder);
}

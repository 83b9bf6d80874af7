/* fuzz_archive.c - an archive with any of its bytes changed: opened, loaded, checked.
 *
 * The input is a list of changes of 5 bytes: where (4 bytes, modulo the size of a whole archive
 * made at the start) and what is put there; a length that is no multiple of 5 cuts the file at
 * its first 4 bytes instead of changing it. Beside the sanitizers' own checks: nothing but damage
 * is told, no memory is kept, and what loads after archive_check is content as it was stored.
 *
 * Built by clang with -fsanitize=fuzzer,address,undefined; see tests/check.sh.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/io.h"
#include "data/recode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 24 };

static char path[64], *whole, *copy;
static size_t whole_size;

static void require(bool held) {
  if (!held) abort();
}

/* Removed when the run ends. */
static void remove_file(void) { unlink(path); }

static struct column *labels(bilan *b) {
  static const char *const words[] = {"maths;bio", "bio", "à voir", "sport"};
  struct codes_builder k;
  struct column *c = NULL;
  require(!codes_builder_open(b, &k, NULL));
  for (size_t i = 0; i < ROWS; i++)
    require(!(i % 5 ? codes_builder_add_label(&k, text_of(words[i % 4]))
                    : codes_builder_add(&k, 0)));
  require(!codes_builder_finish(&k, &c));
  return c;
}

static struct column *numbers(bilan *b, double step) {
  struct numbers_builder k;
  struct column *c = NULL;
  numbers_builder_open(b, &k);
  for (size_t i = 0; i < ROWS; i++)
    require(!numbers_builder_add(&k, i % 7 ? (double)i * step : 0,
                                 i % 7 ? BILAN_PRESENT : BILAN_REFUSED));
  require(!numbers_builder_finish(&k, &c));
  return c;
}

static struct column *texts(bilan *b) {
  struct text_builder k;
  struct column *c = NULL;
  text_builder_open(b, &k);
  for (size_t i = 0; i < ROWS; i++)
    require(!text_builder_add(&k, i % 3 ? TEXT("très bien") : TEXT(""),
                              i % 3 ? BILAN_PRESENT : BILAN_NO_ANSWER));
  require(!text_builder_finish(&k, &c));
  return c;
}

static struct table *sample(bilan *b) {
  struct table *t = NULL;
  struct column *list = labels(b), *set = NULL;
  require(!column_split(b, &set, list, TEXT(";"), NULL, true));
  require(!table_new(b, &t, ROWS));
  require(!table_add(b, t, TEXT("one"), BILAN_SINGLE, list));
  require(!table_add(b, t, TEXT("several"), BILAN_MULTIPLE, set));
  require(!table_add(b, t, TEXT("count"), BILAN_NUMBER, numbers(b, 1)));
  require(!table_add(b, t, TEXT("measure"), BILAN_NUMBER, numbers(b, 1.0 / 3)));
  require(!table_add(b, t, TEXT("words"), BILAN_TEXT, texts(b)));
  return t;
}

/* The archive whose bytes are changed, made once. */
static void make_archive(void) {
  bilan b;
  struct archive *a = NULL;
  char sha256[SHA256_HEX];
  int64_t id;
  handle_init(&b);
  snprintf(path, sizeof path, "/tmp/bilan-fuzz-%ld.bilan", (long)getpid());
  unlink(path);
  struct table *t = sample(&b);
  require(!archive_open(&b, &a, path, ARCHIVE_WRITE) && !archive_begin(&b, a));
  require(!archive_put(&b, a, &id, sha256, t) && !archive_commit(&b, a));
  archive_close(a);
  table_free(t);
  require(!io_read_file(&b, &whole, &whole_size, path, 0));
  copy = malloc(whole_size);
  require(copy != NULL);
  atexit(remove_file);
}

/* The changed bytes in the file. */
static void write_changed(const uint8_t *data, size_t size) {
  size_t kept = whole_size;
  memcpy(copy, whole, whole_size);
  for (size_t i = 0; i + 5 <= size; i += 5) {
    uint32_t at = data[i] | (uint32_t)data[i + 1] << 8 | (uint32_t)data[i + 2] << 16 |
                  (uint32_t)data[i + 3] << 24;
    copy[at % whole_size] = (char)data[i + 4];
    if (size % 5) kept = at % whole_size;
  }
  FILE *f = fopen(path, "wb");
  require(f && fwrite(copy, 1, kept, f) == kept && !fclose(f));
}

/* Column by column it is the same table, or some column says what is wrong with it. Of a table that
 * cannot be loaded at once, columns may still come; their checks are the same ones. */
static void require_same_later(bilan *b, struct archive *a, const struct table *whole) {
  char one[SHA256_HEX], other[SHA256_HEX];
  struct table *t = NULL;
  bilan_status status = archive_get_later(b, &t, a, 1);
  if (!status) status = table_load(b, t);
  if (!status) {
    archive_sha256(one, NULL, whole);
    archive_sha256(other, NULL, t);
    require(!strcmp(one, other));
  }
  table_free(t);
  require(!status || status == BILAN_DATA || status == BILAN_IO);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  bilan b;
  struct archive *a = NULL;
  struct table *t = NULL;
  if (!whole) make_archive();
  write_changed(data, size);
  handle_init(&b);
  b.mem.cap = (size_t)64 << 20;
  bilan_status status = archive_open(&b, &a, path, ARCHIVE_READ);
  if (!status) status = archive_get(&b, &t, a, 1, NULL, 0);
  if (!status) require_same_later(&b, a, t);
  table_free(t);
  if (!status) status = archive_check(&b, a);
  archive_close(a);
  require(!status || status == BILAN_DATA || status == BILAN_USAGE || status == BILAN_IO);
  require(b.mem.used == 0);
  return 0;
}

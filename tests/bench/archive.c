/* archive.c - how long a wave takes to load from an archive, beside the time of merely reading
 * as many bytes from the page cache into fresh memory, and what converting a CSV file costs
 * beside parsing it.
 *
 *   build/bench/archive FILE.csv FOLDER [RUNS]
 *
 * Prints medians of RUNS (9) in milliseconds. The file is made by gen.c; FOLDER gets bench.bilan,
 * and is removed again by nobody.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/io.h"
#include "io/csv.h"

enum { MOST_RUNS = 99, STEP = 1 << 20 };

static bilan b;

static void must(bilan_status status) {
  if (!status) return;
  fprintf(stderr, "archive: %s\n", b.message);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *x, const void *y) {
  double a = *(const double *)x, c = *(const double *)y;
  return (a > c) - (a < c);
}

static double median(double *times, size_t runs) {
  qsort(times, runs, sizeof *times, by_value);
  return times[runs / 2];
}

/* `size` bytes of the file, again from its start when it is shorter, into fresh memory. */
static double read_bytes(const char *path, size_t size) {
  double start = now();
  int fd = open(path, O_RDONLY);
  char *bytes = malloc(size);
  if (fd < 0 || !bytes) exit(1);
  for (size_t at = 0; at < size;) {
    size_t want = size - at < STEP ? size - at : STEP;
    ssize_t got = read(fd, bytes + at, want);
    if (got < 0) exit(1);
    at += (size_t)got;
    if (!got) lseek(fd, 0, SEEK_SET);
  }
  double time = now() - start;
  close(fd);
  free(bytes);
  return time;
}

static double load(const char *path, int64_t id, size_t *bytes) {
  struct archive *a;
  struct table *t;
  size_t before = b.mem.used;
  double start = now();
  must(archive_open(&b, &a, path, ARCHIVE_READ));
  must(archive_get(&b, &t, a, id, NULL, 0));
  archive_close(a);
  double time = now() - start;
  *bytes = b.mem.used - before;
  table_free(t);
  return time;
}

static double parse(struct table **t, const char *path) {
  struct text bytes;
  char *block;
  double start = now();
  must(io_read_file(&b, &block, &bytes.n, path, 0));
  must(csv_read(&b, t, NULL, path, block, bytes.n, &(struct csv_options){0}));
  mem_free(&b.mem, block);
  return now() - start;
}

static double store(int64_t *id, const char *path, const struct table *t) {
  struct archive *a;
  char sha256[SHA256_HEX];
  unlink(path);
  double start = now();
  must(archive_open(&b, &a, path, ARCHIVE_WRITE));
  must(archive_begin(&b, a));
  must(archive_put(&b, a, id, sha256, t));
  must(archive_commit(&b, a));
  archive_close(a);
  return now() - start;
}

int main(int argc, char **argv) {
  double loads[MOST_RUNS], files[MOST_RUNS], memories[MOST_RUNS];
  char path[4096], sha256[SHA256_HEX];
  struct table *t;
  struct stat info;
  int64_t id;
  size_t held = 0, runs = argc > 3 ? strtoul(argv[3], NULL, 10) : 9;
  if (argc < 3 || runs < 1 || runs > MOST_RUNS) return 2;
  handle_init(&b);
  snprintf(path, sizeof path, "%s/bench.bilan", argv[2]);
  double parsing = parse(&t, argv[1]), hashing = now();
  archive_sha256(sha256, NULL, t);
  hashing = now() - hashing;
  double storing = store(&id, path, t);
  printf("%zu rows, %zu items\n", table_rows(t), table_count(t));
  table_free(t);
  if (stat(path, &info)) return 1;
  for (size_t i = 0; i < runs; i++) {
    loads[i] = load(path, id, &held);
    files[i] = read_bytes(path, (size_t)info.st_size);
    memories[i] = read_bytes(path, held);
  }
  double loading = median(loads, runs), reading = median(files, runs);
  printf("load %.1f ms; read() of the file's %.1f MB %.1f ms: %.2f times; of the table's "
         "%.1f MB %.1f ms: %.2f times\n", loading, (double)info.st_size / 1e6, reading,
         loading / reading, (double)held / 1e6, median(memories, runs),
         loading / median(memories, runs));
  printf("parse %.0f ms; store %.0f ms, of them hashing %.0f ms: %.2f of parsing\n", parsing,
         storing, hashing, storing / parsing);
  return 0;
}

/* fuzz_csv_diff.c - made-up CSV files read by libcsv and by the chunk-parallel reader, compared
 * in all that they say: table, dictionaries, report, warnings, errors.
 *
 *   fuzz_csv_diff SECONDS [SEED]
 *
 * Files are made from a grammar with faults (quotes, doubled and stray ones, line ends of all
 * kinds, ragged rows, blanks, marks, numbers of every style, dates, words after numbers, bytes
 * that are not UTF-8, ...), and some are damaged by a few random bytes. Each is read with tiny
 * chunks, 1 to 3 threads, each kernel, and a limit of levels down to 2, so that columns become
 * numbers or text after a few rows. Prints once a minute, and at the end, how many inputs were
 * tried, how many of these the chunk-parallel reader was sure of to the end (it hands the others
 * to libcsv), and how many differed; on a difference the seed of the input, the file itself to
 * /tmp, and status 1.
 *
 *   cc -O2 -std=c11 -D_POSIX_C_SOURCE=200809L -Icore -Itests/unit tests/fuzz/fuzz_csv_diff.c \
 *     core/base/?*.c core/data/?*.c core/io/csv*.c core/io/decode.c core/io/sniff.c \
 *     core/io/headings.c core/io/encode.c -lcsv -lm -pthread \
 *     -Wl,--wrap=csv_fast_read -o fuzz_csv_diff
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "csv_random.h"
#include "csv_same.h"
#include "io/csv_fast.h"

/* What the linker (--wrap) puts between the reader and its fast path, to count. */
bilan_status __real_csv_fast_read(bilan *b, struct csv_fast *f, const struct csv_plan *plan,
                                  struct encoder *out, bool *sure);
bilan_status __wrap_csv_fast_read(bilan *b, struct csv_fast *f, const struct csv_plan *plan,
                                  struct encoder *out, bool *sure);

static unsigned long long tried, begun, ended; /* inputs: all, begun fast, ended fast */

bilan_status __wrap_csv_fast_read(bilan *b, struct csv_fast *f, const struct csv_plan *plan,
                                  struct encoder *out, bool *sure) {
  bilan_status status = __real_csv_fast_read(b, f, plan, out, sure);
  begun++;
  ended += !status && *sure;
  return status;
}

/* One input, both ways. false: they differ. */
static bool try_input(bilan *b, struct random_csv *file, uint64_t seed, char why[200]) {
  struct csv_seen plain, fast;
  struct csv_options options = {0};
  random_csv_make(file, seed);
  random_csv_options(file, &options);
  b->ways = (struct ways){.libcsv = true};
  b->threads = 1;
  csv_see(b, &plain, file->bytes, file->size, &options);
  b->ways = random_csv_ways(file);
  b->threads = file->threads;
  csv_see(b, &fast, file->bytes, file->size, &options);
  bool same = csv_same(&plain, &fast, why);
  csv_forget(&plain);
  csv_forget(&fast);
  if (same && b->mem.used) {
    snprintf(why, 200, "%zu bytes were not given back", b->mem.used);
    same = false;
  }
  return same;
}

/* Keeps the input for a look. */
static int report(const struct random_csv *file, uint64_t seed, const char *why) {
  char path[64];
  snprintf(path, sizeof path, "/tmp/fuzz_csv_diff_%llu.csv", (unsigned long long)seed);
  FILE *out = fopen(path, "wb");
  if (out) {
    fwrite(file->bytes, 1, file->size, out);
    fclose(out);
  }
  printf("DIFFERENCE seed %llu (%s): %s\n", (unsigned long long)seed, path, why);
  printf("chunk %zu, simd %d, threads %d, spill %zu, delimiter %d, decimal %d\n", file->chunk,
         (int)file->simd, file->threads, file->spill, file->asked, file->decimal);
  return 1;
}

/* Seconds since `start`. */
static double since(struct timespec start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - start.tv_sec) + 1e-9 * (double)(now.tv_nsec - start.tv_nsec);
}

/* One line of progress. */
static void tell(double seconds, uint64_t first) {
  printf("%6.0f s: %llu inputs from seed %llu on, %llu begun on the fast path, %llu ended on it, "
         "0 differences\n", seconds, tried, (unsigned long long)first, begun, ended);
  fflush(stdout);
}

int main(int argc, char **argv) {
  static struct random_csv file;
  double seconds = argc > 1 ? atof(argv[1]) : 10;
  uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1, first = seed;
  struct timespec start;
  double told = 0;
  char why[200] = "";
  bilan b;
  handle_init(&b);
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (;; seed++) {
    tried++;
    if (!try_input(&b, &file, seed, why)) return report(&file, seed, why);
    if (seed % 64) continue;
    double now = since(start);
    if (now > seconds) break;
    if (now < told + 60) continue;
    told = now;
    tell(now, first);
  }
  tell(since(start), first);
  return 0;
}

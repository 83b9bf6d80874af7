/* limits.c - what the machine can do at best, to hold every other figure against.
 *
 *   limits FILE [MEGABYTES [REPS]]
 *
 * Prints lines machine,LIMIT,BYTES,seconds,0, one per repetition:
 *   memory_read_1t, _2t   sum of 64-bit words of an array of MEGABYTES (1024), one and two threads;
 *                         four streams a thread, as several columns are read side by side
 *   cache_read            the same over 16 MiB, again and again: what the last-level cache gives
 *   page_cache_read       read() of FILE by the megabyte, its pages in the page cache
 *
 * The sums are kept and printed to standard error, so that no compiler can leave them out.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { STREAMS = 4, STEP = 1 << 20, CACHED = 16 << 20, MOST_THREADS = 2 };

/* A stretch of words, how often to read it, and what came of it. */
struct stretch {
  const uint64_t *words;
  size_t count, times;
  uint64_t sum;
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Four streams at equal distance, two sums each: no chain of additions holds it up. */
static void *read_words(void *given) {
  struct stretch *s = given;
  size_t quarter = s->count / STREAMS;
  for (size_t again = 0; again < s->times; again++) {
    const uint64_t *a = s->words, *b = a + quarter, *c = b + quarter, *d = c + quarter;
    uint64_t sums[8] = {0};
    for (size_t i = 0; i + 1 < quarter; i += 2) {
      sums[0] += a[i], sums[1] += a[i + 1], sums[2] += b[i], sums[3] += b[i + 1];
      sums[4] += c[i], sums[5] += c[i + 1], sums[6] += d[i], sums[7] += d[i + 1];
    }
    for (int i = 0; i < 8; i++) s->sum += sums[i];
  }
  return NULL;
}

/* The array read `times` over by so many threads, each its own part of it; seconds. */
static double read_memory(const uint64_t *words, size_t count, size_t threads, size_t times) {
  struct stretch parts[MOST_THREADS];
  pthread_t running[MOST_THREADS];
  uint64_t sum = 0;
  double start = now();
  for (size_t i = 0; i < threads; i++) {
    parts[i] = (struct stretch){words + i * (count / threads), count / threads, times, 0};
    if (pthread_create(&running[i], NULL, read_words, &parts[i])) exit(1);
  }
  for (size_t i = 0; i < threads; i++) {
    pthread_join(running[i], NULL);
    sum += parts[i].sum;
  }
  double seconds = now() - start;
  fprintf(stderr, "# %llx\n", (unsigned long long)sum);
  return seconds;
}

/* The file by read(); gives its bytes. */
static size_t read_file(const char *path, char *bytes) {
  size_t total = 0;
  ssize_t got;
  int fd = open(path, O_RDONLY);
  if (fd < 0) {
    perror(path);
    exit(1);
  }
  while ((got = read(fd, bytes, STEP)) > 0) total += (size_t)got;
  close(fd);
  return total;
}

static void say(const char *limit, size_t bytes, double seconds) {
  printf("machine,%s,%zu,%.6f,0\n", limit, bytes, seconds);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: limits FILE [MEGABYTES [REPS]]\n");
    return 2;
  }
  size_t bytes = (argc > 2 ? strtoul(argv[2], NULL, 10) : 1024) << 20;
  size_t count = bytes / sizeof(uint64_t), reps = argc > 3 ? strtoul(argv[3], NULL, 10) : 5;
  uint64_t *words = malloc(bytes);
  if (!words || bytes < CACHED) return 1;
  for (size_t i = 0; i < count; i++) words[i] = i;
  size_t cached = CACHED / sizeof(uint64_t), times = bytes / CACHED;
  read_file(argv[1], (char *)words);
  for (size_t i = 0; i < reps; i++) {
    say("memory_read_1t", bytes, read_memory(words, count, 1, 1));
    say("memory_read_2t", bytes, read_memory(words, count, 2, 1));
    say("cache_read", times * CACHED, read_memory(words, cached, 1, times));
    double start = now();
    size_t size = read_file(argv[1], (char *)words);
    say("page_cache_read", size, now() - start);
  }
  free(words);
  return 0;
}

/* kernels.c - what each kernel for cells takes of the memory's speed.
 *
 *   kernels [ROWS [REPS [THREADS [NAME]]]]        1000000 11 1, all
 *
 * Requests of the usual shapes over columns of random codes (nine rows of ten of `q_skew` have one
 * answer) are answered in turn, REPS times each, beside a plain read of as many bytes by as many
 * threads in the same turn; so whatever else goes on meets all of them. Prints a line each:
 *
 *   NAME,ROWS,THREADS,bytes a row,best ns a row,GB/s,fraction of the read
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/cells.h"
#include "kernel/unit_order.h"

enum { ITEMS = 30, BANNERS = 3, UNITS = 200, KERNELS = 8, MOST = ITEMS * BANNERS };

struct world {
  bilan b;
  size_t rows;
  struct column *items[ITEMS], *skew, *banners[BANNERS], *weight;
  uint32_t *unit;
  struct unit_order *order;
  uint64_t seed;
};

/* What is measured: requests, and the bytes of a row that they have in common. */
struct kernel {
  const char *name;
  struct cells_request requests[MOST];
  size_t count, bytes;
  double best, best_read;
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(bilan_status status) {
  if (!status) return;
  fprintf(stderr, "kernels: status %d\n", (int)status);
  exit(1);
}

static uint32_t draw(struct world *w, uint32_t below) {
  w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((w->seed >> 33) * below >> 31);
}

/* A column of codes 0 .. levels - 1; the first of them in `skew` rows of ten, besides. */
static struct column *make_codes(struct world *w, uint32_t levels, uint32_t skew) {
  struct column *c;
  struct dict *dict;
  char label[8];
  uint8_t *codes = mem_array(&w->b.mem, w->rows, 1);
  must(codes ? dict_new(&w->b, &dict) : BILAN_NOMEM);
  for (uint32_t i = 1; i < levels; i++) {
    uint32_t code;
    int n = snprintf(label, sizeof label, "%u", i);
    must(dict_add(&w->b, dict, &code, (struct text){label, (size_t)n}));
  }
  for (size_t i = 0; i < w->rows; i++)
    codes[i] = (uint8_t)(draw(w, 10) < skew ? 0 : draw(w, levels));
  must(column_codes(&w->b, &c, w->rows, 1, codes, dict));
  return c;
}

/* Items of 7 codes, banners of 4, 5 and 3, weights of six decimals, units in any order of rows. */
static void world_open(struct world *w, size_t rows) {
  static const uint32_t levels[BANNERS] = {4, 5, 3};
  handle_init(&w->b);
  w->rows = rows;
  for (size_t i = 0; i < ITEMS; i++) w->items[i] = make_codes(w, 7, 0);
  for (size_t i = 0; i < BANNERS; i++) w->banners[i] = make_codes(w, levels[i], 0);
  w->skew = make_codes(w, 7, 9);
  double *numbers = mem_array(&w->b.mem, rows, sizeof *numbers);
  w->unit = mem_array(&w->b.mem, rows, sizeof *w->unit);
  must(numbers && w->unit ? BILAN_OK : BILAN_NOMEM);
  for (size_t i = 0; i < rows; i++) {
    numbers[i] = (double)(500000 + draw(w, 4500000)) / 1000000;
    w->unit[i] = draw(w, UNITS);
  }
  must(column_numbers(&w->b, &w->weight, rows, numbers, NULL));
  must(unit_order_open(&w->b, &w->order, w->unit, rows, UNITS));
}

/* ---- what is measured ------------------------------------------------------------------------ */

/* One request: item by banner (NULL: none), with weights or without, by units or not. */
static struct cells_request request_of(const struct world *w, const struct column *item,
                                       const struct column *banner, bool weights, bool units) {
  struct cells_request r = {.rows = w->rows};
  if (banner) r.keys[r.key_count++] = banner;
  r.keys[r.key_count++] = item;
  if (weights) r.weight = w->weight;
  if (!units) return r;
  r.unit = w->unit;
  r.unit_count = UNITS;
  r.order = w->order;
  return r;
}

static void one(struct kernel *k, const char *name, struct cells_request request) {
  *k = (struct kernel){.name = name, .count = 1, .requests = {request}};
  k->bytes = request.key_count + (request.weight ? sizeof(uint32_t) : 0);
}

/* All items by all banners. */
static void ninety(struct kernel *k, const char *name, const struct world *w, bool weights,
                   bool units) {
  *k = (struct kernel){.name = name, .bytes = ITEMS + BANNERS};
  if (weights) k->bytes += sizeof(uint32_t);
  for (size_t i = 0; i < ITEMS; i++)
    for (size_t j = 0; j < BANNERS; j++)
      k->requests[k->count++] = request_of(w, w->items[i], w->banners[j], weights, units);
}

static size_t list_kernels(struct kernel *k, const struct world *w) {
  const struct column *item = w->items[0], *banner = w->banners[0];
  size_t n = 0;
  one(&k[n++], "count_item", request_of(w, item, NULL, false, false));
  one(&k[n++], "count", request_of(w, item, banner, false, false));
  one(&k[n++], "count_skewed", request_of(w, w->skew, banner, false, false));
  one(&k[n++], "weigh", request_of(w, item, banner, true, false));
  one(&k[n++], "weigh_skewed", request_of(w, w->skew, banner, true, false));
  one(&k[n++], "weigh_units", request_of(w, item, banner, true, true));
  ninety(&k[n++], "weigh_90", w, true, false);
  ninety(&k[n++], "weigh_units_90", w, true, true);
  return n;
}

/* ---- measuring ------------------------------------------------------------------------------- */

/* A plain read by all threads, and what keeps a compiler from leaving it out. */
struct reading {
  const uint64_t *words;
  size_t step;
  struct pool_shares shares;
  atomic_ullong sum;
};

/* Shares of the read: eight sums, so that no chain of additions holds it up. */
static void read_shares(void *given) {
  struct reading *r = given;
  uint64_t sums[8] = {0};
  for (size_t share; pool_next(&r->shares, &share);)
    for (size_t i = share * r->step; i < (share + 1) * r->step; i += 8)
      for (size_t k = 0; k < 8; k++) sums[k] += r->words[i + k];
  for (size_t k = 0; k < 8; k++) atomic_fetch_add(&r->sum, sums[k]);
}

static double time_read(struct world *w, const uint64_t *words, size_t bytes) {
  struct reading r = {.words = words, .step = 8192};
  r.shares.count = bytes / sizeof *words / r.step;
  double start = now();
  pool_run(&w->b.pool, (size_t)w->b.threads, read_shares, &r);
  double seconds = now() - start;
  fprintf(stderr, "%s", atomic_load(&r.sum) == 1 ? "?" : "");
  return seconds;
}

static double time_kernel(struct world *w, const struct kernel *k) {
  static struct cells out[MOST];
  double start = now();
  must(cells_tabulate_all(&w->b, out, k->requests, k->count));
  double seconds = now() - start;
  for (size_t i = 0; i < k->count; i++) cells_free(&out[i]);
  return seconds;
}

int main(int argc, char **argv) {
  static struct world w = {.seed = 1};
  static struct kernel kernels[KERNELS];
  size_t reps = argc > 2 ? strtoul(argv[2], NULL, 10) : 11;
  world_open(&w, argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000);
  w.b.threads = argc > 3 ? atoi(argv[3]) : 1;
  pool_keep(&w.b.pool);
  size_t count = list_kernels(kernels, &w), most = (ITEMS + BANNERS + 4) * w.rows;
  uint64_t *words = mem_zero(&w.b.mem, most, 1);
  must(words ? BILAN_OK : BILAN_NOMEM);
  for (size_t rep = 0; rep <= reps; rep++) /* the first makes copies and finds out weights */
    for (size_t i = 0; i < count; i++) {
      struct kernel *k = &kernels[i];
      if (argc > 4 && strcmp(argv[4], k->name) != 0) continue;
      double read = time_read(&w, words, k->bytes * w.rows), took = time_kernel(&w, k);
      if (rep < 2 || took < k->best) k->best = took;
      if (rep < 2 || read < k->best_read) k->best_read = read;
    }
  for (size_t i = 0; i < count; i++) {
    const struct kernel *k = &kernels[i];
    if (!(k->best > 0)) continue;
    printf("%s,%zu,%d,%zu,%.3f,%.2f,%.2f\n", k->name, w.rows, w.b.threads, k->bytes,
           k->best * 1e9 / (double)w.rows, (double)(k->bytes * w.rows) / k->best / 1e9,
           k->best_read / k->best);
  }
  pool_close(&w.b.pool);
  return 0;
}

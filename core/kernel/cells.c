/* cells.c - see cells.h: one pass over columns in memory.
 *
 * Totals lie in one run of memory: first the doubles (weights, sums, totals per PSU), then the
 * counts. The answer and each partial result have that same layout, so adding a block is one
 * walk over an array.
 *
 * A block is read in chunks that stay in the first-level cache: the cell number of every row
 * (key by key), its weight (0 outside the domain), then each measure. Cost: rows * (keys +
 * measures) plus cells * blocks; a block grows with the number of cells so that the second
 * term stays below the first.
 *
 * Layout of a run for 9 cells, 2 measures and no PSU, in numbers of eight bytes:
 *
 *   weight 0..8 | weight2 9..17 | n 18..26 | sums 27..62 (measure 0) 63..98 (measure 1)
 *
 * Invariants: k->cell[i] < cells for every row, since codes were checked against their
 * dictionaries; k->weight[i] is 0 for every row that is not in, so "in" is one comparison.
 * Weights that are missing, zero or negative leave a row out of every sum and count. Owner:
 * the answer owns the run; `weight` is its first byte. Failure: BILAN_USAGE and BILAN_LIMIT
 * tell what is wrong with the request, BILAN_INTERNAL that columns do not fit together,
 * BILAN_NOMEM; workers cannot fail.
 */
#include "kernel/cells.h"

#include <string.h>

#include "kernel/blocks.h"

/* Rows of a chunk: its arrays take 56 KiB, small enough for a cache near the processor. */
enum { CHUNK = 2048 };

/* A struct cells_sums is counted as four numbers of eight bytes. */
enum { SUMS_NUMBERS = sizeof(struct cells_sums) / sizeof(double) };

/* Where the parts of a run of totals begin, in numbers of eight bytes. */
struct layout {
  size_t weight, weight2, psu_weight, psu_y; /* doubles */
  size_t doubles;                            /* how many of them */
  size_t n, sums;                            /* counts, then sums (a count and three doubles) */
  size_t numbers;                            /* all */
};

/* One pass: read by every worker, `total` written only by `add`. */
struct pass {
  const struct cells_request *request;
  size_t sizes[CELLS_KEYS];
  size_t cells, psus;
  struct layout at;
  void *total;
};

/* What a chunk knows of its rows. */
struct chunk {
  size_t from, rows;
  uint32_t cell[CHUNK];
  double weight[CHUNK]; /* 0: the row is not in */
  double value[CHUNK];  /* of the measure at hand */
  double part[CHUNK];   /* its weight: 0 also where the measure is missing */
};

/* Views into a run of totals: places count numbers of eight bytes, whatever their type.
 * The caller knows which type lies at a place; the layout keeps each of them aligned to eight
 * bytes. */
static double *doubles_at(void *run, size_t at) { return (double *)run + at; }
static int64_t *counts_at(void *run, size_t at) { return (int64_t *)run + at; }

/* Sums are counted in numbers too: SUMS_NUMBERS of them each. */
static struct cells_sums *sums_at(void *run, size_t at) {
  return (struct cells_sums *)(void *)((double *)run + at);
}

/* ---- a chunk
 * ------------------------------------------------------------------------------ */

/* cell = cell * size + code, for one key.
 * Three loops rather than a test in one: each runs over an array of one width. */
static void index_key(struct chunk *k, const struct column *key, uint32_t size) {
  const uint8_t *c1 = key->codes;
  const uint16_t *c2 = key->codes;
  const uint32_t *c4 = key->codes;
  if (key->width == 1)
    for (size_t i = 0; i < k->rows; i++) k->cell[i] = k->cell[i] * size + c1[k->from + i];
  else if (key->width == 2)
    for (size_t i = 0; i < k->rows; i++) k->cell[i] = k->cell[i] * size + c2[k->from + i];
  else
    for (size_t i = 0; i < k->rows; i++) k->cell[i] = k->cell[i] * size + c4[k->from + i];
}

/* The cell of every row: the first key runs slowest, as cells.h promises. Codes were checked,
 * and at most 2^26 cells fit 32 bits. */
static void index_chunk(const struct pass *p, struct chunk *k) {
  memset(k->cell, 0, k->rows * sizeof k->cell[0]);
  for (size_t i = 0; i < p->request->key_count; i++)
    index_key(k, p->request->keys[i], (uint32_t)p->sizes[i]);
}

/* Numbers of the chunk's rows and, in `part`, `weight` with 0 where there is no number. */
static void read_numbers(const struct column *c, const struct chunk *k, const double *weight,
                         double *value, double *part) {
  if (c->type == COLUMN_NUMBERS && !c->missing) {
    memcpy(value, c->numbers + k->from, k->rows * sizeof *value);
    memcpy(part, weight, k->rows * sizeof *part);
    return;
  }
  for (size_t i = 0; i < k->rows; i++) {
    bool absent = column_missing(c, k->from + i) != BILAN_PRESENT;
    value[i] = absent ? 0 : column_number(c, k->from + i);
    part[i] = absent ? 0 : weight[i];
  }
}

/* 1 inside the domain, 0 outside. */
static void mark_domain(const struct domain *domain, struct chunk *k) {
  for (size_t i = 0; i < k->rows; i++) k->weight[i] = domain_has(domain, k->from + i) ? 1 : 0;
}

/* Weight of every row: 0 outside the domain, and for a missing or negative weight. */
static void weigh_chunk(const struct pass *p, struct chunk *k) {
  mark_domain(p->request->domain, k);
  if (!p->request->weight) return;
  read_numbers(p->request->weight, k, k->weight, k->value, k->part);
  for (size_t i = 0; i < k->rows; i++) k->weight[i] = k->part[i] > 0 ? k->value[i] : 0;
}

/* Rows of a cell; without weights that is all there is to know. */
static void count_chunk(const struct pass *p, const struct chunk *k, void *run) {
  int64_t *n = counts_at(run, p->at.n);
  for (size_t i = 0; i < k->rows; i++) n[k->cell[i]] += k->weight[i] > 0;
}

/* Sum of w and of w^2 per cell, in row order. */
static void add_weights(const struct pass *p, const struct chunk *k, void *run) {
  double *weight = doubles_at(run, p->at.weight), *weight2 = doubles_at(run, p->at.weight2);
  for (size_t i = 0; i < k->rows; i++) {
    double w = k->weight[i];
    if (!(w > 0)) continue;
    weight[k->cell[i]] += w;
    weight2[k->cell[i]] += w * w;
  }
}

/* value - centre of the cell, in place. */
static void read_measure(const struct pass *p, struct chunk *k, size_t m) {
  read_numbers(p->request->measures[m], k, k->weight, k->value, k->part);
  if (!p->request->centres) return;
  const double *centres = p->request->centres + m * p->cells;
  for (size_t i = 0; i < k->rows; i++) k->value[i] -= centres[k->cell[i]];
}

/* n, sum of w, w y and w y^2 of one measure per cell, in row order. `value` and `part` are
 * set. */
static void measure_chunk(const struct pass *p, const struct chunk *k, size_t m, void *run) {
  struct cells_sums *sums = sums_at(run, p->at.sums) + m * p->cells;
  for (size_t i = 0; i < k->rows; i++) {
    double w = k->part[i], y = k->value[i];
    if (!(w > 0)) continue;
    struct cells_sums *s = &sums[k->cell[i]];
    s->n++;
    s->weight += w;
    s->y += w * y;
    s->yy += w * y * y;
  }
}

/* Sum of w per PSU and cell. */
static void psu_chunk(const struct pass *p, const struct chunk *k, void *run) {
  double *weight = doubles_at(run, p->at.psu_weight);
  for (size_t i = 0; i < k->rows; i++)
    if (k->weight[i] > 0)
      weight[column_code(p->request->psu, k->from + i) * p->cells + k->cell[i]] += k->weight[i];
}

/* Sum of w y per PSU and cell, for the measure that was read last. */
static void psu_measure_chunk(const struct pass *p, const struct chunk *k, size_t m, void *run) {
  double *total = doubles_at(run, p->at.psu_y) + m * p->psus * p->cells;
  for (size_t i = 0; i < k->rows; i++) {
    size_t psu = column_code(p->request->psu, k->from + i);
    if (k->part[i] > 0) total[psu * p->cells + k->cell[i]] += k->part[i] * k->value[i];
  }
}

/* Everything that a chunk adds to a run of totals. */
static void sum_chunk(const struct pass *p, struct chunk *k, void *run) {
  const struct cells_request *request = p->request;
  index_chunk(p, k);
  weigh_chunk(p, k);
  count_chunk(p, k, run);
  if (request->weight) add_weights(p, k, run);
  if (request->psu) psu_chunk(p, k, run);
  for (size_t m = 0; m < request->measure_count; m++) {
    read_measure(p, k, m);
    measure_chunk(p, k, m, run);
    if (request->psu) psu_measure_chunk(p, k, m, run);
  }
}

/* ---- a block
 * ------------------------------------------------------------------------------ */

/* Rows begin..end-1 into a run, chunk by chunk; the chunk size leaves no trace in the sums. */
static void sum_rows(const struct pass *p, void *run, size_t begin, size_t end) {
  struct chunk k;
  for (k.from = begin; k.from < end; k.from += k.rows) {
    k.rows = end - k.from < CHUNK ? end - k.from : CHUNK;
    sum_chunk(p, &k, run);
  }
}

/* The work of a block (see blocks.h): a partial result from nothing. */
static void sum_block(const void *context, void *partial, size_t begin, size_t end) {
  const struct pass *p = context;
  memset(partial, 0, p->at.numbers * sizeof(double));
  sum_rows(p, partial, begin, end);
}

/* Adds a partial result to the total: doubles first, then counts, then sums. */
static void add_block(void *context, const void *partial) {
  struct pass *p = context;
  const double *from = partial;
  double *to = p->total;
  for (size_t i = 0; i < p->at.doubles; i++) to[i] += from[i];
  const int64_t *counts = (const int64_t *)partial + p->at.n;
  int64_t *n = counts_at(p->total, p->at.n);
  for (size_t i = 0; i < p->cells; i++) n[i] += counts[i];
  const struct cells_sums *more =
      (const struct cells_sums *)(const void *)((const double *)partial + p->at.sums);
  struct cells_sums *sums = sums_at(p->total, p->at.sums);
  for (size_t i = 0; i < p->cells * p->request->measure_count; i++) {
    sums[i].n += more[i].n;
    sums[i].weight += more[i].weight;
    sums[i].y += more[i].y;
    sums[i].yy += more[i].yy;
  }
}

/* ---- checking a request
 * ------------------------------------------------------------------- */

/* The highest code of a column, read at the width it has. */
static uint32_t highest_code(const struct column *c) {
  const uint8_t *c1 = c->codes;
  const uint16_t *c2 = c->codes;
  const uint32_t *c4 = c->codes;
  uint32_t highest = 0;
  if (c->width == 1)
    for (size_t row = 0; row < c->rows; row++) highest = c1[row] > highest ? c1[row] : highest;
  else if (c->width == 2)
    for (size_t row = 0; row < c->rows; row++) highest = c2[row] > highest ? c2[row] : highest;
  else
    for (size_t row = 0; row < c->rows; row++) highest = c4[row] > highest ? c4[row] : highest;
  return highest;
}

/* Every code of a key must lie in its dictionary: it becomes a place in memory. */
static bilan_status check_codes(bilan *b, const struct column *c, size_t rows) {
  if (c->type != COLUMN_CODES)
    return fail(b, BILAN_USAGE, "a key of a table of cells must have levels");
  if (c->rows != rows)
    return fail(b, BILAN_INTERNAL, "a key of %zu rows in a request of %zu", c->rows, rows);
  size_t size = dict_count(c->dict);
  uint32_t highest = rows ? highest_code(c) : 0;
  if (rows && highest >= size)
    return fail(b, BILAN_INTERNAL, "code %zu in a column of %zu levels", (size_t)highest, size);
  return BILAN_OK;
}

/* A weight or a measure: of the right length, with numbers, with codes that exist. */
static bilan_status check_numeric(bilan *b, const struct column *c, size_t rows,
                                  const char *what) {
  if (c->rows != rows)
    return fail(b, BILAN_INTERNAL, "a %s of %zu rows in a request of %zu", what, c->rows, rows);
  if (!column_is_numeric(c)) return fail(b, BILAN_USAGE, "a %s must be a number", what);
  return c->type == COLUMN_CODES ? check_codes(b, c, rows) : BILAN_OK;
}

/* The keys and the number of cells they make; the product cannot overflow on the way. */
static bilan_status check_keys(bilan *b, struct pass *p) {
  const struct cells_request *request = p->request;
  if (request->key_count > CELLS_KEYS)
    return fail(b, BILAN_LIMIT, "%zu keys; at most %d", request->key_count, (int)CELLS_KEYS);
  p->cells = 1;
  for (size_t i = 0; i < request->key_count; i++) {
    bilan_status status = check_codes(b, request->keys[i], request->rows);
    if (status) return status;
    p->sizes[i] = dict_count(request->keys[i]->dict);
    if (p->cells > CELLS_MOST / p->sizes[i])
      return fail(b, BILAN_LIMIT, "more than %zu cells: %zu by %zu", (size_t)CELLS_MOST,
                  p->cells, p->sizes[i]);
    p->cells *= p->sizes[i];
  }
  return BILAN_OK;
}

/* The PSU column and the number of totals it asks for. */
static bilan_status check_psu(bilan *b, struct pass *p) {
  if (!p->request->psu) return BILAN_OK;
  bilan_status status = check_codes(b, p->request->psu, p->request->rows);
  if (status) return status;
  p->psus = dict_count(p->request->psu->dict);
  if (p->psus > CELLS_MOST / p->cells)
    return fail(b, BILAN_LIMIT, "more than %zu totals: %zu clusters by %zu cells",
                (size_t)CELLS_MOST, p->psus, p->cells);
  return BILAN_OK;
}

/* All that can be wrong with a request, before memory is asked for. */
static bilan_status check_request(bilan *b, struct pass *p) {
  const struct cells_request *request = p->request;
  bilan_status status = check_keys(b, p);
  if (!status) status = check_psu(b, p);
  if (!status && request->weight)
    status = check_numeric(b, request->weight, request->rows, "weight");
  for (size_t m = 0; !status && m < request->measure_count; m++)
    status = check_numeric(b, request->measures[m], request->rows, "measure");
  if (!status && request->domain && request->domain->rows != request->rows)
    status = fail(b, BILAN_INTERNAL, "a domain of %zu rows in a request of %zu",
                  request->domain->rows, request->rows);
  return status;
}

/* ---- the answer
 * --------------------------------------------------------------------------- */

/* Cells and totals are at most 2^26 each, so only the measures can make this overflow. */
static bilan_status lay_out(bilan *b, struct pass *p) {
  size_t measures = p->request->measure_count, totals = p->psus * p->cells;
  if (measures > CELLS_MOST / (p->cells + totals))
    return fail(b, BILAN_LIMIT, "more than %zu sums: %zu measures by %zu cells",
                (size_t)CELLS_MOST, measures, p->cells + totals);
  p->at.weight = 0;
  p->at.weight2 = p->cells;
  p->at.psu_weight = 2 * p->cells;
  p->at.psu_y = p->at.psu_weight + totals;
  p->at.doubles = p->at.psu_y + measures * totals;
  p->at.n = p->at.doubles;
  p->at.sums = p->at.n + p->cells;
  p->at.numbers = p->at.sums + measures * p->cells * SUMS_NUMBERS;
  return BILAN_OK;
}

/* Hands the run over as an answer. Without weights every row weighs 1, so that the sums of
 * weights are the counts. */
static void fill_answer(bilan *b, struct cells *out, const struct pass *p) {
  *out = (struct cells){
      .mem = &b->mem,
      .key_count = p->request->key_count,
      .count = p->cells,
      .measure_count = p->request->measure_count,
      .n = counts_at(p->total, p->at.n),
      .weight = p->total,
      .weight2 = doubles_at(p->total, p->at.weight2),
      .sums = sums_at(p->total, p->at.sums),
      .psu_count = p->psus,
      .psu_weight = p->psus ? doubles_at(p->total, p->at.psu_weight) : NULL,
      .psu_y = p->psus ? doubles_at(p->total, p->at.psu_y) : NULL,
  };
  memcpy(out->sizes, p->sizes, sizeof p->sizes);
  if (p->request->weight) return;
  for (size_t i = 0; i < p->cells; i++) out->weight[i] = out->weight2[i] = (double)out->n[i];
}

/* One block needs no partial result. */
static bilan_status sum_all(bilan *b, struct pass *p) {
  struct blocks_job job = {
      .rows = p->request->rows,
      .block = blocks_rows_for(p->at.numbers),
      .partial = p->at.numbers * sizeof(double),
      .context = p,
      .sum = sum_block,
      .add = add_block,
  };
  if (job.rows > job.block) return blocks_run(b, &job);
  sum_rows(p, p->total, 0, job.rows);
  return BILAN_OK;
}

/* Checks, lays out one run of memory, sums. `out` is untouched on failure. */
bilan_status cells_tabulate(bilan *b, struct cells *out, const struct cells_request *request) {
  struct pass p = {.request = request};
  bilan_status status = check_request(b, &p);
  if (!status) status = lay_out(b, &p);
  if (status) return status;
  p.total = mem_zero(&b->mem, p.at.numbers, sizeof(double));
  if (!p.total) return fail_nomem(b);
  status = sum_all(b, &p);
  if (status) mem_free(&b->mem, p.total);
  else fill_answer(b, out, &p);
  return status;
}

/* One block holds all: it begins with the weights. */
void cells_free(struct cells *c) {
  if (!c->mem) return;
  mem_free(c->mem, c->weight); /* where the one run of totals begins */
  *c = (struct cells){0};
}

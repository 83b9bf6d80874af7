/* joint_tables.c - see joint_tables.h; joint.h tells how tables are arranged.
 *
 * Rows are cut into shares, which workers take as they are free; each worker has tables and totals
 * of its own. Sums of whole numbers do not depend on who added what, so at the end the totals of
 * all workers are simply added up.
 *
 * Memory of a worker: tables of all bundles (30 items of 6 codes by 3 banners: half a megabyte,
 * which the second cache holds), 40 bytes for each joint cell of an item, a slice of 4096 rows.
 * Requests that would take more than WORKER_BYTES are answered in several passes.
 *
 * Failure: BILAN_NOMEM before a worker begins; workers cannot fail.
 */
#include "kernel/joint_tables.h"

#include <string.h>

#include "data/bitmap.h"
#include "kernel/joint.h"

enum {
  SHARE_ROWS = 65536,      /* of a share, at most */
  SHARES = 16,             /* of each worker, at least, where rows are many */
  THREAD_ROWS = 1 << 17,   /* additions to begin a second worker for */
  FEW_BUNDLES = 2,         /* small slices, which the first cache holds */
  FEW_SLICE = 1024,
  FEW_ROWS = 8192,          /* smaller ones still, for what memory costs */
  SMALL_SLICE = 512,
  WORKER_BYTES = 32 << 20
};

/* ---- what is taken --------------------------------------------------------------------------- */

/* Keys of codes, few enough cells; columns that do not fit together are cells_pass's to refuse. */
static bool keys_fit(const struct cells_request *r) {
  size_t cells = 1, codes = 1, width = 1;
  for (size_t i = 0; i < r->key_count; i++) {
    const struct column *key = r->keys[i];
    if (key->type != COLUMN_CODES || key->width > 2 || key->rows != r->rows) return false;
    struct axis a = joint_axis(key);
    if (r->rows && key->highest >= a.size) return false;
    if (a.span > JOINT_CELLS / cells || a.size > JOINT_ANSWER / codes) return false;
    if (i + 1 < r->key_count) width *= a.span;
    cells = (width + 1) * a.span; /* of the item, if it is the last key */
    codes *= a.size;
    if (cells > JOINT_CELLS) return false;
  }
  return true;
}

/* See joint_tables.h. */
bilan_status joint_tables_take(bilan *b, bool *takes, const struct cells_request *r) {
  const struct whole *weights;
  *takes = false;
  if (!r->key_count || r->key_count > CELLS_KEYS || r->measure_count || r->unit) return BILAN_OK;
  if (r->domain && r->domain->rows != r->rows) return BILAN_OK;
  if (r->weight && (r->weight->rows != r->rows || !column_is_numeric(r->weight))) return BILAN_OK;
  if (!keys_fit(r)) return BILAN_OK;
  bilan_status status = whole_weights(b, &weights, r->weight);
  if (!status) *takes = weights->kind != WHOLE_NONE;
  return status;
}

/* ---- the size of cells ----------------------------------------------------------------------- */

/* Bits of a number. */
static unsigned bits_of(uint32_t x) {
  unsigned bits = 0;
  for (; x; x >>= 1) bits++;
  return bits;
}

/* Which cells hold the sums of so high weights, for how many rows (joint.h). With weights below
 * 2^B, 2^r - 1 rows sum to less than 2^(r + B) and their squares to less than 2^(r + 2B). */
static void choose_size(struct joint *j) {
  unsigned bits = bits_of(j->weights->highest), sums = (64 - bits) / 2;
  unsigned squares = 64 - 2 * bits, rows = sums < squares ? sums : squares;
  if (j->weights->kind == WHOLE_ONES) {
    j->size = JOINT_COUNT;
    j->room = UINT32_MAX;
  } else if (2 * bits < 64 && rows >= 15) {
    j->size = JOINT_NARROW;
    j->shift = rows + bits;
    j->room = ((size_t)1 << rows) - 1;
  } else {
    j->size = JOINT_WIDE;
    j->shift = 48;
    j->room = UINT16_MAX;
  }
}

/* ---- workers --------------------------------------------------------------------------------- */

/* One pass: read by all workers but for `shares` and `begun`. */
struct pass {
  const struct joint *joint;
  struct joint_worker *workers;
  atomic_size_t begun;       /* workers that have taken their place */
  struct pool_shares shares;
  size_t share;              /* rows of one */
};

/* What every worker does: its shares, slice by slice, into its own tables. */
static void work(void *context) {
  struct pass *p = context;
  struct joint_worker *w =
      &p->workers[atomic_fetch_add_explicit(&p->begun, 1, memory_order_relaxed)];
  const struct joint *j = p->joint;
  size_t share;
  while (pool_next(&p->shares, &share)) {
    size_t from = share * p->share, end = j->rows - from < p->share ? j->rows : from + p->share;
    for (size_t count; from < end; from += count) {
      count = end - from < j->slice ? end - from : j->slice;
      joint_slice(w, from, count);
    }
  }
  joint_empty(w);
}

/* Rows of a share: few enough for all workers to have many, whole slices. */
static size_t share_rows(const bilan *b, const struct joint *j, size_t workers) {
  if (b->ways.block) return b->ways.block;
  size_t rows = j->rows / (SHARES * workers) / j->slice * j->slice;
  return rows > SHARE_ROWS ? SHARE_ROWS : rows > j->slice ? rows : j->slice;
}

/* A second worker costs some microseconds. */
static size_t worker_count(const bilan *b, const struct joint *j) {
  size_t wanted = b->threads < 1 ? 1 : (size_t)b->threads, additions = j->bundle_count + 1;
  if (wanted > POOL_WORKERS) wanted = POOL_WORKERS;
  size_t most = j->rows / (THREAD_ROWS / (additions < 64 ? additions : 64)) + 1;
  if (b->ways.block) most = j->rows / b->ways.block + 1;
  return wanted < most ? wanted : most;
}

/* Bytes of all arrays of a worker: each begins at a whole number of 64; those from `margin` on are
 * to be 0. */
struct room {
  size_t code, index, spare, weights, margin, tables, totals, bytes;
};

/* One more array; returns where it begins. */
static size_t reserve(struct room *r, size_t bytes) {
  size_t at = r->bytes;
  r->bytes += (bytes + 63) / 64 * 64;
  return at;
}

/* What a worker needs for an arrangement. */
static struct room room_of(const struct joint *j) {
  struct room r = {0};
  size_t lanes = joint_lanes(j->size) * sizeof(uint64_t);
  r.code = reserve(&r, j->slice * sizeof(uint16_t));
  r.index = reserve(&r, j->slice * sizeof(uint16_t));
  r.spare = reserve(&r, j->slice * sizeof(uint16_t));
  size_t weights = j->size == JOINT_COUNT ? 0 : j->slice * lanes;
  r.weights = reserve(&r, j->bits ? JOINT_BITS_LEVELS * JOINT_BITS_WORDS * sizeof(uint64_t)
                                  : weights);
  r.margin = reserve(&r, j->margin * lanes);
  r.tables = reserve(&r, j->table_bytes);
  r.totals = reserve(&r, j->totals * sizeof(struct joint_total));
  return r;
}

/* A worker in a run of memory. */
static struct joint_worker worker_in(const struct joint *j, const struct room *r, char *memory) {
  memset(memory + r->margin, 0, r->bytes - r->margin);
  return (struct joint_worker){
      .joint = j,
      .code = (uint16_t *)(void *)(memory + r->code),
      .index = (uint16_t *)(void *)(memory + r->index),
      .spare = (uint16_t *)(void *)(memory + r->spare),
      .weights = (uint64_t *)(void *)(memory + r->weights),
      .margin = (uint64_t *)(void *)(memory + r->margin),
      .tables = memory + r->tables,
      .totals = (struct joint_total *)(void *)(memory + r->totals),
  };
}

/* Totals of the other workers into those of the first. */
static void add_workers(const struct pass *p, size_t begun) {
  struct joint_total *to = p->workers[0].totals;
  for (size_t k = 1; k < begun; k++)
    for (size_t i = 0; i < p->joint->totals; i++) {
      const struct joint_total *more = &p->workers[k].totals[i];
      to[i].n += more->n;
      to[i].high += more->high;
      to[i].low += more->low;
      to[i].square_high += more->square_high;
      to[i].square_low += more->square_low;
    }
}

/* Answers to all requests; none is left on failure. */
static bilan_status answer_all(bilan *b, struct cells *out, const struct joint *j,
                               const struct joint_total *totals) {
  for (size_t i = 0; i < j->count; i++) {
    bilan_status status = joint_answer(b, &out[i], j, totals, i);
    if (!status) continue;
    while (i--) cells_free(&out[i]);
    return status;
  }
  return BILAN_OK;
}

/* The pass over the rows of an arrangement, and the answers. */
static bilan_status run(bilan *b, struct cells *out, const struct joint *j) {
  struct joint_worker workers[POOL_WORKERS];
  size_t count = worker_count(b, j);
  struct room room = room_of(j);
  struct pass p = {.joint = j, .workers = workers, .share = share_rows(b, j, count)};
  p.shares.count = j->rows / p.share + (j->rows % p.share != 0);
  char *memory = mem_array(&b->mem, count, room.bytes + 64);
  if (!memory) return fail_nomem(b);
  char *first = memory + (64 - (uintptr_t)memory % 64) % 64;
  for (size_t i = 0; i < count; i++) workers[i] = worker_in(j, &room, first + i * room.bytes);
  pool_run(&b->pool, count, work, &p);
  add_workers(&p, atomic_load(&p.begun));
  bilan_status status = answer_all(b, out, j, workers[0].totals);
  mem_free(&b->mem, memory);
  return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* As many of the requests as a worker's memory allows, at least one: *answered of them. */
static bilan_status answer_some(bilan *b, struct cells *out, size_t *answered,
                                const struct cells_request *const *requests, size_t count) {
  const struct whole *weights;
  bilan_status status = whole_weights(b, &weights, requests[0]->weight);
  for (bool done = false; !status && !done; count = (count + 1) / 2) {
    struct joint j = {.rows = requests[0]->rows,
                      .domain = requests[0]->domain,
                      .weights = weights,
                      .simd = bitmap_simd(b),
                      .avx512 = joint_bits_avx512(b),
                      .slice = JOINT_SLICE,
                      .requests = requests,
                      .count = count};
    choose_size(&j);
    status = joint_arrange(b, &j);
    if (j.bundle_count <= FEW_BUNDLES && !j.bits)
      j.slice = j.rows < FEW_ROWS ? SMALL_SLICE : FEW_SLICE;
    done = count == 1 || room_of(&j).bytes <= WORKER_BYTES;
    if (!status && done) status = run(b, out, &j);
    if (done) *answered = count;
    joint_release(b, &j);
  }
  return status;
}

/* See joint_tables.h. */
bilan_status joint_tables(bilan *b, struct cells *out,
                          const struct cells_request *const *requests, size_t count) {
  size_t done = 0, answered = 0;
  while (done < count) {
    bilan_status status = answer_some(b, out + done, &answered, requests + done, count - done);
    if (status) {
      while (done--) cells_free(&out[done]);
      return status;
    }
    done += answered;
  }
  return BILAN_OK;
}

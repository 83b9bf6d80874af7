/* unit_tables.c - see unit_tables.h.
 *
 * Units are cut into blocks of about 16,384 rows, by the order alone, and a block into chunks of
 * whole units where they fit. A chunk reads its weights and the keys of all banners, then each
 * item once for all its tables. Three ways to add:
 *
 *   rows     each row into each table: unit x cell gets w, a cell of the chunk n and w^2. For
 *            units of few rows (2,000 rows of 200 units have 10 each).
 *   joint    rows of one unit into item x joint code of all banners, one 16-byte addition a row
 *            (n and w side by side in 8 bytes, w^2 in the other 8); then the margin of each banner,
 *            cell by cell. For units with more rows than joint cells, and whole weights only, where
 *            the order of additions leaves no trace (unit_joint.c).
 *   single   one table of two keys whose codes are bytes, whole weights: one walk, of which
 *            nothing but the pairs is made beforehand.
 *
 * So a row of a report of 30 items by 3 banners is 30 additions and not 90 of three parts each.
 * With keys of 4, 5 and 3 codes and an item of 6 the joint table has 360 cells of 16 bytes, 6 KiB.
 *
 * Sums with whole weights are of whole numbers and exact: totals of units in doubles while rows
 * times the highest weight stay below 2^53 (else weights are taken as doubles), n and w^2 in
 * integers, w^2 in two halves of 32 bits, since a million squares of 2^44 do not fit 64.
 *
 * Layout of a worker's partial result: 4 numbers for every cell of every table (struct unit_sums),
 * then scratch. Totals by unit go straight to the answer, since a unit is in one block.
 *
 * Traffic of a row, 30 items by 3 banners: 34 codes of a byte and 4 bytes of weight. Determinism:
 * blocks and chunks depend on the order of units alone; blocks are added in order. Owner: answers
 * are the caller's; all else is gone when the call ends. Failure: BILAN_NOMEM, what rows_check
 * refuses.
 */
#include "kernel/unit_tables.h"

#include <string.h>

#include "base/two.h"
#include "kernel/blocks.h"
#include "kernel/unit_work.h"

/* See unit_tables.h. */
bool unit_tables_fit(const struct cells_request *r) {
  size_t cells = 1;
  if (!r->unit || !r->order || r->measure_count || r->complete || r->centres) return false;
  if (!r->key_count || r->key_count > UNIT_BANNER_KEYS + 1) return false;
  if (r->weight && r->weight->type != COLUMN_NUMBERS) return false;
  for (size_t i = 0; i < r->key_count; i++) {
    if (r->keys[i]->type != COLUMN_CODES) return false;
    size_t size = dict_count(r->keys[i]->dict);
    if (size > UNIT_TABLE_CELLS / cells) return false;
    cells *= size;
  }
  return r->unit_count <= (size_t)CELLS_MOST / cells;
}

/* ---- a chunk: what is read ------------------------------------------------------------------- */

/* code = code * size + more. */
UNIT_ROWS_LOOPS
static void add_codes(uint16_t *code, const uint16_t *more, uint16_t size, size_t count) {
  for (size_t i = 0; i < count; i++) code[i] = (uint16_t)(code[i] * size + more[i]);
}

/* One more key of a banner, of all rows of a chunk. */
static void add_key(uint16_t *code, const struct unit_work *w, struct unit_scratch *k, size_t key) {
  const struct unit_source *s = &w->sources[key];
  unit_read_codes(k->code, s, w->request->order, k->from, k->count);
  add_codes(code, k->code, (uint16_t)s->size, k->count);
}

/* The codes of one banner: looked up by the joint code, else from its keys. */
static void read_banner(const struct unit_work *w, struct unit_scratch *k, size_t at) {
  const struct unit_banner *banner = &w->banners[at];
  uint16_t *group = k->group + at * UNIT_ROWS_CHUNK;
  if (w->joint) {
    for (size_t i = 0; i < k->count; i++) group[i] = banner->map[k->joint[i]];
    return;
  }
  memset(group, 0, k->count * sizeof *group);
  for (size_t j = 0; j < banner->key_count; j++) add_key(group, w, k, banner->keys[j]);
}

/* The unit of every row, counted from the first of the chunk. */
static void number_units(const struct unit_work *w, struct unit_scratch *k) {
  const size_t *start = w->request->order->start;
  for (size_t u = k->unit_from; u < k->unit_to; u++) {
    size_t i = start[u] > k->from ? start[u] - k->from : 0, end = start[u + 1] - k->from;
    for (; i < end && i < k->count; i++) k->unit[i] = (uint32_t)(u - k->unit_from);
  }
}

/* Whole weights, and their pairs. */
static void read_pairs(const struct unit_work *w, struct unit_scratch *k) {
  k->units = unit_read_units(k->room, &w->reader, k->from, k->count);
  unit_make_pairs(k->both, &w->reader, k->units, k->count);
}

/* What is added up in any case: pairs and joint codes. */
static void read_chunk(const struct unit_work *w, struct unit_scratch *k) {
  k->grouped = false;
  if (unit_reader_whole(&w->reader)) read_pairs(w, k);
  unit_joint_read(w, k);
}

/* What tables that are added to row by row need besides, once a chunk. */
static void read_single(const struct unit_work *w, struct unit_scratch *k) {
  if (k->grouped) return;
  if (!unit_reader_whole(&w->reader)) unit_read_weights(k->weight, &w->reader, k->from, k->count);
  for (size_t i = 0; unit_reader_whole(&w->reader) && i < k->count; i++)
    k->weight[i] = k->units[i];
  for (size_t i = 0; i < w->banner_count; i++) read_banner(w, k, i);
  number_units(w, k);
  k->grouped = true;
}

/* The code of the item at hand. Loops are made twice, for bytes and for wider codes. */
static inline size_t code_at(const struct unit_scratch *k, bool bytes, size_t i) {
  return bytes ? k->bytes[i] : k->code[i];
}

/* ---- a chunk: row by row --------------------------------------------------------------------- */

/* Whole weights: two additions a row. */
static inline void add_whole(const struct unit_work *w, struct unit_scratch *k,
                             const struct unit_table *t, struct unit_sums *sums, bool bytes) {
  const uint16_t *group = k->group + t->banner * UNIT_ROWS_CHUNK;
  double *unit_weight = t->out->unit_weight + k->unit_from * t->cells;
  size_t size = w->sources[t->item].size;
  memset(k->margin, 0, t->cells * sizeof *k->margin);
  for (size_t i = 0; i < k->count; i++) {
    size_t cell = group[i] * size + code_at(k, bytes, i);
    unit_weight[k->unit[i] * t->cells + cell] += k->weight[i];
    k->margin[cell] += k->both[i];
  }
  unit_spread_pairs(&w->reader, sums, k->margin, t->cells);
}

/* Weights as they are. */
static inline void add_doubles(const struct unit_work *w, struct unit_scratch *k,
                               const struct unit_table *t, struct unit_sums *sums, bool bytes) {
  const uint16_t *group = k->group + t->banner * UNIT_ROWS_CHUNK;
  double *unit_weight = t->out->unit_weight + k->unit_from * t->cells;
  size_t size = w->sources[t->item].size;
  for (size_t i = 0; i < k->count; i++) {
    size_t cell = group[i] * size + code_at(k, bytes, i);
    double weight = k->weight[i];
    unit_weight[k->unit[i] * t->cells + cell] += weight;
    sums[cell].n += weight != 0;
    sums[cell].squares += weight * weight;
  }
}

/* One table of the item at hand. */
static void add_rows(const struct unit_work *w, struct unit_scratch *k, const struct unit_table *t,
                     struct unit_sums *sums) {
  bool whole = unit_reader_whole(&w->reader);
  if (whole && k->bytes) add_whole(w, k, t, sums, true);
  else if (whole) add_whole(w, k, t, sums, false);
  else if (k->bytes) add_doubles(w, k, t, sums, true);
  else add_doubles(w, k, t, sums, false);
}

/* Where the tables of the item of table `first` end. */
static size_t item_end(const struct unit_work *w, size_t first) {
  size_t last = first;
  while (last < w->table_count && w->tables[last].item == w->tables[first].item) last++;
  return last;
}

/* One item of a chunk into all its tables; where they end. */
static size_t add_item(const struct unit_work *w, struct unit_scratch *k, size_t first,
                       struct unit_sums *sums) {
  const struct unit_source *item = &w->sources[w->tables[first].item];
  size_t last = item_end(w, first);
  bool joint = unit_joint_pays(w, k, first, last);
  if (!joint) read_single(w, k);
  k->bytes = unit_bytes(item, k->from);
  if (!k->bytes) unit_read_codes(k->code, item, w->request->order, k->from, k->count);
  if (joint) unit_joint_add(w, k, first, last, sums);
  for (size_t i = first; !joint && i < last; i++)
    add_rows(w, k, &w->tables[i], sums + w->tables[i].at);
  return last;
}

/* ---- a chunk: one table ---------------------------------------------------------------------- */

/* The rows i .. end - 1, of one unit: its totals, and n and w^2 in a narrow pair. Such weights fit
 * an int, which is quicker made a double. */
static void walk_unit(double *unit, struct unit_scratch *k, const uint8_t *group,
                      const uint8_t *code, size_t size, size_t i, size_t end) {
  const uint32_t *units = k->units;
  for (; i < end; i++) {
    size_t cell = group[i] * size + code[i];
    unit[cell] += (int32_t)units[i];
    k->margin[cell] += k->both[i];
  }
}

/* The one table there is: its banner has one key, and both are bytes. */
static void add_single(const struct unit_work *w, struct unit_scratch *k, struct unit_sums *sums) {
  const struct unit_table *t = w->tables;
  const struct unit_source *item = &w->sources[t->item];
  const uint8_t *group = unit_bytes(&w->sources[w->banners->keys[0]], k->from);
  const uint8_t *code = unit_bytes(item, k->from);
  const size_t *start = w->request->order->start;
  read_pairs(w, k);
  memset(k->margin, 0, t->cells * sizeof *k->margin);
  for (size_t u = k->unit_from, i = 0, end; i < k->count; i = end, u++) {
    end = start[u + 1] - k->from < k->count ? start[u + 1] - k->from : k->count;
    walk_unit(t->out->unit_weight + u * t->cells, k, group, code, item->size, i, end);
  }
  unit_spread_pairs(&w->reader, sums, k->margin, t->cells);
}

/* ---- a block --------------------------------------------------------------------------------- */

/* The next chunk of a block that ends before unit `end`: whole units while they fit, else a part of
 * one. False at the end. k->from + k->count is where the last one ended. */
static bool next_chunk(const struct unit_work *w, struct unit_scratch *k, size_t end) {
  const size_t *start = w->request->order->start;
  size_t unit = k->unit_to;
  k->from += k->count;
  while (unit && k->from < start[unit]) unit--; /* the rest of a unit that was cut */
  while (unit < end && start[unit + 1] == k->from) unit++;
  k->unit_from = k->unit_to = unit;
  if (unit >= end) return false;
  while (k->unit_to < end && start[k->unit_to + 1] - k->from <= UNIT_ROWS_CHUNK) k->unit_to++;
  size_t stop = k->unit_to > unit ? start[k->unit_to] : k->from + UNIT_ROWS_CHUNK;
  if (k->unit_to == unit) k->unit_to++;
  k->count = stop - k->from;
  return true;
}

/* Totals of the units of a block: their sum, and their scale where they are whole numbers. The sum
 * of a cell is made in the order of the units; `sum` is room for the cells. */
static void finish_units(const struct unit_work *w, const struct unit_table *t,
                         struct unit_sums *sums, double *sum, size_t first, size_t last) {
  double scale = unit_reader_whole(&w->reader) ? 1 / w->reader.whole->scale : 1;
  size_t cells = t->cells;
  double *unit = t->out->unit_weight + first * cells;
  memset(sum, 0, cells * sizeof *sum);
  for (size_t u = first; u < last; u++, unit += cells) {
    size_t c = 0;
    for (; c + 2 <= cells; c += 2) {
      two total = *(two *)&unit[c];
      *(two *)&sum[c] += total;
      *(two *)&unit[c] = total * scale;
    }
    if (c == cells) continue;
    sum[c] += unit[c];
    unit[c] *= scale;
  }
  for (size_t c = 0; c < cells; c++) sums[c].weight = sum[c];
}

/* The work of some blocks (blocks.h), which are its rows; always one. */
static void sum_block(const void *context, void *partial, size_t begin, size_t end) {
  const struct unit_work *w = context;
  struct unit_sums *sums = partial;
  struct unit_scratch *k = (struct unit_scratch *)(void *)(sums + w->cells);
  size_t first = w->blocks[begin], last = w->blocks[end];
  memset(sums, 0, w->cells * sizeof *sums);
  k->from = w->request->order->start[first];
  k->count = 0;
  k->unit_to = first;
  while (next_chunk(w, k, last)) {
    if (w->single) {
      add_single(w, k, sums);
      continue;
    }
    read_chunk(w, k);
    for (size_t t = 0; t < w->table_count;) t = add_item(w, k, t, sums);
  }
  for (size_t t = 0; t < w->table_count; t++)
    finish_units(w, &w->tables[t], sums + w->tables[t].at, k->sum, first, last);
}

/* One block's sums into those of all. */
static void add_block(void *context, const void *partial) {
  struct unit_work *w = context;
  const struct unit_sums *from = partial;
  bool whole = unit_reader_whole(&w->reader);
  for (size_t c = 0; c < w->cells; c++) {
    w->total[c].n += from[c].n;
    w->total[c].weight += from[c].weight;
    if (whole) w->total[c].high += from[c].high;
    else w->total[c].squares += from[c].squares;
    w->total[c].low += from[c].low;
  }
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Sums of all blocks as the figures of the cells. */
static void fill_answer(const struct unit_work *w, const struct unit_table *t) {
  const struct whole *whole = w->reader.whole;
  for (size_t c = 0; c < t->cells; c++) {
    const struct unit_sums *s = &w->total[t->at + c];
    bool exact = whole->kind != WHOLE_NONE;
    t->out->n[c] = s->n;
    t->out->weight[c] = exact ? s->weight / whole->scale : s->weight;
    t->out->weight2[c] = exact ? whole_squares(whole, s->high, s->low) : s->squares;
  }
}

/* The pass, once everything is ready. */
static bilan_status run(bilan *b, struct unit_work *w) {
  size_t scratch = sizeof(struct unit_scratch) +
                   w->banner_count * UNIT_ROWS_CHUNK * sizeof(uint16_t);
  struct blocks_job job = {
      .rows = w->block_count,
      .block = 1,
      .partial = w->cells * sizeof(struct unit_sums) + scratch,
      .context = w,
      .sum = sum_block,
      .add = add_block,
  };
  bilan_status status = blocks_run(b, &job);
  for (size_t t = 0; !status && t < w->table_count; t++) fill_answer(w, &w->tables[t]);
  return status;
}

/* See unit_tables.h. */
bilan_status unit_tables(bilan *b, struct cells *out, const struct cells_request *const *requests,
                         size_t count) {
  struct unit_work w = {.request = count ? requests[0] : NULL};
  if (!count) return BILAN_OK;
  for (size_t i = 0; i < count; i++) out[i] = (struct cells){0};
  unit_copies_begin(w.request->order);
  bilan_status status = unit_work_open(b, &w, out, requests, count);
  if (!status) status = run(b, &w);
  unit_work_close(b, &w);
  for (size_t i = 0; status && i < count; i++) cells_free(&out[i]);
  return status;
}

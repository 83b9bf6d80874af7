/* unit_joint.c - adding rows by joint cells (unit_work.h).
 *
 * The rows of one unit are added to a table of item x joint code, one addition of 16 bytes a row
 * for all banners, by the same loop as in joint_tables (joint_add.c); then the margin of each
 * banner is taken, cell by cell, into the totals of the unit and the sums of the block. The cell
 * of each row is composed by vectors, a chunk at a time:
 *
 *   place = joint code * pitch          once for all items of as many codes
 *   index = place + code - lowest       once an item
 *
 * where the pitch is the item's codes, rounded up to an even number.
 *
 * Worked example: banners of 4, 5 and 3 codes and an item of 6 are 360 cells, 6 KiB; a unit of 5000
 * rows costs 5000 additions and three margins of 360, where three tables would cost 15,000.
 * Traffic of a row: a byte of the item; pairs and places, 18 bytes, come from the second cache.
 * Measured (tests/bench/kernels.c), one thread: one table 2.5 ns a row, 35 to 39 % of a plain read
 * in the same run; thirty items by three banners 44 ns, 12 %: 1.5 ns an item, of which the addition
 * is two thirds and the margins of units of 5000 rows a sixth.
 */
#include "kernel/unit_work.h"

#include <string.h>

#include "base/twice.h"
#include "kernel/joint.h"

/* Steps of an index from cell to cell (joint_unit); cells of all copies of a table, 24 KiB. */
enum { STEP = 2, SUBS_CELLS = 1536 };

/* Cells from one joint code to the next: an even number, for loops that take two. */
static inline size_t pitch_of(const struct unit_source *item) {
  return item->span + item->span % 2;
}

/* ---- joint codes ----------------------------------------------------------------------------- */

/* to = from + (code - low) * stride, for codes that are not bytes in order. */
UNIT_ROWS_LOOPS
static void add_codes(uint16_t *to, const uint16_t *from, const uint16_t *code, uint16_t low,
                      uint16_t stride, size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] = (uint16_t)(from[i] + (uint16_t)((unsigned)(code[i] - low) * stride));
}

/* The same for a source of which either `bytes` or k->code are at hand. */
static void add_source(const struct unit_work *w, const struct unit_scratch *k, uint16_t *to,
                       const uint16_t *from, const struct unit_source *s, const uint8_t *bytes,
                       size_t stride) {
  struct joint_steps step = {.first = bytes,
                             .stride = (uint16_t)stride,
                             .add = (uint16_t)(0 - s->low * stride)};
  if (bytes) joint_place(w->reader.simd, to, from, &step, k->count);
  else add_codes(to, from, k->code, (uint16_t)s->low, (uint16_t)stride, k->count);
}

/* See unit_work.h. Codes that nobody has are left out. To and fro between two arrays. */
void unit_joint_read(const struct unit_work *w, struct unit_scratch *k) {
  uint16_t *code = k->joint, *next = k->index;
  size_t stride = w->joint;
  k->pitch = 0;
  memset(code, 0, k->count * sizeof *code);
  for (size_t i = 0; w->joint && i < w->joint_key_count; i++) {
    const struct unit_source *s = &w->sources[w->joint_keys[i]];
    const uint8_t *bytes = unit_bytes(s, k->from);
    uint16_t *done = next;
    if (!bytes) unit_read_codes(k->code, s, w->request->order, k->from, k->count);
    add_source(w, k, next, code, s, bytes, stride /= s->span);
    next = code;
    code = done;
  }
  if (code != k->joint) memcpy(k->joint, code, k->count * sizeof *code);
}

/* See unit_work.h. Weights in narrow pairs, and on average at least half as
 * many rows to a unit as joint cells, for each table that shares them. */
bool unit_joint_pays(const struct unit_work *w, const struct unit_scratch *k, size_t first,
                     size_t last) {
  size_t cells = w->joint * pitch_of(&w->sources[w->tables[first].item]);
  if (!w->joint || cells > UNIT_JOINT_MOST || !unit_reader_narrow(&w->reader)) return false;
  return cells / 2 * (k->unit_to - k->unit_from) <= k->count * (last - first);
}

/* ---- margins --------------------------------------------------------------------------------- */

/* Two cells of 16 bytes side by side. */
typedef uint64_t cells2 __attribute__((vector_size(32), aligned(16), may_alias));

/* Joint codes of one banner code are added up, item by item: to[map[j]] += from[j], each `pitch`
 * cells. */
INTO_BOTH void add_margin(pair *to, const pair *from, const uint16_t *map, size_t joint,
                          size_t pitch) {
  for (size_t j = 0; j < joint; j++, from += pitch) {
    cells2 *sum = (cells2 *)(void *)(to + map[j] * pitch);
    const cells2 *more = (const cells2 *)(const void *)from;
    for (size_t i = 0; i < pitch / 2; i++) sum[i] += more[i];
  }
}

WITH_AVX2 static void add_margin_avx2(pair *to, const pair *from, const uint16_t *map,
                                      size_t joint, size_t pitch) {
  add_margin(to, from, map, joint, pitch);
}

static void add_margin_plain(pair *to, const pair *from, const uint16_t *map, size_t joint,
                             size_t pitch) {
  add_margin(to, from, map, joint, pitch);
}

/* The margin of one table: [banner code][pitch]. */
static void take_margin(const struct unit_work *w, struct unit_scratch *k,
                        const struct unit_banner *banner, size_t pitch) {
  memset(k->margin, 0, banner->codes * pitch * sizeof *k->margin);
  if (w->reader.simd == SIMD_AVX2)
    add_margin_avx2(k->margin, k->cell, banner->map, w->joint, pitch);
  else add_margin_plain(k->margin, k->cell, banner->map, w->joint, pitch);
}

/* A margin into the totals of its unit and of the block. */
static void spread_margin(const struct unit_work *w, const struct unit_scratch *k,
                          const struct unit_table *t, size_t unit, struct unit_sums *sums) {
  const uint64_t mask = ((uint64_t)1 << UNIT_ROWS_N) - 1;
  const struct unit_source *item = &w->sources[t->item];
  const pair *margin = k->margin;
  for (size_t code = 0; code < w->banners[t->banner].codes; code++, margin += pitch_of(item)) {
    size_t cell = code * item->size + item->low;
    double *to = t->out->unit_weight + unit * t->cells + cell;
    for (size_t i = 0; i < item->span; i++) to[i] += (double)(int64_t)(margin[i][0] & mask);
    unit_spread_pairs(&w->reader, sums + cell, margin, item->span);
  }
}

/* ---- the rows of a unit ---------------------------------------------------------------------- */

/* The first cell of the joint code of every row. */
UNIT_ROWS_LOOPS
static void make_places(uint16_t *place, const uint16_t *joint, uint16_t pitch, size_t count) {
  for (size_t i = 0; i < count; i++) place[i] = (uint16_t)(joint[i] * pitch);
}

/* The cell of every row of the item at hand. */
static void make_index(const struct unit_work *w, struct unit_scratch *k,
                       const struct unit_source *item) {
  size_t pitch = pitch_of(item);
  if (k->pitch != pitch) make_places(k->place, k->joint, (uint16_t)(pitch * STEP), k->count);
  k->pitch = pitch;
  add_source(w, k, k->index, k->place, item, k->bytes, STEP);
}

/* The joint cells of one unit, rows i .. end - 1, in copies where they are few beside the rows:
 * then neighbouring rows do not wait for one another. */
static void sum_unit(struct unit_scratch *k, size_t cells, size_t i, size_t end) {
  bool copies = cells * JOINT_SUBS <= SUBS_CELLS && end - i >= 2 * JOINT_SUBS * cells;
  uint64_t *table = (uint64_t *)(void *)k->cell;
  memset(k->cell, 0, cells * (copies ? JOINT_SUBS : 1) * sizeof *k->cell);
  joint_add_narrow(table, copies ? cells : 0, k->index + i, (const uint64_t *)(k->both + i),
                   end - i);
  for (size_t c = 0; copies && c < cells; c++)
    k->cell[c] += k->cell[cells + c] + k->cell[2 * cells + c] + k->cell[3 * cells + c];
}

/* See unit_work.h. Unit by unit. */
void unit_joint_add(const struct unit_work *w, struct unit_scratch *k, size_t first, size_t last,
                    struct unit_sums *sums) {
  const struct unit_source *item = &w->sources[w->tables[first].item];
  size_t unit = k->unit_from;
  make_index(w, k, item);
  for (size_t i = 0, end; i < k->count; i = end, unit++) {
    size_t stop = w->request->order->start[unit + 1] - k->from;
    end = stop < k->count ? stop : k->count;
    if (i == end) continue;
    sum_unit(k, w->joint * pitch_of(item), i, end);
    for (size_t t = first; t < last; t++) {
      take_margin(w, k, &w->banners[w->tables[t].banner], pitch_of(item));
      spread_margin(w, k, &w->tables[t], unit, sums + w->tables[t].at);
    }
  }
}

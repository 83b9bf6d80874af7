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
 *            the order of additions leaves no trace. Two items of as many codes at a time.
 *   single   one table of two keys whose codes are bytes, whole weights: one walk that makes
 *            nothing beforehand.
 *
 * So a row of a report of 30 items by 3 banners is 30 additions and not 90 of three parts each.
 * With keys of 4, 5 and 3 codes and an item of 6 the joint table has 360 cells of 16 bytes, 6 KiB.
 *
 * Sums with whole weights are of whole numbers and exact: totals of units in doubles while rows
 * times the highest weight stay below 2^53 (else weights are taken as doubles), n and w^2 in
 * integers, w^2 in two halves of 32 bits, since a million squares of 2^44 do not fit 64.
 *
 * Layout of a worker's partial result: 4 numbers for every cell of every table (struct sums), then
 * scratch. Totals by unit go straight to the answer, since a unit is in one block.
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
#include "kernel/unit_rows.h"

/* Rows of a block at least; the cells of a joint table at most, 32 KiB; keys of a banner. */
enum { BLOCK_LEAST = 16384, JOINT_MOST = 2048, BANNER_KEYS = 2 };

/* Distinct keys before the item; codes number their combinations as cells do. */
struct banner {
  size_t keys[BANNER_KEYS]; /* places among the sources */
  size_t key_count;
  size_t codes;             /* product of their sizes; 1 without keys */
  uint16_t *map;            /* [joint code] -> code */
};

/* One request. */
struct table {
  size_t item, banner; /* places among the sources and the banners */
  size_t cells;
  size_t at;           /* of its first cell among those of all tables */
  struct cells *out;
};

/* Sums of a cell over a block. Doubles: squares are w^2 itself, low is 0. */
struct sums {
  int64_t n;
  double weight; /* whole weights: a whole number */
  union {
    uint64_t high; /* squares of whole weights, by 2^32 and below */
    double squares;
  };
  uint64_t low;
};

/* All that a call knows; workers read it only. */
struct work {
  const struct cells_request *request; /* the first: what all share */
  struct unit_reader reader;
  struct unit_source *sources;
  struct banner *banners;
  struct table *tables;                /* those of an item side by side */
  size_t source_count, banner_count, table_count;
  size_t cells;                        /* of all tables */
  bool single;                         /* one table, to be added up in one walk */
  size_t joint;                        /* codes of all banner keys together; 0: too many */
  size_t *joint_keys;                  /* places among the sources */
  size_t joint_key_count;
  size_t *blocks;                      /* [block_count + 1] first unit of each */
  size_t block_count;
  struct sums *total;                  /* [cells] */
};

/* Scratch of a worker, behind its sums; `group` has room for every banner. */
struct scratch {
  size_t from, count;         /* rows of the order */
  size_t unit_from, unit_to;  /* units that have some of them: unit_from .. unit_to - 1 */
  bool grouped;                    /* unit, weight and group are of this chunk */
  size_t joint_span;               /* `place` is of items with so many codes; 0: of none */
  pair both[UNIT_ROWS_CHUNK];      /* whole weights (unit_rows.h) */
  double weight[UNIT_ROWS_CHUNK];  /* whole weights: whole numbers */
  uint32_t units[UNIT_ROWS_CHUNK]; /* the same as integers */
  uint32_t unit[UNIT_ROWS_CHUNK];  /* of each row, from unit_from */
  uint16_t joint[UNIT_ROWS_CHUNK];
  uint16_t place[UNIT_ROWS_CHUNK]; /* joint * joint_span */
  uint16_t code[UNIT_ROWS_CHUNK];  /* of the item at hand, where it has no bytes */
  const uint8_t *bytes;            /* its codes where they lie in order; else NULL */
  pair cell[2][JOINT_MOST];        /* joint: item x joint code, of one item or of two */
  pair margin[UNIT_TABLE_CELLS];   /* of one table */
  double sum[UNIT_TABLE_CELLS];    /* the same */
  uint16_t group[];                /* [banner * UNIT_ROWS_CHUNK + row] */
};

/* See unit_tables.h. */
bool unit_tables_fit(const struct cells_request *r) {
  size_t cells = 1;
  if (!r->unit || !r->order || r->measure_count || r->complete || r->centres) return false;
  if (!r->key_count || r->key_count > BANNER_KEYS + 1) return false;
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

/* code = code * size + more - low. */
UNIT_ROWS_LOOPS
static void add_codes(uint16_t *code, const uint16_t *more, uint16_t size, uint16_t low,
                      size_t count) {
  for (size_t i = 0; i < count; i++) code[i] = (uint16_t)(code[i] * size + more[i] - low);
}

/* One more key of all rows of a chunk; joint codes leave out codes that nobody has. */
static void add_key(uint16_t *code, const struct work *w, struct scratch *k, size_t key,
                    bool joint) {
  const struct unit_source *s = &w->sources[key];
  unit_read_codes(k->code, s, w->request->order, k->from, k->count);
  add_codes(code, k->code, (uint16_t)(joint ? s->span : s->size), (uint16_t)(joint ? s->low : 0),
            k->count);
}

/* The codes of one banner: looked up by the joint code, else from its keys. */
static void read_banner(const struct work *w, struct scratch *k, size_t at) {
  const struct banner *banner = &w->banners[at];
  uint16_t *group = k->group + at * UNIT_ROWS_CHUNK;
  if (w->joint) {
    for (size_t i = 0; i < k->count; i++) group[i] = banner->map[k->joint[i]];
    return;
  }
  memset(group, 0, k->count * sizeof *group);
  for (size_t j = 0; j < banner->key_count; j++) add_key(group, w, k, banner->keys[j], false);
}

/* The unit of every row, counted from the first of the chunk. */
static void number_units(const struct work *w, struct scratch *k) {
  const size_t *start = w->request->order->start;
  for (size_t u = k->unit_from; u < k->unit_to; u++) {
    size_t i = start[u] > k->from ? start[u] - k->from : 0, end = start[u + 1] - k->from;
    for (; i < end && i < k->count; i++) k->unit[i] = (uint32_t)(u - k->unit_from);
  }
}

/* What is added up in any case: pairs and joint codes. */
static void read_chunk(const struct work *w, struct scratch *k) {
  k->grouped = false;
  k->joint_span = 0;
  if (unit_reader_whole(&w->reader)) {
    unit_read_units(k->units, &w->reader, k->from, k->count);
    unit_make_pairs(k->both, &w->reader, k->units, k->count);
  }
  memset(k->joint, 0, k->count * sizeof *k->joint);
  for (size_t i = 0; w->joint && i < w->joint_key_count; i++)
    add_key(k->joint, w, k, w->joint_keys[i], true);
}

/* What tables that are added to row by row need besides, once a chunk. */
static void read_single(const struct work *w, struct scratch *k) {
  if (k->grouped) return;
  if (!unit_reader_whole(&w->reader)) unit_read_weights(k->weight, &w->reader, k->from, k->count);
  for (size_t i = 0; unit_reader_whole(&w->reader) && i < k->count; i++)
    k->weight[i] = k->units[i];
  for (size_t i = 0; i < w->banner_count; i++) read_banner(w, k, i);
  number_units(w, k);
  k->grouped = true;
}

/* The code of the item at hand. Loops are made twice, for bytes and for wider codes. */
static inline size_t code_at(const struct scratch *k, bool bytes, size_t i) {
  return bytes ? k->bytes[i] : k->code[i];
}

/* ---- a chunk: row by row --------------------------------------------------------------------- */

/* Sums of pairs over a chunk, taken apart. */
static void spread_pairs(const struct work *w, struct sums *to, const pair *from, size_t cells) {
  const uint64_t mask = ((uint64_t)1 << UNIT_ROWS_N) - 1;
  bool narrow = unit_reader_narrow(&w->reader);
  for (size_t c = 0; c < cells; c++) {
    to[c].n += (int64_t)(from[c][0] >> UNIT_ROWS_N);
    to[c].high += narrow ? from[c][1] >> 32 : from[c][0] & mask;
    to[c].low += narrow ? from[c][1] & UINT32_MAX : from[c][1];
  }
}

/* Whole weights: two additions a row. */
static inline void add_whole(const struct work *w, struct scratch *k, const struct table *t,
                             struct sums *sums, bool bytes) {
  const uint16_t *group = k->group + t->banner * UNIT_ROWS_CHUNK;
  double *unit_weight = t->out->unit_weight + k->unit_from * t->cells;
  size_t size = w->sources[t->item].size;
  memset(k->margin, 0, t->cells * sizeof *k->margin);
  for (size_t i = 0; i < k->count; i++) {
    size_t cell = group[i] * size + code_at(k, bytes, i);
    unit_weight[k->unit[i] * t->cells + cell] += k->weight[i];
    k->margin[cell] += k->both[i];
  }
  spread_pairs(w, sums, k->margin, t->cells);
}

/* Weights as they are. */
static inline void add_doubles(const struct work *w, struct scratch *k, const struct table *t,
                               struct sums *sums, bool bytes) {
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
static void add_rows(const struct work *w, struct scratch *k, const struct table *t,
                     struct sums *sums) {
  bool whole = unit_reader_whole(&w->reader);
  if (whole && k->bytes) add_whole(w, k, t, sums, true);
  else if (whole) add_whole(w, k, t, sums, false);
  else if (k->bytes) add_doubles(w, k, t, sums, true);
  else add_doubles(w, k, t, sums, false);
}

/* ---- a chunk: joint -------------------------------------------------------------------------- */

/* joint * span of every row. */
UNIT_ROWS_LOOPS
static void make_places(uint16_t *place, const uint16_t *joint, uint16_t span, size_t count) {
  for (size_t i = 0; i < count; i++) place[i] = (uint16_t)(joint[i] * span);
}

/* The rows i .. end - 1, of one unit, into item x joint code: one addition a row. */
static inline void sum_joint(struct scratch *k, const struct unit_source *item, size_t i,
                             size_t end, bool bytes) {
  for (; i < end; i++) k->cell[0][k->place[i] + code_at(k, bytes, i) - item->low] += k->both[i];
}

/* The same for two items of bytes: what they share is read once, and neither waits for the other.
 */
static void sum_two(struct scratch *k, const struct unit_source *const items[2],
                    const uint8_t *other, size_t i, size_t end) {
  const uint8_t *bytes = k->bytes;
  for (size_t low = items[0]->low, lower = items[1]->low; i < end; i++) {
    pair both = k->both[i];
    size_t place = k->place[i];
    k->cell[0][place + bytes[i] - low] += both;
    k->cell[1][place + other[i] - lower] += both;
  }
}

/* The margin of one table: joint codes of one banner code are added up, item by item. */
static void take_margin(const struct work *w, struct scratch *k, const struct table *t,
                        const pair *cell) {
  const struct banner *banner = &w->banners[t->banner];
  const struct unit_source *item = &w->sources[t->item];
  memset(k->margin, 0, t->cells * sizeof *k->margin);
  for (size_t j = 0; j < w->joint; j++) {
    const pair *from = cell + j * item->span;
    pair *to = k->margin + banner->map[j] * item->size + item->low;
    for (size_t i = 0; i < item->span; i++) to[i] += from[i];
  }
}

/* A margin into the totals of its unit and of the block. */
static void spread_margin(const struct work *w, const struct scratch *k, const struct table *t,
                          size_t unit, struct sums *sums) {
  const uint64_t mask = ((uint64_t)1 << UNIT_ROWS_N) - 1;
  double *to = t->out->unit_weight + unit * t->cells;
  for (size_t c = 0; c < t->cells; c++) to[c] += (double)(int64_t)(k->margin[c][0] & mask);
  spread_pairs(w, sums, k->margin, t->cells);
}

/* Tables first .. last - 1, of one or two items, and what is read of a second. */
struct items {
  size_t first, second, last;     /* the first item's end at second, which is last for one item */
  const struct unit_source *item[2];
  const uint8_t *other;           /* codes of the second item; NULL: there is none */
};

/* The joint cells of one unit, rows i .. end - 1. */
static void sum_unit(struct scratch *k, const struct work *w, const struct items *t, size_t i,
                     size_t end) {
  size_t size = w->joint * t->item[0]->span * sizeof **k->cell;
  memset(k->cell[0], 0, size);
  if (t->other) memset(k->cell[1], 0, size);
  if (t->other) sum_two(k, t->item, t->other, i, end);
  else if (k->bytes) sum_joint(k, t->item[0], i, end, true);
  else sum_joint(k, t->item[0], i, end, false);
}

/* All tables of the items whose codes are at hand, unit by unit. */
static void add_joint(const struct work *w, struct scratch *k, const struct items *items,
                      struct sums *sums) {
  size_t unit = k->unit_from, span = items->item[0]->span;
  if (k->joint_span != span) make_places(k->place, k->joint, (uint16_t)span, k->count);
  k->joint_span = span;
  for (size_t i = 0, end; i < k->count; i = end, unit++) {
    size_t stop = w->request->order->start[unit + 1] - k->from;
    end = stop < k->count ? stop : k->count;
    if (i == end) continue;
    sum_unit(k, w, items, i, end);
    for (size_t t = items->first; t < items->last; t++) {
      take_margin(w, k, &w->tables[t], k->cell[t >= items->second]);
      spread_margin(w, k, &w->tables[t], unit, sums + w->tables[t].at);
    }
  }
}

/* Is it less work to go by joint cells? Weights in narrow pairs, and on average at least half as
 * many rows to a unit as joint cells, for each table that shares them. */
static bool joint_pays(const struct work *w, const struct scratch *k, size_t first, size_t last) {
  size_t cells = w->joint * w->sources[w->tables[first].item].span;
  if (!w->joint || cells > JOINT_MOST || !unit_reader_narrow(&w->reader)) return false;
  return cells / 2 * (k->unit_to - k->unit_from) <= k->count * (last - first);
}

/* Where the tables of the item of table `first` end. */
static size_t item_end(const struct work *w, size_t first) {
  size_t last = first;
  while (last < w->table_count && w->tables[last].item == w->tables[first].item) last++;
  return last;
}

/* A second item that goes along with the first: as many codes, of bytes too, and worth it. */
static void find_second(const struct work *w, const struct scratch *k, struct items *t) {
  if (!k->bytes || t->last == w->table_count) return;
  const struct unit_source *item = &w->sources[w->tables[t->last].item];
  size_t last = item_end(w, t->last);
  if (item->span != t->item[0]->span || !joint_pays(w, k, t->last, last)) return;
  t->other = unit_bytes(item, k->from);
  if (!t->other) return;
  t->item[1] = item;
  t->last = last;
}

/* One item of a chunk into all its tables, or two; where their tables end. */
static size_t add_item(const struct work *w, struct scratch *k, size_t first, struct sums *sums) {
  struct items t = {.first = first, .last = item_end(w, first)};
  t.second = t.last;
  t.item[0] = &w->sources[w->tables[first].item];
  bool joint = joint_pays(w, k, first, t.last);
  if (!joint) read_single(w, k);
  k->bytes = unit_bytes(t.item[0], k->from);
  if (!k->bytes) unit_read_codes(k->code, t.item[0], w->request->order, k->from, k->count);
  if (joint) {
    find_second(w, k, &t);
    add_joint(w, k, &t, sums);
  }
  for (size_t i = first; !joint && i < t.last; i++)
    add_rows(w, k, &w->tables[i], sums + w->tables[i].at);
  return t.last;
}

/* ---- a chunk: one table ---------------------------------------------------------------------- */

/* The rows i .. end - 1, of one unit: its totals, and n and w^2 in a narrow pair. */
static void walk_unit(double *unit, uint64_t (*margin)[2], const uint32_t *units,
                      const uint8_t *group, const uint8_t *code, size_t size, size_t i,
                      size_t end) {
  for (; i < end; i++) {
    size_t cell = group[i] * size + code[i];
    uint64_t w = units[i];
    unit[cell] += units[i];
    margin[cell][0] += ((uint64_t)(w != 0) << UNIT_ROWS_N) + w;
    margin[cell][1] += w * w;
  }
}

/* The one table there is: its banner has one key, and both are bytes. */
static void add_single(const struct work *w, struct scratch *k, struct sums *sums) {
  const struct table *t = w->tables;
  const struct unit_source *item = &w->sources[t->item];
  const uint8_t *group = unit_bytes(&w->sources[w->banners->keys[0]], k->from);
  const uint8_t *code = unit_bytes(item, k->from);
  const size_t *start = w->request->order->start;
  unit_read_units(k->units, &w->reader, k->from, k->count);
  memset(k->margin, 0, t->cells * sizeof *k->margin);
  for (size_t u = k->unit_from, i = 0, end; i < k->count; i = end, u++) {
    end = start[u + 1] - k->from < k->count ? start[u + 1] - k->from : k->count;
    walk_unit(t->out->unit_weight + u * t->cells, (uint64_t(*)[2])(void *)k->margin, k->units,
              group, code, item->size, i, end);
  }
  spread_pairs(w, sums, k->margin, t->cells);
}

/* ---- a block --------------------------------------------------------------------------------- */

/* The next chunk of a block that ends before unit `end`: whole units while they fit, else a part of
 * one. False at the end. k->from + k->count is where the last one ended. */
static bool next_chunk(const struct work *w, struct scratch *k, size_t end) {
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
static void finish_units(const struct work *w, const struct table *t, struct sums *sums,
                         double *sum, size_t first, size_t last) {
  double scale = unit_reader_whole(&w->reader) ? 1 / w->reader.whole->scale : 1;
  memset(sum, 0, t->cells * sizeof *sum);
  for (size_t u = first; u < last; u++) {
    double *unit = t->out->unit_weight + u * t->cells;
    size_t c = 0;
    for (; c + 2 <= t->cells; c += 2) {
      two *total = (two *)&unit[c];
      *(two *)&sum[c] += *total;
      *total *= scale;
    }
    if (c == t->cells) continue;
    sum[c] += unit[c];
    unit[c] *= scale;
  }
  for (size_t c = 0; c < t->cells; c++) sums[c].weight = sum[c];
}

/* The work of some blocks (blocks.h), which are its rows; always one. */
static void sum_block(const void *context, void *partial, size_t begin, size_t end) {
  const struct work *w = context;
  struct sums *sums = partial;
  struct scratch *k = (struct scratch *)(void *)(sums + w->cells);
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
  struct work *w = context;
  const struct sums *from = partial;
  bool whole = unit_reader_whole(&w->reader);
  for (size_t c = 0; c < w->cells; c++) {
    w->total[c].n += from[c].n;
    w->total[c].weight += from[c].weight;
    if (whole) w->total[c].high += from[c].high;
    else w->total[c].squares += from[c].squares;
    w->total[c].low += from[c].low;
  }
}

/* ---- the plan -------------------------------------------------------------------------------- */

/* The place of a key among the sources; a new one at the end. */
static size_t find_source(struct work *w, const struct column *key) {
  size_t at = 0;
  while (at < w->source_count && w->sources[at].column != key) at++;
  if (at == w->source_count)
    unit_source_open(&w->sources[w->source_count++], key, w->request->order);
  return at;
}

/* The place of a banner, the keys of a request but the last. */
static size_t find_banner(struct work *w, const struct cells_request *r) {
  struct banner banner = {.key_count = r->key_count - 1, .codes = 1};
  for (size_t i = 0; i < banner.key_count; i++) {
    banner.keys[i] = find_source(w, r->keys[i]);
    banner.codes *= w->sources[banner.keys[i]].size;
  }
  size_t at = 0;
  while (at < w->banner_count && (w->banners[at].key_count != banner.key_count ||
                                  memcmp(w->banners[at].keys, banner.keys, sizeof banner.keys)))
    at++;
  if (at == w->banner_count) w->banners[w->banner_count++] = banner;
  return at;
}

/* Tables side by side that have the same item, in the order of the requests otherwise: a few
 * dozen, so an insertion will do. */
static void insert_table(struct work *w, struct table t) {
  size_t at = w->table_count++;
  for (; at && w->tables[at - 1].item > t.item; at--) w->tables[at] = w->tables[at - 1];
  w->tables[at] = t;
}

/* The keys of all banners and the codes of their combinations; 0 where those are too many. */
static void find_joint(struct work *w) {
  w->joint = 1;
  for (size_t i = 0; i < w->banner_count; i++)
    for (size_t j = 0; j < w->banners[i].key_count; j++) {
      size_t key = w->banners[i].keys[j], at = 0;
      while (at < w->joint_key_count && w->joint_keys[at] != key) at++;
      if (at < w->joint_key_count) continue;
      w->joint_keys[w->joint_key_count++] = key;
      w->joint *= w->sources[key].span;
      if (w->joint > JOINT_MOST) {
        w->joint = 0;
        return;
      }
    }
}

/* The code of a key in a joint code: joint = (c1 * s2 + c2) * s3 + c3, each from its low. */
static size_t code_of(const struct work *w, size_t joint, size_t key) {
  for (size_t i = w->joint_key_count; i-- > 0;) {
    const struct unit_source *s = &w->sources[w->joint_keys[i]];
    if (w->joint_keys[i] == key) return joint % s->span + s->low;
    joint /= s->span;
  }
  return 0;
}

/* The banner code of every joint code. BILAN_NOMEM. */
static bilan_status map_banner(bilan *b, const struct work *w, struct banner *banner) {
  banner->map = mem_array(&b->mem, w->joint, sizeof *banner->map);
  if (!banner->map) return fail_nomem(b);
  for (size_t j = 0; j < w->joint; j++) {
    size_t code = 0;
    for (size_t i = 0; i < banner->key_count; i++)
      code = code * w->sources[banner->keys[i]].size + code_of(w, j, banner->keys[i]);
    banner->map[j] = (uint16_t)code;
  }
  return BILAN_OK;
}

/* Blocks: whole units until they have rows enough. Looks at nothing but the order. */
static void cut_blocks(struct work *w) {
  const size_t *start = w->request->order->start;
  w->blocks[0] = 0;
  for (size_t u = 0; u < w->request->unit_count; u++)
    if (start[u + 1] - start[w->blocks[w->block_count]] >= BLOCK_LEAST ||
        u + 1 == w->request->unit_count)
      w->blocks[++w->block_count] = u + 1;
}

/* Room for an answer, all 0: weights, squares, totals by unit, counts, in one run. */
static bilan_status open_answer(bilan *b, struct cells *c, const struct cells_request *r) {
  struct rows_plan plan;
  bilan_status status = rows_check(b, &plan, r);
  if (status) return status;
  size_t cells = plan.cells, units = r->unit_count;
  double *run = mem_zero(&b->mem, (units + 3) * cells, sizeof *run);
  if (!run) return fail_nomem(b);
  *c = (struct cells){.mem = &b->mem,
                      .key_count = r->key_count,
                      .count = cells,
                      .weight = run,
                      .weight2 = run + cells,
                      .unit_weight = run + 2 * cells,
                      .n = (int64_t *)(void *)(run + (units + 2) * cells),
                      .unit_count = units};
  memcpy(c->sizes, plan.sizes, sizeof plan.sizes);
  return BILAN_OK;
}

/* Room for what is found out about `count` requests. */
static bilan_status work_room(bilan *b, struct work *w, size_t count) {
  struct mem *mem = &b->mem;
  w->sources = mem_array(mem, count * (BANNER_KEYS + 1), sizeof *w->sources);
  w->banners = mem_zero(mem, count, sizeof *w->banners);
  w->tables = mem_array(mem, count, sizeof *w->tables);
  w->joint_keys = mem_array(mem, count * BANNER_KEYS, sizeof *w->joint_keys);
  w->blocks = mem_array(mem, w->request->unit_count + 1, sizeof *w->blocks);
  bool all = w->sources && w->banners && w->tables && w->joint_keys && w->blocks;
  return all ? BILAN_OK : fail_nomem(b);
}

/* Is it one table that add_single knows, and too few rows a unit for joint cells, which cost about
 * four times as much a unit as a row does? Copies are there by now. */
static bool is_single(const struct work *w) {
  const struct unit_source *item = &w->sources[w->tables->item];
  if (w->table_count != 1 || w->banners->key_count != 1 || !unit_reader_narrow(&w->reader))
    return false;
  if (!unit_bytes(item, 0) || !unit_bytes(&w->sources[w->banners->keys[0]], 0)) return false;
  size_t cells = w->joint * item->span;
  return !cells || cells > JOINT_MOST || 4 * cells * w->request->unit_count > w->request->rows;
}

/* Sources, banners, tables with their answers, the joint code. On failure work_close and the
 * caller release what was got: answers that were made have an allocator. */
static bilan_status work_open(bilan *b, struct work *w, struct cells *out,
                              const struct cells_request *const *requests, size_t count) {
  bilan_status status = work_room(b, w, count);
  if (!status) status = unit_reader_open(b, &w->reader, w->request);
  for (size_t i = 0; !status && i < count; i++) {
    status = open_answer(b, &out[i], requests[i]);
    if (status) break;
    struct table t = {.cells = out[i].count, .at = w->cells, .out = &out[i]};
    t.banner = find_banner(w, requests[i]);
    t.item = find_source(w, requests[i]->keys[requests[i]->key_count - 1]);
    insert_table(w, t);
    w->cells += t.cells;
  }
  if (status) return status;
  cut_blocks(w);
  find_joint(w);
  for (size_t i = 0; w->joint && !status && i < w->banner_count; i++)
    status = map_banner(b, w, &w->banners[i]);
  if (!status) status = unit_copies_fill(b, w->request->order);
  if (status) return status;
  w->single = is_single(w);
  w->total = mem_zero(&b->mem, w->cells, sizeof *w->total);
  return w->total ? BILAN_OK : fail_nomem(b);
}

/* Copies of columns stay with the order. */
static void work_close(bilan *b, struct work *w) {
  for (size_t i = 0; w->banners && i < w->banner_count; i++) mem_free(&b->mem, w->banners[i].map);
  mem_free(&b->mem, w->sources);
  mem_free(&b->mem, w->banners);
  mem_free(&b->mem, w->tables);
  mem_free(&b->mem, w->joint_keys);
  mem_free(&b->mem, w->blocks);
  mem_free(&b->mem, w->total);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Sums of all blocks as the figures of the cells. */
static void fill_answer(const struct work *w, const struct table *t) {
  const struct whole *whole = w->reader.whole;
  for (size_t c = 0; c < t->cells; c++) {
    const struct sums *s = &w->total[t->at + c];
    bool exact = whole->kind != WHOLE_NONE;
    t->out->n[c] = s->n;
    t->out->weight[c] = exact ? s->weight / whole->scale : s->weight;
    t->out->weight2[c] = exact ? whole_squares(whole, s->high, s->low) : s->squares;
  }
}

/* The pass, once everything is ready. */
static bilan_status run(bilan *b, struct work *w) {
  size_t scratch = sizeof(struct scratch) +
                   w->banner_count * UNIT_ROWS_CHUNK * sizeof(uint16_t);
  struct blocks_job job = {
      .rows = w->block_count,
      .block = 1,
      .partial = w->cells * sizeof(struct sums) + scratch,
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
  struct work w = {.request = count ? requests[0] : NULL};
  if (!count) return BILAN_OK;
  for (size_t i = 0; i < count; i++) out[i] = (struct cells){0};
  unit_copies_begin(w.request->order);
  bilan_status status = work_open(b, &w, out, requests, count);
  if (!status) status = run(b, &w);
  work_close(b, &w);
  for (size_t i = 0; status && i < count; i++) cells_free(&out[i]);
  return status;
}

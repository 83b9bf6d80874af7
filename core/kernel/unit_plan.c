/* unit_plan.c - what is found out about requests before their rows are read (unit_work.h).
 *
 * Columns that occur twice are one source, banners of the same keys one banner, and the tables of
 * an item stand side by side. All keys of all banners make the joint code, as long as those are few
 * enough; a map leads from it to the code of each banner. Blocks are whole units, cut by the order
 * alone. Cost: requests x requests, a few dozen each, and joint codes x banners.
 */
#include "kernel/unit_work.h"

#include <string.h>

/* The place of a key among the sources; a new one at the end. */
static size_t find_source(struct unit_work *w, const struct column *key) {
  size_t at = 0;
  while (at < w->source_count && w->sources[at].column != key) at++;
  if (at == w->source_count)
    unit_source_open(&w->sources[w->source_count++], key, w->request->order);
  return at;
}

/* The place of a banner, the keys of a request but the last. */
static size_t find_banner(struct unit_work *w, const struct cells_request *r) {
  struct unit_banner banner = {.key_count = r->key_count - 1, .codes = 1};
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
static void insert_table(struct unit_work *w, struct unit_table t) {
  size_t at = w->table_count++;
  for (; at && w->tables[at - 1].item > t.item; at--) w->tables[at] = w->tables[at - 1];
  w->tables[at] = t;
}

/* The keys of all banners and the codes of their combinations; 0 where those are too many. */
static void find_joint(struct unit_work *w) {
  w->joint = 1;
  for (size_t i = 0; i < w->banner_count; i++)
    for (size_t j = 0; j < w->banners[i].key_count; j++) {
      size_t key = w->banners[i].keys[j], at = 0;
      while (at < w->joint_key_count && w->joint_keys[at] != key) at++;
      if (at < w->joint_key_count) continue;
      w->joint_keys[w->joint_key_count++] = key;
      w->joint *= w->sources[key].span;
      if (w->joint > UNIT_JOINT_MOST) {
        w->joint = 0;
        return;
      }
    }
}

/* The code of a key in a joint code: joint = (c1 * s2 + c2) * s3 + c3, each from its low. */
static size_t code_of(const struct unit_work *w, size_t joint, size_t key) {
  for (size_t i = w->joint_key_count; i-- > 0;) {
    const struct unit_source *s = &w->sources[w->joint_keys[i]];
    if (w->joint_keys[i] == key) return joint % s->span + s->low;
    joint /= s->span;
  }
  return 0;
}

/* The banner code of every joint code. BILAN_NOMEM. */
static bilan_status map_banner(bilan *b, const struct unit_work *w, struct unit_banner *banner) {
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
static void cut_blocks(struct unit_work *w) {
  const size_t *start = w->request->order->start;
  w->blocks[0] = 0;
  for (size_t u = 0; u < w->request->unit_count; u++)
    if (start[u + 1] - start[w->blocks[w->block_count]] >= UNIT_BLOCK_LEAST ||
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
static bilan_status work_room(bilan *b, struct unit_work *w, size_t count) {
  struct mem *mem = &b->mem;
  w->sources = mem_array(mem, count * (UNIT_BANNER_KEYS + 1), sizeof *w->sources);
  w->banners = mem_zero(mem, count, sizeof *w->banners);
  w->tables = mem_array(mem, count, sizeof *w->tables);
  w->joint_keys = mem_array(mem, count * UNIT_BANNER_KEYS, sizeof *w->joint_keys);
  w->blocks = mem_array(mem, w->request->unit_count + 1, sizeof *w->blocks);
  bool all = w->sources && w->banners && w->tables && w->joint_keys && w->blocks;
  return all ? BILAN_OK : fail_nomem(b);
}

/* Is it one table that add_single knows, and too few rows a unit for joint cells, which cost about
 * four times as much a unit as a row does? Copies are there by now. */
static bool is_single(const struct unit_work *w) {
  const struct unit_source *item = &w->sources[w->tables->item];
  if (w->table_count != 1 || w->banners->key_count != 1 || !unit_reader_narrow(&w->reader))
    return false;
  if (!unit_bytes(item, 0) || !unit_bytes(&w->sources[w->banners->keys[0]], 0)) return false;
  size_t cells = w->joint * item->span;
  return !cells || cells > UNIT_JOINT_MOST || 4 * cells * w->request->unit_count > w->request->rows;
}

/* See unit_work.h. Answers that were made have an allocator. */
bilan_status unit_work_open(bilan *b, struct unit_work *w, struct cells *out,
                            const struct cells_request *const *requests, size_t count) {
  bilan_status status = work_room(b, w, count);
  if (!status) status = unit_reader_open(b, &w->reader, w->request);
  for (size_t i = 0; !status && i < count; i++) {
    status = open_answer(b, &out[i], requests[i]);
    if (status) break;
    struct unit_table t = {.cells = out[i].count, .at = w->cells, .out = &out[i]};
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

/* See unit_work.h. Copies of columns stay with the order. */
void unit_work_close(bilan *b, struct unit_work *w) {
  for (size_t i = 0; w->banners && i < w->banner_count; i++) mem_free(&b->mem, w->banners[i].map);
  mem_free(&b->mem, w->sources);
  mem_free(&b->mem, w->banners);
  mem_free(&b->mem, w->tables);
  mem_free(&b->mem, w->joint_keys);
  mem_free(&b->mem, w->blocks);
  mem_free(&b->mem, w->total);
}

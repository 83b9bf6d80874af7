/* joint_margins.c - from the tables of bundles to totals of items, and to answers (joint.h).
 *
 * A bundle's table of items a, b and the joint code j is P[b][a][j]; the totals of a are the sums
 * of P over b, those of b over a. Each item has so many cells inside and outside of it:
 *
 *   table   [outer][span][inner][run]     of a: outer = codes of b, inner 1, run = joint cells
 *                                         of b: outer 1, inner = codes of a
 *
 * Sums are taken of packed lanes (joint.h says why they cannot overflow) and
 * parted only when they are added to totals of 64 bits each.
 *
 * An answer takes margins once more: from the joint cells of its sheet to those of its own banner.
 * Cost: cells of all tables, each time they are emptied; rows have no part in it.
 */
#include "kernel/joint.h"

#include <string.h>

/* How an item lies in a table. */
struct digit {
  size_t outer, span, inner, run;
};

/* ---- tables to totals ------------------------------------------------------------------------ */

/* to += from, cell by cell, of any size; `to` has lanes of 64 bits. */
static void add_run(uint64_t *to, const char *table, size_t at, size_t cells,
                    enum joint_size size) {
  const uint32_t *counts = (const uint32_t *)(const void *)table + at;
  if (size == JOINT_COUNT) {
    for (size_t i = 0; i < cells; i++) to[i] += counts[i];
    return;
  }
  size_t lanes = joint_lanes(size);
  const uint64_t *from = (const uint64_t *)(const void *)table + at * lanes;
  for (size_t i = 0; i < cells * lanes; i++) to[i] += from[i];
}

/* Adds the margin of one item: [span][run] of the worker's scratch. */
static void add_margin(struct joint_worker *w, const char *table, const struct digit *d) {
  enum joint_size size = w->joint->size;
  size_t at = 0;
  for (size_t o = 0; o < d->outer; o++)
    for (size_t x = 0; x < d->span; x++)
      for (size_t i = 0; i < d->inner; i++, at += d->run)
        add_run(w->margin + x * d->run * joint_lanes(size), table, at, d->run, size);
}

/* One packed cell into a total. */
static inline void unpack(struct joint_total *t, const uint64_t *cell, const struct joint *j) {
  const uint64_t below = ((uint64_t)1 << j->shift) - 1;
  if (j->size == JOINT_COUNT) {
    t->n += cell[0];
    return;
  }
  t->n += cell[0] >> j->shift;
  if (j->size == JOINT_NARROW) {
    t->low += cell[0] & below;
    t->square_high += cell[1] >> 32;
    t->square_low += cell[1] & UINT32_MAX;
    return;
  }
  t->high += cell[0] & below;
  t->low += cell[1];
  t->square_high += cell[2];
  t->square_low += cell[3];
}

/* The margin in scratch into the totals of an item; rows outside the domain have the last joint
 * cell and no total. Scratch is 0 afterwards. */
static void add_totals(struct joint_worker *w, const struct joint_sheet *s,
                       const struct joint_item *item) {
  size_t lanes = joint_lanes(w->joint->size);
  struct joint_total *to = w->totals + item->totals;
  for (size_t x = 0; x < item->axis.span; x++)
    for (size_t k = 0; k < s->cells; k++)
      unpack(to++, w->margin + (x * s->width + k) * lanes, w->joint);
  memset(w->margin, 0, item->axis.span * s->width * lanes * sizeof *w->margin);
}

/* Copies of a table into the first. */
static void add_copies(char *table, const struct joint_bundle *bundle, enum joint_size size) {
  uint32_t *counts = (uint32_t *)(void *)table;
  uint64_t *sums = (uint64_t *)(void *)table;
  size_t cells = bundle->cells, numbers = cells * joint_lanes(size);
  for (size_t k = 1; k < bundle->subs; k++)
    if (size == JOINT_COUNT)
      for (size_t i = 0; i < cells; i++) counts[i] += counts[k * cells + i];
    else
      for (size_t i = 0; i < numbers; i++) sums[i] += sums[k * numbers + i];
}

/* The table of all pairs: of the cell and the other cell [other][cell], each the lanes of its row.
 */
static void empty_pairs(struct joint_worker *w, const struct joint_sheet *s,
                        const struct joint_bundle *bundle, const char *table) {
  const uint64_t *from = (const uint64_t *)(const void *)table;
  for (size_t other = 0; other < bundle->cells; other++)
    for (size_t cell = 0; cell < bundle->cells; cell++, from += joint_lanes(JOINT_WIDE)) {
      w->margin[2 * cell] += from[0];
      w->margin[2 * cell + 1] += from[2];
      w->margin[2 * other] += from[1];
      w->margin[2 * other + 1] += from[3];
    }
  add_totals(w, s, s->items);
}

/* All items of a bundle, in turn. */
static void empty_items(struct joint_worker *w, const struct joint_sheet *s,
                        const struct joint_bundle *bundle, const char *table) {
  size_t inner = 1;
  for (size_t i = 0; i < bundle->count; i++) {
    const struct joint_item *item = &s->items[bundle->first + i];
    size_t span = item->axis.span;
    add_margin(w, table,
               &(struct digit){bundle->cells / (inner * span * s->width), span, inner, s->width});
    add_totals(w, s, item);
    inner *= span;
  }
}

/* See joint.h. */
void joint_empty(struct joint_worker *w) {
  const struct joint *j = w->joint;
  for (size_t i = 0; i < j->sheet_count && w->pending; i++)
    for (size_t k = 0; k < j->sheets[i].bundle_count; k++) {
      const struct joint_bundle *bundle = &j->sheets[i].bundles[k];
      char *table = w->tables + bundle->table;
      add_copies(table, bundle, j->size);
      if (j->pairs) empty_pairs(w, &j->sheets[i], bundle, table);
      else empty_items(w, &j->sheets[i], bundle, table);
      memset(table, 0, bundle->bytes);
    }
  w->pending = 0;
}

/* ---- totals to answers ----------------------------------------------------------------------- */

/* The cell of a request's banner for every joint cell of its sheet, by the codes of its
 * dictionaries: cell = code of the first key * codes of the second + ..., times the item's codes
 * (which the item's code is added to). */
static void map_cells(size_t *cell, const struct joint_sheet *s, const struct cells_request *r) {
  memset(cell, 0, s->cells * sizeof *cell);
  for (size_t key = 0; key + 1 < r->key_count; key++) {
    size_t run = s->cells, i = 0;
    for (; s->axes[i].column != r->keys[key]; i++) run /= s->axes[i].span;
    const struct axis *a = &s->axes[i];
    run /= a->span;
    for (size_t k = 0; k < s->cells;)
      for (size_t x = 0; x < a->span; x++)
        for (size_t end = k + run; k < end; k++) cell[k] = cell[k] * a->size + a->low + x;
  }
}

/* Adds whole numbers to whole numbers. */
static inline void add_total(struct joint_total *to, const struct joint_total *more) {
  to->n += more->n;
  to->high += more->high;
  to->low += more->low;
  to->square_high += more->square_high;
  to->square_low += more->square_low;
}

/* Sums of whole numbers as n, sums of weights and of their squares. */
static void fill_cells(struct cells *c, const struct joint_total *sums, const struct whole *w) {
  for (size_t i = 0; i < c->count; i++) {
    const struct joint_total *t = &sums[i];
    c->n[i] = (int64_t)t->n;
    if (w->kind == WHOLE_ONES) c->weight[i] = c->weight2[i] = (double)t->n;
    else {
      c->weight[i] = whole_sum(w, t->low);
      c->weight2[i] = whole_squares(w, t->square_high, t->square_low);
    }
  }
}

/* Room for an answer in one run, which begins with the weights (cells_free). */
static bilan_status open_answer(bilan *b, struct cells *c, const struct cells_request *r) {
  *c = (struct cells){.mem = &b->mem, .key_count = r->key_count, .count = 1};
  for (size_t i = 0; i < r->key_count; i++) {
    c->sizes[i] = dict_count(r->keys[i]->dict);
    c->count *= c->sizes[i];
  }
  c->weight = mem_array(&b->mem, 3 * c->count, sizeof *c->weight);
  if (!c->weight) return fail_nomem(b);
  c->weight2 = c->weight + c->count;
  c->n = (int64_t *)(void *)(c->weight + 2 * c->count);
  return BILAN_OK;
}

/* The item's totals into the cells of the answer. */
static void add_answer(struct joint_total *sums, const struct joint_total *totals,
                       const size_t *cell, const struct joint_sheet *s, const struct axis *item) {
  for (size_t x = 0; x < item->span; x++)
    for (size_t k = 0; k < s->cells; k++, totals++)
      if (totals->n) add_total(&sums[cell[k] * item->size + x + item->low], totals);
}

/* See joint.h. */
bilan_status joint_answer(bilan *b, struct cells *out, const struct joint *j,
                          const struct joint_total *totals, size_t i) {
  const struct joint_sheet *s = &j->sheets[j->sheet_of[i]];
  const struct joint_item *item = &s->items[j->item_of[i]];
  struct cells c;
  bilan_status status = open_answer(b, &c, j->requests[i]);
  if (status) return status;
  size_t *cell = mem_array(&b->mem, s->cells, sizeof *cell);
  struct joint_total *sums = mem_zero(&b->mem, c.count, sizeof *sums);
  if (!cell || !sums) {
    status = fail_nomem(b);
    cells_free(&c);
  } else {
    map_cells(cell, s, j->requests[i]);
    add_answer(sums, totals + item->totals, cell, s, &item->axis);
    fill_cells(&c, sums, j->weights);
    *out = c;
  }
  mem_free(&b->mem, cell);
  mem_free(&b->mem, sums);
  return status;
}

/* joint_slice.c - a slice of rows into all tables (joint.h): weights once, joint codes once a
 * sheet, then each bundle.
 *
 * The place of a row is composed column by column: index + code * stride, in arrays of 16 bits that
 * stay in the first cache, eight or sixteen rows an instruction. Strides and the shift by the
 * lowest codes wrap round at 2^16, which the sum undoes: a place is below the cells of its
 * table. Traffic of a row: a byte for each item and banner, four or eight for the weight, all read
 * once a sheet; the rest moves between caches. Measured: two axes cost 0.28 ns a row with vectors
 * of 16 bytes, half of that with 32, where the addition behind them (joint_add.c) takes 1.1.
 */
#include "kernel/joint.h"

#include <string.h>

#include "base/twice.h"

/* Rows of the loops that compilers turn into vector instructions: fixed, so that they need no loop
 * for what is left. Arrays a step long show that nothing overlaps. */
enum { STEP = 32 };

/* ---- places -------------------------------------------------------------------------------- */

/* Axes that make a place, and their strides. */
struct places {
  const struct axis *axes[JOINT_BANNERS];
  size_t strides[JOINT_BANNERS];
  size_t count;
};

/* to = from + first * stride + second * other + add; `count` is a number of whole steps. */
INTO_BOTH void place_two(uint16_t *restrict to, const uint16_t *restrict from,
                         const struct joint_steps *s, size_t count) {
  const uint8_t *restrict first = s->first, *restrict second = s->second;
  const uint16_t stride = s->stride, other = s->other, add = s->add;
  for (size_t i = 0; i < count; i += STEP)
    for (size_t k = 0; k < STEP; k++)
      to[i + k] = (uint16_t)(from[i + k] + (uint16_t)(first[i + k] * stride) +
                             (uint16_t)(second[i + k] * other) + add);
}

/* The same with one axis. */
INTO_BOTH void place_one(uint16_t *restrict to, const uint16_t *restrict from,
                         const struct joint_steps *s, size_t count) {
  const uint8_t *restrict first = s->first;
  const uint16_t stride = s->stride, add = s->add;
  for (size_t i = 0; i < count; i += STEP)
    for (size_t k = 0; k < STEP; k++)
      to[i + k] = (uint16_t)(from[i + k] + (uint16_t)(first[i + k] * stride) + add);
}

WITH_AVX2 static void place_avx2(uint16_t *restrict to, const uint16_t *restrict from,
                                 const struct joint_steps *s, size_t count) {
  if (s->second) place_two(to, from, s, count);
  else place_one(to, from, s, count);
}

static void place_plain(uint16_t *restrict to, const uint16_t *restrict from,
                        const struct joint_steps *s, size_t count) {
  if (s->second) place_two(to, from, s, count);
  else place_one(to, from, s, count);
}

/* See joint.h. Steps by vectors, the rest one by one. */
void joint_place(enum simd simd, uint16_t *to, const uint16_t *from, const struct joint_steps *s,
                 size_t count) {
  size_t whole = count / STEP * STEP;
  if (simd == SIMD_AVX2) place_avx2(to, from, s, whole);
  else place_plain(to, from, s, whole);
  for (size_t i = whole; i < count; i++)
    to[i] = (uint16_t)(from[i] + s->first[i] * s->stride +
                       (s->second ? s->second[i] * s->other : 0) + s->add);
}

/* Codes of two bytes, one axis. */
static void place_pairs(uint16_t *to, const uint16_t *from, const uint16_t *code, size_t count,
                        uint16_t stride, uint16_t add) {
  for (size_t i = 0; i < count; i++)
    to[i] = (uint16_t)(from[i] + (uint16_t)((unsigned)code[i] * stride) + add);
}

/* The next one or two axes of a list; returns how many. */
static size_t take_steps(struct joint_steps *s, const struct axis *const *axes,
                         const size_t *strides, size_t left, size_t row) {
  const struct column *first = axes[0]->column;
  *s = (struct joint_steps){.first = (const uint8_t *)first->codes + row * first->width,
                            .stride = (uint16_t)strides[0],
                            .add = (uint16_t)(0 - axes[0]->low * strides[0])};
  if (left < 2 || first->width != 1 || axes[1]->column->width != 1) return 1;
  s->second = (const uint8_t *)axes[1]->column->codes + row;
  s->other = (uint16_t)strides[1];
  s->add = (uint16_t)(s->add - axes[1]->low * strides[1]);
  return 2;
}

/* The places of rows: from + the sum of (code - low) * stride over some axes. Axes of bytes are
 * taken two at a time; what is between goes to and fro between two arrays, since none may be read
 * and written at once. Returns the one that has the places. */
static uint16_t *place(const struct joint_worker *w, uint16_t *to, uint16_t *spare,
                       const uint16_t *from, const struct places *p, size_t row, size_t count) {
  struct joint_steps s;
  for (size_t i = 0; i < p->count;) {
    size_t taken = take_steps(&s, p->axes + i, p->strides + i, p->count - i, row);
    if (p->axes[i]->column->width == 1) joint_place(w->joint->simd, to, from, &s, count);
    else place_pairs(to, from, (const uint16_t *)(const void *)s.first, count, s.stride, s.add);
    uint16_t *done = to;
    i += taken;
    to = spare;
    spare = done;
    from = done;
  }
  return spare;
}

/* Rows outside the domain have the joint code behind the last. */
static void leave_out(uint16_t *code, const struct domain *domain, size_t row, size_t count,
                      uint16_t outside) {
  for (size_t i = 0; i < count; i++) code[i] = domain_has(domain, row + i) ? code[i] : outside;
}

/* Joint codes of a sheet: w->code. */
static void code_rows(struct joint_worker *w, const struct joint_sheet *s, size_t from,
                      size_t count) {
  struct places p = {.count = s->axis_count};
  size_t stride = s->cells, unit = joint_unit(w->joint->size);
  for (size_t i = 0; i < s->axis_count; i++) {
    p.axes[i] = &s->axes[i];
    p.strides[i] = (stride /= s->axes[i].span) * unit;
  }
  memset(w->index, 0, count * sizeof *w->index);
  uint16_t *code = place(w, w->code, w->spare, w->index, &p, from, count);
  if (!p.count) code = w->index;
  if (code != w->code) memcpy(w->code, code, count * sizeof *code);
  if (w->joint->domain)
    leave_out(w->code, w->joint->domain, from, count, (uint16_t)(s->cells * unit));
}

/* ---- the slice ----------------------------------------------------------------------------- */

/* Adds rows to the table of a bundle at their places. */
static void add_rows(struct joint_worker *w, const struct joint_bundle *bundle,
                     const uint16_t *index, size_t count) {
  void *table = w->tables + bundle->table;
  size_t step = bundle->subs > 1 ? bundle->cells : 0;
  if (w->joint->size == JOINT_COUNT) joint_add_counts(table, step, index, count);
  else if (w->joint->size == JOINT_NARROW)
    joint_add_narrow(table, step, index, w->weights, count);
  else joint_add_wide(table, step, index, w->weights, count);
}

/* One bundle: the places of rows in its table, then the additions. */
static void add_bundle(struct joint_worker *w, const struct joint_sheet *s,
                       const struct joint_bundle *bundle, size_t from, size_t count) {
  struct places p = {.count = bundle->count};
  size_t stride = s->width * joint_unit(w->joint->size);
  for (size_t i = 0; i < bundle->count; i++) {
    p.axes[i] = &s->items[bundle->first + i].axis;
    p.strides[i] = stride;
    stride *= p.axes[i]->span;
  }
  add_rows(w, bundle, place(w, w->index, w->spare, w->code, &p, from, count), count);
}

/* to = from + code * stride. */
static void fold(uint16_t *restrict to, const uint16_t *restrict from,
                 const uint16_t *restrict code, size_t count, uint16_t stride) {
  size_t i = 0;
  for (; i + STEP <= count; i += STEP)
    for (size_t k = 0; k < STEP; k++)
      to[i + k] = (uint16_t)(from[i + k] + (uint16_t)((unsigned)code[i + k] * stride));
  for (; i < count; i++) to[i] = (uint16_t)(from[i] + (uint16_t)((unsigned)code[i] * stride));
}

/* The one table there is: the first half of the slice beside the second. A row in the middle that
 * has none beside it is a pair with cell 0 and weighs nothing there. */
static void add_pairs(struct joint_worker *w, size_t from, size_t count) {
  const struct joint *j = w->joint;
  const struct joint_sheet *s = j->sheets;
  const struct joint_bundle *bundle = s->bundles;
  size_t half = count - count / 2, others = count / 2;
  struct places p = {.axes = {&s->items->axis},
                     .strides = {s->width * joint_unit(j->size)},
                     .count = 1};
  code_rows(w, s, from, count);
  place(w, w->index, NULL, w->code, &p, from, count);
  fold(w->spare, w->index, w->index + half, others, (uint16_t)bundle->cells);
  if (half > others) w->spare[others] = w->index[others];
  const uint32_t *units = j->weights->units + from;
  struct joint_pairs pairs = {w->spare, units, units + half, half, others, (uint64_t)1 << j->shift};
  joint_pairs_add(j->simd, (uint64_t *)(void *)(w->tables + bundle->table), &pairs);
}

/* All bundles of all sheets. */
static void add_sheets(struct joint_worker *w, size_t from, size_t count) {
  const struct joint *j = w->joint;
  const uint64_t row = (uint64_t)1 << j->shift;
  if (j->size == JOINT_NARROW)
    joint_weigh_narrow(j->simd, w->weights, j->weights->units + from, count, row);
  if (j->size == JOINT_WIDE) joint_weigh_wide(w->weights, j->weights->units + from, count, row);
  for (size_t i = 0; i < j->sheet_count; i++) {
    code_rows(w, &j->sheets[i], from, count);
    for (size_t k = 0; k < j->sheets[i].bundle_count; k++)
      add_bundle(w, &j->sheets[i], &j->sheets[i].bundles[k], from, count);
  }
}

/* See joint.h. */
void joint_slice(struct joint_worker *w, size_t from, size_t count) {
  const struct joint *j = w->joint;
  if (w->pending + count > j->room) joint_empty(w);
  w->pending += count;
  if (j->bits)
    joint_bits_add(w, j->sheets, (uint32_t *)(void *)(w->tables + j->bundles->table), from, count);
  else if (j->pairs) add_pairs(w, from, count);
  else add_sheets(w, from, count);
}

/* unit_rows.c - see unit_rows.h: walks along copies, or gathers by the order of rows. */
#include "kernel/unit_rows.h"

#include <string.h>

#include "data/bitmap.h"
#include "kernel/joint.h"

/* ---- codes ----------------------------------------------------------------------------------- */

/* From a column by `row`, or along a copy where row is NULL: loops of one width each. */
#define READ(name, type)                                                                          \
  UNIT_ROWS_LOOPS                                                                                 \
  static void name(uint16_t *code, const type *from, const uint32_t *row, size_t count) {         \
    if (row)                                                                                      \
      for (size_t i = 0; i < count; i++) code[i] = (uint16_t)from[row[i]];                        \
    else                                                                                          \
      for (size_t i = 0; i < count; i++) code[i] = (uint16_t)from[i];                             \
  }
READ(read_1, uint8_t)
READ(read_2, uint16_t)
READ(read_4, uint32_t)
#undef READ

/* The place of row `from` in a copy; NULL without one. */
static const void *place(const struct unit_copy *c, size_t from) {
  return c->data ? (const char *)c->data + from * c->size : NULL;
}

/* See unit_rows.h. */
void unit_source_open(struct unit_source *s, const struct column *key,
                      const struct unit_order *o) {
  *s = (struct unit_source){.column = key, .size = dict_count(key->dict), .low = key->lowest};
  s->span = key->highest - key->lowest + 1;
  s->copy = unit_copy(o, key, COPY_CODES);
}

/* See unit_rows.h. */
const uint8_t *unit_bytes(const struct unit_source *s, size_t from) {
  return s->column->width == 1 ? place(&s->copy, from) : NULL;
}

/* See unit_rows.h. */
void unit_read_codes(uint16_t *code, const struct unit_source *s, const struct unit_order *o,
                     size_t from, size_t count) {
  const void *copy = place(&s->copy, from), *codes = copy ? copy : s->column->codes;
  const uint32_t *row = copy ? NULL : o->row + from;
  if (s->column->width == 1) read_1(code, codes, row, count);
  else if (s->column->width == 2) read_2(code, codes, row, count);
  else read_4(code, codes, row, count);
}

/* ---- weights --------------------------------------------------------------------------------- */

/* Weights that are taken as doubles. */
static const struct whole no_whole = {.kind = WHOLE_NONE, .scale = 1};

/* Sums of whole weights are kept in doubles by those who go by units: exact below 2^53. Beyond
 * that weights are doubles from the start. */
bilan_status unit_reader_open(bilan *b, struct unit_reader *r,
                              const struct cells_request *request) {
  *r = (struct unit_reader){.request = request, .simd = bitmap_simd(b)};
  bilan_status status = whole_weights(b, &r->whole, request->weight);
  if (status || r->whole->kind == WHOLE_ONES) return status;
  if (request->rows > ((uint64_t)1 << 53) / ((uint64_t)r->whole->highest + 1))
    r->whole = &no_whole;
  enum unit_copy_kind kind = r->whole->kind == WHOLE_UNITS ? COPY_UNITS : COPY_NUMBERS;
  r->weights = unit_copy(request->order, request->weight, kind);
  return BILAN_OK;
}

/* See unit_rows.h. */
const uint32_t *unit_read_units(uint32_t *units, const struct unit_reader *r, size_t from,
                                size_t count) {
  const uint32_t *row = r->request->order->row + from, *copy = place(&r->weights, from);
  const struct domain *domain = r->request->domain;
  if (copy && !domain) return copy;
  if (copy) memcpy(units, copy, count * sizeof *units);
  else
    for (size_t i = 0; i < count; i++) units[i] = r->whole->units ? r->whole->units[row[i]] : 1;
  for (size_t i = 0; domain && i < count; i++)
    if (!domain_has(domain, row[i])) units[i] = 0;
  return units;
}

/* Wide pairs. */
UNIT_ROWS_LOOPS
static void make_wide(pair *both, const uint32_t *units, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t w = units[i], q = w * w, n = (uint64_t)(w != 0) << UNIT_ROWS_N;
    both[i] = (pair){n | q >> 32, q & UINT32_MAX};
  }
}

/* See unit_rows.h. */
void unit_make_pairs(pair *both, const struct unit_reader *r, const uint32_t *units,
                     size_t count) {
  if (unit_reader_narrow(r))
    joint_weigh_narrow(r->simd, (uint64_t *)both, units, count, (uint64_t)1 << UNIT_ROWS_N);
  else make_wide(both, units, count);
}

/* See unit_rows.h. */
void unit_read_weights(double *weight, const struct unit_reader *r, size_t from, size_t count) {
  const uint32_t *row = r->request->order->row + from;
  const struct column *column = r->request->weight;
  const struct domain *domain = r->request->domain;
  const double *copy = place(&r->weights, from);
  if (copy) memcpy(weight, copy, count * sizeof *weight);
  for (size_t i = 0; !copy && i < count; i++)
    weight[i] = column_missing(column, row[i]) ? 0 : column->numbers[row[i]];
  for (size_t i = 0; domain && i < count; i++)
    if (!domain_has(domain, row[i])) weight[i] = 0;
}

/* See unit_rows.h. */
void unit_spread_pairs(const struct unit_reader *r, struct unit_sums *to, const pair *from,
                       size_t cells) {
  const uint64_t mask = ((uint64_t)1 << UNIT_ROWS_N) - 1;
  bool narrow = unit_reader_narrow(r);
  for (size_t c = 0; c < cells; c++) {
    to[c].n += (int64_t)(from[c][0] >> UNIT_ROWS_N);
    to[c].high += narrow ? from[c][1] >> 32 : from[c][0] & mask;
    to[c].low += narrow ? from[c][1] & UINT32_MAX : from[c][1];
  }
}

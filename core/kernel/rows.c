/* rows.c - see rows.h: cells by keys, weights by domain, values by measure.
 *
 * Codes are checked against their dictionaries before the first chunk, since a code
 * becomes a place in memory. After that nothing can fail, so readers may be workers.
 *
 * Worked example of a cell: keys of 3 and 4 codes, a row with codes 2 and 1 is in cell 2 * 4 + 1.
 *
 * Order within a chunk, and what each step leaves in its arrays:
 *
 *   index_rows     cell     0, then cell * size + code for each key
 *   weigh_rows     weight   the weight or 1; 0 outside the domain and, in a complete request,
 *                           where a measure is missing
 *   rows_measure   value    numbers of the measure, its centre taken off
 *                  part     weight, 0 where there is no number
 *
 * Where weights are numbers without a missing one and nobody is left out, weight is the column's
 * own array; the same of value; part is weight where the chunk lacks no answer. So the usual
 * mean of a design moves 13 bytes a row (weight, unit, code) and writes 8 to memory that stays
 * near the processor.
 *
 * Invariant: part is 0 where a value is missing, and sums skip such rows: what stands in its
 * place may be NaN, which would spoil a sum even times 0. Cost: a walk a key, one or two
 * a measure, over arrays of one type each, which compilers turn into vector instructions.
 */
#include "kernel/rows.h"

#include <string.h>

/* ---- a chunk --------------------------------------------------------------------------------- */

/* cell = cell * size + code, for one key; codes are stored in 1, 2 or 4 bytes.
 * Three loops rather than a test in one: each runs over an array of one width. */
static void index_key(struct rows *k, const struct column *key, uint32_t size) {
  const uint8_t *c1 = key->codes;
  const uint16_t *c2 = key->codes;
  const uint32_t *c4 = key->codes;
  if (key->width == 1)
    for (size_t i = 0; i < k->count; i++) k->cell[i] = k->cell[i] * size + c1[k->from + i];
  else if (key->width == 2)
    for (size_t i = 0; i < k->count; i++) k->cell[i] = k->cell[i] * size + c2[k->from + i];
  else
    for (size_t i = 0; i < k->count; i++) k->cell[i] = k->cell[i] * size + c4[k->from + i];
}

/* The cell of every row: the first key runs slowest, as cells.h promises. Codes were checked,
 * and at most 2^26 cells fit 32 bits. */
static void index_rows(const struct rows_plan *p, struct rows *k) {
  memset(k->cell, 0, k->count * sizeof k->cell[0]);
  for (size_t i = 0; i < p->request->key_count; i++)
    index_key(k, p->request->keys[i], (uint32_t)p->sizes[i]);
}

/* Does one of `count` bytes say a kind of missing? Asked of every chunk, mostly in vain. */
static bool any_kind(const uint8_t *missing, size_t count) {
  uint8_t any = 0;
  for (size_t i = 0; i < count; i++) any |= missing[i];
  return any != 0;
}

/* Is one of `count` codes of a byte a kind of missing? A search for each of the few levels that
 * are one costs less than a look at every row's level. */
static bool any_missing_code(const struct dict *dict, const uint8_t *codes, size_t count) {
  for (uint32_t i = 0; i < dict_count(dict); i++)
    if (dict_level(dict, i)->missing && memchr(codes, (int)i, count)) return true;
  return false;
}

/* See rows.h. */
bool rows_may_lack(const struct column *c, size_t from, size_t count) {
  if (c->type == COLUMN_NUMBERS) return c->missing && any_kind(c->missing + from, count);
  return c->width != 1 || any_missing_code(c->dict, (const uint8_t *)c->codes + from, count);
}

/* part = weight, and 0 where the column has no value; the two may be one array. */
static void leave_out(double *part, const double *weight, const struct column *c,
                      const struct rows *k) {
  double present[256];
  if (c->type == COLUMN_CODES && c->width == 1) {
    const uint8_t *code = (const uint8_t *)c->codes + k->from;
    for (uint32_t i = 0; i < dict_count(c->dict); i++)
      present[i] = dict_level(c->dict, i)->missing ? 0 : 1;
    for (size_t i = 0; i < k->count; i++) part[i] = present[code[i]] * weight[i];
    return;
  }
  for (size_t i = 0; i < k->count; i++)
    part[i] = column_missing(c, k->from + i) == BILAN_PRESENT ? weight[i] : 0;
}

/* One-byte codes by table: the number of each code. A small table a chunk instead of a look into
 * the dictionary a row; levels that are a kind of missing have 0. A place beyond the dictionary
 * is never read, as codes were checked. */
static void read_bytes(const struct column *c, const struct rows *k, double *value) {
  double number[256];
  const uint8_t *code = (const uint8_t *)c->codes + k->from;
  for (uint32_t i = 0; i < dict_count(c->dict); i++) {
    const struct level *level = dict_level(c->dict, i);
    number[i] = level->missing ? 0 : level->value;
  }
  for (size_t i = 0; i < k->count; i++) value[i] = number[code[i]];
}

/* The rule of what has a number: a value that is not missing; of levels, one that carries a
 * number and is no kind of missing. Numbers of the chunk's rows: the column's own, or in `room`;
 * those of rows without one are not to be looked at. */
static const double *read_numbers(const struct column *c, const struct rows *k, double *room) {
  if (c->type == COLUMN_NUMBERS) return c->numbers + k->from;
  if (c->width == 1) {
    read_bytes(c, k, room);
    return room;
  }
  for (size_t i = 0; i < k->count; i++) {
    bool absent = column_missing(c, k->from + i) != BILAN_PRESENT;
    room[i] = absent ? 0 : column_number(c, k->from + i);
  }
  return room;
}

/* Weight of every row before anybody is left out: the column's own where it is all there, as that
 * of a design is. */
static void weigh_all(const struct column *weight, struct rows *k) {
  k->weight = k->weight_room;
  if (!weight) {
    for (size_t i = 0; i < k->count; i++) k->weight_room[i] = 1;
    return;
  }
  const double *numbers = read_numbers(weight, k, k->weight_room);
  if (rows_may_lack(weight, k->from, k->count))
    leave_out(k->weight_room, numbers, weight, k);
  else
    k->weight = numbers;
}

/* Weights that may be changed: a copy in the chunk's own room, unless they stand there already. */
static double *own_weights(struct rows *k) {
  if (k->weight != k->weight_room) {
    memcpy(k->weight_room, k->weight, k->count * sizeof *k->weight);
    k->weight = k->weight_room;
  }
  return k->weight_room;
}

/* Weight of every row: 0 outside the domain, where it is missing, and where a complete request
 * lacks a measure. */
static void weigh_rows(const struct rows_plan *p, struct rows *k) {
  const struct cells_request *request = p->request;
  weigh_all(request->weight, k);
  if (request->domain) {
    double *weight = own_weights(k);
    for (size_t i = 0; i < k->count; i++)
      if (!domain_has(request->domain, k->from + i)) weight[i] = 0;
  }
  for (size_t m = 0; request->complete && m < request->measure_count; m++) {
    if (!rows_may_lack(request->measures[m], k->from, k->count)) continue;
    double *weight = own_weights(k);
    leave_out(weight, weight, request->measures[m], k);
  }
}

/* Units of the weights of rows that are in. */
static void mass_rows(const struct rows_plan *p, struct rows *k) {
  k->mass = k->weight;
  if (!p->whole) return;
  const uint32_t *units = p->whole->units + k->from;
  for (size_t i = 0; i < k->count; i++) k->mass_room[i] = k->weight[i] != 0 ? (double)units[i] : 0;
  k->mass = k->mass_room;
}

/* See rows.h. The arrays of the last chunk are written over; `value` and `part` are of no measure
 * until rows_measure is called. */
void rows_read(struct rows *k, const struct rows_plan *p, size_t from, size_t count) {
  k->from = from;
  k->count = count;
  index_rows(p, k);
  weigh_rows(p, k);
  mass_rows(p, k);
}

/* value - centre of the cell. Rows out of the domain have a cell too, and a centre. */
void rows_measure(struct rows *k, const struct rows_plan *p, size_t m) {
  const struct column *measure = p->request->measures[m];
  k->value = read_numbers(measure, k, k->value_room);
  k->part = k->weight;
  if (!p->request->complete && rows_may_lack(measure, k->from, k->count)) {
    leave_out(k->part_room, k->weight, measure, k);
    k->part = k->part_room;
  }
  if (!p->request->centres) return;
  const double *centres = p->request->centres + m * p->cells;
  for (size_t i = 0; i < k->count; i++) k->value_room[i] = k->value[i] - centres[k->cell[i]];
  k->value = k->value_room;
}

/* ---- checking a request ---------------------------------------------------------------------- */

/* Every code of a key must lie in its dictionary: it becomes a place in memory. The column keeps
 * its highest code, so this does not look at the rows. BILAN_INTERNAL is a fault of the engine's,
 * which no data should bring about. */
static bilan_status check_codes(bilan *b, const struct column *c, size_t rows) {
  if (c->type != COLUMN_CODES)
    return fail(b, BILAN_USAGE, "a key of a table of cells must have levels");
  if (c->rows != rows)
    return fail(b, BILAN_INTERNAL, "a key of %zu rows in a request of %zu", c->rows, rows);
  size_t size = dict_count(c->dict);
  if (rows && c->highest >= size)
    return fail(b, BILAN_INTERNAL, "code %zu in a column of %zu levels", (size_t)c->highest,
                size);
  return BILAN_OK;
}

/* A weight or a measure (`what` names it in the message): of the right length, with numbers, with
 * codes that exist. */
static bilan_status check_numeric(bilan *b, const struct column *c, size_t rows,
                                  const char *what) {
  if (c->rows != rows)
    return fail(b, BILAN_INTERNAL, "a %s of %zu rows in a request of %zu", what, c->rows, rows);
  if (!column_is_numeric(c)) return fail(b, BILAN_USAGE, "a %s must be a number", what);
  return c->type == COLUMN_CODES ? check_codes(b, c, rows) : BILAN_OK;
}

/* The keys and the number of cells they make; the product cannot overflow on the way, since it is
 * compared with 2^26 by division before each step. A dictionary has at least code 0. */
static bilan_status check_keys(bilan *b, struct rows_plan *p) {
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

/* All that can be wrong with a request, before memory is asked for; the plan is filled. Units are
 * the business of cells.c. */
bilan_status rows_check(bilan *b, struct rows_plan *p, const struct cells_request *request) {
  *p = (struct rows_plan){.request = request};
  bilan_status status = check_keys(b, p);
  if (!status && request->weight)
    status = check_numeric(b, request->weight, request->rows, "weight");
  for (size_t m = 0; !status && m < request->measure_count; m++)
    status = check_numeric(b, request->measures[m], request->rows, "measure");
  if (!status && request->domain && request->domain->rows != request->rows)
    status = fail(b, BILAN_INTERNAL, "a domain of %zu rows in a request of %zu",
                  request->domain->rows, request->rows);
  return status;
}

/* Does no sum of the rows' mass, each at most `highest`, times a measure reach 2^53? All values are
 * whole then, and about 0. */
static bool measures_exact(const struct cells_request *r, double highest) {
  bool exact = r->measure_count && !r->centres;
  for (size_t m = 0; exact && m < r->measure_count; m++) {
    double most = whole_most(r->measures[m]);
    exact = most > 0 && (double)r->rows * highest * most < 9007199254740992.0;
  }
  return exact;
}

/* See rows.h. Weights that are all 1 are their own units. */
bilan_status rows_by_units(bilan *b, struct rows_plan *p) {
  const struct whole *whole;
  bilan_status status = whole_weights(b, &whole, p->request->weight);
  if (status || whole->kind == WHOLE_NONE) return status;
  if (whole->kind == WHOLE_UNITS &&
      p->request->rows <= ((uint64_t)1 << 53) / ((uint64_t)whole->highest + 1))
    p->whole = whole;
  if (whole->kind == WHOLE_ONES || p->whole)
    p->exact = measures_exact(p->request, (double)whole->highest);
  return BILAN_OK;
}

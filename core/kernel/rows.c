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
 *   weigh_rows     weight   1 or 0 by the domain, times the weight; value and part are scratch
 *   rows_measure   value    numbers of the measure, its centre taken off
 *                  part     weight, 0 where there is no number
 *
 * Invariant: part is 0 where a value is missing, and sums skip such rows: what stands in its
 * place may be NaN, which would spoil a sum even times 0. Cost: a walk a key, two or three
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

/* One-byte codes by table: the number of each code, and 1 for those that have one. Two small
 * tables a chunk instead of a look into the dictionary a row; levels that are a kind of missing
 * have 0 and 0. A place beyond the dictionary is never read, as codes were checked. */
static void read_bytes(const struct column *c, const struct rows *k, const double *weight,
                       double *value, double *part) {
  double number[256], present[256];
  const uint8_t *code = (const uint8_t *)c->codes + k->from;
  for (uint32_t i = 0; i < dict_count(c->dict); i++) {
    const struct level *level = dict_level(c->dict, i);
    present[i] = level->missing ? 0 : 1;
    number[i] = level->missing ? 0 : level->value;
  }
  for (size_t i = 0; i < k->count; i++) {
    value[i] = number[code[i]];
    part[i] = present[code[i]] * weight[i];
  }
}

/* The rule of what has a number: a value that is not missing; of levels, one that carries a
 * number and is no kind of missing. Numbers of the chunk's rows and, in `part`, `weight` with 0
 * where there is no number. */
static void read_numbers(const struct column *c, const struct rows *k, const double *weight,
                         double *value, double *part) {
  if (c->type == COLUMN_NUMBERS) {
    memcpy(value, c->numbers + k->from, k->count * sizeof *value);
    memcpy(part, weight, k->count * sizeof *part);
    for (size_t i = 0; c->missing && i < k->count; i++)
      if (c->missing[k->from + i]) part[i] = 0;
    return;
  }
  if (c->width == 1) {
    read_bytes(c, k, weight, value, part);
    return;
  }
  for (size_t i = 0; i < k->count; i++) {
    bool absent = column_missing(c, k->from + i) != BILAN_PRESENT;
    value[i] = absent ? 0 : column_number(c, k->from + i);
    part[i] = absent ? 0 : weight[i];
  }
}

/* 1 inside the domain, 0 outside: the weight of rows without weights. */
static void mark_domain(const struct domain *domain, struct rows *k) {
  if (!domain)
    for (size_t i = 0; i < k->count; i++) k->weight[i] = 1;
  else
    for (size_t i = 0; i < k->count; i++) k->weight[i] = domain_has(domain, k->from + i) ? 1 : 0;
}

/* Weight of every row: 0 outside the domain and where it is missing. Missing ones by way of part,
 * with a weight of 1 for the rows of the domain. Weights that are all there,
 * as those of a design are, are taken over as they stand. */
static void weigh_rows(const struct rows_plan *p, struct rows *k) {
  const struct column *weight = p->request->weight;
  const struct domain *domain = p->request->domain;
  if (weight && weight->type == COLUMN_NUMBERS && !weight->missing) {
    memcpy(k->weight, weight->numbers + k->from, k->count * sizeof *k->weight);
    for (size_t i = 0; domain && i < k->count; i++)
      if (!domain_has(domain, k->from + i)) k->weight[i] = 0;
    return;
  }
  mark_domain(domain, k);
  if (!weight) return;
  read_numbers(weight, k, k->weight, k->value, k->part);
  for (size_t i = 0; i < k->count; i++) k->weight[i] = k->part[i] != 0 ? k->value[i] : 0;
}

/* See rows.h. The arrays of the last chunk are written over; `value` and `part` are of no measure
 * until rows_measure is called. */
void rows_read(struct rows *k, const struct rows_plan *p, size_t from, size_t count) {
  k->from = from;
  k->count = count;
  index_rows(p, k);
  weigh_rows(p, k);
}

/* value - centre of the cell, in place. Rows out of the domain have a cell too, and a centre. */
void rows_measure(struct rows *k, const struct rows_plan *p, size_t m) {
  read_numbers(p->request->measures[m], k, k->weight, k->value, k->part);
  if (!p->request->centres) return;
  const double *centres = p->request->centres + m * p->cells;
  for (size_t i = 0; i < k->count; i++) k->value[i] -= centres[k->cell[i]];
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

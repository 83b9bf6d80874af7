/* whole.c - see whole.h: finding k and the units in one walk.
 *
 * k starts at 0 and grows by one where a chunk has a weight that is no multiple of 10^-k: then the
 * walk begins anew, with the chunk that failed as the first hurdle of each k. Chunks of a fixed
 * number of rows keep the loop free of branches, so that compilers use vector instructions; the
 * division of the test is what costs.
 *
 *   weights 3  0.5  2.25   k  0  1  2    units 300 50 225
 *
 * Traffic of a row: 8 bytes read, 4 written. Measured, 1e6 weights of six decimals on one thread of
 * a busy machine: 4.6 ms, of which the pages of new memory take one and the divisions two. To know
 * the highest of whole numbers (whole_most) takes a read of them, once a column.
 */
#include "data/whole.h"

#include <string.h>

/* HEAD: numbers of four bytes in front of a column's units. */
enum { DIGITS = 9, CHUNK = 256, HEAD = sizeof(struct whole) / sizeof(int32_t) };

static const double tens[DIGITS + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

/* Units stay below 2^31. */
static const double units_end = 2147483648.0;

static const struct whole all_ones = {.kind = WHOLE_ONES, .highest = 1, .lowest = 1, .scale = 1};
static const struct whole no_whole = {.kind = WHOLE_NONE, .scale = 1};

/* What is known of some units. */
struct seen {
  bool differ; /* some weight is not what its unit says */
  uint32_t highest, lowest;
};

/* Units of a chunk. Weights beyond both ends become units at the ends, and differ, as NaN does. The
 * extremes are of numbers below 2^31, so signed comparisons serve. */
static struct seen read_chunk(int32_t *restrict units, const double *restrict w, double scale) {
  uint64_t differ = 0; /* as wide as a weight, for the vectors' sake */
  int32_t highest = 0, lowest = INT32_MAX;
  double again[CHUNK];
  for (size_t i = 0; i < CHUNK; i++) {
    double m = w[i] * scale + 0.5;
    m = m > 0 ? m : 0;
    m = m < units_end - 1 ? m : units_end - 1;
    units[i] = (int32_t)m;
  }
  for (size_t i = 0; i < CHUNK; i++) again[i] = (double)units[i] / scale;
  for (size_t i = 0; i < CHUNK; i++) differ |= again[i] != w[i] ? 1 : 0;
  for (size_t i = 0; i < CHUNK; i++) {
    highest = units[i] > highest ? units[i] : highest;
    lowest = units[i] < lowest ? units[i] : lowest;
  }
  return (struct seen){differ != 0, (uint32_t)highest, (uint32_t)lowest};
}

/* The same for the last rows, which do not fill a chunk: copies of the last of them do. */
static struct seen read_rest(int32_t *units, const double *w, size_t count, double scale) {
  double weights[CHUNK];
  int32_t some[CHUNK];
  for (size_t i = 0; i < CHUNK; i++) weights[i] = w[i < count ? i : count - 1];
  struct seen seen = read_chunk(some, weights, scale);
  memcpy(units, some, count * sizeof *units);
  return seen;
}

/* Units of `count` rows, at most a chunk. */
static struct seen read_some(int32_t *units, const double *w, size_t count, double scale) {
  return count == CHUNK ? read_chunk(units, w, scale) : read_rest(units, w, count, scale);
}

/* All units in 10^-digits; the row of the first chunk that has none, or `rows`. */
static size_t read_units(struct whole *whole, int32_t *units, const double *w, size_t rows,
                         unsigned digits) {
  *whole = (struct whole){.kind = WHOLE_UNITS, .lowest = UINT32_MAX, .scale = tens[digits]};
  for (size_t from = 0; from < rows; from += CHUNK) {
    size_t count = rows - from < CHUNK ? rows - from : CHUNK;
    struct seen seen = read_some(units + from, w + from, count, tens[digits]);
    if (seen.differ) return from;
    if (seen.highest > whole->highest) whole->highest = seen.highest;
    if (seen.lowest < whole->lowest) whole->lowest = seen.lowest;
  }
  if (!rows) whole->lowest = 0;
  return rows;
}

/* The next number of digits at which a chunk that had no units has them; DIGITS + 1: none. */
static unsigned more_digits(int32_t *units, const double *w, size_t count, unsigned digits) {
  do digits++;
  while (digits <= DIGITS && read_some(units, w, count, tens[digits]).differ);
  return digits;
}

/* Weights that are the numbers of levels: as a column of numbers. */
static bilan_status numbers_of(bilan *b, double **out, const struct column *weight) {
  double *w = mem_array(&b->mem, weight->rows, sizeof *w);
  if (!w) return fail_nomem(b);
  for (size_t i = 0; i < weight->rows; i++)
    w[i] = column_missing(weight, i) == BILAN_PRESENT ? column_number(weight, i) : 0;
  *out = w;
  return BILAN_OK;
}

/* A column of numbers has 0 where one is missing (column.h). Multiples of 10^-k are multiples of
 * every finer unit, so what passed before passes again. */
static void find(struct whole *whole, int32_t *units, const double *w, size_t rows) {
  unsigned digits = 0;
  while (digits <= DIGITS) {
    size_t at = read_units(whole, units, w, rows, digits);
    if (at == rows) break;
    digits = more_digits(units, w + at, rows - at < CHUNK ? rows - at : CHUNK, digits);
  }
  bool ones = digits == 0 && whole->lowest == 1 && whole->highest == 1;
  if (digits > DIGITS) *whole = no_whole;
  else if (ones) *whole = all_ones;
  else whole->units = (const uint32_t *)units; /* none is negative */
}

/* Looks at a column for the first time. The note and its units are one block, which goes with the
 * column (its handle may be another). */
static bilan_status look(bilan *b, struct whole **out, const struct column *weight) {
  double *numbers = NULL;
  struct mem *mem = weight->mem;
  struct whole *whole = mem_array(mem, HEAD + weight->rows, sizeof(int32_t));
  bilan_status status = whole ? BILAN_OK : fail_nomem(b);
  if (!status && weight->type != COLUMN_NUMBERS) status = numbers_of(b, &numbers, weight);
  if (!status) find(whole, (int32_t *)(void *)whole + HEAD, numbers ? numbers : weight->numbers,
                    weight->rows);
  mem_free(&b->mem, numbers);
  if (status) {
    mem_free(mem, whole);
    return status;
  }
  *out = whole->units ? whole : mem_resize(mem, whole, sizeof *whole);
  return BILAN_OK;
}

/* The column's note of itself is the one thing of it that changes; its answers do not. One thread
 * at a time uses a handle and its columns, so nobody else is looking. */
bilan_status whole_weights(bilan *b, const struct whole **out, const struct column *weight) {
  *out = weight ? &no_whole : &all_ones;
  if (!weight || b->ways.plain) return BILAN_OK;
  if (!weight->whole) {
    struct column *noted = (struct column *)(uintptr_t)weight;
    bilan_status status = look(b, &noted->whole, weight);
    if (status) return status;
  }
  *out = weight->whole;
  return BILAN_OK;
}

/* The same of a chunk of numbers. Beyond 2^52 every double is whole, and of no use: -1, as for NaN;
 * adding and taking off 2^52 leaves nothing behind the point. */
static double most_of(const double *x, size_t count) {
  const double end = 4503599627370496.0;
  double most = 0;
  uint64_t differ = 0; /* as wide as a number, for the vectors' sake */
  for (size_t i = 0; i < count; i++) {
    double size = x[i] < 0 ? -x[i] : x[i];
    differ |= (size + end) - end != size ? 1 : 0;
    most = size > most ? size : most;
  }
  return differ || most >= end ? -1 : most + 1;
}

/* Of the levels of a column of codes that are answers. */
static double most_of_levels(const struct dict *dict) {
  double most = 1;
  for (uint32_t code = 0; code < dict_count(dict); code++) {
    const struct level *level = dict_level(dict, code);
    double one = level->missing ? 1 : most_of(&level->value, 1);
    if (one < 0) return -1;
    if (one > most) most = one;
  }
  return most;
}

/* See whole.h. The note is the one that whole_weights tells of. */
double whole_most(const struct column *c) {
  double most = c->whole_most;
  if (c->type == COLUMN_CODES) return most_of_levels(c->dict);
  for (size_t from = 0; from < c->rows && c->whole_most == 0 && most >= 0; from += CHUNK) {
    double some = most_of(c->numbers + from, c->rows - from < CHUNK ? c->rows - from : CHUNK);
    most = some < 0 || some > most ? some : most;
  }
  if (most == 0) most = 1; /* of no rows */
  ((struct column *)(uintptr_t)c)->whole_most = most;
  return most;
}

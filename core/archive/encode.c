/* encode.c - columns into chunks; see chunk.h for the encodings.
 *
 * The narrowest encoding is found by looking at the rows first: the span of the codes, the
 * smallest power of ten that makes all numbers whole. Numbers of a survey are counts, years,
 * marks and weights with a few decimals, which take 1 to 4 bytes instead of 8.
 *
 * Example: weights 1.25, 0.5, 3 in hundredths are 125, 50, 300; base 50, so u = 75, 0, 250
 * fit one byte each: int8 with scale 2.
 *
 * Why a power of ten is searched row by row: 0.1 is no double, but the double nearest to it is
 * 1 / 10 rounded, and so are all numbers that were read from decimals of up to 15 digits. One
 * that was computed (1 / 3) comes back from no scale, and the column stays doubles. Each number
 * is tried as it will be loaded, bit by bit, so nothing depends on this reasoning.
 *
 * Codes of a column may be wide in memory because the whole has many levels; a chunk of its rows
 * may need fewer bytes, and one where all answered alike none.
 *
 * Cost: two passes over the rows. Owner: `out` is the caller's and keeps its room from chunk to
 * chunk. Failure: chunk_encode says; `out` is then of no use.
 */
#include <math.h>
#include <string.h>

#include "archive/chunk.h"

const char *const chunk_kind_names[] = {"single", "multiple", "scale", "number",
                                        "text",   "date",     "id",    NULL};

const char *const chunk_type_names[] = {"codes", "numbers", "text", "set", NULL};

const char *const chunk_encoding_names[] = {"constant", "codes8", "codes16", "codes32", "int8",
                                            "int16", "int32", "float64", "text", "ticks", NULL};

const double chunk_power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

/* Appends n bytes to be written by the caller; NULL when memory runs out, never for n = 0 (a set
 * without options). n is at most some CHUNK_MOST_BYTES, so nothing overflows. */
static unsigned char *room_for(struct buffer *out, size_t n) {
  size_t end = out->n + n;
  if (end > out->room || !out->s) {
    char *grown = mem_resize(out->mem, out->s, end ? end : 1);
    if (!grown) return NULL;
    out->s = grown;
    out->room = end;
  }
  unsigned char *at = (unsigned char *)out->s + out->n;
  out->n = end;
  return at;
}

/* The kinds of missing of these rows, when any of them is missing: a column may have the array and
 * not one row that needs it. They come first, so that loading knows them before it decodes. */
static bilan_status add_missing(bilan *b, struct buffer *out, struct chunk *k,
                                const struct column *c) {
  if (!c->missing) return BILAN_OK;
  const uint8_t *missing = c->missing + k->first;
  for (size_t i = 0; !k->missing && i < k->rows; i++) k->missing = missing[i] != BILAN_PRESENT;
  if (!k->missing) return BILAN_OK;
  unsigned char *to = room_for(out, k->rows);
  if (!to) return fail_nomem(b);
  memcpy(to, missing, k->rows);
  return BILAN_OK;
}

/* ---- codes -------------------------------------------------------------------------------- */

/* One loop a width, so that each is one the compiler can widen. */
static void put_codes(unsigned char *to, unsigned width, const struct column *c,
                      const struct chunk *k) {
  if (width == c->width && width == 1) {
    memcpy(to, (const uint8_t *)c->codes + k->first, k->rows);
  } else if (width == 1) {
    for (size_t i = 0; i < k->rows; i++) to[i] = (uint8_t)column_code(c, k->first + i);
  } else if (width == 2) {
    for (size_t i = 0; i < k->rows; i++)
      store16(to + 2 * i, (uint16_t)column_code(c, k->first + i));
  } else {
    for (size_t i = 0; i < k->rows; i++) store32(to + 4 * i, column_code(c, k->first + i));
  }
}

/* Narrow by the codes there are, not by those there could be. */
static bilan_status encode_codes(bilan *b, struct buffer *out, struct chunk *k,
                                 const struct column *c) {
  uint32_t first = column_code(c, k->first), highest = first;
  bool constant = true;
  for (size_t i = 1; i < k->rows; i++) {
    uint32_t code = column_code(c, k->first + i);
    constant = constant && code == first;
    if (code > highest) highest = code;
  }
  unsigned width = highest <= UINT8_MAX ? 1 : highest <= UINT16_MAX ? 2 : 4;
  k->encoding = constant ? CHUNK_CONSTANT : width == 1 ? CHUNK_CODES8
                : width == 2 ? CHUNK_CODES16 : CHUNK_CODES32;
  unsigned char *to = room_for(out, constant ? 4 : k->rows * width);
  if (!to) return fail_nomem(b);
  if (constant) store32(to, first);
  else put_codes(to, width, c, k);
  return BILAN_OK;
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* What is known of the numbers of a chunk as whole numbers of 10^-scale. */
struct whole {
  int scale;           /* 0 to CHUNK_SCALE_MOST; -1: there is none at which all are whole */
  int64_t least, most; /* in units of 10^-scale; below 2^52, so their difference fits */
  bool any;            /* a number that is not missing; without one least and most are 0 */
};

/* x as a whole number of 10^-scale, when it comes back from there bit by bit: -0 does not. Where
 * rounding is off by one just below a half, the number does not come back and stays a double. */
static bool scaled(int64_t *out, double x, int scale) {
  double y = x * chunk_power[scale];
  if (!(fabs(y) < 0x1p52)) return false;
  int64_t k = (int64_t)(y < 0 ? y - 0.5 : y + 0.5);
  double again = (double)k / chunk_power[scale];
  if (memcmp(&again, &x, sizeof x) != 0) return false;
  *out = k;
  return true;
}

/* Rows that are missing hold no number, whatever stands in `numbers`. */
static bool is_absent(const struct column *c, size_t row) {
  return c->missing && c->missing[row] != BILAN_PRESENT;
}

/* The smallest scale for all rows: a number that is whole at one scale is whole at the next, as
 * long as it does not get too large, so each row only ever raises it. */
static int find_scale(const struct column *c, const struct chunk *k) {
  int scale = 0;
  int64_t x;
  for (size_t row = k->first; row < k->first + k->rows; row++)
    while (!is_absent(c, row) && !scaled(&x, c->numbers[row], scale))
      if (++scale > CHUNK_SCALE_MOST) return -1;
  return scale;
}

/* Least and most of the chunk at the scale of all its rows. Without any number they stay 0. */
static struct whole look_whole(const struct column *c, const struct chunk *k) {
  struct whole w = {.scale = find_scale(c, k)};
  int64_t x = 0;
  for (size_t row = k->first; w.scale >= 0 && row < k->first + k->rows; row++) {
    if (is_absent(c, row)) continue;
    if (!scaled(&x, c->numbers[row], w.scale)) w.scale = -1; /* too large at this scale */
    if (!w.any || x < w.least) w.least = x;
    if (!w.any || x > w.most) w.most = x;
    w.any = true;
  }
  return w;
}

/* Bytes a number takes above the least: 0 for all alike, 8 when a double is as good. */
static unsigned width_of(const struct whole *w) {
  if (w->scale < 0) return 8;
  uint64_t span = (uint64_t)w->most - (uint64_t)w->least;
  return span <= UINT8_MAX ? 1 : span <= UINT16_MAX ? 2 : span <= UINT32_MAX ? 4 : 8;
}

/* The bits as they are; rows that are missing are 0, so that the same content gives the same
 * bytes. */
static bilan_status put_doubles(bilan *b, struct buffer *out, struct chunk *k,
                                const struct column *c) {
  unsigned char *to = room_for(out, k->rows * 8);
  if (!to) return fail_nomem(b);
  k->encoding = CHUNK_FLOAT64;
  for (size_t i = 0; i < k->rows; i++) {
    uint64_t bits = 0;
    if (!is_absent(c, k->first + i)) memcpy(&bits, &c->numbers[k->first + i], sizeof bits);
    store64(to + 8 * i, bits);
  }
  return BILAN_OK;
}

/* Each number as its distance from the least, in `width` bytes; a missing one has distance 0, so
 * that what stands below the mark of a missing answer is never stored. */
static bilan_status put_whole(bilan *b, struct buffer *out, struct chunk *k,
                              const struct column *c, const struct whole *w, unsigned width) {
  unsigned char *to = room_for(out, k->rows * width);
  if (!to) return fail_nomem(b);
  k->encoding = width == 1 ? CHUNK_INT8 : width == 2 ? CHUNK_INT16 : CHUNK_INT32;
  k->scale = w->scale;
  k->base = w->least;
  for (size_t i = 0; i < k->rows; i++, to += width) {
    int64_t x = w->least;
    if (!is_absent(c, k->first + i)) scaled(&x, c->numbers[k->first + i], w->scale);
    uint32_t u = (uint32_t)(x - w->least);
    if (width == 1) *to = (unsigned char)u;
    else if (width == 2) store16(to, (uint16_t)u);
    else store32(to, u);
  }
  return BILAN_OK;
}

/* Whole numbers of some power of ten where that is exact, else doubles. BILAN_USAGE names the
 * row of a number that is not finite: no column may have one. */
static bilan_status encode_numbers(bilan *b, struct buffer *out, struct chunk *k,
                                   const struct column *c) {
  for (size_t row = k->first; row < k->first + k->rows; row++)
    if (!is_absent(c, row) && !isfinite(c->numbers[row]))
      return fail(b, BILAN_USAGE, "row %zu: the number is not finite", row + 1);
  struct whole w = look_whole(c, k);
  unsigned width = width_of(&w);
  if (width == 8) return put_doubles(b, out, k, c);
  if (w.least < w.most || k->missing) return put_whole(b, out, k, c, &w, width);
  k->encoding = CHUNK_CONSTANT;
  unsigned char *to = room_for(out, 8);
  if (!to) return fail_nomem(b);
  uint64_t bits;
  memcpy(&bits, &c->numbers[k->first], sizeof bits);
  store64(to, bits);
  return BILAN_OK;
}

/* ---- texts and sets ----------------------------------------------------------------------- */

/* BILAN_DATA names the first row whose text is not UTF-8; BILAN_LIMIT the one that is too long.
 * Only a chunk of one row can be longer than CHUNK_FULL_BYTES. */
static bilan_status check_texts(bilan *b, const struct chunk *k, const struct column *c) {
  const uint64_t *offsets = c->offsets + k->first;
  uint64_t bytes = offsets[k->rows] - offsets[0];
  size_t row = 0;
  if (bytes > CHUNK_TEXT_MOST)
    return fail(b, BILAN_LIMIT, "row %zu: a text of %zu bytes; an archive keeps at most %d MB",
                k->first + 1, (size_t)bytes, CHUNK_TEXT_MOST >> 20);
  if (chunk_is_utf8(offsets, k->rows, c->arena)) return BILAN_OK;
  while (row + 1 < k->rows && chunk_is_utf8(offsets + row, 1, c->arena)) row++;
  return fail(b, BILAN_DATA, "row %zu: the text is not UTF-8", k->first + row + 1);
}

/* Offsets count from the start of the chunk, so four bytes do. */
static bilan_status encode_text(bilan *b, struct buffer *out, struct chunk *k,
                                const struct column *c) {
  const uint64_t *offsets = c->offsets + k->first;
  uint64_t bytes = offsets[k->rows] - offsets[0];
  bilan_status status = check_texts(b, k, c);
  if (status) return status;
  k->encoding = CHUNK_TEXT;
  unsigned char *to = room_for(out, (k->rows + 1) * 4 + (size_t)bytes);
  if (!to) return fail_nomem(b);
  for (size_t i = 0; i <= k->rows; i++, to += 4) store32(to, (uint32_t)(offsets[i] - offsets[0]));
  if (bytes) memcpy(to, c->arena + offsets[0], (size_t)bytes);
  return BILAN_OK;
}

/* One option: four rows are a byte, as
 *
 *   row       0  1  2  3     ticked, blank, not ticked, ticked
 *   code      2  0  1  2
 *   byte   10 01 00 10       the first row in the lowest bits
 *
 * Rows behind the last are zeros. */
static void put_ticks(unsigned char *to, const struct column *option, const struct chunk *k) {
  for (size_t i = 0; i < k->rows; i += 4) {
    unsigned packed = 0;
    for (size_t j = 0; j < 4 && i + j < k->rows; j++)
      packed |= column_code(option, k->first + i + j) << 2 * j;
    *to++ = (unsigned char)packed;
  }
}

/* Option after option, as they lie in memory and as they are tabulated. */
static bilan_status encode_ticks(bilan *b, struct buffer *out, struct chunk *k,
                                 const struct column *c) {
  size_t packed = (k->rows + 3) / 4;
  k->encoding = CHUNK_TICKS;
  unsigned char *to = room_for(out, c->option_count * packed);
  if (!to) return fail_nomem(b);
  for (size_t i = 0; i < c->option_count; i++) put_ticks(to + i * packed, c->options[i], k);
  return BILAN_OK;
}

/* ---- all ---------------------------------------------------------------------------------- */

/* The most of `rows` texts from `first` on that have CHUNK_FULL_BYTES together, found by halving:
 * at least one, whatever its length. */
static size_t rows_of_text(const struct column *c, size_t first, size_t rows) {
  uint64_t until = c->offsets[first] + CHUNK_FULL_BYTES;
  size_t low = 1; /* so many fit, or must */
  while (low < rows) {
    size_t middle = low + (rows - low + 1) / 2;
    if (c->offsets[first + middle] <= until) low = middle;
    else rows = middle - 1;
  }
  return low;
}

/* The most of `rows` rows whose ticks have CHUNK_FULL_BYTES: at least four, which are one byte of
 * each option. Up to 128 options that is no bound. */
static size_t rows_of_ticks(const struct column *c, size_t rows) {
  size_t bytes = c->option_count ? CHUNK_FULL_BYTES / c->option_count : CHUNK_ROWS;
  size_t most = 4 * (bytes ? bytes : 1);
  return rows < most ? rows : most;
}

/* Where the chunk that begins at `first` ends: by rows, and by bytes where a row may be long. */
static size_t rows_of_chunk(const struct column *c, size_t first) {
  size_t left = c->rows - first, rows = left < CHUNK_ROWS ? left : CHUNK_ROWS;
  if (c->type == COLUMN_TEXT) return rows_of_text(c, first, rows);
  return c->type == COLUMN_SET ? rows_of_ticks(c, rows) : rows;
}

/* What the caller says of the chunk is kept, all else is found here; the checksum comes last,
 * over the head as it will be stored. */
bilan_status chunk_encode(bilan *b, struct buffer *out, struct chunk *k,
                          const struct column *c) {
  bilan_status status = BILAN_OK;
  struct checksum sum;
  *k = (struct chunk){.place = k->place, .part = k->part, .first = k->first};
  k->rows = rows_of_chunk(c, k->first);
  out->n = 0;
  if (c->type != COLUMN_CODES) status = add_missing(b, out, k, c);
  if (status) return status;
  switch (c->type) {
  case COLUMN_CODES: status = encode_codes(b, out, k, c); break;
  case COLUMN_NUMBERS: status = encode_numbers(b, out, k, c); break;
  case COLUMN_TEXT: status = encode_text(b, out, k, c); break;
  case COLUMN_SET: status = encode_ticks(b, out, k, c); break;
  }
  if (status) return status;
  k->bytes = out->n;
  checksum_start(&sum, k);
  checksum_add(&sum, out->s, out->n);
  k->checksum = checksum_finish(&sum);
  return BILAN_OK;
}

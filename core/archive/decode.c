/* decode.c - chunks back into columns; see chunk.h for the encodings.
 *
 * Nothing here allocates or fails for another reason than damage: sizes were checked by
 * chunk_fits, and what a size cannot tell (an offset that falls, a tick that is none) is told by
 * false. Codes are checked against the levels by the caller, over the whole column at once.
 *
 * Loops have one shape: every row is decoded, what is wrong is collected, and one test at the end
 * tells. A file that is damaged costs as much as one that is not, and the usual case has no
 * branch in its loop.
 *
 * Numbers that are decimals are whole numbers here, which sums of weights need again
 * (data/whole.h): where they are wanted they are kept on the way, and no division has to find them
 * out later.
 *
 * Whole numbers are put together from single bytes (chunk.h), so the order of bytes of the
 * machine and the alignment of `from` do not matter; compilers make one load of it.
 *
 * Cost: one pass, over bytes that reading has just put into the cache.
 */
#include <math.h>
#include <string.h>

#include "archive/chunk.h"

/* ---- sizes -------------------------------------------------------------------------------- */

/* Bytes a row takes in an encoding of a fixed width; 0 for the others. */
static size_t row_bytes(enum chunk_encoding encoding) {
  switch (encoding) {
  case CHUNK_CODES8: case CHUNK_INT8: return 1;
  case CHUNK_CODES16: case CHUNK_INT16: return 2;
  case CHUNK_CODES32: case CHUNK_INT32: return 4;
  case CHUNK_FLOAT64: return 8;
  default: return 0;
  }
}

/* May a column of this type be packed so? */
static bool suits(enum chunk_encoding encoding, enum column_type type) {
  switch (type) {
  case COLUMN_CODES: return encoding <= CHUNK_CODES32;
  case COLUMN_NUMBERS: return encoding == CHUNK_CONSTANT ||
                              (encoding >= CHUNK_INT8 && encoding <= CHUNK_FLOAT64);
  case COLUMN_TEXT: return encoding == CHUNK_TEXT;
  case COLUMN_SET: return encoding == CHUNK_TICKS;
  }
  return false;
}

/* `rows` is at most CHUNK_ROWS and `options` below 2^31, so no product overflows. Of texts only the
 * offsets can be measured here; where they end is decode_offsets' to compare. */
bool chunk_fits(const struct chunk *k, enum column_type type, size_t options) {
  size_t n = k->bytes, missing = k->missing ? k->rows : 0;
  if (!suits(k->encoding, type) || (k->missing && type == COLUMN_CODES)) return false;
  if (n < missing || n > CHUNK_MOST_BYTES) return false;
  n -= missing;
  if (k->encoding == CHUNK_CONSTANT) return n == (type == COLUMN_CODES ? 4 : 8);
  if (k->encoding == CHUNK_TEXT) return n >= (k->rows + 1) * 4;
  if (k->encoding == CHUNK_TICKS) return n == options * ((k->rows + 3) / 4);
  return n == k->rows * row_bytes(k->encoding);
}

/* ---- codes -------------------------------------------------------------------------------- */

/* One code of a chunk, whatever its width. */
static uint32_t code_at(const struct chunk *k, const unsigned char *from, size_t i) {
  switch (k->encoding) {
  case CHUNK_CODES8: return from[i];
  case CHUNK_CODES16: return from[2 * i] | (uint32_t)from[2 * i + 1] << 8;
  case CHUNK_CODES32: return load32(from + 4 * i);
  default: return load32(from);
  }
}

/* false for a code that `width` cannot hold: it is beyond the levels, too. */
bool decode_codes(void *to, unsigned width, const struct chunk *k, const unsigned char *from) {
  uint32_t most = width == 1 ? UINT8_MAX : width == 2 ? UINT16_MAX : UINT32_MAX, highest = 0;
  if (width == 1 && k->encoding == CHUNK_CODES8) {
    if (to != from) memcpy(to, from, k->rows);
    return true;
  }
  for (size_t i = 0; i < k->rows; i++) {
    uint32_t code = code_at(k, from, i);
    if (code > highest) highest = code;
    if (width == 1) ((uint8_t *)to)[i] = (uint8_t)code;
    else if (width == 2) ((uint16_t *)to)[i] = (uint16_t)code;
    else ((uint32_t *)to)[i] = code;
  }
  return highest <= most;
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* Bits of the exponent: all set in what is not finite. */
static const uint64_t EXPONENT = 0x7FF0000000000000u;

/* Infinities and NaN are no answers: absence stands beside the numbers. */
static bool decode_doubles(double *to, const unsigned char *from, size_t rows) {
  bool finite = true;
  for (size_t i = 0; i < rows; i++) {
    uint64_t bits = load64(from + 8 * i);
    finite = finite && (bits & EXPONENT) != EXPONENT;
    memcpy(&to[i], &bits, sizeof bits);
  }
  return finite;
}

/* The same number in all rows. */
static bool decode_constant(double *to, const unsigned char *from, size_t rows) {
  if (!decode_doubles(to, from, 1)) return false;
  for (size_t i = 1; i < rows; i++) to[i] = to[0];
  return true;
}

/* Packed numbers are taken apart so many at a time: loops of a fixed length, over numbers of one
 * width, are what compilers widen. */
enum { PIECE = 256 };

/* `count` packed numbers as they are; behind them the last of them again. */
static void unpack(uint32_t u[PIECE], const struct chunk *k, const unsigned char *from,
                   size_t count) {
  if (k->encoding == CHUNK_INT8)
    for (size_t i = 0; i < count; i++) u[i] = from[i];
  else if (k->encoding == CHUNK_INT16)
    for (size_t i = 0; i < count; i++) u[i] = from[2 * i] | (uint32_t)from[2 * i + 1] << 8;
  else
    for (size_t i = 0; i < count; i++) u[i] = load32(from + 4 * i);
  for (size_t i = count; i < PIECE; i++) u[i] = u[count - 1];
}

/* Base and u are whole and below 2^53 together, so the sum is exact, and one division rounds it to
 * the double nearest to the decimal, which is the one that was stored. It is signed numbers that
 * processors turn into doubles: 2^31 goes from u to the base. */
static void divide(double *to, const uint32_t u[PIECE], double base, double power, size_t count) {
  double number[PIECE];
  for (size_t i = 0; i < PIECE; i++) {
    double above = (double)(int32_t)(u[i] ^ 0x80000000u);
    number[i] = (above + (base + 2147483648.0)) / power;
  }
  memcpy(to, number, count * sizeof *to);
}

/* Units of a piece. A base or a unit from 2^31 on shows in the highest bit of one of the sums. */
static void count_units(struct chunk_units *units, uint32_t *to, const uint32_t u[PIECE],
                        uint32_t base, size_t count) {
  int32_t unit[PIECE], highest = units->highest, lowest = units->lowest;
  uint32_t bits = base;
  for (size_t i = 0; i < PIECE; i++) bits |= u[i] | (base + u[i]);
  for (size_t i = 0; i < PIECE; i++) {
    unit[i] = (int32_t)(base + u[i]);
    highest = unit[i] > highest ? unit[i] : highest;
    lowest = unit[i] < lowest ? unit[i] : lowest;
  }
  memcpy(to, unit, count * sizeof *to);
  for (size_t i = 0; !units->finest && i < count; i++) units->finest = to[i] % 10 != 0;
  units->beyond = units->beyond || bits >> 31;
  units->highest = highest;
  units->lowest = lowest;
}

/* A base beyond 2^53 comes from no encoder. */
bool decode_numbers(double *to, struct chunk_units *units, const struct chunk *k,
                    const unsigned char *from) {
  uint32_t u[PIECE];
  if (k->encoding == CHUNK_FLOAT64) return decode_doubles(to, from, k->rows);
  if (k->encoding == CHUNK_CONSTANT) return decode_constant(to, from, k->rows);
  if (k->scale < 0 || k->scale > CHUNK_SCALE_MOST) return false;
  if (k->base < -((int64_t)1 << 53) || k->base > (int64_t)1 << 53) return false;
  uint32_t base = k->base < 0 || k->base > INT32_MAX ? UINT32_MAX : (uint32_t)k->base;
  for (size_t row = 0; row < k->rows; row += PIECE) {
    size_t count = k->rows - row < PIECE ? k->rows - row : PIECE;
    unpack(u, k, from + row * row_bytes(k->encoding), count);
    divide(to + row, u, (double)k->base, chunk_power[k->scale], count);
    if (units) count_units(units, units->to + k->first + row, u, base, count);
  }
  return true;
}

/* ---- sets, texts, kinds of missing -------------------------------------------------------- */

/* A pair of bits that are both set is no tick: 3 & 3 >> 1 leaves the lower bit of its pair, which
 * no other pair does. Bits behind the last row are looked at too; they must be no tick either. */
bool decode_ticks(uint8_t *to, size_t rows, const unsigned char *from) {
  unsigned wrong = 0;
  size_t whole = rows / 4;
  for (size_t i = 0; i < whole; i++, to += 4) {
    unsigned packed = from[i];
    wrong |= packed & packed >> 1;
    to[0] = packed & 3;
    to[1] = packed >> 2 & 3;
    to[2] = packed >> 4 & 3;
    to[3] = (uint8_t)(packed >> 6);
  }
  for (size_t j = 0; j < rows % 4; j++) to[j] = from[whole] >> 2 * j & 3;
  if (rows % 4) wrong |= from[whole] & (unsigned)from[whole] >> 1;
  return !(wrong & 0x55);
}

/* The last offset must be the end of the texts. All are compared before any is believed, with
 * one result at the end: the loop has no branch to guess. */
bool decode_offsets(uint64_t *offsets, const struct chunk *k, const unsigned char *from,
                    size_t text_bytes) {
  uint32_t before = load32(from);
  bool rising = before == 0;
  for (size_t i = 1; i <= k->rows; i++) {
    uint32_t at = load32(from + 4 * i);
    rising = rising && at >= before;
    before = at;
    offsets[i] = offsets[0] + at;
  }
  return rising && before == text_bytes;
}

/* Plain ASCII is seen eight bytes at once. */
static bool is_ascii(const unsigned char *s, size_t n) {
  uint64_t high = 0;
  for (; n >= 8; s += 8, n -= 8) high |= load64(s);
  for (; n; n--) high |= *s++;
  return !(high & 0x8080808080808080u);
}

/* All of them are when the whole is and none begins inside a character, which a byte 10xxxxxx
 * goes on with: one look over the bytes instead of one for each text. */
bool chunk_is_utf8(const uint64_t *offsets, size_t rows, const char *arena) {
  struct text all = {arena + offsets[0], (size_t)(offsets[rows] - offsets[0])};
  size_t bad;
  if (!all.n || is_ascii((const unsigned char *)all.s, all.n)) return true;
  if (!text_is_utf8(all, &bad)) return false;
  for (size_t i = 0; i < rows; i++)
    if (offsets[i] < offsets[rows] && (arena[offsets[i]] & 0xC0) == 0x80) return false;
  return true;
}

/* Kinds are indices of arrays elsewhere, so each is looked at. */
bool decode_missing(const uint8_t *missing, size_t rows) {
  bool known = true;
  for (size_t i = 0; i < rows; i++) known = known && missing[i] < BILAN_MISSING_KINDS;
  return known;
}

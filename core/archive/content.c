/* content.c - the hash of a table's content: which answers a figure was computed from.
 *
 * An item's hash is the SHA-256 of
 *
 *   "bilan item 1" and a NUL; kind and type in words, a NUL behind each; rows
 *   levels (codes, options): how many without the blank; each in order of its code as
 *     label, 1 byte for its kind of missing, 1 byte 0 or 1, and with 1 its number (-0 as 0)
 *   answers
 *     codes    by row, in 1, 2 or 4 bytes: as many as the number of levels needs
 *     numbers  by row, doubles, 0 where missing; then the missing
 *     text     by row, the length; then the texts one after the other; then the missing
 *     set      option by option, two bits a row as in a chunk of ticks; then the missing
 *     missing  1 byte: 0 when no row is, else 1 and a byte a row
 *
 * and a table's that of "bilan table 1" and a NUL, rows, how many items, and each item's name
 * and hash (32 bytes). Counts, lengths and doubles are 8 bytes, little-endian; names and labels
 * have their length in front. So the hash does not depend on chunks, on the width of codes in
 * memory, or on the machine; it does on the order of items and of levels, and on levels that
 * nobody chose, which tables of figures show.
 *
 * Cost: one pass, at the speed of SHA-256 (base/sha256.h). No memory is asked for.
 */
#include <math.h>
#include <string.h>

#include "archive/archive.h"
#include "archive/chunk.h"

enum { PIECE = 4096 }; /* bytes turned at once; a multiple of 8 */

/* ---- small things -------------------------------------------------------------------------- */

/* A count, a length or the bits of a double, in the same order of bytes on every machine. */
static void hash_count(struct sha256 *h, uint64_t n) {
  unsigned char bytes[8];
  store64(bytes, n);
  sha256_add(h, bytes, sizeof bytes);
}

/* A word of ours; the NUL behind it keeps it apart from what follows. */
static void hash_word(struct sha256 *h, const char *word) { sha256_add(h, word, strlen(word) + 1); }

/* A text of any bytes, with its length in front for the same reason. */
static void hash_text(struct sha256 *h, struct text t) {
  hash_count(h, t.n);
  if (t.n) sha256_add(h, t.s, t.n);
}

/* All levels but the blank, those that nobody chose included: a table of figures shows them with
 * their zeros. */
static void hash_levels(struct sha256 *h, const struct dict *d) {
  hash_count(h, dict_count(d) - 1);
  for (uint32_t code = 1; code < dict_count(d); code++) {
    const struct level *level = dict_level(d, code);
    unsigned char marks[2] = {(unsigned char)level->missing, 1};
    double value = level->value + 0.0; /* -0 + 0 = 0: SQLite keeps no -0 in a column of its own */
    uint64_t bits;
    if (isnan(value)) marks[1] = 0;
    hash_text(h, level->label);
    sha256_add(h, marks, sizeof marks);
    memcpy(&bits, &value, sizeof bits);
    if (marks[1]) hash_count(h, bits);
  }
}

/* NULL and all zeros are the same content: which of the two a column has depends on how it was
 * built. */
static void hash_missing(struct sha256 *h, const struct column *c) {
  unsigned char any = 0;
  for (size_t row = 0; c->missing && !any && row < c->rows; row++) any = c->missing[row] != 0;
  sha256_add(h, &any, 1);
  if (any) sha256_add(h, c->missing, c->rows);
}

/* ---- answers ------------------------------------------------------------------------------- */

/* Straight from memory in the usual case, else turned piece by piece into the width that the
 * number of levels asks for. */
static void hash_codes(struct sha256 *h, const struct column *c) {
  unsigned char piece[PIECE];
  unsigned width = column_width_for(dict_count(c->dict));
  if (width == 1 && c->width == 1) {
    sha256_add(h, c->codes, c->rows);
    return;
  }
  for (size_t row = 0; row < c->rows;) {
    size_t n = 0;
    for (; n < PIECE && row < c->rows; n += width, row++) {
      uint32_t code = column_code(c, row);
      if (width == 1) piece[n] = (unsigned char)code;
      else if (width == 2) store16(piece + n, (uint16_t)code);
      else store32(piece + n, code);
    }
    sha256_add(h, piece, n);
  }
}

/* Eight bytes a row: the number, or the length of the text. */
static uint64_t word_of(const struct column *c, size_t row) {
  uint64_t bits = 0;
  if (c->type == COLUMN_TEXT) return c->offsets[row + 1] - c->offsets[row];
  if (!c->missing || !c->missing[row]) memcpy(&bits, &c->numbers[row], sizeof bits);
  return bits;
}

/* The numbers of a column, or the lengths of its texts, piece by piece. */
static void hash_words(struct sha256 *h, const struct column *c) {
  unsigned char piece[PIECE];
  for (size_t row = 0; row < c->rows;) {
    size_t n = 0;
    for (; n < PIECE && row < c->rows; n += 8) store64(piece + n, word_of(c, row++));
    sha256_add(h, piece, n);
  }
}

/* Lengths first, so that texts of one column cannot pass for others cut elsewhere. */
static void hash_texts(struct sha256 *h, const struct column *c) {
  size_t bytes = (size_t)(c->offsets[c->rows] - c->offsets[0]);
  hash_words(h, c);
  if (bytes) sha256_add(h, c->arena + c->offsets[0], bytes);
}

/* The ticks of one option, packed as in a chunk but over all rows: four of them are a byte in
 * every chunk, so cutting makes no difference. */
static void hash_option(struct sha256 *h, const struct column *option) {
  unsigned char piece[PIECE];
  for (size_t row = 0; row < option->rows;) {
    size_t n = 0;
    for (; n < PIECE && row < option->rows; n++) {
      unsigned packed = 0;
      for (unsigned j = 0; j < 4 && row < option->rows; j++)
        packed |= column_code(option, row++) << 2 * j;
      piece[n] = (unsigned char)packed;
    }
    sha256_add(h, piece, n);
  }
}

/* The hash of one item is left open for the caller to finish. See the head for the bytes. */
static void hash_item(struct sha256 *h, const struct column *c, bilan_kind kind) {
  sha256_start(h);
  hash_word(h, "bilan item 1");
  hash_word(h, chunk_kind_names[kind]);
  hash_word(h, chunk_type_names[c->type]);
  hash_count(h, c->rows);
  if (c->dict) hash_levels(h, c->dict);
  switch (c->type) {
  case COLUMN_CODES: hash_codes(h, c); return;
  case COLUMN_NUMBERS: hash_words(h, c); break;
  case COLUMN_TEXT: hash_texts(h, c); break;
  case COLUMN_SET:
    for (size_t i = 0; i < c->option_count; i++) hash_option(h, c->options[i]);
    break;
  }
  hash_missing(h, c);
}

/* ---- the table ------------------------------------------------------------------------------ */

/* Item by item: the table's own hash is over theirs, so both come from one pass over the
 * answers. */
void archive_sha256(char out[SHA256_HEX], char (*items)[SHA256_HEX], const struct table *t) {
  struct sha256 whole, one;
  unsigned char digest[SHA256_BYTES];
  sha256_start(&whole);
  hash_word(&whole, "bilan table 1");
  hash_count(&whole, table_rows(t));
  hash_count(&whole, table_count(t));
  for (size_t i = 0; i < table_count(t); i++) {
    hash_item(&one, table_column(t, i), table_kind(t, i));
    sha256_finish(&one, digest);
    if (items) sha256_print(items[i], digest);
    hash_text(&whole, table_name(t, i));
    sha256_add(&whole, digest, sizeof digest);
  }
  sha256_finish(&whole, digest);
  sha256_print(out, digest);
}

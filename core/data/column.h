/* column.h - one column of a survey table: typed, compact, immutable, shared.
 *
 * Four shapes:
 *   CODES    dictionary codes of 1, 2 or 4 bytes: items with levels, and numbers with few
 *            distinct values (each level then carries its number)
 *   NUMBERS  doubles; why a value is absent stands beside it in `missing`
 *   TEXT     one arena of bytes and rows + 1 offsets
 *   SET      an item with several answers: one CODES column per option (ticked or not), all
 *            with the same rows, and per row why there is no answer at all
 *
 * A column is built through the *_builder below or by column_codes/_numbers/_text taking over
 * blocks of the handle's allocator, and never changes afterwards. It is shared by reference
 * count among tables and views. Absence is never NaN: read `column_missing` first.
 */
#ifndef DATA_COLUMN_H
#define DATA_COLUMN_H

#include "data/dict.h"

enum column_type { COLUMN_CODES, COLUMN_NUMBERS, COLUMN_TEXT, COLUMN_SET };

struct column {
  size_t owners;
  struct mem *mem;
  enum column_type type;
  size_t rows;
  struct dict *dict;         /* CODES: levels; SET: the options, codes 1..option_count */
  unsigned width;            /* CODES: bytes per code: 1, 2 or 4 */
  void *codes;               /* CODES */
  uint32_t highest;          /* CODES: the highest code there is */
  uint32_t lowest;           /* CODES: no code is below; 0 where nobody looked */
  double *numbers;           /* NUMBERS; 0 where missing */
  uint64_t *offsets;         /* TEXT: rows + 1 */
  char *arena;               /* TEXT */
  uint8_t *missing;          /* NUMBERS, TEXT, SET: a bilan_missing per row; NULL = all present */
  struct column **options;   /* SET: one CODES column an option, in the order of the dict */
  size_t option_count;
  struct whole *whole;       /* what whole.h found out, one block; NULL: not asked */
  double whole_most;         /* NUMBERS: what whole_most found out; 0: not asked */
};

/* Codes of the option columns of a SET. */
enum { SET_BLANK = 0, SET_NOT_TICKED = 1, SET_TICKED = 2 };

struct column *column_hold(struct column *c); /* one more owner; returns c */
void column_free(struct column *c);           /* one owner less; NULL is fine */

/* These take over their blocks (and one hold of dict) in every case, failure included. */
bilan_status column_codes(bilan *b, struct column **out, size_t rows, unsigned width,
                          void *codes, struct dict *dict);
bilan_status column_numbers(bilan *b, struct column **out, size_t rows, double *numbers,
                            uint8_t *missing);
bilan_status column_text(bilan *b, struct column **out, size_t rows, uint64_t *offsets,
                         char *arena, uint8_t *missing);
/* `options` (count columns of type CODES with the three SET codes) and `dict` (count + 1
 * codes) are taken over as well. */
bilan_status column_set(bilan *b, struct column **out, size_t rows, struct column **options,
                        size_t count, struct dict *dict, uint8_t *missing);

unsigned column_width_for(size_t codes); /* 1, 2 or 4 bytes for so many codes */
uint32_t column_code(const struct column *c, size_t row);           /* CODES */
bilan_missing column_missing(const struct column *c, size_t row);   /* any type */
double column_number(const struct column *c, size_t row); /* CODES with values, NUMBERS */
struct text column_label(const struct column *c, size_t row);       /* CODES, TEXT */
bool column_is_numeric(const struct column *c); /* NUMBERS, or CODES whose answers all carry
                                                   a number */

/* Are the answers of an item of this kind shown as numbers? Yes for NUMBERS and for items that
 * are numbers; for other levels with numbers only when the labels say nothing else (a score
 * behind "very interesting" does not replace the words). */
bool column_shows_numbers(const struct column *c, bilan_kind kind);

/* A CODES column with the same answers: NUMBERS by distinct values in rising order (labels as
 * number_print writes them), TEXT by first appearance; CODES is handed back with one more
 * hold. The kinds of missing become codes after the answers. BILAN_LIMIT above `most`
 * distinct answers (0 = no limit); BILAN_USAGE for a SET. */
bilan_status column_to_codes(bilan *b, struct column **out, struct column *c, size_t most);

/* The rows named by `rows` (count of them), in that order, as a new column. */
bilan_status column_take(bilan *b, struct column **out, const struct column *c,
                         const size_t *rows, size_t count);

/* ---- builder: appends row by row, chooses the shape at the end ------------------------- */

/* Collects codes over a dictionary that grows; widens from 1 to 2 to 4 bytes by itself. */
struct codes_builder {
  bilan *b;
  struct dict *dict;
  void *codes;
  unsigned width;
  size_t rows, room;
};

bilan_status codes_builder_open(bilan *b, struct codes_builder *k, struct dict *dict_or_null);
bilan_status codes_builder_add(struct codes_builder *k, uint32_t code);
bilan_status codes_builder_add_label(struct codes_builder *k, struct text label);
bilan_status codes_builder_finish(struct codes_builder *k, struct column **out); /* closes */
void codes_builder_close(struct codes_builder *k); /* idempotent; drops what was collected */

/* Collects texts into one arena, with the place where each ends. */
struct text_builder {
  bilan *b;
  struct buffer arena;
  uint64_t *offsets;
  uint8_t *missing; /* NULL until the first absent value */
  size_t rows, room;
};

void text_builder_open(bilan *b, struct text_builder *k);
bilan_status text_builder_add(struct text_builder *k, struct text t, bilan_missing missing);
bilan_status text_builder_finish(struct text_builder *k, struct column **out);
void text_builder_close(struct text_builder *k);

/* Collects doubles, and why there is none. */
struct numbers_builder {
  bilan *b;
  double *numbers;
  uint8_t *missing; /* NULL until the first absent value */
  size_t rows, room;
};

void numbers_builder_open(bilan *b, struct numbers_builder *k);
bilan_status numbers_builder_add(struct numbers_builder *k, double value, bilan_missing missing);
bilan_status numbers_builder_finish(struct numbers_builder *k, struct column **out);
void numbers_builder_close(struct numbers_builder *k);

#endif

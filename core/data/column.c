/* column.c - see column.h: the four shapes of a column, reading a row, releasing.
 *
 * A column is one struct whatever its shape; the fields that do not belong to the shape are
 * NULL, so that freeing is the same for all. The reading functions branch on the shape and do
 * no checks: row < rows and the shape are the caller's promise, since they run once per cell.
 * What runs over whole columns (core/kernel) takes the blocks out of the struct and does not
 * call them.
 *
 * The makers take their blocks over even when they fail, so that a builder can hand them on as
 * its last step without looking back.
 *
 * The shapes, for five rows:
 *
 *   CODES    codes    1 2 0 1 3         one byte each; dict: 0 blank, 1 "oui", 2 "non", 3 "NSP"
 *                                       (a "don't know": missing is a property of the level)
 *   NUMBERS  numbers  12 15 0 9.5 0     missing  0 0 1 0 4   (no answer, refused)
 *   TEXT     offsets  0 4 4 12 12 16    arena    LyonParis 5eMetz      one after the other
 *   SET      options  two columns of CODES over { blank, not ticked, ticked }, one an option;
 *            missing  says which rows ticked nothing because they answered nothing
 */
#include "data/column.h"

#include "base/number.h"

#include <math.h>
#include <string.h>

/* ---- making ---------------------------------------------------------------------------- */

/* All zero but what every shape has; one owner. NULL when memory runs out. */
static struct column *new_column(bilan *b, enum column_type type, size_t rows) {
  struct column *c = mem_zero(&b->mem, 1, sizeof *c);
  if (!c) return NULL;
  c->owners = 1;
  c->mem = &b->mem;
  c->type = type;
  c->rows = rows;
  return c;
}

/* Lowest and highest code. */
struct extremes {
  uint32_t lowest, highest;
};

/* Codes of one byte, which most columns have: 64 extremes side by side, so that the compiler takes
 * as many bytes at once as the processor can. */
static struct extremes extreme_bytes(const uint8_t *codes, size_t rows) {
  enum { LANES = 64 };
  uint8_t top[LANES] = {0}, bottom[LANES];
  struct extremes e = {UINT8_MAX, 0};
  size_t whole = rows - rows % LANES;
  memset(bottom, UINT8_MAX, sizeof bottom);
  for (size_t row = 0; row < whole; row += LANES)
    for (size_t i = 0; i < LANES; i++) {
      uint8_t code = codes[row + i];
      top[i] = code > top[i] ? code : top[i];
      bottom[i] = code < bottom[i] ? code : bottom[i];
    }
  for (size_t i = 0; i < LANES + rows - whole; i++) {
    uint8_t high = i < LANES ? top[i] : codes[whole + i - LANES];
    uint8_t low = i < LANES ? bottom[i] : high;
    e.highest = high > e.highest ? high : e.highest;
    e.lowest = low < e.lowest ? low : e.lowest;
  }
  return e;
}

/* One more code. */
static inline void widen(struct extremes *e, uint32_t code) {
  e->highest = code > e->highest ? code : e->highest;
  e->lowest = code < e->lowest ? code : e->lowest;
}

/* Loops rather than a test in one: each runs over an array of one width. Of no rows both are 0. */
static struct extremes extreme_codes(const void *codes, unsigned width, size_t rows) {
  const uint16_t *c2 = codes;
  const uint32_t *c4 = codes;
  struct extremes e = {UINT32_MAX, 0};
  if (!rows) return (struct extremes){0, 0};
  if (width == 1) return extreme_bytes(codes, rows);
  if (width == 2)
    for (size_t row = 0; row < rows; row++) widen(&e, c2[row]);
  else
    for (size_t row = 0; row < rows; row++) widen(&e, c4[row]);
  return e;
}

/* `codes` holds rows * width bytes. The extremes are found once, so that those who make a code a
 * place in memory need not look at the rows. */
bilan_status column_codes(bilan *b, struct column **out, size_t rows, unsigned width,
                          void *codes, struct dict *dict) {
  struct column *c = new_column(b, COLUMN_CODES, rows);
  if (!c) {
    mem_free(&b->mem, codes);
    dict_free(dict);
    return fail_nomem(b);
  }
  c->width = width;
  c->codes = codes;
  struct extremes e = extreme_codes(codes, width, rows);
  c->highest = e.highest;
  c->lowest = e.lowest;
  c->dict = dict;
  *out = c;
  return BILAN_OK;
}

/* `numbers` is 0 where `missing` says why there is none; a NULL `missing` means no row lacks
 * one. */
bilan_status column_numbers(bilan *b, struct column **out, size_t rows, double *numbers,
                            uint8_t *missing) {
  struct column *c = new_column(b, COLUMN_NUMBERS, rows);
  if (!c) {
    mem_free(&b->mem, numbers);
    mem_free(&b->mem, missing);
    return fail_nomem(b);
  }
  c->numbers = numbers;
  c->missing = missing;
  *out = c;
  return BILAN_OK;
}

/* The text of row r is arena[offsets[r]] to arena[offsets[r + 1]]; offsets never fall. `arena`
 * is NULL when all texts are empty. */
bilan_status column_text(bilan *b, struct column **out, size_t rows, uint64_t *offsets,
                         char *arena, uint8_t *missing) {
  struct column *c = new_column(b, COLUMN_TEXT, rows);
  if (!c) {
    mem_free(&b->mem, offsets);
    mem_free(&b->mem, arena);
    mem_free(&b->mem, missing);
    return fail_nomem(b);
  }
  c->offsets = offsets;
  c->arena = arena;
  c->missing = missing;
  *out = c;
  return BILAN_OK;
}

/* Also for a list that was filled only in part: the rest is NULL. */
static void free_options(struct mem *mem, struct column **options, size_t count) {
  for (size_t i = 0; options && i < count; i++) column_free(options[i]);
  mem_free(mem, options);
}

/* `dict` names the options: its code i + 1 is options[i]. `missing` tells the rows that
 * answered nothing at all from those that ticked no box. */
bilan_status column_set(bilan *b, struct column **out, size_t rows, struct column **options,
                        size_t count, struct dict *dict, uint8_t *missing) {
  struct column *c = new_column(b, COLUMN_SET, rows);
  if (!c) {
    free_options(&b->mem, options, count);
    dict_free(dict);
    mem_free(&b->mem, missing);
    return fail_nomem(b);
  }
  c->options = options;
  c->option_count = count;
  c->dict = dict;
  c->missing = missing;
  *out = c;
  return BILAN_OK;
}

struct column *column_hold(struct column *c) {
  if (c) c->owners++;
  return c;
}

/* Fields of other shapes are NULL, which every free accepts. */
void column_free(struct column *c) {
  if (!c || --c->owners) return;
  dict_free(c->dict);
  free_options(c->mem, c->options, c->option_count);
  mem_free(c->mem, c->codes);
  mem_free(c->mem, c->numbers);
  mem_free(c->mem, c->offsets);
  mem_free(c->mem, c->arena);
  mem_free(c->mem, c->missing);
  mem_free(c->mem, c->whole);
  mem_free(c->mem, c);
}

/* ---- reading --------------------------------------------------------------------------- */

/* The narrowest width keeps a column of labels at one byte per row, which is what makes
 * tabulating it a matter of memory bandwidth. */
unsigned column_width_for(size_t codes) {
  return codes <= 1u << 8 ? 1 : codes <= 1u << 16 ? 2 : 4;
}

/* The blocks are aligned for any type (base/mem), so the casts are to what was stored. */
uint32_t column_code(const struct column *c, size_t row) {
  if (c->width == 1) return ((const uint8_t *)c->codes)[row];
  if (c->width == 2) return ((const uint16_t *)c->codes)[row];
  return ((const uint32_t *)c->codes)[row];
}

/* For codes the kind stands with the level; the other shapes keep one byte per row. */
bilan_missing column_missing(const struct column *c, size_t row) {
  if (c->type == COLUMN_CODES) return dict_level(c->dict, column_code(c, row))->missing;
  return c->missing ? (bilan_missing)c->missing[row] : BILAN_PRESENT;
}

/* NaN for a code whose level carries no number. */
double column_number(const struct column *c, size_t row) {
  if (c->type == COLUMN_CODES) return dict_level(c->dict, column_code(c, row))->value;
  return c->numbers[row];
}

/* Lent: lives as long as the column, and for codes as long as its dictionary. */
struct text column_label(const struct column *c, size_t row) {
  if (c->type == COLUMN_CODES) return dict_level(c->dict, column_code(c, row))->label;
  uint64_t from = c->offsets[row];
  if (!c->arena) return TEXT(""); /* even adding 0 to NULL is undefined */
  return (struct text){c->arena + from, (size_t)(c->offsets[row + 1] - from)};
}

/* One pass over the levels, not the rows. Levels that are kinds of missing need no number; a
 * dictionary without any answer is not numeric. */
bool column_is_numeric(const struct column *c) {
  if (c->type != COLUMN_CODES) return c->type == COLUMN_NUMBERS;
  size_t answers = 0;
  for (uint32_t code = 1; code < dict_count(c->dict); code++) {
    const struct level *level = dict_level(c->dict, code);
    if (level->missing) continue;
    if (isnan(level->value)) return false;
    answers++;
  }
  return answers > 0;
}

/* Is every answer's label the text of its number, as in a plain column of numbers? */
static bool labels_are_numbers(const struct column *c) {
  for (uint32_t code = 1; code < dict_count(c->dict); code++) {
    const struct level *level = dict_level(c->dict, code);
    double value;
    if (level->missing) continue;
    if (!number_parse(&value, level->label) || value != level->value) return false;
  }
  return true;
}

bool column_shows_numbers(const struct column *c, bilan_kind kind) {
  if (!column_is_numeric(c)) return false;
  return c->type == COLUMN_NUMBERS || kind == BILAN_NUMBER || labels_are_numbers(c);
}

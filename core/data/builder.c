/* builder.c - columns collected row by row; see column.h.
 *
 * A builder appends to blocks whose room doubles, so that adding n rows copies at most 2 n
 * values over all; when it finishes, the blocks shrink to what is used and go over to the
 * column without a copy. A codes builder starts with one byte per row and widens to two and
 * four when a code no longer fits, in place, from the last row to the first so that nothing is
 * overwritten before it was read.
 *
 * The kinds of missing are a second block beside the values, made when the first absence comes:
 * most columns never need it.
 *
 * A failed add leaves the builder as it was before, still to be closed; a failed finish has
 * closed it. Closing twice is harmless.
 *
 * An example of widening: the 257th code (256) arrives after rows 7 3 ... 255 in bytes. The
 * block doubles to two bytes a row; row n - 1 is written first, to bytes 2 n - 2 and 2 n - 1,
 * which no row that is still unread occupies, and row 0 last.
 */
#include <string.h>

#include "data/column.h"

enum { FIRST_ROWS = 64 };

/* Room for one more element of `size` bytes in *block; *room doubles, from FIRST_ROWS. On
 * failure block and room are unchanged. */
static bilan_status make_room(bilan *b, void **block, size_t *room, size_t used, size_t size) {
  if (used < *room) return BILAN_OK;
  size_t more = *room ? *room * 2 : FIRST_ROWS;
  void *grown = mem_resize_array(&b->mem, *block, more, size);
  if (!grown) return fail_nomem(b);
  *block = grown;
  *room = more;
  return BILAN_OK;
}

/* ---- codes ----------------------------------------------------------------------------- */

/* A dictionary that is given is held and must not grow while it is shared: only codes are added
 * then, no labels. On failure there is nothing to close. */
bilan_status codes_builder_open(bilan *b, struct codes_builder *k, struct dict *dict_or_null) {
  memset(k, 0, sizeof *k);
  k->b = b;
  k->width = 1;
  if (!dict_or_null) return dict_new(b, &k->dict);
  k->dict = dict_hold(dict_or_null);
  return BILAN_OK;
}

/* Stores a code in as many bytes as the builder has per row at the moment. */
static void put_code(void *codes, unsigned width, size_t row, uint32_t code) {
  if (width == 1) ((uint8_t *)codes)[row] = (uint8_t)code;
  else if (width == 2) ((uint16_t *)codes)[row] = (uint16_t)code;
  else ((uint32_t *)codes)[row] = code;
}

/* Reads it back, by the one function that knows the widths. */
static uint32_t get_code(const void *codes, unsigned width, size_t row) {
  return column_code(&(struct column){.width = width, .codes = (void *)(uintptr_t)codes}, row);
}

/* Widens the codes collected so far, from the last row to the first, in place. */
static bilan_status widen(struct codes_builder *k, unsigned width) {
  void *codes = mem_resize_array(&k->b->mem, k->codes, k->room ? k->room : 1, width);
  if (!codes) return fail_nomem(k->b);
  for (size_t row = k->rows; row-- > 0;)
    put_code(codes, width, row, get_code(codes, k->width, row));
  k->codes = codes;
  k->width = width;
  return BILAN_OK;
}

/* The code is below dict_count of the dictionary that the column will have. */
bilan_status codes_builder_add(struct codes_builder *k, uint32_t code) {
  bilan_status status = BILAN_OK;
  unsigned needed = column_width_for((size_t)code + 1);
  if (needed > k->width) status = widen(k, needed);
  if (!status) status = make_room(k->b, &k->codes, &k->room, k->rows, k->width);
  if (status) return status;
  put_code(k->codes, k->width, k->rows++, code);
  return BILAN_OK;
}

/* The label's level is added when it is new. */
bilan_status codes_builder_add_label(struct codes_builder *k, struct text label) {
  uint32_t code = 0;
  bilan_status status = dict_add(k->b, k->dict, &code, label);
  return status ? status : codes_builder_add(k, code);
}

/* Shrinks the block; even an allocator may refuse that, since 0 rows become a block of size 0. */
bilan_status codes_builder_finish(struct codes_builder *k, struct column **out) {
  void *codes = mem_resize_array(&k->b->mem, k->codes, k->rows, k->width);
  if (!codes) {
    codes_builder_close(k);
    return fail_nomem(k->b);
  }
  struct dict *dict = k->dict;
  k->codes = NULL;
  k->dict = NULL;
  return column_codes(k->b, out, k->rows, k->width, codes, dict);
}

void codes_builder_close(struct codes_builder *k) {
  mem_free(&k->b->mem, k->codes);
  dict_free(k->dict);
  k->codes = NULL;
  k->dict = NULL;
}

/* ---- kinds of missing beside values ------------------------------------------------------ */

/* Notes why row `rows` is absent; the block is made at the first absence and zeroed, which is
 * BILAN_PRESENT for the rows before. `room` is the room of the values, which was made before. */
static bilan_status note_missing(bilan *b, uint8_t **missing, size_t rows, size_t room,
                                 bilan_missing kind) {
  if (!*missing && kind == BILAN_PRESENT) return BILAN_OK;
  if (!*missing || mem_size(*missing) < room) {
    size_t before = *missing ? mem_size(*missing) : 0;
    uint8_t *grown = mem_resize(&b->mem, *missing, room);
    if (!grown) return fail_nomem(b);
    memset(grown + before, 0, room - before);
    *missing = grown;
  }
  (*missing)[rows] = (uint8_t)kind;
  return BILAN_OK;
}

/* ---- numbers ------------------------------------------------------------------------------ */

void numbers_builder_open(bilan *b, struct numbers_builder *k) {
  memset(k, 0, sizeof *k);
  k->b = b;
}

/* A missing value is stored as 0, whatever the caller gave: no NaN enters a column. */
bilan_status numbers_builder_add(struct numbers_builder *k, double value,
                                 bilan_missing missing) {
  void *block = k->numbers;
  bilan_status status = make_room(k->b, &block, &k->room, k->rows, sizeof *k->numbers);
  k->numbers = block;
  if (!status) status = note_missing(k->b, &k->missing, k->rows, k->room, missing);
  if (status) return status;
  k->numbers[k->rows++] = missing ? 0 : value;
  return BILAN_OK;
}

bilan_status numbers_builder_finish(struct numbers_builder *k, struct column **out) {
  double *numbers = mem_resize_array(&k->b->mem, k->numbers, k->rows, sizeof *numbers);
  if (!numbers) {
    numbers_builder_close(k);
    return fail_nomem(k->b);
  }
  uint8_t *missing = k->missing;
  k->numbers = NULL;
  k->missing = NULL;
  return column_numbers(k->b, out, k->rows, numbers, missing);
}

void numbers_builder_close(struct numbers_builder *k) {
  mem_free(&k->b->mem, k->numbers);
  mem_free(&k->b->mem, k->missing);
  k->numbers = NULL;
  k->missing = NULL;
}

/* ---- text --------------------------------------------------------------------------------- */

void text_builder_open(bilan *b, struct text_builder *k) {
  memset(k, 0, sizeof *k);
  k->b = b;
  buffer_init(&k->arena, &b->mem);
}

/* An absent text takes no byte of the arena. Should the arena fail to grow, the row is not
 * counted. */
bilan_status text_builder_add(struct text_builder *k, struct text t, bilan_missing missing) {
  void *block = k->offsets;
  bilan_status status = make_room(k->b, &block, &k->room, k->rows + 1, sizeof *k->offsets);
  k->offsets = block;
  if (!status) status = note_missing(k->b, &k->missing, k->rows, k->room, missing);
  if (status) return status;
  k->offsets[0] = 0;
  if (!missing) buffer_text(&k->arena, t);
  if (k->arena.failed) return fail_nomem(k->b);
  k->offsets[++k->rows] = k->arena.n;
  return BILAN_OK;
}

/* One more offset than rows: the end of the last text. */
bilan_status text_builder_finish(struct text_builder *k, struct column **out) {
  uint64_t *offsets = mem_resize_array(&k->b->mem, k->offsets, k->rows + 1, sizeof *offsets);
  if (!offsets) {
    text_builder_close(k);
    return fail_nomem(k->b);
  }
  offsets[0] = 0;
  char *arena = k->arena.s;
  uint8_t *missing = k->missing;
  buffer_init(&k->arena, &k->b->mem);
  k->offsets = NULL;
  k->missing = NULL;
  return column_text(k->b, out, k->rows, offsets, arena, missing);
}

void text_builder_close(struct text_builder *k) {
  buffer_free(&k->arena);
  mem_free(&k->b->mem, k->offsets);
  mem_free(&k->b->mem, k->missing);
  k->offsets = NULL;
  k->missing = NULL;
}

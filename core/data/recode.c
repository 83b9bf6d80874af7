/* recode.c - levels, kinds of missing and universes; see recode.h.
 *
 * What a recode does to an answer depends on its level alone, so it is a table from old code to
 * new code, made by the caller with the words of the script, and one look-up per row here.
 * Values of numbers are compared one by one with the few that a codebook declares missing.
 *
 * A universe (the respondents a question was put to) changes blanks only: a blank outside it
 * was not asked. An answer from outside it stays, and is counted for a warning, because
 * deleting what somebody answered is not the engine's to decide.
 *
 * An example: { positif = { "oui", "plutôt" } } on the levels oui, plutôt, non, NSP is, by
 * codes,
 *   old   0  1  2  3  4        (0 is the blank and stays it)
 *   map   0  1  1  2  3        new levels: 1 positif, 2 non, 3 NSP
 */
#include "data/recode.h"

#include <math.h>
#include <string.h>

enum { PIECE = 1 << 16 /* rows that a thread takes at a time */ };

/* ---- levels -------------------------------------------------------------------------------- */

/* What one pass of a recode reads and writes; both columns have one byte a row. */
struct relevel {
  struct pool_shares pieces;
  const uint8_t *from;
  uint8_t *to;
  size_t rows;
  uint8_t map[256];
};

/* Takes pieces until there is none: one look-up a row. */
static void relevel_pieces(void *arg) {
  struct relevel *k = arg;
  size_t piece;
  while (pool_next(&k->pieces, &piece)) {
    size_t begin = piece * PIECE, end = k->rows - begin < PIECE ? k->rows : begin + PIECE;
    for (size_t row = begin; row < end; row++) k->to[row] = k->map[k->from[row]];
  }
}

/* By threads, where old and new codes have one byte. */
static bilan_status relevel_bytes(bilan *b, struct column **out, const struct column *c,
                                  const uint32_t *map, struct dict *to) {
  size_t workers = b->threads < 1 ? 1 : (size_t)b->threads;
  struct relevel k = {.from = c->codes, .to = mem_alloc(&b->mem, c->rows), .rows = c->rows};
  if (!k.to) {
    dict_free(to);
    return fail_nomem(b);
  }
  for (size_t i = 0; i < dict_count(c->dict) && i < 256; i++) k.map[i] = (uint8_t)map[i];
  k.pieces.count = c->rows / PIECE + (c->rows % PIECE != 0);
  pool_run(&b->pool, workers < k.pieces.count ? workers : k.pieces.count, relevel_pieces, &k);
  return column_codes(b, out, c->rows, 1, k.to, to);
}

/* O(rows). Where codes are wide, a builder widens the new ones if `to` has more levels than a
 * byte holds. */
bilan_status column_relevel(bilan *b, struct column **out, const struct column *c,
                            const uint32_t *map, struct dict *to) {
  struct codes_builder k;
  if (!b->ways.plain && c->width == 1 && dict_count(to) <= 256)
    return relevel_bytes(b, out, c, map, to);
  bilan_status status = codes_builder_open(b, &k, to);
  dict_free(to); /* the builder holds it now */
  for (size_t row = 0; !status && row < c->rows; row++)
    status = codes_builder_add(&k, map[column_code(c, row)]);
  if (!status) return codes_builder_finish(&k, out);
  codes_builder_close(&k);
  return status;
}

/* The kind that a value was declared as; BILAN_PRESENT when it was not. Exact comparison:
 * declared values are codes such as 99, which doubles hold exactly. */
static bilan_missing declared(double value, const double *values, const bilan_missing *kinds,
                              size_t count) {
  for (size_t i = 0; i < count; i++)
    if (value == values[i]) return kinds[i];
  return BILAN_PRESENT;
}

/* Answers that are missing already keep their kind. */
bilan_status column_declare_missing(bilan *b, struct column **out, const struct column *c,
                                    const double *values, const bilan_missing *kinds,
                                    size_t count) {
  struct numbers_builder k;
  bilan_status status = BILAN_OK;
  numbers_builder_open(b, &k);
  for (size_t row = 0; !status && row < c->rows; row++) {
    bilan_missing why = column_missing(c, row);
    double value = why ? 0 : column_number(c, row);
    if (!why) why = declared(value, values, kinds, count);
    status = numbers_builder_add(&k, value, why);
  }
  if (!status) return numbers_builder_finish(&k, out);
  numbers_builder_close(&k);
  return status;
}

/* ---- universe ------------------------------------------------------------------------------ */

/* A dictionary like `from` with a level "not asked" (its code in *not_asked): the one it has,
 * or one more at the end, so that the codes of the answers stay as they are. */
static bilan_status with_not_asked(bilan *b, struct dict **out, uint32_t *not_asked,
                                   const struct dict *from) {
  struct dict *d;
  bilan_status status = dict_new(b, &d);
  if (status) return status;
  for (uint32_t code = 1, added; !status && code < dict_count(from); code++)
    status = dict_add_level(b, d, &added, dict_level(from, code));
  if (!status) status = dict_missing(b, d, not_asked, BILAN_NOT_ASKED);
  if (status) dict_free(d);
  else *out = d;
  return status;
}

/* Code 0, the blank, is the only one that turns into "not asked". */
static bilan_status universe_codes(bilan *b, struct column **out, size_t *strays,
                                   const struct column *c, const struct domain *universe) {
  struct dict *dict = NULL;
  uint32_t not_asked = 0;
  struct codes_builder k;
  bilan_status status = with_not_asked(b, &dict, &not_asked, c->dict);
  if (status) return status;
  status = codes_builder_open(b, &k, dict);
  dict_free(dict);
  for (size_t row = 0; !status && row < c->rows; row++) {
    uint32_t code = column_code(c, row);
    bool outside = !domain_has(universe, row);
    *strays += outside && !column_missing(c, row);
    status = codes_builder_add(&k, outside && !code ? not_asked : code);
  }
  if (!status) return codes_builder_finish(&k, out);
  codes_builder_close(&k);
  return status;
}

/* The kinds of missing of any other shape, one byte per row, with the blanks outside the
 * universe marked. *strays counts the answers from outside. */
static bilan_status universe_marks(bilan *b, uint8_t **out, size_t *strays,
                                   const struct column *c, const struct domain *universe) {
  uint8_t *missing = mem_alloc(&b->mem, c->rows);
  if (!missing) return fail_nomem(b);
  for (size_t row = 0; row < c->rows; row++) {
    bilan_missing why = column_missing(c, row);
    bool outside = !domain_has(universe, row);
    *strays += outside && !why;
    missing[row] = (uint8_t)(outside && why == BILAN_NO_ANSWER ? BILAN_NOT_ASKED : why);
  }
  *out = missing;
  return BILAN_OK;
}

/* A copy of a column's `size` bytes; NULL sets *status. */
static void *copied(bilan *b, const void *from, size_t size, bilan_status *status) {
  void *copy = mem_alloc(&b->mem, size);
  if (copy && size) memcpy(copy, from, size);
  if (!copy) *status = fail_nomem(b);
  return copy;
}

/* A SET with other kinds of missing: the option columns are shared. `missing` is taken over. */
static bilan_status universe_set(bilan *b, struct column **out, const struct column *c,
                                 uint8_t *missing) {
  struct column **options = mem_zero(&b->mem, c->option_count, sizeof *options);
  if (!options) {
    mem_free(&b->mem, missing);
    return fail_nomem(b);
  }
  for (size_t i = 0; i < c->option_count; i++) options[i] = column_hold(c->options[i]);
  return column_set(b, out, c->rows, options, c->option_count, dict_hold(c->dict), missing);
}

/* Codes carry the kind in their dictionary; the other shapes get a new block of kinds beside a
 * copy of their values. */
bilan_status column_universe(bilan *b, struct column **out, size_t *strays, struct column *c,
                             const struct domain *universe) {
  uint8_t *missing = NULL;
  *strays = 0;
  if (c->type == COLUMN_CODES) return universe_codes(b, out, strays, c, universe);
  bilan_status status = universe_marks(b, &missing, strays, c, universe);
  if (status) return status;
  if (c->type == COLUMN_SET) return universe_set(b, out, c, missing);
  if (c->type == COLUMN_NUMBERS) {
    double *numbers = copied(b, c->numbers, c->rows * sizeof *numbers, &status);
    if (!status) return column_numbers(b, out, c->rows, numbers, missing);
  } else {
    uint64_t *offsets = copied(b, c->offsets, (c->rows + 1) * sizeof *offsets, &status);
    char *arena = status ? NULL : copied(b, c->arena, c->offsets[c->rows], &status);
    if (!status) return column_text(b, out, c->rows, offsets, arena, missing);
    mem_free(&b->mem, offsets);
  }
  mem_free(&b->mem, missing);
  return status;
}

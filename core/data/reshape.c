/* reshape.c - a column made from another: by codes, or by chosen rows; see column.h.
 *
 * Turning numbers into levels sorts the distinct values once (heap sort: no recursion, no
 * allocation) and finds each row's level by bisection, O(rows log distinct).
 *
 * An example, numbers to codes: 3 1 - 3 2.5 (the third row refused) has the distinct values 1
 * 2.5 3, so the codes are 3 1 4 3 2, with 4 the level "refused". Labels are the shortest
 * decimals: "1", "2.5", "3". What was one byte or eight a row is then tabulated like any
 * answer.
 *
 * Rows are taken by a list of row numbers, so that deleting, sorting, repeating and joining are
 * one operation. Levels that no row has any more stay in the dictionary: they were asked.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "data/column.h"

/* ---- numbers to codes -------------------------------------------------------------------- */

/* Moves the value at `at` down until no child is larger: v[0..n) is a heap again, the largest
 * value at 0, where the children of i are 2 i + 1 and 2 i + 2. */
static void sift(double *v, size_t at, size_t n) {
  for (size_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && v[child] < v[child + 1]) child++;
    if (!(v[at] < v[child])) return;
    double t = v[at];
    v[at] = v[child];
    v[child] = t;
  }
}

/* Rising order by heap sort (J. W. J. Williams, CACM 7, 1964, algorithm 232): n log n whatever
 * the data, in place. Values are finite or infinite, never NaN; -0 was made 0. Equal doubles
 * cannot be told apart, so it need not be stable. */
static void sort_values(double *v, size_t n) {
  for (size_t i = n / 2; i-- > 0;) sift(v, i, n);
  for (size_t end = n; end-- > 1;) {
    double t = v[0];
    v[0] = v[end];
    v[end] = t;
    sift(v, 0, end);
  }
}

/* The distinct answers of a NUMBERS column in rising order; *count of them. Adding 0.0 turns -0
 * into 0, which would otherwise be two levels that print alike. The block is the caller's. */
static bilan_status distinct_values(bilan *b, double **out, size_t *count,
                                    const struct column *c) {
  double *v = mem_array(&b->mem, c->rows, sizeof *v);
  if (!v) return fail_nomem(b);
  size_t n = 0, kept = 0;
  for (size_t row = 0; row < c->rows; row++)
    if (!column_missing(c, row)) v[n++] = c->numbers[row] + 0.0;
  sort_values(v, n);
  for (size_t i = 0; i < n; i++)
    if (!kept || v[i] != v[kept - 1]) v[kept++] = v[i];
  *out = v;
  *count = kept;
  return BILAN_OK;
}

/* The code of a value that is among `values` (rising, count >= 1), by bisection: codes start at
 * 1. */
static uint32_t code_of(const double *values, size_t count, double value) {
  size_t low = 0, high = count;
  while (low + 1 < high) {
    size_t middle = low + (high - low) / 2;
    if (values[middle] <= value) low = middle;
    else high = middle;
  }
  return (uint32_t)low + 1;
}

/* The code of a kind of missing: 0 for the blank, else a level of its own, added to the
 * dictionary when it is first met and remembered in `codes`. */
static bilan_status missing_code(bilan *b, struct dict *d, uint32_t codes[BILAN_MISSING_KINDS],
                                 bilan_missing kind, uint32_t *code) {
  if (kind == BILAN_NO_ANSWER) {
    *code = 0;
    return BILAN_OK;
  }
  if (!codes[kind]) {
    bilan_status status = dict_missing(b, d, &codes[kind], kind);
    if (status) return status;
  }
  *code = codes[kind];
  return BILAN_OK;
}

/* One level per value, its label the shortest text that reads back as the value, so that two
 * different values never share a label. */
static bilan_status add_number_levels(bilan *b, struct dict *d, const double *values,
                                      size_t count) {
  for (size_t i = 0; i < count; i++) {
    char label[NUMBER_ROOM];
    uint32_t code;
    size_t n = number_print(label, values[i]);
    struct level level = {{label, n}, values[i], BILAN_PRESENT};
    bilan_status status = dict_add_level(b, d, &code, &level);
    if (status) return status;
  }
  return BILAN_OK;
}

/* The levels first, in rising order, then the rows; kinds of missing come behind the answers. */
static bilan_status number_codes(struct codes_builder *k, const struct column *c,
                                 const double *values, size_t count) {
  uint32_t missing[BILAN_MISSING_KINDS] = {0};
  bilan_status status = add_number_levels(k->b, k->dict, values, count);
  for (size_t row = 0; !status && row < c->rows; row++) {
    uint32_t code = 0;
    bilan_missing kind = column_missing(c, row);
    if (kind) status = missing_code(k->b, k->dict, missing, kind, &code);
    else code = code_of(values, count, c->numbers[row]);
    if (!status) status = codes_builder_add(k, code);
  }
  return status;
}

/* ---- text to codes ----------------------------------------------------------------------- */

/* What stops a column of names or identifiers from becoming a table of thousands of rows. */
static bilan_status too_many(bilan *b, size_t most) {
  return fail(b, BILAN_LIMIT, "more than %zu different answers", most);
}

/* By first appearance: the order of free answers has no other meaning. */
static bilan_status text_codes(struct codes_builder *k, const struct column *c, size_t most) {
  uint32_t missing[BILAN_MISSING_KINDS] = {0};
  bilan_status status = BILAN_OK;
  for (size_t row = 0; !status && row < c->rows; row++) {
    uint32_t code = 0;
    bilan_missing kind = column_missing(c, row);
    if (kind) status = missing_code(k->b, k->dict, missing, kind, &code);
    else status = dict_add(k->b, k->dict, &code, column_label(c, row));
    if (!status && most && dict_count(k->dict) > most + BILAN_MISSING_KINDS)
      status = too_many(k->b, most);
    if (!status) status = codes_builder_add(k, code);
  }
  return status;
}

/* The builder takes the levels as they come; on failure what was made so far is dropped. */
bilan_status column_to_codes(bilan *b, struct column **out, struct column *c, size_t most) {
  if (c->type == COLUMN_SET)
    return fail(b, BILAN_USAGE, "an item with several answers has no single level per row");
  if (c->type == COLUMN_CODES) {
    *out = column_hold(c);
    return BILAN_OK;
  }
  double *values = NULL;
  size_t count = 0;
  struct codes_builder k;
  bilan_status status = codes_builder_open(b, &k, NULL);
  if (status) return status;
  if (c->type == COLUMN_NUMBERS) {
    status = distinct_values(b, &values, &count, c);
    if (!status && most && count > most) status = too_many(b, most);
    if (!status) status = number_codes(&k, c, values, count);
  } else {
    status = text_codes(&k, c, most);
  }
  mem_free(&b->mem, values);
  if (!status) return codes_builder_finish(&k, out);
  codes_builder_close(&k);
  return status;
}

/* ---- chosen rows ------------------------------------------------------------------------- */

/* The width stays: fewer rows may need fewer levels, but the dictionary is shared. */
static bilan_status take_codes(bilan *b, struct column **out, const struct column *c,
                               const size_t *rows, size_t count) {
  char *codes = mem_array(&b->mem, count, c->width);
  if (!codes) return fail_nomem(b);
  for (size_t i = 0; i < count; i++)
    memcpy(codes + i * c->width, (const char *)c->codes + rows[i] * c->width, c->width);
  return column_codes(b, out, count, c->width, codes, dict_hold(c->dict));
}

/* Through the builder, which makes a block of kinds of missing only if one of the rows needs
 * it. */
static bilan_status take_numbers(bilan *b, struct column **out, const struct column *c,
                                 const size_t *rows, size_t count) {
  struct numbers_builder k;
  numbers_builder_open(b, &k);
  for (size_t i = 0; i < count; i++) {
    bilan_status status =
        numbers_builder_add(&k, c->numbers[rows[i]], column_missing(c, rows[i]));
    if (status) {
      numbers_builder_close(&k);
      return status;
    }
  }
  return numbers_builder_finish(&k, out);
}

/* The texts are copied: the arena of the whole column would keep the answers of rows that were
 * deleted. */
static bilan_status take_text(bilan *b, struct column **out, const struct column *c,
                              const size_t *rows, size_t count) {
  struct text_builder k;
  text_builder_open(b, &k);
  for (size_t i = 0; i < count; i++) {
    bilan_status status =
        text_builder_add(&k, column_label(c, rows[i]), column_missing(c, rows[i]));
    if (status) {
      text_builder_close(&k);
      return status;
    }
  }
  return text_builder_finish(&k, out);
}

/* Each option is a column of codes of its own; the dictionary of options is shared. */
static bilan_status take_set(bilan *b, struct column **out, const struct column *c,
                             const size_t *rows, size_t count) {
  bilan_status status = BILAN_OK;
  uint8_t *missing = NULL;
  struct column **options = mem_zero(&b->mem, c->option_count, sizeof *options);
  if (!options) return fail_nomem(b);
  if (c->missing && !(missing = mem_alloc(&b->mem, count))) status = fail_nomem(b);
  for (size_t i = 0; missing && i < count; i++) missing[i] = c->missing[rows[i]];
  for (size_t i = 0; !status && i < c->option_count; i++)
    status = take_codes(b, &options[i], c->options[i], rows, count);
  if (!status)
    return column_set(b, out, count, options, c->option_count, dict_hold(c->dict), missing);
  for (size_t i = 0; i < c->option_count; i++) column_free(options[i]);
  mem_free(&b->mem, options);
  mem_free(&b->mem, missing);
  return status;
}

/* `rows` are below c->rows; they may repeat and stand in any order. */
bilan_status column_take(bilan *b, struct column **out, const struct column *c,
                         const size_t *rows, size_t count) {
  switch (c->type) {
  case COLUMN_CODES: return take_codes(b, out, c, rows, count);
  case COLUMN_NUMBERS: return take_numbers(b, out, c, rows, count);
  case COLUMN_TEXT: return take_text(b, out, c, rows, count);
  case COLUMN_SET: return take_set(b, out, c, rows, count);
  }
  return fail(b, BILAN_INTERNAL, "unknown column type");
}

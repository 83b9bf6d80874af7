/* derive.c - see derive.h.
 *
 * Each function reads its columns once, row by row, and writes one new column: one byte a row
 * for states and unions, nine for differences. A row's kind of missing is carried over, so
 * that "not asked" is never turned into "no answer" on the way. New columns own their blocks;
 * columns read are borrowed.
 *
 * Cost: rows, times options where several boxes are looked at. Failure is BILAN_NOMEM; what
 * was allocated before it is released, and functions that take over a block release it too.
 */
#include "stat/derive.h"

#include <math.h>
#include <string.h>

#include "kernel/sort.h"

/* The levels behind the STATE_ codes, the blank left out.
 * The order of `levels` is that of STATE_ANSWERED, STATE_TICKED, STATE_NOT_ASKED, ...: code i
 * + 1. */
static bilan_status state_dict(bilan *b, struct dict **out) {
  static const struct {
    const char *label;
    bilan_missing kind;
  } levels[] = {
      {"answered", BILAN_PRESENT},       {"ticked", BILAN_PRESENT},
      {"not asked", BILAN_NOT_ASKED},    {"don't know", BILAN_DONT_KNOW},
      {"refused", BILAN_REFUSED},
  };
  bilan_status status = dict_new(b, out);
  for (size_t i = 0; !status && i < sizeof levels / sizeof *levels; i++) {
    uint32_t code;
    struct level level = {text_of(levels[i].label), NAN, levels[i].kind};
    status = dict_add_level(b, *out, &code, &level);
    if (status) dict_free(*out);
  }
  return status;
}

/* The code that says a kind of missing; anything unknown counts as no answer.
 * Small codes in one byte: a column of states is the narrowest there is. */
static uint8_t state_of_kind(bilan_missing kind) {
  switch (kind) {
  case BILAN_PRESENT: return STATE_ANSWERED;
  case BILAN_NOT_ASKED: return STATE_NOT_ASKED;
  case BILAN_DONT_KNOW: return STATE_NOT_ASKED + 1;
  case BILAN_REFUSED: return STATE_NOT_ASKED + 2;
  default: return 0;
  }
}

/* A column of one-byte states; takes over the codes, failure included. */
static bilan_status state_column(bilan *b, struct column **out, size_t rows, uint8_t *codes) {
  struct dict *dict;
  bilan_status status = state_dict(b, &dict);
  if (!status) return column_codes(b, out, rows, 1, codes, dict);
  mem_free(&b->mem, codes);
  return status;
}

/* States of one column into `codes`, where no earlier column was missing: by a table for codes
 * of one byte, and without a look at the rows where nothing is missing. */
static void presence_of(const struct column *c, uint8_t *codes) {
  uint8_t state[256];
  if (c->type != COLUMN_CODES && !c->missing) return;
  if (c->type == COLUMN_CODES && c->width == 1) {
    const uint8_t *code = c->codes;
    for (uint32_t i = 0; i < dict_count(c->dict); i++)
      state[i] = state_of_kind(dict_level(c->dict, i)->missing);
    for (size_t row = 0; row < c->rows; row++)
      if (codes[row] == STATE_ANSWERED) codes[row] = state[code[row]];
    return;
  }
  for (size_t row = 0; row < c->rows; row++)
    if (codes[row] == STATE_ANSWERED) codes[row] = state_of_kind(column_missing(c, row));
}

/* One byte a row.
 * The value itself is not looked at, only whether there is one. */
bilan_status derive_presence(bilan *b, struct column **out, const struct column *first,
                             const struct column *second) {
  uint8_t *codes = mem_alloc(&b->mem, first->rows);
  if (!codes) return fail_nomem(b);
  memset(codes, STATE_ANSWERED, first->rows);
  presence_of(first, codes);
  if (second) presence_of(second, codes);
  return state_column(b, out, first->rows, codes);
}

/* The highest of two codes a row, in place. */
static void join_ticks(uint8_t *any, const struct column *option) {
  const uint8_t *codes = option->codes;
  if (option->width == 1)
    for (size_t row = 0; row < option->rows; row++)
      any[row] = codes[row] > any[row] ? codes[row] : any[row];
  for (size_t row = 0; option->width > 1 && row < option->rows; row++)
    if (column_code(option, row) > any[row]) any[row] = (uint8_t)column_code(option, row);
}

/* One byte a row: the highest code of all options first, then what that and `missing` say. */
bilan_status derive_ticks(bilan *b, struct column **out, const struct column *set) {
  uint8_t state[BILAN_MISSING_KINDS], *codes = mem_zero(&b->mem, set->rows, 1);
  if (!codes) return fail_nomem(b);
  for (int kind = 0; kind < BILAN_MISSING_KINDS; kind++)
    state[kind] = state_of_kind((bilan_missing)kind);
  for (size_t i = 0; i < set->option_count; i++) join_ticks(codes, set->options[i]);
  for (size_t row = 0; row < set->rows; row++) {
    uint8_t why = set->missing ? set->missing[row] : BILAN_PRESENT;
    codes[row] = !why && codes[row] == SET_TICKED ? STATE_TICKED : state[why];
  }
  return state_column(b, out, set->rows, codes);
}

/* Nine bytes a row. A kind of missing stays what it was. */
bilan_status derive_difference(bilan *b, struct column **out, const struct column *first,
                               const struct column *second, double factor) {
  double *numbers = mem_array(&b->mem, first->rows, sizeof *numbers);
  uint8_t *missing = mem_alloc(&b->mem, first->rows);
  if (!numbers || !missing) {
    mem_free(&b->mem, numbers);
    mem_free(&b->mem, missing);
    return fail_nomem(b);
  }
  for (size_t row = 0; row < first->rows; row++) {
    bilan_missing kind = column_missing(first, row);
    if (!kind) kind = column_missing(second, row);
    missing[row] = (uint8_t)kind;
    numbers[row] = kind ? 0 : column_number(first, row) - factor * column_number(second, row);
  }
  return column_numbers(b, out, first->rows, numbers, missing);
}

/* The highest of the codes: ticked beats not ticked beats blank, because SET_BLANK <
 * SET_NOT_TICKED < SET_TICKED. Option after option, as vectors of bytes; an option that is named
 * twice changes nothing. */
bilan_status derive_any(bilan *b, struct column **out, const struct column *set,
                        const size_t *options, size_t count) {
  uint8_t *codes = mem_zero(&b->mem, set->rows, 1);
  if (!codes) return fail_nomem(b);
  for (size_t i = 0; i < count; i++) join_ticks(codes, set->options[options[i]]);
  return column_codes(b, out, set->rows, 1, codes, dict_hold(set->options[0]->dict));
}

/* ---- levels of a column of codes ---------------------------------------------------------- */

/* Sorts by value; `value` and `spare` are room for one entry a code. */
static void order_by_value(size_t *codes, size_t count, const struct column *item, double *value,
                           size_t *spare) {
  for (size_t code = 0; code < dict_count(item->dict); code++)
    value[code] = dict_level(item->dict, (uint32_t)code)->value;
  sort_places(codes, spare, value, count);
}

/* O(levels log levels); on failure nothing is left behind.
 * Levels of equal value keep the order of the dictionary: the sort is stable. */
bilan_status derive_order(bilan *b, size_t **codes, size_t *count, const struct column *item) {
  size_t levels = dict_count(item->dict), answers = 0;
  size_t *order = mem_array(&b->mem, levels, sizeof *order);
  size_t *spare = mem_array(&b->mem, levels, sizeof *spare);
  double *value = mem_array(&b->mem, levels, sizeof *value);
  bilan_status status = order && spare && value ? BILAN_OK : fail_nomem(b);
  for (size_t code = 0; !status && code < levels; code++)
    if (level_answers(item, code)) order[answers++] = code;
  if (!status && column_is_numeric(item)) order_by_value(order, answers, item, value, spare);
  mem_free(&b->mem, spare);
  mem_free(&b->mem, value);
  if (status) {
    mem_free(&b->mem, order);
    return status;
  }
  *codes = order;
  *count = answers;
  return BILAN_OK;
}

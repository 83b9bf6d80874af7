/* gather.c - see gather.h.
 *
 * A query or an expression gives values one at a time and does not say beforehand what they
 * are. They are gathered as doubles until the first text comes; then the numbers gathered so
 * far become levels, labelled by the shortest decimal that reads back as the number, and all
 * further values are levels. The change happens at most once, so the whole stays linear in the
 * rows.
 *
 * An answer that looks like the name of a kind of missing stays an answer: the kind gets
 * another label then.
 *
 *   12, 9.5, NULL, 'absent', 3   numbers 12 9.5 -, then turned: levels "12", "9.5", "absent", "3"
 *                                in the rows 1 2 0 3 4, where 0 is no answer
 */
#include "data/gather.h"

#include <math.h>

#include "base/number.h"

enum { SINGLE_MOST = 256 }; /* levels of an item that one chooses from; more is free text */

void gather_open(bilan *b, struct gather *g) {
  *g = (struct gather){.b = b};
  numbers_builder_open(b, &g->numbers);
}

/* Both builders are closed idempotently, so that finish and failure can share it. */
void gather_close(struct gather *g) {
  numbers_builder_close(&g->numbers);
  if (g->text) codes_builder_close(&g->codes);
  g->text = false;
}

/* A number among texts is a level with its shortest decimal as label. */
static bilan_status add_number_as_text(struct gather *g, double number) {
  char label[NUMBER_ROOM];
  size_t n = number_print(label, number);
  return codes_builder_add_label(&g->codes, (struct text){label, n});
}

/* The code of a kind of missing; remembered. */
static bilan_status missing_code(struct gather *g, bilan_missing kind, uint32_t *code) {
  *code = 0;
  if (kind == BILAN_NO_ANSWER) return BILAN_OK;
  if (!g->kinds[kind]) {
    bilan_status status = dict_missing(g->b, g->codes.dict, &g->kinds[kind], kind);
    if (status) return status;
  }
  *code = g->kinds[kind];
  return BILAN_OK;
}

/* A row without an answer, once there are levels. */
static bilan_status add_missing_code(struct gather *g, bilan_missing kind) {
  uint32_t code;
  bilan_status status = missing_code(g, kind, &code);
  return status ? status : codes_builder_add(&g->codes, code);
}

/* From numbers to levels, in the order of the rows: levels stand by first appearance. The
 * numbers are dropped in any case; a failure leaves a half-made list that its owner closes. */
static bilan_status turn_to_text(struct gather *g) {
  const struct numbers_builder *k = &g->numbers;
  bilan_status status = codes_builder_open(g->b, &g->codes, NULL);
  if (status) return status;
  g->text = true;
  for (size_t row = 0; !status && row < k->rows; row++)
    status = k->missing && k->missing[row]
                 ? add_missing_code(g, (bilan_missing)k->missing[row])
                 : add_number_as_text(g, k->numbers[row]);
  numbers_builder_close(&g->numbers);
  return status;
}

bilan_status gather_number(struct gather *g, double number) {
  if (g->text) return add_number_as_text(g, number);
  return numbers_builder_add(&g->numbers, number, BILAN_PRESENT);
}

bilan_status gather_text(struct gather *g, struct text t) {
  bilan_status status = g->text ? BILAN_OK : turn_to_text(g);
  return status ? status : codes_builder_add_label(&g->codes, t);
}

bilan_status gather_missing(struct gather *g, bilan_missing kind) {
  return g->text ? add_missing_code(g, kind) : numbers_builder_add(&g->numbers, 0, kind);
}

/* Levels force text, even when all values turn out to be numbers: the caller named them. */
bilan_status gather_level(struct gather *g, struct text label) {
  uint32_t code;
  bilan_status status = g->text ? BILAN_OK : turn_to_text(g);
  return status ? status : dict_add(g->b, g->codes.dict, &code, label);
}

/* Turns what was numbers so far into text. */
bilan_status gather_text_code(struct gather *g, struct text t, uint32_t *code) {
  bilan_status status = g->text ? BILAN_OK : turn_to_text(g);
  return status ? status : dict_add(g->b, g->codes.dict, code, t);
}

/* By the label that the number has as text. */
bilan_status gather_number_code(struct gather *g, double number, uint32_t *code) {
  char label[NUMBER_ROOM];
  size_t n = number_print(label, number);
  return gather_text_code(g, (struct text){label, n}, code);
}

/* Kinds of missing are levels too. */
bilan_status gather_missing_code(struct gather *g, bilan_missing kind, uint32_t *code) {
  bilan_status status = g->text ? BILAN_OK : turn_to_text(g);
  return status ? status : missing_code(g, kind, code);
}

/* Few levels: a question with answers to choose from. */
bilan_kind gather_kind(const struct dict *levels) {
  return dict_count(levels) <= SINGLE_MOST + BILAN_MISSING_KINDS ? BILAN_SINGLE : BILAN_TEXT;
}

/* The builder in use hands its blocks over to the column. */
bilan_status gather_finish(struct gather *g, struct column **out, bilan_kind *kind) {
  bilan_kind found = BILAN_NUMBER;
  bilan_status status;
  if (g->text) {
    found = gather_kind(g->codes.dict);
    status = codes_builder_finish(&g->codes, out);
    g->text = false;
  } else {
    status = numbers_builder_finish(&g->numbers, out);
  }
  gather_close(g);
  if (!status) *kind = found;
  return status;
}

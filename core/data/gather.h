/* gather.h - a column from values whose type is not known beforehand: numbers until the first
 * text, from then on levels. What expressions and queries give is gathered this way. */
#ifndef DATA_GATHER_H
#define DATA_GATHER_H

#include "data/column.h"

struct gather {
  bilan *b;
  bool text;
  struct numbers_builder numbers;          /* while there is no text */
  struct codes_builder codes;              /* afterwards */
  uint32_t kinds[BILAN_MISSING_KINDS];     /* codes of the kinds of missing met */
};

void gather_open(bilan *b, struct gather *g);
void gather_close(struct gather *g); /* idempotent; drops what was gathered */

bilan_status gather_number(struct gather *g, double number);
/* A text that is the name of a kind of missing met before ("refused") is that kind. */
bilan_status gather_text(struct gather *g, struct text t);
bilan_status gather_missing(struct gather *g, bilan_missing kind);

/* Levels that come first, in this order, whether or not a row has them. */
bilan_status gather_level(struct gather *g, struct text label);

/* The codes that values would get, without a row for them: for callers who fill in codes by
 * themselves. Like gather_level they force text. */
bilan_status gather_text_code(struct gather *g, struct text t, uint32_t *code);
bilan_status gather_number_code(struct gather *g, double number, uint32_t *code);
bilan_status gather_missing_code(struct gather *g, bilan_missing kind, uint32_t *code);

/* What an item of so many levels, kinds of missing among them, measures. */
bilan_kind gather_kind(const struct dict *levels);

/* The column and what it measures: BILAN_NUMBER; BILAN_SINGLE up to 256 levels; BILAN_TEXT.
 * Closes. */
bilan_status gather_finish(struct gather *g, struct column **out, bilan_kind *kind);

#endif

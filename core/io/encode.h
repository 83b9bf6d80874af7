/* encode.h - cells as they arrive, column by column, and the columns made of them.
 *
 * The last stage of reading (decode -> sniff -> records and fields -> encode); it knows no
 * CSV. Each column starts as dictionary codes. One that turns out to have many different
 * values spills into an arena of text, so that a million weights do not make a dictionary of
 * a million labels. What a column is (numbers, levels, text) is decided at the end from all
 * its values: `cells_look` says what they are like, the cells_to_* functions do as they are told.
 *
 * Cost: one hash look-up per cell, no allocation per cell.
 */
#ifndef IO_ENCODE_H
#define IO_ENCODE_H

#include "base/number.h"
#include "data/column.h"

/* What the values of a column are like; those that mean "missing" are left out. */
struct look {
  size_t values;    /* different ones; of a spilled column the cells */
  size_t numbers;   /* values that have a number style at all */
  size_t dates;     /* values that are ISO dates */
  uint64_t bytes;   /* length of all values together */
  unsigned styles;  /* number styles that fit all values: see sniff_number */
  bool marked;      /* a value holds a point or a comma */
  size_t odd;       /* the first value that is no number, SIZE_MAX for none */
  size_t clash;     /* the first value that leaves no style common to all, SIZE_MAX */
};

/* The cells of one column, in row order. Blank cells are code 0, or BILAN_NO_ANSWER. */
struct cells {
  struct codes_builder codes; /* until it spills */
  uint32_t *order;            /* code of a row -> code of the dictionary; NULL: the same */
  struct text_builder text;   /* afterwards */
  bool spilled;
  bool numeric;               /* spilled, and kept as numbers of one style, not as text: */
  struct numbers_builder numbers;
  struct look look;           /* of the text that they were */
  struct number_style style;
};

/* A text that means that there is no answer, and why. */
struct missing_word {
  struct text value;
  bilan_missing kind;
};

struct missing_words {
  const struct missing_word *word;
  size_t count;
};

struct encoder {
  bilan *b;
  struct cells *columns;
  size_t count;
  bool keep_blanks; /* values keep blanks, NBSP and BOM at their ends */
  bool has_marks;   /* the file has byte-order marks inside */
  size_t spill;     /* levels, from which on a column may spill; 0: 4096 */
  size_t trimmed;   /* cells that lost something at an end */
  size_t marks;     /* cells with a byte-order mark in them */
};

bilan_status encoder_open(bilan *b, struct encoder *e, size_t columns);
bilan_status encoder_cell(struct encoder *e, size_t column, struct text t);
void encoder_drop(struct encoder *e, size_t column); /* frees the cells of one column */
void encoder_close(struct encoder *e); /* idempotent */

void cells_look(const struct cells *c, const struct missing_words *missing, struct look *out);

/* Values are numbered: by code from 1 on, or by row when spilled. false: blank or missing. */
size_t cells_values(const struct cells *c); /* one beyond the last number */
bool cells_value(const struct cells *c, const struct missing_words *missing, size_t i,
                 struct text *out);
size_t cells_row(const struct cells *c, size_t value); /* the first row that has it */
/* How many cells have a value; counting ends at `enough`. */
size_t cells_answers(const struct cells *c, const struct missing_words *missing, size_t enough);

/* Is it sure that nine in ten of the values of a spilled column are different? No memory is
 * "no": it only saves work. */
bool cells_differ(bilan *b, const struct cells *c, const struct missing_words *missing,
                  size_t values);

/* Each makes a column. Kinds of missing are kept. Codes, numbers and text that need no change
 * are handed on, so after a success the cells are only good to be dropped; levels of a spilled
 * column leave it as it is. */

/* Numbers: CODES in rising order up to 255 different ones, else NUMBERS. Every value must
 * parse under the style; the number of the first that does not is left in *bad, the cells stay
 * as they are and the result is BILAN_DATA without a message. Cells that are `numeric` must be
 * so under the same style. */
bilan_status cells_to_numbers(bilan *b, struct column **out, struct cells *c,
                              const struct missing_words *missing, struct number_style style,
                              size_t *bad);
/* Levels in the order of first appearance, missing words after them. */
bilan_status cells_to_levels(bilan *b, struct column **out, struct cells *c,
                             const struct missing_words *missing);
bilan_status cells_to_text(bilan *b, struct column **out, struct cells *c,
                           const struct missing_words *missing);

#endif

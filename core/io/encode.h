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

/* The cells of one column, in row order. Blank cells are code 0, or BILAN_NO_ANSWER. */
struct cells {
  struct codes_builder codes; /* until it spills */
  struct text_builder text;   /* afterwards */
  bool spilled;
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
  size_t trimmed;   /* cells that lost something at an end */
  size_t marks;     /* cells with a byte-order mark in them */
};

bilan_status encoder_open(bilan *b, struct encoder *e, size_t columns);
bilan_status encoder_cell(struct encoder *e, size_t column, struct text t);
void encoder_drop(struct encoder *e, size_t column); /* frees the cells of one column */
void encoder_close(struct encoder *e); /* idempotent */

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

void cells_look(const struct cells *c, const struct missing_words *missing, struct look *out);

/* Values are numbered: by code from 1 on, or by row when spilled. false: blank or missing. */
size_t cells_values(const struct cells *c); /* one beyond the last number */
bool cells_value(const struct cells *c, const struct missing_words *missing, size_t i,
                 struct text *out);
size_t cells_row(const struct cells *c, size_t value); /* the first row that has it */
/* How many cells have a value. */
size_t cells_answers(const struct cells *c, const struct missing_words *missing);

/* Each makes a column; the cells stay as they are. Kinds of missing are kept. */

/* Numbers: CODES in rising order up to 255 different ones, else NUMBERS. Every value must
 * parse under the style; the number of the first that does not is left in *bad and the
 * result is BILAN_DATA without a message. */
bilan_status cells_to_numbers(bilan *b, struct column **out, const struct cells *c,
                              const struct missing_words *missing, struct number_style style,
                              size_t *bad);
/* Levels in the order of first appearance, missing words after them. */
bilan_status cells_to_levels(bilan *b, struct column **out, const struct cells *c,
                             const struct missing_words *missing);
bilan_status cells_to_text(bilan *b, struct column **out, const struct cells *c,
                           const struct missing_words *missing);

#endif

/* sniff.h - what a file is, how its fields are separated, how its numbers are written.
 *
 * Nothing is guessed in silence: each answer follows from a rule stated here, is reported by
 * the reader, and where the rule gives no answer the caller is told which option decides.
 */
#ifndef IO_SNIFF_H
#define IO_SNIFF_H

#include "base/handle.h"
#include "base/number.h"
#include "base/text.h"

/* What bytes that are no CSV look like ("a zip archive...", with what to do about it), NULL
 * when nothing speaks against CSV. Looks at the first kilobyte. */
const char *sniff_other_format(struct text bytes);

/* The delimiter among , ; tab | of the first 500 records (at most 256 kB).
 *   certain: exactly one candidate gives every record the same number of fields, above one;
 *   or one gives at least twice as many separators as each other such candidate;
 *   no candidate stands in the header outside quotes: one column, delimiter comma;
 *   ragged: no candidate fits all records; the same rule over the header alone.
 * Anything else is BILAN_DATA, naming the candidates and the option. */
bilan_status sniff_delimiter(bilan *b, char *out, const char *name, struct text t);

/* ---- numbers -------------------------------------------------------------------------------
 * The styles under which a text can be read as a number, as bits 1 << style. "1234" has all;
 * "1,5" those with a decimal comma; "1,234" those and the one with thousands commas. A text
 * has no style at all when reading it as a number would lose something: leading zeros
 * ("007"), a plus sign ("+33..."), more than 15 whole digits, an exponent without sign
 * ("6E1" is a class, "1e+06" a number), a mark at the end.
 */
enum {
  STYLE_POINT,        /* 1234.5 */
  STYLE_COMMA,        /* 1234,5 */
  STYLE_COMMA_POINT,  /* 1,234.5 */
  STYLE_POINT_COMMA,  /* 1.234,5 */
  STYLE_BLANK_POINT,  /* 1 234.5 */
  STYLE_BLANK_COMMA,  /* 1 234,5: blank, U+00A0, U+2009, U+202F or an apostrophe */
  STYLES
};

enum {
  STYLES_ALL = (1 << STYLES) - 1,
  STYLES_WITH_POINT = 1 << STYLE_POINT | 1 << STYLE_COMMA_POINT | 1 << STYLE_BLANK_POINT,
  STYLES_WITH_COMMA = 1 << STYLE_COMMA | 1 << STYLE_POINT_COMMA | 1 << STYLE_BLANK_COMMA,
};

unsigned sniff_number(struct text t);
struct number_style sniff_style(unsigned styles); /* the first of the set; 0: {'.', 0} */

/* YYYY-MM-DD, also with [T or blank]hh:mm[:ss[.f]][Z or +hh:mm] (ISO 8601); days per month
 * and leap years are checked. */
bool sniff_date(struct text t);

#endif

/* dict.h - the levels of a column: code <-> label, number and kind of missing.
 *
 * Codes are small whole numbers, given in the order in which labels are added, so that the
 * order of levels is the order of the codebook, or of first appearance in the file. Code 0 is
 * always the blank: no label, BILAN_NO_ANSWER. Missing answers are codes like any others, with
 * their kind beside them, so a kernel tabulates them without a branch.
 *
 * A level of a numeric column carries its number too (`value`, NaN for a plain label).
 * Dictionaries are shared by reference count; one that is shared is no longer added to.
 */
#ifndef DATA_DICT_H
#define DATA_DICT_H

#include "base/handle.h"
#include "base/text.h"

/* One code's meaning. */
struct level {
  struct text label; /* lives in the dictionary's arena */
  double value;
  bilan_missing missing; /* BILAN_PRESENT for an answer */
};

struct dict;

bilan_status dict_new(bilan *b, struct dict **out); /* with the blank as code 0 */
struct dict *dict_hold(struct dict *d);             /* one more owner; returns d */
void dict_free(struct dict *d);                     /* one owner less; NULL is fine */

size_t dict_count(const struct dict *d); /* codes, the blank included: codes are 0..count-1 */
const struct level *dict_level(const struct dict *d, uint32_t code);

/* The code of a label, or 0 when there is none (the blank has no label of its own). */
uint32_t dict_find(const struct dict *d, struct text label);
/* The code of a label, added when new (value NaN, BILAN_PRESENT). BILAN_LIMIT beyond 2^31. */
bilan_status dict_add(bilan *b, struct dict *d, uint32_t *code, struct text label);
/* Adds a level in full; a label that is there already is BILAN_USAGE. */
bilan_status dict_add_level(bilan *b, struct dict *d, uint32_t *code, const struct level *level);

/* The words for an answer ("present") and the kinds of missing, in the order of the enum, NULL
 * behind the last: as codebooks, expressions, tables and C programs name them. */
extern const char *const missing_names[BILAN_MISSING_KINDS + 1];

/* The code of the level that stands for a kind of missing: 0 for no answer; a level of that
 * kind when there is one; else one is added, as "refused", or as "refused (no answer)" when an
 * answer has that label. O(levels): callers that ask per row remember the code. */
bilan_status dict_missing(bilan *b, struct dict *d, uint32_t *code, bilan_missing kind);

#endif

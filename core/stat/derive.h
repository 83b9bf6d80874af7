/* derive.h - columns made for a request: what an estimator asks the kernel to cross.
 *
 * A request knows only columns. Where an estimator needs to know of a row something that no
 * column says (why a number is missing, whether any of several boxes is ticked), it makes a
 * column of it here, row by row, and lets the kernel count. The caller owns what it gets.
 *
 * Layout of the states, which are codes 0 to 5 of one small dictionary:
 *
 *   0 no answer   1 answered   2 ticked   3 not asked   4 don't know   5 refused
 *
 * Codes 1 and 2 are answers, all others kinds of missing. derive_presence never gives 2.
 * Failure: BILAN_NOMEM alone; *out is then untouched.
 */
#ifndef STAT_DERIVE_H
#define STAT_DERIVE_H

#include "data/column.h"

/* Codes of derive_presence and derive_ticks: the blank (no answer) is 0 as in every
 * dictionary; the other kinds of missing come last. */
enum { STATE_ANSWERED = 1, STATE_TICKED = 2, STATE_NOT_ASKED = 3, STATES = 6 };

/* Why a row has no value: STATE_ANSWERED, or the level of its kind of missing. With a second
 * column: answered where both are, else the kind of the first that is missing. */
bilan_status derive_presence(bilan *b, struct column **out, const struct column *first,
                             const struct column *second_or_null);

/* A SET: STATE_TICKED with at least one option ticked, STATE_ANSWERED with none, else why. */
bilan_status derive_ticks(bilan *b, struct column **out, const struct column *set);

/* first - factor * second as numbers, missing where either is. */
bilan_status derive_difference(bilan *b, struct column **out, const struct column *first,
                               const struct column *second, double factor);

/* A SET: a column of codes SET_BLANK, SET_NOT_TICKED, SET_TICKED that says whether any of the
 * options is ticked (blank where all of them are): the union of a net.
 * Options are places from 0; `count` is at least 1. The new column shares the dictionary of
 * the options. */
bilan_status derive_any(bilan *b, struct column **out, const struct column *set,
                        const size_t *options, size_t count);

/* ---- levels of a column of codes -------------------------------------------------------- */

/* Can the code be an answer: not one of the kinds of missing? */
static inline bool level_answers(const struct column *c, size_t code) {
  return !dict_level(c->dict, (uint32_t)code)->missing;
}

/* The codes that are answers, by rising value where the levels carry numbers, else in the
 * order of the dictionary; the caller frees *codes with mem_free. */
bilan_status derive_order(bilan *b, size_t **codes, size_t *count, const struct column *item);

#endif

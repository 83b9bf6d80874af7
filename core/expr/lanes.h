/* lanes.h - the quick evaluator: an expression over coded items and numbers, 512 rows at a time,
 * as bitmaps of truths and arrays of doubles.
 *
 * eval.h works on values, which may be anything. Most filters and derived items need less:
 *
 *   truths    two bitmaps, `yes` and `unknown` (neither: false). A part that depends on one coded
 *             item is looked up by code for 512 rows at once (data/bitmap.h); AND, OR and NOT are
 *             operations on words: x AND y is yes where both are, unknown where neither is false
 *             and one is unknown (S. C. Kleene, 1952, section 64)
 *   numbers   doubles, NaN standing for NULL, which + - * and / carry along by themselves
 *
 * SQL tells whole numbers from reals: 7 / 2 is 3. A value's own type is looked up where it
 * matters, under / and %, from the items and literals it was made of. Whole numbers are exact in
 * doubles up to 2^50; a block in which anything is larger, or a zero is negative, is given back
 * (`false`) and worked out by eval.h, whose answers are the definition.
 *
 * What fits: literals, items that are codes or numbers, comparisons, IN, BETWEEN, IS, AND, OR,
 * NOT, arithmetic, CASE, survey words. Texts that are made on the way, functions and
 * patterns over several columns do not; lanes_fit says so beforehand.
 *
 * Nothing here allocates or fails, the expression and its table are read only: any number of
 * threads may work on blocks of one expression. Memory traffic: each column named is read once, an
 * eighth of a byte a row is written for a filter. Measured on one thread, 1e6 rows, against a plain
 * read of the columns: coded items twice (0.16 ns a row and item), a comparison of numbers three
 * times (2.3 ns), arithmetic of two items three to five times (6 ns).
 */
#ifndef EXPR_LANES_H
#define EXPR_LANES_H

#include "data/bitmap.h"
#include "expr/tree.h"

enum { LANES = 512, LANE_WORDS = LANES / BITMAP_WORD, LANES_HEIGHT = 64 };

/* Whole numbers beyond this are left to eval.h: below it sums, products that stay below, and
 * quotients rounded towards zero are exact in doubles. */
#define LANES_WHOLE 0x1p50

/* The rows first .. first + count - 1 of the table; bits and numbers beyond count are anything. */
struct lanes {
  enum simd simd;
  size_t first, count;
};

struct truths {
  uint64_t yes[LANE_WORDS], unknown[LANE_WORDS];
};

/* What a table of levels needs for this; memory of the expression's `bound`. */
bilan_status lanes_levels(bilan *b, struct expr *e, struct level_table *table);

/* Can a bound node be worked out as truths; as numbers? */
bool lanes_fit_truth(const struct node *node);
bool lanes_fit_numbers(const struct node *node);

/* false: some value of these rows needs eval.h. */
bool lanes_truths(const struct lanes *k, const struct node *node, struct truths *out);
bool lanes_numbers(const struct lanes *k, const struct node *node, double *out);

/* The lanes that are NULL, as bits. */
void lanes_null(const struct lanes *k, const double *x, uint64_t *null);

/* The truth of a WHEN: of the condition, or of its being equal to the CASE's base. */
bool lanes_when(const struct lanes *k, const struct node *base_or_null, const struct node *when,
                struct truths *out);

#endif

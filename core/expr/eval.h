/* eval.h - the evaluator: a tree worked out for a block of rows at a time (run.h).
 *
 * eval.c holds the operators that give values, logic.c those that give truths; each asks for
 * its operands through eval_values or eval_truth, which know the way from one to the other.
 *
 * The two worlds, and who goes between them:
 *
 *   eval_values(node)  literals, items, arithmetic, calls, CASE      v and mask
 *   eval_truth(node)   comparisons, IN, LIKE, AND, OR, NOT           truth, all rows
 *   values asked of a comparison: 1, 0, NULL; a truth asked of a value: number other than 0
 *
 * Cost: every node is visited once per block of 1024 rows, so the price of walking the tree
 * is spread over the rows of the block. Failure: BILAN_NOMEM, BILAN_LIMIT (a text that is too
 * long), pointing at the operator.
 */
#ifndef EXPR_EVAL_H
#define EXPR_EVAL_H

#include "expr/run.h"

/* The values (in v and mask) or truths (in truth, all of the block) of a node.
 * `out` comes from the pool and may be overwritten by operands on the way: what it held
 * before is lost. */
bilan_status eval_values(struct run *run, const struct node *node, struct vector *out);
bilan_status eval_truth(struct run *run, const struct node *node, struct vector *out);

/* Works out `node` for all levels of node->only; everything goes into e->bound. */
bilan_status eval_levels(bilan *b, struct expr *e, struct node *node);

/* The affinity and collation under which two operands are compared.
 * SQLite's rules, "Type conversions prior to comparison" (sqlite.org/datatype3.html, section
 * 4.2). */
enum affinity compare_affinity(const struct node *x, const struct node *y);
enum collation compare_collation(const struct node *x, const struct node *y);

/* ---- logic.c: operators that answer true, false or unknown ------------------------------ */

/* Is it an operator of logic.c? */
bool logic_has(const struct node *node);

/* Fills out->truth for all rows of the block. */
bilan_status logic_eval(struct run *run, const struct node *node, struct vector *out);

/* truth[i] = x[i] = y[i], unknown where one is NULL. */
void logic_equal(struct run *run, uint8_t *truth, const struct vector *x,
                 const struct vector *y, enum affinity affinity, enum collation collation);

#endif

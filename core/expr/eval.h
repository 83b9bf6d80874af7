/* eval.h - the evaluator: a tree worked out for a block of rows at a time (run.h).
 *
 * eval.c holds the operators that give values, logic.c those that give truths; each asks for
 * its operands through eval_values or eval_truth, which know the way from one to the other.
 */
#ifndef EXPR_EVAL_H
#define EXPR_EVAL_H

#include "expr/run.h"

/* The values (in v and mask) or truths (in truth, all of the block) of a node. */
bilan_status eval_values(struct run *run, const struct node *node, struct vector *out);
bilan_status eval_truth(struct run *run, const struct node *node, struct vector *out);

/* Works out `node` for all levels of node->only; everything goes into e->bound. */
bilan_status eval_levels(bilan *b, struct expr *e, struct node *node);

/* The affinity and collation under which two operands are compared. */
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

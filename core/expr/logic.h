/* logic.h - operators that answer true, false or unknown, over a block of rows. */
#ifndef EXPR_LOGIC_H
#define EXPR_LOGIC_H

#include "expr/eval.h"

/* Is it an operator of this file? */
bool logic_has(const struct node *node);

/* Fills out->truth for all rows of the block. */
bilan_status logic_eval(struct run *run, const struct node *node, struct vector *out);

/* truth[i] = x[i] = y[i], unknown where one is NULL. */
void logic_equal(struct run *run, uint8_t *truth, const struct vector *x,
                 const struct vector *y, enum affinity affinity, enum collation collation);

#endif

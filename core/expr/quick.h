/* quick.h - whole columns through the quick evaluator (lanes.h), by several threads.
 *
 * Which way is taken never shows in a result: same bits of a domain, same numbers, levels in the
 * same order, same kinds of missing. `ways.plain` of the handle takes result.c's own way.
 */
#ifndef EXPR_QUICK_H
#define EXPR_QUICK_H

#include "data/domain.h"
#include "data/gather.h"
#include "expr/eval.h"

/* Can the bound expression be worked out quickly, and may it? */
bool quick_fits_filter(const bilan *b, const struct expr *e);

/* Fills an empty domain with the rows where the expression is true. `run` is open. */
bilan_status quick_filter(struct run *run, struct domain *d);

/* The values as a column, as expr_derive; *out stays NULL where this is not the way. */
bilan_status quick_derive(struct run *run, struct column **out, bilan_kind *kind, size_t rows);

/* ---- what both ways share: result.c ------------------------------------------------------- */

/* Why there is no value: the kind of missing of the first item without an answer. */
bilan_missing why_missing(const struct node *node, size_t row);

/* Which levels come first; see expr_derive in expr.h. */
bilan_status first_levels(struct gather *g, const struct node *root);

#endif

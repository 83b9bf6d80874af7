/* plan.h - tables that will be asked for, answered beforehand in as few passes as possible.
 *
 * Whoever knows what a script is about to ask (a report's sections, the columns of a banner) opens
 * a plan with all requests, asks them one by one through cells_tabulate as ever, and closes the
 * plan. cells_tabulate finds the answers in the store of the handle; what is not there is computed
 * as if there were no plan. Results do not depend on it by a bit.
 *
 * The store holds at most PLAN_STORE bytes of answers, the first request always: the caller asks
 * those that were answered and opens a plan for the rest.
 *
 * Owner: the handle, until plan_close. Columns, domain and arrays that requests point to are lent:
 * they must outlive the plan, since an answer is found by their places in memory.
 */
#ifndef KERNEL_PLAN_H
#define KERNEL_PLAN_H

#include "kernel/cells.h"

enum { PLAN_STORE = 64 << 20 };

/* Answers the first *answered of `count` requests (0 only where count is 0). A plan that is open
 * is closed first. Nothing is open on failure: what cells_tabulate refuses, BILAN_NOMEM. Under
 * ways.plain everything counts as answered and the store stays empty. */
bilan_status plan_open(bilan *b, size_t *answered, const struct cells_request *requests,
                       size_t count);
void plan_close(bilan *b); /* idempotent */

/* Is there an answer to this request? Then *out is lent by the plan: its mem is NULL, and
 * cells_free lets go of it. */
bool plan_find(const bilan *b, struct cells *out, const struct cells_request *request);

#endif

/* joint_tables.h - many tables of the same rows in one pass: n, sum of w, sum of w^2 of items
 * crossed with banners.
 *
 * Thirty items by three banners are ninety tables, and a pass for each reads banners and weights
 * ninety times. Here a block of rows gets one joint banner code, the number of its cell in the
 * table of all banners at once; each item, or two items together, is counted against that, and the
 * tables that were asked for are margins of the larger ones: sums over cells, not over rows.
 *
 * Everything is a sum of whole numbers (whole.h), so neither blocks, threads nor the order of rows
 * leave a trace in the bits.
 */
#ifndef KERNEL_JOINT_TABLES_H
#define KERNEL_JOINT_TABLES_H

#include "kernel/cells.h"

/* Can this request be answered here? 1 to CELLS_KEYS keys of codes, no measures, no units, not too
 * many cells, weights that are whole numbers (whole_weights: BILAN_NOMEM). */
bilan_status joint_tables_take(bilan *b, bool *takes, const struct cells_request *request);

/* out[i] answers requests[i] as cells_tabulate would; free each with cells_free. All requests were
 * taken by joint_tables_take and share rows, domain and weight. Nothing is left behind on failure:
 * what cells_tabulate refuses, BILAN_NOMEM. */
bilan_status joint_tables(bilan *b, struct cells *out,
                          const struct cells_request *const *requests, size_t count);

#endif

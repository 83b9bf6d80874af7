/* unit_tables.h - totals by sampling unit of many tables in one pass over rows that lie in the
 * order of their units.
 *
 * A report asks for the same answers by several banners, each table with totals by unit. Read in
 * the order of units, the totals of a unit are finished before those of the next are begun, so
 * that what is added to stays next to the processor however many units there are; what is read
 * of a row serves all tables; memory is units x cells of each table, never of their product.
 *
 * All requests share rows, domain, weight, unit and order; keys[key_count - 1] of each is its
 * item, the keys before it its banner. Items, banners and tables that occur twice are found here.
 */
#ifndef KERNEL_UNIT_TABLES_H
#define KERNEL_UNIT_TABLES_H

#include "kernel/cells.h"

/* Can unit_tables answer this request? Units with their order, 1 to 3 keys, neither measures nor
 * centres, at most 4096 cells. What is wrong with a request is not looked for. */
bool unit_tables_fit(const struct cells_request *request);

/* out[i] answers requests[i], each of which fits, as cells_tabulate would; each is freed by
 * cells_free. The same bits whatever is asked for together, for any number of threads. What
 * cells_tabulate refuses; then nothing is left in `out`. */
bilan_status unit_tables(bilan *b, struct cells *out, const struct cells_request *const *requests,
                         size_t count);

#endif

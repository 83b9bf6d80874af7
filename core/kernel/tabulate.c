/* tabulate.c - which kernel answers a request for cells (cells.h).
 *
 * From the quickest to the one that answers everything:
 *
 *   plan_find      an answer that was made beforehand with others          plan.h
 *   unit_tables    sums by sampling unit, rows in the order of the units   unit_tables.h
 *   joint_tables   weights that are whole numbers: counted in integers     joint_tables.h
 *   cells_pass     measures, odd weights, everything else                  cells.h
 *
 * Which one answers depends on the request alone, never on threads or on what else is asked, so a
 * table has the same bits with a plan and without. Where weights are whole numbers (data/whole.h)
 * all four have the same; sums of other doubles are made in the blocks of their kernel. ways.plain
 * leaves only the last, without whole numbers: the reference that all others are tested against.
 * Cost of choosing: looks at keys and weights, never at rows.
 */
#include "kernel/cells.h"
#include "kernel/joint_tables.h"
#include "kernel/plan.h"
#include "kernel/unit_tables.h"

/* See cells.h. */
bilan_status cells_tabulate(bilan *b, struct cells *out, const struct cells_request *request) {
  bool takes = false;
  if (b->ways.plain) return cells_pass(b, out, request);
  if (plan_find(b, out, request)) return BILAN_OK;
  if (unit_tables_fit(request)) return unit_tables(b, out, &request, 1);
  bilan_status status = joint_tables_take(b, &takes, request);
  if (status) return status;
  return takes ? joint_tables(b, out, &request, 1) : cells_pass(b, out, request);
}

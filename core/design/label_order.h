/* label_order.h - the order of labels of strata and sampling units, whatever rows they stand in.
 *
 * Labels that are numbers come first, by value; then texts, by bytes. "9" before "10", "10" before
 * "school"; "1" and "01" are one value and go by bytes, "01" first.
 *
 * Units are numbered in this order, so that sums over units are made in it: a file with its rows
 * shuffled has the same standard errors to the last bit. Cost: labels x log labels.
 */
#ifndef DESIGN_LABEL_ORDER_H
#define DESIGN_LABEL_ORDER_H

#include "data/dict.h"

/* place[code] of every code of a dictionary, the blank among them. BILAN_NOMEM. */
bilan_status label_places(bilan *b, uint32_t *place, const struct dict *dict);

/* place[i] of every value; no NaN. BILAN_NOMEM. */
bilan_status value_places(bilan *b, uint32_t *place, const double *value, size_t count);

#endif

/* forms.h - linear forms in the totals of a request: what a statistic's influence is made of.
 *
 * A smooth function theta of totals T_s changes, to first order, by the sum of d theta / d T_s
 * times the change of T_s (Taylor; Woodruff, JASA 66, 1971). So the influence of one row on a
 * statistic is the same sum over that row's part of each total, and a variance is that of a
 * linear form. A statistic is therefore told to the variance as its coefficients by slot.
 *
 * Slots number the totals of an answer with C cells and M measures:
 *   cell                    the sum of weights of that cell
 *   (m + 1) * C + cell      the sum of w * (y - centre) of measure m in that cell
 *
 * Worked example. The share of the first of two cells, p = T_0 / (T_0 + T_1) with T = 8, 12: the
 * gradient is ((1 - p) / 20, -p / 20) = (0.03, -0.02).
 *
 * Owner: forms_free. Terms may be added in any order; those of one slot and statistic add up in
 * the order in which they came. forms_close sorts them by slot before they are read.
 */
#ifndef DESIGN_FORMS_H
#define DESIGN_FORMS_H

#include "base/handle.h"

/* One entry of the sparse matrix slots x statistics. */
struct form_term {
  size_t slot;        /* below slots: a total */
  uint32_t statistic; /* below statistics */
  double coefficient; /* d theta / d T, in units of the statistic by units of the total */
};

struct forms {
  struct mem *mem;
  size_t slots, statistics; /* slots: cells * (measures + 1) */
  struct form_term *terms; /* after forms_close by slot, then in the order of adding */
  size_t count, room;
  size_t *first;           /* [slots + 1] after forms_close: terms first[s] .. first[s+1] - 1 */
};

void forms_open(bilan *b, struct forms *f, size_t slots, size_t statistics);
/* A coefficient of 0 is left out. BILAN_NOMEM. */
bilan_status forms_add(bilan *b, struct forms *f, size_t slot, size_t statistic,
                       double coefficient);
bilan_status forms_close(bilan *b, struct forms *f);
void forms_free(struct forms *f); /* idempotent */

#endif

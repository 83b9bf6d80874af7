/* frequency.h - the frequencies of one item: levels and nets with count, share, cumulative
 * share, in the order of the dictionary or of the counts.
 *
 * Worked example, counts a 2, b 5, c 3, sorted "descending":
 *
 *   level   count   share   cumulative
 *   b       5       0.5     0.5
 *   c       3       0.3     0.8
 *   a       2       0.2     1
 *
 * A net comes after them and has no cumulative share, since it overlaps the levels.
 */
#ifndef STAT_FREQUENCY_H
#define STAT_FREQUENCY_H

#include "stat/proportion.h"

/* SORT_LEVEL is the order of the dictionary; the others are by (weighted) count. */
enum level_sort { SORT_LEVEL, SORT_DESCENDING, SORT_ASCENDING, LEVEL_SORTS };

extern const char *const level_sort_names[LEVEL_SORTS + 1]; /* "level", "descending", ... */

/* Fills `order` with the places of a tally's levels, sorted by weight in the given group;
 * nets stay behind the levels. Equal weights keep the order of the dictionary.
 * `order` has room for t->levels places. BILAN_NOMEM. */
bilan_status level_order(bilan *b, size_t *order, const struct tally *t, size_t group,
                         size_t nets, enum level_sort sort);

/* Rows without their figures, for proportion_look; `p` was opened for all levels. */
bilan_status frequency_list(bilan *b, struct estimates *out, const struct proportions *p,
                            enum level_sort sort);

/* One row a level, then one a net; sorted within each group. Cumulative shares go down the
 * rows as sorted; a SET has none, nor do nets. */
bilan_status frequency_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                const struct tally_request *request,
                                const struct proportion_options *options,
                                enum level_sort sort);

#endif

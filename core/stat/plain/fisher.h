/* fisher.h - between fisher.c, fisher_count.c and fisher_simulate.c. Tables given here hold
 * whole counts and neither an empty row nor an empty column. */
#ifndef PLAIN_FISHER_H
#define PLAIN_FISHER_H

#include "stat/plain/plain.h"

/* The exact p-value of an r x c table. BILAN_LIMIT: more than `limit` states. */
bilan_status fisher_count(bilan *b, double *p_value, struct plain_counts t, size_t limit);

/* Simulated: (1 + tables no more likely) / (1 + replicates), as if the one seen was one. */
bilan_status fisher_simulate(bilan *b, double *p_value, struct plain_counts t,
                             size_t replicates, uint64_t seed);

#endif

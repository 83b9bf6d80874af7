/* summary.h - what a column holds at a glance: answers, kinds of missing, range, an example. */
#ifndef DATA_SUMMARY_H
#define DATA_SUMMARY_H

#include "data/column.h"
#include "data/domain.h"

/* Filled by column_summary; owns nothing. */
struct summary {
  size_t answered;
  size_t missing[BILAN_MISSING_KINDS]; /* by kind; [BILAN_PRESENT] is their sum */
  size_t example;                      /* row of the first answer; SIZE_MAX when there is none */
  bool numeric;                        /* then: */
  double low, high;                    /* of the answers */
};

/* One pass over the rows of the domain. */
void column_summary(struct summary *out, const struct column *c, const struct domain *domain);

#endif

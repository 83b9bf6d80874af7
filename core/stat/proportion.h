/* proportion.h - the share of each level of an item, by up to three by-variables.
 *
 * value = k / n with k rows of the level among n with an answer; se = sqrt(N/(N-1) p(1-p)/n),
 * see estimate.h; the interval is the plain one by name (Wilson 1927 unless told), with the
 * normal quantile. A level nobody gave stays in the list, 0 of n; a declared group without
 * respondents stays with n = 0 and a note.
 *
 * Worked example: 8 of 20 yes: value 0.4, se 0.1124 (estimate.h), Wilson's 95 % interval
 * 0.219 to 0.613:
 *
 *   (p + z^2/2n -+ z sqrt(p (1-p)/n + z^2/4n^2)) / (1 + z^2/n)   with z = 1.96
 *
 * Failure: as tally_open. Cost: that of the tally, then a row each.
 */
#ifndef STAT_PROPORTION_H
#define STAT_PROPORTION_H

#include "stat/tally.h"

/* How shares become rows. */
struct proportion_options {
  double conf;
  enum plain_method method;
  uint32_t level; /* only this one; NO_LEVEL for all */
};

/* Rows: groups in dictionary order, within them levels in dictionary order, then nets. */
bilan_status proportion_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                 const struct tally_request *request,
                                 const struct proportion_options *options);

/* One level of one group of a tally that was made by `request`.
 * `group` and `level` are places in the tally. Cannot fail: what does not exist is absent,
 * with a note. */
void proportion_fill(struct estimate *e, const struct sample *sample, const struct tally *t,
                     size_t group, size_t level, const struct tally_request *request,
                     const struct proportion_options *options);

#endif

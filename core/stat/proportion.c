/* proportion.c - see proportion.h: a tally, read out level by level.
 *
 * The interval is that of k of n as if the group were a sample of its own (the plain methods
 * know no domain); the standard error keeps the whole sample, as designs do. With everybody
 * in the base both are the textbook's.
 *
 * Rows of a group stand together, so a reader can print a group without sorting. The tally is
 * gone when the function returns: rows hold copies of all they need.
 */
#include "stat/proportion.h"

/* `bare`: with a base of answers a respondent counts many times, so no binomial interval. */
void proportion_fill(struct estimate *e, const struct sample *sample, const struct tally *t,
                     size_t group, size_t level, const struct tally_request *request,
                     const struct proportion_options *options) {
  struct share s = {
      .count = (double)t->count[group * t->levels + level],
      .base = (double)t->bases[group].n,
      .weight = t->weight[group * t->levels + level],
      .base_weight = t->bases[group].weight,
      .bare = request->item->type == COLUMN_SET && request->base == BASE_ANSWERS,
  };
  *e = tally_estimate(t, group, level);
  share_fill(e, sample, s, options->conf, options->method);
}

/* The levels of one group that are asked for.
 * Groups with a missing by-variable, and undeclared ones that nobody is in, give no row. */
static bilan_status add_group(bilan *b, struct estimates *out, const struct sample *sample,
                              const struct tally *t, size_t group,
                              const struct tally_request *request,
                              const struct proportion_options *options) {
  uint32_t codes[BY_MOST];
  if (!by_codes(request->by, group, codes)) return BILAN_OK;
  if (!by_shows(request->by, tally_rows(t, group))) return BILAN_OK;
  for (size_t level = 0; level < t->levels; level++) {
    struct estimate_row *row;
    if (options->level != NO_LEVEL && options->level != t->codes[level]) continue;
    bilan_status status = estimates_add(b, out, &row, codes, t->codes[level]);
    if (status) return status;
    proportion_fill(&row->e, sample, t, group, level, request, options);
  }
  return BILAN_OK;
}

/* One tally, then row by row. */
bilan_status proportion_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                 const struct tally_request *request,
                                 const struct proportion_options *options) {
  struct tally t;
  bilan_status status = tally_open(b, &t, sample, request);
  if (status) return status;
  for (size_t group = 0; !status && group < t.groups; group++)
    status = add_group(b, out, sample, &t, group, request, options);
  tally_free(&t);
  return status;
}

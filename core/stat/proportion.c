/* proportion.c - see proportion.h: a tally, read out level by level.
 *
 * Without a declared design the interval is that of k of n as if the group were a sample of its
 * own (the plain methods know no domain); the standard error keeps the whole sample, as designs
 * do. With everybody in the base both are the textbook's. By a declared design both keep it.
 *
 * Worked example, item yes, no by girl, boy; girls 8 yes, 12 no, 1 without an answer, boys 3 yes,
 * 5 no. Rows, in this order, and all of a group with the same base:
 *
 *   girl yes  0.4    of 20, missing 1
 *   girl no   0.6    of 20, missing 1
 *   boy  yes  0.375  of 8,  missing 0
 *   boy  no   0.625  of 8,  missing 0
 *
 * The girls' V is 29/28 * 0.24 / 20, as their 20 are part of 29 rows; their interval is Wilson's
 * of 8 of 20.
 *
 * Rows of a group stand together, so a reader can print a group without sorting. The tally is
 * gone when the function returns: rows hold copies of all they need.
 */
#include "stat/proportion.h"

/* A zeroed one is fine. The tally goes last: its handle's memory is what the others are freed
 * from. */
void proportions_free(struct proportions *p) {
  struct mem *mem = p->tally.mem;
  share_spread_free(&p->spread);
  if (mem) mem_free(mem, p->df);
  tally_free(&p->tally);
  p->df = NULL;
}

/* What only a declared design has: variances of the shares asked for (of one level, or all),
 * degrees of freedom of every group. On failure proportions_free releases what was got. */
static bilan_status open_spread(bilan *b, struct proportions *p) {
  const struct share_plan plan = {.request = p->request,
                                  .tally = &p->tally,
                                  .of = SHARE_OF_COLUMN,
                                  .level = p->options->level};
  p->df = mem_array(&b->mem, p->tally.groups, sizeof *p->df);
  if (!p->df) return fail_nomem(b);
  bilan_status status = sample_degrees(b, p->df, p->sample, p->request->by);
  return status ? status : share_spread_open(b, &p->spread, p->sample, &plan);
}

/* `out` is untouched on failure. */
bilan_status proportions_open(bilan *b, struct proportions *out, const struct sample *sample,
                              const struct tally_request *request,
                              const struct proportion_options *options) {
  struct proportions p = {.sample = sample, .request = request, .options = options};
  bilan_status status = share_check(b, sample, options->method);
  if (!status) status = tally_open(b, &p.tally, sample, request);
  if (!status && sample_designed(sample)) status = open_spread(b, &p);
  if (status) proportions_free(&p);
  else *out = p;
  return status;
}

/* Counts first, then what share.h makes of them; groups without a base have no place among the
 * columns, hence no variance. */
void proportion_fill(struct estimate *e, const struct proportions *p, size_t group,
                     size_t level) {
  struct share s = tally_share(&p->tally, group, level, p->request);
  const struct share_options o = {p->options->conf, p->options->method, p->options->deff};
  if (p->df) {
    s.variance = share_variance(&p->spread, level, p->spread.column[group]);
    s.df = p->df[group];
  }
  *e = tally_estimate(&p->tally, group, level);
  share_fill(e, p->sample, &s, &o);
}

/* The levels of one group that are asked for.
 * Groups with a missing by-variable, and undeclared ones that nobody is in, give no row. */
static bilan_status add_group(bilan *b, struct estimates *out, const struct proportions *p,
                              size_t group) {
  const struct tally *t = &p->tally;
  uint32_t codes[BY_MOST];
  if (!by_codes(p->request->by, group, codes)) return BILAN_OK;
  if (!by_shows(p->request->by, tally_rows(t, group))) return BILAN_OK;
  for (size_t level = 0; level < t->levels; level++) {
    struct estimate_row *row;
    if (p->options->level != NO_LEVEL && p->options->level != t->codes[level]) continue;
    bilan_status status = estimates_add(b, out, &row, codes, t->codes[level]);
    if (status) return status;
    proportion_fill(&row->e, p, group, level);
  }
  return BILAN_OK;
}

/* One tally, then row by row. Of a list that fails half way the rows stay, which the caller's list
 * releases. */
bilan_status proportion_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                 const struct tally_request *request,
                                 const struct proportion_options *options) {
  struct proportions p;
  bilan_status status = proportions_open(b, &p, sample, request, options);
  if (status) return status;
  for (size_t group = 0; !status && group < p.tally.groups; group++)
    status = add_group(b, out, &p, group);
  proportions_free(&p);
  return status;
}

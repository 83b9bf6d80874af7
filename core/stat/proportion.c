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
  if (mem) mem_free(mem, p->quantile);
  tally_free(&p->tally);
  p->df = p->quantile = NULL;
}

/* Student's quantiles of the groups: mostly one for all. */
static void find_quantiles(bilan *b, struct proportions *p) {
  for (size_t g = 0; g < p->tally.groups; g++)
    if (p->df[g] > 0) p->quantile[g] = estimate_quantile(b, p->options->conf, p->df[g]);
}

/* What only a declared design has, of strata, clusters or replicates: variances of the shares asked
 * for (of one level, or all), degrees of freedom of every group. On failure proportions_free
 * releases what was got. */
static bilan_status open_spread(bilan *b, struct proportions *p) {
  const struct share_plan plan = {.request = p->request,
                                  .tally = &p->tally,
                                  .of = SHARE_OF_COLUMN,
                                  .level = p->options->level};
  p->df = mem_array(&b->mem, p->tally.groups, sizeof *p->df);
  p->quantile = mem_zero(&b->mem, p->tally.groups, sizeof *p->quantile);
  if (!p->df || !p->quantile) return fail_nomem(b);
  bilan_status status = tally_degrees(b, p->df, &p->tally, p->sample, p->request->by);
  if (!status) find_quantiles(b, p);
  return status ? status : share_spread_open(b, &p->spread, p->sample, &plan);
}

/* `out` is untouched on failure. */
bilan_status proportions_open(bilan *b, struct proportions *out, const struct sample *sample,
                              const struct tally_request *request,
                              const struct proportion_options *options) {
  struct proportions p = {.sample = sample, .request = request, .options = options};
  struct tally_request counted = *request;
  counted.variances = true;
  bilan_status status = share_check(b, sample, options->method);
  if (!status) status = tally_open(b, &p.tally, sample, &counted);
  p.simple = share_is_simple(sample) && request->item->type == COLUMN_CODES;
  if (!status && sample_designed(sample) && !p.simple) status = open_spread(b, &p);
  cells_free(&p.tally.cells); /* only variances need them, and rows may be read much later */
  p.tally.cells = (struct cells){0};
  if (status) proportions_free(&p);
  else *out = p;
  return status;
}

/* Counts first, then what share.h makes of them; groups without a base have no place among the
 * columns, hence no variance. */
static void fill(struct estimate *e, const struct proportions *p, size_t group, size_t level) {
  struct share s = tally_share(&p->tally, group, level, p->request);
  const struct share_options o = {p->options->conf, p->options->method, p->options->deff};
  if (p->simple) {
    s.variance = share_simple_variance(p->sample, &s);
    s.df = share_simple_df(tally_rows(&p->tally, group));
  } else if (p->df) {
    s.variance = share_variance(&p->spread, level, p->spread.column[group]);
    s.df = p->df[group];
    s.quantile = p->quantile[group];
  }
  *e = tally_estimate(&p->tally, group, level);
  share_fill(e, p->sample, &s, &o);
}

/* A cumulative share is known beforehand. */
void proportion_look(struct estimate_row *row, const struct proportions *p) {
  double cumulative = estimate_get(&row->e, FIGURE_CUMULATIVE);
  if (!row->later) return;
  fill(&row->e, p, row->group, row->place);
  estimate_set(&row->e, FIGURE_CUMULATIVE, cumulative);
  row->later = false;
}

void proportion_look_all(struct estimates *list, const struct proportions *p, size_t from) {
  for (size_t i = from; i < list->count; i++) proportion_look(&list->rows[i], p);
}

/* Groups with a missing by-variable, and undeclared ones that nobody is in, give no row. */
bilan_status proportion_rows(bilan *b, struct estimates *out, const struct proportions *p,
                             size_t group, const size_t *order) {
  const struct tally *t = &p->tally;
  uint32_t codes[BY_MOST];
  if (!by_codes(p->request->by, group, codes)) return BILAN_OK;
  if (!by_shows(p->request->by, tally_rows(t, group))) return BILAN_OK;
  for (size_t i = 0; i < t->levels; i++) {
    struct estimate_row *row;
    size_t level = order ? order[i] : i;
    if (p->options->level != NO_LEVEL && p->options->level != t->codes[level]) continue;
    bilan_status status = estimates_add(b, out, &row, codes, t->codes[level]);
    if (status) return status;
    row->later = true;
    row->group = group;
    row->place = level;
  }
  return BILAN_OK;
}

/* One tally, then row by row. Of a list that fails half way the rows stay, which the caller's list
 * releases. */
bilan_status proportion_list(bilan *b, struct estimates *out, const struct proportions *p) {
  bilan_status status = BILAN_OK;
  for (size_t group = 0; !status && group < p->tally.groups; group++)
    status = proportion_rows(b, out, p, group, NULL);
  return status;
}

bilan_status proportion_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                 const struct tally_request *request,
                                 const struct proportion_options *options) {
  struct proportions p;
  size_t from = out->count;
  bilan_status status = proportions_open(b, &p, sample, request, options);
  if (status) return status;
  status = proportion_list(b, out, &p);
  if (!status) proportion_look_all(out, &p, from);
  proportions_free(&p);
  return status;
}

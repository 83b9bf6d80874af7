/* frequency.c - see frequency.h: a tally, read out in an order of its own.
 *
 * Cumulative shares are sums of weights in the order shown, divided once: without weights they
 * are k/n to the last bit, and the last one is 1.
 *
 * Sorting is stable (kernel/sort.h): levels of the same count stay in the order of the
 * dictionary, so the answer is the same on every machine. Descending is rising order of the
 * negated weight, which keeps ties the right way round.
 *
 * Worked example of a sort, weights 2, 5, 3, 5 of levels a, b, c, d and a net: keys -2 -5 -3 -5,
 * so descending order is b d c a net: b before d as in the dictionary. Cumulative 5/15, 10/15,
 * 13/15, 1; the net has none.
 *
 * Cost: that of the shares, and a sort of the levels in each group.
 * Failure: as tally_open and BILAN_NOMEM; rows added before stay in `out`.
 */
#include "stat/frequency.h"

#include "kernel/sort.h"

const char *const level_sort_names[LEVEL_SORTS + 1] = {"level", "descending", "ascending", NULL};

/* Nets keep their place behind the levels: they overlap them. */
bilan_status level_order(bilan *b, size_t *order, const struct tally *t, size_t group,
                         size_t nets, enum level_sort sort) {
  size_t plain = t->levels - nets;
  for (size_t i = 0; i < t->levels; i++) order[i] = i;
  if (sort == SORT_LEVEL || !plain) return BILAN_OK;
  size_t *spare = mem_array(&b->mem, plain, sizeof *spare);
  double *key = mem_array(&b->mem, plain, sizeof *key);
  double sign = sort == SORT_DESCENDING ? -1 : 1;
  bilan_status status = spare && key ? BILAN_OK : fail_nomem(b);
  for (size_t i = 0; !status && i < plain; i++)
    key[i] = sign * t->weight[group * t->levels + i];
  if (!status) sort_places(order, spare, key, plain);
  mem_free(&b->mem, spare);
  mem_free(&b->mem, key);
  return status;
}

/* The levels of one group, as sorted in it: a row each, with the share of proportion_fill.
 * The running sum is over the rows as shown; nets are behind and do not add to it. */
static bilan_status add_group(bilan *b, struct estimates *out, const struct proportions *p,
                              size_t group, const size_t *order) {
  const struct tally *t = &p->tally;
  uint32_t codes[BY_MOST];
  size_t plain = t->levels - p->request->net_count;
  double sum = 0;
  if (!by_codes(p->request->by, group, codes)) return BILAN_OK;
  if (!by_shows(p->request->by, tally_rows(t, group))) return BILAN_OK;
  for (size_t i = 0; i < t->levels; i++) {
    struct estimate_row *row;
    bilan_status status = estimates_add(b, out, &row, codes, t->codes[order[i]]);
    if (status) return status;
    proportion_fill(&row->e, p, group, order[i]);
    sum += t->weight[group * t->levels + order[i]];
    if (i < plain && p->request->item->type == COLUMN_CODES)
      estimate_set(&row->e, FIGURE_CUMULATIVE, sum / t->bases[group].weight);
  }
  return BILAN_OK;
}

/* Sorted within each group by its own counts, so two groups may show the levels in different
 * orders. All levels are shown, whatever options->level: a share cumulates over all of them. */
bilan_status frequency_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                const struct tally_request *request,
                                const struct proportion_options *options,
                                enum level_sort sort) {
  struct proportions p;
  struct proportion_options all = *options;
  all.level = NO_LEVEL;
  bilan_status status = proportions_open(b, &p, sample, request, &all);
  if (status) return status;
  size_t *order = mem_array(&b->mem, p.tally.levels, sizeof *order);
  if (!order) status = fail_nomem(b);
  for (size_t group = 0; !status && group < p.tally.groups; group++) {
    status = level_order(b, order, &p.tally, group, request->net_count, sort);
    if (!status) status = add_group(b, out, &p, group, order);
  }
  mem_free(&b->mem, order);
  proportions_free(&p);
  return status;
}

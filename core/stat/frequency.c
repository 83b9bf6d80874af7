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

/* The running sum of the shares of one group, over the rows as shown; nets are behind and do not
 * add to it, and levels that overlap have none. */
static void cumulate(struct estimate_row *rows, size_t count, const struct proportions *p) {
  const struct tally *t = &p->tally;
  double sum = 0;
  if (p->request->item->type != COLUMN_CODES) return;
  for (size_t i = 0; i + p->request->net_count < count; i++) {
    sum += t->weight[rows[i].group * t->levels + rows[i].place];
    estimate_set(&rows[i].e, FIGURE_CUMULATIVE, sum / t->bases[rows[i].group].weight);
  }
}

/* Sorted within each group by its own counts, so two groups may show the levels in different
 * orders. All levels are shown: a share cumulates over all of them. */
bilan_status frequency_list(bilan *b, struct estimates *out, const struct proportions *p,
                            enum level_sort sort) {
  bilan_status status = BILAN_OK;
  size_t nets = p->request->net_count;
  size_t *order = mem_array(&b->mem, p->tally.levels, sizeof *order);
  if (!order) return fail_nomem(b);
  for (size_t group = 0; !status && group < p->tally.groups; group++) {
    size_t from = out->count;
    status = level_order(b, order, &p->tally, group, nets, sort);
    if (!status) status = proportion_rows(b, out, p, group, order);
    if (!status && out->count > from) cumulate(&out->rows[from], out->count - from, p);
  }
  mem_free(&b->mem, order);
  return status;
}

/* Whatever options->level. */
bilan_status frequency_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                const struct tally_request *request,
                                const struct proportion_options *options,
                                enum level_sort sort) {
  struct proportions p;
  struct proportion_options all = *options;
  size_t from = out->count;
  all.level = NO_LEVEL;
  bilan_status status = proportions_open(b, &p, sample, request, &all);
  if (status) return status;
  status = frequency_list(b, out, &p, sort);
  if (!status) proportion_look_all(out, &p, from);
  proportions_free(&p);
  return status;
}

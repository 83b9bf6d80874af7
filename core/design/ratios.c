/* ratios.c - see ratios.h.
 *
 * Lists grow by doubling. While a sum is being told its cells stand behind those of the last one
 * that has ended, from first[sums] on. A sum of one cell is taken back: the cell is a value.
 *
 * Numerator and base of a share of 100 % are lists of the same cells in the same order, so that
 * their values have the same bits and the influence is 0.
 */
#include "design/ratios.h"

#include "base/two.h"

/* See ratios.h. */
bilan_status ratios_open(bilan *b, struct ratios *r, size_t cells, size_t count) {
  *r = (struct ratios){.mem = &b->mem, .cells = cells, .count = count, .sum_room = 16,
                       .list_room = 64};
  r->first = mem_zero(&b->mem, r->sum_room + 1, sizeof *r->first);
  r->list = mem_array(&b->mem, r->list_room, sizeof *r->list);
  r->ratio = mem_array(&b->mem, count, sizeof *r->ratio);
  return r->first && r->list && r->ratio ? BILAN_OK : fail_nomem(b);
}

/* See ratios.h. */
void ratios_close(struct ratios *r) {
  if (!r->mem) return;
  mem_free(r->mem, r->first);
  mem_free(r->mem, r->list);
  mem_free(r->mem, r->ratio);
  *r = (struct ratios){0};
}

/* See ratios.h. */
bilan_status ratios_cell(bilan *b, struct ratios *r, size_t cell) {
  if (r->listed == r->list_room) {
    size_t *list = mem_resize_array(r->mem, r->list, 2 * r->list_room, sizeof *list);
    if (!list) return fail_nomem(b);
    r->list = list;
    r->list_room *= 2;
  }
  r->list[r->listed++] = cell;
  return BILAN_OK;
}

/* See ratios.h. */
bilan_status ratios_place(bilan *b, struct ratios *r, size_t *place) {
  size_t begin = r->first[r->sums];
  if (r->listed == begin + 1) {
    *place = r->list[--r->listed];
    return BILAN_OK;
  }
  if (r->sums == r->sum_room) {
    size_t *first = mem_resize_array(r->mem, r->first, 2 * r->sum_room + 1, sizeof *first);
    if (!first) return fail_nomem(b);
    r->first = first;
    r->sum_room *= 2;
  }
  *place = r->cells + r->sums++;
  r->first[r->sums] = r->listed;
  return BILAN_OK;
}

/* Values of two PSUs side by side: their cells, then the sums. */
static void fill_values(two *value, const struct ratios *r, const double *cell,
                        const double *next) {
  for (size_t c = 0; c < r->cells; c++) value[c] = (two){cell[c], next[c]};
  for (size_t s = 0; s < r->sums; s++) {
    two sum = {0, 0};
    for (size_t i = r->first[s]; i < r->first[s + 1]; i++) sum += value[r->list[i]];
    value[r->cells + s] = sum;
  }
}

/* z of two PSUs, which may be the same one. */
static void fill_influence(double *z, double *after, const struct ratios *r, const two *value) {
  for (size_t k = 0; k < r->count; k++) {
    const struct ratio *ratio = &r->ratio[k];
    two both = (value[ratio->over] - ratio->share * value[ratio->base]) * ratio->inverse;
    z[k] = both[0];
    after[k] = both[1];
  }
}

/* See ratios.h. A last one without a neighbour is its own. */
bilan_status ratios_influence(bilan *b, double *z, const struct ratios *r,
                              const struct cells *totals) {
  two *value = mem_array(&b->mem, r->cells + r->sums, sizeof *value);
  if (!value) return fail_nomem(b);
  for (size_t u = 0; u < totals->unit_count; u += 2) {
    size_t next = u + 1 < totals->unit_count ? u + 1 : u;
    fill_values(value, r, totals->unit_weight + u * totals->count,
                totals->unit_weight + next * totals->count);
    fill_influence(z + u * r->count, z + next * r->count, r, value);
  }
  mem_free(&b->mem, value);
  return BILAN_OK;
}

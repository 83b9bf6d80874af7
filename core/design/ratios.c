/* ratios.c - see ratios.h.
 *
 * Lists grow by doubling. While a sum is being told its cells stand behind those of the last one
 * that has ended, from first[sums] on. A sum of one cell is taken back: the cell is a value.
 *
 * Numerator and base of a share of 100 % are lists of the same cells in the same order, so that
 * their values have the same bits and the influence is 0.
 */
#include "design/ratios.h"

#include "base/twice.h"
#include "base/two.h"
#include "data/bitmap.h"

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

/* PSUs go side by side, for what is looked up of a share serves all of them. */
enum { PSUS = 4 };

/* Values of some PSUs: their cells, then the sums. */
INTO_BOTH void fill_values(four *value, const struct ratios *r, const double *const *cell) {
  const double *first = cell[0], *second = cell[1], *third = cell[2], *fourth = cell[3];
  size_t cells = r->cells, sums = r->sums;
  for (size_t c = 0; c < cells; c++) value[c] = (four){first[c], second[c], third[c], fourth[c]};
  for (size_t s = 0; s < sums; s++) {
    four sum = {0, 0, 0, 0};
    for (size_t i = r->first[s]; i < r->first[s + 1]; i++) sum += value[r->list[i]];
    value[cells + s] = sum;
  }
}

/* z of some PSUs, of which several may be the same one. */
INTO_BOTH void fill_influence(double *const *z, const struct ratios *r, const four *value) {
  const struct ratio *ratio = r->ratio;
  double *first = z[0], *second = z[1], *third = z[2], *fourth = z[3];
  size_t count = r->count;
  for (size_t k = 0; k < count; k++, ratio++) {
    four all = (value[ratio->over] - ratio->share * value[ratio->base]) * ratio->inverse;
    first[k] = all[0];
    second[k] = all[1];
    third[k] = all[2];
    fourth[k] = all[3];
  }
}

/* All PSUs; where there are not enough left the last one stands for those that lack. */
INTO_BOTH void fill_all(double *z, const struct ratios *r, const struct cells *totals,
                        four *value) {
  for (size_t u = 0; u < totals->unit_count; u += PSUS) {
    const double *cell[PSUS];
    double *to[PSUS];
    for (size_t i = 0; i < PSUS; i++) {
      size_t psu = u + i < totals->unit_count ? u + i : totals->unit_count - 1;
      cell[i] = totals->unit_weight + psu * totals->count;
      to[i] = z + psu * r->count;
    }
    fill_values(value, r, cell);
    fill_influence(to, r, value);
  }
}

WITH_AVX2 static void fill_avx2(double *z, const struct ratios *r, const struct cells *totals,
                                four *value) {
  fill_all(z, r, totals, value);
}

static void fill_plain(double *z, const struct ratios *r, const struct cells *totals,
                       four *value) {
  fill_all(z, r, totals, value);
}

/* See ratios.h. */
bilan_status ratios_influence(bilan *b, double *z, const struct ratios *r,
                              const struct cells *totals) {
  four *value = mem_array(&b->mem, r->cells + r->sums, sizeof *value);
  if (!value) return fail_nomem(b);
  if (bitmap_simd(b) == SIMD_AVX2) fill_avx2(z, r, totals, value);
  else fill_plain(z, r, totals, value);
  mem_free(&b->mem, value);
  return BILAN_OK;
}

/* quantile.c - see quantile.h.
 *
 * A group's distribution is its run of cells along the item, in rising order of the values:
 * no row is looked at again, and nothing is sorted but the levels, once. Every rule is one
 * walk over the distinct values; the m rows of a tied value are m points at equal steps, of
 * which only the first and the last are touched. Memory: four numbers a distinct value.
 *
 * Worked example of a line, hf7 on 1 2 3 4 with p = 0.25: part 0, end -1, so `want` = 0.25 *
 * (4 - 1) = 0.75; the places are 0, 1, 2, 3; 0.75 lies between the first and the second: 1 +
 * 0.75 * (2 - 1) = 1.75.
 *
 * Places of 1 2 3 4 once each, and what the scale p * (S + end * w_n) runs to:
 *
 *          x = 1   2      3      4      scale     median
 *   hf4    1       2      3      4      4 p       2
 *   hf5    0.5     1.5    2.5    3.5    4 p       2.5
 *   hf6    1       2      3      4      5 p       2.5
 *   hf7    0       1      2      3      3 p       2.5
 *   hf8    0.67    1.67   2.67   3.67   4.33 p    2.5
 *   hf9    0.625   1.625  2.625  3.625  4.25 p    2.5
 *
 * Woodruff's interval needs the standard error of F(q) by the design. Each value of a row is
 * put into a band: how many of its group's quantiles lie below it. Then x <= q_i is "a band of
 * at most r_i", r_i the number of quantiles below q_i, and F(q_i) is a share of bands: one
 * small column of codes serves all p, and all groups, at once.
 *
 * Worked example of bands, one group with values 1 to 5 once each and p = 0.25, 0.5, rule math:
 * the quantiles are 2 and 3. Bands 1 + quantiles below: 1 1 2 3 3; ranks r = 0 (below 2) and 1
 * (below 3). F(2) is the share of bands up to 1 + 0, 2/5; F(3) that up to 1 + 1, 3/5.
 *
 * Worked example of the interval, values 1 to 9 once each, p = 0.5: q = 5, F = 5/9 = 0.556, se =
 * sqrt(F (1 - F) / 8) = 0.176, t_8 = 2.306: F between 0.150 and 0.961, so the limits are 2 and 9,
 * and se = 7 / (2 * 2.306) = 1.52.
 *
 * Invariants: a distribution has positive weights and rising distinct values; sums are taken
 * in that order and nowhere else, so the answer does not depend on the order of rows.
 * Failure: BILAN_USAGE, BILAN_LIMIT, BILAN_NOMEM.
 */
#include "stat/quantile.h"

#include <float.h>
#include <math.h>

#include "base/number.h"
#include "stat/derive.h"
#include "stat/dist/dist.h"
#include "stat/moments.h"

const char *const quantile_rule_names[QUANTILE_RULES + 1] = {
    "math", "school", "hf1", "hf2", "hf3",       "hf4", "hf5",
    "hf6",  "hf7",    "hf8", "hf9", "shahvaish", NULL};

const char *const quantile_ties_names[QUANTILE_TIES + 1] = {"rows", "summed", NULL};

/* ---- the rules --------------------------------------------------------------------------- */

/* A sum with what rounding took from it (Neumaier, ZAMM 54, 1974). Weights such as 0.1 are summed
 * many times, and a rule of steps asks whether S_k is p S exactly. */
struct exact {
  double sum, lost;
};

/* What the rounded sum lost is added up beside it; the larger of the two terms tells what that
 * was. */
static void exact_add(struct exact *e, double x) {
  double sum = e->sum + x;
  e->lost += fabs(e->sum) >= fabs(x) ? e->sum - sum + x : x - sum + e->sum;
  e->sum = sum;
}

/* S with what rounding took, in rising order of the values, so the same for any order of rows. */
static struct exact exact_total(const struct distribution *d) {
  struct exact sum = {0, 0};
  for (size_t i = 0; i < d->count; i++) exact_add(&sum, d->w[i]);
  return sum;
}

/* S of the formulas, rounded once. */
static double total_weight(const struct distribution *d) {
  struct exact sum = exact_total(d);
  return sum.sum + sum.lost;
}

/* The weight `sum` less p times `total`, its sign as exact as p is: 0.1 is a bit more than a
 * tenth, so 20 of 200 are less. */
static double beyond(struct exact sum, struct exact total, double p) {
  double want = p * total.sum, lost = fma(p, total.sum, -want);
  return (sum.sum - want) + (sum.lost - lost - p * total.lost);
}

/* What a rule of steps takes where F is p exactly at point k, the (k + 1)-th: k counts from 0,
 * so an even k is the odd point of hf3's definition. There is a point k + 1. */
static double at_step(const struct distribution *d, size_t k, enum quantile_rule rule) {
  double x = d->x[k], upper = d->x[k + 1];
  if (rule == RULE_SCHOOL || rule == RULE_HF2) return x + (upper - x) / 2;
  return rule == RULE_HF3 && k % 2 == 0 ? upper : x;
}

/* Rules that pick an observed value, or the midpoint of two: the first point at or beyond p.
 * `fuzz` decides whether F(x) = p without weights: there a decimal p is meant. Of 1 2 3 4 and p =
 * 0.5 the sum after 2 is 2 = 0.5 * 4: math takes 2, school 2.5. */
static double step_quantile(const struct distribution *d, double p, enum quantile_rule rule) {
  struct exact total = exact_total(d), sum = {0, 0};
  double fuzz = d->fuzz * p * total.sum;
  for (size_t k = 0; k < d->count; k++) {
    exact_add(&sum, d->w[k]);
    double over = beyond(sum, total, p);
    if (k + 1 == d->count || over > fuzz) return d->x[k];
    if (over >= -fuzz) return at_step(d, k, rule);
  }
  return NAN;
}

/* How a rule of straight lines places point k: (before + part * w) / (S + end * w_n), where
 * `before` is the weight below it. */
struct line {
  double part, end;
};

/* Fractions from the definitions in quantile.h, with S_k = before + w_k.
 * In quantile.h's terms hf4 is S_k / S, hence part 1 and end 0; hf7's S_(k-1) / S_(n-1) is
 * part 0, end -1. */
static struct line line_of(enum quantile_rule rule) {
  switch (rule) {
  case RULE_HF5: return (struct line){1.0 / 2, 0};
  case RULE_HF6: return (struct line){1, 1};
  case RULE_HF7: return (struct line){0, -1};
  case RULE_HF8: return (struct line){2.0 / 3, 1.0 / 3};
  case RULE_HF9: return (struct line){5.0 / 8, 1.0 / 4};
  default: return (struct line){1, 0}; /* hf4 */
  }
}

/* A point on the way: its place on the scale of p * (S + end * w_n), in units of weight, and its
 * value. */
struct point {
  double place, x;
};

/* On the line from a to c; the end of it exactly, so that observed values come out unrounded.
 * Two points at the same place have no line between them: the later value. */
static double between(struct point a, struct point c, double want) {
  if (!(c.place > a.place)) return c.x;
  double share = (want - a.place) / (c.place - a.place);
  return share >= 1 ? c.x : a.x + share * (c.x - a.x);
}

/* Rows of one value are points at equal distances with the same x: only the first and the
 * last of them matter.
 * `from` is the last point passed, `first` the next one; p below the first place gives the
 * smallest value. */
static double line_quantile(const struct distribution *d, double p, enum quantile_rule rule,
                            enum quantile_ties ties) {
  struct line line = line_of(rule);
  size_t last = d->count - 1;
  double end = ties == TIES_ROWS ? d->w[last] / (double)d->rows[last] : d->w[last];
  double want = p * (total_weight(d) + line.end * end), before = 0;
  struct point from = {-INFINITY, d->x[0]};
  for (size_t k = 0; k < d->count; k++) {
    double each = ties == TIES_ROWS ? d->w[k] / (double)d->rows[k] : d->w[k];
    struct point first = {before + line.part * each, d->x[k]};
    if (want <= first.place) return k ? between(from, first, want) : d->x[0];
    before += d->w[k];
    from = (struct point){before - each + line.part * each, d->x[k]};
    if (want <= from.place) return d->x[k];
  }
  return d->x[last];
}

/* The largest value whose place is at most p; the smallest value below all places. Of 1 2 3 4 once
 * each the places are 1/5, 2/5, 3/5, 4/5, so the median is 2, and p = 0.6 gives 3.
 * Weights are scaled to sum to the number of points, as the rule asks for. */
static double shahvaish_quantile(const struct distribution *d, double p,
                                 enum quantile_ties ties) {
  double rows = 0, before = 0, x = d->x[0];
  for (size_t k = 0; k < d->count; k++) rows += ties == TIES_ROWS ? (double)d->rows[k] : 1;
  double scale = rows / total_weight(d);
  for (size_t k = 0; k < d->count; k++) {
    double each = scale * d->w[k] / (ties == TIES_ROWS ? (double)d->rows[k] : 1);
    if ((before + each / 2 + 0.5) / (rows + 1) > p * (1 + d->fuzz)) break;
    before += scale * d->w[k];
    x = d->x[k];
  }
  return x;
}

/* Dispatches on the rule; p outside [0, 1] gives the first or last value. Rules up to RULE_HF3
 * are of steps, for which rows that share a value make no difference. */
double distribution_quantile(const struct distribution *d, double p, enum quantile_rule rule,
                             enum quantile_ties ties) {
  if (!d->count) return NAN;
  if (rule <= RULE_HF3) return step_quantile(d, p, rule);
  if (rule == RULE_SHAHVAISH) return shahvaish_quantile(d, p, ties);
  return line_quantile(d, p, rule, ties);
}

/* ---- a group's distribution -------------------------------------------------------------- */

/* Codes of the answers of a column by rising value, and room for one group's distribution. */
struct ladder {
  size_t *codes; /* [count] by rising value; two may have the same value */
  size_t count;  /* levels that are answers */
  double *x, *w; /* [count] room: values and weights of the group climbed last */
  int64_t *rows; /* [count] the same: respondents with the value */
};

/* Releases what ladder_open got; NULL is fine, so it may follow one that failed. */
static void ladder_free(bilan *b, struct ladder *l) {
  mem_free(&b->mem, l->codes);
  mem_free(&b->mem, l->x);
  mem_free(&b->mem, l->w);
  mem_free(&b->mem, l->rows);
}

/* The order once for all groups, and room for the longest distribution.
 * BILAN_NOMEM; ladder_free releases what was got, also then. */
static bilan_status ladder_open(bilan *b, struct ladder *l, const struct column *item) {
  bilan_status status = derive_order(b, &l->codes, &l->count, item);
  if (status) return status;
  l->x = mem_array(&b->mem, l->count, sizeof *l->x);
  l->w = mem_array(&b->mem, l->count, sizeof *l->w);
  l->rows = mem_array(&b->mem, l->count, sizeof *l->rows);
  return l->x && l->w && l->rows ? BILAN_OK : fail_nomem(b);
}

/* Do the rows of a cell have the weight of those before, to rounding? Its mean and its squares
 * tell: 1, 3 sum to 2 times 2, but their squares to 10, not 8. */
static bool same_weight(const struct cells *c, size_t cell, double weight) {
  double n = (double)c->n[cell], room = 1e-12 * weight * n;
  return fabs(c->weight[cell] - n * weight) <= room &&
         fabs(c->weight2[cell] - n * weight * weight) <= room * weight;
}

/* Rows of equal weight are counted, so that their sums are exact on any scale of the weights: 20
 * rows of 0.1 are 20, and the median of them falls where that of 20 rows of 1 does. */
static void count_equals(struct ladder *l, size_t count) {
  for (size_t k = 0; k < count; k++) l->w[k] = (double)l->rows[k];
}

/* Cells of one group along the item -> its distribution; levels of equal value are one. Levels
 * low 1, mid 2, middle 2, high 3 with 4, 1, 2, 0 rows of weight 1.5: x = 1 2, rows = 4 3, w = 4
 * 3 (rows of equal weight are counted). Borrowed from the ladder: valid until the next group is
 * climbed. Values without rows are left out. */
static struct distribution climb(struct ladder *l, const struct column *item,
                                 const struct cells *c, size_t from, bool weighted) {
  size_t count = 0;
  double weight = 0;
  bool equal = true;
  for (size_t i = 0; i < l->count; i++) {
    double x = dict_level(item->dict, (uint32_t)l->codes[i])->value;
    size_t cell = from + l->codes[i];
    if (!c->n[cell]) continue;
    bool new = !count || l->x[count - 1] != x;
    if (new) {
      l->x[count] = x;
      l->w[count] = 0;
      l->rows[count++] = 0;
    }
    if (weight == 0) weight = c->weight[cell] / (double)c->n[cell];
    equal = equal && same_weight(c, cell, weight);
    l->w[count - 1] += c->weight[cell];
    l->rows[count - 1] += c->n[cell];
  }
  if (equal) count_equals(l, count);
  double fuzz = weighted ? 0 : 4 * DBL_EPSILON;
  return (struct distribution){count, l->x, l->w, l->rows, fuzz};
}

/* ---- bands ------------------------------------------------------------------------------- */

/* What one call has at hand; work_close releases it, however far it came. */
struct work {
  bilan *b;
  struct estimates *out;
  const struct sample *sample;
  const struct column *item;  /* the measure as codes; lent, as all above and the next two */
  const struct by *by;
  const struct quantile_options *o;
  struct ladder ladder;       /* one for all groups: they share the item's levels */
  struct cells cells;         /* by x item */
  double *df;                 /* of each group */
  size_t rows;                /* of `out` before the call */
  size_t *groups;             /* of the groups shown: their numbers */
  size_t group_count;
  uint32_t *band;             /* [cell]: band of that value in that group, from 1 */
  struct column *bands;       /* the same of each row, 0 where there is no answer */
  size_t *rank;               /* [statistic] r_i */
  struct target_answer answer; /* F at every quantile, with its variance */
};

/* Releases what was got, however far the call came; the item is quantile_estimate's own. */
static void work_close(struct work *w) {
  struct mem *mem = &w->b->mem;
  ladder_free(w->b, &w->ladder);
  cells_free(&w->cells);
  mem_free(mem, w->df);
  mem_free(mem, w->groups);
  mem_free(mem, w->band);
  column_free(w->bands);
  mem_free(mem, w->rank);
  target_free(&w->answer);
}

/* How many of the quantiles lie below x? A plain count: p are few, and need no order. */
static size_t below(const double *q, size_t count, double x) {
  size_t n = 0;
  for (size_t i = 0; i < count; i++) n += q[i] < x;
  return n;
}

/* The distribution of a group; see climb. It lasts until that of the next is asked for. */
static struct distribution distribution_of(struct work *w, size_t group) {
  return climb(&w->ladder, w->item, &w->cells, group * dict_count(w->item->dict),
               sample_weight(w->sample) != NULL);
}

/* The k-th quantile of a group that is shown: rows of a group are neighbours in the output. */
static double quantile_at(const struct work *w, size_t shown, size_t k) {
  return estimate_get(&w->out->rows[w->rows + shown * w->o->p_count + k].e, FIGURE_VALUE);
}

/* Bands of the values and ranks of the quantiles of one group. `q` is room for its quantiles. Only
 * codes of the ladder get a band: kinds of missing keep 0, as do groups that are not shown. */
static void band_group(struct work *w, size_t shown, double *q) {
  size_t from = w->groups[shown] * dict_count(w->item->dict), count = w->o->p_count;
  for (size_t k = 0; k < count; k++) q[k] = quantile_at(w, shown, k);
  for (size_t k = 0; k < count; k++) w->rank[shown * count + k] = below(q, count, q[k]);
  for (size_t i = 0; i < w->ladder.count; i++) {
    uint32_t code = (uint32_t)w->ladder.codes[i];
    double x = dict_level(w->item->dict, code)->value;
    w->band[from + code] = 1 + (uint32_t)below(q, count, x);
  }
}

/* Codes 0 .. count with numbers for labels: no answer, and the bands. Between p quantiles there are
 * p + 1 bands. The caller frees *out. */
static bilan_status band_dict(bilan *b, struct dict **out, size_t count) {
  bilan_status status = dict_new(b, out);
  for (size_t i = 1; !status && i <= count; i++) {
    char digits[NUMBER_ROOM];
    uint32_t code;
    struct text label = {digits, number_print(digits, (double)i)};
    struct level level = {label, (double)i, BILAN_PRESENT};
    status = dict_add_level(b, *out, &code, &level);
    if (status) dict_free(*out);
  }
  return status;
}

/* The band of every row, from the bands of the cells: the cell is numbered as cells.h does, by-
 * variables first. Rows without an answer have a cell whose band is 0. */
static bilan_status band_rows(struct work *w) {
  struct dict *dict;
  struct codes_builder k;
  bilan_status status = band_dict(w->b, &dict, w->o->p_count + 1);
  if (status) return status;
  status = codes_builder_open(w->b, &k, dict);
  dict_free(dict);
  if (status) return status;
  for (size_t row = 0; !status && row < w->sample->rows; row++) {
    size_t cell = 0;
    for (size_t i = 0; i < w->by->count; i++)
      cell = cell * dict_count(w->by->keys[i]->dict) + column_code(w->by->keys[i], row);
    cell = cell * dict_count(w->item->dict) + column_code(w->item, row);
    status = codes_builder_add(&k, w->band[cell]);
  }
  if (!status) return codes_builder_finish(&k, &w->bands);
  codes_builder_close(&k);
  return status;
}

/* Statistic shown * p_count + k is F at the k-th quantile of that group: the share of bands up
 * to its rank. A group has p + 2 cells: that of no answer, which is passed over by the + 1, and
 * p + 1 bands. NaN where a replicate gives nobody in the group weight. */
static void solve(const void *context, double *theta, const struct cells *totals) {
  const struct work *w = context;
  size_t p = w->o->p_count;
  for (size_t i = 0; i < w->group_count * p; i++) {
    const double *weight = totals->weight + w->groups[i / p] * (p + 2) + 1;
    double sum = 0, upto = 0;
    for (size_t band = 0; band <= p; band++) {
      sum += weight[band];
      if (band == w->rank[i]) upto = sum;
    }
    theta[i] = sum != 0 ? upto / sum : NAN;
  }
}

/* d F / d W_band = (1 or 0 - F) / W. */
static bilan_status gradient(bilan *b, const void *context, struct forms *forms,
                             const struct cells *totals, const double *theta) {
  const struct work *w = context;
  size_t p = w->o->p_count;
  bilan_status status = BILAN_OK;
  for (size_t i = 0; !status && i < w->group_count * p; i++) {
    size_t first = w->groups[i / p] * (p + 2) + 1;
    double sum = 0;
    if (isnan(theta[i])) continue;
    for (size_t band = 0; band <= p; band++) sum += totals->weight[first + band];
    for (size_t band = 0; !status && band <= p; band++)
      status = forms_add(b, forms, first + band, i, ((band <= w->rank[i]) - theta[i]) / sum);
  }
  return status;
}

/* F at every quantile with its variance: bands and ranks, the column of bands, the target. */
static bilan_status ask_design(struct work *w) {
  size_t count = w->group_count * w->o->p_count;
  double *q = mem_array(&w->b->mem, w->o->p_count, sizeof *q);
  w->band = mem_zero(&w->b->mem, w->cells.count, sizeof *w->band);
  w->rank = mem_array(&w->b->mem, count, sizeof *w->rank);
  bilan_status status = q && w->band && w->rank ? BILAN_OK : fail_nomem(w->b);
  for (size_t shown = 0; !status && shown < w->group_count; shown++) band_group(w, shown, q);
  mem_free(&w->b->mem, q);
  if (!status) status = band_rows(w);
  if (status) return status;
  struct target target = {.request = moments_request(w->sample, w->by, w->bands, NULL, 0),
                          .count = count, .block = 1, .context = w, .solve = solve,
                          .gradient = gradient};
  return target_estimate(w->b, &w->answer, w->sample->design, &target);
}

/* ---- estimates --------------------------------------------------------------------------- */

/* Woodruff's limits. F(q) = 1 leaves nothing to estimate the upper tail with.
 * low = F^-1(share - t se), high = F^-1(share + t se). One limit may exist without the other; se
 * needs both. */
static void woodruff(struct estimate *e, const struct distribution *d, double share, double se,
                     const struct quantile_options *o) {
  double t = student_quantile((1 - o->conf) / 2, estimate_get(e, FIGURE_DF), UPPER);
  double low = share - t * se, high = share + t * se;
  if (!(se > 0) || !(low >= 0) || !(high <= 1)) e->notes |= NOTE_NOT_ESTIMABLE;
  if (!(se > 0)) return;
  estimate_set(e, FIGURE_CONF, o->conf);
  if (low >= 0) estimate_set(e, FIGURE_LOW, distribution_quantile(d, low, o->rule, o->ties));
  if (high <= 1) estimate_set(e, FIGURE_HIGH, distribution_quantile(d, high, o->rule, o->ties));
  double width = estimate_get(e, FIGURE_HIGH) - estimate_get(e, FIGURE_LOW);
  estimate_set(e, FIGURE_SE, width / (2 * t));
}

/* The interval of one row, or why there is none: the first obstacle in this order is the note.
 * The value needs no degrees of freedom and is there even with one respondent. */
static void fill_row(struct estimate *e, const struct work *w, const struct distribution *d,
                     double df, double share, double variance) {
  if (!d->count) e->notes |= NOTE_EMPTY;
  else if (w->sample->rows < 2) e->notes |= NOTE_ONE_ROW;
  else if (e->n < 2) e->notes |= NOTE_ONE_RESPONDENT;
  else if (!(df > 0)) e->notes |= NOTE_NO_DEGREES;
  if (e->notes) return;
  estimate_set(e, FIGURE_DF, df);
  woodruff(e, d, share, sqrt(fmax(0, variance)), w->o);
}

/* All p of one group, in the order in which they were asked for: a row each with its value. The
 * group is noted down, so that bands and intervals find it. */
static bilan_status add_group(struct work *w, size_t group, const struct estimate *base,
                              const uint32_t codes[BY_MOST]) {
  struct distribution d = distribution_of(w, group);
  w->groups[w->group_count++] = group;
  for (size_t k = 0; k < w->o->p_count; k++) {
    struct estimate_row *row;
    bilan_status status = estimates_add(w->b, w->out, &row, codes, NO_LEVEL);
    if (status) return status;
    row->e = *base;
    double q = distribution_quantile(&d, w->o->p[k], w->o->rule, w->o->ties);
    estimate_set(&row->e, FIGURE_P, w->o->p[k]);
    estimate_set(&row->e, FIGURE_VALUE, q);
  }
  return BILAN_OK;
}

/* Cells, order and degrees of freedom; then the rows with their values, which need no design. On
 * failure work_close releases what was got; rows that were added stay. */
static bilan_status add_values(struct work *w) {
  size_t groups = by_groups(w->by), levels = dict_count(w->item->dict);
  struct cells_request request = moments_request(w->sample, w->by, w->item, NULL, 0);
  bilan_status status = ladder_open(w->b, &w->ladder, w->item);
  if (!status) status = cells_tabulate(w->b, &w->cells, &request);
  if (status) return status;
  w->df = mem_array(&w->b->mem, groups, sizeof *w->df);
  w->groups = mem_array(&w->b->mem, groups, sizeof *w->groups);
  if (!w->df || !w->groups) return fail_nomem(w->b);
  status = sample_degrees(w->b, w->df, w->sample, w->by);
  for (size_t group = 0; !status && group < groups; group++) {
    uint32_t codes[BY_MOST];
    struct estimate base = estimate_none();
    moments_add_item(&base, w->item, &w->cells, group * levels, request.weight != NULL);
    if (by_codes(w->by, group, codes) && by_shows(w->by, base.n + base.missing[BILAN_PRESENT]))
      status = add_group(w, group, &base, codes);
  }
  return status;
}

/* The intervals of all rows, group by group: the ladder holds one distribution at a time. */
static void add_intervals(struct work *w) {
  size_t p = w->o->p_count;
  for (size_t shown = 0; shown < w->group_count; shown++) {
    struct distribution d = distribution_of(w, w->groups[shown]);
    for (size_t i = shown * p; i < (shown + 1) * p; i++)
      fill_row(&w->out->rows[w->rows + i].e, w, &d, w->df[w->groups[shown]], w->answer.theta[i],
               w->answer.cov[i]);
  }
}

/* Numbers become their distinct values, so that groups are told by cells alone. BILAN_USAGE: no
 * numbers. BILAN_LIMIT: groups times distinct values beyond 2^26. */
bilan_status quantile_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                               struct column *measure, const struct by *by,
                               const struct quantile_options *options) {
  struct column *item;
  if (!column_is_numeric(measure))
    return fail(b, BILAN_USAGE, "no numbers to order: give the levels a score, or ask for "
                                "proportions");
  bilan_status status = column_to_codes(b, &item, measure, 0);
  if (status) return status;
  struct work w = {.b = b, .out = out, .sample = sample, .item = item, .by = by, .o = options,
                   .rows = out->count};
  status = add_values(&w);
  if (!status && out->count > w.rows) {
    status = ask_design(&w);
    if (!status) add_intervals(&w);
  }
  work_close(&w);
  column_free(item);
  return status;
}

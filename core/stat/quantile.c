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
 * Invariants: a distribution has positive weights and rising distinct values; sums are taken
 * in that order and nowhere else, so the answer does not depend on the order of rows.
 * Failure: BILAN_USAGE, BILAN_LIMIT, BILAN_NOMEM.
 */
#include "stat/quantile.h"

#include <float.h>
#include <math.h>

#include "stat/derive.h"
#include "stat/dist/dist.h"

const char *const quantile_rule_names[QUANTILE_RULES + 1] = {
    "math", "school", "hf1", "hf2", "hf3",       "hf4", "hf5",
    "hf6",  "hf7",    "hf8", "hf9", "shahvaish", NULL};

const char *const quantile_ties_names[QUANTILE_TIES + 1] = {"rows", "summed", NULL};

/* ---- the rules
 * ----------------------------------------------------------------------------- */

/* Summed in rising order of the values, so the same for any order of rows.
 * S of the formulas. */
static double total_weight(const struct distribution *d) {
  double sum = 0;
  for (size_t i = 0; i < d->count; i++) sum += d->w[i];
  return sum;
}

/* Rules that pick an observed value, or the midpoint of two.
 * `fuzz` decides whether F(x) = p: sums of weights such as 0.1 do not hit p exactly. */
static double step_quantile(const struct distribution *d, double p, enum quantile_rule rule) {
  double want = p * total_weight(d), sum = 0, fuzz = d->fuzz * want;
  for (size_t k = 0; k < d->count; k++) {
    sum += d->w[k];
    if (k + 1 == d->count || sum > want + fuzz) return d->x[k];
    if (sum < want - fuzz) continue;
    double upper = d->x[k + 1]; /* F(x_k) = p */
    if (rule == RULE_SCHOOL || rule == RULE_HF2) return d->x[k] + (upper - d->x[k]) / 2;
    if (rule == RULE_HF3) return (k + 1) % 2 == 0 ? d->x[k] : upper;
    return d->x[k];
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

/* A point on the way: its place on the scale of p * (S + end * w_n), and its value. */
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

/* The largest value whose place is at most p; the smallest value below all places.
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

/* Dispatches on the rule; p outside [0, 1] gives the first or last value. */
double distribution_quantile(const struct distribution *d, double p, enum quantile_rule rule,
                             enum quantile_ties ties) {
  if (!d->count) return NAN;
  if (rule <= RULE_HF3) return step_quantile(d, p, rule);
  if (rule == RULE_SHAHVAISH) return shahvaish_quantile(d, p, ties);
  return line_quantile(d, p, rule, ties);
}

/* O(count). */
double distribution_share(const struct distribution *d, double x) {
  double below = 0;
  for (size_t k = 0; k < d->count && d->x[k] <= x; k++) below += d->w[k];
  return d->count ? below / total_weight(d) : NAN;
}

/* ---- a group's distribution
 * ---------------------------------------------------------------- */

/* Codes of the answers of a column by rising value, and room for one group's distribution. */
struct ladder {
  size_t *codes;
  size_t count;
  double *x, *w;
  int64_t *rows;
};

/* Releases what ladder_open got; NULL is fine. */
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

/* Cells of one group along the item -> its distribution; levels of equal value are one.
 * Borrowed from the ladder: valid until the next group is climbed. Values without rows are
 * left out. */
static struct distribution climb(struct ladder *l, const struct column *item,
                                 const struct cells *c, size_t from) {
  size_t count = 0;
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
    l->w[count - 1] += c->weight[cell];
    l->rows[count - 1] += c->n[cell];
  }
  return (struct distribution){count, l->x, l->w, l->rows, 4 * DBL_EPSILON};
}

/* ---- estimates
 * ----------------------------------------------------------------------------- */

/* Woodruff's limits. F(q) = 1 leaves nothing to estimate the upper tail with.
 * With share = F(q): low = F^-1(share - t se), high = F^-1(share + t se). One limit may exist
 * without the other; se needs both. */
static void woodruff(struct estimate *e, const struct sample *sample,
                     const struct distribution *d, double p, const struct quantile_options *o) {
  double q = distribution_quantile(d, p, o->rule, o->ties), share = distribution_share(d, q);
  double se = sqrt(sample_factor(sample) * share * (1 - share) / (double)e->n);
  double t = student_quantile((1 - o->conf) / 2, sample_df(sample), UPPER);
  double low = share - t * se, high = share + t * se;
  if (!(se > 0) || !(low >= 0) || !(high <= 1)) e->notes |= NOTE_NOT_ESTIMABLE;
  if (!(se > 0)) return;
  estimate_set(e, FIGURE_CONF, o->conf);
  if (low >= 0) estimate_set(e, FIGURE_LOW, distribution_quantile(d, low, o->rule, o->ties));
  if (high <= 1) estimate_set(e, FIGURE_HIGH, distribution_quantile(d, high, o->rule, o->ties));
  double width = estimate_get(e, FIGURE_HIGH) - estimate_get(e, FIGURE_LOW);
  estimate_set(e, FIGURE_SE, width / (2 * t));
}

/* A quantile of one group; says why there is no interval.
 * The value needs no degrees of freedom and is there even with one respondent. */
static void fill_row(struct estimate *e, const struct sample *sample,
                     const struct distribution *d, double p, const struct quantile_options *o) {
  estimate_set(e, FIGURE_P, p);
  if (!d->count) {
    e->notes |= NOTE_EMPTY;
    return;
  }
  estimate_set(e, FIGURE_VALUE, distribution_quantile(d, p, o->rule, o->ties));
  if (sample->weight) e->notes |= NOTE_WEIGHTS;
  if (sample->rows < 2) e->notes |= NOTE_ONE_ROW;
  else if (e->n < 2) e->notes |= NOTE_ONE_RESPONDENT;
  if (e->notes) return;
  estimate_set(e, FIGURE_DF, sample_df(sample));
  woodruff(e, sample, d, p, o);
}

/* Base and missing of one group, from its cells along the item. */
static struct estimate base_of(const struct column *item, const struct cells *c, size_t from) {
  struct estimate e = estimate_none();
  double weight = 0;
  for (uint32_t code = 0; code < dict_count(item->dict); code++) {
    bilan_missing kind = dict_level(item->dict, code)->missing;
    estimate_add_missing(&e, kind, c->n[from + code]);
    if (kind) continue;
    e.n += c->n[from + code];
    weight += c->weight[from + code];
  }
  estimate_set(&e, FIGURE_WEIGHTED_N, weight);
  return e;
}

/* All p of one group, in the order in which they were asked for.
 * Each row starts from the group's base; only the figures differ. */
static bilan_status add_group(bilan *b, struct estimates *out, const struct sample *sample,
                              const struct distribution *d, const struct estimate *base,
                              const uint32_t codes[BY_MOST], const struct quantile_options *o) {
  for (size_t i = 0; i < o->p_count; i++) {
    struct estimate_row *row;
    bilan_status status = estimates_add(b, out, &row, codes, NO_LEVEL);
    if (status) return status;
    row->e = *base;
    fill_row(&row->e, sample, d, o->p[i], o);
  }
  return BILAN_OK;
}

/* All groups, from a column of codes whose levels have values. */
static bilan_status each_group(bilan *b, struct estimates *out, const struct sample *sample,
                               const struct column *item, const struct by *by,
                               const struct quantile_options *o) {
  struct cells_request r = {
      .rows = sample->rows, .domain = sample->domain, .weight = sample->weight};
  for (size_t i = 0; i < by->count; i++) r.keys[r.key_count++] = by->keys[i];
  r.keys[r.key_count++] = item;
  struct ladder ladder = {0};
  struct cells c = {0};
  size_t levels = dict_count(item->dict);
  bilan_status status = ladder_open(b, &ladder, item);
  if (!status) status = cells_tabulate(b, &c, &r);
  for (size_t group = 0; !status && group < by_groups(by); group++) {
    uint32_t codes[BY_MOST];
    struct estimate base = base_of(item, &c, group * levels);
    if (!by_codes(by, group, codes) || !by_shows(by, base.n + base.missing[BILAN_PRESENT]))
      continue;
    struct distribution d = climb(&ladder, item, &c, group * levels);
    status = add_group(b, out, sample, &d, &base, codes, o);
  }
  ladder_free(b, &ladder);
  cells_free(&c);
  return status;
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
  status = each_group(b, out, sample, item, by, options);
  column_free(item);
  return status;
}

/* moments.c - see moments.h.
 *
 * The last key of every request is the presence of the measure (derive_presence), so the cell
 * of a group's answers is group * STATES + STATE_ANSWERED and the cells beside it say why the
 * others have no value. The first pass gives the means, the second sums squares about them;
 * what the second finds of the first's rounding (sum of y - mean, over n) is taken off again.
 * So a mean of 1e9 costs a variance of 1 nothing.
 *
 * V of a total, with m the mean, S the squares about it and n rows of N in the group:
 *   sum u^2 - (sum u)^2 / N = S + n m^2 - n^2 m^2 / N = S + n m^2 (1 - n/N)
 *
 * Ratio. With y the numerator, x the denominator, R = sum y / sum x and d = y - k x for a
 * fixed k,
 *   y - R x = d - (R - k) x
 * so the sum of squares of the residuals follows from those of d and x and their product, and
 * stays exact when y nearly is k x. The product comes from the squares of y, x and d:  sum d
 * x = (syy - sdd - k^2 sxx) / (2 k).
 *
 * Invariants: two_passes leaves nothing behind on failure; a variance is never negative
 * (fmax), NaN never gets into an estimate (estimate_set). Memory: cells of groups times six
 * states, one centre each.
 */
#include "stat/moments.h"

#include <math.h>

#include "stat/derive.h"
#include "stat/dist/dist.h"

static const struct by no_by = {0};

/* ---- two passes
 * ---------------------------------------------------------------------------- */

/* The request all estimators here make: by-variables, then presence, with measures. */
static struct cells_request request_of(const struct sample *sample, const struct by *by,
                                       const struct column *presence,
                                       const struct column *const *measures, size_t count) {
  struct cells_request r = {
      .rows = sample->rows, .domain = sample->domain, .weight = sample->weight};
  for (size_t i = 0; i < by->count; i++) r.keys[r.key_count++] = by->keys[i];
  r.keys[r.key_count++] = presence;
  r.measures = measures;
  r.measure_count = count;
  return r;
}

/* Means of the first pass become the centres of the second.
 * An empty cell has centre 0; nothing is ever subtracted with it. */
static void centres_of(double *centres, const struct cells *c) {
  for (size_t i = 0; i < c->count * c->measure_count; i++)
    centres[i] = c->sums[i].n ? c->sums[i].y / c->sums[i].weight : 0;
}

/* Both passes; *centres (measure x cell) belongs to the caller.
 * The request must not have centres yet; afterwards it points to those of the answer. */
static bilan_status two_passes(bilan *b, struct cells *out, double **centres,
                               struct cells_request *request) {
  struct cells first;
  bilan_status status = cells_tabulate(b, &first, request);
  if (status) return status;
  double *means = mem_array(&b->mem, first.count * first.measure_count, sizeof *means);
  if (means) centres_of(means, &first);
  cells_free(&first);
  if (!means) return fail_nomem(b);
  request->centres = means;
  status = cells_tabulate(b, out, request);
  if (status) mem_free(&b->mem, means);
  else *centres = means;
  return status;
}

/* Labels without numbers have no mean; the message says what to do. */
static bilan_status check_measure(bilan *b, const struct column *c) {
  if (column_is_numeric(c)) return BILAN_OK;
  return fail(b, BILAN_USAGE, "no numbers to compute with: give the levels a score, or ask for "
                              "proportions");
}

/* Two passes over the rows; on failure nothing is left behind. BILAN_USAGE: no numbers.
 * BILAN_LIMIT: more groups than cells allow. Free with moments_free. */
bilan_status moments_open(bilan *b, struct moments *m, const struct sample *sample,
                          const struct column *measure, const struct by *by) {
  struct column *presence;
  bilan_status status = check_measure(b, measure);
  if (!status) status = derive_presence(b, &presence, measure, NULL);
  if (status) return status;
  const struct column *measures[] = {measure};
  struct cells_request request = request_of(sample, by, presence, measures, 1);
  *m = (struct moments){.groups = by_groups(by)};
  status = two_passes(b, &m->cells, &m->centres, &request);
  column_free(presence);
  return status;
}

/* Idempotent. */
void moments_free(bilan *b, struct moments *m) {
  cells_free(&m->cells);
  mem_free(&b->mem, m->centres);
  m->centres = NULL;
}

/* The mean of the first pass plus what the second says is left; squares never negative. */
struct moment moments_of(const struct moments *m, size_t group) {
  size_t cell = group * STATES + STATE_ANSWERED;
  const struct cells_sums *s = &m->cells.sums[cell];
  struct moment out = {s->n, s->weight, NAN, 0};
  if (!s->n) return out;
  out.mean = m->centres[cell] + s->y / s->weight;
  out.squares = fmax(0, s->yy - s->y * (s->y / s->weight));
  return out;
}

/* ---- rows of the output
 * -------------------------------------------------------------------- */

/* Adds the rows of one group, state by state: base and missing by kind.
 * Called for two groups in turn, it adds up their bases. */
static void add_states(struct estimate *e, const struct cells *c, size_t group) {
  static const bilan_missing kinds[STATES] = {BILAN_NO_ANSWER, BILAN_PRESENT,   BILAN_PRESENT,
                                              BILAN_NOT_ASKED, BILAN_DONT_KNOW, BILAN_REFUSED};
  const int64_t *n = &c->n[group * STATES];
  double weight = estimate_has(e, FIGURE_WEIGHTED_N) ? e->figures[FIGURE_WEIGHTED_N] : 0;
  for (size_t state = 0; state < STATES; state++) estimate_add_missing(e, kinds[state], n[state]);
  e->n += n[STATE_ANSWERED];
  estimate_set(e, FIGURE_WEIGHTED_N, weight + c->weight[group * STATES + STATE_ANSWERED]);
}

/* For tests, which put several groups into one estimate. */
void moments_add_base(struct estimate *e, const struct moments *m, size_t group) {
  add_states(e, &m->cells, group);
}

/* A new row for one group; *row stays NULL when the group is not shown.
 * Answers and missing count alike: a group of people who all refused is still a group. */
static bilan_status add_group(bilan *b, struct estimates *out, struct estimate_row **row,
                              const struct by *by, size_t group, const struct cells *c) {
  uint32_t codes[BY_MOST];
  struct estimate base = estimate_none();
  *row = NULL;
  add_states(&base, c, group);
  if (!by_codes(by, group, codes) || !by_shows(by, base.n + base.missing[BILAN_PRESENT]))
    return BILAN_OK;
  bilan_status status = estimates_add(b, out, row, codes, NO_LEVEL);
  if (!status) (*row)->e = base;
  return status;
}

/* Standard error, df and interval from a variance; says in words why there is none.
 * `least` is the base under which there is no variance.
 * An empty base, a single row and a single respondent are three different reasons, and are
 * told apart. */
static void finish(struct estimate *e, const struct sample *sample, double variance,
                   int64_t least, double conf) {
  if (sample->weight) e->notes |= NOTE_WEIGHTS;
  if (sample->rows == 0 || (e->n == 0 && least > 0)) e->notes |= NOTE_EMPTY;
  else if (sample->rows < 2) e->notes |= NOTE_ONE_ROW;
  else if (e->n < least) e->notes |= NOTE_ONE_RESPONDENT;
  if (e->notes) return;
  estimate_set(e, FIGURE_SE, sqrt(fmax(0, variance)));
  estimate_set(e, FIGURE_DF, sample_df(sample));
  if (variance > 0) estimate_interval(e, conf);
  else e->notes |= NOTE_CONSTANT;
}

/* ---- mean and total
 * ------------------------------------------------------------------------ */

/* What turns the moments of a group into a row: the one thing in which mean and total
 * differ. */
typedef void fill(struct estimate *e, const struct sample *sample, struct moment m,
                  double conf);

/* u = (y - ybar) / n. */
static void fill_mean(struct estimate *e, const struct sample *sample, struct moment m,
                      double conf) {
  estimate_set(e, FIGURE_VALUE, m.mean);
  double variance = sample_factor(sample) * m.squares / m.weight / m.weight;
  finish(e, sample, variance, 2, conf);
}

/* sum u^2 - (sum u)^2 / N with u = y inside and 0 outside, free of cancellation.
 * `outside` is the share of the sample that is not in the group: for a group of everybody it
 * is 0 and only the scatter inside counts. */
static void fill_total(struct estimate *e, const struct sample *sample, struct moment m,
                       double conf) {
  double rows = (double)sample->rows, outside = (rows - m.weight) / rows;
  double mean = m.n ? m.mean : 0;
  estimate_set(e, FIGURE_VALUE, mean * m.weight);
  double squares = m.squares + m.weight * mean * mean * outside;
  finish(e, sample, sample_factor(sample) * squares, m.n ? 0 : 1, conf);
}

/* The common way of mean and total.
 * One row a group that is shown; moments go in any case. */
static bilan_status each_group(bilan *b, struct estimates *out, const struct sample *sample,
                               const struct column *measure, const struct by *by, double conf,
                               fill *fill_row) {
  struct moments m;
  bilan_status status = moments_open(b, &m, sample, measure, by);
  if (status) return status;
  for (size_t group = 0; !status && group < m.groups; group++) {
    struct estimate_row *row;
    status = add_group(b, out, &row, by, group, &m.cells);
    if (!status && row) fill_row(&row->e, sample, moments_of(&m, group), conf);
  }
  moments_free(b, &m);
  return status;
}

/* See moments.h; one row a group. */
bilan_status mean_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                           const struct column *measure, const struct by *by, double conf) {
  return each_group(b, out, sample, measure, by, conf, fill_mean);
}

/* See moments.h; one row a group. */
bilan_status total_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                            const struct column *measure, const struct by *by, double conf) {
  return each_group(b, out, sample, measure, by, conf, fill_total);
}

/* ---- totals of levels
 * ---------------------------------------------------------------------- */

/* One group's cells along the item: base and missing of the group.
 * Rows of a group by kind; the cells of a group along the item stand side by side at `n`. */
static struct estimate base_of(const struct column *item, const int64_t *n) {
  struct estimate e = estimate_none();
  for (uint32_t code = 0; code < dict_count(item->dict); code++) {
    bilan_missing kind = dict_level(item->dict, code)->missing;
    if (kind) estimate_add_missing(&e, kind, n[code]);
    else e.n += n[code];
  }
  estimate_set(&e, FIGURE_WEIGHTED_N, (double)e.n);
  return e;
}

/* A level is a measure of 1 for those who gave it: mean 1, no scatter inside.
 * Levels nobody gave are rows of total 0; kinds of missing are not rows. */
static bilan_status add_levels(bilan *b, struct estimates *out, const struct sample *sample,
                               const struct column *item, const uint32_t codes[BY_MOST],
                               const int64_t *n, const struct estimate *base, double conf) {
  for (uint32_t code = 0; code < dict_count(item->dict); code++) {
    struct estimate_row *row;
    if (!level_answers(item, code)) continue;
    bilan_status status = estimates_add(b, out, &row, codes, code);
    if (status) return status;
    row->e = *base;
    row->e.count = n[code];
    struct moment m = {n[code], (double)n[code], 1, 0};
    fill_total(&row->e, sample, m, conf);
  }
  return BILAN_OK;
}

/* From counts alone; one row a group and level.
 * `item` is CODES; its own by-groups are listed in dictionary order. */
bilan_status total_levels(bilan *b, struct estimates *out, const struct sample *sample,
                          const struct column *item, const struct by *by, double conf) {
  struct cells c;
  struct cells_request request = request_of(sample, by, item, NULL, 0);
  bilan_status status = cells_tabulate(b, &c, &request);
  if (status) return status;
  size_t levels = dict_count(item->dict);
  for (size_t group = 0; !status && group < by_groups(by); group++) {
    uint32_t codes[BY_MOST];
    const int64_t *n = &c.n[group * levels];
    struct estimate base = base_of(item, n);
    if (by_codes(by, group, codes) && by_shows(by, base.n + base.missing[0]))
      status = add_levels(b, out, sample, item, codes, n, &base, conf);
  }
  cells_free(&c);
  return status;
}

/* ---- ratio
 * --------------------------------------------------------------------------------- */

/* Places of the three measures in the request of a ratio. */
enum { Y, X, D, RATIO_MEASURES };

/* The measures of a ratio: y, x and d = y - k x, all about their group means. */
struct ratio {
  struct column *presence, *residual;
  struct cells cells;
  double *centres, k;
};

/* Releases what ratio_open got, however far it came. */
static void ratio_free(bilan *b, struct ratio *r) {
  column_free(r->presence);
  column_free(r->residual);
  cells_free(&r->cells);
  mem_free(&b->mem, r->centres);
}

/* k: the ratio over all groups, or 1 where that is no use. Then d is small where y follows x,
 * and sum (y - R x)^2 is got without cancellation for R near k. */
static bilan_status ratio_factor(bilan *b, struct ratio *r, const struct sample *sample,
                                 const struct column *y, const struct column *x) {
  const struct column *measures[] = {y, x};
  struct cells all;
  struct cells_request request = request_of(sample, &no_by, r->presence, measures, 2);
  bilan_status status = cells_tabulate(b, &all, &request);
  if (status) return status;
  double k = all.sums[STATE_ANSWERED].y / all.sums[STATES + STATE_ANSWERED].y;
  r->k = isfinite(k) && k != 0 ? k : 1;
  cells_free(&all);
  return BILAN_OK;
}

/* Three passes: the overall ratio, the means, the squares about them. On failure ratio_free
 * releases what was got.
 * Rows that lack one of the two have no state "answered" and are in neither sum. BILAN_USAGE:
 * no numbers. */
static bilan_status ratio_open(bilan *b, struct ratio *r, const struct sample *sample,
                               const struct column *y, const struct column *x,
                               const struct by *by) {
  *r = (struct ratio){0};
  bilan_status status = check_measure(b, y);
  if (!status) status = check_measure(b, x);
  if (!status) status = derive_presence(b, &r->presence, y, x);
  if (!status) status = ratio_factor(b, r, sample, y, x);
  if (!status) status = derive_difference(b, &r->residual, y, x, r->k);
  if (status) return status;
  const struct column *measures[RATIO_MEASURES] = {y, x, r->residual};
  struct cells_request request = request_of(sample, by, r->presence, measures, RATIO_MEASURES);
  return two_passes(b, &r->cells, &r->centres, &request);
}

/* Sum and sum of squares about the mean of one measure in one group.
 * The sum over one group and the squares about its mean, from the second pass and its
 * centres. */
static void sums_of(const struct ratio *r, size_t measure, size_t group, double *sum,
                    double *squares) {
  size_t at = measure * r->cells.count + group * STATES + STATE_ANSWERED;
  const struct cells_sums *s = &r->cells.sums[at];
  *sum = r->centres[at] * s->weight + s->y;
  *squares = s->n ? fmax(0, s->yy - s->y * (s->y / s->weight)) : 0;
}

/* sum (y - R x)^2 = Sdd - 2 e Sdx + e^2 Sxx with e = R - k, where Syy = Sdd + 2k Sdx + k^2 Sxx
 * gives Sdx.
 * `off` is R - k of the head; the least base is 2, as for a mean. A sum of 0 below the line
 * has a note and no figure. */
static void fill_ratio(struct estimate *e, const struct sample *sample, const struct ratio *r,
                       size_t group, double conf) {
  double y, x, d, syy, sxx, sdd;
  sums_of(r, Y, group, &y, &syy);
  sums_of(r, X, group, &x, &sxx);
  sums_of(r, D, group, &d, &sdd);
  if (e->n && x == 0) {
    e->notes |= NOTE_ZERO_DENOMINATOR;
    return;
  }
  double value = y / x, off = value - r->k;
  double sdx = (syy - sdd - r->k * r->k * sxx) / (2 * r->k);
  double squares = sdd - 2 * off * sdx + off * off * sxx;
  estimate_set(e, FIGURE_VALUE, value);
  finish(e, sample, sample_factor(sample) * squares / x / x, 2, conf);
}

/* See moments.h; one row a group. */
bilan_status ratio_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                            const struct column *numerator, const struct column *denominator,
                            const struct by *by, double conf) {
  struct ratio r;
  bilan_status status = ratio_open(b, &r, sample, numerator, denominator, by);
  for (size_t group = 0; !status && group < by_groups(by); group++) {
    struct estimate_row *row;
    status = add_group(b, out, &row, by, group, &r.cells);
    if (!status && row) fill_ratio(&row->e, sample, &r, group, conf);
  }
  ratio_free(b, &r);
  return status;
}

/* ---- difference
 * ---------------------------------------------------------------------------- */

/* One respondent in either group leaves no variance for the difference: finish is told so by
 * a least base above n. t is refused where the variance is 0. */
static void fill_difference(struct estimate *e, const struct sample *sample, struct moment from,
                            struct moment to, double conf) {
  if (!from.n || !to.n) {
    e->notes |= NOTE_EMPTY_GROUP;
    return;
  }
  estimate_set(e, FIGURE_VALUE, to.mean - from.mean);
  double squares = from.squares / from.weight / from.weight + to.squares / to.weight / to.weight;
  finish(e, sample, sample_factor(sample) * squares, from.n < 2 || to.n < 2 ? e->n + 1 : 2, conf);
  double t = estimate_get(e, FIGURE_VALUE) / estimate_get(e, FIGURE_SE);
  if (e->notes || !isfinite(t)) return;
  estimate_set(e, FIGURE_STATISTIC, t);
  estimate_set(e, FIGURE_P_VALUE, fmin(1, 2 * student_cdf(fabs(t), sample_df(sample), UPPER)));
}

/* See moments.h; from and to are two levels of the grouping item.
 * The variance is that of two domains of one sample, not Welch's: see compare_means for the
 * t-test. */
bilan_status difference_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                 const struct column *measure, const struct column *group,
                                 uint32_t from, uint32_t to, double conf) {
  static const uint32_t codes[BY_MOST] = {0};
  struct by by = {.count = 1, .keys = {group}};
  struct moments m;
  struct estimate_row *row;
  bilan_status status = moments_open(b, &m, sample, measure, &by);
  if (status) return status;
  status = estimates_add(b, out, &row, codes, NO_LEVEL);
  if (!status) {
    add_states(&row->e, &m.cells, from);
    add_states(&row->e, &m.cells, to);
    fill_difference(&row->e, sample, moments_of(&m, from), moments_of(&m, to), conf);
  }
  moments_free(b, &m);
  return status;
}

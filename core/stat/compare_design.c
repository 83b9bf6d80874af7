/* compare_design.c - see compare_design.h: means, paired answers and trends. Ranks are in
 * compare_design_ranks.c.
 *
 * A difference of two means is a contrast of two quotients of totals (quotient.h); its influence
 * is (y - mean) / W in `to` and the opposite in `from`. A paired test is one of the mean change,
 * and McNemar's of two levels is one of the mean of
 *
 *   z = [after is the level] - [before is the level],   -1, 0 or 1,
 *
 * among those who gave both answers; without a design sqrt(n) of it is McNemar's chi to first
 * order. Symmetry of more levels tests p_ij = p_ji for all pairs that anybody is in.
 *
 * Trend: with s the score of a row's group and y whether it has the level,
 *
 *   Sxx = sum w (s - sbar)^2,   slope = sum w (s - sbar) y / Sxx,
 *   u = (s - sbar)(y - ybar - slope (s - sbar)) / Sxx
 *
 * the same for all rows of a cell, so it is the gradient at the cell's weight.
 *
 * Which rows count for degrees of freedom: those of the groups compared, so two of three groups
 * are tested as the domain they are. Owner: what is made here is released here.
 */
#include "stat/compare_design.h"

#include <math.h>

#include "stat/association.h"
#include "stat/derive.h"
#include "stat/dist/dist.h"
#include "stat/quotient.h"

static const struct by no_by = {0};

/* ---- t on the degrees of freedom of a design ---------------------------------------------- */

/* What is tested: an estimate, its variance, and the size of the numbers it was made of, below
 * 1e-14 of which a standard error is rounding. */
struct tested {
  double value, variance, size;
};

/* value, se, df, the test of value against mu, and the interval at `conf`; notes where there is
 * none. A standard error that is rounding is 0: it gives no test, and no interval without width. */
static void set_t(struct estimate *e, struct tested t, double df, double mu, double conf) {
  double se = sqrt(t.variance);
  bool fixed = !(se > 1e-14 * t.size);
  estimate_set(e, FIGURE_VALUE, t.value);
  if (!(df > 0)) {
    e->notes |= NOTE_NO_DEGREES;
    return;
  }
  estimate_set(e, FIGURE_SE, fixed ? 0 : se);
  estimate_set(e, FIGURE_DF, df);
  if (fixed) {
    e->notes |= NOTE_NO_VARIANCE;
    return;
  }
  double statistic = (t.value - mu) / se;
  estimate_set(e, FIGURE_STATISTIC, statistic);
  estimate_set(e, FIGURE_P_VALUE, 2 * student_cdf(fabs(statistic), df, UPPER));
  estimate_interval(e, conf);
}

/* The rows of the domain whose group is one of two levels, whether they answered or not: their
 * PSUs count for the degrees of freedom. The caller frees *out. */
static bilan_status two_groups_domain(bilan *b, struct domain **out, const struct sample *s,
                                      const struct column *group, uint32_t from, uint32_t to) {
  bilan_status status = domain_new(b, out, s->rows);
  for (size_t row = 0; !status && row < s->rows; row++) {
    uint32_t code = column_code(group, row);
    if ((code == from || code == to) && domain_has(s->domain, row)) domain_set(*out, row);
  }
  return status;
}

/* ---- means ------------------------------------------------------------------------------- */

/* A request over group (or none) and presence of a measure, centred on the means of its cells. */
struct means {
  struct column *presence;
  const struct column *measures[1];
  struct cells first;    /* of the first pass */
  double *centres;
  struct cells_request request;
};

/* Releases everything; also after a means_open that failed. */
static void means_close(bilan *b, struct means *m) {
  column_free(m->presence);
  cells_free(&m->first);
  mem_free(&b->mem, m->centres);
}

/* The first pass, whose means become the centres of the second: differences of large numbers then
 * lose no digits, and numbers that are all equal have a variance of 0. BILAN_USAGE for labels. On
 * failure means_close releases what was got. */
static bilan_status means_open(bilan *b, struct means *m, const struct sample *s,
                               const struct column *measure, const struct column *group) {
  *m = (struct means){.measures = {measure}};
  if (!column_is_numeric(measure))
    return fail(b, BILAN_USAGE, "a test of means needs an item with numbers");
  bilan_status status = derive_presence(b, &m->presence, measure, NULL);
  if (status) return status;
  m->request = (struct cells_request){.rows = s->rows, .domain = s->domain,
                                      .measures = m->measures, .measure_count = 1,
                                      .weight = sample_weight(s)};
  if (group) m->request.keys[m->request.key_count++] = group;
  m->request.keys[m->request.key_count++] = m->presence;
  status = cells_tabulate(b, &m->first, &m->request);
  if (status) return status;
  m->centres = mem_zero(&b->mem, m->first.count, sizeof *m->centres);
  if (!m->centres) return fail_nomem(b);
  for (size_t cell = 0; cell < m->first.count; cell++) {
    const struct cells_sums *sums = &m->first.sums[cell];
    if (sums->weight > 0) m->centres[cell] = sums->y / sums->weight;
  }
  m->request.centres = m->centres;
  return BILAN_OK;
}

/* Answers in a group (0 where there are no groups), of positive weight. */
static int64_t means_n(const struct means *m, size_t group) {
  return m->first.n[group * STATES + STATE_ANSWERED];
}

/* Adds the base, its weight and the missing of a group; called for two groups in turn. */
static void means_base(struct estimate *e, const struct means *m, size_t group) {
  static const bilan_missing kinds[STATES] = {BILAN_NO_ANSWER, BILAN_PRESENT,   BILAN_PRESENT,
                                              BILAN_NOT_ASKED, BILAN_DONT_KNOW, BILAN_REFUSED};
  double weight = estimate_has(e, FIGURE_WEIGHTED_N) ? e->figures[FIGURE_WEIGHTED_N] : 0;
  for (size_t state = 0; state < STATES; state++)
    estimate_add_missing(e, kinds[state], m->first.n[group * STATES + state]);
  e->n += means_n(m, group);
  estimate_set(e, FIGURE_WEIGHTED_N, weight + m->first.weight[group * STATES + STATE_ANSWERED]);
}

/* factor * mean of a group as a part of statistic 0: the total of the measure over the weight of
 * those who answered, plus the centre. */
static bilan_status add_mean(bilan *b, struct quotients *q, const struct means *m, size_t group,
                             double factor) {
  size_t cell = group * STATES + STATE_ANSWERED;
  struct quotient_part part = {0, m->first.count + cell, cell, m->centres[cell], factor};
  return quotients_add(b, q, part);
}

/* Mean of `to`, less that of `from` unless it is NO_LEVEL; both have respondents. Their covariance
 * is in the variance: both stand in one statistic. */
static bilan_status means_contrast(bilan *b, struct tested *out, const struct sample *s,
                                   const struct means *m, size_t to, uint32_t from) {
  struct quotients q;
  struct target_answer a = {0};
  quotients_open(b, &q);
  bilan_status status = add_mean(b, &q, m, to, 1);
  if (!status && from != NO_LEVEL) status = add_mean(b, &q, m, from, -1);
  if (!status) status = quotients_estimate(b, &a, s->design, &m->request, &q);
  if (!status) {
    out->value = a.theta[0];
    out->variance = a.cov[0];
    out->size = fabs(m->centres[to * STATES + STATE_ANSWERED]);
    if (from != NO_LEVEL) out->size += fabs(m->centres[from * STATES + STATE_ANSWERED]);
    target_free(&a);
  }
  quotients_free(&q);
  return status;
}

/* One mean against mu, on all degrees of freedom of the domain: nothing but the mean is
 * estimated. */
static bilan_status one_mean(bilan *b, struct estimate *e, const struct sample *s,
                             const struct column *measure, double mu, double conf) {
  struct means m;
  struct tested t;
  double nu;
  bilan_status status = means_open(b, &m, s, measure, NULL);
  if (!status) means_base(e, &m, 0);
  if (!status) status = sample_degrees(b, &nu, s, &no_by);
  if (!status && !e->n) e->notes |= NOTE_EMPTY;
  else if (!status) {
    status = means_contrast(b, &t, s, &m, 0, NO_LEVEL);
    if (!status) set_t(e, t, nu, mu, conf);
  }
  means_close(b, &m);
  return status;
}

/* The mean change of those who have both numbers; a respondent with one of the two is missing. */
static bilan_status paired_means(bilan *b, struct estimate *e, const struct sample *s,
                                 const struct t_request *r) {
  struct column *change;
  if (!column_is_numeric(r->measure) || !column_is_numeric(r->after))
    return fail(b, BILAN_USAGE, "a paired test of means needs two items with numbers");
  bilan_status status = derive_difference(b, &change, r->after, r->measure, 1);
  if (status) return status;
  status = one_mean(b, e, s, change, r->mu, r->conf);
  column_free(change);
  return status;
}

/* Equal levels are not behind each other; labels are compared by their bytes. */
bool compare_level_after(const struct column *item, uint32_t a, uint32_t b) {
  const struct level *one = dict_level(item->dict, a), *two = dict_level(item->dict, b);
  if (column_is_numeric(item)) return one->value > two->value;
  return text_compare(one->label, two->label) > 0;
}

/* The two groups with respondents, when there are exactly two; equal codes when there are fewer. */
static bilan_status find_groups(bilan *b, uint32_t *from, uint32_t *to, const struct sample *s,
                                const struct t_request *r) {
  struct means m;
  size_t count = 0;
  bilan_status status = means_open(b, &m, s, r->measure, r->group);
  *from = *to = 0;
  for (uint32_t code = 0; !status && code < dict_count(r->group->dict); code++) {
    if (!level_answers(r->group, code) || !means_n(&m, code)) continue;
    if (!count) *from = code;
    *to = code;
    count++;
  }
  means_close(b, &m);
  if (!status && count > 2)
    return fail(b, BILAN_USAGE, "a t-test compares two groups, here are %zu: name them with "
                                "from and to", count);
  if (!status && r->sorted && compare_level_after(r->group, *from, *to)) {
    uint32_t first = *from;
    *from = *to;
    *to = first;
  }
  return status;
}

/* Two groups with their levels known; `s` is the domain of their rows. One degree of freedom goes
 * for the second mean, as in a regression on the group. */
static bilan_status two_means(bilan *b, struct estimate *e, const struct sample *s,
                              const struct t_request *r, uint32_t from, uint32_t to) {
  struct means m;
  struct tested t;
  double nu;
  bilan_status status = means_open(b, &m, s, r->measure, r->group);
  if (!status) status = sample_degrees(b, &nu, s, &no_by);
  if (!status) {
    means_base(e, &m, from);
    if (from != to) means_base(e, &m, to);
    if (from == to || !means_n(&m, from) || !means_n(&m, to)) {
      e->notes |= NOTE_EMPTY_GROUP;
    } else {
      status = means_contrast(b, &t, s, &m, to, from);
      if (!status) set_t(e, t, nu - 1, r->mu, r->conf);
    }
  }
  means_close(b, &m);
  return status;
}

/* Two groups, named or the only two, in the domain of their rows. */
static bilan_status grouped_means(bilan *b, struct estimate *e, const struct sample *s,
                                  const struct t_request *r) {
  struct domain *domain = NULL;
  uint32_t from = r->from, to = r->to;
  bilan_status status = BILAN_OK;
  if (from == NO_LEVEL || to == NO_LEVEL) status = find_groups(b, &from, &to, s, r);
  if (!status) status = two_groups_domain(b, &domain, s, r->group, from, to);
  if (status) return status;
  struct sample part = *s;
  part.domain = domain;
  status = two_means(b, e, &part, r, from, to);
  domain_free(domain);
  return status;
}

/* Which of the three. BILAN_USAGE: labels instead of numbers, more than two groups with nothing
 * said, pooled variances, which a design does not have. */
bilan_status compare_design_means(bilan *b, struct estimate *out, const struct sample *sample,
                                  const struct t_request *r) {
  struct estimate e = estimate_none();
  bilan_status status;
  if (r->pooled) return fail(b, BILAN_USAGE, "pooled: a design has no common variance to pool");
  if (r->after) status = paired_means(b, &e, sample, r);
  else if (r->group) status = grouped_means(b, &e, sample, r);
  else status = one_mean(b, &e, sample, r->measure, r->mu, r->conf);
  if (!status) *out = e;
  return status;
}

/* ---- paired answers ---------------------------------------------------------------------- */

/* Places of the answers of both items, matched by their labels; SIZE_MAX for a kind of missing. */
struct places {
  size_t *before, *after; /* [code] */
  size_t count;
};

/* Releases both lists; NULL is fine. */
static void places_free(bilan *b, struct places *p) {
  mem_free(&b->mem, p->before);
  mem_free(&b->mem, p->after);
}

/* The level named against all others, or all levels: those of `before`, then what only `after`
 * has. */
static bilan_status places_fill(bilan *b, struct places *p, const struct mcnemar_request *r) {
  size_t first = dict_count(r->before->dict), second = dict_count(r->after->dict);
  *p = (struct places){.before = mem_array(&b->mem, first, sizeof *p->before),
                       .after = mem_array(&b->mem, second, sizeof *p->after),
                       .count = r->level.n ? 2 : 0};
  if (!p->before || !p->after) return fail_nomem(b);
  for (uint32_t code = 0; code < first; code++) {
    struct text label = dict_level(r->before->dict, code)->label;
    p->before[code] = SIZE_MAX;
    if (!level_answers(r->before, code)) continue;
    p->before[code] = r->level.n ? !text_equal(label, r->level) : p->count++;
  }
  for (uint32_t code = 0; code < second; code++) {
    struct text label = dict_level(r->after->dict, code)->label;
    uint32_t same = dict_find(r->before->dict, label);
    p->after[code] = SIZE_MAX;
    if (!level_answers(r->after, code)) continue;
    if (r->level.n) p->after[code] = !text_equal(label, r->level);
    else p->after[code] = same && level_answers(r->before, same) ? p->before[same] : p->count++;
  }
  return BILAN_OK;
}

/* [after in the first place] - [before in it], missing where either is. */
static bilan_status change_column(bilan *b, struct column **out, const struct places *p,
                                  const struct mcnemar_request *r) {
  size_t rows = r->before->rows;
  double *z = mem_zero(&b->mem, rows, sizeof *z);
  uint8_t *missing = mem_alloc(&b->mem, rows);
  if (!z || !missing) {
    mem_free(&b->mem, z);
    mem_free(&b->mem, missing);
    return fail_nomem(b);
  }
  for (size_t row = 0; row < rows; row++) {
    bilan_missing kind = column_missing(r->before, row);
    if (!kind) kind = column_missing(r->after, row);
    missing[row] = (uint8_t)kind;
    if (kind) continue;
    z[row] = (p->after[column_code(r->after, row)] == 0) -
             (p->before[column_code(r->before, row)] == 0);
  }
  return column_numbers(b, out, rows, z, missing);
}

/* Pairs (i, j), i < j, of places that somebody is in, as cells of before x after. */
struct symmetry {
  const struct places *places;
  size_t *index;    /* [i * count + j] of a pair: its statistic, SIZE_MAX for none */
  size_t pairs;
};

/* Place i * count + j of a cell in the square of before by after; SIZE_MAX where one of the two is
 * missing. */
static size_t square_place(const struct places *p, const struct cells *c, size_t cell) {
  size_t i = p->before[cell / c->sizes[1]], j = p->after[cell % c->sizes[1]];
  return i == SIZE_MAX || j == SIZE_MAX ? SIZE_MAX : i * p->count + j;
}

/* The statistic that a place above (sign 1) or below (-1) the diagonal belongs to; SIZE_MAX on
 * the diagonal, and for a pair that nobody is in. */
static size_t pair_at(const struct symmetry *s, size_t place, double *sign) {
  size_t n = s->places->count, i = place / n, j = place % n;
  *sign = i < j ? 1 : -1;
  return i == j ? SIZE_MAX : i < j ? s->index[i * n + j] : s->index[j * n + i];
}

/* Weight of all who gave both answers. */
static double both_answered(const struct symmetry *s, const struct cells *t) {
  double sum = 0;
  for (size_t cell = 0; cell < t->count; cell++)
    if (square_place(s->places, t, cell) != SIZE_MAX) sum += t->weight[cell];
  return sum;
}

/* p_ij - p_ji of every pair, 0 under symmetry; NaN where nobody has weight. */
static void solve_symmetry(const void *context, double *theta, const struct cells *totals) {
  const struct symmetry *s = context;
  double sum = both_answered(s, totals), sign;
  for (size_t k = 0; k < s->pairs; k++) theta[k] = sum > 0 ? 0 : (double)NAN;
  for (size_t cell = 0; cell < totals->count; cell++) {
    size_t place = square_place(s->places, totals, cell);
    size_t k = place == SIZE_MAX ? SIZE_MAX : pair_at(s, place, &sign);
    if (k != SIZE_MAX) theta[k] += sign * totals->weight[cell] / sum;
  }
}

/* d theta_k / dW = (sign of the cell in pair k - theta_k) / W, for every cell of those who gave
 * both answers: those on the diagonal too, as they are in W. */
static bilan_status symmetry_gradient(bilan *b, const void *context, struct forms *forms,
                                      const struct cells *totals, const double *theta) {
  const struct symmetry *s = context;
  double sum = both_answered(s, totals), sign = 0;
  bilan_status status = BILAN_OK;
  for (size_t cell = 0; cell < totals->count; cell++) {
    size_t place = square_place(s->places, totals, cell);
    if (place == SIZE_MAX) continue;
    size_t mine = pair_at(s, place, &sign);
    for (size_t k = 0; !status && k < s->pairs; k++)
      status = forms_add(b, forms, cell, k, ((k == mine) * sign - theta[k]) / sum);
  }
  return status;
}

/* Numbers the pairs that anybody is in, and counts the base. A pair that is empty on both sides
 * has neither a difference nor a variance and would make the covariance singular. */
static void find_pairs(struct symmetry *s, struct estimate *e, const struct cells *c,
                       const struct mcnemar_request *r) {
  size_t n = s->places->count;
  double weight = 0;
  for (size_t i = 0; i < n * n; i++) s->index[i] = SIZE_MAX;
  for (size_t cell = 0; cell < c->count; cell++) {
    bilan_missing kind = dict_level(r->before->dict, (uint32_t)(cell / c->sizes[1]))->missing;
    if (!kind) kind = dict_level(r->after->dict, (uint32_t)(cell % c->sizes[1]))->missing;
    estimate_add_missing(e, kind, c->n[cell]);
    if (kind) continue;
    e->n += c->n[cell];
    weight += c->weight[cell];
    size_t place = square_place(s->places, c, cell), i = place / n, j = place % n;
    if (!c->n[cell] || i == j) continue;
    size_t at = i < j ? i * n + j : j * n + i;
    if (s->index[at] == SIZE_MAX) s->index[at] = s->pairs++;
  }
  estimate_set(e, FIGURE_WEIGHTED_N, weight);
}

/* All pairs by Wald's test, adjusted for the degrees of freedom of the design. */
static bilan_status test_symmetry(bilan *b, struct estimate *e, const struct sample *s,
                                  const struct cells_request *request, struct symmetry *pairs) {
  struct target t = {.request = *request, .count = pairs->pairs, .block = pairs->pairs,
                     .context = pairs, .solve = solve_symmetry, .gradient = symmetry_gradient};
  struct target_answer a;
  double nu;
  bilan_status status = sample_degrees(b, &nu, s, &no_by);
  if (status) return status;
  if (!(nu > 0)) {
    e->notes |= NOTE_NO_DEGREES;
    return BILAN_OK;
  }
  status = target_estimate(b, &a, s->design, &t);
  if (status) return status;
  status = association_adjusted(b, e, a.theta, a.cov, t.count, nu);
  target_free(&a);
  return status;
}

/* More than two levels: one count for the pairs, then the test. Nobody who changed is a note. */
static bilan_status symmetry(bilan *b, struct estimate *e, const struct sample *s,
                             const struct mcnemar_request *r, const struct places *p) {
  struct symmetry pairs = {.places = p};
  struct cells cells = {0};
  struct cells_request request = {.rows = s->rows, .domain = s->domain,
                                  .keys = {r->before, r->after}, .key_count = 2,
                                  .weight = sample_weight(s)};
  pairs.index = mem_array(&b->mem, p->count * p->count, sizeof *pairs.index);
  bilan_status status = pairs.index ? cells_tabulate(b, &cells, &request) : fail_nomem(b);
  if (!status) {
    find_pairs(&pairs, e, &cells, r);
    if (!e->n) e->notes |= NOTE_EMPTY;
    else if (!pairs.pairs) e->notes |= NOTE_NO_PAIRS;
    else status = test_symmetry(b, e, s, &request, &pairs);
  }
  cells_free(&cells);
  mem_free(&b->mem, pairs.index);
  return status;
}

/* Two levels, or one against all others: the mean of a column of changes. BILAN_USAGE: exact and
 * corrected tests, which are of counts. */
bilan_status compare_design_mcnemar(bilan *b, struct estimate *out, size_t *levels,
                                    const struct sample *sample,
                                    const struct mcnemar_request *r) {
  struct places p;
  struct estimate e = estimate_none();
  struct column *change = NULL;
  if (r->choice != MCNEMAR_AUTO && r->choice != MCNEMAR_AS_PLAIN)
    return fail(b, BILAN_USAGE, "kind: with a design there is one test, of the difference of the "
                                "shares: leave kind out");
  bilan_status status = places_fill(b, &p, r);
  if (!status && p.count > 2) {
    status = symmetry(b, &e, sample, r, &p);
  } else if (!status) {
    status = change_column(b, &change, &p, r);
    if (!status) status = one_mean(b, &e, sample, change, 0, r->conf);
    column_free(change);
  }
  if (!status) {
    *levels = p.count;
    *out = e;
  }
  places_free(b, &p);
  return status;
}

/* ---- trend ------------------------------------------------------------------------------- */

/* Groups x levels: which cells are in, at which score, and whether they have the level. */
struct line {
  const double *score;       /* [code of by]; NaN: not a group */
  const struct column *item;
  uint32_t level;
};

/* Weighted sums about the means. */
struct line_fit {
  double weight, score, share, spread, slope;
};

/* Is the cell in the base? Its score and whether it has the level. */
static bool line_cell(const struct line *l, const struct cells *t, size_t cell, double *s,
                      double *y) {
  uint32_t code = (uint32_t)(cell % t->sizes[1]);
  *s = l->score[cell / t->sizes[1]];
  *y = code == l->level;
  return !isnan(*s) && level_answers(l->item, code);
}

/* Two passes over the cells: means, then sums about them, so that scores such as years lose no
 * digits. slope is NaN where all weight is at one score. */
static struct line_fit fit(const struct line *l, const struct cells *t) {
  struct line_fit f = {0};
  double s, y, cross = 0;
  for (size_t cell = 0; cell < t->count; cell++)
    if (line_cell(l, t, cell, &s, &y)) {
      f.weight += t->weight[cell];
      f.score += t->weight[cell] * s;
      f.share += t->weight[cell] * y;
    }
  f.score /= f.weight;
  f.share /= f.weight;
  for (size_t cell = 0; cell < t->count; cell++)
    if (line_cell(l, t, cell, &s, &y)) {
      f.spread += t->weight[cell] * (s - f.score) * (s - f.score);
      cross += t->weight[cell] * (s - f.score) * (y - f.share);
    }
  f.slope = f.spread > 0 ? cross / f.spread : (double)NAN;
  return f;
}

/* The one statistic. */
static void solve_slope(const void *context, double *theta, const struct cells *totals) {
  *theta = fit(context, totals).slope;
}

/* u of the file head at the weight of every cell of the base. */
static bilan_status slope_gradient(bilan *b, const void *context, struct forms *forms,
                                   const struct cells *totals, const double *theta) {
  const struct line *l = context;
  struct line_fit f = fit(l, totals);
  double s, y;
  bilan_status status = BILAN_OK;
  if (isnan(*theta)) return BILAN_OK;
  for (size_t cell = 0; !status && cell < totals->count; cell++)
    if (line_cell(l, totals, cell, &s, &y)) {
      double residual = y - f.share - f.slope * (s - f.score);
      status = forms_add(b, forms, cell, 0, (s - f.score) * residual / f.spread);
    }
  return status;
}

/* The scores of the groups, by code: their numbers, else 1, 2, 3, ... in the order of the
 * dictionary; NaN for kinds of missing. The caller frees *scores with mem_free. */
static bilan_status scores_of(bilan *b, double **scores, const struct column *by) {
  size_t *order, count;
  bool numbers = column_is_numeric(by);
  double *score = mem_array(&b->mem, dict_count(by->dict), sizeof *score);
  if (!score) return fail_nomem(b);
  bilan_status status = derive_order(b, &order, &count, by);
  if (status) {
    mem_free(&b->mem, score);
    return status;
  }
  for (size_t code = 0; code < dict_count(by->dict); code++) score[code] = NAN;
  for (size_t i = 0; i < count; i++)
    score[order[i]] = numbers ? dict_level(by->dict, (uint32_t)order[i])->value : (double)i + 1;
  mem_free(&b->mem, order);
  *scores = score;
  return BILAN_OK;
}

/* Base: those with an answer in a group; missing: those of a group without one. */
static void line_base(struct estimate *e, const struct cells *c, const struct line *l) {
  double weight = 0, s, y;
  for (size_t cell = 0; cell < c->count; cell++) {
    uint32_t code = (uint32_t)(cell % c->sizes[1]);
    if (line_cell(l, c, cell, &s, &y)) {
      e->n += c->n[cell];
      weight += c->weight[cell];
    } else if (!isnan(s)) {
      estimate_add_missing(e, dict_level(l->item->dict, code)->missing, c->n[cell]);
    }
  }
  estimate_set(e, FIGURE_WEIGHTED_N, weight);
}

/* One target of one statistic. A single group has no slope and a note. BILAN_USAGE: the level is a
 * kind of missing. */
bilan_status compare_design_trend(bilan *b, struct estimate *out, const struct sample *sample,
                                  const struct column *item, uint32_t level,
                                  const struct column *by, double conf) {
  struct line l = {.item = item, .level = level};
  struct target_answer a = {0};
  struct estimate e = estimate_none();
  double *score = NULL, nu;
  struct target t = {.request = {.rows = sample->rows, .domain = sample->domain,
                                 .keys = {by, item}, .key_count = 2},
                     .count = 1, .block = 1, .context = &l,
                     .solve = solve_slope, .gradient = slope_gradient};
  if (!level_answers(item, level))
    return fail(b, BILAN_USAGE, "a trend is one of the share of a level that is an answer");
  bilan_status status = scores_of(b, &score, by);
  l.score = score;
  if (!status) status = sample_degrees(b, &nu, sample, &no_by);
  if (!status) status = target_estimate(b, &a, sample->design, &t);
  if (!status) {
    line_base(&e, &a.cells, &l);
    if (!e.n) e.notes |= NOTE_EMPTY;
    else if (isnan(a.theta[0])) e.notes |= NOTE_NO_TABLE;
    else set_t(&e, (struct tested){a.theta[0], a.cov[0], 1}, nu - 1, 0, conf);
    *out = e;
    target_free(&a);
  }
  mem_free(&b->mem, score);
  return status;
}

/* compare_design.c - see compare_design.h: means and trends. Paired answers and ranks are in
 * compare_design_paired.c and compare_design_ranks.c.
 *
 * A difference of two means is a contrast of two quotients of totals (quotient.h); its influence
 * is (y - mean) / W in `to` and the opposite in `from`. A paired test is one of the mean change.
 *
 * Trend: with s the score of a row's group and y whether it has the level,
 *
 *   Sxx = sum w (s - sbar)^2,   slope = sum w (s - sbar) y / Sxx,
 *   u = (s - sbar)(y - ybar - slope (s - sbar)) / Sxx
 *
 * the same for all rows of a cell, so it is the gradient at the cell's weight.
 *
 * Worked example of a trend: four respondents each at the scores 1, 2, 3, of whom 1, 2, 3 have the
 * level. sbar = 2, Sxx = 8, slope = 0.25; residuals 0.75 and -0.25 (three times) at score 1, the
 * opposite at 3, so sum u^2 = (0.75 + 0.75) / 64 = 0.0234. As a simple random sample of 12, V =
 * 12/11 * 0.0234, se = 0.160, t = 1.56 on 11 - 1 degrees of freedom, p = 0.149.
 *
 * Worked example of means, that of compare_design.h: girls 10 and 14, boys 12 and 18, one of each
 * in two clusters. Influences of the girls' mean are (y - 12) / 2 = -1, 1, those of the boys'
 * (y - 15) / 2 = -1.5, 1.5; with 2 clusters V = 2 * sum of squared cluster totals = 4 and 9, their
 * covariance is 2 * (1.5 + 1.5) = 6, and the difference has 4 + 9 - 12 = 1, not 13.
 *
 * How a t-test goes:
 *
 *   one mean     means_open over presence; its mean against mu, on nu
 *   pairs        the change as a column of its own, then as one mean
 *   two groups   find_groups unless they are named; the domain of their rows; means_open over group
 *                x presence; the contrast of two of its cells, on nu - 1
 *
 * Which rows count for degrees of freedom: those of the groups compared that answered, as in a
 * regression on the group, so two of three groups are tested as the domain they are. Owner: what
 * is made here is released here.
 */
#include "stat/compare_design.h"

#include <math.h>

#include "stat/compare_design_t.h"
#include "stat/derive.h"
#include "stat/moments.h"
#include "stat/quotient.h"

/* ---- t on the degrees of freedom of a design ---------------------------------------------- */

/* value, se, df, the test of value against mu, and the interval at `conf`; notes where there is
 * none. A standard error that is rounding is 0: it gives no test, and no interval without width. */
void compare_set_t(struct estimate *e, struct tested t, double df, double mu, double conf) {
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
  estimate_set_t(e, (t.value - mu) / se, df);
  estimate_interval(e, conf);
}

/* Degrees of freedom of the rows that answered, as a regression on them has: nu. */
static bilan_status answered_degrees(bilan *b, double *nu, const struct sample *s,
                                     const struct column *presence) {
  struct by by = {.count = 1, .keys = {presence}};
  double df[STATES];
  bilan_status status = sample_degrees(b, df, s, &by);
  *nu = df[STATE_ANSWERED];
  return status;
}

/* The rows of the domain whose group is one of two levels, whether they answered or not. The
 * caller frees *out. */
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
  struct column *presence;            /* states of derive.h; owned */
  const struct column *measures[1];   /* lent; the request points here, so never copy a means */
  struct cells first;                 /* group x state, or state alone; of the first pass */
  double *centres;                    /* [cell]: mean of the cell, 0 of one without weight */
  struct cells_request request;       /* of the second pass; lends all of the above */
};

/* Releases everything; also after a means_open that failed, as all that was not reached is zero. */
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
  struct by by = {.count = group ? 1 : 0, .keys = {group}};
  *m = (struct means){.measures = {measure}};
  if (!column_is_numeric(measure))
    return fail(b, BILAN_USAGE, "a test of means needs an item with numbers");
  bilan_status status = derive_presence(b, &m->presence, measure, NULL);
  if (status) return status;
  m->request = moments_request(s, &by, m->presence, m->measures, 1);
  status = moments_first(b, &m->first, &m->centres, &m->request);
  m->request.centres = m->centres;
  return status;
}

/* Answers in a group (0 where there are no groups), of positive weight: its share of the base. */
static int64_t means_n(const struct means *m, size_t group) {
  return m->first.n[group * STATES + STATE_ANSWERED];
}

/* Adds the base, its weight and the missing of a group; called for two groups in turn. Tests show
 * no effective n: their degrees of freedom say what the design leaves. */
static void means_base(struct estimate *e, const struct means *m, size_t group) {
  moments_add_states(e, &m->first, group, false);
}

/* factor * mean of a group as a part of statistic 0: the total of the measure over the weight of
 * those who answered, plus the centre. Slots: the weight of a cell is at the cell, its measure's
 * total behind the weights of all cells. */
static bilan_status add_mean(bilan *b, struct quotients *q, const struct means *m, size_t group,
                             double factor) {
  size_t cell = group * STATES + STATE_ANSWERED;
  struct quotient_part part = {0, m->first.count + cell, cell, m->centres[cell], factor};
  return quotients_add(b, q, part);
}

/* Mean of `to`, less that of `from` unless it is NO_LEVEL; both have respondents. Their covariance
 * is in the variance: both stand in one statistic. size is what rounding is measured by: a
 * difference of 0 between means of 500 has rounding of the order of 500. *out is untouched on
 * failure. */
static bilan_status means_contrast(bilan *b, struct tested *out, const struct sample *s,
                                   const struct means *m, size_t to, uint32_t from) {
  struct quotients q;
  struct target_answer a = {0};
  quotients_open(b, &q);
  bilan_status status = add_mean(b, &q, m, to, 1);
  if (!status && from != NO_LEVEL) status = add_mean(b, &q, m, from, -1);
  if (!status) status = quotients_estimate(b, &a, s->design, &m->request, &q, NULL);
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
 * estimated, so none is spent. e gets the base in any case; a domain of nobody has NOTE_EMPTY
 * and no figures. */
bilan_status compare_one_mean(bilan *b, struct estimate *e, const struct sample *s,
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
    if (!status) compare_set_t(e, t, nu, mu, conf);
  }
  means_close(b, &m);
  return status;
}

/* The mean change, after less before, of those who have both numbers; a respondent with one of the
 * two is missing. BILAN_USAGE for labels. */
static bilan_status paired_means(bilan *b, struct estimate *e, const struct sample *s,
                                 const struct t_request *r) {
  struct column *change;
  if (!column_is_numeric(r->measure) || !column_is_numeric(r->after))
    return fail(b, BILAN_USAGE, "a paired test of means needs two items with numbers");
  bilan_status status = derive_difference(b, &change, r->after, r->measure, 1);
  if (status) return status;
  status = compare_one_mean(b, e, s, change, r->mu, r->conf);
  column_free(change);
  return status;
}

/* Puts `from` before `to` by number or label, where the caller asks for that order. */
static void order_groups(uint32_t *from, uint32_t *to, const struct t_request *r) {
  if (!r->sorted || !compare_level_after(r->group, *from, *to)) return;
  uint32_t first = *from;
  *from = *to;
  *to = first;
}

/* The two groups with respondents, when there are exactly two; equal codes when there are fewer.
 * BILAN_USAGE when there are more. One pass over the rows, whose result is thrown away: the next
 * is about the domain of the two. */
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
  if (!status) order_groups(from, to, r);
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
  if (!status) status = answered_degrees(b, &nu, s, m.presence);
  if (!status) {
    means_base(e, &m, from);
    if (from != to) means_base(e, &m, to);
    if (from == to || !means_n(&m, from) || !means_n(&m, to)) {
      e->notes |= NOTE_EMPTY_GROUP;
    } else {
      status = means_contrast(b, &t, s, &m, to, from);
      if (!status) compare_set_t(e, t, nu - 1, r->mu, r->conf);
    }
  }
  means_close(b, &m);
  return status;
}

/* Two groups, named or the only two, in the domain of their rows: the rows of a third group, and
 * PSUs that hold nobody else, count for no degrees of freedom. */
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

/* Which of the three forms of head and header: pairs, groups, one mean. BILAN_USAGE: labels
 * instead of numbers, more than two groups with nothing said, pooled variances, which a design
 * does not have. */
bilan_status compare_design_means(bilan *b, struct estimate *out, const struct sample *sample,
                                  const struct t_request *r) {
  struct estimate e = estimate_none();
  bilan_status status;
  if (r->pooled) return fail(b, BILAN_USAGE, "pooled: a design has no common variance to pool");
  if (r->after) status = paired_means(b, &e, sample, r);
  else if (r->group) status = grouped_means(b, &e, sample, r);
  else status = compare_one_mean(b, &e, sample, r->measure, r->mu, r->conf);
  if (!status) *out = e;
  return status;
}

/* ---- trend ------------------------------------------------------------------------------- */

/* Groups x levels: which cells are in, at which score, and whether they have the level. The request
 * is by x item, so cell = code of by * codes of the item + code of the item. */
struct line {
  const double *score;       /* [code of by]; NaN: not a group */
  const struct column *item; /* lent */
  uint32_t level;            /* the one whose share is followed */
};

/* What the weights say. */
struct line_fit {
  double weight;       /* of the base */
  double score, share; /* sbar, ybar */
  double spread;       /* Sxx */
  double slope;        /* change of the share a unit of the score */
};

/* Is the cell in the base: an answer, in a group that has a score? *s and *y are set in any
 * case: the score of its group, NaN for none, and 1 for the level, 0 for another. */
static bool line_cell(const struct line *l, const struct cells *t, size_t cell, double *s,
                      double *y) {
  uint32_t code = (uint32_t)(cell % t->sizes[1]);
  *s = l->score[cell / t->sizes[1]];
  *y = code == l->level;
  return !isnan(*s) && level_answers(l->item, code);
}

/* Two passes over the cells: means, then sums about them, so that scores such as years lose no
 * digits. slope is NaN where all weight is at one score. It is the least squares line through the
 * shares of the groups, weighted by the groups' weights: 1/4, 2/4, 3/4 at 1, 2, 3 rise by 0.25. */
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

/* The one statistic; NaN where nothing varies along the scores, as in a replicate that leaves out
 * all groups but one. */
static void solve_slope(const void *context, double *theta, const struct cells *totals) {
  *theta = fit(context, totals).slope;
}

/* u of the file head at the weight of every cell of the base: (1 - 2)(1 - 0.25) / 8 = -0.094
 * for those at score 1 who have the level, -1 * -0.25 / 8 = 0.031 for those who do not. */
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

/* Base: those with an answer in a group; missing: those of a group without one, by kind. Rows
 * without a group are in neither: they are outside what is asked. */
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

/* One target of one statistic. A share is between 0 and 1, hence the size of 1 that rounding is
 * measured by: the slope itself may be small because scores are years. A single group has no
 * slope and a note. BILAN_USAGE: the level is a kind of missing. */
bilan_status compare_design_trend(bilan *b, struct estimate *out, const struct sample *sample,
                                  const struct column *item, uint32_t level,
                                  const struct column *by, double conf) {
  struct line l = {.item = item, .level = level};
  struct target_answer a = {0};
  struct estimate e = estimate_none();
  struct column *presence = NULL;
  double *score = NULL, nu;
  struct target t = {.request = {.rows = sample->rows, .domain = sample->domain,
                                 .keys = {by, item}, .key_count = 2},
                     .count = 1, .block = 1, .context = &l,
                     .solve = solve_slope, .gradient = slope_gradient};
  if (!level_answers(item, level))
    return fail(b, BILAN_USAGE, "a trend is one of the share of a level that is an answer");
  bilan_status status = scores_of(b, &score, by);
  l.score = score;
  if (!status) status = derive_presence(b, &presence, item, by);
  if (!status) status = answered_degrees(b, &nu, sample, presence);
  if (!status) status = target_estimate(b, &a, sample->design, &t);
  if (!status) {
    line_base(&e, &a.cells, &l);
    if (!e.n) e.notes |= NOTE_EMPTY;
    else if (isnan(a.theta[0])) e.notes |= NOTE_NO_TABLE;
    else compare_set_t(&e, (struct tested){a.theta[0], a.cov[0], 1}, nu - 1, 0, conf);
    *out = e;
    target_free(&a);
  }
  column_free(presence);
  mem_free(&b->mem, score);
  return status;
}

/* compare.c - see compare.h: independence, means, trend, strata. Ranks and paired answers are in
 * compare_ranks.c and compare_paired.c.
 *
 * The sign of a difference is that of "to minus from", as in difference_estimate and as a
 * regression on the group would have it. A t-test looks at the groups themselves (Welch 1947),
 * unlike difference_estimate, whose variance is that of a domain of the whole sample: with
 * all rows in two groups they differ by a factor near 1.
 *
 * Memory: moments or cells of the groups; everything is released before the test returns.
 *
 * Failure: BILAN_USAGE names what the test needs instead (numbers, two groups, the test by
 * design); BILAN_LIMIT and BILAN_NOMEM come from the tabulation. A test that the data do not
 * allow is no failure: the estimate has its base, no figures and a note.
 *
 * Sources: Welch, Biometrika 34, 1947 (unequal variances); Armitage, Biometrics 11, 1955
 * (trend); Mantel & Haenszel, Journal of the National Cancer Institute 22, 1959 (strata);
 * Breslow & Day, "Statistical Methods in Cancer Research", vol. 1, 1980, and Tarone,
 * Biometrika 72, 1985 (homogeneity).
 *
 * What is handed down, for three tests: a t-test gets n, mean and sd of two groups; a trend
 * gets counts, bases and scores of the groups in order; strata get four counts a stratum, row
 * by row.
 */
#include "stat/compare.h"

#include <math.h>

#include "stat/contingency.h"
#include "stat/derive.h"
#include "stat/moments.h"
#include "stat/tally.h"

const char *const independence_names[INDEPENDENCES + 1] = {"pearson", "likelihood_ratio",
                                                           "fisher", NULL};

/* What counts respondents is wrong for a sample with a declared design. */
static bilan_status refuse_design(bilan *b, const struct sample *sample) {
  if (!sample_designed(sample)) return BILAN_OK;
  return fail(b, BILAN_USAGE, "this test is one without a design: take the one by design");
}

/* ---- independence ------------------------------------------------------------------------- */

/* Counts once, then the statistic that was asked for.
 * `row` and `col` are CODES. A table with one row or column has no test, and a note. */
bilan_status compare_independence(bilan *b, struct estimate *out, bool *simulated,
                                  const struct sample *sample, const struct column *row,
                                  const struct column *col,
                                  const struct independence_options *options) {
  struct contingency c;
  struct estimate e = estimate_none();
  bilan_status status = refuse_design(b, sample);
  if (!status) status = contingency_cross(b, &c, &e, sample, row, col);
  if (status) return status;
  *simulated = false;
  if (options->statistic == INDEPENDENCE_FISHER)
    status = contingency_fisher(b, &e, simulated, &c, options->conf);
  else if (options->statistic == INDEPENDENCE_LIKELIHOOD)
    status = contingency_likelihood(b, &e, &c);
  else status = contingency_chi_squared(b, &e, &c, options->correct);
  contingency_free(b, &c);
  if (!status) *out = e;
  return status;
}

/* ---- means -------------------------------------------------------------------------------- */

/* n, mean and standard deviation (n - 1) of a group, as the plain tests take them. */
static struct plain_sample sample_of(struct moment m) {
  double n = (double)m.n;
  return (struct plain_sample){n, m.n ? m.mean : 0, m.n > 1 ? sqrt(m.squares / (n - 1)) : NAN};
}

/* Copies figures and notes; an interval without width is left out.
 * Where there is no scatter at all the limits fall together: such an interval says nothing. */
static void set_t(struct estimate *e, const struct plain_t_test *t, double conf) {
  e->notes |= t->notes;
  estimate_set(e, FIGURE_VALUE, t->estimate);
  estimate_set(e, FIGURE_SE, t->se);
  estimate_set(e, FIGURE_STATISTIC, t->statistic);
  estimate_set(e, FIGURE_DF, t->df);
  estimate_set(e, FIGURE_P_VALUE, t->p_value);
  if (!(t->high > t->low)) return;
  estimate_set(e, FIGURE_LOW, t->low);
  estimate_set(e, FIGURE_HIGH, t->high);
  estimate_set(e, FIGURE_CONF, conf);
}

/* One sample: also the end of a paired test, on the differences.
 * The whole sample is one group: a by of no variables. */
static bilan_status one_mean(bilan *b, struct estimate *e, const struct sample *sample,
                             const struct column *measure, const struct t_request *request) {
  struct moments m;
  bilan_status status = moments_open(b, &m, sample, measure, &no_by);
  if (status) return status;
  struct plain_t_test t = plain_t_one(sample_of(moments_of(&m, 0)), request->mu, request->conf);
  moments_add_base(e, &m, 0);
  if (!e->n) e->notes |= NOTE_EMPTY;
  else set_t(e, &t, request->conf);
  moments_free(b, &m);
  return BILAN_OK;
}

/* after - before of each respondent who has both, then one sample.
 * The mean of the differences is tested against mu; a respondent with one of the two is
 * missing. */
static bilan_status paired_means(bilan *b, struct estimate *e, const struct sample *sample,
                                 const struct t_request *request) {
  struct column *change;
  if (!column_is_numeric(request->measure) || !column_is_numeric(request->after))
    return fail(b, BILAN_USAGE, "a paired test of means needs two items with numbers");
  bilan_status status = derive_difference(b, &change, request->after, request->measure, 1);
  if (status) return status;
  status = one_mean(b, e, sample, change, request);
  column_free(change);
  return status;
}

/* Equal levels are not behind each other; labels are compared by their bytes, so that the
 * answer does not depend on the language of the machine. */
bool compare_level_after(const struct column *item, uint32_t a, uint32_t b) {
  const struct level *one = dict_level(item->dict, a), *two = dict_level(item->dict, b);
  if (column_is_numeric(item)) return one->value > two->value;
  return text_compare(one->label, two->label) > 0;
}

/* The two groups with respondents, when there are exactly two, in the order of the dictionary or
 * of their labels. With fewer than two the codes stay 0 and equal, which fill_two takes as an
 * empty group. */
static bilan_status two_groups(bilan *b, uint32_t *from, uint32_t *to, const struct moments *m,
                               const struct t_request *request) {
  const struct column *group = request->group;
  uint32_t found[2] = {0, 0};
  size_t count = 0;
  for (uint32_t code = 0; code < dict_count(group->dict); code++) {
    if (!level_answers(group, code) || !moments_of(m, code).n) continue;
    if (count < 2) found[count] = code;
    count++;
  }
  if (count > 2)
    return fail(b, BILAN_USAGE, "a t-test compares two groups, here are %zu: name them with "
                                "from and to", count);
  bool turned = request->sorted && compare_level_after(group, found[0], found[1]);
  *from = found[turned];
  *to = found[!turned];
  return BILAN_OK;
}

/* Base of both groups, and the test unless one of them is empty. */
static void fill_two(struct estimate *e, const struct moments *m, uint32_t from, uint32_t to,
                     const struct t_request *request) {
  struct moment a = moments_of(m, to), c = moments_of(m, from);
  moments_add_base(e, m, from);
  if (to != from) moments_add_base(e, m, to);
  if (!a.n || !c.n || from == to) {
    e->notes |= NOTE_EMPTY_GROUP;
    return;
  }
  struct plain_t_test t =
      plain_t_two(sample_of(a), sample_of(c), request->mu, request->pooled, request->conf);
  set_t(e, &t, request->conf);
}

/* Welch or pooled, of two named groups or of the only two there are. */
static bilan_status two_means(bilan *b, struct estimate *e, const struct sample *sample,
                              const struct t_request *request) {
  struct moments m;
  struct by by = {.count = 1, .keys = {request->group}};
  uint32_t from = request->from, to = request->to;
  bilan_status status = moments_open(b, &m, sample, request->measure, &by);
  if (status) return status;
  if (from == NO_LEVEL || to == NO_LEVEL) status = two_groups(b, &from, &to, &m, request);
  if (!status) fill_two(e, &m, from, to, request);
  moments_free(b, &m);
  return status;
}

/* Which of the three: pairs, two groups, one sample. BILAN_USAGE: labels instead of numbers,
 * more than two groups with nothing said, a design. */
bilan_status compare_means(bilan *b, struct estimate *out, const struct sample *sample,
                           const struct t_request *request) {
  struct estimate e = estimate_none();
  bilan_status status = refuse_design(b, sample);
  if (status) return status;
  if (request->after) status = paired_means(b, &e, sample, request);
  else if (request->group) status = two_means(b, &e, sample, request);
  else status = one_mean(b, &e, sample, request->measure, request);
  if (!status) *out = e;
  return status;
}

/* ---- trend -------------------------------------------------------------------------------- */

/* Shares of the groups in rising order of their numbers, groups without respondents left out.
 * x: respondents at the level; n: respondents of the group. */
struct series {
  double *x, *n, *scores;
  size_t count;
};

/* Room for one entry a group; on failure series_free releases what was got. */
static bilan_status series_open(bilan *b, struct series *s, size_t most) {
  s->count = 0;
  s->x = mem_array(&b->mem, most, sizeof *s->x);
  s->n = mem_array(&b->mem, most, sizeof *s->n);
  s->scores = mem_array(&b->mem, most, sizeof *s->scores);
  return s->x && s->n && s->scores ? BILAN_OK : fail_nomem(b);
}

/* Releases the three arrays; NULL is fine. */
static void series_free(bilan *b, struct series *s) {
  mem_free(&b->mem, s->x);
  mem_free(&b->mem, s->n);
  mem_free(&b->mem, s->scores);
}

/* Shares along the groups; a group that is passed over keeps its score number, so that the
 * distance between its neighbours stays. */
static void series_fill(struct series *s, struct estimate *e, const struct tally *t, size_t level,
                        const struct column *by, const size_t *order, size_t count) {
  bool numbers = column_is_numeric(by);
  for (size_t i = 0; i < count; i++) {
    const struct tally_group *g = &t->bases[order[i]];
    for (int kind = 1; kind < BILAN_MISSING_KINDS; kind++)
      estimate_add_missing(e, (bilan_missing)kind, g->missing[kind]);
    e->n += g->n;
    if (!g->n) continue;
    s->x[s->count] = (double)t->count[order[i] * t->levels + level];
    s->n[s->count] = (double)g->n;
    s->scores[s->count++] =
        numbers ? dict_level(by->dict, (uint32_t)order[i])->value : (double)i + 1;
  }
}

/* Copies statistic, df and p-value with their notes.
 * The three figures of a test that estimates nothing. */
static void set_test(struct estimate *e, const struct plain_test *t) {
  e->notes |= t->notes;
  estimate_set(e, FIGURE_STATISTIC, t->statistic);
  estimate_set(e, FIGURE_DF, t->df);
  estimate_set(e, FIGURE_P_VALUE, t->p_value);
}

/* The place of a code among the levels of a tally; t->levels when it is not there. */
static size_t place_of(const struct tally *t, uint32_t code) {
  size_t level = 0;
  while (level < t->levels && t->codes[level] != code) level++;
  return level;
}

/* Cochran and Armitage on the groups in order (Armitage, Biometrics 11, 1955). The level must be
 * an answer: BILAN_USAGE for a kind of missing, which is in no base. */
bilan_status compare_trend(bilan *b, struct estimate *out, const struct sample *sample,
                           const struct column *item, uint32_t level, const struct column *by) {
  struct by groups = {.count = 1, .keys = {by}};
  struct tally_request request = {.item = item, .by = &groups};
  struct tally t = {0};
  struct series s = {0};
  size_t *order = NULL, count = 0;
  struct estimate e = estimate_none();
  bilan_status status = refuse_design(b, sample);
  if (!status) status = tally_open(b, &t, sample, &request);
  if (!status && place_of(&t, level) == t.levels)
    status = fail(b, BILAN_USAGE, "a trend is one of the share of a level that is an answer");
  if (!status) status = derive_order(b, &order, &count, by);
  if (!status) status = series_open(b, &s, count);
  if (!status) {
    series_fill(&s, &e, &t, place_of(&t, level), by, order, count);
    struct plain_test test = plain_trend(s.x, s.n, s.scores, s.count);
    set_test(&e, &test);
    *out = e;
  }
  series_free(b, &s);
  mem_free(&b->mem, order);
  tally_free(&t);
  return status;
}

/* ---- strata ------------------------------------------------------------------------------- */

/* Two levels of an item: the one that is meant, or the first of exactly two. */
static bilan_status first_level(bilan *b, uint32_t *level, const struct column *item) {
  size_t *order, count;
  if (*level != NO_LEVEL) return BILAN_OK;
  bilan_status status = derive_order(b, &order, &count, item);
  if (status) return status;
  if (count == 2) *level = (uint32_t)order[0];
  else status = fail(b, BILAN_USAGE, "mantel_haenszel: an odds ratio compares two levels, here "
                                     "are %zu: name one with row_level, col_level", count);
  mem_free(&b->mem, order);
  return status;
}

/* The 2 x 2 tables, one a level of the stratum that is an answer. */
static size_t fill_strata(double *tables, struct estimate *e, const struct cells *c,
                          const struct strata_request *r) {
  size_t strata = 0;
  double *table = tables;
  for (size_t cell = 0; cell < c->count; cell++) {
    size_t col = cell % c->sizes[2], row = cell / c->sizes[2] % c->sizes[1];
    size_t stratum = cell / c->sizes[2] / c->sizes[1];
    bilan_missing kind = dict_level(r->row->dict, (uint32_t)row)->missing;
    if (!kind) kind = dict_level(r->col->dict, (uint32_t)col)->missing;
    if (!kind) kind = dict_level(r->stratum->dict, (uint32_t)stratum)->missing;
    estimate_add_missing(e, kind, c->n[cell]);
    if (!row && !col && level_answers(r->stratum, stratum)) table = tables + 4 * strata++;
    if (kind) continue;
    table[2 * (row != r->row_level) + (col != r->col_level)] += (double)c->n[cell];
    e->n += c->n[cell];
  }
  return strata;
}

/* The common odds ratio into the first estimate, homogeneity into the second; both have the
 * same base. */
static void set_strata(struct estimate out[2], const struct plain_mantel_haenszel *m,
                       double conf) {
  out[1] = out[0];
  out[0].notes |= m->notes;
  estimate_set(&out[0], FIGURE_VALUE, m->odds_ratio);
  estimate_set(&out[0], FIGURE_LOW, m->low);
  estimate_set(&out[0], FIGURE_HIGH, m->high);
  if (estimate_has(&out[0], FIGURE_LOW)) estimate_set(&out[0], FIGURE_CONF, conf);
  estimate_set(&out[0], FIGURE_STATISTIC, m->statistic);
  estimate_set(&out[0], FIGURE_DF, m->df);
  estimate_set(&out[0], FIGURE_P_VALUE, m->p_value);
  estimate_set(&out[1], FIGURE_STATISTIC, m->homogeneity);
  estimate_set(&out[1], FIGURE_DF, m->homogeneity_df);
  estimate_set(&out[1], FIGURE_P_VALUE, m->homogeneity_p);
  if (!estimate_has(&out[1], FIGURE_STATISTIC)) out[1].notes |= m->notes;
}

/* One request over stratum x row x col, folded into a 2 x 2 table a stratum (Mantel & Haenszel,
 * J. Nat. Cancer Inst. 22, 1959). BILAN_USAGE: an item has more than two levels and none is
 * named.
 * One pass over stratum x row x column. Strata without an answer in the item carry nothing. */
bilan_status compare_strata(bilan *b, struct estimate out[2], const struct sample *sample,
                            const struct strata_request *request) {
  struct strata_request r = *request;
  struct cells c = {0};
  double *tables = NULL;
  struct estimate base = estimate_none();
  struct cells_request cross = {.rows = sample->rows,
                                .domain = sample->domain,
                                .keys = {r.stratum, r.row, r.col},
                                .key_count = 3};
  bilan_status status = BILAN_OK;
  if (sample_designed(sample))
    return fail(b, BILAN_USAGE, "a common odds ratio by design has no Mantel-Haenszel test: take "
                                "glm with the strata as a term");
  if (!status) status = first_level(b, &r.row_level, r.row);
  if (!status) status = first_level(b, &r.col_level, r.col);
  if (!status) status = cells_tabulate(b, &c, &cross);
  if (!status) {
    tables = mem_zero(&b->mem, 4 * c.sizes[0], sizeof *tables);
    if (!tables) status = fail_nomem(b);
  }
  if (!status) {
    size_t strata = fill_strata(tables, &base, &c, &r);
    struct plain_mantel_haenszel m = plain_mantel_haenszel(tables, strata, r.correct, r.conf);
    out[0] = base;
    set_strata(out, &m, r.conf);
  }
  mem_free(&b->mem, tables);
  cells_free(&c);
  return status;
}

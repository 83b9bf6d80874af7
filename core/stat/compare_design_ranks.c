/* compare_design_ranks.c - see compare_design.h: rank tests by design.
 *
 * The rank of a respondent is that in the population which the weights describe: with W(y) the
 * weight below y, N the weight of all, a respondent of weight w alone at y has W(y) + w/2, and
 * r/N is between 0 and 1. A score is a function of r and N; the test compares mean scores of the
 * groups, scores taken as fixed (Lumley & Scott, "Two-sample rank tests under complex sampling",
 * Biometrika 100, 2013). With w = 1 and no ties r is the usual rank less 1/2.
 *
 * Equal values with unequal weights. They cover [W, W + T] together. TIES_SHARED gives all of
 * them its middle, W + T/2, whatever their order. TIES_FILE gives them the mean of W + (weights
 * before it in the file) + w/2, which is the same where their weights are equal, and what R's
 * survey computes.
 *
 * Each group but the first has one statistic, its mean score less that of the first; its influence
 * is a column of numbers, whose total is 0, so that one request with as many measures gives all
 * covariances, by linearisation or by replicates.
 *
 * Worked example: values 1 1 2 with weights 1 3 4: N = 8; shared ranks 2 2 6; in the order of the
 * file (0.5 + 2.5) / 2 = 1.5 twice, and 6.
 *
 * Worked example of the test: values 1 and 3 in one group, 2 and 4 in the other, weights 1. r/N =
 * 0.125 0.625 and 0.375 0.875, means 0.375 and 0.625: value 0.25, effect 0.5. (Of the four pairs
 * three are won by the second group, one by the first: 3/4 - 1/4.) Influences are the scores less
 * their group's mean over 2: 0.125 -0.125 (the sign turned) and -0.125 0.125.
 *
 * Arrays for that example, rows 3 1 4 2 of the table in the groups A A B B:
 *
 *   row 0 1 2 3    value 3 1 4 2    order 1 3 0 2 (the places by rising value)
 *   score 0.625 0.125 0.875 0.375    place[A] = 0, place[B] = 1
 *   weight 2 2    mean 0.375 0.625    influence[0] -0.125 0.125 0.125 -0.125
 *
 * Memory: 16 bytes a row, and 8 a row and group. Cost: one sort. Owner: released on return.
 */
#include <math.h>

#include "kernel/sort.h"
#include "stat/association.h"
#include "stat/compare_design.h"
#include "stat/derive.h"
#include "stat/dist/dist.h"

const char *const rank_score_names[RANK_SCORES + 1] = {"wilcoxon", "vanderWaerden", "median",
                                                       "KruskalWallis", NULL};
const char *const rank_ties_names[RANK_TIES + 1] = {"file", "shared", NULL};

/* The rows that are compared, and their groups. */
struct ranked {
  size_t count;    /* rows with a group, an answer and a weight: the base */
  size_t *row;     /* [count]: their places in the table, in its order */
  double *value;   /* [count]: the number, or the code of a label */
  double *score;   /* [count]: at first the rank, 0 .. N, then what it scores */
  size_t *order;   /* [count]: by rising value, equal ones as in the table */
  size_t *spare;   /* [count]: what the sort needs */
  size_t *place;   /* [code]: of a group among those compared, SIZE_MAX for none */
  size_t groups;   /* with respondents */
  double *weight, *mean; /* [group]: of its rows; their mean score */
  struct column **influence; /* [groups - 1]: of mean k + 1 less mean 0 */
  struct domain *domain; /* rows of the groups compared, whatever their answers */
};

/* Releases everything; also after a ranked_open that failed, and a zeroed one. The columns of
 * influence are as many as were made: those beyond a failure are NULL. */
static void ranked_close(bilan *b, struct ranked *r) {
  for (size_t g = 0; r->influence && g + 1 < r->groups; g++) column_free(r->influence[g]);
  mem_free(&b->mem, r->influence);
  mem_free(&b->mem, r->row);
  mem_free(&b->mem, r->value);
  mem_free(&b->mem, r->score);
  mem_free(&b->mem, r->order);
  mem_free(&b->mem, r->spare);
  mem_free(&b->mem, r->place);
  mem_free(&b->mem, r->weight);
  mem_free(&b->mem, r->mean);
  domain_free(r->domain);
}

/* Room for all rows and groups: one entry a row of the table, so that no second pass is needed to
 * count. On failure ranked_close releases what was got. */
static bilan_status ranked_open(bilan *b, struct ranked *r, size_t rows, size_t codes) {
  *r = (struct ranked){
      .row = mem_array(&b->mem, rows, sizeof *r->row),
      .value = mem_array(&b->mem, rows, sizeof *r->value),
      .score = mem_array(&b->mem, rows, sizeof *r->score),
      .order = mem_array(&b->mem, rows, sizeof *r->order),
      .spare = mem_array(&b->mem, rows, sizeof *r->spare),
      .place = mem_array(&b->mem, codes, sizeof *r->place),
      .weight = mem_zero(&b->mem, codes, sizeof *r->weight),
      .mean = mem_zero(&b->mem, codes, sizeof *r->mean),
  };
  bool all = r->row && r->value && r->score && r->order && r->spare && r->place && r->weight &&
             r->mean;
  return all ? BILAN_OK : fail_nomem(b);
}

/* What rows are sorted by: numbers, scores of levels, else codes. Labels rank in the order of their
 * dictionary, as in compare_ranks; only the order matters, so codes will do. */
static double value_of(const struct column *item, bool numbers, size_t row) {
  return numbers ? column_number(item, row) : (double)column_code(item, row);
}

/* May a row's group be compared? One of two that are named, or any that is an answer. Whether
 * it has respondents is known only when all rows have been seen (place_groups). */
static bool wanted(const struct rank_request *q, uint32_t code) {
  if (q->from != NO_LEVEL) return code == q->from || code == q->to;
  return level_answers(q->group, code);
}

/* Lists the rows with weight and an answer, and counts those without one by kind. The domain takes
 * those that answered: their PSUs count for the degrees of freedom. */
static bilan_status collect(bilan *b, struct ranked *r, struct estimate *e,
                            const struct sample *s, const struct rank_request *q) {
  bool numbers = column_is_numeric(q->item);
  bilan_status status = domain_new(b, &r->domain, s->rows);
  for (size_t row = 0; !status && row < s->rows; row++) {
    if (!domain_has(s->domain, row) || !wanted(q, column_code(q->group, row))) continue;
    if (!(design_weight(s->design, row) > 0)) continue;
    bilan_missing kind = column_missing(q->item, row);
    estimate_add_missing(e, kind, 1);
    if (kind) continue;
    domain_set(r->domain, row);
    r->row[r->count] = row;
    r->value[r->count++] = value_of(q->item, numbers, row);
  }
  e->n = (int64_t)r->count;
  return status;
}

/* Must two groups, in the order of the dictionary, change places? Where levels are named: when
 * `from` is not in place 0. Where they are not: when they shall be sorted and are not. */
static bool backwards(const struct ranked *r, const struct rank_request *q) {
  uint32_t codes[2] = {0, 0};
  if (q->from != NO_LEVEL) return r->place[q->from] == 1;
  for (uint32_t code = 0; code < dict_count(q->group->dict); code++)
    if (r->place[code] < 2) codes[r->place[code]] = code;
  return q->sorted && compare_level_after(q->group, codes[0], codes[1]);
}

/* Numbers the groups with respondents, in the order of the dictionary; of two, `from` before `to`;
 * and sums their weights. With codes blank, a, b, c and nobody in b: place = {-, 0, -, 1}, groups =
 * 2. */
static void place_groups(struct ranked *r, const struct sample *s, const struct rank_request *q) {
  size_t codes = dict_count(q->group->dict);
  for (size_t code = 0; code < codes; code++) r->place[code] = SIZE_MAX;
  for (size_t i = 0; i < r->count; i++) r->place[column_code(q->group, r->row[i])] = 0;
  for (size_t code = 0; code < codes; code++)
    if (r->place[code] == 0) r->place[code] = r->groups++;
  if (r->groups == 2 && backwards(r, q))
    for (size_t code = 0; code < codes; code++)
      if (r->place[code] != SIZE_MAX) r->place[code] = 1 - r->place[code];
  for (size_t i = 0; i < r->count; i++)
    r->weight[r->place[column_code(q->group, r->row[i])]] += design_weight(s->design, r->row[i]);
}

/* A score from a rank, 0 < rank < all, both in units of weight. */
static double score_of(enum rank_score score, double rank, double all) {
  switch (score) {
  case SCORE_NORMAL: return normal_quantile(rank / all, LOWER);
  case SCORE_MEDIAN: return rank > all / 2;
  default: return rank / all;
  }
}

/* Ranks of equal values, places from .. end - 1 of the order, above the weight `below`; their own
 * weight comes back. */
static double rank_equal(struct ranked *r, const struct sample *s, size_t from, size_t end,
                         double below, enum rank_ties ties) {
  double own = 0, sum = 0;
  for (size_t i = from; i < end; i++) {
    double w = design_weight(s->design, r->row[r->order[i]]);
    sum += own + w / 2;
    own += w;
  }
  double rank = below + (ties == TIES_SHARED ? own / 2 : sum / (double)(end - from));
  for (size_t i = from; i < end; i++) r->score[r->order[i]] = rank;
  return own;
}

/* Sorts, ranks, and turns ranks into scores. The weight below a rank is summed in order, so ranks
 * that are equal in exact arithmetic may differ by rounding: harmless but for the median, whose
 * middle is half the same sum.
 * Rows at the same value are a run of `order`: from .. end - 1. */
static void rank_all(struct ranked *r, const struct sample *s, enum rank_score score,
                     enum rank_ties ties) {
  double below = 0;
  for (size_t i = 0; i < r->count; i++) r->order[i] = i;
  sort_places(r->order, r->spare, r->value, r->count);
  for (size_t from = 0, end; from < r->count; from = end) {
    for (end = from + 1; end < r->count; end++)
      if (r->value[r->order[end]] != r->value[r->order[from]]) break;
    below += rank_equal(r, s, from, end, below, ties);
  }
  for (size_t i = 0; i < r->count; i++) r->score[i] = score_of(score, r->score[i], below);
}

/* Mean scores, then the influences of the differences from the first group: (score - mean) / W in
 * the group, the opposite in the first, 0 elsewhere. The weight is left to the design. */
static bilan_status influences(bilan *b, struct ranked *r, const struct sample *s,
                               const struct rank_request *q) {
  bilan_status status = BILAN_OK;
  for (size_t i = 0; i < r->count; i++) {
    size_t g = r->place[column_code(q->group, r->row[i])];
    r->mean[g] += design_weight(s->design, r->row[i]) / r->weight[g] * r->score[i];
  }
  r->influence = mem_zero(&b->mem, r->groups, sizeof *r->influence);
  if (!r->influence) return fail_nomem(b);
  for (size_t k = 0; !status && k + 1 < r->groups; k++) {
    double *z = mem_zero(&b->mem, s->rows, sizeof *z);
    if (!z) return fail_nomem(b);
    for (size_t i = 0; i < r->count; i++) {
      size_t g = r->place[column_code(q->group, r->row[i])];
      double sign = g == k + 1 ? 1 : g == 0 ? -1 : 0;
      z[r->row[i]] = sign * (r->score[i] - r->mean[g]) / r->weight[g];
    }
    status = column_numbers(b, &r->influence[k], s->rows, z, NULL);
  }
  return status;
}

/* The totals of the influences are the statistics. They are 0 but for rounding under the full
 * sample, and what the replicates differ by otherwise: a score is taken as fixed. */
static void solve_totals(const void *context, double *theta, const struct cells *totals) {
  const size_t *count = context;
  for (size_t k = 0; k < *count; k++) theta[k] = totals->sums[k].y;
}

/* Each total is its own gradient: 1 at the slot of its measure, in the only cell. Slot 0 is the
 * weight of that cell, so measure k is at k + 1. */
static bilan_status totals_gradient(bilan *b, const void *context, struct forms *forms,
                                    const struct cells *totals, const double *theta) {
  const size_t *count = context;
  bilan_status status = BILAN_OK;
  (void)totals;
  (void)theta;
  for (size_t k = 0; !status && k < *count; k++) status = forms_add(b, forms, k + 1, k, 1);
  return status;
}

/* The figures of two groups: t on nu - 1. The effect is Cliff's delta of the estimated
 * population: with r/N the difference of mean scores is P(above) + P(equal)/2 - 1/2. */
static void set_two(struct estimate *e, const struct ranked *r, double variance, double df,
                    enum rank_score score, double conf) {
  double value = r->mean[1] - r->mean[0], se = sqrt(variance);
  estimate_set(e, FIGURE_VALUE, value);
  if (score == SCORE_WILCOXON || score == SCORE_KRUSKAL) estimate_set(e, FIGURE_EFFECT, 2 * value);
  if (!(df > 0) || !(se > 1e-14)) { /* scores are about 1 */
    e->notes |= df > 0 ? NOTE_NO_VARIANCE : NOTE_NO_DEGREES;
    return;
  }
  estimate_set(e, FIGURE_SE, se);
  estimate_set(e, FIGURE_DF, df);
  estimate_set_t(e, value / se, df);
  estimate_interval(e, conf);
}

/* The figures of more: Wald's chi-squared of the g - 1 differences is shown, F(g - 1, nu - g +
 * 1) gives its p-value, as in R's survey. Neither a value nor an interval: there is no one
 * difference. */
static bilan_status set_many(bilan *b, struct estimate *e, const struct ranked *r,
                             const double *cov, double nu) {
  double k = (double)r->groups - 1, chi, *beta = mem_array(&b->mem, r->groups, sizeof *beta);
  size_t rank;
  if (!beta) return fail_nomem(b);
  for (size_t g = 1; g < r->groups; g++) beta[g - 1] = r->mean[g] - r->mean[0];
  bilan_status status = association_wald(b, &chi, &rank, beta, cov, r->groups - 1);
  mem_free(&b->mem, beta);
  if (status) return status;
  if (rank + 1 < r->groups || !(nu - k > 0)) {
    e->notes |= NOTE_FEW_DEGREES;
    return BILAN_OK;
  }
  estimate_set(e, FIGURE_STATISTIC, chi);
  estimate_set(e, FIGURE_DF, k);
  estimate_set(e, FIGURE_DDF, nu - k);
  estimate_set(e, FIGURE_P_VALUE, f_cdf(chi / k, k, nu - k, UPPER));
  return BILAN_OK;
}

/* Variances and the test; scores and influences are there. Rows outside have an influence of 0,
 * so the request needs no domain of its own. */
static bilan_status test_ranks(bilan *b, struct estimate *e, const struct ranked *r,
                               const struct sample *s, enum rank_score score, double conf) {
  size_t count = r->groups - 1;
  struct target t = {.request = {.rows = s->rows, .domain = s->domain, .measure_count = count},
                     .count = count, .block = count, .context = &count,
                     .solve = solve_totals, .gradient = totals_gradient};
  struct target_answer a;
  struct sample part = *s;
  double nu;
  t.request.measures = (const struct column *const *)r->influence;
  part.domain = r->domain;
  bilan_status status = sample_degrees(b, &nu, &part, &no_by);
  if (!status) status = target_estimate(b, &a, s->design, &t);
  if (status) return status;
  if (count == 1) set_two(e, r, a.cov[0], nu - 1, score, conf);
  else status = set_many(b, e, r, a.cov, nu);
  target_free(&a);
  return status;
}

/* BILAN_USAGE: pairs, texts, several answers. */
static bilan_status check_request(bilan *b, const struct rank_request *q) {
  if (q->after)
    return fail(b, BILAN_USAGE, "after: ranks of pairs have no test by design: take t_test, or "
                                "mcnemar");
  if (q->item->type == COLUMN_TEXT || q->item->type == COLUMN_SET)
    return fail(b, BILAN_USAGE, "a rank test needs numbers or levels in order, not texts");
  return BILAN_OK;
}

/* Rows, groups and the base of the test. On failure ranked_close releases what was got. */
static bilan_status gather(bilan *b, struct ranked *r, struct estimate *e, const struct sample *s,
                           const struct rank_request *q) {
  bilan_status status = ranked_open(b, r, s->rows, dict_count(q->group->dict));
  if (!status) status = collect(b, r, e, s, q);
  if (status) return status;
  double weight = 0;
  place_groups(r, s, q);
  for (size_t g = 0; g < r->groups; g++) weight += r->weight[g];
  estimate_set(e, FIGURE_WEIGHTED_N, weight);
  return BILAN_OK;
}

/* See compare_design.h. Sorts once, whatever the number of groups; a single group has a base and
 * a note. */
bilan_status compare_design_ranks(bilan *b, struct estimate *out, size_t *groups,
                                  const struct sample *sample, const struct rank_request *q,
                                  enum rank_score score, enum rank_ties ties) {
  struct ranked r = {0};
  struct estimate e = estimate_none();
  bilan_status status = check_request(b, q);
  if (!status) status = gather(b, &r, &e, sample, q);
  if (!status && r.groups < 2) {
    e.notes |= r.count ? NOTE_EMPTY_GROUP : NOTE_EMPTY;
  } else if (!status) {
    rank_all(&r, sample, score, ties);
    status = influences(b, &r, sample, q);
    if (!status) status = test_ranks(b, &e, &r, sample, score, q->conf);
  }
  if (!status) {
    *groups = r.groups;
    *out = e;
  }
  ranked_close(b, &r);
  return status;
}

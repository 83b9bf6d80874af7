/* compare_ranks.c - see compare.h: Wilcoxon, signed ranks, Kruskal-Wallis from counts of each
 * value in each group.
 *
 * Rank tests need no rows: a value held by t respondents after s smaller ones has mid-rank
 * s + (t + 1)/2, so counts of distinct values by groups say it all. Levels without numbers
 * rank in the order of the dictionary, which is what makes an ordered scale testable. Groups
 * without respondents are not columns of the table: they would add degrees of freedom.
 *
 * Worked example: values 1 1 2 have mid-ranks 1.5 1.5 3: s = 0, t = 2 for the ones, s = 2, t
 * = 1 for the two. In the table of counts they are the rows (1: 2 respondents) and (2: 1
 * respondent).
 *
 * Sources: Wilcoxon, Biometrics Bulletin 1, 1945; Kruskal & Wallis, JASA 47, 1952. Memory:
 * distinct values times groups. Failure: BILAN_USAGE (texts, a design, labels where
 * differences are asked for), BILAN_LIMIT, BILAN_NOMEM.
 */
#include <math.h>

#include "stat/compare.h"
#include "stat/derive.h"

const char *const rank_test_names[RANK_TESTS + 1] = {"Wilcoxon rank sum", "Wilcoxon signed rank",
                                                     "Kruskal-Wallis", NULL};

/* Counts of distinct values (rows, rising) by groups (columns). */
struct ranking {
  double *n, *values;
  size_t rows, cols;
};

/* Releases both arrays; NULL is fine. */
static void ranking_free(bilan *b, struct ranking *r) {
  mem_free(&b->mem, r->n);
  mem_free(&b->mem, r->values);
}

/* Numbers become their distinct values; an item of levels stays as it is.
 * The caller frees the column; an item of codes is held, not copied. */
static bilan_status to_levels(bilan *b, struct column **out, struct column *item) {
  if (item->type == COLUMN_TEXT)
    return fail(b, BILAN_USAGE, "a rank test needs numbers or levels in order, not texts");
  return column_to_codes(b, out, item, 0);
}

/* One row of the table a distinct value: levels of equal value share it. Cells are group by
 * value (`stride` codes a group); the groups are named by their codes.
 * Labels rank 0, 1, 2, ... in the order of the dictionary. */
static void fill(struct ranking *r, const struct cells *c, size_t stride,
                 const struct column *item, const size_t *order, size_t count,
                 const size_t *groups) {
  bool numbers = column_is_numeric(item);
  for (size_t i = 0; i < count; i++) {
    double value = numbers ? dict_level(item->dict, (uint32_t)order[i])->value : (double)i;
    if (!r->rows || r->values[r->rows - 1] != value) r->values[r->rows++] = value;
    for (size_t j = 0; j < r->cols; j++)
      r->n[(r->rows - 1) * r->cols + j] += (double)c->n[groups[j] * stride + order[i]];
  }
}

/* Cells of the named groups (r->cols of them) as a table by rising value. */
static bilan_status rank_cells(bilan *b, struct ranking *r, const struct cells *c, size_t stride,
                               const struct column *item, const size_t *groups) {
  size_t *order, count;
  bilan_status status = derive_order(b, &order, &count, item);
  if (status) return status;
  r->n = mem_zero(&b->mem, count * r->cols, sizeof *r->n);
  r->values = mem_array(&b->mem, count, sizeof *r->values);
  if (r->n && r->values) fill(r, c, stride, item, order, count, groups);
  else status = fail_nomem(b);
  mem_free(&b->mem, order);
  return status;
}

/* ---- groups ------------------------------------------------------------------------------- */

/* Answers of one group; adds its missing to the base.
 * The number of answers in the group. */
static int64_t group_base(struct estimate *e, const struct cells *c, const struct column *item,
                          size_t group) {
  int64_t n = 0;
  size_t stride = dict_count(item->dict);
  for (uint32_t code = 0; code < stride; code++) {
    bilan_missing kind = dict_level(item->dict, code)->missing;
    estimate_add_missing(e, kind, c->n[group * stride + code]);
    if (!kind) n += c->n[group * stride + code];
  }
  e->n += n;
  return n;
}

/* Lists the groups that are compared: `to` first, so that the effect is that of `to` over
 * `from`, or all groups with respondents.
 * An empty group that was named is left out; the test then has a note. */
static size_t list_groups(size_t *groups, struct estimate *e, const struct cells *c,
                          const struct column *item, const struct rank_request *request) {
  size_t count = 0;
  if (request->from != NO_LEVEL && request->to != NO_LEVEL) {
    if (group_base(e, c, item, request->to)) groups[count++] = request->to;
    if (group_base(e, c, item, request->from)) groups[count++] = request->from;
    return count;
  }
  for (size_t code = 0; code < dict_count(request->group->dict); code++)
    if (level_answers(request->group, code) && group_base(e, c, item, code))
      groups[count++] = code;
  bool in_order = request->sorted && count == 2 &&
                  compare_level_after(request->group, (uint32_t)groups[0], (uint32_t)groups[1]);
  if (count != 2 || in_order) return count; /* the first is `to` already, the one behind */
  size_t first = groups[0];
  groups[0] = groups[1];
  groups[1] = first;
  return count;
}

/* Copies statistic, df, p-value and effect with their notes. */
static void set_rank(struct estimate *e, const struct plain_rank *r) {
  e->notes |= r->notes;
  estimate_set(e, FIGURE_STATISTIC, r->statistic);
  estimate_set(e, FIGURE_DF, r->df);
  estimate_set(e, FIGURE_P_VALUE, r->p_value);
  estimate_set(e, FIGURE_EFFECT, r->effect);
}

/* Two groups: Wilcoxon; more: Kruskal and Wallis; fewer: a note.
 * Small samples without ties are counted exactly, as the plain tests decide
 * (EXACT_WHEN_SMALL). */
static void test_groups(struct estimate *e, enum rank_test *test, const struct ranking *r) {
  struct plain_counts counts = {r->n, r->rows, r->cols};
  struct plain_rank_options options = {EXACT_WHEN_SMALL, false};
  *test = r->cols > 2 ? RANK_KRUSKAL : RANK_WILCOXON;
  if (r->cols < 2) {
    e->notes |= NOTE_EMPTY_GROUP;
    return;
  }
  struct plain_rank result =
      r->cols > 2 ? plain_kruskal(counts) : plain_rank_sum(counts, options);
  set_rank(e, &result);
}

/* One request over group x value, then the test on its cells. A number with as many values as
 * respondents makes groups x respondents cells: at most 2^26. */
static bilan_status rank_groups(bilan *b, struct estimate *e, enum rank_test *test,
                                const struct sample *sample, const struct column *item,
                                const struct rank_request *request) {
  struct cells c = {0};
  struct ranking r = {0};
  struct cells_request cross = {.rows = sample->rows,
                                .domain = sample->domain,
                                .keys = {request->group, item},
                                .key_count = 2};
  size_t *groups = mem_array(&b->mem, dict_count(request->group->dict), sizeof *groups);
  bilan_status status = groups ? cells_tabulate(b, &c, &cross) : fail_nomem(b);
  if (!status) {
    r.cols = list_groups(groups, e, &c, item, request);
    status = rank_cells(b, &r, &c, dict_count(item->dict), item, groups);
  }
  if (!status) test_groups(e, test, &r);
  mem_free(&b->mem, groups);
  ranking_free(b, &r);
  cells_free(&c);
  return status;
}

/* ---- pairs -------------------------------------------------------------------------------- */

/* Signed ranks from the distinct differences and how often each occurs. */
static bilan_status rank_changes(bilan *b, struct estimate *e, const struct sample *sample,
                                 const struct column *change) {
  static const size_t one_group[] = {0};
  struct cells c = {0};
  struct ranking r = {.cols = 1};
  struct cells_request cross = {
      .rows = sample->rows, .domain = sample->domain, .keys = {change}, .key_count = 1};
  bilan_status status = cells_tabulate(b, &c, &cross);
  if (!status) status = rank_cells(b, &r, &c, dict_count(change->dict), change, one_group);
  if (!status) {
    struct plain_rank_options options = {EXACT_WHEN_SMALL, false};
    struct plain_rank result = plain_signed_rank(r.values, r.n, r.rows, options);
    group_base(e, &c, change, 0);
    set_rank(e, &result);
  }
  ranking_free(b, &r);
  cells_free(&c);
  return status;
}

/* Differences of those who have both numbers, as levels. */
static bilan_status rank_pairs(bilan *b, struct estimate *e, const struct sample *sample,
                               const struct rank_request *request) {
  struct column *change = NULL, *codes = NULL;
  if (!column_is_numeric(request->item) || !column_is_numeric(request->after))
    return fail(b, BILAN_USAGE, "a paired rank test needs two items with numbers");
  bilan_status status = derive_difference(b, &change, request->after, request->item, 1);
  if (!status) status = column_to_codes(b, &codes, change, 0);
  if (!status) status = rank_changes(b, e, sample, codes);
  column_free(codes);
  column_free(change);
  return status;
}

/* Pairs when there is a second answer, groups otherwise. BILAN_USAGE: texts, or labels where
 * differences are asked for. */
bilan_status compare_ranks(bilan *b, struct estimate *out, enum rank_test *test,
                           const struct sample *sample, const struct rank_request *request) {
  struct estimate e = estimate_none();
  struct column *item = NULL;
  bilan_status status = BILAN_OK;
  if (sample_designed(sample))
    return fail(b, BILAN_USAGE, "this test is one without a design: take the one by design");
  if (request->after) {
    *test = RANK_SIGNED;
    status = rank_pairs(b, &e, sample, request);
  } else {
    status = to_levels(b, &item, request->item);
    if (!status) status = rank_groups(b, &e, test, sample, item, request);
    column_free(item);
  }
  if (!status) *out = e;
  return status;
}

/* compare_design_paired.c - see compare_design.h: two answers of the same respondents, by design.
 *
 * McNemar's test of two levels, or of one against all others, is one of the mean of
 *
 *   z = [after is the level] - [before is the level],   -1, 0 or 1,
 *
 * among those who gave both answers: the share after less the share before, with the covariance
 * of the two in its standard error. Of a simple random sample with b and c changes its variance
 * is (b + c - (b - c)^2 / n) / n^2 (n - 1 for n once), so t^2 is close to (b - c)^2 / (b + c).
 *
 * More levels: symmetry (Bowker, JASA 43, 1948), p_ij = p_ji for all pairs that anybody is in, by
 * Wald's test adjusted as in association.h. Levels of the two items are the same when their
 * labels are; the square has those of `before` in their order, then what only `after` knows.
 *
 * Worked example. Equal weights, each row a PSU: 30 stay at yes, 40 at no, 5 go from yes to no and
 * 15 from no to yes: value 10/90 = 0.111, se = sqrt((20 - 100/90)/(90 * 89)) = 0.0486, t = 2.29 on
 * 89 degrees of freedom; McNemar's chi is 2.24.
 *
 * Worked example of symmetry. 100 respondents, levels a, b, c; changes a to b 6, b to a 2, b to c
 * 5, c to b 1, nobody between a and c: two pairs, theta = (6 - 2)/100, (5 - 1)/100 = 0.04, 0.04. A
 * cell's coefficient for pair k is (its sign there - theta_k) / W: of a to b 0.96/100 and
 * -0.04/100, of the diagonal -0.04/100 twice.
 *
 * Memory: nine bytes a row for z; levels^4 / 2 for the gradient of symmetry. Owner: released on
 * return.
 */
#include <math.h>

#include "stat/association.h"
#include "stat/compare_design.h"
#include "stat/compare_design_t.h"
#include "stat/derive.h"

/* Places of the answers of both items, matched by their labels; SIZE_MAX for a kind of missing. */
struct places {
  size_t *before, *after; /* [code of that item]: 0 .. count - 1 */
  size_t count;           /* of different answers in both together */
};

/* Releases both lists; NULL is fine, so it may follow a places_fill that failed. */
static void places_free(bilan *b, struct places *p) {
  mem_free(&b->mem, p->before);
  mem_free(&b->mem, p->after);
}

/* The level named against all others: place 0 is the level, 1 all else that is an answer. */
static void place_against(size_t *place, const struct column *item, struct text level) {
  for (uint32_t code = 0; code < dict_count(item->dict); code++) {
    bool same = text_equal(dict_level(item->dict, code)->label, level);
    place[code] = level_answers(item, code) ? !same : SIZE_MAX;
  }
}

/* All levels: those of `before`, then what only `after` has. With before = (blank, yes, no) and
 * after = (blank, no, perhaps, yes): before = {-, 0, 1}, after = {-, 1, 2, 0}, count 3. */
static void place_all(struct places *p, const struct mcnemar_request *r) {
  for (uint32_t code = 0; code < dict_count(r->before->dict); code++)
    p->before[code] = level_answers(r->before, code) ? p->count++ : SIZE_MAX;
  for (uint32_t code = 0; code < dict_count(r->after->dict); code++) {
    uint32_t same = dict_find(r->before->dict, dict_level(r->after->dict, code)->label);
    p->after[code] = SIZE_MAX;
    if (!level_answers(r->after, code)) continue;
    p->after[code] = same && level_answers(r->before, same) ? p->before[same] : p->count++;
  }
}

/* Two places when a level is named, else as many as there are labels. On failure places_free
 * releases what was got. */
static bilan_status places_fill(bilan *b, struct places *p, const struct mcnemar_request *r) {
  *p = (struct places){
      .before = mem_array(&b->mem, dict_count(r->before->dict), sizeof *p->before),
      .after = mem_array(&b->mem, dict_count(r->after->dict), sizeof *p->after)};
  if (!p->before || !p->after) return fail_nomem(b);
  if (!r->level.n) {
    place_all(p, r);
    return BILAN_OK;
  }
  p->count = 2;
  place_against(p->before, r->before, r->level);
  place_against(p->after, r->after, r->level);
  return BILAN_OK;
}

/* z of the file head: [after in place 0] - [before in it], missing where either is, by the kind of
 * `before` where both are. The caller frees *out with column_free. */
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

/* Pairs (i, j), i < j, of places that somebody is in, as cells of before x after. Of three places
 * with nobody in (0, 2) or (2, 0), statistics and their signs in the square:
 *
 *            after 0   1    2
 *   before 0    .     +0    .       index[0 * 3 + 1] = 0, index[1 * 3 + 2] = 1,
 *          1   -0      .   +1       all else SIZE_MAX; pairs = 2
 *          2    .     -1    . */
struct symmetry {
  const struct places *places; /* lent */
  size_t *index;    /* [i * count + j] of a pair: its statistic, SIZE_MAX for none */
  size_t pairs;     /* statistics: at most count (count - 1) / 2 */
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

/* W: weight of all who gave both answers, the diagonal included. */
static double both_answered(const struct symmetry *s, const struct cells *t) {
  double sum = 0;
  for (size_t cell = 0; cell < t->count; cell++)
    if (square_place(s->places, t, cell) != SIZE_MAX) sum += t->weight[cell];
  return sum;
}

/* p_ij - p_ji of every pair, 0 under symmetry; NaN where nobody has weight. Shares are of all who
 * gave both answers: 15 of 90 one way and 5 back make (15 - 5) / 90. */
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

/* All pairs in one block by Wald's test, adjusted for the degrees of freedom of the design. */
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

/* More than two levels: one count for the pairs, then the test. Nobody who changed is a note, as is
 * nobody at all. There is no value: a square of changes has no one difference. */
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
    if (!status) status = compare_one_mean(b, &e, sample, change, 0, r->conf);
    column_free(change);
  }
  if (!status) {
    *levels = p.count;
    *out = e;
  }
  places_free(b, &p);
  return status;
}

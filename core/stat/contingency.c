/* contingency.c - see contingency.h: from cells to the plain tests and back.
 *
 * The plain functions give NaN where there is no figure; estimate_set keeps it out, and the
 * note that came along says why. That empty rows and columns were left out is no news in a
 * table that shows them with 0 of n, so that note is dropped.
 *
 * Worked example, counts 10 20 / 30 40: expected 12 18 / 28 42, chi-squared 4/12 + 4/18 +
 * 4/28 + 4/42 = 0.794 on 1 degree of freedom, Cramer's V = sqrt(0.794 / 100) = 0.089.
 *
 * Owner: a contingency owns its three tables and is released by contingency_free. Tests read
 * `n`; chi-squared also fills `expected` and `adjusted`. Failure: BILAN_NOMEM, and
 * BILAN_LIMIT from the tabulation.
 */
#include "stat/contingency.h"

#include <math.h>

/* Three tables of zeros; BILAN_NOMEM leaves nothing behind. */
bilan_status contingency_open(bilan *b, struct contingency *out, size_t rows, size_t cols) {
  if (cols && rows > SIZE_MAX / cols) return fail_nomem(b);
  size_t cells = rows * cols;
  struct contingency c = {
      .rows = rows,
      .cols = cols,
      .n = mem_zero(&b->mem, cells, sizeof(double)),
      .expected = mem_zero(&b->mem, cells, sizeof(double)),
      .adjusted = mem_zero(&b->mem, cells, sizeof(double)),
  };
  if (!c.n || !c.expected || !c.adjusted) {
    contingency_free(b, &c);
    return fail_nomem(b);
  }
  *out = c;
  return BILAN_OK;
}

/* Idempotent. */
void contingency_free(bilan *b, struct contingency *c) {
  mem_free(&b->mem, c->n);
  mem_free(&b->mem, c->expected);
  mem_free(&b->mem, c->adjusted);
  *c = (struct contingency){0};
}

/* How many levels are answers.
 * Rows or columns of the table: kinds of missing are none. */
static size_t answers_of(const struct column *c) {
  size_t answers = 0;
  for (uint32_t code = 0; code < dict_count(c->dict); code++)
    answers += !dict_level(c->dict, code)->missing;
  return answers;
}

/* Copies the answers, in the order of the dictionaries, and counts what is left out.
 * c->sizes[1] is the number of codes of `col`, which runs fastest. */
static void copy_answers(struct contingency *to, struct estimate *base, const struct cells *c,
                         const struct column *row, const struct column *col) {
  size_t place = 0;
  for (size_t cell = 0; cell < c->count; cell++) {
    bilan_missing kind = dict_level(row->dict, (uint32_t)(cell / c->sizes[1]))->missing;
    if (!kind) kind = dict_level(col->dict, (uint32_t)(cell % c->sizes[1]))->missing;
    estimate_add_missing(base, kind, c->n[cell]);
    if (kind) continue;
    base->n += c->n[cell];
    to->n[place++] = (double)c->n[cell];
  }
}

/* One request; weights are not read, tests count respondents.
 * Both items are CODES; on failure `out` holds nothing to free. */
bilan_status contingency_cross(bilan *b, struct contingency *out, struct estimate *base,
                               const struct sample *sample, const struct column *row,
                               const struct column *col) {
  struct cells cells;
  struct cells_request r = {
      .rows = sample->rows, .domain = sample->domain, .keys = {row, col}, .key_count = 2};
  bilan_status status = cells_tabulate(b, &cells, &r);
  if (status) return status;
  status = contingency_open(b, out, answers_of(row), answers_of(col));
  if (!status) copy_answers(out, base, &cells, row, col);
  cells_free(&cells);
  return status;
}

/* The table as the plain tests take it; borrowed. */
static struct plain_counts counts_of(const struct contingency *c) {
  return (struct plain_counts){c->n, c->rows, c->cols};
}

/* Both statistics come from one function.
 * Fills expected and adjusted of the contingency as well, for crosstabs. */
static bilan_status chi_squared(bilan *b, struct plain_chi_squared *x, struct estimate *e,
                                struct contingency *c, bool correct) {
  struct plain_cells cells = {.expected = c->expected, .adjusted = c->adjusted};
  bilan_status status = plain_chi_squared(b, x, cells, counts_of(c), correct);
  if (status) return status;
  e->n = (int64_t)x->n;
  e->notes |= x->notes & ~(unsigned)NOTE_DROPPED;
  estimate_set(e, FIGURE_DF, x->df);
  estimate_set(e, FIGURE_EFFECT, x->cramer_v);
  return BILAN_OK;
}

/* Pearson, with Yates when asked (only 2 x 2 knows the difference). */
bilan_status contingency_chi_squared(bilan *b, struct estimate *e, struct contingency *c,
                                     bool correct) {
  struct plain_chi_squared x;
  bilan_status status = chi_squared(b, &x, e, c, correct);
  if (status) return status;
  estimate_set(e, FIGURE_STATISTIC, x.statistic);
  estimate_set(e, FIGURE_P_VALUE, x.p_value);
  return BILAN_OK;
}

/* G = 2 sum O log(O / E), with the same df and effect as Pearson. */
bilan_status contingency_likelihood(bilan *b, struct estimate *e, struct contingency *c) {
  struct plain_chi_squared x;
  bilan_status status = chi_squared(b, &x, e, c, false);
  if (status) return status;
  estimate_set(e, FIGURE_STATISTIC, x.g_statistic);
  estimate_set(e, FIGURE_P_VALUE, x.g_p_value);
  return BILAN_OK;
}

/* Exact, or simulated where the exact count says that it would take too much.
 * `simulated` is false for an exact p-value, also of a table larger than 2 x 2. A failure
 * other than BILAN_LIMIT is passed on. */
bilan_status contingency_fisher(bilan *b, struct estimate *e, bool *simulated,
                                const struct contingency *c, double conf) {
  struct plain_fisher_options o = plain_fisher_defaults();
  struct plain_fisher f;
  o.conf = conf;
  bilan_status status = plain_fisher(b, &f, counts_of(c), &o);
  if (status == BILAN_LIMIT) {
    o.simulate = true;
    status = plain_fisher(b, &f, counts_of(c), &o);
  }
  if (status) return status;
  *simulated = o.simulate;
  double n = 0;
  for (size_t i = 0; i < c->rows * c->cols; i++) n += c->n[i];
  e->n = (int64_t)n;
  e->notes |= f.notes & ~(unsigned)NOTE_DROPPED;
  estimate_set(e, FIGURE_P_VALUE, f.p_value);
  estimate_set(e, FIGURE_VALUE, f.odds_ratio);
  estimate_set(e, FIGURE_LOW, f.low);
  estimate_set(e, FIGURE_HIGH, f.high);
  if (estimate_has(e, FIGURE_LOW)) estimate_set(e, FIGURE_CONF, conf);
  return BILAN_OK;
}

/* moments.c - see moments.h.
 *
 * Every verb goes the same way: a first pass tells the groups, their bases and their means; a
 * row of the output is made for each group shown, and its statistic told as parts
 * (quotient.h); the design answers with values and variances about those means; the rows are
 * filled. Statistic k belongs to the k-th row that was added.
 *
 * Requests with measures are complete (kernel/rows.h): rows that lack one weigh 0, so the cells are
 * the groups and hold their answers alone. Why the others have no value is counted apart, and only
 * where some may have none: by x the item's levels, or by x presence (derive_presence), without
 * measures and units. moments_open, for tests, takes the presence as the last key instead: the cell
 * of a group's answers then is group * STATES + STATE_ANSWERED.
 *
 * Statistics as parts, factor * (offset + T_over / T_under), with c the centre and k the ratio:
 *
 *   verb     over             under    offset   factor
 *   mean     sum w (y - c)    sum w    c        1
 *   total    sum w (y - c)    -        0        1        and sum w, -, 0, c
 *   levels   sum w of level   -        0        1
 *   ratio    sum w (y - k x)  sum w x  k        1
 *
 * Precision. Measures are summed about the group's mean of the first pass, so a mean of 1e9
 * costs a variance of 1 nothing (two-pass algorithm with correction; Chan, Golub & LeVeque,
 * American Statistician 37, 1983). A ratio sums d = y - k x for k the ratio over all groups:
 *   R = k + sum w d / sum w x,   u = (d - (R - k) x) / sum w x
 * which stays exact when y nearly is k x. A standard error that is but the rounding of a variance
 * of 0 is 0.
 * Means and totals of whole numbers with weights that are exact decimals (data/whole.h) are had
 * from the first pass: sums of whole numbers below 2^53, which are exact in any order, rounded
 * once.
 *
 * Worked example: y = 2, 4, 9 and a refusal in one group. By state, 0 to 5, n = 0 3 0 0 0 1: the
 * base is 3 and `refused` 1. First pass: 15 / 3 = 5. Second, about 5: sums 0 and
 * 26, so the part of the mean is 5 + 0 / 3. About 0 instead: 15 and 101, 101 - 15 * 5 = 26 again;
 * 15 * 5 = 75 is not above 10000 times 26, so the second pass is saved.
 *
 * Worked example of a ratio, y as above and x = 1, 2, 3: R = 15 / 6 = 2.5, u = (y - 2.5 x) / 6 =
 * -0.083, -0.167, 0.25, V = 3/2 * 0.0972 = 0.146 for a sample of these three.
 *
 * How a row of the output comes about: each_group adds it with its base and tells its parts;
 * answer_rows asks the design once for all rows and lets the verb's fill_* finish each. So a table
 * of 100 groups costs one pass of the design, not 100.
 *
 * Memory: a cell a group (and twelve of counts at most where answers are missing), one part and one
 * number or two a row.
 */
#include "stat/moments.h"

#include <math.h>

#include "stat/derive.h"
#include "stat/dist/dist.h"
#include "stat/quotient.h"

/* ---- requests and centres ---------------------------------------------------------------- */

/* The request all estimators here make: by-variables, then a last key if any, with measures. */
struct cells_request moments_request(const struct sample *sample, const struct by *by,
                                     const struct column *last,
                                     const struct column *const *measures, size_t count) {
  struct cells_request r = {
      .rows = sample->rows, .domain = sample->domain, .weight = sample_weight(sample)};
  for (size_t i = 0; i < by->count; i++) r.keys[r.key_count++] = by->keys[i];
  if (last) r.keys[r.key_count++] = last;
  r.measures = measures;
  r.measure_count = count;
  return r;
}

/* Means by measure and cell, the centres of the next pass; an empty cell has 0. Freed by the
 * caller with mem_free. */
static bilan_status centres_of(bilan *b, double **out, const struct cells *c) {
  double *centres = mem_array(&b->mem, c->count * c->measure_count, sizeof *centres);
  if (!centres) return fail_nomem(b);
  for (size_t i = 0; i < c->count * c->measure_count; i++) {
    double mean = c->sums[i].y / c->sums[i].weight;
    centres[i] = isfinite(mean) ? mean : 0;
  }
  *out = centres;
  return BILAN_OK;
}

/* Labels without numbers have no mean; the message says what to do. Levels with a score are numbers
 * by column_is_numeric. */
bilan_status moments_check(bilan *b, const struct column *c) {
  if (column_is_numeric(c)) return BILAN_OK;
  return fail(b, BILAN_USAGE, "no numbers to compute with: give the levels a score, or ask for "
                              "proportions");
}

/* ---- moments of groups, for tests -------------------------------------------------------- */

/* Totals and their means. *centres is [measure * cells + cell], as a request wants it: freed by the
 * caller, as is *out with cells_free. On failure nothing is left behind. */
bilan_status moments_first(bilan *b, struct cells *out, double **centres,
                           const struct cells_request *request) {
  bilan_status status = cells_tabulate(b, out, request);
  if (status) return status;
  status = centres_of(b, centres, out);
  if (status) cells_free(out);
  return status;
}

/* Two passes over the rows; on failure nothing is left behind. BILAN_USAGE: no numbers.
 * BILAN_LIMIT: more groups than cells allow. Free with moments_free. */
bilan_status moments_open(bilan *b, struct moments *m, const struct sample *sample,
                          const struct column *measure, const struct by *by) {
  struct column *presence;
  struct cells first;
  bilan_status status = moments_check(b, measure);
  if (!status) status = derive_presence(b, &presence, measure, NULL);
  if (status) return status;
  struct cells_request request = moments_request(sample, by, presence, &measure, 1);
  *m = (struct moments){.groups = by_groups(by), .weighted = request.weight != NULL};
  status = moments_first(b, &first, &m->centres, &request);
  if (!status) {
    cells_free(&first);
    request.centres = m->centres;
    status = cells_tabulate(b, &m->cells, &request);
    if (status) moments_free(b, m);
  }
  column_free(presence);
  return status;
}

/* Idempotent. */
void moments_free(bilan *b, struct moments *m) {
  cells_free(&m->cells);
  mem_free(&b->mem, m->centres);
  m->centres = NULL;
}

/* Squares about the mean, from squares about the centre: sum w (y - c)^2 less W times the square
 * of what is left of the mean. Never negative. */
static double squares_of(const struct cells_sums *s) {
  return s->n ? fmax(0, s->yy - s->y * (s->y / s->weight)) : 0;
}

/* The mean of the first pass plus what the second says is left: about 5, the sums 0 and 26 of
 * 2, 4, 9 give mean 5 and squares 26. */
struct moment moments_of(const struct moments *m, size_t group) {
  size_t cell = group * STATES + STATE_ANSWERED;
  const struct cells_sums *s = &m->cells.sums[cell];
  double mean = s->n ? m->centres[cell] + s->y / s->weight : NAN;
  return (struct moment){s->n, s->weight, mean, squares_of(s)};
}

/* ---- bases ------------------------------------------------------------------------------- */

/* Adds n answers to a base: their weights, and Kish's effective number of them all (Kish, Survey
 * Sampling, 1965, section 11.7) where there are weights. */
static void add_answers(struct estimate *e, int64_t n, double weight, double weight2,
                        bool weighted) {
  double w = weight, w2 = weight2;
  if (estimate_has(e, FIGURE_WEIGHTED_N)) w += e->figures[FIGURE_WEIGHTED_N];
  if (estimate_has(e, FIGURE_EFFECTIVE_N))
    w2 += e->figures[FIGURE_WEIGHTED_N] / e->figures[FIGURE_EFFECTIVE_N] *
          e->figures[FIGURE_WEIGHTED_N];
  e->n += n;
  estimate_set(e, FIGURE_WEIGHTED_N, w);
  if (weighted) estimate_set(e, FIGURE_EFFECTIVE_N, w * w / w2);
}

/* Rows of the levels of `item` that are a kind of missing; `n` has a count a level. */
static void add_missing(struct estimate *e, const struct column *item, const int64_t *n) {
  for (size_t code = 0; code < dict_count(item->dict); code++)
    estimate_add_missing(e, dict_level(item->dict, (uint32_t)code)->missing, n[code]);
}

/* State by state; called for several groups in turn, it adds up their bases. The kinds are in the
 * order of the states of derive.h: present, with or without a tick, is no kind. */
void moments_add_states(struct estimate *e, const struct cells *c, size_t group, bool weighted) {
  static const bilan_missing kinds[STATES] = {BILAN_NO_ANSWER, BILAN_PRESENT,   BILAN_PRESENT,
                                              BILAN_NOT_ASKED, BILAN_DONT_KNOW, BILAN_REFUSED};
  const int64_t *n = &c->n[group * STATES];
  size_t cell = group * STATES + STATE_ANSWERED;
  for (size_t state = 0; state < STATES; state++) estimate_add_missing(e, kinds[state], n[state]);
  add_answers(e, c->n[cell], c->weight[cell], c->weight2[cell], weighted);
}

/* For tests, which put several groups into one estimate: called for each in turn. */
void moments_add_base(struct estimate *e, const struct moments *m, size_t group) {
  moments_add_states(e, &m->cells, group, m->weighted);
}

/* The cells of a group along the item stand side by side, from `from` on: one a code, kinds of
 * missing among them. */
void moments_add_item(struct estimate *e, const struct column *item, const struct cells *c,
                      size_t from, bool weighted) {
  int64_t n = 0;
  double weight = 0, weight2 = 0;
  add_missing(e, item, c->n + from);
  for (size_t code = 0; code < dict_count(item->dict); code++) {
    if (!level_answers(item, code)) continue;
    n += c->n[from + code];
    weight += c->weight[from + code];
    weight2 += c->weight2[from + code];
  }
  add_answers(e, n, weight, weight2, weighted);
}

/* ---- an estimation ----------------------------------------------------------------------- */

/* Levels of an item that are counted as they are: twice as many as there are states. */
enum { FEW_LEVELS = 2 * STATES };

/* What one call has at hand: opened by `open`, released by `close`, however far it came. */
struct work {
  bilan *b;
  struct estimates *out;        /* lent, as are the next three */
  const struct sample *sample;
  const struct by *by;
  const struct moment_options *o;
  struct column *residual;      /* owned: y - k x of a ratio */
  struct cells_request request; /* of the target */
  struct cells first;           /* the first pass: by, or by x level */
  const struct column *reasons; /* the item, or the presence of its measures; NULL: none lack */
  struct column *presence;      /* owned; NULL where the item tells by itself */
  struct cells lacking;         /* rows by x reasons */
  double *centres;              /* [measure * cells + cell]: its means */
  bool centred;                 /* the target's measures are summed about them */
  double *df;                   /* of each group */
  size_t rows;                  /* of `out` before the call */
  struct quotients parts;       /* statistic k: of row `rows` + k */
  struct target_answer answer;  /* one value and variance a statistic */
};

/* Releases what was got, however far the call came; rows that were added are the list's. */
static void work_close(struct work *w) {
  column_free(w->residual);
  column_free(w->presence);
  cells_free(&w->first);
  cells_free(&w->lacking);
  mem_free(&w->b->mem, w->centres);
  mem_free(&w->b->mem, w->df);
  quotients_free(&w->parts);
  target_free(&w->answer);
}

/* A call that has done nothing yet: asks for no memory; to be closed in any case. */
static struct work work_of(bilan *b, struct estimates *out, const struct sample *sample,
                           const struct by *by, const struct moment_options *o) {
  struct work w = {.b = b, .out = out, .sample = sample, .by = by, .o = o, .rows = out->count};
  quotients_open(b, &w.parts);
  return w;
}

/* The first pass over by x last (NULL: by alone), and the degrees of freedom of every group.
 * Measures are lent until the target has answered. */
static bilan_status open_cells(struct work *w, const struct column *last,
                               const struct column *const *measures, size_t count) {
  w->request = moments_request(w->sample, w->by, last, measures, count);
  w->request.complete = count > 0;
  if (w->sample->design) linear_request(&w->request, w->sample->design);
  w->centred = true;
  bilan_status status = moments_first(w->b, &w->first, &w->centres, &w->request);
  if (status) return status;
  w->df = mem_array(&w->b->mem, by_groups(w->by), sizeof *w->df);
  if (!w->df) return fail_nomem(w->b);
  return sample_degrees(w->b, w->df, w->sample, w->by);
}

/* Sets the column that says why rows lack one of the measures, if there may be such rows: the
 * levels of a single item of few, its presence else. */
static bilan_status find_reasons(struct work *w, const struct column *const *measures,
                                 size_t count) {
  bool lack = false;
  for (size_t m = 0; m < count; m++) lack = lack || rows_may_lack(measures[m], 0, w->sample->rows);
  if (!lack) return BILAN_OK;
  w->reasons = measures[0];
  bool codes = count == 1 && measures[0]->type == COLUMN_CODES;
  if (codes && dict_count(measures[0]->dict) <= FEW_LEVELS) return BILAN_OK;
  bilan_status status = derive_presence(w->b, &w->presence, measures[0],
                                        count > 1 ? measures[1] : NULL);
  w->reasons = w->presence;
  return status;
}

/* Counts the rows of every group by what they lack. */
static bilan_status count_lacking(struct work *w, const struct column *const *measures,
                                  size_t count) {
  bilan_status status = find_reasons(w, measures, count);
  if (status || !w->reasons) return status;
  struct cells_request request = moments_request(w->sample, w->by, w->reasons, NULL, 0);
  return cells_tabulate(w->b, &w->lacking, &request);
}

/* The first pass for measures that must be numbers. */
static bilan_status open_measures(struct work *w, const struct column *const *measures,
                                  size_t count) {
  bilan_status status = BILAN_OK;
  for (size_t m = 0; !status && m < count; m++) status = moments_check(w->b, measures[m]);
  if (!status) status = open_cells(w, NULL, measures, count);
  return status ? status : count_lacking(w, measures, count);
}

/* The base of a group, which is a cell of its own, and its missing rows. */
static struct estimate base_of(const struct work *w, size_t group) {
  const struct cells *c = &w->first;
  struct estimate e = estimate_none();
  if (w->reasons)
    add_missing(&e, w->reasons, w->lacking.n + group * dict_count(w->reasons->dict));
  add_answers(&e, c->n[group], c->weight[group], c->weight2[group], w->request.weight != NULL);
  return e;
}

/* The slot of measure m in a cell (design/forms.h): 0 .. C - 1 are the weights of the C cells. */
static size_t slot_of(const struct work *w, size_t m, size_t cell) {
  return (m + 1) * w->first.count + cell;
}

/* The statistic of the row added last: rows of earlier calls may stand before this call's. */
static size_t last_statistic(const struct work *w) { return w->out->count - 1 - w->rows; }

/* The number of the group of a row: by_codes undone. With 3 and 4 codes (1, 3) is 1 * 4 + 3 = 7. */
static size_t group_of(const struct work *w, const struct estimate_row *row) {
  size_t group = 0;
  for (size_t i = 0; i < w->by->count; i++)
    group = group * dict_count(w->by->keys[i]->dict) + row->by[i];
  return group;
}

/* Why there is no interval, 0 if there is one; one bit, the first that holds. An empty base, a
 * single row, a single respondent and a single cluster a stratum are different reasons, and are
 * told apart. */
static unsigned obstacle(const struct estimate *e, const struct sample *sample,
                         const struct moment_variance *v) {
  if (sample->rows == 0 || (e->n == 0 && v->least > 0)) return NOTE_EMPTY;
  if (sample->rows < 2) return NOTE_ONE_ROW;
  if (e->n < v->least) return NOTE_ONE_RESPONDENT;
  return v->df > 0 ? 0 : NOTE_NO_DEGREES;
}

/* Of a variance of 0: a design may fix what it estimates, as the sizes of its strata. */
static void fix_interval(struct estimate *e, const struct sample *sample, double conf,
                         bool varies) {
  e->notes |= sample_designed(sample) && varies ? NOTE_FIXED : NOTE_CONSTANT;
  if (e->notes & NOTE_FIXED) estimate_interval(e, conf);
}

/* Below this part of what was added up a standard error is rounding: of sums, or of a calibration,
 * whose residuals are 0 as far as its iterations went. */
static double rounding_of(const struct sample *sample) {
  return sample->design && sample->design->calibration_count ? 1e-12 : 1e-15;
}

/* In this order: is there anything to estimate, a variance, one that is not rounding, degrees of
 * freedom? Without a declared design the first obstacle is the end; with one a standard error may
 * stand without an interval. See moments.h. */
void moments_finish(struct estimate *e, const struct sample *sample, double conf,
                    const struct moment_variance *v) {
  unsigned why = obstacle(e, sample, v);
  e->notes |= why;
  if (why & (NOTE_EMPTY | NOTE_ONE_ROW) || (why && !sample_designed(sample))) return;
  if (isnan(v->variance)) return;
  double se = sqrt(fmax(0, v->variance));
  if (se <= rounding_of(sample) * fabs(v->scale)) se = 0;
  if (why != NOTE_NO_DEGREES || se > 0) estimate_set(e, FIGURE_SE, se);
  estimate_set(e, FIGURE_DF, v->df);
  if (why) return;
  if (se > 0) estimate_interval(e, conf);
  else fix_interval(e, sample, conf, v->varies);
}

/* The same for a group of a call, whose degrees of freedom are known by now. */
static void finish(struct estimate *e, const struct work *w, size_t group,
                   struct moment_variance v) {
  v.df = w->df[group];
  moments_finish(e, w->sample, w->o->conf, &v);
}

/* Turns the answer of the target into the figures of a row: the one thing in which the verbs
 * differ once their parts are told. */
typedef void fill(struct estimate *e, const struct work *w, size_t group, double variance);

/* Asks the design, and fills the rows. Statistics and rows are in the same order; a statistic that
 * does not exist (NaN) leaves its row without a value. */
static bilan_status answer_rows(struct work *w, fill *fill_row) {
  const struct cells *known = w->centred ? NULL : &w->first;
  bilan_status status = quotients_estimate(w->b, &w->answer, w->sample->design, &w->request,
                                           &w->parts, known);
  for (size_t k = 0; !status && k < w->parts.statistics; k++) {
    struct estimate_row *row = &w->out->rows[w->rows + k];
    estimate_set(&row->e, FIGURE_VALUE, w->answer.theta[k]);
    fill_row(&row->e, w, group_of(w, row), w->answer.cov[k]);
  }
  return status;
}

/* Tells the parts of the statistic of the row added last: the other thing in which they differ. */
typedef bilan_status tell(struct work *w, size_t group);

/* A row and a statistic for each group that is shown.
 * Answers and missing count alike: a group of people who all refused is still a group. */
static bilan_status each_group(struct work *w, tell *tell_parts, fill *fill_row) {
  bilan_status status = BILAN_OK;
  for (size_t group = 0; !status && group < by_groups(w->by); group++) {
    uint32_t codes[BY_MOST];
    struct estimate_row *row;
    struct estimate base = base_of(w, group);
    if (!by_codes(w->by, group, codes) || !by_shows(w->by, base.n + base.missing[BILAN_PRESENT]))
      continue;
    status = estimates_add(w->b, w->out, &row, codes, NO_LEVEL);
    if (!status) row->e = base;
    if (!status) status = tell_parts(w, group);
  }
  return status ? status : answer_rows(w, fill_row);
}

/* Sums about 0 are good enough where no mean is so far from 0 that its square drowns the squares
 * about it: what is lost is DROWNING times the rounding of a double. The first pass then is the
 * answer; otherwise a second sums about the means of the first. */
static void centre_where_needed(struct work *w) {
  enum { DROWNING = 10000 };
  w->centred = false;
  for (size_t i = 0; i < w->first.count; i++) {
    const struct cells_sums *s = &w->first.sums[i];
    if (s->n && s->y * (s->y / s->weight) > DROWNING * squares_of(s)) w->centred = true;
  }
  w->request.centres = w->centred ? w->centres : NULL;
}

/* What a measure is summed about in a cell: to be added to its mean again. */
static double offset_of(const struct work *w, size_t cell) {
  return w->centred ? w->centres[cell] : 0;
}

/* The value from sums of whole numbers about 0, where there are such: no order of rows and no
 * centre leaves a trace in it. The design's answer differs from it in the last bits. */
static void set_exact(struct estimate *e, const struct work *w, size_t group, bool mean) {
  const struct cells_sums *s = &w->first.sums[group];
  if (w->first.exact && s->n) estimate_set(e, FIGURE_VALUE, mean ? s->y / s->weight : s->y);
}

/* ---- mean -------------------------------------------------------------------------------- */

/* centre + sum w (y - centre) / W: one part over the measure's slot, under the weight's. */
static bilan_status tell_mean(struct work *w, size_t group) {
  struct quotient_part part = {last_statistic(w), slot_of(w, 0, group), group,
                               offset_of(w, group), 1};
  return quotients_add(w->b, &w->parts, part);
}

/* Do the values differ by more than their own rounding, 1e-15 of the mean? Where they do, a
 * variance of 0 is the design's doing (strata within which all are equal), else that of the
 * values. */
static bool varies(const struct cells_sums *s, double mean) {
  return squares_of(s) > 1e-30 * mean * mean * s->weight;
}

/* A single respondent has a mean and no scatter to tell its error from. */
static void fill_mean(struct estimate *e, const struct work *w, size_t group, double variance) {
  const struct cells_sums *s = &w->answer.cells.sums[group];
  double mean = w->centres[group];
  set_exact(e, w, group, true);
  finish(e, w, group, (struct moment_variance){variance, 0, 2, mean, varies(s, mean)});
  estimate_deff(e, w->o->deff, squares_of(s), s->weight, 1);
}

/* See moments.h; one row a group. */
bilan_status mean_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                           const struct column *measure, const struct by *by,
                           const struct moment_options *o) {
  struct work w = work_of(b, out, sample, by, o);
  bilan_status status = open_measures(&w, &measure, 1);
  if (!status) centre_where_needed(&w);
  if (!status) status = each_group(&w, tell_mean, fill_mean);
  work_close(&w);
  return status;
}

/* ---- total ------------------------------------------------------------------------------- */

/* sum w (y - centre) + centre * sum w: two parts, of which the second varies where the size of the
 * group does. */
static bilan_status tell_total(struct work *w, size_t group) {
  size_t k = last_statistic(w);
  struct quotient_part about = {k, slot_of(w, 0, group), NO_SLOT, 0, 1};
  struct quotient_part centre = {k, group, NO_SLOT, 0, offset_of(w, group)};
  bilan_status status = quotients_add(w->b, &w->parts, about);
  return status ? status : quotients_add(w->b, &w->parts, centre);
}

/* One respondent has a total with a variance: it is 0 outside. */
static void fill_total(struct estimate *e, const struct work *w, size_t group, double variance) {
  const struct cells_sums *s = &w->answer.cells.sums[group];
  set_exact(e, w, group, false);
  double total = estimate_get(e, FIGURE_VALUE), mean = w->centres[group];
  finish(e, w, group,
         (struct moment_variance){variance, 0, e->n ? 0 : 1, total, varies(s, mean)});
  estimate_deff(e, w->o->deff, squares_of(s), s->weight, s->weight);
}

/* See moments.h; one row a group. */
bilan_status total_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                            const struct column *measure, const struct by *by,
                            const struct moment_options *o) {
  struct work w = work_of(b, out, sample, by, o);
  bilan_status status = open_measures(&w, &measure, 1);
  if (!status) centre_where_needed(&w);
  if (!status) status = each_group(&w, tell_total, fill_total);
  work_close(&w);
  return status;
}

/* ---- totals of levels -------------------------------------------------------------------- */

/* A level that nobody in the base gave is a total of 0 with no variance. Its indicator has the
 * mean t / W, so its squares about it are t (1 - t / W). */
static void fill_level(struct estimate *e, const struct work *w, size_t group, double variance) {
  double total = estimate_get(e, FIGURE_VALUE), weight = estimate_get(e, FIGURE_WEIGHTED_N);
  bool some = total > 0 && total < weight;
  finish(e, w, group, (struct moment_variance){variance, 0, e->count ? 0 : 1, total, some});
  estimate_deff(e, w->o->deff, total * (1 - total / weight), weight, weight);
}

/* A row and a statistic for each level that is an answer, given or not. */
static bilan_status add_levels(struct work *w, const struct column *item,
                               const uint32_t codes[BY_MOST], size_t from,
                               const struct estimate *base) {
  for (uint32_t code = 0; code < dict_count(item->dict); code++) {
    struct estimate_row *row;
    if (!level_answers(item, code)) continue;
    bilan_status status = estimates_add(w->b, w->out, &row, codes, code);
    if (status) return status;
    row->e = *base;
    row->e.count = w->first.n[from + code];
    struct quotient_part part = {last_statistic(w), from + code, NO_SLOT, 0, 1};
    status = quotients_add(w->b, &w->parts, part);
    if (status) return status;
  }
  return BILAN_OK;
}

/* From counts alone; one row a group and level.
 * `item` is CODES; its own by-groups are listed in dictionary order. */
bilan_status total_levels(bilan *b, struct estimates *out, const struct sample *sample,
                          const struct column *item, const struct by *by,
                          const struct moment_options *o) {
  struct work w = work_of(b, out, sample, by, o);
  bilan_status status = open_cells(&w, item, NULL, 0);
  w.centred = false;
  size_t levels = dict_count(item->dict);
  for (size_t group = 0; !status && group < by_groups(by); group++) {
    uint32_t codes[BY_MOST];
    struct estimate base = estimate_none();
    moments_add_item(&base, item, &w.first, group * levels, w.request.weight != NULL);
    if (by_codes(by, group, codes) && by_shows(by, base.n + base.missing[BILAN_PRESENT]))
      status = add_levels(&w, item, codes, group * levels, &base);
  }
  if (!status) status = answer_rows(&w, fill_level);
  work_close(&w);
  return status;
}

/* ---- ratio ------------------------------------------------------------------------------- */

/* Places of the measures in the request of a ratio: d = y - k x, x, and y for a design effect. In
 * the first pass the first is still y, as k is not known. */
enum { D, X, Y, RATIO_MEASURES };

/* k: the ratio over all groups, or 1 where that is no use. */
static double overall_ratio(const struct cells *c) {
  double y = 0, x = 0;
  for (size_t cell = 0; cell < c->count; cell++) {
    y += c->sums[cell].y;
    x += c->sums[c->count + cell].y;
  }
  return isfinite(y / x) && y != 0 ? y / x : 1;
}

/* R = k + sum w d / sum w x; centres[0] holds k. */
static bilan_status tell_ratio(struct work *w, size_t group) {
  struct quotient_part part = {last_statistic(w), slot_of(w, D, group), slot_of(w, X, group),
                               w->centres[0], 1};
  return quotients_add(w->b, &w->parts, part);
}

/* The design effect of a ratio is that of the total of u = (y - R x) / sum w x, whose mean is
 * 0: sum w (y - R x)^2 = sdd - 2 e sdx + e^2 sxx with e = R - k, and syy = sdd + 2 k sdx + k^2
 * sxx gives sdx. In the example of the file head k = R = 2.5, so e = 0 and the squares are sdd
 * = 0.25 + 1 + 2.25. */
static void ratio_deff(struct estimate *e, const struct work *w, size_t cell) {
  const struct cells *c = &w->answer.cells;
  const struct cells_sums *d = &c->sums[cell], *x = d + X * c->count, *y = d + Y * c->count;
  double k = w->centres[0], off = estimate_get(e, FIGURE_VALUE) - k;
  double sdx = (y->yy - d->yy - k * k * x->yy) / (2 * k);
  double squares = d->yy - 2 * off * sdx + off * off * x->yy;
  estimate_deff(e, w->o->deff, fmax(0, squares) / x->y / x->y, x->weight, x->weight);
}

/* A divisor of 0 has a note and no figure. `varies` is off: a ratio without a variance is noted as
 * constant, since y may follow x row by row. */
static void fill_ratio(struct estimate *e, const struct work *w, size_t group, double variance) {
  struct moment_variance v = {variance, 0, 2, estimate_get(e, FIGURE_VALUE), false};
  if (e->n && isnan(v.scale)) e->notes |= NOTE_ZERO_DENOMINATOR;
  else finish(e, w, group, v);
  if (w->o->deff) ratio_deff(e, w, group);
}

/* See moments.h; one row a group. Rows that lack one of the two are in neither sum. */
bilan_status ratio_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                            const struct column *numerator, const struct column *denominator,
                            const struct by *by, const struct moment_options *o) {
  const struct column *measures[RATIO_MEASURES] = {numerator, denominator, numerator};
  struct work w = work_of(b, out, sample, by, o);
  bilan_status status = open_measures(&w, measures, 2);
  if (!status) {
    w.centres[0] = overall_ratio(&w.first);
    status = derive_difference(b, &w.residual, numerator, denominator, w.centres[0]);
    measures[D] = w.residual;
    w.request.measure_count = o->deff ? RATIO_MEASURES : Y;
  }
  if (!status) status = each_group(&w, tell_ratio, fill_ratio);
  work_close(&w);
  return status;
}

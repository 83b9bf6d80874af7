/* estimate.c - see estimate.h: figures with their absence, groups, growing lists.
 *
 * Invariant: a figure whose bit is off is 0 in the array, so that two estimates with the same
 * figures are the same bytes, whatever was tried on the way. Time and memory are those of the
 * arrays; only estimates_add asks for memory.
 *
 * Worked example of the numbering of groups, two by-variables with 3 and 4 codes: group 7 is
 * codes (7 / 4, 7 % 4) = (1, 3). by_codes undoes it from the last variable to the first.
 *
 * Worked example of the numbers: value 0.4, se 0.1124 on 19 degrees of freedom: t = 2.093, so
 * estimate_interval at 0.95 sets low 0.165, high 0.635. With a design whose se is 0.1414 instead,
 * estimate_deff of squares 20 * 0.24, weight 20, scale 1 sets (0.1414 / 0.1124)^2 = 1.58.
 *
 * Worked example of degrees of freedom, by = sex, three schools a stratum in two strata; girls in
 * all six schools, boys in four, two a stratum: df = 6 - 2 = 4 and 4 - 2 = 2 by DEGREES_DOMAIN, 4
 * and 4 by DEGREES_DESIGN; without a design N - 1 for both.
 *
 * Who may say what is absent: estimate_set alone. It turns a figure that is not finite into an
 * absent one, so estimators pass on what they have computed and need no tests of their own.
 */
#include "stat/estimate.h"

#include <math.h>
#include <string.h>

#include "stat/dist/dist.h"

/* ---- one estimate ------------------------------------------------------------------------ */

/* The names are part of what scripts see: never change one. Those of an enum are static text. */
const char *figure_name(enum figure f) {
  static const char *const names[FIGURES] = {
      [FIGURE_VALUE] = "value",
      [FIGURE_SE] = "se",
      [FIGURE_LOW] = "low",
      [FIGURE_HIGH] = "high",
      [FIGURE_CONF] = "conf",
      [FIGURE_WEIGHTED_N] = "weighted_n",
      [FIGURE_DF] = "df",
      [FIGURE_DDF] = "ddf",
      [FIGURE_DEFF] = "deff",
      [FIGURE_STATISTIC] = "statistic",
      [FIGURE_P_VALUE] = "p_value",
      [FIGURE_P] = "p",
      [FIGURE_CUMULATIVE] = "cumulative",
      [FIGURE_EXPECTED] = "expected",
      [FIGURE_RESIDUAL] = "residual",
      [FIGURE_EFFECT] = "effect",
      [FIGURE_EFFECTIVE_N] = "effective_n",
  };
  return names[f];
}

/* Text that goes to readers, so it says what to make of the figures, not what the code did.
 * Notes of this floor here; all others are those of the plain statistics. */
const char *estimate_note_text(unsigned note) {
  switch (note) {
  case NOTE_OUTSIDE:
    return "a limit lies outside 0 to 100 %: the logit interval stays inside";
  case NOTE_FIXED:
    return "no variance between the clusters of a stratum: the limits are the estimate";
  case NOTE_NO_POPULATION:
    return "weights do not sum to a population: no such design effect (deff = 'wr' has one)";
  case NOTE_ONE_RESPONDENT: return "one respondent in the base: no variance";
  case NOTE_ONE_ROW: return "one row in the sample: no degrees of freedom";
  case NOTE_CONSTANT: return "no variance in the sample: no interval";
  case NOTE_NOT_ESTIMABLE: return "a limit of the interval lies beyond the sample";
  case NOTE_ZERO_DENOMINATOR: return "the denominator is zero";
  case NOTE_EMPTY_GROUP: return "one of the groups has no respondent";
  case NOTE_NO_DEGREES: return "one cluster a stratum: no degrees of freedom, no variance";
  case NOTE_SMALL_BASE: return "small base: not compared";
  case NOTE_EDGE: return "0 % or 100 %: not compared";
  case NOTE_OVERLAP: return "levels share respondents: no test of the whole table";
  case NOTE_EDGE_INTERVAL: return "0 % or 100 %: Korn and Graubard's limit, with n as the base";
  case NOTE_FEW_DEGREES: return "fewer degrees of freedom than the test takes: no test";
  default: return plain_note_text(note);
  }
}

/* The one door by which figures come in; a value that is not finite takes out what was there. */
void estimate_set(struct estimate *e, enum figure f, double value) {
  uint32_t bit = (uint32_t)1 << f;
  e->figures[f] = isfinite(value) ? value : 0;
  e->has = isfinite(value) ? e->has | bit : e->has & ~bit;
}

/* NaN inside the engine stands for "absent" only between here and the next estimate_set, so that
 * formulas of absent figures come out absent. */
double estimate_get(const struct estimate *e, enum figure f) {
  return estimate_has(e, f) ? e->figures[f] : NAN;
}

/* A quantile takes about 6000 instructions, a table has hundreds of limits, and of one banner all
 * are on the same few degrees of freedom. */
double estimate_quantile(bilan *b, double conf, double df) {
  struct quantiles *q = &b->quantiles;
  double tail = (1 - conf) / 2;
  for (size_t i = 0; i < QUANTILES_KEPT; i++)
    if (q->kept[i].df == df && q->kept[i].tail == tail) return q->kept[i].t;
  size_t at = q->next++ % QUANTILES_KEPT;
  q->kept[at].tail = tail;
  q->kept[at].df = df;
  return q->kept[at].t = student_quantile(tail, df, UPPER);
}

void estimate_limits(struct estimate *e, double conf, double t) {
  double value = estimate_get(e, FIGURE_VALUE), se = estimate_get(e, FIGURE_SE);
  if (isnan(se)) return;
  estimate_set(e, FIGURE_LOW, value - t * se);
  estimate_set(e, FIGURE_HIGH, value + t * se);
  estimate_set(e, FIGURE_CONF, conf);
}

/* Nothing happens without a standard error or degrees of freedom, so a caller may ask in any case.
 * t is the upper quantile at (1 - conf) / 2: 1.96 for 0.95 and many degrees of freedom. */
void estimate_interval(struct estimate *e, double conf) {
  double df = estimate_get(e, FIGURE_DF);
  if (df > 0 && estimate_has(e, FIGURE_SE))
    estimate_limits(e, conf, student_quantile((1 - conf) / 2, df, UPPER));
}

/* The upper tail keeps its digits where 1 less the lower one has none left. */
void estimate_set_t(struct estimate *e, double t, double df) {
  estimate_set(e, FIGURE_STATISTIC, t);
  estimate_set(e, FIGURE_P_VALUE, fmin(1, 2 * student_cdf(fabs(t), df, UPPER)));
}

/* In the order of enum deff. */
const char *const deff_names[DEFFS + 1] = {"none", "wor", "wr", NULL};

/* S^2 = squares / weight * n / (n - 1), of a mean S^2 / n * (1 - n / weight), the bracket without
 * replacement only (Kish, Survey Sampling, 1965, 8.2). */
void estimate_deff(struct estimate *e, enum deff deff, double squares, double weight,
                   double scale) {
  double n = (double)e->n, se = estimate_get(e, FIGURE_SE) / scale;
  double variance = squares / weight / (n - 1);
  if (deff == DEFF_NONE || isnan(se)) return;
  if (deff == DEFF_WOR) {
    if (!(weight > n)) e->notes |= NOTE_NO_POPULATION;
    variance = weight > n ? variance * (1 - n / weight) : NAN;
  }
  estimate_set(e, FIGURE_DEFF, se * se / variance);
}

/* BILAN_PRESENT is no kind of missing: such rows are in the base. Its place, [0], holds the sum
 * of all kinds. */
void estimate_add_missing(struct estimate *e, bilan_missing kind, int64_t rows) {
  if (kind == BILAN_PRESENT) return;
  e->missing[kind] += rows;
  e->missing[BILAN_PRESENT] += rows;
}

/* ---- the sample and its groups ----------------------------------------------------------- */

/* In the order of enum degrees_rule. */
const struct by no_by = {0};

const char *const degrees_rule_names[DEGREES_RULES + 1] = {"domain", "design", NULL};

/* Without a declared design every group has the degrees of freedom of the whole sample; with
 * one, DEGREES_DESIGN gives every group those of all rows. */
bilan_status sample_degrees(bilan *b, double *df, const struct sample *s, const struct by *by) {
  size_t groups = by_groups(by);
  bool whole = s->degrees == DEGREES_DESIGN;
  if (sample_designed(s) && !whole)
    return design_degrees(b, df, s->design, s->domain, by->keys, by->count);
  double all = sample_df(s);
  if (sample_designed(s)) {
    bilan_status status = design_degrees(b, &all, s->design, NULL, NULL, 0);
    if (status) return status;
  }
  for (size_t g = 0; g < groups; g++) df[g] = all;
  return BILAN_OK;
}

/* The small-sample factor of a variance from squares over the whole sample: 20/19 for 20 rows. */
double sample_factor(const struct sample *s) {
  return s->rows > 1 ? (double)s->rows / ((double)s->rows - 1) : NAN;
}

/* May wrap round for absurd dictionaries: requests are checked before it is used (cells_tabulate,
 * tally_open: BILAN_LIMIT). */
size_t by_groups(const struct by *by) {
  size_t groups = 1;
  for (size_t i = 0; i < by->count; i++) groups *= dict_count(by->keys[i]->dict);
  return groups;
}

/* Undoes the numbering of cells in cells.h for the leading keys.
 * The walk goes on after a missing code, so `codes` is complete in any case. */
bool by_codes(const struct by *by, size_t g, uint32_t codes[BY_MOST]) {
  bool answered = true;
  for (size_t i = by->count; i < BY_MOST; i++) codes[i] = 0;
  for (size_t i = by->count; i-- > 0;) {
    const struct dict *dict = by->keys[i]->dict;
    codes[i] = (uint32_t)(g % dict_count(dict));
    g /= dict_count(dict);
    if (dict_level(dict, codes[i])->missing) answered = false;
  }
  return answered;
}

/* A group nobody is in is news only where a codebook names it, in all of its by-variables: of a
 * declared sex and a year met while reading, (girl, 1873) without rows is not shown. */
bool by_shows(const struct by *by, int64_t rows) {
  if (rows > 0) return true;
  for (size_t i = 0; i < by->count; i++)
    if (!by->declared[i]) return false;
  return true;
}

/* ---- rows of estimates ------------------------------------------------------------------- */

/* An empty list on the memory of the handle; asks for none. */
void estimates_open(bilan *b, struct estimates *list) {
  *list = (struct estimates){.mem = &b->mem};
}

/* Grows by doubling from 16, so n rows cost at most 2 n copies; the new row is empty, with no
 * figure. On failure the list is as it was. */
bilan_status estimates_add(bilan *b, struct estimates *list, struct estimate_row **row,
                           const uint32_t by[BY_MOST], uint32_t level) {
  if (list->count == list->room) {
    size_t room = list->room ? list->room * 2 : 16;
    void *rows = mem_resize_array(list->mem, list->rows, room, sizeof *list->rows);
    if (!rows) return fail_nomem(b);
    list->rows = rows;
    list->room = room;
  }
  *row = &list->rows[list->count++];
  **row = (struct estimate_row){.level = level, .e = estimate_none()};
  memcpy((*row)->by, by, sizeof (*row)->by);
  return BILAN_OK;
}

/* A list that was never opened must be zeroed: it then has no memory to give back. */
void estimates_free(struct estimates *list) {
  if (!list->mem) return;
  mem_free(list->mem, list->rows);
  *list = (struct estimates){0};
}

/* contrast.c - see contrast.h: one statistic with a part for each group (quotient.h).
 *
 * The bases and centres come from a first pass over the groups, as for means. A level of an item
 * becomes a column of 1 and 0, missing where the respondent is not in its base, so shares go the
 * way of means.
 *
 * The request is group x state of the measure (derive.h), so with three groups and six states cell
 * 7 holds the answers of group 1, and slot 18 + 7 the total of the measure there:
 *
 *   cell   0 .. 5      6     7        8 .. 11   12 .. 17
 *          group 0     no    answer   ...       group 2       6 and 7 are of group 1
 *
 * Parts of girls minus boys, means 16 and 11 in groups 1 and 2: {over slot 25, under cell 7,
 * offset 16, factor 1} and {over slot 31, under cell 13, offset 11, factor -1}, both of statistic
 * 0. Totals about the centres are 0, so theta = 16 - 11.
 *
 * Worked example of an indicator: an item with levels yes, no and a blank; answers yes, blank, no
 * and the level yes give numbers 1, -, 0, missing where the item is.
 *
 * Memory: nine bytes a row for a share; a bit a row for the rows of the groups. Owner: `work`
 * releases what one call makes; the row that is added belongs to the list.
 */
#include "stat/contrast.h"

#include <math.h>

#include "stat/derive.h"
#include "stat/quotient.h"

/* ---- levels as numbers ------------------------------------------------------------------- */

/* Is a row of a SET in the base, and if not, why? A base of `ticked` leaves out those who
 * answered and ticked nothing: no kind of missing says that, so it counts as no answer. */
static bilan_missing set_missing(const struct column *ticks, size_t row, enum tally_base base) {
  uint32_t state = column_code(ticks, row);
  if (tally_in_base(base, state)) return BILAN_PRESENT;
  bilan_missing kind = dict_level(ticks->dict, state)->missing;
  return kind ? kind : BILAN_NO_ANSWER;
}

/* Did the row give the level? Options of a SET are in the order of its dictionary, which begins
 * with the blank: level 1 is option 0. Asked of rows in the base alone. */
static bool gave(const struct column *item, uint32_t level, size_t row) {
  if (item->type == COLUMN_CODES) return column_code(item, row) == level;
  return column_code(item->options[level - 1], row) == SET_TICKED;
}

/* 1, 0 or missing, row by row. `ticks` is NULL for CODES. The caller frees *out; column_numbers
 * takes both arrays, also where it fails. */
static bilan_status indicate(bilan *b, struct column **out, const struct column *item,
                             uint32_t level, const struct column *ticks, enum tally_base base) {
  double *numbers = mem_array(&b->mem, item->rows, sizeof *numbers);
  uint8_t *missing = mem_alloc(&b->mem, item->rows);
  if (!numbers || !missing) {
    mem_free(&b->mem, numbers);
    mem_free(&b->mem, missing);
    return fail_nomem(b);
  }
  for (size_t row = 0; row < item->rows; row++) {
    bilan_missing kind = ticks ? set_missing(ticks, row, base) : column_missing(item, row);
    missing[row] = (uint8_t)kind;
    numbers[row] = !kind && gave(item, level, row);
  }
  return column_numbers(b, out, item->rows, numbers, missing);
}

/* ---- contrasts --------------------------------------------------------------------------- */

/* What one call has at hand; close_work releases it, however far it came. */
struct work {
  bilan *b;
  const struct sample *sample;     /* lent, as is the contrast */
  const struct contrast *contrast;
  struct column *presence;         /* states of the measure */
  struct cells_request request;    /* group x presence; of the second pass, about the centres */
  struct cells first;              /* the answer to it in the first pass */
  double *centres;                 /* [cell]: its means */
  int64_t smallest;      /* base of a group in the contrast */
  double scale;          /* sizes of the terms added up: what rounding is measured by */
  struct quotients parts;          /* one a group of the contrast, all of statistic 0 */
  struct target_answer answer;     /* one value, one variance */
};

/* Releases what was got; what was not is zero. */
static void close_work(struct work *w) {
  column_free(w->presence);
  cells_free(&w->first);
  mem_free(&w->b->mem, w->centres);
  quotients_free(&w->parts);
  target_free(&w->answer);
}

/* Degrees of freedom of the rows whose group has a coefficient: those PSUs are what the contrast
 * is known from, whichever of its groups they hold. */
static bilan_status degrees(const struct work *w, double *df) {
  static const struct by together = {0};
  struct sample sample = *w->sample;
  struct domain *domain;
  bilan_status status = domain_new(w->b, &domain, sample.rows);
  if (status) return status;
  for (size_t row = 0; row < sample.rows; row++)
    if (domain_has(sample.domain, row) &&
        w->contrast->coefficients[column_code(w->contrast->group, row)] != 0)
      domain_set(domain, row);
  sample.domain = domain;
  status = sample_degrees(w->b, df, &sample, &together);
  domain_free(domain);
  return status;
}

/* Bases and parts, group by group: c_g (centre_g + sum w (y - centre_g) / W_g). The smallest base
 * decides whether there is a value and a variance at all. */
static bilan_status add_groups(struct work *w, struct estimate *e) {
  const double *coefficients = w->contrast->coefficients;
  bilan_status status = BILAN_OK;
  w->smallest = INT64_MAX;
  for (size_t g = 0; !status && g < dict_count(w->contrast->group->dict); g++) {
    size_t cell = g * STATES + STATE_ANSWERED;
    if (coefficients[g] == 0) continue;
    moments_add_states(e, &w->first, g, w->request.weight != NULL);
    if (w->first.n[cell] < w->smallest) w->smallest = w->first.n[cell];
    w->scale += fabs(coefficients[g] * w->centres[cell]);
    struct quotient_part part = {0, w->first.count + cell, cell, w->centres[cell],
                                 coefficients[g]};
    status = quotients_add(w->b, &w->parts, part);
  }
  return status;
}

/* Value, variance, test. One respondent in any of the groups leaves no variance: moments_finish
 * is told so by a least base above n. */
static void fill(struct estimate *e, const struct work *w, double df, double conf) {
  struct moment_variance v = {0, df, w->smallest < 2 ? e->n + 1 : 2, w->scale, false};
  if (!w->parts.statistics || !w->smallest) {
    e->notes |= NOTE_EMPTY_GROUP;
    return;
  }
  v.variance = w->answer.cov[0];
  estimate_set(e, FIGURE_VALUE, w->answer.theta[0]);
  moments_finish(e, w->sample, conf, &v);
  double t = estimate_get(e, FIGURE_VALUE) / estimate_get(e, FIGURE_SE);
  if (e->notes || !isfinite(t)) return;
  estimate_set_t(e, t, df);
}

/* The first pass over group x presence, as for means by group; BILAN_USAGE for labels. The
 * measure is lent until the design has answered. */
static bilan_status open_work(struct work *w, const struct column *const *measure) {
  struct by by = {.count = 1, .keys = {w->contrast->group}};
  quotients_open(w->b, &w->parts);
  bilan_status status = moments_check(w->b, *measure);
  if (!status) status = derive_presence(w->b, &w->presence, *measure, NULL);
  if (status) return status;
  w->request = moments_request(w->sample, &by, w->presence, measure, 1);
  status = moments_first(w->b, &w->first, &w->centres, &w->request);
  w->request.centres = w->centres;
  return status;
}

/* First pass, degrees of freedom, parts, then the design. The row is added last, so that a failure
 * leaves `out` as it was. Codes of 0: the row belongs to no group. */
bilan_status contrast_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                               const struct column *measure, const struct contrast *contrast,
                               double conf) {
  static const uint32_t codes[BY_MOST] = {0};
  struct work w = {.b = b, .sample = sample, .contrast = contrast};
  struct estimate e = estimate_none();
  struct estimate_row *row;
  double df = 0;
  bilan_status status = open_work(&w, &measure);
  if (!status) status = degrees(&w, &df);
  if (!status) status = add_groups(&w, &e);
  if (!status) status = quotients_estimate(b, &w.answer, sample->design, &w.request, &w.parts,
                                          NULL);
  if (!status) status = estimates_add(b, out, &row, codes, NO_LEVEL);
  if (!status) {
    fill(&e, &w, df, conf);
    row->e = e;
  }
  close_work(&w);
  return status;
}

/* Two more columns than a contrast of means: the states of a SET, and the indicator. With a base of
 * `answers` a share has respondents that count several times, and is no mean. */
bilan_status contrast_shares(bilan *b, struct estimates *out, const struct sample *sample,
                             const struct column *item, uint32_t level, enum tally_base base,
                             const struct contrast *contrast, double conf) {
  struct column *ticks = NULL, *indicator = NULL;
  if (item->type == COLUMN_SET && base == BASE_ANSWERS)
    return fail(b, BILAN_USAGE, "shares of answers have no contrast: take another base");
  bilan_status status = BILAN_OK;
  if (item->type == COLUMN_SET) status = derive_ticks(b, &ticks, item);
  if (!status) status = indicate(b, &indicator, item, level, ticks, base);
  if (!status) status = contrast_estimate(b, out, sample, indicator, contrast, conf);
  column_free(ticks);
  column_free(indicator);
  return status;
}

/* Coefficients -1 and 1, by code; equal levels would leave the second alone, which the caller
 * refuses. */
bilan_status difference_estimate(bilan *b, struct estimates *out, const struct sample *sample,
                                 const struct column *measure, const struct column *group,
                                 uint32_t from, uint32_t to, double conf) {
  double *coefficients = mem_zero(&b->mem, dict_count(group->dict), sizeof *coefficients);
  if (!coefficients) return fail_nomem(b);
  coefficients[from] = -1;
  coefficients[to] = 1;
  struct contrast contrast = {group, coefficients};
  bilan_status status = contrast_estimate(b, out, sample, measure, &contrast, conf);
  mem_free(&b->mem, coefficients);
  return status;
}

/* estimates.c - estimates by item name; see bilan.h section 5. A function opens a request,
 * calls the estimator of the same name, and wraps its list of rows.
 *
 * Keys of the rows: "level" where the estimate is of levels, then the by-items under their
 * own names. Owner: the caller owns the result; the request and the list of rows go in
 * `finish`, on every path.
 *
 * Failure: BILAN_USAGE (unknown item, option or word, with the nearest one; an item without
 * numbers), BILAN_LIMIT (too many groups), BILAN_NOMEM. *out is then untouched.
 */
#include "api/request.h"
#include "stat/moments.h"
#include "stat/quantile.h"

/* ---- wrapping ---------------------------------------------------------------------------- */

/* Figures and keys of one row; `keys_before_by` is 1 where rows have a level.
 * The order of keys is that of their names in wrap. */
static void wrap_row(bilan_result *to, size_t row, const struct request *r,
                     const struct estimate_row *from, size_t keys_before_by) {
  result_set(to, row, &from->e);
  if (from->level != NO_LEVEL) {
    result_set_key(to, row, 0, request_level_text(r, from->level));
    if (request_is_net(r, from->level)) result_set_net(to, row);
  }
  for (size_t i = 0; i < r->by.count; i++)
    result_set_key(to, row, keys_before_by + i, level_text(r->by.keys[i], from->by[i]));
}

/* Rows of an estimator -> a result; its keys are the level, where there is a tally, and the
 * by-items. */
static bilan_status wrap(struct request *r, bilan_result **out, const struct estimates *list) {
  struct text keys[1 + BY_MOST] = {TEXT("level")};
  size_t before = r->tally.item ? 1 : 0;
  bilan_result *made = NULL;
  for (size_t i = 0; i < r->by.count; i++) keys[before + i] = text_of(r->options.by[i]);
  bilan_status status = result_make(r->b, &made, list->count, keys, before + r->by.count);
  if (status) return status;
  for (size_t row = 0; row < list->count; row++) wrap_row(made, row, r, &list->rows[row], before);
  return result_finish(r->b, out, made);
}

/* The end of every estimate: wraps if all went well, frees in any case.
 * `status` is what came before; a failure is passed on unchanged. */
static bilan_status finish(bilan_status status, struct request *r, bilan_result **out,
                           struct estimates *list) {
  if (!status) status = wrap(r, out, list);
  estimates_free(list);
  request_close(r);
  return status;
}

/* ---- shares ------------------------------------------------------------------------------ */

/* All estimates have this shape: open, find the items, estimate, finish.
 * One row a group and level; nets follow the levels. */
bilan_status bilan_proportion(bilan *b, bilan_result **out, const bilan_survey *survey,
                              const char *item, const bilan_estimate_options *options) {
  struct request r;
  struct estimates list;
  estimates_open(b, &list);
  bilan_status status =
      request_open(&r, b, "proportion", survey, options, OPTIONS_SHARE | OPTION_LEVEL);
  if (!status) status = request_levels(&r, item);
  if (!status) status = proportion_estimate(b, &list, &r.sample, &r.tally, &r.share);
  return finish(status, &r, out, &list);
}

/* As bilan_proportion, with an order. */
bilan_status bilan_freq(bilan *b, bilan_result **out, const bilan_survey *survey,
                        const char *item, const bilan_estimate_options *options) {
  struct request r;
  struct estimates list;
  estimates_open(b, &list);
  bilan_status status =
      request_open(&r, b, "freq", survey, options, OPTIONS_SHARE | OPTION_SORT);
  if (!status) status = request_levels(&r, item);
  if (!status) status = frequency_estimate(b, &list, &r.sample, &r.tally, &r.share, r.sort);
  return finish(status, &r, out, &list);
}

/* ---- numbers ----------------------------------------------------------------------------- */

/* Numbers only: labels have no mean.
 * One row a group. BILAN_USAGE: an item without numbers. */
bilan_status bilan_mean(bilan *b, bilan_result **out, const bilan_survey *survey,
                        const char *item, const bilan_estimate_options *options) {
  struct request r;
  struct estimates list;
  struct column *c;
  estimates_open(b, &list);
  bilan_status status =
      request_open(&r, b, "mean", survey, options, OPTION_BY | OPTION_WEIGHTS);
  if (!status) status = request_measure(&r, &c, item);
  const struct moment_options o = {.conf = r.conf};
  if (!status) status = mean_estimate(b, &list, &r.sample, c, &r.by, &o);
  return finish(status, &r, out, &list);
}

/* Of a number its sum, of levels the respondents at each.
 * The request holds the codes until it is closed. */
static bilan_status total_of(struct request *r, struct estimates *list, const char *item) {
  const struct moment_options o = {.conf = r->conf};
  struct column *c;
  bool declared;
  bilan_status status = request_item(r, &c, item);
  if (status) return status;
  if (column_is_numeric(c))
    return total_estimate(r->b, list, &r->sample, c, &r->by, &o);
  status = request_codes(r, &c, &declared, item);
  if (status) return status;
  r->tally.item = c;
  return total_levels(r->b, list, &r->sample, c, &r->by, &o);
}

/* See total_of for the two kinds of total.
 * An item with both levels and scores is taken as a number. */
bilan_status bilan_total(bilan *b, bilan_result **out, const bilan_survey *survey,
                         const char *item, const bilan_estimate_options *options) {
  struct request r;
  struct estimates list;
  estimates_open(b, &list);
  bilan_status status =
      request_open(&r, b, "total", survey, options, OPTION_BY | OPTION_WEIGHTS);
  if (!status) status = total_of(&r, &list, item);
  return finish(status, &r, out, &list);
}

/* Both items are checked before anything is summed.
 * A ratio of sums over those who have both numbers. */
bilan_status bilan_ratio(bilan *b, bilan_result **out, const bilan_survey *survey,
                         const char *numerator, const char *denominator,
                         const bilan_estimate_options *options) {
  struct request r;
  struct estimates list;
  struct column *over, *under;
  estimates_open(b, &list);
  bilan_status status =
      request_open(&r, b, "ratio", survey, options, OPTION_BY | OPTION_WEIGHTS);
  if (!status) status = request_measure(&r, &over, numerator);
  if (!status) status = request_measure(&r, &under, denominator);
  const struct moment_options o = {.conf = r.conf};
  if (!status) status = ratio_estimate(b, &list, &r.sample, over, under, &r.by, &o);
  return finish(status, &r, out, &list);
}

/* ---- quantiles --------------------------------------------------------------------------- */

/* What is estimated when no p is given; p is lent, so it must outlive the call. */
static const double median = 0.5;

/* The rule by its word and the list of p; without options the median. */
static bilan_status read_quantile(struct request *r, struct quantile_options *o) {
  int rule = RULE_MATH;
  *o = (struct quantile_options){.p = &median, .p_count = 1, .conf = r->conf};
  bilan_status status =
      request_choice(r, &rule, "rule", quantile_rule_names, r->options.rule);
  o->rule = (enum quantile_rule)rule;
  if (status || (!r->options.p && !r->options.p_count)) return status;
  if (!r->options.p || !r->options.p_count)
    return fail(r->b, BILAN_USAGE, "quantile: p: expected p_count numbers");
  o->p = r->options.p;
  o->p_count = r->options.p_count;
  for (size_t i = 0; i < o->p_count; i++)
    if (!(o->p[i] >= 0 && o->p[i] <= 1))
      return fail(r->b, BILAN_USAGE, "quantile: p: expected numbers from 0 to 1");
  return BILAN_OK;
}

/* The list of p is lent by the caller for the length of the call. */
bilan_status bilan_quantile(bilan *b, bilan_result **out, const bilan_survey *survey,
                            const char *item, const bilan_estimate_options *options) {
  struct request r;
  struct estimates list;
  struct quantile_options o;
  struct column *c;
  estimates_open(b, &list);
  bilan_status status = request_open(&r, b, "quantile", survey, options,
                                     OPTION_BY | OPTION_WEIGHTS | OPTION_P | OPTION_RULE);
  if (!status) status = request_measure(&r, &c, item);
  if (!status) status = read_quantile(&r, &o);
  if (!status) status = quantile_estimate(b, &list, &r.sample, c, &r.by, &o);
  return finish(status, &r, out, &list);
}

/* share.c - see share.h: value, then interval, then standard error; each may be missing for its
 * own reason, and the notes say which.
 *
 * Worked example by design, that of share.h: 8 of 20, V = 0.02, df 19: t = 2.093, n_e = 0.24 /
 * 0.02 = 12, base 12 (1.960 / 2.093)^2 = 10.52; logit(0.4) = -0.405 -+ 1.960 / sqrt(10.52 * 0.24)
 * = -1.639, 0.828, hence 0.163 and 0.696. The design effect is 0.02 / (0.24 / 19) = 1.58.
 *
 * What is missing when:
 *
 *   base of 0              everything but n; NOTE_EMPTY
 *   0 % or 100 %           se is 0, the interval one-sided and exact; NOTE_EDGE_INTERVAL
 *   one respondent         se and deff; NOTE_ONE_RESPONDENT
 *   no degrees of freedom  the interval; NOTE_NO_DEGREES
 *   ticks among ticks      by a design without their variance, all but the value
 *
 * Rows drawn one by one, whose weights sum to W_1 (squares Q_1, n_1 rows) in the share and to W_0
 * (Q_0, n_0) in the rest of its base: the linearised score of a row is its weight times a_1 =
 * (1 - p) / B or a_0 = -p / B, and with m = W / n and c the mean score of all N rows of the sample
 *
 *   V = f sum over both, and rows outside, of n (m a - c)^2 + (Q - W m) a^2
 *
 * as design/alike.c has it for any statistic (f = N / (N - 1) with replacement). It takes no pass.
 *
 * Invariants: an interval never comes from a standard error of 0, except where the design itself
 * fixes the share, which is noted; figures that are not finite are absent (estimate_set). Pure
 * but for share_check.
 */
#include "stat/share.h"

#include <math.h>

/* Plain names are refused by design: their t would be the normal's and their n too large. Asked
 * once, before anything is counted. */
bilan_status share_check(bilan *b, const struct sample *sample, unsigned method) {
  const char *refusal = share_method_refusal(share_method_of(method, sample_designed(sample)));
  if (!sample_designed(sample) || !refusal) return BILAN_OK;
  return fail(b, BILAN_USAGE, "ci: %s", refusal);
}

bool share_is_simple(const struct sample *sample) {
  const struct design *d = sample->design;
  return sample_designed(sample) && d->stage_count == 1 && !d->stages[0].unit &&
         !d->stages[0].stratum && !d->calibration_count && !d->replicates &&
         sample->degrees == DEGREES_DOMAIN;
}

/* Rows of one coefficient: n, sum of weights and of their squares. */
struct part {
  double n, w, w2, a;
};

/* Squares of the scores of a part about c; equal weights have no spread but rounding. */
static double squares_of(const struct part *k, double c) {
  if (!(k->n > 0)) return 0;
  double mean = k->w / k->n, spread = k->w2 - k->w * mean, z = mean * k->a - c;
  return k->n * z * z + (spread > 1e-12 * k->w2 ? spread * k->a * k->a : 0);
}

/* Of two parts and all other rows of the sample, whose score is 0. */
static double variance_of(const struct sample *sample, const struct part *in,
                          const struct part *rest) {
  const struct stage *s = sample->design->stages;
  double n = (double)s->sampled[0], c = (in->w * in->a + rest->w * rest->a) / n;
  double squares = squares_of(in, c) + squares_of(rest, c) + (n - in->n - rest->n) * c * c;
  return s->factor[0] * squares;
}

double share_simple_variance(const struct sample *sample, const struct share *s) {
  double p = s->weight / s->base_weight;
  const struct part in = {s->count, s->weight, s->weight2, (1 - p) / s->base_weight};
  const struct part rest = {s->base - s->count, s->base_weight - s->weight,
                            s->base_weight2 - s->weight2, -p / s->base_weight};
  return s->base_weight > 0 ? variance_of(sample, &in, &rest) : NAN;
}

double share_simple_count(const struct sample *sample, const struct share *s) {
  const struct part in = {s->count, s->weight, s->weight2, 1}, none = {0};
  return variance_of(sample, &in, &none);
}

/* Both limits and the level they stand for: limits without conf could not be read. */
static void set_limits(struct estimate *e, double low, double high, double conf) {
  estimate_set(e, FIGURE_LOW, low);
  estimate_set(e, FIGURE_HIGH, high);
  estimate_set(e, FIGURE_CONF, conf);
}

/* The interval by design; says why there is none, or what is special about it. */
static void interval_by_design(struct estimate *e, const struct share *s, double conf,
                               unsigned method) {
  struct share_basis basis = {.p = s->weight / s->base_weight,
                              .variance = s->variance,
                              .df = s->df,
                              .quantile = s->quantile,
                              .n = s->respondents,
                              .rows = s->rows,
                              .none = s->count <= 0,
                              .all = s->count >= s->base};
  struct share_limits i = share_interval(&basis, conf, method);
  e->notes |= i.notes;
  if (!(s->df > 0)) e->notes |= NOTE_NO_DEGREES;
  if (i.edge) e->notes |= NOTE_EDGE_INTERVAL;
  if (i.fixed) e->notes |= NOTE_FIXED;
  if (i.low < 0 || i.high > 1) e->notes |= NOTE_OUTSIDE;
  if (i.high >= i.low) set_limits(e, i.low, i.high, conf);
}

/* A method that gives a point only, an empty base and a share outside the method's domain leave
 * a note and no limits. */
static void interval_of_counts(struct estimate *e, const struct share *s, double conf,
                               enum plain_method method) {
  struct plain_interval i = plain_proportion(s->count, s->base, conf, method);
  e->notes |= i.notes;
  if (i.notes & (NOTE_POINT | NOTE_EMPTY | NOTE_DOMAIN) || !(i.high > i.low)) return;
  set_limits(e, i.low, i.high, conf);
}

/* A simple random sample: the closed form; names that exist by design only stand on its V. The
 * base is of respondents: without a design n and weighted n are the same. */
static void fill_plain(struct estimate *e, const struct sample *sample, struct share s, double p,
                       const struct share_options *o) {
  unsigned method = share_method_of(o->method, false);
  s.variance = sample_factor(sample) * p * (1 - p) / s.base;
  s.df = sample_df(sample);
  if (method < METHODS) interval_of_counts(e, &s, o->conf, (enum plain_method)method);
  else interval_by_design(e, &s, o->conf, method);
  if (s.base < 2) {
    e->notes |= NOTE_ONE_RESPONDENT;
    return;
  }
  estimate_set(e, FIGURE_SE, sqrt(s.variance));
  estimate_set(e, FIGURE_DF, s.df);
}

/* By a declared design. A group whose PSUs leave no degrees of freedom keeps its standard error
 * where there is one, for it is what the design gives, but no interval. */
static void fill_design(struct estimate *e, struct share s, const struct share_options *o) {
  bool edge = s.count <= 0 || s.count >= s.base;
  if (edge || share_is_fixed(s.weight / s.base_weight, s.variance)) s.variance = 0;
  interval_by_design(e, &s, o->conf, share_method_of(o->method, true));
  estimate_set(e, FIGURE_EFFECTIVE_N, s.base_weight * s.base_weight / s.base_weight2);
  estimate_set(e, FIGURE_DF, s.df);
  if (s.respondents < 2) e->notes |= NOTE_ONE_RESPONDENT;
  else if (s.df > 0 || s.variance > 0) estimate_set(e, FIGURE_SE, sqrt(s.variance));
}

/* The design effect of a share compares with p (1 - p) / (n - 1); ticks among ticks are no
 * sample of that kind. */
void share_fill(struct estimate *e, const struct sample *sample, const struct share *s,
                const struct share_options *o) {
  if (!(s->base_weight > 0)) {
    e->notes |= NOTE_EMPTY;
    return;
  }
  double p = s->weight / s->base_weight;
  estimate_set(e, FIGURE_VALUE, p);
  if (s->bare && isnan(s->variance)) return;
  if (sample_designed(sample)) fill_design(e, *s, o);
  else fill_plain(e, sample, *s, p, o);
  if (!s->bare) estimate_deff(e, o->deff, s->base_weight * p * (1 - p), s->base_weight, 1);
}

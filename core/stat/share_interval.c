/* share_interval.c - see share_interval.h: the base that each method stands on, then the plain
 * interval.
 *
 * Why (z / t)^2: every closed form of plain.h has n only in z / sqrt(n) or z^2 / n, so a base
 * shrunk by that factor turns its normal quantile into Student's. Clopper-Pearson has no z; there
 * t_{n-1} / t_df does what Korn and Graubard want.
 *
 * Worked examples, p = 0.3, V = 0.0025, df = 14, 150 answers and rows: n_e = 84, t = 2.145, z =
 * 1.960, t_149 = 1.976.
 *
 *   wilson         base 84 (1.960 / 2.145)^2 = 70.15      0.205 to 0.415
 *   logit          the same base                          0.205 to 0.417
 *   korn_graubard  base 84 (1.976 / 2.145)^2 = 71.30      0.197 to 0.420
 *   wald           no base                                0.193 to 0.407
 *
 * The likelihood interval is where twice the drop of the log-likelihood of n_e rows reaches t^2
 * times the fit's dispersion, n / (n - 1): the profile of an intercept with Rao and Scott's
 * correction, solved to the last digits.
 *
 * The edge, nobody of 183 with df 14: min(1, (1.973 / 2.145)^2) = 0.846, so the exact limits are
 * those of 0 of 154.9: 0 and 1 - 0.025^(1 / 154.9) = 0.0235. All of 183 gives 0.9765 and 1.
 *
 * Invariants: limits lie in [0, 1] and hold p between them; those of 1 - p are 1 minus those of p.
 * Pure; the cost is that of the plain interval.
 */
#include "stat/share_interval.h"

#include <math.h>

#include "stat/dist/dist.h"

const char *const share_method_names[SHARE_METHODS + 1] = {
    "wald",   "wilson",     "wilson_cc", "agresti_coull", "clopper_pearson", "jeffreys",
    "mid_p",  "likelihood", "arcsine",   "logit",         "blaker",          "xlogit",
    "beta",   "korn_graubard", "kg_r",   "kg_nchs",       NULL};

/* Aliases are names only; the usual method depends on the sample. */
unsigned share_method_of(unsigned method, bool designed) {
  if (method == SHARE_KG_R) return SHARE_BETA;
  if (method == SHARE_KG_NCHS) return SHARE_KORN_GRAUBARD;
  if (method == SHARE_USUAL) return designed ? METHOD_LOGIT : METHOD_WILSON;
  return method;
}

/* The nearest in kind: exact ones lead to Korn and Graubard, those around Wilson's to it. */
const char *share_method_refusal(unsigned method) {
  switch (method) {
  case METHOD_WILSON_CC: return "the interval \"wilson_cc\" knows no design: use \"wilson\"";
  case METHOD_AGRESTI_COULL:
    return "the interval \"agresti_coull\" knows no design: use \"wilson\"";
  case METHOD_CLOPPER_PEARSON:
    return "the interval \"clopper_pearson\" knows no design: use \"korn_graubard\"";
  case METHOD_JEFFREYS: return "the interval \"jeffreys\" knows no design: use \"korn_graubard\"";
  case METHOD_MID_P: return "the interval \"mid_p\" knows no design: use \"korn_graubard\"";
  case METHOD_BLAKER: return "the interval \"blaker\" knows no design: use \"korn_graubard\"";
  default: return NULL;
  }
}

/* (t_{n-1} / t_df)^2; 1 for a single row, which has no t of its own. tail = (1 - conf) / 2.
 * With n = 183, df = 14 at 0.95: (1.973 / 2.145)^2 = 0.846, below 1 as PSUs are fewer than
 * respondents. */
static double squared_ratio(double n, double df, double tail) {
  if (!(n > 1)) return 1;
  double ratio = student_quantile(tail, n - 1, UPPER) / student_quantile(tail, df, UPPER);
  return ratio * ratio;
}

/* 0 % and 100 %: exact limits on the answers themselves, fewer where the design has few degrees
 * of freedom. */
static struct share_limits at_edge(const struct share_basis *s, double conf) {
  double n = s->n * fmin(1, squared_ratio(s->n, s->df, (1 - conf) / 2));
  struct plain_interval i = plain_proportion(s->all ? n : 0, n, conf, METHOD_CLOPPER_PEARSON);
  return (struct share_limits){i.low, i.high, i.notes, true, false};
}

/* t of the heads. */
static double student_of(const struct share_basis *s, double tail) {
  return s->quantile > 0 ? s->quantile : student_quantile(tail, s->df, UPPER);
}

/* The plain method behind a method by design, and the base it is asked about: not a whole
 * number, as the plain ones take it. V above 0. */
static enum plain_method base_of(double *base, const struct share_basis *s, double conf,
                                 unsigned method) {
  double tail = (1 - conf) / 2, effective = s->p * (1 - s->p) / s->variance;
  if (method == SHARE_BETA || method == SHARE_KORN_GRAUBARD) {
    bool truncated = method == SHARE_KORN_GRAUBARD;
    *base = effective * squared_ratio(truncated ? s->n : s->rows, s->df, tail);
    if (truncated) *base = fmin(*base, s->n);
    return METHOD_CLOPPER_PEARSON;
  }
  double ratio = normal_quantile(tail, UPPER) / student_of(s, tail);
  *base = effective * ratio * ratio;
  if (method == METHOD_LIKELIHOOD && s->n > 1) *base *= (s->n - 1) / s->n;
  return method == SHARE_XLOGIT ? METHOD_LOGIT : (enum plain_method)method;
}

/* Does the design fix the share? Rounding leaves about 1e-32 of a variance that is 0; the least
 * that is one, of millions of respondents, is far above 1e-24. */
bool share_is_fixed(double p, double variance) { return variance <= 1e-24 * p * (1 - p); }

/* In the order in which things may be missing: degrees of freedom, an open share, a variance. */
struct share_limits share_interval(const struct share_basis *s, double conf, unsigned method) {
  double base;
  if (!(s->df > 0)) return (struct share_limits){NAN, NAN, 0, false, false};
  if (s->none || s->all) return at_edge(s, conf);
  if (!(s->p > 0 && s->p < 1 && s->variance >= 0))
    return (struct share_limits){NAN, NAN, NOTE_DOMAIN, false, false};
  if (share_is_fixed(s->p, s->variance)) return (struct share_limits){s->p, s->p, 0, false, true};
  if (method == METHOD_WALD) {
    double half = student_of(s, (1 - conf) / 2) * sqrt(s->variance);
    return (struct share_limits){s->p - half, s->p + half, 0, false, false};
  }
  enum plain_method plain = base_of(&base, s, conf, method);
  struct plain_interval i = plain_proportion(s->p * base, base, conf, plain);
  return (struct share_limits){i.low, i.high, i.notes, false, false};
}

/* plain.c - statistics on plain counts; see bilan.h section 7. Arguments are checked here,
 * since the functions below answer what is outside their domain with NaN.
 *
 * Each function is a check, a call of the plain primitive of the same name, and a translation
 * of NaN into "absent":
 *
 *   bilan_proportion_interval(b, &out, 8, 20, 0.95, "wilson")
 *     value 0.4, low 0.219, high 0.613, conf 0.95
 *
 * Nothing is allocated but a message, and no survey is needed. Failure: BILAN_USAGE for
 * arguments outside the domain, named in the message; BILAN_NOMEM and BILAN_LIMIT where the
 * primitive has them. The distributions at the end have no handle: outside their domain they
 * give NaN, as documented.
 */
#include <math.h>
#include <string.h>

#include "api/request.h"
#include "stat/dist/dist.h"

/* ---- figures ----------------------------------------------------------------------------- */

/* NaN and infinity are no figures. */
static void set_figure(bilan_figures *out, bilan_figure f, double value) {
  if (!isfinite(value)) return;
  out->figure[f] = value;
  out->has |= (uint32_t)1 << f;
}

/* The words of the notes, as many as there is room for.
 * A note that does not fit whole is left out, a shorter one after it may still fit. */
static void set_note(bilan_figures *out, unsigned notes) {
  size_t n = 0;
  for (unsigned bit = 1; bit; bit <<= 1) {
    struct text words = text_of(notes & bit ? plain_note_text(bit) : "");
    if (!words.n || n + words.n + 3 > BILAN_NOTE_ROOM) continue;
    if (n) {
      memcpy(out->note + n, "; ", 2);
      n += 2;
    }
    memcpy(out->note + n, words.s, words.n);
    n += words.n;
  }
}

/* A method that gives a point and an empty base have no limits. */
static void set_interval(bilan_figures *out, struct plain_interval i, double conf) {
  memset(out, 0, sizeof *out);
  set_note(out, i.notes);
  set_figure(out, BILAN_FIGURE_VALUE, i.estimate);
  if (i.notes & (NOTE_POINT | NOTE_EMPTY)) return;
  set_figure(out, BILAN_FIGURE_LOW, i.low);
  set_figure(out, BILAN_FIGURE_HIGH, i.high);
  set_figure(out, BILAN_FIGURE_CONF, conf);
}

/* ---- arguments --------------------------------------------------------------------------- */

/* Counts may be fractions: an effective base is one. NaN fails every comparison. */
static bilan_status check_share(bilan *b, double count, double n) {
  if (count >= 0 && count <= n && isfinite(n)) return BILAN_OK;
  return fail(b, BILAN_USAGE, "expected 0 <= count <= n");
}

/* Both ends are excluded: an interval of level 1 is the whole line. */
static bilan_status check_conf(bilan *b, double conf) {
  if (conf > 0 && conf < 1) return BILAN_OK;
  return fail(b, BILAN_USAGE, "conf: expected a number between 0 and 1");
}

/* Which of `names` the method is; NULL is `usual`. */
static bilan_status find_method(bilan *b, int *out, const char *const *names, const char *method,
                                int usual) {
  struct request r = {.b = b, .verb = "interval"};
  *out = usual;
  return request_choice(&r, out, "method", names, method);
}

/* ---- intervals and tests ----------------------------------------------------------------- */

/* Arguments first, so that NOTE_DOMAIN can never come back. */
bilan_status bilan_proportion_interval(bilan *b, bilan_figures *out, double count, double n,
                                       double conf, const char *method) {
  int m = METHOD_WILSON;
  bilan_status status = check_share(b, count, n);
  if (!status) status = check_conf(b, conf);
  if (!status) status = find_method(b, &m, plain_method_names, method, METHOD_WILSON);
  if (status) return status;
  set_interval(out, plain_proportion(count, n, conf, (enum plain_method)m), conf);
  return BILAN_OK;
}

/* The same for two shares.
 * First minus second; Newcombe's method (Statistics in Medicine 17, 1998) unless told. */
bilan_status bilan_difference_interval(bilan *b, bilan_figures *out, const double count[2],
                                       const double n[2], double conf, const char *method) {
  int m = DIFFERENCE_NEWCOMBE;
  if (!count || !n) return fail(b, BILAN_USAGE, "the counts are NULL");
  bilan_status status = check_share(b, count[0], n[0]);
  if (!status) status = check_share(b, count[1], n[1]);
  if (!status) status = check_conf(b, conf);
  if (!status) status = find_method(b, &m, plain_difference_names, method, DIFFERENCE_NEWCOMBE);
  if (status) return status;
  struct plain_share first = {count[0], n[0]}, second = {count[1], n[1]};
  set_interval(out, plain_difference(first, second, conf, (enum plain_difference_method)m),
               conf);
  return BILAN_OK;
}

/* Counts of a table: there, of a size that can be multiplied, finite and not below 0.
 * The product rows * cols * 8 must fit: it is what the primitive allocates by. */
static bilan_status check_counts(bilan *b, const double *counts, size_t rows, size_t cols) {
  if (!counts || !rows || !cols || rows > SIZE_MAX / sizeof *counts / cols)
    return fail(b, BILAN_USAGE, "expected a table of rows x cols counts");
  for (size_t i = 0; i < rows * cols; i++)
    if (!(counts[i] >= 0 && isfinite(counts[i])))
      return fail(b, BILAN_USAGE, "count %zu: expected a number from 0 on", i);
  return BILAN_OK;
}

/* The cells are not asked for, only the test.
 * p_value is absent where one row or column has everybody in it. correct: Yates, for 2 x 2. */
bilan_status bilan_chi_squared(bilan *b, bilan_figures *out, const double *counts, size_t rows,
                               size_t cols, int correct) {
  struct plain_chi_squared test;
  bilan_status status = check_counts(b, counts, rows, cols);
  if (!status)
    status = plain_chi_squared(b, &test, (struct plain_cells){NULL, NULL, NULL},
                               (struct plain_counts){counts, rows, cols}, correct != 0);
  if (status) return status;
  memset(out, 0, sizeof *out);
  set_note(out, test.notes);
  set_figure(out, BILAN_FIGURE_STATISTIC, test.statistic);
  set_figure(out, BILAN_FIGURE_DF, test.df);
  set_figure(out, BILAN_FIGURE_P_VALUE, test.p_value);
  set_figure(out, BILAN_FIGURE_EFFECT, test.cramer_v);
  return BILAN_OK;
}

/* Odds ratios to the last digit: a caller has no other tool to compare with.
 * counts[4] row by row; value is the conditional estimate of the odds ratio, low and high its
 * exact limits. */
bilan_status bilan_fisher(bilan *b, bilan_figures *out, const double counts[4], double conf) {
  bilan_status status = check_counts(b, counts, 2, 2);
  if (!status) status = check_conf(b, conf);
  for (size_t i = 0; !status && i < 4; i++)
    if (counts[i] != floor(counts[i]) || counts[i] > 1e9)
      status = fail(b, BILAN_USAGE, "count %zu: expected a whole number up to 10^9", i);
  if (status) return status;
  struct plain_fisher test = plain_fisher_2x2(counts, conf, true);
  memset(out, 0, sizeof *out);
  set_note(out, test.notes);
  set_figure(out, BILAN_FIGURE_P_VALUE, test.p_value);
  set_figure(out, BILAN_FIGURE_VALUE, test.odds_ratio);
  set_figure(out, BILAN_FIGURE_LOW, test.low);
  set_figure(out, BILAN_FIGURE_HIGH, test.high);
  if (out->has >> BILAN_FIGURE_LOW & 1) set_figure(out, BILAN_FIGURE_CONF, conf);
  return BILAN_OK;
}

/* ---- distributions ----------------------------------------------------------------------- */

/* Anything but BILAN_UPPER is the lower tail. */
static enum tail tail_of(bilan_tail tail) { return tail == BILAN_UPPER ? UPPER : LOWER; }

/* Lower tail: P(Z <= z); upper: P(Z > z), computed for itself. Quantiles are their inverses,
 * p in [0, 1]. */
double bilan_normal_cdf(double z, bilan_tail tail) { return normal_cdf(z, tail_of(tail)); }
double bilan_normal_quantile(double p, bilan_tail tail) {
  return normal_quantile(p, tail_of(tail));
}
/* Student's t; df > 0, fractions allowed. */
double bilan_t_cdf(double t, double df, bilan_tail tail) {
  return student_cdf(t, df, tail_of(tail));
}
double bilan_t_quantile(double p, double df, bilan_tail tail) {
  return student_quantile(p, df, tail_of(tail));
}
/* x >= 0, df > 0. */
double bilan_chi_squared_cdf(double x, double df, bilan_tail tail) {
  return chi_squared_cdf(x, df, tail_of(tail));
}
double bilan_chi_squared_quantile(double p, double df, bilan_tail tail) {
  return chi_squared_quantile(p, df, tail_of(tail));
}
/* x >= 0, both degrees of freedom > 0. */
double bilan_f_cdf(double x, double df1, double df2, bilan_tail tail) {
  return f_cdf(x, df1, df2, tail_of(tail));
}
double bilan_f_quantile(double p, double df1, double df2, bilan_tail tail) {
  return f_quantile(p, df1, df2, tail_of(tail));
}
/* x from 0 to 1, both shapes > 0. */
double bilan_beta_cdf(double x, double shape1, double shape2, bilan_tail tail) {
  return beta_cdf(x, shape1, shape2, tail_of(tail));
}
double bilan_beta_quantile(double p, double shape1, double shape2, bilan_tail tail) {
  return beta_quantile(p, shape1, shape2, tail_of(tail));
}
/* n whole trials of chance p; the lower tail includes k. */
double bilan_binomial_cdf(double k, double n, double p, bilan_tail tail) {
  return binomial_cdf(k, n, p, tail_of(tail));
}

/* fisher.c - Fisher's exact test of a 2 x 2 table, and the choice of method for larger ones.
 *
 * Given its margins, the first cell X of [a b; c d] follows the noncentral hypergeometric law
 *   P(X = k | w) proportional to C(white, k) C(black, drawn - k) w^k,
 * white = a + b, black = c + d, drawn = a + c and w the odds ratio.
 *   p-value     sum of P(X = k | 1) over all k no more likely than a, with a relative
 *               tolerance of 1e-7, so that equally likely tables count as such
 *   odds ratio  conditional maximum likelihood: the w for which E(X | w) = a
 *   interval    P(X >= a | low) = P(X <= a | high) = (1 - conf)/2;  0 and infinite at the ends
 * (Fisher 1935; Cornfield 1956; Agresti, Categorical Data Analysis, sec. 3.5.)
 * The three odds ratios are roots in w below 1, in 1/w above. R's fisher.test stops looking
 * for them within eps^(1/4) = 1.2e-4 of w or 1/w (626.24 is printed as 621.93). Agreement with
 * it is the default: Brent's method on the same bracket with the same tolerance stops at the
 * same point. `precise` goes on to the last digit. The p-value is exact either way.
 *
 * Sums over k start at the mode with weight 1 and walk both ways by the ratio of neighbours
 *   P(k + 1)/P(k) = w (white - k)(drawn - k) / ((k + 1)(black - drawn + k + 1))
 * until terms are negligible: O(sqrt n) steps, no memory, no overflow. The test sums are tails
 * of the central law from dist.h, so that a p-value of 1e-200 keeps its digits.
 *
 * Fisher's tea, [3 1; 1 3]: a can be 0 to 4 with chances 1 16 36 16 1 of 70; those no likelier
 * than 16 are 34 of 70, so p = 0.4857. Odds ratio 6.408, interval 0.2117 to 621.93.
 */
#include "stat/plain/fisher.h"

#include <float.h>
#include <math.h>

#include "base/handle.h"
#include "stat/dist/dist.h"
#include "stat/plain/root.h"

/* The law of the first cell: the margins, the support, and the cell seen. */
struct law {
  double white, black, drawn, low, high, seen;
};

/* The law of the first cell given the margins of [a b; c d]. */
static struct law law_of(const double cell[4]) {
  struct law l = {.white = cell[0] + cell[1], .black = cell[2] + cell[3]};
  l.drawn = cell[0] + cell[2];
  l.low = fmax(0, l.drawn - l.black);
  l.high = fmin(l.drawn, l.white);
  l.seen = cell[0];
  return l;
}

/* ---- the p-value ---- */

/* P(X = k) under independence. */
static double density(const struct law *l, double k) {
  return hypergeometric_density(k, l->white, l->black, l->drawn);
}

/* The number of cells from the `from` end (low, or high when side is -1) whose densities,
 * which rise from there to the mode, are at most `most`. */
static double run_below(const struct law *l, double mode, int side, double most) {
  double from = side > 0 ? l->low : l->high, in = 0, out = fabs(mode - from) + 1;
  while (out - in > 0.5) {
    double middle = floor((in + out) / 2);
    if (middle == in) break;
    if (density(l, from + side * (middle - 1)) <= most) in = middle;
    else out = middle;
  }
  return in;
}

/* Two-sided p in (0, 1]. Densities rise to the mode and fall after it, so that the cells no
 * more likely than the one seen are a run at each end: two searches, two tails. */
static double p_value(const struct law *l) {
  double mode = floor((l->white + 1) * (l->drawn + 1) / (l->white + l->black + 2));
  double most = density(l, l->seen) * (1 + 1e-7);
  if (density(l, mode) <= most) return 1;
  double left = run_below(l, mode, 1, most), right = run_below(l, mode, -1, most);
  double sum = 0;
  if (left > 0)
    sum += hypergeometric_cdf(l->low + left - 1, l->white, l->black, l->drawn, LOWER);
  if (right > 0)
    sum += hypergeometric_cdf(l->high - right, l->white, l->black, l->drawn, UPPER);
  return sum > 1 ? 1 : sum;
}

/* ---- the odds ratio ---- */

/* Sums over the noncentral law, relative to the weight of its mode. */
struct sums {
  double all, first, at_most, at_least; /* weights: total, times k, k <= seen, k >= seen */
};

/* Adds P(k), up to a factor, to all sums. `first` is taken about the cell seen, so that its
 * sign needs no subtraction. */
static void add_term(struct sums *s, const struct law *l, double k, double weight) {
  s->all += weight;
  s->first += weight * (k - l->seen);
  if (k <= l->seen) s->at_most += weight;
  if (k >= l->seen) s->at_least += weight;
}

/* P(k + 1) / P(k) under odds ratio w. */
static double step_up(const struct law *l, double k, double w) {
  return w * (l->white - k) * (l->drawn - k) / ((k + 1) * (l->black - l->drawn + k + 1));
}

/* The most likely k under odds ratio w: where step_up falls through 1, a quadratic in k,
 * scaled so that a large w does not overflow. */
static double mode_of(const struct law *l, double w) {
  double scale = w > 1 ? 1 / w : 1, v = w * scale;
  double a = v - scale, b = -(v * (l->white + l->drawn + 2) + scale * (l->black - l->drawn));
  double c = v * (l->white + 1) * (l->drawn + 1);
  double root = sqrt(fmax(0, b * b - 4 * a * c));
  double k = b <= 0 ? 2 * c / (root - b) : -(root + b) / (2 * a);
  return fmin(l->high, fmax(l->low, floor(k)));
}

/* All sums under odds ratio w, from the mode outwards; terms below 1e-20 of the largest do
 * not count. Accurate to about 1e-15 of the total. */
static struct sums sums_of(const struct law *l, double w) {
  struct sums s = {0};
  double mode = mode_of(l, w), weight = 1;
  for (double k = mode; k <= l->high && weight > 1e-20; k++) {
    add_term(&s, l, k, weight);
    weight *= step_up(l, k, w);
  }
  weight = 1;
  for (double k = mode - 1; k >= l->low; k--) {
    weight /= step_up(l, k, w);
    if (!(weight > 1e-20)) break;
    add_term(&s, l, k, weight);
  }
  return s;
}

/* Where on the law, and for which tail, the odds ratio is looked for. */
struct odds_ask {
  const struct law *law;
  double tail;
  bool inverse; /* the argument is 1 / w */
};

/* The sums at w = t or w = 1 / t. */
static struct sums ask_sums(double t, const struct odds_ask *o) {
  return sums_of(o->law, o->inverse ? 1 / t : t);
}

/* All three cross zero once in w. */
static double mean_less_seen(double t, const void *context) {
  struct sums s = ask_sums(t, context);
  return s.first / s.all;
}

/* P(X >= seen) less the tail: zero at the lower limit. */
static double upper_less_tail(double t, const void *context) {
  struct sums s = ask_sums(t, context);
  return s.at_least / s.all - ((const struct odds_ask *)context)->tail;
}

/* P(X <= seen) less the tail: zero at the upper limit. */
static double lower_less_tail(double t, const void *context) {
  struct sums s = ask_sums(t, context);
  return s.at_most / s.all - ((const struct odds_ask *)context)->tail;
}

/* The odds ratio where f crosses zero, sought in w below 1 and in 1 / w above. `rises`: f is
 * a rising function of w. */
static double solve(root_function *f, struct odds_ask o, bool rises, bool precise) {
  double at_one = f(1, &o), tolerance = sqrt(sqrt(DBL_EPSILON));
  if (at_one == 0) return 1;
  o.inverse = (at_one < 0) == rises;
  double least = o.inverse ? DBL_EPSILON : 0;
  double t = precise ? root_find(f, &o, o.inverse ? 1e-300 : 0, 1)
                     : root_brent(f, &o, least, 1, tolerance);
  return o.inverse ? 1 / t : t;
}

/* Beyond this many answers the sums would take seconds, and chi-squared is as exact. */
static const double most_answers = 1e10;

/* Whole counts, none below 0, not too many. */
static bool whole_table(struct plain_counts t) {
  double n = 0;
  for (size_t i = 0; i < t.rows * t.cols; i++) {
    if (!(t.n[i] >= 0 && t.n[i] == floor(t.n[i]))) return false;
    n += t.n[i];
  }
  return n <= most_answers;
}

/* A result in which everything is NaN, and why. */
static struct plain_fisher no_figures(unsigned notes) {
  return (struct plain_fisher){NAN, NAN, NAN, NAN, 0, notes};
}

/* A cell at an end of its support has an infinite or zero odds ratio and an open limit there. */
static void odds_ratios(struct plain_fisher *out, const struct law *l, double conf,
                        bool precise) {
  struct odds_ask o = {l, (1 - conf) / 2, false};
  bool least = l->seen == l->low, most = l->seen == l->high;
  out->odds_ratio = least ? 0 : most ? INFINITY : solve(mean_less_seen, o, true, precise);
  out->low = least ? 0 : solve(upper_less_tail, o, true, precise);
  out->high = most ? INFINITY : solve(lower_less_tail, o, false, precise);
}

/* A support of one cell (an empty row or column) has no test. Where the tolerance of R would
 * put a limit on the wrong side of the estimate, the precise figures stand. */
struct plain_fisher plain_fisher_2x2(const double cell[4], double conf, bool precise) {
  struct plain_counts t = {cell, 2, 2};
  if (!whole_table(t) || !(conf > 0 && conf < 1)) return no_figures(NOTE_DOMAIN);
  struct law l = law_of(cell);
  if (l.low == l.high) return no_figures(NOTE_NO_TABLE);
  struct plain_fisher out = {.p_value = p_value(&l)};
  odds_ratios(&out, &l, conf, precise);
  bool ordered = out.low <= out.odds_ratio && out.odds_ratio <= out.high;
  if (!ordered) odds_ratios(&out, &l, conf, true);
  return out;
}

/* ---- any table ---- */

/* 95 % limits, exact, up to a million states (about 150 MB at the very most), 2000 tables when
 * simulated. */
struct plain_fisher_options plain_fisher_defaults(void) {
  return (struct plain_fisher_options){
      .conf = 0.95, .replicates = 2000, .seed = 1, .limit = 1000000};
}

/* Copies the rows and columns that hold anybody into `kept`, whose cells are the caller's. */
static void keep_filled(struct plain_counts *kept, double *cells, bool *use_col,
                        struct plain_counts t) {
  for (size_t i = 0; i < t.rows; i++)
    for (size_t j = 0; j < t.cols; j++)
      if (t.n[i * t.cols + j] > 0) use_col[j] = true;
  size_t at = 0;
  *kept = (struct plain_counts){cells, 0, 0};
  for (size_t j = 0; j < t.cols; j++) kept->cols += use_col[j];
  for (size_t i = 0; i < t.rows; i++) {
    double sum = 0;
    for (size_t j = 0; j < t.cols; j++) sum += t.n[i * t.cols + j];
    if (sum == 0) continue;
    kept->rows++;
    for (size_t j = 0; j < t.cols; j++)
      if (use_col[j]) cells[at++] = t.n[i * t.cols + j];
  }
}

/* The test of a table without empty rows and columns. */
static bilan_status test_filled(bilan *b, struct plain_fisher *out, struct plain_counts t,
                                const struct plain_fisher_options *options) {
  *out = no_figures(0);
  if (t.rows < 2 || t.cols < 2) {
    out->notes = NOTE_NO_TABLE;
    return BILAN_OK;
  }
  if (t.rows == 2 && t.cols == 2 && !options->simulate) {
    *out = plain_fisher_2x2(t.n, options->conf, options->precise);
    return BILAN_OK;
  }
  if (!options->simulate) return fisher_count(b, &out->p_value, t, options->limit);
  out->notes = NOTE_SIMULATED;
  out->replicates = (double)options->replicates;
  return fisher_simulate(b, &out->p_value, t, options->replicates, options->seed);
}

/* Checks, drops empty rows and columns, and tests the rest; `out` is untouched on failure. */
bilan_status plain_fisher(bilan *b, struct plain_fisher *out, struct plain_counts t,
                          const struct plain_fisher_options *options) {
  if (!whole_table(t))
    return fail(b, BILAN_USAGE, "fisher: expected whole counts, at most 1e10 in all");
  if (!(options->conf > 0 && options->conf < 1))
    return fail(b, BILAN_USAGE, "fisher: expected conf between 0 and 1");
  struct plain_fisher r;
  struct plain_counts kept;
  bool *use_col = mem_zero(&b->mem, t.cols, sizeof *use_col);
  double *cells = mem_zero(&b->mem, t.rows * t.cols, sizeof *cells);
  bilan_status status = BILAN_NOMEM;
  if (!use_col || !cells) {
    status = fail_nomem(b);
    goto cleanup;
  }
  keep_filled(&kept, cells, use_col, t);
  status = test_filled(b, &r, kept, options);
  if (status) goto cleanup;
  if (kept.rows < t.rows || kept.cols < t.cols) r.notes |= NOTE_DROPPED;
  *out = r;
cleanup:
  mem_free(&b->mem, cells);
  mem_free(&b->mem, use_col);
  return status;
}

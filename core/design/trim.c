/* trim.c - weights cut to bounds with their sum kept, and what weights cost in precision.
 *
 * Trimming trades bias for variance (Potter, Proc. ASA Survey Research Methods, 1990). The rows
 * within the bounds are multiplied by one factor f that keeps the sum S:
 *
 *   once     f = (S - sum of the weights that were cut) / (sum of the others)
 *   strict   sum over rows of min(high, max(low, f w)) = S
 *
 * The second is what the first tends to when it is done again until no weight is outside; its
 * left side rises with f from n low to n high, so there is an f whenever S lies between them. It
 * is found by halving, then worked out exactly from the rows that are within.
 *
 * Kish's effective n is (sum w)^2 / sum w^2, and deff = n / effective n = 1 + cv^2, cv being the
 * standard deviation (with divisor n) over the mean (Kish, Survey Sampling, 1965, section 11.7).
 * Worked example: weights 1, 1, 4: 36 / 18 = 2 of 3, deff 1.5.
 *
 * Worked example: weights 1, 1, 2, 6 (sum 10) cut at 3.
 *
 *   once     6 becomes 3, f = (10 - 3) / 4 = 1.75:  1.75, 1.75, 3.5, 3     one beyond the bound
 *   strict   2 f + min(3, 2 f) + 3 = 10, f = 2:     2, 2, 3, 3
 *
 * Both make the range of after / before 0.5 to 2 or less; Kish's deff falls from 4 * 42 / 100 =
 * 1.68 to 4 * 26 / 100 = 1.04 (strict).
 *
 * Rows of weight 0 stay so and count nowhere. Cost: a few passes; strict some 100.
 */
#include <math.h>

#include "design/margins.h"
#include "design/replicates.h"

/* Doublings that reach any factor a double can hold; halvings, from 0 to that factor, that leave
 * two neighbouring doubles (53 bits, and some to spare for a factor far below 1). */
enum { DOUBLINGS = 1100, BISECTIONS = 80 };

/* What is asked: absolute weights. */
struct bounds {
  double low, high; /* 0 <= low < high; high may be INFINITY */
  bool strict;      /* false: once */
};

/* The weight within the bounds that is nearest to w. */
static double clamp(const struct bounds *k, double w) {
  return w < k->low ? k->low : w > k->high ? k->high : w;
}

/* Bounds are inside themselves. */
static bool is_inside(const struct bounds *k, double w) {
  return w >= k->low && w <= k->high;
}

/* Sum of the weights at factor f, all clamped, row by row: what the halving looks at. */
static double sum_clamped(const struct bounds *k, const double *weight, size_t rows, double f) {
  double sum = 0;
  for (size_t row = 0; row < rows; row++)
    if (weight[row] > 0) sum += clamp(k, f * weight[row]);
  return sum;
}

/* The factor that keeps `sum`, given the rows that are within the bounds at factor f: (sum - what
 * is cut) / what is inside. NaN when there are none inside. */
static double exact_factor(const struct bounds *k, const double *weight, size_t rows, double f,
                           double sum) {
  double cut = 0, inside = 0;
  for (size_t row = 0; row < rows; row++) {
    if (!(weight[row] > 0)) continue;
    if (is_inside(k, f * weight[row]))
      inside += weight[row];
    else
      cut += clamp(k, f * weight[row]);
  }
  return inside > 0 ? (sum - cut) / inside : NAN;
}

/* See the head. The sum never falls as f rises, so f lies between a factor at which it is too
 * small and one at which it is not; the halving ends where doubles do. The caller has seen that
 * the bounds can hold the sum. */
static double strict_factor(const struct bounds *k, const double *weight, size_t rows,
                            double sum) {
  double least = 0, most = 1;
  for (int i = 0; i < DOUBLINGS && sum_clamped(k, weight, rows, most) < sum; i++) most *= 2;
  for (int i = 0; i < BISECTIONS; i++) {
    double middle = least + (most - least) / 2;
    if (sum_clamped(k, weight, rows, middle) < sum)
      least = middle;
    else
      most = middle;
  }
  double f = exact_factor(k, weight, rows, most, sum);
  return f > 0 ? f : most;
}

/* Are all positive weights within the bounds? Then nothing is to be done, not even by
 * rounding. */
static bool all_inside(const struct bounds *k, const double *weight, size_t rows) {
  for (size_t row = 0; row < rows; row++)
    if (weight[row] > 0 && !is_inside(k, weight[row])) return false;
  return true;
}

/* Three weights of a sum of 10 do not go below 3 each. `where` is "" or says that it happened to
 * a replicate. */
static bilan_status refuse_sum(bilan *b, const char *where) {
  return fail(b, BILAN_DATA, "the bounds cannot hold the sum of the weights%s: expected "
              "rows within them to take up what is cut; widen them", where);
}

/* The factor of the rows that may move, see the head. BILAN_DATA: none keeps the sum; strict, n
 * weights at the low bound are too much already or n at the high one too little. */
static bilan_status find_factor(bilan *b, double *f, const struct bounds *k, const double *weight,
                                size_t rows, const char *where) {
  struct kish before = kish_of(weight, rows);
  double n = (double)before.n;
  if (k->strict) {
    if (n * k->low > before.sum || n * k->high < before.sum) return refuse_sum(b, where);
    *f = strict_factor(k, weight, rows, before.sum);
    return BILAN_OK;
  }
  *f = exact_factor(k, weight, rows, 1, before.sum);
  return *f >= 0 ? BILAN_OK : refuse_sum(b, where);
}

/* Trims in place; nothing moves where nothing is outside. Once: what was inside takes up what was
 * cut, even beyond a bound, for the sum comes first. BILAN_DATA: see calibration.h. */
static bilan_status trim_weights(bilan *b, const struct bounds *k, double *weight, size_t rows,
                                 const char *where) {
  double f = 1;
  if (all_inside(k, weight, rows)) return BILAN_OK;
  bilan_status status = find_factor(b, &f, k, weight, rows, where);
  if (status) return status;
  for (size_t row = 0; row < rows; row++) {
    if (!(weight[row] > 0)) continue;
    bool free = k->strict || is_inside(k, weight[row]);
    double w = free ? f * weight[row] : weight[row];
    weight[row] = k->strict || !free ? clamp(k, w) : w;
  }
  return BILAN_OK;
}

/* ---- replicates -------------------------------------------------------------------------- */

/* Trims the weights of replicate r into a new column. */
static bilan_status trim_replicate(bilan *b, struct column **out, const struct design *d,
                                   const struct bounds *k, size_t r) {
  double *weight;
  bilan_status status = replicate_weights(b, &weight, d, r);
  if (status) return status;
  status = trim_weights(b, k, weight, d->rows, " of a replicate");
  if (!status) return column_numbers(b, out, d->rows, weight, NULL);
  mem_free(&b->mem, weight);
  return status;
}

/* The same bounds for every replicate: each is trimmed as the sample it stands for would be. The
 * first that cannot hold its sum ends it: a replicate of a jackknife or a bootstrap may have
 * weights of twice the size, which tight bounds do not let through. */
static bilan_status trim_replicates(bilan *b, struct column ***out, const struct design *d,
                                    const struct bounds *k) {
  size_t count = d->replicates->count;
  struct column **weights = mem_zero(&b->mem, count, sizeof *weights);
  bilan_status status = weights ? BILAN_OK : fail_nomem(b);
  for (size_t r = 0; r < count && !status; r++) status = trim_replicate(b, &weights[r], d, k, r);
  if (!status) {
    *out = weights;
    return BILAN_OK;
  }
  replicate_columns_free(&b->mem, weights, count);
  return status;
}

/* ---- the verb ---------------------------------------------------------------------------- */

/* Rows that stand at a bound (or, once, beyond it) and did not before. */
static size_t count_trimmed(const struct bounds *k, const double *before, const double *after,
                            size_t rows) {
  size_t trimmed = 0;
  for (size_t row = 0; row < rows; row++)
    trimmed += before[row] > 0 && after[row] != before[row] &&
               (after[row] <= k->low || after[row] >= k->high);
  return trimmed;
}

/* No lines: trimming has no targets but the sum; `change` is how far that has moved. */
static struct receipt trim_receipt(bilan *b, const struct bounds *k, const double *before,
                                   const double *after, size_t rows) {
  struct receipt receipt = {.mem = &b->mem, .iterations = 1};
  struct kish one = kish_of(before, rows), other = kish_of(after, rows);
  receipt.change = one.sum > 0 ? fabs(other.sum - one.sum) / one.sum : 0;
  receipt.trimmed = count_trimmed(k, before, after, rows);
  receipt_weights(&receipt, before, after, rows);
  return receipt;
}

/* Sample and replicates, then the design, which takes over the weights. */
bilan_status design_trim(bilan *b, struct design **out, struct receipt *receipt,
                         const struct design *d, double low, double high, bool strict) {
  struct bounds k = {low, high, strict};
  double *before = NULL, *after = NULL;
  struct column **weights = NULL;
  struct receipt made = {0};
  if (!(low >= 0) || !(high > low))
    return fail(b, BILAN_USAGE, "bounds are two weights, 0 <= low < high");
  bilan_status status = design_weights(b, &before, d);
  if (!status) status = design_weights(b, &after, d);
  if (!status) status = trim_weights(b, &k, after, d->rows, "");
  if (!status && d->replicates) status = trim_replicates(b, &weights, d, &k);
  if (!status) {
    made = trim_receipt(b, &k, before, after, d->rows);
    status = design_reweighted(b, out, d, after, weights);
    after = NULL;
  }
  if (!status) *receipt = made;
  mem_free(&b->mem, after);
  mem_free(&b->mem, before);
  return status;
}

/* ---- facts ------------------------------------------------------------------------------- */

/* Squared distances to the mean, over the rows that count: those of the domain with a weight
 * above 0. */
static double spread_of(const struct design *d, const struct domain *domain, double mean) {
  double sum = 0;
  for (size_t row = 0; row < d->rows; row++) {
    double w = design_weight(d, row);
    if (domain_has(domain, row) && w > 0) sum += (w - mean) * (w - mean);
  }
  return sum;
}

/* Two passes, so that the spread of nearly equal weights does not drown in their size. All is 0
 * for a domain without rows of positive weight. */
void design_weight_facts(struct weight_facts *out, const struct design *d,
                         const struct domain *domain) {
  struct weight_facts facts = {.least = INFINITY};
  double squares = 0;
  for (size_t row = 0; row < d->rows; row++) {
    double w = design_weight(d, row);
    if (!domain_has(domain, row)) continue;
    if (!(w > 0)) {
      facts.zero++;
      continue;
    }
    facts.n++;
    facts.sum += w;
    squares += w * w;
    facts.least = fmin(facts.least, w);
    facts.most = fmax(facts.most, w);
  }
  *out = (struct weight_facts){.zero = facts.zero};
  if (!facts.n) return;
  facts.mean = facts.sum / (double)facts.n;
  facts.cv = sqrt(spread_of(d, domain, facts.mean) / (double)facts.n) / facts.mean;
  facts.effective = facts.sum * facts.sum / squares;
  facts.deff = (double)facts.n / facts.effective;
  *out = facts;
}

/* replicate_given.c - see replicates.h: replicate weights that came with the data.
 *
 * The agency that made them says how: the kind gives the scale of the variance, and nothing is
 * guessed from the numbers. What is missing is asked for (rscales of jkn, the scale of other, rho
 * of fay), what the kind settles by itself may only be repeated (the scale of brr, fay, jk2 and
 * sdr; Wolter, Introduction to Variance Estimation, 2nd ed., 2007; Fay & Train, Proc. ASA Gov.
 * Stat., 1995, for sdr).
 *
 * Weights or factors: published columns mostly hold the weights of each replicate. Some hold
 * factors instead, which count only times the weight of the full sample; taking one for the
 * other spoils every figure without a trace. Replicates repeat the population, so their sums
 * stay near that of the full sample: a fifth or the fivefold of it is refused with a hint.
 *
 * Worked example: 80 columns of kind sdr: scale 4 / 80 = 0.05, rscales 1, around the estimate of
 * the full sample. The same columns as half-samples with rho = 0.5 (fay): 1 / (80 * 0.25) = 0.05,
 * around the mean of the replicates.
 *
 * What may, must and may not be said, by kind:
 *
 *   kind            rho     scale           rscales       mse when not said
 *   brr, jk2        -       only repeated   only 1        false
 *   fay             must    only repeated   only 1        false
 *   sdr             -       only repeated   only 1        true
 *   jk1, bootstrap  -       may             may           false
 *   jkn             -       may (1)         must          false
 *   other           -       must            may           false
 *
 *
 * Owner: the design holds the columns that are weights already; others are made once.
 * Cost: one pass over rows x columns, and the rank (replicates.c).
 */
#include <math.h>

#include "design/replicates.h"

/* How far apart sums of weights may lie; how close a repeated scale has to be (people write
 * 0.0125 for 1 / 80, and 0.00625 for 1 / 160). */
static const double sums_apart = 5, scale_near = 1e-6;

/* ---- options ------------------------------------------------------------------------------- */

/* The kind's own scale; NaN where it has none. rho was checked, there are two replicates or more.
 * The R of jk1 stands for the number of PSUs: one replicate each. */
static double usual_scale(const struct replicates_spec *s) {
  double count = (double)s->count;
  switch (s->kind) {
    case REPLICATE_BRR: return 1 / count;
    case REPLICATE_FAY: return 1 / (count * (1 - s->rho) * (1 - s->rho));
    case REPLICATE_JK1: return (count - 1) / count;
    case REPLICATE_BOOTSTRAP: return 1 / (count - 1);
    case REPLICATE_SDR: return 4 / count;
    case REPLICATE_JKN:
    case REPLICATE_JK2: return 1;
    default: return NAN;
  }
}

/* Kinds whose scales leave nothing to say: half-samples and successive differences repeat the
 * sample in one way. A jackknife may have left out groups, a bootstrap may be one of means. */
static bool scale_is_fixed(enum replicate_kind kind) {
  return kind == REPLICATE_BRR || kind == REPLICATE_FAY || kind == REPLICATE_JK2 ||
         kind == REPLICATE_SDR;
}

/* BILAN_USAGE: fay without rho, since half the weight kept makes four times the scale; rho where
 * it means nothing. */
static bilan_status check_rho(bilan *b, const struct replicates_spec *s) {
  if (s->kind == REPLICATE_FAY && !(s->rho >= 0 && s->rho < 1))
    return fail(b, BILAN_USAGE, "fay needs rho, from 0 to below 1, as it was used");
  if (s->kind != REPLICATE_FAY && !isnan(s->rho) && s->rho != 0)
    return fail(b, BILAN_USAGE, "rho is for kind \"fay\", not for \"%s\"",
                replicate_kind_names[s->kind]);
  return BILAN_OK;
}

/* One a replicate: finite, not negative, not all 0; all 1 where the kind has none. Those of jkn
 * are asked for: the columns do not say which stratum a replicate belongs to. */
static bilan_status check_rscales(bilan *b, const struct replicates_spec *s) {
  bool any = !s->rscales;
  const char *kind = replicate_kind_names[s->kind];
  if (s->kind == REPLICATE_JKN && !s->rscales)
    return fail(b, BILAN_USAGE, "jkn needs rscales: of each replicate (n - 1) / n, with n the PSUs "
                "of the stratum that it deletes from");
  for (size_t r = 0; s->rscales && r < s->count; r++) {
    double v = s->rscales[r];
    if (!isfinite(v) || v < 0)
      return fail(b, BILAN_USAGE, "rscale %zu is not a number from 0 up", r + 1);
    if (scale_is_fixed(s->kind) && v != 1)
      return fail(b, BILAN_USAGE, "rscale %zu is not 1: kind \"%s\" has none; give kind "
                  "\"other\" with scale and rscales", r + 1, kind);
    any = any || v > 0;
  }
  return any ? BILAN_OK : fail(b, BILAN_USAGE, "rscales are all 0");
}

/* The declared scale, or the kind's. BILAN_USAGE: neither; one that is not above 0; one that
 * contradicts the kind. */
static bilan_status choose_scale(bilan *b, double *out, const struct replicates_spec *s) {
  double usual = usual_scale(s), scale = isnan(s->scale) ? usual : s->scale;
  const char *kind = replicate_kind_names[s->kind];
  if (isnan(scale))
    return fail(b, BILAN_USAGE, "kind \"%s\" needs a scale: the factor of the sum of squares",
                kind);
  if (!isfinite(scale) || scale <= 0)
    return fail(b, BILAN_USAGE, "the scale of replicates must be a number above 0");
  if (scale_is_fixed(s->kind) && !(fabs(scale - usual) <= scale_near * usual))
    return fail(b, BILAN_USAGE, "the scale of kind \"%s\" follows from its replicates: leave it "
                "out, or give kind \"other\"", kind);
  *out = scale;
  return BILAN_OK;
}

/* All options, before any weight is looked at; `scale` is set. */
static bilan_status check_spec(bilan *b, double *scale, size_t rows,
                               const struct replicates_spec *s) {
  if (s->count < 2)
    return fail(b, BILAN_USAGE, "columns of replicate weights: %zu; expected at least 2", s->count);
  if (!s->weight && !s->factors)
    return fail(b, BILAN_USAGE, "replicate weights need the weights of the full sample too");
  for (size_t r = 0; r < s->count; r++)
    if (s->columns[r]->rows != rows)
      return fail(b, BILAN_INTERNAL, "replicate weights of %zu rows in a table of %zu",
                  s->columns[r]->rows, rows);
  bilan_status status = check_rho(b, s);
  if (!status) status = check_rscales(b, s);
  return status ? status : choose_scale(b, scale, s);
}

/* ---- columns ------------------------------------------------------------------------------- */

/* BILAN_DATA about a column by its name, or by its number; rows are counted from 1: row 12:
 * replicate weight "RW7" is negative. */
static bilan_status column_fault(bilan *b, const struct replicates_spec *s, size_t r, size_t row,
                                 const char *what) {
  if (!s->names)
    return fail(b, BILAN_DATA, "row %zu: replicate weight %zu is %s", row + 1, r + 1, what);
  return fail(b, BILAN_DATA, "row %zu: replicate weight \"%.*s\" is %s", row + 1,
              (int)s->names[r].n, s->names[r].s, what);
}

/* Every weight must be there, finite and not negative, also where the full sample has 0: a
 * missing one would count as 0 in one replicate alone and pass for variance. */
static bilan_status check_column(bilan *b, const struct replicates_spec *s, size_t r) {
  const struct column *c = s->columns[r];
  if (!column_is_numeric(c)) return column_fault(b, s, r, 0, "not a number");
  for (size_t row = 0; row < c->rows; row++) {
    if (column_missing(c, row) != BILAN_PRESENT) return column_fault(b, s, r, row, "missing");
    double w = column_number(c, row);
    if (!(w >= 0)) return column_fault(b, s, r, row, "negative");
    if (!isfinite(w)) return column_fault(b, s, r, row, "not finite");
  }
  return BILAN_OK;
}

/* The weights of one replicate: the column itself where it holds them as numbers (one owner more
 * is all that changes in it). */
static bilan_status take_column(bilan *b, struct column **out, const struct design *d,
                                const struct replicates_spec *s, const struct column *c) {
  if (!s->factors && c->type == COLUMN_NUMBERS) {
    *out = column_hold((struct column *)c);
    return BILAN_OK;
  }
  double *numbers = mem_array(&b->mem, d->rows, sizeof *numbers);
  if (!numbers) return fail_nomem(b);
  for (size_t row = 0; row < d->rows; row++)
    numbers[row] = column_number(c, row) * (s->factors ? design_weight(d, row) : 1);
  return column_numbers(b, out, d->rows, numbers, NULL);
}

/* Checked and taken one by one: the first fault in the order of the columns is told. The set owns
 * what it has got, on failure too. */
static bilan_status take_columns(bilan *b, struct replicates *r, const struct design *d,
                                 const struct replicates_spec *s) {
  r->weights = mem_zero(&b->mem, s->count, sizeof(struct column *));
  if (!r->weights) return fail_nomem(b);
  bilan_status status = BILAN_OK;
  for (size_t i = 0; !status && i < s->count; i++) {
    status = check_column(b, s, i);
    if (!status) status = take_column(b, &r->weights[i], d, s, s->columns[i]);
  }
  return status;
}

/* Factors taken for weights, or the other way round (see the head): 80 columns of 0 and 2 that
 * sum to 1,000 each beside weights that sum to 52,000. The mean over all columns is compared,
 * since a single replicate may lose a large unit. Where weights are near 1 the two cannot be told
 * apart, and little harm is done. */
static bilan_status check_sums(bilan *b, const struct replicates *r, const struct design *d,
                               const struct replicates_spec *s) {
  double full = 0, sum = 0;
  for (size_t row = 0; row < d->rows; row++) {
    full += design_weight(d, row);
    for (size_t i = 0; i < r->count; i++) sum += r->weights[i]->numbers[row];
  }
  sum /= (double)r->count;
  if (s->kind == REPLICATE_OTHER) return BILAN_OK;
  if (!s->factors && sum * sums_apart < full)
    return fail(b, BILAN_DATA, "replicate weights sum to less than a fifth of the weights of the "
                "full sample: they look like factors (combined = false)");
  if (s->factors && sum > full * sums_apart)
    return fail(b, BILAN_DATA, "weights times replicate factors sum to more than five times the "
                "weights: the columns look like weights (combined = true)");
  return BILAN_OK;
}

/* ---- the design ---------------------------------------------------------------------------- */

/* A set of replicates for `d`, whose weight was checked. The degrees of freedom are counted when
 * it is attached. sdr is about the full sample by default, as its agencies publish it. */
static bilan_status given_set(bilan *b, struct replicates **out, const struct design *d,
                              const struct replicates_spec *s, double scale) {
  struct replicates *r;
  bilan_status status = replicates_new(b, &r, s->count);
  if (status) return status;
  r->kind = s->kind;
  r->scale = scale;
  r->mse = s->mse < 0 ? s->kind == REPLICATE_SDR : s->mse != 0;
  r->rho = s->kind == REPLICATE_FAY ? s->rho : 0;
  r->rule = s->rule;
  for (size_t i = 0; s->rscales && i < s->count; i++) r->rscales[i] = s->rscales[i];
  status = take_columns(b, r, d, s);
  if (!status) status = check_sums(b, r, d, s);
  if (status) replicates_free(r);
  else *out = r;
  return status;
}

/* Options first, then the weight, then the columns: messages come in that order. The design
 * beneath has neither strata nor clusters, and its variance is never asked for. */
bilan_status replicates_declare(bilan *b, struct design **out, size_t rows,
                                const struct replicates_spec *spec) {
  struct design *d = NULL;
  struct replicates *r = NULL;
  double scale = NAN;
  struct design_spec plain = {.weight = spec->weight, .lonely = LONELY_CERTAINTY};
  bilan_status status = check_spec(b, &scale, rows, spec);
  if (!status) status = design_declare(b, &d, rows, &plain);
  if (!status) status = given_set(b, &r, d, spec, scale);
  if (!status) status = replicates_attach(b, out, d, r);
  design_free(d);
  return status;
}

/* replicate_make.c - see replicates.h: replicates made from the PSUs of a design.
 *
 * Factors of a PSU i of stratum h with n_h PSUs and sampling fraction f_h = n_h / N_h:
 *
 *   jk1        one stratum; replicate i: 0 for PSU i, n / (n - 1) for the others;
 *              scale (1 - f) (n - 1) / n
 *   jkn        replicate (h, i): as jk1 within h, 1 elsewhere; rscale (1 - f_h) (n_h - 1) / n_h
 *   brr        two PSUs a stratum, signs s of a Hadamard matrix: 1 + s and 1 - s; scale 1 / R
 *   fay        1 + s (1 - rho) and 1 - s (1 - rho); scale 1 / (R (1 - rho)^2)
 *   bootstrap  n_h - 1 draws with replacement, t_i of them PSU i: 1 - l + l t_i n_h / (n_h - 1)
 *              with l = sqrt(1 - f_h); scale 1 / (R - 1)
 *
 * (Wolter 2007; Rust & Rao 1996; Judkins, J. Official Stat. 6, 1990; Rao & Wu, JASA 83, 1988;
 * Rao, Wu & Yue, Survey Methodology 18, 1992.) Each reproduces the variance of a total: jk1 and
 * jkn exactly, brr and fay exactly but for 1 - f_h, which they lack (they err on the large side),
 * the bootstrap on average. Only the first stage is replicated; what lies below it is carried by
 * its PSUs, as with an ultimate cluster.
 *
 * A stratum taken whole (f_h = 1), and one of a single PSU where lonely PSUs count 0, has factor
 * 1 in all replicates. Where they count as the average, the scale grows by the share of such
 * strata.
 *
 * Randomness: xoshiro256** (Blackman & Vigna, ACM Trans. Math. Softw. 47, 2021), its state filled
 * from the seed by splitmix64; integers alone, so the same seed gives the same bits anywhere.
 * Drawn replicate by replicate, stratum by stratum.
 *
 * Worked example: strata of 3 and 2 PSUs with jkn: 5 replicates, the first 0, 1.5, 1.5, 1, 1 with
 * rscale 2/3, the last 1, 1, 1, 2, 0 with rscale 1/2; degrees of freedom 5 - 2.
 *
 * Layout of factors, units u = 0 .. 4, one row of R numbers a unit (factor[u * R + r]):
 *
 *   r        0    1    2    3    4
 *   u = 0    0    1.5  1.5  1    1        stratum 0, units in the order of their first rows
 *   u = 1    1.5  0    1.5  1    1
 *   u = 2    1.5  1.5  0    1    1
 *   u = 3    1    1    1    0    2        stratum 1
 *   u = 4    1    1    1    2    0
 *
 * With unit totals 1, 2, 6 and 4, 8 (sum 21) the replicates give 24, 22.5, 16.5, 25, 17; about 21
 * that is 3, 1.5, -4.5, 4, -4, and 2/3 (9 + 2.25 + 20.25) + 1/2 (16 + 16) = 37: what linear.c
 * has, 3/2 * 14 + 2 * 8.
 *
 * Owner: the set belongs to the design that comes out. Cost and memory: units x R.
 */
#include <math.h>
#include <string.h>

#include "design/replicates.h"
#include "design/stages.h"

/* The most factors: 512 MiB. */
enum { FACTORS_MOST = 1 << 26 };

/* ---- random numbers ------------------------------------------------------------------------ */

/* xoshiro256**: four words, never all 0. Lives on the stack of the making: no state is left
 * behind, and two surveys never share one. */
struct random {
  uint64_t s[4];
};

/* Any seed will do, 0 too: splitmix64 spreads neighbouring seeds far apart and never gives four
 * words of 0. */
static void random_seed(struct random *g, uint64_t seed) {
  for (int i = 0; i < 4; i++) {
    uint64_t z = seed += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    g->s[i] = z ^ z >> 31;
  }
}

/* 0 < k < 64. */
static uint64_t rotate(uint64_t x, int k) { return x << k | x >> (64 - k); }

/* The next 64 bits. */
static uint64_t random_next(struct random *g) {
  uint64_t *s = g->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return result;
}

/* 0 .. n - 1, each as likely: numbers of the last, incomplete round are drawn again. With 3 bits
 * and n = 3 that would be 6 and 7; with 64 it hardly ever happens. */
static size_t random_below(struct random *g, size_t n) {
  uint64_t x, most = UINT64_MAX - UINT64_MAX % n;
  do x = random_next(g);
  while (x >= most);
  return (size_t)(x % n);
}

/* ---- strata -------------------------------------------------------------------------------- */

/* The PSUs of each stratum in order, and which strata are replicated. Lives for the length of the
 * making; the design is lent. */
struct roster {
  const struct design *design;
  const struct stage *stage;
  size_t *first; /* [strata + 1] place in unit */
  size_t *unit;  /* [units] stratum by stratum */
  bool *live;    /* [unit] has a row of positive weight */
  size_t used;   /* strata with replicates */
  size_t lonely; /* strata of one PSU that are not the whole */
};

/* n_h, the PSUs of stratum h, those without weight included: they were drawn. */
static size_t roster_n(const struct roster *p, size_t h) { return p->first[h + 1] - p->first[h]; }

/* 1 - f_h; 0 for a stratum taken whole, 1 for one drawn with replacement. */
static double unsampled(const struct roster *p, size_t h) {
  double n = (double)roster_n(p, h), all = p->stage->population[h];
  double rest = isinf(all) ? 1 : 1 - n / all;
  return is_census(rest) ? 0 : rest;
}

/* Does the stratum vary from sample to sample, and can its PSUs show it? Only such strata get
 * replicates, columns of the Hadamard matrix, and random numbers. */
static bool is_used(const struct roster *p, size_t h) {
  return roster_n(p, h) > 1 && unsampled(p, h) > 0;
}

/* Takes a zeroed roster, and one that was opened in part. */
static void roster_close(bilan *b, struct roster *p) {
  mem_free(&b->mem, p->first);
  mem_free(&b->mem, p->unit);
  mem_free(&b->mem, p->live);
}

/* Sorts units into their strata by counting: first[h] ends as the place where h begins, units
 * keep their order, which is that of their first rows. */
static void sort_units(struct roster *p) {
  const struct stage *s = p->stage;
  for (size_t u = 0; u < s->units; u++) p->first[unit_stratum(s, u)]++;
  for (size_t h = 1; h <= s->strata; h++) p->first[h] += p->first[h - 1];
  for (size_t u = s->units; u-- > 0;) p->unit[--p->first[unit_stratum(s, u)]] = u;
}

/* Units by stratum, then one pass over the rows for those that weigh, then the strata are
 * counted. BILAN_NOMEM; roster_close is due in any case. */
static bilan_status roster_open(bilan *b, struct roster *p, const struct design *d) {
  const struct stage *s = &d->stages[0];
  *p = (struct roster){.design = d, .stage = s};
  p->first = mem_zero(&b->mem, s->strata + 1, sizeof *p->first);
  p->unit = mem_array(&b->mem, s->units, sizeof *p->unit);
  p->live = mem_zero(&b->mem, s->units, sizeof *p->live);
  if (!p->first || !p->unit || !p->live) return fail_nomem(b);
  sort_units(p);
  replicates_mark_live(p->live, d, s->unit, s->units);
  for (size_t h = 0; h < s->strata; h++) {
    p->used += is_used(p, h);
    p->lonely += roster_n(p, h) == 1 && unsampled(p, h) > 0;
  }
  return BILAN_OK;
}

/* ---- refusals ------------------------------------------------------------------------------ */

/* BILAN_USAGE: fay without a rho that keeps some of the sample's variation; rho for another
 * kind. */
static bilan_status check_rho(bilan *b, const struct replicates_plan *plan) {
  if (plan->kind == REPLICATE_FAY && !(plan->rho >= 0 && plan->rho < 1))
    return fail(b, BILAN_USAGE, "fay needs rho, from 0 to below 1");
  if (plan->kind != REPLICATE_FAY && !isnan(plan->rho) && plan->rho != 0)
    return fail(b, BILAN_USAGE, "rho is for kind \"fay\", not for \"%s\"",
                replicate_kind_names[plan->kind]);
  return BILAN_OK;
}

/* What is wrong with the plan whatever the design. jk2 and sdr need pairs or an order of the
 * sample that no design declares. */
static bilan_status check_plan(bilan *b, const struct replicates_plan *plan) {
  const char *kind = replicate_kind_names[plan->kind];
  if (plan->kind == REPLICATE_JK2 || plan->kind == REPLICATE_SDR ||
      plan->kind == REPLICATE_OTHER)
    return fail(b, BILAN_USAGE, "replicates of kind \"%s\" are not made here: jk1, jkn, brr, fay "
                "or bootstrap", kind);
  bilan_status status = check_rho(b, plan);
  if (!status && plan->kind == REPLICATE_BOOTSTRAP && plan->count < 2)
    status = fail(b, BILAN_USAGE, "a bootstrap needs the number of replicates, at least 2");
  return status;
}

/* Replicates come before adjustments, and once. Factors on adjusted weights would vary what the
 * adjustment holds fast: totals that were met would get a variance. */
static bilan_status check_design(bilan *b, const struct design *d) {
  if (d->replicates) return fail(b, BILAN_USAGE, "the design has replicates already");
  if (d->calibration_count || d->drawn)
    return fail(b, BILAN_USAGE, "the weights were adjusted already: make replicates from the "
                "weights as drawn, then adjust; every replicate is adjusted with them");
  return BILAN_OK;
}

/* Two PSUs in every stratum that varies; the message names the first other one by its
 * first row. */
static bilan_status check_pairs(bilan *b, const struct roster *p) {
  for (size_t h = 0; h < p->stage->strata; h++)
    if (is_used(p, h) && roster_n(p, h) != 2)
      return fail(b, BILAN_USAGE, "half-samples need two PSUs a stratum; that of row %zu has %zu: "
                  "use \"jkn\" or \"bootstrap\"", stage_first_row(p->design, 0, h) + 1,
                  roster_n(p, h));
  return BILAN_OK;
}

/* Do strata and PSUs suit the kind? BILAN_USAGE, with what would suit. A design under
 * "fail" has no lonely PSU; "adjust" squares a distance to the mean of all units, which no
 * replicate shows. */
static bilan_status check_strata(bilan *b, const struct roster *p, enum replicate_kind kind) {
  enum lonely lonely = p->design->lonely;
  if (kind == REPLICATE_JK1 && p->stage->strata != 1)
    return fail(b, BILAN_USAGE, "jk1 is for designs without strata, this has %zu: use \"jkn\"",
                p->stage->strata);
  if (p->lonely && lonely != LONELY_CERTAINTY && lonely != LONELY_AVERAGE)
    return fail(b, BILAN_USAGE, "strata with one PSU: %zu; no replicate can leave it out: declare "
                "lonely = \"certainty\" or \"average\", or join strata", p->lonely);
  if (!p->used)
    return fail(b, BILAN_USAGE, "no stratum has two PSUs of a larger population: there is nothing "
                "to replicate");
  bool halves = kind == REPLICATE_BRR || kind == REPLICATE_FAY;
  return halves ? check_pairs(b, p) : BILAN_OK;
}

/* ---- factors ------------------------------------------------------------------------------- */

/* `count` replicates with factor 1 for every unit of the roster, and its own copy of the rows'
 * units. BILAN_LIMIT, BILAN_NOMEM. */
static bilan_status plain_set(bilan *b, struct replicates **out, const struct roster *p,
                              size_t count) {
  const struct design *d = p->design;
  size_t units = p->stage->units;
  struct replicates *r;
  if (count > (size_t)FACTORS_MOST / units)
    return fail(b, BILAN_LIMIT, "%zu replicates of %zu PSUs: more than %d factors", count, units,
                (int)FACTORS_MOST);
  bilan_status status = replicates_new(b, &r, count);
  if (status) return status;
  r->units = units;
  r->psus = p->stage->unit != NULL;
  r->factor = mem_array(&b->mem, units * count, sizeof *r->factor);
  if (p->stage->unit) r->unit = mem_array(&b->mem, d->rows, sizeof *r->unit);
  if (!r->factor || (p->stage->unit && !r->unit)) {
    replicates_free(r);
    return fail_nomem(b);
  }
  for (size_t i = 0; i < units * count; i++) r->factor[i] = 1;
  if (r->unit) memcpy(r->unit, p->stage->unit, d->rows * sizeof *r->unit);
  *out = r;
  return BILAN_OK;
}

/* The place of the factor of the i-th PSU of stratum h in replicate `at`. */
static double *factor_of(struct replicates *r, const struct roster *p, size_t h, size_t i,
                         size_t at) {
  return &r->factor[p->unit[p->first[h] + i] * r->count + at];
}

/* Rank - 1 of jackknife factors, without the matrix (units x units for single rows). Strata of 3
 * and 2 PSUs that all weigh: 2 + 1 + 1 - 1 = 3, PSUs minus strata. A stratum's deletions from 1
 * span n_h - 1 directions, all of which its PSUs show, or as many as weigh where some do not; the
 * vector of ones is one direction more as soon as one stratum weighs in full. */
static double jackknife_degrees(const struct roster *p) {
  size_t rank = 0;
  bool full = false;
  for (size_t h = 0; h < p->stage->strata; h++) {
    size_t n = roster_n(p, h), live = 0;
    for (size_t i = 0; i < n; i++) live += p->live[p->unit[p->first[h] + i]];
    if (!live) continue;
    bool whole = !is_used(p, h) || live == n;
    rank += !is_used(p, h) ? 0 : whole ? n - 1 : live;
    full = full || whole;
  }
  rank += full;
  return rank > 1 ? (double)(rank - 1) : 0;
}

/* Replicates `at` .. at + n_h - 1: one PSU of stratum h deleted in each, the others of the
 * stratum taking its place. */
static void delete_each(struct replicates *r, const struct roster *p, size_t h, size_t at) {
  size_t n = roster_n(p, h);
  for (size_t deleted = 0; deleted < n; deleted++, at++) {
    r->rscales[at] = unsampled(p, h) * (double)(n - 1) / (double)n;
    for (size_t i = 0; i < n; i++)
      *factor_of(r, p, h, i, at) = i == deleted ? 0 : (double)n / (double)(n - 1);
  }
}

/* One replicate a PSU of the strata that vary, in the order of strata and PSUs. jk1 has its one
 * stratum's rscale as the scale. */
static bilan_status make_jackknife(bilan *b, struct replicates **out, const struct roster *p,
                                   const struct replicates_plan *plan) {
  size_t count = 0, at = 0;
  struct replicates *r;
  for (size_t h = 0; h < p->stage->strata; h++) count += is_used(p, h) ? roster_n(p, h) : 0;
  bilan_status status = plain_set(b, &r, p, count);
  if (status) return status;
  for (size_t h = 0; h < p->stage->strata; h++) {
    if (!is_used(p, h)) continue;
    delete_each(r, p, h, at);
    at += roster_n(p, h);
  }
  if (plan->kind == REPLICATE_JK1) {
    r->scale = r->rscales[0];
    for (size_t i = 0; i < count; i++) r->rscales[i] = 1;
  }
  if (plan->rule == DEGREES_RANK) r->df = jackknife_degrees(p);
  *out = r;
  return BILAN_OK;
}

/* Three strata need an order above 3: 4 replicates, columns 1 to 3, of which every sum is 0 and
 * every product of two sums to 0: that is the balance. A column of the matrix a stratum, in their
 * order; the first, all +1, would not be balanced. The PSU whose first row comes first has the
 * sign of the matrix. */
static bilan_status make_halves(bilan *b, struct replicates **out, const struct roster *p,
                                const struct replicates_plan *plan) {
  size_t order, column = 0, least = p->used + 1 > plan->count ? p->used + 1 : plan->count;
  signed char *signs;
  struct replicates *r;
  double depth = 1 - (plan->kind == REPLICATE_FAY ? plan->rho : 0);
  bilan_status status = hadamard_make(b, &signs, &order, least);
  if (status) return status;
  status = plain_set(b, &r, p, order);
  for (size_t h = 0; !status && h < p->stage->strata; h++) {
    if (!is_used(p, h)) continue;
    column++;
    for (size_t at = 0; at < order; at++) {
      double sign = signs[at * order + column];
      *factor_of(r, p, h, 0, at) = 1 + sign * depth;
      *factor_of(r, p, h, 1, at) = 1 - sign * depth;
    }
  }
  mem_free(&b->mem, signs);
  if (status) return status;
  r->scale = 1 / ((double)order * depth * depth);
  r->rho = 1 - depth;
  *out = r;
  return BILAN_OK;
}

/* One stratum of one bootstrap replicate; `times` is room for its PSUs. n - 1 draws out of n, so
 * that the mean factor is 1: 1 - l + l (n - 1) / n * n / (n - 1). */
static void draw_stratum(struct replicates *r, const struct roster *p, size_t h, size_t at,
                         struct random *g, size_t *times) {
  size_t n = roster_n(p, h);
  double l = sqrt(unsampled(p, h)), gain = l * (double)n / (double)(n - 1);
  for (size_t i = 0; i < n; i++) times[i] = 0;
  for (size_t i = 0; i + 1 < n; i++) times[random_below(g, n)]++;
  for (size_t i = 0; i < n; i++) *factor_of(r, p, h, i, at) = 1 - l + gain * (double)times[i];
}

/* Strata that do not vary take no random numbers; the order of drawing is replicate, stratum,
 * draw, and a change of it would change every figure of a seed. */
static bilan_status make_bootstrap(bilan *b, struct replicates **out, const struct roster *p,
                                   const struct replicates_plan *plan) {
  struct random g;
  struct replicates *r;
  size_t *times = mem_array(&b->mem, p->stage->units, sizeof *times);
  if (!times) return fail_nomem(b);
  bilan_status status = plain_set(b, &r, p, plan->count);
  random_seed(&g, plan->seed);
  for (size_t at = 0; !status && at < plan->count; at++)
    for (size_t h = 0; h < p->stage->strata; h++)
      if (is_used(p, h)) draw_stratum(r, p, h, at, &g, times);
  mem_free(&b->mem, times);
  if (status) return status;
  r->scale = 1 / (double)(plan->count - 1);
  *out = r;
  return BILAN_OK;
}

/* ---- the design ---------------------------------------------------------------------------- */

/* The kind's replicates, with what all kinds share. The average over strata stands for the lonely
 * ones as in stages.c. */
static bilan_status make_set(bilan *b, struct replicates **out, const struct roster *p,
                             const struct replicates_plan *plan) {
  bool jackknife = plan->kind == REPLICATE_JK1 || plan->kind == REPLICATE_JKN;
  bilan_status status = jackknife ? make_jackknife(b, out, p, plan)
                        : plan->kind == REPLICATE_BOOTSTRAP ? make_bootstrap(b, out, p, plan)
                                                            : make_halves(b, out, p, plan);
  if (status) return status;
  struct replicates *r = *out;
  r->kind = plan->kind;
  r->mse = plan->mse > 0;
  r->rule = plan->rule;
  if (p->lonely && p->design->lonely == LONELY_AVERAGE)
    r->scale *= (double)p->stage->strata / (double)(p->stage->strata - p->lonely);
  return BILAN_OK;
}

/* Plan, design, strata: the first that does not suit is told. */
bilan_status replicates_make(bilan *b, struct design **out, const struct design *d,
                             const struct replicates_plan *plan) {
  struct roster p = {0};
  struct replicates *r = NULL;
  bilan_status status = check_plan(b, plan);
  if (!status) status = check_design(b, d);
  if (!status) status = roster_open(b, &p, d);
  if (!status) status = check_strata(b, &p, plan->kind);
  if (!status) status = make_set(b, &r, &p, plan);
  if (!status) status = replicates_attach(b, out, d, r);
  roster_close(b, &p);
  return status;
}

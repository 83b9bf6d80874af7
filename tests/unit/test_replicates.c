/* test_replicates.c - replicate weights, given and made, against R's survey package.
 *
 * Expected figures: R 4.2.2, survey 4.1-1, from the same rows:
 *   psu <- rep(1:9, c(3,2,2,3,1,2,3,2,2)); h <- c(1,1,1,2,2,3,3,3,3)[psu]; N <- c(12,8,20)[h]
 *   i <- 1:20; w <- 1 + (i*7) %% 5 + i/10; x <- 2 + (i*5) %% 7; g <- factor(1 + (i*3) %% 2)
 *   y <- (i*13) %% 17 + i/4; y[c(4,11)] <- NA
 *   S <- svydesign(id=~psu, strata=~h, weights=~w, fpc=~N)         (or without fpc)
 *   m <- svyby(~y, ~g, D, svymean, na.rm=TRUE, covmat=TRUE); vcov(m); degf(D)
 * Each test names its D. Given replicate weights:
 *   rep <- sapply(1:6, function(r) w * (1 + ((i*7 + r*5) %% 11 - 5)/20))
 */
#include "design/replicates.h"

#include <stdio.h>

#include "fixture.h"

enum { PEOPLE = 20, SCHOOLS = 9, SIX = 6 };

static const uint32_t school_of[PEOPLE] = {1, 1, 1, 2, 2, 3, 3, 4, 4, 4,
                                           5, 6, 6, 7, 7, 7, 8, 8, 9, 9};
static const uint32_t region_of[SCHOOLS + 1] = {0, 1, 1, 1, 2, 2, 3, 3, 3, 3};
static const double region_size[4] = {0, 12, 8, 20};
static const double rscales_of[SIX] = {.5, .75, 0, 1, 2. / 3, .9};

/* Twenty people of nine schools in three regions. */
struct world {
  bilan b;
  size_t rows;
  double w[PEOPLE];
  struct column *weight, *school, *region, *size, *y, *x, *g;
  struct column *given[SIX];
};

static double factor_given(size_t row, size_t r) {
  return 1 + ((double)((row * 7 + r * 5) % 11) - 5) / 20;
}

/* The rows whose school is among `schools` (a bit each; bit 0 is school 1). */
static bool world_try(struct world *s, unsigned schools) {
  static const char *const labels[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
  double size[PEOPLE], y[PEOPLE], x[PEOPLE], given[SIX][PEOPLE];
  uint32_t school[PEOPLE], region[PEOPLE], g[PEOPLE];
  size_t n = 0;
  for (size_t i = 1; i <= PEOPLE; i++) {
    uint32_t p = school_of[i - 1];
    if (!(schools >> (p - 1) & 1)) continue;
    s->w[n] = (double)(1 + i * 7 % 5) + (double)i / 10;
    school[n] = p;
    region[n] = region_of[p];
    size[n] = region_size[region[n]];
    y[n] = i == 4 || i == 11 ? NAN : (double)(i * 13 % 17) + (double)i / 4;
    x[n] = (double)(2 + i * 5 % 7);
    g[n] = (uint32_t)(1 + i * 3 % 2);
    for (size_t r = 0; r < SIX; r++) given[r][n] = s->w[n] * factor_given(i, r + 1);
    n++;
  }
  s->rows = n;
  s->weight = make_numbers(&s->b, n, s->w);
  s->school = make_codes(&s->b, n, school, labels, SCHOOLS);
  s->region = make_codes(&s->b, n, region, labels, 3);
  s->size = make_numbers(&s->b, n, size);
  s->y = make_numbers(&s->b, n, y);
  s->x = make_numbers(&s->b, n, x);
  s->g = make_codes(&s->b, n, g, labels, 2);
  bool whole = s->weight && s->school && s->region && s->size && s->y && s->x && s->g;
  for (size_t r = 0; r < SIX; r++) {
    s->given[r] = make_numbers(&s->b, n, given[r]);
    whole = whole && s->given[r];
  }
  return whole;
}

static const unsigned everybody = 511, two_a_region = 1 | 2 | 8 | 16 | 32 | 64;

static void world_open(struct world *s, unsigned schools) {
  *s = (struct world){.rows = 0};
  handle_init(&s->b);
  assert_true(world_try(s, schools));
}

static void world_drop(struct world *s) {
  column_free(s->weight);
  column_free(s->school);
  column_free(s->region);
  column_free(s->size);
  column_free(s->y);
  column_free(s->x);
  column_free(s->g);
  for (size_t r = 0; r < SIX; r++) column_free(s->given[r]);
}

static void world_close(struct world *s) {
  world_drop(s);
  assert_int_equal(s->b.mem.used, 0);
}

static void check_ok_at(bilan *b, bilan_status status, const char *file, int line) {
  if (!status) return;
  print_error("%s:%d: status %d: %s\n", file, line, (int)status, b->message);
  fail();
}
#define check_ok(b, status) check_ok_at((b), (status), __FILE__, __LINE__)

/* The call fails with this status and its message holds `part`. */
static void expect_refusal_at(bilan *b, bilan_status got, bilan_status want, const char *part,
                              const char *file, int line) {
  if (got == want && strstr(b->message, part)) return;
  print_error("%s:%d: status %d, \"%s\"; expected %d, \"%s\"\n", file, line, (int)got,
              b->message, (int)want, part);
  fail();
}
#define expect_refusal(b, got, want, part) \
  expect_refusal_at((b), (got), (want), (part), __FILE__, __LINE__)

/* ---- designs ------------------------------------------------------------------------------- */

static struct design *declare(struct world *s, bool strata, const struct column *fpc,
                              enum lonely lonely) {
  struct design *d;
  struct design_spec spec = {.weight = s->weight, .clusters = {s->school}, .cluster_count = 1,
                             .fpc = {fpc}, .fpc_count = fpc ? 1 : 0, .lonely = lonely};
  if (strata) spec.strata[0] = s->region;
  check_ok(&s->b, design_declare(&s->b, &d, s->rows, &spec));
  return d;
}

/* Replicates of a stratified design; the design they come from is given back. */
static struct design *make(struct world *s, const struct column *fpc,
                           const struct replicates_plan *plan) {
  struct design *made, *d = declare(s, plan->kind != REPLICATE_JK1, fpc, LONELY_FAIL);
  check_ok(&s->b, replicates_make(&s->b, &made, d, plan));
  design_free(d);
  return made;
}

static bilan_status try_given(struct world *s, struct design **out,
                              const struct replicates_spec *like) {
  struct replicates_spec spec = *like;
  if (!spec.columns) spec.columns = (const struct column *const *)s->given;
  spec.weight = s->weight;
  spec.count = SIX;
  return replicates_declare(&s->b, out, s->rows, &spec);
}

static struct design *give(struct world *s, const struct replicates_spec *like) {
  struct design *d;
  check_ok(&s->b, try_given(s, &d, like));
  return d;
}

/* ---- estimates ----------------------------------------------------------------------------- */

enum { THETAS = 2, ROOM = 8192 };

struct thetas {
  double at[ROOM * THETAS];
};

static double mean_of(const struct cells *totals, size_t cell) {
  return totals->sums[cell].y / totals->sums[cell].weight;
}

/* Means of the first measure in cells 1 and 2 (cell 0: no group). */
static void take_means(void *context, size_t r, const struct cells *totals) {
  struct thetas *t = context;
  t->at[r * THETAS] = mean_of(totals, 1);
  t->at[r * THETAS + 1] = mean_of(totals, 2);
}

/* Totals of the first measure over groups, twice. */
static void take_total(void *context, size_t r, const struct cells *totals) {
  struct thetas *t = context;
  t->at[r * THETAS] = totals->sums[1].y + totals->sums[2].y;
  t->at[r * THETAS + 1] = t->at[r * THETAS];
}

struct answer {
  double theta[THETAS], cov[THETAS * THETAS];
  size_t lost;
};

typedef void taker(void *context, size_t r, const struct cells *totals);

static bilan_status try_estimate(struct world *s, struct answer *out, const struct design *d,
                                 const struct column *measure, taker *take) {
  static struct thetas full, each;
  struct cells cells;
  struct cells_request q = {.rows = s->rows, .keys = {s->g}, .key_count = 1,
                            .measures = &measure, .measure_count = 1, .weight = d->weight};
  bilan_status status = cells_tabulate(&s->b, &cells, &q);
  if (status) return status;
  take(&full, 0, &cells);
  status = replicates_totals(&s->b, d, &q, &cells, take, &each);
  memcpy(out->theta, full.at, sizeof out->theta);
  if (!status)
    replicates_variance(out->cov, &out->lost, d->replicates, out->theta, each.at, THETAS, THETAS);
  cells_free(&cells);
  return status;
}

static struct answer estimate(struct world *s, const struct design *d,
                              const struct column *measure, taker *take) {
  struct answer a = {.lost = 99};
  check_ok(&s->b, try_estimate(s, &a, d, measure, take));
  return a;
}

/* Means of y in both groups and their covariances; gives the design back. */
static void expect_means_at(struct world *s, struct design *d, const double means[2],
                            const double cov[3], double df, const char *file, int line) {
  struct answer a = estimate(s, d, s->y, take_means);
  for (size_t i = 0; i < 2; i++) expect_close_at(a.theta[i], means[i], 1e-14, file, line);
  expect_close_at(a.cov[0], cov[0], 1e-13, file, line);
  expect_close_at(a.cov[1], cov[1], 1e-13, file, line);
  expect_close_at(a.cov[2], cov[1], 1e-13, file, line);
  expect_close_at(a.cov[3], cov[2], 1e-13, file, line);
  expect_close_at(d->replicates->df, df, 0, file, line);
  assert_int_equal(a.lost, 0);
  design_free(d);
}
#define MEANS(...) ((const double[]){__VA_ARGS__})
#define expect_means(s, d, means, cov, df) \
  expect_means_at((s), (d), (means), (cov), (df), __FILE__, __LINE__)

static const double all_means[] = {10.4699453551913, 11.375348189415};
static const double pair_means[] = {9.36259541984733, 14.4659090909091};

/* ---- Hadamard ------------------------------------------------------------------------------ */

/* Columns are orthogonal, entries are signs, the first column is +. */
static void check_hadamard(const signed char *signs, size_t n) {
  for (size_t i = 0; i < n; i++) assert_int_equal(signs[i * n], 1);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) {
      long product = 0;
      for (size_t r = 0; r < n; r++) product += signs[r * n + i] * signs[r * n + j];
      if (product != (i == j ? (long)n : 0)) fail_msg("order %zu: columns %zu, %zu", n, i, j);
    }
}

/* Orders that need more than Paley and Kronecker; the engine then takes the next. */
static void hadamard_columns_are_orthogonal_up_to_256(void **state) {
  static const size_t beyond[] = {92, 116, 156, 172, 184, 188, 232, 236};
  (void)state;
  bilan b;
  handle_init(&b);
  for (size_t least = 1, gap = 0; least <= 256; least = least < 4 ? least + 1 : least + 4) {
    signed char *signs;
    size_t order, want = least == 3 ? 4 : least;
    check_ok(&b, hadamard_make(&b, &signs, &order, least));
    if (gap < 8 && beyond[gap] == least) {
      gap++;
      want = least + (least == 184 || least == 232 ? 8 : 4);
    }
    assert_int_equal(order, want);
    check_hadamard(signs, order);
    mem_free(&b.mem, signs);
  }
  assert_int_equal(b.mem.used, 0);
}

/* 344 = 7^3 + 1 and 340 = 2 (13^2 + 1) want fields of prime powers. */
static void hadamard_uses_prime_powers(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  for (size_t least = 337; least <= 341; least += 4) {
    signed char *signs;
    size_t order;
    check_ok(&b, hadamard_make(&b, &signs, &order, least));
    assert_int_equal(order, least + 3);
    check_hadamard(signs, order);
    mem_free(&b.mem, signs);
  }
}

static void hadamard_has_a_largest_order(void **state) {
  (void)state;
  bilan b;
  signed char *signs;
  size_t order;
  handle_init(&b);
  check_ok(&b, hadamard_make(&b, &signs, &order, 4096));
  assert_int_equal(order, 4096);
  mem_free(&b.mem, signs);
  expect_refusal(&b, hadamard_make(&b, &signs, &order, 4097), BILAN_LIMIT, "4097");
}

/* ---- jackknife ----------------------------------------------------------------------------- */

/* D <- as.svrepdesign(S, type="JKn", mse=m) */
static void jkn_agrees_with_r(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct replicates_plan plan = {.kind = REPLICATE_JKN};
  expect_means(&s, make(&s, s.size, &plan), all_means,
               MEANS(1.48345614135232, -1.84864708651313, 3.67945056461904), 6);
  expect_means(&s, make(&s, NULL, &plan), all_means,
               MEANS(1.86450071018107, -2.33228648045218, 4.6667168343061), 6);
  plan.mse = 1;
  expect_means(&s, make(&s, s.size, &plan), all_means,
               MEANS(1.48356723643976, -1.84813329937094, 3.67991971040479), 6);
  expect_means(&s, make(&s, NULL, &plan), all_means,
               MEANS(1.86468612841269, -2.33166466679116, 4.66727279804881), 6);
  world_close(&s);
}

/* D <- as.svrepdesign(svydesign(id=~psu, weights=~w, fpc=~N), type="JK1", mse=m), N <- 30 */
static void jk1_agrees_with_r(void **state) {
  (void)state;
  struct world s;
  double thirty[PEOPLE];
  for (size_t i = 0; i < PEOPLE; i++) thirty[i] = 30;
  world_open(&s, everybody);
  struct column *size = make_numbers(&s.b, PEOPLE, thirty);
  struct replicates_plan plan = {.kind = REPLICATE_JK1};
  expect_means(&s, make(&s, size, &plan), all_means,
               MEANS(1.26378908104795, -1.52574732816967, 3.07248743400709), 8);
  plan.mse = 1;
  expect_means(&s, make(&s, size, &plan), all_means,
               MEANS(1.26384136694852, -1.52605749494142, 3.07432738369246), 8);
  column_free(size);
  world_close(&s);
}

/* svytotal(~x): the jackknife of a linear statistic is Taylor's variance, with and without fpc. */
static void jkn_of_a_total_is_taylors(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct replicates_plan plan = {.kind = REPLICATE_JKN};
  struct design *with = make(&s, s.size, &plan), *without = make(&s, NULL, &plan);
  struct answer a = estimate(&s, with, s.x, take_total);
  expect_close(a.theta[0], 407.1, 1e-14);
  expect_close(a.cov[0], 712.4355, 1e-12);
  expect_close(estimate(&s, without, s.x, take_total).cov[0], 949.13, 1e-12);
  design_free(with);
  design_free(without);
  world_close(&s);
}

/* A mean that cannot vary has a variance of 0, not of rounding. */
static void replicates_of_a_constant_do_not_vary(void **state) {
  (void)state;
  struct world s;
  double same[PEOPLE];
  for (size_t i = 0; i < PEOPLE; i++) same[i] = 1234567.1;
  world_open(&s, everybody);
  struct column *c = make_numbers(&s.b, PEOPLE, same);
  struct replicates_plan plan = {.kind = REPLICATE_JKN};
  struct design *d = make(&s, NULL, &plan);
  struct answer a = estimate(&s, d, c, take_means);
  assert_true(a.cov[0] >= 0 && a.cov[0] < 1e-16);
  design_free(d);
  column_free(c);
  world_close(&s);
}

/* ---- half-samples -------------------------------------------------------------------------- */

/* O <- rbind(c(1,1,1,1), c(1,-1,-1,1), c(1,1,-1,-1), c(1,-1,1,-1)) are the engine's replicates;
 * R's first PSU gets weight where its matrix has not the first value: M <- t(O),
 * M[2:4,] <- -M[2:4,]; D <- as.svrepdesign(B, type="BRR", hadamard.matrix=M, mse=m), B of the
 * schools 1, 2, 4, 5, 6, 7; and type="Fay", fay.rho=.3. */
static void brr_and_fay_agree_with_r(void **state) {
  (void)state;
  struct world s;
  world_open(&s, two_a_region);
  struct replicates_plan plan = {.kind = REPLICATE_BRR};
  expect_means(&s, make(&s, NULL, &plan), pair_means,
               MEANS(4.58798906446845, -4.48077897187628, 7.06132154220692), 3);
  plan.mse = 1;
  expect_means(&s, make(&s, NULL, &plan), pair_means,
               MEANS(4.80098825733923, -4.59324981684057, 7.12070998775214), 3);
  plan.kind = REPLICATE_FAY;
  plan.rho = .3;
  expect_means(&s, make(&s, NULL, &plan), pair_means,
               MEANS(3.75572754208296, -3.43947240656393, 5.76478428484264), 3);
  plan.mse = 0;
  expect_means(&s, make(&s, NULL, &plan), pair_means,
               MEANS(3.69589733851767, -3.41208098093689, 5.75224395983668), 3);
  world_close(&s);
}

/* svytotal(~x, B): 408.26, for any balanced set and any rho. */
static void halves_of_a_total_are_taylors(void **state) {
  (void)state;
  struct world s;
  world_open(&s, two_a_region);
  for (size_t count = 0; count <= 24; count += 12) {
    struct replicates_plan plan = {.kind = count ? REPLICATE_FAY : REPLICATE_BRR, .count = count,
                                   .rho = count ? .6 : 0};
    struct design *d = make(&s, NULL, &plan);
    assert_int_equal(d->replicates->count, count ? count : 4);
    expect_close(estimate(&s, d, s.x, take_total).cov[0], 408.26, 1e-12);
    design_free(d);
  }
  world_close(&s);
}

/* Factors are rho and 2 - rho, one of each in a pair. */
static void fay_keeps_rho_of_every_weight(void **state) {
  (void)state;
  struct world s;
  world_open(&s, two_a_region);
  struct replicates_plan plan = {.kind = REPLICATE_FAY, .rho = .3};
  struct design *d = make(&s, NULL, &plan);
  const struct replicates *r = d->replicates;
  assert_int_equal(r->units, 6);
  for (size_t u = 0; u < r->units; u += 2)
    for (size_t at = 0; at < r->count; at++) {
      double first = r->factor[u * r->count + at], second = r->factor[(u + 1) * r->count + at];
      expect_close(fmin(first, second), .3, 1e-15);
      expect_close(fmax(first, second), 1.7, 1e-15);
    }
  expect_close(r->scale, 1 / (4 * .7 * .7), 1e-15);
  design_free(d);
  world_close(&s);
}

/* ---- bootstrap ----------------------------------------------------------------------------- */

/* R = 4000: the standard deviation of a bootstrap variance is about sqrt(2 / R) of it; 10 % is
 * more than four of them. The same with fpc. */
static void bootstrap_comes_close_to_taylor(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct replicates_plan plan = {.kind = REPLICATE_BOOTSTRAP, .count = 4000, .seed = 7};
  struct design *without = make(&s, NULL, &plan), *with = make(&s, s.size, &plan);
  expect_close(estimate(&s, without, s.x, take_total).cov[0], 949.13, .1);
  expect_close(estimate(&s, with, s.x, take_total).cov[0], 712.4355, .1);
  assert_true(with->replicates->df == 6);
  design_free(with);
  design_free(without);
  world_close(&s);
}

/* n_h - 1 draws times n_h / (n_h - 1): factors of a stratum sum to n_h, and none is below 0. */
static void bootstrap_keeps_the_strata(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct replicates_plan plan = {.kind = REPLICATE_BOOTSTRAP, .count = 50, .seed = 1};
  struct design *d = make(&s, s.size, &plan);
  const struct replicates *r = d->replicates;
  for (size_t at = 0; at < r->count; at++) {
    double sums[4] = {0};
    for (size_t u = 0; u < r->units; u++) {
      assert_true(r->factor[u * r->count + at] >= 0);
      sums[region_of[u + 1]] += r->factor[u * r->count + at];
    }
    expect_close(sums[1], 3, 1e-14);
    expect_close(sums[2], 2, 1e-14);
    expect_close(sums[3], 4, 1e-14);
  }
  expect_close(r->scale, 1. / 49, 1e-15);
  design_free(d);
  world_close(&s);
}

static void same_seed_gives_the_same_bits(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct replicates_plan plan = {.kind = REPLICATE_BOOTSTRAP, .count = 20, .seed = 5};
  struct design *a = make(&s, NULL, &plan), *b = make(&s, NULL, &plan);
  plan.seed = 6;
  struct design *c = make(&s, NULL, &plan);
  size_t size = SCHOOLS * 20 * sizeof(double);
  assert_memory_equal(a->replicates->factor, b->replicates->factor, size);
  assert_true(memcmp(a->replicates->factor, c->replicates->factor, size) != 0);
  design_free(a);
  design_free(b);
  design_free(c);
  world_close(&s);
}

/* The generator against an independent implementation of xoshiro256** (state 1 filled from seed 42
 * by splitmix64): the draws below 2 of a stratum of two PSUs are the lowest bits of its output. */
static void bootstrap_draws_with_xoshiro(void **state) {
  (void)state;
  struct world s;
  world_open(&s, 8 | 16);
  struct replicates_plan plan = {.kind = REPLICATE_BOOTSTRAP, .count = 64, .seed = 42};
  struct design *d = make(&s, NULL, &plan);
  uint64_t t[4], fill = 42;
  for (int i = 0; i < 4; i++) t[i] = draw(&fill);
  for (size_t at = 0; at < 64; at++) {
    uint64_t product = t[1] * 5, next = ((product << 7) | (product >> 57)) * 9;
    uint64_t n0 = t[0] ^ t[3] ^ t[1], n1 = t[1] ^ t[2] ^ t[0], n2 = t[2] ^ t[0] ^ (t[1] << 17);
    uint64_t n3 = t[3] ^ t[1];
    t[0] = n0, t[1] = n1, t[2] = n2, t[3] = (n3 << 45) | (n3 >> 19);
    assert_true(d->replicates->factor[(next & 1) * 64 + at] == 2);
    assert_true(d->replicates->factor[(1 - (next & 1)) * 64 + at] == 0);
  }
  design_free(d);
  world_close(&s);
}

/* ---- what cannot be made ------------------------------------------------------------------- */

static void expect_no_make(struct world *s, const struct design *d,
                           const struct replicates_plan *plan, const char *part) {
  struct design *made;
  expect_refusal(&s->b, replicates_make(&s->b, &made, d, plan), BILAN_USAGE, part);
}

static void replicates_refuse_what_their_kind_cannot_do(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct design *d = declare(&s, true, NULL, LONELY_FAIL);
  expect_no_make(&s, d, &(struct replicates_plan){.kind = REPLICATE_JK1}, "without strata");
  expect_no_make(&s, d, &(struct replicates_plan){.kind = REPLICATE_BRR}, "that of row 1 has 3");
  expect_no_make(&s, d, &(struct replicates_plan){.kind = REPLICATE_FAY, .rho = .5}, "two PSUs");
  expect_no_make(&s, d, &(struct replicates_plan){.kind = REPLICATE_FAY, .rho = 1}, "rho");
  expect_no_make(&s, d, &(struct replicates_plan){.kind = REPLICATE_FAY, .rho = NAN}, "rho");
  expect_no_make(&s, d, &(struct replicates_plan){.kind = REPLICATE_JKN, .rho = .5}, "rho");
  expect_no_make(&s, d, &(struct replicates_plan){.kind = REPLICATE_BOOTSTRAP}, "at least 2");
  expect_no_make(&s, d, &(struct replicates_plan){.kind = REPLICATE_SDR}, "\"sdr\"");
  struct design *made;
  struct replicates_plan many = {.kind = REPLICATE_BOOTSTRAP, .count = 1 << 23};
  expect_refusal(&s.b, replicates_make(&s.b, &made, d, &many), BILAN_LIMIT, "9 PSUs");
  design_free(d);
  world_close(&s);
}

/* Schools 1, 4, 5, 6, 7: region 1 has one school. */
static void lonely_psus_follow_their_rule(void **state) {
  (void)state;
  struct world s;
  world_open(&s, 1 | 8 | 16 | 32 | 64);
  struct replicates_plan plan = {.kind = REPLICATE_JKN};
  struct design *made, *d = declare(&s, true, NULL, LONELY_ADJUST);
  expect_no_make(&s, d, &plan, "strata with one PSU: 1; no replicate");
  design_free(d);
  double scale[2];
  for (int average = 0; average < 2; average++) {
    d = declare(&s, true, NULL, average ? LONELY_AVERAGE : LONELY_CERTAINTY);
    check_ok(&s.b, replicates_make(&s.b, &made, d, &plan));
    assert_int_equal(made->replicates->count, 4);
    for (size_t at = 0; at < 4; at++) assert_true(made->replicates->factor[at] == 1);
    assert_true(made->replicates->df == 2);
    scale[average] = made->replicates->scale;
    design_free(made);
    design_free(d);
  }
  assert_true(scale[0] == 1 && scale[1] == 3. / 2);
  world_close(&s);
}

/* A region taken whole has no replicates; a sample that is the population has none at all. */
static void whole_strata_are_not_replicated(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  double size[PEOPLE];
  for (size_t i = 0; i < PEOPLE; i++) {
    uint32_t h = region_of[school_of[i]];
    size[i] = h == 1 ? 3 : h == 2 ? 4 : 8;
  }
  struct column *some = make_numbers(&s.b, PEOPLE, size);
  struct replicates_plan plan = {.kind = REPLICATE_JKN};
  struct design *d = make(&s, some, &plan);
  assert_int_equal(d->replicates->count, 6);
  expect_close(d->replicates->rscales[0], .5 * .5, 1e-15);
  expect_close(d->replicates->rscales[2], .75 * .5, 1e-15);
  design_free(d);
  for (size_t i = 0; i < PEOPLE; i++) {
    uint32_t h = region_of[school_of[i]];
    size[i] = h == 1 ? 3 : h == 2 ? 2 : 4;
  }
  struct column *all = make_numbers(&s.b, PEOPLE, size);
  d = declare(&s, true, all, LONELY_FAIL);
  expect_no_make(&s, d, &plan, "nothing to replicate");
  design_free(d);
  column_free(all);
  column_free(some);
  world_close(&s);
}

/* ---- given --------------------------------------------------------------------------------- */

/* D <- svrepdesign(repweights=rep, weights=w, type=..., mse=FALSE); for JKn and "other"
 * rs <- c(.5,.75,0,1,2/3,.9); the replicate of rscale 0 is not in the mean. */
static void given_replicates_agree_with_r(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  static const struct {
    enum replicate_kind kind;
    double rho, scale, cov[3];
  } cases[] = {
      {REPLICATE_BRR, NAN, NAN, {0.0379805883546692, -0.0117926493587027, 0.0255297904456561}},
      {REPLICATE_FAY, .4, NAN, {0.105501634318525, -0.0327573593297296, 0.0709160845712669}},
      {REPLICATE_JK1, 0, NAN, {0.189902941773346, -0.0589632467935133, 0.12764895222828}},
      {REPLICATE_JK1, 0, .8, {0.182306824102412, -0.0566047169217728, 0.122542994139149}},
      {REPLICATE_JKN, 0, NAN, {0.13304988977086, -0.0718214556494062, 0.100165194645248}},
      {REPLICATE_JK2, 0, NAN, {0.227883530128015, -0.070755896152216, 0.153178742673937}},
      {REPLICATE_BOOTSTRAP, 0, NAN,
       {0.045576706025603, -0.0141511792304432, 0.0306357485347873}},
      {REPLICATE_SDR, 0, NAN, {0.151922353418677, -0.0471705974348107, 0.102119161782624}},
      {REPLICATE_OTHER, 0, .3, {0.039914966931258, -0.0215464366948219, 0.0300495583935745}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bool own = cases[i].kind == REPLICATE_JKN || cases[i].kind == REPLICATE_OTHER;
    struct replicates_spec spec = {.kind = cases[i].kind, .rho = cases[i].rho,
                                   .scale = cases[i].scale, .rscales = own ? rscales_of : NULL};
    expect_means(&s, give(&s, &spec), all_means, cases[i].cov, 5);
  }
  world_close(&s);
}

/* The same with mse=TRUE: around the full-sample estimate; sdr so by default. */
static void mse_is_around_the_full_sample(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  static const struct {
    enum replicate_kind kind;
    int mse;
    double scale, cov[3];
  } cases[] = {
      {REPLICATE_BRR, 1, NAN, {0.0436915083309948, -0.0188938259355814, 0.034359665314338}},
      {REPLICATE_JKN, 1, NAN, {0.133003826227225, -0.0823645679858969, 0.162488935276029}},
      {REPLICATE_BOOTSTRAP, 1, NAN,
       {0.0524298099971937, -0.0226725911226976, 0.0412315983772056}},
      {REPLICATE_SDR, -1, NAN, {0.174766033323979, -0.0755753037423255, 0.137438661257352}},
      {REPLICATE_OTHER, 1, .3, {0.0399011478681674, -0.0247093703957691, 0.0487466805828087}},
      {REPLICATE_BRR, -1, NAN, {0.0379805883546692, -0.0117926493587027, 0.0255297904456561}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bool own = cases[i].kind == REPLICATE_JKN || cases[i].kind == REPLICATE_OTHER;
    struct replicates_spec spec = {.kind = cases[i].kind, .mse = cases[i].mse,
                                   .scale = cases[i].scale, .rscales = own ? rscales_of : NULL};
    expect_means(&s, give(&s, &spec), all_means, cases[i].cov, 5);
  }
  world_close(&s);
}

static void expect_not_given(struct world *s, const struct replicates_spec *spec,
                             const char *part) {
  struct design *d;
  expect_refusal(&s->b, try_given(s, &d, spec), BILAN_USAGE, part);
}

static void given_replicates_want_their_options(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  static const double halves[SIX] = {1, 1, .5, 1, 1, 1}, none[SIX] = {0};
  static const double negative[SIX] = {1, 1, 1, 1, -1, 1};
  struct replicates_spec spec = {.kind = REPLICATE_JKN, .scale = NAN};
  expect_not_given(&s, &spec, "jkn needs rscales");
  spec.kind = REPLICATE_OTHER;
  expect_not_given(&s, &spec, "\"other\" needs a scale");
  spec.scale = -1;
  expect_not_given(&s, &spec, "above 0");
  spec.kind = REPLICATE_BRR;
  spec.scale = .5;
  expect_not_given(&s, &spec, "\"brr\" follows");
  spec.scale = 1. / 6;
  spec.rscales = halves;
  expect_not_given(&s, &spec, "rscale 3 is not 1");
  spec.rscales = negative;
  spec.kind = REPLICATE_JK1;
  expect_not_given(&s, &spec, "rscale 5");
  spec.rscales = none;
  expect_not_given(&s, &spec, "all 0");
  spec = (struct replicates_spec){.kind = REPLICATE_FAY, .rho = NAN, .scale = NAN};
  expect_not_given(&s, &spec, "fay needs rho");
  spec.kind = REPLICATE_JK1;
  spec.rho = .5;
  expect_not_given(&s, &spec, "rho is for kind \"fay\"");
  world_close(&s);
}

/* Names and row numbers of what is wrong; 0 in the full sample is nothing wrong. */
static void given_replicates_name_the_fault(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct design *d;
  double values[PEOPLE];
  const struct column *columns[SIX];
  struct text names[SIX];
  struct replicates_spec spec = {.columns = columns, .kind = REPLICATE_JK1, .scale = NAN};
  for (size_t r = 0; r < SIX; r++) columns[r] = s.given[r], names[r] = TEXT("rw9");
  names[2] = TEXT("poids_3");
  memcpy(values, s.w, sizeof values);
  values[6] = NAN;
  struct column *missing = make_numbers(&s.b, PEOPLE, values);
  columns[2] = missing;
  expect_refusal(&s.b, try_given(&s, &d, &spec), BILAN_DATA, "row 7: replicate weight 3 is miss");
  spec.names = names;
  expect_refusal(&s.b, try_given(&s, &d, &spec), BILAN_DATA, "\"poids_3\" is missing");
  values[6] = -2;
  struct column *negative = make_numbers(&s.b, PEOPLE, values);
  columns[2] = negative;
  expect_refusal(&s.b, try_given(&s, &d, &spec), BILAN_DATA, "row 7: replicate weight \"poids_3\"");
  columns[2] = s.given[2];
  column_free(s.weight);
  values[6] = 0;
  s.weight = make_numbers(&s.b, PEOPLE, values);
  check_ok(&s.b, try_given(&s, &d, &spec));
  design_free(d);
  column_free(missing);
  column_free(negative);
  world_close(&s);
}

/* Replicate weights that are codes carrying numbers are read as the numbers. */
static void given_replicates_may_be_levels(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct column *codes[SIX];
  for (size_t r = 0; r < SIX; r++) check_ok(&s.b, column_to_codes(&s.b, &codes[r], s.given[r], 0));
  struct replicates_spec spec = {.columns = (const struct column *const *)codes,
                                 .kind = REPLICATE_BOOTSTRAP, .scale = NAN};
  expect_means(&s, give(&s, &spec), all_means,
               MEANS(0.045576706025603, -0.0141511792304432, 0.0306357485347873), 5);
  for (size_t r = 0; r < SIX; r++) column_free(codes[r]);
  world_close(&s);
}

/* Trap 13: the scheme gives the scale, nothing is guessed; factors are multiplied by the weight;
 * one taken for the other is refused.
 * D <- svrepdesign(repweights=rep/w, weights=w, combined.weights=FALSE, type="bootstrap") */
static void trap_13_replicate_scales_and_factors(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct column *factors[SIX];
  for (size_t r = 0; r < SIX; r++) {
    double f[PEOPLE];
    for (size_t i = 0; i < PEOPLE; i++) f[i] = factor_given(i + 1, r + 1);
    factors[r] = make_numbers(&s.b, PEOPLE, f);
  }
  struct replicates_spec spec = {.columns = (const struct column *const *)factors,
                                 .kind = REPLICATE_BOOTSTRAP, .scale = NAN, .factors = true};
  expect_means(&s, give(&s, &spec), all_means,
               MEANS(0.0455767060256031, -0.0141511792304433, 0.0306357485347874), 5);
  struct design *d;
  double large[PEOPLE];
  for (size_t i = 0; i < PEOPLE; i++) large[i] = 6 * s.w[i];
  struct column *w = s.weight;
  s.weight = make_numbers(&s.b, PEOPLE, large);
  spec.factors = false;
  expect_refusal(&s.b, try_given(&s, &d, &spec), BILAN_DATA, "look like factors");
  spec.factors = true;
  for (size_t r = 0; r < SIX; r++) {
    column_free(factors[r]);
    factors[r] = column_hold(s.weight);
  }
  expect_refusal(&s.b, try_given(&s, &d, &spec), BILAN_DATA, "look like weights");
  column_free(s.weight);
  s.weight = w;
  static const struct {
    enum replicate_kind kind;
    double scale;
  } scales[] = {{REPLICATE_BRR, 1. / 6},       {REPLICATE_FAY, 1 / (6 * .25)},
                {REPLICATE_JK1, 5. / 6},       {REPLICATE_JK2, 1},
                {REPLICATE_BOOTSTRAP, 1. / 5}, {REPLICATE_SDR, 4. / 6}};
  for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
    spec = (struct replicates_spec){.kind = scales[i].kind, .scale = NAN, .mse = -1,
                                    .rho = scales[i].kind == REPLICATE_FAY ? .5 : 0};
    d = give(&s, &spec);
    expect_close(d->replicates->scale, scales[i].scale, 1e-15);
    assert_true(d->replicates->mse == (scales[i].kind == REPLICATE_SDR));
    design_free(d);
  }
  for (size_t r = 0; r < SIX; r++) column_free(factors[r]);
  world_close(&s);
}

/* ---- after an adjustment ------------------------------------------------------------------- */

/* All replicates of `d` as columns, each through `change`. */
static struct design *adjust(struct world *s, const struct design *d, double (*change)(double)) {
  struct design *out;
  size_t count = d->replicates->count;
  struct column **weights = mem_zero(&s->b.mem, count, sizeof *weights), *weight;
  for (size_t r = 0; r <= count; r++) {
    struct column *old = NULL;
    double values[PEOPLE];
    if (r < count) check_ok(&s->b, replicate_weight(&s->b, &old, d, r));
    for (size_t i = 0; i < s->rows; i++) values[i] = change(old ? old->numbers[i] : s->w[i]);
    column_free(old);
    *(r < count ? &weights[r] : &weight) = make_numbers(&s->b, s->rows, values);
  }
  check_ok(&s->b, replicates_adjusted(&s->b, &out, d, weight, weights));
  return out;
}

static double same(double w) { return w; }
static double cut_at_five(double w) { return w > 5 ? 5 : w; }

/* Trap 14: replicates first, then adjust each; replicates of adjusted weights are refused. */
static void trap_14_replicates_come_before_adjustments(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct replicates_plan plan = {.kind = REPLICATE_JKN};
  struct design *d = make(&s, NULL, &plan), *cut = adjust(&s, d, cut_at_five);
  assert_true(cut->weight->numbers[2] == cut_at_five(s.w[2]));
  assert_true(cut->drawn->numbers[2] == s.w[2]);
  assert_int_equal(cut->replicates->units, 0);
  for (size_t r = 0; r < cut->replicates->count; r++)
    for (size_t i = 0; i < PEOPLE; i++) assert_true(cut->replicates->weights[r]->numbers[i] <= 5);
  expect_no_make(&s, cut, &plan, "already");
  struct design *plain = declare(&s, true, NULL, LONELY_FAIL), *adjusted;
  check_ok(&s.b, design_copy(&s.b, &adjusted, plain));
  design_set_weight(adjusted, column_hold(cut->weight));
  expect_no_make(&s, adjusted, &plan, "then adjust");
  design_free(adjusted);
  design_free(plain);
  design_free(cut);
  design_free(d);
  world_close(&s);
}

/* Units and columns are two ways to the same totals, also where answers are missing. */
static void factors_and_columns_agree(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct replicates_plan plan = {.kind = REPLICATE_JKN};
  struct design *d = make(&s, s.size, &plan), *columns = adjust(&s, d, same);
  struct answer a = estimate(&s, d, s.y, take_means), c = estimate(&s, columns, s.y, take_means);
  for (size_t i = 0; i < 4; i++) expect_close(c.cov[i], a.cov[i], 1e-13);
  assert_true(columns->replicates->df == d->replicates->df);
  design_free(columns);
  design_free(d);
  world_close(&s);
}

/* ---- totals -------------------------------------------------------------------------------- */

/* Cells of each replicate, kept for comparison. */
struct kept {
  size_t count, measures;
  double numbers[1 << 16];
  size_t at;
};

static void keep_cells(void *context, size_t r, const struct cells *totals) {
  struct kept *k = context;
  (void)r;
  for (size_t c = 0; c < totals->count; c++) k->numbers[k->at++] = totals->weight[c];
  for (size_t i = 0; i < totals->count * totals->measure_count; i++) {
    k->numbers[k->at++] = totals->sums[i].weight;
    k->numbers[k->at++] = totals->sums[i].y;
  }
}

/* Rows of a larger sample: a school of every seven rows, or rows as schools. */
struct crowd {
  bilan b;
  size_t rows;
  struct column *weight, *school, *g, *y, *z;
  struct domain *domain;
};

enum { CROWD = 20000 };

static void crowd_open(struct crowd *s, size_t rows, bool clusters) {
  static double w[CROWD], y[CROWD], z[CROWD], school[CROWD];
  static uint32_t g[CROWD];
  static const char *const labels[] = {"a", "b", "c"};
  uint64_t seed = 3;
  handle_init(&s->b);
  s->rows = rows;
  for (size_t i = 0; i < rows; i++) {
    w[i] = draw_below(&seed, 9) ? 1 + draw_unit(&seed) : 0;
    y[i] = draw_below(&seed, 8) ? draw_unit(&seed) * 10 : NAN;
    z[i] = draw_unit(&seed);
    g[i] = draw_below(&seed, 4);
    school[i] = (double)(i % (rows / 7));
  }
  s->weight = make_numbers(&s->b, rows, w);
  s->y = make_numbers(&s->b, rows, y);
  s->z = make_numbers(&s->b, rows, z);
  s->g = make_codes(&s->b, rows, g, labels, 3);
  s->school = clusters ? make_numbers(&s->b, rows, school) : NULL;
  check_ok(&s->b, domain_new(&s->b, &s->domain, rows));
  for (size_t i = 0; i < rows; i++)
    if (draw_below(&seed, 3)) domain_set(s->domain, i);
}

static void crowd_close(struct crowd *s) {
  column_free(s->weight);
  column_free(s->y);
  column_free(s->z);
  column_free(s->g);
  column_free(s->school);
  domain_free(s->domain);
  assert_int_equal(s->b.mem.used, 0);
}

static struct design *crowd_design(struct crowd *s, size_t replicates) {
  struct design *d, *made;
  struct design_spec spec = {.weight = s->weight, .clusters = {s->school},
                             .cluster_count = s->school ? 1 : 0};
  struct replicates_plan plan = {.kind = REPLICATE_BOOTSTRAP, .count = replicates, .seed = 9};
  check_ok(&s->b, design_declare(&s->b, &d, s->rows, &spec));
  check_ok(&s->b, replicates_make(&s->b, &made, d, &plan));
  design_free(d);
  return made;
}

/* Totals in a domain, by two keys' worth of cells, two measures, centred. */
static void crowd_totals(struct crowd *s, struct kept *k, const struct design *d, size_t keys) {
  double centres[512];
  const struct column *measures[] = {s->y, s->z};
  struct cells_request q = {.rows = s->rows, .domain = s->domain, .keys = {s->g, s->g, s->g},
                            .key_count = keys, .measures = measures, .measure_count = 2,
                            .centres = centres, .weight = s->weight};
  struct cells full;
  for (size_t i = 0; i < 512; i++) centres[i] = (double)i / 100;
  k->at = 0;
  check_ok(&s->b, cells_tabulate(&s->b, &full, &q));
  check_ok(&s->b, replicates_totals(&s->b, d, &q, &full, keep_cells, k));
  cells_free(&full);
}

/* Every replicate against a tabulation with its own weights. */
static void expect_totals(struct crowd *s, const struct kept *k, const struct design *d,
                          size_t keys) {
  static struct kept one;
  double centres[512];
  const struct column *measures[] = {s->y, s->z};
  for (size_t i = 0; i < 512; i++) centres[i] = (double)i / 100;
  size_t place = 0;
  for (size_t r = 0; r < d->replicates->count; r++) {
    struct column *w;
    struct cells cells;
    check_ok(&s->b, replicate_weight(&s->b, &w, d, r));
    struct cells_request q = {.rows = s->rows, .domain = s->domain, .keys = {s->g, s->g, s->g},
                              .key_count = keys, .measures = measures, .measure_count = 2,
                              .centres = centres, .weight = w};
    check_ok(&s->b, cells_tabulate(&s->b, &cells, &q));
    one.at = 0;
    keep_cells(&one, r, &cells);
    for (size_t i = 0; i < one.at; i++) expect_close(k->numbers[place++], one.numbers[i], 1e-12);
    cells_free(&cells);
    column_free(w);
  }
  assert_int_equal(place, k->at);
}

static void totals_are_those_of_each_weight(void **state) {
  (void)state;
  static struct kept k;
  for (int clusters = 0; clusters < 2; clusters++) {
    struct crowd s;
    crowd_open(&s, 2000, clusters);
    struct design *d = crowd_design(&s, 12);
    for (size_t keys = 0; keys <= 3; keys++) {
      crowd_totals(&s, &k, d, keys);
      expect_totals(&s, &k, d, keys);
    }
    design_free(d);
    crowd_close(&s);
  }
}

static void totals_do_not_depend_on_threads(void **state) {
  (void)state;
  static struct kept one, more;
  for (int clusters = 0; clusters < 2; clusters++) {
    struct crowd s;
    crowd_open(&s, CROWD, clusters);
    struct design *d = crowd_design(&s, 4);
    for (size_t keys = 1; keys <= 3; keys += 2) {
      s.b.threads = 1;
      crowd_totals(&s, &one, d, keys);
      for (int threads = 2; threads <= 8; threads *= 4) {
        s.b.threads = threads;
        crowd_totals(&s, &more, d, keys);
        assert_memory_equal(one.numbers, more.numbers, one.at * sizeof(double));
      }
    }
    design_free(d);
    crowd_close(&s);
  }
}

/* A row of weight 0 that weighs in a replicate counts there. */
static void rows_without_weight_may_weigh_in_replicates(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  double w[PEOPLE], sum = 0;
  memcpy(w, s.w, sizeof w);
  w[6] = 0;
  column_free(s.weight);
  s.weight = make_numbers(&s.b, PEOPLE, w);
  struct replicates_spec spec = {.kind = REPLICATE_JK1, .scale = NAN};
  struct design *d = give(&s, &spec);
  static struct thetas t;
  struct cells full;
  const struct column *x = s.x;
  struct cells_request q = {.rows = PEOPLE, .keys = {s.g}, .key_count = 1, .measures = &x,
                            .measure_count = 1, .weight = s.weight};
  check_ok(&s.b, cells_tabulate(&s.b, &full, &q));
  check_ok(&s.b, replicates_totals(&s.b, d, &q, &full, take_total, &t));
  for (size_t i = 0; i < PEOPLE; i++) sum += s.given[0]->numbers[i] * s.x->numbers[i];
  expect_close(t.at[0], sum, 1e-14);
  cells_free(&full);
  design_free(d);
  world_close(&s);
}

/* ---- variance ------------------------------------------------------------------------------ */

static struct replicates *three(bilan *b, bool mse) {
  struct replicates *r;
  check_ok(b, replicates_new(b, &r, 3));
  r->scale = 1. / 3;
  r->mse = mse;
  return r;
}

/* By hand: deviations of 9, 10, 14 from their mean 11 and from 10; the second statistic exists in
 * replicates 1 and 3 alone, a third nowhere, and each is a block of its own. */
static void replicates_without_the_statistic_are_left_out(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  const double theta[] = {10, 5, 1}, thetas[] = {9, 4, NAN, 10, NAN, NAN, 14, 8, INFINITY};
  double cov[3];
  size_t lost;
  struct replicates *r = three(&b, false);
  replicates_variance(cov, &lost, r, theta, thetas, 3, 1);
  expect_close(cov[0], 14. / 3, 1e-15);
  expect_close(cov[1], 8. / 3, 1e-15);
  assert_true(isnan(cov[2]));
  assert_int_equal(lost, 3);
  r->mse = true;
  replicates_variance(cov, &lost, r, theta, thetas, 3, 1);
  expect_close(cov[0], 17. / 3, 1e-15);
  expect_close(cov[1], 10. / 3, 1e-15);
  replicates_free(r);
  assert_int_equal(b.mem.used, 0);
}

/* A block loses what any of its statistics loses; one that is NaN itself loses nothing. */
static void blocks_are_left_out_together(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  const double theta[] = {10, 5}, thetas[] = {9, 4, 10, NAN, 14, 8};
  const double none[] = {10, NAN};
  double cov[4];
  size_t lost;
  struct replicates *r = three(&b, false);
  replicates_variance(cov, &lost, r, theta, thetas, 2, 2);
  assert_int_equal(lost, 1);
  expect_close(cov[0], 12.5 / 3, 1e-15);
  expect_close(cov[1], 10. / 3, 1e-15);
  expect_close(cov[2], 10. / 3, 1e-15);
  expect_close(cov[3], 8. / 3, 1e-15);
  replicates_variance(cov, &lost, r, none, thetas, 2, 2);
  assert_int_equal(lost, 0);
  expect_close(cov[0], 14. / 3, 1e-15);
  assert_true(isnan(cov[1]) && isnan(cov[3]));
  replicates_free(r);
}

/* ---- degrees of freedom -------------------------------------------------------------------- */

/* degf(as.svrepdesign(Z, type="JKn")) with w of schools 2 and 5, or 1, 4 and 8, set to 0: 6, 5.
 * The jackknife's short way and the rank of its weights as columns agree. */
static void degrees_are_the_rank_of_the_weights(void **state) {
  (void)state;
  static const unsigned without[] = {0, 1 << 1 | 1 << 4, 1 | 1 << 3 | 1 << 7};
  static const double want[] = {6, 6, 5};
  for (size_t i = 0; i < 3; i++) {
    struct world s;
    world_open(&s, everybody);
    for (size_t row = 0; row < PEOPLE; row++)
      if (without[i] >> (school_of[row] - 1) & 1) s.w[row] = 0;
    column_free(s.weight);
    s.weight = make_numbers(&s.b, PEOPLE, s.w);
    struct replicates_plan plan = {.kind = REPLICATE_JKN};
    struct design *d = make(&s, NULL, &plan), *columns = adjust(&s, d, same);
    expect_close(d->replicates->df, want[i], 0);
    expect_close(columns->replicates->df, want[i], 0);
    design_free(columns);
    design_free(d);
    world_close(&s);
  }
}

static void degrees_may_be_replicates_less_one(void **state) {
  (void)state;
  struct world s;
  world_open(&s, everybody);
  struct replicates_plan plan = {.kind = REPLICATE_JKN, .rule = DEGREES_REPLICATES};
  struct design *d = make(&s, NULL, &plan);
  assert_true(d->replicates->df == 8);
  design_free(d);
  plan = (struct replicates_plan){.kind = REPLICATE_BOOTSTRAP, .count = 100};
  d = make(&s, NULL, &plan);
  assert_true(d->replicates->df == 6);
  design_free(d);
  world_close(&s);
}

/* 2000 rows, 40 replicates: some rows show full rank; rank deficient ones are looked at whole. */
static void rank_of_many_rows(void **state) {
  (void)state;
  for (int clusters = 0; clusters < 2; clusters++) {
    struct crowd s;
    crowd_open(&s, 2000, clusters);
    struct design *d = crowd_design(&s, 40);
    assert_true(d->replicates->df == 39);
    struct column *columns[40];
    for (size_t r = 0; r < 40; r++)
      check_ok(&s.b, replicate_weight(&s.b, &columns[r], d, r < 30 ? r : r - 30));
    struct design *given;
    struct replicates_spec spec = {.weight = s.weight, .kind = REPLICATE_BOOTSTRAP, .scale = NAN,
                                   .columns = (const struct column *const *)columns, .count = 40};
    check_ok(&s.b, replicates_declare(&s.b, &given, s.rows, &spec));
    assert_true(given->replicates->df == 29);
    design_free(given);
    design_free(d);
    for (size_t r = 0; r < 40; r++) column_free(columns[r]);
    crowd_close(&s);
  }
}

/* ---- memory -------------------------------------------------------------------------------- */

/* Made, estimated, adjusted, given: the first thing that fails ends it. */
static bilan_status everything(struct world *s) {
  struct design *d = NULL, *made = NULL, *given = NULL;
  struct answer a;
  struct design_spec spec = {.weight = s->weight, .clusters = {s->school}, .cluster_count = 1,
                             .strata = {s->region}};
  struct replicates_plan plan = {.kind = REPLICATE_FAY, .rho = .5, .count = 28};
  struct replicates_spec codes = {.kind = REPLICATE_JK1, .scale = NAN, .factors = true};
  bilan_status status = design_declare(&s->b, &d, s->rows, &spec);
  if (!status) status = replicates_make(&s->b, &made, d, &plan);
  if (!status) status = try_estimate(s, &a, made, s->y, take_means);
  if (!status) status = try_given(s, &given, &codes);
  if (!status) status = try_estimate(s, &a, given, s->y, take_means);
  design_free(made);
  made = NULL;
  plan = (struct replicates_plan){.kind = REPLICATE_BOOTSTRAP, .count = 3};
  if (!status) status = replicates_make(&s->b, &made, d, &plan);
  design_free(made);
  made = NULL;
  plan.kind = REPLICATE_JKN;
  if (!status) status = replicates_make(&s->b, &made, d, &plan);
  struct column **weights = NULL, *weight = NULL;
  struct design *adjusted = NULL;
  if (!status) {
    weights = mem_zero(&s->b.mem, made->replicates->count, sizeof *weights);
    if (!weights) status = BILAN_NOMEM;
  }
  for (size_t r = 0; !status && r < made->replicates->count; r++)
    status = replicate_weight(&s->b, &weights[r], made, r);
  if (!status) weight = column_hold(s->weight);
  if (!status) status = replicates_adjusted(&s->b, &adjusted, made, weight, weights);
  else if (weights) {
    for (size_t r = 0; r < made->replicates->count; r++) column_free(weights[r]);
    mem_free(&s->b.mem, weights);
  }
  design_free(adjusted);
  design_free(given);
  design_free(made);
  design_free(d);
  return status;
}

static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  struct world s;
  for (int ever = 0; ever < 2; ever++) {
    bilan_status status = BILAN_NOMEM;
    world_open(&s, two_a_region);
    for (size_t r = 0; r < s.rows; r++) s.given[0]->numbers[r] /= 3;
    check_ok(&s.b, everything(&s)); /* columns keep some things for the next call */
    for (uint64_t n = 1; status == BILAN_NOMEM; n++) {
      size_t used = s.b.mem.used;
      s.b.mem.fail_at = s.b.mem.requests + n;
      s.b.mem.fail_on = ever;
      status = everything(&s);
      s.b.mem.fail_at = 0;
      s.b.mem.fail_on = false;
      assert_int_equal(s.b.mem.used, used);
    }
    check_ok(&s.b, status);
    world_close(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hadamard_columns_are_orthogonal_up_to_256),
      cmocka_unit_test(hadamard_uses_prime_powers),
      cmocka_unit_test(hadamard_has_a_largest_order),
      cmocka_unit_test(jkn_agrees_with_r),
      cmocka_unit_test(jk1_agrees_with_r),
      cmocka_unit_test(jkn_of_a_total_is_taylors),
      cmocka_unit_test(replicates_of_a_constant_do_not_vary),
      cmocka_unit_test(brr_and_fay_agree_with_r),
      cmocka_unit_test(halves_of_a_total_are_taylors),
      cmocka_unit_test(fay_keeps_rho_of_every_weight),
      cmocka_unit_test(bootstrap_comes_close_to_taylor),
      cmocka_unit_test(bootstrap_keeps_the_strata),
      cmocka_unit_test(same_seed_gives_the_same_bits),
      cmocka_unit_test(bootstrap_draws_with_xoshiro),
      cmocka_unit_test(replicates_refuse_what_their_kind_cannot_do),
      cmocka_unit_test(lonely_psus_follow_their_rule),
      cmocka_unit_test(whole_strata_are_not_replicated),
      cmocka_unit_test(given_replicates_agree_with_r),
      cmocka_unit_test(mse_is_around_the_full_sample),
      cmocka_unit_test(given_replicates_want_their_options),
      cmocka_unit_test(given_replicates_name_the_fault),
      cmocka_unit_test(given_replicates_may_be_levels),
      cmocka_unit_test(trap_13_replicate_scales_and_factors),
      cmocka_unit_test(trap_14_replicates_come_before_adjustments),
      cmocka_unit_test(factors_and_columns_agree),
      cmocka_unit_test(totals_are_those_of_each_weight),
      cmocka_unit_test(totals_do_not_depend_on_threads),
      cmocka_unit_test(rows_without_weight_may_weigh_in_replicates),
      cmocka_unit_test(replicates_without_the_statistic_are_left_out),
      cmocka_unit_test(blocks_are_left_out_together),
      cmocka_unit_test(degrees_are_the_rank_of_the_weights),
      cmocka_unit_test(degrees_may_be_replicates_less_one),
      cmocka_unit_test(rank_of_many_rows),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

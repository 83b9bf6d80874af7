/* test_dist.c - the distribution functions against libRmath, a referee and 28-digit values.
 *
 * Sweeps: random points by the hundred thousand for each family, shapes from 1e-3 to 1e9 in log
 * scale, both tails, probabilities from 1e-300 to 1 - 1e-16. Tolerance classes (relative):
 *   body  1e-12 where the probability (or quantile) is above 1e-8,     tail  1e-10 below.
 * Where the engine and libRmath differ by more, the referee (dist_oracle.h) decides. Each family
 * states why libRmath may be wrong there, and at which share of the points at most; a point where
 * the engine is wrong fails the test. Quantiles are also accepted when the probabilities (of
 * libRmath, else of the referee) at x (1 -+ 1e-12) enclose p: that proves x to 1e-12.
 *
 * libRmath prints warnings on standard output; it is silenced during a sweep.
 * Link with -lRmath -lm.
 */
#define MATHLIB_STANDALONE
#include <Rmath.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base_fixture.h"
#include "dist_oracle.h"

#define BODY 1e-12
#define TAIL 1e-10

/* ---- the engine, libRmath and the referee in one shape -------------------------------- */

typedef double function(const double *a, enum tail tail);

#define FUNCTION(name, call)                                \
  static double name(const double *a, enum tail tail) {     \
    (void)tail;                                             \
    return call;                                            \
  }

FUNCTION(our_normal, normal_cdf(a[0], tail))
FUNCTION(our_normal_quantile, normal_quantile(a[0], tail))
FUNCTION(our_gamma_log, gamma_log(a[0]))
FUNCTION(our_beta_log, beta_log(a[0], a[1]))
FUNCTION(our_choose_log, choose_log(a[0], a[1]))
FUNCTION(our_gamma, gamma_cdf(a[0], a[1], tail))
FUNCTION(our_gamma_quantile, gamma_quantile(a[0], a[1], tail))
FUNCTION(our_beta, beta_cdf(a[0], a[1], a[2], tail))
FUNCTION(our_beta_quantile, beta_quantile(a[0], a[1], a[2], tail))
FUNCTION(our_student, student_cdf(a[0], a[1], tail))
FUNCTION(our_student_quantile, student_quantile(a[0], a[1], tail))
FUNCTION(our_student_noncentral, student_noncentral_cdf(a[0], a[1], a[2], tail))
FUNCTION(our_chi_squared, chi_squared_cdf(a[0], a[1], tail))
FUNCTION(our_chi_squared_quantile, chi_squared_quantile(a[0], a[1], tail))
FUNCTION(our_f, f_cdf(a[0], a[1], a[2], tail))
FUNCTION(our_f_quantile, f_quantile(a[0], a[1], a[2], tail))
FUNCTION(our_binomial, binomial_cdf(a[0], a[1], a[2], tail))
FUNCTION(our_binomial_density, binomial_density(a[0], a[1], a[2]))
FUNCTION(our_poisson, poisson_cdf(a[0], a[1], tail))
FUNCTION(our_poisson_density, poisson_density(a[0], a[1]))
FUNCTION(our_hypergeometric, hypergeometric_cdf(a[0], a[1], a[2], a[3], tail))
FUNCTION(our_hypergeometric_density, hypergeometric_density(a[0], a[1], a[2], a[3]))
FUNCTION(our_rank_sum, rank_sum_cdf(a[0], (int)a[1], (int)a[2], tail))
FUNCTION(our_signed_rank, signed_rank_cdf(a[0], (int)a[1], tail))

FUNCTION(r_normal, pnorm(a[0], 0, 1, tail == LOWER, 0))
FUNCTION(r_normal_quantile, qnorm(a[0], 0, 1, tail == LOWER, 0))
FUNCTION(r_gamma_log, lgammafn(a[0]))
FUNCTION(r_beta_log, lbeta(a[0], a[1]))
FUNCTION(r_choose_log, lchoose(a[0], a[1]))
FUNCTION(r_gamma, pgamma(a[0], a[1], 1, tail == LOWER, 0))
FUNCTION(r_gamma_quantile, qgamma(a[0], a[1], 1, tail == LOWER, 0))
FUNCTION(r_beta, pbeta(a[0], a[1], a[2], tail == LOWER, 0))
FUNCTION(r_beta_quantile, qbeta(a[0], a[1], a[2], tail == LOWER, 0))
FUNCTION(r_student, pt(a[0], a[1], tail == LOWER, 0))
FUNCTION(r_student_quantile, qt(a[0], a[1], tail == LOWER, 0))
FUNCTION(r_student_noncentral, pnt(a[0], a[1], a[2], tail == LOWER, 0))
FUNCTION(r_chi_squared, pchisq(a[0], a[1], tail == LOWER, 0))
FUNCTION(r_chi_squared_quantile, qchisq(a[0], a[1], tail == LOWER, 0))
FUNCTION(r_f, pf(a[0], a[1], a[2], tail == LOWER, 0))
FUNCTION(r_f_quantile, qf(a[0], a[1], a[2], tail == LOWER, 0))
FUNCTION(r_binomial, pbinom(a[0], a[1], a[2], tail == LOWER, 0))
FUNCTION(r_binomial_density, dbinom(a[0], a[1], a[2], 0))
FUNCTION(r_poisson, ppois(a[0], a[1], tail == LOWER, 0))
FUNCTION(r_poisson_density, dpois(a[0], a[1], 0))
FUNCTION(r_hypergeometric, phyper(a[0], a[1], a[2], a[3], tail == LOWER, 0))
FUNCTION(r_hypergeometric_density, dhyper(a[0], a[1], a[2], a[3], 0))
FUNCTION(r_rank_sum, pwilcox(a[0], a[1], a[2], tail == LOWER, 0))
FUNCTION(r_signed_rank, psignrank(a[0], a[1], tail == LOWER, 0))

/* The referee: the tail at a wide x, parameters as in a[1], a[2], ... */
typedef long double referee(long double x, const double *a, enum tail tail);

static enum tail other(enum tail tail) {
  return tail == LOWER ? UPPER : LOWER;
}

static long double true_gamma(long double x, const double *a, enum tail tail) {
  return (long double)oracle_gamma(x, a[1], tail);
}

static long double true_chi_squared(long double x, const double *a, enum tail tail) {
  return (long double)oracle_gamma((quad)x / 2, (quad)a[1] / 2, tail);
}

static long double true_beta(long double x, const double *a, enum tail tail) {
  return (long double)oracle_beta(x, 1 - (quad)x, a[1], a[2], tail);
}

static long double true_student(long double t, const double *a, enum tail tail) {
  quad half = oracle_beta(a[1], (quad)t * t, (quad)a[1] / 2, (quad)0.5, LOWER) / 2;
  return (long double)((t > 0) == (tail == UPPER) ? half : 1 - half);
}

static long double true_f(long double x, const double *a, enum tail tail) {
  return (long double)oracle_beta((quad)a[1] * x, a[2], (quad)a[1] / 2, (quad)a[2] / 2, tail);
}

static long double true_binomial(long double k, const double *a, enum tail tail) {
  return (long double)oracle_beta(a[2], 1 - (quad)a[2], (quad)k + 1, (quad)a[1] - k, other(tail));
}

static long double true_binomial_density(long double k, const double *a, enum tail tail) {
  (void)tail;
  quad rest = (quad)a[1] - k, q = 1 - (quad)a[2];
  return (long double)quad_exp(oracle_choose_log(a[1], k) + k * quad_log(a[2])
                               + rest * quad_log(q));
}

static long double true_poisson_density(long double k, const double *a, enum tail tail) {
  (void)tail;
  return (long double)quad_exp(k * quad_log(a[1]) - a[1] - quad_log_gamma((quad)k + 1));
}

static long double true_hypergeometric_density(long double k, const double *a, enum tail tail) {
  (void)tail;
  return (long double)quad_exp(oracle_choose_log(a[1], k) + oracle_choose_log(a[2], a[3] - k)
                               - oracle_choose_log((quad)a[1] + a[2], a[3]));
}

/* The tail summed term by term from the density at its inner end. */
static long double true_hypergeometric(long double k, const double *a, enum tail tail) {
  quad white = a[1], black = a[2], drawn = a[3], i = k, term, sum;
  if (tail == UPPER) i += 1;
  sum = term = true_hypergeometric_density((long double)i, a, tail);
  while (term > sum * (quad)1e-22) {
    if (tail == UPPER) {
      term *= (white - i) * (drawn - i) / ((i + 1) * (black - drawn + i + 1));
      i += 1;
    } else {
      term *= i * (black - drawn + i) / ((white - i + 1) * (drawn - i + 1));
      i -= 1;
    }
    sum += term;
  }
  return (long double)sum;
}

static long double true_gamma_log(long double x, const double *a, enum tail tail) {
  (void)a;
  (void)tail;
  return (long double)quad_log_gamma(x);
}

/* ---- random arguments ------------------------------------------------------------------ */

static uint64_t seed;

/* In (0, 1). */
static double unit(void) {
  return (double)(draw(&seed) >> 11) * 0x1p-53 + 0x1p-54;
}

/* Between 10^from and 10^to in log scale. */
static double decades(double from, double to) {
  return pow(10, from + (to - from) * unit());
}

/* Within `spread` standard deviations, roughly, around `mean`. */
static double around(double mean, double sd, double spread) {
  return mean + sd * spread * (2 * unit() - 1);
}

/* A probability: plain, tiny, or close to 1. */
static double probability(void) {
  double kind = unit();
  return kind < 0.4 ? unit() : kind < 0.8 ? decades(-300, 0) : 1 - decades(-16, -1);
}

static void draw_normal(double *a) {
  a[0] = around(0, 1, 38);
}

static void draw_probability(double *a) {
  a[0] = probability();
  a[1] = decades(-3, 9);
  a[2] = decades(-3, 9);
}

static void draw_positive(double *a) {
  a[0] = unit() < 0.5 ? decades(-3, 9) : 5 * unit();
}

static void draw_shapes(double *a) {
  a[0] = decades(-3, 9);
  a[1] = decades(-3, 9);
}

static void draw_choose(double *a) {
  a[0] = floor(decades(0, 9));
  a[1] = floor(unit() * (a[0] + 1));
}

static void draw_gamma(double *a) {
  double shape = a[1] = decades(-3, 9), kind = unit();
  if (kind < 0.3) a[0] = decades(-10, 10);
  else if (kind < 0.6) a[0] = shape * exp(around(0, 1, 1));
  else a[0] = fabs(around(shape, sqrt(shape), 35));
}

static void draw_beta(double *a) {
  double p = a[1] = decades(-3, 9), q = a[2] = decades(-3, 9), kind = unit();
  double mean = p / (p + q), sd = sqrt(mean * q / (p + q) / (p + q + 1));
  if (kind < 0.2) a[0] = unit();
  else if (kind < 0.35) a[0] = decades(-12, 0);
  else if (kind < 0.5) a[0] = 1 - decades(-12, 0);
  else a[0] = around(mean, sd, 35);
  if (!(a[0] > 0 && a[0] < 1)) a[0] = unit();
}

static void draw_student(double *a) {
  a[1] = decades(-3, 9);
  a[0] = unit() < 0.5 ? around(0, 1, 38) : decades(-6, 12) * (unit() < 0.5 ? -1 : 1);
}

static void draw_noncentral(double *a) {
  a[1] = decades(-0.3, 4);
  a[2] = around(0, 1, 10);
  a[0] = around(a[2], 1, 10);
}

static void draw_f(double *a) {
  a[1] = decades(-3, 9);
  a[2] = decades(-3, 9);
  a[0] = unit() < 0.5 ? decades(-12, 12) : exp(around(0, 1, 30) / sqrt(fmin(a[1], a[2])));
}

static void draw_binomial(double *a) {
  double n = a[1] = floor(decades(0, 9)), p = unit() < 0.5 ? unit() : decades(-12, 0);
  if (unit() < 0.3) p = 1 - p;
  a[2] = p;
  a[0] = floor(around(n * p, sqrt(n * p * (1 - p)), 37) + around(0, 1, 5));
  a[0] = fmin(fmax(a[0], 0), n);
}

static void draw_poisson(double *a) {
  double mean = a[1] = decades(-3, 9);
  a[0] = floor(around(mean, sqrt(mean), 37) + 10 * unit());
  if (a[0] < 0) a[0] = floor(10 * unit());
}

static void draw_urn(double *a) {
  double white = a[1] = floor(decades(0, 5)), black = a[2] = floor(decades(0, 5));
  double drawn = a[3] = floor(unit() * (white + black + 1)), p = white / (white + black);
  double sd = sqrt(drawn * p * (1 - p) * (1 - drawn / (white + black)));
  a[0] = floor(around(drawn * p, sd, 35) + around(0, 1, 3));
  a[0] = fmin(fmax(a[0], fmax(0, drawn - black)), fmin(white, drawn));
}

static void draw_rank_sum(double *a) {
  a[1] = 1 + draw_below(&seed, 25);
  a[2] = 1 + draw_below(&seed, 25);
  a[0] = floor(unit() * (a[1] * a[2] + 1));
}

static void draw_signed_rank(double *a) {
  a[1] = 1 + draw_below(&seed, 50);
  a[0] = floor(unit() * (a[1] * (a[1] + 1) / 2 + 1));
}

/* Shapes for which libRmath's qbeta is worth asking. */
static void draw_tame(double *a) {
  a[0] = unit() < 0.5 ? unit() : decades(-10, 0);
  a[1] = decades(-1, 3);
  a[2] = decades(-1, 3);
}

/* ---- sweeps ------------------------------------------------------------------------------ */

typedef struct family {
  const char *name;
  void (*draw)(double *a);
  function *ours, *theirs; /* theirs may be missing: then `cdf`, else the referee decides */
  function *cdf;           /* of a quantile: libRmath's distribution function */
  referee *truth;
  double floor;     /* absolute differences below this are ignored */
  size_t points;
  double wrong;     /* the share of points at which libRmath may be wrong... */
  const char *why;  /* ...and why */
} family;

static const family families[] = {
  { "normal", draw_normal, our_normal, r_normal, NULL, NULL, 0, 100000, 0, "" },
  { "normal quantile", draw_probability, our_normal_quantile, r_normal_quantile, NULL, NULL, 0,
    100000, 0, "" },
  { "ln gamma", draw_positive, our_gamma_log, r_gamma_log, NULL, true_gamma_log, 0, 100000, 1e-3,
    "absolute, not relative accuracy near the zeros at 1 and 2" },
  { "ln beta", draw_shapes, our_beta_log, r_beta_log, NULL, NULL, 1e-14, 100000, 0, "" },
  { "ln choose", draw_choose, our_choose_log, r_choose_log, NULL, NULL, 0, 100000, 0, "" },
  { "gamma", draw_gamma, our_gamma, r_gamma, NULL, true_gamma, 0, 100000, 0, "" },
  { "gamma quantile", draw_probability, our_gamma_quantile, r_gamma_quantile, r_gamma, true_gamma,
    0, 100000, 0.03, "the search stops early; p near 1 is inverted without its complement" },
  { "beta", draw_beta, our_beta, r_beta, NULL, true_beta, 0, 100000, 2e-3,
    "the asymptotic expansions for shapes above 1e7 are good to 1e-11; some overflow" },
  { "beta quantile", draw_tame, our_beta_quantile, r_beta_quantile, r_beta, true_beta, 0, 100000,
    0.03, "the search stops early" },
  { "beta quantile, any shapes", draw_probability, our_beta_quantile, NULL, NULL, true_beta, 0,
    500, 1, "not asked: it prints thousands of its own failures here" },
  { "student", draw_student, our_student, r_student, NULL, true_student, 0, 100000, 0, "" },
  { "student quantile", draw_probability, our_student_quantile, r_student_quantile, r_student,
    true_student, 0, 100000, 0.06, "overflows below 1e154 for df < 1; the search stops early" },
  { "noncentral t", draw_noncentral, our_student_noncentral, r_student_noncentral, NULL, NULL,
    1e-11, 100000, 0, "" },
  { "chi-squared", draw_gamma, our_chi_squared, r_chi_squared, NULL, true_chi_squared, 0, 100000,
    0, "" },
  { "chi-squared quantile", draw_probability, our_chi_squared_quantile, r_chi_squared_quantile,
    r_chi_squared, true_chi_squared, 0, 100000, 0.03, "as the gamma" },
  { "F", draw_f, our_f, r_f, NULL, true_f, 0, 100000, 5e-3,
    "1 - x by subtraction; chi-squared instead of F for df above 4e5; otherwise as the beta" },
  { "F quantile, any df", draw_probability, our_f_quantile, NULL, NULL, true_f, 0, 500, 1,
    "not asked, as for the beta" },
  { "F quantile", draw_tame, our_f_quantile, r_f_quantile, r_f, true_f, 0, 100000, 0.2,
    "through 1/x - 1 of the beta quantile, which cancels down to 0" },
  { "binomial", draw_binomial, our_binomial, r_binomial, NULL, true_binomial, 0, 100000, 0.01,
    "as the beta" },
  { "binomial density", draw_binomial, our_binomial_density, r_binomial_density, NULL,
    true_binomial_density, 0, 100000, 0.03, "the deviance loses digits from n = 1e6 on" },
  { "poisson", draw_poisson, our_poisson, r_poisson, NULL, true_gamma, 0, 100000, 0, "" },
  { "poisson density", draw_poisson, our_poisson_density, r_poisson_density, NULL,
    true_poisson_density, 0, 100000, 0.15, "the deviance loses digits from a mean of 1e5 on" },
  { "hypergeometric", draw_urn, our_hypergeometric, r_hypergeometric, NULL, true_hypergeometric, 0,
    100000, 1e-3, "the densities it sums" },
  { "hypergeometric density", draw_urn, our_hypergeometric_density, r_hypergeometric_density, NULL,
    true_hypergeometric_density, 0, 100000, 1e-3, "the deviance loses digits" },
  { "rank sum", draw_rank_sum, our_rank_sum, r_rank_sum, NULL, NULL, 0, 100000, 0, "" },
  { "signed rank", draw_signed_rank, our_signed_rank, r_signed_rank, NULL, NULL, 0, 100000, 0,
    "" },
};
enum { FAMILIES = sizeof families / sizeof families[0] };

/* What a sweep found. */
typedef struct finding {
  size_t wrong_r, wrong_us;
  double worst, at[4]; /* the largest error of the engine in tolerances, and where */
  enum tail tail;
} finding;

/* |x / y - 1|; equal values (infinities too) are at distance 0, anything with a NaN is far. */
static double distance(double x, double y) {
  if (x == y || (fabs(x) < 1e-300 && fabs(y) < 1e-300)) return 0;
  double d = fabs(x - y) / fmax(fabs(y), 1e-300);
  return isnan(d) ? (double)INFINITY : d;
}

static double tolerance(double value) {
  return fabs(value) > 1e-8 ? BODY : TAIL;
}

/* Do the values at the two ends enclose p? */
static int encloses(long double left, long double right, long double p) {
  return (left <= p && p <= right) || (right <= p && p <= left);
}

/* Is x within `tol` of the quantile of p by the distribution function of libRmath? The smaller
 * of p and 1 - p is used. */
static int proved_by_r(const family *f, const double *a, enum tail tail, double x, double tol) {
  double at[4] = { x * (1 - tol), a[1], a[2], 0 }, p = a[0];
  if (p > 0.5) {
    p = 1 - p;
    tail = other(tail);
  }
  double left = f->cdf(at, tail);
  at[0] = x * (1 + tol);
  return encloses(left, f->cdf(at, tail), p);
}

/* The same by the referee; at an end of the double range one side is enough. */
static int proved_by_referee(const family *f, const double *a, enum tail tail, double x,
                             double tol) {
  long double p = a[0], low = (long double)x * (1 - tol), high = (long double)x * (1 + tol);
  if (p > 0.5L) {
    p = 1 - p;
    tail = other(tail);
  }
  int is_beta = f->truth == true_beta;
  if (fabs(x) < 1e-300) low = -1, high = 1e-300L;
  if (isinf(x)) low = 1.79e308L, high = (long double)INFINITY;
  long double at_low = tail == LOWER ? 0 : 1, at_high = 1 - at_low;
  if (low > 0 || f->truth == true_student) at_low = f->truth(low, a, tail);
  if (!isinf(high) && !(is_beta && high >= 1)) at_high = f->truth(high, a, tail);
  return encloses(at_low, at_high, p);
}

/* The error of the engine in tolerances at a point where libRmath disagrees or is not asked. */
static double judge(const family *f, const double *a, enum tail tail, double x) {
  if (f->cdf || !f->theirs) {
    if (f->cdf && !isinf(x) && proved_by_r(f, a, tail, x, BODY)) return 1;
    return isnan(x) || !proved_by_referee(f, a, tail, x, BODY) ? (double)INFINITY : 1;
  }
  if (!f->truth) return (double)INFINITY;
  long double truth = f->truth == true_gamma && f->theirs == r_poisson
                          ? true_gamma(a[1], (double[]){ 0, a[0] + 1 }, other(tail))
                          : f->truth(a[0], a, tail);
  return distance(x, (double)truth) / tolerance(x);
}

static void try_point(const family *f, finding *found, enum tail tail) {
  double a[4] = { 0 };
  f->draw(a);
  double x = f->ours(a, tail), error = (double)INFINITY;
  if (f->theirs) {
    double r = f->theirs(a, tail);
    if (f->floor > 0 && fabs(x - r) <= f->floor) r = x;
    error = distance(x, r) / tolerance(r);
  }
  if (error > 1) {
    error = judge(f, a, tail, x);
    if (error <= 1) found->wrong_r++;
    else found->wrong_us++;
  }
  if (!(error <= found->worst)) {
    found->worst = error;
    found->tail = tail;
    memcpy(found->at, a, sizeof a);
  }
}

/* Sends standard output to nowhere and returns what restores it. */
static int silence(void) {
  fflush(stdout);
  int kept = dup(1), nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, 1);
  close(nowhere);
  return kept;
}

static void unsilence(int kept) {
  fflush(stdout);
  dup2(kept, 1);
  close(kept);
}

/* Runs a family; prints the worst point and returns 0 when it fails. */
static int sweep(const family *f) {
  finding found = { .worst = -1 };
  seed = 20240229;
  int kept = silence();
  for (size_t i = 0; i < f->points; i++) try_point(f, &found, i % 2 ? UPPER : LOWER);
  unsilence(kept);
  double share = (double)found.wrong_r / (double)f->points;
  if (found.wrong_us == 0 && share <= f->wrong) return 1;
  const double *a = found.at;
  fprintf(stderr, "%s: %zu wrong, libRmath %zu wrong (%g allowed: %s); worst (%.17g, %.17g, %.17g, "
          "%.17g) %s, error %.3g tolerances, value %.17g, libRmath %.17g\n", f->name,
          found.wrong_us, found.wrong_r, f->wrong, f->why, a[0], a[1], a[2], a[3],
          found.tail == LOWER ? "lower" : "upper", found.worst, f->ours(a, found.tail),
          f->theirs ? f->theirs(a, found.tail) : (double)NAN);
  return 0;
}

static void families_agree_with_rmath(void **state) {
  (void)state;
  int failures = 0;
  for (size_t i = 0; i < FAMILIES; i++) failures += !sweep(&families[i]);
  wilcox_free();
  signrank_free();
  assert_int_equal(failures, 0);
}

/* libRmath's qbinom sometimes misses by one or stops in the tail (R's search starts from a
 * normal guess), so its pbinom judges: P(X <= k-1) < q <= P(X <= k), to 1e-12. */
static void binomial_quantile_is_the_smallest_k(void **state) {
  (void)state;
  seed = 5;
  for (int i = 0; i < 100000; i++) {
    double a[4] = { 0 };
    draw_binomial(a);
    double q = probability(), k = binomial_quantile(q, a[1], a[2]);
    double at[2][4] = { { k, a[1], a[2] }, { k - 1, a[1], a[2] } };
    int upper = q > 0.5;
    double here = r_binomial(at[0], upper ? UPPER : LOWER);
    double below = r_binomial(at[1], upper ? UPPER : LOWER);
    double goal = upper ? 1 - q : q, slack = 2e-11 * goal;
    int right = upper ? here <= goal + slack && below >= goal - slack
                      : here >= goal - slack && below <= goal + slack;
    if (!right) fprintf(stderr, "binomial quantile(%.17g, %.17g, %.17g)\n", q, a[1], a[2]);
    assert_true(right);
  }
}

/* ---- reference values -------------------------------------------------------------------- */

#include "dist_reference.h"

static void reference_values_are_met_to_14_digits(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
    const struct reference *r = &references[i];
    double value = r->ours(r->a, r->tail), expected = (double)r->value;
    double error = fabs(value - expected) / fabs(expected);
    if (!(error <= 2e-14)) fprintf(stderr, "reference %zu: %.17g, not %.17g\n", i, value, expected);
    assert_true(error <= 2e-14);
  }
}

/* The referee itself against the reference values: it is as good as 50 digits need. */
static void referee_meets_the_reference_values(void **state) {
  (void)state;
  int checked = 0;
  for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
    const struct reference *r = &references[i];
    referee *truth = r->ours == our_gamma ? true_gamma : r->ours == our_beta ? true_beta
                     : r->ours == our_f ? true_f : r->ours == our_student ? true_student
                     : r->ours == our_binomial ? true_binomial : NULL;
    if (!truth) continue;
    long double value = truth(r->a[0], r->a, r->tail);
    assert_true(fabsl(value / r->value - 1) < 1e-17L);
    checked++;
  }
  assert_true(checked >= 35);
}

/* ---- domain, order, inversion ------------------------------------------------------------ */

static void nan_and_bad_parameters_give_nan(void **state) {
  (void)state;
  const double nan = (double)NAN, inf = (double)INFINITY;
  const double bad[] = {
    normal_cdf(nan, LOWER), normal_quantile(nan, UPPER), normal_quantile(-0.1, LOWER),
    normal_quantile(1.1, LOWER), gamma_cdf(nan, 1, LOWER), gamma_cdf(1, 0, LOWER),
    gamma_cdf(1, -1, LOWER), gamma_cdf(1, nan, LOWER), gamma_quantile(0.5, 0, LOWER),
    gamma_quantile(2, 1, LOWER), beta_cdf(nan, 1, 1, LOWER), beta_cdf(0.5, 0, 1, LOWER),
    beta_cdf(0.5, 1, nan, LOWER), beta_quantile(-1, 1, 1, LOWER), beta_quantile(0.5, 1, -1, UPPER),
    student_cdf(nan, 3, LOWER), student_cdf(1, 0, LOWER), student_quantile(0.5, -1, LOWER),
    student_quantile(nan, 1, LOWER), student_noncentral_cdf(1, 0, 1, LOWER),
    student_noncentral_cdf(1, 3, inf, LOWER), chi_squared_cdf(1, 0, LOWER),
    chi_squared_quantile(0.5, nan, LOWER), f_cdf(1, 0, 1, LOWER), f_cdf(nan, 1, 1, LOWER),
    f_quantile(0.5, 1, 0, LOWER), binomial_density(1, 2.5, 0.5), binomial_cdf(1, 2, 1.5, LOWER),
    binomial_cdf(nan, 2, 0.5, LOWER), binomial_quantile(0.5, -1, 0.5), poisson_density(1, -1),
    poisson_cdf(1, nan, LOWER), hypergeometric_density(1, 2, 3, 6),
    hypergeometric_cdf(1, 2.5, 3, 2, LOWER), rank_sum_cdf(nan, 3, 3, LOWER),
    rank_sum_cdf(1, 0, 3, LOWER), rank_sum_cdf(1, 65, 3, LOWER), signed_rank_cdf(1, 101, LOWER),
    beta_log(-1, 1), choose_log(-1, 0),
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_true(isnan(bad[i]));
}

static void outside_the_support_is_exact(void **state) {
  (void)state;
  const double inf = (double)INFINITY;
  assert_true(normal_cdf(-inf, LOWER) == 0 && normal_cdf(inf, LOWER) == 1);
  assert_true(gamma_cdf(-1, 2, LOWER) == 0 && gamma_cdf(-1, 2, UPPER) == 1);
  assert_true(gamma_cdf(inf, 2, UPPER) == 0 && beta_cdf(-0.1, 1, 2, UPPER) == 1);
  assert_true(beta_cdf(1, 1, 2, LOWER) == 1 && beta_cdf(7, 1, 2, UPPER) == 0);
  assert_true(student_cdf(-inf, 2, LOWER) == 0 && student_cdf(-inf, 2, UPPER) == 1);
  assert_true(f_cdf(0, 1, 2, LOWER) == 0 && f_cdf(inf, 1, 2, UPPER) == 0);
  assert_true(binomial_cdf(-1, 5, 0.5, LOWER) == 0 && binomial_cdf(5, 5, 0.5, UPPER) == 0);
  assert_true(binomial_density(1.5, 5, 0.5) == 0 && binomial_density(6, 5, 0.5) == 0);
  assert_true(poisson_cdf(-1, 2, UPPER) == 1 && poisson_density(0, 0) == 1);
  assert_true(hypergeometric_cdf(-1, 2, 3, 2, LOWER) == 0);
  assert_true(hypergeometric_density(2, 2, 3, 2) > 0 && hypergeometric_density(3, 2, 3, 2) == 0);
  assert_true(rank_sum_cdf(-1, 3, 4, LOWER) == 0 && rank_sum_cdf(12, 3, 4, LOWER) == 1);
  assert_true(signed_rank_cdf(-1, 3, UPPER) == 1 && signed_rank_cdf(6, 3, UPPER) == 0);
}

static void quantiles_of_0_and_1_are_the_ends(void **state) {
  (void)state;
  const double inf = (double)INFINITY;
  assert_true(normal_quantile(0, LOWER) == -inf && normal_quantile(0, UPPER) == inf);
  assert_true(gamma_quantile(0, 2, LOWER) == 0 && gamma_quantile(0, 2, UPPER) == inf);
  assert_true(beta_quantile(0, 2, 3, LOWER) == 0 && beta_quantile(1, 2, 3, LOWER) == 1);
  assert_true(student_quantile(1, 4, LOWER) == inf && student_quantile(1, 4, UPPER) == -inf);
  assert_true(f_quantile(0, 2, 3, LOWER) == 0 && f_quantile(1, 2, 3, LOWER) == inf);
  assert_true(binomial_quantile(0, 7, 0.3) == 0 && binomial_quantile(1, 7, 0.3) == 7);
}

/* Infinite degrees of freedom are the limits that 1e15 degrees nearly reach. */
static void infinite_df_are_the_limits(void **state) {
  (void)state;
  const double inf = (double)INFINITY;
  assert_true(student_cdf(1.5, inf, UPPER) == normal_cdf(1.5, UPPER));
  assert_true(student_quantile(0.01, inf, LOWER) == normal_quantile(0.01, LOWER));
  assert_true(fabs(student_cdf(1.5, 1e15, UPPER) / normal_cdf(1.5, UPPER) - 1) < 1e-13);
  assert_true(fabs(f_cdf(1.7, 4, 1e15, UPPER) / f_cdf(1.7, 4, inf, UPPER) - 1) < 1e-13);
  assert_true(fabs(f_cdf(1.7, 1e15, 4, LOWER) / f_cdf(1.7, inf, 4, LOWER) - 1) < 1e-13);
  assert_true(fabs(f_quantile(0.05, 4, 1e15, UPPER) / f_quantile(0.05, 4, inf, UPPER) - 1) < 1e-13);
  assert_true(fabs(f_quantile(0.05, 1e15, 4, UPPER) / f_quantile(0.05, inf, 4, UPPER) - 1) < 1e-13);
  assert_true(student_noncentral_cdf(1, inf, 3, LOWER) == normal_cdf(-2, LOWER));
  assert_true(student_noncentral_cdf(1, 7, 0, LOWER) == student_cdf(1, 7, LOWER));
}

/* Along ln x or logit x in 4000 steps, across all changes of method, no tail turns back. */
static void cdfs_never_turn_back(void **state) {
  (void)state;
  static const double shapes[][2] = { { 0.001, 0.7 }, { 0.7, 3 },   { 0.9, 1e6 }, { 19.9, 19.9 },
                                      { 20, 20 },     { 25, 3000 }, { 1e5, 3e6 }, { 1e9, 1e9 } };
  for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
    double a = shapes[s][0], b = shapes[s][1], last_gamma = 0, last_beta = 0;
    double sd = 40 * sqrt(1 / a + 1 / b), gamma_sd = 40 / sqrt(a);
    for (int i = 0; i <= 4000; i++) {
      double u = i / 2000.0 - 1, inverse_odds = b / a * exp(-sd * u);
      double g = gamma_cdf(a * exp(gamma_sd * u), a, LOWER);
      double p = beta_cdf(1 / (1 + inverse_odds), a, b, LOWER);
      assert_true(g >= last_gamma && p >= last_beta);
      last_gamma = g;
      last_beta = p;
    }
  }
}

/* cdf(quantile(p)) = p as far as the rounding of the quantile allows: h = x f(x) / p grows with
 * the shapes, so the round trip is done where h stays below a few hundred. */
static void quantile_and_cdf_are_inverse(void **state) {
  (void)state;
  seed = 11;
  for (int i = 0; i < 20000; i++) {
    double p = unit() < 0.5 ? unit() : decades(-300, 0), a = decades(-1, 3), b = decades(-1, 3);
    enum tail tail = i % 2 ? UPPER : LOWER;
    double back[] = {
      normal_cdf(normal_quantile(p, tail), tail),
      gamma_cdf(gamma_quantile(p, a, tail), a, tail),
      chi_squared_cdf(chi_squared_quantile(p, a, tail), a, tail),
      student_cdf(student_quantile(p, fmax(a, 2), tail), fmax(a, 2), tail),
      f_cdf(f_quantile(p, fmax(a, 3), fmax(b, 3), tail), fmax(a, 3), fmax(b, 3), tail),
    };
    double x = gamma_quantile(p, a, tail);
    for (size_t k = 0; k < sizeof back / sizeof back[0]; k++) {
      if (k == 1 && x < 1e-290) continue; /* below the smallest double */
      if (k == 2 && chi_squared_quantile(p, a, tail) < 1e-290) continue;
      assert_true(fabs(back[k] / p - 1) < 1e-12);
    }
  }
}

/* Small cases counted by hand: U of 2 and 3 has counts 1 1 2 2 2 1 1 (of 10), V of 3 has
 * 1 1 1 2 1 1 1 (of 8). The largest sizes: both ends of the distribution and its middle. */
static void rank_distributions_count_arrangements(void **state) {
  (void)state;
  static const double u[] = { 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1 };
  static const double v[] = { 0.125, 0.25, 0.375, 0.625, 0.75, 0.875, 1 };
  for (int k = 0; k < 7; k++) {
    assert_true(fabs(rank_sum_cdf(k, 2, 3, LOWER) - u[k]) < 1e-16);
    assert_true(fabs(rank_sum_cdf(k, 2, 3, UPPER) - (1 - u[k])) < 1.2e-16);
    assert_true(signed_rank_cdf(k, 3, LOWER) == v[k]);
    assert_true(signed_rank_cdf(k, 3, UPPER) == 1 - v[k]);
  }
  assert_true(fabs(rank_sum_cdf(0, 64, 64, LOWER) * exp(choose_log(128, 64)) - 1) < 1e-13);
  assert_true(signed_rank_cdf(0, 100, LOWER) == ldexp(1, -100));
  assert_true(signed_rank_cdf(2, 100, LOWER) == ldexp(3, -100));
  double middle = rank_sum_cdf(2048, 64, 64, LOWER) + rank_sum_cdf(2047, 64, 64, LOWER);
  assert_true(fabs(middle - 1) < 1e-15);
}

static int open_oracle(void **state) {
  (void)state;
  oracle_open();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(reference_values_are_met_to_14_digits),
    cmocka_unit_test(referee_meets_the_reference_values),
    cmocka_unit_test(nan_and_bad_parameters_give_nan),
    cmocka_unit_test(outside_the_support_is_exact),
    cmocka_unit_test(quantiles_of_0_and_1_are_the_ends),
    cmocka_unit_test(infinite_df_are_the_limits),
    cmocka_unit_test(cdfs_never_turn_back),
    cmocka_unit_test(quantile_and_cdf_are_inverse),
    cmocka_unit_test(rank_distributions_count_arrangements),
    cmocka_unit_test(binomial_quantile_is_the_smallest_k),
    cmocka_unit_test(families_agree_with_rmath),
  };
  return cmocka_run_group_tests(tests, open_oracle, NULL);
}

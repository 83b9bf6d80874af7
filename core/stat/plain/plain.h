/* plain.h - statistics on plain counts and values: no weights, no design, no tables of data.
 *
 * The tour:
 *   1. notes and tables              what a result has to say besides its figures
 *   2. one proportion                eleven intervals
 *   3. two proportions               intervals of a difference, a ratio, an odds ratio
 *   4. cross-tables                  chi-squared, Fisher, McNemar, trend, Mantel-Haenszel
 *   5. many p-values                 adjustment
 *   6. means and ranks               t, rank sum, signed rank, Kruskal-Wallis
 *   7. effect sizes                  h, d, g, delta; tau-b, gamma, rho
 *   8. planning                      sample size and power
 *   9. printing                      percentages that add up to 100
 *
 * Rules that hold for every function here:
 *   - A figure that does not exist is NaN in the result and `notes` says why; nothing else is
 *     ever NaN. Callers print the note, not the NaN.
 *   - Functions without a handle are pure. Arguments outside the stated domain give NaN figures
 *     and NOTE_DOMAIN; the binding checks them first and names the argument.
 *   - Counts are doubles so that weighted counts may be given where a method allows it; they
 *     are never rounded.
 *   - Two-sided everywhere. `conf` is in (0, 1).
 */
#ifndef STAT_PLAIN_H
#define STAT_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bilan.h"

/* ---- 1. notes and tables ------------------------------------------------------------- */

/* What a result has to say; a set of bits. */
enum plain_note {
  NOTE_DOMAIN = 1 << 0,       /* an argument is outside its domain */
  NOTE_EMPTY = 1 << 1,        /* the base is 0 */
  NOTE_POINT = 1 << 2,        /* the method gives a point, not an interval */
  NOTE_EXACT = 1 << 3,        /* not defined at 0 or n: Clopper-Pearson instead */
  NOTE_WHOLE = 1 << 4,        /* needs whole counts: Clopper-Pearson instead */
  NOTE_DROPPED = 1 << 5,      /* empty rows or columns left out */
  NOTE_NO_TABLE = 1 << 6,     /* fewer than two rows or columns hold answers */
  NOTE_SMALL = 1 << 7,        /* an expected count below 5 */
  NOTE_NO_PAIRS = 1 << 8,     /* nobody changed: no discordant pair */
  NOTE_NO_VARIANCE = 1 << 9,  /* all values equal */
  NOTE_NORMAL = 1 << 10,      /* normal approximation, because of ties or size */
  NOTE_ZEROS = 1 << 11,       /* zero differences left out */
  NOTE_HALF = 1 << 12,        /* 0.5 added to every cell, because one is empty */
  NOTE_SIMULATED = 1 << 13,   /* p-value from simulated tables */
  NOTE_NO_INFORMATION = 1 << 14, /* no stratum can tell the groups apart */
  NOTE_POPULATION = 1 << 15,  /* everybody would have to be asked */
  NOTE_BEYOND = 1 << 16,      /* no sample size reaches it */
  NOTE_LAST = NOTE_BEYOND
};

/* The words of one note (a single bit); "" for 0 or an unknown bit. */
const char *plain_note_text(unsigned note);

/* A table of counts, row after row. Borrowed. */
struct plain_counts {
  const double *n;
  size_t rows, cols;
};

/* A figure with its interval. */
struct plain_interval {
  double estimate, low, high;
  unsigned notes;
};

/* ---- 2. one proportion --------------------------------------------------------------- */

enum plain_method {
  METHOD_WALD,
  METHOD_WILSON,
  METHOD_WILSON_CC,
  METHOD_AGRESTI_COULL,
  METHOD_CLOPPER_PEARSON,
  METHOD_JEFFREYS,
  METHOD_MID_P,
  METHOD_LIKELIHOOD,
  METHOD_ARCSINE,
  METHOD_LOGIT,
  METHOD_BLAKER,
  METHODS
};

/* Names as scripts write them ("wilson_cc"), in the order of the enum, NULL at the end. */
extern const char *const plain_method_names[METHODS + 1];

/* The interval of x of n, 0 <= x <= n, both real. With n = 0 it is [0, 1], the estimate NaN
 * and NOTE_EMPTY set. At x = 0 and x = n the limit on the closed side is exactly 0 or 1. */
struct plain_interval plain_proportion(double x, double n, double conf, enum plain_method m);

/* ---- 3. two proportions -------------------------------------------------------------- */

enum plain_difference_method {
  DIFFERENCE_NEWCOMBE,
  DIFFERENCE_NEWCOMBE_CC,
  DIFFERENCE_MIETTINEN_NURMINEN,
  DIFFERENCE_AGRESTI_CAFFO,
  DIFFERENCE_WALD,
  DIFFERENCE_METHODS
};

extern const char *const plain_difference_names[DIFFERENCE_METHODS + 1];

/* x of n, in one of two groups. */
struct plain_share {
  double x, n;
};

/* a - b, in [-1, 1]. An empty group: [-1, 1], no estimate, NOTE_EMPTY. */
struct plain_interval plain_difference(struct plain_share a, struct plain_share b, double conf,
                                       enum plain_difference_method m);

/* a / b with Katz's log interval, and odds(a) / odds(b) with Woolf's; half a person is added
 * to every cell (and said) when one is empty. */
struct plain_interval plain_risk_ratio(struct plain_share a, struct plain_share b, double conf);
struct plain_interval plain_odds_ratio(struct plain_share a, struct plain_share b, double conf);

/* ---- 4. cross-tables ----------------------------------------------------------------- */

struct plain_chi_squared {
  double statistic, df, p_value;
  double g_statistic, g_p_value; /* likelihood ratio, never corrected */
  double n, phi, cramer_v;       /* phi is signed, NaN unless 2 x 2 */
  double cramer_v_corrected;     /* Bergsma's bias correction */
  double smallest_expected;
  double correction; /* what was taken off every |observed - expected| */
  size_t rows, cols; /* with answers */
  unsigned notes;
};

/* What each cell adds, in arrays of rows * cols; NULL = not wanted. Cells of empty rows and
 * columns get 0. */
struct plain_cells {
  double *expected;
  double *residual; /* Pearson: (O - E) / sqrt(E) */
  double *adjusted; /* over its standard error: about N(0, 1) under independence */
};

/* Pearson's test of independence. `correct`: Yates, only in a 2 x 2 table. */
bilan_status plain_chi_squared(bilan *b, struct plain_chi_squared *out,
                               struct plain_cells cells, struct plain_counts t, bool correct);

struct plain_fisher {
  double p_value;
  double odds_ratio, low, high; /* 2 x 2 only, else NaN; may be infinite */
  double replicates;            /* simulated tables; 0 = exact */
  unsigned notes;
};

struct plain_fisher_options {
  double conf;       /* of the odds ratio */
  bool simulate;     /* r x c: simulate instead of counting all tables */
  size_t replicates; /* tables to simulate */
  uint64_t seed;
  size_t limit; /* most states the exact count may hold */
  bool precise; /* odds ratios to the last digit, not with the tolerance of R's fisher.test */
};

struct plain_fisher_options plain_fisher_defaults(void);

/* Fisher's exact test of whole counts. BILAN_USAGE: a count is not whole; BILAN_LIMIT: the
 * exact count of a large table needs too many states; the message suggests `simulate`. */
bilan_status plain_fisher(bilan *b, struct plain_fisher *out, struct plain_counts t,
                          const struct plain_fisher_options *options);

/* The 2 x 2 table [a b; c d]: pure, any size. */
struct plain_fisher plain_fisher_2x2(const double cell[4], double conf, bool precise);

struct plain_mcnemar {
  double statistic, df, p_value;
  double estimate, low, high; /* 2 x 2: change in the share of the first level, else NaN */
  unsigned notes;
};

enum plain_mcnemar_kind { MCNEMAR_PLAIN, MCNEMAR_CORRECTED, MCNEMAR_EXACT };

/* Square table of before x after; more than two levels: Bowker's test of symmetry. Exact
 * needs 2 x 2 and whole counts. */
struct plain_mcnemar plain_mcnemar(struct plain_counts t, enum plain_mcnemar_kind kind,
                                   double conf);

struct plain_test {
  double statistic, df, p_value;
  unsigned notes;
};

/* Cochran-Armitage: do shares x[i] of n[i] follow `scores` (NULL = 1, 2, 3, ...)? */
struct plain_test plain_trend(const double *x, const double *n, const double *scores,
                              size_t groups);

struct plain_mantel_haenszel {
  double odds_ratio, low, high; /* common, with the Robins-Breslow-Greenland interval */
  double statistic, df, p_value;
  double homogeneity, homogeneity_df, homogeneity_p; /* Breslow-Day with Tarone's term */
  size_t strata;                                     /* that carry information */
  unsigned notes;
};

/* `strata` tables of four counts each: a, b, c, d for [a b; c d]. */
struct plain_mantel_haenszel plain_mantel_haenszel(const double *cells, size_t strata,
                                                   bool correct, double conf);

/* ---- 5. many p-values ---------------------------------------------------------------- */

enum plain_adjustment {
  ADJUST_NONE,
  ADJUST_BONFERRONI,
  ADJUST_HOLM,
  ADJUST_HOCHBERG,
  ADJUST_HOMMEL,
  ADJUST_BH,
  ADJUST_BY,
  ADJUSTMENTS
};

extern const char *const plain_adjustment_names[ADJUSTMENTS + 1];

/* Adjusted p-values, in the order of `p`. BILAN_USAGE: one is outside [0, 1]. */
bilan_status plain_p_adjust(bilan *b, double *out, const double *p, size_t count,
                            enum plain_adjustment how);

/* ---- 6. means and ranks -------------------------------------------------------------- */

/* What a t-test needs to know of a sample; sd has the divisor n - 1. */
struct plain_sample {
  double n, mean, sd;
};

struct plain_sample plain_sample_of(const double *values, size_t count);

struct plain_t_test {
  double estimate, se, low, high; /* the mean, or the difference of two */
  double statistic, df, p_value;
  unsigned notes;
};

/* Paired tests are this test on the differences. `mu` is the mean under the hypothesis. */
struct plain_t_test plain_t_one(struct plain_sample s, double mu, double conf);
struct plain_t_test plain_t_two(struct plain_sample a, struct plain_sample b, double mu,
                                bool pooled, double conf);

/* Values as they come from a tabulation: row = distinct value, ascending; column = group. */
struct plain_rank {
  double statistic, df, p_value; /* W, V, or H with df; NaN df where there is none */
  double z;                      /* of the normal approximation, else NaN */
  double effect;                 /* Cliff's delta; rank-biserial; epsilon squared */
  bool exact;
  unsigned notes;
};

enum plain_exact { EXACT_WHEN_SMALL, EXACT_ALWAYS, EXACT_NEVER };

/* How a rank test gets its p-value. EXACT_WHEN_SMALL: no ties and fewer than 50 in a group. */
struct plain_rank_options {
  enum plain_exact exact;
  bool no_correction; /* leave out the continuity correction of 1/2 */
};

/* Mann-Whitney / Wilcoxon: do values of group 0 tend to be larger than those of group 1? */
struct plain_rank plain_rank_sum(struct plain_counts t, struct plain_rank_options options);

/* Wilcoxon on differences: `value` ascending and distinct, `n` of each. */
struct plain_rank plain_signed_rank(const double *value, const double *n, size_t count,
                                    struct plain_rank_options options);

struct plain_rank plain_kruskal(struct plain_counts t);

/* Tabulates raw values for the three tests above: `*value` and `*n` (distinct x groups) are
 * the caller's to mem_free. BILAN_USAGE: a value is NaN. */
bilan_status plain_tabulate(bilan *b, double **value, double **n, size_t *distinct,
                            const double *x, const size_t *group, size_t count,
                            size_t groups);

/* ---- 7. effect sizes ----------------------------------------------------------------- */

double plain_cohen_h(double p1, double p2);
double plain_cohen_d(struct plain_sample a, struct plain_sample b);  /* pooled sd */
double plain_hedges_g(struct plain_sample a, struct plain_sample b); /* exact correction */
double plain_cliff_delta(struct plain_counts t); /* as plain_rank_sum: group 0 above group 1 */

/* Association of two ordered items. A figure is NaN when an item does not vary. */
struct plain_ordinal {
  double concordant, discordant; /* pairs */
  double tau_b, gamma, somers_d; /* somers_d: columns given rows */
  double spearman;               /* on mid-ranks */
  unsigned notes;
};

struct plain_ordinal plain_ordinal(struct plain_counts t);

/* ---- 8. planning --------------------------------------------------------------------- */

/* What a planned sample runs into. Zero means absent: no population, no design effect (1),
 * everybody answers (1). */
struct plain_field {
  double population, deff, response;
};

struct plain_size {
  double exact;   /* before rounding up */
  double n;       /* answers needed (per group: of group 1) */
  double n2;      /* of group 2, else 0 */
  double invited; /* people to ask, with the response rate */
  unsigned notes;
};

/* Answers for a half-width `margin` at `conf` of a share p, or of a mean with deviation sd. */
struct plain_size plain_size_proportion(double margin, double p, double conf,
                                        struct plain_field field);
struct plain_size plain_size_mean(double margin, double sd, double conf,
                                  struct plain_field field);

/* Per group, to find p1 against p2 (or means `delta` apart) with `power` at level `alpha`;
 * group 2 has `ratio` times group 1. */
struct plain_size plain_size_proportions(double p1, double p2, double power, double alpha,
                                         double ratio, struct plain_field field);
struct plain_size plain_size_means(double delta, double sd, double power, double alpha,
                                   double ratio, struct plain_field field);

double plain_power_proportions(double n, double p1, double p2, double alpha, double ratio);
double plain_power_means(double n, double delta, double sd, double alpha, double ratio);

/* ---- 9. printing --------------------------------------------------------------------- */

enum plain_rounding {
  PERCENT_LARGEST_REMAINDER, /* adds up to exactly 100 */
  PERCENT_HALF_UP,
  PERCENT_HALF_EVEN,
  PERCENT_HALF_DOWN,
  PERCENT_RULES
};

extern const char *const plain_rounding_names[PERCENT_RULES + 1];

/* Percentages of counts k[i] of their sum, as whole numbers of 10^-decimals percent
 * (decimals 0 to 6), computed on integers. BILAN_USAGE: a count below 0 or all are 0;
 * BILAN_LIMIT: too large to compute exactly. */
bilan_status plain_percentages(bilan *b, int64_t *out, const int64_t *k, size_t count,
                               int decimals, enum plain_rounding rule);

#endif

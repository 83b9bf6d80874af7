/* compare.h - tests without a design: means, ranks, paired answers, trends, strata.
 *
 * Each test tabulates what it needs (a value or level crossed with a group) and hands the
 * counts or moments to a plain primitive; nothing is computed from rows here. Respondents
 * missing on any of the items are left out and counted by kind. A test that cannot be made
 * has no figures and a note. Samples with a declared design are BILAN_USAGE: for those see
 * association.h and compare_design.h.
 *
 * Figures: value, se, low, high (the effect), statistic, df, p_value, effect, n.
 *
 * Worked example of the signs: reading scores 10, 12 in group `from` and 15, 17 in group `to`
 * give value 16 - 11 = 5, and a positive statistic. All tests are two-sided. Owner: `out` is
 * a plain struct of the caller's, untouched on failure.
 */
#ifndef STAT_COMPARE_H
#define STAT_COMPARE_H

#include "stat/estimate.h"

/* ---- independence of two items ------------------------------------------------------------ */

/* In the order of independence_names. */
enum independence {
  INDEPENDENCE_PEARSON,
  INDEPENDENCE_LIKELIHOOD,
  INDEPENDENCE_FISHER,
  INDEPENDENCES
};

extern const char *const independence_names[INDEPENDENCES + 1]; /* "pearson", ... */

/* conf: of the odds ratio that Fisher's test gives for 2 x 2. */
struct independence_options {
  enum independence statistic;
  bool correct; /* Yates, 2 x 2 */
  double conf;
};

/* *simulated: Fisher's p-value comes from simulated tables. */
bilan_status compare_independence(bilan *b, struct estimate *out, bool *simulated,
                                  const struct sample *sample, const struct column *row,
                                  const struct column *col,
                                  const struct independence_options *options);

/* ---- means -------------------------------------------------------------------------------- */

/* Does level a of an item stand behind level b, by their numbers, else by their labels? */
bool compare_level_after(const struct column *item, uint32_t a, uint32_t b);

/* At most one of `after` and `group` may be there; with neither it is the test of one mean. */
struct t_request {
  const struct column *measure;
  const struct column *after; /* paired: the second measure; the test is on after - measure */
  const struct column *group; /* two groups; NULL with `after`, or for one mean */
  uint32_t from, to;          /* levels of group; NO_LEVEL: the two that have respondents */
  bool sorted;                /* levels not named: `from` is the one whose number or label is the
                                 smaller; else the first of the dictionary */
  double mu;                  /* value under the hypothesis */
  bool pooled;                /* equal variances; else Welch */
  double conf;
};

/* value = mean in `to` minus mean in `from`; or mean of the differences; or the mean. */
bilan_status compare_means(bilan *b, struct estimate *out, const struct sample *sample,
                           const struct t_request *request);

/* ---- ranks -------------------------------------------------------------------------------- */

/* What *test is set to; in the order of rank_test_names. */
enum rank_test { RANK_WILCOXON, RANK_SIGNED, RANK_KRUSKAL, RANK_TESTS };

extern const char *const rank_test_names[RANK_TESTS + 1]; /* "Wilcoxon rank sum", ... */

struct rank_request {
  struct column *item;        /* numbers, or levels in order */
  struct column *after;       /* paired: signed ranks of after - item */
  const struct column *group; /* two groups with respondents: Wilcoxon; more: Kruskal-Wallis */
  uint32_t from, to;          /* levels of group, NO_LEVEL: all with respondents */
  bool sorted;                /* as for t_request */
  double conf;                /* of the difference of mean scores, by design */
};

/* effect: Cliff's delta (`to` above `from`), rank-biserial, or epsilon squared. */
bilan_status compare_ranks(bilan *b, struct estimate *out, enum rank_test *test,
                           const struct sample *sample, const struct rank_request *request);

/* ---- two answers of the same respondents ------------------------------------------------- */

/* AS_CORRECTED is with the continuity correction, AS_EXACT the binomial test of the
 * changes. */
enum mcnemar_choice { MCNEMAR_AUTO, MCNEMAR_AS_PLAIN, MCNEMAR_AS_CORRECTED, MCNEMAR_AS_EXACT };

struct mcnemar_request {
  const struct column *before, *after; /* CODES, levels matched by label */
  struct text level;                   /* this one against all others; empty: all levels */
  enum mcnemar_choice choice;          /* AUTO: exact under 25 changes of a 2 x 2, else plain */
  double conf;
};

/* value: share of the (first) level after, minus before. More than two levels: Bowker's test of
 * symmetry, no value. *used says which test it was. */
bilan_status compare_mcnemar(bilan *b, struct estimate *out, enum plain_mcnemar_kind *used,
                             const struct sample *sample, const struct mcnemar_request *request);

/* ---- trend and strata --------------------------------------------------------------------- */

/* Does the share of a level rise or fall over the groups of `by` (their numbers as scores, else
 * 1, 2, 3, ...)? Groups without respondents are left out. */
bilan_status compare_trend(bilan *b, struct estimate *out, const struct sample *sample,
                           const struct column *item, uint32_t level, const struct column *by);

/* The three items are CODES; their dictionaries are read for the levels. */
struct strata_request {
  const struct column *row, *col, *stratum;
  uint32_t row_level, col_level; /* against all others; NO_LEVEL: the item has two levels */
  bool correct;
  double conf;
};

/* out[0]: common odds ratio (value, low, high) and its test; out[1]: homogeneity of the odds
 * ratios over the strata. */
bilan_status compare_strata(bilan *b, struct estimate out[2], const struct sample *sample,
                            const struct strata_request *request);

#endif

/* design.h - how the sample was drawn: weights, strata, sampling units stage by stage, finite
 * populations; or replicate weights in their place.
 *
 * A design belongs to the rows of one table and is immutable: weighting verbs make new ones that
 * share what has not changed. It knows all rows of the sample, whatever the domain one estimates
 * in, so no PSU is ever forgotten.
 *
 * Stages. Stage 0 has the PSUs; stage s > 0 has the units drawn within the units of stage s - 1.
 * Units and strata are numbered from 0 in the order of their labels (label_order.h), whatever the
 * order of the rows; where every row is a unit, units are numbered as rows are.
 * A stratum of stage s > 0 lies within one unit of stage s - 1. The variance of a statistic whose
 * unit totals (all weights in) are z is the sum over stages and strata of
 *
 *   factor_h * sum over the units i of stratum h of (z_i - centre_h)^2
 *   factor_h = (product of the earlier sampling fractions) * (1 - n_h / N_h) * n_h / (n_h - 1)
 *
 * (Sarndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992, result 4.3.1; Bellhouse,
 * Applied Statistics 34, 1985). centre_h is the mean over the stratum's units. Where a stage has
 * no finite population the stages below it add nothing.
 *
 * Lonely PSUs: a stratum of one sampled unit that is not the whole population has no variance of
 * its own. FAIL refuses the design and lists such strata; ADJUST squares the distance to the mean
 * of all units of the stage; CERTAINTY counts 0; AVERAGE counts 0 and multiplies the stage by
 * strata / strata with two units or more.
 *
 * Worked example: 2 strata, 3 of 30 and 2 of 20 schools: units 5, strata 2, factor 0.9 * 3/2 and
 * 0.9 * 2/1, degrees of freedom 5 - 2 = 3. With school totals 10, 12, 17 and 8, 6: means 13 and
 * 7, squares 26 and 2, variance 1.35 * 26 + 1.8 * 2 = 38.7, standard error 6.22.
 *
 * Layout of a stage, schools as PSUs in regions as strata:
 *
 *   row      0  1  2  3  4  5          unit     0 0 1 2 2 2    by row
 *   school   k  k  m  s  s  s          stratum  0 0 1          by unit
 *   region   N  N  N  S  S  S          sampled  2 1            by stratum: S is a lonely one
 *
 * Owner: counted references, as columns. Cost of a declaration: a few passes over the rows;
 * memory 4 bytes a row and stage, and 4 more for the order of rows by PSU (none where rows are
 * units).
 */
#ifndef DESIGN_DESIGN_H
#define DESIGN_DESIGN_H

#include "data/column.h"
#include "data/domain.h"
#include "kernel/unit_order.h"

enum { STAGES_MOST = 6 };

enum lonely { LONELY_FAIL, LONELY_ADJUST, LONELY_CERTAINTY, LONELY_AVERAGE, LONELIES };
extern const char *const lonely_names[LONELIES + 1]; /* "fail", "adjust", ... */

/* What an interval stands on: the draw, or a model (said in the report's words). */
enum sampling { SAMPLING_PROBABILITY, SAMPLING_NONPROBABILITY, SAMPLING_CENSUS, SAMPLINGS };
extern const char *const sampling_names[SAMPLINGS + 1]; /* "probability", ... */

/* One stage. */
struct stage {
  size_t units;          /* sampled units; rows of the table where `unit` is NULL */
  uint32_t *unit;        /* [row] below units; NULL: every row is a unit, unit = row */
  struct unit_order *order; /* of the rows by unit; stage 0 where `unit` is, else NULL */
  size_t strata;         /* at least 1, also in a table without rows */
  uint32_t *stratum;     /* [unit] below strata; NULL: one stratum */
  size_t *sampled;       /* [stratum] n_h */
  double *population;    /* [stratum] N_h; INFINITY: with replacement */
  double *factor;        /* [stratum], see the head; 0 for a certainty stratum */
  bool *centre_all;      /* [stratum] lonely, adjusted: centre is the mean of all units */
};

struct replicates;
struct calibration;
struct degrees_kept;

struct design {
  size_t owners;
  struct mem *mem;
  size_t rows;
  struct column *weight;   /* NUMBERS, none missing or negative; NULL: 1 for every row */
  struct column *drawn;    /* the weights before any adjustment; NULL: as `weight` */
  struct stage *stages;
  size_t stage_count;      /* at least 1 */
  enum lonely lonely;
  enum sampling sampling;
  bool declared;           /* false: made for a table without a design */
  double df;               /* degrees of freedom of all rows */
  size_t collisions;       /* PSU labels that stand in several strata (nest = true) */
  struct calibration **calibrations; /* in the order in which they were made; each counted */
  size_t calibration_count;
  struct replicates *replicates;     /* NULL: variances by linearisation; counted */
  struct degrees_kept *kept;         /* of groups that were asked for (degrees.c); NULL: none */
};

/* What a script declares; all lent. Labels may be codes, numbers or texts: equal labels are one
 * unit. */
struct design_spec {
  const struct column *weight;               /* numbers; NULL: from the fpc, or 1 */
  struct column *clusters[STAGES_MOST];      /* of each stage; cluster_count 0: rows are PSUs */
  size_t cluster_count;
  struct column *strata[STAGES_MOST];        /* NULL: no strata at that stage */
  const struct column *fpc[STAGES_MOST];     /* population sizes (> 1) or sampling fractions
                                                (<= 1); a missing one: with replacement */
  size_t fpc_count;
  bool nest;                                 /* PSU labels begin anew in each stratum */
  enum lonely lonely;
  enum sampling sampling;
};

/* BILAN_DATA, with row numbers (first is 1) and labels: a weight that is missing or negative, a
 * missing cluster or stratum, labels that stand in two strata without `nest`, an fpc that varies
 * within its stratum, is below the sampled number or mixes sizes and fractions, lonely PSUs under
 * LONELY_FAIL (the list of strata). BILAN_USAGE, BILAN_NOMEM. */
bilan_status design_declare(bilan *b, struct design **out, size_t rows,
                            const struct design_spec *spec);

/* A simple random sample with replacement of all rows, for tables without a design: `d` and `s`
 * are the caller's, nothing is owned and nothing to be freed. */
struct design_plain {
  struct design design; /* what is handed out; its pointers lead to the members below */
  struct stage stage;
  double factor;        /* of the one stratum: n / (n - 1) */
  size_t sampled;       /* n */
  double population;    /* INFINITY */
};
const struct design *design_plain(struct design_plain *p, size_t rows);

struct design *design_hold(struct design *d);
void design_free(struct design *d); /* one owner less; NULL is fine */

/* A copy that shares everything of `d` (one hold each) with one owner, to be changed before it is
 * handed out. design_set_weight takes over `weight`, keeping `drawn`. */
bilan_status design_copy(bilan *b, struct design **out, const struct design *d);
void design_set_weight(struct design *d, struct column *weight);

/* The design of a physical subset: the rows named, in that order; units without rows are gone and
 * n_h is counted anew. BILAN_USAGE for a calibrated design: drop rows before calibrating. */
bilan_status design_take(bilan *b, struct design **out, const struct design *d,
                         const size_t *rows, size_t count);

/* Weight of a row. */
double design_weight(const struct design *d, size_t row);

/* Degrees of freedom of each group of the key columns (CODES; groups numbered as cells are; no
 * keys: one group): PSUs minus strata that have a row of positive weight in the group and the
 * domain. With replicates: those of the set of replicates, for every group that has a row. 0 for
 * a group without rows. */
bilan_status design_degrees(bilan *b, double *df, const struct design *d,
                            const struct domain *domain, const struct column *const *keys,
                            size_t key_count);

struct cells;

/* The same from totals by PSU of the design (linear_request), of `groups` groups of equally many
 * cells: no pass over the rows, and none over the totals where the design knows these keys from
 * before. BILAN_NOMEM. */
bilan_status design_degrees_of(bilan *b, double *df, const struct design *d,
                               const struct domain *domain, const struct column *const *keys,
                               size_t key_count, const struct cells *totals, size_t groups);

#endif

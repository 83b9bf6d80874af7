/* estimate.h - what every estimator gives: rows of figures, each with its base.
 *
 * A figure that does not exist is absent: its bit in `has` is off, and `note` says in words
 * why. NaN and infinity never get in, so they can never reach a reader. Counts are whole
 * numbers and always there, because a share never appears without its base.
 *
 * Without a design the rows are a simple random sample, with replacement, of N = all rows of
 * the sample. A domain or a by-group is a part of that sample, not a smaller sample: rows
 * outside have u = 0 and stay in the sums. For a statistic with influence values u_k of sum 0
 *     V = N / (N - 1) * sum over the group of u_k^2,    df = N - 1
 * (Cochran, Sampling Techniques, 1977, section 2.13; Lumley, Complex Surveys, 2010, 2.2).
 * With all rows in the base and p = k/n this is sqrt(p (1 - p) / (n - 1)). Intervals of means
 * and totals use Student's t on those degrees of freedom, as the same table under a design of
 * equal weights would.
 *
 * Worked example: 20 rows, all with an answer, 8 of them yes: p = 0.4, se = sqrt(0.4 * 0.6 /
 * 19) = 0.1124, df = 19. Of a domain of 10 of these rows with 4 yes, u is 0.06 for the 4,
 * -0.04 for the 6 and 0 for the 10 outside:
 *
 *   sum u^2 = 4 * 0.0036 + 6 * 0.0016 = 0.024,   V = 20/19 * 0.024,   se = 0.1589
 *
 * Owner: an estimate is a plain struct, copied at will; a list of rows (struct estimates)
 * owns its array.
 */
#ifndef STAT_ESTIMATE_H
#define STAT_ESTIMATE_H

#include "design/target.h"
#include "stat/plain/plain.h"

/* ---- one estimate ------------------------------------------------------------------------ */

/* Places in `figures`. The order is shared with the public enum of figures: new ones go
 * before FIGURES. */
enum figure {
  FIGURE_VALUE,    /* the estimate itself: a share is 0 .. 1, never a percentage */
  FIGURE_SE,       /* its standard error, in the same units */
  FIGURE_LOW,      /* limits of the interval at FIGURE_CONF */
  FIGURE_HIGH,
  FIGURE_CONF, /* the level of the interval, 0.95 */
  FIGURE_WEIGHTED_N, /* sum of the weights of the base */
  FIGURE_DF,       /* degrees of freedom; of an F the numerator's. Need not be whole */
  FIGURE_DDF,      /* of an F the denominator's */
  FIGURE_DEFF,     /* design effect: variance over that of a simple random sample */
  FIGURE_STATISTIC, /* of the test: t, F, chi-squared, as its name says */
  FIGURE_P_VALUE,  /* two-sided where the test has two sides */
  FIGURE_P,        /* the p of a quantile: a key of the row */
  FIGURE_CUMULATIVE, /* frequencies: share up to and including the level */
  FIGURE_EXPECTED, /* crosstab: the count under independence */
  FIGURE_RESIDUAL, /* crosstab: adjusted standardised residual */
  FIGURE_EFFECT,   /* size of an effect, in the measure that belongs to the test */
  FIGURE_EFFECTIVE_N, /* Kish's (sum w)^2 / sum w^2 of the base: what unequal weights leave */
  FIGURES
};

const char *figure_name(enum figure f); /* "value", "se", ... as scripts write them */

/* Why there is no figure, or what to know about one: the notes of plain.h and these, in one
 * set of bits. */
enum estimate_note {
  NOTE_FEW_DEGREES = 1 << 17,     /* fewer PSUs than a test of several parameters takes */
  NOTE_FIXED = 1 << 18,           /* fixed by the design: both limits are the estimate */
  NOTE_NO_POPULATION = 1 << 19,   /* weights that sum to the sample: no deff without replacement */
  NOTE_ONE_RESPONDENT = 1 << 20,  /* one in the base: no variance */
  NOTE_ONE_ROW = 1 << 21,         /* one row in the whole sample: no degrees of freedom */
  NOTE_CONSTANT = 1 << 22,        /* no variance, so no interval */
  NOTE_NOT_ESTIMABLE = 1 << 23,   /* a limit of a quantile lies beyond the sample */
  NOTE_ZERO_DENOMINATOR = 1 << 24,
  NOTE_EMPTY_GROUP = 1 << 25,     /* one of the groups compared has no respondent */
  NOTE_NO_DEGREES = 1 << 26,      /* as many PSUs as strata in the group: no variance */
  NOTE_SMALL_BASE = 1 << 27,      /* base under the threshold: not compared */
  NOTE_EDGE = 1 << 28,            /* 0 % or 100 %: not compared */
  NOTE_OVERLAP = 1 << 29,         /* levels share respondents: no test of the whole table */
  NOTE_EDGE_INTERVAL = 1 << 30    /* 0 % or 100 %: Korn and Graubard's limit on the base n */
};

/* The last bit, which no int holds: a limit of a share lies outside 0 to 100 %. */
#define NOTE_OUTSIDE (1u << 31)

/* The words of one note, of plain.h or of this file; "" for 0. */
const char *estimate_note_text(unsigned note);

/* About 200 bytes; tables hold one a cell. */
struct estimate {
  double figures[FIGURES];
  uint32_t has;                        /* bit f: figures[f] is there */
  int64_t n;                           /* base: answers present, positive weight */
  int64_t count;                       /* of them with the level; -1 where there is no such */
  int64_t missing[BILAN_MISSING_KINDS];/* left out of the base, by kind; [0] is their sum */
  unsigned notes;                      /* plain_note and estimate_note bits */
};

/* No figure, no base. */
static inline struct estimate estimate_none(void) { return (struct estimate){.count = -1}; }

/* Sets a figure; NaN and infinity make it absent.
 * Setting a figure again replaces it, and a NaN takes away one that was there. */
void estimate_set(struct estimate *e, enum figure f, double value);
static inline bool estimate_has(const struct estimate *e, enum figure f) {
  return e->has >> f & 1;
}
/* The figure, NaN when absent: for further computing, never for output. */
double estimate_get(const struct estimate *e, enum figure f);

/* value -+ t * se with Student's t on the estimate's df, where se and df are there.
 * conf in (0, 1). Both limits are set, and FIGURE_CONF with them. */
void estimate_interval(struct estimate *e, double conf);
/* The t of such limits, df > 0; the handle remembers a few. The same limits by a known t. */
double estimate_quantile(bilan *b, double conf, double df);
void estimate_limits(struct estimate *e, double conf, double t);

/* statistic and the two-sided p_value of Student's t on df > 0: 2 P(T > |t|). 2.776 on 4 degrees
 * of freedom is 0.05. */
void estimate_set_t(struct estimate *e, double t, double df);

/* Which simple random sample a design effect compares with: drawn without replacement from a
 * population of sum w, or with. The two differ by the factor 1 - n / sum w. */
enum deff { DEFF_NONE, DEFF_WOR, DEFF_WR, DEFFS };
extern const char *const deff_names[DEFFS + 1]; /* "none", "wor", "wr" */

/* Sets FIGURE_DEFF: (se / scale)^2 over the variance of a mean of e->n respondents of the given
 * weight, whose weighted squares about the mean are `squares`. scale: 1 for a mean or share, the
 * weight for a total. NOTE_NO_POPULATION where `wor` has none. */
void estimate_deff(struct estimate *e, enum deff deff, double squares, double weight,
                   double scale);

/* Adds rows that have no answer of the given kind.
 * BILAN_PRESENT is passed over, so callers need not look at the kind first. */
void estimate_add_missing(struct estimate *e, bilan_missing kind, int64_t rows);

/* ---- the sample and its groups ----------------------------------------------------------- */

enum { BY_MOST = 3 };

/* Whose PSUs and strata count as degrees of freedom: those with a respondent in the group and
 * domain (as R's degf of a subset), or all of the design. */
enum degrees_rule { DEGREES_DOMAIN, DEGREES_DESIGN, DEGREES_RULES };
extern const char *const degrees_rule_names[DEGREES_RULES + 1]; /* "domain", "design" */

/* What is estimated in. */
struct sample {
  size_t rows;                 /* N, whatever the domain */
  const struct domain *domain; /* NULL: all rows */
  const struct design *design; /* NULL: a simple random sample with replacement of all rows */
  enum degrees_rule degrees;   /* of a design */
};

/* The weights of the design; NULL: 1 for every row. */
static inline const struct column *sample_weight(const struct sample *s) {
  return s->design ? s->design->weight : NULL;
}
/* Is there a design that somebody declared? */
static inline bool sample_designed(const struct sample *s) {
  return s->design && s->design->declared;
}
static inline double sample_df(const struct sample *s) { return (double)s->rows - 1; }
/* N / (N - 1); NaN for a single row. */
double sample_factor(const struct sample *s);

/* The by-variables, all CODES. A group is a combination of their codes, the last one running
 * fastest; groups where a by-variable has no answer are passed over. */
struct by {
  size_t count;
  const struct column *keys[BY_MOST];
  bool declared[BY_MOST]; /* levels come from a dictionary of the table: a group without
                             respondents stays; levels met while reading: it goes */
};

/* No by-variables: everybody is one group. */
extern const struct by no_by;

/* Groups without respondents and groups of missing codes are counted too: it is the size of
 * arrays indexed by group. */
size_t by_groups(const struct by *by); /* product of the dictionaries; 1 without by */
/* The codes of group g; false when one of them is a kind of missing.
 * Codes beyond by->count are set to 0. */
bool by_codes(const struct by *by, size_t g, uint32_t codes[BY_MOST]);
/* Degrees of freedom of every group (room for by_groups): design_degrees by the sample's rule;
 * rows - 1 for all without a design. BILAN_NOMEM. */
bilan_status sample_degrees(bilan *b, double *df, const struct sample *s, const struct by *by);
/* Does a group with so many rows belong in the output? */
bool by_shows(const struct by *by, int64_t rows);

/* ---- rows of estimates ------------------------------------------------------------------- */

#define NO_LEVEL UINT32_MAX

/* One line of a result: its group, its level, its figures; of a share whose figures come later
 * (proportion_look), also where they come from. */
struct estimate_row {
  uint32_t by[BY_MOST];
  uint32_t level; /* of the item; NO_LEVEL where the estimate has none */
  bool later;     /* the figures are not there yet */
  size_t group, place; /* of a tally */
  struct estimate e;
};

/* A list that grows; open it before the first row, free it in every case. */
struct estimates {
  struct mem *mem;
  struct estimate_row *rows;
  size_t count, room;
};

void estimates_open(bilan *b, struct estimates *list);
/* Appends a row; the pointer holds until the next one. BILAN_NOMEM. */
bilan_status estimates_add(bilan *b, struct estimates *list, struct estimate_row **row,
                           const uint32_t by[BY_MOST], uint32_t level);
void estimates_free(struct estimates *list); /* idempotent */

#endif

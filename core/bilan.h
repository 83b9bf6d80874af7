/* bilan.h - the public face of the engine: survey tables and statistics for C programs.
 *
 * The tour, in the order in which a program meets things:
 *   1. status codes and the handle    bilan_open, bilan_close, bilan_message
 *   2. words of the field             kinds of item, kinds of missing
 *   3. surveys                        bilan_read_csv, bilan_survey_new, bilan_survey_item...
 *   4. verbs                          bilan_where, bilan_derive, bilan_survey_design...
 *   5. estimates                      bilan_proportion, bilan_mean, bilan_crosstab...
 *   6. results                        bilan_result_figure, bilan_result_key...
 *   7. plain statistics               bilan_proportion_interval, bilan_fisher, bilan_t_cdf...
 *   8. limits                         memory, threads, and faults made on purpose
 *
 * A whole program:
 *
 *   bilan *b = NULL;
 *   bilan_survey *survey = NULL;
 *   bilan_result *shares = NULL;
 *   bilan_estimate_options options = BILAN_ESTIMATE_OPTIONS;
 *   options.by[0] = "school";
 *   bilan_status status = bilan_open(&b);
 *   if (!status) status = bilan_read_csv(b, &survey, "answers.csv", NULL);
 *   if (!status) status = bilan_proportion(b, &shares, survey, "answer", &options);
 *   for (size_t row = 0; !status && row < bilan_result_rows(shares); row++) {
 *     double share;
 *     if (bilan_result_figure(shares, &share, row, BILAN_FIGURE_VALUE))
 *       printf("%s %.3f\n", bilan_result_key(shares, row, "level"), share);
 *   }
 *   if (status) fprintf(stderr, "%s\n", bilan_message(b));
 *   bilan_result_free(shares);
 *   bilan_survey_free(survey);
 *   bilan_close(b);
 *
 * Rules that hold for every function:
 *   - All symbols start with bilan_. Handles are opaque. There is no global state: use one
 *     handle per thread, and as many as you like. A handle, its surveys and its results may
 *     be used by one thread at a time.
 *   - A function that can fail takes the handle first, then what it gives, then what it
 *     takes, and returns a bilan_status; BILAN_OK is 0. The text of the last failure lives on
 *     the handle until the next failing call.
 *   - Out-parameters are untouched when a call fails.
 *   - What a function gives through a `T **out` you own and release with the matching
 *     free/close; what a getter returns is lent and lives as long as its owner.
 *   - Inputs are only read, and not kept: strings and arrays may go when the call is over.
 *   - A getter without a status cannot fail: a place that is not there gives 0, NULL or
 *     what its comment says.
 *   - The handle, and the object that a getter is asked of, must not be NULL; other inputs that
 *     are NULL by mistake are BILAN_USAGE.
 *   - Strings are UTF-8. The engine never calls setlocale and does not depend on the locale.
 *   - Nothing is printed, no signal is handled, the process is never ended.
 *   - The same input gives the same bits, whatever the number of threads.
 */
#ifndef BILAN_H
#define BILAN_H

#include <stddef.h>
#include <stdint.h>

#define BILAN_VERSION "0.1.0"

#if defined(__GNUC__)
#define BILAN_API __attribute__((visibility("default")))
#else
#define BILAN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- 1. status and handle ------------------------------------------------------------ */

typedef enum bilan_status {
  BILAN_OK = 0,
  BILAN_NOMEM,    /* the allocator said no: memory is exhausted or over the cap */
  BILAN_IO,       /* the system said no: open, read, write, rename */
  BILAN_DATA,     /* the input is at fault; the message says file:line:column */
  BILAN_USAGE,    /* the caller is at fault: an unknown name, an argument out of range */
  BILAN_LIMIT,    /* a stated limit was reached */
  BILAN_INTERNAL, /* a fault of the engine itself */
} bilan_status;

typedef struct bilan bilan; /* the handle: allocator, I/O, threads, last message */

/* Opens a handle without a memory limit, for one thread of work. BILAN_NOMEM is the only
 * failure; bilan_message(NULL) has its words. */
BILAN_API bilan_status bilan_open(bilan **out);

/* Gives up a handle; NULL is fine. Surveys and results made with it stay readable until they
 * are freed themselves, in any order: the memory of the handle goes with the last of them.
 * No function may be given the handle after this. */
BILAN_API void bilan_close(bilan *b);

/* The last failure on this handle in one sentence: what is wrong, where (file:line:column or a
 * name), what was expected. "" when nothing has failed yet. Lent by the handle, until the next
 * failing call. NULL gives "out of memory". */
BILAN_API const char *bilan_message(const bilan *b);

/* A word for a status: "ok", "no memory", "io", "data", "usage", "limit", "internal". */
BILAN_API const char *bilan_status_name(bilan_status status);

/* The version of the library that runs, which may be newer than BILAN_VERSION, the version
 * of the header that a program was compiled with. */
BILAN_API const char *bilan_version(void);

/* ---- 2. words of the field ----------------------------------------------------------- */

/* What an item (a question) measures. */
typedef enum bilan_kind {
  BILAN_SINGLE = 0, /* one of several levels */
  BILAN_MULTIPLE,   /* any number of options */
  BILAN_SCALE,      /* one of several ordered levels */
  BILAN_NUMBER,
  BILAN_TEXT,
  BILAN_DATE,
  BILAN_ID,
} bilan_kind;

/* Why there is no answer. Kept apart everywhere; 0 means that there is one. */
typedef enum bilan_missing {
  BILAN_PRESENT = 0,
  BILAN_NO_ANSWER, /* asked, left blank */
  BILAN_NOT_ASKED, /* the question was not put to this respondent */
  BILAN_DONT_KNOW,
  BILAN_REFUSED,
  BILAN_MISSING_KINDS /* how many there are, BILAN_PRESENT included */
} bilan_missing;

/* Words for them, as scripts and results write them: "single", "multiple", "scale", "number",
 * "text", "date", "id"; "present", "no answer", "not asked", "don't know", "refused". NULL for
 * a value that is none. */
BILAN_API const char *bilan_kind_name(bilan_kind kind);
BILAN_API const char *bilan_missing_name(bilan_missing missing);

/* Text that comes out of data may hold any byte, so it has a length. `s` is never NULL, lent,
 * and not ended by a NUL byte. */
typedef struct bilan_text {
  const char *s;
  size_t length; /* bytes */
} bilan_text;

/* ---- 3. surveys ------------------------------------------------------------------------
 *
 * A survey is a table: a row for each respondent, an item for each question. It never
 * changes; the verbs of section 4 make new surveys that share the columns of the old one, so
 * they cost little. Rows and items are counted from 0.
 *
 * An item with levels stores a code per row. Code 0 is the blank: no answer. The others
 * follow in the order of the codebook or of first appearance, and may be answers or kinds of
 * missing. The codes of an item with several answers are its options, from 1 on.
 */

typedef struct bilan_survey bilan_survey;

/* Frees a survey; NULL is fine. Surveys and results made from it are not touched. */
BILAN_API void bilan_survey_free(bilan_survey *survey);

/* ---- 3a. from CSV ---- */

/* A text that means that there is no answer: {"99", BILAN_REFUSED}. */
typedef struct bilan_missing_word {
  const char *text;
  bilan_missing missing; /* not BILAN_PRESENT */
} bilan_missing_word;

/* What an item of a file shall be, where the rules of reading would say otherwise. */
typedef struct bilan_item_type {
  const char *name; /* of the item, or its header as written */
  bilan_kind kind;  /* BILAN_NUMBER, _TEXT, _SINGLE, _DATE or _ID */
} bilan_item_type;

/* Initialise with BILAN_READ_OPTIONS, then set what differs: zero is the usual choice. */
typedef struct bilan_read_options {
  int version;          /* set by the initialiser */
  const char *name;     /* what messages call bytes in memory; files have their path */
  char delimiter;       /* 0: found out, or an error that names the candidates */
  char decimal;         /* '.' or ','; 0: found out */
  const char *encoding; /* "windows-1252"...; NULL: found out */
  int replace;          /* not 0: bytes that are no UTF-8 become U+FFFD, and are reported */
  int keep_blanks;      /* not 0: blanks at the ends of cells belong to the value */
  int fill;             /* not 0: rows that are too short are padded, and reported */
  const bilan_missing_word *missing; /* missing_count of them */
  size_t missing_count;
  const bilan_item_type *types; /* type_count of them */
  size_t type_count;
  size_t most_bytes; /* of a file; 0: as much as memory holds */
  size_t most_rows;  /* 0: 2^30 */
} bilan_read_options;

#define BILAN_OPTIONS_VERSION 1
#define BILAN_READ_OPTIONS \
  {BILAN_OPTIONS_VERSION, NULL, 0, 0, NULL, 0, 0, 0, NULL, 0, NULL, 0, 0, 0}

/* Reads a CSV file; `options` may be NULL. The first record names the items. A cell that is
 * blank is BILAN_NO_ANSWER; nothing else is taken for missing unless `missing` says so. A
 * column whose cells are all numbers is BILAN_NUMBER; ISO dates are BILAN_DATE; long texts
 * that nearly all differ are BILAN_TEXT; others have levels (BILAN_SINGLE). What was noticed
 * on the way is in bilan_survey_warning.
 * Fails with BILAN_IO (absent, unreadable), BILAN_DATA (the message has path:line:column),
 * BILAN_LIMIT, BILAN_USAGE (an option; a type for an item that is not there), BILAN_NOMEM. */
BILAN_API bilan_status bilan_read_csv(bilan *b, bilan_survey **out, const char *path,
                                      const bilan_read_options *options);

/* The same for `size` bytes in memory. */
BILAN_API bilan_status bilan_read_csv_bytes(bilan *b, bilan_survey **out, const void *bytes,
                                            size_t size, const bilan_read_options *options);

/* What reading noticed, a sentence each: an encoding that was guessed, headers that were
 * renamed, rows that were padded. Surveys made from one that was read have them too. Lent. */
BILAN_API size_t bilan_survey_warnings(const bilan_survey *survey);
BILAN_API const char *bilan_survey_warning(const bilan_survey *survey, size_t index);

/* Reads a wave of an archive, the file *.bilan that `bilan convert` makes, at the speed of
 * memory: the wave called `wave`, or its only one when that is NULL. Answers are loaded item by
 * item when they are first asked for, so the file stays open, and a call that needs a damaged
 * item, or one of a wave that was replaced meanwhile, fails then (BILAN_DATA, BILAN_IO). Wordings
 * are those of the wave's codebook. Fails with BILAN_IO (absent, unreadable, in use), BILAN_DATA
 * (no archive, damaged), BILAN_USAGE (no such wave, with the nearest name; several, and none is
 * named), BILAN_NOMEM. */
BILAN_API bilan_status bilan_read_archive(bilan *b, bilan_survey **out, const char *path,
                                          const char *wave);

/* ---- 3b. from columns in memory ---- */

/* One item as arrays. Set exactly one of `numbers`, `codes`, `texts` and `ticks`:
 *   numbers  rows doubles; NaN is BILAN_NO_ANSWER, infinity an error; kind BILAN_NUMBER
 *   codes    rows codes from 0 (no answer) to level_count, and the labels of codes 1, 2...;
 *            kind BILAN_SINGLE or BILAN_SCALE
 *   texts    rows strings, NULL for no answer; kind BILAN_TEXT and BILAN_ID keep them as they
 *            are, BILAN_SINGLE and BILAN_DATE make levels of them
 *   ticks    rows * level_count bytes, row after row, not 0 where the option is ticked, and
 *            the labels of the options; kind BILAN_MULTIPLE
 * `missing` may say of each row why there is no answer (a bilan_missing; BILAN_PRESENT leaves
 * the value alone); NULL says nothing. */
typedef struct bilan_column {
  const char *name;
  const char *wording; /* the question as put; NULL: none */
  bilan_kind kind;
  const double *numbers;
  const uint32_t *codes;
  const char *const *texts;
  const unsigned char *ticks;
  const char *const *levels; /* level_count labels, all different */
  const double *scores;      /* level_count numbers of the levels of `codes`; NULL: none */
  size_t level_count;
  const unsigned char *missing;
} bilan_column;

#define BILAN_COLUMN \
  {NULL, NULL, BILAN_SINGLE, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL}

/* Makes a survey of `rows` respondents from `count` items; everything is copied. BILAN_USAGE
 * names the item: a name or label twice, a kind that does not fit its array, a code or kind of
 * missing out of range, text that is not UTF-8. */
BILAN_API bilan_status bilan_survey_new(bilan *b, bilan_survey **out, size_t rows,
                                        const bilan_column *columns, size_t count);

/* ---- 3c. looking inside ---- */

/* Respondents, items; and respondents that bilan_where has left in. */
BILAN_API size_t bilan_survey_rows(const bilan_survey *survey);
BILAN_API size_t bilan_survey_items(const bilan_survey *survey);
BILAN_API size_t bilan_survey_selected(const bilan_survey *survey);

/* Is the row one that bilan_where has left in? 1 or 0. */
BILAN_API int bilan_survey_is_selected(const bilan_survey *survey, size_t row);

/* The place of an item: BILAN_USAGE, with the nearest name, when there is none. */
BILAN_API bilan_status bilan_survey_find(bilan *b, size_t *item, const bilan_survey *survey,
                                         const char *name);

/* Its name, and the question as put ("" when it is not known); NULL beyond the last item.
 * Lent. */
BILAN_API const char *bilan_survey_item(const bilan_survey *survey, size_t item);
BILAN_API const char *bilan_survey_wording(const bilan_survey *survey, size_t item);

/* What it measures; BILAN_TEXT beyond the last item. */
BILAN_API bilan_kind bilan_survey_kind(const bilan_survey *survey, size_t item);

/* How many codes an item has, the blank included; 0 for one without levels. A number with few
 * different values may have levels too. */
BILAN_API size_t bilan_survey_codes(const bilan_survey *survey, size_t item);

/* What one code stands for. */
typedef struct bilan_level {
  bilan_text label;      /* "" for the blank; lent by the survey */
  bilan_missing missing; /* BILAN_PRESENT: an answer */
  int has_number;        /* not 0: the level carries a number, */
  double number;         /* which is this; else 0 */
} bilan_level;

/* BILAN_USAGE: no such item or code. */
BILAN_API bilan_status bilan_survey_level(bilan *b, bilan_level *out,
                                          const bilan_survey *survey, size_t item,
                                          uint32_t code);

/* One cell. */
typedef struct bilan_value {
  bilan_missing missing; /* BILAN_PRESENT: there is an answer; else all below is 0 or "" */
  uint32_t code;         /* of an item with one answer and levels; kept for missing kinds */
  int has_number;        /* not 0: the answer is, or its level carries, a number, */
  double number;         /* which is this; else 0 */
  bilan_text text;       /* the label or free text; "" for plain numbers and several answers */
} bilan_value;

/* The answer of one respondent. BILAN_USAGE: no such item or row. Constant time. */
BILAN_API bilan_status bilan_survey_value(bilan *b, bilan_value *out,
                                          const bilan_survey *survey, size_t item, size_t row);

/* Whether an option of an item with several answers is ticked: *out is 1 or 0, and 0 where
 * there is no answer at all. `option` is a code, from 1 on. BILAN_USAGE: no such item, row or
 * option, or the item has one answer only. */
BILAN_API bilan_status bilan_survey_ticked(bilan *b, int *out, const bilan_survey *survey,
                                           size_t item, size_t row, uint32_t option);

/* ---- 4. verbs ---------------------------------------------------------------------------
 *
 * Expressions are those of SQL: age >= 15 and school in ('a', 'b'), case when ... end,
 * coalesce, round, lower..., over names of items ("in double quotes" when they have blanks).
 * An item with levels is worth its label, no answer is NULL; answered(item), missing(item),
 * has(item, 'option'), value(item) are the words for surveys. A fault in an expression is
 * BILAN_USAGE, and its message shows the place.
 */

/* The survey of the respondents for whom `expression` is true, among those already selected.
 * The others stay in the table, outside the domain: a part of a sample is not a smaller
 * sample, and standard errors know the difference. */
BILAN_API bilan_status bilan_where(bilan *b, bilan_survey **out, const bilan_survey *survey,
                                   const char *expression);

/* The survey with one more item, or one replaced: numbers when all values are, else levels,
 * in the order of the branches of a CASE. BILAN_USAGE: the expression, an empty name. */
BILAN_API bilan_status bilan_derive(bilan *b, bilan_survey **out, const bilan_survey *survey,
                                    const char *name, const char *expression);

/* The survey with the `count` items named, in that order. BILAN_USAGE: no such item, or one
 * is named twice. */
BILAN_API bilan_status bilan_select(bilan *b, bilan_survey **out, const bilan_survey *survey,
                                    const char *const *names, size_t count);

/* The survey with `item` ("maths; biology") taken apart at `separator` into an item with
 * several answers (BILAN_MULTIPLE), in its place. Parts lose the blanks at their ends; options
 * stand in the order of first appearance. BILAN_USAGE: no such item, no levels, no
 * separator. */
BILAN_API bilan_status bilan_split(bilan *b, bilan_survey **out, const bilan_survey *survey,
                                   const char *item, const char *separator);

/* ---- 4a. how the sample was drawn ---- */

enum { BILAN_STAGES = 6 }; /* the most stages of a design */

/* Items that tell how the respondents were drawn, stage by stage: stage 0 draws the primary
 * units (PSUs), stage 1 units within them. Initialise with BILAN_DESIGN_OPTIONS, then set what
 * differs. Equal labels are one unit. */
typedef struct bilan_design_options {
  int version;                        /* set by the initialiser */
  const char *weights;                /* numbers >= 0; NULL: from fpc, or 1 for every row */
  const char *strata[BILAN_STAGES];   /* NULL: no strata at that stage */
  const char *clusters[BILAN_STAGES]; /* NULL ends the list; without any, rows are PSUs */
  const char *fpc[BILAN_STAGES];      /* sizes of the population (> 1), or sampling fractions;
                                         NULL: drawn with replacement */
  int nest;           /* not 0: labels of clusters begin anew in each stratum */
  const char *lonely; /* strata of one PSU: "fail" (NULL), "adjust", "certainty", "average" */
} bilan_design_options;

#define BILAN_DESIGN_OPTIONS                                                       \
  {BILAN_OPTIONS_VERSION, NULL, {NULL, NULL, NULL, NULL, NULL, NULL},              \
   {NULL, NULL, NULL, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL, NULL}, 0, NULL}

/* The same survey with a design, in place of one it may have: estimates are then weighted, with
 * standard errors by linearisation. Surveys made from it by the verbs above have it too; it holds
 * the columns it needs, so its items may be left out. NULL options: rows drawn one by one.
 * BILAN_USAGE: no such item (with the nearest), one without numbers. BILAN_DATA, with rows and
 * labels: a weight that is missing or negative, a cluster in two strata without `nest`, a
 * population smaller than its sample, strata of one PSU under "fail". */
BILAN_API bilan_status bilan_survey_design(bilan *b, bilan_survey **out,
                                           const bilan_survey *survey,
                                           const bilan_design_options *options);

/* Strata and PSUs of the first stage; 1, or 0 (and zeros) for a survey without a design. */
BILAN_API int bilan_survey_design_size(const bilan_survey *survey, size_t *strata,
                                       size_t *psus);

/* ---- 5. estimates -----------------------------------------------------------------------
 *
 * Every estimate is made over the selected respondents and gives a bilan_result with a row of
 * figures for each level and group. Without a design (section 4a) the rows are a simple random
 * sample.
 * Missing answers leave the base and are counted by kind.
 * Options that an estimate does not use must be left alone: BILAN_USAGE names those that do not
 * apply, items and levels that are not there with the nearest name, items that do not fit
 * (a mean of labels, shares of a number with over 10,000 values). BILAN_NOMEM besides.
 */

typedef struct bilan_result bilan_result;

/* Levels counted as one, by union: {"satisfied", {"yes", "rather yes"}, 2}. */
typedef struct bilan_net {
  const char *name;
  const char *const *levels; /* level_count of them */
  size_t level_count;
} bilan_net;

/* Initialise with BILAN_ESTIMATE_OPTIONS, then set what differs: zero is the usual choice. */
typedef struct bilan_estimate_options {
  int version;          /* set by the initialiser */
  const char *by[3];    /* one estimate for each combination of levels; NULL ends the list */
  double conf;          /* of intervals, in (0, 1); 0: 0.95 */
  const char *level;    /* proportion: this level only; NULL: all */
  const char *interval; /* of shares: "wilson" (NULL; by a design "logit"), "wald", "logit",
                           "likelihood", "arcsine", "xlogit", "beta", "korn_graubard"; without a
                           design also "wilson_cc", "agresti_coull", "clopper_pearson",
                           "jeffreys", "mid_p", "blaker" */
  const char *base;     /* several answers: "asked" (NULL), "answered", "ticked", "answers" */
  const char *sort;     /* freq, crosstab: "level" (NULL), "descending", "ascending" */
  int include_missing;  /* not 0: kinds of missing are levels of the base, except not asked */
  const bilan_net *nets; /* net_count of them, behind the levels */
  size_t net_count;
  const char *weights;  /* an item of numbers: a design of these weights alone, rows drawn one by
                           one; not for a survey that has a design */
  const double *p;      /* quantile: p_count shares in [0, 1]; NULL: the median */
  size_t p_count;
  const char *rule;     /* quantile: "math" (NULL), "school", "hf1" to "hf9", "shahvaish" */
  const char *percent;  /* crosstab: "col" (NULL), "row", "total", "none" */
  int letters;          /* crosstab: not 0: letters of the columns that differ */
  double alpha;         /* crosstab: level of the letters; 0: 0.05 */
  const char *adjust;   /* crosstab: for many letters: "none" (NULL), "bonferroni", "holm"... */
  size_t smallest;      /* crosstab: a base under this gets no letters; 0: 30 */
  int no_total;         /* crosstab: not 0: without the total column */
} bilan_estimate_options;

#define BILAN_ESTIMATE_OPTIONS                                                             \
  {BILAN_OPTIONS_VERSION, {NULL, NULL, NULL}, 0, NULL, NULL, NULL, NULL, 0, NULL, 0, NULL, \
   NULL, 0, NULL, NULL, 0, 0, NULL, 0, 0}

/* The share of each level of an item, in [0, 1]: value, se, low, high, conf, df, with n and
 * count. Keys: level, the by-items. Options: by, conf, level, interval, base,
 * include_missing, nets, weights. A level that nobody gave has a row, with count 0. */
BILAN_API bilan_status bilan_proportion(bilan *b, bilan_result **out,
                                        const bilan_survey *survey, const char *item,
                                        const bilan_estimate_options *options);

/* The frequencies of an item: as bilan_proportion, with the cumulative share, and sorted.
 * Options: by, conf, interval, base, sort, include_missing, nets, weights. */
BILAN_API bilan_status bilan_freq(bilan *b, bilan_result **out, const bilan_survey *survey,
                                  const char *item, const bilan_estimate_options *options);

/* The mean of a number, or of levels that carry numbers, in its own units: value, se, low,
 * high, conf, df. Keys: the by-items. Options: by, conf, weights. */
BILAN_API bilan_status bilan_mean(bilan *b, bilan_result **out, const bilan_survey *survey,
                                  const char *item, const bilan_estimate_options *options);

/* The sum of a number over the respondents; of an item with levels, how many gave each.
 * Keys: level, the by-items. Options: by, conf, weights. */
BILAN_API bilan_status bilan_total(bilan *b, bilan_result **out, const bilan_survey *survey,
                                   const char *item, const bilan_estimate_options *options);

/* The sum of one number over the sum of another, over respondents who have both. Keys: the
 * by-items. Options: by, conf, weights. */
BILAN_API bilan_status bilan_ratio(bilan *b, bilan_result **out, const bilan_survey *survey,
                                   const char *numerator, const char *denominator,
                                   const bilan_estimate_options *options);

/* Quantiles of a number, with Woodruff's interval. The figure BILAN_FIGURE_P of a row is its
 * p. Keys: the by-items. Options: by, conf, p, rule, weights. */
BILAN_API bilan_status bilan_quantile(bilan *b, bilan_result **out, const bilan_survey *survey,
                                      const char *item, const bilan_estimate_options *options);

/* One item down, `count` items across (at most 32): a row for each cell, line by line, the
 * total column first. Keys: level; banner and column, the item across and its level, absent in
 * the total; letters, those of the columns that are smaller, and letter, the column's own.
 * Value is the percentage asked for, in [0, 1] (the count with percent = "none"), with
 * expected and residual.
 * Unless `tests` is NULL, *tests has a row for each item across: keys banner and test
 * ("chi-squared", "Fisher"...); figures statistic, df, p_value, effect (Cramer's V).
 * Options: conf, interval, base, sort, include_missing, nets, weights, percent, letters,
 * alpha, adjust, smallest, no_total. */
BILAN_API bilan_status bilan_crosstab(bilan *b, bilan_result **out, bilan_result **tests,
                                      const bilan_survey *survey, const char *item,
                                      const char *const *columns, size_t count,
                                      const bilan_estimate_options *options);

/* ---- 6. results -------------------------------------------------------------------------
 *
 * A result is a list of rows, counted from 0. A row has keys (texts that say what it is
 * about), figures (which may be absent, and then a note says why), counts (always there), and
 * a note in words. A result does not need its survey any more.
 */

/* Frees a result; NULL is fine. */
BILAN_API void bilan_result_free(bilan_result *result);

BILAN_API size_t bilan_result_rows(const bilan_result *result);

/* How many keys rows have, and their names ("level", "school"...). NULL beyond the last.
 * Lent. */
BILAN_API size_t bilan_result_keys(const bilan_result *result);
BILAN_API const char *bilan_result_key_name(const bilan_result *result, size_t key);

/* A key of a row, by its name; a by-item that has the name of another key stands behind it
 * and is found by its place only. NULL: the row has no such key. Lent; a NUL byte inside a
 * label ends it here. */
BILAN_API const char *bilan_result_key(const bilan_result *result, size_t row,
                                       const char *name);
BILAN_API const char *bilan_result_key_at(const bilan_result *result, size_t row, size_t key);

/* 1 when the level of the row is a net, else 0. */
BILAN_API int bilan_result_is_net(const bilan_result *result, size_t row);

/* The figures a row may have. Shares are in [0, 1], others in the units of their item. */
typedef enum bilan_figure {
  BILAN_FIGURE_VALUE = 0,  /* the estimate */
  BILAN_FIGURE_SE,         /* its standard error */
  BILAN_FIGURE_LOW,        /* limits of its interval, */
  BILAN_FIGURE_HIGH,
  BILAN_FIGURE_CONF,       /* and the level of the interval */
  BILAN_FIGURE_WEIGHTED_N, /* sum of the weights of the base */
  BILAN_FIGURE_DF,         /* degrees of freedom */
  BILAN_FIGURE_DDF,        /* those of the denominator of an F */
  BILAN_FIGURE_DEFF,       /* design effect */
  BILAN_FIGURE_STATISTIC,  /* of a test */
  BILAN_FIGURE_P_VALUE,    /* two-sided */
  BILAN_FIGURE_P,          /* the p of a quantile */
  BILAN_FIGURE_CUMULATIVE, /* share up to and including the level */
  BILAN_FIGURE_EXPECTED,   /* count under independence */
  BILAN_FIGURE_RESIDUAL,   /* adjusted standardised residual */
  BILAN_FIGURE_EFFECT,     /* size of an effect, in the measure of the test */
  BILAN_FIGURE_EFFECTIVE_N, /* Kish's effective n of the base's weights */
  BILAN_FIGURES            /* how many there are */
} bilan_figure;

/* "value", "se"...; NULL for one that is none. */
BILAN_API const char *bilan_figure_name(bilan_figure figure);

/* 1 and the figure in *out (never NaN, never infinite), or 0 when the row has no such figure;
 * *out is then untouched. */
BILAN_API int bilan_result_figure(const bilan_result *result, double *out, size_t row,
                                  bilan_figure figure);

/* The base of a row: respondents with an answer, before weighting; of them those with the
 * level (-1 where a row has no level); and those left out because there is no answer, by kind
 * (BILAN_PRESENT: all kinds together). */
BILAN_API int64_t bilan_result_n(const bilan_result *result, size_t row);
BILAN_API int64_t bilan_result_count(const bilan_result *result, size_t row);
BILAN_API int64_t bilan_result_missing(const bilan_result *result, size_t row,
                                       bilan_missing kind);

/* What there is to know about a row, or why a figure is absent, in words: "one respondent in
 * the base: no variance". "" when there is nothing. Lent. */
BILAN_API const char *bilan_result_note(const bilan_result *result, size_t row);

/* ---- 7. plain statistics ----------------------------------------------------------------
 *
 * On counts that a program has already. No survey is needed.
 */

enum { BILAN_NOTE_ROOM = 512 };

/* The figures of one computation. Those that exist have their bit in `has`. */
typedef struct bilan_figures {
  double figure[BILAN_FIGURES]; /* by bilan_figure; 0 where absent */
  uint32_t has;                 /* bit 1u << f: figure[f] is there */
  char note[BILAN_NOTE_ROOM];   /* in words, as bilan_result_note */
} bilan_figures;

/* The interval of a share of `count` of `n`, 0 <= count <= n, at level `conf` in (0, 1):
 * value, low, high, conf, in [0, 1]. `method` as in bilan_estimate_options.interval, NULL for
 * Wilson's. With n = 0 there is no figure, and a note. BILAN_USAGE: an argument. */
BILAN_API bilan_status bilan_proportion_interval(bilan *b, bilan_figures *out, double count,
                                                 double n, double conf, const char *method);

/* The difference of two independent shares, count[0] / n[0] - count[1] / n[1], in [-1, 1]:
 * value, low, high, conf. Methods: "newcombe" (NULL), "newcombe_cc", "miettinen_nurminen",
 * "agresti_caffo", "wald". */
BILAN_API bilan_status bilan_difference_interval(bilan *b, bilan_figures *out,
                                                 const double count[2], const double n[2],
                                                 double conf, const char *method);

/* Pearson's chi-squared test of independence on rows x cols counts (>= 0), row after row:
 * statistic, df, p_value, effect (Cramer's V). `correct` not 0: with Yates' correction, in a
 * 2 x 2 table. */
BILAN_API bilan_status bilan_chi_squared(bilan *b, bilan_figures *out, const double *counts,
                                         size_t rows, size_t cols, int correct);

/* Fisher's exact test of the 2 x 2 table of whole counts a, b, c, d ([a b; c d]): p_value,
 * and the conditional odds ratio as value, low, high at level `conf`; an infinite one is
 * absent. */
BILAN_API bilan_status bilan_fisher(bilan *b, bilan_figures *out, const double counts[4],
                                    double conf);

typedef enum bilan_tail {
  BILAN_LOWER = 0, /* P(X <= x) */
  BILAN_UPPER      /* P(X > x), to full relative accuracy */
} bilan_tail;

/* Distribution functions and their inverses. They are pure: no handle, no failure; an argument
 * outside its domain gives NaN. Degrees of freedom and shapes are real numbers above 0. */
BILAN_API double bilan_normal_cdf(double z, bilan_tail tail);
BILAN_API double bilan_normal_quantile(double p, bilan_tail tail);
BILAN_API double bilan_t_cdf(double t, double df, bilan_tail tail);
BILAN_API double bilan_t_quantile(double p, double df, bilan_tail tail);
BILAN_API double bilan_chi_squared_cdf(double x, double df, bilan_tail tail);
BILAN_API double bilan_chi_squared_quantile(double p, double df, bilan_tail tail);
BILAN_API double bilan_f_cdf(double x, double df1, double df2, bilan_tail tail);
BILAN_API double bilan_f_quantile(double p, double df1, double df2, bilan_tail tail);
BILAN_API double bilan_beta_cdf(double x, double shape1, double shape2, bilan_tail tail);
BILAN_API double bilan_beta_quantile(double p, double shape1, double shape2, bilan_tail tail);
BILAN_API double bilan_binomial_cdf(double k, double n, double p, bilan_tail tail);

/* ---- 8. limits --------------------------------------------------------------------------- */

/* The most bytes that everything made with the handle may use together; 0: no limit, as after
 * bilan_open. A call that would need more fails with BILAN_NOMEM, and the handle and what was
 * made before stay usable. A limit below what is used now only stops what comes. */
BILAN_API void bilan_set_memory_limit(bilan *b, size_t bytes);

/* Bytes in use now, and the most there have been. 0 when all surveys and results are freed. */
BILAN_API size_t bilan_memory_used(const bilan *b);
BILAN_API size_t bilan_memory_peak(const bilan *b);

/* How many threads a call may use for large tables, 1 (as after bilan_open) to 256. Never
 * changes a result. They sleep between calls, with all signals blocked, and end with the handle.
 * BILAN_USAGE: out of range. */
BILAN_API bilan_status bilan_set_threads(bilan *b, int threads);

/* For tests: the nth request for memory from now on fails (nth from 1; 0: none does), and all
 * after it when `from_then_on` is not 0. */
BILAN_API void bilan_fail_memory(bilan *b, uint64_t nth, int from_then_on);

/* The same for system calls that touch files, which then fail with this errno. */
BILAN_API void bilan_fail_io(bilan *b, uint64_t nth, int error_number, int from_then_on);

#ifdef __cplusplus
}
#endif
#endif

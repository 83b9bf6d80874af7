/* crosstab.h - one item down, banners across: counts, percentages, letters, tests.
 *
 * A banner is an item whose levels are columns; several banners stand side by side. The row
 * item has one answer a row or several (a SET), and so has a banner: its columns are then its
 * options, which share respondents. The total column holds the respondents of the banner when
 * there is one (levels add up to it; of several answers it is everybody who was asked), and
 * everybody when there are several. A column is only ever compared with other columns of its
 * banner, never with the total that contains it.
 *
 * Percentages: of the column (of those who answered in it), of the row (of those at that
 * level, over the banner), of the table (of the banner), or none (value is the count).
 * Tests: Pearson's chi-squared for each banner, without continuity correction, and Fisher's
 * exact test beside it where an expected count is under 5 (simulated, with a fixed seed, where
 * the table is too large to count). Residuals are adjusted standardised ones (Haberman 1973). By
 * a declared design the test is Rao and Scott's F (association.h), and there are no residuals.
 *
 * Layout for an item down with levels yes, no and banners genre (girl, boy) and zone (urban,
 * rural):
 *
 *             total   girl   boy   urban   rural
 *   letter            A      B     A       B
 *   yes       cells[0 * 5 + 0] ...                cells[0 * 5 + 4]
 *   no        cells[1 * 5 + 0] ...                cells[1 * 5 + 4]
 *
 * Letters begin anew in each banner, since only its columns are compared. Failure:
 * BILAN_USAGE, BILAN_LIMIT, BILAN_NOMEM.
 */
#ifndef STAT_CROSSTAB_H
#define STAT_CROSSTAB_H

#include "stat/frequency.h"
#include "stat/letters.h"

/* In the order of crosstab_percent_names. */
enum crosstab_percent {
  PERCENT_COLUMN,
  PERCENT_ROW,
  PERCENT_TOTAL,
  PERCENT_NONE,
  CROSSTAB_PERCENTS
};

extern const char *const crosstab_percent_names[CROSSTAB_PERCENTS + 1]; /* "col", "row", ... */

/* How a table is made; letters only with column percentages, where a column is a share of its
 * own base. */
struct crosstab_options {
  enum crosstab_percent percent;
  enum level_sort sort;
  unsigned method; /* a place in share_method_names, or SHARE_USUAL */
  double conf;
  enum deff deff;
  bool test, letters, total; /* the total column is there unless switched off */
  bool later; /* cells are filled when they are looked at (crosstab_look); those of a table with
                 letters or tests are filled at once in any case */
  bool again; /* variances wait for that, too: rows are few enough to be passed over again */
  struct letters_options letter;
  int64_t smallest; /* base under which a column is not compared */
};

/* Lent for the length of crosstab_open, of a table that is filled later for as long as it lives, as
 * are the sample and what both point to; `banners` and `declared` have banner_count entries. */
struct crosstab_request {
  struct tally_request row; /* its by is set here, column by column */
  const struct column *const *banners; /* CODES, SET */
  const bool *declared;
  size_t banner_count;
};

/* A column that is shown: the total, a level of a banner, or an option of one. */
struct crosstab_column {
  size_t banner;            /* place in the request; NO_BANNER for the total */
  uint32_t code;            /* level of the banner; NO_LEVEL for the total */
  size_t place, group;      /* among the columns of the banner; in the tally of that column */
  char letter[LETTER_ROOM]; /* "" for the total */
  struct tally_group base;
};

#define NO_BANNER SIZE_MAX

/* One level in one column. Its letters are bytes letters .. letters + letter_count - 1 of the
 * table's text. */
struct crosstab_cell {
  struct estimate e;
  bool filled;                  /* false: e is empty until it is looked at */
  size_t letters, letter_count; /* in the text of letters */
};

/* In the order of crosstab_method_names. */
enum crosstab_method {
  TEST_CHI_SQUARED,
  TEST_FISHER,
  TEST_FISHER_SIMULATED,
  TEST_RAO_SCOTT, /* by a declared design, of the answers alone */
  CROSSTAB_METHODS
};

extern const char *const crosstab_method_names[CROSSTAB_METHODS + 1];

/* A test of one banner; without figures it has a note. */
struct crosstab_test {
  size_t banner;     /* place in the request */
  enum crosstab_method method;
  struct estimate e; /* statistic, df, p_value, n; effect: Cramer's V */
};

struct crosstab_making; /* counts and variances that cells are filled from */

/* Owns all its arrays and the text of letters; crosstab_free gives them back. */
struct crosstab {
  struct mem *mem;
  uint32_t *levels; /* codes of the row item as sorted, then nets */
  size_t level_count;
  struct crosstab_column *columns; /* total first, then banner by banner */
  size_t column_count;
  struct crosstab_cell *cells; /* [level * column_count + column] */
  struct crosstab_test *tests;
  size_t test_count;
  struct buffer letters;
  struct crosstab_making *making; /* NULL once all cells are filled */
};

/* BILAN_USAGE: a banner without levels. */
bilan_status crosstab_open(bilan *b, struct crosstab *out, const struct sample *sample,
                           const struct crosstab_request *request,
                           const struct crosstab_options *options);
/* Fills a cell (level * column_count + column) of a table whose cells come later, with the
 * variances of its banner, made for the first of them. BILAN_NOMEM, BILAN_LIMIT. */
bilan_status crosstab_look(bilan *b, struct crosstab *x, size_t cell);
void crosstab_free(struct crosstab *x); /* idempotent */

#endif

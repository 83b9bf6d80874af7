/* crosstab.c - see crosstab.h.
 *
 * One tally a banner (its columns are the groups), whose sums are the total; from then on there
 * are only counts. Columns are listed first, so that letters and tests of a banner work on a
 * run of neighbours. Rows are sorted by one order, found from the total: m->order holds places
 * in the tallies, x->levels the codes that belong to them.
 *
 * From counts to cells, one banner genre with the codes blank, girl, boy and a total:
 *
 *   banners[0].tally    group 0 (blank)   group 1 (girl)   group 2 (boy)     levels each
 *   total               group 1 + group 2: those without an answer in the banner are left out
 *   columns             total, girl (place 1, group 1, A), boy (place 2, group 2, B)
 *   cells[i * 3 + j]    level order[i] in column j
 *
 * Who owns: `crosstab_making` holds what cells are filled from and goes when all are, or with the
 * table; `crosstab` owns what it lists. The columns read are borrowed.
 *
 * Cost: one pass over the rows for each banner (times options for a SET); all else is counts.
 * With percentages of rows or of the table, a cell looks along its banner. Variances by design and
 * intervals cost more than the counts, and few of a script's cells are ever read: a table may leave
 * them to the first look at a cell.
 *
 * The steps of crosstab_open, each on what those before it made:
 *
 *   tally_all      counts: a tally a banner, and the total, which is their sum
 *   list_levels    the order of the rows     m->order = {2, 0, 1}, x->levels = {3, 1, 2}
 *   list_columns   the columns that are shown, with their letters
 *   fill_cells     a share and its interval in every cell, or in none yet; for that spread:
 *                  variances by design, of all cells or of those that letters compare
 *   judge          letters and tests, banner by banner
 *
 * Worked example of the three percentages: girls 8 of 20 yes, boys 12 of 30. The cell of yes and
 * girls is 8/20 = 40 % of its column, 8/(8 + 12) = 40 % of its row, 8/50 = 16 % of the table; the
 * total of the row is 20/50, 20/20 and 20/50. Its expected count is 20 * 20 / 50 = 8.
 *
 * Invariants: columns of a banner are neighbours, in the order of its levels; m->order is a
 * permutation of the places of a tally, nets last; a test that is listed has figures or a
 * note.
 */
#include "stat/crosstab.h"

#include <math.h>
#include <string.h>

#include "kernel/plan.h"
#include "stat/association.h"
#include "stat/contingency.h"
#include "stat/crosstab_banner.h"

const char *const crosstab_percent_names[CROSSTAB_PERCENTS + 1] = {"col", "row", "total", "none",
                                                                   NULL};
const char *const crosstab_method_names[CROSSTAB_METHODS + 1] = {
    "chi-squared", "Fisher", "Fisher, simulated", "F", NULL};

/* Banners that are planned together: more are rare. */
enum { PLANNED = 8 };

/* What cells are filled from. */
struct crosstab_making {
  bilan *b;
  struct sample sample;            /* what these three point to is lent */
  struct crosstab_request request;
  struct crosstab_options options;
  struct banner *banners;     /* [banner_count]; NULL before tally_all */
  struct tally total;         /* one group: that of the total column */
  struct share_spread spread; /* of the total, unless one banner has it */
  double df;                  /* of that total */
  bool spread_made;           /* that spread and df are there */
  double *row_df;             /* [code of an item with one answer]: of shares of rows */
  bool designed;              /* cells have variances by a declared design */
  bool simple;                /* which are had from their counts (share.h) */
  size_t *order;              /* [levels]: i-th row shown -> its place in all tallies */
};

/* ---- tallies ----------------------------------------------------------------------------- */

/* Adds one column of a tally to a total, which has one group: counts, weights, their squares and
 * the missing by kind. Both tallies have the same levels in the same places. */
static void add_group(struct tally *to, const struct tally *from, size_t group) {
  struct tally_group *base = &to->bases[0];
  const struct tally_group *more = &from->bases[group];
  base->n += more->n;
  base->respondents += more->respondents;
  base->weight += more->weight;
  base->weight2 += more->weight2;
  for (size_t k = 0; k < BILAN_MISSING_KINDS; k++) base->missing[k] += more->missing[k];
  for (size_t i = 0; i < to->levels; i++) {
    to->count[i] += from->count[group * from->levels + i];
    to->weight[i] += from->weight[group * from->levels + i];
    to->weight2[i] += from->weight2[group * from->levels + i];
  }
}

/* The total column: the sum of the groups of the banner when it is alone, without those that have
 * no answer in it; else everybody, who stand in the groups of any banner. Without banners it is the
 * only column, and has a tally of its own. */
static bilan_status tally_total(struct crosstab_making *m) {
  struct tally_request row = m->request.row;
  size_t banners = m->request.banner_count;
  row.by = &no_by;
  if (!banners) return tally_open(m->b, &m->total, &m->sample, &row);
  bilan_status status = tally_empty(m->b, &m->total, &row);
  for (size_t group = 0; !status && group < m->banners->tally.groups; group++)
    if (banners > 1 || banner_has(m->banners, group))
      add_group(&m->total, &m->banners->tally, group);
  return status;
}

/* Tables of the item by each banner, all of one pass, while nobody else has a plan; *open: it is
 * to be closed. What a plan does not know (several answers) goes without. */
static bilan_status plan_banners(struct crosstab_making *m, bool *open) {
  struct cells_request requests[PLANNED];
  size_t count = m->request.banner_count, answered;
  *open = false;
  if (count < 2 || count > PLANNED || m->b->plan || m->request.row.item->type != COLUMN_CODES)
    return BILAN_OK;
  for (size_t i = 0; i < count; i++) {
    const struct column *banner = m->request.banners[i];
    if (banner->type != COLUMN_CODES) return BILAN_OK;
    requests[i] = (struct cells_request){.rows = m->sample.rows,
                                         .domain = m->sample.domain,
                                         .weight = sample_weight(&m->sample),
                                         .keys = {banner, m->request.row.item},
                                         .key_count = 2};
  }
  bilan_status status = plan_open(m->b, &answered, requests, count);
  *open = !status;
  return status;
}

/* The banners, then the total. On failure making_free releases what was got: banners that were not
 * reached are zero, which banner_free takes for released. */
static bilan_status tally_all(struct crosstab_making *m) {
  size_t banners = m->request.banner_count;
  bool planned;
  m->banners = mem_zero(&m->b->mem, banners, sizeof *m->banners);
  if (!m->banners) return fail_nomem(m->b);
  bilan_status status = plan_banners(m, &planned);
  for (size_t i = 0; !status && i < banners; i++)
    status = banner_open(m->b, &m->banners[i], &m->sample, &m->request.row,
                         m->request.banners[i], m->request.declared[i]);
  if (planned) plan_close(m->b);
  return status ? status : tally_total(m);
}

/* Releases what cells are filled from, however far it came; what the table keeps is
 * crosstab_free's. NULL is fine. */
static void making_free(struct crosstab_making *m) {
  if (!m) return;
  struct mem *mem = &m->b->mem;
  for (size_t i = 0; m->banners && i < m->request.banner_count; i++) banner_free(&m->banners[i]);
  mem_free(mem, m->banners);
  mem_free(mem, m->order);
  mem_free(mem, m->row_df);
  share_spread_free(&m->spread);
  tally_free(&m->total);
  mem_free(mem, m);
}

/* ---- variances --------------------------------------------------------------------------- */

/* Which share a percentage is, in the words of share_target.h: its variance is that of a ratio with
 * the same base. */
static enum share_of share_kind(const struct crosstab_options *o) {
  if (o->percent == PERCENT_ROW) return SHARE_OF_ROW;
  if (o->percent == PERCENT_NONE) return SHARE_OF_NOTHING;
  return o->percent == PERCENT_TOTAL ? SHARE_OF_TABLE : SHARE_OF_COLUMN;
}

/* The total of everybody, as a table of one column: its percentages are of its own base, whatever
 * those of the banners are of; counts stay counts. */
static bilan_status spread_total(struct crosstab_making *m) {
  struct tally_request row = m->request.row;
  row.by = &no_by;
  bool count = m->options.percent == PERCENT_NONE;
  const struct share_plan plan = {.request = &row,
                                  .tally = &m->total,
                                  .of = count ? SHARE_OF_NOTHING : SHARE_OF_COLUMN,
                                  .level = NO_LEVEL};
  if (m->spread_made) return BILAN_OK;
  bilan_status status = sample_degrees(m->b, &m->df, &m->sample, &no_by);
  if (!status) status = share_spread_open(m->b, &m->spread, &m->sample, &plan);
  m->spread_made = !status;
  return status;
}

/* Shares of rows are those of the respondents at a level: their own degrees of freedom.
 * A SET has none of its own: one respondent stands in several rows, so the banner's are taken. */
static bilan_status row_degrees(struct crosstab_making *m) {
  const struct column *item = m->request.row.item;
  const struct by by = {1, {item}, {true}};
  if (m->row_df || m->options.percent != PERCENT_ROW || item->type != COLUMN_CODES)
    return BILAN_OK;
  m->row_df = mem_array(&m->b->mem, dict_count(item->dict), sizeof *m->row_df);
  if (!m->row_df) return fail_nomem(m->b);
  bilan_status status = sample_degrees(m->b, m->row_df, &m->sample, &by);
  if (!status) return BILAN_OK;
  mem_free(&m->b->mem, m->row_df);
  m->row_df = NULL;
  return status;
}

/* The variances of the columns of one banner. By a declared design every cell has one; without a
 * design only columns that overlap need theirs, for letters: the z of letters.h takes them for
 * independent. */
static bilan_status spread_banner(struct crosstab_making *m, size_t banner) {
  const struct crosstab_options *o = &m->options;
  struct banner *n = &m->banners[banner];
  bool letters = o->letters && o->percent == PERCENT_COLUMN;
  if (n->df || !(m->designed || (letters && n->options))) return BILAN_OK;
  return banner_spread(m->b, n, &m->sample, &m->request.row, share_kind(o), letters);
}

/* What a cell of a column needs besides counts. The total of one banner is one of that banner's
 * columns; of none or several it is a table of its own. */
static bilan_status spread_column(struct crosstab_making *m, const struct crosstab_column *c) {
  bool total = c->banner == NO_BANNER, alone = m->request.banner_count == 1;
  bilan_status status = m->designed ? row_degrees(m) : BILAN_OK;
  if (status || m->simple || (total && !m->designed)) return status;
  return total && !alone ? spread_total(m) : spread_banner(m, total ? 0 : c->banner);
}

/* ---- rows and columns -------------------------------------------------------------------- */

/* The total has a tally of its own; other columns are groups of one of their banner's. c->group is
 * the group in the tally that comes back (0 of the total). */
static const struct tally *tally_of(const struct crosstab_making *m,
                                    const struct crosstab_column *c) {
  return c->banner == NO_BANNER ? &m->total : banner_tally(&m->banners[c->banner], c->place);
}

/* The columns of one banner, in the order of its levels, lettered from A.
 * Groups of a missing answer in the banner are no columns. */
static void list_banner(struct crosstab *x, const struct crosstab_making *m, size_t banner) {
  const struct banner *n = &m->banners[banner];
  size_t letter = 0, group;
  uint32_t code;
  for (size_t i = 0; i < n->columns; i++) {
    if (!banner_column(n, i, &code, &group)) continue;
    struct crosstab_column *c = &x->columns[x->column_count++];
    *c = (struct crosstab_column){.banner = banner,
                                  .code = code,
                                  .place = i,
                                  .group = group,
                                  .base = banner_tally(n, i)->bases[group]};
    letters_name(c->letter, letter++);
  }
}

/* Total first, then banner by banner. Room for all columns there can be, one for the total; those
 * that are not shown leave theirs unused at the end. */
static bilan_status list_columns(struct crosstab *x, const struct crosstab_making *m) {
  size_t most = 1;
  for (size_t i = 0; i < m->request.banner_count; i++) most += m->banners[i].columns;
  x->columns = mem_zero(x->mem, most, sizeof *x->columns);
  if (!x->columns) return fail_nomem(m->b);
  if (m->options.total)
    x->columns[x->column_count++] = (struct crosstab_column){
        .banner = NO_BANNER, .code = NO_LEVEL, .base = m->total.bases[0]};
  for (size_t i = 0; i < m->request.banner_count; i++) list_banner(x, m, i);
  return BILAN_OK;
}

/* The order of the rows, found once from the total, for all columns: a table whose columns were
 * sorted each by itself could not be read across. */
static bilan_status list_levels(struct crosstab *x, struct crosstab_making *m) {
  x->level_count = m->total.levels;
  m->order = mem_array(x->mem, x->level_count, sizeof *m->order);
  x->levels = mem_array(x->mem, x->level_count, sizeof *x->levels);
  if (!m->order || !x->levels) return fail_nomem(m->b);
  bilan_status status = level_order(m->b, m->order, &m->total, 0, m->request.row.net_count,
                                    m->options.sort);
  for (size_t i = 0; !status && i < x->level_count; i++)
    x->levels[i] = m->total.codes[m->order[i]];
  return status;
}

/* ---- cells ------------------------------------------------------------------------------- */

/* Makes the base that of one level over all columns of a banner: 8 girls and 12 boys who said yes
 * are 20, of whom 40 % are girls.
 * The total column is 100 % of the row by definition, so by a design it has no interval. */
static struct share row_share(const struct crosstab_making *m, const struct crosstab_column *c,
                              size_t level, struct share s) {
  s.base = s.base_weight = s.base_weight2 = 0;
  if (c->banner == NO_BANNER) {
    s.base = s.count;
    s.base_weight = s.weight;
    s.base_weight2 = s.weight2;
    s.bare = m->designed;
  }
  for (size_t g = 0; c->banner != NO_BANNER && g < m->banners[c->banner].tally.groups; g++) {
    const struct tally *t = &m->banners[c->banner].tally;
    if (!banner_has(&m->banners[c->banner], g)) continue;
    s.base += (double)t->count[g * t->levels + level];
    s.base_weight += t->weight[g * t->levels + level];
    s.base_weight2 += t->weight2[g * t->levels + level];
  }
  s.respondents = s.rows = s.base;
  return s;
}

/* Makes the base that of all of a banner: the groups that count for its total, summed in order.
 * The total column is a share of itself, as for percentages of columns. Rows are those without
 * an answer to the item too. */
static struct share table_share(const struct crosstab_making *m, const struct crosstab_column *c,
                                struct share s) {
  if (c->banner == NO_BANNER) return s;
  const struct banner *n = &m->banners[c->banner];
  s.base = s.base_weight = s.base_weight2 = s.respondents = s.rows = 0;
  for (size_t g = 0; g < n->tally.groups; g++) {
    const struct tally_group *base = &n->tally.bases[g];
    if (!banner_has(n, g)) continue;
    s.base += (double)base->n;
    s.base_weight += base->weight;
    s.base_weight2 += base->weight2;
    s.respondents += (double)base->respondents;
    s.rows += (double)(base->respondents + base->missing[BILAN_PRESENT]);
  }
  return s;
}

/* What the design says of a cell: its variance, and the degrees of freedom of its base. Where a
 * cell is read:
 *
 *   column of a banner          its spread, c->place       df of the column, or of all its banner
 *                                                          where that is the base (row, total)
 *   total of the only banner    its spread, n->columns     df of all the banner
 *   total of none or several    m->spread                  m->df
 *
 * Shares of rows have those of the respondents at the level wherever they are known. */
static void design_share(const struct crosstab_making *m, const struct crosstab_column *c,
                         size_t level, struct share *s) {
  bool total = c->banner == NO_BANNER, alone = m->request.banner_count == 1;
  const struct banner *n = total ? alone ? m->banners : NULL : &m->banners[c->banner];
  size_t column = total && alone ? n->columns : c->place;
  uint32_t code = m->total.codes[level];
  bool code_known = m->row_df && code < dict_count(m->request.row.item->dict);
  s->variance = n ? banner_covariance(n, level, column, column)
                  : share_variance(&m->spread, level, m->spread.column[0]);
  s->df = !n ? m->df : total || m->options.percent != PERCENT_COLUMN ? n->df_all : n->df[column];
  if (code_known) s->df = m->row_df[code];
}

/* Rows of the columns of a banner, or of everybody in the groups of one (`all`). */
static int64_t banner_rows(const struct banner *n, bool all) {
  int64_t rows = 0;
  for (size_t g = 0; g < n->tally.groups; g++)
    if (all || banner_has(n, g)) rows += tally_rows(&n->tally, g);
  return rows;
}

/* The same where rows were drawn one by one: degrees of freedom are rows, less one. */
static void simple_share(const struct crosstab_making *m, const struct crosstab_column *c,
                         size_t level, struct share *s) {
  bool total = c->banner == NO_BANNER, count = m->options.percent == PERCENT_NONE;
  size_t banners = m->request.banner_count;
  const struct banner *n = total ? m->banners : &m->banners[c->banner];
  uint32_t code = m->total.codes[level];
  int64_t rows = total || m->options.percent != PERCENT_COLUMN
                     ? banner_rows(n, total && banners > 1)
                     : tally_rows(&n->tally, c->group);
  s->variance = count ? share_simple_count(&m->sample, s) : share_simple_variance(&m->sample, s);
  if (count && !(s->base_weight > 0)) s->variance = NAN;
  s->df = share_simple_df(rows);
  if (m->row_df && code < dict_count(m->request.row.item->dict)) s->df = m->row_df[code];
}

/* What the percentage of a cell is a share of, with its count, weights, variance and df as share.h
 * takes them; `level` is a place in the tallies.
 * For columns: the count in a cell over the base of its column. */
static struct share share_of(const struct crosstab_making *m, const struct crosstab_column *c,
                             size_t level) {
  struct share s = tally_share(tally_of(m, c), c->group, level, &m->request.row);
  if (m->options.percent == PERCENT_ROW) s = row_share(m, c, level, s);
  if (m->options.percent == PERCENT_TOTAL) s = table_share(m, c, s);
  bool whole = m->options.percent == PERCENT_ROW && c->banner == NO_BANNER;
  if (m->simple && !whole) simple_share(m, c, level, &s);
  else if (m->designed && !whole) design_share(m, c, level, &s);
  if (s.df > 0) s.quantile = estimate_quantile(m->b, m->options.conf, s.df);
  return s;
}

/* The (weighted) count of a cell, by a declared design with the error of a total. That is NaN where
 * the column has no base; a variance of rounding is one that the design fixes. */
static void fill_count(struct estimate *e, const struct crosstab_making *m, const struct share *s) {
  estimate_set(e, FIGURE_VALUE, s->weight);
  if (!m->designed) return;
  double se = sqrt(s->variance);
  estimate_set(e, FIGURE_SE, se);
  estimate_set(e, FIGURE_DF, s->df);
  if (isnan(se)) e->notes |= NOTE_EMPTY;
  else if (!(s->df > 0)) e->notes |= NOTE_NO_DEGREES;
  else if (!(se > 1e-12 * s->weight)) e->notes |= NOTE_CONSTANT;
  else estimate_limits(e, m->options.conf, s->quantile);
}

/* One cell: count and missing of its column, then the share and its base.
 * `level` is a place in the tally, not in the sorted table. */
static void fill_cell(struct crosstab_cell *cell, const struct crosstab_making *m,
                      const struct crosstab_column *c, size_t level) {
  struct share s = share_of(m, c, level);
  cell->e = tally_estimate(tally_of(m, c), c->group, level);
  if (m->options.percent == PERCENT_NONE) {
    fill_count(&cell->e, m, &s);
    return;
  }
  cell->e.n = (int64_t)s.base;
  estimate_set(&cell->e, FIGURE_WEIGHTED_N, s.base_weight);
  const struct share_options o = {m->options.conf, m->options.method, m->options.deff};
  share_fill(&cell->e, &m->sample, &s, &o);
}

/* A cell and, before it, what its column needs. */
bilan_status crosstab_look(bilan *b, struct crosstab *x, size_t cell) {
  const struct crosstab_column *c = &x->columns[cell % x->column_count];
  if (x->cells[cell].filled) return BILAN_OK;
  if (!x->making) return fail(b, BILAN_INTERNAL, "a cell was never made");
  bilan_status status = spread_column(x->making, c);
  if (status) return status;
  fill_cell(&x->cells[cell], x->making, c, x->making->order[cell / x->column_count]);
  x->cells[cell].filled = true;
  return BILAN_OK;
}

/* All cells, each from counts already made, or none yet: O(cells), and for percentages of rows and
 * of the table O(cells x columns of the banner). Variances come first, unless they wait for the
 * cells. */
static bilan_status fill_cells(struct crosstab *x, struct crosstab_making *m) {
  bilan_status status = BILAN_OK;
  size_t count = x->level_count * x->column_count;
  if (x->column_count && x->level_count > SIZE_MAX / x->column_count) return fail_nomem(m->b);
  x->cells = mem_zero(x->mem, count, sizeof *x->cells);
  if (!x->cells) return fail_nomem(m->b);
  for (size_t i = 0; !status && !m->options.again && i < x->column_count; i++)
    status = spread_column(m, &x->columns[i]);
  for (size_t i = 0; !status && !m->options.later && i < count; i++)
    status = crosstab_look(m->b, x, i);
  return status;
}

/* ---- letters ----------------------------------------------------------------------------- */

/* The columns of one banner: first and count. */
struct span {
  size_t first, count;
};

/* Columns of a banner are neighbours. A banner none of whose columns is shown has a count of 0. */
static struct span span_of(const struct crosstab *x, size_t banner) {
  struct span s = {0, 0};
  for (size_t j = 0; j < x->column_count; j++) {
    if (x->columns[j].banner != banner) continue;
    if (!s.count++) s.first = j;
  }
  return s;
}

/* The share of a cell as it enters a comparison; its note where it does not.
 * The base is Kish's effective one, (sum w)^2 / sum w^2, which is n without weights.
 * Weights 1, 1, 2 are worth 16 / 6 = 2.67 respondents. */
static struct letters_share comparable(const struct crosstab_making *m,
                                       const struct crosstab_column *c,
                                       struct crosstab_cell *cell) {
  struct letters_share s = {.p = estimate_get(&cell->e, FIGURE_VALUE)};
  if (c->base.n < m->options.smallest || !(c->base.weight > 0)) {
    cell->e.notes |= NOTE_SMALL_BASE;
    return s;
  }
  if (!(s.p > 0 && s.p < 1)) {
    cell->e.notes |= NOTE_EDGE;
    return s;
  }
  s.base = c->base.weight * c->base.weight / c->base.weight2;
  s.compared = true;
  return s;
}

/* Covariances of the columns of a banner at one level, cov[i * span.count + j]; variances on the
 * diagonal. `level` is a place in the tallies. */
static void fill_cov(double *cov, const struct crosstab *x, const struct banner *n, size_t level,
                     struct span span) {
  for (size_t i = 0; i < span.count; i++)
    for (size_t j = 0; j < span.count; j++)
      cov[i * span.count + j] = banner_covariance(
          n, level, x->columns[span.first + i].place, x->columns[span.first + j].place);
}

/* Are there degrees of freedom, where comparisons go by the design? Without them nothing is
 * compared, and every cell of the banner says so. */
static bool has_degrees(struct crosstab *x, const struct banner *n, struct span span) {
  if (!n->spreads || n->df_all > 0) return true;
  for (size_t i = 0; i < x->level_count; i++)
    for (size_t j = 0; j < span.count; j++)
      x->cells[i * x->column_count + span.first + j].e.notes |= NOTE_NO_DEGREES;
  return false;
}

/* Appends the letters of one row to the text of letters: "A C" beats columns A and C.
 * A failed buffer is noticed once, by letter_banner. */
static void write_letters(struct crosstab *x, struct crosstab_cell *cells, struct span span,
                          const bool *larger) {
  for (size_t i = 0; i < span.count; i++) {
    cells[i].letters = x->letters.n;
    for (size_t j = 0; j < span.count; j++) {
      if (!larger[i * span.count + j]) continue;
      if (x->letters.n > cells[i].letters) buffer_char(&x->letters, ' ');
      buffer_string(&x->letters, x->columns[span.first + j].letter);
    }
    cells[i].letter_count = x->letters.n - cells[i].letters;
  }
}

/* What comparing the columns of one banner needs room for. */
struct comparison {
  struct letters_share *shares; /* [column of the span] */
  bool *larger;                 /* [i * span.count + j]: i beats j */
  double *cov;                  /* the same places; read only where the banner has spreads */
};

/* One row (nets too): p-values are adjusted within it. Cells that take no part get their note
 * here, whether or not others are compared. */
static bilan_status letter_row(struct crosstab *x, const struct crosstab_making *m,
                               const struct banner *n, struct span span, size_t row,
                               const struct comparison *room) {
  struct crosstab_cell *cells = &x->cells[row * x->column_count + span.first];
  const struct letters_spread spread = {room->cov, n->df_all};
  for (size_t j = 0; j < span.count; j++)
    room->shares[j] = comparable(m, &x->columns[span.first + j], &cells[j]);
  if (n->spreads) fill_cov(room->cov, x, n, m->order[row], span);
  bilan_status status = letters_compare(m->b, room->larger, room->shares, span.count,
                                        n->spreads ? &spread : NULL, &m->options.letter);
  if (!status) write_letters(x, cells, span, room->larger);
  return status;
}

/* Letters of one banner, row by row. Girls (A) 50 % of 100, boys (B) 30 % of 100: z = 2.89, so the
 * cell of the girls says "B". */
static bilan_status letter_banner(struct crosstab *x, const struct crosstab_making *m,
                                  size_t banner) {
  const struct banner *n = &m->banners[banner];
  struct span span = span_of(x, banner);
  if (!has_degrees(x, n, span)) return BILAN_OK;
  struct comparison room = {mem_array(x->mem, span.count, sizeof *room.shares),
                            mem_array(x->mem, span.count * span.count, sizeof *room.larger),
                            mem_array(x->mem, span.count * span.count, sizeof *room.cov)};
  bilan_status status = room.shares && room.larger && room.cov ? BILAN_OK : fail_nomem(m->b);
  for (size_t i = 0; !status && i < x->level_count; i++)
    status = letter_row(x, m, n, span, i, &room);
  mem_free(x->mem, room.shares);
  mem_free(x->mem, room.larger);
  mem_free(x->mem, room.cov);
  if (!status && x->letters.failed) status = fail_nomem(m->b);
  return status;
}

/* ---- tests ------------------------------------------------------------------------------- */

/* The counts of a banner's columns, nets left out.
 * Rows in the order of the tally: the test does not care, put_residuals sorts them out. */
static bilan_status banner_counts(struct contingency *out, const struct crosstab *x,
                                  const struct crosstab_making *m, struct span span) {
  const struct tally *t = &m->banners[x->columns[span.first].banner].tally;
  size_t rows = t->levels - m->request.row.net_count;
  bilan_status status = contingency_open(m->b, out, rows, span.count);
  for (size_t i = 0; !status && i < rows; i++)
    for (size_t j = 0; j < span.count; j++)
      out->n[i * span.count + j] =
          (double)t->count[x->columns[span.first + j].group * t->levels + i];
  return status;
}

/* Expected counts and residuals, from the order of the tally to the order of the table.
 * Nets have neither: they are no rows of the tested table. */
static void put_residuals(struct crosstab *x, const struct crosstab_making *m, struct span span,
                          const struct contingency *c) {
  for (size_t i = 0; i < x->level_count; i++) {
    if (m->order[i] >= c->rows) continue;
    for (size_t j = 0; j < span.count; j++) {
      struct estimate *e = &x->cells[i * x->column_count + span.first + j].e;
      estimate_set(e, FIGURE_EXPECTED, c->expected[m->order[i] * c->cols + j]);
      estimate_set(e, FIGURE_RESIDUAL, c->adjusted[m->order[i] * c->cols + j]);
    }
  }
}

/* Chi-squared of a banner, and Fisher beside it when an expected count is small. Both are of whole
 * respondents, whatever they weigh: this is the way without a declared design. A test is listed
 * before it is made, so one that fails is released with the table. */
static bilan_status test_counts(struct crosstab *x, const struct crosstab_making *m, size_t banner,
                                struct span span) {
  struct contingency c;
  struct crosstab_test *test = &x->tests[x->test_count++];
  bilan_status status = banner_counts(&c, x, m, span);
  if (status) return status;
  *test = (struct crosstab_test){banner, TEST_CHI_SQUARED, estimate_none()};
  status = contingency_chi_squared(m->b, &test->e, &c, false);
  if (!status) put_residuals(x, m, span, &c);
  if (!status && test->e.notes & NOTE_SMALL) {
    bool simulated;
    test = &x->tests[x->test_count++];
    *test = (struct crosstab_test){banner, TEST_FISHER, estimate_none()};
    status = contingency_fisher(m->b, &test->e, &simulated, &c, m->options.conf);
    if (!status && simulated) test->method = TEST_FISHER_SIMULATED;
  }
  contingency_free(m->b, &c);
  return status;
}

/* Tests a banner, or says why there is no test: always one entry of x->tests, with figures or a
 * note. Options of a SET overlap, and a banner without columns has no table. */
static bilan_status test_banner(struct crosstab *x, const struct crosstab_making *m,
                                size_t banner) {
  struct span span = span_of(x, banner);
  const struct column *row = m->request.row.item;
  bool set = row->type == COLUMN_SET || m->banners[banner].options;
  bool designed = sample_designed(&m->sample);
  if (span.count && !set && !designed) return test_counts(x, m, banner, span);
  struct crosstab_test *test = &x->tests[x->test_count++];
  *test = (struct crosstab_test){banner, designed ? TEST_RAO_SCOTT : TEST_CHI_SQUARED,
                                 estimate_none()};
  if (span.count && !set)
    return association_test(m->b, &test->e, &m->sample, row, m->request.banners[banner],
                            ASSOCIATION_F);
  test->e.notes = set ? NOTE_OVERLAP : NOTE_NO_TABLE;
  return BILAN_OK;
}

/* Letters and tests, banner by banner; at most two tests each, hence the room for them.
 * Letters need column percentages; with a base of answers a respondent counts several times,
 * so there are none. */
static bilan_status judge(struct crosstab *x, const struct crosstab_making *m) {
  const struct crosstab_options *o = &m->options;
  bilan_status status = BILAN_OK;
  bool bare = m->request.row.item->type == COLUMN_SET && m->request.row.base == BASE_ANSWERS;
  x->tests = mem_zero(x->mem, m->request.banner_count * 2, sizeof *x->tests);
  if (!x->tests) return fail_nomem(m->b);
  for (size_t i = 0; !status && i < m->request.banner_count; i++) {
    if (o->letters && o->percent == PERCENT_COLUMN && !bare) status = letter_banner(x, m, i);
    if (!status && o->test) status = test_banner(x, m, i);
  }
  return status;
}

/* ---- the whole --------------------------------------------------------------------------- */

/* Only items with levels have columns: numbers and texts are to be made levels first.
 * BILAN_USAGE. */
static bilan_status check_banners(bilan *b, const struct crosstab_request *request) {
  for (size_t i = 0; i < request->banner_count; i++)
    if (request->banners[i]->type != COLUMN_CODES && request->banners[i]->type != COLUMN_SET)
      return fail(b, BILAN_USAGE, "an item without levels cannot be a banner");
  return BILAN_OK;
}

/* Are variances had from counts? Not those of levels or columns that share respondents, nor the
 * covariances that letters ask for. */
static bool is_simple(const struct crosstab_making *m) {
  const struct crosstab_request *r = &m->request;
  bool simple = share_is_simple(&m->sample) && r->row.item->type == COLUMN_CODES &&
                !m->options.letters && r->banner_count;
  for (size_t i = 0; simple && i < r->banner_count; i++)
    simple = r->banners[i]->type == COLUMN_CODES;
  return simple;
}

/* Room for what cells are filled from, with what it is made of; NULL without memory. Letters and
 * tests read all cells. */
static struct crosstab_making *making_open(bilan *b, const struct sample *sample,
                                           const struct crosstab_request *request,
                                           const struct crosstab_options *options) {
  struct crosstab_making *m = mem_zero(&b->mem, 1, sizeof *m);
  if (!m) return NULL;
  *m = (struct crosstab_making){.b = b,
                                .sample = *sample,
                                .request = *request,
                                .options = *options,
                                .designed = sample_designed(sample)};
  if (options->letters || options->test) m->options.later = m->options.again = false;
  m->simple = is_simple(m);
  return m;
}

/* Steps in order, each building on what is there; a failure falls through to the end, where
 * everything is released. `out` is untouched then. */
bilan_status crosstab_open(bilan *b, struct crosstab *out, const struct sample *sample,
                           const struct crosstab_request *request,
                           const struct crosstab_options *options) {
  struct crosstab x = {.mem = &b->mem};
  buffer_init(&x.letters, &b->mem);
  bilan_status status = check_banners(b, request);
  if (!status) status = share_check(b, sample, options->method);
  if (status) return status;
  struct crosstab_making *m = x.making = making_open(b, sample, request, options);
  if (!m) return fail_nomem(b);
  status = tally_all(m);
  if (!status) status = list_levels(&x, m);
  if (!status) status = list_columns(&x, m);
  if (!status) status = fill_cells(&x, m);
  if (!status) status = judge(&x, m);
  if (status) crosstab_free(&x);
  else *out = x;
  if (status || m->options.later) return status;
  making_free(m);
  out->making = NULL;
  return BILAN_OK;
}

/* Idempotent; a zeroed table is fine, as is one that failed half way. */
void crosstab_free(struct crosstab *x) {
  if (!x->mem) return;
  making_free(x->making);
  mem_free(x->mem, x->levels);
  mem_free(x->mem, x->columns);
  mem_free(x->mem, x->cells);
  mem_free(x->mem, x->tests);
  buffer_free(&x->letters);
  *x = (struct crosstab){0};
}

/* crosstab.c - cross-tables by item names; see bilan.h section 5. Cells become rows of a
 * result, line by line; tests become rows of another.
 *
 * Keys of a row of cells: level, banner, column, letter, letters; of a row of tests: banner,
 * test. Keys that a row does not have (the total has no banner) are absent. Failure:
 * BILAN_USAGE with the verb and the nearest name (or beyond 32
 * banners), BILAN_LIMIT beyond 2^26 cells, BILAN_NOMEM; neither result is then set.
 */
#include "api/request.h"

enum { BANNERS_MOST = 32 };

/* Places of the keys, in the order of their names in wrap_cells. */
enum cell_key { KEY_LEVEL, KEY_BANNER, KEY_COLUMN, KEY_LETTER, KEY_LETTERS, CELL_KEYS };

/* The items across as they were named, and their columns of codes, lent by the request. */
struct banners {
  const struct column *columns[BANNERS_MOST];
  bool declared[BANNERS_MOST];
  const char *const *names;
  size_t count;
};

/* ---- reading ----------------------------------------------------------------------------- */

/* One item across: several answers as they are, anything else as codes. */
static bilan_status read_banner(struct request *r, struct column **out, bool *declared,
                                const char *name) {
  bilan_status status = request_item(r, out, name);
  *declared = true;
  if (status || (*out)->type == COLUMN_SET) return status;
  return request_codes(r, out, declared, name);
}

/* The items across, as codes that the request holds.
 * *out counts what was read so far, so a failure in the middle leaves it usable. Names are
 * lent. */
static bilan_status read_banners(struct request *r, struct banners *out,
                                 const char *const *names, size_t count) {
  bilan_status status = BILAN_OK;
  *out = (struct banners){.names = names};
  if (count && !names) return fail(r->b, BILAN_USAGE, "crosstab: the columns are NULL");
  if (count > BANNERS_MOST)
    return fail(r->b, BILAN_USAGE, "crosstab: %zu columns, at most %d", count, BANNERS_MOST);
  for (; !status && out->count < count; out->count++) {
    struct column *c = NULL;
    status = read_banner(r, &c, &out->declared[out->count], names[out->count]);
    out->columns[out->count] = c;
  }
  return status;
}

/* Words and numbers of the options as the estimator takes them.
 * alpha 0.05 and a least base of 30 unless told. */
static bilan_status read_options(struct request *r, struct crosstab_options *out) {
  const bilan_estimate_options *o = &r->options;
  int percent = PERCENT_COLUMN, adjust = ADJUST_NONE;
  double alpha = 0;
  bilan_status status =
      request_choice(r, &percent, "percent", crosstab_percent_names, o->percent);
  if (!status)
    status = request_choice(r, &adjust, "adjust", plain_adjustment_names, o->adjust);
  if (!status) status = request_fraction(r, &alpha, "alpha", o->alpha, 0.05);
  *out = (struct crosstab_options){.percent = (enum crosstab_percent)percent,
                                   .sort = r->sort,
                                   .method = r->share.method,
                                   .conf = r->conf,
                                   .test = true,
                                   .letters = o->letters != 0,
                                   .total = !o->no_total,
                                   .letter = {alpha, (enum plain_adjustment)adjust},
                                   .smallest = 30};
  if (o->smallest) out->smallest = o->smallest > INT64_MAX ? INT64_MAX : (int64_t)o->smallest;
  return status;
}

/* ---- wrapping ---------------------------------------------------------------------------- */

/* One cell as a row; the total column has no banner and no letters.
 * Letters are set where they were asked for, "" for a column that beats none. */
static void wrap_cell(bilan_result *to, size_t row, const struct request *r,
                      const struct banners *banners, const struct crosstab *x, size_t level,
                      size_t column) {
  const struct crosstab_cell *cell = &x->cells[level * x->column_count + column];
  const struct crosstab_column *c = &x->columns[column];
  result_set(to, row, &cell->e);
  result_set_key(to, row, KEY_LEVEL, request_level_text(r, x->levels[level]));
  if (request_is_net(r, x->levels[level])) result_set_net(to, row);
  if (c->banner == NO_BANNER) return;
  result_set_key(to, row, KEY_BANNER, text_of(banners->names[c->banner]));
  result_set_key(to, row, KEY_COLUMN, level_text(banners->columns[c->banner], c->code));
  result_set_key(to, row, KEY_LETTER, text_of(c->letter));
  if (!r->options.letters) return;
  struct text letters = {x->letters.s + (cell->letter_count ? cell->letters : 0),
                         cell->letter_count};
  result_set_key(to, row, KEY_LETTERS, cell->letter_count ? letters : TEXT(""));
}

/* All cells, level by level and within it column by column. */
static bilan_status wrap_cells(struct request *r, bilan_result **out,
                               const struct banners *banners, const struct crosstab *x) {
  static const struct text keys[CELL_KEYS] = {
      {"level", 5}, {"banner", 6}, {"column", 6}, {"letter", 6}, {"letters", 7}};
  bilan_result *made = NULL;
  bilan_status status =
      result_make(r->b, &made, x->level_count * x->column_count, keys, CELL_KEYS);
  if (status) return status;
  for (size_t i = 0; i < x->level_count; i++)
    for (size_t j = 0; j < x->column_count; j++)
      wrap_cell(made, i * x->column_count + j, r, banners, x, i, j);
  return result_finish(r->b, out, made);
}

/* One row a test, in the order of the items across. */
static bilan_status wrap_tests(bilan *b, bilan_result **out, const struct banners *banners,
                               const struct crosstab *x) {
  static const struct text keys[] = {{"banner", 6}, {"test", 4}};
  bilan_result *made = NULL;
  bilan_status status = result_make(b, &made, x->test_count, keys, 2);
  if (status) return status;
  for (size_t i = 0; i < x->test_count; i++) {
    const struct crosstab_test *test = &x->tests[i];
    result_set(made, i, &test->e);
    result_set_key(made, i, 0, text_of(banners->names[test->banner]));
    result_set_key(made, i, 1, text_of(crosstab_method_names[test->method]));
  }
  return result_finish(b, out, made);
}

/* Both results, or none.
 * The cells go again when the tests cannot be made: the caller gets both or nothing. */
static bilan_status wrap(struct request *r, bilan_result **out, bilan_result **tests,
                         const struct banners *banners, const struct crosstab *x) {
  bilan_result *cells = NULL, *made = NULL;
  bilan_status status = wrap_cells(r, &cells, banners, x);
  if (!status && tests) status = wrap_tests(r->b, &made, banners, x);
  if (status) {
    bilan_result_free(cells);
    return status;
  }
  *out = cells;
  if (tests) *tests = made;
  return BILAN_OK;
}

/* Tests are made only when somebody takes them.
 * `tests` may be NULL. With no columns there is the total alone. */
bilan_status bilan_crosstab(bilan *b, bilan_result **out, bilan_result **tests,
                            const bilan_survey *survey, const char *item,
                            const char *const *columns, size_t count,
                            const bilan_estimate_options *options) {
  struct request r;
  struct banners banners = {.count = 0};
  struct crosstab_options o;
  struct crosstab x = {0};
  unsigned known = (OPTIONS_SHARE & ~(unsigned)OPTION_BY) | OPTION_SORT | OPTION_PERCENT |
                   OPTION_LETTERS | OPTION_ALPHA | OPTION_ADJUST | OPTION_SMALLEST |
                   OPTION_TOTAL;
  bilan_status status = request_open(&r, b, "crosstab", survey, options, known);
  if (!status) status = request_levels(&r, item);
  if (!status) status = read_banners(&r, &banners, columns, count);
  if (!status) status = read_options(&r, &o);
  if (!status) {
    o.test = tests != NULL;
    struct crosstab_request request = {r.tally, banners.columns, banners.declared,
                                       banners.count};
    status = crosstab_open(b, &x, &r.sample, &request, &o);
  }
  if (!status) status = wrap(&r, out, tests, &banners, &x);
  crosstab_free(&x);
  request_close(&r);
  return status;
}

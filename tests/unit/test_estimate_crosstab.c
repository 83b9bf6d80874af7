/* test_estimate_crosstab.c - cross-tables: counts, percentages, letters, residuals, tests,
 * against R's chisq.test, fisher.test, prop.test and by hand. */
#include "stat/crosstab.h"

#include "estimate_fixture.h"
#include "stat/dist/dist.h"

static struct crosstab_options options_of(enum crosstab_percent percent) {
  return (struct crosstab_options){
      .percent = percent,
      .method = METHOD_WILSON,
      .conf = 0.95,
      .test = true,
      .letters = true,
      .total = true,
      .letter = {0.05, ADJUST_NONE},
  };
}

struct table {
  struct people p;
  const struct column *banners[2];
  bool declared[2];
  struct crosstab x;
};

static bilan_status table_try(struct table *t, const struct crosstab_options *o) {
  struct crosstab_request r = {.row = {.item = t->p.q}, .banners = t->banners,
                               .declared = t->declared, .banner_count = 1};
  t->banners[0] = t->p.g;
  t->declared[0] = true;
  return crosstab_open(&t->p.b, &t->x, &t->p.sample, &r, o);
}

static void table_open(struct table *t, const struct crosstab_options *o) {
  people_open(&t->p);
  assert_int_equal(table_try(t, o), BILAN_OK);
}

static void table_close(struct table *t) {
  crosstab_free(&t->x);
  crosstab_free(&t->x);
  people_close(&t->p);
}

static const struct crosstab_cell *cell(const struct table *t, size_t level, size_t column) {
  return &t->x.cells[level * t->x.column_count + column];
}

/* table(q, g): oui 6 5 1, non 1 1 5 */
static void counts_and_bases_match_the_table(void **state) {
  (void)state;
  static const int64_t oui[] = {12, 6, 5, 1}, base[] = {19, 7, 6, 6}, missing[] = {4, 2, 2, 0};
  struct table t;
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  table_open(&t, &o);
  assert_int_equal(t.x.column_count, 4);
  assert_int_equal(t.x.level_count, 2);
  assert_true(t.x.columns[0].banner == NO_BANNER);
  for (size_t j = 0; j < 4; j++) {
    assert_int_equal(cell(&t, 0, j)->e.count, oui[j]);
    assert_int_equal(cell(&t, 0, j)->e.n, base[j]);
    assert_int_equal(cell(&t, 1, j)->e.count, base[j] - oui[j]);
    assert_int_equal(t.x.columns[j].base.n, base[j]);
    assert_int_equal(t.x.columns[j].base.missing[BILAN_PRESENT], missing[j]);
    expect_figure(&cell(&t, 0, j)->e, FIGURE_VALUE, (double)oui[j] / (double)base[j]);
  }
  table_close(&t);
}

static void percentages_have_the_base_they_name(void **state) {
  (void)state;
  struct table t;
  struct crosstab_options row = options_of(PERCENT_ROW), all = options_of(PERCENT_TOTAL);
  struct crosstab_options none = options_of(PERCENT_NONE);
  table_open(&t, &row);
  expect_figure(&cell(&t, 0, 1)->e, FIGURE_VALUE, 6.0 / 12);
  assert_int_equal(cell(&t, 0, 1)->e.n, 12);
  expect_figure(&cell(&t, 1, 3)->e, FIGURE_VALUE, 5.0 / 7);
  crosstab_free(&t.x);
  assert_int_equal(table_try(&t, &all), BILAN_OK);
  expect_figure(&cell(&t, 0, 1)->e, FIGURE_VALUE, 6.0 / 19);
  assert_int_equal(cell(&t, 0, 1)->e.n, 19);
  crosstab_free(&t.x);
  assert_int_equal(table_try(&t, &none), BILAN_OK);
  expect_figure(&cell(&t, 0, 1)->e, FIGURE_VALUE, 6);
  assert_false(estimate_has(&cell(&t, 0, 1)->e, FIGURE_SE));
  table_close(&t);
}

/* chisq.test(table(q, g)): statistic, p, $expected, $stdres; fisher.test(table(q, g)) */
static void the_test_agrees_with_r(void **state) {
  (void)state;
  static const double residual[] = {1.5567496226930975, 1.2385618309294897, -2.8540772625766495};
  static const double expected[] = {4.4210526315789478, 3.7894736842105261, 3.7894736842105261};
  struct table t;
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  table_open(&t, &o);
  assert_int_equal(t.x.test_count, 2);
  assert_int_equal(t.x.tests[0].method, TEST_CHI_SQUARED);
  expect_figure(&t.x.tests[0].e, FIGURE_STATISTIC, 8.153628117913831);
  expect_figure(&t.x.tests[0].e, FIGURE_P_VALUE, 0.016961417739911812);
  expect_figure(&t.x.tests[0].e, FIGURE_DF, 2);
  expect_figure(&t.x.tests[0].e, FIGURE_EFFECT, sqrt(8.153628117913831 / 19));
  assert_int_equal(t.x.tests[1].method, TEST_FISHER);
  expect_close(figure(&t.x.tests[1].e, FIGURE_P_VALUE), 0.020778756846868231, 1e-9);
  for (size_t j = 0; j < 3; j++) {
    expect_figure(&cell(&t, 0, j + 1)->e, FIGURE_RESIDUAL, residual[j]);
    expect_figure(&cell(&t, 1, j + 1)->e, FIGURE_RESIDUAL, -residual[j]);
    expect_figure(&cell(&t, 0, j + 1)->e, FIGURE_EXPECTED, expected[j]);
  }
  assert_false(estimate_has(&cell(&t, 0, 0)->e, FIGURE_RESIDUAL));
  table_close(&t);
}

static void expect_letters(const struct table *t, size_t level, size_t column, const char *want) {
  const struct crosstab_cell *c = cell(t, level, column);
  assert_int_equal(c->letter_count, strlen(want));
  if (*want) assert_memory_equal(t->x.letters.s + c->letters, want, c->letter_count);
}

/* prop.test(c(6, 1), c(7, 6), correct = FALSE)$p.value = .0128 (A-C), .0209 (B-C), .906 (A-B) */
static void letters_mark_the_larger_column(void **state) {
  (void)state;
  struct table t;
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  table_open(&t, &o);
  assert_string_equal(t.x.columns[1].letter, "A");
  expect_letters(&t, 0, 1, "C");
  expect_letters(&t, 0, 2, "C");
  expect_letters(&t, 0, 3, "");
  expect_letters(&t, 1, 1, "");
  expect_letters(&t, 1, 3, "A B");
  expect_letters(&t, 0, 0, ""); /* the total is never compared */
  crosstab_free(&t.x);
  o.letter.adjust = ADJUST_BONFERRONI; /* 3 x .0128 < .05 < 3 x .0209 */
  assert_int_equal(table_try(&t, &o), BILAN_OK);
  expect_letters(&t, 0, 1, "C");
  expect_letters(&t, 0, 2, "");
  crosstab_free(&t.x);
  o.letter.adjust = ADJUST_HOLM; /* 3 x .0128, 2 x .0209: both below .05 */
  assert_int_equal(table_try(&t, &o), BILAN_OK);
  expect_letters(&t, 0, 2, "C");
  crosstab_free(&t.x);
  o.letter.adjust = ADJUST_NONE;
  o.smallest = 7; /* leaves column A alone */
  assert_int_equal(table_try(&t, &o), BILAN_OK);
  expect_letters(&t, 0, 1, "");
  assert_int_equal(cell(&t, 0, 1)->e.notes, 0);
  assert_int_equal(cell(&t, 0, 2)->e.notes, NOTE_SMALL_BASE);
  table_close(&t);
}

static void all_or_nobody_is_not_compared(void **state) {
  (void)state;
  static const uint32_t item[] = {1, 1, 1, 1, 2, 2, 2, 2, 2, 1};
  static const uint32_t group[] = {1, 1, 1, 1, 2, 2, 2, 2, 2, 2};
  static const char *const levels[] = {"x", "y"}, *const groups[] = {"g", "h", "empty"};
  bilan b;
  struct crosstab x;
  struct sample sample = {.rows = 10};
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  handle_init(&b);
  struct column *c = make_codes(&b, 10, item, levels, 2), *g = make_codes(&b, 10, group, groups, 3);
  const struct column *banner = g;
  bool declared = true;
  struct crosstab_request r = {
      .row = {.item = c}, .banners = &banner, .declared = &declared, .banner_count = 1};
  assert_int_equal(crosstab_open(&b, &x, &sample, &r, &o), BILAN_OK);
  assert_int_equal(x.column_count, 4);
  assert_int_equal(x.cells[1].e.notes, NOTE_EDGE);
  assert_int_equal(x.cells[2].e.notes, 0);
  assert_true(x.cells[3].e.notes & NOTE_EMPTY);
  assert_true(x.cells[3].e.notes & NOTE_SMALL_BASE);
  assert_int_equal(x.letters.n, 0);
  assert_true(estimate_has(&x.tests[0].e, FIGURE_STATISTIC)); /* the empty column drops out */
  expect_figure(&x.tests[0].e, FIGURE_DF, 1);
  crosstab_free(&x);
  column_free(c);
  column_free(g);
}

static void several_banners_share_one_total(void **state) {
  (void)state;
  struct people p;
  struct crosstab x;
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  people_open(&p);
  const struct column *banners[] = {p.g, p.q};
  const bool declared[] = {true, true};
  struct crosstab_request r = {
      .row = {.item = p.q}, .banners = banners, .declared = declared, .banner_count = 2};
  assert_int_equal(crosstab_open(&p.b, &x, &p.sample, &r, &o), BILAN_OK);
  assert_int_equal(x.column_count, 6);
  assert_int_equal(x.columns[0].base.n, 20); /* everybody with an answer, g or no g */
  assert_string_equal(x.columns[4].letter, "A");
  assert_int_equal(x.cells[4].e.count, 12);
  assert_int_equal(x.cells[5].e.count, 0);
  crosstab_free(&x);
  people_close(&p);
}

static void sorting_moves_rows_with_all_their_figures(void **state) {
  (void)state;
  struct table t;
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  o.sort = SORT_ASCENDING;
  table_open(&t, &o);
  assert_int_equal(t.x.levels[0], NON);
  assert_int_equal(cell(&t, 0, 3)->e.count, 5);
  expect_figure(&cell(&t, 0, 3)->e, FIGURE_RESIDUAL, 2.8540772625766495);
  table_close(&t);
}

static void letters_run_on_after_z(void **state) {
  (void)state;
  char name[LETTER_ROOM];
  static const struct {
    size_t i;
    const char *want;
  } cases[] = {{0, "A"}, {25, "Z"}, {26, "AA"}, {51, "AZ"}, {52, "BA"}, {701, "ZZ"}, {702, "AAA"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    letters_name(name, cases[i].i);
    assert_string_equal(name, cases[i].want);
  }
}

/* By weights alone the contrast of two columns is the sum of (w (u1 - u2))^2, with Student's t. */
static void weighted_columns_are_compared_by_their_design(void **state) {
  (void)state;
  enum { ROWS = 200 };
  uint32_t item[ROWS], group[ROWS];
  double weight[ROWS];
  static const char *const levels[] = {"x", "y"};
  struct {
    double w, x;
  } s[3] = {{0, 0}, {0, 0}, {0, 0}};
  bilan b;
  struct crosstab x;
  struct design *d;
  handle_init(&b);
  for (size_t i = 0; i < ROWS; i++) {
    group[i] = 1 + (i % 2);
    item[i] = (i / 2) % 10 < (group[i] == 1 ? 5 : 3) ? 1 : 2;
    weight[i] = 1 + (double)(i % 7);
    s[group[i]].w += weight[i];
    s[group[i]].x += item[i] == 1 ? weight[i] : 0;
  }
  double p1 = s[1].x / s[1].w, p2 = s[2].x / s[2].w, squares = 0;
  for (size_t i = 0; i < ROWS; i++) {
    double p = group[i] == 1 ? p1 : p2;
    double u = weight[i] * ((item[i] == 1) - p) / s[group[i]].w;
    squares += u * u;
  }
  double t = (p1 - p2) / sqrt(squares * ROWS / (ROWS - 1));
  struct column *c = make_codes(&b, ROWS, item, levels, 2);
  struct column *g = make_codes(&b, ROWS, group, levels, 2);
  struct column *w = make_numbers(&b, ROWS, weight);
  const struct design_spec spec = {.weight = w};
  assert_int_equal(design_declare(&b, &d, ROWS, &spec), BILAN_OK);
  const struct column *banner = g;
  bool declared = true;
  struct sample sample = {.rows = ROWS, .design = d};
  struct crosstab_request r = {
      .row = {.item = c}, .banners = &banner, .declared = &declared, .banner_count = 1};
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  double p_value = 2 * student_cdf(fabs(t), ROWS - 1, UPPER);
  for (int side = 0; side < 2; side++) { /* a level just under and just over the p-value */
    o.letter.alpha = p_value * (side ? 1.0001 : 0.9999);
    assert_int_equal(crosstab_open(&b, &x, &sample, &r, &o), BILAN_OK);
    assert_int_equal(x.cells[1].letter_count, side);
    expect_figure(&x.cells[1].e, FIGURE_VALUE, p1);
    crosstab_free(&x);
  }
  design_free(d);
  column_free(c);
  column_free(g);
  column_free(w);
  assert_int_equal(b.mem.used, 0);
}

/* Weighted sums over several blocks: the same bytes in every figure. */
static void threads_change_nothing(void **state) {
  (void)state;
  enum { ROWS = 40000 };
  static uint32_t item[ROWS], group[ROWS];
  static double weight[ROWS];
  static const char *const levels[] = {"x", "y", "z"};
  uint64_t seed = 9;
  bilan b;
  struct crosstab first = {0};
  handle_init(&b);
  for (size_t i = 0; i < ROWS; i++) {
    item[i] = draw_below(&seed, 4);
    group[i] = draw_below(&seed, 4);
    weight[i] = draw_unit(&seed);
  }
  struct column *c = make_codes(&b, ROWS, item, levels, 3);
  struct column *g = make_codes(&b, ROWS, group, levels, 3);
  struct column *w = make_numbers(&b, ROWS, weight);
  const struct column *banner = g;
  bool declared = true;
  struct design *d;
  const struct design_spec spec = {.weight = w};
  assert_int_equal(design_declare(&b, &d, ROWS, &spec), BILAN_OK);
  struct sample sample = {.rows = ROWS, .design = d};
  struct crosstab_request r = {
      .row = {.item = c}, .banners = &banner, .declared = &declared, .banner_count = 1};
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  for (int threads = 1; threads <= 8; threads *= 2) {
    struct crosstab x;
    b.threads = threads;
    assert_int_equal(crosstab_open(&b, &x, &sample, &r, &o), BILAN_OK);
    if (threads == 1) {
      first = x;
      continue;
    }
    for (size_t i = 0; i < x.level_count * x.column_count; i++)
      expect_same(&x.cells[i].e, &first.cells[i].e);
    crosstab_free(&x);
  }
  crosstab_free(&first);
  design_free(d);
  column_free(c);
  column_free(g);
  column_free(w);
  assert_int_equal(b.mem.used, 0);
}

static bilan_status whole(struct people *p) {
  struct table t = {.p = *p};
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  struct crosstab_request r = {.row = {.item = p->q}, .banners = t.banners,
                               .declared = t.declared, .banner_count = 1};
  t.banners[0] = p->g;
  t.declared[0] = true;
  o.sort = SORT_DESCENDING;
  bilan_status status = crosstab_open(&p->b, &t.x, &p->sample, &r, &o);
  if (!status) crosstab_free(&t.x);
  return status;
}
static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  survive_without_memory(whole);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_and_bases_match_the_table),
      cmocka_unit_test(percentages_have_the_base_they_name),
      cmocka_unit_test(the_test_agrees_with_r),
      cmocka_unit_test(letters_mark_the_larger_column),
      cmocka_unit_test(all_or_nobody_is_not_compared),
      cmocka_unit_test(several_banners_share_one_total),
      cmocka_unit_test(sorting_moves_rows_with_all_their_figures),
      cmocka_unit_test(letters_run_on_after_z),
      cmocka_unit_test(weighted_columns_are_compared_by_their_design),
      cmocka_unit_test(threads_change_nothing),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_estimate_moments.c - means, totals, ratios, differences against R (see
 * estimate_fixture.h) and against sums written out. */
#include "stat/contrast.h"

#include "estimate_fixture.h"

static const struct moment_options usual = {0.95, DEFF_NONE};

static const struct estimate *row(const struct people *p, size_t i) {
  assert_true(i < p->out.count);
  return &p->out.rows[i].e;
}

/* svymean(~y, D, na.rm = TRUE) */
static void mean_agrees_with_r(void **state) {
  (void)state;
  struct people p;
  people_open(&p);
  assert_int_equal(mean_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &usual), BILAN_OK);
  assert_int_equal(p.out.count, 1);
  expect_figure(row(&p, 0), FIGURE_VALUE, 14.045454545454545);
  expect_figure(row(&p, 0), FIGURE_SE, 0.91337474332769375);
  expect_figure(row(&p, 0), FIGURE_LOW, 12.155994931505166);
  expect_figure(row(&p, 0), FIGURE_HIGH, 15.934914159403924);
  expect_figure(row(&p, 0), FIGURE_DF, 23);
  assert_int_equal(row(&p, 0)->n, 22);
  assert_int_equal(row(&p, 0)->missing[BILAN_PRESENT], 2);
  assert_int_equal(row(&p, 0)->missing[BILAN_NO_ANSWER], 2);
  people_close(&p);
}

/* svyby(~y, ~g, D, svymean, na.rm = TRUE) */
static void means_by_group_keep_all_rows_in_the_variance(void **state) {
  (void)state;
  static const double value[] = {15.666666666666666, 13.142857142857142, 13.800000000000001};
  static const double se[] = {1.2941090357683649, 1.5775069985857098, 1.5930282892763652};
  static const double low[] = {12.989598161112381, 9.8795352847435041, 10.504569905775611};
  struct people p;
  struct by by;
  people_open(&p);
  by = by_of(p.g);
  assert_int_equal(mean_estimate(&p.b, &p.out, &p.sample, p.y, &by, &usual), BILAN_OK);
  assert_int_equal(p.out.count, 3);
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(p.out.rows[i].by[0], i + 1);
    expect_figure(row(&p, i), FIGURE_VALUE, value[i]);
    expect_figure(row(&p, i), FIGURE_SE, se[i]);
    expect_figure(row(&p, i), FIGURE_LOW, low[i]);
  }
  people_close(&p);
}

/* svymean(~y, subset(D, x >= 4), na.rm = TRUE): a domain is not a filter */
static void a_domain_keeps_the_sample(void **state) {
  (void)state;
  struct people p;
  struct domain *domain;
  people_open(&p);
  assert_int_equal(domain_new(&p.b, &domain, PEOPLE), BILAN_OK);
  for (size_t i = 0; i < PEOPLE; i++)
    if (people_x[i] >= 4) domain_set(domain, i);
  p.sample.domain = domain;
  assert_int_equal(mean_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &usual), BILAN_OK);
  expect_figure(row(&p, 0), FIGURE_VALUE, 17.272727272727273);
  expect_figure(row(&p, 0), FIGURE_SE, 0.84185421438426578);
  expect_figure(row(&p, 0), FIGURE_DF, 23);
  assert_int_equal(row(&p, 0)->n, 11);
  domain_free(domain);
  people_close(&p);
}

/* svytotal(~y, D, na.rm = TRUE); svyby(~y, ~g, D, svytotal, na.rm = TRUE); svytotal(~q, ...) */
static void totals_agree_with_r(void **state) {
  (void)state;
  static const double value[] = {141, 92, 69};
  static const double se[] = {39.702699503007175, 31.869298296527401, 29.155505110713992};
  struct people p;
  people_open(&p);
  struct by by = by_of(p.g);
  assert_int_equal(total_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &usual), BILAN_OK);
  assert_int_equal(total_estimate(&p.b, &p.out, &p.sample, p.y, &by, &usual), BILAN_OK);
  assert_int_equal(total_levels(&p.b, &p.out, &p.sample, p.q, &alone, &usual), BILAN_OK);
  assert_int_equal(p.out.count, 6);
  expect_figure(row(&p, 0), FIGURE_VALUE, 309);
  expect_figure(row(&p, 0), FIGURE_SE, 27.949488600750431);
  expect_figure(row(&p, 0), FIGURE_LOW, 251.1820776987372);
  for (size_t i = 0; i < 3; i++) {
    expect_figure(row(&p, i + 1), FIGURE_VALUE, value[i]);
    expect_figure(row(&p, i + 1), FIGURE_SE, se[i]);
  }
  expect_figure(row(&p, 4), FIGURE_VALUE, 12);
  expect_figure(row(&p, 4), FIGURE_SE, 2.5021729686848979);
  expect_figure(row(&p, 5), FIGURE_SE, 2.3590712984783537);
  assert_int_equal(row(&p, 5)->n, 20);
  assert_int_equal(row(&p, 5)->missing[BILAN_DONT_KNOW], 2);
  people_close(&p);
}

/* svyratio(~y, ~x, D, na.rm = TRUE); svyby(~y, ~g, denominator = ~x, D, svyratio, ...) */
static void ratios_agree_with_r(void **state) {
  (void)state;
  static const double value[] = {3.3513513513513513, 3.6800000000000002, 3.6315789473684212};
  static const double se[] = {0.17442211494291318, 0.22289216733853526, 0.18038953978388739};
  struct people p;
  people_open(&p);
  struct by by = by_of(p.g);
  assert_int_equal(ratio_estimate(&p.b, &p.out, &p.sample, p.y, p.x, &alone, &usual), BILAN_OK);
  assert_int_equal(ratio_estimate(&p.b, &p.out, &p.sample, p.y, p.x, &by, &usual), BILAN_OK);
  expect_figure(row(&p, 0), FIGURE_VALUE, 3.5609756097560976);
  expect_figure(row(&p, 0), FIGURE_SE, 0.13051446746180748);
  assert_int_equal(row(&p, 0)->n, 21);
  for (size_t i = 0; i < 3; i++) {
    expect_figure(row(&p, i + 1), FIGURE_VALUE, value[i]);
    expect_figure(row(&p, i + 1), FIGURE_SE, se[i]);
  }
  people_close(&p);
}

/* y = 3 x exactly: no variance, however large the numbers. */
static void a_ratio_without_scatter_has_no_interval(void **state) {
  (void)state;
  enum { ROWS = 100 };
  bilan b;
  double y[ROWS], x[ROWS];
  struct estimates out;
  struct sample sample = {.rows = ROWS};
  handle_init(&b);
  estimates_open(&b, &out);
  for (size_t i = 0; i < ROWS; i++) {
    x[i] = 1e8 + (double)i;
    y[i] = 3 * x[i];
  }
  struct column *cy = make_numbers(&b, ROWS, y), *cx = make_numbers(&b, ROWS, x);
  assert_int_equal(ratio_estimate(&b, &out, &sample, cy, cx, &alone, &usual), BILAN_OK);
  assert_true(figure(&out.rows[0].e, FIGURE_VALUE) == 3);
  assert_true(figure(&out.rows[0].e, FIGURE_SE) == 0);
  assert_false(estimate_has(&out.rows[0].e, FIGURE_LOW));
  assert_true(out.rows[0].e.notes & NOTE_CONSTANT);
  estimates_free(&out);
  column_free(cy);
  column_free(cx);
}

/* Shifting all values by 1e9 must not touch the variance (two passes). */
static void variance_survives_a_large_mean(void **state) {
  (void)state;
  enum { ROWS = 30000 };
  static double near[ROWS], far[ROWS];
  uint64_t seed = 3;
  bilan b;
  struct estimates out;
  struct sample sample = {.rows = ROWS};
  handle_init(&b);
  estimates_open(&b, &out);
  for (size_t i = 0; i < ROWS; i++) {
    near[i] = (double)draw_below(&seed, 1000);
    far[i] = near[i] + 1e9;
  }
  struct column *a = make_numbers(&b, ROWS, near), *c = make_numbers(&b, ROWS, far);
  assert_int_equal(mean_estimate(&b, &out, &sample, a, &alone, &usual), BILAN_OK);
  assert_int_equal(mean_estimate(&b, &out, &sample, c, &alone, &usual), BILAN_OK);
  expect_close(figure(&out.rows[1].e, FIGURE_SE), figure(&out.rows[0].e, FIGURE_SE), 1e-12);
  long double sum = 0, squares = 0;
  for (size_t i = 0; i < ROWS; i++) sum += near[i];
  for (size_t i = 0; i < ROWS; i++)
    squares += (near[i] - sum / ROWS) * (near[i] - sum / ROWS);
  double se = (double)sqrtl(squares / (ROWS - 1) / ROWS);
  expect_close(figure(&out.rows[0].e, FIGURE_SE) / se, 1, 1e-13);
  estimates_free(&out);
  column_free(a);
  column_free(c);
}

/* svycontrast(svyby(~y, ~g, D, svymean, covmat = TRUE), c(a = -1, b = 1)) */
static void difference_agrees_with_r(void **state) {
  (void)state;
  struct people p;
  people_open(&p);
  assert_int_equal(
      difference_estimate(&p.b, &p.out, &p.sample, p.y, p.g, GROUP_A, GROUP_B, 0.95), BILAN_OK);
  expect_figure(row(&p, 0), FIGURE_VALUE, -2.5238095238095237);
  expect_figure(row(&p, 0), FIGURE_SE, 2.0404035206410085);
  assert_int_equal(row(&p, 0)->n, 16);
  assert_int_equal(row(&p, 0)->missing[BILAN_PRESENT], 1);
  people_close(&p);
}

static void words_stand_where_there_is_no_figure(void **state) {
  (void)state;
  static const uint32_t codes[] = {1, 2, 2, 3, 3, 3};
  static const double values[] = {5, 1, 2, 7, 7, 7};
  static const char *const labels[] = {"one", "two", "same", "empty"};
  bilan b;
  struct estimates out;
  struct sample sample = {.rows = 6};
  handle_init(&b);
  estimates_open(&b, &out);
  struct column *g = make_codes(&b, 6, codes, labels, 4), *v = make_numbers(&b, 6, values);
  struct by by = by_of(g);
  assert_int_equal(mean_estimate(&b, &out, &sample, v, &by, &usual), BILAN_OK);
  assert_int_equal(out.count, 4);
  assert_true(out.rows[0].e.notes == NOTE_ONE_RESPONDENT);
  assert_false(estimate_has(&out.rows[0].e, FIGURE_SE));
  assert_true(out.rows[1].e.notes == 0 && estimate_has(&out.rows[1].e, FIGURE_LOW));
  assert_true(out.rows[2].e.notes == NOTE_CONSTANT);
  assert_false(estimate_has(&out.rows[2].e, FIGURE_LOW));
  assert_true(out.rows[3].e.notes == NOTE_EMPTY && out.rows[3].e.n == 0);
  assert_false(estimate_has(&out.rows[3].e, FIGURE_VALUE));
  by.declared[0] = false;
  estimates_free(&out);
  estimates_open(&b, &out);
  assert_int_equal(mean_estimate(&b, &out, &sample, v, &by, &usual), BILAN_OK);
  assert_int_equal(out.count, 3);
  estimates_free(&out);
  column_free(g);
  column_free(v);
}

static void a_mean_of_labels_is_refused(void **state) {
  (void)state;
  struct people p;
  people_open(&p);
  assert_int_equal(mean_estimate(&p.b, &p.out, &p.sample, p.q, &alone, &usual), BILAN_USAGE);
  people_close(&p);
}

static bilan_status mean_by(struct people *p) {
  struct by by = by_of(p->g);
  return mean_estimate(&p->b, &p->out, &p->sample, p->y, &by, &usual);
}
static bilan_status ratio_by(struct people *p) {
  struct by by = by_of(p->g);
  return ratio_estimate(&p->b, &p->out, &p->sample, p->y, p->x, &by, &usual);
}
static bilan_status levels_by(struct people *p) {
  struct by by = by_of(p->g);
  return total_levels(&p->b, &p->out, &p->sample, p->q, &by, &usual);
}
static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  survive_without_memory(mean_by);
  survive_without_memory(ratio_by);
  survive_without_memory(levels_by);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mean_agrees_with_r),
      cmocka_unit_test(means_by_group_keep_all_rows_in_the_variance),
      cmocka_unit_test(a_domain_keeps_the_sample),
      cmocka_unit_test(totals_agree_with_r),
      cmocka_unit_test(ratios_agree_with_r),
      cmocka_unit_test(a_ratio_without_scatter_has_no_interval),
      cmocka_unit_test(variance_survives_a_large_mean),
      cmocka_unit_test(difference_agrees_with_r),
      cmocka_unit_test(words_stand_where_there_is_no_figure),
      cmocka_unit_test(a_mean_of_labels_is_refused),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_estimate_compare.c - tests of means, ranks, pairs, trends and strata against R's own
 * (see estimate_fixture.h for the rows). */
#include "stat/compare.h"

#include "estimate_fixture.h"

static struct t_request t_of(const struct people *p) {
  return (struct t_request){.measure = p->y, .from = NO_LEVEL, .to = NO_LEVEL, .conf = 0.95};
}

/* t.test(y[g == "b"], y[g == "a"]), and with var.equal = TRUE */
static void two_means_agree_with_r(void **state) {
  (void)state;
  struct people p;
  struct estimate e;
  people_open(&p);
  struct t_request r = t_of(&p);
  r.group = p.g;
  assert_int_equal(compare_means(&p.b, &e, &p.sample, &r), BILAN_USAGE); /* three groups */
  r.from = GROUP_A;
  r.to = GROUP_B;
  assert_int_equal(compare_means(&p.b, &e, &p.sample, &r), BILAN_OK);
  expect_figure(&e, FIGURE_VALUE, -2.5238095238095237);
  expect_figure(&e, FIGURE_STATISTIC, -1.1782870241924102);
  expect_figure(&e, FIGURE_DF, 12.398159044196895);
  expect_figure(&e, FIGURE_P_VALUE, 0.26080330687754938);
  expect_figure(&e, FIGURE_LOW, -7.1741080090905296);
  expect_figure(&e, FIGURE_HIGH, 2.126488961471483);
  assert_int_equal(e.n, 16);
  r.pooled = true;
  assert_int_equal(compare_means(&p.b, &e, &p.sample, &r), BILAN_OK);
  expect_figure(&e, FIGURE_STATISTIC, -1.1926363090820022);
  expect_figure(&e, FIGURE_DF, 14);
  expect_figure(&e, FIGURE_P_VALUE, 0.25283410545431129);
  people_close(&p);
}

/* t.test(y, x, paired = TRUE); t.test(y, mu = 12) */
static void pairs_and_one_mean_agree_with_r(void **state) {
  (void)state;
  struct people p;
  struct estimate e;
  people_open(&p);
  struct t_request r = t_of(&p);
  r.mu = 12;
  assert_int_equal(compare_means(&p.b, &e, &p.sample, &r), BILAN_OK);
  expect_figure(&e, FIGURE_STATISTIC, 2.2350170701558789);
  expect_figure(&e, FIGURE_P_VALUE, 0.036410882802892341);
  r.mu = 0;
  r.measure = p.x;
  r.after = p.y;
  assert_int_equal(compare_means(&p.b, &e, &p.sample, &r), BILAN_OK);
  expect_figure(&e, FIGURE_VALUE, 10);
  expect_figure(&e, FIGURE_STATISTIC, 17.70403445039846);
  expect_figure(&e, FIGURE_DF, 20);
  expect_figure(&e, FIGURE_LOW, 8.821758140433964);
  assert_int_equal(e.n, 21);
  assert_int_equal(e.missing[BILAN_PRESENT], 3);
  people_close(&p);
}

/* wilcox.test(y[g == "b"], y[g == "a"]); kruskal.test(y ~ g); wilcox.test(y, 3 * x, paired) */
static void ranks_agree_with_r(void **state) {
  (void)state;
  struct people p;
  struct estimate e;
  enum rank_test test;
  double triple[PEOPLE];
  people_open(&p);
  struct rank_request r = {p.y, NULL, p.g, GROUP_A, GROUP_B, false, 0.95};
  assert_int_equal(compare_ranks(&p.b, &e, &test, &p.sample, &r), BILAN_OK);
  assert_int_equal(test, RANK_WILCOXON);
  expect_figure(&e, FIGURE_STATISTIC, 18.5);
  expect_figure(&e, FIGURE_P_VALUE, 0.18449242375806274);
  assert_int_equal(e.n, 16);
  r.from = r.to = NO_LEVEL;
  assert_int_equal(compare_ranks(&p.b, &e, &test, &p.sample, &r), BILAN_OK);
  assert_int_equal(test, RANK_KRUSKAL);
  expect_figure(&e, FIGURE_STATISTIC, 1.9895697522816189);
  expect_figure(&e, FIGURE_DF, 2);
  expect_figure(&e, FIGURE_P_VALUE, 0.36980298943397755);
  assert_int_equal(e.n, 21);
  for (size_t i = 0; i < PEOPLE; i++) triple[i] = 3 * people_x[i];
  struct column *before = make_numbers(&p.b, PEOPLE, triple);
  struct rank_request pairs = {before, p.y, NULL, NO_LEVEL, NO_LEVEL, false, 0.95};
  assert_int_equal(compare_ranks(&p.b, &e, &test, &p.sample, &pairs), BILAN_OK);
  assert_int_equal(test, RANK_SIGNED);
  expect_figure(&e, FIGURE_STATISTIC, 203);
  expect_figure(&e, FIGURE_P_VALUE, 0.00023452642252091646);
  column_free(before);
  people_close(&p);
}

/* chisq.test(table(q, g)); G = 2 sum(O log(O / E)); fisher.test(table(q, g)) */
static void independence_agrees_with_r(void **state) {
  (void)state;
  struct people p;
  struct estimate e;
  bool simulated;
  people_open(&p);
  struct independence_options o = {INDEPENDENCE_PEARSON, false, 0.95};
  assert_int_equal(compare_independence(&p.b, &e, &simulated, &p.sample, p.q, p.g, &o), BILAN_OK);
  expect_figure(&e, FIGURE_STATISTIC, 8.153628117913831);
  expect_figure(&e, FIGURE_P_VALUE, 0.016961417739911812);
  assert_int_equal(e.n, 19);
  assert_int_equal(e.missing[BILAN_PRESENT], 5);
  assert_int_equal(e.missing[BILAN_DONT_KNOW], 2);
  assert_true(e.notes & NOTE_SMALL);
  o.statistic = INDEPENDENCE_LIKELIHOOD;
  assert_int_equal(compare_independence(&p.b, &e, &simulated, &p.sample, p.q, p.g, &o), BILAN_OK);
  expect_figure(&e, FIGURE_STATISTIC, 8.4530820578093024);
  expect_figure(&e, FIGURE_P_VALUE, 0.01460281400305319);
  o.statistic = INDEPENDENCE_FISHER;
  assert_int_equal(compare_independence(&p.b, &e, &simulated, &p.sample, p.q, p.g, &o), BILAN_OK);
  expect_close(figure(&e, FIGURE_P_VALUE), 0.020778756846868231, 1e-9);
  assert_false(simulated);
  people_close(&p);
}

/* prop.trend.test(c(6, 5, 1), c(7, 6, 6)) */
static void trend_agrees_with_r(void **state) {
  (void)state;
  struct people p;
  struct estimate e;
  people_open(&p);
  assert_int_equal(compare_trend(&p.b, &e, &p.sample, p.q, OUI, p.g), BILAN_OK);
  expect_figure(&e, FIGURE_STATISTIC, 6.3342528068137867);
  expect_figure(&e, FIGURE_P_VALUE, 0.011842799750795819);
  assert_int_equal(e.n, 19);
  assert_int_equal(compare_trend(&p.b, &e, &p.sample, p.q, NSP, p.g), BILAN_USAGE);
  people_close(&p);
}

/* A second answer of the same people, its levels in another order than q's. */
static const char *const later_labels[] = {"non", "oui"};
static const uint32_t later[PEOPLE] = {1, 1, 2, 2, 1, 2, 1, 2, 1, 2, 2, 2,
                                       1, 1, 2, 1, 1, 1, 2, 1, 1, 0, 1, 2};

/* tb: oui/oui 5, oui/non 6, non/oui 1, non/non 7. mcnemar.test(tb, correct = FALSE), TRUE,
 * binom.test(6, 7)$p.value */
static void mcnemar_matches_levels_by_label(void **state) {
  (void)state;
  static const struct {
    enum mcnemar_choice choice;
    double p;
  } cases[] = {{MCNEMAR_AS_PLAIN, 0.058781721355358973},
               {MCNEMAR_AS_CORRECTED, 0.13057001811573746},
               {MCNEMAR_AS_EXACT, 0.125},
               {MCNEMAR_AUTO, 0.125}};
  struct people p;
  struct estimate e;
  enum plain_mcnemar_kind used;
  people_open(&p);
  struct column *after = make_codes(&p.b, PEOPLE, later, later_labels, 2);
  for (size_t i = 0; i < 4; i++)
    for (int level = 0; level < 2; level++) {
      struct mcnemar_request r = {p.q, after, level ? TEXT("oui") : (struct text){NULL, 0},
                                  cases[i].choice, 0.95};
      assert_int_equal(compare_mcnemar(&p.b, &e, &used, &p.sample, &r), BILAN_OK);
      expect_figure(&e, FIGURE_P_VALUE, cases[i].p);
      expect_figure(&e, FIGURE_VALUE, (1.0 - 6.0) / 19); /* oui after, less oui before */
      assert_true(figure(&e, FIGURE_LOW) < figure(&e, FIGURE_VALUE));
      assert_true(figure(&e, FIGURE_HIGH) > figure(&e, FIGURE_VALUE));
      assert_int_equal(e.n, 19);
      assert_int_equal(e.missing[BILAN_PRESENT], 5);
    }
  column_free(after);
  people_close(&p);
}

/* mantelhaen.test(table(q, later, x >= 4), correct = FALSE), later with non before oui:
 * estimate, conf.int, statistic, p.value */
static void strata_agree_with_r(void **state) {
  (void)state;
  static const char *const halves[] = {"low", "high"};
  uint32_t half[PEOPLE];
  struct people p;
  struct estimate e[2];
  people_open(&p);
  for (size_t i = 0; i < PEOPLE; i++)
    half[i] = isnan(people_x[i]) ? 0 : people_x[i] >= 4 ? 2 : 1;
  struct column *after = make_codes(&p.b, PEOPLE, later, later_labels, 2);
  struct column *stratum = make_codes(&p.b, PEOPLE, half, halves, 2);
  struct strata_request r = {p.q, after, stratum, NO_LEVEL, NO_LEVEL, false, 0.95};
  assert_int_equal(compare_strata(&p.b, e, &p.sample, &r), BILAN_OK);
  expect_figure(&e[0], FIGURE_VALUE, 0.10714285714285715);
  expect_figure(&e[0], FIGURE_LOW, 0.0067476159664321246);
  expect_figure(&e[0], FIGURE_HIGH, 1.7012811478666079);
  expect_figure(&e[0], FIGURE_STATISTIC, 2.6315789473684217);
  expect_figure(&e[0], FIGURE_P_VALUE, 0.10475748984973116);
  assert_int_equal(e[0].n, 19);
  r.col_level = 2; /* oui against others: the odds turn over */
  assert_int_equal(compare_strata(&p.b, e, &p.sample, &r), BILAN_OK);
  expect_figure(&e[0], FIGURE_VALUE, 1 / 0.10714285714285715);
  r.col_level = NO_LEVEL;
  r.col = p.g;
  assert_int_equal(compare_strata(&p.b, e, &p.sample, &r), BILAN_USAGE);
  column_free(after);
  column_free(stratum);
  people_close(&p);
}

static void nothing_to_test_is_said_in_words(void **state) {
  (void)state;
  struct people p;
  struct estimate e;
  struct domain *nobody;
  enum rank_test test;
  bool simulated;
  people_open(&p);
  assert_int_equal(domain_new(&p.b, &nobody, PEOPLE), BILAN_OK);
  p.sample.domain = nobody;
  struct t_request r = t_of(&p);
  assert_int_equal(compare_means(&p.b, &e, &p.sample, &r), BILAN_OK);
  assert_true(e.notes && !estimate_has(&e, FIGURE_P_VALUE));
  r.group = p.g;
  assert_int_equal(compare_means(&p.b, &e, &p.sample, &r), BILAN_OK);
  assert_true(e.notes && !estimate_has(&e, FIGURE_P_VALUE));
  struct rank_request ranks = {p.y, NULL, p.g, NO_LEVEL, NO_LEVEL, false, 0.95};
  assert_int_equal(compare_ranks(&p.b, &e, &test, &p.sample, &ranks), BILAN_OK);
  assert_true(e.notes && !estimate_has(&e, FIGURE_P_VALUE));
  struct independence_options o = {INDEPENDENCE_PEARSON, false, 0.95};
  assert_int_equal(compare_independence(&p.b, &e, &simulated, &p.sample, p.q, p.g, &o), BILAN_OK);
  assert_true(e.notes && !estimate_has(&e, FIGURE_P_VALUE));
  assert_int_equal(compare_trend(&p.b, &e, &p.sample, p.q, OUI, p.g), BILAN_OK);
  assert_true(e.notes && !estimate_has(&e, FIGURE_P_VALUE));
  domain_free(nobody);
  people_close(&p);
}

static void a_declared_design_is_refused(void **state) {
  (void)state;
  struct people p;
  struct estimate e;
  struct design design = {.rows = PEOPLE, .weight = NULL, .declared = true};
  people_open(&p);
  struct t_request r = t_of(&p);
  p.sample.design = &design;
  assert_int_equal(compare_means(&p.b, &e, &p.sample, &r), BILAN_USAGE);
  people_close(&p);
}

static bilan_status all_tests(struct people *p) {
  struct estimate e[2];
  enum rank_test test;
  enum plain_mcnemar_kind used;
  bool simulated;
  struct t_request t = t_of(p);
  struct rank_request ranks = {p->y, NULL, p->g, NO_LEVEL, NO_LEVEL, false, 0.95};
  struct rank_request pairs = {p->x, p->y, NULL, NO_LEVEL, NO_LEVEL, false, 0.95};
  struct independence_options o = {INDEPENDENCE_PEARSON, false, 0.95};
  struct mcnemar_request m = {p->q, p->q, {NULL, 0}, MCNEMAR_AUTO, 0.95};
  struct strata_request s = {p->q, p->q, p->g, NO_LEVEL, NO_LEVEL, false, 0.95};
  t.after = p->x;
  bilan_status status = compare_means(&p->b, e, &p->sample, &t);
  if (!status) status = compare_ranks(&p->b, e, &test, &p->sample, &ranks);
  if (!status) status = compare_ranks(&p->b, e, &test, &p->sample, &pairs);
  if (!status) status = compare_independence(&p->b, e, &simulated, &p->sample, p->q, p->g, &o);
  if (!status) status = compare_mcnemar(&p->b, e, &used, &p->sample, &m);
  if (!status) status = compare_trend(&p->b, e, &p->sample, p->q, OUI, p->g);
  if (!status) status = compare_strata(&p->b, e, &p->sample, &s);
  return status;
}
static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  survive_without_memory(all_tests);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_means_agree_with_r),
      cmocka_unit_test(pairs_and_one_mean_agree_with_r),
      cmocka_unit_test(ranks_agree_with_r),
      cmocka_unit_test(independence_agrees_with_r),
      cmocka_unit_test(trend_agrees_with_r),
      cmocka_unit_test(mcnemar_matches_levels_by_label),
      cmocka_unit_test(strata_agree_with_r),
      cmocka_unit_test(nothing_to_test_is_said_in_words),
      cmocka_unit_test(a_declared_design_is_refused),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_api_design.c - bilan_survey_design: the design of a survey by item names, against
 * variances worked out by hand. */
#include "api_fixture.h"

/* Two strata of two schools. W = 12, mean 42/12 = 3.5. The sums of w (y - 3.5) / 12 by school are
 * -0.5 and 0.5, -0.125 and 0.125: V = 2 (0.25 + 0.25) + 2 (2 * 0.015625) = 1.0625, 4 - 2 df. */
static const char schools[] =
    "region,school,label,weight,score,size,zero,bad\n"
    "north,n1,1,2,1,4,1,1\n"
    "north,n1,1,2,3,4,1,\n"
    "north,n2,2,4,5,4,1,1\n"
    "south,s1,1,1,2,2,1,1\n"
    "south,s2,2,3,4,2,1,-1\n";

static bilan_survey *read_schools(bilan *b) {
  bilan_survey *s = NULL;
  must(b, bilan_read_csv_bytes(b, &s, schools, sizeof schools - 1, NULL));
  return s;
}

/* strata, clusters and weights as they are in the file. */
static bilan_design_options stratified(void) {
  bilan_design_options o = BILAN_DESIGN_OPTIONS;
  o.weights = "weight";
  o.strata[0] = "region";
  o.clusters[0] = "school";
  return o;
}

/* Value, standard error and degrees of freedom of the mean score. */
static void mean_is(bilan *b, const bilan_survey *s, double value, double variance, double df) {
  bilan_result *r = NULL;
  must(b, bilan_mean(b, &r, s, "score", NULL));
  near(figure(r, 0, VALUE), value);
  near(figure(r, 0, SE), sqrt(variance));
  near(figure(r, 0, DF), df);
  bilan_result_free(r);
}

static void strata_and_clusters_make_the_variance(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_schools(b), *d = NULL;
  bilan_design_options o = stratified();
  size_t strata = 9, psus = 9;
  assert_int_equal(bilan_survey_design_size(s, &strata, &psus), 0);
  assert_int_equal(psus, 0);
  must(b, bilan_survey_design(b, &d, s, &o));
  mean_is(b, d, 3.5, 1.0625, 2);
  assert_int_equal(bilan_survey_design_size(d, &strata, &psus), 1);
  assert_int_equal(strata, 2);
  assert_int_equal(psus, 4);
  bilan_survey_free(d);
  bilan_survey_free(s);
  close_handle(b);
}

/* 2 of 4 schools in the north, all of the south: V = 0.5 * 1 + 0. */
static void a_finite_population_lowers_it(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_schools(b), *d = NULL;
  bilan_design_options o = stratified();
  o.fpc[0] = "size";
  must(b, bilan_survey_design(b, &d, s, &o));
  mean_is(b, d, 3.5, 0.5, 2);
  bilan_survey_free(d);
  bilan_survey_free(s);
  close_handle(b);
}

/* The labels 1 and 2 stand in both regions. */
static void nested_labels_are_other_clusters(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_schools(b), *d = NULL;
  bilan_design_options o = stratified();
  o.clusters[0] = "label";
  refused(b, bilan_survey_design(b, &d, s, &o), BILAN_DATA, "nest");
  o.nest = 1;
  must(b, bilan_survey_design(b, &d, s, &o));
  mean_is(b, d, 3.5, 1.0625, 2);
  bilan_survey_free(d);
  bilan_survey_free(s);
  close_handle(b);
}

/* Of the north: mean 28 / 8 = 3.5, school sums -6/8 and 6/8, V = 2 (2 * 0.5625), 2 - 1 df. */
static void verbs_keep_the_design_and_domains_its_units(void **state) {
  (void)state;
  static const char *const kept[] = {"score", "region"};
  bilan *b = open_handle();
  bilan_survey *s = read_schools(b), *d = NULL, *few = NULL, *north = NULL;
  bilan_design_options o = stratified();
  size_t strata, psus;
  must(b, bilan_survey_design(b, &d, s, &o));
  bilan_survey_free(s);
  must(b, bilan_select(b, &few, d, kept, 2));
  bilan_survey_free(d);
  mean_is(b, few, 3.5, 1.0625, 2);
  must(b, bilan_where(b, &north, few, "region = 'north'"));
  bilan_survey_free(few);
  assert_int_equal(bilan_survey_design_size(north, &strata, &psus), 1);
  assert_int_equal(psus, 4);
  mean_is(b, north, 3.5, 2.25, 1);
  bilan_survey_free(north);
  close_handle(b);
}

/* Rows one by one, equal weights: the variance of a simple random sample, df 4. */
static void no_options_draw_rows_one_by_one(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_schools(b), *d = NULL;
  must(b, bilan_survey_design(b, &d, s, NULL));
  mean_is(b, d, 3, 10.0 / 4 / 5, 4);
  bilan_survey_free(d);
  bilan_survey_free(s);
  close_handle(b);
}

static void wrong_designs_are_refused(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_schools(b), *d = NULL;
  bilan_design_options o = stratified();
  bilan_estimate_options e = BILAN_ESTIMATE_OPTIONS;
  bilan_result *r = NULL;
  o.weights = "wieght";
  refused(b, bilan_survey_design(b, &d, s, &o), BILAN_USAGE, "did you mean \"weight\"");
  o.weights = "region";
  refused(b, bilan_survey_design(b, &d, s, &o), BILAN_USAGE, "has no numbers");
  o.weights = "bad";
  refused(b, bilan_survey_design(b, &d, s, &o), BILAN_DATA, "row 2");
  o = stratified();
  o.lonely = "skip";
  refused(b, bilan_survey_design(b, &d, s, &o), BILAN_USAGE, "none of fail");
  o = stratified();
  o.clusters[2] = "score";
  refused(b, bilan_survey_design(b, &d, s, &o), BILAN_USAGE, "NULL ends the list");
  o = stratified();
  o.strata[0] = "school";
  refused(b, bilan_survey_design(b, &d, s, &o), BILAN_DATA, "n1");
  o.lonely = "certainty";
  must(b, bilan_survey_design(b, &d, s, &o));
  e.weights = "weight";
  refused(b, bilan_mean(b, &r, d, "score", &e), BILAN_USAGE, "belong there");
  o.version = 0;
  refused(b, bilan_survey_design(b, &s, d, &o), BILAN_USAGE, "BILAN_DESIGN_OPTIONS");
  bilan_survey_free(d);
  bilan_survey_free(s);
  close_handle(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strata_and_clusters_make_the_variance),
      cmocka_unit_test(a_finite_population_lowers_it),
      cmocka_unit_test(nested_labels_are_other_clusters),
      cmocka_unit_test(verbs_keep_the_design_and_domains_its_units),
      cmocka_unit_test(no_options_draw_rows_one_by_one),
      cmocka_unit_test(wrong_designs_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

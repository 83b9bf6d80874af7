/* test_api_estimate.c - the public C interface: estimates, results, plain statistics.
 *
 * Expected figures are worked out by hand beside each test, or are those of R 4.2.2 where it is
 * said (the call stands in the comment). What estimators compute is tested with them; here it
 * is that options reach them and figures come back in their place.
 */
#include "api_fixture.h"

/* ---- estimates --------------------------------------------------------------------------- */

/* Four of the six who answered said yes; N = 8, so se^2 = 8/7 * p (1 - p) / 6. */
static void proportion_gives_shares_with_their_base(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  bilan_result *r = NULL;
  must(b, bilan_proportion(b, &r, s, "answer", NULL));
  assert_int_equal(bilan_result_rows(r), 2);
  assert_int_equal(bilan_result_keys(r), 1);
  assert_string_equal(bilan_result_key_name(r, 0), "level");
  assert_string_equal(bilan_result_key(r, 0, "level"), "yes");
  near(figure(r, 0, VALUE), 4.0 / 6);
  near(figure(r, 0, SE), sqrt(8.0 / 7 * (4.0 / 6) * (2.0 / 6) / 6));
  near(figure(r, 0, LOW), wilson(4, 6, -1));
  near(figure(r, 0, HIGH), wilson(4, 6, 1));
  near(figure(r, 0, CONF), 0.95);
  assert_int_equal(bilan_result_n(r, 0), 6);
  assert_int_equal(bilan_result_count(r, 0), 4);
  assert_int_equal(bilan_result_missing(r, 0, BILAN_PRESENT), 2);
  assert_int_equal(bilan_result_missing(r, 0, BILAN_NO_ANSWER), 1);
  assert_int_equal(bilan_result_missing(r, 0, BILAN_REFUSED), 1);
  bilan_result_free(r);
  bilan_survey_free(s);
  close_handle(b);
}

/* In school a all three answered, one no; in b three, one no. */
static void groups_follow_the_levels_of_the_by_item(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  bilan_result *r = NULL;
  bilan_estimate_options o = BILAN_ESTIMATE_OPTIONS;
  o.by[0] = "school";
  o.level = "no";
  o.conf = 0.9;
  must(b, bilan_proportion(b, &r, s, "answer", &o));
  assert_int_equal(bilan_result_rows(r), 2);
  for (size_t row = 0; row < 2; row++) {
    assert_string_equal(bilan_result_key(r, row, "school"), row ? "b" : "a");
    assert_string_equal(bilan_result_key_at(r, row, 0), "no");
    near(figure(r, row, VALUE), 1.0 / 3);
    near(figure(r, row, CONF), 0.9);
  }
  assert_int_equal(bilan_result_missing(r, 0, BILAN_PRESENT), 0);
  assert_int_equal(bilan_result_missing(r, 1, BILAN_PRESENT), 2);
  bilan_result_free(r);
  bilan_survey_free(s);
  close_handle(b);
}

static void nets_stand_behind_levels(void **state) {
  (void)state;
  static const char *const either[] = {"yes", "no", "yes"};
  static const bilan_net net = {"any", either, 3};
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  bilan_result *r = NULL;
  bilan_estimate_options o = BILAN_ESTIMATE_OPTIONS;
  o.nets = &net;
  o.net_count = 1;
  must(b, bilan_freq(b, &r, s, "answer", &o));
  assert_int_equal(bilan_result_rows(r), 3);
  assert_string_equal(bilan_result_key(r, 2, "level"), "any");
  assert_int_equal(bilan_result_is_net(r, 2), 1);
  assert_int_equal(bilan_result_is_net(r, 1), 0);
  near(figure(r, 2, VALUE), 1);
  near(figure(r, 1, CUMULATIVE), 1);
  bilan_result_free(r);
  bilan_survey_free(s);
  close_handle(b);
}

static void freq_sorts_and_may_count_the_missing(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  bilan_result *r = NULL;
  bilan_estimate_options o = BILAN_ESTIMATE_OPTIONS;
  o.sort = "ascending";
  o.include_missing = 1;
  must(b, bilan_freq(b, &r, s, "answer", &o));
  assert_int_equal(bilan_result_rows(r), 4);
  assert_int_equal(bilan_result_n(r, 0), 8);
  assert_string_equal(bilan_result_key(r, 0, "level"), "no answer");
  assert_string_equal(bilan_result_key(r, 3, "level"), "yes");
  near(figure(r, 3, VALUE), 0.5);
  bilan_result_free(r);
  bilan_survey_free(s);
  close_handle(b);
}

/* hours 1 2 3 4 5 6 8: mean 29/7, sum of squares about it 155 - 841/7. The whole sample has
 * N = 8 rows, so V = 8/7 * SS / 49 and df = 7; qt(0.975, 7) = 2.3646242515927849 (R). */
static void mean_has_an_interval_on_students_t(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  bilan_result *r = NULL;
  double se = sqrt(8.0 / 7 * (155 - 841.0 / 7) / 49);
  must(b, bilan_mean(b, &r, s, "hours", NULL));
  assert_int_equal(bilan_result_rows(r), 1);
  assert_int_equal(bilan_result_keys(r), 0);
  near(figure(r, 0, VALUE), 29.0 / 7);
  near(figure(r, 0, SE), se);
  near(figure(r, 0, DF), 7);
  near(figure(r, 0, LOW), 29.0 / 7 - 2.3646242515927849 * se);
  assert_int_equal(bilan_result_count(r, 0), -1);
  bilan_result_free(r);
  bilan_survey_free(s);
  close_handle(b);
}

static void total_sums_numbers_and_counts_levels(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b), *part = NULL;
  bilan_result *r = NULL;
  must(b, bilan_where(b, &part, s, "school = 'a'"));
  must(b, bilan_total(b, &r, part, "hours", NULL));
  near(figure(r, 0, VALUE), 6);
  bilan_result_free(r);
  must(b, bilan_total(b, &r, s, "answer", NULL));
  assert_string_equal(bilan_result_key(r, 0, "level"), "yes");
  near(figure(r, 0, VALUE), 4);
  bilan_result_free(r);
  bilan_survey_free(part);
  bilan_survey_free(s);
  close_handle(b);
}

static void ratio_is_a_ratio_of_sums(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b), *more = NULL;
  bilan_result *r = NULL;
  must(b, bilan_derive(b, &more, s, "square", "hours * hours"));
  must(b, bilan_ratio(b, &r, more, "square", "hours", NULL));
  near(figure(r, 0, VALUE), 155.0 / 29);
  refused(b, bilan_ratio(b, &r, more, "square", "answer", NULL), BILAN_USAGE,
          "\"answer\" has no numbers");
  bilan_result_free(r);
  bilan_survey_free(more);
  bilan_survey_free(s);
  close_handle(b);
}

/* Of 1 2 3 4 5 6 8: R's quantile(x, c(0.25, 0.5), type = 7) is 2.5, 4; type 1 gives 2, 4. */
static void quantiles_follow_the_rule(void **state) {
  (void)state;
  static const double p[] = {0.25, 0.5};
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  bilan_result *r = NULL;
  bilan_estimate_options o = BILAN_ESTIMATE_OPTIONS;
  must(b, bilan_quantile(b, &r, s, "hours", NULL));
  near(figure(r, 0, VALUE), 4);
  near(figure(r, 0, P), 0.5);
  bilan_result_free(r);
  o.p = p;
  o.p_count = 2;
  o.rule = "hf7";
  must(b, bilan_quantile(b, &r, s, "hours", &o));
  assert_int_equal(bilan_result_rows(r), 2);
  near(figure(r, 0, VALUE), 2.5);
  near(figure(r, 1, VALUE), 4);
  bilan_result_free(r);
  bilan_survey_free(s);
  close_handle(b);
}

/* yes/no by school: [2 2; 1 1], so chi-squared is 0, and Fisher's test has p = 1. */
static void crosstab_gives_cells_and_tests(void **state) {
  (void)state;
  static const char *const across[] = {"school"};
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  bilan_result *r = NULL, *tests = NULL;
  must(b, bilan_crosstab(b, &r, &tests, s, "answer", across, 1, NULL));
  assert_int_equal(bilan_result_rows(r), 6);
  assert_null(bilan_result_key(r, 0, "column"));
  assert_string_equal(bilan_result_key(r, 1, "level"), "yes");
  assert_string_equal(bilan_result_key(r, 1, "banner"), "school");
  assert_string_equal(bilan_result_key(r, 1, "column"), "a");
  assert_string_equal(bilan_result_key(r, 1, "letter"), "A");
  assert_null(bilan_result_key(r, 1, "letters"));
  near(figure(r, 1, VALUE), 2.0 / 3);
  near(figure(r, 1, EXPECTED), 2);
  assert_string_equal(bilan_result_key(tests, 0, "banner"), "school");
  assert_string_equal(bilan_result_key(tests, 0, "test"), "chi-squared");
  near(figure(tests, 0, STATISTIC), 0);
  near(figure(tests, 0, DF), 1);
  assert_string_equal(bilan_result_key(tests, 1, "test"), "Fisher");
  near(figure(tests, 1, P_VALUE), 1);
  bilan_result_free(r);
  bilan_result_free(tests);
  bilan_survey_free(s);
  close_handle(b);
}

/* 30 of 40 against 10 of 40: z = 4.47. The column with the larger share gets the letter of the
 * other. */
static void letters_name_the_smaller_columns(void **state) {
  (void)state;
  static const char *const across[] = {"group"}, *const groups[] = {"g", "h"};
  uint32_t said[80], group[80];
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  bilan_result *r = NULL;
  bilan_estimate_options o = BILAN_ESTIMATE_OPTIONS;
  bilan_column columns[2] = {scale_column(), scale_column()};
  for (uint32_t row = 0; row < 80; row++) {
    group[row] = row < 40 ? 1 : 2;
    said[row] = row < 30 || row >= 70 ? 2 : 1;
  }
  columns[0].codes = said;
  columns[1].codes = group;
  columns[1].name = "group";
  columns[1].levels = groups;
  columns[0].missing = columns[1].missing = NULL;
  must(b, bilan_survey_new(b, &s, 80, columns, 2));
  o.letters = 1;
  o.no_total = 1;
  must(b, bilan_crosstab(b, &r, NULL, s, "agrees", across, 1, &o));
  assert_int_equal(bilan_result_rows(r), 4);
  assert_string_equal(bilan_result_key(r, 0, "letters"), "");
  assert_string_equal(bilan_result_key(r, 1, "letters"), "A");
  assert_string_equal(bilan_result_key(r, 2, "letters"), "B");
  bilan_result_free(r);
  o.smallest = 41;
  must(b, bilan_crosstab(b, &r, NULL, s, "agrees", across, 1, &o));
  assert_string_equal(bilan_result_key(r, 2, "letters"), "");
  assert_non_null(strstr(bilan_result_note(r, 2), "small base"));
  bilan_result_free(r);
  bilan_survey_free(s);
  close_handle(b);
}

static void absent_figures_come_with_a_note(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b), *one = NULL, *nobody = NULL;
  bilan_result *r = NULL;
  double value = 77;
  must(b, bilan_where(b, &one, s, "hours = 8"));
  must(b, bilan_mean(b, &r, one, "hours", NULL));
  near(figure(r, 0, VALUE), 8);
  assert_int_equal(bilan_result_figure(r, &value, 0, BILAN_FIGURE_SE), 0);
  assert_int_equal(bilan_result_figure(r, &value, 1, BILAN_FIGURE_VALUE), 0);
  assert_int_equal(bilan_result_figure(r, &value, 0, BILAN_FIGURES), 0);
  near(value, 77);
  assert_non_null(strstr(bilan_result_note(r, 0), "one respondent"));
  assert_string_equal(bilan_result_note(r, 1), "");
  bilan_result_free(r);
  must(b, bilan_where(b, &nobody, s, "hours > 100"));
  must(b, bilan_proportion(b, &r, nobody, "answer", NULL));
  assert_int_equal(bilan_result_n(r, 0), 0);
  assert_int_equal(bilan_result_figure(r, &value, 0, BILAN_FIGURE_VALUE), 0);
  assert_non_null(strstr(bilan_result_note(r, 0), "base is 0"));
  bilan_result_free(r);
  bilan_survey_free(nobody);
  bilan_survey_free(one);
  bilan_survey_free(s);
  close_handle(b);
}

/* Weights 1 2 3 ... of the rows, 7 where there is none: yes has 1 + 3 + 4 + 7, no has 2 + 6.
 * V = 8/7 * sum of w^2 (y - p)^2 / W^2 over those who answered, the rows being drawn one by one;
 * of all 8 rows, so df = 7. */
static void weights_are_a_design_of_rows_drawn_one_by_one(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b), *w = NULL;
  bilan_result *r = NULL;
  bilan_estimate_options o = BILAN_ESTIMATE_OPTIONS;
  double p = 15.0 / 23, yes = 1 + 9 + 16 + 49, no = 4 + 36;
  o.weights = "hours";
  refused(b, bilan_proportion(b, &r, s, "answer", &o), BILAN_DATA, "row 7");
  must(b, bilan_derive(b, &w, s, "weight", "coalesce(hours, 7)"));
  o.weights = "weight";
  must(b, bilan_proportion(b, &r, w, "answer", &o));
  near(figure(r, 0, VALUE), p);
  near(figure(r, 0, SE), sqrt(8.0 / 7 * (yes * (1 - p) * (1 - p) + no * p * p)) / 23);
  near(figure(r, 0, EFFECTIVE_N), 23.0 * 23 / (yes + no));
  bilan_result_free(r);
  o.weights = "answer";
  refused(b, bilan_proportion(b, &r, s, "answer", &o), BILAN_USAGE, "has no numbers");
  bilan_survey_free(w);
  bilan_survey_free(s);
  close_handle(b);
}

/* Sets one option and expects a refusal with the words. */
static void refuse_option(bilan *b, const bilan_survey *s, bilan_estimate_options o,
                          const char *words_of_message) {
  bilan_result *r = NULL;
  refused(b, bilan_proportion(b, &r, s, "answer", &o), BILAN_USAGE, words_of_message);
  assert_null(r);
}

static void wrong_options_of_estimates_are_refused(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b);
  const bilan_estimate_options usual = BILAN_ESTIMATE_OPTIONS;
  bilan_estimate_options o = usual;
  o.version = 0;
  refuse_option(b, s, o, "BILAN_ESTIMATE_OPTIONS");
  o = usual, o.rule = "hf7";
  refuse_option(b, s, o, "proportion: rule: this estimate has no such option");
  o = usual, o.no_total = 1;
  refuse_option(b, s, o, "no_total");
  o = usual, o.interval = "wilsn";
  refuse_option(b, s, o, "interval: \"wilsn\" is none of wald, wilson, ");
  o = usual, o.conf = 1;
  refuse_option(b, s, o, "conf");
  o = usual, o.conf = NAN;
  refuse_option(b, s, o, "conf");
  o = usual, o.level = "yse";
  refuse_option(b, s, o, "no level \"yse\"; did you mean \"yes\"?");
  o = usual, o.by[0] = "scool";
  refuse_option(b, s, o, "no item \"scool\"; did you mean \"school\"?");
  o = usual, o.by[1] = "school";
  refuse_option(b, s, o, "by: NULL ends the list");
  o = usual, o.net_count = 1;
  refuse_option(b, s, o, "nets");
  bilan_survey_free(s);
  close_handle(b);
}

static void estimates_of_unfit_items_are_refused(void **state) {
  (void)state;
  static const char *const topics[] = {"topics"};
  static const double beyond[] = {1.5};
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b), *split = NULL;
  bilan_result *r = NULL;
  bilan_estimate_options o = BILAN_ESTIMATE_OPTIONS;
  refused(b, bilan_mean(b, &r, s, "answer", NULL), BILAN_USAGE, "\"answer\" has no numbers");
  refused(b, bilan_mean(b, &r, s, "hour", NULL), BILAN_USAGE, "did you mean \"hours\"?");
  refused(b, bilan_mean(b, &r, s, NULL, NULL), BILAN_USAGE, "NULL");
  must(b, bilan_split(b, &split, s, "topics", ";"));
  must(b, bilan_crosstab(b, &r, NULL, split, "answer", topics, 1, NULL)); /* options across */
  assert_int_equal(bilan_result_rows(r), 2 * 4);
  near(figure(r, 1, VALUE), 1); /* "yes" of the two with maths and an answer */
  bilan_result_free(r);
  r = NULL;
  refused(b, bilan_crosstab(b, &r, NULL, split, "answer", NULL, 1, NULL), BILAN_USAGE, "NULL");
  refused(b, bilan_crosstab(b, &r, NULL, split, "answer", topics, 33, NULL), BILAN_USAGE,
          "at most 32");
  o.p = beyond;
  o.p_count = 1;
  refused(b, bilan_quantile(b, &r, s, "hours", &o), BILAN_USAGE, "from 0 to 1");
  assert_null(r);
  bilan_survey_free(split);
  bilan_survey_free(s);
  close_handle(b);
}

/* ---- plain statistics -------------------------------------------------------------------- */

static double has(const bilan_figures *f, bilan_figure which) {
  assert_true(f->has >> which & 1);
  return f->figure[which];
}

/* Clopper-Pearson limits of 2 of 10 from R: binom.test(2, 10)$conf.int. */
static void intervals_of_a_share_have_names(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_figures f;
  must(b, bilan_proportion_interval(b, &f, 4, 6, 0.95, NULL));
  near(has(&f, BILAN_FIGURE_VALUE), 4.0 / 6);
  near(has(&f, BILAN_FIGURE_LOW), wilson(4, 6, -1));
  near(has(&f, BILAN_FIGURE_HIGH), wilson(4, 6, 1));
  assert_string_equal(f.note, "");
  must(b, bilan_proportion_interval(b, &f, 2, 10, 0.95, "clopper_pearson"));
  assert_true(fabs(has(&f, BILAN_FIGURE_LOW) - 0.02521073) < 1e-8);
  assert_true(fabs(has(&f, BILAN_FIGURE_HIGH) - 0.55609546) < 1e-8);
  must(b, bilan_proportion_interval(b, &f, 0, 0, 0.95, NULL));
  assert_int_equal(f.has, 0);
  assert_string_equal(f.note, "the base is 0");
  refused(b, bilan_proportion_interval(b, &f, 3, 2, 0.95, NULL), BILAN_USAGE, "count <= n");
  refused(b, bilan_proportion_interval(b, &f, NAN, 2, 0.95, NULL), BILAN_USAGE, "count <= n");
  refused(b, bilan_proportion_interval(b, &f, 1, 2, 95, NULL), BILAN_USAGE, "conf");
  refused(b, bilan_proportion_interval(b, &f, 1, 2, 0.9, "x"), BILAN_USAGE, "none of wald");
  close_handle(b);
}

/* Newcombe 1998, table II, example (a): 56/70 - 48/80, method 10 gives 0.0524 to 0.3339. */
static void the_difference_of_shares_is_newcombes(void **state) {
  (void)state;
  static const double count[] = {56, 48}, n[] = {70, 80};
  bilan *b = open_handle();
  bilan_figures f;
  must(b, bilan_difference_interval(b, &f, count, n, 0.95, NULL));
  near(has(&f, BILAN_FIGURE_VALUE), 0.2);
  assert_true(fabs(has(&f, BILAN_FIGURE_LOW) - 0.0524) < 5e-5);
  assert_true(fabs(has(&f, BILAN_FIGURE_HIGH) - 0.3339) < 5e-5);
  refused(b, bilan_difference_interval(b, &f, count, n, 0.95, "x"), BILAN_USAGE, "newcombe");
  refused(b, bilan_difference_interval(b, &f, NULL, n, 0.95, "x"), BILAN_USAGE, "NULL");
  close_handle(b);
}

/* Fisher's tea cups [3 1; 1 3]: p = 34/70; chi-squared 8 (9 - 1)^2 / 4^4 = 2. */
static void two_by_two_tables_are_tested(void **state) {
  (void)state;
  static const double cups[] = {3, 1, 1, 3}, extreme[] = {4, 0, 0, 4}, half[] = {1, 2, 0.5, 3};
  bilan *b = open_handle();
  bilan_figures f;
  must(b, bilan_chi_squared(b, &f, cups, 2, 2, 0));
  near(has(&f, BILAN_FIGURE_STATISTIC), 2);
  near(has(&f, BILAN_FIGURE_DF), 1);
  near(has(&f, BILAN_FIGURE_EFFECT), 0.5);
  assert_non_null(strstr(f.note, "below 5"));
  must(b, bilan_fisher(b, &f, cups, 0.95));
  near(has(&f, BILAN_FIGURE_P_VALUE), 34.0 / 70);
  must(b, bilan_fisher(b, &f, extreme, 0.95));
  near(has(&f, BILAN_FIGURE_P_VALUE), 2.0 / 70);
  assert_false(f.has >> BILAN_FIGURE_VALUE & 1); /* the odds ratio is infinite */
  refused(b, bilan_fisher(b, &f, half, 0.95), BILAN_USAGE, "count 2: expected a whole");
  refused(b, bilan_chi_squared(b, &f, cups, 0, 2, 0), BILAN_USAGE, "rows x cols");
  refused(b, bilan_chi_squared(b, &f, cups, SIZE_MAX / 2, 4, 0), BILAN_USAGE, "rows x cols");
  close_handle(b);
}

/* Values of R: qnorm(0.975), pt(2, 5), qt(0.975, 7), qchisq(0.95, 1), qf(0.95, 2, 10),
 * pbinom(3, 10, 0.5) = 176/1024, qbeta(0.025, 2, 9). */
static void distributions_are_reached_in_both_tails(void **state) {
  (void)state;
  near(bilan_normal_quantile(0.025, BILAN_UPPER), 1.959963984540054);
  near(bilan_normal_cdf(0, BILAN_LOWER), 0.5);
  near(bilan_t_cdf(2, 5, BILAN_LOWER), 0.9490302605850709);
  near(bilan_t_quantile(0.975, 7, BILAN_LOWER), 2.3646242515927849);
  near(bilan_chi_squared_quantile(0.05, 1, BILAN_UPPER), 3.8414588206941236);
  near(bilan_chi_squared_cdf(3.8414588206941236, 1, BILAN_UPPER), 0.05);
  near(bilan_f_quantile(0.95, 2, 10, BILAN_LOWER), 4.1028210151304032);
  near(bilan_f_cdf(4.1028210151304032, 2, 10, BILAN_UPPER), 0.05);
  near(bilan_binomial_cdf(3, 10, 0.5, BILAN_LOWER), 176.0 / 1024);
  near(bilan_beta_cdf(0.25, 1, 1, BILAN_UPPER), 0.75);
  near(bilan_beta_cdf(bilan_beta_quantile(0.025, 2, 9, BILAN_LOWER), 2, 9, BILAN_LOWER), 0.025);
  assert_true(isnan(bilan_t_quantile(2, 7, BILAN_LOWER)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(proportion_gives_shares_with_their_base),
      cmocka_unit_test(groups_follow_the_levels_of_the_by_item),
      cmocka_unit_test(nets_stand_behind_levels),
      cmocka_unit_test(freq_sorts_and_may_count_the_missing),
      cmocka_unit_test(mean_has_an_interval_on_students_t),
      cmocka_unit_test(total_sums_numbers_and_counts_levels),
      cmocka_unit_test(ratio_is_a_ratio_of_sums),
      cmocka_unit_test(quantiles_follow_the_rule),
      cmocka_unit_test(crosstab_gives_cells_and_tests),
      cmocka_unit_test(letters_name_the_smaller_columns),
      cmocka_unit_test(absent_figures_come_with_a_note),
      cmocka_unit_test(weights_are_a_design_of_rows_drawn_one_by_one),
      cmocka_unit_test(wrong_options_of_estimates_are_refused),
      cmocka_unit_test(estimates_of_unfit_items_are_refused),
      cmocka_unit_test(intervals_of_a_share_have_names),
      cmocka_unit_test(the_difference_of_shares_is_newcombes),
      cmocka_unit_test(two_by_two_tables_are_tested),
      cmocka_unit_test(distributions_are_reached_in_both_tails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

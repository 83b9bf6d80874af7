/* test_association.c - tests by design against R's survey package, and what must hold of them
 * whatever the data.
 *
 * R 4.2.2, survey 4.1-1; x <- apiclus1 of data(api), then
 *   x$uw <- x$pw * (1 + (1:183) %% 3 / 2)
 *   x$n <- as.numeric(x$size <- cut(x$enroll, c(0, 300, 500, 800, 9999)))
 *   x$size[seq(7, 183, by = 20)] <- NA          # x$n keeps them
 *   d <- svydesign(id = ~dnum, weights = ~uw, data = x)
 *   rd <- as.svrepdesign(d, type = "JK1", compress = FALSE)
 * Each test names its calls. R scales X2 to all 183 rows, here it is to the 174 with both answers:
 * R's figure is times 174 / 183.
 */
#include "stat/association.h"

#include "design/replicates.h"
#include "stat/compare_design.h"
#include "stat/dist/dist.h"

#include "schools_fixture.h"

enum { E = 1, H, M };

struct world {
  bilan b;
  struct column *type, *wide, *awards, *size, *number, *api00, *api99, *before, *after, *weight,
      *district;
  struct design *design, *replicated;
  struct domain *not_high;
  struct sample sample;
};

static uint32_t place_of(const char *letters, char letter) {
  return (uint32_t)(strchr(letters, letter) - letters) + 1;
}

static uint32_t class_of(double value, const double *limits, uint32_t count) {
  uint32_t place = 1;
  while (place < count && value > limits[place - 1]) place++;
  return place;
}

/* factor: of all weights. */
static void world_items(struct world *w, double factor) {
  static const char *const types[] = {"E", "H", "M"}, *const answers[] = {"No", "Yes"};
  static const char *const sizes[] = {"s", "m", "l", "xl"}, *const thirds[] = {"1", "2", "3"};
  static const double size_limits[] = {300, 500, 800}, third_limits[] = {600, 700};
  uint32_t c[6][CLUS1];
  double v[5][CLUS1];
  for (size_t i = 0; i < CLUS1; i++) {
    const struct school *s = &clus1[i];
    c[0][i] = place_of("EHM", s->letters[0]);
    c[1][i] = place_of("NY", s->letters[1]);
    c[2][i] = place_of("NY", s->letters[2]);
    v[0][i] = class_of(s->enroll, size_limits, 4);
    c[3][i] = i % 20 == 6 ? 0 : (uint32_t)v[0][i];
    if (i % 20 == 6) v[0][i] = NAN;
    c[4][i] = class_of(s->api99, third_limits, 3);
    c[5][i] = class_of(s->api00, third_limits, 3);
    v[1][i] = s->api00;
    v[2][i] = s->api99;
    v[3][i] = factor * clus1_weight * (1 + fmod((double)(i + 1), 3) / 2);
    v[4][i] = s->group;
  }
  w->type = make_codes(&w->b, CLUS1, c[0], types, 3);
  w->wide = make_codes(&w->b, CLUS1, c[1], answers, 2);
  w->awards = make_codes(&w->b, CLUS1, c[2], answers, 2);
  w->size = make_codes(&w->b, CLUS1, c[3], sizes, 4);
  w->before = make_codes(&w->b, CLUS1, c[4], thirds, 3);
  w->after = make_codes(&w->b, CLUS1, c[5], thirds, 3);
  struct column *number = make_numbers(&w->b, CLUS1, v[0]);
  assert_int_equal(column_to_codes(&w->b, &w->number, number, 0), BILAN_OK);
  column_free(number);
  w->api00 = make_numbers(&w->b, CLUS1, v[1]);
  w->api99 = make_numbers(&w->b, CLUS1, v[2]);
  w->weight = make_numbers(&w->b, CLUS1, v[3]);
  w->district = make_numbers(&w->b, CLUS1, v[4]);
}

static void world_open(struct world *w, double factor) {
  memset(w, 0, sizeof *w);
  handle_init(&w->b);
  world_items(w, factor);
  struct design_spec spec = {.weight = w->weight, .clusters = {w->district}, .cluster_count = 1};
  assert_int_equal(design_declare(&w->b, &w->design, CLUS1, &spec), BILAN_OK);
  struct replicates_plan plan = {.kind = REPLICATE_JK1, .mse = 0};
  assert_int_equal(replicates_make(&w->b, &w->replicated, w->design, &plan), BILAN_OK);
  assert_int_equal(domain_new(&w->b, &w->not_high, CLUS1), BILAN_OK);
  for (size_t i = 0; i < CLUS1; i++)
    if (column_code(w->type, i) != H) domain_set(w->not_high, i);
  w->sample = (struct sample){.rows = CLUS1, .design = w->design};
}

static void world_close(struct world *w) {
  struct column *all[] = {w->type,  w->wide,   w->awards, w->size,   w->number,  w->api00,
                          w->api99, w->before, w->after,  w->weight, w->district};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) column_free(all[i]);
  domain_free(w->not_high);
  design_free(w->design);
  design_free(w->replicated);
  assert_int_equal(w->b.mem.used, 0);
}

/* statistic, df, ddf, p-value; NaN: there is none. */
static void expect_test(const struct estimate *e, double statistic, double df, double ddf,
                        double p) {
  static const enum figure figures[] = {FIGURE_STATISTIC, FIGURE_DF, FIGURE_DDF, FIGURE_P_VALUE};
  double want[] = {statistic, df, ddf, p};
  for (size_t i = 0; i < 4; i++) {
    double got = estimate_get(e, figures[i]);
    if (isnan(want[i]) ? isnan(got) : fabs(got - want[i]) <= 1e-8 * fabs(want[i])) continue;
    print_error("%s: got %.17g, expected %.17g\n", figure_name(figures[i]), got, want[i]);
    fail();
  }
}

static struct estimate associate(struct world *w, const struct column *row,
                                 const struct column *col, enum association_statistic s) {
  struct estimate e;
  assert_int_equal(association_test(&w->b, &e, &w->sample, row, col, s), BILAN_OK);
  return e;
}

/* svychisq(~stype + size, d, statistic = s): trap 12, every statistic by its name. */
static void trap_12_rao_scott_agrees_with_r(void **state) {
  (void)state;
  struct world w;
  world_open(&w, 1);
  struct estimate e = associate(&w, w.type, w.size, ASSOCIATION_F);
  expect_test(&e, 13.906028773567455, 4.3497597555921388, 60.896636578289943,
              1.8364591046889988e-08);
  assert_int_equal(e.n, 174);
  assert_int_equal(e.missing[BILAN_PRESENT], 9);
  double x2 = 99.400875037370895;
  expect_close(estimate_get(&e, FIGURE_EFFECT), sqrt(x2 / 174 / 2), 1e-10);
  e = associate(&w, w.type, w.size, ASSOCIATION_CHISQ);
  expect_test(&e, x2, 6, NAN, 6.9581986549093374e-16);
  e = associate(&w, w.type, w.size, ASSOCIATION_WALD);
  expect_test(&e, 4.3425822911698155, 6, 14, 0.01108758868985525);
  e = associate(&w, w.type, w.size, ASSOCIATION_ADJUSTED_WALD);
  expect_test(&e, 2.7916600443234527, 6, 9, 0.080845249203345529);
  e = associate(&w, w.type, w.size, ASSOCIATION_SADDLEPOINT);
  expect_test(&e, x2, NAN, NAN, estimate_get(&e, FIGURE_P_VALUE));
  expect_close(estimate_get(&e, FIGURE_P_VALUE) / 1.1344443136888966e-07, 1, 1e-4);
  world_close(&w);
}

/* svychisq(~sch.wide + size, d): Imhof's integral by integrate() over the eigenvalues of Delta,
 * 2.5064346, 1.2083439, 0.8111543, and a denominator of 34.1390 degrees of freedom. */
static void the_whole_mixture_is_imhofs_integral(void **state) {
  (void)state;
  struct world w;
  world_open(&w, 1);
  struct estimate e = associate(&w, w.wide, w.size, ASSOCIATION_LINCOM);
  expect_test(&e, 3.21935015886518, NAN, NAN, 0.50621765328478);
  world_close(&w);
}

/* A 2 x 2 table has one design effect, so the exact mixture is the F test. */
static void two_by_two_is_f_exactly(void **state) {
  (void)state;
  struct world w;
  world_open(&w, 1);
  struct estimate e = associate(&w, w.wide, w.awards, ASSOCIATION_F);
  expect_test(&e, 150.2698326011147, 1, 14, 7.1115500101641422e-09);
  e = associate(&w, w.wide, w.awards, ASSOCIATION_LINCOM);
  expect_test(&e, 65.413126519273078, NAN, NAN, 7.1115500101641422e-09);
  e = associate(&w, w.wide, w.awards, ASSOCIATION_WALD);
  expect_test(&e, 18.552136627514415, 1, 14, 0.0007233717577458667);
  world_close(&w);
}

/* svychisq(~sch.wide + awards, subset(d, stype != "H")): PSUs of the domain. */
static void a_domain_is_not_a_filter(void **state) {
  (void)state;
  struct world w;
  world_open(&w, 1);
  w.sample.domain = w.not_high;
  struct estimate e = associate(&w, w.wide, w.awards, ASSOCIATION_F);
  expect_test(&e, 122.62685666702744, 1, 14, 2.6043181570095156e-08);
  e = associate(&w, w.wide, w.awards, ASSOCIATION_ADJUSTED_WALD);
  expect_test(&e, 14.036025188801389, 1, 14, 0.0021684783440047719);
  world_close(&w);
}

/* svychisq(~sch.wide + awards, rd, statistic = s) */
static void replicates_agree_with_r(void **state) {
  (void)state;
  struct world w;
  world_open(&w, 1);
  w.sample.design = w.replicated;
  struct estimate e = associate(&w, w.wide, w.awards, ASSOCIATION_F);
  expect_test(&e, 144.2377578115931, 1, 14, 9.2548115067662616e-09);
  e = associate(&w, w.wide, w.awards, ASSOCIATION_CHISQ);
  expect_test(&e, 65.413126519273078, 1, NAN, 3.1521650804604931e-33);
  e = associate(&w, w.wide, w.awards, ASSOCIATION_SADDLEPOINT);
  expect_close(estimate_get(&e, FIGURE_P_VALUE) / 3.5829076588146233e-33, 1, 1e-4);
  world_close(&w);
}

/* All weights times 1e-3 or 1e6: the same statistics, X2 included. */
static void trap_11_weight_scale_changes_nothing(void **state) {
  (void)state;
  static const double factors[] = {1e-3, 1e6};
  for (size_t f = 0; f < 2; f++) {
    struct world one, other;
    world_open(&one, 1);
    world_open(&other, factors[f]);
    for (int s = 0; s < ASSOCIATION_STATISTICS; s++) {
      struct estimate a = associate(&one, one.type, one.size, (enum association_statistic)s);
      struct estimate c = associate(&other, other.type, other.size, (enum association_statistic)s);
      expect_test(&c, estimate_get(&a, FIGURE_STATISTIC), estimate_get(&a, FIGURE_DF),
                  estimate_get(&a, FIGURE_DDF), estimate_get(&a, FIGURE_P_VALUE));
    }
    world_close(&one);
    world_close(&other);
  }
}

/* Weights near 1/2 round to 0 and 1 by turns; the statistic follows the weights as they are. */
static void trap_23_weighted_counts_are_not_rounded(void **state) {
  (void)state;
  struct world one, other;
  world_open(&one, 1);
  world_open(&other, 0.4 / clus1_weight);
  struct estimate a = associate(&one, one.wide, one.awards, ASSOCIATION_CHISQ);
  struct estimate c = associate(&other, other.wide, other.awards, ASSOCIATION_CHISQ);
  expect_close(estimate_get(&c, FIGURE_STATISTIC), estimate_get(&a, FIGURE_STATISTIC), 1e-12);
  expect_close(estimate_get(&c, FIGURE_WEIGHTED_N),
               estimate_get(&a, FIGURE_WEIGHTED_N) * 0.4 / clus1_weight, 1e-10);
  world_close(&one);
  world_close(&other);
}

/* A level that nobody chose changes neither r nor c; an empty cell stays in the table. */
static void trap_12_empty_rows_drop_and_empty_cells_stay(void **state) {
  (void)state;
  static const char *const more[] = {"E", "none", "H", "M"};
  struct world w;
  uint32_t codes[CLUS1];
  world_open(&w, 1);
  for (size_t i = 0; i < CLUS1; i++)
    codes[i] = column_code(w.type, i) + (column_code(w.type, i) > 1);
  struct column *wider = make_codes(&w.b, CLUS1, codes, more, 4);
  struct estimate a = associate(&w, w.type, w.size, ASSOCIATION_F);
  struct estimate c = associate(&w, wider, w.size, ASSOCIATION_F);
  expect_test(&c, estimate_get(&a, FIGURE_STATISTIC), estimate_get(&a, FIGURE_DF),
              estimate_get(&a, FIGURE_DDF), estimate_get(&a, FIGURE_P_VALUE));
  column_free(wider);
  /* before x after: nobody goes from 1 to 3 or from 3 to 1, and df stays (3 - 1)(3 - 1) */
  a = associate(&w, w.before, w.after, ASSOCIATION_CHISQ);
  assert_true(estimate_get(&a, FIGURE_DF) == 4);
  world_close(&w);
}

/* Rows and columns change places. */
static void transposing_changes_nothing(void **state) {
  (void)state;
  struct world w;
  world_open(&w, 1);
  for (int s = 0; s < ASSOCIATION_STATISTICS; s++) {
    struct estimate a = associate(&w, w.type, w.size, (enum association_statistic)s);
    struct estimate c = associate(&w, w.size, w.type, (enum association_statistic)s);
    expect_test(&c, estimate_get(&a, FIGURE_STATISTIC), estimate_get(&a, FIGURE_DF),
                estimate_get(&a, FIGURE_DDF), estimate_get(&a, FIGURE_P_VALUE));
  }
  world_close(&w);
}

/* Two districts are one degree of freedom: too few for six parameters, and words say so. */
static void too_few_clusters_give_words(void **state) {
  (void)state;
  struct world w;
  struct domain *two;
  world_open(&w, 1);
  assert_int_equal(domain_new(&w.b, &two, CLUS1), BILAN_OK);
  for (size_t i = 0; i < CLUS1; i++)
    if (clus1[i].group == 716 || clus1[i].group == 568) domain_set(two, i);
  w.sample.domain = two;
  struct estimate e = associate(&w, w.type, w.size, ASSOCIATION_ADJUSTED_WALD);
  assert_false(estimate_has(&e, FIGURE_P_VALUE));
  assert_true(e.notes & NOTE_FEW_DEGREES);
  domain_free(two);
  assert_int_equal(domain_new(&w.b, &two, CLUS1), BILAN_OK);
  for (size_t i = 0; i < CLUS1; i++)
    if (clus1[i].group == 716) domain_set(two, i);
  w.sample.domain = two;
  e = associate(&w, w.type, w.size, ASSOCIATION_F);
  assert_false(estimate_has(&e, FIGURE_P_VALUE));
  assert_true(e.notes & NOTE_NO_DEGREES);
  domain_free(two);
  world_close(&w);
}

/* svygofchisq(~stype, c(E = 4421, H = 755, M = 1018), d), X2 times 183 / sum(uw) */
static void known_shares_agree_with_r(void **state) {
  (void)state;
  static const double shares[] = {0, 4421, 755, 1018}, short_of_one[] = {0, 1, 1, 0};
  struct world w;
  struct estimate e;
  world_open(&w, 1);
  struct goodness_request r = {w.type, shares, GOODNESS_SECOND};
  assert_int_equal(goodness_test(&w.b, &e, &w.sample, &r), BILAN_OK);
  expect_test(&e, 4.9105696116729662, 1.51103421729856, NAN, 0.21201491922159318);
  r.order = GOODNESS_F;
  assert_int_equal(goodness_test(&w.b, &e, &w.sample, &r), BILAN_OK);
  expect_close(estimate_get(&e, FIGURE_DDF), 14 * 1.51103421729856, 1e-9);
  r.shares = short_of_one;
  assert_int_equal(goodness_test(&w.b, &e, &w.sample, &r), BILAN_USAGE);
  w.sample.design = NULL; /* chisq.test(table(apiclus1$stype), p = shares / sum(shares)) */
  r.shares = shares;
  assert_int_equal(goodness_test(&w.b, &e, &w.sample, &r), BILAN_OK);
  expect_close(estimate_get(&e, FIGURE_STATISTIC), 5.3210600336473577, 1e-10);
  expect_close(estimate_get(&e, FIGURE_P_VALUE),
               chi_squared_cdf(5.3210600336473577, 2, UPPER), 1e-10);
  world_close(&w);
}

static struct t_request t_of(struct world *w) {
  return (struct t_request){.measure = w->api00, .from = NO_LEVEL, .to = NO_LEVEL, .conf = 0.95};
}

/* svyttest(api00 ~ sch.wide, d), rd; svyttest(api00 ~ stype, subset(d, stype != "H"));
 * svymean(~I(api00 - api99), d) over its SE on degf(d) */
static void means_agree_with_r(void **state) {
  (void)state;
  struct world w;
  struct estimate e;
  world_open(&w, 1);
  struct t_request r = t_of(&w);
  r.group = w.wide;
  assert_int_equal(compare_design_means(&w.b, &e, &w.sample, &r), BILAN_OK);
  expect_test(&e, 1.8837391255689417, 13, NAN, 0.082160985048071955);
  expect_close(estimate_get(&e, FIGURE_VALUE), 37.733490566037766, 1e-10);
  expect_close(estimate_get(&e, FIGURE_LOW), -5.5412119717574555, 1e-9);
  w.sample.design = w.replicated;
  assert_int_equal(compare_design_means(&w.b, &e, &w.sample, &r), BILAN_OK);
  expect_close(estimate_get(&e, FIGURE_STATISTIC), 1.8465167633634509, 1e-9);
  w.sample.design = w.design;
  r.after = w.api00;
  r.measure = w.api99;
  r.group = NULL;
  assert_int_equal(compare_design_means(&w.b, &e, &w.sample, &r), BILAN_OK);
  expect_test(&e, 37.213114754098363 / 2.96147869172477, 14, NAN, 5.1666405492748898e-09);
  world_close(&w);
}

/* Groups that share districts: the covariance is in the standard error. */
static void trap_17_groups_share_clusters(void **state) {
  (void)state;
  struct world w;
  struct estimate e;
  world_open(&w, 1);
  struct t_request r = t_of(&w);
  r.group = w.type;
  assert_int_equal(compare_design_means(&w.b, &e, &w.sample, &r), BILAN_USAGE);
  r.from = E;
  r.to = M;
  assert_int_equal(compare_design_means(&w.b, &e, &w.sample, &r), BILAN_OK);
  expect_test(&e, -1.2038267678661938, 13, NAN, 0.25011930202990851);
  world_close(&w);
}

/* Two waves stacked, the second a copy of the first: PSU = district, so nothing has changed and
 * the variance of the change is 0, not that of two independent samples. */
static void trap_18_stacked_waves_share_their_clusters(void **state) {
  (void)state;
  static const char *const years[] = {"1999", "2000"};
  enum { TWICE = 2 * CLUS1 };
  static double v[3][TWICE];
  static uint32_t year[TWICE];
  struct world w;
  struct estimate e;
  struct design *design;
  world_open(&w, 1);
  for (size_t i = 0; i < TWICE; i++) {
    v[0][i] = clus1[i % CLUS1].api00;
    v[1][i] = clus1_weight;
    v[2][i] = clus1[i % CLUS1].group;
    year[i] = i < CLUS1 ? 1 : 2;
  }
  struct column *y = make_numbers(&w.b, TWICE, v[0]), *weight = make_numbers(&w.b, TWICE, v[1]);
  struct column *psu = make_numbers(&w.b, TWICE, v[2]);
  struct column *wave = make_codes(&w.b, TWICE, year, years, 2);
  struct design_spec spec = {.weight = weight, .clusters = {psu}, .cluster_count = 1};
  assert_int_equal(design_declare(&w.b, &design, TWICE, &spec), BILAN_OK);
  struct sample s = {.rows = TWICE, .design = design};
  struct t_request r = {.measure = y, .group = wave, .from = 1, .to = 2, .conf = 0.95};
  assert_int_equal(compare_design_means(&w.b, &e, &s, &r), BILAN_OK);
  expect_close(estimate_get(&e, FIGURE_VALUE), 0, 1e-10);
  assert_true(estimate_get(&e, FIGURE_SE) < 1e-10);
  assert_false(estimate_has(&e, FIGURE_LOW)); /* never an interval without width */
  assert_true(e.notes & NOTE_NO_VARIANCE);
  struct column *all[] = {y, weight, psu, wave};
  for (size_t i = 0; i < 4; i++) column_free(all[i]);
  design_free(design);
  world_close(&w);
}

static struct estimate rank(struct world *w, const struct column *group, enum rank_score score) {
  struct estimate e;
  size_t groups;
  struct rank_request r = {.item = w->api00, .group = group, .from = NO_LEVEL, .to = NO_LEVEL,
                           .conf = 0.95};
  assert_int_equal(compare_design_ranks(&w->b, &e, &groups, &w->sample, &r, score, TIES_FILE),
                   BILAN_OK);
  return e;
}

/* svyranktest(api00 ~ sch.wide, d, test = s), of three groups ~ stype, and rd */
static void ranks_agree_with_r(void **state) {
  (void)state;
  struct world w;
  world_open(&w, 1);
  struct estimate e = rank(&w, w.wide, SCORE_WILCOXON);
  expect_test(&e, 1.9616451406842932, 13, NAN, 0.071578632552837196);
  expect_close(estimate_get(&e, FIGURE_VALUE), 0.10066091196877887, 1e-11);
  e = rank(&w, w.wide, SCORE_NORMAL);
  expect_test(&e, 1.9630279879395602, 13, NAN, 0.071402582215413582);
  e = rank(&w, w.wide, SCORE_MEDIAN);
  expect_test(&e, 1.3887343100881122, 13, NAN, 0.18824788769400516);
  e = rank(&w, w.type, SCORE_KRUSKAL);
  expect_test(&e, 2.3705718955844182, 2, 12, 0.33903393127074538);
  e = rank(&w, w.type, SCORE_NORMAL);
  expect_test(&e, 3.3291612727491504, 2, 12, 0.23013205546856766);
  e = rank(&w, w.type, SCORE_MEDIAN);
  expect_test(&e, 0.03754042026028525, 2, 12, 0.98143360780628686);
  w.sample.design = w.replicated;
  e = rank(&w, w.wide, SCORE_WILCOXON);
  expect_close(estimate_get(&e, FIGURE_STATISTIC), 1.9616451406842932, 1e-9);
  world_close(&w);
}

/* values 1 1 2 2 3 3 with weights that differ among equals, and the rows the other way round */
static void shared_ranks_do_not_depend_on_the_order_of_rows(void **state) {
  (void)state;
  static const double y[] = {1, 1, 2, 2, 3, 3}, weight[] = {1, 3, 4, 2, 5, 1};
  static const char *const names[] = {"a", "b"};
  static const uint32_t group[] = {1, 2, 1, 2, 2, 1};
  double found[2][RANK_TIES];
  bilan b;
  handle_init(&b);
  for (int turned = 0; turned < 2; turned++) {
    double v[2][6];
    uint32_t g[6];
    for (size_t i = 0; i < 6; i++) {
      size_t from = turned ? 5 - i : i;
      v[0][i] = y[from];
      v[1][i] = weight[from];
      g[i] = group[from];
    }
    struct column *item = make_numbers(&b, 6, v[0]), *w = make_numbers(&b, 6, v[1]);
    struct column *groups = make_codes(&b, 6, g, names, 2);
    struct design *design;
    struct design_spec spec = {.weight = w};
    assert_int_equal(design_declare(&b, &design, 6, &spec), BILAN_OK);
    struct sample s = {.rows = 6, .design = design};
    struct rank_request r = {.item = item, .group = groups, .from = NO_LEVEL, .to = NO_LEVEL,
                             .conf = 0.95};
    for (int t = 0; t < RANK_TIES; t++) {
      struct estimate e;
      size_t count;
      assert_int_equal(compare_design_ranks(&b, &e, &count, &s, &r, SCORE_WILCOXON,
                                            (enum rank_ties)t), BILAN_OK);
      found[turned][t] = estimate_get(&e, FIGURE_VALUE);
    }
    design_free(design);
    column_free(item);
    column_free(w);
    column_free(groups);
  }
  assert_int_equal(b.mem.used, 0);
  expect_close(found[0][TIES_SHARED], found[1][TIES_SHARED], 1e-14);
  assert_true(fabs(found[0][TIES_FILE] - found[1][TIES_FILE]) > 1e-3);
  /* by hand: N = 16, ranks 2 2 7 7 13 13; means of a (1, 4, 1) 43/6, of b (3, 2, 5) 8.5 */
  expect_close(found[0][TIES_SHARED], (8.5 - 43.0 / 6) / 16, 1e-14);
}

/* svymean(~I((awards == "Yes") - (sch.wide == "Yes")), d); of three levels u and v are the
 * differences of the shares above and below the diagonal, W = t(m) V^-1 m of svymean(~u + v),
 * W (14 - 2 + 1) / (14 * 2) on F(2, 13) */
static void paired_answers_agree_with_r(void **state) {
  (void)state;
  struct world w;
  struct estimate e;
  size_t levels;
  world_open(&w, 1);
  struct mcnemar_request r = {.before = w.wide, .after = w.awards, .level = text_of("Yes"),
                              .conf = 0.95};
  assert_int_equal(compare_design_mcnemar(&w.b, &e, &levels, &w.sample, &r), BILAN_OK);
  expect_test(&e, -0.16575591985428051 / 0.019967946539490335, 14, NAN, 8.8844859112741082e-07);
  r = (struct mcnemar_request){.before = w.before, .after = w.after, .conf = 0.95};
  assert_int_equal(compare_design_mcnemar(&w.b, &e, &levels, &w.sample, &r), BILAN_OK);
  assert_int_equal(levels, 3);
  expect_test(&e, 10.326061245097902, 2, 13, 0.0020656217282329346);
  r.choice = MCNEMAR_AS_EXACT;
  assert_int_equal(compare_design_mcnemar(&w.b, &e, &levels, &w.sample, &r), BILAN_USAGE);
  world_close(&w);
}

/* svyglm(I(sch.wide == "Yes") ~ n, subset(d, !is.na(size))) */
static void trend_agrees_with_r(void **state) {
  (void)state;
  struct world w;
  struct estimate e;
  world_open(&w, 1);
  assert_int_equal(compare_design_trend(&w.b, &e, &w.sample, w.wide, 2, w.number, 0.95), BILAN_OK);
  expect_close(estimate_get(&e, FIGURE_VALUE), -0.03334066157072324, 1e-11);
  expect_close(estimate_get(&e, FIGURE_SE), 0.040968651555909369, 1e-11);
  expect_test(&e, -0.81380910292406594, 13, NAN, 0.43040886707934545);
  assert_int_equal(e.n, 174);
  world_close(&w);
}

/* A plain test of a sample with a design is refused, and a common odds ratio has none by design. */
static void plain_tests_refuse_a_design(void **state) {
  (void)state;
  struct world w;
  struct estimate e[2];
  bool simulated;
  world_open(&w, 1);
  struct independence_options o = {INDEPENDENCE_FISHER, false, 0.95};
  assert_int_equal(compare_independence(&w.b, e, &simulated, &w.sample, w.wide, w.awards, &o),
                   BILAN_USAGE);
  struct strata_request s = {.row = w.wide, .col = w.awards, .stratum = w.type,
                             .row_level = NO_LEVEL, .col_level = NO_LEVEL, .conf = 0.95};
  assert_int_equal(compare_strata(&w.b, e, &w.sample, &s), BILAN_USAGE);
  assert_non_null(strstr(w.b.message, "glm"));
  world_close(&w);
}

/* Every test with the nth allocation failing. */
static bilan_status all_tests(struct world *w) {
  struct estimate e;
  size_t count;
  static const double shares[] = {0, 4421, 755, 1018};
  bilan *b = &w->b;
  struct t_request t = t_of(w);
  struct rank_request r = {.item = w->api00, .group = w->type, .from = NO_LEVEL, .to = NO_LEVEL};
  struct mcnemar_request m = {.before = w->before, .after = w->after, .conf = 0.95};
  struct mcnemar_request two = {.before = w->wide, .after = w->awards, .conf = 0.95};
  struct goodness_request g = {w->type, shares, GOODNESS_SECOND};
  bilan_status status = BILAN_OK;
  t.group = w->wide;
  for (int s = 0; !status && s < ASSOCIATION_STATISTICS; s += 2)
    status = association_test(b, &e, &w->sample, w->type, w->size, (enum association_statistic)s);
  if (!status) status = goodness_test(b, &e, &w->sample, &g);
  if (!status) status = compare_design_means(b, &e, &w->sample, &t);
  if (!status)
    status = compare_design_ranks(b, &e, &count, &w->sample, &r, SCORE_KRUSKAL, TIES_SHARED);
  if (!status) status = compare_design_mcnemar(b, &e, &count, &w->sample, &m);
  if (!status) status = compare_design_mcnemar(b, &e, &count, &w->sample, &two);
  if (!status) status = compare_design_trend(b, &e, &w->sample, w->wide, 2, w->number, 0.95);
  return status;
}

static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  struct world w;
  world_open(&w, 1);
  assert_int_equal(all_tests(&w), BILAN_OK);
  size_t before = w.b.mem.used; /* with what columns and designs keep for the next call */
  for (int on = 0; on < 2; on++)
    for (uint64_t nth = 1;; nth++) {
      w.b.mem.requests = 0;
      w.b.mem.fail_at = nth;
      w.b.mem.fail_on = on;
      bilan_status status = all_tests(&w);
      w.b.mem.fail_at = 0;
      assert_int_equal(w.b.mem.used, before);
      if (!status) break;
      assert_int_equal(status, BILAN_NOMEM);
    }
  world_close(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trap_12_rao_scott_agrees_with_r),
      cmocka_unit_test(the_whole_mixture_is_imhofs_integral),
      cmocka_unit_test(two_by_two_is_f_exactly),
      cmocka_unit_test(a_domain_is_not_a_filter),
      cmocka_unit_test(replicates_agree_with_r),
      cmocka_unit_test(trap_11_weight_scale_changes_nothing),
      cmocka_unit_test(trap_23_weighted_counts_are_not_rounded),
      cmocka_unit_test(trap_12_empty_rows_drop_and_empty_cells_stay),
      cmocka_unit_test(transposing_changes_nothing),
      cmocka_unit_test(too_few_clusters_give_words),
      cmocka_unit_test(known_shares_agree_with_r),
      cmocka_unit_test(means_agree_with_r),
      cmocka_unit_test(trap_17_groups_share_clusters),
      cmocka_unit_test(trap_18_stacked_waves_share_their_clusters),
      cmocka_unit_test(ranks_agree_with_r),
      cmocka_unit_test(shared_ranks_do_not_depend_on_the_order_of_rows),
      cmocka_unit_test(paired_answers_agree_with_r),
      cmocka_unit_test(trend_agrees_with_r),
      cmocka_unit_test(plain_tests_refuse_a_design),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

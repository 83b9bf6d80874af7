/* test_calibration.c - raking, post-stratification, calibration and trimming against R's survey
 * package, and what must hold of them whatever the data: totals are met, what is calibrated to
 * does not vary, what cannot be met is refused by name.
 *
 * R 4.2.2, survey 4.1-1; the rows are those of data(api). `d` below is one of
 *   clus1    svydesign(id = ~dnum, weights = ~pw, data = apiclus1)
 *   uneven   the same with weights pw * (1 + (1:183) %% 3 / 2)
 *   strat    svydesign(id = ~1, strata = ~stype, weights = ~uw, data = apistrat),
 *            uw = pw * (1 + (1:200) %% 4 / 4)
 * and the figures are coef and SE of svymean(~api00, .), svytotal(~enroll, .) and
 * svyratio(~api.stu, ~enroll, .).
 */
#include "design/calibration.h"
#include "design/replicates.h"
#include "design/target.h"

#include "schools_fixture.h"

enum { MOST = 200 };
enum statistic { MEAN_API00, TOTAL_ENROLL, RATIO_TESTED, TOTAL_API99, TOTAL_TYPE_E, POPULATION,
                 STATISTICS };
enum sample_of { OF_CLUS1, OF_UNEVEN, OF_STRAT };

/* A sample with its design, items, and the margins that tests choose from. */
struct world {
  bilan b;
  size_t rows;
  struct column *type, *wide, *awards, *api00, *api99, *enroll, *tested, *is_e, *weight, *group;
  uint32_t type_place[4], two_places[3];
  struct design *design;
};

static const double type_totals[] = {4421, 755, 1018};
static const double wide_totals[] = {1072, 5122};
static const double awards_totals[] = {2027, 4167};
static const double api99_total[] = {3914069};

/* ---- the sample -------------------------------------------------------------------------- */

static uint32_t place_of(const char *letters, char letter) {
  return (uint32_t)(strchr(letters, letter) - letters) + 1;
}

static void world_items(struct world *w, const struct school *s) {
  static const char *const types[] = {"E", "H", "M"}, *const answers[] = {"No", "Yes"};
  uint32_t type[MOST], wide[MOST], awards[MOST];
  double v[6][MOST];
  for (size_t i = 0; i < w->rows; i++) {
    type[i] = place_of("EHM", s[i].letters[0]);
    wide[i] = place_of("NY", s[i].letters[1]);
    awards[i] = place_of("NY", s[i].letters[2]);
    v[0][i] = s[i].api00;
    v[1][i] = s[i].api99;
    v[2][i] = s[i].enroll;
    v[3][i] = s[i].tested;
    v[4][i] = type[i] == 1;
    v[5][i] = s[i].group;
  }
  w->type = make_codes(&w->b, w->rows, type, types, 3);
  w->wide = make_codes(&w->b, w->rows, wide, answers, 2);
  w->awards = make_codes(&w->b, w->rows, awards, answers, 2);
  w->api00 = make_numbers(&w->b, w->rows, v[0]);
  w->api99 = make_numbers(&w->b, w->rows, v[1]);
  w->enroll = make_numbers(&w->b, w->rows, v[2]);
  w->tested = make_numbers(&w->b, w->rows, v[3]);
  w->is_e = make_numbers(&w->b, w->rows, v[4]);
  w->group = make_numbers(&w->b, w->rows, v[5]);
}

static void world_weights(struct world *w, enum sample_of which, const struct school *s) {
  double weight[MOST];
  for (size_t i = 0; i < w->rows; i++) {
    double turn = (double)(i + 1);
    weight[i] = clus1_weight;
    if (which == OF_UNEVEN) weight[i] *= 1 + fmod(turn, 3) / 2;
    if (which == OF_STRAT) weight[i] = strat_weights[s[i].group] * (1 + fmod(turn, 4) / 4);
  }
  w->weight = make_numbers(&w->b, w->rows, weight);
}

static void world_open(struct world *w, enum sample_of which) {
  const struct school *s = which == OF_STRAT ? strat : clus1;
  *w = (struct world){.rows = which == OF_STRAT ? STRAT : CLUS1};
  handle_init(&w->b);
  world_items(w, s);
  world_weights(w, which, s);
  memcpy(w->type_place, (uint32_t[]){UINT32_MAX, 0, 1, 2}, sizeof w->type_place);
  memcpy(w->two_places, (uint32_t[]){UINT32_MAX, 0, 1}, sizeof w->two_places);
  struct design_spec spec = {.weight = w->weight};
  if (which == OF_STRAT) spec.strata[0] = w->group;
  spec.clusters[0] = which == OF_STRAT ? NULL : w->group;
  spec.cluster_count = which == OF_STRAT ? 0 : 1;
  assert_int_equal(design_declare(&w->b, &w->design, w->rows, &spec), BILAN_OK);
}

static void world_close(struct world *w) {
  design_free(w->design);
  struct column *all[] = {w->type,   w->wide, w->awards, w->api00,  w->api99,
                          w->enroll, w->tested, w->is_e, w->weight, w->group};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) column_free(all[i]);
  assert_int_equal(w->b.mem.used, 0);
}

static struct margin type_margin(struct world *w) {
  return (struct margin){.name = TEXT("stype"), .item = w->type, .count = 3,
                         .place = w->type_place, .totals = type_totals};
}
static struct margin wide_margin(struct world *w) {
  return (struct margin){.name = TEXT("sch_wide"), .item = w->wide, .count = 2,
                         .place = w->two_places, .totals = wide_totals};
}
static struct margin awards_margin(struct world *w) {
  return (struct margin){.name = TEXT("awards"), .item = w->awards, .count = 2,
                         .place = w->two_places, .totals = awards_totals};
}
static struct margin api99_margin(struct world *w) {
  return (struct margin){.name = TEXT("api99"), .item = w->api99, .count = 1,
                         .totals = api99_total};
}

static struct adjustment adjusting(struct margin *margins, size_t count) {
  return (struct adjustment){.margins = margins, .margin_count = count, .high = INFINITY,
                             .epsilon = 1e-12, .iterations = 500};
}

/* ---- estimates --------------------------------------------------------------------------- */

static void solve(const void *context, double *theta, const struct cells *t) {
  (void)context;
  theta[MEAN_API00] = t->sums[0].y / t->weight[0];
  theta[TOTAL_ENROLL] = t->sums[1].y;
  theta[RATIO_TESTED] = t->sums[2].y / t->sums[1].y;
  theta[TOTAL_API99] = t->sums[3].y;
  theta[TOTAL_TYPE_E] = t->sums[4].y;
  theta[POPULATION] = t->weight[0];
}

static bilan_status gradient(bilan *b, const void *context, struct forms *forms,
                             const struct cells *t, const double *theta) {
  (void)context;
  bilan_status status = forms_add(b, forms, 1, MEAN_API00, 1 / t->weight[0]);
  if (!status) status = forms_add(b, forms, 0, MEAN_API00, -theta[MEAN_API00] / t->weight[0]);
  if (!status) status = forms_add(b, forms, 2, TOTAL_ENROLL, 1);
  if (!status) status = forms_add(b, forms, 3, RATIO_TESTED, 1 / t->sums[1].y);
  if (!status) status = forms_add(b, forms, 2, RATIO_TESTED, -theta[RATIO_TESTED] / t->sums[1].y);
  if (!status) status = forms_add(b, forms, 4, TOTAL_API99, 1);
  if (!status) status = forms_add(b, forms, 5, TOTAL_TYPE_E, 1);
  if (!status) status = forms_add(b, forms, 0, POPULATION, 1);
  return status;
}

/* Values and standard errors of the six statistics. */
struct figures {
  double value[STATISTICS], se[STATISTICS];
};

static struct figures estimate(struct world *w, const struct design *d) {
  const struct column *measures[] = {w->api00, w->enroll, w->tested, w->api99, w->is_e};
  struct target target = {.request = {.rows = w->rows, .measures = measures, .measure_count = 5},
                          .count = STATISTICS, .block = 1, .solve = solve,
                          .gradient = gradient};
  struct target_answer answer;
  struct figures f;
  assert_int_equal(target_estimate(&w->b, &answer, d, &target), BILAN_OK);
  for (size_t k = 0; k < STATISTICS; k++) {
    f.value[k] = answer.theta[k];
    f.se[k] = sqrt(answer.cov[k]);
  }
  target_free(&answer);
  return f;
}

/* The three pairs of R's figures: mean, total, ratio. */
static void expect_figures(struct world *w, const struct design *d, const double want[6],
                           double tolerance) {
  struct figures f = estimate(w, d);
  for (size_t k = 0; k < 3; k++) {
    expect_close(f.value[k] / want[2 * k], 1, tolerance);
    expect_close(f.se[k] / want[2 * k + 1], 1, tolerance);
  }
}

typedef bilan_status verb(bilan *b, struct design **out, struct receipt *receipt,
                          const struct design *d, const struct adjustment *a);

/* The verb must succeed; its message when it does not. */
static struct design *adjusted(struct world *w, verb *f, struct receipt *r,
                               const struct adjustment *a) {
  struct design *out = NULL;
  bilan_status status = f(&w->b, &out, r, w->design, a);
  if (status) print_error("%s\n", w->b.message);
  assert_int_equal(status, BILAN_OK);
  return out;
}

static void check_verb(enum sample_of which, verb *f, const struct adjustment *options,
                       struct margin (*first)(struct world *),
                       struct margin (*second)(struct world *), const double want[6],
                       double tolerance) {
  struct world w;
  struct receipt r;
  world_open(&w, which);
  struct margin margins[] = {first(&w), second ? second(&w) : first(&w)};
  struct adjustment a = options ? *options : adjusting(NULL, 0);
  a.margins = margins;
  a.margin_count = second ? 2 : 1;
  struct design *d = adjusted(&w, f, &r, &a);
  expect_figures(&w, d, want, tolerance);
  for (size_t i = 0; i < r.count; i++)
    expect_close(r.lines[i].reached / r.lines[i].target, 1, 1e-11);
  receipt_free(&r);
  design_free(d);
  world_close(&w);
}

/* ---- against R --------------------------------------------------------------------------- */

/* rake(d, list(~stype, ~sch.wide), list(table(apipop$stype), table(apipop$sch.wide)),
 *      control = list(epsilon = 1e-12, maxit = 500)); strat: ~sch.wide, ~awards */
static void raking_gives_the_figures_of_r(void **state) {
  (void)state;
  check_verb(OF_CLUS1, design_rake, NULL, type_margin, wide_margin,
             (double[]){641.23032092682, 23.9420099145702, 3647280.14806521, 404632.221021314,
                        0.848231571735981, 0.00730526477395653}, 1e-10);
  check_verb(OF_UNEVEN, design_rake, NULL, type_margin, wide_margin,
             (double[]){641.867549125899, 24.8295090494583, 3701228.83822648, 416607.746508383,
                        0.848829983083123, 0.00663083172611688}, 1e-10);
  check_verb(OF_STRAT, design_rake, NULL, wide_margin, awards_margin,
             (double[]){665.214427755229, 9.53838954581494, 3693741.24448914, 141757.752036022,
                        0.836415950324885, 0.00890294598625819}, 1e-10);
}

/* postStratify(d, ~stype, table(apipop$stype)); strat: ~sch.wide */
static void post_stratification_gives_the_figures_of_r(void **state) {
  (void)state;
  check_verb(OF_CLUS1, design_poststratify, NULL, type_margin, NULL,
             (double[]){642.310788211582, 24.1610605814973, 3680892.94511905, 410378.819923612,
                        0.847989789518013, 0.00726055268660668}, 1e-12);
  check_verb(OF_UNEVEN, design_poststratify, NULL, type_margin, NULL,
             (double[]){642.716128180399, 25.0948256780835, 3736917.48214286, 420406.335950451,
                        0.848536509892617, 0.0066403931411444}, 1e-12);
  check_verb(OF_STRAT, design_poststratify, NULL, wide_margin, NULL,
             (double[]){664.837418139755, 9.46240183768989, 3697137.78924624, 133391.602107723,
                        0.835978706457755, 0.00866299668493855}, 1e-12);
}

/* calibrate(d, ~stype + api99, c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018,
 *           api99 = 3914069), calfun = ., epsilon = 1e-12, maxit = 500) */
static void linear_calibration_gives_the_figures_of_r(void **state) {
  (void)state;
  check_verb(OF_CLUS1, design_calibrate, NULL, type_margin, api99_margin,
             (double[]){665.30907116578, 3.47636766262674, 3638487.20413188, 389401.740064617,
                        0.848827380422162, 0.00744397869316035}, 1e-9);
  check_verb(OF_UNEVEN, design_calibrate, NULL, type_margin, api99_margin,
             (double[]){665.443197636586, 3.30346076384468, 3698391.66284946, 401955.913768916,
                        0.849323840771252, 0.00673994433922873}, 1e-9);
  check_verb(OF_STRAT, design_calibrate, NULL, type_margin, api99_margin,
             (double[]){664.632827115539, 2.00892116396102, 3697071.23774717, 114278.487618867,
                        0.836065787957398, 0.00854311328189891}, 1e-9);
}

static void raking_distance_gives_the_figures_of_r(void **state) {
  (void)state;
  struct adjustment a = adjusting(NULL, 0);
  a.distance = DISTANCE_RAKING;
  check_verb(OF_CLUS1, design_calibrate, &a, type_margin, api99_margin,
             (double[]){665.39379600015, 3.47232786134472, 3616588.56326875, 391517.005000077,
                        0.849165800053086, 0.00758426772491218}, 1e-8);
  check_verb(OF_UNEVEN, design_calibrate, &a, type_margin, api99_margin,
             (double[]){665.510596616478, 3.29491838203342, 3675227.25296181, 406503.36672933,
                        0.849754708773736, 0.00694460018057218}, 1e-8);
  check_verb(OF_STRAT, design_calibrate, &a, type_margin, api99_margin,
             (double[]){664.632804373833, 2.00891746791846, 3697072.54449208, 114278.525575323,
                        0.836065608536961, 0.00854319624942061}, 1e-8);
}

/* bounds = c(0.5, 2) */
static void logit_distance_gives_the_figures_of_r(void **state) {
  (void)state;
  struct adjustment a = adjusting(NULL, 0);
  a.distance = DISTANCE_LOGIT;
  a.low = 0.5;
  a.high = 2;
  check_verb(OF_CLUS1, design_calibrate, &a, type_margin, api99_margin,
             (double[]){665.414844238898, 3.46313664923121, 3640110.39905688, 386701.591619009,
                        0.848761203117603, 0.00738065252126376}, 1e-8);
  check_verb(OF_UNEVEN, design_calibrate, &a, type_margin, api99_margin,
             (double[]){665.712642686908, 3.28961986039587, 3633259.02589569, 416024.351579765,
                        0.85081031621531, 0.00741460930821871}, 1e-8);
  check_verb(OF_STRAT, design_calibrate, &a, type_margin, api99_margin,
             (double[]){664.632767484772, 2.00891146075769, 3697074.67880921, 114278.581638957,
                        0.836065314207615, 0.00854333208774459}, 1e-8);
}

/* calfun = "linear", bounds = c(0.4, 1.2), epsilon = 1e-10 */
static void bounded_linear_calibration_gives_the_figures_of_r(void **state) {
  (void)state;
  struct adjustment a = adjusting(NULL, 0);
  a.low = 0.4;
  a.high = 1.2;
  check_verb(OF_UNEVEN, design_calibrate, &a, type_margin, api99_margin,
             (double[]){665.532138396326, 3.28836560068222, 3709956.61822237, 396918.785842089,
                        0.849099157740959, 0.00663186747226968}, 1e-8);
}

/* calibrate(postStratify(d, ~stype, .), ~api99, c(`(Intercept)` = 6194, api99 = 3914069)) and
 * postStratify(rake(d, list(~stype, ~sch.wide), .), ~awards, table(apipop$awards)), uneven */
static void adjustments_follow_one_another_as_in_r(void **state) {
  (void)state;
  static const double size[] = {6194};
  struct world w;
  struct receipt r[2];
  struct design *second = NULL;
  world_open(&w, OF_UNEVEN);
  struct margin type[] = {type_margin(&w), wide_margin(&w)};
  struct margin line[] = {{.ones = true, .count = 1, .totals = size}, api99_margin(&w)};
  struct margin awards[] = {awards_margin(&w)};
  struct adjustment a = adjusting(type, 1), next = adjusting(line, 2);
  struct design *first = adjusted(&w, design_poststratify, &r[0], &a);
  assert_int_equal(design_calibrate(&w.b, &second, &r[1], first, &next), BILAN_OK);
  assert_int_equal(second->calibration_count, 2);
  expect_figures(&w, second, (double[]){665.524262042169, 3.44945044416753, 3665434.58635553,
                 376465.595045808, 0.849812340517848, 0.00707056766530728}, 1e-9);
  for (size_t i = 0; i < 2; i++) receipt_free(&r[i]);
  design_free(first);
  design_free(second);
  a = adjusting(type, 2);
  next = adjusting(awards, 1);
  first = adjusted(&w, design_rake, &r[0], &a);
  assert_int_equal(design_poststratify(&w.b, &second, &r[1], first, &next), BILAN_OK);
  expect_figures(&w, second, (double[]){642.298097242156, 24.7281382150063, 3688341.1826389,
                 395980.141856424, 0.849092067451036, 0.00691738216845535}, 1e-9);
  for (size_t i = 0; i < 2; i++) receipt_free(&r[i]);
  design_free(first);
  design_free(second);
  world_close(&w);
}

/* rake(as.svrepdesign(d, type = "JK1"), .), uneven: every replicate is raked */
static void replicates_are_raked_as_in_r(void **state) {
  (void)state;
  struct world w;
  struct receipt r;
  struct design *jackknife = NULL, *raked = NULL;
  world_open(&w, OF_UNEVEN);
  struct replicates_plan plan = {.kind = REPLICATE_JK1, .mse = -1};
  assert_int_equal(replicates_make(&w.b, &jackknife, w.design, &plan), BILAN_OK);
  struct margin margins[] = {type_margin(&w), wide_margin(&w)};
  struct adjustment a = adjusting(margins, 2);
  assert_int_equal(design_rake(&w.b, &raked, &r, jackknife, &a), BILAN_OK);
  struct figures f = estimate(&w, raked);
  expect_close(f.value[MEAN_API00], 641.867549125899, 1e-10);
  expect_close(f.se[MEAN_API00], 28.2876080837327, 1e-9);
  expect_close(f.value[TOTAL_ENROLL], 3701228.83822648, 1e-10);
  expect_close(f.se[TOTAL_ENROLL], 484441.428807693, 1e-9);
  assert_true(f.se[TOTAL_TYPE_E] < 1e-6);
  receipt_free(&r);
  design_free(raked);
  design_free(jackknife);
  world_close(&w);
}

/* ---- what must hold ---------------------------------------------------------------------- */

static void what_is_calibrated_to_does_not_vary(void **state) {
  (void)state;
  for (int distance = 0; distance < DISTANCES; distance++) {
    struct world w;
    struct receipt r;
    world_open(&w, OF_UNEVEN);
    struct margin margins[] = {type_margin(&w), api99_margin(&w), wide_margin(&w)};
    struct adjustment a = adjusting(margins, 3);
    a.distance = (enum distance)distance;
    if (distance == DISTANCE_LOGIT) a.low = 0.2, a.high = 4;
    struct figures before = estimate(&w, w.design);
    struct design *d = adjusted(&w, design_calibrate, &r, &a);
    struct figures f = estimate(&w, d);
    expect_close(f.value[TOTAL_API99] / 3914069, 1, 1e-11);
    expect_close(f.value[TOTAL_TYPE_E], 4421, 1e-11);
    expect_close(f.value[POPULATION], 6194, 1e-11);
    assert_true(f.se[TOTAL_API99] < 1e-10 * before.se[TOTAL_API99]);
    assert_true(f.se[TOTAL_TYPE_E] < 1e-10 * before.se[TOTAL_TYPE_E]);
    assert_true(f.se[POPULATION] < 1e-10 * before.se[POPULATION]);
    receipt_free(&r);
    design_free(d);
    world_close(&w);
  }
}

/* Trap 27: converged is every margin within tolerance, the final weight is the design weight
 * times the factor of the row's cell, and the standard error uses residuals (so it shrinks). */
static void raking_ends_with_every_margin_met_and_one_factor_a_cell(void **state) {
  (void)state;
  struct world w;
  struct receipt r;
  double factor[16] = {0};
  world_open(&w, OF_UNEVEN);
  struct margin margins[] = {type_margin(&w), wide_margin(&w), awards_margin(&w)};
  struct adjustment a = adjusting(margins, 3);
  struct design *d = adjusted(&w, design_rake, &r, &a);
  assert_true(r.iterations > 2 && r.change <= 1e-12);
  double sums[3][4] = {{0}};
  for (size_t i = 0; i < w.rows; i++) {
    uint32_t k[] = {column_code(w.type, i), column_code(w.wide, i), column_code(w.awards, i)};
    double *f = &factor[k[0] * 4 + (k[1] - 1) * 2 + k[2] - 1];
    double ratio = design_weight(d, i) / design_weight(w.design, i);
    if (*f > 0) expect_close(ratio / *f, 1, 1e-14);
    *f = ratio;
    for (size_t m = 0; m < 3; m++) sums[m][k[m]] += design_weight(d, i);
  }
  for (size_t k = 0; k < 3; k++) expect_close(sums[0][k + 1], type_totals[k], 1e-11);
  for (size_t k = 0; k < 2; k++) expect_close(sums[1][k + 1], wide_totals[k], 1e-11);
  for (size_t k = 0; k < 2; k++) expect_close(sums[2][k + 1], awards_totals[k], 1e-11);
  assert_true(estimate(&w, d).se[TOTAL_ENROLL] < estimate(&w, w.design).se[TOTAL_ENROLL]);
  assert_true(estimate(&w, d).se[TOTAL_TYPE_E] < 1);
  receipt_free(&r);
  design_free(d);
  world_close(&w);
}

/* Fitting row by row, straight from the definition, until nothing moves. */
static void fit_rows(double *weight, const struct margin *margins, size_t count, size_t rows) {
  for (int round = 0; round < 400; round++)
    for (size_t m = 0; m < count; m++) {
      double sum[64] = {0};
      for (size_t i = 0; i < rows; i++)
        if (weight[i] > 0) sum[margins[m].place[column_code(margins[m].item, i)]] += weight[i];
      for (size_t i = 0; i < rows; i++) {
        uint32_t place = margins[m].place[column_code(margins[m].item, i)];
        if (weight[i] > 0) weight[i] *= margins[m].totals[place] / sum[place];
      }
    }
}

enum { MANY = 400, WIDE = 40 };

/* Three items of `levels` levels, their codes and totals; answers are missing where the weight is
 * 0. With many levels there are as many cells as rows. */
struct random_sample {
  bilan b;
  struct margin margins[3];
  uint32_t place[WIDE + 1];
  double totals[3][WIDE], weight[MANY];
  struct column *column, *spread; /* weights; something to estimate */
  struct design *design;
};

static void random_open(struct random_sample *s, uint32_t levels, uint64_t seed) {
  static char names[WIDE][3];
  const char *labels[WIDE];
  uint32_t codes[MANY];
  double spread[MANY];
  handle_init(&s->b);
  memset(s->totals, 0, sizeof s->totals);
  for (uint32_t k = 0; k < levels; k++) {
    names[k][0] = (char)('a' + k % 26);
    names[k][1] = (char)('a' + k / 26);
    labels[k] = names[k];
    s->place[k + 1] = k;
  }
  s->place[0] = UINT32_MAX;
  for (size_t i = 0; i < MANY; i++)
    s->weight[i] = draw_below(&seed, 10) ? 0.5 + draw_unit(&seed) : 0;
  for (size_t m = 0; m < 3; m++) {
    for (size_t i = 0; i < MANY; i++) {
      codes[i] = s->weight[i] > 0 ? 1 + draw_below(&seed, levels) : 0;
      if (codes[i]) s->totals[m][codes[i] - 1] += s->weight[i] * (double)(1 + i % 3);
    }
    s->margins[m] = (struct margin){.name = TEXT("item"), .count = levels, .place = s->place,
        .item = make_codes(&s->b, MANY, codes, labels, levels), .totals = s->totals[m]};
  }
  s->column = make_numbers(&s->b, MANY, s->weight);
  for (size_t i = 0; i < MANY; i++) spread[i] = 1 + draw_unit(&seed);
  s->spread = make_numbers(&s->b, MANY, spread);
  struct design_spec spec = {.weight = s->column};
  assert_int_equal(design_declare(&s->b, &s->design, MANY, &spec), BILAN_OK);
}

static void random_close(struct random_sample *s) {
  for (size_t m = 0; m < 3; m++) column_free(s->margins[m].item);
  column_free(s->column);
  column_free(s->spread);
  design_free(s->design);
  assert_int_equal(s->b.mem.used, 0);
}

static void raking_by_cells_is_raking_by_rows(void **state) {
  (void)state;
  for (uint32_t levels = 2; levels < WIDE; levels += 12) {
    struct random_sample s;
    struct receipt r;
    struct design *d = NULL;
    double want[MANY];
    random_open(&s, levels, levels);
    struct adjustment a = adjusting(s.margins, 3);
    assert_int_equal(design_rake(&s.b, &d, &r, s.design, &a), BILAN_OK);
    memcpy(want, s.weight, sizeof want);
    fit_rows(want, s.margins, 3, MANY);
    for (size_t i = 0; i < MANY; i++) {
      expect_close(design_weight(d, i), want[i], 1e-10);
      assert_true(s.weight[i] > 0 || design_weight(d, i) <= 0);
    }
    receipt_free(&r);
    design_free(d);
    random_close(&s);
  }
}

/* The raking distance and iterative proportional fitting solve the same equations. */
static void calibration_with_the_raking_distance_is_raking(void **state) {
  (void)state;
  struct random_sample s;
  struct receipt r[2];
  struct design *raked = NULL, *calibrated = NULL;
  random_open(&s, 5, 11);
  struct adjustment a = adjusting(s.margins, 3);
  a.distance = DISTANCE_RAKING;
  assert_int_equal(design_rake(&s.b, &raked, &r[0], s.design, &a), BILAN_OK);
  assert_int_equal(design_calibrate(&s.b, &calibrated, &r[1], s.design, &a), BILAN_OK);
  for (size_t i = 0; i < MANY; i++)
    expect_close(design_weight(raked, i), design_weight(calibrated, i), 1e-9);
  assert_true(r[1].iterations < r[0].iterations);
  for (size_t i = 0; i < 2; i++) receipt_free(&r[i]);
  design_free(raked);
  design_free(calibrated);
  random_close(&s);
}

/* Weights thousands and hundreds of millions of times too small: the first step of exp is beyond
 * all numbers, in the second case still after many halvings. */
static void totals_far_from_the_sample_are_reached(void **state) {
  (void)state;
  static const double times[] = {5000, 1e8};
  for (size_t far = 0; far < 2; far++) {
    struct random_sample s;
    struct receipt r;
    struct design *d = NULL;
    random_open(&s, 3, 5);
    for (size_t m = 0; m < 3; m++)
      for (size_t k = 0; k < 3; k++) s.totals[m][k] *= times[far];
    struct adjustment a = adjusting(s.margins, 3);
    a.distance = DISTANCE_RAKING;
    assert_int_equal(design_calibrate(&s.b, &d, &r, s.design, &a), BILAN_OK);
    assert_true(r.iterations < 30);
    receipt_free(&r);
    design_free(d);
    random_close(&s);
  }
}

/* What rows of weight 0 answered, or whether, changes no standard error. */
static void rows_of_weight_zero_take_no_part(void **state) {
  (void)state;
  verb *const verbs[] = {design_rake, design_calibrate};
  for (size_t v = 0; v < 2; v++) {
    struct random_sample s;
    double se[2];
    random_open(&s, 3, 9);
    for (size_t answered = 0; answered < 2; answered++) {
      struct receipt r;
      struct design *d = NULL;
      struct world w = {.rows = MANY}; /* with a handle of its own */
      struct adjustment a = adjusting(s.margins, 3);
      handle_init(&w.b);
      s.place[0] = answered ? 1 : UINT32_MAX; /* the missing answer counts as the second level */
      assert_int_equal(verbs[v](&s.b, &d, &r, s.design, &a), BILAN_OK);
      w.api00 = w.enroll = w.tested = w.api99 = w.is_e = s.spread;
      se[answered] = estimate(&w, d).se[MEAN_API00];
      receipt_free(&r);
      design_free(d);
    }
    assert_true(se[0] > 0);
    expect_close(se[1] / se[0], 1, 1e-12);
    random_close(&s);
  }
}

/* A row of weight 0 that weighs in a replicate needs its answers all the same. */
static void rows_that_only_replicates_use_are_checked(void **state) {
  (void)state;
  bilan b;
  struct receipt r;
  struct design *d = NULL, *out = NULL;
  uint32_t place[] = {UINT32_MAX, 0};
  handle_init(&b);
  struct column *weight = make_numbers(&b, 3, (double[]){1, 1, 0});
  struct column *item = make_codes(&b, 3, (uint32_t[]){1, 1, 0}, (const char *[]){"a"}, 1);
  struct column *columns[] = {make_numbers(&b, 3, (double[]){2, 0, 0}),
                              make_numbers(&b, 3, (double[]){0, 1, 1})};
  struct replicates_spec spec = {.weight = weight, .columns = (const struct column **)columns,
      .count = 2, .kind = REPLICATE_OTHER, .scale = 1, .mse = -1};
  assert_int_equal(replicates_declare(&b, &d, 3, &spec), BILAN_OK);
  struct margin margin = {.name = TEXT("item"), .item = item, .count = 1, .place = place,
                          .totals = (double[]){7}};
  struct adjustment a = adjusting(&margin, 1);
  assert_int_equal(design_rake(&b, &out, &r, d, &a), BILAN_DATA);
  assert_non_null(strstr(b.message, "no answer in 1 row of positive weight (first: row 3)"));
  design_free(d);
  for (size_t i = 0; i < 2; i++) column_free(columns[i]);
  column_free(item);
  column_free(weight);
  assert_int_equal(b.mem.used, 0);
}

/* A margin as number and as levels, and twice the same: the equations are singular. */
static void margins_that_say_the_same_are_met_together(void **state) {
  (void)state;
  static const double e_total[] = {4421};
  struct world w;
  struct receipt r, other;
  world_open(&w, OF_UNEVEN);
  struct margin margins[] = {type_margin(&w), wide_margin(&w), type_margin(&w),
                             {.name = TEXT("is_e"), .item = w.is_e, .count = 1,
                              .totals = e_total}};
  struct adjustment twice = adjusting(margins, 4), once = adjusting(margins, 2);
  struct design *d = adjusted(&w, design_calibrate, &r, &twice);
  struct design *plain = adjusted(&w, design_calibrate, &other, &once);
  for (size_t i = 0; i < w.rows; i++)
    expect_close(design_weight(d, i), design_weight(plain, i), 1e-11);
  struct figures f = estimate(&w, d), want = estimate(&w, plain);
  for (size_t k = 0; k < 3; k++) expect_close(f.se[k] / want.se[k], 1, 1e-9);
  receipt_free(&r);
  receipt_free(&other);
  design_free(d);
  design_free(plain);
  world_close(&w);
}

/* A level of a hundredth of a percent beside a measure of thousands of millions. */
static void scales_do_not_matter(void **state) {
  (void)state;
  struct world w;
  struct receipt r;
  double income[MOST], total = 0;
  world_open(&w, OF_CLUS1);
  for (size_t i = 0; i < w.rows; i++) income[i] = 1e9 + 1e6 * clus1[i].api99;
  for (size_t i = 0; i < w.rows; i++) total += 1.1 * clus1_weight * income[i];
  struct column *number = make_numbers(&w.b, w.rows, income);
  struct margin margins[] = {type_margin(&w), {.name = TEXT("income"), .item = number, .count = 1,
                                               .totals = &total}};
  double shares[] = {0.70, 0.18, 0.12};
  margins[0].totals = shares;
  total /= 1.1 * clus1_weight * CLUS1;
  struct adjustment a = adjusting(margins, 2);
  a.distance = DISTANCE_RAKING;
  struct design *d = adjusted(&w, design_calibrate, &r, &a);
  for (size_t i = 0; i < r.count; i++)
    expect_close(r.lines[i].reached / r.lines[i].target, 1, 1e-11);
  receipt_free(&r);
  design_free(d);
  column_free(number);
  world_close(&w);
}

/* ---- receipts ---------------------------------------------------------------------------- */

/* table(apiclus1$stype) is 144, 14, 25; sum(w)^2 / sum(w^2) after R's postStratify. */
static void receipts_tell_what_was_done(void **state) {
  (void)state;
  struct world w;
  struct receipt r;
  world_open(&w, OF_UNEVEN);
  struct margin margins[] = {type_margin(&w)};
  struct adjustment a = adjusting(margins, 1);
  struct design *d = adjusted(&w, design_poststratify, &r, &a);
  assert_int_equal(r.count, 3);
  assert_int_equal(r.iterations, 1);
  assert_int_equal(r.lines[0].n, 144);
  assert_int_equal(r.lines[1].n, 14);
  assert_int_equal(r.lines[2].n, 25);
  assert_int_equal(r.lines[2].place, 2);
  double before[3] = {0}, least = INFINITY, most = 0;
  for (size_t i = 0; i < w.rows; i++)
    before[column_code(w.type, i) - 1] += column_number(w.weight, i);
  for (size_t k = 0; k < 3; k++) {
    expect_close(r.lines[k].before, before[k], 1e-13);
    expect_close(r.lines[k].target, type_totals[k], 0);
    least = fmin(least, type_totals[k] / before[k]);
    most = fmax(most, type_totals[k] / before[k]);
  }
  expect_close(r.least, least, 1e-13);
  expect_close(r.most, most, 1e-13);
  expect_close(r.effective, 164.547744928593, 1e-12);
  expect_close(r.deff, CLUS1 / 164.547744928593, 1e-12);
  assert_true(d->drawn == w.design->weight || d->drawn == w.weight);
  receipt_free(&r);
  receipt_free(&r);
  design_free(d);
  world_close(&w);
}

/* ---- refusals ---------------------------------------------------------------------------- */

static void refused_at(struct world *w, verb *f, const struct adjustment *a, bilan_status want,
                       const char *words, int line) {
  struct design *out = NULL;
  struct receipt r = {0};
  bilan_status status = f(&w->b, &out, &r, w->design, a);
  if (status != want || !strstr(w->b.message, words))
    print_error("line %d: got %d \"%s\", expected \"%s\"\n", line, (int)status, w->b.message,
                words);
  assert_int_equal(status, want);
  assert_non_null(strstr(w->b.message, words));
  assert_null(out);
}
#define refused(w, f, a, want, words) refused_at((w), (f), (a), (want), (words), __LINE__)

static void totals_that_cannot_be_met_are_refused_before_computing(void **state) {
  (void)state;
  struct world w;
  world_open(&w, OF_CLUS1);
  struct margin margins[] = {type_margin(&w), wide_margin(&w)};
  struct adjustment a = adjusting(margins, 2);
  margins[1].totals = (double[]){1072, 5100};
  refused(&w, design_rake, &a, BILAN_DATA,
          "the totals of \"stype\" sum to 6194 and those of \"sch_wide\" to 6172");
  refused(&w, design_calibrate, &a, BILAN_DATA, "expected the same population");
  margins[1].totals = (double[]){6194, 0};
  refused(&w, design_rake, &a, BILAN_DATA, "level \"Yes\" is 0: expected more than 0");
  margins[1].totals = (double[]){-1, 6195};
  refused(&w, design_rake, &a, BILAN_USAGE,
          "the total of \"sch_wide\", level \"No\" is -1: expected 0 or more");
  margins[1].totals = (double[]){NAN, 1};
  refused(&w, design_rake, &a, BILAN_USAGE, "expected a number");
  world_close(&w);
}

static void levels_without_totals_and_totals_without_levels_are_named(void **state) {
  (void)state;
  struct world w;
  uint32_t codes[CLUS1];
  world_open(&w, OF_CLUS1);
  uint32_t place[] = {UINT32_MAX, 0, UINT32_MAX, 1};
  struct margin margins[] = {type_margin(&w)};
  struct adjustment a = adjusting(margins, 1);
  margins[0].place = place;
  margins[0].count = 2;
  refused(&w, design_poststratify, &a, BILAN_DATA,
          "level \"H\" of \"stype\" (14 rows, first: row 1) has no total");
  for (size_t i = 0; i < CLUS1; i++) codes[i] = i == 4 || i == 9 ? 0 : 1 + (uint32_t)(i % 2);
  struct column *some = make_codes(&w.b, CLUS1, codes, (const char *[]){"E", "H", "M"}, 3);
  margins[0] = type_margin(&w);
  margins[0].item = some;
  refused(&w, design_poststratify, &a, BILAN_DATA,
          "\"stype\" has no answer in 2 rows of positive weight (first: row 5)");
  codes[4] = codes[9] = 1;
  struct column *all = make_codes(&w.b, CLUS1, codes, (const char *[]){"E", "H", "M"}, 3);
  margins[0].item = all;
  refused(&w, design_rake, &a, BILAN_DATA,
          "level \"M\" is 1018: expected rows of positive weight to carry it");
  column_free(some);
  column_free(all);
  world_close(&w);
}

/* "No" is E alone and "Yes" is H and M: a round ends with E at 1072, and H at 755 / (755 + 1018) of
 * 5122, which is 1.9 times its total too much: the furthest off. */
static void what_does_not_converge_names_the_worst_margin(void **state) {
  (void)state;
  struct world w;
  uint32_t codes[CLUS1];
  world_open(&w, OF_CLUS1);
  for (size_t i = 0; i < CLUS1; i++) codes[i] = column_code(w.type, i) == 1 ? 1 : 2;
  struct column *only = make_codes(&w.b, CLUS1, codes, (const char *[]){"No", "Yes"}, 2);
  struct margin margins[] = {type_margin(&w), wide_margin(&w)};
  struct adjustment a = adjusting(margins, 2);
  margins[1].item = only;
  a.iterations = 30;
  refused(&w, design_rake, &a, BILAN_DATA,
          "raking did not converge in 30 iterations: \"stype\", level \"H\" is at 2181.11111, "
          "expected 755");
  for (int distance = 0; distance < DISTANCES; distance++) {
    a.distance = (enum distance)distance;
    a.low = distance == DISTANCE_LOGIT ? 0.1 : 0;
    a.high = distance == DISTANCE_LOGIT ? 9 : INFINITY;
    refused(&w, design_calibrate, &a, BILAN_DATA, "calibration did not converge in ");
  }
  column_free(only);
  world_close(&w);
}

static void bounds_that_are_too_tight_or_odd_are_refused(void **state) {
  (void)state;
  struct world w;
  world_open(&w, OF_UNEVEN);
  struct margin margins[] = {type_margin(&w), api99_margin(&w)};
  struct adjustment a = adjusting(margins, 2);
  a.low = 0.9;
  a.high = 1.1;
  a.iterations = 40;
  refused(&w, design_calibrate, &a, BILAN_DATA, "did not converge");
  a.low = 1.1;
  a.high = 2;
  refused(&w, design_calibrate, &a, BILAN_USAGE, "1 lies between them");
  a.low = 0;
  a.high = INFINITY;
  a.distance = DISTANCE_LOGIT;
  refused(&w, design_calibrate, &a, BILAN_USAGE, "logit needs bounds");
  a.distance = DISTANCE_LINEAR;
  a.low = NAN;
  refused(&w, design_calibrate, &a, BILAN_USAGE, "0 <= low < high");
  world_close(&w);
}

/* Total scores so low that a line through the weights falls below 0. */
static void weights_below_zero_are_counted(void **state) {
  (void)state;
  static const double low[] = {6194 * 520.0};
  struct world w;
  world_open(&w, OF_CLUS1);
  struct margin margins[] = {type_margin(&w), api99_margin(&w)};
  struct adjustment a = adjusting(margins, 2);
  margins[1].totals = low;
  struct receipt r;
  struct design *d = adjusted(&w, design_calibrate, &r, &a);
  assert_true(r.least < 0 && r.negative > 0 && r.change < 1e-9);
  receipt_free(&r);
  design_free(d);
  a.distance = DISTANCE_RAKING;
  d = adjusted(&w, design_calibrate, &r, &a);
  assert_true(r.least > 0 && r.negative == 0);
  receipt_free(&r);
  design_free(d);
  world_close(&w);
}

static void odd_requests_are_refused(void **state) {
  (void)state;
  struct world w;
  world_open(&w, OF_CLUS1);
  struct margin margins[] = {type_margin(&w), api99_margin(&w)};
  struct adjustment a = adjusting(margins, 2);
  refused(&w, design_rake, &a, BILAN_USAGE, "\"api99\" is a number: use calibrate");
  refused(&w, design_poststratify, &a, BILAN_USAGE, "one margin, here are 2");
  a.margin_count = 0;
  refused(&w, design_rake, &a, BILAN_USAGE, "at least one margin");
  a = adjusting(margins, 1);
  a.epsilon = 0;
  refused(&w, design_rake, &a, BILAN_USAGE, "epsilon");
  a = adjusting(margins, 1);
  margins[0].item = w.api99;
  refused(&w, design_rake, &a, BILAN_USAGE, "has no levels");
  margins[0].item = w.type;
  margins[0].place = NULL;
  margins[0].count = 1;
  refused(&w, design_calibrate, &a, BILAN_USAGE, "has no numbers to sum");
  world_close(&w);
}

/* A jackknife replicate without the only district that has high schools. */
static void replicates_that_fail_are_counted(void **state) {
  (void)state;
  struct world w;
  struct receipt r = {0};
  struct design *jackknife = NULL, *out = NULL;
  uint32_t codes[CLUS1];
  world_open(&w, OF_CLUS1);
  for (size_t i = 0; i < CLUS1; i++) codes[i] = clus1[i].group == clus1[0].group ? 2 : 1;
  struct column *item = make_codes(&w.b, CLUS1, codes, (const char *[]){"most", "few"}, 2);
  struct margin margins[] = {wide_margin(&w)};
  margins[0].item = item;
  struct replicates_plan plan = {.kind = REPLICATE_JK1, .mse = -1};
  assert_int_equal(replicates_make(&w.b, &jackknife, w.design, &plan), BILAN_OK);
  struct adjustment a = adjusting(margins, 1);
  assert_int_equal(design_rake(&w.b, &out, &r, jackknife, &a), BILAN_DATA);
  assert_int_equal(r.failed, 1);
  assert_null(out);
  /* Replicates leave out PSUs in the order of their labels: 637 is the twelfth of 15 districts. */
  assert_int_equal(clus1[0].group, 637);
  assert_non_null(strstr(w.b.message, "in 1 of 15 replicates (first: 12) raking did not converge"));
  assert_non_null(strstr(w.b.message, "\"sch_wide\", level \"few\" is at 0, expected 5122"));
  design_free(jackknife);
  column_free(item);
  world_close(&w);
}

/* ---- trimming ---------------------------------------------------------------------------- */

static struct design *trimmed(struct world *w, struct receipt *r, double low, double high,
                              bool strict) {
  struct design *out = NULL;
  assert_int_equal(design_trim(&w->b, &out, r, w->design, low, high, strict), BILAN_OK);
  return out;
}

/* Weights are k, 1.5 k and 2 k, 61 rows each, k = 33.847; those of 2 k are cut to 60. */
static void trimming_keeps_the_sum_and_the_proportions(void **state) {
  (void)state;
  struct world w;
  struct receipt r;
  world_open(&w, OF_UNEVEN);
  struct design *d = trimmed(&w, &r, 30, 60, false);
  double k = clus1_weight, cut = 61 * (2 * k - 60), f = 1 + cut / (61 * 2.5 * k), sum = 0;
  for (size_t i = 0; i < w.rows; i++) {
    double before = design_weight(w.design, i);
    expect_close(design_weight(d, i), before > 60 ? 60 : f * before, 1e-12);
    sum += design_weight(d, i);
  }
  expect_close(sum, 61 * 4.5 * k, 1e-12);
  assert_int_equal(r.trimmed, 61);
  assert_int_equal(r.count, 0);
  expect_close(r.most, f, 1e-12);
  expect_close(r.least, 60 / (2 * k), 1e-12);
  receipt_free(&r);
  design_free(d);
  world_close(&w);
}

/* Cut to 55: once leaves the middle weights above it, strictly none is. */
static void strict_trimming_leaves_no_weight_outside(void **state) {
  (void)state;
  struct world w;
  struct receipt r;
  world_open(&w, OF_UNEVEN);
  struct design *d = trimmed(&w, &r, 30, 55, false);
  assert_true(design_weight(d, 0) > 55);
  receipt_free(&r);
  design_free(d);
  d = trimmed(&w, &r, 30, 55, true);
  double k = clus1_weight, rest = 4.5 * k - 2 * 55, sum = 0;
  for (size_t i = 0; i < w.rows; i++) {
    double before = design_weight(w.design, i);
    expect_close(design_weight(d, i), before > 1.4 * k ? 55 : rest, 1e-12);
    sum += design_weight(d, i);
  }
  expect_close(sum, 61 * 4.5 * k, 1e-12);
  assert_int_equal(r.trimmed, 122);
  receipt_free(&r);
  design_free(d);
  d = trimmed(&w, &r, 45, 55, true);
  for (size_t i = 0; i < w.rows; i++)
    assert_true(design_weight(d, i) >= 45 && design_weight(d, i) <= 55);
  assert_true(r.change < 1e-14);
  receipt_free(&r);
  design_free(d);
  world_close(&w);
}

static void bounds_that_cannot_hold_the_sum_are_refused(void **state) {
  (void)state;
  struct world w;
  struct receipt r;
  struct design *out = NULL;
  world_open(&w, OF_UNEVEN);
  assert_int_equal(design_trim(&w.b, &out, &r, w.design, 0, 50, true), BILAN_DATA);
  assert_non_null(strstr(w.b.message, "cannot hold the sum"));
  assert_int_equal(design_trim(&w.b, &out, &r, w.design, 10, 20, false), BILAN_DATA);
  assert_int_equal(design_trim(&w.b, &out, &r, w.design, 20, 10, false), BILAN_USAGE);
  assert_int_equal(design_trim(&w.b, &out, &r, w.design, -1, NAN, true), BILAN_USAGE);
  assert_null(out);
  world_close(&w);
}

static void replicates_are_trimmed_too(void **state) {
  (void)state;
  struct world w;
  struct receipt r;
  struct design *jackknife = NULL, *out = NULL;
  world_open(&w, OF_UNEVEN);
  struct replicates_plan plan = {.kind = REPLICATE_JK1, .mse = -1};
  assert_int_equal(replicates_make(&w.b, &jackknife, w.design, &plan), BILAN_OK);
  assert_int_equal(design_trim(&w.b, &out, &r, jackknife, 0, 60, true), BILAN_OK);
  for (size_t k = 0; k < 15; k++) {
    struct column *before, *after;
    double sum = 0, want = 0;
    assert_int_equal(replicate_weight(&w.b, &before, jackknife, k), BILAN_OK);
    assert_int_equal(replicate_weight(&w.b, &after, out, k), BILAN_OK);
    for (size_t i = 0; i < w.rows; i++) {
      assert_true(after->numbers[i] <= 60);
      sum += after->numbers[i];
      want += before->numbers[i];
    }
    expect_close(sum, want, 1e-12);
    column_free(before);
    column_free(after);
  }
  receipt_free(&r);
  design_free(out);
  design_free(jackknife);
  world_close(&w);
}

/* ---- facts ------------------------------------------------------------------------------- */

/* Weights 1, 1, 4 of a domain: 36 / 18 = 2; mean 2, cv = sqrt(2) / 2. */
static void weight_facts_are_those_of_kish(void **state) {
  (void)state;
  bilan b;
  struct design *d = NULL;
  struct domain *domain;
  struct weight_facts f;
  handle_init(&b);
  struct column *weight = make_numbers(&b, 6, (double[]){1, 7, 1, 0, 4, 9});
  struct design_spec spec = {.weight = weight};
  assert_int_equal(design_declare(&b, &d, 6, &spec), BILAN_OK);
  assert_int_equal(domain_new(&b, &domain, 6), BILAN_OK);
  design_weight_facts(&f, d, domain);
  assert_int_equal(f.n, 0);
  assert_true(f.sum <= 0 && f.least <= 0 && f.effective <= 0);
  for (size_t i = 0; i < 5; i++)
    if (i != 1) domain_set(domain, i);
  design_weight_facts(&f, d, domain);
  assert_int_equal(f.n, 3);
  assert_int_equal(f.zero, 1);
  expect_close(f.sum, 6, 0);
  expect_close(f.least, 1, 0);
  expect_close(f.most, 4, 0);
  expect_close(f.mean, 2, 0);
  expect_close(f.cv, sqrt(0.5), 1e-15);
  expect_close(f.effective, 2, 1e-15);
  expect_close(f.deff, 1.5, 1e-15);
  expect_close(f.deff, 1 + f.cv * f.cv, 1e-14);
  domain_free(domain);
  design_free(d);
  column_free(weight);
  assert_int_equal(b.mem.used, 0);
}

/* ---- memory ------------------------------------------------------------------------------ */

static bilan_status all_verbs(struct world *w, const struct design *d) {
  struct margin margins[] = {type_margin(w), wide_margin(w)};
  struct margin numbers[] = {type_margin(w), api99_margin(w)};
  struct adjustment a = adjusting(margins, 2), c = adjusting(numbers, 2);
  struct design *raked = NULL, *calibrated = NULL, *cut = NULL;
  struct receipt r[3] = {{0}};
  bilan_status status = design_rake(&w->b, &raked, &r[0], d, &a);
  if (!status) status = design_calibrate(&w->b, &calibrated, &r[1], raked, &c);
  if (!status) status = design_trim(&w->b, &cut, &r[2], calibrated, 5, 90, true);
  for (size_t i = 0; i < 3; i++) receipt_free(&r[i]);
  design_free(raked);
  design_free(calibrated);
  design_free(cut);
  return status;
}

static void running_out_of_memory_anywhere_leaves_nothing(void **state) {
  (void)state;
  for (int replicated = 0; replicated < 2; replicated++) {
    struct world w;
    struct design *d = NULL;
    world_open(&w, OF_CLUS1);
    struct replicates_plan plan = {.kind = REPLICATE_JK1, .mse = -1};
    if (replicated) assert_int_equal(replicates_make(&w.b, &d, w.design, &plan), BILAN_OK);
    size_t used = w.b.mem.used;
    uint64_t from = w.b.mem.requests;
    assert_int_equal(all_verbs(&w, replicated ? d : w.design), BILAN_OK);
    uint64_t count = w.b.mem.requests - from;
    for (uint64_t n = 1; n <= count; n += replicated ? 7 : 1) {
      w.b.mem.fail_at = w.b.mem.requests + n;
      assert_int_equal(all_verbs(&w, replicated ? d : w.design), BILAN_NOMEM);
      assert_int_equal(w.b.mem.used, used);
    }
    w.b.mem.fail_at = 0;
    design_free(d);
    world_close(&w);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(raking_gives_the_figures_of_r),
      cmocka_unit_test(post_stratification_gives_the_figures_of_r),
      cmocka_unit_test(linear_calibration_gives_the_figures_of_r),
      cmocka_unit_test(raking_distance_gives_the_figures_of_r),
      cmocka_unit_test(logit_distance_gives_the_figures_of_r),
      cmocka_unit_test(bounded_linear_calibration_gives_the_figures_of_r),
      cmocka_unit_test(adjustments_follow_one_another_as_in_r),
      cmocka_unit_test(replicates_are_raked_as_in_r),
      cmocka_unit_test(what_is_calibrated_to_does_not_vary),
      cmocka_unit_test(raking_ends_with_every_margin_met_and_one_factor_a_cell),
      cmocka_unit_test(raking_by_cells_is_raking_by_rows),
      cmocka_unit_test(calibration_with_the_raking_distance_is_raking),
      cmocka_unit_test(totals_far_from_the_sample_are_reached),
      cmocka_unit_test(rows_of_weight_zero_take_no_part),
      cmocka_unit_test(rows_that_only_replicates_use_are_checked),
      cmocka_unit_test(margins_that_say_the_same_are_met_together),
      cmocka_unit_test(scales_do_not_matter),
      cmocka_unit_test(receipts_tell_what_was_done),
      cmocka_unit_test(totals_that_cannot_be_met_are_refused_before_computing),
      cmocka_unit_test(levels_without_totals_and_totals_without_levels_are_named),
      cmocka_unit_test(what_does_not_converge_names_the_worst_margin),
      cmocka_unit_test(bounds_that_are_too_tight_or_odd_are_refused),
      cmocka_unit_test(weights_below_zero_are_counted),
      cmocka_unit_test(odd_requests_are_refused),
      cmocka_unit_test(replicates_that_fail_are_counted),
      cmocka_unit_test(trimming_keeps_the_sum_and_the_proportions),
      cmocka_unit_test(strict_trimming_leaves_no_weight_outside),
      cmocka_unit_test(bounds_that_cannot_hold_the_sum_are_refused),
      cmocka_unit_test(replicates_are_trimmed_too),
      cmocka_unit_test(weight_facts_are_those_of_kish),
      cmocka_unit_test(running_out_of_memory_anywhere_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

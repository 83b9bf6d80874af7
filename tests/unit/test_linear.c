/* test_linear.c - design variances against sums over units written out from the definition, for
 * clusters, rows, stages, strata, domains; on every number of threads; with memory running out. */
#include "design/linear.h"

#include "fixture.h"

enum { ROWS = 30000, LEVELS = 3, STRATA = 7, PSUS = 210, CELLS = LEVELS + 1, STATISTICS = 4 };

/* A sample drawn in strata and PSUs, with an item, a measure, weights and a domain. */
struct world {
  bilan b;
  size_t rows;
  struct column *item, *y, *weight;
  struct domain *domain;
  uint32_t unit[ROWS], stratum[ROWS]; /* PSU of each row; stratum of each PSU */
  uint32_t row_stratum[ROWS];
  size_t sampled[ROWS];
  double population[ROWS], factor[ROWS], row_factor[ROWS];
  size_t row_sampled[ROWS];
  struct stage stages[2];
  struct design design;
  struct forms forms;
  const struct column *measures[1];
  struct cells_request request;
};

static void world_items(struct world *w, uint64_t *seed) {
  static uint32_t codes[ROWS];
  static double y[ROWS], weight[ROWS];
  static const char *const labels[] = {"a", "b", "c"};
  for (size_t i = 0; i < w->rows; i++) {
    codes[i] = draw_below(seed, LEVELS + 1);
    y[i] = draw_below(seed, 12) ? 100 * draw_unit(seed) : NAN;
    weight[i] = draw_below(seed, 20) ? 0.5 + draw_unit(seed) : 0;
  }
  w->item = make_codes(&w->b, w->rows, codes, labels, LEVELS);
  w->y = make_numbers(&w->b, w->rows, y);
  w->weight = make_numbers(&w->b, w->rows, weight);
  assert_int_equal(domain_new(&w->b, &w->domain, w->rows), BILAN_OK);
  for (size_t i = 0; i < w->rows; i++)
    if (draw_below(seed, 3)) domain_set(w->domain, i);
}

/* PSUs of uneven size, several a stratum; the design is theirs alone. */
static void world_design(struct world *w, uint64_t *seed) {
  memset(w->sampled, 0, sizeof w->sampled);
  for (size_t u = 0; u < PSUS; u++) {
    w->stratum[u] = u < 2 * STRATA ? (uint32_t)(u % STRATA) : draw_below(seed, STRATA);
    w->sampled[w->stratum[u]]++;
  }
  for (size_t i = 0; i < w->rows; i++)
    w->unit[i] = i < PSUS ? (uint32_t)i : draw_below(seed, PSUS);
  for (size_t h = 0; h < STRATA; h++) {
    double n = (double)w->sampled[h], f = 0.1 + 0.05 * (double)h;
    w->population[h] = n / f;
    w->factor[h] = (1 - f) * n / (n - 1);
  }
  w->stages[0] = (struct stage){.units = PSUS, .unit = w->unit, .strata = STRATA,
      .stratum = w->stratum, .sampled = w->sampled, .population = w->population,
      .factor = w->factor};
  w->design = (struct design){.rows = w->rows, .weight = w->weight, .stages = w->stages,
      .stage_count = 1, .declared = true};
}

/* Four forms over weights and values of the cells, with odd coefficients. */
static void world_forms(struct world *w) {
  forms_open(&w->b, &w->forms, 2 * CELLS, STATISTICS);
  for (size_t k = 0; k < STATISTICS; k++)
    for (size_t slot = 1; slot < 2 * CELLS; slot++)
      if ((slot + k) % 3)
        forms_add(&w->b, &w->forms, slot, k, 0.01 * (double)slot - 0.03 * (double)k);
  assert_int_equal(forms_close(&w->b, &w->forms), BILAN_OK);
  w->measures[0] = w->y;
  w->request = (struct cells_request){.rows = w->rows, .domain = w->domain, .keys = {w->item},
      .key_count = 1, .measures = w->measures, .measure_count = 1};
}

static struct world *world_open(size_t rows) {
  static struct world w;
  uint64_t seed = 11;
  handle_init(&w.b);
  w.rows = rows;
  world_items(&w, &seed);
  world_design(&w, &seed);
  world_forms(&w);
  return &w;
}

static void world_close(struct world *w) {
  forms_free(&w->forms);
  column_free(w->item);
  column_free(w->y);
  column_free(w->weight);
  domain_free(w->domain);
  assert_int_equal(w->b.mem.used, 0);
}

/* The score of one row on one statistic, from the definition. */
static long double score(const struct world *w, size_t row, size_t k) {
  if (!domain_has(w->domain, row)) return 0;
  long double weight = w->design.weight ? column_number(w->design.weight, row) : 1, u = 0;
  uint32_t cell = column_code(w->item, row);
  for (size_t t = 0; t < w->forms.count; t++) {
    const struct form_term *f = &w->forms.terms[t];
    if (f->statistic != k || f->slot % CELLS != cell) continue;
    if (f->slot < CELLS) u += f->coefficient;
    else if (!column_missing(w->y, row)) u += f->coefficient * (long double)column_number(w->y, row);
  }
  return weight * u;
}

/* The covariance of two statistics over one stage. */
static long double reference(const struct world *w, const struct stage *s, size_t k, size_t j) {
  static long double a[ROWS], c[ROWS], ma[ROWS], mc[ROWS];
  long double v = 0, all_a = 0, all_c = 0;
  memset(a, 0, sizeof a);
  memset(c, 0, sizeof c);
  memset(ma, 0, sizeof ma);
  memset(mc, 0, sizeof mc);
  for (size_t i = 0; i < w->rows; i++) {
    size_t u = s->unit ? s->unit[i] : i;
    a[u] += score(w, i, k);
    c[u] += score(w, i, j);
  }
  for (size_t u = 0; u < s->units; u++) {
    size_t h = s->stratum ? s->stratum[u] : 0;
    ma[h] += a[u] / (long double)s->sampled[h];
    mc[h] += c[u] / (long double)s->sampled[h];
    all_a += a[u] / (long double)s->units;
    all_c += c[u] / (long double)s->units;
  }
  for (size_t u = 0; u < s->units; u++) {
    size_t h = s->stratum ? s->stratum[u] : 0;
    bool all = s->centre_all && s->centre_all[h];
    v += s->factor[h] * (a[u] - (all ? all_a : ma[h])) * (c[u] - (all ? all_c : mc[h]));
  }
  return v;
}

static void expect_reference(struct world *w) {
  double cov[STATISTICS * STATISTICS], variance[STATISTICS];
  assert_int_equal(linear_variance(&w->b, cov, &w->design, &w->request, &w->forms, STATISTICS),
                   BILAN_OK);
  assert_int_equal(linear_variance(&w->b, variance, &w->design, &w->request, &w->forms, 1),
                   BILAN_OK);
  for (size_t k = 0; k < STATISTICS; k++) {
    for (size_t j = 0; j < STATISTICS; j++) {
      long double want = 0;
      for (size_t s = 0; s < w->design.stage_count; s++)
        want += reference(w, &w->design.stages[s], k, j);
      expect_close(cov[k * STATISTICS + j], (double)want, 1e-11);
      assert_true(cov[k * STATISTICS + j] == cov[j * STATISTICS + k]);
    }
    expect_close(variance[k], cov[k * STATISTICS + k], 1e-14);
  }
}

/* Rows as the units of a stage whose strata are those of their PSU, or of a first stage. */
static void rows_as_units(struct world *w, struct stage *s, size_t strata, bool of_psu) {
  memset(w->row_sampled, 0, sizeof w->row_sampled);
  for (size_t i = 0; i < w->rows; i++) {
    w->row_stratum[i] = of_psu ? w->unit[i] : w->stratum[w->unit[i]];
    w->row_sampled[w->row_stratum[i]]++;
  }
  for (size_t h = 0; h < strata; h++) {
    double n = (double)w->row_sampled[h];
    w->row_factor[h] = n > 1 ? 0.07 * n / (n - 1) : 0;
  }
  *s = (struct stage){.units = w->rows, .strata = strata, .stratum = w->row_stratum,
      .sampled = w->row_sampled, .factor = w->row_factor};
}

static void clusters_in_strata_follow_the_definition(void **state) {
  (void)state;
  struct world *w = world_open(4000);
  expect_reference(w);
  w->design.weight = NULL;
  expect_reference(w);
  w->request.domain = NULL;
  struct domain *domain = w->domain;
  w->domain = NULL;
  expect_reference(w);
  w->domain = domain;
  world_close(w);
}

static void rows_in_strata_follow_the_definition(void **state) {
  (void)state;
  struct world *w = world_open(4000);
  rows_as_units(w, &w->stages[0], STRATA, false);
  expect_reference(w);
  world_close(w);
}

static void a_second_stage_is_added(void **state) {
  (void)state;
  struct world *w = world_open(4000);
  rows_as_units(w, &w->stages[1], PSUS, true);
  w->design.stage_count = 2;
  expect_reference(w);
  world_close(w);
}

static void an_adjusted_lonely_stratum_is_taken_about_the_mean_of_all(void **state) {
  (void)state;
  struct world *w = world_open(4000);
  bool centre_all[STRATA] = {false, true};
  w->stages[0].centre_all = centre_all;
  expect_reference(w);
  rows_as_units(w, &w->stages[0], STRATA, false);
  w->stages[0].centre_all = centre_all;
  expect_reference(w);
  world_close(w);
}

/* Without a measure strata by cells stand for the rows: weighted or not, stratified or not, in a
 * domain or not, with an adjusted lonely stratum. */
static void cells_give_what_rows_give(void **state) {
  (void)state;
  struct world *w = world_open(4000);
  struct design_plain plain;
  bool centre_all[STRATA] = {false, false, true};
  forms_free(&w->forms);
  forms_open(&w->b, &w->forms, CELLS, STATISTICS);
  for (size_t k = 0; k < STATISTICS; k++)
    for (size_t slot = 0; slot < CELLS; slot++)
      forms_add(&w->b, &w->forms, slot, k, slot == k ? 0.7 : -0.3 - 0.1 * (double)k);
  assert_int_equal(forms_close(&w->b, &w->forms), BILAN_OK);
  w->request.measure_count = 0;
  rows_as_units(w, &w->stages[0], STRATA, false);
  expect_reference(w);
  w->stages[0].centre_all = centre_all;
  expect_reference(w);
  w->design.weight = NULL;
  expect_reference(w);
  w->design = *design_plain(&plain, w->rows);
  expect_reference(w);
  w->design.weight = w->weight;
  expect_reference(w);
  world_close(w);
}

/* The share of a level that is the stratum itself: nothing varies, and nothing is what comes
 * out, not the rounding of it. */
static void a_statistic_constant_in_each_stratum_has_no_variance(void **state) {
  (void)state;
  struct world *w = world_open(3000);
  static double weight[ROWS];
  rows_as_units(w, &w->stages[0], CELLS, false);
  memset(w->row_sampled, 0, sizeof w->row_sampled);
  for (size_t i = 0; i < w->rows; i++) {
    w->row_stratum[i] = column_code(w->item, i);
    w->row_sampled[w->row_stratum[i]]++;
    weight[i] = 44.21 + (double)w->row_stratum[i] / 3;
  }
  for (size_t h = 0; h < CELLS; h++) w->row_factor[h] = 1.01;
  struct column *column = make_numbers(&w->b, w->rows, weight);
  struct forms forms;
  forms_open(&w->b, &forms, CELLS, 1);
  for (size_t slot = 0; slot < CELLS; slot++)
    forms_add(&w->b, &forms, slot, 0, slot == 1 ? 0.71 : -0.29);
  assert_int_equal(forms_close(&w->b, &forms), BILAN_OK);
  w->design.weight = column;
  w->request.measure_count = 0;
  w->request.domain = NULL;
  double variance;
  assert_int_equal(linear_variance(&w->b, &variance, &w->design, &w->request, &forms, 1), 0);
  assert_true(sqrt(variance) < 1e-10);
  forms_free(&forms);
  column_free(column);
  world_close(w);
}

static void bits_do_not_depend_on_threads(void **state) {
  (void)state;
  static const int threads[] = {1, 2, 3, 8};
  struct world *w = world_open(ROWS);
  double first[STATISTICS * STATISTICS], cov[STATISTICS * STATISTICS];
  for (int rows = 0; rows < 2; rows++) {
    if (rows) rows_as_units(w, &w->stages[0], STRATA, false);
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
      w->b.threads = threads[t];
      assert_int_equal(linear_variance(&w->b, t ? cov : first, &w->design, &w->request, &w->forms,
                                       STATISTICS), BILAN_OK);
      if (t) assert_memory_equal(cov, first, sizeof cov);
    }
  }
  world_close(w);
}

static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  struct world *w = world_open(3000);
  rows_as_units(w, &w->stages[1], PSUS, true);
  w->design.stage_count = 2;
  double cov[STATISTICS];
  assert_int_equal(linear_variance(&w->b, cov, &w->design, &w->request, &w->forms, 1), BILAN_OK);
  size_t before = w->b.mem.used; /* with what columns keep for the next call */
  for (uint64_t nth = 1;; nth++) {
    w->b.mem.requests = 0;
    w->b.mem.fail_at = nth;
    bilan_status status = linear_variance(&w->b, cov, &w->design, &w->request, &w->forms, 1);
    w->b.mem.fail_at = 0;
    assert_int_equal(w->b.mem.used, before);
    if (!status) {
      assert_true(nth > 3);
      break;
    }
    assert_int_equal(status, BILAN_NOMEM);
  }
  world_close(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(clusters_in_strata_follow_the_definition),
      cmocka_unit_test(rows_in_strata_follow_the_definition),
      cmocka_unit_test(a_second_stage_is_added),
      cmocka_unit_test(an_adjusted_lonely_stratum_is_taken_about_the_mean_of_all),
      cmocka_unit_test(cells_give_what_rows_give),
      cmocka_unit_test(a_statistic_constant_in_each_stratum_has_no_variance),
      cmocka_unit_test(bits_do_not_depend_on_threads),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_design_ways.c - short ways by a design against the plain one: shares with nets, of groups,
 * of a domain, tests of independence; clusters, stages, made and given replicates; threads. */
#include "design/replicates.h"
#include "stat/association.h"
#include "stat/proportion.h"

#include "fixture.h"

enum { ROWS = 4000, PSUS = 60, GIVEN = 9 };

struct world {
  bilan b;
  struct column *item, *by, *across, *psu, *stratum, *pupil, *weight, *fpc, *given[GIVEN];
  struct domain *domain;
};

static void world_open(struct world *w, bool decimals) {
  static double weight[ROWS], factor[ROWS], fpc[ROWS];
  static uint32_t psu[ROWS], stratum[ROWS], pupil[ROWS];
  uint64_t seed = decimals ? 3 : 4;
  handle_init(&w->b);
  w->item = draw_item(&w->b, &seed, ROWS, 5);
  w->by = draw_item(&w->b, &seed, ROWS, 3);
  w->across = draw_item(&w->b, &seed, ROWS, 4);
  for (size_t i = 0; i < ROWS; i++) {
    psu[i] = 1 + (i < PSUS ? (uint32_t)i : draw_below(&seed, PSUS));
    stratum[i] = 1 + (psu[i] - 1) / 6;
    pupil[i] = 1 + (uint32_t)i;
    fpc[i] = 0.5;
    weight[i] = decimals ? (double)draw_below(&seed, 300) / 100 : draw_unit(&seed);
  }
  w->psu = make_levels(&w->b, ROWS, psu, PSUS);
  w->stratum = make_levels(&w->b, ROWS, stratum, PSUS / 6);
  w->pupil = make_levels(&w->b, ROWS, pupil, ROWS);
  w->weight = make_numbers(&w->b, ROWS, weight);
  w->fpc = make_numbers(&w->b, ROWS, fpc);
  for (size_t r = 0; r < GIVEN; r++) {
    for (size_t i = 0; i < ROWS; i++) factor[i] = weight[i] * 2 * draw_unit(&seed);
    w->given[r] = make_numbers(&w->b, ROWS, factor);
  }
  assert_int_equal(domain_new(&w->b, &w->domain, ROWS), BILAN_OK);
  for (size_t i = 0; i < ROWS; i++)
    if (psu[i] % 9 && draw_below(&seed, 3)) domain_set(w->domain, i);
}

static void world_close(struct world *w) {
  struct column *all[] = {w->item, w->by, w->across, w->psu, w->stratum, w->pupil, w->weight,
                          w->fpc};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) column_free(all[i]);
  for (size_t r = 0; r < GIVEN; r++) column_free(w->given[r]);
  domain_free(w->domain);
  assert_int_equal(w->b.mem.used, 0);
}

/* Everything that is asked of one design: figures into `out`; how many. */
static size_t figures(struct world *w, const struct design *d, double *out) {
  static const uint32_t codes[] = {2, 3, 3};
  const struct net net = {TEXT("net"), codes, 3};
  size_t count = 0;
  for (int domain = 0; domain < 2; domain++)
    for (size_t by = 0; by < 3; by++) {
      struct by keys = {.count = by, .keys = {w->by, w->across}};
      struct sample sample = {.rows = ROWS, .design = d, .domain = domain ? w->domain : NULL};
      struct tally_request r = {.item = w->item, .by = &keys, .nets = &net, .net_count = 1,
                                .missing_levels = by == 1};
      struct proportion_options o = {.conf = 0.95, .method = SHARE_USUAL, .level = NO_LEVEL,
                                     .deff = DEFF_WR};
      struct estimates list;
      estimates_open(&w->b, &list);
      assert_int_equal(proportion_estimate(&w->b, &list, &sample, &r, &o), BILAN_OK);
      for (size_t i = 0; i < list.count; i++) {
        for (int f = 0; f < FIGURES; f++) out[count++] = estimate_get(&list.rows[i].e,
                                                                      (enum figure)f);
        out[count++] = (double)list.rows[i].e.n;
        out[count++] = list.rows[i].e.notes;
      }
      estimates_free(&list);
    }
  for (int s = 0; s < ASSOCIATION_STATISTICS; s++) {
    struct sample sample = {.rows = ROWS, .design = d, .domain = w->domain};
    struct estimate e;
    assert_int_equal(association_test(&w->b, &e, &sample, w->item, w->by,
                                      (enum association_statistic)s), BILAN_OK);
    for (int f = 0; f < FIGURES; f++) out[count++] = estimate_get(&e, (enum figure)f);
  }
  return count;
}

/* Standard errors that are nothing but rounding differ as they please. */
static void near(double got, double expected, size_t place) {
  if (isnan(got) && isnan(expected)) return;
  if (!(fabs(got - expected) <= 1e-10 * fabs(expected) + 1e-13))
    fail_msg("figure %zu: %.17g, plain %.17g", place, got, expected);
}

static void check_design(struct world *w, const struct design *d) {
  enum { MOST = 8000 };
  static double plain[MOST], first[MOST], again[MOST];
  w->b.threads = 1;
  w->b.ways.plain = true;
  size_t count = figures(w, d, plain);
  w->b.ways.plain = false;
  assert_true(count < MOST);
  assert_int_equal(figures(w, d, first), count);
  for (size_t i = 0; i < count; i++) near(first[i], plain[i], i);
  for (w->b.threads = 1; w->b.threads <= 8; w->b.threads *= 2) {
    assert_int_equal(figures(w, d, again), count);
    assert_memory_equal(again, first, count * sizeof *first);
  }
}

static struct design *declare(struct world *w, size_t clusters, bool fpc) {
  struct design *d = NULL;
  struct design_spec spec = {.weight = w->weight, .clusters = {w->psu, w->pupil},
      .cluster_count = clusters, .strata = {w->stratum}, .lonely = LONELY_FAIL};
  spec.fpc[0] = fpc ? w->fpc : NULL;
  spec.fpc_count = fpc ? 1 : 0;
  if (design_declare(&w->b, &d, ROWS, &spec)) fail_msg("%s", w->b.message);
  return d;
}

static void linearised_variances_agree(void **state) {
  (void)state;
  static struct world w;
  for (int decimals = 0; decimals < 2; decimals++) {
    world_open(&w, decimals);
    for (size_t clusters = 0; clusters < 3; clusters++) {
      struct design *d = declare(&w, clusters, clusters == 2);
      check_design(&w, d);
      design_free(d);
    }
    world_close(&w);
  }
}

static void made_replicates_agree(void **state) {
  (void)state;
  static struct world w;
  static const enum replicate_kind kinds[] = {REPLICATE_BOOTSTRAP, REPLICATE_JKN};
  for (int decimals = 0; decimals < 2; decimals++) {
    world_open(&w, decimals);
    struct design *d = declare(&w, 1, false);
    for (size_t k = 0; k < 2; k++) {
      struct design *made;
      const struct replicates_plan plan = {.kind = kinds[k], .count = 25, .mse = -1, .seed = 9,
                                           .rho = NAN};
      assert_int_equal(replicates_make(&w.b, &made, d, &plan), BILAN_OK);
      check_design(&w, made);
      design_free(made);
    }
    design_free(d);
    world_close(&w);
  }
}

static void given_replicates_agree(void **state) {
  (void)state;
  static struct world w;
  struct design *d;
  world_open(&w, true);
  const struct replicates_spec spec = {.weight = w.weight,
      .columns = (const struct column *const *)w.given, .count = GIVEN,
      .kind = REPLICATE_BOOTSTRAP, .rho = NAN, .scale = NAN, .mse = -1};
  if (replicates_declare(&w.b, &d, ROWS, &spec)) fail_msg("%s", w.b.message);
  check_design(&w, d);
  design_free(d);
  world_close(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(linearised_variances_agree),
      cmocka_unit_test(made_replicates_agree),
      cmocka_unit_test(given_replicates_agree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

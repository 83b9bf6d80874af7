/* test_glm.c - regressions whose answers are known in closed form: saturated models (logits and
 * logarithms of shares and means), the slope of two groups, thresholds without coefficients; which
 * columns a model has; what is refused; memory running out at every request. */
#include <stdlib.h>

#include "design/design.h"
#include "stat/glm.h"
#include "stat/ordinal.h"

#include "fixture.h"

enum { ROWS = 40 };

/* y 0/1, count, answer of 3 levels, score; x two groups; f three levels; z a number. */
struct data {
  bilan b;
  struct column *y, *count, *answer, *score, *group, *f, *z, *twice;
  struct sample sample;
};

static double draw_number(uint64_t *seed) { return floor(1000 * draw_unit(seed)) / 100; }

static void open_data(struct data *d) {
  static const char *const f_labels[] = {"c", "a", "b"}, *const group_labels[] = {"no", "yes"},
               *const answer_labels[] = {"low", "mid", "high", "?dk"};
  double y[ROWS], count[ROWS], score[ROWS], z[ROWS], twice[ROWS];
  uint32_t group[ROWS], f[ROWS], answer[ROWS];
  uint64_t seed = 5;
  handle_init(&d->b);
  for (size_t i = 0; i < ROWS; i++) {
    y[i] = draw_below(&seed, 2);
    count[i] = draw_below(&seed, 6);
    score[i] = i == 7 ? NAN : draw_number(&seed);
    z[i] = draw_number(&seed);
    twice[i] = 2 * z[i];
    group[i] = 1 + draw_below(&seed, 2);
    f[i] = 1 + draw_below(&seed, 3);
    answer[i] = i == 11 ? 4 : 1 + draw_below(&seed, 3);
  }
  d->y = make_numbers(&d->b, ROWS, y);
  d->count = make_numbers(&d->b, ROWS, count);
  d->score = make_numbers(&d->b, ROWS, score);
  d->z = make_numbers(&d->b, ROWS, z);
  d->twice = make_numbers(&d->b, ROWS, twice);
  d->group = make_codes(&d->b, ROWS, group, group_labels, 2);
  d->f = make_codes(&d->b, ROWS, f, f_labels, 3);
  d->answer = make_codes(&d->b, ROWS, answer, answer_labels, 4);
  d->sample = (struct sample){.rows = ROWS};
}

static void close_data(struct data *d) {
  struct column *const columns[] = {d->y, d->count,  d->answer, d->score,
                                    d->z, d->group, d->f,      d->twice};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) column_free(columns[i]);
  assert_int_equal(d->b.mem.used, 0);
}

/* A model of one term for each atom. */
struct spec {
  struct model_atom atoms[4];
  struct model_term terms[6];
  struct model_spec model;
};

static void add_atom(struct spec *s, const struct column *c, const char *name, bool factor) {
  size_t at = s->model.atom_count++;
  s->atoms[at] = (struct model_atom){c, text_of(name), factor, true, 0};
  s->terms[s->model.term_count++] = (struct model_term){text_of(name), {at}, 1};
  s->model.atoms = s->atoms;
  s->model.terms = s->terms;
}

static void add_product(struct spec *s, size_t a, size_t b) {
  s->terms[s->model.term_count++] = (struct model_term){text_of("product"), {a, b}, 2};
}

static struct spec spec_of(const struct column *response) {
  return (struct spec){.model = {.response = response, .intercept = true}};
}

static bilan_status fit(struct data *d, struct regression *r, const struct spec *s,
                        enum family family) {
  struct glm_request g = {s->model, family, family_link(family), 0};
  g.model.atoms = s->atoms;
  g.model.terms = s->terms;
  return glm_estimate(&d->b, r, &d->sample, &g);
}

/* Mean of a number among the rows of a group that have one; *n of them. */
static double mean_of(const struct column *y, const struct column *group, uint32_t code,
                      double *n) {
  double sum = 0;
  *n = 0;
  for (size_t i = 0; i < ROWS; i++) {
    if (column_code(group, i) != code || column_missing(y, i)) continue;
    sum += column_number(y, i);
    *n += 1;
  }
  return sum / *n;
}

static void expect_name(const struct regression *r, size_t column, const char *name) {
  struct text t = r->model.columns[column].name;
  assert_int_equal(t.n, strlen(name));
  assert_memory_equal(t.s, name, t.n);
}

/* ---- closed forms ------------------------------------------------------------------------ */

static void logit_of_two_groups_is_that_of_their_shares(void **state) {
  (void)state;
  struct data d;
  struct regression r;
  double n0, n1;
  open_data(&d);
  struct spec s = spec_of(d.y);
  add_atom(&s, d.group, "group", true);
  assert_int_equal(fit(&d, &r, &s, BINOMIAL), BILAN_OK);
  double p0 = mean_of(d.y, d.group, 1, &n0), p1 = mean_of(d.y, d.group, 2, &n1);
  expect_close(r.theta[0], log(p0 / (1 - p0)), 1e-12);
  expect_close(r.theta[1], log(p1 / (1 - p1)) - log(p0 / (1 - p0)), 1e-12);
  /* V of a logit: N/(N-1) sum u^2 = N/(N-1) / (n p q) */
  double v0 = 40.0 / 39 / (n0 * p0 * (1 - p0)), v1 = 40.0 / 39 / (n1 * p1 * (1 - p1));
  expect_close(r.cov[0], v0, 1e-12);
  expect_close(r.cov[3], v0 + v1, 1e-12);
  expect_close(r.cov[1], -v0, 1e-12);
  assert_true(r.ddf == 38);
  expect_close(r.tests[0].statistic, r.theta[1] * r.theta[1] / r.cov[3], 1e-12);
  expect_name(&r, 0, "(Intercept)");
  expect_name(&r, 1, "groupyes");
  regression_free(&r);
  close_data(&d);
}

static void poisson_of_two_groups_is_the_logarithm_of_their_means(void **state) {
  (void)state;
  struct data d;
  struct regression r;
  double n;
  open_data(&d);
  struct spec s = spec_of(d.count);
  add_atom(&s, d.group, "group", true);
  assert_int_equal(fit(&d, &r, &s, POISSON), BILAN_OK);
  double m0 = mean_of(d.count, d.group, 1, &n), m1 = mean_of(d.count, d.group, 2, &n);
  expect_close(r.theta[0], log(m0), 1e-12);
  expect_close(r.theta[1], log(m1 / m0), 1e-12);
  regression_free(&r);
  close_data(&d);
}

static void offset_moves_the_intercept_alone(void **state) {
  (void)state;
  struct data d;
  struct regression r, moved;
  double ones[ROWS];
  open_data(&d);
  for (size_t i = 0; i < ROWS; i++) ones[i] = 2.5;
  struct column *offset = make_numbers(&d.b, ROWS, ones);
  struct spec s = spec_of(d.count);
  add_atom(&s, d.z, "z", false);
  assert_int_equal(fit(&d, &r, &s, POISSON), BILAN_OK);
  s.model.offset = offset;
  assert_int_equal(fit(&d, &moved, &s, POISSON), BILAN_OK);
  expect_close(moved.theta[0], r.theta[0] - 2.5, 1e-11);
  expect_close(moved.theta[1], r.theta[1], 1e-11);
  expect_close(moved.cov[3], r.cov[3], 1e-11);
  regression_free(&r);
  regression_free(&moved);
  column_free(offset);
  close_data(&d);
}

static void cells_of_a_full_model_are_the_means_of_the_cells(void **state) {
  (void)state;
  struct data d;
  struct regression r;
  open_data(&d);
  struct spec s = spec_of(d.score);
  add_atom(&s, d.group, "group", true);
  add_atom(&s, d.f, "f", true);
  add_product(&s, 0, 1);
  assert_int_equal(fit(&d, &r, &s, GAUSSIAN), BILAN_OK);
  const char *const names[] = {"(Intercept)", "groupyes",    "fb",
                               "fc",          "groupyes:fb", "groupyes:fc"};
  assert_int_equal(r.count, 6);
  for (size_t k = 0; k < 6; k++) expect_name(&r, k, names[k]);
  for (uint32_t g = 0; g < 2; g++)
    for (uint32_t f = 0; f < 3; f++) { /* levels in alphabetical order: codes 2, 3, 1 */
      static const uint32_t codes[] = {2, 3, 1};
      double sum = 0, n = 0, fitted = r.theta[0];
      for (size_t i = 0; i < ROWS; i++) {
        if (column_code(d.group, i) != g + 1 || column_code(d.f, i) != codes[f] || i == 7) continue;
        sum += column_number(d.score, i);
        n++;
      }
      if (g) fitted += r.theta[1];
      if (f) fitted += r.theta[1 + f];
      if (g && f) fitted += r.theta[3 + f];
      expect_close(fitted, sum / n, 1e-12);
    }
  assert_int_equal(r.model.n, ROWS - 1);
  assert_int_equal(r.model.missing[BILAN_NO_ANSWER], 1);
  regression_free(&r);
  close_data(&d);
}

static void thresholds_without_coefficients_are_logits_of_shares(void **state) {
  (void)state;
  struct data d;
  struct regression r;
  open_data(&d);
  double below[2] = {0, 0}, n = 0;
  for (size_t i = 0; i < ROWS; i++) {
    uint32_t code = column_code(d.answer, i);
    if (code == 4) continue;
    n++;
    for (uint32_t k = 0; k < 2; k++) below[k] += code <= k + 1;
  }
  struct ordinal_request o = {.model = {.response = d.answer}};
  assert_int_equal(ordinal_estimate(&d.b, &r, &d.sample, &o), BILAN_OK);
  assert_int_equal(r.count, 2);
  for (size_t k = 0; k < 2; k++) {
    double p = below[k] / n;
    expect_close(r.theta[k], log(p / (1 - p)), 1e-12);
    expect_close(r.cov[k * 2 + k], (double)ROWS / (ROWS - 1) / (n * p * (1 - p)), 1e-11);
  }
  assert_true(r.ddf == n - 1);
  assert_int_equal(r.model.missing[BILAN_DONT_KNOW], 1);
  regression_free(&r);
  close_data(&d);
}

/* ---- columns ----------------------------------------------------------------------------- */

static void columns_that_depend_on_earlier_ones_are_set_aside(void **state) {
  (void)state;
  struct data d;
  struct regression r, alone;
  open_data(&d);
  struct spec s = spec_of(d.score);
  add_atom(&s, d.z, "z", false);
  assert_int_equal(fit(&d, &alone, &s, GAUSSIAN), BILAN_OK);
  add_atom(&s, d.twice, "twice", false);
  assert_int_equal(fit(&d, &r, &s, GAUSSIAN), BILAN_OK);
  assert_int_equal(r.model.count, 3);
  assert_int_equal(r.count, 2);
  assert_true(r.model.columns[2].aliased && !r.model.columns[1].aliased);
  expect_close(r.theta[1], alone.theta[1], 1e-13);
  assert_int_equal(r.tests[1].columns, 0);
  assert_true(isnan(r.tests[1].p_value));
  regression_free(&r);
  regression_free(&alone);
  close_data(&d);
}

static void reference_is_the_level_that_is_named(void **state) {
  (void)state;
  struct data d;
  struct regression r;
  open_data(&d);
  struct spec s = spec_of(d.score);
  add_atom(&s, d.f, "f", true);
  s.atoms[0].reference = 3; /* "b" */
  assert_int_equal(fit(&d, &r, &s, GAUSSIAN), BILAN_OK);
  expect_name(&r, 1, "fa");
  expect_name(&r, 2, "fc");
  regression_free(&r);
  s.atoms[0] = (struct model_atom){d.f, text_of("f"), true, false, 0}; /* as in the dictionary */
  assert_int_equal(fit(&d, &r, &s, GAUSSIAN), BILAN_OK);
  expect_name(&r, 1, "fa");
  expect_name(&r, 2, "fb");
  regression_free(&r);
  close_data(&d);
}

static void domain_of_a_level_drops_the_others(void **state) {
  (void)state;
  struct data d;
  struct regression r;
  struct domain *part;
  open_data(&d);
  assert_int_equal(domain_new(&d.b, &part, ROWS), BILAN_OK);
  for (size_t i = 0; i < ROWS; i++)
    if (column_code(d.f, i) != 2) domain_set(part, i); /* without "a" */
  d.sample.domain = part;
  struct spec s = spec_of(d.y);
  add_atom(&s, d.f, "f", true);
  assert_int_equal(fit(&d, &r, &s, GAUSSIAN), BILAN_OK);
  assert_int_equal(r.count, 2);
  expect_name(&r, 1, "fc");
  assert_int_equal(r.model.n, part->count);
  regression_free(&r);
  domain_free(part);
  close_data(&d);
}

/* ---- what is refused --------------------------------------------------------------------- */

static void separation_is_named(void **state) {
  (void)state;
  struct data d;
  struct regression r;
  double sure[ROWS];
  open_data(&d);
  for (size_t i = 0; i < ROWS; i++) sure[i] = column_code(d.group, i) == 2;
  struct column *answer = make_numbers(&d.b, ROWS, sure);
  struct spec s = spec_of(answer);
  add_atom(&s, d.z, "z", false);
  add_atom(&s, d.group, "group", true);
  assert_int_equal(fit(&d, &r, &s, BINOMIAL), BILAN_DATA);
  assert_non_null(strstr(d.b.message, "\"groupyes\" separates the answers"));
  column_free(answer);
  close_data(&d);
}

static void answers_outside_the_family_are_refused(void **state) {
  (void)state;
  struct data d;
  struct regression r;
  open_data(&d);
  struct spec s = spec_of(d.score);
  add_atom(&s, d.z, "z", false);
  assert_int_equal(fit(&d, &r, &s, BINOMIAL), BILAN_DATA);
  assert_non_null(strstr(d.b.message, "binomial model takes 0 and 1"));
  struct ordinal_request o = {.model = {.response = d.group}};
  assert_int_equal(ordinal_estimate(&d.b, &r, &d.sample, &o), BILAN_DATA);
  assert_non_null(strstr(d.b.message, "2 levels"));
  close_data(&d);
}

static void as_many_coefficients_as_rows_leave_no_degrees(void **state) {
  (void)state;
  struct data d;
  struct regression r;
  struct domain *two;
  open_data(&d);
  assert_int_equal(domain_new(&d.b, &two, ROWS), BILAN_OK);
  domain_set(two, 0);
  domain_set(two, 1);
  d.sample.domain = two;
  struct spec s = spec_of(d.score);
  add_atom(&s, d.z, "z", false);
  assert_int_equal(fit(&d, &r, &s, GAUSSIAN), BILAN_OK);
  assert_true(r.ddf == 0);
  struct estimate e = regression_row(&r, 1, 0.95);
  assert_true(estimate_has(&e, FIGURE_VALUE));
  assert_false(estimate_has(&e, FIGURE_LOW) || estimate_has(&e, FIGURE_P_VALUE));
  assert_true(isnan(r.tests[0].p_value));
  regression_free(&r);
  domain_free(two);
  close_data(&d);
}

/* ---- links ------------------------------------------------------------------------------- */

static void slopes_are_the_derivatives_of_means(void **state) {
  (void)state;
  static const double at[] = {-2.5, -0.7, 0.1, 0.9, 1.4};
  for (int link = 0; link < LINKS; link++)
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
      double h = 1e-5, eta = at[i];
      double want = (link_mean((enum link)link, eta + h) - link_mean((enum link)link, eta - h)) / 2;
      expect_close(link_slope((enum link)link, eta), want / h, 1e-9);
      expect_close(link_eta((enum link)link, link_mean((enum link)link, eta)), eta, 1e-12);
    }
}

/* A deviance falls as 2 (y - mu) / V(mu) along mu (McCullagh & Nelder, 1989, 9.2). */
static void deviances_are_those_of_the_variances(void **state) {
  (void)state;
  static const double y[] = {0, 1, 0.3}, mu[] = {0.2, 0.55, 0.9};
  for (int family = 0; family < FAMILIES; family++)
    for (size_t i = 0; i < 3; i++)
      for (size_t j = 0; j < 3; j++) {
        enum family f = (enum family)family;
        double h = 1e-6, m = mu[j];
        double fall = family_deviance(f, y[i], m - h) - family_deviance(f, y[i], m + h);
        expect_close(fall / (2 * h), 2 * (y[i] - m) / family_variance(f, m), 1e-7);
        expect_close(family_deviance(f, y[i] > 0 && y[i] < 1 ? y[i] : 0.5,
                                     y[i] > 0 && y[i] < 1 ? y[i] : 0.5), 0, 1e-15);
      }
}

/* ---- memory ------------------------------------------------------------------------------ */

static bilan_status everything(struct data *d) {
  struct regression r;
  struct spec s = spec_of(d->y);
  add_atom(&s, d->group, "group", true);
  add_atom(&s, d->z, "z", false);
  add_atom(&s, d->twice, "twice", false);
  add_product(&s, 0, 1);
  bilan_status status = fit(d, &r, &s, BINOMIAL);
  if (status) return status;
  regression_free(&r);
  struct ordinal_request o = {.model = s.model};
  o.model.atoms = s.atoms;
  o.model.terms = s.terms;
  o.model.response = d->answer;
  status = ordinal_estimate(&d->b, &r, &d->sample, &o);
  if (!status) regression_free(&r);
  return status;
}

static void every_failing_allocation_is_reported(void **state) {
  (void)state;
  struct data d;
  open_data(&d);
  size_t before = d.b.mem.used, failures = 0;
  for (uint64_t k = 1;; k++, failures++) {
    d.b.mem.fail_at = d.b.mem.requests + k;
    bilan_status status = everything(&d);
    d.b.mem.fail_at = 0;
    assert_int_equal(d.b.mem.used, before);
    if (!status) break;
    assert_int_equal(status, BILAN_NOMEM);
  }
  assert_true(failures > 60);
  close_data(&d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(logit_of_two_groups_is_that_of_their_shares),
    cmocka_unit_test(poisson_of_two_groups_is_the_logarithm_of_their_means),
    cmocka_unit_test(offset_moves_the_intercept_alone),
    cmocka_unit_test(cells_of_a_full_model_are_the_means_of_the_cells),
    cmocka_unit_test(thresholds_without_coefficients_are_logits_of_shares),
    cmocka_unit_test(columns_that_depend_on_earlier_ones_are_set_aside),
    cmocka_unit_test(reference_is_the_level_that_is_named),
    cmocka_unit_test(domain_of_a_level_drops_the_others),
    cmocka_unit_test(separation_is_named),
    cmocka_unit_test(answers_outside_the_family_are_refused),
    cmocka_unit_test(as_many_coefficients_as_rows_leave_no_degrees),
    cmocka_unit_test(slopes_are_the_derivatives_of_means),
    cmocka_unit_test(deviances_are_those_of_the_variances),
    cmocka_unit_test(every_failing_allocation_is_reported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

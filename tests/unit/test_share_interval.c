/* test_share_interval.c - intervals of shares by design against R 4.2.2 and its survey 4.1-1:
 *
 *   d <- apiclus1; d$yes <- as.numeric(d$sch.wide == "Yes")
 *   D <- svydesign(id = ~dnum, weights = ~pw, data = d)            183 rows, 15 clusters, df 14
 *   m <- svymean(~yes, D); p <- coef(m); V <- vcov(m)
 *
 * and against the formulas of the literature written out in R. */
#include "stat/share_interval.h"

#include "fixture.h"

/* p and V of the call above. */
static const struct share_basis yes = {.p = 0.87431693989071035,
                                       .variance = 0.00042288786179460653,
                                       .df = 14,
                                       .n = 183,
                                       .rows = 183};

static void expect_limits(const struct share_basis *s, double conf, unsigned method, double low,
                          double high, double tolerance) {
  struct share_limits got = share_interval(s, conf, method);
  expect_close(got.low, low, tolerance);
  expect_close(got.high, high, tolerance);
  assert_int_equal(got.notes, 0);
  assert_false(got.edge || got.fixed);
}

/* confint(svyciprop(~yes, D, method = "mean" / "xlogit" / "asin" / "beta")); "logit" comes from a
 * fitted model and is good to 1e-6 of it. */
static void methods_agree_with_r(void **state) {
  (void)state;
  expect_limits(&yes, 0.95, METHOD_WALD, 0.83021103716626476, 0.91842284261515594, 1e-12);
  expect_limits(&yes, 0.95, SHARE_XLOGIT, 0.82321802679331357, 0.91222062414828431, 1e-12);
  expect_limits(&yes, 0.95, METHOD_LOGIT, 0.82321802678934408, 0.9122206241451194, 1e-6);
  expect_limits(&yes, 0.95, METHOD_ARCSINE, 0.82703266837396239, 0.91498443461925738, 1e-12);
  expect_limits(&yes, 0.95, SHARE_BETA, 0.82311860494165712, 0.91507652370378445, 1e-12);
  expect_limits(&yes, 0.80, SHARE_XLOGIT, 0.84395706316601693, 0.89947355117967308, 1e-11);
}

/* With e = p (1 - p) / V, t = qt(.975, 14): (p + t^2/(2e)) / (1 + t^2/e) -+
 * t / (2e) sqrt(4 e p (1 - p) + t^2) / (1 + t^2/e), as survey 4.5 has it. */
static void wilson_is_that_of_the_effective_base(void **state) {
  (void)state;
  expect_limits(&yes, 0.95, METHOD_WILSON, 0.82360285499856434, 0.91200846985165596, 1e-12);
}

/* n* <- min(183, e (qt(.975, 182) / qt(.975, 14))^2): truncated here, as the effective base is
 * above n; qbeta(.025, n* p, n* (1 - p) + 1), qbeta(.975, n* p + 1, n* (1 - p)). */
static void korn_graubard_has_two_editions(void **state) {
  (void)state;
  struct share_basis fewer = yes;
  expect_limits(&yes, 0.95, SHARE_KORN_GRAUBARD, 0.8174026072974051, 0.91863246908745388, 1e-12);
  fewer.n = 120; /* 63 rows without an answer: R counts them all the same */
  expect_limits(&fewer, 0.95, SHARE_BETA, 0.82311860494165712, 0.91507652370378445, 1e-12);
  struct share_limits all = share_interval(&yes, 0.95, SHARE_KORN_GRAUBARD);
  struct share_limits some = share_interval(&fewer, 0.95, SHARE_KORN_GRAUBARD);
  assert_true(some.high - some.low > all.high - all.low);
}

/* uniroot of 2 e (p log(p/q) + (1 - p) log((1 - p)/(1 - q))) - t^2 n/(n - 1), tol = 1e-15; and
 * confint(svyglm(yes ~ 1, D, family = quasibinomial), 1, method = "likelihood", ddf = 14,
 * del = .01, maxsteps = 2000), whose weights are those of the last step of a fit. */
static void likelihood_is_solved_to_the_last_digits(void **state) {
  (void)state;
  expect_limits(&yes, 0.95, METHOD_LIKELIHOOD, 0.82576092828774494, 0.91404520625176222, 1e-13);
  expect_limits(&yes, 0.95, METHOD_LIKELIHOOD, 0.82576074205277294, 0.91404533086705531, 1e-6);
}

/* Trap 3. qbeta(.975, 1, n*), n* <- n min(1, (qt(.975, n - 1) / qt(.975, df))^2). */
static void nobody_and_everybody_have_a_real_interval(void **state) {
  (void)state;
  struct share_basis s = {.p = 0, .variance = 0, .df = 14, .n = 183, .rows = 183, .none = true};
  struct share_basis twelve = {.p = 1, .variance = 0, .df = 3, .n = 12, .rows = 12, .all = true};
  for (unsigned method = 0; method < SHARE_METHODS; method++) {
    struct share_limits low = share_interval(&s, 0.95, method);
    struct share_limits high = share_interval(&twelve, 0.95, method);
    assert_true(low.edge && low.low == 0 && high.edge && high.high == 1);
    expect_close(low.high, 0.023537399259613401, 1e-13);
    expect_close(high.low, 1 - 0.47412378767703811, 1e-13);
  }
  twelve.n = 1; /* of one respondent: qbeta(.975, 1, 1) */
  expect_close(share_interval(&twelve, 0.95, METHOD_LOGIT).low, 0.025, 1e-13);
}

/* Trap 3: never a width of 0. */
static void without_degrees_of_freedom_there_is_no_interval(void **state) {
  (void)state;
  struct share_basis none = yes, edge = yes;
  none.df = 0;
  edge.df = 0;
  edge.p = 0;
  edge.none = true;
  for (unsigned method = 0; method < SHARE_METHODS; method++) {
    assert_true(isnan(share_interval(&none, 0.95, method).low));
    assert_true(isnan(share_interval(&edge, 0.95, method).high));
  }
}

/* A stratum's own share has no variance: svyciprop gives (p, p) for "mean". */
static void a_share_that_the_design_fixes_is_its_own_limits(void **state) {
  (void)state;
  struct share_basis s = yes;
  s.variance = 1e-34;
  for (unsigned method = 0; method < SHARE_METHODS; method++) {
    struct share_limits i = share_interval(&s, 0.95, method);
    assert_true(i.fixed && i.low == s.p && i.high == s.p);
  }
}

/* Limits stay between 0 and 1 (Wald's alone do not), hold p, and mirror; more confidence is
 * wider. */
static void limits_behave(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (int round = 0; round < 2000; round++) {
    struct share_basis s = {.p = 0.01 + 0.98 * draw_unit(&seed),
                            .df = 2 + floor(40 * draw_unit(&seed)),
                            .n = 2 + floor(300 * draw_unit(&seed))};
    s.rows = s.n + floor(50 * draw_unit(&seed));
    s.variance = s.p * (1 - s.p) / s.n * (0.3 + 4 * draw_unit(&seed));
    struct share_basis mirror = s;
    mirror.p = 1 - s.p;
    for (unsigned method = 0; method < SHARE_METHODS; method++) {
      if (share_method_refusal(method)) continue;
      struct share_limits i = share_interval(&s, 0.9, share_method_of(method, true));
      struct share_limits j = share_interval(&mirror, 0.9, share_method_of(method, true));
      struct share_limits wide = share_interval(&s, 0.99, share_method_of(method, true));
      assert_true(i.low <= s.p && s.p <= i.high);
      assert_true(method == METHOD_WALD || (i.low >= 0 && i.high <= 1));
      expect_close(i.low, 1 - j.high, 1e-9);
      if (method >= SHARE_BETA) continue; /* their base itself depends on the confidence */
      assert_true(wide.low <= i.low + 1e-12 && wide.high >= i.high - 1e-12);
    }
  }
}

static void names_lead_to_methods(void **state) {
  (void)state;
  for (size_t i = 0; i < METHODS; i++)
    assert_string_equal(share_method_names[i], plain_method_names[i]);
  assert_null(share_method_names[SHARE_METHODS]);
  assert_string_equal(share_method_names[SHARE_KG_NCHS], "kg_nchs");
  assert_int_equal(share_method_of(SHARE_KG_R, true), SHARE_BETA);
  assert_int_equal(share_method_of(SHARE_KG_NCHS, true), SHARE_KORN_GRAUBARD);
  assert_int_equal(share_method_of(SHARE_USUAL, true), METHOD_LOGIT);
  assert_int_equal(share_method_of(SHARE_USUAL, false), METHOD_WILSON);
  assert_non_null(strstr(share_method_refusal(METHOD_JEFFREYS), "korn_graubard"));
  assert_null(share_method_refusal(METHOD_WILSON));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(methods_agree_with_r),
      cmocka_unit_test(wilson_is_that_of_the_effective_base),
      cmocka_unit_test(korn_graubard_has_two_editions),
      cmocka_unit_test(likelihood_is_solved_to_the_last_digits),
      cmocka_unit_test(nobody_and_everybody_have_a_real_interval),
      cmocka_unit_test(without_degrees_of_freedom_there_is_no_interval),
      cmocka_unit_test(a_share_that_the_design_fixes_is_its_own_limits),
      cmocka_unit_test(limits_behave),
      cmocka_unit_test(names_lead_to_methods),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

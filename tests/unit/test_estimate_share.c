/* test_estimate_share.c - proportions, frequencies, nets and several-answer items against R (see
 * estimate_fixture.h) and against counts made by hand. */
#include "stat/dist/dist.h"
#include "stat/frequency.h"
#include "stat/proportion.h"

#include "estimate_fixture.h"

static const struct proportion_options wilson = {0.95, METHOD_WILSON, NO_LEVEL, DEFF_NONE};

static const struct estimate_row *row(const struct people *p, size_t i) {
  assert_true(i < p->out.count);
  return &p->out.rows[i];
}

/* svymean(~q, D, na.rm = TRUE); prop.test(12, 20, correct = FALSE) */
static void shares_agree_with_r(void **state) {
  (void)state;
  struct people p;
  people_open(&p);
  struct tally_request r = {.item = p.q, .by = &alone};
  assert_int_equal(proportion_estimate(&p.b, &p.out, &p.sample, &r, &wilson), BILAN_OK);
  assert_int_equal(p.out.count, 2);
  const struct estimate *e = &row(&p, 0)->e;
  assert_int_equal(row(&p, 0)->level, OUI);
  assert_int_equal(e->n, 20);
  assert_int_equal(e->count, 12);
  assert_int_equal(e->missing[BILAN_PRESENT], 4);
  assert_int_equal(e->missing[BILAN_NO_ANSWER], 2);
  assert_int_equal(e->missing[BILAN_DONT_KNOW], 2);
  expect_figure(e, FIGURE_VALUE, 0.6);
  expect_figure(e, FIGURE_SE, 0.11190057698883767);
  expect_figure(e, FIGURE_LOW, 0.38658150076225323);
  expect_figure(e, FIGURE_HIGH, 0.78119346762718289);
  people_close(&p);
}

/* With everybody in the base: sqrt(p (1 - p) / (n - 1)). */
static void a_full_base_has_the_textbook_error(void **state) {
  (void)state;
  static const uint32_t codes[] = {1, 2, 2, 1, 1};
  static const char *const labels[] = {"x", "y"};
  bilan b;
  struct estimates out;
  struct sample sample = {.rows = 5};
  handle_init(&b);
  estimates_open(&b, &out);
  struct column *c = make_codes(&b, 5, codes, labels, 2);
  struct tally_request r = {.item = c, .by = &alone};
  assert_int_equal(proportion_estimate(&b, &out, &sample, &r, &wilson), BILAN_OK);
  expect_figure(&out.rows[0].e, FIGURE_SE, sqrt(0.6 * 0.4 / 4));
  estimates_free(&out);
  column_free(c);
}

/* svyby(~q, ~g, D, svymean, na.rm = TRUE); prop.test(.., correct = FALSE) */
static void shares_by_group_agree_with_r(void **state) {
  (void)state;
  static const double value[] = {6.0 / 7, 5.0 / 6, 1.0 / 6};
  static const double se[] = {0.13510464106956011, 0.15541746804005227, 0.1554174680400523};
  static const double low[] = {0.48687217072568112, 0.43649717781352998, 0.030053369748306673};
  struct people p;
  people_open(&p);
  struct by by = by_of(p.g);
  struct tally_request r = {.item = p.q, .by = &by};
  assert_int_equal(proportion_estimate(&p.b, &p.out, &p.sample, &r, &wilson), BILAN_OK);
  assert_int_equal(p.out.count, 6);
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(row(&p, 2 * i)->by[0], i + 1);
    assert_int_equal(row(&p, 2 * i + 1)->level, NON);
    expect_figure(&row(&p, 2 * i)->e, FIGURE_VALUE, value[i]);
    expect_figure(&row(&p, 2 * i)->e, FIGURE_SE, se[i]);
    expect_figure(&row(&p, 2 * i)->e, FIGURE_LOW, low[i]);
  }
  people_close(&p);
}

/* A level nobody gave is 0 of n; a declared group without respondents has words. */
static void empty_levels_and_groups_stay(void **state) {
  (void)state;
  static const uint32_t item[] = {1, 1, 2}, group[] = {1, 1, 1};
  static const char *const levels[] = {"x", "y", "never"}, *const groups[] = {"full", "empty"};
  bilan b;
  struct estimates out;
  struct sample sample = {.rows = 3};
  handle_init(&b);
  estimates_open(&b, &out);
  struct column *c = make_codes(&b, 3, item, levels, 3), *g = make_codes(&b, 3, group, groups, 2);
  struct by by = by_of(g);
  struct tally_request r = {.item = c, .by = &by};
  assert_int_equal(proportion_estimate(&b, &out, &sample, &r, &wilson), BILAN_OK);
  assert_int_equal(out.count, 6);
  assert_int_equal(out.rows[2].e.count, 0);
  assert_true(figure(&out.rows[2].e, FIGURE_VALUE) == 0);
  assert_true(figure(&out.rows[2].e, FIGURE_LOW) == 0);
  assert_true(figure(&out.rows[2].e, FIGURE_HIGH) > 0.3);
  for (size_t i = 3; i < 6; i++) {
    assert_int_equal(out.rows[i].e.n, 0);
    assert_int_equal(out.rows[i].e.notes, NOTE_EMPTY);
    for (int f = FIGURE_VALUE; f <= FIGURE_CONF; f++)
      assert_false(estimate_has(&out.rows[i].e, (enum figure)f));
  }
  by.declared[0] = false;
  estimates_free(&out);
  estimates_open(&b, &out);
  assert_int_equal(proportion_estimate(&b, &out, &sample, &r, &wilson), BILAN_OK);
  assert_int_equal(out.count, 3);
  estimates_free(&out);
  column_free(c);
  column_free(g);
}

static void wald_at_the_edge_says_why_it_has_no_interval(void **state) {
  (void)state;
  static const uint32_t item[] = {1, 1, 1};
  static const char *const levels[] = {"x", "y"};
  const struct proportion_options wald = {0.95, METHOD_WALD, 1, DEFF_NONE};
  bilan b;
  struct estimates out;
  struct sample sample = {.rows = 3};
  handle_init(&b);
  estimates_open(&b, &out);
  struct column *c = make_codes(&b, 3, item, levels, 2);
  struct tally_request r = {.item = c, .by = &alone};
  assert_int_equal(proportion_estimate(&b, &out, &sample, &r, &wald), BILAN_OK);
  assert_int_equal(out.count, 1);
  assert_true(figure(&out.rows[0].e, FIGURE_VALUE) == 1);
  assert_false(estimate_has(&out.rows[0].e, FIGURE_LOW));
  assert_true(out.rows[0].e.notes & NOTE_POINT);
  assert_true(*estimate_note_text(NOTE_POINT));
  estimates_free(&out);
  column_free(c);
}

/* Answers first, whatever their codes; the kinds of missing after them. */
static void missing_can_be_a_level(void **state) {
  (void)state;
  struct people p;
  people_open(&p);
  struct tally_request r = {.item = p.q, .by = &alone, .missing_levels = true};
  assert_int_equal(proportion_estimate(&p.b, &p.out, &p.sample, &r, &wilson), BILAN_OK);
  assert_int_equal(p.out.count, 4);
  assert_int_equal(row(&p, 2)->level, 0);
  assert_int_equal(row(&p, 2)->e.count, 2);
  assert_int_equal(row(&p, 3)->level, NSP);
  assert_int_equal(row(&p, 3)->e.n, 24);
  assert_int_equal(row(&p, 3)->e.missing[BILAN_PRESENT], 0);
  people_close(&p);
}

/* oui 12, non 8, g = 9 a, 7 b... by hand: a 9, b 8, c 6. */
static void frequencies_sort_and_add_up(void **state) {
  (void)state;
  static const uint32_t b_and_c[] = {GROUP_B, GROUP_C, GROUP_B};
  const struct net nets[] = {{TEXT("b or c"), b_and_c, 3}};
  struct people p;
  people_open(&p);
  struct tally_request r = {.item = p.g, .by = &alone, .nets = nets, .net_count = 1};
  assert_int_equal(frequency_estimate(&p.b, &p.out, &p.sample, &r, &wilson, SORT_ASCENDING),
                   BILAN_OK);
  assert_int_equal(p.out.count, 4);
  int64_t a = 0, b = 0, c = 0;
  for (size_t i = 0; i < PEOPLE; i++) {
    a += people_g[i] == GROUP_A;
    b += people_g[i] == GROUP_B;
    c += people_g[i] == GROUP_C;
  }
  assert_int_equal(row(&p, 0)->level, GROUP_C);
  assert_int_equal(row(&p, 0)->e.count, c);
  assert_int_equal(row(&p, 2)->level, GROUP_A);
  expect_figure(&row(&p, 2)->e, FIGURE_CUMULATIVE, 1);
  expect_figure(&row(&p, 1)->e, FIGURE_CUMULATIVE, (double)(b + c) / (double)(a + b + c));
  assert_int_equal(row(&p, 3)->level, 4); /* dict_count, so the first net */
  assert_int_equal(row(&p, 3)->e.count, b + c);
  assert_false(estimate_has(&row(&p, 3)->e, FIGURE_CUMULATIVE));
  people_close(&p);
}

/* ---- several answers ----------------------------------------------------------------------- */

enum { FANS = 8 };

/* Options football, music, chess; B = blank, N = not ticked, T = ticked. */
static const uint32_t fans[3][FANS] = {
    {SET_TICKED, SET_TICKED, SET_NOT_TICKED, SET_NOT_TICKED, SET_TICKED, 0, 0, SET_NOT_TICKED},
    {SET_TICKED, SET_NOT_TICKED, SET_TICKED, SET_NOT_TICKED, SET_TICKED, 0, 0, SET_TICKED},
    {SET_NOT_TICKED, SET_NOT_TICKED, SET_NOT_TICKED, SET_NOT_TICKED, SET_TICKED, 0, 0,
     SET_NOT_TICKED}};
static const uint8_t fans_missing[FANS] = {0, 0, 0, 0, 0, BILAN_NO_ANSWER, BILAN_NOT_ASKED, 0};

static struct column *make_set(bilan *b) {
  static const char *const ticks[] = {"no", "yes"};
  static const char *const names[] = {"football", "music", "chess"};
  struct column **options = mem_zero(&b->mem, 3, sizeof *options), *set = NULL;
  uint8_t *missing = mem_alloc(&b->mem, FANS);
  struct dict *dict;
  uint32_t code;
  assert_non_null(options);
  assert_non_null(missing);
  memcpy(missing, fans_missing, FANS);
  assert_int_equal(dict_new(b, &dict), BILAN_OK);
  for (size_t i = 0; i < 3; i++) {
    options[i] = make_codes(b, FANS, fans[i], ticks, 2);
    assert_int_equal(dict_add(b, dict, &code, text_of(names[i])), BILAN_OK);
  }
  assert_int_equal(column_set(b, &set, FANS, options, 3, dict, missing), BILAN_OK);
  return set;
}

static void several_answers_have_four_bases(void **state) {
  (void)state;
  static const int64_t base[] = {7, 6, 5, 8}, missing[] = {1, 2, 2, 2};
  static const uint32_t sport_or_music[] = {1, 2};
  const struct net nets[] = {{TEXT("either"), sport_or_music, 2}};
  bilan b;
  struct sample sample = {.rows = FANS};
  handle_init(&b);
  struct column *set = make_set(&b);
  for (int i = 0; i < TALLY_BASES; i++) {
    struct estimates out;
    struct tally_request r = {.item = set, .by = &alone, .base = (enum tally_base)i, .nets = nets,
                              .net_count = 1};
    estimates_open(&b, &out);
    assert_int_equal(proportion_estimate(&b, &out, &sample, &r, &wilson), BILAN_OK);
    assert_int_equal(out.count, 4);
    assert_int_equal(out.rows[0].e.count, 3);
    assert_int_equal(out.rows[1].e.count, 4);
    assert_int_equal(out.rows[2].e.count, 1);
    assert_int_equal(out.rows[3].e.count, 5); /* the union, not 3 + 4 */
    for (size_t k = 0; k < 4; k++) {
      assert_int_equal(out.rows[k].e.n, base[i]);
      assert_int_equal(out.rows[k].e.missing[BILAN_PRESENT], missing[i]);
      expect_figure(&out.rows[k].e, FIGURE_VALUE,
                    (double)out.rows[k].e.count / (double)base[i]);
      assert_int_equal(estimate_has(&out.rows[k].e, FIGURE_LOW), i != BASE_ANSWERS);
    }
    estimates_free(&out);
  }
  column_free(set);
  assert_int_equal(b.mem.used, 0);
}

static void several_answers_cross_with_groups(void **state) {
  (void)state;
  static const uint32_t codes[FANS] = {1, 1, 1, 1, 2, 2, 2, 2};
  static const char *const labels[] = {"first", "second"};
  bilan b;
  struct sample sample = {.rows = FANS};
  struct estimates out;
  handle_init(&b);
  estimates_open(&b, &out);
  struct column *set = make_set(&b), *g = make_codes(&b, FANS, codes, labels, 2);
  struct by by = by_of(g);
  struct tally_request r = {.item = set, .by = &by, .base = BASE_ANSWERED};
  assert_int_equal(proportion_estimate(&b, &out, &sample, &r, &wilson), BILAN_OK);
  assert_int_equal(out.count, 6);
  assert_int_equal(out.rows[0].e.n, 4);
  assert_int_equal(out.rows[0].e.count, 2);
  assert_int_equal(out.rows[4].e.n, 2);
  assert_int_equal(out.rows[4].e.count, 2);
  assert_int_equal(out.rows[5].e.count, 1);
  estimates_free(&out);
  column_free(set);
  column_free(g);
}

/* ---- weights and memory -------------------------------------------------------------------- */

/* Weights alone are a design of rows drawn one by one, with replacement; its variance is
 * N / (N - 1) sum of (w u)^2, the sum of w u being 0. */
static void weights_alone_make_a_design(void **state) {
  (void)state;
  struct people p;
  struct design *d;
  double weights[PEOPLE], oui = 0, all = 0, squares = 0, weights2 = 0;
  people_open(&p);
  for (size_t i = 0; i < PEOPLE; i++) {
    weights[i] = 1 + (double)(i % 5);
    if (people_q[i] != OUI && people_q[i] != NON) continue;
    all += weights[i];
    weights2 += weights[i] * weights[i];
    oui += people_q[i] == OUI ? weights[i] : 0;
  }
  for (size_t i = 0; i < PEOPLE; i++) {
    if (people_q[i] != OUI && people_q[i] != NON) continue;
    double u = weights[i] * ((people_q[i] == OUI) - oui / all) / all;
    squares += u * u;
  }
  struct column *w = make_numbers(&p.b, PEOPLE, weights);
  const struct design_spec spec = {.weight = w};
  assert_int_equal(design_declare(&p.b, &d, PEOPLE, &spec), BILAN_OK);
  p.sample.design = d;
  struct tally_request r = {.item = p.q, .by = &alone};
  assert_int_equal(proportion_estimate(&p.b, &p.out, &p.sample, &r, &wilson), BILAN_OK);
  expect_figure(&row(&p, 0)->e, FIGURE_VALUE, oui / all);
  expect_figure(&row(&p, 0)->e, FIGURE_WEIGHTED_N, all);
  expect_figure(&row(&p, 0)->e, FIGURE_EFFECTIVE_N, all * all / weights2);
  expect_figure(&row(&p, 0)->e, FIGURE_SE, sqrt(squares * PEOPLE / (PEOPLE - 1)));
  assert_int_equal(row(&p, 0)->e.n, 20);
  assert_int_equal(row(&p, 0)->e.notes, 0);
  design_free(d);
  column_free(w);
  people_close(&p);
}

/* The t that the handle gives is that of the distribution, bit for bit, whether it was found just
 * now, is remembered, or was forgotten for others; also by another level in between. */
static void a_quantile_that_is_remembered_is_the_same(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  for (int round = 0; round < 3; round++)
    for (int few = 0; few < 5; few++)
      for (int i = 1; i <= QUANTILES_KEPT - 2 + few; i++) {
        double df = i % 3 ? i : i / 7.0, conf = i % 2 ? 0.95 : 0.9;
        double want = student_quantile((1 - conf) / 2, df, UPPER);
        assert_true(estimate_quantile(&b, conf, df) == want);
        assert_true(estimate_quantile(&b, conf, df) == want);
      }
}

static void an_item_without_levels_is_refused(void **state) {
  (void)state;
  struct people p;
  people_open(&p);
  struct tally_request r = {.item = p.y, .by = &alone};
  assert_int_equal(proportion_estimate(&p.b, &p.out, &p.sample, &r, &wilson), BILAN_USAGE);
  people_close(&p);
}

static bilan_status proportion_by(struct people *p) {
  struct by by = by_of(p->g);
  struct tally_request r = {.item = p->q, .by = &by};
  return proportion_estimate(&p->b, &p->out, &p->sample, &r, &wilson);
}
static bilan_status sorted(struct people *p) {
  struct tally_request r = {.item = p->q, .by = &alone};
  return frequency_estimate(&p->b, &p->out, &p->sample, &r, &wilson, SORT_DESCENDING);
}
static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  survive_without_memory(proportion_by);
  survive_without_memory(sorted);
}

/* The longest way: options, their nets, and the states of a row. */
static void several_answers_survive_without_memory(void **state) {
  (void)state;
  static const uint32_t two[] = {1, 3};
  const struct net nets[] = {{TEXT("net"), two, 2}};
  bilan b;
  struct sample sample = {.rows = FANS};
  handle_init(&b);
  struct column *set = make_set(&b);
  size_t before = b.mem.used;
  bilan_status status = BILAN_NOMEM;
  for (uint64_t nth = 1; status; nth++) {
    struct estimates out;
    struct tally_request r = {.item = set, .by = &alone, .nets = nets, .net_count = 1};
    estimates_open(&b, &out);
    b.mem.requests = 0;
    b.mem.fail_at = nth;
    status = frequency_estimate(&b, &out, &sample, &r, &wilson, SORT_DESCENDING);
    b.mem.fail_at = 0;
    assert_true(status == BILAN_OK || status == BILAN_NOMEM);
    estimates_free(&out);
    assert_int_equal(b.mem.used, before);
  }
  column_free(set);
  assert_int_equal(b.mem.used, 0);
}

static void too_many_cells_are_refused_before_memory_is_asked_for(void **state) {
  (void)state;
  enum { LEVELS = 500 };
  static char text[LEVELS][8];
  const char *labels[LEVELS];
  static const uint32_t codes[] = {1};
  bilan b;
  struct estimates out;
  struct sample sample = {.rows = 1};
  handle_init(&b);
  estimates_open(&b, &out);
  for (size_t i = 0; i < LEVELS; i++) {
    text[i][0] = (char)('a' + i % 26);
    text[i][1] = (char)('a' + i / 26 % 26);
    labels[i] = text[i];
  }
  struct column *c = make_codes(&b, 1, codes, labels, LEVELS);
  struct by by = {3, {c, c, c}, {true, true, true}};
  struct tally_request r = {.item = c, .by = &by};
  size_t peak = b.mem.peak;
  assert_int_equal(proportion_estimate(&b, &out, &sample, &r, &wilson), BILAN_LIMIT);
  assert_int_equal(b.mem.peak, peak);
  column_free(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_agree_with_r),
      cmocka_unit_test(a_full_base_has_the_textbook_error),
      cmocka_unit_test(shares_by_group_agree_with_r),
      cmocka_unit_test(empty_levels_and_groups_stay),
      cmocka_unit_test(wald_at_the_edge_says_why_it_has_no_interval),
      cmocka_unit_test(missing_can_be_a_level),
      cmocka_unit_test(frequencies_sort_and_add_up),
      cmocka_unit_test(several_answers_have_four_bases),
      cmocka_unit_test(several_answers_cross_with_groups),
      cmocka_unit_test(weights_alone_make_a_design),
      cmocka_unit_test(a_quantile_that_is_remembered_is_the_same),
      cmocka_unit_test(an_item_without_levels_is_refused),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
      cmocka_unit_test(several_answers_survive_without_memory),
      cmocka_unit_test(too_many_cells_are_refused_before_memory_is_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

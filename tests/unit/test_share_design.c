/* test_share_design.c - shares by design: proportions, several answers, cross-tables, letters,
 * against R 4.2.2 and its survey 4.1-1 (schools_fixture.h):
 *
 *   d <- apiclus1; d$yes <- as.numeric(d$sch.wide == "Yes"); i <- seq_len(nrow(d)) - 1
 *   d$asked <- i %% 11 != 0; d$ans <- d$asked & i %% 13 != 0
 *   d$ta <- as.numeric(d$ans & i %% 3 == 0); d$tb <- as.numeric(d$ans & i %% 4 < 2)
 *   d$tc <- as.numeric(d$ans & i %% 7 == 3); d$net <- pmax(d$ta, d$tb)
 *   d$f1 <- 757; n <- ave(d$pw, d$dnum, FUN = length); d$f2 <- ifelse(n == 1, 1, 2 * n)
 *   one <- svydesign(id = ~dnum, weights = ~pw, data = d)
 *   two <- svydesign(id = ~dnum + snum, fpc = ~f1 + f2, weights = ~pw, data = d)
 */
#include "stat/crosstab.h"
#include "stat/dist/dist.h"
#include "stat/frequency.h"

#include "estimate_fixture.h"
#include "schools_fixture.h"

enum { ONE, TWO, DESIGNS, OPTIONS = 3, ELEMENTARY = 1, HIGH, MIDDLE, NO = 1, YES };

/* apiclus1 with an item of three ticks. */
struct schools {
  bilan b;
  struct column *type, *wide, *ticks, *district, *weight, *row, *f1, *f2;
  struct design *design;
  struct sample sample;
  struct estimates out;
};

/* 0 no answer, 1 answered, 2 not asked. */
static int state_of(size_t i) { return i % 11 == 0 ? 2 : i % 13 == 0 ? 0 : 1; }

static bool ticked(size_t i, size_t option) {
  if (state_of(i) != 1) return false;
  return option == 0 ? i % 3 == 0 : option == 1 ? i % 4 < 2 : i % 7 == 3;
}

static struct column *make_ticks(bilan *b) {
  static const char *const ticks[] = {"no", "yes"};
  static const char *const names[] = {"a", "b", "c"};
  struct column **options = mem_zero(&b->mem, OPTIONS, sizeof *options), *set = NULL;
  uint8_t *missing = mem_zero(&b->mem, CLUS1, 1);
  struct dict *dict;
  uint32_t code, codes[CLUS1];
  assert_int_equal(dict_new(b, &dict), BILAN_OK);
  for (size_t i = 0; i < CLUS1; i++)
    missing[i] = state_of(i) == 2 ? BILAN_NOT_ASKED : state_of(i) ? 0 : BILAN_NO_ANSWER;
  for (size_t k = 0; k < OPTIONS; k++) {
    for (size_t i = 0; i < CLUS1; i++)
      codes[i] = state_of(i) != 1 ? SET_BLANK : ticked(i, k) ? SET_TICKED : SET_NOT_TICKED;
    options[k] = make_codes(b, CLUS1, codes, ticks, 2);
    assert_int_equal(dict_add(b, dict, &code, text_of(names[k])), BILAN_OK);
  }
  assert_int_equal(column_set(b, &set, CLUS1, options, OPTIONS, dict, missing), BILAN_OK);
  return set;
}

static void schools_declare(struct schools *s, int design) {
  struct design_spec spec = {
      .weight = s->weight, .clusters = {s->district, s->row}, .cluster_count = 1};
  if (design == TWO) {
    spec.cluster_count = spec.fpc_count = 2;
    spec.fpc[0] = s->f1;
    spec.fpc[1] = s->f2;
  }
  bilan_status status = design_declare(&s->b, &s->design, CLUS1, &spec);
  if (status) print_error("%s\n", s->b.message);
  assert_int_equal(status, BILAN_OK);
  s->sample.design = s->design;
}

static void schools_open(struct schools *s, int design) {
  static const char *const types[] = {"E", "H", "M"}, *const answers[] = {"No", "Yes"};
  uint32_t type[CLUS1], wide[CLUS1];
  double district[CLUS1], weight[CLUS1], row[CLUS1], f1[CLUS1], f2[CLUS1];
  for (size_t i = 0; i < CLUS1; i++) {
    size_t n = 0;
    for (size_t j = 0; j < CLUS1; j++) n += clus1[j].group == clus1[i].group;
    char letter = clus1[i].letters[0];
    type[i] = letter == 'E' ? ELEMENTARY : letter == 'H' ? HIGH : MIDDLE;
    wide[i] = clus1[i].letters[1] == 'Y' ? YES : NO;
    district[i] = clus1[i].group;
    weight[i] = clus1_weight;
    row[i] = (double)i;
    f1[i] = 757;
    f2[i] = n == 1 ? 1 : 2 * (double)n;
  }
  handle_init(&s->b);
  s->sample = (struct sample){.rows = CLUS1};
  s->type = make_codes(&s->b, CLUS1, type, types, 3);
  s->wide = make_codes(&s->b, CLUS1, wide, answers, 2);
  s->ticks = make_ticks(&s->b);
  s->district = make_numbers(&s->b, CLUS1, district);
  s->weight = make_numbers(&s->b, CLUS1, weight);
  s->row = make_numbers(&s->b, CLUS1, row);
  s->f1 = make_numbers(&s->b, CLUS1, f1);
  s->f2 = make_numbers(&s->b, CLUS1, f2);
  estimates_open(&s->b, &s->out);
  schools_declare(s, design);
}

static void schools_close(struct schools *s) {
  struct column *columns[] = {s->type,   s->wide, s->ticks, s->district,
                              s->weight, s->row,  s->f1,    s->f2};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) column_free(columns[i]);
  design_free(s->design);
  estimates_free(&s->out);
  assert_int_equal(s->b.mem.used, 0);
}

static const struct proportion_options usual = {0.95, SHARE_USUAL, NO_LEVEL, DEFF_NONE};

static void propose(struct schools *s, const struct tally_request *r,
                    const struct proportion_options *o) {
  estimates_free(&s->out);
  estimates_open(&s->b, &s->out);
  assert_int_equal(proportion_estimate(&s->b, &s->out, &s->sample, r, o), BILAN_OK);
}

/* ---- proportions ---------------------------------------------------------------------------- */

/* svymean(~yes, one), confint(svyciprop(~yes, one, method = "xlogit")); svymean(~yes, two) */
static void a_share_has_the_error_of_its_design(void **state) {
  (void)state;
  static const double se[] = {0.020564237447437884, 0.020507008833597719};
  for (int design = 0; design < DESIGNS; design++) {
    struct schools s;
    schools_open(&s, design);
    propose(&s, &(struct tally_request){.item = s.wide, .by = &alone}, &usual);
    const struct estimate *e = &s.out.rows[1].e;
    expect_figure(e, FIGURE_VALUE, 0.87431693989071035);
    expect_figure(e, FIGURE_SE, se[design]);
    expect_figure(e, FIGURE_DF, 14);
    expect_figure(e, FIGURE_WEIGHTED_N, CLUS1 * clus1_weight);
    expect_figure(e, FIGURE_EFFECTIVE_N, CLUS1);
    if (design == ONE) expect_figure(e, FIGURE_LOW, 0.82321802679331357);
    if (design == ONE) expect_figure(e, FIGURE_HIGH, 0.91222062414828431);
    assert_int_equal(e->n, CLUS1);
    assert_int_equal(e->count, 160);
    assert_int_equal(e->notes, 0);
    schools_close(&s);
  }
}

/* Trap 10. deff(svymean(~yes, one, deff = "replace")), deff = TRUE */
static void design_effects_name_their_denominator(void **state) {
  (void)state;
  struct schools s;
  struct proportion_options o = usual;
  struct tally_request r = {.by = &alone};
  schools_open(&s, ONE);
  r.item = s.wide;
  o.deff = DEFF_WR;
  propose(&s, &r, &o);
  expect_figure(&s.out.rows[1].e, FIGURE_DEFF, 0.70040779126695751);
  o.deff = DEFF_WOR;
  propose(&s, &r, &o);
  expect_figure(&s.out.rows[1].e, FIGURE_DEFF, 0.72173113495149832);
  schools_close(&s);
}

/* svyby(~yes, ~stype, des, svymean, covmat = TRUE); degf(subset(des, stype == "E")), ... */
static void groups_have_their_own_degrees_of_freedom(void **state) {
  (void)state;
  static const double value[] = {0.91666666666666663, 0.7857142857142857, 0.68000000000000005};
  static const double se[DESIGNS][3] = {
      {0.021195322937683371, 0.092381764610543468, 0.11060353908055047},
      {0.021110117912430351, 0.092138687542991898, 0.10988881291794644}};
  static const double df[] = {14, 7, 11};
  for (int design = 0; design < DESIGNS; design++) {
    struct schools s;
    schools_open(&s, design);
    struct by by = by_of(s.type);
    struct proportion_options o = usual;
    o.level = YES;
    propose(&s, &(struct tally_request){.item = s.wide, .by = &by}, &o);
    assert_int_equal(s.out.count, 3);
    for (size_t i = 0; i < 3; i++) {
      expect_figure(&s.out.rows[i].e, FIGURE_VALUE, value[i]);
      expect_figure(&s.out.rows[i].e, FIGURE_SE, se[design][i]);
      expect_figure(&s.out.rows[i].e, FIGURE_DF, df[i]);
    }
    s.sample.degrees = DEGREES_DESIGN;
    propose(&s, &(struct tally_request){.item = s.wide, .by = &by}, &o);
    expect_figure(&s.out.rows[1].e, FIGURE_DF, 14);
    schools_close(&s);
  }
}

/* Trap 20: a share is a ratio of two estimated totals; its error does not grow with the total's.
 * sum over districts of (z_h - mean)^2, centred on the share, worked out on the spot. */
static void shares_are_linearised_about_their_value(void **state) {
  (void)state;
  struct schools s;
  double z[1000] = {0}, p = 160.0 / CLUS1, squares = 0;
  schools_open(&s, ONE);
  for (size_t i = 0; i < CLUS1; i++)
    z[clus1[i].group] += ((clus1[i].letters[1] == 'Y') - p) / CLUS1;
  for (size_t h = 0; h < 1000; h++) squares += z[h] * z[h];
  propose(&s, &(struct tally_request){.item = s.wide, .by = &alone}, &usual);
  expect_figure(&s.out.rows[1].e, FIGURE_SE, sqrt(squares * 15 / 14));
  schools_close(&s);
}

/* Trap 3, 15, 30: nobody and everybody, and a level without respondents. */
static void edges_have_a_real_interval_and_say_so(void **state) {
  (void)state;
  static const char *const levels[] = {"yes", "no", "never"};
  uint32_t codes[CLUS1];
  struct schools s;
  schools_open(&s, ONE);
  for (size_t i = 0; i < CLUS1; i++) codes[i] = 1;
  struct column *c = make_codes(&s.b, CLUS1, codes, levels, 3);
  for (unsigned method = 0; method < SHARE_METHODS; method++) {
    struct proportion_options o = {0.95, method, NO_LEVEL, DEFF_WR};
    if (share_method_refusal(method)) continue;
    propose(&s, &(struct tally_request){.item = c, .by = &alone}, &o);
    assert_int_equal(s.out.count, 3);
    for (size_t i = 0; i < 3; i++) {
      const struct estimate *e = &s.out.rows[i].e;
      expect_figure(e, FIGURE_SE, 0);
      expect_figure(e, FIGURE_LOW, i ? 0 : 1 - 0.023537399259613401);
      expect_figure(e, FIGURE_HIGH, i ? 0.023537399259613401 : 1);
      assert_int_equal(e->notes, NOTE_EDGE_INTERVAL);
      assert_false(estimate_has(e, FIGURE_DEFF));
    }
  }
  column_free(c);
  schools_close(&s);
}

/* A group of one PSU: a standard error, as R gives it, but no interval, and words. */
static void no_degrees_of_freedom_is_said(void **state) {
  (void)state;
  static const char *const groups[] = {"first", "others"};
  uint32_t codes[CLUS1];
  struct schools s;
  schools_open(&s, ONE);
  for (size_t i = 0; i < CLUS1; i++) codes[i] = clus1[i].group == 255 ? 1 : 2;
  struct column *g = make_codes(&s.b, CLUS1, codes, groups, 2);
  struct by by = by_of(g);
  propose(&s, &(struct tally_request){.item = s.wide, .by = &by}, &usual);
  expect_figure(&s.out.rows[0].e, FIGURE_DF, 0);
  assert_false(estimate_has(&s.out.rows[0].e, FIGURE_LOW));
  assert_true(s.out.rows[0].e.notes & NOTE_NO_DEGREES);
  assert_true(estimate_has(&s.out.rows[2].e, FIGURE_LOW));
  column_free(g);
  schools_close(&s);
}

static void plain_intervals_are_refused_with_the_right_one(void **state) {
  (void)state;
  struct schools s;
  schools_open(&s, ONE);
  struct proportion_options o = {0.95, METHOD_CLOPPER_PEARSON, NO_LEVEL, DEFF_NONE};
  struct tally_request r = {.item = s.wide, .by = &alone};
  assert_int_equal(proportion_estimate(&s.b, &s.out, &s.sample, &r, &o), BILAN_USAGE);
  assert_non_null(strstr(s.b.message, "korn_graubard"));
  s.sample.design = NULL;
  assert_int_equal(proportion_estimate(&s.b, &s.out, &s.sample, &r, &o), BILAN_OK);
  schools_close(&s);
}

/* Without a design the names of designs stand on a simple random sample: V = p (1 - p) / (n - 1)
 * on n - 1 degrees of freedom. */
static void names_of_designs_work_without_one(void **state) {
  (void)state;
  struct schools s;
  schools_open(&s, ONE);
  s.sample.design = NULL;
  double p = 160.0 / CLUS1;
  const struct share_basis basis = {p, p * (1 - p) / (CLUS1 - 1), CLUS1 - 1, CLUS1, CLUS1, false,
                                    false, 0};
  for (unsigned method = SHARE_XLOGIT; method < SHARE_METHODS; method++) {
    struct proportion_options o = {0.95, method, YES, DEFF_NONE};
    struct share_limits want = share_interval(&basis, 0.95, share_method_of(method, false));
    propose(&s, &(struct tally_request){.item = s.wide, .by = &alone}, &o);
    expect_figure(&s.out.rows[0].e, FIGURE_LOW, want.low);
    expect_figure(&s.out.rows[0].e, FIGURE_HIGH, want.high);
  }
  schools_close(&s);
}

/* ---- a stratified sample, a domain ------------------------------------------------------------ */

/* D <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = apistrat)
 * x <- svymean(~yes, subset(D, api00 > 600), deff = "replace"); deff = TRUE; degf of the subset;
 * svyciprop(..., method = "xlogit" / "beta"); w <- weights of it: sum(w)^2 / sum(w^2) */
static void a_domain_of_strata_agrees_with_r(void **state) {
  (void)state;
  static const char *const types[] = {"E", "H", "M"}, *const answers[] = {"No", "Yes"};
  static const double sizes[] = {0, 4421, 755, 1018};
  double weight[STRAT], fpc[STRAT];
  uint32_t type[STRAT], wide[STRAT];
  bilan b;
  struct domain *domain;
  struct design *d;
  struct estimates out;
  handle_init(&b);
  estimates_open(&b, &out);
  assert_int_equal(domain_new(&b, &domain, STRAT), BILAN_OK);
  for (size_t i = 0; i < STRAT; i++) {
    type[i] = (uint32_t)strat[i].group;
    wide[i] = strat[i].letters[1] == 'Y' ? YES : NO;
    weight[i] = strat_weights[type[i]];
    fpc[i] = sizes[type[i]];
    if (strat[i].api00 > 600) domain_set(domain, i);
  }
  struct column *t = make_codes(&b, STRAT, type, types, 3);
  struct column *c = make_codes(&b, STRAT, wide, answers, 2);
  struct column *w = make_numbers(&b, STRAT, weight), *f = make_numbers(&b, STRAT, fpc);
  const struct design_spec spec = {.weight = w, .strata = {t}, .fpc = {f}, .fpc_count = 1};
  assert_int_equal(design_declare(&b, &d, STRAT, &spec), BILAN_OK);
  struct sample sample = {.rows = STRAT, .domain = domain, .design = d};
  struct proportion_options o = {0.95, SHARE_XLOGIT, YES, DEFF_WR};
  struct tally_request r = {.item = c, .by = &alone};
  assert_int_equal(proportion_estimate(&b, &out, &sample, &r, &o), BILAN_OK);
  o.method = SHARE_BETA;
  o.deff = DEFF_WOR;
  assert_int_equal(proportion_estimate(&b, &out, &sample, &r, &o), BILAN_OK);
  const struct estimate *e = &out.rows[0].e, *beta = &out.rows[1].e;
  expect_figure(e, FIGURE_VALUE, 0.8765827266076478);
  expect_figure(e, FIGURE_SE, 0.02817146825891774);
  expect_figure(e, FIGURE_DEFF, 0.9536597673941295);
  expect_figure(beta, FIGURE_DEFF, 0.98470577138720827);
  expect_figure(e, FIGURE_DF, 128);
  expect_figure(e, FIGURE_EFFECTIVE_N, 111.40476772870753);
  expect_figure(e, FIGURE_WEIGHTED_N, 4155.0099678039551);
  expect_figure(e, FIGURE_LOW, 0.80926085307148587);
  expect_figure(e, FIGURE_HIGH, 0.92242103641409989);
  expect_figure(beta, FIGURE_LOW, 0.80934003219739004);
  expect_figure(beta, FIGURE_HIGH, 0.92667003181733154);
  assert_int_equal(e->n, 131);
  /* The strata's own shares have no variance. */
  sample.domain = NULL;
  r.item = t;
  o.level = NO_LEVEL;
  assert_int_equal(proportion_estimate(&b, &out, &sample, &r, &o), BILAN_OK);
  for (size_t i = 2; i < 5; i++) {
    expect_close(figure(&out.rows[i].e, FIGURE_SE), 0, 1e-15);
    assert_int_equal(out.rows[i].e.notes, NOTE_FIXED);
  }
  estimates_free(&out);
  design_free(d);
  domain_free(domain);
  column_free(t);
  column_free(c);
  column_free(w);
  column_free(f);
  assert_int_equal(b.mem.used, 0);
}

/* ---- several answers -------------------------------------------------------------------------- */

/* Trap 16. svymean(~ta + tb + tc + net, subset(des, asked)), answered, ticked any;
 * svyratio(~ta, ~I(ta + tb + tc), des), ... */
static void several_answers_have_four_bases_with_errors(void **state) {
  (void)state;
  static const double value[TALLY_BASES][4] = {
      {0.30722891566265059, 0.45783132530120485, 0.13855421686746988, 0.61445783132530118},
      {0.33333333333333337, 0.49673202614379086, 0.15032679738562091, 0.66666666666666674},
      {0.46363636363636362, 0.69090909090909092, 0.20909090909090908, 0.92727272727272725},
      {0.34000000000000002, 0.50666666666666671, 0.15333333333333332, 0.68000000000000005}};
  static const double se[DESIGNS][TALLY_BASES][4] = {
      {{0.013258566490392566, 0.015670396711621445, 0.011646122474801979, 0.023521317353440329},
       {0.013530697242006947, 0.01567413030395505, 0.012912705710398696, 0.021393910807450223},
       {0.016155160123937806, 0.02316746615182648, 0.016832223222750697, 0.017963701891725047},
       {0.010699354675689112, 0.010187657227663271, 0.012172481758840805, 0.015516504270031468}},
      {{0.013638105027568452, 0.016011771345387435, 0.011853932815806198, 0.023601466149265643},
       {0.01396233039336872, 0.016058204489795759, 0.013123074977908128, 0.02153291492676283},
       {0.016742278754017174, 0.023366359065963731, 0.017136675692655555, 0.017964811809676691},
       {0.011068825261496362, 0.010618532071498973, 0.012355811956394911, 0.015647574074558031}}};
  static const int64_t n[] = {166, 153, 110, 150};
  static const uint32_t codes[] = {1, 2, 1};
  const struct net nets[] = {{TEXT("net"), codes, 3}};
  for (int design = 0; design < DESIGNS; design++) {
    struct schools s;
    schools_open(&s, design);
    for (int base = 0; base < TALLY_BASES; base++) {
      struct tally_request r = {.item = s.ticks, .by = &alone, .base = (enum tally_base)base,
                                .nets = nets, .net_count = 1};
      propose(&s, &r, &usual);
      assert_int_equal(s.out.count, 4);
      for (size_t k = 0; k < 4; k++) {
        expect_figure(&s.out.rows[k].e, FIGURE_VALUE, value[base][k]);
        expect_figure(&s.out.rows[k].e, FIGURE_SE, se[design][base][k]);
        assert_int_equal(s.out.rows[k].e.n, n[base]);
        assert_true(estimate_has(&s.out.rows[k].e, FIGURE_LOW));
      }
      struct proportion_options one = usual; /* one level alone is the same */
      one.level = 4;
      propose(&s, &r, &one);
      expect_figure(&s.out.rows[0].e, FIGURE_SE, se[design][base][3]);
    }
    schools_close(&s);
  }
}

/* svyby(~ta, ~stype, subset(des, asked), svymean) */
static void several_answers_by_group_agree_with_r(void **state) {
  (void)state;
  static const double se[DESIGNS][3] = {
      {0.020231326119169998, 0.12421180068162377, 0.092348213941337992},
      {0.020416400151009768, 0.12396733280868316, 0.092072612782586633}};
  for (int design = 0; design < DESIGNS; design++) {
    struct schools s;
    schools_open(&s, design);
    struct by by = by_of(s.type);
    struct tally_request r = {.item = s.ticks, .by = &by};
    assert_int_equal(
        frequency_estimate(&s.b, &s.out, &s.sample, &r, &usual, SORT_DESCENDING), BILAN_OK);
    for (size_t i = 0, found = 0; i < s.out.count; i++) {
      if (s.out.rows[i].level != 1) continue;
      expect_figure(&s.out.rows[i].e, FIGURE_SE, se[design][found++]);
    }
    schools_close(&s);
  }
}

/* ---- cross-tables ------------------------------------------------------------------------------ */

static void cross(struct schools *s, struct crosstab *x, const struct column *row,
                  const struct column *const *banners, size_t count,
                  const struct crosstab_options *o) {
  static const bool declared[] = {true, true};
  struct crosstab_request r = {
      .row = {.item = row}, .banners = banners, .declared = declared, .banner_count = count};
  assert_int_equal(crosstab_open(&s->b, x, &s->sample, &r, o), BILAN_OK);
}

static struct crosstab_options options_of(enum crosstab_percent percent) {
  return (struct crosstab_options){.percent = percent,
                                   .method = SHARE_USUAL,
                                   .conf = 0.95,
                                   .total = true,
                                   .letter = {0.05, ADJUST_NONE}};
}

static const struct estimate *cell(const struct crosstab *x, size_t row, size_t column) {
  return &x->cells[row * x->column_count + column].e;
}

/* Column: svyby(~yes, ~stype, des, svymean), total svymean(~yes, des).
 * Row: svyby(~stype, ~sch.wide, des, svymean) and degf of each subset.
 * Total: svymean(~I(yes * E) + ..., des). */
static void percentages_have_the_errors_of_what_they_name(void **state) {
  (void)state;
  static const double column_se[DESIGNS][4] = {
      {0.020564237447437884, 0.021195322937683371, 0.092381764610543468, 0.11060353908055047},
      {0.020507008833597719, 0.021110117912430351, 0.092138687542991898, 0.10988881291794644}};
  static const double row_se[DESIGNS][2][3] = {
      {{0.15174264556923861, 0.068456808558285523, 0.12949798025772982},
       {0.043330256873393744, 0.025042165891644489, 0.025100592822573781}},
      {{0.15057208634922431, 0.068148552330172155, 0.12858898951099682},
       {0.042999128208001877, 0.024870378045616939, 0.024972221083423545}}};
  static const double total_se[DESIGNS][3] = {
      {0.044102802348598098, 0.0215215811379613, 0.022043926618572022},
      {0.043786996575920993, 0.021377175742933723, 0.021931158957395641}};
  for (int design = 0; design < DESIGNS; design++) {
    struct schools s;
    struct crosstab x;
    schools_open(&s, design);
    const struct column *banner = s.type;
    struct crosstab_options o = options_of(PERCENT_COLUMN);
    cross(&s, &x, s.wide, &banner, 1, &o);
    for (size_t j = 0; j < 4; j++) expect_figure(cell(&x, 1, j), FIGURE_SE, column_se[design][j]);
    crosstab_free(&x);
    o.percent = PERCENT_ROW;
    cross(&s, &x, s.wide, &banner, 1, &o);
    for (size_t i = 0; i < 2; i++)
      for (size_t j = 0; j < 3; j++)
        expect_figure(cell(&x, i, j + 1), FIGURE_SE, row_se[design][i][j]);
    expect_figure(cell(&x, 0, 1), FIGURE_DF, 9);
    expect_figure(cell(&x, 1, 1), FIGURE_DF, 14);
    crosstab_free(&x);
    o.percent = PERCENT_TOTAL;
    cross(&s, &x, s.wide, &banner, 1, &o);
    for (size_t j = 0; j < 3; j++)
      expect_figure(cell(&x, 1, j + 1), FIGURE_SE, total_se[design][j]);
    expect_figure(cell(&x, 1, 0), FIGURE_SE, column_se[design][0]);
    crosstab_free(&x);
    schools_close(&s);
  }
}

/* svytotal(~I(yes * E) + ..., des); confint(svytotal(~yes, des), df = 14) */
static void counts_have_the_errors_of_totals(void **state) {
  (void)state;
  static const double se[DESIGNS][4] = {
      {1309.6394698350209, 1186.2325434122054, 135.38798522949219, 163.3296066775516},
      {1296.6884522263947, 1174.5972579533795, 134.46615473806702, 162.25635536438489}};
  static const double value[] = {5415.5194091796875, 4467.8035125732422, 372.31695938110352,
                                 575.3989372253418};
  for (int design = 0; design < DESIGNS; design++) {
    struct schools s;
    struct crosstab x;
    struct crosstab_options o = options_of(PERCENT_NONE);
    schools_open(&s, design);
    const struct column *banners[] = {s.type, s.ticks};
    for (size_t count = 1; count <= 2; count++) { /* the total is the banner's, or everybody's */
      cross(&s, &x, s.wide, banners, count, &o);
      for (size_t j = 0; j < 4; j++) {
        expect_figure(cell(&x, 1, j), FIGURE_VALUE, value[j]);
        expect_figure(cell(&x, 1, j), FIGURE_SE, se[design][j]);
      }
      if (design == ONE) expect_figure(cell(&x, 1, 0), FIGURE_LOW, 2606.6221083058044);
      crosstab_free(&x);
    }
    schools_close(&s);
  }
}

/* Trap 30: a level of the banner without respondents is a column of 0 of 0, in words; and the
 * total of row percentages is 100 % by definition, without an interval. */
static void empty_columns_stay_and_totals_of_rows_are_certain(void **state) {
  (void)state;
  struct schools s;
  struct crosstab x;
  struct domain *domain;
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  schools_open(&s, ONE);
  assert_int_equal(domain_new(&s.b, &domain, CLUS1), BILAN_OK);
  for (size_t i = 0; i < CLUS1; i++)
    if (clus1[i].letters[0] != 'H') domain_set(domain, i);
  s.sample.domain = domain;
  const struct column *banner = s.type;
  o.letters = true;
  cross(&s, &x, s.wide, &banner, 1, &o);
  assert_int_equal(x.column_count, 4);
  assert_int_equal(cell(&x, 1, 2)->n, 0);
  assert_int_equal(cell(&x, 1, 2)->notes, NOTE_EMPTY | NOTE_SMALL_BASE);
  assert_false(estimate_has(cell(&x, 1, 2), FIGURE_VALUE));
  expect_figure(cell(&x, 1, 3), FIGURE_DF, 11);
  crosstab_free(&x);
  o.percent = PERCENT_ROW;
  cross(&s, &x, s.wide, &banner, 1, &o);
  expect_figure(cell(&x, 1, 0), FIGURE_VALUE, 1);
  assert_false(estimate_has(cell(&x, 1, 0), FIGURE_LOW));
  expect_figure(cell(&x, 1, 2), FIGURE_VALUE, 0);
  assert_int_equal(cell(&x, 1, 2)->notes, NOTE_EDGE_INTERVAL);
  crosstab_free(&x);
  domain_free(domain);
  schools_close(&s);
}

/* Letters at levels just under and over the p-value of a pair of columns. */
static void expect_pair(struct schools *s, const struct column *row, const struct column *banner,
                        size_t level, size_t larger, size_t smaller, double p) {
  for (int side = 0; side < 2; side++) {
    struct crosstab x;
    struct crosstab_options o = options_of(PERCENT_COLUMN);
    o.letters = true;
    o.letter.alpha = p * (side ? 1 + 1e-9 : 1 - 1e-9);
    cross(s, &x, row, &banner, 1, &o);
    const struct crosstab_cell *c = &x.cells[level * x.column_count + 1 + larger];
    bool found = false;
    for (size_t i = 0; i < c->letter_count; i++)
      found = found || x.letters.s[c->letters + i] == (char)('A' + smaller);
    assert_int_equal(found, side);
    assert_int_equal(x.cells[level * x.column_count].letter_count, 0); /* the total */
    crosstab_free(&x);
  }
}

/* Traps 15, 17: x <- svyby(~yes, ~stype, des, svymean, covmat = TRUE)
 * z <- svycontrast(x, c(1, 0, -1)); 2 * pt(-abs(coef(z) / SE(z)), 14) */
static void letters_test_the_contrast_of_two_columns(void **state) {
  (void)state;
  static const double p[DESIGNS][3] = {
      {0.071101468703613779, 0.22274804473700735, 0.33875194636023431},
      {0.069375192888685128, 0.22108985545241322, 0.33863890457085888}};
  for (int design = 0; design < DESIGNS; design++) {
    struct schools s;
    schools_open(&s, design);
    expect_pair(&s, s.wide, s.type, 1, 0, 2, p[design][0]);
    expect_pair(&s, s.wide, s.type, 1, 0, 1, p[design][1]);
    expect_pair(&s, s.wide, s.type, 1, 1, 2, p[design][2]);
    schools_close(&s);
  }
}

/* t <- svytotal(~ya + yb + yc + ta + tb + tc, des), ya = yes * ta, ...
 * svycontrast(t, quote(ya / ta)), quote(ya / ta - yb / tb), ...: columns that share schools. */
static void several_answers_across_share_respondents(void **state) {
  (void)state;
  static const double value[] = {0.84313725490196079, 0.88157894736842102, 0.91304347826086951};
  static const double se[DESIGNS][3] = {
      {0.055349589113545553, 0.037902127240349755, 0.078853132758465769},
      {0.055030603685585232, 0.037707257245691829, 0.078281993141950418}};
  static const double p[DESIGNS][3] = {
      {0.33689741975324994, 0.31439164642289746, 0.65508727453100346},
      {0.3369166130996113, 0.31212605608005339, 0.65284045510721556}};
  static const double down[DESIGNS][2] = {{0.044511262676685107, 0.10361316602607877},
                                          {0.044637452584809584, 0.10309519016592796}};
  static const double down_p[] = {0.92100070036915382, 0.92056100529178342};
  for (int design = 0; design < DESIGNS; design++) {
    struct schools s;
    struct crosstab x;
    struct crosstab_options o = options_of(PERCENT_COLUMN);
    schools_open(&s, design);
    const struct column *banner = s.ticks;
    cross(&s, &x, s.wide, &banner, 1, &o);
    assert_int_equal(x.column_count, 4);
    for (size_t j = 0; j < 3; j++) {
      expect_figure(cell(&x, 1, j + 1), FIGURE_VALUE, value[j]);
      expect_figure(cell(&x, 1, j + 1), FIGURE_SE, se[design][j]);
    }
    assert_int_equal(x.columns[0].base.n, 166); /* those asked */
    crosstab_free(&x);
    expect_pair(&s, s.wide, s.ticks, 1, 1, 0, p[design][0]);
    expect_pair(&s, s.wide, s.ticks, 1, 2, 0, p[design][1]);
    expect_pair(&s, s.wide, s.ticks, 1, 2, 1, p[design][2]);
    cross(&s, &x, s.ticks, &banner, 1, &o); /* several answers both ways */
    expect_figure(cell(&x, 1, 1), FIGURE_VALUE, 0.49019607843137253);
    expect_figure(cell(&x, 1, 1), FIGURE_SE, down[design][0]);
    expect_figure(cell(&x, 1, 3), FIGURE_SE, down[design][1]);
    crosstab_free(&x);
    expect_pair(&s, s.ticks, s.ticks, 1, 0, 2, down_p[design]);
    schools_close(&s);
  }
}

/* svycontrast(svytotal(~ea + eq + q + ta, des), quote(ea / eq)), quote(ea / q), with
 * ea = E * ta * asked, eq = E * asked, q = asked */
static void shares_of_rows_and_table_are_of_those_asked(void **state) {
  (void)state;
  static const double row_se[] = {0.020231326119169932, 0.020416400151009952};
  static const double total_se[] = {0.024004659007668204, 0.023992958125067358};
  for (int design = 0; design < DESIGNS; design++) {
    struct schools s;
    struct crosstab x;
    schools_open(&s, design);
    const struct column *banner = s.ticks;
    struct crosstab_options o = options_of(PERCENT_ROW);
    cross(&s, &x, s.type, &banner, 1, &o);
    expect_figure(cell(&x, 0, 1), FIGURE_VALUE, 0.2814814814814815);
    expect_figure(cell(&x, 0, 1), FIGURE_SE, row_se[design]);
    crosstab_free(&x);
    o.percent = PERCENT_TOTAL;
    cross(&s, &x, s.type, &banner, 1, &o);
    expect_figure(cell(&x, 0, 1), FIGURE_VALUE, 0.2289156626506024);
    expect_figure(cell(&x, 0, 1), FIGURE_SE, total_se[design]);
    crosstab_free(&x);
    schools_close(&s);
  }
}

/* Two banners: the total is everybody, and each banner is as if it were alone. */
static void two_banners_are_each_as_if_alone(void **state) {
  (void)state;
  struct schools s;
  struct crosstab x;
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  schools_open(&s, ONE);
  const struct column *banners[] = {s.ticks, s.type};
  cross(&s, &x, s.wide, banners, 2, &o);
  assert_int_equal(x.column_count, 7);
  expect_figure(cell(&x, 1, 0), FIGURE_SE, 0.020564237447437884);
  expect_figure(cell(&x, 1, 1), FIGURE_SE, 0.055349589113545553);
  expect_figure(cell(&x, 1, 6), FIGURE_SE, 0.11060353908055047);
  expect_figure(cell(&x, 1, 6), FIGURE_DF, 11);
  crosstab_free(&x);
  schools_close(&s);
}

/* svychisq(~sch.wide + stype, one); pearson = TRUE would be a plain chi-squared */
static void the_test_is_rao_and_scotts(void **state) {
  (void)state;
  struct schools s;
  struct crosstab x;
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  schools_open(&s, ONE);
  const struct column *banners[] = {s.type, s.ticks};
  o.test = true;
  cross(&s, &x, s.wide, banners, 2, &o);
  assert_int_equal(x.test_count, 2);
  assert_string_equal(crosstab_method_names[x.tests[0].method], "F");
  expect_figure(&x.tests[0].e, FIGURE_STATISTIC, 5.0904626152897734);
  expect_figure(&x.tests[0].e, FIGURE_DF, 1.4946397777074556);
  expect_figure(&x.tests[0].e, FIGURE_DDF, 20.924956887904379);
  expect_figure(&x.tests[0].e, FIGURE_P_VALUE, 0.023071616825819007);
  assert_false(estimate_has(cell(&x, 0, 1), FIGURE_RESIDUAL));
  assert_int_equal(x.tests[1].e.notes, NOTE_OVERLAP);
  crosstab_free(&x);
  schools_close(&s);
}

/* Without a design, overlapping columns take their covariance from a simple random sample:
 * N / (N - 1) sum (u1 - u2)^2 on N - 1 degrees of freedom. */
static void overlapping_columns_are_compared_without_a_design(void **state) {
  (void)state;
  struct schools s;
  double n[2] = {0, 0}, yes[2] = {0, 0}, squares = 0;
  schools_open(&s, ONE);
  s.sample.design = NULL;
  for (size_t i = 0; i < CLUS1; i++)
    for (size_t k = 0; k < 2; k++) {
      n[k] += ticked(i, k);
      yes[k] += ticked(i, k) && clus1[i].letters[1] == 'Y';
    }
  for (size_t i = 0; i < CLUS1; i++) {
    double u[2];
    for (size_t k = 0; k < 2; k++)
      u[k] = ticked(i, k) * ((clus1[i].letters[1] == 'Y') - yes[k] / n[k]) / n[k];
    squares += (u[1] - u[0]) * (u[1] - u[0]);
  }
  double t = (yes[1] / n[1] - yes[0] / n[0]) / sqrt(squares * CLUS1 / (CLUS1 - 1));
  expect_pair(&s, s.wide, s.ticks, 1, 1, 0, 2 * student_cdf(t, CLUS1 - 1, UPPER));
  schools_close(&s);
}

/* ---- memory and threads ------------------------------------------------------------------------ */

static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  static const uint32_t codes[] = {1, 2};
  const struct net nets[] = {{TEXT("net"), codes, 2}};
  static const bool declared[] = {true, true};
  struct schools s;
  schools_open(&s, TWO);
  const struct column *banners[] = {s.ticks, s.type};
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  o.letters = true;
  for (int item = 0; item < 2; item++) {
    struct crosstab_request r = {
        .row = {.item = item ? s.ticks : s.wide, .nets = nets, .net_count = 1},
        .banners = banners, .declared = declared, .banner_count = 2};
    struct crosstab x = {0};
    bilan_status status = crosstab_open(&s.b, &x, &s.sample, &r, &o);
    crosstab_free(&x);
    size_t before = s.b.mem.used; /* with what columns and designs keep for the next call */
    for (uint64_t nth = 1; nth == 1 || status; nth++) {
      s.b.mem.requests = 0;
      s.b.mem.fail_at = nth;
      status = crosstab_open(&s.b, &x, &s.sample, &r, &o);
      s.b.mem.fail_at = 0;
      if (status) assert_int_equal(status, BILAN_NOMEM);
      crosstab_free(&x);
      assert_int_equal(s.b.mem.used, before);
    }
  }
  schools_close(&s);
}

static void threads_change_nothing(void **state) {
  (void)state;
  struct schools s;
  struct crosstab x[2];
  schools_open(&s, TWO);
  const struct column *banners[] = {s.ticks, s.type};
  struct crosstab_options o = options_of(PERCENT_COLUMN);
  for (int i = 0; i < 2; i++) {
    s.b.threads = i ? 8 : 1;
    cross(&s, &x[i], s.ticks, banners, 2, &o);
  }
  for (size_t i = 0; i < x[0].level_count * x[0].column_count; i++)
    expect_same(&x[0].cells[i].e, &x[1].cells[i].e);
  crosstab_free(&x[0]);
  crosstab_free(&x[1]);
  schools_close(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_share_has_the_error_of_its_design),
      cmocka_unit_test(design_effects_name_their_denominator),
      cmocka_unit_test(groups_have_their_own_degrees_of_freedom),
      cmocka_unit_test(shares_are_linearised_about_their_value),
      cmocka_unit_test(edges_have_a_real_interval_and_say_so),
      cmocka_unit_test(no_degrees_of_freedom_is_said),
      cmocka_unit_test(plain_intervals_are_refused_with_the_right_one),
      cmocka_unit_test(names_of_designs_work_without_one),
      cmocka_unit_test(a_domain_of_strata_agrees_with_r),
      cmocka_unit_test(several_answers_have_four_bases_with_errors),
      cmocka_unit_test(several_answers_by_group_agree_with_r),
      cmocka_unit_test(percentages_have_the_errors_of_what_they_name),
      cmocka_unit_test(counts_have_the_errors_of_totals),
      cmocka_unit_test(empty_columns_stay_and_totals_of_rows_are_certain),
      cmocka_unit_test(letters_test_the_contrast_of_two_columns),
      cmocka_unit_test(several_answers_across_share_respondents),
      cmocka_unit_test(shares_of_rows_and_table_are_of_those_asked),
      cmocka_unit_test(two_banners_are_each_as_if_alone),
      cmocka_unit_test(the_test_is_rao_and_scotts),
      cmocka_unit_test(overlapping_columns_are_compared_without_a_design),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
      cmocka_unit_test(threads_change_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_moments_design.c - means, totals, ratios, contrasts and quantiles by a design, against R
 * 4.2.2 and its survey package 4.1-1, and against identities that hold for every design.
 *
 * The rows are those of estimate_fixture.h (NA for every kind of missing) with
 *   d$w <- rep(c(10, 14, 8, 11, 9, 12), 4) + rep(0:3, each = 6)
 *   d$h <- rep(1:2, each = 12); d$psu <- rep(1:8, each = 3); d$id <- 1:24; d$all <- 400
 *   d$N <- rep(c(150, 90), each = 12); d$N1 <- rep(c(10, 6), each = 12)
 *   d$M <- rep(c(9, 12, 10, 8, 15, 9, 11, 7), each = 3)
 *   srs    svydesign(id = ~1, weights = ~w, fpc = ~all, data = d)
 *   strat  svydesign(id = ~1, strata = ~h, weights = ~w, fpc = ~N, data = d)
 *   clus   svydesign(id = ~psu, strata = ~h, weights = ~w, data = d)
 *   two    svydesign(id = ~psu + id, strata = ~h, weights = ~w, fpc = ~N1 + M, data = d)
 * With D one of these, and DY that of the rows that have g and y (DX: and x):
 *   mean, total   svymean(~y, D, na.rm = TRUE, deff = TRUE), deff = "replace"; confint(, degf(D))
 *   level         svytotal(~q, D, na.rm = TRUE, deff = "replace")
 *   ratio         svyratio(~y, ~x, D, na.rm = TRUE, deff = TRUE), deff = "replace"; ratio_by_deff:
 *                   the latter of subset(DX, g == ...)
 *   mean_by       b <- svyby(~y, ~g, DY, svymean, covmat = TRUE); df_by: degf(subset(D, g == ...))
 *   difference    svycontrast(b, c(a = -1, b = 1)), degf(subset(D, g %in% c("a", "b")))
 *   contrast      svycontrast(b, c(a = 1, b = 1, c = -2))
 *   shares        of q == "oui": the contrast c(a = -1, c = 1) of svyby(, svymean, covmat = TRUE)
 *   total_by, ratio_by  svyby(~y, ~g, DY, svytotal); svyby(~y, ~g, denominator = ~x, DX, svyratio)
 *   domain        svymean(~y, subset(D, x >= 4), na.rm = TRUE), degf()
 *   quantile      svyquantile(~y, subset(D, !is.na(y)), c(.25, .5, .9), qrule = "math",
 *                   interval.type = "mean", df = degf(D)): value, low, high, se
 */
#include "design/replicates.h"
#include "stat/contrast.h"
#include "stat/quantile.h"

#include "estimate_fixture.h"

enum { SRS, STRAT, CLUS, TWO, DESIGNS };

static const struct {
  const char *name;
  double mean[4], mean_deff[2], total[4], total_deff[2]; /* value, se, low, high; wor, wr */
  double level[2][3];                                    /* value, se, deff wr */
  double ratio[2], ratio_deff[2], ratio_by_deff[3], mean_by[3][2], df_by[3];
  double difference[3], contrast[2], shares[2];
  double total_by[3][2], ratio_by[3][2], domain[3], quantile[3][4];
} from_r[DESIGNS] = {
    {"srs",
     .mean = {14.07749077490775, 0.88979340769698134, 12.23681287037469, 15.918168679440809},
     .mean_deff = {1.0408530916030425, 0.95635579265371817},
     .total = {3815, 370.3562855695439, 3048.8596512900326, 4581.1403487099669},
     .total_deff = {2.4553416262914367, 2.2560149998028334},
     .level = {{148, 30.707370592345615, 1.2352392143696493}, {98, 29.175868527737538,
         1.1150989232355688}},
     .ratio = {3.5506391347099311, 0.13656181408072404},
     .ratio_deff = {1.125400511050664, 1.034151820965475},
     .ratio_by_deff = {1.0216419238355923, 0.85750862410764961, 0.81734637545735445},
     .mean_by = {{16.088235294117649, 1.300733879490416}, {13.224719101123595,
         1.5500458498424283}, {13.333333333333334, 1.2394681599531585}},
     .df_by = {8, 7, 5},
     .difference = {-2.8635161929940534, 2.0234996322875682, 16},
     .contrast = {2.6462877285745741, 3.199949380852547},
     .shares = {-0.69762658227848096, 0.1990307531302635},
     .total_by = {{1641, 476.25399964085682}, {1177, 399.85332202000609}, {920,
         371.76044647759039}},
     .ratio_by = {{3.2958715596330275, 0.18118312545594251}, {3.6781250000000001,
         0.21849616294636551}, {3.6800000000000002, 0.19413006960148721}},
     .domain = {17.14388489208633, 0.90568599162052654, 12},
     .quantile = {{11, 9, 14, 1.2085131862365444}, {14, 12, 18, 1.4502158234838531}, {21, 19,
         NAN, NAN}}},
    {"strat",
     .mean = {14.07749077490775, 0.88111789987860845, 12.250164092701347, 15.904817457114152},
     .mean_deff = {1.020655351229568, 0.93779772124045191},
     .total = {3815, 349.2048578231304, 3090.7934501793552, 4539.2065498206448},
     .total_deff = {2.1828959761057827, 2.0056867086728412},
     .level = {{148, 30.491926402862376, 1.2179670393956108}, {98, 28.824820954002522,
         1.0884263484263483}},
     .ratio = {3.5506391347099311, 0.13446317194584662},
     .ratio_deff = {1.091076639173429, 1.0026109657269346},
     .ratio_by_deff = {0.97571284953956006, 0.82363907070326103, 0.74814948806483972},
     .mean_by = {{16.088235294117649, 1.2761060519044272}, {13.224719101123595,
         1.5080043779237398}, {13.333333333333334, 1.1657024942283003}},
     .df_by = {7, 6, 4},
     .difference = {-2.8635161929940534, 2.0032721800955597, 15},
     .contrast = {2.6462877285745741, 2.9061102122535885},
     .shares = {-0.69762658227848096, 0.18933716428244379},
     .total_by = {{1641, 473.03848136117296}, {1177, 391.24149714838421}, {920,
         368.99476878939549}},
     .ratio_by = {{3.2958715596330275, 0.17706364740422595}, {3.6781250000000001,
         0.21413765199254942}, {3.6800000000000002, 0.18573080080589757}},
     .domain = {17.14388489208633, 0.89006559639247174, 11},
     .quantile = {{11, 9, 14, 1.2054739697867056}, {14, 12, 17, 1.2054739697867056}, {21, 19,
         NAN, NAN}}},
    {"clus",
     .mean = {14.07749077490775, 0.4932251572773188, 12.870612292283036, 15.284369257532463},
     .mean_deff = {0.31981697325805569, 0.29385397173895156},
     .total = {3815, 154.76756766196203, 3436.297404515064, 4193.702595484936},
     .total_deff = {0.42877790857221559, 0.3939693698689361},
     .level = {{148, 30.757112998459395, 1.2392443463872032}, {98, 7.5718777944003648,
         0.075105717962860821}},
     .ratio = {3.5506391347099311, 0.1279284008444817},
     .ratio_deff = {0.98760321622682601, 0.90752727977600212},
     .ratio_by_deff = {1.4926629951312393, 1.1505216033719747, 0.90945401911157941},
     .mean_by = {{16.088235294117649, 1.6542394845546882}, {13.224719101123595,
         1.7144045731519333}, {13.333333333333334, 1.1841432793361739}},
     .df_by = {6, 6, 4},
     .difference = {-2.8635161929940534, 3.2856184603257947, 6},
     .contrast = {2.6462877285745741, 1.883819210707808},
     .shares = {-0.69762658227848096, 0.28580515603563489},
     .total_by = {{1641, 177.21455922130099}, {1177, 214.52505681155287}, {920,
         300.92745526676913}},
     .ratio_by = {{3.2958715596330275, 0.21900260317369952}, {3.6781250000000001,
         0.25308823394636309}, {3.6800000000000002, 0.20477649865157868}},
     .domain = {17.14388489208633, 1.2165393558531525, 6},
     .quantile = {{11, 9, 14, 1.02169597929332445}, {14, 12, 16, 0.81735678343465945}, {21, 18,
         NAN, NAN}}},
    {"two",
     .mean = {14.07749077490775, 0.74924728285737052, 12.244148719045883, 15.910832830769616},
     .mean_deff = {0.73800859914861605, 0.67809646194835949},
     .total = {3815, 264.05921536802919, 3168.8703765119276, 4461.129623488072},
     .total_deff = {1.2481740352748105, 1.1468462538133868},
     .level = {{148, 29.655051230643043, 1.1520283512375349}, {98, 23.123401313640873,
         0.70043726405971318}},
     .ratio = {3.5506391347099311, 0.12344196677729055},
     .ratio_deff = {0.91954760741386321, 0.84498969329922557},
     .ratio_by_deff = {0.96624865079497069, 0.77511129066246831, 0.73715938579447515},
     .mean_by = {{16.088235294117649, 1.3491074505320921}, {13.224719101123595,
         1.4518412007842119}, {13.333333333333334, 1.1311094000208832}},
     .df_by = {6, 6, 4},
     .difference = {-2.8635161929940534, 2.3293328383858762, 6},
     .contrast = {2.6462877285745741, 2.4603478873982403},
     .shares = {-0.69762658227848096, 0.23661891899679202},
     .total_by = {{1641, 367.65760015588}, {1177, 334.73398936523256}, {920, 337.17737612802995}},
     .ratio_by = {{3.2958715596330275, 0.17620281574790392}, {3.6781250000000001,
         0.2077335284837539}, {3.6800000000000002, 0.18436158766043251}},
     .domain = {17.14388489208633, 0.9167861836420903, 6},
     .quantile = {{11, 9, 14, 1.0216959792933245}, {14, 12, 18, 1.2260351751519891}, {21, 19,
         NAN, NAN}}},
};

/* ---- the fixture ------------------------------------------------------------------------- */

static double weight_of(size_t i) {
  static const double base[] = {10, 14, 8, 11, 9, 12};
  return base[i % 6] + (double)(i / 6);
}

static struct column *numbers_of(bilan *b, double (*value)(size_t)) {
  double values[PEOPLE];
  for (size_t i = 0; i < PEOPLE; i++) values[i] = value(i);
  return make_numbers(b, PEOPLE, values);
}

static double stratum_of(size_t i) { return i < 12 ? 1 : 2; }
static double psu_of(size_t i) { return (double)(i / 3 + 1); }
static double row_of(size_t i) { return (double)(i + 1); }
static double all_of(size_t i) { return i < PEOPLE ? 400 : 0; }
static double population_of(size_t i) { return i < 12 ? 150 : 90; }
static double clusters_of(size_t i) { return i < 12 ? 10 : 6; }
static double members_of(size_t i) {
  static const double size[] = {9, 12, 10, 8, 15, 9, 11, 7};
  return size[i / 3];
}
static double ten_weights(size_t i) { return 10 * weight_of(i); }
static double lonely_stratum(size_t i) { return i < 3 ? 9 : stratum_of(i); }

/* One design of the head, with the weights and strata given. */
static bilan_status declare(bilan *b, struct design **out, int which, double (*weight)(size_t),
                            double (*stratum)(size_t), enum lonely lonely) {
  struct column *made[6] = {
      numbers_of(b, weight),
      numbers_of(b, stratum),
      numbers_of(b, psu_of),
      numbers_of(b, row_of),
      numbers_of(b, which == SRS ? all_of : which == STRAT ? population_of : clusters_of),
      numbers_of(b, members_of),
  };
  struct design_spec spec = {.weight = made[0], .lonely = lonely, .nest = true};
  bool had = true;
  for (size_t i = 0; i < 6; i++) had = had && made[i];
  if (which != SRS) spec.strata[0] = made[1];
  if (which >= CLUS) spec.clusters[spec.cluster_count++] = made[2];
  if (which == TWO) spec.clusters[spec.cluster_count++] = made[3];
  if (which != CLUS) spec.fpc[spec.fpc_count++] = made[4];
  if (which == TWO) spec.fpc[spec.fpc_count++] = made[5];
  bilan_status status = had ? design_declare(b, out, PEOPLE, &spec) : BILAN_NOMEM;
  for (size_t i = 0; i < 6; i++) column_free(made[i]);
  return status;
}

static void open_design(struct people *p, struct design **d, int which) {
  people_open(p);
  assert_int_equal(declare(&p->b, d, which, weight_of, stratum_of, LONELY_FAIL), BILAN_OK);
  p->sample.design = *d;
}

static void close_design(struct people *p, struct design *d) {
  design_free(d);
  people_close(p);
}

static const struct moment_options usual = {0.95, DEFF_NONE};
static const struct moment_options with_wor = {0.95, DEFF_WOR}, with_wr = {0.95, DEFF_WR};

static const struct estimate *row(const struct people *p, size_t i) {
  assert_true(i < p->out.count);
  return &p->out.rows[i].e;
}

static void expect_both(const struct estimate *e, const double want[2]) {
  expect_figure(e, FIGURE_VALUE, want[0]);
  expect_figure(e, FIGURE_SE, want[1]);
}

/* ---- against R --------------------------------------------------------------------------- */

static void means_and_totals_agree_with_r(void **state) {
  (void)state;
  for (int which = 0; which < DESIGNS; which++) {
    struct people p;
    struct design *d;
    open_design(&p, &d, which);
    mean_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &with_wor);
    mean_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &with_wr);
    total_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &with_wor);
    total_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &with_wr);
    assert_int_equal(p.out.count, 4);
    for (size_t i = 0; i < 4; i++) {
      const double *want = i < 2 ? from_r[which].mean : from_r[which].total;
      const double *deff = i < 2 ? from_r[which].mean_deff : from_r[which].total_deff;
      expect_both(row(&p, i), want);
      expect_figure(row(&p, i), FIGURE_LOW, want[2]);
      expect_figure(row(&p, i), FIGURE_HIGH, want[3]);
      expect_figure(row(&p, i), FIGURE_DEFF, deff[i % 2]);
      assert_int_equal(row(&p, i)->n, 22);
      assert_int_equal(row(&p, i)->missing[BILAN_NO_ANSWER], 2);
      expect_figure(row(&p, i), FIGURE_WEIGHTED_N, 271);
    }
    close_design(&p, d);
  }
}

static void totals_of_levels_and_ratios_agree_with_r(void **state) {
  (void)state;
  for (int which = 0; which < DESIGNS; which++) {
    struct people p;
    struct design *d;
    open_design(&p, &d, which);
    total_levels(&p.b, &p.out, &p.sample, p.q, &alone, &with_wr);
    ratio_estimate(&p.b, &p.out, &p.sample, p.y, p.x, &alone, &with_wor);
    ratio_estimate(&p.b, &p.out, &p.sample, p.y, p.x, &alone, &with_wr);
    assert_int_equal(p.out.count, 4);
    for (size_t i = 0; i < 2; i++) {
      expect_close(figure(row(&p, 2 + i), FIGURE_DEFF), from_r[which].ratio_deff[i], 1e-11);
      expect_both(row(&p, i), from_r[which].level[i]);
      expect_figure(row(&p, i), FIGURE_DEFF, from_r[which].level[i][2]);
    }
    expect_both(row(&p, 2), from_r[which].ratio);
    close_design(&p, d);
  }
}

static void groups_agree_with_r(void **state) {
  (void)state;
  for (int which = 0; which < DESIGNS; which++) {
    struct people p;
    struct design *d;
    open_design(&p, &d, which);
    struct by by = by_of(p.g);
    mean_estimate(&p.b, &p.out, &p.sample, p.y, &by, &usual);
    total_estimate(&p.b, &p.out, &p.sample, p.y, &by, &usual);
    ratio_estimate(&p.b, &p.out, &p.sample, p.y, p.x, &by, &with_wr);
    assert_int_equal(p.out.count, 9);
    for (size_t i = 0; i < 3; i++) {
      expect_close(figure(row(&p, 6 + i), FIGURE_DEFF), from_r[which].ratio_by_deff[i], 1e-11);
      expect_both(row(&p, i), from_r[which].mean_by[i]);
      expect_figure(row(&p, i), FIGURE_DF, from_r[which].df_by[i]);
      expect_both(row(&p, 3 + i), from_r[which].total_by[i]);
      expect_both(row(&p, 6 + i), from_r[which].ratio_by[i]);
    }
    close_design(&p, d);
  }
}

static void contrasts_agree_with_r(void **state) {
  (void)state;
  static const double wide[] = {0, 1, 1, -2}, shares[] = {0, -1, 0, 1};
  for (int which = 0; which < DESIGNS; which++) {
    struct people p;
    struct design *d;
    open_design(&p, &d, which);
    const struct contrast means = {p.g, wide}, levels = {p.g, shares};
    difference_estimate(&p.b, &p.out, &p.sample, p.y, p.g, GROUP_A, GROUP_B, 0.95);
    contrast_estimate(&p.b, &p.out, &p.sample, p.y, &means, 0.95);
    contrast_shares(&p.b, &p.out, &p.sample, p.q, OUI, BASE_ASKED, &levels, 0.95);
    assert_int_equal(p.out.count, 3);
    expect_both(row(&p, 0), from_r[which].difference);
    expect_figure(row(&p, 0), FIGURE_DF, from_r[which].difference[2]);
    expect_figure(row(&p, 0), FIGURE_STATISTIC,
                  from_r[which].difference[0] / from_r[which].difference[1]);
    expect_both(row(&p, 1), from_r[which].contrast);
    assert_int_equal(row(&p, 1)->n, 21);
    expect_both(row(&p, 2), from_r[which].shares);
    assert_int_equal(row(&p, 2)->n, 13);
    close_design(&p, d);
  }
}

/* 2 * pt(-abs(-2.8635161929940534 / 3.2856184603257947), 6) */
static void a_contrast_has_a_p_value_on_the_design_degrees(void **state) {
  (void)state;
  struct people p;
  struct design *d;
  open_design(&p, &d, CLUS);
  difference_estimate(&p.b, &p.out, &p.sample, p.y, p.g, GROUP_A, GROUP_B, 0.95);
  expect_figure(row(&p, 0), FIGURE_P_VALUE, 0.41696972455324466);
  close_design(&p, d);
}

static struct domain *large_x(struct people *p) {
  struct domain *domain;
  assert_int_equal(domain_new(&p->b, &domain, PEOPLE), BILAN_OK);
  for (size_t i = 0; i < PEOPLE; i++)
    if (people_x[i] >= 4) domain_set(domain, i);
  return domain;
}

static void a_domain_is_no_filter(void **state) {
  (void)state;
  for (int which = 0; which < DESIGNS; which++) {
    struct people p;
    struct design *d;
    open_design(&p, &d, which);
    struct domain *domain = large_x(&p);
    p.sample.domain = domain;
    mean_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &usual);
    expect_both(row(&p, 0), from_r[which].domain);
    expect_figure(row(&p, 0), FIGURE_DF, from_r[which].domain[2]);
    p.sample.degrees = DEGREES_DESIGN;
    mean_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &usual);
    expect_figure(row(&p, 1), FIGURE_DF, which == SRS ? 23 : which == STRAT ? 22 : 6);
    domain_free(domain);
    close_design(&p, d);
  }
}

static void quantiles_agree_with_r(void **state) {
  (void)state;
  static const double p_list[] = {0.25, 0.5, 0.9};
  static const enum figure figures[] = {FIGURE_VALUE, FIGURE_LOW, FIGURE_HIGH, FIGURE_SE};
  const struct quantile_options o = {p_list, 3, RULE_MATH, TIES_ROWS, 0.95};
  for (int which = 0; which < DESIGNS; which++) {
    struct people p;
    struct design *d;
    open_design(&p, &d, which);
    quantile_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &o);
    assert_int_equal(p.out.count, 3);
    for (size_t i = 0; i < 3; i++)
      for (size_t f = 0; f < 4; f++) {
        double want = from_r[which].quantile[i][f];
        if (isnan(want)) assert_false(estimate_has(row(&p, i), figures[f]));
        else expect_figure(row(&p, i), figures[f], want);
      }
    assert_true(row(&p, 2)->notes == NOTE_NOT_ESTIMABLE);
    close_design(&p, d);
  }
}

/* e <- d; e$h[1:3] <- 9; options(survey.lonely.psu = ...)
 * D <- svydesign(id = ~psu, strata = ~h, weights = ~w, data = e): SE of svymean, svytotal of y.
 * That package squares the lonely total itself under "adjust". About the mean of all clusters, as
 * Stata's "centered" does, it is sqrt(159.60158729369414^2 + (402 - 3815 / 8)^2). */
static void lonely_strata_agree_with_r(void **state) {
  (void)state;
  static const struct {
    enum lonely lonely;
    double mean, total;
  } want[] = {{LONELY_ADJUST, 0.47547737091673881, 176.29217875920267},
              {LONELY_CERTAINTY, 0.44054105200787463, 159.60158729369414},
              {LONELY_AVERAGE, 0.53955039408409977, 195.4712255039089}};
  for (size_t i = 0; i < 3; i++) {
    struct people p;
    struct design *d;
    people_open(&p);
    assert_int_equal(declare(&p.b, &d, CLUS, weight_of, lonely_stratum, want[i].lonely),
                     BILAN_OK);
    p.sample.design = d;
    mean_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &usual);
    total_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &usual);
    expect_figure(row(&p, 0), FIGURE_SE, want[i].mean);
    expect_figure(row(&p, 1), FIGURE_SE, want[i].total);
    close_design(&p, d);
  }
}

/* ---- identities -------------------------------------------------------------------------- */

/* Totals of the parts add up to that of the whole. */
static void totals_of_groups_sum_to_the_total(void **state) {
  (void)state;
  struct people p;
  struct design *d;
  open_design(&p, &d, TWO);
  struct by by = by_of(p.q);
  struct domain *answered;
  assert_int_equal(domain_new(&p.b, &answered, PEOPLE), BILAN_OK);
  for (size_t i = 0; i < PEOPLE; i++)
    if (people_q[i] == OUI || people_q[i] == NON) domain_set(answered, i);
  total_estimate(&p.b, &p.out, &p.sample, p.x, &by, &usual);
  p.sample.domain = answered;
  total_estimate(&p.b, &p.out, &p.sample, p.x, &alone, &usual);
  assert_int_equal(p.out.count, 3);
  expect_close(figure(row(&p, 0), FIGURE_VALUE) + figure(row(&p, 1), FIGURE_VALUE),
               figure(row(&p, 2), FIGURE_VALUE), 1e-14);
  domain_free(answered);
  close_design(&p, d);
}

/* The mean of a domain is the ratio of y and 1, both 0 outside, over the whole sample. */
static void a_domain_mean_is_a_ratio_of_totals(void **state) {
  (void)state;
  for (int which = 0; which < DESIGNS; which++) {
    struct people p;
    struct design *d;
    double y[PEOPLE], one[PEOPLE];
    open_design(&p, &d, which);
    for (size_t i = 0; i < PEOPLE; i++) {
      one[i] = people_x[i] >= 4 && !isnan(people_y[i]);
      y[i] = one[i] > 0 ? people_y[i] : 0;
    }
    struct column *cy = make_numbers(&p.b, PEOPLE, y), *c1 = make_numbers(&p.b, PEOPLE, one);
    struct domain *domain = large_x(&p);
    ratio_estimate(&p.b, &p.out, &p.sample, cy, c1, &alone, &usual);
    p.sample.domain = domain;
    mean_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &usual);
    expect_close(figure(row(&p, 0), FIGURE_VALUE), figure(row(&p, 1), FIGURE_VALUE), 1e-14);
    expect_close(figure(row(&p, 0), FIGURE_SE), figure(row(&p, 1), FIGURE_SE), 1e-14);
    column_free(cy);
    column_free(c1);
    domain_free(domain);
    close_design(&p, d);
  }
}

/* Weights times ten: totals times ten; means, ratios, quantiles and Kish's n stay. */
static void the_scale_of_weights_matters_to_totals_alone(void **state) {
  (void)state;
  static const double half[] = {0.5};
  const struct quantile_options o = {half, 1, RULE_MATH, TIES_ROWS, 0.95};
  struct people p;
  struct design *d[2];
  open_design(&p, &d[0], CLUS);
  assert_int_equal(declare(&p.b, &d[1], CLUS, ten_weights, stratum_of, LONELY_FAIL), BILAN_OK);
  for (size_t i = 0; i < 2; i++) {
    p.sample.design = d[i];
    mean_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &with_wr);
    ratio_estimate(&p.b, &p.out, &p.sample, p.y, p.x, &alone, &usual);
    quantile_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &o);
    total_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &usual);
  }
  for (size_t i = 0; i < 4; i++) {
    double times = i == 3 ? 10 : 1;
    for (int f = FIGURE_VALUE; f <= FIGURE_HIGH; f++)
      expect_close(figure(row(&p, 4 + i), (enum figure)f),
                   times * figure(row(&p, i), (enum figure)f), 1e-13);
    expect_close(figure(row(&p, 4 + i), FIGURE_EFFECTIVE_N),
                 figure(row(&p, i), FIGURE_EFFECTIVE_N), 1e-13);
  }
  expect_close(figure(row(&p, 4), FIGURE_DEFF), figure(row(&p, 0), FIGURE_DEFF), 1e-13);
  design_free(d[1]);
  close_design(&p, d[0]);
}

/* With replacement within strata, the jackknife of a total is its linearisation. */
static void a_jackknifed_total_is_the_linear_one(void **state) {
  (void)state;
  const struct replicates_plan plan = {.kind = REPLICATE_JKN, .mse = 0};
  struct people p;
  struct design *d, *r;
  open_design(&p, &d, CLUS);
  struct by by = by_of(p.g);
  assert_int_equal(replicates_make(&p.b, &r, d, &plan), BILAN_OK);
  total_estimate(&p.b, &p.out, &p.sample, p.y, &by, &usual);
  p.sample.design = r;
  total_estimate(&p.b, &p.out, &p.sample, p.y, &by, &usual);
  for (size_t i = 0; i < 3; i++)
    expect_close(figure(row(&p, 3 + i), FIGURE_SE), figure(row(&p, i), FIGURE_SE), 1e-13);
  design_free(r);
  close_design(&p, d);
}

/* y + 1e9 has the standard error of y, whatever the design. */
static void a_large_mean_costs_no_digits(void **state) {
  (void)state;
  for (int which = 0; which < DESIGNS; which++) {
    struct people p;
    struct design *d;
    double far[PEOPLE];
    open_design(&p, &d, which);
    for (size_t i = 0; i < PEOPLE; i++) far[i] = people_y[i] + 1e9;
    struct column *c = make_numbers(&p.b, PEOPLE, far);
    struct by by = by_of(p.g);
    mean_estimate(&p.b, &p.out, &p.sample, p.y, &by, &with_wr);
    mean_estimate(&p.b, &p.out, &p.sample, c, &by, &with_wr);
    for (size_t i = 0; i < 3; i++) {
      expect_close(figure(row(&p, 3 + i), FIGURE_SE), figure(row(&p, i), FIGURE_SE), 1e-12);
      expect_close(figure(row(&p, 3 + i), FIGURE_DEFF), figure(row(&p, i), FIGURE_DEFF), 1e-12);
    }
    column_free(c);
    close_design(&p, d);
  }
}

/* ---- words ------------------------------------------------------------------------------- */

/* Rows 0 to 2 are one cluster: its total varies, its mean has no degrees of freedom. */
static void a_domain_of_one_cluster_has_no_interval(void **state) {
  (void)state;
  struct people p;
  struct design *d;
  struct domain *domain;
  open_design(&p, &d, CLUS);
  assert_int_equal(domain_new(&p.b, &domain, PEOPLE), BILAN_OK);
  for (size_t i = 0; i < 3; i++) domain_set(domain, i);
  p.sample.domain = domain;
  mean_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &usual);
  total_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &usual);
  for (size_t i = 0; i < 2; i++) {
    assert_true(row(&p, i)->notes == NOTE_NO_DEGREES);
    assert_true(estimate_has(row(&p, i), FIGURE_VALUE));
    assert_false(estimate_has(row(&p, i), FIGURE_LOW));
  }
  assert_false(estimate_has(row(&p, 0), FIGURE_SE));
  assert_true(figure(row(&p, 1), FIGURE_SE) > 0);
  domain_free(domain);
  close_design(&p, d);
}

/* Strata whose sizes the weights know: their totals have no sampling error. */
static double flat_weight(size_t i) { return i < 12 ? 12.5 : 7.5; }
static void what_the_design_fixes_is_said(void **state) {
  (void)state;
  static const char *const labels[] = {"one", "two"};
  uint32_t codes[PEOPLE];
  double same[PEOPLE];
  struct people p;
  struct design *d;
  people_open(&p);
  for (size_t i = 0; i < PEOPLE; i++) {
    codes[i] = i < 12 ? 1 : 2;
    same[i] = 0.1;
  }
  struct column *h = make_codes(&p.b, PEOPLE, codes, labels, 2);
  struct column *c = make_numbers(&p.b, PEOPLE, same);
  assert_int_equal(declare(&p.b, &d, STRAT, flat_weight, stratum_of, LONELY_FAIL), BILAN_OK);
  p.sample.design = d;
  total_levels(&p.b, &p.out, &p.sample, h, &alone, &usual);
  mean_estimate(&p.b, &p.out, &p.sample, c, &alone, &usual);
  for (size_t i = 0; i < 2; i++) {
    assert_true(row(&p, i)->notes == NOTE_FIXED);
    expect_figure(row(&p, i), FIGURE_LOW, i ? 90 : 150);
    expect_figure(row(&p, i), FIGURE_HIGH, i ? 90 : 150);
  }
  assert_true(row(&p, 2)->notes == NOTE_CONSTANT);
  assert_true(figure(row(&p, 2), FIGURE_SE) == 0);
  assert_false(estimate_has(row(&p, 2), FIGURE_LOW));
  column_free(h);
  column_free(c);
  close_design(&p, d);
}

static void groups_without_or_with_one_respondent_have_no_test(void **state) {
  (void)state;
  static const uint32_t codes[PEOPLE] = {1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
                                         2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
  static const char *const labels[] = {"one", "many", "none"};
  struct people p;
  struct design *d;
  open_design(&p, &d, STRAT);
  struct column *g = make_codes(&p.b, PEOPLE, codes, labels, 3);
  difference_estimate(&p.b, &p.out, &p.sample, p.y, g, 1, 2, 0.95);
  difference_estimate(&p.b, &p.out, &p.sample, p.y, g, 2, 3, 0.95);
  assert_true(row(&p, 0)->notes == NOTE_ONE_RESPONDENT);
  assert_true(estimate_has(row(&p, 0), FIGURE_VALUE));
  assert_false(estimate_has(row(&p, 0), FIGURE_P_VALUE));
  assert_true(row(&p, 1)->notes == NOTE_EMPTY_GROUP);
  assert_false(estimate_has(row(&p, 1), FIGURE_VALUE));
  column_free(g);
  close_design(&p, d);
}

/* Weights of 1 are no population to draw from without replacement. */
static double ones(size_t i) { return i < PEOPLE ? 1 : 0; }
static void a_design_effect_needs_a_population(void **state) {
  (void)state;
  struct people p;
  struct design *d;
  people_open(&p);
  assert_int_equal(declare(&p.b, &d, CLUS, ones, stratum_of, LONELY_FAIL), BILAN_OK);
  p.sample.design = d;
  mean_estimate(&p.b, &p.out, &p.sample, p.y, &alone, &with_wor);
  assert_true(row(&p, 0)->notes == NOTE_NO_POPULATION);
  assert_false(estimate_has(row(&p, 0), FIGURE_DEFF));
  assert_true(estimate_has(row(&p, 0), FIGURE_LOW));
  close_design(&p, d);
}

/* ---- memory ------------------------------------------------------------------------------ */

static bilan_status with_design(struct people *p, bilan_status (*call)(struct people *p)) {
  struct design *d;
  bilan_status status = declare(&p->b, &d, TWO, weight_of, stratum_of, LONELY_FAIL);
  if (status) return status;
  p->sample.design = d;
  status = call(p);
  design_free(d);
  return status;
}
static bilan_status all_of_them(struct people *p) {
  static const double half[] = {0.5}, c[] = {0, 1, 1, -2};
  const struct quantile_options o = {half, 1, RULE_HF7, TIES_ROWS, 0.95};
  const struct contrast contrast = {p->g, c};
  struct by by = by_of(p->g);
  bilan_status status = mean_estimate(&p->b, &p->out, &p->sample, p->y, &by, &with_wr);
  if (!status) status = total_levels(&p->b, &p->out, &p->sample, p->q, &by, &with_wr);
  if (!status) status = ratio_estimate(&p->b, &p->out, &p->sample, p->y, p->x, &by, &usual);
  if (!status) status = quantile_estimate(&p->b, &p->out, &p->sample, p->y, &by, &o);
  if (status) return status;
  return contrast_shares(&p->b, &p->out, &p->sample, p->q, OUI, BASE_ASKED, &contrast, 0.95);
}
static bilan_status attempt_all(struct people *p) { return with_design(p, all_of_them); }
static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  survive_without_memory(attempt_all);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(means_and_totals_agree_with_r),
      cmocka_unit_test(totals_of_levels_and_ratios_agree_with_r),
      cmocka_unit_test(groups_agree_with_r),
      cmocka_unit_test(contrasts_agree_with_r),
      cmocka_unit_test(a_contrast_has_a_p_value_on_the_design_degrees),
      cmocka_unit_test(a_domain_is_no_filter),
      cmocka_unit_test(quantiles_agree_with_r),
      cmocka_unit_test(lonely_strata_agree_with_r),
      cmocka_unit_test(totals_of_groups_sum_to_the_total),
      cmocka_unit_test(a_domain_mean_is_a_ratio_of_totals),
      cmocka_unit_test(the_scale_of_weights_matters_to_totals_alone),
      cmocka_unit_test(a_jackknifed_total_is_the_linear_one),
      cmocka_unit_test(a_large_mean_costs_no_digits),
      cmocka_unit_test(a_domain_of_one_cluster_has_no_interval),
      cmocka_unit_test(what_the_design_fixes_is_said),
      cmocka_unit_test(groups_without_or_with_one_respondent_have_no_test),
      cmocka_unit_test(a_design_effect_needs_a_population),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

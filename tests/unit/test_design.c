/* test_design.c - declared samples: numbers of units and strata, factors and degrees of freedom
 * against R's survey 4.1-1, what is refused and in which words, copies, subsets, and memory
 * running out at every request. */
#include "design/calibration.h"
#include "design/design.h"
#include "design/linear.h"
#include "design/replicates.h"
#include "design/stages.h"

#include "fixture.h"

/* ---- a small survey of two stages ----------------------------------------------------------- */

/* Strata A, B, C of 3, 2 and 1 schools; classes in schools, school 3 with two kinds of classes;
 * z are weighted influences that sum to 0.
 *
 * R: d <- data.frame(h = rep(c("A","B","C"), c(9,5,2)),
 *      psu = c(1,1,1,2,2,2,3,3,3,4,4,5,5,5,6,6), ssu = c(1,1,2,1,2,2,1,2,3,1,2,1,1,2,1,2),
 *      g = c(rep("x",8),"y",rep("x",7)), N1 = rep(c(10,4,5), c(9,5,2)),
 *      N2 = c(6,6,6,2,2,2,9,9,4,5,5,4,4,4,3,3), z = c(3,-1,2,5,-4,1,0,7,-2,4,-6,1,2,-3,-5,-4))
 *    v <- function(D, lonely) survey:::svyrecvar(matrix(d$z), D$cluster, D$strata, D$fpc)
 *    two <- svydesign(~psu+ssu, strata = ~h+g, fpc = ~N1+N2, weights = ~N1, data = d)
 *    one <- svydesign(~psu, strata = ~h, weights = ~N1, data = d)
 * each under options(survey.lonely.psu = ...). */
enum { ROWS = 16, STRATUM = 0, SCHOOL, CLASS, KIND, N1, N2, WEIGHT, COLUMNS };
static const char *const strata_of[] = {"A", "A", "A", "A", "A", "A", "A", "A",
                                        "A", "B", "B", "B", "B", "B", "C", "C"};
static const char *const kinds_of[] = {"x", "x", "x", "x", "x", "x", "x", "x",
                                       "y", "x", "x", "x", "x", "x", "x", "x"};
static const double numbers_of[COLUMNS][ROWS] = {
    [SCHOOL] = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6},
    [CLASS] = {1, 1, 2, 1, 2, 2, 1, 2, 3, 1, 2, 1, 1, 2, 1, 2},
    [N1] = {10, 10, 10, 10, 10, 10, 10, 10, 10, 4, 4, 4, 4, 4, 5, 5},
    [N2] = {6, 6, 6, 2, 2, 2, 9, 9, 4, 5, 5, 4, 4, 4, 3, 3},
    [WEIGHT] = {1, 2, 0.5, 1, 1, 3, 1, 1, 1, 2, 2, 2, 1, 1, 4, 1},
};
static const double influence[ROWS] = {3, -1, 2, 5, -4, 1, 0, 7, -2, 4, -6, 1, 2, -3, -5, -4};

struct survey {
  bilan b;
  struct column *columns[COLUMNS];
};

/* A TEXT column; NULL in `texts` means no answer. */
static struct column *make_texts(bilan *b, size_t rows, const char *const *texts) {
  struct text_builder k;
  struct column *c = NULL;
  text_builder_open(b, &k);
  for (size_t i = 0; i < rows; i++) {
    struct text t = texts[i] ? text_of(texts[i]) : TEXT("");
    assert_int_equal(text_builder_add(&k, t, texts[i] ? BILAN_PRESENT : BILAN_REFUSED), BILAN_OK);
  }
  assert_int_equal(text_builder_finish(&k, &c), BILAN_OK);
  return c;
}

static void survey_open(struct survey *s) {
  handle_init(&s->b);
  for (int i = 0; i < COLUMNS; i++) {
    if (i == STRATUM) s->columns[i] = make_texts(&s->b, ROWS, strata_of);
    else if (i == KIND) s->columns[i] = make_texts(&s->b, ROWS, kinds_of);
    else s->columns[i] = make_numbers(&s->b, ROWS, numbers_of[i]);
    assert_non_null(s->columns[i]);
  }
}

static void survey_close(struct survey *s) {
  for (int i = 0; i < COLUMNS; i++) column_free(s->columns[i]);
  assert_int_equal(s->b.mem.used, 0);
}

/* Another column in the place of one. */
static void replace(struct survey *s, int at, struct column *c) {
  assert_non_null(c);
  column_free(s->columns[at]);
  s->columns[at] = c;
}

static void replace_numbers(struct survey *s, int at, const double *values) {
  replace(s, at, make_numbers(&s->b, ROWS, values));
}

/* One value of a column of numbers changed; NAN: no answer. */
static void change(struct survey *s, int at, size_t row, double value) {
  double values[ROWS];
  for (size_t i = 0; i < ROWS; i++)
    values[i] = column_missing(s->columns[at], i) ? NAN : column_number(s->columns[at], i);
  values[row - 1] = value;
  replace_numbers(s, at, values);
}

static struct design_spec one_stage(const struct survey *s, enum lonely lonely) {
  return (struct design_spec){
      .clusters = {s->columns[SCHOOL]},
      .cluster_count = 1,
      .strata = {s->columns[STRATUM]},
      .lonely = lonely,
  };
}

static struct design_spec two_stages(const struct survey *s, enum lonely lonely) {
  struct design_spec spec = one_stage(s, lonely);
  spec.clusters[1] = s->columns[CLASS];
  spec.cluster_count = 2;
  spec.strata[1] = s->columns[KIND];
  spec.fpc[0] = s->columns[N1];
  spec.fpc[1] = s->columns[N2];
  spec.fpc_count = 2;
  return spec;
}

static struct design *declare(struct survey *s, const struct design_spec *spec) {
  struct design *d = NULL;
  if (design_declare(&s->b, &d, ROWS, spec)) print_error("%s\n", s->b.message);
  assert_non_null(d);
  return d;
}

/* The message of a declaration that is refused; nothing is left behind. */
static const char *refusal(struct survey *s, const struct design_spec *spec,
                           bilan_status expected) {
  struct design *d = NULL;
  size_t before = s->b.mem.used;
  assert_int_equal(design_declare(&s->b, &d, ROWS, spec), expected);
  assert_null(d);
  assert_int_equal(s->b.mem.used, before);
  return s->b.message;
}

/* ---- the variance formula of design.h, term by term ----------------------------------------- */

static size_t unit_of(const struct stage *s, size_t row) { return s->unit ? s->unit[row] : row; }
static size_t stratum_of(const struct stage *s, size_t unit) {
  return s->stratum ? s->stratum[unit] : 0;
}

static double stage_variance(const struct stage *s, size_t rows, const double *z) {
  double total[64] = {0}, mean[64] = {0}, all = 0, sum = 0;
  for (size_t i = 0; i < rows; i++) total[unit_of(s, i)] += z[i];
  for (size_t u = 0; u < s->units; u++) {
    mean[stratum_of(s, u)] += total[u] / (double)s->sampled[stratum_of(s, u)];
    all += total[u] / (double)s->units;
  }
  for (size_t u = 0; u < s->units; u++) {
    size_t h = stratum_of(s, u);
    double centre = s->centre_all && s->centre_all[h] ? all : mean[h];
    sum += s->factor[h] * (total[u] - centre) * (total[u] - centre);
  }
  return sum;
}

static double variance(const struct design *d, const double *z) {
  double sum = 0;
  for (size_t s = 0; s < d->stage_count; s++)
    sum += stage_variance(&d->stages[s], d->rows, z);
  return sum;
}

static void expect_variance(struct survey *s, const struct design_spec *spec, double expected) {
  struct design *d = declare(s, spec);
  expect_close(variance(d, influence), expected, 1e-14);
  design_free(d);
}

/* ---- without a declaration ------------------------------------------------------------------ */

/* Rows are units of one stratum, with replacement: n / (n - 1), and n - 1 degrees of freedom. */
static void plain_design_is_a_simple_random_sample(void **state) {
  (void)state;
  bilan b;
  double df = -1;
  struct design_plain p;
  handle_init(&b);
  const struct design *d = design_plain(&p, 5);
  assert_false(d->declared);
  assert_true(d->rows == 5 && d->stage_count == 1 && d->stages->units == 5);
  assert_null(d->stages->unit);
  assert_null(d->stages->stratum);
  assert_true(d->stages->factor[0] == 1.25 && isinf(d->stages->population[0]));
  assert_int_equal(d->stages->sampled[0], 5);
  assert_true(design_weight(d, 3) == 1);
  assert_int_equal(design_degrees(&b, &df, d, NULL, NULL, 0), BILAN_OK);
  assert_true(df == 4);
  struct design *copy = NULL;
  assert_int_equal(design_copy(&b, &copy, d), BILAN_INTERNAL);
  assert_int_equal(b.mem.used, 0);
}

/* No variance of one row or none: factor 0, no degrees of freedom. */
static void plain_design_of_one_row_or_none_has_no_variance(void **state) {
  (void)state;
  bilan b;
  struct design_plain p;
  handle_init(&b);
  for (size_t rows = 0; rows < 2; rows++) {
    double df = -1;
    assert_true(design_plain(&p, rows)->stages->factor[0] == 0);
    assert_int_equal(design_degrees(&b, &df, &p.design, NULL, NULL, 0), BILAN_OK);
    assert_true(df == 0);
  }
}

/* ---- units and strata ----------------------------------------------------------------------- */

/* The worked example of design.h: 3 of 30 and 2 of 20 schools. */
static void factors_are_those_of_the_worked_example(void **state) {
  (void)state;
  struct survey s;
  survey_open(&s);
  static const double n1[ROWS] = {30, 30, 30, 30, 30, 30, 30, 30, 30, 20, 20, 20, 20, 20, 1, 1};
  replace_numbers(&s, N1, n1);
  struct design_spec spec = one_stage(&s, LONELY_FAIL);
  spec.fpc[0] = s.columns[N1];
  spec.fpc_count = 1;
  struct design *d = declare(&s, &spec);
  const struct stage *stage = d->stages;
  assert_true(d->declared && stage->units == 6 && stage->strata == 3);
  expect_close(stage->factor[0], 0.9 * 1.5, 1e-15);
  expect_close(stage->factor[1], 0.9 * 2, 1e-15);
  assert_true(stage->factor[2] == 0);
  assert_true(stage->sampled[0] == 3 && stage->sampled[1] == 2 && stage->sampled[2] == 1);
  design_free(d);
  survey_close(&s);
}

/* Without clusters rows are units and nothing is stored a row; strata of rows count rows. */
static void rows_are_units_without_clusters(void **state) {
  (void)state;
  struct survey s;
  survey_open(&s);
  struct design_spec spec = {.strata = {s.columns[STRATUM]}, .weight = s.columns[WEIGHT]};
  struct design *d = declare(&s, &spec);
  assert_null(d->stages->unit);
  assert_true(d->stages->units == ROWS && d->stages->strata == 3);
  assert_true(d->stages->sampled[0] == 9 && d->stages->sampled[2] == 2);
  assert_true(d->weight == s.columns[WEIGHT]);
  assert_true(design_weight(d, 14) == 4);
  design_free(d);
  survey_close(&s);
}

/* Labels that differ in every row are rows by another name. */
static void distinct_labels_are_rows(void **state) {
  (void)state;
  struct survey s;
  survey_open(&s);
  double ids[ROWS];
  for (int i = 0; i < ROWS; i++) ids[i] = 1000 - i * 7;
  replace_numbers(&s, SCHOOL, ids);
  struct design_spec spec = {.clusters = {s.columns[SCHOOL]}, .cluster_count = 1};
  struct design *d = declare(&s, &spec);
  assert_null(d->stages->unit);
  assert_null(d->stages->stratum);
  assert_true(d->stages->units == ROWS && d->stages->strata == 1);
  design_free(d);
  survey_close(&s);
}

/* Class 1 of school 1 is not class 1 of school 2, with or without `nest`; a stratum of classes
 * lies within its school. */
static void later_stages_lie_within_their_unit(void **state) {
  (void)state;
  static const uint32_t units[ROWS] = {0, 0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 9, 10, 11, 12};
  static const uint32_t strata[13] = {0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6};
  struct survey s;
  survey_open(&s);
  for (int nest = 0; nest < 2; nest++) {
    struct design_spec spec = two_stages(&s, LONELY_CERTAINTY);
    spec.nest = nest;
    struct design *d = declare(&s, &spec);
    const struct stage *stage = &d->stages[1];
    assert_true(stage->units == 13 && stage->strata == 7);
    assert_memory_equal(stage->unit, units, sizeof units);
    assert_memory_equal(stage->stratum, strata, sizeof strata);
    assert_int_equal(d->collisions, 0);
    design_free(d);
  }
  survey_close(&s);
}

/* The number of a unit is that of distinct pairs (stratum, cluster) before its own: against a
 * search of all rows, each pair looked at where it stands first. */
static void labels_match_a_search(uint32_t strata, uint32_t clusters) {
  enum { MANY = 3000 };
  static double stratum[MANY], cluster[MANY];
  static bool first[MANY];
  bilan b;
  struct design *d = NULL;
  uint64_t seed = 3;
  handle_init(&b);
  for (size_t i = 0; i < MANY; i++) {
    stratum[i] = draw_below(&seed, strata) * 0.5 - 3;
    cluster[i] = draw_below(&seed, clusters) * 1e6;
  }
  struct column *h = make_numbers(&b, MANY, stratum), *c = make_numbers(&b, MANY, cluster);
  struct design_spec spec = {.clusters = {c}, .cluster_count = 1, .strata = {h}, .nest = true,
                             .lonely = LONELY_CERTAINTY};
  assert_int_equal(design_declare(&b, &d, MANY, &spec), BILAN_OK);
  uint32_t count = 0, collisions = 0;
  for (size_t i = 0; i < MANY; i++) {
    size_t j = 0, met = 0;
    while (stratum[j] != stratum[i] || cluster[j] != cluster[i]) j++;
    first[i] = j == i;
    count += first[i];
    for (j = 0; j < i; j++) met += first[j] && cluster[j] == cluster[i];
    collisions += first[i] && met == 1;
  }
  for (size_t i = 0; i < MANY; i++) {
    uint32_t unit = 0;
    for (size_t j = 0; j < MANY; j++)
      unit += first[j] && (stratum[j] < stratum[i] ||
                           (stratum[j] == stratum[i] && cluster[j] < cluster[i]));
    assert_int_equal(d->stages->unit[i], unit);
    assert_int_equal(d->stages->stratum[unit], (uint32_t)((stratum[i] + 3) * 2));
  }
  assert_int_equal(d->stages->units, count);
  assert_int_equal(d->collisions, collisions);
  design_free(d);
  column_free(h);
  column_free(c);
  assert_int_equal(b.mem.used, 0);
}

/* Few pairs are looked up in one table, of many not. */
static void random_labels_match_a_search_of_all_rows(void **state) {
  (void)state;
  labels_match_a_search(20, 40);
  labels_match_a_search(200, 20000);
}

/* Every place in a row of weights is looked at, with one that is odd and with one that is 0. */
static void a_look_at_weights_misses_none(void **state) {
  static const double odd[] = {-1, NAN, INFINITY, -INFINITY, -5e-324};
  (void)state;
  for (size_t rows = 1; rows < 8; rows++) {
    double weight[8] = {0};
    struct weights_seen none = weights_look(weight, rows);
    assert_true(none.fine && !none.any && !none.all);
    for (size_t i = 0; i < rows; i++) weight[i] = 0.5;
    struct weights_seen seen = weights_look(weight, rows);
    assert_true(seen.fine && seen.any && seen.all);
    for (size_t i = 0; i < rows; i++) {
      for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
        weight[i] = odd[k];
        assert_false(weights_look(weight, rows).fine);
      }
      weight[i] = 0;
      seen = weights_look(weight, rows);
      assert_true(seen.fine && seen.any == (rows > 1) && !seen.all);
      weight[i] = 0.5;
    }
  }
}

/* ---- labels --------------------------------------------------------------------------------- */

/* Trap 31: 1.0 and 1 are one label, as numbers and as texts; 01 is another; NA is a value. */
static void trap_31_labels_are_equal_as_a_reader_reads_them(void **state) {
  (void)state;
  static const char *const texts[ROWS] = {"1", "1.0", "01", "NA", "1.00", "01.0", "NA", "-2.0",
                                          "-2.00", "3.", "3", "v1.0", "v1", "1.10", "1.1", ".0"};
  static const uint32_t units[ROWS] = {3, 3, 2, 8, 3, 2, 8, 0, 0, 7, 6, 10, 9, 5, 4, 1};
  struct survey s;
  survey_open(&s);
  replace(&s, SCHOOL, make_texts(&s.b, ROWS, texts));
  struct design_spec spec = {.clusters = {s.columns[SCHOOL]}, .cluster_count = 1};
  struct design *d = declare(&s, &spec);
  assert_memory_equal(d->stages->unit, units, sizeof units);
  design_free(d);
  spec = (struct design_spec){.strata = {s.columns[SCHOOL]}, .lonely = LONELY_CERTAINTY};
  d = declare(&s, &spec);
  assert_memory_equal(d->stages->stratum, units, sizeof units);
  design_free(d);
  survey_close(&s);
}

/* Both zeros are one number, and neighbours of a number are others. */
static void numbers_are_equal_as_numbers(void **state) {
  (void)state;
  double values[ROWS] = {0.0, -0.0, 0.1, 0.1 + 1e-18, 0.3, 0.1 + 0.2};
  static const uint32_t units[ROWS] = {0, 0, 1, 1, 2, 3};
  struct survey s;
  survey_open(&s);
  replace_numbers(&s, SCHOOL, values);
  struct design_spec spec = {.clusters = {s.columns[SCHOOL]}, .cluster_count = 1};
  struct design *d = declare(&s, &spec);
  assert_memory_equal(d->stages->unit, units, sizeof units);
  design_free(d);
  survey_close(&s);
}

/* Texts, numbers and codes of the same labels make the same design. */
static void labels_may_be_of_any_type(void **state) {
  (void)state;
  static const char *const names[] = {"6", "5", "4", "3", "2", "1"};
  static const char *const texts[ROWS] = {"1", "1", "1", "2", "2", "2", "3", "3",
                                          "3", "4", "4", "5", "5", "5", "6", "6"};
  static const uint32_t codes[ROWS] = {6, 6, 6, 5, 5, 5, 4, 4, 4, 3, 3, 2, 2, 2, 1, 1};
  uint32_t first[ROWS];
  struct survey s;
  survey_open(&s);
  for (int type = 0; type < 3; type++) {
    if (type == 1) replace(&s, SCHOOL, make_texts(&s.b, ROWS, texts));
    if (type == 2) replace(&s, SCHOOL, make_codes(&s.b, ROWS, codes, names, 6));
    struct design_spec spec = one_stage(&s, LONELY_CERTAINTY);
    struct design *d = declare(&s, &spec);
    if (!type) memcpy(first, d->stages->unit, sizeof first);
    assert_memory_equal(d->stages->unit, first, sizeof first);
    assert_int_equal(d->stages->units, 6);
    design_free(d);
  }
  survey_close(&s);
}

/* A row without cluster or stratum is named, with what is missing and why. */
static void a_missing_label_is_refused(void **state) {
  (void)state;
  static const char *const texts[ROWS] = {"A", "A", NULL, "A", "A", "A", "A", "A",
                                          "A", "B", "B",  "B", "B", "B", "C", "C"};
  struct survey s;
  survey_open(&s);
  change(&s, CLASS, 4, NAN);
  struct design_spec spec = two_stages(&s, LONELY_FAIL);
  assert_string_equal(refusal(&s, &spec, BILAN_DATA),
                      "row 4 has no cluster at stage 2 (no answer); expected a label in every "
                      "row: delete those that are not of the sample first, with drop_rows");
  replace(&s, STRATUM, make_texts(&s.b, ROWS, texts));
  spec = one_stage(&s, LONELY_FAIL);
  assert_string_equal(refusal(&s, &spec, BILAN_DATA),
                      "row 3 has no stratum at stage 1 (refused); expected a label in every "
                      "row: delete those that are not of the sample first, with drop_rows");
  survey_close(&s);
}

/* A long label is cut between characters, so that the rest of the message can be read. */
static void long_labels_are_cut_in_messages(void **state) {
  (void)state;
  static char name[203];
  const char *texts[ROWS];
  struct survey s;
  survey_open(&s);
  name[0] = 'a';
  for (int i = 1; i < 201; i += 2) memcpy(name + i, "\xC3\xA9", 2);
  for (int i = 0; i < ROWS; i++) texts[i] = i < 14 ? strata_of[i] : name;
  replace(&s, STRATUM, make_texts(&s.b, ROWS, texts));
  struct design_spec spec = one_stage(&s, LONELY_FAIL);
  const char *label = strstr(refusal(&s, &spec, BILAN_DATA), "stratum \"a");
  assert_non_null(label);
  assert_int_equal(strcspn(label + 9, "\""), 59);
  assert_ptr_equal(strstr(label, "\xC3\xA9\" (row 15); expected"), label + 66);
  survey_close(&s);
}

/* An item with several answers is no label. */
static void several_answers_are_no_label(void **state) {
  (void)state;
  struct survey s;
  survey_open(&s);
  struct column set = *s.columns[SCHOOL];
  set.type = COLUMN_SET;
  struct design_spec spec = {.clusters = {&set}, .cluster_count = 1};
  assert_non_null(strstr(refusal(&s, &spec, BILAN_USAGE), "an item with several answers"));
  survey_close(&s);
}

/* Trap 8: one label in two strata is refused by name; with `nest` it is two units, and said. */
static void trap_8_a_label_in_two_strata_needs_nest(void **state) {
  (void)state;
  static const double schools[ROWS] = {1, 1, 1, 2, 2, 2, 3, 3, 3, 1, 1, 2, 2, 2, 1, 1};
  struct survey s;
  survey_open(&s);
  replace_numbers(&s, SCHOOL, schools);
  struct design_spec spec = one_stage(&s, LONELY_CERTAINTY);
  assert_string_equal(refusal(&s, &spec, BILAN_DATA),
                      "cluster \"1\" is in stratum \"A\" (row 1) and in stratum \"B\" (row 10); "
                      "if these are different clusters, numbered anew in each stratum, say nest = "
                      "true");
  spec.nest = true;
  struct design *d = declare(&s, &spec);
  assert_int_equal(d->stages->units, 6);
  assert_int_equal(d->collisions, 2); /* 1 in A, B and C; 2 in A and B */
  design_free(d);
  replace_numbers(&s, SCHOOL, numbers_of[SCHOOL]);
  change(&s, CLASS, 9, 2);
  spec = two_stages(&s, LONELY_CERTAINTY);
  assert_non_null(strstr(refusal(&s, &spec, BILAN_DATA),
                         "cluster \"2\" is in stratum \"x\" in cluster \"3\" (row 8) and in "
                         "stratum \"y\" in cluster \"3\" (row 9); if"));
  survey_close(&s);
}

/* ---- finite populations --------------------------------------------------------------------- */

/* Trap 7: two stages with both populations, R's recursion; a census stratum adds its second
 * stage alone; where the first stage is with replacement the second adds nothing. */
static void trap_7_every_stage_adds_its_part(void **state) {
  (void)state;
  struct survey s;
  survey_open(&s);
  struct design_spec spec = two_stages(&s, LONELY_CERTAINTY);
  expect_variance(&s, &spec, 57.399999999999991); /* v(two) */
  change(&s, N1, 15, 1);
  change(&s, N1, 16, 1);
  spec = two_stages(&s, LONELY_CERTAINTY);
  expect_variance(&s, &spec, 57.666666666666657); /* N1 of C is 1 */
  change(&s, N1, 15, 5);
  change(&s, N1, 16, 5);
  for (size_t row = 1; row <= 9; row++) change(&s, N1, row, row % 2 ? NAN : INFINITY);
  spec = two_stages(&s, LONELY_CERTAINTY);
  spec.weight = s.columns[WEIGHT];
  expect_variance(&s, &spec, 48.066666666666656); /* N1 of A is Inf */
  survey_close(&s);
}

/* A population is that of a stratum within its unit: equal labels of classes in other schools
 * have their own (N2 above differs by school). Fractions and sizes say the same. */
static void trap_7_fractions_and_sizes_say_the_same(void **state) {
  (void)state;
  static const double f1[ROWS] = {.3, .3, .3, .3, .3, .3, .3, .3, .3, .5, .5, .5, .5, .5, .2, .2};
  struct survey s;
  survey_open(&s);
  struct design_spec spec = one_stage(&s, LONELY_CERTAINTY);
  spec.fpc_count = 1;
  spec.fpc[0] = s.columns[N1];
  expect_variance(&s, &spec, 6.8999999999999986); /* one, with fpc = ~N1 */
  replace_numbers(&s, N1, f1);
  spec.fpc[0] = s.columns[N1];
  expect_variance(&s, &spec, 6.8999999999999986);
  for (size_t row = 1; row <= ROWS; row++) change(&s, N1, row, 1);
  spec.fpc[0] = s.columns[N1];
  struct design *d = declare(&s, &spec); /* a census: R takes fpc = 1 for a fraction too */
  assert_true(variance(d, influence) == 0);
  assert_true(d->stages->population[0] == 3 && d->stages->population[2] == 1);
  design_free(d);
  survey_close(&s);
}

/* Declares with one row of an fpc changed, and hands back what is said. */
static const char *fpc_refusal(struct survey *s, int column, size_t row, double value) {
  double before = column_number(s->columns[column], row - 1);
  change(s, column, row, value);
  struct design_spec spec = two_stages(s, LONELY_CERTAINTY);
  const char *message = refusal(s, &spec, BILAN_DATA);
  change(s, column, row, before);
  return message;
}

/* Trap 7: what cannot be a population is refused with stratum, values and row. */
static void trap_7_impossible_populations_are_refused(void **state) {
  (void)state;
  struct survey s;
  survey_open(&s);
  assert_string_equal(fpc_refusal(&s, N1, 11, 7),
                      "the fpc of stage 1 varies within stratum \"B\" (row 10): 4 there, 7 in row "
                      "11; expected one value a stratum");
  assert_string_equal(fpc_refusal(&s, N1, 11, NAN),
                      "the fpc of stage 1 varies within stratum \"B\" (row 10): 4 there, missing "
                      "in row 11; expected one value a stratum");
  assert_string_equal(fpc_refusal(&s, N1, 1, NAN),
                      "the fpc of stage 1 varies within stratum \"A\" (row 1): missing there, 10 "
                      "in row 2; expected one value a stratum");
  assert_string_equal(fpc_refusal(&s, N2, 8, 8.5),
                      "the fpc of stage 2 varies within stratum \"x\" in cluster \"3\" (row 7): 9 "
                      "there, 8.5 in row 8; expected one value a stratum");
  assert_string_equal(fpc_refusal(&s, N1, 2, 0.3),
                      "the fpc of stage 1 is a population size in row 1 (10) and a sampling "
                      "fraction in row 2 (0.3); expected one or the other");
  assert_string_equal(fpc_refusal(&s, N1, 2, 0),
                      "row 2: the fpc of stage 1 is 0; expected a population size or a sampling "
                      "fraction above 0");
  assert_string_equal(fpc_refusal(&s, N2, 5, -1),
                      "row 5: the fpc of stage 2 is -1; expected a population size or a sampling "
                      "fraction above 0");
  for (size_t row = 10; row <= 14; row++) change(&s, N1, row, 1.5);
  struct design_spec spec = two_stages(&s, LONELY_CERTAINTY);
  assert_string_equal(refusal(&s, &spec, BILAN_DATA),
                      "stage 1: 2 sampled units in stratum \"B\" (row 10), but its fpc says a "
                      "population of 1.5; expected no more sampled units than there are");
  spec.strata[0] = NULL;
  spec.fpc_count = 0;
  spec.fpc[0] = s.columns[STRATUM];
  spec.fpc_count = 1;
  assert_string_equal(refusal(&s, &spec, BILAN_USAGE),
                      "the fpc of stage 1 is not an item of numbers");
  survey_close(&s);
}

/* ---- weights -------------------------------------------------------------------------------- */

/* Without weights and with every population they are the product of N / n: R's weights(two). */
static void weights_follow_from_the_populations(void **state) {
  (void)state;
  static const double want[ROWS] = {10, 10, 10, 10. / 3, 10. / 3, 10. / 3, 15, 15, 40. / 3,
                                    5,  5,  4,  4,       4,       7.5,     7.5};
  struct survey s;
  survey_open(&s);
  struct design_spec spec = two_stages(&s, LONELY_CERTAINTY);
  struct design *d = declare(&s, &spec);
  for (size_t i = 0; i < ROWS; i++) expect_close(design_weight(d, i), want[i], 1e-15);
  design_free(d);
  spec.fpc_count = 1;
  d = declare(&s, &spec);
  assert_null(d->weight);
  design_free(d);
  for (size_t row = 15; row <= 16; row++) change(&s, N1, row, NAN);
  spec = two_stages(&s, LONELY_CERTAINTY);
  assert_string_equal(refusal(&s, &spec, BILAN_DATA),
                      "row 15: an fpc is missing, so no weight follows from the fpc; expected "
                      "weights, or an fpc in every row");
  spec.weight = s.columns[WEIGHT];
  design_free(declare(&s, &spec));
  survey_close(&s);
}

static const char *weight_refusal(struct survey *s, double value) {
  double before = column_number(s->columns[WEIGHT], 6);
  change(s, WEIGHT, 7, value);
  struct design_spec spec = {.weight = s->columns[WEIGHT]};
  const char *message = refusal(s, &spec, BILAN_DATA);
  change(s, WEIGHT, 7, before);
  return message;
}

/* Each row of the sample stands for somebody, for nobody (0), but never for an unknown. */
static void impossible_weights_are_refused(void **state) {
  (void)state;
  static const double none[ROWS] = {0};
  struct survey s;
  survey_open(&s);
  assert_string_equal(weight_refusal(&s, NAN), "row 7: the weight is missing; expected a number "
                                               "of 0 or more (0 for a row that stands for "
                                               "nobody)");
  assert_non_null(strstr(weight_refusal(&s, -0.5), "row 7: the weight is negative"));
  assert_non_null(strstr(weight_refusal(&s, INFINITY), "row 7: the weight is infinite"));
  replace_numbers(&s, WEIGHT, none);
  struct design_spec spec = {.weight = s.columns[WEIGHT]};
  assert_string_equal(refusal(&s, &spec, BILAN_DATA),
                      "all weights are 0; expected a positive weight in some row");
  spec.weight = s.columns[STRATUM];
  assert_string_equal(refusal(&s, &spec, BILAN_USAGE),
                      "the weights are not an item of numbers");
  survey_close(&s);
}

/* An item of few distinct numbers is stored as codes; as weights it is its numbers. */
static void weights_may_be_stored_as_codes(void **state) {
  (void)state;
  struct survey s;
  struct column *codes = NULL;
  survey_open(&s);
  assert_int_equal(column_to_codes(&s.b, &codes, s.columns[WEIGHT], 0), BILAN_OK);
  replace(&s, WEIGHT, codes);
  struct design_spec spec = {.weight = s.columns[WEIGHT]};
  struct design *d = declare(&s, &spec);
  assert_int_equal(d->weight->type, COLUMN_NUMBERS);
  for (size_t i = 0; i < ROWS; i++) assert_true(design_weight(d, i) == numbers_of[WEIGHT][i]);
  design_free(d);
  survey_close(&s);
}

/* Rows of weight 0 were sampled: they stay in n_h and give no degrees of freedom. R: 3, 2, 1 and
 * degf 2 with w <- ifelse(psu %in% c(2, 6), 0, 1). */
static void zero_weights_stay_in_the_sample(void **state) {
  (void)state;
  struct survey s;
  double df = -1, w[ROWS];
  survey_open(&s);
  for (size_t i = 0; i < ROWS; i++)
    w[i] = numbers_of[SCHOOL][i] == 2 || numbers_of[SCHOOL][i] == 6 ? 0 : 1;
  replace_numbers(&s, WEIGHT, w);
  struct design_spec spec = one_stage(&s, LONELY_CERTAINTY);
  spec.weight = s.columns[WEIGHT];
  struct design *d = declare(&s, &spec);
  assert_true(d->stages->sampled[0] == 3 && d->stages->sampled[2] == 1);
  assert_int_equal(design_degrees(&s.b, &df, d, NULL, NULL, 0), BILAN_OK);
  assert_true(df == 2);
  design_free(d);
  survey_close(&s);
}

/* ---- lonely units --------------------------------------------------------------------------- */

/* Trap 6: the three answers, in one stage and two, are R's. */
static void trap_6_lonely_units_count_as_was_asked(void **state) {
  (void)state;
  /* v(one), v(one with fpc), v(two), v(two with N1 of C = 1) under each option. */
  static const double want[LONELIES][4] = {
      [LONELY_CERTAINTY] = {11, 6.8999999999999986, 57.399999999999991, 57.666666666666657},
      [LONELY_ADJUST] = {92, 71.699999999999989, 123.09999999999997, 58.566666666666656},
      [LONELY_AVERAGE] = {16.5, 10.349999999999998, 72.283333333333317, 69.09999999999998},
  };
  struct survey s;
  survey_open(&s);
  for (enum lonely lonely = LONELY_ADJUST; lonely < LONELIES; lonely++) {
    struct design_spec spec = one_stage(&s, lonely);
    expect_variance(&s, &spec, want[lonely][0]);
    spec.fpc[0] = s.columns[N1];
    spec.fpc_count = 1;
    expect_variance(&s, &spec, want[lonely][1]);
    spec = two_stages(&s, lonely);
    expect_variance(&s, &spec, want[lonely][2]);
    for (size_t row = 15; row <= 16; row++) change(&s, N1, row, 1);
    spec = two_stages(&s, lonely);
    expect_variance(&s, &spec, want[lonely][3]);
    replace_numbers(&s, N1, numbers_of[N1]);
  }
  survey_close(&s);
}

/* Trap 6: refused by default, with the strata, their rows and the other answers. */
static void trap_6_lonely_strata_are_listed(void **state) {
  (void)state;
  struct survey s;
  survey_open(&s);
  struct design_spec spec = one_stage(&s, LONELY_FAIL);
  assert_string_equal(refusal(&s, &spec, BILAN_DATA),
                      "only one sampled unit at stage 1, so no variance, in stratum \"C\" (row "
                      "15); expected two or more in each stratum, or another answer than lonely = "
                      "\"fail\": \"adjust\", \"certainty\" or \"average\"");
  for (size_t row = 15; row <= 16; row++) change(&s, N1, row, 1);
  spec = two_stages(&s, LONELY_FAIL); /* C is a census; of school 3 one class of kind y is left */
  assert_non_null(strstr(refusal(&s, &spec, BILAN_DATA),
                         "at stage 2, so no variance, in stratum \"y\" in cluster \"3\" (row 9);"));
  double ids[ROWS];
  for (int i = 0; i < ROWS; i++) ids[i] = i + 1;
  replace_numbers(&s, SCHOOL, ids);
  spec = (struct design_spec){.strata = {s.columns[SCHOOL]}};
  const char *message = refusal(&s, &spec, BILAN_DATA);
  assert_non_null(strstr(message, "stratum \"1\" (row 1), stratum \"2\" (row 2), "));
  assert_non_null(strstr(message, "stratum \"10\" (row 10) and 6 more; expected"));
  for (int i = 0; i < ROWS; i++) ids[i] = 1;
  replace_numbers(&s, SCHOOL, ids);
  spec = (struct design_spec){.clusters = {s.columns[SCHOOL]}, .cluster_count = 1};
  assert_non_null(strstr(refusal(&s, &spec, BILAN_DATA), "in the whole sample (row 1);"));
  survey_close(&s);
}

/* Trap 6: a stratum taken whole is no lonely one; neither is one below a stage without finite
 * population, since it adds nothing. */
static void trap_6_certainty_units_do_not_raise(void **state) {
  (void)state;
  struct survey s;
  survey_open(&s);
  for (size_t row = 15; row <= 16; row++) change(&s, N1, row, 1);
  struct design_spec spec = one_stage(&s, LONELY_FAIL);
  spec.fpc[0] = s.columns[N1];
  spec.fpc_count = 1;
  struct design *d = declare(&s, &spec);
  assert_true(d->stages->factor[2] == 0);
  assert_null(d->stages->centre_all);
  design_free(d);
  for (size_t row = 1; row <= 9; row++) change(&s, N1, row, NAN);
  spec = two_stages(&s, LONELY_FAIL);
  spec.weight = s.columns[WEIGHT];
  d = declare(&s, &spec);
  for (size_t h = 0; h < 4; h++) assert_true(d->stages[1].factor[h] == 0);
  assert_true(d->stages[1].factor[4] > 0);
  design_free(d);
  survey_close(&s);
}

/* Averaging over nothing is refused, not 0. */
static void nothing_to_average_is_refused(void **state) {
  (void)state;
  struct survey s;
  survey_open(&s);
  double ids[ROWS];
  for (int i = 0; i < ROWS; i++) ids[i] = i;
  replace_numbers(&s, SCHOOL, ids);
  struct design_spec spec = {.strata = {s.columns[SCHOOL]}, .lonely = LONELY_AVERAGE};
  assert_non_null(strstr(refusal(&s, &spec, BILAN_DATA), "has nothing to average"));
  survey_close(&s);
}

/* ---- usage ---------------------------------------------------------------------------------- */

static void impossible_declarations_are_refused(void **state) {
  (void)state;
  struct survey s;
  struct design *d = NULL;
  survey_open(&s);
  struct design_spec spec = one_stage(&s, LONELY_CERTAINTY);
  spec.cluster_count = STAGES_MOST + 1;
  assert_string_equal(refusal(&s, &spec, BILAN_USAGE), "7 stages of clusters; at most 6");
  spec.cluster_count = 2;
  assert_string_equal(refusal(&s, &spec, BILAN_USAGE), "no clusters at stage 2");
  spec.cluster_count = 1;
  spec.fpc_count = 2;
  assert_string_equal(refusal(&s, &spec, BILAN_USAGE),
                      "items of fpc: 2, stages: 1; expected at most one fpc a stage");
  spec.fpc_count = 0;
  spec.strata[1] = s.columns[KIND];
  assert_string_equal(refusal(&s, &spec, BILAN_USAGE),
                      "strata for stage 2, but clusters for 1 only");
  spec.strata[1] = NULL;
  assert_int_equal(design_declare(&s.b, &d, ROWS - 1, &spec), BILAN_INTERNAL);
  assert_int_equal(design_declare(&s.b, &d, UINT32_MAX, &(struct design_spec){0}), BILAN_LIMIT);
  survey_close(&s);
}

/* A table without rows has a design too: nothing in it, no degrees of freedom. */
static void no_rows_are_a_design(void **state) {
  (void)state;
  bilan b;
  struct design *d = NULL, *taken = NULL;
  double df = -1;
  handle_init(&b);
  struct column *none = make_numbers(&b, 0, NULL);
  struct design_spec spec = {.weight = none, .clusters = {none, none}, .cluster_count = 2,
                             .strata = {none}, .fpc = {none}, .fpc_count = 1};
  assert_int_equal(design_declare(&b, &d, 0, &spec), BILAN_OK);
  assert_int_equal(design_degrees(&b, &df, d, NULL, NULL, 0), BILAN_OK);
  assert_true(df == 0);
  assert_int_equal(design_take(&b, &taken, d, NULL, 0), BILAN_OK);
  design_free(taken);
  design_free(d);
  design_free(NULL);
  column_free(none);
  assert_int_equal(b.mem.used, 0);
}

/* ---- degrees of freedom --------------------------------------------------------------------- */

/* R: degf(one) 3; degf(subset(one, h != "C")) 3; degf(subset(one, ssu == 2 & psu != 4)) 2. */
static void degrees_are_units_minus_strata_of_the_domain(void **state) {
  (void)state;
  struct survey s;
  struct domain *no_c, *few;
  double df = -1;
  survey_open(&s);
  struct design_spec spec = one_stage(&s, LONELY_CERTAINTY);
  struct design *d = declare(&s, &spec);
  assert_int_equal(domain_new(&s.b, &no_c, ROWS), BILAN_OK);
  assert_int_equal(domain_new(&s.b, &few, ROWS), BILAN_OK);
  for (size_t i = 0; i < ROWS; i++) {
    if (strata_of[i][0] != 'C') domain_set(no_c, i);
    if (numbers_of[CLASS][i] == 2 && numbers_of[SCHOOL][i] != 4) domain_set(few, i);
  }
  assert_int_equal(design_degrees(&s.b, &df, d, NULL, NULL, 0), BILAN_OK);
  assert_true(df == 3);
  assert_int_equal(design_degrees(&s.b, &df, d, no_c, NULL, 0), BILAN_OK);
  assert_true(df == 3);
  assert_int_equal(design_degrees(&s.b, &df, d, few, NULL, 0), BILAN_OK);
  assert_true(df == 2);
  domain_free(no_c);
  domain_free(few);
  design_free(d);
  survey_close(&s);
}

/* R: degf(subset(one, g == k & ssu == a)) for k in x, y and a in 1, 2, 3. Groups are cells. */
static void degrees_go_group_by_group(void **state) {
  (void)state;
  static const double want[3 * 4] = {0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0};
  static const char *const kinds[] = {"x", "y"}, *const classes[] = {"1", "2", "3"};
  struct survey s;
  double df[12];
  uint32_t kind[ROWS], class[ROWS];
  survey_open(&s);
  for (size_t i = 0; i < ROWS; i++) {
    kind[i] = kinds_of[i][0] == 'x' ? 1 : 2;
    class[i] = (uint32_t)numbers_of[CLASS][i];
  }
  struct column *keys[] = {make_codes(&s.b, ROWS, kind, kinds, 2),
                           make_codes(&s.b, ROWS, class, classes, 3)};
  struct design_spec spec = one_stage(&s, LONELY_CERTAINTY);
  struct design *d = declare(&s, &spec);
  const struct column *lent[] = {keys[0], keys[1]};
  assert_int_equal(design_degrees(&s.b, df, d, NULL, lent, 2), BILAN_OK);
  assert_memory_equal(df, want, sizeof want);
  struct replicates r = {.owners = 1, .df = 14};
  d->replicates = &r;
  assert_int_equal(design_degrees(&s.b, df, d, NULL, lent, 2), BILAN_OK);
  for (size_t g = 0; g < 12; g++)
    assert_true(df[g] == (g == 5 || g == 6 || g == 11 ? 14 : 0));
  d->replicates = NULL;
  struct column wide = *keys[0];
  wide.rows = ROWS + 1;
  lent[1] = &wide;
  assert_int_equal(design_degrees(&s.b, df, d, NULL, lent, 2), BILAN_INTERNAL);
  lent[1] = s.columns[SCHOOL];
  assert_int_equal(design_degrees(&s.b, df, d, NULL, lent, 2), BILAN_USAGE);
  column_free(keys[0]);
  column_free(keys[1]);
  design_free(d);
  survey_close(&s);
}

/* Degrees from totals by PSU, of the groups of a key beside an item, and from the rows. */
static void check_degrees_of(struct survey *s, const struct design *d, const struct domain *domain,
                             const struct column *key, const struct column *item) {
  struct cells_request request = {
      .rows = ROWS, .domain = domain, .keys = {key, item}, .key_count = 2};
  struct cells totals;
  double df[8] = {-1}, want[8];
  size_t groups = dict_count(key->dict);
  linear_request(&request, d);
  assert_int_equal(cells_tabulate(&s->b, &totals, &request), BILAN_OK);
  assert_int_equal(design_degrees_of(&s->b, df, d, domain, &key, 1, &totals, groups), BILAN_OK);
  assert_int_equal(design_degrees(&s->b, want, d, domain, &key, 1), BILAN_OK);
  assert_memory_equal(df, want, groups * sizeof *df);
  cells_free(&totals);
}

/* Asked for again the answer is the same: by another item, after more keys than are kept, in a
 * domain, with other weights. */
static void degrees_that_are_kept_are_those_of_their_key(void **state) {
  (void)state;
  static const char *const labels[] = {"1", "2", "3"};
  struct survey s;
  struct column *keys[10];
  struct domain *few;
  struct design *copy;
  double weights[ROWS];
  survey_open(&s);
  for (size_t k = 0; k < 10; k++) {
    uint32_t codes[ROWS];
    for (size_t i = 0; i < ROWS; i++) codes[i] = (uint32_t)((i * (k + 1) + i / 3) % 4);
    keys[k] = make_codes(&s.b, ROWS, codes, labels, 3);
  }
  assert_int_equal(domain_new(&s.b, &few, ROWS), BILAN_OK);
  for (size_t i = 0; i < ROWS; i++) {
    weights[i] = i < 5;
    if (i > 5) domain_set(few, i);
  }
  replace_numbers(&s, WEIGHT, weights);
  struct design_spec spec = one_stage(&s, LONELY_CERTAINTY);
  struct design *d = declare(&s, &spec);
  assert_int_equal(design_copy(&s.b, &copy, d), BILAN_OK);
  design_set_weight(copy, column_hold(s.columns[WEIGHT]));
  for (size_t turn = 0; turn < 3; turn++)
    for (size_t k = 0; k < 10; k++) {
      const struct column *item = keys[(k + turn + 1) % 10];
      check_degrees_of(&s, d, NULL, keys[k], item);
      check_degrees_of(&s, d, few, keys[k], item);
      check_degrees_of(&s, copy, NULL, keys[k], item);
      check_degrees_of(&s, d, NULL, keys[k / 2], item);
    }
  for (size_t k = 0; k < 10; k++) column_free(keys[k]);
  domain_free(few);
  design_free(copy);
  design_free(d);
  survey_close(&s);
}

/* ---- copies and subsets --------------------------------------------------------------------- */

/* A copy shares what does not change and outlives its model; the drawn weights are kept, also
 * where they were 1 for everybody. */
static void a_copy_keeps_the_weights_of_the_draw(void **state) {
  (void)state;
  struct survey s;
  struct design *copy = NULL, *again = NULL;
  survey_open(&s);
  struct design_spec spec = one_stage(&s, LONELY_CERTAINTY);
  struct design *d = declare(&s, &spec);
  assert_int_equal(design_copy(&s.b, &copy, d), BILAN_OK);
  assert_true(copy->stages == d->stages && copy->owners == 1);
  design_set_weight(copy, column_hold(s.columns[WEIGHT]));
  assert_true(design_weight(copy, 0) == 1 && design_weight(copy, 5) == 3);
  assert_true(copy->drawn->numbers[5] == 1);
  design_free(d);
  assert_int_equal(design_copy(&s.b, &again, copy), BILAN_OK);
  design_set_weight(again, column_hold(s.columns[N1]));
  assert_true(design_weight(again, 5) == 10 && again->drawn == copy->drawn);
  assert_true(again->stages->sampled[0] == 3);
  struct calibration c = {.owners = 1};
  struct calibration *list[] = {&c, &c};
  struct design *calibrated = NULL;
  again->calibrations = list;
  again->calibration_count = 2;
  assert_int_equal(design_copy(&s.b, &calibrated, again), BILAN_OK);
  assert_true(calibrated->calibration_count == 2 && calibrated->calibrations[1] == &c);
  assert_int_equal(c.owners, 3);
  design_free(calibrated);
  assert_int_equal(c.owners, 1);
  again->calibration_count = 0;
  again->calibrations = NULL;
  assert_true(design_hold(again) == again && again->owners == 2);
  design_free(again);
  design_free(copy);
  design_free(again);
  survey_close(&s);
}

/* Deleting rows is a new declaration of what is left, except that populations stay. */
static void a_subset_is_the_design_of_its_rows(void **state) {
  (void)state;
  static const size_t kept[] = {15, 2, 9, 3, 6, 8, 12, 14, 11, 10};
  enum { KEPT = sizeof kept / sizeof *kept };
  struct survey s, sub;
  struct design *taken = NULL, *want = NULL;
  survey_open(&s);
  survey_open(&sub);
  for (int i = 0; i < COLUMNS; i++) {
    struct column *c = NULL;
    assert_int_equal(column_take(&sub.b, &c, s.columns[i], kept, KEPT), BILAN_OK);
    replace(&sub, i, c);
  }
  struct design_spec spec = two_stages(&s, LONELY_ADJUST), less = two_stages(&sub, LONELY_ADJUST);
  spec.weight = s.columns[WEIGHT];
  less.weight = sub.columns[WEIGHT];
  struct design *d = declare(&s, &spec);
  assert_int_equal(design_take(&s.b, &taken, d, kept, KEPT), BILAN_OK);
  assert_int_equal(design_declare(&sub.b, &want, KEPT, &less), BILAN_OK);
  for (size_t i = 0; i < 2; i++) {
    const struct stage *x = &taken->stages[i], *y = &want->stages[i];
    assert_true(x->units == y->units && x->strata == y->strata);
    assert_true(!x->unit == !y->unit);
    if (x->unit) assert_memory_equal(x->unit, y->unit, KEPT * sizeof *x->unit);
    assert_memory_equal(x->stratum, y->stratum, x->units * sizeof *x->stratum);
    assert_memory_equal(x->sampled, y->sampled, x->strata * sizeof *x->sampled);
    assert_memory_equal(x->population, y->population, x->strata * sizeof *x->population);
    assert_memory_equal(x->factor, y->factor, x->strata * sizeof *x->factor);
  }
  for (size_t i = 0; i < KEPT; i++)
    assert_true(design_weight(taken, i) == design_weight(want, i));
  design_free(want);
  design_free(taken);
  design_free(d);
  survey_close(&sub);
  survey_close(&s);
}

/* A stratum that is left with one unit is lonely, said by its row since labels are gone. */
static void a_subset_may_be_left_with_lonely_units(void **state) {
  (void)state;
  static const size_t kept[] = {0, 3, 9, 10};
  struct survey s;
  struct design *taken = NULL;
  survey_open(&s);
  for (size_t row = 15; row <= 16; row++) change(&s, N1, row, 1);
  struct design_spec spec = one_stage(&s, LONELY_FAIL);
  spec.fpc[0] = s.columns[N1];
  spec.fpc_count = 1;
  struct design *d = declare(&s, &spec);
  assert_int_equal(design_take(&s.b, &taken, d, kept, 4), BILAN_DATA);
  assert_non_null(strstr(s.b.message, "in the stratum (row 3);"));
  struct calibration c = {.owners = 1};
  struct calibration *list[] = {&c};
  d->calibrations = list;
  d->calibration_count = 1;
  assert_int_equal(design_take(&s.b, &taken, d, kept, 4), BILAN_USAGE);
  assert_non_null(strstr(s.b.message, "drop rows first"));
  d->calibrations = NULL;
  d->calibration_count = 0;
  design_free(d);
  survey_close(&s);
}

/* Replicates by factors keep the factors and follow the rows. */
static void a_subset_takes_its_replicates_along(void **state) {
  (void)state;
  static const size_t kept[] = {14, 2, 9};
  double rscales[] = {1, 0.5}, factor[ROWS * 2];
  struct survey s;
  struct design *taken = NULL;
  survey_open(&s);
  struct design_spec spec = one_stage(&s, LONELY_CERTAINTY);
  struct design *d = declare(&s, &spec);
  for (int i = 0; i < ROWS * 2; i++) factor[i] = i;
  struct replicates r = {.owners = 1, .count = 2, .rscales = rscales, .units = ROWS,
                         .factor = factor, .df = 7, .scale = 0.25};
  d->replicates = &r;
  assert_int_equal(design_take(&s.b, &taken, d, kept, 3), BILAN_OK);
  const struct replicates *t = taken->replicates;
  assert_true(t->count == 2 && t->df == 7 && t->scale == 0.25 && t->rscales[1] == 0.5);
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(t->unit[i], kept[i]);
    assert_true(t->factor[t->unit[i] * 2 + 1] == factor[kept[i] * 2 + 1]);
  }
  design_free(taken);
  struct column *columns[] = {s.columns[N1], s.columns[N2]};
  r = (struct replicates){.owners = 1, .count = 2, .rscales = rscales, .weights = columns};
  assert_int_equal(design_take(&s.b, &taken, d, kept, 3), BILAN_OK);
  assert_true(taken->replicates->weights[1]->numbers[1] == 6);
  assert_true(taken->replicates->weights[0]->numbers[0] == 5);
  design_free(taken);
  d->replicates = NULL;
  design_free(d);
  survey_close(&s);
}

/* ---- memory --------------------------------------------------------------------------------- */

/* Everything there is, once. */
static bilan_status everything(struct survey *s) {
  static const size_t kept[] = {3, 0, 1, 9, 13, 11, 12};
  struct design *d = NULL, *copy = NULL, *taken = NULL;
  double df;
  struct design_spec spec = two_stages(s, LONELY_AVERAGE);
  spec.nest = true;
  bilan_status status = design_declare(&s->b, &d, ROWS, &spec);
  if (status) return status;
  d->lonely = LONELY_ADJUST;
  status = design_copy(&s->b, &copy, d);
  if (!status) status = design_take(&s->b, &taken, copy, kept, 7);
  if (!status) status = design_degrees(&s->b, &df, taken, NULL, NULL, 0);
  design_free(taken);
  design_free(copy);
  design_free(d);
  return status;
}

/* A refusal needs memory for its words: without, it is said that there is none. */
static bilan_status refusals(struct survey *s) {
  struct design *d = NULL;
  struct design_spec spec = two_stages(s, LONELY_FAIL);
  bilan_status status = design_declare(&s->b, &d, ROWS, &spec);
  return status == BILAN_DATA ? BILAN_OK : status;
}

static void walk(struct survey *s, bilan_status (*what)(struct survey *s)) {
  size_t before = s->b.mem.used;
  for (int on = 0; on < 2; on++)
    for (uint64_t nth = 1;; nth++) {
      s->b.mem.requests = 0;
      s->b.mem.fail_at = nth;
      s->b.mem.fail_on = on;
      bilan_status status = what(s);
      s->b.mem.fail_at = 0;
      assert_int_equal(s->b.mem.used, before);
      if (!status) {
        assert_true(nth > 20);
        break;
      }
      assert_int_equal(status, BILAN_NOMEM);
    }
}

static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  struct survey s;
  survey_open(&s);
  walk(&s, everything);
  walk(&s, refusals);
  change(&s, N1, 3, 9);
  walk(&s, refusals);
  for (size_t row = 1; row <= 9; row++) change(&s, N1, row, 2);
  walk(&s, refusals);
  change(&s, CLASS, 9, 2);
  walk(&s, refusals);
  survey_close(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_design_is_a_simple_random_sample),
      cmocka_unit_test(plain_design_of_one_row_or_none_has_no_variance),
      cmocka_unit_test(factors_are_those_of_the_worked_example),
      cmocka_unit_test(rows_are_units_without_clusters),
      cmocka_unit_test(distinct_labels_are_rows),
      cmocka_unit_test(later_stages_lie_within_their_unit),
      cmocka_unit_test(random_labels_match_a_search_of_all_rows),
      cmocka_unit_test(trap_31_labels_are_equal_as_a_reader_reads_them),
      cmocka_unit_test(numbers_are_equal_as_numbers),
      cmocka_unit_test(labels_may_be_of_any_type),
      cmocka_unit_test(a_missing_label_is_refused),
      cmocka_unit_test(long_labels_are_cut_in_messages),
      cmocka_unit_test(several_answers_are_no_label),
      cmocka_unit_test(trap_8_a_label_in_two_strata_needs_nest),
      cmocka_unit_test(trap_7_every_stage_adds_its_part),
      cmocka_unit_test(trap_7_fractions_and_sizes_say_the_same),
      cmocka_unit_test(trap_7_impossible_populations_are_refused),
      cmocka_unit_test(weights_follow_from_the_populations),
      cmocka_unit_test(impossible_weights_are_refused),
      cmocka_unit_test(a_look_at_weights_misses_none),
      cmocka_unit_test(weights_may_be_stored_as_codes),
      cmocka_unit_test(zero_weights_stay_in_the_sample),
      cmocka_unit_test(trap_6_lonely_units_count_as_was_asked),
      cmocka_unit_test(trap_6_lonely_strata_are_listed),
      cmocka_unit_test(trap_6_certainty_units_do_not_raise),
      cmocka_unit_test(nothing_to_average_is_refused),
      cmocka_unit_test(impossible_declarations_are_refused),
      cmocka_unit_test(no_rows_are_a_design),
      cmocka_unit_test(degrees_are_units_minus_strata_of_the_domain),
      cmocka_unit_test(degrees_go_group_by_group),
      cmocka_unit_test(degrees_that_are_kept_are_those_of_their_key),
      cmocka_unit_test(a_copy_keeps_the_weights_of_the_draw),
      cmocka_unit_test(a_subset_is_the_design_of_its_rows),
      cmocka_unit_test(a_subset_may_be_left_with_lonely_units),
      cmocka_unit_test(a_subset_takes_its_replicates_along),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

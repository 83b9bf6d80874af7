/* test_plan.c - tables made together, alone, by plan and by the pass of reference: random surveys
 * against sums of whole numbers taken row by row, and against one another bit for bit. */
#include <string.h>

#include "data/whole.h"
#include "kernel/joint_tables.h"
#include "kernel/plan.h"

#include "fixture.h"

enum { COLUMNS = 12, MOST_ROWS = 70000, MOST_REQUESTS = 40, SURVEYS = 120 };

/* Weights as they are generated: m / 10^digits, m below `below`, some of them 0 or missing. */
struct weighting {
  const char *name;
  unsigned digits;
  uint32_t below;
  unsigned zeros, missing; /* percent */
};

static const struct weighting weightings[] = {
    {"ones", 0, 0, 0, 0},           {"small whole", 0, 40, 0, 0},
    {"six decimals", 6, 8400000, 0, 0},
    {"zeros", 2, 300, 30, 0},       {"missing", 6, 9000000, 5, 9}, {"wide", 6, 2000000000, 0, 0},
    {"wide with zeros", 3, 2147483000, 20, 3},
};
enum { WEIGHTINGS = sizeof weightings / sizeof *weightings };

/* A survey; `units` are its weights times 10^digits, whatever the engine makes of them. */
struct survey {
  bilan b;
  size_t rows;
  struct column *columns[COLUMNS];
  struct column *weight;
  struct domain *domain;
  uint64_t *units;
  double scale;
  struct cells_request requests[MOST_REQUESTS];
  size_t count;
};

static const uint32_t levels_of[COLUMNS] = {4, 5, 3, 2, 1, 6, 7, 9, 30, 250, 300, 5};

/* Column 4 has nothing but blanks, column 11 nine rows of ten in one level, column 7 leaves its
 * lowest and highest codes unused. */
static uint32_t draw_code(uint64_t *seed, size_t column, uint32_t levels) {
  if (column == 4) return 0;
  if (column == 11 && draw_below(seed, 10)) return 2;
  if (column == 7) return 3 + draw_below(seed, 4);
  return draw_below(seed, levels + 1);
}

static struct column *draw_column(bilan *b, size_t rows, size_t column, uint64_t *seed) {
  static uint32_t codes[MOST_ROWS];
  for (size_t i = 0; i < rows; i++) codes[i] = draw_code(seed, column, levels_of[column]);
  return make_levels(b, rows, codes, levels_of[column]);
}

static double power_of_ten(unsigned digits) {
  double p = 1;
  while (digits--) p *= 10;
  return p;
}

static void draw_weights(struct survey *s, const struct weighting *w, uint64_t *seed) {
  static double values[MOST_ROWS];
  s->scale = power_of_ten(w->digits);
  for (size_t i = 0; i < s->rows; i++) {
    bool missing = draw_below(seed, 100) < w->missing, zero = draw_below(seed, 100) < w->zeros;
    uint64_t m = !w->below ? 1 : zero ? 0 : 1 + draw_below(seed, w->below - 1);
    s->units[i] = missing ? 0 : m;
    values[i] = missing ? NAN : (double)m / s->scale;
  }
  s->weight = make_numbers(&s->b, s->rows, values);
}

/* One to four keys, the last mostly a short item. */
static void draw_requests(struct survey *s, uint64_t *seed) {
  s->count = 1 + draw_below(seed, MOST_REQUESTS);
  for (size_t i = 0; i < s->count; i++) {
    struct cells_request *r = &s->requests[i];
    *r = (struct cells_request){.rows = s->rows, .domain = s->domain, .weight = s->weight};
    r->key_count = 1 + draw_below(seed, 4);
    for (size_t k = 0; k < r->key_count; k++) {
      bool last = k + 1 == r->key_count;
      r->keys[k] = s->columns[last ? draw_below(seed, COLUMNS) : draw_below(seed, 5)];
    }
  }
}

static void survey_open(struct survey *s, size_t rows, const struct weighting *w, uint64_t seed) {
  memset(s, 0, sizeof *s);
  handle_init(&s->b);
  s->rows = rows;
  for (size_t i = 0; i < COLUMNS; i++) s->columns[i] = draw_column(&s->b, rows, i, &seed);
  s->units = mem_array(&s->b.mem, rows, sizeof *s->units);
  s->scale = 1;
  for (size_t i = 0; i < rows; i++) s->units[i] = 1;
  if (w) draw_weights(s, w, &seed);
  unsigned part = draw_below(&seed, 4); /* 0: no domain */
  if (part) assert_int_equal(domain_new(&s->b, &s->domain, rows), BILAN_OK);
  for (size_t i = 0; part && i < rows; i++)
    if (draw_below(&seed, part == 1 ? 2 : part == 2 ? 50 : 1000000) == 0) domain_set(s->domain, i);
  draw_requests(s, &seed);
}

static void survey_close(struct survey *s) {
  plan_close(&s->b);
  pool_close(&s->b.pool);
  for (size_t i = 0; i < COLUMNS; i++) column_free(s->columns[i]);
  column_free(s->weight);
  domain_free(s->domain);
  mem_free(&s->b.mem, s->units);
  assert_int_equal(s->b.mem.used, 0);
}

/* ---- the reference --------------------------------------------------------------------------- */

struct sums {
  int64_t *n;
  uint64_t *weight;
  long double *squares;
};

static size_t cell_of(const struct cells_request *r, size_t row) {
  size_t cell = 0;
  for (size_t k = 0; k < r->key_count; k++)
    cell = cell * dict_count(r->keys[k]->dict) + column_code(r->keys[k], row);
  return cell;
}

/* Row by row, in whole numbers; squares in long double, exact below 2^64. */
static void expect_sums(struct survey *s, const struct cells_request *r, const struct cells *c) {
  struct sums sums = {mem_zero(&s->b.mem, c->count, sizeof *sums.n),
                      mem_zero(&s->b.mem, c->count, sizeof *sums.weight),
                      mem_zero(&s->b.mem, c->count, sizeof *sums.squares)};
  for (size_t i = 0; i < s->rows; i++) {
    size_t cell = cell_of(r, i);
    if (!domain_has(s->domain, i) || !s->units[i]) continue;
    sums.n[cell]++;
    sums.weight[cell] += s->units[i];
    sums.squares[cell] += (long double)s->units[i] * (long double)s->units[i];
  }
  for (size_t i = 0; i < c->count; i++) {
    double squares = (double)(sums.squares[i] / s->scale / s->scale);
    assert_int_equal(c->n[i], sums.n[i]);
    assert_true(c->weight[i] == (double)sums.weight[i] / s->scale);
    assert_true(fabs(c->weight2[i] - squares) <= 1e-13 * squares);
  }
  mem_free(&s->b.mem, sums.n);
  mem_free(&s->b.mem, sums.weight);
  mem_free(&s->b.mem, sums.squares);
}

/* Squares of answers that are too large for the quick kernels are summed in blocks. */
static void expect_alike(struct survey *s, const struct cells_request *r, const struct cells *x,
                         const struct cells *y) {
  bool exact;
  assert_int_equal(joint_tables_take(&s->b, &exact, r), BILAN_OK);
  assert_memory_equal(x->n, y->n, x->count * sizeof *x->n);
  assert_memory_equal(x->weight, y->weight, x->count * sizeof *x->weight);
  for (size_t i = 0; i < x->count; i++)
    assert_true(fabs(x->weight2[i] - y->weight2[i]) <= (exact ? 0 : 1e-14 * y->weight2[i]));
}

/* The very same bits. */
static void expect_same(const struct cells *x, const struct cells *y) {
  assert_int_equal(x->count, y->count);
  assert_int_equal(x->key_count, y->key_count);
  assert_memory_equal(x->sizes, y->sizes, sizeof x->sizes);
  assert_memory_equal(x->n, y->n, x->count * sizeof *x->n);
  assert_memory_equal(x->weight, y->weight, x->count * sizeof *x->weight);
  assert_memory_equal(x->weight2, y->weight2, x->count * sizeof *x->weight2);
}

/* Counts the same, weights nearly. */
static void expect_near(const struct cells *x, const struct cells *y) {
  assert_memory_equal(x->n, y->n, x->count * sizeof *x->n);
  for (size_t i = 0; i < x->count; i++) {
    assert_true(fabs(x->weight[i] - y->weight[i]) <= 1e-12 * fabs(y->weight[i]));
    assert_true(fabs(x->weight2[i] - y->weight2[i]) <= 1e-12 * fabs(y->weight2[i]));
  }
}

/* ---- random surveys -------------------------------------------------------------------------- */

static size_t draw_rows(uint64_t *seed, unsigned survey) {
  static const size_t odd[] = {0, 1, 3, 31, 33, 1023, 4097};
  if (survey < sizeof odd / sizeof *odd) return odd[survey];
  return survey % 10 == 9 ? 40000 + draw_below(seed, MOST_ROWS - 40000) : draw_below(seed, 4000);
}

/* All requests together under one of several ways, each against the answers made alone. */
static void expect_plan(struct survey *s, const struct cells *alone, int threads, size_t block,
                        enum simd simd) {
  size_t done = 0, answered;
  s->b.threads = threads;
  s->b.ways.block = block;
  s->b.ways.simd = simd;
  while (done < s->count) {
    assert_int_equal(plan_open(&s->b, &answered, s->requests + done, s->count - done), BILAN_OK);
    assert_true(answered > 0);
    for (size_t i = done; i < done + answered; i++) {
      struct cells c;
      assert_true(plan_find(&s->b, &c, &s->requests[i]));
      assert_int_equal(cells_tabulate(&s->b, &c, &s->requests[i]), BILAN_OK);
      assert_null(c.mem);
      expect_alike(s, &s->requests[i], &c, &alone[i]);
      cells_free(&c);
    }
    done += answered;
  }
  plan_close(&s->b);
}

static void random_tables_are_sums_of_whole_numbers(void **state) {
  (void)state;
  uint64_t seed = 20260101;
  for (unsigned survey = 0; survey < SURVEYS; survey++) {
    static struct survey s;
    struct cells alone[MOST_REQUESTS], plain;
    size_t rows = draw_rows(&seed, survey);
    unsigned kind = draw_below(&seed, WEIGHTINGS + 1);
    survey_open(&s, rows, kind < WEIGHTINGS ? &weightings[kind] : NULL, draw(&seed));
    if (survey % 2) pool_keep(&s.b.pool);
    for (size_t i = 0; i < s.count; i++) {
      assert_int_equal(cells_tabulate(&s.b, &alone[i], &s.requests[i]), BILAN_OK);
      expect_sums(&s, &s.requests[i], &alone[i]);
      if (rows > 4000 && i % 8) continue;
      assert_int_equal(cells_pass(&s.b, &plain, &s.requests[i]), BILAN_OK);
      expect_near(&plain, &alone[i]);
      cells_free(&plain);
    }
    expect_plan(&s, alone, 1, 0, SIMD_BEST);
    expect_plan(&s, alone, 2, 0, SIMD_SCALAR);
    expect_plan(&s, alone, 8, 1 + draw_below(&seed, 5000), SIMD_BEST);
    for (size_t i = 0; i < s.count; i++) cells_free(&alone[i]);
    survey_close(&s);
  }
}

/* A table that is made alone may be counted by bitmaps or in pairs of rows; under every set of
 * instructions, on threads, in blocks that begin within a word. */
static void a_table_alone_has_the_same_bits_whatever_the_way(void **state) {
  (void)state;
  uint64_t seed = 20260102;
  for (unsigned survey = 0; survey < SURVEYS / 2; survey++) {
    static struct survey s;
    size_t rows = draw_rows(&seed, survey);
    unsigned kind = draw_below(&seed, WEIGHTINGS + 1);
    survey_open(&s, rows, kind < WEIGHTINGS ? &weightings[kind] : NULL, draw(&seed));
    for (size_t i = 0; i < s.count; i += 4) {
      struct cells first, c;
      s.requests[i].key_count = 1 + i / 4 % 2;
      s.requests[i].keys[0] = s.columns[survey % 5];
      s.requests[i].keys[1] = s.columns[5 + i % 7];
      s.b.ways = (struct ways){0};
      assert_int_equal(cells_tabulate(&s.b, &first, &s.requests[i]), BILAN_OK);
      expect_sums(&s, &s.requests[i], &first);
      for (enum simd simd = SIMD_BEST; simd < SIMDS; simd++) {
        size_t block = draw_below(&seed, 900);
        s.b.threads = 1 + (int)simd % 3;
        s.b.ways = (struct ways){.simd = simd, .block = block % 2 ? block : 0};
        assert_int_equal(cells_tabulate(&s.b, &c, &s.requests[i]), BILAN_OK);
        expect_alike(&s, &s.requests[i], &c, &first);
        cells_free(&c);
      }
      cells_free(&first);
    }
    survey_close(&s);
  }
}

/* ---- weights that are no whole numbers, and units ------------------------------------------- */

enum { UNITS = 17 };

/* Negative weights, quotients without an end, both; every third survey all 0 but one row. */
static double draw_odd(uint64_t *seed, unsigned survey, size_t row) {
  double w = (double)(1 + draw_below(seed, 1000)) / 7;
  if (survey % 3 == 2) return row == 1 ? -w : 0;
  return survey % 3 == 1 || draw_below(seed, 4) ? w : -w;
}

/* Sums of cells and of units, each within rounding of the sum of absolute weights. */
static void expect_within(const struct cells *x, const struct cells *y, double most) {
  assert_memory_equal(x->n, y->n, x->count * sizeof *x->n);
  assert_int_equal(x->unit_count, y->unit_count);
  for (size_t i = 0; i < x->count; i++) {
    assert_true(fabs(x->weight[i] - y->weight[i]) <= 1e-13 * most);
    assert_true(fabs(x->weight2[i] - y->weight2[i]) <= 1e-12 * y->weight2[i]);
  }
  for (size_t i = 0; i < x->count * x->unit_count; i++)
    assert_true(fabs(x->unit_weight[i] - y->unit_weight[i]) <= 1e-13 * most);
}

/* Other weights for a survey, and units for half of its requests; the sum of their sizes. */
static double make_odd(struct survey *s, uint32_t *unit, unsigned survey, uint64_t *seed) {
  static double w[MOST_ROWS];
  double most = 0;
  for (size_t i = 0; i < s->rows; i++) {
    w[i] = draw_odd(seed, survey, i);
    unit[i] = draw_below(seed, UNITS);
    most += fabs(w[i]);
  }
  column_free(s->weight);
  s->weight = make_numbers(&s->b, s->rows, w);
  for (size_t i = 0; i < s->count; i++) {
    s->requests[i].weight = s->weight;
    if (draw_below(seed, 2)) continue;
    s->requests[i].unit = unit;
    s->requests[i].unit_count = UNITS;
  }
  return most;
}

static void negative_and_odd_weights_are_summed_as_by_the_pass(void **state) {
  (void)state;
  static uint32_t unit[MOST_ROWS];
  uint64_t seed = 77;
  for (unsigned survey = 0; survey < 30; survey++) {
    static struct survey s;
    struct cells alone, pass, c;
    size_t answered;
    survey_open(&s, 2 + draw_below(&seed, survey == 29 ? 40000 : 900), NULL, draw(&seed));
    if (s.count > 6) s.count = 6;
    double most = make_odd(&s, unit, survey, &seed);
    assert_int_equal(plan_open(&s.b, &answered, s.requests, s.count), BILAN_OK);
    struct plan *plan = s.b.plan;
    for (size_t i = 0; i < answered; i++) {
      s.b.plan = NULL;
      s.b.threads = 1;
      assert_int_equal(cells_tabulate(&s.b, &alone, &s.requests[i]), BILAN_OK);
      assert_int_equal(cells_pass(&s.b, &pass, &s.requests[i]), BILAN_OK);
      expect_within(&alone, &pass, most);
      s.b.threads = 8;
      assert_int_equal(cells_tabulate(&s.b, &c, &s.requests[i]), BILAN_OK);
      expect_same(&alone, &c);
      cells_free(&c);
      s.b.plan = plan;
      assert_true(plan_find(&s.b, &c, &s.requests[i]));
      expect_same(&alone, &c);
      cells_free(&alone);
      cells_free(&pass);
    }
    survey_close(&s);
  }
}

/* Requests of a call, where some share a kernel and some do not. */
static void requests_of_one_call_have_the_answers_of_many(void **state) {
  (void)state;
  static struct survey s;
  struct cells together[MOST_REQUESTS], c;
  const struct whole *whole; /* what a column notes of itself stays */
  survey_open(&s, 3000, &weightings[4], 12);
  assert_int_equal(whole_weights(&s.b, &whole, s.weight), BILAN_OK);
  const struct column *measures[] = {s.weight};
  s.requests[0].measures = measures;
  s.requests[0].measure_count = 1;
  size_t before = s.b.mem.used;
  assert_int_equal(cells_tabulate_all(&s.b, together, s.requests, s.count), BILAN_OK);
  for (size_t i = 0; i < s.count; i++) {
    assert_int_equal(cells_tabulate(&s.b, &c, &s.requests[i]), BILAN_OK);
    expect_same(&together[i], &c);
    cells_free(&c);
    cells_free(&together[i]);
  }
  assert_int_equal(s.b.mem.used, before);
  bilan_status status = BILAN_NOMEM;
  for (uint64_t nth = 1; status; nth++) {
    s.b.mem.requests = 0;
    s.b.mem.fail_at = nth;
    status = cells_tabulate_all(&s.b, together, s.requests, s.count);
    s.b.mem.fail_at = 0;
    if (status) assert_int_equal(s.b.mem.used, before);
  }
  for (size_t i = 0; i < s.count; i++) cells_free(&together[i]);
  survey_close(&s);
}

/* ---- what a plan finds ----------------------------------------------------------------------- */

static void a_plan_answers_what_was_planned_and_nothing_else(void **state) {
  (void)state;
  static struct survey s;
  struct cells c;
  size_t answered;
  survey_open(&s, 500, &weightings[2], 5);
  struct cells_request r = {.rows = 500, .keys = {s.columns[0], s.columns[5]}, .key_count = 2,
                            .weight = s.weight};
  assert_false(plan_find(&s.b, &c, &r));
  assert_int_equal(plan_open(&s.b, &answered, &r, 1), BILAN_OK);
  assert_int_equal(answered, 1);
  assert_true(plan_find(&s.b, &c, &r));
  struct cells_request other = r;
  other.weight = NULL;
  assert_false(plan_find(&s.b, &c, &other));
  other = r;
  other.keys[1] = s.columns[6];
  assert_false(plan_find(&s.b, &c, &other));
  other = r;
  other.key_count = 1;
  assert_false(plan_find(&s.b, &c, &other));
  plan_close(&s.b);
  assert_false(plan_find(&s.b, &c, &r));
  survey_close(&s);
}

static void the_plain_way_has_no_plan(void **state) {
  (void)state;
  static struct survey s;
  struct cells c, planned;
  size_t answered;
  survey_open(&s, 500, &weightings[2], 6);
  struct cells_request r = {.rows = 500, .keys = {s.columns[0]}, .key_count = 1,
                            .weight = s.weight};
  s.b.ways.plain = true;
  assert_int_equal(plan_open(&s.b, &answered, &r, 1), BILAN_OK);
  assert_int_equal(answered, 1);
  assert_false(plan_find(&s.b, &c, &r));
  assert_int_equal(cells_tabulate(&s.b, &c, &r), BILAN_OK);
  s.b.ways.plain = false;
  assert_int_equal(cells_tabulate(&s.b, &planned, &r), BILAN_OK);
  expect_near(&c, &planned);
  cells_free(&c);
  cells_free(&planned);
  survey_close(&s);
}

/* A big answer fills the store: the plan says how far it got. */
static void a_plan_answers_as_many_as_its_store_holds(void **state) {
  (void)state;
  static struct survey s;
  struct cells_request r[3];
  struct cells c;
  size_t answered;
  survey_open(&s, 50, NULL, 7);
  for (size_t i = 0; i < 3; i++)
    r[i] = (struct cells_request){
        .rows = 50, .key_count = 4,
        .keys = {s.columns[9], s.columns[10], s.columns[8], s.columns[i]}};
  assert_int_equal(plan_open(&s.b, &answered, r, 3), BILAN_OK);
  assert_int_equal(answered, 1); /* 251 * 301 * 31 cells by 24 bytes and more: 281 MB */
  assert_true(plan_find(&s.b, &c, &r[0]));
  assert_false(plan_find(&s.b, &c, &r[1]));
  survey_close(&s);
}

static void a_request_that_is_refused_opens_no_plan(void **state) {
  (void)state;
  static struct survey s;
  struct cells c;
  size_t answered = 17;
  survey_open(&s, 50, &weightings[1], 8);
  struct cells_request r[2] = {{.rows = 50, .keys = {s.columns[0]}, .key_count = 1},
                               {.rows = 50, .keys = {s.weight}, .key_count = 1}};
  assert_int_equal(plan_open(&s.b, &answered, r, 2), BILAN_USAGE);
  assert_int_equal(answered, 17);
  assert_false(plan_find(&s.b, &c, &r[0]));
  survey_close(&s);
}

/* ---- order, memory --------------------------------------------------------------------------- */

/* The same rows in another order: the same bits. */
static void bits_do_not_depend_on_the_order_of_rows(void **state) {
  (void)state;
  static struct survey s;
  static uint32_t code[2][MOST_ROWS];
  static double w[2][MOST_ROWS];
  static const char *const labels[] = {"a", "b", "c", "d", "e"};
  enum { ROWS = 60000 };
  uint64_t seed = 9;
  struct cells c[2];
  handle_init(&s.b);
  for (size_t i = 0; i < ROWS; i++) {
    code[0][i] = draw_below(&seed, 6);
    w[0][i] = (double)draw_below(&seed, 9000000) / 1e6;
  }
  for (size_t i = 0; i < ROWS; i++) {
    size_t from = (i * 7919 + 13) % ROWS; /* 7919 has no divisor in common with 60000 */
    code[1][i] = code[0][from];
    w[1][i] = w[0][from];
  }
  for (int k = 0; k < 2; k++) {
    struct column *item = make_codes(&s.b, ROWS, code[k], labels, 5);
    struct column *weight = make_numbers(&s.b, ROWS, w[k]);
    struct cells_request r = {.rows = ROWS, .keys = {item}, .key_count = 1, .weight = weight};
    assert_int_equal(cells_tabulate(&s.b, &c[k], &r), BILAN_OK);
    column_free(item);
    column_free(weight);
  }
  expect_same(&c[0], &c[1]);
  cells_free(&c[0]);
  cells_free(&c[1]);
  assert_int_equal(s.b.mem.used, 0);
}

static void running_out_of_memory_leaves_no_plan(void **state) {
  (void)state;
  bool done = false;
  for (uint64_t nth = 1; !done; nth++) {
    static struct survey s;
    struct cells c;
    size_t answered;
    survey_open(&s, 900, &weightings[2], 11);
    s.b.mem.requests = 0;
    s.b.mem.fail_at = nth;
    bilan_status status = plan_open(&s.b, &answered, s.requests, s.count);
    s.b.mem.fail_at = 0;
    assert_true(status == BILAN_OK || status == BILAN_NOMEM);
    assert_int_equal(plan_find(&s.b, &c, &s.requests[0]), status == BILAN_OK);
    done = status == BILAN_OK;
    survey_close(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_tables_are_sums_of_whole_numbers),
      cmocka_unit_test(a_table_alone_has_the_same_bits_whatever_the_way),
      cmocka_unit_test(negative_and_odd_weights_are_summed_as_by_the_pass),
      cmocka_unit_test(requests_of_one_call_have_the_answers_of_many),
      cmocka_unit_test(a_plan_answers_what_was_planned_and_nothing_else),
      cmocka_unit_test(the_plain_way_has_no_plan),
      cmocka_unit_test(a_plan_answers_as_many_as_its_store_holds),
      cmocka_unit_test(a_request_that_is_refused_opens_no_plan),
      cmocka_unit_test(bits_do_not_depend_on_the_order_of_rows),
      cmocka_unit_test(running_out_of_memory_leaves_no_plan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

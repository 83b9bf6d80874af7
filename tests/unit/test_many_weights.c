/* test_many_weights.c - sums under many columns of weights against a pass for each column: few and
 * many cells, measures with and without answers, centres, domains, threads, memory running out. */
#include "kernel/cells.h"
#include "kernel/many_weights.h"

#include <stdlib.h>

#include "fixture.h"

enum { ROWS = 30000, COLUMNS = 7, MEASURES = 2 };

struct world {
  bilan b;
  size_t rows;
  struct column *small, *large, *weights[COLUMNS], *y[MEASURES];
  const struct column *measures[MEASURES];
  struct domain *domain;
};

static void world_open(struct world *w, size_t rows) {
  static double numbers[ROWS];
  uint64_t seed = 5;
  handle_init(&w->b);
  w->rows = rows;
  w->small = draw_item(&w->b, &seed, w->rows, 5);
  w->large = draw_item(&w->b, &seed, w->rows, 650);
  for (size_t r = 0; r < COLUMNS; r++) {
    for (size_t i = 0; i < rows; i++) numbers[i] = draw_below(&seed, 4) ? draw_unit(&seed) : 0;
    w->weights[r] = make_numbers(&w->b, rows, numbers);
  }
  for (size_t m = 0; m < MEASURES; m++) {
    for (size_t i = 0; i < rows; i++)
      numbers[i] = m && !draw_below(&seed, 5) ? NAN : 10 * draw_unit(&seed);
    w->measures[m] = w->y[m] = make_numbers(&w->b, rows, numbers);
  }
  assert_int_equal(domain_new(&w->b, &w->domain, rows), BILAN_OK);
  for (size_t i = 0; i < rows; i++)
    if (draw_below(&seed, 3)) domain_set(w->domain, i);
}

static void world_close(struct world *w) {
  column_free(w->small);
  column_free(w->large);
  for (size_t r = 0; r < COLUMNS; r++) column_free(w->weights[r]);
  for (size_t m = 0; m < MEASURES; m++) column_free(w->y[m]);
  domain_free(w->domain);
  assert_int_equal(w->b.mem.used, 0);
}

static void near(double got, double expected) {
  if (!(fabs(got - expected) <= 1e-12 * (1 + fabs(expected))))
    fail_msg("%.17g, expected %.17g", got, expected);
}

/* One column against its own pass. */
static void check_column(struct world *w, const double *sums, struct cells_request r,
                         const struct column *weight) {
  struct cells c;
  r.weight = weight;
  assert_int_equal(cells_pass(&w->b, &c, &r), BILAN_OK);
  for (size_t i = 0; i < c.count; i++) near(sums[i], c.weight[i]);
  for (size_t m = 0; m < r.measure_count; m++)
    for (size_t i = 0; i < c.count; i++) {
      near(sums[(2 * m + 1) * c.count + i], c.sums[m * c.count + i].weight);
      near(sums[(2 * m + 2) * c.count + i], c.sums[m * c.count + i].y);
    }
  cells_free(&c);
}

static void check_request(struct world *w, const struct cells_request *r, size_t count) {
  size_t cells = 1;
  for (size_t i = 0; i < r->key_count; i++) cells *= dict_count(r->keys[i]->dict);
  size_t numbers = many_weights_numbers(cells, r->measure_count), size = count * numbers;
  double *first = calloc(size, sizeof *first), *again = calloc(size, sizeof *again);
  w->b.threads = 1;
  assert_int_equal(many_weights(&w->b, first, r, w->weights, count), BILAN_OK);
  for (size_t i = 0; i < count; i++) check_column(w, first + i * numbers, *r, w->weights[i]);
  for (w->b.threads = 2; w->b.threads <= 8; w->b.threads *= 4) {
    assert_int_equal(many_weights(&w->b, again, r, w->weights, count), BILAN_OK);
    assert_memory_equal(again, first, size * sizeof *first);
  }
  free(first);
  free(again);
}

static void sums_are_those_of_a_pass_for_each(void **state) {
  (void)state;
  static struct world w;
  world_open(&w, ROWS);
  struct cells_request r = {.rows = w.rows};
  check_request(&w, &r, 1);
  r.measures = w.measures;
  r.measure_count = MEASURES;
  check_request(&w, &r, 2);
  r.keys[r.key_count++] = w.small;
  r.domain = w.domain;
  check_request(&w, &r, COLUMNS);
  r.complete = true;
  check_request(&w, &r, COLUMNS);
  double centres[2 * 6];
  for (size_t i = 0; i < 12; i++) centres[i] = (double)i / 3;
  r.complete = false;
  r.centres = centres;
  check_request(&w, &r, COLUMNS);
  world_close(&w);
}

static void many_cells_and_no_rows_are_fine(void **state) {
  (void)state;
  static struct world w;
  world_open(&w, ROWS);
  struct cells_request r = {.rows = w.rows, .keys = {w.large, w.small}, .key_count = 2};
  check_request(&w, &r, 3);
  r.key_count = 1;
  check_request(&w, &r, 2);
  world_close(&w);
  world_open(&w, 0);
  r = (struct cells_request){.rows = 0, .keys = {w.small}, .key_count = 1};
  check_request(&w, &r, 2);
  world_close(&w);
}

static void memory_that_runs_out_leaves_nothing(void **state) {
  (void)state;
  static struct world w;
  double sums[6 * COLUMNS];
  world_open(&w, 100);
  struct cells_request r = {.rows = w.rows, .keys = {w.small}, .key_count = 1};
  size_t before = w.b.mem.used;
  bilan_status status = BILAN_NOMEM;
  for (uint64_t nth = 1; status; nth++) {
    w.b.mem.fail_at = w.b.mem.requests + nth;
    status = many_weights(&w.b, sums, &r, w.weights, COLUMNS);
    w.b.mem.fail_at = 0;
    if (status) assert_int_equal(status, BILAN_NOMEM);
    assert_int_equal(w.b.mem.used, before);
  }
  world_close(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sums_are_those_of_a_pass_for_each),
      cmocka_unit_test(many_cells_and_no_rows_are_fine),
      cmocka_unit_test(memory_that_runs_out_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

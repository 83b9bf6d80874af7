/* test_unit_tables.c - totals by unit of many tables at once against sums written out row by row:
 * whole and other weights, units of few and of many rows, threads, copies of columns, memory
 * running out. */
#include "kernel/unit_order.h"
#include "kernel/unit_tables.h"

#include <stdlib.h>

#include "fixture.h"

enum { ROWS = 60000, KEYS = 6, TABLES = 9 };

struct world {
  bilan b;
  size_t rows, units;
  struct column *keys[KEYS], *weight;
  struct domain *domain;
  uint32_t unit[ROWS];
  struct unit_order *order;
  struct cells_request requests[TABLES];
  const struct cells_request *list[TABLES];
};

enum weights { NONE, DECIMALS, LARGE, ODD };

static double draw_weight(uint64_t *seed, enum weights kind) {
  if (draw_below(seed, 9) == 0) return draw_below(seed, 2) ? 0 : NAN;
  if (kind == DECIMALS) return (double)(1 + draw_below(seed, 400)) / 100;
  if (kind == LARGE) return (double)(1 + draw_below(seed, 2000000000)) / 1000000;
  return 0.5 + draw_unit(seed);
}

/* Items 3, 4, 5 by banners of two keys, of one and of none. */
static void world_requests(struct world *w) {
  static const int banners[TABLES][2] = {{0, -1}, {1, -1}, {2, -1}, {0, 1}, {0, -1},
                                         {1, -1}, {-1, -1}, {2, 0}, {0, -1}};
  static const int items[TABLES] = {3, 3, 3, 3, 4, 4, 5, 5, 5};
  for (size_t t = 0; t < TABLES; t++) {
    struct cells_request *r = &w->requests[t];
    *r = (struct cells_request){.rows = w->rows, .domain = w->domain, .weight = w->weight,
        .unit = w->unit, .unit_count = w->units, .order = w->order};
    for (int i = 0; i < 2 && banners[t][i] >= 0; i++)
      r->keys[r->key_count++] = w->keys[banners[t][i]];
    r->keys[r->key_count++] = w->keys[items[t]];
    w->list[t] = r;
    assert_true(unit_tables_fit(r));
  }
}

static void world_open(struct world *w, size_t rows, size_t units, enum weights kind,
                       bool domain) {
  static double weights[ROWS];
  static const uint32_t levels[KEYS] = {4, 5, 3, 5, 300, 6};
  uint64_t seed = 11 + rows + units;
  handle_init(&w->b);
  w->rows = rows;
  w->units = units;
  for (size_t i = 0; i < KEYS; i++) w->keys[i] = draw_item(&w->b, &seed, w->rows, levels[i]);
  for (size_t i = 0; i < rows; i++) weights[i] = draw_weight(&seed, kind);
  w->weight = kind == NONE ? NULL : make_numbers(&w->b, rows, weights);
  w->domain = NULL;
  if (domain) assert_int_equal(domain_new(&w->b, &w->domain, rows), BILAN_OK);
  for (size_t i = 0; i < rows; i++) {
    if (domain && draw_below(&seed, 3)) domain_set(w->domain, i);
    /* one unit in ten has most rows, and some have none */
    uint32_t u = draw_below(&seed, (uint32_t)units);
    w->unit[i] = draw_below(&seed, 3) ? u / 10 : u;
  }
  assert_int_equal(unit_order_open(&w->b, &w->order, w->unit, rows, units), BILAN_OK);
  world_requests(w);
}

static void world_close(struct world *w) {
  for (size_t i = 0; i < KEYS; i++) column_free(w->keys[i]);
  column_free(w->weight);
  domain_free(w->domain);
  unit_order_free(w->order);
  assert_int_equal(w->b.mem.used, 0);
}

/* ---- by the definition ---------------------------------------------------------------------- */

static size_t cell_of(const struct cells_request *r, size_t row) {
  size_t cell = 0;
  for (size_t i = 0; i < r->key_count; i++)
    cell = cell * dict_count(r->keys[i]->dict) + column_code(r->keys[i], row);
  return cell;
}

static double weight_of(const struct cells_request *r, size_t row) {
  if (!domain_has(r->domain, row)) return 0;
  if (!r->weight) return 1;
  return column_missing(r->weight, row) ? 0 : column_number(r->weight, row);
}

static void near(double got, double expected) {
  if (!(fabs(got - expected) <= 1e-12 * fabs(expected)))
    fail_msg("%.17g, expected %.17g", got, expected);
}

static void check_table(const struct world *w, const struct cells *c,
                        const struct cells_request *r) {
  size_t cells = c->count;
  double *weight = calloc(cells, sizeof *weight), *weight2 = calloc(cells, sizeof *weight2);
  double *unit = calloc(cells * w->units, sizeof *unit);
  int64_t *n = calloc(cells, sizeof *n);
  for (size_t row = 0; row < w->rows; row++) {
    size_t cell = cell_of(r, row);
    double v = weight_of(r, row);
    n[cell] += v != 0;
    weight[cell] += v;
    weight2[cell] += v * v;
    unit[w->unit[row] * cells + cell] += v;
  }
  assert_int_equal(c->unit_count, w->units);
  for (size_t i = 0; i < cells; i++) {
    assert_int_equal(c->n[i], n[i]);
    near(c->weight[i], weight[i]);
    near(c->weight2[i], weight2[i]);
  }
  for (size_t i = 0; i < cells * w->units; i++) near(c->unit_weight[i], unit[i]);
  free(weight);
  free(weight2);
  free(unit);
  free(n);
}

static void same_bits(const struct cells *x, const struct cells *y) {
  assert_int_equal(x->count, y->count);
  assert_memory_equal(x->n, y->n, x->count * sizeof *x->n);
  assert_memory_equal(x->weight, y->weight, x->count * sizeof *x->weight);
  assert_memory_equal(x->weight2, y->weight2, x->count * sizeof *x->weight2);
  assert_memory_equal(x->unit_weight, y->unit_weight,
                      x->count * x->unit_count * sizeof *x->unit_weight);
}

/* ---- tests ---------------------------------------------------------------------------------- */

/* All tables at once, each by itself, again from copies, on 1, 2 and 8 threads. */
static void check_world(size_t rows, size_t units, enum weights kind, bool domain) {
  static struct world w;
  struct cells all[TABLES], again[TABLES], one;
  world_open(&w, rows, units, kind, domain);
  assert_int_equal(unit_tables(&w.b, all, w.list, TABLES), BILAN_OK);
  for (size_t t = 0; t < TABLES; t++) check_table(&w, &all[t], w.list[t]);
  for (int threads = 1; threads <= 8; threads *= 2) {
    w.b.threads = threads;
    assert_int_equal(unit_tables(&w.b, again, w.list, TABLES), BILAN_OK);
    for (size_t t = 0; t < TABLES; t++) {
      assert_int_equal(unit_tables(&w.b, &one, &w.list[t], 1), BILAN_OK);
      same_bits(&one, &all[t]);
      same_bits(&again[t], &all[t]);
      cells_free(&one);
      cells_free(&again[t]);
    }
  }
  for (size_t t = 0; t < TABLES; t++) cells_free(&all[t]);
  world_close(&w);
}

static void units_of_few_rows_are_added_row_by_row(void **state) {
  (void)state;
  for (int kind = NONE; kind <= ODD; kind++) check_world(2000, 200, (enum weights)kind, kind & 1);
}

static void units_of_many_rows_are_margins_of_a_joint_table(void **state) {
  (void)state;
  for (int kind = NONE; kind <= ODD; kind++)
    check_world(ROWS, 30, (enum weights)kind, !(kind & 1));
}

static void one_unit_and_no_rows_are_fine(void **state) {
  (void)state;
  check_world(ROWS, 1, DECIMALS, false);
  check_world(ROWS, 5000, DECIMALS, true);
  check_world(1, 1, ODD, false);
  check_world(0, 0, NONE, false);
}

/* The sum of whole weights is that of integers divided once: rows in any order give it. */
static void whole_weights_are_summed_without_rounding(void **state) {
  (void)state;
  static struct world w;
  struct cells c;
  world_open(&w, ROWS, 40, DECIMALS, false);
  assert_int_equal(unit_tables(&w.b, &c, &w.list[6], 1), BILAN_OK);
  int64_t *units = calloc(c.count, sizeof *units), *squares = calloc(c.count, sizeof *squares);
  for (size_t row = 0; row < w.rows; row++) {
    int64_t v = (int64_t)llround(100 * weight_of(w.list[6], row));
    units[cell_of(w.list[6], row)] += v;
    squares[cell_of(w.list[6], row)] += v * v;
  }
  for (size_t i = 0; i < c.count; i++) {
    assert_true(c.weight[i] == (double)units[i] / 100);
    assert_true(c.weight2[i] == (double)squares[i] / 10000);
  }
  free(units);
  free(squares);
  cells_free(&c);
  world_close(&w);
}

/* A copy belongs to its column: another one is not mistaken for it; what was never filled because
 * memory ran out is not left behind. */
static void copies_are_of_their_column(void **state) {
  (void)state;
  static struct world w;
  world_open(&w, ROWS, 200, DECIMALS, false);
  unit_copies_begin(w.order);
  struct unit_copy first = unit_copy(w.order, w.keys[0], COPY_CODES);
  assert_non_null(first.data);
  assert_false(first.filled);
  assert_ptr_not_equal(unit_copy(w.order, w.keys[1], COPY_CODES).data, first.data);
  assert_int_equal(unit_copies_fill(&w.b, w.order), BILAN_OK);
  for (size_t i = 0; i < w.rows; i++)
    assert_int_equal(((uint8_t *)first.data)[i], column_code(w.keys[0], w.order->row[i]));
  unit_copies_begin(w.order);
  assert_ptr_equal(unit_copy(w.order, w.keys[0], COPY_CODES).data, first.data);
  assert_true(unit_copy(w.order, w.keys[0], COPY_CODES).filled);
  assert_false(unit_copy(w.order, w.keys[2], COPY_CODES).filled);
  w.b.mem.fail_at = w.b.mem.requests + 1;
  assert_int_equal(unit_copies_fill(&w.b, w.order), BILAN_NOMEM);
  unit_copies_begin(w.order);
  assert_true(unit_copy(w.order, w.keys[0], COPY_CODES).filled);
  assert_false(unit_copy(w.order, w.keys[2], COPY_CODES).filled);
  w.b.mem.fail_at = w.b.mem.requests + 1;
  assert_null(unit_copy(w.order, w.keys[3], COPY_CODES).data);
  w.b.mem.fail_at = 0;
  assert_int_equal(unit_copies_fill(&w.b, w.order), BILAN_OK);
  world_close(&w);
}

/* 300 columns of 60,000 rows fit the room but not the list: the oldest go. */
static void copies_are_bounded(void **state) {
  (void)state;
  static struct world w;
  world_open(&w, 100, 10, DECIMALS, false);
  struct column *first = w.keys[0], *many[300];
  for (size_t i = 0; i < 300; i++) {
    uint64_t seed = i;
    many[i] = draw_item(&w.b, &seed, w.rows, 3);
    unit_copies_begin(w.order);
    unit_copy(w.order, first, COPY_CODES);
    assert_non_null(unit_copy(w.order, many[i], COPY_CODES).data);
    assert_int_equal(unit_copies_fill(&w.b, w.order), BILAN_OK);
  }
  unit_copies_begin(w.order);
  assert_true(unit_copy(w.order, first, COPY_CODES).filled);
  assert_true(unit_copy(w.order, many[299], COPY_CODES).filled);
  assert_false(unit_copy(w.order, many[0], COPY_CODES).filled);
  assert_int_equal(unit_copies_fill(&w.b, w.order), BILAN_OK);
  for (size_t i = 0; i < 300; i++) column_free(many[i]);
  world_close(&w);
}

static void what_does_not_fit_is_told(void **state) {
  (void)state;
  static struct world w;
  world_open(&w, 100, 10, DECIMALS, false);
  assert_true(unit_tables_fit(&w.requests[0]));
  struct cells_request r = w.requests[0];
  r.order = NULL;
  assert_false(unit_tables_fit(&r));
  r = w.requests[0];
  r.key_count = 0;
  assert_false(unit_tables_fit(&r));
  r = w.requests[0];
  r.keys[0] = r.keys[1] = w.keys[4]; /* 301 * 301 cells */
  assert_false(unit_tables_fit(&r));
  r = w.requests[0];
  r.keys[0] = w.weight;
  assert_false(unit_tables_fit(&r));
  world_close(&w);
}

static void memory_that_runs_out_leaves_nothing(void **state) {
  (void)state;
  static struct world w;
  struct cells out[TABLES];
  bilan_status status = BILAN_NOMEM;
  for (uint64_t nth = 1; status; nth++) {
    world_open(&w, 3000, 20, DECIMALS, true);
    w.b.mem.fail_at = w.b.mem.requests + nth;
    status = unit_tables(&w.b, out, w.list, TABLES);
    w.b.mem.fail_at = 0;
    if (status) assert_int_equal(status, BILAN_NOMEM);
    for (size_t t = 0; !status && t < TABLES; t++) check_table(&w, &out[t], w.list[t]);
    for (size_t t = 0; t < TABLES; t++) cells_free(&out[t]);
    assert_true(nth < 200);
    if (w.b.mem.requests < nth) status = BILAN_OK;
    world_close(&w);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(units_of_few_rows_are_added_row_by_row),
      cmocka_unit_test(units_of_many_rows_are_margins_of_a_joint_table),
      cmocka_unit_test(one_unit_and_no_rows_are_fine),
      cmocka_unit_test(whole_weights_are_summed_without_rounding),
      cmocka_unit_test(copies_are_of_their_column),
      cmocka_unit_test(copies_are_bounded),
      cmocka_unit_test(what_does_not_fit_is_told),
      cmocka_unit_test(memory_that_runs_out_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

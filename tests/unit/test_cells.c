/* test_cells.c - the tabulation kernel against a row-by-row reference, on every number of
 * threads, with memory running out at every request. */
#include "kernel/blocks.h"
#include "kernel/cells.h"
#include "kernel/sort.h"

#include "fixture.h"

enum { ROWS = 50000, REGIONS = 5, ANSWERS = 3, CLUSTERS = 40 };

struct sample {
  bilan b;
  struct column *region, *answer, *cluster, *value, *weight;
  struct domain *domain;
  size_t rows;
  uint32_t unit[ROWS]; /* the codes of cluster */
};

static const char *const letters[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};

static struct column *random_numbers(bilan *b, size_t rows, double from, uint64_t seed) {
  static double values[ROWS];
  for (size_t i = 0; i < rows; i++)
    values[i] = draw_below(&seed, 10) == 0 ? NAN : from + draw_unit(&seed) * 1000;
  return make_numbers(b, rows, values);
}

static void sample_open(struct sample *s, size_t rows) {
  handle_init(&s->b);
  uint64_t seed = 7, of_region = 1, of_answer = 2, of_cluster = 3;
  s->rows = rows;
  s->region = draw_item(&s->b, &of_region, rows, REGIONS);
  s->answer = draw_item(&s->b, &of_answer, rows, ANSWERS);
  s->cluster = draw_item(&s->b, &of_cluster, rows, 290);
  s->value = random_numbers(&s->b, rows, 0.1, 4);
  s->weight = random_numbers(&s->b, rows, 0, 5);
  assert_int_equal(domain_new(&s->b, &s->domain, rows), BILAN_OK);
  for (size_t i = 0; i < rows; i++) {
    if (draw_below(&seed, 3)) domain_set(s->domain, i);
    s->unit[i] = column_code(s->cluster, i);
  }
}

static void sample_close(struct sample *s) {
  column_free(s->region);
  column_free(s->answer);
  column_free(s->cluster);
  column_free(s->value);
  column_free(s->weight);
  domain_free(s->domain);
  assert_int_equal(s->b.mem.used, 0);
}

static struct cells_request request_of(const struct sample *s, const struct column *const *m) {
  return (struct cells_request){
      .rows = s->rows,
      .domain = s->domain,
      .keys = {s->region, s->answer},
      .key_count = 2,
      .measures = m,
      .measure_count = 1,
      .weight = s->weight,
      .unit = s->unit,
      .unit_count = 291,
  };
}

/* One cell, one row at a time, straight from the definition, in long double. */
struct reference {
  int64_t n, yn;
  long double weight, weight2, y, yy;
};

static struct reference reference_cell(const struct sample *s, uint32_t region, uint32_t answer,
                                       double centre) {
  struct reference r = {0};
  for (size_t i = 0; i < s->rows; i++) {
    double w = column_missing(s->weight, i) ? 0 : column_number(s->weight, i);
    if (!domain_has(s->domain, i) || w == 0) continue;
    if (column_code(s->region, i) != region || column_code(s->answer, i) != answer) continue;
    r.n++;
    r.weight += w;
    r.weight2 += (long double)w * w;
    if (column_missing(s->value, i)) continue;
    long double y = (long double)column_number(s->value, i) - centre;
    r.yn++;
    r.y += w * y;
    r.yy += w * y * y;
  }
  return r;
}

static void cells_match_a_row_by_row_reference(void **state) {
  (void)state;
  struct sample s;
  struct cells c;
  sample_open(&s, 20000);
  double centres[(REGIONS + 1) * (ANSWERS + 1)];
  for (size_t i = 0; i < sizeof centres / sizeof *centres; i++) centres[i] = 400 + (double)i;
  const struct column *measures[] = {s.value};
  struct cells_request request = request_of(&s, measures);
  request.centres = centres;
  assert_int_equal(cells_tabulate(&s.b, &c, &request), BILAN_OK);
  assert_int_equal(c.count, (REGIONS + 1) * (ANSWERS + 1));
  for (uint32_t region = 0; region <= REGIONS; region++)
    for (uint32_t answer = 0; answer <= ANSWERS; answer++) {
      size_t at = region * (ANSWERS + 1) + answer;
      struct reference r = reference_cell(&s, region, answer, centres[at]);
      assert_int_equal(c.n[at], r.n);
      assert_int_equal(c.sums[at].n, r.yn);
      expect_close(c.weight[at], (double)r.weight, 1e-12);
      expect_close(c.weight2[at], (double)r.weight2, 1e-12);
      assert_true(fabs(c.sums[at].y - (double)r.y) < 1e-9 * sqrt((double)(r.yy * r.weight)));
      expect_close(c.sums[at].yy, (double)r.yy, 1e-12);
    }
  cells_free(&c);
  cells_free(&c);
  sample_close(&s);
}

static void totals_by_unit_add_up_to_the_cells(void **state) {
  (void)state;
  struct sample s;
  struct cells c;
  sample_open(&s, 20000);
  const struct column *measures[] = {s.value};
  struct cells_request request = request_of(&s, measures);
  assert_int_equal(cells_tabulate(&s.b, &c, &request), BILAN_OK);
  assert_int_equal(c.unit_count, 291);
  double one = 0;
  for (size_t i = 0; i < s.rows; i++)
    if (domain_has(s.domain, i) && !column_missing(s.weight, i) && column_code(s.cluster, i) == 17
        && column_code(s.region, i) == 2 && column_code(s.answer, i) == 1
        && !column_missing(s.value, i))
      one += column_number(s.weight, i) * column_number(s.value, i);
  expect_close(c.unit_y[17 * c.count + 2 * (ANSWERS + 1) + 1], one, 1e-12);
  for (size_t cell = 0; cell < c.count; cell++) {
    double weight = 0, y = 0;
    for (size_t unit = 0; unit < c.unit_count; unit++) {
      weight += c.unit_weight[unit * c.count + cell];
      y += c.unit_y[unit * c.count + cell];
    }
    expect_close(weight, c.weight[cell], 1e-11);
    expect_close(y, c.sums[cell].y, 1e-11);
  }
  cells_free(&c);
  sample_close(&s);
}

/* One cell with units, by its own loops, against sums row by row. */
static void expect_one_cell(struct sample *s, const struct column *measure, bool complete) {
  struct cells c;
  long double weight[291] = {0}, y[291] = {0}, all = 0, all2 = 0, answers = 0, yy = 0;
  int64_t n = 0, yn = 0;
  const struct column *measures[] = {measure};
  const double centre = 400;
  struct cells_request request = request_of(s, measures);
  request.key_count = 0;
  request.complete = complete;
  request.centres = &centre;
  for (size_t i = 0; i < s->rows; i++) {
    double w = column_missing(s->weight, i) ? 0 : column_number(s->weight, i);
    bool absent = column_missing(measure, i) != BILAN_PRESENT;
    if (!domain_has(s->domain, i) || w == 0 || (complete && absent)) continue;
    n++;
    all += w;
    all2 += (long double)w * w;
    weight[s->unit[i]] += w;
    if (absent) continue;
    long double value = (long double)column_number(measure, i) - centre;
    yn++;
    answers += w;
    y[s->unit[i]] += w * value;
    yy += w * value * value;
  }
  assert_int_equal(cells_tabulate(&s->b, &c, &request), BILAN_OK);
  assert_int_equal(c.count, 1);
  assert_int_equal(c.n[0], n);
  assert_int_equal(c.sums[0].n, yn);
  expect_close(c.weight[0], (double)all, 1e-12);
  expect_close(c.weight2[0], (double)all2, 1e-12);
  expect_close(c.sums[0].weight, (double)answers, 1e-12);
  expect_close(c.sums[0].yy, (double)yy, 1e-12);
  for (size_t unit = 0; unit < 291; unit++) {
    expect_close(c.unit_weight[unit], (double)weight[unit], 1e-12);
    assert_true(fabs(c.unit_y[unit] - (double)y[unit]) < 1e-9 * centre * (double)weight[unit]);
  }
  cells_free(&c);
}

/* NaN in the place of a missing value, the last one too, and infinite ones outside the domain: none
 * may reach a sum. */
static void one_cell_by_units_matches_a_row_by_row_reference(void **state) {
  (void)state;
  struct sample s;
  sample_open(&s, 20003);
  s.value->numbers[1] = NAN;
  s.value->missing[1] = BILAN_NO_ANSWER;
  s.value->numbers[20002] = NAN;
  s.value->missing[20002] = BILAN_REFUSED;
  for (size_t i = 0; i < s.rows; i++)
    if (!domain_has(s.domain, i) && i % 5 == 0) s.value->numbers[i] = INFINITY;
  for (int complete = 0; complete < 2; complete++) expect_one_cell(&s, s.value, complete);
  sample_close(&s);
}

/* An item of levels 10, 20, ..., the blank among its answers, in codes of one byte or two. */
static struct column *random_scores(bilan *b, size_t rows, uint32_t levels, uint64_t seed) {
  struct dict *d;
  struct column *c;
  assert_int_equal(dict_new(b, &d), BILAN_OK);
  for (uint32_t i = 1; i <= levels; i++) {
    uint32_t code;
    char name[] = {(char)('a' + i % 26), (char)('a' + i / 26), '\0'};
    struct level level = {text_of(name), 10 * i, BILAN_PRESENT};
    assert_int_equal(dict_add_level(b, d, &code, &level), BILAN_OK);
  }
  unsigned width = column_width_for(levels + 1);
  uint8_t *one = mem_array(&b->mem, rows, width);
  uint16_t *two = (void *)one;
  for (size_t i = 0; i < rows; i++) {
    uint32_t code = draw_below(&seed, levels + 1);
    if (width == 1) one[i] = (uint8_t)code;
    else two[i] = (uint16_t)code;
  }
  assert_int_equal(column_codes(b, &c, rows, width, one, d), BILAN_OK);
  return c;
}

static void one_cell_of_levels_matches_a_row_by_row_reference(void **state) {
  (void)state;
  static const uint32_t levels[] = {9, 280};
  struct sample s;
  sample_open(&s, 20003);
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    struct column *scores = random_scores(&s.b, s.rows, levels[i], 6);
    assert_int_equal(scores->width, i + 1);
    for (int complete = 0; complete < 2; complete++) expect_one_cell(&s, scores, complete);
    column_free(scores);
  }
  sample_close(&s);
}

/* As if the rows that lack one of two measures were outside the domain: to the bit. */
static void a_complete_request_is_one_of_the_rows_that_have_all(void **state) {
  (void)state;
  struct sample s;
  struct cells got, want;
  struct domain *have;
  sample_open(&s, 20000);
  struct column *second = random_numbers(&s.b, s.rows, 5, 8);
  const struct column *measures[] = {s.value, second};
  struct cells_request request = request_of(&s, measures);
  request.measure_count = 2;
  request.complete = true;
  assert_int_equal(cells_tabulate(&s.b, &got, &request), BILAN_OK);
  assert_int_equal(domain_new(&s.b, &have, s.rows), BILAN_OK);
  for (size_t i = 0; i < s.rows; i++)
    if (domain_has(s.domain, i) && !column_missing(s.value, i) && !column_missing(second, i))
      domain_set(have, i);
  request.complete = false;
  request.domain = have;
  assert_int_equal(cells_tabulate(&s.b, &want, &request), BILAN_OK);
  assert_memory_equal(got.n, want.n, got.count * sizeof *got.n);
  assert_memory_equal(got.weight, want.weight, got.count * sizeof *got.weight);
  assert_memory_equal(got.weight2, want.weight2, got.count * sizeof *got.weight2);
  assert_memory_equal(got.unit_y, want.unit_y, 2 * 291 * got.count * sizeof *got.unit_y);
  for (size_t i = 0; i < 2 * got.count; i++) {
    assert_int_equal(got.sums[i].n, want.sums[i].n);
    assert_true(got.sums[i].y == want.sums[i].y && got.sums[i].yy == want.sums[i].yy);
    expect_close(got.sums[i].weight, want.sums[i].weight, 1e-12); /* by rows, or by units */
  }
  cells_free(&got);
  cells_free(&want);
  domain_free(have);
  column_free(second);
  sample_close(&s);
}

static void one_cell_has_the_same_bits_on_any_number_of_threads(void **state) {
  (void)state;
  static const int threads[] = {1, 2, 3, 8};
  struct sample s;
  struct cells first = {0};
  sample_open(&s, ROWS);
  const struct column *measures[] = {s.value};
  struct cells_request request = request_of(&s, measures);
  request.key_count = 0;
  request.complete = true;
  for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
    struct cells c;
    s.b.threads = threads[t];
    assert_int_equal(cells_tabulate(&s.b, &c, &request), BILAN_OK);
    if (!t) {
      first = c;
      continue;
    }
    assert_memory_equal(c.weight2, first.weight2, sizeof *c.weight2);
    assert_memory_equal(c.sums, first.sums, sizeof *c.sums);
    assert_memory_equal(c.unit_weight, first.unit_weight, 291 * sizeof *c.unit_weight);
    assert_memory_equal(c.unit_y, first.unit_y, 291 * sizeof *c.unit_y);
    cells_free(&c);
  }
  cells_free(&first);
  sample_close(&s);
}

static void bits_do_not_depend_on_threads(void **state) {
  (void)state;
  static const int threads[] = {1, 2, 3, 8, 100};
  struct sample s;
  struct cells first = {0};
  sample_open(&s, ROWS);
  const struct column *measures[] = {s.value};
  struct cells_request request = request_of(&s, measures);
  request.unit = NULL;
  for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
    struct cells c;
    s.b.threads = threads[t];
    assert_int_equal(cells_tabulate(&s.b, &c, &request), BILAN_OK);
    if (!t) {
      first = c;
      continue;
    }
    assert_memory_equal(c.n, first.n, c.count * sizeof *c.n);
    assert_memory_equal(c.weight, first.weight, c.count * sizeof *c.weight);
    assert_memory_equal(c.weight2, first.weight2, c.count * sizeof *c.weight2);
    assert_memory_equal(c.sums, first.sums, c.count * sizeof *c.sums);
    cells_free(&c);
  }
  cells_free(&first);
  sample_close(&s);
}

/* Small blocks, so that the ring goes round many times. */
struct series {
  const double *values;
  double total;
};
static void series_sum(const void *context, void *partial, size_t begin, size_t end) {
  const struct series *s = context;
  double sum = 0;
  for (size_t i = begin; i < end; i++) sum += s->values[i];
  *(double *)partial = sum;
}
static void series_add(void *context, const void *partial) {
  ((struct series *)context)->total += *(const double *)partial;
}

static void blocks_are_added_in_order_on_any_number_of_threads(void **state) {
  (void)state;
  static double values[ROWS];
  uint64_t seed = 11;
  bilan b;
  handle_init(&b);
  for (size_t i = 0; i < ROWS; i++)
    values[i] = (draw_unit(&seed) - 0.5) * pow(10, draw_below(&seed, 30));
  double want = 0;
  for (size_t block = 0; block < ROWS; block += 7) {
    double part = 0;
    for (size_t i = block; i < ROWS && i < block + 7; i++) part += values[i];
    want += part;
  }
  for (int threads = 0; threads <= 16; threads++) {
    struct series s = {values, 0};
    struct blocks_job job = {ROWS, 7, sizeof(double), &s, series_sum, series_add};
    b.threads = threads;
    assert_int_equal(blocks_run(&b, &job), BILAN_OK);
    assert_memory_equal(&s.total, &want, sizeof want);
  }
  assert_int_equal(b.mem.used, 0);
}

static void a_missing_or_zero_weight_leaves_the_row_out(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  const uint32_t codes[] = {1, 1, 1, 2};
  const double weights[] = {2, 0, NAN, 0.5};
  struct column *key = make_codes(&b, 4, codes, letters, 2);
  struct column *weight = make_numbers(&b, 4, weights);
  struct cells c;
  struct cells_request request = {.rows = 4, .keys = {key}, .key_count = 1, .weight = weight};
  assert_int_equal(cells_tabulate(&b, &c, &request), BILAN_OK);
  assert_int_equal(c.n[0], 0);
  assert_int_equal(c.n[1], 1);
  assert_int_equal(c.n[2], 1);
  assert_true(c.weight[1] == 2 && c.weight[2] == 0.5);
  assert_true(c.weight2[1] == 4 && c.weight2[2] == 0.25);
  cells_free(&c);
  column_free(key);
  column_free(weight);
}

static void no_key_is_one_cell_and_no_row_is_zero(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  struct cells c;
  struct cells_request request = {.rows = 12345};
  assert_int_equal(cells_tabulate(&b, &c, &request), BILAN_OK);
  assert_int_equal(c.count, 1);
  assert_int_equal(c.n[0], 12345);
  assert_true(c.weight[0] == 12345 && c.weight2[0] == 12345);
  cells_free(&c);
  request.rows = 0;
  assert_int_equal(cells_tabulate(&b, &c, &request), BILAN_OK);
  assert_int_equal(c.n[0], 0);
  cells_free(&c);
  assert_int_equal(b.mem.used, 0);
}

static void too_many_cells_and_wrong_columns_are_refused(void **state) {
  (void)state;
  struct sample s;
  struct cells c;
  sample_open(&s, 10);
  struct cells_request request = {
      .rows = 10,
      .keys = {s.cluster, s.cluster, s.cluster, s.cluster},
      .key_count = 4,
  };
  assert_int_equal(cells_tabulate(&s.b, &c, &request), BILAN_LIMIT);
  request.key_count = 2;
  request.unit = s.unit;
  request.unit_count = 291;
  assert_int_equal(cells_tabulate(&s.b, &c, &request), BILAN_OK);
  cells_free(&c);
  request.key_count = 3;
  assert_int_equal(cells_tabulate(&s.b, &c, &request), BILAN_LIMIT);
  request = (struct cells_request){.rows = 10, .keys = {s.value}, .key_count = 1};
  assert_int_equal(cells_tabulate(&s.b, &c, &request), BILAN_USAGE);
  request = (struct cells_request){.rows = 10, .weight = s.region};
  assert_int_equal(cells_tabulate(&s.b, &c, &request), BILAN_USAGE);
  request = (struct cells_request){.rows = 9, .keys = {s.region}, .key_count = 1};
  assert_int_equal(cells_tabulate(&s.b, &c, &request), BILAN_INTERNAL);
  sample_close(&s);
}

static void a_code_beyond_its_dictionary_is_caught(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  const uint32_t codes[] = {1, 200};
  struct column *key = make_codes(&b, 2, codes, letters, 2);
  struct cells c;
  struct cells_request request = {.rows = 2, .keys = {key}, .key_count = 1};
  assert_int_equal(cells_tabulate(&b, &c, &request), BILAN_INTERNAL);
  column_free(key);
}

static void running_out_of_memory_leaks_nothing(void **state) {
  (void)state;
  struct sample s;
  sample_open(&s, ROWS);
  s.b.threads = 2;
  const struct column *measures[] = {s.value};
  struct cells_request request = request_of(&s, measures);
  request.unit = NULL;
  const struct whole *whole; /* what a column notes of itself stays */
  assert_int_equal(whole_weights(&s.b, &whole, s.weight), BILAN_OK);
  size_t before = s.b.mem.used;
  for (int on = 0; on < 2; on++)
    for (uint64_t nth = 1;; nth++) {
      struct cells c;
      s.b.mem.requests = 0;
      s.b.mem.fail_at = nth;
      s.b.mem.fail_on = on;
      bilan_status status = cells_tabulate(&s.b, &c, &request);
      s.b.mem.fail_at = 0;
      if (!status) {
        assert_true(nth > 2);
        cells_free(&c);
        break;
      }
      assert_int_equal(status, BILAN_NOMEM);
      assert_int_equal(s.b.mem.used, before);
    }
  sample_close(&s);
}

/* Whole values with decimal weights: sums are those of whole numbers, divided once, whatever blocks
 * and threads; what is too large for that, or centred, says so. */
static void whole_measures_have_exact_sums(void **state) {
  (void)state;
  enum { MANY = 5000, CELLS = 4, UNITS = 9 };
  static uint32_t code[MANY], unit[MANY];
  static double w[MANY], y[MANY];
  int64_t want[CELLS] = {0}, of_units[UNITS][CELLS] = {{0}};
  uint64_t seed = 15;
  bilan b;
  handle_init(&b);
  for (size_t i = 0; i < MANY; i++) {
    int64_t micro = draw_below(&seed, 9000000), value = (int64_t)draw_below(&seed, 2000) - 300;
    bool missing = draw_below(&seed, 10) == 0;
    code[i] = draw_below(&seed, CELLS);
    unit[i] = draw_below(&seed, UNITS);
    w[i] = (double)micro / 1e6;
    y[i] = missing ? NAN : (double)value;
    if (!missing) want[code[i]] += micro * value;
    if (!missing) of_units[unit[i]][code[i]] += micro * value;
  }
  struct column *key = make_levels(&b, MANY, code, CELLS - 1);
  struct column *weight = make_numbers(&b, MANY, w), *measure = make_numbers(&b, MANY, y);
  const struct column *measures[] = {measure};
  for (unsigned way = 0; way < 16; way++) {
    struct cells_request r = {.rows = MANY, .keys = {key}, .key_count = 1, .weight = weight,
                              .measures = measures, .measure_count = 1, .complete = way & 1};
    struct cells c;
    if (way & 2) r.unit = unit, r.unit_count = UNITS;
    b.threads = way & 4 ? 4 : 1;
    b.ways.block = way & 8 ? 97 : 0;
    assert_int_equal(cells_tabulate(&b, &c, &r), BILAN_OK);
    assert_true(c.exact);
    for (size_t i = 0; i < CELLS; i++) assert_true(c.sums[i].y == (double)want[i] / 1e6);
    for (size_t i = 0; i < c.unit_count * CELLS; i++)
      assert_true(c.unit_y[i] == (double)of_units[i / CELLS][i % CELLS] / 1e6);
    cells_free(&c);
    r.centres = (double[CELLS]){0};
    assert_int_equal(cells_tabulate(&b, &c, &r), BILAN_OK);
    assert_false(c.exact);
    cells_free(&c);
  }
  column_free(measure);
  for (size_t i = 0; i < MANY; i++) y[i] = 1e6; /* 5000 * 9e6 * 1e6 is beyond 2^53 */
  measures[0] = measure = make_numbers(&b, MANY, y);
  struct cells_request r = {.rows = MANY, .weight = weight, .measures = measures,
                            .measure_count = 1};
  struct cells c;
  assert_int_equal(cells_tabulate(&b, &c, &r), BILAN_OK);
  assert_false(c.exact);
  cells_free(&c);
  column_free(measure);
  column_free(weight);
  column_free(key);
  assert_int_equal(b.mem.used, 0);
}

/* Against insertion sort, which is stable beyond doubt. */
static void places_are_sorted_and_ties_keep_their_order(void **state) {
  (void)state;
  enum { MOST = 300 };
  uint64_t seed = 5;
  for (size_t count = 0; count < MOST; count += count < 20 ? 1 : 37) {
    double key[MOST] = {0};
    size_t order[MOST], spare[MOST], want[MOST];
    for (size_t i = 0; i < count; i++) {
      key[i] = draw_below(&seed, 9) - 4.0;
      order[i] = i;
      size_t j = i;
      for (; j && key[want[j - 1]] > key[i]; j--) want[j] = want[j - 1];
      want[j] = i;
    }
    sort_places(order, spare, key, count);
    for (size_t i = 0; i < count; i++) assert_int_equal(order[i], want[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_measures_have_exact_sums),
      cmocka_unit_test(cells_match_a_row_by_row_reference),
      cmocka_unit_test(totals_by_unit_add_up_to_the_cells),
      cmocka_unit_test(one_cell_by_units_matches_a_row_by_row_reference),
      cmocka_unit_test(one_cell_of_levels_matches_a_row_by_row_reference),
      cmocka_unit_test(a_complete_request_is_one_of_the_rows_that_have_all),
      cmocka_unit_test(one_cell_has_the_same_bits_on_any_number_of_threads),
      cmocka_unit_test(bits_do_not_depend_on_threads),
      cmocka_unit_test(blocks_are_added_in_order_on_any_number_of_threads),
      cmocka_unit_test(a_missing_or_zero_weight_leaves_the_row_out),
      cmocka_unit_test(no_key_is_one_cell_and_no_row_is_zero),
      cmocka_unit_test(too_many_cells_and_wrong_columns_are_refused),
      cmocka_unit_test(a_code_beyond_its_dictionary_is_caught),
      cmocka_unit_test(places_are_sorted_and_ties_keep_their_order),
      cmocka_unit_test(running_out_of_memory_leaks_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_api_limits.c - the public C interface: memory limits, memory that fails, threads.
 *
 * One program that uses nearly everything is run again and again: with every request for
 * memory failing, once and from then on; under rising limits; in four threads at once.
 * base/handle.h is included for one thing only, counting requests for memory.
 */
#include <pthread.h>

#include "base/handle.h"

#include "api_fixture.h"

/* ---- limits ------------------------------------------------------------------------------ */

static void a_memory_limit_stops_a_call_and_no_more(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b), *more = NULL;
  size_t used = bilan_memory_used(b);
  assert_true(used > 0);
  assert_true(bilan_memory_peak(b) >= used);
  bilan_set_memory_limit(b, used + 16);
  refused(b, bilan_derive(b, &more, s, "twice", "hours * 2"), BILAN_NOMEM, "out of memory");
  assert_null(more);
  assert_int_equal(bilan_memory_used(b), used);
  bilan_set_memory_limit(b, 0);
  must(b, bilan_derive(b, &more, s, "twice", "hours * 2"));
  bilan_survey_free(more);
  bilan_survey_free(s);
  close_handle(b);
}

static void the_failing_request_is_counted_from_now(void **state) {
  (void)state;
  bilan *b = open_handle();
  bilan_survey *s = read_answers(b), *part = NULL;
  bilan_fail_memory(b, 1, 0);
  refused(b, bilan_where(b, &part, s, "hours > 1"), BILAN_NOMEM, "out of memory");
  must(b, bilan_where(b, &part, s, "hours > 1"));
  bilan_survey_free(part);
  bilan_survey_free(s);
  close_handle(b);
}

enum { MANY = 300000 };

/* A mean over many rows, in several blocks. */
static double mean_of_many(int threads, const double *numbers) {
  bilan *b = open_handle();
  bilan_survey *s = NULL;
  bilan_result *r = NULL;
  bilan_column c = BILAN_COLUMN;
  c.name = "x";
  c.kind = BILAN_NUMBER;
  c.numbers = numbers;
  must(b, bilan_set_threads(b, threads));
  must(b, bilan_survey_new(b, &s, MANY, &c, 1));
  must(b, bilan_mean(b, &r, s, "x", NULL));
  double mean = figure(r, 0, VALUE) + figure(r, 0, SE);
  bilan_result_free(r);
  bilan_survey_free(s);
  close_handle(b);
  return mean;
}

static void threads_never_change_a_bit(void **state) {
  (void)state;
  static double numbers[MANY];
  uint64_t seed = 1;
  for (size_t i = 0; i < MANY; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    numbers[i] = (double)(seed >> 11) * 0x1p-50 - 3;
  }
  double one = mean_of_many(1, numbers), four = mean_of_many(4, numbers);
  assert_memory_equal(&one, &four, sizeof one);
}

static void a_number_of_threads_has_bounds(void **state) {
  (void)state;
  bilan *b = open_handle();
  refused(b, bilan_set_threads(b, 0), BILAN_USAGE, "1 to 256");
  refused(b, bilan_set_threads(b, 257), BILAN_USAGE, "1 to 256");
  must(b, bilan_set_threads(b, 256));
  close_handle(b);
}

/* ---- everything, with memory failing ----------------------------------------------------- */

/* What one run of a program has in its hands. */
struct run {
  bilan_survey *read, *made, *part, *more, *split, *few;
  bilan_result *shares, *mean, *cells, *tests, *median;
};

static void run_free(struct run *u) {
  bilan_survey_free(u->read);
  bilan_survey_free(u->made);
  bilan_survey_free(u->part);
  bilan_survey_free(u->more);
  bilan_survey_free(u->split);
  bilan_survey_free(u->few);
  bilan_result_free(u->shares);
  bilan_result_free(u->mean);
  bilan_result_free(u->cells);
  bilan_result_free(u->tests);
  bilan_result_free(u->median);
  memset(u, 0, sizeof *u);
}

static bilan_status run_surveys(bilan *b, struct run *u) {
  static const char *const names[] = {"school", "answer", "hours", "topics"};
  static const bilan_missing_word reasons[] = {{"99", BILAN_REFUSED}};
  static const bilan_item_type types[] = {{"hours", BILAN_NUMBER}};
  bilan_read_options o = BILAN_READ_OPTIONS;
  bilan_column columns[] = {scale_column(), ticks_column(), column("said", BILAN_TEXT)};
  columns[2].texts = words;
  o.missing = reasons;
  o.types = types;
  o.missing_count = o.type_count = 1;
  bilan_status status =
      bilan_read_csv_bytes(b, &u->read, answers, sizeof answers - 1, &o);
  if (!status) status = bilan_survey_new(b, &u->made, 4, columns, 3);
  if (!status) status = bilan_where(b, &u->part, u->read, "hours >= 2 or school = 'a'");
  if (!status) status = bilan_derive(b, &u->more, u->part, "half", "hours / 2.0");
  if (!status) status = bilan_split(b, &u->split, u->more, "topics", ";");
  return status ? status : bilan_select(b, &u->few, u->split, names, 4);
}

static bilan_status run_estimates(bilan *b, struct run *u) {
  static const char *const across[] = {"school", "hours"}, *const yes[] = {"yes"};
  static const bilan_net net = {"agree", yes, 1};
  bilan_estimate_options o = BILAN_ESTIMATE_OPTIONS, letters = BILAN_ESTIMATE_OPTIONS;
  o.by[0] = "school";
  o.nets = &net;
  o.net_count = 1;
  letters.letters = 1;
  letters.smallest = 1;
  bilan_status status = bilan_proportion(b, &u->shares, u->few, "answer", &o);
  o.nets = NULL;
  o.net_count = 0;
  if (!status) status = bilan_mean(b, &u->mean, u->more, "half", &o);
  if (!status) status = bilan_quantile(b, &u->median, u->few, "hours", &o);
  if (!status)
    status = bilan_crosstab(b, &u->cells, &u->tests, u->few, "topics", across, 2, &letters);
  return status;
}

static bilan_status run_all(bilan *b, struct run *u) {
  bilan_status status = run_surveys(b, u);
  return status ? status : run_estimates(b, u);
}

static void every_failing_allocation_is_survived(void **state) {
  (void)state;
  bilan *b = open_handle();
  struct run u = {0};
  must(b, run_all(b, &u));
  uint64_t requests = b->mem.requests;
  run_free(&u);
  assert_true(requests > 100);
  for (int on = 0; on < 2; on++)
    for (uint64_t nth = 1; nth <= requests; nth++) {
      bilan_fail_memory(b, nth, on);
      bilan_status status = run_all(b, &u);
      bilan_fail_memory(b, 0, 0);
      run_free(&u);
      if (on || status) { /* libcsv asks again for less when one request fails */
        assert_int_equal(status, BILAN_NOMEM);
        assert_non_null(strstr(bilan_message(b), "out of memory"));
      }
      assert_int_equal(bilan_memory_used(b), 0);
    }
  must(b, run_all(b, &u));
  run_free(&u);
  close_handle(b);
}

static void every_memory_limit_is_survived(void **state) {
  (void)state;
  bilan *b = open_handle();
  struct run u = {0};
  must(b, run_all(b, &u));
  run_free(&u);
  size_t peak = bilan_memory_peak(b);
  for (size_t limit = 1; limit < peak; limit += 997) {
    bilan_set_memory_limit(b, limit);
    bilan_status status = run_all(b, &u);
    run_free(&u);
    assert_int_equal(status, BILAN_NOMEM);
    assert_int_equal(bilan_memory_used(b), 0);
  }
  bilan_set_memory_limit(b, peak);
  must(b, run_all(b, &u));
  run_free(&u);
  close_handle(b);
}

/* ---- a handle per thread ----------------------------------------------------------------- */

/* A checksum of a run's figures, the same in every thread; 0 when something failed. */
static double checksum(const struct run *u) {
  const bilan_result *all[] = {u->shares, u->mean, u->cells, u->tests, u->median};
  double sum = 0, value;
  for (size_t i = 0; i < 5; i++)
    for (size_t row = 0; row < bilan_result_rows(all[i]); row++)
      for (int f = 0; f < BILAN_FIGURES; f++)
        if (bilan_result_figure(all[i], &value, row, (bilan_figure)f)) sum += value;
  return sum;
}

static void *work(void *out) {
  static const char bad[] = "a,b\n1\n";
  bilan *b = NULL;
  double sum = 0;
  if (bilan_open(&b)) return NULL;
  bilan_set_threads(b, 2);
  for (int i = 0; i < 20; i++) {
    struct run u = {0};
    bilan_survey *none = NULL;
    bilan_figures f;
    bilan_status status = run_all(b, &u);
    if (!status) sum += checksum(&u);
    if (bilan_read_csv_bytes(b, &none, bad, sizeof bad - 1, NULL) != BILAN_DATA) sum = NAN;
    if (bilan_fisher(b, &f, (const double[]){3, 1, 1, 3}, 0.95)) sum = NAN;
    run_free(&u);
  }
  if (bilan_memory_used(b)) sum = NAN;
  bilan_close(b);
  *(double *)out = sum;
  return out;
}

static void threads_with_a_handle_each_do_not_meet(void **state) {
  (void)state;
  pthread_t threads[4];
  double sums[4] = {0};
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, work, &sums[i]), 0);
  for (size_t i = 0; i < 4; i++) {
    void *end;
    pthread_join(threads[i], &end);
    assert_ptr_equal(end, &sums[i]);
  }
  assert_true(sums[0] > 0);
  for (size_t i = 1; i < 4; i++) assert_memory_equal(&sums[i], &sums[0], sizeof sums[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_memory_limit_stops_a_call_and_no_more),
      cmocka_unit_test(the_failing_request_is_counted_from_now),
      cmocka_unit_test(threads_never_change_a_bit),
      cmocka_unit_test(a_number_of_threads_has_bounds),
      cmocka_unit_test(every_failing_allocation_is_survived),
      cmocka_unit_test(every_memory_limit_is_survived),
      cmocka_unit_test(threads_with_a_handle_each_do_not_meet),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

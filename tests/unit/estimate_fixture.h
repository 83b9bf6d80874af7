/* estimate_fixture.h - twenty-four respondents that several tests share.
 *
 * The expected figures were made with R 4.2.2 and its survey package 4.1-1 from the same rows
 * (NA for every kind of missing):
 *   D <- svydesign(ids = ~1, weights = ~1, data = d)
 * Each test names its call. Intervals: confint(..., df = degf(D)), that is 23.
 */
#ifndef TESTS_ESTIMATE_FIXTURE_H
#define TESTS_ESTIMATE_FIXTURE_H

#include "stat/estimate.h"

#include "fixture.h"

enum { PEOPLE = 24, GROUP_A = 1, GROUP_B, GROUP_C, OUI = 1, NON, NSP };

static const double people_y[PEOPLE] = {12, 15, 9,  NAN, 20, 17, 11, 14, 16, 8, NAN, 19,
                                        13, 10, 18, 21,  7,  12, 15, 14, 16, 9, 11,  22};
static const double people_x[PEOPLE] = {3, 4, 2, 5, 6, NAN, 3, 4, 5, 2, 4, 6,
                                        3, 2, 5, 7, 1, 3,   4, 4, 5, 2, 3, 8};
static const uint32_t people_g[PEOPLE] = {1, 2, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1,
                                          2, 3, 1, 2, 0, 1, 2, 3, 1, 2, 3, 1};
static const uint32_t people_q[PEOPLE] = {1, 2, 1, 3, 2, 0, 1, 1, 2, 1, 2, 1,
                                          1, 2, 3, 1, 2, 1, 0, 2, 1, 1, 2, 1};

struct people {
  bilan b;
  struct column *y, *x, *g, *q;
  struct sample sample;
  struct estimates out;
};

/* False when memory runs out. */
static inline bool people_try(struct people *p) {
  static const char *const groups[] = {"a", "b", "c"};
  static const char *const answers[] = {"oui", "non", "?nsp"};
  p->y = make_numbers(&p->b, PEOPLE, people_y);
  p->x = make_numbers(&p->b, PEOPLE, people_x);
  p->g = make_codes(&p->b, PEOPLE, people_g, groups, 3);
  p->q = make_codes(&p->b, PEOPLE, people_q, answers, 3);
  p->sample = (struct sample){.rows = PEOPLE};
  estimates_open(&p->b, &p->out);
  return p->y && p->x && p->g && p->q;
}

static inline void people_open(struct people *p) {
  handle_init(&p->b);
  assert_true(people_try(p));
}

static inline void people_close(struct people *p) {
  column_free(p->y);
  column_free(p->x);
  column_free(p->g);
  column_free(p->q);
  estimates_free(&p->out);
  assert_int_equal(p->b.mem.used, 0);
}

static inline struct by by_of(const struct column *key) {
  return (struct by){1, {key}, {true}};
}

static const struct by alone = {0};

/* The figure must be there. */
static inline double figure_at(const struct estimate *e, enum figure f, const char *file,
                               int line) {
  if (!estimate_has(e, f)) {
    print_error("%s:%d: no figure \"%s\"\n", file, line, figure_name(f));
    fail();
  }
  return estimate_get(e, f);
}
#define figure(e, f) figure_at((e), (f), __FILE__, __LINE__)
#define expect_figure(e, f, want) expect_close(figure((e), (f)), (want), 1e-12)

/* The same figures to the last bit, and the same counts and notes. */
static inline void expect_same(const struct estimate *a, const struct estimate *b) {
  assert_memory_equal(a->figures, b->figures, sizeof a->figures);
  assert_memory_equal(a->missing, b->missing, sizeof a->missing);
  assert_true(a->has == b->has && a->notes == b->notes);
  assert_true(a->n == b->n && a->count == b->count);
}

/* Runs `call` with the nth allocation failing, once and from then on: it must say BILAN_NOMEM,
 * leak nothing, and succeed in the end. */
typedef bilan_status attempt(struct people *p);
static inline void survive_without_memory(attempt *call) {
  for (int on = 0; on < 2; on++)
    for (uint64_t nth = 1;; nth++) {
      struct people p;
      people_open(&p);
      size_t before = p.b.mem.used;
      p.b.mem.requests = 0;
      p.b.mem.fail_at = nth;
      p.b.mem.fail_on = on;
      bilan_status status = call(&p);
      p.b.mem.fail_at = 0;
      estimates_free(&p.out);
      assert_int_equal(p.b.mem.used, before);
      people_close(&p);
      if (!status) {
        assert_true(nth > 1);
        break;
      }
      assert_int_equal(status, BILAN_NOMEM);
    }
}

#endif

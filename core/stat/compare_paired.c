/* compare_paired.c - see compare.h: McNemar's and Bowker's tests of two answers of the same
 * respondents. Levels of the two items are the same when their labels are.
 *
 * The codes of the two items need not agree (each dictionary has its own order): the square
 * table has the levels of `before` in its order, then what only `after` knows. With one level
 * named, the table is that level against all others, for both.
 *
 * Worked example: 30 stay at yes, 40 stay at no, 5 go from yes to no, 15 from no to yes. Only
 * the 20 who changed matter:
 *
 *   before \ after   yes   no          plain      (5 - 15)^2 / 20 = 5 on 1 df
 *   yes              30     5          value      (30 + 15)/90 - (30 + 5)/90 = 0.111
 *   no               15    40          exact      binomial, 5 of 20: used here, 20 < 25
 *
 * Owner: the square is made and released within the test. Memory: levels squared. Failure:
 * BILAN_USAGE for a design, BILAN_LIMIT, BILAN_NOMEM.
 */
#include <math.h>

#include "stat/compare.h"
#include "stat/derive.h"

/* Where the answers of both items go in the square table.
 * Places of codes that are kinds of missing are never read. */
struct square {
  size_t *before, *after; /* code -> place */
  size_t count;
  double *n; /* before x after */
};

/* Releases the three arrays; NULL is fine. */
static void square_free(bilan *b, struct square *s) {
  mem_free(&b->mem, s->before);
  mem_free(&b->mem, s->after);
  mem_free(&b->mem, s->n);
}

/* Place 0 for the level that is meant, 1 for all others. */
static void place_one(size_t *place, const struct column *c, struct text level) {
  for (uint32_t code = 0; code < dict_count(c->dict); code++)
    place[code] = !text_equal(dict_level(c->dict, code)->label, level);
}

/* The levels of `before` in their order, then those that only `after` has. */
static void place_all(struct square *s, const struct column *before, const struct column *after) {
  for (uint32_t code = 0; code < dict_count(before->dict); code++)
    if (level_answers(before, code)) s->before[code] = s->count++;
  for (uint32_t code = 0; code < dict_count(after->dict); code++) {
    if (!level_answers(after, code)) continue;
    uint32_t same = dict_find(before->dict, dict_level(after->dict, code)->label);
    bool known = same && level_answers(before, same);
    s->after[code] = known ? s->before[same] : s->count++;
  }
}

/* Places of all levels and an empty table; on failure square_free releases what was got. */
static bilan_status square_open(bilan *b, struct square *s, const struct mcnemar_request *r) {
  *s = (struct square){
      .before = mem_zero(&b->mem, dict_count(r->before->dict), sizeof *s->before),
      .after = mem_zero(&b->mem, dict_count(r->after->dict), sizeof *s->after),
  };
  if (!s->before || !s->after) return fail_nomem(b);
  if (r->level.n) {
    place_one(s->before, r->before, r->level);
    place_one(s->after, r->after, r->level);
    s->count = 2;
  } else {
    place_all(s, r->before, r->after);
  }
  s->n = mem_zero(&b->mem, s->count * s->count, sizeof *s->n);
  return s->n ? BILAN_OK : fail_nomem(b);
}

/* Counts those who have both answers; the others by why the first of them is missing. */
static void square_fill(struct square *s, struct estimate *e, const struct cells *c,
                        const struct mcnemar_request *r) {
  for (size_t cell = 0; cell < c->count; cell++) {
    uint32_t before = (uint32_t)(cell / c->sizes[1]), after = (uint32_t)(cell % c->sizes[1]);
    bilan_missing kind = dict_level(r->before->dict, before)->missing;
    if (!kind) kind = dict_level(r->after->dict, after)->missing;
    estimate_add_missing(e, kind, c->n[cell]);
    if (kind) continue;
    s->n[s->before[before] * s->count + s->after[after]] += (double)c->n[cell];
    e->n += c->n[cell];
  }
}

/* The kind of test; left to itself exact while fewer than 25 changed (and two levels). */
static enum plain_mcnemar_kind kind_of(const struct square *s, enum mcnemar_choice choice) {
  switch (choice) {
  case MCNEMAR_AS_PLAIN: return MCNEMAR_PLAIN;
  case MCNEMAR_AS_CORRECTED: return MCNEMAR_CORRECTED;
  case MCNEMAR_AS_EXACT: return MCNEMAR_EXACT;
  default: return s->count == 2 && s->n[1] + s->n[2] < 25 ? MCNEMAR_EXACT : MCNEMAR_PLAIN;
  }
}

/* The plain test gives the change as before less after.
 * Hence the change of sign of the value and the exchange of the limits; 0 - x, not -x, so
 * that no minus zero appears. */
static void set_mcnemar(struct estimate *e, const struct plain_mcnemar *m, double conf) {
  e->notes |= m->notes;
  estimate_set(e, FIGURE_STATISTIC, m->statistic);
  estimate_set(e, FIGURE_DF, m->df);
  estimate_set(e, FIGURE_P_VALUE, m->p_value);
  estimate_set(e, FIGURE_VALUE, 0 - m->estimate);
  estimate_set(e, FIGURE_LOW, 0 - m->high);
  estimate_set(e, FIGURE_HIGH, 0 - m->low);
  if (estimate_has(e, FIGURE_LOW)) estimate_set(e, FIGURE_CONF, conf);
}

/* Crosses before and after once, then McNemar (Psychometrika 12, 1947) for two levels or Bowker
 * (JASA 43, 1948) for more. `out` and `used` are untouched on failure. */
bilan_status compare_mcnemar(bilan *b, struct estimate *out, enum plain_mcnemar_kind *used,
                             const struct sample *sample, const struct mcnemar_request *request) {
  struct square s = {0};
  struct cells c = {0};
  struct estimate e = estimate_none();
  struct cells_request cross = {.rows = sample->rows,
                                .domain = sample->domain,
                                .keys = {request->before, request->after},
                                .key_count = 2};
  if (sample_designed(sample))
    return fail(b, BILAN_USAGE, "this test is one without a design: take the one by design");
  bilan_status status = square_open(b, &s, request);
  if (!status) status = cells_tabulate(b, &c, &cross);
  if (!status) {
    square_fill(&s, &e, &c, request);
    *used = kind_of(&s, request->choice);
    struct plain_counts counts = {s.n, s.count, s.count};
    if (e.n > 0) {
      struct plain_mcnemar m = plain_mcnemar(counts, *used, request->conf);
      set_mcnemar(&e, &m, request->conf);
    } else {
      e.notes |= NOTE_EMPTY;
    }
    *out = e;
  }
  cells_free(&c);
  square_free(b, &s);
  return status;
}

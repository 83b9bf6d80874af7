/* margins.c - margins are looked at before anything is computed: whatever no weights could meet
 * is named, with the margin, the level, the rows and the sums.
 *
 * An empty target cell, a level without a total, a missing answer and two margins that sum to
 * different populations all make an adjustment run on without end, or end in weights that meet
 * nothing; none of them is found by looking at the weights afterwards. The totals of margin m
 * sum to N_m = sum of its targets: margins of levels, and `ones`, must have the same N_m up to
 * the tolerance that the adjustment is asked for, for no weights can be nearer to both.
 *
 * Worked example, genre (2 levels), age (a number), the population (ones):
 *
 *   margin   first  count  coefficient of a row          totals        N_m
 *   genre      0      2    0 girl, 1 boy, x = 1          60, 40        100
 *   age        2      1    2, x = the age                1450          none: any sum will do
 *   ones       3      1    3, x = 1                      101           101: refused, 1 % apart
 *
 *   row  genre  age  weight          what is said
 *    1   girl   14     0             nothing: a row of weight 0 may lack anything
 *    2   boy     ?     1             "age" has no answer in 1 row of positive weight
 *    3   other  15     1             level "other" of "genre" has no total
 *
 * Invariants: numbering is margin by margin; sums are added up row by row, so their bits are
 * always the same. Cost: one pass over rows * margins for the checks, and one for totals.
 */
#include <math.h>

#include "base/number.h"
#include "design/margins.h"

/* The first code that stands at this place speaks for it: several codes may share a total. Lent
 * by the dictionary; "" for a number and for `ones`. Cost: the levels, so for messages and
 * receipts alone. */
struct text margin_label(const struct margin *m, size_t place) {
  for (size_t code = 0; m->place && code < dict_count(m->item->dict); code++)
    if (m->place[code] == place) return dict_level(m->item->dict, (uint32_t)code)->label;
  return TEXT("");
}

/* `ones` has no name of its own. */
struct text margin_name(const struct margin *m) {
  return m->ones ? TEXT("population size") : m->name;
}

/* The name and its length, as "%.*s" wants them. */
static const char *name_of(const struct margin *m) { return margin_name(m).s; }
static int name_length(const struct margin *m) { return (int)margin_name(m).n; }

/* ---- totals ------------------------------------------------------------------------------ */

/* 51 for 50 is 0.02, 0.02 for 0 is 0.02. A target of 0 has no relative distance: there the
 * absolute one counts. What is no number is as far off as can be, so that it never passes for
 * met. */
double margins_distance(double reached, double target) {
  double distance = fabs(reached - target) / (fabs(target) > 0 ? fabs(target) : 1);
  return isnan(distance) ? INFINITY : distance;
}

/* The first of equals, in the order of margins and places. -1 for a distance: no targets. */
struct worst margins_worst(const struct method *m, const double *reached) {
  struct worst worst = {.distance = -1};
  for (size_t i = 0; i < m->adjustment->margin_count; i++) {
    const struct margin *margin = &m->adjustment->margins[i];
    for (size_t place = 0; place < margin->count; place++) {
      double got = reached[margin->first + place];
      double distance = margins_distance(got, margin->totals[place]);
      if (distance > worst.distance) worst = (struct worst){distance, got, i, place};
    }
  }
  return worst;
}

/* ---- checks ------------------------------------------------------------------------------ */

/* Names margin, level (where there are levels), total, and what was expected of it: the total of
 * "genre", level "boy" is -40: expected 0 or more. */
static bilan_status refuse_total(bilan *b, bilan_status status, const struct margin *m,
                                 size_t place, const char *expected) {
  struct text label = margin_label(m, place);
  char total[NUMBER_ROOM];
  number_print(total, m->totals[place]);
  return fail(b, status, "the total of \"%.*s\"%s%.*s%s is %s: expected %s", name_length(m),
              name_of(m), label.n ? ", level \"" : "", (int)label.n, label.n ? label.s : "",
              label.n ? "\"" : "", total, expected);
}

/* Totals are numbers, those of levels at least 0: they count people. A sum of numbers may well be
 * negative. */
static bilan_status check_totals(bilan *b, const struct margin *m) {
  for (size_t place = 0; place < m->count; place++) {
    double total = m->totals[place];
    if (!isfinite(total)) return refuse_total(b, BILAN_USAGE, m, place, "a number");
    if ((m->place || m->ones) && total < 0)
      return refuse_total(b, BILAN_USAGE, m, place, "0 or more");
  }
  return BILAN_OK;
}

/* What the rows have that a margin has no place for; rows are counted, and the first is kept. */
struct gaps {
  size_t missing, first_missing;   /* rows without an answer */
  uint32_t stray;                  /* a code without a total; 0, which is no answer: none */
  size_t stray_rows, first_stray;  /* rows that have it */
};

/* Notes a row of positive weight without a place: no answer, or a level without a total. Of
 * several such levels the first met is counted. */
static void count_gap(struct gaps *gaps, const struct margin *m, size_t row) {
  if (column_missing(m->item, row) != BILAN_PRESENT) {
    if (!gaps->missing++) gaps->first_missing = row;
    return;
  }
  uint32_t code = column_code(m->item, row);
  if (gaps->stray && gaps->stray != code) return;
  if (!gaps->stray_rows++) gaps->first_stray = row;
  gaps->stray = code;
}

/* Missing answers come first: a level without a total may be the way they were coded. */
static bilan_status refuse_gaps(bilan *b, const struct margin *m, const struct gaps *gaps) {
  if (gaps->missing)
    return fail(b, BILAN_DATA, "\"%.*s\" has no answer in %zu row%s of positive weight (first: "
                "row %zu): expected an answer in each; fill them in or leave those rows out",
                name_length(m), name_of(m), gaps->missing, gaps->missing > 1 ? "s" : "",
                gaps->first_missing + 1);
  struct text label = dict_level(m->item->dict, gaps->stray)->label;
  return fail(b, BILAN_DATA, "level \"%.*s\" of \"%.*s\" (%zu row%s, first: row %zu) has no total: "
              "expected one for every level in the data", (int)label.n, label.s, name_length(m),
              name_of(m), gaps->stray_rows, gaps->stray_rows > 1 ? "s" : "",
              gaps->first_stray + 1);
}

/* `rows` has a count for each place of the margin. A number has no such rule: any rows may carry
 * its sum. A level with a total needs rows to carry it, and a level with rows needs a total above
 * 0: weights of 0 would drop rows from the sample without saying so. rows[place] counts them. */
static bilan_status check_cells(bilan *b, const struct margin *m, const int64_t *rows) {
  for (size_t place = 0; place < m->count && (m->place || m->ones); place++) {
    double total = m->totals[place];
    if (total > 0 && !rows[place])
      return refuse_total(b, BILAN_DATA, m, place, "rows of positive weight to carry it, and there "
                          "are none; merge it with another level");
    if (!(total > 0) && rows[place])
      return refuse_total(b, BILAN_DATA, m, place, "more than 0, as there are rows of positive "
                          "weight; leave those rows out instead");
  }
  return BILAN_OK;
}

/* One pass over the rows of one margin: every row that takes part has a place, and every place
 * the rows that its total asks for. BILAN_DATA, BILAN_NOMEM. */
static bilan_status check_rows(bilan *b, const struct method *method, const struct margin *m,
                               const double *weight) {
  struct gaps gaps = {0};
  int64_t *rows = mem_zero(&b->mem, m->count, sizeof *rows);
  if (!rows) return fail_nomem(b);
  for (size_t row = 0; row < method->rows; row++) {
    double x;
    if (!(weight[row] > 0)) continue;
    uint32_t at = calibration_place(m, row, &x);
    if (at == UINT32_MAX)
      count_gap(&gaps, m, row);
    else
      rows[at - m->first]++;
  }
  bilan_status status = gaps.missing || gaps.stray ? refuse_gaps(b, m, &gaps)
                                                   : check_cells(b, m, rows);
  mem_free(&b->mem, rows);
  return status;
}

/* Margins that say how many there are in all agree on it, as near as they are to be met: the sums
 * are compared with that of the first such margin, and both are in the message. */
static bilan_status check_agreement(bilan *b, const struct adjustment *a) {
  const struct margin *first = NULL;
  double population = 0;
  for (size_t i = 0; i < a->margin_count; i++) {
    const struct margin *m = &a->margins[i];
    if (!m->place && !m->ones) continue;
    double sum = 0;
    for (size_t place = 0; place < m->count; place++) sum += m->totals[place];
    if (first && margins_distance(sum, population) > a->epsilon) {
      char one[NUMBER_ROOM], other[NUMBER_ROOM];
      number_print(one, population);
      number_print(other, sum);
      return fail(b, BILAN_DATA, "the totals of \"%.*s\" sum to %s and those of \"%.*s\" to %s: "
                  "expected the same population", name_length(first), name_of(first), one,
                  name_length(m), name_of(m), other);
    }
    if (first) continue;
    population = sum;
    first = m;
  }
  return BILAN_OK;
}

/* Levels stand on codes, all else on numbers; `ones` on no item at all. */
static bilan_status check_item(bilan *b, const struct margin *m) {
  if (m->ones || (m->place ? m->item->type == COLUMN_CODES : column_is_numeric(m->item)))
    return BILAN_OK;
  return fail(b, BILAN_USAGE, "\"%.*s\" %s", name_length(m), name_of(m),
              m->place ? "has no levels to give totals for" : "has no numbers to sum: give a total "
              "for each level");
}

/* Two margins of 2 and 3 levels: first = 0 and 2, coefficients = 5. Options in range;
 * coefficients numbered margin by margin. A single margin may have any number of levels, for its
 * equations are diagonal. */
static bilan_status number_margins(bilan *b, struct method *m) {
  const struct adjustment *a = m->adjustment;
  if (!a->margin_count) return fail(b, BILAN_USAGE, "%s needs at least one margin", m->verb);
  if (!(a->epsilon > 0) || !(a->epsilon < 1))
    return fail(b, BILAN_USAGE, "%s: epsilon is a relative tolerance between 0 and 1", m->verb);
  if (!a->iterations) return fail(b, BILAN_USAGE, "%s needs at least one iteration", m->verb);
  m->coefficients = 0;
  for (size_t i = 0; i < a->margin_count; i++) {
    a->margins[i].first = m->coefficients;
    m->coefficients += a->margins[i].count;
  }
  if (m->coefficients > COEFFICIENTS_MOST && a->margin_count > 1)
    return fail(b, BILAN_LIMIT, "%s with %zu totals: at most %d can be met together", m->verb,
                m->coefficients, COEFFICIENTS_MOST);
  return BILAN_OK;
}

/* Cheap checks of each margin before its pass over the rows; agreement last, for a total that is
 * no number agrees with nothing. */
bilan_status margins_prepare(bilan *b, struct method *m, const double *weight) {
  bilan_status status = number_margins(b, m);
  const struct adjustment *a = m->adjustment;
  for (size_t i = 0; i < a->margin_count && !status; i++) {
    status = check_item(b, &a->margins[i]);
    if (!status) status = check_totals(b, &a->margins[i]);
    if (!status) status = check_rows(b, m, &a->margins[i], weight);
  }
  return status ? status : check_agreement(b, a);
}

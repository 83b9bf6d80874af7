/* quotient.c - see quotient.h: a list of parts, and the two functions of a target over it.
 *
 * Worked example of a contrast, girls 30 over 2, boys 22 over 2: parts {over 30, under 2, factor
 * 1} and {over 22, under 2, factor -1} of statistic 0: theta = 15 - 11 = 4. Gradient: 1/2 and
 * -15/2 at the girls' slots, -1/2 and 11/2 at the boys'. A total of 30 is {over 30, NO_SLOT,
 * factor 1} with a gradient of 1.
 *
 * Both functions walk the parts once, so a table of many groups costs no more than its rows.
 * Invariant: every slot named is one of the request's; the estimator sees to that.
 */
#include "stat/quotient.h"

#include <math.h>

/* An empty list on the memory of the handle; asks for none. */
void quotients_open(bilan *b, struct quotients *q) { *q = (struct quotients){.mem = &b->mem}; }

/* Grows by doubling. statistics follows the numbers that are named; one that is skipped has no part
 * and is 0. */
bilan_status quotients_add(bilan *b, struct quotients *q, struct quotient_part part) {
  if (q->count == q->room) {
    size_t room = q->room ? 2 * q->room : 16;
    void *parts = mem_resize_array(q->mem, q->parts, room, sizeof *q->parts);
    if (!parts) return fail_nomem(b);
    q->parts = parts;
    q->room = room;
  }
  q->parts[q->count++] = part;
  if (part.statistic >= q->statistics) q->statistics = part.statistic + 1;
  return BILAN_OK;
}

/* A list that was never opened is fine. */
void quotients_free(struct quotients *q) {
  if (!q->mem) return;
  mem_free(q->mem, q->parts);
  *q = (struct quotients){0};
}

/* The total in a slot: of weights below the number of cells, else of a measure (forms.h), whose
 * sums follow each other as those slots do. */
static double total_at(const struct cells *c, size_t slot) {
  return slot < c->count ? c->weight[slot] : c->sums[slot - c->count].y;
}

/* The divisor of a part; NaN in place of 0. */
static double divisor_of(const struct quotient_part *part, const struct cells *c) {
  double under = part->under == NO_SLOT ? 1 : total_at(c, part->under);
  return under != 0 ? under : NAN;
}

/* Parts in the order in which they were told. A statistic with a part that is NaN is NaN: a mean
 * of nobody, a ratio to 0, a contrast with an empty group. */
static void solve(const void *context, double *theta, const struct cells *totals) {
  const struct quotients *q = context;
  for (size_t k = 0; k < q->statistics; k++) theta[k] = 0;
  for (size_t i = 0; i < q->count; i++) {
    const struct quotient_part *part = &q->parts[i];
    double quotient = total_at(totals, part->over) / divisor_of(part, totals);
    theta[part->statistic] += part->factor * (part->offset + quotient);
  }
}

/* Two terms a part, one for a total. What a statistic's terms share (a slot that two parts of it
 * name) the forms add up. */
static bilan_status gradient(bilan *b, const void *context, struct forms *forms,
                             const struct cells *totals, const double *theta) {
  const struct quotients *q = context;
  bilan_status status = BILAN_OK;
  for (size_t i = 0; !status && i < q->count; i++) {
    const struct quotient_part *part = &q->parts[i];
    if (isnan(theta[part->statistic])) continue;
    double under = divisor_of(part, totals), slope = part->factor / under;
    status = forms_add(b, forms, part->over, part->statistic, slope);
    if (status || part->under == NO_SLOT) continue;
    status = forms_add(b, forms, part->under, part->statistic,
                       -slope * (total_at(totals, part->over) / under));
  }
  return status;
}

/* Nothing to estimate is no error: a table may have no group. */
bilan_status quotients_estimate(bilan *b, struct target_answer *out, const struct design *design,
                                const struct cells_request *request, struct quotients *q,
                                const struct cells *known) {
  *out = (struct target_answer){0};
  if (!q->statistics) return BILAN_OK;
  struct target target = {.request = *request, .count = q->statistics, .block = 1,
                          .context = q, .known = known, .solve = solve, .gradient = gradient};
  return target_estimate(b, out, design, &target);
}

/* summary.c - see summary.h. One pass in row order, so that the example is the first answer of
 * the file, and the same on every run.
 */
#include "data/summary.h"

/* `answered` counts this answer already: at 1 it is the first, which is both ends of the range. */
static void add_number(struct summary *s, double value) {
  if (s->answered == 1 || value < s->low) s->low = value;
  if (s->answered == 1 || value > s->high) s->high = value;
}

void column_summary(struct summary *out, const struct column *c, const struct domain *domain) {
  *out = (struct summary){.example = SIZE_MAX, .numeric = column_is_numeric(c)};
  for (size_t row = 0; row < c->rows; row++) {
    if (!domain_has(domain, row)) continue;
    bilan_missing why = column_missing(c, row);
    out->missing[why] += why != BILAN_PRESENT;
    out->missing[BILAN_PRESENT] += why != BILAN_PRESENT;
    if (why) continue;
    if (!out->answered++) out->example = row;
    if (out->numeric) add_number(out, column_number(c, row));
  }
}

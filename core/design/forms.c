/* forms.c - see forms.h: a growing list of terms, then a stable counting sort by slot.
 *
 * Worked example. Slots 0, 1 and terms in the order of adding (slot, statistic, coefficient):
 *
 *   added     (1, a, 5) (0, a, 2) (1, b, 3)
 *   counts    first = 0 1 2           one place to the right of the slot
 *   places    first = 0 1 3           running sums: slot s begins at first[s]
 *   sorted    (0, a, 2) (1, a, 5) (1, b, 3), which moves first[s] to first[s + 1]: shifted back
 *
 * Stable, so that the order in which coefficients of one slot are applied, and with it every
 * bit of a sum, is the order in which the estimator named them. Cost: terms + slots.
 */
#include "design/forms.h"

/* Asks for no memory, so that it cannot fail: forms_free is due from here on. */
void forms_open(bilan *b, struct forms *f, size_t slots, size_t statistics) {
  *f = (struct forms){.mem = &b->mem, .slots = slots, .statistics = statistics};
}

/* Grows by doubling. A slot or statistic beyond the number given is the estimator's fault. */
bilan_status forms_add(bilan *b, struct forms *f, size_t slot, size_t statistic,
                       double coefficient) {
  if (slot >= f->slots || statistic >= f->statistics)
    return fail(b, BILAN_INTERNAL, "a term in slot %zu of %zu for statistic %zu of %zu", slot,
                f->slots, statistic, f->statistics);
  if (coefficient == 0) return BILAN_OK;
  if (f->count == f->room) {
    size_t room = f->room ? 2 * f->room : 64;
    void *terms = mem_resize_array(f->mem, f->terms, room, sizeof *f->terms);
    if (!terms) return fail_nomem(b);
    f->terms = terms;
    f->room = room;
  }
  f->terms[f->count++] = (struct form_term){slot, (uint32_t)statistic, coefficient};
  return BILAN_OK;
}

/* Counts terms by slot, turns counts into places, moves each term to its place: linear, where a
 * sort by comparison is not. BILAN_NOMEM leaves the terms as they were added. */
bilan_status forms_close(bilan *b, struct forms *f) {
  struct form_term *sorted = mem_array(f->mem, f->count, sizeof *sorted);
  size_t *first = mem_zero(f->mem, f->slots + 1, sizeof *first);
  if (!sorted || !first) {
    mem_free(f->mem, sorted);
    mem_free(f->mem, first);
    return fail_nomem(b);
  }
  for (size_t i = 0; i < f->count; i++) first[f->terms[i].slot + 1]++;
  for (size_t s = 0; s < f->slots; s++) first[s + 1] += first[s];
  for (size_t i = 0; i < f->count; i++) sorted[first[f->terms[i].slot]++] = f->terms[i];
  for (size_t s = f->slots; s > 0; s--) first[s] = first[s - 1];
  first[0] = 0;
  mem_free(f->mem, f->terms);
  mem_free(f->mem, f->first);
  f->terms = sorted;
  f->room = f->count;
  f->first = first;
  return BILAN_OK;
}

/* A zeroed one, as after the first call, has no allocator. */
void forms_free(struct forms *f) {
  if (!f->mem) return;
  mem_free(f->mem, f->terms);
  mem_free(f->mem, f->first);
  *f = (struct forms){0};
}

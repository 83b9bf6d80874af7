/* domain.c - see domain.h.
 *
 * One bit per row in 64-bit words, so that a domain of a million rows takes 125 kB and the rows
 * of two domains are found 64 at a time. Bits beyond the last row stay 0, which is what lets
 * `count` be kept by counting bits of whole words.
 *
 *   row    0 1 2 3 ... 63 | 64 65 ...
 *   word   0              | 1                row r is bit r % 64 of word r / 64
 */
#include "data/domain.h"

#include "data/bitmap.h"

/* The words follow the struct in one block; mem_zero makes the domain empty. */
bilan_status domain_new(bilan *b, struct domain **out, size_t rows) {
  size_t words = bitmap_words(rows);
  struct domain *d = mem_zero(&b->mem, 1, sizeof *d + words * sizeof d->bits[0]);
  if (!d) return fail_nomem(b);
  d->owners = 1;
  d->mem = &b->mem;
  d->rows = rows;
  *out = d;
  return BILAN_OK;
}

struct domain *domain_hold(struct domain *d) {
  if (d) d->owners++;
  return d;
}

void domain_free(struct domain *d) {
  if (d && --d->owners == 0) mem_free(d->mem, d);
}

/* The count rises only for a row that was outside, so a row may be set twice. */
void domain_set(struct domain *d, size_t row) {
  uint64_t bit = (uint64_t)1 << (row & 63);
  d->count += !(d->bits[row >> 6] & bit);
  d->bits[row >> 6] |= bit;
}

/* A missing side is the whole sample, so the other one is the answer, shared. Two domains of
 * different tables meeting here is an error of the engine, not of the analyst. */
bilan_status domain_and(bilan *b, struct domain **out, struct domain *x, struct domain *y) {
  if (!x || !y) {
    *out = domain_hold(x ? x : y);
    return BILAN_OK;
  }
  if (x->rows != y->rows)
    return fail(b, BILAN_INTERNAL, "domains of %zu and %zu rows", x->rows, y->rows);
  struct domain *d;
  bilan_status status = domain_new(b, &d, x->rows);
  if (status) return status;
  size_t words = bitmap_words(x->rows);
  for (size_t i = 0; i < words; i++) d->bits[i] = x->bits[i] & y->bits[i];
  d->count = bitmap_count(bitmap_simd(b), d->bits, words);
  *out = d;
  return BILAN_OK;
}

bilan_status domain_among(bilan *b, struct domain **out, const struct domain *domain,
                          const struct domain *kept) {
  struct domain *d;
  size_t at = 0;
  if (domain->rows != kept->rows)
    return fail(b, BILAN_INTERNAL, "domains of %zu and %zu rows", domain->rows, kept->rows);
  bilan_status status = domain_new(b, &d, kept->count);
  if (status) return status;
  for (size_t row = 0; row < kept->rows; row++) {
    if (!domain_has(kept, row)) continue;
    if (domain_has(domain, row)) domain_set(d, at);
    at++;
  }
  *out = d;
  return BILAN_OK;
}

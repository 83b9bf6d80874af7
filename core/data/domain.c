/* domain.c - see domain.h. */
#include "data/domain.h"

bilan_status domain_new(bilan *b, struct domain **out, size_t rows) {
  size_t words = rows / 64 + (rows % 64 != 0);
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

void domain_set(struct domain *d, size_t row) {
  uint64_t bit = (uint64_t)1 << (row & 63);
  d->count += !(d->bits[row >> 6] & bit);
  d->bits[row >> 6] |= bit;
}

/* Bits set in one word, by halves. */
static size_t bits_in(uint64_t w) {
  w -= w >> 1 & 0x5555555555555555u;
  w = (w & 0x3333333333333333u) + (w >> 2 & 0x3333333333333333u);
  w = (w + (w >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
  return (size_t)(w * 0x0101010101010101u >> 56);
}

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
  size_t words = x->rows / 64 + (x->rows % 64 != 0);
  for (size_t i = 0; i < words; i++) {
    d->bits[i] = x->bits[i] & y->bits[i];
    d->count += bits_in(d->bits[i]);
  }
  *out = d;
  return BILAN_OK;
}

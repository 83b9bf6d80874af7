/* domain.h - the part of a sample one estimates in: a bitmap over the rows of a table.
 *
 * A domain never removes rows; estimators give rows outside it weight zero. NULL stands for
 * the whole sample everywhere a domain is taken.
 */
#ifndef DATA_DOMAIN_H
#define DATA_DOMAIN_H

#include "base/handle.h"

struct domain {
  size_t owners;
  struct mem *mem;
  size_t rows, count; /* rows of the table; rows inside */
  uint64_t bits[];    /* row r is bit r % 64 of word r / 64; bits beyond rows are 0 */
};

bilan_status domain_new(bilan *b, struct domain **out, size_t rows); /* empty */
struct domain *domain_hold(struct domain *d);
void domain_free(struct domain *d);

static inline bool domain_has(const struct domain *d, size_t row) {
  return !d || (d->bits[row >> 6] >> (row & 63) & 1);
}
void domain_set(struct domain *d, size_t row); /* while it has one owner; count kept */

/* The domain among the rows that a physical subset keeps: row i of the result is inside when the
 * i-th kept row is in `domain`. Both are over the rows of the same table. */
bilan_status domain_among(bilan *b, struct domain **out, const struct domain *domain,
                          const struct domain *kept);

/* The rows of both; either may be NULL (the whole sample); the result may be NULL then. */
bilan_status domain_and(bilan *b, struct domain **out, struct domain *x, struct domain *y);

#endif

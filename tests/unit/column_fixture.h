/* column_fixture.h - are two columns, or two domains, the same to the last bit? */
#ifndef TESTS_COLUMN_FIXTURE_H
#define TESTS_COLUMN_FIXTURE_H

#include <string.h>

#include "data/column.h"
#include "data/domain.h"

static bool same_bytes(const void *x, const void *y, size_t n) {
  return (x == NULL) == (y == NULL) && (!x || !n || !memcmp(x, y, n));
}

/* Same labels, numbers and kinds, in the same order. */
static bool same_levels(const struct dict *x, const struct dict *y) {
  if (dict_count(x) != dict_count(y)) return false;
  for (uint32_t i = 0; i < dict_count(x); i++) {
    const struct level *a = dict_level(x, i), *c = dict_level(y, i);
    if (a->label.n != c->label.n || !same_bytes(a->label.s, c->label.s, a->label.n)) return false;
    if (a->missing != c->missing || memcmp(&a->value, &c->value, sizeof a->value)) return false;
  }
  return true;
}

static bool same_column(const struct column *x, const struct column *y) {
  if (x->type != y->type || x->rows != y->rows) return false;
  if (!same_bytes(x->missing, y->missing, x->rows)) return false;
  if (x->type == COLUMN_NUMBERS) return same_bytes(x->numbers, y->numbers, x->rows * 8);
  if (x->type == COLUMN_CODES)
    return x->width == y->width && x->highest == y->highest && same_levels(x->dict, y->dict) &&
           same_bytes(x->codes, y->codes, x->rows * x->width);
  if (x->type != COLUMN_SET || x->option_count != y->option_count) return false;
  for (size_t i = 0; i < x->option_count; i++)
    if (!same_column(x->options[i], y->options[i])) return false;
  return same_levels(x->dict, y->dict);
}

static bool same_domain(const struct domain *x, const struct domain *y) {
  return x->rows == y->rows && x->count == y->count &&
         same_bytes(x->bits, y->bits, (x->rows + 63) / 64 * 8);
}

#endif

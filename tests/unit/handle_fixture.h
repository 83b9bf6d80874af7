/* handle_fixture.h - one handle for all tests of a program, fresh for each of them; a test fails
 * that does not give back what it took. Set up by open_handle, torn down by close_handle. */
#ifndef TESTS_HANDLE_FIXTURE_H
#define TESTS_HANDLE_FIXTURE_H

#include "fixture.h"

static bilan b_;
static bilan *const b = &b_;

static inline int open_handle(void **state) {
  (void)state;
  handle_init(b);
  return 0;
}

static inline int close_handle(void **state) {
  (void)state;
  if (b->mem.used) print_error("%zu bytes were not given back\n", b->mem.used);
  return b->mem.used != 0;
}

#endif

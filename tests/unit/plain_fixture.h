/* plain_fixture.h - what the tests of the plain statistics share: closeness, failing memory. */
#ifndef TESTS_PLAIN_FIXTURE_H
#define TESTS_PLAIN_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/handle.h"
#include "stat/dist/dist.h"
#include "stat/plain/plain.h"

/* After the engine's headers: cmocka.h makes a macro of the word `fail`. */
#include <cmocka.h>

/* |got - want| <= tolerance |want| + 1e-14; equal infinities are close. */
static inline void check_close(double got, double want, double tolerance, const char *file,
                               int line) {
  if (got == want || fabs(got - want) <= tolerance * fabs(want) + 1e-14) return;
  print_error("%s:%d: got %.17g, expected %.17g\n", file, line, got, want);
  fail();
}
#define close_to(got, want, tolerance) check_close(got, want, tolerance, __FILE__, __LINE__)

static inline void check_list(const double *got, const double *want, size_t count,
                              double tolerance, const char *file, int line) {
  for (size_t i = 0; i < count; i++) check_close(got[i], want[i], tolerance, file, line);
}
#define list_close_to(got, want, count, tolerance) \
  check_list(got, want, count, tolerance, __FILE__, __LINE__)

/* Runs `work` with the n-th request for memory failing, for n = 1, 2, ... until it succeeds:
 * every failure is BILAN_NOMEM and leaves nothing allocated. */
static inline void fails_cleanly(bilan_status (*work)(bilan *b)) {
  bilan b;
  bilan_status status = BILAN_NOMEM;
  for (uint64_t n = 1; status; n++) {
    handle_init(&b);
    b.mem.fail_at = n;
    status = work(&b);
    assert_int_equal(b.mem.used, 0);
    if (status) assert_int_equal(status, BILAN_NOMEM);
    assert_true(n < 1000);
  }
}

#endif

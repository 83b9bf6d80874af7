/* base_fixture.h - what the tests of core/base share: cmocka and a seeded generator. */
#ifndef TESTS_BASE_FIXTURE_H
#define TESTS_BASE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* After the engine's headers: cmocka.h makes a macro of the word `fail`. */
#include <cmocka.h>

/* splitmix64: the tests' own generator, the same on every machine. */
static inline uint64_t draw(uint64_t *state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}
static inline uint32_t draw_below(uint64_t *state, uint32_t n) {
  return (uint32_t)((draw(state) >> 33) % n);
}

#endif

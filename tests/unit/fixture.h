/* fixture.h - small columns and a seeded generator for tests of the kernel and estimators. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <math.h>

#include "data/column.h"
#include "data/domain.h"

#include "base_fixture.h"

static inline double draw_unit(uint64_t *state) {
  return (double)(draw(state) >> 11) * 0x1p-53;
}

/* A CODES column whose levels are `labels` (codes 1, 2, ...; a label that starts with '?' is
 * a "don't know", '!' a "not asked"), row i holding codes[i]. NULL when memory runs out. */
static inline struct column *make_codes(bilan *b, size_t rows, const uint32_t *codes,
                                        const char *const *labels, size_t count) {
  struct dict *d;
  struct column *c = NULL;
  if (dict_new(b, &d)) return NULL;
  for (size_t i = 0; i < count; i++) {
    uint32_t code;
    bilan_missing kind = labels[i][0] == '?'   ? BILAN_DONT_KNOW
                         : labels[i][0] == '!' ? BILAN_NOT_ASKED
                                               : BILAN_PRESENT;
    struct level level = {text_of(labels[i]), NAN, kind};
    if (dict_add_level(b, d, &code, &level)) {
      dict_free(d);
      return NULL;
    }
  }
  unsigned width = column_width_for(count + 1);
  char *block = mem_array(&b->mem, rows, width);
  if (!block) {
    dict_free(d);
    return NULL;
  }
  for (size_t i = 0; i < rows; i++) {
    uint8_t c1 = (uint8_t)codes[i];
    uint16_t c2 = (uint16_t)codes[i];
    memcpy(block + i * width, width == 1   ? (const void *)&c1
                              : width == 2 ? (const void *)&c2
                                           : (const void *)&codes[i], width);
  }
  return column_codes(b, &c, rows, width, block, d) ? NULL : c;
}

/* The same with labels of three letters, all different, for any number of levels up to 17,576. */
static inline struct column *make_levels(bilan *b, size_t rows, const uint32_t *codes,
                                         uint32_t levels) {
  static char names[26 * 26 * 26][4];
  static const char *labels[26 * 26 * 26];
  for (uint32_t i = 0; i < levels; i++) {
    names[i][0] = (char)('a' + i % 26);
    names[i][1] = (char)('a' + i / 26 % 26);
    names[i][2] = (char)('a' + i / 676);
    labels[i] = names[i];
  }
  return make_codes(b, rows, codes, labels, levels);
}

/* Levels drawn, the blank as often as any other. */
static inline struct column *draw_item(bilan *b, uint64_t *state, size_t rows, uint32_t levels) {
  uint32_t *codes = mem_array(&b->mem, rows, sizeof *codes);
  if (!codes) return NULL;
  for (size_t i = 0; i < rows; i++) codes[i] = draw_below(state, levels + 1);
  struct column *c = make_levels(b, rows, codes, levels);
  mem_free(&b->mem, codes);
  return c;
}

/* A NUMBERS column; NaN in `values` means no answer. NULL when memory runs out. */
static inline struct column *make_numbers(bilan *b, size_t rows, const double *values) {
  struct column *c = NULL;
  struct numbers_builder k;
  numbers_builder_open(b, &k);
  for (size_t i = 0; i < rows; i++) {
    bool absent = isnan(values[i]);
    if (numbers_builder_add(&k, absent ? 0 : values[i], absent ? BILAN_NO_ANSWER : 0)) {
      numbers_builder_close(&k);
      return NULL;
    }
  }
  return numbers_builder_finish(&k, &c) ? NULL : c;
}

/* |got - want| <= tolerance * max(1, |want|), said with both numbers when not. */
static inline void expect_close_at(double got, double want, double tolerance, const char *file,
                                   int line) {
  double scale = fabs(want) > 1 ? fabs(want) : 1;
  if (fabs(got - want) <= tolerance * scale) return;
  print_error("%s:%d: got %.17g, expected %.17g\n", file, line, got, want);
  fail();
}
#define expect_close(got, want, tolerance) \
  expect_close_at(got, want, tolerance, __FILE__, __LINE__)

#endif

/* joint_add.c - the inner loops of joint_tables (joint.h): what a row weighs, added to its cell.
 *
 * A row is an index of 16 bits and its lanes, both from the first or second cache, and one addition
 * in a table that stays in the first: two lanes are one vector instruction. The processor hides
 * the latency of these additions as long as neighbouring rows go to different cells. In small
 * tables they often do not (nine rows of ten give the same answer), so rows go in turn to four
 * copies of the table, which are added up when they are emptied.
 *
 * Measured (tests/bench/kernels.c), one thread of a busy machine, all of a request, against a plain
 * read of its arrays in the same run: thirty items by three banners with weights 32 ns a row, 16 %
 * of that limit, where ninety passes take 300. Wide cells (weights above 2^24 units) cost twice
 * the narrow. One table of few cells has quicker ways (joint_bits.c, joint_pairs.c).
 *
 * The additions alone, index and weights in the first cache: 1.1 ns a row of 16 bytes, 0.87 of 8,
 * the same for 24 and for 1800 cells. So to leave out the squares would save a fifth of a pass, and
 * cost a second one wherever a standard error of counts is looked at: they are always summed.
 */
#include "kernel/joint.h"

#include <string.h>

/* Two lanes. Compilers that speak GNU C make one instruction of an addition, on any processor
 * that has vectors; others make two. */
#if defined(__GNUC__)
typedef uint64_t lanes2 __attribute__((vector_size(16)));
static inline void add_lanes(lanes2 *to, const lanes2 *more) { *to += *more; }
#else
typedef struct { uint64_t lane[2]; } lanes2;
static inline void add_lanes(lanes2 *to, const lanes2 *more) {
  to->lane[0] += more->lane[0];
  to->lane[1] += more->lane[1];
}
#endif

/* Four rows at a time, one to each copy; without copies all go to the one. */
void joint_add_counts(uint32_t *t, size_t step, const uint16_t *index, size_t count) {
  uint32_t *second = t + step, *third = second + step, *fourth = third + step;
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    t[index[i]]++;
    second[index[i + 1]]++;
    third[index[i + 2]]++;
    fourth[index[i + 3]]++;
  }
  for (; i < count; i++) t[index[i]]++;
}

/* The cell of 16 bytes at an index that counts halves of them. */
static inline lanes2 *cell_at(uint64_t *table, size_t index) {
  return (lanes2 *)(void *)(table + index);
}

/* See joint_add_counts. */
void joint_add_narrow(uint64_t *t, size_t step, const uint16_t *index, const uint64_t *weights,
                      size_t count) {
  uint64_t *second = t + 2 * step, *third = second + 2 * step, *fourth = third + 2 * step;
  const lanes2 *w = (const lanes2 *)(const void *)weights;
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    add_lanes(cell_at(t, index[i]), &w[i]);
    add_lanes(cell_at(second, index[i + 1]), &w[i + 1]);
    add_lanes(cell_at(third, index[i + 2]), &w[i + 2]);
    add_lanes(cell_at(fourth, index[i + 3]), &w[i + 3]);
  }
  for (; i < count; i++) add_lanes(cell_at(t, index[i]), &w[i]);
}

/* Both halves of a wide cell. */
static inline void add_wide(uint64_t *table, size_t index, const lanes2 *w) {
  lanes2 *cell = cell_at(table, 2 * index);
  add_lanes(cell, w);
  add_lanes(cell + 1, w + 1);
}

/* See joint_add_counts. */
void joint_add_wide(uint64_t *t, size_t step, const uint16_t *index, const uint64_t *weights,
                    size_t count) {
  uint64_t *second = t + 4 * step, *third = second + 4 * step, *fourth = third + 4 * step;
  const lanes2 *w = (const lanes2 *)(const void *)weights;
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    add_wide(t, index[i], &w[2 * i]);
    add_wide(second, index[i + 1], &w[2 * i + 2]);
    add_wide(third, index[i + 2], &w[2 * i + 4]);
    add_wide(fourth, index[i + 3], &w[2 * i + 6]);
  }
  for (; i < count; i++) add_wide(t, index[i], &w[2 * i]);
}

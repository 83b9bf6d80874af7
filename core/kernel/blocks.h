/* blocks.h - a sum over rows whose bits do not depend on the number of threads.
 *
 * Rows are cut into blocks of a size that the caller fixes from the request alone. Each block
 * is summed into its own partial result, by whichever worker is free; partial results are
 * added to the total strictly in block order. Floating-point addition is not associative, but
 * here every addition has the same operands in the same order on 1, 2 or 8 threads.
 *
 * Memory is bounded: two partial results a worker, however many blocks there are. A worker
 * that is ahead waits until the slot of its block has been added. Workers never allocate.
 *
 * Worked example: 20,000 rows in blocks of 8192 are [0, 8192), [8192, 16384), [16384, 20000),
 * and the total is ((0 + P0) + P1) + P2 for any number of threads. Summing by blocks of m rows
 * also bounds rounding errors by m + rows / m terms instead of rows (N. J. Higham, "Accuracy
 * and Stability of Numerical Algorithms", 2nd ed., 2002, chapter 4).
 */
#ifndef KERNEL_BLOCKS_H
#define KERNEL_BLOCKS_H

#include "base/handle.h"

/* Rows of the smallest block; the most workers of a job. */
enum { BLOCK_ROWS = 8192, BLOCKS_WORKERS = 64 };

/* A job is described by its caller and lent for the length of blocks_run. */
struct blocks_job {
  size_t rows;
  size_t block;   /* rows of a block; at least 1 */
  size_t partial; /* bytes of a partial result */
  void *context;
  /* Sums rows begin..end-1 into `partial`, which holds anything before. Runs on any worker,
   * several at a time: reads the context only. */
  void (*sum)(const void *context, void *partial, size_t begin, size_t end);
  /* Adds a partial result to the total in the context; one call at a time, in block order. */
  void (*add)(void *context, const void *partial);
};

/* Rows of a block for partial results of so many numbers: BLOCK_ROWS, and more where adding
 * up partial results would cost as much as reading the rows. */
size_t blocks_rows_for(size_t numbers);

/* Runs the job on b->threads workers (the caller's thread is one of them). When the system
 * gives fewer threads, fewer work. BILAN_NOMEM. */
bilan_status blocks_run(bilan *b, const struct blocks_job *job);

#endif

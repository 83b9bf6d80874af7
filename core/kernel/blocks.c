/* blocks.c - see blocks.h.
 *
 * One lock guards three counters: `next` (the block to hand out), `added` (blocks added so
 * far), and the states of the ring of slots. Block k lives in slot k % slots and may be summed
 * once block k - slots has been added. Whoever finishes a block adds all that are ready, so
 * no thread waits only to add. There is always progress: the worker with the lowest block
 * never waits.
 *
 * Worked example, 3 workers, so 6 slots; blocks 0 to 9 of which block 0 is slow:
 *
 *   blocks 1..5 are summed and ready in slots 1..5, but none is added: 0 comes first
 *   blocks 6, 7 are handed out and wait: slot 0 is still block 0's, slot 1 not yet added
 *   block 0 is done: its worker adds 0, 1, ..., 5 in order and wakes the others
 *
 * Invariants: added <= next; added is the number of blocks in the total, in order; ready[s]
 * only for blocks in added .. added + slots - 1; `add` runs under the lock, `sum` never does.
 * Owner: the ring and its partial results are freed by blocks_run; the context stays the
 * caller's. Threads are those of the handle's pool (base/pool.h). Failure: BILAN_NOMEM before a
 * worker begins, none later.
 */
#include "kernel/blocks.h"

#include <pthread.h>
#include <string.h>

/* Shared by all workers. Everything but job, blocks and slots is read and written under the
 * lock; a partial result is touched without it by the one worker that sums its block. */
struct ring {
  const struct blocks_job *job;
  size_t blocks, slots;
  size_t next, added;
  char *partials; /* slots of job->partial bytes */
  bool *ready;    /* slot: summed, not yet added */
  pthread_mutex_t lock;
  pthread_cond_t moved; /* `added` has grown */
};

/* Doubles until a block has four rows for every number of a partial result, so that adding up
 * stays a fraction of reading. Depends on the request alone, never on threads or rows. */
size_t blocks_rows_for(size_t numbers) {
  size_t block = BLOCK_ROWS;
  while (block / 4 < numbers && block <= SIZE_MAX / 2) block *= 2;
  return block;
}

/* Where the partial result of a block lives: slots are taken in turn. */
static char *slot_of(const struct ring *r, size_t block) {
  return r->partials + block % r->slots * r->job->partial;
}

/* Adds the summed blocks that come next in order. The lock is held. */
static void add_ready(struct ring *r) {
  size_t before = r->added;
  while (r->added < r->blocks && r->ready[r->added % r->slots]) {
    r->ready[r->added % r->slots] = false;
    r->job->add(r->job->context, slot_of(r, r->added));
    r->added++;
  }
  if (r->added != before) pthread_cond_broadcast(&r->moved);
}

/* Takes the next block once its slot is free; false when all have been handed out. */
static bool take_block(struct ring *r, size_t *block) {
  if (r->next >= r->blocks) return false;
  *block = r->next++;
  while (*block >= r->added + r->slots) pthread_cond_wait(&r->moved, &r->lock);
  return true;
}

/* What every worker does: take a block, sum it without the lock, add what is ready. Ends when
 * all blocks have been handed out; the one who sums the last block adds it. */
static void work(void *arg) {
  struct ring *r = arg;
  const struct blocks_job *job = r->job;
  size_t block;
  pthread_mutex_lock(&r->lock);
  while (take_block(r, &block)) {
    pthread_mutex_unlock(&r->lock);
    size_t begin = block * job->block;
    size_t end = job->rows - begin < job->block ? job->rows : begin + job->block;
    job->sum(job->context, slot_of(r, block), begin, end);
    pthread_mutex_lock(&r->lock);
    r->ready[block % r->slots] = true;
    add_ready(r);
  }
  pthread_mutex_unlock(&r->lock);
}

/* At least 1, at most one a block; never more than BLOCKS_WORKERS. */
static size_t worker_count(const bilan *b, size_t blocks) {
  size_t wanted = b->threads < 1 ? 1 : (size_t)b->threads;
  if (wanted > BLOCKS_WORKERS) wanted = BLOCKS_WORKERS;
  return wanted < blocks ? wanted : blocks;
}

/* Blocks of so many rows; the last may be short. */
static size_t blocks_count(size_t rows, size_t block) {
  return rows / block + (rows % block != 0);
}

/* Two slots a worker let one block be summed while the one before it waits for its turn.
 * Out of memory is found before any thread starts, so no worker can fail. */
bilan_status blocks_run(bilan *b, const struct blocks_job *job) {
  struct blocks_job forced = *job;
  if (b->ways.block) forced.block = b->ways.block;
  struct ring r = {.job = &forced, .blocks = blocks_count(job->rows, forced.block)};
  if (!r.blocks) return BILAN_OK;
  size_t workers = worker_count(b, r.blocks);
  r.slots = workers == 1 ? 1 : 2 * workers;
  r.partials = mem_array(&b->mem, r.slots, job->partial);
  r.ready = mem_zero(&b->mem, r.slots, sizeof *r.ready);
  bilan_status status = BILAN_OK;
  if (!r.partials || !r.ready) {
    status = fail_nomem(b);
    goto cleanup;
  }
  pthread_mutex_init(&r.lock, NULL);
  pthread_cond_init(&r.moved, NULL);
  pool_run(&b->pool, workers, work, &r);
  pthread_cond_destroy(&r.moved);
  pthread_mutex_destroy(&r.lock);
cleanup:
  mem_free(&b->mem, r.partials);
  mem_free(&b->mem, r.ready);
  return status;
}

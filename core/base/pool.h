/* pool.h - the handle's worker threads: started once, woken for each pass over the rows.
 *
 * Starting a thread costs 20 to 50 microseconds, waking one that sleeps 5: a script of ninety
 * small tables feels the difference. Workers are kept where somebody promised to let them go
 * again (pool_keep ... pool_close); otherwise they are started for one piece of work and joined
 * behind it.
 *
 * A piece of work is a function that takes shares until there are none left (pool_next). The
 * caller works along, and never waits for a worker that has not begun: so a system that gives no
 * threads does all by itself. A child of fork starts its own. Workers sleep on a condition
 * between pieces, with all signals blocked: those are the program's own business.
 *
 * Nothing here allocates, and no worker does but under a lock that the caller's own work takes too
 * (io/csv_gather.h): memory belongs to one thread at a time.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The most workers there are, the caller among them. */
enum { POOL_WORKERS = 64 };

/* Part of the handle; all zero is an empty pool that keeps nothing. */
struct pool {
  bool kept;             /* workers stay between pieces of work */
  bool open;             /* lock and conditions exist */
  pid_t process;         /* whose threads they are */
  bool closing;          /* workers are to end */
  size_t count;          /* workers started, the caller not among them */
  size_t wanted;         /* workers that may still begin the piece at hand */
  size_t active;         /* that have begun and not ended */
  void (*work)(void *);  /* the piece at hand; NULL: none */
  void *context;
  pthread_mutex_t lock;
  pthread_cond_t wake, idle;
  pthread_t threads[POOL_WORKERS];
};

/* Calls work(context) on the caller's thread and on up to workers - 1 others at the same time;
 * returns when all that began have ended. Not to be called by a worker. */
void pool_run(struct pool *p, size_t workers, void (*work)(void *), void *context);

/* From now on workers stay until pool_close. */
void pool_keep(struct pool *p);

/* Ends and joins the workers; nothing is kept afterwards. Idempotent, also for an empty pool. */
void pool_close(struct pool *p);

/* Shares 0 .. count - 1 of a piece of work, handed out in order; all zero but `count` to begin. */
struct pool_shares {
  atomic_size_t next;
  size_t count;
};

/* The next share; false when all have been handed out. */
static inline bool pool_next(struct pool_shares *s, size_t *share) {
  *share = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed);
  return *share < s->count;
}

#endif

/* pool.c - see pool.h.
 *
 * One lock guards everything. The life of a piece of work:
 *
 *   caller    posts work, context, wanted; wakes all; works along; takes the piece back (work =
 *             NULL), so that nobody begins any more; waits until active is 0
 *   worker    sleeps until there is a piece with wanted > 0; wanted - 1, active + 1; works;
 *             active - 1, and wakes the caller at 0
 *
 * A worker that wakes too late finds no piece and sleeps on: the context, which lies on the
 * caller's stack, is never looked at after pool_run has returned.
 */
#include "base/pool.h"

#include <signal.h>
#include <unistd.h>

/* What every worker does from its start to its end. The lock is held but while it works. */
static void *serve(void *arg) {
  struct pool *p = arg;
  pthread_mutex_lock(&p->lock);
  for (;;) {
    while (!p->closing && !(p->work && p->wanted)) pthread_cond_wait(&p->wake, &p->lock);
    if (p->closing) break;
    void (*work)(void *) = p->work;
    void *context = p->context;
    p->wanted--;
    p->active++;
    pthread_mutex_unlock(&p->lock);
    work(context);
    pthread_mutex_lock(&p->lock);
    if (--p->active == 0) pthread_cond_signal(&p->idle);
  }
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

/* A child of fork has a copy of the pool and none of its threads: an empty pool to it. */
static void leave_parents(struct pool *p) {
  if (p->open && p->process != getpid()) *p = (struct pool){.kept = p->kept};
}

/* Starts workers until there are `count`, or as many as the system gives. They inherit a mask
 * that blocks every signal. */
static void start(struct pool *p, size_t count) {
  sigset_t all, before;
  if (p->count >= count) return;
  if (!p->open) {
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    pthread_cond_init(&p->idle, NULL);
    p->process = getpid();
    p->open = true;
  }
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (p->count < count && !pthread_create(&p->threads[p->count], NULL, serve, p)) p->count++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Ends and joins all workers; the pool is empty then, and may be started again. */
static void stop(struct pool *p) {
  leave_parents(p);
  if (!p->open) return;
  pthread_mutex_lock(&p->lock);
  p->closing = true;
  pthread_cond_broadcast(&p->wake);
  pthread_mutex_unlock(&p->lock);
  for (size_t i = 0; i < p->count; i++) pthread_join(p->threads[i], NULL);
  pthread_cond_destroy(&p->idle);
  pthread_cond_destroy(&p->wake);
  pthread_mutex_destroy(&p->lock);
  *p = (struct pool){.kept = p->kept};
}

/* Makes a piece of work known to the workers. */
static void post(struct pool *p, size_t others, void (*work)(void *), void *context) {
  pthread_mutex_lock(&p->lock);
  p->work = work;
  p->context = context;
  p->wanted = others;
  if (others == 1) pthread_cond_signal(&p->wake);
  else pthread_cond_broadcast(&p->wake);
  pthread_mutex_unlock(&p->lock);
}

/* Takes it back and waits for those who began. */
static void withdraw(struct pool *p) {
  pthread_mutex_lock(&p->lock);
  p->work = NULL;
  p->wanted = 0;
  while (p->active) pthread_cond_wait(&p->idle, &p->lock);
  pthread_mutex_unlock(&p->lock);
}

/* See pool.h. */
void pool_run(struct pool *p, size_t workers, void (*work)(void *), void *context) {
  size_t others = workers > POOL_WORKERS ? POOL_WORKERS - 1 : workers ? workers - 1 : 0;
  if (others) leave_parents(p);
  if (others) start(p, others);
  if (p->count < others) others = p->count;
  if (others) post(p, others, work, context);
  work(context);
  if (others) withdraw(p);
  if (!p->kept) stop(p);
}

/* See pool.h. */
void pool_keep(struct pool *p) { p->kept = true; }

/* See pool.h. */
void pool_close(struct pool *p) {
  p->kept = false;
  stop(p);
}

/* test_pool.c - worker threads: every share is handed out once, whoever comes late is not waited
 * for, a kept pool serves many pieces of work, and a child of fork has a pool of its own. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/pool.h"
#include "base_fixture.h"

/* ThreadSanitizer lets no child of fork start threads. */
#ifdef __SANITIZE_THREAD__
enum { CHILD_STARTS = 0 };
#else
enum { CHILD_STARTS = 1 };
#endif

enum { SHARES = 1000, PATIENCE = 5000 /* ms */ };

/* A piece of work: who took which share, and how many took part. */
struct piece {
  struct pool_shares shares;
  atomic_int taken[SHARES];
  atomic_size_t workers;
  size_t awaited; /* workers that are to begin before shares are taken; for 5 s at most */
};

static void sleep_ms(void) { nanosleep(&(struct timespec){0, 1000000}, NULL); }

static void take_shares(void *context) {
  struct piece *p = context;
  size_t share;
  atomic_fetch_add(&p->workers, 1);
  for (int ms = 0; ms < PATIENCE && p->workers < p->awaited; ms++) sleep_ms();
  while (pool_next(&p->shares, &share)) atomic_fetch_add(&p->taken[share], 1);
}

/* One piece of work; how many workers took part. Fails unless each share was taken once. */
static size_t run_piece(struct pool *pool, size_t workers, size_t awaited) {
  struct piece p = {.shares = {.count = SHARES}, .awaited = awaited};
  pool_run(pool, workers, take_shares, &p);
  for (size_t i = 0; i < SHARES; i++) assert_int_equal(p.taken[i], 1);
  return p.workers;
}

static void every_share_is_handed_out_once(void **state) {
  static struct pool pool;
  (void)state;
  for (size_t workers = 0; workers < 2 * POOL_WORKERS; workers = 3 * workers + 1) {
    size_t took_part = run_piece(&pool, workers, 0);
    assert_in_range(took_part, 1, workers < POOL_WORKERS ? workers + 1 : POOL_WORKERS);
    assert_int_equal(pool.count, 0);
  }
}

static void a_kept_pool_starts_its_threads_once(void **state) {
  static struct pool pool;
  (void)state;
  pool_keep(&pool);
  for (int i = 0; i < 20; i++) assert_in_range(run_piece(&pool, 4, 0), 1, 4);
  assert_int_equal(run_piece(&pool, 4, 4), 4);
  assert_int_equal(pool.count, 3);
  assert_int_equal(run_piece(&pool, 2, 2), 2);
  assert_int_equal(pool.count, 3);
  pool_close(&pool);
  assert_int_equal(pool.count, 0);
  pool_close(&pool);
}

/* The child says by its status whether it had four workers; a hang would end it by the alarm. */
static void a_child_of_fork_has_workers_of_its_own(void **state) {
  static struct pool pool;
  int status = 0;
  (void)state;
  pool_keep(&pool);
  assert_int_equal(run_piece(&pool, 4, 4), 4);
  for (int first = 0; first < 2; first++) {
    pid_t child = fork();
    if (child == 0) {
      alarm(20);
      size_t workers = first || !CHILD_STARTS ? 4 : run_piece(&pool, 4, 4);
      pool_close(&pool);
      _exit(workers == 4 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
  }
  assert_int_equal(run_piece(&pool, 4, 4), 4);
  pool_close(&pool);
}

/* Does this thread take the signal? */
static void note_mask(void *context) {
  atomic_int *open = context;
  sigset_t mask;
  for (int ms = 0; ms < 20; ms++) sleep_ms();
  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  if (!sigismember(&mask, SIGINT)) atomic_fetch_add(open, 1);
}

static void workers_leave_signals_to_the_program(void **state) {
  static struct pool pool;
  atomic_int open = 0;
  (void)state;
  pool_run(&pool, 3, note_mask, &open);
  assert_int_equal(open, 1); /* the caller's own thread */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_share_is_handed_out_once),
      cmocka_unit_test(a_kept_pool_starts_its_threads_once),
      cmocka_unit_test(a_child_of_fork_has_workers_of_its_own),
      cmocka_unit_test(workers_leave_signals_to_the_program),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

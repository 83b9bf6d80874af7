/* test_archive_kill.c - a process that is killed while it makes or changes an archive leaves the
 * content before or after, whole; and nothing that the next one does not clear away.
 *
 * Each time a child process works on an archive and is killed (SIGKILL) at a moment drawn between
 * its start and a little after its usual end. KILLS=5000 in the environment makes more of them.
 */
#define _DEFAULT_SOURCE /* usleep */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "archive_fixture.h"

enum { USUAL_KILLS = 120, TABLES = 6 };

/* The tables that are stored, in turn. */
static struct table *tables[TABLES];

static int kills(void) {
  const char *wanted = getenv("KILLS");
  int64_t n;
  return wanted && number_parse_int(&n, text_of(wanted)) ? (int)n : USUAL_KILLS;
}

static int open_tables(void **state) {
  int failed = open_handle(state);
  for (size_t i = 0; i < TABLES; i++) tables[i] = draw_table_of(i, 9000, 260);
  return failed;
}

static int close_tables(void **state) {
  for (size_t i = 0; i < TABLES; i++) table_free(tables[i]);
  return close_handle(state);
}

/* What a child does: one step. */
static void step(const char *path, int64_t n) {
  struct archive *a = open_archive(path, ARCHIVE_WRITE);
  add_wave(a, n, tables[n % TABLES]);
  archive_close(a);
}

static long microseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A longest delay, moved towards the moment at which half of the children are done: there they
 * are at their last steps. */
static void aim(long *most, bool done) {
  if (done) *most -= *most / 16;
  else *most += *most / 24 + 1;
}

/* A child makes the step and is killed after `delay` microseconds, or never (-1). How long it
 * took. */
static long run_child(const char *path, int64_t n, long delay) {
  long start = microseconds();
  pid_t child = fork();
  assert_true(child >= 0);
  if (!child) {
    step(path, n);
    _exit(0);
  }
  if (delay >= 0) {
    usleep((useconds_t)delay);
    kill(child, SIGKILL);
  }
  waitpid(child, NULL, 0);
  return microseconds() - start;
}

static void a_killed_maker_leaves_nothing_or_an_archive(void **state) {
  char path[128];
  uint64_t s = 1;
  int made = 0, tries = kills();
  (void)state;
  snprintf(path, sizeof path, "%s/new.bilan", folder);
  long first = run_child(path, 1, -1), usual;
  unlink(path);
  usual = run_child(path, 1, -1);
  if (first < usual) usual = first;
  for (int i = 0; i < tries; i++) {
    unlink(path);
    run_child(path, 1, (long)draw_below(&s, (uint32_t)usual + 1));
    aim(&usual, io_is_file(b, path));
    if (!io_is_file(b, path)) continue;
    assert_int_equal(last_wave(path), 1);
    made++;
  }
  unlink(path);
  run_child(path, 1, -1);
  assert_int_equal(files_in_folder(), 1); /* what the killed ones left is gone */
  print_message("%d makers killed, %d archives were whole\n", tries, made);
  assert_in_range(made, 1, tries - 1);
}

static void a_killed_writer_leaves_the_old_content_or_the_new(void **state) {
  char path[128], journal[140];
  uint64_t s = 2;
  int done = 0, hot = 0, tries = kills();
  int64_t n = 3;
  (void)state;
  snprintf(path, sizeof path, "%s/old.bilan", folder);
  snprintf(journal, sizeof journal, "%s-journal", path);
  step(path, 1);
  step(path, 2);
  long usual = run_child(path, n++, -1), again = run_child(path, n, -1);
  if (again < usual) usual = again;
  for (int i = 0; i < tries; i++) {
    run_child(path, n + 1, (long)draw_below(&s, (uint32_t)usual + 1));
    hot += io_is_file(b, journal);
    int64_t found = last_wave(path);
    assert_in_range(found, n, n + 1);
    done += found > n;
    aim(&usual, found > n);
    n = found;
  }
  run_child(path, n + 1, -1); /* the next one goes on undisturbed */
  assert_int_equal(last_wave(path), n + 1);
  assert_int_equal(files_in_folder(), 1);
  print_message("%d writers killed, %d changes were whole, %d journals rolled back\n",
                tries, done, hot);
  assert_in_range(done, 1, tries - 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_killed_maker_leaves_nothing_or_an_archive, open_tables,
                                      close_tables),
      cmocka_unit_test_setup_teardown(a_killed_writer_leaves_the_old_content_or_the_new,
                                      open_tables, close_tables)};
  return cmocka_run_group_tests_name("archive killed", tests, NULL, NULL);
}

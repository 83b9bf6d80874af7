/* process.c - times a command as a user feels it: from the start of the process to its end.
 *
 *   process NAME TASK ROWS REPS COMMAND [ARGS]
 *
 * Runs the command once unseen, then REPS times, and prints for each a line
 * NAME,TASK,ROWS,seconds,peak_rss_kb. Its standard output is drained and thrown away through a
 * pipe, as a terminal or a pager would take it. The clock is the monotonic one; the peak is the
 * child's ru_maxrss, which counts the parent's few pages too (2 MB here). Status 1: the command
 * failed, and what it said on standard error is on ours.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* In the child: standard output into the pipe, then the command. */
static void become(const int ends[2], char **command) {
  dup2(ends[1], STDOUT_FILENO);
  close(ends[0]);
  close(ends[1]);
  execvp(command[0], command);
  perror(command[0]);
  _exit(127);
}

/* Reads until every writer has closed. */
static void drain(int fd) {
  static char bytes[1 << 16];
  while (read(fd, bytes, sizeof bytes) > 0) continue;
}

/* One run: its seconds and peak in kilobytes; false when the command failed. */
static int run(double *seconds, long *peak, char **command) {
  struct rusage used;
  int ends[2], status;
  double start = now();
  if (pipe(ends)) return 0;
  pid_t child = fork();
  if (child == 0) become(ends, command);
  close(ends[1]);
  if (child > 0) drain(ends[0]);
  close(ends[0]);
  if (child < 0 || wait4(child, &status, 0, &used) < 0) return 0;
  *seconds = now() - start;
  *peak = used.ru_maxrss;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv) {
  double seconds;
  long peak;
  if (argc < 6) {
    fprintf(stderr, "usage: process NAME TASK ROWS REPS COMMAND [ARGS]\n");
    return 2;
  }
  for (int i = 0; i <= atoi(argv[4]); i++) {
    if (!run(&seconds, &peak, argv + 5)) {
      fprintf(stderr, "process: %s: the command failed\n", argv[5]);
      return 1;
    }
    if (i) printf("%s,%s,%s,%.6f,%ld\n", argv[1], argv[2], argv[3], seconds, peak);
    fflush(stdout);
  }
  return 0;
}

/* process.c - see process.h.
 *
 * posix_spawn rather than fork: the caller may have a large memory and threads. Standard
 * input of the child is one end of a socket pair: a write to a closed socket can be told not
 * to raise SIGPIPE (MSG_NOSIGNAL), and a library may not change what a signal does. The loop
 * waits in poll() for whichever of the three ends is ready; the child's own end is seen at the
 * latest a tick after it, also when a process it left behind keeps the pipes open. The group
 * is ended while the dead child still holds its number, so no stranger can be hit.
 *
 * Cost: one spawn (about 1 ms) and one pass over the bytes.
 *
 *   caller                                    child
 *   finds the program, opens three pairs
 *   spawns                              ->    own group, own folder, 0 1 2 = the pairs
 *   sets its limits (time, memory, files)
 *   feeds and collects, 50 ms at a time <->   reads, works, writes
 *   at its end, or at any fault: kills the group, takes the status, closes what is open
 */
#define _GNU_SOURCE /* posix_spawn_file_actions_addchdir_np, pipe2, prlimit */

#include "base/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/handle.h"

enum {
  TICK = 50,          /* milliseconds between looks at the child and at the clock */
  STEP = 1 << 16,     /* bytes fed or collected in one go */
  LEAST_FD = 3,       /* our ends lie above the standard streams, see above_standard */
  MEMORY_MB = 2048,   /* address space of a child */
  FILES_MB = 256,     /* largest file it may write */
};

/* The ends of the pipes that are open on our side (-1: closed), and on the child's. */
struct run {
  bilan *b;
  const struct process_job *job;
  struct process_end *end;
  pid_t pid;
  int feed, out, err;
  int child[3];
  size_t fed;      /* bytes of input that were taken */
  int64_t give_up; /* when the time is over, in milliseconds of the steady clock */
};

/* "cannot WHAT: Permission denied", in the engine's own words for the errno. */
static bilan_status fail_errno(bilan *b, const char *what, int number) {
  const char *name = sys_error_name(number);
  if (name) return fail(b, BILAN_IO, "cannot %s: %s", what, name);
  return fail(b, BILAN_IO, "cannot %s: system error %d", what, number);
}

/* Milliseconds of a clock that nobody sets. */
static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Closes one end, once. */
static void shut(struct run *r, int *fd) {
  if (*fd >= 0) sys_close(&r->b->io, *fd);
  *fd = -1;
}

/* ---- finding the program ----------------------------------------------------------------- */

/* The full name of the program in `found`: the first executable file of that name in the
 * absolute folders of PATH. Relative folders are passed over: a program that lies where the
 * script lies is not to be trusted. */
static bool find_program(char *found, size_t room, const char *program) {
  const char *path = getenv("PATH");
  if (!path) path = "/usr/local/bin:/usr/bin:/bin";
  for (size_t n; *path; path += n + (path[n] == ':')) {
    n = strcspn(path, ":");
    if (*path != '/' || n + strlen(program) + 2 > room) continue;
    snprintf(found, room, "%.*s/%s", (int)n, path, program);
    struct stat info;
    if (stat(found, &info) == 0 && S_ISREG(info.st_mode) && access(found, X_OK) == 0) return true;
  }
  return false;
}

/* Says where to get it, when the caller knows. */
static bilan_status fail_missing(bilan *b, const struct process_job *job) {
  return fail(b, BILAN_IO, "the program \"%s\" is not installed%s%s", job->program,
              job->package ? "; on Debian and Ubuntu it is in the package " : "",
              job->package ? job->package : "");
}

/* ---- starting ---------------------------------------------------------------------------- */

/* The same open file under a number above 2: a caller may have closed its standard streams,
 * and an end that lies among them would be overwritten while the child's are put in place. */
static int above_standard(int fd) {
  if (fd < 0 || fd >= LEAST_FD) return fd;
  int higher = fcntl(fd, F_DUPFD_CLOEXEC, LEAST_FD);
  int number = errno;
  close(fd);
  errno = number;
  return higher;
}

/* A pipe (or, for input, a socket pair): ours, without waiting; the child's. */
static bool open_pair(int *ours, int *theirs, bool input) {
  int pair[2];
  int made = input ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)
                   : pipe2(pair, O_CLOEXEC);
  if (made < 0) return false;
  *ours = above_standard(pair[0]);
  *theirs = above_standard(pair[1]);
  return *ours >= 0 && *theirs >= 0 && fcntl(*ours, F_SETFL, O_NONBLOCK) == 0;
}

/* What the child does before the program starts: its folder, its streams, and, where the
 * system can, closing what a careless caller left open to children. */
static int fill_actions(posix_spawn_file_actions_t *actions, const struct run *r) {
  int error = posix_spawn_file_actions_addchdir_np(actions, r->job->folder);
  for (int fd = 0; fd < 3 && !error; fd++)
    error = posix_spawn_file_actions_adddup2(actions, r->child[fd], fd);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, LEAST_FD);
#endif
  return error;
}

/* Its own group, no signal blocked, SIGPIPE as the system has it. */
static int fill_attributes(posix_spawnattr_t *attributes) {
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  int error = posix_spawnattr_setpgroup(attributes, 0);
  if (!error) error = posix_spawnattr_setsigmask(attributes, &none);
  if (!error) error = posix_spawnattr_setsigdefault(attributes, &usual);
  short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  return error ? error : posix_spawnattr_setflags(attributes, flags);
}

/* Starts the program; an errno, 0 when all went well. posix_spawn takes argv as char **, a
 * relic: it does not write to it. */
static int spawn(struct run *r, const char *file, const char **argv) {
  static const char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                            "LC_ALL=C.UTF-8", "HOME=/nonexistent", NULL};
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  if ((error = posix_spawnattr_init(&attributes)) == 0) {
    error = fill_actions(&actions, r);
    if (!error) error = fill_attributes(&attributes);
    if (!error)
      error = posix_spawn(&r->pid, file, &actions, &attributes, (char *const *)(uintptr_t)argv,
                          (char *const *)(uintptr_t)environment);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/* Bounds the child before it has read a byte of its input. A system that refuses leaves the
 * limit on wall time. */
static void set_limits(const struct run *r) {
  rlim_t seconds = (rlim_t)(r->job->timeout / 1000 + 1);
  const struct rlimit cpu = {seconds, seconds}, none = {0, 0};
  const struct rlimit memory = {(rlim_t)MEMORY_MB << 20, (rlim_t)MEMORY_MB << 20};
  const struct rlimit files = {(rlim_t)FILES_MB << 20, (rlim_t)FILES_MB << 20};
  prlimit(r->pid, RLIMIT_CPU, &cpu, NULL);
  prlimit(r->pid, RLIMIT_AS, &memory, NULL);
  prlimit(r->pid, RLIMIT_FSIZE, &files, NULL);
  prlimit(r->pid, RLIMIT_CORE, &none, NULL);
}

/* Opens the pipes and starts the program. */
static bilan_status start(struct run *r) {
  char file[4096];
  size_t count = 0;
  if (!find_program(file, sizeof file, r->job->program)) return fail_missing(r->b, r->job);
  if (!open_pair(&r->feed, &r->child[0], true) || !open_pair(&r->out, &r->child[1], false) ||
      !open_pair(&r->err, &r->child[2], false))
    return fail_errno(r->b, "open a pipe", errno);
  while (r->job->arguments && r->job->arguments[count]) count++;
  const char **argv = mem_array(&r->b->mem, count + 2, sizeof *argv);
  if (!argv) return fail_nomem(r->b);
  argv[0] = r->job->program;
  for (size_t i = 0; i <= count; i++) argv[i + 1] = count ? r->job->arguments[i] : NULL;
  int error = spawn(r, file, argv);
  mem_free(&r->b->mem, argv);
  if (error) return fail_errno(r->b, "start a program", error);
  set_limits(r);
  for (int i = 0; i < 3; i++) shut(r, &r->child[i]);
  return BILAN_OK;
}

/* ---- talking ----------------------------------------------------------------------------- */

/* Feeds what the socket takes; closes it when all was taken, or when nobody reads any more
 * (which is the child's business: its messages tell). */
static void feed(struct run *r) {
  struct text input = r->job->input;
  size_t n = input.n - r->fed < STEP ? input.n - r->fed : STEP;
  ssize_t done = n ? send(r->feed, input.s + r->fed, n, MSG_NOSIGNAL) : 0;
  if (done > 0) r->fed += (size_t)done;
  bool gone = done < 0 && errno != EAGAIN && errno != EINTR;
  if (gone || r->fed == input.n) shut(r, &r->feed);
}

/* Collects what is there; closes the pipe at its end. */
static bilan_status collect(struct run *r, int *fd, struct buffer *into) {
  char bytes[STEP];
  long n = sys_read(&r->b->io, *fd, bytes, sizeof bytes);
  if (n < 0 && errno == EAGAIN) return BILAN_OK;
  if (n <= 0) shut(r, fd);
  if (n < 0) return fail_errno(r->b, "read what a program wrote", errno);
  if (into->n + (size_t)n > r->job->output_cap)
    return fail(r->b, BILAN_LIMIT, "\"%s\" wrote more than %zu bytes", r->job->program,
                r->job->output_cap);
  buffer_add(into, bytes, (size_t)n);
  return into->failed ? fail_nomem(r->b) : BILAN_OK;
}

/* Time and the caller's wish to stop. */
static bilan_status check_clock(const struct run *r) {
  if (r->job->stop && *r->job->stop)
    return fail(r->b, BILAN_LIMIT, "\"%s\" was stopped", r->job->program);
  if (now() < r->give_up) return BILAN_OK;
  return fail(r->b, BILAN_LIMIT, "\"%s\" took longer than %d s", r->job->program,
              (r->job->timeout + 999) / 1000);
}

/* Has the child ended? It is not taken from the system yet: its number stays its own. */
static bool has_ended(const struct run *r) {
  siginfo_t info = {.si_pid = 0};
  return waitid(P_PID, (id_t)r->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid != 0;
}

/* One wait of at most a tick, then whatever is ready. A closed end has the number -1, which
 * poll passes over. */
static bilan_status talk_once(struct run *r) {
  struct pollfd ends[] = {{r->feed, POLLOUT, 0}, {r->out, POLLIN, 0}, {r->err, POLLIN, 0}};
  bilan_status status = BILAN_OK;
  int ready = poll(ends, 3, TICK);
  if (ready < 0 && errno != EINTR) return fail_errno(r->b, "wait for a program", errno);
  if (ready <= 0) return BILAN_OK;
  if (ends[0].revents) feed(r);
  if (ends[1].revents) status = collect(r, &r->out, &r->end->out);
  if (ends[2].revents && !status) status = collect(r, &r->err, &r->end->err);
  return status;
}

/* Talks until both outputs are at their end and the child is gone. Once it has ended, its
 * group is: a process it left behind would hold the pipes for ever. */
static bilan_status talk(struct run *r) {
  bilan_status status = BILAN_OK;
  while (!status && (r->out >= 0 || r->err >= 0)) {
    status = talk_once(r);
    if (!status && has_ended(r)) kill(-r->pid, SIGKILL);
    if (!status) status = check_clock(r);
  }
  while (!status && !has_ended(r)) {
    poll(NULL, 0, 1);
    status = check_clock(r);
  }
  return status;
}

/* Ends the group and takes the child from the system. */
static void reap(struct run *r) {
  int status = 0;
  kill(-r->pid, SIGKILL);
  while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR) continue;
  r->end->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Whatever happened, the child is gone, its number given back, and every end closed. */
bilan_status process_run(bilan *b, struct process_end *end, const struct process_job *job) {
  struct run r = {.b = b, .job = job, .end = end, .feed = -1, .out = -1, .err = -1,
                  .child = {-1, -1, -1}, .give_up = now() + job->timeout};
  buffer_init(&end->out, &b->mem);
  buffer_init(&end->err, &b->mem);
  end->status = 0;
  bilan_status status = start(&r);
  if (!status) status = talk(&r);
  if (r.pid > 0) reap(&r);
  for (int i = 0; i < 3; i++) shut(&r, &r.child[i]);
  shut(&r, &r.feed);
  shut(&r, &r.out);
  shut(&r, &r.err);
  return status;
}

/* ---- the private folder ------------------------------------------------------------------ */

/* mkdtemp makes mode 0700 less the process's mask; the mode is set again for odd masks. */
bilan_status process_make_folder(bilan *b, char **path) {
  char name[1024];
  const char *where = getenv("TMPDIR");
  if (!where || *where != '/' || strlen(where) > sizeof name - 32) where = "/tmp";
  snprintf(name, sizeof name, "%s/bilan-XXXXXX", where);
  if (!mkdtemp(name)) return fail_errno(b, "make a temporary folder", errno);
  chmod(name, 0700);
  *path = mem_copy(&b->mem, name, strlen(name));
  if (*path) return BILAN_OK;
  rmdir(name);
  return fail_nomem(b);
}

/* Only the files that lie in it: the child had no business making folders there. */
void process_remove_folder(bilan *b, char *path) {
  DIR *folder = path ? opendir(path) : NULL;
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
      sys_unlink(&b->io, dirfd(folder), entry->d_name);
  if (folder) closedir(folder);
  if (path) rmdir(path);
  mem_free(&b->mem, path);
}

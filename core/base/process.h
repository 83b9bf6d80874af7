/* process.h - runs another program: a list of arguments, no shell, nothing inherited.
 *
 * The child is found in the absolute folders of PATH, gets an environment of its own (PATH,
 * LC_ALL, HOME; nothing of the caller's), a private folder as its current one, a process
 * group of its own, and limits on processor time, memory and size of files. Its input is fed
 * and its output collected at the same time, so neither side can block the other; a child
 * that does not read its input, writes too much, or takes too long is ended with its group.
 *
 * The exit status is handed over, not judged: some programs end with 0 whatever happened.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <signal.h>

#include "base/text.h"
#include "bilan.h"

struct process_job {
  const char *program;           /* a plain name such as "gnuplot" */
  const char *package;           /* where to get it, for the message when it is missing */
  const char *const *arguments;  /* those after the program's name, NULL-terminated */
  struct text input;             /* fed to its standard input, then end of file */
  const char *folder;            /* its current folder, see process_make_folder */
  int timeout;                   /* milliseconds of wall time, at least 1 */
  size_t output_cap;             /* most bytes of standard output, and of standard error */
  const volatile sig_atomic_t *stop; /* ends the child when it becomes non-zero; may be NULL */
};

struct process_end {
  struct buffer out, err; /* what it wrote; buffer_free both */
  int status;             /* exit status, or 128 + the signal that ended it */
};

/* Runs the job to its end. `end->out` and `end->err` are to be freed in any case (they hold
 * what was written so far). Fails with BILAN_IO (no such program, no process to be had),
 * BILAN_LIMIT (time, stop, or output beyond the cap), BILAN_NOMEM. */
bilan_status process_run(bilan *b, struct process_end *end, const struct process_job *job);

/* Makes a new folder that only this user may enter, in TMPDIR or /tmp. `*path` is the
 * caller's: give it to process_remove_folder, which removes its files, it, and the text. */
bilan_status process_make_folder(bilan *b, char **path);
void process_remove_folder(bilan *b, char *path); /* NULL is fine; folders below are left */

#endif

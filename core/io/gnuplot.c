/* gnuplot.c - see gnuplot.h.
 *
 *   a private folder - the script in it as a file - gnuplot on it - the files asked for are read
 *   into memory - the folder is removed, whatever happened
 *
 * The script is a file and not gnuplot's standard input, which gnuplot reads one byte a system
 * call: that took twice as long as the drawing.
 *
 * Names of files are checked before anything is started, though they are the engine's own: they
 * become part of a path. What gnuplot says on standard error is handed to the caller, who knows
 * which of it is a fault. Messages are capped at a megabyte and a file at 64 megabytes; time
 * and memory of the child are process.c's business.
 *
 * Owner: bytes of files and messages are blocks of the handle's, given back by gnuplot_free;
 * the folder and the process are gone when gnuplot_draw returns, on every path. Failure:
 * BILAN_USAGE for a name, and what process_run and io_read_file give (no gnuplot, time,
 * stopped, caps).
 */
#include "io/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/handle.h"
#include "base/io.h"
#include "base/process.h"
#include "base/system.h"

/* Bytes of a name, of a path; caps on messages and on one file. */
enum { NAME_ROOM = 64, PATH_ROOM = 2048, MESSAGES_CAP = 1 << 20, FILE_CAP = 64 << 20 };

/* No blank, no slash, nothing that a shell or gnuplot gives a meaning to. */
static bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

/* A name of such characters, not hidden, not too long. */
static bool is_plain_name(struct text name) {
  if (!name.n || name.n > NAME_ROOM || name.s[0] == '.') return false;
  for (size_t i = 0; i < name.n; i++)
    if (!is_name_char(name.s[i])) return false;
  return true;
}

/* Reads one file of the folder; one that is not there stays NULL. */
static bilan_status read_drawn(bilan *b, struct gnuplot_file *file, const char *folder) {
  char path[PATH_ROOM];
  snprintf(path, sizeof path, "%s/%.*s", folder, (int)file->name.n, file->name.s);
  if (!io_is_file(b, path)) return BILAN_OK;
  return io_read_file(b, &file->bytes, &file->size, path, FILE_CAP);
}

/* The script's name in the folder: hidden, as no drawing's name is. */
#define SCRIPT_NAME ".script"

/* Writes the script into the folder, which is gone in a moment: nothing is synced. */
static bilan_status write_script(bilan *b, const struct gnuplot_run *run, const char *folder) {
  char path[PATH_ROOM];
  snprintf(path, sizeof path, "%s/%s", folder, SCRIPT_NAME);
  int fd = sys_open(&b->io, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool fine = fd >= 0;
  for (size_t at = 0; fine && at < run->script.n;) {
    long done = sys_write(&b->io, fd, run->script.s + at, run->script.n - at);
    fine = done > 0;
    if (fine) at += (size_t)done;
  }
  if (fd >= 0 && sys_close(&b->io, fd) < 0) fine = false;
  if (fine) return BILAN_OK;
  const char *why = sys_error_name(errno);
  return fail(b, BILAN_IO, "cannot write gnuplot's script: %s", why ? why : "system error");
}

/* gnuplot in the folder; its standard output is of no interest but for the cap. */
static bilan_status run_in(bilan *b, struct gnuplot_run *run, const char *folder) {
  static const char *const arguments[] = {"-d", SCRIPT_NAME, NULL};
  bilan_status written = write_script(b, run, folder);
  if (written) return written;
  struct process_end end;
  const struct process_job job = {
      .program = "gnuplot", .package = "gnuplot-nox", .arguments = arguments,
      .folder = folder, .timeout = run->timeout,
      .output_cap = MESSAGES_CAP, .stop = run->stop};
  bilan_status status = process_run(b, &end, &job);
  buffer_free(&end.out);
  run->messages = end.err;
  for (size_t i = 0; i < run->count && !status; i++)
    status = read_drawn(b, &run->files[i], folder);
  return status;
}

/* All files count as not drawn until they were read. The folder is gone when this returns. */
bilan_status gnuplot_draw(bilan *b, struct gnuplot_run *run) {
  char *folder = NULL;
  buffer_init(&run->messages, &b->mem);
  for (size_t i = 0; i < run->count; i++) {
    run->files[i].bytes = NULL;
    run->files[i].size = 0;
  }
  for (size_t i = 0; i < run->count; i++)
    if (!is_plain_name(run->files[i].name))
      return fail(b, BILAN_USAGE, "gnuplot: \"%.*s\" is no plain file name",
                  (int)run->files[i].name.n, run->files[i].name.s);
  bilan_status status = process_make_folder(b, &folder);
  if (!status) status = run_in(b, run, folder);
  process_remove_folder(b, folder);
  return status;
}

/* Also after a failure, and again: what was freed is NULL. */
void gnuplot_free(bilan *b, struct gnuplot_run *run) {
  for (size_t i = 0; i < run->count; i++) {
    mem_free(&b->mem, run->files[i].bytes);
    run->files[i].bytes = NULL;
  }
  buffer_free(&run->messages);
}

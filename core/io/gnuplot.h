/* gnuplot.h - one run of gnuplot: a script in, the files it drew out.
 *
 * gnuplot has no safe mode, so it runs shut in (base/process.h): `gnuplot -d` with the script
 * on its standard input, no start-up files, an emptied environment, a private folder that is
 * gone afterwards. What it draws is told by its messages and the files, never by its exit
 * status, which is 0 after most errors. The script is the engine's own work: no text of a
 * user may stand in it but through the escaper for gnuplot.
 *
 *   struct gnuplot_file file = {.name = TEXT("a.svg")};
 *   struct gnuplot_run run = {.script = script, .files = &file, .count = 1, .timeout = 60000};
 *   status = gnuplot_draw(b, &run);      file.bytes holds the drawing, or NULL
 *   gnuplot_free(b, &run);
 */
#ifndef IO_GNUPLOT_H
#define IO_GNUPLOT_H

#include <signal.h>

#include "base/text.h"
#include "bilan.h"

/* One file that the script draws, by its name in the private folder. */
struct gnuplot_file {
  struct text name; /* asked for: letters, digits, "_", "-", "." and no "." in front */
  char *bytes;      /* NULL when it was not drawn; of the handle's allocator */
  size_t size;
};

/* The first four fields are the caller's; script and names are lent for the length of the
 * run. */
struct gnuplot_run {
  struct text script;
  struct gnuplot_file *files; /* the caller's, names filled in */
  size_t count;
  int timeout;                /* milliseconds */
  const volatile sig_atomic_t *stop; /* may be NULL */
  struct buffer messages;     /* what gnuplot said on standard error */
};

/* Runs the script and reads the files. Fails as process_run, or with BILAN_USAGE for a name
 * that is no plain file name. gnuplot_free is due in any case. */
bilan_status gnuplot_draw(bilan *b, struct gnuplot_run *run);
void gnuplot_free(bilan *b, struct gnuplot_run *run);

#endif

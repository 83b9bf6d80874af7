/* progress.h - one line on a terminal that says what takes so long.
 *
 * "enquete.csv: reading" stands on standard error while a step lasts, is overwritten by the
 * next, and is gone before anything else is printed. Nothing shows unless standard error is a
 * terminal (and not a dumb one), nor in the first second, so that pipes, tests and quick runs
 * see no difference.
 *
 * Owner: the host's (host.h). Nothing is allocated and nothing fails: a terminal that takes
 * no bytes is left alone. The clock is read only where a line may be shown, so no result
 * depends on it.
 */
#ifndef BINDING_PROGRESS_H
#define BINDING_PROGRESS_H

#include "binding/binding.h"

/* What the line knows; zeroed at the start. */
struct progress {
  bool asked, wanted;   /* was the terminal looked at; may a line be shown? */
  bool shown;           /* a line stands there now */
  int64_t start, last;  /* milliseconds: of the first step, of the last line */
};

/* Is there a terminal that shows progress? */
bool progress_wanted(struct progress *p);

/* A step begins: shows the text when a second has gone by, or at once when it is `slow` for
 * sure. Control characters become blanks; at most a terminal's width is written. */
void progress_step(struct progress *p, bilan *b, struct text what, bool slow);

/* Takes the line away, before anything is printed and at the end. */
void progress_clear(struct progress *p, bilan *b);

#endif

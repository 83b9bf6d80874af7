/* progress.c - see progress.h.
 *
 * The line is one write: carriage return, "erase to the end of the line" (ECMA-48, EL), then
 * at most 76 columns of text, so it never wraps and the next carriage return takes all of it
 * away. A quiet second first, then at most ten lines a second.
 *
 *   \r ESC [ K enquete.csv: reading
 */
#include "binding/progress.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/system.h"

/* Milliseconds before the first line and between two; bytes of the text that are looked at. */
enum { QUIET_MS = 1000, BETWEEN_MS = 100, LINE_ROOM = 76 };

/* Milliseconds on a clock that never goes backwards; 0 when there is none. */
static int64_t now_ms(void) {
  struct timespec t;
  if (clock_gettime(CLOCK_MONOTONIC, &t)) return 0;
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Looks at the terminal once, when the first step begins. */
bool progress_wanted(struct progress *p) {
  if (p->asked) return p->wanted;
  const char *term = getenv("TERM");
  p->asked = true;
  p->start = now_ms();
  p->wanted = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
  return p->wanted;
}

/* A failure to show progress has nobody to be told. */
static void put(bilan *b, const char *s, size_t n) {
  while (n) {
    ssize_t done = sys_write(&b->io, STDERR_FILENO, s, n);
    if (done <= 0) return;
    s += done;
    n -= (size_t)done;
  }
}

/* A step that comes too soon is passed over, not kept for later. */
void progress_step(struct progress *p, bilan *b, struct text what, bool slow) {
  char line[8 + 4 * LINE_ROOM] = "\r\033[K";
  size_t n = strlen(line), at = 0;
  if (!progress_wanted(p)) return;
  int64_t now = now_ms();
  if (!slow && (now - p->start < QUIET_MS || now - p->last < BETWEEN_MS)) return;
  while (at < what.n && at < LINE_ROOM) {
    size_t from = at;
    uint32_t c = text_next(what, &at);
    n += text_put(line + n, c < 0x20 || c == 0x7F || at - from > 4 ? ' ' : c);
  }
  put(b, line, n);
  p->shown = true;
  p->last = now;
}

/* Nothing is written when no line stands there. */
void progress_clear(struct progress *p, bilan *b) {
  if (p->shown) put(b, "\r\033[K", 4);
  p->shown = false;
}

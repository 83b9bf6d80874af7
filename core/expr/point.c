/* point.c - messages that point into an expression:
 *
 *   column 12: no item "gendre"; did you mean "genre"?
 *     age > 14 and gendre = 'fille'
 *                  ^
 * Columns count characters from 1 over the whole expression. Only the line with the place is
 * shown, and of a long line the part around it; control characters become blanks.
 *
 * Cost: the length of the expression, once, on the way out of a failure. A position beyond
 * the end is the end: that is where something was expected. Invariant: the excerpt never
 * begins or stops inside a character, so a message that is UTF-8 stays UTF-8; the caret is
 * placed by display width (text_width), not by bytes.
 */
#include <string.h>

#include "expr/tree.h"

enum { BEFORE = 60, AFTER = 30 }; /* bytes shown on either side */

/* Is it a later byte of a UTF-8 character? */
static bool continues(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

/* The column of a byte offset: characters from 1, over all lines. */
static size_t column_of(struct text source, size_t at) {
  size_t column = 1;
  for (size_t i = 0; i < at && i < source.n; i++) column += !continues(source.s[i]);
  return column;
}

/* The part of the source to show: within the line of `at`, on whole characters. */
static struct text excerpt(struct text t, size_t at) {
  size_t start = at < t.n ? at : t.n, end = start;
  while (start > 0 && t.s[start - 1] != '\n' && at - start < BEFORE) start--;
  while (start < at && continues(t.s[start])) start++;
  while (end < t.n && t.s[end] != '\n' && end - at < AFTER) end++;
  while (end > at && end < t.n && continues(t.s[end])) end--;
  return (struct text){t.s + start, end - start};
}

/* Appends the excerpt; tabs and other control characters take one column each. */
static void add_printable(struct buffer *out, struct text t) {
  for (size_t i = 0; i < t.n; i++)
    buffer_char(out, (unsigned char)t.s[i] < ' ' || t.s[i] == 0x7F ? ' ' : t.s[i]);
}

/* Rewrites the message on the handle. Out of memory here replaces the status. */
bilan_status expr_point(bilan *b, const struct expr *e, size_t at, bilan_status status) {
  if (status != BILAN_USAGE && status != BILAN_LIMIT) return status;
  struct text line = excerpt(e->source, at);
  size_t before = (size_t)(e->source.s + (at < e->source.n ? at : e->source.n) - line.s);
  struct buffer out;
  buffer_init(&out, &b->mem);
  buffer_format(&out, "column %zu: ", column_of(e->source, at));
  buffer_string(&out, b->message);
  buffer_string(&out, "\n  ");
  add_printable(&out, line);
  buffer_string(&out, "\n  ");
  size_t width = text_width((struct text){line.s, before});
  for (size_t i = 0; i < width; i++) buffer_char(&out, ' ');
  buffer_char(&out, '^');
  status = out.failed ? fail_nomem(b) : fail(b, status, "%.*s", (int)out.n, out.s);
  buffer_free(&out);
  return status;
}

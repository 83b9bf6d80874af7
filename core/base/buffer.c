/* buffer.c - text that grows; see text.h.
 *
 * The room doubles, so that n appended bytes cost at most 2 n copied ones. There is always one
 * byte more than `n`, for the NUL. A failure is kept in the buffer (`failed`), which goes on
 * holding what it held; later appends do nothing, so a writer appends its whole text and looks
 * once at the end.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { FIRST_ROOM = 64 };

/* Takes no memory yet. */
void buffer_init(struct buffer *out, struct mem *mem) {
  *out = (struct buffer){.mem = mem};
}

/* The buffer may be used again, and is no longer failed. */
void buffer_free(struct buffer *out) {
  if (out->s) mem_free(out->mem, out->s);
  buffer_init(out, out->mem);
}

/* Makes room for n more bytes and a NUL. false: failed, now or before. */
static bool reserve(struct buffer *out, size_t n) {
  if (out->failed) return false;
  if (out->room > n && out->room - n > out->n) return true;
  size_t room = out->room ? out->room : FIRST_ROOM;
  while (room <= n || room - n <= out->n) {
    if (room > SIZE_MAX / 2) return !(out->failed = true);
    room *= 2;
  }
  char *s = mem_resize(out->mem, out->s, room);
  if (!s) return !(out->failed = true);
  out->s = s;
  out->room = room;
  return true;
}

/* The bytes must not lie in the buffer itself, which may move. */
void buffer_add(struct buffer *out, const char *s, size_t n) {
  if (!reserve(out, n)) return;
  if (n) memcpy(out->s + out->n, s, n);
  out->n += n;
  out->s[out->n] = '\0';
}

/* Three short forms of buffer_add. */
void buffer_text(struct buffer *out, struct text t) { buffer_add(out, t.s, t.n); }

void buffer_string(struct buffer *out, const char *s) { buffer_add(out, s, strlen(s)); }

void buffer_char(struct buffer *out, char c) { buffer_add(out, &c, 1); }

/* Measures first, then writes: the room is right for any length. */
void buffer_format(struct buffer *out, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, args);
  if (n < 0) out->failed = true;
  else if (reserve(out, (size_t)n)) {
    vsnprintf(out->s + out->n, (size_t)n + 1, format, again);
    out->n += (size_t)n;
  }
  va_end(again);
  va_end(args);
}

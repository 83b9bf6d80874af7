/* handle.c - see handle.h.
 *
 * The message of the last failure is formatted into a buffer of the handle, never into memory
 * that would first have to be asked for: the failure may be that there is none. It is formatted
 * aside and copied, so that a message may quote the one before it.
 */
#include "base/handle.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Every part of the handle starts as zeros: no cap, no faults, an empty message. */
void handle_init(bilan *b) {
  memset(b, 0, sizeof *b);
  b->threads = 1;
}

/* Cuts a text that filled its buffer so that no UTF-8 character is left half: bytes that
 * continue a character go, and then the one that starts it. */
static void cut_at_character(char *s, size_t n) {
  while (n && ((unsigned char)s[n - 1] & 0xC0) == 0x80) n--;
  if (n && (unsigned char)s[n - 1] >= 0xC0) n--;
  s[n] = '\0';
}

/* vsnprintf is safe here: the formats used hold no floating point, the one thing that depends
 * on the locale. What is longer than the room is cut. */
bilan_status fail(bilan *b, bilan_status code, const char *format, ...) {
  char text[MESSAGE_ROOM];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (n >= (int)sizeof text) cut_at_character(text, sizeof text - 1);
  memcpy(b->message, text, sizeof text);
  return code;
}

/* Names the limit when the handle has one and is near it (within an eighth), in bytes when it
 * is below a megabyte: then it is the limit that said no, not the system. */
bilan_status fail_nomem(bilan *b) {
  size_t cap = b->mem.cap;
  bool small = cap < 1 << 20;
  if (cap && b->mem.used + b->mem.used / 8 >= cap)
    return fail(b, BILAN_NOMEM, "out of memory: the limit is %zu %s", small ? cap : cap >> 20,
                small ? "bytes" : "MB");
  return fail(b, BILAN_NOMEM, "out of memory");
}

/* handle.c - see handle.h. */
#include "base/handle.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void handle_init(bilan *b) {
  memset(b, 0, sizeof *b);
  b->threads = 1;
}

/* Cuts a text that filled its buffer so that no UTF-8 character is left half. */
static void cut_at_character(char *s, size_t n) {
  while (n && ((unsigned char)s[n - 1] & 0xC0) == 0x80) n--;
  if (n && (unsigned char)s[n - 1] >= 0xC0) n--;
  s[n] = '\0';
}

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

bilan_status fail_nomem(bilan *b) {
  size_t cap = b->mem.cap;
  bool small = cap < 1 << 20;
  if (cap && b->mem.used + b->mem.used / 8 >= cap)
    return fail(b, BILAN_NOMEM, "out of memory: the limit is %zu %s", small ? cap : cap >> 20,
                small ? "bytes" : "MB");
  return fail(b, BILAN_NOMEM, "out of memory");
}

/* text.c - UTF-8 slices: comparing, hashing, trimming, decoding. See text.h.
 *
 * UTF-8 is read as RFC 3629 defines it: the shortest form only, no surrogates, nothing above
 * U+10FFFF. Folding is in text_fold.c, terminal columns in text_width.c, buffers in buffer.c.
 */
#include "base/text.h"

#include <string.h>

/* The NUL is not part of the slice. */
struct text text_of(const char *s) { return (struct text){s, strlen(s)}; }

/* Empty slices may have a NULL pointer, which memcmp may not be given. */
bool text_equal(struct text a, struct text b) {
  return a.n == b.n && (!a.n || !memcmp(a.s, b.s, a.n));
}

/* Bytes of UTF-8 order as characters do, so this is the order of code points. */
int text_compare(struct text a, struct text b) {
  size_t n = a.n < b.n ? a.n : b.n;
  int order = n ? memcmp(a.s, b.s, n) : 0;
  if (order) return order < 0 ? -1 : 1;
  return (a.n > b.n) - (a.n < b.n);
}

/* Carries every bit into the low and the high half: tables take their index from either. */
static uint64_t mix(uint64_t h) {
  h ^= h >> 32;
  h *= UINT64_C(0xD6E8FEB86659FD93);
  return h ^ h >> 29;
}

/* Multiply and xor, eight bytes at a step. The value may differ between machines: nothing
 * that is seen may depend on it. */
uint64_t text_hash(struct text t) {
  uint64_t h = UINT64_C(0x9E3779B97F4A7C15) ^ t.n, word = 0;
  size_t at = 0;
  for (; t.n - at >= sizeof word; at += sizeof word) {
    memcpy(&word, t.s + at, sizeof word);
    h = mix(h ^ word) * UINT64_C(0x9FB21C651E98DF25);
  }
  for (word = 0; at < t.n; at++) word = word << 8 | (unsigned char)t.s[at];
  return mix(mix(h ^ word));
}

/* The length of the blank that t starts with (NBSP, narrow NBSP and BOM count), or 0. */
static size_t blank_at_start(struct text t) {
  if (t.n && (t.s[0] == ' ' || (t.s[0] >= '\t' && t.s[0] <= '\r'))) return 1;
  if (t.n >= 2 && !memcmp(t.s, "\xC2\xA0", 2)) return 2;
  if (t.n >= 3 && (!memcmp(t.s, "\xE2\x80\xAF", 3) || !memcmp(t.s, "\xEF\xBB\xBF", 3))) return 3;
  return 0;
}

/* The same for the end: a blank of 1, 2 or 3 bytes that ends t. */
static size_t blank_at_end(struct text t) {
  for (size_t n = 1; n <= 3 && n <= t.n; n++)
    if (blank_at_start((struct text){t.s + t.n - n, n}) == n) return n;
  return 0;
}

/* What is left points into t. */
struct text text_trim(struct text t) {
  size_t n;
  while ((n = blank_at_start(t))) {
    t.s += n;
    t.n -= n;
  }
  while ((n = blank_at_end(t))) t.n -= n;
  return t;
}

/* Bytes in the character that `lead` starts, 0 when it starts none. */
static size_t length_by_lead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

/* Decodes at s, n > 0 bytes there; returns the length, 0 when it is not valid UTF-8. */
static size_t decode(uint32_t *character, const char *s, size_t n) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  unsigned char lead = (unsigned char)s[0];
  size_t length = length_by_lead(lead);
  if (!length || length > n) return 0;
  uint32_t c = length == 1 ? lead : lead & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; i++) {
    unsigned char byte = (unsigned char)s[i];
    if ((byte & 0xC0) != 0x80) return 0;
    c = c << 6 | (byte & 0x3F);
  }
  if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 0;
  *character = c;
  return length;
}

/* One step for each bad byte, so that the good characters after it are found. */
uint32_t text_next(struct text t, size_t *at) {
  uint32_t character = 0xFFFD;
  size_t length = decode(&character, t.s + *at, t.n - *at);
  *at += length ? length : 1;
  return character;
}

/* Surrogates and what is beyond Unicode are written as U+FFFD. */
size_t text_put(char out[4], uint32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t i = n; i-- > 1; c >>= 6) out[i] = (char)(0x80 | (c & 0x3F));
  out[0] = (char)((0xF00u >> n & 0xF0) | c);
  return n;
}

/* Eight bytes at a time while they are ASCII. */
static size_t skip_ascii(struct text t, size_t at) {
  uint64_t word;
  for (; t.n - at >= sizeof word; at += sizeof word) {
    memcpy(&word, t.s + at, sizeof word);
    if (word & UINT64_C(0x8080808080808080)) break;
  }
  return at;
}

/* Long texts are mostly ASCII: after eight bytes of characters the quick way is tried again. */
bool text_is_utf8(struct text t, size_t *bad) {
  uint32_t ignored;
  for (size_t at = 0; at < t.n; ) {
    at = skip_ascii(t, at);
    for (size_t end = at + 8; at < end && at < t.n; ) {
      size_t length = decode(&ignored, t.s + at, t.n - at);
      if (!length) {
        if (bad) *bad = at;
        return false;
      }
      at += length;
    }
  }
  return true;
}

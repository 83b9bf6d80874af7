/* text.h - UTF-8 slices and growing buffers.
 *
 * A `struct text` is a borrowed slice: a pointer and a length, so that text may hold NUL
 * bytes. A `struct buffer` grows through the engine's allocator; after a failed append it is
 * marked `failed`, later appends do nothing, and the caller checks once at the end.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/mem.h"

struct text {
  const char *s;
  size_t n;
};

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

struct text text_of(const char *s); /* of a NUL-terminated string */
bool text_equal(struct text a, struct text b);
int text_compare(struct text a, struct text b); /* by bytes, as memcmp; a prefix is less */
uint64_t text_hash(struct text t);
struct text text_trim(struct text t); /* without blanks, NBSP (U+00A0, U+202F), BOM at the ends */

/* Decodes the character at t.s[*at] and steps over it. An invalid byte gives U+FFFD and one
 * byte's step. Precondition: *at < t.n. */
uint32_t text_next(struct text t, size_t *at);
size_t text_put(char out[4], uint32_t character); /* encodes; returns 1 to 4 */
bool text_is_utf8(struct text t, size_t *bad); /* strict; *bad = offset of the first bad byte */
size_t text_width(struct text t); /* columns on a terminal: combining 0, wide 2 */

/* Letters without case and accents (Latin, Greek and Cyrillic case; Latin accents), for
 * comparing names as people type them. Appends to `out`. */
struct buffer;
void text_fold(struct buffer *out, struct text t);

/* Edits (insert, delete, replace, swap of neighbours) between folded a and b, at most
 * `most` + 1: Damerau-Levenshtein, restricted. Texts are cut at 64 characters. */
size_t text_distance(struct text a, struct text b, size_t most);

struct buffer {
  struct mem *mem;
  char *s; /* always NUL-terminated once anything was appended */
  size_t n, room;
  bool failed; /* an append ran out of memory */
};

void buffer_init(struct buffer *out, struct mem *mem);
void buffer_free(struct buffer *out);
void buffer_add(struct buffer *out, const char *s, size_t n);
void buffer_text(struct buffer *out, struct text t);
void buffer_string(struct buffer *out, const char *s);
void buffer_char(struct buffer *out, char c);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void buffer_format(struct buffer *out, const char *format, ...); /* as `fail`: no floats */

#endif

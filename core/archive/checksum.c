/* checksum.c - the checksum of a chunk; see chunk.h for the formula.
 *
 * Two additions a word, each waiting for the one before only: 8 bytes a cycle, so that checking
 * costs a small part of reading. Pieces may have any size; bytes that do not fill a word wait in
 * `held` for the next piece.
 */
#include <string.h>

#include "archive/chunk.h"

/* Even: see chunk.h. */
static const uint64_t FACTOR = 0x9E3779B97F4A7C16u;

/* One step of both sums; overflow is what modulo 2^64 means. */
static void add_word(struct checksum *c, uint64_t word) {
  c->a += word;
  c->s += c->a;
}

/* What a chunk says of itself is covered as well: a piece of another column, or rows counted
 * wrongly, would load without a fault. */
void checksum_start(struct checksum *c, const struct chunk *k) {
  memset(c, 0, sizeof *c);
  add_word(c, k->place);
  add_word(c, k->part);
  add_word(c, k->first);
  add_word(c, k->rows);
  add_word(c, (uint64_t)k->encoding);
  add_word(c, k->missing);
  add_word(c, (uint64_t)k->scale);
  add_word(c, (uint64_t)k->base);
  add_word(c, k->bytes);
}

/* Puts bytes behind those held until there are 8; how many were taken. */
static size_t fill_word(struct checksum *c, const unsigned char *p, size_t n) {
  size_t taken = 0;
  while (c->held_bytes && taken < n) {
    c->held |= (uint64_t)p[taken++] << 8 * c->held_bytes;
    c->held_bytes = (c->held_bytes + 1) % 8;
    if (c->held_bytes) continue;
    add_word(c, c->held);
    c->held = 0;
  }
  return taken;
}

/* The sums are kept in registers over the long middle. */
void checksum_add(struct checksum *c, const void *bytes, size_t n) {
  const unsigned char *p = bytes;
  size_t taken = fill_word(c, p, n);
  uint64_t a = c->a, s = c->s;
  for (p += taken, n -= taken; n >= 8; p += 8, n -= 8) {
    a += load64(p);
    s += a;
  }
  c->a = a;
  c->s = s;
  for (size_t i = 0; i < n; i++) c->held |= (uint64_t)p[i] << 8 * c->held_bytes++;
}

/* The last word is filled with zeros, which its length in the head keeps apart from zeros of the
 * chunk. The checksum is used up. */
uint64_t checksum_finish(struct checksum *c) {
  if (c->held_bytes) add_word(c, c->held);
  return c->a + FACTOR * c->s;
}

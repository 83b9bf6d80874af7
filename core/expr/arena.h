/* arena.h - many small blocks that are given back together: a syntax tree, the texts that a
 * block of rows makes. Blocks are aligned for any type and never move. */
#ifndef EXPR_ARENA_H
#define EXPR_ARENA_H

#include "base/mem.h"

struct arena_chunk;

struct arena {
  struct mem *mem;
  struct arena_chunk *chunks; /* the one in use first */
  size_t used;                /* bytes given out since the last clearing */
};

void arena_init(struct arena *a, struct mem *mem);
void *arena_alloc(struct arena *a, size_t size);            /* NULL: out of memory */
char *arena_copy(struct arena *a, const char *s, size_t n); /* n bytes and a final NUL */
void arena_clear(struct arena *a); /* gives all blocks back, keeps one chunk for reuse */
void arena_free(struct arena *a);  /* idempotent */

#endif

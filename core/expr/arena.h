/* arena.h - many small blocks that are given back together: a syntax tree, the texts that a
 * block of rows makes. Blocks are aligned for any type and never move.
 *
 *   struct arena a;
 *   arena_init(&a, &b->mem);
 *   struct node *node = arena_alloc(&a, sizeof *node);   no free for it
 *   arena_free(&a);                                       all at once
 *
 * Owner: whoever calls arena_init calls arena_free. Two arenas serve an expression: one for
 * its tree, which lives as long as it, and one for what a binding to a table makes; a third,
 * of an evaluation, is cleared after every block of rows.
 */
#ifndef EXPR_ARENA_H
#define EXPR_ARENA_H

#include "base/mem.h"

struct arena_chunk;

/* The handle's memory counts every chunk, so a limit set on the handle holds for arenas as
 * well. */
struct arena {
  struct mem *mem;
  struct arena_chunk *chunks; /* the one in use first */
  size_t used;                /* bytes given out since the last clearing */
};

/* Takes no memory yet, so it cannot fail and an unused arena needs no arena_free. */
void arena_init(struct arena *a, struct mem *mem);
void *arena_alloc(struct arena *a, size_t size);            /* NULL: out of memory */
char *arena_copy(struct arena *a, const char *s, size_t n); /* n bytes and a final NUL */
void arena_clear(struct arena *a); /* gives all blocks back, keeps one chunk for reuse */
void arena_free(struct arena *a);  /* idempotent */

#endif

/* arena.c - see arena.h. Chunks are kept in a list; a request larger than a chunk gets one of
 * its own. Clearing keeps the oldest chunk, so that evaluating block after block of rows
 * settles at no allocation at all.
 *
 * Layout of a chunk, and of a list of two after a large request:
 *
 *   chunks -> [header | 40000 used of 40000]  -> [header | 9216 used of 16384] -> NULL
 *               the one in use                     its rest is given up
 *
 * Invariants: used <= room in every chunk; every block begins at a multiple of 16, since
 * sizes are rounded up to 16 and a chunk's bytes are aligned to 16. Cost: a bump of a counter
 * for a block; mem_alloc once per 16 KiB. Nothing is freed one by one. Failure is NULL, never
 * a status: the caller holds the handle and says so with fail_nomem.
 */
#include "expr/arena.h"

#include <string.h>

/* Bytes of an ordinary chunk; what every block's address is a multiple of. */
enum { CHUNK = 16384, ALIGN = 16 };

struct arena_chunk {
  struct arena_chunk *next;
  size_t room, used; /* bytes behind this header */
  _Alignas(ALIGN) char bytes[];
};

void arena_init(struct arena *a, struct mem *mem) { *a = (struct arena){.mem = mem}; }

/* A chunk with room for `size` bytes in front of the list; NULL: out of memory. */
static struct arena_chunk *new_chunk(struct arena *a, size_t size) {
  size_t room = size > CHUNK ? size : CHUNK;
  if (room > SIZE_MAX - sizeof(struct arena_chunk)) return NULL;
  struct arena_chunk *c = mem_alloc(a->mem, sizeof *c + room);
  if (!c) return NULL;
  *c = (struct arena_chunk){.next = a->chunks, .room = room};
  a->chunks = c;
  return c;
}

/* The rest of a chunk that is too small is given up: requests are small next to it. */
void *arena_alloc(struct arena *a, size_t size) {
  if (size > SIZE_MAX - ALIGN) return NULL;
  size = (size + ALIGN - 1) / ALIGN * ALIGN;
  struct arena_chunk *c = a->chunks;
  if (!c || c->room - c->used < size) c = new_chunk(a, size);
  if (!c) return NULL;
  void *block = c->bytes + c->used;
  c->used += size;
  a->used += size;
  return block;
}

/* A text of n bytes that may hold NULs; the one put behind it makes the copy fit for C's own
 * functions. n may be 0, then s may be NULL. NULL: out of memory. */
char *arena_copy(struct arena *a, const char *s, size_t n) {
  char *copy = n < SIZE_MAX ? arena_alloc(a, n + 1) : NULL;
  if (!copy) return NULL;
  if (n) memcpy(copy, s, n);
  copy[n] = '\0';
  return copy;
}

/* The list runs from the newest chunk to the oldest, so what is left over is the first one
 * that was made. All blocks are invalid from here on. */
void arena_clear(struct arena *a) {
  while (a->chunks && a->chunks->next) {
    struct arena_chunk *next = a->chunks->next;
    mem_free(a->mem, a->chunks);
    a->chunks = next;
  }
  if (a->chunks) a->chunks->used = 0;
  a->used = 0;
}

/* Leaves the arena empty and usable: the next block asks for a chunk again. */
void arena_free(struct arena *a) {
  while (a->chunks) {
    struct arena_chunk *next = a->chunks->next;
    mem_free(a->mem, a->chunks);
    a->chunks = next;
  }
  a->used = 0;
}

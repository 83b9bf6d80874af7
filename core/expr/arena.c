/* arena.c - see arena.h. Chunks are kept in a list; a request larger than a chunk gets one of
 * its own. Clearing keeps the oldest chunk, so that evaluating block after block of rows
 * settles at no allocation at all. */
#include "expr/arena.h"

#include <string.h>

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

char *arena_copy(struct arena *a, const char *s, size_t n) {
  char *copy = n < SIZE_MAX ? arena_alloc(a, n + 1) : NULL;
  if (!copy) return NULL;
  if (n) memcpy(copy, s, n);
  copy[n] = '\0';
  return copy;
}

void arena_clear(struct arena *a) {
  while (a->chunks && a->chunks->next) {
    struct arena_chunk *next = a->chunks->next;
    mem_free(a->mem, a->chunks);
    a->chunks = next;
  }
  if (a->chunks) a->chunks->used = 0;
  a->used = 0;
}

void arena_free(struct arena *a) {
  while (a->chunks) {
    struct arena_chunk *next = a->chunks->next;
    mem_free(a->mem, a->chunks);
    a->chunks = next;
  }
  a->used = 0;
}

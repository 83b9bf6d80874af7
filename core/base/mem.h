/* mem.h - the one allocator: every byte of the engine, of Lua, of SQLite and of libcsv.
 *
 * It counts what is in use, refuses beyond a cap, and can be told to fail the n-th request,
 * once or from then on, so that tests can walk through every out-of-memory path. A block
 * carries its size in a 16-byte header; blocks are aligned for any type.
 *
 * Threads: a mem belongs to one handle and one thread; workers never allocate.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mem {
  size_t used;       /* bytes handed out now, headers left out */
  size_t peak;       /* the most that `used` has been */
  size_t cap;        /* 0 = no cap */
  uint64_t requests; /* allocations and growths asked for so far */
  uint64_t fail_at;  /* the request that fails; 0 = none */
  bool fail_on;      /* fail all requests after fail_at too */
};

/* All return NULL when memory is exhausted, over the cap, told to fail, or when the size
 * overflows. A size of 0 gives a block that may be freed like any other. */
void *mem_alloc(struct mem *m, size_t size);
void *mem_zero(struct mem *m, size_t count, size_t size);          /* count * size, zeroed */
void *mem_array(struct mem *m, size_t count, size_t size);         /* count * size */
void *mem_resize(struct mem *m, void *block, size_t size);         /* NULL block = alloc; a smaller
                                                                      size is always given */
void *mem_resize_array(struct mem *m, void *block, size_t count, size_t size);
char *mem_copy(struct mem *m, const char *s, size_t n);            /* n bytes and a final NUL */
void mem_free(struct mem *m, void *block);                         /* NULL is fine */
size_t mem_size(const void *block);                                /* as asked for */

#endif

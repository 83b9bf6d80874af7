/* mem.c - see mem.h.
 *
 * Each block is preceded by a header of 16 bytes that keeps its size, so that the count of what
 * is in use needs nobody's help, Lua's and SQLite's blocks included; 16 keeps what malloc
 * aligned aligned. A request is counted before it is judged, so that the n-th request is the
 * same one on every run, whether or not one before it was refused.
 *
 * Giving back and shrinking are never refused: Lua's collector and every cleanup path rely on
 * it.
 *
 * A large block begins where a large page of the system does, and asks for such pages where there
 * are any. The first touch of a page stops the processor for about half a microsecond; eight
 * megabytes, a column of a million doubles, are 2,000 pages of 4 kB or four of 2 MB. It is a hint
 * that nothing depends on. A last page that is used by more than half is taken whole, so such a
 * block costs at most a quarter more than was asked for.
 */
#define _DEFAULT_SOURCE /* madvise */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HEADER = 16, LARGE_PAGE = 2 << 20, LARGE_BLOCK = LARGE_PAGE };

/* The header in front of a block of ours. */
static size_t *size_of(void *block) { return (size_t *)(void *)((char *)block - HEADER); }

/* May a request that adds `more` bytes be granted? Counts it either way. The cap is compared
 * without a sum, which could overflow. */
static bool granted(struct mem *m, size_t more) {
  m->requests++;
  if (m->fail_at && (m->requests == m->fail_at || (m->fail_on && m->requests > m->fail_at)))
    return false;
  return !m->cap || (more <= m->cap && m->used <= m->cap - more);
}

/* `more` bytes were handed out. */
static void account(struct mem *m, size_t more) {
  m->used += more;
  if (m->used > m->peak) m->peak = m->used;
}

/* A large block, in large pages where the system has them; NULL when memory runs out. */
static void *get_large(size_t size) {
  size_t part = size % LARGE_PAGE, whole = size - part;
  if (part > LARGE_PAGE / 2) size = whole += LARGE_PAGE;
  void *raw;
  if (posix_memalign(&raw, LARGE_PAGE, size)) return NULL;
#ifdef MADV_HUGEPAGE
  (void)madvise(raw, whole, MADV_HUGEPAGE);
#endif
  return raw;
}

/* Neither sum sees an overflow: the first test is for that. */
void *mem_alloc(struct mem *m, size_t size) {
  if (size > SIZE_MAX - HEADER - LARGE_PAGE || !granted(m, size)) return NULL;
  char *raw = size < LARGE_BLOCK ? malloc(size + HEADER) : get_large(size + HEADER);
  if (!raw) return NULL;
  account(m, size);
  *(size_t *)(void *)raw = size;
  return raw + HEADER;
}

/* The product is checked, which is what this function is for. */
void *mem_array(struct mem *m, size_t count, size_t size) {
  if (size && count > SIZE_MAX / size) return NULL;
  return mem_alloc(m, count * size);
}

/* Zeroed by hand: blocks that the system hands out again are not zero. */
void *mem_zero(struct mem *m, size_t count, size_t size) {
  void *block = mem_array(m, count, size);
  if (block) memset(block, 0, count * size);
  return block;
}

/* Growing may be refused and leaves the block as it was. Shrinking is always granted; should
 * the system not shrink the block, it stays where it is and counts as small. */
void *mem_resize(struct mem *m, void *block, size_t size) {
  if (!block) return mem_alloc(m, size);
  size_t before = *size_of(block);
  if (size > SIZE_MAX - HEADER) return NULL;
  if (size > before && !granted(m, size - before)) return NULL;
  char *raw = realloc((char *)block - HEADER, size + HEADER);
  if (!raw && size > before) return NULL;
  if (!raw) raw = (char *)block - HEADER;
  m->used -= before;
  account(m, size);
  *(size_t *)(void *)raw = size;
  return raw + HEADER;
}

/* The product is checked; on failure the block is untouched. */
void *mem_resize_array(struct mem *m, void *block, size_t count, size_t size) {
  if (size && count > SIZE_MAX / size) return NULL;
  return mem_resize(m, block, count * size);
}

/* The copy is a C string too, when the bytes hold no NUL. */
char *mem_copy(struct mem *m, const char *s, size_t n) {
  if (n == SIZE_MAX) return NULL;
  char *copy = mem_alloc(m, n + 1);
  if (!copy) return NULL;
  if (n) memcpy(copy, s, n);
  copy[n] = '\0';
  return copy;
}

/* The size comes off the count; blocks go back in any order. */
void mem_free(struct mem *m, void *block) {
  if (!block) return;
  m->used -= *size_of(block);
  free((char *)block - HEADER);
}

/* SQLite asks for it. */
size_t mem_size(const void *block) {
  return *(const size_t *)(const void *)((const char *)block - HEADER);
}

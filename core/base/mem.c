/* mem.c - see mem.h. The header in front of each block keeps its size. */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 16 };

static size_t *size_of(void *block) { return (size_t *)(void *)((char *)block - HEADER); }

/* May a request that adds `more` bytes be granted? Counts it either way. */
static bool granted(struct mem *m, size_t more) {
  m->requests++;
  if (m->fail_at && (m->requests == m->fail_at || (m->fail_on && m->requests > m->fail_at)))
    return false;
  return !m->cap || (more <= m->cap && m->used <= m->cap - more);
}

static void account(struct mem *m, size_t more) {
  m->used += more;
  if (m->used > m->peak) m->peak = m->used;
}

void *mem_alloc(struct mem *m, size_t size) {
  if (size > SIZE_MAX - HEADER || !granted(m, size)) return NULL;
  char *raw = malloc(size + HEADER);
  if (!raw) return NULL;
  account(m, size);
  *(size_t *)(void *)raw = size;
  return raw + HEADER;
}

void *mem_array(struct mem *m, size_t count, size_t size) {
  if (size && count > SIZE_MAX / size) return NULL;
  return mem_alloc(m, count * size);
}

void *mem_zero(struct mem *m, size_t count, size_t size) {
  void *block = mem_array(m, count, size);
  if (block) memset(block, 0, count * size);
  return block;
}

void *mem_resize(struct mem *m, void *block, size_t size) {
  if (!block) return mem_alloc(m, size);
  size_t before = *size_of(block);
  if (size > SIZE_MAX - HEADER) return NULL;
  if (size > before && !granted(m, size - before)) return NULL;
  char *raw = realloc((char *)block - HEADER, size + HEADER);
  if (!raw) return NULL;
  m->used -= before;
  account(m, size);
  *(size_t *)(void *)raw = size;
  return raw + HEADER;
}

void *mem_resize_array(struct mem *m, void *block, size_t count, size_t size) {
  if (size && count > SIZE_MAX / size) return NULL;
  return mem_resize(m, block, count * size);
}

char *mem_copy(struct mem *m, const char *s, size_t n) {
  if (n == SIZE_MAX) return NULL;
  char *copy = mem_alloc(m, n + 1);
  if (!copy) return NULL;
  if (n) memcpy(copy, s, n);
  copy[n] = '\0';
  return copy;
}

void mem_free(struct mem *m, void *block) {
  if (!block) return;
  m->used -= *size_of(block);
  free((char *)block - HEADER);
}

size_t mem_size(const void *block) {
  return *(const size_t *)(const void *)((const char *)block - HEADER);
}

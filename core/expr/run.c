/* run.c - see run.h.
 *
 * Vectors are of one size, so the pool is a plain stack: released last, taken first, still
 * warm in the cache. A tree that keeps k vectors at once allocates k, in the first block;
 * later blocks allocate none. One vector is BLOCK values of 24 bytes and BLOCK truths, about
 * 25 KiB on a 64-bit machine.
 *
 * Failure: BILAN_NOMEM from the pool or the arena, BILAN_LIMIT when texts grow beyond their
 * bound. A vector that was taken must be released on every path, also after a failure;
 * run_close frees those in the pool only.
 */
#include "expr/run.h"

#include <string.h>

/* Takes no memory. `texts` belongs to the caller, who also clears it between blocks. */
void run_open(struct run *run, bilan *b, const struct expr *e, struct arena *texts) {
  *run = (struct run){.b = b, .e = e, .texts = texts};
}

/* Every vector must be back in the pool by now. */
void run_close(struct run *run) {
  while (run->pool) {
    struct vector *next = run->pool->next;
    mem_free(&run->b->mem, run->pool);
    run->pool = next;
  }
}

/* Its contents are undefined: whoever takes it sets mask and v, or truth. */
bilan_status run_vector(struct run *run, struct vector **out) {
  struct vector *v = run->pool;
  if (v) run->pool = v->next;
  else v = mem_alloc(&run->b->mem, sizeof *v);
  if (!v) return fail_nomem(run->b);
  *out = v;
  return BILAN_OK;
}

/* In any order; `v` is not looked at. */
void run_release(struct run *run, struct vector *v) {
  v->next = run->pool;
  run->pool = v;
}

/* The sum over the block is looked at before the text is added, so it can exceed its bound by
 * one text at most. */
bilan_status run_room(struct run *run, size_t n, char **out) {
  if (n > EXPR_VALUE_MOST || run->texts->used > TEXTS_MOST)
    return fail(run->b, BILAN_LIMIT, "the texts made here are too long: the limit is %d bytes",
                (int)EXPR_VALUE_MOST);
  *out = arena_alloc(run->texts, n + 1);
  return *out ? BILAN_OK : fail_nomem(run->b);
}

/* `s` may point anywhere, also into a text of the same run; n may be 0. */
bilan_status run_text(struct run *run, struct value *out, const char *s, size_t n) {
  char *copy;
  bilan_status status = run_room(run, n, &copy);
  if (status) return status;
  if (n) memcpy(copy, s, n);
  *out = value_text((struct text){copy, n});
  return BILAN_OK;
}

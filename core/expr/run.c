/* run.c - see run.h. */
#include "expr/run.h"

#include <string.h>

void run_open(struct run *run, bilan *b, const struct expr *e, struct arena *texts) {
  *run = (struct run){.b = b, .e = e, .texts = texts};
}

void run_close(struct run *run) {
  while (run->pool) {
    struct vector *next = run->pool->next;
    mem_free(&run->b->mem, run->pool);
    run->pool = next;
  }
}

bilan_status run_vector(struct run *run, struct vector **out) {
  struct vector *v = run->pool;
  if (v) run->pool = v->next;
  else v = mem_alloc(&run->b->mem, sizeof *v);
  if (!v) return fail_nomem(run->b);
  *out = v;
  return BILAN_OK;
}

void run_release(struct run *run, struct vector *v) {
  v->next = run->pool;
  run->pool = v;
}

bilan_status run_room(struct run *run, size_t n, char **out) {
  if (n > EXPR_VALUE_MOST || run->texts->used > TEXTS_MOST)
    return fail(run->b, BILAN_LIMIT, "the texts made here are too long: the limit is %d bytes",
                (int)EXPR_VALUE_MOST);
  *out = arena_alloc(run->texts, n + 1);
  return *out ? BILAN_OK : fail_nomem(run->b);
}

bilan_status run_text(struct run *run, struct value *out, const char *s, size_t n) {
  char *copy;
  bilan_status status = run_room(run, n, &copy);
  if (status) return status;
  if (n) memcpy(copy, s, n);
  *out = value_text((struct text){copy, n});
  return BILAN_OK;
}

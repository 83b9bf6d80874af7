/* run.h - what one evaluation of an expression works with: the block of rows at hand, a pool
 * of vectors, and the memory for texts made on the way.
 *
 * A vector holds the values of one node for one block. A node that is the same for all rows
 * gives one value, with `mask` 0; element i is v[i & mask]. Vectors come from a pool of the
 * run, so a whole evaluation allocates as many as the tree is deep, once.
 *
 * "Rows" are either the rows of the table, or, while a part that depends on one coded column
 * is worked out beforehand, the codes of that column (`levels`). The code is the same.
 */
#ifndef EXPR_RUN_H
#define EXPR_RUN_H

#include "expr/tree.h"

enum { BLOCK = 1024, TEXTS_MOST = 1 << 28 /* bytes of texts made in one block */ };

/* A vector holds values, or truths, or first one and then the other: eval_values and
 * eval_truth say which part is filled. */
struct vector {
  struct vector *next;  /* in the pool */
  size_t mask;          /* 0: v[0] for all rows; else SIZE_MAX */
  struct value v[BLOCK];
  uint8_t truth[BLOCK]; /* an enum truth per row, where truths are asked for */
};

/* One evaluation; on the stack of its caller, for one expression and one thread. */
struct run {
  bilan *b;
  const struct expr *e;
  const struct column *levels; /* NULL: rows of the table */
  size_t first, count;         /* the block */
  enum collation collation;    /* of the call at hand */
  struct arena *texts;         /* where made texts live */
  struct vector *pool;
};

void run_open(struct run *run, bilan *b, const struct expr *e, struct arena *texts);
void run_close(struct run *run); /* frees the pool; idempotent */

bilan_status run_vector(struct run *run, struct vector **out); /* from the pool */
void run_release(struct run *run, struct vector *v);           /* back to it */

/* Room for a text of n bytes and a NUL, kept until the block is done. BILAN_LIMIT beyond
 * EXPR_VALUE_MOST, or TEXTS_MOST in all: expressions come from strangers too. */
bilan_status run_room(struct run *run, size_t n, char **out);

/* Makes *out the text of n bytes at s, copied into such room. */
bilan_status run_text(struct run *run, struct value *out, const char *s, size_t n);

#endif

/* eval.h - the evaluator: a tree worked out for a block of rows at a time.
 *
 * A vector holds the values of one node for one block. A node that is the same for all rows
 * gives one value, with `mask` 0; element i is v[i & mask]. Vectors come from a pool of the
 * run, so a whole evaluation allocates as many as the tree is deep, once.
 *
 * "Rows" are either the rows of the table, or, while a part that depends on one coded column
 * is worked out beforehand, the codes of that column (`levels`). The code is the same.
 */
#ifndef EXPR_EVAL_H
#define EXPR_EVAL_H

#include "expr/tree.h"

enum { BLOCK = 1024, TEXTS_MOST = 1 << 28 /* bytes of texts made in one block */ };

struct vector {
  struct vector *next; /* in the pool */
  size_t mask;         /* 0: v[0] for all rows */
  struct value v[BLOCK];
  uint8_t truth[BLOCK];
};

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
void run_close(struct run *run);
bilan_status run_vector(struct run *run, struct vector **out); /* from the pool */
void run_release(struct run *run, struct vector *v);

/* The values (in v and mask) or truths (in truth, all of the block) of a node. */
bilan_status eval_values(struct run *run, const struct node *node, struct vector *out);
bilan_status eval_truth(struct run *run, const struct node *node, struct vector *out);

/* Makes the text of a value: `n` bytes kept until the block is done. */
bilan_status run_text(struct run *run, struct value *out, const char *s, size_t n);

/* Works out `node` for all levels of node->only; everything goes into e->bound. */
bilan_status eval_levels(bilan *b, struct expr *e, struct node *node);

/* The affinity and collation under which two operands are compared. */
enum affinity compare_affinity(const struct node *x, const struct node *y);
enum collation compare_collation(const struct node *x, const struct node *y);

#endif

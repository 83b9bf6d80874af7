/* result.c - what an expression gives: a domain or a column.
 *
 * Both go through the table block by block: evaluate the root, take what is wanted of the
 * block, clear the texts. Memory stays at a few vectors and the texts of one block, however
 * many rows there are; the result is a bit a row (domain) or a column. Example: with ages 12,
 * NULL, 40 the expression "age >= 15" gives the domain 001 and, derived, the numbers 0, no
 * answer, 1.
 *
 * Owner: the caller owns the domain or the column. On failure *out is untouched and nothing
 * is left behind but the binding.
 */
#include <math.h>
#include <string.h>

#include "data/gather.h"
#include "expr/eval.h"
#include "expr/quick.h"

/* An evaluation of the root, block by block.
 * `out` takes the root's values or truths of the block at hand. */
struct pass {
  struct run run;
  struct arena texts;
  struct vector *out;
};

/* Binds when need be. Close with pass_close in every case. */
static bilan_status pass_open(bilan *b, struct pass *p, struct expr *e, struct table *t) {
  bilan_status status = e->table == t ? BILAN_OK : expr_bind(b, e, t);
  arena_init(&p->texts, &b->mem);
  run_open(&p->run, b, e, &p->texts);
  p->out = NULL;
  return status ? status : run_vector(&p->run, &p->out);
}

/* Safe after a pass_open that failed at any step. */
static void pass_close(struct pass *p) {
  if (p->out) run_release(&p->run, p->out);
  run_close(&p->run);
  arena_free(&p->texts);
}

/* Moves on to the block that begins at row `first`. */
static void pass_block(struct pass *p, size_t first, size_t rows) {
  arena_clear(&p->texts);
  p->run.first = first;
  p->run.count = rows - first < BLOCK ? rows - first : BLOCK;
}

/* ---- filter ----------------------------------------------------------------------------- */

/* The rows of a block that are true, as bits of the domain. BLOCK is a multiple of 64. */
static void set_bits(struct domain *d, size_t first, const uint8_t *truth, size_t count) {
  for (size_t i = 0; i < count; i += 64) {
    uint64_t word = 0;
    size_t most = count - i < 64 ? count - i : 64;
    for (size_t k = 0; k < most; k++) word |= (uint64_t)(truth[i + k] >> 1) << k;
    d->bits[(first + i) >> 6] = word;
    d->count += (size_t)__builtin_popcountll(word);
  }
}

/* Bits are set a word at a time; rows beyond the last keep their zero bits. */
bilan_status expr_filter(bilan *b, struct domain **out, struct expr *e, struct table *t) {
  struct pass p;
  struct domain *d = NULL;
  size_t rows = table_rows(t);
  bilan_status status = pass_open(b, &p, e, t);
  if (!status) status = domain_new(b, &d, rows);
  bool quick = !status && quick_fits_filter(b, e);
  if (quick) status = quick_filter(&p.run, d);
  for (size_t first = 0; !quick && !status && first < rows; first += BLOCK) {
    pass_block(&p, first, rows);
    status = eval_truth(&p.run, e->root, p.out);
    if (!status) set_bits(d, first, p.out->truth, p.run.count);
  }
  pass_close(&p);
  if (status) domain_free(d);
  else *out = d;
  return status;
}

/* ---- derive ----------------------------------------------------------------------------- */

/* Down the tree, in the order of the expression. */
bilan_missing why_missing(const struct node *node, size_t row) {
  if (node->op == OP_ITEM) return column_missing(node->column, row);
  bilan_missing kind = BILAN_PRESENT;
  for (const struct node *c = node->child; c && !kind; c = c->next) kind = why_missing(c, row);
  return kind;
}

/* One value of the result. Booleans are the numbers 0 and 1. Beyond the range of numbers there
 * is no answer, as where a quotient or a logarithm does not exist: a column holds finite
  * ones. */
static bilan_status gather_value(struct gather *g, const struct node *root, struct value v,
                                 size_t row) {
  char room[NUMBER_ROOM];
  if (v.type == VALUE_NULL) {
    bilan_missing kind = why_missing(root, row);
    return gather_missing(g, kind ? kind : BILAN_NO_ANSWER);
  }
  if (v.type == VALUE_TEXT) return gather_text(g, value_as_text(v, room));
  double number = value_to_double(v);
  return isfinite(number) ? gather_number(g, number) : gather_missing(g, BILAN_NO_ANSWER);
}

/* The texts of a CASE's branches become the first levels, in the order written. */
static bilan_status levels_of_branches(struct gather *g, const struct node *node) {
  const struct node *c = node->has_base ? node->child->next : node->child;
  bilan_status status = BILAN_OK;
  for (; c && !status; c = c->next) {
    if (c->next) c = c->next; /* over the condition to its result; ELSE stands alone */
    if (c->op == OP_LITERAL && c->value.type == VALUE_TEXT)
      status = gather_level(g, (struct text){c->value.as.s, c->value.n});
  }
  return status;
}

/* The texts that an item's levels become, in the order of the levels. */
static bilan_status levels_of_item(struct gather *g, const struct node *node) {
  bilan_status status = BILAN_OK;
  for (size_t i = 0; i < node->table->count && !status; i++) {
    struct value v = node->table->values[i];
    if (v.type == VALUE_TEXT) status = gather_level(g, (struct text){v.as.s, v.n});
  }
  return status;
}

bilan_status first_levels(struct gather *g, const struct node *root) {
  if (root->op == OP_CASE) return levels_of_branches(g, root);
  return root->table ? levels_of_item(g, root) : BILAN_OK;
}

/* The values of the block at hand. */
static bilan_status gather_block(struct gather *g, const struct pass *p,
                                 const struct node *root) {
  bilan_status status = BILAN_OK;
  for (size_t i = 0; i < p->run.count && !status; i++)
    status = gather_value(g, root, p->out->v[i & p->out->mask], p->run.first + i);
  return status;
}

/* Values go to the gatherer block by block, since texts live no longer than their block. */
static bilan_status derive_plain(struct pass *p, struct column **out, bilan_kind *kind,
                                 const struct node *root, size_t rows) {
  struct gather g;
  gather_open(p->run.b, &g);
  bilan_status status = first_levels(&g, root);
  for (size_t first = 0; !status && first < rows; first += BLOCK) {
    pass_block(p, first, rows);
    status = eval_values(&p->run, root, p->out);
    if (!status) status = gather_block(&g, p, root);
  }
  if (!status) status = gather_finish(&g, out, kind);
  gather_close(&g);
  return status;
}

/* Quickly where that is possible. */
bilan_status expr_derive(bilan *b, struct column **out, bilan_kind *kind, struct expr *e,
                         struct table *t) {
  struct pass p;
  struct column *made = NULL;
  bilan_status status = pass_open(b, &p, e, t);
  if (!status) status = quick_derive(&p.run, &made, kind, table_rows(t));
  if (!status && !made) status = derive_plain(&p, &made, kind, e->root, table_rows(t));
  pass_close(&p);
  if (!status) *out = made;
  return status;
}

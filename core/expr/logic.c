/* logic.c - operators that answer true, false or unknown, over a block of rows.
 *
 * Truth is three-valued (S. C. Kleene, "Introduction to Metamathematics", 1952, section 64)
 * and coded false 0 < unknown 1 < true 2, so that AND is the minimum, OR the maximum and NOT
 * 2 - x: loops over bytes that compilers turn into vector instructions.
 *
 * Truth tables, read off the codes (F = 0, U = 1, T = 2):
 *
 *   AND = min   F U T      OR = max   F U T      NOT x = 2 - x
 *   F           F F F      F          F U T      F -> T
 *   U           F U U      U          U U T      U -> U
 *   T           F U T      T          T T T      T -> F
 *
 * So "age > 20" is unknown for a row without an age, and so is its negation: a filter keeps
 * neither. IS, IS TRUE and IS FALSE are the operators that are never unknown.
 *
 * Worked example:  x IN (1, NULL)  is T for 1 and U for every other x, never F, since the
 * NULL might have been x; the OR of the comparisons gives exactly that.
 *
 * Owner and failure as in eval.c: vectors of the pool, BILAN_NOMEM and BILAN_LIMIT from the
 * operands alone.
 */
#include "expr/eval.h"
#include "expr/pattern.h"

/* ---- comparison ------------------------------------------------------------------------- */

/* Truth by the sign of the order: less, equal, greater. */
static const uint8_t *truths_of(char sign) {
  static const uint8_t less[] = {2, 0, 0}, at_most[] = {2, 2, 0}, equal[] = {0, 2, 0},
                       unequal[] = {2, 0, 2}, at_least[] = {0, 2, 2}, greater[] = {0, 0, 2};
  switch (sign) {
    case '<': return less;
    case 'l': return at_most;
    case '=': return equal;
    case '!': return unequal;
    case 'g': return at_least;
    default: return greater;
  }
}

/* value_compare_as with the common case, whole numbers, decided on the spot. */
static inline int order_of(const struct value *a, const struct value *b,
                           enum affinity affinity, enum collation collation) {
  if (a->type == VALUE_INTEGER && b->type == VALUE_INTEGER && affinity != AFFINITY_TEXT)
    return (a->as.i > b->as.i) - (a->as.i < b->as.i);
  return value_compare_as(*a, *b, affinity, collation);
}

/* truth[i] = x[i] <sign> y[i], unknown where one is NULL. */
static void compare(struct run *run, uint8_t *truth, char sign, const struct vector *x,
                    const struct vector *y, enum affinity affinity, enum collation collation) {
  const uint8_t *truths = truths_of(sign);
  for (size_t i = 0; i < run->count; i++) {
    const struct value *a = &x->v[i & x->mask], *b = &y->v[i & y->mask];
    truth[i] = a->type == VALUE_NULL || b->type == VALUE_NULL
                   ? TRUTH_UNKNOWN
                   : truths[order_of(a, b, affinity, collation) + 1];
  }
}

/* CASE with a base asks for this too: CASE x WHEN y is x = y, so a NULL base takes no
 * branch. */
void logic_equal(struct run *run, uint8_t *truth, const struct vector *x,
                 const struct vector *y, enum affinity affinity, enum collation collation) {
  compare(run, truth, '=', x, y, affinity, collation);
}

/* A number that a double holds exactly? It does so with every integer up to 2^53. */
static bool is_exact(struct value v) {
  const int64_t most = INT64_C(1) << 53;
  return v.type == VALUE_REAL || (v.type == VALUE_INTEGER && v.as.i <= most && v.as.i >= -most);
}

/* x <sign> constant for an item of plain numbers, straight from the column: false when the
 * operands are not like that. */
static bool compare_column(struct run *run, uint8_t *truth, char sign, const struct node *x,
                           const struct vector *y) {
  struct value v = y->v[0];
  if (run->levels || x->op != OP_ITEM || x->column->type != COLUMN_NUMBERS) return false;
  if (y->mask || !is_exact(v)) return false;
  const uint8_t *truths = truths_of(sign);
  const double *numbers = x->column->numbers + run->first, bound = value_to_double(v);
  const uint8_t *missing = x->column->missing;
  for (size_t i = 0; i < run->count; i++)
    truth[i] = truths[1 + (numbers[i] > bound) - (numbers[i] < bound)];
  for (size_t i = 0; missing && i < run->count; i++)
    if (missing[run->first + i]) truth[i] = TRUTH_UNKNOWN;
  return true;
}

/* truth = x <sign> y, with y worked out into `right`, and x into `left` when it is needed and
 * *ready does not say that it is there. */
static bilan_status compare_nodes(struct run *run, uint8_t *truth, char sign,
                                  const struct node *x, const struct node *y,
                                  struct vector *left, struct vector *right, bool *ready) {
  bilan_status status = eval_values(run, y, right);
  if (status || compare_column(run, truth, sign, x, right)) return status;
  if (!*ready) status = eval_values(run, x, left);
  if (status) return status;
  *ready = true;
  compare(run, truth, sign, left, right, compare_affinity(x, y), compare_collation(x, y));
  return BILAN_OK;
}

/* The values of both operands, the left in `out`, the right in a vector of the pool. */
static bilan_status two_operands(struct run *run, const struct node *node, struct vector *out,
                                 struct vector **right) {
  bilan_status status = eval_values(run, node->child, out);
  if (!status) status = run_vector(run, right);
  if (status) return status;
  status = eval_values(run, node->child->next, *right);
  if (status) run_release(run, *right);
  return status;
}

/* x <sign> y. The right side first: when it is a constant, the left may not need to be worked
 * out at all. */
static bilan_status eval_compare(struct run *run, const struct node *node, struct vector *out) {
  struct vector *right = NULL;
  bool ready = false;
  bilan_status status = run_vector(run, &right);
  if (status) return status;
  status = compare_nodes(run, out->truth, node->sign, node->child, node->child->next, out, right,
                         &ready);
  run_release(run, right);
  return status;
}

/* Equal, two NULLs included; never unknown. */
static bilan_status eval_is(struct run *run, const struct node *node, struct vector *out) {
  struct vector *right = NULL;
  const struct node *x = node->child, *y = x->next;
  bilan_status status = two_operands(run, node, out, &right);
  if (status) return status;
  enum affinity affinity = compare_affinity(x, y);
  enum collation collation = compare_collation(x, y);
  for (size_t i = 0; i < run->count; i++) {
    struct value a = out->v[i & out->mask], b = right->v[i & right->mask];
    bool nulls = a.type == VALUE_NULL || b.type == VALUE_NULL;
    bool same = nulls ? a.type == b.type : !value_compare_as(a, b, affinity, collation);
    out->truth[i] = same != node->negated ? TRUTH_TRUE : TRUTH_FALSE;
  }
  run_release(run, right);
  return BILAN_OK;
}

/* x IS [NOT] TRUE or FALSE: never unknown. */
static bilan_status eval_is_truth(struct run *run, const struct node *node,
                                  struct vector *out) {
  bilan_status status = eval_truth(run, node->child, out);
  uint8_t wanted = node->value.as.i ? TRUTH_TRUE : TRUTH_FALSE;
  for (size_t i = 0; !status && i < run->count; i++)
    out->truth[i] = (out->truth[i] == wanted) != node->negated ? TRUTH_TRUE : TRUTH_FALSE;
  return status;
}

/* ---- NOT, AND, OR ----------------------------------------------------------------------- */

/* NOT, in place. */
static void negate(struct run *run, uint8_t *truth) {
  for (size_t i = 0; i < run->count; i++) truth[i] = (uint8_t)(TRUTH_TRUE - truth[i]);
}

/* x = x AND y, in place. */
static void least(struct run *run, uint8_t *x, const uint8_t *y) {
  for (size_t i = 0; i < run->count; i++) x[i] = x[i] < y[i] ? x[i] : y[i];
}

/* x = x OR y, in place. */
static void greatest(struct run *run, uint8_t *x, const uint8_t *y) {
  for (size_t i = 0; i < run->count; i++) x[i] = x[i] > y[i] ? x[i] : y[i];
}

/* NOT x: unknown stays unknown. */
static bilan_status eval_not(struct run *run, const struct node *node, struct vector *out) {
  bilan_status status = eval_truth(run, node->child, out);
  if (!status) negate(run, out->truth);
  return status;
}

/* Both sides are worked out for every row: nothing in the language has side effects. */
static bilan_status eval_and_or(struct run *run, const struct node *node, struct vector *out) {
  struct vector *right = NULL;
  bilan_status status = eval_truth(run, node->child, out);
  if (!status) status = run_vector(run, &right);
  if (status) return status;
  status = eval_truth(run, node->child->next, right);
  if (!status) (node->op == OP_AND ? least : greatest)(run, out->truth, right->truth);
  run_release(run, right);
  return status;
}

/* ---- IN, BETWEEN, LIKE, GLOB ------------------------------------------------------------ */

/* The OR of x = y over the list. Only x's own affinity and collation count. */
static bilan_status eval_in(struct run *run, const struct node *node, struct vector *out) {
  const struct node *x = node->child;
  struct vector *item = NULL;
  bilan_status status = eval_values(run, x, out);
  if (!status) status = run_vector(run, &item);
  if (status) return status;
  for (size_t i = 0; i < run->count; i++) out->truth[i] = TRUTH_FALSE;
  for (const struct node *y = x->next; y && !status; y = y->next) {
    status = eval_values(run, y, item);
    if (status) break;
    logic_equal(run, item->truth, out, item, x->affinity, compare_collation(x, x));
    greatest(run, out->truth, item->truth);
  }
  if (node->negated) negate(run, out->truth);
  run_release(run, item);
  return status;
}

/* x >= low AND x <= high, each under its own affinity. When x is worked out only for the second
 * bound it is a plain item, so the first truth, in the same vector, stays. */
static bilan_status eval_between(struct run *run, const struct node *node, struct vector *out) {
  const struct node *x = node->child, *low = x->next, *high = low->next;
  struct vector *bound = NULL;
  bool ready = false;
  bilan_status status = run_vector(run, &bound);
  if (status) return status;
  status = compare_nodes(run, out->truth, 'g', x, low, out, bound, &ready);
  if (!status) status = compare_nodes(run, bound->truth, 'l', x, high, out, bound, &ready);
  if (!status) least(run, out->truth, bound->truth);
  if (!status && node->negated) negate(run, out->truth);
  run_release(run, bound);
  return status;
}

/* One value against one pattern; numbers count as their text. */
static bool matches(const struct node *node, struct value x, struct value pattern) {
  char room[NUMBER_ROOM], pattern_room[NUMBER_ROOM];
  struct text text = value_as_text(x, room), p = value_as_text(pattern, pattern_room);
  return node->op == OP_LIKE ? pattern_like(text, p, node->escape) : pattern_glob(text, p);
}

/* LIKE and GLOB; the pattern may differ from row to row. */
static bilan_status eval_like(struct run *run, const struct node *node, struct vector *out) {
  struct vector *right = NULL;
  bilan_status status = two_operands(run, node, out, &right);
  if (status) return status;
  for (size_t i = 0; i < run->count; i++) {
    struct value x = out->v[i & out->mask], pattern = right->v[i & right->mask];
    if (x.type == VALUE_NULL || pattern.type == VALUE_NULL) out->truth[i] = TRUTH_UNKNOWN;
    else out->truth[i] = matches(node, x, pattern) != node->negated ? TRUTH_TRUE : TRUTH_FALSE;
  }
  run_release(run, right);
  return BILAN_OK;
}

/* ---- dispatch --------------------------------------------------------------------------- */

typedef bilan_status (*logic_function)(struct run *, const struct node *, struct vector *);

/* NULL for the operators that give values; logic_has asks for that. */
static const logic_function evaluators[OP_COUNT] = {
    [OP_COMPARE] = eval_compare, [OP_IS] = eval_is,   [OP_IS_TRUTH] = eval_is_truth,
    [OP_NOT] = eval_not,         [OP_AND] = eval_and_or, [OP_OR] = eval_and_or,
    [OP_IN] = eval_in,           [OP_BETWEEN] = eval_between, [OP_LIKE] = eval_like,
    [OP_GLOB] = eval_like,
};

/* True for the operators with a row in the table above. */
bool logic_has(const struct node *node) { return evaluators[node->op] != NULL; }

bilan_status logic_eval(struct run *run, const struct node *node, struct vector *out) {
  return evaluators[node->op](run, node, out);
}

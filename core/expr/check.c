/* check.c - binds a tree to a table: names become columns, functions and options; each node
 * learns its affinity and what it depends on; parts that depend on one coded column only are
 * worked out for its levels.
 *
 * Affinity follows SQLite: an item, a CAST and a COLLATE of them have one, every other
 * expression (also +item) has none. A number has NUMERIC affinity, everything else TEXT.
 *
 * What the checker leaves on a node, for "revenu > 2 * 1000 and genre = 'fille'":
 *
 *   2 * 1000         constant: worked out once a block
 *   revenu > ...     only = NULL (numbers): row by row
 *   genre = 'fille'  only = genre: a table of truths by code, then one load per row
 *
 * An expression may be bound again, to another table or to the same one after a change: each
 * node is reset first. Errors are BILAN_USAGE, point at the name, and name the nearest one
 * that exists. Cost: the nodes, plus a look through the names for each item, plus the levels
 * of each part that is tabulated.
 */
#include <math.h>
#include <string.h>

#include "base/names.h"
#include "expr/eval.h"
#include "expr/functions.h"
#include "expr/lex.h"

/* What every step needs: the handle for messages, the expression, the table that lends its
 * columns. */
struct checker {
  bilan *b;
  struct expr *e;
  struct table *table;
};

/* expr_point for a node's place. */
static bilan_status point(const struct checker *k, const struct node *at, bilan_status status) {
  return expr_point(k->b, k->e, at->at, status);
}

/* ---- names ------------------------------------------------------------------------------ */

/* An exact name first; else the only one that differs in ASCII case, as SQL has it.
 * SIZE_MAX when there is none, and when two names differ from it in case only: then neither
 * is meant for sure. */
static size_t find_item(const struct table *t, struct text name) {
  size_t place = table_find(t, name), found = SIZE_MAX;
  if (place != SIZE_MAX) return place;
  for (size_t i = 0; i < table_count(t); i++) {
    if (!lex_same_word(table_name(t, i), name)) continue;
    if (found != SIZE_MAX) return SIZE_MAX;
    found = i;
  }
  return found;
}

/* The table's own message with the nearest names; for a "..." name also what it was not.
 * literal_truth on a name means that it was written "...", which SQL dialects often take for
 * a text. */
static bilan_status no_item(const struct checker *k, const struct node *node) {
  bilan_status status = table_no_item(k->b, k->table, node->name);
  if (status == BILAN_USAGE && node->literal_truth) {
    char before[MESSAGE_ROOM];
    memcpy(before, k->b->message, sizeof before);
    status = fail(k->b, BILAN_USAGE, "%s (a text is written '...')", before);
  }
  return point(k, node, status);
}

/* Fails with "no WHAT "typed"" and the nearest of `names`.
 * Always fails; `typed` is what was written. */
static bilan_status no_such(const struct checker *k, const struct node *at, const char *what,
                            struct text typed, const struct text *names, size_t count) {
  size_t best[NAMES_BEST];
  bilan_status status;
  if (names_nearest(&k->b->mem, names, count, typed, best))
    status = fail(k->b, BILAN_USAGE, "no %s \"%.*s\"; did you mean \"%.*s\"?", what,
                  (int)typed.n, typed.s, (int)names[best[0]].n, names[best[0]].s);
  else
    status = fail(k->b, BILAN_USAGE, "no %s \"%.*s\"", what, (int)typed.n, typed.s);
  return point(k, at, status);
}

/* An aggregate or a clock in an expression deserves more than "no function". */
static const char *why_not(struct text name) {
  static const char *const aggregates[] = {"count", "sum", "avg", "total", "group_concat"};
  for (size_t i = 0; i < sizeof aggregates / sizeof aggregates[0]; i++)
    if (lex_same_word(name, text_of(aggregates[i])))
      return "works on many rows, an expression on one; use an estimate or a query";
  return NULL;
}

/* Names the nearest function; an aggregate is told apart. */
static bilan_status no_function(const struct checker *k, const struct node *node) {
  const char *const *known = expr_function_names(), *why = why_not(node->name);
  struct text names[64];
  size_t count = 0;
  if (why)
    return point(k, node, fail(k->b, BILAN_USAGE, "%.*s %s", (int)node->name.n, node->name.s,
                               why));
  for (; known[count] && count < sizeof names / sizeof names[0]; count++)
    names[count] = text_of(known[count]);
  return no_such(k, node, "function", node->name, names, count);
}

/* ---- items ------------------------------------------------------------------------------ */

/* Finds the column and decides whether the item is a number or a text here.
 * A coded column is its own `only`: a part that depends on nothing else can be tabulated. */
static bilan_status check_item(const struct checker *k, struct node *node) {
  size_t place = find_item(k->table, node->name);
  if (place == SIZE_MAX) return no_item(k, node);
  struct column *c = NULL;
  bilan_status status = table_get(k->b, &c, k->table, place);
  if (status) return status;
  bool numeric = column_is_numeric(c);
  node->labelled = numeric && !column_shows_numbers(c, table_kind(k->table, place));
  node->affinity = numeric && !node->labelled ? AFFINITY_NUMERIC : AFFINITY_TEXT;
  node->column = c;
  node->only = c->type == COLUMN_CODES ? c : NULL;
  return BILAN_OK;
}

/* ---- calls ------------------------------------------------------------------------------ */

/* Operands of a node, arguments of a call. */
static size_t count_children(const struct node *node) {
  size_t n = 0;
  for (const struct node *c = node->child; c; c = c->next) n++;
  return n;
}

/* "round takes at most 2 arguments, not 3". */
static bilan_status wrong_count(const struct checker *k, const struct node *node, size_t least,
                                size_t most) {
  size_t given = count_children(node);
  const char *less = given < least ? "at least" : "at most";
  size_t wanted = given < least ? least : most;
  return point(k, node,
               fail(k->b, BILAN_USAGE, "%.*s takes %s %zu argument%s, not %zu",
                    (int)node->name.n, node->name.s, least == most ? "exactly" : less, wanted,
                    wanted == 1 ? "" : "s", given));
}

/* The option's own column, for has(item, 'option').
 * dict_find gives 0 for no level, and no option has code 0. */
static bilan_status check_option(const struct checker *k, struct node *node) {
  const struct node *option = node->child->next;
  const struct column *set = node->child->column;
  if (option->op != OP_LITERAL || option->value.type != VALUE_TEXT)
    return point(k, option, fail(k->b, BILAN_USAGE, "has takes an option written 'like this'"));
  struct text label = {option->value.as.s, option->value.n};
  uint32_t code = dict_find(set->dict, label);
  if (code && code <= set->option_count) {
    node->column = node->only = set->options[code - 1];
    return BILAN_OK;
  }
  struct text *names = mem_array(&k->b->mem, set->option_count + 1, sizeof *names);
  if (!names) return fail_nomem(k->b);
  for (uint32_t i = 0; i < set->option_count; i++)
    names[i] = dict_level(set->dict, i + 1)->label;
  bilan_status status = no_such(k, option, "option", label, names, set->option_count);
  mem_free(&k->b->mem, names);
  return status;
}

/* Is the item of the type that the word asks for? */
static bilan_status check_word_type(const struct checker *k, const struct node *node,
                                    const struct node *item) {
  enum column_type type = item->column->type;
  bool set = node->word == WORD_OF_HAS || node->word == WORD_OF_TICKED;
  bool levels = node->word == WORD_OF_LABEL || node->word == WORD_OF_VALUE;
  bool numbers = node->word == WORD_OF_VALUE && type == COLUMN_NUMBERS;
  if (set && type != COLUMN_SET)
    return point(k, item, fail(k->b, BILAN_USAGE, "%.*s is for items with several answers",
                               (int)node->name.n, node->name.s));
  if (levels && type != COLUMN_CODES && !numbers)
    return point(k, item, fail(k->b, BILAN_USAGE, "%.*s is for items with levels",
                               (int)node->name.n, node->name.s));
  return BILAN_OK;
}

/* A survey word: its argument must be an item of the right type. */
static bilan_status check_word(const struct checker *k, struct node *node) {
  size_t wanted = node->word == WORD_OF_HAS ? 2 : 1;
  if (count_children(node) != wanted) return wrong_count(k, node, wanted, wanted);
  struct node *item = node->child;
  if (item->op != OP_ITEM)
    return point(k, item, fail(k->b, BILAN_USAGE, "%.*s takes the name of an item",
                               (int)node->name.n, node->name.s));
  bilan_status status = check_item(k, item);
  if (status) return status;
  node->column = item->column;
  node->only = item->only;
  status = check_word_type(k, node, item);
  return !status && node->word == WORD_OF_HAS ? check_option(k, node) : status;
}

/* Finds the function and counts its arguments. */
static bilan_status check_call(const struct checker *k, struct node *node) {
  size_t given = count_children(node);
  node->function = function_find(node->name);
  if (!node->function) return no_function(k, node);
  if (given >= node->function->least && given <= node->function->most) return BILAN_OK;
  return wrong_count(k, node, node->function->least, node->function->most);
}

/* ---- traps ------------------------------------------------------------------------------ */

/* Is it a number written in the expression, perhaps with a sign? */
static bool is_number(const struct node *node) {
  if (node->op == OP_NEGATE || node->op == OP_PLUS) return is_number(node->child);
  return node->op == OP_LITERAL && !node->literal_truth &&
         (node->value.type == VALUE_INTEGER || node->value.type == VALUE_REAL);
}

/* An item that shows labels, compared with a number, would silently never match: say so.
 * Example: "niveau > 2" where niveau shows "primaire", "collège", ...: SQL would compare text
 * with a number and call every text the greater. */
static bilan_status check_labelled(const struct checker *k, const struct node *node) {
  const struct node *item = NULL;
  bool number = false;
  if (node->op != OP_COMPARE && node->op != OP_IN && node->op != OP_BETWEEN) return BILAN_OK;
  for (const struct node *c = node->child; c; c = c->next) {
    if (c->op == OP_ITEM && c->labelled) item = c;
    number = number || is_number(c);
  }
  if (!item || !number) return BILAN_OK;
  return point(k, item,
               fail(k->b, BILAN_USAGE, "the levels of \"%.*s\" are labels; its numbers are "
                    "value(%.*s)", (int)item->name.n, item->name.s, (int)item->name.n,
                    item->name.s));
}

/* ---- the walk --------------------------------------------------------------------------- */

/* What a node depends on, from what its operands do; and the collation that the first operand
 * with an explicit one passes on, through any operator, as SQLite has it.
 * Constants do not matter; two different columns, or one that has no codes, end it. */
static void merge_operands(struct node *node) {
  bool mixed = false;
  node->constant = true;
  node->only = NULL;
  for (const struct node *c = node->child; c; c = c->next) {
    if (c->collates && !node->collates) {
      node->collates = true;
      node->collation = c->collation;
    }
    if (c->constant) continue;
    node->constant = false;
    mixed = mixed || !c->only || (node->only && node->only != c->only);
    node->only = c->only;
  }
  if (mixed) node->only = NULL;
}

/* A call is of a survey word where it has the name of one. */
static bool is_word(struct node *node) {
  if (node->op != OP_CALL && node->op != OP_WORD) return false;
  node->word = word_find(node->name);
  node->op = node->word == WORDS ? OP_CALL : OP_WORD;
  return node->op == OP_WORD;
}

/* What an operator gives its value, once its operands are checked. */
static enum affinity operator_affinity(const struct node *node) {
  if (node->op == OP_COLLATE) return node->child->affinity;
  if (node->op != OP_CAST) return AFFINITY_NONE;
  return node->sign == 't' ? AFFINITY_TEXT : AFFINITY_NUMERIC;
}

/* Checks a node after its operands. Everything a former binding left is reset.
 * A survey word does not check its operands by this walk: its item is looked up by check_word
 * itself. */
static bilan_status check_node(const struct checker *k, struct node *node) {
  node->affinity = AFFINITY_NONE;
  node->constant = false;
  node->table = NULL;
  node->column = node->only = NULL;
  if (node->op == OP_ITEM) return check_item(k, node);
  if (is_word(node)) return check_word(k, node);
  bilan_status status = BILAN_OK;
  for (struct node *c = node->child; c && !status; c = c->next) status = check_node(k, c);
  if (!status && node->op == OP_CALL) status = check_call(k, node);
  if (!status) status = check_labelled(k, node);
  merge_operands(node);
  node->affinity = operator_affinity(node);
  return status;
}

/* Works out the largest parts that depend on one coded column.
 * A survey word over a SET has no levels: it is worked out row by row. */
static bilan_status tabulate(const struct checker *k, struct node *node) {
  if (node->only) return eval_levels(k->b, k->e, node);
  if (node->op == OP_WORD) return BILAN_OK;
  bilan_status status = BILAN_OK;
  for (struct node *c = node->child; c && !status; c = c->next) status = tabulate(k, c);
  return status;
}

/* A failed binding leaves the expression unbound.
 * The table is held until the next binding or expr_free. */
bilan_status expr_bind(bilan *b, struct expr *e, struct table *t) {
  struct checker k = {b, e, t};
  table_free(e->table);
  e->table = NULL;
  arena_clear(&e->bound);
  bilan_status status = check_node(&k, e->root);
  if (!status) status = tabulate(&k, e->root);
  if (!status) e->table = table_hold(t);
  return status;
}

/* Down the tree; its height is bounded (EXPR_DEPTH_MOST). */
static void mark_items(const struct node *node, const struct table *t, bool *used) {
  size_t place = node->op == OP_ITEM ? find_item(t, node->name) : SIZE_MAX;
  if (place != SIZE_MAX) used[place] = true;
  for (const struct node *c = node->child; c; c = c->next) mark_items(c, t, used);
}

/* Works on an expression as it was parsed; nothing is bound. */
void expr_items(const struct expr *e, const struct table *t, bool *used) {
  mark_items(e->root, t, used);
}

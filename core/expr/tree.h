/* tree.h - what parser, checker and evaluator share: the tree of an expression.
 *
 * A node lives in the expression's arena. Its operands hang in a list (child, then next).
 * The parser fills the first part; the checker, once per table, the second.
 *
 * Worked example: "age >= 15 and genre = 'fille'" becomes
 *
 *   OP_AND
 *     OP_COMPARE sign 'g'            only = NULL when age is a column of numbers
 *       OP_ITEM age, OP_LITERAL 15
 *     OP_COMPARE sign '='            only = genre's column: this part gets a level table
 *       OP_ITEM genre, OP_LITERAL 'fille'
 *
 * Invariants: height is 1 + the largest height of the operands and never exceeds
 * EXPR_DEPTH_MOST, so recursion along the tree is safe; `table` is set on the largest parts
 * that depend on one coded column, and stays until the next binding; columns are lent by the
 * table that the expression holds.
 */
#ifndef EXPR_TREE_H
#define EXPR_TREE_H

#include "expr/arena.h"
#include "expr/expr.h"
#include "expr/value.h"

enum op {
  OP_LITERAL, /* value */
  OP_ITEM,    /* name -> column */
  OP_CALL,    /* name -> function; operands are its arguments */
  OP_WORD,    /* name -> word: a question about an item itself; the item is its operand */
  OP_NEGATE, OP_PLUS, OP_INVERT, OP_NOT,
  OP_ARITHMETIC, /* sign: + - * / % */
  OP_BITS,       /* sign: & | < > (the shifts) */
  OP_CONCAT,
  OP_COMPARE, /* sign: < l > g = ! (l, g: or equal; !: unequal) */
  OP_IS,      /* negated: IS NOT */
  OP_IS_TRUTH, /* x IS TRUE, IS FALSE: value is 1 or 0 */
  OP_IN,      /* x, then the list */
  OP_BETWEEN, /* x, low, high */
  OP_LIKE,    /* x, pattern; escape */
  OP_GLOB,
  OP_AND, OP_OR,
  OP_CASE,    /* [base,] when, then, when, then, ... [, else] */
  OP_CAST,    /* sign: i r t n */
  OP_COLLATE, /* collation */
  OP_COUNT
};

/* Questions about an item itself, not about its value. */
enum word { WORD_OF_ANSWERED, WORD_OF_MISSING, WORD_OF_HAS, WORD_OF_TICKED, WORD_OF_LABEL,
            WORD_OF_VALUE, WORDS };

struct function;

/* A node worked out for every level of the one coded column it depends on.
 * All arrays are indexed by code, 0 .. count - 1, so codes of missing answers have their
 * entry too; `yes` and `unknown` are choices of codes (data/bitmap.h), as lanes.h needs them. */
struct level_table {
  size_t count;
  struct value *values;
  uint8_t *truth;
  uint64_t *yes, *unknown; /* where it is true; where it is NULL */
  double *numbers;         /* NaN: NULL. NULL unless every value is a number that lanes take */
  bool typed;              /* a whole number here may be a real */
};

/* Made zeroed by the parser, so that what an operator does not use is zero; lives and dies
 * with the expression. */
struct node {
  /* by the parser */
  enum op op;
  char sign;
  bool negated, has_base, literal_truth;
  uint32_t escape; /* LIKE: the escape character; 0 = none */
  enum collation collation; /* COLLATE's own; of other operators by the checker */
  bool collates;            /* is the collation explicit? */
  unsigned height;
  size_t at; /* offset in the source, for messages */
  struct text name;
  struct value value;
  struct node *child, *next;
  /* by the checker */
  enum affinity affinity;
  enum word word;
  const struct function *function;
  const struct column *column; /* ITEM, WORD: its column; has(): the option's column */
  const struct column *only;   /* the one coded column that the value depends on */
  bool constant;               /* depends on no column */
  bool labelled;               /* ITEM: its labels are shown, but levels carry numbers too */
  struct level_table *table;
};

/* Freed by expr_free; nodes point into `tree`, tables of levels into `bound`. */
struct expr {
  struct mem *mem;
  struct text source;
  struct arena tree;  /* nodes, names, literals */
  struct arena bound; /* level tables and their texts */
  struct node *root;
  size_t nodes;
  struct table *table; /* held; NULL: not bound */
};

/* Puts the place in front of the handle's message, and the line with a caret behind it;
 * returns `status`. Only BILAN_USAGE and BILAN_LIMIT point; others pass unchanged. */
bilan_status expr_point(bilan *b, const struct expr *e, size_t at, bilan_status status);

#endif

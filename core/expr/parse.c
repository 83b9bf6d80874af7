/* parse.c - tokens into a tree, by operator precedence (V. R. Pratt, "Top down operator
 * precedence", POPL 1973).
 *
 * Levels, weakest first, as in SQLite's grammar; binary operators bind to the left:
 *   1 OR   2 AND   3 NOT   4 = <> IS IN LIKE GLOB BETWEEN ISNULL   5 < <= > >=
 *   6 & | << >>   7 + -   8 * / %   9 ||   10 COLLATE   11 unary - + ~
 * `parse_level(p, n)` reads an operand and then every operator of level n or stronger.
 *
 * Bounds: recursion and the height of the tree stop at EXPR_DEPTH_MOST, nodes at
 * EXPR_NODES_MOST, so that no source, however hostile, exhausts the stack here or later in
 * the evaluator, which recurses along the same tree.
 *
 * Worked example: "a + b * c = d"
 *
 *   parse_level(1)   operand a, then + (7): right side parse_level(8)
 *     parse_level(8) operand b, then * (8): right side parse_level(9) = c; then = (4) is weaker
 *                    and stops here: b * c
 *   back in level 1  a + (b * c), then = (4): right side parse_level(5) = d
 *
 * Owner: nodes and texts lie in the expression's own arena; a failed parse frees the whole.
 * Errors are BILAN_USAGE ("expected ..., found ...") or BILAN_LIMIT and point at the token.
 * Cost: linear in the source.
 */
#include <string.h>

#include "expr/lex.h"
#include "expr/tree.h"

/* The levels of the head, in the same order: a greater number binds more strongly. */
enum strength {
  LEVEL_OR = 1, LEVEL_AND, LEVEL_NOT, LEVEL_EQUAL, LEVEL_ORDER, LEVEL_BITS, LEVEL_SUM,
  LEVEL_PRODUCT, LEVEL_CONCAT, LEVEL_COLLATE, LEVEL_UNARY
};

/* One token of lookahead is all the grammar needs. */
struct parser {
  bilan *b;
  struct expr *e;
  size_t at;           /* where the next token is looked for */
  struct token token;  /* the token at hand */
  unsigned depth;
};

static bilan_status parse_level(struct parser *p, enum strength least, struct node **out);

/* ---- tokens ----------------------------------------------------------------------------- */

/* Steps to the next token. */
static bilan_status advance(struct parser *p) {
  struct lex_fault fault;
  if (lex_next(p->e->source, &p->at, &p->token, &fault)) return BILAN_OK;
  return expr_point(p->b, p->e, fault.at, fail(p->b, BILAN_USAGE, "%s", fault.what));
}

/* Fails at the token at hand: "expected ..., found ...".
 * At most 40 bytes of the token are shown, cut on a whole character. */
static bilan_status expected(struct parser *p, const char *what) {
  const struct token *t = &p->token;
  int shown = t->text.n < 40 ? (int)t->text.n : 40;
  while (shown && shown < (int)t->text.n && ((unsigned char)t->text.s[shown] & 0xC0) == 0x80)
    shown--;
  bilan_status status =
      t->type == TOKEN_END
          ? fail(p->b, BILAN_USAGE, "expected %s, found the end of the expression", what)
          : fail(p->b, BILAN_USAGE, "expected %s, found %.*s", what, shown, t->text.s);
  return expr_point(p->b, p->e, t->at, status);
}

/* Steps over a token that must be there. */
static bilan_status expect(struct parser *p, enum token_type type, const char *what) {
  return p->token.type == type ? advance(p) : expected(p, what);
}

/* Steps over the token at hand when it is of that type; *found says whether it was. */
static bilan_status accept(struct parser *p, enum token_type type, bool *found) {
  *found = p->token.type == type;
  return *found ? advance(p) : BILAN_OK;
}

/* ---- nodes ------------------------------------------------------------------------------ */

/* A node without operands; counted against EXPR_NODES_MOST.
 * `at` is the offset that messages about the node point to. */
static bilan_status new_node(struct parser *p, enum op op, size_t at, struct node **out) {
  if (++p->e->nodes > EXPR_NODES_MOST)
    return expr_point(p->b, p->e, at,
                      fail(p->b, BILAN_LIMIT, "more than %d parts", (int)EXPR_NODES_MOST));
  struct node *node = arena_alloc(&p->e->tree, sizeof *node);
  if (!node) return fail_nomem(p->b);
  memset(node, 0, sizeof *node);
  node->op = op;
  node->at = at;
  node->height = 1;
  *out = node;
  return BILAN_OK;
}

/* Appends an operand; the height of the tree is bounded here. `last` is the operand before,
 * or NULL.
 * BILAN_LIMIT points at the operator that went over. Long ORs of equalities are what hits it,
 * hence the hint. */
static bilan_status add_child(struct parser *p, struct node *node, struct node *last,
                              struct node *child) {
  if (last) last->next = child;
  else node->child = child;
  if (child->height >= node->height) node->height = child->height + 1;
  if (node->height <= EXPR_DEPTH_MOST) return BILAN_OK;
  return expr_point(p->b, p->e, node->at,
                    fail(p->b, BILAN_LIMIT, "nested or chained more than %d deep; a long list "
                         "of values is written IN (...)", (int)EXPR_DEPTH_MOST));
}

/* Parses an operand that binds with `least` or more and appends it behind *last, which it becomes;
 * NULL is the first one's. */
static bilan_status parse_child(struct parser *p, struct node *node, struct node **last,
                                enum strength least) {
  struct node *child;
  bilan_status status = parse_level(p, least, &child);
  if (!status) status = add_child(p, node, *last, child);
  if (!status) *last = child;
  return status;
}

/* The token's text without quotes, kept in the tree. */
static bilan_status keep_text(struct parser *p, struct text token, struct text *out) {
  struct buffer plain;
  buffer_init(&plain, &p->b->mem);
  lex_unquote(&plain, token);
  char *copy = plain.failed ? NULL : arena_copy(&p->e->tree, plain.s, plain.n);
  if (copy) *out = (struct text){copy, plain.n};
  buffer_free(&plain);
  return copy ? BILAN_OK : fail_nomem(p->b);
}

/* ---- operands --------------------------------------------------------------------------- */

/* 0x1F: up to 16 digits, as 64 bits in two's complement.
 * 0xFFFFFFFFFFFFFFFF is -1. The lexer has let hexadecimal digits through only. */
static bilan_status hex_value(struct parser *p, struct value *out) {
  uint64_t bits = 0;
  struct text t = p->token.text;
  if (t.n > 18) return expected(p, "at most 16 hexadecimal digits");
  for (size_t i = 2; i < t.n; i++) {
    unsigned c = (unsigned char)t.s[i];
    bits = bits << 4 | (c <= '9' ? c - '0' : (c | 32u) - 'a' + 10);
  }
  *out = value_integer((int64_t)bits);
  return BILAN_OK;
}

/* A literal from the token at hand; false in *found when it is none.
 * TRUE and FALSE are the integers 1 and 0, marked so that IS TRUE can be told from = 1. */
static bilan_status literal_value(struct parser *p, struct node *node, bool *found) {
  struct text t = p->token.text;
  *found = true;
  switch (p->token.type) {
    case WORD_NULL: node->value = value_null(); return BILAN_OK;
    case WORD_TRUE: case WORD_FALSE:
      node->literal_truth = true;
      node->value = value_integer(p->token.type == WORD_TRUE);
      return BILAN_OK;
    case TOKEN_NUMBER:
      if (t.n > 2 && (t.s[1] | 32) == 'x') return hex_value(p, &node->value);
      node->value = value_numeric(value_text(t));
      return BILAN_OK;
    case TOKEN_STRING: {
      struct text plain = {0};
      bilan_status status = keep_text(p, t, &plain);
      node->value = value_text(plain);
      return status;
    }
    default: *found = false; return BILAN_OK;
  }
}

/* Values between parentheses, appended to `node` behind `last`; the left parenthesis is
 * passed already. */
static bilan_status parse_list(struct parser *p, struct node *node, struct node *last) {
  bool more = p->token.type != TOKEN_RIGHT;
  while (more) {
    bilan_status status = parse_child(p, node, &last, LEVEL_OR);
    if (!status) status = accept(p, TOKEN_COMMA, &more);
    if (status) return status;
  }
  return expect(p, TOKEN_RIGHT, "')' or ','");
}

/* The name at hand: a call when '(' follows, else an item.
 * A quoted name is never a function: "abs"(x) is an error. */
static bilan_status parse_name(struct parser *p, struct node *node) {
  bool call, plain = p->token.text.s[0] != '"' && p->token.text.s[0] != '[' &&
                     p->token.text.s[0] != '`';
  node->op = OP_ITEM;
  bilan_status status = keep_text(p, p->token.text, &node->name);
  node->literal_truth = !plain && p->token.text.s[0] == '"'; /* for the checker's hint */
  if (!status) status = advance(p);
  if (status || !plain) return status;
  status = accept(p, TOKEN_LEFT, &call);
  if (status || !call) return status;
  node->op = OP_CALL;
  if (p->token.type == TOKEN_STAR) return expected(p, "an argument");
  return parse_list(p, node, NULL);
}

/* WHEN .. THEN .. pairs and ELSE, after CASE and its base.
 * `last` is the operand before, the base or NULL. At least one WHEN. */
static bilan_status parse_branches(struct parser *p, struct node *node, struct node *last) {
  bilan_status status = BILAN_OK;
  bool when = true, otherwise = false;
  while (!status && when) {
    status = expect(p, WORD_WHEN, "WHEN");
    if (!status) status = parse_child(p, node, &last, LEVEL_OR);
    if (!status) status = expect(p, WORD_THEN, "THEN");
    if (!status) status = parse_child(p, node, &last, LEVEL_OR);
    when = p->token.type == WORD_WHEN;
  }
  if (!status) status = accept(p, WORD_ELSE, &otherwise);
  if (!status && otherwise) status = parse_child(p, node, &last, LEVEL_OR);
  return status ? status : expect(p, WORD_END, "WHEN, ELSE or END");
}

/* CASE [base] WHEN ... END; the base, when there is one, is the first operand.
 * The first operand of WHEN branches follows the base in the list. */
static bilan_status parse_case(struct parser *p, struct node *node) {
  struct node *base = NULL;
  node->op = OP_CASE;
  bilan_status status = advance(p);
  if (!status && p->token.type != WORD_WHEN) {
    node->has_base = true;
    status = parse_child(p, node, &base, LEVEL_OR);
  }
  return status ? status : parse_branches(p, node, base);
}

/* The type of a CAST: what SQLite makes of its name. */
static bilan_status parse_type(struct parser *p, char *sign) {
  static const struct {
    const char *name;
    char sign;
  } types[] = {{"integer", 'i'}, {"int", 'i'},  {"real", 'r'},    {"double", 'r'},
               {"float", 'r'},   {"text", 't'}, {"varchar", 't'}, {"numeric", 'n'}};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (lex_same_word(p->token.text, text_of(types[i].name))) {
      *sign = types[i].sign;
      return advance(p);
    }
  return expected(p, "a type: INTEGER, REAL, TEXT or NUMERIC");
}

/* CAST(x AS type) */
static bilan_status parse_cast(struct parser *p, struct node *node) {
  struct node *operand = NULL;
  node->op = OP_CAST;
  bilan_status status = advance(p);
  if (!status) status = expect(p, TOKEN_LEFT, "'(' after CAST");
  if (!status) status = parse_child(p, node, &operand, LEVEL_OR);
  if (!status) status = expect(p, WORD_AS, "AS");
  if (!status) status = parse_type(p, &node->sign);
  return status ? status : expect(p, TOKEN_RIGHT, "')'");
}

/* A sign or NOT before its operand.
 * `level` is what the operand binds with: -a * b is (-a) * b, NOT a = b is NOT (a = b). */
static bilan_status parse_prefix(struct parser *p, struct node *node, enum op op,
                                 enum strength level) {
  struct node *operand = NULL;
  node->op = op;
  bilan_status status = advance(p);
  return status ? status : parse_child(p, node, &operand, level);
}

/* Parentheses leave no node: they only steer precedence. */
static bilan_status parse_group(struct parser *p, struct node **out) {
  bilan_status status = advance(p);
  if (!status) status = parse_level(p, LEVEL_OR, out);
  return status ? status : expect(p, TOKEN_RIGHT, "')'");
}

/* What can stand where a value is expected.
 * The node is made before its kind is known; parentheses need none. */
static bilan_status parse_operand(struct parser *p, struct node **out) {
  bool literal = false;
  struct node *node;
  if (p->token.type == TOKEN_LEFT) return parse_group(p, out);
  bilan_status status = new_node(p, OP_LITERAL, p->token.at, &node);
  if (status) return status;
  *out = node;
  switch (p->token.type) {
    case TOKEN_MINUS: return parse_prefix(p, node, OP_NEGATE, LEVEL_UNARY);
    case TOKEN_PLUS: return parse_prefix(p, node, OP_PLUS, LEVEL_UNARY);
    case TOKEN_TILDE: return parse_prefix(p, node, OP_INVERT, LEVEL_UNARY);
    case WORD_NOT: return parse_prefix(p, node, OP_NOT, LEVEL_NOT);
    case WORD_CASE: return parse_case(p, node);
    case WORD_CAST: return parse_cast(p, node);
    case TOKEN_NAME: return parse_name(p, node);
    default: status = literal_value(p, node, &literal);
  }
  if (status) return status;
  return literal ? advance(p) : expected(p, "a value, an item or '('");
}

/* ---- operators -------------------------------------------------------------------------- */

/* A binary operator made of signs or a word: its node, its sign, its level. */
struct infix {
  enum token_type type;
  enum op op;
  char sign;
  enum strength level;
};

/* WORD_NOT stands for NOT IN, NOT LIKE, ... between two operands; the prefix NOT is an
 * operand's. */
static const struct infix infixes[] = {
    {WORD_OR, OP_OR, 0, LEVEL_OR},
    {WORD_AND, OP_AND, 0, LEVEL_AND},
    {TOKEN_EQ, OP_COMPARE, '=', LEVEL_EQUAL},
    {TOKEN_NE, OP_COMPARE, '!', LEVEL_EQUAL},
    {WORD_IS, OP_IS, 0, LEVEL_EQUAL},
    {WORD_IN, OP_IN, 0, LEVEL_EQUAL},
    {WORD_LIKE, OP_LIKE, 0, LEVEL_EQUAL},
    {WORD_GLOB, OP_GLOB, 0, LEVEL_EQUAL},
    {WORD_BETWEEN, OP_BETWEEN, 0, LEVEL_EQUAL},
    {WORD_NOT, OP_NOT, 0, LEVEL_EQUAL}, /* NOT IN, NOT LIKE, ..., NOT NULL */
    {WORD_ISNULL, OP_IS, 'n', LEVEL_EQUAL},
    {WORD_NOTNULL, OP_IS, 'n', LEVEL_EQUAL},
    {TOKEN_LT, OP_COMPARE, '<', LEVEL_ORDER},
    {TOKEN_LE, OP_COMPARE, 'l', LEVEL_ORDER},
    {TOKEN_GT, OP_COMPARE, '>', LEVEL_ORDER},
    {TOKEN_GE, OP_COMPARE, 'g', LEVEL_ORDER},
    {TOKEN_BIT_AND, OP_BITS, '&', LEVEL_BITS},
    {TOKEN_BIT_OR, OP_BITS, '|', LEVEL_BITS},
    {TOKEN_SHIFT_LEFT, OP_BITS, '<', LEVEL_BITS},
    {TOKEN_SHIFT_RIGHT, OP_BITS, '>', LEVEL_BITS},
    {TOKEN_PLUS, OP_ARITHMETIC, '+', LEVEL_SUM},
    {TOKEN_MINUS, OP_ARITHMETIC, '-', LEVEL_SUM},
    {TOKEN_STAR, OP_ARITHMETIC, '*', LEVEL_PRODUCT},
    {TOKEN_SLASH, OP_ARITHMETIC, '/', LEVEL_PRODUCT},
    {TOKEN_PERCENT, OP_ARITHMETIC, '%', LEVEL_PRODUCT},
    {TOKEN_CONCAT, OP_CONCAT, 0, LEVEL_CONCAT},
    {WORD_COLLATE, OP_COLLATE, 0, LEVEL_COLLATE},
};

/* The operator that a token is between two operands, or NULL. */
static const struct infix *infix_of(enum token_type type) {
  for (size_t i = 0; i < sizeof infixes / sizeof infixes[0]; i++)
    if (infixes[i].type == type) return &infixes[i];
  return NULL;
}

/* The right operand: everything that binds more strongly than the operator. */
static bilan_status parse_right(struct parser *p, struct node *node, struct node *left,
                                enum strength level) {
  return parse_child(p, node, &left, level + 1);
}

/* [NOT] [DISTINCT FROM] operand, after IS.
 * x IS TRUE is not x = 1: any number other than 0 is true, hence the operator of its own.
 * IS NOT DISTINCT FROM is IS, so the two negations cancel. */
static bilan_status parse_is(struct parser *p, struct node *node, struct node *left) {
  bool distinct = false;
  bilan_status status = accept(p, WORD_NOT, &node->negated);
  if (!status) status = accept(p, WORD_DISTINCT, &distinct);
  if (!status && distinct) status = expect(p, WORD_FROM, "FROM");
  if (!status) status = parse_right(p, node, left, LEVEL_EQUAL);
  if (status) return status;
  if (distinct) node->negated = !node->negated;
  const struct node *right = left->next;
  while (right->op == OP_COLLATE) right = right->child;
  if (right->op != OP_LITERAL || !right->literal_truth) return BILAN_OK;
  node->op = OP_IS_TRUTH;
  node->value = right->value;
  left->next = NULL;
  return BILAN_OK;
}

/* ISNULL, NOTNULL, NOT NULL: IS [NOT] with a NULL of its own. The word is passed already. */
static bilan_status is_null(struct parser *p, struct node *node, struct node *left) {
  struct node *null;
  node->op = OP_IS;
  bilan_status status = new_node(p, OP_LITERAL, node->at, &null);
  return status ? status : add_child(p, node, left, null);
}

/* IN (list); the list may be empty, then nothing is in it.
 * x IN () is false and x NOT IN () true whatever x is, NULL included. */
static bilan_status parse_in(struct parser *p, struct node *node, struct node *left) {
  bilan_status status = expect(p, TOKEN_LEFT, "'(' after IN");
  return status ? status : parse_list(p, node, left);
}

/* BETWEEN low AND high: the low bound stops at the AND that belongs to BETWEEN. */
static bilan_status parse_between(struct parser *p, struct node *node, struct node *left) {
  bilan_status status = parse_right(p, node, left, LEVEL_AND);
  if (!status) status = expect(p, WORD_AND, "AND after the lower bound of BETWEEN");
  return status ? status : parse_right(p, node, left->next, LEVEL_EQUAL);
}

/* pattern [ESCAPE 'c'], after LIKE.
 * The escape must be one character, of any length in bytes. */
static bilan_status parse_like(struct parser *p, struct node *node, struct node *left) {
  bool escapes = false;
  size_t at = 0;
  bilan_status status = parse_right(p, node, left, LEVEL_EQUAL);
  if (!status) status = accept(p, WORD_ESCAPE, &escapes);
  if (status || !escapes) return status;
  struct text text = {0};
  if (p->token.type != TOKEN_STRING) return expected(p, "a text of one character");
  status = keep_text(p, p->token.text, &text);
  if (status) return status;
  if (text.n) node->escape = text_next(text, &at);
  if (!text.n || at != text.n) return expected(p, "a text of one character");
  return advance(p);
}

/* The name after COLLATE. */
static bilan_status parse_collate(struct parser *p, struct node *node) {
  static const struct {
    const char *name;
    enum collation collation;
  } names[] = {{"binary", COLLATE_BINARY}, {"nocase", COLLATE_NOCASE}, {"rtrim", COLLATE_RTRIM}};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (lex_same_word(p->token.text, text_of(names[i].name))) {
      node->collation = names[i].collation;
      node->collates = true;
      return advance(p);
    }
  return expected(p, "BINARY, NOCASE or RTRIM");
}

/* NOT between two operands: IN, LIKE, GLOB, BETWEEN or NULL must follow. */
static bilan_status parse_not(struct parser *p, struct node *node, const struct infix **infix) {
  node->negated = true;
  *infix = infix_of(p->token.type);
  if (p->token.type == WORD_NULL) {
    *infix = infix_of(WORD_NOTNULL);
  } else if (!*infix || ((*infix)->op != OP_IN && (*infix)->op != OP_LIKE &&
                         (*infix)->op != OP_GLOB && (*infix)->op != OP_BETWEEN)) {
    return expected(p, "IN, LIKE, GLOB, BETWEEN or NULL after NOT");
  }
  node->op = (*infix)->op;
  return advance(p);
}

/* What follows an operator whose token is passed.
 * OP_GLOB and all operators made of signs go the common way. */
static bilan_status parse_rest(struct parser *p, const struct infix *infix, struct node *node,
                               struct node *left) {
  switch (node->op) {
    case OP_IS: return infix->sign == 'n' ? is_null(p, node, left) : parse_is(p, node, left);
    case OP_IN: return parse_in(p, node, left);
    case OP_BETWEEN: return parse_between(p, node, left);
    case OP_LIKE: return parse_like(p, node, left);
    case OP_COLLATE: return parse_collate(p, node);
    default: return parse_right(p, node, left, infix->level);
  }
}

/* The operator at hand, with `*out` as its left operand; *out becomes the whole.
 * Both `left` and what follows become operands of one new node. */
static bilan_status parse_operator(struct parser *p, const struct infix *infix,
                                   struct node **out) {
  struct node *node, *left = *out;
  bilan_status status = new_node(p, infix->op, p->token.at, &node);
  if (status) return status;
  node->sign = infix->sign;
  node->negated = p->token.type == WORD_NOTNULL;
  status = advance(p);
  if (!status && infix->op == OP_NOT) status = parse_not(p, node, &infix);
  if (!status) status = add_child(p, node, NULL, left);
  if (!status) status = parse_rest(p, infix, node, left);
  *out = node;
  return status;
}

/* See the head of the file. The only function that recurses without a token in hand. */
static bilan_status parse_level(struct parser *p, enum strength least, struct node **out) {
  if (++p->depth > EXPR_DEPTH_MOST)
    return expr_point(p->b, p->e, p->token.at,
                      fail(p->b, BILAN_LIMIT, "nested more than %d deep",
                           (int)EXPR_DEPTH_MOST));
  struct node *node = NULL;
  bilan_status status = parse_operand(p, &node);
  while (!status) {
    const struct infix *infix = infix_of(p->token.type);
    if (!infix || infix->level < least) break;
    status = parse_operator(p, infix, &node);
  }
  p->depth--;
  if (!status) *out = node;
  return status;
}

/* ---- the whole -------------------------------------------------------------------------- */

/* Only text that can be shown again in a message is accepted. */
static bilan_status check_source(bilan *b, struct text source) {
  size_t bad;
  if (source.n > EXPR_TEXT_MOST)
    return fail(b, BILAN_LIMIT, "an expression of %zu bytes; the limit is %d", source.n,
                (int)EXPR_TEXT_MOST);
  if (source.n && memchr(source.s, '\0', source.n))
    return fail(b, BILAN_USAGE, "an expression cannot hold a NUL byte");
  if (!text_is_utf8(source, &bad))
    return fail(b, BILAN_USAGE, "byte %zu of the expression is not UTF-8", bad + 1);
  return BILAN_OK;
}

/* An expression is the whole source: what is left over is an error. */
static bilan_status parse_all(struct parser *p) {
  bilan_status status = advance(p);
  if (!status) status = parse_level(p, LEVEL_OR, &p->e->root);
  if (status || p->token.type == TOKEN_END) return status;
  if (p->token.type == TOKEN_COMMA)
    return expected(p, "the end of the expression (a decimal number has a point)");
  return expected(p, "an operator or the end of the expression");
}

/* The source is kept for messages about binding and evaluation. */
bilan_status expr_parse(bilan *b, struct expr **out, struct text source) {
  bilan_status status = check_source(b, source);
  if (status) return status;
  struct expr *e = mem_zero(&b->mem, 1, sizeof *e);
  if (!e) return fail_nomem(b);
  e->mem = &b->mem;
  arena_init(&e->tree, &b->mem);
  arena_init(&e->bound, &b->mem);
  char *copy = arena_copy(&e->tree, source.s, source.n);
  e->source = (struct text){copy, source.n};
  struct parser p = {.b = b, .e = e};
  status = copy ? parse_all(&p) : fail_nomem(b);
  if (status) expr_free(e);
  else *out = e;
  return status;
}

/* The tree needs no walk: its arena goes as a whole. */
void expr_free(struct expr *e) {
  if (!e) return;
  table_free(e->table);
  arena_free(&e->tree);
  arena_free(&e->bound);
  mem_free(e->mem, e);
}

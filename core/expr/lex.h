/* lex.h - an expression cut into tokens. Nothing is copied: a token is a slice of the source;
 * quotes stay on it until the parser asks for its text.
 *
 * Worked example: the source  age>=15 and "lieu dit"='Bas'  gives
 *
 *   NAME age | GE >= | NUMBER 15 | WORD_AND and | NAME "lieu dit" | EQ = | STRING 'Bas' | END
 *
 * Owner: the source's; tokens are valid as long as it. Cost: one pass, a byte looked at a
 * bounded number of times (a plain name is compared with the 24 reserved words once). Failure
 * is `false` and a fault, not a status: the parser knows the handle and how to point.
 */
#ifndef EXPR_LEX_H
#define EXPR_LEX_H

#include "base/handle.h"
#include "base/text.h"

/* The words stand last and in the order of the list in lex.c, since a word's place there is
 * added to WORD_AND. */
enum token_type {
  TOKEN_END,
  TOKEN_NUMBER,
  TOKEN_STRING, /* 'text' */
  TOKEN_NAME,   /* plain or quoted */
  TOKEN_LEFT, TOKEN_RIGHT, TOKEN_COMMA,
  /* operators made of signs */
  TOKEN_TILDE, TOKEN_CONCAT, TOKEN_STAR, TOKEN_SLASH, TOKEN_PERCENT, TOKEN_PLUS, TOKEN_MINUS,
  TOKEN_BIT_AND, TOKEN_BIT_OR, TOKEN_SHIFT_LEFT, TOKEN_SHIFT_RIGHT, TOKEN_LT, TOKEN_LE,
  TOKEN_GT, TOKEN_GE, TOKEN_EQ, TOKEN_NE,
  /* words, in the order of the list in lex.c */
  WORD_AND, WORD_AS, WORD_BETWEEN, WORD_CASE, WORD_CAST, WORD_COLLATE, WORD_DISTINCT,
  WORD_ELSE, WORD_END, WORD_ESCAPE, WORD_FALSE, WORD_FROM, WORD_GLOB, WORD_IN, WORD_IS,
  WORD_ISNULL, WORD_LIKE, WORD_NOT, WORD_NOTNULL, WORD_NULL, WORD_OR, WORD_THEN, WORD_TRUE,
  WORD_WHEN
};

struct token {
  enum token_type type;
  size_t at;        /* offset of its first byte in the source */
  struct text text; /* as written, quotes included */
};

/* What is wrong with a token, for the message: "text without its closing '"; at is where. */
struct lex_fault {
  const char *what;
  size_t at;
};

/* The token at or after *at, and steps over it. false: *fault says why.
 * At the end the token is TOKEN_END, empty, and asking again gives it again. */
bool lex_next(struct text source, size_t *at, struct token *token, struct lex_fault *fault);

/* Appends the text of a string or name without its quotes, doubled ones made single.
 * A plain name is appended as it is. Out of memory is recorded in the buffer. */
void lex_unquote(struct buffer *out, struct text token);

/* Are two ASCII words the same, case aside?
 * Bytes beyond ASCII must be equal: "École" and "école" are two words here, as they are for
 * SQLite. */
bool lex_same_word(struct text a, struct text b);

#endif

/* lex.h - an expression cut into tokens. Nothing is copied: a token is a slice of the source;
 * quotes stay on it until the parser asks for its text. */
#ifndef EXPR_LEX_H
#define EXPR_LEX_H

#include "base/handle.h"
#include "base/text.h"

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

/* The token at or after *at, and steps over it. false: *fault says why. */
bool lex_next(struct text source, size_t *at, struct token *token, struct lex_fault *fault);

/* Appends the text of a string or name without its quotes, doubled ones made single. */
void lex_unquote(struct buffer *out, struct text token);

/* Are two ASCII words the same, case aside? */
bool lex_same_word(struct text a, struct text b);

#endif

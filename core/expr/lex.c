/* lex.c - see lex.h.
 *
 * As SQLite does, any byte from 0x80 on counts as a letter, so that names in every language
 * are plain names; but the blanks of typography (U+00A0, U+202F) separate, and its quotes
 * are refused with a hint, since word processors put them in unasked.
 *
 * Grammar of a token, in the order in which the first byte is looked at:
 *
 *   number   digits [. digits] [e [sign] digits] | . digits ... | 0x hex digits
 *   string   ' ... '    doubled '' inside is one quote
 *   name     " ... "  ` ... `  [ ... ]   or   letter { letter | digit | $ }
 *   sign     the longest of the table below
 *
 * Keywords are not reserved inside quotes: "end" is an item of that name. A number that runs
 * into a letter ("1st") is an error rather than two tokens, since it is nearly always a name
 * that needs quotes.
 */
#include "expr/lex.h"

#include <string.h>

/* Sorted for the reader only; a place in this list is a value of enum token_type after
 * WORD_AND. */
static const char *const words[] = {
    "and",  "as",     "between", "case", "cast", "collate", "distinct", "else",
    "end",  "escape", "false",   "from", "glob", "in",      "is",       "isnull",
    "like", "not",    "notnull", "null", "or",   "then",    "true",     "when"};

/* Signs, the longer ones first. */
static const struct {
  char sign[3];
  enum token_type type;
} signs[] = {{"||", TOKEN_CONCAT}, {"<<", TOKEN_SHIFT_LEFT}, {">>", TOKEN_SHIFT_RIGHT},
             {"<=", TOKEN_LE},     {">=", TOKEN_GE},         {"<>", TOKEN_NE},
             {"!=", TOKEN_NE},     {"==", TOKEN_EQ},         {"<", TOKEN_LT},
             {">", TOKEN_GT},      {"=", TOKEN_EQ},          {"(", TOKEN_LEFT},
             {")", TOKEN_RIGHT},   {",", TOKEN_COMMA},       {"~", TOKEN_TILDE},
             {"*", TOKEN_STAR},    {"/", TOKEN_SLASH},       {"%", TOKEN_PERCENT},
             {"+", TOKEN_PLUS},    {"-", TOKEN_MINUS},       {"&", TOKEN_BIT_AND},
             {"|", TOKEN_BIT_OR}};

/* ASCII's ten, whatever the locale says. */
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Letters of a name: ASCII's, the underscore, and every byte beyond ASCII. */
static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

/* Digits after 0x. */
static bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* A small letter for a capital of ASCII. */
static char lower(char c) { return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

/* Sizes first: most pairs differ there. */
bool lex_same_word(struct text a, struct text b) {
  if (a.n != b.n) return false;
  for (size_t i = 0; i < a.n; i++)
    if (lower(a.s[i]) != lower(b.s[i])) return false;
  return true;
}

/* The byte at `at`, NUL beyond the end; a source holds no NUL of its own. */
static char peek(struct text t, size_t at) { return at < t.n ? t.s[at] : '\0'; }

/* Does the text have `with` at `at`? */
static bool starts(struct text t, size_t at, const char *with) {
  size_t n = strlen(with);
  return t.n - at >= n && !memcmp(t.s + at, with, n);
}

/* Bytes of the blank at `at`, 0 when there is none. */
static size_t blank_at(struct text t, size_t at) {
  char c = t.s[at];
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  if (starts(t, at, "\xC2\xA0")) return 2;
  return starts(t, at, "\xE2\x80\xAF") ? 3 : 0;
}

/* The offset after blanks and comments; a comment that never ends goes to the end.
 * Comments are SQL's two kinds and do not nest. */
static size_t skip_blanks(struct text t, size_t at) {
  while (at < t.n) {
    size_t blank = blank_at(t, at);
    if (blank) {
      at += blank;
    } else if (starts(t, at, "--")) {
      while (at < t.n && t.s[at] != '\n') at++;
    } else if (starts(t, at, "/*")) {
      at += 2;
      while (at < t.n && !starts(t, at, "*/")) at++;
      at = at < t.n ? at + 2 : at;
    } else {
      break;
    }
  }
  return at;
}

/* Does a typographic quote stand here? Those word processors make of ' and ". */
static bool typographic_quote(struct text t, size_t at) {
  static const char *const quotes[] = {"\xE2\x80\x98", "\xE2\x80\x99", "\xE2\x80\x9C",
                                       "\xE2\x80\x9D", "\xC2\xAB", "\xC2\xBB"};
  for (size_t i = 0; i < sizeof quotes / sizeof quotes[0]; i++)
    if (starts(t, at, quotes[i])) return true;
  return false;
}

/* The end of a number: digits with point and exponent, or 0x and hexadecimal digits. */
static size_t number_end(struct text t, size_t at) {
  if (t.s[at] == '0' && lower(peek(t, at + 1)) == 'x' && is_hex(peek(t, at + 2))) {
    for (at += 2; is_hex(peek(t, at));) at++;
    return at;
  }
  while (is_digit(peek(t, at))) at++;
  if (peek(t, at) == '.')
    for (at++; is_digit(peek(t, at));) at++;
  if (lower(peek(t, at)) != 'e') return at;
  size_t sign = peek(t, at + 1) == '-' || peek(t, at + 1) == '+';
  if (!is_digit(peek(t, at + 1 + sign))) return at;
  for (at += 1 + sign; is_digit(peek(t, at));) at++;
  return at;
}

static bool opens_quote(char c) { return c == '\'' || c == '"' || c == '`' || c == '['; }

/* The end of a quoted token that begins at `at`, past its closing quote; 0: there is none.
 * A doubled quote is part of the text and stepped over. */
static size_t quoted_end(struct text t, size_t at) {
  char close = t.s[at] == '[' ? ']' : t.s[at];
  for (at++; at < t.n; at++) {
    if (t.s[at] != close) continue;
    if (close == ']' || peek(t, at + 1) != close) return at + 1;
    at++;
  }
  return 0;
}

/* The end of a plain name; digits and $ may follow the first letter. */
static size_t name_end(struct text t, size_t at) {
  while (at < t.n && (is_letter(t.s[at]) || is_digit(t.s[at]) || t.s[at] == '$') &&
         !blank_at(t, at) && !typographic_quote(t, at))
    at++;
  return at;
}

/* A reserved word, whatever its case, or a plain name. */
static enum token_type word_type(struct text name) {
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (lex_same_word(name, text_of(words[i]))) return (enum token_type)(WORD_AND + i);
  return TOKEN_NAME;
}

/* Records what is wrong and where; returns false, for the caller to return. */
static bool fault_at(struct lex_fault *fault, size_t at, const char *what) {
  *fault = (struct lex_fault){what, at};
  return false;
}

/* Fills a token of `type` that ends before `end`; *at moves there. */
static bool take(struct text t, size_t *at, struct token *token, enum token_type type,
                 size_t end) {
  *token = (struct token){type, *at, {t.s + *at, end - *at}};
  *at = end;
  return true;
}

/* The longest sign at *at; anything else is a fault.
 * Two hints are better than one: a semicolon is common at the end of a query. */
static bool take_sign(struct text t, size_t *at, struct token *token, struct lex_fault *fault) {
  for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
    if (starts(t, *at, signs[i].sign))
      return take(t, at, token, signs[i].type, *at + strlen(signs[i].sign));
  if (t.s[*at] == ';') return fault_at(fault, *at, "an expression has no ';'");
  return fault_at(fault, *at, "unexpected sign");
}

/* "12abc": SQLite calls this an unrecognized token; here the message says what to do about it. */
static bool take_number(struct text t, size_t *at, struct token *token, struct lex_fault *fault) {
  size_t end = number_end(t, *at);
  if (end < t.n && is_letter(t.s[end]) && !blank_at(t, end))
    return fault_at(fault, end, "a name cannot begin with a digit; quote it: \"1st name\"");
  return take(t, at, token, TOKEN_NUMBER, end);
}

/* Only ' makes a text: the others quote a name. */
static bool take_quoted(struct text t, size_t *at, struct token *token, struct lex_fault *fault) {
  size_t end = quoted_end(t, *at);
  if (!end) return fault_at(fault, *at, "quote without its closing quote");
  return take(t, at, token, t.s[*at] == '\'' ? TOKEN_STRING : TOKEN_NAME, end);
}

/* One look at the first byte decides what kind of token it is. */
bool lex_next(struct text t, size_t *at, struct token *token, struct lex_fault *fault) {
  *at = skip_blanks(t, *at);
  if (*at == t.n) return take(t, at, token, TOKEN_END, t.n);
  char c = t.s[*at];
  if (is_digit(c) || (c == '.' && is_digit(peek(t, *at + 1))))
    return take_number(t, at, token, fault);
  if (opens_quote(c)) return take_quoted(t, at, token, fault);
  if (typographic_quote(t, *at))
    return fault_at(fault, *at, "typographic quote; a text is written 'like this'");
  if (!is_letter(c)) return take_sign(t, at, token, fault);
  size_t end = name_end(t, *at);
  return take(t, at, token, word_type((struct text){t.s + *at, end - *at}), end);
}

/* In [..] there is no doubling: the first ] closes. */
void lex_unquote(struct buffer *out, struct text token) {
  char open = token.n ? token.s[0] : '\0';
  if (!opens_quote(open)) {
    buffer_text(out, token);
    return;
  }
  for (size_t i = 1; i + 1 < token.n; i++) {
    buffer_char(out, token.s[i]);
    if (token.s[i] == open && open != '[') i++;
  }
}

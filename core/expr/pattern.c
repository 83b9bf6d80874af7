/* pattern.c - see pattern.h.
 *
 * One walk with a single place to go back to: when characters differ, the last "any
 * characters" wildcard takes one character more. An earlier wildcard never needs to be
 * reconsidered, since whatever it could take the last one can take as well, so the cost is at
 * most length of text times length of pattern, and there is no recursion.
 *
 * Worked example, LIKE '%ab' on "aab":
 *
 *   text  pattern   at the wildcard: remember (text 0, pattern 1)
 *   a     a         same, go on
 *   a     b         differ: back, the wildcard takes "a"; go on at (text 1, pattern 1)
 *   a     a         same
 *   b     b         same; both at their end: true
 *
 * The argument is the classical one for wildcards in strings; see R. Cox, "Glob matching can
 * be simple and fast too" (2017), and SQLite's description of LIKE and GLOB
 * (sqlite.org/lang_expr.html#like). Texts are read by whole characters; an invalid byte
 * counts as one character. No memory, no failure.
 */
#include "expr/pattern.h"

/* The pattern with what its signs mean: `glob` says whether * ? [ or % _ are the wildcards. */
struct pattern {
  struct text p;
  uint32_t escape;
  bool glob;
};

/* Case is folded for A to Z alone, as in SQLite's LIKE. */
static uint32_t fold(uint32_t c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

/* Does a '-' stand at `at`, with a member behind it that ends a range? */
static bool is_range(struct text p, size_t at) {
  return at + 1 < p.n && p.s[at] == '-' && p.s[at + 1] != ']';
}

/* Is `c` in the set whose '[' is just before *at? *at moves behind the ']'. A set without ']'
 * matches nothing. A ']' at the beginning is a member but begins no range, nor does NUL. */
static bool in_set(struct text p, size_t *at, uint32_t c) {
  bool inverted = *at < p.n && p.s[*at] == '^', found = false;
  if (inverted) ++*at;
  for (bool first = true; *at < p.n; first = false) {
    uint32_t low = text_next(p, at), high = low;
    if (low == ']' && !first) return found != inverted;
    if (low && low != ']' && is_range(p, *at)) {
      ++*at;
      high = text_next(p, at);
    }
    found = found || c == low || (c > low && c <= high);
  }
  return false;
}

/* Does one character match the piece of the pattern at *at? *at moves behind the piece. */
static bool match_one(const struct pattern *k, size_t *at, uint32_t c) {
  uint32_t piece = text_next(k->p, at);
  if (k->glob) {
    if (piece == '?') return true;
    return piece == '[' ? in_set(k->p, at, c) : piece == c;
  }
  if (k->escape && piece == k->escape) {
    if (*at == k->p.n) return false;
    piece = text_next(k->p, at);
  } else if (piece == '_') {
    return true;
  }
  return fold(piece) == fold(c);
}

/* Does the pattern have its "any characters" wildcard at `at`? */
static bool is_any(const struct pattern *k, size_t at) {
  char c = k->p.s[at];
  return c == (k->glob ? '*' : '%') && (k->glob || k->escape != (unsigned char)c);
}

/* The walk that the head describes: true when the whole text matches. */
static bool match(struct text t, const struct pattern *k) {
  size_t at = 0, in_pattern = 0, retry_at = 0, retry_pattern = 0;
  bool can_retry = false;
  for (;;) {
    if (in_pattern < k->p.n && is_any(k, in_pattern)) {
      can_retry = true;
      retry_pattern = ++in_pattern;
      retry_at = at;
      continue;
    }
    if (at == t.n && in_pattern == k->p.n) return true;
    size_t next = at;
    if (at < t.n && in_pattern < k->p.n) {
      if (match_one(k, &in_pattern, text_next(t, &next))) {
        at = next;
        continue;
      }
    }
    if (!can_retry || retry_at == t.n) return false;
    text_next(t, &retry_at);
    at = retry_at;
    in_pattern = retry_pattern;
  }
}

/* An escape at the very end of the pattern matches nothing, so the answer is false. */
bool pattern_like(struct text text, struct text pattern, uint32_t escape) {
  return match(text, &(struct pattern){pattern, escape, false});
}

/* There is no escape in GLOB: [*] stands for a star. */
bool pattern_glob(struct text text, struct text pattern) {
  return match(text, &(struct pattern){pattern, 0, true});
}

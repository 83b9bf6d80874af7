/* names.c - see names.h.
 *
 * Each name gets a rank, less is nearer: twice the edits (text_distance) when they are few;
 * otherwise, for a name that begins with or holds the typed one or the reverse, a rank behind
 * all near misses of two edits. The three least ranks are kept by insertion, an equal
 * rank behind the one before it. Cost: one distance a name, no memory kept.
 *
 * For "agee": "age" is one edit away (rank 2), "note" too far; "agees" one edit; "age_mere"
 * begins with "age" but not with "agee", and the edits are too many: not near.
 */
#include "base/names.h"

#include <string.h>

enum {
  RANK_NONE = 1000,
  RANK_PREFIX = 5, /* behind two edits (rank 4), before three (6) */
  RANK_INSIDE = 7,
  PREFIX_LEAST = 3, /* bytes that a beginning must have to mean anything */
  INSIDE_LEAST = 4,
};

/* Does `part` occur in `whole`? */
static bool holds(struct text whole, struct text part) {
  for (size_t at = 0; at + part.n <= whole.n; at++)
    if (!memcmp(whole.s + at, part.s, part.n)) return true;
  return false;
}

/* Edits that still count as a slip: 1 in short names, 2, a third of long ones. */
static size_t most_edits(size_t n) { return n <= 3 ? 1 : n <= 8 ? 2 : n / 3; }

/* The rank of a folded name for the folded typed one, RANK_NONE when they are far apart. As
 * many edits as letters make any name from any other: they do not count. */
static size_t rank_of(struct text name, struct text typed) {
  struct text part = name.n < typed.n ? name : typed, whole = name.n < typed.n ? typed : name;
  size_t most = most_edits(whole.n), rank = RANK_NONE;
  size_t edits = text_distance(name, typed, most);
  if (edits <= most && edits < part.n) rank = 2 * edits;
  size_t other = RANK_NONE;
  if (part.n >= PREFIX_LEAST && !memcmp(whole.s, part.s, part.n)) other = RANK_PREFIX;
  else if (part.n >= INSIDE_LEAST && holds(whole, part)) other = RANK_INSIDE;
  return other < rank ? other : rank;
}

/* Puts index i in its place; returns how many are kept now. */
static size_t keep(size_t best[NAMES_BEST], size_t ranks[NAMES_BEST], size_t kept, size_t i,
                   size_t rank) {
  size_t at = kept;
  while (at && ranks[at - 1] > rank) at--;
  if (at == NAMES_BEST) return kept;
  if (kept < NAMES_BEST) kept++;
  for (size_t j = kept - 1; j > at; j--) {
    best[j] = best[j - 1];
    ranks[j] = ranks[j - 1];
  }
  best[at] = i;
  ranks[at] = rank;
  return kept;
}

/* The typed name is folded once, the others one after the other in the same buffer. */
size_t names_nearest(struct mem *mem, const struct text *names, size_t count,
                     struct text typed, size_t best[NAMES_BEST]) {
  struct buffer wanted, name;
  size_t ranks[NAMES_BEST], kept = 0;
  buffer_init(&wanted, mem);
  buffer_init(&name, mem);
  text_fold(&wanted, typed);
  for (size_t i = 0; i < count && wanted.n; i++) {
    name.n = 0;
    text_fold(&name, names[i]);
    size_t rank = rank_of((struct text){name.s, name.n}, (struct text){wanted.s, wanted.n});
    if (name.n && rank < RANK_NONE) kept = keep(best, ranks, kept, i, rank);
  }
  if (wanted.failed || name.failed) kept = 0;
  buffer_free(&wanted);
  buffer_free(&name);
  return kept;
}

/* pattern.h - LIKE and GLOB as SQLite matches them.
 *
 *   pattern_like  'Fille' with 'f_ll%'   true: case aside, _ is i, % is e
 *   pattern_like  '50 %' with '50 \%', escape \   true
 *   pattern_glob  'q12' with 'q[0-9]*'   true
 *
 * The whole text must match, not a part of it. Both work on characters of UTF-8, take no
 * memory and cannot fail; the cost is at most the product of the two lengths.
 */
#ifndef EXPR_PATTERN_H
#define EXPR_PATTERN_H

#include "base/text.h"

/* LIKE: % any characters, _ one character; the letters A-Z equal a-z; after `escape` (a
 * character, 0 = none) the next character stands for itself. */
bool pattern_like(struct text text, struct text pattern, uint32_t escape);

/* GLOB: * any characters, ? one, [a-z] or [^a-z] one of a set; case counts. */
bool pattern_glob(struct text text, struct text pattern);

#endif

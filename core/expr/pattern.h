/* pattern.h - LIKE and GLOB as SQLite matches them. */
#ifndef EXPR_PATTERN_H
#define EXPR_PATTERN_H

#include "base/text.h"

/* LIKE: % any characters, _ one character; the letters A-Z equal a-z; after `escape` (a
 * character, 0 = none) the next character stands for itself. */
bool pattern_like(struct text text, struct text pattern, uint32_t escape);

/* GLOB: * any characters, ? one, [a-z] or [^a-z] one of a set; case counts. */
bool pattern_glob(struct text text, struct text pattern);

#endif

/* letter_case.h - small and capital letters of Latin, Greek and Cyrillic, independent of the
 * locale: one character becomes one character, everything else stays as it is. */
#ifndef BASE_LETTER_CASE_H
#define BASE_LETTER_CASE_H

#include "base/text.h"

uint32_t letter_lower(uint32_t character);
uint32_t letter_upper(uint32_t character);

/* Appends the text with every letter made small (or capital). Valid UTF-8 stays valid; the
 * length in bytes may change (U+0178 and U+00FF do not, most others do not either). */
void text_lower(struct buffer *out, struct text t);
void text_upper(struct buffer *out, struct text t);

#endif

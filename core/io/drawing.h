/* drawing.h - the text of an SVG drawing: gnuplot's made fit to be published, anybody's looked at.
 *
 * One pass over the bytes each; no memory of their own. */
#ifndef BILAN_IO_DRAWING_H
#define BILAN_IO_DRAWING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Bytes that drawing_body needs for `n` bytes of SVG, at most. */
#define DRAWING_ROOM(n) (4 * (n) + 256)

/* The drawn elements of gnuplot's SVG into out[DRAWING_ROOM(svg.n)], without its head, identifiers
 * and titles: *size bytes. false: this is no drawing of gnuplot's. */
bool drawing_body(char *out, size_t *size, struct text svg);

/* Is this a drawing beyond doubt: tags of drawing elements with attributes in double quotes, none
 * of them an address, a script or a handler of events? */
bool drawing_is_plain(struct text svg);

#endif

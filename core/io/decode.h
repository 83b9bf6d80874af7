/* decode.h - the bytes of a text file -> UTF-8 without a byte-order mark.
 *
 * What is decided, in this order:
 *   1. A byte-order mark says UTF-8, UTF-16LE or UTF-16BE.
 *   2. An encoding that was asked for is obeyed, and checked strictly.
 *   3. Bytes that look like UTF-16 without a mark are an error that names it.
 *   4. Valid UTF-8 is UTF-8.
 *   5. Windows-1252, only when every byte has a meaning there and the high bytes look like
 *      accented letters among ASCII text; it is reported as a guess. Damaged UTF-8 (many
 *      whole sequences, few bad bytes) is never read that way.
 *   6. Everything else is an error with line, column and byte, naming encodings to try.
 * NUL is never part of a text: an error with its place.
 *
 * UTF-8, UTF-16, Windows-1252 (and Latin-1, read by the rules of Windows-1252) are decoded
 * here, so that they work where the C library cannot load its conversion modules; all others
 * go through iconv. UTF-8 is lent, not copied.
 */
#ifndef IO_DECODE_H
#define IO_DECODE_H

#include "base/handle.h"
#include "base/text.h"

enum { ENCODING_ROOM = 40 };

struct decoded {
  struct text text;             /* lent from the input, or in `owned` */
  struct buffer owned;          /* used unless the input is UTF-8 already */
  char encoding[ENCODING_ROOM]; /* "UTF-8", "UTF-16LE", "windows-1252", or as asked for */
  bool bom;                     /* the file starts with a byte-order mark */
  bool guessed;                 /* rule 5 */
  size_t replaced;              /* bad bytes that became U+FFFD */
};

struct decode_options {
  const char *encoding; /* NULL or "auto": found out; else a name that iconv knows */
  bool replace;         /* bad UTF-8 becomes U+FFFD, counted, instead of an error */
};

/* `name` is what messages call the file. BILAN_DATA: the bytes are not in the encoding (the
 * message has line, column and byte value); BILAN_USAGE: no such encoding; BILAN_NOMEM. */
bilan_status decode_text(bilan *b, struct decoded *out, const char *name, struct text bytes,
                         const struct decode_options *options);
void decode_free(struct decoded *d); /* idempotent */

/* A place in a text as people count: lines from 1 (LF, CR and CR LF end a line), columns from
 * 1 in characters. Cost: one pass over the text up to `at`. */
struct place {
  size_t line, column;
};
struct place text_place(struct text t, size_t at);
/* The column of `at` on the line that starts at `line_start`. */
size_t text_column(struct text t, size_t line_start, size_t at);

#endif

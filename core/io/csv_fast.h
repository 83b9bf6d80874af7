/* csv_fast.h - large regular CSV files, read by several workers straight into cells.
 *
 * The same cells, counts and facts as libcsv and the encoder would give, or "not sure": what is
 * irregular in any way is left to them, errors and all. See csv_chunk.c (how a file is cut),
 * csv_labels.h (fields to codes), csv_gather.h (chunks to columns).
 */
#ifndef IO_CSV_FAST_H
#define IO_CSV_FAST_H

#include "io/csv_gather.h"

struct csv_fast {
  struct csv_gather gather;
  struct text header;  /* the bytes up to the first record, for lines; lent */
  size_t header_at;    /* of those bytes in the source */
  size_t threads, failed; /* workers; columns that are wanted again */
};

/* What is known before the rows are read. */
struct csv_plan {
  struct csv_source source;
  size_t start;         /* bytes in front of the first record after the header */
  size_t columns;
  char delimiter;
  const struct csv_limits *limits;
  struct missing_words missing;
  const bool *fixed;    /* per column: its type is asked for, so it is never read as numbers */
  size_t spill;
};

/* Reads all rows. *sure = false: libcsv shall read the file (and BILAN_OK). */
bilan_status csv_fast_read(bilan *b, struct csv_fast *f, const struct csv_plan *plan,
                           struct encoder *out, bool *sure);
/* Reads one column again, as text. */
bilan_status csv_fast_text(struct csv_fast *f, struct encoder *out, size_t column, bool *sure);
/* Where the first record of the chunk that has `record` (from 1) begins, and its number;
 * false: none. */
bool csv_fast_mark(const struct csv_fast *f, size_t record, struct csv_mark *out);
void csv_fast_close(struct csv_fast *f); /* idempotent; a zeroed one is fine */

/* Up to n bytes of a source from `at` on; how many there were. */
size_t csv_source_read(bilan *b, const struct csv_source *s, char *to, size_t at, size_t n);

#endif

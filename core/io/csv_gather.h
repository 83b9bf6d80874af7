/* csv_gather.h - what the chunks of a CSV file have in common: its columns, in file order.
 *
 * Workers take chunks as they come and read them side by side; each commits its chunk when all
 * before it are committed. The commit, under the lock, gives the chunk its rows and its new
 * labels their codes, so both are in the order of the file whatever the threads; copying the
 * cells to their places is done side by side again.
 *
 * A column is codes over a dictionary until it has too many different values (encode.h); then
 * numbers, when all so far are numbers of one style, else text. A column of numbers that meets
 * a word is given up and asked for again as text, in a second reading of that column alone.
 *
 * Order of codes: the dictionary's is first appearance. Cells of a column whose first chunk has
 * numbers only are stored by rising number instead, which is what the finished column wants:
 * then nothing has to be mapped at the end.
 */
#ifndef IO_CSV_GATHER_H
#define IO_CSV_GATHER_H

#include <pthread.h>

#include "io/csv_labels.h"
#include "io/csv_marks.h"
#include "io/csv_scan.h"
#include "io/encode.h"

enum csv_form { FORM_CODES, FORM_NUMBERS, FORM_TEXT, FORM_NONE };

/* Where bytes come from: memory, or an open file. */
struct csv_source {
  const char *bytes; /* NULL: `fd` */
  int fd;
  size_t size;
};

/* One column of the file. */
struct csv_column {
  enum csv_form form;
  bool may_be_numbers;  /* when it has too many values to be codes */
  bool again;           /* wanted as text: it broke its form */
  struct dict *dict;    /* by first appearance */
  uint32_t *stored;     /* code of the dictionary -> code in `codes`; NULL: the same */
  uint32_t stored_count; /* codes from there on are the same */
  void *codes;
  unsigned width;
  double *numbers;
  uint8_t *missing;     /* of numbers and text */
  bool some_missing;
  uint64_t *offsets;
  struct buffer arena;  /* of text; `n` counts what is promised to workers */
  struct number_style style;
  struct look look;     /* of numbers */
  size_t trimmed;       /* cells that lost something at an end */
};

struct csv_gather {
  bilan *b;
  struct csv_source source;
  size_t start, chunk, chunks; /* bytes: of the first record, of a chunk */
  size_t columns, longest;     /* longest record, or it is not read here */
  size_t spill;                /* levels */
  size_t most_rows;
  char delimiter;
  struct missing_words missing;
  struct csv_marker marker;
  pthread_mutex_t lock; /* of all below, and of the handle's allocator */
  pthread_cond_t moved;
  size_t taken;         /* chunks handed out */
  size_t parities;      /* chunks whose quotes are counted */
  bool odd;             /* quotes before the next of them */
  size_t next;          /* chunk to be committed */
  size_t copying;       /* workers that copy cells into columns */
  bool stop, unsure;    /* no more chunks; libcsv shall read the file */
  bilan_status status;
  struct csv_column *column;
  size_t rows, room;
  size_t blank_lines;
  bool lf, crlf, quotes;
  struct csv_mark *marks; /* first record of each chunk; `line` is not used */
  size_t mark_count;
};

/* A cell of text: bytes of the chunk. */
struct csv_slice {
  uint32_t at, n;
};

/* One column of a chunk, as its worker collects it. */
struct csv_part {
  enum csv_form form;
  unsigned width; /* of codes */
  void *cells;    /* codes, doubles or slices */
  struct csv_labels labels;
  struct look look;
  bool plain_numbers; /* no missing word looks like a number */
  bool some_missing, broke;
  size_t bytes, trimmed; /* of text; cells that lost something at an end */
  bool copy;      /* there is something to copy after the commit */
  bool settled;   /* no code needs the map */
  uint32_t base, *map;
  size_t map_room, arena_at;
};

/* A missing value among the doubles of a chunk is a NaN that carries its kind. */
static inline double csv_missing_number(bilan_missing kind) {
  uint64_t bits = UINT64_C(0x7FF8000000000000) | (uint64_t)kind;
  double value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

/* A chunk and the worker that reads it. */
struct csv_worker {
  struct csv_gather *g;
  struct io io;
  char *block, *text; /* `text` may be read and written 64 bytes before and behind */
  size_t room, filled, offset, size; /* bytes; `offset` of the chunk in the source */
  bool at_end;
  struct csv_marks marks;
  size_t mark_room;
  struct csv_part *part;
  size_t number, rows, rows_room, first_record;
  size_t virtual_end; /* of a line end that is not in the file; SIZE_MAX */
  size_t blank_lines;
  bool lf, crlf, quotes, started, unsure;
  struct buffer scratch;
};

/* Stops all workers: with a fault, or because something is not for this reader. */
void csv_gather_stop(struct csv_gather *g, bilan_status status);
void csv_gather_unsure(struct csv_gather *g);

/* Ends a chunk: its rows and cells go to the columns. Waits for the chunks before it. */
void csv_gather_commit(struct csv_worker *w);

/* Memory of a worker; the handle's allocator is guarded by the lock. NULL: none. */
void *csv_gather_resize(struct csv_gather *g, void *block, size_t count, size_t size);

/* Reads all chunks with up to `threads` workers. BILAN_OK also when `g->unsure`. */
bilan_status csv_chunks_read(struct csv_gather *g, size_t threads);

/* The value that a field means. Quotes are taken off, doubled ones made one (in `room`, which
 * may be where the field is and has its length), blanks at the ends trimmed. false: what is
 * no such field, or not for this reader (see csv_value.c). */
struct csv_value {
  struct text text;
  bool trimmed, quoted, lf, crlf; /* lost something at an end; holds line ends */
};
bool csv_value_of(struct csv_value *out, struct text field, char *room);

/* Cells of a batch as numbers and as text, behind the rows that the chunk has. */
void csv_numbers_batch(struct csv_worker *w, struct csv_part *p, const struct csv_batch *batch);
void csv_text_batch(struct csv_worker *w, struct csv_part *p, const struct csv_batch *batch);
void csv_codes_batch(struct csv_worker *w, struct csv_part *p, const struct csv_batch *batch);

/* A number, a blank or a missing word under `style`, noted in the look; false: a word. */
bool csv_number_cell(double *out, struct look *look, struct text value,
                     struct number_style style, const struct missing_words *missing);

#endif

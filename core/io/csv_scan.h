/* csv_scan.h - where the records and fields of CSV text are, without taking them apart.
 *
 * The pre-pass in front of libcsv, which knows no lines, swallows a file after a quote that
 * is never closed, passes over blank lines without a word and does not see ragged rows. The
 * cursor walks the same grammar (RFC 4180, strict) and knows the physical line of every field:
 *
 *   record  = field *( delimiter field ) end      end = LF, CR, CR LF or the end of the text
 *   field   = plain / [blanks] quote *( byte / 2quote ) quote [blanks]
 *
 * A plain field holds no quote. Blanks (space and tab) around a quoted field are allowed
 * unless `keep_blanks`. A blank line is no record: it is counted and stepped over, in a file
 * of one column too (writers of one column put "" for a blank value).
 *
 * No memory, one pass; both the sniffer and the reader use it, and a parallel reader can.
 */
#ifndef IO_CSV_SCAN_H
#define IO_CSV_SCAN_H

#include "base/handle.h"
#include "base/text.h"

struct csv_cursor {
  struct text text;
  size_t at;          /* the next byte */
  size_t line;        /* of the byte at `at`, from 1 */
  size_t line_start;  /* where that line starts */
  size_t lf, crlf, cr; /* line ends met, those inside quotes included */
  bool keep_blanks;
  bool blank_text;    /* a line that is not empty, but all blanks, was stepped over */
  char delimiter;
  bool stops[256];    /* bytes that end a run of plain field */
};

/* How a field ends. The last three are faults. */
enum csv_end {
  CSV_END_FIELD,  /* a delimiter: another field follows */
  CSV_END_RECORD, /* a line end or the end of the text */
  CSV_UNCLOSED,   /* the quote that opens the field is never closed */
  CSV_TEXT_AFTER, /* something follows the closing quote; the cursor stands on it */
  CSV_STRAY_QUOTE /* a quote inside a plain field; the cursor stands on it */
};

struct csv_field {
  size_t start, end; /* bytes, the quotes and the blanks around them included */
  size_t line, line_start; /* of the opening quote, else of the start */
  size_t quote;      /* where the opening quote is, SIZE_MAX for a plain field */
  bool blanks_around_quotes;
};

void csv_cursor_open(struct csv_cursor *c, struct text t, char delimiter, bool keep_blanks);

/* Steps to the next record, counting the blank lines before it. false: none is left. */
bool csv_cursor_record(struct csv_cursor *c, size_t *blank_lines);

/* Steps over one field and what ends it. */
enum csv_end csv_cursor_field(struct csv_cursor *c, struct csv_field *field);

/* What is asked of a file, and what the pre-pass found in it. */
struct csv_limits {
  size_t field_bytes, record_bytes, columns, rows; /* 0 = no limit */
};

struct csv_layout {
  size_t rows;          /* records after the header */
  size_t columns;       /* fields of the header */
  size_t header_line;
  size_t blank_lines;
  size_t short_rows;    /* rows with fewer fields than the header (only with `fill`) */
  size_t missing_fields; /* fields that those rows lack */
  size_t longest;       /* bytes of the longest field */
  size_t quoted;        /* quoted fields */
  size_t blank_edges;   /* plain fields with a space or tab at an end, and nothing else to trim */
  bool skip_blanks;     /* blanks around quotes or lines of blanks: libcsv must pass over them */
  size_t lf, crlf, cr;  /* line ends */
};

struct csv_dialect {
  char delimiter;
  bool keep_blanks; /* blanks belong to the value */
  bool fill;        /* rows that are too short are padded */
};

/* Walks the whole text. BILAN_DATA with `name`:line:column: an unclosed quote, text after a
 * closing quote, a quote inside a plain field, a row with too many or too few fields, no
 * record at all; BILAN_LIMIT: beyond `limits`. `first_line` is added to line numbers (lines
 * taken off the front of the file). */
bilan_status csv_scan(bilan *b, struct csv_layout *out, const char *name, struct text t,
                      struct csv_dialect dialect, const struct csv_limits *limits,
                      size_t first_line);

/* Where records start, one in every 64 kB of text: enough to find the line of any record
 * without walking from the start again. For messages only. */
struct csv_index {
  struct csv_mark {
    size_t record, at, line;
  } *marks;
  size_t count;
};

/* Precondition of both: csv_scan found no fault. An index that could not be made (memory) is
 * empty, and the walk starts at the front. */
void csv_index_make(bilan *b, struct csv_index *out, struct text t, struct csv_dialect dialect);

/* The physical line where record `record` starts (0 = the header). */
size_t csv_record_line(const struct csv_index *index, struct text t, struct csv_dialect dialect,
                       size_t record, size_t first_line);

#endif

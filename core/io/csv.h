/* csv.h - CSV files -> survey tables, with a report of every decision.
 *
 * Four stages with clean borders: decode (bytes -> UTF-8, decode.h), sniff (what delimits,
 * sniff.h), records and fields (a strict pre-pass, csv_scan.h, then libcsv), encode (cells ->
 * columns, encode.h). Large regular files are split and encoded by several workers instead
 * (csv_fast.h), with the same answer; libcsv stays the definition of it, and reads the rest.
 *
 * What a value is. Cells are taken without blanks, NBSP (U+00A0, U+202F) and byte-order marks
 * at their ends, quoted ones too, unless `keep_blanks`; inside nothing is changed: quoted
 * line breaks are kept byte for byte. A cell with nothing left is "no answer", quoted or not.
 * "NA" and the like are values (NA is Namibia) unless `missing` names them. Blank lines are
 * skipped and counted, in a file of one column too.
 *
 * What a column is. Numbers, when all its values are numbers under one style (sniff.h says
 * what no number is: 007, 6E1...); ISO dates; text, when nearly all values differ and are
 * long; otherwise levels in order of first appearance. Under one decimal style for the file
 * "1,234" has one meaning; where the file leaves it open, the column stays text and a warning
 * names the option that decides. `types` overrules all of this.
 */
#ifndef IO_CSV_H
#define IO_CSV_H

#include "base/sha256.h"
#include "data/table.h"
#include "io/csv_scan.h"
#include "io/decode.h"
#include "io/encode.h"
#include "io/headings.h"

/* What a column shall be. */
enum csv_want {
  CSV_FOUND_OUT,
  CSV_NUMBER, /* every value must be one, leading zeros and all; else BILAN_DATA */
  CSV_TEXT,
  CSV_SINGLE, /* levels, labels as written */
  CSV_DATE,   /* every value must be an ISO date */
  CSV_ID      /* text as written, kind id */
};

struct csv_type {
  struct text name; /* the column's name, or its header as written */
  enum csv_want want;
};

/* All zero is the default. */
struct csv_options {
  char delimiter;       /* 0 = found out */
  char decimal;         /* '.' or ','; 0 = found out */
  const char *encoding; /* see decode.h */
  bool replace;         /* bad UTF-8 becomes U+FFFD */
  bool keep_blanks;     /* trim = false */
  bool fill;            /* short rows are padded with blanks, and counted */
  const struct missing_word *missing;
  size_t missing_count;
  const struct csv_type *types;
  size_t type_count;
  struct csv_limits limits; /* each 0 = 16 MB a field, 64 MB a record, 32,766 columns, 2^30 rows */
  size_t chunk; /* bytes per call of libcsv, 0 = 1 MB; never changes a result */
  const char *name;  /* what messages call a file; NULL: its path */
  size_t most_bytes; /* of a file; 0 = no limit */
  size_t spill; /* levels, for tests: see encoder; 0 = 4096 */
};

enum { WARNINGS_KEPT = 200 };

/* What was found and done. Released with csv_report_free. */
struct csv_report {
  struct mem *mem;
  char delimiter;
  bool quotes;                  /* some field is quoted */
  char encoding[ENCODING_ROOM];
  bool encoding_guessed, bom;
  char decimal;                 /* '.', ','; 0: no column has decimals; '?': columns differ */
  char thousands;               /* ' ', ',', '.'; 0: none met; '?': columns differ */
  const char *newline;          /* "LF", "CRLF", "CR", "mixed", "none" */
  const char *profile;          /* "plain", "limesurvey" */
  size_t rows, columns, header_line;
  size_t blank_lines, short_rows, padded_cells, trimmed_cells, inner_marks, replaced_bytes;
  size_t renamed;
  char sha256[SHA256_HEX];      /* of the bytes as they came */
  struct heading *heading;      /* `columns` of them */
  char *warning[WARNINGS_KEPT];
  size_t warnings, warnings_dropped; /* kept; beyond */
};

/* Reads a whole file in memory. `name` is what messages call it. Errors: BILAN_DATA with
 * name:line:column, BILAN_LIMIT, BILAN_USAGE (an option; a type for a column that is not
 * there), BILAN_NOMEM. Messages and warnings quote headers, never cells.
 * `report` may be NULL. */
bilan_status csv_read(bilan *b, struct table **out, struct csv_report *report,
                      const char *name, const char *bytes, size_t size,
                      const struct csv_options *options);

/* The same for a file. A large one is read in chunks by as many workers as the handle has
 * threads, without being held in memory; its digest is then not made (`sha256` is ""). Also
 * BILAN_IO, and BILAN_LIMIT for a file of more than `options->most_bytes`. */
bilan_status csv_read_file(bilan *b, struct table **out, struct csv_report *report,
                           const char *path, const struct csv_options *options);

void csv_report_free(struct csv_report *report); /* idempotent; a zeroed one is fine */

/* A warning of at most 500 bytes; beyond WARNINGS_KEPT they are only counted. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
bilan_status csv_warn(bilan *b, struct csv_report *report, const char *format, ...);

/* At most 60 bytes of a header, whole characters, for messages. */
struct text csv_shown(const char *header);

/* ---- the border to csv_types.c ---------------------------------------------------------- */

/* All that deciding what the columns are needs to know. */
struct csv_typing {
  bilan *b;
  const char *name;
  const struct csv_options *options;
  struct missing_words missing;
  struct csv_report *report;
  struct encoder *cells;
  struct look *looks;
  struct text text; /* the decoded text, to find lines for messages */
  struct csv_dialect dialect;
  size_t first_line;
  char decimal;     /* of the file, where columns leave it open; 0: unknown */
  struct csv_index index; /* made when the first line is wanted */
  struct reading *reading; /* of a file that is not held in memory: for the next two */
  size_t (*line)(struct reading *r, size_t record); /* NULL: `text` is there */
  bilan_status (*as_text)(struct reading *r, size_t column); /* reads a column again */
};

/* What `types` asks of a column. */
enum csv_want csv_wanted(const struct csv_options *options, const struct heading *heading);

/* Makes the columns of `table` (empty, with the rows of the file), dropping the cells. */
bilan_status csv_type_columns(struct csv_typing *t, struct table *table);

#endif

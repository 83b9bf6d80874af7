/* csv.c - reading CSV: the order of the stages, and the only file that knows libcsv.
 *
 * libcsv runs in strict mode on text that the pre-pass has found sound, so it can fail for
 * memory only; should the two ever disagree about records, the result is BILAN_INTERNAL and
 * never a wrong table. It trims plain fields by itself unless told otherwise: it is, except in
 * files with blanks around quotes or lines of blanks, so that the encoder sees and counts what
 * is trimmed.
 *
 * libcsv's memory comes from the handle. Its hooks take no argument, so a pointer to the
 * handle's allocator stands in a thread-local variable while csv_parse runs: set before,
 * cleared after, never read elsewhere.
 *
 * The stages, each of which may refuse the file with its line and column:
 *
 *   bytes   --decode-->  UTF-8 text        what encoding it is                  decode.c
 *           --sniff-->   the delimiter     unless it is given or stated         sniff.c
 *           --scan-->    sizes, soundness  rows, columns, longest field, quotes csv_scan.c
 *           --libcsv-->  fields            unescaped, in order                  this file
 *           --encode-->  cells by column   codes over distinct values           encode.c
 *           --name-->    headings          unique names, labels, options        headings.c
 *           --type-->    columns           numbers, dates, levels, text         csv_types.c
 *
 * Memory peaks at the text, its cells and the columns made so far; cells go as their column
 * comes.
 */
#include "io/csv.h"

#include <csv.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/sniff.h"

/* ---- the report ------------------------------------------------------------------------- */

/* Gives back headings and warnings. The allocator in the report marks one that owns
 * something, so a second call, or one on a zeroed report, does nothing. */
void csv_report_free(struct csv_report *report) {
  if (!report->mem) return;
  headings_free(report->mem, report->heading, report->columns);
  for (size_t i = 0; i < report->warnings; i++) mem_free(report->mem, report->warning[i]);
  memset(report, 0, sizeof *report);
}

/* The longest start of s, at most `most` bytes, that ends with a whole character. */
static struct text cut(const char *s, size_t most) {
  size_t n = strlen(s);
  if (n <= most) return (struct text){s, n};
  for (n = most; n && ((unsigned char)s[n] & 0xC0) == 0x80;) n--;
  return (struct text){s, n};
}

struct text csv_shown(const char *header) { return cut(header, 60); }

/* The text is formatted in a fixed room and cut at a character, so a hostile header cannot
 * make a warning grow. BILAN_NOMEM when the copy cannot be kept. */
bilan_status csv_warn(bilan *b, struct csv_report *report, const char *format, ...) {
  char room[512];
  va_list args;
  if (report->warnings == WARNINGS_KEPT) {
    report->warnings_dropped++;
    return BILAN_OK;
  }
  va_start(args, format);
  vsnprintf(room, sizeof room, format, args);
  va_end(args);
  struct text t = cut(room, sizeof room - 8);
  char *kept = mem_copy(&b->mem, t.s, t.n);
  if (!kept) return fail_nomem(b);
  report->warning[report->warnings++] = kept;
  return BILAN_OK;
}

/* ---- a reading under way ---------------------------------------------------------------- */

/* What all stages share. It is zeroed at the start and closed once at the end, whatever failed
 * in between; each stage fills its own fields and may read those of the stages before it. */
struct reading {
  bilan *b;
  const char *name;
  const struct csv_options *options;
  struct csv_report *report;
  struct decoded decoded;
  struct text text;       /* without a "sep=;" line */
  size_t first_line;      /* lines that were taken off */
  struct csv_dialect dialect;
  struct csv_layout layout;
  struct encoder cells;
  struct buffer header;   /* the fields of the header, one after the other */
  struct text *heading;   /* slices of it, once it is whole */
  size_t *heading_end;
  size_t record, column;  /* where libcsv is */
  bilan_status status;    /* of the first fault inside a call-back */
};

/* ---- records and fields, by libcsv ------------------------------------------------------ */

static _Thread_local struct mem *libcsv_memory;

/* The hooks that libcsv calls instead of realloc and free. They are only reached between the
 * set-up and csv_free in `split`, where the thread-local pointer is set. */
static void *libcsv_resize(void *block, size_t size) {
  return mem_resize(libcsv_memory, block, size);
}
static void libcsv_free(void *block) { mem_free(libcsv_memory, block); }

/* For csv_set_space_func: nothing is a blank, so plain fields come as they stand. */
static int no_blank(unsigned char c) {
  (void)c;
  return 0;
}

/* The header cannot be named field by field (names depend on all of them), so its fields are
 * collected in one buffer with the place where each ends. */
static void take_heading(struct reading *r, struct text t) {
  buffer_text(&r->header, t);
  r->heading_end[r->column] = r->header.n;
  if (r->header.failed) r->status = fail_nomem(r->b);
}

/* libcsv has a whole field, unescaped. A NULL field (an empty plain one) has n = 0. The call-
 * back cannot stop the parser: after a fault it does nothing, and `feed` looks at the status
 * between pieces. */
static void on_field(void *field, size_t n, void *data) {
  struct reading *r = data;
  struct text t = {n ? field : "", n};
  if (r->status) return;
  if (r->column >= r->layout.columns)
    r->status = fail(r->b, BILAN_INTERNAL, "%s: libcsv finds more fields than the pre-pass",
                     r->name);
  else if (r->record == 0) take_heading(r, t);
  else r->status = encoder_cell(&r->cells, r->column, t);
  r->column++;
}

/* libcsv has a whole record. Short ones, which the pre-pass let pass only when `fill` was
 * asked for, are padded with blanks here. */
static void on_record(int terminator, void *data) {
  struct reading *r = data;
  (void)terminator;
  while (!r->status && r->column < r->layout.columns) on_field(NULL, 0, r);
  r->column = 0;
  r->record++;
}

/* Hands the text over in pieces, to stop soon after a fault. */
static bool feed(struct reading *r, struct csv_parser *parser) {
  size_t chunk = r->options->chunk ? r->options->chunk : (size_t)1 << 20;
  for (size_t at = 0; at < r->text.n && !r->status; at += chunk) {
    size_t n = r->text.n - at < chunk ? r->text.n - at : chunk;
    if (csv_parse(parser, r->text.s + at, n, on_field, on_record, r) != n) return false;
  }
  return r->status || csv_fini(parser, on_field, on_record, r) == 0;
}

/* What the run of libcsv came to. Text that the pre-pass found sound cannot make libcsv fail
 * in strict mode; if it does, or if the records differ in number, that is a fault of the
 * engine. */
static bilan_status check_parser(struct reading *r, struct csv_parser *parser, bool done) {
  if (r->status) return r->status;
  if (!done && csv_error(parser) == CSV_ENOMEM) return fail_nomem(r->b);
  if (done && r->record == r->layout.rows + 1) return BILAN_OK;
  return fail(r->b, BILAN_INTERNAL, "%s: libcsv and the pre-pass disagree at record %zu",
              r->name, r->record);
}

/* Runs libcsv over the whole text. Its field buffer is made large enough for the longest
 * field at once: it would otherwise grow by 128 bytes at a time. */
static bilan_status split(struct reading *r) {
  struct csv_parser parser;
  csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL);
  libcsv_memory = &r->b->mem;
  csv_set_realloc_func(&parser, libcsv_resize);
  csv_set_free_func(&parser, libcsv_free);
  csv_set_delim(&parser, (unsigned char)r->dialect.delimiter);
  csv_set_blk_size(&parser, r->layout.longest + 1);
  if (!r->layout.skip_blanks) csv_set_space_func(&parser, no_blank);
  bilan_status status = check_parser(r, &parser, feed(r, &parser));
  csv_free(&parser);
  libcsv_memory = NULL;
  return status;
}

/* ---- the stages ------------------------------------------------------------------------- */

/* Excel's first line "sep=;" names the delimiter and is no record. */
static void take_sep_line(struct reading *r) {
  struct text t = r->text;
  if (t.n < 6 || memcmp(t.s, "sep=", 4) != 0 || (t.s[5] != '\n' && t.s[5] != '\r')) return;
  size_t n = t.s[5] == '\r' && t.n > 6 && t.s[6] == '\n' ? 7 : 6;
  if (!r->dialect.delimiter) r->dialect.delimiter = t.s[4];
  r->text = (struct text){t.s + n, t.n - n};
  r->first_line = 1;
}

/* Stage 1: bytes -> UTF-8. Files of other formats are named before their bytes can be taken
 * for a damaged text. */
static bilan_status decode_stage(struct reading *r, struct text bytes) {
  struct decode_options how = {r->options->encoding, r->options->replace};
  const char *other = sniff_other_format(bytes);
  if (other) return fail(r->b, BILAN_DATA, "%s: not a CSV file: it is %s", r->name, other);
  bilan_status status = decode_text(r->b, &r->decoded, r->name, bytes, &how);
  r->text = r->decoded.text;
  return status;
}

/* BILAN_USAGE for marks that no CSV can have: the grammar needs quotes and line ends itself,
 * and blanks are trimmed. */
static bilan_status check_options(struct reading *r) {
  char d = r->options->delimiter, decimal = r->options->decimal;
  if (d && (d == '"' || d == '\n' || d == '\r' || d == ' ' || (unsigned char)d >= 0x80))
    return fail(r->b, BILAN_USAGE, "delimiter must be one ASCII character, not a quote, blank "
                "or line end");
  if (decimal && decimal != '.' && decimal != ',')
    return fail(r->b, BILAN_USAGE, "decimal must be \".\" or \",\"");
  return BILAN_OK;
}

static size_t or_default(size_t limit, size_t standard) { return limit ? limit : standard; }

/* Zero means the standard limit, which csv.h states. */
static struct csv_limits limits_of(const struct csv_options *o) {
  return (struct csv_limits){or_default(o->limits.field_bytes, (size_t)16 << 20),
                             or_default(o->limits.record_bytes, (size_t)64 << 20),
                             or_default(o->limits.columns, 32766),
                             or_default(o->limits.rows, (size_t)1 << 30)};
}

/* Stages 2 and 3a: the delimiter that was asked for, or stated by the file, or found out;
 * then the pre-pass, after which the text is known to be sound and every size is known. */
static bilan_status scan_stage(struct reading *r) {
  struct csv_limits limits = limits_of(r->options);
  bilan_status status = BILAN_OK;
  r->dialect = (struct csv_dialect){r->options->delimiter, r->options->keep_blanks,
                                    r->options->fill};
  take_sep_line(r);
  if (!r->dialect.delimiter)
    status = sniff_delimiter(r->b, &r->dialect.delimiter, r->name, r->text);
  if (status) return status;
  return csv_scan(r->b, &r->layout, r->name, r->text, r->dialect, &limits, r->first_line);
}

/* Is there a byte-order mark anywhere after the start? Most files have none, and their cells
 * need not be searched one by one. Cost: memchr over the text. */
static bool has_marks(struct text t) {
  const char *at = t.s, *end = t.s + t.n;
  while (at < end && (at = memchr(at, 0xEF, (size_t)(end - at))) != NULL) {
    if (end - at >= 3 && at[1] == '\xBB' && at[2] == '\xBF') return true;
    at++;
  }
  return false;
}

/* Stages 3b and 4: fields into cells. All memory that depends on the number of columns is
 * taken here, after the limits have been checked. */
static bilan_status split_stage(struct reading *r) {
  size_t columns = r->layout.columns;
  buffer_init(&r->header, &r->b->mem);
  r->heading_end = mem_zero(&r->b->mem, columns, sizeof *r->heading_end);
  r->heading = mem_zero(&r->b->mem, columns, sizeof *r->heading);
  if (!r->heading_end || !r->heading) return fail_nomem(r->b);
  bilan_status status = encoder_open(r->b, &r->cells, columns);
  r->cells.keep_blanks = r->options->keep_blanks;
  r->cells.has_marks = has_marks(r->text);
  return status ? status : split(r);
}

/* ---- names and the report --------------------------------------------------------------- */

/* Counts the columns that are not called what their header says, with a warning for each. */
static bilan_status warn_renamed(struct reading *r) {
  bilan_status status = BILAN_OK;
  for (size_t i = 0; !status && i < r->report->columns; i++) {
    const struct heading *h = &r->report->heading[i];
    struct text label = csv_shown(h->label), name = csv_shown(h->name);
    if (!h->renamed) continue;
    r->report->renamed++;
    status = csv_warn(r->b, r->report,
                      label.n ? "%s: column %zu: the name of \"%.*s\" is taken; it is \"%.*s\""
                              : "%s: column %zu has no header%.*s; it is \"%.*s\"",
                      r->name, i + 1, (int)label.n, label.s, (int)name.n, name.s);
  }
  return status;
}

/* Names, labels and option texts from the collected header fields. */
static bilan_status name_columns(struct reading *r) {
  size_t columns = r->layout.columns;
  bool limesurvey = false;
  for (size_t i = 0, start = 0; i < columns; start = r->heading_end[i++])
    r->heading[i] = (struct text){r->header.s ? r->header.s + start : "",
                                  r->heading_end[i] - start};
  r->report->heading = mem_zero(&r->b->mem, columns, sizeof *r->report->heading);
  if (!r->report->heading) return fail_nomem(r->b);
  r->report->columns = columns;
  bilan_status status =
      headings_make(r->b, r->report->heading, &limesurvey, r->heading, columns);
  r->report->profile = limesurvey ? "limesurvey" : "plain";
  return status ? status : warn_renamed(r);
}

/* The kind of line end, in words; those inside quotes count as well. */
static const char *newline_of(const struct csv_layout *l) {
  int kinds = (l->lf > 0) + (l->crlf > 0) + (l->cr > 0);
  if (kinds > 1) return "mixed";
  return l->lf ? "LF" : l->crlf ? "CRLF" : l->cr ? "CR" : "none";
}

/* Fills in what the stages have counted. Where libcsv passed over blanks itself, the pre-pass
 * has counted the fields it trimmed. */
static void report_facts(struct reading *r) {
  struct csv_report *report = r->report;
  const struct csv_layout *l = &r->layout;
  memcpy(report->encoding, r->decoded.encoding, sizeof report->encoding);
  report->delimiter = r->dialect.delimiter;
  report->quotes = l->quoted > 0;
  report->encoding_guessed = r->decoded.guessed;
  report->bom = r->decoded.bom;
  report->replaced_bytes = r->decoded.replaced;
  report->newline = newline_of(l);
  report->rows = l->rows;
  report->header_line = l->header_line;
  report->blank_lines = l->blank_lines;
  report->short_rows = l->short_rows;
  report->padded_cells = l->missing_fields;
  report->inner_marks = r->cells.marks;
  report->trimmed_cells = r->cells.trimmed + (l->skip_blanks ? l->blank_edges : 0);
}

/* Warnings on the file as a whole. */
static bilan_status warn_facts(struct reading *r) {
  const struct csv_report *report = r->report;
  bilan_status status = BILAN_OK;
  if (report->encoding_guessed)
    status = csv_warn(r->b, r->report, "%s: read as windows-1252, which its bytes suggest; say "
                      "encoding if it is another one", r->name);
  if (!status && report->blank_lines && report->columns == 1)
    status = csv_warn(r->b, r->report, "%s: %zu blank lines were skipped; a blank value of the "
                      "only column would be written \"\"", r->name, report->blank_lines);
  return status;
}

/* Stage 5: cells -> columns of a table with the rows of the file. */
static bilan_status type_stage(struct reading *r, struct table **out) {
  struct table *table = NULL;
  struct csv_typing typing = {.b = r->b, .name = r->name, .options = r->options,
                              .missing = {r->options->missing, r->options->missing_count},
                              .report = r->report, .cells = &r->cells, .text = r->text,
                              .dialect = r->dialect, .first_line = r->first_line};
  bilan_status status = table_new(r->b, &table, r->layout.rows);
  if (!status) status = csv_type_columns(&typing, table);
  if (status) table_free(table);
  else *out = table;
  return status;
}

/* All stages in their order. Stops at the first that fails; what was taken so far is released
 * by csv_read. */
static bilan_status read_stages(struct reading *r, struct table **out, struct text bytes) {
  bilan_status status = check_options(r);
  if (!status) status = decode_stage(r, bytes);
  if (!status) status = scan_stage(r);
  if (!status) status = split_stage(r);
  if (!status) status = name_columns(r);
  if (status) return status;
  report_facts(r);
  status = warn_facts(r);
  if (!status) sha256_hex(r->report->sha256, bytes.s, bytes.n);
  return status ? status : type_stage(r, out);
}

/* The report is made on the side and handed over only when all went well, as the table is:
 * out-parameters stay untouched on failure. */
bilan_status csv_read(bilan *b, struct table **out, struct csv_report *report,
                      const char *name, const char *bytes, size_t size,
                      const struct csv_options *options) {
  struct csv_report facts = {.mem = &b->mem};
  struct csv_options standard = {0};
  struct reading r = {.b = b, .name = name, .options = options ? options : &standard,
                      .report = &facts};
  bilan_status status = read_stages(&r, out, (struct text){bytes, size});
  encoder_close(&r.cells);
  if (r.header.mem) buffer_free(&r.header);
  mem_free(&b->mem, r.heading);
  mem_free(&b->mem, r.heading_end);
  decode_free(&r.decoded);
  if (status || !report) csv_report_free(&facts);
  else *report = facts;
  return status;
}

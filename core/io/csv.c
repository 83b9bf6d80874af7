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
 *
 * Large regular files take another way from the header on: csv_fast reads the rows by chunks
 * into cells, without the text in memory. It gives up whenever it is not sure; then the stages
 * above run as if it had not been there, so there is one judge of what is wrong with a file.
 */
#include "io/csv.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "io/csv_fast.h"
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
  struct csv_fast fast;   /* when the rows are read by it: */
  char *head;             /* the first bytes of the file */
  bool unsure;            /* a second reading of a column did not find what the first found */
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
  r->cells.spill = r->options->spill;
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

/* Lines from a known start of a record to that of `record`, in a window that grows until both
 * are in it. */
static size_t lines_to_record(struct reading *r, struct csv_mark mark, size_t record) {
  size_t blank_lines = 0, lines = 0;
  char *room = NULL;
  for (size_t bytes = 1 << 20, n = bytes; n == bytes; bytes *= 4) {
    struct csv_cursor c;
    struct csv_field f;
    char *more = mem_resize(&r->b->mem, room, bytes);
    if (!more) break;
    room = more;
    n = csv_source_read(r->b, &r->fast.gather.source, room, mark.at, bytes);
    csv_cursor_open(&c, (struct text){room, n}, r->dialect.delimiter, false);
    for (size_t at = mark.record; csv_cursor_record(&c, &blank_lines); at++) {
      lines = c.line - 1;
      if (at == record) n = 0;
      if (at == record) break;
      while (csv_cursor_field(&c, &f) == CSV_END_FIELD) continue;
    }
  }
  mem_free(&r->b->mem, room);
  return lines;
}

/* The physical line where a record begins, in a file whose rows are not in memory: lines are
 * counted up to the last known start of a record before it, and from there records. 0: the
 * file cannot be read any more. */
static size_t line_in_file(struct reading *r, size_t record) {
  enum { ROOM = 1 << 20 };
  const struct csv_source *source = &r->fast.gather.source;
  struct csv_mark mark = {0, 0, 0};
  size_t line = 1, n = 0;
  if (!csv_fast_mark(&r->fast, record, &mark)) return 0;
  char *room = mem_alloc(&r->b->mem, ROOM);
  for (size_t at = 0; room && at < mark.at; at += n) {
    n = csv_source_read(r->b, source, room, at, mark.at - at < ROOM ? mark.at - at : ROOM);
    if (!n) break;
    for (const char *s = room; (s = memchr(s, '\n', n - (size_t)(s - room))); s++) line++;
  }
  mem_free(&r->b->mem, room);
  return line + lines_to_record(r, mark, record);
}

/* A column of numbers that shall be text after all. Should the file have changed meanwhile, all
 * of it is read once more, by libcsv. */
static bilan_status column_as_text(struct reading *r, size_t column) {
  bool sure = true;
  bilan_status status = csv_fast_text(&r->fast, &r->cells, column, &sure);
  if (status || sure) return status;
  r->unsure = true;
  return fail(r->b, BILAN_DATA, "%s: the file has changed while it was read", r->name);
}

/* Stage 5: cells -> columns of a table with the rows of the file. */
static bilan_status type_stage(struct reading *r, struct table **out) {
  struct table *table = NULL;
  struct csv_typing typing = {.b = r->b, .name = r->name, .options = r->options,
                              .missing = {r->options->missing, r->options->missing_count},
                              .report = r->report, .cells = &r->cells, .text = r->text,
                              .dialect = r->dialect, .first_line = r->first_line,
                              .reading = r};
  if (r->head) {
    typing.line = line_in_file;
    typing.as_text = column_as_text;
  }
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

/* Gives back what a reading holds; its report is the caller's. */
static void close_reading(struct reading *r) {
  bilan *b = r->b;
  encoder_close(&r->cells);
  if (r->header.mem) buffer_free(&r->header);
  mem_free(&b->mem, r->heading);
  mem_free(&b->mem, r->heading_end);
  mem_free(&b->mem, r->head);
  csv_fast_close(&r->fast);
  decode_free(&r->decoded);
}

/* ---- large files: the rows by csv_fast ---------------------------------------------------- */

/* Below, starting workers costs more than it saves. */
enum { FAST_BYTES = 96 << 10, HEAD_BYTES = 1 << 20 };

/* Options that the fast reader knows. A tiny chunk that is asked for takes any file. */
static bool may_be_fast(const bilan *b, const struct csv_options *o, size_t size) {
  if (b->ways.libcsv || o->keep_blanks || o->fill) return false;
  return size >= FAST_BYTES || (b->ways.chunk && size);
}

/* The first bytes; false: no memory, or not to be read. */
static bool read_head(struct reading *r, const struct csv_source *source) {
  size_t n = source->size < HEAD_BYTES ? source->size : HEAD_BYTES;
  r->head = mem_alloc(&r->b->mem, n);
  if (!r->head || csv_source_read(r->b, source, r->head, 0, n) < n) return false;
  r->text = (struct text){r->head, n};
  return true;
}

/* UTF-8, perhaps with a byte-order mark, as far as the head shows: no "sep=" line, no other
 * format. The rows are checked as they are read. */
static bool plain_utf8(struct reading *r) {
  const char *e = r->options->encoding;
  bool utf8 = !e || !strcmp(e, "auto") || !strcmp(e, "UTF-8") || !strcmp(e, "utf-8") ||
              !strcmp(e, "utf8");
  struct text t = r->text;
  if (!utf8 || sniff_other_format(t)) return false;
  r->decoded.bom = t.n >= 3 && !memcmp(t.s, "\xEF\xBB\xBF", 3);
  if (r->decoded.bom) r->text = (struct text){t.s + 3, t.n - 3};
  memcpy(r->decoded.encoding, "UTF-8", sizeof "UTF-8");
  return r->text.n < 4 || memcmp(r->text.s, "sep=", 4) != 0;
}

/* The header alone through pre-pass and libcsv; the rows begin behind it. false: not for the
 * fast reader. */
static bool read_header(struct reading *r, size_t *start) {
  struct csv_cursor c;
  struct csv_field f;
  struct csv_limits limits = limits_of(r->options);
  enum csv_end end = CSV_END_FIELD;
  size_t blank_lines = 0;
  r->dialect.delimiter = r->options->delimiter;
  if (!r->dialect.delimiter && sniff_delimiter(r->b, &r->dialect.delimiter, r->name, r->text))
    return false;
  csv_cursor_open(&c, r->text, r->dialect.delimiter, false);
  if (!csv_cursor_record(&c, &blank_lines)) return false;
  while (end == CSV_END_FIELD) end = csv_cursor_field(&c, &f);
  if (end != CSV_END_RECORD || c.at == r->text.n || c.cr) return false;
  if (r->text.s[c.at - 1] != '\n') return false;
  *start = c.at;
  r->text.n = c.at;
  return text_is_utf8(r->text, NULL) && !memchr(r->text.s, '\0', r->text.n) &&
         !csv_scan(r->b, &r->layout, r->name, r->text, r->dialect, &limits, 0) &&
         r->layout.columns > 1 && !r->layout.skip_blanks && !has_marks(r->text);
}

/* Reads the rows into the cells, and what they add to the facts of the header. */
static bilan_status read_rows(struct reading *r, struct csv_plan *plan, bool *sure) {
  struct csv_layout *l = &r->layout;
  const struct csv_gather *g = &r->fast.gather;
  bool *fixed = mem_zero(&r->b->mem, l->columns, sizeof *fixed);
  if (!fixed) return fail_nomem(r->b);
  for (size_t i = 0; i < l->columns; i++)
    fixed[i] = csv_wanted(r->options, &r->report->heading[i]) != CSV_FOUND_OUT;
  plan->fixed = fixed;
  plan->columns = l->columns;
  plan->delimiter = r->dialect.delimiter;
  plan->missing = (struct missing_words){r->options->missing, r->options->missing_count};
  plan->spill = r->options->spill;
  bilan_status status = csv_fast_read(r->b, &r->fast, plan, &r->cells, sure);
  mem_free(&r->b->mem, fixed);
  if (status || !*sure) return status;
  l->rows = g->rows;
  l->blank_lines += g->blank_lines;
  l->quoted += g->quotes;
  l->lf += g->lf;
  l->crlf += g->crlf;
  return BILAN_OK;
}

/* Empty cells for each column, to be filled. */
static bilan_status open_cells(struct reading *r) {
  r->cells.b = r->b;
  r->cells.columns = mem_zero(&r->b->mem, r->layout.columns, sizeof *r->cells.columns);
  if (!r->cells.columns) return fail_nomem(r->b);
  r->cells.count = r->layout.columns;
  return BILAN_OK;
}

/* The header's names through libcsv, as always; then the cells wait empty. */
static bilan_status header_stage(struct reading *r) {
  bilan_status status = split_stage(r);
  if (!status) status = name_columns(r);
  encoder_close(&r->cells);
  memset(&r->cells, 0, sizeof r->cells);
  return status ? status : open_cells(r);
}

/* *sure = false: the file is for libcsv; any status but BILAN_NOMEM says nothing then. */
static bilan_status fast_stages(struct reading *r, struct table **out,
                                const struct csv_source *source, bool *sure) {
  struct csv_limits limits = limits_of(r->options);
  struct csv_plan plan = {.source = *source, .limits = &limits};
  *sure = false;
  bilan_status status = check_options(r);
  if (status || !read_head(r, source) || !plain_utf8(r) || !read_header(r, &plan.start))
    return BILAN_OK;
  if (r->decoded.bom) plan.start += 3;
  status = header_stage(r);
  if (!status) status = read_rows(r, &plan, sure);
  if (status || !*sure) return status;
  report_facts(r);
  status = warn_facts(r);
  if (!status && source->bytes) sha256_hex(r->report->sha256, source->bytes, source->size);
  if (!status) status = type_stage(r, out);
  *sure = !r->unsure;
  return status;
}

/* By the fast reader where it is sure, else by libcsv (unless the bytes are not in memory:
 * then *sure is false). The report is made on the side and handed over only when all went well,
 * as the table is: out-parameters stay untouched on failure. */
static bilan_status read_source(bilan *b, struct table **out, struct csv_report *report,
                                const char *name, const struct csv_source *source,
                                const struct csv_options *options, bool *sure) {
  struct csv_report facts = {.mem = &b->mem};
  struct csv_options standard = {0};
  struct reading r = {.b = b, .name = name, .options = options ? options : &standard,
                      .report = &facts};
  bilan_status status = BILAN_OK;
  bool fast = *sure;
  if (fast) status = fast_stages(&r, out, source, sure);
  else status = read_stages(&r, out, (struct text){source->bytes, source->size});
  bool keep = !status && report && fast == *sure;
  close_reading(&r);
  if (keep) *report = facts;
  else csv_report_free(&facts);
  return status;
}

bilan_status csv_read(bilan *b, struct table **out, struct csv_report *report,
                      const char *name, const char *bytes, size_t size,
                      const struct csv_options *options) {
  struct csv_options standard = {0};
  struct csv_source source = {bytes, -1, size};
  bool sure = may_be_fast(b, options ? options : &standard, size);
  if (sure) {
    bilan_status status = read_source(b, out, report, name, &source, options, &sure);
    if (sure || status == BILAN_NOMEM) return status;
  }
  return read_source(b, out, report, name, &source, options, &sure);
}

/* Why the system refused a file, in io_read_file's words. */
static bilan_status fail_open(bilan *b, const char *path) {
  int number = errno;
  const char *why = sys_error_name(number);
  if (why) return fail(b, BILAN_IO, "cannot read \"%s\": %s", path, why);
  return fail(b, BILAN_IO, "cannot read \"%s\": system error %d", path, number);
}

/* The file of a path. One that is there but not regular is left to io_read_file, which says what
 * it is: `fd` is then -1. */
static bilan_status open_source(bilan *b, struct csv_source *source, const char *path) {
  struct stat info;
  bilan_status status = BILAN_OK;
  source->fd = sys_open(&b->io, AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  if (source->fd < 0) return fail_open(b, path);
  if (sys_fstat(&b->io, source->fd, &info) < 0) {
    status = fail_open(b, path);
  } else if (S_ISREG(info.st_mode) && info.st_size >= 0) {
    source->size = (size_t)info.st_size;
    return BILAN_OK;
  }
  sys_close(&b->io, source->fd);
  source->fd = -1;
  return status;
}

bilan_status csv_read_file(bilan *b, struct table **out, struct csv_report *report,
                           const char *path, const struct csv_options *options) {
  struct csv_options standard = {0};
  const struct csv_options *o = options ? options : &standard;
  const char *name = o->name ? o->name : path;
  struct csv_source source = {NULL, -1, 0};
  char *bytes = NULL;
  size_t size = 0;
  bilan_status status = open_source(b, &source, path);
  if (status) return status;
  if (source.fd >= 0) {
    bool sure = may_be_fast(b, o, source.size) && (!o->most_bytes || source.size <= o->most_bytes);
    if (sure) status = read_source(b, out, report, name, &source, o, &sure);
    sys_close(&b->io, source.fd);
    if (sure || status == BILAN_NOMEM) return status;
  }
  status = io_read_file(b, &bytes, &size, path, o->most_bytes);
  source = (struct csv_source){bytes, -1, size};
  if (!status) status = read_source(b, out, report, name, &source, o, &(bool){false});
  mem_free(&b->mem, bytes);
  return status;
}

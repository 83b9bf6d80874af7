/* csv_scan.c - see csv_scan.h: the pre-pass over the text of a CSV file.
 *
 * The grammar is RFC 4180's with the liberties that csv_scan.h states. It is walked by a cursor
 * that knows the physical line of every record and of every opening quote, which is what an
 * error has to name: a quote that is never closed is found at the end of the file but belongs
 * to the line where it was opened. Nothing is unescaped or copied here; the walk only measures
 * (rows, columns, longest field) and refuses, so that the parser behind it meets sound text and
 * all its memory is bounded before it is asked for.
 *
 * One pass, one table look-up per byte of a plain field, memchr inside quotes.
 *
 * What is refused, with the place that the message names:
 *
 *   a,"b"c       column of c: text after a closing quote
 *   a,b"c        column of the quote: a quote inside a plain field
 *   "abc         where the quote opened, found at the end of the file
 *   a,b,c,d      the first field too many, where the header has three
 */
#include "io/csv_scan.h"

#include <stdint.h>
#include <string.h>

#include "io/decode.h"

/* ---- the cursor ------------------------------------------------------------------------- */

/* `stops` is a table by byte value, so that the inner loop over plain fields is one look-up a
 * byte whatever the delimiter is. */
void csv_cursor_open(struct csv_cursor *c, struct text t, char delimiter, bool keep_blanks) {
  memset(c, 0, sizeof *c);
  c->text = t;
  c->line = 1;
  c->delimiter = delimiter;
  c->keep_blanks = keep_blanks;
  c->stops[(unsigned char)delimiter] = c->stops['"'] = true;
  c->stops['\n'] = c->stops['\r'] = true;
}

/* Is there a byte at the cursor? `here` is that byte, and `at_line_end` whether it ends a
 * line; both need one. */
static bool more(const struct csv_cursor *c) { return c->at < c->text.n; }
static char here(const struct csv_cursor *c) { return c->text.s[c->at]; }
static bool at_line_end(const struct csv_cursor *c) { return here(c) == '\n' || here(c) == '\r'; }

/* Steps over the LF, CR or CR LF at the cursor. */
static void step_line_end(struct csv_cursor *c) {
  bool cr = here(c) == '\r';
  c->at++;
  if (!cr) {
    c->lf++;
  } else if (more(c) && here(c) == '\n') {
    c->at++;
    c->crlf++;
  } else {
    c->cr++;
  }
  c->line++;
  c->line_start = c->at;
}

/* Spaces and tabs, unless they belong to values; a tab that is the delimiter never does. */
static void skip_blanks(struct csv_cursor *c) {
  if (c->keep_blanks) return;
  while (more(c) && (here(c) == ' ' || here(c) == '\t') && here(c) != c->delimiter) c->at++;
}

/* A line of blanks counts as a blank line, as libcsv sees it. The last one may lack its line
 * end. The blanks before a record are left to its first field. */
bool csv_cursor_record(struct csv_cursor *c, size_t *blank_lines) {
  while (more(c)) {
    size_t start = c->at;
    skip_blanks(c);
    if (more(c) && !at_line_end(c)) {
      c->at = start;
      return true;
    }
    c->blank_text = c->blank_text || c->at > start;
    ++*blank_lines;
    if (more(c)) step_line_end(c);
  }
  return false;
}

/* What stands at the cursor after a whole field. */
static enum csv_end finish(struct csv_cursor *c) {
  if (!more(c)) return CSV_END_RECORD;
  if (here(c) == c->delimiter) {
    c->at++;
    return CSV_END_FIELD;
  }
  step_line_end(c);
  return CSV_END_RECORD;
}

/* Steps to the quote that closes the field and over it; the cursor is after the opening
 * one. false: there is none. */
static bool to_closing_quote(struct csv_cursor *c) {
  while (more(c)) {
    if (at_line_end(c)) {
      step_line_end(c);
    } else if (here(c) != '"') {
      c->at++;
    } else {
      c->at++;
      if (!more(c) || here(c) != '"') return true;
      c->at++;
    }
  }
  return false;
}

/* The cursor stands on the opening quote. Blanks after the closing one belong to the field as
 * written, not to its value. */
static enum csv_end quoted_field(struct csv_cursor *c, struct csv_field *field) {
  field->blanks_around_quotes = c->at > field->start;
  field->quote = c->at++;
  if (!to_closing_quote(c)) return CSV_UNCLOSED;
  size_t close = c->at;
  skip_blanks(c);
  field->blanks_around_quotes = field->blanks_around_quotes || c->at > close;
  field->end = c->at;
  if (more(c) && here(c) != c->delimiter && !at_line_end(c)) return CSV_TEXT_AFTER;
  return finish(c);
}

/* Plain fields are the common case: a run of bytes that stop nothing. The cost of a column or
 * a line is nothing here; columns are counted when a message needs one. */
enum csv_end csv_cursor_field(struct csv_cursor *c, struct csv_field *field) {
  *field = (struct csv_field){.start = c->at, .line = c->line, .line_start = c->line_start,
                              .quote = SIZE_MAX};
  skip_blanks(c);
  if (more(c) && here(c) == '"') return quoted_field(c, field);
  size_t at = c->at, n = c->text.n;
  const char *s = c->text.s;
  while (at < n && !c->stops[(unsigned char)s[at]]) at++;
  c->at = field->end = at;
  if (more(c) && here(c) == '"') return CSV_STRAY_QUOTE;
  return finish(c);
}

/* ---- the pre-pass ----------------------------------------------------------------------- */

/* The pre-pass under way: what was measured so far and the limits it is held to. */
struct scan {
  bilan *b;
  const char *name;
  struct csv_cursor cursor;
  struct csv_layout *layout;
  const struct csv_limits *limits;
  size_t first_line;
  size_t record_start, record_line;
  bool fill;
};

/* What stands in front of a message: name, line and column. */
struct where {
  size_t line, column;
};

/* Line numbers count the lines that were taken off the front of the file; columns are counted
 * in characters. */
static struct where where(const struct scan *s, size_t line, size_t line_start, size_t at) {
  return (struct where){line + s->first_line, text_column(s->cursor.text, line_start, at)};
}

/* Where a field is for a reader: its opening quote, or its first byte. */
static struct where field_where(const struct scan *s, const struct csv_field *f) {
  return where(s, f->line, f->line_start, f->quote == SIZE_MAX ? f->start : f->quote);
}

/* A message for each of the three faults of quoting. An unclosed quote and text after a
 * closing one are told where the quote opened, which is where the mistake is. */
static bilan_status fail_structure(struct scan *s, const struct csv_field *f,
                                   enum csv_end fault) {
  struct where opened = field_where(s, f);
  struct where now = where(s, s->cursor.line, s->cursor.line_start, s->cursor.at);
  if (fault == CSV_UNCLOSED)
    return fail(s->b, BILAN_DATA, "%s:%zu:%zu: the quote that opens here is never closed",
                s->name, opened.line, opened.column);
  if (fault == CSV_TEXT_AFTER)
    return fail(s->b, BILAN_DATA,
                "%s:%zu:%zu: the quoted field that opens here ends before %zu:%zu, where text "
                "follows; expected a delimiter or the end of the line (a quote inside a field "
                "is doubled)", s->name, opened.line, opened.column, now.line, now.column);
  return fail(s->b, BILAN_DATA,
              "%s:%zu:%zu: quote inside a field that does not start with one; expected the "
              "whole field in quotes and this one doubled", s->name, now.line, now.column);
}

/* The limits of bytes in a field and in a record. They bound what libcsv and the encoder have
 * to hold at once. */
static bilan_status check_field(struct scan *s, const struct csv_field *f) {
  size_t bytes = f->end - f->start, limit = s->limits->field_bytes;
  struct where w;
  if (limit && bytes > limit) {
    w = field_where(s, f);
    return fail(s->b, BILAN_LIMIT, "%s:%zu:%zu: field of %zu bytes; the limit is %zu", s->name,
                w.line, w.column, bytes, limit);
  }
  limit = s->limits->record_bytes;
  if (limit && f->end - s->record_start > limit)
    return fail(s->b, BILAN_LIMIT, "%s:%zu:1: record longer than the limit of %zu bytes",
                s->name, s->record_line + s->first_line, limit);
  return BILAN_OK;
}

/* What may stand around a quoted field, when blanks are skipped. */
static bool blank(char c) { return c == ' ' || c == '\t'; }

/* A plain field that libcsv would trim and the reader would not have to trim again. */
static bool blank_edge(struct text t) {
  if (!t.n || (!blank(t.s[0]) && !blank(t.s[t.n - 1]))) return false;
  size_t n = t.n;
  while (t.n && blank(t.s[0])) t = (struct text){t.s + 1, t.n - 1};
  while (t.n && blank(t.s[t.n - 1])) t.n--;
  return t.n < n && t.n == text_trim(t).n;
}

/* Collects what the later stages want to know: the longest field, whether there are quotes,
 * and which blanks libcsv would pass over. */
static void note_field(struct scan *s, const struct csv_field *f) {
  struct csv_layout *l = s->layout;
  if (f->end - f->start > l->longest) l->longest = f->end - f->start;
  if (f->quote != SIZE_MAX) {
    l->quoted++;
    l->skip_blanks = l->skip_blanks || f->blanks_around_quotes;
  } else {
    struct text t = {s->cursor.text.s + f->start, f->end - f->start};
    l->blank_edges += blank_edge(t);
  }
}

/* Too many fields: the place is that of the first surplus one. */
static bilan_status fail_long(struct scan *s, const struct csv_field *f, size_t found) {
  struct where w = field_where(s, f);
  return fail(s->b, BILAN_DATA,
              "%s:%zu:%zu: found field %zu of a row, expected %zu as in the header (line %zu)",
              s->name, w.line, w.column, found, s->layout->columns,
              s->layout->header_line);
}

/* Too few fields: the place is where the row ends. After a quoted field, which may hold line
 * breaks, it is the opening quote. */
static bilan_status fail_short(struct scan *s, const struct csv_field *last, size_t found) {
  struct where w = where(s, last->line, last->line_start, last->end);
  if (last->quote != SIZE_MAX) w = field_where(s, last);
  return fail(s->b, BILAN_DATA,
              "%s:%zu:%zu: found the end of the row after field %zu, expected %zu as in the "
              "header (line %zu); fill = true takes the others as blank", s->name, w.line,
              w.column, found, s->layout->columns, s->layout->header_line);
}

/* A header beyond the limit of columns, at its first surplus field. */
static bilan_status fail_columns(struct scan *s, const struct csv_field *f) {
  struct where w = field_where(s, f);
  return fail(s->b, BILAN_LIMIT, "%s:%zu:%zu: more than %zu columns", s->name, w.line, w.column,
              s->limits->columns);
}

/* One record; `header` sets how many fields the others have. */
static bilan_status scan_record(struct scan *s, bool header) {
  struct csv_field f;
  enum csv_end end = CSV_END_FIELD;
  size_t found = 0, most = s->limits->columns;
  s->record_start = s->cursor.at;
  s->record_line = s->cursor.line;
  while (end == CSV_END_FIELD) {
    end = csv_cursor_field(&s->cursor, &f);
    if (end > CSV_END_RECORD) return fail_structure(s, &f, end);
    bilan_status status = check_field(s, &f);
    if (status) return status;
    found++;
    if (header && most && found > most) return fail_columns(s, &f);
    if (!header && found > s->layout->columns) return fail_long(s, &f, found);
    note_field(s, &f);
  }
  if (header) s->layout->columns = found;
  if (found == s->layout->columns) return BILAN_OK;
  if (!s->fill) return fail_short(s, &f, found);
  s->layout->short_rows++;
  s->layout->missing_fields += s->layout->columns - found;
  return BILAN_OK;
}

/* All records after the header. */
static bilan_status scan_rows(struct scan *s) {
  struct csv_layout *l = s->layout;
  while (csv_cursor_record(&s->cursor, &l->blank_lines)) {
    if (s->limits->rows && l->rows == s->limits->rows)
      return fail(s->b, BILAN_LIMIT, "%s:%zu:1: more than %zu rows", s->name,
                  s->cursor.line + s->first_line, s->limits->rows);
    bilan_status status = scan_record(s, false);
    if (status) return status;
    l->rows++;
  }
  return BILAN_OK;
}

/* The layout is made on the side and copied when the whole text is sound. */
bilan_status csv_scan(bilan *b, struct csv_layout *out, const char *name, struct text t,
                      struct csv_dialect dialect, const struct csv_limits *limits,
                      size_t first_line) {
  struct csv_layout l = {0};
  struct scan s = {.b = b, .name = name, .layout = &l, .limits = limits,
                   .first_line = first_line, .fill = dialect.fill};
  csv_cursor_open(&s.cursor, t, dialect.delimiter, dialect.keep_blanks);
  if (!csv_cursor_record(&s.cursor, &l.blank_lines))
    return fail(b, BILAN_DATA, "%s:1:1: no header and no rows: the file is empty", name);
  l.header_line = s.cursor.line + first_line;
  bilan_status status = scan_record(&s, true);
  if (!status) status = scan_rows(&s);
  if (status) return status;
  l.skip_blanks = l.skip_blanks || s.cursor.blank_text;
  l.lf = s.cursor.lf;
  l.crlf = s.cursor.crlf;
  l.cr = s.cursor.cr;
  *out = l;
  return BILAN_OK;
}

/* Steps over a record that is known to be sound. */
static void skip_record(struct csv_cursor *c) {
  struct csv_field f;
  while (csv_cursor_field(c, &f) == CSV_END_FIELD) continue;
}

/* Marks are at least 64 kB apart, so their number is known beforehand. */
void csv_index_make(bilan *b, struct csv_index *out, struct text t, struct csv_dialect dialect) {
  enum { APART = 1 << 16 };
  struct csv_cursor c;
  size_t blank_lines = 0, due = 0;
  *out = (struct csv_index){mem_array(&b->mem, t.n / APART + 1, sizeof *out->marks), 0};
  csv_cursor_open(&c, t, dialect.delimiter, dialect.keep_blanks);
  for (size_t record = 0; out->marks && csv_cursor_record(&c, &blank_lines); record++) {
    if (c.at >= due) {
      out->marks[out->count++] = (struct csv_mark){record, c.at, c.line};
      due = c.at + APART;
    }
    skip_record(&c);
  }
}

/* Lines are not kept for each record: messages need one rarely, and a short walk from the last
 * mark before it costs less than eight bytes a row. */
size_t csv_record_line(const struct csv_index *index, struct text t, struct csv_dialect dialect,
                       size_t record, size_t first_line) {
  struct csv_cursor c;
  size_t blank_lines = 0, at = 0;
  csv_cursor_open(&c, t, dialect.delimiter, dialect.keep_blanks);
  for (size_t i = 0; i < index->count && index->marks[i].record <= record; i++) {
    at = index->marks[i].record;
    c.at = index->marks[i].at;
    c.line = index->marks[i].line;
  }
  while (csv_cursor_record(&c, &blank_lines) && at++ < record) skip_record(&c);
  return c.line + first_line;
}

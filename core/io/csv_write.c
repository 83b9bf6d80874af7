/* csv_write.c - see csv_write.h.
 *
 * The file is made in memory and written by the caller in one go, so it is whole or not there.
 * Quotes stand where RFC 4180 needs them and where other readers would trim or misread a field;
 * a text that a spreadsheet would take for a formula gets an apostrophe in front (CWE-1236),
 * and how many did is told. Numbers are the shortest decimals that read back as the same double
 * and never get an apostrophe: -5 stays a number.
 *
 * What is written can be read back by csv_read as the same table, but for the kinds of missing,
 * which become blanks, and levels that nobody chose.
 *
 *   l'école        l'école            plain: no delimiter, quote or line end in it
 *   dit "oui"      "dit ""oui"""      a quote inside is doubled
 *   =1+1           '=1+1              text that a spreadsheet would reckon
 *   -5             -5                 a number is a number
 */
#include "io/csv_write.h"

#include <string.h>

#include "base/number.h"

/* A writing under way. Failures of memory are noted in `out`, and looked at once a row. */
struct writer {
  struct buffer *out;
  const struct table *table;
  const bool *numbers; /* per column: are its answers shown as numbers? */
  char delimiter, decimal;
  bool raw, only_column;
  bool started; /* a field of this record is written */
  const char *line_end;
  size_t neutralised;
};

/* ---- fields ----------------------------------------------------------------------------- */

/* Blanks at an end are trimmed by many readers (libcsv among them) unless quoted. */
static bool blank(char c) { return c == ' ' || c == '\t'; }

/* A field that could be read as something else than itself: RFC 4180, section 2, points 5 to
 * 7, and what csv_write.h adds. */
static bool needs_quotes(const struct writer *w, struct text t) {
  if (!t.n) return w->only_column;
  if (blank(t.s[0]) || blank(t.s[t.n - 1])) return true;
  if (t.n >= 4 && !memcmp(t.s, "sep=", 4)) return true; /* Excel's directive */
  for (size_t i = 0; i < t.n; i++)
    if (t.s[i] == w->delimiter || strchr("\"\r\n", t.s[i])) return true;
  return false;
}

/* Between quotes, each inner quote doubled. Copies runs, not bytes. */
static void put_quoted(struct buffer *out, struct text t) {
  buffer_char(out, '"');
  for (size_t start = 0; start < t.n;) {
    const char *quote = memchr(t.s + start, '"', t.n - start);
    size_t end = quote ? (size_t)(quote - t.s) + 1 : t.n;
    buffer_add(out, t.s + start, end - start);
    if (quote) buffer_char(out, '"');
    start = end;
  }
  buffer_char(out, '"');
}

/* One field, with the delimiter before it unless it is the first of its record. */
static void put_field(struct writer *w, struct text t) {
  if (w->started) buffer_char(w->out, w->delimiter);
  w->started = true;
  if (needs_quotes(w, t)) put_quoted(w->out, t);
  else buffer_text(w->out, t);
}

/* Does a spreadsheet take this text for a formula? */
static bool is_formula(struct text t) {
  static const char *const wide[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
                                     "\xEF\xBC\xA0"};
  if (!t.n) return false;
  if (!t.s[0] || strchr("=+-@\t\r", t.s[0])) return true;
  for (size_t i = 0; t.n >= 3 && i < sizeof wide / sizeof wide[0]; i++)
    if (!memcmp(t.s, wide[i], 3)) return true;
  return false;
}

/* Text of a respondent or an analyst, never trusted by a spreadsheet. */
static void put_text(struct writer *w, struct text t) {
  struct buffer safe;
  if (w->raw || !is_formula(t)) {
    put_field(w, t);
    return;
  }
  buffer_init(&safe, w->out->mem);
  buffer_char(&safe, '\'');
  buffer_text(&safe, t);
  if (safe.failed) w->out->failed = true;
  else put_field(w, (struct text){safe.s, safe.n});
  buffer_free(&safe);
  w->neutralised++;
}

/* The shortest decimal that reads back as the same double, with the decimal mark asked for;
 * quoted when that mark is also the delimiter. */
static void put_number(struct writer *w, double value) {
  char room[NUMBER_ROOM];
  size_t n = number_print(room, value);
  char *point = memchr(room, '.', n);
  if (point) *point = w->decimal;
  put_field(w, (struct text){room, n});
}

/* The line end that was chosen; the next field is the first of its record. */
static void end_record(struct writer *w) {
  buffer_string(w->out, w->line_end);
  w->started = false;
}

/* ---- columns ---------------------------------------------------------------------------- */

/* name[option], as survey tools write it. */
static void put_option_name(struct writer *w, struct text name, struct text option) {
  struct buffer both;
  buffer_init(&both, w->out->mem);
  buffer_text(&both, name);
  buffer_char(&both, '[');
  buffer_text(&both, option);
  buffer_char(&both, ']');
  if (both.failed) w->out->failed = true;
  else put_text(w, (struct text){both.s, both.n});
  buffer_free(&both);
}

/* The header: as many fields as put_row writes, in the same order. */
static void put_names(struct writer *w) {
  for (size_t place = 0; place < table_count(w->table); place++) {
    const struct column *c = table_column(w->table, place);
    struct text name = table_name(w->table, place);
    if (c->type != COLUMN_SET) put_text(w, name);
    for (size_t i = 0; c->type == COLUMN_SET && i < c->option_count; i++)
      put_option_name(w, name, dict_level(c->dict, (uint32_t)i + 1)->label);
  }
  end_record(w);
}

/* The options of an item with several answers. A blank option is blank even when others are
 * ticked. */
static void put_set(struct writer *w, const struct column *c, size_t row) {
  bool absent = column_missing(c, row) != BILAN_PRESENT;
  for (size_t i = 0; i < c->option_count; i++) {
    uint32_t code = column_code(c->options[i], row);
    if (absent || code == SET_BLANK) put_field(w, TEXT(""));
    else put_field(w, code == SET_TICKED ? TEXT("1") : TEXT("0"));
  }
}

/* Why there is no answer, where a level says so; else a blank. */
static void put_absence(struct writer *w, const struct column *c, size_t row) {
  struct text why = c->type == COLUMN_CODES ? column_label(c, row) : TEXT("");
  put_text(w, why.s ? why : TEXT(""));
}

/* One value by the shape of its column; absence is looked at before the value. */
static void put_cell(struct writer *w, size_t place, size_t row) {
  const struct column *c = table_column(w->table, place);
  if (c->type == COLUMN_SET) put_set(w, c, row);
  else if (column_missing(c, row)) put_absence(w, c, row);
  else if (w->numbers[place]) put_number(w, column_number(c, row));
  else put_text(w, column_label(c, row));
}

/* One record. */
static void put_row(struct writer *w, size_t row) {
  for (size_t place = 0; place < table_count(w->table); place++)
    put_cell(w, place, row);
  end_record(w);
}

/* Columns as written: an item with several answers counts by its options. */
static size_t written_columns(const struct table *t) {
  size_t count = 0;
  for (size_t place = 0; place < table_count(t); place++) {
    const struct column *c = table_column(t, place);
    count += c->type == COLUMN_SET ? c->option_count : 1;
  }
  return count;
}

/* The options are checked before the first byte is written. Memory is looked at once per row
 * and at the end: a failed buffer takes nothing more. */
bilan_status csv_write_table(bilan *b, struct buffer *out, const struct table *t,
                             const struct domain *domain,
                             const struct csv_write_options *options, size_t *neutralised) {
  struct writer w = {.out = out, .table = t, .raw = options->raw,
                     .delimiter = options->delimiter ? options->delimiter : ',',
                     .decimal = options->decimal ? options->decimal : '.',
                     .line_end = options->lf ? "\n" : "\r\n"};
  if (!strchr(",;\t|", w.delimiter))
    return fail(b, BILAN_USAGE, "delimiter must be one of \",\" \";\" \"|\" or a tab");
  if (w.decimal != '.' && w.decimal != ',')
    return fail(b, BILAN_USAGE, "decimal must be \".\" or \",\"");
  if (domain && domain->rows != table_rows(t))
    return fail(b, BILAN_USAGE, "the domain has %zu rows, the table %zu", domain->rows,
                table_rows(t));
  bilan_status status = table_load(b, t);
  if (status) return status;
  w.only_column = written_columns(t) == 1;
  bool *numbers = mem_array(&b->mem, table_count(t), sizeof *numbers);
  if (!numbers) return fail_nomem(b);
  for (size_t place = 0; place < table_count(t); place++)
    numbers[place] = column_shows_numbers(table_column(t, place), table_kind(t, place));
  w.numbers = numbers;
  if (options->bom) buffer_string(out, "\xEF\xBB\xBF");
  put_names(&w);
  for (size_t row = 0; row < table_rows(t) && !out->failed; row++)
    if (domain_has(domain, row)) put_row(&w, row);
  mem_free(&b->mem, numbers);
  if (out->failed) return fail_nomem(b);
  if (neutralised) *neutralised = w.neutralised;
  return BILAN_OK;
}

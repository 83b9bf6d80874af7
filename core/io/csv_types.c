/* csv_types.c - what each column of a CSV file is, decided from all its values.
 *
 * Two rounds. The first looks at all columns and finds the file's decimal mark: a column
 * votes when its values leave one reading only ("3,5", "1.234,5", "0,125"); the mark is the
 * file's when all votes agree. The second makes the columns. A column whose values leave two
 * readings ("1,234") takes the file's mark. Without one, a point is a decimal point unless the
 * delimiter is a semicolon (where decimal commas, and so thousands points, are usual);
 * otherwise the column stays text with a warning: numbers are never misread in silence.
 *
 * The votes, where a column's bits are the styles that fit all its values:
 *
 *   3.5  12  0.25       point only             votes for "."
 *   1,5  2,25           comma only             votes for ","
 *   1.234,5             comma, point groups    votes for ","
 *   1,234  5,678        both readings          no vote; takes the file's mark
 *   3  4  5             any                    no vote; needs no mark
 *   3.5  1,5            none                   text, with a warning that names the line
 */
#include "io/csv.h"
#include "io/sniff.h"

/* ---- messages --------------------------------------------------------------------------- */

/* The column's name, short enough for a message. */
static struct text name_of(const struct csv_typing *t, size_t column) {
  return csv_shown(t->report->heading[column].name);
}

/* The physical line of the first row that has the value. */
static size_t line_of(struct csv_typing *t, size_t column, size_t value) {
  size_t row = cells_row(&t->cells->columns[column], value);
  if (t->line) return t->line(t->reading, row + 1);
  if (!t->index.marks) csv_index_make(t->b, &t->index, t->text, t->dialect);
  return csv_record_line(&t->index, t->text, t->dialect, row + 1, t->first_line);
}

/* 0, without a search, when the warning would be dropped anyway. */
static size_t warning_line(struct csv_typing *t, size_t column, size_t value) {
  return t->report->warnings == WARNINGS_KEPT ? 0 : line_of(t, column, value);
}

/* Every value is a number in itself, but no style fits all: "1,5" above "3.5". */
static bilan_status warn_two_ways(struct csv_typing *t, size_t column) {
  struct text name = name_of(t, column);
  return csv_warn(t->b, t->report,
                  "%s:%zu: column \"%.*s\" writes numbers in two ways from this line on; it is "
                  "kept as text", t->name, warning_line(t, column, t->looks[column].clash),
                  (int)name.n, name.s);
}

/* Every value has the shape of "1,234", and neither the column nor the file says what the
 * mark means. */
static bilan_status warn_unsure(struct csv_typing *t, size_t column) {
  struct text name = name_of(t, column);
  return csv_warn(t->b, t->report,
                  "%s: the marks in column \"%.*s\" may be decimal or thousands marks; it is "
                  "kept as text; say decimal = \".\" or decimal = \",\"", t->name, (int)name.n,
                  name.s);
}

/* Not an error, but a reading that the analyst should see: it rests on the other columns. */
static bilan_status warn_thousands(struct csv_typing *t, size_t column, char mark) {
  struct text name = name_of(t, column);
  return csv_warn(t->b, t->report,
                  "%s: \"%c\" in column \"%.*s\" is read as a thousands mark, since the "
                  "decimal mark of the file is \"%c\"", t->name, mark, (int)name.n, name.s,
                  mark == ',' ? '.' : ',');
}

/* The decimal mark that was declared does not fit this column. */
static bilan_status warn_other_mark(struct csv_typing *t, size_t column) {
  struct text name = name_of(t, column);
  return csv_warn(t->b, t->report,
                  "%s: column \"%.*s\" has numbers, but not with decimal = \"%c\"; it is kept "
                  "as text", t->name, (int)name.n, name.s, t->options->decimal);
}

/* A column of numbers but for a few values: the analyst wants to know where. */
static bilan_status warn_nearly_numbers(struct csv_typing *t, size_t column) {
  const struct look *l = &t->looks[column];
  struct text name = name_of(t, column);
  if (l->values < 10 || l->numbers * 10 < l->values * 9 || l->odd == SIZE_MAX) return BILAN_OK;
  return csv_warn(t->b, t->report,
                  "%s:%zu: column \"%.*s\" is kept as text: %zu of its %zu values are no "
                  "numbers, the first here", t->name, warning_line(t, column, l->odd), (int)name.n,
                  name.s, l->values - l->numbers, l->values);
}

/* A value against the type that was asked for: the line where it first stands. */
static bilan_status fail_value(struct csv_typing *t, size_t column, size_t value,
                               const char *expected) {
  struct text name = name_of(t, column);
  return fail(t->b, BILAN_DATA, "%s:%zu: column \"%.*s\": not %s, as types asks for", t->name,
              line_of(t, column, value), (int)name.n, name.s, expected);
}

/* ---- the decimal mark of the file ------------------------------------------------------- */

/* The styles that a declared decimal mark leaves. */
static unsigned allowed(const struct csv_typing *t) {
  if (t->options->decimal == '.') return STYLES_WITH_POINT;
  return t->options->decimal == ',' ? STYLES_WITH_COMMA : (unsigned)STYLES_ALL;
}

/* Counts the votes of the columns. Whole numbers and columns with two readings have none. */
static void find_decimal(struct csv_typing *t) {
  size_t points = 0, commas = 0;
  t->decimal = t->options->decimal;
  for (size_t i = 0; i < t->cells->count; i++) {
    const struct look *l = &t->looks[i];
    bool point = l->styles & STYLES_WITH_POINT, comma = l->styles & STYLES_WITH_COMMA;
    if (!l->values || !l->marked) continue;
    points += point && !comma;
    commas += comma && !point;
  }
  if (!t->decimal && points && !commas) t->decimal = '.';
  if (!t->decimal && commas && !points) t->decimal = ',';
}

/* The style of a column all of whose values are numbers; 0 styles left: unsure. */
static unsigned settle_styles(const struct csv_typing *t, const struct look *l) {
  unsigned styles = l->styles & allowed(t);
  bool open = styles & STYLES_WITH_POINT && styles & STYLES_WITH_COMMA && l->marked;
  if (!open) return styles;
  if (t->decimal) return styles & (t->decimal == '.' ? STYLES_WITH_POINT : STYLES_WITH_COMMA);
  bool plain_point = styles & 1 << STYLE_POINT && t->dialect.delimiter != ';';
  return plain_point ? 1 << STYLE_POINT : 0;
}

/* One kind of mark for the file, or "?" when columns differ. */
static void note_mark(char *known, char mark) {
  if (*known == 0) *known = mark;
  else if (*known != mark) *known = '?';
}

/* Notes what a column was read with, for the report. */
static bilan_status note_style(struct csv_typing *t, size_t column, struct number_style style) {
  const struct look *l = &t->looks[column];
  if (style.thousands) note_mark(&t->report->thousands, style.thousands);
  if (!l->marked) return BILAN_OK;
  note_mark(&t->report->decimal, style.decimal);
  bool open = l->styles & STYLES_WITH_POINT && l->styles & STYLES_WITH_COMMA;
  if (!open || !style.thousands || style.thousands == ' ') return BILAN_OK;
  return warn_thousands(t, column, style.thousands);
}

/* ---- making one column ------------------------------------------------------------------ */

/* One column as it goes into the table. NULL: not a column yet, another way is tried. */
struct made {
  struct column *column;
  bilan_kind kind;
};

/* Tries to make numbers; a column that is none is left unmade (out->column NULL). */
static bilan_status make_numbers(struct csv_typing *t, size_t column, unsigned styles,
                                 struct made *out) {
  size_t bad = SIZE_MAX;
  struct number_style style = sniff_style(styles);
  bilan_status status = cells_to_numbers(t->b, &out->column, &t->cells->columns[column],
                                         &t->missing, style, &bad);
  if (status == BILAN_DATA) return BILAN_OK;
  out->kind = BILAN_NUMBER;
  if (!status) status = note_style(t, column, style);
  return status;
}

/* Text in an arena, for words that are rarely the same. */
static bilan_status make_text(struct csv_typing *t, size_t column, bilan_kind kind,
                              struct made *out) {
  out->kind = kind;
  return cells_to_text(t->b, &out->column, &t->cells->columns[column], &t->missing);
}

/* A dictionary of levels, for words that return. */
static bilan_status make_levels(struct csv_typing *t, size_t column, bilan_kind kind,
                                struct made *out) {
  out->kind = kind;
  return cells_to_levels(t->b, &out->column, &t->cells->columns[column], &t->missing);
}

/* Nearly all different, and long where the dictionary was small enough to keep. */
static bool is_text(const struct csv_typing *t, size_t column) {
  enum { LONG = 25 };
  const struct look *l = &t->looks[column];
  if (l->bytes / l->values < LONG) return false;
  size_t most = l->values * 10 / 9; /* of the answers for which nine in ten are different */
  size_t answers = cells_answers(&t->cells->columns[column], &t->missing, most + 1);
  return answers > 1 && answers <= most;
}

/* Levels, or text when a spilled column turns out to have few repeated values. */
static bilan_status make_words(struct csv_typing *t, size_t column, struct made *out) {
  const struct look *l = &t->looks[column];
  bool dates = l->values && l->dates == l->values;
  bilan_kind kind = dates ? BILAN_DATE : BILAN_TEXT;
  if (!t->cells->columns[column].spilled)
    return !dates && is_text(t, column) ? make_text(t, column, kind, out)
                                : make_levels(t, column, dates ? kind : BILAN_SINGLE, out);
  if (cells_differ(t->b, &t->cells->columns[column], &t->missing, l->values))
    return make_text(t, column, kind, out);
  bilan_status status = make_levels(t, column, dates ? kind : BILAN_SINGLE, out);
  if (status || (dict_count(out->column->dict) - 1) * 10 < l->values * 9) return status;
  column_free(out->column);
  out->column = NULL;
  return make_text(t, column, kind, out);
}

/* Why a column that could have been numbers is not. */
static bilan_status warn_no_numbers(struct csv_typing *t, size_t column) {
  const struct look *l = &t->looks[column];
  if (l->numbers < l->values) return warn_nearly_numbers(t, column);
  if (!l->styles) return warn_two_ways(t, column);
  if (!(l->styles & allowed(t))) return warn_other_mark(t, column);
  return warn_unsure(t, column);
}

/* The rule of csv.h. Numbers first; a column whose numbers cannot all be held as doubles
 * (1e+400) goes on as words. */
static bilan_status make_found_out(struct csv_typing *t, size_t column, struct made *out) {
  const struct look *l = &t->looks[column];
  unsigned styles = settle_styles(t, l);
  bilan_status status = BILAN_OK;
  if (!l->values) return make_levels(t, column, BILAN_SINGLE, out);
  if (styles) status = make_numbers(t, column, styles, out);
  if (status || out->column) return status;
  status = styles ? BILAN_OK : warn_no_numbers(t, column);
  return status ? status : make_words(t, column, out);
}

/* ---- types that were asked for ---------------------------------------------------------- */

/* How many values parse under a style; the first that does not in *bad. */
static size_t count_numbers(const struct csv_typing *t, size_t column, unsigned style,
                            size_t *bad) {
  const struct cells *c = &t->cells->columns[column];
  struct number_style s = sniff_style(1u << style);
  struct text value;
  double ignored;
  size_t count = 0;
  *bad = SIZE_MAX;
  for (size_t i = 0; i < cells_values(c); i++) {
    if (!cells_value(c, &t->missing, i, &value)) continue;
    if (number_parse_style(&ignored, value, s)) count++;
    else if (*bad == SIZE_MAX) *bad = i;
  }
  return count;
}

/* The style under which most values are numbers, and the first that is none. */
static unsigned best_style(const struct csv_typing *t, size_t column, size_t *bad) {
  unsigned best = 0;
  size_t most = 0, first;
  bool any = false;
  for (unsigned style = 0; style < STYLES; style++) {
    if (!(allowed(t) >> style & 1)) continue;
    size_t count = count_numbers(t, column, style, &first);
    if (any && count <= most) continue;
    any = true;
    most = count;
    best = style;
    *bad = first;
  }
  return 1u << best;
}

/* Leading zeros, plus signs and bare exponents are accepted here, since the analyst says that
 * they are numbers; two readings are still an error. */
static bilan_status make_asked_number(struct csv_typing *t, size_t column, struct made *out) {
  const struct look *l = &t->looks[column];
  struct text name = name_of(t, column);
  unsigned styles = settle_styles(t, l);
  size_t bad = SIZE_MAX;
  if (!styles && l->styles & allowed(t))
    return fail(t->b, BILAN_DATA, "%s: the marks in column \"%.*s\" may be decimal or "
                "thousands marks; say decimal = \".\" or decimal = \",\"", t->name, (int)name.n,
                name.s);
  if (!styles) styles = best_style(t, column, &bad);
  if (bad != SIZE_MAX) return fail_value(t, column, bad, "a number");
  bilan_status status = make_numbers(t, column, styles, out);
  if (!status && !out->column)
    return fail(t->b, BILAN_DATA, "%s: column \"%.*s\" has a number beyond 1e308", t->name,
                (int)name.n, name.s);
  return status;
}

/* Dates are kept as their ISO text, which sorts as the dates do. */
static bilan_status make_asked_date(struct csv_typing *t, size_t column, struct made *out) {
  const struct cells *c = &t->cells->columns[column];
  struct text value;
  for (size_t i = 0; i < cells_values(c); i++)
    if (cells_value(c, &t->missing, i, &value) && !sniff_date(value))
      return fail_value(t, column, i, "an ISO date (YYYY-MM-DD)");
  return make_levels(t, column, BILAN_DATE, out);
}

/* What `types` asks for; the rule of csv.h for all other columns. */
static bilan_status make_asked(struct csv_typing *t, size_t column, enum csv_want want,
                               struct made *out) {
  switch (want) {
  case CSV_NUMBER: return make_asked_number(t, column, out);
  case CSV_TEXT: return make_text(t, column, BILAN_TEXT, out);
  case CSV_SINGLE: return make_levels(t, column, BILAN_SINGLE, out);
  case CSV_DATE: return make_asked_date(t, column, out);
  case CSV_ID: return make_text(t, column, BILAN_ID, out);
  default: return make_found_out(t, column, out);
  }
}

/* A column may be named by its name or by its header as written. */
static bool is_for(const struct csv_type *type, const struct heading *h) {
  return text_equal(type->name, text_of(h->name)) ||
         text_equal(text_trim(type->name), text_trim(text_of(h->written)));
}

/* The first entry of `types` that names the column. */
enum csv_want csv_wanted(const struct csv_options *options, const struct heading *heading) {
  for (size_t i = 0; i < options->type_count; i++)
    if (is_for(&options->types[i], heading)) return options->types[i].want;
  return CSV_FOUND_OUT;
}

/* Numbers that were read under one style and are wanted under another, or as text, are read
 * again: only their text can say. So is a column that has only words for missing answers: those
 * are its levels. */
static bilan_status check_style(struct csv_typing *t, size_t column) {
  const struct cells *c = &t->cells->columns[column];
  unsigned styles = settle_styles(t, &t->looks[column]);
  struct number_style style = sniff_style(styles);
  if (!c->numeric) return BILAN_OK;
  bool same = style.decimal == c->style.decimal || !t->looks[column].marked;
  bool values = t->looks[column].values > 0;
  if (values && styles && same && style.thousands == c->style.thousands) return BILAN_OK;
  bilan_status status = t->as_text(t->reading, column);
  if (!status) cells_look(&t->cells->columns[column], &t->missing, &t->looks[column]);
  return status;
}

/* ---- all columns ------------------------------------------------------------------------ */

/* Makes one column and drops its cells at once, so that the peak of memory is the table and
 * the cells that are still to do. */
static bilan_status add_column(struct csv_typing *t, struct table *table, size_t column) {
  struct made made = {NULL, BILAN_SINGLE};
  enum csv_want want = csv_wanted(t->options, &t->report->heading[column]);
  bilan_status status = check_style(t, column);
  if (!status) status = make_asked(t, column, want, &made);
  if (status) {
    column_free(made.column);
    return status;
  }
  encoder_drop(t->cells, column);
  return table_add(t->b, table, text_of(t->report->heading[column].name), made.kind,
                   made.column);
}

/* A type for a column that is not there is a mistake to tell. */
static bilan_status check_types(struct csv_typing *t, const struct table *table) {
  for (size_t i = 0; i < t->options->type_count; i++) {
    bool found = false;
    for (size_t column = 0; column < t->cells->count && !found; column++)
      found = is_for(&t->options->types[i], &t->report->heading[column]);
    if (!found) return table_no_item(t->b, table, t->options->types[i].name);
  }
  return BILAN_OK;
}

/* Each column was sure of its own mark, so nothing is misread; but a file like that is worth
 * a look. */
static bilan_status warn_mixed(struct csv_typing *t) {
  if (t->report->decimal != '?') return BILAN_OK;
  return csv_warn(t->b, t->report,
                  "%s: some columns have decimal points and some decimal commas; each is read "
                  "by its own", t->name);
}

/* Two rounds, as the head of this file says. Columns are made in file order, so messages and
 * warnings come in file order too. */
bilan_status csv_type_columns(struct csv_typing *t, struct table *table) {
  bilan_status status = BILAN_OK;
  t->looks = mem_zero(&t->b->mem, t->cells->count, sizeof *t->looks);
  if (!t->looks) return fail_nomem(t->b);
  for (size_t i = 0; i < t->cells->count; i++)
    cells_look(&t->cells->columns[i], &t->missing, &t->looks[i]);
  find_decimal(t);
  for (size_t i = 0; !status && i < t->cells->count; i++) status = add_column(t, table, i);
  if (!status) status = check_types(t, table);
  if (!status) status = warn_mixed(t);
  mem_free(&t->b->mem, t->looks);
  mem_free(&t->b->mem, t->index.marks);
  return status;
}

/* sniff.c - see sniff.h: which delimiter, which numbers, which dates, and what is no CSV at
 * all.
 *
 * Delimiter. Each candidate splits a sample at the start of the file as csv_scan would. Those
 * that give every record as many fields as the header, more than one, come first; only when
 * there is none, those that divide the header at all. The leader must have twice the separators
 * of every other; what does not lead clearly is an error that names both, never a guess. A file
 * that none divides has one column.
 *
 * Numbers. A value is reduced to its runs of digits and the marks between them; from these
 * follows the set of styles in which it is a number (a bit each): "1,5" is one with a decimal
 * comma, "1,234" one or the other, "1.234,5" one style only, "1,23,4" none. A column's style is
 * what all its values have in common.
 *
 * Dates are those of ISO 8601 alone: any other order of day and month would be a guess.
 *
 * Everything works on slices, allocates nothing, and reads a value once.
 *
 * The styles of single values, as sniff_number finds them:
 *
 *   12        all six                 1 234,5   blank groups, comma
 *   1.5       the three with a point  1.234     point decimal, or point groups
 *   0,125     the three with a comma  0123      none: a leading zero is a code, not a number
 *   1e+06     all six: no mark        12.5 %    none
 */
#include "io/sniff.h"

#include <string.h>

#include "io/csv_scan.h"

/* ---- other formats ---------------------------------------------------------------------- */

/* Does t start with these n bytes? They may hold NUL: signatures do. */
static bool starts(struct text t, const char *prefix, size_t n) {
  return t.n >= n && !memcmp(t.s, prefix, n);
}

/* Is the word anywhere in t? Only used on the first kilobyte. */
static bool contains(struct text t, const char *word) {
  size_t n = strlen(word);
  for (size_t at = 0; at + n <= t.n; at++)
    if (!memcmp(t.s + at, word, n)) return true;
  return false;
}

/* The same without case; `word` is in lower case. */
static bool starts_word(struct text t, const char *word) {
  size_t n = strlen(word);
  if (t.n < n) return false;
  for (size_t i = 0; i < n; i++) {
    char c = t.s[i] >= 'A' && t.s[i] <= 'Z' ? (char)(t.s[i] - 'A' + 'a') : t.s[i];
    if (c != word[i]) return false;
  }
  return true;
}

/* Office formats are zip archives; the names of their first members tell them apart. */
static const char *kind_of_zip(struct text t) {
  if (contains(t, "[Content_Types].xml") || contains(t, "xl/") || contains(t, "_rels/"))
    return "an Excel workbook (.xlsx); save the sheet as CSV UTF-8";
  if (contains(t, "opendocument.spreadsheet"))
    return "an OpenDocument spreadsheet (.ods); save the sheet as CSV";
  return "a zip archive; extract the CSV from it";
}

/* Formats of text, after blanks and a byte-order mark. JSON is only what no header looks
 * like. */
static const char *kind_of_markup(struct text t) {
  static const char *const html[] = {"<!doctype html", "<html", "<head", "<body", "<table"};
  t = text_trim(t);
  for (size_t i = 0; i < sizeof html / sizeof html[0]; i++)
    if (starts_word(t, html[i])) return "a web page (HTML); download the data file itself";
  if (starts_word(t, "<stata_dta>")) return "a Stata file (.dta)";
  if (starts_word(t, "<?xml")) return "an XML file";
  if (starts_word(t, "[{\"") || starts_word(t, "{\"")) return "a JSON file";
  return NULL;
}

/* First bytes as the formats' own descriptions give them. Prefixes are long enough that a
 * header of a CSV file does not start so by chance. */
const char *sniff_other_format(struct text bytes) {
  static const struct {
    const char *magic;
    size_t n;
    const char *what;
  } known[] = {
      {"SQLite format 3", 16, "an SQLite database"},
      {"$FL2", 4, "an SPSS file (.sav)"},
      {"$FL3", 4, "a compressed SPSS file (.zsav)"},
      {"%PDF-", 5, "a PDF document"},
      {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8,
       "an old Office file (.xls); save the sheet as CSV UTF-8"},
      {"\x1F\x8B", 2, "a gzip archive; unpack it first"},
      {"PAR1", 4, "a Parquet file"},
      {"\x89PNG", 4, "a PNG picture"},
      {"BZh", 3, "a bzip2 archive; unpack it first"},
      {"\xFD" "7zXZ", 5, "an xz archive; unpack it first"},
      {"{\\rtf", 5, "a word processor's file (.rtf)"},
      {"\x7F" "ELF", 4, "a program"},
  };
  struct text head = {bytes.s, bytes.n < 1024 ? bytes.n : 1024};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (starts(head, known[i].magic, known[i].n)) return known[i].what;
  if (starts(head, "PK\x03\x04", 4)) return kind_of_zip(head);
  return kind_of_markup(head);
}

/* ---- delimiter -------------------------------------------------------------------------- */

enum { SAMPLE_BYTES = 1 << 18, SAMPLE_RECORDS = 500, CANDIDATES = 4 };

static const char candidates[CANDIDATES] = {',', ';', '\t', '|'};

/* What the sample looks like under one delimiter. */
struct fit {
  size_t header;   /* fields of the header; 0: its quotes do not fit */
  bool same;       /* all records have as many */
};

/* Fields of the record at the cursor; 0: its quotes do not fit this delimiter. */
static size_t count_fields(struct csv_cursor *c) {
  struct csv_field f;
  enum csv_end end = CSV_END_FIELD;
  size_t fields = 0;
  for (; end == CSV_END_FIELD; fields++) end = csv_cursor_field(c, &f);
  return end == CSV_END_RECORD ? fields : 0;
}

/* The record that the end of a cut sample breaks off is not looked at. */
static struct fit try_delimiter(struct text sample, char delimiter, bool cut) {
  struct csv_cursor c;
  struct fit fit = {0, true};
  size_t blank_lines = 0;
  csv_cursor_open(&c, sample, delimiter, false);
  for (size_t record = 0; record < SAMPLE_RECORDS; record++) {
    if (!csv_cursor_record(&c, &blank_lines)) break;
    size_t fields = count_fields(&c);
    if (cut && c.at == sample.n && record) break;
    if (record == 0) fit.header = fields;
    if (fields != fit.header || !fields) fit.same = false;
    if (!fields) break;
  }
  return fit;
}

/* How delimiters are called in messages. */
static const char *spelled(char delimiter) {
  return delimiter == '\t' ? "\\t" : delimiter == ',' ? "," : delimiter == ';' ? ";" : "|";
}

/* Names both candidates and the option to add for each. */
static bilan_status fail_uncertain(bilan *b, const char *name, char first, char second) {
  return fail(b, BILAN_DATA,
              "%s: the delimiter may be \"%s\" or \"%s\"; say delimiter = \"%s\" or "
              "delimiter = \"%s\"", name, spelled(first), spelled(second), spelled(first),
              spelled(second));
}

/* Among the candidates for which `fits` holds, the one with at least twice the separators of
 * every other. CANDIDATES: none fits; BILAN_DATA: no one leads. */
static bilan_status leader(bilan *b, size_t *out, const char *name, const struct fit fit[],
                           const bool fits[]) {
  size_t best = CANDIDATES, second = CANDIDATES;
  for (size_t i = 0; i < CANDIDATES; i++) {
    if (!fits[i]) continue;
    if (best == CANDIDATES || fit[i].header > fit[best].header) {
      second = best;
      best = i;
    } else if (second == CANDIDATES || fit[i].header > fit[second].header) {
      second = i;
    }
  }
  if (second < CANDIDATES && fit[best].header - 1 < 2 * (fit[second].header - 1))
    return fail_uncertain(b, name, candidates[best], candidates[second]);
  *out = best;
  return BILAN_OK;
}

/* Candidates that fit every record first; only when none does, those that fit the header. */
bilan_status sniff_delimiter(bilan *b, char *out, const char *name, struct text t) {
  bool cut = t.n > SAMPLE_BYTES, same[CANDIDATES], some[CANDIDATES];
  struct text sample = {t.s, cut ? SAMPLE_BYTES : t.n};
  struct fit fit[CANDIDATES];
  for (size_t i = 0; i < CANDIDATES; i++) {
    fit[i] = try_delimiter(sample, candidates[i], cut);
    some[i] = fit[i].header > 1;
    same[i] = some[i] && fit[i].same;
  }
  size_t best = CANDIDATES;
  bilan_status status = leader(b, &best, name, fit, same);
  if (!status && best == CANDIDATES) status = leader(b, &best, name, fit, some);
  if (status) return status;
  *out = best == CANDIDATES ? ',' : candidates[best];
  return BILAN_OK;
}

/* ---- numbers ---------------------------------------------------------------------------- */

/* Is there an ASCII digit at `at`? */
static bool digit(struct text t, size_t at) {
  return at < t.n && t.s[at] >= '0' && t.s[at] <= '9';
}

/* Steps over a run of digits; its length. */
static size_t digits(struct text t, size_t *at) {
  size_t start = *at;
  while (digit(t, *at)) ++*at;
  return *at - start;
}

/* The mark at t.s[at]: '.', ',' or ' ' for all kinds of blank and apostrophe; its length in
 * *length, 0 when there is none. */
static char mark_at(struct text t, size_t at, size_t *length) {
  static const char *const wide[] = {"\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89",
                                     "\xE2\x80\x99"};
  *length = 0;
  if (at >= t.n) return 0;
  *length = 1;
  if (t.s[at] == '.' || t.s[at] == ',') return t.s[at];
  if (t.s[at] == ' ' || t.s[at] == '\'') return ' ';
  for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
    *length = strlen(wide[i]);
    if (t.n - at >= *length && !memcmp(t.s + at, wide[i], *length)) return ' ';
  }
  *length = 0;
  return 0;
}

/* A number as runs of digits between marks: r0 m1 r1 m2 r2 ... */
struct runs {
  size_t first;  /* length of r0 */
  size_t last;   /* length of the last run */
  size_t whole;  /* digits before the last mark */
  size_t marks;
  char group;    /* the kind of all marks but the last; 0: they differ */
  char final;    /* the kind of the last mark */
  bool threes;   /* all runs between the first and the last have three digits */
  bool zero;     /* r0 starts with 0 */
  struct text blank; /* the first mark that is a blank; all others must be the same bytes */
};

/* A mark that is a blank but another one than before: "1 234<NBSP>567". */
static bool other_blank(struct runs *r, char mark, struct text bytes) {
  if (mark != ' ') return false;
  if (!r->blank.n) r->blank = bytes;
  return !text_equal(r->blank, bytes);
}

/* Reads runs and marks from *at on; stops at anything else. */
static struct runs read_runs(struct text t, size_t *at) {
  struct runs r = {.threes = true};
  size_t length;
  char mark;
  r.zero = digit(t, *at) && t.s[*at] == '0';
  r.first = r.last = digits(t, at);
  while ((mark = mark_at(t, *at, &length))) {
    if (r.marks) r.threes = r.threes && r.last == 3;
    if (r.marks == 1) r.group = r.final;
    if (r.marks > 1 && r.final != r.group) r.group = 0;
    if (other_blank(&r, mark, (struct text){t.s + *at, length})) r.threes = false;
    r.whole += r.last;
    r.final = mark;
    r.marks++;
    *at += length;
    r.last = digits(t, at);
  }
  return r;
}

/* The styles with `group` between thousands and `decimal` (0: no decimals). */
static unsigned grouped(char group, char decimal) {
  unsigned styles = group == ',' ? 1u << STYLE_COMMA_POINT
                    : group == '.' ? 1u << STYLE_POINT_COMMA
                    : group == ' ' ? 1u << STYLE_BLANK_POINT | 1u << STYLE_BLANK_COMMA
                                   : 0;
  if (decimal == '.') styles &= STYLES_WITH_POINT;
  if (decimal == ',') styles &= STYLES_WITH_COMMA;
  return styles;
}

/* One mark: decimal, or a thousands mark, or either. */
static unsigned one_mark(const struct runs *r) {
  unsigned styles = r->final == '.' ? STYLES_WITH_POINT
                    : r->final == ',' ? STYLES_WITH_COMMA : 0;
  bool thousands = r->first >= 1 && r->first <= 3 && !r->zero && r->last == 3;
  return thousands ? styles | grouped(r->final, 0) : styles;
}

/* Two marks or more: all but the last must be thousands marks of one kind, with groups of
 * three; the last is one too, or it is the decimal mark. */
static unsigned styles_of(const struct runs *r) {
  if (r->marks == 0) return STYLES_ALL;
  if (r->marks == 1) return one_mark(r);
  if (!r->group || !r->threes || r->first < 1 || r->first > 3 || r->zero) return 0;
  if (r->group == r->final) return r->last == 3 ? grouped(r->group, 0) : 0;
  return r->final == ' ' ? 0 : grouped(r->group, r->final);
}

/* e+06: a sign is required. Steps over it. */
static bool step_exponent(struct text t, size_t *at) {
  if (t.n - *at < 3 || (t.s[*at] != 'e' && t.s[*at] != 'E')) return false;
  if (t.s[*at + 1] != '+' && t.s[*at + 1] != '-') return false;
  *at += 2;
  return digits(t, at) > 0;
}

/* Whole digits beyond 15 would not survive as a double. Where the last mark may stand between
 * thousands, the digits after it count as whole ones too. */
unsigned sniff_number(struct text t) {
  enum { WHOLE_DIGITS = 15 };
  size_t at = t.n && t.s[0] == '-';
  struct runs r = read_runs(t, &at);
  size_t whole = r.marks ? r.whole : r.first;
  if (!r.last || (r.first > 1 && r.zero) || whole > WHOLE_DIGITS) return 0;
  if (r.marks && whole + r.last > WHOLE_DIGITS && styles_of(&r) & grouped(r.final, 0))
    return 0;
  if (at < t.n && (r.marks > 1 || !step_exponent(t, &at))) return 0;
  return at == t.n ? styles_of(&r) : 0;
}

/* The order of the enum puts styles without thousands marks first, so a thousands mark is
 * only assumed where a value has one. */
struct number_style sniff_style(unsigned styles) {
  static const struct number_style style[STYLES] = {{'.', 0},   {',', 0},   {'.', ','},
                                                    {',', '.'}, {'.', ' '}, {',', ' '}};
  for (size_t i = 0; i < STYLES; i++)
    if (styles >> i & 1) return style[i];
  return style[0];
}

/* ---- dates ------------------------------------------------------------------------------ */

/* Exactly `n` digits at *at as a number within [low, high]; steps over them. */
static bool take(struct text t, size_t *at, size_t n, unsigned low, unsigned high,
                 unsigned *out) {
  unsigned value = 0;
  for (size_t i = 0; i < n; i++, ++*at) {
    if (!digit(t, *at)) return false;
    value = value * 10 + (unsigned)(t.s[*at] - '0');
  }
  *out = value;
  return value >= low && value <= high;
}

/* Steps over one of the characters in `any`. */
static bool step(struct text t, size_t *at, const char *any) {
  if (*at >= t.n || !t.s[*at] || !strchr(any, t.s[*at])) return false;
  ++*at;
  return true;
}

/* The Gregorian calendar. */
static unsigned days_in(unsigned year, unsigned month) {
  static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : days[month - 1];
}

/* hh:mm[:ss[.f]][Z or +hh:mm] to the end of the text. */
static bool clock_time(struct text t, size_t at) {
  unsigned x;
  if (!take(t, &at, 2, 0, 24, &x) || !step(t, &at, ":") || !take(t, &at, 2, 0, 59, &x))
    return false;
  if (step(t, &at, ":") && !take(t, &at, 2, 0, 60, &x)) return false;
  if (step(t, &at, ".") && !digits(t, &at)) return false;
  if (step(t, &at, "Z")) return at == t.n;
  if (step(t, &at, "+-") && (!take(t, &at, 2, 0, 14, &x) || !step(t, &at, ":") ||
                             !take(t, &at, 2, 0, 59, &x)))
    return false;
  return at == t.n;
}

/* The date, then nothing or a time. */
bool sniff_date(struct text t) {
  unsigned year, month, day;
  size_t at = 0;
  if (!take(t, &at, 4, 1, 9999, &year) || !step(t, &at, "-")) return false;
  if (!take(t, &at, 2, 1, 12, &month) || !step(t, &at, "-")) return false;
  if (!take(t, &at, 2, 1, days_in(year, month), &day)) return false;
  return at == t.n || (step(t, &at, "T ") && clock_time(t, at));
}

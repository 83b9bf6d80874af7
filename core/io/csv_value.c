/* csv_value.c - one field of a batch -> the value it means; see csv_gather.h.
 *
 * Idea: hardly any field needs any of this. Codes come here once a different field; numbers of
 * digits and one mark are read in place; text is looked at eight bytes at a time for a byte that
 * asks for more (a quote, a carriage return, NUL, a byte above 0x7F).
 *
 * What is no business of this reader makes the whole file go to libcsv: quotes that are not
 * doubled or stray, a carriage return that no line feed follows, bytes that are not UTF-8, NUL,
 * byte-order marks inside. libcsv and the pre-pass before it say what is wrong, and where.
 *
 * Traffic: 8 bytes written a field and its bytes read. Numbers of 8 bytes are 7 % of reading a
 * file of which they are a tenth of the bytes, about a tenth of what memory allows; digits behind
 * the mark are read eight at once.
 */
#include <math.h>
#include <string.h>

#include "io/csv_gather.h"
#include "io/sniff.h"

/* ---- what a field means ----------------------------------------------------------------- */

/* Copies the inside of a quoted field with each pair of quotes as one. SIZE_MAX: a quote that
 * is not doubled. */
static size_t unescape(char *to, struct text inside) {
  size_t n = 0;
  for (size_t i = 0; i < inside.n; i++, n++) {
    to[n] = inside.s[i];
    if (inside.s[i] != '"') continue;
    if (++i == inside.n || inside.s[i] != '"') return SIZE_MAX;
  }
  return n;
}

/* Line ends inside quotes count for the report; a bare carriage return is not for us. */
static bool note_line_ends(struct csv_value *v) {
  for (size_t i = 0; i < v->text.n; i++) {
    bool cr = v->text.s[i] == '\r', lf = i + cr < v->text.n && v->text.s[i + cr] == '\n';
    if (cr && !lf) return false;
    v->crlf = v->crlf || cr;
    v->lf = v->lf || (lf && !cr);
    i += cr;
  }
  return true;
}

/* Is every byte fit for a value: UTF-8, no NUL, no byte-order mark? */
static bool fit_bytes(struct text t) {
  if (t.n && memchr(t.s, '\0', t.n)) return false;
  for (size_t i = 0; i + 3 <= t.n; i++)
    if (!memcmp(t.s + i, "\xEF\xBB\xBF", 3)) return false;
  return text_is_utf8(t, NULL);
}

bool csv_value_of(struct csv_value *out, struct text field, char *room) {
  *out = (struct csv_value){.text = field};
  if (!field.n) return true;
  if (field.s[0] == '"') {
    out->quoted = true;
    if (field.n < 2 || field.s[field.n - 1] != '"') return false;
    out->text.n = unescape(room, (struct text){field.s + 1, field.n - 2});
    out->text.s = room;
    if (out->text.n == SIZE_MAX || !note_line_ends(out)) return false;
  } else if (memchr(field.s, '"', field.n) || memchr(field.s, '\r', field.n)) {
    return false;
  }
  if (!fit_bytes(out->text)) return false;
  struct text whole = out->text;
  out->text = text_trim(whole);
  out->trimmed = out->text.n < whole.n;
  return true;
}

/* Notes for the report what a value showed. */
static void note(struct csv_worker *w, struct csv_part *p, const struct csv_value *v) {
  p->trimmed += v->trimmed;
  w->quotes = w->quotes || v->quoted;
  w->lf = w->lf || v->lf;
  w->crlf = w->crlf || v->crlf;
}

/* ---- codes ------------------------------------------------------------------------------ */

static void store(void *cells, unsigned width, size_t row, uint32_t code) {
  if (width == 1) ((uint8_t *)cells)[row] = (uint8_t)code;
  else if (width == 2) ((uint16_t *)cells)[row] = (uint16_t)code;
  else ((uint32_t *)cells)[row] = code;
}

static uint32_t load(const void *cells, unsigned width, size_t row) {
  if (width == 1) return ((const uint8_t *)cells)[row];
  return width == 2 ? ((const uint16_t *)cells)[row] : ((const uint32_t *)cells)[row];
}

/* The chunk's codes so far in more bytes each, from the last, in place. */
static void widen(struct csv_part *p, size_t rows, unsigned width) {
  for (size_t row = rows; row-- > 0;) store(p->cells, width, row, load(p->cells, p->width, row));
  p->width = width;
}

/* A field that its worker does not know: what it means, which code that has, and that the
 * field means it. Fields that lose something at an end are met anew each time, since each is
 * counted. The lock is held for the allocator. */
static bilan_status learn(struct csv_worker *w, struct csv_part *p, struct text field,
                          size_t row, uint32_t *code) {
  struct csv_value v;
  bilan_status status = BILAN_OK;
  w->scratch.n = 0;
  buffer_text(&w->scratch, field);
  buffer_char(&w->scratch, '\0');
  if (w->scratch.failed) return fail_nomem(w->g->b);
  w->unsure = !csv_value_of(&v, field, w->scratch.s);
  if (w->unsure) return BILAN_OK;
  note(w, p, &v);
  *code = 0;
  if (v.text.n) status = csv_labels_value(w->g->b, &p->labels, code, v.text, row);
  if (status || v.trimmed || text_equal(v.text, field)) return status;
  return csv_labels_enter(w->g->b, &p->labels, field, *code);
}

/* One field by the long way. */
static void learn_field(struct csv_worker *w, struct csv_part *p, struct text field,
                        size_t row) {
  uint32_t code = 0;
  pthread_mutex_lock(&w->g->lock);
  bilan_status status = learn(w, p, field, row, &code);
  pthread_mutex_unlock(&w->g->lock);
  if (status) csv_gather_stop(w->g, status);
  if (status || w->unsure) {
    w->unsure = true;
    return;
  }
  unsigned needed = column_width_for((size_t)code + 1);
  if (needed > p->width) widen(p, row, needed);
  store(p->cells, p->width, row, code);
}

/* The kernel of the width until a field stops it, then that field by the long way. */
void csv_codes_batch(struct csv_worker *w, struct csv_part *p, const struct csv_batch *batch) {
  for (size_t i = 0; i < batch->count && !w->unsure; i++) {
    void *out = (char *)p->cells + w->rows * p->width;
    if (p->width == 1) i = csv_labels_codes1(&p->labels, batch, i, out);
    else if (p->width == 2) i = csv_labels_codes2(&p->labels, batch, i, out);
    else i = csv_labels_codes4(&p->labels, batch, i, out);
    if (i < batch->count) learn_field(w, p, csv_batch_field(batch, i), w->rows + i);
  }
}

/* ---- numbers ---------------------------------------------------------------------------- */

/* Eight digits as a number, three multiplications instead of eight (D. Lemire, "Number parsing
 * at a gigabyte per second", Software: Practice and Experience 51, 2021): pairs, fours, all.
 * false: one of them is no digit. The first digit is the lowest byte. */
static bool eight_digits(uint64_t *out, uint64_t word) {
  const uint64_t zeros = UINT64_C(0x3030303030303030), high = UINT64_C(0xF0F0F0F0F0F0F0F0);
  const uint64_t six = UINT64_C(0x0606060606060606);
  if (((word & high) ^ zeros) | (((word + six) & high) ^ zeros)) return false;
  word -= zeros;
  word = word * 10 + (word >> 8);
  *out = ((word & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
          (word >> 16 & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001)) >> 32;
  return true;
}

/* One to eight digits, zeros put before them. What stands before the digits may be read. */
static bool some_digits(uint64_t *out, const char *s, size_t n) {
  uint64_t word = csv_load(s - (8 - n));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  uint64_t before = n < 8 ? UINT64_MAX >> 8 * n : 0;
  return eight_digits(out, (word & ~before) | (UINT64_C(0x3030303030303030) & before));
}

/* Digits, or digits, a mark and up to eight digits: at most 15 in all, so that the quotient of
 * two exact doubles is the nearest (W. D. Clinger, PLDI 1990). The styles are those of
 * sniff_number. */
static bool quick_number(double *out, unsigned *styles, struct text t, char mark) {
  static const double power[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
                                 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const char *s = t.s, *end = t.s + t.n;
  uint64_t whole = 0;
  if (t.n - 1 > 15) return false;
  for (; s < end && (unsigned char)(*s - '0') < 10; s++)
    whole = whole * 10 + (unsigned char)(*s - '0');
  size_t first = (size_t)(s - t.s), last = 0;
  bool zero = t.s[0] == '0';
  if (!first || (zero && first > 1)) return false;
  *styles = STYLES_ALL;
  if (s < end) {
    if (*s++ != mark) return false;
    uint64_t fraction;
    last = (size_t)(end - s);
    if (last - 1 > 7 || !some_digits(&fraction, s, last)) return false;
    whole = whole * (uint64_t)power[last] + fraction;
    *styles = mark == '.' ? STYLES_WITH_POINT : STYLES_WITH_COMMA;
    if (first <= 3 && !zero && last == 3)
      *styles |= mark == '.' ? 1u << STYLE_POINT_COMMA : 1u << STYLE_COMMA_POINT;
  }
  if (first + last > 15) return false;
  *out = last ? (double)whole / power[last] : (double)whole;
  return true;
}

/* Adds one number to what is known of the column. */
static void look_at_number(struct look *look, struct text value, unsigned styles, bool marked) {
  look->values++;
  look->numbers++;
  look->bytes += value.n;
  look->styles &= styles;
  look->marked = look->marked || marked;
}

/* Why a text means that there is no answer. */
static bilan_missing kind_of(const struct missing_words *missing, struct text t) {
  for (size_t i = 0; i < missing->count; i++)
    if (text_equal(missing->word[i].value, t)) return missing->word[i].kind;
  return BILAN_PRESENT;
}

/* Dates are no numbers and numbers no dates, so `dates` stays 0. */
bool csv_number_cell(double *out, struct look *look, struct text value,
                     struct number_style style, const struct missing_words *missing) {
  bilan_missing kind = value.n ? kind_of(missing, value) : BILAN_NO_ANSWER;
  *out = csv_missing_number(kind);
  if (kind) return true;
  unsigned styles = sniff_number(value), own = 0;
  for (unsigned i = 0; i < STYLES; i++) {
    struct number_style s = sniff_style(1u << i);
    if (s.decimal == style.decimal && s.thousands == style.thousands) own = 1u << i;
  }
  if (!(styles & own) || !number_parse_style(out, value, style) || !isfinite(*out)) return false;
  bool marked = memchr(value.s, '.', value.n) || memchr(value.s, ',', value.n);
  look_at_number(look, value, styles, marked);
  return true;
}

/* The long way: blanks, missing words, quotes, signs, thousands. */
static void number_field(struct csv_worker *w, struct csv_part *p, struct text field,
                         struct number_style style, double *out) {
  struct csv_value v;
  if (!csv_value_of(&v, field, (char *)(uintptr_t)field.s)) {
    w->unsure = true;
    return;
  }
  note(w, p, &v);
  p->broke = !csv_number_cell(out, &p->look, v.text, style, &w->g->missing);
  p->some_missing = p->some_missing || isnan(*out);
}

/* Stops at the first word: the column is then read again. */
void csv_numbers_batch(struct csv_worker *w, struct csv_part *p, const struct csv_batch *batch) {
  struct number_style style = w->g->column[p - w->part].style;
  double *out = (double *)p->cells + w->rows;
  for (size_t i = 0; i < batch->count && !w->unsure && !p->broke; i++) {
    struct text t = csv_batch_field(batch, i);
    unsigned styles;
    if (p->plain_numbers && t.n && quick_number(&out[i], &styles, t, style.decimal))
      look_at_number(&p->look, t, styles, styles != STYLES_ALL);
    else
      number_field(w, p, t, style, &out[i]);
  }
}

/* ---- text ------------------------------------------------------------------------------- */

/* Does a byte of the word equal the one that is repeated, or is the highest bit of one set?
 * May say yes too often, never no. */
static bool asks_for_more(uint64_t word) {
  const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
  uint64_t quote = word ^ ones * '"', cr = word ^ ones * '\r';
  return ((word - ones) | (quote - ones) | (cr - ones) | word) & high;
}

/* Printable ASCII without a quote, nothing to trim: the value is the field. */
static bool simple_text(struct text t) {
  const uint64_t spaces = UINT64_C(0x2020202020202020);
  size_t at = 0;
  if (!t.n) return true;
  if (t.s[0] <= ' ' || t.s[t.n - 1] <= ' ') return false;
  for (; t.n - at >= 8; at += 8)
    if (asks_for_more(csv_load(t.s + at))) return false;
  uint64_t mask = csv_mask(t.n - at);
  return !asks_for_more((csv_load(t.s + at) & mask) | (spaces & ~mask));
}

/* Values stay in the chunk until its commit; what is unescaped is so in its place. */
void csv_text_batch(struct csv_worker *w, struct csv_part *p, const struct csv_batch *batch) {
  struct csv_slice *out = (struct csv_slice *)p->cells + w->rows;
  for (size_t i = 0; i < batch->count && !w->unsure; i++) {
    struct text t = csv_batch_field(batch, i);
    struct csv_value v = {.text = t};
    if (!simple_text(t)) {
      w->unsure = !csv_value_of(&v, t, (char *)(uintptr_t)t.s);
      if (w->unsure) return;
      note(w, p, &v);
    }
    out[i] = (struct csv_slice){(uint32_t)(v.text.s - w->text), (uint32_t)v.text.n};
    p->bytes += v.text.n;
    p->some_missing = p->some_missing || !v.text.n;
  }
}

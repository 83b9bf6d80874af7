/* encode.c - see encode.h.
 *
 * Cells arrive in the order of the file and are kept by column. A column starts as codes over a
 * dictionary of its different values: answers repeat, so a million cells become a million bytes
 * and a few dozen texts, each of which is trimmed, compared with the words for missing answers
 * and tried as a number once instead of a million times. A column whose values hardly repeat
 * spills into plain text after SPILL_LEVELS of them, so that an id costs its own bytes and no
 * dictionary.
 *
 * When a column's type is known its cells become a column of the engine: codes are mapped
 * through one table from old code to new code; numbers with few distinct values (CODED_NUMBERS,
 * so that a code and the blank fit a byte) stay codes that carry their number, the others
 * become doubles.
 *
 * An example: the cells oui, non, "", oui, NA with the missing word NA are kept as
 *   codes 1 2 0 1 3       values 1 "oui", 2 "non", 3 "NA"
 * and become a column of levels by the map 0 1 2 0: NA falls together with the blank.
 */
#include "io/encode.h"

#include <math.h>
#include <string.h>

#include "io/sniff.h"

enum { SPILL_LEVELS = 4096, CODED_NUMBERS = 255 };

/* ---- collecting ------------------------------------------------------------------------- */

/* On failure the columns opened so far are counted, so encoder_close finds them. */
bilan_status encoder_open(bilan *b, struct encoder *e, size_t columns) {
  memset(e, 0, sizeof *e);
  e->b = b;
  e->columns = mem_zero(&b->mem, columns, sizeof *e->columns);
  if (!e->columns) return fail_nomem(b);
  for (; e->count < columns; e->count++) {
    struct cells *c = &e->columns[e->count];
    text_builder_open(b, &c->text);
    bilan_status status = codes_builder_open(b, &c->codes, NULL);
    if (status) return status;
  }
  return BILAN_OK;
}

/* All builders, whichever is in use; closing twice is harmless, and so is one never opened. */
static void cells_close(struct cells *c) {
  if (c->codes.b) codes_builder_close(&c->codes);
  if (c->codes.b) mem_free(&c->codes.b->mem, c->order);
  if (c->text.b) text_builder_close(&c->text);
  if (c->numbers.b) numbers_builder_close(&c->numbers);
  c->order = NULL;
  c->numeric = false;
}

/* The cells of a column are no longer needed once it is made; closing again does nothing. */
void encoder_drop(struct encoder *e, size_t column) { cells_close(&e->columns[column]); }

/* Does nothing on one that was zeroed and never opened. */
void encoder_close(struct encoder *e) {
  if (!e->b) return;
  for (size_t i = 0; i < e->count; i++) cells_close(&e->columns[i]);
  mem_free(&e->b->mem, e->columns);
  e->columns = NULL;
  e->count = 0;
}

/* The code of a row that is still in the builder, by its width of the moment. */
static uint32_t code_at(const struct cells *c, size_t row) {
  const struct codes_builder *k = &c->codes;
  uint32_t code = column_code(&(struct column){.width = k->width, .codes = k->codes}, row);
  return c->order ? c->order[code] : code;
}

/* In a spilled column an empty text is "no answer". */
static bilan_status add_text(struct text_builder *k, struct text t) {
  return text_builder_add(k, t, t.n ? BILAN_PRESENT : BILAN_NO_ANSWER);
}

/* Nearly every value is new: from now on as text. Should memory run out midway the column is
 * closed by its owner. */
static bilan_status spill(struct cells *c) {
  for (size_t row = 0; row < c->codes.rows; row++) {
    uint32_t code = code_at(c, row);
    bilan_status status = add_text(&c->text, dict_level(c->codes.dict, code)->label);
    if (status) return status;
  }
  codes_builder_close(&c->codes);
  c->spilled = true;
  return BILAN_OK;
}

/* A column spills when it has many different values and they are more than half of its cells
 * so far: dictionaries of towns stay, weights and ids go. */
static bilan_status add_value(struct cells *c, struct text t, size_t limit) {
  if (c->spilled) return add_text(&c->text, t);
  if (!t.n) return codes_builder_add(&c->codes, 0);
  bilan_status status = codes_builder_add_label(&c->codes, t);
  if (status || dict_count(c->codes.dict) <= limit) return status;
  return dict_count(c->codes.dict) > c->codes.rows / 2 ? spill(c) : BILAN_OK;
}

/* Is there a byte-order mark in the cell, at an end or inside? */
static bool has_mark(struct text t) {
  for (size_t at = 0; at + 3 <= t.n; at++)
    if (!memcmp(t.s + at, "\xEF\xBB\xBF", 3)) return true;
  return false;
}

/* May text_trim find something? Most cells start and end with a plain character. */
static bool plain_ends(struct text t) {
  unsigned char first = (unsigned char)t.s[0], last = (unsigned char)t.s[t.n - 1];
  return first > ' ' && first < 0x80 && last > ' ' && last < 0x80;
}

/* Trims, counts and files one cell. The two ends are tested first, since most cells are not
 * trimmed. */
bilan_status encoder_cell(struct encoder *e, size_t column, struct text t) {
  if (t.n && e->has_marks) e->marks += has_mark(t);
  if (t.n && !e->keep_blanks && !plain_ends(t)) {
    size_t before = t.n;
    t = text_trim(t);
    e->trimmed += t.n < before;
  }
  return add_value(&e->columns[column], t, e->spill ? e->spill : SPILL_LEVELS);
}

/* ---- looking ---------------------------------------------------------------------------- */

/* Why a text means that there is no answer; BILAN_PRESENT when it is one. The list is short. */
static bilan_missing kind_of(const struct missing_words *missing, struct text t) {
  for (size_t i = 0; i < missing->count; i++)
    if (text_equal(missing->word[i].value, t)) return missing->word[i].kind;
  return BILAN_PRESENT;
}

/* Different values of a column of codes (0, the blank, included), or rows of a spilled one. */
size_t cells_values(const struct cells *c) {
  if (c->numeric) return 0;
  return c->spilled ? c->text.rows : dict_count(c->codes.dict);
}

/* Rows so far. */
static size_t row_count(const struct cells *c) {
  if (c->numeric) return c->numbers.rows;
  return c->spilled ? c->text.rows : c->codes.rows;
}

/* A cell of a spilled column, lent. */
static struct text slice(const struct text_builder *k, size_t row) {
  size_t start = (size_t)k->offsets[row], end = (size_t)k->offsets[row + 1];
  return end > start ? (struct text){k->arena.s + start, end - start} : TEXT("");
}

/* Is value i an answer? Its text in *out either way, lent. */
bool cells_value(const struct cells *c, const struct missing_words *missing, size_t i,
                 struct text *out) {
  *out = c->spilled ? slice(&c->text, i) : dict_level(c->codes.dict, (uint32_t)i)->label;
  return out->n && !kind_of(missing, *out);
}

/* Only for messages: a walk over the codes. */
size_t cells_row(const struct cells *c, size_t value) {
  size_t row = 0;
  if (c->spilled) return value;
  while (row < c->codes.rows && code_at(c, row) != value) row++;
  return row;
}

/* Blank and missing cells are left out. A walk over rows until there are enough. */
size_t cells_answers(const struct cells *c, const struct missing_words *missing, size_t enough) {
  struct text ignored;
  size_t answers = 0;
  for (size_t row = 0; row < row_count(c) && answers < enough; row++)
    answers += cells_value(c, missing, c->spilled ? row : code_at(c, row), &ignored);
  return answers;
}

/* Adds one value to the look. A clash is noted once: afterwards no style is left. What starts
 * with a letter is no number and no date, and whether it has a mark is nobody's question. */
static void look_at(struct look *l, size_t i, struct text t) {
  bool letter = (unsigned char)((t.s[0] | 0x20) - 'a') < 26;
  unsigned styles = letter ? 0 : sniff_number(t);
  l->values++;
  l->bytes += t.n;
  l->numbers += styles != 0;
  l->dates += !letter && sniff_date(t);
  if (!letter) l->marked = l->marked || memchr(t.s, '.', t.n) || memchr(t.s, ',', t.n);
  if (!styles && l->odd == SIZE_MAX) l->odd = i;
  if (l->styles && !(l->styles & styles)) l->clash = i;
  l->styles &= styles;
}

/* Cost: one pass over the different values, or over the cells of a spilled column. */
void cells_look(const struct cells *c, const struct missing_words *missing, struct look *out) {
  struct text t;
  *out = (struct look){.styles = STYLES_ALL, .odd = SIZE_MAX, .clash = SIZE_MAX};
  if (c->numeric) *out = c->look;
  for (size_t i = 0; i < cells_values(c); i++)
    if (cells_value(c, missing, i, &t)) look_at(out, i, t);
}

/* ---- making columns --------------------------------------------------------------------- */

/* Why the value of a row is absent: blank, or a missing word. */
static bilan_missing absence(const struct missing_words *missing, struct text t) {
  return t.n ? kind_of(missing, t) : BILAN_NO_ANSWER;
}

/* A cell by its row, lent, whichever way it is kept. */
static struct text cell_at(const struct cells *c, size_t row) {
  return c->spilled ? slice(&c->text, row)
                    : dict_level(c->codes.dict, code_at(c, row))->label;
}

/* Copies each cell into one arena, or hands it on: without words for missing answers a spilled
 * column is what is wanted. */
bilan_status cells_to_text(bilan *b, struct column **out, struct cells *c,
                           const struct missing_words *missing) {
  struct text_builder k;
  bilan_status status = BILAN_OK;
  if (c->spilled && !missing->count) return text_builder_finish(&c->text, out);
  text_builder_open(b, &k);
  for (size_t row = 0; !status && row < row_count(c); row++) {
    struct text t = cell_at(c, row);
    status = text_builder_add(&k, t, absence(missing, t));
  }
  if (!status) return text_builder_finish(&k, out);
  text_builder_close(&k);
  return status;
}

/* One loop for each width of the old code; the new one is no wider. In place: what is written
 * lies before what is read. */
static void map_codes(const struct cells *c, const uint32_t *map, unsigned width, void *out) {
  size_t rows = c->codes.rows;
  if (c->codes.width == 1)
    for (size_t row = 0; row < rows; row++)
      ((uint8_t *)out)[row] = (uint8_t)map[((const uint8_t *)c->codes.codes)[row]];
  for (size_t row = 0; c->codes.width > 1 && row < rows; row++) {
    uint32_t code = map[column_code(&(struct column){.width = c->codes.width,
                                                     .codes = c->codes.codes}, row)];
    if (width == 1) ((uint8_t *)out)[row] = (uint8_t)code;
    else if (width == 2) ((uint16_t *)out)[row] = (uint16_t)code;
    else ((uint32_t *)out)[row] = code;
  }
}

/* `map`, by code of the dictionary, becomes one by code of the rows. false: no memory. *same:
 * it changes nothing. */
static bool map_of_rows(bilan *b, const struct cells *c, uint32_t *map, bool *same) {
  size_t count = dict_count(c->codes.dict);
  uint32_t *by_row = mem_array(&b->mem, count, sizeof *by_row);
  if (!by_row) return false;
  *same = true;
  for (size_t i = 0; i < count; i++) {
    by_row[i] = map[c->order ? c->order[i] : i];
    *same = *same && by_row[i] == i;
  }
  memcpy(map, by_row, count * sizeof *map);
  mem_free(&b->mem, by_row);
  return true;
}

/* The codes of `c` through `map` over another dictionary, which is no larger: in place, and
 * not at all when they are in the right order already. */
static bilan_status remap(bilan *b, struct column **out, struct cells *c, uint32_t *map,
                          struct dict *dict) {
  unsigned width = column_width_for(dict_count(dict));
  void *codes = c->codes.codes;
  bool same;
  if (!codes) codes = c->codes.codes = mem_alloc(&b->mem, 0);
  if (!codes || !map_of_rows(b, c, map, &same)) return fail_nomem(b);
  if (!same || width != c->codes.width) map_codes(c, map, width, codes);
  codes = mem_resize_array(&b->mem, codes, c->codes.rows, width);
  if (!codes) return fail_nomem(b);
  c->codes.codes = NULL;
  return column_codes(b, out, c->codes.rows, width, codes, dict_hold(dict));
}

/* The codes and the dictionary as they are: no word means "missing". Rows in another order of
 * codes get that of the dictionary. */
static bilan_status same_levels(bilan *b, struct column **out, struct cells *c) {
  size_t count = dict_count(c->codes.dict);
  uint32_t *map = mem_array(&b->mem, count, sizeof *map);
  if (!map) return fail_nomem(b);
  for (uint32_t i = 0; i < count; i++) map[i] = i;
  bilan_status status = remap(b, out, c, map, c->codes.dict);
  mem_free(&b->mem, map);
  return status;
}

/* Adds to `dict` the levels of `c` that are answers (kinds = false) or missing words. Words
 * for plain "no answer" are the blank, code 0. */
static bilan_status add_levels(bilan *b, struct dict *dict, uint32_t *map,
                               const struct cells *c, const struct missing_words *missing,
                               bool kinds) {
  for (uint32_t code = 1; code < dict_count(c->codes.dict); code++) {
    struct level level = *dict_level(c->codes.dict, code);
    level.missing = kind_of(missing, level.label);
    if ((level.missing != BILAN_PRESENT) != kinds) continue;
    map[code] = 0;
    if (level.missing == BILAN_NO_ANSWER) continue;
    bilan_status status = dict_add_level(b, dict, &map[code], &level);
    if (status) return status;
  }
  return BILAN_OK;
}

/* An empty dictionary and a map into it for each code of `c`. */
static bilan_status open_map(bilan *b, struct dict **dict, uint32_t **map,
                             const struct cells *c) {
  *map = mem_zero(&b->mem, dict_count(c->codes.dict), sizeof **map);
  if (!*map) return fail_nomem(b);
  return dict_new(b, dict);
}

/* Answers first, in the order in which they appeared, then the missing words: tables show
 * them in that order. */
static bilan_status coded_levels(bilan *b, struct column **out, struct cells *c,
                                 const struct missing_words *missing) {
  struct dict *dict = NULL;
  uint32_t *map = NULL;
  if (!missing->count) return same_levels(b, out, c);
  bilan_status status = open_map(b, &dict, &map, c);
  if (!status) status = add_levels(b, dict, map, c, missing, false);
  if (!status) status = add_levels(b, dict, map, c, missing, true);
  if (!status) status = remap(b, out, c, map, dict);
  dict_free(dict);
  mem_free(&b->mem, map);
  return status;
}

/* Each value sets one bit of sixteen a row, chosen by its hash. Equal values set the same, so
 * there are at least as many different values as bits set; of different ones three in a hundred
 * meet (1 - 16 (1 - exp(-1/16))), so nine in ten are easily shown. */
bool cells_differ(bilan *b, const struct cells *c, const struct missing_words *missing,
                  size_t values) {
  size_t bits = 1 << 10, set = 0;
  struct text t;
  while (bits / 16 < c->text.rows) bits *= 2;
  uint64_t *map = mem_zero(&b->mem, bits / 64, sizeof *map);
  for (size_t row = 0; map && row < c->text.rows; row++) {
    if (!cells_value(c, missing, row, &t)) continue;
    uint64_t hash = text_hash(t), bit = UINT64_C(1) << (hash >> 58);
    size_t at = (size_t)hash & (bits / 64 - 1);
    set += !(map[at] & bit);
    map[at] |= bit;
  }
  mem_free(&b->mem, map);
  return set * 10 >= values * 9;
}

/* Spilled cells as codes in `k`, the dictionary still in order of appearance. */
static bilan_status gather(struct cells *k, const struct cells *c) {
  bilan_status status = BILAN_OK;
  for (size_t row = 0; !status && row < c->text.rows; row++) {
    struct text t = slice(&c->text, row);
    status = t.n ? codes_builder_add_label(&k->codes, t) : codes_builder_add(&k->codes, 0);
  }
  return status;
}

/* Spilled cells get their dictionary now, in a builder of their own. */
bilan_status cells_to_levels(bilan *b, struct column **out, struct cells *c,
                             const struct missing_words *missing) {
  struct cells coded = {.spilled = false};
  if (!c->spilled) return coded_levels(b, out, c, missing);
  bilan_status status = codes_builder_open(b, &coded.codes, NULL);
  if (!status) status = gather(&coded, c);
  if (!status) status = coded_levels(b, out, &coded, missing);
  codes_builder_close(&coded.codes);
  return status;
}

/* ---- numbers ---------------------------------------------------------------------------- */

/* Numbers beyond the range of doubles are not silently infinite. */
static bool parse_finite(double *out, struct text t, struct number_style style) {
  return number_parse_style(out, t, style) && isfinite(*out);
}

/* Number by number, in row order; *bad is the row of the first text that is none. */
static bilan_status spilled_numbers(bilan *b, struct column **out, const struct cells *c,
                                    const struct missing_words *missing,
                                    struct number_style style, size_t *bad) {
  struct numbers_builder k;
  bilan_status status = BILAN_OK;
  numbers_builder_open(b, &k);
  for (size_t row = 0; !status && row < c->text.rows; row++) {
    struct text t = slice(&c->text, row);
    bilan_missing kind = absence(missing, t);
    double value = 0;
    if (!kind && !parse_finite(&value, t, style)) {
      *bad = row;
      status = BILAN_DATA;
    }
    if (!status) status = numbers_builder_add(&k, value, kind);
  }
  if (!status) return numbers_builder_finish(&k, out);
  numbers_builder_close(&k);
  return status;
}

/* The number of each code; those without one are missing. */
struct numbered {
  double *value;        /* by code */
  bilan_missing *kind;  /* by code */
  uint32_t *order;      /* the codes with a number, by rising number */
  uint32_t *map;        /* by code: into the new dictionary */
  size_t codes, count;  /* codes in all; with a number */
};

/* Blocks that were never taken are NULL. */
static void numbered_close(bilan *b, struct numbered *n) {
  mem_free(&b->mem, n->value);
  mem_free(&b->mem, n->kind);
  mem_free(&b->mem, n->order);
  mem_free(&b->mem, n->map);
}

/* Room for each code, the blank included; `order` twice, as the sort needs. */
static bilan_status numbered_open(bilan *b, struct numbered *n, const struct cells *c) {
  *n = (struct numbered){.codes = dict_count(c->codes.dict)};
  n->value = mem_zero(&b->mem, n->codes, sizeof *n->value);
  n->kind = mem_zero(&b->mem, n->codes, sizeof *n->kind);
  n->order = mem_zero(&b->mem, 2 * n->codes, sizeof *n->order);
  n->map = mem_zero(&b->mem, n->codes, sizeof *n->map);
  return n->value && n->kind && n->order && n->map ? BILAN_OK : fail_nomem(b);
}

/* Merges order[low, middle) and order[middle, high), both rising; equal numbers keep their
 * order. `spare` has room for as many. */
static void merge(struct numbered *n, size_t low, size_t middle, size_t high) {
  uint32_t *spare = n->order + n->codes;
  size_t i = low, j = middle;
  for (size_t k = low; k < high; k++) {
    bool left = j >= high || (i < middle && n->value[n->order[i]] <= n->value[n->order[j]]);
    spare[k] = n->order[left ? i++ : j++];
  }
  memcpy(n->order + low, spare + low, (high - low) * sizeof *spare);
}

/* Bottom-up merge sort: stable and without recursion, O(k log k) for k codes. */
static void sort_codes(struct numbered *n) {
  for (size_t width = 1; width < n->count; width *= 2)
    for (size_t low = 0; low + width < n->count; low += 2 * width) {
      size_t high = low + 2 * width < n->count ? low + 2 * width : n->count;
      merge(n, low, low + width, high);
    }
}

/* The number or the kind of missing of each code. *bad is the first code that has neither. */
static bilan_status number_codes(struct numbered *n, const struct cells *c,
                                 const struct missing_words *missing,
                                 struct number_style style, size_t *bad) {
  n->kind[0] = BILAN_NO_ANSWER;
  for (uint32_t code = 1; code < n->codes; code++) {
    struct text label = dict_level(c->codes.dict, code)->label;
    n->kind[code] = kind_of(missing, label);
    if (n->kind[code]) continue;
    if (!parse_finite(&n->value[code], label, style)) {
      *bad = code;
      return BILAN_DATA;
    }
    n->order[n->count++] = code;
  }
  sort_codes(n);
  return BILAN_OK;
}

/* Different numbers: "1" and "1.0" are two codes, and one number. */
static size_t different(const struct numbered *n) {
  size_t count = n->count > 0;
  for (size_t i = 1; i < n->count; i++)
    count += n->value[n->order[i]] != n->value[n->order[i - 1]];
  return count;
}

/* A level for each different number; "1" and "1.0" are one. */
static bilan_status add_numbers(bilan *b, struct dict *dict, struct numbered *n) {
  char label[NUMBER_ROOM];
  for (size_t i = 0; i < n->count; i++) {
    uint32_t code = n->order[i], before = i ? n->order[i - 1] : 0;
    double value = n->value[code] == 0 ? 0 : n->value[code];
    if (i && n->value[before] == n->value[code]) {
      n->map[code] = n->map[before];
      continue;
    }
    struct level level = {{label, number_print(label, value)}, value, BILAN_PRESENT};
    bilan_status status = dict_add_level(b, dict, &n->map[code], &level);
    if (status) return status;
  }
  return BILAN_OK;
}

/* A missing word may read like a number ("99"), which may be the label of another value
 * ("99.0"): then it keeps its kind under a label of its own. */
static bilan_status add_missing(bilan *b, struct dict *dict, struct numbered *n,
                                const struct cells *c) {
  for (uint32_t code = 1; code < n->codes; code++) {
    if (n->kind[code] <= BILAN_NO_ANSWER) continue;
    struct level level = {dict_level(c->codes.dict, code)->label, NAN, n->kind[code]};
    struct buffer label;
    buffer_init(&label, &b->mem);
    buffer_text(&label, level.label);
    while (!label.failed && dict_find(dict, (struct text){label.s, label.n}))
      buffer_string(&label, " (missing)");
    level.label = (struct text){label.s, label.n};
    bilan_status status = label.failed ? fail_nomem(b)
                                       : dict_add_level(b, dict, &n->map[code], &level);
    buffer_free(&label);
    if (status) return status;
  }
  return BILAN_OK;
}

/* Few numbers: codes, each level with its number, in rising order. */
static bilan_status coded_numbers(bilan *b, struct column **out, struct cells *c,
                                  struct numbered *n) {
  struct dict *dict = NULL;
  bilan_status status = dict_new(b, &dict);
  if (!status) status = add_numbers(b, dict, n);
  if (!status) status = add_missing(b, dict, n, c);
  if (!status) status = remap(b, out, c, n->map, dict);
  dict_free(dict);
  return status;
}

/* Many numbers: a double a row. */
static bilan_status plain_numbers(bilan *b, struct column **out, const struct cells *c,
                                  const struct numbered *n) {
  struct numbers_builder k;
  bilan_status status = BILAN_OK;
  numbers_builder_open(b, &k);
  for (size_t row = 0; !status && row < c->codes.rows; row++) {
    uint32_t code = code_at(c, row);
    status = numbers_builder_add(&k, n->value[code], n->kind[code]);
  }
  if (!status) return numbers_builder_finish(&k, out);
  numbers_builder_close(&k);
  return status;
}

/* The codes are numbered first; how many numbers they make decides the shape. */
bilan_status cells_to_numbers(bilan *b, struct column **out, struct cells *c,
                              const struct missing_words *missing, struct number_style style,
                              size_t *bad) {
  struct numbered n;
  if (c->numeric) return numbers_builder_finish(&c->numbers, out);
  if (c->spilled) return spilled_numbers(b, out, c, missing, style, bad);
  bilan_status status = numbered_open(b, &n, c);
  if (!status) status = number_codes(&n, c, missing, style, bad);
  if (!status)
    status = different(&n) <= CODED_NUMBERS ? coded_numbers(b, out, c, &n)
                                            : plain_numbers(b, out, c, &n);
  numbered_close(b, &n);
  return status;
}

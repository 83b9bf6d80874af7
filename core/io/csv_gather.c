/* csv_gather.c - see csv_gather.h: the ordered half of reading, one chunk after the other.
 *
 * What the commit of a chunk does while it holds the lock is little: a look at each column, and
 * work only for labels that nobody had before. Blocks that columns have grow while no worker
 * copies into them (`copying`), since growing may move them.
 *
 * The rule when a column has too many values is encode.c's, row by row: at the k-th different
 * value, in row r, it is given up as codes when k + 1 > the limit and k + 1 > (r + 1) / 2. The
 * rows where values first appear are known, so the rule is kept to the row.
 *
 * Traffic a field: its code, number or slice read from the chunk (in the second-level cache)
 * and written to the column, 1 byte a code. Measured: 3 % of the time of reading, fresh pages
 * included, which is what memory allows.
 */
#include "io/csv_gather.h"

#include <math.h>
#include <string.h>

#include "io/csv_pages.h"
#include "io/sniff.h"

/* ---- growing ---------------------------------------------------------------------------- */

/* Waits until no worker copies; the lock is held, and it is this worker's turn to commit. */
static void alone(struct csv_gather *g) {
  while (g->copying) pthread_cond_wait(&g->moved, &g->lock);
}

/* One block of a column, grown; a NULL one stays NULL, and the old one stays without memory. */
static void *grown(struct csv_gather *g, void *block, size_t count, size_t size, bool *good) {
  void *more = block ? mem_resize_array(&g->b->mem, block, count, size) : NULL;
  if (block && !more) *good = false;
  if (more) csv_pages_large(more, count * size);
  return more ? more : block;
}

/* Blocks of one column for `room` rows. false: no memory. */
static bool grow_column(struct csv_gather *g, struct csv_column *c, size_t room) {
  bool good = true;
  c->codes = grown(g, c->codes, room, c->width, &good);
  c->numbers = grown(g, c->numbers, room, sizeof *c->numbers, &good);
  c->missing = grown(g, c->missing, room, 1, &good);
  c->offsets = grown(g, c->offsets, room + 1, sizeof *c->offsets, &good);
  return good;
}

/* Rows that the file may have, by the first chunk, and a little more. */
static size_t likely_rows(const struct csv_gather *g, size_t rows) {
  size_t chunks = g->chunks - g->next;
  return rows + (rows / (g->next + 1) + 1) * chunks + rows / 64 + 64;
}

/* Room for the rows that there are by now. */
static bool make_row_room(struct csv_gather *g) {
  if (g->rows <= g->room) return true;
  alone(g);
  size_t room = likely_rows(g, g->rows);
  for (size_t i = 0; i < g->columns; i++)
    if (!grow_column(g, &g->column[i], room)) return false;
  g->room = room;
  return true;
}

/* Promises `bytes` of the arena; where they begin in *at. */
static bool take_arena(struct csv_gather *g, struct csv_column *c, size_t bytes, size_t *at) {
  *at = c->arena.n;
  if (c->arena.n + bytes > c->arena.room) {
    alone(g);
    size_t room = c->arena.room * 3 / 2 + bytes + 64;
    if (!c->arena.room && g->next) room = bytes + (c->arena.n + bytes) / g->next * g->chunks;
    char *more = mem_resize(&g->b->mem, c->arena.s, room);
    if (!more) return false;
    c->arena.s = more;
    c->arena.room = room;
  }
  c->arena.n += bytes;
  return true;
}

/* ---- codes ------------------------------------------------------------------------------ */

static uint32_t code_at(const void *codes, unsigned width, size_t row) {
  if (width == 1) return ((const uint8_t *)codes)[row];
  return width == 2 ? ((const uint16_t *)codes)[row] : ((const uint32_t *)codes)[row];
}

static void put_code(void *codes, unsigned width, size_t row, uint32_t code) {
  if (width == 1) ((uint8_t *)codes)[row] = (uint8_t)code;
  else if (width == 2) ((uint16_t *)codes)[row] = (uint16_t)code;
  else ((uint32_t *)codes)[row] = code;
}

/* The codes so far in more bytes each, from the last row, in place. */
static bool widen(struct csv_gather *g, struct csv_column *c, size_t rows, unsigned width) {
  alone(g);
  void *codes = mem_resize_array(&g->b->mem, c->codes, g->room, width);
  if (!codes) return false;
  for (size_t row = rows; row-- > 0;)
    put_code(codes, width, row, code_at(codes, c->width, row));
  c->codes = codes;
  c->width = width;
  return true;
}

/* How a code of the dictionary is stored. */
static uint32_t stored_code(const struct csv_column *c, uint32_t code) {
  return code < c->stored_count ? c->stored[code] : code;
}

/* After the first chunk: are all labels different numbers under one style? Then they are stored
 * by rising number, as the finished column will be. Insertion, since they are few. */
static bool store_by_number(struct csv_gather *g, struct csv_column *c) {
  size_t count = dict_count(c->dict);
  double value[256];
  uint32_t order[256];
  unsigned styles = STYLES_ALL;
  if (count < 3 || count > 256) return true;
  for (uint32_t code = 1; code < count; code++)
    styles &= sniff_number(dict_level(c->dict, code)->label);
  for (uint32_t code = 1; styles && code < count; code++) {
    size_t at = code;
    if (!number_parse_style(&value[code], dict_level(c->dict, code)->label, sniff_style(styles)))
      return true;
    for (; at > 1 && value[order[at - 1]] > value[code]; at--) order[at] = order[at - 1];
    order[at] = code;
  }
  if (!styles) return true;
  c->stored = mem_zero(&g->b->mem, count, sizeof *c->stored);
  if (!c->stored) return false;
  for (uint32_t at = 1; at < count; at++) c->stored[order[at]] = at;
  c->stored_count = (uint32_t)count;
  return true;
}

/* Room for the map of a part's new labels. */
static bool make_map_room(struct csv_gather *g, struct csv_part *p) {
  if (p->labels.fresh_count <= p->map_room) return true;
  uint32_t *map = mem_resize_array(&g->b->mem, p->map, p->labels.fresh_room, sizeof *map);
  if (!map) return false;
  p->map = map;
  p->map_room = p->labels.fresh_room;
  return true;
}

/* Gives the chunk's new labels their codes. *spills: one of them is too many. */
static bool settle_labels(struct csv_gather *g, struct csv_column *c, struct csv_part *p,
                          size_t start, bool *spills) {
  struct csv_labels *l = &p->labels;
  uint32_t next = l->base;
  bool first = dict_count(c->dict) == 1;
  p->settled = true;
  p->base = l->base;
  if (!make_map_room(g, p)) return false;
  for (size_t i = 0; i < l->fresh_count; i++) {
    size_t before = dict_count(c->dict), row = start + l->fresh[i].row;
    if (dict_add(g->b, c->dict, &p->map[i], csv_labels_fresh(l, i))) return false;
    size_t count = dict_count(c->dict);
    *spills = *spills || (count > before && count > g->spill && count > (row + 1) / 2);
  }
  if (first && !start && !store_by_number(g, c)) return false;
  for (size_t i = 0; i < l->fresh_count; i++) {
    p->map[i] = stored_code(c, p->map[i]);
    p->settled = p->settled && p->map[i] == l->base + i;
    if (p->map[i] >= next) next = p->map[i] + 1;
  }
  csv_labels_settle(l, p->map, next);
  return true;
}

/* A code of the chunk as it is stored. */
static uint32_t settled(const struct csv_part *p, uint32_t code) {
  return code < p->base ? code : p->map[code - p->base];
}

/* The most frequent case is a plain copy: all codes were known. */
static void copy_codes(const struct csv_column *c, const struct csv_part *p, size_t start,
                       size_t rows) {
  if (p->settled && p->width == c->width) {
    memcpy((char *)c->codes + start * c->width, p->cells, rows * c->width);
    return;
  }
  for (size_t i = 0; i < rows; i++)
    put_code(c->codes, c->width, start + i, settled(p, code_at(p->cells, p->width, i)));
}

/* ---- numbers and text ------------------------------------------------------------------- */

/* The doubles of a chunk; NaN says why there is none. */
static void copy_numbers(const struct csv_column *c, const struct csv_part *p, size_t start,
                         size_t rows) {
  const double *from = p->cells;
  for (size_t i = 0; i < rows; i++) {
    uint64_t bits;
    bool absent = isnan(from[i]);
    memcpy(&bits, &from[i], sizeof bits);
    c->numbers[start + i] = absent ? 0 : from[i];
    c->missing[start + i] = absent ? (uint8_t)(bits & 7) : (uint8_t)BILAN_PRESENT;
  }
}

/* The slices of a chunk, one after the other from the promised place on. */
static void copy_text(const struct csv_column *c, const struct csv_part *p, const char *text,
                      size_t start, size_t rows) {
  const struct csv_slice *from = p->cells;
  size_t at = p->arena_at;
  for (size_t i = 0; i < rows; i++) {
    if (from[i].n) memcpy(c->arena.s + at, text + from[i].at, from[i].n);
    at += from[i].n;
    c->offsets[start + i + 1] = at;
    c->missing[start + i] = from[i].n ? BILAN_PRESENT : BILAN_NO_ANSWER;
  }
}

/* What a chunk has of a column goes there. */
static void copy_part(struct csv_worker *w, size_t i, size_t start) {
  const struct csv_column *c = &w->g->column[i];
  const struct csv_part *p = &w->part[i];
  if (!p->copy) return;
  if (p->form == FORM_CODES) copy_codes(c, p, start, w->rows);
  else if (p->form == FORM_NUMBERS) copy_numbers(c, p, start, w->rows);
  else copy_text(c, p, w->text, start, w->rows);
}

/* The column is given up, and asked for again as text. */
static void break_column(struct csv_gather *g, struct csv_column *c) {
  alone(g);
  c->form = FORM_NONE;
  c->again = true;
  c->trimmed = 0;
  mem_free(&g->b->mem, c->numbers);
  mem_free(&g->b->mem, c->missing);
  c->numbers = NULL;
  c->missing = NULL;
}

/* ---- a column that has too many values -------------------------------------------------- */

/* Codes as they are stored, back to those of the dictionary: an array of `count`. */
static uint32_t *dictionary_codes(struct csv_gather *g, const struct csv_column *c) {
  uint32_t *code = mem_array(&g->b->mem, dict_count(c->dict), sizeof *code);
  for (uint32_t i = 0; code && i < dict_count(c->dict); i++) code[stored_code(c, i)] = i;
  return code;
}

/* The style that all labels so far have in common, if they are numbers; else 0. */
static unsigned common_styles(struct csv_gather *g, const struct csv_column *c,
                              unsigned allowed) {
  struct look look = {.styles = allowed};
  double ignored;
  for (uint32_t code = 1; code < dict_count(c->dict) && look.styles; code++) {
    struct text label = dict_level(c->dict, code)->label;
    bool word = false;
    for (size_t i = 0; i < g->missing.count && !word; i++)
      word = text_equal(g->missing.word[i].value, label);
    if (word) continue;
    look.styles &= sniff_number(label);
    if (!number_parse_style(&ignored, label, sniff_style(look.styles)) || !isfinite(ignored))
      return 0;
  }
  return look.styles;
}

/* Rows by label, into numbers or text. `from` are codes as a chunk or the column has them; a
 * label that is no number breaks the column. */
struct by_label {
  const void *codes;
  unsigned width;
  const struct csv_part *part; /* NULL: codes of the column */
  const uint32_t *dictionary;  /* stored code -> code */
  size_t start, rows;
};

static struct text label_of(const struct csv_column *c, const struct by_label *from, size_t i) {
  uint32_t code = code_at(from->codes, from->width, i);
  if (from->part) code = settled(from->part, code);
  code = from->dictionary[code];
  return code ? dict_level(c->dict, code)->label : TEXT("");
}

/* false: a label is no number of the column's style. */
static bool numbers_by_label(struct csv_gather *g, struct csv_column *c,
                             const struct by_label *from) {
  for (size_t i = 0; i < from->rows; i++) {
    double value;
    uint64_t bits;
    if (!csv_number_cell(&value, &c->look, label_of(c, from, i), c->style, &g->missing))
      return false;
    memcpy(&bits, &value, sizeof bits);
    bool absent = isnan(value);
    c->some_missing = c->some_missing || absent;
    c->numbers[from->start + i] = absent ? 0 : value;
    c->missing[from->start + i] = absent ? (uint8_t)(bits & 7) : (uint8_t)BILAN_PRESENT;
  }
  return true;
}

/* false: no memory. */
static bool text_by_label(struct csv_gather *g, struct csv_column *c,
                          const struct by_label *from) {
  size_t bytes = 0, at;
  for (size_t i = 0; i < from->rows; i++) bytes += label_of(c, from, i).n;
  if (!take_arena(g, c, bytes, &at)) return false;
  for (size_t i = 0; i < from->rows; i++) {
    struct text t = label_of(c, from, i);
    if (t.n) memcpy(c->arena.s + at, t.s, t.n);
    at += t.n;
    c->offsets[from->start + i + 1] = at;
    c->missing[from->start + i] = t.n ? BILAN_PRESENT : BILAN_NO_ANSWER;
    c->some_missing = c->some_missing || !t.n;
  }
  return true;
}

/* Rows by label into whatever the column is now. */
static bool append_by_label(struct csv_gather *g, struct csv_column *c, struct by_label from) {
  bool good = true;
  uint32_t *dictionary = dictionary_codes(g, c);
  if (!dictionary) return false;
  from.dictionary = dictionary;
  if (c->form == FORM_TEXT) good = text_by_label(g, c, &from);
  else if (!numbers_by_label(g, c, &from)) break_column(g, c);
  mem_free(&g->b->mem, dictionary);
  return good;
}

/* Blocks for the new form, and the form. */
static bool open_form(struct csv_gather *g, struct csv_column *c, unsigned styles) {
  c->form = styles ? FORM_NUMBERS : FORM_TEXT;
  c->style = sniff_style(styles);
  c->look = (struct look){.styles = STYLES_ALL, .odd = SIZE_MAX, .clash = SIZE_MAX};
  c->missing = mem_array(&g->b->mem, g->room, 1);
  if (styles) c->numbers = mem_array(&g->b->mem, g->room, sizeof *c->numbers);
  else c->offsets = mem_array(&g->b->mem, g->room + 1, sizeof *c->offsets);
  csv_pages_large(c->missing, c->missing ? g->room : 0);
  csv_pages_large(c->numbers, c->numbers ? g->room * sizeof *c->numbers : 0);
  if (c->offsets) c->offsets[0] = 0;
  return c->missing && (c->numbers || c->offsets);
}

/* The rows before the chunk, and the chunk's, change from codes to numbers or text. */
static bool spill(struct csv_gather *g, struct csv_column *c, const struct csv_part *p,
                  size_t start, size_t rows) {
  alone(g);
  unsigned styles = c->may_be_numbers ? common_styles(g, c, STYLES_ALL) : 0;
  bool good = open_form(g, c, styles);
  good = good && append_by_label(g, c, (struct by_label){c->codes, c->width, NULL, NULL, 0,
                                                         start});
  if (good && c->form != FORM_NONE)
    good = append_by_label(g, c, (struct by_label){p->cells, p->width, p, NULL, start, rows});
  mem_free(&g->b->mem, c->codes);
  c->codes = NULL;
  return good;
}

/* ---- the commit ------------------------------------------------------------------------- */

/* A chunk of codes for a column of codes. */
static bool commit_codes(struct csv_worker *w, struct csv_column *c, struct csv_part *p,
                         size_t start) {
  struct csv_gather *g = w->g;
  bool spills = false;
  if (!settle_labels(g, c, p, start, &spills)) return false;
  if (c->form == FORM_NONE) return true;
  if (c->form != FORM_CODES)
    return append_by_label(g, c, (struct by_label){p->cells, p->width, p, NULL, start, w->rows});
  if (spills) return spill(g, c, p, start, w->rows);
  unsigned width = column_width_for(dict_count(c->dict));
  if (width > c->width && !widen(g, c, start, width)) return false;
  p->copy = true;
  return true;
}

/* Adds what the chunk's numbers are like. All fit the column's style, so none clashes. */
static void add_look(struct look *all, const struct look *more) {
  all->values += more->values;
  all->numbers += more->numbers;
  all->bytes += more->bytes;
  all->styles &= more->styles;
  all->marked = all->marked || more->marked;
}

/* One column of a chunk. false: no memory. */
static bool commit_column(struct csv_worker *w, size_t i, size_t start) {
  struct csv_column *c = &w->g->column[i];
  struct csv_part *p = &w->part[i];
  p->copy = false;
  if (p->form == FORM_NONE) return true;
  if (c->form != FORM_NONE) c->trimmed += p->trimmed;
  if (p->form == FORM_CODES) return commit_codes(w, c, p, start);
  if (c->form == FORM_NONE) return true;
  c->some_missing = c->some_missing || p->some_missing;
  p->copy = !p->broke;
  if (p->broke) break_column(w->g, c);
  else if (p->form == FORM_NUMBERS) add_look(&c->look, &p->look);
  else return take_arena(w->g, c, p->bytes, &p->arena_at);
  return true;
}

/* What the chunk has counted. */
static void add_counts(struct csv_worker *w, size_t start) {
  struct csv_gather *g = w->g;
  g->blank_lines += w->blank_lines;
  g->lf = g->lf || w->lf;
  g->crlf = g->crlf || w->crlf;
  g->quotes = g->quotes || w->quotes;
  if (w->rows)
    g->marks[g->mark_count++] = (struct csv_mark){start + 1, w->offset + w->first_record, 0};
}

/* The part of a commit that is one chunk's alone; the lock is held. */
static bool commit_in_order(struct csv_worker *w, size_t start) {
  struct csv_gather *g = w->g;
  g->rows += w->rows;
  if (g->rows > g->most_rows) {
    g->unsure = g->stop = true;
    return true;
  }
  if (!make_row_room(g)) return false;
  for (size_t i = 0; i < g->columns; i++)
    if (!commit_column(w, i, start)) return false;
  add_counts(w, start);
  return true;
}

void csv_gather_commit(struct csv_worker *w) {
  struct csv_gather *g = w->g;
  pthread_mutex_lock(&g->lock);
  while (g->next != w->number && !g->stop) pthread_cond_wait(&g->moved, &g->lock);
  size_t start = g->rows;
  if (!g->stop && !commit_in_order(w, start)) {
    if (!g->status) g->status = fail_nomem(g->b);
    g->stop = true;
  }
  bool copy = !g->stop;
  g->next++;
  g->copying += copy;
  pthread_cond_broadcast(&g->moved);
  pthread_mutex_unlock(&g->lock);
  if (!copy) return;
  for (size_t i = 0; i < g->columns; i++) copy_part(w, i, start);
  pthread_mutex_lock(&g->lock);
  g->copying--;
  pthread_cond_broadcast(&g->moved);
  pthread_mutex_unlock(&g->lock);
}

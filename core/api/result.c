/* result.c - results as objects; see bilan.h section 6.
 *
 * A result holds its figures by row and all its texts one after the other in a buffer, each
 * ended by a NUL byte; rows keep offsets, since the buffer moves while it grows.
 *
 *   texts:  level \0 school \0 | note \0 yes \0 a \0 | note \0 yes \0 b \0 ...
 *
 * Worked example: the shares of "level" by "school", two rows. `key_names` holds offsets 0
 * and 6; row 0
 * has note = 13 (empty), key[0] = 14 ("yes"), key[1] = 18 ("a").
 *
 * Owner: a result owns its rows, keys and texts and holds the handle; texts it hands out are
 * lent until it is freed. Getters check the places they are given and answer "" or 0 beyond
 * the end. Failure: BILAN_NOMEM while it is made.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "api/request.h"

static_assert((int)BILAN_FIGURES == (int)FIGURES &&
                  (int)BILAN_FIGURE_WEIGHTED_N == (int)FIGURE_WEIGHTED_N &&
                  (int)BILAN_FIGURE_P_VALUE == (int)FIGURE_P_VALUE &&
                  (int)BILAN_FIGURE_EFFECT == (int)FIGURE_EFFECT,
              "the public figures are those of the estimators, in their order");

#define NO_TEXT SIZE_MAX

/* `note` is an offset into the texts; `net` marks a union of levels. */
struct result_row {
  struct estimate e;
  size_t note;
  bool net;
};

/* All arrays have `rows` entries, times `keys` for `key`. */
struct bilan_result {
  bilan *b;
  size_t rows, keys;
  struct result_row *row;
  size_t *key;       /* [row * keys + key]: offset, or NO_TEXT */
  size_t *key_names; /* offsets */
  struct buffer texts;
};

/* ---- making ------------------------------------------------------------------------------ */

/* Appends a text and gives its offset; a failure shows in result_finish. */
static size_t keep_text(bilan_result *r, struct text t) {
  size_t at = r->texts.n;
  buffer_text(&r->texts, t);
  buffer_char(&r->texts, '\0');
  return at;
}

/* The handle is held at once, so that a half-made result is freed like a whole one. */
bilan_status result_make(bilan *b, bilan_result **out, size_t rows, const struct text *keys,
                         size_t key_count) {
  bilan_result *r = mem_zero(&b->mem, 1, sizeof *r);
  if (!r) return fail_nomem(b);
  handle_hold(b);
  r->b = b;
  r->rows = rows;
  r->keys = key_count;
  buffer_init(&r->texts, &b->mem);
  r->row = mem_zero(&b->mem, rows, sizeof *r->row);
  r->key = mem_array(&b->mem, rows, key_count * sizeof *r->key);
  r->key_names = mem_array(&b->mem, key_count, sizeof *r->key_names);
  if (!r->row || !r->key || !r->key_names) {
    bilan_result_free(r);
    return fail_nomem(b);
  }
  for (size_t i = 0; i < rows * key_count; i++) r->key[i] = NO_TEXT;
  for (size_t i = 0; i < key_count; i++) r->key_names[i] = keep_text(r, keys[i]);
  *out = r;
  return BILAN_OK;
}

/* In the order of their bits, which is fixed. */
void notes_print(struct buffer *out, unsigned notes) {
  size_t start = out->n;
  for (unsigned bit = 1; bit; bit <<= 1) {
    if (!(notes & bit)) continue;
    if (out->n > start) buffer_string(out, "; ");
    buffer_string(out, estimate_note_text(bit));
  }
}

/* A row is set once; its note is printed here. */
void result_set(bilan_result *result, size_t row, const struct estimate *e) {
  struct result_row *r = &result->row[row];
  r->e = *e;
  r->note = result->texts.n;
  notes_print(&result->texts, e->notes);
  buffer_char(&result->texts, '\0');
}

/* `t` is copied. A key that is never set stays absent. */
void result_set_key(bilan_result *result, size_t row, size_t key, struct text t) {
  result->key[row * result->keys + key] = keep_text(result, t);
}

void result_set_net(bilan_result *result, size_t row) { result->row[row].net = true; }

/* A buffer that failed once took nothing afterwards: one look is enough. */
bilan_status result_finish(bilan *b, bilan_result **out, bilan_result *made) {
  if (made->texts.failed) {
    bilan_result_free(made);
    return fail_nomem(b);
  }
  *out = made;
  return BILAN_OK;
}

/* The handle goes last, since the blocks are counted there. */
void bilan_result_free(bilan_result *result) {
  if (!result) return;
  bilan *b = result->b;
  mem_free(&b->mem, result->row);
  mem_free(&b->mem, result->key);
  mem_free(&b->mem, result->key_names);
  buffer_free(&result->texts);
  mem_free(&b->mem, result);
  handle_drop(b);
}

/* ---- keys -------------------------------------------------------------------------------- */

/* O(1). The result must not be NULL. */
size_t bilan_result_rows(const bilan_result *result) { return result->rows; }
size_t bilan_result_keys(const bilan_result *result) { return result->keys; }

/* Keys count from 0; NULL beyond the last. Lent. */
const char *bilan_result_key_name(const bilan_result *result, size_t key) {
  return key < result->keys ? result->texts.s + result->key_names[key] : NULL;
}

/* NULL where the row has no such key (the total of a cross-table has no banner). Lent. */
const char *bilan_result_key_at(const bilan_result *result, size_t row, size_t key) {
  if (row >= result->rows || key >= result->keys) return NULL;
  size_t at = result->key[row * result->keys + key];
  return at == NO_TEXT ? NULL : result->texts.s + at;
}

/* Few keys: walking them is as quick as anything. */
const char *bilan_result_key(const bilan_result *result, size_t row, const char *name) {
  for (size_t key = 0; name && key < result->keys; key++)
    if (strcmp(bilan_result_key_name(result, key), name) == 0)
      return bilan_result_key_at(result, row, key);
  return NULL;
}

/* 0 beyond the last row. */
int bilan_result_is_net(const bilan_result *result, size_t row) {
  return row < result->rows && result->row[row].net;
}

/* ---- figures ----------------------------------------------------------------------------- */

/* NULL for a number that is no figure; lent for ever. */
const char *bilan_figure_name(bilan_figure figure) {
  return (unsigned)figure < BILAN_FIGURES ? figure_name((enum figure)figure) : NULL;
}

/* A row beyond the last has no figure and no base. */
static const struct estimate *estimate_at(const bilan_result *result, size_t row) {
  static const struct estimate none = {.count = -1};
  return row < result->rows ? &result->row[row].e : &none;
}

/* 1 and *out when the figure is there, else 0 and *out untouched: an absent figure is never 0
 * by mistake. */
int bilan_result_figure(const bilan_result *result, double *out, size_t row,
                        bilan_figure figure) {
  const struct estimate *e = estimate_at(result, row);
  if ((unsigned)figure >= BILAN_FIGURES || !estimate_has(e, (enum figure)figure)) return 0;
  *out = e->figures[figure];
  return 1;
}

/* The base of the row: answers present. */
int64_t bilan_result_n(const bilan_result *result, size_t row) {
  return estimate_at(result, row)->n;
}

/* Respondents at the level; -1 for estimates that have no level. */
int64_t bilan_result_count(const bilan_result *result, size_t row) {
  return estimate_at(result, row)->count;
}

/* Left out of the base for that reason; BILAN_PRESENT gives their sum. */
int64_t bilan_result_missing(const bilan_result *result, size_t row, bilan_missing kind) {
  return (unsigned)kind < BILAN_MISSING_KINDS ? estimate_at(result, row)->missing[kind] : 0;
}

/* "" when there is nothing to say. */
const char *bilan_result_note(const bilan_result *result, size_t row) {
  return row < result->rows ? result->texts.s + result->row[row].note : "";
}

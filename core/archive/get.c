/* get.c - a table out of the archive: what there is; see archive.h. The answers are load.c's.
 *
 * Item by item: its row, its levels, the list of its chunks with their sizes. Only when all of
 * these fit together, memory is asked for and the answers are fetched:
 *
 *   data    how many rows and items
 *   item    place, name, kind, type                        all items, or those wanted
 *   level   code 1, 2, ... with label, number, missing     of codes and sets
 *   chunk   part 0, 1, ... with first row, rows, size      together all rows, none twice
 *   bytes   load.c
 *
 * Example: an archive says of item 3 that it has codes. Its levels are read first, since their
 * number says how wide its codes are; then its chunks, say 262,144 + 262,144 + 12 rows, which must
 * be the rows of the table; only then 524,300 bytes are asked for and filled.
 *
 * Rows and sizes are a file's own word. A chunk has at most 2^18 rows and the size that they and
 * its encoding ask for; the parts follow each other; there is no more text than the file has
 * bytes. So a few bytes of a hostile file cannot ask for much memory, but for chunks of one
 * constant, which may stand for 2^18 rows each: the limit of the handle is for those.
 *
 * Everything is read inside one transaction, so the table is of one moment whatever others write.
 *
 * Owner: what is at hand is in struct getting and struct found, each with its closer. Failure:
 * BILAN_USAGE (no such table or item), BILAN_DATA (damaged: which item, what), BILAN_IO,
 * BILAN_NOMEM.
 */
#include "archive/get.h"

#include <math.h>
#include <string.h>

/* ---- what all of it needs ------------------------------------------------------------------- */

/* Ends all statements and hands the status on. */
bilan_status get_close(struct getting *g, bilan_status status) {
  dict_free(g->wanted);
  dict_free(g->met);
  sqlite3_blob_close(g->blob);
  sqlite3_finalize(g->item);
  sqlite3_finalize(g->level);
  sqlite3_finalize(g->chunk);
  mem_free(&g->b->mem, g->scratch);
  return status;
}

/* Closed by get_close in every case. */
bilan_status get_open(struct getting *g) {
  bilan_status status = store_prepare(g->b, g->a, &g->item,
                                      "SELECT place, name, kind, type FROM item "
                                      "WHERE data = ?1 AND place > ?2 ORDER BY place");
  if (!status)
    status = store_prepare(g->b, g->a, &g->level,
                           "SELECT code, label, value, missing FROM level "
                           "WHERE data = ?1 AND place = ?2 ORDER BY code");
  if (!status)
    status = store_prepare(g->b, g->a, &g->chunk,
                           "SELECT id, part, first, rows, encoding, missing, scale, base, "
                           "checksum, length(bytes) FROM chunk "
                           "WHERE data = ?1 AND place = ?2 ORDER BY part");
  return status;
}

/* BILAN_DATA with the path and the item. */
bilan_status get_damaged(const struct getting *g, const struct found *f, const char *what) {
  return store_damaged(g->b, g->a, "item \"%.*s\": %s",
                       (int)(f->name_length > 80 ? 80 : f->name_length), f->name, what);
}

/* Columns that were made hold their own share of the dictionary. */
void get_item_free(const struct getting *g, struct found *f) {
  mem_free(&g->b->mem, f->name);
  mem_free(&g->b->mem, f->chunks);
  dict_free(f->dict);
}

/* The place of a word in a list that ends with NULL; -1 for an unknown one. */
static int word_place(const char *const *words, struct text word) {
  for (int i = 0; words[i]; i++)
    if (text_equal(text_of(words[i]), word)) return i;
  return -1;
}

/* ---- levels --------------------------------------------------------------------------------- */

/* The number of the level at hand, NaN for none; false for what is no number, or not finite. */
static bool level_number(const struct getting *g, double *value) {
  int type = sqlite3_column_type(g->level, 2);
  *value = type == SQLITE_NULL ? NAN : sqlite3_column_double(g->level, 2);
  return type == SQLITE_NULL || (type == SQLITE_FLOAT && isfinite(*value));
}

/* One row of `level`: its code must be the next, its label new. */
static bilan_status add_level(const struct getting *g, const struct found *f) {
  struct level level = {store_text(g->level, 1), NAN, BILAN_PRESENT};
  uint32_t code;
  if (!level_number(g, &level.value)) return get_damaged(g, f, "the number of a level is none");
  if (sqlite3_column_type(g->level, 3) != SQLITE_NULL) {
    int kind = word_place(missing_names, store_text(g->level, 3));
    if (kind < 0) return get_damaged(g, f, "a level has an unknown kind of missing");
    level.missing = (bilan_missing)kind;
  }
  if (sqlite3_column_int64(g->level, 0) != (sqlite3_int64)dict_count(f->dict))
    return get_damaged(g, f, "the codes of its levels do not count from 1");
  if (!text_is_utf8(level.label, NULL)) return get_damaged(g, f, "a label is not UTF-8");
  if (dict_find(f->dict, level.label)) return get_damaged(g, f, "a level stands twice");
  return dict_add_level(g->b, f->dict, &code, &level);
}

/* The dictionary of an item, the blank first, then its rows in order. get_item_free takes it also
 * when it is made in part. */
static bilan_status load_levels(const struct getting *g, struct found *f) {
  bool row = false;
  bilan_status status = dict_new(g->b, &f->dict);
  sqlite3_bind_int64(g->level, 1, g->data);
  sqlite3_bind_int64(g->level, 2, (sqlite3_int64)f->place);
  if (!status) status = store_step(g->b, g->a, g->level, &row);
  while (!status && row) {
    status = add_level(g, f);
    if (!status) status = store_step(g->b, g->a, g->level, &row);
  }
  sqlite3_reset(g->level);
  return status;
}

/* ---- the list of chunks --------------------------------------------------------------------- */

/* A count out of a column; anything beyond 2^31 is damage, said as SIZE_MAX, which no comparison
 * that follows lets pass. What is no number counts as 0, as SQLite has it. */
static size_t size_at(sqlite3_stmt *s, int column) {
  sqlite3_int64 n = sqlite3_column_int64(s, column);
  return n < 0 || n > INT32_MAX ? SIZE_MAX : (size_t)n;
}

/* The row of `chunk` at hand. The rows must follow those before. */
static bilan_status read_chunk_row(const struct getting *g, const struct found *f,
                                   struct chunk *k, size_t first) {
  sqlite3_stmt *s = g->chunk;
  int encoding = word_place(chunk_encoding_names, store_text(s, 4));
  sqlite3_int64 scale = sqlite3_column_int64(s, 6), missing = sqlite3_column_int64(s, 5);
  size_t options = f->dict ? dict_count(f->dict) - 1 : 0;
  if (encoding < 0) return get_damaged(g, f, "an unknown encoding");
  *k = (struct chunk){.id = sqlite3_column_int64(s, 0), .place = f->place,
                      .part = size_at(s, 1), .first = size_at(s, 2), .rows = size_at(s, 3),
                      .encoding = (enum chunk_encoding)encoding, .missing = missing != 0,
                      .scale = scale >= 0 && scale <= CHUNK_SCALE_MOST ? (int)scale : -1,
                      .base = sqlite3_column_int64(s, 7),
                      .checksum = (uint64_t)sqlite3_column_int64(s, 8), .bytes = size_at(s, 9)};
  if (k->part != f->count || k->first != first || !k->rows || k->rows > CHUNK_ROWS)
    return get_damaged(g, f, "its chunks do not follow each other");
  return chunk_fits(k, f->type, options) ? BILAN_OK : get_damaged(g, f, "a chunk has a wrong size");
}

/* Room for sixteen more at a time: a column of a million rows has four chunks. */
static bilan_status keep_chunk(const struct getting *g, struct found *f, const struct chunk *k) {
  if (f->count % 16 == 0) {
    struct chunk *more =
        mem_resize_array(&g->b->mem, f->chunks, f->count + 16, sizeof *more);
    if (!more) return fail_nomem(g->b);
    f->chunks = more;
  }
  f->chunks[f->count++] = *k;
  return BILAN_OK;
}

/* All chunks of an item, without their bytes: length(bytes) comes from the row's header, so no
 * answer is read for it. Together they must have the rows of the table: no hole, no row twice. */
static bilan_status list_chunks(const struct getting *g, struct found *f) {
  struct chunk k;
  size_t rows = 0;
  bool row = false;
  sqlite3_bind_int64(g->chunk, 1, g->data);
  sqlite3_bind_int64(g->chunk, 2, (sqlite3_int64)f->place);
  bilan_status status = store_step(g->b, g->a, g->chunk, &row);
  while (!status && row) {
    status = read_chunk_row(g, f, &k, rows);
    if (!status) status = keep_chunk(g, f, &k);
    if (!status) status = store_step(g->b, g->a, g->chunk, &row);
    rows += k.rows;
  }
  sqlite3_reset(g->chunk);
  if (!status && rows != g->rows) status = get_damaged(g, f, "its chunks hold other than all rows");
  return status;
}

/* ---- items ---------------------------------------------------------------------------------- */

/* The row of `item` at hand. Its texts are lent by the statement, which goes on: the name is
 * copied. get_item_free takes *f in every case. */
static bilan_status read_item_row(const struct getting *g, struct found *f) {
  struct text name = store_text(g->item, 1);
  int kind = word_place(chunk_kind_names, store_text(g->item, 2));
  int type = word_place(chunk_type_names, store_text(g->item, 3));
  *f = (struct found){.place = size_at(g->item, 0), .name_length = name.n};
  f->name = mem_copy(&g->b->mem, name.s, name.n);
  if (!f->name) return fail_nomem(g->b);
  if (kind < 0 || type < 0) return get_damaged(g, f, "an unknown kind or type");
  if (f->place == SIZE_MAX) return get_damaged(g, f, "no place");
  if (!name.n || !text_is_utf8(name, NULL)) return get_damaged(g, f, "its name is not UTF-8");
  f->kind = (bilan_kind)kind;
  f->type = (enum column_type)type;
  return BILAN_OK;
}

/* The next item behind a place; *row is false where there is none. */
bilan_status get_item(const struct getting *g, struct found *f, size_t after, bool *row) {
  *f = (struct found){0};
  sqlite3_bind_int64(g->item, 1, g->data);
  sqlite3_bind_int64(g->item, 2, (sqlite3_int64)after);
  bilan_status status = store_step(g->b, g->a, g->item, row);
  if (!status && *row) status = read_item_row(g, f);
  sqlite3_reset(g->item);
  return status;
}

/* What stands in rows first, then the answers by the item's type. */
bilan_status get_column(struct getting *g, struct found *f, struct column **out) {
  bilan_status status = BILAN_OK;
  if (f->type == COLUMN_CODES || f->type == COLUMN_SET) status = load_levels(g, f);
  if (!status) status = list_chunks(g, f);
  if (status) return status;
  return load_answers(g, f, out);
}

/* Loads the item whose row is at hand into the table. That its name is new is asked first: a table
 * would take it for a slip of the caller's. */
static bilan_status load_item(struct getting *g, struct table *t) {
  struct found f;
  struct column *c;
  uint32_t code;
  bilan_status status = read_item_row(g, &f);
  struct text name = {f.name, f.name_length};
  if (!status && dict_find(g->met, name)) status = get_damaged(g, &f, "it stands twice");
  if (!status) status = dict_add(g->b, g->met, &code, name);
  if (!status) status = get_column(g, &f, &c);
  if (!status) status = table_add(g->b, t, name, f.kind, c);
  get_item_free(g, &f);
  return status;
}

/* Is the item at hand among those wanted? */
static bool is_wanted(const struct getting *g) {
  return !g->wanted || dict_find(g->wanted, store_text(g->item, 1));
}

/* ---- tables --------------------------------------------------------------------------------- */

/* How many rows and items there are to be. BILAN_USAGE: no such table. Rows beyond ARCHIVE_ROWS
 * are damage, for no writer makes them; so sizes below never overflow. */
bilan_status get_find(struct getting *g, size_t *items) {
  sqlite3_stmt *s = NULL;
  bool row = false;
  bilan_status status =
      store_prepare(g->b, g->a, &s, "SELECT rows, items FROM data WHERE id = ?1");
  if (!status) sqlite3_bind_int64(s, 1, g->data);
  if (!status) status = store_step(g->b, g->a, s, &row);
  if (!status && !row)
    status = fail(g->b, BILAN_USAGE, "%s: no table %lld", g->a->path, (long long)g->data);
  if (!status) {
    g->rows = size_at(s, 0);
    *items = size_at(s, 1);
    if (g->rows > ARCHIVE_ROWS) status = store_damaged(g->b, g->a, "a wrong number of rows");
  }
  sqlite3_finalize(s);
  return status;
}

/* Items in their order in the archive, all or those wanted. There must be as many as the table
 * says, those passed over included. */
static bilan_status load_items(struct getting *g, struct table *t, size_t items) {
  size_t met = 0;
  bool row = false;
  sqlite3_bind_int64(g->item, 1, g->data);
  sqlite3_bind_int64(g->item, 2, 0);
  bilan_status status = dict_new(g->b, &g->met);
  if (!status) status = store_step(g->b, g->a, g->item, &row);
  for (; !status && row; met++) {
    if (is_wanted(g)) status = load_item(g, t);
    if (!status) status = store_step(g->b, g->a, g->item, &row);
  }
  if (!status && met != items) status = store_damaged(g->b, g->a, "a wrong number of items");
  return status;
}

/* The names of all items as the labels of a dictionary, which finds one among 30,000 at once. The
 * caller frees *known, also when this fails. */
static bilan_status list_names(struct getting *g, struct dict **known) {
  bool row = false;
  uint32_t code;
  bilan_status status = dict_new(g->b, known);
  sqlite3_bind_int64(g->item, 1, g->data);
  sqlite3_bind_int64(g->item, 2, 0);
  if (!status) status = store_step(g->b, g->a, g->item, &row);
  while (!status && row) {
    status = dict_add(g->b, *known, &code, store_text(g->item, 1));
    if (!status) status = store_step(g->b, g->a, g->item, &row);
  }
  sqlite3_reset(g->item);
  return status;
}

/* BILAN_USAGE with the nearest of the known names, as a table says it: items without answers
 * stand in for those that are there. */
static bilan_status no_item(bilan *b, const struct dict *known, struct text name) {
  struct table *t = NULL;
  struct column *c;
  bilan_status status = table_new(b, &t, 0);
  for (uint32_t code = 1; !status && code < dict_count(known); code++) {
    status = column_numbers(b, &c, 0, NULL, NULL);
    if (!status) status = table_add(b, t, dict_level(known, code)->label, BILAN_NUMBER, c);
  }
  if (!status) status = table_no_item(b, t, name);
  table_free(t);
  return status;
}

/* Notes the names as those that are wanted. All must be there: a slip is told before anything is
 * loaded. A name that stands twice is told by put_in_order. */
static bilan_status want_names(struct getting *g, const struct text *names, size_t count) {
  struct dict *known = NULL;
  uint32_t code;
  bilan_status status = list_names(g, &known);
  if (!status) status = dict_new(g->b, &g->wanted);
  for (size_t i = 0; !status && i < count; i++)
    status = dict_find(known, names[i]) ? dict_add(g->b, g->wanted, &code, names[i])
                                        : no_item(g->b, known, names[i]);
  dict_free(known);
  return status;
}

/* The items in the order in which they were named. BILAN_USAGE: one is named twice. */
static bilan_status put_in_order(bilan *b, struct table **out, const struct table *t,
                                 const struct text *names, size_t count) {
  size_t *places = mem_array(&b->mem, count, sizeof *places);
  bilan_status status = places ? BILAN_OK : fail_nomem(b);
  for (size_t i = 0; !status && i < count; i++) places[i] = table_find(t, names[i]);
  if (!status) status = table_select(b, out, t, places, NULL, count);
  mem_free(&b->mem, places);
  return status;
}

/* Into a table of our own, which the caller gets whole, or in the order of the names. Inside a
 * transaction, so that all rows are of one moment. */
static bilan_status load_table(struct getting *g, struct table **out, const struct text *names,
                               size_t count) {
  struct table *t = NULL;
  size_t items = 0;
  bilan_status status = get_find(g, &items);
  if (!status) status = get_open(g);
  if (!status && names) status = want_names(g, names, count);
  if (!status) status = table_new(g->b, &t, g->rows);
  if (!status) status = load_items(g, t, items);
  if (!status && !names) {
    *out = t;
    return BILAN_OK;
  }
  if (!status) status = put_in_order(g->b, out, t, names, count);
  table_free(t);
  return status;
}

/* Nothing is to be ended after a failure: BEGIN takes no lock. */
bilan_status get_begin(bilan *b, struct archive *a, bool *own) {
  *own = sqlite3_get_autocommit(a->db);
  return *own ? store_exec(b, a, "BEGIN") : BILAN_OK;
}

/* Nothing was changed, so undoing it ends it. */
void get_end(struct archive *a, bool own) {
  if (own && archive_in_transaction(a)) store_undo(a);
}

/* `names` may be NULL: all items. A transaction of the caller's is used, else one of our own; the
 * statements are ended before it is. That it cannot be ended takes nothing from what was read. */
bilan_status archive_get(bilan *b, struct table **out, struct archive *a, int64_t id,
                         const struct text *names, size_t count) {
  struct getting g = {.b = b, .a = a, .data = id};
  if (!a->db) return fail(b, BILAN_USAGE, "%s: is closed", a->path);
  bool own;
  bilan_status status = get_begin(b, a, &own);
  if (!status) status = get_close(&g, load_table(&g, out, names, count));
  get_end(a, own);
  return status;
}

/* later.c - a table out of the archive whose columns come when they are first used; see archive.h.
 *
 * What a script needs of a survey with a thousand items is two or three of them. Here the rows of
 * `data` and `item` are read at once, levels and answers of an item when table_column asks:
 *
 *   archive_get_later    names and kinds; the file stays open
 *   table_column         BEGIN; is the table still the one?; levels, chunks (get.c, load.c); COMMIT
 *
 * Between two loads no transaction is open, so others may write. That a column loaded later
 * belongs to the columns loaded before is told by the content hash of the whole table: a table is
 * never changed in an archive, only dropped, and its number may be given to another one. So the
 * table is looked for by its hash, each time, in the same transaction as its answers; one that is
 * gone is an error, never another table's answers. A file that was replaced by another of the same
 * name is still open here: its content goes on until the last column is loaded.
 *
 * Damage is found at the use of what is damaged: the item's row, its levels and chunks are looked
 * at as archive_get does. What was never asked for was never looked at.
 *
 * Owner: the source owns a share of the archive and is owned by the columns that are not loaded.
 * Cost: archive_get_later, two statements; a column, three statements (0.1 ms) and its bytes.
 */
#include "archive/get.h"

#include <string.h>

/* All that finding a column again needs. An item's number here is its index in `places`. */
struct later_source {
  struct table_source base;
  struct archive *archive; /* a share */
  char sha256[SHA256_HEX]; /* of the table */
  size_t rows;
  size_t *places;          /* of each item in the archive, rising */
  size_t count, room;
};

/* ---- loading -------------------------------------------------------------------------------- */

/* The number of the table with this hash, now: *id; 0 when it is not there any more. */
static bilan_status find_hash(struct getting *g, const char *sha256) {
  sqlite3_stmt *s = NULL;
  bool row = false;
  bilan_status status = store_prepare(g->b, g->a, &s, "SELECT id FROM data WHERE sha256 = ?1");
  if (!status) sqlite3_bind_text(s, 1, sha256, -1, SQLITE_STATIC);
  if (!status) status = store_step(g->b, g->a, s, &row);
  g->data = row ? sqlite3_column_int64(s, 0) : 0;
  sqlite3_finalize(s);
  return status;
}

/* The item at this place and nothing else, in the table that was opened. */
static bilan_status load_place(struct getting *g, const struct later_source *s, size_t place,
                               struct column **out) {
  struct found f = {0};
  size_t items;
  bool row = false;
  bilan_status status = find_hash(g, s->sha256);
  if (!status && !g->data)
    return fail(g->b, BILAN_IO, "%s: the wave was replaced or taken out after it was opened; run "
                "this again", g->a->path);
  if (!status) status = get_find(g, &items);
  if (!status && g->rows != s->rows) status = store_damaged(g->b, g->a, "a wrong number of rows");
  if (!status) status = get_open(g);
  if (!status) status = get_item(g, &f, place - 1, &row);
  if (!status && (!row || f.place != place))
    status = store_damaged(g->b, g->a, "item %zu is not there any more", place);
  if (!status) status = get_column(g, &f, out);
  get_item_free(g, &f);
  return status;
}

/* In a transaction, so that all of it is of one moment. */
static bilan_status load_later(bilan *b, struct column **out, struct table_source *base,
                               size_t item) {
  const struct later_source *s = (const struct later_source *)base;
  struct getting g = {.b = b, .a = s->archive};
  struct column *c = NULL;
  bool own;
  bilan_status status = get_begin(b, s->archive, &own);
  if (!status) status = get_close(&g, load_place(&g, s, s->places[item], &c));
  get_end(s->archive, own);
  if (!status) *out = c;
  return status;
}

/* The last column has been loaded, or nobody wants it any more. */
static void close_later(struct table_source *base) {
  struct later_source *s = (struct later_source *)base;
  struct mem *mem = &s->archive->b->mem;
  store_leave(s->archive);
  mem_free(mem, s->places);
  mem_free(mem, s);
}

/* ---- opening -------------------------------------------------------------------------------- */

/* What find_hash will look for. */
static bilan_status read_hash(struct getting *g, struct later_source *later) {
  sqlite3_stmt *s = NULL;
  bool row = false;
  bilan_status status = store_prepare(g->b, g->a, &s, "SELECT sha256 FROM data WHERE id = ?1");
  if (!status) sqlite3_bind_int64(s, 1, g->data);
  if (!status) status = store_step(g->b, g->a, s, &row);
  struct text hash = !status && row ? store_text(s, 0) : TEXT("");
  if (!status && hash.n != SHA256_HEX - 1)
    status = store_damaged(g->b, g->a, "the hash of a table is none");
  if (!status) memcpy(later->sha256, hash.s, hash.n);
  sqlite3_finalize(s);
  return status;
}

/* The item's place is what loading goes by. */
static bilan_status add_item(struct getting *g, struct later_source *s, struct table *t,
                             const struct found *f) {
  struct text name = {f->name, f->name_length};
  if (table_find(t, name) != SIZE_MAX) return get_damaged(g, f, "it stands twice");
  if (s->count == s->room) {
    size_t room = s->room ? 2 * s->room : 64;
    size_t *more = mem_resize_array(&g->b->mem, s->places, room, sizeof *more);
    if (!more) return fail_nomem(g->b);
    s->places = more;
    s->room = room;
  }
  s->places[s->count++] = f->place;
  return table_add_later(g->b, t, name, f->kind, &s->base, s->count - 1);
}

/* All items by name and kind, as many as the table says. */
static bilan_status add_items(struct getting *g, struct later_source *s, struct table *t,
                              size_t items) {
  size_t after = 0;
  bool row = true;
  bilan_status status = BILAN_OK;
  while (!status && row) {
    struct found f;
    status = get_item(g, &f, after, &row);
    if (!status && row) status = add_item(g, s, t, &f);
    after = f.place;
    get_item_free(g, &f);
  }
  if (!status && s->count != items) status = store_damaged(g->b, g->a, "a wrong number of items");
  return status;
}

/* A table of our own, which the caller gets whole. */
static bilan_status open_later(struct getting *g, struct table **out) {
  struct later_source *s = mem_zero(&g->b->mem, 1, sizeof *s);
  struct table *t = NULL;
  size_t items = 0;
  if (!s) return fail_nomem(g->b);
  s->base = (struct table_source){1, load_later, close_later};
  s->archive = store_share(g->a);
  bilan_status status = get_find(g, &items);
  s->rows = g->rows;
  if (!status) status = read_hash(g, s);
  if (!status) status = get_open(g);
  if (!status) status = table_new(g->b, &t, g->rows);
  if (!status) status = add_items(g, s, t, items);
  table_source_free(&s->base);
  if (status) table_free(t);
  else *out = t;
  return status;
}

/* An archive that is being written would have to be left open behind its writer's back. */
bilan_status archive_get_later(bilan *b, struct table **out, struct archive *a, int64_t id) {
  struct getting g = {.b = b, .a = a, .data = id};
  if (a->write) return archive_get(b, out, a, id, NULL, 0);
  if (!a->db) return fail(b, BILAN_USAGE, "%s: is closed", a->path);
  bool own;
  bilan_status status = get_begin(b, a, &own);
  if (!status) status = get_close(&g, open_later(&g, out));
  get_end(a, own);
  return status;
}

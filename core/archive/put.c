/* put.c - a table into the archive; see archive.h.
 *
 * The content is hashed first: a table that is there already costs no more than that, and the
 * same wave read twice is stored once. Then a row for the table, one for each item, one for each
 * level, and the chunks of each column, all inside a savepoint: a failure on the way leaves
 * nothing of the table in the caller's transaction.
 *
 * The order of rows is that of loading, item after item and chunk after chunk, so that a table
 * that was stored at once lies at once in the file:
 *
 *   data 1 | item 1, its levels, its chunks 0, 1, ... | item 2, ...
 *
 * Statements are made once a table; texts and bytes are lent to them and gone when they have
 * run. Foreign keys hold: a row of a table that is not there cannot be made.
 *
 * What could not be loaded again is refused here: names, labels and texts that are not UTF-8,
 * numbers that are not finite. Any other byte goes in and comes out, NUL included.
 *
 * Failure: BILAN_USAGE (no transaction; a number that is not finite), BILAN_DATA (not UTF-8: the
 * item and the row or level), BILAN_LIMIT, BILAN_IO (a full disk), BILAN_NOMEM.
 *
 * Cost: hashing, and one pass of encoding; SQLite copies each chunk once into its pages.
 */
#include "archive/store.h"

#include <math.h>
#include <string.h>

#include "archive/chunk.h"

/* What is at hand while one table is stored; one for its length, closed by put_close. */
struct putting {
  bilan *b;
  const struct archive *a;
  int64_t data;                       /* its row of `data`, that all others refer to */
  sqlite3_stmt *item, *level, *chunk; /* an INSERT for each */
  struct buffer bytes;                /* of the chunk at hand; its room is kept for the next */
};

/* Ends all statements and hands the status on. */
static bilan_status put_close(struct putting *p, bilan_status status) {
  sqlite3_finalize(p->item);
  sqlite3_finalize(p->level);
  sqlite3_finalize(p->chunk);
  buffer_free(&p->bytes);
  return status;
}

/* Closed by put_close in every case. */
static bilan_status put_open(struct putting *p, bilan *b, const struct archive *a) {
  *p = (struct putting){.b = b, .a = a};
  buffer_init(&p->bytes, &b->mem);
  bilan_status status =
      store_prepare(b, a, &p->item, "INSERT INTO item(data, place, name, kind, type, sha256) "
                                    "VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
  if (!status)
    status = store_prepare(b, a, &p->level,
                           "INSERT INTO level(data, place, code, label, value, missing) "
                           "VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
  if (!status)
    status = store_prepare(b, a, &p->chunk,
                           "INSERT INTO chunk(data, place, part, first, rows, encoding, "
                           "missing, scale, base, checksum, bytes) "
                           "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  return status;
}

/* Lent bytes: the statement is run before they go. An empty text is "" and not NULL, which the
 * schema would refuse. */
static void bind_text(sqlite3_stmt *s, int place, struct text t) {
  sqlite3_bind_text64(s, place, t.n ? t.s : "", t.n, SQLITE_STATIC, SQLITE_UTF8);
}

/* Runs a statement without rows and makes it ready for the next. A parameter that could not be
 * bound is NULL and refused by the schema. */
static bilan_status run(const struct putting *p, sqlite3_stmt *s) {
  bool row;
  bilan_status status = store_step(p->b, p->a, s, &row);
  sqlite3_reset(s);
  return status;
}

/* ---- what stands in rows ------------------------------------------------------------------- */

/* Puts the item's name in front of the message of its packing. */
static bilan_status name_item(bilan *b, struct text name, bilan_status status) {
  char before[MESSAGE_ROOM];
  if (status != BILAN_USAGE && status != BILAN_LIMIT && status != BILAN_DATA) return status;
  memcpy(before, b->message, sizeof before);
  return fail(b, status, "item \"%.*s\": %s", (int)(name.n > 80 ? 80 : name.n), name.s, before);
}

/* What loading asks of a name: some bytes, and UTF-8. */
static bilan_status check_name(bilan *b, struct text name, size_t place) {
  if (name.n && text_is_utf8(name, NULL)) return BILAN_OK;
  return fail(b, BILAN_DATA, "item %zu: its name is %s", place + 1,
              name.n ? "not UTF-8" : "empty");
}

/* The same of a level: a label in UTF-8, a number that is finite if there is one. */
static bilan_status check_level(bilan *b, const struct level *level, uint32_t code) {
  if (!text_is_utf8(level->label, NULL))
    return fail(b, BILAN_DATA, "the label of level %u is not UTF-8", (unsigned)code);
  if (isinf(level->value))
    return fail(b, BILAN_USAGE, "the number of level %u is not finite", (unsigned)code);
  return BILAN_OK;
}

/* Places count from 1, as people do who read the rows. */
static bilan_status put_item(const struct putting *p, const struct table *t, size_t place,
                             const char *sha256) {
  const struct column *c = table_column(t, place);
  sqlite3_bind_int64(p->item, 1, p->data);
  sqlite3_bind_int64(p->item, 2, (sqlite3_int64)place + 1);
  bind_text(p->item, 3, table_name(t, place));
  bind_text(p->item, 4, text_of(chunk_kind_names[table_kind(t, place)]));
  bind_text(p->item, 5, text_of(chunk_type_names[c->type]));
  bind_text(p->item, 6, text_of(sha256));
  return run(p, p->item);
}

/* Levels of codes, options of a set; the blank, code 0, is understood. */
static bilan_status put_levels(const struct putting *p, const struct dict *d, size_t place) {
  bilan_status status = BILAN_OK;
  sqlite3_bind_int64(p->level, 1, p->data);
  sqlite3_bind_int64(p->level, 2, (sqlite3_int64)place + 1);
  for (uint32_t code = 1; !status && code < dict_count(d); code++) {
    const struct level *level = dict_level(d, code);
    status = check_level(p->b, level, code);
    if (status) break;
    sqlite3_bind_int64(p->level, 3, code);
    bind_text(p->level, 4, level->label);
    if (isnan(level->value)) sqlite3_bind_null(p->level, 5);
    else sqlite3_bind_double(p->level, 5, level->value);
    if (level->missing) bind_text(p->level, 6, text_of(missing_names[level->missing]));
    else sqlite3_bind_null(p->level, 6);
    status = run(p, p->level);
  }
  return status;
}

/* ---- answers -------------------------------------------------------------------------------- */

/* The bytes are lent to SQLite for the length of the statement. The checksum's 64 bits are stored
 * as the signed number that they are in two's complement. */
static bilan_status put_chunk(const struct putting *p, const struct chunk *k) {
  sqlite3_stmt *s = p->chunk;
  sqlite3_bind_int64(s, 1, p->data);
  sqlite3_bind_int64(s, 2, (sqlite3_int64)k->place);
  sqlite3_bind_int64(s, 3, (sqlite3_int64)k->part);
  sqlite3_bind_int64(s, 4, (sqlite3_int64)k->first);
  sqlite3_bind_int64(s, 5, (sqlite3_int64)k->rows);
  bind_text(s, 6, text_of(chunk_encoding_names[k->encoding]));
  sqlite3_bind_int64(s, 7, k->missing);
  sqlite3_bind_int64(s, 8, k->scale);
  sqlite3_bind_int64(s, 9, k->base);
  sqlite3_bind_int64(s, 10, (sqlite3_int64)k->checksum);
  sqlite3_bind_blob64(s, 11, p->bytes.s, p->bytes.n, SQLITE_STATIC);
  return run(p, s);
}

/* Chunk after chunk until the rows are through. */
static bilan_status put_column(struct putting *p, const struct column *c, size_t place) {
  struct chunk k = {.place = place + 1};
  bilan_status status = BILAN_OK;
  for (; !status && k.first < c->rows; k.first += k.rows, k.part++) {
    status = chunk_encode(p->b, &p->bytes, &k, c);
    if (!status) status = put_chunk(p, &k);
  }
  return status;
}

/* An item in the order in which it is loaded: its row, its levels, its chunks. */
static bilan_status put_whole_item(struct putting *p, const struct table *t, size_t place,
                                   const char *sha256) {
  const struct column *c = table_column(t, place);
  bilan_status status = check_name(p->b, table_name(t, place), place);
  if (status) return status;
  status = put_item(p, t, place, sha256);
  if (!status && c->dict) status = put_levels(p, c->dict, place);
  if (!status) status = put_column(p, c, place);
  return name_item(p->b, table_name(t, place), status);
}

/* ---- the table ------------------------------------------------------------------------------ */

/* *id of the table with this content; 0 when there is none (SQLite's rowids begin at 1). Two tables
 * with one hash are one table: 2^128 of them are needed before two that differ are likely. */
static bilan_status find_content(bilan *b, const struct archive *a, int64_t *id,
                                 const char *sha256) {
  sqlite3_stmt *s = NULL;
  bool row = false;
  *id = 0;
  bilan_status status = store_prepare(b, a, &s, "SELECT id FROM data WHERE sha256 = ?1");
  if (!status) bind_text(s, 1, text_of(sha256));
  if (!status) status = store_step(b, a, s, &row);
  if (row) *id = sqlite3_column_int64(s, 0);
  sqlite3_finalize(s);
  return status;
}

/* The row that all others of the table refer to. */
static bilan_status put_data(bilan *b, const struct archive *a, int64_t *id, const char *sha256,
                             const struct table *t) {
  sqlite3_stmt *s = NULL;
  bool row;
  bilan_status status =
      store_prepare(b, a, &s, "INSERT INTO data(sha256, rows, items) VALUES(?1, ?2, ?3)");
  if (!status) {
    bind_text(s, 1, text_of(sha256));
    sqlite3_bind_int64(s, 2, (sqlite3_int64)table_rows(t));
    sqlite3_bind_int64(s, 3, (sqlite3_int64)table_count(t));
    status = store_step(b, a, s, &row);
  }
  sqlite3_finalize(s);
  *id = sqlite3_last_insert_rowid(a->db);
  return status;
}

/* All of a table whose content is new. */
static bilan_status put_new(bilan *b, const struct archive *a, int64_t *id, const char *sha256,
                            char (*items)[SHA256_HEX], const struct table *t) {
  struct putting p;
  bilan_status status = put_data(b, a, id, sha256, t);
  if (status) return status;
  status = put_open(&p, b, a);
  p.data = *id;
  for (size_t i = 0; !status && i < table_count(t); i++)
    status = put_whole_item(&p, t, i, items[i]);
  return put_close(&p, status);
}

/* Without a trace in the caller's transaction when it fails. Should even taking back fail, the
 * whole transaction goes, rather than be committed with half a table. */
static bilan_status put_safely(bilan *b, const struct archive *a, int64_t *id,
                               const char *sha256, char (*items)[SHA256_HEX],
                               const struct table *t) {
  bilan_status status = store_exec(b, a, "SAVEPOINT put");
  if (status) return status;
  status = put_new(b, a, id, sha256, items, t);
  if (!status) return store_exec(b, a, "RELEASE put");
  if (sqlite3_exec(a->db, "ROLLBACK TO put; RELEASE put", NULL, NULL, NULL))
    sqlite3_exec(a->db, "ROLLBACK", NULL, NULL, NULL);
  return status;
}

/* A transaction of ours must be open. */
static bilan_status check_changing(bilan *b, const struct archive *a) {
  if (a->changing && archive_in_transaction(a)) return BILAN_OK;
  return fail(b, BILAN_USAGE, "%s: a change needs a transaction", a->path);
}

/* Hashes before anything is written: a content that is there needs no more. The out-parameters are
 * set last, so that they are untouched on failure. */
bilan_status archive_put(bilan *b, struct archive *a, int64_t *id, char sha256[SHA256_HEX],
                         const struct table *t) {
  char (*items)[SHA256_HEX] = NULL, hash[SHA256_HEX];
  int64_t found = 0;
  bilan_status status = check_changing(b, a);
  if (!status && table_rows(t) > ARCHIVE_ROWS)
    status = fail(b, BILAN_LIMIT, "%s: an archive keeps at most 2^30 rows", a->path);
  if (!status) status = table_load(b, t);
  if (status) return status;
  items = mem_array(&b->mem, table_count(t), sizeof *items);
  if (!items) return fail_nomem(b);
  archive_sha256(hash, items, t);
  status = find_content(b, a, &found, hash);
  if (!status && !found) status = put_safely(b, a, &found, hash, items, t);
  mem_free(&b->mem, items);
  if (status) return status;
  memcpy(sha256, hash, SHA256_HEX);
  *id = found;
  return BILAN_OK;
}

/* Levels, items and chunks go with it. */
bilan_status archive_drop(bilan *b, struct archive *a, int64_t id) {
  sqlite3_stmt *s = NULL;
  bool row;
  bilan_status status = check_changing(b, a);
  if (!status) status = store_prepare(b, a, &s, "DELETE FROM data WHERE id = ?1");
  if (!status) sqlite3_bind_int64(s, 1, id);
  if (!status) status = store_step(b, a, s, &row);
  sqlite3_finalize(s);
  return status;
}

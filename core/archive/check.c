/* check.c - all of an archive looked through; see archive.h.
 *
 * Three questions: is the file whole (SQLite's own integrity check, which walks every page, and
 * its check of references), does every table load (checksums, codes, sizes: get.c), and is its
 * content still what its hashes say, item by item and as a whole (content.c)? The first fault is
 * named. Nothing is repaired: what a half-read table was meant to say, nobody knows.
 *
 * All of it is of one moment: the check is one transaction of reading, unless the caller has one.
 *
 * Cost: the file is read once, each table is in memory once, and hashed. Failure: BILAN_DATA with
 * the path and the fault; BILAN_USAGE (closed), BILAN_IO, BILAN_NOMEM.
 */
#include "archive/store.h"

#include <string.h>

/* The first row of a statement that should say "ok" or nothing at all. */
static bilan_status expect_ok(bilan *b, const struct archive *a, const char *sql) {
  sqlite3_stmt *s = NULL;
  bool row = false;
  bilan_status status = store_prepare(b, a, &s, sql);
  if (!status) status = store_step(b, a, s, &row);
  if (!status && row && !text_equal(store_text(s, 0), TEXT("ok"))) {
    struct text what = store_text(s, 0);
    status = store_damaged(b, a, "%.*s", (int)(what.n > 300 ? 300 : what.n), what.s);
  }
  sqlite3_finalize(s);
  return status;
}

/* The hashes in the rows of the items, which receipts quote, against those of their content:
 * `items`, in order, as many as there are rows. */
static bilan_status check_items(bilan *b, const struct archive *a, int64_t id,
                                char (*items)[SHA256_HEX]) {
  sqlite3_stmt *s = NULL;
  bool row = false;
  bilan_status status =
      store_prepare(b, a, &s, "SELECT sha256, place FROM item WHERE data = ?1 ORDER BY place");
  if (!status) sqlite3_bind_int64(s, 1, id);
  if (!status) status = store_step(b, a, s, &row);
  for (size_t i = 0; !status && row; i++) {
    if (!text_equal(store_text(s, 0), text_of(items[i])))
      status = store_damaged(b, a, "item %lld of table %lld is not what its hash says",
                             (long long)sqlite3_column_int64(s, 1), (long long)id);
    if (!status) status = store_step(b, a, s, &row);
  }
  sqlite3_finalize(s);
  return status;
}

/* Loads the table and compares its hashes with those of its rows. That both agree says that the
 * file is as it was written; against a changed file with changed hashes stand the receipts. */
static bilan_status check_table(bilan *b, struct archive *a, int64_t id, struct text sha256) {
  char hash[SHA256_HEX], (*items)[SHA256_HEX] = NULL;
  struct table *t = NULL;
  bilan_status status = archive_get(b, &t, a, id, NULL, 0);
  if (!status) items = mem_array(&b->mem, table_count(t), sizeof *items);
  if (!status && !items) status = fail_nomem(b);
  if (!status) archive_sha256(hash, items, t);
  table_free(t);
  if (!status && !text_equal(sha256, text_of(hash)))
    status = store_damaged(b, a, "table %lld is not what its hash says", (long long)id);
  if (!status) status = check_items(b, a, id, items);
  mem_free(&b->mem, items);
  return status;
}

/* The file first, since nothing in it can be read for sure when its pages are not whole; then
 * table after table, one in memory at a time. */
static bilan_status check_all(bilan *b, struct archive *a) {
  sqlite3_stmt *s = NULL;
  bool row = false;
  bilan_status status = expect_ok(b, a, "PRAGMA integrity_check(1)");
  if (!status)
    status = expect_ok(b, a, "SELECT 'a row of \"' || \"table\" || '\" refers to nothing' "
                             "FROM pragma_foreign_key_check LIMIT 1");
  if (!status) status = store_prepare(b, a, &s, "SELECT id, sha256 FROM data ORDER BY id");
  if (!status) status = store_step(b, a, s, &row);
  while (!status && row) {
    status = check_table(b, a, sqlite3_column_int64(s, 0), store_text(s, 1));
    if (!status) status = store_step(b, a, s, &row);
  }
  sqlite3_finalize(s);
  return status;
}

/* Writers that come between would make parts that do not belong together look like damage. */
bilan_status archive_check(bilan *b, struct archive *a) {
  bool own = !archive_in_transaction(a);
  bilan_status status = own ? archive_hold(b, a) : BILAN_OK;
  if (!status) status = check_all(b, a);
  if (own) archive_rollback(a);
  return status;
}

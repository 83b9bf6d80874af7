/* check.c - all of an archive looked through; see archive.h.
 *
 * Three questions: is the file whole (SQLite's own integrity check, which walks every page, and
 * its check of references), does every table load (checksums, codes, sizes: get.c), and is its
 * content still what its hash says (content.c)? The first fault is named. Nothing is repaired.
 *
 * Cost: the file is read once, each table is in memory once, and hashed.
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

/* Loads the table and compares its hashes with those of its rows. */
static bilan_status check_table(bilan *b, struct archive *a, int64_t id, struct text sha256) {
  char hash[SHA256_HEX];
  struct table *t = NULL;
  bilan_status status = archive_get(b, &t, a, id, NULL, 0);
  if (status) return status;
  archive_sha256(hash, NULL, t);
  table_free(t);
  if (text_equal(sha256, text_of(hash))) return BILAN_OK;
  return store_damaged(b, a, "table %lld is not what its hash says", (long long)id);
}

/* The file first, since nothing in it can be read for sure when its pages are not whole; then
 * table after table, one in memory at a time. */
bilan_status archive_check(bilan *b, struct archive *a) {
  sqlite3_stmt *s = NULL;
  bool row = false;
  if (!a->db) return fail(b, BILAN_USAGE, "%s: is closed", a->path);
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

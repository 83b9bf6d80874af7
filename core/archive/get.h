/* get.h - between the two halves of loading a table: get.c finds out from rows what there is,
 * load.c fetches the answers.
 */
#ifndef ARCHIVE_GET_H
#define ARCHIVE_GET_H

#include "archive/chunk.h"
#include "archive/store.h"

/* What is at hand while a table is loaded. */
struct getting {
  bilan *b;
  const struct archive *a;
  int64_t data;
  size_t rows;
  sqlite3_stmt *item, *level, *chunk;
  sqlite3_blob *blob;
  unsigned char *scratch;
  size_t scratch_room;
};

/* An item as its rows say, before its answers are read; released by item_free. */
struct found {
  size_t place;
  char *name; /* for messages */
  size_t name_length;
  bilan_kind kind;
  enum column_type type;
  struct dict *dict; /* of codes and sets */
  struct chunk *chunks;
  size_t count;
};

/* BILAN_DATA with the path, the item, and what is wrong. */
bilan_status get_damaged(const struct getting *g, const struct found *f, const char *what);

/* The answers of an item whose levels and chunks are known: their sizes fit the rows. */
bilan_status load_answers(struct getting *g, const struct found *f, struct column **out);

#endif

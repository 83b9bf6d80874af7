/* get.h - between the parts of loading a table: get.c finds out from rows what there is, load.c
 * fetches the answers, later.c does both for one column when it is asked for.
 */
#ifndef ARCHIVE_GET_H
#define ARCHIVE_GET_H

#include "archive/chunk.h"
#include "archive/store.h"

/* What is at hand while a table is loaded; closed by get_close, whatever of it was opened. */
struct getting {
  bilan *b;
  struct archive *a;
  int64_t data;                       /* the table: its row of `data` */
  size_t rows;                        /* of the table, at most ARCHIVE_ROWS */
  struct dict *wanted;                /* names of the items to load; NULL: all of them */
  struct dict *met;                   /* names of those loaded: none may stand twice */
  sqlite3_stmt *item, *level, *chunk; /* a SELECT for each, bound again from item to item */
  sqlite3_blob *blob;                 /* on the chunk read last; NULL before the first */
  unsigned char *scratch;             /* bytes of a chunk that are not decoded yet */
  size_t scratch_room;
};

/* An item as its rows say, before its answers are read; released by get_item_free. */
struct found {
  size_t place;          /* from 1 */
  char *name;            /* for messages, which may come before it is known to be UTF-8 */
  size_t name_length;
  bilan_kind kind;
  enum column_type type;
  struct dict *dict;     /* of codes and sets, with the blank; NULL for the others */
  struct chunk *chunks;  /* `count` of them, in order; together they have the table's rows */
  size_t count;
};

/* From get_begin to get_end everything read is of one moment: that of the caller's transaction where
 * there is one (*own is false then), else of one of our own. Statements that read must have ended
 * before get_end. */
bilan_status get_begin(bilan *b, struct archive *a, bool *own);
void get_end(struct archive *a, bool own);

/* The statements of a getting; closed by get_close in every case, which hands the status on. */
bilan_status get_open(struct getting *g);
bilan_status get_close(struct getting *g, bilan_status status);

/* Rows and items of the table g->data: g->rows and *items. BILAN_USAGE: there is none. */
bilan_status get_find(struct getting *g, size_t *items);
/* The next item with a place above `after`: *f, released by get_item_free in every case. false in
 * *row when there is none. */
bilan_status get_item(const struct getting *g, struct found *f, size_t after, bool *row);
void get_item_free(const struct getting *g, struct found *f);
/* Its column, the caller's. */
bilan_status get_column(struct getting *g, struct found *f, struct column **out);

/* BILAN_DATA with the path, the item, and what is wrong. */
bilan_status get_damaged(const struct getting *g, const struct found *f, const char *what);

/* The answers of an item whose levels and chunks are known: their sizes fit the rows. The column
 * is the caller's and holds a share of f->dict. BILAN_DATA: what the head of load.c lists;
 * BILAN_IO, BILAN_NOMEM. */
bilan_status load_answers(struct getting *g, const struct found *f, struct column **out);

#endif

/* table.h - columns of equal length under names: an immutable survey table.
 *
 * A table holds its columns by reference, so a verb that adds, drops or renames one makes a
 * new table that shares all others. Rows are never removed by a filter: a filter is a
 * `struct domain` (a bitmap) beside the table, which is what keeps every PSU in the design.
 *
 * A column may be known by its name and kind only, until somebody asks for it: then its source
 * (an archive, say) loads it, once for all tables that share it. Loading can fail, long after the
 * table was made: table_column is then NULL, and the handle's message says why.
 */
#ifndef DATA_TABLE_H
#define DATA_TABLE_H

#include "data/column.h"

struct table;

bilan_status table_new(bilan *b, struct table **out, size_t rows);
struct table *table_hold(struct table *t);
void table_free(struct table *t);

size_t table_rows(const struct table *t);
size_t table_count(const struct table *t); /* columns */

/* The place of a column, or SIZE_MAX. Names are compared byte by byte. */
size_t table_find(const struct table *t, struct text name);
struct text table_name(const struct table *t, size_t place);
bilan_kind table_kind(const struct table *t, size_t place);

/* ---- columns, some of them loaded on first use; by one thread at a time ---- */

/* Lent. NULL when it could not be loaded; the next call tries again. */
struct column *table_column(const struct table *t, size_t place);
/* The same with the reason: that of the source, or BILAN_NOMEM. */
bilan_status table_get(bilan *b, struct column **out, const struct table *t, size_t place);
/* All of them, for those who go over all: no table_column of this table is NULL afterwards. */
bilan_status table_load(bilan *b, const struct table *t);
bool table_is_loaded(const struct table *t, size_t place);

/* While a table has one owner: appends a column (one hold of `c` is taken over, also on
 * failure). BILAN_USAGE: the name is taken, or the rows differ. */
bilan_status table_add(bilan *b, struct table *t, struct text name, bilan_kind kind,
                       struct column *c);

/* Where columns come from that are loaded later. `load` gives the column of an item, by the number
 * that table_add_later got, with the rows of the table; `close` is called with the last hold. */
struct table_source {
  size_t owners; /* 1 when it is made: the maker's hold */
  bilan_status (*load)(bilan *b, struct column **out, struct table_source *s, size_t item);
  void (*close)(struct table_source *s);
};

void table_source_free(struct table_source *s); /* one hold less; NULL is fine */

/* As table_add, of a column that `s` will load; the column keeps a hold of `s` until then. */
bilan_status table_add_later(bilan *b, struct table *t, struct text name, bilan_kind kind,
                             struct table_source *s, size_t item);

/* A new table with all columns of `t`, the one called `name` replaced (in its place) or
 * appended. One hold of `c` is taken over, also on failure. */
bilan_status table_with(bilan *b, struct table **out, const struct table *t, struct text name,
                        bilan_kind kind, struct column *c);

/* A new table with the columns at `places`, under `names` (NULL keeps their own). */
bilan_status table_select(bilan *b, struct table **out, const struct table *t,
                          const size_t *places, const struct text *names, size_t count);

/* A new table with the rows named, in that order: the physical subset. */
bilan_status table_take(bilan *b, struct table **out, const struct table *t,
                        const size_t *rows, size_t count);

/* BILAN_USAGE with the nearest names: `no item "gendre"; did you mean "genre"?` */
bilan_status table_no_item(bilan *b, const struct table *t, struct text name);

#endif

/* table.c - see table.h.
 *
 * A table is a growing array of entries (name, kind, column), in the order in which they were
 * added. Surveys have hundreds of items, so a name is found by walking the array: 500 compares
 * of lengths cost less than keeping an index of names beside every table that a verb makes.
 *
 * Columns are never copied: an entry owns one hold of its column, and a new table made from an
 * old one takes further holds. The names are copied, since each table is freed on its own.
 *
 * Every function that takes over a column frees it on failure too, so that a caller never has
 * to ask who owns it: `return table_add(b, t, name, kind, column)` is always right.
 */
#include "data/table.h"

#include "base/names.h"

/* One item: its name as bytes with their length (a name may hold any byte but is not a C string
 * to the engine), what it measures, and one hold of its column. */
struct entry {
  char *name;
  size_t length;
  bilan_kind kind;
  struct column *column;
};

/* `room` entries are allocated, `count` are in use. `owners` counts the holds; it is touched by
 * one thread at a time, as everything of a handle is. */
struct table {
  size_t owners;
  struct mem *mem;
  size_t rows, count, room;
  struct entry *entries;
};

/* An empty table knows its number of rows from the start, so that one without any item (a
 * survey of nothing but rows) can still be counted and filtered. */
bilan_status table_new(bilan *b, struct table **out, size_t rows) {
  struct table *t = mem_zero(&b->mem, 1, sizeof *t);
  if (!t) return fail_nomem(b);
  t->owners = 1;
  t->mem = &b->mem;
  t->rows = rows;
  *out = t;
  return BILAN_OK;
}

struct table *table_hold(struct table *t) {
  if (t) t->owners++;
  return t;
}

/* The last owner gives back the names and one hold of each column. */
void table_free(struct table *t) {
  if (!t || --t->owners) return;
  for (size_t i = 0; i < t->count; i++) {
    mem_free(t->mem, t->entries[i].name);
    column_free(t->entries[i].column);
  }
  mem_free(t->mem, t->entries);
  mem_free(t->mem, t);
}

size_t table_rows(const struct table *t) { return t->rows; }
size_t table_count(const struct table *t) { return t->count; }

struct text table_name(const struct table *t, size_t place) {
  return (struct text){t->entries[place].name, t->entries[place].length};
}

bilan_kind table_kind(const struct table *t, size_t place) { return t->entries[place].kind; }
struct column *table_column(const struct table *t, size_t place) {
  return t->entries[place].column;
}

/* O(items); text_equal looks at the lengths first. */
size_t table_find(const struct table *t, struct text name) {
  for (size_t i = 0; i < t->count; i++)
    if (text_equal(table_name(t, i), name)) return i;
  return SIZE_MAX;
}

/* Appends without looking whether the name is taken; takes over one hold of c. */
static bilan_status append(bilan *b, struct table *t, struct text name, bilan_kind kind,
                           struct column *c) {
  bilan_status status = BILAN_OK;
  char *copy = mem_copy(t->mem, name.s, name.n);
  if (!copy) status = fail_nomem(b);
  if (!status && t->count == t->room) {
    size_t room = t->room ? t->room * 2 : 8;
    struct entry *grown = mem_resize_array(t->mem, t->entries, room, sizeof *grown);
    if (grown) {
      t->entries = grown;
      t->room = room;
    } else {
      status = fail_nomem(b);
    }
  }
  if (status) {
    mem_free(t->mem, copy);
    column_free(c);
    return status;
  }
  t->entries[t->count++] = (struct entry){copy, name.n, kind, c};
  return BILAN_OK;
}

/* Both faults of the caller are named with the item, since they come from scripts and files. */
bilan_status table_add(bilan *b, struct table *t, struct text name, bilan_kind kind,
                       struct column *c) {
  bilan_status status = BILAN_OK;
  if (c->rows != t->rows)
    status = fail(b, BILAN_USAGE, "item \"%.*s\" has %zu values, the others have %zu",
                  (int)name.n, name.s, c->rows, t->rows);
  else if (table_find(t, name) != SIZE_MAX)
    status = fail(b, BILAN_USAGE, "item \"%.*s\" stands twice", (int)name.n, name.s);
  if (!status) return append(b, t, name, kind, c);
  column_free(c);
  return status;
}

/* Appends to `to` the entries [from, until) of t. */
static bilan_status copy_entries(bilan *b, struct table *to, const struct table *t, size_t from,
                                 size_t until) {
  bilan_status status = BILAN_OK;
  for (size_t i = from; !status && i < until; i++)
    status = append(b, to, table_name(t, i), t->entries[i].kind,
                    column_hold(t->entries[i].column));
  return status;
}

/* Copies the entries before the place, the new one, and the entries behind it: the order of
 * items is the order of the questionnaire and outlives a recode. A table without items takes
 * the number of rows of its first column. */
bilan_status table_with(bilan *b, struct table **out, const struct table *t, struct text name,
                        bilan_kind kind, struct column *c) {
  struct table *made = NULL;
  size_t place = table_find(t, name);
  if (place == SIZE_MAX) place = t->count;
  bilan_status status = BILAN_OK;
  if (c->rows != t->rows && t->count)
    status = fail(b, BILAN_USAGE, "item \"%.*s\" has %zu values, the others have %zu",
                  (int)name.n, name.s, c->rows, t->rows);
  if (!status) status = table_new(b, &made, t->count ? t->rows : c->rows);
  if (!status) status = copy_entries(b, made, t, 0, place);
  if (status) column_free(c);
  else status = append(b, made, name, kind, c);
  if (!status && place < t->count) status = copy_entries(b, made, t, place + 1, t->count);
  if (status) table_free(made);
  else *out = made;
  return status;
}

/* Through table_add, so that two items under one name are refused. `places` are within the
 * table: the caller found them. */
bilan_status table_select(bilan *b, struct table **out, const struct table *t,
                          const size_t *places, const struct text *names, size_t count) {
  struct table *made = NULL;
  bilan_status status = table_new(b, &made, t->rows);
  if (status) return status;
  for (size_t i = 0; !status && i < count; i++)
    status = table_add(b, made, names ? names[i] : table_name(t, places[i]),
                       t->entries[places[i]].kind, column_hold(t->entries[places[i]].column));
  if (status) table_free(made);
  else *out = made;
  return status;
}

/* Each column is copied once, row by row as named; rows may repeat or change their order.
 * Domains of the old table do not fit the new one. */
bilan_status table_take(bilan *b, struct table **out, const struct table *t,
                        const size_t *rows, size_t count) {
  struct table *made = NULL;
  bilan_status status = table_new(b, &made, count);
  if (status) return status;
  for (size_t i = 0; !status && i < t->count; i++) {
    struct column *c;
    status = column_take(b, &c, t->entries[i].column, rows, count);
    if (!status) status = append(b, made, table_name(t, i), t->entries[i].kind, c);
  }
  if (status) table_free(made);
  else *out = made;
  return status;
}

/* Always a failure. When there is no memory for the search the message only lacks its hint. */
bilan_status table_no_item(bilan *b, const struct table *t, struct text name) {
  struct text *names = mem_array(&b->mem, t->count, sizeof *names);
  size_t best[3], found = 0;
  if (names) {
    for (size_t i = 0; i < t->count; i++) names[i] = table_name(t, i);
    found = names_nearest(&b->mem, names, t->count, name, best);
  }
  mem_free(&b->mem, names);
  if (!found) return fail(b, BILAN_USAGE, "no item \"%.*s\"", (int)name.n, name.s);
  struct text near = table_name(t, best[0]);
  return fail(b, BILAN_USAGE, "no item \"%.*s\"; did you mean \"%.*s\"?", (int)name.n, name.s,
              (int)near.n, near.s);
}

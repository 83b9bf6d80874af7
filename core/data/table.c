/* table.c - see table.h.
 *
 * A table is a growing array of entries (name, kind, column), in the order in which they were
 * added. A table of more than a few items has an index of names: a hash table of places with
 * linear probing, as a dictionary has one of codes; a name is found in O(1) among 32,766.
 *
 * Columns are never copied: an entry owns one hold of its column, and a new table made from an
 * old one takes further holds. The names are copied, since each table is freed on its own.
 *
 * A column that is not loaded yet is a `struct later`, which all tables share that have it:
 *
 *   table 1, item "q1" --\
 *                         later { source, item, column NULL } --> source: the archive, kept open
 *   table 2, item "q1" --/
 *
 * The first table_column of either asks the source and keeps the column in `later`; the source is
 * let go then, so that the last column that is loaded closes the file.
 *
 * Every function that takes over a column frees it on failure too, so that a caller never has
 * to ask who owns it: `return table_add(b, t, name, kind, column)` is always right.
 */
#include "data/table.h"

#include "base/names.h"

/* A column that is loaded when it is first asked for. `source` is NULL once it is. */
struct later {
  size_t owners;
  struct table_source *source;
  size_t item;           /* what the source calls it */
  struct column *column; /* one hold, once it is loaded */
};

/* One item: its name as bytes with their length (a name may hold any byte but is not a C string
 * to the engine), what it measures, and one hold of its column, or of what will load it. */
struct entry {
  char *name;
  size_t length;
  bilan_kind kind;
  struct column *column; /* NULL: ask `later` */
  struct later *later;
};

/* `room` entries are allocated, `count` are in use. `owners` counts the holds; it is touched by
 * one thread at a time, as everything of a handle is. */
struct table {
  size_t owners;
  bilan *b;
  struct mem *mem;
  size_t rows, count, room;
  struct entry *entries;
  uint32_t *slots;   /* place + 1 of an entry, 0: free; NULL while the table is small */
  size_t slot_count; /* a power of two, more than twice the entries */
};

/* Up to so many names are compared one by one. */
enum { INDEX_FROM = 16 };

/* An empty table knows its number of rows from the start, so that one without any item (a
 * survey of nothing but rows) can still be counted and filtered. */
bilan_status table_new(bilan *b, struct table **out, size_t rows) {
  struct table *t = mem_zero(&b->mem, 1, sizeof *t);
  if (!t) return fail_nomem(b);
  t->owners = 1;
  t->b = b;
  t->mem = &b->mem;
  t->rows = rows;
  *out = t;
  return BILAN_OK;
}

struct table *table_hold(struct table *t) {
  if (t) t->owners++;
  return t;
}

/* ---- columns that come later ----------------------------------------------------------------- */

/* The last hold closes it. */
void table_source_free(struct table_source *s) {
  if (s && !--s->owners) s->close(s);
}

/* The last hold gives back the column, or the source of one that was never asked for. */
static void later_free(struct later *l, struct mem *mem) {
  if (!l || --l->owners) return;
  table_source_free(l->source);
  column_free(l->column);
  mem_free(mem, l);
}

/* Asks the source, and lets it go. A column of other rows than the table's is the source's fault,
 * which sources look for themselves. */
static bilan_status later_load(bilan *b, struct later *l, size_t rows) {
  struct column *c = NULL;
  if (l->column) return BILAN_OK;
  bilan_status status = l->source->load(b, &c, l->source, l->item);
  if (status) return status;
  size_t found = c->rows;
  if (found != rows) {
    column_free(c);
    return fail(b, BILAN_INTERNAL, "a column of %zu rows for a table of %zu", found, rows);
  }
  l->column = c;
  table_source_free(l->source);
  l->source = NULL;
  return BILAN_OK;
}

/* Loads it where that was not done; the hold stays with the table. */
bilan_status table_get(bilan *b, struct column **out, const struct table *t, size_t place) {
  const struct entry *e = &t->entries[place];
  bilan_status status = e->later ? later_load(b, e->later, t->rows) : BILAN_OK;
  if (!status) *out = e->later ? e->later->column : e->column;
  return status;
}

/* As table_get, the reason left in the handle's message. */
struct column *table_column(const struct table *t, size_t place) {
  const struct entry *e = &t->entries[place];
  if (!e->later) return e->column;
  return later_load(t->b, e->later, t->rows) ? NULL : e->later->column;
}

/* Stops at the first that cannot be loaded. */
bilan_status table_load(bilan *b, const struct table *t) {
  bilan_status status = BILAN_OK;
  struct column *c;
  for (size_t i = 0; !status && i < t->count; i++) status = table_get(b, &c, t, i);
  return status;
}

/* For tests of who loads what. */
bool table_is_loaded(const struct table *t, size_t place) {
  const struct entry *e = &t->entries[place];
  return !e->later || e->later->column;
}

/* ---- one table ------------------------------------------------------------------------------- */

/* The last owner gives back the names and one hold of each column. */
void table_free(struct table *t) {
  if (!t || --t->owners) return;
  for (size_t i = 0; i < t->count; i++) {
    mem_free(t->mem, t->entries[i].name);
    column_free(t->entries[i].column);
    later_free(t->entries[i].later, t->mem);
  }
  mem_free(t->mem, t->slots);
  mem_free(t->mem, t->entries);
  mem_free(t->mem, t);
}

size_t table_rows(const struct table *t) { return t->rows; }
size_t table_count(const struct table *t) { return t->count; }

struct text table_name(const struct table *t, size_t place) {
  return (struct text){t->entries[place].name, t->entries[place].length};
}

bilan_kind table_kind(const struct table *t, size_t place) { return t->entries[place].kind; }

/* ---- names ----------------------------------------------------------------------------------- */

/* The slot of a name: where its place stands, or the free one where it would. */
static size_t slot_of(const struct table *t, struct text name) {
  size_t mask = t->slot_count - 1, at = (size_t)text_hash(name) & mask;
  while (t->slots[at] && !text_equal(table_name(t, t->slots[at] - 1), name)) at = (at + 1) & mask;
  return at;
}

/* Makes the index for twice the entries there are. The old one stays when memory runs out. */
static bilan_status index_names(bilan *b, struct table *t) {
  size_t count = 4 * INDEX_FROM;
  while (count < 4 * t->count) count *= 2;
  uint32_t *slots = mem_zero(t->mem, count, sizeof *slots);
  if (!slots) return fail_nomem(b);
  mem_free(t->mem, t->slots);
  t->slots = slots;
  t->slot_count = count;
  for (size_t i = 0; i < t->count; i++) slots[slot_of(t, table_name(t, i))] = (uint32_t)i + 1;
  return BILAN_OK;
}

/* O(1) with an index; without one a few names are compared, their lengths first. */
size_t table_find(const struct table *t, struct text name) {
  if (t->slots) {
    uint32_t found = t->slots[slot_of(t, name)];
    return found ? found - 1 : SIZE_MAX;
  }
  for (size_t i = 0; i < t->count; i++)
    if (text_equal(table_name(t, i), name)) return i;
  return SIZE_MAX;
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* Room for one more entry, in the array and in the index. */
static bilan_status need_room(bilan *b, struct table *t) {
  if (t->count == t->room) {
    size_t room = t->room ? t->room * 2 : 8;
    struct entry *grown = mem_resize_array(t->mem, t->entries, room, sizeof *grown);
    if (!grown) return fail_nomem(b);
    t->entries = grown;
    t->room = room;
  }
  bool indexed = t->count < INDEX_FROM || (t->slots && 2 * (t->count + 1) < t->slot_count);
  return indexed ? BILAN_OK : index_names(b, t);
}

/* Appends without looking whether the name is taken; takes over the holds of e, whose name is
 * copied. */
static bilan_status append(bilan *b, struct table *t, struct text name, struct entry e) {
  bilan_status status = need_room(b, t);
  e.name = status ? NULL : mem_copy(t->mem, name.s, name.n);
  e.length = name.n;
  if (!status && !e.name) status = fail_nomem(b);
  if (status) {
    column_free(e.column);
    later_free(e.later, t->mem);
    return status;
  }
  t->entries[t->count] = e;
  if (t->slots) t->slots[slot_of(t, name)] = (uint32_t)t->count + 1;
  t->count++;
  return BILAN_OK;
}

/* The same by kind and column, of which one hold is taken over. */
static bilan_status append_column(bilan *b, struct table *t, struct text name, bilan_kind kind,
                                  struct column *c) {
  return append(b, t, name, (struct entry){.kind = kind, .column = c});
}

/* BILAN_USAGE: the name is taken. */
static bilan_status check_name(bilan *b, const struct table *t, struct text name) {
  if (table_find(t, name) == SIZE_MAX) return BILAN_OK;
  return fail(b, BILAN_USAGE, "item \"%.*s\" stands twice", (int)name.n, name.s);
}

/* Both faults of the caller are named with the item, since they come from scripts and files. */
bilan_status table_add(bilan *b, struct table *t, struct text name, bilan_kind kind,
                       struct column *c) {
  bilan_status status = BILAN_OK;
  if (c->rows != t->rows)
    status = fail(b, BILAN_USAGE, "item \"%.*s\" has %zu values, the others have %zu",
                  (int)name.n, name.s, c->rows, t->rows);
  else
    status = check_name(b, t, name);
  if (!status) return append_column(b, t, name, kind, c);
  column_free(c);
  return status;
}

/* One hold of the source more; none on failure. */
bilan_status table_add_later(bilan *b, struct table *t, struct text name, bilan_kind kind,
                             struct table_source *s, size_t item) {
  bilan_status status = check_name(b, t, name);
  struct later *l = status ? NULL : mem_alloc(t->mem, sizeof *l);
  if (status) return status;
  if (!l) return fail_nomem(b);
  s->owners++;
  *l = (struct later){.owners = 1, .source = s, .item = item};
  return append(b, t, name, (struct entry){.kind = kind, .later = l});
}

/* ---- new tables from old ones ---------------------------------------------------------------- */

/* A further hold of the column of an entry, loaded or not. */
static struct entry share(const struct entry *e) {
  if (e->later) e->later->owners++;
  return (struct entry){.kind = e->kind, .column = column_hold(e->column), .later = e->later};
}

/* Appends to `to` the entries [from, until) of t. */
static bilan_status copy_entries(bilan *b, struct table *to, const struct table *t, size_t from,
                                 size_t until) {
  bilan_status status = BILAN_OK;
  for (size_t i = from; !status && i < until; i++)
    status = append(b, to, table_name(t, i), share(&t->entries[i]));
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
  else status = append_column(b, made, name, kind, c);
  if (!status && place < t->count) status = copy_entries(b, made, t, place + 1, t->count);
  if (status) table_free(made);
  else *out = made;
  return status;
}

/* Two items under one name are refused, as table_add does. `places` are within the
 * table: the caller found them. */
bilan_status table_select(bilan *b, struct table **out, const struct table *t,
                          const size_t *places, const struct text *names, size_t count) {
  struct table *made = NULL;
  bilan_status status = table_new(b, &made, t->rows);
  if (status) return status;
  for (size_t i = 0; !status && i < count; i++) {
    struct text name = names ? names[i] : table_name(t, places[i]);
    status = check_name(b, made, name);
    if (!status) status = append(b, made, name, share(&t->entries[places[i]]));
  }
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
    struct column *c, *all;
    status = table_get(b, &all, t, i);
    if (!status) status = column_take(b, &c, all, rows, count);
    if (!status) status = append_column(b, made, table_name(t, i), t->entries[i].kind, c);
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

/* rescue.c - see rescue.h.
 *
 *   column asked for --> cached table loads it --> done, as nearly always
 *                              fails --> entry removed; source read whole; column of that table
 *
 * Running out of memory is no damage and is told as it is.
 *
 * Owner: the source below holds the cached table, copies of path and options, and the table that
 * was read instead, until its last column is loaded or dropped.
 */
#include "binding/rescue.h"

#include <string.h>

#include "archive/cache.h"

/* Options with all they refer to: texts in one block, words and types in arrays. */
struct kept_options {
  struct csv_options options;
  struct missing_word *words;
  struct csv_type *types;
  char *texts;
};

struct rescue {
  struct table_source base;
  bilan *b;
  struct host *host;
  struct table *cached, *whole; /* whole: NULL until the source had to be read */
  char *entry, *path;
  struct identity identity;
  struct kept_options kept;
};

/* ---- options --------------------------------------------------------------------------------- */

/* Bytes of all texts of the options, each with a NUL behind it. */
static size_t text_bytes(const struct csv_options *o) {
  size_t n = o->encoding ? strlen(o->encoding) + 1 : 0;
  for (size_t i = 0; i < o->missing_count; i++) n += o->missing[i].value.n + 1;
  for (size_t i = 0; i < o->type_count; i++) n += o->types[i].name.n + 1;
  return n;
}

/* Copies a text to *at, which goes on behind it. */
static struct text keep_text(char **at, struct text t) {
  struct text kept = {*at, t.n};
  if (t.n) memcpy(*at, t.s, t.n);
  (*at)[t.n] = '\0';
  *at += t.n + 1;
  return kept;
}

/* Idempotent on zeroed ones. */
static void free_options(struct mem *mem, struct kept_options *k) {
  mem_free(mem, k->words);
  mem_free(mem, k->types);
  mem_free(mem, k->texts);
}

/* free_options also when it fails. */
static bilan_status keep_options(bilan *b, struct kept_options *k, const struct csv_options *o) {
  k->options = *o;
  k->words = mem_array(&b->mem, o->missing_count, sizeof *k->words);
  k->types = mem_array(&b->mem, o->type_count, sizeof *k->types);
  k->texts = mem_alloc(&b->mem, text_bytes(o) + 1);
  if (!k->words || !k->types || !k->texts) return fail_nomem(b);
  char *at = k->texts;
  if (o->encoding) k->options.encoding = keep_text(&at, text_of(o->encoding)).s;
  for (size_t i = 0; i < o->missing_count; i++) {
    k->words[i] = o->missing[i];
    k->words[i].value = keep_text(&at, o->missing[i].value);
  }
  for (size_t i = 0; i < o->type_count; i++) {
    k->types[i] = o->types[i];
    k->types[i].name = keep_text(&at, o->types[i].name);
  }
  k->options.missing = k->words;
  k->options.types = k->types;
  return BILAN_OK;
}

/* ---- loading --------------------------------------------------------------------------------- */

/* The source itself, which must be the file that the cache is a copy of, before and after. */
static bilan_status read_source(struct rescue *r) {
  struct identity now;
  struct table *t = NULL;
  r->host->cache_damaged++;
  cache_remove(r->b, r->host->cache, r->entry);
  bilan_status status = identity_of(r->b, &now, r->path);
  if (!status && identity_same(&now, &r->identity))
    status = csv_read_file(r->b, &t, NULL, r->path, &r->kept.options);
  if (!status) status = identity_of(r->b, &now, r->path);
  if (!status && !identity_same(&now, &r->identity))
    status = fail(r->b, BILAN_IO, "\"%s\" has changed since it was read; run this again", r->path);
  if (status) table_free(t);
  else r->whole = t;
  return status;
}

/* By name, for the two tables are of one file. */
static bilan_status load_from_source(struct rescue *r, struct column **out, size_t item) {
  bilan_status status = r->whole ? BILAN_OK : read_source(r);
  if (status) return status;
  struct text name = table_name(r->cached, item);
  size_t place = table_find(r->whole, name);
  if (place == SIZE_MAX || table_rows(r->whole) != table_rows(r->cached))
    return fail(r->b, BILAN_IO, "\"%s\" is not what it was; run this again", r->path);
  *out = column_hold(table_column(r->whole, place));
  return BILAN_OK;
}

/* A column for its table: the cached one's, else the source's. */
static bilan_status load(bilan *b, struct column **out, struct table_source *base, size_t item) {
  struct rescue *r = (struct rescue *)base;
  struct column *c = NULL;
  bilan_status status = table_get(b, &c, r->cached, item);
  if (!status) *out = column_hold(c);
  else if (status != BILAN_NOMEM) status = load_from_source(r, out, item);
  return status;
}

/* The last column is loaded or gone. */
static void close_rescue(struct table_source *base) {
  struct rescue *r = (struct rescue *)base;
  struct mem *mem = &r->b->mem;
  table_free(r->cached);
  table_free(r->whole);
  free_options(mem, &r->kept);
  mem_free(mem, r->entry);
  mem_free(mem, r->path);
  mem_free(mem, r);
}

/* ---- making ---------------------------------------------------------------------------------- */

static bilan_status fill(struct rescue *r, struct table **out) {
  struct table *t;
  bilan_status status = table_new(r->b, &t, table_rows(r->cached));
  if (status) return status;
  for (size_t i = 0; !status && i < table_count(r->cached); i++)
    status = table_add_later(r->b, t, table_name(r->cached, i), table_kind(r->cached, i),
                             &r->base, i);
  if (status) table_free(t);
  else *out = t;
  return status;
}

/* Every column of the new table comes later, through load. */
bilan_status rescue_table(bilan *b, struct table **out, struct table *cached, struct host *host,
                          const char *entry, const char *path, const struct identity *identity,
                          const struct csv_options *options) {
  struct rescue *r = mem_zero(&b->mem, 1, sizeof *r);
  if (!r) return fail_nomem(b);
  r->base = (struct table_source){1, load, close_rescue};
  r->b = b;
  r->host = host;
  r->cached = table_hold(cached);
  r->identity = *identity;
  r->entry = mem_copy(&b->mem, entry, strlen(entry));
  r->path = mem_copy(&b->mem, path, strlen(path));
  bilan_status status = r->entry && r->path ? BILAN_OK : fail_nomem(b);
  if (!status) status = keep_options(b, &r->kept, options);
  if (!status) status = fill(r, out);
  table_source_free(&r->base);
  return status;
}

/* read.c - surveys from CSV and from archives; see bilan.h section 3a. Options are put into the
 * reader's own types; the report of the reader becomes the source of the survey.
 *
 * Steps: options checked, the reader called with its own types, its table and report put into a
 * survey. Owner: the caller owns the survey; arrays made for the
 * reader go before the function returns; texts of the options are lent for the length of the
 * call.
 *
 * Failure: BILAN_USAGE (options), BILAN_IO (the file, with its path and the system's reason),
 * BILAN_DATA (what is wrong in it, with line and column), BILAN_LIMIT (most_bytes, most_rows,
 * memory), BILAN_NOMEM. *out is then untouched.
 */
#include "api/source.h"
#include "archive/archive.h"
#include "base/names.h"

/* What NULL stands for. */
static const bilan_read_options usual = BILAN_READ_OPTIONS;

/* Words that mean missing, in the type of the reader; lent texts, owned array.
 * The caller frees *out. BILAN_USAGE: a word without text or kind. */
static bilan_status copy_words(bilan *b, struct missing_word **out,
                               const bilan_read_options *o) {
  struct missing_word *words = mem_array(&b->mem, o->missing_count, sizeof *words);
  if (!words) return fail_nomem(b);
  for (size_t i = 0; i < o->missing_count; i++) {
    const bilan_missing_word *word = &o->missing[i];
    if (!word->text || word->missing <= BILAN_PRESENT || word->missing >= BILAN_MISSING_KINDS) {
      mem_free(&b->mem, words);
      return fail(b, BILAN_USAGE, "missing: word %zu needs a text and a kind of missing", i);
    }
    words[i] = (struct missing_word){text_of(word->text), word->missing};
  }
  *out = words;
  return BILAN_OK;
}

/* What the reader calls a kind; CSV_FOUND_OUT for kinds that no file can have.
 * Several answers and scales are made after reading, by split and by a codebook. */
static enum csv_want want_of(bilan_kind kind) {
  switch (kind) {
  case BILAN_NUMBER: return CSV_NUMBER;
  case BILAN_TEXT: return CSV_TEXT;
  case BILAN_SINGLE: return CSV_SINGLE;
  case BILAN_DATE: return CSV_DATE;
  case BILAN_ID: return CSV_ID;
  case BILAN_MULTIPLE:
  case BILAN_SCALE: break;
  }
  return CSV_FOUND_OUT;
}

/* Kinds of items, in the type of the reader; lent names, owned array. */
static bilan_status copy_types(bilan *b, struct csv_type **out, const bilan_read_options *o) {
  struct csv_type *types = mem_array(&b->mem, o->type_count, sizeof *types);
  if (!types) return fail_nomem(b);
  for (size_t i = 0; i < o->type_count; i++) {
    enum csv_want want = want_of(o->types[i].kind);
    const char *name = o->types[i].name;
    if (!name || want == CSV_FOUND_OUT) {
      mem_free(&b->mem, types);
      return fail(b, BILAN_USAGE, "types: \"%s\": expected number, text, single, date or id",
                  name ? name : "");
    }
    types[i] = (struct csv_type){text_of(name), want};
  }
  *out = types;
  return BILAN_OK;
}

/* Table and source, which are taken over in every case, as a survey with the source's wordings. */
static bilan_status read_into(bilan *b, bilan_survey **out, struct table *table,
                              struct source *source) {
  bilan_survey *made;
  bilan_status status = survey_make(b, &made, table, NULL, source);
  if (status) return status;
  source_give_wordings(made);
  *out = made;
  return BILAN_OK;
}

/* Reads with options in the reader's types: these bytes, or the file `name` when they are NULL.
 * `name` is what messages call the file. */
static bilan_status read_as(bilan *b, bilan_survey **out, const char *name,
                            const struct text *bytes, const struct csv_options *options) {
  struct source *source;
  struct table *table = NULL;
  bilan_status status = source_new(b, &source);
  if (status) return status;
  status = bytes ? csv_read(b, &table, &source->report, name, bytes->s, bytes->n, options)
                 : csv_read_file(b, &table, &source->report, name, options);
  if (status) {
    source_free(b, source);
    return status;
  }
  return read_into(b, out, table, source);
}

/* The same with public options; all that is made for the reader goes again.
 * Both arrays may be empty: mem_array of 0 gives a block all the same. */
static bilan_status read_text(bilan *b, bilan_survey **out, const char *name,
                              const struct text *bytes, const bilan_read_options *o) {
  struct missing_word *words = NULL;
  struct csv_type *types = NULL;
  bilan_status status = copy_words(b, &words, o);
  if (!status) status = copy_types(b, &types, o);
  if (!status) {
    struct csv_options options = {.delimiter = o->delimiter,
                                  .decimal = o->decimal,
                                  .encoding = o->encoding,
                                  .replace = o->replace != 0,
                                  .keep_blanks = o->keep_blanks != 0,
                                  .fill = o->fill != 0,
                                  .missing = words,
                                  .missing_count = o->missing_count,
                                  .types = types,
                                  .type_count = o->type_count};
    options.limits.rows = o->most_rows;
    options.most_bytes = o->most_bytes;
    status = read_as(b, out, name, bytes, &options);
  }
  mem_free(&b->mem, types);
  mem_free(&b->mem, words);
  return status;
}

/* A large file is read in pieces; a small or irregular one is held in memory meanwhile. */
bilan_status bilan_read_csv(bilan *b, bilan_survey **out, const char *path,
                            const bilan_read_options *options) {
  const bilan_read_options *o = options ? options : &usual;
  bilan_status status = version_check(b, o->version, "BILAN_READ_OPTIONS");
  if (!status && !path) status = fail(b, BILAN_USAGE, "the path is NULL");
  return status ? status : read_text(b, out, path, NULL, o);
}

/* No bytes at all are a fault of the data, which the reader names. */
bilan_status bilan_read_csv_bytes(bilan *b, bilan_survey **out, const void *bytes, size_t size,
                                  const bilan_read_options *options) {
  const bilan_read_options *o = options ? options : &usual;
  const char *name = o->name ? o->name : "(text)";
  bilan_status status = version_check(b, o->version, "BILAN_READ_OPTIONS");
  if (status) return status;
  if (!bytes && size) return fail(b, BILAN_USAGE, "%s: the bytes are NULL", name);
  if (o->most_bytes && size > o->most_bytes)
    return fail(b, BILAN_LIMIT, "%s: %zu bytes, the limit is %zu", name, size, o->most_bytes);
  return read_text(b, out, name, &(struct text){size ? bytes : "", size}, o);
}

/* ---- archives ---------------------------------------------------------------------------- */

/* What is read of the waves of an archive before one is chosen: names in order, one text each. */
struct waves {
  struct text *names; /* each a copy of ours */
  size_t count;
};

/* The names are our copies, const only to readers. */
static void waves_free(bilan *b, struct waves *w) {
  for (size_t i = 0; i < w->count; i++) mem_free(&b->mem, (void *)(uintptr_t)w->names[i].s);
  mem_free(&b->mem, w->names);
}

/* Appends a copy. BILAN_NOMEM. */
static bilan_status waves_add(bilan *b, struct waves *w, struct text name) {
  struct text *more = mem_resize_array(&b->mem, w->names, w->count + 1, sizeof *more);
  if (!more) return fail_nomem(b);
  w->names = more;
  char *copy = mem_copy(&b->mem, name.s, name.n);
  if (!copy) return fail_nomem(b);
  more[w->count++] = (struct text){copy, name.n};
  return BILAN_OK;
}

/* All waves with data; free with waves_free in every case. */
static bilan_status waves_read(bilan *b, struct waves *w, struct archive *a) {
  struct query *q;
  bool row = false;
  bilan_status status = query_open(b, &q, a, TEXT("SELECT name FROM wave WHERE data IS NOT NULL "
                                                  "ORDER BY place, name"));
  if (status) return status;
  status = query_step(b, q, &row);
  while (!status && row) {
    status = waves_add(b, w, query_text(q, 0));
    if (!status) status = query_step(b, q, &row);
  }
  query_close(q);
  return status;
}

/* The place of the wave called `wave`, or of the only one when it is NULL. */
static bilan_status choose_wave(bilan *b, size_t *place, const struct waves *w,
                                const char *path, const char *wave) {
  size_t best[NAMES_BEST];
  for (size_t i = 0; i < w->count; i++)
    if (wave ? text_equal(w->names[i], text_of(wave)) : w->count == 1) {
      *place = i;
      return BILAN_OK;
    }
  if (!w->count) return fail(b, BILAN_DATA, "%s: no wave in the archive", path);
  if (!wave)
    return fail(b, BILAN_USAGE, "%s: %zu waves in the archive, among them \"%.*s\" and "
                "\"%.*s\"; say which", path, w->count, (int)w->names[0].n, w->names[0].s,
                (int)w->names[1].n, w->names[1].s);
  if (!names_nearest(&b->mem, w->names, w->count, text_of(wave), best))
    return fail(b, BILAN_USAGE, "%s: no wave \"%s\"", path, wave);
  return fail(b, BILAN_USAGE, "%s: no wave \"%s\"; did you mean \"%.*s\"?", path, wave,
              (int)w->names[best[0]].n, w->names[best[0]].s);
}

/* The report of a survey from an archive: headings with the wordings of the wave's codebook, in
 * the order of the items. The table keeps their number. */
static bilan_status read_wordings(bilan *b, struct csv_report *report, struct archive *a,
                                  struct text wave, size_t items) {
  struct query *q;
  bool row = true;
  report->mem = &b->mem;
  report->heading = mem_zero(&b->mem, items, sizeof *report->heading);
  if (!report->heading) return fail_nomem(b);
  report->columns = items;
  bilan_status status = query_open(b, &q, a, TEXT("SELECT coalesce(question, label, '') "
                                                  "FROM items WHERE wave = ?1 ORDER BY place"));
  if (status) return status;
  status = query_bind_text(b, q, 1, wave);
  for (size_t i = 0; !status && row && i < items; i++) {
    status = query_step(b, q, &row);
    struct text wording = !status && row ? query_text(q, 0) : TEXT("");
    report->heading[i].label = mem_copy(&b->mem, wording.s, wording.n);
    if (!status && !report->heading[i].label) status = fail_nomem(b);
  }
  query_close(q);
  return status;
}

/* The number of the table of a wave. */
static bilan_status find_data(bilan *b, int64_t *data, struct archive *a, struct text wave) {
  struct query *q;
  bool row = false;
  bilan_status status = query_open(b, &q, a, TEXT("SELECT data FROM wave WHERE name = ?1"));
  if (status) return status;
  status = query_bind_text(b, q, 1, wave);
  if (!status) status = query_step(b, q, &row);
  if (!status) *data = query_integer(q, 0);
  query_close(q);
  return status;
}

/* The wave as a survey; read_into takes over table and source in every case. */
static bilan_status read_wave(bilan *b, bilan_survey **out, struct archive *a,
                              struct text wave) {
  struct source *source = NULL;
  struct table *table = NULL;
  int64_t data = 0;
  bilan_status status = find_data(b, &data, a, wave);
  if (!status) status = archive_get_later(b, &table, a, data);
  if (!status) status = source_new(b, &source);
  if (!status) status = read_wordings(b, &source->report, a, wave, table_count(table));
  if (status) {
    table_free(table);
    source_free(b, source);
    return status;
  }
  return read_into(b, out, table, source);
}

bilan_status bilan_read_archive(bilan *b, bilan_survey **out, const char *path,
                                const char *wave) {
  struct archive *a;
  struct waves w = {NULL, 0};
  size_t place = 0;
  if (!path) return fail(b, BILAN_USAGE, "the path is NULL");
  bilan_status status = archive_open(b, &a, path, ARCHIVE_READ);
  if (status) return status;
  status = archive_hold(b, a); /* a wave that is replaced meanwhile is read as it was */
  if (!status) status = waves_read(b, &w, a);
  if (!status) status = choose_wave(b, &place, &w, path, wave);
  if (!status) status = read_wave(b, out, a, w.names[place]);
  waves_free(b, &w);
  archive_close(a);
  return status;
}

/* csv_fast.c - see csv_fast.h: what stands around the workers.
 *
 * One reading of the file makes all columns but those that looked like numbers and turned out
 * not to be; these are made in a second reading in which all others are passed over. What the
 * workers have gathered becomes the encoder's cells block by block, without a copy.
 */
#include "io/csv_fast.h"

#include <string.h>

enum {
  LARGEST_CHUNK = 1 << 20,
  LEAST_CHUNK = 1 << 16,
  SPILL_LEVELS = 4096
};

size_t csv_source_read(bilan *b, const struct csv_source *s, char *to, size_t at, size_t n) {
  size_t done = 0;
  if (at >= s->size) return 0;
  if (n > s->size - at) n = s->size - at;
  if (s->bytes) {
    memcpy(to, s->bytes + at, n);
    return n;
  }
  while (done < n) {
    long got = sys_read_at(&b->io, s->fd, to + done, n - done, at + done);
    if (got <= 0) break;
    done += (size_t)got;
  }
  return done;
}

/* About eight chunks a worker, within what the second-level cache holds. */
static size_t chunk_bytes(const bilan *b, size_t bytes, size_t threads) {
  if (b->ways.chunk) return b->ways.chunk < LARGEST_CHUNK ? b->ways.chunk : LARGEST_CHUNK;
  size_t chunk = bytes / (8 * threads);
  return chunk < LEAST_CHUNK ? LEAST_CHUNK : chunk < LARGEST_CHUNK ? chunk : LARGEST_CHUNK;
}

/* Limits are the pre-pass's to tell; here they only make it unsure. */
static size_t longest_record(const struct csv_limits *l) {
  size_t most = (size_t)1 << 30;
  if (l->field_bytes && l->field_bytes < most) most = l->field_bytes;
  if (l->record_bytes && l->record_bytes < most) most = l->record_bytes;
  return most;
}

/* An empty column of codes. */
static bilan_status open_column(bilan *b, struct csv_column *c, bool fixed) {
  c->width = 1;
  c->may_be_numbers = !fixed;
  c->codes = mem_alloc(&b->mem, 0);
  buffer_init(&c->arena, &b->mem);
  return c->codes ? dict_new(b, &c->dict) : fail_nomem(b);
}

/* An empty column of text. */
static bilan_status open_text(bilan *b, struct csv_column *c) {
  c->form = FORM_TEXT;
  c->offsets = mem_zero(&b->mem, 1, sizeof *c->offsets);
  c->missing = mem_alloc(&b->mem, 0);
  buffer_init(&c->arena, &b->mem);
  return c->offsets && c->missing ? BILAN_OK : fail_nomem(b);
}

/* Blocks that were handed on are NULL by now. */
static void close_column(bilan *b, struct csv_column *c) {
  mem_free(&b->mem, c->codes);
  mem_free(&b->mem, c->stored);
  mem_free(&b->mem, c->numbers);
  mem_free(&b->mem, c->missing);
  mem_free(&b->mem, c->offsets);
  mem_free(&b->mem, c->arena.s);
  dict_free(c->dict);
  *c = (struct csv_column){.form = FORM_NONE};
}

/* Ready for the first chunk. */
static void rewind_gather(struct csv_gather *g) {
  g->taken = g->parities = g->next = g->copying = g->rows = g->room = g->mark_count = 0;
  g->blank_lines = 0;
  g->odd = g->stop = g->unsure = false;
}

/* One reading of the whole file, with whatever forms the columns have. */
static bilan_status run(struct csv_fast *f, bool *sure) {
  struct csv_gather *g = &f->gather;
  rewind_gather(g);
  pthread_mutex_init(&g->lock, NULL);
  pthread_cond_init(&g->moved, NULL);
  bilan_status status = csv_chunks_read(g, f->threads);
  pthread_cond_destroy(&g->moved);
  pthread_mutex_destroy(&g->lock);
  g->unsure = g->unsure || (!status && g->next != g->chunks);
  *sure = !g->unsure;
  return g->unsure && status != BILAN_NOMEM ? BILAN_OK : status;
}

/* ---- what was gathered -> cells ---------------------------------------------------------- */

/* Stored code -> code of the dictionary, where they differ. */
static bilan_status give_order(bilan *b, struct cells *out, const struct csv_column *c) {
  if (!c->stored) return BILAN_OK;
  out->order = mem_array(&b->mem, dict_count(c->dict), sizeof *out->order);
  if (!out->order) return fail_nomem(b);
  for (uint32_t i = 0; i < dict_count(c->dict); i++)
    out->order[i < c->stored_count ? c->stored[i] : i] = i;
  return BILAN_OK;
}

static void give_codes(bilan *b, struct cells *out, struct csv_column *c, size_t rows,
                       size_t room) {
  out->codes = (struct codes_builder){.b = b, .dict = c->dict, .codes = c->codes,
                                      .width = c->width, .rows = rows, .room = room};
  c->codes = NULL;
  c->dict = NULL;
}

/* The kinds of missing only when there are some, as a builder has them. */
static uint8_t *give_missing(bilan *b, struct csv_column *c) {
  uint8_t *missing = c->missing;
  c->missing = NULL;
  if (c->some_missing) return missing;
  mem_free(&b->mem, missing);
  return NULL;
}

static void give_text(bilan *b, struct cells *out, struct csv_column *c, size_t rows,
                      size_t room) {
  out->spilled = true;
  text_builder_open(b, &out->text);
  if (c->arena.n) c->arena.s = mem_resize(&b->mem, c->arena.s, c->arena.n); /* never refused */
  out->text.arena = c->arena;
  out->text.offsets = c->offsets;
  out->text.rows = rows;
  out->text.room = room;
  out->text.missing = give_missing(b, c);
  c->offsets = NULL;
  buffer_init(&c->arena, &b->mem);
}

static void give_numbers(bilan *b, struct cells *out, struct csv_column *c, size_t rows,
                         size_t room) {
  out->numeric = out->spilled = true;
  out->numbers = (struct numbers_builder){.b = b, .numbers = c->numbers, .rows = rows,
                                          .room = room};
  out->numbers.missing = give_missing(b, c);
  out->look = c->look;
  out->style = c->style;
  c->numbers = NULL;
}

/* All columns that this reading was for. */
static bilan_status give(struct csv_fast *f, struct encoder *out) {
  struct csv_gather *g = &f->gather;
  bilan_status status = BILAN_OK;
  for (size_t i = 0; i < g->columns && !status; i++) {
    struct csv_column *c = &g->column[i];
    struct cells *cells = &out->columns[i];
    if (c->form == FORM_CODES) {
      status = give_order(g->b, cells, c);
      if (!status) give_codes(g->b, cells, c, g->rows, g->room);
    } else if (c->form == FORM_NUMBERS) {
      give_numbers(g->b, cells, c, g->rows, g->room);
    } else if (c->form == FORM_TEXT) {
      give_text(g->b, cells, c, g->rows, g->room);
    }
    bool again = c->again;
    out->trimmed += c->trimmed;
    close_column(g->b, c);
    c->again = again;
  }
  return status;
}

/* The columns that broke their form, as text; all others are passed over. */
static bilan_status read_again(struct csv_fast *f, struct encoder *out, bool *sure) {
  struct csv_gather *g = &f->gather;
  struct csv_gather before = *g;
  bilan_status status = BILAN_OK;
  bool any = false;
  for (size_t i = 0; i < g->columns && !status; i++) {
    struct csv_column *c = &g->column[i];
    if (!c->again) continue;
    any = true;
    *c = (struct csv_column){0};
    status = open_text(g->b, c);
  }
  if (status || !any) return status;
  status = run(f, sure);
  if (*sure && g->rows != before.rows) *sure = false;
  if (!status && *sure) status = give(f, out);
  return status;
}

/* ---- the interface ------------------------------------------------------------------------ */

/* Everything that is the same in each reading. */
static bilan_status open_gather(bilan *b, struct csv_fast *f, const struct csv_plan *plan) {
  struct csv_gather *g = &f->gather;
  size_t bytes = plan->source.size - plan->start;
  f->threads = b->threads < 1 ? 1 : (size_t)b->threads;
  *g = (struct csv_gather){.b = b, .source = plan->source, .start = plan->start,
                           .columns = plan->columns, .delimiter = plan->delimiter,
                           .missing = plan->missing, .most_rows = plan->limits->rows,
                           .longest = longest_record(plan->limits),
                           .spill = plan->spill ? plan->spill : SPILL_LEVELS,
                           .marker = csv_marker_for(b->ways.simd)};
  g->chunk = chunk_bytes(b, bytes, f->threads);
  g->chunks = bytes / g->chunk + (bytes % g->chunk != 0);
  g->column = mem_zero(&b->mem, g->columns, sizeof *g->column);
  g->marks = mem_array(&b->mem, g->chunks, sizeof *g->marks);
  if (!g->column || !g->marks) return fail_nomem(b);
  for (size_t i = 0; i < g->columns; i++) {
    bilan_status status = open_column(b, &g->column[i], plan->fixed[i]);
    if (status) return status;
  }
  return BILAN_OK;
}

bilan_status csv_fast_read(bilan *b, struct csv_fast *f, const struct csv_plan *plan,
                           struct encoder *out, bool *sure) {
  *sure = false;
  bilan_status status = open_gather(b, f, plan);
  if (!status) status = run(f, sure);
  if (status || !*sure) return status;
  status = give(f, out);
  return status ? status : read_again(f, out, sure);
}

bilan_status csv_fast_text(struct csv_fast *f, struct encoder *out, size_t column, bool *sure) {
  *sure = true;
  f->gather.column[column].again = true;
  encoder_drop(out, column);
  return read_again(f, out, sure);
}

bool csv_fast_mark(const struct csv_fast *f, size_t record, struct csv_mark *out) {
  size_t low = 0, high = f->gather.mark_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (f->gather.marks[middle].record <= record) low = middle + 1;
    else high = middle;
  }
  if (low) *out = f->gather.marks[low - 1];
  return low > 0;
}

void csv_fast_close(struct csv_fast *f) {
  struct csv_gather *g = &f->gather;
  if (!g->b) return;
  for (size_t i = 0; g->column && i < g->columns; i++) close_column(g->b, &g->column[i]);
  mem_free(&g->b->mem, g->column);
  mem_free(&g->b->mem, g->marks);
  memset(f, 0, sizeof *f);
}

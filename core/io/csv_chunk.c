/* csv_chunk.c - one worker: takes chunks, finds their records, hands columns of them on.
 *
 * A chunk is a run of bytes of the file. It owns the records that begin behind a line end
 * within it (the first chunk: and the first record), so a record that straddles belongs to the
 * chunk before, whose worker reads on until it ends. Whether a line end counts depends on the
 * quotes before it: each worker counts those of its chunk, and the parities are added up in
 * file order before the parsing starts.
 *
 *   chunk k               | chunk k + 1
 *   ...,b\n1,"x\ny",3\n4,5|6,7\n8,9\n...
 *           own record ---------> |  its own from here
 *
 * A chunk is looked at in windows of 16 kB, which stay in the first-level cache: places of field
 * ends first, then column by column the fields of all whole records of the window, so that the
 * state of one column is in registers. Anything irregular (a row with another number of fields,
 * a line of blanks, an unclosed quote, a very long record) makes the file go to libcsv.
 *
 * Traffic a byte of the file: 1 read from the page cache and written to the chunk, read again
 * once or twice from the second-level cache. Measured on a busy machine, processor time of all
 * workers: 0.7 to 1.0 s for 592 MB of 41 columns, 1.7 to 2.1 s for 848 MB of 36; the page cache
 * alone would take 0.07 and 0.1 s, so a tenth of the limit: fields, not bytes, are the cost.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "io/csv_gather.h"
#include "io/sniff.h"

enum {
  PAD = 64,            /* bytes around the text that may be read */
  WINDOW = 16 << 10,
  STEP = 64 << 10      /* bytes that are read at once to complete a record */
};

/* ---- stopping --------------------------------------------------------------------------- */

void csv_gather_stop(struct csv_gather *g, bilan_status status) {
  pthread_mutex_lock(&g->lock);
  if (!g->status) g->status = status;
  g->stop = true;
  pthread_cond_broadcast(&g->moved);
  pthread_mutex_unlock(&g->lock);
}

void csv_gather_unsure(struct csv_gather *g) {
  pthread_mutex_lock(&g->lock);
  g->unsure = g->stop = true;
  pthread_cond_broadcast(&g->moved);
  pthread_mutex_unlock(&g->lock);
}

void *csv_gather_resize(struct csv_gather *g, void *block, size_t count, size_t size) {
  pthread_mutex_lock(&g->lock);
  void *grown = mem_resize_array(&g->b->mem, block, count, size);
  if (!grown) {
    if (!g->status) g->status = fail_nomem(g->b);
    g->stop = true;
    pthread_cond_broadcast(&g->moved);
  }
  pthread_mutex_unlock(&g->lock);
  return grown;
}

/* ---- bytes ------------------------------------------------------------------------------ */

/* Bytes of the source; fewer than asked: the file has shrunk, or cannot be read. */
static size_t fetch(struct csv_worker *w, char *to, size_t at, size_t n) {
  const struct csv_source *s = &w->g->source;
  size_t done = 0;
  if (s->bytes) {
    memcpy(to, s->bytes + at, n);
    return n;
  }
  while (done < n) {
    long got = sys_read_at(&w->io, s->fd, to + done, n - done, at + done);
    if (got <= 0) break;
    done += (size_t)got;
  }
  return done;
}

/* Room for `bytes` of text with the padding; what is there stays. */
static bool make_text_room(struct csv_worker *w, size_t bytes) {
  size_t needed = bytes + 3 * PAD;
  if (w->room >= needed) return true;
  if (needed < w->room * 2) needed = w->room * 2;
  char *block = csv_gather_resize(w->g, w->block, needed, 1);
  if (!block) return false;
  if (!w->block) memset(block, 0, PAD);
  w->block = block;
  w->text = block + PAD;
  w->room = needed;
  return true;
}

/* The end of the file: a line end where the last record lacks one, then zeros to a whole
 * block. A carriage return as the last byte would be a line end of its own. */
static void close_text(struct csv_worker *w) {
  w->at_end = true;
  w->virtual_end = SIZE_MAX;
  char last = w->text[w->filled - 1];
  if (last == '\r') w->unsure = true;
  if (last != '\n') {
    w->virtual_end = w->filled;
    w->text[w->filled++] = '\n';
  }
  memset(w->text + w->filled, 0, 2 * PAD - 1);
}

/* Reads on until `upto` bytes of the chunk are there, or the file ends. */
static bool read_on(struct csv_worker *w, size_t upto) {
  size_t left = w->g->source.size - w->offset - w->filled;
  size_t n = upto - w->filled < left ? upto - w->filled : left;
  if (!make_text_room(w, w->filled + n + 1)) return false;
  if (fetch(w, w->text + w->filled, w->offset + w->filled, n) < n) w->unsure = true;
  if (w->unsure) return false;
  w->filled += n;
  if (n == left) close_text(w);
  return !w->unsure;
}

/* Counts the chunk's own quotes, waits for those before, tells those behind. */
static bool settle_quotes(struct csv_worker *w) {
  struct csv_gather *g = w->g;
  bool own = g->marker.odd_quotes(w->text, w->size), stop;
  pthread_mutex_lock(&g->lock);
  while (g->parities != w->number && !g->stop) pthread_cond_wait(&g->moved, &g->lock);
  w->marks.inside = g->odd ? UINT64_MAX : 0;
  g->odd ^= own;
  g->parities++;
  stop = g->stop;
  pthread_cond_broadcast(&g->moved);
  pthread_mutex_unlock(&g->lock);
  return !stop;
}

/* ---- records ---------------------------------------------------------------------------- */

/* Which line ends the records of a batch have. */
static void note_line_ends(struct csv_worker *w, size_t first, size_t count) {
  bool cr = false, lf = false;
  for (size_t i = 1; i <= count; i++) {
    uint32_t end = w->marks.ends[first + i * w->g->columns - 1];
    bool is_cr = w->text[end - 1] == '\r';
    cr = cr || is_cr;
    lf = lf || (!is_cr && end != w->virtual_end);
  }
  w->crlf = w->crlf || cr;
  w->lf = w->lf || lf;
}

/* Records of the right number of fields, the first one's first end at `first`. */
static void take_batch(struct csv_worker *w, size_t first, size_t count) {
  struct csv_gather *g = w->g;
  struct csv_batch batch = {.text = w->text, .stride = g->columns, .count = count};
  if (!w->rows) w->first_record = w->marks.ends[first - 1] + 1;
  note_line_ends(w, first, count);
  for (size_t i = 0; i < g->columns && !w->unsure; i++) {
    struct csv_part *p = &w->part[i];
    batch.ends = w->marks.ends + first + i;
    batch.last = i + 1 == g->columns;
    if (p->form == FORM_CODES) csv_codes_batch(w, p, &batch);
    else if (p->form == FORM_NUMBERS) csv_numbers_batch(w, p, &batch);
    else if (p->form == FORM_TEXT) csv_text_batch(w, p, &batch);
  }
  w->rows += count;
}

/* Is the line from `start` to its end empty? Counts it. */
static bool blank_line(struct csv_worker *w, uint32_t start, uint32_t end) {
  bool cr = end == start + 1 && w->text[start] == '\r';
  if (end != start && !cr) return false;
  w->blank_lines++;
  w->crlf = w->crlf || cr;
  w->lf = w->lf || !cr;
  return true;
}

/* Where lines are taken: those of the window, `first` the first end of the next record. */
struct lines {
  size_t at, first;
};

/* Does the record whose first end is `first` begin behind the chunk? */
static bool is_behind(const struct csv_worker *w, size_t first) {
  uint32_t before = w->marks.ends[first - 1];
  return before != UINT32_MAX && before >= w->size;
}

/* How many records from here on are whole, the chunk's own and have the right number of
 * fields. */
static size_t count_records(const struct csv_worker *w, struct lines l) {
  size_t count = 0, first = l.first;
  for (; l.at < w->marks.line_count; l.at++, count++) {
    uint32_t start = w->marks.ends[first - 1] + 1;
    size_t line = w->marks.lines[l.at];
    if (is_behind(w, first) || line - first + 1 != w->g->columns) break;
    if (w->marks.ends[line] - start > w->g->longest) break;
    first = line + 1;
  }
  return count;
}

/* All whole records of the window. true: the chunk is done. */
static bool take_lines(struct csv_worker *w, struct lines *l) {
  while (l->at < w->marks.line_count && !w->unsure) {
    uint32_t before = w->marks.ends[l->first - 1], line = w->marks.lines[l->at];
    if (is_behind(w, l->first)) return true;
    size_t count = count_records(w, *l);
    if (count) {
      take_batch(w, l->first, count);
      l->at += count;
      l->first += count * w->g->columns;
    } else if (line == l->first && blank_line(w, before + 1, w->marks.ends[line])) {
      l->at++;
      l->first++;
    } else {
      w->unsure = true;
    }
  }
  return w->unsure;
}

/* The first line end of a chunk ends a record of the chunk before. Its place is where the
 * first record of this one follows. */
static void start_records(struct csv_worker *w, struct lines *l) {
  if (w->started || !w->marks.line_count) return;
  w->started = true;
  l->at = 1;
  l->first = w->marks.lines[0] + 1;
}

/* What was not taken goes to the front; its end before stays in front of it. */
static void keep_rest(struct csv_worker *w, size_t first) {
  struct csv_marks *m = &w->marks;
  m->line_count = 0;
  if (!w->started) {
    m->count = 1;
    return;
  }
  memmove(m->ends, m->ends + first - 1, (m->count - first + 1) * sizeof *m->ends);
  m->count -= first - 1;
}

/* Room for the marks of one window behind those that wait for the end of their record. */
static bool make_mark_room(struct csv_worker *w) {
  size_t needed = w->marks.count + WINDOW + 16;
  if (w->marks.count > w->g->columns + 1) w->unsure = true;
  if (w->unsure) return false;
  if (needed <= w->mark_room) return true;
  uint32_t *block = csv_gather_resize(w->g, w->marks.ends, 2 * needed, sizeof *block);
  if (!block) return false;
  if (!w->marks.ends) block[0] = UINT32_MAX;
  w->marks.ends = block;
  w->marks.lines = block + needed;
  w->mark_room = needed;
  return true;
}

/* One window after the other until the chunk's last record has ended. false: stop. */
static bool take_windows(struct csv_worker *w) {
  for (size_t at = 0;;) {
    size_t whole = w->at_end ? (w->filled + MARK_BLOCK - 1) / MARK_BLOCK * MARK_BLOCK
                             : w->filled / MARK_BLOCK * MARK_BLOCK;
    struct lines l = {0, 1};
    if (at == whole) {
      if (w->at_end) break;
      if (w->filled > w->size + w->g->longest + STEP) w->unsure = true;
      if (w->unsure || !read_on(w, w->filled + STEP)) return false;
      continue;
    }
    size_t to = whole - at > WINDOW ? at + WINDOW : whole;
    if (!make_mark_room(w)) return false;
    w->g->marker.mark(&w->marks, w->text, at, to);
    at = to;
    start_records(w, &l);
    if (w->started && take_lines(w, &l)) return !w->unsure;
    if (w->started ? is_behind(w, l.first) : at >= w->size) return true;
    keep_rest(w, l.first);
  }
  w->unsure = w->unsure || w->marks.inside;
  return !w->unsure;
}

/* ---- chunks ----------------------------------------------------------------------------- */

/* Does a missing word read like a number? Then no number is taken in the quick way. */
static bool plain_numbers(const struct missing_words *missing) {
  for (size_t i = 0; i < missing->count; i++)
    if (missing->word[i].value.n && missing->word[i].value.s[0] < 'A') return false;
  return true;
}

/* The forms that the columns have by now; the lock is held. */
static void take_forms(struct csv_worker *w) {
  struct csv_gather *g = w->g;
  for (size_t i = 0; i < g->columns; i++) {
    struct csv_part *p = &w->part[i];
    p->form = g->column[i].form;
    p->broke = p->some_missing = p->copy = false;
    p->bytes = p->trimmed = 0;
    p->look = (struct look){.styles = STYLES_ALL, .odd = SIZE_MAX, .clash = SIZE_MAX};
    p->width = column_width_for(p->labels.base);
    if (p->form != FORM_CODES && p->labels.shorts) csv_labels_close(g->b, &p->labels);
  }
}

/* The next chunk, if there is one. */
static bool take_chunk(struct csv_worker *w) {
  struct csv_gather *g = w->g;
  pthread_mutex_lock(&g->lock);
  bool there = !g->stop && g->taken < g->chunks;
  if (there) {
    w->number = g->taken++;
    take_forms(w);
  }
  pthread_mutex_unlock(&g->lock);
  if (!there) return false;
  w->offset = g->start + w->number * g->chunk;
  w->size = g->source.size - w->offset < g->chunk ? g->source.size - w->offset : g->chunk;
  w->rows = w->filled = w->blank_lines = 0;
  w->at_end = w->lf = w->crlf = w->quotes = false;
  w->started = w->number == 0;
  w->virtual_end = SIZE_MAX;
  w->marks.count = 1;
  w->marks.line_count = 0;
  if (w->marks.ends) w->marks.ends[0] = UINT32_MAX;
  return true;
}

/* One chunk from its bytes to its commit. false: no more. */
static bool do_chunk(struct csv_worker *w) {
  if (!take_chunk(w)) return false;
  bool good = read_on(w, (w->size + MARK_BLOCK - 1) / MARK_BLOCK * MARK_BLOCK) &&
              settle_quotes(w) && take_windows(w);
  if (good) csv_gather_commit(w);
  else if (w->unsure) csv_gather_unsure(w->g);
  return good;
}

/* All workers of a file, and how many of them have begun. */
struct crew {
  struct csv_worker *workers;
  atomic_size_t begun;
};

/* What each thread does: chunks as the next worker, until there are none. */
static void work(void *context) {
  struct crew *crew = context;
  struct csv_worker *w = &crew->workers[atomic_fetch_add(&crew->begun, 1)];
  while (do_chunk(w)) continue;
}

/* ---- workers ---------------------------------------------------------------------------- */

/* Cells of a chunk: a record that it owns begins within it, and has a byte for each field. */
static bilan_status open_parts(struct csv_worker *w) {
  struct csv_gather *g = w->g;
  w->rows_room = g->chunk / g->columns + 2;
  w->part = mem_zero(&g->b->mem, g->columns, sizeof *w->part);
  if (!w->part) return fail_nomem(g->b);
  for (size_t i = 0; i < g->columns; i++) {
    struct csv_part *p = &w->part[i];
    p->plain_numbers = plain_numbers(&g->missing);
    if (g->column[i].form == FORM_NONE) continue;
    p->cells = mem_array(&g->b->mem, w->rows_room, sizeof(double));
    if (!p->cells) return fail_nomem(g->b);
    bilan_status status = csv_labels_open(g->b, &p->labels);
    if (status) return status;
  }
  return BILAN_OK;
}

/* Faults that tests order are counted, so one worker alone meets them. */
static bilan_status worker_open(struct csv_worker *w, struct csv_gather *g) {
  *w = (struct csv_worker){.g = g, .io = g->b->io};
  w->marks.delimiter = g->delimiter;
  buffer_init(&w->scratch, &g->b->mem);
  return open_parts(w);
}

static void worker_close(struct csv_worker *w) {
  if (!w->g) return;
  bilan *b = w->g->b;
  for (size_t i = 0; w->part && i < w->g->columns; i++) {
    csv_labels_close(b, &w->part[i].labels);
    mem_free(&b->mem, w->part[i].cells);
    mem_free(&b->mem, w->part[i].map);
  }
  mem_free(&b->mem, w->part);
  mem_free(&b->mem, w->block);
  mem_free(&b->mem, w->marks.ends);
  buffer_free(&w->scratch);
}

/* The caller's thread and those of the handle's pool (base/pool.h). */
bilan_status csv_chunks_read(struct csv_gather *g, size_t threads) {
  struct csv_worker *all;
  bilan_status status = BILAN_OK;
  if (threads > POOL_WORKERS) threads = POOL_WORKERS;
  if (threads > g->chunks) threads = g->chunks;
  if (!threads || g->b->io.fail_at) threads = 1;
  all = mem_zero(&g->b->mem, threads, sizeof *all);
  if (!all) return fail_nomem(g->b);
  for (size_t i = 0; i < threads && !status; i++) status = worker_open(&all[i], g);
  struct crew crew = {.workers = all};
  if (!status) pool_run(&g->b->pool, threads, work, &crew);
  if (g->b->io.fail_at) g->b->io = all[0].io;
  for (size_t i = 0; i < threads; i++) worker_close(&all[i]);
  mem_free(&g->b->mem, all);
  return status ? status : g->status;
}

/* load.c - the answers of an item out of the archive's chunks; see get.h, and chunk.h for their
 * bytes.
 *
 *   SQLite's page cache --> the column itself          codes8 into codes of one byte
 *                      \--> scratch --> the column      everything else, and with missing
 *
 * The scratch is as long as the longest chunk so far and stays in the processor's cache, so that
 * decoding costs little beside the reading. Bytes are fetched by sqlite3_blob_read, through one
 * handle that moves from chunk to chunk; no value is ever text on the way.
 *
 * Example: 1,000,000 rows of an item with five levels are four chunks of codes8. They are read
 * into their places in one block of 1,000,000 bytes, each summed up while it is warm; then one
 * look for the highest code says that all of them have a level.
 *
 * What is checked here: checksums, codes below the number of levels, offsets that rise and end
 * where the texts do, ticks and kinds of missing that exist, numbers that are finite, texts that
 * are UTF-8. Sizes were checked before (get.c). So a column that comes out of here is one that the
 * rest of the engine may use without looking: codes index levels, kinds index names.
 *
 * Decimals of a column that looks like weights are kept as whole numbers beside it, which is what
 * the first table would make of them with two divisions a row.
 *
 * Memory: the column, and the scratch, which is at most one chunk: 8 MB, or one long text; of
 * numbers four chunks of at most 2.4 MB. All of it is the handle's, whose limit holds.
 *
 * Owner: blocks belong to the function that asked for them until a column takes them over.
 * Failure: BILAN_DATA, BILAN_IO, BILAN_NOMEM; nothing is kept then.
 */
#include <string.h>

#include "archive/get.h"
#include "data/whole.h"

/* ---- bytes ---------------------------------------------------------------------------------- */

/* A handle on the bytes of a chunk: the first is opened, later ones are moved to. */
static bilan_status open_blob(struct getting *g, const struct chunk *k) {
  int code = g->blob ? sqlite3_blob_reopen(g->blob, k->id)
                     : sqlite3_blob_open(g->a->db, "main", "chunk", "bytes", k->id, 0, &g->blob);
  if (!code && (size_t)sqlite3_blob_bytes(g->blob) == k->bytes) return BILAN_OK;
  if (code) return store_fail(g->b, g->a, code == SQLITE_ERROR ? SQLITE_CORRUPT : code);
  return store_damaged(g->b, g->a, "a chunk has two sizes");
}

/* Fewer bytes than the chunk says it has are damage, which SQLite calls a plain error. Sizes are
 * below CHUNK_MOST_BYTES, so they fit an int. */
static bilan_status read_blob(const struct getting *g, void *to, size_t n, size_t offset) {
  int code = n ? sqlite3_blob_read(g->blob, to, (int)n, (int)offset) : SQLITE_OK;
  return code ? store_fail(g->b, g->a, code == SQLITE_ERROR ? SQLITE_CORRUPT : code) : BILAN_OK;
}

/* At least n bytes of scratch. */
static bilan_status need_scratch(struct getting *g, size_t n) {
  if (n <= g->scratch_room) return BILAN_OK;
  mem_free(&g->b->mem, g->scratch);
  g->scratch_room = 0;
  g->scratch = mem_alloc(&g->b->mem, n);
  if (!g->scratch) return fail_nomem(g->b);
  g->scratch_room = n;
  return BILAN_OK;
}

/* All bytes of a chunk into memory, its checksum compared. `to` has room for them. The checksum is
 * looked at before anything is decoded: what comes later may then blame the file's maker. */
static bilan_status read_all(struct getting *g, const struct found *f, const struct chunk *k,
                             unsigned char *to) {
  struct checksum sum;
  bilan_status status = open_blob(g, k);
  if (!status) status = read_blob(g, to, k->bytes, 0);
  if (status) return status;
  checksum_start(&sum, k);
  checksum_add(&sum, to, k->bytes);
  return checksum_finish(&sum) == k->checksum ? BILAN_OK : get_damaged(g, f, "a wrong checksum");
}

/* The same, the kinds of missing taken to their place; *from is what is behind them. */
static bilan_status read_part(struct getting *g, const struct found *f, const struct chunk *k,
                              unsigned char *to, uint8_t *missing, const unsigned char **from) {
  bilan_status status = read_all(g, f, k, to);
  if (status) return status;
  *from = to;
  if (!k->missing) return BILAN_OK;
  if (!decode_missing(to, k->rows)) return get_damaged(g, f, "an unknown kind of missing");
  memcpy(missing + k->first, to, k->rows);
  *from += k->rows;
  return BILAN_OK;
}

/* The same into the scratch. */
static bilan_status read_chunk(struct getting *g, const struct found *f, const struct chunk *k,
                               uint8_t *missing, const unsigned char **from) {
  bilan_status status = need_scratch(g, k->bytes);
  return status ? status : read_part(g, f, k, g->scratch, missing, from);
}

/* Zeroed room for the kinds of missing, when a chunk has any; *missing stays NULL else. */
static bilan_status need_missing(const struct getting *g, const struct found *f,
                                 uint8_t **missing) {
  bool any = false;
  for (size_t i = 0; i < f->count; i++) any = any || f->chunks[i].missing;
  if (!any) return BILAN_OK;
  *missing = mem_zero(&g->b->mem, g->rows, 1);
  return *missing ? BILAN_OK : fail_nomem(g->b);
}

/* ---- codes ---------------------------------------------------------------------------------- */

/* In the common case the bytes go where they stay, with no copy between. */
static bilan_status load_codes_chunk(struct getting *g, const struct found *f,
                                     const struct chunk *k, void *codes, unsigned width) {
  unsigned char *to = (unsigned char *)codes + k->first * width;
  const unsigned char *from;
  if (width == 1 && k->encoding == CHUNK_CODES8) return read_all(g, f, k, to);
  bilan_status status = read_chunk(g, f, k, NULL, &from);
  if (status) return status;
  if (decode_codes(to, width, k, from)) return BILAN_OK;
  return get_damaged(g, f, "a code beyond its levels");
}

/* The highest code, which every column of codes keeps, says at once whether all of them have a
 * level. */
static bilan_status load_codes(struct getting *g, const struct found *f, struct column **out) {
  unsigned width = column_width_for(dict_count(f->dict));
  void *codes = mem_array(&g->b->mem, g->rows, width);
  struct column *c;
  bilan_status status = codes ? BILAN_OK : fail_nomem(g->b);
  for (size_t i = 0; !status && i < f->count; i++)
    status = load_codes_chunk(g, f, &f->chunks[i], codes, width);
  if (status) {
    mem_free(&g->b->mem, codes);
    return status;
  }
  status = column_codes(g->b, &c, g->rows, width, codes, dict_hold(f->dict));
  if (status) return status;
  if (c->highest < dict_count(f->dict)) {
    *out = c;
    return BILAN_OK;
  }
  column_free(c);
  return get_damaged(g, f, "a code beyond its levels");
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* Chunks are read one after the other, and decoded side by side: so many at a time, at most. */
enum { BATCH = 4 };

/* A chunk that has been read. */
struct packed {
  const struct chunk *chunk;
  const unsigned char *from;  /* in the scratch */
  struct chunk_units units;   /* of this chunk; nobody wants them where `to` is NULL */
  bool decoded;               /* false: its bytes are no numbers */
};

/* Some of them, and where they go. */
struct batch {
  struct pool_shares shares;
  struct packed list[BATCH];
  double *numbers;            /* of the column */
  const uint8_t *missing;     /* of the column; NULL: no chunk has any */
};

/* 0 where a number is missing, as columns have it. */
static void clear_missing(double *numbers, const uint8_t *missing, const struct chunk *k) {
  for (size_t row = k->first; k->missing && row < k->first + k->rows; row++)
    if (missing[row]) numbers[row] = 0;
}

/* The work of one thread: chunks until none is left. */
static void decode_batch(void *context) {
  struct batch *all = context;
  size_t at;
  while (pool_next(&all->shares, &at)) {
    struct packed *p = &all->list[at];
    p->decoded = decode_numbers(all->numbers + p->chunk->first, p->units.to ? &p->units : NULL,
                                p->chunk, p->from);
    clear_missing(all->numbers, all->missing, p->chunk);
  }
}

/* Reads `count` chunks into the scratch, where there is room for all of them. Those before one that
 * cannot be read are in the batch. */
static bilan_status read_batch(struct getting *g, const struct found *f, const struct chunk *first,
                               size_t count, struct batch *all, uint8_t *missing) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++) bytes += first[i].bytes;
  bilan_status status = need_scratch(g, bytes);
  unsigned char *to = g->scratch;
  for (size_t i = 0; !status && i < count; i++, to += first[i - 1].bytes) {
    struct packed *p = &all->list[i];
    p->chunk = &first[i];
    status = read_part(g, f, p->chunk, to, missing, &p->from);
    all->shares.count += !status;
  }
  return status;
}

/* What some chunks have found out of their units, added to what is known. */
static void add_units(struct chunk_units *all, const struct chunk_units *some) {
  all->beyond = all->beyond || some->beyond;
  all->finest = all->finest || some->finest;
  all->highest = some->highest > all->highest ? some->highest : all->highest;
  all->lowest = some->lowest < all->lowest ? some->lowest : all->lowest;
}

/* Chunks from `first` on, as many as there are threads for: *count of them. The first fault is
 * told, be it of reading or of decoding. `missing` is NULL only when no chunk has any. */
static bilan_status load_batch(struct getting *g, const struct found *f, size_t first,
                               size_t *count, double *numbers, struct chunk_units *units,
                               uint8_t *missing) {
  size_t threads = g->b->threads < 1 ? 1 : (size_t)g->b->threads, left = f->count - first;
  struct batch all = {.numbers = numbers, .missing = missing};
  *count = threads < BATCH ? threads : BATCH;
  if (*count > left) *count = left;
  for (size_t i = 0; i < BATCH; i++)
    all.list[i].units = (struct chunk_units){.to = units->to, .lowest = INT32_MAX};
  bilan_status status = read_batch(g, f, f->chunks + first, *count, &all, missing);
  if (all.shares.count) pool_run(&g->b->pool, all.shares.count, decode_batch, &all);
  for (size_t i = 0; i < all.shares.count; i++) {
    if (!all.list[i].decoded) return get_damaged(g, f, "no number");
    add_units(units, &all.list[i].units);
  }
  return status;
}

/* Are these numbers as weights are, decimals of one scale in every row? Whole numbers are not taken
 * for weights: ages and counts need no second copy. */
static bool like_weights(const struct found *f) {
  bool like = f->count > 0;
  for (size_t i = 0; i < f->count; i++) {
    const struct chunk *k = &f->chunks[i];
    bool packed = k->encoding >= CHUNK_INT8 && k->encoding <= CHUNK_INT32;
    like = like && packed && !k->missing && k->scale > 0 && k->scale == f->chunks->scale;
  }
  return like;
}

/* Room for what whole.h would find out of a column, its units in the same block; NULL where it is
 * to be left to that. */
static bilan_status open_whole(const struct getting *g, const struct found *f, struct whole **out,
                               struct chunk_units *units) {
  *out = NULL;
  *units = (struct chunk_units){.lowest = INT32_MAX};
  if (!like_weights(f)) return BILAN_OK;
  *out = mem_alloc(&g->b->mem, sizeof **out + g->rows * sizeof *units->to);
  if (!*out) return fail_nomem(g->b);
  units->to = (uint32_t *)(*out + 1);
  return BILAN_OK;
}

/* The column owns the block, if it says what whole.h would: multiples of the coarsest power of ten
 * of which all are. */
static void keep_whole(const struct getting *g, const struct found *f, struct column *c,
                       struct whole *w, const struct chunk_units *units) {
  if (!w || units->beyond || !units->finest) {
    mem_free(&g->b->mem, w);
    return;
  }
  *w = (struct whole){.kind = WHOLE_UNITS, .units = units->to,
                      .highest = (uint32_t)units->highest, .lowest = (uint32_t)units->lowest,
                      .scale = chunk_power[f->chunks->scale]};
  c->whole = w;
}

/* column_numbers takes both blocks over, also when it fails. */
static bilan_status load_numbers(struct getting *g, const struct found *f, struct column **out) {
  uint8_t *missing = NULL;
  struct chunk_units units;
  struct whole *whole = NULL;
  double *numbers = mem_array(&g->b->mem, g->rows, sizeof *numbers);
  bilan_status status = numbers ? need_missing(g, f, &missing) : fail_nomem(g->b);
  if (!status) status = open_whole(g, f, &whole, &units);
  for (size_t at = 0, count; !status && at < f->count; at += count)
    status = load_batch(g, f, at, &count, numbers, &units, missing);
  if (status) {
    mem_free(&g->b->mem, numbers);
    mem_free(&g->b->mem, missing);
  } else {
    status = column_numbers(g->b, out, g->rows, numbers, missing);
  }
  if (status) mem_free(&g->b->mem, whole);
  else keep_whole(g, f, *out, whole, &units);
  return status;
}

/* ---- texts ---------------------------------------------------------------------------------- */

/* Bytes of text in a chunk: behind the kinds of missing and the offsets. */
static size_t text_bytes(const struct chunk *k) {
  return k->bytes - (k->missing ? k->rows : 0) - (k->rows + 1) * 4;
}

/* Texts of a chunk go behind those of the chunk before, whose last offset is where they begin:
 * offsets[first] is set already. The arena has room for the texts of all chunks. */
static bilan_status load_text_chunk(struct getting *g, const struct found *f,
                                    const struct chunk *k, uint64_t *offsets, char *arena,
                                    uint8_t *missing) {
  const unsigned char *from;
  bilan_status status = read_chunk(g, f, k, missing, &from);
  if (status) return status;
  offsets += k->first;
  if (!decode_offsets(offsets, k, from, text_bytes(k)))
    return get_damaged(g, f, "texts do not follow each other");
  if (text_bytes(k)) memcpy(arena + offsets[0], from + (k->rows + 1) * 4, text_bytes(k));
  if (chunk_is_utf8(offsets, k->rows, arena)) return BILAN_OK;
  return get_damaged(g, f, "a text is not UTF-8");
}

/* No more text than the file has bytes: sizes are its own word. */
static bilan_status count_text(const struct getting *g, const struct found *f, size_t *bytes) {
  sqlite3_stmt *s = NULL;
  bool row = false;
  *bytes = 0;
  for (size_t i = 0; i < f->count; i++) *bytes += text_bytes(&f->chunks[i]);
  bilan_status status = store_prepare(g->b, g->a, &s, "SELECT page_count * page_size FROM "
                                      "pragma_page_count, pragma_page_size");
  if (!status) status = store_step(g->b, g->a, s, &row);
  if (!status && *bytes > (size_t)sqlite3_column_int64(s, 0))
    status = get_damaged(g, f, "texts longer than the file");
  sqlite3_finalize(s);
  return status;
}

/* One arena for all chunks: how long it must be is known from their sizes. */
static bilan_status load_text(struct getting *g, const struct found *f, struct column **out) {
  uint8_t *missing = NULL;
  uint64_t *offsets = NULL;
  char *arena = NULL;
  size_t bytes;
  bilan_status status = count_text(g, f, &bytes);
  if (!status) {
    offsets = mem_array(&g->b->mem, g->rows + 1, sizeof *offsets);
    arena = mem_alloc(&g->b->mem, bytes);
    status = offsets && arena ? need_missing(g, f, &missing) : fail_nomem(g->b);
  }
  if (offsets) offsets[0] = 0;
  for (size_t i = 0; !status && i < f->count; i++)
    status = load_text_chunk(g, f, &f->chunks[i], offsets, arena, missing);
  if (!status) return column_text(g->b, out, g->rows, offsets, arena, missing);
  mem_free(&g->b->mem, offsets);
  mem_free(&g->b->mem, arena);
  mem_free(&g->b->mem, missing);
  return status;
}

/* ---- sets ----------------------------------------------------------------------------------- */

/* The options of a set while they are filled: one block of codes each, a byte a row. Ticks take a
 * quarter of that in the file, so a chunk's size bounds the memory that its rows ask for. */
struct boxes {
  uint8_t **codes; /* `count` blocks; NULL where one is a column's by now, or not made yet */
  size_t count;    /* options */
};

/* Blocks that became columns are no longer in the list. */
static void boxes_free(const struct getting *g, struct boxes *x) {
  for (size_t i = 0; x->codes && i < x->count; i++) mem_free(&g->b->mem, x->codes[i]);
  mem_free(&g->b->mem, x->codes);
}

/* One byte a row for each option. boxes_free also when it fails. */
static bilan_status boxes_open(const struct getting *g, struct boxes *x, size_t count) {
  x->count = count;
  x->codes = mem_zero(&g->b->mem, count, sizeof *x->codes);
  if (!x->codes) return fail_nomem(g->b);
  for (size_t i = 0; i < count; i++)
    if (!(x->codes[i] = mem_alloc(&g->b->mem, g->rows))) return fail_nomem(g->b);
  return BILAN_OK;
}

/* The options of one chunk, each into its own block. */
static bilan_status load_ticks(struct getting *g, const struct found *f, const struct chunk *k,
                               struct boxes *x, uint8_t *missing) {
  const unsigned char *from;
  bool known = true;
  bilan_status status = read_chunk(g, f, k, missing, &from);
  for (size_t i = 0; !status && i < x->count; i++, from += (k->rows + 3) / 4)
    known = decode_ticks(x->codes[i] + k->first, k->rows, from) && known;
  return status || known ? status : get_damaged(g, f, "a tick that is none");
}

/* What the codes of an option mean, as making a set from answers has it. */
static bilan_status tick_levels(bilan *b, struct dict **out) {
  uint32_t code;
  bilan_status status = dict_new(b, out);
  if (!status)
    status = dict_add_level(b, *out, &code, &(struct level){TEXT("no"), 0, BILAN_PRESENT});
  if (!status)
    status = dict_add_level(b, *out, &code, &(struct level){TEXT("yes"), 1, BILAN_PRESENT});
  return status;
}

/* The blocks become columns one by one; what is left of either is freed on failure. */
static bilan_status make_options(const struct getting *g, struct boxes *x,
                                 struct column ***options) {
  struct dict *ticks = NULL;
  bilan_status status = tick_levels(g->b, &ticks);
  *options = mem_zero(&g->b->mem, x->count, sizeof **options);
  if (!status && !*options) status = fail_nomem(g->b);
  for (size_t i = 0; !status && i < x->count; i++) {
    void *codes = x->codes[i];
    x->codes[i] = NULL;
    status = column_codes(g->b, &(*options)[i], g->rows, 1, codes, dict_hold(ticks));
  }
  dict_free(ticks);
  if (!status) return BILAN_OK;
  for (size_t i = 0; *options && i < x->count; i++) column_free((*options)[i]);
  mem_free(&g->b->mem, *options);
  return status;
}

/* column_set takes over options, dictionary and missing, also when it fails. */
static bilan_status load_set(struct getting *g, const struct found *f, struct column **out) {
  struct column **options = NULL;
  uint8_t *missing = NULL;
  struct boxes x;
  bilan_status status = boxes_open(g, &x, dict_count(f->dict) - 1);
  if (!status) status = need_missing(g, f, &missing);
  for (size_t i = 0; !status && i < f->count; i++)
    status = load_ticks(g, f, &f->chunks[i], &x, missing);
  if (!status) status = make_options(g, &x, &options);
  boxes_free(g, &x);
  if (!status)
    return column_set(g->b, out, g->rows, options, x.count, dict_hold(f->dict), missing);
  mem_free(&g->b->mem, missing);
  return status;
}

/* ---- all ------------------------------------------------------------------------------------ */

/* By the type of the column. */
bilan_status load_answers(struct getting *g, const struct found *f, struct column **out) {
  switch (f->type) {
  case COLUMN_CODES: return load_codes(g, f, out);
  case COLUMN_NUMBERS: return load_numbers(g, f, out);
  case COLUMN_TEXT: return load_text(g, f, out);
  case COLUMN_SET: return load_set(g, f, out);
  }
  return BILAN_INTERNAL;
}

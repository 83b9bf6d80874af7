/* unit_order.c - see unit_order.h: a stable counting sort, then a short list of copies.
 *
 * Counting: start[u + 1] is the number of rows of u, then running sums; a walk over the rows puts
 * each where its unit's next one belongs. Two passes over 4 bytes a row, no comparison.
 *
 * Copies stand in no order; there are a few dozen, so a search looks at all. `call` numbers the
 * calls of unit_copies_begin: a copy of the call at hand is never thrown out.
 *
 * Owner: the order owns everything here; it is one block of struct, starts and rows, and the
 * copies beside it. Failure: BILAN_NOMEM in the making alone.
 */
#include "kernel/unit_order.h"

#include "data/whole.h"
#include "kernel/blocks.h"

/* The most columns that are copied at a time; bytes of all copies: so many a row, not more than
 * ROOM_MOST; ROOM_LEAST in any case. */
enum { COPIES_MOST = 256, ROOM_ROW = 40, ROOM_LEAST = 1 << 26, ROOM_MOST = 1 << 29 };

/* Few copies are filled in so many parts each, since they take from 1 to 4 ns a row. */
enum { COPIES_FEW = 8, PARTS = 4 };

/* What stands behind the lent struct. */
struct unit_copies {
  struct unit_order order; /* what is handed out; it leads back here */
  struct mem *mem;
  size_t rows;
  uint64_t call;
  size_t bytes; /* of all copies */
  size_t parts; /* of each copy, while they are filled */
  size_t count;
  struct unit_copy list[COPIES_MOST];
};

/* ---- the order ------------------------------------------------------------------------------ */

/* Fills start and row; start[units] is the number of rows. While rows are placed start[u] is where
 * the next of u goes, which ends as where u + 1 begins: shifted back. */
static void sort_rows(uint32_t *row, size_t *start, const uint32_t *unit, size_t rows,
                      size_t units) {
  for (size_t i = 0; i < rows; i++) start[unit[i] + 1]++;
  for (size_t u = 0; u < units; u++) start[u + 1] += start[u];
  for (size_t i = 0; i < rows; i++) row[start[unit[i]]++] = (uint32_t)i;
  for (size_t u = units; u > 0; u--) start[u] = start[u - 1];
  start[0] = 0;
}

/* See unit_order.h. */
bilan_status unit_order_open(bilan *b, struct unit_order **out, const uint32_t *unit, size_t rows,
                             size_t units) {
  struct unit_copies *c = mem_zero(&b->mem, 1, sizeof *c);
  uint32_t *row = mem_array(&b->mem, rows, sizeof *row);
  size_t *start = mem_zero(&b->mem, units + 1, sizeof *start);
  if (!c || !row || !start) {
    mem_free(&b->mem, c);
    mem_free(&b->mem, row);
    mem_free(&b->mem, start);
    return fail_nomem(b);
  }
  sort_rows(row, start, unit, rows, units);
  c->mem = &b->mem;
  c->rows = rows;
  c->order = (struct unit_order){row, start, c};
  *out = &c->order;
  return BILAN_OK;
}

/* Gives a copy back and closes the gap in the list with the last one. */
static void drop_copy(struct unit_copies *c, size_t at) {
  struct unit_copy *copy = &c->list[at];
  c->bytes -= copy->size * c->rows;
  column_free(copy->column);
  mem_free(c->mem, copy->data);
  *copy = c->list[--c->count];
}

/* See unit_order.h. */
void unit_order_free(struct unit_order *o) {
  if (!o) return;
  struct unit_copies *c = o->copies;
  while (c->count) drop_copy(c, 0);
  mem_free(c->mem, (void *)(uintptr_t)o->row);
  mem_free(c->mem, (void *)(uintptr_t)o->start);
  mem_free(c->mem, c);
}

/* ---- copies ---------------------------------------------------------------------------------- */

/* Throws out the copy that was used the longest time ago, if it is not of the call at hand. */
static bool drop_oldest(struct unit_copies *c) {
  size_t oldest = 0;
  for (size_t i = 1; i < c->count; i++)
    if (c->list[i].used < c->list[oldest].used) oldest = i;
  if (!c->count || c->list[oldest].used == c->call) return false;
  drop_copy(c, oldest);
  return true;
}

/* Bytes of a row. */
static size_t size_of(const struct column *column, enum unit_copy_kind kind) {
  if (kind == COPY_UNITS) return sizeof(uint32_t);
  return kind == COPY_CODES ? column->width : sizeof(double);
}

/* Bytes that copies may take: 40 MB at a million rows would be less than the least. */
static size_t room_of(const struct unit_copies *c) {
  size_t room = c->rows < ROOM_MOST / ROOM_ROW ? c->rows * ROOM_ROW : ROOM_MOST;
  return room > ROOM_LEAST ? room : ROOM_LEAST;
}

/* Room for one more copy within the bounds, and with memory for it. The cap of the handle is for
 * what is needed: a copy that does not fit under it is done without. */
static struct unit_copy add_copy(struct unit_copies *c, const struct column *column,
                                 enum unit_copy_kind kind) {
  size_t size = size_of(column, kind), room = room_of(c);
  struct unit_copy none = {.data = NULL};
  if (!c->rows || size > room / c->rows) return none;
  while (c->count == COPIES_MOST || c->bytes > room - size * c->rows)
    if (!drop_oldest(c)) return none;
  void *data = mem_array(c->mem, c->rows, size);
  if (!data) return none;
  c->bytes += size * c->rows;
  c->list[c->count] = (struct unit_copy){
      .column = column_hold((struct column *)(uintptr_t)column),
      .kind = kind,
      .size = size,
      .data = data,
      .used = c->call,
  };
  return c->list[c->count++];
}

/* See unit_order.h. */
struct unit_copy unit_copy(const struct unit_order *o, const struct column *column,
                           enum unit_copy_kind kind) {
  struct unit_copies *c = o->copies;
  if (!c) return (struct unit_copy){.data = NULL};
  for (size_t i = 0; i < c->count; i++) {
    if (c->list[i].column != column || c->list[i].kind != kind) continue;
    c->list[i].used = c->call;
    return c->list[i];
  }
  return add_copy(c, column, kind);
}

/* See unit_order.h. */
void unit_copies_begin(const struct unit_order *o) {
  if (o->copies) o->copies->call++;
}

/* ---- filling --------------------------------------------------------------------------------- */

/* to[i] = from[row[i]] for columns of one width, places i .. end - 1. Each is a line of the second
 * cache, in which a column of bytes stays: reading it in tiles, writing several columns at once or
 * in the order of the table were all measured to be slower. */
#define GATHER(name, type)                                                                        \
  static void name(type *to, const type *from, const uint32_t *row, size_t i, size_t end) {       \
    for (; i < end; i++) to[i] = from[row[i]];                                                    \
  }
GATHER(gather_1, uint8_t)
GATHER(gather_2, uint16_t)
GATHER(gather_4, uint32_t)
GATHER(gather_8, double)
#undef GATHER

/* Places i .. end - 1 of one copy, from its column. */
static void fill_copy(const struct unit_copies *c, const struct unit_copy *copy, size_t i,
                      size_t end) {
  const struct column *column = copy->column;
  const uint32_t *row = c->order.row;
  double *numbers = copy->data;
  if (copy->kind == COPY_UNITS) gather_4(copy->data, column->whole->units, row, i, end);
  else if (copy->kind == COPY_NUMBERS) gather_8(numbers, column->numbers, row, i, end);
  else if (copy->size == 1) gather_1(copy->data, column->codes, row, i, end);
  else if (copy->size == 2) gather_2(copy->data, column->codes, row, i, end);
  else gather_4(copy->data, column->codes, row, i, end);
  for (; copy->kind == COPY_NUMBERS && column->missing && i < end; i++)
    if (column->missing[row[i]]) numbers[i] = 0;
}

/* The work of a block (blocks.h): parts of copies, one after the other. */
static void fill_block(const void *context, void *partial, size_t begin, size_t end) {
  const struct unit_copies *c = context;
  (void)partial;
  for (size_t i = begin; i < end; i++) {
    const struct unit_copy *copy = &c->list[i / c->parts];
    size_t part = i % c->parts, size = c->rows / c->parts + 1, from = part * size;
    if (copy->filled || from >= c->rows) continue;
    fill_copy(c, copy, from, c->rows - from < size ? c->rows : from + size);
  }
}

/* Nothing to add up. */
static void add_nothing(void *context, const void *partial) {
  (void)context;
  (void)partial;
}

/* See unit_order.h. */
bilan_status unit_copies_fill(bilan *b, const struct unit_order *o) {
  struct unit_copies *c = o->copies;
  size_t wanted = 0;
  for (size_t i = 0; c && i < c->count; i++) wanted += !c->list[i].filled;
  if (!wanted) return BILAN_OK;
  c->parts = wanted < COPIES_FEW ? PARTS : 1;
  size_t parts = c->count * c->parts;
  struct blocks_job job = {
      .rows = parts, .block = 1, .context = c, .sum = fill_block, .add = add_nothing};
  bilan_status status = BILAN_OK;
  if (c->rows < BLOCK_ROWS) fill_block(c, NULL, 0, parts);
  else status = blocks_run(b, &job);
  for (size_t i = c->count; i-- > 0;) {
    if (!status) c->list[i].filled = true;
    else if (!c->list[i].filled) drop_copy(c, i);
  }
  return status;
}

/* sqlite_survey.c - see sqlite_survey.h.
 *
 * A virtual table without storage of its own (sqlite.org/vtab.html): SQLite asks a cursor for
 * row after row and takes each value straight from the columns, so nothing is copied but what
 * a query sorts or groups. Rows outside the domain are stepped over. The table exists by the
 * name of its module and cannot be created or dropped by a query.
 *
 * Numbers are shown as NUMERIC, whole ones as integers; labels, free text and ticked options
 * (joined by ";") as TEXT; no answer of any kind as NULL. SQL's names ignore ASCII case: an
 * item whose name another one has already, case aside, is shown with "_2", "_3" behind it.
 *
 * Life of a query: vtab_connect (columns told), vtab_best_index (a scan of n rows),
 * vtab_open, vtab_filter (first row), then vtab_column for the columns that are used,
 * vtab_next until vtab_eof, vtab_close, vtab_disconnect. Joins of the survey with itself have
 * a cursor each.
 *
 * Cost: a row and column asked for is one look into a column; names are compared pairwise
 * once, when the source is opened. Failure: BILAN_USAGE without items, BILAN_NOMEM; inside
 * SQLite's callbacks SQLITE_NOMEM is the only one.
 */
#include "io/sqlite_survey.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

/* SQLite's own limit on the columns of a table (SQLITE_MAX_COLUMN). */
enum { COLUMNS_MOST = 2000 };

/* ---- the columns ------------------------------------------------------------------------ */

/* How many names before `place` are the same, ASCII case aside.
 * 0 for most items: their name is shown as it is. */
static size_t earlier_names(const struct table *t, size_t place) {
  struct text name = table_name(t, place);
  size_t same = 0;
  for (size_t i = 0; i < place; i++) {
    struct text other = table_name(t, i);
    same += other.n == name.n && !sqlite3_strnicmp(other.s, name.s, (int)name.n);
  }
  return same;
}

/* Appends a text inside double quotes, quotes doubled; NUL cannot be part of a name. */
static void add_quoted(struct buffer *out, struct text t) {
  for (size_t i = 0; i < t.n; i++) {
    if (t.s[i] == '"') buffer_char(out, '"');
    buffer_char(out, t.s[i] ? t.s[i] : ' ');
  }
}

/* Appends one column to the schema: item `place`, or option `option` (from 1) of it.
 * Runs in the order in which SQLite numbers the columns, which is that of `shown`. */
static void add_column(struct survey_source *s, size_t place, uint32_t option) {
  struct buffer *out = &s->schema;
  const struct column *c = table_column(s->table, place);
  struct shown *shown = &s->shown[s->count++];
  size_t same = earlier_names(s->table, place);
  *shown = (struct shown){c, option ? c->options[option - 1] : NULL,
                          option || column_shows_numbers(c, table_kind(s->table, place))};
  buffer_string(out, s->count > 1 ? ", \"" : "\"");
  add_quoted(out, table_name(s->table, place));
  if (same) buffer_format(out, "_%zu", same + 1);
  if (option) buffer_char(out, ':');
  if (option) add_quoted(out, dict_level(c->dict, option)->label);
  buffer_string(out, shown->number ? "\" NUMERIC" : "\" TEXT");
  if (option) buffer_string(out, " HIDDEN");
}

/* Option columns of all items with several answers together. */
static size_t count_options(const struct table *t) {
  size_t n = 0;
  for (size_t i = 0; i < table_count(t); i++) n += table_column(t, i)->option_count;
  return n;
}

/* Nothing is left open on failure; `s` may then be closed all the same. */
bilan_status survey_source_open(bilan *b, struct survey_source *s, const struct table *t,
                                const struct domain *domain, bool options) {
  size_t items = table_count(t);
  *s = (struct survey_source){.b = b, .table = t, .domain = domain};
  bilan_status status = table_load(b, t);
  if (status) return status;
  size_t more = options ? count_options(t) : 0;
  if (!items) return fail(b, BILAN_USAGE, "query: the survey has no items");
  if (items + more > COLUMNS_MOST) more = 0;
  buffer_init(&s->schema, &b->mem);
  s->shown = mem_array(&b->mem, items + more, sizeof *s->shown);
  if (!s->shown) return fail_nomem(b);
  buffer_string(&s->schema, "CREATE TABLE survey(");
  for (size_t i = 0; i < items; i++) add_column(s, i, 0);
  for (size_t i = 0; more && i < items; i++)
    for (uint32_t k = 1; k <= table_column(t, i)->option_count; k++) add_column(s, i, k);
  buffer_char(&s->schema, ')');
  if (!s->schema.failed) return BILAN_OK;
  survey_source_close(s);
  return fail_nomem(b);
}

void survey_source_close(struct survey_source *s) {
  if (!s->b) return;
  mem_free(&s->b->mem, s->shown);
  s->shown = NULL;
  buffer_free(&s->schema);
}

/* ---- values ----------------------------------------------------------------------------- */

/* Whole numbers that a 64-bit integer holds are shown as integers. */
static struct cell number_cell(double number) {
  bool whole = number == floor(number) && fabs(number) < 0x1p63;
  return (struct cell){.type = whole ? CELL_INTEGER : CELL_REAL, .real = number,
                       .integer = whole ? (int64_t)number : 0};
}

/* The labels ticked in a row, ";" between them, into `room`. */
static bilan_status join_ticked(bilan *b, const struct column *set, size_t row,
                                struct buffer *room) {
  bool first = true;
  room->n = 0;
  for (uint32_t k = 0; k < set->option_count; k++) {
    if (column_code(set->options[k], row) != SET_TICKED) continue;
    if (!first) buffer_char(room, ';');
    buffer_text(room, dict_level(set->dict, k + 1)->label);
    first = false;
  }
  return room->failed ? fail_nomem(b) : BILAN_OK;
}

/* In order: an option's tick, no answer, a number, ticked labels, a label. */
bilan_status survey_cell(bilan *b, struct cell *out, const struct shown *shown, size_t row,
                         struct buffer *room) {
  const struct column *c = shown->column;
  bilan_status status = BILAN_OK;
  *out = (struct cell){.type = CELL_NULL};
  if (shown->option) {
    uint32_t code = column_code(shown->option, row);
    if (code != SET_BLANK) *out = number_cell(code == SET_TICKED);
  } else if (column_missing(c, row)) {
    return BILAN_OK;
  } else if (shown->number) {
    *out = number_cell(column_number(c, row));
  } else if (c->type == COLUMN_SET) {
    status = join_ticked(b, c, row, room);
    *out = (struct cell){.type = CELL_TEXT, .text = {room->s, room->n}};
  } else {
    *out = (struct cell){.type = CELL_TEXT, .text = column_label(c, row)};
  }
  if (!out->text.n) out->text.s = "";
  return status;
}

/* ---- the virtual table ------------------------------------------------------------------ */

/* SQLite's part first: it is handed back as a pointer to that. */
struct survey_vtab {
  sqlite3_vtab base; /* first: SQLite sees only this */
  struct survey_source *source;
};

/* Likewise; a cursor stands on a row, or behind the last one. */
struct survey_cursor {
  sqlite3_vtab_cursor base;
  size_t row;
  struct buffer room;
};

/* Tells SQLite the columns. The result belongs to SQLite until vtab_disconnect.
 * Called once a connection; columns and types are those of the schema's text. */
static int vtab_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                        sqlite3_vtab **out, char **error) {
  struct survey_source *s = aux;
  (void)argc;
  (void)argv;
  (void)error;
  int code = sqlite3_declare_vtab(db, s->schema.s);
  if (code) return code;
  struct survey_vtab *v = mem_zero(&s->b->mem, 1, sizeof *v);
  if (!v) return SQLITE_NOMEM;
  v->source = s;
  *out = &v->base;
  return SQLITE_OK;
}

/* The source is not SQLite's: only the vtab goes. */
static int vtab_disconnect(sqlite3_vtab *base) {
  struct survey_vtab *v = (struct survey_vtab *)base;
  mem_free(&v->source->b->mem, v);
  return SQLITE_OK;
}

/* There is one plan, a scan; the estimate lets SQLite build its own index for joins. */
static int vtab_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  const struct survey_vtab *v = (const struct survey_vtab *)base;
  size_t rows = table_rows(v->source->table);
  info->estimatedRows = (sqlite3_int64)rows;
  info->estimatedCost = (double)rows + 1;
  return SQLITE_OK;
}

/* A cursor, not yet on a row; vtab_filter sets it. */
static int vtab_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  struct mem *mem = &((struct survey_vtab *)base)->source->b->mem;
  struct survey_cursor *c = mem_zero(mem, 1, sizeof *c);
  if (!c) return SQLITE_NOMEM;
  buffer_init(&c->room, mem);
  *out = &c->base;
  return SQLITE_OK;
}

/* The room for joined labels goes with the cursor. */
static int vtab_close(sqlite3_vtab_cursor *base) {
  struct survey_cursor *c = (struct survey_cursor *)base;
  struct mem *mem = c->room.mem;
  buffer_free(&c->room);
  mem_free(mem, c);
  return SQLITE_OK;
}

/* From a cursor to what it reads. */
static struct survey_source *source_of(const sqlite3_vtab_cursor *base) {
  return ((struct survey_vtab *)base->pVtab)->source;
}

/* Moves to the first row of the domain at or after the cursor's.
 * O(1) without a domain; else over the rows that are out. */
static void settle(struct survey_cursor *c) {
  const struct survey_source *s = source_of(&c->base);
  size_t rows = table_rows(s->table);
  while (c->row < rows && !domain_has(s->domain, c->row)) c->row++;
}

/* Starts a scan. */
static int vtab_filter(sqlite3_vtab_cursor *base, int number, const char *name, int argc,
                       sqlite3_value **argv) {
  struct survey_cursor *c = (struct survey_cursor *)base;
  (void)number;
  (void)name;
  (void)argc;
  (void)argv;
  c->row = 0;
  settle(c);
  return SQLITE_OK;
}

/* One row further, over those outside the domain. */
static int vtab_next(sqlite3_vtab_cursor *base) {
  struct survey_cursor *c = (struct survey_cursor *)base;
  c->row++;
  settle(c);
  return SQLITE_OK;
}

/* Not zero behind the last row. */
static int vtab_eof(sqlite3_vtab_cursor *base) {
  const struct survey_cursor *c = (const struct survey_cursor *)base;
  return c->row >= table_rows(source_of(base)->table);
}

/* Hands over one value. Labels outlive the query, so they are lent, not copied. */
static int vtab_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int place) {
  struct survey_cursor *c = (struct survey_cursor *)base;
  const struct survey_source *s = source_of(base);
  struct cell cell;
  if (survey_cell(s->b, &cell, &s->shown[place], c->row, &c->room)) return SQLITE_NOMEM;
  switch (cell.type) {
    case CELL_NULL: sqlite3_result_null(context); break;
    case CELL_INTEGER: sqlite3_result_int64(context, cell.integer); break;
    case CELL_REAL: sqlite3_result_double(context, cell.real); break;
    case CELL_TEXT:
      sqlite3_result_text64(context, cell.text.s, cell.text.n,
                            cell.text.s == c->room.s ? SQLITE_TRANSIENT : SQLITE_STATIC,
                            SQLITE_UTF8);
  }
  return SQLITE_OK;
}

/* The row of the survey, from 1, whatever the domain. */
static int vtab_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  *out = (sqlite3_int64)((const struct survey_cursor *)base)->row + 1;
  return SQLITE_OK;
}

/* `s` has no destructor: it belongs to whoever opened it. */
int survey_register(sqlite3 *db, struct survey_source *s) {
  /* Without xCreate the table is there by the name of the module. */
  static const sqlite3_module module = {
      .xConnect = vtab_connect, .xBestIndex = vtab_best_index, .xDisconnect = vtab_disconnect,
      .xOpen = vtab_open,       .xClose = vtab_close,          .xFilter = vtab_filter,
      .xNext = vtab_next,       .xEof = vtab_eof,              .xColumn = vtab_column,
      .xRowid = vtab_rowid};
  return sqlite3_create_module_v2(db, "survey", &module, s, NULL);
}

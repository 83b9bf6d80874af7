/* l_csv.c - CSV for the engine's Lua.
 *
 *   read(path or nil, bytes or nil, options) -> table, report      (also csv_read)
 *   write(table, domain or nil, options)     -> text, how many cells were neutralised
 *   sha256(bytes)                            -> 64 hexadecimal digits
 *
 * Options of read: delimiter ("," or "tab"), decimal, encoding, replace, trim (true), fill,
 * missing ({"NA", ...}, or {["99"] = "don't know"}, or both), types ({name = "number"}),
 * name (what messages call bytes), max_rows, max_columns, max_field (bytes).
 * Options of write: delimiter, decimal, raw, bom, newline ("crlf" or "lf").
 *
 * A large file is read in pieces, without being held in memory; its report has no sha256 then.
 *
 * Whatever the engine hands over lives in one userdata until it is pushed, so that an error
 * raised by Lua leaks nothing.
 *
 * Example: read("enquete.csv", nil, { missing = { "NA", ["99"] = "don't know" } }) -> table,
 * report with report.delimiter ";", report.encoding "windows-1252", report.rows 696,
 * report.warnings { "line 12: ...", ... }.
 *
 * Raised: options that are not known or of the wrong type, files that cannot be read (path
 * and the system's reason), data that are no CSV (file, line, column), limits. Nothing is
 * guessed silently: what was found stands in the report.
 */
#include <string.h>

#include "base/io.h"
#include "base/sha256.h"
#include "binding/l_cache.h"
#include "io/csv_write.h"

/* ---- what must be released -------------------------------------------------------------- */

/* What a reading or a writing owns while Lua may raise errors; a userdata closes it.
 * Every field may be empty; closing gives back what is there. */
struct hold {
  bilan *b;
  struct csv_report report;
  char *bytes;
  struct buffer text;
};

static const char hold_type[] = "bilan.csv";

/* Idempotent: the collector and an early release may both come. */
static int close_hold(lua_State *L) {
  struct hold *h = luaL_checkudata(L, 1, hold_type);
  csv_report_free(&h->report);
  mem_free(&h->b->mem, h->bytes);
  h->bytes = NULL;
  buffer_free(&h->text);
  return 0;
}

/* Made empty, with its metatable, before the engine is called: whatever it fills in is found
 * by the collector. */
static struct hold *new_hold(lua_State *L) {
  static const luaL_Reg events[] = {{"__gc", close_hold}, {NULL, NULL}};
  bilan *b = l_handle(L);
  struct hold *h = lua_newuserdatauv(L, sizeof *h, 0);
  memset(h, 0, sizeof *h);
  h->b = b;
  buffer_init(&h->text, &b->mem);
  l_set_type(L, hold_type, events);
  return h;
}

/* ---- options ---------------------------------------------------------------------------- */

/* The string in field `name` of the options (at 3), NULL when absent. The table keeps it.
 * Lent: valid while the options are on the stack. */
static const char *string_option(lua_State *L, const char *name) {
  if (!lua_istable(L, 3)) return NULL;
  int type = lua_getfield(L, 3, name);
  const char *s = type == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
  if (!s && type != LUA_TNIL) luaL_error(L, "option \"%s\" must be text", name);
  lua_pop(L, 1);
  return s;
}

/* A text such as "no" would count as true in Lua: only booleans are accepted. */
static bool flag_option(lua_State *L, const char *name, bool absent) {
  if (!lua_istable(L, 3)) return absent;
  int type = lua_getfield(L, 3, name);
  bool value = type == LUA_TNIL ? absent : lua_toboolean(L, -1);
  if (type != LUA_TNIL && type != LUA_TBOOLEAN)
    luaL_error(L, "option \"%s\" must be true or false", name);
  lua_pop(L, 1);
  return value;
}

/* 0 when absent, which stands for the standard limit. */
static size_t size_option(lua_State *L, const char *name) {
  int whole;
  if (!lua_istable(L, 3)) return 0;
  int type = lua_getfield(L, 3, name);
  lua_Integer value = lua_tointegerx(L, -1, &whole);
  if (type != LUA_TNIL && (!whole || value < 1))
    luaL_error(L, "option \"%s\" must be a whole number above 0", name);
  lua_pop(L, 1);
  return type == LUA_TNIL ? 0 : (size_t)value;
}

/* One character; "tab" is a tab. 0 when absent. */
static char character_option(lua_State *L, const char *name) {
  const char *s = string_option(L, name);
  if (!s) return 0;
  if (!strcmp(s, "tab")) return '\t';
  if (strlen(s) != 1) luaL_error(L, "option \"%s\" must be one character", name);
  return s[0];
}

/* Pushes the table in field `name` of the options; how many entries it has.
 * An absent field pushes an empty table, so callers need not ask. */
static size_t open_option(lua_State *L, const char *name) {
  size_t count = 0;
  if (!lua_istable(L, 3) || lua_getfield(L, 3, name) == LUA_TNIL) {
    lua_newtable(L);
    return 0;
  }
  if (!lua_istable(L, -1)) luaL_error(L, "option \"%s\" must be a table", name);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) count++;
  return count;
}

/* Which of `names` the string at `index` is; an error that lists them otherwise.
 * Does not return for an unknown word; `option` is for the message. */
static size_t pick(lua_State *L, int index, const char *const names[], const char *option) {
  const char *given = luaL_tolstring(L, index, NULL);
  struct luaL_Buffer all;
  for (size_t i = 0; names[i]; i++) {
    if (strcmp(names[i], given) != 0) continue;
    lua_pop(L, 1);
    return i;
  }
  luaL_buffinit(L, &all);
  for (size_t i = 0; names[i]; i++) {
    if (i) luaL_addstring(&all, ", ");
    luaL_addstring(&all, names[i]);
  }
  luaL_pushresult(&all);
  return (size_t)luaL_error(L, "option \"%s\": \"%s\" is none of %s", option, given,
                            lua_tostring(L, -1));
}

/* "NA" in the list, or ["99"] = "don't know": key at -2, value at -1.
 * Key and value of the pair on top: a list entry means "no answer", a named one the kind that
 * it gives. */
static struct missing_word check_word(lua_State *L) {
  const char *const *names = missing_names + 1; /* an answer is no kind of missing */
  if (lua_type(L, -2) != LUA_TSTRING)
    return (struct missing_word){l_check_text(L, -1), BILAN_NO_ANSWER};
  size_t which = pick(L, lua_absindex(L, -1), names, "missing");
  return (struct missing_word){l_check_text(L, -2), (bilan_missing)(which + 1)};
}

/* Leaves the table of words and their array on the stack; the words stay in the table. */
static void missing_option(lua_State *L, struct csv_options *o) {
  size_t count = open_option(L, "missing");
  struct missing_word *word = l_scratch(L, count ? count : 1, sizeof *word);
  int list = lua_gettop(L) - 1;
  for (lua_pushnil(L); lua_next(L, list); lua_pop(L, 1)) word[o->missing_count++] = check_word(L);
  o->missing = word;
}

/* The words of the contract for what a column shall be. */
static enum csv_want check_want(lua_State *L, int index) {
  static const char *const names[] = {"number", "text", "single", "date", "id", NULL};
  static const enum csv_want want[] = {CSV_NUMBER, CSV_TEXT, CSV_SINGLE, CSV_DATE, CSV_ID};
  return want[pick(L, index, names, "types")];
}

/* By name, so that a message does not depend on the order of a Lua table. */
static void sort_types(struct csv_type *type, size_t count) {
  for (size_t i = 1; i < count; i++) {
    struct csv_type one = type[i];
    size_t at = i;
    for (; at && text_compare(type[at - 1].name, one.name) > 0; at--) type[at] = type[at - 1];
    type[at] = one;
  }
}

/* The names stay in the table of options, which outlives the call. */
static void types_option(lua_State *L, struct csv_options *o) {
  size_t count = open_option(L, "types");
  struct csv_type *type = l_scratch(L, count ? count : 1, sizeof *type);
  int list = lua_gettop(L) - 1;
  for (lua_pushnil(L); lua_next(L, list); lua_pop(L, 1))
    type[o->type_count++] =
        (struct csv_type){l_check_text(L, -2), check_want(L, lua_absindex(L, -1))};
  sort_types(type, o->type_count);
  o->types = type;
}

/* Names are checked first, then values: a misspelt option is never ignored.
 * Leaves lists on the stack that options point into: nothing below is popped before the
 * reading. */
void l_csv_options(lua_State *L, struct csv_options *o) {
  static const char *const known[] = {"delimiter", "decimal",  "encoding",    "replace",
                                      "trim",      "fill",     "missing",     "types",
                                      "name",      "max_rows", "max_columns", "max_field",
                                      NULL};
  l_check_options(L, 3, known);
  *o = (struct csv_options){.delimiter = character_option(L, "delimiter"),
                            .decimal = character_option(L, "decimal"),
                            .encoding = string_option(L, "encoding"),
                            .replace = flag_option(L, "replace", false),
                            .keep_blanks = !flag_option(L, "trim", true),
                            .fill = flag_option(L, "fill", false)};
  o->limits.rows = size_option(L, "max_rows");
  o->limits.columns = size_option(L, "max_columns");
  o->limits.field_bytes = size_option(L, "max_field");
  missing_option(L, o);
  types_option(L, o);
}

/* ---- the report as a Lua table ---------------------------------------------------------- */

/* NULL leaves the field absent. These set a field of the table on top. */
static void set_string(lua_State *L, const char *name, const char *value) {
  if (!value) return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/* "?" stands for columns that differ; 0 leaves the field absent. */
static void set_character(lua_State *L, const char *name, char c) {
  if (c == '?') set_string(L, name, "mixed");
  else if (c) set_string(L, name, (const char[]){c, '\0'});
}

/* A field of the report on top of the stack: a count, */
static void set_count(lua_State *L, const char *name, size_t value) {
  lua_pushinteger(L, (lua_Integer)value);
  lua_setfield(L, -2, name);
}

/* or yes and no. */
static void set_flag(lua_State *L, const char *name, bool value) {
  lua_pushboolean(L, value);
  lua_setfield(L, -2, name);
}

/* A list in column order: name, header as written, label, option, code, renamed. */
static void push_headings(lua_State *L, const struct csv_report *r) {
  lua_createtable(L, (int)r->columns, 0);
  for (size_t i = 0; i < r->columns; i++) {
    const struct heading *h = &r->heading[i];
    lua_createtable(L, 0, 6);
    set_string(L, "name", h->name);
    set_string(L, "header", h->written);
    set_string(L, "label", h->label);
    set_string(L, "option", h->option);
    set_string(L, "code", h->code);
    set_flag(L, "renamed", h->renamed);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* A list of texts, in the order in which they came up. */
static void push_warnings(lua_State *L, const struct csv_report *r) {
  lua_createtable(L, (int)r->warnings, 0);
  for (size_t i = 0; i < r->warnings; i++) {
    lua_pushstring(L, r->warning[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* All that is counted, as integers. */
static void push_counts(lua_State *L, const struct csv_report *r) {
  set_count(L, "rows", r->rows);
  set_count(L, "columns", r->columns);
  set_count(L, "header_line", r->header_line);
  set_count(L, "blank_lines", r->blank_lines);
  set_count(L, "padded_rows", r->short_rows);
  set_count(L, "padded_cells", r->padded_cells);
  set_count(L, "trimmed_cells", r->trimmed_cells);
  set_count(L, "inner_boms", r->inner_marks);
  set_count(L, "replaced_bytes", r->replaced_bytes);
  set_count(L, "renamed_headers", r->renamed);
  set_count(L, "warnings_dropped", r->warnings_dropped);
}

/* The report under the names that the manual gives.
 * Fields that do not apply are absent: no `thousands` where no number had any. */
static void push_report(lua_State *L, const struct csv_report *r) {
  lua_createtable(L, 0, 24);
  set_string(L, "format", "csv");
  set_character(L, "delimiter", r->delimiter);
  set_flag(L, "quotes", r->quotes);
  set_string(L, "encoding", r->encoding);
  set_flag(L, "encoding_guessed", r->encoding_guessed);
  set_flag(L, "bom", r->bom);
  set_character(L, "decimal", r->decimal);
  set_character(L, "thousands", r->thousands);
  set_string(L, "newline", r->newline);
  set_string(L, "profile", r->profile);
  set_string(L, "sha256", *r->sha256 ? r->sha256 : NULL);
  push_counts(L, r);
  push_headings(L, r);
  lua_setfield(L, -2, "column");
  push_warnings(L, r);
  lua_setfield(L, -2, "warnings");
}

/* ---- functions -------------------------------------------------------------------------- */

/* Reads the bytes given, or the file.
 * Bytes win over the path, which then only names them; a file under another name is held in
 * memory. */
static bilan_status read_source(lua_State *L, struct hold *h, struct table **slot,
                                const char *name, const struct csv_options *options) {
  struct text bytes = TEXT("");
  const char *path = lua_tostring(L, 1);
  if (!lua_isnil(L, 2)) {
    bytes = l_check_text(L, 2);
    return csv_read(h->b, slot, &h->report, name, bytes.s, bytes.n, options);
  }
  if (!strcmp(name, path)) return csv_read_file(h->b, slot, &h->report, path, options);
  bilan_status status = io_read_file(h->b, &h->bytes, &bytes.n, path, 0);
  if (status) return status;
  return csv_read(h->b, slot, &h->report, name, h->bytes, bytes.n, options);
}

/* What messages call the data: the option, the path, or "(text)". */
static const char *name_of_source(lua_State *L) {
  const char *name = string_option(L, "name");
  if (name) return name;
  return lua_isnoneornil(L, 1) ? "(text)" : lua_tostring(L, 1);
}

/* csv_read(path or nil, bytes or nil, options) -> table, report. The slots for the results are
 * made before the engine runs; the bytes are given back before the report is turned into Lua.
 * The path is taken as it is: whether it may be read was checked by core.host. */
static int l_csv_read(lua_State *L) {
  struct csv_options options;
  lua_settop(L, 3);
  if (!lua_isnil(L, 1)) luaL_checktype(L, 1, LUA_TSTRING);
  else luaL_checktype(L, 2, LUA_TSTRING);
  l_csv_options(L, &options);
  const char *name = name_of_source(L);
  struct table **slot = l_new_table(L);
  int result = lua_gettop(L);
  struct hold *h = new_hold(L);
  l_check(L, read_source(L, h, slot, name, &options));
  mem_free(&h->b->mem, h->bytes);
  h->bytes = NULL;
  lua_pushvalue(L, result);
  push_report(L, &h->report);
  csv_report_free(&h->report);
  return 2;
}

/* As l_csv_options.
 * newline is "crlf" unless told; `raw` leaves cells that begin like a formula as they are. */
static void write_options(lua_State *L, struct csv_write_options *o) {
  static const char *const known[] = {"delimiter", "decimal", "raw", "bom", "newline", NULL};
  l_check_options(L, 3, known);
  const char *newline = string_option(L, "newline");
  if (newline && strcmp(newline, "lf") != 0 && strcmp(newline, "crlf") != 0)
    luaL_error(L, "option \"newline\" must be \"crlf\" or \"lf\"");
  *o = (struct csv_write_options){.delimiter = character_option(L, "delimiter"),
                                  .decimal = character_option(L, "decimal"),
                                  .raw = flag_option(L, "raw", false),
                                  .bom = flag_option(L, "bom", false),
                                  .lf = newline && !strcmp(newline, "lf")};
}

/* csv_write(table, domain or nil, options) -> text, cells neutralised. The text lives in the
 * userdata until Lua has its copy. */
static int l_csv_write(lua_State *L) {
  struct csv_write_options options;
  size_t neutralised = 0;
  lua_settop(L, 3);
  struct table *t = l_check_table(L, 1);
  struct domain *domain = l_opt_domain(L, 2);
  write_options(L, &options);
  struct hold *h = new_hold(L);
  l_check(L, csv_write_table(h->b, &h->text, t, domain, &options, &neutralised));
  lua_pushlstring(L, h->text.s, h->text.n);
  lua_pushinteger(L, (lua_Integer)neutralised);
  buffer_free(&h->text);
  return 2;
}

/* sha256(bytes) -> 64 hexadecimal digits, as `sha256sum` prints them. */
static int l_sha256(lua_State *L) {
  struct text t = l_check_text(L, 1);
  char hex[SHA256_HEX];
  sha256_hex(hex, t.s, t.n);
  lua_pushstring(L, hex);
  return 1;
}

/* Pushes the functions. */
int l_csv_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"read", l_csv_read},   {"csv_read", l_csv_read},
                                       {"write", l_csv_write}, {"csv_write", l_csv_write},
                                       {"sha256", l_sha256},   {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}

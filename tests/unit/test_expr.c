/* test_expr.c - expressions against SQLite itself, row by row, and what SQLite cannot tell:
 * error places, kinds of missing, several answers, memory faults.
 *
 * The differential test writes random expressions by the grammar, evaluates each over a table
 * of random values here and in SQLite (a table with NUMERIC columns for numbers and TEXT
 * columns for levels and texts), and wants the same storage class and value in every row.
 * Allowed differences: reals to 1e-13 relative (decimal to double and the mathematical
 * library), and lower/upper, for which SQLite is given a function that knows the accented
 * letters used here. Not written at random, because SQLite itself is odd there: numbers
 * beyond 32 bits as counts of substr (it cuts them), log to a base (it checks the
 * base twice), empty lists after IS (it reads TRUE), ESCAPE before a stronger operator.
 */
#include <sqlite3.h>
#include <stdio.h>

#include "column_fixture.h"
#include "data/recode.h"
#include "expr/eval.h"
#include "handle_fixture.h"

enum { ROWS = 37, EXPRESSIONS = 24000, TABLES = 24 };

/* ---- the random table ------------------------------------------------------------------- */

static const char *const texts[] = {"",      "a",    "abc",  "Abc",   "b",    "3",    "2.5",
                                    " 7 ",   "1e2",  "12ab", "-4",    "%",    "a_c",  "école",
                                    "Été", "fille", "garçon", "0", "0.0", "x*y", "5."};
enum { TEXTS_COUNT = sizeof texts / sizeof texts[0] };

static const char *const level_labels[] = {"fille", "garçon", "autre", "3", "2.5", "?nsp",
                                           "!skip"};
enum { LEVEL_COUNT = sizeof level_labels / sizeof level_labels[0] };

static struct column *text_column(uint64_t *seed) {
  struct text_builder k;
  struct column *c = NULL;
  text_builder_open(b, &k);
  for (size_t i = 0; i < ROWS; i++) {
    bool absent = draw_below(seed, 6) == 0;
    struct text t = text_of(texts[draw_below(seed, TEXTS_COUNT)]);
    assert_int_equal(text_builder_add(&k, absent ? (struct text){"", 0} : t,
                                      absent ? BILAN_NO_ANSWER : BILAN_PRESENT), 0);
  }
  assert_int_equal(text_builder_finish(&k, &c), 0);
  return c;
}

static struct column *number_column(uint64_t *seed, bool whole) {
  double values[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    double v = (double)draw_below(seed, 41) - 12;
    if (!whole) v = draw_below(seed, 3) ? v / 8 : v / 10;
    values[i] = draw_below(seed, 6) ? v : NAN;
  }
  return make_numbers(b, ROWS, values);
}

static struct column *level_column(uint64_t *seed) {
  uint32_t codes[ROWS];
  for (size_t i = 0; i < ROWS; i++) codes[i] = draw_below(seed, LEVEL_COUNT + 1);
  return make_codes(b, ROWS, codes, level_labels, LEVEL_COUNT);
}

/* Numbers at the edges of integers and doubles. */
static struct column *edge_column(uint64_t *seed) {
  static const double edges[] = {9007199254740993.0, -1e18, 9223372036854775808.0, 1e300,
                                 -9223372036854775808.0, 0.1, 1e-9, 4503599627370497.0};
  double values[ROWS];
  for (size_t i = 0; i < ROWS; i++)
    values[i] = draw_below(seed, 6) ? edges[draw_below(seed, 8)] : NAN;
  return make_numbers(b, ROWS, values);
}

/* A number kept as codes: levels that carry their number. */
static struct column *coded_number_column(uint64_t *seed) {
  struct column *numbers = number_column(seed, true), *c = NULL;
  assert_int_equal(column_to_codes(b, &c, numbers, 0), 0);
  column_free(numbers);
  return c;
}

static void add(struct table *t, const char *name, bilan_kind kind, struct column *c) {
  assert_non_null(c);
  assert_int_equal(table_add(b, t, text_of(name), kind, c), 0);
}

static struct table *random_table(uint64_t *seed) {
  struct table *t;
  assert_int_equal(table_new(b, &t, ROWS), 0);
  add(t, "n", BILAN_NUMBER, number_column(seed, true));
  add(t, "m", BILAN_NUMBER, number_column(seed, false));
  add(t, "k", BILAN_NUMBER, coded_number_column(seed));
  add(t, "g", BILAN_SINGLE, level_column(seed));
  add(t, "h", BILAN_SINGLE, level_column(seed));
  add(t, "t", BILAN_TEXT, text_column(seed));
  add(t, "z", BILAN_NUMBER, edge_column(seed));
  return t;
}

/* ---- the same in SQLite ----------------------------------------------------------------- */

/* lower and upper for ASCII and the accented letters of this file. */
static void change_case(sqlite3_context *context, int count, sqlite3_value **args) {
  char out[400];
  bool upper = sqlite3_user_data(context) != NULL;
  const unsigned char *s = sqlite3_value_text(args[0]);
  (void)count;
  if (!s) return;
  int n = sqlite3_value_bytes(args[0]);
  if (n > (int)sizeof out) {
    sqlite3_result_error_toobig(context);
    return;
  }
  for (int i = 0; i < n; i++) {
    unsigned char c = s[i];
    bool accented = i && s[i - 1] == 0xC3 && c != 0x97 && c != 0xB7;
    if (upper && ((c >= 'a' && c <= 'z') || (accented && c >= 0xA0))) c -= 32;
    else if (!upper && ((c >= 'A' && c <= 'Z') || (accented && c < 0xA0))) c += 32;
    out[i] = (char)c;
  }
  sqlite3_result_text(context, out, n, SQLITE_TRANSIENT);
}

static void bind_cell(sqlite3_stmt *s, int at, const struct column *c, size_t row) {
  if (column_missing(c, row)) sqlite3_bind_null(s, at);
  else if (column_is_numeric(c)) sqlite3_bind_double(s, at, column_number(c, row));
  else {
    struct text t = column_label(c, row);
    sqlite3_bind_text(s, at, t.s ? t.s : "", (int)t.n, SQLITE_TRANSIENT);
  }
}

static sqlite3 *sqlite_copy(const struct table *t) {
  sqlite3 *db;
  sqlite3_stmt *s;
  static char upper = 1;
  assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
  sqlite3_create_function(db, "lower", 1, SQLITE_UTF8, NULL, change_case, NULL, NULL);
  sqlite3_create_function(db, "upper", 1, SQLITE_UTF8, &upper, change_case, NULL, NULL);
  assert_int_equal(sqlite3_exec(db, "CREATE TABLE s(n NUMERIC, m NUMERIC, k NUMERIC, g TEXT, "
                                "h TEXT, t TEXT, z NUMERIC)", NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO s VALUES(?,?,?,?,?,?,?)", -1, &s, NULL),
                   SQLITE_OK);
  for (size_t row = 0; row < ROWS; row++) {
    for (size_t i = 0; i < 7; i++) bind_cell(s, (int)i + 1, table_column(t, i), row);
    assert_int_equal(sqlite3_step(s), SQLITE_DONE);
    sqlite3_reset(s);
  }
  sqlite3_finalize(s);
  return db;
}

/* ---- random expressions ----------------------------------------------------------------- */

struct writer {
  uint64_t *seed;
  int counts; /* inside an argument that SQLite cuts to 32 bits: no large numbers */
  char s[4000];
  size_t n;
};

static void put(struct writer *w, const char *s) {
  size_t n = strlen(s);
  if (w->n + n < sizeof w->s) memcpy(w->s + w->n, s, n + 1), w->n += n;
}

static void write_any(struct writer *w, int depth);

static void write_literal(struct writer *w) {
  static const char *const literals[] = {
      "0", "1", "2", "3", "-1", "10", "2.5", "0.5", "1e2", "NULL", "7", "TRUE", "FALSE", "0x1f",
      ".25", "5.", "9223372036854775807", "100000000000000000000"};
  if (draw_below(w->seed, 3)) {
    uint32_t large = w->counts ? 2 : 0;
    put(w, literals[draw_below(w->seed, sizeof literals / sizeof literals[0] - large)]);
    return;
  }
  put(w, "'");
  put(w, texts[draw_below(w->seed, TEXTS_COUNT)]);
  if (draw_below(w->seed, 10) == 0) put(w, "''");
  put(w, "'");
}

static void write_item(struct writer *w) {
  static const char *const names[] = {"n", "m", "k", "g", "h", "t", "\"n\"", "[g]", "`t`", "N",
                                      "z"};
  uint32_t large = w->counts ? 1 : 0;
  put(w, names[draw_below(w->seed, sizeof names / sizeof names[0] - large)]);
}

static void write_binary(struct writer *w, int depth) {
  static const char *const operators[] = {
      " + ", " - ", " * ", "/", " % ", " || ", " < ", " <= ", " > ", " >= ", " = ", " == ",
      " <> ", " != ", " AND ", " or ", " IS ", " IS NOT ", " is distinct from ",
      " IS NOT DISTINCT FROM ", " LIKE ", " NOT LIKE ", " GLOB ", " & ", " | ", " >> ",
      " AND ", " OR ", " = ", " < ", " << "};
  uint32_t large = w->counts ? 1 : 0;
  write_any(w, depth);
  put(w, operators[draw_below(w->seed, sizeof operators / sizeof operators[0] - large)]);
  write_any(w, depth);
}

static void write_list(struct writer *w, int depth, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (i) put(w, ", ");
    write_any(w, depth);
  }
}

/* Functions whose odd arguments SQLite treats oddly: decimals beyond its precision, and an
 * empty text to be replaced, which leaves a number that is a text as well. */
static bool write_tame_call(struct writer *w, const char *name, int depth) {
  bool round = !strcmp(name, "round");
  if (!round && strcmp(name, "replace") != 0) return false;
  put(w, name);
  put(w, "(");
  write_any(w, depth);
  if (round) put(w, draw_below(w->seed, 2) ? ", 1)" : ")");
  else put(w, ", 'a', "), write_any(w, depth), put(w, ")");
  return true;
}

static void write_call(struct writer *w, int depth) {
  static const struct {
    const char *name;
    uint32_t least, most;
  } calls[] = {{"abs", 1, 1},    {"round", 1, 2},  {"coalesce", 2, 4}, {"ifnull", 2, 2},
               {"nullif", 2, 2}, {"iif", 3, 3},    {"lower", 1, 1},    {"upper", 1, 1},
               {"length", 1, 1}, {"trim", 1, 2},   {"ltrim", 1, 2},    {"rtrim", 1, 2},
               {"substr", 2, 3}, {"substring", 2, 3}, {"replace", 3, 3}, {"instr", 2, 2},
               {"min", 2, 4},    {"max", 2, 4},    {"floor", 1, 1},    {"ceil", 1, 1},
               {"ceiling", 1, 1}, {"sqrt", 1, 1},  {"ln", 1, 1},
               {"exp", 1, 1},    {"power", 2, 2},  {"pow", 2, 2},      {"sign", 1, 1},
               {"typeof", 1, 1}, {"trunc", 1, 1},  {"MOD", 2, 2}};
  size_t i = draw_below(w->seed, sizeof calls / sizeof calls[0]);
  bool grows = !strcmp(calls[i].name, "exp") || !strncmp(calls[i].name, "pow", 3);
  if (grows && w->counts) {
    write_literal(w);
    return;
  }
  if (write_tame_call(w, calls[i].name, depth)) return;
  bool counts = !strncmp(calls[i].name, "substr", 6);
  put(w, calls[i].name);
  put(w, "(");
  w->counts += counts;
  write_list(w, depth, calls[i].least + draw_below(w->seed, calls[i].most - calls[i].least + 1));
  w->counts -= counts;
  put(w, ")");
}

static void write_case(struct writer *w, int depth) {
  put(w, "CASE ");
  if (draw_below(w->seed, 2)) write_any(w, depth);
  for (uint32_t i = 1 + draw_below(w->seed, 2); i-- > 0;) {
    put(w, " WHEN ");
    write_any(w, depth);
    put(w, " THEN ");
    write_any(w, depth);
  }
  if (draw_below(w->seed, 2)) put(w, " ELSE "), write_any(w, depth);
  put(w, " END");
}

static void write_test(struct writer *w, int depth) {
  static const char *const tails[] = {" ISNULL", " NOTNULL", " IS NULL", " IS NOT NULL",
                                      " NOT NULL", " IS TRUE", " IS NOT FALSE",
                                      " COLLATE NOCASE = t", " COLLATE RTRIM < 'b'",
                                      " GLOB '[a-f]*'",
                                      " GLOB '*[^]b-]?'", " NOT GLOB '?*'"};
  uint32_t which = draw_below(w->seed, 4);
  write_any(w, depth);
  if (which == 0) {
    put(w, draw_below(w->seed, 2) ? " IN (" : " NOT IN (");
    write_list(w, depth, 1 + draw_below(w->seed, 4));
    put(w, ")");
  } else if (which == 1) {
    put(w, draw_below(w->seed, 2) ? " BETWEEN (" : " NOT BETWEEN (");
    write_any(w, depth);
    put(w, ") AND ");
    write_any(w, depth);
  } else {
    put(w, tails[draw_below(w->seed, sizeof tails / sizeof tails[0])]);
  }
}

static void write_prefix(struct writer *w, int depth) {
  static const char *const prefixes[] = {"-", "+", "NOT ", "~", "- "};
  static const char *const types[] = {" AS INTEGER)", " AS REAL)", " AS TEXT)", " AS NUMERIC)"};
  if (draw_below(w->seed, 2)) {
    put(w, prefixes[draw_below(w->seed, 5)]);
    put(w, "(");
    write_any(w, depth);
    put(w, ")");
    return;
  }
  put(w, "CAST(");
  write_any(w, depth);
  put(w, types[draw_below(w->seed, 4)]);
}

/* Parentheses are put at random, so that precedence is tested as well. */
static void write_any(struct writer *w, int depth) {
  if (depth <= 0 || w->n > 600) {
    if (draw_below(w->seed, 5) < 3) write_item(w);
    else write_literal(w);
    return;
  }
  bool group = draw_below(w->seed, 2) == 0;
  if (group) put(w, "(");
  switch (draw_below(w->seed, 10)) {
    case 0: write_item(w); break;
    case 1: write_call(w, depth - 1); break;
    case 2: write_call(w, depth - 1); break;
    case 3: write_case(w, depth - 1); break;
    case 4: case 5: write_test(w, depth - 1); break;
    case 6: write_prefix(w, depth - 1); break;
    default: write_binary(w, depth - 1); break;
  }
  if (group) put(w, ")");
}

/* ---- comparing -------------------------------------------------------------------------- */

static bool same_real(double x, double y) {
  if (x == y) return true;
  return fabs(x - y) <= 1e-13 * (fabs(x) > fabs(y) ? fabs(x) : fabs(y));
}

static bool same_value(struct value v, sqlite3_stmt *s) {
  switch (sqlite3_column_type(s, 0)) {
    case SQLITE_NULL: return v.type == VALUE_NULL;
    case SQLITE_INTEGER: return v.type == VALUE_INTEGER && v.as.i == sqlite3_column_int64(s, 0);
    case SQLITE_FLOAT:
      return v.type == VALUE_REAL && same_real(v.as.r, sqlite3_column_double(s, 0));
    default: break;
  }
  const void *text = sqlite3_column_text(s, 0);
  size_t n = (size_t)sqlite3_column_bytes(s, 0);
  return v.type == VALUE_TEXT && v.n == n && (!n || !memcmp(v.as.s, text, n));
}

static void report(const char *source, size_t row, struct value v, sqlite3_stmt *s) {
  char room[NUMBER_ROOM];
  struct text t = value_as_text(v, room);
  print_error("row %zu: type %d %.*s, SQLite has type %d %s, in\n  %s\n", row, (int)v.type,
              (int)t.n, t.s, sqlite3_column_type(s, 0), sqlite3_column_text(s, 0), source);
}

/* Evaluates the expression on both sides; returns how many rows differ. */
static size_t differences(struct table *t, sqlite3 *db, const char *source, size_t *present) {
  char sql[4200];
  struct expr *e;
  struct run run;
  struct arena arena;
  struct vector *out;
  sqlite3_stmt *s;
  size_t differing = 0;
  snprintf(sql, sizeof sql, "SELECT (%s) FROM s ORDER BY rowid", source);
  if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) {
    print_error("SQLite refuses: %s: %s\n", sqlite3_errmsg(db), source);
    return 1;
  }
  bilan_status status = expr_parse(b, &e, text_of(source));
  if (status) print_error("%s\n  %s\n", b->message, source);
  assert_int_equal(status, BILAN_OK);
  assert_int_equal(expr_bind(b, e, t), BILAN_OK);
  arena_init(&arena, &b->mem);
  run_open(&run, b, e, &arena);
  run.count = ROWS;
  assert_int_equal(run_vector(&run, &out), BILAN_OK);
  assert_int_equal(eval_values(&run, e->root, out), BILAN_OK);
  for (size_t row = 0; row < ROWS; row++) {
    int step = sqlite3_step(s);
    if (step == SQLITE_ERROR) break; /* integer overflow in abs */
    assert_int_equal(step, SQLITE_ROW);
    struct value v = out->v[row & out->mask];
    *present += v.type != VALUE_NULL;
    if (same_value(v, s)) continue;
    if (!differing++) report(source, row, v, s);
  }
  sqlite3_finalize(s);
  run_release(&run, out);
  run_close(&run);
  arena_free(&arena);
  expr_free(e);
  return differing;
}

/* One expression by the way at hand: a column, its kind, a domain. */
static void both_results(struct table *t, const char *source, bool plain, struct column **c,
                         bilan_kind *kind, struct domain **d) {
  struct expr *e;
  b->ways.plain = plain;
  assert_int_equal(expr_parse(b, &e, text_of(source)), BILAN_OK);
  assert_int_equal(expr_derive(b, c, kind, e, t), BILAN_OK);
  assert_int_equal(expr_filter(b, d, e, t), BILAN_OK);
  expr_free(e);
  b->ways.plain = false;
}

/* Does the quick evaluator give what the plain one does, to the last bit? */
static bool ways_differ(struct table *t, const char *source) {
  struct column *quick, *plain;
  struct domain *inside, *plainly;
  bilan_kind kind, plain_kind;
  both_results(t, source, false, &quick, &kind, &inside);
  both_results(t, source, true, &plain, &plain_kind, &plainly);
  bool same = same_column(quick, plain) && kind == plain_kind && same_domain(inside, plainly);
  if (!same) print_error("the quick way differs: %s\n", source);
  column_free(quick);
  column_free(plain);
  domain_free(inside);
  domain_free(plainly);
  return !same;
}

static void random_expressions_equal_sqlite(void **state) {
  uint64_t seed = 20240229;
  size_t wrong = 0, present = 0;
  (void)state;
  for (int k = 0; k < TABLES; k++) {
    struct table *t = random_table(&seed);
    sqlite3 *db = sqlite_copy(t);
    for (int i = 0; i < EXPRESSIONS / TABLES; i++) {
      struct writer w = {.seed = &seed};
      write_any(&w, 1 + (int)draw_below(&seed, 4));
      wrong += differences(t, db, w.s, &present) != 0;
      wrong += ways_differ(t, w.s);
    }
    sqlite3_close(db);
    table_free(t);
  }
  assert_int_equal(wrong, 0);
  assert_true(present > (size_t)EXPRESSIONS * ROWS / 3);
}

/* ---- a small table for the rest --------------------------------------------------------- */

/* Six respondents: age (one without answer), genre (coded; a "don't know", a "not asked"),
 * aime: a scale whose levels carry numbers, sports: several answers, mot: text. */
static struct table *small_table(void) {
  static const double ages[] = {14, 15, 16, NAN, 15, 17.5};
  static const uint32_t genres[] = {1, 2, 1, 3, 4, 0};
  static const char *const labels[] = {"fille", "garçon", "?nsp", "!non"};
  static const char *const lists[] = {"foot;judo", "judo", "foot", "", "natation;foot", "judo"};
  struct text_builder k;
  struct column *fields = NULL, *sets = NULL, *scale = NULL;
  struct codes_builder s;
  struct dict *d;
  struct table *t;
  uint32_t code;
  assert_int_equal(table_new(b, &t, 6), 0);
  add(t, "age", BILAN_NUMBER, make_numbers(b, 6, ages));
  add(t, "genre", BILAN_SINGLE, make_codes(b, 6, genres, labels, 4));
  assert_int_equal(dict_new(b, &d), 0);
  assert_int_equal(dict_add_level(b, d, &code, &(struct level){TEXT("un peu"), 1, 0}), 0);
  assert_int_equal(dict_add_level(b, d, &code, &(struct level){TEXT("beaucoup"), 2, 0}), 0);
  assert_int_equal(codes_builder_open(b, &s, d), 0);
  dict_free(d);
  for (uint32_t i = 0; i < 6; i++) assert_int_equal(codes_builder_add(&s, i % 3), 0);
  assert_int_equal(codes_builder_finish(&s, &scale), 0);
  add(t, "aime", BILAN_SCALE, scale);
  text_builder_open(b, &k);
  for (size_t i = 0; i < 6; i++)
    assert_int_equal(text_builder_add(&k, text_of(lists[i]),
                                      *lists[i] ? BILAN_PRESENT : BILAN_NO_ANSWER), 0);
  assert_int_equal(text_builder_finish(&k, &fields), 0);
  add(t, "mot", BILAN_TEXT, column_hold(fields));
  struct column *codes = NULL;
  assert_int_equal(column_to_codes(b, &codes, fields, 0), 0);
  assert_int_equal(column_split(b, &sets, codes, TEXT(";"), NULL, true), 0);
  column_free(codes);
  column_free(fields);
  add(t, "sports", BILAN_MULTIPLE, sets);
  return t;
}

/* The values of an expression, row after row, as text with NULL for no value: "14,15,NULL". */
static void expect_values(struct table *t, const char *source, const char *want) {
  struct expr *e;
  struct run run;
  struct arena arena;
  struct vector *out;
  struct buffer got;
  char room[NUMBER_ROOM];
  bilan_status status = expr_parse(b, &e, text_of(source));
  if (!status) status = expr_bind(b, e, t);
  if (status) print_error("%s: %s\n", source, b->message);
  assert_int_equal(status, BILAN_OK);
  arena_init(&arena, &b->mem);
  buffer_init(&got, &b->mem);
  run_open(&run, b, e, &arena);
  run.count = table_rows(t);
  assert_int_equal(run_vector(&run, &out), 0);
  assert_int_equal(eval_values(&run, e->root, out), 0);
  for (size_t i = 0; i < run.count; i++) {
    struct value v = out->v[i & out->mask];
    if (i) buffer_char(&got, ',');
    if (v.type == VALUE_NULL) buffer_string(&got, "NULL");
    else buffer_text(&got, value_as_text(v, room));
  }
  if (strcmp(got.s, want) != 0) print_error("in %s:\n", source);
  assert_string_equal(got.s, want);
  buffer_free(&got);
  run_release(&run, out);
  run_close(&run);
  arena_free(&arena);
  expr_free(e);
}

/* AND, OR and NOT of SQL-92 (ISO 9075:1992, tables 12 to 14), written out. */
static void logic_has_three_values(void **state) {
  static const char *const word[] = {"0", "NULL", "1"};
  static const int and_table[3][3] = {{0, 0, 0}, {0, 1, 1}, {0, 1, 2}};
  static const int or_table[3][3] = {{0, 1, 2}, {1, 1, 2}, {2, 2, 2}};
  static const int not_table[3] = {2, 1, 0};
  static const double one[] = {1};
  struct table *t;
  char source[80];
  (void)state;
  assert_int_equal(table_new(b, &t, 1), 0);
  add(t, "x", BILAN_NUMBER, make_numbers(b, 1, one));
  for (int i = 0; i < 3; i++) {
    snprintf(source, sizeof source, "NOT (%s AND x)", word[i]);
    expect_values(t, source, word[not_table[i]]);
    for (int j = 0; j < 3; j++) {
      snprintf(source, sizeof source, "(%s AND x) AND %s", word[i], word[j]);
      expect_values(t, source, word[and_table[i][j]]);
      snprintf(source, sizeof source, "%s OR (x AND %s)", word[i], word[j]);
      expect_values(t, source, word[or_table[i][j]]);
    }
  }
  table_free(t);
}

static void null_is_neither_in_nor_out(void **state) {
  (void)state;
  struct table *t = small_table();
  expect_values(t, "age IN (14, 15)", "1,1,0,NULL,1,0");
  expect_values(t, "age NOT IN (14, NULL)", "0,NULL,NULL,NULL,NULL,NULL");
  expect_values(t, "age IN ()", "0,0,0,0,0,0");
  expect_values(t, "age BETWEEN 15 AND 16", "0,1,1,NULL,1,0");
  expect_values(t, "genre <> 'fille'", "0,1,0,NULL,NULL,NULL");
  expect_values(t, "genre IS NOT 'fille'", "0,1,0,1,1,1");
  table_free(t);
}

/* Numbers against a constant take a way of their own through the column. */
static void numbers_compare_with_constants_exactly(void **state) {
  static const double edges[] = {9007199254740992.0, 9007199254740994.0, 0.1, -0.5, NAN, 1e300};
  struct table *t;
  (void)state;
  assert_int_equal(table_new(b, &t, 6), 0);
  add(t, "x", BILAN_NUMBER, make_numbers(b, 6, edges));
  expect_values(t, "x > 9007199254740992", "0,1,0,0,NULL,1");
  expect_values(t, "x >= 9007199254740993", "0,1,0,0,NULL,1");
  expect_values(t, "x = 0.1", "0,0,1,0,NULL,0");
  expect_values(t, "x < '0.1'", "0,0,0,1,NULL,0");
  expect_values(t, "x <> -(0.5)", "1,1,1,0,NULL,1");
  expect_values(t, "x between -1 and 1", "0,0,1,1,NULL,0");
  expect_values(t, "x not between '0' and 9007199254740993", "0,1,0,1,NULL,1");
  expect_values(t, "x between 9007199254740993 and 1e301", "0,1,0,0,NULL,1");
  expect_values(t, "x < NULL", "NULL,NULL,NULL,NULL,NULL,NULL");
  table_free(t);
}

static void whole_numbers_divide_as_integers(void **state) {
  (void)state;
  struct table *t = small_table();
  expect_values(t, "age / 2", "7,7,8,NULL,7,8.75");
  expect_values(t, "age / 2.0", "7.0,7.5,8.0,NULL,7.5,8.75");
  expect_values(t, "age / 0", "NULL,NULL,NULL,NULL,NULL,NULL");
  expect_values(t, "9223372036854775807 + 1", "9.22337203685478e+18,9.22337203685478e+18,"
                "9.22337203685478e+18,9.22337203685478e+18,9.22337203685478e+18,"
                "9.22337203685478e+18");
  table_free(t);
}

static void lower_and_upper_know_accents(void **state) {
  (void)state;
  struct table *t = small_table();
  expect_values(t, "upper(genre)", "FILLE,GARÇON,FILLE,NULL,NULL,NULL");
  expect_values(t, "lower('ÉCOLE Œuvre ŸΣЖ')", "école œuvre ÿσж,école œuvre ÿσж,"
                "école œuvre ÿσж,école œuvre ÿσж,école œuvre ÿσж,école œuvre ÿσж");
  expect_values(t, "length(genre)", "5,6,5,NULL,NULL,NULL");
  table_free(t);
}

static void survey_words_ask_about_items(void **state) {
  (void)state;
  struct table *t = small_table();
  expect_values(t, "answered(genre)", "1,1,1,0,0,0");
  expect_values(t, "missing(genre)", "NULL,NULL,NULL,don't know,not asked,no answer");
  expect_values(t, "missing(age)", "NULL,NULL,NULL,no answer,NULL,NULL");
  expect_values(t, "has(sports, 'foot')", "1,0,1,NULL,1,0");
  expect_values(t, "ticked(sports)", "2,1,1,NULL,2,1");
  expect_values(t, "sports", "foot;judo,judo,foot,NULL,foot;natation,judo");
  expect_values(t, "answered(sports) and not has(sports, 'judo')", "0,0,1,0,1,0");
  expect_values(t, "value(aime)", "NULL,1,2,NULL,1,2");
  expect_values(t, "value(aime) >= 2", "NULL,0,1,NULL,0,1");
  expect_values(t, "aime", "NULL,un peu,beaucoup,NULL,un peu,beaucoup");
  table_free(t);
}

/* Both sides of a comparison between a coded item and a text give what SQLite's own rules
 * give; parts that depend on two items go row by row. */
static void parts_by_level_and_by_row_agree(void **state) {
  (void)state;
  struct table *t = small_table();
  expect_values(t, "genre || '/' || age", "fille/14,garçon/15,fille/16,NULL,NULL,NULL");
  expect_values(t, "case when genre = 'fille' and age > 14 then 'grande' when age > 14 then "
                "'grand' end", "NULL,grand,grande,NULL,grand,grand");
  expect_values(t, "iif(genre like 'G%' or age = 14, upper(genre), genre)",
                "FILLE,GARÇON,fille,NULL,NULL,NULL");
  table_free(t);
}

/* ---- filter and derive ------------------------------------------------------------------ */

static void filter_keeps_the_true_rows(void **state) {
  enum { MANY = 3000 };
  static double values[MANY];
  struct table *t;
  struct expr *e;
  struct domain *d;
  size_t count = 0;
  (void)state;
  for (size_t i = 0; i < MANY; i++) values[i] = i % 7 ? (double)(i % 11) : NAN;
  assert_int_equal(table_new(b, &t, MANY), 0);
  add(t, "x", BILAN_NUMBER, make_numbers(b, MANY, values));
  assert_int_equal(expr_parse(b, &e, TEXT("x > 4 or x = 2")), 0);
  assert_int_equal(expr_filter(b, &d, e, t), 0);
  for (size_t i = 0; i < MANY; i++) {
    bool in = i % 7 && (i % 11 > 4 || i % 11 == 2);
    count += in;
    assert_int_equal(domain_has(d, i), in);
  }
  assert_int_equal(d->count, count);
  domain_free(d);
  expr_free(e);
  table_free(t);
}

static struct column *derive(struct table *t, const char *source, bilan_kind want) {
  struct expr *e;
  struct column *c = NULL;
  bilan_kind kind = BILAN_ID;
  assert_int_equal(expr_parse(b, &e, text_of(source)), 0);
  assert_int_equal(expr_derive(b, &c, &kind, e, t), 0);
  assert_int_equal(kind, want);
  expr_free(e);
  return c;
}

static void derived_columns_keep_why_there_is_no_answer(void **state) {
  (void)state;
  struct table *t = small_table();
  struct column *c = derive(t, "genre = 'fille'", BILAN_NUMBER);
  assert_int_equal(c->type, COLUMN_NUMBERS);
  assert_true(column_number(c, 0) == 1 && column_number(c, 1) == 0);
  assert_int_equal(column_missing(c, 3), BILAN_DONT_KNOW);
  assert_int_equal(column_missing(c, 4), BILAN_NOT_ASKED);
  assert_int_equal(column_missing(c, 5), BILAN_NO_ANSWER);
  column_free(c);
  c = derive(t, "substr(genre, 1, 1)", BILAN_SINGLE);
  assert_int_equal(column_missing(c, 3), BILAN_DONT_KNOW);
  assert_int_equal(column_missing(c, 4), BILAN_NOT_ASKED);
  assert_true(text_equal(column_label(c, 1), TEXT("g")));
  column_free(c);
  table_free(t);
}

static void levels_stand_in_the_order_of_the_branches(void **state) {
  (void)state;
  struct table *t = small_table();
  struct column *c = derive(t, "case when age < 13 then 'petit' when age > 15 then 'grand' "
                            "else 'moyen' end", BILAN_SINGLE);
  assert_int_equal(dict_count(c->dict), 4);
  assert_true(text_equal(dict_level(c->dict, 1)->label, TEXT("petit")));
  assert_true(text_equal(dict_level(c->dict, 2)->label, TEXT("grand")));
  assert_true(text_equal(column_label(c, 0), TEXT("moyen")));
  column_free(c);
  c = derive(t, "upper(aime)", BILAN_SINGLE);
  assert_true(text_equal(dict_level(c->dict, 1)->label, TEXT("UN PEU")));
  assert_true(text_equal(dict_level(c->dict, 2)->label, TEXT("BEAUCOUP")));
  column_free(c);
  table_free(t);
}

/* ---- errors ----------------------------------------------------------------------------- */

static void expect_error(struct table *t, const char *source, bilan_status want,
                         const char *message) {
  struct expr *e;
  bilan_status status = expr_parse(b, &e, text_of(source));
  if (!status) {
    status = expr_bind(b, e, t);
    expr_free(e);
  }
  if (status != want || !strstr(b->message, message))
    print_error("%s\n  gives %d: %s\n  expected %s\n", source, (int)status, b->message, message);
  assert_int_equal(status, want);
  assert_non_null(strstr(b->message, message));
}

static void errors_point_at_the_place(void **state) {
  (void)state;
  struct table *t = small_table();
  expect_error(t, "age >= 15 and gendre = 'fille'", BILAN_USAGE,
               "column 15: no item \"gendre\"");
  expect_error(t, "age >= 15 and gendre = 'fille'", BILAN_USAGE, "did you mean \"genre\"");
  expect_error(t, "age >= 15 and gendre = 'fille'", BILAN_USAGE,
               "\n  age >= 15 and gendre = 'fille'\n                ^");
  expect_error(t, "genre = 'é' and\n  (age >", BILAN_USAGE,
               "column 25: expected a value, an item or '(', found the end");
  expect_error(t, "genre = 'é' and\n  (age >", BILAN_USAGE, "\n    (age >\n          ^");
  expect_error(t, "lowr(genre)", BILAN_USAGE, "no function \"lowr\"; did you mean \"lower\"?");
  expect_error(t, "round(age, 1, 2)", BILAN_USAGE, "column 1: round takes at most 2 arguments");
  expect_error(t, "sum(age)", BILAN_USAGE, "works on many rows");
  expect_error(t, "genre = \"fille\"", BILAN_USAGE, "(a text is written '...')");
  expect_error(t, "genre = ‘fille’", BILAN_USAGE, "column 9: typographic quote");
  expect_error(t, "genre = 'fille", BILAN_USAGE, "column 9: quote without its closing quote");
  expect_error(t, "age > 2,5", BILAN_USAGE, "a decimal number has a point");
  expect_error(t, "has(sports, 'fot')", BILAN_USAGE, "no option \"fot\"; did you mean \"foot\"");
  expect_error(t, "has(age, 'foot')", BILAN_USAGE, "has is for items with several answers");
  expect_error(t, "answered(age + 1)", BILAN_USAGE, "answered takes the name of an item");
  expect_error(t, "aime >= 2", BILAN_USAGE, "its numbers are value(aime)");
  expect_error(t, "age > 1; drop table survey", BILAN_USAGE, "column 8: an expression has no ';'");
  expect_error(t, "", BILAN_USAGE, "found the end of the expression");
  expect_error(t, "age \xFF", BILAN_USAGE, "byte 5 of the expression is not UTF-8");
  expect_error(t, "age NOT 5", BILAN_USAGE, "expected IN, LIKE, GLOB, BETWEEN or NULL after NOT");
  table_free(t);
}

static void nul_bytes_are_refused(void **state) {
  struct expr *e;
  (void)state;
  assert_int_equal(expr_parse(b, &e, (struct text){"a\0b", 3}), BILAN_USAGE);
}

static void repeat(struct buffer *out, const char *s, size_t times) {
  while (times--) buffer_string(out, s);
}

static void depth_and_size_are_bounded(void **state) {
  struct expr *e;
  struct buffer source;
  (void)state;
  struct table *t = small_table();
  static const char *const bombs[] = {"(", "NOT ", "- ", "age + ", "CASE WHEN ", "abs(", "1 IN ("};
  for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
    buffer_init(&source, &b->mem);
    repeat(&source, bombs[i], 30000);
    buffer_string(&source, "age");
    assert_int_equal(expr_parse(b, &e, (struct text){source.s, source.n}), BILAN_LIMIT);
    buffer_free(&source);
  }
  buffer_init(&source, &b->mem);
  buffer_string(&source, "age in (1");
  repeat(&source, ", 15", 20000);
  buffer_char(&source, ')');
  assert_int_equal(expr_parse(b, &e, (struct text){source.s, source.n}), 0);
  assert_int_equal(expr_bind(b, e, t), 0);
  expr_free(e);
  buffer_free(&source);
  expect_error(t, "replace(replace(replace(replace(replace(replace(replace(mot || "
               "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'a', 'aaaaaaaa'), 'a', 'aaaaaaaa'), 'a', "
               "'aaaaaaaa'), 'a', 'aaaaaaaa'), 'a', 'aaaaaaaa'), 'a', 'aaaaaaaa'), 'a', 'b') "
               "and replace(replace(replace(replace(replace(replace(replace(genre || "
               "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'a', 'aaaaaaaa'), 'a', 'aaaaaaaa'), 'a', "
               "'aaaaaaaa'), 'a', 'aaaaaaaa'), 'a', 'aaaaaaaa'), 'a', 'aaaaaaaa'), 'a', 'b')",
               BILAN_LIMIT, "too long");
  table_free(t);
}

/* ---- memory ----------------------------------------------------------------------------- */

static bilan_status derive_once(struct table *t, const char *source) {
  struct expr *e = NULL;
  struct column *c = NULL;
  struct domain *d = NULL;
  bilan_kind kind;
  bilan_status status = expr_parse(b, &e, text_of(source));
  if (!status) status = expr_derive(b, &c, &kind, e, t);
  if (!status) status = expr_filter(b, &d, e, t);
  column_free(c);
  domain_free(d);
  expr_free(e);
  return status;
}

static void every_failed_allocation_is_reported(void **state) {
  static const char *const sources[] = {
      "case when genre = 'fille' then upper(mot) || age else sports end",
      "age in (14, 15) and genre like 'f%' or replace(mot, 'o', genre) = trim(mot)",
      "missing(genre)", "coalesce(value(aime), age, 'x')", "has(sports, 'foot')"};
  (void)state;
  struct table *t = small_table();
  size_t before = b->mem.used;
  for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
    for (int on = 0; on < 2; on++) {
      bilan_status status = BILAN_NOMEM;
      for (uint64_t n = 1; status && n < 2000; n++) {
        b->mem.requests = 0;
        b->mem.fail_at = n;
        b->mem.fail_on = on;
        status = derive_once(t, sources[i]);
        b->mem.fail_at = 0;
        assert_true(status == BILAN_OK || status == BILAN_NOMEM);
        assert_int_equal(b->mem.used, before);
      }
      assert_int_equal(status, BILAN_OK);
    }
  }
  table_free(t);
}

/* Is exactly what `wanted` lists (names with a blank behind each, in the order of the table)
 * named by the expression? */
static void expect_items(struct table *t, const char *source, const char *wanted) {
  struct expr *e = NULL;
  bool used[32] = {0};
  char got[256] = "";
  assert_true(table_count(t) <= 32);
  assert_int_equal(expr_parse(b, &e, text_of(source)), 0);
  expr_items(e, t, used);
  for (size_t i = 0; i < table_count(t); i++) {
    if (!used[i]) continue;
    strncat(got, table_name(t, i).s, table_name(t, i).n);
    strcat(got, " ");
  }
  assert_string_equal(got, wanted);
  expr_free(e);
}

/* A text, a function and a name that is no item are none; case is as SQL has it. */
static void items_of_an_expression_are_told(void **state) {
  (void)state;
  struct table *t = small_table();
  expect_items(t, "1 + 2", "");
  expect_items(t, "genre = 'age'", "genre ");
  expect_items(t, "GENRE = 'fille' AND Age > 3", "age genre ");
  expect_items(t, "case when has(sports, 'foot') then age else value(aime) end + coalesce(age, 0)",
               "age aime sports ");
  expect_items(t, "\"mot\" like 'x%' or nowhere = 1", "mot ");
  expect_items(t, "missing(genre) is null and label(aime) in ('a', mot)", "genre aime mot ");
  table_free(t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_handle, close_handle)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(random_expressions_equal_sqlite),
      TEST(logic_has_three_values),
      TEST(null_is_neither_in_nor_out),
      TEST(numbers_compare_with_constants_exactly),
      TEST(whole_numbers_divide_as_integers),
      TEST(lower_and_upper_know_accents),
      TEST(survey_words_ask_about_items),
      TEST(parts_by_level_and_by_row_agree),
      TEST(filter_keeps_the_true_rows),
      TEST(derived_columns_keep_why_there_is_no_answer),
      TEST(levels_stand_in_the_order_of_the_branches),
      TEST(errors_point_at_the_place),
      TEST(nul_bytes_are_refused),
      TEST(depth_and_size_are_bounded),
      TEST(items_of_an_expression_are_told),
      TEST(every_failed_allocation_is_reported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

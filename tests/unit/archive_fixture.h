/* archive_fixture.h - what the tests of the archive share: a folder, tables of every shape, and
 * the comparison of two tables, answer by answer. */
#ifndef TESTS_ARCHIVE_FIXTURE_H
#define TESTS_ARCHIVE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive.h"
#include "archive/chunk.h"
#include "base/io.h"
#include "base/number.h"
#include "data/recode.h"

#include "fixture.h"

static bilan b_;
static bilan *const b = &b_;
static char folder[64];

/* A path in the folder of the test; four of them at a time. */
static inline const char *in_folder(const char *name) {
  static char paths[4][256];
  static unsigned turn;
  char *path = paths[turn++ % 4];
  snprintf(path, sizeof paths[0], "%s/%.180s", folder, name);
  return path;
}

static inline int open_handle(void **state) {
  (void)state;
  handle_init(b);
  strcpy(folder, "/tmp/bilan-archive-XXXXXX");
  return mkdtemp(folder) == NULL;
}

static inline int close_handle(void **state) {
  char command[128];
  (void)state;
  snprintf(command, sizeof command, "rm -rf %s", folder);
  if (b->mem.used) print_error("%zu bytes were not given back\n", b->mem.used);
  return system(command) != 0 || b->mem.used != 0;
}

/* The status of a call that must succeed; its message when it does not. */
static inline void must_at(bilan_status status, const char *call, int line) {
  if (!status) return;
  print_error("line %d: %s: %s (%d)\n", line, call, b->message, (int)status);
  fail();
}
#define must(call) must_at((call), #call, __LINE__)

/* The call must fail with this status, and its message must hold the words. */
static inline void refused_at(bilan_status status, bilan_status want, const char *words,
                              int line) {
  if (status == want && strstr(b->message, words)) return;
  print_error("line %d: got %d \"%s\", expected %d \"%s\"\n", line, (int)status, b->message,
              (int)want, words);
  fail();
}
#define refused(call, want, words) refused_at((call), (want), (words), __LINE__)

/* ---- tables ------------------------------------------------------------------------------- */

static inline void add(struct table *t, const char *name, bilan_kind kind, struct column *c) {
  assert_non_null(c);
  must(table_add(b, t, text_of(name), kind, c));
}

/* Codes 0 to `count` drawn over labels "0", "1"...; every seventh level is a "refused". */
static inline struct column *draw_codes(uint64_t *state, size_t rows, uint32_t count) {
  struct dict *d;
  struct column *c;
  char label[24];
  must(dict_new(b, &d));
  for (uint32_t i = 1, code; i <= count; i++) {
    struct level level = {.value = i % 3 ? NAN : i * 0.5,
                          .missing = i % 7 ? BILAN_PRESENT : BILAN_REFUSED};
    level.label = (struct text){label, (size_t)snprintf(label, sizeof label, "é%u", (unsigned)i)};
    must(dict_add_level(b, d, &code, &level));
  }
  unsigned width = column_width_for(count + 1);
  unsigned char *codes = mem_array(&b->mem, rows, width);
  assert_non_null(codes);
  for (size_t i = 0; i < rows; i++) {
    uint32_t code = draw_below(state, count + 1);
    if (width == 1) codes[i] = (unsigned char)code;
    else if (width == 2) memcpy(codes + 2 * i, &(uint16_t){(uint16_t)code}, 2);
    else memcpy(codes + 4 * i, &code, 4);
  }
  must(column_codes(b, &c, rows, width, codes, d));
  return c;
}

/* Numbers from base to base + span by 10^-decimals; missing in one row of `holes` (0: none). */
static inline struct column *draw_numbers(uint64_t *state, size_t rows, double base,
                                          uint32_t span, int decimals, uint32_t holes) {
  struct numbers_builder k;
  struct column *c;
  double power = 1;
  for (int i = 0; i < decimals; i++) power *= 10;
  numbers_builder_open(b, &k);
  for (size_t i = 0; i < rows; i++) {
    bilan_missing why = holes && !draw_below(state, holes)
                            ? (bilan_missing)(1 + draw_below(state, BILAN_MISSING_KINDS - 1))
                            : BILAN_PRESENT;
    double x = (base * power + draw_below(state, span + 1)) / power;
    must(numbers_builder_add(&k, why ? 0 : x, why));
  }
  must(numbers_builder_finish(&k, &c));
  return c;
}

/* Doubles that no decimal gives. */
static inline struct column *draw_doubles(uint64_t *state, size_t rows) {
  struct numbers_builder k;
  struct column *c;
  numbers_builder_open(b, &k);
  for (size_t i = 0; i < rows; i++)
    must(numbers_builder_add(&k, i ? draw_unit(state) * 1e6 - 5e5 : -0.0, BILAN_PRESENT));
  must(numbers_builder_finish(&k, &c));
  return c;
}

static inline struct column *draw_texts(uint64_t *state, size_t rows, uint32_t holes) {
  static const char *const words[] = {"", "à voir", "no", "trop court, une journée entière"};
  struct text_builder k;
  struct column *c;
  text_builder_open(b, &k);
  for (size_t i = 0; i < rows; i++) {
    bool hole = holes && !draw_below(state, holes);
    must(text_builder_add(&k, hole ? TEXT("") : text_of(words[draw_below(state, 4)]),
                          hole ? BILAN_NOT_ASKED : BILAN_PRESENT));
  }
  must(text_builder_finish(&k, &c));
  return c;
}

/* A set of three options, split out of a field as surveys have it. */
static inline struct column *draw_set(uint64_t *state, size_t rows) {
  static const char *const labels[] = {"foot;judo", "judo", "natation;foot"};
  struct column *set = NULL;
  uint32_t *codes = mem_array(&b->mem, rows, sizeof *codes);
  for (size_t i = 0; i < rows; i++) codes[i] = draw_below(state, 4);
  struct column *list = make_codes(b, rows, codes, labels, 3);
  assert_non_null(list);
  must(column_split(b, &set, list, TEXT(";"), NULL, true));
  column_free(list);
  mem_free(&b->mem, codes);
  return set;
}

/* Every shape and every encoding; 70,000 levels in one of them, or `levels`. */
static inline struct table *draw_table_of(uint64_t seed, size_t rows, uint32_t levels) {
  uint64_t s = seed;
  struct table *t;
  must(table_new(b, &t, rows));
  add(t, "genre", BILAN_SINGLE, draw_codes(&s, rows, 2));
  add(t, "lycée", BILAN_SINGLE, draw_codes(&s, rows, 300));
  add(t, "commune", BILAN_SINGLE, draw_codes(&s, rows, levels));
  add(t, "one level", BILAN_SCALE, draw_codes(&s, rows, 0));
  add(t, "année", BILAN_NUMBER, draw_numbers(&s, rows, 2023, 2, 0, 9));
  add(t, "same", BILAN_NUMBER, draw_numbers(&s, rows, 12.5, 0, 1, 0));
  add(t, "note", BILAN_NUMBER, draw_numbers(&s, rows, -10, 2000, 1, 0));
  add(t, "poids", BILAN_NUMBER, draw_numbers(&s, rows, 0.5, 7500000, 6, 50));
  add(t, "mesure", BILAN_NUMBER, draw_doubles(&s, rows));
  add(t, "large", BILAN_NUMBER, draw_numbers(&s, rows, 1e15, 1 << 30, 0, 0));
  add(t, "avis", BILAN_TEXT, draw_texts(&s, rows, 3));
  add(t, "réf", BILAN_ID, draw_texts(&s, rows, 0));
  add(t, "sports", BILAN_MULTIPLE, draw_set(&s, rows));
  return t;
}

static inline struct table *draw_table(uint64_t seed, size_t rows) {
  return draw_table_of(seed, rows, 70000);
}

/* ---- comparison --------------------------------------------------------------------------- */

static inline void same_dict(const struct dict *x, const struct dict *y) {
  assert_int_equal(dict_count(x), dict_count(y));
  for (uint32_t code = 0; code < dict_count(x); code++) {
    const struct level *l = dict_level(x, code), *m = dict_level(y, code);
    assert_true(text_equal(l->label, m->label));
    assert_int_equal(l->missing, m->missing);
    if (isnan(l->value)) assert_true(isnan(m->value));
    else assert_true(l->value == m->value); /* -0 of a level becomes 0 */
  }
}

static inline void same_column(const struct column *x, const struct column *y) {
  assert_int_equal(x->type, y->type);
  assert_int_equal(x->rows, y->rows);
  if (x->dict) same_dict(x->dict, y->dict);
  for (size_t i = 0; i < x->option_count; i++) same_column(x->options[i], y->options[i]);
  for (size_t row = 0; row < x->rows; row++) {
    if (column_missing(x, row) != column_missing(y, row)) fail_msg("row %zu: missing", row);
    if (x->type == COLUMN_CODES && column_code(x, row) != column_code(y, row))
      fail_msg("row %zu: code", row);
    if (x->type == COLUMN_NUMBERS && memcmp(&x->numbers[row], &y->numbers[row], 8))
      fail_msg("row %zu: %.17g, %.17g", row, x->numbers[row], y->numbers[row]);
    if (x->type == COLUMN_TEXT && !text_equal(column_label(x, row), column_label(y, row)))
      fail_msg("row %zu: text", row);
  }
}

static inline void same_table(const struct table *x, const struct table *y) {
  assert_int_equal(table_rows(x), table_rows(y));
  assert_int_equal(table_count(x), table_count(y));
  for (size_t i = 0; i < table_count(x); i++) {
    assert_true(text_equal(table_name(x, i), table_name(y, i)));
    assert_int_equal(table_kind(x, i), table_kind(y, i));
    same_column(table_column(x, i), table_column(y, i));
  }
}

/* ---- archives ----------------------------------------------------------------------------- */

static inline struct archive *open_archive(const char *path, enum archive_mode mode) {
  struct archive *a = NULL;
  must(archive_open(b, &a, path, mode));
  return a;
}

/* Stores a table in a transaction of its own and gives its number. */
static inline int64_t store(struct archive *a, const struct table *t) {
  char sha256[SHA256_HEX];
  int64_t id = 0;
  must(archive_begin(b, a));
  must(archive_put(b, a, &id, sha256, t));
  must(archive_commit(b, a));
  return id;
}

static inline struct table *load(struct archive *a, int64_t id) {
  struct table *t = NULL;
  must(archive_get(b, &t, a, id, NULL, 0));
  return t;
}

/* A statement without rows, in the open transaction. */
static inline bilan_status run_sql(struct archive *a, const char *sql) {
  struct query *q = NULL;
  bool row = false;
  bilan_status status = query_open(b, &q, a, text_of(sql));
  if (!status) status = query_step(b, q, &row);
  query_close(q);
  return status;
}

/* The first value of the first row as a whole number; -1 without a row. */
static inline int64_t count_sql(struct archive *a, const char *sql) {
  struct query *q = NULL;
  bool row = false;
  must(query_open(b, &q, a, text_of(sql)));
  must(query_step(b, q, &row));
  int64_t value = row ? query_integer(q, 0) : -1;
  query_close(q);
  return value;
}

/* Wave `n` beside the one before it; older ones go. All in one transaction, so that an archive
 * holds waves n - 1 and n, or those of the step before. */
static inline void add_wave(struct archive *a, int64_t n, const struct table *t) {
  char sql[300], sha256[SHA256_HEX];
  int64_t id;
  must(archive_begin(b, a));
  must(archive_put(b, a, &id, sha256, t));
  snprintf(sql, sizeof sql,
           "INSERT INTO wave(name, place, data, added) VALUES('w%d', %d, %d, '%s')",
           (int)n, (int)n, (int)id, sha256);
  must(run_sql(a, sql));
  if (n > 2) {
    int64_t old = count_sql(a, "SELECT data FROM wave ORDER BY place LIMIT 1");
    must(run_sql(a, "DELETE FROM wave WHERE place = (SELECT min(place) FROM wave)"));
    must(archive_drop(b, a, old));
  }
  must(archive_commit(b, a));
}

/* The last wave of a whole archive: every page and answer is looked at, and there are no more
 * and no fewer waves and tables than that wave says. */
static inline int64_t last_wave(const char *path) {
  struct archive *a = open_archive(path, ARCHIVE_READ);
  must(archive_check(b, a));
  int64_t last = count_sql(a, "SELECT max(place) FROM wave");
  int64_t expected = last > 1 ? 2 : last;
  assert_int_equal(count_sql(a, "SELECT count(*) FROM wave JOIN data ON data.id = wave.data AND "
                                "data.sha256 = wave.added"), expected);
  assert_int_equal(count_sql(a, "SELECT count(*) FROM data"), expected);
  archive_close(a);
  return last;
}

/* Files in the test's folder. */
static inline size_t files_in_folder(void) {
  struct buffer names;
  size_t count = 0;
  buffer_init(&names, &b->mem);
  must(io_list_folder(b, &names, folder));
  for (size_t i = 0; i < names.n; i++) count += names.s[i] == '\0';
  buffer_free(&names);
  return count;
}

#endif

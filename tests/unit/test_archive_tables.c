/* test_archive_tables.c - tables of any shape in an archive: 500 at random come back with every
 * byte, code, kind of missing and the order of levels; so do the widest, the longest, the empty;
 * and what could not be loaded again is refused when it is stored.
 *
 * TABLES=20000 in the environment draws more of them; the seed is 1.
 */
#include <float.h>

#include "archive_fixture.h"
#include "data/whole.h"

enum { USUAL_TABLES = 500, AT_ONCE = 50 };

/* ---- tables at random --------------------------------------------------------------------- */

/* Bytes that names and answers may have: NUL, line ends, quotes, two to four bytes a character,
 * and nothing at all. */
static size_t draw_words(uint64_t *s, char *to, uint32_t most) {
  static const char *const pieces[] = {"a", "B", " ", "'", "\"", "\n", "\t", "é", "œ", "€", "𝄞",
                                       "\xEF\xBB\xBF", "--", "?1", "e\xCC\x81"};
  size_t n = 0;
  for (uint32_t left = draw_below(s, most + 1); left; left--) {
    uint32_t which = draw_below(s, sizeof pieces / sizeof pieces[0] + 1);
    if (which == sizeof pieces / sizeof pieces[0]) {
      to[n++] = '\0';
      continue;
    }
    strcpy(to + n, pieces[which]);
    n += strlen(pieces[which]);
  }
  return n;
}

static bilan_missing draw_kind(uint64_t *s) {
  return (bilan_missing)(1 + draw_below(s, BILAN_MISSING_KINDS - 1));
}

/* Levels in an order of chance, some that nobody chooses, of all kinds, with numbers or without;
 * labels that are there already are passed over. */
static struct dict *draw_levels(uint64_t *s, uint32_t most) {
  static const double numbers[] = {NAN, 0, -0.0, 1, -2.5, DBL_MAX, DBL_TRUE_MIN, 0.1};
  struct dict *d;
  char label[64];
  must(dict_new(b, &d));
  for (uint32_t left = draw_below(s, most + 1), code; left; left--) {
    struct level level = {.value = numbers[draw_below(s, 8)],
                          .missing = draw_below(s, 4) ? BILAN_PRESENT : draw_kind(s)};
    level.label = (struct text){label, draw_words(s, label, 6)};
    if (!dict_find(d, level.label)) must(dict_add_level(b, d, &code, &level));
  }
  return d;
}

static struct column *draw_any_codes(uint64_t *s, size_t rows, struct dict *d) {
  struct column *c;
  uint32_t count = (uint32_t)dict_count(d), fixed = draw_below(s, count);
  bool same = !draw_below(s, 4);
  uint32_t *codes = mem_array(&b->mem, rows, sizeof *codes);
  assert_non_null(codes);
  for (size_t i = 0; i < rows; i++) codes[i] = same ? fixed : draw_below(s, count);
  must(column_codes(b, &c, rows, 4, codes, d));
  return c;
}

/* Kinds of missing for a column: in no row, in some, in all. */
static uint32_t draw_holes(uint64_t *s) {
  static const uint32_t holes[] = {0, 0, 7, 2, 1};
  return holes[draw_below(s, 5)];
}

/* One of the shapes that numbers have, and doubles of any bits among them. */
static double draw_number(uint64_t *s, uint32_t shape) {
  static const double odd[] = {-0.0, DBL_MAX, -DBL_MAX, DBL_MIN, DBL_TRUE_MIN, 1e15, 0x1p53,
                               -0x1p52, 0x1p52 - 1, 4294967295.0, 4294967296.0, 1e-9, 1e-10};
  double x;
  uint64_t bits = draw(s);
  switch (shape) {
  case 0: return draw_below(s, 5);
  case 1: return (double)draw_below(s, 100000) / 100 - 300;
  case 2: return (double)draw_below(s, UINT32_MAX) / 1e9;
  case 3: return odd[draw_below(s, sizeof odd / sizeof odd[0])];
  case 4: return 7.25;
  case 5: return -1e12 + draw_below(s, 70000);
  default: break;
  }
  memcpy(&x, &bits, sizeof x);
  return isfinite(x) ? x : 0.5;
}

static struct column *draw_any_numbers(uint64_t *s, size_t rows) {
  struct numbers_builder k;
  struct column *c;
  uint32_t shape = draw_below(s, 7), holes = draw_holes(s);
  numbers_builder_open(b, &k);
  for (size_t i = 0; i < rows; i++) {
    bool hole = holes && !draw_below(s, holes);
    must(numbers_builder_add(&k, hole ? 0 : draw_number(s, shape),
                             hole ? draw_kind(s) : BILAN_PRESENT));
  }
  must(numbers_builder_finish(&k, &c));
  return c;
}

static struct column *draw_any_texts(uint64_t *s, size_t rows) {
  struct text_builder k;
  struct column *c;
  char words[400];
  uint32_t holes = draw_holes(s), most = draw_below(s, 60);
  text_builder_open(b, &k);
  for (size_t i = 0; i < rows; i++) {
    bool hole = holes && !draw_below(s, holes);
    struct text t = {words, hole ? 0 : draw_words(s, words, most)};
    must(text_builder_add(&k, t, hole ? draw_kind(s) : BILAN_PRESENT));
  }
  must(text_builder_finish(&k, &c));
  return c;
}

static struct dict *tick_levels(void) {
  struct dict *d;
  uint32_t code;
  must(dict_new(b, &d));
  must(dict_add_level(b, d, &code, &(struct level){TEXT("no"), 0, BILAN_PRESENT}));
  must(dict_add_level(b, d, &code, &(struct level){TEXT("yes"), 1, BILAN_PRESENT}));
  return d;
}

/* `count` options, each row blank, not ticked or ticked at random. */
static struct column *draw_options(uint64_t *s, size_t rows, struct dict *d, uint8_t *missing) {
  struct column *c, **options;
  struct dict *ticks = tick_levels();
  size_t count = dict_count(d) - 1;
  options = mem_array(&b->mem, count, sizeof *options);
  for (size_t i = 0; i < count; i++) {
    uint8_t *codes = mem_alloc(&b->mem, rows);
    for (size_t row = 0; row < rows; row++) codes[row] = (uint8_t)draw_below(s, 3);
    must(column_codes(b, &options[i], rows, 1, codes, dict_hold(ticks)));
  }
  dict_free(ticks);
  must(column_set(b, &c, rows, options, count, d, missing));
  return c;
}

static struct column *draw_any_set(uint64_t *s, size_t rows) {
  uint32_t holes = draw_holes(s);
  uint8_t *missing = holes ? mem_zero(&b->mem, rows, 1) : NULL;
  for (size_t row = 0; holes && row < rows; row++)
    if (!draw_below(s, holes)) missing[row] = (uint8_t)draw_kind(s);
  return draw_options(s, rows, draw_levels(s, 12), missing);
}

static struct table *draw_any_table(uint64_t *s) {
  static const size_t lengths[] = {0, 1, 2, 3, 4, 5, 8, 17, 100, 300};
  struct table *t;
  char name[64];
  size_t rows = lengths[draw_below(s, 10)];
  must(table_new(b, &t, rows));
  for (uint32_t left = draw_below(s, 9); left; left--) {
    uint32_t type = draw_below(s, 4);
    struct text called = {name, draw_words(s, name, 5)};
    if (!called.n || table_find(t, called) != SIZE_MAX) continue;
    struct column *c = type == COLUMN_CODES     ? draw_any_codes(s, rows, draw_levels(s, 300))
                       : type == COLUMN_NUMBERS ? draw_any_numbers(s, rows)
                       : type == COLUMN_TEXT    ? draw_any_texts(s, rows)
                                                : draw_any_set(s, rows);
    must(table_add(b, t, called, (bilan_kind)draw_below(s, 7), c));
  }
  return t;
}

/* A column loaded alone is the one loaded with all others. */
static void one_item_is_the_same(struct archive *a, int64_t id, const struct table *t,
                                 uint64_t *s) {
  struct table *part = NULL;
  if (!table_count(t)) return;
  size_t place = draw_below(s, (uint32_t)table_count(t));
  struct text name = table_name(t, place);
  must(archive_get(b, &part, a, id, &name, 1));
  assert_int_equal(table_count(part), 1);
  same_column(table_column(part, 0), table_column(t, place));
  table_free(part);
}

static void come_back(struct archive *a, uint64_t *s) {
  struct table *tables[AT_ONCE];
  int64_t ids[AT_ONCE];
  char sha256[AT_ONCE][SHA256_HEX], again[SHA256_HEX];
  must(archive_begin(b, a));
  for (size_t i = 0; i < AT_ONCE; i++) {
    tables[i] = draw_any_table(s);
    must(archive_put(b, a, &ids[i], sha256[i], tables[i]));
  }
  must(archive_commit(b, a));
  for (size_t i = 0; i < AT_ONCE; i++) {
    struct table *t = load(a, ids[i]);
    same_table(tables[i], t);
    archive_sha256(again, NULL, t);
    assert_string_equal(again, sha256[i]);
    one_item_is_the_same(a, ids[i], tables[i], s);
    table_free(t);
    table_free(tables[i]);
  }
}

static void any_table_comes_back_as_it_was(void **state) {
  const char *wanted = getenv("TABLES");
  int64_t count = USUAL_TABLES;
  uint64_t s = 1;
  (void)state;
  if (wanted) number_parse_int(&count, text_of(wanted));
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  for (int64_t i = 0; i < count; i += AT_ONCE) come_back(a, &s);
  must(archive_check(b, a));
  archive_close(a);
}

/* ---- decimals ------------------------------------------------------------------------------ */

/* What a column knows of its decimals when it comes back is what would be found out of the same
 * numbers by looking at them; `known`: it knows it at once. */
static void comes_back_with_units(struct column *c, bool known) {
  struct table *t, *again;
  const struct whole *found, *kept;
  struct column *loaded;
  must(table_new(b, &t, c->rows));
  add(t, "weight", BILAN_NUMBER, c);
  unlink(in_folder("t.bilan"));
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  again = load(a, store(a, t));
  same_table(t, again);
  must(table_get(b, &loaded, again, 0));
  assert_int_equal(loaded->whole != NULL, known);
  must(whole_weights(b, &found, c));
  must(whole_weights(b, &kept, loaded));
  assert_int_equal(kept->kind, found->kind);
  assert_true(kept->scale == found->scale);
  assert_int_equal(kept->highest, found->highest);
  assert_int_equal(kept->lowest, found->lowest);
  assert_int_equal(kept->units != NULL, found->units != NULL);
  if (found->units) assert_memory_equal(kept->units, found->units, c->rows * 4);
  archive_close(a);
  table_free(t);
  table_free(again);
}

/* Columns of one, two and six chunks, read by one thread and by four. */
static void decimals_come_back_with_their_units(void **state) {
  uint64_t s = 1;
  (void)state;
  for (b->threads = 1; b->threads <= 4; b->threads += 3) {
    comes_back_with_units(draw_numbers(&s, 1300000, 0.2, 5000000, 6, 0), true);
    comes_back_with_units(draw_numbers(&s, 300001, 0, 60000, 3, 0), true);
    comes_back_with_units(draw_numbers(&s, 257, 1.5, 200, 2, 0), true);
    comes_back_with_units(draw_numbers(&s, 300, 2147, 483000, 6, 0), true);
    comes_back_with_units(draw_numbers(&s, 300, 2147, 4000000, 6, 0), false); /* beyond 2^31 */
    comes_back_with_units(draw_numbers(&s, 300, 5000000000, 9, 1, 0), false);
    comes_back_with_units(draw_numbers(&s, 300, -1, 200, 2, 0), false);
    comes_back_with_units(draw_numbers(&s, 300, 1, 200, 2, 9), false); /* some are missing */
    comes_back_with_units(draw_numbers(&s, 300, 18, 80, 0, 0), false); /* whole */
    comes_back_with_units(draw_doubles(&s, 300), false);
  }
}

/* ---- the widest and the longest ----------------------------------------------------------- */

/* Stores and loads a table of one column and frees both; how many chunks it had. */
static int64_t alone_comes_back(struct column *c, bilan_kind kind) {
  struct table *t, *again;
  must(table_new(b, &t, c->rows));
  add(t, "alone", kind, c);
  unlink(in_folder("t.bilan"));
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  again = load(a, store(a, t));
  same_table(t, again);
  int64_t chunks = count_sql(a, "SELECT count(*) FROM chunk");
  archive_close(a);
  table_free(t);
  table_free(again);
  return chunks;
}

/* Found by name as well. As many as SQLite could ever give (32766) when TABLES is set: finding a
 * name in a table looks through all of them. */
static void a_table_of_many_items_comes_back(void **state) {
  int items = getenv("TABLES") ? 32766 : 4000;
  struct table *t, *again;
  char name[16];
  static const double values[] = {1, 2};
  (void)state;
  must(table_new(b, &t, 2));
  for (int i = 0; i < items; i++) {
    snprintf(name, sizeof name, "q%d", i);
    add(t, name, BILAN_NUMBER, make_numbers(b, 2, values));
  }
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  int64_t id = store(a, t);
  again = load(a, id);
  same_table(t, again);
  table_free(again);
  struct text last = text_of(name);
  must(archive_get(b, &again, a, id, &last, 1));
  table_free(again);
  archive_close(a);
  table_free(t);
}

/* Its ticks are cut into chunks that a reader takes, whatever the number of options. */
static void a_set_of_2000_options_comes_back(void **state) {
  struct dict *d;
  char label[24];
  uint64_t s = 5;
  uint32_t code;
  (void)state;
  must(dict_new(b, &d));
  for (int i = 0; i < 2000; i++) {
    snprintf(label, sizeof label, "option %d", i);
    must(dict_add(b, d, &code, text_of(label)));
  }
  struct column *c = draw_options(&s, 20003, d, NULL);
  assert_int_equal(alone_comes_back(c, BILAN_MULTIPLE), 2);
}

static struct column *long_text(size_t n) {
  struct text_builder k;
  struct column *c;
  char *text = mem_alloc(&b->mem, n);
  assert_non_null(text);
  memset(text, 'x', n);
  text_builder_open(b, &k);
  must(text_builder_add(&k, TEXT("before"), BILAN_PRESENT));
  must(text_builder_add(&k, (struct text){text, n}, BILAN_PRESENT));
  must(text_builder_add(&k, TEXT(""), BILAN_REFUSED));
  mem_free(&b->mem, text);
  must(text_builder_finish(&k, &c));
  return c;
}

/* ---- what is refused ---------------------------------------------------------------------- */

/* Storing fails so, and leaves nothing of the table in a transaction that goes on. */
static void is_refused(struct table *t, bilan_status want, const char *words) {
  char sha256[SHA256_HEX];
  int64_t id;
  unlink(in_folder("r.bilan"));
  struct archive *a = open_archive(in_folder("r.bilan"), ARCHIVE_WRITE);
  must(archive_begin(b, a));
  must(run_sql(a, "INSERT INTO wave(name) VALUES('kept')"));
  refused(archive_put(b, a, &id, sha256, t), want, words);
  must(archive_commit(b, a));
  assert_int_equal(count_sql(a, "SELECT (SELECT count(*) FROM data) + (SELECT count(*) FROM item)"
                                " + (SELECT count(*) FROM level) + (SELECT count(*) FROM chunk)"),
                   0);
  assert_int_equal(count_sql(a, "SELECT count(*) FROM wave"), 1);
  archive_close(a);
  table_free(t);
}

static struct table *of_one(const char *name, bilan_kind kind, struct column *c) {
  struct table *t;
  must(table_new(b, &t, c->rows));
  add(t, name, kind, c);
  return t;
}

static void texts_up_to_128_megabytes_are_kept(void **state) {
  (void)state;
  assert_int_equal(alone_comes_back(long_text(CHUNK_TEXT_MOST), BILAN_TEXT), 3);
  is_refused(of_one("avis", BILAN_TEXT, long_text(CHUNK_TEXT_MOST + 1)), BILAN_LIMIT,
             "item \"avis\": row 2: a text of 134217729 bytes; an archive keeps at most 128 MB");
}

static struct column *texts_of(const char *const *texts, size_t count) {
  struct text_builder k;
  struct column *c;
  text_builder_open(b, &k);
  for (size_t i = 0; i < count; i++) must(text_builder_add(&k, text_of(texts[i]), BILAN_PRESENT));
  must(text_builder_finish(&k, &c));
  return c;
}

/* Two halves of a character in two rows are none, though the bytes together are. */
static void what_is_not_utf8_is_refused(void **state) {
  static const char *const wrong[] = {"oui", "non\xFF"}, *const cut[] = {"\xC3", "\xA9t\xC3\xA9"};
  static const uint32_t codes[] = {1, 2};
  (void)state;
  is_refused(of_one("avis", BILAN_TEXT, texts_of(wrong, 2)), BILAN_DATA,
             "item \"avis\": row 2: the text is not UTF-8");
  is_refused(of_one("avis", BILAN_TEXT, texts_of(cut, 2)), BILAN_DATA,
             "item \"avis\": row 1: the text is not UTF-8");
  is_refused(of_one("avis", BILAN_SINGLE, make_codes(b, 2, codes, wrong, 2)), BILAN_DATA,
             "item \"avis\": the label of level 2 is not UTF-8");
  is_refused(of_one("\xE9t\xE9", BILAN_SINGLE, make_codes(b, 2, codes, wrong, 1)), BILAN_DATA,
             "item 1: its name is not UTF-8");
  is_refused(of_one("", BILAN_NUMBER, make_numbers(b, 1, (double[]){1})), BILAN_DATA,
             "item 1: its name is empty");
}

static void what_is_not_finite_is_refused(void **state) {
  static const double values[] = {NAN, INFINITY, -INFINITY};
  struct dict *d;
  struct column *c;
  uint32_t code;
  (void)state;
  for (int i = 0; i < 3; i++) {
    double *numbers = mem_zero(&b->mem, 2, sizeof *numbers);
    numbers[1] = values[i];
    must(column_numbers(b, &c, 2, numbers, NULL));
    is_refused(of_one("x", BILAN_NUMBER, c), BILAN_USAGE,
               "item \"x\": row 2: the number is not finite");
  }
  must(dict_new(b, &d));
  must(dict_add_level(b, d, &code, &(struct level){TEXT("oui"), INFINITY, BILAN_PRESENT}));
  must(column_codes(b, &c, 1, 1, mem_zero(&b->mem, 1, 1), d));
  is_refused(of_one("x", BILAN_SCALE, c), BILAN_USAGE,
             "item \"x\": the number of level 1 is not finite");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(any_table_comes_back_as_it_was, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(decimals_come_back_with_their_units, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(a_table_of_many_items_comes_back, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(a_set_of_2000_options_comes_back, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(texts_up_to_128_megabytes_are_kept, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(what_is_not_utf8_is_refused, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(what_is_not_finite_is_refused, open_handle, close_handle)};
  return cmocka_run_group_tests_name("archive tables", tests, NULL, NULL);
}

/* test_archive.c - tables in an archive: they come back bit by bit, once for each content, by
 * item; their chunks and hashes; statements with parameters. */
#include "archive_fixture.h"

/* ---- tables ------------------------------------------------------------------------------- */

static void comes_back(size_t rows) {
  struct table *t = draw_table(rows + 1, rows);
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  int64_t id = store(a, t);
  archive_close(a);
  a = open_archive(in_folder("t.bilan"), ARCHIVE_READ);
  struct table *again = load(a, id);
  same_table(t, again);
  must(archive_check(b, a));
  archive_close(a);
  table_free(t);
  table_free(again);
  unlink(in_folder("t.bilan"));
}

static void tables_come_back_bit_by_bit(void **state) {
  static const size_t rows[] = {0, 1, 2, 5, 4096, 20001};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) comes_back(rows[i]);
}

static void columns_of_several_chunks_come_back(void **state) {
  (void)state;
  comes_back(CHUNK_ROWS + 3);
}

/* A code column as wide as four bytes whose early rows need one: chunks of two widths. */
static void chunks_of_a_column_may_differ(void **state) {
  (void)state;
  uint64_t s = 7;
  size_t rows = CHUNK_ROWS * 2;
  struct table *t;
  struct column *c = draw_codes(&s, rows, 70000);
  for (size_t i = 0; i < CHUNK_ROWS; i++) ((uint32_t *)c->codes)[i] %= 200;
  must(table_new(b, &t, rows));
  add(t, "c", BILAN_SINGLE, c);
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  struct table *again = load(a, store(a, t));
  same_table(t, again);
  assert_int_equal(count_sql(a, "SELECT count(DISTINCT encoding) FROM chunk"), 2);
  archive_close(a);
  table_free(t);
  table_free(again);
}

/* Long texts end a chunk early. */
static void long_texts_make_short_chunks(void **state) {
  (void)state;
  struct text_builder k;
  struct column *c;
  struct table *t;
  size_t n = 3 << 20;
  char *text = mem_alloc(&b->mem, n);
  memset(text, 'x', n);
  text_builder_open(b, &k);
  for (size_t i = 0; i < 7; i++)
    must(text_builder_add(&k, (struct text){text, i == 3 ? 0 : n}, BILAN_PRESENT));
  mem_free(&b->mem, text);
  must(text_builder_finish(&k, &c));
  must(table_new(b, &t, 7));
  add(t, "long", BILAN_TEXT, c);
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  struct table *again = load(a, store(a, t));
  same_table(t, again);
  assert_int_equal(count_sql(a, "SELECT count(*) FROM chunk"), 3); /* 2, 3 and 2 rows */
  archive_close(a);
  table_free(t);
  table_free(again);
}

static void items_are_loaded_by_name_in_the_order_asked(void **state) {
  static const struct text names[] = {{"poids", 5}, {"genre", 5}}, wrong[] = {{"genr", 4}};
  (void)state;
  struct table *t = draw_table(1, 50), *part = NULL;
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  int64_t id = store(a, t);
  must(archive_get(b, &part, a, id, names, 2));
  assert_int_equal(table_count(part), 2);
  same_column(table_column(part, 0), table_column(t, table_find(t, names[0])));
  same_column(table_column(part, 1), table_column(t, 0));
  table_free(part);
  must(archive_get(b, &part, a, id, names, 0));
  assert_int_equal(table_count(part), 0);
  assert_int_equal(table_rows(part), 50);
  table_free(part);
  refused(archive_get(b, &part, a, id, wrong, 1), BILAN_USAGE, "did you mean \"genre\"?");
  refused(archive_get(b, &part, a, id + 1, NULL, 0), BILAN_USAGE, "no table 2");
  archive_close(a);
  table_free(t);
}

static void the_same_content_is_stored_once(void **state) {
  (void)state;
  struct table *t = draw_table(3, 100), *same = draw_table(3, 100), *other = draw_table(4, 100);
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  int64_t id = store(a, t);
  assert_int_equal(store(a, same), id);
  assert_int_not_equal(store(a, other), id);
  assert_int_equal(count_sql(a, "SELECT count(*) FROM data"), 2);
  archive_close(a);
  table_free(t);
  table_free(same);
  table_free(other);
}

static void a_table_is_dropped_unless_a_wave_has_it(void **state) {
  (void)state;
  struct table *t = draw_table(5, 20);
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  int64_t id = store(a, t);
  refused(archive_drop(b, a, id), BILAN_USAGE, "a change needs a transaction");
  must(archive_begin(b, a));
  must(run_sql(a, "INSERT INTO wave(name, data) VALUES('2024', 1)"));
  refused(archive_drop(b, a, id), BILAN_USAGE, "FOREIGN KEY");
  must(run_sql(a, "DELETE FROM wave"));
  must(archive_drop(b, a, id));
  must(archive_commit(b, a));
  assert_int_equal(count_sql(a, "SELECT (SELECT count(*) FROM chunk) + (SELECT count(*) FROM "
                                "level) + (SELECT count(*) FROM item)"), 0);
  archive_close(a);
  table_free(t);
}

/* ---- encodings ---------------------------------------------------------------------------- */

static void expect_encoding(struct archive *a, const char *item, const char *want) {
  struct query *q = NULL;
  bool row = false;
  must(query_open(b, &q, a, TEXT("SELECT encoding || CASE missing WHEN 1 THEN '+' ELSE '' END "
                                 "FROM chunk JOIN item USING(data, place) WHERE name = ?1")));
  must(query_bind_text(b, q, 1, text_of(item)));
  must(query_step(b, q, &row));
  assert_true(row);
  struct text got = query_text(q, 0);
  if (!text_equal(got, text_of(want)))
    fail_msg("%s: %.*s, expected %s", item, (int)got.n, got.s, want);
  query_close(q);
}

static void each_column_gets_its_narrowest_encoding(void **state) {
  static const char *const want[][2] = {
      {"genre", "codes8"}, {"lycée", "codes16"}, {"commune", "codes32"},
      {"one level", "constant"}, {"année", "int8+"}, {"same", "constant"}, {"note", "int16"},
      {"poids", "int32+"}, {"mesure", "float64"}, {"large", "int32"}, {"avis", "text+"},
      {"réf", "text"}, {"sports", "ticks+"}};
  (void)state;
  struct table *t = draw_table(6, 5000);
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  store(a, t);
  for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
    expect_encoding(a, want[i][0], want[i][1]);
  archive_close(a);
  table_free(t);
}

static void numbers_that_are_not_finite_are_refused(void **state) {
  static const double values[] = {1, INFINITY, 2};
  (void)state;
  struct table *t;
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  char sha256[SHA256_HEX];
  int64_t id;
  must(table_new(b, &t, 3));
  add(t, "x", BILAN_NUMBER, make_numbers(b, 3, values));
  must(archive_begin(b, a));
  refused(archive_put(b, a, &id, sha256, t), BILAN_USAGE, "item \"x\": row 2");
  assert_int_equal(count_sql(a, "SELECT count(*) FROM data"), 0); /* nothing is left of it */
  archive_close(a);
  table_free(t);
}

/* Every change of one byte or one word of a chunk must change the sum, and so must a swap. */
static void the_checksum_sees_a_change_of_any_byte(void **state) {
  (void)state;
  unsigned char bytes[203];
  struct chunk k = {.place = 1, .rows = 203, .encoding = CHUNK_CODES8, .bytes = sizeof bytes};
  struct checksum sum;
  uint64_t s = 11;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)draw(&s);
  checksum_start(&sum, &k);
  checksum_add(&sum, bytes, sizeof bytes);
  uint64_t right = checksum_finish(&sum);
  for (size_t i = 0; i < sizeof bytes * 8; i++) {
    bytes[i / 8] ^= (unsigned char)(1 << i % 8);
    checksum_start(&sum, &k);
    checksum_add(&sum, bytes, 77); /* in pieces that fill no word */
    checksum_add(&sum, bytes + 77, 3);
    checksum_add(&sum, bytes + 80, sizeof bytes - 80);
    assert_true(checksum_finish(&sum) != right);
    bytes[i / 8] ^= (unsigned char)(1 << i % 8);
  }
  checksum_start(&sum, &k);
  for (size_t i = 0; i < sizeof bytes; i++) checksum_add(&sum, bytes + i, 1);
  assert_true(checksum_finish(&sum) == right);
  k.part = 1;
  checksum_start(&sum, &k);
  checksum_add(&sum, bytes, sizeof bytes);
  assert_true(checksum_finish(&sum) != right);
}

/* ---- the hash of a content ---------------------------------------------------------------- */

/* The same answers under codes of another width. */
static struct table *widened(const struct table *t) {
  struct table *wide;
  must(table_new(b, &wide, table_rows(t)));
  for (size_t i = 0; i < table_count(t); i++) {
    struct column *c = column_hold(table_column(t, i));
    if (c->type == COLUMN_CODES) {
      uint32_t *codes = mem_array(&b->mem, c->rows, sizeof *codes);
      for (size_t row = 0; row < c->rows; row++) codes[row] = column_code(c, row);
      struct column *narrow = c;
      must(column_codes(b, &c, narrow->rows, 4, codes, dict_hold(narrow->dict)));
      column_free(narrow);
    }
    must(table_add(b, wide, table_name(t, i), table_kind(t, i), c));
  }
  return wide;
}

static void the_hash_does_not_depend_on_how_codes_are_kept(void **state) {
  char x[SHA256_HEX], y[SHA256_HEX];
  (void)state;
  struct table *t = draw_table(8, 300), *wide = widened(t);
  archive_sha256(x, NULL, t);
  archive_sha256(y, NULL, wide);
  assert_string_equal(x, y);
  table_free(t);
  table_free(wide);
}

/* One code, one number, one tick, one letter, one label: another content. */
static void the_hash_sees_every_answer(void **state) {
  char before[SHA256_HEX], after[SHA256_HEX], items[13][SHA256_HEX], changed[13][SHA256_HEX];
  (void)state;
  struct table *t = draw_table(9, 64);
  archive_sha256(before, items, t);
  for (size_t i = 0; i < table_count(t); i++) {
    struct column *c = table_column(t, i);
    unsigned char *at = c->type == COLUMN_CODES     ? (unsigned char *)c->codes + 60 * c->width
                        : c->type == COLUMN_NUMBERS ? (unsigned char *)&c->numbers[60]
                        : c->type == COLUMN_TEXT    ? (unsigned char *)c->arena + 3
                                                    : (unsigned char *)c->options[0]->codes + 60;
    if (c->missing) c->missing[60] = BILAN_PRESENT;
    archive_sha256(before, items, t);
    *at ^= 1;
    archive_sha256(after, changed, t);
    assert_string_not_equal(before, after);
    for (size_t j = 0; j < table_count(t); j++)
      assert_int_equal(strcmp(items[j], changed[j]) != 0, i == j);
    *at ^= 1;
  }
  table_free(t);
}

/* The bytes of format.md written out by hand for three rows, hashed by another program:
 * printf 'bilan item 1\0single\0codes\0...' | sha256sum */
static void the_hash_is_the_one_of_the_manual(void **state) {
  static const uint32_t codes[] = {1, 0, 2};
  static const char *const labels[] = {"oui", "?nsp"};
  char hash[SHA256_HEX], items[1][SHA256_HEX];
  (void)state;
  struct table *t;
  must(table_new(b, &t, 3));
  add(t, "avis", BILAN_SINGLE, make_codes(b, 3, codes, labels, 2));
  archive_sha256(hash, items, t);
  assert_string_equal(items[0],
                      "5ec8ba3f13caf548d64786ec5ff9964a87b565039a77fa9896408fd745725de8");
  assert_string_equal(hash, "1d61a45f92324b62a11a532d2fbfda9b4a6e68694f27d30df601c0a967282d47");
  table_free(t);
}

/* ---- statements --------------------------------------------------------------------------- */

static void parameters_and_values_keep_their_type(void **state) {
  (void)state;
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  struct query *q;
  bool row = false;
  must(query_open(b, &q, a, TEXT("SELECT ?1, ?2, ?3, ?4, ?5 AS five; ")));
  assert_int_equal(query_parameters(q), 5);
  must(query_bind_integer(b, q, 1, INT64_MIN));
  must(query_bind_number(b, q, 2, 0.1));
  must(query_bind_text(b, q, 3, (struct text){"a\0b'--", 6}));
  must(query_bind_null(b, q, 4));
  must(query_step(b, q, &row));
  assert_true(row);
  assert_int_equal(query_columns(q), 5);
  assert_string_equal(query_name(q, 4), "five");
  assert_int_equal(query_type_of(q, 0), QUERY_INTEGER);
  assert_true(query_integer(q, 0) == INT64_MIN);
  assert_int_equal(query_type_of(q, 1), QUERY_NUMBER);
  assert_true(query_number(q, 1) == 0.1);
  assert_true(text_equal(query_text(q, 2), (struct text){"a\0b'--", 6}));
  assert_int_equal(query_type_of(q, 3), QUERY_NULL);
  assert_int_equal(query_type_of(q, 4), QUERY_NULL);
  must(query_step(b, q, &row));
  assert_false(row);
  query_close(q);
  must(query_open(b, &q, a, TEXT("SELECT ?1")));
  refused(query_bind_null(b, q, 2), BILAN_USAGE, "range");
  query_close(q);
  archive_close(a);
}

static void statements_are_one_and_changes_need_a_transaction(void **state) {
  (void)state;
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  refused(run_sql(a, "SELECT 1; SELECT 2"), BILAN_USAGE, "expected one statement");
  refused(run_sql(a, " "), BILAN_USAGE, "no statement");
  refused(run_sql(a, "SELECT absent"), BILAN_USAGE, "no such column");
  refused(run_sql(a, "DELETE FROM wave"), BILAN_USAGE, "a change needs a transaction");
  must(archive_begin(b, a));
  refused(archive_begin(b, a), BILAN_USAGE, "open already");
  must(run_sql(a, "INSERT INTO wave(name) VALUES('x')"));
  assert_int_equal(archive_changes(a), 1);
  refused(run_sql(a, "PRAGMA writable_schema=ON; "), BILAN_OK, ""); /* has no effect */
  assert_int_not_equal(run_sql(a, "DELETE FROM sqlite_schema"), BILAN_OK);
  assert_int_not_equal(run_sql(a, "ATTACH '/tmp/x' AS x"), BILAN_OK);
  archive_close(a);
}

static void a_query_may_outlive_its_archive(void **state) {
  (void)state;
  struct archive *a = open_archive(in_folder("t.bilan"), ARCHIVE_WRITE);
  struct query *first, *second;
  bool row;
  must(query_open(b, &first, a, TEXT("SELECT 1")));
  must(query_open(b, &second, a, TEXT("SELECT 2")));
  query_close(first);
  archive_close(a);
  refused(query_step(b, second, &row), BILAN_USAGE, "closed");
  assert_int_equal(query_columns(second), 0);
  query_close(second);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(tables_come_back_bit_by_bit, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(columns_of_several_chunks_come_back, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(chunks_of_a_column_may_differ, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(long_texts_make_short_chunks, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(items_are_loaded_by_name_in_the_order_asked, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(the_same_content_is_stored_once, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(a_table_is_dropped_unless_a_wave_has_it, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(each_column_gets_its_narrowest_encoding, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(numbers_that_are_not_finite_are_refused, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(the_checksum_sees_a_change_of_any_byte, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(the_hash_does_not_depend_on_how_codes_are_kept, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(the_hash_sees_every_answer, open_handle, close_handle),
      cmocka_unit_test_setup_teardown(the_hash_is_the_one_of_the_manual, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(parameters_and_values_keep_their_type, open_handle,
                                      close_handle),
      cmocka_unit_test_setup_teardown(statements_are_one_and_changes_need_a_transaction,
                                      open_handle, close_handle),
      cmocka_unit_test_setup_teardown(a_query_may_outlive_its_archive, open_handle,
                                      close_handle)};
  return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}

/* test_text.c - UTF-8 slices, folding, distance, columns and buffers. */
#include "base/text.h"

#include "base_fixture.h"

static struct text slice(const char *s, size_t n) { return (struct text){s, n}; }

/* ---- slices ------------------------------------------------------------------------------ */

static void slices_compare_by_bytes_and_may_hold_nul(void **state) {
  (void)state;
  assert_true(text_equal(slice("a\0b", 3), slice("a\0b", 3)));
  assert_false(text_equal(slice("a\0b", 3), slice("a\0c", 3)));
  assert_true(text_equal(slice(NULL, 0), TEXT("")));
  assert_int_equal(text_compare(TEXT("ab"), TEXT("abc")), -1);
  assert_int_equal(text_compare(TEXT("b"), TEXT("abc")), 1);
  assert_int_equal(text_compare(TEXT("é"), TEXT("z")), 1);
  assert_int_equal(text_compare(TEXT("x"), TEXT("x")), 0);
  assert_int_equal(text_compare(slice(NULL, 0), TEXT("")), 0);
}

/* 2^16 keys that differ little: a table of 2^20 places keeps them about as far apart as
 * chance does (2^16 * 2^15 / 2^20 = 2048 collisions), in its low and in its high bits. */
static void hash_spreads_keys_that_are_alike(void **state) {
  (void)state;
  enum { KEYS = 1 << 16, PLACES = 1 << 20 };
  struct mem m = {0};
  for (int high = 0; high < 2; high++) {
    unsigned char *taken = mem_zero(&m, PLACES, 1);
    size_t collisions = 0;
    for (unsigned i = 0; i < KEYS; i++) {
      char key[] = "pupil-00000";
      for (unsigned j = 0, left = i; j < 5; j++, left /= 10) key[10 - j] = (char)('0' + left % 10);
      uint64_t h = text_hash(slice(key, sizeof key - 1));
      size_t place = (size_t)(high ? h >> 44 : h & (PLACES - 1));
      collisions += taken[place];
      taken[place] = 1;
    }
    mem_free(&m, taken);
    assert_in_range(collisions, 1700, 2300);
  }
  assert_true(text_hash(slice("a", 1)) != text_hash(slice("a\0", 2)));
  assert_true(text_hash(slice("", 0)) == text_hash(slice(NULL, 0)));
}

static void trim_takes_blanks_of_all_kinds_from_the_ends(void **state) {
  (void)state;
  struct text t = text_trim(TEXT("\xEF\xBB\xBF \t\xC2\xA0oui, mais\xE2\x80\xAF\r\n"));
  assert_true(text_equal(t, TEXT("oui, mais")));
  assert_int_equal(text_trim(TEXT(" \xC2\xA0 ")).n, 0);
  assert_int_equal(text_trim(TEXT("")).n, 0);
  assert_true(text_equal(text_trim(TEXT("Ã")), TEXT("Ã")));
  assert_true(text_equal(text_trim(TEXT("x\xA0")), TEXT("x\xA0"))); /* half a character stays */
}

/* ---- UTF-8 ------------------------------------------------------------------------------- */

static void every_character_encodes_and_decodes(void **state) {
  (void)state;
  for (uint32_t c = 0; c <= 0x10FFFF; c++) {
    char bytes[4];
    size_t at = 0, bad = 99, n = text_put(bytes, c);
    bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    if (text_next(slice(bytes, n), &at) != (surrogate ? 0xFFFD : c) || at != n)
      fail_msg("U+%04X", (unsigned)c);
    if (!text_is_utf8(slice(bytes, n), &bad)) fail_msg("U+%04X refused", (unsigned)c);
  }
}

/* All texts of two bytes, and of a lead and continuation bytes around the limits, against the
 * table of well-formed sequences of the Unicode Standard (table 3-7). */
static bool well_formed(const unsigned char *s, size_t n) {
  static const unsigned char rows[][8] = {
      {0x00, 0x7F, 0, 0, 0, 0, 0, 0},
      {0xC2, 0xDF, 0x80, 0xBF, 0, 0, 0, 0},
      {0xE0, 0xE0, 0xA0, 0xBF, 0x80, 0xBF, 0, 0},
      {0xE1, 0xEC, 0x80, 0xBF, 0x80, 0xBF, 0, 0},
      {0xED, 0xED, 0x80, 0x9F, 0x80, 0xBF, 0, 0},
      {0xEE, 0xEF, 0x80, 0xBF, 0x80, 0xBF, 0, 0},
      {0xF0, 0xF0, 0x90, 0xBF, 0x80, 0xBF, 0x80, 0xBF},
      {0xF1, 0xF3, 0x80, 0xBF, 0x80, 0xBF, 0x80, 0xBF},
      {0xF4, 0xF4, 0x80, 0x8F, 0x80, 0xBF, 0x80, 0xBF}};
  for (size_t at = 0; at < n; ) {
    size_t length = 0;
    for (size_t r = 0; r < 9 && !length; r++) {
      size_t want = r == 0 ? 1 : r == 1 ? 2 : r < 6 ? 3 : 4, i = 0;
      while (i < want && at + i < n && s[at + i] >= rows[r][2 * i] &&
             s[at + i] <= rows[r][2 * i + 1])
        i++;
      if (i == want) length = want;
    }
    if (!length) return false;
    at += length;
  }
  return true;
}

static void validity_is_that_of_the_standard(void **state) {
  (void)state;
  static const unsigned char edge[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                       0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
                                       0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
  enum { EDGES = sizeof edge };
  for (size_t i = 0; i < (size_t)EDGES * EDGES * EDGES * EDGES; i++) {
    unsigned char s[12] = "xxxxxxxx";
    size_t n = 4, bad;
    for (size_t j = 0, left = i; j < 4; j++, left /= EDGES) s[j] = edge[left % EDGES];
    if (text_is_utf8(slice((char *)s, n), &bad) != well_formed(s, n))
      fail_msg("%02X %02X %02X %02X", s[0], s[1], s[2], s[3]);
  }
}

static void the_first_bad_byte_is_told(void **state) {
  (void)state;
  char s[100];
  for (size_t at = 0; at < 60; at++) {
    size_t bad = 999;
    memset(s, 'a', sizeof s);
    memcpy(s + 61, "\xC3\xA9", 2);
    s[at] = (char)0xFF;
    assert_false(text_is_utf8(slice(s, sizeof s), &bad));
    assert_int_equal(bad, at);
  }
  assert_false(text_is_utf8(slice("abc\xE2\x82", 5), NULL));
}

static void an_invalid_byte_is_one_step(void **state) {
  (void)state;
  struct text t = TEXT("\xE2\x82x");
  size_t at = 0;
  assert_int_equal(text_next(t, &at), 0xFFFD);
  assert_int_equal(at, 1);
  assert_int_equal(text_next(t, &at), 0xFFFD);
  assert_int_equal(text_next(t, &at), 'x');
  assert_int_equal(at, 3);
}

static void width_counts_columns(void **state) {
  (void)state;
  assert_int_equal(text_width(TEXT("élève")), 5);
  assert_int_equal(text_width(TEXT("e\xCC\x81le\xCC\x80ve")), 5);
  assert_int_equal(text_width(TEXT("日本語")), 6);
  assert_int_equal(text_width(TEXT("✅ 🙂")), 5);
  assert_int_equal(text_width(TEXT("Ελλάδα Россия")), 13);
  assert_int_equal(text_width(TEXT("a\xE2\x80\x8B" "b\xC2\xAD")), 2);
  assert_int_equal(text_width(TEXT("ｱＡ한")), 5);
  assert_int_equal(text_width(TEXT("\t\x7F")), 0);
  assert_int_equal(text_width(TEXT("─│█▏·×")), 6);
  assert_int_equal(text_width(TEXT("\xFF")), 1);
}

/* ---- folding and distance ---------------------------------------------------------------- */

static void expect_fold(const char *s, const char *want) {
  struct mem m = {0};
  struct buffer out, again;
  buffer_init(&out, &m);
  buffer_init(&again, &m);
  text_fold(&out, text_of(s));
  assert_string_equal(out.s, want);
  text_fold(&again, slice(out.s, out.n));
  assert_string_equal(again.s, want);
  buffer_free(&out);
  buffer_free(&again);
  assert_int_equal(m.used, 0);
}

static void fold_drops_case_and_accents(void **state) {
  (void)state;
  expect_fold("ÉCOLE Élève", "ecole eleve");
  expect_fold("Œuvre, Ælfric, cœur", "oeuvre, aelfric, coeur");
  expect_fold("Straße", "strasse");
  expect_fold("ŁÓDŹ Ĳssel Þór Đặng Șț", "lodz ijssel thor dang st");
  expect_fold("l\xE2\x80\x99" "école d\xCA\xBC", "l'ecole d'");
  expect_fold("ΑΘΉΝΑ Ἀ Οδυσσεύς", "αθηνα Ἀ οδυσσευσ");
  expect_fold("МОСКВА Ёлка Їжак ЈЂ Ѣ", "москва елка іжак јђ ѣ");
  expect_fold("5 × 3 ÷ 2 — 日本 🙂", "5 × 3 ÷ 2 — 日本 🙂");
  expect_fold("peut\xE2\x80\x91\xC3\xAAtre\xC2\xA0!", "peut-etre !");
}

static void composed_and_decomposed_fold_alike(void **state) {
  (void)state;
  expect_fold("E\xCC\x81le\xCC\x80ve", "eleve");
  expect_fold("Й й \xD0\x98\xCC\x86", "и и и");
  expect_fold("\xCE\x91\xCC\x81 Ά", "α α");
}

/* Any character: folding twice is folding once. */
static void fold_is_idempotent(void **state) {
  (void)state;
  struct mem m = {0};
  struct buffer once, twice;
  buffer_init(&once, &m);
  buffer_init(&twice, &m);
  for (uint32_t c = 1; c < 0x3000; c++) {
    char bytes[4];
    once.n = twice.n = 0;
    text_fold(&once, slice(bytes, text_put(bytes, c)));
    text_fold(&twice, slice(once.s, once.n));
    if (once.n != twice.n || memcmp(once.s, twice.s, once.n)) fail_msg("U+%04X", (unsigned)c);
  }
  buffer_free(&once);
  buffer_free(&twice);
}

/* The definition as a recursion, without the rows: edits between the first i and j letters. */
static size_t edits(const char *a, size_t i, const char *b, size_t j) {
  if (!i || !j) return i + j;
  size_t best = edits(a, i - 1, b, j - 1) + (a[i - 1] != b[j - 1]);
  size_t other = edits(a, i - 1, b, j) + 1;
  if (other < best) best = other;
  other = edits(a, i, b, j - 1) + 1;
  if (other < best) best = other;
  if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
    other = edits(a, i - 2, b, j - 2) + 1;
    if (other < best) best = other;
  }
  return best;
}

static void distance_agrees_with_its_definition(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (int round = 0; round < 3000; round++) {
    char a[6], b[6];
    size_t n = draw_below(&seed, 7), m = draw_below(&seed, 7), most = draw_below(&seed, 7);
    for (size_t i = 0; i < n; i++) a[i] = (char)('a' + draw_below(&seed, 3));
    for (size_t i = 0; i < m; i++) b[i] = (char)('a' + draw_below(&seed, 3));
    size_t want = edits(a, n, b, m), got = text_distance(slice(a, n), slice(b, m), most);
    if (got != (want > most ? most + 1 : want)) fail_msg("%.*s %.*s", (int)n, a, (int)m, b);
  }
}

static void distance_ignores_case_and_accents(void **state) {
  (void)state;
  assert_int_equal(text_distance(TEXT("Région"), TEXT("REGION"), 3), 0);
  assert_int_equal(text_distance(TEXT("genre"), TEXT("gerne"), 3), 1);
  assert_int_equal(text_distance(TEXT("âge"), TEXT("agee"), 3), 1);
  assert_int_equal(text_distance(TEXT("abcdef"), TEXT("x"), 2), 3);
}

static void distance_of_long_texts_stays_small(void **state) {
  (void)state;
  char a[5000], b[5000];
  memset(a, 'a', sizeof a);
  memset(b, 'a', sizeof b);
  b[3] = 'x';
  assert_int_equal(text_distance(slice(a, sizeof a), slice(b, sizeof b), 5), 1);
}

/* ---- buffers ----------------------------------------------------------------------------- */

static void buffer_holds_what_was_added(void **state) {
  (void)state;
  struct mem m = {0};
  struct buffer out;
  char want[2200];
  size_t n = 0;
  buffer_init(&out, &m);
  assert_null(out.s);
  for (int i = 0; i < 200; i++) {
    buffer_char(&out, 'c');
    buffer_string(&out, "str");
    buffer_text(&out, TEXT("te\0t"));
    buffer_add(&out, NULL, 0);
    buffer_format(&out, "%c%zu", '#', (size_t)7);
    memcpy(want + n, "cstrte\0t#7", 10);
    n += 10;
    assert_int_equal(out.s[out.n], '\0');
  }
  assert_int_equal(out.n, n);
  assert_memory_equal(out.s, want, n);
  buffer_free(&out);
  assert_int_equal(m.used, 0);
}

static void buffer_format_grows_for_any_length(void **state) {
  (void)state;
  struct mem m = {0};
  struct buffer out;
  char s[3000];
  memset(s, 'x', sizeof s);
  for (size_t n = 0; n < sizeof s; n += 61) {
    buffer_init(&out, &m);
    buffer_format(&out, "<%.*s>", (int)n, s);
    assert_int_equal(out.n, n + 2);
    assert_int_equal(strlen(out.s), n + 2);
    buffer_free(&out);
  }
}

static void a_failed_buffer_keeps_what_it_had(void **state) {
  (void)state;
  for (uint64_t at = 1; at < 6; at++) {
    struct mem m = {.fail_at = at};
    struct buffer out;
    buffer_init(&out, &m);
    for (int i = 0; i < 1000; i++) buffer_string(&out, "abc");
    assert_true(out.failed);
    assert_int_equal(out.n % 3, 0);
    assert_true(out.n < 3000);
    if (at > 1) assert_int_equal(out.s[out.n], '\0');
    else assert_null(out.s);
    buffer_format(&out, "%d", 5);
    assert_int_equal(out.n % 3, 0);
    buffer_free(&out);
    assert_false(out.failed);
    assert_int_equal(m.used, 0);
  }
}

static void buffer_refuses_sizes_that_overflow(void **state) {
  (void)state;
  struct mem m = {0};
  struct buffer out;
  buffer_init(&out, &m);
  buffer_string(&out, "abc");
  buffer_add(&out, "x", SIZE_MAX - 2);
  assert_true(out.failed);
  assert_int_equal(out.n, 3);
  buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(slices_compare_by_bytes_and_may_hold_nul),
      cmocka_unit_test(hash_spreads_keys_that_are_alike),
      cmocka_unit_test(trim_takes_blanks_of_all_kinds_from_the_ends),
      cmocka_unit_test(every_character_encodes_and_decodes),
      cmocka_unit_test(validity_is_that_of_the_standard),
      cmocka_unit_test(the_first_bad_byte_is_told),
      cmocka_unit_test(an_invalid_byte_is_one_step),
      cmocka_unit_test(width_counts_columns),
      cmocka_unit_test(fold_drops_case_and_accents),
      cmocka_unit_test(composed_and_decomposed_fold_alike),
      cmocka_unit_test(fold_is_idempotent),
      cmocka_unit_test(distance_agrees_with_its_definition),
      cmocka_unit_test(distance_ignores_case_and_accents),
      cmocka_unit_test(distance_of_long_texts_stays_small),
      cmocka_unit_test(buffer_holds_what_was_added),
      cmocka_unit_test(buffer_format_grows_for_any_length),
      cmocka_unit_test(a_failed_buffer_keeps_what_it_had),
      cmocka_unit_test(buffer_refuses_sizes_that_overflow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_decode.c - encodings: what is found, what is refused, and where. Windows-1252 and
 * UTF-16 are compared with iconv, which decodes them by its own tables. */
#include "io/decode.h"

#include <iconv.h>
#include <stdio.h>

#include "base_fixture.h"

static bilan b;

static int reset(void **state) {
  (void)state;
  handle_init(&b);
  return 0;
}
static int no_leak(void **state) {
  (void)state;
  return b.mem.used != 0;
}

static struct text of(const char *s, size_t n) { return (struct text){s, n}; }
#define BYTES(literal) of(literal, sizeof(literal) - 1)

static void expect_text(struct text bytes, const char *encoding, const char *expected,
                        const char *found) {
  struct decoded d;
  struct decode_options how = {encoding, false};
  assert_int_equal(decode_text(&b, &d, "f.csv", bytes, &how), BILAN_OK);
  assert_int_equal(d.text.n, strlen(expected));
  assert_memory_equal(d.text.s, expected, d.text.n);
  assert_string_equal(d.encoding, found);
  decode_free(&d);
}

static void expect_fault(struct text bytes, const char *encoding, bilan_status status,
                         const char *part) {
  struct decoded d;
  struct decode_options how = {encoding, false};
  assert_int_equal(decode_text(&b, &d, "f.csv", bytes, &how), status);
  if (!strstr(b.message, part)) fail_msg("\"%s\" lacks \"%s\"", b.message, part);
}

static void utf8_is_lent_and_its_mark_dropped(void **state) {
  (void)state;
  struct decoded d;
  struct decode_options how = {NULL, false};
  const char *bytes = "\xEF\xBB\xBF\xC3\xA9t\xC3\xA9";
  assert_int_equal(decode_text(&b, &d, "f.csv", of(bytes, 8), &how), BILAN_OK);
  assert_ptr_equal(d.text.s, bytes + 3);
  assert_true(d.bom);
  assert_false(d.guessed);
  decode_free(&d);
  expect_text(BYTES("plain"), "auto", "plain", "UTF-8");
  expect_text(BYTES(""), NULL, "", "UTF-8");
}

static void utf16_with_a_mark_is_converted(void **state) {
  (void)state;
  expect_text(BYTES("\xFF\xFE" "a\0\xE9\0\x3D\xD8\x00\xDE"), NULL, "a\xC3\xA9\xF0\x9F\x98\x80",
              "UTF-16LE");
  expect_text(BYTES("\xFE\xFF" "\0a\0\xE9\xD8\x3D\xDE\x00"), NULL, "a\xC3\xA9\xF0\x9F\x98\x80",
              "UTF-16BE");
}

static void utf16_without_a_mark_is_named(void **state) {
  (void)state;
  expect_fault(BYTES("a\0;\0b\0\n\0"), NULL, BILAN_DATA, "encoding = \"UTF-16LE\"");
  expect_fault(BYTES("\0a\0;\0b\0\n"), NULL, BILAN_DATA, "encoding = \"UTF-16BE\"");
  expect_text(BYTES("a\0;\0"), "utf-16le", "a;", "UTF-16LE");
}

static void half_utf16_characters_are_refused(void **state) {
  (void)state;
  expect_fault(BYTES("\xFF\xFE" "a\0\n\0b"), NULL, BILAN_DATA, "f.csv:2:1");
  expect_fault(BYTES("\xFF\xFE" "a\0\x00\xDC"), NULL, BILAN_DATA, "f.csv:1:2");
  expect_fault(BYTES("\xFF\xFE" "\x3D\xD8" "a\0"), NULL, BILAN_DATA, "half a character");
}

static void french_windows_1252_is_found_and_reported(void **state) {
  (void)state;
  struct decoded d;
  struct decode_options how = {NULL, false};
  struct text bytes = BYTES("pr\xE9nom;\xE2ge\r\nZo\xEB;12 \x80\r\n\x8Cuvre;l\x92\xE9t\xE9\r\n");
  assert_int_equal(decode_text(&b, &d, "f.csv", bytes, &how), BILAN_OK);
  assert_true(d.guessed);
  assert_string_equal(d.encoding, "windows-1252");
  assert_non_null(strstr(d.text.s, "\xC5\x92uvre;l\xE2\x80\x99\xC3\xA9t\xC3\xA9"));
  decode_free(&d);
}

static void undefined_windows_1252_bytes_have_a_place(void **state) {
  (void)state;
  expect_fault(BYTES("a\xE9;b\n\xE9;\x81\n"), NULL, BILAN_DATA,
               "f.csv:2:3: byte 0x81 is not windows-1252; try encoding = ");
  expect_fault(BYTES("\x9D"), "cp1252", BILAN_DATA, "f.csv:1:1: byte 0x9D");
}

/* Cyrillic in windows-1251, and French in cp850: plausible bytes, but not of Western text. */
static void other_code_pages_are_not_guessed(void **state) {
  (void)state;
  expect_fault(BYTES("\xE8\xEC\xFF;\xE2\xEE\xE7\xF0\xE0\xF1\xF2\n"), NULL, BILAN_DATA,
               "byte 0xE8 is not UTF-8; try encoding = ");
  expect_fault(BYTES("\x82l\x8Ave;coll\x8Age\n"), NULL, BILAN_DATA, "byte 0x82 is not UTF-8");
  expect_text(BYTES("\x82t\x82"), "cp850", "\xC3\xA9t\xC3\xA9", "cp850");
}

static void damaged_utf8_is_not_taken_for_windows_1252(void **state) {
  (void)state;
  expect_fault(BYTES("\xC3\xA9t\xC3\xA9;\xC3\xA0\n\xC3\xA9t\xE9;x\n"), NULL, BILAN_DATA,
               "f.csv:2:3: byte 0xE9 is not UTF-8, though most of the file is");
}

/* Overlong forms, surrogates, beyond U+10FFFF, lone and missing continuation (RFC 3629). */
static void invalid_utf8_is_refused_at_its_place(void **state) {
  (void)state;
  static const char *const bad[] = {"\xC0\xAF",         "\xE0\x80\xAF",     "\xF0\x80\x80\xAF",
                                    "\xED\xA0\x80",     "\xF4\x90\x80\x80", "\xF8\x88\x80\x80",
                                    "\x80",             "\xC3",             "\xE2\x82",
                                    "\xFE",             "\xC1\xBF"};
  char text[32], place[32];
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    strcpy(text, "\xC3\xA9" "a\r\n\xE2\x82\xACx");
    strcat(text, bad[i]);
    expect_fault(of(text, strlen(text)), "UTF-8", BILAN_DATA, "f.csv:2:3: byte 0x");
    snprintf(place, sizeof place, "byte 0x%02X is not UTF-8", (unsigned char)bad[i][0]);
    expect_fault(of(text, strlen(text)), "UTF-8", BILAN_DATA, place);
  }
}

static void bad_bytes_are_replaced_and_counted_when_asked(void **state) {
  (void)state;
  struct decoded d;
  struct decode_options how = {NULL, true};
  assert_int_equal(decode_text(&b, &d, "f", BYTES("a\xFF\xC3" "b\xE9"), &how), BILAN_OK);
  assert_int_equal(d.replaced, 3);
  assert_string_equal(d.text.s, "a\xEF\xBF\xBD\xEF\xBF\xBD" "b\xEF\xBF\xBD");
  decode_free(&d);
}

static void nul_has_a_place_and_is_never_cut(void **state) {
  (void)state;
  expect_fault(BYTES("a,b\nc,long enough not to be UTF-16 \0d\n"), NULL, BILAN_DATA,
               "f.csv:2:32: NUL byte");
  expect_fault(BYTES("abcdefgh\xE9\0"), "latin1", BILAN_DATA, "f.csv:1:10: NUL byte");
  expect_fault(BYTES("\xFF\xFE" "a\0\0\0"), NULL, BILAN_DATA, "f.csv:1:2: NUL byte");
}

static void marks_and_options_must_agree(void **state) {
  (void)state;
  expect_fault(BYTES("\xEF\xBB\xBF" "a"), "windows-1252", BILAN_DATA, "byte-order mark of UTF-8");
  expect_fault(BYTES("\xFF\xFE" "a\0"), "utf-8", BILAN_DATA, "byte-order mark of UTF-16LE");
  expect_text(BYTES("\xFF\xFE" "a\0"), "utf-16", "a", "UTF-16LE");
}

static void unknown_encodings_are_refused(void **state) {
  (void)state;
  expect_fault(BYTES("a"), "klingon", BILAN_USAGE, "unknown encoding \"klingon\"");
  expect_fault(BYTES("a"), "ISO-8859-15//IGNORE", BILAN_USAGE, "unknown encoding");
  expect_fault(BYTES("a"), "", BILAN_USAGE, "unknown encoding");
}

/* iconv as the oracle: n bytes converted, or -1. */
static long by_iconv(char *out, size_t room, const char *encoding, const char *in, size_t n) {
  iconv_t converter = iconv_open("UTF-8", encoding);
  char *from = (char *)(uintptr_t)in, *to = out;
  size_t left = n, free_room = room;
  size_t result = iconv(converter, &from, &left, &to, &free_room);
  iconv_close(converter);
  return result == (size_t)-1 ? -1 : (long)(room - free_room);
}

static void windows_1252_agrees_with_iconv(void **state) {
  (void)state;
  for (unsigned byte = 1; byte < 256; byte++) {
    char in[2] = {(char)byte, 0}, out[16];
    struct decoded d;
    struct decode_options how = {"windows-1252", false};
    long n = by_iconv(out, sizeof out, "WINDOWS-1252", in, 1);
    bilan_status status = decode_text(&b, &d, "f", of(in, 1), &how);
    assert_int_equal(status, n < 0 ? BILAN_DATA : BILAN_OK);
    if (status) continue;
    assert_int_equal(d.text.n, n);
    assert_memory_equal(d.text.s, out, (size_t)n);
    decode_free(&d);
  }
}

static void utf16_agrees_with_iconv(void **state) {
  (void)state;
  uint64_t seed = 5;
  for (int round = 0; round < 20000; round++) {
    char in[16], out[64];
    size_t n = draw_below(&seed, 8) * 2;
    for (size_t i = 0; i < n; i += 2) {
      uint32_t unit = draw_below(&seed, 3) ? 1 + draw_below(&seed, 300)
                                           : 0xD700 + draw_below(&seed, 0xA00);
      in[i] = (char)(unit & 255);
      in[i + 1] = (char)(unit >> 8);
    }
    struct decoded d;
    struct decode_options how = {"UTF-16LE", false};
    if (n >= 2 && in[0] == '\xFF' && in[1] == '\xFE') continue;
    long expected = by_iconv(out, sizeof out, "UTF-16LE", in, n);
    bilan_status status = decode_text(&b, &d, "f", of(in, n), &how);
    assert_int_equal(status, expected < 0 ? BILAN_DATA : BILAN_OK);
    if (status) continue;
    assert_int_equal(d.text.n, expected);
    assert_memory_equal(d.text.s, out, (size_t)expected);
    decode_free(&d);
  }
}

static void random_bytes_are_decoded_or_refused(void **state) {
  (void)state;
  static const char *const encodings[] = {NULL, "utf-8", "utf-16", "cp1252", "ISO-8859-15",
                                          "SHIFT_JIS", "UTF-7"};
  uint64_t seed = 11;
  for (int round = 0; round < 100000; round++) {
    char in[24];
    size_t n = draw_below(&seed, sizeof in), bad;
    for (size_t i = 0; i < n; i++) in[i] = (char)draw_below(&seed, 256);
    struct decoded d;
    struct decode_options how = {encodings[draw_below(&seed, 7)], draw_below(&seed, 2) == 0};
    if (decode_text(&b, &d, "f", of(in, n), &how)) continue;
    assert_true(text_is_utf8(d.text, &bad));
    assert_true(!d.text.n || !memchr(d.text.s, 0, d.text.n));
    decode_free(&d);
  }
}

static void every_failing_allocation_is_clean(void **state) {
  (void)state;
  static const char *const encodings[] = {"cp1252", "utf-16le", "ISO-8859-15"};
  for (size_t i = 0; i < 3; i++) {
    bilan_status status = BILAN_NOMEM;
    for (uint64_t k = 1; status == BILAN_NOMEM; k++) {
      struct decoded d;
      struct decode_options how = {encodings[i], false};
      b.mem.fail_at = b.mem.requests + k;
      status = decode_text(&b, &d, "f", BYTES("\xE9\xE8\xE7z"), &how);
      if (!status) decode_free(&d);
      assert_true(status == BILAN_OK || status == BILAN_NOMEM);
      assert_int_equal(b.mem.used, 0);
      assert_true(k < 100);
    }
    b.mem.fail_at = 0;
  }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, reset, no_leak)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(utf8_is_lent_and_its_mark_dropped),
      TEST(utf16_with_a_mark_is_converted),
      TEST(utf16_without_a_mark_is_named),
      TEST(half_utf16_characters_are_refused),
      TEST(french_windows_1252_is_found_and_reported),
      TEST(undefined_windows_1252_bytes_have_a_place),
      TEST(other_code_pages_are_not_guessed),
      TEST(damaged_utf8_is_not_taken_for_windows_1252),
      TEST(invalid_utf8_is_refused_at_its_place),
      TEST(bad_bytes_are_replaced_and_counted_when_asked),
      TEST(nul_has_a_place_and_is_never_cut),
      TEST(marks_and_options_must_agree),
      TEST(unknown_encodings_are_refused),
      TEST(windows_1252_agrees_with_iconv),
      TEST(utf16_agrees_with_iconv),
      TEST(random_bytes_are_decoded_or_refused),
      TEST(every_failing_allocation_is_clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_mem.c - the allocator: what it counts, what it refuses, where it can be told to fail. */
#include "base/handle.h"
#include "base/text.h"

#include <stdio.h>

#include "base_fixture.h"
#undef fail /* cmocka's: here it is the engine's */

static void use_is_counted_without_headers(void **state) {
  (void)state;
  struct mem m = {0};
  char *a = mem_alloc(&m, 100), *b = mem_alloc(&m, 50);
  assert_int_equal(m.used, 150);
  mem_free(&m, a);
  assert_int_equal(m.used, 50);
  b = mem_resize(&m, b, 20);
  assert_int_equal(m.used, 20);
  b = mem_resize(&m, b, 70);
  assert_int_equal(m.used, 70);
  assert_int_equal(mem_size(b), 70);
  assert_int_equal(m.peak, 150);
  mem_free(&m, b);
  assert_int_equal(m.used, 0);
}

static void blocks_keep_their_bytes_when_resized(void **state) {
  (void)state;
  struct mem m = {0};
  char *s = mem_copy(&m, "enquête", 8);
  assert_string_equal(s, "enquête");
  assert_int_equal(mem_size(s), 9);
  s = mem_resize(&m, s, 100000);
  assert_string_equal(s, "enquête");
  s = mem_resize(&m, s, 9);
  assert_string_equal(s, "enquête");
  mem_free(&m, s);
}

static void blocks_are_aligned_for_any_type(void **state) {
  (void)state;
  struct mem m = {0};
  for (size_t n = 0; n < 40; n++) {
    void *block = mem_alloc(&m, n);
    assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
    mem_free(&m, block);
  }
}

static void zeroed_blocks_are_zero(void **state) {
  (void)state;
  struct mem m = {0};
  unsigned char *block = mem_zero(&m, 300, 4);
  for (size_t i = 0; i < 1200; i++) assert_int_equal(block[i], 0);
  mem_free(&m, block);
}

static void a_size_of_zero_gives_a_block(void **state) {
  (void)state;
  struct mem m = {0};
  void *a = mem_alloc(&m, 0), *b = mem_array(&m, 0, 8), *c = mem_copy(&m, NULL, 0);
  assert_non_null(a);
  assert_non_null(b);
  assert_non_null(c);
  a = mem_resize(&m, a, 0);
  assert_non_null(a);
  mem_free(&m, a);
  mem_free(&m, b);
  mem_free(&m, c);
  mem_free(&m, NULL);
  assert_int_equal(m.used, 0);
}

static void sizes_that_overflow_are_refused(void **state) {
  (void)state;
  struct mem m = {0};
  void *block = mem_alloc(&m, 8);
  assert_null(mem_alloc(&m, SIZE_MAX));
  assert_null(mem_alloc(&m, SIZE_MAX - 15));
  assert_null(mem_array(&m, SIZE_MAX / 2, 3));
  assert_null(mem_zero(&m, (size_t)1 << 33, (size_t)1 << 33));
  assert_null(mem_copy(&m, "", SIZE_MAX));
  assert_null(mem_resize(&m, block, SIZE_MAX - 3));
  assert_null(mem_resize_array(&m, block, SIZE_MAX, 2));
  assert_int_equal(m.used, 8);
  mem_free(&m, block);
}

static void the_cap_refuses_and_leaves_the_block(void **state) {
  (void)state;
  struct mem m = {.cap = 100};
  char *a = mem_alloc(&m, 60);
  assert_non_null(a);
  a[59] = 'x';
  assert_null(mem_alloc(&m, 41));
  assert_null(mem_alloc(&m, 101));
  assert_null(mem_resize(&m, a, 101));
  assert_int_equal(a[59], 'x');
  a = mem_resize(&m, a, 100);
  assert_non_null(a);
  assert_null(mem_alloc(&m, 1));
  assert_int_equal(m.used, 100);
  a = mem_resize(&m, a, 10); /* giving back is never refused */
  assert_non_null(a);
  mem_free(&m, a);
}

static void the_nth_request_fails_once(void **state) {
  (void)state;
  struct mem m = {.fail_at = 2};
  void *a = mem_alloc(&m, 1), *b = mem_alloc(&m, 1), *c = mem_alloc(&m, 1);
  assert_non_null(a);
  assert_null(b);
  assert_non_null(c);
  assert_int_equal(m.requests, 3);
  mem_free(&m, a);
  mem_free(&m, c);
}

static void the_nth_request_and_all_later_fail(void **state) {
  (void)state;
  struct mem m = {.fail_at = 2, .fail_on = true};
  void *a = mem_alloc(&m, 1);
  assert_null(mem_alloc(&m, 1));
  assert_null(mem_zero(&m, 1, 1));
  assert_null(mem_resize(&m, a, 10)); /* a growth is a request, the block stays */
  assert_int_equal(mem_size(a), 1);
  mem_free(&m, a);
  assert_int_equal(m.used, 0);
}

static void running_out_is_reported_without_memory(void **state) {
  (void)state;
  bilan b;
  handle_init(&b);
  b.mem.fail_at = 1;
  b.mem.fail_on = true;
  assert_int_equal(fail_nomem(&b), BILAN_NOMEM);
  assert_string_equal(b.message, "out of memory");
  b.mem = (struct mem){.cap = 64 << 20, .used = 64 << 20};
  fail_nomem(&b);
  assert_string_equal(b.message, "out of memory: the limit is 64 MB");
}

static void long_messages_are_cut_at_a_character(void **state) {
  (void)state;
  bilan b;
  char s[MESSAGE_ROOM * 2 + 2];
  handle_init(&b);
  for (int shift = 0; shift < 2; shift++) {
    size_t bad, n = 0;
    if (shift) s[n++] = 'x';
    for (; n + 2 < sizeof s; n += 2) memcpy(s + n, "\xC3\xA9", 2);
    s[n] = '\0';
    assert_int_equal(fail(&b, BILAN_DATA, "%s", s), BILAN_DATA);
    assert_true(strlen(b.message) >= MESSAGE_ROOM - 3);
    assert_true(text_is_utf8(text_of(b.message), &bad));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(use_is_counted_without_headers),
      cmocka_unit_test(blocks_keep_their_bytes_when_resized),
      cmocka_unit_test(blocks_are_aligned_for_any_type),
      cmocka_unit_test(zeroed_blocks_are_zero),
      cmocka_unit_test(a_size_of_zero_gives_a_block),
      cmocka_unit_test(sizes_that_overflow_are_refused),
      cmocka_unit_test(the_cap_refuses_and_leaves_the_block),
      cmocka_unit_test(the_nth_request_fails_once),
      cmocka_unit_test(the_nth_request_and_all_later_fail),
      cmocka_unit_test(running_out_is_reported_without_memory),
      cmocka_unit_test(long_messages_are_cut_at_a_character),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

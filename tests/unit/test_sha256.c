/* test_sha256.c - against the published examples (NIST, SHA-256 example values and the secure
 * hashing test vectors) and against itself in pieces; by the portable code and by the processor's
 * own instructions, where it has them. */
#include "base/sha256.h"

#include "base_fixture.h"

static const enum simd ways[] = {SIMD_SCALAR, SIMD_BEST};

static void digest_by(enum simd simd, unsigned char out[SHA256_BYTES], const void *bytes,
                      size_t n) {
  struct sha256 h;
  sha256_start(&h);
  sha256_choose(&h, simd);
  sha256_add(&h, bytes, n);
  sha256_finish(&h, out);
}

static void expect_digest(const char *bytes, size_t n, const char *hex) {
  char got[SHA256_HEX];
  unsigned char digest[SHA256_BYTES];
  sha256_hex(got, bytes, n);
  assert_string_equal(got, hex);
  for (size_t i = 0; i < 2; i++) {
    digest_by(ways[i], digest, bytes, n);
    sha256_print(got, digest);
    assert_string_equal(got, hex);
  }
}

static void ways_can_be_forced(void **state) {
  (void)state;
  struct sha256 h;
  sha256_start(&h);
  sha256_choose(&h, SIMD_SCALAR);
  assert_int_equal(h.way, SHA256_PLAIN);
  sha256_choose(&h, SIMD_BEST);
  assert_int_equal(h.way, sha256_x86_is_there() ? SHA256_X86 : SHA256_PLAIN);
}

/* Lengths up to a few blocks, any content, at any alignment. */
static void both_ways_agree(void **state) {
  (void)state;
  static unsigned char bytes[70000];
  unsigned char plain[SHA256_BYTES], best[SHA256_BYTES];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)((i * 2654435761u) >> 11);
  for (size_t n = 0; n < 400; n++)
    for (size_t at = 0; at < 9; at += 4) {
      digest_by(SIMD_SCALAR, plain, bytes + at, n);
      digest_by(SIMD_BEST, best, bytes + at, n);
      assert_memory_equal(plain, best, sizeof plain);
    }
  digest_by(SIMD_SCALAR, plain, bytes, sizeof bytes);
  digest_by(SIMD_BEST, best, bytes, sizeof bytes);
  assert_memory_equal(plain, best, sizeof plain);
}

static void matches_published_examples(void **state) {
  (void)state;
  expect_digest("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect_digest("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void hashes_a_million_letters(void **state) {
  (void)state;
  static char a[1000000];
  memset(a, 'a', sizeof a);
  expect_digest(a, sizeof a,
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Every length around the block's edges, cut in two at every place. */
static void pieces_make_no_difference(void **state) {
  (void)state;
  unsigned char bytes[200], whole[SHA256_BYTES], parts[SHA256_BYTES];
  struct sha256 h;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 7 + 1);
  for (size_t n = 0; n < sizeof bytes; n++) {
    sha256_start(&h);
    sha256_add(&h, bytes, n);
    sha256_finish(&h, whole);
    for (size_t cut = 0; cut <= n; cut++) {
      sha256_start(&h);
      sha256_add(&h, bytes, cut);
      sha256_add(&h, bytes + cut, n - cut);
      sha256_finish(&h, parts);
      assert_memory_equal(whole, parts, sizeof whole);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(matches_published_examples),
      cmocka_unit_test(hashes_a_million_letters),
      cmocka_unit_test(pieces_make_no_difference),
      cmocka_unit_test(ways_can_be_forced),
      cmocka_unit_test(both_ways_agree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

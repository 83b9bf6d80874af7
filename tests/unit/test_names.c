/* test_names.c - which names are offered for a mistyped one, and in which order. */
#include "base/names.h"

#include "base_fixture.h"

static const struct text items[] = {
    {"genre", 5},        {"age", 3},           {"region", 6},      {"satisfaction", 12},
    {"region_name", 11}, {"code_postal", 11},  {"annee", 5},       {"poids", 5},
    {"\xC3\xA9tudes", 7}, {"etude", 5},        {"q1_a", 4},        {"q1_b", 4},
    {"q1_c", 4},         {"q1_d", 4}};
enum { ITEMS = sizeof items / sizeof items[0] };

/* `want`: the names expected, separated by a blank. */
static void expect_nearest(const char *typed, const char *want) {
  struct mem m = {0};
  struct buffer got;
  size_t best[NAMES_BEST];
  size_t n = names_nearest(&m, items, ITEMS, text_of(typed), best);
  buffer_init(&got, &m);
  buffer_string(&got, "");
  for (size_t i = 0; i < n; i++) {
    if (i) buffer_char(&got, ' ');
    buffer_text(&got, items[best[i]]);
  }
  assert_string_equal(got.s, want);
  buffer_free(&got);
  assert_int_equal(m.used, 0);
}

static void slips_find_their_name(void **state) {
  (void)state;
  expect_nearest("gerne", "genre");
  expect_nearest("genr", "genre");
  expect_nearest("gneres", "genre");
  expect_nearest("satisfation", "satisfaction");
  expect_nearest("satisfctoin", "satisfaction");
  expect_nearest("codepostal", "code_postal");
}

static void case_and_accents_do_not_count(void **state) {
  (void)state;
  expect_nearest("ANNÉE", "annee");
  expect_nearest("Etudes", "études etude");
  expect_nearest("Âge", "age");
}

static void a_beginning_or_a_part_finds_longer_names(void **state) {
  (void)state;
  expect_nearest("satis", "satisfaction");
  expect_nearest("postal", "code_postal");
  expect_nearest("regions", "region");
  expect_nearest("Région_nom", "region_name region");
}

static void at_most_three_and_ties_in_order(void **state) {
  (void)state;
  expect_nearest("q1_x", "q1_a q1_b q1_c");
  expect_nearest("q1_d", "q1_d q1_a q1_b");
}

static void far_names_are_not_offered(void **state) {
  (void)state;
  expect_nearest("zzzzzz", "");
  expect_nearest("", "");
  expect_nearest("x", "");
  expect_nearest("ab", "");
}

static void no_memory_means_no_advice(void **state) {
  (void)state;
  for (uint64_t at = 1; at < 3; at++) {
    struct mem m = {.fail_at = at, .fail_on = true};
    size_t best[NAMES_BEST];
    assert_int_equal(names_nearest(&m, items, ITEMS, TEXT("gerne"), best), 0);
    assert_int_equal(m.used, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(slips_find_their_name),
      cmocka_unit_test(case_and_accents_do_not_count),
      cmocka_unit_test(a_beginning_or_a_part_finds_longer_names),
      cmocka_unit_test(at_most_three_and_ties_in_order),
      cmocka_unit_test(far_names_are_not_offered),
      cmocka_unit_test(no_memory_means_no_advice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

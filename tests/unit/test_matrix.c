/* test_matrix.c - linear algebra against certified values (NIST's Longley data), values known in
 * closed form, and the definitions themselves (A A^- A = A, residuals at right angles). */
#include "kernel/matrix.h"

#include "fixture.h"

enum { MOST = 12 };

/* c = a b, (n x k) (k x m), column by column. */
static void matrix_multiply(double *c, const double *a, const double *b, size_t n, size_t k,
                            size_t m) {
  for (size_t i = 0; i < n * m; i++) c[i] = 0;
  for (size_t j = 0; j < m; j++)
    for (size_t l = 0; l < k; l++)
      for (size_t i = 0; i < n; i++) c[i + j * n] += a[i + l * n] * b[l + j * k];
}

static bilan b;

static int open_handle(void **state) {
  (void)state;
  handle_init(&b);
  return 0;
}
static int close_handle(void **state) {
  (void)state;
  assert_int_equal(b.mem.used, 0);
  return 0;
}

static void fill(double *a, size_t count, uint64_t seed) {
  for (size_t i = 0; i < count; i++) a[i] = 2 * draw_unit(&seed) - 1;
}

/* a = m'm of a random m (rows x n): positive semi-definite of rank min(rows, n). */
static void gram(double *a, size_t rows, size_t n, uint64_t seed) {
  double m[MOST * MOST];
  fill(m, rows * n, seed);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      a[i + j * n] = 0;
      for (size_t k = 0; k < rows; k++) a[i + j * n] += m[k + i * rows] * m[k + j * rows];
    }
}

/* ---- symmetric systems ------------------------------------------------------------------- */

static void solve_solves_for_many_right_hand_sides(void **state) {
  (void)state;
  double a[64], x[16], want[16], right[16];
  gram(a, 10, 8, 1);
  fill(want, 16, 2);
  matrix_multiply(right, a, want, 8, 8, 2);
  memcpy(x, right, sizeof x);
  size_t rank;
  assert_int_equal(matrix_solve(&b, &rank, a, 8, x, 2, 1e-12), BILAN_OK);
  assert_int_equal(rank, 8);
  for (size_t i = 0; i < 16; i++) expect_close(x[i], want[i], 1e-10);
}

static void solve_gives_a_solution_of_a_singular_system(void **state) {
  (void)state;
  double a[64], start[8], right[8], x[8], again[8];
  gram(a, 5, 8, 3);
  fill(start, 8, 4);
  matrix_multiply(right, a, start, 8, 8, 1); /* within the range of a */
  memcpy(x, right, sizeof x);
  size_t rank;
  assert_int_equal(matrix_solve(&b, &rank, a, 8, x, 1, 1e-10), BILAN_OK);
  assert_int_equal(rank, 5);
  matrix_multiply(again, a, x, 8, 8, 1);
  size_t zeros = 0;
  for (size_t i = 0; i < 8; i++) {
    expect_close(again[i], right[i], 1e-10);
    zeros += x[i] == 0;
  }
  assert_int_equal(zeros, 3);
}

static void inverse_of_a_full_matrix_gives_the_identity(void **state) {
  (void)state;
  double a[100], inverse[100], unit[100];
  gram(a, 12, 10, 5);
  size_t rank;
  assert_int_equal(matrix_invert(&b, &rank, inverse, a, 10, 1e-12), BILAN_OK);
  assert_int_equal(rank, 10);
  matrix_multiply(unit, a, inverse, 10, 10, 10);
  for (size_t i = 0; i < 100; i++) expect_close(unit[i], i % 11 == 0 ? 1 : 0, 1e-9);
}

static void inverse_of_a_singular_matrix_is_a_generalised_one(void **state) {
  (void)state;
  double a[100], inverse[100], half[100], again[100];
  gram(a, 4, 10, 6);
  size_t rank;
  assert_int_equal(matrix_invert(&b, &rank, inverse, a, 10, 1e-10), BILAN_OK);
  assert_int_equal(rank, 4);
  matrix_multiply(half, a, inverse, 10, 10, 10);
  matrix_multiply(again, half, a, 10, 10, 10); /* A A^- A = A */
  for (size_t i = 0; i < 100; i++) expect_close(again[i], a[i], 1e-10);
  matrix_multiply(half, inverse, a, 10, 10, 10);
  matrix_multiply(again, half, inverse, 10, 10, 10); /* A^- A A^- = A^- */
  for (size_t i = 0; i < 100; i++) expect_close(again[i], inverse[i], 1e-8);
  for (size_t i = 0; i < 10; i++)
    for (size_t j = 0; j < 10; j++) assert_true(inverse[i + j * 10] == inverse[j + i * 10]);
}

static void zero_matrix_has_rank_zero(void **state) {
  (void)state;
  double a[9] = {0}, inverse[9], x[3] = {1, 2, 3};
  size_t rank = 9;
  assert_int_equal(matrix_invert(&b, &rank, inverse, a, 3, 1e-10), BILAN_OK);
  assert_int_equal(rank, 0);
  for (size_t i = 0; i < 9; i++) assert_true(inverse[i] == 0);
  rank = 9;
  assert_int_equal(matrix_solve(&b, &rank, a, 3, x, 1, 1e-10), BILAN_OK);
  assert_int_equal(rank, 0);
  for (size_t i = 0; i < 3; i++) assert_true(x[i] == 0);
}

/* ---- eigenvalues ------------------------------------------------------------------------- */

/* The tridiagonal matrix of 2 and -1 has the eigenvalues 2 - 2 cos(k pi / (n + 1)). */
static void symmetric_eigenvalues_are_those_of_the_string(void **state) {
  (void)state;
  double a[100] = {0}, values[10];
  for (size_t i = 0; i < 10; i++) {
    a[i + i * 10] = 2;
    if (i > 0) a[i + (i - 1) * 10] = a[i - 1 + i * 10] = -1;
  }
  assert_int_equal(matrix_eigenvalues(&b, values, a, 10), BILAN_OK);
  for (size_t k = 0; k < 10; k++)
    expect_close(values[k], 2 - 2 * cos((double)(k + 1) * 3.14159265358979323846 / 11), 1e-13);
}

/* The companion matrix of (x - 3)(x - 1)(x^2 + 4) = x^4 - 4 x^3 + 7 x^2 - 16 x + 12. */
static void general_eigenvalues_fall_and_pair(void **state) {
  (void)state;
  const double a[16] = {4, 1, 0, 0, -7, 0, 1, 0, 16, 0, 0, 1, -12, 0, 0, 0};
  const double want_real[4] = {3, 1, 0, 0}, want_imaginary[4] = {0, 0, 2, -2};
  double real[4], imaginary[4];
  assert_int_equal(matrix_eigenvalues_general(&b, real, imaginary, a, 4), BILAN_OK);
  for (size_t k = 0; k < 4; k++) expect_close(real[k], want_real[k], 1e-12);
  for (size_t k = 0; k < 2; k++) expect_close(imaginary[k], want_imaginary[k], 1e-12);
  expect_close(fabs(imaginary[2]), 2, 1e-12);
  expect_close(imaginary[2] + imaginary[3], 0, 1e-12);
}

/* ---- rank and least squares -------------------------------------------------------------- */

static void rank_counts_independent_columns(void **state) {
  (void)state;
  double a[7 * 5];
  fill(a, 7 * 5, 7);
  for (size_t i = 0; i < 7; i++) a[i + 3 * 7] = a[i] - 2 * a[i + 7];
  size_t rank;
  assert_int_equal(matrix_rank(&b, &rank, a, 7, 5, 1e-9), BILAN_OK);
  assert_int_equal(rank, 4);
  assert_int_equal(matrix_rank(&b, &rank, a, 5, 7, 1e-9), BILAN_OK);
  assert_true(rank <= 5);
  double zero[6] = {0};
  assert_int_equal(matrix_rank(&b, &rank, zero, 3, 2, 1e-9), BILAN_OK);
  assert_int_equal(rank, 0);
}

/* Longley's data (Journal of the American Statistical Association 62, 1967), y last; a test of
 * ill-conditioned regression with certified coefficients in NIST's Reference Datasets. */
static const double longley[16][7] = {
  {83.0, 234289, 2356, 1590, 107608, 1947, 60323},
  {88.5, 259426, 2325, 1456, 108632, 1948, 61122},
  {88.2, 258054, 3682, 1616, 109773, 1949, 60171},
  {89.5, 284599, 3351, 1650, 110929, 1950, 61187},
  {96.2, 328975, 2099, 3099, 112075, 1951, 63221},
  {98.1, 346999, 1932, 3594, 113270, 1952, 63639},
  {99.0, 365385, 1870, 3547, 115094, 1953, 64989},
  {100.0, 363112, 3578, 3350, 116219, 1954, 63761},
  {101.2, 397469, 2904, 3048, 117388, 1955, 66019},
  {104.6, 419180, 2822, 2857, 118734, 1956, 67857},
  {108.4, 442769, 2936, 2798, 120445, 1957, 68169},
  {110.8, 444546, 4681, 2637, 121950, 1958, 66513},
  {112.6, 482704, 3813, 2552, 123366, 1959, 68655},
  {114.2, 502601, 3931, 2514, 125368, 1960, 69564},
  {115.7, 518173, 4806, 2572, 127852, 1961, 69331},
  {116.9, 554894, 4007, 2827, 130081, 1962, 70551},
};
static const double longley_coefficients[7] = {
  -3482258.63459582,     15.0618722713733,       -0.358191792925910E-01, -2.02022980381683,
  -1.03322686717359,     -0.511041056535807E-01, 1829.15146461355};
static const double longley_se[7] = {
  890420.383607373,      84.9149257747669,  0.334910077722432E-01, 0.488399681651699,
  0.214274163161675,     0.226073200069370, 455.478499142212};
static const double longley_sigma = 304.854073561965;

static void longley_design(double *a, double *y) {
  for (size_t i = 0; i < 16; i++) {
    a[i] = 1;
    for (size_t j = 0; j < 6; j++) a[i + (j + 1) * 16] = longley[i][j];
    y[i] = longley[i][6];
  }
}

static void least_squares_meets_certified_values(void **state) {
  (void)state;
  double a[16 * 7], y[16], x[7], inverse[49];
  longley_design(a, y);
  size_t rank;
  assert_int_equal(matrix_least_squares(&b, &rank, x, inverse, a, y, 16, 7, 1e-12), BILAN_OK);
  assert_int_equal(rank, 7);
  for (size_t j = 0; j < 7; j++) {
    expect_close(x[j] / longley_coefficients[j], 1, 1e-7);
    expect_close(longley_sigma * sqrt(inverse[j + j * 7]) / longley_se[j], 1, 1e-7);
  }
}

static void least_squares_sets_later_dependent_columns_aside(void **state) {
  (void)state;
  double a[9 * 5], y[9], x[5], inverse[25], small[9 * 3], want[3];
  fill(a, 9 * 5, 8);
  fill(y, 9, 9);
  for (size_t i = 0; i < 9; i++) {
    a[i + 9] = 3 * a[i];                        /* column 1 = 3 * column 0 */
    a[i + 3 * 9] = a[i] * 1e6 - a[i + 2 * 9];   /* column 3 from 0 and 2 */
  }
  size_t rank;
  assert_int_equal(matrix_least_squares(&b, &rank, x, inverse, a, y, 9, 5, 1e-9), BILAN_OK);
  assert_int_equal(rank, 3);
  assert_true(isnan(x[1]) && isnan(x[3]));
  for (size_t j = 0; j < 5; j++) assert_true(inverse[j + 5] == 0 && inverse[3 + j * 5] == 0);
  memcpy(small, a, 9 * sizeof *a);
  memcpy(small + 9, a + 18, 9 * sizeof *a);
  memcpy(small + 18, a + 36, 9 * sizeof *a);
  assert_int_equal(matrix_least_squares(&b, &rank, want, NULL, small, y, 9, 3, 1e-9), BILAN_OK);
  expect_close(x[0], want[0], 1e-12);
  expect_close(x[2], want[1], 1e-12);
  expect_close(x[4], want[2], 1e-12);
}

static void least_squares_of_fewer_rows_than_columns_keeps_the_first(void **state) {
  (void)state;
  const double a[6] = {1, 0, 1, 1, 5, 7}, y[2] = {3, 1};
  double x[3];
  size_t rank;
  assert_int_equal(matrix_least_squares(&b, &rank, x, NULL, a, y, 2, 3, 1e-9), BILAN_OK);
  assert_int_equal(rank, 2);
  expect_close(x[0], 2, 1e-15);
  expect_close(x[1], 1, 1e-15);
  assert_true(isnan(x[2]));
}

/* R'R of blocks stacked one by one is A'A of all. */
static void stacked_blocks_make_the_triangle_of_all_rows(void **state) {
  (void)state;
  double r[9] = {0}, block[4 * 3], sum[9] = {0}, product[9], turned[9];
  for (uint64_t k = 0; k < 5; k++) {
    fill(block, 12, 20 + k);
    for (size_t i = 0; i < 3; i++)
      for (size_t j = 0; j < 3; j++)
        for (size_t l = 0; l < 4; l++) sum[i + j * 3] += block[l + i * 4] * block[l + j * 4];
    assert_int_equal(matrix_stack(&b, r, 3, block, 4), BILAN_OK);
  }
  for (size_t i = 0; i < 9; i++) turned[i] = r[i / 3 + i % 3 * 3];
  matrix_multiply(product, turned, r, 3, 3, 3);
  for (size_t i = 0; i < 9; i++) expect_close(product[i], sum[i], 1e-13);
  assert_true(r[1] == 0 && r[2] == 0 && r[5] == 0);
}

/* ---- what is refused --------------------------------------------------------------------- */

static void entries_that_are_not_finite_are_refused(void **state) {
  (void)state;
  double a[4] = {1, 0, 0, NAN}, x[2] = {1, 1}, other[4];
  size_t rank;
  assert_int_equal(matrix_solve(&b, &rank, a, 2, x, 1, 1e-9), BILAN_INTERNAL);
  assert_int_equal(matrix_invert(&b, &rank, other, a, 2, 1e-9), BILAN_INTERNAL);
  assert_int_equal(matrix_eigenvalues(&b, x, a, 2), BILAN_INTERNAL);
  assert_int_equal(matrix_eigenvalues_general(&b, x, other, a, 2), BILAN_INTERNAL);
  assert_int_equal(matrix_rank(&b, &rank, a, 2, 2, 1e-9), BILAN_INTERNAL);
  assert_non_null(strstr(b.message, "not finite"));
}

static void nothing_is_asked_of_an_empty_matrix(void **state) {
  (void)state;
  double none[1] = {0};
  size_t rank = 7;
  assert_int_equal(matrix_solve(&b, &rank, none, 0, none, 0, 1e-9), BILAN_OK);
  assert_int_equal(rank, 0);
  assert_int_equal(matrix_eigenvalues(&b, none, none, 0), BILAN_OK);
  assert_int_equal(matrix_least_squares(&b, &rank, none, none, none, none, 0, 0, 1e-9), BILAN_OK);
  assert_int_equal(rank, 0);
}

static bilan_status everything(void) {
  double a[16], x[4] = {1, 2, 3, 4}, y[4], inverse[16];
  size_t rank;
  gram(a, 6, 4, 11);
  bilan_status status = matrix_solve(&b, &rank, a, 4, x, 1, 1e-9);
  if (!status) status = matrix_invert(&b, &rank, inverse, a, 4, 1e-9);
  if (!status) status = matrix_eigenvalues(&b, y, a, 4);
  if (!status) status = matrix_eigenvalues_general(&b, y, x, a, 4);
  if (!status) status = matrix_rank(&b, &rank, a, 4, 4, 1e-9);
  if (!status) status = matrix_least_squares(&b, &rank, x, inverse, a, y, 4, 4, 1e-9);
  return status;
}

static void every_failing_allocation_is_reported(void **state) {
  (void)state;
  size_t failures = 0;
  for (uint64_t k = 1;; k++, failures++) {
    b.mem.fail_at = b.mem.requests + k;
    bilan_status status = everything();
    b.mem.fail_at = 0;
    assert_int_equal(b.mem.used, 0);
    if (!status) break;
    assert_int_equal(status, BILAN_NOMEM);
  }
  assert_true(failures > 15);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(solve_solves_for_many_right_hand_sides, open_handle,
                                    close_handle),
    cmocka_unit_test_setup_teardown(solve_gives_a_solution_of_a_singular_system, open_handle,
                                    close_handle),
    cmocka_unit_test_setup_teardown(inverse_of_a_full_matrix_gives_the_identity, open_handle,
                                    close_handle),
    cmocka_unit_test_setup_teardown(inverse_of_a_singular_matrix_is_a_generalised_one, open_handle,
                                    close_handle),
    cmocka_unit_test_setup_teardown(zero_matrix_has_rank_zero, open_handle, close_handle),
    cmocka_unit_test_setup_teardown(symmetric_eigenvalues_are_those_of_the_string, open_handle,
                                    close_handle),
    cmocka_unit_test_setup_teardown(general_eigenvalues_fall_and_pair, open_handle, close_handle),
    cmocka_unit_test_setup_teardown(rank_counts_independent_columns, open_handle, close_handle),
    cmocka_unit_test_setup_teardown(least_squares_meets_certified_values, open_handle,
                                    close_handle),
    cmocka_unit_test_setup_teardown(least_squares_sets_later_dependent_columns_aside, open_handle,
                                    close_handle),
    cmocka_unit_test_setup_teardown(least_squares_of_fewer_rows_than_columns_keeps_the_first,
                                    open_handle, close_handle),
    cmocka_unit_test_setup_teardown(stacked_blocks_make_the_triangle_of_all_rows, open_handle,
                                    close_handle),
    cmocka_unit_test_setup_teardown(entries_that_are_not_finite_are_refused, open_handle,
                                    close_handle),
    cmocka_unit_test_setup_teardown(nothing_is_asked_of_an_empty_matrix, open_handle,
                                    close_handle),
    cmocka_unit_test_setup_teardown(every_failing_allocation_is_reported, open_handle,
                                    close_handle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

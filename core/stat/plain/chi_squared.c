/* chi_squared.c - Pearson's chi-squared test of independence in an r x c table.
 *
 *   E_ij = R_i C_j / n,   X2 = sum (|O - E| - c)^2 / E,   df = (r - 1)(c - 1)
 * c = 0, or in a 2 x 2 table on demand Yates's min(1/2, |O - E|). The likelihood ratio is
 * G = 2 sum O ln(O / E). Residuals: (O - E)/sqrt(E), and adjusted by Haberman 1973:
 * (O - E)/sqrt(E (1 - R_i/n)(1 - C_j/n)).
 * Cramer's V = sqrt(X2 / (n min(r-1, c-1))) from the uncorrected X2; the corrected one takes
 * the bias off: phi2 = max(0, X2/n - df/(n-1)), r' = r - (r-1)^2/(n-1), same for c, and
 * V = sqrt(phi2 / min(r'-1, c'-1))   (Bergsma, J. Korean Statistical Society 42 (2013) 323-328).
 * phi = (ad - bc)/sqrt(R1 R2 C1 C2) is signed.
 *
 * Empty rows and columns carry nothing: they count neither in r nor in c (NOTE_DROPPED). Empty
 * cells stay. Scratch: one array of margins. O(r c).
 */
#include <math.h>

#include "base/handle.h"
#include "stat/dist/dist.h"
#include "stat/plain/plain.h"

/* Sums of the rows and of the columns, and of all. */
struct margins {
  double *row, *col, n;
};

/* Margins of a checked table; `row` and `col` share one block, owned by the caller. */
static bilan_status margins_of(bilan *b, struct margins *m, struct plain_counts t) {
  m->n = 0;
  m->row = mem_zero(&b->mem, t.rows + t.cols, sizeof *m->row);
  if (!m->row) return fail_nomem(b);
  m->col = m->row + t.rows;
  for (size_t i = 0; i < t.rows; i++)
    for (size_t j = 0; j < t.cols; j++) {
      double count = t.n[i * t.cols + j];
      if (!(count >= 0 && count < INFINITY)) {
        mem_free(&b->mem, m->row);
        return fail(b, BILAN_USAGE,
                    "chi_squared: row %zu, column %zu: expected a count of at least 0", i + 1,
                    j + 1);
      }
      m->row[i] += count;
      m->col[j] += count;
      m->n += count;
    }
  return BILAN_OK;
}

/* How many margins hold anybody: what r and c are. */
static size_t filled(const double *margin, size_t count) {
  size_t n = 0;
  for (size_t i = 0; i < count; i++) n += margin[i] > 0;
  return n;
}

/* Stores where the caller wants it; NULL means that it does not. */
static void put(double *array, size_t at, double value) {
  if (array) array[at] = value;
}

/* One cell's share in the two statistics, and its entry in the arrays. */
static void add_cell(struct plain_chi_squared *out, struct plain_cells cells, size_t at,
                     double observed, double row, double col) {
  double expected = out->n > 0 ? row / out->n * col : 0, gap = observed - expected;
  bool there = expected > 0;
  double spread = there ? expected * (1 - row / out->n) * (1 - col / out->n) : 0;
  put(cells.expected, at, there ? expected : 0);
  put(cells.residual, at, there ? gap / sqrt(expected) : 0);
  put(cells.adjusted, at, spread > 0 ? gap / sqrt(spread) : 0);
  if (!there) return;
  out->statistic += gap * gap / expected;
  if (observed > 0) out->g_statistic += 2 * observed * log(observed / expected);
  out->smallest_expected = fmin(out->smallest_expected, expected);
}

/* The figures of all cells; the sums of `out` start at 0. */
static void add_cells(struct plain_chi_squared *out, struct plain_cells cells,
                      struct plain_counts t, const struct margins *m) {
  for (size_t i = 0; i < t.rows; i++)
    for (size_t j = 0; j < t.cols; j++)
      add_cell(out, cells, i * t.cols + j, t.n[i * t.cols + j], m->row[i], m->col[j]);
  out->g_statistic = fmax(0, out->g_statistic);
}

/* The four filled cells of a table whose other rows and columns are empty. */
static void four_cells(double four[4], struct plain_counts t, const struct margins *m) {
  size_t at = 0;
  for (size_t i = 0; i < t.rows; i++)
    for (size_t j = 0; j < t.cols; j++)
      if (m->row[i] > 0 && m->col[j] > 0) four[at++] = t.n[i * t.cols + j];
}

/* phi, and Yates's correction if it is asked for: all four |O - E| are equal. */
static void two_by_two(struct plain_chi_squared *out, const double f[4], bool correct) {
  double r1 = f[0] + f[1], r2 = f[2] + f[3], c1 = f[0] + f[2], c2 = f[1] + f[3];
  double gap = fabs(f[0] - r1 / out->n * c1);
  out->phi = (f[0] * f[3] - f[1] * f[2]) / (sqrt(r1) * sqrt(r2) * sqrt(c1) * sqrt(c2));
  if (!correct) return;
  out->correction = fmin(0.5, gap);
  double left = gap - out->correction, weight = out->n / r1 / r2 * out->n / c1 / c2 * out->n;
  out->statistic = left * left * weight;
}

/* Cramer's V plain and corrected, from the uncorrected statistic. The corrected one stays NaN
 * where a table of n people leaves no room for it. */
static void measures(struct plain_chi_squared *out) {
  double r = (double)out->rows, c = (double)out->cols, n = out->n;
  double phi2 = out->statistic / n;
  out->cramer_v = sqrt(fmin(1, phi2 / fmin(r - 1, c - 1)));
  if (n <= 1) return;
  double rows = r - (r - 1) * (r - 1) / (n - 1), cols = c - (c - 1) * (c - 1) / (n - 1);
  double room = fmin(rows - 1, cols - 1), left = fmax(0, phi2 - out->df / (n - 1));
  if (room > 0) out->cramer_v_corrected = sqrt(fmin(1, left / room));
}

/* Leaves NaN and a note where fewer than two rows or columns hold answers. */
static void no_test(struct plain_chi_squared *out) {
  out->statistic = out->p_value = out->g_statistic = out->g_p_value = NAN;
  out->cramer_v = NAN;
  if (out->n == 0) out->smallest_expected = NAN;
  out->notes |= NOTE_NO_TABLE;
}

/* The test of a table with at least two filled rows and columns. */
static void test(struct plain_chi_squared *out, struct plain_counts t, const struct margins *m,
                 bool correct) {
  out->df = (double)(out->rows - 1) * (double)(out->cols - 1);
  measures(out);
  if (out->df == 1) {
    double four[4] = {0};
    four_cells(four, t, m);
    two_by_two(out, four, correct);
  }
  out->p_value = chi_squared_cdf(out->statistic, out->df, UPPER);
  out->g_p_value = chi_squared_cdf(out->g_statistic, out->df, UPPER);
  if (out->smallest_expected < 5) out->notes |= NOTE_SMALL;
}

/* Margins, cells, then the test; `out` is written last, so that it is untouched on failure. */
bilan_status plain_chi_squared(bilan *b, struct plain_chi_squared *out,
                               struct plain_cells cells, struct plain_counts t, bool correct) {
  struct margins m = {NULL, NULL, 0};
  bilan_status status = margins_of(b, &m, t);
  if (status) return status;
  struct plain_chi_squared r = {.n = m.n, .phi = NAN, .cramer_v_corrected = NAN,
                                .smallest_expected = INFINITY};
  r.rows = filled(m.row, t.rows);
  r.cols = filled(m.col, t.cols);
  if (r.rows < t.rows || r.cols < t.cols) r.notes |= NOTE_DROPPED;
  add_cells(&r, cells, t, &m);
  if (r.rows < 2 || r.cols < 2) no_test(&r);
  else test(&r, t, &m, correct);
  mem_free(&b->mem, m.row);
  *out = r;
  return BILAN_OK;
}

/* matrix.c - linear algebra by LAPACK's own routines, column by column.
 *
 * LAPACKE's `_work` functions in column-major order hand their arguments straight to LAPACK and
 * allocate nothing; the workspaces are the handle's. Arguments are checked here first, because
 * LAPACK's answer to a bad one is to stop the program: sizes beyond an int and values that are
 * not finite are refused as BILAN_INTERNAL (a caller deals with absent figures before it comes
 * here).
 *
 *   solve, invert   Cholesky with complete pivoting (dpstrf; Higham, Accuracy and Stability of
 *                   Numerical Algorithms, 2002, section 10.3): P'AP = U'U as far as the pivots
 *                   reach; what is left over counts as 0
 *   eigenvalues     dsyev, dgeev
 *   rank            QR with column pivoting (dgeqp3)
 *   least squares   QR (dgeqrf) brings the problem down to its triangle R; in R the columns that
 *                   depend on earlier ones are set aside one after the other, so that the first
 *                   of several equal columns is the one that stays
 *
 * Worked example of least squares: columns (1, 1, 1), (2, 2, 2), (0, 1, 2) and y = (1, 3, 5). R's
 * second column has nothing left at right angles to the first, so its coefficient is NaN; the
 * others are 1 and 2, rank 2, and (R'R)^-1 = (5/6, -1/2; -1/2, 1/2) with 0 in the second row and
 * column.
 *
 * Layout of the triangle that least squares works on, columns 1 2 3 and y, before and after
 * column 2 has been set aside (x stands for a number, . for 0):
 *
 *   full   1 2 3 y             kept   1 3 y
 *          x x x x                    x x x      R z = y: the first two rows, from below
 *          . 0 x x                    . x x
 *          . . x x                    . . x      what is left of y: the residuals' length
 *          . . . x                    . . .
 *
 * Owner: results go where the caller says; all else is freed before a function returns.
 * Invariant: results are written at the end, so a failure leaves them as they were.
 *
 * Cost: n^3 operations, memory a copy of the matrix.
 */
#include "kernel/matrix.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "kernel/lapack.h"

/* ---- what all of them need --------------------------------------------------------------- */

/* LAPACK's verdict: info < 0 is a bad argument, > 0 no convergence. Neither is expected of
 * arguments that were checked: what cannot be solved for is told by ranks, which dpstrf's info >
 * 0 says too. */
static bilan_status judge(bilan *b, const char *routine, lapack_int info) {
  if (info == 0) return BILAN_OK;
  return fail(b, BILAN_INTERNAL, "LAPACK's %s gives up (%d)", routine, (int)info);
}

/* Sizes an int can hold, values that are finite. The 64 leaves room for workspaces, which LAPACK
 * counts in ints too. BILAN_LIMIT, BILAN_INTERNAL. */
static bilan_status check(bilan *b, const double *a, size_t rows, size_t columns) {
  if (rows > INT_MAX / 64 || columns > INT_MAX / 64)
    return fail(b, BILAN_LIMIT, "a matrix of %zu x %zu is too large", rows, columns);
  for (size_t i = 0; i < rows * columns; i++)
    if (!isfinite(a[i]))
      return fail(b, BILAN_INTERNAL, "a matrix of %zu x %zu has an entry that is not finite", rows,
                  columns);
  return BILAN_OK;
}

/* A copy to work on, since LAPACK writes over its input; NULL when memory is out or the size is
 * beyond all memory. */
static double *copy(bilan *b, const double *a, size_t rows, size_t columns) {
  double *c = columns && rows > SIZE_MAX / sizeof *c / columns
                ? NULL
                : mem_array(&b->mem, rows * columns, sizeof *c);
  if (c && rows * columns > 0) memcpy(c, a, rows * columns * sizeof *c);
  return c;
}

/* ---- symmetric systems ------------------------------------------------------------------- */

/* P'AP = U'U on the first `rank` rows and columns; U in the upper triangle of u. */
struct cholesky {
  double *u;         /* [n * n] column by column */
  lapack_int *pivot; /* [n] row of A that stands at each place; from 0 */
  double *work;      /* [2 * n] for LAPACK, then z of one right-hand side */
  size_t n, rank;
};

/* Takes a zeroed one, and one that was made in part. */
static void cholesky_free(bilan *b, struct cholesky *c) {
  mem_free(&b->mem, c->u);
  mem_free(&b->mem, c->pivot);
  mem_free(&b->mem, c->work);
}

/* The largest entry of the diagonal: the first pivot, and what the tolerance is a share of. */
static double largest_pivot(const double *a, size_t n) {
  double most = 0;
  for (size_t i = 0; i < n; i++) most = fmax(most, a[i + i * n]);
  return most;
}

/* Factors a; *c is to be freed in any case. An A without a positive pivot has rank 0. */
static bilan_status cholesky_make(bilan *b, struct cholesky *c, const double *a, size_t n,
                                  double tolerance) {
  *c = (struct cholesky){.n = n};
  bilan_status status = check(b, a, n, n);
  if (status) return status;
  c->u = copy(b, a, n, n);
  c->pivot = mem_array(&b->mem, n, sizeof *c->pivot);
  c->work = mem_array(&b->mem, 2 * n, sizeof *c->work);
  if (!c->u || !c->pivot || !c->work) return fail_nomem(b);
  double most = largest_pivot(a, n);
  if (!(most > 0)) return BILAN_OK;
  struct lapack lapack;
  status = lapack_open(b, &lapack);
  if (status) return status;
  lapack_int rank = 0, size = (lapack_int)n;
  lapack_int info = lapack.dpstrf(LAPACK_COL_MAJOR, 'U', size, c->u, size, c->pivot, &rank,
                                  tolerance * most, c->work);
  if (info < 0) return judge(b, "dpstrf", info);
  c->rank = (size_t)rank;
  for (size_t i = 0; i < n; i++) c->pivot[i]--;
  return BILAN_OK;
}

/* x[n] of one right-hand side in place: forward through U', back through U; 0 where A is 0. The
 * head of matrix.h: A = (4 2; 2 1) has U = (2 1; . .) and rank 1; x = (2, 1): z = 2 / 2 = 1, then
 * 1 / 2 = 0.5, and 0 for the second. */
static void cholesky_solve(const struct cholesky *c, double *x) {
  double *z = c->work;
  for (size_t i = 0; i < c->rank; i++) {
    double sum = x[c->pivot[i]];
    for (size_t k = 0; k < i; k++) sum -= c->u[k + i * c->n] * z[k];
    z[i] = sum / c->u[i + i * c->n];
  }
  for (size_t i = c->rank; i-- > 0;) {
    for (size_t k = i + 1; k < c->rank; k++) z[i] -= c->u[i + k * c->n] * z[k];
    z[i] /= c->u[i + i * c->n];
  }
  for (size_t i = 0; i < c->n; i++) x[i] = 0;
  for (size_t i = 0; i < c->rank; i++) x[c->pivot[i]] = z[i];
}

/* Each right-hand side is solved on its own; `a` is factored once. On failure x keeps what it
 * held, unless the failure is an entry of x itself. */
bilan_status matrix_solve(bilan *b, size_t *rank, const double *a, size_t n, double *x,
                          size_t columns, double tolerance) {
  if (n == 0) {
    *rank = 0;
    return BILAN_OK;
  }
  struct cholesky c;
  bilan_status status = cholesky_make(b, &c, a, n, tolerance);
  if (!status) status = check(b, x, n, columns);
  if (!status) {
    for (size_t j = 0; j < columns; j++) cholesky_solve(&c, x + j * n);
    *rank = c.rank;
  }
  cholesky_free(b, &c);
  return status;
}

/* Columns of the identity, solved one by one, give the inverse of the leading rows and columns in
 * the order of pivots; all others are 0, so A G A = A and G A G = G. Rounding makes the two
 * triangles differ in the last digits: their mean is taken, so that the result is symmetric to
 * the bit. */
bilan_status matrix_invert(bilan *b, size_t *rank, double *inverse, const double *a, size_t n,
                           double tolerance) {
  struct cholesky c = {0};
  bilan_status status = n == 0 ? BILAN_OK : cholesky_make(b, &c, a, n, tolerance);
  if (status) goto cleanup;
  memset(inverse, 0, n * n * sizeof *inverse);
  for (size_t j = 0; j < c.rank; j++) { /* the others are 0 */
    size_t column = (size_t)c.pivot[j];
    inverse[column + column * n] = 1;
    cholesky_solve(&c, inverse + column * n);
  }
  for (size_t j = 0; j < n; j++)
    for (size_t i = 0; i < j; i++)
      inverse[i + j * n] = inverse[j + i * n] = (inverse[i + j * n] + inverse[j + i * n]) / 2;
  *rank = c.rank;
cleanup:
  cholesky_free(b, &c);
  return status;
}

/* ---- eigenvalues ------------------------------------------------------------------------- */

/* The upper triangle is read. The workspace of 3 n is the least that dsyev takes (3 n - 1); more
 * would make it faster for sizes that nobody has here. */
bilan_status matrix_eigenvalues(bilan *b, double *values, const double *a, size_t n) {
  if (n == 0) return BILAN_OK;
  struct lapack lapack;
  bilan_status status = check(b, a, n, n);
  if (!status) status = lapack_open(b, &lapack);
  if (status) return status;
  lapack_int size = (lapack_int)n;
  double *work = mem_array(&b->mem, 3 * n, sizeof *work);
  double *c = copy(b, a, n, n);
  if (!work || !c)
    status = fail_nomem(b);
  else
    status = judge(b, "dsyev", lapack.dsyev(LAPACK_COL_MAJOR, 'N', 'U', size, c, size, values,
                                            work, 3 * size));
  mem_free(&b->mem, c);
  mem_free(&b->mem, work);
  return status;
}

/* Falling by real part, then by imaginary part: insertion, n is small. Pairs keep together, since
 * a conjugate differs in the sign of its imaginary part alone. */
static void eigenvalues_sort(double *real, double *imaginary, size_t n) {
  for (size_t i = 1; i < n; i++) {
    double re = real[i], im = imaginary[i];
    size_t k = i;
    for (; k > 0 && (real[k - 1] < re || (real[k - 1] == re && imaginary[k - 1] < im)); k--) {
      real[k] = real[k - 1];
      imaginary[k] = imaginary[k - 1];
    }
    real[k] = re;
    imaginary[k] = im;
  }
}

/* Pairs of conjugates come out with the positive imaginary part first. LAPACK's order depends on
 * its blocking, so the sort is what makes the order a property of the matrix. */
bilan_status matrix_eigenvalues_general(bilan *b, double *real, double *imaginary,
                                        const double *a, size_t n) {
  if (n == 0) return BILAN_OK;
  struct lapack lapack;
  bilan_status status = check(b, a, n, n);
  if (!status) status = lapack_open(b, &lapack);
  if (status) return status;
  lapack_int size = (lapack_int)n;
  double *work = mem_array(&b->mem, 3 * n, sizeof *work);
  double *c = copy(b, a, n, n);
  if (!work || !c)
    status = fail_nomem(b);
  else
    status = judge(b, "dgeev",
                   lapack.dgeev(LAPACK_COL_MAJOR, 'N', 'N', size, c, size, real, imaginary, NULL,
                                1, NULL, 1, work, 3 * size));
  if (!status) eigenvalues_sort(real, imaginary, n);
  mem_free(&b->mem, c);
  mem_free(&b->mem, work);
  return status;
}

/* ---- QR ---------------------------------------------------------------------------------- */

/* A triangle has as many entries on its diagonal as the shorter side. */
static size_t least(size_t x, size_t y) { return x < y ? x : y; }

/* (1 2; 2 4; 3 6): the second column is the longer one and comes first, R = (-7.48 -3.74; . 0),
 * rank 1. Columns are brought forward by the length that is left of them, so the diagonal of R
 * falls and the first entry below the tolerance ends the count (Golub & Van Loan, Matrix
 * Computations, 5.4.2). */
bilan_status matrix_rank(bilan *b, size_t *rank, const double *a, size_t rows, size_t columns,
                         double tolerance) {
  *rank = 0;
  if (rows == 0 || columns == 0) return BILAN_OK;
  struct lapack lapack;
  bilan_status status = check(b, a, rows, columns);
  if (!status) status = lapack_open(b, &lapack);
  if (status) return status;
  lapack_int *order = mem_zero(&b->mem, columns, sizeof *order);
  double *r = copy(b, a, rows, columns), *tau = mem_array(&b->mem, columns, sizeof *tau);
  double *work = mem_array(&b->mem, 3 * columns + 1, sizeof *work);
  if (!order || !r || !tau || !work) {
    status = fail_nomem(b);
    goto cleanup;
  }
  status = judge(b, "dgeqp3",
                 lapack.dgeqp3(LAPACK_COL_MAJOR, (lapack_int)rows, (lapack_int)columns, r,
                               (lapack_int)rows, order, tau, work,
                               (lapack_int)(3 * columns + 1)));
  for (size_t i = 0; !status && i < least(rows, columns); i++)
    if (fabs(r[i + i * rows]) > tolerance * fabs(r[0])) (*rank)++;
cleanup:
  mem_free(&b->mem, work);
  mem_free(&b->mem, tau);
  mem_free(&b->mem, r);
  mem_free(&b->mem, order);
  return status;
}

/* The triangle of a QR in place: R in the upper part, 0 below it (LAPACK leaves its reflections
 * there, which nobody here applies). `tau` and `work` have room for
 * `columns` each. */
static bilan_status triangle(bilan *b, double *a, size_t rows, size_t columns, double *tau,
                             double *work) {
  struct lapack lapack;
  bilan_status status = lapack_open(b, &lapack);
  if (status) return status;
  lapack_int info = lapack.dgeqrf(LAPACK_COL_MAJOR, (lapack_int)rows, (lapack_int)columns, a,
                                  (lapack_int)rows, tau, work, (lapack_int)columns);
  if (info) return judge(b, "dgeqrf", info);
  for (size_t j = 0; j < columns; j++)
    for (size_t i = j + 1; i < rows; i++) a[i + j * rows] = 0;
  return BILAN_OK;
}

/* r = (5) from rows 3, 4 of one column, then the row 12: stacked (5; 12), triangle -13 or 13, and
 * 169 = 9 + 16 + 144. r on top of the new rows is a matrix with the same cross products as all
 * rows together, so its R is theirs: R'R = r'r + a'a. The copy has rows + columns rows; r is
 * written last. */
bilan_status matrix_stack(bilan *b, double *r, size_t columns, const double *a, size_t rows) {
  bilan_status status = check(b, a, rows, columns);
  if (status || columns == 0) return status;
  size_t all = rows + columns;
  double *stack = mem_zero(&b->mem, all, columns * sizeof *stack);
  double *work = mem_array(&b->mem, columns, 2 * sizeof *work);
  if (!stack || !work) {
    status = fail_nomem(b);
    goto cleanup;
  }
  for (size_t j = 0; j < columns; j++) {
    memcpy(stack + j * all, r + j * columns, columns * sizeof *r);
    if (rows > 0) memcpy(stack + j * all + columns, a + j * rows, rows * sizeof *a);
  }
  status = triangle(b, stack, all, columns, work, work + columns);
  for (size_t j = 0; !status && j < columns; j++)
    memcpy(r + j * columns, stack + j * all, columns * sizeof *r);
cleanup:
  mem_free(&b->mem, work);
  mem_free(&b->mem, stack);
  return status;
}

/* The triangle of least squares: of [A y], of which the kept columns are factored again. */
struct squares {
  double *full;     /* (p + 1)^2: R of [A y] */
  double *kept;     /* (p + 1) x (count + 1): the kept columns of it and y's, factored */
  size_t *column;   /* [count] which column of A each kept one is, rising */
  double *work;     /* 2 (p + 1) */
  size_t p, count;  /* columns of A; how many are kept so far */
  double tolerance; /* share of a column's length */
};

/* Room for p columns and y, all of them kept so far; squares_free in any case. */
static bilan_status squares_open(bilan *b, struct squares *s, size_t p, double tolerance) {
  size_t n = p + 1;
  *s = (struct squares){.p = p, .count = p, .tolerance = tolerance};
  s->full = mem_zero(&b->mem, n, n * sizeof *s->full);
  s->kept = mem_array(&b->mem, n, n * sizeof *s->kept);
  s->column = mem_array(&b->mem, n, sizeof *s->column);
  s->work = mem_array(&b->mem, n, 2 * sizeof *s->work);
  if (!s->full || !s->kept || !s->column || !s->work) return fail_nomem(b);
  for (size_t j = 0; j < p; j++) s->column[j] = j;
  return BILAN_OK;
}

/* Takes one that was opened in part. */
static void squares_free(bilan *b, struct squares *s) {
  mem_free(&b->mem, s->work);
  mem_free(&b->mem, s->column);
  mem_free(&b->mem, s->kept);
  mem_free(&b->mem, s->full);
}

/* The triangle of [A y] into s->full. The copy puts y behind the last column of A. */
static bilan_status squares_read(bilan *b, struct squares *s, const double *a, const double *y,
                                 size_t rows) {
  double *both = mem_array(&b->mem, rows, (s->p + 1) * sizeof *both);
  if (!both) return fail_nomem(b);
  if (rows > 0) {
    memcpy(both, a, rows * s->p * sizeof *a);
    memcpy(both + rows * s->p, y, rows * sizeof *y);
  }
  bilan_status status = matrix_stack(b, s->full, s->p + 1, both, rows);
  mem_free(&b->mem, both);
  return status;
}

/* Copies the kept columns of R, and y's, side by side and factors them: leaving a column out
 * makes the rest a triangle no more. *odd is the first that depends on those before it (its part
 * at right angles to them is below tolerance * its length), or `count`. */
static bilan_status squares_factor(bilan *b, struct squares *s, size_t *odd) {
  size_t n = s->p + 1;
  for (size_t j = 0; j < s->count; j++)
    memcpy(s->kept + j * n, s->full + s->column[j] * n, n * sizeof *s->kept);
  memcpy(s->kept + s->count * n, s->full + s->p * n, n * sizeof *s->kept);
  bilan_status status = triangle(b, s->kept, n, s->count + 1, s->work, s->work + n);
  for (*odd = 0; !status && *odd < s->count; ++*odd) {
    double length = 0;
    for (size_t i = 0; i <= *odd; i++) length = hypot(length, s->kept[i + *odd * n]);
    if (!(fabs(s->kept[*odd + *odd * n]) > s->tolerance * length)) break;
  }
  return status;
}

/* Sets columns aside until none depends on the ones before it; each time the rest is factored
 * anew, p + 1 rows only, whatever the number of rows of A. */
static bilan_status squares_reduce(bilan *b, struct squares *s) {
  for (size_t odd;;) {
    bilan_status status = squares_factor(b, s, &odd);
    if (status || odd == s->count) return status;
    s->count--;
    memmove(s->column + odd, s->column + odd + 1, (s->count - odd) * sizeof *s->column);
  }
}

/* z with R z = right[count], backwards, in place; no diagonal entry is 0, since squares_reduce
 * has set such columns aside. */
static void back(const struct squares *s, double *z) {
  size_t n = s->p + 1;
  for (size_t i = s->count; i-- > 0;) {
    for (size_t k = i + 1; k < s->count; k++) z[i] -= s->kept[i + k * n] * z[k];
    z[i] /= s->kept[i + i * n];
  }
}

/* NaN for the columns that were set aside, the solution of R z = Q'y for the others: Q'y is what
 * the factoring has made of y's own column. */
static void squares_coefficients(const struct squares *s, double *x) {
  for (size_t j = 0; j < s->p; j++) x[j] = NAN;
  double *z = s->work;
  memcpy(z, s->kept + s->count * (s->p + 1), s->count * sizeof *z);
  back(s, z);
  for (size_t j = 0; j < s->count; j++) x[s->column[j]] = z[j];
}

/* (R'R)^-1 = R^-1 R^-1': row i of R^-1 from its columns, summed as products. */
static void squares_inverse(const struct squares *s, double *inverse) {
  memset(inverse, 0, s->p * s->p * sizeof *inverse);
  double *z = s->work;
  for (size_t k = 0; k < s->count; k++) {
    memset(z, 0, s->count * sizeof *z);
    z[k] = 1;
    back(s, z); /* column k of R^-1 */
    for (size_t i = 0; i <= k; i++)
      for (size_t j = 0; j <= k; j++)
        inverse[s->column[i] + s->column[j] * s->p] += z[i] * z[j];
  }
}

/* Why QR and not the normal equations: these square the condition number, and a year or a
 * postcode beside an intercept has a large one. Outputs are written when all else has
 * succeeded. */
bilan_status matrix_least_squares(bilan *b, size_t *rank, double *x, double *inverse,
                                  const double *a, const double *y, size_t rows, size_t columns,
                                  double tolerance) {
  struct squares s;
  bilan_status status = squares_open(b, &s, columns, tolerance);
  if (!status) status = squares_read(b, &s, a, y, rows);
  if (!status) status = squares_reduce(b, &s);
  if (!status) {
    squares_coefficients(&s, x);
    if (inverse) squares_inverse(&s, inverse);
    *rank = s.count;
  }
  squares_free(b, &s);
  return status;
}

/* ---- products ---------------------------------------------------------------------------- */

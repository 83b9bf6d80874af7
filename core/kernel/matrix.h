/* matrix.h - the engine's linear algebra: thin names over LAPACK.
 *
 * Worked example: a = 4, 2, 2, 1 with n = 2 is (4 2; 2 1), of rank 1. matrix_solve with b = (2,
 * 1) gives x = (0.5, 0) and rank 1; matrix_invert gives (0.25 0; 0 0); matrix_eigenvalues 0, 5.
 *
 * Matrices are small (statistics, coefficients, replicates), dense, column by column as LAPACK
 * stores them: a[i + j * rows]. Symmetric ones may be given either way. Workspaces come from the
 * handle's allocator; the header of LAPACK is seen by matrix.c alone. A singular matrix is a
 * result (rank), never an error. Failure: BILAN_NOMEM; BILAN_INTERNAL when LAPACK refuses an
 * argument or does not converge.
 */
#ifndef KERNEL_MATRIX_H
#define KERNEL_MATRIX_H

#include "base/handle.h"

/* Solves A X = B for a symmetric positive semi-definite A (n x n, kept); B (n x columns) becomes
 * X. Directions in which A is 0 (pivot below tolerance * largest) get 0; *rank tells how many
 * were not. */
bilan_status matrix_solve(bilan *b, size_t *rank, const double *a, size_t n, double *x,
                          size_t columns, double tolerance);

/* The symmetric inverse in the same sense (a generalised inverse of rank *rank). */
bilan_status matrix_invert(bilan *b, size_t *rank, double *inverse, const double *a, size_t n,
                           double tolerance);

/* Eigenvalues of a symmetric A, rising. */
bilan_status matrix_eigenvalues(bilan *b, double *values, const double *a, size_t n);

/* Eigenvalues of a general A; their real parts, falling, and imaginary parts. */
bilan_status matrix_eigenvalues_general(bilan *b, double *real, double *imaginary,
                                        const double *a, size_t n);

/* Rank by QR with column pivoting: diagonal entries of R above tolerance * the first. */
bilan_status matrix_rank(bilan *b, size_t *rank, const double *a, size_t rows, size_t columns,
                         double tolerance);

/* Least squares by QR with limited column pivoting (columns that depend on earlier ones, relative
 * tolerance given, are set aside: coefficient NaN): y ~ a x. *rank columns were used; the inverse
 * of R'R over them goes to `inverse` (columns x columns, 0 elsewhere) unless NULL. */
bilan_status matrix_least_squares(bilan *b, size_t *rank, double *x, double *inverse,
                                  const double *a, const double *y, size_t rows, size_t columns,
                                  double tolerance);

/* A QR without its rows: r (columns x columns, upper triangle, 0 at first) becomes the triangle
 * of r stacked on a (rows x columns). Block after block this is the R of all rows, in memory of
 * the order of one block. Signs of R's rows are arbitrary. */
bilan_status matrix_stack(bilan *b, double *r, size_t columns, const double *a, size_t rows);

#endif

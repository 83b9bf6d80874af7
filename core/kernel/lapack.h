/* lapack.h - LAPACK's routines, looked up when linear algebra is first wanted.
 *
 * Linking with LAPACK costs every start of the program the loading of six libraries (LAPACKE,
 * LAPACK, BLAS, TMG, Fortran's and its arithmetic: a millisecond), and most scripts solve
 * nothing. So the library is opened by name at the first routine that is called with a handle,
 * and the handle keeps what was found. One copy serves all handles of a process; it is never
 * closed.
 */
#ifndef KERNEL_LAPACK_H
#define KERNEL_LAPACK_H

#include <lapacke.h>

#include "base/handle.h"

/* The routines in use, as lapacke.h declares them (LAPACKE_dpstrf_work, ...). */
struct lapack {
  lapack_int (*dpstrf)(int layout, char part, lapack_int n, double *a, lapack_int lda,
                       lapack_int *pivot, lapack_int *rank, double tolerance, double *work);
  lapack_int (*dsyev)(int layout, char job, char part, lapack_int n, double *a, lapack_int lda,
                      double *values, double *work, lapack_int room);
  lapack_int (*dgeev)(int layout, char left, char right, lapack_int n, double *a, lapack_int lda,
                      double *real, double *imaginary, double *vl, lapack_int ldvl, double *vr,
                      lapack_int ldvr, double *work, lapack_int room);
  lapack_int (*dgeqp3)(int layout, lapack_int m, lapack_int n, double *a, lapack_int lda,
                       lapack_int *order, double *tau, double *work, lapack_int room);
  lapack_int (*dgeqrf)(int layout, lapack_int m, lapack_int n, double *a, lapack_int lda,
                       double *tau, double *work, lapack_int room);
};

/* Fills *out. BILAN_IO when the library or one of the routines is not there. */
bilan_status lapack_open(bilan *b, struct lapack *out);

#endif

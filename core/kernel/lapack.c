/* lapack.c - see lapack.h.
 *
 * dlopen with RTLD_NODELETE: the routines stay where they are, so a handle may keep their places
 * without anything to give back. A library of another width of integers (ILP64) has other names
 * of files, and is not taken.
 */
#include "kernel/lapack.h"

#include <dlfcn.h>
#include <string.h>

/* Names of the library, the first that opens is taken. */
static const char *const libraries[] = {
#ifdef __APPLE__
    "liblapacke.3.dylib", "liblapacke.dylib",
#endif
    "liblapacke.so.3", "liblapacke.so"};

static const char *const routines[ALGEBRA_ROUTINES] = {
    "LAPACKE_dpstrf_work", "LAPACKE_dsyev_work", "LAPACKE_dgeev_work", "LAPACKE_dgeqp3_work",
    "LAPACKE_dgeqrf_work"};

/* The library, NULL when it is nowhere. */
static void *library_open(void) {
  void *library = NULL;
  for (size_t i = 0; i < sizeof libraries / sizeof libraries[0] && !library; i++)
    library = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  return library;
}

/* Looks all routines up; the handle keeps them only when all are there. POSIX lets a function
 * travel in the bytes of a pointer, C does not let it be cast. */
static bilan_status find_routines(bilan *b) {
  void (*found[ALGEBRA_ROUTINES])(void);
  void *library = library_open();
  if (!library)
    return fail(b, BILAN_IO, "linear algebra needs the library liblapacke, which cannot be "
                "loaded; on Debian and Ubuntu it is in the package liblapacke");
  for (size_t i = 0; i < ALGEBRA_ROUTINES; i++) {
    void *place = dlsym(library, routines[i]);
    if (!place) return fail(b, BILAN_IO, "the library liblapacke has no %s", routines[i]);
    memcpy(&found[i], &place, sizeof place);
  }
  memcpy(b->algebra, found, sizeof found);
  return BILAN_OK;
}

/* The compiler's word that the signatures of lapack.h are those of lapacke.h; never evaluated. */
#define AGREES(routine) \
  ((void)sizeof(out->routine = LAPACKE_##routine##_work))

/* The order of the routines in the handle is that of the struct's fields. */
bilan_status lapack_open(bilan *b, struct lapack *out) {
  _Static_assert(sizeof *out == sizeof b->algebra, "one pointer for each routine");
  AGREES(dpstrf), AGREES(dsyev), AGREES(dgeev), AGREES(dgeqp3), AGREES(dgeqrf);
  bilan_status status = b->algebra[0] ? BILAN_OK : find_routines(b);
  if (!status) memcpy(out, b->algebra, sizeof *out);
  return status;
}

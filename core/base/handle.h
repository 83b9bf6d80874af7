/* handle.h - what stands behind the public `bilan *`: allocator, I/O, threads, last message.
 *
 * Every function of the engine that can fail takes the handle first and returns a
 * bilan_status; `fail` records the message and hands the code back, so that a failing line
 * reads `return fail(b, BILAN_DATA, "...")`. Messages need no memory: the text lives in a
 * fixed buffer, so running out of memory can be reported.
 */
#ifndef BASE_HANDLE_H
#define BASE_HANDLE_H

#include "base/mem.h"
#include "base/pool.h"
#include "base/system.h"
#include "bilan.h"

enum { MESSAGE_ROOM = 2048 };

struct plan;

/* Instructions that a scanner or counter of bytes may use. */
enum simd { SIMD_BEST, SIMD_SCALAR, SIMD_SSE2, SIMD_AVX2, SIMD_NEON, SIMDS };

/* Ways of computing. None ever changes a result (doubles summed in other blocks: their last bits);
 * all zero, the engine chooses by itself. For tests, which force each of them, and for measuring
 * one against the other. */
struct ways {
  bool plain;     /* one pass for each request: no plan, no exact weights, no order of units */
  bool libcsv;    /* CSV by libcsv alone */
  enum simd simd; /* one that the processor lacks: the best it has */
  size_t block;   /* rows of a block, 0: by the size of the answer */
  size_t chunk;   /* bytes of a chunk of CSV, 0: by the size of the file */
};

enum { ALGEBRA_ROUTINES = 5, QUANTILES_KEPT = 32 };

/* Student's quantiles that were found last (stat/estimate.c); df 0: none. */
struct quantiles {
  struct {
    double tail, df, t;
  } kept[QUANTILES_KEPT];
  size_t next; /* the place that the next one takes */
};

/* The handle. One thread at a time uses it and everything made with it. */
struct bilan {
  struct mem mem;
  struct io io;
  int threads; /* workers a kernel may use; at least 1. Never changes a result. */
  struct ways ways;
  void (*algebra[ALGEBRA_ROUTINES])(void); /* LAPACK's, once wanted: kernel/lapack.h */
  struct plan *plan; /* tables answered beforehand (kernel/plan.h); NULL: none */
  struct pool pool;  /* its worker threads; whoever keeps them closes them */
  struct quantiles quantiles;
  char message[MESSAGE_ROOM];
};

/* A handle in a caller's own memory: no cap, one thread, no message. */
void handle_init(bilan *b);

/* Records a message (printf's %s %.*s %zu %d %c only: no floating point, which depends on the
 * locale; a longer text is cut at a character) and returns `code`. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
bilan_status fail(bilan *b, bilan_status code, const char *format, ...);

/* fail(b, BILAN_NOMEM, "out of memory ..."). */
bilan_status fail_nomem(bilan *b);

#endif

/* handle.c - opening and closing, last message, limits; see bilan.h sections 1, 2 and 8.
 *
 * A handle lies in a block of the allocator that it holds itself. It is made with a `struct
 * mem` on the stack and leaves the count again before it is used, so that a fresh handle uses
 * 0 bytes and a limit is about the program's data alone.
 *
 * Worked example of the count: bilan_open 1, a survey read 2, a result 3, bilan_close 2, the
 * result freed 1, the survey freed 0: now the block goes. The handle is not thread-safe and
 * neither is the count.
 *
 * Failure: bilan_open gives BILAN_NOMEM without a handle, hence without a message;
 * bilan_message(NULL) says so. Limits and injected failures are settings on the handle, not
 * on an object.
 */
#include "api/api.h"

struct owned_handle {
  bilan b; /* first: a bilan * is an owned_handle * */
  size_t owners;
};

/* The block is counted by a mem that ends here, not by its own. */
bilan_status bilan_open(bilan **out) {
  struct mem first = {0};
  struct owned_handle *h = mem_zero(&first, 1, sizeof *h);
  if (!h) return BILAN_NOMEM;
  handle_init(&h->b);
  pool_keep(&h->b.pool);
  h->owners = 1;
  *out = &h->b;
  return BILAN_OK;
}

/* Every survey and result calls this once when it is made. */
void handle_hold(bilan *b) { ((struct owned_handle *)(void *)b)->owners++; }

/* The last owner hands the block to a mem that knows its size. */
void handle_drop(bilan *b) {
  struct owned_handle *h = (struct owned_handle *)(void *)b;
  struct mem last = {.used = sizeof *h};
  if (--h->owners) return;
  pool_close(&h->b.pool);
  mem_free(&last, h);
}

/* Surveys and results made by the handle stay usable. */
void bilan_close(bilan *b) {
  if (b) handle_drop(b);
}

/* Of the last failure; lent, and overwritten by the next one. */
const char *bilan_message(const bilan *b) { return b ? b->message : "out of memory"; }

/* Names of enums; NULL for a number that is none of theirs. */
const char *bilan_status_name(bilan_status status) {
  static const char *const names[] = {"ok",    "no memory", "io",      "data",
                                      "usage", "limit",     "internal"};
  return (unsigned)status <= BILAN_INTERNAL ? names[status] : NULL;
}

const char *bilan_version(void) { return BILAN_VERSION; }

/* In the order of the enum; lent for ever. */
const char *bilan_kind_name(bilan_kind kind) {
  static const char *const names[] = {"single", "multiple", "scale", "number",
                                      "text",   "date",     "id"};
  return (unsigned)kind <= BILAN_ID ? names[kind] : NULL;
}

/* "present" for BILAN_PRESENT, which is no kind of missing. */
const char *bilan_missing_name(bilan_missing missing) {
  return (unsigned)missing < BILAN_MISSING_KINDS ? missing_names[missing] : NULL;
}

/* ---- checks ------------------------------------------------------------------------------ */

/* A struct that was not initialised, or one of another release, is refused before a field of
 * it is read. */
bilan_status version_check(bilan *b, int version, const char *initialiser) {
  if (version == BILAN_OPTIONS_VERSION) return BILAN_OK;
  return fail(b, BILAN_USAGE, "options of version %d: initialise them with %s", version,
              initialiser);
}

/* A survey of another handle would be counted against the wrong limit. */
bilan_status survey_check(bilan *b, const bilan_survey *survey) {
  if (!survey) return fail(b, BILAN_USAGE, "the survey is NULL");
  if (survey->b != b) return fail(b, BILAN_USAGE, "the survey belongs to another handle");
  return BILAN_OK;
}

/* ---- limits ------------------------------------------------------------------------------ */

/* In bytes of the handle's own count; 0 is no limit. */
void bilan_set_memory_limit(bilan *b, size_t bytes) { b->mem.cap = bytes; }
size_t bilan_memory_used(const bilan *b) { return b->mem.used; }
size_t bilan_memory_peak(const bilan *b) { return b->mem.peak; }

/* 256 is far beyond what pays; it keeps a slip from starting a million. */
bilan_status bilan_set_threads(bilan *b, int threads) {
  if (threads < 1 || threads > 256)
    return fail(b, BILAN_USAGE, "threads: expected 1 to 256, got %d", threads);
  b->threads = threads;
  return BILAN_OK;
}

/* Counting starts afresh, so that n means the n-th from here. */
void bilan_fail_memory(bilan *b, uint64_t nth, int from_then_on) {
  b->mem.requests = 0;
  b->mem.fail_at = nth;
  b->mem.fail_on = from_then_on != 0;
}

/* `error_number` is what errno would have been. */
void bilan_fail_io(bilan *b, uint64_t nth, int error_number, int from_then_on) {
  b->io.calls = 0;
  b->io.fail_at = nth;
  b->io.fail_errno = error_number;
  b->io.fail_on = from_then_on != 0;
}

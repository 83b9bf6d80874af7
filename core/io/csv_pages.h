/* csv_pages.h - large blocks of columns in large pages, where the system has them.
 *
 * A column of ten million codes touches 2,400 pages of 4 kB for the first time, each of which
 * stops the processor for about half a microsecond; of 2 MB there are five. It is a hint:
 * nothing depends on it, and a system without it goes on with small pages.
 */
#ifndef IO_CSV_PAGES_H
#define IO_CSV_PAGES_H

#include <stddef.h>

/* The whole large pages within a block of `bytes`, which has not been written yet. Small blocks
 * are left alone: a page that is touched is memory that is used. */
void csv_pages_large(void *block, size_t bytes);

#endif

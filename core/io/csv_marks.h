/* csv_marks.h - where fields end: all delimiters and line ends outside quotes, 64 bytes at once.
 *
 * One bit a byte: `quote`, `delimiter` and `line feed` masks come from vector compares. A byte
 * is within quotes when an odd number of quotes stands before it, so the exclusive or of all
 * lower bits of the quote mask (six shifts, or one carry-less multiply by all ones: G. Langdale,
 * D. Lemire, "Parsing gigabytes of JSON per second", VLDB Journal 28, 2019) tells which
 * delimiters count. The quotes of a chunk combine by their parity alone, so chunks are
 * independent once the parities before them are known.
 *
 * Traffic: reads each byte once, writes 4 bytes a field. Which instructions are used is chosen
 * at run time and can be forced (struct ways); all kernels mark the same places.
 */
#ifndef IO_CSV_MARKS_H
#define IO_CSV_MARKS_H

#include "base/handle.h"

enum { MARK_BLOCK = 64 };

struct csv_marks {
  uint32_t *ends;   /* places of delimiters and line ends outside quotes, rising; the first is
                       where the field before all others would end */
  uint32_t *lines;  /* which of `ends` are line ends, rising */
  size_t count, line_count;
  uint64_t inside;  /* all ones: the next byte is within quotes; else 0 */
  char delimiter;
};

struct csv_marker {
  /* Appends what stands in text[from, to) to the marks, which have room for to - from + 8 more
   * of both kinds. `to - from` is a multiple of MARK_BLOCK. */
  void (*mark)(struct csv_marks *m, const char *text, size_t from, size_t to);
  /* Is the number of quotes odd? */
  bool (*odd_quotes)(const char *text, size_t n);
};

/* The kernels for what was asked, or the best that the processor has. */
struct csv_marker csv_marker_for(enum simd asked);

#endif

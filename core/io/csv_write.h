/* csv_write.h - survey tables -> CSV after RFC 4180.
 *
 * One header line with the names, one record per row of the domain, CR LF at each end. A
 * field is quoted when it holds the delimiter, a quote, a line end, a blank at an end, or when
 * it is the blank of an only column. Numbers are written so that they read back the same.
 *
 * An item with several answers becomes one column per option, `name[option]`: 1 ticked,
 * 0 not ticked, blank when there is no answer at all. "No answer" is blank; a level that is
 * another kind of missing keeps its label.
 *
 * Text that a spreadsheet would run as a formula (it starts with = + - @ tab CR, or with the
 * full-width forms of the signs) gets an apostrophe in front, in names too, unless `raw`
 * (OWASP ASVS, CWE-1236). Numbers are never touched.
 */
#ifndef IO_CSV_WRITE_H
#define IO_CSV_WRITE_H

#include "data/domain.h"
#include "data/table.h"

/* All zero is the default. */
struct csv_write_options {
  char delimiter; /* 0 = comma */
  char decimal;   /* ',' or '.'; 0 = point */
  bool raw;       /* formulas are left as they are */
  bool bom;       /* a UTF-8 byte-order mark first, which Excel wants */
  bool lf;        /* lines end in LF alone */
};

/* Appends the rows of `t` within `domain` (NULL = all) to `out`. BILAN_USAGE: an option out of
 * range; BILAN_NOMEM. `*neutralised` (may be NULL): how many texts got an apostrophe. */
bilan_status csv_write_table(bilan *b, struct buffer *out, const struct table *t,
                             const struct domain *domain,
                             const struct csv_write_options *options, size_t *neutralised);

#endif

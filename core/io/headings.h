/* headings.h - the header row of a file -> names, labels and option texts of its columns.
 *
 * Plain files: the name is the header as written, without blanks, NBSP and byte-order marks
 * at its ends, line breaks turned to blanks. Survey tools put code and wording together:
 *
 *   code. Full wording                     code[SQ003]. wording [option]
 *   code._.wording                         code[SQ003]._.wording [option]
 *
 * When nine of ten headers (three at least) are written so, the file has the profile
 * "limesurvey": name = code with its brackets, label = wording, option = the last bracket's.
 *
 * No column is ever lost: an empty header becomes column_N (N its place), a name that is
 * taken gets _2, _3...
 */
#ifndef IO_HEADINGS_H
#define IO_HEADINGS_H

#include "base/handle.h"
#include "base/text.h"

struct heading {
  char *name;    /* unique, not empty */
  char *written; /* as in the file */
  char *label;   /* the wording; "" for an empty header */
  char *option;  /* what the last bracket says; NULL: no bracket */
  char *code;    /* the question's code without bracket; NULL outside the profile */
  bool renamed;  /* the name is not what the header says */
};

/* `out`: `count` headings, zeroed; on failure those made so far stay for headings_free.
 * BILAN_NOMEM. */
bilan_status headings_make(bilan *b, struct heading *out, bool *limesurvey,
                           const struct text *written, size_t count);
void headings_free(struct mem *mem, struct heading *headings, size_t count); /* and the array */

/* The parts of one survey tool's header; false: it is not one. */
struct heading_parts {
  struct text name, code, wording, option; /* option.s is NULL without a bracket */
};
bool heading_split(struct heading_parts *out, struct text header);

#endif

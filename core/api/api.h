/* api.h - behind the public functions of bilan.h: the top floor of the engine, without Lua.
 *
 * Nothing is computed here. A public function checks what it was given, calls the floors
 * below with their own types, and wraps what comes back: a table and a domain become a
 * bilan_survey, a list of estimates becomes a bilan_result.
 *
 * Who owns. A handle from bilan_open counts its owners: the program, until bilan_close, and
 * every survey and result. The last one to go frees it, so objects may be freed in any order
 * (the finalizers of garbage-collected languages choose theirs). A survey owns a hold of its
 * table, its domain, its design and its source; a result owns copies of all its texts.
 *
 * Names. Public functions are bilan_*; those shared by the files of this floor are handle_*,
 * survey_*, source_*, result_* and request_*; none of them leaves the library. The names of
 * estimating (request.h) and those of reading (source.h) never meet in one file.
 *
 * Layers of a call, with bilan_mean as the example:
 *
 *   bilan_mean        api/estimates.c   names and options checked, items found
 *   mean_estimate     stat/moments.c    the estimate from sums
 *   cells_tabulate    kernel/cells.c    the sums, one pass over the rows
 *
 * Failure: a public function returns a status and leaves *out untouched; the message is on
 * the handle.
 */
#ifndef API_API_H
#define API_API_H

#include "data/table.h"
#include "design/design.h"

/* ---- handles ----------------------------------------------------------------------------- */

void handle_hold(bilan *b); /* one more owner of a handle from bilan_open */
void handle_drop(bilan *b); /* one owner less; the last one frees it */

/* Not NULL and not of another handle; BILAN_USAGE otherwise. */
bilan_status survey_check(bilan *b, const bilan_survey *survey);

/* BILAN_USAGE when options do not come from their initialiser. */
bilan_status version_check(bilan *b, int version, const char *initialiser);

/* ---- surveys ----------------------------------------------------------------------------- */

/* Where a survey comes from, shared by all surveys made from it: see source.h. */
struct source;

/* What a bilan_survey * points to. Immutable once made: verbs make new ones that share the
 * table or the domain. */
struct bilan_survey {
  bilan *b;
  struct table *table;
  struct domain *domain; /* NULL: all rows */
  struct source *source;
  const char **wording; /* one an item, never NULL; in the source */
  struct design *design; /* NULL: a simple random sample */
};

struct source *source_hold(struct source *source); /* one more owner; returns source */
void source_free(bilan *b, struct source *source);  /* one owner less; NULL is fine */

/* A survey of a table, a domain and a source, taken over in every case, failure included. All
 * wordings are "", and there is no design.
 * Free with bilan_survey_free, which lets go of all three. BILAN_NOMEM. */
bilan_status survey_make(bilan *b, bilan_survey **out, struct table *table,
                         struct domain *domain, struct source *source);

/* The place of an item, or BILAN_USAGE with the nearest name. */
bilan_status survey_place(bilan *b, size_t *place, const bilan_survey *survey,
                          const char *name);

#endif

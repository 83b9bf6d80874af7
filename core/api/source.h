/* source.h - where a survey comes from: what reading found, and the questions as put.
 *
 * One source is shared by a survey and all surveys made from it, so that warnings and wordings
 * outlive the survey that was read. A survey from memory has a report with nothing but headings
 * that hold its wordings.
 *
 * Owner: counted holds (source_hold, source_free in api.h); the last survey to go frees it.
 */
#ifndef API_SOURCE_H
#define API_SOURCE_H

#include "api/api.h"
#include "io/csv.h"

/* The report owns warnings and headings; wordings of surveys point into it. */
struct source {
  size_t owners;
  struct csv_report report;
};

bilan_status source_new(bilan *b, struct source **out); /* empty, with one owner */

/* The wordings of a survey are those of the headings of its source, item by item. */
void source_give_wordings(bilan_survey *survey);

#endif

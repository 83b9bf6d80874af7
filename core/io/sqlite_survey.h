/* sqlite_survey.h - a survey table shown to SQLite as the table `survey`.
 *
 * Example: an item "âge" of numbers and an item "loisirs" with options lecture and sport are
 * shown as
 *
 *   CREATE TABLE survey("âge" NUMERIC, "loisirs" TEXT,
 *                       "loisirs:lecture" NUMERIC HIDDEN, "loisirs:sport" NUMERIC HIDDEN)
 *
 * Hidden columns do not come with SELECT * but may be named: they are 1, 0 or NULL.
 */
#ifndef IO_SQLITE_SURVEY_H
#define IO_SQLITE_SURVEY_H

#include <sqlite3.h>

#include "data/domain.h"
#include "data/table.h"

/* One column that SQLite sees: an item, or one option of an item with several answers. */
struct shown {
  const struct column *column;
  const struct column *option; /* NULL: the item itself */
  bool number;                 /* numbers, not labels */
};

/* Lends table and domain; owns `shown` and the text of the schema. Closed after the
 * connection. */
struct survey_source {
  bilan *b;
  const struct table *table;
  const struct domain *domain; /* NULL: all rows */
  struct shown *shown;
  size_t count;
  struct buffer schema; /* CREATE TABLE ... */
};

/* Works out the columns and their names. Options are hidden columns "item:option"; they are
 * left out when `options` is false or there would be more than 2000 columns. */
bilan_status survey_source_open(bilan *b, struct survey_source *s, const struct table *t,
                                const struct domain *domain, bool options);
void survey_source_close(struct survey_source *s); /* idempotent */

/* Registers the table; `s` outlives the connection. An SQLite result code. */
int survey_register(sqlite3 *db, struct survey_source *s);

/* One value: an integer when whole, a real, a text, or NULL. A text is lent, or stands in
 * `room` until the next call.
 * The field of struct cell that counts. */
enum cell_type { CELL_NULL, CELL_INTEGER, CELL_REAL, CELL_TEXT };
struct cell {
  enum cell_type type;
  int64_t integer;
  double real;
  struct text text;
};
bilan_status survey_cell(bilan *b, struct cell *out, const struct shown *shown, size_t row,
                         struct buffer *room);

#endif

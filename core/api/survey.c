/* survey.c - surveys as objects: making, freeing, looking inside; see bilan.h section 3.
 *
 * Getters check every place they are given, since it comes from outside; the floors below
 * take it for granted.
 *
 * Ownership of what a survey is made of, with a filtered survey beside it:
 *
 *   survey A ---- table (2 holds) ---- survey B = where(A)
 *      |  domain: none                    |  domain: its own
 *      +------- source (2 owners) --------+
 *
 * Freeing A leaves B whole and the other way round. Getters are O(1) but for survey_place,
 * which looks a name up; texts they return are lent until the survey is freed. Failure:
 * BILAN_USAGE with the place or the nearest name.
 */
#include <math.h>

#include "api/source.h"

/* ---- making and freeing ------------------------------------------------------------------ */

/* Its report is empty: no warnings, no headings. BILAN_NOMEM. */
bilan_status source_new(bilan *b, struct source **out) {
  struct source *source = mem_zero(&b->mem, 1, sizeof *source);
  if (!source) return fail_nomem(b);
  source->owners = 1;
  *out = source;
  return BILAN_OK;
}

/* Returns its argument, so that a call can take a hold in passing. */
struct source *source_hold(struct source *source) {
  source->owners++;
  return source;
}

/* The report goes with the last owner. */
void source_free(bilan *b, struct source *source) {
  if (!source || --source->owners) return;
  csv_report_free(&source->report);
  mem_free(&b->mem, source);
}

/* Items beyond the headings keep "". */
void source_give_wordings(bilan_survey *survey) {
  const struct csv_report *report = &survey->source->report;
  for (size_t i = 0; i < table_count(survey->table) && i < report->columns; i++)
    if (report->heading[i].label) survey->wording[i] = report->heading[i].label;
}

/* Takes over first, fails afterwards: callers have nothing to undo. */
bilan_status survey_make(bilan *b, bilan_survey **out, struct table *table,
                         struct domain *domain, struct source *source) {
  bilan_survey *s = mem_zero(&b->mem, 1, sizeof *s);
  const char **wording = mem_array(&b->mem, table_count(table), sizeof *wording);
  if (!s || !wording) {
    mem_free(&b->mem, s);
    mem_free(&b->mem, wording);
    table_free(table);
    domain_free(domain);
    source_free(b, source);
    return fail_nomem(b);
  }
  for (size_t i = 0; i < table_count(table); i++) wording[i] = "";
  *s = (bilan_survey){b, table, domain, source, wording, NULL};
  handle_hold(b);
  *out = s;
  return BILAN_OK;
}

/* The handle goes last, since the blocks are counted there. */
void bilan_survey_free(bilan_survey *survey) {
  if (!survey) return;
  bilan *b = survey->b;
  table_free(survey->table);
  domain_free(survey->domain);
  design_free(survey->design);
  source_free(b, survey->source);
  mem_free(&b->mem, survey->wording);
  mem_free(&b->mem, survey);
  handle_drop(b);
}

/* ---- the whole --------------------------------------------------------------------------- */

/* What reading found odd but could live with. */
size_t bilan_survey_warnings(const bilan_survey *survey) {
  return survey->source->report.warnings;
}

/* NULL beyond the last; lent by the source. */
const char *bilan_survey_warning(const bilan_survey *survey, size_t index) {
  const struct csv_report *report = &survey->source->report;
  return index < report->warnings ? report->warning[index] : NULL;
}

/* All rows and items of the table, whatever the domain. */
size_t bilan_survey_rows(const bilan_survey *survey) { return table_rows(survey->table); }
size_t bilan_survey_items(const bilan_survey *survey) { return table_count(survey->table); }

/* Rows of the domain; all of them without one. */
size_t bilan_survey_selected(const bilan_survey *survey) {
  return survey->domain ? survey->domain->count : table_rows(survey->table);
}

/* 0 beyond the last row. */
int bilan_survey_is_selected(const bilan_survey *survey, size_t row) {
  return row < table_rows(survey->table) && domain_has(survey->domain, row);
}

/* ---- items ------------------------------------------------------------------------------- */

/* Names are compared byte by byte. */
bilan_status survey_place(bilan *b, size_t *place, const bilan_survey *survey,
                          const char *name) {
  if (!name) return fail(b, BILAN_USAGE, "the name of an item is NULL");
  size_t at = table_find(survey->table, text_of(name));
  if (at == SIZE_MAX) return table_no_item(b, survey->table, text_of(name));
  *place = at;
  return BILAN_OK;
}

/* BILAN_USAGE: no such item; the message names the nearest. */
bilan_status bilan_survey_find(bilan *b, size_t *item, const bilan_survey *survey,
                               const char *name) {
  bilan_status status = survey_check(b, survey);
  return status ? status : survey_place(b, item, survey, name);
}

/* The column of an item, NULL beyond the last and for one that cannot be loaded.
 * The one place where a number from outside becomes a column. */
static const struct column *column_at(const bilan_survey *survey, size_t item) {
  return item < table_count(survey->table) ? table_column(survey->table, item) : NULL;
}

/* NULL beyond the last item, as for the wording. */
const char *bilan_survey_item(const bilan_survey *survey, size_t item) {
  return item < table_count(survey->table) ? table_name(survey->table, item).s : NULL;
}

const char *bilan_survey_wording(const bilan_survey *survey, size_t item) {
  return item < table_count(survey->table) ? survey->wording[item] : NULL;
}

/* BILAN_TEXT beyond the last item: the kind with the least meaning. */
bilan_kind bilan_survey_kind(const bilan_survey *survey, size_t item) {
  return item < table_count(survey->table) ? table_kind(survey->table, item) : BILAN_TEXT;
}

/* Levels with the blank and the kinds of missing; 0 for items without levels. */
size_t bilan_survey_codes(const bilan_survey *survey, size_t item) {
  const struct column *c = column_at(survey, item);
  return c && c->dict ? dict_count(c->dict) : 0;
}

/* ---- levels and answers ------------------------------------------------------------------ */

/* An empty text may have a NULL pointer inside the engine, never outside. */
static bilan_text shown(struct text t) { return (bilan_text){t.n ? t.s : "", t.n}; }

/* Checks survey and item, and gives its column. */
static bilan_status find_column(bilan *b, const struct column **out, const bilan_survey *survey,
                                size_t item) {
  bilan_status status = survey_check(b, survey);
  if (status) return status;
  struct column *c = NULL;
  if (item >= table_count(survey->table))
    return fail(b, BILAN_USAGE, "no item %zu: the survey has %zu, counted from 0", item,
                table_count(survey->table));
  status = table_get(b, &c, survey->table, item);
  if (!status) *out = c;
  return status;
}

/* Code 0 is a level too: the blank.
 * *out lends the label; number is 0 where the level has none. */
bilan_status bilan_survey_level(bilan *b, bilan_level *out, const bilan_survey *survey,
                                size_t item, uint32_t code) {
  const struct column *c;
  bilan_status status = find_column(b, &c, survey, item);
  if (status) return status;
  if (!c->dict || code >= dict_count(c->dict))
    return fail(b, BILAN_USAGE, "item \"%s\" has no code %zu", bilan_survey_item(survey, item),
                (size_t)code);
  const struct level *level = dict_level(c->dict, code);
  bool number = !level->missing && !isnan(level->value);
  *out = (bilan_level){shown(level->label), level->missing, number, number ? level->value : 0};
  return BILAN_OK;
}

/* Rows are counted from 0, over all rows, whatever the domain. */
static bilan_status check_row(bilan *b, const struct column *c, size_t row) {
  if (row < c->rows) return BILAN_OK;
  return fail(b, BILAN_USAGE, "no row %zu: the survey has %zu, counted from 0", row, c->rows);
}

/* The number of an answer, NaN when it has none. */
static double number_at(const struct column *c, size_t row) {
  return c->type == COLUMN_CODES || c->type == COLUMN_NUMBERS ? column_number(c, row) : NAN;
}

/* Filled on the side and handed over whole.
 * A code, a number and a text as far as the item has them. O(1). */
bilan_status bilan_survey_value(bilan *b, bilan_value *out, const bilan_survey *survey,
                                size_t item, size_t row) {
  const struct column *c;
  bilan_status status = find_column(b, &c, survey, item);
  if (!status) status = check_row(b, c, row);
  if (status) return status;
  bilan_value v = {.missing = column_missing(c, row), .text = {"", 0}};
  if (c->type == COLUMN_CODES) v.code = column_code(c, row);
  if (!v.missing) {
    double number = number_at(c, row);
    v.has_number = !isnan(number);
    v.number = v.has_number ? number : 0;
    if (c->type == COLUMN_CODES || c->type == COLUMN_TEXT) v.text = shown(column_label(c, row));
  }
  *out = v;
  return BILAN_OK;
}

/* Blank and not ticked are both 0; bilan_survey_value tells them apart.
 * Options count from 1, as their codes do. BILAN_USAGE for another kind of item. */
bilan_status bilan_survey_ticked(bilan *b, int *out, const bilan_survey *survey, size_t item,
                                 size_t row, uint32_t option) {
  const struct column *c;
  bilan_status status = find_column(b, &c, survey, item);
  if (!status) status = check_row(b, c, row);
  if (status) return status;
  const char *name = bilan_survey_item(survey, item);
  if (c->type != COLUMN_SET)
    return fail(b, BILAN_USAGE, "item \"%s\" has one answer a respondent, no options", name);
  if (!option || option > c->option_count)
    return fail(b, BILAN_USAGE, "item \"%s\" has no option %zu", name, (size_t)option);
  *out = column_code(c->options[option - 1], row) == SET_TICKED;
  return BILAN_OK;
}

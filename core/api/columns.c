/* columns.c - surveys from arrays in memory; see bilan.h section 3b.
 *
 * Everything is checked while it is copied, with the name of the item in the message. Kinds of
 * missing of an item with levels become codes behind the levels, added when first met.
 *
 * Worked example: an item "fruit" of kind BILAN_SINGLE with levels "apple", "pear", codes 1 2
 * 0 1 and missing 0 0 0 3: code 3 is a new level "don't know" when 3 is BILAN_DONT_KNOW, so
 * the column is 1 2 0 3.
 *
 *   array given   kinds that go with it                 column
 *   numbers       BILAN_NUMBER                          NUMBERS
 *   codes         BILAN_SINGLE, BILAN_SCALE             CODES
 *   texts         BILAN_SINGLE, BILAN_DATE              CODES, levels in order of appearance
 *   texts         BILAN_TEXT, BILAN_ID                  TEXT
 *   ticks         BILAN_MULTIPLE                        SET
 *
 * Owner: all is copied; the caller's arrays are free when the call returns. Failure:
 * BILAN_USAGE with item and row (from 0), BILAN_NOMEM; *out is then untouched. Cost: one pass
 * over each array.
 */
#include <math.h>

#include "api/source.h"
#include "io/sniff.h"

/* One item while it is made.
 * Lent to every step; `c` is the caller's own struct. */
struct making {
  bilan *b;
  const bilan_column *c;
  size_t rows;
};

/* Why row has no answer, as its `missing` array says. */
static bilan_missing missing_of(const bilan_column *c, size_t row) {
  return c->missing ? (bilan_missing)c->missing[row] : BILAN_PRESENT;
}

/* BILAN_USAGE with the item in front; refuse_row: with item and row. */
static bilan_status refuse(const struct making *m, const char *why) {
  return fail(m->b, BILAN_USAGE, "item \"%s\": %s", m->c->name, why);
}

/* Rows from 0, as in the array. */
static bilan_status refuse_row(const struct making *m, size_t row, const char *why) {
  return fail(m->b, BILAN_USAGE, "item \"%s\", row %zu: %s", m->c->name, row, why);
}

/* The engine holds UTF-8 only, so that no later output can be broken by a text. */
static bilan_status check_utf8(const struct making *m, const char *s) {
  size_t bad;
  if (text_is_utf8(text_of(s), &bad)) return BILAN_OK;
  return refuse(m, "a text is not UTF-8");
}

/* ---- numbers ----------------------------------------------------------------------------- */

/* Doubles -> NUMBERS. NaN is no answer; infinity is BILAN_USAGE.
 * A builder is finished or closed on every path. `missing` wins over the number that stands
 * there. */
static bilan_status make_numbers(const struct making *m, struct column **out) {
  struct numbers_builder k;
  bilan_status status = BILAN_OK;
  if (m->c->kind != BILAN_NUMBER) return refuse(m, "numbers are of kind BILAN_NUMBER");
  numbers_builder_open(m->b, &k);
  for (size_t row = 0; !status && row < m->rows; row++) {
    double value = m->c->numbers[row];
    bilan_missing why = missing_of(m->c, row);
    if (!why && isnan(value)) why = BILAN_NO_ANSWER;
    if (!why && isinf(value)) status = refuse_row(m, row, "the number is infinite");
    else status = numbers_builder_add(&k, why ? 0 : value, why);
  }
  if (!status) return numbers_builder_finish(&k, out);
  numbers_builder_close(&k);
  return status;
}

/* ---- levels ------------------------------------------------------------------------------ */

/* Codes 1 to level_count.
 * Two equal labels are refused by the dictionary. Scores are optional, NaN is "no score". */
static bilan_status add_levels(const struct making *m, struct dict *d) {
  bilan_status status = BILAN_OK;
  for (size_t i = 0; !status && i < m->c->level_count; i++) {
    const char *label = m->c->levels ? m->c->levels[i] : NULL;
    double score = m->c->scores ? m->c->scores[i] : NAN;
    uint32_t code;
    if (!label || !*label) return refuse(m, "a level has no label");
    if (isinf(score)) return refuse(m, "a score is infinite");
    status = check_utf8(m, label);
    if (!status)
      status = dict_add_level(m->b, d, &code,
                              &(struct level){text_of(label), score, BILAN_PRESENT});
  }
  return status;
}

/* Adds a row without an answer; `kinds` are the codes given so far. A kind whose words are
 * taken by a level gets longer ones.
 * kinds[BILAN_NO_ANSWER] is 0, the blank, and needs no level. */
static bilan_status add_missing(struct codes_builder *k, uint32_t kinds[BILAN_MISSING_KINDS],
                                bilan_missing why) {
  static const char *const longer[] = {"", "", "not asked (no answer)",
                                       "don't know (no answer)", "refused (no answer)"};
  bilan_status status = BILAN_OK;
  if (why != BILAN_NO_ANSWER && !kinds[why]) {
    struct text name = text_of(bilan_missing_name(why));
    if (dict_find(k->dict, name)) name = text_of(longer[why]);
    status = dict_add_level(k->b, k->dict, &kinds[why], &(struct level){name, NAN, why});
  }
  return status ? status : codes_builder_add(k, kinds[why]);
}

/* Adds one answer: its code, or the level of its text.
 * Code 0 is the blank: a row without an answer may be written that way too. */
static bilan_status add_answer(const struct making *m, struct codes_builder *k, size_t row) {
  if (m->c->codes) {
    if (m->c->codes[row] > m->c->level_count)
      return refuse_row(m, row, "the code is beyond the last level");
    return codes_builder_add(k, m->c->codes[row]);
  }
  struct text t = text_of(m->c->texts[row]);
  bilan_status status = check_utf8(m, t.s);
  if (status) return status;
  if (m->c->kind == BILAN_DATE && !sniff_date(t))
    return refuse_row(m, row, "expected a date, YYYY-MM-DD");
  return t.n ? codes_builder_add_label(k, t) : codes_builder_add(k, 0);
}

/* Adds the levels, where they are declared, and then row after row. */
static bilan_status add_rows(const struct making *m, struct codes_builder *k) {
  uint32_t kinds[BILAN_MISSING_KINDS] = {0};
  bilan_status status = m->c->codes ? add_levels(m, k->dict) : BILAN_OK;
  for (size_t row = 0; !status && row < m->rows; row++) {
    bilan_missing why = missing_of(m->c, row);
    if (!why && m->c->texts && !m->c->texts[row]) why = BILAN_NO_ANSWER;
    status = why ? add_missing(k, kinds, why) : add_answer(m, k, row);
  }
  return status;
}

/* Codes with labels, or texts that are levels -> CODES. */
static bilan_status make_codes(const struct making *m, struct column **out) {
  struct codes_builder k;
  bilan_kind kind = m->c->kind;
  if (m->c->codes && kind != BILAN_SINGLE && kind != BILAN_SCALE)
    return refuse(m, "codes are of kind BILAN_SINGLE or BILAN_SCALE");
  bilan_status status = codes_builder_open(m->b, &k, NULL);
  if (status) return status;
  status = add_rows(m, &k);
  if (!status) return codes_builder_finish(&k, out);
  codes_builder_close(&k);
  return status;
}

/* ---- free text --------------------------------------------------------------------------- */

/* NULL and "" are no answer. */
static bilan_status add_text(const struct making *m, struct text_builder *k, size_t row) {
  const char *s = m->c->texts[row];
  bilan_missing why = missing_of(m->c, row);
  if (!why && (!s || !*s)) why = BILAN_NO_ANSWER;
  bilan_status status = why ? BILAN_OK : check_utf8(m, s);
  return status ? status : text_builder_add(k, why ? TEXT("") : text_of(s), why);
}

/* Texts as they are -> TEXT; texts that are levels go to make_codes. */
static bilan_status make_texts(const struct making *m, struct column **out) {
  struct text_builder k;
  bilan_status status = BILAN_OK;
  bilan_kind kind = m->c->kind;
  if (kind == BILAN_SINGLE || kind == BILAN_DATE) return make_codes(m, out);
  if (kind != BILAN_TEXT && kind != BILAN_ID)
    return refuse(m, "texts are of kind BILAN_TEXT, _ID, _SINGLE or _DATE");
  text_builder_open(m->b, &k);
  for (size_t row = 0; !status && row < m->rows; row++) status = add_text(m, &k, row);
  if (!status) return text_builder_finish(&k, out);
  text_builder_close(&k);
  return status;
}

/* ---- several answers --------------------------------------------------------------------- */

/* One option as a column of the three codes of a SET.
 * A missing row is blank in every option. ticks is rows x options, row after row. */
static bilan_status make_option(const struct making *m, struct column **out, size_t option,
                                struct dict *ticks) {
  uint8_t *codes = mem_zero(&m->b->mem, m->rows, 1);
  if (!codes) return fail_nomem(m->b);
  for (size_t row = 0; row < m->rows; row++) {
    bool ticked = m->c->ticks[row * m->c->level_count + option] != 0;
    if (!missing_of(m->c, row)) codes[row] = ticked ? SET_TICKED : SET_NOT_TICKED;
  }
  return column_codes(m->b, out, m->rows, 1, codes, dict_hold(ticks));
}

/* The dictionary of the options, and the one all option columns share. The caller frees
 * both, also on failure. */
static bilan_status make_dicts(const struct making *m, struct dict **options,
                               struct dict **ticks) {
  uint32_t code;
  bilan_status status = dict_new(m->b, options);
  if (!status) status = add_levels(m, *options);
  if (!status) status = dict_new(m->b, ticks);
  if (!status) status = dict_add(m->b, *ticks, &code, TEXT("no"));
  if (!status) status = dict_add(m->b, *ticks, &code, TEXT("yes"));
  return status;
}

/* Ticks -> SET. On failure everything made so far is freed, last first.
 * column_set takes over columns, dictionary and missing, also when it fails. */
static bilan_status make_set(const struct making *m, struct column **out) {
  size_t count = m->c->level_count, made = 0;
  struct dict *options = NULL, *ticks = NULL;
  struct column **columns = NULL;
  uint8_t *missing = NULL;
  if (m->c->kind != BILAN_MULTIPLE) return refuse(m, "ticks are of kind BILAN_MULTIPLE");
  bilan_status status = make_dicts(m, &options, &ticks);
  if (!status) {
    columns = mem_zero(&m->b->mem, count, sizeof(struct column *));
    missing = mem_zero(&m->b->mem, m->rows, 1);
    if (!columns || !missing) status = fail_nomem(m->b);
  }
  for (; !status && made < count; made++)
    status = make_option(m, &columns[made], made, ticks);
  dict_free(ticks);
  if (!status) {
    for (size_t row = 0; row < m->rows; row++) missing[row] = (uint8_t)missing_of(m->c, row);
    return column_set(m->b, out, m->rows, columns, count, options, missing);
  }
  for (size_t i = 0; columns && i < count; i++) column_free(columns[i]);
  mem_free(&m->b->mem, columns);
  mem_free(&m->b->mem, missing);
  dict_free(options);
  return status;
}

/* ---- the survey -------------------------------------------------------------------------- */

/* Values come from outside: anything but the five kinds would be an index beyond an array. */
static bilan_status check_missing(const struct making *m) {
  for (size_t row = 0; m->c->missing && row < m->rows; row++)
    if (m->c->missing[row] >= BILAN_MISSING_KINDS)
      return refuse_row(m, row, "no such kind of missing");
  return BILAN_OK;
}

/* Checks what all shapes have in common, then makes the one that is asked for.
 * BILAN_USAGE unless exactly one of the four arrays is given. */
static bilan_status make_column(const struct making *m, struct column **out) {
  const bilan_column *c = m->c;
  int arrays = !!c->numbers + !!c->codes + !!c->texts + !!c->ticks;
  bilan_status status = check_utf8(m, c->name);
  if (!status && c->wording) status = check_utf8(m, c->wording);
  if (!status) status = check_missing(m);
  if (!status && arrays != 1) status = refuse(m, "expected one of numbers, codes, texts, ticks");
  if (status) return status;
  if (c->numbers) return make_numbers(m, out);
  if (c->ticks) return make_set(m, out);
  return c->codes ? make_codes(m, out) : make_texts(m, out);
}

/* Items in the order given; the table refuses a name that stands twice.
 * table_add takes the column over, also when it fails. */
static bilan_status add_columns(bilan *b, struct table *table, size_t rows,
                                const bilan_column *columns, size_t count) {
  bilan_status status = BILAN_OK;
  for (size_t i = 0; !status && i < count; i++) {
    struct making m = {b, &columns[i], rows};
    struct column *c = NULL;
    if (!m.c->name || !*m.c->name) return fail(b, BILAN_USAGE, "item %zu has no name", i);
    status = make_column(&m, &c);
    if (!status) status = table_add(b, table, text_of(m.c->name), m.c->kind, c);
  }
  return status;
}

/* Wordings are kept where a file's are: as labels of headings. */
static bilan_status make_source(bilan *b, struct source **out, const bilan_column *columns,
                                size_t count) {
  struct source *source;
  bilan_status status = source_new(b, &source);
  if (status) return status;
  struct csv_report *report = &source->report;
  report->mem = &b->mem;
  report->heading = mem_zero(&b->mem, count, sizeof *report->heading);
  if (!report->heading) status = fail_nomem(b);
  else report->columns = count;
  for (size_t i = 0; !status && i < count; i++) {
    struct text wording = columns[i].wording ? text_of(columns[i].wording) : TEXT("");
    report->heading[i].label = mem_copy(&b->mem, wording.s, wording.n);
    if (!report->heading[i].label) status = fail_nomem(b);
  }
  if (status) source_free(b, source);
  else *out = source;
  return status;
}

/* Items first: their faults are named before memory is spent on the rest.
 * `rows` may be 0 and so may `count`. survey_make takes over table and source in every case. */
bilan_status bilan_survey_new(bilan *b, bilan_survey **out, size_t rows,
                              const bilan_column *columns, size_t count) {
  struct table *table = NULL;
  struct source *source = NULL;
  bilan_survey *made = NULL;
  if (count && !columns) return fail(b, BILAN_USAGE, "the columns are NULL");
  bilan_status status = table_new(b, &table, rows);
  if (!status) status = add_columns(b, table, rows, columns, count);
  if (!status) status = make_source(b, &source, columns, count);
  if (status) {
    table_free(table);
    return status;
  }
  status = survey_make(b, &made, table, NULL, source);
  if (status) return status;
  source_give_wordings(made);
  *out = made;
  return BILAN_OK;
}

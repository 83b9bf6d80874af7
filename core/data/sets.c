/* sets.c - items with several answers, from one field or from one column per option; see
 * recode.h.
 *
 * Either way the result is a SET column: per option one code column (ticked, not ticked,
 * blank), so that tabulating an option is tabulating any other column. A split works on the
 * levels of the field, not on its rows: each distinct answer is taken apart once.
 *
 * An example of a split at ";": the field's four distinct answers
 *
 *   "maths; bio"   "bio"   "" (no answer)   "maths;;maths"
 *
 *   options     maths  bio
 *   ticks         x     x        first answer
 *                 -     x        second
 *                             third: blank in both, and the row is missing
 *                 x     -        a part that is empty or named again changes nothing
 *
 * and grouping columns "1", "", "1" for one row: ticked, blank, ticked; the blank is "not
 * ticked" when the export writes a mark or nothing (blank_is_no), and unknown when it writes 0
 * and 1.
 */
#include <math.h>
#include <string.h>

#include "data/recode.h"

/* The dictionary that all option columns share. */
static bilan_status tick_dict(bilan *b, struct dict **out) {
  struct dict *d;
  uint32_t code;
  bilan_status status = dict_new(b, &d);
  if (status) return status;
  status = dict_add_level(b, d, &code, &(struct level){TEXT("no"), 0, BILAN_PRESENT});
  if (!status)
    status = dict_add_level(b, d, &code, &(struct level){TEXT("yes"), 1, BILAN_PRESENT});
  if (status) dict_free(d);
  else *out = d;
  return status;
}

/* What a SET is made of while it is being made: the codes of `count` options, one byte per row,
 * and why a row has no answer. Option columns are made of finished codes: a column knows its
 * highest code. Everything is owned here until making_finish hands it on. */
struct making {
  bilan *b;
  size_t rows, count;
  uint8_t **ticks;
  uint8_t *missing;
};

/* Drops all; options that were not made yet are NULL. */
static void making_close(struct making *m) {
  for (size_t i = 0; m->ticks && i < m->count; i++) mem_free(&m->b->mem, m->ticks[i]);
  mem_free(&m->b->mem, m->ticks);
  mem_free(&m->b->mem, m->missing);
}

/* Options all blank, every row answered (0): the caller fills both. Closed again on failure. */
static bilan_status making_open(bilan *b, struct making *m, size_t rows, size_t count) {
  *m = (struct making){.b = b, .rows = rows, .count = count};
  m->ticks = mem_zero(&b->mem, count, sizeof *m->ticks);
  m->missing = mem_zero(&b->mem, rows, 1);
  bool made = m->ticks && m->missing;
  for (size_t i = 0; made && i < count; i++) made = (m->ticks[i] = mem_zero(&b->mem, rows, 1));
  if (made) return BILAN_OK;
  making_close(m);
  return fail_nomem(b);
}

/* Hands everything over to a SET column; `dict` is taken over, failure included. */
static bilan_status making_finish(struct making *m, struct column **out, struct dict *dict) {
  struct dict *words = NULL;
  struct column **options = mem_zero(&m->b->mem, m->count, sizeof *options);
  bilan_status status = options ? tick_dict(m->b, &words) : fail_nomem(m->b);
  for (size_t i = 0; !status && i < m->count; i++) {
    status = column_codes(m->b, &options[i], m->rows, 1, m->ticks[i], dict_hold(words));
    m->ticks[i] = NULL;
  }
  dict_free(words);
  if (!status) {
    status = column_set(m->b, out, m->rows, options, m->count, dict, m->missing);
    m->missing = NULL;
  } else {
    for (size_t i = 0; options && i < m->count; i++) column_free(options[i]);
    mem_free(&m->b->mem, options);
    dict_free(dict);
  }
  making_close(m);
  return status;
}

/* ---- one field with separators ------------------------------------------------------------- */

/* The next part of `rest`, trimmed; false at the end. A text without separator is one part, and
 * a separator at the end is followed by an empty one, which callers pass over. */
static bool next_part(struct text *rest, struct text separator, struct text *part) {
  if (!rest->s) return false;
  size_t at = 0;
  while (at + separator.n <= rest->n && memcmp(rest->s + at, separator.s, separator.n) != 0) at++;
  bool last = at + separator.n > rest->n;
  *part = text_trim((struct text){rest->s, last ? rest->n : at});
  if (last) *rest = (struct text){NULL, 0};
  else *rest = (struct text){rest->s + at + separator.n, rest->n - at - separator.n};
  return true;
}

/* Adds the options that the answers of `c` name to `options`, by first appearance among the
 * levels; unless `open`, one that was not declared is an error that names it. */
static bilan_status collect_options(bilan *b, const struct column *c, struct text separator,
                                    struct dict *options, bool open) {
  for (uint32_t code = 1; code < dict_count(c->dict); code++) {
    const struct level *level = dict_level(c->dict, code);
    struct text rest = level->label, part;
    while (!level->missing && next_part(&rest, separator, &part)) {
      uint32_t added;
      if (!part.n || dict_find(options, part)) continue;
      if (!open)
        return fail(b, BILAN_DATA, "\"%.*s\" is not among the options declared", (int)part.n,
                    part.s);
      bilan_status status = dict_add(b, options, &added, part);
      if (status) return status;
    }
  }
  return BILAN_OK;
}

/* ticks[code * count + option] for every distinct answer of the field: a part named twice ticks
 * once. The rows of missing answers stay blank (0). */
static void take_apart(uint8_t *ticks, size_t count, const struct column *c,
                       struct text separator, const struct dict *options) {
  for (uint32_t code = 1; code < dict_count(c->dict); code++) {
    const struct level *level = dict_level(c->dict, code);
    struct text rest = level->label, part;
    if (level->missing) continue;
    memset(ticks + code * count, SET_NOT_TICKED, count);
    while (next_part(&rest, separator, &part))
      if (part.n) ticks[code * count + dict_find(options, part) - 1] = SET_TICKED;
  }
}

/* Copies the ticks of each row's answer; O(rows * options) bytes written, no text is looked at. */
static bilan_status split_rows(bilan *b, struct column **out, const struct column *c,
                               struct text separator, struct dict *options) {
  size_t count = dict_count(options) - 1, codes = dict_count(c->dict);
  struct making m;
  uint8_t *ticks = mem_zero(&b->mem, codes, count ? count : 1);
  if (!ticks) return fail_nomem(b);
  take_apart(ticks, count, c, separator, options);
  bilan_status status = making_open(b, &m, c->rows, count);
  if (!status) {
    for (size_t row = 0; row < c->rows; row++) {
      size_t code = column_code(c, row);
      m.missing[row] = (uint8_t)dict_level(c->dict, (uint32_t)code)->missing;
      for (size_t i = 0; i < count; i++) m.ticks[i][row] = ticks[code * count + i];
    }
    status = making_finish(&m, out, dict_hold(options));
  }
  mem_free(&b->mem, ticks);
  return status;
}

/* Without declared options the field's own answers make them, whatever `open` says. The column
 * is only held, not changed, so the cast takes no right away. */
bilan_status column_split(bilan *b, struct column **out, const struct column *c,
                          struct text separator, struct dict *options, bool open) {
  bilan_status status = BILAN_OK;
  struct column *codes = NULL;
  if (!options) {
    status = dict_new(b, &options);
    if (status) return status;
    open = true;
  }
  if (!separator.n) status = fail(b, BILAN_USAGE, "the separator is empty");
  if (!status)
    status = column_to_codes(b, &codes, (struct column *)(uintptr_t)c, 0); /* only held */
  if (!status) status = collect_options(b, codes, separator, options, open);
  if (!status) status = split_rows(b, out, codes, separator, options);
  column_free(codes);
  dict_free(options);
  return status;
}

/* ---- one column per option ----------------------------------------------------------------- */

/* Exactly one of the words, byte by byte: "oui" is not "Oui" unless both are named. */
static bool means_yes(const struct level *level, struct tick_rule rule) {
  for (size_t i = 0; i < rule.count; i++)
    if (text_equal(level->label, rule.ticked[i])) return true;
  return false;
}

/* What a level says of its option. */
static uint8_t tick_of(const struct level *level, struct tick_rule rule) {
  if (means_yes(level, rule)) return SET_TICKED;
  bool no = !level->missing || (rule.blank_is_no && level->missing == BILAN_NO_ANSWER);
  return no ? SET_NOT_TICKED : SET_BLANK;
}

/* Ticks of one option from its column: each level is looked at once. A row with an answer in any
 * option has answered the question; a row with none keeps the most telling kind of missing (any
 * but a mere blank). */
static bilan_status tick_option(struct making *m, size_t option, struct column *column,
                                struct tick_rule rule) {
  struct column *c;
  bilan_status status = column_to_codes(m->b, &c, column, 0);
  if (status) return status;
  size_t levels = dict_count(c->dict);
  uint8_t *tick = mem_array(&m->b->mem, levels, 2), *missing = tick ? tick + levels : NULL;
  for (uint32_t i = 0; tick && i < levels; i++) {
    tick[i] = tick_of(dict_level(c->dict, i), rule);
    missing[i] = (uint8_t)dict_level(c->dict, i)->missing;
  }
  for (size_t row = 0; tick && row < m->rows; row++) {
    uint32_t code = column_code(c, row);
    uint8_t why = missing[code];
    m->ticks[option][row] = tick[code];
    if (!why) m->missing[row] = BILAN_PRESENT;
    else if (m->missing[row] != BILAN_PRESENT && why != BILAN_NO_ANSWER) m->missing[row] = why;
  }
  if (!tick) status = fail_nomem(m->b);
  mem_free(&m->b->mem, tick);
  column_free(c);
  return status;
}

/* Rows of nothing but blanks have answered: ticked none. */
static void accept_empty_rows(struct making *m) {
  for (size_t row = 0; row < m->rows; row++)
    if (m->missing[row] == BILAN_NO_ANSWER) m->missing[row] = BILAN_PRESENT;
}

/* Rows without any answer are blank in every option. */
static void clear_blank_rows(struct making *m) {
  for (size_t i = 0; i < m->count; i++)
    for (size_t row = 0; row < m->rows; row++)
      if (m->missing[row]) m->ticks[i][row] = SET_BLANK;
}

/* The missing marks start as "no answer" and are lifted by tick_option; a question where nobody
 * ticked a box of a row was, for that row, not answered. */
bilan_status column_group(bilan *b, struct column **out, struct column *const *columns,
                          const struct text *labels, size_t count, struct tick_rule rule) {
  struct making m;
  struct dict *dict;
  size_t rows = count ? columns[0]->rows : 0;
  bilan_status status = dict_new(b, &dict);
  if (status) return status;
  for (size_t i = 0; !status && i < count; i++) {
    uint32_t code;
    status = dict_add_level(b, dict, &code, &(struct level){labels[i], NAN, BILAN_PRESENT});
  }
  if (!status) status = making_open(b, &m, rows, count);
  if (status) {
    dict_free(dict);
    return status;
  }
  memset(m.missing, BILAN_NO_ANSWER, rows);
  for (size_t i = 0; !status && i < count; i++) status = tick_option(&m, i, columns[i], rule);
  if (!status) {
    if (rule.blank_is_no && rule.empty_is_none) accept_empty_rows(&m);
    clear_blank_rows(&m);
    return making_finish(&m, out, dict);
  }
  making_close(&m);
  dict_free(dict);
  return status;
}

/* ---- leaving an option out ------------------------------------------------------------ */

/* The options of `from` but for the one with code `left_out`; the caller's. */
static bilan_status options_but(bilan *b, struct dict **out, const struct dict *from,
                                uint32_t left_out) {
  struct dict *d;
  bilan_status status = dict_new(b, &d);
  if (status) return status;
  for (uint32_t code = 1, added; !status && code < dict_count(from); code++)
    if (code != left_out) status = dict_add_level(b, d, &added, dict_level(from, code));
  if (status) dict_free(d);
  else *out = d;
  return status;
}

bilan_status column_without_option(bilan *b, struct column **out, const struct column *set,
                                   struct text option) {
  struct dict *dict = NULL;
  uint8_t *missing = NULL;
  uint32_t code = dict_find(set->dict, option);
  if (!code) return fail(b, BILAN_USAGE, "no option \"%.*s\"", (int)option.n, option.s);
  bilan_status status = options_but(b, &dict, set->dict, code);
  if (status) return status;
  struct column **options = mem_zero(&b->mem, set->option_count, sizeof *options);
  if (set->missing) missing = mem_alloc(&b->mem, set->rows);
  if (!options || (set->missing && !missing)) {
    mem_free(&b->mem, options);
    mem_free(&b->mem, missing);
    dict_free(dict);
    return fail_nomem(b);
  }
  if (missing) memcpy(missing, set->missing, set->rows);
  for (size_t i = 0, kept = 0; i < set->option_count; i++)
    if (i + 1 != code) options[kept++] = column_hold(set->options[i]);
  return column_set(b, out, set->rows, options, set->option_count - 1, dict, missing);
}

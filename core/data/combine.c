/* combine.c - two tables made one: rows under rows, or items beside items; see recode.h.
 *
 * Stacking works item by item, and within an item by the labels of its levels, never by their
 * codes: two years rarely number their answers alike. The levels of the upper table come first,
 * in their order, then those that only the lower one has. Where one table lacks an item, its
 * rows were not asked: that is a kind of missing of its own, which estimates leave out of the
 * base without calling it a refusal.
 *
 * Joining is stacking's counterpart: for each row of the left table the row of the right one
 * with the same key is looked up once (one array indexed by the key's code), and the columns of
 * the right table are then taken by that list of rows. A row without a match takes an
 * additional, blank row at the end of the right table, so that no column type needs a case of
 * its own.
 *
 * `c[2]` is the upper and the lower column everywhere, NULL for the side that lacks the item,
 * and `rows[2]` their numbers of rows. Linear in the rows.
 *
 * An example, stacking "avis" of two years: levels oui (1), non (2) over non (1), NSP (2) give
 * oui, non, NSP; the lower codes 1, 2 become 2, 3. An item "âge" that only the lower year has
 * is "not asked" in all upper rows.
 *
 * An example, joining pupils to classes by "classe": right keys 6e, 5e, 4e in rows 0, 1, 2;
 * left keys 5e, 6e, -, 3e take the right rows 1, 0, 3, 3, where row 3 is the additional blank
 * one.
 */
#include <math.h>
#include <string.h>

#include "data/recode.h"

/* ---- stacking columns of one shape --------------------------------------------------------- */

static const struct level not_asked_level = {{"not asked", 9}, NAN, BILAN_NOT_ASKED};

/* Adds the rows of `c` (NULL: `rows` rows not asked), by label, to a growing code column. A
 * label that both sides have is one level, with the number and kind of missing that the upper
 * side gave it. */
static bilan_status append_codes(struct codes_builder *k, const struct column *c, size_t rows) {
  size_t codes = c ? dict_count(c->dict) : 1;
  uint32_t *map = mem_zero(&k->b->mem, codes, sizeof *map);
  if (!map) return fail_nomem(k->b);
  bilan_status status = BILAN_OK;
  for (uint32_t code = c ? 1 : 0; !status && code < codes; code++) {
    const struct level *level = c ? dict_level(c->dict, code) : &not_asked_level;
    map[code] = dict_find(k->dict, level->label);
    if (!map[code]) status = dict_add_level(k->b, k->dict, &map[code], level);
  }
  for (size_t row = 0; !status && row < rows; row++)
    status = codes_builder_add(k, map[c ? column_code(c, row) : 0]);
  mem_free(&k->b->mem, map);
  return status;
}

/* Labels on both sides: the levels of one behind the new ones of the other. */
static bilan_status stack_codes(bilan *b, struct column **out, const struct column *const c[2],
                                const size_t rows[2]) {
  struct codes_builder k;
  bilan_status status = codes_builder_open(b, &k, NULL);
  for (int i = 0; !status && i < 2; i++) status = append_codes(&k, c[i], rows[i]);
  if (!status) return codes_builder_finish(&k, out);
  codes_builder_close(&k);
  return status;
}

/* Numbers on both sides; levels have no part in it. */
static bilan_status stack_numbers(bilan *b, struct column **out, const struct column *const c[2],
                                  const size_t rows[2]) {
  struct numbers_builder k;
  bilan_status status = BILAN_OK;
  numbers_builder_open(b, &k);
  for (int i = 0; i < 2; i++)
    for (size_t row = 0; !status && row < rows[i]; row++) {
      bilan_missing why = c[i] ? column_missing(c[i], row) : BILAN_NOT_ASKED;
      status = numbers_builder_add(&k, why ? 0 : column_number(c[i], row), why);
    }
  if (!status) return numbers_builder_finish(&k, out);
  numbers_builder_close(&k);
  return status;
}

/* Free text, or levels on one side and free text on the other: labels become texts. */
static bilan_status stack_text(bilan *b, struct column **out, const struct column *const c[2],
                               const size_t rows[2]) {
  struct text_builder k;
  bilan_status status = BILAN_OK;
  text_builder_open(b, &k);
  for (int i = 0; i < 2; i++)
    for (size_t row = 0; !status && row < rows[i]; row++) {
      bilan_missing why = c[i] ? column_missing(c[i], row) : BILAN_NOT_ASKED;
      status = text_builder_add(&k, why ? TEXT("") : column_label(c[i], row), why);
    }
  if (!status) return text_builder_finish(&k, out);
  text_builder_close(&k);
  return status;
}

/* ---- sets ---------------------------------------------------------------------------------- */

/* The options of both sides, the upper ones first. One owner: the caller. */
static bilan_status merged_options(bilan *b, struct dict **out,
                                   const struct column *const c[2]) {
  struct dict *d;
  bilan_status status = dict_new(b, &d);
  if (status) return status;
  for (int i = 0; i < 2; i++)
    for (uint32_t code = 1, added; c[i] && !status && code < dict_count(c[i]->dict); code++)
      if (!dict_find(d, dict_level(c[i]->dict, code)->label))
        status = dict_add_level(b, d, &added, dict_level(c[i]->dict, code));
  if (status) dict_free(d);
  else *out = d;
  return status;
}

/* The option called `label`, stacked; an option that one side lacks is blank there. */
static bilan_status stack_option(bilan *b, struct column **out, struct text label,
                                 const struct column *const c[2], const size_t rows[2]) {
  uint8_t *codes = mem_zero(&b->mem, rows[0] + rows[1], 1);
  struct dict *ticks = NULL;
  if (!codes) return fail_nomem(b);
  for (int i = 0; i < 2; i++) {
    uint32_t place = c[i] ? dict_find(c[i]->dict, label) : 0;
    if (!place) continue;
    const struct column *option = c[i]->options[place - 1];
    memcpy(codes + (i ? rows[0] : 0), option->codes, rows[i]);
    ticks = option->dict;
  }
  return column_codes(b, out, rows[0] + rows[1], 1, codes, dict_hold(ticks));
}

/* Several answers: option by option. Rows of a side that lacks the item were not asked; an
 * option that a side lacks is blank in its rows, which takes them out of that option's base. */
static bilan_status stack_sets(bilan *b, struct column **out, const struct column *const c[2],
                               const size_t rows[2]) {
  struct dict *dict;
  bilan_status status = merged_options(b, &dict, c);
  if (status) return status;
  size_t count = dict_count(dict) - 1, made = 0;
  struct column **options = mem_zero(&b->mem, count, sizeof *options);
  uint8_t *missing = mem_zero(&b->mem, rows[0] + rows[1], 1);
  if (!options || !missing) status = fail_nomem(b);
  for (; !status && made < count; made += !status)
    status = stack_option(b, &options[made], dict_level(dict, (uint32_t)made + 1)->label, c, rows);
  if (!status) {
    for (int i = 0; i < 2; i++)
      for (size_t row = 0; row < rows[i]; row++)
        missing[(i ? rows[0] : 0) + row] =
            (uint8_t)(c[i] ? column_missing(c[i], row) : BILAN_NOT_ASKED);
    return column_set(b, out, rows[0] + rows[1], options, count, dict, missing);
  }
  while (made) column_free(options[--made]);
  mem_free(&b->mem, options);
  mem_free(&b->mem, missing);
  dict_free(dict);
  return status;
}

/* ---- any columns --------------------------------------------------------------------------- */

static bool is_plain_number(const struct column *c) { return c && c->type == COLUMN_NUMBERS; }

/* Stacks c[0] over c[1]; one of them may be NULL. Numbers stack on numbers and sets on sets
 * alone: a question that changed its type is another question, and gets another name. */
static bilan_status stack_pair(bilan *b, struct column **out, struct text name,
                               const struct column *const c[2], const size_t rows[2]) {
  const struct column *some = c[0] ? c[0] : c[1];
  bool one = !c[0] || !c[1];
  if (!one && (is_plain_number(c[0]) != is_plain_number(c[1]) ||
               (c[0]->type == COLUMN_SET) != (c[1]->type == COLUMN_SET)))
    return fail(b, BILAN_USAGE, "\"%.*s\" is not of the same type in both waves", (int)name.n,
                name.s);
  if (some->type == COLUMN_SET) return stack_sets(b, out, c, rows);
  if (some->type == COLUMN_NUMBERS) return stack_numbers(b, out, c, rows);
  if (some->type == COLUMN_CODES && (one || c[1]->type == COLUMN_CODES))
    return stack_codes(b, out, c, rows);
  return stack_text(b, out, c, rows);
}

/* Lent; NULL when the table has no such item. */
static const struct column *column_named(const struct table *t, struct text name) {
  size_t place = table_find(t, name);
  return place == SIZE_MAX ? NULL : table_column(t, place);
}

/* Adds to `made` the items of `from`, stacked; `skip` leaves out what is there already. */
static bilan_status stack_items(bilan *b, struct table *made, const struct table *from,
                                const struct table *above, const struct table *below,
                                bool skip) {
  const size_t rows[2] = {table_rows(above), table_rows(below)};
  bilan_status status = BILAN_OK;
  for (size_t i = 0; !status && i < table_count(from); i++) {
    struct text name = table_name(from, i);
    const struct column *const c[2] = {column_named(above, name), column_named(below, name)};
    struct column *stacked = NULL;
    if (skip && c[0]) continue;
    status = stack_pair(b, &stacked, name, c, rows);
    if (!status) status = table_add(b, made, name, table_kind(from, i), stacked);
  }
  return status;
}

/* All items of `above` in their order, then those that `below` alone has. */
bilan_status table_stack(bilan *b, struct table **out, const struct table *above,
                         const struct table *below) {
  struct table *made;
  bilan_status status = table_load(b, above);
  if (!status) status = table_load(b, below);
  if (!status) status = table_new(b, &made, table_rows(above) + table_rows(below));
  if (status) return status;
  status = stack_items(b, made, above, above, below, false);
  if (!status) status = stack_items(b, made, below, above, below, true);
  if (status) table_free(made);
  else *out = made;
  return status;
}

/* ---- joining ------------------------------------------------------------------------------- */

/* row_of[code] = the row of `c` with that code, counted from 1, or 0. A key that stands twice
 * is an error, since either row would be a guess; rows without a key match nothing. */
static bilan_status index_key(bilan *b, size_t *row_of, const struct column *c, struct text key) {
  for (size_t row = 0; row < c->rows; row++) {
    uint32_t code = column_code(c, row);
    if (column_missing(c, row)) continue;
    if (row_of[code])
      return fail(b, BILAN_DATA, "join: item \"%.*s\" has the same answer in rows %zu and %zu",
                  (int)key.n, key.s, row_of[code], row + 1);
    row_of[code] = row + 1;
  }
  return BILAN_OK;
}

/* match[row of left] = row of right, or the row behind its last one when there is none. Keys
 * are compared as labels, so that a number matches the same number stored as a level. */
static bilan_status match_rows(bilan *b, size_t *match, const struct column *left,
                               const struct column *right, struct text key) {
  struct column *lc = NULL, *rc = NULL;
  size_t *row_of = NULL;
  bilan_status status = column_to_codes(b, &lc, (struct column *)(uintptr_t)left, 0);
  if (!status) status = column_to_codes(b, &rc, (struct column *)(uintptr_t)right, 0);
  if (!status && !(row_of = mem_zero(&b->mem, dict_count(rc->dict), sizeof *row_of)))
    status = fail_nomem(b);
  if (!status) status = index_key(b, row_of, rc, key);
  for (size_t row = 0; !status && row < left->rows; row++) {
    uint32_t code = column_missing(lc, row) ? 0 : dict_find(rc->dict, column_label(lc, row));
    match[row] = code && row_of[code] ? row_of[code] - 1 : right->rows;
  }
  mem_free(&b->mem, row_of);
  column_free(lc);
  column_free(rc);
  return status;
}

/* The table with one more row that answers nothing: a table of one row, without any of its
 * items, stacked under it. The helper item's name starts with a control byte, which no item of
 * a survey has; it stands last, and add_matched leaves it out. */
static bilan_status with_blank_row(bilan *b, struct table **out, const struct table *t) {
  struct table *blank, *item;
  bilan_status status = table_new(b, &blank, 1);
  if (status) return status;
  struct numbers_builder k;
  struct column *c = NULL;
  numbers_builder_open(b, &k);
  status = numbers_builder_add(&k, 0, BILAN_NO_ANSWER);
  if (!status) status = numbers_builder_finish(&k, &c);
  else numbers_builder_close(&k);
  if (!status) status = table_add(b, blank, TEXT("\001blank"), BILAN_NUMBER, c);
  if (!status) status = table_stack(b, &item, t, blank);
  if (!status) *out = item;
  table_free(blank);
  return status;
}

/* The items of `right` (padded) beside those of `made`; a name that is taken fails in
 * table_add. */
static bilan_status add_matched(bilan *b, struct table *made, const struct table *right,
                                const size_t *match, struct text key) {
  bilan_status status = BILAN_OK;
  for (size_t i = 0; !status && i + 1 < table_count(right); i++) {
    struct column *c;
    struct text name = table_name(right, i);
    if (text_equal(name, key)) continue;
    status = column_take(b, &c, table_column(right, i), match, table_rows(made));
    if (!status) status = table_add(b, made, name, table_kind(right, i), c);
  }
  return status;
}

/* All rows of `left` stay, in their order and once each: the right key is unique. */
bilan_status table_join(bilan *b, struct table **out, const struct table *left,
                        const struct table *right, struct text key) {
  size_t lp = table_find(left, key), rp = table_find(right, key), rows = table_rows(left);
  struct table *made = NULL, *padded = NULL;
  if (lp == SIZE_MAX) return table_no_item(b, left, key);
  if (rp == SIZE_MAX) return table_no_item(b, right, key);
  bilan_status status = table_load(b, left);
  if (!status) status = table_load(b, right);
  if (status) return status;
  size_t *match = mem_array(&b->mem, rows, sizeof *match);
  if (!match) return fail_nomem(b);
  status = match_rows(b, match, table_column(left, lp), table_column(right, rp), key);
  if (!status) status = with_blank_row(b, &padded, right);
  if (!status) status = table_select(b, &made, left, NULL, NULL, 0);
  for (size_t i = 0; !status && i < table_count(left); i++)
    status = table_add(b, made, table_name(left, i), table_kind(left, i),
                       column_hold(table_column(left, i)));
  if (!status) status = add_matched(b, made, padded, match, key);
  mem_free(&b->mem, match);
  table_free(padded);
  if (status) table_free(made);
  else *out = made;
  return status;
}

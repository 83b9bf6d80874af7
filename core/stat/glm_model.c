/* glm_model.c - see glm_model.h: complete rows, levels, columns and their names, dependences.
 *
 * Worked example, y ~ f * x with f = low, mid, high in this order. f:x without f gets contrasts,
 * because x is a term; f gets contrasts, because the intercept is one. Six columns:
 *
 *   (Intercept)  fmid  fhigh  x  fmid:x  fhigh:x
 *
 * and rows of the design matrix, for (f, x) = (low, 5), (high, 2):
 *
 *   1            0     0      5  0       0
 *   1            0     1      2  0       2
 *
 * For y ~ f:x alone, f:x without f is x, which is no term: flow:x, fmid:x, fhigh:x.
 *
 * The rule behind both, for a term and one of its items: take the item away. What is left is a
 * term of the model (the empty term counts as one, whether or not there is an intercept):
 * contrasts. It is not: all levels. The exception is the first item of a model without an
 * intercept, whose levels together are the intercept that is not there: y ~ f - 1 has flow, fmid,
 * fhigh.
 *
 *   model           term    less the item    coding
 *   f + x + f:x     f:x     x, a term        contrasts of f
 *   f:x             f:x     x, none          all levels of f
 *   f + g + f:g     f:g     g / f, terms     contrasts of both: 1 + 2 + 1 + 2 = 6 cells of 3 x 2
 *   f + f:g         f:g     f, a term        contrasts of g; g is none: all levels of f
 *
 * Dependences are looked for before anything is fitted, on the rows under their weights alone, so
 * the same columns are kept whatever the family, and every replicate fits the same ones.
 *
 * What the model holds for these two rows (numbers 7 and 9 of the table, weights 2 and 4):
 *
 *   rows 7 9    weights 0.667 1.333    mean_weight 3    n 2
 *   levels[f]   codes {low, mid, high}, place[code] = 0, 1, 2;    levels[x] is empty
 *   columns     term NO_TERM, 0, 0, 1, 2, 2;  level[0] of f -, 1, 2, -, 1, 2
 *   kept        0 .. 5 less those that are aliased
 *
 * Worked example of a dependence: an item z with levels that are those of f merged (low and mid
 * together). zhigh equals fhigh, so y ~ f + z keeps (Intercept), fmid, fhigh; zhigh is aliased.
 *
 * Invariant: columns are made in the order of the terms, so a column can only depend on earlier
 * ones; all loops over rows go in row order.
 */
#include "stat/glm_model.h"

#include <math.h>
#include <string.h>

#include "kernel/matrix.h"

/* A column whose part at right angles to the earlier ones is below this share of its length
 * depends on them. */
#define DEPENDENT 1e-10
/* Rows whose columns are written out at a time: memory is 256 rows of them, whatever the table. */
enum { BLOCK_ROWS = 256 };

/* ---- complete rows ----------------------------------------------------------------------- */

/* Why a row is not complete: the first kind of missing met, in the order response, atoms, offset;
 * BILAN_PRESENT when it is. A row that lacks several answers counts once. */
static bilan_missing row_missing(const struct model_spec *s, size_t row) {
  bilan_missing kind = column_missing(s->response, row);
  for (size_t a = 0; !kind && a < s->atom_count; a++)
    kind = column_missing(s->atoms[a].column, row);
  if (!kind && s->offset) kind = column_missing(s->offset, row);
  return kind;
}

/* Of the design, 1 without one. Designs have no missing weights. */
static double weight_at(const struct sample *s, size_t row) {
  const struct column *w = sample_weight(s);
  return w ? column_number(w, row) : 1;
}

/* A row that is missing something, by its kind; one of weight 0 is nobody's loss. */
static void count_missing(struct model *m, bilan_missing kind, double weight) {
  if (!(weight > 0)) return;
  m->missing[kind]++;
  m->missing[BILAN_PRESENT]++;
}

/* A complete row, behind those before it. */
static void keep_row(struct model *m, size_t row, double weight) {
  domain_set(m->domain, row);
  m->rows[m->row_count] = row;
  m->weights[m->row_count++] = weight;
  m->n += weight > 0;
}

/* Rows of weight 0 stay where replicates may give them weight. Weights are then scaled to mean 1
 * over the base: 2, 4, 0 become 2/3, 4/3, 0 with a mean_weight of 3 and n = 2. */
static void find_rows(struct model *m, const struct sample *s) {
  bool idle = s->design && s->design->replicates;
  double sum = 0;
  for (size_t row = 0; row < s->rows; row++) {
    double weight = weight_at(s, row);
    if (!domain_has(s->domain, row) || !(weight > 0 || idle)) continue;
    bilan_missing kind = row_missing(&m->spec, row);
    if (kind) {
      count_missing(m, kind, weight);
      continue;
    }
    keep_row(m, row, weight);
    sum += weight;
  }
  m->mean_weight = m->n ? sum / (double)m->n : 1;
  for (size_t i = 0; i < m->row_count; i++) m->weights[i] /= m->mean_weight;
}

/* Room for all rows; what is filled are the complete ones. BILAN_DATA where there are none. On
 * failure model_free releases what was got, here and below. */
static bilan_status open_rows(bilan *b, struct model *m, const struct sample *s) {
  bilan_status status = domain_new(b, &m->domain, s->rows);
  if (status) return status;
  m->rows = mem_array(m->mem, s->rows, sizeof *m->rows);
  m->weights = mem_array(m->mem, s->rows, sizeof *m->weights);
  if (!m->rows || !m->weights) return fail_nomem(b);
  find_rows(m, s);
  if (m->n == 0) return fail(b, BILAN_DATA, "no row has an answer to all items of the model");
  return BILAN_OK;
}

/* ---- levels ------------------------------------------------------------------------------ */

/* Does level x come before y? Numbers before labels, by value; labels by their bytes. */
static bool level_before(const struct level *x, const struct level *y) {
  if (isnan(x->value) != isnan(y->value)) return isnan(y->value);
  if (!isnan(x->value) && x->value != y->value) return x->value < y->value;
  return text_compare(x->label, y->label) < 0;
}

/* Insertion: levels are few. Equal labels cannot be, so the order is total and needs no stable
 * sort. Numbers 2, 10 stay in this order; labels "10", "2" without numbers in that one. */
static void sort_levels(uint32_t *codes, size_t count, const struct dict *d) {
  for (size_t i = 1; i < count; i++) {
    uint32_t code = codes[i];
    size_t k = i;
    for (; k > 0 && level_before(dict_level(d, code), dict_level(d, codes[k - 1])); k--)
      codes[k] = codes[k - 1];
    codes[k] = code;
  }
}

/* Moves the reference to the front, if it is among them; the others keep their order: mid first of
 * low, mid, high gives mid, low, high. */
static void put_first(uint32_t *codes, size_t count, uint32_t reference) {
  size_t at = 0;
  while (at < count && codes[at] != reference) at++;
  if (at == count) return;
  memmove(codes + 1, codes, at * sizeof *codes);
  codes[0] = reference;
}

/* Marks in place[] the codes that complete rows have, rows of weight 0 among them: a replicate may
 * give them weight, and must find the same columns. */
static void mark_levels(uint32_t *place, const struct model *m, const struct column *column) {
  for (size_t i = 0; i < m->row_count; i++) place[column_code(column, m->rows[i])] = 1;
}

/* Levels that complete rows have. Kinds of missing are codes too, but no complete row has them. A
 * reference that nobody has changes nothing: the first of the order stays. */
bilan_status model_levels_of(bilan *b, struct model_levels *out, const struct model *m,
                             const struct column *column, bool sorted, uint32_t reference) {
  size_t codes = dict_count(column->dict);
  struct model_levels l = {.codes = mem_array(m->mem, codes, sizeof *l.codes),
                           .place = mem_zero(m->mem, codes, sizeof *l.place)};
  *out = l;
  if (!l.codes || !l.place) return fail_nomem(b);
  mark_levels(l.place, m, column);
  for (uint32_t code = 0; code < codes; code++)
    if (l.place[code]) l.codes[l.count++] = code;
  if (sorted) sort_levels(l.codes, l.count, column->dict);
  if (reference) put_first(l.codes, l.count, reference);
  for (size_t code = 0; code < codes; code++) l.place[code] = UINT32_MAX;
  for (uint32_t i = 0; i < l.count; i++) l.place[l.codes[i]] = i;
  *out = l;
  return BILAN_OK;
}

/* Levels of every item, and the scratch of model_row. One level alone would be the intercept:
 * BILAN_DATA, with the name of the item. */
static bilan_status open_levels(bilan *b, struct model *m) {
  const struct model_spec *s = &m->spec;
  m->levels = mem_zero(m->mem, s->atom_count, sizeof *m->levels);
  m->number = mem_zero(m->mem, s->atom_count, sizeof *m->number);
  m->level = mem_zero(m->mem, s->atom_count, sizeof *m->level);
  if (!m->levels || !m->number || !m->level) return fail_nomem(b);
  for (size_t a = 0; a < s->atom_count; a++) {
    const struct model_atom *atom = &s->atoms[a];
    if (!atom->factor) continue;
    bilan_status status = model_levels_of(b, &m->levels[a], m, atom->column, atom->sorted,
                                          atom->reference);
    if (status) return status;
    if (m->levels[a].count < 2)
      return fail(b, BILAN_DATA, "\"%.*s\" has one level in these rows: it explains nothing",
                  (int)atom->name.n, atom->name.s);
  }
  return BILAN_OK;
}

/* ---- columns ----------------------------------------------------------------------------- */

/* Is there a term of just these atoms, in any order of terms? Atoms of a term are in rising order,
 * so equal lists are equal bytes. No atom: the empty term always is
 * there, as the rule for models without an intercept stands apart. */
static bool has_term(const struct model_spec *s, const size_t *atoms, size_t count) {
  if (count == 0) return true;
  for (size_t t = 0; t < s->term_count; t++)
    if (s->terms[t].count == count && !memcmp(s->terms[t].atoms, atoms, count * sizeof *atoms))
      return true;
  return false;
}

/* Does the atom at `place` of the term get contrasts, not all levels? Where the model has the
 * margin: the term without that atom. */
static bool has_margin(const struct model_spec *s, const struct model_term *t, size_t place) {
  size_t rest[TERM_ATOMS], count = 0;
  for (size_t i = 0; i < t->count; i++)
    if (i != place) rest[count++] = t->atoms[i];
  return has_term(s, rest, count);
}

/* The term and the place in it of the first item, in the order of the terms; false if all atoms are
 * numbers, and both are then past the end. */
static bool first_factor(const struct model_spec *s, size_t *term, size_t *place) {
  for (*term = 0; *term < s->term_count; ++*term)
    for (*place = 0; *place < s->terms[*term].count; ++*place)
      if (s->atoms[s->terms[*term].atoms[*place]].factor) return true;
  return false;
}

/* First level that gets a column, of each atom of the term: 0 for all levels, 1 for contrasts. What
 * it says of numbers is not read. */
static void find_coding(uint32_t first[TERM_ATOMS], const struct model_spec *s, size_t term) {
  const struct model_term *t = &s->terms[term];
  for (size_t i = 0; i < t->count; i++) first[i] = has_margin(s, t, i);
  size_t free_term, place;
  if (!s->intercept && first_factor(s, &free_term, &place) && free_term == term) first[place] = 0;
}

/* The name of a column in R's words, "stypeH:ell": items by name and level, numbers by name, from
 * the first atom on. The text is the model's; model_free frees it. */
static bilan_status name_column(bilan *b, struct model *m, struct model_column *c) {
  const struct model_term *t = &m->spec.terms[c->term];
  struct buffer name;
  buffer_init(&name, m->mem);
  for (size_t i = 0; i < t->count; i++) {
    const struct model_atom *atom = &m->spec.atoms[t->atoms[i]];
    const struct model_levels *l = &m->levels[t->atoms[i]];
    if (i > 0) buffer_char(&name, ':');
    buffer_text(&name, atom->name);
    if (atom->factor)
      buffer_text(&name, dict_level(atom->column->dict, l->codes[c->level[i]])->label);
  }
  if (name.failed) {
    buffer_free(&name);
    return fail_nomem(b);
  }
  c->name = (struct text){name.s, name.n};
  return BILAN_OK;
}

/* Appends a copy with its name. The limit keeps p^2 matrices small. BILAN_LIMIT, BILAN_NOMEM; the
 * count rises last, so model_free sees whole columns only. */
static bilan_status add_column(bilan *b, struct model *m, const struct model_column *like) {
  if (m->count == MODEL_COLUMNS)
    return fail(b, BILAN_LIMIT, "the model has more than %d columns", MODEL_COLUMNS);
  if (m->count == m->room) {
    size_t room = m->room ? 2 * m->room : 16;
    void *columns = mem_resize_array(m->mem, m->columns, room, sizeof *m->columns);
    if (!columns) return fail_nomem(b);
    m->columns = columns;
    m->room = room;
  }
  struct model_column *c = &m->columns[m->count];
  *c = *like;
  bilan_status status = name_column(b, m, c);
  if (!status) m->count++;
  return status;
}

/* All products of a term: the first atom runs fastest, like the digits of a counter read from the
 * left. Of f:g with contrasts b, c and y, z: fb:gy fc:gy fb:gz fc:gz. A number has one column, so
 * its digit stands still; when every digit has come round, the term is done. */
static bilan_status add_term(bilan *b, struct model *m, size_t term) {
  const struct model_term *t = &m->spec.terms[term];
  uint32_t first[TERM_ATOMS];
  struct model_column c = {.term = (int)term};
  find_coding(first, &m->spec, term);
  for (size_t i = 0; i < t->count; i++)
    c.level[i] = m->spec.atoms[t->atoms[i]].factor ? first[i] : 0;
  for (;;) {
    bilan_status status = add_column(b, m, &c);
    if (status) return status;
    size_t i = 0;
    for (; i < t->count; i++) {
      if (!m->spec.atoms[t->atoms[i]].factor) continue;
      if (++c.level[i] < m->levels[t->atoms[i]].count) break;
      c.level[i] = first[i];
    }
    if (i == t->count) return BILAN_OK;
  }
}

/* The first column, when there is one: 1 in every row, of no term. */
static bilan_status add_intercept(bilan *b, struct model *m) {
  static const char name[] = "(Intercept)";
  m->columns = mem_zero(m->mem, 1, sizeof *m->columns);
  char *copy = mem_copy(m->mem, name, sizeof name - 1);
  if (!m->columns || !copy) {
    mem_free(m->mem, copy);
    return fail_nomem(b);
  }
  m->room = m->count = 1;
  m->columns[0].term = NO_TERM;
  m->columns[0].name = (struct text){copy, sizeof name - 1};
  return BILAN_OK;
}

/* All columns in their order: intercept, then term by term. BILAN_USAGE for a model of nothing. */
static bilan_status open_columns(bilan *b, struct model *m) {
  bilan_status status = m->spec.intercept ? add_intercept(b, m) : BILAN_OK;
  for (size_t t = 0; !status && t < m->spec.term_count; t++) status = add_term(b, m, t);
  if (!status && m->count == 0) status = fail(b, BILAN_USAGE, "the model has no terms");
  return status;
}

/* ---- rows of the design matrix ----------------------------------------------------------- */

/* One column at the row whose atoms are in the scratch: the product of its numbers where the
 * row has all of its levels, else 0. */
static double product(const struct model *m, const struct model_column *c) {
  if (c->term == NO_TERM) return 1;
  const struct model_term *t = &m->spec.terms[c->term];
  double x = 1;
  for (size_t i = 0; i < t->count; i++) {
    size_t a = t->atoms[i];
    if (!m->spec.atoms[a].factor) x *= m->number[a];
    else if (m->level[a] != c->level[i]) return 0;
  }
  return x;
}

/* Atoms are read once a row, however many products they are in, into number[] and level[]: the one
 * reason why a model is not const here. x has room for kept_count. */
void model_row(struct model *m, double *x, size_t i) {
  size_t row = m->rows[i];
  for (size_t a = 0; a < m->spec.atom_count; a++) {
    const struct model_atom *atom = &m->spec.atoms[a];
    if (atom->factor) m->level[a] = m->levels[a].place[column_code(atom->column, row)];
    else m->number[a] = column_number(atom->column, row);
  }
  for (size_t k = 0; k < m->kept_count; k++) x[k] = product(m, &m->columns[m->kept[k]]);
}

/* 0 without an offset; rows without one are not complete. */
double model_offset(const struct model *m, size_t i) {
  return m->spec.offset ? column_number(m->spec.offset, m->rows[i]) : 0;
}

/* ---- dependences ------------------------------------------------------------------------- */

/* R of the weighted design matrix, block by block: QR of a block below the R so far. `block` is
 * rows x p by columns, x one row of it. */
static bilan_status factor_rows(bilan *b, struct model *m, double *r, double *block, double *x) {
  size_t p = m->kept_count;
  for (size_t from = 0; from < m->row_count; from += BLOCK_ROWS) {
    size_t rows = m->row_count - from < BLOCK_ROWS ? m->row_count - from : BLOCK_ROWS;
    for (size_t i = 0; i < rows; i++) {
      double root = sqrt(m->weights[from + i]);
      model_row(m, x, from + i);
      for (size_t k = 0; k < p; k++) block[i + k * rows] = root * x[k];
    }
    bilan_status status = matrix_stack(b, r, p, block, rows);
    if (status) return status;
  }
  return BILAN_OK;
}

/* Least squares of nothing on R tells which columns are left over: their coefficient is NaN. The
 * columns of R depend on each other as those of all rows do. */
static bilan_status set_aside(bilan *b, struct model *m, const double *r, const double *zero,
                              double *x) {
  size_t rank, p = m->kept_count;
  bilan_status status = matrix_least_squares(b, &rank, x, NULL, r, zero, p, p, DEPENDENT);
  if (status) return status;
  m->kept_count = 0;
  for (size_t k = 0; k < p; k++) {
    m->columns[k].aliased = isnan(x[k]);
    if (!m->columns[k].aliased) m->kept[m->kept_count++] = k;
  }
  return BILAN_OK;
}

/* Keeps all columns at first, then those that do not depend on earlier ones. O(rows columns^2), in
 * memory of a block of rows and two triangles. */
static bilan_status find_dependences(bilan *b, struct model *m) {
  size_t p = m->count;
  m->kept = mem_array(m->mem, p, sizeof *m->kept);
  double *r = mem_zero(m->mem, p, p * sizeof *r), *zero = mem_zero(m->mem, p, sizeof *zero);
  double *x = mem_array(m->mem, p, sizeof *x);
  double *block = mem_array(m->mem, p, BLOCK_ROWS * sizeof *block);
  bilan_status status = BILAN_OK;
  if (!m->kept || !r || !zero || !x || !block) {
    status = fail_nomem(b);
    goto cleanup;
  }
  for (size_t k = 0; k < p; k++) m->kept[k] = k;
  m->kept_count = p;
  status = factor_rows(b, m, r, block, x);
  if (!status) status = set_aside(b, m, r, zero, x);
cleanup:
  mem_free(m->mem, block);
  mem_free(m->mem, x);
  mem_free(m->mem, zero);
  mem_free(m->mem, r);
  return status;
}

/* ---- the model --------------------------------------------------------------------------- */

/* In this order each part needs those before it: rows, levels that these have, columns that those
 * make, dependences among these. *out is untouched on failure. */
bilan_status model_open(bilan *b, struct model *out, const struct sample *sample,
                        const struct model_spec *spec) {
  struct model m = {.mem = &b->mem, .spec = *spec};
  bilan_status status = open_rows(b, &m, sample);
  if (!status) status = open_levels(b, &m);
  if (!status) status = open_columns(b, &m);
  if (!status) status = find_dependences(b, &m);
  if (status) model_free(&m);
  else *out = m;
  return status;
}

/* Also of a model that failed half way, and of a zeroed one, which has no memory to give back. The
 * names of columns are texts of the model; those of terms and atoms are lent. */
void model_free(struct model *m) {
  if (!m->mem) return;
  for (size_t a = 0; m->levels && a < m->spec.atom_count; a++) {
    mem_free(m->mem, m->levels[a].codes);
    mem_free(m->mem, m->levels[a].place);
  }
  for (size_t k = 0; k < m->count; k++) mem_free(m->mem, (char *)m->columns[k].name.s);
  mem_free(m->mem, m->columns);
  mem_free(m->mem, m->kept);
  mem_free(m->mem, m->levels);
  mem_free(m->mem, m->number);
  mem_free(m->mem, m->level);
  mem_free(m->mem, m->rows);
  mem_free(m->mem, m->weights);
  domain_free(m->domain);
  *m = (struct model){0};
}

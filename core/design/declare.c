/* declare.c - a design from what a script says: labels become numbers, and what cannot be a
 * sample is refused with the row where it shows.
 *
 * Labels are looked at once: equal labels get one code, and levels that write the same whole
 * number ("1" and "1.0") become one; "01" stays another label. A unit is then the
 * pair (unit of the stage before, label), a stratum likewise, numbered by first appearance
 * (numbering.h) and then anew in the order of such pairs, labels as label_order.h has them. With
 * `nest` a unit is the pair (stratum, label) instead, and how many labels stood in several strata
 * is counted, for the reader to hear of it.
 *
 *   row  stratum cluster     stratum  unit (nest)      in order: stratum  unit
 *    1      B       7           0       0                          1        1
 *    2      A       7           1       1                          0        0
 *    3      B       7           0       0                          1        1
 *                                     (without nest: refused, 7 stands in A and B)
 *
 * Two stages, pupils in schools, labels of pupils beginning anew in each school; the parent of a
 * unit is part of the pair, so that needs no `nest`:
 *
 *   row  school  pupil     unit of stage 0   pair of stage 1   unit of stage 1   its stratum
 *    1     7       1             0                (0, "1")            0               0
 *    2     7       2             0                (0, "2")            1               0
 *    3     9       1             1                (1, "1")            2               1
 *
 * A finite population is said once a stratum, as a size or a fraction, and every row of the
 * stratum has to repeat it: size N > 1, or f <= 1 and then N = n / f. A missing one, or one that
 * is infinite: drawn with replacement. Where weights were not given and every stage has its
 * population, a row's weight is the product of its N / n (Horvitz & Thompson, JASA 47, 1952).
 *
 *   row  region  N of region  said as f      h   n_h  N_h   derived weight
 *    1      A        30          0.1         A    3    30       10
 *    2      A        30          0.1         B    2    20       10
 *    3      A        30          0.1
 *    4      B        20          0.1         (N in one row of A missing: refused, it varies;
 *    5      B        20          0.1          in all rows of A: A with replacement)
 *
 * Rows of weight 0 are part of the sample: they count in n_h (a unit without respondents was
 * drawn all the same), not in degrees of freedom.
 *
 * The draft as it fills, and who refuses what:
 *
 *   check_spec          stages, lists that do not fit           BILAN_USAGE
 *   take_weights        missing, negative, all 0                BILAN_DATA, row
 *   open_labels         a row without label                     BILAN_DATA, row
 *   number_stage        a label in two strata                   BILAN_DATA, label and both strata
 *   read_populations    varying, mixed, fewer than sampled      BILAN_DATA, stratum and row
 *   stages_weigh        lonely units, by the rule               BILAN_DATA, list of strata
 *
 * Invariants: stages are built in order, each reads the one before. Owner: the draft owns the
 * design and the codes until the end; draft_close leaves nothing behind. Cost: a few passes over
 * the rows a stage, each with a look-up in a hash table or two; TEXT labels are hashed once more.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "data/whole.h"
#include "design/label_order.h"
#include "design/numbering.h"
#include "design/stages.h"

/* Rows of which labels are looked up together; pairs of labels that have a place each, 1 MiB. */
enum { PIECE = 256, PAIRS_MOST = 1 << 18 };

/* A column of labels: of clusters or of strata, at one stage. A row's code is number[row], or the
 * level's code by way of `same`. */
struct labels {
  const struct column *source; /* NULL: there is none */
  size_t count;                /* codes are below */
  uint32_t *number;            /* [row] code of a number; NULL where there are levels */
  struct column *codes;        /* levels */
  uint32_t *same;              /* [level] -> that of the same whole number; NULL: all differ */
  uint32_t *place;             /* [code] among all labels in order */
};

/* What is being declared: the design as far as it has come, and what it is made of. Zeroed
 * labels and names are none. */
struct draft {
  struct design *d;                                         /* the draft's own hold */
  struct weights_seen weights;                              /* given ones; else all are positive */
  const struct design_spec *spec;                           /* lent, as are its columns */
  struct labels clusters[STAGES_MOST], strata[STAGES_MOST]; /* [stage]; codes are owned */
  struct stage_names names;                                 /* the same columns, for messages */
};

/* ---- labels --------------------------------------------------------------------------------- */

/* Where the digits of a whole number end before ".0...": 0 when the label is no such number.
 * "12.00" gives 2, "-3.0" 2; "12", "12.", "12.5", "v1.0" give 0. */
static size_t whole_part(struct text t) {
  size_t i = t.n && t.s[0] == '-', digits = i;
  while (i < t.n && t.s[i] >= '0' && t.s[i] <= '9') i++;
  if (i == digits || i + 1 >= t.n || t.s[i] != '.') return 0;
  for (size_t zero = i + 1; zero < t.n; zero++)
    if (t.s[zero] != '0') return 0;
  return i;
}

/* The code of the shortest level that writes the same whole number: "1.00" finds "1", or "1.0"
 * where there is no "1". All shorter spellings begin the longer one, so no text is made. */
static uint32_t plain_code(const struct dict *dict, uint32_t code) {
  struct text label = dict_level(dict, code)->label;
  size_t whole = whole_part(label);
  for (size_t n = whole; whole && n < label.n; n += n == whole ? 2 : 1) {
    uint32_t found = dict_find(dict, (struct text){label.s, n});
    if (found && !dict_level(dict, found)->missing) return found;
  }
  return code;
}

/* Levels "1", "1.0", "2", "01": same = 0, 0, 2, 3. Needed since a file may write a number of a
 * school as 1 in one row and 1.0 in another, and no pupil may change school by that. A level that
 * is a kind of missing is nobody's spelling. Fills `same`; leaves it out where no two levels are
 * the same number, which is the usual case and saves a look-up a row. O(levels). BILAN_NOMEM:
 * draft_close frees what was got. */
static bilan_status merge_numbers(bilan *b, struct labels *l) {
  bool merged = false;
  l->same = mem_array(&b->mem, l->count, sizeof *l->same);
  if (!l->same) return fail_nomem(b);
  for (size_t code = 0; code < l->count; code++) {
    l->same[code] = plain_code(l->codes->dict, (uint32_t)code);
    merged = merged || l->same[code] != code;
  }
  if (merged) return BILAN_OK;
  mem_free(&b->mem, l->same);
  l->same = NULL;
  return BILAN_OK;
}

/* The order of the numbers behind the codes. BILAN_NOMEM. */
static bilan_status place_numbers(bilan *b, struct labels *l, size_t rows) {
  double *value = mem_array(&b->mem, l->count, sizeof *value);
  l->place = mem_array(&b->mem, l->count, sizeof *l->place);
  bilan_status status = value && l->place ? BILAN_OK : fail_nomem(b);
  for (size_t row = 0; !status && row < rows; row++)
    value[l->number[row]] = l->source->numbers[row];
  if (!status) status = value_places(b, l->place, value, l->count);
  mem_free(&b->mem, value);
  return status;
}

/* 12, 7, 12, 7.5 get 0, 1, 0, 2. Equal numbers get one code, by the bits of the double; + 0 makes
 * of -0 the other zero. Sorting them, as columns of levels do, would cost ten times as much for a
 * million pupils. */
static bilan_status code_numbers(bilan *b, struct labels *l, size_t rows) {
  struct numbering seen;
  bilan_status status = numbering_open(b, &seen);
  l->number = mem_array(&b->mem, rows, sizeof *l->number);
  if (!status && !l->number) status = fail_nomem(b);
  for (size_t row = 0; !status && row < rows; row++) {
    double value = l->source->numbers[row] + 0;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    status = numbering_get(b, &seen, &l->number[row], (size_t)(bits >> 32), (uint32_t)bits);
  }
  l->count = seen.count;
  if (!status) status = place_numbers(b, l, rows);
  numbering_close(&seen);
  return status;
}

/* Texts and levels get the codes of a dictionary, in which equal labels are one level already; a
 * column of levels is shared as it is, one of texts is coded anew (a limit of 0: any number of
 * levels, every school may have its own). */
static bilan_status code_levels(bilan *b, struct labels *l, struct column *c) {
  bilan_status status = column_to_codes(b, &l->codes, c, 0);
  if (status) return status;
  l->count = dict_count(l->codes->dict);
  l->place = mem_array(&b->mem, l->count, sizeof *l->place);
  if (!l->place) return fail_nomem(b);
  status = label_places(b, l->place, l->codes->dict);
  return status ? status : merge_numbers(b, l);
}

/* The code of a row of a column of levels. */
static inline uint32_t stored_code(const struct column *c, size_t row) {
  if (c->width == 1) return ((const uint8_t *)c->codes)[row];
  return column_code(c, row);
}

/* The code of a row's label, below l->count. Codes of levels that were merged into others come up
 * no more, which leaves gaps: they are labels to number units by, not numbers of units. */
static inline uint32_t label_code(const struct labels *l, size_t row) {
  if (l->number) return l->number[row];
  uint32_t code = stored_code(l->codes, row);
  return l->same ? l->same[code] : code;
}

/* Every column of a design speaks of every row of the table: anything else is a fault of the
 * caller, not of the data. */
static bilan_status check_rows(bilan *b, const struct column *c, size_t rows, const char *what) {
  if (c->rows == rows) return BILAN_OK;
  return fail(b, BILAN_INTERNAL, "a column of %s of %zu rows in a table of %zu", what, c->rows,
              rows);
}

/* Can a row of the column be without a label at all? Looks at levels, not at rows. */
static bool may_lack(const struct column *c) {
  if (c->type != COLUMN_CODES) return c->missing;
  for (uint32_t code = c->lowest; code <= c->highest && code < dict_count(c->dict); code++)
    if (dict_level(c->dict, code)->missing) return true;
  return false;
}

/* Codes of a column of clusters or strata. A row without label is refused: it was drawn from
 * somewhere, and to guess where would change every standard error. The first such row is named,
 * with its kind of missing. */
static bilan_status open_labels(bilan *b, struct labels *out, struct column *c, size_t rows,
                                size_t stage, const char *what) {
  if (!c) return BILAN_OK;
  bilan_status status = check_rows(b, c, rows, what);
  if (status) return status;
  if (c->type == COLUMN_SET)
    return fail(b, BILAN_USAGE, "the %s of stage %zu is an item with several answers; expected "
                "one label a row", what, stage + 1);
  bool lacks = may_lack(c);
  for (size_t row = 0; lacks && row < rows; row++)
    if (column_missing(c, row))
      return fail(b, BILAN_DATA, "row %zu has no %s at stage %zu (%s); expected a label in every "
                  "row: delete those that are not of the sample first, with drop_rows",
                  row + 1, what, stage + 1, missing_names[column_missing(c, row)]);
  out->source = c;
  return c->type == COLUMN_NUMBERS ? code_numbers(b, out, rows) : code_levels(b, out, c);
}

/* Labels of all stages; where the columns are, for messages. Clusters before strata, stage by
 * stage: the first fault in that order is the one that is told. */
static bilan_status open_all_labels(bilan *b, struct draft *w) {
  bilan_status status = BILAN_OK;
  for (size_t s = 0; !status && s < w->d->stage_count; s++) {
    struct column *cluster = s < w->spec->cluster_count ? w->spec->clusters[s] : NULL;
    status = open_labels(b, &w->clusters[s], cluster, w->d->rows, s, "cluster");
    if (!status)
      status = open_labels(b, &w->strata[s], w->spec->strata[s], w->d->rows, s, "stratum");
    w->names.clusters[s] = w->clusters[s].source;
    w->names.strata[s] = w->strata[s].source;
  }
  return status;
}

/* Zeroed labels are fine; the source is lent. */
static void close_labels(struct labels *l, struct mem *mem) {
  column_free(l->codes);
  mem_free(mem, l->same);
  mem_free(mem, l->number);
  mem_free(mem, l->place);
}

/* Also gives up the draft's own hold of the design: who wants it took another. */
static void draft_close(struct draft *w, struct mem *mem) {
  for (size_t s = 0; s < STAGES_MOST; s++) {
    close_labels(&w->clusters[s], mem);
    close_labels(&w->strata[s], mem);
  }
  design_free(w->d);
}

/* ---- numbers of units and strata ------------------------------------------------------------ */

/* The pass over the rows of one stage. */
struct pass {
  struct draft *w;
  struct stage *stage;                    /* filled: unit, units, stratum */
  const struct stage *parent;             /* NULL at stage 0 */
  const struct labels *cluster, *stratum; /* source NULL: rows are units; no strata */
  struct numbering units, strata;         /* (scope, label) -> number; scope: see number_row */
  uint32_t *met;                          /* [stratum label * cluster labels + cluster label] of
                                             stage 0: unit + 1; NULL: too many pairs */
  size_t at, room;                        /* number of the stage; units that `stratum` holds */
};

/* One more unit, in this stratum. Room doubles: units are known only at the end of the pass. */
static bilan_status add_unit(bilan *b, struct pass *p, uint32_t stratum) {
  struct stage *s = p->stage;
  if (s->units == p->room) {
    size_t room = p->room ? p->room * 2 : 64;
    uint32_t *larger = mem_resize_array(&b->mem, s->stratum, room, sizeof *larger);
    if (!larger) return fail_nomem(b);
    s->stratum = larger;
    p->room = room;
  }
  s->stratum[s->units++] = stratum;
  return BILAN_OK;
}

/* The stratum of a row, for a message: stratum "A" (row 3). On success `name` is to be freed;
 * BILAN_NOMEM leaves nothing. */
static bilan_status name_stratum(bilan *b, struct buffer *name, const struct draft *w, size_t at,
                                 size_t row) {
  buffer_init(name, &b->mem);
  stage_name(name, &w->names, at, row);
  if (!name->failed) return BILAN_OK;
  buffer_free(name);
  return fail_nomem(b);
}

/* A label in two strata: which, where it stood first, and what to say if that is right. Rows are
 * searched only now that something is wrong. */
static bilan_status refuse_clash(bilan *b, const struct pass *p, uint32_t unit, size_t row) {
  size_t first = 0;
  struct buffer here, there;
  char room[NUMBER_ROOM];
  struct text label = stage_label(room, p->cluster->source, row);
  while (p->stage->unit[first] != unit) first++;
  bilan_status status = name_stratum(b, &there, p->w, p->at, first);
  if (status) return status;
  status = name_stratum(b, &here, p->w, p->at, row);
  if (!status) {
    status = fail(b, BILAN_DATA,
                  "cluster \"%.*s\" is in %s and in %s; if these are different clusters, numbered "
                  "anew in each stratum, say nest = true", (int)label.n, label.s, there.s, here.s);
    buffer_free(&here);
  }
  buffer_free(&there);
  return status;
}

/* The stratum of a row, by the pair that it is. */
static inline bilan_status find_stratum(bilan *b, struct pass *p, uint32_t *stratum,
                                        size_t within, size_t row) {
  uint32_t label = label_code(p->stratum, row);
  if (numbering_known(&p->strata, stratum, within, label)) return BILAN_OK;
  return numbering_get(b, &p->strata, stratum, within, label);
}

/* And its unit. */
static inline bilan_status find_unit(bilan *b, struct pass *p, uint32_t *unit, size_t scope,
                                     size_t row) {
  uint32_t label = label_code(p->cluster, row);
  if (numbering_known(&p->units, unit, scope, label)) return BILAN_OK;
  return numbering_get(b, &p->units, unit, scope, label);
}

/* Stratum and unit of one row. What a label is unique within, its scope, is the unit of the stage
 * before; for clusters with `nest` the stratum. Without labels of strata the stratum is the unit
 * of the stage before (or the whole sample, 0); without labels of clusters the unit is the row. A
 * unit that is met again has to be in the stratum where it was. */
static bilan_status number_row(bilan *b, struct pass *p, size_t row) {
  size_t within = p->parent ? stage_unit(p->parent, row) : 0;
  uint32_t stratum = (uint32_t)within, unit = (uint32_t)row;
  bilan_status status = BILAN_OK;
  if (p->stratum->source)
    status = find_stratum(b, p, &stratum, within, row);
  if (!status && p->cluster->source) {
    size_t scope = p->w->spec->nest ? stratum : within;
    status = find_unit(b, p, &unit, scope, row);
    p->stage->unit[row] = unit;
  }
  if (status) return status;
  if (unit == p->stage->units) return add_unit(b, p, stratum);
  return p->stage->stratum[unit] == stratum ? BILAN_OK : refuse_clash(b, p, unit, row);
}

/* Room for the pairs of labels that have been met, where they are few: what is true of one row is
 * true of every other with the same two labels. */
static bilan_status open_met(bilan *b, struct pass *p) {
  size_t strata = p->stratum->source ? p->stratum->count : 1, clusters = p->cluster->count;
  if (p->parent || !clusters || strata > PAIRS_MOST / clusters) return BILAN_OK;
  p->met = mem_zero(&b->mem, strata * clusters, sizeof *p->met);
  return p->met ? BILAN_OK : fail_nomem(b);
}

/* Codes of the labels of some rows; 0 where there are no labels. */
static void read_codes(uint32_t to[PIECE], const struct labels *l, size_t from, size_t count) {
  const uint8_t *narrow = l->source && !l->number && l->codes->width == 1 ? l->codes->codes : NULL;
  for (size_t i = 0; i < count; i++)
    to[i] = narrow ? narrow[from + i] : l->source ? label_code(l, from + i) : 0;
  for (size_t i = 0; narrow && l->same && i < count; i++) to[i] = l->same[to[i]];
}

/* Some rows, one of a pair that was met in the way of number_row's. */
static bilan_status number_piece(bilan *b, struct pass *p, size_t from, size_t count) {
  uint32_t strata[PIECE], clusters[PIECE], *unit = p->stage->unit + from;
  bilan_status status = BILAN_OK;
  read_codes(strata, p->stratum, from, count);
  read_codes(clusters, p->cluster, from, count);
  for (size_t i = 0; !status && i < count; i++) {
    uint32_t *met = &p->met[strata[i] * p->cluster->count + clusters[i]];
    if (!*met) {
      status = number_row(b, p, from + i);
      *met = unit[i] + 1;
    }
    unit[i] = *met - 1;
  }
  return status;
}

/* All rows, in their order: numbers depend on nothing else. */
static bilan_status number_all(bilan *b, struct pass *p) {
  size_t rows = p->w->d->rows;
  bilan_status status = BILAN_OK;
  for (size_t row = 0; !status && p->met && row < rows; row += PIECE)
    status = number_piece(b, p, row, rows - row < PIECE ? rows - row : PIECE);
  for (size_t row = 0; !status && !p->met && row < rows; row++) status = number_row(b, p, row);
  return status;
}

/* `unit` is not made where rows are units: nothing would be in it but 0, 1, 2, ... Without labels
 * of any kind there is nothing to number. */
static bilan_status number_rows(bilan *b, struct pass *p) {
  size_t rows = p->w->d->rows, parents = p->parent ? p->parent->units : 1;
  size_t strata = p->stratum->source ? parents * p->stratum->count : parents;
  size_t scopes = p->w->spec->nest ? strata : parents;
  if (!p->stratum->source && !p->cluster->source) {
    p->stage->units = rows; /* of stage 0: others have clusters */
    return BILAN_OK;
  }
  bilan_status status = numbering_open_below(b, &p->units, scopes, p->cluster->count);
  if (!status) status = numbering_open_below(b, &p->strata, parents, p->stratum->count);
  if (!status) status = open_met(b, p);
  if (!status && p->cluster->source) {
    p->stage->unit = mem_array(&b->mem, rows, sizeof *p->stage->unit);
    if (!p->stage->unit) status = fail_nomem(b);
  }
  return status ? status : number_all(b, p);
}

/* How many strata there are: those that were numbered, or one for each unit of the stage before.
 * One stratum needs no numbers by unit. A table without rows has one, empty, so that every stage
 * has a first stratum. */
static void count_strata(struct pass *p) {
  if (p->stratum->source) p->stage->strata = p->strata.count;
  else p->stage->strata = p->parent ? p->parent->units : 1;
  if (p->stage->strata > 1) return;
  p->stage->strata = 1;
  mem_free(p->w->d->mem, p->stage->stratum);
  p->stage->stratum = NULL;
}

/* Strata with their numbers in order: those of units are written anew. to[number] as
 * numbering_sort has it; NULL where strata are the units of the stage before, which are in order.
 */
static bilan_status order_strata(bilan *b, struct pass *p, uint32_t **to) {
  struct stage *s = p->stage;
  *to = NULL;
  if (!p->stratum->source) return BILAN_OK;
  *to = mem_array(&b->mem, p->strata.count, sizeof **to);
  if (!*to) return fail_nomem(b);
  bilan_status status = numbering_sort(b, *to, &p->strata, NULL, p->stratum->place);
  for (size_t u = 0; !status && s->stratum && u < s->units; u++)
    s->stratum[u] = (*to)[s->stratum[u]];
  return status;
}

/* Units with their numbers in order; `strata` are the new numbers of strata. Where every row is a
 * unit the number of a unit is that of its row. */
static bilan_status order_units(bilan *b, struct pass *p, const uint32_t *strata) {
  struct stage *s = p->stage;
  if (!p->cluster->source || s->units == p->w->d->rows) return BILAN_OK;
  uint32_t *to = mem_array(&b->mem, s->units, sizeof *to);
  uint32_t *stratum = mem_array(&b->mem, s->units, sizeof *stratum);
  bilan_status status = to && stratum ? BILAN_OK : fail_nomem(b);
  const uint32_t *scope = p->w->spec->nest ? strata : NULL;
  if (!status) status = numbering_sort(b, to, &p->units, scope, p->cluster->place);
  for (size_t u = 0; !status && s->stratum && u < s->units; u++) stratum[to[u]] = s->stratum[u];
  if (!status && s->stratum) memcpy(s->stratum, stratum, s->units * sizeof *stratum);
  for (size_t row = 0; !status && row < p->w->d->rows; row++) s->unit[row] = to[s->unit[row]];
  mem_free(&b->mem, to);
  mem_free(&b->mem, stratum);
  return status;
}

/* Numbers in the order of the labels, so that no sum over strata or units depends on the order of
 * the rows. */
static bilan_status order_stage(bilan *b, struct pass *p) {
  uint32_t *strata;
  bilan_status status = order_strata(b, p, &strata);
  if (!status) status = order_units(b, p, strata);
  mem_free(&b->mem, strata);
  return status;
}

/* Labels of stage 0 that stand in more strata than one, for a note to the reader: with `nest`
 * that is allowed, but where it was not meant the PSUs are counted too many. Each label is 0, 1 or
 * 2: not seen, seen in one unit, in several. */
static bilan_status count_collisions(bilan *b, const struct pass *p) {
  if (p->at || !p->w->spec->nest || !p->cluster->source) return BILAN_OK;
  size_t units = p->units.count;
  uint8_t *seen = mem_zero(&b->mem, p->cluster->count, 1);
  size_t *scope = mem_array(&b->mem, units, sizeof *scope);
  uint32_t *label = mem_array(&b->mem, units, sizeof *label);
  bilan_status status = seen && scope && label ? BILAN_OK : fail_nomem(b);
  if (!status) numbering_pairs(&p->units, scope, label);
  for (size_t u = 0; !status && u < units; u++) {
    p->w->d->collisions += seen[label[u]] == 1;
    if (seen[label[u]] < 2) seen[label[u]]++;
  }
  mem_free(&b->mem, seen);
  mem_free(&b->mem, scope);
  mem_free(&b->mem, label);
  return status;
}

/* Clusters and strata of a stage, and n_h. What is left half done belongs to the design, which
 * draft_close frees. */
static bilan_status number_stage(bilan *b, struct draft *w, size_t at) {
  struct pass p = {.w = w, .stage = &w->d->stages[at], .at = at};
  p.parent = at ? p.stage - 1 : NULL;
  p.cluster = &w->clusters[at];
  p.stratum = &w->strata[at];
  bilan_status status = number_rows(b, &p);
  if (!status) count_strata(&p);
  if (!status) status = order_stage(b, &p);
  if (!status) status = count_collisions(b, &p);
  numbering_close(&p.units);
  numbering_close(&p.strata);
  mem_free(&b->mem, p.met);
  return status ? status : stage_count(b, w->d, at);
}

/* ---- finite populations --------------------------------------------------------------------- */

/* What a row says of the population of its stratum, a size or a fraction; INFINITY: with
 * replacement. */
static double fpc_of(const struct column *c, size_t row) {
  return column_missing(c, row) ? INFINITY : column_number(c, row);
}

/* Are these sizes? *sizes is false for fractions. A value above 1 can only be a size and one
 * below 1 only a fraction; both together have no reading. 1 goes with either: as a size it is one
 * unit, as a fraction a census. */
static bilan_status check_fpc(bilan *b, bool *sizes, const struct column *c, size_t rows,
                              size_t at) {
  size_t size = rows, fraction = rows;
  char value[NUMBER_ROOM], other[NUMBER_ROOM];
  if (!column_is_numeric(c))
    return fail(b, BILAN_USAGE, "the fpc of stage %zu is not an item of numbers", at + 1);
  for (size_t row = 0; row < rows; row++) {
    double v = fpc_of(c, row);
    if (!(v > 0)) {
      number_print(value, v);
      return fail(b, BILAN_DATA, "row %zu: the fpc of stage %zu is %s; expected a population size "
                  "or a sampling fraction above 0", row + 1, at + 1, value);
    }
    if (v > 1 && !isinf(v) && size == rows) size = row;
    if (v < 1 && fraction == rows) fraction = row;
  }
  *sizes = size < rows;
  if (size == rows || fraction == rows) return BILAN_OK;
  number_print(value, fpc_of(c, size));
  number_print(other, fpc_of(c, fraction));
  return fail(b, BILAN_DATA, "the fpc of stage %zu is a population size in row %zu (%s) and a "
              "sampling fraction in row %zu (%s); expected one or the other", at + 1, size + 1,
              value, fraction + 1, other);
}

/* Names the stratum by its first row, where `before` was said, and the row
 * that says otherwise: "missing" for with replacement. */
static bilan_status refuse_varying(bilan *b, const struct draft *w, size_t at, size_t row,
                                   double before) {
  struct buffer name;
  char value[NUMBER_ROOM], other[NUMBER_ROOM];
  size_t first = stage_first_row(w->d, at, stage_stratum(&w->d->stages[at], row));
  bilan_status status = name_stratum(b, &name, w, at, first);
  if (status) return status;
  number_print(value, before);
  number_print(other, fpc_of(w->spec->fpc[at], row));
  fail(b, BILAN_DATA, "the fpc of stage %zu varies within %s: %s there, %s in row %zu; expected "
       "one value a stratum", at + 1, name.s, isinf(before) ? "missing" : value,
       column_missing(w->spec->fpc[at], row) ? "missing" : other, row + 1);
  buffer_free(&name);
  return BILAN_DATA;
}

/* More sampled than there are: 12 schools of 10. The stratum is named by its first row. Returns
 * what `fail` was told, whose status is known. */
static bilan_status refuse_small(bilan *b, const struct draft *w, size_t at, size_t stratum) {
  struct buffer name;
  char value[NUMBER_ROOM];
  const struct stage *s = &w->d->stages[at];
  bilan_status status = name_stratum(b, &name, w, at, stage_first_row(w->d, at, stratum));
  if (status) return status;
  number_print(value, s->population[stratum]);
  fail(b, BILAN_DATA, "stage %zu: %zu sampled units in %s, but its fpc says a population of %s; "
       "expected no more sampled units than there are", at + 1, s->sampled[stratum], name.s,
       value);
  buffer_free(&name);
  return BILAN_DATA;
}

/* What the rows say, once a stratum; 0: nothing yet, which no row says since check_fpc. Equal
 * means equal as doubles: a population is copied from one source to all rows of its stratum,
 * never computed. */
static bilan_status collect_fpc(bilan *b, const struct draft *w, size_t at) {
  const struct stage *s = &w->d->stages[at];
  for (size_t h = 0; h < s->strata; h++) s->population[h] = 0;
  for (size_t row = 0; row < w->d->rows; row++) {
    double v = fpc_of(w->spec->fpc[at], row), *said = &s->population[stage_stratum(s, row)];
    if (*said == 0) *said = v;
    else if (*said != v) return refuse_varying(b, w, at, row, *said);
  }
  return BILAN_OK;
}

/* Fractions become N = n / f, which is at least n since f <= 1; sizes may be too small. */
static bilan_status settle_populations(bilan *b, const struct draft *w, size_t at, bool sizes) {
  const struct stage *s = &w->d->stages[at];
  for (size_t h = 0; h < s->strata; h++) {
    double n = (double)s->sampled[h], *all = &s->population[h];
    if (!sizes && !isinf(*all)) *all = n / *all;
    if (*all < n) return refuse_small(b, w, at, h);
  }
  return BILAN_OK;
}

/* Population of every stratum of a stage: INFINITY without an fpc. n_h is known by now. A table
 * without rows has one stratum of which nobody says anything. */
static bilan_status read_populations(bilan *b, struct draft *w, size_t at) {
  struct stage *s = &w->d->stages[at];
  const struct column *c = at < w->spec->fpc_count ? w->spec->fpc[at] : NULL;
  bool sizes = true;
  s->population = mem_array(&b->mem, s->strata, sizeof *s->population);
  if (!s->population) return fail_nomem(b);
  for (size_t h = 0; h < s->strata; h++) s->population[h] = INFINITY;
  if (!c || !w->d->rows) return BILAN_OK;
  bilan_status status = check_rows(b, c, w->d->rows, "fpc");
  if (!status) status = check_fpc(b, &sizes, c, w->d->rows, at);
  if (!status) status = collect_fpc(b, w, at);
  return status ? status : settle_populations(b, w, at, sizes);
}

/* ---- weights -------------------------------------------------------------------------------- */

/* What is wrong with a weight, in a word for the message, or NULL. A number may be NaN or
 * infinite by a computation, without being marked as missing. */
static const char *weight_fault(const struct column *c, size_t row) {
  if (column_missing(c, row)) return "missing";
  double v = column_number(c, row);
  if (isnan(v)) return "not a number";
  if (isinf(v)) return "infinite";
  return v < 0 ? "negative" : NULL;
}

/* All of plain numbers at once. Weights that are known to be whole multiples of something are
 * finite and not negative. */
static struct weights_seen look_plain(const struct column *c) {
  const struct whole *known = c->whole;
  if (c->type != COLUMN_NUMBERS || c->missing) return (struct weights_seen){.all = true};
  if (!known || known->kind == WHOLE_NONE) return weights_look(c->numbers, c->rows);
  return (struct weights_seen){true, known->highest > 0, known->lowest > 0};
}

/* Weights are how many of the population a row stands for: known, finite, not negative, and not
 * all 0. Where a look at all of them is not enough to know, the first row that is otherwise is
 * searched for and named. */
static bilan_status check_weights(bilan *b, struct weights_seen *seen, const struct column *c) {
  *seen = look_plain(c);
  for (size_t row = 0; !seen->fine && row < c->rows; row++) {
    const char *fault = weight_fault(c, row);
    if (fault)
      return fail(b, BILAN_DATA, "row %zu: the weight is %s; expected a number of 0 or more (0 "
                  "for a row that stands for nobody)", row + 1, fault);
    bool some = column_number(c, row) > 0;
    seen->any = seen->any || some;
    seen->all = seen->all && some;
  }
  if (seen->any || !c->rows) return BILAN_OK;
  return fail(b, BILAN_DATA, "all weights are 0; expected a positive weight in some row");
}

/* Shares the column where it is plain numbers; counting one owner more does not change it. Few
 * distinct weights may have been stored as levels with numbers: those are written out. */
static bilan_status take_weights(bilan *b, struct draft *w, const struct column *c) {
  size_t rows = w->d->rows;
  bilan_status status = check_rows(b, c, rows, "weights");
  if (status) return status;
  if (!column_is_numeric(c)) return fail(b, BILAN_USAGE, "the weights are not an item of numbers");
  status = check_weights(b, &w->weights, c);
  if (status) return status;
  if (c->type == COLUMN_NUMBERS) {
    w->d->weight = column_hold((struct column *)c);
    return BILAN_OK;
  }
  double *numbers = mem_array(&b->mem, rows, sizeof *numbers);
  if (!numbers) return fail_nomem(b);
  for (size_t row = 0; row < rows; row++) numbers[row] = column_number(c, row);
  return column_numbers(b, &w->d->weight, rows, numbers, NULL);
}

/* Does every stage have its population? Only then do weights follow from them; a stage without
 * one might have been a census or a draw with replacement, and the weight of a row is not
 * guessed. */
static bool has_every_fpc(const struct draft *w) {
  if (w->spec->fpc_count < w->d->stage_count) return false;
  for (size_t s = 0; s < w->d->stage_count; s++)
    if (!w->spec->fpc[s]) return false;
  return true;
}

/* Product of N / n over the stages, a row at a time: the inverse of the chance to be drawn. 3 of
 * 30 schools and 5 of 20 pupils there: 10 * 4 = 40. Where a stratum was drawn with replacement
 * there is no N, and the row is named. */
static bilan_status derive_weights(bilan *b, struct draft *w) {
  double *numbers = mem_array(&b->mem, w->d->rows, sizeof *numbers);
  if (!numbers) return fail_nomem(b);
  for (size_t row = 0; row < w->d->rows; row++) {
    numbers[row] = 1;
    for (size_t s = 0; s < w->d->stage_count; s++) {
      const struct stage *stage = &w->d->stages[s];
      size_t h = stage_stratum(stage, row);
      numbers[row] *= stage->population[h] / (double)stage->sampled[h];
    }
    if (!isinf(numbers[row])) continue;
    mem_free(&b->mem, numbers);
    return fail(b, BILAN_DATA, "row %zu: an fpc is missing, so no weight follows from the fpc; "
                "expected weights, or an fpc in every row", row + 1);
  }
  return column_numbers(b, &w->d->weight, w->d->rows, numbers, NULL);
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* What can be seen without the data: counts of stages and columns that fit together. Without
 * clusters there is one stage, of rows, which may have strata and an fpc. */
static bilan_status check_spec(bilan *b, const struct design_spec *spec) {
  size_t stages = spec->cluster_count ? spec->cluster_count : 1;
  if (stages > STAGES_MOST)
    return fail(b, BILAN_USAGE, "%zu stages of clusters; at most %d", stages, STAGES_MOST);
  if (spec->fpc_count > stages)
    return fail(b, BILAN_USAGE, "items of fpc: %zu, stages: %zu; expected at most one fpc a stage",
                spec->fpc_count, stages);
  for (size_t s = 0; s < spec->cluster_count; s++)
    if (!spec->clusters[s]) return fail(b, BILAN_USAGE, "no clusters at stage %zu", s + 1);
  for (size_t s = stages; s < STAGES_MOST; s++)
    if (spec->strata[s])
      return fail(b, BILAN_USAGE, "strata for stage %zu, but clusters for %zu only", s + 1,
                  spec->cluster_count);
  return BILAN_OK;
}

/* All stages, then what follows from them: factors last, for they need n_h, N_h and the rule for
 * lonely units. Weights come first: they are the cheapest to check
 * and the likeliest to be wrong. */
static bilan_status build(bilan *b, struct draft *w) {
  bilan_status status = w->spec->weight ? take_weights(b, w, w->spec->weight) : BILAN_OK;
  if (!status) status = open_all_labels(b, w);
  for (size_t s = 0; !status && s < w->d->stage_count; s++) {
    status = number_stage(b, w, s);
    if (!status) status = read_populations(b, w, s);
  }
  if (!status && !w->spec->weight && has_every_fpc(w)) status = derive_weights(b, w);
  return status ? status : stages_weigh(b, w->d, &w->names);
}

/* `out` is untouched on failure. The draft keeps its hold until the end, so that one call to
 * close it serves both ways out: on success two holds become one, on failure one becomes none. */
bilan_status design_declare(bilan *b, struct design **out, size_t rows,
                            const struct design_spec *spec) {
  struct draft w = {.spec = spec, .weights = {.fine = true, .any = true, .all = true}};
  bilan_status status = check_spec(b, spec);
  if (status) return status;
  status = design_new(b, &w.d, rows, spec->cluster_count ? spec->cluster_count : 1);
  if (status) return status;
  w.d->lonely = spec->lonely;
  w.d->sampling = spec->sampling;
  w.d->declared = true;
  status = build(b, &w);
  if (!status) status = design_count(b, w.d, w.weights.all);
  if (!status) *out = design_hold(w.d);
  draft_close(&w, &b->mem);
  return status;
}

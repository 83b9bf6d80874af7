/* stages.c - see stages.h: n_h, factors, lonely units.
 *
 * The factor of a stratum h of stage s, with f = n / N the sampling fraction of a stratum:
 *
 *   factor_h = (product of f over the strata in which h lies, one a stage before s)
 *              * (1 - f_h) * n_h / (n_h - 1)
 *
 * A stratum drawn with replacement has f = 0: its own factor is n_h / (n_h - 1), and that of all
 * strata within its units is 0. (Sarndal, Swensson & Wretman, Model Assisted Survey Sampling,
 * 1992, section 4.3; Bellhouse, Applied Statistics 34, 1985.)
 *
 * A stratum that is its whole population (1 - f below 1e-7) adds nothing at its stage and is no
 * lonely one, however few units it has. Where a product of earlier fractions is 0 nothing is
 * asked about lonely units either: whatever they did would be multiplied by 0.
 *
 * LONELY_AVERAGE goes unit by unit of the stage before: among the strata within one unit, those
 * that have a variance stand in for those that have none.
 *
 * Worked example: strata of 2, 3 and 1 units, with replacement: factors 2, 3/2 and, of the lonely
 * one, fail: none; adjust: 1, about the mean of all six units; certainty: 0; average: 0, and the
 * others 2 * 3/2 and 3/2 * 3/2.
 *
 * Two stages: 2 of 10 schools, in them 4 of 8 and 5 of 5 pupils (a stratum of stage 1 each):
 *
 *   stage  stratum    earlier  n   N   1 - f   factor
 *     0    all          1      2   10   0.8    0.8 * 2/1         = 1.6
 *     1    school 0     0.2    4    8   0.5    0.2 * 0.5 * 4/3   = 0.1333
 *     1    school 1     0.2    5    5   0      0: a census, no matter how many
 *
 * Memory of stages_new(mem, 2): what is handed out is the place of stage 0.
 *
 *   | owners | stage 0 | stage 1 |
 *            ^ struct stage *
 *
 * Cost: one pass over the rows a stage; memory strata and units. Failure: BILAN_NOMEM, and
 * BILAN_DATA where a rule says so.
 */
#include "design/stages.h"

#include <math.h>

/* Strata named in a message before "and 3 more"; bytes of a label. */
enum { NAMED_MOST = 10, LABEL_MOST = 60 };

/* ---- owners --------------------------------------------------------------------------------- */

/* What stages_new hands out the second member of. */
struct block {
  size_t owners;        /* designs that share the stages */
  struct stage first[]; /* stage 0, then the others */
};

/* The block in which stages lie, from the first of them alone: never from &stages[1]. */
static struct block *block_of(struct stage *stages) {
  return (struct block *)(void *)((char *)stages - offsetof(struct block, first));
}

/* Zeroed: arrays that are not there yet are NULL, and may be freed. */
struct stage *stages_new(struct mem *mem, size_t count) {
  struct block *block = mem_zero(mem, 1, sizeof *block + count * sizeof block->first[0]);
  if (!block) return NULL;
  block->owners = 1;
  return block->first;
}

/* One more design looks at them. */
struct stage *stages_hold(struct stage *stages) {
  block_of(stages)->owners++;
  return stages;
}

/* The last owner frees what the stages point to. `mem` is the allocator they came from. */
void stages_free(struct mem *mem, struct stage *stages, size_t count) {
  if (!stages || --block_of(stages)->owners) return;
  for (size_t s = 0; s < count; s++) {
    mem_free(mem, stages[s].unit);
    unit_order_free(stages[s].order);
    mem_free(mem, stages[s].stratum);
    mem_free(mem, stages[s].sampled);
    mem_free(mem, stages[s].population);
    mem_free(mem, stages[s].factor);
    mem_free(mem, stages[s].centre_all);
  }
  mem_free(mem, block_of(stages));
}

/* ---- words ---------------------------------------------------------------------------------- */

/* Only messages ask for it, so it is searched for rather than kept. d->rows for a stratum of
 * which there is no row: an empty table's. */
size_t stage_first_row(const struct design *d, size_t stage, size_t stratum) {
  size_t row = 0;
  while (row < d->rows && stage_stratum(&d->stages[stage], row) != stratum) row++;
  return row;
}

/* The label as it stands in the data, lent, or in `room`. Bytes of UTF-8 that go on with a
 * character begin with the bits 10: a cut never falls on one. */
struct text stage_label(char room[NUMBER_ROOM], const struct column *c, size_t row) {
  if (c->type == COLUMN_NUMBERS)
    return (struct text){room, number_print(room, c->numbers[row])};
  struct text label = column_label(c, row);
  if (label.n <= LABEL_MOST) return label;
  label.n = LABEL_MOST;
  while (label.n && ((unsigned char)label.s[label.n] & 0xC0) == 0x80) label.n--;
  return label;
}

/* stratum "A": the word and the label of a row. */
static void name_label(struct buffer *out, const char *what, const struct column *c, size_t row) {
  char room[NUMBER_ROOM];
  struct text label = stage_label(room, c, row);
  buffer_format(out, "%s \"%.*s\"", what, (int)label.n, label.s);
}

/* Without labels (rows taken from a design) a stratum is named by its first row alone. A stratum
 * of a later stage is named with the cluster in which it lies. */
void stage_name(struct buffer *out, const struct stage_names *names, size_t stage, size_t row) {
  const struct column *stratum = names ? names->strata[stage] : NULL;
  const struct column *within = names && stage ? names->clusters[stage - 1] : NULL;
  if (stratum) name_label(out, "stratum", stratum, row);
  else if (!within) buffer_string(out, names && !stage ? "the whole sample" : "the stratum");
  if (within) name_label(out, stratum ? " in cluster" : "cluster", within, row);
  buffer_format(out, " (row %zu)", row + 1);
}

/* ---- counts --------------------------------------------------------------------------------- */

/* Numbers follow first rows, so with as many units as rows unit and row are the same number. The
 * order of rows by PSU is made here, once for all designs that share the stage. */
bilan_status stage_count(bilan *b, struct design *d, size_t stage) {
  struct stage *s = &d->stages[stage];
  if (s->unit && s->units == d->rows) {
    mem_free(d->mem, s->unit);
    s->unit = NULL;
  }
  s->sampled = mem_zero(&b->mem, s->strata, sizeof *s->sampled);
  if (!s->sampled) return fail_nomem(b);
  if (!s->stratum) s->sampled[0] = s->units;
  for (size_t u = 0; s->stratum && u < s->units; u++) s->sampled[s->stratum[u]]++;
  if (stage || !s->unit) return BILAN_OK;
  return unit_order_open(b, &s->order, s->unit, d->rows, s->units);
}

/* ---- factors -------------------------------------------------------------------------------- */

/* What is worked out for one stage; the arrays live as long as it, `earlier` until the
 * next one. */
struct weighing {
  struct design *d;
  struct stage *stage;
  size_t at;        /* its number */
  double *earlier;  /* [stratum] product of earlier fractions */
  uint32_t *parent; /* [stratum] unit of the stage before; 0 at stage 0 */
  size_t parents;
  bool *lonely;     /* [stratum] */
  size_t lonelies;
};

/* Product of earlier fractions and parent of each stratum; at stage 0 they are 1 and 0. All rows
 * of a stratum have the same, since a stratum lies within one unit of the stage before. */
static void look_up(struct weighing *w, const double *before) {
  if (!w->at) {
    for (size_t h = 0; h < w->stage->strata; h++) w->earlier[h] = 1;
    return;
  }
  const struct stage *parent = w->stage - 1;
  for (size_t row = 0; row < w->d->rows; row++) {
    size_t h = stage_stratum(w->stage, row), up = stage_stratum(parent, row);
    double size = parent->population[up];
    w->earlier[h] = isinf(size) ? 0 : before[up] * ((double)parent->sampled[up] / size);
    w->parent[h] = (uint32_t)stage_unit(parent, row);
  }
}

/* One stratum; a lonely one is left to the rule, with the factor it has if it counts at all: n =
 * 1 has no n / (n - 1). */
static void weigh_stratum(struct weighing *w, size_t h) {
  struct stage *s = w->stage;
  double n = (double)s->sampled[h];
  double rest = isinf(s->population[h]) ? 1 : (s->population[h] - n) / s->population[h];
  s->factor[h] = 0;
  if (is_census(rest) || w->earlier[h] == 0 || !s->sampled[h]) return;
  s->factor[h] = w->earlier[h] * rest * (n > 1 ? n / (n - 1) : 1);
  w->lonely[h] = s->sampled[h] == 1;
  w->lonelies += w->lonely[h];
}

/* ---- lonely units --------------------------------------------------------------------------- */

/* The list of lonely strata, in the order of their first rows, ten at most: enough to find them
 * by, and the rest as a number. */
static bilan_status refuse_lonely(bilan *b, const struct weighing *w,
                                  const struct stage_names *names) {
  struct buffer list;
  buffer_init(&list, &b->mem);
  size_t named = 0;
  for (size_t h = 0; h < w->stage->strata && named < NAMED_MOST; h++) {
    if (!w->lonely[h]) continue;
    if (named++) buffer_string(&list, ", ");
    stage_name(&list, names, w->at, stage_first_row(w->d, w->at, h));
  }
  if (w->lonelies > named) buffer_format(&list, " and %zu more", w->lonelies - named);
  bilan_status status =
      list.failed ? fail_nomem(b)
                  : fail(b, BILAN_DATA,
                         "only one sampled unit at stage %zu, so no variance, in %s; expected two "
                         "or more in each stratum, or another answer than lonely = \"fail\": "
                         "\"adjust\", \"certainty\" or \"average\"",
                         w->at + 1, list.s);
  buffer_free(&list);
  return status;
}

/* Their squared distance is taken from the mean of all units of the stage, which errs on the
 * large side: strata differ more than units within them do. */
static bilan_status adjust_lonely(bilan *b, struct weighing *w) {
  w->stage->centre_all = mem_zero(&b->mem, w->stage->strata, sizeof *w->stage->centre_all);
  if (!w->stage->centre_all) return fail_nomem(b);
  for (size_t h = 0; h < w->stage->strata; h++) w->stage->centre_all[h] = w->lonely[h];
  return BILAN_OK;
}

/* They count 0, as units drawn with certainty: the variance between them is not known, and is
 * taken for none, which errs on the small side unless the others are made to stand in. */
static void drop_lonely(struct weighing *w) {
  for (size_t h = 0; h < w->stage->strata; h++)
    if (w->lonely[h]) w->stage->factor[h] = 0;
}

/* Strata within one unit of the stage before: all, and those with a variance. */
struct siblings {
  size_t all, known;
};

/* Multiplies the strata that have a variance by all / known, parent by parent. A census has one,
 * of 0. Within a unit of a later stage that has lonely strata alone there is nothing to average:
 * it adds nothing. At stage 0 that would be a variance of 0 for everything, and is refused. */
static bilan_status average_lonely(bilan *b, struct weighing *w) {
  struct stage *s = w->stage;
  struct siblings *siblings = mem_zero(&b->mem, w->parents, sizeof *siblings);
  if (!siblings) return fail_nomem(b);
  for (size_t h = 0; h < s->strata; h++) {
    siblings[w->parent[h]].all++;
    siblings[w->parent[h]].known += !w->lonely[h];
  }
  drop_lonely(w);
  for (size_t h = 0; h < s->strata; h++) {
    struct siblings t = siblings[w->parent[h]];
    if (t.known) s->factor[h] *= (double)t.all / (double)t.known;
  }
  bool none = !w->at && w->d->rows && !siblings[0].known;
  mem_free(&b->mem, siblings);
  if (none)
    return fail(b, BILAN_DATA, "lonely = \"average\" has nothing to average: every stratum has "
                "only one sampled unit; expected two or more in some stratum");
  return BILAN_OK;
}

/* The rule, where there is something to rule on: factor and centre_all of the lonely strata. */
static bilan_status settle_lonely(bilan *b, struct weighing *w, const struct stage_names *names) {
  if (!w->lonelies) return BILAN_OK;
  if (w->d->lonely == LONELY_FAIL) return refuse_lonely(b, w, names);
  if (w->d->lonely == LONELY_ADJUST) return adjust_lonely(b, w);
  if (w->d->lonely == LONELY_AVERAGE) return average_lonely(b, w);
  drop_lonely(w);
  return BILAN_OK;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* One stage; *before, which is owned here, becomes its product of earlier fractions. */
static bilan_status weigh_stage(bilan *b, struct design *d, size_t at, double **before,
                                const struct stage_names *names) {
  struct weighing w = {.d = d, .stage = &d->stages[at], .at = at};
  size_t strata = w.stage->strata;
  w.parents = at ? w.stage[-1].units : 1;
  w.stage->factor = mem_zero(&b->mem, strata, sizeof(double));
  w.earlier = mem_zero(&b->mem, strata, sizeof *w.earlier);
  w.parent = mem_zero(&b->mem, strata, sizeof *w.parent);
  w.lonely = mem_zero(&b->mem, strata, sizeof *w.lonely);
  bilan_status status = BILAN_OK;
  if (!w.stage->factor || !w.earlier || !w.parent || !w.lonely) status = fail_nomem(b);
  if (!status) {
    look_up(&w, *before);
    for (size_t h = 0; h < strata; h++) weigh_stratum(&w, h);
    status = settle_lonely(b, &w, names);
  }
  mem_free(&b->mem, *before);
  *before = w.earlier;
  mem_free(&b->mem, w.parent);
  mem_free(&b->mem, w.lonely);
  return status;
}

/* From the first stage down: each needs the fractions of the one before. */
bilan_status stages_weigh(bilan *b, struct design *d, const struct stage_names *names) {
  double *before = NULL;
  bilan_status status = BILAN_OK;
  for (size_t s = 0; !status && s < d->stage_count; s++)
    status = weigh_stage(b, d, s, &before, names);
  mem_free(&b->mem, before);
  return status;
}

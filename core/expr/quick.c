/* quick.c - see quick.h.
 *
 * Rows are cut into pieces of 32,768, pieces into blocks of LANES rows. Each block writes its own
 * part of the result, so the threads need no order. A block that the lanes give back is marked,
 * and worked out by eval.h when all others are done: texts of an evaluation need memory, which
 * only the handle's own thread may ask for.
 *
 * Codes take three steps, since levels stand in the order of their first row:
 *
 *   case when age < 15 then 'jeune' else genre end
 *
 *   outcomes   0 NULL, 1-4 the kinds of missing, 5 'jeune', 6.. the levels of genre
 *   1. the outcome of every row, and the first row of every outcome      threads
 *   2. a level for every outcome that occurs, in the order of first rows
 *   3. outcomes become codes                                              threads
 */
#include "expr/quick.h"

#include <math.h>
#include <string.h>

#include "expr/lanes.h"

enum { PIECE = 32768, OUTCOMES_MOST = 65536, LEAVES_MOST = 64, REASONS_MOST = 16 };

/* The items of an expression, each once, in the order in which they are asked why a row has no
 * value; `kinds` is by code for columns of one byte. */
struct reason {
  const struct column *column;
  uint8_t kinds[256];
};

struct reasons {
  const struct node *root;
  size_t count; /* SIZE_MAX: too many; asked of the tree itself */
  struct reason reason[REASONS_MOST];
};

/* One pass; each kind of result uses its own fields. */
struct job {
  struct pool_shares pieces;
  const struct expr *e;
  const struct reasons *reasons; /* but for a filter */
  enum simd simd;
  size_t rows;
  uint64_t *again; /* a bit for each block that was given back; pieces have words of their own */
  bool (*block)(struct job *job, const struct lanes *k);
  uint64_t *bits;            /* filter */
  double *numbers;           /* numbers */
  uint8_t *missing;
  const struct leaves *tree; /* codes */
  uint16_t *ids;
  atomic_size_t *first_row;
};

/* Takes pieces until there is none. */
static void work(void *arg) {
  struct job *job = arg;
  size_t piece;
  while (pool_next(&job->pieces, &piece)) {
    size_t begin = piece * PIECE, end = job->rows - begin < PIECE ? job->rows : begin + PIECE;
    for (size_t first = begin; first < end; first += LANES) {
      struct lanes k = {job->simd, first, end - first < LANES ? end - first : LANES};
      if (!job->block(job, &k)) bitmap_set(job->again, first / LANES);
    }
  }
}

/* On as many threads as the handle may use, one a piece at the most. */
static void run_pieces(bilan *b, size_t pieces, void (*what)(void *), void *context) {
  size_t wanted = b->threads < 1 ? 1 : (size_t)b->threads;
  pool_run(&b->pool, wanted < pieces ? wanted : pieces, what, context);
}

/* Work begins; the caller frees job->again. */
static bilan_status job_run(bilan *b, struct job *job) {
  size_t pieces = job->rows / PIECE + (job->rows % PIECE != 0);
  job->simd = bitmap_simd(b);
  job->pieces.count = pieces;
  job->again = mem_zero(&b->mem, pieces * (PIECE / LANES / BITMAP_WORD) + 1, sizeof *job->again);
  if (!job->again) return fail_nomem(b);
  run_pieces(b, pieces, work, job);
  return BILAN_OK;
}

/* The next block that was given back, at or behind *first: sets the run to it. */
static bool next_again(const struct job *job, struct run *run, size_t *first) {
  for (; *first < job->rows; *first += LANES) {
    if (!bitmap_has(job->again, *first / LANES)) continue;
    arena_clear(run->texts);
    run->first = *first;
    run->count = job->rows - *first < LANES ? job->rows - *first : LANES;
    *first += LANES;
    return true;
  }
  return false;
}

/* ---- filter ----------------------------------------------------------------------------- */

bool quick_fits_filter(const bilan *b, const struct expr *e) {
  return !b->ways.plain && lanes_fit_truth(e->root);
}

/* Bits beyond the rows of the table stay 0. */
static bool filter_block(struct job *job, const struct lanes *k) {
  struct truths t;
  size_t words = bitmap_words(k->count);
  if (!lanes_truths(k, job->e->root, &t)) return false;
  t.yes[words - 1] &= bitmap_last(k->count);
  memcpy(job->bits + k->first / BITMAP_WORD, t.yes, words * sizeof *t.yes);
  return true;
}

/* One block by eval.h. */
static bilan_status filter_again(struct run *run, struct vector *v, uint64_t *bits) {
  bilan_status status = eval_truth(run, run->e->root, v);
  for (size_t i = 0; !status && i < run->count; i++)
    if (v->truth[i] == TRUTH_TRUE) bitmap_set(bits, run->first + i);
  return status;
}

/* All blocks by lanes, then those that were given back, value by value. */
bilan_status quick_filter(struct run *run, struct domain *d) {
  struct job job = {.e = run->e, .rows = d->rows, .block = filter_block, .bits = d->bits};
  struct vector *v = NULL;
  size_t first = 0;
  bilan_status status = run_vector(run, &v);
  if (status) return status;
  status = job_run(run->b, &job);
  while (!status && next_again(&job, run, &first)) status = filter_again(run, v, d->bits);
  d->count = bitmap_count(bitmap_simd(run->b), d->bits, bitmap_words(d->rows));
  mem_free(&run->b->mem, job.again);
  run_release(run, v);
  return status;
}

/* ---- numbers ---------------------------------------------------------------------------- */

/* Adds an item that is not there yet, unless it is one too many or has wide codes. */
static void add_reason(struct reasons *k, const struct column *c) {
  for (size_t i = 0; i < k->count; i++)
    if (k->reason[i].column == c) return;
  if (k->count == REASONS_MOST || (c->type == COLUMN_CODES && c->width > 1)) {
    k->count = SIZE_MAX;
    return;
  }
  struct reason *r = &k->reason[k->count++];
  r->column = c;
  for (uint32_t i = 0; c->type == COLUMN_CODES && i < 256 && i < dict_count(c->dict); i++)
    r->kinds[i] = (uint8_t)dict_level(c->dict, i)->missing;
}

/* Collects the items below a node. */
static void find_reasons(struct reasons *k, const struct node *node) {
  if (node->op == OP_ITEM) {
    add_reason(k, node->column);
    return;
  }
  for (const struct node *c = node->child; c && k->count != SIZE_MAX; c = c->next)
    find_reasons(k, c);
}

/* Why a row has no value, in the words of a column: as why_missing, or no answer. */
static uint8_t why(const struct reasons *k, size_t row) {
  uint8_t kind = 0;
  for (size_t i = 0; !kind && k->count != SIZE_MAX && i < k->count; i++) {
    const struct column *c = k->reason[i].column;
    if (c->type == COLUMN_CODES) kind = k->reason[i].kinds[((const uint8_t *)c->codes)[row]];
    else if (c->missing) kind = c->missing[row];
  }
  if (k->count == SIZE_MAX) kind = (uint8_t)why_missing(k->root, row);
  return kind ? kind : BILAN_NO_ANSWER;
}

/* Numbers are copied, then the few that are NULL are gone after one by one. */
static bool number_block(struct job *job, const struct lanes *k) {
  double x[LANES], *numbers = job->numbers + k->first;
  uint64_t null[LANE_WORDS];
  if (!lanes_numbers(k, job->e->root, x)) return false;
  memcpy(numbers, x, k->count * sizeof *x);
  memset(job->missing + k->first, 0, k->count);
  lanes_null(k, x, null);
  null[(k->count - 1) / BITMAP_WORD] &= bitmap_last(k->count);
  for (size_t w = 0; w < bitmap_words(k->count); w++) {
    for (uint64_t left = null[w]; left; left &= left - 1) {
      size_t i = w * BITMAP_WORD + (size_t)__builtin_ctzll(left);
      numbers[i] = 0;
      job->missing[k->first + i] = why(job->reasons, k->first + i);
    }
  }
  return true;
}

/* One block by eval.h: every value is a number or NULL, since the expression fits. */
static bilan_status number_again(struct run *run, struct vector *v, const struct reasons *reasons,
                                 double *numbers, uint8_t *missing) {
  bilan_status status = eval_values(run, run->e->root, v);
  for (size_t i = 0; !status && i < run->count; i++) {
    struct value value = v->v[i & v->mask];
    size_t row = run->first + i;
    double number = value_to_double(value);
    bool null = value.type == VALUE_NULL;
    missing[row] = 0;
    if (null) missing[row] = why(reasons, row);
    else if (!isfinite(number)) missing[row] = BILAN_NO_ANSWER;
    numbers[row] = missing[row] ? 0 : number;
  }
  return status;
}

/* Is there any byte other than 0? By words, since most columns have none. */
static bool any_byte(const uint8_t *bytes, size_t count) {
  return count && (bytes[0] || memcmp(bytes, bytes + 1, count - 1) != 0);
}

/* The same for numbers; rows without one say why. */
static bilan_status derive_numbers(struct run *run, struct column **out,
                                   const struct reasons *reasons, size_t rows) {
  bilan *b = run->b;
  struct job job = {.e = run->e, .reasons = reasons, .rows = rows, .block = number_block};
  struct vector *v = NULL;
  size_t first = 0;
  bilan_status status = run_vector(run, &v);
  if (status) return status;
  job.numbers = mem_array(&b->mem, rows, sizeof *job.numbers);
  job.missing = mem_alloc(&b->mem, rows);
  if (!job.numbers || !job.missing) status = fail_nomem(b);
  if (!status) status = job_run(b, &job);
  while (!status && next_again(&job, run, &first))
    status = number_again(run, v, reasons, job.numbers, job.missing);
  mem_free(&b->mem, job.again);
  run_release(run, v);
  if (!status && !any_byte(job.missing, rows)) {
    mem_free(&b->mem, job.missing);
    job.missing = NULL;
  }
  if (!status) return column_numbers(b, out, rows, job.numbers, job.missing);
  mem_free(&b->mem, job.numbers);
  mem_free(&b->mem, job.missing);
  return status;
}

/* ---- codes: outcomes -------------------------------------------------------------------- */

/* A part whose values are outcomes: a literal, or a part worked out by level. NULL is outcome 0,
 * value i is outcome `from` + i. */
struct leaf {
  const struct node *node;
  size_t from, count;
};

struct leaves {
  struct leaf leaf[LEAVES_MOST];
  size_t count, outcomes;
  const uint16_t *id; /* of every outcome: itself, or 0 where its value is NULL */
};

static bool is_leaf(const struct node *node) { return node->table || node->op == OP_LITERAL; }

/* false: one too many. */
static bool add_leaf(struct leaves *tree, const struct node *node) {
  size_t count = node->table ? node->table->count : 1;
  if (tree->count == LEAVES_MOST || count > OUTCOMES_MOST - tree->outcomes) return false;
  tree->leaf[tree->count++] = (struct leaf){node, tree->outcomes, count};
  tree->outcomes += count;
  return true;
}

/* Finds the leaves below `node`; false when something else is there, or too much. */
static bool find_leaves(struct leaves *tree, const struct node *node) {
  if (is_leaf(node)) return add_leaf(tree, node);
  if (node->op != OP_CASE || node->height > LANES_HEIGHT) return false;
  const struct node *base = node->has_base ? node->child : NULL;
  const struct node *c = base ? base->next : node->child;
  if (base && !lanes_fit_numbers(base)) return false;
  for (; c && c->next; c = c->next->next) {
    bool fits = base ? lanes_fit_numbers(c) : lanes_fit_truth(c);
    if (!fits || !find_leaves(tree, c->next)) return false;
  }
  return !c || find_leaves(tree, c);
}

/* The leaf that a node is. */
static const struct leaf *leaf_of(const struct leaves *tree, const struct node *node) {
  const struct leaf *l = tree->leaf;
  while (l->node != node) l++;
  return l;
}

/* The value of an outcome of a leaf. */
static struct value outcome_value(const struct leaf *l, size_t outcome) {
  return l->node->table ? l->node->table->values[outcome - l->from] : l->node->value;
}

#define LOOK_UP(type)                                                       \
  do {                                                                      \
    const type *codes = (const type *)l->node->only->codes + k->first;      \
    for (size_t i = 0; i < k->count; i++) ids[i] = id[codes[i]];            \
  } while (0)

/* Outcomes of a leaf. */
static void leaf_outcomes(const struct lanes *k, const struct leaves *tree, const struct leaf *l,
                          uint16_t *ids) {
  const uint16_t *id = tree->id + l->from;
  for (size_t i = 0; !l->node->table && i < LANES; i++) ids[i] = *id;
  if (!l->node->table) return;
  if (l->node->only->width == 1) LOOK_UP(uint8_t);
  else if (l->node->only->width == 2) LOOK_UP(uint16_t);
  else LOOK_UP(uint32_t);
}

/* ids = then where `take` has the row: bit by bit, since no row is taken twice. */
static void blend(uint16_t *ids, const uint16_t *then, const uint64_t *take) {
  for (size_t w = 0; w < LANE_WORDS; w++) {
    for (uint64_t left = take[w]; left; left &= left - 1) {
      size_t i = w * BITMAP_WORD + (size_t)__builtin_ctzll(left);
      ids[i] = then[i];
    }
  }
}

/* Rows that are taken must be left, and are so no more. */
static void take_rows(uint64_t *take, uint64_t *left) {
  for (size_t w = 0; w < LANE_WORDS; w++) {
    take[w] &= left[w];
    left[w] &= ~take[w];
  }
}

/* Outcomes of a leaf or a CASE; false: a condition was given back. */
static bool outcomes_of(const struct lanes *k, const struct leaves *tree, const struct node *node,
                        uint16_t *ids) {
  uint16_t then[LANES];
  uint64_t left[LANE_WORDS];
  struct truths t;
  if (is_leaf(node)) {
    leaf_outcomes(k, tree, leaf_of(tree, node), ids);
    return true;
  }
  const struct node *base = node->has_base ? node->child : NULL;
  const struct node *c = base ? base->next : node->child;
  memset(ids, 0, LANES * sizeof *ids);
  memset(left, 0xff, sizeof left);
  for (; c && c->next; c = c->next->next) {
    if (!lanes_when(k, base, c, &t) || !outcomes_of(k, tree, c->next, then)) return false;
    take_rows(t.yes, left);
    blend(ids, then, t.yes);
  }
  if (c && !outcomes_of(k, tree, c, then)) return false;
  if (c) blend(ids, then, left);
  return true;
}

/* Notes the first row of an outcome; rows come from several threads in any order. */
static void note_row(atomic_size_t *first_row, size_t row) {
  size_t known = atomic_load_explicit(first_row, memory_order_relaxed);
  while (row < known && !atomic_compare_exchange_weak(first_row, &known, row)) {}
}

/* Which outcome each row of a block has, and the first row of each outcome. */
static bool outcome_block(struct job *job, const struct lanes *k) {
  uint16_t room[LANES], *ids = job->ids + k->first;
  if (!outcomes_of(k, job->tree, job->e->root, room)) return false;
  for (size_t i = 0; i < k->count; i++) {
    size_t row = k->first + i;
    ids[i] = room[i] ? room[i] : why(job->reasons, row);
    if (row < atomic_load_explicit(&job->first_row[ids[i]], memory_order_relaxed))
      note_row(&job->first_row[ids[i]], row);
  }
  return true;
}

/* ---- codes: levels ---------------------------------------------------------------------- */

/* The code of an outcome, added to the levels. A number beyond the range is no answer. */
static bilan_status code_of(struct gather *g, const struct leaves *tree, size_t outcome,
                            uint32_t *code) {
  if (outcome < BILAN_MISSING_KINDS)
    return gather_missing_code(g, (bilan_missing)outcome, code);
  const struct leaf *l = tree->leaf;
  while (outcome >= l->from + l->count) l++;
  struct value v = outcome_value(l, outcome);
  double number = value_to_double(v);
  if (v.type == VALUE_TEXT) return gather_text_code(g, (struct text){v.as.s, v.n}, code);
  return isfinite(number) ? gather_number_code(g, number, code)
                          : gather_missing_code(g, BILAN_NO_ANSWER, code);
}

/* Outcomes that occur, in the order of their first rows: a selection, of few. */
static size_t next_outcome(const size_t *first_row, size_t outcomes) {
  size_t best = SIZE_MAX;
  for (size_t i = 0; i < outcomes; i++)
    if (first_row[i] != SIZE_MAX && (best == SIZE_MAX || first_row[i] < first_row[best])) best = i;
  return best;
}

/* Is some outcome that occurs a text, or did the levels begin as texts? */
static bool has_text(const struct gather *g, const struct leaves *tree, const size_t *first_row) {
  for (size_t i = 0; !g->text && i < tree->count; i++) {
    const struct leaf *l = &tree->leaf[i];
    for (size_t id = l->from; id < l->from + l->count; id++)
      if (first_row[id] != SIZE_MAX && outcome_value(l, id).type == VALUE_TEXT) return true;
  }
  return g->text;
}

/* Levels of all outcomes that occur: map[outcome], and the highest code. first_row is used up. */
static bilan_status give_codes(struct gather *g, const struct leaves *tree, size_t *first_row,
                               uint32_t *map, uint32_t *highest) {
  bilan_status status = BILAN_OK;
  size_t outcome;
  *highest = 0;
  while (!status && (outcome = next_outcome(first_row, tree->outcomes)) != SIZE_MAX) {
    first_row[outcome] = SIZE_MAX;
    status = code_of(g, tree, outcome, &map[outcome]);
    if (!status && map[outcome] > *highest) *highest = map[outcome];
  }
  return status;
}

/* What step 3 reads and writes. */
struct mapping {
  struct pool_shares pieces;
  const uint16_t *ids;
  const uint32_t *map;
  size_t rows;
  unsigned width;
  void *codes;
};

/* What every worker does: outcomes to codes, piece by piece. */
static void map_pieces(void *arg) {
  struct mapping *m = arg;
  size_t piece;
  while (pool_next(&m->pieces, &piece)) {
    size_t begin = piece * PIECE, end = m->rows - begin < PIECE ? m->rows : begin + PIECE;
    for (size_t i = begin; m->width == 1 && i < end; i++)
      ((uint8_t *)m->codes)[i] = (uint8_t)m->map[m->ids[i]];
    for (size_t i = begin; m->width == 2 && i < end; i++)
      ((uint16_t *)m->codes)[i] = (uint16_t)m->map[m->ids[i]];
    for (size_t i = begin; m->width == 4 && i < end; i++)
      ((uint32_t *)m->codes)[i] = m->map[m->ids[i]];
  }
}

/* Steps 2 and 3. *out stays NULL when no text occurs: then the values are numbers. */
static bilan_status finish_codes(struct run *run, struct column **out, bilan_kind *kind,
                                 const struct job *job, size_t *first_row, uint32_t *map) {
  bilan *b = run->b;
  struct gather g;
  uint32_t highest = 0;
  gather_open(b, &g);
  bilan_status status = first_levels(&g, run->e->root);
  bool texts = !status && has_text(&g, job->tree, first_row);
  if (texts) status = give_codes(&g, job->tree, first_row, map, &highest);
  struct mapping m = {.ids = job->ids, .map = map, .rows = job->rows,
                      .width = column_width_for((size_t)highest + 1)};
  m.pieces.count = job->pieces.count;
  if (texts && !status && !(m.codes = mem_array(&b->mem, m.rows, m.width))) status = fail_nomem(b);
  if (texts && !status) {
    run_pieces(b, m.pieces.count, map_pieces, &m);
    *kind = gather_kind(g.codes.dict);
    status = column_codes(b, out, m.rows, m.width, m.codes, dict_hold(g.codes.dict));
  }
  gather_close(&g);
  return status;
}

/* Was any block given back? */
static bool any_again(const struct job *job) {
  uint64_t any = 0;
  for (size_t i = 0; i < job->pieces.count * (PIECE / LANES / BITMAP_WORD); i++)
    any |= job->again[i];
  return any != 0;
}

/* The outcome that each value is; `id` has room for all. */
static void name_outcomes(struct leaves *tree, uint16_t *id) {
  for (size_t i = 0; i < tree->count; i++) {
    const struct leaf *l = &tree->leaf[i];
    for (size_t at = l->from; at < l->from + l->count; at++)
      id[at] = outcome_value(l, at).type == VALUE_NULL ? 0 : (uint16_t)at;
  }
  tree->id = id;
}

/* All three steps. A block that was given back leaves the whole to result.c. */
static bilan_status derive_codes(struct run *run, struct column **out, bilan_kind *kind,
                                 struct leaves *tree, const struct reasons *reasons,
                                 size_t rows) {
  bilan *b = run->b;
  struct job job = {.e = run->e, .reasons = reasons, .rows = rows, .block = outcome_block,
                    .tree = tree};
  uint16_t *id = mem_array(&b->mem, tree->outcomes, sizeof *id);
  size_t *first_row = mem_array(&b->mem, tree->outcomes, sizeof *first_row);
  uint32_t *map = mem_zero(&b->mem, tree->outcomes, sizeof *map);
  job.first_row = mem_array(&b->mem, tree->outcomes, sizeof *job.first_row);
  job.ids = mem_array(&b->mem, rows, sizeof *job.ids);
  bilan_status status = id && first_row && map && job.first_row && job.ids ? BILAN_OK
                                                                         : fail_nomem(b);
  if (!status) name_outcomes(tree, id);
  for (size_t i = 0; !status && i < tree->outcomes; i++) atomic_init(&job.first_row[i], SIZE_MAX);
  if (!status) status = job_run(b, &job);
  for (size_t i = 0; !status && i < tree->outcomes; i++) first_row[i] = job.first_row[i];
  if (!status && !any_again(&job)) status = finish_codes(run, out, kind, &job, first_row, map);
  mem_free(&b->mem, job.again);
  mem_free(&b->mem, job.ids);
  mem_free(&b->mem, job.first_row);
  mem_free(&b->mem, map);
  mem_free(&b->mem, first_row);
  mem_free(&b->mem, id);
  return status;
}

/* Are there levels before any row was looked at? Then the values are texts. */
static bool begins_with_levels(bilan *b, const struct node *root, bilan_status *status) {
  struct gather g;
  gather_open(b, &g);
  *status = first_levels(&g, root);
  bool text = g.text;
  gather_close(&g);
  return text;
}

/* Numbers where lanes fit; a choice among few outcomes (CASE with texts) as codes; else nothing. */
bilan_status quick_derive(struct run *run, struct column **out, bilan_kind *kind, size_t rows) {
  const struct node *root = run->e->root;
  struct leaves tree = {.outcomes = BILAN_MISSING_KINDS};
  struct reasons reasons = {.root = root};
  if (run->b->ways.plain || !rows) return BILAN_OK;
  bilan_status status;
  bool levels = begins_with_levels(run->b, root, &status);
  if (status) return status;
  find_reasons(&reasons, root);
  if (!levels && lanes_fit_numbers(root)) {
    *kind = BILAN_NUMBER;
    return derive_numbers(run, out, &reasons, rows);
  }
  if (!find_leaves(&tree, root)) return BILAN_OK;
  return derive_codes(run, out, kind, &tree, &reasons, rows);
}

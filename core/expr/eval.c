/* eval.c - see eval.h. The operators that give values; those that give truths are in
 * logic.c. Recursion follows the tree, whose height the parser has bounded.
 *
 * Operands: the left one is worked out in the result's own vector and overwritten row by row,
 * the right one in a vector of the pool, so a tree of height h needs about h vectors whatever
 * its number of nodes (and one more for each argument of a call). A constant stays one value
 * (mask 0) as long as it meets constants only:
 *
 *   2 * 3 + age     2 * 3 once, then spread over the block and added to age
 *
 * Owner: vectors are the run's; texts are lent by columns or live in the run's arena until
 * the block is done. Failure: BILAN_NOMEM and BILAN_LIMIT. Cost: rows times nodes, less what
 * level tables save.
 */
#include "expr/eval.h"

#include <math.h>
#include <string.h>

#include "expr/functions.h"
#include "expr/lanes.h"

/* ---- vectors ---------------------------------------------------------------------------- */

/* One value for all rows.
 * mask 0 makes v[i & mask] the same for every i. */
static void set_constant(struct vector *out, struct value v) {
  out->mask = 0;
  out->v[0] = v;
}

/* A constant written out for every row, so that it can be overwritten row by row.
 * The rows of the block alone; what stands behind run->count is never read. */
static void spread(struct run *run, struct vector *out) {
  if (out->mask) return;
  for (size_t i = 1; i < run->count; i++) out->v[i] = out->v[0];
  out->mask = SIZE_MAX;
}

/* Rows to work on so that the constant vector x stays one. */
static size_t rows_of(const struct run *run, const struct vector *x) {
  return x->mask ? run->count : 1;
}

/* ---- items ------------------------------------------------------------------------------ */

/* What a level is worth: NULL, its number, or its label.
 * numeric: the item shows numbers here, not labels. */
static struct value level_value(const struct level *level, bool numeric) {
  if (level->missing) return value_null();
  return numeric ? value_of_number(level->value) : value_text(level->label);
}

/* The labels ticked in a row, joined by ";".
 * Options in the order of the set's dictionary, not in the order in which they were ticked,
 * which is not kept. */
static bilan_status ticked_labels(struct run *run, const struct column *set, size_t row,
                                  struct value *out) {
  struct buffer b;
  buffer_init(&b, &run->b->mem);
  for (uint32_t k = 0; k < set->option_count; k++) {
    if (column_code(set->options[k], row) != SET_TICKED) continue;
    if (b.n) buffer_char(&b, ';');
    buffer_text(&b, dict_level(set->dict, k + 1)->label);
  }
  bilan_status status = b.failed ? fail_nomem(run->b) : run_text(run, out, b.s, b.n);
  buffer_free(&b);
  return status;
}

/* Numbers straight from the column.
 * `missing` may be NULL: then every row has a number. */
static void eval_numbers(struct run *run, const struct column *c, struct vector *out) {
  const double *numbers = c->numbers + run->first;
  const uint8_t *missing = c->missing ? c->missing + run->first : NULL;
  for (size_t i = 0; i < run->count; i++)
    out->v[i] = missing && missing[i] ? value_null() : value_of_number(numbers[i]);
}

/* The codes themselves are the rows: a level's value each.
 * Only while a level table is made: run->first counts codes, not rows. */
static void eval_level_items(struct run *run, const struct node *node, struct vector *out) {
  bool numeric = node->affinity == AFFINITY_NUMERIC;
  for (size_t i = 0; i < run->count; i++)
    out->v[i] = level_value(dict_level(node->column->dict, (uint32_t)(run->first + i)), numeric);
}

/* The values of an item for the block.
 * Inside a level table the rows are codes; every other column is read row by row. */
static bilan_status eval_item(struct run *run, const struct node *node, struct vector *out) {
  const struct column *c = node->column;
  bilan_status status = BILAN_OK;
  out->mask = SIZE_MAX;
  if (run->levels) {
    eval_level_items(run, node, out);
    return BILAN_OK;
  }
  if (c->type == COLUMN_NUMBERS) {
    eval_numbers(run, c, out);
    return BILAN_OK;
  }
  for (size_t i = 0; i < run->count && !status; i++) {
    size_t row = run->first + i;
    if (column_missing(c, row)) out->v[i] = value_null();
    else if (c->type == COLUMN_TEXT) out->v[i] = value_text(column_label(c, row));
    else status = ticked_labels(run, c, row, &out->v[i]);
  }
  return status;
}

/* The words for kinds of missing that scripts compare with; NULL for an answer. */
static struct value missing_name(bilan_missing kind) {
  return kind ? value_text(text_of(missing_names[kind])) : value_null();
}

/* How many options a row has ticked. */
static size_t count_ticked(const struct column *set, size_t row) {
  size_t n = 0;
  for (size_t k = 0; k < set->option_count; k++)
    n += column_code(set->options[k], row) == SET_TICKED;
  return n;
}

/* A survey word about level `code` of a coded column.
 * answered is 1 or 0, never NULL; missing is NULL for an answer. */
static struct value word_of_level(enum word word, const struct column *c, uint32_t code) {
  const struct level *level = dict_level(c->dict, code);
  switch (word) {
    case WORD_OF_ANSWERED: return value_integer(level->missing == BILAN_PRESENT);
    case WORD_OF_MISSING: return missing_name(level->missing);
    case WORD_OF_HAS:
      return code == SET_BLANK ? value_null() : value_integer(code == SET_TICKED);
    case WORD_OF_VALUE:
      return level->missing || isnan(level->value) ? value_null()
                                                   : value_of_number(level->value);
    default: return level_value(level, false);
  }
}

/* A survey word about a row of any other column. */
static struct value word_of_row(enum word word, const struct column *c, size_t row) {
  bilan_missing kind = column_missing(c, row);
  if (word == WORD_OF_ANSWERED) return value_integer(kind == BILAN_PRESENT);
  if (word == WORD_OF_MISSING) return missing_name(kind);
  if (kind) return value_null();
  if (word == WORD_OF_TICKED) return value_integer((int64_t)count_ticked(c, row));
  return value_of_number(column_number(c, row));
}

/* A survey word for the block: by level while a level table is made, else by row. */
static bilan_status eval_word(struct run *run, const struct node *node, struct vector *out) {
  out->mask = SIZE_MAX;
  for (size_t i = 0; i < run->count; i++)
    out->v[i] = run->levels
                    ? word_of_level(node->word, node->column, (uint32_t)(run->first + i))
                    : word_of_row(node->word, node->column, run->first + i);
  return BILAN_OK;
}

/* One value, whatever the number of rows. */
static bilan_status eval_literal(struct run *run, const struct node *node, struct vector *out) {
  (void)run;
  set_constant(out, node->value);
  return BILAN_OK;
}

/* ---- operators of one and of two operands ----------------------------------------------- */

/* CAST to anything but TEXT. To NUMERIC, a text that is a whole real number becomes an integer
 * when it is small enough to have a fraction (2^51), as SQLite has it.
 * `to` is i, r, t or n, as the parser wrote it; t is dealt with by cast_to_text. */
static struct value cast(struct value v, char to) {
  if (v.type == VALUE_NULL) return v;
  if (to == 'i') return value_integer(value_to_int(v));
  if (to == 'r') return value_real(value_to_double(v));
  if (v.type != VALUE_TEXT) return v;
  v = value_numeric(v);
  bool small = v.type == VALUE_REAL && fabs(v.as.r) < 0x1p51;
  return small ? value_of_number(v.as.r) : v;
}

/* CAST AS TEXT, in place. */
static bilan_status cast_to_text(struct run *run, struct value *v) {
  char room[NUMBER_ROOM];
  if (v->type == VALUE_NULL || v->type == VALUE_TEXT) return BILAN_OK;
  struct text t = value_as_text(*v, room);
  return run_text(run, v, t.s, t.n);
}

/* ~x on the integer that x is cast to.
 * NULL stays NULL; a text counts as its leading digits. */
static struct value invert(struct value v) {
  return v.type == VALUE_NULL ? v : value_integer(~value_to_int(v));
}

/* Operators of one operand, in place; unary plus and COLLATE leave the value alone. */
static bilan_status eval_unary(struct run *run, const struct node *node, struct vector *out) {
  bilan_status status = eval_values(run, node->child, out);
  for (size_t i = 0; !status && i < rows_of(run, out); i++) {
    struct value *v = &out->v[i];
    if (node->op == OP_NEGATE) *v = value_arithmetic('-', value_integer(0), *v);
    else if (node->op == OP_INVERT) *v = invert(*v);
    else if (node->op == OP_CAST && node->sign == 't') status = cast_to_text(run, v);
    else if (node->op == OP_CAST) *v = cast(*v, node->sign);
  }
  return status;
}

/* Shifts go the other way for a negative count and run dry at 64; >> keeps the sign.
 * 1 << 3 is 8, 8 >> 3 is 1, -8 >> 1 is -4, 1 << -1 is 0. Done on unsigned bits, where C
 * defines every shift below 64. */
static int64_t shift(int64_t x, int64_t by, bool left) {
  if (by < 0) {
    left = !left;
    by = by > -64 ? -by : 64;
  }
  if (by >= 64) return left || x >= 0 ? 0 : -1;
  if (left) return (int64_t)((uint64_t)x << by);
  uint64_t bits = (uint64_t)x >> by;
  if (x < 0 && by > 0) bits |= UINT64_MAX << (64 - by);
  return (int64_t)bits;
}

/* & | and the shifts on integers.
 * Both operands are cast to 64-bit integers first, as SQLite does. */
static struct value bits(char sign, struct value a, struct value b) {
  if (a.type == VALUE_NULL || b.type == VALUE_NULL) return value_null();
  int64_t x = value_to_int(a), y = value_to_int(b);
  if (sign == '&') return value_integer(x & y);
  if (sign == '|') return value_integer(x | y);
  return value_integer(shift(x, y, sign == '<'));
}

/* a || b: NULL when one is NULL.
 * Numbers count as their text. BILAN_LIMIT when the whole is too long. */
static bilan_status concat(struct run *run, struct value *out, struct value a,
                           struct value b) {
  char room_a[NUMBER_ROOM], room_b[NUMBER_ROOM], *both;
  *out = value_null();
  if (a.type == VALUE_NULL || b.type == VALUE_NULL) return BILAN_OK;
  struct text x = value_as_text(a, room_a), y = value_as_text(b, room_b);
  bilan_status status = run_room(run, x.n + y.n, &both);
  if (status) return status;
  if (x.n) memcpy(both, x.s, x.n);
  if (y.n) memcpy(both + x.n, y.s, y.n);
  *out = value_text((struct text){both, x.n + y.n});
  return BILAN_OK;
}

/* out = out <op> right, row by row; one row when both are constant.
 * The result stays constant when both sides are. */
static bilan_status combine(struct run *run, const struct node *node, struct vector *out,
                            const struct vector *right) {
  bilan_status status = BILAN_OK;
  if (right->mask) spread(run, out);
  for (size_t i = 0; !status && i < rows_of(run, out); i++) {
    struct value a = out->v[i], b = right->v[i & right->mask];
    if (node->op == OP_ARITHMETIC) out->v[i] = value_arithmetic(node->sign, a, b);
    else if (node->op == OP_BITS) out->v[i] = bits(node->sign, a, b);
    else status = concat(run, &out->v[i], a, b);
  }
  return expr_point(run->b, run->e, node->at, status);
}

/* Arithmetic, bits and ||. The right vector goes back to the pool on every path. */
static bilan_status eval_binary(struct run *run, const struct node *node, struct vector *out) {
  struct vector *right = NULL;
  bilan_status status = eval_values(run, node->child, out);
  if (!status) status = run_vector(run, &right);
  if (status) return status;
  status = eval_values(run, node->child->next, right);
  if (!status) status = combine(run, node, out, right);
  run_release(run, right);
  return status;
}

/* ---- calls and CASE --------------------------------------------------------------------- */

/* Calls the function for every row, or once when all arguments are constant.
 * min, max and nullif compare under the collation of the call. */
static bilan_status call_rows(struct run *run, const struct node *node, struct vector *out,
                              struct vector *const *args, size_t count) {
  struct value row[ARGUMENTS_MOST];
  bilan_status status = BILAN_OK;
  out->mask = 0;
  run->collation = node->collation;
  for (size_t k = 0; k < count; k++) out->mask |= args[k]->mask;
  for (size_t i = 0; !status && i < rows_of(run, out); i++) {
    for (size_t k = 0; k < count; k++) row[k] = args[k]->v[i & args[k]->mask];
    status = node->function->call(run, &out->v[i], row, count);
  }
  return expr_point(run->b, run->e, node->at, status);
}

/* Arguments are worked out whole before the call; none has side effects. */
static bilan_status eval_call(struct run *run, const struct node *node, struct vector *out) {
  struct vector *args[ARGUMENTS_MOST];
  size_t count = 0;
  bilan_status status = BILAN_OK;
  for (const struct node *c = node->child; c && !status; c = c->next) {
    status = run_vector(run, &args[count]);
    if (!status) status = eval_values(run, c, args[count++]);
  }
  if (!status) status = call_rows(run, node, out, args, count);
  while (count) run_release(run, args[--count]);
  return status;
}

/* What a CASE needs beside its result; out->truth marks the rows that are decided. */
struct branches {
  struct vector *base, *condition, *result;
};

/* The truth of one WHEN in branches->condition.
 * With a base, x = value; without, the condition itself. */
static bilan_status eval_when(struct run *run, const struct node *node,
                              const struct node *when, const struct branches *k) {
  if (!node->has_base) return eval_truth(run, when, k->condition);
  bilan_status status = eval_values(run, when, k->condition);
  if (!status)
    logic_equal(run, k->condition->truth, k->base, k->condition,
                compare_affinity(node->child, when), compare_collation(node->child, when));
  return status;
}

/* Takes the result of a branch where its condition is the first to be true.
 * out->truth is a mark here, not a truth: 1 for a row that has its result. */
static bilan_status take_branch(struct run *run, const struct node *then, struct vector *out,
                                const struct branches *k) {
  bilan_status status = eval_values(run, then, k->result);
  for (size_t i = 0; !status && i < run->count; i++) {
    if (out->truth[i] || k->condition->truth[i] != TRUTH_TRUE) continue;
    out->truth[i] = 1;
    out->v[i] = k->result->v[i & k->result->mask];
  }
  return status;
}

/* Branch after branch; an ELSE is a branch whose condition always holds.
 * Operands come in pairs; one that is left over at the end is the ELSE. */
static bilan_status eval_branches(struct run *run, const struct node *node, struct vector *out,
                                  const struct branches *k) {
  bilan_status status = BILAN_OK;
  const struct node *when = node->child;
  if (node->has_base) {
    status = eval_values(run, when, k->base);
    when = when->next;
  }
  for (; !status && when && when->next; when = when->next->next) {
    status = eval_when(run, node, when, k);
    if (!status) status = take_branch(run, when->next, out, k);
  }
  if (status || !when) return status;
  memset(k->condition->truth, TRUTH_TRUE, run->count);
  return take_branch(run, when, out, k);
}

/* Rows that no branch takes stay NULL.
 * Three vectors beside the result, given back in any case. */
static bilan_status eval_case(struct run *run, const struct node *node, struct vector *out) {
  struct branches k = {0};
  memset(out->truth, 0, sizeof out->truth);
  out->v[0] = value_null();
  out->mask = 0;
  spread(run, out);
  bilan_status status = run_vector(run, &k.base);
  if (!status) status = run_vector(run, &k.condition);
  if (!status) status = run_vector(run, &k.result);
  if (!status) status = eval_branches(run, node, out, &k);
  if (k.result) run_release(run, k.result);
  if (k.condition) run_release(run, k.condition);
  if (k.base) run_release(run, k.base);
  return status;
}

/* ---- dispatch --------------------------------------------------------------------------- */

typedef bilan_status (*value_function)(struct run *, const struct node *, struct vector *);

/* Operators that are absent here are those of logic.c. */
static const value_function evaluators[OP_COUNT] = {
    [OP_LITERAL] = eval_literal, [OP_ITEM] = eval_item,         [OP_CALL] = eval_call,
    [OP_WORD] = eval_word,       [OP_NEGATE] = eval_unary,      [OP_PLUS] = eval_unary,
    [OP_INVERT] = eval_unary,    [OP_ARITHMETIC] = eval_binary, [OP_BITS] = eval_binary,
    [OP_CONCAT] = eval_binary,   [OP_CASE] = eval_case,         [OP_CAST] = eval_unary,
    [OP_COLLATE] = eval_unary,
};

/* Truths as SQL's numbers: 1, 0, NULL. */
static void truth_to_values(struct run *run, struct vector *out) {
  out->mask = SIZE_MAX;
  for (size_t i = 0; i < run->count; i++)
    out->v[i] = out->truth[i] == TRUTH_UNKNOWN ? value_null()
                                               : value_integer(out->truth[i] == TRUTH_TRUE);
}

/* A value is true when it is a number other than 0.
 * NULL is unknown. */
static void values_to_truth(struct run *run, struct vector *out) {
  for (size_t i = 0; i < run->count; i++)
    out->truth[i] = (uint8_t)value_truth(out->v[i & out->mask]);
}

/* The values of a part worked out beforehand, by the codes of its column.
 * O(1) a row, whatever the part of the tree it stands for. */
static void look_up_values(struct run *run, const struct node *node, struct vector *out) {
  const struct value *values = node->table->values;
  out->mask = SIZE_MAX;
  for (size_t i = 0; i < run->count; i++)
    out->v[i] = values[column_code(node->only, run->first + i)];
}

#define LOOK_UP(type)                                                       \
  do {                                                                      \
    const type *codes = (const type *)node->only->codes + run->first;       \
    for (size_t i = 0; i < run->count; i++) out->truth[i] = truth[codes[i]]; \
  } while (0)

/* One load per row: what makes filters on coded items fast.
 * The table is indexed by code and as long as the dictionary, so every code of the column has
 * an entry. */
static void look_up_truth(struct run *run, const struct node *node, struct vector *out) {
  const uint8_t *truth = node->table->truth;
  if (node->only->width == 1) LOOK_UP(uint8_t);
  else if (node->only->width == 2) LOOK_UP(uint16_t);
  else LOOK_UP(uint32_t);
}

/* A truth is turned to a number only when someone asks for the value. */
bilan_status eval_values(struct run *run, const struct node *node, struct vector *out) {
  if (node->table) {
    look_up_values(run, node, out);
    return BILAN_OK;
  }
  if (!logic_has(node)) return evaluators[node->op](run, node, out);
  bilan_status status = logic_eval(run, node, out);
  if (!status) truth_to_values(run, out);
  return status;
}

/* And the other way round. */
bilan_status eval_truth(struct run *run, const struct node *node, struct vector *out) {
  if (node->table) {
    look_up_truth(run, node, out);
    return BILAN_OK;
  }
  if (logic_has(node)) return logic_eval(run, node, out);
  bilan_status status = eval_values(run, node, out);
  if (!status) values_to_truth(run, out);
  return status;
}

/* ---- levels ----------------------------------------------------------------------------- */

/* Evaluates blocks of codes instead of rows.
 * Goes on until every code has its value and its truth; node->table is still NULL, so the
 * node itself is evaluated and not looked up. */
static bilan_status fill_table(struct run *run, const struct node *node,
                               struct level_table *table) {
  struct vector *out = NULL;
  bilan_status status = run_vector(run, &out);
  if (status) return status;
  for (run->first = 0; !status && run->first < table->count; run->first += BLOCK) {
    size_t left = table->count - run->first;
    run->count = left < BLOCK ? left : BLOCK;
    status = eval_values(run, node, out);
    for (size_t i = 0; !status && i < run->count; i++) {
      struct value v = out->v[i & out->mask];
      table->values[run->first + i] = v;
      table->truth[run->first + i] = (uint8_t)value_truth(v);
    }
  }
  run_release(run, out);
  return status;
}

/* Texts made for a level live in e->bound, as long as the binding.
 * The cost is that of the dictionary, paid once per binding. BILAN_NOMEM, BILAN_LIMIT. */
bilan_status eval_levels(bilan *b, struct expr *e, struct node *node) {
  struct run run;
  size_t count = dict_count(node->only->dict);
  if (count > SIZE_MAX / sizeof(struct value)) return fail_nomem(b);
  struct level_table *table = arena_alloc(&e->bound, sizeof *table);
  struct value *values = arena_alloc(&e->bound, count * sizeof *values);
  uint8_t *truth = arena_alloc(&e->bound, count);
  if (!table || !values || !truth) return fail_nomem(b);
  *table = (struct level_table){.count = count, .values = values, .truth = truth};
  run_open(&run, b, e, &e->bound);
  run.levels = node->only;
  bilan_status status = fill_table(&run, node, table);
  run_close(&run);
  if (!status) status = lanes_levels(b, e, table);
  if (!status) node->table = table;
  return status;
}

/* ---- affinity and collation of a comparison --------------------------------------------- */

/* Of two columns the numeric one wins, two texts convert nothing; a column wins over none. */
enum affinity compare_affinity(const struct node *x, const struct node *y) {
  if (x->affinity != AFFINITY_NONE && y->affinity != AFFINITY_NONE)
    return x->affinity == AFFINITY_NUMERIC || y->affinity == AFFINITY_NUMERIC
               ? AFFINITY_NUMERIC
               : AFFINITY_NONE;
  return x->affinity == AFFINITY_NONE ? y->affinity : x->affinity;
}

/* An explicit one on the left wins over one on the right. */
enum collation compare_collation(const struct node *x, const struct node *y) {
  return x->collates ? x->collation : y->collation;
}

/* lanes.c - see lanes.h.
 *
 * Worked example, three rows of "gender = 'Fille' and age / 2 >= 7":
 *
 *   gender    Fille  (none)  Fille       by code: yes 1 0 1, unknown 0 1 0
 *   age       15     20      NaN
 *   age / 2   7      10      NaN         15 and 2 are whole: 7, not 7.5
 *   >= 7      yes 1 1 0, unknown 0 0 1
 *   and       yes 1 0 0, unknown 0 1 1
 *
 * Loops over numbers run over all lanes, also those beyond the rows, so that their length is a
 * constant and compilers make vector instructions of them; what stands there comes to nothing.
 * Arrays live on the stack, 4 KiB for each operand that waits for another; the height of the tree
 * is bounded by LANES_HEIGHT.
 */
#include "expr/lanes.h"

#include <math.h>
#include <string.h>

#include "base/two.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAS_AVX2 1
#endif

/* ---- what levels are worth ----------------------------------------------------------------- */

/* A value as a double; false: a text, or a number that lanes leave alone. */
static bool as_number(const struct value *v, double *out) {
  *out = NAN;
  if (v->type == VALUE_NULL) return true;
  if (v->type == VALUE_TEXT) return false;
  *out = value_to_double(*v);
  if (v->type == VALUE_INTEGER) return fabs(*out) <= LANES_WHOLE;
  return isfinite(*out) && !(*out == 0 && signbit(*out)); /* no -0 */
}

/* A real that is whole: its type cannot be told from its value. */
static bool hides_type(const struct value *v) {
  return v->type == VALUE_REAL && v->as.r == nearbyint(v->as.r);
}

/* Arrays by code, for look-ups. */
bilan_status lanes_levels(bilan *b, struct expr *e, struct level_table *table) {
  size_t words = bitmap_choice_words(table->count);
  table->yes = arena_alloc(&e->bound, words * sizeof *table->yes);
  table->unknown = arena_alloc(&e->bound, words * sizeof *table->unknown);
  double *numbers = arena_alloc(&e->bound, table->count * sizeof *numbers);
  if (!table->yes || !table->unknown || !numbers) return fail_nomem(b);
  memset(table->yes, 0, words * sizeof *table->yes);
  memset(table->unknown, 0, words * sizeof *table->unknown);
  table->numbers = numbers;
  table->typed = false;
  for (size_t code = 0; code < table->count; code++) {
    const struct value *v = &table->values[code];
    if (table->truth[code] == TRUTH_TRUE) bitmap_set(table->yes, code);
    if (table->truth[code] == TRUTH_UNKNOWN) bitmap_set(table->unknown, code);
    if (!as_number(v, &numbers[code])) table->numbers = NULL;
    table->typed = table->typed || hides_type(v);
  }
  return BILAN_OK;
}

/* ---- what fits ----------------------------------------------------------------------------- */

/* Can the type of a number be told from its value, or from the literals it is made of? */
static bool type_is_known(const struct node *node) {
  if (node->table) return !node->table->typed;
  if (node->op == OP_CASE) return false;
  bool known = true;
  if (node->op != OP_ARITHMETIC && node->op != OP_NEGATE && node->op != OP_PLUS) return true;
  for (const struct node *c = node->child; c && known; c = c->next) known = type_is_known(c);
  return known;
}

/* Does every operand from `c` on fit as numbers? */
static bool all_fit(const struct node *c) {
  bool fit = true;
  for (; c && fit; c = c->next) fit = lanes_fit_numbers(c);
  return fit;
}

/* A CASE of numbers; the operands come in pairs, and a base or an ELSE beside them. */
static bool case_fits(const struct node *node) {
  const struct node *c = node->child;
  bool fit = true;
  if (node->has_base) {
    fit = lanes_fit_numbers(c);
    c = c->next;
  }
  for (; fit && c && c->next; c = c->next->next)
    fit = (node->has_base ? lanes_fit_numbers(c) : lanes_fit_truth(c)) &&
          lanes_fit_numbers(c->next);
  return fit && (!c || lanes_fit_numbers(c));
}

/* Words about a column without codes. */
static bool word_fits(const struct node *node) {
  if (node->word == WORD_OF_ANSWERED || node->word == WORD_OF_TICKED) return true;
  return node->word == WORD_OF_VALUE && node->column->type == COLUMN_NUMBERS;
}

/* Items, literals up to LANES_WHOLE, arithmetic and CASE of such; a table of numbers by code. */
bool lanes_fit_numbers(const struct node *node) {
  double number;
  if (node->height > LANES_HEIGHT) return false;
  if (node->table) return node->table->numbers != NULL;
  switch (node->op) {
    case OP_LITERAL: return as_number(&node->value, &number) && !(fabs(number) > LANES_WHOLE);
    case OP_ITEM: return node->column->type == COLUMN_NUMBERS;
    case OP_WORD: return word_fits(node);
    case OP_NEGATE: case OP_PLUS: return lanes_fit_numbers(node->child);
    case OP_ARITHMETIC:
      return all_fit(node->child) &&
             ((node->sign != '/' && node->sign != '%') ||
              (type_is_known(node->child) && type_is_known(node->child->next)));
    case OP_CASE: return case_fits(node);
    default: return lanes_fit_truth(node);
  }
}

/* An item or missing(item), held against NULL: only why there is no answer is looked at. */
static bool asks_for_null(const struct node *node) {
  const struct node *x = node->child, *y = x->next;
  bool item = x->op == OP_ITEM || (x->op == OP_WORD && x->word == WORD_OF_MISSING);
  return node->op == OP_IS && item && x->column->type != COLUMN_CODES && y->op == OP_LITERAL &&
         y->value.type == VALUE_NULL;
}

/* Logic over comparisons of what fits; a table of truths by code. */
bool lanes_fit_truth(const struct node *node) {
  if (node->height > LANES_HEIGHT) return false;
  if (node->table) return true;
  switch (node->op) {
    case OP_AND: case OP_OR: return lanes_fit_truth(node->child) &&
                                    lanes_fit_truth(node->child->next);
    case OP_NOT: case OP_IS_TRUTH: return lanes_fit_truth(node->child);
    case OP_IS: return asks_for_null(node) || all_fit(node->child);
    case OP_COMPARE: case OP_IN: case OP_BETWEEN: return all_fit(node->child);
    case OP_LITERAL: case OP_ITEM: case OP_WORD: case OP_NEGATE: case OP_PLUS:
    case OP_ARITHMETIC: case OP_CASE: return lanes_fit_numbers(node);
    default: return false;
  }
}

/* ---- numbers ------------------------------------------------------------------------------- */

/* What comparing two doubles side by side gives: all bits set, or none. */
typedef int64_t two_masks __attribute__((vector_size(16)));

/* Two neighbours anywhere in an array. */
static inline two two_at(const double *x) { return *(const two *)x; }

/* The same number in all lanes. */
static void fill(double *out, double number) {
  two v = {number, number};
  for (size_t i = 0; i < LANES; i += 2) memcpy(out + i, &v, sizeof v);
}

/* Is anything beyond LANES_WHOLE? The sign of what is left up to it tells. A NaN is not beyond:
 * without its sign it goes through a subtraction as it is. */
static bool any_beyond(const double *x) {
  const two most = {LANES_WHOLE, LANES_WHOLE};
  two_masks beyond = {0, 0}, bits;
  for (size_t i = 0; i < LANES; i += 2) {
    memcpy(&bits, x + i, sizeof bits);
    bits &= INT64_MAX;
    two v;
    memcpy(&v, &bits, sizeof v);
    v = most - v;
    memcpy(&bits, &v, sizeof bits);
    beyond |= bits;
  }
  return (beyond[0] | beyond[1]) < 0;
}

/* Is there a zero with a minus? Only a product or a quotient makes one: of a whole number it
 * should be 0, of a real it stays. Its bits are the sign alone. */
static bool any_minus_zero(const double *x) {
  const two zero = {0, 0};
  two_masks any = {0, 0}, bits;
  for (size_t i = 0; i < LANES; i += 2) {
    two v = two_at(x + i);
    memcpy(&bits, &v, sizeof bits);
    any |= (v == zero) & bits;
  }
  return (any[0] | any[1]) < 0;
}

/* Makes the rows without an answer NULL, one by one: they are few. */
static void set_null(const struct lanes *k, const uint8_t *missing, double *out) {
  uint64_t present[LANE_WORDS];
  bitmap_of_bytes(k->simd, present, missing + k->first, k->count, BILAN_PRESENT);
  present[(k->count - 1) / BITMAP_WORD] |= ~bitmap_last(k->count);
  for (size_t w = 0; w < bitmap_words(k->count); w++)
    for (uint64_t null = ~present[w]; null; null &= null - 1)
      out[w * BITMAP_WORD + (size_t)__builtin_ctzll(null)] = NAN;
}

/* A column of numbers; -0 becomes 0. false: a whole number beyond LANES_WHOLE. */
static bool load_column(const struct lanes *k, const struct column *c, double *out) {
  const double *numbers = c->numbers + k->first;
  const two zero = {0, 0};
  if (k->count < LANES) {
    fill(out, 0);
    memcpy(out, numbers, k->count * sizeof *out);
    numbers = out;
  }
  for (size_t i = 0; i < LANES; i += 2) {
    two v = two_at(numbers + i) + zero;
    memcpy(out + i, &v, sizeof v);
  }
  if (any_beyond(out)) return false;
  if (c->missing) set_null(k, c->missing, out);
  return true;
}

#define LOOK_UP(type)                                                    \
  do {                                                                   \
    const type *codes = (const type *)node->only->codes + k->first;      \
    for (size_t i = 0; i < k->count; i++) out[i] = numbers[codes[i]];    \
  } while (0)

/* A part worked out by code. */
static void look_up(const struct lanes *k, const struct node *node, double *out) {
  const double *numbers = node->table->numbers;
  fill(out, 0);
  if (node->only->width == 1) LOOK_UP(uint8_t);
  else if (node->only->width == 2) LOOK_UP(uint16_t);
  else LOOK_UP(uint32_t);
}

/* How many options of a row are ticked; NULL where there is no answer. */
static double ticked(const struct column *set, size_t row) {
  double n = 0;
  if (set->missing && set->missing[row]) return NAN;
  for (size_t i = 0; i < set->option_count; i++)
    n += column_code(set->options[i], row) == SET_TICKED;
  return n;
}

/* A survey word about a column without codes. */
static bool load_word(const struct lanes *k, const struct node *node, double *out) {
  const struct column *c = node->column;
  if (node->word == WORD_OF_VALUE) return load_column(k, c, out);
  fill(out, 0);
  for (size_t i = 0; i < k->count; i++)
    out[i] = node->word == WORD_OF_TICKED ? ticked(c, k->first + i)
                                          : !(c->missing && c->missing[k->first + i]);
  return true;
}

#define OPERATE(name, op)                             \
  static void name(double *x, const double *y) {      \
    for (size_t i = 0; i < LANES; i += 2) {           \
      two v = two_at(x + i) op two_at(y + i);         \
      memcpy(x + i, &v, sizeof v);                    \
    }                                                 \
  }
OPERATE(add, +)
OPERATE(subtract, -)
OPERATE(multiply, *)

/* Towards zero; what is no number stays none. Within LANES_WHOLE, where an integer holds it. */
static double whole_part(double x) { return x == x ? (double)(int64_t)x : x; }

/* Marks the rows where a number is a real, by the items and literals it was made of. `x` has
 * the values of the node itself. */
static void mark_reals(const struct lanes *k, const struct node *node, const double *x,
                       uint8_t *real) {
  double values[LANES];
  if (node->op == OP_LITERAL && !node->table) {
    if (node->value.type == VALUE_REAL) memset(real, 1, LANES);
    return;
  }
  if (node->table || node->op == OP_ITEM || node->op == OP_WORD) {
    for (size_t i = 0; i < k->count; i++) real[i] |= x[i] != whole_part(x[i]);
    return;
  }
  if (node->op != OP_ARITHMETIC && node->op != OP_NEGATE && node->op != OP_PLUS) return;
  for (const struct node *c = node->child; c; c = c->next) {
    lanes_numbers(k, c, values);
    mark_reals(k, c, values, real);
  }
}

/* x / y: whole numbers towards zero. Both operands are within LANES_WHOLE. */
static void divide(const struct lanes *k, const struct node *node, double *restrict x,
                   const double *restrict y) {
  uint8_t real[LANES] = {0};
  mark_reals(k, node->child, x, real);
  mark_reals(k, node->child->next, y, real);
  for (size_t i = 0; i < k->count; i++) {
    double quotient = y[i] == 0 ? NAN : x[i] / y[i];
    x[i] = real[i] ? quotient : whole_part(quotient);
  }
}

/* x % y of the whole parts, with the sign of x. */
static void remainder_of(const struct lanes *k, double *restrict x, const double *restrict y) {
  for (size_t i = 0; i < k->count; i++) {
    double a = whole_part(x[i]), b = whole_part(y[i]);
    x[i] = b == 0 ? NAN : a - b * whole_part(a / b);
  }
}

/* x = x <op> y; false when a result, or what a quotient is made of, is beyond the lanes. */
static bool arithmetic(const struct lanes *k, const struct node *node, double *x) {
  double y[LANES];
  if (!lanes_numbers(k, node->child, x) || !lanes_numbers(k, node->child->next, y)) return false;
  switch (node->sign) {
    case '+': add(x, y); break;
    case '-': subtract(x, y); break;
    case '*': multiply(x, y); break;
    case '/': divide(k, node, x, y); break;
    default: remainder_of(k, x, y);
  }
  if (node->sign != '+' && node->sign != '-' && any_minus_zero(x)) return false;
  return !any_beyond(x);
}

/* 0 - x, as SQL's minus sign. */
static bool negate(const struct lanes *k, const struct node *node, double *x) {
  if (!lanes_numbers(k, node->child, x)) return false;
  for (size_t i = 0; i < LANES; i++) x[i] = 0 - x[i];
  return true;
}

/* Truths as SQL's numbers: 1, 0, NULL. */
static bool truths_as_numbers(const struct lanes *k, const struct node *node, double *out) {
  struct truths t;
  if (!lanes_truths(k, node, &t)) return false;
  for (size_t i = 0; i < LANES; i++)
    out[i] = bitmap_has(t.unknown, i) ? NAN : (double)bitmap_has(t.yes, i);
  return true;
}

static void compare(const struct lanes *k, struct truths *out, char sign, const double *x,
                    const double *y);

/* One WHEN of a CASE: a condition, or what the base is compared with. */
bool lanes_when(const struct lanes *k, const struct node *base, const struct node *when,
                struct truths *out) {
  double x[LANES], y[LANES];
  if (!base) return lanes_truths(k, when, out);
  if (!lanes_numbers(k, base, x) || !lanes_numbers(k, when, y)) return false;
  compare(k, out, '=', x, y);
  return true;
}

/* out = then where `take` has the row: bit by bit, since no row is taken twice. */
static bool take_branch(const struct lanes *k, const struct node *then, const uint64_t *take,
                        double *out) {
  double x[LANES];
  if (!lanes_numbers(k, then, x)) return false;
  for (size_t w = 0; w < LANE_WORDS; w++) {
    for (uint64_t left = take[w]; left; left &= left - 1) {
      size_t i = w * BITMAP_WORD + (size_t)__builtin_ctzll(left);
      out[i] = x[i];
    }
  }
  return true;
}

/* Branch after branch; rows that none takes stay NULL. */
static bool choose(const struct lanes *k, const struct node *node, double *out) {
  struct truths t;
  uint64_t left[LANE_WORDS];
  const struct node *base = node->has_base ? node->child : NULL;
  const struct node *c = base ? base->next : node->child;
  memset(left, 0xff, sizeof left);
  fill(out, NAN);
  for (; c && c->next; c = c->next->next) {
    if (!lanes_when(k, base, c, &t)) return false;
    for (size_t w = 0; w < LANE_WORDS; w++) t.yes[w] &= left[w];
    if (!take_branch(k, c->next, t.yes, out)) return false;
    for (size_t w = 0; w < LANE_WORDS; w++) left[w] &= ~t.yes[w];
  }
  return !c || take_branch(k, c, left, out);
}

/* Recursion over the tree; its depth is bounded by lanes_fit_numbers. */
bool lanes_numbers(const struct lanes *k, const struct node *node, double *out) {
  double number = NAN;
  if (node->table) {
    look_up(k, node, out);
    return true;
  }
  switch (node->op) {
    case OP_LITERAL:
      as_number(&node->value, &number);
      fill(out, number);
      return true;
    case OP_ITEM: return load_column(k, node->column, out);
    case OP_WORD: return load_word(k, node, out);
    case OP_PLUS: return lanes_numbers(k, node->child, out);
    case OP_NEGATE: return negate(k, node, out);
    case OP_ARITHMETIC: return arithmetic(k, node, out);
    case OP_CASE: return choose(k, node, out);
    default: return truths_as_numbers(k, node, out);
  }
}

/* ---- truths -------------------------------------------------------------------------------- */

/* 64 bytes of 0 and 1 as a word: a multiplication gathers the lowest bits of eight bytes, of
 * which no two meet. */
static uint64_t packed(const uint8_t *bytes) {
  uint64_t word = 0, eight;
  for (size_t i = 0; i < 8; i++) {
    memcpy(&eight, bytes + 8 * i, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    eight = __builtin_bswap64(eight);
#endif
    word |= (eight * 0x0102040810204080u >> 56) << (8 * i);
  }
  return word;
}

#define COMPARE(op)                                                               \
  for (size_t i = 0; i < BITMAP_WORD; i++) yes[i] = x[i] op y[i];                 \
  break

/* One word of a comparison. NaN compares false with everything, so `!=` must be told. */
static void compare_word(uint8_t *restrict yes, char sign, const double *restrict x,
                         const double *restrict y) {
  switch (sign) {
    case '<': COMPARE(<);
    case 'l': COMPARE(<=);
    case '=': COMPARE(==);
    case '!': COMPARE(!=);
    case 'g': COMPARE(>=);
    default: COMPARE(>);
  }
}

#ifdef HAS_AVX2
/* Four rows at a time; the comparison has to be a constant of the instruction. */
#define COMPARE_AVX2(name, operation)                                                          \
  __attribute__((target("avx2"))) static void name(uint64_t *out, const double *x,             \
                                                   const double *y) {                          \
    for (size_t w = 0; w < LANE_WORDS; w++) {                                                  \
      uint64_t word = 0;                                                                       \
      for (size_t i = 0; i < BITMAP_WORD; i += 4, x += 4, y += 4) {                            \
        __m256d hit = _mm256_cmp_pd(_mm256_loadu_pd(x), _mm256_loadu_pd(y), operation);        \
        word |= (uint64_t)(unsigned)_mm256_movemask_pd(hit) << i;                              \
      }                                                                                        \
      out[w] = word;                                                                           \
    }                                                                                          \
  }
COMPARE_AVX2(less, _CMP_LT_OQ)
COMPARE_AVX2(at_most, _CMP_LE_OQ)
COMPARE_AVX2(equal, _CMP_EQ_OQ)
COMPARE_AVX2(unequal, _CMP_NEQ_OQ)
COMPARE_AVX2(at_least, _CMP_GE_OQ)
COMPARE_AVX2(greater, _CMP_GT_OQ)
COMPARE_AVX2(unordered, _CMP_UNORD_Q)

/* The comparison a sign stands for; NaN on either side is unknown. */
static void compare_avx2(struct truths *out, char sign, const double *x, const double *y) {
  (sign == '<' ? less : sign == 'l' ? at_most : sign == '=' ? equal : sign == '!' ? unequal
                      : sign == 'g' ? at_least : greater)(out->yes, x, y);
  unordered(out->unknown, x, y);
}
#endif

/* x <sign> y for all lanes; unknown where one is NULL. */
static void compare(const struct lanes *k, struct truths *out, char sign, const double *x,
                    const double *y) {
  uint8_t yes[BITMAP_WORD], null[BITMAP_WORD];
#ifdef HAS_AVX2
  if (k->simd == SIMD_AVX2) {
    compare_avx2(out, sign, x, y);
    return;
  }
#endif
  (void)k;
  for (size_t w = 0; w < LANE_WORDS; w++, x += BITMAP_WORD, y += BITMAP_WORD) {
    compare_word(yes, sign, x, y);
    for (size_t i = 0; i < BITMAP_WORD; i++) null[i] = (x[i] != x[i]) | (y[i] != y[i]);
    out->unknown[w] = packed(null);
    out->yes[w] = packed(yes) & ~out->unknown[w];
  }
}

/* The lanes that are NULL. */
void lanes_null(const struct lanes *k, const double *x, uint64_t *null) {
  struct truths t;
  compare(k, &t, '=', x, x);
  memcpy(null, t.unknown, sizeof t.unknown);
}

/* x AND y, in place. */
static void both(struct truths *x, const struct truths *y) {
  for (size_t w = 0; w < LANE_WORDS; w++) {
    uint64_t may = (x->yes[w] | x->unknown[w]) & (y->yes[w] | y->unknown[w]);
    x->yes[w] &= y->yes[w];
    x->unknown[w] = may & ~x->yes[w];
  }
}

/* x OR y, in place. */
static void either(struct truths *x, const struct truths *y) {
  for (size_t w = 0; w < LANE_WORDS; w++) {
    x->yes[w] |= y->yes[w];
    x->unknown[w] = (x->unknown[w] | y->unknown[w]) & ~x->yes[w];
  }
}

/* NOT x, in place. */
static void none(struct truths *x) {
  for (size_t w = 0; w < LANE_WORDS; w++) x->yes[w] = ~(x->yes[w] | x->unknown[w]);
}

/* AND, OR. */
static bool join(const struct lanes *k, const struct node *node, struct truths *out) {
  struct truths y;
  if (!lanes_truths(k, node->child, out) || !lanes_truths(k, node->child->next, &y)) return false;
  if (node->op == OP_AND) both(out, &y);
  else either(out, &y);
  return true;
}

/* x <sign> y. */
static bool compare_two(const struct lanes *k, const struct node *node, struct truths *out) {
  double x[LANES], y[LANES];
  if (!lanes_numbers(k, node->child, x) || !lanes_numbers(k, node->child->next, y)) return false;
  compare(k, out, node->sign, x, y);
  return true;
}

/* The OR of x = y over the list, or NOT that. */
static bool in_list(const struct lanes *k, const struct node *node, struct truths *out) {
  double x[LANES], y[LANES];
  struct truths one;
  if (!lanes_numbers(k, node->child, x)) return false;
  memset(out, 0, sizeof *out);
  for (const struct node *c = node->child->next; c; c = c->next) {
    if (!lanes_numbers(k, c, y)) return false;
    compare(k, &one, '=', x, y);
    either(out, &one);
  }
  if (node->negated) none(out);
  return true;
}

/* x >= low AND x <= high, or NOT that. */
static bool between(const struct lanes *k, const struct node *node, struct truths *out) {
  double x[LANES], y[LANES];
  struct truths below;
  const struct node *low = node->child->next;
  if (!lanes_numbers(k, node->child, x) || !lanes_numbers(k, low, y)) return false;
  compare(k, out, 'g', x, y);
  if (!lanes_numbers(k, low->next, y)) return false;
  compare(k, &below, 'l', x, y);
  both(out, &below);
  if (node->negated) none(out);
  return true;
}

/* Rows of a column without codes that have no answer. */
static void no_answer(const struct lanes *k, const struct column *c, struct truths *out) {
  memset(out, 0, sizeof *out);
  if (!c->missing) return;
  bitmap_of_bytes(k->simd, out->yes, c->missing + k->first, k->count, BILAN_PRESENT);
  none(out);
}

/* IS: equal, two NULLs included; never unknown. missing(x) IS NULL is true of answers. */
static bool is_same(const struct lanes *k, const struct node *node, struct truths *out) {
  bool negated = node->negated;
  if (asks_for_null(node)) {
    no_answer(k, node->child->column, out);
    negated = negated != (node->child->op == OP_WORD);
  } else {
    double x[LANES], y[LANES];
    if (!lanes_numbers(k, node->child, x) || !lanes_numbers(k, node->child->next, y)) return false;
    for (size_t i = 0; i < LANES; i++) { /* 0: the same */
      bool null_x = x[i] != x[i], null_y = y[i] != y[i];
      x[i] = null_x || null_y ? null_x != null_y : x[i] != y[i];
    }
    fill(y, 0);
    compare(k, out, '=', x, y);
  }
  if (negated) none(out);
  return true;
}

/* x IS [NOT] TRUE or FALSE: never unknown. */
static bool is_truth(const struct lanes *k, const struct node *node, struct truths *out) {
  if (!lanes_truths(k, node->child, out)) return false;
  if (!node->value.as.i) none(out);
  memset(out->unknown, 0, sizeof out->unknown);
  if (node->negated) none(out);
  return true;
}

/* A number is true unless it is 0. */
static bool numbers_as_truths(const struct lanes *k, const struct node *node,
                              struct truths *out) {
  double x[LANES], zero[LANES];
  if (!lanes_numbers(k, node, x)) return false;
  fill(zero, 0);
  compare(k, out, '!', x, zero);
  return true;
}

/* As lanes_numbers; an item looked up by code needs no look at its numbers. */
bool lanes_truths(const struct lanes *k, const struct node *node, struct truths *out) {
  if (node->table) {
    bitmap_of_codes(k->simd, out->yes, node->only, k->first, k->count, node->table->yes);
    bitmap_of_codes(k->simd, out->unknown, node->only, k->first, k->count, node->table->unknown);
    return true;
  }
  switch (node->op) {
    case OP_AND: case OP_OR: return join(k, node, out);
    case OP_COMPARE: return compare_two(k, node, out);
    case OP_IN: return in_list(k, node, out);
    case OP_BETWEEN: return between(k, node, out);
    case OP_IS: return is_same(k, node, out);
    case OP_IS_TRUTH: return is_truth(k, node, out);
    case OP_NOT:
      if (!lanes_truths(k, node->child, out)) return false;
      none(out);
      return true;
    default: return numbers_as_truths(k, node, out);
  }
}

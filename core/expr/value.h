/* value.h - one value as SQL sees it: NULL, a whole number, a real number, or text.
 *
 * The rules are SQLite's ("Datatypes In SQLite", sqlite.org/datatype3.html), so that an
 * expression and a query over the same survey agree:
 *   - storage classes order NULL < numbers < text; text is compared by bytes
 *   - an operand of arithmetic that is text counts as its longest numeric prefix, or 0
 *   - a real number becomes text with 15 significant digits and always a point: 3.0, 1.0e+20
 *   - there is no NaN: it is NULL
 * Numbers from and to text go through base/number, so they are correctly rounded and do not
 * depend on the locale.
 *
 * Examples:
 *
 *   7 / 2 = 3              7 / 2.0 = 3.5         5 % 0 = NULL       NULL + 1 = NULL
 *   '3 pommes' + 1 = 4     'x' + 1 = 1           2 < '10' is true: numbers before text
 *   '10' = 10 is true under NUMERIC affinity, false under none
 *
 * A value is a small struct passed by copy; it owns nothing. Its text is lent and must
 * outlive it: texts of a column and of a dictionary do, texts made on the way live in the
 * arena of the run. No function here fails or takes memory; room for the text of a number is
 * the caller's.
 */
#ifndef EXPR_VALUE_H
#define EXPR_VALUE_H

#include "base/number.h"
#include "base/text.h"

/* In the order that typeof() names them and in which the classes sort, integers and reals
 * being one class. */
enum value_type { VALUE_NULL, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT };

struct value {
  union {
    int64_t i;
    double r;
    const char *s; /* lent: of a column, a dictionary, or an arena */
  } as;
  size_t n; /* bytes of a text */
  enum value_type type;
};

/* Which conversion a comparison asks of its operands (SQLite's column affinity).
 * NONE compares storage classes as they are; TEXT turns numbers to text first; NUMERIC turns
 * texts that are numbers as a whole to numbers first. */
enum affinity { AFFINITY_NONE, AFFINITY_TEXT, AFFINITY_NUMERIC };

/* BINARY compares bytes; NOCASE folds A to Z; RTRIM leaves blanks at the end out. */
enum collation { COLLATE_BINARY, COLLATE_NOCASE, COLLATE_RTRIM };

/* Three-valued logic, in the order that makes AND the minimum and OR the maximum. */
enum truth { TRUTH_FALSE = 0, TRUTH_UNKNOWN = 1, TRUTH_TRUE = 2 };

/* Constructors. value_real makes NULL of a NaN, so no value ever holds one. */
static inline struct value value_null(void) { return (struct value){.type = VALUE_NULL}; }
static inline struct value value_integer(int64_t i) {
  return (struct value){.as.i = i, .type = VALUE_INTEGER};
}
static inline struct value value_real(double r) {
  if (r != r) return value_null();
  return (struct value){.as.r = r, .type = VALUE_REAL};
}
static inline struct value value_text(struct text t) {
  return (struct value){.as.s = t.s, .n = t.n, .type = VALUE_TEXT};
}

/* A number of a survey: whole ones are integers, as in a column of NUMERIC affinity. -0
 * becomes 0; the two integers at the ends stay real, as in SQLite's columns. */
static inline struct value value_of_number(double number) {
  if (!(number > -0x1p63 && number < 0x1p63)) return value_real(number);
  int64_t i = (int64_t)number;
  return (double)i == number ? value_integer(i) : value_real(number);
}

/* The operand of arithmetic: text becomes its numeric prefix; NULL and numbers stay. */
struct value value_numeric(struct value v);

int64_t value_to_int(struct value v);   /* CAST AS INTEGER: towards zero, at the ends clamped */
double value_to_double(struct value v); /* CAST AS REAL; NULL is 0 */
/* NULL is unknown; a number is true unless it is 0; a text counts as its numeric prefix, so
 * 'x' is false. */
enum truth value_truth(struct value v);

/* The text of a value; a number is written into `room`. NULL gives an empty text. */
struct text value_as_text(struct value v, char room[NUMBER_ROOM]);

/* Text that is a number as a whole becomes that number; everything else stays. */
struct value value_apply_numeric(struct value v);

/* -1, 0, 1 for two values that are not NULL, by storage class; integers and reals are compared
 * exactly. */
int value_compare(struct value a, struct value b, enum collation collation);

/* The same after the conversions that `affinity` asks for. */
int value_compare_as(struct value a, struct value b, enum affinity affinity,
                     enum collation collation);

/* a op b for op in + - * / %: NULL when an operand is, or when dividing by zero; integers
 * that overflow continue as reals. */
struct value value_arithmetic(char op, struct value a, struct value b);

#endif

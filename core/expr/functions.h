/* functions.h - the functions of the expression language.
 *
 * A function sees values only, never rows or columns; words about an item itself (answered,
 * missing, has, ...) are found by word_find and evaluated in eval.c, since they need the
 * column. Adding a function means a row in the table of functions.c, its name in
 * expr_function_names, and a line in the reference of the language.
 */
#ifndef EXPR_FUNCTIONS_H
#define EXPR_FUNCTIONS_H

#include "expr/run.h"

/* The most arguments of any call, so that a row of them fits on the stack. */
enum { ARGUMENTS_MOST = 32 };

/* A row of the table. The checker has counted the arguments before `call` runs: least <=
 * count <= most. */
struct function {
  const char *name;
  unsigned least, most; /* arguments */
  /* Sets *out from `count` arguments; fails only on memory or a limit. */
  bilan_status (*call)(struct run *run, struct value *out, const struct value *args,
                       size_t count);
};

/* By name, case aside; NULL when there is none. */
const struct function *function_find(struct text name);

/* Survey words by name (answered, missing, has, ticked, label, value), or WORDS. */
enum word word_find(struct text name);

#endif

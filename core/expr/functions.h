/* functions.h - the functions of the expression language. */
#ifndef EXPR_FUNCTIONS_H
#define EXPR_FUNCTIONS_H

#include "expr/run.h"

enum { ARGUMENTS_MOST = 32 };

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

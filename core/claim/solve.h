/* solve.h - is there a whole-number solution? Linear inequalities over bounded integers.
 *
 * Idea. Each variable has a range; each row says  sum a_i * x_i <= b.  Propagation tightens
 * ranges: if the smallest possible value of a row, m = sum min(a_i x_i), is above b, there is
 * no solution; otherwise x_i may not add more than b - m to its own smallest term. When nothing
 * tightens any more, the search halves the range of one variable and tries both halves, depth
 * first; a trail undoes what a half had tightened. (Bounds propagation as in K. Marriott,
 * P. J. Stuckey, "Programming with Constraints", 1998, chapter 3.)
 *
 * Exact: "no" is given only when every half was refuted, "yes" only with values that satisfy
 * every row. When `steps` row visits are used up, the answer is "limit": not known.
 *
 * Order. Variables of a lower rank are settled first; within rank 0 the widest range, in later
 * ranks the narrowest. Each variable has an aim: the half that holds it (or is nearer) comes
 * first, so that the first solution is near the aims. A variable alone in the lowest rank with
 * its aim below its range is thereby minimised. No randomness: same input, same answer.
 *
 * In use, x + y = 7 and x <= 3:
 *     solver_new(b, &s);
 *     solver_add_variable(b, s, &x, (struct solve_variable){.lo = 0, .hi = 3});
 *     solver_add_variable(b, s, &y, (struct solve_variable){.lo = 0, .hi = 9});
 *     solver_add_row(b, s, (struct solve_term[]){{x, 1}, {y, 1}}, 2, 7);
 *     solver_add_row(b, s, (struct solve_term[]){{x, -1}, {y, -1}}, 2, -7);
 *     solver_run(b, s, &verdict, 1000, NULL);
 *     if (verdict == SOLVE_YES) ... solver_value(s, x), solver_value(s, y) ...
 *     solver_free(b, s);
 * A solver is run once: the search leaves the ranges narrowed.
 *
 * Numbers. |a_i| * |x_i| summed over a row must stay below 2^62: the caller's duty (see
 * table.h, where shares have at most 6 decimals and bases are at most 10^7).
 *
 * Ownership. A solver owns blocks of the handle's allocator; solver_free releases them.
 */
#ifndef CLAIM_SOLVE_H
#define CLAIM_SOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/handle.h"

enum solve_verdict { SOLVE_NO, SOLVE_YES, SOLVE_LIMIT };

/* Values lo to hi, both included; `aim` and `rank` only order the search, never the verdict. */
struct solve_variable {
  int64_t lo, hi, aim;
  int rank;
};

/* factor * variable, a part of a row. A factor of 0 is left out. */
struct solve_term {
  size_t variable;
  int64_t factor;
};

struct solver;

bilan_status solver_new(bilan *b, struct solver **out);
void solver_free(bilan *b, struct solver *s); /* NULL is fine */

/* A new variable; its number is *out. An empty range (lo > hi) makes the answer "no". */
bilan_status solver_add_variable(bilan *b, struct solver *s, size_t *out,
                                 struct solve_variable v);

/* The row  sum factor * variable <= bound. */
bilan_status solver_add_row(bilan *b, struct solver *s, const struct solve_term *terms,
                            size_t count, int64_t bound);

/* Searches. After SOLVE_YES, solver_value gives the values found. `steps` is the most row
 * visits allowed; *used (may be NULL) receives how many were made. */
bilan_status solver_run(bilan *b, struct solver *s, enum solve_verdict *out, uint64_t steps,
                        uint64_t *used);

int64_t solver_value(const struct solver *s, size_t variable);

#endif

/* stages.h - how the stages of a design come about; for the files of this floor alone.
 *
 * Whoever builds stages gives every row a unit and every unit a stratum (labels in declare.c,
 * older numbers in take.c); what follows from them is worked out here once: n_h, the factor of
 * each stratum, and the rule for lonely units.
 *
 * Order of the making, each step reading what the one before has filled:
 *
 *   design_new       stages, empty           unit, stratum, population    the builder
 *   stage_count      sampled; drops `unit` where rows are units
 *   stages_weigh     factor, centre_all      from sampled and population, stage 0 first
 *   design_count     df                      from the weights and the first stage
 *
 * The stages of a design lie in one counted block, because a design with other weights shares
 * them: stages_hold and stages_free look at the count, which stands before the first stage.
 */
#ifndef DESIGN_STAGES_H
#define DESIGN_STAGES_H

#include "base/number.h"
#include "design/design.h"

/* `count` empty stages with one owner; NULL when memory runs out. */
struct stage *stages_new(struct mem *mem, size_t count);
struct stage *stages_hold(struct stage *stages);
void stages_free(struct mem *mem, struct stage *stages, size_t count); /* NULL is fine */

/* An empty design of so many rows and stages, one owner. BILAN_NOMEM; BILAN_LIMIT beyond 2^32 - 2
 * rows, since units are numbered by row. */
bilan_status design_new(bilan *b, struct design **out, size_t rows, size_t stage_count);

/* The unit of a row, the stratum of a unit, the stratum of a row: NULL stands for the identity
 * (rows are units) and for one stratum, number 0. */
static inline size_t stage_unit(const struct stage *s, size_t row) {
  return s->unit ? s->unit[row] : row;
}
static inline size_t unit_stratum(const struct stage *s, size_t unit) {
  return s->stratum ? s->stratum[unit] : 0;
}
static inline size_t stage_stratum(const struct stage *s, size_t row) {
  return unit_stratum(s, stage_unit(s, row));
}

/* Is a stratum its whole population, 1 - n / N being this? A share that is said as a fraction is
 * rounded (0.9999999), hence not only at 0. */
static inline bool is_census(double unsampled) { return unsampled < 1e-7; }

/* The first row of a stratum; rows when it has none. One pass. */
size_t stage_first_row(const struct design *d, size_t stage, size_t stratum);

/* Columns that name strata and units in messages; any may be NULL, lent. */
struct stage_names {
  const struct column *strata[STAGES_MOST];
  const struct column *clusters[STAGES_MOST];
};

/* The label of a row of CODES, TEXT or NUMBERS for a message: at most 60 bytes of it, whole
 * characters. A number is written into `room`. */
struct text stage_label(char room[NUMBER_ROOM], const struct column *c, size_t row);

/* The stratum of a row in words: stratum "A" (row 3). */
void stage_name(struct buffer *out, const struct stage_names *names, size_t stage, size_t row);

/* stages[s].sampled from unit and stratum: room for it, and the count; the order of rows by unit of
 * stage 0. Where every row is a unit of its own the numbers of rows are dropped. */
bilan_status stage_count(bilan *b, struct design *d, size_t stage);

/* Factors of all stages from sampled and population, with the rule for lonely units. BILAN_DATA:
 * lonely strata under LONELY_FAIL, named. */
bilan_status stages_weigh(bilan *b, struct design *d, const struct stage_names *names);

/* Room of a design for degrees of freedom by group; NULL when memory runs out. */
struct degrees_kept *degrees_new(struct mem *mem);
void degrees_free(struct mem *mem, struct degrees_kept *kept); /* NULL is fine */

/* What a look at weights finds. */
struct weights_seen {
  bool fine; /* every one is finite and not negative */
  bool any;  /* some are positive */
  bool all;  /* all are positive */
};
struct weights_seen weights_look(const double *weight, size_t rows);

/* Counts the degrees of freedom of all rows, once weights and stages are there. all_weigh:
 * everybody's weight is positive. */
bilan_status design_count(bilan *b, struct design *d, bool all_weigh);

#endif

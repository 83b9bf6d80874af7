/* glm_model.h - the right side of a regression: which rows are in, and the columns they make.
 *
 * A model is a list of terms, each a product of atoms: numbers, or items whose levels stand for
 * indicators. A number makes one column, an item of k levels k - 1 (treatment contrasts: every
 * level against the first), a product all products of its atoms' columns, the first atom running
 * fastest. Names are those of R: "ell", "stypeH", "stypeH:ell", "(Intercept)".
 *
 * Which coding an item gets within a term (Chambers & Hastie, Statistical Models in S, 1992, 2.4):
 * contrasts where the model also has the term without that item, else an indicator for every
 * level, so that the columns of a term and its margins span all its cells. Of a model without an
 * intercept the first item gets all levels.
 *
 * Rows that have no answer to the response, an atom or the offset leave, and are counted by kind;
 * the rest is a domain of the sample like any other. Levels nobody of these has are no levels: the
 * first of the others is the reference.
 *
 * Columns that depend on earlier ones are set aside (`aliased`); the others are `kept`.
 *
 * The design matrix is never stored: model_row writes one row. Owner: model_free. Everything of
 * the spec is lent while the model lives. Cost: a pass over the rows for the domain, one of
 * columns^2 a row for the dependences; memory 8 bytes a row.
 */
#ifndef STAT_GLM_MODEL_H
#define STAT_GLM_MODEL_H

#include "stat/estimate.h"

/* Parts of one product at most; columns of one model, whose matrices are then 2 MB. */
enum { TERM_ATOMS = 6, MODEL_COLUMNS = 500, NO_TERM = -1 };

/* What terms are made of: an item as numbers, or as levels. */
struct model_atom {
  const struct column *column; /* CODES where `factor`, else numeric */
  struct text name;
  bool factor;
  bool sorted;                 /* factor: levels by number or label; else as in the dictionary */
  uint32_t reference;          /* factor: code of the first level; 0: the first of the order */
};

/* A product, "a:b"; a main effect is one of a single atom. */
struct model_term {
  struct text name;            /* of its test; lent */
  size_t atoms[TERM_ATOMS];    /* in the order of the spec's atoms, each once */
  size_t count;
};

/* The right side as it was asked for; everything in it is lent while the model lives. */
struct model_spec {
  const struct column *response; /* a row without an answer to it leaves */
  const struct model_atom *atoms;
  size_t atom_count;
  const struct model_term *terms; /* main effects first */
  size_t term_count;
  bool intercept;
  const struct column *offset; /* added to the linear predictor; NULL: none */
};

/* The levels of an item in this model. */
struct model_levels {
  uint32_t *codes; /* [count], the first is the reference; NULL for a number */
  size_t count;
  uint32_t *place; /* [code] -> index in codes, UINT32_MAX for none */
};

/* One column of the design matrix, an indicator times numbers. */
struct model_column {
  int term;                   /* NO_TERM: the intercept */
  struct text name;           /* owned by the model */
  uint32_t level[TERM_ATOMS]; /* of each atom of its term; unused for numbers */
  bool aliased;               /* depends on earlier columns: not kept, has no coefficient */
};

/* A spec at work on a sample. Arrays by row have row_count entries, in the order of the table. */
struct model {
  struct mem *mem;
  struct model_spec spec;
  struct model_levels *levels; /* [atom] */
  struct model_column *columns; /* [count], with room for `room` */
  size_t count, room;
  size_t *kept;                /* [kept_count] columns that are not aliased, rising */
  size_t kept_count;
  struct domain *domain;       /* complete rows */
  size_t *rows;                /* their numbers */
  double *weights;             /* [row_count], mean 1 */
  double mean_weight;          /* of the base by design: weights[i] * mean_weight is row i's */
  size_t row_count;
  int64_t n;                   /* complete rows of positive weight */
  int64_t missing[BILAN_MISSING_KINDS]; /* rows of positive weight that left; [0]: their sum */
  double *number;              /* [atom] scratch of model_row */
  uint32_t *level;             /* [atom] */
};

/* BILAN_DATA when no row is complete or an item has no level; BILAN_LIMIT beyond MODEL_COLUMNS;
 * BILAN_NOMEM. *m is to be freed only when this succeeded. */
bilan_status model_open(bilan *b, struct model *m, const struct sample *sample,
                        const struct model_spec *spec);
void model_free(struct model *m); /* idempotent */

/* The kept columns of complete row i in x[kept_count]. */
void model_row(struct model *m, double *x, size_t i);
/* What the offset adds at complete row i. */
double model_offset(const struct model *m, size_t i);

/* Levels of a column of codes that complete rows have, in the order of an atom's levels. For
 * responses in order. The caller frees codes and place. */
bilan_status model_levels_of(bilan *b, struct model_levels *out, const struct model *m,
                             const struct column *column, bool sorted, uint32_t reference);

#endif

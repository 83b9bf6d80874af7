/* recode.h - new columns from old answers: levels renamed and ordered, kinds of missing
 * declared, several-answer items made, waves stacked. Nothing here looks at a row more than
 * once: a recode of levels is a table look-up. */
#ifndef DATA_RECODE_H
#define DATA_RECODE_H

#include "data/domain.h"
#include "data/table.h"

/* The codes of `c` (CODES) mapped to the codes of `to`: the answer of old code k becomes
 * map[k] (dict_count(c->dict) entries). One hold of `to` is taken over, also on failure. */
bilan_status column_relevel(bilan *b, struct column **out, const struct column *c,
                            const uint32_t *map, struct dict *to);

/* A numeric column with some values declared missing: value values[i] becomes kinds[i]. */
bilan_status column_declare_missing(bilan *b, struct column **out, const struct column *c,
                                    const double *values, const bilan_missing *kinds,
                                    size_t count);

/* The column with blanks outside the universe turned into BILAN_NOT_ASKED. Answers outside it
 * stay; *strays counts them. */
bilan_status column_universe(bilan *b, struct column **out, size_t *strays, struct column *c,
                             const struct domain *universe);

/* An item with several answers from one field: "maths; biologie" split at `separator`, parts
 * trimmed, a part named twice counted once. Options stand in the order of `options` (a
 * dictionary, one hold taken over; NULL: by first appearance). A blank is no answer. An
 * option that `options` lacks is added behind the others when `open`, else BILAN_DATA. */
bilan_status column_split(bilan *b, struct column **out, const struct column *c,
                          struct text separator, struct dict *options, bool open);

/* What the levels of one column per option mean. */
struct tick_rule {
  const struct text *ticked; /* labels that mean yes; other answers mean no */
  size_t count;
  bool blank_is_no; /* a blank means "not ticked": exports that write a mark or nothing */
  bool empty_is_none; /* and a row of blanks has answered: there is no box for "none of these" */
};

/* An item with several answers from one column per option (CODES or numeric; `labels` names
 * the options). A row with no answer in any column has no answer at all, unless empty_is_none. */
bilan_status column_group(bilan *b, struct column **out, struct column *const *columns,
                          const struct text *labels, size_t count, struct tick_rule rule);

/* A SET without one of its options: the box "none of these", say, which is an answer but no
 * option. Who ticked it alone has answered and ticked nothing. BILAN_USAGE: no such option. */
bilan_status column_without_option(bilan *b, struct column **out, const struct column *set,
                                   struct text option);

/* The rows of `below` under those of `above`: items by name, in the order of `above`, then
 * those that `below` alone has; an item that one of them lacks is BILAN_NOT_ASKED there.
 * BILAN_USAGE when an item is a number in one and text in the other. */
bilan_status table_stack(bilan *b, struct table **out, const struct table *above,
                         const struct table *below);

/* All rows of `left` with the items of `right` whose `key` answer is the same (right's key is
 * unique, else BILAN_DATA); without a match they are BILAN_NOT_ASKED. Names that both have besides
 * the key are BILAN_USAGE. */
bilan_status table_join(bilan *b, struct table **out, const struct table *left,
                        const struct table *right, struct text key);

#endif

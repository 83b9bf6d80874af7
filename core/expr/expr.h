/* expr.h - SQL expressions over the items of a survey: parsed once, checked against a table,
 * evaluated column by column.
 *
 *   struct expr *e;
 *   status = expr_parse(b, &e, text_of("age >= 15 and genre in ('fille', 'autre')"));
 *   if (!status) status = expr_filter(b, &domain, e, table);
 *   expr_free(e);
 *
 * The language is SQLite's expression language (sqlite.org/lang_expr.html) without queries:
 *   literals     12  3.5  1e3  0x1F  'text' ('' for one quote)  NULL  TRUE  FALSE
 *   items        niveau  école  "a name with blanks"  [the same]  `the same`
 *   operators    unary + - ~, COLLATE, ||, * / %, + -, & | << >>, < <= > >=,
 *                = == <> != IS [NOT] [DISTINCT FROM] [NOT] IN BETWEEN LIKE (ESCAPE) GLOB
 *                ISNULL NOTNULL NOT NULL, NOT, AND, OR; strongest first
 *   forms        CASE [x] WHEN .. THEN .. [ELSE ..] END, CAST(x AS INTEGER|REAL|TEXT|NUMERIC)
 *   functions    see functions.c
 *   comments     -- to the end of the line, and between slash-star and star-slash
 *
 * What an item is worth in an expression:
 *   a number            an integer when it is whole, else a real: SQL's 7 / 2 is 3
 *   an item with levels its label, as text; value(item) is the level's number
 *   free text           the text
 *   several answers     the labels that were ticked, joined by ";"
 *   no answer           NULL, whatever its kind; missing(item) tells the kind
 * Words for surveys: answered(item) 1 or 0; missing(item) 'no answer', 'not asked',
 * "don't know", 'refused' or NULL; has(item, 'option') 1, 0 or NULL; ticked(item) how many;
 * label(item), value(item).
 *
 * Different from SQLite, on purpose: lower and upper know letters beyond ASCII; "..." is
 * always a name, never a text; texts may hold NUL; decimal texts become the nearest double;
 * round works on the exact binary value, ties away from zero; abs and sums never fail on
 * overflow, they go on as reals.
 *
 * Errors are BILAN_USAGE and point: "column 12: no item "gendre"; did you mean "genre"?",
 * then the line of the expression and a caret under the place.
 *
 * Cost: a part that depends on one coded item only is worked out once per level and then
 * looked up by code; the rest goes through blocks of 1024 rows.
 */
#ifndef EXPR_EXPR_H
#define EXPR_EXPR_H

#include "data/domain.h"
#include "data/table.h"

/* An expression belongs to the handle that parsed it, and to one thread at a time: binding
 * writes into its tree. */
struct expr;

/* Limits, so that an expression from a stranger costs a bounded amount of memory and stack.
 * What goes over fails with BILAN_LIMIT. */
enum {
  EXPR_TEXT_MOST = 1 << 20, /* bytes of an expression */
  EXPR_DEPTH_MOST = 400,    /* nested parentheses; terms of one chain; levels of the tree */
  EXPR_NODES_MOST = 50000,
  EXPR_VALUE_MOST = 1 << 22 /* bytes of one text that an expression makes */
};

/* Parses; the source is copied. Free with expr_free. */
bilan_status expr_parse(bilan *b, struct expr **out, struct text source);
/* Gives the table back that the last binding held. */
void expr_free(struct expr *e); /* NULL is fine */

/* Looks up items, functions and options, and holds the table until the next binding or
 * expr_free. The two calls below bind by themselves. */
bilan_status expr_bind(bilan *b, struct expr *e, struct table *t);

/* The rows where the expression is true (NULL and false are out). */
bilan_status expr_filter(bilan *b, struct domain **out, struct expr *e, struct table *t);

/* The values as a new column: NUMBERS (kind BILAN_NUMBER) when every value is a number or
 * NULL, else CODES, BILAN_SINGLE up to 256 levels and BILAN_TEXT above. Levels stand in the
 * order of the branches of an outermost CASE, else in the order of the item's own levels when
 * the expression depends on one item only, else in order of appearance. A NULL takes the
 * kind of missing of the first item of the expression that has no answer in that row. */
bilan_status expr_derive(bilan *b, struct column **out, bilan_kind *kind, struct expr *e,
                         struct table *t);

/* Which items the expression names: sets used[place] for each, `used` having an entry per item
 * of the table. A name that is no item is passed over: binding reports it. */
void expr_items(const struct expr *e, const struct table *t, bool *used);

/* Names of all functions, in alphabetical order, for help texts; ends with NULL. */
const char *const *expr_function_names(void);

#endif

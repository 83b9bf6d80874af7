/* verbs.c - new surveys from old ones; see bilan.h section 4. The table or the domain is new,
 * all else is shared.
 *
 *   bilan_where    same table, domain smaller        bilan_select   fewer items, same domain
 *   bilan_derive   one item more (or replaced)       bilan_split    one item replaced by a SET
 *
 * Nothing changes the survey it is given. Columns are shared, so a verb costs its new column
 * or domain, not a copy of the data. Failure: BILAN_USAGE with the verb in front and, for an
 * expression, its line with a caret; BILAN_LIMIT; BILAN_NOMEM. *out is then untouched.
 */
#include "api/api.h"
#include "data/recode.h"
#include "expr/expr.h"

/* A survey with another table and domain (both taken over), the source and the design of
 * `from`: no verb here changes rows. */
static bilan_status remake(bilan *b, bilan_survey **out, const bilan_survey *from,
                           struct table *table, struct domain *domain) {
  bilan_status status = survey_make(b, out, table, domain, source_hold(from->source));
  if (!status && from->design) (*out)->design = design_hold(from->design);
  return status;
}

/* The message of a fault in an expression, with the verb in front.
 * The message is copied first: fail writes into the place it comes from. */
static bilan_status name_verb(bilan *b, bilan_status status, const char *verb) {
  char message[MESSAGE_ROOM];
  if (status != BILAN_USAGE && status != BILAN_LIMIT) return status;
  struct text t = text_of(b->message);
  for (size_t i = 0; i <= t.n; i++) message[i] = t.s[i];
  return fail(b, status, "%s: %s", verb, message);
}

/* ---- where ------------------------------------------------------------------------------- */

/* The domain of an expression over all rows. */
static bilan_status filter(bilan *b, struct domain **out, const bilan_survey *survey,
                           const char *expression) {
  struct expr *e = NULL;
  bilan_status status = expr_parse(b, &e, text_of(expression));
  if (!status) status = expr_filter(b, out, e, survey->table);
  expr_free(e);
  return name_verb(b, status, "where");
}

/* The new domain is within the old one.
 * NULL and false rows are out. Wordings stay those of the survey it comes from. */
bilan_status bilan_where(bilan *b, bilan_survey **out, const bilan_survey *survey,
                         const char *expression) {
  struct domain *found = NULL, *both = NULL;
  bilan_survey *made = NULL;
  bilan_status status = survey_check(b, survey);
  if (!status && !expression) status = fail(b, BILAN_USAGE, "where: the expression is NULL");
  if (!status) status = filter(b, &found, survey, expression);
  if (!status) status = domain_and(b, &both, survey->domain, found);
  domain_free(found);
  if (!status) status = remake(b, &made, survey, table_hold(survey->table), both);
  if (status) return status;
  for (size_t i = 0; i < table_count(made->table); i++) made->wording[i] = survey->wording[i];
  *out = made;
  return BILAN_OK;
}

/* ---- derive and split -------------------------------------------------------------------- */

/* The survey with one column new (taken over, also on failure); other items keep their
 * wording, and so does that one when `keep`. */
static bilan_status with_column(bilan *b, bilan_survey **out, const bilan_survey *survey,
                                struct text name, bilan_kind kind, struct column *c,
                                bool keep) {
  struct table *table = NULL;
  bilan_survey *made = NULL;
  size_t place = table_find(survey->table, name), count = table_count(survey->table);
  bilan_status status = table_with(b, &table, survey->table, name, kind, c);
  if (!status) status = remake(b, &made, survey, table, domain_hold(survey->domain));
  if (status) return status;
  for (size_t i = 0; i < count; i++)
    if (i != place || keep) made->wording[i] = survey->wording[i];
  *out = made;
  return BILAN_OK;
}

/* Any name that is not empty will do; quotes make every name usable in an expression. */
static bilan_status check_name(bilan *b, const char *verb, const char *name) {
  size_t bad;
  if (!name || !*name) return fail(b, BILAN_USAGE, "%s: the new item has no name", verb);
  if (text_is_utf8(text_of(name), &bad)) return BILAN_OK;
  return fail(b, BILAN_USAGE, "%s: the name of the new item is not UTF-8", verb);
}

/* Worked out for all rows, selected or not: a later survey may ask for them.
 * The kind follows from the values. The new item has no wording. */
bilan_status bilan_derive(bilan *b, bilan_survey **out, const bilan_survey *survey,
                          const char *name, const char *expression) {
  struct expr *e = NULL;
  struct column *c = NULL;
  bilan_kind kind = BILAN_NUMBER;
  bilan_status status = survey_check(b, survey);
  if (!status) status = check_name(b, "derive", name);
  if (!status && !expression) status = fail(b, BILAN_USAGE, "derive: the expression is NULL");
  if (status) return status;
  status = expr_parse(b, &e, text_of(expression));
  if (!status) status = expr_derive(b, &c, &kind, e, survey->table);
  expr_free(e);
  if (status) return name_verb(b, status, "derive");
  return with_column(b, out, survey, text_of(name), kind, c, false);
}

/* The new item has the place and the wording of the old one.
 * Texts such as "a;b" become ticks of options a and b. */
bilan_status bilan_split(bilan *b, bilan_survey **out, const bilan_survey *survey,
                         const char *item, const char *separator) {
  size_t place;
  struct column *c = NULL, *texts = NULL;
  bilan_status status = survey_check(b, survey);
  if (!status) status = survey_place(b, &place, survey, item);
  if (!status && !separator) status = fail(b, BILAN_USAGE, "the separator is NULL");
  if (!status) status = table_get(b, &texts, survey->table, place);
  if (!status) status = column_split(b, &c, texts, text_of(separator), NULL, true);
  if (status) return name_verb(b, status, "split");
  return with_column(b, out, survey, text_of(item), BILAN_MULTIPLE, c, true);
}

/* ---- select ------------------------------------------------------------------------------ */

/* All names before anything is made.
 * `places` has room for count of them; the first unknown name is told. */
static bilan_status find_places(bilan *b, size_t *places, const bilan_survey *survey,
                                const char *const *names, size_t count) {
  bilan_status status = BILAN_OK;
  for (size_t i = 0; !status && i < count; i++)
    status = survey_place(b, &places[i], survey, names[i]);
  return status;
}

/* Wordings move with their items.
 * The order is that of the names. */
bilan_status bilan_select(bilan *b, bilan_survey **out, const bilan_survey *survey,
                          const char *const *names, size_t count) {
  struct table *table = NULL;
  bilan_survey *made = NULL;
  bilan_status status = survey_check(b, survey);
  if (!status && count && !names) status = fail(b, BILAN_USAGE, "the names are NULL");
  if (status) return status;
  size_t *places = mem_array(&b->mem, count, sizeof *places);
  if (!places) return fail_nomem(b);
  status = find_places(b, places, survey, names, count);
  if (!status) status = table_select(b, &table, survey->table, places, NULL, count);
  if (!status) status = remake(b, &made, survey, table, domain_hold(survey->domain));
  if (!status) {
    for (size_t i = 0; i < count; i++) made->wording[i] = survey->wording[places[i]];
    *out = made;
  }
  mem_free(&b->mem, places);
  return status;
}

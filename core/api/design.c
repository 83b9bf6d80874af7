/* design.c - how a sample was drawn, by item names; see bilan.h section 4.
 *
 * Items become the columns of a struct design_spec, which the engine checks against the rows; the
 * survey that comes out shares the table, the domain and the source of the one it was given.
 *
 *   bilan_design_options       struct design_spec
 *   weights = "w"              weight = the column of w, numbers
 *   strata[0] = "region"       strata[0] = the column of region
 *   clusters[0] = "school"     clusters[0], cluster_count = 1
 *   fpc[0] = "schools"         fpc[0], fpc_count = 1
 *   nest = 1, lonely = NULL    nest = true, LONELY_FAIL
 *
 * and the survey that comes of it:
 *
 *   survey --> table, domain, source, wording          made --> the same, one hold more each
 *                                                      made --> design (its own)
 *
 * A design is of all rows, selected or not, so bilan_where before or after makes no difference.
 * Owner: the survey holds the design, as its table. Failure: BILAN_USAGE with the option and the
 * nearest item, BILAN_DATA in the words of design.h, BILAN_NOMEM; *out is then untouched.
 */
#include <string.h>

#include "api/api.h"

/* What reading the options needs. */
struct reading {
  bilan *b;
  const bilan_survey *survey; /* whose items are named; lends the columns */
  struct design_spec spec;    /* as far as it has been read; zeroed: a simple random sample */
};

/* The item of an option, NULL where it names none (`name` NULL). `numbers`: labels are refused; a
 * set of answers is no label of anything. BILAN_USAGE with the option's name, and the nearest
 * item. */
static bilan_status read_item(struct reading *r, struct column **out, const char *option,
                              const char *name, bool numbers) {
  size_t place;
  *out = NULL;
  if (!name) return BILAN_OK;
  bilan_status status = survey_place(r->b, &place, r->survey, name);
  struct column *c = NULL;
  if (!status) status = table_get(r->b, &c, r->survey->table, place);
  if (status) return status;
  if (c->type == COLUMN_SET)
    return fail(r->b, BILAN_USAGE, "design: %s: \"%s\" has several answers a respondent", option,
                name);
  if (numbers && !column_is_numeric(c))
    return fail(r->b, BILAN_USAGE, "design: %s: \"%s\" has no numbers", option, name);
  *out = c;
  return BILAN_OK;
}

/* The items of one stage. The last stage with a cluster ends the list of clusters; one behind a
 * gap would go unheard, so it is refused. */
static bilan_status read_stage(struct reading *r, const bilan_design_options *o, size_t stage) {
  struct column *fpc = NULL;
  bilan_status status =
      read_item(r, &r->spec.strata[stage], "strata", o->strata[stage], false);
  if (!status)
    status = read_item(r, &r->spec.clusters[stage], "clusters", o->clusters[stage], false);
  if (!status) status = read_item(r, &fpc, "fpc", o->fpc[stage], true);
  if (status) return status;
  if (r->spec.clusters[stage]) {
    if (r->spec.cluster_count != stage)
      return fail(r->b, BILAN_USAGE,
                  "design: clusters: NULL ends the list, but an item follows");
    r->spec.cluster_count = stage + 1;
  }
  r->spec.fpc[stage] = fpc;
  if (fpc) r->spec.fpc_count = stage + 1;
  return BILAN_OK;
}

/* The rule by its word, one of lonely_names; NULL is "fail", the first of them. */
static bilan_status read_lonely(struct reading *r, const char *word) {
  for (int i = 0; word && lonely_names[i]; i++) {
    if (strcmp(lonely_names[i], word) != 0) continue;
    r->spec.lonely = (enum lonely)i;
    return BILAN_OK;
  }
  if (!word) return BILAN_OK;
  return fail(r->b, BILAN_USAGE,
              "design: lonely: \"%s\" is none of fail, adjust, certainty, average", word);
}

/* All options, weights first: the version before anything, since a struct of another version may
 * end sooner. */
static bilan_status read_options(struct reading *r, const bilan_design_options *o) {
  struct column *weight = NULL;
  bilan_status status = version_check(r->b, o->version, "BILAN_DESIGN_OPTIONS");
  if (!status) status = read_item(r, &weight, "weights", o->weights, true);
  for (size_t stage = 0; !status && stage < STAGES_MOST; stage++)
    status = read_stage(r, o, stage);
  if (!status) status = read_lonely(r, o->lonely);
  r->spec.weight = weight;
  r->spec.nest = o->nest != 0;
  return status;
}

/* The new survey takes over the design in every case; survey_make takes over the three holds,
 * also on failure. A survey that had a design before keeps it: it is another survey. Wordings are
 * pointers to texts that the source keeps. */
static bilan_status with_design(bilan *b, bilan_survey **out, const bilan_survey *survey,
                                struct design *design) {
  bilan_survey *made = NULL;
  bilan_status status = survey_make(b, &made, table_hold(survey->table),
                                    domain_hold(survey->domain), source_hold(survey->source));
  if (status) {
    design_free(design);
    return status;
  }
  made->design = design;
  for (size_t i = 0; i < table_count(made->table); i++) made->wording[i] = survey->wording[i];
  *out = made;
  return BILAN_OK;
}

_Static_assert((int)BILAN_STAGES == (int)STAGES_MOST, "as many stages outside as inside");

/* Options that are NULL declare a simple random sample of the rows. */
bilan_status bilan_survey_design(bilan *b, bilan_survey **out, const bilan_survey *survey,
                                 const bilan_design_options *options) {
  static const bilan_design_options usual = BILAN_DESIGN_OPTIONS;
  struct reading r = {.b = b, .survey = survey};
  struct design *design = NULL;
  bilan_status status = survey_check(b, survey);
  if (!status) status = read_options(&r, options ? options : &usual);
  if (!status) status = design_declare(b, &design, table_rows(survey->table), &r.spec);
  return status ? status : with_design(b, out, survey, design);
}

/* 0 without a design: PSUs and strata of its first stage. */
int bilan_survey_design_size(const bilan_survey *survey, size_t *strata, size_t *psus) {
  const struct design *d = survey->design;
  *strata = d ? d->stages[0].strata : 0;
  *psus = d ? d->stages[0].units : 0;
  return d != NULL;
}

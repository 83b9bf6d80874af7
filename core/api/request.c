/* request.c - items and options by name -> what the estimators take; see api.h.
 *
 * Every message starts with the verb and names the option, item or level, and the nearest
 * right name. Options that a verb does not know are refused, so that a setting never goes
 * unheard.
 *
 * Example of a message:  crosstab: percent: "colum" is none of col, row, total, none
 *
 * Invariants: the bits of set_options, of the enum in request.h and the names in check_known
 * are in one order; held[] has room for all that a request can make (HELD_MOST);
 * request_close may be called after any failure. Cost: a look through the names of items and,
 * for numbers that become groups, a pass over the rows.
 */
#include "api/request.h"

#include <string.h>

#include "base/names.h"
#include "base/number.h"

enum { CATEGORIES_MOST = 10000, NAMED_LEVELS = 256 };

/* "verb: what: why", and "verb: "item" why" for an item.
 * An empty `what` leaves the middle out. */
static bilan_status refuse(const struct request *r, const char *what, const char *why) {
  return fail(r->b, BILAN_USAGE, "%s: %s%s%s", r->verb, what, *what ? ": " : "", why);
}

/* `why` continues the name: "has no numbers". */
static bilan_status refuse_item(const struct request *r, const char *name, const char *why) {
  return fail(r->b, BILAN_USAGE, "%s: \"%s\" %s", r->verb, name, why);
}

/* ---- options ----------------------------------------------------------------------------- */

/* The options that are set, as bits.
 * An option counts as set when it differs from what the initialiser put there. */
static unsigned set_options(const bilan_estimate_options *o) {
  const bool set[] = {o->by[0] || o->by[1] || o->by[2], o->level != NULL, o->interval != NULL,
                      o->base != NULL, o->sort != NULL, o->include_missing != 0,
                      o->net_count > 0, o->weights != NULL, o->p || o->p_count,
                      o->rule != NULL, o->percent != NULL, o->letters != 0, o->alpha != 0,
                      o->adjust != NULL, o->smallest > 0, o->no_total != 0};
  unsigned bits = 0;
  for (unsigned i = 0; i < sizeof set / sizeof *set; i++) bits |= (unsigned)set[i] << i;
  return bits;
}

/* The first option that is set but not known is named. */
static bilan_status check_known(struct request *r, unsigned known) {
  static const char *const names[] = {"by",      "level",  "interval", "base",
                                      "sort",    "include_missing",    "nets", "weights",
                                      "p",       "rule",   "percent",  "letters",
                                      "alpha",   "adjust", "smallest", "no_total"};
  unsigned strange = set_options(&r->options) & ~known;
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (strange >> i & 1) return refuse(r, names[i], "this estimate has no such option");
  return BILAN_OK;
}

/* NaN and 1 are refused. */
bilan_status request_fraction(struct request *r, double *out, const char *option, double given,
                              double usual) {
  if (!(given >= 0 && given < 1)) return refuse(r, option, "expected a number between 0 and 1");
  *out = given > 0 ? given : usual;
  return BILAN_OK;
}

/* Without a word *out stays, so the caller puts the usual choice there. The message lists
 * all words. */
bilan_status request_choice(struct request *r, int *out, const char *option,
                            const char *const *names, const char *word) {
  struct buffer all;
  if (!word) return BILAN_OK;
  for (int i = 0; names[i]; i++) {
    if (strcmp(names[i], word) != 0) continue;
    *out = i;
    return BILAN_OK;
  }
  buffer_init(&all, &r->b->mem);
  for (size_t i = 0; names[i]; i++) {
    if (i) buffer_string(&all, ", ");
    buffer_string(&all, names[i]);
  }
  bilan_status status =
      all.failed ? fail_nomem(r->b)
                 : fail(r->b, BILAN_USAGE, "%s: %s: \"%s\" is none of %s", r->verb, option, word,
                        all.s);
  buffer_free(&all);
  return status;
}

/* ---- items ------------------------------------------------------------------------------- */

/* NULL and unknown names are refused with the nearest name. */
bilan_status request_item(struct request *r, struct column **out, const char *name) {
  size_t place;
  bilan_status status = survey_place(r->b, &place, r->survey, name);
  return status ? status : table_get(r->b, out, r->survey->table, place);
}

/* Levels with scores are numbers too. */
bilan_status request_measure(struct request *r, struct column **out, const char *name) {
  struct column *c;
  bilan_status status = request_item(r, &c, name);
  if (status) return status;
  if (!column_is_numeric(c)) return refuse_item(r, name, "has no numbers");
  *out = c;
  return BILAN_OK;
}

/* An item of codes is held, others are made into codes for this request.
 * Beyond 10000 distinct answers it is a mistake, not a grouping; the message says what to
  * do. */
bilan_status request_codes(struct request *r, struct column **out, bool *declared,
                           const char *name) {
  struct column *c, *codes;
  bilan_status status = request_item(r, &c, name);
  if (status) return status;
  *declared = c->type == COLUMN_CODES;
  if (c->type == COLUMN_SET)
    return refuse_item(r, name, "has several answers a respondent: it cannot make groups");
  status = column_to_codes(r->b, &codes, c, CATEGORIES_MOST);
  if (status == BILAN_LIMIT)
    return refuse_item(r, name, "has more than 10000 different answers: make classes of them");
  if (status) return status;
  r->held[r->held_count++] = codes;
  *out = codes;
  return BILAN_OK;
}

/* By-items until the first NULL; one behind it would go unheard, so it is refused. */
static bilan_status read_by(struct request *r) {
  const char *const *by = r->options.by;
  bilan_status status = BILAN_OK;
  if ((!by[0] && (by[1] || by[2])) || (!by[1] && by[2]))
    return refuse(r, "by", "NULL ends the list, but an item follows");
  for (size_t i = 0; !status && i < BY_MOST && by[i]; i++) {
    struct column *c = NULL;
    status = request_codes(r, &c, &r->by.declared[i], by[i]);
    if (status) return status;
    r->by.keys[i] = c;
    r->by.count++;
  }
  return status;
}

/* Weights alone make a design: rows are drawn one by one, with replacement.
 * BILAN_USAGE: an item without numbers. BILAN_DATA: a weight that is missing or negative. */
static bilan_status read_weights(struct request *r) {
  struct column *c;
  r->sample.design = r->survey->design;
  if (!r->options.weights) return BILAN_OK;
  if (r->survey->design)
    return refuse(r, "weights", "the survey has a design: its weights belong there");
  bilan_status status = request_measure(r, &c, r->options.weights);
  if (status) return status;
  struct design_spec spec = {.weight = c};
  status = design_declare(r->b, &r->design, r->sample.rows, &spec);
  r->sample.design = r->design;
  return status;
}

/* After a failure the request can be closed like any other.
 * Options are copied, but what they point to is lent for the length of the request. */
bilan_status request_open(struct request *r, bilan *b, const char *verb,
                          const bilan_survey *survey, const bilan_estimate_options *options,
                          unsigned known) {
  *r = (struct request){.b = b, .verb = verb, .survey = survey};
  bilan_status status = survey_check(b, survey);
  if (status) return status;
  r->options = options ? *options : (bilan_estimate_options)BILAN_ESTIMATE_OPTIONS;
  r->sample = (struct sample){.rows = table_rows(survey->table), .domain = survey->domain};
  status = version_check(b, r->options.version, "BILAN_ESTIMATE_OPTIONS");
  if (!status) status = check_known(r, known);
  if (!status) status = request_fraction(r, &r->conf, "conf", r->options.conf, 0.95);
  if (!status) status = read_weights(r);
  if (!status) status = read_by(r);
  return status;
}

/* Idempotent.
 * Columns that were lent to the estimator go here, so results must be made before. */
void request_close(struct request *r) {
  design_free(r->design);
  r->design = NULL;
  for (size_t i = 0; i < r->held_count; i++) column_free(r->held[i]);
  mem_free(&r->b->mem, r->nets);
  mem_free(&r->b->mem, r->net_codes);
  r->held_count = 0;
  r->nets = NULL;
  r->net_codes = NULL;
}

/* ---- levels and nets --------------------------------------------------------------------- */

/* The first 256 levels are looked through for one that is near.
 * Always fails, BILAN_USAGE. */
static bilan_status no_level(const struct request *r, const struct column *item,
                             const char *label) {
  struct text names[NAMED_LEVELS];
  size_t count = 0, best[NAMES_BEST];
  for (uint32_t code = 1; code < dict_count(item->dict) && count < NAMED_LEVELS; code++)
    names[count++] = dict_level(item->dict, code)->label;
  if (!names_nearest(&r->b->mem, names, count, text_of(label), best))
    return fail(r->b, BILAN_USAGE, "%s: no level \"%s\"", r->verb, label);
  return fail(r->b, BILAN_USAGE, "%s: no level \"%s\"; did you mean \"%.*s\"?", r->verb, label,
              (int)names[best[0]].n, names[best[0]].s);
}

/* The code of a label. Levels met while reading are no closed list: a number nobody gave is a
 * level of 0 respondents. The dictionary is then the request's own. */
static bilan_status find_level(struct request *r, uint32_t *out, const char *label,
                               bool declared) {
  const struct column *item = r->tally.item;
  if (!label) return refuse(r, "level", "the label is NULL");
  struct level level = {text_of(label), 0, BILAN_PRESENT};
  uint32_t code = dict_find(item->dict, level.label);
  if (!code && (declared || !number_parse(&level.value, level.label)))
    return no_level(r, item, label);
  if (!code) return dict_add_level(r->b, item->dict, out, &level);
  *out = code;
  return BILAN_OK;
}

/* Codes of one net, at `codes`. */
static bilan_status read_net(struct request *r, struct net *out, uint32_t *codes,
                             const bilan_net *net, bool declared) {
  bilan_status status = BILAN_OK;
  if (!net->name || !net->level_count || !net->levels)
    return refuse(r, "nets", "a net needs a name and levels");
  for (size_t i = 0; !status && i < net->level_count; i++)
    status = find_level(r, &codes[i], net->levels[i], declared);
  *out = (struct net){text_of(net->name), codes, net->level_count};
  return status;
}

/* Codes of all nets lie in one block; each net lends its part. */
static bilan_status read_nets(struct request *r, bool declared) {
  const bilan_estimate_options *o = &r->options;
  size_t levels = 0;
  bilan_status status = BILAN_OK;
  if (!o->net_count) return BILAN_OK;
  if (!o->nets) return refuse(r, "nets", "the list is NULL");
  for (size_t i = 0; i < o->net_count; i++) levels += o->nets[i].level_count;
  r->nets = mem_array(&r->b->mem, o->net_count, sizeof *r->nets);
  r->net_codes = mem_array(&r->b->mem, levels, sizeof *r->net_codes);
  if (!r->nets || !r->net_codes) return fail_nomem(r->b);
  uint32_t *codes = r->net_codes;
  for (size_t i = 0; !status && i < o->net_count; i++) {
    status = read_net(r, &r->nets[i], codes, &o->nets[i], declared);
    codes += o->nets[i].level_count;
  }
  r->tally.nets = r->nets;
  r->tally.net_count = o->net_count;
  return status;
}

/* The words of options as the choices of the tally.
 * A word that is NULL leaves the usual choice: asked, Wilson (logit by weights), level. */
static bilan_status read_words(struct request *r) {
  const bilan_estimate_options *o = &r->options;
  int base = BASE_ASKED, method = SHARE_USUAL, sort = SORT_LEVEL;
  bilan_status status = request_choice(r, &base, "base", tally_base_names, o->base);
  if (!status) status = request_choice(r, &method, "interval", share_method_names, o->interval);
  if (!status) status = request_choice(r, &sort, "sort", level_sort_names, o->sort);
  r->tally.base = (enum tally_base)base;
  r->tally.missing_levels = o->include_missing != 0;
  r->share = (struct proportion_options){r->conf, (unsigned)method, NO_LEVEL, DEFF_NONE};
  r->sort = (enum level_sort)sort;
  return status;
}

/* The level and the nets are looked up last, when the dictionary is known.
 * An item with several answers stays a SET; everything else becomes codes. */
bilan_status request_levels(struct request *r, const char *name) {
  struct column *c;
  bool declared = true;
  bilan_status status = request_item(r, &c, name);
  if (!status && c->type != COLUMN_SET) status = request_codes(r, &c, &declared, name);
  if (status) return status;
  r->tally = (struct tally_request){.item = c, .by = &r->by};
  status = read_words(r);
  if (!status && r->options.level)
    status = find_level(r, &r->share.level, r->options.level, declared);
  return status ? status : read_nets(r, declared);
}

/* ---- words of levels --------------------------------------------------------------------- */

/* The label of a blank is empty: then the words of the kind ("no answer"). */
struct text level_text(const struct column *item, uint32_t code) {
  const struct level *level = dict_level(item->dict, code);
  if (!level->label.n && level->missing) return text_of(bilan_missing_name(level->missing));
  return level->label;
}

/* Nets have the codes behind the dictionary (stat/tally.h). */
bool request_is_net(const struct request *r, uint32_t code) {
  return code >= dict_count(r->tally.item->dict);
}

/* Lent: by the dictionary, or by the name of the net. */
struct text request_level_text(const struct request *r, uint32_t code) {
  if (request_is_net(r, code))
    return r->tally.nets[code - dict_count(r->tally.item->dict)].name;
  return level_text(r->tally.item, code);
}

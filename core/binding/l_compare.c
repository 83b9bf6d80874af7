/* l_compare.c - core.estimate: tests, with and without a declared design.
 *
 * independence     { row, col, statistic, correct, conf }
 *                  statistic without a design "pearson" (default), "likelihood_ratio", "fisher";
 *                  with one "F" (default), "Chisq", "Wald", "adjWald", "lincom", "saddlepoint"
 * goodness_of_fit  { item, levels = { .. }, shares = { .. }, order = "second|first|F", conf }
 * t_test           { item, by, from, to, after, mu, pooled, conf }
 * rank_test        { item, by, from, to, after, test, ties }; test and ties with a design alone
 *                  t_test, rank_test: sorted (levels not named): `from` is the smaller of two by
 *                  number or label, not the first of the dictionary
 * mcnemar          { before, after, level, kind = "auto|plain|corrected|exact", conf }
 * trend            { item, level, by }
 * mantel_haenszel  { row, col, strata, row_level, col_level, correct, conf }
 *
 * Each is called with (table, domain, options) and returns a list with one record
 * (mantel_haenszel: two): `method`, the figures, n, missing, note. Which of two forms of a test is
 * made is decided here and nowhere else: by whether somebody declared a design.
 *
 * Example: t_test(t, nil, { item = "score", by = "groupe", from = "témoin", to = "traité" })
 * ->
 *   { { method = "Welch's t", value = 5, se = .., low = .., high = .., statistic = .., df = ..,
 *       p_value = .., conf = 0.95, n = .., missing = .. } }
 *
 * Which test a call makes:
 *
 *                    without a design                 with one
 *   independence     Pearson, likelihood, Fisher      Rao-Scott F, ...
 *   t_test           by: Welch; after: paired t       a contrast, or the mean change, by design
 *   rank_test        by: Wilcoxon, Kruskal-Wallis     rank scores by design
 *                    after: signed ranks              refused
 *   mcnemar          plain, corrected, exact          change of the share; symmetry
 *   trend            Cochran-Armitage                 linear trend by design
 *   mantel_haenszel  common odds ratio                refused by the engine
 *
 * Example by design: rank_test(t, nil, { item = "score", by = "zone", design = d }) with three
 * zones, 183 respondents in 15 clusters (nu = 14) ->
 *   { { method = "Kruskal-Wallis by design", statistic = .., df = 2, ddf = 12, p_value = ..,
 *       n = 183, weighted_n = 6194, missing = 0, missing_kinds = {} } }
 * A test of more than two groups has no one difference, hence no value.
 *
 * The sign is always "to minus from". A test the data do not allow has its base and a note,
 * no figures. Raised: unknown options, items or levels (with the nearest name), what a test
 * cannot take, a statistic that belongs to samples with (or without) a design.
 */
#include "binding/l_estimate.h"
#include "binding/l_stat.h"
#include "stat/association.h"
#include "stat/compare_design.h"

/* A list of one record: `method`, in English words that reports translate, and the estimate. */
static int push_test(lua_State *L, const char *method, const struct estimate *e) {
  lua_createtable(L, 1, 0);
  lua_createtable(L, 0, 12);
  lua_pushstring(L, method);
  lua_setfield(L, -2, "method");
  l_set_estimate(L, e);
  lua_seti(L, -2, 1);
  return 1;
}

/* ---- levels ------------------------------------------------------------------------------ */

/* The statistics of samples without a design, then those by design: one list for the option, so
 * that a name of the wrong kind is answered with what to take instead. Places below
 * INDEPENDENCES are of compare.h, those from there on, less INDEPENDENCES, of association.h. */
static const char *const statistics[] = {"pearson", "likelihood_ratio", "fisher", "F", "Chisq",
                                         "Wald", "adjWald", "lincom", "saddlepoint", NULL};

/* Independence by design: `statistic` is a place in association_names, of which `methods` has the
 * names that a reader sees. */
static int push_association(lua_State *L, const struct call *call, const struct column *row,
                            const struct column *col, int statistic) {
  static const char *const methods[] = {
      "Rao-Scott F (second order)",      "Rao-Scott chi-squared (first order)",
      "Wald by design",                  "adjusted Wald by design",
      "Rao-Scott, exact mixture",        "Rao-Scott, saddlepoint"};
  struct estimate e;
  l_check(L, association_test(l_handle(L), &e, &call->sample, row, col,
                              (enum association_statistic)statistic));
  return push_test(L, methods[statistic], &e);
}

/* Refuses what the sample has no such test for; `chosen` is a place in `statistics`. Continuity
 * corrections are for whole counts drawn one by one. */
static void check_statistic(lua_State *L, const struct call *call, int chosen, bool correct) {
  bool designed = sample_designed(&call->sample);
  if (designed && chosen < INDEPENDENCES)
    l_refuse(L, call, "statistic: \"%.*s\" counts respondents as drawn one by one; with a design "
                      "take \"F\"", text_of(statistics[chosen]));
  if (!designed && chosen >= INDEPENDENCES)
    l_refuse(L, call, "statistic: \"%.*s\" needs a design; without one take \"pearson\"",
             text_of(statistics[chosen]));
  if (designed && correct)
    l_refuse(L, call, "correct%.*s: with a design there is no such correction", text_of(""));
}

/* independence(table, domain, { row, col, statistic, correct, conf }): row and col are items with
 * one answer; correct (false) is Yates', of 2 x 2. Base: respondents with both answers. */
static int l_independence(lua_State *L) {
  static const char *const known[] = {"row", "col", "statistic", "correct", "conf", NULL};
  static const char *const methods[] = {"Pearson's chi-squared", "likelihood ratio",
                                        "Fisher's exact test"};
  struct call call;
  bool declared, simulated;
  struct estimate e;
  l_read_call(L, &call, "independence", known);
  const struct column *row = l_read_codes(L, &call, "row", &declared);
  const struct column *col = l_read_codes(L, &call, "col", &declared);
  bool designed = sample_designed(&call.sample);
  int chosen = stat_option_choice(L, ARG_OPTIONS, call.verb, "statistic", statistics,
                                       designed ? INDEPENDENCES : 0);
  struct independence_options o = {.conf = call.conf};
  o.correct = stat_flag(L, ARG_OPTIONS, call.verb, "correct", false);
  check_statistic(L, &call, chosen, o.correct);
  if (designed) return push_association(L, &call, row, col, chosen - INDEPENDENCES);
  o.statistic = (enum independence)chosen;
  l_check(L, compare_independence(l_handle(L), &e, &simulated, &call.sample, row, col, &o));
  return push_test(L, simulated ? "Fisher's test, simulated" : methods[o.statistic], &e);
}

/* levels = { .. }, shares = { .. }, one list beside the other: one number a code. A number that
 * nobody gave is a level of 0 respondents, so the dictionary may grow by as many as are named.
 * Result: [code], 0 for a level without a share, in scratch memory. Stack on the way: levels and
 * shares below, label and share of one level on top. */
static const double *read_shares(lua_State *L, const struct call *call, const struct column *item,
                                 bool declared) {
  if (lua_getfield(L, ARG_OPTIONS, "levels") != LUA_TTABLE ||
      lua_getfield(L, ARG_OPTIONS, "shares") != LUA_TTABLE)
    l_refuse(L, call, "%.*s: expected { level = share }", text_of("shares"));
  int shares_at = lua_gettop(L);
  size_t count = (size_t)luaL_len(L, shares_at - 1), room = dict_count(item->dict) + count;
  double *shares = l_scratch(L, room, sizeof *shares);
  for (size_t i = 0; i < room; i++) shares[i] = 0;
  for (size_t i = 1; i <= count; i++) {
    luaL_checkstack(L, 4, "shares");
    lua_geti(L, shares_at - 1, (lua_Integer)i);
    struct text label = l_read_label(L, call, lua_gettop(L), "shares");
    uint32_t code = l_find_level(L, call, item, label, declared);
    double share = lua_geti(L, shares_at, (lua_Integer)i) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
    if (!(share > 0 && share < 1e300))
      l_refuse(L, call, "shares: the share of \"%.*s\" must be a number above 0", label);
    shares[code] = share;
    lua_pop(L, 2);
  }
  return shares;
}

/* goodness_of_fit: shares of an item against known ones, which may have any sum (counts of a
 * census, per cent). levels = { "a", "b" }, shares = { 1, 3 } asks for a quarter and three
 * quarters. order is read with and without a design, and matters with one. */
static int l_goodness_of_fit(lua_State *L) {
  static const char *const known[] = {"item", "levels", "shares", "order", "conf", NULL};
  static const char *const methods[] = {"goodness of fit, Rao-Scott second order",
                                        "goodness of fit, Rao-Scott first order",
                                        "goodness of fit, Rao-Scott F"};
  struct call call;
  bool declared;
  struct goodness_request r;
  struct estimate e;
  l_read_call(L, &call, "goodness_of_fit", known);
  const struct column *item = l_read_codes(L, &call, "item", &declared);
  r.item = item;
  r.shares = read_shares(L, &call, item, declared);
  r.order = (enum goodness_order)stat_option_choice(L, ARG_OPTIONS, call.verb, "order",
                                                    goodness_names, GOODNESS_SECOND);
  l_check(L, goodness_test(l_handle(L), &e, &call.sample, &r));
  return push_test(L, sample_designed(&call.sample) ? methods[r.order]
                                                    : "goodness of fit, Pearson's chi-squared",
                   &e);
}

/* ---- groups and pairs -------------------------------------------------------------------- */

/* The two groups that are compared, or NULL without by. *from and *to are both NO_LEVEL (the
 * only two with respondents are then taken) or two different levels: one alone is refused. */
static const struct column *read_groups(lua_State *L, const struct call *call, uint32_t *from,
                                        uint32_t *to) {
  *from = *to = NO_LEVEL;
  if (!call->by.count) return NULL;
  if (call->by.count > 1) l_refuse(L, call, "by: one item makes the groups%.*s", text_of(""));
  *from = l_read_level(L, call, "from", call->by.keys[0], true);
  *to = l_read_level(L, call, "to", call->by.keys[0], true);
  if ((*from == NO_LEVEL) != (*to == NO_LEVEL) || (*from == *to && *from != NO_LEVEL))
    l_refuse(L, call, "from and to: name two levels of \"%.*s\"", call->by_names[0]);
  return call->by.keys[0];
}

/* t_test: two groups (by), pairs (after), or one mean against mu. by and after exclude each
 * other; mu (0) is the mean or difference under the hypothesis, pooled (false) assumes equal
 * variances. { item = "score", mu = 500 } asks whether the mean is 500; { item = "avant", after
 * = "apres" } whether the mean change is 0. */
static int l_t_test(lua_State *L) {
  static const char *const known[] = {"item", "after", "by",   "from", "to",
                                      "mu",   "pooled", "sorted", "conf", NULL};
  struct call call;
  struct t_request r = {0};
  struct estimate e;
  l_read_call(L, &call, "t_test", known);
  r.measure = l_read_measure(L, &call, "item");
  if (l_read_item_or_none(L, &call, "after")) r.after = l_read_measure(L, &call, "after");
  r.group = read_groups(L, &call, &r.from, &r.to);
  if (r.after && r.group)
    l_refuse(L, &call, "after and by%.*s: a paired test has no groups", text_of(""));
  r.mu = stat_option(L, ARG_OPTIONS, call.verb, "mu", &range_any, 0);
  r.pooled = stat_flag(L, ARG_OPTIONS, call.verb, "pooled", false);
  r.conf = call.conf;
  r.sorted = stat_flag(L, ARG_OPTIONS, call.verb, "sorted", false);
  if (sample_designed(&call.sample)) {
    l_check(L, compare_design_means(l_handle(L), &e, &call.sample, &r));
    return push_test(L, r.after    ? "paired t by design"
                        : !r.group ? "one-sample t by design"
                                   : "t by design",
                     &e);
  }
  l_check(L, compare_means(l_handle(L), &e, &call.sample, &r));
  return push_test(L, r.after    ? "paired t"
                      : !r.group ? "one-sample t"
                      : r.pooled ? "two-sample t, pooled variance"
                                 : "Welch's t",
                   &e);
}

/* Rank tests by design: which scores, how ties are ranked. methods[score][more than two groups]. */
static int push_design_ranks(lua_State *L, const struct call *call,
                             const struct rank_request *r) {
  static const char *const methods[][2] = {
      {"Wilcoxon by design", "Kruskal-Wallis by design"},
      {"van der Waerden by design", "van der Waerden by design"},
      {"median test by design", "median test by design"},
      {"Kruskal-Wallis by design", "Kruskal-Wallis by design"}};
  struct estimate e;
  size_t groups;
  int score = stat_option_choice(L, ARG_OPTIONS, call->verb, "test", rank_score_names, 0);
  int ties = stat_option_choice(L, ARG_OPTIONS, call->verb, "ties", rank_ties_names, 0);
  l_check(L, compare_design_ranks(l_handle(L), &e, &groups, &call->sample, r,
                                  (enum rank_score)score, (enum rank_ties)ties));
  return push_test(L, methods[score][groups > 2], &e);
}

/* Options of tests by design, where there is none: to pass them over would be to answer another
 * question than the one that was asked. */
static void refuse_option(lua_State *L, const struct call *call, const char *key) {
  if (lua_getfield(L, ARG_OPTIONS, key) != LUA_TNIL)
    l_refuse(L, call, "%.*s: only with a declared design", text_of(key));
  lua_pop(L, 1);
}

/* rank_test: groups (by), or pairs (after).
 * Exactly one of by and after: groups of different respondents, or two answers of the same ones.
 * Items are numbers or levels in order; method says which of the
 * three tests it was. */
static int l_rank_test(lua_State *L) {
  static const char *const known[] = {"item", "after", "by",   "from", "to",
                                      "test", "ties",  "sorted", "conf", NULL};
  struct call call;
  struct rank_request r = {0};
  enum rank_test test;
  struct estimate e;
  l_read_call(L, &call, "rank_test", known);
  r.conf = call.conf;
  r.sorted = stat_flag(L, ARG_OPTIONS, call.verb, "sorted", false);
  r.item = l_read_item(L, &call, "item");
  r.after = l_read_item_or_none(L, &call, "after");
  r.group = read_groups(L, &call, &r.from, &r.to);
  if (!r.after == !r.group)
    l_refuse(L, &call, "%.*s or after: name the groups, or the second answer", text_of("by"));
  if (sample_designed(&call.sample)) return push_design_ranks(L, &call, &r);
  refuse_option(L, &call, "test");
  refuse_option(L, &call, "ties");
  l_check(L, compare_ranks(l_handle(L), &e, &test, &call.sample, &r));
  return push_test(L, rank_test_names[test], &e);
}

/* mcnemar: levels of the two items are matched by label; value is the change of the share.
 * level: that one against all others; without it all levels, and more than two are Bowker's
 * test. kind "auto" is exact while fewer than 25 changed. */
static int l_mcnemar(lua_State *L) {
  static const char *const known[] = {"before", "after", "level", "kind", "conf", NULL};
  static const char *const kinds[] = {"auto", "plain", "corrected", "exact", NULL};
  static const char *const methods[] = {"McNemar's chi-squared",
                                        "McNemar's chi-squared, continuity corrected",
                                        "McNemar's exact test"};
  struct call call;
  bool declared;
  struct mcnemar_request r = {0};
  enum plain_mcnemar_kind used;
  struct estimate e;
  l_read_call(L, &call, "mcnemar", known);
  r.before = l_read_codes(L, &call, "before", &declared);
  r.after = l_read_codes(L, &call, "after", &declared);
  uint32_t level = l_read_level(L, &call, "level", r.before, declared);
  if (level != NO_LEVEL) r.level = dict_level(r.before->dict, level)->label;
  r.choice = (enum mcnemar_choice)stat_option_choice(L, ARG_OPTIONS, call.verb, "kind", kinds, 0);
  r.conf = call.conf;
  if (sample_designed(&call.sample)) {
    size_t levels;
    l_check(L, compare_design_mcnemar(l_handle(L), &e, &levels, &call.sample, &r));
    return push_test(L, levels > 2 ? "symmetry by design, adjusted Wald" : "McNemar by design", &e);
  }
  l_check(L, compare_mcnemar(l_handle(L), &e, &used, &call.sample, &r));
  return push_test(L, methods[used], &e);
}

/* trend: the share of a level along the levels of `by` in order.
 * item's level must be an answer; `by` gives the order: by its numbers, else by its
 * dictionary. { item = "lit", level = "oui", by = "annee" } asks whether more say yes from year to
 * year; by a design value is the change of the share a unit of `by`. */
static int l_trend(lua_State *L) {
  static const char *const known[] = {"item", "level", "by", "conf", NULL};
  struct call call;
  bool declared;
  struct estimate e;
  l_read_call(L, &call, "trend", known);
  const struct column *item = l_read_codes(L, &call, "item", &declared);
  uint32_t level = l_read_level(L, &call, "level", item, declared);
  if (level == NO_LEVEL) l_refuse(L, &call, "%.*s is missing: name a level", text_of("level"));
  if (call.by.count != 1) l_refuse(L, &call, "by: one item in order%.*s", text_of(""));
  if (sample_designed(&call.sample)) {
    l_check(L, compare_design_trend(l_handle(L), &e, &call.sample, item, level, call.by.keys[0],
                                    call.conf));
    return push_test(L, "linear trend by design", &e);
  }
  l_check(L, compare_trend(l_handle(L), &e, &call.sample, item, level, call.by.keys[0]));
  return push_test(L, "Cochran-Armitage", &e);
}

/* mantel_haenszel: the common odds ratio, then its homogeneity over the strata: a list of two
 * records, made as two lists of one, of which the second gives its record to the first.
 * The odds ratio is that of row_level against all other rows, col_level against all other columns.
 * row_level and col_level may be left out where an item has two levels. conf is that of the
 * common odds ratio. */
static int l_mantel_haenszel(lua_State *L) {
  static const char *const known[] = {"row",       "col",     "strata", "row_level",
                                      "col_level", "correct", "conf",   NULL};
  struct call call;
  bool declared, row_declared, col_declared;
  struct strata_request r = {0};
  struct estimate e[2];
  l_read_call(L, &call, "mantel_haenszel", known);
  r.row = l_read_codes(L, &call, "row", &row_declared);
  r.col = l_read_codes(L, &call, "col", &col_declared);
  r.stratum = l_read_codes(L, &call, "strata", &declared);
  r.row_level = l_read_level(L, &call, "row_level", r.row, row_declared);
  r.col_level = l_read_level(L, &call, "col_level", r.col, col_declared);
  r.correct = stat_flag(L, ARG_OPTIONS, call.verb, "correct", false);
  r.conf = call.conf;
  l_check(L, compare_strata(l_handle(L), e, &call.sample, &r));
  push_test(L, "Mantel-Haenszel", &e[0]);
  push_test(L, "homogeneity (Breslow-Day-Tarone)", &e[1]);
  lua_geti(L, -1, 1);
  lua_seti(L, -3, 2);
  lua_pop(L, 1);
  return 1;
}

/* The verbs of this file, as scripts call them. */
static const luaL_Reg functions[] = {
    {"independence", l_independence}, {"goodness_of_fit", l_goodness_of_fit},
    {"t_test", l_t_test},
    {"rank_test", l_rank_test},       {"mcnemar", l_mcnemar},
    {"trend", l_trend},               {"mantel_haenszel", l_mantel_haenszel},
    {NULL, NULL},
};

/* Into the table of functions on top. */
void l_compare_add(lua_State *L) { luaL_setfuncs(L, functions, 0); }

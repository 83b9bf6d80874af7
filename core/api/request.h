/* request.h - between the files that estimate: a request by names, a result with texts.
 *
 * A public estimate opens a request (survey and options checked, items found, words turned into
 * choices), gives it to the estimator, and makes a result of the rows. The request holds the
 * columns of codes that were made for it until it is closed.
 *
 * Life of a request:
 *
 *   request_open     survey, options, conf, weights, by       close it whatever happens next
 *   request_levels   or request_measure, request_codes        items by name
 *   (the estimator)  reads r.sample, r.by, r.tally, ...
 *   request_close    columns of codes and nets go
 *
 * Failure: BILAN_USAGE with the verb and the nearest right name, BILAN_LIMIT, BILAN_NOMEM.
 */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include "api/api.h"
#include "stat/crosstab.h"

/* ---- results ----------------------------------------------------------------------------- */

/* An empty result of `rows` rows. `keys` are the names of its keys. Texts are then given with
 * result_set_key; result_finish says whether memory has sufficed for all of them and hands
 * the result over, or frees it. */
bilan_status result_make(bilan *b, bilan_result **out, size_t rows, const struct text *keys,
                         size_t key_count);
/* Once a row. Out of memory is noted and shows in result_finish. */
void result_set(bilan_result *result, size_t row, const struct estimate *e);
void result_set_key(bilan_result *result, size_t row, size_t key, struct text t);
/* Marks a row as a union of levels. */
void result_set_net(bilan_result *result, size_t row);
bilan_status result_finish(bilan *b, bilan_result **out, bilan_result *made);

/* The words of all notes, "; " between them. */
void notes_print(struct buffer *out, unsigned notes);

/* ---- requests: items and options as the estimators want them ----------------------------- */

/* Options an estimate knows besides `conf`, as bits. */
enum option {
  OPTION_BY = 1 << 0,
  OPTION_LEVEL = 1 << 1,
  OPTION_INTERVAL = 1 << 2,
  OPTION_BASE = 1 << 3,
  OPTION_SORT = 1 << 4,
  OPTION_MISSING = 1 << 5,
  OPTION_NETS = 1 << 6,
  OPTION_WEIGHTS = 1 << 7,
  OPTION_P = 1 << 8,
  OPTION_RULE = 1 << 9,
  OPTION_PERCENT = 1 << 10,
  OPTION_LETTERS = 1 << 11,
  OPTION_ALPHA = 1 << 12,
  OPTION_ADJUST = 1 << 13,
  OPTION_SMALLEST = 1 << 14,
  OPTION_TOTAL = 1 << 15,
  OPTIONS_SHARE = OPTION_BY | OPTION_INTERVAL | OPTION_BASE | OPTION_MISSING | OPTION_NETS |
                  OPTION_WEIGHTS
};

enum { HELD_MOST = 40 }; /* items of one request: 32 banners, 3 by-items, the item itself */

/* On the stack of a public function. What it lends is valid until request_close. */
struct request {
  bilan *b;
  const char *verb; /* for messages */
  const bilan_survey *survey;
  bilan_estimate_options options; /* those given, or the usual ones */
  double conf;
  struct sample sample;
  struct by by;
  struct tally_request tally; /* after request_levels */
  struct proportion_options share;
  enum level_sort sort;
  struct design *design;          /* of the option `weights`; NULL without */
  struct column *held[HELD_MOST]; /* columns made for the request */
  size_t held_count;
  struct net *nets;
  uint32_t *net_codes; /* of all nets, one after the other */
};

/* Checks the survey and the options (NULL: the usual ones; `known`: bits of those that apply)
 * and reads conf, weights and by. To be closed in any case. */
bilan_status request_open(struct request *r, bilan *b, const char *verb,
                          const bilan_survey *survey, const bilan_estimate_options *options,
                          unsigned known);
void request_close(struct request *r);

/* The item of that name; lent. */
bilan_status request_item(struct request *r, struct column **out, const char *name);
/* The same, which must have numbers. */
bilan_status request_measure(struct request *r, struct column **out, const char *name);
/* The same as codes: numbers and texts get their distinct values as levels. *declared: the
 * levels are those of the table, not the ones met while reading. Lent by the request. */
bilan_status request_codes(struct request *r, struct column **out, bool *declared,
                           const char *name);
/* Fills tally, share and sort for an item with levels. */
bilan_status request_levels(struct request *r, const char *name);
/* Which of `names` the word is; NULL is the first. */
bilan_status request_choice(struct request *r, int *out, const char *option,
                            const char *const *names, const char *word);
/* A number in (0, 1); 0 stands for `usual`. */
bilan_status request_fraction(struct request *r, double *out, const char *option, double given,
                              double usual);

/* The label of a code, or the words of a kind of missing that has none. */
struct text level_text(const struct column *item, uint32_t code);

/* The name of a level or net of the tally. */
struct text request_level_text(const struct request *r, uint32_t code);
bool request_is_net(const struct request *r, uint32_t code);

#endif

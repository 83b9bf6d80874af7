/* fuzz_expr.c - any bytes as an expression: parsed, bound, filtered, derived.
 *
 * Built by clang with -fsanitize=fuzzer,address,undefined from this file and the sources of
 * core/base, core/data and core/expr; started with the seeds in tests/fuzz/seeds/expr.
 *
 * Beside the sanitizers' own checks: no memory is kept, a filter and the derived column of the
 * same expression agree, and what fails says why.
 */
#include <stdlib.h>
#include <string.h>

#include "data/recode.h"
#include "expr/expr.h"

enum { ROWS = 5 };

/* Stops the run: a promise was broken. */
static void require(bool held) {
  if (!held) abort();
}

static struct column *labels(bilan *b, const char *const *texts) {
  struct codes_builder k;
  struct column *c = NULL;
  require(!codes_builder_open(b, &k, NULL));
  for (size_t i = 0; i < ROWS; i++)
    require(!(texts[i] ? codes_builder_add_label(&k, text_of(texts[i]))
                       : codes_builder_add(&k, 0)));
  require(!codes_builder_finish(&k, &c));
  return c;
}

static struct column *numbers(bilan *b) {
  struct numbers_builder k;
  struct column *c = NULL;
  numbers_builder_open(b, &k);
  for (size_t i = 0; i < ROWS; i++)
    require(!numbers_builder_add(&k, (double)i * 1.5 - 2, i == 2 ? BILAN_NOT_ASKED : 0));
  require(!numbers_builder_finish(&k, &c));
  return c;
}

static struct column *words(bilan *b) {
  struct text_builder k;
  struct column *c = NULL;
  text_builder_open(b, &k);
  for (size_t i = 0; i < ROWS; i++)
    require(!text_builder_add(&k, (struct text){"\xC3\xA9t\xC3\xA9\0 12", i + 3}, 0));
  require(!text_builder_finish(&k, &c));
  return c;
}

static struct table *make_table(bilan *b) {
  static const char *const genre[] = {"fille", "gar\xC3\xA7on", NULL, "fille", "3"};
  static const char *const sports[] = {"foot;judo", "judo", NULL, "foot", "foot"};
  struct column *list = labels(b, sports), *set = NULL;
  struct table *t;
  require(!table_new(b, &t, ROWS));
  require(!table_add(b, t, TEXT("n"), BILAN_NUMBER, numbers(b)));
  require(!table_add(b, t, TEXT("g"), BILAN_SINGLE, labels(b, genre)));
  require(!table_add(b, t, TEXT("t"), BILAN_TEXT, words(b)));
  require(!column_split(b, &set, list, TEXT(";"), NULL, true));
  column_free(list);
  require(!table_add(b, t, TEXT("s"), BILAN_MULTIPLE, set));
  return t;
}

/* A row is in the domain exactly when the derived number is there and not 0. */
static void compare(const struct domain *d, const struct column *c) {
  if (c->type != COLUMN_NUMBERS) return;
  for (size_t row = 0; row < ROWS; row++)
    require(domain_has(d, row) == (!column_missing(c, row) && column_number(c, row) != 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  bilan b;
  struct expr *e;
  struct column *c = NULL;
  struct domain *d = NULL;
  bilan_kind kind;
  handle_init(&b);
  b.mem.cap = (size_t)64 << 20;
  struct table *t = make_table(&b);
  bilan_status status = expr_parse(&b, &e, (struct text){(const char *)bytes, size});
  if (!status) {
    status = expr_filter(&b, &d, e, t);
    if (!status) status = expr_derive(&b, &c, &kind, e, t);
    if (!status) compare(d, c);
    expr_free(e);
  }
  require(!status || b.message[0]);
  column_free(c);
  domain_free(d);
  table_free(t);
  require(b.mem.used == 0);
  return 0;
}

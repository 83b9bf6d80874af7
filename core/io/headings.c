/* headings.c - see headings.h.
 *
 * A survey tool writes code, sub-question and wording into one header, "q7[SQ003]. Which of
 * these? [Python]"; a heading takes it apart into a name that scripts can use, a label that
 * reports print and the option of a question with several answers. Whether a file has such
 * headers is decided for the file as a whole, so that one odd header does not get another
 * treatment than its neighbours.
 *
 * Names are unique: the second "age" is age_2, an empty one column_N, and a name made so gives
 * way to a real column of that name only by taking the next number. Cost: one look-up a name.
 *
 *   age, age, "", age_2   ->  age, age_2, column_3, age_2_2     renamed: the second to the fourth
 *   q7[SQ003]. Which? [R] ->  name q7[SQ003], code q7, label "Which?", option "R"
 */
#include "io/headings.h"

#include <string.h>

#include "data/dict.h"

/* ---- taking a survey tool's header apart ------------------------------------------------ */

/* ASCII letters only: codes of survey tools are identifiers. */
static bool letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/* Hyphens stand in codes such as skill2-1. */
static bool code_character(char c) {
  return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Where the run of code characters at `at` ends. */
static size_t step_code(struct text t, size_t at) {
  while (at < t.n && code_character(t.s[at])) at++;
  return at;
}

/* [SQ003] at `at`: where it ends; `at` itself when there is none. */
static size_t step_bracket(struct text t, size_t at) {
  if (at >= t.n || t.s[at] != '[') return at;
  size_t end = step_code(t, at + 1);
  return end > at + 1 && end < t.n && t.s[end] == ']' ? end + 1 : at;
}

/* Where the wording starts after ". " or "._." at `at`; 0: neither. */
static size_t step_separator(struct text t, size_t at) {
  if (t.n - at >= 3 && !memcmp(t.s + at, "._.", 3)) return at + 3;
  if (t.n - at >= 2 && !memcmp(t.s + at, ". ", 2)) return at + 2;
  return 0;
}

/* Cuts "[option]" off the end of the wording; inner brackets belong to the option. */
static void split_option(struct heading_parts *p) {
  size_t depth = 0;
  struct text t = p->wording;
  if (!t.n || t.s[t.n - 1] != ']') return;
  for (size_t at = t.n; at-- > 0;) {
    depth += t.s[at] == ']';
    depth -= t.s[at] == '[';
    if (depth) continue;
    p->option = text_trim((struct text){t.s + at + 1, t.n - at - 2});
    p->wording = text_trim((struct text){t.s, at});
    return;
  }
}

/* Slices of the header, nothing is copied. Two brackets may follow a code (grids with two
 * scales); a wording must follow the separator. */
bool heading_split(struct heading_parts *out, struct text header) {
  struct heading_parts p = {.option = {NULL, 0}};
  header = text_trim(header);
  if (!header.n || !letter(header.s[0])) return false;
  size_t code = step_code(header, 0);
  size_t name = step_bracket(header, step_bracket(header, code));
  size_t start = step_separator(header, name);
  if (!start) return false;
  p.code = (struct text){header.s, code};
  p.name = (struct text){header.s, name};
  p.wording = text_trim((struct text){header.s + start, header.n - start});
  if (!p.wording.n) return false;
  split_option(&p);
  *out = p;
  return true;
}

/* Nine of ten of the headers that are not empty: exports carry a few columns of other origin,
 * such as row numbers or a country. */
static bool is_limesurvey(const struct text *written, size_t count) {
  struct heading_parts p;
  size_t filled = 0, fit = 0;
  for (size_t i = 0; i < count; i++) {
    if (!text_trim(written[i]).n) continue;
    filled++;
    fit += heading_split(&p, written[i]);
  }
  return fit >= 3 && fit * 10 >= filled * 9;
}

/* ---- names ------------------------------------------------------------------------------ */

/* A C string of the handle's memory; NULL when there is none left. */
static char *copy(bilan *b, struct text t) { return mem_copy(&b->mem, t.s ? t.s : "", t.n); }

/* Line breaks and tabs become one blank each; CR LF is one. */
static void flatten(char *s) {
  char *to = s;
  for (; *s; s++) {
    if (*s == '\r' && s[1] == '\n') continue;
    *to++ = *s >= '\t' && *s <= '\r' ? ' ' : *s;
  }
  *to = '\0';
}

/* Names given so far, and for each the number its next namesake tries first. */
struct names {
  bilan *b;
  struct dict *taken;
  uint32_t *next; /* by code; room for one more than there are columns */
};

/* A name that is free: `wanted`, else wanted_2, wanted_3... Takes *wanted over. */
static bilan_status free_name(struct names *n, char **wanted, bool *renamed) {
  struct text t = text_of(*wanted);
  uint32_t first = dict_find(n->taken, t), code;
  struct buffer other;
  buffer_init(&other, &n->b->mem);
  while (first && (*renamed = true)) {
    other.n = 0;
    buffer_format(&other, "%s_%u", *wanted, (unsigned)++n->next[first]);
    if (other.failed) break;
    t = (struct text){other.s, other.n};
    if (!dict_find(n->taken, t)) break;
  }
  char *name = other.failed ? NULL : copy(n->b, t);
  bilan_status status = name ? dict_add(n->b, n->taken, &code, t) : fail_nomem(n->b);
  buffer_free(&other);
  mem_free(&n->b->mem, *wanted);
  *wanted = name;
  if (!status) n->next[code] = 1;
  return status;
}

/* An empty name becomes column_N first, and is then subject to the same rule as all others: a
 * real column may be called column_1. */
static bilan_status make_name(struct names *n, struct heading *h, struct text name,
                              size_t place) {
  struct buffer standard;
  if (name.n) {
    h->name = copy(n->b, name);
    if (h->name) flatten(h->name);
  } else {
    buffer_init(&standard, &n->b->mem);
    buffer_format(&standard, "column_%zu", place + 1);
    if (!standard.failed) h->name = copy(n->b, (struct text){standard.s, standard.n});
    buffer_free(&standard);
    h->renamed = true;
  }
  return h->name ? free_name(n, &h->name, &h->renamed) : fail_nomem(n->b);
}

/* Fills one heading. Whatever was copied when memory runs out is released with all headings. */
static bilan_status make_heading(struct names *n, struct heading *h, struct text written,
                                 size_t place, bool limesurvey) {
  struct heading_parts p = {.name = text_trim(written), .wording = text_trim(written)};
  bool parts = limesurvey && heading_split(&p, written);
  h->written = copy(n->b, written);
  h->label = copy(n->b, p.wording);
  if (p.option.s) h->option = copy(n->b, p.option);
  if (parts) h->code = copy(n->b, p.code);
  bool failed = !h->written || !h->label || (p.option.s && !h->option) || (parts && !h->code);
  if (failed) return fail_nomem(n->b);
  flatten(h->label);
  if (h->option) flatten(h->option);
  return make_name(n, h, p.name, place);
}

/* One dictionary look-up a name; namesakes remember the number to try next, so that a header
 * of 30,000 equal names is not quadratic. */
bilan_status headings_make(bilan *b, struct heading *out, bool *limesurvey,
                           const struct text *written, size_t count) {
  struct names n = {.b = b};
  bool profile = is_limesurvey(written, count);
  bilan_status status = dict_new(b, &n.taken);
  if (!status) n.next = mem_zero(&b->mem, count + 1, sizeof *n.next);
  if (!status && !n.next) status = fail_nomem(b);
  for (size_t i = 0; !status && i < count; i++)
    status = make_heading(&n, &out[i], written[i], i, profile);
  dict_free(n.taken);
  mem_free(&b->mem, n.next);
  if (!status) *limesurvey = profile;
  return status;
}

/* Headings that were not filled yet hold NULL throughout. */
void headings_free(struct mem *mem, struct heading *headings, size_t count) {
  for (size_t i = 0; headings && i < count; i++) {
    mem_free(mem, headings[i].name);
    mem_free(mem, headings[i].written);
    mem_free(mem, headings[i].label);
    mem_free(mem, headings[i].option);
    mem_free(mem, headings[i].code);
  }
  mem_free(mem, headings);
}

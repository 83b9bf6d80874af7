/* drawing.c - see drawing.h.
 *
 * gnuplot writes a title and a description of its own, leaks the expressions of its plots as
 * further titles, counts its identifiers, writes attributes in two kinds of quotes, and opens a
 * group for each change of its pen, most of which stay empty. What is published has none of it:
 *
 *   <g id="gnuplot_plot_1" ><title>..</title>    ->  <g>
 *   <path stroke='rgb( 29,  35,  43)'  d='M.. '/> ->  <path stroke="#1d232b"  d="M.."/>
 *   <g transform="translate(x,y)" ..><text>..    ->  <text x="x" y="y" ..>
 *   <use xlink:href='#gpPt6' .. scale(s)' ../>    ->  <circle cx=".." cy=".." r="s" ../>
 *   <g ..> </g>                                   ->  nothing
 *   blanks around an end of line                  ->  one end of line
 *
 * The tags are read once, from left to right. A tag is tidied at the end of the output, where it is
 * then looked at: a label or a point is written over it; a group that closes with nothing behind
 * its tag is cut off. What is not known is left as it is. Blanks go last, in place.
 *
 * Cost: two passes over some 20 KB, under 0.1 ms. Failure: an output that would not fit its room
 * (which no drawing of gnuplot's does) counts as no drawing. Nobody owns anything. */
#include "io/drawing.h"

#include <string.h>

#include "base/number.h"

/* Groups within groups that may be found empty; gnuplot has five. */
enum { DEEPEST = 64 };

struct output {
  char *s;
  size_t n, room;
  bool full;
};

static void put(struct output *out, const char *s, size_t n) {
  if (n > out->room - out->n) out->full = true;
  if (out->full) return;
  memcpy(out->s + out->n, s, n);
  out->n += n;
}

static void put_word(struct output *out, const char *word) { put(out, word, strlen(word)); }

static void put_text(struct output *out, struct text t) { put(out, t.s, t.n); }

/* NAME="VALUE" behind a blank. */
static void put_attribute(struct output *out, const char *name, struct text value) {
  put_word(out, " ");
  put_word(out, name);
  put_word(out, "=\"");
  put_text(out, value);
  put_word(out, "\"");
}

/* A number of px to two decimals, in its shortest text. */
static struct text print_px(char digits[NUMBER_ROOM], double x) {
  double hundredths = x * 100 + 0.5, whole = (double)(long long)hundredths;
  if (whole > hundredths) whole--;
  return (struct text){digits, number_print(digits, whole / 100)};
}

static void put_px(struct output *out, double x) {
  char digits[NUMBER_ROOM];
  put_text(out, print_px(digits, x));
}

static void put_px_attribute(struct output *out, const char *name, double x) {
  char digits[NUMBER_ROOM];
  put_attribute(out, name, print_px(digits, x));
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Without the blanks at its ends. */
static struct text trimmed(struct text t) {
  while (t.n && is_blank(t.s[0])) t.s++, t.n--;
  while (t.n && is_blank(t.s[t.n - 1])) t.n--;
  return t;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* A place in a text; what is taken is behind it. */
struct reader {
  const char *at, *end;
};

static struct reader reader_of(struct text t) { return (struct reader){t.s, t.s + t.n}; }

static void skip_blanks(struct reader *r) {
  while (r->at < r->end && is_blank(*r->at)) r->at++;
}

/* Takes a word that comes next; false: it does not. */
static bool take(struct reader *r, const char *word) {
  size_t n = strlen(word);
  if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0) return false;
  r->at += n;
  return true;
}

/* Takes what stands before a character, and the character. */
static bool take_until(struct reader *r, char stop, struct text *t) {
  const char *found = memchr(r->at, stop, (size_t)(r->end - r->at));
  if (!found) return false;
  *t = (struct text){r->at, (size_t)(found - r->at)};
  r->at = found + 1;
  return true;
}

static bool take_number(struct reader *r, char stop, double *x) {
  struct text digits;
  return take_until(r, stop, &digits) && number_parse(x, digits) && *x > -1e9 && *x < 1e9;
}

static const char *find(struct reader r, const char *word) {
  for (const char *p; (p = memchr(r.at, word[0], (size_t)(r.end - r.at))); r.at = p + 1) {
    r.at = p;
    if (take(&r, word)) return p;
  }
  return NULL;
}

/* ---- tags ------------------------------------------------------------------------------------ */

/* "rgb( 18,  52,  86)" -> "#123456"; other text as it is. */
static bool put_colour(struct output *out, struct reader *r) {
  static const char hex[] = "0123456789abcdef";
  struct reader ahead = *r;
  char colour[7] = "#";
  if (!take(&ahead, "rgb(")) return false;
  for (int i = 0; i < 3; i++) {
    double level;
    skip_blanks(&ahead);
    if (!take_number(&ahead, i < 2 ? ',' : ')', &level) || level < 0 || level > 255) return false;
    colour[2 * i + 1] = hex[(int)level / 16];
    colour[2 * i + 2] = hex[(int)level % 16];
  }
  put(out, colour, sizeof colour);
  *r = ahead;
  return true;
}

/* The value of an attribute, with plain colours. */
static void put_value(struct output *out, struct text value) {
  struct reader r = reader_of(value);
  while (r.at < r.end) {
    const char *next = memchr(r.at, 'r', (size_t)(r.end - r.at));
    if (!next) next = r.end;
    put(out, r.at, (size_t)(next - r.at));
    r.at = next;
    if (next < r.end && !put_colour(out, &r)) put(out, r.at++, 1);
  }
}

/* Takes an attribute, its value in quotes of either kind, without blanks around it when they are
 * single ones. */
static bool take_attribute(struct reader *r, struct text *name, struct text *value) {
  struct reader ahead = *r;
  if (!take_until(&ahead, '=', name)) return false;
  skip_blanks(&ahead);
  bool single = take(&ahead, "'");
  if (!single && !take(&ahead, "\"")) return false;
  if (!take_until(&ahead, single ? '\'' : '"', value)) return false;
  *name = trimmed(*name);
  if (single) *value = trimmed(*value);
  *r = ahead;
  return true;
}

/* One attribute into double quotes; an identifier goes, and the blank before it. false: this is no
 * attribute. */
static bool tidy_attribute(struct output *out, struct reader *r) {
  struct text name, value;
  if (!take_attribute(r, &name, &value)) return false;
  if (text_equal(name, TEXT("id")) && out->n && out->s[out->n - 1] == ' ') {
    out->n--;
    return true;
  }
  put_text(out, name);
  put_word(out, "=\"");
  put_value(out, value);
  put_word(out, "\"");
  return true;
}

/* Cuts the bytes from `from` up to `to` out of the end of the output. */
static void cut(struct output *out, const char *from, const char *to) {
  size_t n = (size_t)(to - from);
  memmove(out->s + (from - out->s), to, (size_t)(out->s + out->n - to));
  out->n -= n;
}

/* Takes the pen that every group of gnuplot's has out of a tag. */
static void drop_usual_pen(struct output *out, size_t start) {
  struct reader r = {out->s + start, out->s + out->n};
  struct text colour;
  const char *from = find(r, " stroke-linecap=\"butt\" stroke-linejoin=\"miter\"");
  if (from) cut(out, from, from + sizeof " stroke-linecap=\"butt\" stroke-linejoin=\"miter\"" - 1);
  r.end = out->s + out->n;
  from = find(r, " fill=\"none\" color=\"");
  if (!from) return;
  r.at = from;
  if (take(&r, " fill=\"none\" color=\"") && take_until(&r, '"', &colour) &&
      take(&r, " stroke=\"currentColor\" stroke-width=\"1.00\""))
    cut(out, from, r.at);
}

/* What comes next in a tag that begins at `start` in the output: its end, or an attribute with the
 * blanks before it, or what is none of them. No blank stays before the end. */
static void tidy_next(struct output *out, size_t start, struct reader *r) {
  const char *blanks = r->at;
  skip_blanks(r);
  struct text rest = {r->at, (size_t)(r->end - r->at)};
  bool bare_group = out->n - start == 2 && out->s[start + 1] == 'g';
  bool ends = text_equal(rest, TEXT("/>")) || (bare_group && text_equal(rest, TEXT(">")));
  if (!ends) put(out, blanks, (size_t)(rest.s - blanks));
  if (!ends && tidy_attribute(out, r)) return;
  put_text(out, rest);
  r->at = r->end;
}

/* A whole tag, tidied, at the end of the output. */
static void tidy_tag(struct output *out, struct text tag) {
  size_t start = out->n;
  struct reader r = reader_of(tag);
  while (r.at < r.end && !is_blank(*r.at)) r.at++;
  put(out, tag.s, (size_t)(r.at - tag.s));
  while (r.at < r.end) tidy_next(out, start, &r);
  if (!out->full) drop_usual_pen(out, start);
}

/* ---- labels and points ----------------------------------------------------------------------- */

struct label {
  double x, y, size;
  struct text colour, font, anchor, text;
};

/* Takes a word and what stands behind it in double quotes. */
static bool take_quoted(struct reader *r, const char *word, struct text *t) {
  return take(r, word) && take_until(r, '"', t);
}

/* Reads the tag of a label's group. */
static bool read_label_group(struct label *l, struct reader tag) {
  if (!take(&tag, "<g transform=\"translate(") || !take_number(&tag, ',', &l->x) ||
      !take_number(&tag, ')', &l->y) ||
      !take_quoted(&tag, "\" stroke=\"none\" fill=\"", &l->colour) ||
      !take_quoted(&tag, " font-family=\"", &l->font) || !take(&tag, " font-size=\"") ||
      !take_number(&tag, '"', &l->size))
    return false;
  skip_blanks(&tag);
  return take_quoted(&tag, "text-anchor=\"", &l->anchor) && take(&tag, ">");
}

/* Reads a label: its group from the tidied tag, what is in it from the drawing. */
static bool read_label(struct label *l, struct reader tag, struct reader *r) {
  struct reader ahead = *r;
  if (!read_label_group(l, tag)) return false;
  skip_blanks(&ahead);
  if (!take(&ahead, "<text>") || !take_until(&ahead, '<', &l->text) || !take(&ahead, "/text>"))
    return false;
  skip_blanks(&ahead);
  if (!take(&ahead, "</g>")) return false;
  *r = ahead;
  return true;
}

/* gnuplot has escaped < and &; ">" is put right here. */
static void put_letters(struct output *out, struct text t) {
  for (size_t i = 0; i < t.n; i++)
    if (t.s[i] == '>') put(out, "&gt;", 4);
    else put(out, t.s + i, 1);
}

/* Writes a label over the tag of its group, whose words are copied aside before. */
static void put_label(struct output *out, size_t start, struct label *l) {
  char colour[64], anchor[16];
  if (l->colour.n > sizeof colour || l->anchor.n > sizeof anchor) {
    out->full = true;
    return;
  }
  bool bold = find(reader_of(l->font), ":Bold") != NULL;
  l->colour.s = memcpy(colour, l->colour.s, l->colour.n);
  l->anchor.s = memcpy(anchor, l->anchor.s, l->anchor.n);
  out->n = start;
  put_word(out, "<text");
  put_px_attribute(out, "x", l->x);
  put_px_attribute(out, "y", l->y);
  put_px_attribute(out, "font-size", l->size);
  put_attribute(out, "fill", l->colour);
  put_attribute(out, "stroke", TEXT("none"));
  if (bold) put_attribute(out, "font-weight", TEXT("bold"));
  if (!text_equal(l->anchor, TEXT("start"))) put_attribute(out, "text-anchor", l->anchor);
  put_word(out, ">");
  put_letters(out, l->text);
  put_word(out, "</text>");
}

struct point {
  double number, x, y, scale;
  struct text colour;
};

static bool read_point(struct point *p, struct reader tag) {
  return take(&tag, "<use xlink:href=\"#gpPt") && take_number(&tag, '"', &p->number) &&
         take(&tag, " transform=\"translate(") && take_number(&tag, ',', &p->x) &&
         take_number(&tag, ')', &p->y) && take(&tag, " scale(") &&
         take_number(&tag, ')', &p->scale) && take_quoted(&tag, "\" color=\"", &p->colour) &&
         take(&tag, "/>");
}

/* Corners of gnuplot's filled points on a scale of one (pointtypes 5, 9, 11 and 13). */
static const struct shape {
  int number, count;
  double corner[4][2];
} shapes[] = {
    {4, 4, {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}},
    {8, 3, {{0, -1.33}, {-1.33, 0.67}, {1.33, 0.67}}},
    {10, 3, {{0, 1.33}, {-1.33, -0.67}, {1.33, -0.67}}},
    {12, 4, {{0, -1.41}, {-1.41, 0}, {0, 1.41}, {1.41, 0}}},
};

/* A polygon up to its points; false: no shape has this number. */
static bool put_corners(struct output *out, const struct point *p) {
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    const struct shape *shape = &shapes[i];
    if (shape->number != (int)p->number) continue;
    put_word(out, "<polygon points=\"");
    for (int k = 0; k < shape->count; k++) {
      if (k) put_word(out, " ");
      put_px(out, p->x + shape->corner[k][0] * p->scale);
      put_word(out, ",");
      put_px(out, p->y + shape->corner[k][1] * p->scale);
    }
    put_word(out, "\"");
    return true;
  }
  return false;
}

/* Writes a point over its tag: a circle, a polygon, or the tag as it is. */
static void put_point(struct output *out, size_t start, struct point *p) {
  char colour[64];
  if (p->colour.n > sizeof colour) return;
  size_t end = out->n;
  p->colour.s = memcpy(colour, p->colour.s, p->colour.n);
  out->n = start;
  if ((int)p->number == 6) {
    put_word(out, "<circle");
    put_px_attribute(out, "cx", p->x);
    put_px_attribute(out, "cy", p->y);
    put_px_attribute(out, "r", p->scale);
  } else if (!put_corners(out, p)) {
    out->n = end;
    return;
  }
  put_attribute(out, "fill", p->colour);
  put_attribute(out, "stroke", TEXT("none"));
  put_word(out, "/>");
}

/* ---- the body -------------------------------------------------------------------------------- */

/* The groups that are open: where each tag begins in the output, and what is behind it. */
struct groups {
  size_t depth;
  struct { size_t start, end; } open[DEEPEST];
};

static bool is_blank_from(const struct output *out, size_t from) {
  while (from < out->n && is_blank(out->s[from])) from++;
  return from == out->n;
}

/* Closes a group: with nothing in it, it goes, and the end of line behind it. */
static void close_group(struct output *out, struct groups *groups, struct reader *r) {
  size_t depth = groups->depth ? --groups->depth : DEEPEST;
  if (depth < DEEPEST && is_blank_from(out, groups->open[depth].end)) {
    out->n = groups->open[depth].start;
    if (r->at < r->end && *r->at == '\n') r->at++;
  } else {
    put(out, "</g>", 4);
  }
}

/* A tag that was tidied from `start` on: a label, a point, a group that opens, or another. */
static void finish_tag(struct output *out, size_t start, struct groups *groups, struct reader *r) {
  struct label label;
  struct point point;
  struct reader tag = {out->s + start, out->s + out->n};
  if (out->full) return;
  bool group = out->n - start > 2 && tag.at[1] == 'g' && (is_blank(tag.at[2]) || tag.at[2] == '>');
  if (group && read_label(&label, tag, r)) {
    put_label(out, start, &label);
  } else if (group) {
    if (groups->depth < DEEPEST) {
      groups->open[groups->depth].start = start;
      groups->open[groups->depth].end = out->n;
    }
    groups->depth++;
  } else if (read_point(&point, tag)) {
    put_point(out, start, &point);
  }
}

/* Reads tag by tag, with the text before each. */
static void read_tags(struct output *out, struct reader r) {
  struct groups groups = {.depth = 0};
  while (r.at < r.end && !out->full) {
    const char *start = memchr(r.at, '<', (size_t)(r.end - r.at));
    const char *end = start ? memchr(start, '>', (size_t)(r.end - start)) : NULL;
    if (!end) start = r.end;
    put(out, r.at, (size_t)(start - r.at));
    r.at = start;
    if (!end) return;
    if (take(&r, "<title>")) {
      const char *stop = find(r, "</title>");
      r.at = stop ? stop + sizeof "</title>" - 1 : r.at;
    } else if (take(&r, "</g>")) {
      close_group(out, &groups, &r);
    } else {
      size_t before = out->n;
      tidy_tag(out, (struct text){start, (size_t)(end + 1 - start)});
      r.at = end + 1;
      finish_tag(out, before, &groups, &r);
    }
  }
}

/* Blanks with an end of line among them become one end of line; none stands at the beginning. */
static size_t join_lines(char *s, size_t n) {
  size_t to = 0;
  for (size_t i = 0; i < n;) {
    size_t run = i;
    bool line = false;
    for (; run < n && (s[run] == ' ' || s[run] == '\t' || s[run] == '\n'); run++)
      line = line || s[run] == '\n';
    if (line && to) s[to++] = '\n';
    if (line) i = run;
    while (i < run) s[to++] = s[i++];
    if (run < n) s[to++] = s[i++];
  }
  return to;
}

/* What stands between the definitions and the last group; see drawing.h. */
bool drawing_body(char *out, size_t *size, struct text svg) {
  struct reader r = reader_of(svg);
  const char *start = find(r, "</defs>");
  if (!start) return false;
  r.at = start + sizeof "</defs>" - 1;
  static const char *const last[] = {"</svg>", "</g>"};
  for (int i = 0; i < 2; i++) {
    size_t n = strlen(last[i]);
    while (r.end > r.at && is_blank(r.end[-1])) r.end--;
    if ((size_t)(r.end - r.at) < n || memcmp(r.end - n, last[i], n) != 0) return false;
    r.end -= n;
  }
  struct output o = {.s = out, .room = DRAWING_ROOM(svg.n)};
  read_tags(&o, r);
  if (o.full) return false;
  *size = join_lines(out, o.n);
  return true;
}

/* ---- is it plain? ---------------------------------------------------------------------------- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* Does a word, in any case, come next? */
static bool begins(const char *s, const char *end, const char *word) {
  for (; *word; s++, word++)
    if (s == end || lower(*s) != *word) return false;
  return true;
}

/* What may be harmful in an attribute is spelt with one of these, whatever stands around it. */
static bool is_suspect(const char *s, const char *end) {
  switch (lower(*s)) {
  case 'h': return begins(s, end, "href");
  case '&': return begins(s, end, "&#");
  case '\\': return true;
  case 'j': return begins(s, end, "javascript:");
  case '@': return begins(s, end, "@import");
  case 'u': return begins(s, end, "url(");
  case '<': return begins(s, end, "<!") || begins(s, end, "<?");
  case '"': case '\'': return begins(s + 1, end, "on");
  default: return is_blank(*s) && begins(s + 1, end, "on");
  }
}

/* Elements that only draw. */
static const char *const elements[] = {
    "g", "path", "text", "polygon", "rect", "circle", "svg", "title", "desc", "ellipse", "line",
    "polyline", "tspan", "defs", "use", "clippath", "mask", "pattern", "lineargradient",
    "radialgradient", "stop", "symbol", "marker", "image", "a", "filter", "feflood", "fecomposite"};

static bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
         c == '_' || c == '-' || c == '.';
}

static bool is_element(struct text name) {
  for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
    if (strlen(elements[i]) == name.n && begins(name.s, name.s + name.n, elements[i])) return true;
  return false;
}

static struct text take_name(struct reader *r) {
  const char *name = r->at;
  while (r->at < r->end && is_name_char(*r->at)) r->at++;
  return (struct text){name, (size_t)(r->at - name)};
}

/* Takes NAME="...". */
static bool take_plain_attribute(struct reader *r) {
  struct text value;
  return take_name(r).n && take_quoted(r, "=\"", &value) && !memchr(value.s, '<', value.n) &&
         !memchr(value.s, '>', value.n);
}

/* Takes a tag behind its "<": a drawing element, attributes each after a blank, a slash perhaps,
 * ">". */
static bool take_tag(struct reader *r) {
  take(r, "/");
  if (!is_element(take_name(r))) return false;
  while (r->at < r->end && is_blank(*r->at)) {
    skip_blanks(r);
    if (!take_plain_attribute(r)) return false;
  }
  take(r, "/");
  return take(r, ">");
}

bool drawing_is_plain(struct text svg) {
  struct reader r = reader_of(svg);
  for (const char *s = r.at; s < r.end; s++)
    if (is_suspect(s, r.end)) return false;
  while (r.at < r.end && (r.at = memchr(r.at, '<', (size_t)(r.end - r.at)))) {
    r.at++;
    if (!take_tag(&r)) return false;
  }
  return true;
}

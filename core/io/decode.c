/* decode.c - see decode.h, whose six rules decide which encoding a file has.
 *
 * What is valid UTF-8 is lent as it stands; everything else is written anew into a buffer of
 * the handle. Valid UTF-8 of any length is hardly ever another encoding by chance: a byte above
 * 0x7F of Western European text stands alone, while UTF-8 wants one to three more after it. The
 * opposite guess, that bytes which are not UTF-8 are Windows-1252, is only made when they look
 * like a Western European language (looks_1252), since every byte sequence is some text there.
 *
 * UTF-8 and UTF-16 are decoded after RFC 3629 and RFC 2781, Windows-1252 by its table; the rest
 * goes through the C library's iconv. Nothing depends on the locale.
 *
 * Faults name line and column where they can be found with an editor: lines end with LF, CR or
 * CR LF, columns count characters. Cost: one pass, two for text that is not UTF-8.
 *
 * Examples of what the first bytes decide, without an encoding asked for:
 *
 *   EF BB BF ...      UTF-8, the mark taken off
 *   FF FE 61 00 ...   UTF-16LE by its mark; without a mark an error that says which to ask for
 *   C3 A9             UTF-8 (é): a lead byte and its one continuation
 *   E9 2C             not UTF-8; a letter of Windows-1252 (é) before a comma: read so, and said
 *   E9 2C ... C3 A9   mostly UTF-8 with one stray byte: an error at that byte
 */
#include "io/decode.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

/* ---- places ----------------------------------------------------------------------------- */

/* Characters, not bytes, counted from 1: continuation bytes (10xxxxxx) do not count. In text
 * that is not UTF-8 such bytes are rare, and a column is only a hint there. */
size_t text_column(struct text t, size_t line_start, size_t at) {
  size_t column = 1;
  for (size_t i = line_start; i < at; i++) column += ((unsigned char)t.s[i] & 0xC0) != 0x80;
  return column;
}

/* CR LF is one line end: a CR before an LF does not count. */
struct place text_place(struct text t, size_t at) {
  size_t line = 1, start = 0;
  for (size_t i = 0; i < at; i++) {
    bool ends = t.s[i] == '\n' || (t.s[i] == '\r' && (i + 1 == t.n || t.s[i + 1] != '\n'));
    if (!ends) continue;
    line++;
    start = i + 1;
  }
  return (struct place){line, text_column(t, start, at)};
}

/* ---- names of encodings ----------------------------------------------------------------- */

/* Letters and digits only, in lower case: "UTF-8", "utf_8" and "utf8" are one name. */
static void simple_name(char out[ENCODING_ROOM], const char *name) {
  size_t n = 0;
  for (; *name && n + 1 < ENCODING_ROOM; name++) {
    char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out[n++] = c;
  }
  out[n] = '\0';
}

/* What can be decoded here; OTHER goes to iconv, AUTO is found out by the rules of decode.h. */
enum coding { AUTO, UTF8, UTF16, UTF16LE, UTF16BE, WINDOWS_1252, OTHER };

/* AUTO for no name. The ones known here need no conversion module of the C library. */
static enum coding coding_of(const char *name) {
  static const struct {
    const char *name;
    enum coding coding;
  } known[] = {{"auto", AUTO},           {"utf8", UTF8},
               {"utf8bom", UTF8},        {"utf8sig", UTF8},
               {"ascii", UTF8},          {"usascii", UTF8},
               {"utf16", UTF16},         {"utf16le", UTF16LE},
               {"utf16be", UTF16BE},     {"windows1252", WINDOWS_1252},
               {"cp1252", WINDOWS_1252}, {"latin1", WINDOWS_1252},
               {"iso88591", WINDOWS_1252}};
  char simple[ENCODING_ROOM];
  if (!name) return AUTO;
  simple_name(simple, name);
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (!strcmp(known[i].name, simple)) return known[i].coding;
  return OTHER;
}

/* The name as it goes into the report, cut to its room. */
static void set_encoding(struct decoded *d, const char *name) {
  size_t n = strlen(name);
  if (n >= ENCODING_ROOM) n = ENCODING_ROOM - 1;
  memcpy(d->encoding, name, n);
  d->encoding[n] = '\0';
}

/* ---- errors ----------------------------------------------------------------------------- */

/* A byte as a number; `char` may be signed. */
static unsigned byte_at(struct text t, size_t at) { return (unsigned char)t.s[at]; }

/* name:line:column: byte 0xE9 is not ENCODING, and what to try. */
static bilan_status fail_byte(bilan *b, const char *name, struct text bytes, size_t at,
                              const char *encoding, const char *advice) {
  struct place p = text_place(bytes, at);
  return fail(b, BILAN_DATA, "%s:%zu:%zu: byte 0x%02X is not %s%s", name, p.line, p.column,
              byte_at(bytes, at), encoding, advice);
}

/* After this every text is safe to hand to code that ends strings at a NUL. */
static bilan_status refuse_nul(bilan *b, const char *name, struct text t) {
  const char *nul = t.n ? memchr(t.s, '\0', t.n) : NULL;
  if (!nul) return BILAN_OK;
  struct place p = text_place(t, (size_t)(nul - t.s));
  return fail(b, BILAN_DATA, "%s:%zu:%zu: NUL byte; a text file has none", name, p.line,
              p.column);
}

/* The decoded text is whole: lend it, unless memory ran out on the way or it holds a NUL. Its
 * bytes stay with `d->owned`. */
static bilan_status lend_owned(bilan *b, struct decoded *d, const char *name) {
  if (d->owned.failed) return fail_nomem(b);
  d->text = (struct text){d->owned.s ? d->owned.s : "", d->owned.n};
  return refuse_nul(b, name, d->text);
}

/* ---- UTF-8 ------------------------------------------------------------------------------ */

/* Copies the bytes with U+FFFD in the place of each bad one, as the Unicode Standard (section
 * 3.9) advises for single bytes, and counts them for the report. */
static bilan_status replace_bad(bilan *b, struct decoded *d, const char *name,
                                struct text bytes) {
  size_t bad;
  while (!text_is_utf8(bytes, &bad)) {
    buffer_add(&d->owned, bytes.s, bad);
    buffer_string(&d->owned, "\xEF\xBF\xBD");
    bytes = (struct text){bytes.s + bad + 1, bytes.n - bad - 1};
    d->replaced++;
  }
  buffer_text(&d->owned, bytes);
  return lend_owned(b, d, name);
}

/* Checked strictly: overlong forms, surrogates and characters above U+10FFFF are refused by
 * text_is_utf8. The input is lent, not copied. */
static bilan_status decode_utf8(bilan *b, struct decoded *d, const char *name,
                                struct text bytes, bool replace) {
  size_t bad;
  set_encoding(d, "UTF-8");
  if (!text_is_utf8(bytes, &bad)) {
    if (replace) return replace_bad(b, d, name, bytes);
    return fail_byte(b, name, bytes, bad, "UTF-8",
                     "; try encoding = \"windows-1252\", or replace = true");
  }
  d->text = bytes;
  return refuse_nul(b, name, bytes);
}

/* ---- Windows-1252 ----------------------------------------------------------------------- */

/* 0x80 to 0x9F of Windows-1252 (Unicode Consortium, CP1252.TXT); 0 = undefined. The others
 * are their own code points. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

/* The character of a byte, 0 for none. */
static uint32_t character_1252(unsigned byte) {
  return byte >= 0x80 && byte < 0xA0 ? windows_1252[byte - 0x80] : byte;
}

/* Runs of ASCII are copied whole. An undefined byte is an error with its place: columns are
 * bytes here, one a character. */
static bilan_status decode_1252(bilan *b, struct decoded *d, const char *name,
                                struct text bytes) {
  set_encoding(d, "windows-1252");
  size_t done = 0;
  for (size_t at = 0; at < bytes.n; at++) {
    if (byte_at(bytes, at) < 0x80) continue;
    uint32_t character = character_1252(byte_at(bytes, at));
    char utf8[4];
    if (!character) {
      size_t before = text_place((struct text){bytes.s, bytes.n}, at).line;
      size_t start = at;
      while (start && bytes.s[start - 1] != '\n' && bytes.s[start - 1] != '\r') start--;
      return fail(b, BILAN_DATA,
                  "%s:%zu:%zu: byte 0x%02X is not windows-1252; try encoding = \"cp850\" or "
                  "\"macintosh\"", name, before, at - start + 1, byte_at(bytes, at));
    }
    buffer_add(&d->owned, bytes.s + done, at - done);
    buffer_add(&d->owned, utf8, text_put(utf8, character));
    done = at + 1;
  }
  buffer_add(&d->owned, bytes.s + done, bytes.n - done);
  return lend_owned(b, d, name);
}

/* A letter, or a sign that French, German, Spanish... text has: quotes, dashes, the ellipsis,
 * the euro, the degree and section signs, the hard blank. */
static bool usual_1252(unsigned byte) {
  static const unsigned char signs[] = {0x80, 0x85, 0x8C, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96,
                                        0x97, 0x99, 0x9C, 0xA0, 0xA3, 0xA7, 0xA9, 0xAA, 0xAB,
                                        0xAE, 0xB0, 0xB2, 0xB3, 0xB4, 0xB5, 0xB7, 0xBA, 0xBB,
                                        0xA1, 0xBF};
  if (byte >= 0xC0) return byte != 0xD7 && byte != 0xF7;
  return memchr(signs, (int)byte, sizeof signs) != NULL;
}

/* What the high bytes of a text are like. */
struct high_bytes {
  size_t count;     /* all of them */
  size_t usual;     /* as in Western European text */
  size_t runs;      /* those that follow another high letter: common in Cyrillic or Greek */
  size_t sequences; /* whole UTF-8 sequences */
  size_t controls;  /* control characters, which no text has */
  bool undefined;   /* one has no meaning in Windows-1252 */
};

/* Counts one byte. */
static void look_at(struct high_bytes *h, struct text t, size_t at) {
  unsigned byte = byte_at(t, at);
  if (byte < 0x20) h->controls += byte != '\t' && byte != '\n' && byte != '\r';
  if (byte < 0x80) return;
  h->count++;
  h->usual += usual_1252(byte);
  h->runs += byte >= 0xC0 && at && byte_at(t, at - 1) >= 0xC0;
  h->undefined = h->undefined || !character_1252(byte);
}

/* Two passes over text that is not valid UTF-8: single bytes, then the whole sequences among
 * them. */
static struct high_bytes survey_high_bytes(struct text t) {
  struct high_bytes h = {0};
  for (size_t at = 0; at < t.n; at++) look_at(&h, t, at);
  for (size_t at = 0; at < t.n;) {
    size_t before = at;
    text_next(t, &at);
    h.sequences += at - before > 1;
  }
  return h;
}

/* Nine of ten high bytes usual in Western European text, at most one in five after another one:
 * runs of high letters are how Cyrillic, Greek and Arabic encodings look. */
static bool looks_1252(const struct high_bytes *h) {
  return !h->controls && !h->undefined && h->usual * 10 >= h->count * 9 &&
         h->runs * 5 <= h->count;
}

/* ---- UTF-16 ----------------------------------------------------------------------------- */

/* Two bytes as one unit of UTF-16. */
static uint32_t unit_at(struct text t, size_t at, bool big) {
  return big ? byte_at(t, at) << 8 | byte_at(t, at + 1)
             : byte_at(t, at + 1) << 8 | byte_at(t, at);
}

/* Decodes the character at *at (an even number of bytes is left); false: a lone surrogate. */
static bool next_utf16(uint32_t *character, struct text t, size_t *at, bool big) {
  uint32_t unit = unit_at(t, *at, big);
  *at += 2;
  *character = unit;
  if (unit < 0xD800 || unit > 0xDFFF) return true;
  if (unit > 0xDBFF || t.n - *at < 2) return false;
  uint32_t low = unit_at(t, *at, big);
  if (low < 0xDC00 || low > 0xDFFF) return false;
  *at += 2;
  *character = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  return true;
}

/* The place of a fault is counted in what was decoded before it, since lines are not visible
 * in the bytes. */
static bilan_status decode_utf16(bilan *b, struct decoded *d, const char *name,
                                 struct text bytes, bool big) {
  const char *encoding = big ? "UTF-16BE" : "UTF-16LE";
  set_encoding(d, encoding);
  for (size_t at = 0; at < bytes.n;) {
    uint32_t character;
    char utf8[4];
    bool whole = bytes.n - at >= 2 && next_utf16(&character, bytes, &at, big);
    if (!whole) {
      struct text before = {d->owned.s, d->owned.n};
      struct place p = text_place(before, before.n);
      return fail(b, BILAN_DATA, "%s:%zu:%zu: not %s: half a character", name, p.line, p.column,
                  encoding);
    }
    buffer_add(&d->owned, utf8, text_put(utf8, character));
    if (d->owned.failed) break;
  }
  return lend_owned(b, d, name);
}

/* Bytes of UTF-16 without a mark: most pairs have a zero on the same side. */
static const char *looks_utf16(struct text t) {
  size_t pairs = t.n < 2048 ? t.n / 2 : 1024, even = 0, odd = 0;
  for (size_t i = 0; i < pairs; i++) {
    even += !t.s[2 * i];
    odd += !t.s[2 * i + 1];
  }
  if (odd * 10 >= pairs * 7 && even * 10 <= pairs && odd) return "UTF-16LE";
  if (even * 10 >= pairs * 7 && odd * 10 <= pairs && even) return "UTF-16BE";
  return NULL;
}

/* ---- all other encodings, by iconv ------------------------------------------------------ */

/* A name that is safe to hand to iconv: no options after a slash. */
static bool plain_name(const char *name) {
  if (!*name || strlen(name) >= ENCODING_ROOM) return false;
  for (; *name; name++)
    if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:", *name))
      return false;
  return true;
}

/* As fail_byte, but the place is counted in the text converted so far. */
static bilan_status fail_conversion(bilan *b, struct decoded *d, const char *name,
                                    unsigned byte) {
  struct text before = {d->owned.s, d->owned.n};
  struct place p = text_place(before, before.n);
  return fail(b, BILAN_DATA, "%s:%zu:%zu: byte 0x%02X is not %s", name, p.line, p.column, byte,
              d->encoding);
}

/* Feeds iconv and collects what it gives, then what it holds back. */
static bilan_status convert(bilan *b, struct decoded *d, const char *name, struct text bytes,
                            iconv_t converter) {
  char *in = (char *)(uintptr_t)bytes.s, piece[4096];
  size_t left = bytes.n;
  for (bool flush = false;;) {
    char *to = piece;
    size_t room = sizeof piece;
    size_t made = flush ? iconv(converter, NULL, NULL, &to, &room)
                        : iconv(converter, &in, &left, &to, &room);
    buffer_add(&d->owned, piece, sizeof piece - room);
    if (d->owned.failed) return fail_nomem(b);
    if (made == (size_t)-1 && errno == E2BIG) continue;
    if (made == (size_t)-1) return fail_conversion(b, d, name, (unsigned char)*in);
    if (flush) return BILAN_OK;
    flush = true;
  }
}

/* BILAN_USAGE when iconv does not know the name (or its module cannot be loaded). */
static bilan_status decode_other(bilan *b, struct decoded *d, const char *name,
                                 struct text bytes, const char *encoding) {
  iconv_t converter = plain_name(encoding) ? iconv_open("UTF-8", encoding) : (iconv_t)-1;
  if (converter == (iconv_t)-1)
    return fail(b, BILAN_USAGE,
                "unknown encoding \"%s\"; known are UTF-8, UTF-16, windows-1252 and what "
                "\"iconv -l\" lists", encoding);
  set_encoding(d, encoding);
  bilan_status status = convert(b, d, name, bytes, converter);
  iconv_close(converter);
  return status ? status : lend_owned(b, d, name);
}

/* ---- deciding --------------------------------------------------------------------------- */

/* The encoding that a byte-order mark states (AUTO: none), its length in *length. */
static enum coding marked(struct text t, size_t *length) {
  *length = 0;
  if (t.n >= 3 && !memcmp(t.s, "\xEF\xBB\xBF", 3)) {
    *length = 3;
    return UTF8;
  }
  if (t.n < 2 || (memcmp(t.s, "\xFF\xFE", 2) != 0 && memcmp(t.s, "\xFE\xFF", 2) != 0))
    return AUTO;
  *length = 2;
  return t.s[0] == '\xFF' ? UTF16LE : UTF16BE;
}

/* Rules 3 to 6, for bytes without a mark. */
static bilan_status decode_unnamed(bilan *b, struct decoded *d, const char *name,
                                   struct text bytes, bool replace) {
  const char *utf16 = looks_utf16(bytes);
  size_t bad;
  if (utf16)
    return fail(b, BILAN_DATA, "%s:1:1: looks like %s without a byte-order mark; say "
                "encoding = \"%s\"", name, utf16, utf16);
  if (replace || text_is_utf8(bytes, &bad)) return decode_utf8(b, d, name, bytes, replace);
  bilan_status status = refuse_nul(b, name, bytes);
  if (status) return status;
  struct high_bytes h = survey_high_bytes(bytes);
  if (h.sequences * 3 > h.count)
    return fail_byte(b, name, bytes, bad, "UTF-8",
                     ", though most of the file is; say replace = true to read it as U+FFFD");
  d->guessed = true;
  if (h.undefined || looks_1252(&h)) return decode_1252(b, d, name, bytes);
  return fail_byte(b, name, bytes, bad, "UTF-8",
                   "; try encoding = \"windows-1252\", \"cp850\", \"macintosh\" or "
                   "\"windows-1251\"");
}

/* Without a byte-order mark: what was asked for, or the rules. UTF-16 without a mark and
 * without a side is little-endian, as Windows writes it. */
static bilan_status decode_as(bilan *b, struct decoded *d, const char *name, struct text bytes,
                              const struct decode_options *options) {
  switch (coding_of(options->encoding)) {
  case AUTO: return decode_unnamed(b, d, name, bytes, options->replace);
  case UTF8: return decode_utf8(b, d, name, bytes, options->replace);
  case UTF16:
  case UTF16LE: return decode_utf16(b, d, name, bytes, false);
  case UTF16BE: return decode_utf16(b, d, name, bytes, true);
  case WINDOWS_1252: return decode_1252(b, d, name, bytes);
  default: return decode_other(b, d, name, bytes, options->encoding);
  }
}

/* A mark decides; an encoding that contradicts it is an error. */
static bilan_status decode_marked(bilan *b, struct decoded *d, const char *name,
                                  struct text bytes, enum coding mark,
                                  const struct decode_options *options) {
  enum coding asked = coding_of(options->encoding);
  bool agree = asked == AUTO || asked == mark || (asked == UTF16 && mark != UTF8);
  if (!agree)
    return fail(b, BILAN_DATA, "%s:1:1: the file starts with a byte-order mark of %s, but "
                "encoding = \"%s\" was asked for", name,
                mark == UTF8 ? "UTF-8" : mark == UTF16LE ? "UTF-16LE" : "UTF-16BE",
                options->encoding);
  d->bom = true;
  if (mark == UTF8) return decode_utf8(b, d, name, bytes, options->replace);
  return decode_utf16(b, d, name, bytes, mark == UTF16BE);
}

/* The result is made on the side and copied when it is whole. */
bilan_status decode_text(bilan *b, struct decoded *out, const char *name, struct text bytes,
                         const struct decode_options *options) {
  struct decoded d = {.text = TEXT("")};
  size_t length;
  enum coding mark = marked(bytes, &length);
  struct text rest = {bytes.s + length, bytes.n - length};
  buffer_init(&d.owned, &b->mem);
  bilan_status status = mark == AUTO ? decode_as(b, &d, name, rest, options)
                                     : decode_marked(b, &d, name, rest, mark, options);
  if (status) decode_free(&d);
  else *out = d;
  return status;
}

/* A zeroed `decoded` has no allocator yet. */
void decode_free(struct decoded *d) {
  if (d->owned.mem) buffer_free(&d->owned);
}

/* text_fold.c - names as people type them: without case and accents, and how far apart.
 *
 * Folding: Latin letters of the blocks Latin-1 Supplement, Latin Extended-A, -B and
 * Additional become a to z (ligatures two letters: "ae", "oe", "ss", "ij", "th"); Greek and
 * Cyrillic letters become small ones without accents; marks U+0300 to U+036F vanish, so that
 * composed and decomposed spellings fold alike; typographic apostrophes, hyphens and blanks
 * become ASCII. Everything else stays. Folding twice changes nothing more.
 *
 * Distance: Damerau-Levenshtein in the restricted form ("optimal string alignment": no
 * piece is edited twice; F. J. Damerau, CACM 7(3), 1964), over folded characters:
 *   d[i][j] = min(d[i-1][j] + 1, d[i][j-1] + 1, d[i-1][j-1] + (a[i] != b[j]),
 *                 d[i-2][j-2] + 1 when a[i-1] a[i] = b[j] b[j-1])
 * with three rows. Cost: at most 64 * 64 steps.
 */
#include "base/letter_case.h"
#include "base/text.h"

enum { MOST_CHARACTERS = 64 };

/* U+00C0 to U+024F. '.' stays as it is; a digit is one of the ligatures below. */
static const char latin[] =
    "aaaaaa1ceeeeiiiidnooooo.ouuuuy53aaaaaa1ceeeeiiiidnooooo.ouuuuy5y" /* 00C0 */
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii44jjkkklllllll" /* 0100 */
    "lllnnnnnnnnnoooooo22rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs" /* 0140 */
    "................................oo.............uu..............." /* 0180 */
    ".............aaiioouuuuuuuuuu.aaaa....ggkkoooo..j...gg..nnaa...." /* 01C0 */
    "aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............" /* 0200 */
    "................";                                                /* 0240 */

/* U+1E00 to U+1EFF. */
static const char latin_additional[] =
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm" /* 1E00 */
    "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv" /* 1E40 */
    "wwwwwwwwwwxxxxyyzzzzzzhtwya.ss3.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee" /* 1E80 */
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......"; /* 1EC0 */

static const char *const ligatures[] = {"ae", "oe", "ss", "ij", "th"}; /* '1' to '5' */

/* A letter and what it folds to. */
struct pair {
  uint16_t from, to;
};

/* Accented small letters outside Latin, in order, and the final sigma. */
static const struct pair accented[] = {
    {0x390, 0x3B9}, {0x3AC, 0x3B1}, {0x3AD, 0x3B5}, {0x3AE, 0x3B7}, {0x3AF, 0x3B9},
    {0x3B0, 0x3C5}, {0x3C2, 0x3C3}, {0x3CA, 0x3B9}, {0x3CB, 0x3C5}, {0x3CC, 0x3BF},
    {0x3CD, 0x3C5}, {0x3CE, 0x3C9}, {0x439, 0x438}, {0x450, 0x435}, {0x451, 0x435},
    {0x453, 0x433}, {0x457, 0x456}, {0x45C, 0x43A}, {0x45D, 0x438}, {0x45E, 0x443},
    {0x477, 0x475}, {0x4C2, 0x436}, {0x4D1, 0x430}, {0x4D3, 0x430}, {0x4D7, 0x435},
    {0x4DB, 0x4D9}, {0x4DD, 0x436}, {0x4DF, 0x437}, {0x4E3, 0x438}, {0x4E5, 0x438},
    {0x4E7, 0x43E}, {0x4EB, 0x4E9}, {0x4ED, 0x44D}, {0x4EF, 0x443}, {0x4F1, 0x443},
    {0x4F3, 0x443}, {0x4F5, 0x447}, {0x4F9, 0x44B}};

/* Greek and Cyrillic: the small letter without accent. */
static uint32_t fold_greek_cyrillic(uint32_t c) {
  size_t low = 0, high = sizeof accented / sizeof accented[0];
  c = letter_lower(c);
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (accented[middle].from == c) return accented[middle].to;
    if (accented[middle].from < c) low = middle + 1;
    else high = middle;
  }
  return c;
}

/* Apostrophes, hyphens and blanks of typography. */
static uint32_t fold_sign(uint32_t c) {
  if (c == 0x2018 || c == 0x2019 || c == 0x2BC) return '\'';
  if (c == 0x2010 || c == 0x2011) return '-';
  if (c == 0xA0 || c == 0x202F || c == 0x2009) return ' ';
  return c;
}

/* The entry of the two tables above for a Latin letter beyond ASCII, else '.'. */
static char fold_latin(uint32_t c) {
  if (c >= 0xC0 && c < 0x250) return latin[c - 0xC0];
  if (c >= 0x1E00 && c < 0x1F00) return latin_additional[c - 0x1E00];
  return '.';
}

/* Folds one character to 0, 1 or 2; returns how many. */
static size_t fold_character(uint32_t out[2], uint32_t c) {
  out[0] = c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c < 0x80) return 1;
  if (c >= 0x300 && c < 0x370) return 0; /* a combining mark */
  char letter = fold_latin(c);
  if (letter >= '1' && letter <= '5') {
    out[0] = (uint32_t)ligatures[letter - '1'][0];
    out[1] = (uint32_t)ligatures[letter - '1'][1];
    return 2;
  }
  if (letter != '.') out[0] = (uint32_t)letter;
  else if (c >= 0x370 && c < 0x530) out[0] = fold_greek_cyrillic(c);
  else out[0] = fold_sign(c);
  return 1;
}

/* Character by character; nothing is looked up across characters. */
void text_fold(struct buffer *out, struct text t) {
  uint32_t folded[2];
  char bytes[4];
  for (size_t at = 0; at < t.n; ) {
    size_t n = fold_character(folded, text_next(t, &at));
    for (size_t i = 0; i < n; i++) buffer_add(out, bytes, text_put(bytes, folded[i]));
  }
}

/* The first characters of the folded text. */
static size_t fold_characters(uint32_t out[MOST_CHARACTERS], struct text t) {
  size_t n = 0;
  uint32_t folded[2];
  for (size_t at = 0; at < t.n && n < MOST_CHARACTERS; ) {
    size_t more = fold_character(folded, text_next(t, &at));
    for (size_t i = 0; i < more && n < MOST_CHARACTERS; i++) out[n++] = folded[i];
  }
  return n;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* One row of d: the edits between the first i characters of `left` and each beginning of
 * `right`, from the two rows before it. */
static void fill_row(size_t *row, const size_t *last, const size_t *before, const uint32_t *left,
                     size_t i, const uint32_t *right, size_t m) {
  row[0] = i;
  for (size_t j = 1; j <= m; j++) {
    size_t edits = last[j - 1] + (left[i - 1] != right[j - 1]);
    edits = least(edits, least(last[j], row[j - 1]) + 1);
    if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
      edits = least(edits, before[j - 2] + 1);
    row[j] = edits;
  }
}

/* The rows change places rather than being copied. */
size_t text_distance(struct text a, struct text b, size_t most) {
  uint32_t left[MOST_CHARACTERS], right[MOST_CHARACTERS];
  size_t rows[3][MOST_CHARACTERS + 1];
  size_t n = fold_characters(left, a), m = fold_characters(right, b);
  size_t *before = rows[0], *last = rows[1], *row = rows[2];
  if ((n > m ? n - m : m - n) > most) return most + 1;
  for (size_t j = 0; j <= m; j++) last[j] = j;
  for (size_t i = 1; i <= n; i++) {
    fill_row(row, last, before, left, i, right, m);
    size_t *oldest = before;
    before = last;
    last = row;
    row = oldest;
  }
  return last[m] > most ? most + 1 : last[m];
}

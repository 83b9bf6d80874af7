/* odd.c - generator of surveys that are unlike the usual one, as CSV.
 *
 *   odd LAYOUT ROWS OUT.csv
 *
 *   skewed   90 % of the answers to each of 10 items are the same one
 *   levels   items of 250 levels, in text; the second a banner of 12
 *   psus     20,000 PSUs in 400 strata, rows in no order
 *   columns  700 items, of 2 to 6 answers
 *   blank    20 of 30 items that nobody answered
 *   narrow   one item, one banner, a weight of one decimal: 8 bytes a row, for many rows
 *
 * All but narrow start with psu,stratum,gender,q001,... and end with a weight of six decimals. The
 * same layout and rows always give the same bytes (splitmix64, whole numbers only).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a layout is made of. */
struct layout {
  const char *name;
  unsigned psus, strata, items, levels, blank_items, skew;
};

static const struct layout layouts[] = {
    {"skewed", 200, 40, 10, 5, 0, 90},   {"levels", 200, 40, 4, 250, 0, 0},
    {"psus", 20000, 400, 10, 5, 0, 0},   {"columns", 200, 40, 700, 0, 0, 0},
    {"blank", 200, 40, 30, 5, 20, 0},    {"narrow", 0, 0, 1, 5, 0, 0},
};

static uint64_t state = 1;

static uint32_t below(uint32_t n) {
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (uint32_t)(((z ^ (z >> 31)) >> 32) * n >> 32);
}

static FILE *out;

/* A field and the comma before it; numbers below a million, printed by hand. */
static void put_number(char separator, uint32_t v, int width) {
  char digits[12];
  int i = 12;
  do {
    digits[--i] = (char)('0' + v % 10);
    v /= 10;
    width--;
  } while (v > 0 || width > 0);
  if (separator) putc_unlocked(separator, out);
  fwrite(digits + i, 1, (size_t)(12 - i), out);
}

/* The answer to item q: its level, or nothing. */
static void put_item(const struct layout *l, unsigned q) {
  unsigned levels = l->levels ? l->levels : 2 + q % 5;
  if (q < l->blank_items || below(100) < 5) {
    putc_unlocked(',', out);
    return;
  }
  unsigned level = below(100) < l->skew ? 1 : below(q == 1 && levels > 12 ? 12 : levels);
  if (levels > 12) fputs(",answer ", out);
  else putc_unlocked(',', out);
  put_number(0, level, 1);
}

static void put_row(const struct layout *l) {
  if (l->psus) {
    uint32_t psu = below(l->psus);
    put_number(0, psu, 1);
    put_number(',', psu / (l->psus / l->strata), 1);
    put_number(',', below(4), 1);
    for (unsigned q = 0; q < l->items; q++) put_item(l, q);
    put_number(',', below(8), 1);
    put_number('.', below(1000000), 6);
  } else {
    put_number(0, below(5), 1);
    put_number(',', below(4), 1);
    put_number(',', 1 + below(8), 1);
    put_number('.', below(10), 1);
  }
  putc_unlocked('\n', out);
}

static void put_heading(const struct layout *l) {
  if (!l->psus) {
    fputs("q001,gender,weight\n", out);
    return;
  }
  fputs("psu,stratum,gender", out);
  for (unsigned q = 0; q < l->items; q++) fprintf(out, ",q%03u", q + 1);
  fputs(",weight\n", out);
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: odd LAYOUT ROWS OUT.csv\n");
    return 2;
  }
  const struct layout *l = NULL;
  for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
    if (strcmp(layouts[i].name, argv[1]) == 0) l = &layouts[i];
  if (!l || !(out = fopen(argv[3], "wb"))) {
    fprintf(stderr, "odd: no layout \"%s\", or \"%s\" cannot be written\n", argv[1], argv[3]);
    return 1;
  }
  setvbuf(out, NULL, _IOFBF, 1 << 20);
  put_heading(l);
  for (uint64_t rows = strtoull(argv[2], NULL, 10); rows > 0; rows--) put_row(l);
  return fclose(out) ? 1 : 0;
}

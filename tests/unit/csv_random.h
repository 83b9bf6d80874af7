/* csv_random.h - made-up CSV files from a seed: regular ones with a few oddities, mostly, so
 * that the fast reader reads many of them to the end, and every kind of fault.
 */
#ifndef TESTS_CSV_RANDOM_H
#define TESTS_CSV_RANDOM_H

#include <stdio.h>
#include <string.h>

#include "io/csv.h"

enum { RANDOM_BYTES = 1 << 16, RANDOM_COLUMNS = 12 };

/* How the cells of a column are made. */
enum random_kind {
  KIND_FEW, KIND_DIGITS, KIND_MANY_NUMBERS, KIND_MANY_DECIMALS, KIND_COMMAS, KIND_STYLES,
  KIND_IDS, KIND_WORDS, KIND_DATES, KIND_LONG, KIND_BLANK, KIND_LATE_WORD, KIND_THOUSANDS,
  KIND_SIGNS, KIND_CODES255, KIND_MIXED, KINDS
};

struct random_csv {
  uint64_t state;
  char bytes[RANDOM_BYTES + 512];
  size_t size;
  /* how it is read */
  size_t chunk, spill;
  enum simd simd;
  int threads, asked, decimal;
  bool words, typed, limited, faulty; /* `faulty`: some cells and rows are no CSV */
  /* how it is made */
  char delimiter;
  const char *line_end;
  size_t columns, rows, row;
  unsigned oddity; /* one cell in so many is odd; 0: none */
  enum random_kind kind[RANDOM_COLUMNS];
  struct missing_word missing[3];
  struct csv_type type[2];
};

/* splitmix64 (G. Steele and others, 2014). */
static inline uint64_t random_next(struct random_csv *f) {
  uint64_t z = (f->state += UINT64_C(0x9E3779B97F4A7C15));
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static inline size_t random_below(struct random_csv *f, size_t n) {
  return (size_t)(random_next(f) >> 33) % n;
}

static inline void random_put(struct random_csv *f, const char *s, size_t n) {
  if (f->size + n > RANDOM_BYTES) return;
  memcpy(f->bytes + f->size, s, n);
  f->size += n;
}

static inline void random_text(struct random_csv *f, const char *s) {
  random_put(f, s, strlen(s));
}

#define RANDOM_OF(f, list) ((list)[random_below((f), sizeof(list) / sizeof *(list))])

/* A number with up to `digits` digits, then perhaps a mark and decimals. */
static inline void random_number(struct random_csv *f, size_t most, const char *mark,
                                 size_t decimals) {
  char digits[64];
  size_t n = 1 + random_below(f, most);
  for (size_t i = 0; i < n; i++) digits[i] = (char)('0' + random_below(f, 10));
  if (digits[0] == '0' && n > 1) digits[0] = '1';
  random_put(f, digits, n);
  if (!decimals) return;
  random_text(f, mark);
  for (size_t i = 0; i < decimals; i++) digits[i] = (char)('0' + random_below(f, 10));
  random_put(f, digits, decimals);
}

/* A cell that asks something of the reader. Some are faults of the file. */
static inline void random_odd(struct random_csv *f) {
  static const char *const harmless[] = {
      "", "", "\"\"", " ", "  Oui", "Oui ", "\xC2\xA0Oui", "Oui\xE2\x80\xAF", "\"Oui\"", "\" Oui\"",
      "\"a \"\"b\"\" c\"", "\"\"\"\"", "\"\"\"x\"\"\"", "\"line\none\"", "\"line\r\ntwo\"",
      "\"a,b;c\"", "\"\n\"", "NA", "99", "-", "\"NA\"", "\"12\"", "\"1.5\"", "x",
      "\xC3\xA9t\xC3\xA9", "\xF0\x9F\x98\x80", "\"Oui \"", "007", "1e5", "1e+05", "-3", "+4",
      ".5", "5.", "1.0", "1", "0", "-0", "1 234", ("1\xC2\xA0" "234"), "1e+400",
      "1234567890123456", "0.000000000000000001",
      "123456789012345", "2024-02-29", "2023-02-29", "2024-01-01T10:00", "\t", "a b", "'x",
      "aaaaaaa", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaa",
      "aaaaaaaabaaaaaaaa", "aaaaaaaacaaaaaaaa", "\"aaaaa\"", "\"aaaaaaa\""};
  static const char *const faults[] = {
      "\"open", "a\"b", "\"a\"b", "\"a\" ", " \"a\"", "\r", "a\rb", "\"a\rb\"", "\xFF", "\xC3",
      "\xEF\xBB\xBF", "x\xEF\xBB\xBFy", "\"\"a\"\"", "a\"\"b", "\xE9t\xE9", "\xED\xA0\x80",
      "\"a\"\"", "\"\"\"", "x\ny", "x,y", "x;y", "\n", "\n\n", " \n", "\r\n", "\r\r\n"};
  if (!f->faulty || random_below(f, 6)) random_text(f, RANDOM_OF(f, harmless));
  else if (!random_below(f, 8)) random_put(f, "a\0b", 3);
  else random_text(f, RANDOM_OF(f, faults));
}

/* What most cells of the column are. */
static inline void random_cell(struct random_csv *f, enum random_kind kind) {
  static const char *const few[] = {"Oui", "Non", "Ne sait pas", "\"Ni d'accord, ni pas\"",
                                    "Tr\xC3\xA8s souvent", "",
                                    "\"De temps en temps, pas chaque semaine\""};
  static const char *const dates[] = {"2024-01-01", "2024-12-31", "1999-06-15", "2000-02-29", ""};
  static const char *const codes[] = {"0", "1", "2", "3", "4", "5", "255", "12", "40", "200"};
  static const char *const styles[] = {"1.5", "2,5", "3", "1,234", "1.234", "1 234,5", "2.25"};
  static const char *const signs[] = {"-1.5", "2.25", "-0.5", "3e-05", "0.1", "-7", "", "12.125"};
  char room[40];
  switch (kind) {
  case KIND_FEW: random_text(f, RANDOM_OF(f, few)); break;
  case KIND_DIGITS: random_number(f, 1, "", 0); break;
  case KIND_CODES255: random_text(f, RANDOM_OF(f, codes)); break;
  case KIND_MANY_NUMBERS: random_number(f, 9, "", 0); break;
  case KIND_MANY_DECIMALS: random_number(f, 2, ".", 1 + random_below(f, 6)); break;
  case KIND_COMMAS: random_number(f, 3, f->delimiter == ',' ? "." : ",", 3); break;
  case KIND_THOUSANDS: random_number(f, 3, ".", 3); break;
  case KIND_STYLES: random_text(f, RANDOM_OF(f, styles)); break;
  case KIND_SIGNS: random_text(f, RANDOM_OF(f, signs)); break;
  case KIND_IDS:
    snprintf(room, sizeof room, "R%07u", (unsigned)random_below(f, 100000000));
    random_text(f, room);
    break;
  case KIND_WORDS:
    snprintf(room, sizeof room, "mot %u", (unsigned)random_below(f, 1 + f->row / 3));
    random_text(f, room);
    break;
  case KIND_DATES: random_text(f, RANDOM_OF(f, dates)); break;
  case KIND_LONG:
    for (size_t i = random_below(f, 12); i > 0; i--) random_text(f, "un texte assez long ");
    random_number(f, 4, "", 0);
    break;
  case KIND_LATE_WORD:
    if (f->row * 10 > f->rows * 9 && !random_below(f, 5)) random_text(f, "inconnu");
    else random_number(f, 4, ".", 2);
    break;
  case KIND_MIXED: random_cell(f, (enum random_kind)random_below(f, KIND_LATE_WORD)); break;
  default: break;
  }
}

static inline void random_row(struct random_csv *f) {
  size_t fields = f->columns;
  if (f->faulty && f->oddity && !random_below(f, (size_t)f->oddity * 40))
    fields += random_below(f, 3) - 1;
  for (size_t i = 0; i < fields; i++) {
    if (i) random_put(f, &f->delimiter, 1);
    if (f->oddity && !random_below(f, f->oddity)) random_odd(f);
    else random_cell(f, i < f->columns ? f->kind[i] : KIND_FEW);
  }
  random_text(f, f->oddity && !random_below(f, 200) ? "\n" : f->line_end);
  if (f->oddity && !random_below(f, (size_t)f->oddity * 8)) random_text(f, f->line_end);
}

/* How the file is read. */
static inline void random_reading(struct random_csv *f) {
  static const size_t chunks[] = {1, 2, 3, 7, 31, 63, 64, 65, 100, 129, 500, 1000, 4096, 16384};
  static const enum simd simds[] = {SIMD_BEST, SIMD_SCALAR, SIMD_SSE2, SIMD_AVX2, SIMD_NEON};
  static const size_t spills[] = {2, 3, 5, 8, 16, 40, 0};
  f->chunk = RANDOM_OF(f, chunks);
  f->simd = RANDOM_OF(f, simds);
  f->threads = random_below(f, 16) ? 1 : 1 + (int)random_below(f, 3);
  f->spill = RANDOM_OF(f, spills);
  f->asked = random_below(f, 4) ? 0 : f->delimiter;
  f->decimal = random_below(f, 8) ? 0 : random_below(f, 2) ? '.' : ',';
  f->words = !random_below(f, 5);
  f->typed = !random_below(f, 10);
  f->limited = !random_below(f, 40);
}

/* A few bytes changed at random. */
static inline void random_damage(struct random_csv *f) {
  static const char bytes[] = {'"', '"', '\n', '\r', ',', ';', ' ', 'a', '\0', '\xC3', '1', '.'};
  for (size_t n = 1 + random_below(f, 3); n > 0 && f->size; n--)
    f->bytes[random_below(f, f->size)] = RANDOM_OF(f, bytes);
}

static inline void random_csv_make(struct random_csv *f, uint64_t seed) {
  static const char *const ends[] = {"\n", "\n", "\n", "\r\n", "\r\n", "\r"};
  static const char delimiters[] = {',', ',', ',', ';', '\t', '|'};
  static const size_t rows[] = {0, 1, 2, 5, 20, 60, 150, 300};
  static const unsigned oddities[] = {0, 0, 4, 20, 100, 400};
  f->state = seed * UINT64_C(0x2545F4914F6CDD1D) + 1;
  f->size = 0;
  f->delimiter = RANDOM_OF(f, delimiters);
  f->line_end = RANDOM_OF(f, ends);
  if (f->line_end[0] == '\r' && !f->line_end[1] && random_below(f, 4)) f->line_end = "\n";
  f->columns = random_below(f, 30) ? 2 + random_below(f, RANDOM_COLUMNS - 1) : 1;
  f->rows = RANDOM_OF(f, rows);
  f->oddity = RANDOM_OF(f, oddities);
  f->faulty = !random_below(f, 5);
  random_reading(f);
  if (!random_below(f, 10)) random_text(f, "\xEF\xBB\xBF");
  if (!random_below(f, 100)) random_text(f, "sep=;\n");
  if (!random_below(f, 30)) random_text(f, f->line_end);
  for (size_t i = 0; i < f->columns; i++) {
    static const char *const names[] = {"q", "q", "\"a, b\"", "nom", "", "Q1. Une question ?",
        "\xC3\xA9"};
    f->kind[i] = (enum random_kind)random_below(f, KINDS);
    if (i) random_put(f, &f->delimiter, 1);
    random_text(f, RANDOM_OF(f, names));
    random_number(f, 2, "", 0);
  }
  random_text(f, f->line_end);
  for (f->row = 0; f->row < f->rows; f->row++) random_row(f);
  if (f->size && !random_below(f, 4)) f->size--; /* no final line end, or half of one */
  if (!random_below(f, 20)) random_damage(f);
}

/* The options that the file is read with; they point into it. */
static inline void random_csv_options(struct random_csv *f, struct csv_options *o) {
  *o = (struct csv_options){.delimiter = (char)f->asked, .decimal = (char)f->decimal,
                            .spill = f->spill};
  if (f->words) {
    f->missing[0] = (struct missing_word){TEXT("NA"), BILAN_NO_ANSWER};
    f->missing[1] = (struct missing_word){TEXT("99"), BILAN_DONT_KNOW};
    f->missing[2] = (struct missing_word){TEXT("Ne sait pas"), BILAN_DONT_KNOW};
    o->missing = f->missing;
    o->missing_count = 1 + random_below(f, 3);
  }
  if (f->typed) {
    f->type[0] = (struct csv_type){TEXT("q1"), (enum csv_want)random_below(f, 6)};
    f->type[1] = (struct csv_type){TEXT("nom2"), (enum csv_want)random_below(f, 6)};
    o->types = f->type;
    o->type_count = 1 + random_below(f, 2);
  }
  if (f->limited) {
    o->limits.rows = 1 + random_below(f, 100);
    o->limits.field_bytes = 1 + random_below(f, 200);
    o->limits.columns = 1 + random_below(f, 12);
  }
}

static inline struct ways random_csv_ways(const struct random_csv *f) {
  return (struct ways){.chunk = f->chunk, .simd = f->simd};
}

#endif

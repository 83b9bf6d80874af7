/* csv_labels.h - what one worker knows of the values of one column: bytes as written -> code.
 *
 * Two hash tables by the bytes between two delimiters. Up to seven bytes are their own key (the
 * eighth byte is the length), in slots of 16 bytes. As soon as the column has a longer one, all
 * go through the other table, whose keys are the length and four words of eight bytes: both
 * ends and what is beside them, which is all of up to 32 bytes; only the middle of longer ones
 * is compared by a loop. So fields of all usual lengths take the same way through the processor.
 * Tables of few keys get a multiplier under which no two share a slot, for the same reason.
 *
 * The key is the field as written, quotes included: only a new key is unescaped, trimmed,
 * checked (UTF-8, NUL, quotes) and entered. A field equal to one that was checked is as good;
 * fields are cut at ASCII bytes, so a text whose fields are all UTF-8 is UTF-8.
 *
 * Codes of labels that only this worker knows are provisional, from `base` on: the commit of
 * the chunk (csv_gather.h) says which codes they are. Codes it has been told are final.
 */
#ifndef IO_CSV_LABELS_H
#define IO_CSV_LABELS_H

#include "base/handle.h"
#include "base/text.h"

struct csv_short { /* key: the bytes, low first, and the length in the highest byte */
  uint64_t key, code;
};

struct csv_long {
  uint64_t word[4]; /* at 0, 8, n - 16 and n - 8 of n bytes, moved inwards when there are fewer */
  uint32_t length;  /* bytes; LABEL_ESCAPED more for a label that holds a quote; LABEL_FREE */
  uint32_t code;
  uint64_t at;      /* of the bytes, in the arena */
};

/* A label that is new since the last commit: code `base` + its place. */
struct csv_fresh {
  uint64_t at;
  uint32_t length, row; /* the row of the chunk that has it first */
};

struct csv_labels {
  struct csv_short *shorts;
  struct csv_long *longs;
  uint64_t multiplier, long_multiplier;
  unsigned short_bits, long_bits; /* slots: 1 << bits */
  bool mixed; /* there are long keys: the long table has all */
  bool bmi2;  /* the processor has these instructions, and they may be used */
  size_t short_count, long_count;
  struct buffer arena;
  struct csv_fresh *fresh;
  size_t fresh_count, fresh_room;
  uint32_t base; /* the first provisional code */
};

enum { SHORT_KEY = 7 };

/* A word of a text that may be read 8 bytes behind the end of a field. */
static inline uint64_t csv_load(const char *s) {
  uint64_t word;
  __builtin_memcpy(&word, s, sizeof word);
  return word;
}

/* The first n <= 8 bytes in memory order, the others 0. */
static inline uint64_t csv_mask(size_t n) {
  static const uint8_t ones[16] = {255, 255, 255, 255, 255, 255, 255, 255};
  return csv_load((const char *)ones + 8 - n);
}

/* Memory is asked for through `b`: the caller holds whatever lock guards it.
 * BILAN_NOMEM; what was made is given back by close in any case. */
bilan_status csv_labels_open(bilan *b, struct csv_labels *l);
void csv_labels_close(bilan *b, struct csv_labels *l);

/* The code of a key in *code; false: not known. `text` may be read as csv_load says. */
bool csv_labels_find(const struct csv_labels *l, uint32_t *code, struct text key);

/* A value's code, entered as fresh (first met in `row`) when it is new. */
bilan_status csv_labels_value(bilan *b, struct csv_labels *l, uint32_t *code, struct text value,
                              size_t row);
/* From now on the bytes `key` mean `code`. */
bilan_status csv_labels_enter(bilan *b, struct csv_labels *l, struct text key, uint32_t code);

struct text csv_labels_fresh(const struct csv_labels *l, size_t i); /* lent */

/* The fresh labels are known now: code base + i is map[i]. The next provisional code is
 * `next`. */
void csv_labels_settle(struct csv_labels *l, const uint32_t *map, uint32_t next);

/* How a batch of fields is found: one column of some records. */
struct csv_batch {
  const char *text;
  const uint32_t *ends; /* of the column in the first record; ends[-1] is before the field */
  size_t stride;        /* fields of a record */
  size_t count;         /* records */
  bool last;            /* the last column: a carriage return at the end is not of the field */
};

/* Codes of a batch from record `from` on; stops at a field that is not known or whose code
 * does not fit the width, and returns how many records are done. */
size_t csv_labels_codes1(const struct csv_labels *l, const struct csv_batch *batch, size_t from,
                         uint8_t *out);
size_t csv_labels_codes2(const struct csv_labels *l, const struct csv_batch *batch, size_t from,
                         uint16_t *out);
size_t csv_labels_codes4(const struct csv_labels *l, const struct csv_batch *batch, size_t from,
                         uint32_t *out);

/* Field `i` of a batch. */
static inline struct text csv_batch_field(const struct csv_batch *batch, size_t i) {
  const uint32_t *end = batch->ends + i * batch->stride;
  uint32_t start = end[-1] + 1, n = end[0] - start;
  n -= batch->last && n && batch->text[start + n - 1] == '\r';
  return (struct text){batch->text + start, n};
}

#endif

/* csv_labels.c - see csv_labels.h.
 *
 * Idea: the field is its own key. For integers of one to three bytes a code costs one load of
 * the place, one of the text, a mask, a multiplication, one slot and a store.
 *
 * Traffic a field: 4 bytes of places read, its own bytes and their delimiter, 16 of a slot (in
 * the first-level cache; 56 of a long one), 1 byte written. Measured on one core of a busy
 * machine: 2.2 ns a field of one to three bytes, 22 instructions; 6 to 9 ns a label of 5 to 40
 * bytes. Bound by the instructions: reading 3.3 bytes from memory would take 0.4 ns.
 *
 *   key of "255"    32 35 35 00 00 00 00 03       slot = key * multiplier >> (64 - bits)
 *
 * Free slots: a short key whose length byte is 255, a long one of length LABEL_FREE.
 */
#include "io/csv_labels.h"

#include <string.h>

enum {
  FIRST_BITS = 4,      /* 16 slots */
  MULTIPLIERS = 12,    /* tried for a table without a collision */
  SMALL_BITS = 7,      /* tables up to so many slots are tried */
  LABEL_ESCAPED = 1 << 30
};

#define LABEL_FREE UINT32_MAX

static const uint64_t free_key = UINT64_MAX;

/* ---- keys ------------------------------------------------------------------------------- */

/* The next of a row of odd numbers without pattern (splitmix64: G. Steele and others, 2014). */
static uint64_t another(uint64_t x) {
  x += UINT64_C(0x9E3779B97F4A7C15);
  x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
  return (x ^ x >> 31) | 1;
}

/* Eight bytes or fewer, by copying: the key may stand anywhere. */
static uint64_t word_of(const char *s, size_t n) {
  uint64_t word = 0;
  if (n) memcpy(&word, s, n < 8 ? n : 8);
  return word;
}

/* Bytes in the low seven, the length in the eighth, on machines of either order. */
static inline uint64_t short_key(uint64_t word, size_t n) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return word | (uint64_t)n;
#else
  return word | (uint64_t)n << 56;
#endif
}

/* The two parts of a short key again. */
static inline size_t short_length(uint64_t key) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return (size_t)(key & 255);
#else
  return (size_t)(key >> 56);
#endif
}

static inline uint64_t short_word(uint64_t key) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return key & ~UINT64_C(255);
#else
  return key & UINT64_MAX >> 8;
#endif
}

static inline size_t short_slot(const struct csv_labels *l, uint64_t key) {
  return (size_t)((key * l->multiplier) >> (64 - l->short_bits));
}

/* The words of a long key; `s` may be read 8 bytes behind its start. */
static inline void long_words(uint64_t word[4], const char *s, size_t n) {
  size_t last = n > 8 ? n - 8 : 0;
  uint64_t mask = csv_mask(n < 8 ? n : 8);
  word[0] = csv_load(s) & mask;
  word[1] = csv_load(s + (last < 8 ? last : 8)) & mask;
  word[2] = csv_load(s + (last > 8 ? last - 8 : 0)) & mask;
  word[3] = csv_load(s + last) & mask;
}

static inline size_t long_slot(const struct csv_labels *l, const uint64_t word[4],
                               uint32_t length) {
  uint64_t h = word[0] ^ (word[3] ^ length) * UINT64_C(0x9FB21C651E98DF25) ^ word[2] << 7;
  return (size_t)(((h ^ h >> 32) * l->long_multiplier) >> (64 - l->long_bits));
}

/* Are bytes 16 to n - 16 the same? n > 32; no load goes beyond n. */
static inline bool same_middle(const char *a, const char *b, size_t n) {
  for (size_t at = 16; at < n - 16; at += 8)
    if (csv_load(a + at) != csv_load(b + at)) return false;
  return true;
}

/* All but the middle. */
static inline bool same_long(const struct csv_long *e, const uint64_t word[4], uint32_t length) {
  return ((e->word[0] ^ word[0]) | (e->word[1] ^ word[1]) | (e->word[2] ^ word[2]) |
          (e->word[3] ^ word[3]) | (e->length ^ length)) == 0;
}

/* ---- the tables ------------------------------------------------------------------------- */

/* May short keys be masked by BMI2? The ways of scanners without vectors of 32 bytes forbid
 * it, so that tests force either loop. */
static bool may_use_bmi2(const bilan *b) {
#if defined(__x86_64__)
  bool wide = b->ways.simd != SIMD_SCALAR && b->ways.simd != SIMD_SSE2;
  return wide && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#else
  (void)b;
  return false;
#endif
}

/* Empty tables, but for the blank: no byte is code 0. */
bilan_status csv_labels_open(bilan *b, struct csv_labels *l) {
  memset(l, 0, sizeof *l);
  buffer_init(&l->arena, &b->mem);
  l->base = 1;
  l->bmi2 = may_use_bmi2(b);
  l->short_bits = l->long_bits = FIRST_BITS;
  l->multiplier = another(0);
  l->shorts = mem_array(&b->mem, 1u << FIRST_BITS, sizeof *l->shorts);
  l->long_multiplier = l->multiplier;
  l->longs = mem_array(&b->mem, 1u << FIRST_BITS, sizeof *l->longs);
  if (!l->shorts || !l->longs) return fail_nomem(b);
  for (size_t i = 0; i < 1u << FIRST_BITS; i++) l->shorts[i].key = free_key;
  for (size_t i = 0; i < 1u << FIRST_BITS; i++) l->longs[i].length = LABEL_FREE;
  return csv_labels_enter(b, l, TEXT(""), 0);
}

void csv_labels_close(bilan *b, struct csv_labels *l) {
  mem_free(&b->mem, l->shorts);
  mem_free(&b->mem, l->longs);
  mem_free(&b->mem, l->fresh);
  if (l->arena.mem) buffer_free(&l->arena);
  memset(l, 0, sizeof *l);
}

/* Puts a key that is not there into the next free slot; how many others stood in the way. */
static size_t put_short(struct csv_labels *l, struct csv_short entry) {
  size_t mask = ((size_t)1 << l->short_bits) - 1, at = short_slot(l, entry.key), steps = 0;
  for (; l->shorts[at].key != free_key; at = (at + 1) & mask) steps++;
  l->shorts[at] = entry;
  return steps;
}

static size_t put_long(struct csv_labels *l, struct csv_long entry) {
  size_t mask = ((size_t)1 << l->long_bits) - 1, steps = 0;
  size_t at = long_slot(l, entry.word, entry.length);
  for (; l->longs[at].length != LABEL_FREE; at = (at + 1) & mask) steps++;
  l->longs[at] = entry;
  return steps;
}

/* Fills the table anew from `entries` under the multiplier that is set; the collisions. */
static size_t fill_shorts(struct csv_labels *l, const struct csv_short *entries, size_t count) {
  size_t steps = 0;
  for (size_t i = 0; i < (size_t)1 << l->short_bits; i++) l->shorts[i].key = free_key;
  for (size_t i = 0; i < count; i++) steps += put_short(l, entries[i]);
  return steps;
}

/* A table with one more key; small ones under a multiplier without a collision, if one of the
 * first tried has none. The entries are copied out first. */
static bilan_status grow_shorts(bilan *b, struct csv_labels *l, struct csv_short entry) {
  size_t slots = (size_t)1 << l->short_bits, count = 0;
  struct csv_short *all = mem_array(&b->mem, l->short_count + 1, sizeof *all);
  if (!all) return fail_nomem(b);
  for (size_t i = 0; i < slots; i++)
    if (l->shorts[i].key != free_key) all[count++] = l->shorts[i];
  all[count++] = entry;
  if (count * 2 > slots) {
    struct csv_short *more = mem_resize_array(&b->mem, l->shorts, slots * 2, sizeof *more);
    if (!more) {
      mem_free(&b->mem, all);
      return fail_nomem(b);
    }
    l->shorts = more;
    l->short_bits++;
  }
  size_t tries = l->short_bits <= SMALL_BITS ? MULTIPLIERS : 1;
  while (fill_shorts(l, all, count) && --tries) l->multiplier = another(l->multiplier);
  l->short_count = count;
  mem_free(&b->mem, all);
  return BILAN_OK;
}

/* The new key is put where it goes when nothing is in its way; else, or when the table is half
 * full, the table is made anew. Large tables live with collisions. */
static bilan_status enter_short(bilan *b, struct csv_labels *l, struct csv_short entry) {
  size_t at = short_slot(l, entry.key);
  bool room = (l->short_count + 1) * 2 <= (size_t)1 << l->short_bits;
  if (!room || (l->short_bits <= SMALL_BITS && l->shorts[at].key != free_key))
    return grow_shorts(b, l, entry);
  put_short(l, entry);
  l->short_count++;
  return BILAN_OK;
}

/* The long table anew, as grow_shorts. */
static bilan_status grow_longs(bilan *b, struct csv_labels *l, struct csv_long entry) {
  size_t slots = (size_t)1 << l->long_bits, count = 0;
  struct csv_long *all = mem_array(&b->mem, l->long_count + 1, sizeof *all);
  if (!all) return fail_nomem(b);
  for (size_t i = 0; i < slots; i++)
    if (l->longs[i].length != LABEL_FREE) all[count++] = l->longs[i];
  all[count++] = entry;
  if (count * 2 > slots) {
    struct csv_long *more = mem_resize_array(&b->mem, l->longs, slots * 2, sizeof *more);
    if (!more) {
      mem_free(&b->mem, all);
      return fail_nomem(b);
    }
    l->longs = more;
    l->long_bits++;
  }
  size_t tries = l->long_bits <= SMALL_BITS ? MULTIPLIERS : 1;
  for (size_t steps = 1; steps && tries--; l->long_multiplier = another(l->long_multiplier)) {
    uint64_t before = l->long_multiplier;
    steps = 0;
    for (size_t i = 0; i < (size_t)1 << l->long_bits; i++) l->longs[i].length = LABEL_FREE;
    for (size_t i = 0; i < count; i++) steps += put_long(l, all[i]);
    if (!steps || !tries) {
      l->long_multiplier = before;
      break;
    }
  }
  l->long_count = count;
  mem_free(&b->mem, all);
  return BILAN_OK;
}

static bilan_status enter_long(bilan *b, struct csv_labels *l, struct csv_long entry) {
  size_t at = long_slot(l, entry.word, entry.length);
  bool room = (l->long_count + 1) * 2 <= (size_t)1 << l->long_bits;
  if (!room || (l->long_bits <= SMALL_BITS && l->longs[at].length != LABEL_FREE))
    return grow_longs(b, l, entry);
  put_long(l, entry);
  l->long_count++;
  return BILAN_OK;
}

/* A short entry as a long one. */
static struct csv_long long_of_short(struct csv_short e) {
  size_t n = short_length(e.key);
  uint64_t word = short_word(e.key);
  return (struct csv_long){{word, word, word, word}, (uint32_t)n, (uint32_t)e.code, 0};
}

/* From now on all keys go through the long table. */
static bilan_status mix(bilan *b, struct csv_labels *l) {
  bilan_status status = BILAN_OK;
  l->mixed = true;
  for (size_t i = 0; !status && i < (size_t)1 << l->short_bits; i++)
    if (l->shorts[i].key != free_key) status = enter_long(b, l, long_of_short(l->shorts[i]));
  return status;
}

/* The long form of a key: see csv_long. Its bytes are in the arena afterwards. */
static bilan_status enter_bytes(bilan *b, struct csv_labels *l, struct text key, uint32_t code,
                                bool escaped) {
  struct csv_long k = {.length = (uint32_t)key.n | (escaped ? LABEL_ESCAPED : 0), .code = code,
                       .at = l->arena.n};
  bilan_status status = l->mixed ? BILAN_OK : mix(b, l);
  buffer_text(&l->arena, key);
  buffer_add(&l->arena, "\0\0\0\0\0\0\0", 8);
  if (l->arena.failed) return fail_nomem(b);
  long_words(k.word, l->arena.s + k.at, key.n);
  return status ? status : enter_long(b, l, k);
}

/* Searches the long table; NULL: not there. `s` may be read 8 bytes behind its start. */
static const struct csv_long *find_long(const struct csv_labels *l, const char *s, uint32_t n,
                                        uint32_t flag) {
  uint64_t word[4];
  size_t mask = ((size_t)1 << l->long_bits) - 1;
  long_words(word, s, n);
  for (size_t at = long_slot(l, word, n | flag); l->longs[at].length != LABEL_FREE;
       at = (at + 1) & mask) {
    const struct csv_long *e = &l->longs[at];
    if (same_long(e, word, n | flag) && (n <= 32 || same_middle(l->arena.s + e->at, s, n)))
      return e;
  }
  return NULL;
}

/* Searches the short table; NULL: not there. */
static const struct csv_short *find_short(const struct csv_labels *l, uint64_t key) {
  size_t mask = ((size_t)1 << l->short_bits) - 1, at = short_slot(l, key);
  for (; l->shorts[at].key != key; at = (at + 1) & mask)
    if (l->shorts[at].key == free_key) return NULL;
  return &l->shorts[at];
}

bool csv_labels_find(const struct csv_labels *l, uint32_t *code, struct text key) {
  if (key.n > SHORT_KEY) {
    const struct csv_long *found = find_long(l, key.s, (uint32_t)key.n, 0);
    if (found) *code = found->code;
    return found != NULL;
  }
  const struct csv_short *found = find_short(l, short_key(word_of(key.s, key.n), key.n));
  if (found) *code = (uint32_t)found->code;
  return found != NULL;
}

bilan_status csv_labels_enter(bilan *b, struct csv_labels *l, struct text key, uint32_t code) {
  if (key.n > SHORT_KEY) return enter_bytes(b, l, key, code, false);
  struct csv_short entry = {short_key(word_of(key.s, key.n), key.n), code};
  bilan_status status = enter_short(b, l, entry);
  return status || !l->mixed ? status : enter_long(b, l, long_of_short(entry));
}

/* ---- values ----------------------------------------------------------------------------- */

struct text csv_labels_fresh(const struct csv_labels *l, size_t i) {
  return (struct text){l->arena.s + l->fresh[i].at, l->fresh[i].length};
}

/* Notes a new value, whose text is in the arena. */
static bilan_status add_fresh(bilan *b, struct csv_labels *l, size_t at, size_t n, size_t row) {
  if (l->fresh_count == l->fresh_room) {
    size_t room = l->fresh_room ? l->fresh_room * 2 : 16;
    struct csv_fresh *more = mem_resize_array(&b->mem, l->fresh, room, sizeof *more);
    if (!more) return fail_nomem(b);
    l->fresh = more;
    l->fresh_room = room;
  }
  l->fresh[l->fresh_count++] =
      (struct csv_fresh){at, (uint32_t)n, (uint32_t)row};
  return BILAN_OK;
}

/* A value that holds a quote is no key that a plain field may have: it is marked. It stands in
 * the arena first, where it can be read as words. */
bilan_status csv_labels_value(bilan *b, struct csv_labels *l, uint32_t *code, struct text value,
                              size_t row) {
  bool escaped = memchr(value.s, '"', value.n) != NULL;
  size_t at = l->arena.n;
  buffer_text(&l->arena, value);
  buffer_add(&l->arena, "\0\0\0\0\0\0\0", 8);
  if (l->arena.failed) return fail_nomem(b);
  const char *s = l->arena.s + at;
  const struct csv_long *found =
      escaped ? find_long(l, s, (uint32_t)value.n, LABEL_ESCAPED) : NULL;
  if (found) *code = found->code;
  if (found || (!escaped && csv_labels_find(l, code, (struct text){s, value.n}))) {
    l->arena.n = at;
    return BILAN_OK;
  }
  *code = l->base + (uint32_t)l->fresh_count;
  bilan_status status = add_fresh(b, l, at, value.n, row);
  if (status) return status;
  return escaped ? enter_bytes(b, l, value, *code, true) : csv_labels_enter(b, l, value, *code);
}

/* Walks over both tables only when a provisional code was not right. */
void csv_labels_settle(struct csv_labels *l, const uint32_t *map, uint32_t next) {
  bool right = true;
  for (size_t i = 0; i < l->fresh_count; i++) right = right && map[i] == l->base + i;
  for (size_t i = 0; !right && i < (size_t)1 << l->short_bits; i++)
    if (l->shorts[i].key != free_key && l->shorts[i].code >= l->base)
      l->shorts[i].code = map[l->shorts[i].code - l->base];
  for (size_t i = 0; !right && i < (size_t)1 << l->long_bits; i++)
    if (l->longs[i].length != LABEL_FREE && l->longs[i].code >= l->base)
      l->longs[i].code = map[l->longs[i].code - l->base];
  l->fresh_count = 0;
  l->base = next;
}

/* ---- batches ---------------------------------------------------------------------------- */

/* The code of one field of a batch by whatever table it is in; -1: unknown. Apart from the
 * loops, so that these keep their registers. */
static __attribute__((noinline)) int64_t any_code(const struct csv_labels *l,
                                                  const struct csv_batch *batch, size_t i) {
  struct text field = csv_batch_field(batch, i);
  const struct csv_long *e;
  const struct csv_short *k;
  if (l->mixed || field.n > SHORT_KEY) {
    e = find_long(l, field.s, (uint32_t)field.n, 0);
    return e ? (int64_t)e->code : -1;
  }
  k = find_short(l, short_key(csv_load(field.s) & csv_mask(field.n), field.n));
  return k ? (int64_t)k->code : -1;
}

/* The loop over short keys that stand in their slot, apart from its type: made for each width of
 * code, and once more for processors that mask by one instruction (BMI2). No code of the tables
 * is beyond the type: the caller has seen to it. */
#define SHORT_CODES(name, type, target)                                                       \
  target static size_t name(const struct csv_labels *l, const struct csv_batch *batch,        \
                            size_t i, type *out) {                                            \
    const struct csv_short *shorts = l->shorts;                                               \
    const uint64_t multiplier = l->multiplier;                                                \
    const unsigned shift = 64 - l->short_bits;                                                \
    const size_t stride = batch->stride, count = batch->count;                                \
    const char *text = batch->text;                                                           \
    const uint32_t *end = batch->ends + i * stride;                                           \
    for (; i < count; i++, end += stride) {                                                   \
      uint32_t start = end[-1] + 1, n = end[0] - start;                                       \
      if (n > SHORT_KEY) break;                                                               \
      uint64_t key = short_key(csv_load(text + start) & FIRST_BYTES(n), n);                   \
      const struct csv_short *e = &shorts[(key * multiplier) >> shift];                       \
      if (e->key != key) break;                                                               \
      out[i] = (type)e->code;                                                                 \
    }                                                                                         \
    return i;                                                                                 \
  }

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FIRST_BYTES(n) csv_mask(n)
#else
#define FIRST_BYTES(n) ((UINT64_C(1) << 8 * (n)) - 1)
#endif

#if defined(__x86_64__)
#define TARGET_BMI2 __attribute__((target("bmi,bmi2")))
#define HAS_BMI2(l) ((l)->bmi2)
#else
#define TARGET_BMI2
#define HAS_BMI2(l) false
#endif

/* For each width of code: the loops over short keys, the one over keys of any length that stand
 * in their slot, and what alternates between them and the search for the others. The last
 * column may have carriage returns, so it is searched field by field. */
#define BATCH_CODES(name, type, most)                                                         \
  SHORT_CODES(name##_short, type, )                                                           \
  SHORT_CODES(name##_bmi2, type, TARGET_BMI2)                                                 \
  static size_t name##_mixed(const struct csv_labels *l, const struct csv_batch *batch,       \
                             size_t i, type *out) {                                           \
    const size_t stride = batch->stride, count = batch->count;                                \
    const uint32_t *end = batch->ends + i * stride;                                           \
    for (; i < count; i++, end += stride) {                                                   \
      uint32_t start = end[-1] + 1, n = end[0] - start;                                       \
      const char *s = batch->text + start;                                                    \
      uint64_t word[4];                                                                       \
      long_words(word, s, n);                                                                 \
      const struct csv_long *e = &l->longs[long_slot(l, word, n)];                            \
      if (!same_long(e, word, n)) break;                                                      \
      if (n > 32 && !same_middle(l->arena.s + e->at, s, n)) break;                            \
      out[i] = (type)e->code;                                                                 \
    }                                                                                         \
    return i;                                                                                 \
  }                                                                                           \
  size_t name(const struct csv_labels *l, const struct csv_batch *batch, size_t i,            \
              type *out) {                                                                    \
    const bool fits = l->base + l->fresh_count - 1 <= (most);                                 \
    for (; i < batch->count; i++) {                                                           \
      if (fits && !batch->last)                                                               \
        i = l->mixed       ? name##_mixed(l, batch, i, out)                                   \
            : HAS_BMI2(l) ? name##_bmi2(l, batch, i, out)                                     \
                          : name##_short(l, batch, i, out);                                   \
      if (i == batch->count) break;                                                           \
      int64_t code = any_code(l, batch, i);                                                   \
      if (code < 0 || code > (int64_t)(most)) break;                                          \
      out[i] = (type)code;                                                                    \
    }                                                                                         \
    return i;                                                                                 \
  }

BATCH_CODES(csv_labels_codes1, uint8_t, UINT8_MAX)
BATCH_CODES(csv_labels_codes2, uint16_t, UINT16_MAX)
BATCH_CODES(csv_labels_codes4, uint32_t, UINT32_MAX)

/* dict.c - see dict.h.
 *
 * Labels live one after the other in one arena; a level's label points into it, and all labels
 * are moved along when the arena moves as it grows. A hash table of codes with linear probing
 * finds a label: slot = hash mod size, then the next until the label or a free slot is met. Its
 * size is a power of two and it is at most half full, so a search looks at 1.5 slots on average
 * when the label is there and at 2.5 when it is not (D. E. Knuth, The Art of Computer
 * Programming 3, section 6.4). The order of codes never depends on the hash: it is that of
 * adding.
 *
 * Nothing is ever removed, so no slot needs a mark for "was here". Numbers never enter the
 * table; a NUMBERS column becomes a dictionary through its distinct values.
 *
 * After adding "oui", "non", "je ne sais pas" (missing):
 *
 *   levels  0 blank   1 -> arena[0..3)   2 -> arena[3..6)   3 -> arena[6..20), BILAN_DONT_KNOW
 *   arena   o u i n o n j e   n e   s a i s   p a s
 *   slots   . . 2 . . . 1 . . 3 . . . . . .        16 at first, codes where their hash put them
 */
#include "data/dict.h"

#include <math.h>
#include <string.h>

/* `levels` has `room`, codes 0 to count - 1 are in use; `slots` holds codes, 0 where it is free
 * (the blank, code 0, has no label to be found by). */
struct dict {
  size_t owners;
  struct mem *mem;
  struct level *levels; /* label.s is NULL for the blank */
  size_t count, room;
  struct buffer arena;
  uint32_t *slots; /* code, 0 = free */
  size_t slot_count;
};

enum { FIRST_SLOTS = 16, FIRST_LEVELS = 8 };

/* dict_free accepts what is half made, since both blocks may be NULL. */
bilan_status dict_new(bilan *b, struct dict **out) {
  struct dict *d = mem_zero(&b->mem, 1, sizeof *d);
  if (!d) return fail_nomem(b);
  d->owners = 1;
  d->mem = &b->mem;
  buffer_init(&d->arena, &b->mem);
  d->levels = mem_zero(&b->mem, FIRST_LEVELS, sizeof *d->levels);
  d->slots = mem_zero(&b->mem, FIRST_SLOTS, sizeof *d->slots);
  d->room = FIRST_LEVELS;
  d->slot_count = FIRST_SLOTS;
  if (!d->levels || !d->slots) {
    dict_free(d);
    return fail_nomem(b);
  }
  d->levels[0] = (struct level){.value = NAN, .missing = BILAN_NO_ANSWER};
  d->count = 1;
  *out = d;
  return BILAN_OK;
}

struct dict *dict_hold(struct dict *d) {
  if (d) d->owners++;
  return d;
}

/* The last owner frees all; labels handed out are gone with it. */
void dict_free(struct dict *d) {
  if (!d || --d->owners) return;
  mem_free(d->mem, d->levels);
  mem_free(d->mem, d->slots);
  buffer_free(&d->arena);
  mem_free(d->mem, d);
}

size_t dict_count(const struct dict *d) { return d->count; }

const struct level *dict_level(const struct dict *d, uint32_t code) { return &d->levels[code]; }

/* The slot that holds the label, or the free one where it would go. */
static size_t slot_of(const struct dict *d, struct text label) {
  size_t mask = d->slot_count - 1, at = text_hash(label) & mask;
  while (d->slots[at] && !text_equal(d->levels[d->slots[at]].label, label)) at = (at + 1) & mask;
  return at;
}

/* 0 also for the blank: callers that must tell them apart ask for its length first. */
uint32_t dict_find(const struct dict *d, struct text label) {
  return d->slots[slot_of(d, label)];
}

/* Doubles the hash table and enters every label again; the old one stays when memory runs out. */
static bilan_status grow_slots(bilan *b, struct dict *d) {
  size_t count = d->slot_count * 2;
  uint32_t *slots = mem_zero(d->mem, count, sizeof *slots);
  if (!slots) return fail_nomem(b);
  mem_free(d->mem, d->slots);
  d->slots = slots;
  d->slot_count = count;
  for (uint32_t code = 1; code < d->count; code++)
    d->slots[slot_of(d, d->levels[code].label)] = code;
  return BILAN_OK;
}

/* Doubles the levels; pointers to levels that callers hold are void then. */
static bilan_status grow_levels(bilan *b, struct dict *d) {
  struct level *levels = mem_resize_array(d->mem, d->levels, d->room * 2, sizeof *levels);
  if (!levels) return fail_nomem(b);
  d->levels = levels;
  d->room *= 2;
  return BILAN_OK;
}

/* Copies a label into the arena; the labels follow when the arena moves. */
static bilan_status keep_label(bilan *b, struct dict *d, struct text label, struct text *kept) {
  uintptr_t before = (uintptr_t)d->arena.s;
  size_t at = d->arena.n;
  if (!label.n) {
    *kept = TEXT("");
    return BILAN_OK;
  }
  buffer_add(&d->arena, label.s, label.n);
  if (d->arena.failed) {
    d->arena.failed = false;
    return fail_nomem(b);
  }
  for (size_t i = 1; (uintptr_t)d->arena.s != before && i < d->count; i++)
    if (d->levels[i].label.n)
      d->levels[i].label.s = d->arena.s + ((uintptr_t)d->levels[i].label.s - before);
  *kept = (struct text){d->arena.s + at, label.n};
  return BILAN_OK;
}

/* All room is made before anything is written: a failure leaves the dictionary as it was, but
 * for unused room. `level` may not point into this dictionary, whose levels may move. */
static bilan_status append(bilan *b, struct dict *d, uint32_t *code, const struct level *level) {
  bilan_status status = BILAN_OK;
  struct level kept = *level;
  if (d->count > INT32_MAX) return fail(b, BILAN_LIMIT, "more than 2^31 different answers");
  if (d->count * 2 >= d->slot_count) status = grow_slots(b, d);
  if (!status && d->count == d->room) status = grow_levels(b, d);
  if (!status) status = keep_label(b, d, level->label, &kept.label);
  if (status) return status;
  *code = (uint32_t)d->count;
  d->slots[slot_of(d, kept.label)] = *code;
  d->levels[d->count++] = kept;
  return BILAN_OK;
}

/* One search for a label that is there, two for a new one. */
bilan_status dict_add(bilan *b, struct dict *d, uint32_t *code, struct text label) {
  uint32_t there = dict_find(d, label);
  if (there) {
    *code = there;
    return BILAN_OK;
  }
  return append(b, d, code, &(struct level){.label = label, .value = NAN});
}

/* For levels that are declared, where a second one of the same name is a slip of the codebook. */
bilan_status dict_add_level(bilan *b, struct dict *d, uint32_t *code,
                            const struct level *level) {
  if (dict_find(d, level->label))
    return fail(b, BILAN_USAGE, "level \"%.*s\" stands twice", (int)level->label.n,
                level->label.s);
  return append(b, d, code, level);
}

const char *const missing_names[BILAN_MISSING_KINDS + 1] = {
    "present", "no answer", "not asked", "don't know", "refused", NULL};

bilan_status dict_missing(bilan *b, struct dict *d, uint32_t *code, bilan_missing kind) {
  char other[32]; /* the longest name and the words behind it take 23 bytes */
  struct level level = {text_of(missing_names[kind]), NAN, kind};
  if (kind == BILAN_NO_ANSWER) {
    *code = 0;
    return BILAN_OK;
  }
  for (uint32_t at = 1; at < d->count; at++) {
    if (d->levels[at].missing != kind) continue;
    *code = at;
    return BILAN_OK;
  }
  if (dict_find(d, level.label)) {
    memcpy(other, level.label.s, level.label.n);
    strcpy(other + level.label.n, " (no answer)");
    level.label = text_of(other);
  }
  return dict_add_level(b, d, code, &level);
}

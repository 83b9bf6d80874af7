/* numbering.c - see numbering.h: open addressing with linear probing.
 *
 * Four of eight slots taken by (0, 7), (1, 7), (0, 2), (3, 1), in the order of their coming; two
 * of them wanted slot 5, and the one that came second went on to the next free one:
 *
 *   slot     0      1      2      3      4      5      6      7
 *   pair          (0, 2)        (3, 1)        (0, 7) (1, 7)
 *   number          3             4             1      2          number + 1; 0 marks a free slot
 *
 * Invariant: 2 * count <= room, so a search always meets a free slot. The order of slots is
 * never looked at, only whether a pair is there: numbers come from the count.
 */
#include "design/numbering.h"

#include "kernel/sort.h"

/* Slots at first; possible pairs that have a place each, 1 MiB at most. */
enum { ROOM_FIRST = 64, DIRECT_MOST = 1 << 18 };

/* Small at first: most tables have few strata, and the room doubles when it is half full. */
bilan_status numbering_open(bilan *b, struct numbering *n) {
  *n = (struct numbering){.mem = &b->mem, .room = ROOM_FIRST};
  n->slots = mem_zero(&b->mem, n->room, sizeof *n->slots);
  return n->slots ? BILAN_OK : fail_nomem(b);
}

/* See numbering.h. */
bilan_status numbering_open_below(bilan *b, struct numbering *n, size_t firsts, size_t seconds) {
  if (!firsts || !seconds || firsts > DIRECT_MOST / seconds) return numbering_open(b, n);
  *n = (struct numbering){.mem = &b->mem, .firsts = firsts, .seconds = seconds};
  n->direct = mem_zero(&b->mem, firsts * seconds, sizeof *n->direct);
  return n->direct ? BILAN_OK : fail_nomem(b);
}

/* A zeroed numbering is fine, so that one cleanup serves every way out. */
void numbering_close(struct numbering *n) {
  if (n->mem) mem_free(n->mem, n->slots);
  if (n->mem) mem_free(n->mem, n->direct);
  *n = (struct numbering){0};
}

/* Spreads a pair over 64 bits: multiplication by odd constants and folding of the high half, so
 * that neighbours (the usual labels) do not fall into runs. */
static size_t spread(size_t first, uint32_t second) {
  uint64_t x = (uint64_t)first * 0x9E3779B97F4A7C15u + second;
  x = (x ^ x >> 32) * 0xD6E8FEB86659FD93u;
  return (size_t)(x ^ x >> 32);
}

/* The slot of a pair, or the free one where it belongs. A power of two of slots makes the
 * remainder a mask. */
static struct numbering_slot *find(const struct numbering *n, size_t first, uint32_t second) {
  for (size_t at = spread(first, second);; at++) {
    struct numbering_slot *slot = &n->slots[at & (n->room - 1)];
    if (!slot->number || (slot->first == first && slot->second == second)) return slot;
  }
}

/* Twice the room; every pair keeps its number. BILAN_NOMEM leaves the table as it was. */
static bilan_status grow(bilan *b, struct numbering *n) {
  struct numbering larger = *n;
  larger.room = n->room * 2;
  larger.slots = mem_zero(n->mem, larger.room, sizeof *larger.slots);
  if (!larger.slots) return fail_nomem(b);
  for (size_t i = 0; i < n->room; i++)
    if (n->slots[i].number) *find(&larger, n->slots[i].first, n->slots[i].second) = n->slots[i];
  mem_free(n->mem, n->slots);
  *n = larger;
  return BILAN_OK;
}

/* Grown only when a pair was added, so that looking up never fails. */
bilan_status numbering_get(bilan *b, struct numbering *n, uint32_t *number, size_t first,
                           uint32_t second) {
  if (n->direct) {
    if (!numbering_known(n, number, first, second))
      n->direct[first * n->seconds + second] = (*number = n->count++) + 1;
    return BILAN_OK;
  }
  struct numbering_slot *slot = find(n, first, second);
  if (!slot->number) {
    *slot = (struct numbering_slot){first, second, ++n->count};
    *number = n->count - 1;
    return (size_t)n->count * 2 > n->room ? grow(b, n) : BILAN_OK;
  }
  *number = slot->number - 1;
  return BILAN_OK;
}

/* See numbering.h. */
void numbering_pairs(const struct numbering *n, size_t *first, uint32_t *second) {
  for (size_t i = 0; n->direct && i < n->firsts * n->seconds; i++) {
    if (!n->direct[i]) continue;
    first[n->direct[i] - 1] = i / n->seconds;
    second[n->direct[i] - 1] = (uint32_t)(i % n->seconds);
  }
  for (size_t i = 0; !n->direct && i < n->room; i++) {
    if (!n->slots[i].number) continue;
    first[n->slots[i].number - 1] = n->slots[i].first;
    second[n->slots[i].number - 1] = n->slots[i].second;
  }
}

/* Room for the sort of numbering_sort. */
struct sorting {
  size_t *first, *order, *spare;
  uint32_t *second;
  double *key;
};

/* Two stable sorts: by the second of the pair, then by its first. */
static void sort_pairs(uint32_t *to, const struct sorting *s, size_t count,
                       const uint32_t *place_of_first, const uint32_t *place_of_second) {
  for (size_t i = 0; i < count; i++) {
    s->order[i] = i;
    s->key[i] = place_of_second ? place_of_second[s->second[i]] : s->second[i];
  }
  sort_places(s->order, s->spare, s->key, count);
  for (size_t i = 0; i < count; i++)
    s->key[i] = place_of_first ? place_of_first[s->first[i]] : (double)s->first[i];
  sort_places(s->order, s->spare, s->key, count);
  for (size_t i = 0; i < count; i++) to[s->order[i]] = (uint32_t)i;
}

/* See numbering.h. */
bilan_status numbering_sort(bilan *b, uint32_t *to, const struct numbering *n,
                            const uint32_t *place_of_first, const uint32_t *place_of_second) {
  struct mem *mem = &b->mem;
  struct sorting s = {.first = mem_array(mem, n->count, sizeof *s.first),
                      .order = mem_array(mem, n->count, sizeof *s.order),
                      .spare = mem_array(mem, n->count, sizeof *s.spare),
                      .second = mem_array(mem, n->count, sizeof *s.second),
                      .key = mem_array(mem, n->count, sizeof *s.key)};
  bool all = s.first && s.order && s.spare && s.second && s.key;
  if (all) {
    numbering_pairs(n, s.first, s.second);
    sort_pairs(to, &s, n->count, place_of_first, place_of_second);
  }
  mem_free(mem, s.first);
  mem_free(mem, s.order);
  mem_free(mem, s.spare);
  mem_free(mem, s.second);
  mem_free(mem, s.key);
  return all ? BILAN_OK : fail_nomem(b);
}

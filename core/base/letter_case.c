/* letter_case.c - see letter_case.h.
 *
 * The letters of a block stand either side by side (capital on the even or on the odd code
 * point, small next to it) or in two runs a fixed distance apart; so the whole mapping is a
 * short list of ranges (Unicode Character Database, simple case mappings). Letters whose
 * other case is more than one character, or depends on the language (sharp s, dotted and
 * dotless i), are left alone. The final sigma has the common capital.
 */
#include "base/letter_case.h"

/* One row of the mapping: a block of letters and how its two cases lie. */
struct range {
  uint16_t first, last; /* code points of the capitals (paired: of both cases) */
  uint16_t distance;    /* from capital to small; 1 = paired, capital first */
};

static const struct range ranges[] = {
    {0x041, 0x05A, 32},   {0x0C0, 0x0D6, 32},   {0x0D8, 0x0DE, 32},   {0x100, 0x12F, 1},
    {0x132, 0x137, 1},    {0x139, 0x148, 1},    {0x14A, 0x177, 1},    {0x179, 0x17E, 1},
    {0x1CD, 0x1DC, 1},    {0x1DE, 0x1EF, 1},    {0x1F8, 0x21F, 1},    {0x222, 0x233, 1},
    {0x386, 0x386, 38},   {0x388, 0x38A, 37},   {0x38C, 0x38C, 64},   {0x38E, 0x38F, 63},
    {0x391, 0x3A1, 32},   {0x3A3, 0x3AB, 32},   {0x400, 0x40F, 80},   {0x410, 0x42F, 32},
    {0x460, 0x481, 1},    {0x48A, 0x4BF, 1},    {0x4C1, 0x4CE, 1},    {0x4D0, 0x52F, 1},
    {0x1E00, 0x1E95, 1},  {0x1EA0, 0x1EFF, 1},
};
enum { RANGES = sizeof ranges / sizeof ranges[0] };

/* The ranges stand in rising order of their capitals, so the walk can stop early. */
uint32_t letter_lower(uint32_t c) {
  if (c == 0x178) return 0xFF;
  for (size_t i = 0; i < RANGES && c >= ranges[i].first; i++) {
    const struct range *r = &ranges[i];
    if (c > r->last) continue;
    return r->distance > 1 || (c - r->first) % 2 == 0 ? c + r->distance : c;
  }
  return c;
}

/* Small letters of the two-run ranges are not in order: every range is looked at. */
uint32_t letter_upper(uint32_t c) {
  if (c == 0xFF) return 0x178;
  if (c == 0x3C2) return 0x3A3;
  for (size_t i = 0; i < RANGES; i++) {
    const struct range *r = &ranges[i];
    if (r->distance == 1 && c >= r->first && c <= r->last) return c - (c - r->first) % 2;
    if (r->distance == 1 || c < (uint32_t)r->first + r->distance) continue;
    if (c <= (uint32_t)r->last + r->distance) return c - r->distance;
  }
  return c;
}

/* Appends every character of `t`, mapped; ASCII needs no decoding. */
static void map(struct buffer *out, struct text t, uint32_t (*to)(uint32_t)) {
  char bytes[4];
  for (size_t at = 0; at < t.n;) {
    if ((unsigned char)t.s[at] < 0x80) buffer_char(out, (char)to((unsigned char)t.s[at++]));
    else buffer_add(out, bytes, text_put(bytes, to(text_next(t, &at))));
  }
}

void text_lower(struct buffer *out, struct text t) { map(out, t, letter_lower); }
void text_upper(struct buffer *out, struct text t) { map(out, t, letter_upper); }

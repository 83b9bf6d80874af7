/* share.h - a published percentage as an interval of fractions, on whole numbers only.
 *
 * Idea. A printed share such as "28.7%" stands for every fraction k/n that rounds to it. With
 * P the printed number without its point and d its decimals, that is
 *     (2P - 1) / (200 * 10^d)  <=  k/n  <=  (2P + 1) / (200 * 10^d).
 * The text counts, not the number: "28.0%" is ten times narrower than "28%". Asking whether a
 * whole k exists for a base n is the GRIM test (N. J. L. Brown, J. A. J. Heathers, "The GRIM
 * test", Social Psychological and Personality Science 8, 2017, 363-369), here for shares.
 *
 * Ties. 12.5 % prints as 13 (half up) or 12 (half even). Unless a rule is named, both ends of
 * the interval belong to it, so that no rule in use is called wrong.
 *
 * Words. ">35%" is every share above 35 %, ">=" at least, "<" below, "<=" at most; "about 65%"
 * is within ten half-units of the last printed digit (60 % to 70 %; "about 28.7%": 28.2 to
 * 29.2). A decimal comma and blanks (U+00A0 and U+202F too) are read.
 *
 *     text              interval              note
 *     "65%"             0.645 to 0.655        129/200 to 131/200
 *     "65.0%"           0.6495 to 0.6505      1299/2000 to 1301/2000
 *     "100%"            0.995 to 1            kept within 0 to 1
 *     ">35%"            above 0.35 to 1       no rounding: the threshold is exact
 *     "plus de 35 %"    the same              English and French words are known
 *     "~65%"            0.60 to 0.70
 *     "65", "65 of 100", "101%", "-5%"        no shares: BILAN_DATA
 *
 * A weighted percentage is not k/n of whole numbers; nothing here applies to it.
 *
 * Limits. At most 6 decimals, 0 to 100 %; a base is at most SHARE_BASE_LIMIT. Every product
 * then stays below 2^63. Nothing here allocates memory, and nothing is a floating number.
 */
#ifndef CLAIM_SHARE_H
#define CLAIM_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/handle.h"
#include "base/text.h"

enum { SHARE_DECIMALS = 6, SHARE_BASE_LIMIT = 10000000 };

/* How the printer rounded an exact tie. */
enum share_rounding { SHARE_ANY, SHARE_HALF_UP, SHARE_HALF_EVEN, SHARE_HALF_DOWN };

/* What stands before the number. */
enum share_relation {
  SHARE_EQUAL,
  SHARE_OVER,
  SHARE_AT_LEAST,
  SHARE_UNDER,
  SHARE_AT_MOST,
  SHARE_ABOUT,
};

/* low/den to high/den, within 0 to 1; an open end does not itself belong to the interval. */
struct share {
  int64_t low, high, den;
  bool low_open, high_open;
  int64_t digits; /* the printed number without its point: 287 for "28.7%" */
  int decimals;   /* as printed: 1 for "28.7%" */
  enum share_relation relation;
};

/* Reads the text of a share. BILAN_DATA with the text in the message when it is none. */
bilan_status share_parse(bilan *b, struct share *out, struct text t, enum share_rounding rule);

/* The same share printed with `decimals` decimals ("40" meant as "40.0"). Fewer than printed,
 * or a relation other than equality, leaves it as it is. */
struct share share_sharpen(const struct share *s, int decimals, enum share_rounding rule);

/* The whole counts k, *lo to *hi, for which k/n is in the interval. false: there is none (or n
 * is not within 1 to SHARE_BASE_LIMIT); the out-parameters are then untouched. */
bool share_counts(int64_t *lo, int64_t *hi, const struct share *s, int64_t n);

/* The smallest base from `from` to `limit` that has such a count; 0 when none has. Time grows
 * with the base found. */
int64_t share_next_base(const struct share *s, int64_t from, int64_t limit);

#endif

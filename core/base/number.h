/* number.h - the one place where decimals become doubles and doubles become decimals.
 *
 * Nothing here depends on the locale. Parsing is correctly rounded (nearest, ties to even);
 * shortest printing gives the fewest digits that read back as the same double.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* How a column writes its numbers. */
struct number_style {
  char decimal;   /* '.' or ',' */
  char thousands; /* 0 = none; ' ' = blank, U+00A0, U+202F or apostrophe; ',' or '.' */
};

/* A plain decimal ([+-]digits[.digits][e[+-]digits], no blanks, whole slice) -> double; ".5"
 * is read too. false: not a number. Out of range gives +-HUGE_VAL or 0; "nan", "inf" and hex
 * are refused. */
bool number_parse(double *out, struct text t);

/* The same with a declared style: "1 234,5" under {',', ' '}; thousands groups must be of
 * three digits. Blanks at the ends are accepted. */
bool number_parse_style(double *out, struct text t, struct number_style style);

bool number_parse_int(int64_t *out, struct text t); /* whole, in range */

enum { NUMBER_ROOM = 400 }; /* enough for every function below */

/* Shortest text that reads back the same: "0.1", "1e+300", "-0", "nan", "inf". Returns the
 * length; out is NUL-terminated. Whole values below 1e15 print without exponent or point, and
 * so do larger ones with a digit in every place; below 0.0001 there is an exponent. */
size_t number_print(char out[NUMBER_ROOM], double value);

/* Fixed `decimals` (0 to 20), the exact binary value rounded half away from zero. What rounds
 * to nothing has no sign: "0.00". */
size_t number_print_fixed(char out[NUMBER_ROOM], double value, int decimals);

/* `significant` digits (1 to 17), rounded half to even on the exact value, %g-like. */
size_t number_print_digits(char out[NUMBER_ROOM], double value, int significant);

/* Rules for rounding an exact tie. */
enum number_rounding { ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN };

/* How a figure is written for a reader. */
struct figure_style {
  int decimals; /* 0 to 20; -1: as many as the number has, at most `most` */
  int most;
  int shift;    /* -20 to 20: x * 10^shift is written */
  enum number_rounding rule;
  struct text point, group; /* before the decimals, between thousands: FIGURE_MARK bytes at most */
  bool plus;    /* a sign before what is above 0, too */
};

enum { FIGURE_MARK = 8, FIGURE_PLACES = 20, FIGURE_ROOM = 1536 };

/* x * 10^shift rounded once, by the rule, on the digits of its shortest text; U+2212 is the minus,
 * and what rounds to nothing has no sign. Returns the length; 0 when x is not finite. */
size_t number_figure(char out[FIGURE_ROOM], double x, const struct figure_style *style);
size_t number_figure_whole(char out[FIGURE_ROOM], int64_t x, const struct figure_style *style);

/* 100 * k / n with `decimals` (0 to 6) as a whole number of 10^-decimals percent, computed on
 * integers, rounded once: 1 of 8 at 0 decimals is 13 (half up), 12 (half even). k may be
 * negative (a difference): half up then means away from zero. n > 0. false: overflow. */
bool number_percent(int64_t *out, int64_t k, int64_t n, int decimals,
                    enum number_rounding rule);

#endif

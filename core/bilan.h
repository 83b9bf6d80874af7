/* bilan.h - the public face of the engine: survey tables and statistics for C programs.
 *
 * The tour, in the order in which a program meets things:
 *   1. status codes and the handle           bilan_open, bilan_close, bilan_message
 *   2. words of the field                    kinds of item, kinds of missing
 * (The sections on tables and estimates follow as the engine grows.)
 *
 * Rules that hold for every function:
 *   - All symbols start with bilan_. Handles are opaque. There is no global state: use one
 *     handle per thread, and as many as you like.
 *   - A function that can fail returns a bilan_status; BILAN_OK is 0. The text of the last
 *     failure lives on the handle until the next failing call.
 *   - Out-parameters are untouched when a call fails.
 *   - What a function gives through a `T **out` you own and release with the matching
 *     free/close; what a getter returns is lent and lives as long as its owner.
 *   - Strings are UTF-8. The engine never calls setlocale and does not depend on the locale.
 */
#ifndef BILAN_H
#define BILAN_H

#include <stddef.h>
#include <stdint.h>

#define BILAN_VERSION "0.1.0"

#if defined(__GNUC__)
#define BILAN_API __attribute__((visibility("default")))
#else
#define BILAN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- 1. status and handle ------------------------------------------------------------ */

typedef enum bilan_status {
  BILAN_OK = 0,
  BILAN_NOMEM,    /* the allocator said no: memory is exhausted or over the cap */
  BILAN_IO,       /* the system said no: open, read, write, rename */
  BILAN_DATA,     /* the input is at fault; the message says file:line:column */
  BILAN_USAGE,    /* the caller is at fault: an unknown name, an argument out of range */
  BILAN_LIMIT,    /* a stated limit was reached */
  BILAN_INTERNAL, /* a fault of the engine itself */
} bilan_status;

typedef struct bilan bilan; /* the handle: allocator, I/O, threads, last message */

/* ---- 2. words of the field ----------------------------------------------------------- */

/* What an item (a question) measures. */
typedef enum bilan_kind {
  BILAN_SINGLE = 0, /* one of several levels */
  BILAN_MULTIPLE,   /* any number of options */
  BILAN_SCALE,      /* one of several ordered levels */
  BILAN_NUMBER,
  BILAN_TEXT,
  BILAN_DATE,
  BILAN_ID,
} bilan_kind;

/* Why there is no answer. Kept apart everywhere; 0 means that there is one. */
typedef enum bilan_missing {
  BILAN_PRESENT = 0,
  BILAN_NO_ANSWER, /* asked, left blank */
  BILAN_NOT_ASKED, /* the question was not put to this respondent */
  BILAN_DONT_KNOW,
  BILAN_REFUSED,
  BILAN_MISSING_KINDS /* how many there are, BILAN_PRESENT included */
} bilan_missing;

#ifdef __cplusplus
}
#endif
#endif

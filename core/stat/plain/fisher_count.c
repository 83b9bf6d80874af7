/* fisher_count.c - the exact p-value of an r x c table, column by column.
 *
 * Given its margins a table has probability (prod R_i! prod C_j!) / (n! prod x_ij!). The sum
 * over all tables no more likely than the one seen is taken along the columns: after some of
 * them what matters is only the *node*, the row margins that are left (sorted, since rows may
 * be exchanged), and the *past*, the logarithm of the product so far of C_j! / prod x_ij!.
 * States with equal node and past are merged and carry their joint probability. A node has
 *   total   the sum over all completions of that product: n'! / prod R'_i! (multinomial)
 *   most, least   its largest and smallest value over single completions
 * and a state whose past plus most is below the threshold counts whole, one whose past plus
 * least is above it not at all; only the rest goes on to the next column. (The idea of the
 * network algorithm: Mehta and Patel, JASA 78 (1983) 427-434; here bounds are exact, found by
 * memoised recursion.) Ties within a relative 1e-7 count as equal.
 *
 * The states of a node are kept in the order of their pasts with running sums, so that one
 * filling of the next column decides all but a middle range of them by two binary searches.
 * Nodes and pasts live in hash maps of 40-byte states; their number and the steps are bounded
 * by the caller's limit, so that a hopeless table fails early. Deterministic: states are
 * sorted before they are walked.
 */
#include <math.h>
#include <string.h>

#include "base/handle.h"
#include "stat/dist/dist.h"
#include "stat/plain/fisher.h"

enum { MOST_ROWS = 24, MOST_COLS = 200, STEPS_PER_STATE = 80 };

/* ---- a map from (node, tag) to two figures ---- */

/* What is known of a key (node, tag): the probability that has come here and the past it came
 * with, or the bounds of the node. `used` slots of the map hold one. */
struct state {
  uint64_t node;
  int64_t tag; /* INT64_MIN: the slot is free */
  double first, second;
  double run; /* sum of `first` over this and the states of the node before it */
};

/* An open-addressing hash map of states; see slot_of. */
struct map {
  struct state *slot;
  size_t room, used; /* room is a power of two or 0 */
};

/* The slot of a key, or the free one where it belongs; the map is never full. */
static size_t slot_of(const struct map *m, uint64_t node, int64_t tag) {
  uint64_t h = (node ^ ((uint64_t)tag * 0x9E3779B97F4A7C15u)) * 0xBF58476D1CE4E5B9u;
  size_t at = (size_t)((h ^ (h >> 29)) & (m->room - 1));
  while (m->slot[at].tag != INT64_MIN && (m->slot[at].node != node || m->slot[at].tag != tag))
    at = (at + 1) & (m->room - 1);
  return at;
}

/* Doubles the room; slots move, so that pointers into the map are void. */
static bilan_status map_grow(bilan *b, struct map *m) {
  struct map bigger = {NULL, m->room ? 2 * m->room : 256, m->used};
  bigger.slot = mem_array(&b->mem, bigger.room, sizeof *bigger.slot);
  if (!bigger.slot) return fail_nomem(b);
  for (size_t i = 0; i < bigger.room; i++) bigger.slot[i].tag = INT64_MIN;
  for (size_t i = 0; i < m->room; i++)
    if (m->slot[i].tag != INT64_MIN)
      bigger.slot[slot_of(&bigger, m->slot[i].node, m->slot[i].tag)] = m->slot[i];
  mem_free(&b->mem, m->slot);
  *m = bigger;
  return BILAN_OK;
}

/* Empties a map; harmless on an empty one. */
static void map_free(bilan *b, struct map *m) {
  mem_free(&b->mem, m->slot);
  *m = (struct map){0};
}

/* ---- the walk ---- */

/* Everything the walk over the columns carries. The two vectors of margins are sorted once,
 * before it starts; the maps grow as nodes are met, and `limit` and `steps` bound both. */
struct walk {
  bilan *b;
  size_t rows, cols;
  const double *col;    /* column margins, largest first */
  double *log_factorial; /* of 0 .. n */
  uint64_t unit[MOST_ROWS]; /* place values of a packed node */
  double left[MOST_COLS + 1]; /* sum of the columns from j on */
  struct map bounds; /* (node, column) -> most, least */
  struct map next;   /* (node, past) -> probability, past */
  struct state *now; /* the states before the column, by node, then by past */
  size_t count;
  double threshold, p;
  size_t limit, steps;
};

/* Counts of one column, or margins left: whole numbers, one a row. */
struct vector {
  double v[MOST_ROWS];
};

/* The one failure of a table that is beyond the limit; says what to do instead. */
static bilan_status too_large(struct walk *w) {
  return fail(w->b, BILAN_LIMIT,
              "fisher: a %zu x %zu table of %zu answers is too large to count exactly: use "
              "simulate, or chi_squared",
              w->rows, w->cols, (size_t)w->left[0]);
}

/* The state of a key, added with zeros (and *fresh set) if it is not there yet. */
static bilan_status map_get(struct walk *w, struct state **out, bool *fresh, struct map *m,
                            uint64_t node, int64_t tag) {
  if (4 * m->used >= 3 * m->room) {
    bilan_status status = map_grow(w->b, m);
    if (status) return status;
  }
  struct state *s = &m->slot[slot_of(m, node, tag)];
  *fresh = s->tag == INT64_MIN;
  if (*fresh) {
    if (w->bounds.used + w->count + w->next.used >= w->limit) return too_large(w);
    *s = (struct state){node, tag, 0, 0, 0};
    m->used++;
  }
  *out = s;
  return BILAN_OK;
}

/* Largest first; few and nearly sorted, hence by insertion. */
static void sort_down(double *v, size_t n) {
  for (size_t i = 1; i < n; i++)
    for (size_t j = i; j > 0 && v[j - 1] < v[j]; j--) {
      double swap = v[j];
      v[j] = v[j - 1];
      v[j - 1] = swap;
    }
}

/* A node as one number; rows - 1 margins fix it, since their sum is known. */
static uint64_t pack(const struct walk *w, const struct vector *margin) {
  uint64_t node = 0;
  for (size_t i = 0; i + 1 < w->rows; i++) node += w->unit[i] * (uint64_t)margin->v[i];
  return node;
}

/* Margins of a node before column j; the last row follows from the sum. */
static struct vector unpack(const struct walk *w, uint64_t node, size_t j) {
  struct vector margin = {{0}};
  double rest = w->left[j];
  for (size_t i = 0; i + 1 < w->rows; i++) {
    margin.v[i] = (double)(node / w->unit[i]);
    node %= w->unit[i];
    rest -= margin.v[i];
  }
  margin.v[w->rows - 1] = rest;
  return margin;
}

/* ln prod 1 / v_i! */
static double log_ways(const struct walk *w, const struct vector *f) {
  double sum = 0;
  for (size_t i = 0; i < w->rows; i++) sum -= w->log_factorial[(size_t)f->v[i]];
  return sum;
}

/* ln n!/prod R_i!: all completions of a node before column j together. */
static double log_total(const struct walk *w, const struct vector *margin, size_t j) {
  return w->log_factorial[(size_t)w->left[j]] + log_ways(w, margin);
}

/* Puts `people` into the first `rows` rows, as far left as there is room. */
static void pour(struct vector *fill, const struct vector *room, size_t rows, double people) {
  for (size_t i = 0; i < rows; i++) {
    fill->v[i] = fmin(room->v[i], people);
    people -= fill->v[i];
  }
}

/* The next way to fill a column: one person moves right, those left of it start again. */
static bool next_fill(struct vector *fill, const struct vector *room, size_t rows) {
  double before = fill->v[0];
  for (size_t i = 1; i < rows; i++) {
    if (before > 0 && fill->v[i] < room->v[i]) {
      fill->v[i]++;
      pour(fill, room, i, before - 1);
      return true;
    }
    before += fill->v[i];
  }
  return false;
}

/* The margins that a filling leaves, sorted: equal nodes compare equal. */
static struct vector rest_of(const struct walk *w, const struct vector *margin,
                             const struct vector *fill) {
  struct vector rest = {{0}};
  for (size_t i = 0; i < w->rows; i++) rest.v[i] = margin->v[i] - fill->v[i];
  sort_down(rest.v, w->rows);
  return rest;
}

/* What the completions of a node can still multiply the past by, as logarithms. */
struct range {
  double most, least;
};

/* Recursion through the columns that are left, memoised by node: declared here because the two
 * halves call each other. */
static bilan_status bounds_of(struct walk *w, struct range *out, const struct vector *margin,
                              size_t j);

/* The range over all fillings of column j, each with the best and worst of what follows. */
static bilan_status scan_fillings(struct walk *w, struct range *out,
                                  const struct vector *margin, size_t j) {
  double fixed = w->log_factorial[(size_t)w->col[j]];
  struct vector fill = {{0}};
  struct range all = {-INFINITY, INFINITY}, one;
  pour(&fill, margin, w->rows, w->col[j]);
  do {
    if (w->steps++ / STEPS_PER_STATE > w->limit) return too_large(w);
    struct vector rest = rest_of(w, margin, &fill);
    bilan_status status = bounds_of(w, &one, &rest, j + 1);
    if (status) return status;
    double here = fixed + log_ways(w, &fill);
    all.most = fmax(all.most, here + one.most);
    all.least = fmin(all.least, here + one.least);
  } while (next_fill(&fill, margin, w->rows));
  *out = all;
  return BILAN_OK;
}

/* The range of ln prod C_j! / prod x_ij! over completions from column j on; remembered. */
static bilan_status bounds_of(struct walk *w, struct range *out, const struct vector *margin,
                              size_t j) {
  if (j + 1 == w->cols) {
    out->most = out->least = log_total(w, margin, j);
    return BILAN_OK;
  }
  struct state *s;
  bool fresh;
  uint64_t node = pack(w, margin);
  bilan_status status = map_get(w, &s, &fresh, &w->bounds, node, (int64_t)j);
  if (status) return status;
  if (fresh) {
    status = scan_fillings(w, out, margin, j);
    if (status) return status;
    s = &w->bounds.slot[slot_of(&w->bounds, node, (int64_t)j)]; /* the map may have moved */
    s->first = out->most;
    s->second = out->least;
  }
  *out = (struct range){s->first, s->second};
  return BILAN_OK;
}

/* How many of a node's states have a past of at most `most`. */
static size_t up_to(const struct state *s, size_t count, double most) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (s[middle].second <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* Adds probability to a state before the next column, new or there. */
static bilan_status keep(struct walk *w, uint64_t node, double past, double probability) {
  struct state *s;
  bool fresh;
  bilan_status status = map_get(w, &s, &fresh, &w->next, node, llround(past * 1e9));
  if (status) return status;
  if (fresh) s->second = past;
  s->first += probability;
  return BILAN_OK;
}

/* One filling for all states of a node at once: `here` is its weight, `chance` its share of
 * the node's probability. The lowest pasts count whole, the highest not at all, those between
 * are kept for the next column. */
static bilan_status advance(struct walk *w, const struct state *s, size_t count,
                            const struct vector *rest, size_t j, double here, double chance) {
  struct range range;
  bilan_status status = bounds_of(w, &range, rest, j);
  if (status) return status;
  size_t whole = up_to(s, count, w->threshold - here - range.most);
  size_t open = up_to(s, count, w->threshold - here - range.least);
  if (whole > 0) w->p += s[whole - 1].run * chance;
  if (whole >= open) return BILAN_OK;
  w->steps += open - whole;
  uint64_t node = pack(w, rest);
  for (size_t i = whole; i < open && !status; i++)
    status = keep(w, node, s[i].second + here, s[i].first * chance);
  return status;
}

/* All ways to fill column j from the states of one node. */
static bilan_status expand(struct walk *w, const struct state *s, size_t count, size_t j) {
  struct vector margin = unpack(w, s->node, j), fill = {{0}};
  double total = log_total(w, &margin, j), fixed = w->log_factorial[(size_t)w->col[j]];
  pour(&fill, &margin, w->rows, w->col[j]);
  do {
    if (w->steps++ / STEPS_PER_STATE > w->limit) return too_large(w);
    struct vector rest = rest_of(w, &margin, &fill);
    double here = fixed + log_ways(w, &fill);
    double chance = exp(here + log_total(w, &rest, j + 1) - total);
    bilan_status status = advance(w, s, count, &rest, j + 1, here, chance);
    if (status) return status;
  } while (next_fill(&fill, &margin, w->rows));
  return BILAN_OK;
}

/* The order of states: by node, then by past. */
static bool before(const struct state *a, const struct state *b) {
  return a->node != b->node ? a->node < b->node : a->tag < b->tag;
}

/* Sorts `a` bottom up, using `spare`; returns whichever holds the result. */
static struct state *sort_states(struct state *a, struct state *spare, size_t n) {
  for (size_t width = 1; width < n; width *= 2) {
    for (size_t low = 0; low < n; low += 2 * width) {
      size_t middle = low + width < n ? low + width : n;
      size_t high = low + 2 * width < n ? low + 2 * width : n, i = low, j = middle;
      for (size_t k = low; k < high; k++)
        spare[k] = i < middle && (j >= high || !before(&a[j], &a[i])) ? a[i++] : a[j++];
    }
    struct state *swap = a;
    a = spare;
    spare = swap;
  }
  return a;
}

/* Moves the states of `next` to `now`, in order, with their running sums. */
static bilan_status collect(struct walk *w) {
  mem_free(&w->b->mem, w->now);
  w->count = 0;
  w->now = mem_array(&w->b->mem, w->next.used, sizeof *w->now);
  struct state *spare = mem_array(&w->b->mem, w->next.used, sizeof *spare);
  if (!w->now || !spare) {
    mem_free(&w->b->mem, spare);
    return fail_nomem(w->b);
  }
  for (size_t i = 0; i < w->next.room; i++)
    if (w->next.slot[i].tag != INT64_MIN) w->now[w->count++] = w->next.slot[i];
  struct state *sorted = sort_states(w->now, spare, w->count);
  mem_free(&w->b->mem, sorted == w->now ? spare : w->now);
  w->now = sorted;
  for (size_t i = 0; i < w->count; i++) {
    bool same = i > 0 && sorted[i - 1].node == sorted[i].node;
    sorted[i].run = sorted[i].first + (same ? sorted[i - 1].run : 0);
  }
  map_free(w->b, &w->next);
  return BILAN_OK;
}

/* Column by column until all is decided; before the last column every state is, because its
 * completion is single. */
static bilan_status walk_columns(struct walk *w) {
  for (size_t j = 0; j + 1 < w->cols; j++) {
    bilan_status status = collect(w);
    for (size_t i = 0, end; i < w->count && !status; i = end) {
      for (end = i + 1; end < w->count && w->now[end].node == w->now[i].node;) end++;
      status = expand(w, w->now + i, end - i, j);
    }
    if (status) return status;
  }
  return BILAN_OK;
}

/* ---- setting out ---- */

/* Place values so that every node is another number; false: 64 bits are not enough. */
static bool set_units(struct walk *w, const struct vector *margin) {
  uint64_t unit = 1;
  for (size_t i = w->rows - 1; i-- > 0;) {
    uint64_t digits = (uint64_t)margin->v[i] + 1;
    w->unit[i] = unit;
    if (unit > UINT64_MAX / digits) return false;
    unit *= digits;
  }
  return true;
}

/* ln of the product for the table seen: prod C_j! / prod x_ij!. */
static double log_seen(const struct walk *w, struct plain_counts t) {
  double sum = 0;
  for (size_t j = 0; j < w->cols; j++) sum += w->log_factorial[(size_t)w->col[j]];
  for (size_t i = 0; i < t.rows * t.cols; i++) sum -= w->log_factorial[(size_t)t.n[i]];
  return sum;
}

/* ln k! for all k up to n, 8 bytes each; more than a million answers are refused. */
static bilan_status fill_factorials(struct walk *w) {
  size_t n = (size_t)w->left[0];
  if (n > 1000000) return too_large(w);
  w->log_factorial = mem_array(&w->b->mem, n + 1, sizeof *w->log_factorial);
  if (!w->log_factorial) return fail_nomem(w->b);
  for (size_t i = 0; i <= n; i++) w->log_factorial[i] = gamma_log((double)i + 1);
  return BILAN_OK;
}

/* The one state before the first column: all margins, nothing past, probability 1. */
static bilan_status first_state(struct walk *w, const struct vector *margin) {
  struct state *s;
  bool fresh;
  bilan_status status = map_get(w, &s, &fresh, &w->next, pack(w, margin), 0);
  if (!status) s->first = 1;
  return status;
}

/* Margins of the shorter and the longer side, each largest first. */
static void margins_of(struct vector *margin, double *col, struct plain_counts t) {
  bool turn = t.rows > t.cols;
  for (size_t i = 0; i < t.rows; i++)
    for (size_t j = 0; j < t.cols; j++) {
      margin->v[turn ? j : i] += t.n[i * t.cols + j];
      col[turn ? i : j] += t.n[i * t.cols + j];
    }
  sort_down(margin->v, turn ? t.cols : t.rows);
  sort_down(col, turn ? t.rows : t.cols);
}

/* Turns the shorter side into rows, packs the first node and walks. All memory of the walk is
 * freed on every path. */
bilan_status fisher_count(bilan *b, double *p_value, struct plain_counts t, size_t limit) {
  struct vector margin = {{0}};
  double col[MOST_COLS] = {0};
  struct walk w = {.b = b, .col = col, .limit = limit};
  bilan_status status;
  w.rows = t.rows < t.cols ? t.rows : t.cols;
  w.cols = t.rows < t.cols ? t.cols : t.rows;
  for (size_t i = 0; i < t.rows * t.cols; i++) w.left[0] += t.n[i];
  if (w.rows > MOST_ROWS || w.cols > MOST_COLS) return too_large(&w);
  margins_of(&margin, col, t);
  for (size_t j = 0; j < w.cols; j++) w.left[j + 1] = w.left[j] - col[j];
  if (!set_units(&w, &margin)) return too_large(&w);
  if ((status = fill_factorials(&w))) goto cleanup;
  w.threshold = log_seen(&w, t) + 1e-7;
  if ((status = first_state(&w, &margin))) goto cleanup;
  if ((status = walk_columns(&w))) goto cleanup;
  *p_value = fmin(1, w.p);
cleanup:
  mem_free(&b->mem, w.log_factorial);
  map_free(b, &w.bounds);
  map_free(b, &w.next);
  mem_free(&b->mem, w.now);
  return status;
}

/* solve.c - see solve.h.
 *
 * Layout. Rows lie one after the other in `terms`; row r is terms[start[r]] to
 * terms[start[r + 1] - 1]. `uses` is the other way round: the rows of each variable. Rows that
 * wait for a visit are in `queue`, a ring with room for each row once (`waiting` says which).
 *
 * An example: 3x + 5y = 17 with x, y from 0 to 10, as the rows 3x + 5y <= 17, -3x - 5y <= -17.
 *     first row:   least value 0, slack 17: x <= 5, y <= 3
 *     second row:  least value -30, slack 13: x >= 1 (5 - 13/3), y >= 1 (3 - 13/5)
 *     first row:   least value 8, slack 9: x <= 4, y <= 2
 *     second row:  least value -22, slack 5: x >= 3, y >= 1
 *     nothing tightens any more: x is halved into 3 and 4; with 3 the second row says
 *     5y >= 8, so y = 2, but then 9 + 10 > 17: refuted; with 4, y is 1: found.
 *
 *   decide        halve one range            -> struct decision on `decisions`
 *   tighten       any narrowing of a range   -> struct change   on `trail`
 *   refuted half  undo the trail down to the decision's mark, take the other half
 *
 * A visit costs the terms of its row. Slowly converging rows (x < y, y <= x over wide ranges)
 * are cut off after VISITS_A_ROW visits a row and node: the search then halves a range, which
 * gets there in logarithmic time; the rows left over are all visited again in the next node.
 */
#include "claim/solve.h"

#include <string.h>

enum { VISITS_A_ROW = 40 };

/* One narrowing, to be undone when its half is refuted. */
struct change {
  size_t variable;
  int64_t lo, hi; /* as they were before */
};

/* One halved range; the newest is at the end. */
struct decision {
  size_t variable;
  size_t mark;    /* length of the trail before it */
  int64_t lo, hi; /* the half not tried yet */
  bool last;      /* both halves have been taken */
};

/* Rows and variables are what the caller added; everything from use_start on belongs to one
 * run of the search. Ranges are narrowed in place, in `variables`. */
struct solver {
  struct solve_variable *variables;
  size_t variable_count, variable_room;
  struct solve_term *terms;
  size_t term_count, term_room;
  size_t *start; /* row_count + 1 offsets into terms */
  int64_t *bound;
  size_t row_count, row_room;

  size_t *use_start, *uses; /* per variable: its rows */
  size_t *queue;
  bool *waiting;
  size_t queue_first, queue_count;
  struct change *trail;
  size_t trail_count, trail_room;
  struct decision *decisions;
  size_t decision_count, decision_room;
  uint64_t steps, step_limit;
  bool out_of_memory;
  bool unfinished; /* propagation was cut: visit every row again */
};

/* An empty solver: no variables, no rows. The caller frees it with solver_free. */
bilan_status solver_new(bilan *b, struct solver **out) {
  struct solver *s = mem_zero(&b->mem, 1, sizeof *s);
  if (!s) return fail_nomem(b);
  *out = s;
  return BILAN_OK;
}

/* Frees what solver_run sets up. */
static void free_search(bilan *b, struct solver *s) {
  mem_free(&b->mem, s->use_start);
  mem_free(&b->mem, s->uses);
  mem_free(&b->mem, s->queue);
  mem_free(&b->mem, s->waiting);
  s->use_start = s->uses = s->queue = NULL;
  s->waiting = NULL;
}

/* Frees everything a solver owns, whatever state it is in. */
void solver_free(bilan *b, struct solver *s) {
  if (!s) return;
  free_search(b, s);
  mem_free(&b->mem, s->variables);
  mem_free(&b->mem, s->terms);
  mem_free(&b->mem, s->start);
  mem_free(&b->mem, s->bound);
  mem_free(&b->mem, s->trail);
  mem_free(&b->mem, s->decisions);
  mem_free(&b->mem, s);
}

/* Makes room for `more` further items in a block of `room` items. false: out of memory; the
 * block is then as it was. */
static bool make_room(struct mem *m, void **block, size_t *room, size_t count, size_t more,
                      size_t size) {
  if (count + more <= *room) return true;
  size_t wanted = *room * 2 > count + more ? *room * 2 : count + more + 16;
  void *grown = mem_resize_array(m, *block, wanted, size);
  if (!grown) return false;
  *block = grown;
  *room = wanted;
  return true;
}

/* The number of the new variable, counted from 0, in *out; its range is the caller's claim. */
bilan_status solver_add_variable(bilan *b, struct solver *s, size_t *out,
                                 struct solve_variable v) {
  void *block = s->variables;
  bool ok = make_room(&b->mem, &block, &s->variable_room, s->variable_count, 1, sizeof v);
  s->variables = block;
  if (!ok) return fail_nomem(b);
  s->variables[s->variable_count] = v;
  *out = s->variable_count++;
  return BILAN_OK;
}

/* Room for one more row: its bound, its start and the end of all rows. */
static bool room_for_row(struct mem *m, struct solver *s) {
  size_t room = s->row_room;
  void *bound = s->bound, *start = s->start;
  bool ok = make_room(m, &bound, &room, s->row_count, 2, sizeof *s->bound);
  s->bound = bound;
  if (!ok) return false;
  room = s->row_room;
  ok = make_room(m, &start, &room, s->row_count, 2, sizeof *s->start);
  s->start = start;
  if (ok) s->row_room = room;
  return ok;
}

/* sum of coefficient * variable <= bound. The terms are copied; the order in which rows are
 * added is the order of their first visit. */
bilan_status solver_add_row(bilan *b, struct solver *s, const struct solve_term *terms,
                            size_t count, int64_t bound) {
  void *block = s->terms;
  bool ok = make_room(&b->mem, &block, &s->term_room, s->term_count, count, sizeof *terms);
  s->terms = block;
  if (!ok || !room_for_row(&b->mem, s)) return fail_nomem(b);
  s->start[s->row_count] = s->term_count;
  s->bound[s->row_count] = bound;
  for (size_t i = 0; i < count; i++)
    if (terms[i].factor != 0) s->terms[s->term_count++] = terms[i];
  s->start[++s->row_count] = s->term_count;
  return BILAN_OK;
}

/* ---- propagation --------------------------------------------------------------------- */

/* Puts a row at the end of the queue unless it waits there already. */
static void wake_row(struct solver *s, size_t row) {
  if (s->waiting[row]) return;
  s->waiting[row] = true;
  s->queue[(s->queue_first + s->queue_count++) % s->row_count] = row;
}

/* Takes the row that has waited longest. Precondition: the queue is not empty. */
static size_t next_row(struct solver *s) {
  size_t row = s->queue[s->queue_first];
  s->queue_first = (s->queue_first + 1) % s->row_count;
  s->queue_count--;
  s->waiting[row] = false;
  return row;
}

/* Forgets the waiting rows (their node was refuted, or propagation is cut). */
static void clear_queue(struct solver *s) {
  while (s->queue_count) next_row(s);
}

/* Lets every row be visited: at the start, and after a cut. */
static void wake_all(struct solver *s) {
  for (size_t row = 0; row < s->row_count; row++) wake_row(s, row);
}

/* Sets a variable's range, remembers the old one and wakes its rows. */
static void set_range(bilan *b, struct solver *s, size_t variable, int64_t lo, int64_t hi) {
  void *block = s->trail;
  bool ok = make_room(&b->mem, &block, &s->trail_room, s->trail_count, 1, sizeof *s->trail);
  s->trail = block;
  if (!ok) {
    s->out_of_memory = true;
    return;
  }
  struct solve_variable *v = &s->variables[variable];
  s->trail[s->trail_count++] = (struct change){variable, v->lo, v->hi};
  v->lo = lo;
  v->hi = hi;
  for (size_t i = s->use_start[variable]; i < s->use_start[variable + 1]; i++)
    wake_row(s, s->uses[i]);
}

/* The least that a term can be within its variable's range. */
static int64_t smallest_term(const struct solver *s, struct solve_term t) {
  const struct solve_variable *v = &s->variables[t.variable];
  return t.factor * (t.factor > 0 ? v->lo : v->hi);
}

/* Lets term t add at most `slack` (>= 0) to its smallest value. */
static void tighten(bilan *b, struct solver *s, struct solve_term t, int64_t slack) {
  const struct solve_variable *v = &s->variables[t.variable];
  if (t.factor > 0) {
    int64_t width = slack / t.factor;
    if (v->hi - v->lo > width) set_range(b, s, t.variable, v->lo, v->lo + width);
  } else {
    int64_t width = slack / -t.factor;
    if (v->hi - v->lo > width) set_range(b, s, t.variable, v->hi - width, v->hi);
  }
}

/* Visits one row. false: the row cannot hold. */
static bool visit(bilan *b, struct solver *s, size_t row) {
  int64_t least = 0;
  s->steps++;
  for (size_t i = s->start[row]; i < s->start[row + 1]; i++)
    least += smallest_term(s, s->terms[i]);
  int64_t slack = s->bound[row] - least;
  if (slack < 0) return false;
  for (size_t i = s->start[row]; i < s->start[row + 1]; i++) tighten(b, s, s->terms[i], slack);
  return true;
}

/* Visits waiting rows until none is left. false: refuted. */
static bool propagate(bilan *b, struct solver *s) {
  size_t visits = 0, most = s->row_count * VISITS_A_ROW;
  if (s->unfinished) wake_all(s);
  s->unfinished = false;
  while (s->queue_count) {
    if (!visit(b, s, next_row(s))) {
      clear_queue(s);
      return false;
    }
    if (++visits > most) {
      clear_queue(s);
      s->unfinished = true;
    }
  }
  return true;
}

/* ---- search -------------------------------------------------------------------------- */

/* How far a range can still be narrowed; 0 when the variable is settled. */
static int64_t width_of(const struct solve_variable *v) { return v->hi - v->lo; }

/* Should a be settled before c? */
static bool goes_first(const struct solve_variable *a, const struct solve_variable *c) {
  if (a->rank != c->rank) return a->rank < c->rank;
  return a->rank <= 0 ? width_of(a) > width_of(c) : width_of(a) < width_of(c);
}

/* The variable to halve next; variable_count when all are settled. */
static size_t choose(const struct solver *s) {
  size_t best = s->variable_count;
  for (size_t i = 0; i < s->variable_count; i++) {
    const struct solve_variable *v = &s->variables[i];
    if (v->lo == v->hi) continue;
    if (best == s->variable_count || goes_first(v, &s->variables[best])) best = i;
  }
  return best;
}

/* Halves a variable's range and takes the half nearer to its aim. */
static void decide(bilan *b, struct solver *s, size_t variable) {
  void *block = s->decisions;
  bool ok = make_room(&b->mem, &block, &s->decision_room, s->decision_count, 1,
                      sizeof *s->decisions);
  s->decisions = block;
  if (!ok) {
    s->out_of_memory = true;
    return;
  }
  struct solve_variable v = s->variables[variable];
  int64_t middle = v.lo + (v.hi - v.lo) / 2;
  bool low_first = v.aim <= middle;
  s->decisions[s->decision_count++] = (struct decision){
      variable, s->trail_count, low_first ? middle + 1 : v.lo, low_first ? v.hi : middle, false};
  set_range(b, s, variable, low_first ? v.lo : middle + 1, low_first ? middle : v.hi);
}

/* Takes back every narrowing made since the trail was `mark` long. */
static void undo(struct solver *s, size_t mark) {
  while (s->trail_count > mark) {
    struct change c = s->trail[--s->trail_count];
    s->variables[c.variable].lo = c.lo;
    s->variables[c.variable].hi = c.hi;
  }
}

/* Goes back to the last decision with an untried half and takes it. false: there is none. */
static bool backtrack(bilan *b, struct solver *s) {
  while (s->decision_count) {
    struct decision *d = &s->decisions[s->decision_count - 1];
    undo(s, d->mark);
    if (!d->last) {
      d->last = true;
      set_range(b, s, d->variable, d->lo, d->hi);
      return true;
    }
    s->decision_count--;
  }
  return false;
}

/* Was a variable added with no value at all? */
static bool any_empty(const struct solver *s) {
  for (size_t i = 0; i < s->variable_count; i++)
    if (s->variables[i].lo > s->variables[i].hi) return true;
  return false;
}

/* The search itself: propagate, and on a refutation go back, else decide, until all
 * variables are settled (yes), no half is left (no), or the steps are used up (limit). */
static enum solve_verdict search(bilan *b, struct solver *s) {
  if (any_empty(s)) return SOLVE_NO;
  wake_all(s);
  while (!s->out_of_memory && s->steps < s->step_limit) {
    if (!propagate(b, s)) {
      if (!backtrack(b, s)) return SOLVE_NO;
      continue;
    }
    size_t variable = choose(s);
    if (variable < s->variable_count) decide(b, s, variable);
    else if (!s->unfinished) return SOLVE_YES;
  }
  return SOLVE_LIMIT;
}

/* Fills use_start and uses from the rows (counting sort by variable). */
static void index_uses(struct solver *s) {
  for (size_t i = 0; i < s->term_count; i++) s->use_start[s->terms[i].variable + 1]++;
  for (size_t v = 0; v < s->variable_count; v++) s->use_start[v + 1] += s->use_start[v];
  for (size_t row = 0; row < s->row_count; row++)
    for (size_t i = s->start[row]; i < s->start[row + 1]; i++)
      s->uses[s->use_start[s->terms[i].variable]++] = row;
  for (size_t v = s->variable_count; v > 0; v--) s->use_start[v] = s->use_start[v - 1];
  s->use_start[0] = 0;
}

/* Makes the blocks that a search needs, sized by variables, terms and rows. On failure what
 * was made stays with the solver and is freed with it. */
static bilan_status set_up(bilan *b, struct solver *s) {
  free_search(b, s);
  s->use_start = mem_zero(&b->mem, s->variable_count + 2, sizeof *s->use_start);
  s->uses = mem_array(&b->mem, s->term_count + 1, sizeof *s->uses);
  s->queue = mem_array(&b->mem, s->row_count + 1, sizeof *s->queue);
  s->waiting = mem_zero(&b->mem, s->row_count + 1, sizeof *s->waiting);
  if (!s->use_start || !s->uses || !s->queue || !s->waiting) return fail_nomem(b);
  index_uses(s);
  s->queue_first = s->queue_count = s->trail_count = s->decision_count = 0;
  s->unfinished = s->out_of_memory = false;
  return BILAN_OK;
}

/* Ranges stay as the search left them: after SOLVE_YES each is one value. `steps` bounds the
 * visits, so that a hopeless question ends as SOLVE_LIMIT and not never. */
bilan_status solver_run(bilan *b, struct solver *s, enum solve_verdict *out, uint64_t steps,
                        uint64_t *used) {
  bilan_status status = set_up(b, s);
  if (status) return status;
  s->steps = 0;
  s->step_limit = steps;
  enum solve_verdict verdict = search(b, s);
  if (s->out_of_memory) return fail_nomem(b);
  if (used) *used = s->steps;
  *out = verdict;
  return BILAN_OK;
}

/* After SOLVE_YES every range is one value: its lower end. */
int64_t solver_value(const struct solver *s, size_t variable) {
  return s->variables[variable].lo;
}

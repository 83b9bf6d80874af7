/* table.c - turns the published shares of one item into rows for the solver. See table.h.
 *
 * A `struct build` carries the solver being filled and the numbers of its variables. Building
 * stops doing anything after the first failure (`status`), so that the functions below read as
 * a list of the model's rows.
 *
 * An example: 59 % of all 95 pupils at most, 48 % of 40 girls, 71 % of at most 48 boys, one
 * level. Rows r = 0 (all), 1 (girls), 2 (boys), 3 (the rest); n = base[r], k = count[r][0].
 *     n1 = 40, n2 <= 48, n3 <= 95 - 40 - 48 = 7, n0 <= 95
 *     n0 = n1 + n2 + n3             k0 = k1 + k2 + k3            0 <= k <= n in each row
 *     117 n0 <= 200 k0 <= 119 n0    95 n1 <= 200 k1 <= 97 n1     141 n2 <= 200 k2 <= 143 n2
 * so k1 = 19. The mixture's helping rows speak of the bases alone:
 *     (117 - 97) 40 + (117 - 143) n2 + (117 - 200) n3 <= 0, that is 26 n2 + 83 n3 >= 800
 *     (95 - 119) 40 + (141 - 119) n2 - 119 n3 <= 0,         that is 22 n2 - 119 n3 <= 960
 * Without a rest (n3 = 0) they leave 31 to 43 boys; whole counts leave 35, 38 and 41 of them.
 *
 * Why nets have columns of their own: with a net of two levels printed for every group but
 * never divided, the search would otherwise try every division of one group's net before it
 * found that the nets of the groups do not add up to the whole's.
 *
 * Cost. About (groups + parts) * columns variables and twice as many rows; a question that
 * whole numbers answer at all usually takes some thousand row visits, well under a
 * millisecond. CLAIM_STEPS visits take some 30 milliseconds and end the search.
 */
#include "claim/table.h"

#include <string.h>

/* A system being built. `base` and `count` are the solver's numbers of the variables. */
struct build {
  bilan *b;
  const struct claim_table *t;
  struct solver *solver;
  bilan_status status;
  int64_t cap; /* of bases that nothing bounds */
  size_t rows, columns;
  uint64_t column[CLAIM_COLUMNS];
  size_t base[CLAIM_ROWS];
  size_t count[CLAIM_ROWS][CLAIM_COLUMNS];
  struct solve_variable range[CLAIM_ROWS]; /* of the bases, before the search */
  struct solve_term terms[CLAIM_ROWS + CLAIM_COLUMNS]; /* of the row being made */
  size_t term_count;
};

/* ---- rows ---------------------------------------------------------------------------- */

/* Adds factor * variable to the row being made. There is room for all groups and columns. */
static void term(struct build *w, size_t variable, int64_t factor) {
  w->terms[w->term_count++] = (struct solve_term){variable, factor};
}

/* Ends a row: the terms so far are at most `bound`. Terms are collected first and handed over
 * together, so that a row never reaches the solver half made. */
static void at_most(struct build *w, int64_t bound) {
  if (!w->status)
    w->status = solver_add_row(w->b, w->solver, w->terms, w->term_count, bound);
  w->term_count = 0;
}

/* Ends two rows: the terms so far are exactly 0. */
static void exactly_zero(struct build *w) {
  size_t n = w->term_count;
  at_most(w, 0);
  for (size_t i = 0; i < n; i++) w->terms[i].factor = -w->terms[i].factor;
  w->term_count = n;
  at_most(w, 0);
}

/* A new variable of the solver; 0 after a failure, when nothing is used any more. */
static size_t variable(struct build *w, struct solve_variable v) {
  size_t out = 0;
  if (!w->status) w->status = solver_add_variable(w->b, w->solver, &out, v);
  return out;
}

/* ---- columns ------------------------------------------------------------------------- */

/* Is it one level, not a net? */
static bool single_bit(uint64_t levels) { return (levels & (levels - 1)) == 0; }

/* Adds a column for these levels unless there is one. Fails when all are used. */
static void add_column(struct build *w, uint64_t levels) {
  for (size_t c = 0; c < w->columns; c++)
    if (w->column[c] == levels) return;
  if (w->columns == CLAIM_COLUMNS) {
    w->status = fail(w->b, BILAN_USAGE, "more than %d levels and nets", CLAIM_COLUMNS);
    return;
  }
  w->column[w->columns++] = levels;
}

/* One column for each level that a figure names, one for each net. A net's own count is what
 * lets propagation see across groups before it is divided among its levels. */
static void make_columns(struct build *w) {
  uint64_t named = 0;
  for (size_t f = 0; f < w->t->figures; f++) named |= w->t->figure[f].levels;
  for (size_t l = 0; l < w->t->levels; l++)
    if (named >> l & 1) add_column(w, (uint64_t)1 << l);
  for (size_t f = 0; f < w->t->figures && !w->status; f++)
    add_column(w, w->t->figure[f].levels);
}

/* ---- bases --------------------------------------------------------------------------- */

/* Is anything published about this group? */
static bool has_figure(const struct claim_table *t, size_t group) {
  for (size_t f = 0; f < t->figures; f++)
    if (t->figure[f].group == group) return true;
  return false;
}

/* A base that most shares can be taken of: 2 * 100 * 10^decimals. */
static int64_t roomy_base(const struct claim_table *t) {
  int64_t den = 200;
  for (size_t f = 0; f < t->figures; f++)
    if (t->figure[f].share.den > den) den = t->figure[f].share.den;
  return den;
}

/* The range of a group's base: as printed, else from 0 (1 when a share is taken of it) to
 * its size, else to `cap`; near to the aim first, else everybody, else a roomy base. */
static struct solve_variable group_range(const struct claim_table *t, size_t g, int64_t cap) {
  const struct claim_group *group = &t->group[g];
  struct solve_variable v = {.lo = has_figure(t, g), .hi = cap};
  if (group->size != CLAIM_UNKNOWN && group->size < SHARE_BASE_LIMIT) v.hi = group->size;
  v.aim = group->size != CLAIM_UNKNOWN ? group->size : roomy_base(t);
  if (group->base != CLAIM_UNKNOWN) v.lo = v.hi = group->base;
  if (group->aim != CLAIM_UNKNOWN) v.aim = group->aim;
  return v;
}

/* The rest of a part: whoever is in no group of it. At most size[0] less the sizes of the
 * groups, when all are known: 696 met, 343 girls and 319 boys leave 34. Sizes that contradict
 * each other (more girls and boys than pupils) bound nothing here; the audit reports them. */
static struct solve_variable rest_range(const struct claim_table *t, size_t part, int64_t cap) {
  struct solve_variable v = {.lo = 0, .hi = cap, .aim = 0};
  int64_t left = t->group[0].size;
  for (size_t g = 1; g < t->groups; g++) {
    if (t->group[g].part != part) continue;
    if (left != CLAIM_UNKNOWN && t->group[g].size != CLAIM_UNKNOWN) left -= t->group[g].size;
    else left = CLAIM_UNKNOWN;
    if (left < 0) left = CLAIM_UNKNOWN; /* sizes that contradict each other bound nothing */
  }
  if (left != CLAIM_UNKNOWN && left < SHARE_BASE_LIMIT) v.hi = left;
  v.aim = left != CLAIM_UNKNOWN ? left : 0;
  if (t->no_rest) v.hi = v.aim = 0;
  return v;
}

/* One variable for the base of each row. The one to be made smallest is settled before all
 * others, from below. */
static void make_bases(struct build *w, size_t smallest) {
  for (size_t r = 0; r < w->rows; r++) {
    struct solve_variable v =
        r < w->t->groups ? group_range(w->t, r, w->cap)
                         : rest_range(w->t, r - w->t->groups + 1, w->cap);
    if (r == smallest) {
      v.rank = -1;
      v.aim = -1;
    }
    w->range[r] = v;
    w->base[r] = variable(w, v);
  }
}

/* ---- counts -------------------------------------------------------------------------- */

/* The figure of exactly these levels in a group, the first when there are several; NULL when
 * there is none. */
static const struct claim_figure *find_figure(const struct claim_table *t, size_t group,
                                              uint64_t levels) {
  for (size_t f = 0; f < t->figures; f++)
    if (t->figure[f].group == group && t->figure[f].levels == levels) return &t->figure[f];
  return NULL;
}

/* How many levels a set has. */
static int64_t bits(uint64_t levels) {
  int64_t n = 0;
  for (; levels; levels &= levels - 1) n++;
  return n;
}

/* The share of a base to look near to first, in ten-thousandths: the printed share, a net's
 * share evenly over its levels; a comparator's own threshold. */
static int64_t likely_share(const struct claim_table *t, size_t group, uint64_t levels) {
  const struct claim_figure *best = find_figure(t, group, levels);
  for (size_t f = 0; f < t->figures && !best; f++)
    if (t->figure[f].group == group && (t->figure[f].levels & levels) == levels)
      best = &t->figure[f];
  if (!best) return CLAIM_UNKNOWN;
  const struct share *s = &best->share;
  return 2 * s->digits * 10000 / s->den * bits(levels) / bits(best->levels);
}

/* The count to look near to first: the likely share of the row's likely base. A row without
 * a figure follows the whole. 0 when nothing is aimed at. */
static int64_t count_aim(const struct build *w, size_t row, uint64_t levels) {
  if (!w->t->spread) return 0;
  int64_t share = likely_share(w->t, row < w->t->groups ? row : 0, levels);
  if (share == CLAIM_UNKNOWN) share = likely_share(w->t, 0, levels);
  if (share == CLAIM_UNKNOWN) share = 0;
  int64_t aim = w->range[row].aim < w->range[row].hi ? w->range[row].aim : w->range[row].hi;
  return (aim * share + 5000) / 10000;
}

/* Has some group a figure of exactly these levels? */
static bool is_printed(const struct claim_table *t, uint64_t levels) {
  for (size_t f = 0; f < t->figures; f++)
    if (t->figure[f].levels == levels) return true;
  return false;
}

/* One variable for each row and column; columns that are printed for some group are settled
 * before the levels within nets. */
static void make_counts(struct build *w) {
  for (size_t r = 0; r < w->rows; r++)
    for (size_t c = 0; c < w->columns; c++) {
      struct solve_variable v = {.lo = 0, .hi = w->range[r].hi};
      v.rank = is_printed(w->t, w->column[c]) ? 1 : 2;
      v.aim = count_aim(w, r, w->column[c]);
      if (v.hi < 0) v.hi = 0;
      w->count[r][c] = variable(w, v);
    }
}

/* Adds factor * the count of each level (not net) of a row that is in `levels`. */
static void level_terms(struct build *w, size_t row, uint64_t levels, int64_t factor) {
  for (size_t c = 0; c < w->columns; c++)
    if (single_bit(w->column[c]) && (w->column[c] & levels)) term(w, w->count[row][c], factor);
}

/* One answer each: the levels of a row are at most its base, a net is their sum. */
static void one_answer(struct build *w, size_t row) {
  level_terms(w, row, ~(uint64_t)0, 1);
  term(w, w->base[row], -1);
  at_most(w, 0);
  for (size_t c = 0; c < w->columns; c++) {
    if (single_bit(w->column[c])) continue;
    term(w, w->count[row][c], 1);
    level_terms(w, row, w->column[c], -1);
    exactly_zero(w);
  }
}

/* Several answers each: a net is at least each of its levels (and of the nets within it) and
 * at most their sum:  u >= a,  u >= b,  u <= a + b. */
static void bounds_of_net(struct build *w, size_t row, size_t net) {
  uint64_t levels = w->column[net];
  for (size_t c = 0; c < w->columns; c++) {
    if (c == net || (w->column[c] & ~levels)) continue;
    term(w, w->count[row][c], 1);
    term(w, w->count[row][net], -1);
    at_most(w, 0);
  }
  term(w, w->count[row][net], 1);
  level_terms(w, row, levels, -1);
  at_most(w, 0);
}

/* Several answers each: any column may reach the base, and nets have their bounds. */
static void several_answers(struct build *w, size_t row) {
  for (size_t c = 0; c < w->columns; c++) {
    term(w, w->count[row][c], 1);
    term(w, w->base[row], -1);
    at_most(w, 0);
    if (!single_bit(w->column[c])) bounds_of_net(w, row, c);
  }
}

/* How the columns of a row hang together, for every row. */
static void count_rows(struct build *w) {
  for (size_t r = 0; r < w->rows; r++) {
    if (w->t->multiple) several_answers(w, r);
    else one_answer(w, r);
  }
}

/* ---- parts and wholes ------------------------------------------------------------------ */

/* Takes away, in the row being made, each row that belongs to a part, its rest included.
 * `variables` holds one variable of each row: their bases, or their counts in one column. */
static void part_terms(struct build *w, size_t part, const size_t *variables) {
  for (size_t g = 1; g < w->t->groups; g++)
    if (w->t->group[g].part == part) term(w, variables[g], -1);
  term(w, variables[w->t->groups + part - 1], -1);
}

/* The whole is the sum of the groups of a part and its rest: in bases, and in each column. */
static void part_rows(struct build *w) {
  for (size_t part = 1; part <= w->t->parts; part++) {
    term(w, w->base[0], 1);
    part_terms(w, part, w->base);
    exactly_zero(w);
    for (size_t c = 0; c < w->columns; c++) {
      size_t column[CLAIM_ROWS];
      for (size_t r = 0; r < w->rows; r++) column[r] = w->count[r][c];
      term(w, column[0], 1);
      part_terms(w, part, column);
      exactly_zero(w);
    }
  }
}

/* ---- figures --------------------------------------------------------------------------- */

/* The count of a figure: its column is there because make_columns made one for each. */
static size_t figure_count(const struct build *w, const struct claim_figure *f) {
  size_t c = 0;
  while (c + 1 < w->columns && w->column[c] != f->levels) c++;
  return w->count[f->group][c];
}

/* What the figures say: low * base <= den * count <= high * base; an open end moves a whole
 * step, since both sides are whole numbers. */
static void figure_rows(struct build *w) {
  for (size_t i = 0; i < w->t->figures; i++) {
    const struct claim_figure *f = &w->t->figure[i];
    term(w, w->base[f->group], f->share.low);
    term(w, figure_count(w, f), -f->share.den);
    at_most(w, f->share.low_open ? -1 : 0);
    term(w, w->base[f->group], -f->share.high);
    term(w, figure_count(w, f), f->share.den);
    at_most(w, f->share.high_open ? -1 : 0);
  }
}

/* Helping row: figures of a group without a common level have at most 100 % together:
 * (sum of low - den) * base <= 0. Levels of 60 % and 45 % thereby leave only a base of 0, which
 * no group with a figure has: refuted at once, for every base. Takes figures from `first` on,
 * each that shares no level with those taken. */
static void full_row(struct build *w, size_t first, int64_t den) {
  const struct claim_figure *figure = w->t->figure;
  uint64_t seen = 0;
  int64_t low = 0;
  for (size_t i = first; i < w->t->figures; i++) {
    if (figure[i].group != figure[first].group || (figure[i].levels & seen)) continue;
    seen |= figure[i].levels;
    low += figure[i].share.low * (den / figure[i].share.den);
  }
  term(w, w->base[figure[first].group], low - den);
  at_most(w, 0);
}

/* Sum of the low ends of a group's figures that lie in `within` and have no common level (of
 * several answers each: the largest one), over den. */
static int64_t low_within(const struct claim_table *t, size_t group, uint64_t within,
                          int64_t den) {
  uint64_t seen = 0;
  int64_t sum = 0, most = 0;
  for (size_t i = 0; i < t->figures; i++) {
    const struct claim_figure *f = &t->figure[i];
    if (f->group != group || (f->levels & ~within)) continue;
    int64_t low = f->share.low * (den / f->share.den);
    if (low > most) most = low;
    if (f->levels & seen) continue;
    seen |= f->levels;
    sum += low;
  }
  return t->multiple || most > sum ? most : sum;
}

/* The least upper end that the figures of a group say about `levels`: of a figure that has
 * them all, or (one answer each) what the other levels leave. */
static int64_t high_over(const struct claim_table *t, size_t group, uint64_t levels,
                         int64_t den) {
  int64_t high = t->multiple ? den : den - low_within(t, group, ~levels, den);
  for (size_t i = 0; i < t->figures; i++) {
    const struct claim_figure *f = &t->figure[i];
    if (f->group != group || (levels & ~f->levels)) continue;
    int64_t own = f->share.high * (den / f->share.den);
    if (own < high) high = own;
  }
  return high;
}

/* Helping rows: what the figures imply for a column of a row, printed or not. */
static void implied_rows(struct build *w, size_t group, size_t c, int64_t den) {
  term(w, w->base[group], low_within(w->t, group, w->column[c], den));
  term(w, w->count[group][c], -den);
  at_most(w, 0);
  term(w, w->base[group], -high_over(w->t, group, w->column[c], den));
  term(w, w->count[group][c], den);
  at_most(w, 0);
}

/* Helping rows: the whole's share of a column lies between the shares of its parts; the rest
 * counts as 0 to 100 %. */
static void mixture_rows(struct build *w, size_t c, size_t part, int64_t den) {
  uint64_t levels = w->column[c];
  int64_t low = low_within(w->t, 0, levels, den), high = high_over(w->t, 0, levels, den);
  for (int side = 0; side < 2; side++) {
    for (size_t g = 1; g < w->t->groups; g++) {
      if (w->t->group[g].part != part) continue;
      int64_t factor = side ? low_within(w->t, g, levels, den) - high
                            : low - high_over(w->t, g, levels, den);
      term(w, w->base[g], factor);
    }
    term(w, w->base[w->t->groups + part - 1], side ? -high : low - den);
    at_most(w, 0);
  }
}

/* All rows that only help propagation, over the largest denominator of the table (each
 * denominator is 200 times a power of ten, so it divides the largest). */
static void helping_rows(struct build *w) {
  int64_t den = roomy_base(w->t);
  for (size_t i = 0; i < w->t->figures && !w->t->multiple; i++) full_row(w, i, den);
  for (size_t c = 0; c < w->columns; c++) {
    for (size_t g = 0; g < w->t->groups; g++) implied_rows(w, g, c, den);
    for (size_t part = 1; part <= w->t->parts; part++) mixture_rows(w, c, part, den);
  }
}

/* ---- the whole ------------------------------------------------------------------------- */

/* A figure must speak of a group and of levels that are there. */
static bilan_status check_figure(bilan *b, const struct claim_table *t, size_t i) {
  uint64_t all = ((uint64_t)1 << t->levels) - 1;
  if (t->figure[i].group >= t->groups)
    return fail(b, BILAN_USAGE, "figure %zu has no group", i + 1);
  if (!t->figure[i].levels || (t->figure[i].levels & ~all))
    return fail(b, BILAN_USAGE, "figure %zu has no level", i + 1);
  return BILAN_OK;
}

/* The whole is of no part, every other group of one; bases keep to the limit. */
static bilan_status check_group(bilan *b, const struct claim_table *t, size_t g) {
  const struct claim_group *group = &t->group[g];
  if (g == 0 ? group->part != 0 : group->part < 1 || group->part > t->parts)
    return fail(b, BILAN_USAGE, "group %zu belongs to no part", g);
  if (group->base > SHARE_BASE_LIMIT || group->base < CLAIM_UNKNOWN)
    return fail(b, BILAN_USAGE, "a base is from 0 to %d", SHARE_BASE_LIMIT);
  return BILAN_OK;
}

/* Is the table within the limits of table.h? BILAN_USAGE says which it breaks. */
static bilan_status check(bilan *b, const struct claim_table *t) {
  bilan_status status = BILAN_OK;
  if (t->groups < 1 || t->groups > CLAIM_GROUPS || t->parts > CLAIM_PARTS)
    return fail(b, BILAN_USAGE, "an item has 1 to %d groups in at most %d parts", CLAIM_GROUPS,
                CLAIM_PARTS);
  if (t->levels < 1 || t->levels > CLAIM_LEVELS || t->figures > CLAIM_FIGURES)
    return fail(b, BILAN_USAGE, "an item has 1 to %d levels and at most %d figures",
                CLAIM_LEVELS, CLAIM_FIGURES);
  for (size_t g = 0; g < t->groups && !status; g++) status = check_group(b, t, g);
  for (size_t i = 0; i < t->figures && !status; i++) status = check_figure(b, t, i);
  return status;
}

/* All variables and rows of the model, in the order of the head of table.h. */
static void build_system(struct build *w, size_t smallest) {
  w->rows = w->t->groups + w->t->parts;
  make_columns(w);
  make_bases(w, smallest);
  make_counts(w);
  count_rows(w);
  part_rows(w);
  figure_rows(w);
  helping_rows(w);
}

/* Copies the values found to the caller's tables. */
static void read_solution(const struct build *w, struct claim_solution *out) {
  out->rows = w->rows;
  out->columns = w->columns;
  memcpy(out->column, w->column, sizeof out->column);
  for (size_t r = 0; r < w->rows; r++) {
    out->base[r] = solver_value(w->solver, w->base[r]);
    for (size_t c = 0; c < w->columns; c++)
      out->count[r][c] = solver_value(w->solver, w->count[r][c]);
  }
}

/* One search, with `cap` for the bases that nothing bounds. */
static bilan_status solve_capped(bilan *b, struct claim_solution *out,
                                 const struct claim_table *t, size_t smallest, int64_t cap,
                                 uint64_t steps) {
  struct build *w = mem_zero(&b->mem, 1, sizeof *w);
  if (!w) return fail_nomem(b);
  w->b = b;
  w->t = t;
  w->cap = cap;
  w->status = solver_new(b, &w->solver);
  if (!w->status) build_system(w, smallest);
  enum solve_verdict verdict = SOLVE_LIMIT;
  uint64_t used = 0;
  if (!w->status) w->status = solver_run(b, w->solver, &verdict, steps, &used);
  if (!w->status) {
    out->verdict = verdict;
    out->steps += used;
    if (verdict == SOLVE_YES) read_solution(w, out);
  }
  bilan_status status = w->status;
  solver_free(b, w->solver);
  mem_free(&b->mem, w);
  return status;
}

/* Has every group a base or a size, so that no cap plays a role? */
static bool is_bounded(const struct claim_table *t) {
  if (t->group[0].base == CLAIM_UNKNOWN && t->group[0].size == CLAIM_UNKNOWN) return false;
  for (size_t g = 1; g < t->groups; g++)
    if (t->group[g].base == CLAIM_UNKNOWN && t->group[g].size == CLAIM_UNKNOWN) return false;
  return true;
}

/* The largest whole number that the table itself names, 0 when it names none. */
static int64_t largest_known(const struct claim_table *t) {
  int64_t most = 0;
  for (size_t g = 0; g < t->groups; g++) {
    if (t->group[g].base > most) most = t->group[g].base;
    if (t->group[g].size > most) most = t->group[g].size;
  }
  return most;
}

/* Bases that nothing bounds are looked for among small numbers first, where surveys are: a
 * "yes" found there holds, a "no" only holds under the last cap, the limit itself. */
bilan_status claim_solve(bilan *b, struct claim_solution *out, const struct claim_table *t,
                         size_t smallest, uint64_t steps) {
  bilan_status status = check(b, t);
  if (status) return status;
  const int64_t caps[] = {100, 1000, 10000};
  int64_t known = largest_known(t);
  out->verdict = SOLVE_LIMIT;
  out->steps = 0;
  if (smallest == CLAIM_NO_ROW && !is_bounded(t))
    for (size_t i = 0; i < 3 && !status && out->verdict != SOLVE_YES; i++)
      if (caps[i] > known) status = solve_capped(b, out, t, smallest, caps[i], steps / 5);
  if (status || out->verdict == SOLVE_YES) return status;
  uint64_t left = out->steps < steps ? steps - out->steps : 0;
  return solve_capped(b, out, t, smallest, SHARE_BASE_LIMIT, left);
}

/* ---- smallest base ----------------------------------------------------------------------- */

/* Copies the figures of one group into a table of that group alone, its base and size
 * forgotten. */
static void only_group(struct claim_table *out, const struct claim_table *t, size_t group) {
  memset(out, 0, sizeof *out);
  out->multiple = t->multiple;
  out->groups = 1;
  out->levels = t->levels;
  out->group[0] = (struct claim_group){CLAIM_UNKNOWN, CLAIM_UNKNOWN, CLAIM_UNKNOWN, 0};
  for (size_t i = 0; i < t->figures; i++) {
    if (t->figure[i].group != group) continue;
    out->figure[out->figures] = t->figure[i];
    out->figure[out->figures++].group = 0;
  }
}

/* The next base that gives each figure by itself; 0 = none up to the limit. Goes round the
 * figures and steps on whenever one has no count; a base is good when all in a row had one. */
static int64_t next_candidate(const struct claim_table *t, int64_t from, int64_t limit) {
  int64_t n = from, lo, hi;
  size_t good = 0;
  for (size_t i = 0; n <= limit && good < t->figures; i = (i + 1) % t->figures) {
    if (share_counts(&lo, &hi, &t->figure[i].share, n)) good++;
    else {
      good = 0;
      n++;
    }
  }
  return n <= limit ? n : 0;
}

/* Refutes all bases at once (levels over 100 %) before they are tried one by one: a short
 * search with the base left open. Its "yes" and "limit" only mean that trying is worth it. */
static bilan_status any_base(bilan *b, struct claim_solution *found,
                             const struct claim_table *t, int64_t limit) {
  struct claim_table *open = mem_alloc(&b->mem, sizeof *open);
  if (!open) return fail_nomem(b);
  *open = *t;
  open->group[0].size = limit;
  bilan_status status = claim_solve(b, found, open, CLAIM_NO_ROW, 10000);
  mem_free(&b->mem, open);
  return status;
}

/* Tries the bases that give each figure by itself, ascending, until one gives all together.
 * `found->verdict` is that of the last base tried, "no" when none is left; *out is that base. */
static bilan_status try_bases(bilan *b, int64_t *out, struct claim_solution *found,
                              struct claim_table *alone, int64_t from, int64_t limit) {
  bilan_status status = any_base(b, found, alone, limit);
  if (status || found->verdict == SOLVE_NO) return status;
  int64_t n = next_candidate(alone, from, limit);
  found->verdict = SOLVE_NO;
  while (n && !status) {
    alone->group[0].base = n;
    status = claim_solve(b, found, alone, CLAIM_NO_ROW, CLAIM_STEPS);
    if (status || found->verdict != SOLVE_NO) break;
    n = next_candidate(alone, n + 1, limit);
  }
  if (!status) *out = n;
  return status;
}

/* Rises from base to base that the printed shares allow singly, and asks the solver for the
 * rest. Both tables are on the heap: they are too large for a stack. */
bilan_status claim_smallest_base(bilan *b, int64_t *out, enum solve_verdict *verdict,
                                 const struct claim_table *t, size_t group, int64_t from,
                                 int64_t limit) {
  bilan_status status = check(b, t);
  if (status) return status;
  if (limit > SHARE_BASE_LIMIT) limit = SHARE_BASE_LIMIT;
  struct claim_solution *found = mem_zero(&b->mem, 1, sizeof *found);
  struct claim_table *alone = mem_zero(&b->mem, 1, sizeof *alone);
  int64_t n = 0;
  if (!found || !alone) status = fail_nomem(b);
  if (!status) {
    only_group(alone, t, group);
    status = try_bases(b, &n, found, alone, from < 1 ? 1 : from, limit);
  }
  if (!status) {
    *out = found->verdict == SOLVE_YES ? n : 0;
    *verdict = found->verdict;
  }
  mem_free(&b->mem, found);
  mem_free(&b->mem, alone);
  return status;
}

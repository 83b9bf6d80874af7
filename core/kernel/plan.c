/* plan.c - see plan.h: a list of answers on the handle, found by the pointers of their requests.
 *
 * Requests are parted by who answers them: unit_tables, joint_tables (each takes all that share
 * their rows, domain, weight and units in one call), or a pass for itself. A request without units
 * whose like with units is in the plan is not made: with weights that are whole numbers the sums
 * over the units are the very same.
 *
 * Worked example: ten items by sex with standard errors are twenty requests: ten by PSU, ten
 * without units. With decimal weights one call of unit_tables answers all; with other weights one
 * call of it and ten passes.
 *
 * Looking up starts behind the last hit, since scripts ask in the order in which they planned:
 * one comparison a request. Owner: the plan has all answers until plan_close.
 */
#include "kernel/plan.h"

#include <string.h>

#include "data/whole.h"
#include "kernel/joint_tables.h"
#include "kernel/unit_tables.h"

/* Requests of one plan: looking for one is linear. */
enum { PLAN_MOST = 4096 };

enum maker { MAKER_NONE, MAKER_PASS, MAKER_JOINT, MAKER_UNIT };

/* A request and its answer. */
struct answer {
  struct cells_request request;
  struct cells cells;   /* count 0: not made */
  enum maker maker;     /* NONE: that of another request serves */
};

struct plan {
  size_t count, next;   /* answers; where the next look begins */
  bool apart;           /* every request has an answer of its own */
  struct answer answers[];
};

/* ---- looking up ------------------------------------------------------------------------------ */

/* Do two requests have the same keys, rows, domain and weight? By place in memory. */
static bool same_table(const struct cells_request *x, const struct cells_request *y) {
  return x->key_count == y->key_count &&
         !memcmp(x->keys, y->keys, x->key_count * sizeof *x->keys) &&
         x->rows == y->rows && x->domain == y->domain && x->weight == y->weight;
}

/* Are sums by unit asked for alike? */
static bool same_units(const struct cells_request *x, const struct cells_request *y) {
  return x->unit == y->unit && x->unit_count == y->unit_count;
}

/* Are the sums over units the sums without them, to the last bit? Whole numbers of unit_tables,
 * which keeps them in doubles while rows * highest stays below 2^53. */
static bool is_exact(const struct cells_request *r) {
  const struct whole *whole = r->weight ? r->weight->whole : NULL;
  if (!unit_tables_fit(r)) return false;
  if (!r->weight) return true;
  return whole && whole->kind != WHOLE_NONE &&
         r->rows <= ((uint64_t)1 << 53) / ((uint64_t)whole->highest + 1);
}

/* Does the answer to x serve y? */
static bool serves(const struct cells_request *x, const struct cells_request *y) {
  return same_table(x, y) && (same_units(x, y) || (!y->unit && is_exact(x)));
}

/* What a request without units is lent of an answer with them. */
static void leave_units(struct cells *c) {
  c->unit_count = 0;
  c->unit_weight = c->unit_y = NULL;
}

/* See plan.h. */
bool plan_find(const bilan *b, struct cells *out, const struct cells_request *request) {
  struct plan *p = b->plan;
  if (!p || request->measure_count || request->complete) return false;
  for (size_t looked = 0; looked < p->count; looked++) {
    struct answer *a = &p->answers[p->next];
    p->next = p->next + 1 < p->count ? p->next + 1 : 0;
    if (!a->cells.count || !serves(&a->request, request)) continue;
    *out = a->cells;
    out->mem = NULL;
    if (!request->unit) leave_units(out);
    return true;
  }
  return false;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Bytes of the answer to a request that can be answered at all. */
static bilan_status bytes_of(bilan *b, size_t *bytes, const struct cells_request *request) {
  struct rows_plan rows;
  bilan_status status = rows_check(b, &rows, request);
  if (status) return status;
  size_t units = request->unit ? request->unit_count : 0;
  *bytes = units > PLAN_STORE / rows.cells ? PLAN_STORE : rows.cells * (units + 3) * sizeof(double);
  return BILAN_OK;
}

/* How many of the requests a store holds; at least one. */
static bilan_status count_requests(bilan *b, size_t *answered,
                                   const struct cells_request *requests, size_t count) {
  size_t store = 0, bytes = 0, fit = 0;
  while (fit < count && fit < PLAN_MOST) {
    bilan_status status = bytes_of(b, &bytes, &requests[fit]);
    if (status) return status;
    if (fit && bytes > PLAN_STORE - store) break;
    store += bytes < PLAN_STORE - store ? bytes : PLAN_STORE - store;
    fit++;
  }
  *answered = fit;
  return BILAN_OK;
}

/* Is there another request in the plan whose answer serves this one as well? Of equal ones the
 * first stays. */
static bool is_served(const struct plan *p, size_t i) {
  const struct cells_request *r = &p->answers[i].request;
  for (size_t k = 0; k < p->count; k++) {
    const struct cells_request *other = &p->answers[k].request;
    if (k == i || !serves(other, r)) continue;
    if (k < i || !serves(r, other)) return true;
  }
  return false;
}

/* Who answers a request; joint_tables_take finds out about the weights first. */
static bilan_status choose_maker(bilan *b, struct plan *p, size_t i) {
  struct answer *a = &p->answers[i];
  bool joint = false;
  bilan_status status = joint_tables_take(b, &joint, &a->request);
  if (status || (!p->apart && is_served(p, i))) return status;
  bool measures = a->request.measure_count || a->request.complete;
  if (measures && !p->apart) return BILAN_OK; /* never looked up */
  if (!measures && unit_tables_fit(&a->request)) a->maker = MAKER_UNIT;
  else a->maker = joint ? MAKER_JOINT : MAKER_PASS;
  return BILAN_OK;
}

/* Can two requests be answered by one call? */
static bool go_together(const struct answer *x, const struct answer *y) {
  const struct cells_request *r = &x->request, *q = &y->request;
  return x->maker == y->maker && r->rows == q->rows && r->domain == q->domain &&
         r->weight == q->weight && same_units(r, q) && r->order == q->order;
}

/* Room for a call for many tables. */
struct batch {
  const struct cells_request **requests; /* [count of the plan] */
  struct cells *cells;
  size_t *places;
};

/* Answers all that go together with the request at `first` and are not answered yet. */
static bilan_status make_batch(bilan *b, struct plan *p, struct batch *batch, size_t first) {
  const struct answer *leader = &p->answers[first];
  size_t count = 0;
  for (size_t i = first; i < p->count; i++) {
    struct answer *a = &p->answers[i];
    if (a->cells.count || !go_together(leader, a) || (i > first && leader->maker == MAKER_PASS))
      continue;
    batch->requests[count] = &a->request;
    batch->places[count++] = i;
  }
  bilan_status status =
      leader->maker == MAKER_PASS ? cells_pass(b, batch->cells, batch->requests[0])
      : leader->maker == MAKER_UNIT ? unit_tables(b, batch->cells, batch->requests, count)
                                    : joint_tables(b, batch->cells, batch->requests, count);
  for (size_t i = 0; !status && i < count; i++)
    p->answers[batch->places[i]].cells = batch->cells[i];
  return status;
}

/* Batch after batch. */
static bilan_status make_all(bilan *b, struct plan *p) {
  struct batch batch = {mem_array(&b->mem, p->count, sizeof *batch.requests),
                        mem_array(&b->mem, p->count, sizeof *batch.cells),
                        mem_array(&b->mem, p->count, sizeof *batch.places)};
  bool room = batch.requests && batch.cells && batch.places;
  bilan_status status = room ? BILAN_OK : fail_nomem(b);
  for (size_t i = 0; !status && i < p->count; i++) status = choose_maker(b, p, i);
  for (size_t i = 0; !status && i < p->count; i++)
    if (p->answers[i].maker && !p->answers[i].cells.count) status = make_batch(b, p, &batch, i);
  mem_free(&b->mem, batch.requests);
  mem_free(&b->mem, batch.cells);
  mem_free(&b->mem, batch.places);
  return status;
}

/* A list of requests without answers. BILAN_NOMEM. */
static bilan_status new_plan(bilan *b, struct plan **out, const struct cells_request *requests,
                             size_t count) {
  struct plan *p = mem_zero(&b->mem, 1, sizeof *p + count * sizeof *p->answers);
  if (!p) return fail_nomem(b);
  p->count = count;
  for (size_t i = 0; i < count; i++) p->answers[i].request = requests[i];
  *out = p;
  return BILAN_OK;
}

/* NULL is fine. */
static void free_plan(bilan *b, struct plan *p) {
  for (size_t i = 0; p && i < p->count; i++) cells_free(&p->answers[i].cells);
  mem_free(&b->mem, p);
}

/* See plan.h. The plan hangs on the handle from the start, so that plan_close releases what a
 * failure leaves half made; while it is being made, nobody looks anything up. */
bilan_status plan_open(bilan *b, size_t *answered, const struct cells_request *requests,
                       size_t count) {
  size_t fit = count;
  plan_close(b);
  bilan_status status = BILAN_OK;
  if (!b->ways.plain) status = count_requests(b, &fit, requests, count);
  if (status) return status;
  if (!b->ways.plain && fit) {
    status = new_plan(b, &b->plan, requests, fit);
    if (!status) status = make_all(b, b->plan);
  }
  if (status) plan_close(b);
  else *answered = fit;
  return status;
}

/* See plan.h. */
void plan_close(bilan *b) {
  free_plan(b, b->plan);
  b->plan = NULL;
}

/* See cells.h. A plan of its own, whose answers change hands. One request has its own way, and so
 * have those that an open plan may know. */
bilan_status cells_tabulate_all(bilan *b, struct cells *out, const struct cells_request *requests,
                                size_t count) {
  struct plan *p = NULL;
  size_t done = 0;
  bool together = count > 1 && !b->ways.plain && !b->plan;
  bilan_status status = together ? new_plan(b, &p, requests, count) : BILAN_OK;
  if (!status && together) {
    p->apart = true;
    status = make_all(b, p);
    for (size_t i = 0; !status && i < count; i++) out[i] = p->answers[i].cells;
    if (!status) p->count = 0;
    free_plan(b, p);
    return status;
  }
  for (; !status && done < count; done++) status = cells_tabulate(b, &out[done], &requests[done]);
  for (size_t i = 0; status && i + 1 < done; i++) cells_free(&out[i]);
  return status;
}

/* joint_arrange.c - which banners share a joint code, which items are taken together (joint.h).
 *
 * A row costs one addition a bundle. So banners are joined, and items bundled, as long as tables
 * stay in the processor's first cache (SHEET_CELLS, BUNDLE_BYTES), and smaller than the sample
 * would make it worthwhile: emptying a table costs its cells. Items of many levels would make any
 * joint table large: they come last, to sheets of their own if need be.
 *
 * Worked example: items of 7 and 6 codes by gender (5 codes), by level (4), and by gender and level
 * are one sheet of 20 joint cells and one bundle of 7 * 6 * 20 = 840 cells; an item of 250 codes
 * by gender, asked for besides, is a sheet of 5 joint cells and a table of 1250.
 *
 * Everything is decided by the requests in their order, the lowest and highest codes and
 * the number of rows; nothing of it leaves a trace in a sum of whole numbers.
 */
#include "kernel/joint.h"

#include <string.h>

enum {
  SHEET_CELLS = 2048,        /* joint cells times the codes of the widest item, of joined banners */
  MANY_CODES = 32,           /* an item of more comes last */
  BUNDLE_BYTES = 40 << 10,   /* a bundle's table */
  SUBS_BYTES = 24 << 10,     /* all copies of a small one */
  PAIR_BYTES = 32 << 10      /* a table of all pairs of cells */
};

/* See joint.h. Of no rows a column has no codes: one is as good as any. */
struct axis joint_axis(const struct column *key) {
  size_t size = dict_count(key->dict);
  uint32_t low = key->lowest <= key->highest ? key->lowest : 0;
  return (struct axis){key, low, (size_t)key->highest - low + 1, size};
}

/* ---- sheets ---------------------------------------------------------------------------------- */

/* Place of a column among the axes of a sheet; axis_count where it is none. */
static size_t find_axis(const struct joint_sheet *s, const struct column *column) {
  size_t i = 0;
  while (i < s->axis_count && s->axes[i].column != column) i++;
  return i;
}

/* The sheet with the banner of a request added, the item's span counted in. */
static struct joint_sheet widened(const struct joint_sheet *s, const struct cells_request *r) {
  struct joint_sheet wide = *s;
  struct axis item = joint_axis(r->keys[r->key_count - 1]);
  for (size_t key = 0; key + 1 < r->key_count; key++) {
    if (find_axis(&wide, r->keys[key]) < wide.axis_count) continue;
    wide.axes[wide.axis_count] = joint_axis(r->keys[key]);
    wide.cells *= wide.axes[wide.axis_count++].span;
    if (wide.axis_count == JOINT_BANNERS) break;
  }
  if (item.span > wide.widest) wide.widest = item.span;
  return wide;
}

/* May a sheet be that wide? One that a request has for itself always may. */
static bool is_good(const struct joint *j, const struct joint_sheet *wide) {
  size_t cells = wide->cells * wide->widest;
  return wide->axis_count < JOINT_BANNERS && cells <= SHEET_CELLS && cells <= j->rows / 4 + 64;
}

/* Does a sheet have all banners of a request already, and items as wide? */
static bool has_banner(const struct joint_sheet *s, const struct joint_sheet *wide) {
  return s->axis_count == wide->axis_count && s->widest >= wide->widest;
}

/* Finds or makes the sheet of a request. */
static void place_request(struct joint *j, size_t i) {
  static const struct joint_sheet none = {.cells = 1};
  struct joint_sheet wide;
  size_t k = 0;
  for (; k < j->sheet_count; k++) {
    wide = widened(&j->sheets[k], j->requests[i]);
    if (has_banner(&j->sheets[k], &wide) || is_good(j, &wide)) break;
  }
  if (k == j->sheet_count) {
    wide = widened(&none, j->requests[i]);
    j->sheet_count++;
  }
  j->sheets[k] = wide;
  j->sheet_of[i] = k;
}

/* Items of few codes first. */
static void make_sheets(struct joint *j) {
  for (int many = 0; many < 2; many++)
    for (size_t i = 0; i < j->count; i++) {
      const struct cells_request *r = j->requests[i];
      if ((joint_axis(r->keys[r->key_count - 1]).span > MANY_CODES) == (many == 1))
        place_request(j, i);
    }
  for (size_t k = 0; k < j->sheet_count; k++)
    j->sheets[k].width = j->sheets[k].cells + (j->domain != NULL);
}

/* ---- items ----------------------------------------------------------------------------------- */

/* The items of a sheet, each once, in the order of the requests. */
static void make_items(struct joint *j, size_t sheet) {
  struct joint_sheet *s = &j->sheets[sheet];
  for (size_t i = 0; i < j->count; i++) {
    const struct column *column = j->requests[i]->keys[j->requests[i]->key_count - 1];
    size_t k = 0;
    if (j->sheet_of[i] != sheet) continue;
    while (k < s->item_count && s->items[k].axis.column != column) k++;
    j->item_of[i] = k;
    if (k < s->item_count) continue;
    struct joint_item *item = &s->items[s->item_count++];
    *item = (struct joint_item){joint_axis(column), j->totals};
    j->totals += item->axis.span * s->cells;
    if (item->axis.span * s->width > j->margin) j->margin = item->axis.span * s->width;
  }
}

/* ---- bundles --------------------------------------------------------------------------------- */

/* One more item in a bundle of so many cells? */
static bool takes_item(const struct joint *j, const struct joint_bundle *bundle, size_t span) {
  size_t cells = bundle->cells * span;
  return bundle->count < JOINT_BUNDLE && cells * joint_bytes(j->size) <= BUNDLE_BYTES &&
         cells <= j->rows / 4;
}

/* The quicker ways of a table that is alone. */
static void choose_way(struct joint *j) {
  size_t pairs = j->bundles->cells * j->bundles->cells;
  if (j->bundle_count != 1 || j->bundles->count != 1) return;
  j->bits = joint_bits_fit(j, j->sheets);
  j->pairs = j->size == JOINT_NARROW && pairs * joint_bytes(JOINT_WIDE) <= PAIR_BYTES &&
             pairs <= j->rows / 16;
}

/* Copies of a small table, where rows are many. */
static void multiply(const struct joint *j, struct joint_bundle *bundle) {
  size_t bytes = joint_bytes(j->size);
  bool small = bundle->cells * JOINT_SUBS * bytes <= SUBS_BYTES;
  if (small && bundle->cells * JOINT_SUBS <= j->rows / 4) bundle->subs = JOINT_SUBS;
}

/* Items of a sheet one after the other, as many in a bundle as fit. */
static void make_bundles(struct joint *j, struct joint_sheet *s) {
  struct joint_bundle *bundle = NULL;
  for (size_t i = 0; i < s->item_count; i++) {
    size_t span = s->items[i].axis.span;
    if (!bundle || !takes_item(j, bundle, span)) {
      bundle = &s->bundles[s->bundle_count++];
      *bundle = (struct joint_bundle){.first = i, .cells = s->width, .subs = 1};
      j->bundle_count++;
    }
    bundle->cells *= span;
    bundle->count++;
  }
}

/* Where the tables of each bundle lie; runs of 64 bytes, so that none shares a line. */
static void place_tables(struct joint *j) {
  for (size_t i = 0; i < j->sheet_count; i++)
    for (size_t k = 0; k < j->sheets[i].bundle_count; k++) {
      struct joint_bundle *bundle = &j->sheets[i].bundles[k];
      bundle->table = j->table_bytes;
      if (!j->bits && !j->pairs) multiply(j, bundle);
      bundle->bytes = bundle->cells * bundle->subs * joint_bytes(j->size);
      if (j->pairs) bundle->bytes = bundle->cells * bundle->cells * joint_bytes(JOINT_WIDE);
      j->table_bytes += (bundle->bytes + 63) / 64 * 64;
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* What a request may need of each list. */
struct entry {
  struct joint_sheet sheet;
  struct joint_item item;
  struct joint_bundle bundle;
  size_t sheet_of, item_of;
};

/* Room for sheets, items and bundles, as many as requests at most, in one run: one request is the
 * usual case, and a call of the allocator costs as much as a hundred rows. */
static bilan_status reserve(bilan *b, struct joint *j) {
  j->sheets = mem_zero(&b->mem, j->count, sizeof(struct entry));
  if (!j->sheets) return fail_nomem(b);
  j->items = (struct joint_item *)(void *)(j->sheets + j->count);
  j->bundles = (struct joint_bundle *)(void *)(j->items + j->count);
  j->sheet_of = (size_t *)(void *)(j->bundles + j->count);
  j->item_of = j->sheet_of + j->count;
  return BILAN_OK;
}

/* See joint.h. */
bilan_status joint_arrange(bilan *b, struct joint *j) {
  bilan_status status = reserve(b, j);
  if (status) return status;
  make_sheets(j);
  struct joint_item *items = j->items;
  struct joint_bundle *bundles = j->bundles;
  for (size_t i = 0; i < j->sheet_count; i++) {
    struct joint_sheet *s = &j->sheets[i];
    s->items = items;
    s->bundles = bundles;
    make_items(j, i);
    make_bundles(j, s);
    items += s->item_count;
    bundles += s->bundle_count;
  }
  choose_way(j);
  place_tables(j);
  return BILAN_OK;
}

/* See joint.h. */
void joint_release(bilan *b, struct joint *j) {
  mem_free(&b->mem, j->sheets); /* where the run of all lists begins */
}

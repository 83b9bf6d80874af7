/* unit_work.h - the parts of unit_tables: what a call knows, and what a worker has for itself.
 *
 *   unit_plan.c     sources, banners and tables of the requests, blocks, room for the answers
 *   unit_joint.c    adding rows by joint cells
 *   unit_tables.c   chunks and blocks, adding row by row, the whole
 */
#ifndef KERNEL_UNIT_WORK_H
#define KERNEL_UNIT_WORK_H

#include "kernel/cells.h"
#include "kernel/unit_rows.h"

/* Rows of a block at least; cells at most of a table, beyond which a pass by itself is as quick, and
 * of a joint table, 32 KiB; keys of a banner. */
enum {
  UNIT_BLOCK_LEAST = 16384,
  UNIT_TABLE_CELLS = 4096,
  UNIT_JOINT_MOST = 2048,
  UNIT_BANNER_KEYS = 2
};

/* Distinct keys before the item; codes number their combinations as cells do. */
struct unit_banner {
  size_t keys[UNIT_BANNER_KEYS]; /* places among the sources */
  size_t key_count;
  size_t codes;             /* product of their sizes; 1 without keys */
  uint16_t *map;            /* [joint code] -> code */
};

/* One request. */
struct unit_table {
  size_t item, banner; /* places among the sources and the banners */
  size_t cells;
  size_t at;           /* of its first cell among those of all tables */
  struct cells *out;
};

/* All that a call knows; workers read it only. */
struct unit_work {
  const struct cells_request *request; /* the first: what all share */
  struct unit_reader reader;
  struct unit_source *sources;
  struct unit_banner *banners;
  struct unit_table *tables;                /* those of an item side by side */
  size_t source_count, banner_count, table_count;
  size_t cells;                        /* of all tables */
  bool single;                         /* one table, to be added up in one walk */
  size_t joint;                        /* codes of all banner keys together; 0: too many */
  size_t *joint_keys;                  /* places among the sources */
  size_t joint_key_count;
  size_t *blocks;                      /* [block_count + 1] first unit of each */
  size_t block_count;
  struct unit_sums *total;                  /* [cells] */
};

/* Scratch of a worker, behind its sums; `group` has room for every banner. */
struct unit_scratch {
  size_t from, count;         /* rows of the order */
  size_t unit_from, unit_to;  /* units that have some of them: unit_from .. unit_to - 1 */
  bool grouped;                    /* unit, weight and group are of this chunk */
  size_t pitch;                    /* that `place` was made with (unit_joint.c); 0: none */
  pair both[UNIT_ROWS_CHUNK];      /* whole weights (unit_rows.h) */
  double weight[UNIT_ROWS_CHUNK];  /* whole weights: whole numbers */
  const uint32_t *units;           /* the same as integers, where they lie or in `room` */
  uint32_t room[UNIT_ROWS_CHUNK];
  uint32_t unit[UNIT_ROWS_CHUNK];  /* of each row, from unit_from */
  uint16_t joint[UNIT_ROWS_CHUNK];
  uint16_t place[UNIT_ROWS_CHUNK]; /* where the joint code's cells begin */
  uint16_t index[UNIT_ROWS_CHUNK]; /* the cell of the item at hand */
  uint16_t code[UNIT_ROWS_CHUNK];  /* of the item at hand, where it has no bytes */
  const uint8_t *bytes;            /* its codes where they lie in order; else NULL */
  pair cell[UNIT_JOINT_MOST];           /* joint: item x joint code, or copies of that (joint.h) */
  pair margin[2 * UNIT_TABLE_CELLS]; /* of one table; its items at a pitch */
  double sum[UNIT_TABLE_CELLS];    /* the same */
  uint16_t group[];                /* [banner * UNIT_ROWS_CHUNK + row] */
};

/* unit_plan.c: all that is found out about `count` requests, of which work->request is the first:
 * answers with room, copies filled. On failure unit_work_close is due, and out[] to be freed. What
 * rows_check refuses, BILAN_NOMEM. */
bilan_status unit_work_open(bilan *b, struct unit_work *w, struct cells *out,
                            const struct cells_request *const *requests, size_t count);
void unit_work_close(bilan *b, struct unit_work *w);

/* unit_joint.c: joint codes of a chunk. Is it less work to go by them for the tables first .. last
 * - 1, those of one item? Its rows into them, into sums and totals by unit. */
void unit_joint_read(const struct unit_work *w, struct unit_scratch *k);
bool unit_joint_pays(const struct unit_work *w, const struct unit_scratch *k, size_t first,
                     size_t last);
void unit_joint_add(const struct unit_work *w, struct unit_scratch *k, size_t first, size_t last,
                    struct unit_sums *sums);

#endif

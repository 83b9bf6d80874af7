/* schema.c - the tables and views of an archive, as SQL; see store.h and docs/format.md.
 *
 * The text below is the format: a file whose schema differs by one letter is not an archive of
 * this version. SQLite keeps the text of each CREATE as it was given, so the comparison is one
 * of bytes. That leaves a stranger's file no trigger, no view and no index of its own.
 *
 * Answers are in `chunk`, all else in rows that sqlite3 shows. Tables with a key of several
 * columns are stored in the order of the key (WITHOUT ROWID), which is the order in which they are
 * read: the levels of an item lie side by side. `chunk` has a rowid, which reading pieces of its
 * bytes needs. No table has an index beyond its keys: waves and runs are few, and each index is
 * one more thing that can disagree with its table.
 *
 *   wave --> data <-- item, level, chunk        what was answered
 *     |  \--> source --> data                   where from, when a run keeps what it read
 *     \----> codebook <-- codebook_item, codebook_level, crosswalk
 *   run <-- run_input, run_output, figure       what was computed; data and codebooks by hash
 *
 * What is part of something goes with it (ON DELETE CASCADE). What is used by something cannot go
 * while it is: `wave` and `source` refer to `data` without a cascade, so archive_drop of answers
 * in use is refused by SQLite itself. Runs quote hashes and not rows: a figure stays on record
 * when the data it came from are replaced, which is what verifying it later is about.
 *
 * Invariants: a table that is referred to stands before those that refer to it. NULL is "not
 * known" in every column that allows it. Changing a letter below makes another format: the text
 * here, FORMAT_VERSION and docs/format.md change together, and older files need their old text.
 *
 * Cost: some 20 statements compared at each opening, well below a millisecond. Failure:
 * schema_make as any statement; schema_check BILAN_DATA with the first name that is not ours.
 */
#include "archive/store.h"

#include <string.h>

/* Of answers: one `data` for each different content, its items, their levels, their chunks.
 * `items` and `rows` say how many there must be: a row that was taken away would not be missed
 * otherwise. UNIQUE(data, place, part) is also the path from an item to its chunks in order. */
#define ANSWERS \
  "CREATE TABLE data(id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE,\n" \
  "  rows INTEGER NOT NULL, items INTEGER NOT NULL)", \
  "CREATE TABLE item(data INTEGER NOT NULL REFERENCES data ON DELETE CASCADE,\n" \
  "  place INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, type TEXT NOT NULL,\n" \
  "  sha256 TEXT NOT NULL, PRIMARY KEY(data, place)) WITHOUT ROWID", \
  "CREATE TABLE level(data INTEGER NOT NULL REFERENCES data ON DELETE CASCADE,\n" \
  "  place INTEGER NOT NULL, code INTEGER NOT NULL, label TEXT NOT NULL, value REAL,\n" \
  "  missing TEXT, PRIMARY KEY(data, place, code)) WITHOUT ROWID", \
  "CREATE TABLE chunk(id INTEGER PRIMARY KEY,\n" \
  "  data INTEGER NOT NULL REFERENCES data ON DELETE CASCADE, place INTEGER NOT NULL,\n" \
  "  part INTEGER NOT NULL, first INTEGER NOT NULL, rows INTEGER NOT NULL,\n" \
  "  encoding TEXT NOT NULL, missing INTEGER NOT NULL, scale INTEGER NOT NULL,\n" \
  "  base INTEGER NOT NULL, checksum INTEGER NOT NULL, bytes BLOB NOT NULL,\n" \
  "  UNIQUE(data, place, part))"

/* Of what the answers mean: codebooks as given and item by item, crosswalks, sources, waves. The
 * JSON is what is read back; items and levels beside it are for people, and for joins. A wave is a
 * name for parts that others may share, and has a place, since names need not sort by year. */
#define MEANING \
  "CREATE TABLE codebook(id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, path TEXT,\n" \
  "  version TEXT, title TEXT, lang TEXT, json TEXT NOT NULL)", \
  "CREATE TABLE codebook_item(codebook INTEGER NOT NULL REFERENCES codebook ON DELETE CASCADE,\n" \
  "  place INTEGER NOT NULL, id TEXT NOT NULL, concept TEXT, kind TEXT, label TEXT,\n" \
  "  question TEXT, universe TEXT, note TEXT, PRIMARY KEY(codebook, place)) WITHOUT ROWID", \
  "CREATE TABLE codebook_level(codebook INTEGER NOT NULL REFERENCES codebook ON DELETE CASCADE,\n" \
  "  item TEXT NOT NULL, place INTEGER NOT NULL, label TEXT, score REAL, missing TEXT,\n" \
  "  PRIMARY KEY(codebook, item, place)) WITHOUT ROWID", \
  "CREATE TABLE crosswalk(codebook INTEGER NOT NULL REFERENCES codebook ON DELETE CASCADE,\n" \
  "  item TEXT NOT NULL, wave TEXT NOT NULL, was TEXT, level TEXT, was_level TEXT,\n" \
  "  grade TEXT, note TEXT)", \
  "CREATE TABLE source(id INTEGER PRIMARY KEY, path TEXT, name TEXT, sha256 TEXT,\n" \
  "  bytes INTEGER, modified INTEGER, changed INTEGER, inode INTEGER, options TEXT,\n" \
  "  dialect TEXT, rows INTEGER, columns INTEGER, data INTEGER REFERENCES data,\n" \
  "  read_on TEXT)", \
  "CREATE TABLE wave(name TEXT PRIMARY KEY, place INTEGER, data INTEGER REFERENCES data,\n" \
  "  codebook INTEGER REFERENCES codebook, source INTEGER REFERENCES source,\n" \
  "  synthetic INTEGER, added TEXT) WITHOUT ROWID"

/* Of what was computed. A run is written at its end, whole: one that was killed has no row. Only
 * `value` to `p_value` are numbers to compute with; `shown` is the text that was published, and
 * a figure that was withheld has NULL in all of them and its reason in `withheld`. */
#define RUNS \
  "CREATE TABLE run(id INTEGER PRIMARY KEY, script TEXT, wave TEXT, arguments TEXT, out TEXT,\n" \
  "  engine TEXT, methods TEXT, options TEXT, started TEXT, status TEXT)", \
  "CREATE TABLE run_input(run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, path TEXT,\n" \
  "  role TEXT, sha256 TEXT, bytes INTEGER, modified INTEGER, changed INTEGER,\n" \
  "  inode INTEGER)", \
  "CREATE TABLE run_output(run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, path TEXT,\n" \
  "  sha256 TEXT, bytes INTEGER)", \
  "CREATE TABLE figure(run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, place INTEGER,\n" \
  "  indicator TEXT NOT NULL, row INTEGER NOT NULL, key TEXT, title TEXT, label TEXT,\n" \
  "  unit TEXT, value REAL, se REAL, low REAL, high REAL, conf REAL, n INTEGER,\n" \
  "  count INTEGER, weighted_n REAL, missing INTEGER, df REAL, deff REAL, statistic REAL,\n" \
  "  p_value REAL, shown TEXT, withheld TEXT, method TEXT, method_version INTEGER,\n" \
  "  data TEXT, codebook TEXT, script TEXT, detail TEXT,\n" \
  "  PRIMARY KEY(run, indicator, row)) WITHOUT ROWID"

/* For people with sqlite3: waves, their items and levels, runs, figures. A view never shows more
 * than was published. `figures` has the last complete run of each script with its arguments,
 * `history` all runs. */
#define VIEWS \
  "CREATE VIEW waves AS SELECT w.name AS wave, d.rows, d.items, w.synthetic, w.added,\n" \
  "  c.title AS codebook, c.version, s.name AS source, s.sha256 AS source_sha256,\n" \
  "  d.sha256 AS data_sha256\n" \
  "  FROM wave AS w LEFT JOIN data AS d ON d.id = w.data\n" \
  "  LEFT JOIN codebook AS c ON c.id = w.codebook LEFT JOIN source AS s ON s.id = w.source\n" \
  "  ORDER BY w.place, w.name", \
  "CREATE VIEW items AS SELECT w.name AS wave, i.place, i.name AS item, i.kind, i.type,\n" \
  "  b.label, b.question, b.universe\n" \
  "  FROM wave AS w JOIN item AS i ON i.data = w.data\n" \
  "  LEFT JOIN codebook_item AS b ON b.codebook = w.codebook AND b.id = i.name\n" \
  "  ORDER BY w.place, w.name, i.place", \
  "CREATE VIEW levels AS SELECT w.name AS wave, i.name AS item, l.code, l.label, l.value,\n" \
  "  l.missing\n" \
  "  FROM wave AS w JOIN item AS i ON i.data = w.data\n" \
  "  JOIN level AS l ON l.data = i.data AND l.place = i.place\n" \
  "  ORDER BY w.place, w.name, i.place, l.code", \
  "CREATE VIEW sources AS SELECT id, name, path, sha256, bytes, rows, columns, read_on\n" \
  "  FROM source ORDER BY id", \
  "CREATE VIEW runs AS SELECT r.id AS run, r.script, r.wave, r.started, r.status, r.engine,\n" \
  "  (SELECT count(*) FROM figure AS f WHERE f.run = r.id) AS figures,\n" \
  "  (SELECT count(*) FROM run_output AS o WHERE o.run = r.id) AS files\n" \
  "  FROM run AS r ORDER BY r.id", \
  "CREATE VIEW figures AS SELECT r.script, r.wave, f.indicator, f.title, f.label, f.shown,\n" \
  "  f.unit, f.value, f.se, f.low, f.high, f.conf, f.n, f.count, f.weighted_n, f.withheld,\n" \
  "  f.method, f.method_version, f.key, f.row, f.run\n" \
  "  FROM figure AS f JOIN run AS r ON r.id = f.run\n" \
  "  WHERE r.id IN (SELECT max(id) FROM run WHERE status = 'complete'\n" \
  "    GROUP BY script, arguments)\n" \
  "  ORDER BY r.id, f.place, f.row", \
  "CREATE VIEW history AS SELECT r.script, r.wave, r.started, f.indicator, f.title, f.label,\n" \
  "  f.shown, f.unit, f.value, f.se, f.low, f.high, f.conf, f.n, f.count, f.weighted_n,\n" \
  "  f.withheld, f.method, f.method_version, f.key, f.row, f.run\n" \
  "  FROM figure AS f JOIN run AS r ON r.id = f.run ORDER BY r.id, f.place, f.row"

static const char *const statements[] = {ANSWERS, MEANING, RUNS, VIEWS};

enum { STATEMENTS = sizeof statements / sizeof statements[0] };

/* In the order of the list; the caller's transaction holds them together. */
bilan_status schema_make(bilan *b, const struct archive *a) {
  bilan_status status = BILAN_OK;
  for (size_t i = 0; !status && i < STATEMENTS; i++) status = store_exec(b, a, statements[i]);
  return status;
}

/* Indexes that SQLite makes by itself have no text; everything else must be the next statement
 * of the list. */
static bilan_status check_entry(bilan *b, const struct archive *a, sqlite3_stmt *s,
                                size_t *met) {
  struct text name = store_text(s, 0), sql = store_text(s, 1);
  bool ours = sqlite3_column_type(s, 1) == SQLITE_NULL
                  ? name.n > 17 && !memcmp(name.s, "sqlite_autoindex_", 17)
                  : *met < STATEMENTS && text_equal(sql, text_of(statements[(*met)++]));
  if (ours) return BILAN_OK;
  return fail(b, BILAN_DATA, "%s: not a bilan archive: its schema is another at \"%.*s\"",
              a->path, (int)(name.n > 60 ? 60 : name.n), name.s);
}

/* Reading the schema is also what first takes a lock: a journal that was left is rolled back
 * here. */
bilan_status schema_check(bilan *b, const struct archive *a) {
  sqlite3_stmt *s = NULL;
  size_t met = 0;
  bool row = false;
  bilan_status status =
      store_prepare(b, a, &s, "SELECT name, sql FROM sqlite_schema ORDER BY rowid");
  if (!status) status = store_step(b, a, s, &row);
  while (!status && row) {
    status = check_entry(b, a, s, &met);
    if (!status) status = store_step(b, a, s, &row);
  }
  if (!status && met < STATEMENTS)
    status = fail(b, BILAN_DATA, "%s: not a bilan archive: its schema is not complete", a->path);
  sqlite3_finalize(s);
  return status;
}

#!/bin/sh
# An archive as others see it: plain sqlite3 finds waves and figures in views, a reader written from
# docs/format.md in another language finds every answer and computes the same hashes, and the schema
# of the manual is the schema of the file.   Speaks TAP.
. "${0%/*}/tap.sh"
file=$work/a.bilan

equal archive_is_made "$("$bilan" run --trusted --no-record tests/system/archive_make.lua "$file" 2>&1)" ""

if command -v sqlite3 >/dev/null; then
  equal pages_are_whole "$(sqlite3 "$file" 'PRAGMA integrity_check; PRAGMA foreign_key_check')" ok
  equal waves_are_shown "$(sqlite3 "$file" 'SELECT wave, rows, items, codebook FROM waves')" \
    "2023|2003|8|A survey"
  equal items_are_shown \
    "$(sqlite3 "$file" "SELECT item, kind, question FROM items WHERE item = 'genre'")" \
    "genre|single|Tu es…"
  equal levels_are_shown \
    "$(sqlite3 "$file" "SELECT code, label FROM levels WHERE item = 'genre'")" \
    "1|garçon
2|fille"
  equal published_figures_are_shown \
    "$(sqlite3 "$file" 'SELECT script, indicator, label, shown, withheld FROM figures')" \
    "year.lua|girls|fille|33 %|
year.lua|girls|autre||base under 10"
  equal the_manual_has_the_schema \
    "$(sed -n '/^```sql$/,/^```$/p' docs/format.md | grep -v '```')" \
    "$(sqlite3 "$file" "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL
       ORDER BY rowid")"
else
  skip views_are_shown "sqlite3 is not installed"
fi

if command -v python3 >/dev/null; then
  python3 tests/oracle/archive_read.py "$file" 2023 >"$work/read" 2>&1
  equal another_reader_finds_the_same_hashes "$(head -1 "$work/read" | cut -c 1-3)" "ok "
  equal another_reader_finds_every_answer "$(sed -n '3p;13p;$p' "$work/read")" \
    '["R00001", "garçon", "1", 1.000379, 1.0, null, "judo", "judo"]
["R00011", null, null, 4.004169, 0.090909090909091, "trop court", "natation", "natation"]
["R02003", null, "8", 1.759137, 0.00049925112331503, "trop court", "natation", "natation"]'
else
  skip another_reader "python3 is not installed"
fi
plan

#!/bin/sh
# An archive as others see it: plain sqlite3 finds waves and figures in views, a reader written from
# docs/format.md in another language finds every answer and computes the same hashes, and the schema
# of the manual is the schema of the file.   Speaks TAP.
build=${BUILD:-build}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
file=$folder/a.bilan
number=0

# check NAME GOT WANTED
check() {
  number=$((number + 1))
  if [ "$2" = "$3" ]; then
    echo "ok $number - $1"
  else
    echo "not ok $number - $1"
    printf 'got:\n%s\nwanted:\n%s\n' "$2" "$3" | sed 's/^/# /'
  fi
}

# skip NAME PROGRAM
skip() {
  number=$((number + 1))
  echo "ok $number - $1 # SKIP $2 is not installed"
}

check archive_is_made "$("$build/bilan" run --trusted --no-record tests/system/archive_make.lua "$file" 2>&1)" ""

if command -v sqlite3 >/dev/null; then
  check pages_are_whole "$(sqlite3 "$file" 'PRAGMA integrity_check; PRAGMA foreign_key_check')" ok
  check waves_are_shown "$(sqlite3 "$file" 'SELECT wave, rows, items, codebook FROM waves')" \
    "2023|2003|8|A survey"
  check items_are_shown \
    "$(sqlite3 "$file" "SELECT item, kind, question FROM items WHERE item = 'genre'")" \
    "genre|single|Tu es…"
  check levels_are_shown \
    "$(sqlite3 "$file" "SELECT code, label FROM levels WHERE item = 'genre'")" \
    "1|garçon
2|fille"
  check published_figures_are_shown \
    "$(sqlite3 "$file" 'SELECT script, indicator, label, shown, withheld FROM figures')" \
    "year.lua|girls|fille|33 %|
year.lua|girls|autre||base under 10"
  check the_manual_has_the_schema \
    "$(sed -n '/^```sql$/,/^```$/p' docs/format.md | grep -v '```')" \
    "$(sqlite3 "$file" "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL
       ORDER BY rowid")"
else
  skip views_are_shown sqlite3
fi

if command -v python3 >/dev/null; then
  python3 tests/oracle/archive_read.py "$file" 2023 >"$folder/read" 2>&1
  check another_reader_finds_the_same_hashes "$(head -1 "$folder/read" | cut -c 1-3)" "ok "
  check another_reader_finds_every_answer "$(sed -n '3p;13p;$p' "$folder/read")" \
    '["R00001", "garçon", "1", 1.000379, 1.0, null, "judo", "judo"]
["R00011", null, null, 4.004169, 0.090909090909091, "trop court", "natation", "natation"]
["R02003", null, "8", 1.759137, 0.00049925112331503, "trop court", "natation", "natation"]'
else
  skip another_reader python3
fi
echo "1..$number"

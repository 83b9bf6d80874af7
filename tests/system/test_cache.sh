#!/bin/sh
# The cache of large files: the right answer in every case, whatever happens to the file, to the
# entry, to the folder or to the process; and never an error that a run without it would not have.
# A poisoned entry (another label, which no checksum covers) shows whether it was used. Speaks TAP.
. "${0%/*}/tap.sh"
cd "$work" || exit 1

# A file of 9 MB that is read quickly: few rows, and one long answer that all of them have.
make_data() {
  awk -v pad="$1" 'BEGIN {
    for (i = 0; i < 900; i++) text = text "xxxxxxxxxx"
    print "genre,note,long,id"
    for (i = 0; i < 1000; i++)
      printf "%s,%d.%d,%s,P%05d\n", i % 3 ? "fille" : pad, i % 20, i % 10, text, i }'
}

cat >table.lua <<'LUA'
local s = bilan.read "data.csv"
local t = s:freq "genre"
print(t[1].level, t[1].count, t[2].level, t[2].count, s:mean("note")[1].value)
LUA

right='garcon	334	fille	666	9.95'
poisoned='garcon	334	FILLE	666	9.95'

entries() { find .bilan-cache -name '*.bilan' | wc -l | tr -d ' '; }
entry() { find .bilan-cache -name '*.bilan' | sort | head -1; }
leftovers() { find .bilan-cache -name '.bilan-archive-*' | wc -l | tr -d ' '; }
run() { "$bilan" run --no-record "$@" 2>&1; }
poison() { sqlite3 "$(entry)" "UPDATE level SET label = 'FILLE' WHERE label = 'fille'"; }
# A fresh entry of data.csv; nothing is kept of a file that was changed a moment ago.
fresh() {
  rm -rf .bilan-cache
  run table.lua >/dev/null
}

if ! command -v sqlite3 >/dev/null; then
  skip cache "sqlite3 is not installed"
  exit 0
fi

make_data garcon >data.csv
equal a_file_of_this_moment_is_read "$(run table.lua)" "$right"
equal and_not_kept "$(find . -name '*.bilan')" ""
sleep 2.1

# ---- the usual case ----------------------------------------------------------------------------

equal a_large_file_is_read "$(run table.lua)" "$right"
equal and_kept_once "$(entries)" 1
equal the_folder_is_private "$(stat -c %a .bilan-cache)" 700
equal the_folder_says_what_it_is "$(head -c 43 .bilan-cache/CACHEDIR.TAG; cat .bilan-cache/.gitignore)" \
  "Signature: 8a477f597d28d172789f06886806bc55*"
equal the_second_run_says_the_same "$(run table.lua)" "$right"
first=$("$bilan" describe --no-cache data.csv)
equal describe_says_the_same "$("$bilan" describe data.csv 2>&1)" "$first"
poison
equal the_second_run_does_not_read_the_file "$(run table.lua)" "$poisoned"
equal tab_uses_the_entry "$("$bilan" tab data.csv genre | grep -c FILLE)" 1
equal no_cache_reads_the_file "$(run --no-cache table.lua)" "$right"
sed '1i local bilan = require "bilan"' table.lua >trusted.lua
equal trusted_scripts_use_it_too "$(run --trusted trusted.lua)" "$poisoned"

# ---- another content, another reading ----------------------------------------------------------

touch data.csv
equal a_touched_file_is_known_by_its_content "$(run table.lua)" "$poisoned"
cp data.csv copy.csv
sed 's/data.csv/copy.csv/' table.lua >copy.lua
equal a_copy_is_known_by_its_content "$(run copy.lua)" "$poisoned"
sed 's/"data.csv"/"data.csv", { missing = { "fille" } }/' table.lua >other.lua
equal other_options_are_another_reading "$(run other.lua | cut -f 1-2)" "garcon	334"
cp "$bilan" another_engine
equal another_engine_reads_anew "$(./another_engine run --no-record table.lua 2>&1)" "$right"
rm -f another_engine copy.csv
sleep 2.1
fresh
touch -r data.csv then
sed -i 's/garcon/garson/' data.csv
touch -r then data.csv
equal same_size_and_date_but_other_content "$(run table.lua)" "$(echo "$right" | sed s/garcon/garson/)"
make_data garcon >data.csv
touch -r then data.csv
equal the_old_content_is_found_again "$(run table.lua)" "$right"

# ---- entries that are of no use ----------------------------------------------------------------

sleep 2.1
note='bilan: a damaged copy of data.csv in .bilan-cache was removed; the file itself is read'
late='bilan: a damaged copy of a file in .bilan-cache was removed; the file itself was read'

# useless NAME WANTED: the answer is right, the entry goes, and a new one comes.
useless() {
  equal "$1" "$(run table.lua | sort)" "$(printf '%s\n' "$right" "$2" | sort)"
  equal "$1:_it_is_gone_or_new" "$(run table.lua)" "$right"
}

fresh
printf 'SQLite' >"$(entry)"
useless an_entry_that_is_no_archive "$note"
fresh
truncate -s 40000 "$(entry)"
useless an_entry_that_was_cut "$note"
fresh
sqlite3 "$(entry)" "UPDATE chunk SET bytes = zeroblob(length(bytes)) WHERE place = 1"
useless a_damaged_column "$late"
fresh
sqlite3 "$(entry)" "UPDATE level SET code = 7 WHERE label = 'fille'"
useless levels_that_lie "$late"
fresh
sqlite3 "$(entry)" "UPDATE data SET rows = 10"
useless rows_that_lie "$note"
fresh
sqlite3 "$(entry)" "DROP VIEW waves"
useless another_schema "$note"
fresh
sqlite3 "$(entry)" "UPDATE source SET dialect = 'not json'"
useless an_origin_that_is_none "$note"
fresh
name=$(entry)
mv "$name" aside.bilan
ln -s "$work/aside.bilan" "$name"
poison
equal a_link_is_no_entry "$(run table.lua)" "$right"
rm -f aside.bilan

# ---- folders that are of no use ----------------------------------------------------------------

fresh
poison
chmod 755 .bilan-cache
equal a_folder_that_others_see_is_not_used "$(run table.lua)" "$right"
chmod 700 .bilan-cache
mv .bilan-cache elsewhere
ln -s elsewhere .bilan-cache
equal a_link_to_a_folder_is_not_used "$(run table.lua)" "$right"
rm -rf .bilan-cache elsewhere
echo x >.bilan-cache
equal a_file_in_its_place_does_no_harm "$(run table.lua)" "$right"
rm -f .bilan-cache
mkdir -m 700 .bilan-cache
(trap '' XFSZ; ulimit -f 2; run table.lua >got)
equal a_full_disk_does_no_harm "$(head -1 got)" "$right"
equal and_is_told_in_one_line "$(sed 1d got | cut -c 1-47)" \
  "bilan: data.csv was not kept for the next run: "
equal and_leaves_nothing "$(entries) $(leftovers)" "0 0"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  rm -rf .bilan-cache
  chmod 755 .
  equal a_folder_that_cannot_be_written "$(setpriv --reuid 65534 --regid 65534 --clear-groups \
    "$bilan" run --no-record table.lua 2>&1)" "$right"
  fresh
  poison
  equal another_user_does_not_use_mine "$(setpriv --reuid 65534 --regid 65534 --clear-groups \
    "$bilan" run --no-record table.lua 2>&1)" "$right"
else
  skip other_users "needs root and setpriv"
fi

# ---- several processes, killed ones ------------------------------------------------------------

rm -rf .bilan-cache
for i in 1 2 3 4; do run table.lua >"got$i" & done
wait
equal processes_at_once_are_all_right "$(cat got1 got2 got3 got4 | sort -u)" "$right"
equal and_make_one_entry "$(entries) $(leftovers)" "1 0"

rm -rf .bilan-cache
for i in 02 05 08 11 14 17 20 25 30 40; do
  "$bilan" run --no-record table.lua >/dev/null 2>&1 &
  process=$!
  sleep "0.$i"
  kill -9 $process 2>/dev/null
  wait $process 2>/dev/null
  got=$(run table.lua)
  [ "$got" = "$right" ] || break
  rm -f .bilan-cache/*.bilan
done 2>/dev/null
equal killed_at_any_moment "$got" "$right"
run table.lua >/dev/null
equal what_killed_ones_left_is_removed "$(entries) $(leftovers)" "1 0"

# ---- scripts do not get in ---------------------------------------------------------------------

name=$(entry)
echo "print(pcall(bilan.read, '$name'))" >read.lua
equal scripts_cannot_read_an_entry "$(run read.lua | grep -c 'may not read')" 1
echo "print(pcall(bilan.read, './x/../$name'))" >read.lua
mkdir x
equal nor_by_a_detour "$(run read.lua | grep -c 'may not read')" 1
cat >write.lua <<'LUA'
local r = bilan.read("data.csv"):freq "genre"
print(pcall(r.to_csv, r, ".bilan-cache/x.csv"))
LUA
equal scripts_cannot_write_there "$(run --out . write.lua | grep -c 'may not write')" 1
equal nothing_of_theirs_is_there "$(find .bilan-cache -name 'x*')" ""

# ---- records -----------------------------------------------------------------------------------

cat >record.lua <<'LUA'
local s = bilan.read "data.csv"
bilan.indicator { id = "girls", title = "Girls", estimate = s:freq "genre" }
LUA
facts() {
  sqlite3 "$1/record.bilan" "SELECT script, wave, arguments, engine, methods, status FROM run;
    SELECT path, role, sha256, bytes, modified, changed, inode FROM run_input;
    SELECT * FROM figure"
}
rm -rf .bilan-cache
"$bilan" run --out a record.lua >/dev/null 2>&1
"$bilan" run --out b record.lua >/dev/null 2>&1
"$bilan" run --out c --no-cache record.lua >/dev/null 2>&1
equal the_record_has_the_hash_of_the_file \
  "$(sqlite3 b/record.bilan "SELECT sha256 FROM run_input WHERE role = 'data'")" \
  "$(sha256sum data.csv | cut -c 1-64)"
equal records_are_the_same_from_the_cache "$(facts b)" "$(facts a)"
equal and_without_it "$(facts c)" "$(facts a)"
equal verify_finds_no_change "$("$bilan" verify b/record.bilan >/dev/null 2>&1; echo $?)" 0
rm -rf .bilan-cache
echo 'local s = bilan.read "data.csv"; s:freq "gendre"' >wrong.lua
run wrong.lua >/dev/null
equal a_script_with_a_mistake_keeps_the_file_too "$(entries)" 1

plan

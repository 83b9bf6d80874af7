#!/bin/sh
# How the program starts, and what it does not do again: parts that are loaded when they are wanted,
# the engine's Lua from bytecode or from its text, charts that an earlier run has drawn.
# TAP. Needs BUILD (default build).
# shellcheck disable=SC2016,SC2012 # commands for another shell; names that are hashes
set -u
. "${0%/*}/tap.sh"
cd "$work" || exit 1

# check NAME COMMAND...: ok when the command succeeds.
check() {
  name=$1
  shift
  if "$@" >"$work/said" 2>&1; then result "$name" ""; else
    result "$name" "$1 failed: $(cat "$work/said")"
  fi
}

# says TEXT COMMAND...: the command's output holds the text.
says() {
  text=$1
  shift
  "$@" >said.txt 2>&1
  grep -F -e "$text" said.txt || { cat said.txt; return 1; }
}
absent() { ! "$@"; }

# ---- parts that are loaded when they are wanted ----
: >empty.lua
check an_empty_script_runs "$bilan" run --no-record empty.lua
check it_leaves_nothing_behind absent test -e out
check the_program_needs_no_linear_algebra_to_start \
  absent sh -c "ldd '$bilan' | grep -E 'lapack|blas|gfortran'"
cat >solve.lua <<'LUA'
local bilan = require "bilan"
local y, x = {}, {}
for i = 1, 40 do x[i], y[i] = i, 2 * i + (i % 2) end
local s = bilan.survey { x = x, y = y }
print(#s:glm("y ~ x"):rows())
LUA
check linear_algebra_is_there_when_it_is_wanted says 2 "$bilan" run --no-record solve.lua

# ---- bytecode and text ----
cat >slip.lua <<'LUA'
local bilan = require "bilan"
local s = bilan.survey { x = { 1, 2 } }
s:proportion("y")
LUA
check a_message_names_the_line_of_the_script says 'slip.lua:3: ' "$bilan" run slip.lua
check a_script_of_bytecode_is_refused sh -c "
  lua5.4 -e 'io.write(string.dump(load \"return 1\"))' >code.lua
  ! '$bilan' run --no-record code.lua"

# The program again, with bytecode that no Lua makes: all of it must come from the text.
sed 's/^static const char code_\([0-9]*\)\[\] =$/static const char code_\1[] = "?"/' \
  "$build/embedded.c" >other.c
flags=${SANITIZE:+-fsanitize=$SANITIZE}
# shellcheck disable=SC2046,SC2086 # a list of objects; perhaps no flags
build_other() {
  gcc -std=c11 $flags -I"$root/core" -c other.c -o other.o &&
    gcc $flags -pthread -o other $(find "$build/core" -name '*.o') other.o \
      -llua5.4 -lsqlite3 -lcsv -lm -ldl
}
check a_program_with_other_bytecode_is_built build_other
check it_runs_from_the_text says 2 ./other run --no-record solve.lua
check its_messages_are_the_same says 'slip.lua:3: ' ./other run slip.lua

# ---- charts that are kept ----
mkdir tools
cat >tools/gnuplot <<SH
#!/bin/sh
echo drawn >>"$work/log"
exec $(command -v gnuplot) "\$@"
SH
chmod +x tools/gnuplot
PATH=$work/tools:$PATH
cat >charts.lua <<'LUA'
local bilan = require "bilan"
local s = bilan.read(arg[1])
local r = bilan.report { title = "Charts", lang = "en" }
for _, item in ipairs { "a", "b" } do r:chart(bilan.chart.bars(s:proportion(item))) end
r:write "page.html"
LUA
awk 'BEGIN { print "a,b"; for (i = 0; i < 60; i++) print i % 3 "x," i % 4 "y" }' >first.csv
awk 'BEGIN { print "a,b"; for (i = 0; i < 60; i++) print i % 3 "x," i % 5 "y" }' >second.csv

# drawn TIMES OPTIONS...: the run calls gnuplot so often, and the page is that of a run without cache.
drawn() {
  times=$1
  shift
  rm -f log
  "$bilan" run --no-record --no-lint "$@" >said.txt 2>&1 || { cat said.txt; return 1; }
  seen=$(grep -c . log 2>/dev/null || true)
  [ "${seen:-0}" = "$times" ] || { echo "gnuplot ran ${seen:-0} times, not $times"; return 1; }
  cmp out/page.html "$page"
}
page=first.html
"$bilan" run --no-record --no-lint --no-cache --out plain charts.lua first.csv >said.txt 2>&1
mv plain/page.html first.html
"$bilan" run --no-record --no-lint --no-cache --out plain charts.lua second.csv >said.txt 2>&1
mv plain/page.html second.html
check without_a_cache_nothing_is_kept absent test -e .bilan-cache
check all_charts_of_a_run_are_drawn_by_one_gnuplot drawn 1 charts.lua first.csv
check drawings_are_kept_for_their_user_alone sh -c \
  '[ "$(ls .bilan-cache/charts | wc -l)" = 2 ] && [ "$(stat -c %a .bilan-cache/charts)" = 700 ]'
check a_second_run_draws_nothing drawn 0 charts.lua first.csv
check no_cache_draws_again drawn 1 --no-cache charts.lua first.csv
page=second.html
check other_data_are_drawn_anew drawn 1 charts.lua second.csv
check what_did_not_change_is_not sh -c '[ "$(ls .bilan-cache/charts | wc -l)" = 3 ]'
page=first.html
for file in .bilan-cache/charts/*; do printf 'x' | dd of="$file" bs=1 seek=900 conv=notrunc; done \
  2>/dev/null
check a_damaged_drawing_is_drawn_anew drawn 1 charts.lua first.csv
check and_kept_again drawn 0 charts.lua first.csv
for file in .bilan-cache/charts/*; do : >"$file"; done
check an_empty_one_too drawn 1 charts.lua first.csv
one=$(ls .bilan-cache/charts | head -1)
for file in .bilan-cache/charts/*; do
  [ "$file" = ".bilan-cache/charts/$one" ] || cp ".bilan-cache/charts/$one" "$file"
done
check a_drawing_of_another_chart_is_not_taken drawn 1 charts.lua first.csv
touch -d 2020-01-01 tools/gnuplot
check another_gnuplot_draws_anew drawn 1 charts.lua first.csv
rm -rf .bilan-cache
check a_cache_that_was_removed_is_made_again drawn 1 charts.lua first.csv
rm -rf .bilan-cache
ln -s /tmp .bilan-cache
check a_folder_that_is_not_ours_is_left_alone drawn 1 charts.lua first.csv
rm -f .bilan-cache
plan

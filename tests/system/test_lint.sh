#!/bin/sh
# `bilan lint` and the warnings of `bilan run`: statuses, streams, formats, and that a script gives
# the same with and without.   Speaks TAP.
. "${0%/*}/tap.sh"
cp -r docs datasets scripts "$work"
cd "$work" || exit 1

cat >wrong.lua <<'END'
local bilan = require "bilan"
local s = bilan.survey { stars = { 4, 5, 3, 9, 4, 2, 9, 5, 1, 4 } }
print(s:mean("stars"):rows()[1].n)
s:freq("stars"):to_csv "stars.csv"
END
cat >right.lua <<'END'
local bilan = require "bilan"
print(bilan.survey({ stars = { 4, 5, 3, 4 } }):mean("stars"):rows()[1].n)
END
{ cat wrong.lua; echo 'error "stop"'; } >broken.lua
sed 's/^print.*/& -- lint: allow mean-of-nominal because nine stars can be given/' wrong.lua >allowed.lua

# ---- lint ----
run lint wrong.lua
gives lint_finds 1 '^wrong.lua:3: warning: .*; .*; instead: .* \[mean-of-nominal\]$' '^1 finding$'
result lint_shows_no_output "$(grep -x 10 out.txt)"
result lint_writes_nothing "$(ls out 2>/dev/null)"
run lint right.lua; gives lint_of_a_right_script 0 "" "^0 findings$"
run lint allowed.lua; gives lint_with_an_allow 0 "" "^0 findings$"
run lint broken.lua
gives lint_of_a_script_that_ends_by_an_error 1 "mean-of-nominal" "^broken.lua:5: stop$"
run lint wrong.lua --format json; gives arguments_of_the_script_are_its_own 1 "warning" "1 finding"
run lint --format json wrong.lua; gives lint_json 1 '"rule":"mean-of-nominal"' ""
result lint_json_can_be_parsed "$(python3 - <<'END'
import json
one, = json.load(open("out.txt"))["findings"]
if (one["file"], one["line"]) != ("wrong.lua", 3): print(one)
if sorted(one) != ["file", "instead", "line", "rule", "what", "why"]: print(sorted(one))
END
)"
run lint --format json broken.lua
result lint_json_has_the_error "$(python3 -c '
import json
if json.load(open("out.txt"))["error"] != "broken.lua:5: stop": print(open("out.txt").read())')"
run lint --format jsno wrong.lua; gives lint_unknown_format 2 "" 'did you mean "json"'
run lint; gives lint_needs_a_script 2 "" "which script"
run lint nothere.lua; gives lint_of_an_absent_script 1 "" "nothere.lua"
run lint --rules; gives lint_lists_rules 0 "^filter-then-estimate$" ""
# shellcheck disable=SC2013 # a word a line
for rule in $(grep -E '^[a-z]' out.txt); do
  result "the_manual_has_$rule" "$(grep -qx "## $rule" docs/lint.md || echo "no heading")"
done
echo 'while true do end' >loop.lua
run lint --timeout 1 loop.lua; gives lint_has_limits 3 "" "time limit"

# ---- run ----
run run --no-record wrong.lua
gives run_warns 0 "^10$" "^wrong.lua:3: warning: .*\[mean-of-nominal\]$"
cp out/stars.csv with.csv
run run --no-record --no-lint wrong.lua; gives run_without_lint 0 "^10$" ""
result run_writes_the_same "$(cmp with.csv out/stars.csv 2>&1)"
run run --no-record --strict wrong.lua; gives run_strict 1 "^10$" "mean-of-nominal"
run run --no-record --strict right.lua; gives run_strict_of_a_right_script 0 "^4$" ""
run run --no-record broken.lua; gives run_says_the_error_alone 1 "^10$" "^broken.lua:5: stop$"
result run_warns_of_no_more_then "$(grep warning err.txt)"
run run --no-record --trusted wrong.lua; gives run_trusted_warns 0 "^10$" "mean-of-nominal"
mkdir -p a/folder/whose/name/is/so/long/that/lua/shortens/it/in/its/own/messages
long=a/folder/whose/name/is/so/long/that/lua/shortens/it/in/its/own/messages/wrong.lua
cp wrong.lua $long
run lint $long; gives a_long_path_is_whole 1 "^$long:3: warning" "1 finding"
{ sed 2q wrong.lua
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23; do echo 's:mean "stars"'; done
} >many.lua
run run --no-record many.lua; gives run_shows_twenty 0 "" "^and 3 more: bilan lint many.lua$"
result twenty_lines "$(grep -c warning err.txt | grep -vx 20)"
mkdir part
echo 'return function(s) print(s:median("stars"):rows()[1].n) end' >part/module.lua
printf 'local s = require("bilan").survey { stars = { 4, 5, 3, 9, 4, 9, 1, 2 } }\nrequire "module"(s)\n' \
  >part/main.lua
run lint part/main.lua; gives a_module_has_its_own_line 1 "^part/module.lua:1: warning" "1 finding"
run lint --threads 2 wrong.lua; gives lint_options_are_its_own 2 "" "unknown option"

# ---- the scripts of the project ----
for script in scripts/itd/2022-2023.lua scripts/itd/classes-2022-2023.lua scripts/stem4her/2023.lua
do
  run lint "$script"; gives "no_finding_in_$script" 0 "" "^0 findings$"
done
cd "$root" || exit 1
plan

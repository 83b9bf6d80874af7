#!/bin/sh
# The fast paths are there and are worth having: instructions of a task done our way against the
# same task done the plain way, counted by callgrind, so that no clock and no neighbour matters.
# What is counted is what the rows cost: a run of 70,000 rows less one of 1,000, both less what
# reading takes. The bounds are half of what is reached (said behind each) or less, and out of reach
# once the fast path is lost.   Speaks TAP.
set -u
. "${0%/*}/tap.sh"
command -v valgrind >/dev/null || skip_all "valgrind is not installed"
if nm "$bilan" 2>/dev/null | grep -q -E '__asan_init|__tsan_init'; then
  skip_all "a build with a sanitizer does not run under valgrind"
fi

# Surveys: 70,000 rows (a plan is made from 65,536 on) of few columns, and a small one of text.
cc -O2 -o "$work/gen" tests/bench/gen.c || exit 1
"$work/gen" 70000 1 "$work/all.csv" codes
cut -d, -f 1,2,3,4,5,6,7,8,9,10,11,36 "$work/all.csv" >"$work/codes.csv"
head -1001 "$work/codes.csv" >"$work/few.csv"
"$work/gen" 2500 1 "$work/wide.csv" wide
sleep 2.1 # a file that changed within two seconds is hashed when it is read, others later

# One task a run: "none" only reads. Ways are those of bilan.core.
cat >"$work/task.lua" <<'END'
local bilan, core = require "bilan", require "bilan.core"
local file, task, ways = arg[1], arg[2], {}
for i = 3, #arg do ways[arg[i]] = true end
if task == "nothing" then return end
if task == "read" then core.ways(ways) end
local survey = bilan.read(file, { missing = { "255" } })
if task == "none" or task == "read" then return end
core.ways(ways)
survey = survey:rename { class = "level" }
survey = survey:design(task == "tables" and { weights = "weight" }
  or { weights = "weight", strata = "stratum", clusters = { "psu" }, nest = true })
if task == "declare" then return end
if task == "bootstrap" then
  survey = survey:to_replicates { kind = "bootstrap", replicates = 50, seed = 1 }
end
local made = {}
for i = 1, task == "bootstrap" and 1 or 6 do
  local item = ("q%02d"):format(i)
  for _, by in ipairs { "gender", "class", "year" } do
    made[#made + 1] = task == "tables" and survey:crosstab(item, by, { percent = "none" })
      or survey:proportion(item, { by = by, ci = "wald" })
  end
end
for _, one in ipairs(made) do assert(#one:rows() > 0) end
END

# count FILE TASK WAYS...: instructions of a run, in thousands; nothing when it fails. One thread:
# what is counted is work, and callgrind runs threads one after the other.
count() {
  valgrind --tool=callgrind --callgrind-out-file="$work/out" "$bilan" run --trusted --no-record \
    --no-lint --no-cache --timeout 0 --memory 0 --threads 1 "$work/task.lua" "$@" >"$work/log" 2>&1 ||
    { sed 's/^/# /' "$work/log" >&2; return; }
  awk '/^(summary|totals):/ { printf "%d", $2 / 1000; exit }' "$work/out"
}
# rows BEFORE TASK WAYS...: what the 69,000 rows of a task cost, what is done before left out.
rows() {
  before=$1
  shift
  many=$(count "$work/codes.csv" "$@") few=$(count "$work/few.csv" "$@")
  [ -z "$many" ] || [ -z "$few" ] || echo $((many - few - before))
}

# holds NAME LEAST PLAIN FAST: PLAIN / FAST is LEAST or more.
holds() {
  number=$((number + 1))
  if awk -v least="$2" -v plain="${3:-0}" -v fast="${4:-1}" 'BEGIN {
      ratio = plain > 0 && fast > 0 ? plain / fast : 0
      printf "# %.1f times: %d and %d thousand instructions\n", ratio, plain, fast
      exit ratio < least }'; then echo "ok $number - $1"; else echo "not ok $number - $1"; fi
}

reading=$(rows 0 none)
declaring=$(rows 0 declare)
holds tables_share_a_pass 2.5 "$(rows "$reading" tables plain)" "$(rows "$reading" tables)"
holds standard_errors_share_a_pass 2.5 "$(rows "$declaring" errors plain)" \
  "$(rows "$declaring" errors)"
holds replicates_multiply_totals_of_units 1.5 "$(rows "$declaring" bootstrap plain)" \
  "$(rows "$declaring" bootstrap)"
nothing=$(count "$work/wide.csv" nothing)
holds the_scanner_beats_libcsv 2.5 $(($(count "$work/wide.csv" read libcsv) - nothing)) \
  $(($(count "$work/wide.csv" read) - nothing))
plan

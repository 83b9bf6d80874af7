#!/bin/sh
# The engine beside every program of its kind that is installed, on the same files in the same
# minutes; prints the table of docs/performance.md.
#   sh tests/bench/peers.sh [quick|full] [PART...]
# quick: 100,000 rows (about 10 minutes); full: 1,000,000 and 10,000,000 (most of an hour).
# PART: limits ingest tables small design processes threads bits (all of them); odd (unusual data
# and 1e8 rows, the engine alone; a full run takes 1 GB of disk); own (the engine alone: every
# answer compared with the plain path's, then timed), which is what `make bench` asks for.
#   BUILD         where the engine is built (build)
#   WORK          folder of the data, which are made when they are not there ($BUILD/bench); 2 GB
#   PEER_NODE     folder whose node_modules hold @duckdb/node-api and nodejs-polars
#   PEERS         those that may be measured, of those installed (all; none)
#   PEER_THREADS  threads for us and for the peers that have them (2)
#   ROWS, BIG     rows of the wide file and of the surveys; of the tables
#   ROUNDS, REPS  ROUNDS times in turn the engine and each peer, each time REPS repetitions
# Everything measured is kept in $WORK/results.csv (name,task,rows,seconds,peak_rss_kb), what was
# compared in $WORK/equal.csv, the table in $WORK/table.md.
set -u
here=$(cd "$(dirname "$0")" && pwd)
mode=${1:-quick}
[ $# -gt 0 ] && shift
parts=${*:-limits ingest tables small design processes threads bits}
case $mode in
  quick) rows=${ROWS:-100000} big=${BIG:-100000} ;;
  full) rows=${ROWS:-1000000} big=${BIG:-10000000} ;;
  *) echo "peers.sh: quick or full, not \"$mode\"" >&2; exit 2 ;;
esac
build=${BUILD:-build}
mkdir -p "${WORK:=$build/bench}/answers"
build=$(cd "$build" && pwd)
cd "$WORK" || exit 1
results=$PWD/results.csv
rounds=${ROUNDS:-2}
reps=${REPS:-3}
export PEER_THREADS="${PEER_THREADS:-2}" LC_ALL=C.UTF-8
export POLARS_MAX_THREADS="$PEER_THREADS"

note() { echo "== $* ($(date +%H:%M:%S), load $(cut -d' ' -f1 /proc/loadavg))" >&2; }

# ---- what is there ------------------------------------------------------------------------------

present=
missing=
# offer NAME COMMAND...: the peer NAME is there when the command succeeds.
offer() {
  peer=$1
  shift
  case " ${PEERS:-$peer} " in *" $peer "*) ;; *) return ;; esac
  if "$@" >/dev/null 2>&1; then present="$present $peer"; else missing="$missing $peer"; fi
}
has() { case " $present " in *" $1 "*) ;; *) return 1 ;; esac }
offer duckdb node -e "require('${PEER_NODE:-.}/node_modules/@duckdb/node-api')"
offer polars node -e "require('${PEER_NODE:-.}/node_modules/nodejs-polars')"
offer datatable Rscript -e 'library(data.table)'
offer survey Rscript -e 'library(survey); library(data.table)'
offer sqlite sqlite3 -version
offer pspp pspp --version
offer lua lua5.4 -v
offer gnuplot gnuplot --version
echo "measured beside:${present:- nothing}; not installed:${missing:- nothing}" >&2

mkdir -p "$build/bench"
for tool in process limits gen odd; do
  cc -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -pthread -o "$build/bench/$tool" "$here/$tool.c" || exit 1
done
# data LAYOUT ROWS: the file's name, made when it is not there. c = codes, w = wide.
data() {
  layout=wide
  [ "$1" = c ] && layout=codes
  [ -f "$1$2.csv" ] || "$build/bench/gen" "$2" 1 "$1$2.csv" $layout || exit 1
  echo "$1$2.csv"
}

# ---- programs: GROUP FILE REPS TASKS... ---------------------------------------------------------

# Lines of five fields are results; whatever else a program says goes to standard error.
keep() {
  awk -v results="$results" '
    /^[^,]+,[^,]+,[0-9]+,[0-9.]+,[0-9]+$/ { print >>results; next }
    { print >"/dev/stderr" }'
}
engine() { # THREADS GROUP FILE REPS TASKS...
  threads=$1
  group=$2
  shift 2
  note "engine, $threads threads: $*"
  ANSWERS="answers/$group-bilan.tsv" NAME="${label:-bilan}-${threads}t" \
    "$build/bilan" run --trusted --no-record --no-cache --no-lint --timeout 0 --memory 0 \
    --threads "$threads" "$here/bilan.lua" "$@" | keep
}
peer() { # NAME GROUP FILE REPS TASKS...
  name=$1
  group=$2
  shift 2
  has "$name" || return 0
  note "$name: $*"
  ANSWERS=answers/$group-$name.tsv
  export ANSWERS
  case $name in
    duckdb|polars) node --expose-gc "$here/peers/$name.mjs" "$@" ;;
    datatable|survey) Rscript "$here/peers/$name.R" "$@" ;;
    *) sh "$here/peers/$name.sh" "$@" ;;
  esac 2>&1 | keep
  unset ANSWERS
}
# The answers of a group's peers against ours.
compare() { # GROUP ROWS
  for name in duckdb polars datatable survey sqlite; do
    theirs=answers/$1-$name.tsv
    [ -s "$theirs" ] || continue
    lua5.4 "$here/compare.lua" "answers/$1-bilan.tsv" "$theirs" "$name" "$2" >>equal.csv
  done
}
# Whole processes: NAME TASK ROWS COMMAND...
whole() {
  name=$1 task=$2 count=$3
  shift 3
  note "$name, whole process: $task"
  "$build/bench/process" "$name" "$task" "$count" "${whole_reps:-5}" "$@" 2>said.txt | keep
  grep '^process:' said.txt >&2
}

# ---- parts --------------------------------------------------------------------------------------

limits() { "$build/bench/limits" "$(data w "$rows")" 1024 5 2>/dev/null | keep; }

ingest() {
  wide=$(data w "$rows")
  codes=$(data c "$big")
  for round in $(seq "$rounds"); do
    engine 2 wide "$wide" "$reps" ingest
    for name in polars duckdb datatable; do peer $name wide "$wide" "$reps" ingest; done
    engine 2 codes "$codes" "$reps" ingest
    for name in datatable polars duckdb; do peer $name codes "$codes" "$reps" ingest; done
    [ "$round" -gt 1 ] || peer sqlite wide "$wide" 1 ingest
  done
  compare wide "$rows"
  compare codes "$big"
}

tables() {
  tables_of "$big"
  [ "$rows" -eq "$big" ] || tables_of "$rows"
}
tables_of() { # ROWS
  codes=$(data c "$1")
  for round in $(seq "$rounds"); do
    engine 2 tables "$codes" "$reps" xtab1_count xtab1_weighted xtab90_weighted xtab90_single \
      xtab90_rows
    for name in duckdb datatable polars; do peer $name tables "$codes" "$reps" xtab1 xtab90; done
    [ "$round" -gt 1 ] || [ "$1" -gt 1000000 ] || peer sqlite tables "$codes" 1 xtab1
    [ "$round" -gt 1 ] || [ "$1" -gt 1000000 ] || peer pspp tables "$codes" 1 xtab1
  done
  compare tables "$1"
  rm -f answers/tables-*.tsv
}

small() {
  codes=$(data c 2000)
  wide=$(data w 2000)
  for _ in $(seq "$rounds"); do
    engine 2 small "$codes" 5 xtab1_count xtab1_weighted xtab90_weighted xtab90_single xtab90_rows \
      report90_se rao_scott boot100_by_gender
    for name in datatable duckdb polars; do peer $name small "$codes" 3 xtab1 xtab90; done
    peer survey small "$codes" 3 report chisq boot
    engine 2 small_wide "$wide" 5 ingest
    for name in datatable polars duckdb; do peer $name small_wide "$wide" 5 ingest; done
  done
  compare small 2000
  compare small_wide 2000
}

design() {
  codes=$(data c "$rows")
  tasks='declare by_gender_se rao_scott boot100_by_gender columns100_by_gender school100_by_gender'
  for round in $(seq "$rounds"); do
    # shellcheck disable=SC2086 # a list of tasks
    engine 2 design "$codes" "$reps" $tasks report90_se
    report=report
    [ "$round" -gt 1 ] && report=
    peer survey design "$codes" "$reps" declare by chisq boot columns $report
    [ "$round" -eq 1 ] && cp answers/design-survey.tsv answers/report-survey.tsv 2>/dev/null
  done
  [ -f answers/report-survey.tsv ] && cp answers/report-survey.tsv answers/design-survey.tsv
  compare design "$rows"
}

# The charts of a run as one gnuplot script: a gnuplot that notes what it is given, as a file or on
# its standard input. False when nothing was noted.
capture_charts() {
  mkdir -p shim bare
  : >charts.gp
  real=$(command -v gnuplot)
  cat >shim/gnuplot <<END
#!/bin/sh
for last; do :; done
if [ -f "\$last" ]; then
  cat "\$last" >>"$PWD/charts.gp"
  exec $real "\$@"
fi
tee -a "$PWD/charts.gp" | $real "\$@"
END
  chmod +x shim/gnuplot
  rm -rf out .bilan-cache/charts
  PATH="$PWD/shim:$PATH" "$build/bilan" run --out out "$here/loop.lua" "$1" charts >/dev/null 2>&1
  [ "$(grep -c '^set output' charts.gp)" -ge 90 ]
}

processes() {
  codes=$(data c "$rows")
  wide=$(data w "$rows")
  small=$(data c 2000)
  : >empty.lua
  charts=
  has gnuplot && capture_charts "$small" && charts=yes
  [ -n "$charts" ] || note "no script of charts: nothing to compare them with"
  "$build/bilan" run "$here/again.lua" "$wide" >/dev/null # the first reading fills the cache
  sleep 2                                                 # and lets it be trusted
  for _ in $(seq "$rounds"); do
    whole_reps=15
    whole bilan startup 0 "$build/bilan" run empty.lua
    has lua && whole lua5.4 startup 0 lua5.4 -e ''
    whole_reps=5
    whole bilan reopen "$rows" "$build/bilan" run "$here/again.lua" "$wide"
    whole bilan peak "$rows" "$build/bilan" run --no-cache --memory 0 --threads 2 "$here/peak.lua" "$codes"
    whole bilan loop 2000 "$build/bilan" run "$here/loop.lua" "$small"
    whole_reps=2
    has survey && whole 'R survey' loop 2000 Rscript "$here/peers/survey.R" "$small" 1 report_print
    whole_reps=3
    [ -n "$charts" ] || continue
    whole bilan loop_charts 2000 sh -c 'rm -rf out .bilan-cache/charts; exec "$@"' - \
      "$build/bilan" run --out out "$here/loop.lua" "$small" charts
    whole bilan loop_charts_again 2000 "$build/bilan" run --out out "$here/loop.lua" "$small" charts
    (cd bare && whole gnuplot loop_charts 2000 gnuplot -d ../charts.gp)
  done
}

# The engine alone: its answers, once by the plain path, must be the same before anything is timed.
own() {
  for group in wide:$rows wide:2000 codes:$big codes:2000; do
    layout=${group%:*}
    count=${group#*:}
    file=$(data "$(echo "$layout" | cut -c 1)" "$count")
    tasks=ingest
    [ "$layout" = codes ] && tasks=all
    # shellcheck disable=SC2086 # a list of tasks
    OWN=1 WAYS=plain,libcsv label=plain engine 2 plain "$file" 1 $tasks
    # shellcheck disable=SC2086
    OWN=1 engine 2 own "$file" 1 $tasks
    lua5.4 "$here/compare.lua" answers/own-bilan.tsv answers/plain-bilan.tsv plain "$count" \
      >>equal.csv || { echo "peers.sh: the plain path has other results" >&2; exit 1; }
    # shellcheck disable=SC2086
    engine 2 own "$file" $((rounds * reps)) $tasks
  done
}

# One thread against two, in turn.
threads() {
  wide=$(data w "$rows")
  codes=$(data c "$rows")
  tables=$(data c "$big")
  label=threads
  for _ in $(seq "$rounds"); do
    for n in 1 2; do
      engine "$n" threads "$wide" "$reps" ingest
      engine "$n" threads "$tables" "$reps" xtab90_weighted
      engine "$n" threads "$codes" "$reps" report90_se
    done
  done
  label=
}

bits() { sh "$here/bits.sh" "$build" "$(data c "${BITS:-100000}")" "$(data w 2000)" >bits.txt; }
odd() { sh "$here/odd.sh" "$build" "$mode" >odd.txt; }

: >results.csv
: >equal.csv
rm -f bits.txt odd.txt answers/*.tsv
for part in $parts; do
  case $part in
    limits|ingest|tables|small|design|processes|threads|bits|odd|own) note "part: $part"; $part ;;
    *) echo "peers.sh: no part \"$part\"" >&2; exit 2 ;;
  esac
done
lua5.4 "$here/table.lua" . "$rows" "$big" "$missing" >table.md
[ -f odd.txt ] && { printf '\nUnusual data, the engine alone:\n\n'; cat odd.txt; } >>table.md
cat table.md

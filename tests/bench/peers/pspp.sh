#!/bin/sh
# sh pspp.sh FILE REPS TASKS...   tasks: ingest xtab1 xtab90 | all      (codes layout only)
# Whole processes: each job reads the data again from a system file, as an analyst's job does;
# "pspp_pass" is the same job without a table, to be subtracted. Its answers are not compared, so
# it never stands in the table as the best peer.
set -u
file=$(realpath "$1")
reps=$2
shift 2
wanted=$*
want() { case " $wanted " in *" $1 "*|*" all "*) return 0 ;; esac; return 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rows=$(($(wc -l <"$file") - 1))

variables="psu F4.0 stratum F3.0 year F2.0 level F2.0 gender F2.0"
for item in $(seq -f 'q%02g' 1 30); do variables="$variables $item F4.0"; done
cat >"$work/load.sps" <<END
GET DATA /TYPE=TXT /FILE="$file" /ARRANGEMENT=DELIMITED /FIRSTCASE=2 /DELIMITERS=","
  /VARIABLES=$variables weight F12.6.
SAVE OUTFILE="$work/t.sav".
END
# syntax NAME COMMAND: a job on the system file.
syntax() {
  printf '%s\n' "GET FILE=\"$work/t.sav\"." 'WEIGHT BY weight.' 'MISSING VALUES q01 TO q30 (255).' "$2" \
    >"$work/$1.sps"
}
syntax pass 'EXECUTE.'
syntax x1 'CROSSTABS /TABLES=q01 BY gender.'
syntax x90 'CROSSTABS /TABLES=q01 TO q30 BY gender level year.'

# job TASK SYNTAX TIMES
job() {
  for _ in $(seq "$3"); do
    /usr/bin/time -f '%e,%M' -o "$work/time" pspp -o "$work/out.txt" "$work/$2.sps" >/dev/null 2>&1
    echo "pspp,$1,$rows,$(cat "$work/time")"
  done
}
if want ingest; then job ingest_codes load "$reps"; else job ingest_codes load 1 >/dev/null; fi
if want xtab1; then
  job pspp_pass pass "$reps"
  job xtab1_weighted x1 "$reps"
fi
if want xtab90; then job xtab90_weighted x90 1; fi

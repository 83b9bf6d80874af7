#!/bin/sh
# sh sqlite.sh FILE REPS TASKS...   tasks: ingest xtab1 xtab90 | all   (in memory, one thread)
# Reading is a whole process; the seconds of queries are those of the shell's own .timer, the peak
# memory that of the whole process. ANSWERS=FILE: the answers, for compare.lua.
set -u
file=$1
reps=$2
shift 2
want() { case " $wanted " in *" $1 "*|*" all "*) return 0 ;; esac; return 1; }
wanted=$*
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
read -r first <"$file"
layout=wide
case $first in psu,*) layout=codes ;; esac
rows=$(sqlite3 :memory: '.mode csv' ".import '$file' t" 'select count(*) from t')

if want ingest; then
  for _ in $(seq "$reps"); do
    /usr/bin/time -f '%e,%M' -o "$work/time" sqlite3 :memory: '.mode csv' ".import '$file' t"
    echo "sqlite3,ingest_$layout,$rows,$(cat "$work/time")"
  done
fi

# query TASK ITEM BANNER COLUMNS: a marked, timed query.
query() { printf '.print #%s,%s,%s\nselect %s, %s, count(*)%s from u group by 1, 2;\n' \
  "$1" "$2" "$3" "$2" "$3" "$4"; }
if want xtab1 || want xtab90; then
  {
    printf '.mode csv\n.import %s t\ncreate table u as select *, cast(weight as real) as w from t;\n' "$file"
    echo '.timer on'
    for _ in $(seq "$reps"); do
      want xtab1 && query xtab1_count q01 gender ''
      want xtab1 && query xtab1_weighted q01 gender ', sum(w)'
    done
    if want xtab90; then
      for item in $(seq -f 'q%02g' 1 30); do
        for banner in gender level year; do query xtab90_weighted "$item" "$banner" ', sum(w)'; done
      done
    fi
  } >"$work/script"
  /usr/bin/time -f %M -o "$work/peak" sqlite3 :memory: <"$work/script" >"$work/out"
  awk -F, -v rows="$rows" -v peak="$(cat "$work/peak")" -v answers="${ANSWERS:-/dev/null}" '
    /^#/ { task = substr($1, 2); item = $2; banner = $3; next }
    /^Run Time/ {
      split($0, part, " ")
      if (task == "xtab90_weighted") sum += part[4]
      else printf "sqlite3,%s,%d,%.6f,%d\n", task, rows, part[4], peak
      next
    }
    { sub("\r$", "") }
    $1 != "255" && $2 != "255" && $1 != "" && $2 != "" {
      key = item "|" banner "|" $1 "|" $2
      printf "%s\t%s\tn\t%s\n", task, key, $3 > answers
      if (NF > 3) printf "%s\t%s\tw\t%s\n", task, key, $4 > answers
    }
    END { if (sum) printf "sqlite3,xtab90_weighted,%d,%.6f,%d\n", rows, sum, peak }' "$work/out"
fi

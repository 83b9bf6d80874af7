#!/bin/sh
# Unusual surveys and many rows:   sh odd.sh BUILD quick|full [LAYOUT...]
# Files are made in the current folder and removed again; quick: 100,000 rows, and a narrow table of
# 1e6 and 1e7; full: 1,000,000, and a narrow table of 1e6, 1e7 and 1e8 (800 MB).
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$1
mode=${2:-quick}
shift 2
layouts=${*:-skewed levels psus columns blank narrow}
wrong=0

# odd LAYOUT ROWS REPS [unchecked]
odd() {
  file=$1$2.csv
  "$build/bench/odd" "$1" "$2" "$file" || exit 1
  shift 2
  "$build/bilan" run --trusted --no-record --no-cache --no-lint --timeout 0 --memory 0 \
    --threads "${PEER_THREADS:-2}" "$here/odd.lua" "$file" "$@" || { wrong=1; echo "| $file | | FAILED | | | |"; }
  rm -f "$file"
}

rows=100000
many='1000000 10000000'
[ "$mode" = full ] && rows=1000000 many="$many 100000000"
echo '| layout | rows | task | median | ns a row | peak bytes a row |'
echo '| --- | --- | --- | --- | --- | --- |'
for layout in $layouts; do
  if [ "$layout" = narrow ]; then
    for count in $many; do
      odd narrow "$count" 3 "$([ "$count" -gt 1000000 ] && echo unchecked)"
    done
  else
    odd "$layout" "$rows" 5
  fi
done
exit $wrong

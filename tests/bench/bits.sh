#!/bin/sh
# Are the bits of every figure the same whatever the way?   sh bits.sh BUILD CODES.csv WIDE.csv
# Threads 1, 2 and 8, odd blocks and chunks, each set of instructions, libcsv, and for counts and
# sums of whole weights the plain pass; the rows in another order, with whole weights. Prints a line
# "same WAY" or "DIFFERENT WAY" for each.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$1
codes=$2
wide=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

# figures NAME THREADS WAYS FILE PART...
figures() {
  out=$work/$1
  threads=$2
  ways=$3
  shift 3
  WAYS=$ways "$build/bilan" run --trusted --no-record --no-cache --no-lint --timeout 0 --memory 0 \
    --threads "$threads" "$here/bits.lua" "$@" >"$out" 2>"$work/said" || sed 's/^/# /' "$work/said"
}
# same WHAT FILE OTHER
same() {
  if [ -s "$work/$2" ] && cmp -s "$work/$2" "$work/$3"; then echo "same $1"
  else
    echo "DIFFERENT $1"
    wrong=1
    diff "$work/$2" "$work/$3" | cut -c 1-200 | sed -n '2s/^/# /p;/^>/{s/^/# /p;q;}' >&2
  fi
}

figures all 1 '' "$codes" tables errors replicates
for threads in 2 8; do
  figures other $threads '' "$codes" tables errors replicates
  same "$threads threads" all other
done
for ways in block=64 block=777 block=100001 simd=scalar simd=sse2 simd=avx2; do
  figures other 2 $ways "$codes" tables errors replicates
  same "$ways" all other
done

# Whole weights: the plain pass adds doubles. Then the same rows in another order.
awk -F, -v OFS=, 'NR > 1 { $NF = int($NF * 10) + 1 } { print }' "$codes" >"$work/whole.csv"
figures all 1 '' "$work/whole.csv" counts
figures other 2 plain "$work/whole.csv" counts
same "the plain pass, counts and sums" all other
head -1 "$work/whole.csv" >"$work/mixed.csv"
tail -n +2 "$work/whole.csv" | shuf --random-source="$codes" >>"$work/mixed.csv"
for part in tables errors; do
  figures all 1 '' "$work/whole.csv" $part
  figures other 2 '' "$work/mixed.csv" $part
  same "rows in another order, $part" all other
done

head -2001 "$codes" >"$work/few.csv"
head -c 1200000 "$wide" >"$work/wide.csv" # ends in the middle of a record
for file in "$work/few.csv" "$work/wide.csv"; do
  figures all 1 libcsv "$file" values
  for ways in chunk=64 chunk=1000 chunk=65537 simd=scalar,chunk=4096 simd=sse2,chunk=4096 \
    simd=avx2,chunk=4096; do
    figures other 2 $ways "$file" values
    same "reading $(basename "$file" .csv), $ways" all other
  done
  figures other 8 chunk=777 "$file" values
  same "reading $(basename "$file" .csv), 8 threads" all other
done
exit $wrong

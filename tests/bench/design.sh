#!/bin/sh
# Design-based tasks, R's survey package first where it is installed, then the engine on the same
# file, which compares its figures with R's before it prints a time:   design.sh BUILD FILE
set -eu
build=$1
file=$2
peers=
if command -v Rscript >/dev/null 2>&1 && Rscript -e 'library(survey)' >/dev/null 2>&1; then
  peers=$file.R.tsv
  Rscript tests/bench/design.R "$file" "$peers" >/dev/null
else
  echo "R's survey package is not installed: no comparison"
fi
exec "$build/bilan" run --trusted --timeout 0 tests/bench/design.lua "$file" $peers

#!/bin/sh
# Runs every test and prints "N passed, N failed" as the last line; status 1 when one failed.
#   BUILD=build sh tests/run.sh [PATTERN]     only test files whose name holds PATTERN
# Each test program speaks TAP ("ok ...", "not ok ..."); a program that dies counts as failed.
set -u
build=${BUILD:-build}
pattern=${1:-}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

passed=0
failed=0

# run NAME COMMAND...: runs one test program and counts its lines.
run() {
  name=$1
  shift
  case $name in *"$pattern"*) ;; *) return ;; esac
  "$@" >"$log" 2>&1 </dev/null
  status=$?
  ok=$(grep -c '^ok ' "$log")
  bad=$(grep '^not ok ' "$log" | grep -c -v '# SKIP') # cmocka says so of a skipped test
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  if [ "$ok" -eq 0 ] && [ "$bad" -eq 0 ] && ! grep -q -i '# skip' "$log"; then bad=1; fi
  passed=$((passed + ok))
  failed=$((failed + bad))
  echo "$name: $ok passed, $bad failed"
  grep -i '# skip' "$log"
  [ "$bad" -eq 0 ] || grep -v '^ok ' "$log" | head -60
}

for test in "$build"/tests/test_*; do
  case $test in *.d) continue ;; esac
  run "${test##*/}" env CMOCKA_MESSAGE_OUTPUT=TAP "$test"
done

export BUILD="$build" BILAN="$build/bilan" LUA_PATH="tests/lua/?.lua;;"
for spec in tests/lua/*_spec.lua; do
  run "${spec##*/}" busted --lua=lua5.4 --helper=tests/lua/engine.lua -o TAP "$spec"
done
for script in tests/*/test_*.sh tests/test_*.sh; do
  [ -e "$script" ] && run "${script##*/}" sh "$script"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

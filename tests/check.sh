#!/bin/sh
# The tests again under the tools that see what a plain run does not; one line for each.
#   sh tests/check.sh [PART...]     all parts, or: sanitizers threads valgrind clang neon lint fuzz
# Everything is built below BUILD (default build) in a folder of its own for each tool, and
# what a tool said is kept there as check-PART.log. A tool that is not installed is passed
# over, and said so. FUZZ=SECONDS for each fuzz target (default 30). Status 1: a part failed.
# shellcheck disable=SC2317 # the parts are functions called by name
set -u
build=${BUILD:-build}
seconds=${FUZZ:-30}
parts=${*:-"sanitizers threads valgrind clang neon lint fuzz"}
failed=0
mkdir -p "$build"

# make TARGET... with one of the builds: quiet, two at a time.
build_in() {
  folder=$1
  shift
  make -s -j2 BUILD="$build/$folder" "$@"
}

# Unit tests whose source names what is looked for, as targets of a build.
tests_naming() {
  grep -l -E "$1" tests/unit/test_*.c | sed "s|tests/unit/\(.*\)\.c|$build/$2/tests/\1|"
}

# Address and undefined behaviour: every test. The engine inside a stock Lua needs the
# sanitizer's library loaded first; leaks are judged in the unit tests, not in that Lua.
sanitizers() {
  export SANITIZE=address,undefined CFLAGS="-O1 -g" # for the tests that build something, too
  export UBSAN_OPTIONS=print_stacktrace=1
  build_in asan all unit || return 1
  BUILD="$build/asan" sh tests/run.sh test_
  fine=$?
  ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$(gcc -print-file-name=libasan.so)" \
    BUILD="$build/asan" sh tests/run.sh _spec && return "$fine"
}

# Data races: the tests that use several threads. Address randomisation off, which this
# sanitizer's memory layout needs on newer kernels.
threads() {
  programs=$(tests_naming 'pthread|->threads|\.threads|bilan_set_threads' tsan)
  # shellcheck disable=SC2086 # a list of targets
  build_in tsan SANITIZE=thread CFLAGS="-O1 -g" $programs || return 1
  for program in $programs; do
    echo "== $program"
    TSAN_OPTIONS=halt_on_error=1 setarch -R "$program" || return 1
  done
}

# Uninitialised memory: the quick unit tests, and two Lua specs through the C module.
slow='test_(archive_(kill|power|tables)|claim|csv|csv_write|decode|dist|expr|lua_faults|number|plain_[a-z]*|process|sql)$'
memcheck() {
  valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite "$@"
}
valgrind_run() {
  command -v valgrind >/dev/null || { echo "valgrind is not installed"; return 77; }
  build_in plain all unit || return 1
  for program in "$build"/plain/tests/test_*; do
    echo "$program" | grep -q -E "\.d$|$slow" && continue
    echo "== $program"
    memcheck "$program" || return 1
  done
  export BUILD="$build/plain" BILAN="$build/plain/bilan" LUA_PATH="tests/lua/?.lua;;"
  for spec in codebook csv; do
    memcheck --trace-children=yes --trace-children-skip='*/sh,*/python3,*/sqlite3' \
      busted --lua=lua5.4 --helper=tests/lua/engine.lua -o TAP "tests/lua/${spec}_spec.lua" || return 1
  done
}

# A second compiler and more of its warnings, all of them errors.
clang_run() {
  command -v clang >/dev/null || { echo "clang is not installed"; return 77; }
  build_in clang CC=clang WARN="-Wall -Wextra -Wshadow -Wconversion -Wpedantic -Werror \
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla -Wcast-align -Wundef \
    -Wformat=2 -Wno-format-nonliteral -Wunreachable-code -Wwrite-strings -Wfloat-conversion \
    -Wloop-analysis -Wpointer-arith" all unit
}

# The engine for ARM, whose vector code no other build looks at: compiled, not run.
neon_run() {
  arm=aarch64-linux-gnu-gcc
  command -v $arm >/dev/null || { echo "$arm is not installed"; return 77; }
  objects=$(find core -name '*.c' ! -path 'core/binding/*' ! -name main.c |
    sed "s|\(.*\)\.c|$build/neon/\1.o|")
  # shellcheck disable=SC2086 # a list of targets
  build_in neon CC=$arm WARN="-Wall -Wextra -Wshadow -Wconversion -Werror" $objects
}

# The attacks of tests/sandbox are odd on purpose.
lint() {
  command -v luacheck >/dev/null || { echo "luacheck is not installed"; return 77; }
  luacheck --config .luacheckrc -q --no-color --exclude-files 'tests/sandbox/[0-9]*' \
    -- lua scripts tests docs
}

# Each fuzz target for a while, from its seeds; what it finds new stays in the build folder.
fuzz() {
  command -v clang >/dev/null || { echo "clang is not installed"; return 77; }
  echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n ? 0 : 0; }' \
    > "$build/probe.c"
  clang -fsanitize=fuzzer "$build/probe.c" -o "$build/probe" || { echo "no libFuzzer"; return 77; }
  for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    build_in fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined CFLAGS="-O1 -g" \
      "$build/fuzz/fuzz/$name" || return 1
    mkdir -p "$build/fuzz/corpus/$name"
    "$build/fuzz/fuzz/$name" -max_total_time="$seconds" -max_len=4096 -timeout=5 -rss_limit_mb=1024 \
      -artifact_prefix="$build/fuzz/" -print_final_stats=1 \
      "$build/fuzz/corpus/$name" "tests/fuzz/seeds/${name#fuzz_}" || return 1
  done
}

# The last line of a log that says how much was done.
summary() {
  case $1 in
    sanitizers) grep -E '^[0-9]+ passed' "$2" | tr '\n' ' ' ;;
    threads|valgrind) echo "$(grep -c '^== ' "$2") programs" ;;
    lint) grep '^Total' "$2" ;;
    fuzz) grep -E 'number_of_executed_units' "$2" | awk '{ n += $2 } END { print n " inputs" }' ;;
  esac
}

for part in $parts; do
  case $part in
    sanitizers|threads|lint|fuzz) run=$part ;;
    valgrind|clang|neon) run=${part}_run ;;
    *) echo "check.sh: no part \"$part\"" >&2; exit 2 ;;
  esac
  log=$build/check-$part.log
  ( $run ) >"$log" 2>&1 </dev/null
  case $? in
    0) echo "$part: ok, $(summary "$part" "$log")" ;;
    77) echo "$part: passed over: $(tail -1 "$log")" ;;
    *) failed=1
       echo "$part: FAILED, see $log"
       grep -v '^ok ' "$log" | tail -30 ;;
  esac
done
exit $failed

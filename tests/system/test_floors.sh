#!/bin/sh
# The house keeps its floors: includes never run upwards, foreign headers stay in their files,
# and the engine exports nothing but its own names.   Speaks TAP.
build=${BUILD:-build}
number=0

# check NAME: ok when standard input is empty; else what stands there is the fault.
check() {
  number=$((number + 1))
  found=$(cat)
  if [ -z "$found" ]; then
    echo "ok $number - $1"
  else
    echo "not ok $number - $1"
    echo "$found" | sed 's/^/# /'
  fi
}

# Includes of floor $1 that are not of the floors listed behind it.
upward() {
  floor=$1
  shift
  allowed=$(echo "$*" | sed 's/ /|/g')
  grep -n '#include "' core/$floor/*.[ch] core/$floor/*/*.[ch] 2>/dev/null |
    grep -vE "\"($allowed)/|\"bilan.h\""
}

upward base base | check base_includes_base_alone
upward data data base | check data_includes_no_floor_above
upward expr expr data base | check expr_includes_no_floor_above
upward io io data base | check io_includes_no_floor_above
upward kernel kernel data base | check kernel_includes_no_floor_above
upward stat stat kernel data base | check stat_includes_no_floor_above
upward api api stat kernel expr io data base | check api_includes_no_floor_above
upward claim claim base | check claim_includes_base_alone

grep -nE '#include <(lua|lauxlib|lualib)\.h>' -r core | grep -vE '^core/(binding/|main\.c)' |
  check lua_headers_stay_in_the_binding
grep -n '#include <sqlite3.h>' -r core | grep -v '^core/io/sqlite' |
  check sqlite_header_stays_in_its_files
grep -n '#include <csv.h>' -r core | grep -v '^core/io/csv' | check libcsv_header_stays_in_its_file
grep -nwE 'strtod|atof|atoi|setlocale|abort|malloc|calloc|realloc' -r core --include='*.c' |
  grep -vE '^core/base/mem\.c|: *\*|/\*' | check no_foreign_number_parsing_or_allocation
nm -D --defined-only "$build/libbilan.so" | awk '{print $3}' | grep -v '^bilan_' |
  check shared_library_exports_bilan_names_alone
nm -g --defined-only "$build/libbilan.a" | awk 'NF == 3 {print $3}' | grep -v '^bilan_' |
  check archive_exports_bilan_names_alone
nm -D --undefined-only "$build/libbilan.so" | grep -E ' lua' | check engine_needs_no_lua

for tool in luacheck; do
  if command -v $tool >/dev/null 2>&1; then
    luacheck --no-color -q lua scripts tests/lua datasets 2>&1 | grep -E '^ +[^ ]+:[0-9]+' | check lua_is_lint_free
  fi
done
echo "1..$number"

#!/bin/sh
# The house keeps its floors: includes never run upwards, foreign headers stay in their files,
# and the engine exports nothing but its own names.   Speaks TAP.
. "${0%/*}/tap.sh"

# Includes of floor $1 that are not of the floors listed behind it.
upward() {
  floor=$1
  shift
  allowed=$(echo "$*" | sed 's/ /|/g')
  find "core/$floor" -name '*.[ch]' -exec grep -Hn '#include "' {} + |
    grep -vE "\"($allowed)/|\"bilan.h\""
}

# Lines of the engine that match $1, outside the files that match $2.
outside() { grep -rnE "$1" core | grep -vE "$2"; }

result base_includes_base_alone "$(upward base base)"
result data_includes_no_floor_above "$(upward data data base)"
result expr_includes_no_floor_above "$(upward expr expr data base)"
result io_includes_no_floor_above "$(upward io io data base)"
result kernel_includes_no_floor_above "$(upward kernel kernel data base)"
result design_includes_no_floor_above "$(upward design design kernel data base)"
result stat_includes_no_floor_above "$(upward stat stat design kernel data base)"
result archive_includes_data_and_base_alone "$(upward archive archive data base)"
result claim_includes_base_alone "$(upward claim claim base)"
result api_includes_no_floor_above "$(upward api api archive stat design kernel io expr data base)"

# A module is a .c and its .h; tsort names those that include each other in a circle.
result modules_do_not_include_each_other_in_a_circle \
  "$(cd core && find . -name '*.[ch]' -exec grep -HoE '#include "[^"]+' {} + |
    sed -E 's|^\./||; s|\.[ch]:#include "| |; s|\.h$||' | awk '$1 != $2' | sort -u |
    tsort 2>&1 >/dev/null | sed 's/^tsort: //')"

result lua_headers_stay_in_the_binding \
  "$(outside '#include <(lua|lauxlib|lualib)\.h>' '^core/(binding/|main\.c)')"
result sqlite_header_stays_in_its_files "$(outside '#include <sqlite3.h>' '^core/(io/sqlite|archive/)')"
result libcsv_header_stays_in_its_file "$(outside '#include <csv.h>' '^core/io/csv\.c')"
result lapack_header_stays_in_its_file \
  "$(outside '#include <lapacke.h>' '^core/kernel/lapack\.h')"
result lapack_is_called_without_its_own_allocation \
  "$(grep -rnoE 'LAPACKE_[a-z0-9]+[a-z0-9_]*' core --include='*.c' | grep -v '_work$')"
result no_foreign_number_parsing_or_allocation \
  "$(grep -rnwE 'strtod|atof|atoi|setlocale|abort|malloc|calloc|realloc' core --include='*.c' |
    grep -vE '^core/base/mem\.c|: *\*|/\*')"
result shared_library_exports_bilan_names_alone \
  "$(nm -D --defined-only "$build/libbilan.so" | awk '{print $3}' | grep -v '^bilan_')"
result archive_exports_bilan_names_alone \
  "$(nm -g --defined-only "$build/libbilan.a" | awk 'NF == 3 {print $3}' | grep -v '^bilan_')"
result engine_needs_no_lua "$(nm -D --undefined-only "$build/libbilan.so" | grep -E ' lua')"

if command -v luacheck >/dev/null 2>&1; then
  result lua_is_lint_free "$(luacheck --no-color -q lua scripts datasets tests/lua tests/bench 2>&1 |
    grep -E '^ +[^ ]+:[0-9]+')"
fi
plan

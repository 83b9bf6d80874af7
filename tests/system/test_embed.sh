#!/bin/sh
# A program that embeds the engine builds against what `make install` leaves behind, with
# pkg-config, shared and static; the header stands alone in C and C++; the module loads into
# a stock Lua.   Speaks TAP.   Environment: BUILD, CC, and SANITIZE as the build was made with.
set -u
. "${0%/*}/tap.sh"
cc=${CC:-gcc}
sanitize=${SANITIZE:+-fsanitize=$SANITIZE}

has() { command -v "$1" >/dev/null 2>&1; }

# ---- install ---------------------------------------------------------------------------------

prefix=/opt/bilan
installed=$work$prefix

install_all() {
  make -s BUILD="${BUILD:-build}" DESTDIR="$work" PREFIX=$prefix install >"$work/log" 2>&1 ||
    tail -5 "$work/log"
}

missing_files() {
  for file in include/bilan.h lib/libbilan.a lib/libbilan.so lib/libbilan.so.0 \
    lib/pkgconfig/bilan.pc lib/lua/5.4/bilan.so bin/bilan; do
    [ -e "$installed/$file" ] || echo "missing: $file"
  done
}

result install_succeeds "$(install_all)"
result install_brings_every_file "$(missing_files)"

# ---- the header ------------------------------------------------------------------------------

cat >"$work/alone.c" <<'END'
#include <bilan.h>
int versions(void);
int versions(void) {
  bilan_read_options reading = BILAN_READ_OPTIONS;
  bilan_estimate_options estimating = BILAN_ESTIMATE_OPTIONS;
  bilan_column column = BILAN_COLUMN;
  return column.name ? 0 : reading.version + estimating.version;
}
END
cp "$work/alone.c" "$work/alone.cc"

# alone COMPILER FILE FLAGS...: what the compiler has to say.
alone() {
  compiler=$1 file=$2
  shift 2
  "$compiler" "$@" -Werror -I"$installed/include" -fsyntax-only "$work/$file" 2>&1
}

result header_stands_alone_in_c11 \
  "$(alone gcc alone.c -std=c11 -Wall -Wextra -Wpedantic -Wconversion)"
if has clang; then
  result header_has_no_warning_at_all \
    "$(alone clang alone.c -std=c11 -Weverything -Wno-padded -Wno-unknown-warning-option)"
else
  skip header_has_no_warning_at_all "no clang"
fi
if has g++; then
  result header_stands_alone_in_cxx "$(alone g++ alone.cc -std=c++11 -Wall -Wextra -Wpedantic)"
else
  skip header_stands_alone_in_cxx "no g++"
fi

# ---- the example -----------------------------------------------------------------------------

cat >"$work/answers.csv" <<'END'
school,age,answer
north,15,yes
north,16,yes
north,17,no
north,14,no
south,15,no
south,18,yes
south,18,
south,19,no
south,15,no
END
cat >"$work/want" <<'END'
north: 66.7 % (20.8 to 93.9) of n = 3
south: 25.0 % (4.6 to 69.9) of n = 4
END

# The flags of pkg-config, as seen from the folder of the installation.
flags() {
  PKG_CONFIG_PATH="$installed/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$work" pkg-config "$@" bilan
}

run() { LD_LIBRARY_PATH="$installed/lib" "$@" 2>&1; }

# example NAME FLAGS...: builds, runs and compares the output.
example() {
  name=$1
  shift
  result "example_builds_$name" \
    "$($cc -std=c11 -Wall -Wextra -Werror $sanitize tests/embed/example.c -o "$work/$name" "$@" 2>&1)"
  result "example_prints_shares_$name" \
    "$(run "$work/$name" "$work/answers.csv" | diff "$work/want" -)"
}

if has pkg-config; then
  example shared $(flags --cflags --libs)
  example static $(flags --cflags) \
    $(flags --static --libs | sed "s|-lbilan|$installed/lib/libbilan.a|")
else
  example shared -I"$installed/include" -L"$installed/lib" -lbilan
  example static -I"$installed/include" "$installed/lib/libbilan.a" -lsqlite3 -lcsv -lm -ldl -pthread
fi

absent_file() {
  run "$work/shared" "$work/absent.csv" >"$work/out"
  [ $? -eq 2 ] || echo "status is not 2 (io)"
  grep -q '^io: .*absent.csv' "$work/out" || cat "$work/out"
}
result example_names_a_file_that_is_absent "$(absent_file)"
result static_example_needs_no_shared_engine \
  "$(readelf -d "$work/static" | grep NEEDED | grep bilan)"

# ---- an archive ------------------------------------------------------------------------------

cat >"$work/later.csv" <<'END'
school,age,answer
north,15,yes
north,16,yes
south,15,no
south,17,yes
END
cat >"$work/waves" <<'END'
2023: 37.5 % of n = 8
2024: 75.0 % of n = 4
END

fill_archive() {
  (cd "$work" && for wave in "2023 answers.csv" "2024 later.csv"; do
    "$installed/bin/bilan" convert --wave $wave years.bilan 2>&1 || echo "status $?"
  done) | grep -v ': wave 20'
}
result archive_is_filled "$(fill_archive)"
result archive_example_builds "$($cc -std=c11 -Wall -Wextra -Werror $sanitize \
  tests/embed/archive.c -o "$work/archive" -I"$installed/include" -L"$installed/lib" -lbilan 2>&1)"
result archive_example_reads_two_waves \
  "$(cd "$work" && run ./archive years.bilan 2023 2024 | diff waves -)"
result archive_example_says_what_is_wrong "$(cd "$work" && run ./archive years.bilan 20244 |
  grep -v '^usage: years.bilan: no wave "20244"; did you mean "2024"?$')"

# ---- the manual ------------------------------------------------------------------------------

# block LANGUAGE N: the Nth code block of that language in the manual page.
block() {
  awk -v open="\`\`\`$1" -v wanted="$2" '$0 == "```" { shown = 0 }
    shown { print } $0 == open && ++n == wanted { shown = 1 }' docs/embedding.md
}
result manual_shows_this_example "$(block c 1 | diff tests/embed/example.c -)"
result manual_shows_this_data "$(block csv 1 | diff "$work/answers.csv" -)"
result manual_shows_this_output "$(block text 1 | diff "$work/want" -)"
result manual_shows_this_archive_example "$(block c 2 | diff tests/embed/archive.c -)"
result manual_shows_the_later_wave "$(block csv 2 | diff "$work/later.csv" -)"
result manual_shows_the_waves "$(block text 2 | diff "$work/waves" -)"

# ---- what the library exports ------------------------------------------------------------------

nm -D --defined-only "$installed/lib/libbilan.so" | awk '{print $3}' | sort -u >"$work/exported"
grep -A 2 '^BILAN_API' "$installed/include/bilan.h" | grep -o '\bbilan_[a-z0-9_]*(' | tr -d '(' |
  sort -u >"$work/promised"

soname() { readelf -d "$installed/lib/libbilan.so" | grep -o 'SONAME.*\[.*\]' | grep -o '\[.*\]'; }
result shared_library_has_its_soname "$([ "$(soname)" = '[libbilan.so.0]' ] || soname)"
result installed_library_exports_bilan_names_alone "$(grep -v '^bilan_' "$work/exported")"
result header_and_library_have_the_same_functions "$(diff "$work/promised" "$work/exported")"

# ---- a stock Lua -----------------------------------------------------------------------------

cat >"$work/stock.lua" <<'END'
package.cpath = arg[1] .. "/?.so"
package.path = ""
local bilan = require "bilan"
local survey = bilan.read(arg[2])
for _, row in ipairs(survey:proportion("answer", { level = "no" }):rows()) do
  print(("%s %d of %d, %.3f"):format(row.level, row.count, row.n, row.value))
end
END
if [ -n "$sanitize" ] || ! has lua5.4; then
  skip stock_lua_reads_and_estimates "needs lua5.4 and a build without sanitizers"
else
  said=$(lua5.4 "$work/stock.lua" "$installed/lib/lua/5.4" "$work/answers.csv" 2>&1)
  result stock_lua_reads_and_estimates \
    "$([ "$said" = "no 5 of 8, 0.625" ] || echo "said: $said")"
fi
plan

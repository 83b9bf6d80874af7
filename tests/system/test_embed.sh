#!/bin/sh
# A program that embeds the engine builds against what `make install` leaves behind, with
# pkg-config, shared and static; the header stands alone in C and C++; the module loads into
# a stock Lua.   Speaks TAP.   Environment: BUILD, CC, and SANITIZE as the build was made with.
set -u
build=${BUILD:-build}
cc=${CC:-gcc}
sanitize=${SANITIZE:+-fsanitize=$SANITIZE}
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
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

skip() {
  number=$((number + 1))
  echo "ok $number - $1 # skip $2"
}

has() { command -v "$1" >/dev/null 2>&1; }

# ---- install ---------------------------------------------------------------------------------

prefix=/opt/bilan
make -s BUILD="$build" DESTDIR="$room" PREFIX=$prefix install >"$room/log" 2>&1 ||
  tail -5 "$room/log" >"$room/fault"
cat "$room/fault" 2>/dev/null | check install_succeeds
root=$room$prefix
for file in include/bilan.h lib/libbilan.a lib/libbilan.so lib/libbilan.so.0 \
  lib/pkgconfig/bilan.pc lib/lua/5.4/bilan.so bin/bilan; do
  [ -e "$root/$file" ] || echo "missing: $file"
done | check install_brings_every_file

# ---- the header ------------------------------------------------------------------------------

echo '#include <bilan.h>' >"$room/alone.c"
cp "$room/alone.c" "$room/alone.cc"
gcc -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Werror -I"$root/include" -fsyntax-only \
  "$room/alone.c" 2>&1 | check header_stands_alone_in_c11
quiet="-Wno-padded -Wno-unsafe-buffer-usage -Wno-unknown-warning-option"
if has clang; then
  clang -std=c11 -Weverything $quiet -Werror -isystem /usr/include -I"$root/include" \
    -fsyntax-only "$room/alone.c" 2>&1 | check header_has_no_warning_at_all
else
  skip header_has_no_warning_at_all "no clang"
fi
if has g++; then
  g++ -std=c++98 -Wall -Wextra -Wpedantic -Wno-long-long -Werror -I"$root/include" \
    -fsyntax-only "$room/alone.cc" 2>&1 | check header_stands_alone_in_cxx
else
  skip header_stands_alone_in_cxx "no g++"
fi

# ---- the example -----------------------------------------------------------------------------

cat >"$room/answers.csv" <<'END'
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
cat >"$room/want" <<'END'
north: 66.7 % (20.8 to 93.9) of n = 3
south: 25.0 % (4.6 to 69.9) of n = 4
END

# The flags of pkg-config, as seen from the folder of the installation.
flags() {
  PKG_CONFIG_PATH="$root/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$room" pkg-config "$@" bilan
}

# example NAME FLAGS...: builds, runs and compares the output.
example() {
  name=$1
  shift
  $cc -std=c11 -Wall -Wextra -Werror $sanitize tests/embed/example.c -o "$room/$name" "$@" 2>&1 |
    check "example_builds_$name"
  LD_LIBRARY_PATH="$root/lib" "$room/$name" "$room/answers.csv" 2>&1 | diff - "$room/want" |
    check "example_prints_shares_$name"
}

if has pkg-config; then
  example shared $(flags --cflags --libs)
  static=$(flags --static --libs | sed "s|-lbilan|$root/lib/libbilan.a|")
  example static $(flags --cflags) $static
else
  example shared -I"$root/include" -L"$root/lib" -lbilan
  example static -I"$root/include" "$root/lib/libbilan.a" -lsqlite3 -lcsv -lm -pthread
fi

LD_LIBRARY_PATH="$root/lib" "$room/shared" "$room/absent.csv" >"$room/out" 2>&1
[ $? -eq 2 ] || echo "status is not 2 (io)" >>"$room/out"
grep -v '^io: .*absent.csv' "$room/out" | check example_names_a_file_that_is_absent

readelf -d "$root/lib/libbilan.so" | grep SONAME | grep -v '\[libbilan.so.0\]' |
  check shared_library_has_its_soname
nm -D --defined-only "$root/lib/libbilan.so" | awk '{print $3}' | grep -v '^bilan_' |
  check installed_library_exports_bilan_names_alone
grep -o 'bilan_[a-z0-9_]*(' "$root/include/bilan.h" | tr -d '(' | sort -u >"$room/declared"
nm -D --defined-only "$root/lib/libbilan.so" | awk '{print $3}' | sort -u |
  comm -13 "$room/declared" - | check every_exported_name_stands_in_the_header
grep '^BILAN_API' -A 2 "$root/include/bilan.h" | grep -o 'bilan_[a-z0-9_]*(' | tr -d '(' |
  sort -u >"$room/promised"
nm -D --defined-only "$root/lib/libbilan.so" | awk '{print $3}' | sort -u |
  comm -23 "$room/promised" - | check every_promised_function_is_there

# ---- a stock Lua -----------------------------------------------------------------------------

cat >"$room/stock.lua" <<'END'
package.cpath = arg[1] .. "/?.so"
package.path = ""
local bilan = require "bilan"
local survey = bilan.read(arg[2])
for _, row in ipairs(survey:proportion("answer", { level = "no" }):rows()) do
  print(row.level, row.n, string.format("%.4f", row.value))
end
END
if [ -n "$sanitize" ] || ! has lua5.4; then
  skip stock_lua_reads_and_estimates "needs lua5.4 and a build without sanitizers"
else
  lua5.4 "$room/stock.lua" "$root/lib/lua/5.4" "$room/answers.csv" 2>&1 |
    grep -vx "no	8	0.6250" | check stock_lua_reads_and_estimates
fi
echo "1..$number"

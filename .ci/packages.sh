#!/bin/sh
# Installs the Debian packages that are missing:   sh .ci/packages.sh run|test
# run: what building and running need.  test: what the tests need besides.
# As root or with sudo it installs them; where it may not, it names them and stops.
set -eu
run="gcc make libc6-dev binutils lua5.4 liblua5.4-dev libsqlite3-dev libcsv-dev liblapacke-dev
  gnuplot-nox"
test="libcmocka-dev lua-busted lua-check r-mathlib python3 sqlite3"

wanted=$run
[ "${1:-run}" = test ] && wanted="$run $test"
missing=
for package in $wanted; do
  state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

become=
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    become=sudo
  else
    echo "bilan needs these Debian packages:$missing" >&2
    echo "install them, then run the command again:  sudo apt-get install$missing" >&2
    exit 1
  fi
fi
echo "installing:$missing" >&2
$become apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive $become apt-get install -qq -y --no-install-recommends $missing >&2

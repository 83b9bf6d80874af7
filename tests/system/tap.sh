# tap.sh - what the system tests have in common: they run from the root of the repository, begin with
#   . "${0%/*}/tap.sh"
# speak TAP, and end with `plan`.
#
# $build and $bilan are absolute, from BUILD (default build); $root is the repository; $work is a
# folder of the test's own, gone when it ends.
# shellcheck shell=sh disable=SC2034 # not every test uses every name
root=$PWD
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
bilan=$build/bilan
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
number=0

# result NAME FAULT: ok when there is no fault.
result() {
  number=$((number + 1))
  if [ -z "$2" ]; then
    echo "ok $number - $1"
  else
    echo "not ok $number - $1"
    echo "$2" | head -30 | sed 's/^/# /'
  fi
}

# equal NAME GOT WANTED
equal() {
  if [ "$2" = "$3" ]; then result "$1" ""; else
    result "$1" "got:
$2
wanted:
$3"
  fi
}

# skip NAME WHY; skip_all WHY ends the test.
skip() {
  number=$((number + 1))
  echo "ok $number - $1 # SKIP $2"
}
skip_all() {
  echo "1..0 # SKIP $1"
  exit 0
}

plan() { echo "1..$number"; }

# run ARGS: the program's status in $status, its words in out.txt and err.txt of $work.
run() {
  "$bilan" "$@" >"$work/out.txt" 2>"$work/err.txt" </dev/null
  status=$?
}

# gives NAME STATUS STDOUT STDERR: of the last run; extended regular expressions; "" means that the
# stream is empty, "*" that anything will do.
gives() {
  faults=
  [ "$status" = "$2" ] || faults="status $status, not $2: $(cat "$work/err.txt")"
  for stream in out err; do
    if [ $stream = out ]; then pattern=$3; else pattern=$4; fi
    case $pattern in
      '*') ;;
      '') [ ! -s "$work/$stream.txt" ] || faults="$faults
$stream is not empty: $(cat "$work/$stream.txt")" ;;
      *) grep -qE -e "$pattern" "$work/$stream.txt" || faults="$faults
no $pattern in $stream: $(cat "$work/$stream.txt")" ;;
    esac
  done
  result "$1" "$faults"
}

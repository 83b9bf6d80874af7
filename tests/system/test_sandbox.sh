#!/bin/sh
# The attacks of tests/sandbox, each in the guarded program and, where that can be had, as a
# user without rights. A script's first line says which exit statuses are right:
#   -- expect 0 3: what it tries
# A script that may hit a limit has one second, the others ten. An attack fails when it prints
# "escaped", ends with another status or too late, leaves a mark in the folder it may not touch,
# or says what stands in it.   Speaks TAP.
. "${0%/*}/tap.sh"
scripts=$root/tests/sandbox

# The program as nobody: needs root, setpriv, and files that others may read.
become="setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs"
chmod 755 "$work"
if [ "$(id -u)" != 0 ] || ! $become "$bilan" --version >/dev/null 2>&1 ||
  ! $become test -r "$scripts/attack.lua"; then
  become=
fi

# A fresh place for one attack: cwd (readable), out (writable), forbidden with its secret.
prepare() {
  rm -rf "$work/cwd" "$work/forbidden"
  mkdir -p "$work/cwd/here" "$work/cwd/out" "$work/forbidden"
  echo "secret token" >"$work/forbidden/secret.txt"
  echo "sex" >"$work/cwd/data.csv"
  ln -s "$work/forbidden/secret.txt" "$work/cwd/here/link_to_secret"
  ln -s "$work/forbidden" "$work/cwd/here/link_to_folder"
  ln -s "$work/forbidden" "$work/cwd/out/link_out"
  ln -s "$work/forbidden/new" "$work/cwd/out/link_dangling"
  mkfifo "$work/cwd/here/pipe"
  for ending in html svg; do
    mkdir -p "$work/cwd/out/folder.$ending"
    mkfifo "$work/cwd/out/pipe.$ending"
    ln -s "$work/forbidden/secret.txt" "$work/cwd/out/link_file.$ending"
    ln -s "$work/forbidden/new.$ending" "$work/cwd/out/link_dangling.$ending"
    ln -s /dev/null "$work/cwd/out/device.$ending"
  done
  ls -lR --time-style=+ "$work/forbidden" >"$work/before"
  [ -z "$become" ] || chown -R -h 65534:65534 "$work/cwd" "$work/forbidden"
  [ -z "$become" ] || ls -lR --time-style=+ "$work/forbidden" >"$work/before"
}

# attack SCRIPT: runs it; sets status, seconds (with two digits, times 100).
attack() {
  expected=$(sed -n '1s/^-- expect \([0-9 ]*\):.*/ \1 /p' "$1")
  case $expected in *3*) limit=1 ;; *) limit=10 ;; esac
  started=$(date +%s%N)
  (cd "$work/cwd" && exec timeout -s KILL 20 $become "$bilan" run --timeout $limit --memory 128 \
    --out out "$1" "$work/forbidden") >"$work/stdout" 2>"$work/stderr" </dev/null
  status=$?
  centiseconds=$((($(date +%s%N) - started) / 10000000))
}

# What is wrong with the attack that has just run.
faults() {
  case $expected in *" $status "*) ;; *)
    echo "exit status $status, not$expected"
    head -c 600 "$work/stderr" ;;
  esac
  [ "$centiseconds" -le $((limit * 100 + 150)) ] || echo "took $centiseconds/100 s"
  grep -a -m 5 -E '^escaped|secret token|^internal: ' "$work/stdout" "$work/stderr" | cut -c 1-400
  ls -lR --time-style=+ "$work/forbidden" | diff "$work/before" - | sed 's/^/marked: /'
  [ "$(wc -c <"$work/stderr")" -le 4500 ] || echo "a message of over 4 kB"
  if grep -q "$(printf '\033')" "$work/stderr"; then echo "control characters on stderr"; fi
  [ "$(du -sk "$work/cwd/out" | cut -f 1)" -le 90000 ] || echo "more than 64 MB of files"
}

for script in "$scripts"/[0-9]*.lua; do
  prepare
  attack "$script"
  name=${script##*/}
  result "attack_${name%.lua}" "$(faults "$script")"
  case $name in
    56_*)
      cp "$work/stdout" "$work/first"
      prepare
      attack "$script"
      result two_runs_print_the_same "$(diff "$work/first" "$work/stdout")" ;;
    29_*) result time_limit_names_the_line \
      "$(grep -q '29_plain_loop.lua:2: time limit: 1 s' "$work/stderr" || cat "$work/stderr")" ;;
    24_*) result memory_limit_names_the_line \
      "$(grep -q '24_doubling.lua:4: memory limit: 128 MB' "$work/stderr" || cat "$work/stderr")" ;;
    55_*) result output_stops_at_64_megabytes \
      "$([ "$(wc -c <"$work/stdout")" -le $((64 << 20)) ] || wc -c <"$work/stdout")" ;;
  esac
done

# Everything a script can reach, against the list of what it may.
prepare
(cd "$work/cwd" && $become "$bilan" run --no-record --out out "$scripts/reachable.lua") >"$work/names" 2>&1
if [ "${ACCEPT:-}" = 1 ]; then cp "$work/names" tests/golden/sandbox_names.txt; fi
result reachable_names_are_those_listed "$(diff tests/golden/sandbox_names.txt "$work/names" | head -40)"
plan

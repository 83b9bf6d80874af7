#!/bin/sh
# 1,000 random tables written by Python's csv module are read back identical (see
# csv_roundtrip.py). Speaks TAP; skipped without python3 (Debian package python3, tests only).
if ! command -v python3 >/dev/null 2>&1; then
  echo "ok 1 - csv written by python is read back # SKIP no python3"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${CC:-gcc} -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -ffp-contract=off -pthread -Icore \
  -o "$folder/csv_dump" tests/oracle/csv_dump.c core/base/*.c core/data/*.c core/io/csv*.c \
  core/io/decode.c core/io/sniff.c core/io/headings.c core/io/encode.c -lcsv -lm || exit 1
if python3 tests/oracle/csv_roundtrip.py "$folder/csv_dump" 1000 1; then
  echo "ok 1 - csv written by python is read back"
else
  echo "not ok 1 - csv written by python is read back"
fi

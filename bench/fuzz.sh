#!/bin/sh
# Fuzzes every reader, two at a time: sh bench/fuzz.sh [SECONDS for each, 60] [NAME...]
# A fuzzer is a file bench/fuzz/NAME.cpp, its first inputs are bench/fuzz/seeds/NAME/*. What it finds stays in
# build/fuzz/NAME/. Ends non-zero when one of them does not build or finds a fault.
set -u
cd "$(dirname "$0")/.."
compiler=$(command -v clang++-14 || command -v clang++) || { echo "fuzz.sh: clang++ is not installed" >&2; exit 2; }

# one SECONDS NAME: builds a fuzzer and runs it.
one() {
  seconds=$1
  name=$2
  folder=build/fuzz/$name
  includes=$(pkg-config --cflags-only-I eigen3 nlohmann_json | sed 's/-I/-isystem /g')
  mkdir -p "$folder/corpus" "$folder/faults"
  seeds=$folder/corpus
  [ -d "bench/fuzz/seeds/$name" ] && seeds="$seeds bench/fuzz/seeds/$name"
  # shellcheck disable=SC2086 # lists of words
  if "$compiler" -std=c++20 -O1 -g -march=native -ffp-contract=off -fsanitize=fuzzer,address,undefined \
    -fno-sanitize-recover=all -Iinclude $includes "bench/fuzz/$name.cpp" -o "$folder/fuzzer" -lz -lpcre2-8 -lhts -pthread \
    >"$folder/log" 2>&1 &&
    "$folder/fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 \
      -artifact_prefix="$folder/faults/" -print_final_stats=1 $seeds >"$folder/log" 2>&1; then
    echo "ok    $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/log") inputs in $seconds s"
  else
    echo "FAULT $name, the end of $folder/log: $(tail -n 30 "$folder/log")"
    exit 1
  fi
}

if [ "${1:-}" = --one ]; then
  one "$2" "$3"
  exit
fi
seconds=60
case "${1:-}" in
  *[!0-9]* | '') ;;
  *) seconds=$1; shift ;;
esac
if [ $# -eq 0 ]; then
  for source in bench/fuzz/*.cpp; do set -- "$@" "$(basename "$source" .cpp)"; done
fi
if printf '%s\n' "$@" | xargs -P 2 -n 1 sh bench/fuzz.sh --one "$seconds"; then
  echo "$# passed"
else
  echo "there are faults" >&2
  exit 1
fi

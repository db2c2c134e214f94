#!/bin/sh
# roundtrip.sh PROGRAM SOURCE WORK PREFIX CMAKE CXX [LAUNCHER]
set -eu
program=$1 source=$2 work=$3 prefix=$4 cmake=$5 cxx=$6 launcher=${7:-}
rm -rf "$work"
mkdir -p "$work"
"$program" run "$source/roundtrip.lua" "$work" > "$work/shell.txt"
"$cmake" -G Ninja -S "$source/foreign" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$cxx" \
  -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" -DCMAKE_BUILD_TYPE=Release -DMODEL="$work" > "$work/configure.txt"
"$cmake" --build "$work/build" > "$work/build.txt" || { cat "$work/build.txt"; exit 1; }
"$work/build/foreign" "$work" > "$work/foreign.txt"
lines=$(wc -l < "$work/shell.txt")
[ "$lines" -ge 20 ] || { echo "the shell printed $lines lines"; cat "$work/shell.txt"; exit 1; }
if cmp "$work/shell.txt" "$work/foreign.txt"; then
  echo "$lines predictions are the same to the last digit"
else
  diff "$work/shell.txt" "$work/foreign.txt" | head -5
  exit 1
fi

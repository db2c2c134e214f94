#!/bin/sh
# All headers compile in one file, and define nothing that a second file would define again (a forgotten `inline`):
# sh together.sh INCLUDE_FOLDER COMPILER FLAGS...
include=$1
shift
object=$(mktemp) || exit 1
trap 'rm -f "$object"' EXIT
(cd "$include" && find l2g -name '*.hpp' ! -name '*-inl.hpp' | sort | sed 's/.*/#include <&>/') |
  "$@" -O0 -I"$include" -c -x c++ - -o "$object" || exit 1
twice=$(nm -C --defined-only --extern-only "$object" | grep ' [TDBRG] ')
[ -z "$twice" ] || { printf 'not inline in a header:\n%s\n' "$twice"; exit 1; }

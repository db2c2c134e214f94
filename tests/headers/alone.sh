#!/bin/sh
# Every header compiles alone, and twice in a row: sh alone.sh INCLUDE_FOLDER COMPILER FLAGS...
# With L2G_COMPILED it is seen without its x-inl.hpp, which comes behind it: what either lacks, no other header lends.
cd "$1" || exit 1
shift
find l2g -name '*.hpp' ! -name '*-inl.hpp' | sort | xargs -P 2 -n 1 sh -c '
  count=$#
  for header in "$@"; do  # takes the last argument off the command
    [ "$count" -ne $# ] || set --
    [ $(($# + 1)) -eq "$count" ] || set -- "$@" "$header"
  done
  body=${header%.hpp}-inl.hpp
  [ -e "$body" ] || body=$header
  messages=$(printf "#include <%s>\n" "$header" "$header" "$body" | "$@" -I. -DL2G_COMPILED -fsyntax-only -x c++ - 2>&1) && exit 0
  printf "%s does not compile alone:\n" "$header"
  printf "%s\n" "$messages" | head -n 20
  exit 1
' sh "$@"

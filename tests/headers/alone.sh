#!/bin/sh
# Every header compiles alone, and twice in a row: sh alone.sh INCLUDE_FOLDER COMPILER FLAGS...
# With L2G_COMPILED it is seen without its x-inl.hpp; where there is one, the header is compiled with it too.
cd "$1" || exit 1
shift
find l2g -name '*.hpp' ! -name '*-inl.hpp' | sort | while read -r header; do
  echo "L2G_COMPILED:$header"
  [ ! -e "${header%.hpp}-inl.hpp" ] || echo "L2G_HEADER_ONLY:$header"
done | xargs -P 2 -n 1 sh -c '
  count=$#
  for item in "$@"; do  # takes the last argument, "macro:header", off the command
    [ "$count" -ne $# ] || set --
    [ $(($# + 1)) -eq "$count" ] || set -- "$@" "$item"
  done
  header=${item#*:}
  messages=$(printf "#include <%s>\n#include <%s>\n" "$header" "$header" | "$@" -I. "-D${item%%:*}" -fsyntax-only -x c++ - 2>&1) && exit 0
  printf "%s does not compile alone (%s):\n" "$header" "${item%%:*}"
  printf "%s\n" "$messages" | head -n 20
  exit 1
' sh "$@"

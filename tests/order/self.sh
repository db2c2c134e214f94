#!/bin/sh
# check.sh finds what it should: sh self.sh CHECK
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/include/l2g/core" "$folder/include/l2g/nn" "$folder/include/l2g/cpu"
file=$folder/include/l2g/core/x.hpp

# expect STATUS TEXT: what check.sh ends with and says
expect() {
  said=$(sh "$check" "$folder" 2>&1)
  status=$?
  case "$status $said" in
    "$1 "*"$2"*) ;;
    *) echo "expected status $1 and '$2', got $status: $said"; exit 1 ;;
  esac
}
check=$1
echo '#include <l2g/core/config.hpp>' >"$file"
echo '#include <l2g/core/x.hpp>' >"$folder/include/l2g/nn/y.hpp"
expect 0 ''
echo '#  include <l2g/nn/y.hpp>' >>"$file"
expect 1 'include/l2g/core/x.hpp:2: includes l2g/nn/y.hpp, but core comes before nn'
echo '#include <l2g/moon/y.hpp>' >"$file"
expect 1 'whose folder has no place'
echo '#include "config.hpp"' >"$file"
expect 1 'includes by <l2g/...> only'
echo '#include <l2g/l2g.hpp>' >"$file"
expect 1 'is for programs only'
echo '#include <l2g/cuda/y.hpp>' >"$file"
mv "$file" "$folder/include/l2g/cpu/x.hpp"
expect 1 'includes l2g/cuda/y.hpp'
echo "// see /hom""e/someone/notes" >"$folder/include/l2g/cpu/x.hpp"
expect 1 'paths of one machine'

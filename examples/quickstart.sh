#!/bin/sh
# The main job from a fresh clone on Debian 12: installs what is missing, builds the program l2g, and runs
# examples/quickstart.lua on simulated data: sh examples/quickstart.sh [FOLDER]
# Pictures, models and predictions go to FOLDER (build/quickstart when not given).
set -eu
case ${1:-} in
  '' | /*) out=${1:-} ;;
  *) out=$PWD/$1 ;;
esac
cd "$(dirname "$0")/.."
sh scripts/install-dependencies.sh
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release
cmake --build build -j 2 --target l2g_program
build/repl/l2g run examples/quickstart.lua "${out:-$PWD/build/quickstart}"
echo "
The program is $PWD/build/repl/l2g; without arguments it asks for one line at a time."

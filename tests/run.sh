#!/bin/sh
# Installs what is missing, builds everything once and runs all tests: sh tests/run.sh
# Tests that need real files look for them in the folder that L2G_DATA names, and pass without it.
set -eu
cd "$(dirname "$0")/.."
if [ -z "${L2G_DATA:-}" ] && [ "${CI:-}" = true ] && [ -d ../shared/data ]; then
  L2G_DATA=$(cd ../shared/data && pwd)
  export L2G_DATA
fi
sh scripts/install-dependencies.sh
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release
cmake --build build -j 2
ctest --test-dir build -j 2 --output-on-failure

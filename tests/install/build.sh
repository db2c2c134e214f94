#!/bin/sh
# Builds and runs the foreign project: sh build.sh WAY PROJECT_FOLDER PREFIX BUILD_FOLDER CMAKE COMPILER [LAUNCHER]
set -e
way=$1 project=$2 prefix=$3 build=$4 cmake=$5 compiler=$6 launcher=$7
rm -rf "$build"
mkdir -p "$build"
# Moved after it was installed: nothing in it may name the place where it was.
rm -rf "$build.moved"
cp -r "$prefix" "$build.moved"
case $way in
  pkg_config)
    PKG_CONFIG_PATH=$(dirname "$(find "$build.moved" -name l2g.pc)")
    export PKG_CONFIG_PATH
    for package in l2g l2g-compiled; do
      # shellcheck disable=SC2046 # lists of flags
      $launcher "$compiler" -std=c++20 -c $(pkg-config --cflags $package) "$project/tests/install/foreign/main.cpp" -o "$build/$package.o"
      # shellcheck disable=SC2046
      "$compiler" "$build/$package.o" $(pkg-config --libs $package) -o "$build/$package"
      "$build/$package"
    done
    ;;
  *)
    "$cmake" -G Ninja -S "$project/tests/install/foreign" -B "$build" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" \
      -DWAY="$way" -DL2G_FOLDER="$project" -DCMAKE_PREFIX_PATH="$build.moved" >"$build/log" 2>&1 &&
      "$cmake" --build "$build" >>"$build/log" 2>&1 || { cat "$build/log"; exit 1; }
    for program in foreign foreign_compiled; do
      [ "$way$program" = add_subdirectoryforeign_compiled ] || "$build/$program"
    done
    ;;
esac

#!/bin/sh
# Compiling FILE takes at most LIMIT times as long as compiling YARDSTICK: sh ratio.sh FILE LIMIT YARDSTICK COMPILER FLAGS...
# Seconds of the processor, best of three in turns, so that a busy machine does not decide.
file=$1
limit=$2
yardstick=$3
shift 3
object=$(mktemp) || exit 1
trap 'rm -f "$object" "$object.times"' EXIT

# seconds SOURCE COMPILER FLAGS...: user and system time of one compilation
seconds() (
  source=$1
  shift
  "$@" -c "$source" -o "$object" || exit 1
  times >"$object.times"  # line 2: the children, as 0m1.23s
  sed -n '2s/[ms]/ /gp' "$object.times" | awk '{ print $1 * 60 + $2 + $3 * 60 + $4 }'
)
for round in 1 2 3; do
  one=$(seconds "$file" "$@") && two=$(seconds "$yardstick" "$@") || exit 1
  echo "$one $two"
done | awk -v limit="$limit" '
  { if (NR == 1 || $1 < a) a = $1; if (NR == 1 || $2 < b) b = $2 }
  END {
    if (NR < 3) exit 1
    printf "%.2f s against %.2f s: ratio %.2f, limit %s\n", a, b, a / b, limit
    exit a > limit * b
  }'

#!/bin/sh
# Drives the built program: values, exit codes, and where errors are said to be.
l2g=$1
export COLUMNS=100 HOME=/nonexistent
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

# check NAME WANTED_EXIT WANTED_OUTPUT_PATTERN COMMAND...: standard output and error together against a shell pattern.
check() {
  name=$1 wanted=$2 pattern=$3
  shift 3
  output=$("$@" 2>&1 </dev/null)
  code=$?
  case $output in
    $pattern) match=yes ;;
    *) match=no ;;
  esac
  if [ $code -ne "$wanted" ] || [ $match = no ]; then
    failures=$((failures + 1))
    printf 'FAILED %s: exit %s (wanted %s), output:\n%s\n(wanted pattern: %s)\n' "$name" $code "$wanted" "$output" "$pattern"
  fi
}
from_stdin() { printf "$1" | "$l2g"; }

check "value" 0 "2" "$l2g" -e "1+1"
check "several lines" 0 "3" "$l2g" -e "x = 1
x + 2"
check "error of -e" 1 "-e:2: 'y' is not defined*" "$l2g" -e "x = 1
y"
check "version" 0 "l2g [0-9]*" "$l2g" --version
check "help" 0 "*Usage: l2g*run*" "$l2g" --help
check "unknown command" 2 "l2g: unknown command 'rum' (did you mean 'run'?)*" "$l2g" rum x.lua
check "file without run" 2 "*to run a file: l2g run x.lua" "$l2g" x.lua
check "unknown option" 2 "l2g: unknown option '--sed' (did you mean '--seed'?)*" "$l2g" --sed
check "run without file" 2 "l2g: run needs the name of a file*" "$l2g" run

check "stdin" 0 "3" from_stdin 'local x = 1\nx + 2\n'
check "stdin, error in line 3" 1 "stdin:3: 'prnt' is not defined (did you mean 'print'?)" from_stdin 'x = 1\nx = 2;\nprnt(x)\n'
check "stdin, error in a function" 1 "stdin:2: 'yy' is not defined" from_stdin 'function f()\n  return yy\nend\nf()\n'
check "stdin, unfinished" 1 "stdin:*'end' expected*" from_stdin 'for i = 1, 3 do\n'
check "stdin, habit" 1 "stdin:2: *
hint: Lua writes ~= for \"not equal\"" from_stdin 'x = 1\nx != 2\n'
check "stdin, ended by exit" 0 "1" from_stdin '1\nexit\n2\n'

printf '#!/usr/bin/env l2g\nprint(arg[0], #arg, arg[1], arg[2], ...)\nfor i = 1, 2 do\n  local y = i\nend\n' > good.lua
check "run" 0 "good.lua	2	--seed	7	--seed	7" "$l2g" run good.lua --seed 7
printf 'x = 1\nfunction f(n)\n  return load "nothing_here.csv"\nend\nf(1)\n' > bad.lua
check "run, file:line" 1 "bad.lua:3: nothing_here.csv: *" "$l2g" run bad.lua
output=$("$l2g" run bad.lua 2>&1)
[ "$(printf '%s\n' "$output" | wc -l)" -eq 1 ] || { failures=$((failures + 1)); echo "FAILED an error is more than a line: $output"; }
check "run, traceback on demand" 1 "bad.lua:3: *stack traceback:*" "$l2g" --trace run bad.lua
printf 'x = 1\nif x:\n  print(1)\n' > habit.lua
check "run, habit" 1 "habit.lua:*
hint: Lua writes: if condition then ... end" "$l2g" run habit.lua
check "run, no such file" 1 "nothing.lua: No such file or directory" "$l2g" run nothing.lua
long=a_folder_with_a_name_that_is_long/another_folder_with_a_name_that_is_long
mkdir -p $long && printf 'error("here")\n' > $long/x.lua
check "run, long path" 1 "$long/x.lua:1: here" "$l2g" run $long/x.lua

printf 'sequence,label\nACGT,0\nACGE,1\n' > broken.csv
check "broken data" 1 "-e:1: broken.csv:3:*" "$l2g" -e 'load "broken.csv"'
check "unknown option of a verb" 1 "*unknown option 'lable' (did you mean 'label'?)*" "$l2g" -e 'load{"broken.csv", lable = "x"}'
check "completion" 0 "baseline" "$l2g" --complete "x = basel"
check "manual" 0 "# Reference of the shell*### load*" "$l2g" --manual
if [ -w /dev/full ]; then
  "$l2g" -e 'print(1)' > /dev/full 2> full.txt && { failures=$((failures + 1)); echo "FAILED a full disk was not noticed"; }
fi

[ $failures -eq 0 ] && echo "all passed"
exit $failures

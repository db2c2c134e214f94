#!/bin/sh
# Runs an example and compares what it prints with the comment at its end: sh output.sh SOURCE PROGRAM ARGUMENTS...
# Behind a line "// Output:" every character counts; behind "// Output (...):" only the text between the numbers does.
source=$1
shift
printed=$("$@") || {
  printf '%s\n%s: the program failed\n' "$printed" "$source"
  exit 1
}
expected=$(sed -n '/^\/\/ Output/,$p' "$source" | sed -n 's|^//   ||p')
[ -n "$expected" ] || {
  echo "$source: there is no '// Output' at its end"
  exit 1
}
# Long lines are folded in the comment: white space counts as one blank.
shown() {
  if grep -qx '// Output:' "$source"; then cat; else sed 's/-\{0,1\}[0-9][0-9.]*\(e[-+][0-9]*\)\{0,1\}/#/g'; fi | tr -s ' \n' ' '
}
if [ "$(printf '%s\n' "$printed" | shown)" != "$(printf '%s\n' "$expected" | shown)" ]; then
  printf '%s prints\n%s\nand its comment says\n%s\n' "$source" "$printed" "$expected"
  exit 1
fi
